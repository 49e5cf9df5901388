/* VP8 key frames (RFC 6386), the lossy kind of WebP. Planes have a border: 127 above, 129 to the left. Prediction reads what
 * is not filtered yet, so the whole frame is filtered in the end. */
enum { VP8_DC, VP8_TM, VP8_V, VP8_H, VP8_SMALL }; /* modes of whole blocks; the first four are modes of small ones, too */
enum { VP8_EDGE = 16 };

/* Arithmetic decoder, 7.3: value stands `bits` bits higher than range. */
struct vp8_bits {
	const uint8_t *x;
	int64_t at, end;
	uint32_t value, range;
	int bits;
};

/* A macroblock; inner: its inner edges are filtered, too. */
struct vp8_block {
	uint8_t inner, segment, skip, mode, colour_mode;
	uint8_t modes[16];
};

struct vp8_plane {
	uint8_t *at; /* of pixel 0, 0 */
	int step, size; /* size: of a macroblock, 16 or 8 */
};

struct vp8 {
	struct vp8_bits head, part[8];
	struct vp8_block *all;
	uint8_t *filled;         /* by column, and to the left: which blocks had coefficients: 4 Y, 2 U, 2 V, Y2 */
	uint8_t filled_left[9], modes_left[4];
	int across, down, parts;
	int segments, has_map, absolute, has_skip, p_skip, simple, level, sharpness, deltas;
	int segment_q[4], segment_level[4], delta_ref, delta_small;
	uint8_t p_segment[3];
	int q, dq[5];            /* Y DC, Y2 DC, Y2 AC, colour DC, colour AC */
	uint8_t p[4][8][3][11];
	int16_t x[25][16];       /* coefficients: 16 Y, 4 U, 4 V, Y2 */
	struct vp8_plane plane[3];
};

/* ---- bits ---- */

static void vp8_open(struct vp8_bits *b, const struct picture *p, int64_t at, int64_t end)
{
	b->x = p->x;
	b->at = at;
	b->end = end;
	b->value = 0;
	b->range = 255;
	b->bits = -8;
}

static inline int vp8_bit(struct vp8_bits *b, int probability)
{
	uint32_t split = 1 + (((b->range - 1) * (uint32_t)probability) >> 8);
	for (; b->bits < 0; b->bits += 8, b->at++)
		b->value = b->value << 8 | (b->at < b->end ? b->x[b->at] : 0u);
	int bit = b->value >= split << b->bits;
	b->value -= bit ? split << b->bits : 0;
	b->range = bit ? b->range - split : split;
	for (; b->range < 128; b->range <<= 1)
		b->bits--;
	return bit;
}

static int vp8_number(struct vp8_bits *b, int n)
{
	int v = 0;
	while (n-- > 0)
		v = 2 * v + vp8_bit(b, 128);
	return v;
}

static int vp8_signed(struct vp8_bits *b, int n)
{
	int v = vp8_number(b, n);
	return vp8_bit(b, 128) ? -v : v;
}

/* One that may be left out. */
static int vp8_maybe(struct vp8_bits *b, int n, int otherwise) { return vp8_bit(b, 128) ? vp8_signed(b, n) : otherwise; }

/* ---- the head: 9.2 to 9.11, 19.2 ---- */

static void vp8_segments(struct vp8 *v)
{
	struct vp8_bits *b = &v->head;
	v->segments = vp8_bit(b, 128);
	memset(v->p_segment, 255, sizeof v->p_segment);
	if (!v->segments)
		return;
	v->has_map = vp8_bit(b, 128);
	if (vp8_bit(b, 128)) {
		v->absolute = vp8_bit(b, 128);
		for (int i = 0; i < 4; i++)
			v->segment_q[i] = vp8_maybe(b, 7, 0);
		for (int i = 0; i < 4; i++)
			v->segment_level[i] = vp8_maybe(b, 6, 0);
	}
	for (int i = 0; i < 3 && v->has_map; i++)
		v->p_segment[i] = (uint8_t)(vp8_bit(b, 128) ? vp8_number(b, 8) : 255);
}

