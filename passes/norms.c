/* norms.c -- rules that find normalisations and means written out. They round.
 *
 *     d = x - ReduceMean(x);  d / Sqrt(ReduceMean(d * d) + eps)    ->  LayerNormalization(x, 1)
 *     x / Sqrt(ReduceMean(x * x) + eps)                            ->  RMSNormalization(x, 1)
 *     LayerNormalization(x, 1) * s + b                             ->  LayerNormalization(x, s, b)
 *     Reshape(InstanceNormalization(Reshape(x)))           ->  GroupNormalization(x), rows being groups of channels
 *     ReduceMean(x) over all axes behind the channels              ->  GlobalAveragePool(x) */
#include <string.h>
#include "ir/op/nn.h"
#include "ir/op/reduce.h"
#include "passes/algebra.h"

/* ---- x / Sqrt(ReduceMean(x^2) + eps) ---- */

/* The part after which the axes up to the last one are reduced: their first axis; -1 for any other set, or when sizes
 * are dropped. */
static int trailing_axes(Graph *g, const Node *mean)
{
	unsigned set = reduced_axes(g, mean);
	int rank = mean->in[0]->shape.rank, first = rank;

	while (first > 0 && (set >> (first - 1) & 1))
		first--;
	return ATTR_OF(mean, Reduce)->keepdims && first < rank && set == ((1u << rank) - (1u << first)) ? first : -1;
}

/* v = x * x or x ^ 2: x. */
static Value *square_root_of(const Value *v)
{
	const Node *n = v->def;

	if (is_op(n, "Mul") && n->in[0] == n->in[1])
		return n->in[0];
	return is_op(n, "Pow") && const_is(n->in[1], 2) ? n->in[0] : NULL;
}

/* v = Reciprocal(x) or 1 / x: x. */
static Value *reciprocal_of(const Value *v)
{
	const Node *n = v->def;

	if (is_op(n, "Reciprocal"))
		return n->in[0];
	if (!is_op(n, "Div") || !const_is(n->in[0], 1) || !shape_same(&n->in[1]->shape, &v->shape))
		return NULL;
	return n->in[1];
}

/* What is divided by what; multiplied with a reciprocal counts as well. */
static bool quotient_of(const Node *n, Value **x, Value **divisor)
{
	if (is_op(n, "Div")) {
		*x = n->in[0];
		*divisor = n->in[1];
		return true;
	}
	for (int i = 0; i < 2; i++) {
		*x = n->in[1 - i];
		*divisor = reciprocal_of(n->in[i]);
		if (*divisor)
			return true;
	}
	return false;
}

/* divisor = Sqrt(ReduceMean(x^2) + eps); the ReduceMean. */
static const Node *mean_square(const Value *divisor, const Value *x, double *eps)
{
	const Node *root = made_by(divisor, "Sqrt"), *sum = root ? made_by(root->in[0], "Add") : NULL;

	if (!sum)
		return NULL;
	int c = is_const(sum->in[0]) ? 0 : 1;
	const Node *mean = made_by(sum->in[!c], "ReduceMean");
	if (!mean || !const_splat(sum->in[c], eps) || *eps < 0)
		return NULL;
	return square_root_of(mean->in[0]) == x ? mean : NULL;
}

/* d = x - ReduceMean(x) over the axes from `first` on: x. */
static Value *centred(Graph *g, const Value *d, int first)
{
	const Node *sub = made_by(d, "Sub"), *mean = sub ? made_by(sub->in[1], "ReduceMean") : NULL;

	if (!mean || mean->in[0] != sub->in[0] || trailing_axes(g, mean) != first)
		return NULL;
	return sub->in[0];
}

static Value *ones(Graph *g, DType t, const Shape *x, int first)
{
	int64_t dims[MAX_RANK];

	for (int i = first; i < x->rank; i++)
		dims[i - first] = x->dim[i].k;
	Tensor *one = tensor_new(&g->ctx->perm, t, x->rank - first, dims);
	for (int64_t i = 0; i < one->count; i++)
		store_f64(t, one->data, i, 1);
	return value_const(g, NULL, one);
}

static Value *find_norm(Rewrite *w, Node *n)
{
	Value *x, *divisor;
	double eps;

	if (!is_float(n->out[0]->dtype) || !quotient_of(n, &x, &divisor) || !shape_same(&x->shape, &n->out[0]->shape))
		return NULL;
	const Node *mean = mean_square(divisor, x, &eps);
	int first = mean ? trailing_axes(w->g, mean) : -1;
	if (first < 0)
		return NULL;
	for (int i = first; i < x->shape.rank; i++)
		if (!dim_known(x->shape.dim[i]))
			return NULL;
	Value *original = centred(w->g, x, first);
	const char *name = original ? "LayerNormalization" : "RMSNormalization";
	struct Norm *attr = attr_new(w->g, op_named(name));
	attr->axis = first - x->shape.rank;
	attr->epsilon = (float)eps;
	x = original ? original : x;
	return put_attr(w->g, n, name, attr, x, ones(w->g, x->dtype, &x->shape, first), END_IN);
}

/* ---- scale and shift ---- */

