/* TIFF 6.0: the first picture of a file, in strips or tiles, its samples side by side or in planes, of 1 to 8 or of 16 bits;
 * grey, RGB or by a palette; plain, in PackBits, LZW or deflate, differences of neighbours or not. */
enum { TIFF_CODES = 4096 };

/* Values of a tag: `count` of `size` bytes each. */
struct tiff_tag {
	int64_t at, count;
	int size;
};

/* The bytes of a strip or tile, one after the other. */
struct tiff_stream {
	const struct picture *p;
	int packing, bad;
	int64_t at, end;
	int run, again;      /* PackBits: so many bytes are left, of which each is this one; -1: it stands in the file */
	uint32_t hold;       /* LZW: bits, ... */
	int count, width, next, last, held; /* ... codes, and what is left of the text of one */
	uint16_t before[TIFF_CODES];
	uint8_t ends[TIFF_CODES], text[TIFF_CODES];
	struct inflate deflate;
};

struct tiff {
	const struct picture *p;
	int big; /* the high byte of a number comes first */
	int64_t directory;
	int64_t w, h, tile_w, tile_h, across, down;
	int bits, packing, colour, samples, planes, guess;
	struct tiff_tag offset, bytes, map;
};

static inline int tiff_is(const struct picture *p) { return p_is(p, 0, "II*\0", 4) || p_is(p, 0, "MM\0*", 4); }

static int64_t tiff_number(const struct tiff *t, int64_t at, int size)
{
	const struct picture *p = t->p;
	if (size == 1)
		return p_byte(p, at);
	if (size == 2)
		return t->big ? p_big16(p, at) : p_little16(p, at);
	return t->big ? p_big32(p, at) : p_little32(p, at);
}

static struct tiff_tag tiff_find(const struct tiff *t, int tag)
{
	int n = (int)tiff_number(t, t->directory, 2);
	struct tiff_tag found = {0, 0, 0};
	for (int i = 0; i < n && !found.size; i++) {
		int64_t at = t->directory + 2 + 12 * i, type = tiff_number(t, at + 2, 2);
		if (tiff_number(t, at, 2) != tag || (type != 1 && type != 3 && type != 4))
			continue;
		found.size = type == 1 ? 1 : type == 3 ? 2 : 4;
		found.count = tiff_number(t, at + 4, 4);
		found.at = found.count * found.size <= 4 ? at + 8 : tiff_number(t, at + 8, 4);
	}
	return found;
}

static int64_t tiff_value(const struct tiff *t, struct tiff_tag g, int64_t i, int64_t otherwise)
{
	return i < g.count ? tiff_number(t, g.at + i * g.size, g.size) : otherwise;
}

static int64_t tiff_setting(const struct tiff *t, int tag, int64_t otherwise)
{
	return tiff_value(t, tiff_find(t, tag), 0, otherwise);
}

static int tiff_head(const struct picture *p, struct tiff *t)
{
	memset(t, 0, sizeof *t);
	t->p = p;
	t->big = p_byte(p, 0) == 'M';
	t->directory = tiff_number(t, 4, 4);
	t->w = tiff_setting(t, 256, 0);
	t->h = tiff_setting(t, 257, 0);
	return t->w < 1 || t->h < 1 || t->w > INT32_MAX || t->h > INT32_MAX ? PICTURE_BAD : 0;
}

static int tiff_size(const struct picture *p, int64_t *size)
{
	struct tiff t;
	int bad = tiff_head(p, &t);
	size[0] = t.h;
	size[1] = t.w;
	return bad;
}