static void vp8_filter_head(struct vp8 *v)
{
	struct vp8_bits *b = &v->head;
	v->simple = vp8_bit(b, 128);
	v->level = vp8_number(b, 6);
	v->sharpness = vp8_number(b, 3);
	v->deltas = vp8_bit(b, 128);
	if (!v->deltas || !vp8_bit(b, 128))
		return;
	for (int i = 0; i < 8; i++) {
		int d = vp8_maybe(b, 6, 0);
		v->delta_ref = i == 0 ? d : v->delta_ref;
		v->delta_small = i == 4 ? d : v->delta_small;
	}
}

static int vp8_parts(struct vp8 *v, const struct picture *p, int64_t at, int64_t end)
{
	int64_t sizes = at;
	v->parts = 1 << vp8_number(&v->head, 2);
	at += 3 * (v->parts - 1);
	for (int i = 0; i < v->parts; i++, sizes += 3) {
		int64_t size = i < v->parts - 1 ? p_little16(p, sizes) | p_byte(p, sizes + 2) << 16 : end - at;
		if (size < 0 || at > end || size > end - at)
			return PICTURE_BAD;
		vp8_open(&v->part[i], p, at, at + size);
		at += size;
	}
	return 0;
}

static int vp8_head(struct vp8 *v, const struct picture *p, int64_t at, int64_t end)
{
	int64_t first = (p_byte(p, at) | p_byte(p, at + 1) << 8 | p_byte(p, at + 2) << 16) >> 5;
	struct vp8_bits *b = &v->head;
	if (first > end - at - 10)
		return PICTURE_BAD;
	vp8_open(b, p, at + 10, at + 10 + first);
	vp8_number(b, 2);
	vp8_segments(v);
	vp8_filter_head(v);
	if (vp8_parts(v, p, at + 10 + first, end))
		return PICTURE_BAD;
	v->q = vp8_number(b, 7);
	for (int i = 0; i < 5; i++)
		v->dq[i] = vp8_maybe(b, 4, 0);
	vp8_number(b, 1);
	memcpy(v->p, vp8_coefficients, sizeof v->p);
	for (int i = 0; i < 4 * 8 * 3 * 11; i++)
		if (vp8_bit(b, vp8_replaced[i]))
			(&v->p[0][0][0][0])[i] = (uint8_t)vp8_number(b, 8);
	v->has_skip = vp8_bit(b, 128);
	v->p_skip = v->has_skip ? vp8_number(b, 8) : 0;
	return 0;
}

/* ---- modes: 10, 11 ---- */

static int vp8_small_mode(struct vp8_bits *b, const uint8_t *p)
{
	if (!vp8_bit(b, p[0]))
		return VP8_DC;
	if (!vp8_bit(b, p[1]))
		return VP8_TM;
	if (!vp8_bit(b, p[2]))
		return VP8_V;
	if (!vp8_bit(b, p[3])) {
		if (!vp8_bit(b, p[4]))
			return VP8_H;
		return 4 + vp8_bit(b, p[5]);
	}
	for (int i = 6; i < 9; i++)
		if (!vp8_bit(b, p[i]))
			return i;
	return 9;
}

/* above: the macroblock in the row before. */
static void vp8_block_head(struct vp8 *v, struct vp8_block *m, const struct vp8_block *above)
{
	struct vp8_bits *b = &v->head;
	m->segment = 0;
	if (v->has_map)
		m->segment = (uint8_t)(vp8_bit(b, v->p_segment[0]) ? 2 + vp8_bit(b, v->p_segment[2]) : vp8_bit(b, v->p_segment[1]));
	m->skip = v->has_skip ? (uint8_t)vp8_bit(b, v->p_skip) : 0;
	if (!vp8_bit(b, 145))
		m->mode = VP8_SMALL;
	else if (vp8_bit(b, 156))
		m->mode = vp8_bit(b, 128) ? VP8_TM : VP8_H;
	else
		m->mode = vp8_bit(b, 163) ? VP8_V : VP8_DC;
	for (int i = 0; i < 16; i++) {
		int up = i < 4 ? (above ? above->modes[12 + i] : VP8_DC) : m->modes[i - 4];
		int mode = m->mode == VP8_SMALL ? vp8_small_mode(b, vp8_modes[up][v->modes_left[i / 4]]) : m->mode;
		v->modes_left[i / 4] = m->modes[i] = (uint8_t)mode;
	}
	m->colour_mode = !vp8_bit(b, 142) ? VP8_DC : !vp8_bit(b, 114) ? VP8_V : vp8_bit(b, 183) ? VP8_TM : VP8_H;
}