/* v has the shape of x from the normalised axes on. */
static bool has_norm_shape(const Node *norm, const Value *v)
{
	const Shape *x = &norm->in[0]->shape;
	int64_t axis = ATTR_OF(norm, Norm)->axis;
	int first = (int)(axis < 0 ? axis + x->rank : axis);

	if (v->shape.rank != x->rank - first)
		return false;
	for (int i = first; i < x->rank; i++)
		if (!dim_same(v->shape.dim[i - first], x->dim[i]))
			return false;
	return true;
}

static bool is_norm(const Rewrite *w, const Value *v)
{
	return (made_by(v, "LayerNormalization") || made_by(v, "RMSNormalization")) && used_once(w, v) && v->slot == 0 &&
	       !has_in(v->def, 2);
}

static Value *scale_norm(Rewrite *w, Node *n)
{
	for (int i = 0; i < 2; i++) {
		const Node *norm = n->in[i]->def;
		Value *scale = n->in[1 - i];
		if (!is_norm(w, n->in[i]) || !const_is(norm->in[1], 1) || !has_norm_shape(norm, scale))
			continue;
		Value *in[2] = {norm->in[0], scale};
		return rewrite_inputs(w->g, norm, 2, in);
	}
	return NULL;
}

static Value *shift_norm(Rewrite *w, Node *n)
{
	for (int i = 0; i < 2; i++) {
		const Node *norm = n->in[i]->def;
		Value *shift = n->in[1 - i];
		if (!is_norm(w, n->in[i]) || is_op(norm, "RMSNormalization") || !has_norm_shape(norm, shift))
			continue;
		Value *in[3] = {norm->in[0], norm->in[1], shift};
		return rewrite_inputs(w->g, norm, 3, in);
	}
	return NULL;
}

/* ---- groups of channels, as rows of their own ---- */

/* One number a group for each of its channels. */
static Value *repeated(Graph *g, const Value *v, int64_t each)
{
	int64_t groups = v->data->count;
	Tensor *t = tensor_new(&g->ctx->perm, v->dtype, 1, (int64_t[]){groups * each});

	for (int64_t i = 0; i < t->count; i++)
		store_f64(t->dtype, t->data, i, load_f64(v->dtype, v->data->data, i / each));
	return value_const(g, v->name, t);
}

/* y = Reshape(norm), norm of x [n, channels, ..] as [n, groups, elements of one] */
static Value *find_groups(Rewrite *w, Node *y)
{
	const Node *norm = made_by(y->in[0], "InstanceNormalization"), *cut = norm ? made_by(norm->in[0], "Reshape") : NULL;

	if (!cut || !used_once(w, y->in[0]) || !is_const(norm->in[1]) || !is_const(norm->in[2]))
		return NULL;
	Value *x = cut->in[0];
	const Shape *rows = &norm->in[0]->shape, *s = &x->shape;
	if (s->rank < 3 || rows->rank != 3 || !shape_same(s, &y->out[0]->shape) || !dim_same(s->dim[0], rows->dim[0]) ||
	    !dim_known(s->dim[1]) || rows->dim[1].k < 1 || s->dim[1].k % rows->dim[1].k)
		return NULL;
	struct Norm *attr = attr_new(w->g, op_named("GroupNormalization"));
	int64_t each = s->dim[1].k / rows->dim[1].k;
	attr->num_groups = rows->dim[1].k;
	attr->epsilon = ATTR_OF(norm, Norm)->epsilon;
	return put_attr(w->g, y, "GroupNormalization", attr, x, repeated(w->g, norm->in[1], each),
			repeated(w->g, norm->in[2], each), END_IN);
}

const Rule norm_rules[] = {
	{"Reshape", "InstanceNormalization of groups as rows -> GroupNormalization", find_groups},
	{"Div", "(x - mean) / Sqrt(variance + eps) -> LayerNormalization(x)", find_norm},
	{"Mul", "(x - mean) * (1 / Sqrt(variance + eps)) -> LayerNormalization(x)", find_norm},
	{"Mul", "LayerNormalization(x) * s -> LayerNormalization(x, s)", scale_norm},
	{"Add", "LayerNormalization(x, s) + b -> LayerNormalization(x, s, b)", shift_norm},
	{0},
};

/* ---- means ---- */

/* With three axes the last one may as well be the features of a sequence. */
static Value *mean_as_pool(Rewrite *w, Node *n)
{
	const Shape *x = &n->in[0]->shape;
	Shape pooled = *x;

	if (x->rank < 4 || !is_float(n->in[0]->dtype) || reduced_axes(w->g, n) != (1u << x->rank) - 4)
		return NULL;
	for (int i = 2; i < x->rank; i++)
		pooled.dim[i] = dim(1);
	Value like = {.shape = pooled};
	if (!can_reshape_to(w->g, &like, &n->out[0]->shape))
		return NULL;
	return reshape_to(w->g, n, put(w->g, n, "GlobalAveragePool", n->in[0], END_IN), &n->out[0]->shape);
}

const Rule mean_rules[] = {
	{"ReduceMean", "ReduceMean(x) over the spatial axes -> GlobalAveragePool(x)", mean_as_pool},
	{0},
};
