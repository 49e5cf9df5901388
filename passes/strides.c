/* strides.c -- where the elements of a value lie: strides of memory of its own, of a part of another one's, of a view.
 *
 *     address of x[i, j] = offset + stride[0] i + stride[1] j        from where the region begins, in elements */
#include <string.h>
#include "codegen/lower.h"
#include "passes/place.h"

Expr *address_of(Lower *l, const Value *v, Expr *const *at)
{
	Expr *sum = num_i(l, 0);
	if (v->place->ragged)
		return flatten(l, &v->shape, at);
	for (int k = 0; k < v->shape.rank; k++)
		sum = iadd(l, sum, imul(l, at[k], num_i(l, v->place->stride[k])));
	return sum;
}

enum { LINE = 16, CROWDED = 256 }; /* elements: of a line, and a step at which few sets of a first cache take all */

/* In the value's order, borders included. Rows whose length varies lie as far apart as the longest: a run that uses only
 * their beginnings should find these in all sets of a cache. What is packed stays dense, for its bytes are written one after
 * the other. */
int64_t row_major(const Value *v, int64_t *stride)
{
	const Place *p = v->place;
	int64_t step = 1;
	bool varies = false;
	for (int k = v->shape.rank - 1; k >= 0; k--) {
		int axis = v->order[k];
		bool spread = dtype_info(v->dtype)->bits >= 8 && (axis < p->apart || (varies && !p->ragged));
		step += spread && step % CROWDED == 0 ? LINE : 0;
		stride[axis] = step;
		step *= v->shape.dim[axis].k + p->before[axis] + p->after[axis];
		varies |= !dim_known(v->shape.dim[axis]);
	}
	return step;
}

void own_strides(const Value *v)
{
	Place *p = v->place;
	row_major(v, p->stride);
	p->offset = 0;
	for (int k = 0; k < v->shape.rank; k++)
		p->offset += p->before[k] * p->stride[k];
}

void stored_strides(const Value *v)
{
	Place *p = v->place;
	if (p->given)
		return;
	if (!p->parent) {
		own_strides(v);
		return;
	}
	stored_strides(p->parent);
	memcpy(p->stride, p->parent->place->stride, sizeof p->stride);
	p->offset = p->parent->place->offset + p->parent_at * p->stride[p->parent_axis];
	memcpy(p->turn, p->parent->place->turn, sizeof p->turn);
}

/* Strides of a value whose element at these axes has the address `sum`. False: it is not affine in each of them. */
static bool view_strides(const Linear *sum, Expr *const *axes, int rank, int64_t *stride)
{
	memset(stride, 0, MAX_RANK * sizeof *stride);
	for (int i = 0; i < sum->n; i++) {
		int k = 0;
		while (k < rank && sum->atom[i] != axes[k])
			k++;
		if (k == rank)
			return false;
		stride[k] = sum->coef[i];
	}
	return true;
}

/* The load that is all of y's formula, of memory that y can share; NULL: there is more to it. */
static Expr *only_load(Lower *l, const Value *y, Expr **axes)
{
	Expr *x = node_expr(l, y->def, y->slot, axes);
	if (!x || x->kind != X_LOAD || x->value->role == ROLE_CONST || x->dtype != y->dtype)
		return NULL;
	return x->value->place->form == FORM_INLINE ? NULL : x;
}

bool find_view(Graph *g, Value *y)
{
	Lower *l = lower_new(g, &g->ctx->scratch, NULL);
	Expr *axes[MAX_RANK], *load = only_load(l, y, axes);
	Place *p = y->place;
	Linear sum;
	int64_t stride[MAX_RANK];
	if (!load || !linear_of(address_of(l, load->value, load->arg), &sum) || !view_strides(&sum, axes, y->shape.rank, stride))
		return false;
	if (p->inner >= 0 && stride[p->inner] != 1 && !dim_is(y->shape.dim[p->inner], 1))
		return false;
	p->form = FORM_VIEW;
	p->parent = load->value; /* whose region it shares */
	p->region = NULL;
	p->offset = p->parent->place->offset + sum.k;
	memcpy(p->turn, p->parent->place->turn, sizeof p->turn);
	memcpy(p->stride, stride, sizeof stride);
	return true;
}

int inner_axis(const Value *v)
{
	int k = v->shape.rank - 1;
	while (k > 0 && dim_is(v->shape.dim[v->order[k]], 1))
		k--;
	return v->order[k];
}
