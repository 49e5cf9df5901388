/* order.c -- in which order the axes of a value lie in memory.
 *
 * Around convolutions and pools the channel axis lies innermost, so that one vector holds neighbouring channels; other
 * values keep the order of what they are made from. Convolutions to a few channels (a mask, a picture) would leave most
 * lanes empty: theirs are neighbouring columns. Windows of what lies in rows stay in rows where those fill vectors, and so do
 * depthwise convolutions of it. */
#include <string.h>
#include "codegen/lower.h"
#include "ir/op/movement.h"
#include "ir/op/nn.h"
#include "passes/order.h"
#include "passes/place.h"

static bool is_one_of(const Node *n, const char *const *names)
{
	for (int i = 0; names[i]; i++)
		if (!strcmp(n->op->name, names[i]))
			return n->out[0] && n->out[0]->shape.rank >= 3;
	return false;
}

/* A channel of the output is made of the same channel's numbers, near or far: as well in either order. */
static bool follows_input(const Node *n)
{
	static const char *const names[] = {"GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool", "BatchNormalization",
	                                    "InstanceNormalization", NULL};
	return is_one_of(n, names);
}

bool is_window(const Node *n)
{
	static const char *const names[] = {"MaxPool", "AveragePool", "LpPool", "Resize", "RoiAlign", "RoiPoints", "GridSample", "Sample", NULL};
	return is_one_of(n, names);
}

bool is_spatial(const Node *n)
{
	static const char *const names[] = {"Conv", "ConvInteger", "ConvTwos", "ChannelTwos", "ConvTranspose", "LRN", "DepthToSpace", "SpaceToDepth",
	                                    "WinogradOutput", NULL};
	return is_one_of(n, names) || is_window(n) || follows_input(n);
}

bool fills_lanes_by_columns(Graph *g, const Node *n)
{
	enum { FEW = 4, COLUMNS = 16 };
	if (!is_op(n, "Conv") || n->in[0]->dtype != F32 || n->in[1]->role != ROLE_CONST || ATTR_OF(n, Sliding)->group != 1)
		return false;
	WindowAxis axis[MAX_SPATIAL];
	int last = windows_of(g, n, &n->in[0]->shape, &n->in[1]->shape, axis) - 1;
	bool several = false; /* taps: one reads its map once, where it lies */
	for (int i = 0; i <= last; i++)
		several |= !dim_is(axis[i].size, 1);
	return several && axis[last].stride == 1 && dim_known(axis[last].out) && axis[last].out.k >= COLUMNS &&
	       n->in[1]->shape.dim[0].k <= FEW;
}

void order_rows(Value *v)
{
	for (int k = 0; k < v->shape.rank; k++)
		v->order[k] = k;
}

void order_channels_last(Value *v)
{
	int rank = v->shape.rank;
	v->order[0] = 0;
	for (int k = 2; k < rank; k++)
		v->order[k - 1] = k;
	v->order[rank - 1] = 1;
}

/* The smallest step in which the sum walks when this axis does, itself or divided; sizes of 1 have none: they come
 * first. */
static int64_t least_step(const Linear *sum, const Expr *axis)
{
	int64_t least = INT64_MAX;
	for (int i = 0; axis->kind == X_AXIS && i < sum->n; i++)
		if (depends_on(sum->atom[i], axis->axes[0]) && sum->coef[i] < least)
			least = sum->coef[i];
	return least;
}

/* What moves elements, or makes one of each row, keeps them in the order in which they lie: larger steps through its input
 * outside. */
static void order_as_read(Graph *g, const Node *n, int slot)
{
	Value *x = n->in[0], *y = n->out[slot];
	Lower *l = lower_new(g, &g->ctx->scratch, NULL);
	Expr *axes[MAX_RANK], *body = node_expr(l, n, slot, axes), *at = num_i(l, 0);
	Linear sum;
	order_rows(y);
	Expr *load = body ? find_load(body, x, NULL) : NULL;
	if (!load || (load != body && !(n->op->flags & REDUCES)))
		return;
	for (int k = 0; k < x->shape.rank; k++)
		at = iadd(l, imul(l, at, extent(l, x->shape.dim[x->order[k]])), load->arg[x->order[k]]);
	if (!linear_of(at, &sum))
		return;
	for (int k = 1; k < y->shape.rank; k++)
		for (int i = k; i > 0 && least_step(&sum, axes[y->order[i]]) > least_step(&sum, axes[y->order[i - 1]]); i--) {
			int t = y->order[i];
			y->order[i] = y->order[i - 1];
			y->order[i - 1] = t;
		}
}

/* The operand that decides the order of a pointwise result: the largest that is made in this graph. */
static const Value *leader(const Node *n)
{
	const Value *best = NULL;
	int rank = n->out[0]->shape.rank;
	for (int k = 0; k < n->nin; k++) {
		const Value *v = n->in[k];
		if (!v || v->role == ROLE_CONST || v->shape.rank != rank)
			continue;
		if (!shape_same(&v->shape, &n->out[0]->shape) && best)
			continue;
		if (!best || !best->def || !shape_same(&best->shape, &n->out[0]->shape))
			best = v;
	}
	return best;
}

