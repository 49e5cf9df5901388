/* sizes.h -- sizes that only the caller of an emitted model knows.
 *
 *     struct net_in { const float *x0; int64_t d0; };      d0: 1..512, a symbol of the model's inputs
 *     const int d0 = (int)c->in->d0, d1 = d0 / 2 + 1;      in the list of calls: symbols, and what is made of them
 *     STAGE void s3_conv(const float *x, float *y, int d1) a stage gets those that it uses
 *
 * Memory is laid out for the upper bounds: strides and offsets are numbers, only loops run as far as a size says. A Dim
 * of a bounded graph carries its upper bound in k (see dim_bounded()), so whoever plans memory reads k and whoever
 * counts elements asks dim_known() first. */
#ifndef TCC_CODEGEN_SIZES_H
#define TCC_CODEGEN_SIZES_H
#include "ir/graph.h"

typedef struct Unit Unit;
typedef struct Out Out;

/* Every size of g (and of its bodies) gets its upper bound; E-DYNAMIC for one that has none, or is counted by a node. */
void sizes_bound(Graph *g);
bool sizes_vary(const Unit *u); /* there are any */
/* "512" or "d3": the size as emitted text names it; a new name for one that has none yet. */
const char *size_text(Unit *u, Dim d);
/* "d0 / 2 + 1": for comments, by symbols only. */
const char *size_formula(Unit *u, Dim d);
/* The names of all sizes that `text` uses, each after ", "; with `declare` as parameters. */
const char *sizes_used(Unit *u, const char *text, bool declare);

/* Parts of the file: the list of symbols in its head; fields of the struct of inputs; locals of the list of calls; the
 * tests of bounds in run; in the generic run, symbols from the sizes of inputs, and sizes of outputs from them. */
void print_size_facts(Unit *u, Out *o);
void print_size_fields(Unit *u, Out *o);
void print_size_locals(Unit *u, const char *text, Out *o);
void print_size_checks(Unit *u, Out *o);
void print_sizes_in(Unit *u, Out *o);
void print_sizes_out(Unit *u, Out *o);
#endif
