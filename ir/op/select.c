/* select.c -- elements taken as they are: Where (9, 16), Clip (6-13), Identity (1-25), Dropout (1-22).
 *
 *     Where     condition ? x : y
 *     Clip      min(max, max(x, min)), each bound optional; NaN stays
 *     Identity  x
 *     Dropout   x, and a mask that is all true; in training some elements are 0 and the others larger */
#include <string.h>
#include "ir/op/composite.h"
#include "ir/op/pointwise.h"

/* ---- Where ---- */

/* a where c is 1, b where it is 0. */
static Dim chosen_size(Syms *s, Dim c, Dim a, Dim b)
{
	if (dim_known(c))
		return c.k ? a : b;
	return dim_same(a, b) ? a : dim_add(s, b, dim_mul(s, c, dim_sub(s, a, b)));
}

static void where_content(Graph *g, Node *n)
{
	int count;

	if (!contents_known(g, n, &count))
		return;
	Dim *y = NEW_N(&g->ctx->perm, Dim, count);
	for (int i = 0; i < count; i++)
		y[i] = chosen_size(g->syms, content_element(g, n, 0, i), content_element(g, n, 1, i), content_element(g, n, 2, i));
	set_content(g, n->out[0], count, y);
}

static void where_infer(Graph *g, Node *n)
{
	same_type(g, n, 1, 2);
	infer_broadcast(g, n, n->in[1]->dtype);
	where_content(g, n);
}

static void where_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const int64_t *condition = in_i64(e, in[0]);
	int64_t at[MAX_RANK] = {0};
	Tensor *y = out[0];

	(void)n;
	for (int64_t i = 0; i < y->count; i++, next_index(y->rank, y->dim, at)) {
		const Tensor *x = condition[element_of(in[0], y, i, at)] ? in[1] : in[2];
		move_element(y, i, x, element_of(x, y, i, at));
	}
}

static Expr *where_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	(void)slot;
	return choose(l, in_bcast(l, n, 0, at), in_bcast(l, n, 1, at), in_bcast(l, n, 2, at));
}

const Op op_Where = {.name = "Where", .domain = "", .min_in = 3, .max_in = 3, .min_out = 1, .max_out = 1,
		     .flags = POINTWISE | CHEAP, .types = "b", .infer = where_infer, .eval = where_eval, .lower = where_lower};

/* ---- Clip ---- */

static void clip_infer(Graph *g, Node *n)
{
	for (int k = 1; k <= 2; k++) {
		if (!has_in(n, k))
			continue;
		same_type(g, n, 0, k);
		if (!dim_is(shape_count(g, &n->in[k]->shape), 1))
			fail_node(g, n, "E-SHAPE", "%s has shape %s; it must be a scalar", k == 1 ? "min" : "max",
				  shape_text(g, &n->in[k]->shape));
	}
	same_as_input(g, n);
}

static void clip_floats(Eval *e, const Node *n, Tensor *const *in, Tensor *out)
{
	const double *x = in_f64(e, in[0]);
	const double *lo = has_in(n, 1) ? in_f64(e, in[1]) : NULL, *hi = has_in(n, 2) ? in_f64(e, in[2]) : NULL;
	double *y = out_f64(e, out);

	for (int64_t i = 0; i < out->count; i++) {
		y[i] = lo && x[i] < *lo ? *lo : x[i];
		y[i] = hi && y[i] > *hi ? *hi : y[i];
	}
}

static void clip_ints(Eval *e, const Node *n, Tensor *const *in, Tensor *out)
{
	const int64_t *x = in_i64(e, in[0]);
	const int64_t *lo = has_in(n, 1) ? in_i64(e, in[1]) : NULL, *hi = has_in(n, 2) ? in_i64(e, in[2]) : NULL;
	bool u = is_unsigned(out->dtype);
	int64_t *y = out_i64(e, out);

	for (int64_t i = 0; i < out->count; i++) {
		y[i] = lo && int_less(x[i], *lo, u) ? *lo : x[i];
		y[i] = hi && int_less(*hi, y[i], u) ? *hi : y[i];
	}
}

static void clip_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	(is_float(in[0]->dtype) ? clip_floats : clip_ints)(e, n, in, out[0]);
}

static Expr *clip_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	Expr *y = in_work(l, n, 0, at);

	(void)slot;
	if (has_in(n, 1))
		y = alu2(l, MAX, y, in_work(l, n, 1, at));
	if (has_in(n, 2))
		y = alu2(l, MIN, y, in_work(l, n, 2, at));
	return cast(l, n->out[0]->dtype, y);
}

