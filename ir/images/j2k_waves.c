/* JPEG 2000: the transforms, from low and high bands to pixels (annex F). */

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
