/* JPEG 2000: tile after tile, from a file to pixels. */

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