const Op op_Clip = {.name = "Clip", .domain = "", .min_in = 1, .max_in = 3, .min_out = 1, .max_out = 1,
		    .flags = POINTWISE | CHEAP, .types = "fiu", .infer = clip_infer, .eval = clip_eval, .lower = clip_lower};

/* ---- Identity and Dropout ---- */

static void identity_infer(Graph *g, Node *n)
{
	int count;
	const Dim *content;

	same_as_input(g, n);
	if (n->out[0])
		n->out[0]->kind = n->in[0]->kind;
	if (n->out[0] && (content = content_of(g, n, 0, &count)))
		set_content(g, n->out[0], count, content);
}

static void copy_all(const Tensor *x, Tensor *y) { memcpy(y->data, x->data, dtype_bytes(x->dtype, x->count)); }

static void identity_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	(void)e, (void)n;
	copy_all(in[0], out[0]);
}

static Expr *identity_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	(void)slot;
	return in(l, n, 0, at);
}

const Op op_Identity = {.name = "Identity", .domain = "", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
			.flags = POINTWISE | MOVES | CHEAP, .infer = identity_infer, .eval = identity_eval,
			.lower = identity_lower};

struct Dropout {
	int64_t seed;
};
static const Attr dropout_attrs[] = {ATTR_INT(Dropout, seed, 0), {0}};

static void dropout_infer(Graph *g, Node *n)
{
	need_one(g, n, 1);
	need_one(g, n, 2);
	if (has_in(n, 1))
		need_type(g, n, 1, "f");
	if (has_in(n, 2))
		need_type(g, n, 2, "b");
	same_as_input(g, n);
	set_out(g, n, 1, BOOL, &n->in[0]->shape);
}

/* Training, and the ratio is not 0, as far as that is known (NULL: it is not). */
static bool drops(const Node *n, const Tensor *training, const Tensor *ratio)
{
	bool trains = has_in(n, 2) && (!training || load_i64(BOOL, training->data, 0));

	return trains && (!ratio || load_f64(ratio->dtype, ratio->data, 0) != 0);
}

bool dropout_may_drop(const Node *n)
{
	return drops(n, has_in(n, 2) ? n->in[2]->data : NULL, has_in(n, 1) ? n->in[1]->data : NULL);
}

/* keep = Bernoulli(1 - ratio)      y = training ? (keep ? x / (1 - ratio) : 0) : x      mask = keep or not training */
static void dropout_expand(Graph *g, Node *n)
{
	if (!dropout_may_drop(n))
		return;
	Value *x = n->in[0], *training = reshaped(g, n, n->in[2], 0, NULL), *one = value_scalar(g, F32, 1);
	Value *ratio = has_in(n, 1) ? reshaped(g, n, cast_value(g, n, n->in[1], F32), 0, NULL) : value_scalar(g, F32, 0.5);
	Value *kept = put(g, n, "Sub", one, ratio, END_IN);
	Value *chance = put(g, n, "Expand", kept, put(g, n, "Shape", x, END_IN), END_IN);
	void *attr = attr_new(g, &op_bernoulli);
	int64_t seed = ATTR_OF(n, Dropout)->seed;
	attr_set("Bernoulli", attr, "seed", (double)(seed ? seed : n->id));
	Value *keep = cast_value(g, n, put_attr(g, n, "Bernoulli", attr, chance, END_IN), BOOL);
	Value *larger = put(g, n, "Div", x, cast_value(g, n, kept, x->dtype), END_IN);
	Value *y = put(g, n, "Where", keep, larger, value_scalar(g, x->dtype, 0), END_IN);
	replace_out(g, n, 0, put(g, n, "Where", training, y, x, END_IN));
	if (wants(n, 1))
		replace_out(g, n, 1, put(g, n, "Or", keep, put(g, n, "Not", training, END_IN), END_IN));
}

static void dropout_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	if (drops(n, has_in(n, 2) ? in[2] : NULL, has_in(n, 1) ? in[1] : NULL)) {
		eval_expansion(e, n, in, out);
		return;
	}
	if (out[0])
		copy_all(in[0], out[0]);
	if (n->nout > 1 && out[1])
		memset(out[1]->data, 1, (size_t)out[1]->count);
}

static Expr *dropout_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	return slot == 0 ? in(l, n, 0, at) : num(l, BOOL, 1);
}

const Op op_Dropout = {.name = "Dropout", .domain = "", .min_in = 1, .max_in = 3, .min_out = 1, .max_out = 2,
		       .flags = POINTWISE | MOVES | CHEAP | RANDOM, .attrs = dropout_attrs, .attr_size = sizeof(struct Dropout),
		       .types = "f", .infer = dropout_infer, .eval = dropout_eval, .expand = dropout_expand,
		       .lower = dropout_lower};
