/* Images (ir/images): decoders without memory of their own, tables that change, or recursion. Whatever the bytes are, nothing
 * outside of file, picture and work is touched: what is damaged, or of a kind that is not decoded, gives PICTURE_BAD. */
enum { PICTURE_BAD = TCC_ERR_SHAPE, PICTURE_LARGE = TCC_ERR_CAPACITY };

/* A file, and where its pixels go: element [i, k, c] is y[i*row + k*column + c*channel]. */
struct picture {
	const uint8_t *x;
	int64_t n;
	uint8_t *y;
	int64_t row, column, channel;
	int h, w, format; /* 0: RGB, 1: BGR, 2: grey */
	uint8_t *work;
	int64_t room;
};

/* Bytes of the file; 0 behind its end. */
static inline int p_byte(const struct picture *p, int64_t i) { return i >= 0 && i < p->n ? p->x[i] : 0; }
static inline int p_big16(const struct picture *p, int64_t i) { return p_byte(p, i) << 8 | p_byte(p, i + 1); }
static inline int p_little16(const struct picture *p, int64_t i) { return p_byte(p, i) | p_byte(p, i + 1) << 8; }

static inline uint32_t p_big32(const struct picture *p, int64_t i)
{
	return (uint32_t)p_big16(p, i) << 16 | (uint32_t)p_big16(p, i + 2);
}

static inline uint32_t p_little32(const struct picture *p, int64_t i)
{
	return (uint32_t)p_little16(p, i) | (uint32_t)p_little16(p, i + 2) << 16;
}

static inline int p_is(const struct picture *p, int64_t i, const char *text, int n)
{
	return i >= 0 && p->n >= n && i <= p->n - n && memcmp(p->x + i, text, (size_t)n) == 0;
}

static inline int p_clip(int v) { return v < 0 ? 0 : v > 255 ? 255 : v; }

/* JFIF, 7: Y, Cb, Cr to red, green, blue. */
static inline void p_colours(int *v)
{
	int y = v[0], cb = v[1] - 128, cr = v[2] - 128;
	v[0] = p_clip(y + ((91881 * cr + 32768) >> 16));
	v[1] = p_clip(y + ((-22554 * cb - 46802 * cr + 32768) >> 16));
	v[2] = p_clip(y + ((116130 * cb + 32768) >> 16));
}

/* Zeroed memory out of work; NULL where no more is left. */
static inline void *p_room(struct picture *p, int64_t bytes)
{
	uint8_t *at = p->work;
	bytes = bytes > 0 ? (bytes + 63) / 64 * 64 : 64;
	if (bytes > p->room)
		return NULL;
	p->work += bytes;
	p->room -= bytes;
	memset(at, 0, (size_t)bytes);
	return at;
}

static inline void p_put(const struct picture *p, int i, int k, int r, int g, int b)
{
	uint8_t *y = p->y + i * p->row + k * p->column;
	if (p->format == 2) {
		y[0] = (uint8_t)((r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16);
		return;
	}
	y[p->format ? 2 * p->channel : 0] = (uint8_t)r;
	y[p->channel] = (uint8_t)g;
	y[p->format ? 0 : 2 * p->channel] = (uint8_t)b;
}
