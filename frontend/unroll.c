/* unroll.c -- Loop and SequenceMap over sequences: the body is written out, once a turn or an element.
 *
 *     s = SequenceMap({a, b}, k) { y = Add(x, k') }      ->      s = { Add(a, k), Add(b, k) }
 *
 * How often a Loop turns is a number; or the sequences that it carries are given (--shape), and the turns end when they
 * are like that, and a Require checks that the run would end there too. */
#include <string.h>
#include "frontend/rewrite.h"
#include "ir/op/trust.h"

typedef struct Unroll {
	Raw *r;
	const GraphProto *body;
	Value **in;      /* of the next turn: its number, the condition, states */
	Value **out;     /* of the last turn */
	Value ***slices; /* by output of the body behind the states: one a turn */
	int nstates, nslices;
	int64_t trips; /* -1: the run decides */
} Unroll;

static Value **values(const Raw *r, size_t n) { return NEW_N(&r->f->im->ctx->scratch, Value *, n); }

static const GraphProto *need_body(const Raw *r)
{
	const GraphProto *body = graph_attribute(r, "body");

	if (!body)
		raw_fail(r, EXIT_MODEL, "E-ATTR", "required attribute 'body' is missing");
	if (body->n_input != (size_t)r->nin)
		raw_fail(r, EXIT_MODEL, "E-INPUTS", "has %d inputs, so its body must take as many, not %zu", r->nin, body->n_input);
	return body;
}

/* ---- conditions ---- */

bool is_known(const Value *v, bool k)
{
	return v->data && v->data->count == 1 && load_i64(v->dtype, v->data->data, 0) == k;
}

static void need_bool(const Raw *r, const Value *v)
{
	if (is_list(v) || v->dtype != BOOL)
		raw_fail(r, EXIT_MODEL, "E-TYPE", "the condition is no bool");
}

/* The run has to end after n turns: it may do no more, or the condition fails. */
static void require_end(const Unroll *t, int64_t n)
{
	Raw *r = t->r;
	Graph *g = r->f->g;
	Value *end = NULL, *going = t->in[1], *trips = input(r, 0);

	if (trips)
		end = emit(r, is_known(going, false) ? "GreaterOrEqual" : "Equal", as_vector(g, NULL, trips), number(g, n));
	if (!going->data) {
		Value *stops = emit(r, "Not", going, NULL);
		if (trips)
			stops = emit(r, "And", emit(r, "Greater", as_vector(g, NULL, trips), number(g, n)), stops);
		end = end ? emit(r, "Or", end, stops) : stops;
	}
	if (end)
		require(g, NULL, end);
}

/* ---- when it ends ---- */

static bool as_given(const Value *v, const Value *given)
{
	if (!is_list(v) || v->tail || v->nitems != given->nitems)
		return false;
	for (int i = 0; i < v->nitems; i++)
		if (!v->item[i] || !shape_same(&v->item[i]->shape, &given->item[i]->shape))
			return false;
	return true;
}

/* 1: all sequences whose elements are given have those; 0: they have others; -1: none is given. */
static int all_as_given(const Unroll *t)
{
	int found = -1;

	for (int i = 0; i < t->nstates && i < t->r->nout; i++) {
		const Value *given = given_of(t->r, i);
		if (given && is_list(given))
			found = (found != 0) && as_given(t->in[2 + i], given);
	}
	return found;
}

static bool ends(const Unroll *t, int64_t n)
{
	const Value *going = t->in[1];
	int given = all_as_given(t);

	if (is_known(going, false) || n == t->trips)
		return true;
	if (t->trips >= 0 && going->data)
		return false;
	if (given < 0) {
		hint(t->r->f->im->ctx, "--shape OUTPUT=[3,4],[2,4] gives the elements of a sequence that is an output of the model");
		raw_fail(t->r, EXIT_UNSUPPORTED, "E-DYNAMIC", "it carries sequences, and the run decides how often it turns");
	}
	return given > 0;
}

/* ---- turns ---- */

static void turn(Unroll *t, int64_t n)
{
	Raw *r = t->r;

	if (!t->in[1]->data)
		require(r->f->g, NULL, t->in[1]);
	if (n == MOST_ELEMENTS_LISTED)
		raw_fail(r, EXIT_LIMIT, "E-LIMIT", "turns more than %d times and carries sequences", MOST_ELEMENTS_LISTED);
	t->in[0] = scalar_i64(r, n);
	body_write(r, t->body, t->in, t->out);
	need_bool(r, t->out[0]);
	for (int i = 0; i <= t->nstates; i++)
		t->in[1 + i] = t->out[i];
	for (int i = 0; i < t->nslices; i++)
		t->slices[i][n] = t->out[1 + t->nstates + i];
}

/* Slices of all turns as one tensor. */
static Value *stacked(const Raw *r, Value **slice, int64_t n)
{
	Raw join = more(r, "Concat", NULL, NULL);

	if (!n)
		raw_fail(r, EXIT_UNSUPPORTED, "E-UNSUPPORTED", "without turns nobody knows the shapes of the outputs");
	for (int i = 0; i < n; i++) {
		need_tensor(r->f, slice[i], "an output of the body");
		set_input(&join, i, emit(r, "Unsqueeze", slice[i], number(r->f->g, 0)));
	}
	set_int(&join, "axis", 0);
	return finish(&join);
}

