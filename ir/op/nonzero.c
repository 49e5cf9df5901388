/* nonzero.c -- NonZero (9, 13): the indices of the elements that are not 0, a row an axis; Compress (9, 11): the slices (or,
 * without an axis, the elements) whose condition is true.
 *
 *     NonZero([[0, 5], [6, 0]]) = [[0, 1], [1, 0]]          Compress(x, [0, 1, 1], axis) = x at 1 and 2
 *
 * How many there are is known for constants, else given by the file, else counted. */
#include "ir/op/chosen.h"
#include "ir/op/nn.h"

struct Compress {
	int64_t axis; /* NO_AXIS: all elements in a row */
};

enum { NO_AXIS = INT32_MIN };

static bool is_set(const Tensor *t, int64_t i)
{
	return is_float(t->dtype) ? load_f64(t->dtype, t->data, i) != 0 : load_i64(t->dtype, t->data, i) != 0;
}

static int64_t count_set(const Tensor *t, int64_t most)
{
	int64_t n = 0;

	for (int64_t i = 0; i < t->count && i < most; i++)
		n += is_set(t, i);
	return n;
}

/* The sizes of y are these, of which the file may have given others. */
static void have_sizes(Eval *e, const Node *n, Tensor *y, int rank, const int64_t *sizes)
{
	for (int k = 0; y->data && k < rank; k++)
		if (y->dim[k] != sizes[k])
			fail_node(e->g, n, "E-SHAPE", "%lld elements are chosen; the file gives other sizes: %lld",
				  (long long)sizes[k], (long long)y->dim[k]);
	out_sizes(e, y, rank, sizes);
}

/* ---- NonZero ---- */

static void infer_nonzero(Graph *g, Node *n)
{
	const Value *x = n->in[0];

	need_rank(g, n, 0, 0, -1);
	Dim size[2] = {dim(x->shape.rank)};
	size[1] = x->data ? dim(count_set(x->data, x->data->count))
			  : counted_size(g, n, 0, 2, 1, shape_count(g, &x->shape));
	Shape y = shape_of(2, size);
	set_out(g, n, 0, I64, &y);
}

static void eval_nonzero(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int64_t size[2] = {in[0]->rank, count_set(in[0], in[0]->count)}, at[MAX_RANK] = {0}, to = 0;

	have_sizes(e, n, out[0], 2, size);
	int64_t *y = out_i64(e, out[0]), count = size[1];
	for (int64_t i = 0; i < in[0]->count; i++, next_index(in[0]->rank, in[0]->dim, at)) {
		for (int k = 0; is_set(in[0], i) && k < in[0]->rank; k++)
			y[k * count + to] = at[k];
		to += is_set(in[0], i);
	}
}

/* How many elements an index along axis k steps over: the product of the sizes behind it. */
static Value *behind(Graph *g, const Node *n, int k)
{
	const Shape *x = &n->in[0]->shape;
	int64_t known = 1;
	Value *open = NULL;

	while (++k < x->rank)
		if (dim_known(x->dim[k]))
			known *= x->dim[k].k;
		else
			open = open ? binary(g, n, "Mul", open, size_of(g, n, n->in[0], k)) : size_of(g, n, n->in[0], k);
	Value *number_known = value_scalar(g, I64, (double)known);
	return !open ? number_known : known == 1 ? open : binary(g, n, "Mul", open, number_known);
}

/* An index along each axis from the position among all elements; a scalar has no axis, and is counted all the same. */
static void expand_nonzero(Graph *g, Node *n)
{
	const Shape *x = &n->in[0]->shape;
	Value *v = flat(g, n, n->in[0]), *y = NULL;
	Value *set = cast_value(g, n, v, BOOL);
	Value *p = positions_chosen(g, n, set, n->out[0]->shape.dim[1]);
	int64_t first = 0;

	for (int k = 0; k < x->rank; k++) {
		Value *row = binary(g, n, "Div", p, behind(g, n, k));
		row = k ? binary(g, n, "Mod", row, size_of(g, n, n->in[0], k)) : row;
		row = with_axes(g, n, row, 1, &first);
		y = y ? joined(g, n, 0, y, row) : row;
	}
	if (!y)
		y = slice_of(g, n, with_axes(g, n, p, 1, &first), 0, 0, 0);
	value_replace(g, n->out[0], y);
}

