/* bodies.h -- nodes that own bodies: If, Loop, Scan.
 *
 *     y = If(c | x) { then(x'): ... }       x' is x, and what the taken branch gives is y               PORT_SAME
 *     s, z = Scan(s0, x) { (s', x'): ... }  x' is a slice of x, what comes out a slice of z             PORT_SLICE
 *                                           s' is s0 at first, then what the turn before gave, at last s  PORT_STATE
 *
 * Each operator says with its function `port` which of these a value is; inference, evaluation, places and code ask that
 * and do not know the operators. */
#ifndef TCC_IR_OP_BODIES_H
#define TCC_IR_OP_BODIES_H
#include "ir/op.h"

Port body_in(const Node *n, int body, int i);  /* input i of that body; captured ones too */
Port body_out(const Node *n, int body, int i); /* output i of it */
Value *port_input(const Node *n, Port p);      /* of the node; NULL: none */
Value *port_output(const Node *n, Port p);

bool repeats(const Node *n);  /* its one body runs in turns */
bool turns_exactly(Turns t);  /* so many as `most` says */
/* The size that says how many slices are joined, as inference made it, where it is not known how many turns there will be;
 * false where it is, or no slices are joined. */
bool turns_counted(Graph *g, const Node *n, Dim *size);
/* Some symbol of d is counted in the body, or in one inside of it: another size each turn. */
bool is_counted_inside(const Graph *body, Dim d);

int branch_for(const Node *n, bool condition); /* which body an If takes */
/* The branch of an If that is taken, where that is known when compiling; else -1. */
int branch_taken(const Node *n);

/* ---- infer ---- */

void need_bodies(Graph *g, const Node *n, int count);
/* Tell the bodies what their inputs are; infer again those that thereby learn something. */
void infer_inside(Graph *g, Node *n);
/* What the body of a node that repeats it gives. A state that changes its shape ends with that status. */
void infer_turns(Graph *g, Node *n, enum exit_code change);

/* States have one shape, whatever a turn calls its sizes (states.c); part of Op.trust. */
void trust_states(Graph *g, Node *n);

/* ---- sizes that differ inside (slices.c) ---- */

/* Slices of all turns have one size, also where data decide it in each of them; part of Op.trust. */
void trust_slices(Graph *g, Node *n);
/* The sizes of v along those axes, as a vector. */
Value *sizes_along(Graph *body, const Node *n, Value *v, Value *axes);
/* v with zeros behind it, so that they are `most`. */
Value *filled_to(Graph *body, const Node *n, Value *v, Value *axes, Value *most);
/* As much of `full` as the body has given: along the axes `open` (bits) it is `sizes`, and from now on what `was` has. */
Value *given_part(Graph *g, const Node *n, Value *full, Value *sizes, const Value *was, unsigned open);

/* ---- eval (turns.c) ---- */

/* Turns as long as there are less than `most` and (going >= 0) that input of the body is true. */
void eval_turns(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out, int64_t most, int going);
#endif
