/* dft.c -- DFT (17-20), STFT (17): Fourier transforms as products with constant matrices of sines and cosines.
 *
 *     y[k] = sum over j of x[j] w^(j k)    w = e^(-2 pi i / n); of the inverse e^(2 pi i / n), and over n
 *
 * Complex numbers are pairs along the last axis; rows of them are transformed in dft_rows.c. STFT is a convolution of the signal with such a matrix, times the window; frames that are long, or that start where data
 * say, are gathered first. Where data give axis or length, all that lead to the file's shape are computed: two axes of one
 * size, an even length and an odd one. A length that only the run knows is left to dft_run.c. */
#include <math.h>
#include "ir/op/dft.h"
#include "ir/op/counted.h"

enum { X, LENGTH, AXIS };                   /* inputs of DFT */
enum { SIGNAL, STEP, WINDOW, FRAME_LENGTH }; /* inputs of STFT */
enum { LONGEST = 1 << 24, SHORT_FRAMES = 1 << 20 }; /* numbers in a transform; elements of a matrix that a convolution takes */

static void check_length(Graph *g, const Node *n, int64_t length)
{
	if (length < 1)
		fail_node(g, n, "E-VALUE", "a transform of %lld numbers", (long long)length);
	if (length > LONGEST)
		fail_unsupported(g, n, "length %lld; up to %d are supported", (long long)length, LONGEST);
}

/* ---- DFT ---- */

static int64_t columns_of(const struct Dft *a, int64_t length)
{
	return a->onesided && !a->inverse ? length / 2 + 1 : length;
}

/* Of `size` numbers along the axis, where nothing else is said. */
static int64_t usual_length(const struct Dft *a, int64_t size)
{
	return a->onesided && a->inverse ? 2 * (size - 1) : size;
}

static int transform_axis(Graph *g, const Node *n)
{
	int count, rank = n->in[X]->shape.rank;
	int64_t axis = has_in(n, AXIS) ? const_i64(g, n, AXIS, &count)[0] : -2;

	if (axis == -1 || axis == rank - 1)
		fail_node(g, n, "E-AXIS", "the last axis is that of complex numbers");
	return (int)fix_axis(g, n, axis, rank);
}

/* What is transformed: as many numbers as input LENGTH says, or as there are. */
static Dim length_of(Graph *g, const Node *n, int axis)
{
	const struct Dft *a = n->attr;
	Dim size = n->in[X]->shape.dim[axis];
	int count;

	if (has_in(n, LENGTH))
		return need_content(g, n, LENGTH, &count)[0];
	return a->onesided && a->inverse ? dim_mul(g->syms, dim(2), dim_sub(g->syms, size, dim(1))) : size;
}

/* Numbers an element: 1 or 2. Where only the run can tell, 2, the second of which may be missing. */
static int64_t width_of(Graph *g, const Node *n)
{
	const struct Dft *a = n->attr;
	const Shape *x = &n->in[X]->shape;
	Dim width = x->dim[x->rank - 1];

	if (dim_known(width))
		return width.k;
	if (a->onesided)
		need_size(g, n, X, x->rank - 1, dim(a->inverse ? 2 : 1));
	dim_assume_at_most(g->syms, width, dim(2));
	return a->onesided && !a->inverse ? 1 : 2;
}

static Matrix matrix_of(Graph *g, const Node *n, int axis)
{
	const struct Dft *a = n->attr;
	bool half = a->inverse && a->onesided;
	int64_t length = dim_number(g, n, length_of(g, n, axis));

	return (Matrix){.length = length, .parts = 1, .rows = half ? length / 2 + 1 : length, .width = width_of(g, n),
			.columns = columns_of(a, length), .depth = half ? 1 : 2, .half = half};
}

static bool dft_is_given(Graph *g, const Node *n) { return is_trusted(g, n, LENGTH) || is_trusted(g, n, AXIS); }

