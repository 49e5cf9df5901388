/* resize.h -- how Resize maps one axis (resize_axis.c), as its eval and its lower need it. */
#ifndef TCC_IR_OP_RESIZE_H
#define TCC_IR_OP_RESIZE_H
#include "ir/expr.h"

enum resize_mode { RESIZE_NEAREST, RESIZE_LINEAR, RESIZE_CUBIC };
enum nearest_mode { NEAREST_PREFER_FLOOR, NEAREST_PREFER_CEIL, NEAREST_FLOOR, NEAREST_CEIL };
enum coordinate_mode {
	HALF_PIXEL, HALF_PIXEL_SYMMETRIC, PYTORCH_HALF_PIXEL, ALIGN_CORNERS, ASYMMETRIC, TF_CROP, TF_HALF_PIXEL
};
#define COORDINATE_MODES                                                                                               \
	"half_pixel|half_pixel_symmetric|pytorch_half_pixel|align_corners|asymmetric|tf_crop_and_resize|"              \
	"tf_half_pixel_for_nn"

struct Resize {
	Ints axes;
	int64_t mode, nearest_mode, coordinate_transformation_mode, keep_aspect_ratio_policy;
	int64_t antialias, exclude_outside;
	float cubic_coeff_a, extrapolation_value;
};

enum aspect { STRETCH, NOT_LARGER, NOT_SMALLER };

/* Output element i lies at input coordinate  (i + add) * mul / div + off.  Sizes known at run time only enter as
 * div = scale, or as mul = in - 1 and div = out - 1, or in each coordinate by the formula of its mode. A scale that only
 * the run knows is wanted / in; with an aspect, the least or greatest of those of all axes that have it. */
typedef struct Along {
	Dim in, out, wanted; /* wanted: the size that was given */
	enum aspect aspect;  /* the proportions are kept */
	bool resized; /* else coordinate i is i */
	enum { BY_NUMBERS, BY_RATIO, BY_CORNERS, BY_FORMULA } by;
	float add, mul, div, off;
	float start, end; /* of the region that is resized, in parts of the input */
	float scale;      /* 0: known at run time only, */
	float least;      /* and no less than this */
	int64_t p, q;     /* scale = p / q; 0: no such fraction */
} Along;

/* The inputs of a node that decide sizes; an absent one has no elements. */
typedef struct ResizeSizes {
	const double *roi, *scales;
	const Dim *sizes;
	int nroi, nscales, nsizes;
} ResizeSizes;

void resize_axes(Graph *g, const Node *n, const Shape *x, const ResizeSizes *given, Along *axis);
ResizeSizes resize_sizes(Graph *g, const Node *n);

/* Coordinate i as (a * i + b) / c, exactly; false when there is no such fraction. */
typedef struct Fraction {
	int64_t a, b, c;
} Fraction;
bool coordinate_fraction(const struct Resize *a, const Along *x, Fraction *f);
double coordinate(const struct Resize *a, const Along *x, int64_t i);

/* nearest: the input element of output i, its coordinate computed in float as ONNX Runtime does, which decides ties */
int64_t nearest_element(const struct Resize *a, const Along *x, int64_t i);
/* The same as (a * i + b) div c, clipped to the input; false when there is no such formula. */
bool nearest_fraction(const struct Resize *a, const Along *x, Fraction *f);

int64_t floor_of(const Fraction *f, int64_t i); /* (a * i + b) div c, rounded down */

/* linear, cubic: coordinate v is a weighted sum of elements floor(v) + first .. floor(v) + first + count - 1; a tap's
 * weight is the kernel's value at (element - v) * stretch. */
typedef struct Taps {
	int first, count;
	float stretch; /* below 1: antialiasing; of the least scale that there may be */
} Taps;
Taps resize_taps(const struct Resize *a, const Along *x);
double tap_weight(const struct Resize *a, double distance);
/* The weights of the elements that output i reads; returns the first element. (resize.c) */
int64_t resize_weights(const struct Resize *a, const Along *x, const Taps *t, int64_t i, double *weight);

/* resize_shape.c: of a node whose sizes, scales or region data decide. */
bool resize_is_given(Graph *g, const Node *n);     /* the file gives the shape (Op.trust) */
bool resize_is_counted(Graph *g, const Node *n);   /* it does not: sizes are counted */
bool resize_is_region(Graph *g, const Node *n);    /* only the region is unknown */
void resize_keeps_others(Graph *g, const Node *n); /* it changes no axis that is not resized; E-SHAPE */
Shape resize_counted(Graph *g, const Node *n);
Shape resize_of_region(Graph *g, const Node *n);
bool resize_has(const Node *n, int slot);    /* an input with elements, as far as is known */
bool resize_gives_sizes(const Node *n);      /* the sizes that it is given are those of the result */
int resized_axes(Graph *g, const Node *n, int *list /* [MAX_RANK] */); /* returns how many */
/* By resized axis the scale that is a constant; NAN: another one. */
void resize_known_scales(Graph *g, const Node *n, int count, double *scale);
/* The shape as far as it is known; the bits of the axes whose sizes are not. */
unsigned resize_known_sizes(Graph *g, const Node *n, const int *list, int count, Shape *y);

/* resize_trust.c: such a node becomes others (Op.trust). */
void resize_trust(Graph *g, Node *n);

/* resample.c: one pass an axis (Op.expand). */
void resize_expand(Graph *g, Node *n);
/* resize_taps.c: the same where the run has the sizes; false where the formula is as good. */
bool resize_by_tables(Graph *g, Node *n, const Along *axis);

Expr *resize_lower(Lower *l, const Node *n, int slot, Expr *const *at);
/* The element that tap t of output i reads along axis k, i32, and what it weighs. */
Expr *resize_tap_index(Lower *l, const Node *n, int k, Expr *i, Expr *t);
Expr *resize_tap_weight(Lower *l, const Node *n, int k, Expr *i, Expr *t);

extern const Attr resize_attrs[];
/* The axes for the sizes and data that an evaluation has. (resize.c) */
void resize_axes_for(Eval *e, const Node *n, Tensor *const *in, Along *axis);
#endif
