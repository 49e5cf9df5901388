/* rules.h -- how a primitive hands derivatives on: rows of the tables in this folder. */
#ifndef TCC_IR_GRADIENT_RULES_H
#define TCC_IR_GRADIENT_RULES_H
#include "ir/op/counted.h"
#include "ir/op/reduce.h"

struct Reverse;

/* A node, as its rule sees it; nodes are appended to g. */
typedef struct Step {
	struct Reverse *r;
	Graph *g;
	Node *n;
} Step;

/* One of the two: what it gives is d_out(), for what it takes d_in() is called; or the node is replaced by simpler ones,
 * as in Op.expand. A row with neither says that the derivative is 0. */
typedef struct Rule {
	const char *op; /* with its domain, where it has one: "tcc.Extremes" */
	void (*derive)(const Step *s);
	void (*write)(Graph *g, Node *n);
} Rule;

/* Tables, which end in an empty row. */
extern const Rule gradient_pointwise[], gradient_moves[], gradient_sums[], gradient_norms[], gradient_windows[];

Value *d_out(const Step *s, int slot); /* the derivative of that output; NULL: 0 */
bool d_wanted(const Step *s, int slot); /* somebody asks for the one of that input */
/* A share in the derivative of an input, broadcast or not. */
void d_in(const Step *s, int slot, Value *v);

/* ---- nodes ---- */

Value *x_of(const Step *s, int slot);
Value *y_of(const Step *s);
Value *real(const Step *s, double x); /* of the type of input 0 */
Value *do1(const Step *s, const char *op, Value *a);
Value *do2(const Step *s, const char *op, Value *a, Value *b);
Value *where(const Step *s, Value *condition, Value *a, Value *b);
Value *if_true(const Step *s, Value *condition, Value *a); /* else 0 */
double attr_number(const Node *n, const char *name);
/* v summed over the axes along which it was broadcast from the sizes of `as`. */
Value *summed_to(Graph *g, const Node *like, Value *v, Value *as);
Value *spread(Graph *g, const Node *like, Value *v, Value *as); /* broadcast to the sizes of `as` */
Value *zeros(Graph *g, const Node *like, Value *as);
Value *in_shape_of(Graph *g, const Node *like, Value *v, Value *as); /* Reshape */
#endif