/* ---- coefficients: 13 ---- */

static int vp8_large(struct vp8_bits *b, const uint8_t *p)
{
	static const uint8_t more[6][12] = {{159}, {165, 145}, {173, 148, 140}, {176, 155, 140, 135}, {180, 157, 141, 134, 130},
	                                    {254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129}};
	int kind, extra = 0;
	if (!vp8_bit(b, p[3]))
		return vp8_bit(b, p[4]) ? 3 + vp8_bit(b, p[5]) : 2;
	if (!vp8_bit(b, p[6]))
		kind = vp8_bit(b, p[7]);
	else
		kind = vp8_bit(b, p[8]) ? 4 + vp8_bit(b, p[10]) : 2 + vp8_bit(b, p[9]);
	for (const uint8_t *e = more[kind]; *e; e++)
		extra = 2 * extra + vp8_bit(b, *e);
	return 3 + (2 << kind) + extra;
}

/* Coefficients from the i-th on, times dc or ac; returns where they end. */
static int vp8_coded(struct vp8_bits *b, uint8_t (*p)[3][11], int context, int i, int dc, int ac, int16_t *x)
{
	static const uint8_t band[16] = {0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7};
	static const uint8_t order[16] = {0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15};
	int zero = 0; /* no end can come behind one */
	for (; i < 16; i++) {
		const uint8_t *q = p[band[i]][context];
		if (!zero && !vp8_bit(b, q[0]))
			return i;
		zero = !vp8_bit(b, q[1]);
		context = 0;
		if (zero)
			continue;
		int v = vp8_bit(b, q[2]) ? vp8_large(b, q) : 1;
		context = v > 1 ? 2 : 1;
		x[order[i]] = (int16_t)((vp8_bit(b, 128) ? -v : v) * (i ? ac : dc));
	}
	return 16;
}

/* 14.3 */
static void vp8_turn_dc(int16_t (*x)[16])
{
	int t[16];
	const int16_t *in = x[24];
	for (int i = 0; i < 4; i++) {
		int a = in[i] + in[12 + i], b = in[4 + i] + in[8 + i], c = in[4 + i] - in[8 + i], d = in[i] - in[12 + i];
		t[i] = a + b;
		t[4 + i] = c + d;
		t[8 + i] = a - b;
		t[12 + i] = d - c;
	}
	for (int i = 0; i < 16; i += 4) {
		int a = t[i] + t[i + 3], b = t[i + 1] + t[i + 2], c = t[i + 1] - t[i + 2], d = t[i] - t[i + 3];
		x[i][0] = (int16_t)((a + b + 3) >> 3);
		x[i + 1][0] = (int16_t)((c + d + 3) >> 3);
		x[i + 2][0] = (int16_t)((a - b + 3) >> 3);
		x[i + 3][0] = (int16_t)((d - c + 3) >> 3);
	}
}

static int vp8_index(int q) { return q < 0 ? 0 : q > 127 ? 127 : q; }

/* Factors of a segment: DC and AC of Y, of colours, of Y2; 9.6, 14.1. */
static void vp8_factors(const struct vp8 *v, int segment, int *f)
{
	int q = v->segments ? v->segment_q[segment] + (v->absolute ? 0 : v->q) : v->q;
	q = vp8_index(q);
	f[0] = vp8_dc[vp8_index(q + v->dq[0])];
	f[1] = vp8_ac[q];
	f[2] = vp8_dc[vp8_index(q + v->dq[3])];
	f[2] = f[2] > 132 ? 132 : f[2];
	f[3] = vp8_ac[vp8_index(q + v->dq[4])];
	f[4] = 2 * vp8_dc[vp8_index(q + v->dq[1])];
	f[5] = vp8_ac[vp8_index(q + v->dq[2])] * 155 / 100;
	f[5] = f[5] < 8 ? 8 : f[5];
}