static void infer(Graph *g, Node *n)
{
	const struct Dft *a = n->attr;
	Shape y = n->in[X]->shape;

	need_rank(g, n, X, 2, MAX_RANK);
	if (dft_is_given(g, n)) {
		take_given_shape(g, n);
		return;
	}
	int axis = transform_axis(g, n);
	int64_t width = width_of(g, n);
	if (width != 1 && width != 2)
		fail_node(g, n, "E-SHAPE", "the last axis has %lld elements; 1 is real, 2 complex", (long long)width);
	if (a->onesided && width != (a->inverse ? 2 : 1))
		fail_node(g, n, "E-SHAPE", "onesided is for real input, and its inverse for complex input");
	Dim length = length_of(g, n, axis);
	if (!dim_known(length)) {
		y.dim[axis] = run_dft(g->syms, a, length).columns;
	} else {
		Matrix m = matrix_of(g, n, axis);
		check_length(g, n, m.length);
		y.dim[axis] = dim(m.columns);
	}
	y.dim[y.rank - 1] = dim(a->inverse && a->onesided ? 1 : 2);
	set_out(g, n, 0, n->in[X]->dtype, &y);
}

/* ---- DFT whose axis or length data decide ---- */

enum { ABSENT = -1, MOST_ROWS = 2 * MAX_RANK };

typedef struct Row { int64_t length, axis; } Row;

/* What the input says, where that is known. */
static bool may_be(Graph *g, const Node *n, int slot, int64_t k)
{
	int count;

	return !has_in(n, slot) || is_trusted(g, n, slot) || const_i64(g, n, slot, &count)[0] == k;
}

/* Only that axis has another size, and the last one tells real from complex. */
static bool axis_fits(const Node *n, int axis)
{
	const struct Dft *a = n->attr;
	const Shape *x = &n->in[X]->shape, *y = &n->out[0]->shape;
	bool fits = dim_is(y->dim[x->rank - 1], a->onesided && a->inverse ? 1 : 2);

	for (int k = 0; k < x->rank - 1; k++)
		fits &= k == axis || dim_same(x->dim[k], y->dim[k]);
	return fits;
}

static int lengths_fitting(Graph *g, const Node *n, int axis, Row *row)
{
	const struct Dft *a = n->attr;
	int64_t columns = n->out[0]->shape.dim[axis].k, usual = usual_length(a, n->in[X]->shape.dim[axis].k);
	int found = 0;

	if (!has_in(n, LENGTH)) {
		*row = (Row){ABSENT, axis};
		return columns_of(a, usual) == columns;
	}
	for (int64_t length = 1; length <= 2 * columns; length++)
		if (columns_of(a, length) == columns && may_be(g, n, LENGTH, length))
			row[found++] = (Row){length, axis};
	return found;
}

static Value *dft_with(Graph *g, const Node *n, const int64_t *row)
{
	const Row *r = (const Row *)row;
	Value *length = r->length == ABSENT ? NULL : value_scalar(g, I64, (double)r->length);

	return put_attr(g, n, "DFT", n->attr, n->in[X], length, value_scalar(g, I64, (double)r->axis), END_IN);
}

static void dft_trust(Graph *g, Node *n)
{
	int rank = n->in[X]->shape.rank, found = 0;
	Row row[MOST_ROWS];

	if (!dft_is_given(g, n))
		return;
	for (int k = 0; k < rank - 1; k++)
		if (axis_fits(n, k) && (has_in(n, AXIS) || k == rank - 2) &&
		    (may_be(g, n, AXIS, k) || may_be(g, n, AXIS, k - rank)))
			found += lengths_fitting(g, n, k, row + found);
	Value *length = has_in(n, LENGTH) ? as_vector(g, n, n->in[LENGTH]) : number(g, ABSENT);
	Value *axis = has_in(n, AXIS) ? from_front(g, n, as_vector(g, n, n->in[AXIS]), rank) : number(g, rank - 2);
	rows_settled(g, n, joined(g, n, 0, length, axis), &row->length, 2, found, dft_with);
}

