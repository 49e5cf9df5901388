/* lower.h -- the inside of Lower, for the files that build and take apart expressions. */
#ifndef TCC_CODEGEN_LOWER_H
#define TCC_CODEGEN_LOWER_H
#include "ir/expr.h"

/* Ranges of index expressions saturate here; an index from data has the whole range. */
#define INDEX_MAX ((int64_t)1 << 60)

struct Lower {
	Graph *graph;
	Arena *arena;
	const bool *is_load; /* by value id */
	Expr **table;        /* open addressing */
	uint32_t ctable, nexprs, naxes;
	bool exact;          /* the model is */
};

Expr *expr_intern(Lower *l, Expr like);
Expr *expr_alu(Lower *l, Alu op, int nargs, Expr **arg);
Expr *expr_load(Lower *l, Value *v, Expr *const *at);
Expr *red_start(Lower *l, Red red, DType t);

/* An index expression as a sum: constant + coef[i] * atom[i], atoms in order of creation. */
enum { LINEAR_MAX = 24 };
typedef struct Linear {
	int64_t k;
	int n;
	int64_t coef[LINEAR_MAX];
	Expr *atom[LINEAR_MAX];
} Linear;

/* False when there are more than LINEAR_MAX terms. */
bool linear_of(Expr *x, Linear *out);
bool linear_add(Linear *sum, Expr *atom, int64_t coef);
Expr *linear_expr(Lower *l, const Linear *sum);
Expr *index_alu(Lower *l, Alu op, Expr *a, Expr *b, int64_t lo, int64_t hi); /* of that range */
/* x >= least for all sizes: more than ranges tell, because i < n holds for an axis i of extent n. */
bool index_at_least(Lower *l, Expr *x, int64_t least);
/* along.c: coefficient of an axis in x: true when x is affine in it; *coef is 0 when x does not depend on it */
bool affine_in(Expr *x, const Axis *axis, int64_t *coef);
/* The same where sizes that vary are factors, as in (7*i + j)*d1: how much x grows by a step of the axis; NULL: not evenly. */
Expr *step_along(Lower *l, Expr *x, const Axis *axis);
bool depends_on(const Expr *x, const Axis *axis);
/* n where x is axis / n plus what does not depend on it, and the axis has a multiple of n indices; 0: it is nothing like that */
int64_t repeats_along(Expr *x, const Axis *axis);
bool divides(const Expr *x, const Axis *axis); /* x has a division or remainder of something that depends on axis */
bool depends_only_on(const Expr *x, const Axis *axis); /* may be false for axes of high numbers */
int64_t gcd(int64_t a, int64_t b);

/* BOOL constant when the ranges decide a comparison, else NULL. */
Expr *index_compare(Lower *l, Alu op, Expr *a, Expr *b);
#endif
