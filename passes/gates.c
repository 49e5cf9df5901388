/* gates.c -- a product whose parts meet again, element by element, becomes a product for each part.
 *
 * needs  shapes, constant weights
 * keeps  every bit: each element is the same sum of the same products
 *
 *     y = MatMul(x, [A B]) + [a b]                       u = MatMul(x, A) + a
 *     u, v = Split(y)                             ->     v = MatMul(x, B) + b
 *     z = u * Sigmoid(v)                                 z = u * Sigmoid(v)
 *
 * The two are twins (twins.h): one tile makes both, with u * sigmoid(v) in its registers. As one product, all of y would be
 * stored, and read for z. The parts may be those of a Split or of Slices; the product may be a Conv of single taps, whose
 * parts are channels. What stands between, element by element and with constants, is there for each part. The cost model
 * keeps one product where its parts would leave vectors empty that the whole fills, or where registers are few: there sums
 * and the constants of a sigmoid push each other out (16 rows of 128 by 2 x 512, AVX2: 3 % slower). */
#include "codegen/heur.h"
#include "ir/op/movement.h"
#include "ir/op/nn.h"
#include "passes/consts.h"
#include "passes/methods.h"
#include "passes/twins.h"

enum { GATE_STEPS = 8 }; /* operations between the product and its parts */

void pass_gates(Graph *g, const Options *o);

typedef struct Gate {
	Graph *g;
	const Target *t;
	Readers r;
	Node *product;
	int axis;                /* along which its parts are cut */
	Node *step[GATE_STEPS];
	int nsteps;
	Value *end;              /* behind the steps */
	Value *part[SUMS_MAX];   /* in the order of their elements */
	int parts;
	int64_t width;           /* of each */
} Gate;

/* ---- what it is ---- */

static bool has_single_taps(const Node *n)
{
	bool single = true;

	for (int i = 2; i < n->in[1]->shape.rank; i++)
		single &= dim_is(n->in[1]->shape.dim[i], 1);
	return single;
}

/* Of a Conv, any; else one that varies along the columns alone. */
static bool has_plain_bias(const Node *n)
{
	if (n->nin < 3 || !n->in[2])
		return true;
	return is_op(n, "Conv") ? is_const(n->in[2]) : is_along(n->in[2], n->out[0], lane_axis(n));
}

static bool is_product(const Gate *f, const Node *n)
{
	bool conv = is_op(n, "Conv"), whole = n->out[0] && (conv || is_op(n, "MatMul") || is_op(n, "Gemm"));

	if (!whole || lane_axis(n) < 0 || !is_const(n->in[1]) || is_const(n->in[0]) || n->out[0]->dtype != F32)
		return false;
	return (conv ? has_single_taps(n) : n->in[1]->shape.rank == 2) && f->r.uses[n->in[1]->id] == 1 &&
	       n->in[1]->data->count && dim_known(n->out[0]->shape.dim[lane_axis(n)]) &&
	       has_plain_bias(n);
}

static void find_steps(Gate *f)
{
	Node *s;

	f->nsteps = 0;
	f->end = f->product->out[0];
	while (f->nsteps < GATE_STEPS && (s = step_behind(&f->r, f->end, f->axis))) {
		f->step[f->nsteps++] = s;
		f->end = s->out[0];
	}
}

/* ---- parts ---- */

/* One more part, elements from, from + 1, .. of the axis: false where parts are not alike. */
static bool add_part(Gate *f, Value *part, int64_t from)
{
	Dim width = part ? part->shape.dim[f->axis] : dim(0);

	if (!part || f->parts == SUMS_MAX || !dim_known(width) || width.k == 0 || f->r.uses[part->id] != 1)
		return false;
	f->width = f->parts ? f->width : width.k;
	int at = (int)(from / f->width);
	if (width.k != f->width || from % f->width || at >= SUMS_MAX || f->part[at])
		return false;
	f->part[at] = part;
	f->parts++;
	return true;
}

static bool add_split(Gate *f, const Node *n)
{
	int64_t from = 0;
	bool fits = fix_axis(f->g, n, ATTR_OF(n, Split)->axis, f->end->shape.rank) == f->axis;

	for (int i = 0; fits && i < n->nout; i++) {
		fits = add_part(f, n->out[i], from);
		from += fits ? f->width : 0;
	}
	return fits;
}

