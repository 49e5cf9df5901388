/* layout.c -- orders of axes in memory (order.c), borders of zeros, and the copies that contradictions need.
 *
 *     x [1,64,56,56] --Conv 3x3 pad 1--> y       x: order N,H,W,C with one row and column of zeros around H and W
 *
 * What is repeated for each of many rows lies along them. Logical shapes never change: an order is a fact about memory.
 * Graph inputs and outputs keep ONNX's order; a Copy stands where a convolution needs another one.
 *
 * needs: topological order, known shapes.  keeps: what every value means.  adds: Copy nodes, places. */
#include <string.h>
#include "codegen/lower.h"
#include "ir/op/movement.h"
#include "ir/op/nn.h"
#include "passes/order.h"
#include "passes/place.h"

Place *place_new(Graph *g)
{
	Place *p = NEW(&g->ctx->perm, Place);
	p->inner = -1;
	return p;
}

/* What a body takes in has its place already: place_bodies() gave it. */
static void place_init(Graph *g, Value *v)
{
	if (!g->outer || v->role != ROLE_INPUT || !v->place)
		v->place = place_new(g);
	if (v->shape.rank > 0 && !v->def)
		order_rows(v);
	v->place->stored |= v->def && v->def->op == &op_tcc_Copy; /* what expansions want to have computed once */
}

/* ---- copies ---- */

static Value *copy_before(Graph *g, const Node *like, Value *x)
{
	Node *n = node_new(g, op_find("tcc", "Copy"), like, 1, &x, 1, NULL);
	place_init(g, n->out[0]);
	memcpy(n->out[0]->order, x->order, sizeof x->order);
	n->out[0]->place->stored = true;
	return n->out[0];
}

static void order_with_inner(Value *v, int inner)
{
	int k = 0, rank = v->shape.rank;
	if (rank >= 3 && inner == 1) {
		order_channels_last(v);
		return;
	}
	for (int p = 0; p < rank; p++)
		if (p != inner)
			v->order[k++] = p;
	v->order[k] = inner;
}

/* What comes from outside has the strides that it has: those of its order, or of the value that it is a view of. */
static bool has_inner(const Value *v, int inner)
{
	if (dim_is(v->shape.dim[inner], 1))
		return true;
	return v->place->form == FORM_VIEW ? v->place->stride[inner] == 1 : v->order[v->shape.rank - 1] == inner;
}

/* Axis `inner` of v can have stride 1 (and zeros can stand around v) without a copy. */
static bool can_have(const Value *v, int inner, bool border)
{
	const Place *p = v->place;
	if (!v->def || v->role == ROLE_INPUT || v->def->nsub)
		return !border && has_inner(v, inner);
	if (p->inner >= 0 && p->inner != inner && inner >= 0)
		return false;
	if ((v->def->op->flags & MOVES) && !is_op(v->def, "Concat"))
		return true; /* fuse stores it when the view does not fit */
	return inner < 0 || v->shape.rank == 0 || v->order[v->shape.rank - 1] == inner ||
	       dim_is(v->shape.dim[v->order[v->shape.rank - 1]], 1);
}

/* A copy of v that was made for another reader and will do, or NULL. */
static Value *copy_with(const Graph *g, const Value *v, int inner, bool border, int64_t fill)
{
	const Op *copy = op_find("tcc", "Copy");
	for (uint32_t i = g->nnode; i-- > 0;) {
		Value *y = g->node[i]->out[0];
		if (g->node[i]->op != copy || g->node[i]->in[0] != v || y->place->parent || (inner >= 0 && !has_inner(y, inner)))
			continue;
		if (!border || !y->place->border || y->place->fill == fill)
			return y;
	}
	return NULL;
}

/* Input `slot` of n with axis `inner` innermost and the given borders of numbers `fill`: the value itself or a copy of
 * it. */