/* ---- Compress ---- */

static int axis_of(Graph *g, const Node *n)
{
	int64_t axis = ATTR_OF(n, Compress)->axis;

	return axis == NO_AXIS ? -1 : (int)fix_axis(g, n, axis, n->in[0]->shape.rank);
}

/* How many elements the condition can choose from. */
static Dim all_of(Graph *g, const Node *n)
{
	int axis = axis_of(g, n);

	return axis < 0 ? shape_count(g, &n->in[0]->shape) : n->in[0]->shape.dim[axis];
}

static void infer_compress(Graph *g, Node *n)
{
	const Tensor *condition = n->in[1]->data;

	need_rank(g, n, 0, 1, -1);
	need_rank(g, n, 1, 1, 1);
	need_type(g, n, 1, "b");
	int axis = axis_of(g, n);
	Dim all = all_of(g, n), length = n->in[1]->shape.dim[0];
	Shape y = n->in[0]->shape, line = {.rank = 1};
	if (dim_lo(g->syms, length) > dim_hi(g->syms, all))
		fail_node(g, n, "E-SHAPE", "the condition has %s elements for %s", dim_text(g->syms, length),
			  dim_text(g->syms, all));
	if (axis < 0)
		y = line;
	axis = axis < 0 ? 0 : axis;
	y.dim[axis] = condition ? dim(count_set(condition, condition->count))
				: counted_size(g, n, 0, y.rank, axis, dim_min(g->syms, all, length));
	set_out(g, n, 0, n->in[0]->dtype, &y);
}

/* x is [outer, size, inner]. */
static void eval_compress(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int axis = axis_of(e->g, n);
	int64_t size = axis < 0 ? in[0]->count : in[0]->dim[axis], inner = 1, to = 0;

	for (int k = axis + 1; axis >= 0 && k < in[0]->rank; k++)
		inner *= in[0]->dim[k];
	int64_t sizes[MAX_RANK] = {0};
	for (int k = 0; axis >= 0 && k < in[0]->rank; k++)
		sizes[k] = in[0]->dim[k];
	sizes[axis < 0 ? 0 : axis] = count_set(in[1], size);
	have_sizes(e, n, out[0], axis < 0 ? 1 : in[0]->rank, sizes);
	for (int64_t i = 0; i < in[0]->count; i++) {
		int64_t at = i / inner % size;
		if (at < in[1]->count && is_set(in[1], at))
			move_element(out[0], to++, in[0], i);
	}
}

static void expand_compress(Graph *g, Node *n)
{
	int axis = axis_of(g, n);
	Value *x = axis < 0 ? flat(g, n, n->in[0]) : n->in[0];

	axis = axis < 0 ? 0 : axis;
	value_replace(g, n->out[0],
		      picked(g, n, x, positions_chosen(g, n, n->in[1], n->out[0]->shape.dim[axis]), axis));
}

static const Attr compress_attrs[] = {ATTR_INT(Compress, axis, NO_AXIS), {0}};

const Op op_NonZero = {
	.name = "NonZero", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .flags = CHOOSES,
	.types = "fiub", .infer = infer_nonzero, .eval = eval_nonzero, .expand = expand_nonzero,
};
const Op op_Compress = {
	.name = "Compress", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, .flags = CHOOSES,
	.attrs = compress_attrs, .attr_size = sizeof(struct Compress),
	.infer = infer_compress, .eval = eval_compress, .expand = expand_compress,
};
