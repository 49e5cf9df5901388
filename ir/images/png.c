/* PNG (RFC 2083): rows behind filters behind inflate, in one pass or in seven. */
struct png {
	int64_t w, h, palette, colours, data; /* where the chunks begin, and how many colours there are */
	int depth, kind, passes, channels;
};

static inline int png_is(const struct picture *p) { return p_is(p, 0, "\x89PNG\r\n\x1a\n", 8); }

static int png_head(const struct picture *p, struct png *g)
{
	static const uint8_t channels[7] = {1, 0, 3, 1, 2, 0, 4};
	static const uint32_t depths[7] = {1 << 1 | 1 << 2 | 1 << 4 | 1 << 8 | 1 << 16, 0, 1 << 8 | 1 << 16,
	                                   1 << 1 | 1 << 2 | 1 << 4 | 1 << 8, 1 << 8 | 1 << 16, 0, 1 << 8 | 1 << 16};
	memset(g, 0, sizeof *g);
	g->w = p_big32(p, 16);
	g->h = p_big32(p, 20);
	g->depth = p_byte(p, 24);
	g->kind = p_byte(p, 25);
	g->passes = p_byte(p, 28) ? 7 : 1;
	if (!p_is(p, 12, "IHDR", 4) || g->w < 1 || g->w > INT32_MAX || g->h < 1 || g->h > INT32_MAX || g->kind > 6 ||
	    g->depth > 16 || !(depths[g->kind] >> g->depth & 1) || p_byte(p, 26) || p_byte(p, 27) || p_byte(p, 28) > 1)
		return PICTURE_BAD;
	g->channels = channels[g->kind];
	return 0;
}

static int png_size(const struct picture *p, int64_t *size)
{
	struct png g;
	int bad = png_head(p, &g);
	size[0] = g.h;
	size[1] = g.w;
	return bad;
}

/* The palette, and the first chunk of data. */
static int png_chunks(const struct picture *p, struct png *g)
{
	for (int64_t at = 8; at < p->n - 8; at += 12 + (int64_t)p_big32(p, at)) {
		if (p_is(p, at + 4, "PLTE", 4)) {
			g->palette = at + 8;
			g->colours = p_big32(p, at) / 3;
		}
		if (p_is(p, at + 4, "IDAT", 4)) {
			g->data = at;
			return g->kind == 3 && !g->palette ? PICTURE_BAD : 0;
		}
	}
	return PICTURE_BAD;
}

static int png_paeth(int a, int b, int c)
{
	int pa = b - c, pb = a - c, pc = pa + pb;
	pa = pa < 0 ? -pa : pa;
	pb = pb < 0 ? -pb : pb;
	pc = pc < 0 ? -pc : pc;
	return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/* row[-step..-1] and up[-step..-1] are zeros. */
static int png_filter(int filter, uint8_t *row, const uint8_t *up, int64_t n, int step)
{
	for (int64_t i = 0; i < n && filter; i++) {
		int a = row[i - step], b = up[i], c = up[i - step];
		int guess = filter == 1 ? a : filter == 2 ? b : filter == 3 ? (a + b) / 2 : png_paeth(a, b, c);
		row[i] = (uint8_t)(row[i] + guess);
	}
	return filter > 4 ? PICTURE_BAD : 0;
}

/* Sample k of a row; 16 bits: the upper ones. Less than 8 bits of grey are stretched. */
static int png_sample(const struct png *g, const uint8_t *row, int64_t k)
{
	int most = (1 << g->depth) - 1;
	if (g->depth >= 8)
		return row[k * (g->depth / 8)];
	int v = row[k * g->depth / 8] >> (8 - g->depth - k * g->depth % 8) & most;
	return g->kind == 3 ? v : v * 255 / most;
}

static int png_put(const struct picture *p, const struct png *g, const uint8_t *row, int64_t n, int i, int first, int step)
{
	for (int64_t k = 0; k < n; k++) {
		int c = g->channels, v = png_sample(g, row, k * c), to = (int)(first + k * step);
		int64_t at = g->palette + 3 * (int64_t)v;
		if (g->kind == 3 && v >= g->colours)
			return PICTURE_BAD;
		if (g->kind == 3)
			p_put(p, i, to, p_byte(p, at), p_byte(p, at + 1), p_byte(p, at + 2));
		else if (c < 3)
			p_put(p, i, to, v, v, v);
		else
			p_put(p, i, to, v, png_sample(g, row, k * c + 1), png_sample(g, row, k * c + 2));
	}
	return 0;
}

/* Every step-th pixel from the first on, in both directions. */
static int png_pass(const struct picture *p, const struct png *g, struct inflate *s, uint8_t *const *row, const uint8_t *from)
{
	int64_t n = (g->w - from[0] + from[2] - 1) / from[2], bytes = (n * g->channels * g->depth + 7) / 8;
	int step = g->channels * g->depth < 8 ? 1 : g->channels * g->depth / 8, turn = 0, bad = 0;
	if (g->w <= from[0])
		return 0;
	memset(row[1], 0, (size_t)bytes);
	for (int64_t i = from[1]; i < g->h && !bad; i += from[3], turn = !turn) {
		uint8_t filter;
		bad = inflate_read(s, &filter, 1) || inflate_read(s, row[turn], bytes) ||
		      png_filter(filter, row[turn], row[!turn], bytes, step) || png_put(p, g, row[turn], n, (int)i, from[0], from[2]);
	}
	return bad ? PICTURE_BAD : 0;
}

static int png_decode(struct picture *p)
{
	/* where a pass begins, and its steps: along rows, along columns */
	static const uint8_t passes[8][4] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
	                                     {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}, {0, 0, 1, 1}};
	struct png g;
	if (png_head(p, &g) || png_chunks(p, &g))
		return PICTURE_BAD;
	struct inflate *s = (struct inflate *)p_room(p, sizeof *s);
	uint8_t *row[2];
	for (int i = 0; i < 2; i++) {
		row[i] = (uint8_t *)p_room(p, g.w * 8 + 8);
		if (!s || !row[i])
			return PICTURE_LARGE;
		row[i] += 8;
	}
	inflate_open(s, p, g.data - 4, g.data - 4, 1);
	for (int i = 0; i < g.passes; i++)
		if (png_pass(p, &g, s, row, passes[g.passes == 1 ? 7 : i]))
			return PICTURE_BAD;
	return 0;
}
