/* rules.c -- nodes that rules put. */
#include <string.h>
#include "ir/gradient/rules.h"

Value *x_of(const Step *s, int slot) { return s->n->in[slot]; }
Value *y_of(const Step *s) { return s->n->out[0]; }
Value *real(const Step *s, double x) { return value_scalar(s->g, x_of(s, 0)->dtype, x); }
Value *do1(const Step *s, const char *op, Value *a) { return put(s->g, s->n, op, a, END_IN); }
Value *do2(const Step *s, const char *op, Value *a, Value *b) { return put(s->g, s->n, op, a, b, END_IN); }

Value *where(const Step *s, Value *condition, Value *a, Value *b)
{
	return put(s->g, s->n, "Where", condition, a, b, END_IN);
}

Value *if_true(const Step *s, Value *condition, Value *a)
{
	return where(s, condition, a, value_scalar(s->g, a->dtype, 0));
}

double attr_number(const Node *n, const char *name)
{
	for (const Attr *row = n->op->attrs; row && row->name; row++)
		if (!strcmp(row->name, name)) {
			const char *at = (const char *)n->attr + row->offset;
			return row->kind == A_FLOAT ? (double)*(const float *)(const void *)at
						    : (double)*(const int64_t *)(const void *)at;
		}
	return 0;
}

static Value *sum_over(Graph *g, const Node *like, Value *v, int n, const int64_t *axes, bool keep)
{
	return n ? put_attr(g, like, "ReduceSum", &(struct Reduce){keep, 0}, v, value_i64(g, n, axes), END_IN) : v;
}

/* Where the run says whether the size is 1: the sum, or as many elements as there are. */
static Value *summed_if_single(Graph *g, const Node *like, Value *v, Value *size, int64_t axis)
{
	Value *sum = sum_over(g, like, v, 1, &axis, true), *all = picked(g, like, v, count_up(g, like, size), (int)axis);
	Value *single = put(g, like, "Equal", size, value_scalar(g, I64, 1), END_IN);

	return put(g, like, "Where", single, sum, all, END_IN);
}

Value *summed_to(Graph *g, const Node *like, Value *v, Value *as)
{
	const Shape *s = &as->shape;
	int64_t axes[MAX_RANK];
	int lead = v->shape.rank - s->rank, n = 0;

	for (int k = 0; k < lead; k++)
		axes[k] = k;
	if (lead > 0)
		v = sum_over(g, like, v, lead, axes, false);
	for (int k = 0; k < s->rank; k++)
		if (dim_is(s->dim[k], 1) && !dim_is(v->shape.dim[k], 1))
			axes[n++] = k;
	v = sum_over(g, like, v, n, axes, true);
	for (int k = 0; k < s->rank; k++)
		if (dim_repeats(g->syms, s->dim[k], v->shape.dim[k]))
			v = summed_if_single(g, like, v, size_of(g, like, as, k), k);
	return v;
}

Value *spread(Graph *g, const Node *like, Value *v, Value *as)
{
	return put(g, like, "Expand", v, shape_value(g, like, as), END_IN);
}

Value *zeros(Graph *g, const Node *like, Value *as) { return spread(g, like, value_scalar(g, as->dtype, 0), as); }

Value *in_shape_of(Graph *g, const Node *like, Value *v, Value *as)
{
	return put_attr(g, like, "Reshape", &(struct Reshape){1}, v, shape_value(g, like, as), END_IN);
}