/* `size` numbers along the axis: the first ones, or with zeros behind them. */
static Value *fitted(Graph *g, const Node *n, Value *x, int axis, Dim size)
{
	int64_t axes = axis;
	Dim have = x->shape.dim[axis];

	if (!dim_at_most(g->syms, have, size)) {
		x = put(g, n, "Slice", x, number(g, 0), dims_as_value(g, n, x, &size, 1), value_i64(g, 1, &axes), END_IN);
		have = x->shape.dim[axis];
	}
	Dim pads[2] = {dim(0), dim_sub(g->syms, size, have)};
	if (dim_is(pads[1], 0))
		return x;
	return put(g, n, "Pad", x, dims_as_value(g, n, x, pads, 2), NULL, value_i64(g, 1, &axes), END_IN);
}

/* x [.., rows, width] transformed. */
static Value *transformed(Graph *g, const Node *n, Value *x, const Matrix *m)
{
	Transform d = {g, n, x->dtype, ATTR_OF(n, Dft)->inverse};
	Shape y = x->shape;

	y.dim[y.rank - 2] = dim(m->columns);
	y.dim[y.rank - 1] = dim(m->depth);
	x = dft_rows(&d, reshaped(g, n, x, 2, (int64_t[]){-1, m->rows * m->width}), m);
	return shaped_as(g, n, x, &y);
}

static void expand(Graph *g, Node *n)
{
	Value *x = n->in[X];
	int axis = transform_axis(g, n), rank = x->shape.rank;

	Dim length = length_of(g, n, axis);
	x = fitted(g, n, cast_value(g, n, x, work_type(x->dtype)), rank - 1, dim(width_of(g, n)));
	if (!dim_known(length)) {
		RunDft d = run_dft(g->syms, n->attr, length);
		x = fitted(g, n, x, axis, d.rows);
		x = dft_by_run(g, n, axis == rank - 2 ? x : swapped(g, n, x, axis, rank - 2), &d);
	} else {
		Matrix m = matrix_of(g, n, axis);
		x = fitted(g, n, x, axis, dim(m.rows));
		x = transformed(g, n, axis == rank - 2 ? x : swapped(g, n, x, axis, rank - 2), &m);
	}
	if (axis != rank - 2)
		x = swapped(g, n, x, axis, rank - 2);
	replace_out(g, n, 0, cast_value(g, n, x, n->in[X]->dtype));
}

static const Attr dft_attrs[] = {ATTR_INT(Dft, inverse, 0), ATTR_INT(Dft, onesided, 0), {0}};

const Op op_dft = {
	.name = "DFT", .min_in = 1, .max_in = 3, .min_out = 1, .max_out = 1, .ulp = 256,
	.attrs = dft_attrs, .attr_size = sizeof(struct Dft),
	.types = "f", .infer = infer, .trust = dft_trust, .eval = eval_expansion, .expand = expand,
};

/* ---- STFT ---- */

typedef struct Frames {
	int64_t step, length, bins, width;
	Dim count;
} Frames;

static Frames frames_of(Graph *g, const Node *n)
{
	const Shape *x = &n->in[SIGNAL]->shape;
	int count;
	Frames f = {.step = const_i64(g, n, STEP, &count)[0], .width = x->rank == 3 ? dim_number(g, n, x->dim[2]) : 1};

	if (has_in(n, FRAME_LENGTH))
		f.length = const_i64(g, n, FRAME_LENGTH, &count)[0];
	else if (has_in(n, WINDOW))
		f.length = dim_number(g, n, n->in[WINDOW]->shape.dim[0]);
	else
		fail_node(g, n, "E-INPUTS", "neither window nor frame_length says how long a frame is");
	if (f.step < 1 || f.length < 1 || f.length > dim_hi(g->syms, x->dim[1]))
		fail_node(g, n, "E-VALUE", "frames of %lld every %lld in a signal of %s", (long long)f.length,
			  (long long)f.step, dim_text(g->syms, x->dim[1]));
	Dim more = dim_sub(g->syms, x->dim[1], dim(f.length));
	f.count = dim_add(g->syms, dim_floordiv(g->syms, more, dim(f.step)), dim(1));
	f.bins = ATTR_OF(n, Dft)->onesided ? f.length / 2 + 1 : f.length;
	return f;
}

