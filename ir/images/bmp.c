/* BMP (Windows and OS/2 bitmaps): a head of 12 or of 40 bytes and more, a palette, rows of pixels from below in multiples of
 * four bytes; runs of equal pixels (RLE8, RLE4); masks of bits for the colours. */
struct bmp {
	int64_t head, palette, pixels, step; /* step: bytes of a colour in the palette */
	int64_t w, h;
	int down, bits, packing;
	uint32_t mask[3];
};

static inline int bmp_is(const struct picture *p) { return p_is(p, 0, "BM", 2); }

static void bmp_masks(const struct picture *p, struct bmp *b)
{
	static const uint32_t usual[2][3] = {{0x7c00, 0x3e0, 0x1f}, {0xff0000, 0xff00, 0xff}};
	for (int c = 0; c < 3; c++)
		b->mask[c] = b->packing == 3 ? p_little32(p, 54 + 4 * c) : usual[b->bits == 32][c];
}

static int bmp_head(const struct picture *p, struct bmp *b)
{
	int64_t size = p_little32(p, 14);
	int old = size == 12;
	memset(b, 0, sizeof *b);
	b->pixels = p_little32(p, 10);
	b->w = old ? p_little16(p, 18) : (int32_t)p_little32(p, 18);
	b->h = old ? p_little16(p, 20) : (int32_t)p_little32(p, 22);
	b->bits = p_little16(p, old ? 24 : 28);
	b->packing = old ? 0 : (int)(p_little32(p, 30) & 15);
	b->down = b->h < 0;
	b->h = b->down ? -b->h : b->h;
	b->palette = 14 + size + (b->packing == 3 && size == 40 ? 12 : 0);
	b->step = old ? 3 : 4;
	bmp_masks(p, b);
	int runs = (b->packing == 1 && b->bits == 8) || (b->packing == 2 && b->bits == 4);
	int plain = b->packing == 0 || (b->packing == 3 && (b->bits == 16 || b->bits == 32));
	int known = b->bits == 1 || b->bits == 4 || b->bits == 8 || b->bits == 16 || b->bits == 24 || b->bits == 32;
	return (old || (size >= 40 && size <= 124)) && b->w > 0 && b->h > 0 && known && (runs || plain) ? 0 : PICTURE_BAD;
}

static int bmp_size(const struct picture *p, int64_t *size)
{
	struct bmp b;
	int bad = bmp_head(p, &b);
	size[0] = b.h;
	size[1] = b.w;
	return bad;
}

/* The bits of a mask as a number of 0..255. */
static int bmp_part(uint32_t v, uint32_t mask)
{
	if (!mask)
		return 0;
	for (; !(mask & 1); mask >>= 1)
		v >>= 1;
	return (int)((uint64_t)(v & mask) * 255 / mask);
}

static void bmp_put(const struct picture *p, const struct bmp *b, int64_t i, int64_t k, int colour)
{
	int64_t at = b->palette + b->step * colour;
	if (k < b->w && i < b->h)
		p_put(p, (int)(b->down ? i : b->h - 1 - i), (int)k, p_byte(p, at + 2), p_byte(p, at + 1), p_byte(p, at));
}

static void bmp_pixel(const struct picture *p, const struct bmp *b, int64_t i, int64_t k, int64_t row)
{
	int to = (int)(b->down ? i : b->h - 1 - i);
	int64_t at = row + k * b->bits / 8;
	uint32_t v = b->bits == 32 ? p_little32(p, at) : (uint32_t)p_little16(p, at);
	if (b->bits <= 8)
		bmp_put(p, b, i, k, p->x[at] >> (8 - b->bits - k * b->bits % 8) & ((1 << b->bits) - 1));
	else if (b->bits == 24)
		p_put(p, to, (int)k, p->x[at + 2], p->x[at + 1], p->x[at]);
	else
		p_put(p, to, (int)k, bmp_part(v, b->mask[0]), bmp_part(v, b->mask[1]), bmp_part(v, b->mask[2]));
}

/* n pixels of one byte's colours in turn, or of as many bytes as there are. */
static int64_t bmp_colours(const struct picture *p, const struct bmp *b, int64_t i, int64_t k, int64_t at, int n, int moves)
{
	for (int j = 0; j < n; j++)
		bmp_put(p, b, i, k + j,
		        b->bits == 8 ? p_byte(p, at + j * moves) : p_byte(p, at + j / 2 * moves) >> (j & 1 ? 0 : 4) & 15);
	return k + n;
}

static int bmp_runs(const struct picture *p, const struct bmp *b)
{
	int64_t i = 0, k = 0, at = b->pixels;
	for (int64_t r = 0; r < b->h; r++)
		for (int64_t c = 0; c < b->w; c++)
			bmp_put(p, b, r, c, 0);
	while (at + 1 < p->n) {
		int n = p->x[at], v = p->x[at + 1], bytes = b->bits == 8 ? v : (v + 1) / 2;
		at += 2;
		if (n) {
			k = bmp_colours(p, b, i, k, at - 1, n, 0);
		} else if (v == 0) {
			k = 0;
			i++;
		} else if (v == 1) {
			return 0;
		} else if (v == 2) {
			k += p_byte(p, at);
			i += p_byte(p, at + 1);
			at += 2;
		} else {
			k = bmp_colours(p, b, i, k, at, v, 1);
			at += (bytes + 1) / 2 * 2;
		}
	}
	return PICTURE_BAD;
}

static int bmp_decode(struct picture *p)
{
	struct bmp b;
	if (bmp_head(p, &b))
		return PICTURE_BAD;
	if (b.packing == 1 || b.packing == 2)
		return bmp_runs(p, &b);
	int64_t line = (b.w * b.bits + 31) / 32 * 4;
	if (b.pixels > p->n || (p->n - b.pixels) / line < b.h)
		return PICTURE_BAD;
	for (int64_t i = 0; i < b.h; i++)
		for (int64_t k = 0; k < b.w; k++)
			bmp_pixel(p, &b, i, k, b.pixels + i * line);
	return 0;
}
