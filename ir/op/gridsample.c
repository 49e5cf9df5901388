/* gridsample.c -- GridSample (16-22): elements of x between its grid points, where a second tensor says.
 *
 *     y[n, c, o..] = x[n, c, p..] with p = ((g + 1) size - 1) / 2 (align_corners: (g + 1) (size - 1) / 2),
 *     g = grid[n, o.., k] for axis k of space, counted from the last
 *
 * nearest: the element at round(p); linear, cubic: 2 or 4 elements along each axis with weights by the distance. Outside
 * of x: zeros, the nearest element (border), or x mirrored at its edges (reflection), which lie at its outer elements
 * or half an element beyond them. tcc.Sample is the same where p = grid[n, o.., k].
 *
 * With a border p outside of x is moved to it first; in com.microsoft's GridSample, of pictures, not where weights are cubic:
 * there only the elements that are read are. */
#include <math.h>
#include "ir/op/nn.h"

enum { NEAREST, LINEAR, CUBIC };
enum { ZEROS, BORDER, REFLECTION };

struct GridSample { int64_t mode, padding_mode, align_corners; };

static const Attr attrs[] = {ATTR_ENUM(GridSample, mode, LINEAR, "nearest|linear|cubic"),
			     ATTR_ENUM(GridSample, padding_mode, ZEROS, "zeros|border|reflection"),
			     ATTR_INT(GridSample, align_corners, 0), {0}};

static const Attr ort_attrs[] = {ATTR_ENUM(GridSample, mode, LINEAR, "nearest|bilinear|bicubic"),
				 ATTR_ENUM(GridSample, padding_mode, ZEROS, "zeros|border|reflection"),
				 ATTR_INT(GridSample, align_corners, 0), {0}};

#define CUBIC_A (-0.75)

static void infer(Graph *g, Node *n)
{
	const Shape *x = &n->in[0]->shape, *grid = &n->in[1]->shape;
	Shape y = {x->rank, {x->dim[0], x->dim[1]}};

	need_type(g, n, 1, "f");
	need_rank(g, n, 0, 3, 2 + MAX_SPATIAL);
	need_rank(g, n, 1, x->rank, x->rank);
	need_size(g, n, 1, 0, x->dim[0]);
	need_size(g, n, 1, x->rank - 1, dim(x->rank - 2));
	for (int k = 2; k < x->rank; k++) {
		y.dim[k] = grid->dim[k - 1];
		need_elements(g, n, 0, k);
	}
	set_out(g, n, 0, n->in[0]->dtype, &y);
}

static void infer_ort(Graph *g, Node *n)
{
	need_rank(g, n, 0, 4, 4);
	infer(g, n);
}

static double edge(const Node *n, double size, bool upper)
{
	double half = ATTR_OF(n, GridSample)->align_corners ? 0 : 0.5;
	return upper ? size - 1 + half : -half;
}

static int taps_of(const Node *n)
{
	int64_t mode = ATTR_OF(n, GridSample)->mode;
	return mode == NEAREST ? 1 : mode == LINEAR ? 2 : 4;
}

/* ---- eval: positions in the precision of the grid, or in f32 where that is less ---- */

static bool is_plain(const Node *n) { return n->op == &op_tcc_Sample; } /* the grid has positions */

static double narrowed(DType t, double x) { return t == F64 ? x : (double)(float)x; }

static double reflected(double p, double low, double high)
{
	double range = high - low, beyond = p < low ? low - p : p - high;

	if (p >= low && p <= high)
		return p;
	if (range <= 0)
		return low;
	double turns = floor(beyond / range), rest = beyond - turns * range;
	bool from_low = (p < low) == (fmod(turns, 2) == 0);
	return from_low ? low + rest : high - rest;
}

/* Positions outside of x are not moved. */
static bool is_left_outside(const Node *n)
{
	const struct GridSample *a = n->attr;

	return a->padding_mode == ZEROS || (n->op == &op_ort_GridSample && a->padding_mode == BORDER && a->mode == CUBIC);
}

static double inside_f64(const Node *n, double p, double size)
{
	double low = edge(n, size, false), high = edge(n, size, true);
	int64_t padding = ATTR_OF(n, GridSample)->padding_mode;

	if ((p >= low && p <= high) || is_left_outside(n))
		return p;
	return padding == BORDER ? fmin(fmax(p, 0), size - 1) : reflected(p, low, high);
}

/* The position that number g of the grid stands for. */
static double position_f64(const Node *n, DType t, double g, double size)
{
	if (is_plain(n))
		return g;
	g = narrowed(t, g + 1);
	if (ATTR_OF(n, GridSample)->align_corners)
		return narrowed(t, g / 2 * (size - 1));
	return narrowed(t, narrowed(t, narrowed(t, g * size) - 1) / 2);
}

/* The weight of tap k at distance f behind tap 0 (linear), tap 1 (cubic). */
static double weight_f64(int64_t mode, int k, double f)
{
	static const double a = CUBIC_A;
	double d = fabs(f + 1 - k);

	if (mode == NEAREST)
		return 1;
	if (mode == LINEAR)
		return k ? f : 1 - f;
	return d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
}