static void require(Graph *g, Node *n, int slot, int inner, const int64_t *before, const int64_t *after, int64_t fill)
{
	Value *v = n->in[slot];
	bool border = false;
	for (int k = 0; k < v->shape.rank; k++)
		border |= before[k] > 0 || after[k] > 0;
	if (inner < 0 && !border)
		return;
	if (!can_have(v, inner, border) || (border && v->place->border && v->place->fill != fill)) {
		Value *y = copy_with(g, v, inner, border, fill);
		if (!y)
			y = copy_before(g, n, v);
		if (inner >= 0)
			order_with_inner(y, inner);
		n->in[slot] = v = y;
	}
	Place *p = v->place;
	bool moves = v->def && (v->def->op->flags & MOVES) && !is_op(v->def, "Concat");
	if (inner >= 0)
		p->inner = inner;
	if (moves && (border || (inner >= 0 && !has_inner(v, inner)))) /* no view: it is stored */
		order_with_inner(v, inner >= 0 ? inner : v->order[v->shape.rank - 1]);
	if (border) {
		p->stored |= moves;
		p->border = true;
		p->fill = fill;
		for (int k = 0; k < v->shape.rank; k++) {
			p->before[k] = before[k] > p->before[k] ? before[k] : p->before[k];
			p->after[k] = after[k] > p->after[k] ? after[k] : p->after[k];
		}
	}
}

/* ---- contractions: what their operands need ---- */

static Expr *find_sum(Expr *x)
{
	if (x->kind == X_REDUCE)
		return x->red == RED_SUM && x->arg[0]->kind == X_ALU && (x->arg[0]->op == MUL || x->arg[0]->op == TWOFOLD) ? x : NULL;
	for (int k = 0; k < x->nargs; k++) {
		Expr *found = find_sum(x->arg[k]);
		if (found)
			return found;
	}
	return NULL;
}

/* The dimension of a load in which `axis` has coefficient 1, or -1. */
static int dim_with(Expr *load, const Axis *axis)
{
	int64_t coef;
	for (int k = 0; k < load->nargs; k++)
		if (affine_in(load->arg[k], axis, &coef) && coef == 1)
			return k;
	return -1;
}

static void require_operand(Graph *g, Node *n, int slot, Lower *l, Expr *sum, Expr *vector)
{
	Value *v = n->in[slot];
	Expr *guarded = NULL, *load = find_load(sum, v, &guarded);
	int64_t before[MAX_RANK] = {0}, after[MAX_RANK] = {0}, fill = 0;
	int inner = -1;
	bool varies = false;
	if (!load)
		return;
	if (guarded && padded_load(guarded, &fill) && guard_is_border(l, guarded->arg[0], load))
		for (int k = 0; k < load->nargs; k++) {
			int64_t last = load->arg[k]->hi - (dim_hi(g->syms, v->shape.dim[k]) - 1);
			before[k] = load->arg[k]->lo < 0 ? -load->arg[k]->lo : 0;
			after[k] = last > 0 ? last : 0;
			varies |= (before[k] || after[k]) && !dim_known(v->shape.dim[k]);
		}
	if (varies || dtype_info(v->dtype)->bits < 8) { /* nobody knows where its zeros would begin, or inside a byte: the test stays */
		memset(before, 0, sizeof before);
		memset(after, 0, sizeof after);
	}
	if (vector->kind == X_AXIS && depends_on(load, vector->axes[0]))
		inner = dim_with(load, vector->axes[0]);
	if (inner < 0 && is_spatial(n) && slot == 0)
		inner = 1;
	require(g, n, slot, inner, before, after, fill);
}

/* Its elements will be packed in the order in which they are read. */
static bool lies_packed(const Value *v)
{
	int level;
	while (v->def && (v->def->op->flags & MOVES) && v->def->nin == 1)
		v = v->def->in[0];
	return v->role == ROLE_CONST || (!v->def && v->dtype == F32 && slices_constant(v, &level));
}

static void require_operands(Graph *g, Node *n)
{
	Lower *l = lower_new(g, &g->ctx->scratch, NULL);
	Expr *axes[MAX_RANK], *body = node_expr(l, n, 0, axes), *sum = body ? find_sum(body) : NULL;
	Value *y = n->out[0];
	if (!sum || y->shape.rank == 0)
		return;
	Expr *vector = axes[y->order[y->shape.rank - 1]];
	for (int slot = 0; slot < n->nin; slot++)
		if (n->in[slot] && !lies_packed(n->in[slot]))
			require_operand(g, n, slot, l, sum, vector);
}

/* ---- operands that are repeated ---- */

/* Elements, at the most. */
static double most_of(const Graph *g, const Value *v)
{
	double n = 1;
	for (int k = 0; k < v->shape.rank; k++)
		n *= (double)dim_hi(g->syms, v->shape.dim[k]);
	return n;
}

/* Each element of the operand goes into several of the result. Along the axis of vectors it then lies in a piece: turned
 * once, instead of gathered for each of them. */
