/* tile_choice.c -- the register tile of a sum of products, and the loops around it.
 *
 * The tile is the one that costs least (heur.c), or was measured to be the best; so is the order of its loops. */
#include <string.h>
#include "codegen/contract.h"
#include "codegen/heur.h"
#include "codegen/print.h"

/* ---- choosing the tile ---- */

bool taps_row(const Step *point, const Step *taps, Row *row)
{
	if (taps->a <= 0 || point->a <= 0 || step_varies(taps))
		return false;
	int64_t gap = gcd(taps->a, point->a), stride = point->a / gap, dilation = taps->a / gap;
	if (stride >= ROW_MAX || dilation * (taps->n - 1) >= ROW_MAX)
		return false;
	*row = (Row){gap, (int)stride, (int)dilation, (int)taps->n};
	return true;
}

/* The row of taps, when tiles can go by rows. */
static void find_row(Contraction *c)
{
	if (c->a_lanes && c->of != DOUBLES && c->nk)
		taps_row(&c->point, &c->k[c->nk - 1], &c->row);
}

/* What tells this sum from those that want another tile: "conv 56x56x64 sum 3x3x64 step 64". */
static const char *key_of(const Stage *s, const Contraction *c, Arena *a)
{
	Out o = {.arena = a};
	put_text(&o, "%s ", s->kind);
	for (int i = 0; i < c->nouter; i++)
		put_text(&o, "%lldx", (long long)c->outer[i].n);
	put_text(&o, "%lldx%lld sum ", (long long)c->point.n, (long long)c->lane.n);
	for (int i = 0; i < c->sum->naxes; i++)
		put_text(&o, "%s%lld", i ? "x" : "", (long long)axis_count(c->sum->axes[i]));
	put_text(&o, " step %lld%s%s%s", (long long)c->point.a, c->a_lanes ? " each" : "", is_constant(c->b) ? "" : " of data",
	         c->of == FLOATS ? "" : c->of == DOUBLES ? " of doubles" : " of bytes");
	if (c->sums > 1)
		put_text(&o, " in %d sums", c->sums);
	return o.text;
}

static const char *tile_text(const TileShape *t, Arena *a)
{
	return arena_format(a, "%dx%d%s", t->points, t->vectors, t->by_rows ? " by rows" : "");
}

/* The tile that was measured to be the best, or the one that is expected to be. */
static int take_tile(const Module *m, const TileShape *tile, int n, Decision *choice)
{
	Entry *e = measured(m, choice);
	int i = 0;
	while (e && i < n && strcmp(tile_text(&tile[i], &m->g->ctx->scratch), e->value) != 0)
		i++;
	choice->measured = e && i < n;
	if (e && i == n)
		tuned_stale(m->o->tuned, e, "it does not fit the registers");
	return choice->measured ? i : best_tile(tile, n);
}

/* The next best tiles, best first. */
static void list_others(const TileShape *tile, int n, int taken, Decision *choice, Arena *a)
{
	bool listed[TILES_MAX] = {false};
	listed[taken] = true;
	while (choice->nother < OTHERS_MAX) {
		int next = -1;
		for (int i = 0; i < n; i++)
			if (!listed[i] && (next < 0 || tile[i].cycles < tile[next].cycles))
				next = i;
		if (next < 0)
			return;
		listed[next] = true;
		double more = 100 * (tile[next].cycles / tile[taken].cycles - 1);
		if (!choice->nother && (more >= 0.1 || more <= -0.1))
			choice->why = arena_format(a, "a tile of %s would take %+.1f %%", tile_text(&tile[next], a), more);
		choice->other[choice->nother++] = tile_text(&tile[next], a);
	}
}

void choose_tile(const Module *m, Stage *s, Contraction *c)
{
	const Target *t = m->target;
	Arena *a = &m->g->ctx->perm;
	TileShape tile[TILES_MAX];
	Decision *choice = NEW(a, Decision);
	find_row(c);
	c->key = key_of(s, c, a);
	*choice = (Decision){.what = "tile", .key = c->key, .why = ""};
	int n = tiles_of(t, c, tile), taken = take_tile(m, tile, n, choice);
	const TileShape *best = &tile[taken];
	choice->chosen = tile_text(best, a);
	list_others(tile, n, taken, choice, a);
	stage_choose(s, choice);
	c->points = best->points;
	c->vectors = best->vectors;
	c->by_rows = best->by_rows;
	if (!leaves_pairs(c, best))
		c->pairing = ALONE;
	c->cycles = best->cycles * (double)strip_matrices(s->strips);
	c->panel = (int64_t)c->vectors / c->sums * c->lanes;
}

