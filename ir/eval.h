/* eval.h -- the reference evaluator: what a graph means, computed plainly in double and int64.
 *
 * It folds constants, makes golden vectors and judges every other part of the compiler, so it is written to be
 * obviously right. Operators see dense tensors. They read inputs and write outputs through canonical arrays:
 *     const double *x = in_f64(e, in[0]);   double *y = out_f64(e, out[0]);   for (...) y[i] = f(x[i]);
 * Canonical outputs are rounded to the tensor's type once, when the operator returns. An operator may take temporary
 * memory from the scratch arena: all of it is released when its node is done. */
#ifndef TCC_IR_EVAL_H
#define TCC_IR_EVAL_H
#include "ir/graph.h"
#include "ir/tensor.h"

/* Start with one that is zero but for seed, budget, keep_all, after and data. */
typedef struct Eval {
	Graph *g;
	Arena *arena;      /* results live here: any but scratch, say ctx->results */
	Tensor **value;    /* by value id; NULL until computed, and again after the last use, see keep_all */
	int64_t *symbol;   /* values of the symbols, -1 while unknown */
	struct Pending *pending; /* canonical arrays of the node in work */
	uint64_t seed;     /* of random operators */
	struct Eval *outer; /* evaluation of the enclosing graph, for subgraphs */
	int64_t budget;    /* elements still to be read and written before it gives up; <= 0: no limit */
	bool tired;        /* it gave up: the remaining values are NULL */
	bool keep_all;     /* every value stays, not graph outputs only */
	struct Pool *pool; /* memory of values that are no longer needed */
	void (*after)(struct Eval *e, const Node *n); /* of each node of eval_graph(), bodies too: a test may look, or change results */
	void *data;        /* of whoever set `after` */
	uint32_t nvalue, nsymbol; /* sizes of the two tables */
} Eval;

/* ---- evaluating (eval.c) ---- */

/* Evaluate the whole graph on the given inputs (one tensor an input; sizes bind the symbols, contradictions fail with
 * E-SHAPE). Results in e->value, see eval_value(). */
void eval_graph(Eval *e, Graph *g, Arena *a, Tensor *const *inputs);
/* For single nodes: prepare the tables, say what inputs of the graph hold (the graph may grow between the calls), then
 * evaluate nodes whose inputs are constants or in e->value. */
void eval_open(Eval *e, Graph *g, Arena *a);
void eval_given(Eval *e, const Value *v, Tensor *t);
/* A size in this run; where it is not known yet, the least that it can be. */
int64_t eval_dim(const Eval *e, Dim d);
void eval_node(Eval *e, const Node *n);
Tensor *eval_value(const Eval *e, const Value *v); /* a constant's elements too */
/* No two sizes differ that inference took for equal (dim_assume_equal()): emitted code would end its run there. */
bool eval_agrees(const Eval *e);

/* From an operator's eval: one run of a body, with what the enclosing graph knows of symbols. The results are
 * eval_value(body, g->out[i]) until eval_done(), which also takes over what the run has left of the budget. */
void eval_body(Eval *body, Eval *outer, Graph *g, Tensor *const *inputs);
void eval_done(Eval *body);

/* ---- for operators (elements.c) ---- */

/* An input's elements as double / int64 (any element type; copies unless it has that type already). */
const double *in_f64(Eval *e, const Tensor *t);
const int64_t *in_i64(Eval *e, const Tensor *t);

/* Zeroed arrays to write an output's elements to; rounded/stored into the tensor after eval returns. */
double *out_f64(Eval *e, Tensor *t);
int64_t *out_i64(Eval *e, Tensor *t);

/* For operators that only move elements: copy element `from` of x to element `to` of y (same type, any width). */
void move_element(Tensor *y, int64_t to, const Tensor *x, int64_t from);

/* A data-dependent output: set its sizes (rank and type are set already) and give it storage. Outputs whose sizes
 * inference knows come with storage; for them the sizes must be those. */
void out_sizes(Eval *e, Tensor *t, int rank, const int64_t *dims);

/* Broadcasting: the element of x (shape of x) that belongs to index at[0..rank) of the broadcast result. */
int64_t broadcast_index(const Tensor *x, int rank, const int64_t *at);
/* at[] += 1 in row-major order over dims; false after the last. */
bool next_index(int rank, const int64_t *dims, int64_t *at);
/* Row-major strides of t, in elements. */
void strides_of(const Tensor *t, int64_t *strides);

/* ---- between the two files ---- */

/* Store the canonical outputs into their tensors and forget the canonical arrays. */
void pending_store(Eval *e);
#endif
