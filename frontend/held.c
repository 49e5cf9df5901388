/* held.c -- states of a Loop that have another size each turn are held in their largest, with counts beside them.
 *
 *     s = Loop(s0 f32[1,4]) { s' f32[n,4]: .. next f32[n + 1,4] }
 *
 *     h, k = Loop(Pad(s0) f32[most,4], 1) { h' f32[most,4], k': s' = Slice(h', Counted(k')) .. Pad(next), n + 1 }
 *     s = Slice(h, Counted(k))
 *
 * A few rows that are only added behind it are written into the held state, and its next value is a slice of that.
 * Which sizes vary, varying.c has found out. */
#include <string.h>
#include "frontend/rewrite.h"
#include "frontend/varying.h"
#include "ir/op/bodies.h"
#include "ir/op/composite.h"
#include "ir/op/counted.h"

/* ---- states in their largest size ---- */

static bool varies(const struct Varying *t, int state)
{
	for (int k = 0; k < MAX_RANK; k++)
		if (t->which[state][k] >= 0)
			return true;
	return false;
}

static int64_t most_of_axis(const Raw *r, int state, int axis)
{
	int at = r->varying->which[state][axis];

	return at < 0 ? -1 : symbol_of(r, &r->varying->size[at])->hi;
}

static int axis_of(const Node *concat)
{
	int64_t axis = ATTR_OF(concat, Concat)->axis;

	return (int)(axis < 0 ? axis + concat->out[0]->shape.rank : axis);
}

/* What is written behind the state is only counted then, so there is room for it in any case. */
static int64_t room_of_axis(const Raw *r, int state, int axis)
{
	const Node *adds = r->varying->adds[state];
	int64_t most = most_of_axis(r, state, axis);

	return most < 0 || !adds ? most : dim_hi(r->f->g->syms, adds->out[0]->shape.dim[axis]);
}

/* The Concat of the body that adds a few rows behind a state, which varies along that axis only, and gives the next one. */
static const Node *adding_node(const Raw *r, const Graph *body, int state)
{
	enum { FEW = 4 };
	const Node *n = body->out[1 + state]->def;
	const Value *now = body->in[2 + state];

	if (!is_op(n, "Concat") || n->in[0] != now || n->nin < 2 || dtype_info(now->dtype)->bits < 8)
		return NULL;
	int axis = axis_of(n);
	Dim next = n->out[0]->shape.dim[axis], more = dim_sub(body->syms, next, now->shape.dim[axis]);
	int64_t most = most_of_axis(r, state, axis), added = dim_hi(body->syms, more), all = dim_hi(body->syms, next);
	for (int k = 0; k < now->shape.rank; k++)
		if (k != axis && most_of_axis(r, state, k) >= 0)
			return NULL;
	return most >= 0 && added < INT32_MAX && added * FEW <= most && all >= most && all < INT32_MAX ? n : NULL;
}

static Value *cut_axis(Graph *g, const Node *like, Value *v, int axis, Value *count)
{
	return put(g, like, "Slice", v, number(g, 0), count, number(g, axis), END_IN);
}

/* v with zeros behind it. What is too much, for which the count ends the run, is left out. */
static Value *filled_up(const Raw *r, Graph *g, const Node *like, Value *v, int state)
{
	Dim pads[2 * MAX_RANK];
	int rank = v->shape.rank;
	Node made = *like;

	for (int k = 0; k < rank; k++) {
		int64_t most = room_of_axis(r, state, k);
		if (most >= 0 && dim_hi(g->syms, v->shape.dim[k]) > most)
			v = cut_axis(g, like, v, k, number(g, most));
		pads[k] = dim(0);
		pads[rank + k] = most < 0 ? dim(0) : dim_sub(g->syms, dim(most), v->shape.dim[k]);
	}
	made.nin = 1;
	made.in = &v;
	return put(g, like, "Pad", v, dims_as_value(g, &made, v, pads, 2 * rank), END_IN);
}

/* The state as far as it goes. */
static Value *cut_state(const Raw *r, Graph *g, const Node *like, Value *v, int state, Value *const *count)
{
	int64_t first = 0;

	for (int k = 0; k < v->shape.rank; k++) {
		int at = r->varying->which[state][k];
		if (at >= 0)
			v = cut_axis(g, like, v, k, with_axes(g, like, count[at], 1, &first));
	}
	return v;
}

