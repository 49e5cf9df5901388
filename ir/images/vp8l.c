/* VP8L (RFC 9649, section 3), the lossless kind of WebP: up to four transforms, then prefix codes for literals, copies and a
 * cache of colours. An image inside the image tells which codes hold where. */
enum { VP8L_SIZES = 256 + 24 + 2048, VP8L_CODES = 5 };

/* The codes of a stretch: green and lengths, red, blue, alpha, distances. */
struct vp8l_group {
	struct prefix code[VP8L_CODES];
	uint16_t *symbol[VP8L_CODES];
};

struct vp8l_transform {
	int kind, bits, w; /* w: of the image before this transform */
	uint32_t *data;
};

struct vp8l {
	struct picture *p;
	struct bits b;
	struct vp8l_transform transform[4];
	int transforms;
	uint32_t cache[2048];
	uint8_t length[VP8L_SIZES];
	struct vp8l_group helper;
};

/* Of each part, modulo 256. */
static uint32_t vp8l_sum(uint32_t a, uint32_t b)
{
	return (((a & 0xff00ff00u) + (b & 0xff00ff00u)) & 0xff00ff00u) | (((a & 0xff00ffu) + (b & 0xff00ffu)) & 0xff00ffu);
}

static int vp8l_size(const struct picture *p, int64_t at, int64_t *size)
{
	uint32_t v = p_little32(p, at + 1);
	size[1] = (v & 0x3fff) + 1;
	size[0] = (v >> 14 & 0x3fff) + 1;
	return p_byte(p, at) == 0x2f && v >> 29 == 0 ? 0 : PICTURE_BAD;
}

/* A code of one symbol takes no bits; every other one has no gaps. */
static int vp8l_whole(struct prefix *t, const uint16_t *symbol)
{
	int sum = 0, n = 0;
	for (int k = 1; k <= PREFIX_LONGEST; k++) {
		sum += t->count[k] << (PREFIX_LONGEST - k);
		n += t->count[k];
	}
	if (n == 1)
		t->only = symbol[0];
	return n == 1 || sum == 1 << PREFIX_LONGEST ? 0 : PICTURE_BAD;
}