/* All coefficients of a macroblock; whether there are any. */
static int vp8_coefficients_of(struct vp8 *v, struct vp8_bits *b, const struct vp8_block *m, uint8_t *up)
{
	uint8_t *left = v->filled_left;
	int f[6], any = 0, small = m->mode == VP8_SMALL, first = !small;
	memset(v->x, 0, sizeof v->x);
	if (m->skip) {
		memset(up, 0, small ? 8 : 9);
		memset(left, 0, small ? 8 : 9);
		return 0;
	}
	vp8_factors(v, m->segment, f);
	if (!small) {
		up[8] = left[8] = vp8_coded(b, v->p[1], up[8] + left[8], 0, f[4], f[5], v->x[24]) > 0;
		vp8_turn_dc(v->x);
	}
	for (int i = 0; i < 24; i++) {
		/* the columns and rows of U and V are behind those of Y */
		int colour = i >= 16, k = colour ? 4 + (i - 16) / 4 * 2 + i % 2 : i % 4, j = colour ? 4 + (i - 16) / 4 * 2 + i / 2 % 2 : i / 4;
		int from = colour ? 0 : first;
		int end = vp8_coded(b, v->p[colour ? 2 : small ? 3 : 0], up[k] + left[j], from, f[2 * colour], f[2 * colour + 1], v->x[i]);
		up[k] = left[j] = end > from;
		any |= end > 1 || v->x[i][0];
	}
	return any;
}

/* ---- prediction: 12 ---- */

static void vp8_predict(uint8_t *y, int step, int size, int mode, int has_up, int has_left)
{
	int dc = 0, shift = (size == 16 ? 4 : 3) + (has_up && has_left);
	for (int i = 0; i < size; i++)
		dc += (has_up ? y[i - step] : 0) + (has_left ? y[i * step - 1] : 0);
	dc = has_up || has_left ? (dc + (1 << shift) / 2) >> shift : 128;
	for (int i = 0; i < size; i++)
		for (int k = 0; k < size; k++)
			y[i * step + k] = (uint8_t)(mode == VP8_DC  ? dc
			                            : mode == VP8_V ? y[k - step]
			                            : mode == VP8_H ? y[i * step - 1]
			                                            : p_clip(y[i * step - 1] + y[k - step] - y[-step - 1]));
}

/* A block of 4 x 4; right: the four pixels above it and to the right. */
static void vp8_predict_small(uint8_t *y, int step, int mode, const uint8_t *right)
{
	int e[15], dc = 4; /* from below to above to the right: 4 to the left, the corner, 8 above, with both ends twice */
	for (int i = 0; i < 4; i++) {
		e[4 - i] = y[i * step - 1];
		e[6 + i] = y[i - step];
		e[10 + i] = right[i];
		dc += e[4 - i] + e[6 + i];
	}
	e[0] = e[1];
	e[5] = y[-step - 1];
	e[14] = e[13];
	for (int i = 0; i < 16; i++) {
		int r = i / 4, c = i % 4, v = dc >> 3, code = mode < 4 ? 0 : vp8_slants[mode - 4][i], k = code / 2;
		if (mode == VP8_TM)
			v = p_clip(e[4 - r] + e[6 + c] - e[5]);
		else if (mode == VP8_V)
			v = (e[5 + c] + 2 * e[6 + c] + e[7 + c] + 2) >> 2;
		else if (mode == VP8_H)
			v = (e[5 - r] + 2 * e[4 - r] + e[3 - r] + 2) >> 2;
		else if (mode >= 4)
			v = code & 1 ? (e[k] + 2 * e[k + 1] + e[k + 2] + 2) >> 2 : (e[k] + e[k + 1] + 1) >> 1;
		y[r * step + c] = (uint8_t)v;
	}
}

