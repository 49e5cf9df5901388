/* tile_loops.c -- the loops that call a stage's tile function: over panels, points, and the axes outside of them.
 *
 *     for outer axes:  for each panel j:  for each tile of points i:  s5_tile(6, i, j, ...), the last perhaps with fewer
 *
 * A panel may stay for all rows, or a tile's points for all panels. Workers have a range of one of these axes (from, to).
 * Where sizes are known at run time only, whole tiles go as far as they fit, then smaller ones. */
#include "codegen/tile.h"

static void print_call(Tile *t)
{
	indent(t);
	put_text(t->p.out, "%s(", t->name);
	print_parameters(t, t->p.out, false);
	put_text(t->p.out, "%s);\n", t->c->sizes);
}

static bool is_split(const Tile *t, const Axis *axis) { return takes_range(t->p.m, t->p.s) && t->p.s->split == axis; }

static void print_panels(Tile *t, void (*inner)(Tile *));

/* Points i .. i + n of this panel, or of all. */
static void print_points_at(Tile *t, const char *i, int64_t n)
{
	Tile at = *t;
	at.i = i;
	at.points = n;
	if (t->c->points_outside)
		print_panels(&at, print_call);
	else
		print_call(&at);
}

/* The same under `head`, a loop or a condition. */
static void print_points_under(Tile *t, const char *head, int64_t n)
{
	open_block(&t->p, "%s", head);
	print_points_at(t, t->i, n);
	close_block(&t->p);
}

/* What stands before an index where it gets its first value: its type, but where it has been declared before. */
static const char *declared(const Tile *t, bool before) { return before ? "" : t->p.s->wide ? "int64_t " : "int "; }

/* Tiles over points whose number is known at run time only: whole ones, then 16, 8, 4 of them as far as they go; the
 * last three, two or one in one tile. */
static void print_points_open(Tile *t, const char *from, const char *to)
{
	Contraction *c = t->c;
	Arena *a = t->p.out->arena;
	int part = 1;
	print_line(&t->p, "%s%s = %s;", declared(t, t->again), t->i, from);
	print_points_under(t, for_whole_text(&t->p, t->i, NULL, to, c->points), c->points);
	while (2 * part < c->points)
		part *= 2;
	for (; part >= 4; part /= 2) {
		open_block(&t->p, "if (%s + %d <= %s)", t->i, part, to);
		print_points_at(t, t->i, part);
		print_line(&t->p, "%s += %d;", t->i, part);
		close_block(&t->p);
	}
	for (part = c->points > 3 ? 3 : c->points - 1; part > 0; part--)
		print_points_under(t, arena_format(a, "if (%s + %d == %s)", t->i, part, to), part);
}

/* Tiles over the points that a worker has: whole ones, then perhaps a last one with fewer points. */
static void print_points_split(Tile *t, int64_t whole)
{
	Contraction *c = t->c;
	const char *head = for_text(&t->p, t->i, "from", "to", c->points);
	if (whole == c->point.n) {
		print_points_under(t, head, c->points);
		return;
	}
	open_block(&t->p, "%s", head);
	print_points_under(t, arena_format(t->p.out->arena, "if (%s < %lld)", t->i, (long long)whole), c->points);
	print_points_under(t, "else", c->point.n - whole);
	close_block(&t->p);
}

/* Tiles over the points. */
static void print_points(Tile *t)
{
	Contraction *c = t->c;
	int64_t whole = c->point.n / c->points * c->points;
	if (!c->point.axis) {
		print_points_at(t, "0", 1);
		return;
	}
	if (step_varies(&c->point)) {
		bool split = is_split(t, c->point.axis);
		print_points_open(t, split ? "from" : "0", split ? "to" : step_end(t, &c->point));
		return;
	}
	if (is_split(t, c->point.axis)) {
		print_points_split(t, whole);
		return;
	}
	if (whole > c->points)
		print_points_under(t, for_text(&t->p, t->i, "0", text(t, "%lld", whole), c->points), c->points);
	else
		print_points_at(t, "0", c->points);
	Tile last = *t;
	last.lanes_again = whole == c->points;
	if (whole < c->point.n)
		print_points_at(&last, text(t, "%lld", whole), c->point.n - whole);
}

/* Panels up to an end that is known at run time only: whole ones, then vector by vector. */
static void print_panels_open(Tile *t, Tile *tail, void (*inner)(Tile *))
{
	Contraction *c = t->c;
	bool split = is_split(t, c->lane.axis);
	const char *to = split ? "to" : step_end(t, &c->lane);
	print_line(&t->p, "%s%s = %s;", declared(t, t->lanes_again), t->j, split ? "from" : "0");
	if (c->lane.n >= c->panel) {
		open_block(&t->p, "%s", for_whole_text(&t->p, t->j, NULL, to, c->panel));
		inner(t);
		close_block(&t->p);
	}
	open_block(&tail->p, "for (; %s < %s; %s)", t->j, to, step_text(t->j, t->lanes, t->p.out->arena));
	if (tail->rest_text)
		print_line(&tail->p, "const int rest = least(%s - %s, %d);", to, t->j, t->lanes);
	inner(tail);
	close_block(&tail->p);
}

/* The loop over panels, and inside it what `inner` prints for one panel. */
static void print_panels(Tile *t, void (*inner)(Tile *))
{
	Contraction *c = t->c;
	int64_t whole = c->lane.n / c->panel * c->panel;
	Tile tail = *t;
	bool has_tail = tail_of(&tail), split = is_split(t, c->lane.axis);
	if (step_varies(&c->lane)) {
		print_panels_open(t, &tail, inner);
		return;
	}
	if (whole && (whole > c->panel || split)) {
		open_block(&t->p, "%s", split ? for_whole_text(&t->p, t->j, "from", "to", c->panel)
		                              : for_text(&t->p, t->j, "0", text(t, "%lld", whole), c->panel));
		inner(t);
		close_block(&t->p);
	} else if (whole) {
		Tile one = *t;
		one.j = "0";
		inner(&one);
		tail.again = true;
	}
	if (!has_tail)
		return;
	tail.j = text(t, "%lld", (long long)whole);
	if (split)
		open_block(&tail.p, "if (to == %lld)", (long long)c->lane.n);
	inner(&tail);
	if (split)
		close_block(&tail.p);
}

static void open_outer(Tile *t, const Step *step)
{
	const char *name = axis_name(&t->p, step->axis);
	bool split = is_split(t, step->axis);
	open_block(&t->p, "%s", for_text(&t->p, name, split ? "from" : "0", split ? "to" : step_end(t, step), 1));
}

/* Loops over the outer axes that b does not know, then the points. */
static void print_rows(Tile *t)
{
	int open = 0;
	for (int i = 0; i < t->c->nouter; i++)
		if (!t->c->outer[i].b) {
			open_outer(t, &t->c->outer[i]);
			open++;
		}
	t->again &= !open;
	print_points(t);
	while (open--)
		close_block(&t->p);
}

void print_tiles(Printer *p)
{
	Tile t = tile_new(p->m, p->s, p->out);
	Contraction *c = t.c;
	int open = 0;

	t.p.depth = p->depth;
	for (int i = 0; i < c->nouter; i++)
		if (c->outer[i].b || !c->panels_outside) {
			open_outer(&t, &c->outer[i]);
			open++;
		}
	if (c->points_outside)
		print_points(&t);
	else
		print_panels(&t, c->panels_outside ? print_rows : print_points);
	while (open--)
		close_block(&t.p);
}
