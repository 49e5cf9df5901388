/* sizes.h -- sizes that only the caller of an emitted model knows.
 *
 *     struct net_in { const float *x0; int64_t d0; };      d0: 1..512, a symbol of the model's inputs
 *     const int d0 = (int)c->in->d0, d1 = d0 / 2 + 1;      in the list of calls: symbols, and what is made of them
 *     STAGE void s3_conv(const float *x, float *y, int d1) a stage gets those that it uses
 *
 * Sizes that nodes count while the model runs (ir/op/counted.h) are named behind those of inputs:
 *
 *     s3_count(&c->count1, m + B2, &status);                 the stage that finds one out
 *     const int d1 = (int)c->count1, d2 = d1 * 4;        from there on the list of calls knows it
 *     struct net_out { int64_t *y0; int64_t d1; };       where sizes of outputs are made of it, run tells it
 *
 * One that each turn of a loop over strips finds out (the keys that rows look at, reach.c) is named there alone.
 *
 * Memory is laid out for the upper bounds: strides and offsets are numbers, only loops run as far as a size says. A Dim
 * of a bounded graph carries its upper bound in k (see dim_bounded()), so whoever plans memory reads k and whoever
 * counts elements asks dim_known() first. */
#ifndef TCC_CODEGEN_SIZES_H
#define TCC_CODEGEN_SIZES_H
#include "ir/graph.h"

typedef struct Unit Unit;
typedef struct Out Out;

/* Every size of g (and of its bodies) gets its upper bound; E-DYNAMIC for one that has none. */
void sizes_bound(Graph *g);
bool sizes_vary(const Unit *u); /* there are any */
/* "512" or "d3": the size as emitted text names it; a new name for one that has none yet. */
const char *size_text(Unit *u, Dim d);
/* "d0 / 2 + 1": for comments, by symbols only. */
const char *size_formula(Unit *u, Dim d);
/* "tokens / 2 + 1": the same by members of the typed structs. */
const char *field_formula(Unit *u, Dim d);
/* The names of all sizes that `text` uses, each after ", "; with `declare` as parameters. */
const char *sizes_used(Unit *u, const char *text, bool declare);

/* Parts of the file: the list of symbols in its head; fields of the struct of inputs; locals of the list of calls; the
 * tests of bounds in run; in the generic run, symbols from the sizes of inputs, and sizes of outputs from them. */
void print_size_facts(Unit *u, Out *o);
void print_size_fields(Unit *u, Out *o);
void print_size_locals(Unit *u, const char *text, Out *o);
void print_size_checks(Unit *u, Out *o);
void print_sizes_in(Unit *u, Out *o);
/* `counted`: those that need counted sizes, behind the run; else the others, before it. */
void print_sizes_out(Unit *u, bool counted, Out *o);

/* ---- counted sizes ---- */

/* Where in the list of calls one becomes known. */
typedef struct Known {
	size_t at;  /* in its text */
	Dim size;
	const char *tabs;
} Known;

int counted_sizes(Unit *u); /* how many there are */
const char *count_name(Unit *u, Dim d); /* its field in the call: "count1" */
/* The sizes in `text` that are known from the i-th place on: the counted one itself, and those that are made of it and
 * of what is known before. */
void print_counted_locals(Unit *u, const Known *known, int nknown, int i, const char *text, Out *o);
/* Fields; `told`: of those that outputs show. */
void print_counted_fields(Unit *u, bool told, Out *o);
bool tells_sizes(Unit *u); /* outputs show any */
void print_sizes_told(Unit *u, Out *o); /* in run: from the call to the struct of outputs */
#endif
