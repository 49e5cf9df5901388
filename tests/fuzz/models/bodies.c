/* bodies.c -- If, Loop and Scan with random bodies.
 *
 *     m --open_body()--> a Model of its own, whose graph lies in m's and whose values are those of one turn
 *
 * A body grows as any model does. New operands are constants, or values of the model around, which it captures; states come
 * out of a chain of nodes that leads back to their type and sizes. Whether all turns go well is for the evaluator to say:
 * it runs the node with the data that there are, and a node that fails is left out. Floats of a state are never taken for
 * exact, whatever they are in the first turn. */
#include <string.h>
#include "ir/op/movement.h"
#include "passes/inputs.h"
#include "tests/fuzz/models/domains.h"

enum { DEEPEST = 2, MOST_TURNS = 4, MOST_PARTS = 2 };

static Model *open_body(Step *s, const char *name)
{
	Model *m = s->m, *b = NEW(&m->c->perm, Model);

	*b = (Model){.c = m->c, .syms = m->syms, .seed = m->seed, .state = random_next(&m->state), .outer = m,
		     .depth = m->depth + 1, .nsymbols = m->nsymbols, .e = {.keep_all = true, .outer = &m->e}};
	memcpy(b->symbol, m->symbol, sizeof b->symbol);
	memcpy(b->symbol_dim, m->symbol_dim, sizeof b->symbol_dim);
	b->g = graph_new(m->c, m->syms, name, m->g);
	eval_open(&b->e, b->g, &m->c->results);
	return b;
}

/* An input of its own, which holds t in the first turn. */
static Value *body_input(Model *b, const Shape *s, Tensor *t, bool exact)
{
	Value *v = value_input(b->g, arena_format(&b->c->perm, "b%d", b->g->nin), t->dtype, s);

	eval_given(&b->e, v, t);
	item_note(b, v, t, exact);
	return v;
}

/* Some values of the model around, for the nodes to choose from. */
static void capture_some(Model *b)
{
	Model *m = b->outer;

	for (int64_t i = pick(b, 0, 3); i > 0 && m->nitems; i--) {
		const Item *it = &m->item[pick(b, 0, m->nitems - 1)];
		if (it->t->count > 500 || it->v->shape.rank < 0 || b->ncaptured >= MOST_INPUTS / 2)
			continue;
		Value *v = value_input(b->g, NULL, it->t->dtype, &it->v->shape);
		b->captured[b->ncaptured++] = it->v;
		eval_given(&b->e, v, it->t);
		item_note(b, v, it->t, it->exact);
	}
}

static void some_nodes(Model *b, int64_t n)
{
	for (; n > 0 && has_room(b); n--)
		random_step(b, NULL);
}

static bool close_body(Step *s, Model *b, const char *attribute)
{
	if (s->nin + b->ncaptured > MOST_SLOTS)
		return false;
	b->g->ncaptured = b->ncaptured;
	for (int i = 0; i < b->ncaptured; i++)
		take_value(s, b->captured[i]);
	set_body(s, attribute, b->g);
	return true;
}

static void give(Model *b, Value *v) { graph_output(b->g, v, NULL); }

static bool given_exact(const Model *b, int i)
{
	const Item *it = item_of(b, b->g->out[i]);

	return it->exact || !is_float(it->t->dtype);
}

static int64_t random_count(Model *m) { return pick(m, chance(m, 20) ? 0 : 1, MOST_PARTS); }

/* Any value of the model around that is small, or a new one: what a state starts with, or a branch gives. */
static Value *some_value(Step *s)
{
	Model *m = s->m;
	const Range any = {-1e9, 1e9, false, true, false};
	Item *it = chance(m, 60) ? any_item(m, s->t, &any, 0, 4, NULL) : NULL;
	int64_t dims[MAX_RANK];
	int rank = (int)pick(m, 0, 3);

	if (it && it->t->count <= 300 && it->v->shape.rank >= 0)
		return it->v;
	random_dims(m, rank, dims, 200);
	Range r = {-4, 4, false, false, false};
	return new_value(m, random_elements(m, s->t, rank, dims, &r), chance(m, 20));
}

/* ---- If: each branch is a chain from a value that both capture ---- */