/* The sum over the taps of axis k and those behind it; `base` is the position in x so far. */
static double sampled(const Node *n, const Tensor *x, const double *data, int64_t base, int axis, const double *p)
{
	int64_t mode = ATTR_OF(n, GridSample)->mode;
	double sum = 0, size, first;

	if (axis == x->rank)
		return data[base];
	size = (double)x->dim[axis];
	first = floor(p[axis]);
	for (int k = 0; k < taps_of(n); k++) {
		double at = first + k - (mode == CUBIC);
		if (ATTR_OF(n, GridSample)->padding_mode == BORDER)
			at = fmin(fmax(at, 0), size - 1);
		else if (ATTR_OF(n, GridSample)->padding_mode == REFLECTION)
			at = trunc(reflected(at, edge(n, size, false), edge(n, size, true)));
		if (at >= 0 && at <= size - 1)
			sum += weight_f64(mode, k, p[axis] - first) *
			       sampled(n, x, data, base * x->dim[axis] + (int64_t)at, axis + 1, p);
	}
	return sum;
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const double *x = in_f64(e, in[0]), *grid = in_f64(e, in[1]);
	double *y = out_f64(e, out[0]), p[MAX_RANK];
	int64_t at[MAX_RANK] = {0};
	int rank = in[0]->rank;
	DType t = work_type(in[1]->dtype);

	for (int64_t i = 0; i < out[0]->count; i++, next_index(rank, out[0]->dim, at)) {
		int64_t where = at[0];
		for (int k = 2; k < rank; k++)
			where = where * out[0]->dim[k] + at[k];
		for (int k = 2; k < rank; k++) {
			double size = (double)in[0]->dim[k];
			double pos = position_f64(n, t, grid[where * (rank - 2) + rank - 1 - k], size);
			p[k] = inside_f64(n, ATTR_OF(n, GridSample)->mode == NEAREST ? nearbyint(pos) : pos, size);
		}
		y[i] = sampled(n, in[0], x, at[0] * in[0]->dim[1] + at[1], 2, p);
	}
}

/* ---- lower ---- */

typedef struct Sample {
	Lower *l;
	const Node *n;
	const struct GridSample *a;
	DType t, weights;                 /* of positions; of weights */
	Expr *first[MAX_RANK], *rest[MAX_RANK]; /* floor of the position along each axis, and what is beyond it */
	Expr *index[MAX_RANK];
} Sample;

static Expr *number(Sample *s, double x) { return num(s->l, s->t, x); }

/* The size of an axis, and something more. */
static Expr *size_and(Sample *s, int axis, double more)
{
	return size_as_real(s->l, s->n->in[0]->shape.dim[axis], more, s->t);
}

static Expr *high_edge(Sample *s, int axis) { return size_and(s, axis, edge(s->n, 0, true)); }

/* low <= p <= high, false for NaN */
static Expr *between(Sample *s, Expr *p, double low, Expr *high)
{
	return alu2(s->l, AND, alu2(s->l, LE, number(s, low), p), alu2(s->l, LE, p, high));
}

/* Between the edges; on the only element there is, where they coincide. */
static Expr *mirrored(Sample *s, Expr *p, int axis)
{
	Lower *l = s->l;
	Dim size = s->n->in[0]->shape.dim[axis];
	double low = edge(s->n, 0, false), between_edges = edge(s->n, 0, true) - low;
	Expr *high = high_edge(s, axis), *range = size_and(s, axis, between_edges), *only = NULL;
	if ((double)dim_lo(lower_graph(l)->syms, size) + between_edges <= 0)
		only = alu2(l, LE, range, number(s, 0));
	if (dim_is(size, 1) && only)
		return number(s, low);
	Expr *under = alu2(l, LT, p, number(s, low));
	Expr *beyond = choose(l, under, alu2(l, SUB, number(s, low), p), alu2(l, SUB, p, high));
	Expr *turns = alu1(l, FLOOR, alu2(l, DIV, beyond, range));
	Expr *rest = alu2(l, SUB, beyond, alu2(l, MUL, turns, range));
	Expr *half = alu2(l, MUL, turns, number(s, 0.5)), *even = alu2(l, EQ, alu1(l, FLOOR, half), half);
	Expr *up = alu2(l, ADD, number(s, low), rest), *down = alu2(l, SUB, high, rest);
	Expr *y = choose(l, under, choose(l, even, up, down), choose(l, even, down, up));
	return only ? choose(l, only, number(s, low), y) : y;
}

static Expr *brought_inside(Sample *s, Expr *p, int axis)
{
	Expr *outside;

	if (is_left_outside(s->n))
		return p;
	if (s->a->padding_mode == BORDER)
		outside = alu2(s->l, MIN, alu2(s->l, MAX, p, number(s, 0)), size_and(s, axis, -1));
	else
		outside = mirrored(s, p, axis);
	return choose(s->l, between(s, p, edge(s->n, 0, false), high_edge(s, axis)), p, outside);
}

