/* dft_run.c -- DFT of a length that the run tells: products with matrices of cosines and sines that the run makes.
 *
 *     y[k] = sum over j of x[j] (cos a + i sin a)    a = -2 pi (j k mod n) / n, the other way round for the inverse
 *
 * Angles are taken in doubles. Of half a spectrum all but the first element, and the middle one of an even length, stand
 * for two. */
#include <math.h>
#include "ir/op/dft.h"

RunDft run_dft(Syms *s, const struct Dft *a, Dim length)
{
	Dim half = dim_add(s, dim_floordiv(s, length, dim(2)), dim(1));

	return (RunDft){length, a->onesided && a->inverse ? half : length, a->onesided && !a->inverse ? half : length};
}

static Value *binary_f64(Graph *g, const Node *n, const char *op, Value *a, double b)
{
	return put(g, n, op, a, value_scalar(g, F64, b), END_IN);
}

static Value *size_as_value(Graph *g, const Node *n, Value *x, Dim d)
{
	return reshaped(g, n, dims_as_value(g, n, x, &d, 1), 0, NULL);
}

static Value *count(Graph *g, const Node *n, Value *size)
{
	return put(g, n, "Range", value_scalar(g, I64, 0), size, value_scalar(g, I64, 1), END_IN);
}

/* [rows, columns] */
static Value *angles(Graph *g, const Node *n, Value *x, const RunDft *d)
{
	int64_t behind = 1;
	Value *length = size_as_value(g, n, x, d->length);
	Value *j = with_axes(g, n, count(g, n, size_as_value(g, n, x, d->rows)), 1, &behind);
	Value *turn = put(g, n, "Mul", j, count(g, n, size_as_value(g, n, x, d->columns)), END_IN);

	turn = cast_value(g, n, put(g, n, "Mod", turn, length, END_IN), F64);
	turn = put(g, n, "Div", turn, cast_value(g, n, length, F64), END_IN);
	return binary_f64(g, n, "Mul", turn, ((const struct Dft *)n->attr)->inverse ? 2 * M_PI : -2 * M_PI);
}

/* What row j counts for, [rows, 1]; NULL: one each. */
static Value *weights(Graph *g, const Node *n, Value *x, const RunDft *d)
{
	const struct Dft *a = n->attr;
	int64_t behind = 1;

	if (!a->inverse)
		return NULL;
	Value *length = cast_value(g, n, size_as_value(g, n, x, d->length), F64);
	Value *j = cast_value(g, n, with_axes(g, n, count(g, n, size_as_value(g, n, x, d->rows)), 1, &behind), F64);
	Value *one = binary_f64(g, n, "Mul", j, 0), *twice = binary_f64(g, n, "Add", one, 2);
	one = binary_f64(g, n, "Add", one, 1);
	if (a->onesided) {
		Value *middle = put(g, n, "Equal", binary_f64(g, n, "Mul", j, 2), length, END_IN);
		Value *first = binary_f64(g, n, "Equal", j, 0);
		one = put(g, n, "Where", put(g, n, "Or", first, middle, END_IN), one, twice, END_IN);
	}
	return put(g, n, "Div", one, length, END_IN);
}

static Value *wave(Graph *g, const Node *n, const char *op, Value *angle, Value *weight, DType t)
{
	Value *w = put(g, n, op, angle, END_IN);

	return cast_value(g, n, weight ? put(g, n, "Mul", w, weight, END_IN) : w, t);
}

/* Number p of each pair, times a matrix. */
static Value *part_times(Graph *g, const Node *n, Value *x, int p, Value *w)
{
	Value *part = put_attr(g, n, "Gather", &(struct Gather){x->shape.rank - 1}, x, value_scalar(g, I64, p), END_IN);

	return put(g, n, "MatMul", part, w, END_IN);
}

Value *dft_by_run(Graph *g, const Node *n, Value *x, const RunDft *d)
{
	const struct Dft *a = n->attr;
	int rank = x->shape.rank;
	bool pairs = dim_is(x->shape.dim[rank - 1], 2), real = a->inverse && a->onesided;
	int64_t last = rank - 1;
	Value *angle = angles(g, n, x, d), *weight = weights(g, n, x, d);
	Value *cosines = wave(g, n, "Cos", angle, weight, x->dtype), *sines = wave(g, n, "Sin", angle, weight, x->dtype);
	Value *re = part_times(g, n, x, 0, cosines), *im = real ? NULL : part_times(g, n, x, 0, sines);

	if (pairs)
		re = put(g, n, "Sub", re, part_times(g, n, x, 1, sines), END_IN);
	if (pairs && im)
		im = put(g, n, "Add", im, part_times(g, n, x, 1, cosines), END_IN);
	re = with_axes(g, n, re, 1, &last);
	return im ? joined(g, n, last, re, with_axes(g, n, im, 1, &last)) : re;
}