static void require_repeated(Graph *g, Node *n)
{
	enum { SEVERAL = 4 };
	const int64_t none[MAX_RANK] = {0};
	const Value *y = n->out[0];
	if (!(n->op->flags & POINTWISE) || n->nout != 1 || y->shape.rank == 0)
		return;
	for (int slot = 0; slot < n->nin; slot++) {
		Value *v = n->in[slot];
		int inner = v ? inner_axis(y) - (y->shape.rank - v->shape.rank) : -1;
		if (inner < 0 || v->role == ROLE_CONST || dim_is(v->shape.dim[inner], 1) || inner_axis(v) == inner ||
		    has_inner(v, inner) || SEVERAL * most_of(g, v) > most_of(g, y))
			continue;
		require(g, n, slot, inner, none, none, 0);
		n->in[slot]->place->stored = true;
	}
}

/* Windows over channels that lie innermost read them there, and so do pairs of channels. */
static void require_channels(Graph *g, Node *n)
{
	int64_t none[MAX_RANK] = {0};
	if ((is_window(n) || n->op == &op_tcc_ChannelTwos) && lies_in_rows(n->in[0]) && !lies_in_rows(n->out[0]))
		require(g, n, 0, 1, none, none, 0);
}

/* Routines read elements that lie side by side, sorting those of its one input. */
static void require_rows(Graph *g, Node *n)
{
	const int64_t none[MAX_RANK] = {0};
	int inputs = n->op->routine ? n->nin : n->op->flags & ROWS ? 1 : 0;
	for (int k = 0; k < inputs; k++)
		if (n->in[k] && n->in[k]->shape.rank)
			require(g, n, k, n->in[k]->shape.rank - 1, none, none, 0);
}

/* ---- Concat: parts are made in place, or copied into place ---- */

static bool can_be_part(const Graph *g, const Node *n, const Value *v)
{
	if (!v->def || v->role != ROLE_TEMP || v->place->parent || v->def->nsub || (v->def->op->flags & MOVES))
		return false;
	for (int i = 0; i < g->nout; i++)
		if (g->out[i] == v)
			return false;
	for (int i = 0, seen = 0; i < n->nin; i++)
		if (n->in[i] == v && seen++)
			return false;
	return memcmp(v->order, n->out[0]->order, (size_t)v->shape.rank * sizeof *v->order) == 0;
}

/* It has the sizes of the result by its formula: others, of which the run finds out that they are the same, are no reason to
 * write there before. */
static bool surely_fits(const Value *v, const Value *y, int axis)
{
	for (int k = 0; k < y->shape.rank; k++)
		if (k != axis && !dim_same(v->shape.dim[k], y->shape.dim[k]))
			return false;
	return true;
}

static void place_parts(Graph *g, Node *n)
{
	int axis = (int)fix_axis(g, n, ATTR_OF(n, Concat)->axis, n->out[0]->shape.rank);
	int64_t at = 0;
	for (int i = 0; i < n->nin; i++) {
		Value *v = n->in[i];
		if (!can_be_part(g, n, v) || !surely_fits(v, n->out[0], axis)) {
			v = n->in[i] = copy_before(g, n, v);
			memcpy(v->order, n->out[0]->order, sizeof v->order);
		}
		v->place->stored = true;
		v->place->parent = n->out[0];
		v->place->parent_axis = axis;
		v->place->parent_at = at;
		at += i + 1 < n->nin ? dim_number(g, n, v->shape.dim[axis]) : 0;
	}
	n->out[0]->place->stored = true;
}

/* A border that a part needs is its parent's: along the joined axis there is none to have, and it is of one number. */
static void share_borders(Graph *g, Node *n)
{
	Place *y = n->out[0]->place;
	for (int i = 0; i < n->nin; i++) {
		Place *p = n->in[i]->place;
		if (!p->parent || p->parent != n->out[0])
			continue;
		bool other = y->border && y->fill != p->fill;
		if (p->border && (other || p->before[p->parent_axis] || p->after[p->parent_axis])) {
			Value *v = n->in[i] = copy_before(g, n, n->in[i]);
			*v->place = (Place){.inner = -1, .stored = true, .parent = p->parent,
			                    .parent_axis = p->parent_axis, .parent_at = p->parent_at};
			p->parent = NULL;
			continue;
		}
		y->border |= p->border;
		y->fill = p->border ? p->fill : y->fill;
		for (int k = 0; k < n->out[0]->shape.rank; k++) {
			y->before[k] = p->before[k] > y->before[k] ? p->before[k] : y->before[k];
			y->after[k] = p->after[k] > y->after[k] ? p->after[k] : y->after[k];
		}
	}
}

