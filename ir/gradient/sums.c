/* sums.c -- derivatives of reductions and products. */
#include <string.h>
#include "ir/gradient/rules.h"

#define X x_of(s, 0)
#define DY d_out(s, 0)
#define ADD(a, b) do2(s, "Add", a, b)
#define SUB(a, b) do2(s, "Sub", a, b)
#define MUL(a, b) do2(s, "Mul", a, b)
#define DIV(a, b) do2(s, "Div", a, b)

/* ---- reductions: dx = dy * slope, where dy and y are in all places that they were made of ---- */

/* v, of the sizes of y, with the axes that are gone as axes of size 1. */
static Value *kept(const Step *s, Value *v)
{
	unsigned set = reduced_axes(s->g, s->n);
	int64_t axes[MAX_RANK];
	int n = 0;

	for (int k = 0; k < X->shape.rank; k++)
		if (set >> k & 1)
			axes[n++] = k;
	return ATTR_OF(s->n, Reduce)->keepdims || !n ? v : with_axes(s->g, s->n, v, n, axes);
}

/* The same reduction by another operator, axes kept. */
static Value *again(const Step *s, const char *op, Value *v)
{
	struct Reduce attr = *ATTR_OF(s->n, Reduce);

	attr.keepdims = 1;
	return put_attr(s->g, s->n, op, &attr, v, s->n->nin > 1 ? s->n->in[1] : NULL, END_IN);
}

static Value *dy_kept(const Step *s) { return spread(s->g, s->n, kept(s, DY), X); }
static Value *y_kept(const Step *s) { return kept(s, y_of(s)); }

static void sum(const Step *s) { d_in(s, 0, dy_kept(s)); }

static void mean(const Step *s)
{
	Value *count = DIV(do1(s, "Size", X), do1(s, "Size", y_of(s)));

	d_in(s, 0, DIV(dy_kept(s), cast_value(s->g, s->n, count, X->dtype)));
}

/* Those of the greatest (least) share alike. */
static void extreme(const Step *s)
{
	Value *is = cast_value(s->g, s->n, do2(s, "Equal", X, y_kept(s)), X->dtype);

	d_in(s, 0, MUL(dy_kept(s), DIV(is, again(s, "ReduceSum", is))));
}

/* The product of all others: with one zero among them it has a derivative for that zero alone, with two for none. */
static void product_rule(const Step *s)
{
	Value *zero = do2(s, "Equal", X, real(s, 0));
	Value *others = again(s, "ReduceProd", where(s, zero, real(s, 1), X));
	Value *zeros_in = again(s, "ReduceSum", cast_value(s->g, s->n, zero, X->dtype));
	Value *at_zero = if_true(s, do2(s, "Equal", zeros_in, real(s, 1)), others);
	Value *elsewhere = if_true(s, do2(s, "Equal", zeros_in, real(s, 0)), DIV(others, where(s, zero, real(s, 1), X)));

	d_in(s, 0, MUL(dy_kept(s), where(s, zero, at_zero, elsewhere)));
}

static void l1(const Step *s) { d_in(s, 0, MUL(dy_kept(s), do1(s, "Sign", X))); }
static void sum_square(const Step *s) { d_in(s, 0, MUL(dy_kept(s), ADD(X, X))); }
static void log_sum(const Step *s) { d_in(s, 0, MUL(dy_kept(s), do1(s, "Exp", do1(s, "Neg", y_kept(s))))); }
static void log_sum_exp(const Step *s) { d_in(s, 0, MUL(dy_kept(s), do1(s, "Exp", SUB(X, y_kept(s))))); }

static void l2(const Step *s)
{
	Value *y = y_kept(s);

	d_in(s, 0, if_true(s, do2(s, "Less", real(s, 0), y), MUL(dy_kept(s), DIV(X, y))));
}

/* The least and the greatest of all elements; those that are alike share. */
static void extremes(const Step *s)
{
	for (int k = 0; k < 2; k++) {
		Value *which = value_scalar(s->g, I64, k);
		Value *is = cast_value(s->g, s->n, do2(s, "Equal", X, do2(s, "Gather", y_of(s), which)), X->dtype);
		d_in(s, 0, MUL(DIV(do2(s, "Gather", DY, which), do1(s, "ReduceSum", is)), is));
	}
}

/* ---- softmax ---- */

static Value *along_axis(const Step *s, Value *v)
{
	return reduced(s->g, s->n, "ReduceSum", v, ATTR_OF(s->n, Norm)->axis, true);
}

static void softmax(const Step *s)
{
	d_in(s, 0, MUL(y_of(s), SUB(DY, along_axis(s, MUL(DY, y_of(s))))));
}

static void log_softmax(const Step *s)
{
	d_in(s, 0, SUB(DY, MUL(do1(s, "Exp", y_of(s)), along_axis(s, DY))));
}

/* ---- products ---- */

static Value *turned(const Step *s, Value *v) { return swapped(s->g, s->n, v, v->shape.rank - 2, v->shape.rank - 1); }