/* ---- the node ---- */

static void *inserted(Arena *a, Value **v, int n, int at, Value *const *more, int nmore)
{
	Value **all = NEW_N(a, Value *, n + nmore);

	memcpy(all, v, (size_t)at * sizeof *v);
	memcpy(all + at, more, (size_t)nmore * sizeof *v);
	memcpy(all + at + nmore, v + at, (size_t)(n - at) * sizeof *v);
	return all;
}

static Value **counts_of(const Raw *r) { return NEW_N(&r->f->im->ctx->scratch, Value *, r->varying->nsizes); }

/* In the body: states are cut out of what it takes in. */
static void cut_inside(const Raw *r, Graph *body, const Node *like, Value **count)
{
	const struct Varying *t = r->varying;
	Value **given = counts_of(r);
	Shape one = shape_scalar();

	for (int i = 0; i < t->nsizes; i++) {
		const char *name = symbol_of(r, &t->size[i])->name;
		given[i] = value_input(body, name, I64, &one);
		count[i] = counted_value(body, like, given[i], t->size[i].now);
		body->nin--;
	}
	for (int i = 0; i < t->nstates; i++) {
		Value *now = body->in[2 + i];
		if (!varies(t, i))
			continue;
		Shape s = now->shape;
		for (int k = 0; k < s.rank; k++)
			s.dim[k] = t->which[i][k] < 0 ? s.dim[k] : dim(room_of_axis(r, i, k));
		Value *held = value_input(body, arena_format(&body->ctx->scratch, "%s.held", now->name), now->dtype, &s);
		body->nin--;
		value_replace(body, now, cut_state(r, body, like, held, i, count));
		body->in[2 + i] = held;
	}
	body->in = inserted(&body->ctx->perm, body->in, body->nin, 2 + t->nstates, given, t->nsizes);
	body->nin = body->cin = body->nin + t->nsizes;
}

/* Behind the states that it gives. */
static void put_counts(const Raw *r, Graph *body, Value *const *count)
{
	const struct Varying *t = r->varying;
	Arena *a = &body->ctx->scratch;
	int n = body->nout;
	Value **out = arena_copy(a, body->out, (size_t)n * sizeof *out);
	const char **name = arena_copy(a, body->out_name, (size_t)n * sizeof *name);

	body->nout = 1 + t->nstates;
	for (int i = 0; i < t->nsizes; i++)
		graph_output(body, count[i], symbol_of(r, &t->size[i])->name);
	for (int i = 1 + t->nstates; i < n; i++)
		graph_output(body, out[i], name[i]);
}

/* What is added, as one. */
static Value *added_part(Graph *g, const Node *like, const Node *adds)
{
	Value *v = adds->in[1];

	for (int i = 2; i < adds->nin; i++)
		v = joined(g, like, axis_of(adds), v, adds->in[i]);
	return v;
}

/* held with `part` from `count` on along an axis. */
static Value *written_at(Graph *g, const Node *like, Value *held, Value *part, int axis, Value *count)
{
	int64_t behind[MAX_RANK];
	int rank = part->shape.rank;
	Value *at = binary(g, like, "Add", count_up(g, like, size_of(g, like, part, axis)), count);

	for (int k = axis + 1; k < rank; k++)
		behind[k - axis - 1] = k - axis;
	if (axis + 1 < rank)
		at = with_axes(g, like, at, rank - axis - 1, behind);
	at = put(g, like, "Expand", at, shape_value(g, like, part), END_IN);
	return put_attr(g, like, "ScatterElements", &(struct Scatter){.axis = axis}, held, at, part, END_IN);
}

/* What only adds to a state writes behind it, and whoever reads the next one reads it there: nothing is copied. */
static Value *add_in_place(const Raw *r, Graph *body, const Node *like, int state, Value *const *count)
{
	const Node *adds = r->varying->adds[state];
	Value *next = adds->out[0], *part = added_part(body, like, adds);
	int axis = axis_of(adds), at = r->varying->which[state][axis];
	Value *held = written_at(body, like, body->in[2 + state], part, axis, count[at]);
	const Node made = {.op = like->op, .name = like->name, .nin = 1, .in = (Value *[]){count[at]}};

	Value *size = dims_as_value(body, &made, part, &next->shape.dim[axis], 1);
	value_replace(body, next, cut_axis(body, like, held, axis, size));
	return held;
}

