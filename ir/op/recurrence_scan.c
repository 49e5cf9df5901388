/* recurrence_scan.c -- tcc.Recurrence as a Scan: its states are h and c, a turn sees its slice x of the projected gates.
 *
 *     h --MatMul R'--+ x--> gates [N,G*H] --slices, activations--> c', h' --> y
 *
 * R', biases and peepholes are captured. Sequences that run backward scan from the end; where lengths are given, every
 * example is turned around inside its length, and a second scanned value says which examples still live:
 * the states of the others stay, and their y is 0. */
#include <assert.h>
#include <string.h>
#include "ir/op/composite.h"
#include "ir/op/scan.h"

enum { INPUTS_MAX = 16 };

/* One turn in the making. */
typedef struct Turn {
	Graph *g, *outer;       /* the body, and the graph of the recurrence */
	const Node *n;          /* the recurrence */
	const struct Recurrence *a;
	int64_t hidden;
	Value *in[INPUTS_MAX];  /* the Scan's inputs, in the order of the body's */
	int nin;
	Value *h, *c, *x, *live; /* in the body: states, projected gates, which examples live (NULL: all) */
	Value *lived;           /* where h is quantised: which have lived a turn before (NULL: all) */
	Value *next_h, *next_c;
} Turn;

/* ---- values ---- */

static Value *op1(const Turn *t, const char *name, Value *x) { return put(t->g, t->n, name, x, END_IN); }
static Value *op2(const Turn *t, const char *name, Value *x, Value *y) { return put(t->g, t->n, name, x, y, END_IN); }
static Value *number(const Turn *t, double x) { return value_scalar(t->g, t->n->in[REC_GATES]->dtype, x); }
static Value *optional(const Node *n, int slot) { return has_in(n, slot) ? n->in[slot] : NULL; }

/* The body's next input: v, or a slice of it of shape s. */
static Value *take(Turn *t, Value *v, const Shape *s)
{
	assert(t->nin < INPUTS_MAX);
	t->in[t->nin++] = v;
	return value_input(t->g, v->name, v->dtype, s);
}

static Value *take_slice(Turn *t, Value *v)
{
	Shape s = shape_of(v->shape.rank - 1, v->shape.dim + 1);

	return take(t, v, &s);
}

/* A value of the outer graph inside the body. */
static Value *capture(Turn *t, Value *v)
{
	if (v->data)
		return value_const(t->g, v->name, v->data);
	t->g->ncaptured++;
	return take(t, v, &v->shape);
}

/* Rows of a parameter that belong to gates first .. last-1. */
static Value *rows(const Turn *t, int slot, int first, int last)
{
	Value *v = t->n->in[slot];
	int64_t from = first * t->hidden, to = last * t->hidden;

	return dim_is(v->shape.dim[0], to - from) ? v : slice_of(t->outer, t->n, v, 0, from, to);
}

static Value *gate(const Turn *t, Value *v, int k)
{
	return slice_of(t->g, t->n, v, 1, k * t->hidden, (k + 1) * t->hidden);
}

/* ---- activations ---- */

static Value *named_activation(const Turn *t, const Op *op, float alpha, float beta, Value *x)
{
	char *attr = attr_new(t->g, op);

	for (const Attr *row = op->attrs; row && row->name; row++)
		if (row->kind == A_FLOAT)
			*(float *)(attr + row->offset) = strcmp(row->name, "beta") ? alpha : beta;
	return put_attr(t->g, t->n, op->name, attr, x, END_IN);
}

static Value *times(const Turn *t, float k, Value *x) { return op2(t, "Mul", x, number(t, (double)k)); }

/* Two activations are no operators: alpha x + beta, and alpha tanh(beta x). */
static Value *activation(const Turn *t, int64_t row, float alpha, float beta, Value *x)
{
	const char *name = activation_name(row);
	const Op *op = op_named(name);

	if (op)
		return named_activation(t, op, alpha, beta, x);
	if (!strcmp(name, "Affine"))
		return op2(t, "Add", times(t, alpha, x), number(t, (double)beta));
	return times(t, alpha, op1(t, "Tanh", times(t, beta, x)));
}

static Value *clipped(const Turn *t, Value *x)
{
	double clip = (double)t->a->clip;

	return clip > 0 ? put(t->g, t->n, "Clip", x, number(t, -clip), number(t, clip), END_IN) : x;
}

static Value *act_f(const Turn *t, Value *x)
{
	return activation(t, t->a->f, t->a->alpha_f, t->a->beta_f, clipped(t, x));
}

static Value *act_g(const Turn *t, Value *x)
{
	return activation(t, t->a->g, t->a->alpha_g, t->a->beta_g, clipped(t, x));
}