/* ---- sizes that vary: memory of our own is laid out for the most, what callers hand in and get back is dense ---- */

static bool is_ragged(const Value *v)
{
	bool several = false, ragged = false;
	for (int k = 0; k < v->shape.rank; k++) {
		ragged |= several && !dim_known(v->shape.dim[k]);
		several |= !dim_is(v->shape.dim[k], 1);
	}
	return ragged;
}

/* Somebody asks for more than its sizes. */
static bool is_read(const Graph *g, const Value *v)
{
	bool read = false;
	for (uint32_t i = 0; i < g->nnode; i++)
		for (int k = 0; k < g->node[i]->nin; k++)
			read |= g->node[i]->in[k] == v && !(g->node[i]->op->flags & UNREAD);
	for (int i = 0; i < g->nout; i++)
		read |= g->out[i] == v;
	return read;
}

/* What the model computes with is a copy of a ragged input. */
static void square_input(Graph *g, Value *v)
{
	uint32_t nodes = g->nnode;
	if (!is_ragged(v))
		return;
	if (!is_read(g, v)) {
		v->place->ragged = true;
		return;
	}
	Value *y = copy_before(g, NULL, v);
	v->place->ragged = true;
	for (uint32_t i = 0; i < nodes; i++)
		for (int k = 0; k < g->node[i]->nin; k++)
			if (g->node[i]->in[k] == v)
				g->node[i]->in[k] = y;
	for (int i = 0; i < g->nout; i++)
		if (g->out[i] == v)
			g->out[i] = y;
}

/* ---- graph outputs: ONNX's order, no border, memory of their own ---- */

/* What a body gives may be spread over a value outside; its rows would be sorted where they lie. */
static bool sorts_in_rows(const Graph *g, const Value *v) { return g->outer && v->def && v->def->op == op_find("tcc", "Order"); }

/* Those of bodies lie in memory of our own. */
static void free_output(Graph *g, int i)
{
	Value *v = g->out[i];
	bool ragged = !g->outer && is_ragged(v), taken = ragged || !v->def || is_state(v) || v->place->border || v->place->parent || !lies_in_rows(v) || v->place->inner >= 0;
	taken |= sorts_in_rows(g, v);
	for (int k = 0; k < i; k++)
		taken |= g->out[k] == v;
	if (taken) {
		Value *y = copy_before(g, v->def, v);
		y->name = v->name;
		order_rows(y);
		y->place->ragged = ragged;
		g->out[i] = y;
	}
	g->out[i]->place->stored = true;
}

/* ---- Winograd's products: a tile of x or y has an element of each ---- */

static void keep_apart(Node *n)
{
	if (n->op == op_find("tcc", "WinogradInput"))
		n->out[0]->place->apart = n->nin - 1;
	if (n->op == op_find("tcc", "WinogradOutput"))
		n->in[0]->place->apart = n->nin - 1;
}

void layout(Graph *g)
{
	uint32_t nodes = g->nnode;
	for (uint32_t i = 0; i < g->nvalue; i++)
		place_init(g, g->value[i]);
	for (int i = 0; i < g->nin && !g->outer; i++)
		square_input(g, g->in[i]);
	for (uint32_t i = 0; i < nodes; i++)
		order_outputs(g, g->node[i]);
	for (uint32_t i = 0; i < nodes; i++)
		if (g->node[i]->op->flags & CONTRACTS)
			require_operands(g, g->node[i]);
		else
			require_channels(g, g->node[i]);
	for (uint32_t i = 0; i < nodes; i++) {
		require_rows(g, g->node[i]);
		require_repeated(g, g->node[i]);
	}
	for (uint32_t i = 0; i < nodes; i++)
		if (is_op(g->node[i], "Concat"))
			place_parts(g, g->node[i]);
	for (uint32_t i = nodes; i-- > 0;)
		if (is_op(g->node[i], "Concat"))
			share_borders(g, g->node[i]);
	for (int i = 0; i < g->nout; i++)
		free_output(g, i);
	for (uint32_t i = 0; i < nodes; i++)
		keep_apart(g->node[i]);
	graph_sort(g);
}
