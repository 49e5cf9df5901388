/* loop.c -- Loop (versions 1-25): a body that runs so many times, or while a condition holds, or both.
 *
 *     y.. , z.. = Loop(trips?, going?, x..)
 *
 *     for (t = 0; t < trips && going; t++)   going, x.., slice t of z.. = body(t, going, x..)      y.. = x.. at the end
 *
 * Absent trips are endless, an absent condition is true. States keep their shapes in all turns. */
#include "ir/op/bodies.h"
#include "ir/op/counted.h"

struct loop {
	int body; /* index into Node.sub */
};

enum { TRIPS, GOING, FIRST }; /* inputs of the node; FIRST and so on: initial states */

static int loop_states(const Node *n) { return n->nin - FIRST - n->sub[0]->ncaptured; }

static Port port(const Node *n, const Graph *body, int i, bool out)
{
	(void)body;
	if (!out)
		return i == 0 ? (Port){.kind = PORT_TURN, .slot = -1} : (Port){.kind = PORT_STATE, .slot = i};
	if (i <= loop_states(n))
		return (Port){.kind = PORT_STATE, .slot = i - 1, .to = i + 1};
	return (Port){.kind = PORT_SLICE, .slot = i - 1};
}

/* ---- how often ---- */

/* What an Identity, or several, have been made from. */
static const Value *original(const Value *v)
{
	while (is_op(v->def, "Identity"))
		v = v->def->in[0];
	return v;
}

static bool is_bool(const Value *v, bool k) { return v->data && load_i64(v->dtype, v->data->data, 0) == k; }

/* The condition after a turn is the one before, or a constant. */
static void known_going(const Node *n, Turns *t)
{
	const Value *next = original(n->sub[0]->out[0]), *first = has_in(n, GOING) ? n->in[GOING] : NULL;
	bool stays = next == n->sub[0]->in[GOING] || is_bool(next, true);

	t->going = GOING;
	if (first && is_bool(first, false))
		*t = (Turns){dim(0), -1, -1};
	else if (stays && (!first || is_bool(first, true)))
		t->going = -1;
}

static Turns turns(Graph *g, const Node *n)
{
	Turns t = {.most = dim(INT64_MAX), .trips = -1};
	int count = 0;
	const Dim *k = has_in(n, TRIPS) ? content_of(g, n, TRIPS, &count) : NULL;

	if (k)
		t.most = dim_max(g->syms, *k, dim(0));
	else if (has_in(n, TRIPS))
		t.trips = TRIPS;
	known_going(n, &t);
	return t;
}

/* ---- infer ---- */

static void check_counts(Graph *g, const Node *n)
{
	need_bodies(g, n, 1);
	const Graph *body = n->sub[0];
	int given = n->nin - body->ncaptured, taken = body->nin - body->ncaptured;

	if (given < FIRST || taken != given)
		fail_node(g, n, "E-INPUTS", "has %d inputs, so its body must take as many, not %d", given, taken);
	if (body->nout < 1 + loop_states(n))
		fail_node(g, n, "E-OUTPUTS", "carries %d values, so its body must give a condition and those, not %d outputs",
			  loop_states(n), body->nout);
	if (n->nout > body->nout - 1)
		fail_node(g, n, "E-OUTPUTS", "has %d outputs, but its body gives %d besides the condition", n->nout,
			  body->nout - 1);
	for (int k = FIRST; k < n->nin; k++)
		if (!n->in[k])
			fail_node(g, n, "E-INPUTS", "input %d is absent, but its body takes it", k);
}

static void check_types(Graph *g, const Node *n)
{
	const Value *next = n->sub[0]->out[0];

	for (int k = TRIPS; k <= GOING; k++)
		if (has_in(n, k))
			need_rank(g, n, k, 0, 0);
	if (has_in(n, TRIPS) && n->in[TRIPS]->dtype != I64)
		fail_node(g, n, "E-TYPE", "the trip count is %s; it must be i64", dtype_name(n->in[TRIPS]->dtype));
	if (has_in(n, GOING))
		need_type(g, n, GOING, "b");
	if (next->dtype != BOOL || next->shape.rank > 0)
		fail_node(g, n, "E-TYPE", "the body's condition is %s%s; it must be one bool", dtype_name(next->dtype),
			  shape_text(g, &next->shape));
}

static void infer(Graph *g, Node *n)
{
	check_counts(g, n);
	infer_inside(g, n);
	check_types(g, n);
	Turns t = turns(g, n);
	if (turns_exactly(t) && dim_is(t.most, INT64_MAX))
		fail_node(g, n, "E-LOOP", "never ends: it has no trip count, and its condition stays true");
	infer_turns(g, n, EXIT_UNSUPPORTED);
}

/* Trips that data give, and nothing else ends the loop: they are counted before it begins. States get one shape. */
static void trust(Graph *g, Node *n)
{
	Dim size;
	Turns t = turns(g, n);

	if (t.going < 0 && turns_counted(g, n, &size)) {
		Value *count = binary(g, n, "Max", n->in[TRIPS], value_scalar(g, I64, 0));
		settle_input(n, TRIPS, counted_value(g, n, count, size));
	}
	trust_states(g, n);
	trust_slices(g, n);
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	eval_turns(e, n, in, out, in[TRIPS] ? load_i64(I64, in[TRIPS]->data, 0) : INT64_MAX, GOING);
}

static const Attr attrs[] = {ATTR_REQUIRED(loop, body, A_GRAPH), {0}};

const Op op_Loop = {
	.name = "Loop", .min_in = 0, .max_in = -1, .min_out = 0, .max_out = -1, .flags = CONTROL,
	.attrs = attrs, .attr_size = sizeof(struct loop), .infer = infer, .trust = trust, .eval = eval,
	.port = port, .turns = turns,
};
