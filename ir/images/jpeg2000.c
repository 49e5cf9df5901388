/* JPEG 2000 (ITU T.800): code streams alone or in a JP2 file, tiles, precincts and layers in any order, both transforms. Not
 * decoded: coding that is bypassed or ended pass by pass, regions of interest, packed headers, changes of order, palettes. */
enum { J2K_PARTS = 4, J2K_LEVELS = 32, J2K_BANDS = 3 * J2K_LEVELS + 1, J2K_FLAGS = 6400 };

union j2k_value {
	int32_t i;
	float f;
};

/* How a colour is coded: COD or COC, QCD or QCC. */
struct j2k_style {
	int levels, block_w, block_h, flags, whole; /* exponents; whole: of the two transforms the one in integers */
	uint8_t precinct[J2K_LEVELS + 1];
	int kind, guard;
	uint8_t exponent[J2K_BANDS];
	uint16_t mantissa[J2K_BANDS];
};

/* Bytes of a block that stand together. */
struct j2k_chunk {
	int64_t at;
	int32_t bytes, next;
};

struct j2k_block {
	int32_t x, y, w, h; /* in the tile's memory */
	int32_t first, last;        /* chunks */
	uint8_t seen, length, planes; /* bits of a length; empty planes */
	int16_t passes;
};

/* B.10.2: what is known of a number. */
struct j2k_node {
	int32_t up;
	uint16_t low, value;
};

/* The blocks of one band in one precinct. */
struct j2k_group {
	int32_t block, across, down, included, empty; /* the first block; trees */
};

struct j2k_band {
	int64_t x0, y0, x1, y1;
	int64_t left, top; /* where it lies in the tile's memory */
	int planes;
	float step;
};

/* All bands of one size. */
struct j2k_level {
	int64_t x0, y0, x1, y1, across, down; /* precincts */
	int bands, w, h; /* exponents of the precincts */
	struct j2k_band band[3];
	struct j2k_group *group; /* by precinct, then band */
};

struct j2k_part {
	struct j2k_level level[J2K_LEVELS + 1];
	union j2k_value *x;
};

struct j2k {
	struct picture *p;
	int64_t begin, end; /* the code stream */
	int64_t x0, y0, x1, y1, tile_x, tile_y, tile_w, tile_h, across, down;
	int parts, bits[J2K_PARTS], is_signed[J2K_PARTS], sycc;
	struct j2k_style style[J2K_PARTS], main[J2K_PARTS];
	int order, layers, mixed, main_order, main_layers, main_mixed;
	/* a tile: */
	int tile, made;
	int64_t tx0, ty0, tx1, ty1, at, stop, next; /* the tile's part at hand, and where to look for the next one */
	struct j2k_part part[J2K_PARTS];
	struct j2k_chunk *chunk;
	int32_t chunks, chunk_room;
	struct j2k_block *block;
	struct j2k_node *node;
	int32_t blocks, nodes;
	int bit, last; /* of a packet's head: bits left in its last byte */
	/* a block: */
	uint8_t *bytes;
	int64_t byte, byte_end;
	uint32_t c, a;
	int ct;
	uint8_t state[19], mps[19];
	uint8_t flag[J2K_FLAGS];
};