/* ---- choosing the loops ---- */

/* Bytes of so many elements that tiles read. */
static int64_t size_of_a(const Contraction *c, int64_t n) { return (int64_t)dtype_bytes(c->a->dtype, n); }

static int64_t size_of_b(const Contraction *c, int64_t n) { return (int64_t)dtype_bytes(c->b_type, n); }

/* The order of loops over panels and points, from the bytes of b and a that all tiles load; returns why. */
static const char *find_order(const Module *m, Contraction *c, int64_t b, int64_t a)
{
	const Target *t = m->target;
	Arena *arena = &m->g->ctx->perm;
	int64_t x = size_of_a(c, shape_count(m->g, &c->a->value->shape).k);
	if (c->b_number) { /* neighbours read the same lines */
		c->points_outside = true;
		return "neighbouring vectors of a row share lines";
	}
	if (c->a_lanes) { /* a column of channels at a time when half of a stays near, and its steps spread over the first cache */
		c->panels_outside = x <= 2 * t->l2 && size_of_a(c, c->point.a) % 2048;
		c->points_outside = !c->panels_outside;
		return c->panels_outside ? "" : arena_format(arena, "%s of input are read once", bytes_text((double)x, arena));
	}
	c->panels_outside = b > t->l2 / 2 || a < b;
	c->points_outside = !c->panels_outside && b <= t->l1 / 2;
	return arena_format(arena, "panels of %s %s", bytes_text((double)b, arena),
	                    c->panels_outside ? "are read once" : c->points_outside ? "stay in the first cache"
	                                                                           : "stay in the second cache");
}

static const char *const orders[] = {"panels inside", "panels outside", "points outside"};

static const char *order_text(const Contraction *c) { return orders[c->panels_outside + 2 * c->points_outside]; }

/* The measured order before the one that is expected to be the best. */
static void choose_order(const Module *m, Stage *s, Contraction *c, int64_t b, int64_t a)
{
	Decision *choice = NEW(&m->g->ctx->perm, Decision);
	*choice = (Decision){.what = "order", .key = c->key, .why = find_order(m, c, size_of_b(c, b), size_of_a(c, a))};
	if (c->lane.n <= c->panel || a == c->depth)
		return; /* one panel, or one point: there is one order */
	Entry *e = measured(m, choice);
	for (int i = 0; e && i < 3; i++)
		if (!strcmp(orders[i], e->value)) {
			c->panels_outside = i == 1;
			c->points_outside = i == 2;
			choice->measured = true;
		}
	if (e && !choice->measured)
		tuned_stale(m->o->tuned, e, "panels inside, panels outside or points outside");
	choice->chosen = order_text(c);
	for (int i = 0; i < 3; i++)
		if (orders[i] != choice->chosen)
			choice->other[choice->nother++] = orders[i];
	stage_choose(s, choice);
}

enum { SUM_CYCLES = 4, FIRST_READS = 2, LINE_BYTES = 64 };

/* Additions that have to be under way at a time, so that those of one point keep up with the weights that it reads: two
 * vectors a cycle out of the first cache, a line out of any other. */
static int64_t sums_under_way(const Module *m, const Contraction *c)
{
	int64_t vector = size_of_b(c, c->lanes), b = size_of_b(c, c->steps * c->lane.n);
	int64_t reads = b <= m->target->l1 ? FIRST_READS : LINE_BYTES / vector;
	return SUM_CYCLES * reads;
}

/* One point with few outputs a panel would wait for each sum before it adds to it again. */
static void choose_ways(const Module *m, Contraction *c)
{
	c->ways = 1;
	if (m->target->lanes == 1 || m->o->strict || c->of != FLOATS || c->points > 1 || c->by_rows || c->a_lanes || !c->packed ||
	    !c->nk)
		return;
	while (2 * c->ways * c->vectors <= sums_under_way(m, c) && c->k[c->nk - 1].n % (2 * c->ways) == 0)
		c->ways *= 2;
}