/* 3.7.2.1: a code of one or two symbols, or lengths that are coded in turn. */
static int vp8l_lengths(struct vp8l *v, int n)
{
	static const uint8_t order[19] = {17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
	struct bits *b = &v->b;
	struct prefix t;
	uint16_t symbol[19];
	uint8_t of[19] = {0};
	int last = 8, most = n;
	if (bits_take(b, 1)) {
		int two = (int)bits_take(b, 1), first = (int)bits_take(b, bits_take(b, 1) ? 8 : 1), second = two ? (int)bits_take(b, 8) : first;
		if (first >= n || second >= n)
			return PICTURE_BAD;
		v->length[first] = v->length[second] = 1;
		return 0;
	}
	for (int i = 0, k = 4 + (int)bits_take(b, 4); i < k; i++)
		of[order[i]] = (uint8_t)bits_take(b, 3);
	if (bits_take(b, 1)) {
		int bits = 2 + 2 * (int)bits_take(b, 3);
		most = 2 + (int)bits_take(b, bits);
	}
	if (most > n || prefix_make(&t, symbol, of, 19) || vp8l_whole(&t, symbol))
		return PICTURE_BAD;
	for (int i = 0; i < n && most-- > 0;) {
		int k = prefix_next(&t, symbol, b);
		if (k < 0)
			return PICTURE_BAD;
		if (k < 16) {
			v->length[i++] = (uint8_t)k;
			last = k ? k : last;
			continue;
		}
		int times = k == 16 ? 3 + (int)bits_take(b, 2) : k == 17 ? 3 + (int)bits_take(b, 3) : 11 + (int)bits_take(b, 7);
		if (times > n - i)
			return PICTURE_BAD;
		memset(v->length + i, k == 16 ? last : 0, (size_t)times);
		i += times;
	}
	return 0;
}

static int vp8l_group(struct vp8l *v, struct vp8l_group *g, int cache)
{
	for (int i = 0; i < VP8L_CODES; i++) {
		int n = i == 0 ? 256 + 24 + cache : i == 4 ? 40 : 256, used = 0;
		memset(v->length, 0, (size_t)n);
		if (vp8l_lengths(v, n) || bits_bad(&v->b))
			return PICTURE_BAD;
		for (int k = 0; k < n; k++)
			used += v->length[k] > 0;
		g->symbol[i] = (uint16_t *)p_room(v->p, 2 * (int64_t)used);
		if (!g->symbol[i])
			return PICTURE_LARGE;
		if (prefix_make(&g->code[i], g->symbol[i], v->length, n) || vp8l_whole(&g->code[i], g->symbol[i]))
			return PICTURE_BAD;
	}
	return 0;
}

/* 3.6.2.2: a length or a distance from its prefix. */
static int vp8l_value(struct vp8l *v, int k)
{
	int bits = (k - 2) >> 1;
	return k < 4 ? k + 1 : ((2 + (k & 1)) << bits) + (int)bits_take(&v->b, bits) + 1;
}

/* Short ones stand for pixels near by: rows up, and columns to the left, plus 8. */
static int64_t vp8l_distance(struct vp8l *v, int k, int w)
{
	static const uint8_t near[120] = {
		0x18, 0x07, 0x17, 0x19, 0x28, 0x06, 0x27, 0x29, 0x16, 0x1a, 0x26, 0x2a, 0x38, 0x05, 0x37, 0x39, 0x15, 0x1b, 0x36, 0x3a,
		0x25, 0x2b, 0x48, 0x04, 0x47, 0x49, 0x14, 0x1c, 0x35, 0x3b, 0x46, 0x4a, 0x24, 0x2c, 0x58, 0x45, 0x4b, 0x34, 0x3c, 0x03,
		0x57, 0x59, 0x13, 0x1d, 0x56, 0x5a, 0x23, 0x2d, 0x44, 0x4c, 0x55, 0x5b, 0x33, 0x3d, 0x68, 0x02, 0x67, 0x69, 0x12, 0x1e,
		0x66, 0x6a, 0x22, 0x2e, 0x54, 0x5c, 0x43, 0x4d, 0x65, 0x6b, 0x32, 0x3e, 0x78, 0x01, 0x77, 0x79, 0x53, 0x5d, 0x11, 0x1f,
		0x64, 0x6c, 0x42, 0x4e, 0x76, 0x7a, 0x21, 0x2f, 0x75, 0x7b, 0x31, 0x3f, 0x63, 0x6d, 0x52, 0x5e, 0x00, 0x74, 0x7c, 0x41,
		0x4f, 0x10, 0x20, 0x62, 0x6e, 0x30, 0x73, 0x7d, 0x51, 0x5f, 0x40, 0x72, 0x7e, 0x61, 0x6f, 0x50, 0x71, 0x7f, 0x60, 0x70};
	int64_t d = vp8l_value(v, k);
	if (d > 120)
		return d - 120;
	d = (int64_t)(near[d - 1] >> 4) * w + 8 - (near[d - 1] & 15);
	return d < 1 ? 1 : d;
}

/* Which codes hold at a pixel: NULL: one group for all. */
struct vp8l_map {
	const uint32_t *group;
	int bits, w;
};

/* w * h pixels: 3.6. */
static int vp8l_pixels(struct vp8l *v, const struct vp8l_group *groups, const struct vp8l_map *map, int cache, uint32_t *to,
                       int w, int h)
{
	int64_t n = (int64_t)w * h, noted = 0;
	int shift = 32;
	for (int c = cache; c > 1; c >>= 1)
		shift--;
	memset(v->cache, 0, sizeof v->cache);
	for (int64_t i = 0; i < n;) {
		int64_t row = i / w, column = i % w, length = 1;
		const struct vp8l_group *g = groups;
		if (map)
			g += map->group[(row >> map->bits) * map->w + (column >> map->bits)];
		int k = prefix_next(&g->code[0], g->symbol[0], &v->b);
		if (k < 256) {
			int red = prefix_next(&g->code[1], g->symbol[1], &v->b), blue = prefix_next(&g->code[2], g->symbol[2], &v->b);
			int alpha = prefix_next(&g->code[3], g->symbol[3], &v->b);
			if (k < 0 || red < 0 || blue < 0 || alpha < 0)
				return PICTURE_BAD;
			to[i] = (uint32_t)alpha << 24 | (uint32_t)red << 16 | (uint32_t)k << 8 | (uint32_t)blue;
		} else if (k < 280) {
			length = vp8l_value(v, k - 256);
			int d = prefix_next(&g->code[4], g->symbol[4], &v->b);
			int64_t back = d < 0 ? n : vp8l_distance(v, d, w);
			if (back > i || length > n - i)
				return PICTURE_BAD;
			for (int64_t j = 0; j < length; j++)
				to[i + j] = to[i + j - back];
		} else {
			/* colours are noted when the cache is asked */
			for (; noted < i; noted++)
				v->cache[(to[noted] * 0x1e35a7bdu) >> shift] = to[noted];
			to[i] = v->cache[k - 280];
		}
		if (bits_bad(&v->b))
			return PICTURE_BAD;
		i += length;
	}
	return 0;
}

static int vp8l_cache(struct vp8l *v, int *cache)
{
	int bits = bits_take(&v->b, 1) ? (int)bits_take(&v->b, 4) : 0;
	*cache = bits ? 1 << bits : 0;
	return bits > 11 ? PICTURE_BAD : 0;
}

/* An image that helps to decode the other: one group of codes. What the codes take is given back. */
static int vp8l_helper(struct vp8l *v, int w, int h, uint32_t **made)
{
	int cache;
	*made = (uint32_t *)p_room(v->p, 4 * (int64_t)w * h);
	if (!*made)
		return PICTURE_LARGE;
	struct picture before = *v->p;
	int bad = vp8l_cache(v, &cache);
	bad = bad ? bad : vp8l_group(v, &v->helper, cache);
	bad = bad ? bad : vp8l_pixels(v, &v->helper, NULL, cache, *made, w, h);
	*v->p = before;
	return bad;
}

static int vp8l_tiles(int n, int bits) { return (n + (1 << bits) - 1) >> bits; }

/* 3.5: the transforms, whose data stand before the picture; *w: of what is left to decode. */
static int vp8l_transforms(struct vp8l *v, int *w, int h)
{
	int seen = 0, bad = 0;
	while (!bad && bits_take(&v->b, 1)) {
		int kind = (int)bits_take(&v->b, 2);
		struct vp8l_transform *t = &v->transform[v->transforms];
		if (seen >> kind & 1)
			return PICTURE_BAD;
		seen |= 1 << kind;
		v->transforms++;
		t->kind = kind;
		t->w = *w;
		if (kind == 3) {
			int n = 1 + (int)bits_take(&v->b, 8);
			t->bits = n <= 2 ? 3 : n <= 4 ? 2 : n <= 16 ? 1 : 0;
			uint32_t *table, last = 0;
			bad = vp8l_helper(v, n, 1, &table);
			t->data = (uint32_t *)p_room(v->p, 4 * 256);
			for (int i = 0; i < n && !bad && t->data; i++) {
				last = vp8l_sum(last, table[i]);
				t->data[i] = last;
			}
			bad = bad ? bad : t->data ? 0 : PICTURE_LARGE;
			*w = vp8l_tiles(*w, t->bits);
		} else if (kind < 2) {
			t->bits = 2 + (int)bits_take(&v->b, 3);
			bad = vp8l_helper(v, vp8l_tiles(*w, t->bits), vp8l_tiles(h, t->bits), &t->data);
		}
	}
	return bad;
}

/* ---- transforms undone: 4 ---- */

static uint32_t vp8l_mean(uint32_t a, uint32_t b) { return (((a ^ b) & 0xfefefefeu) >> 1) + (a & b); }
static int vp8l_of(uint32_t v, int shift) { return (int)(v >> shift & 255); }

/* The one of two neighbours that is nearer to left + up - corner. */
static uint32_t vp8l_nearer(uint32_t left, uint32_t up, uint32_t corner)
{
	int d = 0;
	for (int s = 0; s < 32; s += 8) {
		int a = vp8l_of(up, s) - vp8l_of(corner, s), b = vp8l_of(left, s) - vp8l_of(corner, s);
		d += (a < 0 ? -a : a) - (b < 0 ? -b : b);
	}
	return d < 0 ? left : up;
}

/* a + (b - c), or a + (a - c) / 2 where b is a, of each part. */
static uint32_t vp8l_slope(uint32_t a, uint32_t b, uint32_t c, int half)
{
	uint32_t v = 0;
	for (int s = 0; s < 32; s += 8) {
		int d = vp8l_of(b, s) - vp8l_of(c, s);
		v |= (uint32_t)p_clip(vp8l_of(a, s) + (half ? d / 2 : d)) << s;
	}
	return v;
}

static uint32_t vp8l_guess(int mode, const uint32_t *x, int w)
{
	uint32_t l = x[-1], t = x[-w], tr = x[1 - w], tl = x[-w - 1], m;
	switch (mode) {
	case 1: return l;
	case 2: return t;
	case 3: return tr;
	case 4: return tl;
	case 5: return vp8l_mean(vp8l_mean(l, tr), t);
	case 6: return vp8l_mean(l, tl);
	case 7: return vp8l_mean(l, t);
	case 8: return vp8l_mean(tl, t);
	case 9: return vp8l_mean(t, tr);
	case 10: return vp8l_mean(vp8l_mean(l, tl), vp8l_mean(t, tr));
	case 11: return vp8l_nearer(l, t, tl);
	case 12: return vp8l_slope(l, t, tl, 0);
	case 13: m = vp8l_mean(l, t); return vp8l_slope(m, m, tl, 1);
	default: return 0xff000000u;
	}
}

static int vp8l_part(uint32_t factor, uint32_t colour) { return (int8_t)factor * (int8_t)colour >> 5; }

/* Red and blue, from which parts of green and of red were taken. */
static uint32_t vp8l_recolour(uint32_t v, uint32_t f)
{
	uint32_t green = v >> 8 & 255;
	uint32_t red = (uint32_t)((int)(v >> 16 & 255) + vp8l_part(f & 255, green)) & 255;
	uint32_t blue = (uint32_t)((int)(v & 255) + vp8l_part(f >> 8 & 255, green) + vp8l_part(f >> 16 & 255, red)) & 255;
	return (v & 0xff00ff00u) | red << 16 | blue;
}

static void vp8l_undo(const struct vp8l_transform *t, uint32_t *x, int h)
{
	int w = t->w, tiles = vp8l_tiles(w, t->bits), width = 8 >> t->bits;
	for (int64_t n = (int64_t)w * h, i = t->kind == 3 ? n - 1 : 0; i >= 0 && i < n; i += t->kind == 3 ? -1 : 1) {
		int64_t row = i / w, column = i % w;
		uint32_t tile = t->kind < 2 ? t->data[(row >> t->bits) * tiles + (column >> t->bits)] : 0;
		if (t->kind == 0)
			x[i] = vp8l_sum(x[i], !i        ? 0xff000000u
			                      : !row    ? x[i - 1]
			                      : !column ? x[i - w]
			                                : vp8l_guess((int)(tile >> 8 & 15), x + i, w));
		else if (t->kind == 1)
			x[i] = vp8l_recolour(x[i], tile);
		else if (t->kind == 2)
			x[i] = vp8l_sum(x[i], (x[i] >> 8 & 255) * 0x10001u);
		else
			x[i] = t->data[x[row * tiles + (column >> t->bits)] >> (8 + width * (column & ((1 << t->bits) - 1))) &
			               ((1u << width) - 1)];
	}
}

/* ---- all of it ---- */

/* 3.7.2.2: the groups of codes, and which of them hold where. */
static int vp8l_groups(struct vp8l *v, int w, int h, int cache, const uint32_t **map, int *bits, struct vp8l_group **groups)
{
	uint32_t n = 1, *made = NULL;
	if (bits_take(&v->b, 1)) {
		*bits = 2 + (int)bits_take(&v->b, 3);
		int tw = vp8l_tiles(w, *bits), th = vp8l_tiles(h, *bits), bad = vp8l_helper(v, tw, th, &made);
		for (int64_t i = 0; i < (int64_t)tw * th && !bad; i++) {
			made[i] = made[i] >> 8 & 0xffff;
			n = made[i] >= n ? made[i] + 1 : n;
		}
		if (bad)
			return bad;
	}
	*map = made;
	*groups = (struct vp8l_group *)p_room(v->p, n * (int64_t)sizeof **groups);
	int bad = *groups ? 0 : PICTURE_LARGE;
	for (uint32_t i = 0; i < n && !bad; i++)
		bad = vp8l_group(v, &(*groups)[i], cache);
	return bad;
}

static int vp8l_decode(struct picture *p, int64_t at, int64_t end)
{
	struct vp8l *v = (struct vp8l *)p_room(p, sizeof *v);
	uint32_t *x = (uint32_t *)p_room(p, 4 * (int64_t)p->w * p->h);
	struct vp8l_group *groups = NULL;
	struct vp8l_map map = {NULL, 0, 0};
	int w = p->w, cache;
	if (!v || !x)
		return PICTURE_LARGE;
	v->p = p;
	v->b.p = p;
	v->b.at = at + 5;
	v->b.end = end;
	int bad = vp8l_transforms(v, &w, p->h);
	bad = bad ? bad : vp8l_cache(v, &cache);
	bad = bad ? bad : vp8l_groups(v, w, p->h, cache, &map.group, &map.bits, &groups);
	map.w = vp8l_tiles(w, map.bits);
	bad = bad ? bad : vp8l_pixels(v, groups, map.group ? &map : NULL, cache, x, w, p->h);
	if (bad)
		return bad;
	while (v->transforms)
		vp8l_undo(&v->transform[--v->transforms], x, p->h);
	for (int i = 0; i < p->h; i++)
		for (int k = 0; k < p->w; k++, x++)
			p_put(p, i, k, vp8l_of(*x, 16), vp8l_of(*x, 8), vp8l_of(*x, 0));
	return 0;
}