static bool stft_is_given(Graph *g, const Node *n)
{
	return is_trusted(g, n, STEP) || is_trusted(g, n, FRAME_LENGTH);
}

static void stft_infer(Graph *g, Node *n)
{
	need_rank(g, n, SIGNAL, 2, 3);
	if (stft_is_given(g, n)) {
		given_out(g, n);
		return;
	}
	if (has_in(n, WINDOW)) {
		same_type(g, n, SIGNAL, WINDOW);
		need_rank(g, n, WINDOW, 1, 1);
	}
	Frames f = frames_of(g, n);
	check_length(g, n, f.length);
	if (f.width != 1 && (f.width != 2 || ATTR_OF(n, Dft)->onesided))
		fail_node(g, n, "E-SHAPE", "a signal of %lld numbers an element; 1 is real, 2 complex and not onesided",
			  (long long)f.width);
	if (has_in(n, WINDOW))
		need_size(g, n, WINDOW, 0, dim(f.length));
	set_out(g, n, 0, n->in[SIGNAL]->dtype,
		&(Shape){4, {n->in[SIGNAL]->shape.dim[0], f.count, dim(f.bins), dim(2)}});
}

/* x [batch, width, length], the matrix as weights: [bins * 2, width, length] */
static Value *convolved(const Transform *d, Value *x, const Frames *f)
{
	Graph *g = d->g;
	struct Sliding *attr = attr_new(g, &op_conv);
	Value *w = dft_matrix(d, &(Matrix){.length = f->length, .parts = 1, .rows = f->length, .width = f->width,
				       .columns = f->bins, .depth = 2, .by_column = true});

	attr->strides = ints(g, 1, &f->step);
	if (has_in(d->n, WINDOW))
		w = put(g, d->n, "Mul", w, cast_value(g, d->n, d->n->in[WINDOW], d->t), END_IN);
	Value *y = put_attr(g, d->n, "Conv", attr, transposed(g, d->n, x, 3, (int64_t[]){0, 2, 1}), w, END_IN);
	return transposed(g, d->n, y, 3, (int64_t[]){0, 2, 1});
}

/* Frames that start at each `step`, one number; of those beyond the end, anything. */
static Value *gathered(const Transform *d, Value *x, const Frames *f, Value *step)
{
	Graph *g = d->g;
	int64_t axis = 1;
	Dim last = dim_sub(g->syms, x->shape.dim[1], dim(1));
	Value *frames = count_up(g, d->n, reshaped(g, d->n, dims_as_value(g, d->n, x, &f->count, 1), 0, NULL));
	Value *from = binary(g, d->n, "Mul", with_axes(g, d->n, frames, 1, &axis), step);
	Value *index = binary(g, d->n, "Add", from, count_to(g, f->length));

	x = picked(g, d->n, x, within(g, d->n, index, number(g, 0), dims_as_value(g, d->n, x, &last, 1)), 1);
	if (has_in(d->n, WINDOW))
		x = put(g, d->n, "Mul", x, with_axes(g, d->n, cast_value(g, d->n, d->n->in[WINDOW], d->t), 1, &axis), END_IN);
	return put_attr(g, d->n, "DFT", &(struct Dft){0, ATTR_OF(d->n, Dft)->onesided}, x, END_IN);
}

/* step NULL: the one of f */
static Value *spectra(const Transform *d, const Frames *f, Value *step)
{
	bool short_ones = f->length * f->width * f->bins * 2 <= SHORT_FRAMES;
	Value *x = cast_value(d->g, d->n, d->n->in[SIGNAL], d->t);
	int64_t axis = 2;

	if (x->shape.rank == 2)
		x = with_axes(d->g, d->n, x, 1, &axis);
	if (step || !short_ones)
		x = gathered(d, x, f, step ? step : number(d->g, f->step));
	else
		x = convolved(d, x, f);
	Shape y = {4, {x->shape.dim[0], f->count, dim(f->bins), dim(2)}};
	x = shaped_as(d->g, d->n, x, &y);
	return cast_value(d->g, d->n, x, d->n->in[SIGNAL]->dtype);
}