/* 14.4: the inverse transform, added. */
static void vp8_add(uint8_t *y, int step, const int16_t *x)
{
	int t[16];
	for (int i = 0; i < 4; i++) {
		int a = x[i] + x[8 + i], b = x[i] - x[8 + i];
		int c = (x[4 + i] * 35468 >> 16) - x[12 + i] - (x[12 + i] * 20091 >> 16);
		int d = x[4 + i] + (x[4 + i] * 20091 >> 16) + (x[12 + i] * 35468 >> 16);
		t[i] = a + d;
		t[4 + i] = b + c;
		t[8 + i] = b - c;
		t[12 + i] = a - d;
	}
	for (int i = 0; i < 16; i += 4, y += step) {
		int a = t[i] + t[i + 2], b = t[i] - t[i + 2];
		int c = (int)((int64_t)t[i + 1] * 35468 >> 16) - t[i + 3] - (int)((int64_t)t[i + 3] * 20091 >> 16);
		int d = t[i + 1] + (int)((int64_t)t[i + 1] * 20091 >> 16) + (int)((int64_t)t[i + 3] * 35468 >> 16);
		y[0] = (uint8_t)p_clip(y[0] + ((a + d + 4) >> 3));
		y[1] = (uint8_t)p_clip(y[1] + ((b + c + 4) >> 3));
		y[2] = (uint8_t)p_clip(y[2] + ((b - c + 4) >> 3));
		y[3] = (uint8_t)p_clip(y[3] + ((a - d + 4) >> 3));
	}
}

/* Small blocks of the last column see what is above the macroblock to the right, at the edge of the picture the last pixel. */
static void vp8_make_small(struct vp8 *v, const struct vp8_block *m, uint8_t *y, int step, int row, int column)
{
	uint8_t corner[4];
	if (row > 0 && column == v->across - 1)
		memset(corner, y[15 - step], 4);
	else
		memcpy(corner, y + 16 - step, 4);
	for (int i = 0; i < 16; i++) {
		uint8_t *at = y + i / 4 * 4 * step + i % 4 * 4;
		vp8_predict_small(at, step, m->modes[i], i % 4 == 3 ? corner : at - step + 4);
		vp8_add(at, step, v->x[i]);
	}
}

static void vp8_make(struct vp8 *v, const struct vp8_block *m, int row, int column)
{
	for (int c = 0; c < 3; c++) {
		const struct vp8_plane *p = &v->plane[c];
		uint8_t *y = p->at + (int64_t)row * p->size * p->step + column * p->size;
		int n = p->size / 4, from = c ? 12 + 4 * c : 0;
		if (c == 0 && m->mode == VP8_SMALL) {
			vp8_make_small(v, m, y, p->step, row, column);
			continue;
		}
		vp8_predict(y, p->step, p->size, c ? m->colour_mode : m->mode, row > 0, column > 0);
		for (int i = 0; i < n * n; i++)
			vp8_add(y + i / n * 4 * p->step + i % n * 4, p->step, v->x[from + i]);
	}
}

/* ---- the loop filter: 15 ---- */

static int vp8_short(int v) { return v < -128 ? -128 : v > 127 ? 127 : v; }
static int vp8_far(int a, int b) { return a > b ? a - b : b - a; }
static uint8_t vp8_moved(int x, int by) { return (uint8_t)(vp8_short(x - 128 + by) + 128); }

static int vp8_adjust(uint8_t *y, int s, int outer)
{
	int a = vp8_short((outer ? vp8_short(y[-2 * s] - y[s]) : 0) + 3 * (y[0] - y[-s]));
	int down = vp8_short(a + 3) >> 3, up = vp8_short(a + 4) >> 3;
	y[0] = vp8_moved(y[0], -up);
	y[-s] = vp8_moved(y[-s], down);
	return up;
}