static Expr *position(Sample *s, Expr *const *at, int axis)
{
	Lower *l = s->l;
	int rank = s->n->in[0]->shape.rank;
	Expr *where[MAX_RANK];

	where[0] = at[0];
	for (int k = 2; k < rank; k++)
		where[k - 1] = at[k];
	where[rank - 1] = num_i(l, rank - 1 - axis);
	Expr *p = in_as(l, s->n, 1, where, s->t), *g = alu2(l, ADD, p, number(s, 1));
	if (is_plain(s->n))
		;
	else if (s->a->align_corners)
		p = alu2(l, MUL, alu2(l, MUL, g, number(s, 0.5)), size_and(s, axis, -1));
	else
		p = alu2(l, MUL, alu2(l, SUB, alu2(l, MUL, g, size_and(s, axis, 0)), number(s, 1)), number(s, 0.5));
	return brought_inside(s, s->a->mode == NEAREST ? alu1(l, ROUND, p) : p, axis);
}

static Expr *share(Sample *s, double x) { return num(s->l, s->weights, x); }

/* The polynomial c3 d^3 + c2 d^2 + c1 d + c0. */
static Expr *polynomial(Sample *s, Expr *d, double c3, double c2, double c1, double c0)
{
	Expr *y = alu2(s->l, ADD, alu2(s->l, MUL, d, share(s, c3)), share(s, c2));
	y = alu2(s->l, ADD, alu2(s->l, MUL, y, d), share(s, c1));
	return alu2(s->l, ADD, alu2(s->l, MUL, y, d), share(s, c0));
}

static Expr *weight(Sample *s, int axis, int k)
{
	Expr *f = s->rest[axis], *back = alu2(s->l, SUB, share(s, 1), f);
	double a = CUBIC_A;

	if (s->a->mode == LINEAR)
		return k ? f : back;
	Expr *d = k == 0 ? alu2(s->l, ADD, f, share(s, 1)) : k == 1 ? f : k == 2 ? back : alu2(s->l, ADD, back, share(s, 1));
	return k == 1 || k == 2 ? polynomial(s, d, a + 2, -(a + 3), 0, 1) : polynomial(s, d, a, -5 * a, 8 * a, -4 * a);
}

static Expr *sample(Sample *s, int axis);

/* Tap k of the axis: what lies behind it times its weight, or 0 outside. */
static Expr *tap(Sample *s, int axis, int k)
{
	Lower *l = s->l;
	Expr *at = alu2(l, ADD, s->first[axis], number(s, k - (s->a->mode == CUBIC)));

	if (s->a->padding_mode == BORDER)
		at = alu2(l, MIN, alu2(l, MAX, at, number(s, 0)), size_and(s, axis, -1));
	else if (s->a->padding_mode == REFLECTION)
		at = choose(l, between(s, at, edge(s->n, 0, false), high_edge(s, axis)), at, mirrored(s, at, axis));
	Expr *valid = between(s, at, 0, size_and(s, axis, -1));
	s->index[axis] = cast(l, I64, choose(l, valid, at, number(s, 0)));
	Expr *x = sample(s, axis + 1);
	if (s->a->mode != NEAREST)
		x = alu2(l, MUL, cast(l, x->dtype, weight(s, axis, k)), x);
	return s->a->padding_mode == ZEROS ? choose(l, valid, x, num(l, x->dtype, 0)) : x;
}

static Expr *sample(Sample *s, int axis)
{
	Expr *sum = NULL;
	DType t = formula_type(s->l, s->n, s->n->in[0]->dtype);

	if (axis == s->n->in[0]->shape.rank)
		return in_as(s->l, s->n, 0, s->index, t);
	for (int k = 0; k < taps_of(s->n); k++) {
		Expr *x = tap(s, axis, k);
		sum = sum ? alu2(s->l, ADD, sum, x) : x;
	}
	return sum;
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	Sample s = {.l = l, .n = n, .a = n->attr, .t = work_type(n->in[1]->dtype), .index = {at[0], at[1]}};
	s.weights = formula_type(l, n, s.t);

	for (int k = 2; k < n->in[0]->shape.rank; k++) {
		Expr *p = position(&s, at, k);
		s.first[k] = alu1(l, FLOOR, p);
		s.rest[k] = cast(l, s.weights, alu2(l, SUB, p, s.first[k]));
	}
	return cast(l, n->out[slot]->dtype, sample(&s, 2));
}

const Op op_gridsample = {
	.name = "GridSample", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, .flags = REDUCES, .ulp = 64,
	.attrs = attrs, .attr_size = sizeof(struct GridSample),
	.types = "f", .infer = infer, .eval = eval, .lower = lower,
};

const Op op_tcc_Sample = {
	.name = "Sample", .domain = "tcc", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, .flags = REDUCES, .ulp = 64,
	.attrs = attrs, .attr_size = sizeof(struct GridSample),
	.types = "f", .infer = infer, .eval = eval, .lower = lower,
};

const Op op_ort_GridSample = {
	.name = "GridSample", .domain = "com.microsoft", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, .flags = REDUCES,
	.ulp = 64, .attrs = ort_attrs, .attr_size = sizeof(struct GridSample),
	.types = "f", .infer = infer_ort, .eval = eval, .lower = lower,
};
