/* JPEG 2000: a tile, which is levels, bands, precincts and blocks (B.5 to B.9). */

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
