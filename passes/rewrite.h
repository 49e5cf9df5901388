/* rewrite.h -- rules: how a pass says "this node, where it looks like that, is better written so".
 *
 *     { "Transpose", "Transpose(Transpose(x)) -> Transpose(x)", merge_transposes }
 *
 * A rule looks at one node and its surroundings, builds what takes its place (put(), rewrite_node()), and returns the
 * value that replaces output 0; NULL where it does not apply, and then it must have built nothing. A rule is asked only
 * about nodes whose other outputs nobody uses. rewrite() applies a table until no rule fires any more, and drops what
 * thereby became unused. Every rule must make its graph smaller in some sense: rules that undo each other are a bug. */
#ifndef TCC_PASSES_REWRITE_H
#define TCC_PASSES_REWRITE_H
#include "ir/op.h"
#include "passes/pass.h"

typedef struct Rewrite {
	Graph *g;
	const Options *o;
	struct Uses *uses; /* by value id, kept up to date */
	uint32_t cuses;
	bool *dead;        /* by node id */
	uint32_t cdead;
	Node **grave;      /* dead nodes whose inputs are still counted */
	uint32_t ngrave, cgrave;
} Rewrite;

typedef struct Rule {
	const char *op;   /* operator of the nodes it looks at ("" for all) */
	const char *what; /* before -> after */
	Value *(*apply)(Rewrite *w, Node *n);
} Rule;

/* Apply the rules of all tables, in that order, until none fires. A table ends in {0}, the list of tables in NULL. */
void rewrite(Graph *g, const Options *o, const Rule *const *tables);

/* ---- asking ---- */

Node *made_by(const Value *v, const char *name);        /* v's node, if that is its operator, else NULL */
bool used_once(const Rewrite *w, const Value *v);       /* by one input of one node, or as one output */
bool is_const(const Value *v);                          /* present, with data */

/* All elements of a constant of numbers have one value: *x. False for constants of no elements. */
bool const_splat(const Value *v, double *x);
bool const_is(const Value *v, double x);
/* A constant like that is within float rounding of x. */
bool const_near(const Value *v, double x);

/* Each element of the one output is made from the elements at its own place (or broadcast to it), by a formula that
 * does not know where it is: the node may change places with one that moves elements. */
bool is_elementwise(const Node *n);

/* ---- building ---- */

/* A node of n's operator and attributes with other inputs, one output. */
Value *rewrite_inputs(Graph *g, const Node *n, int nin, Value *const *in);
/* attr: struct of n's operator, copied. */
Value *rewrite_attr(Graph *g, const Node *n, const void *attr, int nin, Value *const *in);

/* The field of an attribute struct that has this name; for operators whose struct is their own affair. */
void *attr_field(const Op *op, void *attr, const char *name); /* NULL when there is none */

/* v, in place, becomes a constant; its node no longer makes it. Sizes that a run would have counted there are known. */
void value_becomes_const(Graph *g, Value *v, Tensor *t);
/* Sizes and contents that have one possible value are numbers, in all values of g. */
void settle_sizes_of_values(Graph *g);
/* Drop nodes all of whose outputs are absent. */
void drop_empty_nodes(Graph *g);
#endif
