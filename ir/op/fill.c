/* fill.c -- tensors made from a shape alone.
 *
 *     ConstantOfShape:  y[at] = value
 *     EyeLike:          y[i, j] = 1 where j = i + k, else 0 */
#include "ir/op/counted.h"

/* ---- ConstantOfShape ---- */

struct ConstantOfShape { Tensor *value; };

/* Data give all sizes. */
static Shape decided_shape(Graph *g, const Node *n)
{
	int64_t rank = rank_size(g, n, n->in[0]->shape.dim[0], output_rank(n));
	if (rank > MAX_RANK)
		fail_unsupported(g, n, "rank %lld is above the limit of %d", (long long)rank, MAX_RANK);
	Shape y = {.rank = (int)rank};
	for (int k = 0; k < y.rank; k++)
		y.dim[k] = NO_BOUND;
	return counted_shape(g, n, 0, &y, (1u << y.rank) - 1);
}

static void infer_constant(Graph *g, Node *n)
{
	const Tensor *value = ATTR_OF(n, ConstantOfShape)->value;
	DType t = value ? value->dtype : F32;
	int count;
	need_rank(g, n, 0, 1, 1);
	if (dtype_info(t)->class == DC_STRING || dtype_info(t)->class == DC_COMPLEX)
		fail_node(g, n, "E-TYPE", "value is %s; it must be a number or a bool", dtype_name(t));
	if (value && value->count != 1)
		fail_node(g, n, "E-ATTR", "value has %lld elements; it must have one", (long long)value->count);
	if (by_data(g, n, 0)) {
		Shape y = decided_shape(g, n);
		set_out(g, n, 0, t, &y);
		return;
	}
	const Dim *sizes = need_content(g, n, 0, &count);
	if (count > MAX_RANK)
		fail_unsupported(g, n, "rank %d is above the limit of %d", count, MAX_RANK);
	for (int k = 0; k < count; k++)
		if (dim_hi(g->syms, sizes[k]) < 0)
			fail_node(g, n, "E-SHAPE", "size %d is %s", k, dim_text(g->syms, sizes[k]));
	Shape y = shape_of(count, sizes);
	set_out(g, n, 0, t, &y);
	if (!n->out[0] || (!is_int(t) && t != BOOL) || !shape_known(&y) || shape_count(g, &y).k > MAX_RANK * MAX_RANK)
		return;
	int elements = (int)shape_count(g, &y).k;
	Dim *contents = NEW_N(&g->ctx->scratch, Dim, elements);
	for (int i = 0; i < elements; i++)
		contents[i] = dim(load_i64(t, value->data, 0));
	set_content(g, n->out[0], elements, contents);
}

static void trust_constant(Graph *g, Node *n)
{
	if (!by_data(g, n, 0))
		return;
	settle_input(n, 0, counted_values(g, n, as_vector(g, n, n->in[0]), &n->out[0]->shape));
}

static void eval_constant(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const Tensor *value = ATTR_OF(n, ConstantOfShape)->value;
	(void)e, (void)in;
	for (int64_t i = 0; value && i < out[0]->count; i++) /* storage is zero already */
		move_element(out[0], i, value, 0);
}

static Expr *lower_constant(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const Tensor *value = ATTR_OF(n, ConstantOfShape)->value;
	DType t = n->out[slot]->dtype;
	(void)at;
	if (!value || is_float(t))
		return num(l, t, value ? load_f64(t, value->data, 0) : 0);
	return cast(l, t, num_i(l, load_i64(t, value->data, 0)));
}

bool filled_with(const Value *v, int64_t x)
{
	const Node *n = v->def;
	const Tensor *value = n && n->op == &op_ConstantOfShape ? ATTR_OF(n, ConstantOfShape)->value : NULL;

	return value && is_int(value->dtype) && load_i64(value->dtype, value->data, 0) == x;
}

/* ---- EyeLike ---- */

struct EyeLike {
	DType dtype; /* DT_NONE: that of the input */
	int64_t k;
};

static void infer_eye(Graph *g, Node *n)
{
	DType t = ATTR_OF(n, EyeLike)->dtype ? ATTR_OF(n, EyeLike)->dtype : n->in[0]->dtype;
	need_rank(g, n, 0, 2, 2);
	if (!is_float(t) && !is_int(t) && t != BOOL)
		fail_node(g, n, "E-TYPE", "the result would be %s; it must be a number or bool", dtype_name(t));
	set_out(g, n, 0, t, &n->in[0]->shape);
}

static void eval_eye(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int64_t *y = out_i64(e, out[0]), rows = in[0]->dim[0], columns = in[0]->dim[1];
	for (int64_t i = 0; i < rows; i++)
		for (int64_t j = 0; j < columns; j++)
			y[i * columns + j] = j == i + ATTR_OF(n, EyeLike)->k;
}

static Expr *lower_eye(Lower *l, const Node *n, int slot, Expr *const *at)
{
	DType t = n->out[slot]->dtype;
	Expr *diagonal = alu2(l, EQ, at[1], iadd(l, at[0], num_i(l, ATTR_OF(n, EyeLike)->k)));
	return choose(l, diagonal, num(l, t, 1), num(l, t, 0));
}

static const Attr constant_attrs[] = {ATTR_LIST(ConstantOfShape, value, A_TENSOR), {0}};
static const Attr eye_attrs[] = {ATTR_TYPE(EyeLike, dtype, DT_NONE), ATTR_INT(EyeLike, k, 0), {0}};

const Op op_ConstantOfShape = {
	.name = "ConstantOfShape", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .flags = CHEAP,
	.attrs = constant_attrs, .attr_size = sizeof(struct ConstantOfShape),
	.types = "i", .infer = infer_constant, .trust = trust_constant, .eval = eval_constant, .lower = lower_constant,
};
const Op op_EyeLike = {
	.name = "EyeLike", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .flags = CHEAP,
	.attrs = eye_attrs, .attr_size = sizeof(struct EyeLike),
	.infer = infer_eye, .eval = eval_eye, .lower = lower_eye,
};