static void open_turns(Unroll *t)
{
	Raw *r = t->r;

	t->body = need_body(r);
	t->nstates = r->nin - 2;
	t->nslices = (int)t->body->n_output - 1 - t->nstates;
	if (t->nstates < 0 || t->nslices < 0 || r->nout > t->nstates + t->nslices)
		raw_fail(r, EXIT_MODEL, "E-OUTPUTS", "has %d inputs and %d outputs; its body gives %zu", r->nin, r->nout,
			 t->body->n_output);
	t->in = values(r, (size_t)r->nin);
	t->out = values(r, t->body->n_output);
	for (int i = 1; i < r->nin; i++)
		t->in[i] = i == 1 && !r->in[1] ? value_scalar(r->f->g, BOOL, 1) : need_input(r, i);
	need_bool(r, t->in[1]);
	t->trips = -1;
	if (input(r, 0) && r->in[0]->data && r->in[0]->data->count == 1)
		t->trips = load_i64(r->in[0]->dtype, r->in[0]->data->data, 0);
	if (input(r, 0) && r->in[0]->data && t->trips < 0)
		t->trips = 0;
	bool few = t->trips >= 0 && t->trips < MOST_ELEMENTS_LISTED;
	t->slices = NEW_N(&r->f->im->ctx->scratch, Value **, t->nslices);
	for (int i = 0; i < t->nslices; i++)
		t->slices[i] = values(r, few ? (size_t)t->trips : MOST_ELEMENTS_LISTED);
}

static bool carries_lists(const Raw *r)
{
	for (int i = 0; i < r->nin; i++)
		if (r->in[i] && is_list(r->in[i]))
			return true;
	return false;
}

/* Lists that a body only reads may go into it as rows of tensors, where nobody knows how often it turns. */
static bool reads_lists(const Raw *r)
{
	const GraphProto *body = graph_attribute(r, "body");
	const Scope *s = body ? scope_of_graph(r->f->scope, r->index, body) : NULL;
	const Value *trips = input(r, 0);

	if (!s || (trips && !trips->data) || may_end_early(r, body))
		return false;
	for (uint32_t i = 0; s && i < s->noutside; i++) {
		const Value *v = value_of(r->f, s->names.name[s->outside[i]]);
		if (v && is_list(v))
			return true;
	}
	return false;
}

bool loop_unroll(Raw *r)
{
	Unroll t = {.r = r};
	int64_t n = 0;

	if (!carries_lists(r) && !reads_lists(r))
		return false;
	open_turns(&t);
	while (!ends(&t, n))
		turn(&t, n++);
	if (n != t.trips)
		require_end(&t, n);
	for (int i = 0; i < r->nout; i++)
		r->out[i] = i < t.nstates ? t.in[2 + i] : stacked(r, t.slices[i - t.nstates], n);
	return true;
}

/* ---- SequenceMap ---- */

static int common_length(const Raw *r)
{
	const Value *first = need_input(r, 0);

	if (first->kind != KIND_SEQUENCE)
		raw_fail(r, EXIT_MODEL, "E-TYPE", "input 0 is no sequence");
	for (int i = 0; i < r->nin; i++)
		if (r->in[i] && r->in[i]->tail)
			raw_fail(r, EXIT_UNSUPPORTED, "E-DYNAMIC", "the run decides how many elements the sequence has");
	for (int i = 1; i < r->nin; i++)
		if (need_input(r, i)->kind == KIND_SEQUENCE && r->in[i]->nitems != first->nitems)
			raw_fail(r, EXIT_MODEL, "E-SHAPE", "takes sequences of %d and %d elements", first->nitems, r->in[i]->nitems);
	return first->nitems;
}

static Value *argument_of(const Raw *r, Value *v, int i)
{
	if (v->kind != KIND_SEQUENCE)
		return v;
	if (!v->item[i])
		fail_unknown_element(r->f, r->name);
	return v->item[i];
}

void map_unroll(Raw *r)
{
	const GraphProto *body = need_body(r);
	int n = common_length(r);
	Value **in = values(r, (size_t)r->nin), **out = values(r, body->n_output);

	if (body->n_output < (size_t)r->nout)
		raw_fail(r, EXIT_MODEL, "E-OUTPUTS", "has %d outputs, but its body gives %zu", r->nout, body->n_output);
	for (int k = 0; k < r->nout; k++)
		r->out[k] = list_new(r->f, KIND_SEQUENCE, declared_of(r->f->im, body->output[k]).dtype, n, values(r, (size_t)n));
	for (int i = 0; i < n; i++) {
		for (int k = 0; k < r->nin; k++)
			in[k] = argument_of(r, r->in[k], i);
		body_write(r, body, in, out);
		for (int k = 0; k < r->nout; k++) {
			need_tensor(r->f, out[k], "an output of the body");
			r->out[k]->item[i] = out[k];
			r->out[k]->dtype = out[k]->dtype;
		}
	}
}
