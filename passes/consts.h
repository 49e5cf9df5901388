/* consts.h -- arithmetic on float constants, in double and rounded once; constants side by side. */
#ifndef TCC_PASSES_CONSTS_H
#define TCC_PASSES_CONSTS_H
#include "passes/rewrite.h"

typedef double (*Formula2)(double a, double b);

double add_f64(double a, double b);
double sub_f64(double a, double b);
double mul_f64(double a, double b);
double div_f64(double a, double b);

/* The constant f(a, b), broadcast; NULL, and nothing built, when the type is no float, the result has more elements
 * than both have, or one of them overflows, or loses bits by being too small. b may be NULL: then it is taken as 1. */
Value *const_of(Graph *g, Formula2 f, const Value *a, const Value *b);

/* A constant that varies along one axis only, counted in a broadcast result of rank `rank`: its n elements (one is
 * repeated n times), in scratch. NULL for any other value. */
double *along_axis(Graph *g, const Value *c, int rank, int axis, int64_t n);

/* A constant of type t and that shape. */
Value *const_from(Graph *g, DType t, int rank, const int64_t *dims, const double *x);

/* Matrices side by side along `axis`, whose other sizes agree; in perm. */
Tensor *side_by_side(Graph *g, Tensor *const *part, int n, int axis);

/* Elements from, from + 1, ..: n of them along `axis`; in perm. */
Tensor *part_of(Graph *g, const Tensor *t, int axis, int64_t from, int64_t n);

/* c, which may be one number, as a row [1, n] of type t; NULL: n times x. In scratch. */
Tensor *row_of(Graph *g, DType t, const Value *c, double x, int64_t n);
#endif