int64_t usual_turns(const Module *m, const Step *s) { return step_varies(s) ? dim_usual(m->g->syms, s->size) : s->n; }

/* Tiles that go over one panel before the next share out the lines of the next one among them, evenly, so that it comes
 * from memory while they multiply. A power of two, for the test in the inner loop. Not where all panels come again for
 * the next row: they lie near by then. Nor where one tile takes each: processors see that it reads on and on, and do it
 * themselves. Where the number of tiles varies there may be half of the usual ones. */
static void choose_fetch(const Module *m, Contraction *c)
{
	const Target *t = m->target;
	int64_t tiles = (usual_turns(m, &c->point) + c->points - 1) / c->points, rows = 1, every = 1;
	for (int i = 0; i < c->nouter; i++)
		rows *= c->outer[i].b ? 1 : usual_turns(m, &c->outer[i]);
	tiles = step_varies(&c->point) ? (tiles + 1) / 2 : tiles;
	int64_t asks = tiles * rows, lines = (c->panel * c->sums + LINE_FLOATS - 1) / LINE_FLOATS;
	bool once = c->panels_outside || (!c->points_outside && rows == 1);
	if (t->lanes == 1 || c->of != FLOATS || of_bytes(c) || !c->packed || !once || c->by_rows || !c->nk || c->ways > 1 || asks < 2)
		return;
	while (2 * every * lines <= asks)
		every *= 2;
	c->fetch_every = every <= c->k[c->nk - 1].n ? every : 0;
	c->fetch_lines = (int)((lines + asks - 1) / asks);
}

static void split_along(Stage *s, const Step *step, int64_t unit)
{
	s->split = step->axis;
	s->split_n = (step->n + unit - 1) / unit;
	s->split_unit = unit;
}

/* The outermost axis but those that vary: a short one would leave workers with nothing. */
static const Step *fixed_outer(const Contraction *c)
{
	int i = 0;
	while (i < c->nouter && step_varies(&c->outer[i]))
		i++;
	return i < c->nouter && c->outer[i].n > 1 ? &c->outer[i] : NULL;
}

/* Of the time of two, three and four workers, the parts in which so many equal pieces keep them busy. */
static double busy(int64_t pieces)
{
	double sum = 0;
	for (int64_t w = 2; w <= 4; w++)
		sum += (double)pieces / (double)((pieces + w - 1) / w * w);
	return sum;
}

static const char *ways_text(const Contraction *c, Arena *a)
{
	return c->ways > 1 ? arena_format(a, "; %d sums take turns", c->ways) : "";
}

static const char *pairs_text(const Contraction *c)
{
	return c->pairing == OF_POINTS ? "; the last in pairs of points" : c->pairing == OF_STEPS ? "; the last in pairs of steps" : "";
}

/* The outermost axis is cut, unless its few pieces leave workers idle that panels would not. */
static void choose_split(Module *m, Stage *s, Contraction *c)
{
	Arena *a = &m->g->ctx->perm;
	int64_t panels = (c->lane.n + c->panel - 1) / c->panel, tiles = (c->point.n + c->points - 1) / c->points;
	const Step *outer = fixed_outer(c);
	bool few = outer && !step_varies(&c->lane) && busy(panels) > busy(outer->n) + 0.2;
	if (!s->strips) {
		if (outer && !few)
			split_along(s, outer, 1);
		else if ((few || c->panels_outside || tiles < 2) && panels > 1)
			split_along(s, &c->lane, c->panel);
		else if (tiles > 1)
			split_along(s, &c->point, c->points);
		else if (c->nouter && c->outer[0].n > 1)
			split_along(s, &c->outer[0], 1);
	}
	s->schedule = arena_format(a, "%d point%s x %d vector%s a tile%s; %s%s%s%s", c->points, c->points > 1 ? "s" : "", c->vectors,
	                           c->vectors > 1 ? "s" : "", pairs_text(c), order_text(c), ways_text(c, a),
	                           c->by_rows ? "; a row of taps at a time" : "", c->margin.axis ? "; no rows in padding" : "");
}

void choose_loops(Module *m, Stage *s, Contraction *c, int64_t b, int64_t a)
{
	choose_order(m, s, c, b, a);
	choose_ways(m, c);
	choose_fetch(m, c);
	choose_split(m, s, c);
}