static void stft_expand(Graph *g, Node *n)
{
	Frames f = frames_of(g, n);
	Transform d = {g, n, work_type(n->in[SIGNAL]->dtype), false};

	replace_out(g, n, 0, spectra(&d, &f, NULL));
}

/* ---- STFT whose step or length data decide ---- */

/* The frames that make the file's shape, of that length. step: the only one that does, or 0; count 0 where none does. */
static Frames frames_fitting(const Node *n, int64_t length)
{
	const Shape *x = &n->in[SIGNAL]->shape, *y = &n->out[0]->shape;
	int64_t more = x->dim[1].k - length, count = y->dim[1].k;
	Frames f = {.length = length, .count = dim(count), .bins = y->dim[2].k, .width = x->rank == 3 ? x->dim[2].k : 1};
	int64_t least = count > 0 ? more / count + 1 : 0, most = count > 1 ? more / (count - 1) : INT64_MAX;

	if (more < 0 || least > most || count < 1)
		f.count = dim(0);
	f.step = least == most ? least : 0;
	return f;
}

static Value *stft_with(Graph *g, const Node *n, const int64_t *row)
{
	Transform d = {g, n, work_type(n->in[SIGNAL]->dtype), false};
	Frames f = frames_fitting(n, *row);
	Value *length = value_scalar(g, I64, (double)*row), *step = n->in[STEP];

	if (!f.step && is_trusted(g, n, STEP))
		return spectra(&d, &f, as_vector(g, n, step));
	step = f.step ? value_scalar(g, I64, (double)f.step) : step;
	return put_attr(g, n, "STFT", n->attr, n->in[SIGNAL], step, n->in[WINDOW], length, END_IN);
}

static int frames_settled(Graph *g, const Node *n, int64_t *lengths)
{
	const Shape *y = &n->out[0]->shape;
	bool fits = y->rank == 4 && dim_same(y->dim[0], n->in[SIGNAL]->shape.dim[0]) && dim_is(y->dim[3], 2);
	int found = 0;

	for (int64_t length = 1; fits && length <= 2 * y->dim[2].k; length++) {
		bool same = columns_of(n->attr, length) == y->dim[2].k && may_be(g, n, FRAME_LENGTH, length);
		if (has_in(n, WINDOW))
			same = same && dim_is(n->in[WINDOW]->shape.dim[0], length);
		if (same && frames_fitting(n, length).count.k)
			lengths[found++] = length;
	}
	return found;
}

/* (signal - length) / step + 1 has to be the number of frames. */
static void stft_trust(Graph *g, Node *n)
{
	const Shape *x = &n->in[SIGNAL]->shape, *y = &n->out[0]->shape;
	int64_t lengths[2];

	if (!stft_is_given(g, n))
		return;
	int found = frames_settled(g, n, lengths);
	Value *length = has_in(n, FRAME_LENGTH) ? as_vector(g, n, n->in[FRAME_LENGTH]) : number(g, found ? *lengths : 0);
	Value *step = as_vector(g, n, n->in[STEP]), *one = number(g, 1);
	Value *starts = binary(g, n, "Div", binary(g, n, "Sub", number(g, x->dim[1].k), length),
			       binary(g, n, "Max", step, one));
	rows_settled(g, n, length, lengths, 1, found, stft_with);
	require(g, n, binary(g, n, "Equal", binary(g, n, "Add", starts, one), number(g, y->dim[1].k)));
	require(g, n, binary(g, n, "GreaterOrEqual", step, one));
}

static const Attr stft_attrs[] = {ATTR_INT(Dft, onesided, 1), {0}};

const Op op_stft = {
	.name = "STFT", .min_in = 2, .max_in = 4, .min_out = 1, .max_out = 1, .ulp = 256,
	.attrs = stft_attrs, .attr_size = sizeof(struct Dft),
	.types = "f", .infer = stft_infer, .trust = stft_trust, .eval = eval_expansion, .expand = stft_expand,
};
