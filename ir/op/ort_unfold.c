/* ort_unfold.c -- com.microsoft: UnfoldTensor, all windows of so many elements along an axis.
 *
 *     y[.., w, .., j] = x[.., w * step + j, ..]     j < size, an axis more, behind all others */
#include "ir/op/composite.h"

struct Unfold {
	int64_t dim, size, step;
};

/* i64[windows, size]: which element each is */
static Value *elements(Graph *g, const Node *n, int axis)
{
	const struct Unfold *a = n->attr;
	Value *zero = value_scalar(g, I64, 0), *one = value_scalar(g, I64, 1);
	Value *end = put(g, n, "Sub", size_of(g, n, n->in[0], axis), value_scalar(g, I64, (double)(a->size - 1)), END_IN);
	Value *first = put(g, n, "Range", zero, end, value_scalar(g, I64, (double)a->step), END_IN);
	Value *j = put(g, n, "Range", zero, value_scalar(g, I64, (double)a->size), one, END_IN);

	return put(g, n, "Add", with_axes(g, n, first, 1, &(int64_t){1}), j, END_IN);
}

static void expand(Graph *g, Node *n)
{
	const struct Unfold *a = n->attr;
	int64_t perm[MAX_RANK];

	need_rank(g, n, 0, 1, MAX_RANK - 1);
	int rank = n->in[0]->shape.rank, axis = (int)fix_axis(g, n, a->dim, rank);
	if (a->size < 1 || a->size > INT32_MAX || a->step < 1 || a->step > INT32_MAX)
		fail_node(g, n, "E-ATTR", "size is %lld and step %lld; both must be at least 1", (long long)a->size,
			  (long long)a->step);
	need_at_least(g, n, 0, axis, a->size);
	struct Gather along = {.axis = axis};
	Value *y = put_attr(g, n, "Gather", &along, n->in[0], elements(g, n, axis), END_IN);
	for (int k = 0; k <= rank; k++)
		perm[k] = k <= axis ? k : k < rank ? k + 1 : axis + 1;
	replace_out(g, n, 0, transposed(g, n, y, rank + 1, perm));
}

static const Attr attrs[] = {
	ATTR_REQUIRED(Unfold, size, A_INT), ATTR_INT(Unfold, dim, -1), ATTR_INT(Unfold, step, 1), {0}};

const Op op_ort_UnfoldTensor = {
	.name = "UnfoldTensor", .domain = "com.microsoft", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
	.attrs = attrs, .attr_size = sizeof(struct Unfold),
	.infer = infer_expansion, .eval = eval_expansion, .expand = expand,
};