bool lies_in_rows(const Value *v)
{
	for (int k = 0; k < v->shape.rank; k++)
		if (v->order[k] != k)
			return false;
	return true;
}

enum {
	CHANNELS_FEW = 8, /* do not fill vectors: rows of the picture do it better */
	STEP_MAX = 4,     /* between neighbours that vectors still pick out of memory */
	ROW_LANES = 16
};

/* Every element of v that x reads steps a little along the axis, or is repeated. */
static bool steps_along(const Expr *x, const Value *v, const Axis *axis)
{
	int64_t step;
	bool all = true;
	if (x->kind == X_LOAD && x->value == v)
		return (affine_in(x->arg[x->nargs - 1], axis, &step) && step >= 1 && step <= STEP_MAX) ||
		       repeats_along(x->arg[x->nargs - 1], axis);
	for (int k = 0; k < x->nargs && all; k++)
		all = steps_along(x->arg[k], v, axis);
	return all;
}

/* Rows of the result fill vectors, or most of each, .. */
static bool rows_fill_lanes(const Node *n)
{
	Dim row = n->out[0]->shape.dim[n->out[0]->shape.rank - 1];
	return dim_known(row) && 4 * row.k >= 3 * ((row.k + ROW_LANES - 1) / ROW_LANES * ROW_LANES);
}

/* .. with what lies in rows. */
static bool fills_lanes_by_rows(Graph *g, const Node *n)
{
	if (!rows_fill_lanes(n))
		return false;
	Expr *axes[MAX_RANK], *body = node_expr(lower_new(g, &g->ctx->scratch, NULL), n, 0, axes);
	return body && steps_along(body, n->in[0], axes[n->out[0]->shape.rank - 1]->axes[0]);
}

enum { TAPS_MOST = 24 }; /* in a column: the row of a tile (codegen/contract.h) has room for them and some points */

/* A convolution of each channel by itself, of several taps in a column, whose rows fill vectors. */
static bool is_depthwise_in_rows(Graph *g, const Node *n)
{
	if (!is_op(n, "Conv") || n->in[0]->dtype != F32 || n->in[1]->role != ROLE_CONST || graph_exact(g))
		return false;
	WindowAxis axis[MAX_SPATIAL];
	int last = windows_of(g, n, &n->in[0]->shape, &n->in[1]->shape, axis) - 1;
	bool depthwise = dim_is(n->in[1]->shape.dim[1], 1) && ATTR_OF(n, Sliding)->group > 1;
	if (!depthwise || last < 1 || axis[last].stride != 1 || !dim_known(axis[last - 1].size))
		return false;
	int64_t taps = axis[last - 1].dilation * (axis[last - 1].size.k - 1) + 1;
	return taps > 1 && taps <= TAPS_MOST && rows_fill_lanes(n);
}

/* The windows of rows as they come are computed in rows. */
static bool stays_in_rows(Graph *g, const Node *n)
{
	const Value *x = n->in[0];
	bool few = dim_known(x->shape.dim[1]) && x->shape.dim[1].k < CHANNELS_FEW;
	bool window = is_window(n) && (few || fills_lanes_by_rows(g, n));
	return lies_in_rows(x) && (window || follows_input(n) || is_depthwise_in_rows(g, n));
}

/* The output has an element for each of `from`: alone, or as Softmax and the like make them, for which a row is read
 * several times. What is smaller is repeated along some axis, which then may as well lie innermost. */
static bool fills(const Node *n, const Value *from)
{
	bool rows = n->op->flags & REDUCES && !(n->op->flags & CONTRACTS);
	return (n->op->flags & POINTWISE || rows) && shape_same(&from->shape, &n->out[0]->shape);
}

/* Of elements along some axes it makes one. */
static bool drops_axes(const Node *n)
{
	return n->op->flags & REDUCES && !(n->op->flags & CONTRACTS) && n->nout == 1 && n->in[0]->shape.rank > n->out[0]->shape.rank;
}

void order_outputs(Graph *g, const Node *n)
{
	Value *y = n->out[0];
	bool moves = (n->op->flags & ONCE) && !is_spatial(n);
	for (int k = 0; k < n->nout; k++)
		if (n->out[k] && moves)
			order_as_read(g, n, k);
		else if (n->out[k])
			order_rows(n->out[k]);
	if (!y || y->shape.rank < 2 || moves)
		return;
	if (is_spatial(n)) {
		if (!stays_in_rows(g, n) && !fills_lanes_by_columns(g, n))
			order_channels_last(y);
		return;
	}
	const Value *from = leader(n);
	if (from && (n->op->flags & MOVES || fills(n, from)))
		memcpy(y->order, from->order, sizeof y->order);
	else if (drops_axes(n) && !lies_in_rows(n->in[0]))
		order_as_read(g, n, 0);
}
