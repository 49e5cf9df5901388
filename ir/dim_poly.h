/* dim_poly.h -- inside of dim: interned expressions, and sizes as polynomials.
 *
 * Every expression is interned, so equal ones have one index. A size is a sum of terms, a term a number times atoms
 * (symbols, divisions, remainders, minima, maxima):  2*n*m + min(n, 7) + 1  has three terms and atoms n, m, min(n, 7).
 * Polynomials live in the scratch arena and have their terms sorted: more atoms first, then by atom (graded
 * lexicographic order, which multiplication keeps). The order looks at names and structure, never at indices, so that a
 * text read back gives the same text. */
#ifndef TCC_IR_DIM_POLY_H
#define TCC_IR_DIM_POLY_H
#include "ir/dim.h"

#define MOST_SIZE ((int64_t)1 << 62)
#define MOST_PARTS 1000 /* atoms of an expression, counted as a tree */

struct DimExpr {
	DimKind kind;
	int nargs, symbol;
	const Dim *arg;
	uint32_t hash;
	uint32_t parts; /* atoms in it, nested ones too */
};

typedef struct Term {
	int64_t k;
	int n;
	const Dim *atom; /* sorted, repeated for powers */
} Term;

typedef struct Poly {
	Term *term;
	int n;
	bool over; /* a number left -2^62..2^62, or there are too many terms */
} Poly;

static inline int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a % b < 0) != (b < 0)); }

/* ---- dim.c ---- */
Dim dim_intern(Syms *s, DimKind kind, int nargs, const Dim *arg);
int dim_compare(const Syms *s, Dim a, Dim b); /* the order of atoms; numbers come last */
bool dim_is_kind(const Syms *s, Dim d, DimKind kind);
_Noreturn void dim_too_large(Syms *s);

/* ---- dim_poly.c ---- */
Poly poly_of(Syms *s, Dim d);
Poly poly_number(Syms *s, int64_t k);
Poly poly_add(Syms *s, Poly a, Poly b, int64_t k); /* a + k * b */
Poly poly_mul(Syms *s, Poly a, Poly b);
/* a = quotient * b + *rest; no term of the rest can be divided by the first term of b. */
Poly poly_divide(Syms *s, Poly a, Poly b, Poly *rest);
bool poly_is_size(const Syms *s, Poly p); /* neither its numbers nor its formula are too large */
Dim poly_dim(Syms *s, Poly p);            /* fails with E-SIZE where they are */
/* The same with as few remainders by numbers as there can be, see dim_sums.c. */
Dim poly_sum(Syms *s, Poly p);
int64_t poly_constant(Poly p); /* the term without atoms, 0 when there is none */
#endif
