/* tile_sum.c -- the sum of a register tile: loops over k around its steps. Bytes go in fours or twos, the last perhaps with
 * fewer. A tile that goes by rows (depthwise) reads each vector of a row once, for the sums of all points that it is in:
 *
 *     for outer k:  b[t] = weights of a row of taps;  for each vector v of the row: for each tap t: acc[p(v, t)] += v * b[t] */
#include "codegen/tile.h"

/* ---- by rows ---- */

static void put_row_a(Tile *t, int q)
{
	Contraction *c = t->c;
	put_text(t->p.out, "a");
	for (int i = 0; i < c->nk - 1; i++)
		put_term(t, c->k[i].a, axis_name(&t->p, c->k[i].axis));
	put_term(t, c->row.gap, "q");
	put_offset(t, (int64_t)q * t->lanes);
}

static void put_row_b(Tile *t, int q)
{
	Contraction *c = t->c;
	int last = c->nk - 1;
	put_text(t->p.out, "b");
	for (int i = 0; i < last && !c->packed; i++)
		put_term(t, c->k[i].b, axis_name(&t->p, c->k[i].axis));
	put_term(t, c->packed ? t->vectors * t->lanes : c->k[last].b, axis_name(&t->p, c->k[last].axis));
	put_offset(t, (int64_t)q * t->lanes);
}

/* One of the row's weights, in each lane. */
static void put_number(Tile *t)
{
	Out *o = t->p.out, place = {.arena = o->arena};
	t->p.out = &place;
	put_row_b(t, 0);
	t->p.out = o;
	put_text(o, t->lanes > 1 ? "v_set(%s)" : "%s", subscript_text(place.text, o->arena));
}

/* The row's weights, one vector a tap. */
static void print_row_b(Tile *t, const char *tap)
{
	Printer *p = &t->p;
	int vectors = t->c->b_number ? 1 : t->vectors;
	indent(t);
	for (int q = 0; q < vectors; q++)
		put_text(p->out, "%s b%d[%d]", q ? "," : type_of(t), q, t->c->row.taps);
	put_text(p->out, ";\n");
	open_block(p, "UNROLL for (int %s = 0; %s < %d; %s++)", tap, tap, t->c->row.taps, tap);
	for (int q = 0; q < vectors; q++) {
		indent(t);
		put_text(p->out, "b%d[%s] = ", q, tap);
		bool part = partial(t, q) && !t->c->packed;
		if (t->c->b_number)
			put_number(t);
		else
			put_load(t, load_b(t, part), put_row_b, q, part, ")");
		put_text(p->out, ";\n");
	}
	close_block(p);
}

/* Vector q of the row meets tap s in point p when stride * p + dilation * s = q. */
static void print_row_products(Tile *t, const char *tap)
{
	Printer *p = &t->p;
	const Row *row = &t->c->row;
	const char *at = row->dilation == 1 ? tap : arena_format(p->out->arena, "%d*%s", row->dilation, tap);
	open_block(p, "UNROLL for (int %s = 0; %s < %d; %s++)", tap, tap, row->taps, tap);
	if (row->stride == 1) {
		print_line(p, "int p = q - %s;", at);
		open_block(p, "if (p >= 0 && p < points)");
	} else {
		print_line(p, "int p = (q - %s) / %d;", at, row->stride);
		open_block(p, "if (p >= 0 && p < points && %d*p + %s == q)", row->stride, at);
	}
	for (int q = 0; q < t->vectors; q++)
		print_product(t, sum_name(t, "p", q), text(t, "a%lld", q),
		              arena_format(p->out->arena, "b%d[%s]", t->c->b_number ? 0 : q, tap), false);
	close_block(p);
	close_block(p);
}

