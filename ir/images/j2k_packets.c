/* JPEG 2000: the packets of a tile, which say what is there of which block (B.9, B.10, B.12). */

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
