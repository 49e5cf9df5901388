/* JPEG 2000: blocks of bits, from the bytes of packets to numbers. */

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