/* And are filled up at its end. */
static void fill_inside(const Raw *r, Graph *body, const Node *like, Value *const *now)
{
	const struct Varying *t = r->varying;
	Value **count = counts_of(r), *held;

	for (int i = 0; i < t->nsizes; i++)
		count[i] = size_of(body, like, body->out[1 + t->size[i].state], t->size[i].axis);
	for (int i = 0; i < t->nstates; i++)
		if (t->adds[i]) {
			held = add_in_place(r, body, like, i, now);
			body->out[1 + i] = held;
		} else if (varies(t, i)) {
			body->out[1 + i] = filled_up(r, body, like, body->out[1 + i], i);
		}
	put_counts(r, body, count);
	graph_sort(body);
}

static void fill_outside(Raw *r, const Node *like)
{
	const struct Varying *t = r->varying;
	Value **count = counts_of(r);

	for (int i = 0; i < t->nsizes; i++)
		count[i] = size_of(r->f->g, like, r->in[2 + t->size[i].state], t->size[i].axis);
	for (int i = 0; i < t->nstates; i++)
		if (varies(t, i))
			r->in[2 + i] = filled_up(r, r->f->g, like, r->in[2 + i], i);
	r->in = inserted(&r->f->im->ctx->scratch, r->in, r->nin, 2 + t->nstates, count, t->nsizes);
	r->nin = r->cin = r->nin + t->nsizes;
}

/* Names and sizes that the file gives outputs are those of states as they are cut. */
static void names_of_outputs(const Raw *r, Node *like, int nout)
{
	const struct Varying *t = r->varying;
	Value **out = NEW_N(&r->f->im->ctx->scratch, Value *, nout);

	for (int i = 0; i < like->nout; i++) {
		bool state = i < t->nstates;
		out[state ? i : i + t->nsizes] = state && varies(t, i) ? NULL : like->out[i];
	}
	like->out = out;
	like->nout = nout;
}

int states_hold(Raw *r, Graph *body, Node *like, int nout)
{
	const struct Varying *t = r->varying;
	const Node plain = {.op = op_find(r->domain, r->type), .name = r->name};
	Value **count = counts_of(r);

	for (int i = 0; i < t->nstates; i++)
		t->adds[i] = varies(t, i) ? adding_node(r, body, i) : NULL;
	cut_inside(r, body, &plain, count);
	fill_inside(r, body, &plain, count);
	fill_outside(r, &plain);
	nout = (nout < t->nstates ? t->nstates : nout) + t->nsizes;
	names_of_outputs(r, like, nout);
	return nout;
}

/* ---- behind the node ---- */

static bool is_wanted(const Raw *r, int i) { return i < r->nout && i < (int)r->proto->n_output && *r->proto->output[i]; }

/* The counts of output i behind the loop, as sizes. */
static void count_output(const Raw *r, const Node *n, int i, Value **count)
{
	const struct Varying *t = r->varying;
	Graph *g = r->f->g;
	Value named = {.name = r->proto->output[i]}, *out = &named;
	const Node like = {.op = n->op, .name = n->name, .id = n->id, .nout = 1, .out = &out};

	for (int k = 0; k < n->out[i]->shape.rank; k++) {
		int at = t->which[i][k];
		if (at < 0 || count[at])
			continue;
		Dim size = counted_apart(g, &like, arena_format(&g->ctx->scratch, "%d", k), most_of_axis(r, i, k));
		count[at] = counted_value(g, &(Node){.name = n->name}, n->out[t->nstates + at], size);
	}
}

Value **states_cut(const Raw *r, Node *n)
{
	const struct Varying *t = r->varying;
	Value **out = NEW_N(&r->f->im->ctx->scratch, Value *, r->nout), **count = counts_of(r);

	for (int i = 0; i < r->nout; i++) {
		out[i] = n->out[i < t->nstates ? i : i + t->nsizes];
		if (i >= t->nstates || !varies(t, i) || !is_wanted(r, i))
			continue;
		count_output(r, n, i, count);
		out[i] = cut_state(r, r->f->g, &(Node){.name = n->name}, out[i], i, count);
	}
	for (int i = r->nout; i < t->nstates; i++)
		n->out[i] = NULL;
	for (int i = 0; i < t->nsizes; i++)
		if (!count[i])
			n->out[t->nstates + i] = NULL;
	return out;
}