/* An edge between macroblocks, which is smoothed farther. */
static void vp8_smooth(uint8_t *y, int s)
{
	int w = vp8_short(vp8_short(y[-2 * s] - y[s]) + 3 * (y[0] - y[-s]));
	for (int i = 0; i < 3; i++) {
		int a = vp8_short(((27 - 9 * i) * w + 63) >> 7);
		y[i * s] = vp8_moved(y[i * s], -a);
		y[-(i + 1) * s] = vp8_moved(y[-(i + 1) * s], a);
	}
}

/* Limits: of the edge, of its sides, of what counts as high variance. */
struct vp8_limits {
	int edge, side, high, simple;
};

static void vp8_filter(uint8_t *y, int s, const struct vp8_limits *l, int outer)
{
	if (vp8_far(y[-s], y[0]) * 2 + vp8_far(y[-2 * s], y[s]) / 2 > l->edge + (outer ? 4 : 0))
		return;
	if (l->simple) {
		vp8_adjust(y, s, 1);
		return;
	}
	for (int i = 1; i < 4; i++)
		if (vp8_far(y[i * s], y[(i - 1) * s]) > l->side || vp8_far(y[-(i + 1) * s], y[-i * s]) > l->side)
			return;
	int high = vp8_far(y[-2 * s], y[-s]) > l->high || vp8_far(y[s], y[0]) > l->high;
	if (outer && !high) {
		vp8_smooth(y, s);
	} else {
		int a = (vp8_adjust(y, s, outer || high) + 1) >> 1;
		if (!outer && !high) {
			y[s] = vp8_moved(y[s], -a);
			y[-2 * s] = vp8_moved(y[-2 * s], a);
		}
	}
}

/* The edges of one macroblock in a plane that are `across` apart, along lines that are `along` apart. */
static void vp8_edges(uint8_t *y, int across, int along, int size, const struct vp8_limits *l, int outer, int inner)
{
	for (int i = outer ? 0 : 4; i < (inner ? size : 4); i += 4)
		for (int k = 0; k < size; k++)
			vp8_filter(y + i * across + k * along, across, l, i == 0);
}

static int vp8_limits_of(const struct vp8 *v, const struct vp8_block *m, struct vp8_limits *l)
{
	int level = v->segments ? v->segment_level[m->segment] + (v->absolute ? 0 : v->level) : v->level;
	if (v->deltas)
		level += v->delta_ref + (m->mode == VP8_SMALL ? v->delta_small : 0);
	level = level < 0 ? 0 : level > 63 ? 63 : level;
	int side = level >> (v->sharpness > 4 ? 2 : v->sharpness > 0 ? 1 : 0);
	side = v->sharpness && side > 9 - v->sharpness ? 9 - v->sharpness : side;
	l->side = side < 1 ? 1 : side;
	l->edge = 2 * level + l->side;
	l->high = level >= 40 ? 2 : level >= 15 ? 1 : 0;
	l->simple = v->simple;
	return level > 0;
}

static void vp8_filter_all(const struct vp8 *v)
{
	for (int i = 0; i < v->across * v->down; i++) {
		const struct vp8_block *m = &v->all[i];
		int row = i / v->across, column = i % v->across;
		struct vp8_limits l;
		if (!vp8_limits_of(v, m, &l))
			continue;
		for (int c = 0; c < (v->simple ? 1 : 3); c++) {
			const struct vp8_plane *p = &v->plane[c];
			uint8_t *y = p->at + (int64_t)row * p->size * p->step + column * p->size;
			vp8_edges(y, 1, p->step, p->size, &l, column > 0, m->inner);
			vp8_edges(y, p->step, 1, p->size, &l, row > 0, m->inner);
		}
	}
}

/* ---- all of it ---- */

static int vp8_planes(struct vp8 *v, struct picture *p)
{
	for (int c = 0; c < 3; c++) {
		struct vp8_plane *q = &v->plane[c];
		q->size = c ? 8 : 16;
		q->step = v->across * q->size + 2 * VP8_EDGE;
		uint8_t *room = (uint8_t *)p_room(p, (int64_t)q->step * (v->down * q->size + 1));
		if (!room)
			return PICTURE_LARGE;
		q->at = room + q->step + VP8_EDGE;
		memset(room, 127, (size_t)q->step);
		for (int64_t i = 0; i < v->down * q->size; i++)
			q->at[i * q->step - 1] = 129;
	}
	return 0;
}