/* ---- cells: the formulas at the head of recurrence.c ---- */

/* R of integers: h is quantised anew each turn. What is left of examples that ended counts as zeros there. */
static Value *quantised_product(Turn *t, Value *h, Value *r)
{
	Value *scale = capture(t, t->n->in[REC_R_SCALE]), *zero = optional(t->n, REC_R_ZERO);

	h = t->lived ? put(t->g, t->n, "Where", t->lived, h, number(t, 0), END_IN) : h;
	return dynamic_product(t->g, t->n, h, r, scale, zero ? capture(t, zero) : NULL);
}

/* R h + rb, for gates first .. last-1. */
static Value *recur(Turn *t, Value *h, int first, int last)
{
	Value *r = capture(t, put(t->outer, t->n, "Transpose", rows(t, REC_R, first, last), END_IN));
	Value *y = has_in(t->n, REC_R_SCALE) ? quantised_product(t, h, r) : op2(t, "MatMul", h, r);

	return has_in(t->n, REC_RB) ? op2(t, "Add", y, capture(t, rows(t, REC_RB, first, last))) : y;
}

static void make_rnn(Turn *t)
{
	t->next_h = act_f(t, op2(t, "Add", recur(t, t->h, 0, 1), t->x));
}

/* Both gates at once, as what follows their product. */
static Value *reset_then_recur(Turn *t, Value **z)
{
	Value *x = slice_of(t->g, t->n, t->x, 1, 0, 2 * t->hidden);
	Value *zr = act_f(t, op2(t, "Add", recur(t, t->h, 0, 2), x));

	*z = gate(t, zr, 0);
	return op2(t, "Add", recur(t, op2(t, "Mul", gate(t, zr, 1), t->h), 2, 3), gate(t, t->x, 2));
}

static Value *recur_then_reset(Turn *t, Value **z)
{
	Value *sum = recur(t, t->h, 0, 3);
	Value *r = act_f(t, op2(t, "Add", gate(t, sum, 1), gate(t, t->x, 1)));

	*z = act_f(t, op2(t, "Add", gate(t, sum, 0), gate(t, t->x, 0)));
	return op2(t, "Add", op2(t, "Mul", r, gate(t, sum, 2)), gate(t, t->x, 2));
}

static void make_gru(Turn *t)
{
	Value *z, *sum = t->a->linear_before_reset ? recur_then_reset(t, &z) : reset_then_recur(t, &z);
	Value *new = op2(t, "Mul", op2(t, "Sub", number(t, 1), z), act_g(t, sum));

	t->next_h = op2(t, "Add", new, op2(t, "Mul", z, t->h));
}

/* x plus peephole k of state c. */
static Value *peeped(Turn *t, Value *x, int k, Value *c)
{
	Value *p = optional(t->n, REC_PEEP);

	if (!p)
		return x;
	p = capture(t, slice_of(t->outer, t->n, p, 0, k * t->hidden, (k + 1) * t->hidden));
	return op2(t, "Add", x, op2(t, "Mul", c, p));
}

static void make_lstm(Turn *t)
{
	Value *sum = op2(t, "Add", recur(t, t->h, 0, 4), t->x);
	Value *i = act_f(t, peeped(t, gate(t, sum, 0), 0, t->c));
	Value *f = t->a->input_forget ? op2(t, "Sub", number(t, 1), i)
				      : act_f(t, peeped(t, gate(t, sum, 2), 2, t->c));
	Value *new = op2(t, "Mul", i, act_g(t, gate(t, sum, 3)));

	t->next_c = op2(t, "Add", op2(t, "Mul", f, t->c), new);
	Value *o = act_f(t, peeped(t, gate(t, sum, 1), 1, t->next_c));
	t->next_h = op2(t, "Mul", o, activation(t, t->a->h, t->a->alpha_h, t->a->beta_h, t->next_c));
}

/* ---- the loop ---- */

/* Size `axis` of the gates as a list of one element. */
static Value *size(const Turn *t, int64_t axis)
{
	Value *all = put(t->outer, t->n, "Shape", t->n->in[REC_GATES], END_IN);

	return slice_of(t->outer, t->n, all, 0, axis, axis + 1);
}

/* An initial state: zeros where none is given. It has as many examples as the gates, by whichever name: inference has taken
 * them for equal. */