/* What is known of the pixels and where they are. */
static int tiff_layout(struct tiff *t)
{
	struct tiff_tag tile = tiff_find(t, 324);
	int64_t rows = tiff_setting(t, 278, t->h), samples = tiff_setting(t, 277, 1), bits = tiff_setting(t, 258, 1);
	t->tile_w = tile.count ? tiff_setting(t, 322, 0) : t->w;
	t->tile_h = tile.count ? tiff_setting(t, 323, 0) : rows > t->h ? t->h : rows;
	t->offset = tile.count ? tile : tiff_find(t, 273);
	t->bytes = tiff_find(t, tile.count ? 325 : 279);
	t->map = tiff_find(t, 320);
	t->packing = (int)tiff_setting(t, 259, 1);
	t->colour = (int)tiff_setting(t, 262, 1);
	t->guess = tiff_setting(t, 317, 1) == 2;
	if (bits < 1 || (bits > 8 && bits != 16) || samples < 1 || samples > 8 || t->tile_w < 1 || t->tile_h < 1 ||
	    t->tile_w > 2 * t->w + 1024 || tiff_setting(t, 266, 1) != 1 || tiff_setting(t, 339, 1) != 1 ||
	    tiff_setting(t, 317, 1) > 2 || t->colour > 3 || (t->colour == 2 && samples < 3) ||
	    (t->colour == 3 && (bits > 8 || t->map.size != 2 || t->map.count < 3 << bits)) || (bits < 8 && t->guess))
		return PICTURE_BAD;
	t->bits = (int)bits;
	t->samples = (int)samples;
	t->planes = tiff_setting(t, 284, 1) == 2 ? (t->colour == 2 ? 3 : 1) : 0;
	t->across = (t->w + t->tile_w - 1) / t->tile_w;
	t->down = (t->h + t->tile_h - 1) / t->tile_h;
	return 0;
}

/* ---- streams ---- */

static void tiff_clear(struct tiff_stream *s)
{
	s->width = 9;
	s->next = 258;
	s->last = -1;
}

static void tiff_open(struct tiff_stream *s, const struct tiff *t, int64_t tile)
{
	int64_t n = t->p->n, at = tiff_value(t, t->offset, tile, n), bytes = tiff_value(t, t->bytes, tile, n);
	s->p = t->p;
	s->packing = t->packing;
	s->at = at < n ? at : n;
	s->end = bytes < n - s->at ? s->at + bytes : n;
	s->bad = tile >= t->offset.count;
	s->run = s->count = s->held = 0;
	s->hold = 0;
	tiff_clear(s);
	if (s->packing == 8 || s->packing == 32946)
		inflate_open(&s->deflate, s->p, s->at, s->end, 0);
}

static int tiff_raw(struct tiff_stream *s)
{
	s->bad |= s->at >= s->end;
	return s->bad ? 0 : s->p->x[s->at++];
}

/* TIFF, section 9 */
static int tiff_packbits(struct tiff_stream *s)
{
	while (!s->run && !s->bad) {
		int n = tiff_raw(s);
		s->run = n < 128 ? n + 1 : n > 128 ? 257 - n : 0;
		s->again = n > 128 ? tiff_raw(s) : -1;
	}
	s->run--;
	return s->again < 0 ? tiff_raw(s) : s->again;
}

static int tiff_code(struct tiff_stream *s)
{
	for (; s->count < s->width; s->count += 8)
		s->hold = s->hold << 8 | (uint32_t)tiff_raw(s);
	s->count -= s->width;
	return (int)(s->hold >> s->count & ((1u << s->width) - 1));
}

/* TIFF, section 13: the text of a code, from its end; the first code behind a clearing one adds no text to the table. */
static int tiff_lzw(struct tiff_stream *s)
{
	while (!s->held && !s->bad) {
		int code = tiff_code(s), at = code;
		if (code == 256) {
			tiff_clear(s);
			continue;
		}
		s->bad |= code == 257 || code > s->next || (code == s->next && s->last < 0) || (s->last < 0 && code > 255);
		if (s->bad)
			break;
		if (code == s->next) {
			at = s->last;
			s->held = 1;
		}
		for (; at > 255 && s->held < TIFF_CODES - 1; at = s->before[at])
			s->text[s->held++] = s->ends[at];
		s->text[s->held++] = (uint8_t)at;
		if (code == s->next)
			s->text[0] = (uint8_t)at;
		if (s->last >= 0 && s->next < TIFF_CODES) {
			s->before[s->next] = (uint16_t)s->last;
			s->ends[s->next++] = (uint8_t)at;
		}
		s->last = code;
		s->width += s->width < 12 && s->next >= (1 << s->width) - 1;
	}
	return s->bad ? 0 : s->text[--s->held];
}

