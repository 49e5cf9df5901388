/* consts.c -- arithmetic on float constants, in double and rounded once; constants side by side. */
#include <float.h>
#include <math.h>
#include <string.h>
#include "passes/consts.h"

double add_f64(double a, double b) { return a + b; }
double sub_f64(double a, double b) { return a - b; }
double mul_f64(double a, double b) { return a * b; }
double div_f64(double a, double b) { return a / b; }

/* Smallest number that type t holds in full precision. */
static double least_normal(DType t)
{
	switch (t) {
	case F64:
		return DBL_MIN;
	case F16:
		return 0x1p-14;
	default:
		return (double)FLT_MIN;
	}
}

static bool keeps_precision(DType t, double exact, double stored)
{
	return isfinite(stored) && (exact == 0 || fabs(stored) >= least_normal(t));
}

/* ---- pairs ---- */

/* The broadcast shape of a and b; false when they do not fit. */
static bool common_shape(const Tensor *a, const Tensor *b, int *rank, int64_t *dims)
{
	*rank = a->rank > b->rank ? a->rank : b->rank;
	for (int i = 0; i < *rank; i++) {
		int ia = i - (*rank - a->rank), ib = i - (*rank - b->rank);
		int64_t da = ia < 0 ? 1 : a->dim[ia], db = ib < 0 ? 1 : b->dim[ib];
		if (da != db && da != 1 && db != 1)
			return false;
		dims[i] = da == 1 ? db : da;
	}
	return true;
}

static bool fill_pairs(Formula2 f, const Tensor *a, const Tensor *b, Tensor *y)
{
	int64_t at[MAX_RANK] = {0};

	for (int64_t i = 0; i < y->count; i++, next_index(y->rank, y->dim, at)) {
		double x1 = load_f64(a->dtype, a->data, broadcast_index(a, y->rank, at));
		double x2 = load_f64(b->dtype, b->data, broadcast_index(b, y->rank, at));
		double exact = f(x1, x2);
		store_f64(y->dtype, y->data, i, exact);
		if (!keeps_precision(y->dtype, exact, load_f64(y->dtype, y->data, i)))
			return false;
	}
	return true;
}

Value *const_of(Graph *g, Formula2 f, const Value *a, const Value *b)
{
	int64_t dims[MAX_RANK];
	int rank;

	if (!is_const(a) || !is_float(a->dtype) || (b && (!is_const(b) || b->dtype != a->dtype)))
		return NULL;
	const Tensor *second = b ? b->data : tensor_scalar(&g->ctx->scratch, a->dtype, 1);
	if (!common_shape(a->data, second, &rank, dims))
		return NULL;
	Tensor *y = tensor_new(&g->ctx->perm, a->dtype, rank, dims);
	if (y->count > a->data->count && y->count > second->count)
		return NULL;
	return fill_pairs(f, a->data, second, y) ? value_const(g, a->name, y) : NULL;
}

/* ---- along one axis ---- */

double *along_axis(Graph *g, const Value *c, int rank, int axis, int64_t n)
{
	if (!is_const(c) || !is_float(c->dtype) || c->shape.rank > rank)
		return NULL;
	for (int i = 0; i < c->data->rank; i++)
		if (c->data->dim[i] != 1 && i + rank - c->data->rank != axis)
			return NULL;
	if (c->data->count != 1 && c->data->count != n)
		return NULL;
	double *x = NEW_N(&g->ctx->scratch, double, n);
	for (int64_t i = 0; i < n; i++)
		x[i] = load_f64(c->dtype, c->data->data, c->data->count == 1 ? 0 : i);
	return x;
}

Value *const_from(Graph *g, DType t, int rank, const int64_t *dims, const double *x)
{
	Tensor *y = tensor_new(&g->ctx->perm, t, rank, dims);

	for (int64_t i = 0; i < y->count; i++)
		store_f64(t, y->data, i, x[i]);
	return value_const(g, NULL, y);
}

/* ---- side by side ---- */

Tensor *side_by_side(Graph *g, Tensor *const *part, int n, int axis)
{
	int64_t dims[] = {part[0]->dim[0], part[0]->dim[1]}, rows = axis ? dims[0] : 1;

	for (int i = 1; i < n; i++)
		dims[axis] += part[i]->dim[axis];
	Tensor *y = tensor_new(&g->ctx->perm, part[0]->dtype, 2, dims);
	char *to = y->data;
	for (int64_t r = 0; r < rows; r++)
		for (int i = 0; i < n; i++) {
			size_t bytes = dtype_bytes(y->dtype, part[i]->count / rows);
			memcpy(to, (const char *)part[i]->data + (size_t)r * bytes, bytes);
			to += bytes;
		}
	return y;
}

Tensor *part_of(Graph *g, const Tensor *t, int axis, int64_t from, int64_t n)
{
	int64_t dims[MAX_RANK], outer = 1;

	memcpy(dims, t->dim, sizeof dims);
	for (int i = 0; i < axis; i++)
		outer *= dims[i];
	size_t row = dtype_bytes(t->dtype, t->count / outer), one = row / (size_t)dims[axis], bytes = one * (size_t)n;
	dims[axis] = n;
	Tensor *y = tensor_new(&g->ctx->perm, t->dtype, t->rank, dims);
	for (int64_t i = 0; i < outer; i++)
		memcpy((char *)y->data + (size_t)i * bytes, (const char *)t->data + (size_t)i * row + (size_t)from * one, bytes);
	return y;
}

Tensor *row_of(Graph *g, DType t, const Value *c, double x, int64_t n)
{
	Tensor *y = tensor_new(&g->ctx->scratch, t, 2, (int64_t[]){1, n});
	size_t one = dtype_bytes(t, 1);

	if (c && c->data->count == n) {
		memcpy(y->data, c->data->data, dtype_bytes(t, n));
		return y;
	}
	for (int64_t i = 0; i < n; i++) {
		if (c)
			memcpy((char *)y->data + (size_t)i * one, c->data->data, one);
		else
			store_f64(t, y->data, i, x);
	}
	return y;
}
