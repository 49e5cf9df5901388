/* gradient.h -- derivatives, in reverse: nodes that compute how a value changes with others.
 *
 *     c = Add(a, b); d = Mul(c, a)      ->      dd/dc = a;  dd/da = c + dd/dc;  dd/db = dd/dc
 *
 * Each primitive has a rule (rules.h), a table row: from the derivative of what it gives, that of what it takes. All other
 * operators are written out as primitives first, by a row or by their own expansion. What is no float has no derivative,
 * and steps (roundings, signs, comparisons) have 0. */
#ifndef TCC_IR_GRADIENT_GRADIENT_H
#define TCC_IR_GRADIENT_GRADIENT_H
#include "ir/graph.h"

/* What y, a float, depends on is n values x[], in the place of which at[] are taken. */
typedef struct Formula {
	Value *y;
	int n;
	Value *const *x, *const *at;
} Formula;

/* The derivatives of the sum of y with respect to the first `count` of them: dx[i] has the type and sizes of at[i]. The
 * nodes are appended to g, where all of f lives. E-UNSUPPORTED names the node that has no rule. */
void gradient(Graph *g, const Node *like, const Formula *f, int count, Value **dx);
#endif
