/* scan.c -- Scan (versions 9-25; the frontend turns the batched version 8 away): a body that runs once for every slice.
 *
 *     states = initial
 *     for t in 0 .. T-1:   states, slice t of outputs = body(states, slice t of inputs, captured)
 *
 * The body knows what its operands are: types and sizes come from the node's inputs, and what it then infers gives
 * the outputs. States keep their shapes in all turns. No formula: code generation makes a loop of it. */
#include "ir/op/bodies.h"
#include "ir/op/movement.h"
#include "ir/op/scan.h"

int scan_states(const Node *n)
{
	return n->nin - (int)ATTR_OF(n, scan)->num_scan_inputs - n->sub[0]->ncaptured;
}

int scan_axis(const Ints *axes, int k, int rank)
{
	int64_t axis = axes->n > k ? axes->v[k] : 0;

	return (int)(axis < 0 ? axis + rank : axis);
}

bool scan_reversed(const Ints *directions, int k)
{
	return directions->n > k && directions->v[k] != 0;
}

/* ---- infer: counts and attributes ---- */

static void check_counts(Graph *g, const Node *n)
{
	int64_t scanned = ATTR_OF(n, scan)->num_scan_inputs;

	need_bodies(g, n, 1);
	const Graph *body = n->sub[0];
	if (scanned < 1 || scanned > n->nin - body->ncaptured)
		fail_node(g, n, "E-ATTR", "num_scan_inputs is %lld; with %d inputs it must be 1 to %d", (long long)scanned,
			  n->nin - body->ncaptured, n->nin - body->ncaptured);
	if (body->nin != n->nin)
		fail_node(g, n, "E-INPUTS", "has %d inputs, but its body takes %d", n->nin - body->ncaptured,
			  body->nin - body->ncaptured);
	if (body->nout < scan_states(n))
		fail_node(g, n, "E-OUTPUTS", "has %d states, but its body gives %d outputs", scan_states(n), body->nout);
	if (n->nout > body->nout)
		fail_node(g, n, "E-OUTPUTS", "has %d outputs, but its body gives %d", n->nout, body->nout);
	for (int k = 0; k < n->nin; k++)
		if (!n->in[k])
			fail_node(g, n, "E-INPUTS", "input %d is absent, but its body takes it", k);
}

static void check_list(Graph *g, const Node *n, const char *name, const Ints *list, int64_t count, bool directions)
{
	if (list->n >= 0 && list->n != count)
		fail_node(g, n, "E-ATTR", "%s has %d elements; it must have %lld", name, list->n, (long long)count);
	for (int k = 0; directions && k < list->n; k++)
		if (list->v[k] != 0 && list->v[k] != 1)
			fail_node(g, n, "E-ATTR", "%s[%d] is %lld; it must be 0 or 1", name, k, (long long)list->v[k]);
}

static void check_attrs(Graph *g, const Node *n)
{
	const struct scan *a = ATTR_OF(n, scan);
	int made = n->sub[0]->nout - scan_states(n);

	check_list(g, n, "scan_input_axes", &a->scan_input_axes, a->num_scan_inputs, false);
	check_list(g, n, "scan_input_directions", &a->scan_input_directions, a->num_scan_inputs, true);
	check_list(g, n, "scan_output_axes", &a->scan_output_axes, made, false);
	check_list(g, n, "scan_output_directions", &a->scan_output_directions, made, true);
}

/* ---- what the body's values are ---- */

static Port port(const Node *n, const Graph *body, int i, bool out)
{
	const struct scan *a = ATTR_OF(n, scan);
	int states = scan_states(n), k = i - states;

	if (k < 0)
		return (Port){.kind = PORT_STATE, .slot = i, .to = i};
	const Ints *axes = out ? &a->scan_output_axes : &a->scan_input_axes;
	const Ints *directions = out ? &a->scan_output_directions : &a->scan_input_directions;
	int rank = out ? body->out[i]->shape.rank + 1 : n->in[i]->shape.rank;
	return (Port){.kind = PORT_SLICE, .slot = i, .axis = scan_axis(axes, k, rank), .reverse = scan_reversed(directions, k)};
}

static Turns turns(Graph *g, const Node *n)
{
	int first = scan_states(n), end = first + (int)ATTR_OF(n, scan)->num_scan_inputs;
	Turns t = {.trips = -1, .going = -1};

	for (int k = first; k < end; k++) {
		Dim size = n->in[k]->shape.dim[port(n, n->sub[0], k, false).axis];
		t.most = k == first ? size : one_size(g, n, t.most, size);
	}
	return t;
}

static void infer(Graph *g, Node *n)
{
	check_counts(g, n);
	check_attrs(g, n);
	for (int k = scan_states(n); k < n->nin - n->sub[0]->ncaptured; k++) {
		need_rank(g, n, k, 1, -1);
		fix_axis(g, n, port(n, n->sub[0], k, false).axis, n->in[k]->shape.rank);
	}
	infer_inside(g, n);
	infer_turns(g, n, EXIT_MODEL);
}

static void trust(Graph *g, Node *n)
{
	trust_states(g, n);
	trust_slices(g, n);
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int first = scan_states(n);

	eval_turns(e, n, in, out, in[first]->dim[port(n, n->sub[0], first, false).axis], -1);
}

static const Attr attrs[] = {
	ATTR_REQUIRED(scan, body, A_GRAPH), ATTR_REQUIRED(scan, num_scan_inputs, A_INT),
	ATTR_LIST(scan, scan_input_axes, A_INTS), ATTR_LIST(scan, scan_input_directions, A_INTS),
	ATTR_LIST(scan, scan_output_axes, A_INTS), ATTR_LIST(scan, scan_output_directions, A_INTS), {0}};

const Op op_Scan = {
	.name = "Scan", .min_in = 1, .max_in = -1, .min_out = 1, .max_out = -1, .flags = CONTROL,
	.attrs = attrs, .attr_size = sizeof(struct scan), .infer = infer, .trust = trust, .eval = eval,
	.port = port, .turns = turns,
};