static void vp8_row(struct vp8 *v, int row)
{
	struct vp8_bits *b = &v->part[row & (v->parts - 1)];
	memset(v->filled_left, 0, sizeof v->filled_left);
	memset(v->modes_left, VP8_DC, sizeof v->modes_left);
	for (int k = 0; k < v->across; k++) {
		struct vp8_block *m = &v->all[row * v->across + k];
		vp8_block_head(v, m, row ? m - v->across : NULL);
		m->inner = (uint8_t)(vp8_coefficients_of(v, b, m, v->filled + 9 * k) | (m->mode == VP8_SMALL));
		vp8_make(v, m, row, k);
	}
}

/* Each way the mean of what is near: 9, 3, 3 and 1 sixteenth. */
static int vp8_between(const struct vp8_plane *p, int i, int k, int h, int w)
{
	int y = i / 2, x = k / 2, far = i & 1 ? y + 1 : y - 1, side = k & 1 ? x + 1 : x - 1;
	far = far < 0 ? 0 : far >= h ? h - 1 : far;
	side = side < 0 ? 0 : side >= w ? w - 1 : side;
	int a = p->at[(int64_t)y * p->step + x], b = p->at[(int64_t)y * p->step + side];
	int c = p->at[(int64_t)far * p->step + x], d = p->at[(int64_t)far * p->step + side];
	return (((a + 3 * b + 3 * c + d + 8) >> 3) + a) >> 1;
}

/* Colours of ITU-R BT.601, with libwebp's roundings. */
static void vp8_put(const struct vp8 *v, const struct picture *p, int i, int k)
{
	int h = (p->h + 1) / 2, w = (p->w + 1) / 2;
	int y = v->plane[0].at[(int64_t)i * v->plane[0].step + k] * 19077 >> 8;
	int cb = vp8_between(&v->plane[1], i, k, h, w), cr = vp8_between(&v->plane[2], i, k, h, w);
	int r = y + (cr * 26149 >> 8) - 14234, g = y - (cb * 6419 >> 8) - (cr * 13320 >> 8) + 8708;
	p_put(p, i, k, p_clip(r >> 6), p_clip(g >> 6), p_clip((y + (cb * 33050 >> 8) - 17685) >> 6));
}

static int vp8_decode(struct picture *p, int64_t at, int64_t end)
{
	struct vp8 *v = (struct vp8 *)p_room(p, sizeof *v);
	if (!v)
		return PICTURE_LARGE;
	v->across = (p->w + 15) / 16;
	v->down = (p->h + 15) / 16;
	v->all = (struct vp8_block *)p_room(p, (int64_t)v->across * v->down * (int64_t)sizeof *v->all);
	v->filled = (uint8_t *)p_room(p, 9 * (int64_t)v->across);
	if (!v->all || !v->filled || vp8_planes(v, p))
		return PICTURE_LARGE;
	if (vp8_head(v, p, at, end))
		return PICTURE_BAD;
	for (int i = 0; i < v->down; i++) {
		vp8_row(v, i);
		if (v->head.at > v->head.end + 8 || v->part[i & (v->parts - 1)].at > v->part[i & (v->parts - 1)].end + 8)
			return PICTURE_BAD;
	}
	vp8_filter_all(v);
	for (int i = 0; i < p->h; i++)
		for (int k = 0; k < p->w; k++)
			vp8_put(v, p, i, k);
	return 0;
}

static int vp8_size(const struct picture *p, int64_t at, int64_t *size)
{
	size[1] = p_little16(p, at + 6) & 0x3fff;
	size[0] = p_little16(p, at + 8) & 0x3fff;
	return !(p_byte(p, at) & 1) && p_is(p, at + 3, "\x9d\x01\x2a", 3) && size[0] && size[1] ? 0 : PICTURE_BAD;
}