/* A vector is one row on the left and one column on the right; y has neither then. */
static Value *as_matrix(const Step *s, Value *v, bool vector, int64_t axis)
{
	return vector ? with_axes(s->g, s->n, v, 1, &axis) : v;
}

static void matmul(const Step *s)
{
	bool row = X->shape.rank == 1, column = x_of(s, 1)->shape.rank == 1;
	int64_t axis = row ? -2 : -1;
	Value *a = as_matrix(s, X, row, 0), *b = as_matrix(s, x_of(s, 1), column, 1);
	Value *dy = as_matrix(s, as_matrix(s, DY, row && column, -1), row || column, axis);

	if (d_wanted(s, 0)) {
		Value *da = summed_to(s->g, s->n, do2(s, "MatMul", dy, turned(s, b)), a);
		d_in(s, 0, row ? in_shape_of(s->g, s->n, da, X) : da);
	}
	if (d_wanted(s, 1)) {
		Value *db = summed_to(s->g, s->n, do2(s, "MatMul", turned(s, a), dy), b);
		d_in(s, 1, column ? in_shape_of(s->g, s->n, db, x_of(s, 1)) : db);
	}
}

static void write_gemm(Graph *g, Node *n)
{
	const struct Gemm *attr = n->attr;
	Value *a = attr->transA ? swapped(g, n, n->in[0], 0, 1) : n->in[0];
	Value *b = attr->transB ? swapped(g, n, n->in[1], 0, 1) : n->in[1];
	Value *y = scaled(g, n, put(g, n, "MatMul", a, b, END_IN), (double)attr->alpha);

	if (has_in(n, 2))
		y = put(g, n, "Add", y, scaled(g, n, n->in[2], (double)attr->beta), END_IN);
	value_replace(g, n->out[0], y);
}

/* ---- Einsum: ij,jk->ik has the derivatives ik,jk,ij->ij and ik,ij,jk->jk, where the last operand is ones ---- */

enum { MOST_OPERANDS = 8, MOST_TEXT = 200 };

/* The terms of the equation, the last of which is that of y; how many. */
static int terms_of(const Step *s, char term[MOST_OPERANDS + 2][MOST_TEXT])
{
	const Text *t = &ATTR_OF(s->n, Einsum)->equation;
	int n = 0, k = 0;

	if (t->length >= MOST_TEXT || s->n->nin > MOST_OPERANDS || memchr(t->text, '.', (size_t)t->length) ||
	    !memchr(t->text, '>', (size_t)t->length))
		fail_unsupported(s->g, s->n, "there is no rule for the derivative of this equation");
	for (int64_t i = 0; i < t->length; i++) {
		char c = t->text[i];
		if (c == ',' || c == '>') {
			term[n++][k] = 0;
			k = 0;
		} else if (c != ' ' && c != '-') {
			term[n][k++] = c;
		}
	}
	term[n][k] = 0;
	return n + 1;
}

static void need_distinct(const Step *s, const char *term)
{
	for (const char *c = term; *c; c++)
		if (strchr(c + 1, *c))
			fail_unsupported(s->g, s->n, "there is no rule for the derivative of a diagonal");
}

static void einsum(const Step *s)
{
	char term[MOST_OPERANDS + 2][MOST_TEXT];
	int n = terms_of(s, term) - 1;

	for (int i = 0; i < n; i++) {
		Value *in[MOST_OPERANDS + 1] = {DY};
		const char *text = term[n];
		int count = 1;
		if (!d_wanted(s, i))
			continue;
		need_distinct(s, term[i]);
		for (int k = 0; k < n; k++) {
			text = arena_format(&s->g->ctx->perm, "%s,%s", text, term[k]);
			in[count++] = k == i ? spread(s->g, s->n, real(s, 1), x_of(s, k)) : x_of(s, k);
		}
		struct Einsum *attr = attr_new(s->g, s->n->op);
		text = arena_format(&s->g->ctx->perm, "%s->%s", text, term[i]);
		attr->equation = (Text){text, (int64_t)strlen(text)};
		d_in(s, i, node_new(s->g, s->n->op, s->n, count, in, 1, attr)->out[0]);
	}
}

const Rule gradient_sums[] = {
	{"ReduceSum", sum, NULL}, {"ReduceMean", mean, NULL}, {"ReduceMax", extreme, NULL}, {"ReduceMin", extreme, NULL},
	{"ReduceProd", product_rule, NULL}, {"ReduceL1", l1, NULL}, {"ReduceL2", l2, NULL},
	{"ReduceSumSquare", sum_square, NULL}, {"ReduceLogSum", log_sum, NULL}, {"ReduceLogSumExp", log_sum_exp, NULL},
	{"tcc.Extremes", extremes, NULL}, {"Softmax", softmax, NULL}, {"LogSoftmax", log_softmax, NULL}, {"MatMul", matmul, NULL},
	{"Gemm", NULL, write_gemm}, {"Einsum", einsum, NULL}, {NULL, NULL, NULL}};