static bool add_slice(Gate *f, const Node *n)
{
	Cut cut[MAX_RANK];

	if (!is_const(n->in[1]) || !is_const(n->in[2]))
		return false;
	cuts_of(f->g, n, cut);
	for (int i = 0; i < f->end->shape.rank; i++)
		if (i != f->axis && !dim_same(n->out[0]->shape.dim[i], f->end->shape.dim[i]))
			return false;
	return dim_known(cut[f->axis].start) && cut[f->axis].step == 1 && add_part(f, n->out[0], cut[f->axis].start.k);
}

/* All that reads the product takes a part of it, and the parts are all of it. */
static bool find_parts(Gate *f)
{
	uint32_t readers = f->r.uses[f->end->id], found = 0;

	f->parts = 0;
	for (int i = 0; i < SUMS_MAX; i++)
		f->part[i] = NULL;
	for (uint32_t i = 0; i < f->g->nnode && readers <= SUMS_MAX && found < readers; i++) {
		const Node *n = f->g->node[i];
		if (n->nin == 0 || n->in[0] != f->end)
			continue;
		if (!(is_op(n, "Split") ? add_split(f, n) : is_op(n, "Slice") && add_slice(f, n)))
			return false;
		found++;
	}
	return found == readers && f->parts > 1 && dim_is(f->end->shape.dim[f->axis], f->parts * f->width);
}

static bool all_meet(const Gate *f)
{
	bool meet = true;

	for (int i = 1; i < f->parts && meet; i++)
		meet = they_meet(&f->r, f->part[0], f->part[i]);
	return meet;
}

static bool pays(const Gate *f)
{
	const Shape *y = &f->product->out[0]->shape;
	int64_t m = points_usual(f->g, y, f->axis), k = f->product->in[1]->data->count / (f->parts * f->width);

	return twins_cycles(m, k, f->width, f->parts, f->t) < parted_cycles(m, k, f->width, f->parts, f->t);
}

/* ---- one for each ---- */

/* The elements of a constant that belong to part i, where it has others along its axis k. */
static Value *part_of_const(const Gate *f, Value *c, int k, int i)
{
	if (c->data->count == 1)
		return c;
	return value_const(f->g, c->name, part_of(f->g, c->data, k, i * f->width, f->width));
}

static Value *product_of(const Gate *f, int i)
{
	Node *n = f->product;
	bool conv = is_op(n, "Conv"), rows = conv || (is_op(n, "Gemm") && ATTR_OF(n, Gemm)->transB), bias = n->nin > 2 && n->in[2];
	Value *in[3] = {n->in[0], part_of_const(f, n->in[1], rows ? 0 : 1, i)};

	if (bias)
		in[2] = part_of_const(f, n->in[2], n->in[2]->shape.rank - 1, i);
	return rewrite_inputs(f->g, n, bias ? 3 : 2, in);
}

static Value *step_of(const Gate *f, const Node *n, const Value *from, Value *y, int i)
{
	Value *in[MAX_RANK];

	for (int k = 0; k < n->nin; k++) {
		Value *c = n->in[k];
		in[k] = c == from ? y : c ? part_of_const(f, c, f->axis - (from->shape.rank - c->shape.rank), i) : NULL;
	}
	return rewrite_inputs(f->g, n, n->nin, in);
}

static void make_parts(Gate *f)
{
	for (int i = 0; i < f->parts; i++) {
		Value *y = product_of(f, i), *from = f->product->out[0];
		for (int s = 0; s < f->nsteps; s++) {
			y = step_of(f, f->step[s], from, y, i);
			from = f->step[s]->out[0];
		}
		value_replace(f->g, f->part[i], y);
		f->part[i]->def->out[f->part[i]->slot] = NULL;
	}
	for (int s = 0; s < f->nsteps; s++)
		f->step[s]->out[0] = NULL;
	f->product->out[0] = NULL;
}

void pass_gates(Graph *g, const Options *o)
{
	Gate f = {.g = g, .t = deciding_target(g, o)};
	uint32_t nodes = g->nnode;

	f.r = readers_of(g);
	for (uint32_t i = 0; i < nodes; i++) {
		f.product = g->node[i];
		if (!is_product(&f, f.product))
			continue;
		f.axis = lane_axis(f.product);
		find_steps(&f);
		if (find_parts(&f) && all_meet(&f) && pays(&f))
			make_parts(&f);
	}
	drop_empty_nodes(g);
	graph_sort(g);
}