static Model *branch(Step *s, const char *name, Value *const *from, int n)
{
	Model *b = open_body(s, name);
	Value *inner[MOST_PARTS];

	for (int i = 0; i < n; i++) {
		const Item *it = item_of(s->m, from[i]);
		inner[i] = value_input(b->g, NULL, it->t->dtype, &from[i]->shape);
		b->captured[b->ncaptured++] = from[i];
		eval_given(&b->e, inner[i], it->t);
		item_note(b, inner[i], it->t, it->exact);
	}
	capture_some(b);
	some_nodes(b, pick(b, 0, 2));
	for (int i = 0; i < n; i++)
		give(b, random_chain(b, inner[i], (int)pick(b, 0, 2)));
	return b;
}

/* Now and then the other branch gives other sizes: the same value twice along an axis. */
static void doubled(Model *b, int i)
{
	Value *v = b->g->out[i];
	int rank = v->shape.rank;

	if (rank < 1 || !chance(b, 20))
		return;
	struct Concat *attr = attr_new(b->g, op_named("Concat"));
	attr->axis = pick(b, 0, rank - 1);
	Node *n = node_new(b->g, op_named("Concat"), NULL, 2, (Value *[]){v, v}, 1, attr);
	eval_node(&b->e, n);
	item_note(b, n->out[0], eval_value(&b->e, n->out[0]), item_of(b, v)->exact);
	b->g->out[i] = n->out[0];
}

bool make_if(Step *s)
{
	Model *m = s->m;
	Value *from[MOST_PARTS];
	int n = (int)pick(m, 1, MOST_PARTS);

	if (m->depth >= DEEPEST)
		return false;
	take_shaped(s, BOOL, 0, NULL, (Range){0, 1, true, false, chance(m, 30)});
	for (int i = 0; i < n; i++)
		from[i] = some_value(s);
	Model *yes = branch(s, "yes", from, n), *no = branch(s, "no", from, n);
	doubled(no, 0);
	if (!close_body(s, yes, "then_branch") || !close_body(s, no, "else_branch"))
		return false;
	for (int i = 0; i < n; i++)
		s->exact[i] = given_exact(yes, i) && given_exact(no, i);
	s->nout = n;
	return true;
}

/* ---- what turns have in common ---- */

static Value *first_state(Step *s)
{
	return take_value(s, some_value(s));
}

static Value *state_input(Model *b, Value *first)
{
	const Item *it = item_of(b->outer, first);

	return body_input(b, &first->shape, it->t, it->exact && !is_float(it->t->dtype));
}

/* Between bounds again, so that it does not grow from turn to turn. */
static Value *bounded(Model *b, Value *v)
{
	const DType t = v->dtype;

	if ((!is_float(t) && !is_int(t)) || dtype_info(t)->bits < 8 || !chance(b, 70))
		return v;
	Value *in[] = {v, value_scalar(b->g, t, is_unsigned(t) ? 0 : -4), value_scalar(b->g, t, 4)};
	Node *n = node_new(b->g, op_named("Clip"), NULL, 3, in, 1, NULL);
	eval_node(&b->e, n);
	item_note(b, n->out[0], eval_value(&b->e, n->out[0]), item_of(b, v)->exact);
	return n->out[0];
}

static void give_states(Model *b, Value *const *state, int n)
{
	for (int i = 0; i < n; i++)
		give(b, bounded(b, random_chain(b, state[i], (int)pick(b, 0, 3))));
}

static int give_slices(Model *b, int64_t n)
{
	int given = 0;

	for (int i = 0; i < 4 && given < n && b->nitems; i++) {
		const Item *it = &b->item[pick(b, 0, b->nitems - 1)];
		if (it->t->count > 200 || it->v->data || it->v->shape.rank < 0 || it->v->shape.rank >= 6)
			continue;
		give(b, it->v);
		given++;
	}
	return given;
}

/* Outputs of the node from those of its body; states of floats are rounded as often as there are turns. */
static void outputs_exact(Step *s, const Model *b, int skip, int states)
{
	s->nout = b->g->nout - skip;
	for (int i = 0; i < s->nout; i++)
		s->exact[i] = given_exact(b, i + skip) && (i >= states || !is_float(b->g->out[i + skip]->dtype));
}

/* ---- Loop ---- */

static Value *scalar_item(Step *s, DType t, double x, bool constant)
{
	return new_value(s->m, tensor_scalar(&s->m->c->perm, t, x), constant);
}

