/* chains.c -- rules that merge the constants of chains of float arithmetic. They round, and keep every value that does
 * not come near overflow.
 *
 *     (x + 1) - 3  ->  x + -2        x * 2 / 8  ->  x * 0.25        x / 3  ->  x * 0.333..        x + 0.0  ->  x
 *     (x * 2 + 1) * 3  ->  x * 6 + 3          (x + 1) + (y + 2)  ->  x + (y + 3)
 *     x ^ 2  ->  x * x               x ^ 0.5  ->  Sqrt(x)           x ^ -1  ->  1 / x */
#include "passes/algebra.h"
#include "passes/consts.h"

/* A step x op c: `back` says that it is the inverse, - or /. */
typedef struct Step {
	Value *x, *c;
	bool sum, back;
} Step;

static const struct {
	const char *op;
	bool sum, back;
} kinds[] = {{"Add", true, false}, {"Sub", true, true}, {"Mul", false, false}, {"Div", false, true}};

static bool step_of(const Node *n, Step *s)
{
	for (int i = 0; n && n->nin == 2 && i < 4; i++) {
		if (!is_op(n, kinds[i].op) || !is_float(n->out[0]->dtype))
			continue;
		bool swap = is_const(n->in[0]) && !kinds[i].back;
		*s = (Step){n->in[swap], n->in[!swap], kinds[i].sum, kinds[i].back};
		return is_const(s->c) && !is_const(s->x);
	}
	return false;
}

/* ((x op a) op b) as x op constant. */
static Value *merge_steps(Rewrite *w, Node *n)
{
	Step outer, inner;
	Value *c;

	if (!step_of(n, &outer) || !step_of(outer.x->def, &inner) || outer.sum != inner.sum || !used_once(w, outer.x))
		return NULL;
	Formula2 join = outer.sum ? (outer.back ? sub_f64 : add_f64) : (outer.back ? div_f64 : mul_f64);
	if (!inner.back) {
		c = const_of(w->g, join, inner.c, outer.c);
		return c ? put(w->g, n, outer.sum ? "Add" : "Mul", inner.x, c, END_IN) : NULL;
	}
	/* (x - a) - b = x - (b + a),  (x - a) + b = x + (b - a);  / and * likewise */
	Formula2 split = outer.sum ? (outer.back ? add_f64 : sub_f64) : (outer.back ? mul_f64 : div_f64);
	c = const_of(w->g, split, outer.c, inner.c);
	return c ? put(w->g, n, n->op->name, inner.x, c, END_IN) : NULL;
}

/* (x + a) + (y + b) as x + (y + (a + b)), which saves a step. */
static Value *join_sums(Rewrite *w, Node *n)
{
	Step left, right;

	if (!step_of(n->in[0]->def, &left) || !step_of(n->in[1]->def, &right) || !left.sum || !right.sum ||
	    !used_once(w, n->in[0]) || !used_once(w, n->in[1]) || left.back != right.back)
		return NULL;
	Value *c = const_of(w->g, add_f64, left.c, right.c);
	const char *op = left.back ? "Sub" : "Add";
	return c ? put(w->g, n, "Add", left.x, put(w->g, n, op, right.x, c, END_IN), END_IN) : NULL;
}

/* (x * a + b) * c as x * (a * c) + b * c, which saves a step. */
static Value *scale_affine(Rewrite *w, Node *n)
{
	Step outer, sum, product;

	if (!step_of(n, &outer) || outer.sum || outer.back || !step_of(outer.x->def, &sum) || !sum.sum || sum.back)
		return NULL;
	if (!step_of(sum.x->def, &product) || product.sum || product.back || !used_once(w, outer.x) || !used_once(w, sum.x))
		return NULL;
	Value *a = const_of(w->g, mul_f64, product.c, outer.c), *b = const_of(w->g, mul_f64, sum.c, outer.c);
	if (!a || !b)
		return NULL;
	return put(w->g, n, "Add", put(w->g, n, "Mul", product.x, a, END_IN), b, END_IN);
}

static double reciprocal(double a, double b) { return b / a; }

static Value *divide_by_constant(Rewrite *w, Node *n)
{
	Value *c = is_const(n->in[0]) ? NULL : const_of(w->g, reciprocal, n->in[1], NULL);

	return c ? put(w->g, n, "Mul", n->in[0], c, END_IN) : NULL;
}

/* Also where it changes the sign of a zero. */
static Value *add_zero(Rewrite *w, Node *n)
{
	Step s;

	(void)w;
	if (!step_of(n, &s) || !const_is(s.c, 0) || !shape_same(&s.x->shape, &n->out[0]->shape))
		return NULL;
	return s.x;
}

/* ---- powers ---- */

static Value *square(Graph *g, const Node *n, Value *x) { return put(g, n, "Mul", x, x, END_IN); }
static Value *cube(Graph *g, const Node *n, Value *x) { return put(g, n, "Mul", square(g, n, x), x, END_IN); }
static Value *root(Graph *g, const Node *n, Value *x) { return put(g, n, "Sqrt", x, END_IN); }
static Value *inverse(Graph *g, const Node *n, Value *x) { return put(g, n, "Reciprocal", x, END_IN); }
static Value *inverse_root(Graph *g, const Node *n, Value *x) { return inverse(g, n, root(g, n, x)); }

static const struct {
	double exponent;
	Value *(*as)(Graph *g, const Node *n, Value *x);
} powers[] = {{2, square}, {3, cube}, {0.5, root}, {-1, inverse}, {-0.5, inverse_root}};

static Value *known_power(Rewrite *w, Node *n)
{
	Value *x = n->in[0];
	double e;

	if (!is_float(x->dtype) || !const_splat(n->in[1], &e) || !shape_same(&x->shape, &n->out[0]->shape))
		return NULL;
	for (size_t i = 0; i < sizeof powers / sizeof *powers; i++)
		if (powers[i].exponent == e)
			return powers[i].as(w->g, n, x);
	return NULL;
}

const Rule chain_rules[] = {
	{"Add", "x + 0 -> x", add_zero},
	{"Sub", "x - 0 -> x", add_zero},
	{"Add", "(x + a) + b -> x + (a + b)", merge_steps},
	{"Sub", "(x + a) - b -> x + (a - b)", merge_steps},
	{"Add", "(x + a) + (y + b) -> x + (y + (a + b))", join_sums},
	{"Mul", "(x * a) * b -> x * (a * b)", merge_steps},
	{"Mul", "(x * a + b) * c -> x * (a * c) + b * c", scale_affine},
	{"Div", "(x * a) / b -> x * (a / b)", merge_steps},
	{"Div", "x / a -> x * (1 / a)", divide_by_constant},
	{0},
};

const Rule power_rules[] = {
	{"Pow", "x ^ 2, 3, 0.5, -1, -0.5 -> products and roots", known_power},
	{0},
};