static int64_t j2k_up(int64_t v, int bits) { return (v + ((int64_t)1 << bits) - 1) >> bits; }
static int64_t j2k_most(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t j2k_least(int64_t a, int64_t b) { return a < b ? a : b; }

static inline int j2k_is(const struct picture *p)
{
	return p_is(p, 0, "\0\0\0\x0cjP  ", 8) || p_is(p, 0, "\xff\x4f\xff\x51", 4);
}

/* ---- heads ---- */

/* Where the code stream is: the box jp2c; *colour: the number of the colour space. */
static int j2k_stream(const struct picture *p, int64_t *begin, int64_t *end, int *colour)
{
	int64_t at = 0;
	*begin = 0;
	*end = p->n;
	*colour = 0;
	if (p_byte(p, 0) == 0xff)
		return 1;
	for (int64_t size; at <= p->n - 8; at += size) {
		size = p_big32(p, at);
		int64_t head = 8;
		if (size == 1) {
			size = p_big32(p, at + 8) ? p->n : (int64_t)p_big32(p, at + 12);
			head = 16;
		}
		size = size && size <= p->n - at ? size : p->n - at;
		if (size < head)
			return 0;
		if (p_is(p, at + 4, "jp2c", 4)) {
			*begin = at + head;
			*end = at + size;
			return 1;
		}
		if (p_is(p, at + 4, "pclr", 4))
			return 0;
		if (p_is(p, at + 4, "colr", 4) && p_byte(p, at + 8) == 1 && !*colour)
			*colour = (int)(p_big32(p, at + 11) & 255);
		if (p_is(p, at + 4, "jp2h", 4))
			size = 8; /* its boxes stand inside */
	}
	return 0;
}

static int j2k_size(const struct picture *p, int64_t *size)
{
	int64_t at, end;
	int colour;
	if (!j2k_stream(p, &at, &end, &colour) || !p_is(p, at, "\xff\x4f\xff\x51", 4))
		return PICTURE_BAD;
	size[1] = (int64_t)p_big32(p, at + 8) - p_big32(p, at + 16);
	size[0] = (int64_t)p_big32(p, at + 12) - p_big32(p, at + 20);
	return size[0] > 0 && size[1] > 0 ? 0 : PICTURE_BAD;
}

/* A.5.1 */
static int j2k_head(struct j2k *j, int64_t at)
{
	const struct picture *p = j->p;
	j->x1 = p_big32(p, at + 4);
	j->y1 = p_big32(p, at + 8);
	j->x0 = p_big32(p, at + 12);
	j->y0 = p_big32(p, at + 16);
	j->tile_w = p_big32(p, at + 20);
	j->tile_h = p_big32(p, at + 24);
	j->tile_x = p_big32(p, at + 28);
	j->tile_y = p_big32(p, at + 32);
	j->parts = p_big16(p, at + 36);
	if (j->parts < 1 || j->parts > J2K_PARTS || !j->tile_w || !j->tile_h || j->tile_x > j->x0 || j->tile_y > j->y0 ||
	    j->tile_x + j->tile_w <= j->x0 || j->tile_y + j->tile_h <= j->y0 || j->x1 > INT32_MAX || j->y1 > INT32_MAX)
		return PICTURE_BAD;
	for (int c = 0; c < j->parts; c++) {
		j->bits[c] = (p_byte(p, at + 38 + 3 * c) & 127) + 1;
		j->is_signed[c] = p_byte(p, at + 38 + 3 * c) >> 7;
		if (j->bits[c] > 16 || p_byte(p, at + 39 + 3 * c) != 1 || p_byte(p, at + 40 + 3 * c) != 1)
			return PICTURE_BAD;
	}
	j->across = (j->x1 - j->tile_x + j->tile_w - 1) / j->tile_w;
	j->down = (j->y1 - j->tile_y + j->tile_h - 1) / j->tile_h;
	return j->across * j->down > 65535 ? PICTURE_BAD : 0;
}

/* A.6.1: what COD and COC share. */
static int j2k_read_style(const struct picture *p, struct j2k_style *s, int64_t at, int precincts)
{
	s->levels = p_byte(p, at);
	s->block_w = 2 + (p_byte(p, at + 1) & 15);
	s->block_h = 2 + (p_byte(p, at + 2) & 15);
	s->flags = p_byte(p, at + 3);
	s->whole = p_byte(p, at + 4) == 1;
	if (s->levels > J2K_LEVELS || s->block_w > 10 || s->block_h > 10 || s->block_w + s->block_h > 12 || s->flags & 5 ||
	    p_byte(p, at + 4) > 1)
		return PICTURE_BAD;
	for (int r = 0; r <= s->levels; r++) {
		s->precinct[r] = (uint8_t)(precincts ? p_byte(p, at + 5 + r) : 0xff);
		if (r && (s->precinct[r] % 16 == 0 || s->precinct[r] / 16 == 0))
			return PICTURE_BAD;
	}
	return 0;
}

/* A.6.4: what QCD and QCC share. */
static int j2k_read_steps(const struct picture *p, struct j2k_style *s, int64_t at, int64_t end)
{
	s->kind = p_byte(p, at) & 31;
	s->guard = p_byte(p, at) >> 5;
	if (s->kind > 2)
		return PICTURE_BAD;
	at++;
	for (int b = 0; b < J2K_BANDS; b++) {
		int v = s->kind ? p_big16(p, at) : p_byte(p, at) << 8;
		int less = s->kind == 1 && b ? (b - 1) / 3 : 0;
		if (at >= end)
			v = 0;
		s->exponent[b] = (uint8_t)(v >> 11 > less ? (v >> 11) - less : 0);
		s->mantissa[b] = (uint16_t)(v & 0x7ff);
		at += s->kind == 1 ? 0 : s->kind ? 2 : 1;
	}
	return 0;
}

/* A marker's segment in a head of the stream, or of a part of a tile. */
static int j2k_segment(struct j2k *j, int marker, int64_t at, int64_t end)
{
	const struct picture *p = j->p;
	int bad = 0, c = p_byte(p, at), coding = marker == 0x52 || marker == 0x53 || marker == 0x5c || marker == 0x5d;
	if (j->made && coding)
		return PICTURE_BAD;
	if (marker == 0x52) {
		j->order = p_byte(p, at + 1);
		j->layers = p_big16(p, at + 2);
		j->mixed = p_byte(p, at + 4);
		for (int i = 0; i < j->parts && !bad; i++)
			bad = j2k_read_style(p, &j->style[i], at + 5, c & 1);
		return bad || j->order > 4 || !j->layers || j->mixed > 1 ? PICTURE_BAD : 0;
	}
	if (marker == 0x53)
		return c < j->parts ? j2k_read_style(p, &j->style[c], at + 2, p_byte(p, at + 1) & 1) : PICTURE_BAD;
	if (marker == 0x5c)
		for (int i = 0; i < j->parts && !bad; i++)
			bad = j2k_read_steps(p, &j->style[i], at, end);
	if (marker == 0x5d)
		return c < j->parts ? j2k_read_steps(p, &j->style[c], at + 1, end) : PICTURE_BAD;
	return bad || marker == 0x5e || marker == 0x5f || marker == 0x60 || marker == 0x61 ? PICTURE_BAD : 0;
}

/* Segments up to the marker `stop`; *at: behind it. */
static int j2k_segments(struct j2k *j, int64_t *at, int64_t end, int stop)
{
	const struct picture *p = j->p;
	while (*at <= end - 2 && p_byte(p, *at) == 0xff) {
		int marker = p_byte(p, *at + 1);
		if (marker == stop) {
			*at += 2;
			return 0;
		}
		int64_t size = p_big16(p, *at + 2);
		if (size < 2 || size > end - *at - 2 || j2k_segment(j, marker, *at + 4, *at + 2 + size))
			return PICTURE_BAD;
		*at += 2 + size;
	}
	return PICTURE_BAD;
}

/* The next part of the tile: A.4.2; 0: none. */
static int j2k_next_part(struct j2k *j, int *bad)
{
	const struct picture *p = j->p;
	while (j->next <= j->end - 12 && p_is(p, j->next, "\xff\x90", 2)) {
		int64_t at = j->next, size = p_big32(p, at + 6);
		size = size ? size : j->end - at - (p_is(p, j->end - 2, "\xff\xd9", 2) ? 2 : 0);
		if (size < 14 || size > j->end - at) {
			*bad = PICTURE_BAD;
			return 0;
		}
		j->next = at + size;
		if (p_big16(p, at + 4) != j->tile)
			continue;
		at += 12;
		*bad = j2k_segments(j, &at, j->next, 0x93);
		j->at = at;
		j->stop = j->next;
		return !*bad;
	}
	return 0;
}

/* ---- a tile: levels, bands, precincts, blocks (B.5 to B.9) ---- */

static int32_t j2k_tree(struct j2k *j, int64_t w, int64_t h)
{
	int32_t first = j->nodes, from = first;
	for (;;) {
		int32_t n = (int32_t)(w * h), up = from + n;
		for (int32_t i = 0; i < n; i++)
			j->node[from + i] = (struct j2k_node){n > 1 ? up + (int32_t)(i / w / 2 * ((w + 1) / 2) + i % w / 2) : -1, 0, 0xffff};
		j->nodes = up;
		if (n <= 1)
			return first;
		from = up;
		w = (w + 1) / 2;
		h = (h + 1) / 2;
	}
}

/* The blocks of a band in the rectangle of a precinct; with j->block NULL they are only counted. */
static void j2k_make_group(struct j2k *j, const struct j2k_style *s, const struct j2k_level *l, int band, int64_t px, int64_t py,
                           struct j2k_group *g)
{
	const struct j2k_band *b = &l->band[band];
	int half = l->bands == 3, w = l->w - half, h = l->h - half;
	int bw = (int)j2k_least(s->block_w, w), bh = (int)j2k_least(s->block_h, h);
	int64_t x0 = j2k_most(b->x0, px << w), x1 = j2k_least(b->x1, (px + 1) << w);
	int64_t y0 = j2k_most(b->y0, py << h), y1 = j2k_least(b->y1, (py + 1) << h);
	int64_t across = x1 > x0 && y1 > y0 ? j2k_up(x1, bw) - (x0 >> bw) : 0, down = across ? j2k_up(y1, bh) - (y0 >> bh) : 0;
	int64_t n = across * down;
	if (!j->block) {
		j->blocks = (int32_t)j2k_least(j->blocks + n, INT32_MAX / 4);
		return;
	}
	*g = (struct j2k_group){j->blocks, (int32_t)across, (int32_t)down, 0, 0};
	if (!n)
		return;
	g->included = j2k_tree(j, across, down);
	g->empty = j2k_tree(j, across, down);
	for (int64_t i = 0; i < n; i++) {
		int64_t bx = (x0 >> bw) + i % across, by = (y0 >> bh) + i / across;
		int64_t left = j2k_most(x0, bx << bw), top = j2k_most(y0, by << bh);
		struct j2k_block *k = &j->block[j->blocks++];
		memset(k, 0, sizeof *k);
		k->x = (int32_t)(b->left + left - b->x0);
		k->y = (int32_t)(b->top + top - b->y0);
		k->w = (int32_t)(j2k_least(x1, (bx + 1) << bw) - left);
		k->h = (int32_t)(j2k_least(y1, (by + 1) << bh) - top);
		k->first = k->last = -1;
		k->length = 3;
	}
}

static void j2k_make_band(const struct j2k *j, int c, const struct j2k_style *s, struct j2k_level *l, int r, int i)
{
	struct j2k_band *b = &l->band[i];
	int down = r ? s->levels - r + 1 : s->levels, number = r ? 3 * r - 2 + i : 0, kind = r ? i + 1 : 0;
	int64_t half = r ? (int64_t)1 << (down - 1) : 0, dx = kind & 1 ? half : 0, dy = kind & 2 ? half : 0;
	int gain = s->whole ? (kind == 3 ? 2 : kind > 0) : 0, power = j->bits[c] + gain - s->exponent[number];
	const struct j2k_level *low = l - 1;
	b->x0 = j2k_up(j->tx0 - dx, down);
	b->x1 = j2k_up(j->tx1 - dx, down);
	b->y0 = j2k_up(j->ty0 - dy, down);
	b->y1 = j2k_up(j->ty1 - dy, down);
	b->left = kind & 1 ? low->x1 - low->x0 : 0;
	b->top = kind & 2 ? low->y1 - low->y0 : 0;
	b->planes = s->exponent[number] + s->guard - 1;
	b->step = (1.0f + (float)s->mantissa[number] / 2048.0f) * 0.5f;
	for (; power > 0; power--)
		b->step *= 2.0f;
	for (; power < 0; power++)
		b->step *= 0.5f;
}

static void j2k_make_level(const struct j2k *j, int c, const struct j2k_style *s, struct j2k_level *l, int r)
{
	int down = s->levels - r;
	l->x0 = j2k_up(j->tx0, down);
	l->x1 = j2k_up(j->tx1, down);
	l->y0 = j2k_up(j->ty0, down);
	l->y1 = j2k_up(j->ty1, down);
	l->w = s->precinct[r] % 16;
	l->h = s->precinct[r] / 16;
	l->across = l->x1 > l->x0 ? j2k_up(l->x1, l->w) - (l->x0 >> l->w) : 0;
	l->down = l->y1 > l->y0 ? j2k_up(l->y1, l->h) - (l->y0 >> l->h) : 0;
	l->bands = r ? 3 : 1;
	for (int i = 0; i < l->bands; i++)
		j2k_make_band(j, c, s, l, r, i);
}

/* Groups of all precincts; twice: once to count, once to make. */
static void j2k_make_groups(struct j2k *j, const struct j2k_style *s, struct j2k_level *l)
{
	for (int64_t i = 0; i < l->across * l->down; i++)
		for (int b = 0; b < l->bands; b++) {
			int64_t px = (l->x0 >> l->w) + i % l->across, py = (l->y0 >> l->h) + i / l->across;
			j2k_make_group(j, s, l, b, px, py, l->group ? &l->group[i * l->bands + b] : NULL);
		}
}

static int j2k_make_tile(struct j2k *j)
{
	struct picture *p = j->p;
	int64_t col = j->tile % j->across, row = j->tile / j->across, groups = 0;
	j->tx0 = j2k_most(j->x0, j->tile_x + col * j->tile_w);
	j->tx1 = j2k_least(j->x1, j->tile_x + (col + 1) * j->tile_w);
	j->ty0 = j2k_most(j->y0, j->tile_y + row * j->tile_h);
	j->ty1 = j2k_least(j->y1, j->tile_y + (row + 1) * j->tile_h);
	j->block = NULL;
	j->blocks = j->nodes = j->chunks = 0;
	for (int c = 0; c < j->parts; c++)
		for (int r = 0; r <= j->style[c].levels; r++) {
			struct j2k_level *l = &j->part[c].level[r];
			j2k_make_level(j, c, &j->style[c], l, r);
			groups = l->across * l->down * l->bands;
			if (groups > p->room / (int64_t)sizeof *l->group)
				return PICTURE_LARGE;
			l->group = NULL;
			j2k_make_groups(j, &j->style[c], l);
			l->group = (struct j2k_group *)p_room(p, groups * (int64_t)sizeof *l->group);
			if (!l->group)
				return PICTURE_LARGE;
		}
	int64_t pixels = (j->tx1 - j->tx0) * (j->ty1 - j->ty0), blocks = j->blocks;
	for (int c = 0; c < j->parts; c++)
		if (!(j->part[c].x = (union j2k_value *)p_room(p, pixels * (int64_t)sizeof *j->part[c].x)))
			return PICTURE_LARGE;
	/* no tree has four nodes a block */
	j->node = (struct j2k_node *)p_room(p, (4 * blocks + 64) * 2 * (int64_t)sizeof *j->node);
	j->block = (struct j2k_block *)p_room(p, blocks * (int64_t)sizeof *j->block);
	if (!j->node || !j->block)
		return PICTURE_LARGE;
	j->blocks = 0;
	for (int c = 0; c < j->parts; c++)
		for (int r = 0; r <= j->style[c].levels; r++)
			j2k_make_groups(j, &j->style[c], &j->part[c].level[r]);
	return 0;
}

/* ---- packets: B.9, B.10 ---- */

static int j2k_bit(struct j2k *j)
{
	if (!j->bit) {
		j->bit = j->last == 0xff ? 7 : 8;
		j->last = j->at < j->stop ? j->p->x[j->at] : 0;
		j->at++;
	}
	return j->last >> --j->bit & 1;
}

static int j2k_bits(struct j2k *j, int n)
{
	int v = 0;
	while (n-- > 0)
		v = 2 * v + j2k_bit(j);
	return v;
}

/* Whether the number at a leaf is below `most`. */
static int j2k_below(struct j2k *j, int32_t leaf, int most)
{
	int32_t path[32];
	int n = 0, low = 0;
	for (int32_t i = leaf; i >= 0 && n < 32; i = j->node[i].up)
		path[n++] = i;
	while (n-- > 0) {
		struct j2k_node *k = &j->node[path[n]];
		low = k->low > low ? k->low : low;
		while (low < most && low < k->value)
			if (j2k_bit(j))
				k->value = (uint16_t)low;
			else
				low++;
		k->low = (uint16_t)low;
	}
	return j->node[leaf].value < most;
}

static int j2k_passes(struct j2k *j)
{
	int v;
	if (!j2k_bit(j))
		return 1;
	if (!j2k_bit(j))
		return 2;
	if ((v = j2k_bits(j, 2)) < 3)
		return 3 + v;
	if ((v = j2k_bits(j, 5)) < 31)
		return 6 + v;
	return 37 + j2k_bits(j, 7);
}

/* How many passes of a block, and how many bytes, a packet has; 0 where there are none. */
static int j2k_block_head(struct j2k *j, const struct j2k_group *g, int32_t i, int layer, int32_t *bytes)
{
	struct j2k_block *k = &j->block[g->block + i];
	*bytes = 0;
	if (k->seen ? !j2k_bit(j) : !j2k_below(j, g->included + i, layer + 1))
		return 0;
	if (!k->seen) {
		int empty = 1;
		while (empty < 100 && !j2k_below(j, g->empty + i, empty))
			empty++;
		k->planes = (uint8_t)(empty - 1);
		k->seen = 1;
	}
	int passes = j2k_passes(j), more = 0;
	while (k->length < 31 && j2k_bit(j))
		k->length++;
	while (passes >> (more + 1))
		more++;
	if (k->length + more > 30)
		return -1;
	*bytes = j2k_bits(j, k->length + more);
	return passes;
}

static int j2k_keep(struct j2k *j, struct j2k_block *k, int32_t bytes)
{
	if (bytes > j->stop - j->at)
		return PICTURE_BAD;
	if (j->chunks == j->chunk_room)
		return PICTURE_LARGE;
	j->chunk[j->chunks] = (struct j2k_chunk){0, bytes, -1};
	if (k->last >= 0)
		j->chunk[k->last].next = j->chunks;
	else
		k->first = j->chunks;
	k->last = j->chunks++;
	return 0;
}

/* The head says what comes for each block; then it comes, in that order. */
static int j2k_packet_head(struct j2k *j, const struct j2k_level *l, const struct j2k_group *g, int layer)
{
	j->bit = j->last = 0;
	for (int b = 0, full = j2k_bit(j); b < l->bands && full; b++)
		for (int32_t i = 0; i < g[b].across * g[b].down; i++) {
			struct j2k_block *k = &j->block[g[b].block + i];
			int32_t bytes;
			int passes = j2k_block_head(j, &g[b], i, layer, &bytes);
			if (passes < 0 || k->passes + passes > 1000 || j->at > j->stop)
				return PICTURE_BAD;
			k->passes = (int16_t)(k->passes + passes);
			int bad = bytes ? j2k_keep(j, k, bytes) : 0;
			if (bad)
				return bad;
		}
	j->at += j->last == 0xff;
	return 0;
}

static int j2k_packet(struct j2k *j, int c, int r, int64_t precinct, int layer)
{
	const struct j2k_level *l = &j->part[c].level[r];
	int bad = 0;
	int32_t first = j->chunks;
	if (j->at >= j->stop && !j2k_next_part(j, &bad))
		return PICTURE_BAD;
	if (p_is(j->p, j->at, "\xff\x91", 2))
		j->at += 6;
	bad = j2k_packet_head(j, l, &l->group[precinct * l->bands], layer);
	if (bad)
		return bad;
	if (p_is(j->p, j->at, "\xff\x92", 2))
		j->at += 2;
	for (int32_t i = first; i < j->chunks; i++) {
		j->chunk[i].at = j->at;
		if (j->chunk[i].bytes > j->stop - j->at)
			return PICTURE_BAD;
		j->at += j->chunk[i].bytes;
	}
	return 0;
}

static int j2k_layers(struct j2k *j, int c, int r, int64_t precinct)
{
	int bad = 0;
	for (int l = 0; l < j->layers && !bad; l++)
		bad = j2k_packet(j, c, r, precinct, l);
	return bad;
}

static int j2k_precincts(struct j2k *j, int c, int r, int layer)
{
	const struct j2k_level *l = &j->part[c].level[r];
	int bad = 0;
	for (int64_t i = 0; i < l->across * l->down && !bad && r <= j->style[c].levels; i++)
		bad = j2k_packet(j, c, r, i, layer);
	return bad;
}

static int j2k_most_levels(const struct j2k *j)
{
	int most = 0;
	for (int c = 0; c < j->parts; c++)
		most = j->style[c].levels > most ? j->style[c].levels : most;
	return most;
}

/* LRCP and RLCP: B.12.1.1, B.12.1.2 */
static int j2k_by_layer(struct j2k *j)
{
	int levels = j2k_most_levels(j) + 1, outer = j->order ? levels : j->layers, inner = j->order ? j->layers : levels, bad = 0;
	for (int o = 0; o < outer; o++)
		for (int i = 0; i < inner; i++)
			for (int c = 0; c < j->parts && !bad; c++)
				bad = j2k_precincts(j, c, j->order ? o : i, j->order ? i : o);
	return bad;
}

/* The precinct of a level that begins at x, y of the picture; -1: none does. */
static int64_t j2k_precinct_at(const struct j2k *j, int c, int r, int64_t x, int64_t y)
{
	const struct j2k_level *l = &j->part[c].level[r];
	int down = j->style[c].levels - r;
	int64_t w = ((int64_t)1 << (l->w + down)) - 1, h = ((int64_t)1 << (l->h + down)) - 1;
	if (r > j->style[c].levels || !l->across || !l->down)
		return -1;
	if ((x & w && (x != j->tx0 || !(l->x0 << down & w))) || (y & h && (y != j->ty0 || !(l->y0 << down & h))))
		return -1;
	return (j2k_up(x, down) >> l->w) - (l->x0 >> l->w) + ((j2k_up(y, down) >> l->h) - (l->y0 >> l->h)) * l->across;
}

/* The least step between precincts of the parts from..to-1 and levels. */
static int j2k_step(const struct j2k *j, int from, int to, int first, int last, int vertical)
{
	int least = 31;
	for (int c = from; c < to; c++)
		for (int r = first; r < last && r <= j->style[c].levels; r++) {
			const struct j2k_level *l = &j->part[c].level[r];
			int step = (vertical ? l->h : l->w) + j->style[c].levels - r;
			least = step < least ? step : least;
		}
	return least;
}

/* Precincts of those parts and levels by where they are, from above to below. */
static int j2k_by_place(struct j2k *j, int from, int to, int first, int last)
{
	int dx = j2k_step(j, from, to, first, last, 0), dy = j2k_step(j, from, to, first, last, 1), bad = 0;
	for (int64_t y = j->ty0; y < j->ty1; y = ((y >> dy) + 1) << dy)
		for (int64_t x = j->tx0; x < j->tx1; x = ((x >> dx) + 1) << dx)
			for (int c = from; c < to; c++)
				for (int r = first; r < last && !bad; r++) {
					int64_t k = j2k_precinct_at(j, c, r, x, y);
					bad = k < 0 ? 0 : j2k_layers(j, c, r, k);
				}
	return bad;
}

/* RPCL, PCRL, CPRL: B.12.1.3 to B.12.1.5 */
static int j2k_packets(struct j2k *j)
{
	int levels = j2k_most_levels(j) + 1, bad = 0;
	if (j->order < 2)
		return j2k_by_layer(j);
	if (j->order == 3)
		return j2k_by_place(j, 0, j->parts, 0, levels);
	for (int r = 0; r < levels && j->order == 2 && !bad; r++)
		bad = j2k_by_place(j, 0, j->parts, r, r + 1);
	for (int c = 0; c < j->parts && j->order == 4 && !bad; c++)
		bad = j2k_by_place(j, c, c + 1, 0, levels);
	return bad;
}

/* ---- the arithmetic decoder: annex C ---- */

static const uint16_t j2k_qe[47] = {0x5601, 0x3401, 0x1801, 0x0ac1, 0x0521, 0x0221, 0x5601, 0x5401, 0x4801, 0x3801, 0x3001, 0x2401,
                                    0x1c01, 0x1601, 0x5601, 0x5401, 0x5101, 0x4801, 0x3801, 0x3401, 0x3001, 0x2801, 0x2401, 0x2201,
                                    0x1c01, 0x1801, 0x1601, 0x1401, 0x1201, 0x1101, 0x0ac1, 0x09c1, 0x08a1, 0x0521, 0x0441, 0x02a1,
                                    0x0221, 0x0141, 0x0111, 0x0085, 0x0049, 0x0025, 0x0015, 0x0009, 0x0005, 0x0001, 0x5601};
static const uint8_t j2k_if_more[47] = {1,  2,  3,  4,  5,  38, 7,  8,  9,  10, 11, 12, 13, 29, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
                                        25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 45, 46};
static const uint8_t j2k_if_less[47] = {1,  6,  9,  12, 29, 33, 6,  14, 14, 14, 17, 18, 20, 21, 14, 14, 15, 16, 17, 18, 19, 19, 20, 21,
                                        22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 46};

/* Behind the end stand bytes of ones. */
static uint32_t j2k_byte(const struct j2k *j, int64_t i) { return i < j->byte_end ? j->bytes[i] : 0xff; }

static void j2k_more(struct j2k *j)
{
	if (j2k_byte(j, j->byte) != 0xff) {
		j->c += j2k_byte(j, ++j->byte) << 8;
		j->ct = 8;
	} else if (j2k_byte(j, j->byte + 1) > 0x8f) {
		j->c += 0xff00;
		j->ct = 8;
	} else {
		j->c += j2k_byte(j, ++j->byte) << 9;
		j->ct = 7;
	}
}

static void j2k_contexts(struct j2k *j)
{
	memset(j->state, 0, sizeof j->state);
	memset(j->mps, 0, sizeof j->mps);
	j->state[0] = 4;
	j->state[17] = 3;
	j->state[18] = 46;
}

static void j2k_start(struct j2k *j)
{
	j->byte = 0;
	j->c = j2k_byte(j, 0) << 16;
	j2k_more(j);
	j->c <<= 7;
	j->ct -= 7;
	j->a = 0x8000;
	j2k_contexts(j);
}

static inline int j2k_decide(struct j2k *j, int context)
{
	int s = j->state[context], bit = j->mps[context];
	uint32_t qe = j2k_qe[s];
	int less = (j->c >> 16) < qe; /* the lower part of the interval */
	j->a -= qe;
	if (!less) {
		j->c -= qe << 16;
		if (j->a & 0x8000)
			return bit;
	}
	int rare = less != (j->a < qe);
	if (less)
		j->a = qe;
	if (rare) {
		j->mps[context] = (uint8_t)(s == 0 || s == 6 || s == 14 ? 1 - bit : bit);
		bit = 1 - bit;
	}
	j->state[context] = rare ? j2k_if_less[s] : j2k_if_more[s];
	do {
		if (j->ct == 0)
			j2k_more(j);
		j->a <<= 1;
		j->c <<= 1;
		j->ct--;
	} while (!(j->a & 0x8000));
	return bit;
}

/* ---- blocks: annex D ---- */

enum { J2K_ON = 1, J2K_MINUS = 2, J2K_VISITED = 4, J2K_REFINED = 8, J2K_RUN = 17, J2K_EVEN = 18 };

struct j2k_pass {
	struct j2k *j;
	union j2k_value *x;
	int64_t stride;
	int w, h, step, plane, band, causal; /* step: of flags, which have a border; band: 0 LL, 1 HL, 2 LH, 3 HH */
};

/* Flags around f; where the stripe below counts for nothing, as if there were none. */
static inline int j2k_below_flag(const struct j2k_pass *s, const uint8_t *f, int last, int d) { return last ? 0 : f[s->step + d]; }

/* D.3.1: the context of whether a coefficient is not zero. */
static int j2k_context(const struct j2k_pass *s, const uint8_t *f, int last)
{
	int u = s->step, h = (f[-1] & 1) + (f[1] & 1), v = (f[-u] & 1) + (j2k_below_flag(s, f, last, 0) & 1);
	int d = (f[-u - 1] & 1) + (f[-u + 1] & 1) + (j2k_below_flag(s, f, last, -1) & 1) + (j2k_below_flag(s, f, last, 1) & 1);
	if (s->band == 3) {
		int n = h + v > 2 ? 2 : h + v;
		return d > 2 ? 8 : d == 2 ? 6 + (n > 0) : d == 1 ? 3 + n : n;
	}
	if (s->band == 1) {
		int t = h;
		h = v;
		v = t;
	}
	if (h == 2)
		return 8;
	if (h == 1)
		return v ? 7 : d ? 6 : 5;
	return v ? 2 + v : d > 2 ? 2 : d;
}

static int j2k_side(int f) { return !(f & J2K_ON) ? 0 : f & J2K_MINUS ? -1 : 1; }

/* D.3.2: its sign; it is on from now on. */
static void j2k_switch_on(const struct j2k_pass *s, uint8_t *f, int last, union j2k_value *x)
{
	int h = j2k_side(f[-1]) + j2k_side(f[1]), v = j2k_side(f[-s->step]) + j2k_side(j2k_below_flag(s, f, last, 0));
	h = h > 0 ? 1 : h < 0 ? -1 : 0;
	v = v > 0 ? 1 : v < 0 ? -1 : 0;
	int turned = h < 0 || (h == 0 && v < 0), t = turned ? -1 : 1;
	int minus = j2k_decide(s->j, 9 + (h ? 3 : 0) + (h ? t * v : v != 0)) ^ turned;
	*f |= (uint8_t)(J2K_ON | (minus ? J2K_MINUS : 0));
	x->i = 3 << s->plane;
}

static void j2k_significance(const struct j2k_pass *s, uint8_t *f, int last, union j2k_value *x)
{
	int context = *f & J2K_ON ? 0 : j2k_context(s, f, last);
	if (!context)
		return;
	if (j2k_decide(s->j, context))
		j2k_switch_on(s, f, last, x);
	*f |= J2K_VISITED;
}

static void j2k_refine(const struct j2k_pass *s, uint8_t *f, int last, union j2k_value *x)
{
	if ((*f & (J2K_ON | J2K_VISITED)) != J2K_ON)
		return;
	int context = *f & J2K_REFINED ? 16 : 14 + (j2k_context(s, f, last) > 0);
	x->i += j2k_decide(s->j, context) ? 1 << s->plane : -(1 << s->plane);
	*f |= J2K_REFINED;
}

/* Four coefficients of a column of which none is on or near one that is: the first one that is switched on; 4: none. */
static int j2k_run(const struct j2k_pass *s, const uint8_t *f)
{
	for (int i = 0; i < 4; i++)
		if (f[i * s->step] & (J2K_ON | J2K_VISITED) || j2k_context(s, f + i * s->step, s->causal && i == 3))
			return -1;
	if (!j2k_decide(s->j, J2K_RUN))
		return 4;
	int first = j2k_decide(s->j, J2K_EVEN);
	return 2 * first + j2k_decide(s->j, J2K_EVEN);
}

static void j2k_clean_column(const struct j2k_pass *s, uint8_t *f, int n, union j2k_value *x)
{
	int on = n == 4 ? j2k_run(s, f) : -1;
	for (int i = on > 0 ? on : 0; i < n; i++) {
		uint8_t *g = f + i * s->step;
		int last = s->causal && i == 3;
		if (i == on)
			j2k_switch_on(s, g, last, x + i * s->stride);
		else if (!(*g & (J2K_ON | J2K_VISITED)) && j2k_decide(s->j, j2k_context(s, g, last)))
			j2k_switch_on(s, g, last, x + i * s->stride);
	}
}

/* kind 0: significance, 1: refinement, 2: cleaning up */
static void j2k_one_pass(const struct j2k_pass *s, int kind)
{
	for (int i = 0; i < s->h; i += 4)
		for (int k = 0; k < s->w; k++) {
			int n = s->h - i < 4 ? s->h - i : 4;
			uint8_t *f = s->j->flag + (i + 1) * s->step + k + 1;
			union j2k_value *x = s->x + i * s->stride + k;
			if (kind == 2)
				j2k_clean_column(s, f, n, x);
			for (int q = 0; q < n; q++, f += s->step, x += s->stride)
				if (kind == 2)
					*f &= (uint8_t)~J2K_VISITED;
				else if (kind == 0)
					j2k_significance(s, f, s->causal && q == 3, x);
				else
					j2k_refine(s, f, s->causal && q == 3, x);
		}
}

static void j2k_gather(struct j2k *j, const struct j2k_block *k)
{
	j->byte_end = 0;
	for (int32_t i = k->first; i >= 0; i = j->chunk[i].next) {
		memcpy(j->bytes + j->byte_end, j->p->x + j->chunk[i].at, (size_t)j->chunk[i].bytes);
		j->byte_end += j->chunk[i].bytes;
	}
}

/* Magnitudes, with half a bit below the last, become coefficients. */
static void j2k_finish(const struct j2k_pass *s, const struct j2k_style *t, float step)
{
	for (int i = 0; i < s->h; i++)
		for (int k = 0; k < s->w; k++) {
			union j2k_value *x = s->x + i * s->stride + k;
			int v = s->j->flag[(i + 1) * s->step + k + 1] & J2K_MINUS ? -x->i : x->i;
			if (t->whole)
				x->i = v / 2;
			else
				x->f = (float)v * step;
		}
}

static int j2k_decode_block(struct j2k *j, int c, const struct j2k_band *b, int kind, const struct j2k_block *k)
{
	const struct j2k_style *t = &j->style[c];
	int64_t stride = j->tx1 - j->tx0;
	struct j2k_pass s = {j, j->part[c].x + k->y * stride + k->x, stride, k->w, k->h, k->w + 2, b->planes - k->planes - 1, kind,
	                     t->flags & 8};
	if (!k->passes)
		return 0;
	if (s.plane > 29 || s.plane < 0 || k->passes > 3 * s.plane + 1)
		return PICTURE_BAD;
	memset(j->flag, 0, (size_t)((k->w + 2) * (k->h + 2)));
	j2k_gather(j, k);
	j2k_start(j);
	for (int i = 0, pass = 2; i < k->passes; i++) {
		j2k_one_pass(&s, pass);
		for (int q = 0; q < 4 && pass == 2 && t->flags & 32; q++)
			j2k_decide(j, J2K_EVEN);
		if (t->flags & 2)
			j2k_contexts(j);
		s.plane -= pass == 2;
		pass = (pass + 1) % 3;
	}
	j2k_finish(&s, t, b->step);
	return 0;
}

static int j2k_blocks(struct j2k *j)
{
	int bad = 0;
	for (int c = 0; c < j->parts; c++)
		for (int r = 0; r <= j->style[c].levels; r++) {
			const struct j2k_level *l = &j->part[c].level[r];
			for (int64_t g = 0; g < l->across * l->down * l->bands; g++) {
				int b = (int)(g % l->bands);
				for (int32_t i = 0; i < l->group[g].across * l->group[g].down && !bad; i++)
					bad = j2k_decode_block(j, c, &l->band[b], r ? b + 1 : 0, &j->block[l->group[g].block + i]);
			}
		}
	return bad;
}

/* ---- the transforms: annex F ---- */

/* n values of which the first is low (odd 0) or high, in place; symmetric beyond the ends. */
static void j2k_turn_whole(union j2k_value *x, int64_t n, int odd)
{
	if (n == 1) {
		x[0].i = odd ? x[0].i / 2 : x[0].i;
		return;
	}
	for (int64_t i = odd; i < n; i += 2) {
		int64_t a = i ? i - 1 : 1, b = i + 1 < n ? i + 1 : i - 1;
		x[i].i = (int32_t)(x[i].i - (((int64_t)x[a].i + x[b].i + 2) >> 2));
	}
	for (int64_t i = !odd; i < n; i += 2) {
		int64_t a = i ? i - 1 : 1, b = i + 1 < n ? i + 1 : i - 1;
		x[i].i = (int32_t)(x[i].i + (((int64_t)x[a].i + x[b].i) >> 1));
	}
}

static void j2k_lift(union j2k_value *x, int64_t n, int64_t from, float k)
{
	for (int64_t i = from; i < n; i += 2) {
		int64_t a = i ? i - 1 : 1, b = i + 1 < n ? i + 1 : i - 1;
		x[i].f += (x[a].f + x[b].f) * k;
	}
}

/* With OpenJPEG's factor of what is high, which is not quite 2 / K. */
static void j2k_turn_real(union j2k_value *x, int64_t n, int odd)
{
	if (n == 1)
		return;
	for (int64_t i = 0; i < n; i++)
		x[i].f *= (i & 1) == odd ? 1.230174105f : 1.625732422f;
	j2k_lift(x, n, odd, -0.443506852f);
	j2k_lift(x, n, !odd, -0.882911075f);
	j2k_lift(x, n, odd, 0.052980118f);
	j2k_lift(x, n, !odd, 1.586134342f);
}

/* Low and high ones, one after the other, `step` apart, become one row; line: room for it. */
static void j2k_merge(union j2k_value *x, int64_t step, int64_t low, int64_t n, int odd, int whole, union j2k_value *line)
{
	for (int64_t i = 0; i < n; i++) {
		int64_t to = i < low ? 2 * i + odd : 2 * (i - low) + !odd;
		line[to] = x[i * step];
	}
	if (whole)
		j2k_turn_whole(line, n, odd);
	else
		j2k_turn_real(line, n, odd);
	for (int64_t i = 0; i < n; i++)
		x[i * step] = line[i];
}

static void j2k_transform(const struct j2k *j, int c, union j2k_value *line)
{
	const struct j2k_part *part = &j->part[c];
	int64_t stride = j->tx1 - j->tx0;
	for (int r = 1; r <= j->style[c].levels; r++) {
		const struct j2k_level *l = &part->level[r], *low = l - 1;
		int64_t w = l->x1 - l->x0, h = l->y1 - l->y0;
		for (int64_t i = 0; i < h && w; i++)
			j2k_merge(part->x + i * stride, 1, low->x1 - low->x0, w, (int)(l->x0 & 1), j->style[c].whole, line);
		for (int64_t k = 0; k < w && h; k++)
			j2k_merge(part->x + k, stride, low->y1 - low->y0, h, (int)(l->y0 & 1), j->style[c].whole, line);
	}
}

/* ---- colours: annex G ---- */

static void j2k_unmix(const struct j2k *j, union j2k_value *const *x)
{
	if (j->style[0].whole) {
		int64_t y = x[0]->i, u = x[1]->i, v = x[2]->i, g = y - ((u + v) >> 2);
		x[0]->i = (int32_t)(v + g);
		x[1]->i = (int32_t)g;
		x[2]->i = (int32_t)(u + g);
	} else {
		float y = x[0]->f, u = x[1]->f, v = x[2]->f;
		x[0]->f = y + v * 1.402f;
		x[1]->f = y - u * 0.34413f - v * 0.71414f;
		x[2]->f = y + u * 1.772f;
	}
}

/* The nearest whole number, half to even; far ones as the farthest. */
static int64_t j2k_round(float f)
{
	int64_t v = f > 1e9f ? 1000000000 : f > -1e9f ? (int64_t)f : -1000000000;
	float rest = f - (float)v;
	if (v > 4194304 || v < -4194304)
		return v;
	v += (rest > 0.5f || (rest == 0.5f && (v & 1))) - (rest < -0.5f || (rest == -0.5f && (v & 1)));
	return v;
}

/* A sample as 8 bits. */
static int j2k_sample(const struct j2k *j, int c, union j2k_value x)
{
	int bits = j->bits[c];
	int64_t half = (int64_t)1 << (bits - 1), v = j->style[c].whole ? x.i : j2k_round(x.f);
	v += half;
	v = v < 0 ? 0 : v >= 2 * half ? 2 * half - 1 : v;
	return p_clip((int)(bits > 8 ? (v + ((int64_t)1 << (bits - 9))) >> (bits - 8) : v << (8 - bits)));
}

static void j2k_put(const struct j2k *j)
{
	const struct picture *p = j->p;
	int64_t n = (j->tx1 - j->tx0) * (j->ty1 - j->ty0);
	for (int64_t i = 0; i < n; i++) {
		union j2k_value *x[J2K_PARTS];
		int v[J2K_PARTS], colours = j->parts < 3 ? 1 : 3;
		for (int c = 0; c < j->parts; c++)
			x[c] = j->part[c].x + i;
		if (j->mixed && colours == 3)
			j2k_unmix(j, x);
		for (int c = 0; c < colours; c++)
			v[c] = j2k_sample(j, c, *x[c]);
		if (j->sycc && colours == 3)
			p_colours(v);
		int row = (int)(j->ty0 - j->y0 + i / (j->tx1 - j->tx0)), column = (int)(j->tx0 - j->x0 + i % (j->tx1 - j->tx0));
		p_put(p, row, column, v[0], v[colours / 2], v[colours - 1]);
	}
}

/* ---- all of it ---- */

static int j2k_decode_tile(struct j2k *j, int64_t first, union j2k_value *line)
{
	int bad = 0;
	memcpy(j->style, j->main, sizeof j->style);
	j->order = j->main_order;
	j->layers = j->main_layers;
	j->mixed = j->main_mixed;
	j->next = first;
	j->made = 0;
	if (!j2k_next_part(j, &bad))
		return PICTURE_BAD;
	bad = j2k_make_tile(j);
	j->made = 1;
	bad = bad ? bad : j2k_packets(j);
	bad = bad ? bad : j2k_blocks(j);
	if (bad)
		return bad;
	if (j->mixed && j->parts >= 3 &&
	    (j->style[0].whole != j->style[1].whole || j->style[0].whole != j->style[2].whole))
		return PICTURE_BAD;
	for (int c = 0; c < j->parts; c++)
		j2k_transform(j, c, line);
	j2k_put(j);
	return 0;
}

static int j2k_decode(struct picture *p)
{
	struct j2k *j = (struct j2k *)p_room(p, sizeof *j);
	int colour, bad = 0;
	if (!j)
		return PICTURE_LARGE;
	j->p = p;
	if (!j2k_stream(p, &j->begin, &j->end, &colour) || j2k_head(j, j->begin + 4))
		return PICTURE_BAD;
	j->sycc = colour == 18;
	j->chunk_room = (int32_t)j2k_least(p->n * 4 / 7 + 1, INT32_MAX / 2);
	j->chunk = (struct j2k_chunk *)p_room(p, j->chunk_room * (int64_t)sizeof *j->chunk);
	j->bytes = (uint8_t *)p_room(p, p->n);
	union j2k_value *line = (union j2k_value *)p_room(p, (p->h + p->w) * (int64_t)sizeof *line);
	if (!j->chunk || !j->bytes || !line)
		return PICTURE_LARGE;
	int64_t at = j->begin + 2;
	if (j2k_segments(j, &at, j->end, 0x90) || !j->layers || !j->style[0].guard)
		return PICTURE_BAD;
	memcpy(j->main, j->style, sizeof j->main);
	j->main_order = j->order;
	j->main_layers = j->layers;
	j->main_mixed = j->mixed;
	struct picture before = *p;
	for (j->tile = 0; j->tile < j->across * j->down && !bad; j->tile++) {
		p->work = before.work;
		p->room = before.room;
		bad = j2k_decode_tile(j, at - 2, line);
	}
	return bad;
}