static void print_row(Tile *t)
{
	Printer *p = &t->p;
	const Row *row = &t->c->row;
	const char *tap = axis_name(p, t->c->k[t->c->nk - 1].axis);
	print_row_b(t, tap);
	indent(t);
	put_text(p->out, "UNROLL for (int q = 0; q < ");
	if (row->stride > 1)
		put_text(p->out, "%d*", row->stride);
	put_text(p->out, "points");
	put_offset(t, row->dilation * (row->taps - 1) + 1 - row->stride);
	put_text(p->out, "; q++) {\n");
	p->depth++;
	for (int q = 0; q < t->vectors; q++) {
		indent(t);
		put_text(p->out, "%s a%d = %s", type_of(t), q, t->lanes > 1 ? "v_keep(" : "");
		put_load(t, load_a(t, partial(t, q)), put_row_a, q, partial(t, q), load_end(t));
		put_text(p->out, t->lanes > 1 ? ");\n" : ";\n");
	}
	print_row_products(t, tap);
	close_block(p);
	if (t->c->packed)
		print_line(p, "b += %d;", row->taps * t->vectors * t->lanes);
}

/* ---- in fours, or twos ---- */

/* The step at that index of the innermost k, of so many elements. */
static void print_four_at(Tile *t, int64_t at, int64_t n)
{
	print_line(&t->p, "{");
	t->p.depth++;
	t->four = n;
	shift_axis(&t->p, t->c->k[t->c->nk - 1].axis, text(t, "%lld", at), 0);
	print_step(t);
	t->p.nshifted--;
	close_block(&t->p);
}

/* Along the innermost k in fours, or twos, and what is left. */
static void print_fours(Tile *t)
{
	const Step *k = &t->c->k[t->c->nk - 1];
	const int four = in_pairs(t, OF_STEPS) ? 2 : t->c->four;
	int64_t whole = k->n / four * four;
	if (whole > four) {
		const char *name = axis_name(&t->p, k->axis);
		open_block(&t->p, "%s", for_text(&t->p, name, "0", text(t, "%lld", whole), four));
		t->four = four;
		print_step(t);
		close_block(&t->p);
	} else if (whole) {
		print_four_at(t, 0, four);
	}
	if (whole < k->n)
		print_four_at(t, whole, k->n - whole);
}

/* ---- any ---- */

/* All ways into the first. */
static void print_join(Tile *t)
{
	bool many = t->c->ways > 2;
	if (many)
		open_block(&t->p, "UNROLL for (int way = 1; way < %d; way++)", t->c->ways);
	for (int q = 0; q < t->vectors; q++) {
		const char *first = sum_name(t, "0", q);
		print_line(&t->p, "%s = %s + %s;", first, first, sum_name(t, many ? "way" : "1", q));
	}
	if (many)
		close_block(&t->p);
}

static bool goes_in_fours(const Tile *t) { return by_fours(t) || by_twos(t) || in_pairs(t, OF_STEPS); }

/* Loops over k but the innermost ones, over which `inner` goes itself. */
static void print_loops(Tile *t, int loops, void (*inner)(Tile *))
{
	Contraction *c = t->c;
	bool margin = c->margin.axis && loops;
	if (margin)
		print_margin(t);
	for (int i = 0; i < loops; i++) {
		const char *k = axis_name(&t->p, c->k[i].axis), *from = i == 0 && margin ? "first" : "0";
		const char *to = i == 0 && margin ? "end" : step_end(t, &c->k[i]);
		open_block(&t->p, "%s", for_text(&t->p, k, from, to, i == c->nk - 1 ? c->ways : 1));
	}
	inner(t);
	while (loops--)
		close_block(&t->p);
}

static void print_block(Tile *t)
{
	print_line(&t->p, "{");
	t->p.depth++;
	(t->c->by_rows ? print_row : print_step)(t);
	close_block(&t->p);
}

void print_sum(Tile *t)
{
	const Contraction *c = t->c;
	if (goes_in_fours(t))
		print_loops(t, c->nk - 1, print_fours);
	else if (c->nk - c->by_rows == 0)
		print_block(t);
	else
		print_loops(t, c->nk - c->by_rows, c->by_rows ? print_row : print_step);
	if (c->ways > 1)
		print_join(t);
}
