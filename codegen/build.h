/* build.h -- the loops of one stage while they are built: what nest.c, reduce.c and build.c share. */
#ifndef TCC_CODEGEN_BUILD_H
#define TCC_CODEGEN_BUILD_H
#include "codegen/nest.h"

/* A local in sight that holds the value of an expression. */
typedef struct Known {
	const Expr *expr;
	Expr *local;
	struct Known *next;
} Known;

typedef struct Build {
	Module *m;
	Stage *s;
	Stmt **tail;       /* where the next statement goes */
	uint64_t bound;    /* axes whose loops are open */
	const Axis *vector; /* the axis of the open vector loop, or NULL */
	Known *known;
	int split;         /* the axis that workers divide */
	bool undivided;    /* every worker would write all of the output: one has to do the stage */
} Build;

static inline uint64_t axis_bit(const Axis *axis) { return (uint64_t)1 << (axis->id < 63 ? axis->id : 63); }

/* ---- statements at the tail (build.c) ---- */

Stmt *stmt_append(Build *b, StmtKind kind);
/* Declares a local that holds x; stmt_let gives the local. */
Stmt *stmt_declare(Build *b, Expr *x);
Expr *stmt_let(Build *b, Expr *x);
Stmt *stmt_for(Build *b, Axis *axis); /* over all of the axis; the tail moves inside */
void stmt_assign(Build *b, Expr *local, Expr *x);
void stmt_store(Build *b, Expr *address, Expr *x); /* into the stage's output */
/* A local that stands for x, dependent on the same axes. */
Expr *local_for(Build *b, const Expr *x);

/* ---- names for terms (build.c) ---- */

/* The local that holds x, or NULL; and that it does, from here on. */
Expr *remembered(const Build *b, const Expr *x);
Expr *remember(Build *b, const Expr *x, Expr *local);

/* Which terms may be computed though a branch that holds them is not taken. */
typedef struct Safety {
	bool *certain;     /* by id: computed in any case */
	signed char *safe; /* by id: 0 not known yet, 1 yes, -1 no */
	uint32_t n;
} Safety;

Safety safety_of(const Build *b, const Expr *x);
bool is_safe(Safety *h, const Expr *x);
bool worth_a_name(const Expr *x);
bool is_heavy(const Expr *x); /* many instructions: a function, a division */
Expr *named(Build *b, Expr *x); /* the local that holds x, declared here if need be */
/* Names heavy terms of x, and indices that are checked, which are bound here and would be computed again in every deeper loop. */
Expr *hoist(Build *b, Expr *x);
Expr *share_terms(Build *b, Expr *x); /* x with names for what it computes twice */
bool worth_vectors(const Module *m, const Axis *axis);

/* ---- reductions (reduce.c) ---- */

Alu red_alu(Red red);
/* The bits of the result depend on the order in which this reduction takes its elements. */
bool is_ordered(const Module *m, const Expr *r);
/* How many lanes of type t can compute x along the axis, 0: none can. */
int lanes_along(Build *b, DType t, Expr *x, const Axis *axis);
/* The same for lanes of 8 bits: bools, or bytes that are compared only. */
int byte_lanes_along(Build *b, Expr *x, const Axis *axis);
/* A local for the results of r, which starts as `start`. */
Expr *start_local(Build *b, const Expr *r, Expr *start);
/* x with every reduction whose axes are all bound replaced by a local that holds it. */
Expr *settle_reductions(Build *b, Expr *x);
/* A local that holds r; each of its elements is stored at address `keep` as well, and a twin, a reduction of the same elements,
 * is computed with it, unless these are NULL. */
Expr *emit_reduce(Build *b, Expr *r, Expr *keep, Expr *twin);
/* In how many lanes along the axis r is summed up, 0: in none. */
int reduction_lanes(Build *b, const Expr *r, const Axis *axis);
static inline bool is_extreme(const Expr *r) { return r->red == RED_MAX || r->red == RED_MIN; }
/* unify.c: x with reductions that differ in nothing but their axes made one. */
Expr *unify(Module *m, Stage *s, Expr *x);
/* The reductions of x outside any other, n of them known so far; how many there are, at most `most`. */
int outer_reductions(Expr *x, Expr **found, int n, int most);
/* keep.c: what is left of the body of the innermost loop once its last sum has kept its elements in the output, or all of it. */
Expr *keep_row(Build *b, Expr *body);

/* ---- divisions that may be products (factors.c) ---- */

/* A number of data through which x divides in a long loop over the axis what is rounded next, or NULL. */
Expr *divisor_of_data(Expr *x, const Axis *axis);
/* x with these divisions done by OVER or by DIV. */
Expr *with_division(Lower *l, Expr *x, const Expr *divisor, Alu op);

/* ---- rows that data choose (ahead.c) ---- */

/* In the loop over `axis` outside of the one over `inner`: a statement that has the row fetched which a turn some turns later
 * reads, where that pays. */
void fetch_ahead(Build *b, Expr *body, Axis *axis, Axis *inner);
#endif