/* The condition for another turn: none, the one there was, or until some turn. */
static Value *next_condition(Model *b, bool must_end)
{
	Value *turn = b->g->in[0], *going = b->g->in[1];

	if (!must_end && chance(b, 30))
		return going;
	if (!must_end && chance(b, 30))
		return value_scalar(b->g, BOOL, 1);
	Value *last = new_value(b, tensor_scalar(&b->c->perm, I64, (double)pick(b, 0, MOST_TURNS)), chance(b, 50));
	Node *n = node_new(b->g, op_named("Less"), NULL, 2, (Value *[]){turn, last}, 1, NULL);
	eval_node(&b->e, n);
	return n->out[0];
}

bool make_loop(Step *s)
{
	Model *m = s->m;
	Value *first[MOST_PARTS], *state[MOST_PARTS];
	bool trips = chance(m, 75), condition = chance(m, 50);
	int n = (int)random_count(m);
	Shape scalar = shape_scalar();

	if (m->depth >= DEEPEST)
		return false;
	take_value(s, trips ? scalar_item(s, I64, (double)pick(m, 0, MOST_TURNS), chance(m, 50)) : NULL);
	take_value(s, condition ? scalar_item(s, BOOL, chance(m, 85), chance(m, 50)) : NULL);
	for (int i = 0; i < n; i++)
		first[i] = first_state(s);
	Model *b = open_body(s, "turn");
	body_input(b, &scalar, tensor_scalar(&m->c->perm, I64, 0), true);
	body_input(b, &scalar, tensor_scalar(&m->c->perm, BOOL, 1), true);
	for (int i = 0; i < n; i++)
		state[i] = state_input(b, first[i]);
	capture_some(b);
	some_nodes(b, pick(b, 0, 3));
	give(b, next_condition(b, !trips));
	give_states(b, state, n);
	give_slices(b, random_count(b));
	if (!close_body(s, b, "body"))
		return false;
	outputs_exact(s, b, 1, n);
	return s->nout > 0;
}

/* ---- Scan ---- */

/* A tensor of `turns` slices along some axis; returns one of them. */
static Value *scanned(Step *s, Model *b, int64_t turns, int64_t *axis, int64_t *direction)
{
	Model *m = s->m;
	int64_t dims[MAX_RANK], part[MAX_RANK], n = 0;
	int rank = (int)pick(m, 1, 4);
	Range r = {-4, 4, false, false, false};

	random_dims(m, rank, dims, 60);
	*axis = pick(m, 0, rank - 1);
	*direction = pick(m, 0, 1);
	dims[*axis] = turns;
	take_shaped(s, DT_NONE, rank, dims, r);
	const Value *whole = s->in[s->nin - 1];
	Shape slice = {.rank = rank - 1};
	for (int i = 0; i < rank; i++)
		if (i != *axis) {
			slice.dim[n] = whole->shape.dim[i];
			part[n++] = dims[i];
		}
	return body_input(b, &slice, random_elements(m, s->t, rank - 1, part, &r), item_of(m, whole)->exact && !is_float(s->t));
}

bool make_scan(Step *s)
{
	Model *m = s->m;
	Value *first[MOST_PARTS], *state[MOST_PARTS];
	int n = (int)random_count(m), inputs = (int)pick(m, 1, 2);
	int64_t turns = m->nsymbols && chance(m, 25) ? m->symbol[0] : pick(m, chance(m, 20) ? 0 : 1, 2 * MOST_TURNS);
	int64_t axis[MOST_PARTS], direction[MOST_PARTS], out_axis[MOST_PARTS], out_direction[MOST_PARTS];

	if (m->depth >= DEEPEST)
		return false;
	for (int i = 0; i < n; i++)
		first[i] = first_state(s);
	Model *b = open_body(s, "slice");
	for (int i = 0; i < n; i++)
		state[i] = state_input(b, first[i]);
	for (int i = 0; i < inputs; i++)
		scanned(s, b, turns, &axis[i], &direction[i]);
	capture_some(b);
	some_nodes(b, pick(b, 0, 3));
	give_states(b, state, n);
	int slices = give_slices(b, random_count(b));
	for (int i = 0; i < slices; i++) {
		out_axis[i] = pick(m, 0, b->g->out[n + i]->shape.rank);
		out_direction[i] = pick(m, 0, 1);
	}
	set_int(s, "num_scan_inputs", inputs);
	set_ints(s, "scan_input_axes", inputs, axis);
	set_ints(s, "scan_input_directions", inputs, direction);
	set_ints(s, "scan_output_axes", slices, out_axis);
	set_ints(s, "scan_output_directions", slices, out_direction);
	if (!close_body(s, b, "body"))
		return false;
	outputs_exact(s, b, 0, n);
	return s->nout > 0;
}