static Value *initial(const Turn *t, int slot)
{
	const struct Concat attr = {0};
	Value *gates = t->n->in[REC_GATES], *zero = value_scalar(t->outer, gates->dtype, 0), *given = optional(t->n, slot);
	Shape s = {2, {gates->shape.dim[1], dim(t->hidden)}};

	if (given && shape_same(&given->shape, &s))
		return given;
	if (given)
		return put(t->outer, t->n, "Reshape", given, shape_as_value(t->outer, t->n, gates, &s), END_IN);
	Value *shape = put_attr(t->outer, t->n, "Concat", &attr, size(t, 1), value_i64(t->outer, 1, &t->hidden), END_IN);
	return put(t->outer, t->n, "Expand", zero, shape, END_IN);
}

/* [T,N,1]: turn t comes before the end of example n. */
static Value *living(const Turn *t, Value *lengths)
{
	Graph *g = t->outer;
	const int64_t last = 1, lasts[] = {1, 2};
	Value *steps = put(g, t->n, "Squeeze", size(t, 0), END_IN);
	Value *turn = put(g, t->n, "Range", value_scalar(g, I64, 0), steps, value_scalar(g, I64, 1), END_IN);
	Value *length = cast_value(g, t->n, lengths, turn->dtype);

	turn = put(g, t->n, "Unsqueeze", turn, value_i64(g, 2, lasts), END_IN);
	return put(g, t->n, "Less", turn, put(g, t->n, "Unsqueeze", length, value_i64(g, 1, &last), END_IN), END_IN);
}

/* What the body begins with: states and slices. Returns how many slices. */
static int open_body(Turn *t)
{
	Value *lengths = optional(t->n, REC_LENS), *x = t->n->in[REC_GATES], *first;

	first = initial(t, REC_H0);
	t->h = take(t, first, &first->shape);
	if (t->a->cell == CELL_LSTM) {
		first = initial(t, REC_C0);
		t->c = take(t, first, &first->shape);
	}
	if (lengths && t->a->reverse)
		x = put(t->outer, t->n, "ReverseSequence", x, lengths, END_IN);
	t->x = take_slice(t, x);
	if (!lengths)
		return 1;
	t->live = take_slice(t, living(t, lengths));
	if (!has_in(t->n, REC_R_SCALE))
		return 2;
	Value *one = value_scalar(t->outer, lengths->dtype, 1);
	t->lived = take_slice(t, living(t, put(t->outer, t->n, "Add", lengths, one, END_IN)));
	return 3;
}

/* x for examples that live, else the other. */
static Value *if_live(const Turn *t, Value *x, Value *other)
{
	return t->live ? put(t->g, t->n, "Where", t->live, x, other, END_IN) : x;
}

static void close_body(const Turn *t)
{
	graph_output(t->g, if_live(t, t->next_h, t->h), NULL);
	if (t->c)
		graph_output(t->g, if_live(t, t->next_c, t->c), NULL);
	if (wants(t->n, 0))
		graph_output(t->g, if_live(t, t->next_h, number(t, 0)), NULL);
}

static Node *put_scan(const Turn *t, int slices)
{
	static int64_t backward[] = {1};
	struct scan *attr = attr_new(t->outer, &op_Scan);
	Graph *body = t->g;

	attr->body = 0;
	attr->num_scan_inputs = slices;
	if (t->a->reverse && !t->live) {
		attr->scan_input_directions = (Ints){backward, 1};
		if (wants(t->n, 0))
			attr->scan_output_directions = (Ints){backward, 1};
	}
	return node_control(t->outer, &op_Scan, t->n, t->nin, t->in, body->nout, attr, 1, &body);
}

static void replace_outputs(const Turn *t, Node *scan)
{
	int states = t->c ? 2 : 1;

	for (int k = 0; k < states; k++)
		if (wants(t->n, 1 + k))
			value_replace(t->outer, t->n->out[1 + k], scan->out[k]);
	if (!wants(t->n, 0))
		return;
	Value *y = scan->out[states];
	if (t->a->reverse && t->live)
		y = put(t->outer, t->n, "ReverseSequence", y, t->n->in[REC_LENS], END_IN);
	value_replace(t->outer, t->n->out[0], y);
}

void expand_recurrence(Graph *g, Node *n)
{
	static void (*const make[])(Turn *) = {[CELL_RNN] = make_rnn, [CELL_GRU] = make_gru, [CELL_LSTM] = make_lstm};
	const struct Recurrence *a = ATTR_OF(n, Recurrence);
	Turn t = {.g = graph_new(g->ctx, g->syms, n->name, g), .outer = g, .n = n, .a = a,
		  .hidden = dim_number(g, n, n->in[REC_R]->shape.dim[1])};
	int slices = open_body(&t);

	make[a->cell](&t);
	close_body(&t);
	replace_outputs(&t, put_scan(&t, slices));
}