static int tiff_read(struct tiff_stream *s, uint8_t *to, int64_t n)
{
	if (s->packing == 8 || s->packing == 32946)
		return s->bad ? PICTURE_BAD : inflate_read(&s->deflate, to, n);
	if (s->packing != 1 && s->packing != 5 && s->packing != 32773)
		return PICTURE_BAD;
	for (int64_t i = 0; i < n && !s->bad; i++)
		to[i] = (uint8_t)(s->packing == 1 ? tiff_raw(s) : s->packing == 5 ? tiff_lzw(s) : tiff_packbits(s));
	return s->bad ? PICTURE_BAD : 0;
}

/* ---- pixels ---- */

/* Differences along a row become samples. */
static void tiff_sum(const struct tiff *t, uint8_t *row, int64_t n, int samples)
{
	int high = !t->big;
	for (int64_t i = samples; i < n * samples; i++)
		if (t->bits == 8) {
			row[i] = (uint8_t)(row[i] + row[i - samples]);
		} else {
			uint8_t *a = row + 2 * i, *b = row + 2 * (i - samples);
			int v = (a[high] + b[high]) * 256 + a[!high] + b[!high];
			a[high] = (uint8_t)(v >> 8);
			a[!high] = (uint8_t)v;
		}
}

/* Sample i of a row; of 16 bits the upper ones. */
static int tiff_sample(const struct tiff *t, const uint8_t *row, int64_t i)
{
	int64_t bit = i * t->bits;
	if (t->bits == 16)
		return row[2 * i + !t->big];
	return (row[bit / 8] << 8 | row[bit / 8 + 1]) >> (16 - t->bits - bit % 8) & ((1 << t->bits) - 1);
}

/* Row i of a tile from column `first` on. */
static void tiff_row(const struct tiff *t, uint8_t *const *row, int i, int64_t first)
{
	int most = t->bits == 16 ? 255 : (1 << t->bits) - 1, n = t->colour == 2 ? 3 : 1;
	for (int64_t k = 0; k < t->tile_w && first + k < t->w; k++) {
		int v[3];
		for (int c = 0; c < n; c++)
			v[c] = t->planes ? tiff_sample(t, row[c], k) : tiff_sample(t, row[0], k * t->samples + c);
		for (int c = 2; c >= 0; c--)
			v[c] = t->colour == 3 ? (int)(tiff_value(t, t->map, ((int64_t)c << t->bits) + v[0], 0) >> 8)
			       : t->colour ? v[c % n] * 255 / most
			                   : 255 - v[0] * 255 / most;
		p_put(t->p, i, (int)(first + k), v[0], v[1], v[2]);
	}
}

static int tiff_tile(const struct tiff *t, struct tiff_stream *const *s, uint8_t *const *row, int64_t tile)
{
	int64_t top = tile / t->across * t->tile_h, left = tile % t->across * t->tile_w;
	int each = t->planes ? 1 : t->samples, streams = t->planes ? t->planes : 1, bad = 0;
	int64_t bytes = (t->tile_w * each * t->bits + 7) / 8;
	for (int c = 0; c < streams; c++)
		tiff_open(s[c], t, tile + c * t->across * t->down);
	for (int64_t i = 0; i < t->tile_h && top + i < t->h && !bad; i++) {
		for (int c = 0; c < streams && !bad; c++) {
			bad = tiff_read(s[c], row[c], bytes);
			if (t->guess)
				tiff_sum(t, row[c], t->tile_w, each);
		}
		if (!bad)
			tiff_row(t, row, (int)(top + i), left);
	}
	return bad;
}

static int tiff_decode(struct picture *p)
{
	struct tiff t;
	struct tiff_stream *s[3] = {NULL, NULL, NULL};
	uint8_t *row[3] = {NULL, NULL, NULL};
	int bad = 0;
	if (tiff_head(p, &t) || tiff_layout(&t))
		return PICTURE_BAD;
	for (int c = 0; c < (t.planes ? t.planes : 1); c++) {
		s[c] = (struct tiff_stream *)p_room(p, sizeof *s[c]);
		row[c] = (uint8_t *)p_room(p, t.tile_w * (t.planes ? 1 : t.samples) * (t.bits > 8 ? 2 : 1) + 2);
		if (!s[c] || !row[c])
			return PICTURE_LARGE;
	}
	for (int64_t i = 0; i < t.across * t.down && !bad; i++)
		bad = tiff_tile(&t, s, row, i);
	return bad;
}
