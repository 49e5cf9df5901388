/* siblings.c -- products of one value by several constant matrices become one product.
 *
 * needs  shapes, constant weights
 * keeps  every bit: each element is the same sum of the same products
 *
 *     q = MatMul(x, Q) + a                               y = MatMul(x, [Q K V]) + [a b c]
 *     k = MatMul(x, K) + b                    ->         q, k, v = Split(y)
 *     v = MatMul(x, V) + c
 *
 * What follows each of the products alike, element by element and with constants, follows the one; who lacks an Add or a
 * Mul that others have adds -0 or multiplies by 1. The parts are views for who reads them. But where a part would have
 * been computed further in the registers that hold its sums, or stored where an output or a Concat wants it, there is now
 * a pass over memory: such products stay apart, unless the cost model says that the wider one saves more. Those that meet
 * in one pointwise operation are made by the same tiles as they are (twins.h). */
#include <string.h>
#include "codegen/heur.h"
#include "ir/op/movement.h"
#include "ir/op/nn.h"
#include "passes/consts.h"
#include "passes/pass.h"
#include "passes/twins.h"

enum {
	FAMILY_MAX = 16, /* products that become one */
	STEPS_MAX = 8,   /* operations that follow each of them, */
	STEP_INPUTS = 4, /* of so many inputs */
	NEAR = 2         /* products of others between two of them: further away, results would wait in memory */
};

void pass_siblings(Graph *g, const Options *o);

/* Products of x in the order of the graph, and what follows them: step[s][i] for product i, NULL where it takes none. */
typedef struct Family {
	Graph *g;
	const Target *t;
	Readers r;
	Node *product[FAMILY_MAX];
	Value *end[FAMILY_MAX]; /* behind the steps */
	int64_t width[FAMILY_MAX];
	int n;
	Node *step[STEPS_MAX][FAMILY_MAX];
	int nsteps;
} Family;

/* ---- who belongs together ---- */

static bool is_turned(const Node *n) { return is_op(n, "Gemm") && ATTR_OF(n, Gemm)->transB; }

static bool is_product(const Node *n, const uint32_t *uses)
{
	if (!n->out[0] || (!is_op(n, "MatMul") && !is_op(n, "Gemm")) || !is_const(n->in[1]) || is_const(n->in[0]))
		return false;
	const Value *w = n->in[1];
	bool bias = n->nin > 2 && n->in[2];
	return w->shape.rank == 2 && dtype_info(w->dtype)->bits >= 8 && uses[w->id] == 1 && w->data->count &&
	       n->in[0]->shape.rank == n->out[0]->shape.rank && (!bias || is_const(n->in[2]));
}

static int64_t width_of(const Node *n) { return n->in[1]->data->dim[is_turned(n) ? 0 : 1]; }

static bool are_siblings(const Node *a, const Node *b)
{
	bool bias = a->nin > 2 && a->in[2];

	return a->op == b->op && a->in[0] == b->in[0] && a->in[1]->dtype == b->in[1]->dtype &&
	       bias == (b->nin > 2 && b->in[2]) && attr_equal(a->op, a->attr, b->attr);
}

/* ---- what follows all of them ---- */

static int slot_of(const Node *n, const Value *v)
{
	int k = 0;

	while (n->in[k] != v)
		k++;
	return k;
}

/* The operation leaves x as it is if the constant is this; false where none is. */
static bool neutral(const Node *n, double *x)
{
	*x = is_op(n, "Mul") ? 1 : -0.0;
	return n->nin == 2 && is_float(n->out[0]->dtype) && (is_op(n, "Mul") || is_op(n, "Add"));
}

/* Its constants may be another one for each column. */
static bool takes_rows(const Node *n)
{
	return n->nin == 2 && (is_op(n, "Add") || is_op(n, "Sub") || is_op(n, "Mul") || is_op(n, "Div"));
}

static bool same_number(const Value *a, const Value *b)
{
	return a == b || (a && b && a->data && b->data && a->data->count == 1 && tensor_equal(a->data, b->data));
}

/* b does to its product v what a does to the one in slot. */
static bool is_like(const Node *a, int slot, const Node *b, const Value *v)
{
	if (!b || a->op != b->op || a->nin != b->nin || a->out[0]->dtype != b->out[0]->dtype ||
	    !attr_equal(a->op, a->attr, b->attr))
		return false;
	if (takes_rows(a))
		return slot_of(b, v) == slot || (a->op->flags & COMMUTES);
	for (int k = 0; k < a->nin; k++)
		if (k != slot && !same_number(a->in[k], b->in[k]))
			return false;
	return slot_of(b, v) == slot;
}

/* One more step, such as product `first` takes: whether all take it, or can. */
static bool add_step(Family *f, int first)
{
	Node **step = f->step[f->nsteps], *model = step_behind(&f->r, f->end[first], f->end[first]->shape.rank - 1);
	double x;

	if (!model || f->nsteps == STEPS_MAX)
		return false;
	int slot = slot_of(model, f->end[first]);
	for (int i = 0; i < f->n; i++) {
		Node *s = step_behind(&f->r, f->end[i], f->end[i]->shape.rank - 1);
		step[i] = is_like(model, slot, s, f->end[i]) ? s : NULL;
		if (!step[i] && !neutral(model, &x))
			return false;
	}
	for (int i = 0; i < f->n; i++)
		f->end[i] = step[i] ? step[i]->out[0] : f->end[i];
	f->nsteps++;
	return true;
}

static void find_steps(Family *f)
{
	f->nsteps = 0;
	for (int i = 0; i < f->n; i++) {
		f->width[i] = width_of(f->product[i]);
		f->end[i] = f->product[i]->out[0];
	}
	for (int i = 0; i < f->n; i++)
		while (add_step(f, i))
			continue;
}

/* ---- whether it pays ---- */

/* What is read here would have been made, or stored, where the sums are: now it takes a pass of its own. */
static bool takes_pass(const Family *f, const Value *v)
{
	for (;;) {
		const Node *user = f->r.user[v->id];
		if (f->r.is_out[v->id] || !user)
			return true;
		if (f->r.uses[v->id] > 1)
			return false;
		if (is_op(user, "Concat"))
			return true;
		if (user->op->flags & POINTWISE)
			return shape_same(&v->shape, &user->out[0]->shape);
		if (!(user->op->flags & ONCE) || user->nout > 1)
			return false;
		v = user->out[0];
	}
}

/* Tiles that read x once make all of them as they are. */
static bool all_meet(const Family *f)
{
	bool meet = f->n <= SUMS_MAX;

	for (int i = 1; i < f->n && meet; i++)
		meet = f->width[i] == f->width[0] && they_meet(&f->r, f->end[0], f->end[i]);
	return meet;
}

/* Columns that no vector is filled by, the passes over x, and those over the parts. */
static bool pays(const Family *f)
{
	const Tensor *w = f->product[0]->in[1]->data;
	const Shape *y = &f->product[0]->out[0]->shape;
	int64_t m = points_usual(f->g, y, y->rank - 1), k = w->count / f->width[0], width = 0;
	int again = all_meet(f) ? 0 : f->n - 1;
	double apart = again * stream_cycles(f->t, (double)dtype_bytes(w->dtype, m * k)), together = 0;

	for (int i = 0; i < f->n; i++) {
		apart += product_cycles(m, k, f->width[i], f->t);
		if (takes_pass(f, f->end[i]))
			together += stream_cycles(f->t, 2 * (double)dtype_bytes(w->dtype, m * f->width[i]));
		width += f->width[i];
	}
	return together + product_cycles(m, k, width, f->t) < apart;
}

static void keep_views(Family *f)
{
	int n = 0;

	for (int i = 0; i < f->n; i++)
		if (!takes_pass(f, f->end[i]))
			f->product[n++] = f->product[i];
	f->n = n;
}

/* ---- one for all ---- */

/* "q.weight, k.weight, v.weight" */
static const char *names_of(const Family *f, Node *const *node, const int *slot)
{
	const char *all = "";

	for (int i = 0; i < f->n; i++)
		if (node[i])
			all = arena_format(&f->g->ctx->scratch, *all ? "%s, %s" : "%s%s", all, node[i]->in[slot[i]]->name);
	return all;
}

/* The constants of all, where node[i] has its own at slot[i]; one number if it is the same for each. */
static Value *constants(const Family *f, Node *const *node, const int *slot, DType t, double x)
{
	Tensor *row[FAMILY_MAX];
	bool same = node[0] && node[0]->in[slot[0]]->data->count == 1;

	for (int i = 0; i < f->n; i++) {
		const Value *c = node[i] ? node[i]->in[slot[i]] : NULL;
		same = same && c && tensor_equal(c->data, node[0]->in[slot[0]]->data);
		row[i] = row_of(f->g, t, c, x, f->width[i]);
	}
	if (same)
		return node[0]->in[slot[0]];
	Tensor *all = side_by_side(f->g, row, f->n, 1);
	all->rank = 1;
	all->dim[0] = all->count;
	return value_const(f->g, names_of(f, node, slot), all);
}

static Value *one_product(const Family *f)
{
	Node *n = f->product[0];
	Tensor *w[FAMILY_MAX];
	int slot[FAMILY_MAX], second[FAMILY_MAX];
	Value *in[3] = {n->in[0]};

	for (int i = 0; i < f->n; i++) {
		w[i] = f->product[i]->in[1]->data;
		second[i] = 1;
		slot[i] = 2;
	}
	in[1] = value_const(f->g, names_of(f, f->product, second), side_by_side(f->g, w, f->n, is_turned(n) ? 0 : 1));
	if (n->nin > 2 && n->in[2])
		in[2] = constants(f, f->product, slot, n->in[2]->dtype, 0);
	return rewrite_inputs(f->g, n, in[2] ? 3 : 2, in);
}

/* The step that all take, behind y. */
static Value *one_step(const Family *f, Node *const *step, Value *const *from, Value *y)
{
	Value *in[STEP_INPUTS];
	int model = 0, at[FAMILY_MAX], slot[FAMILY_MAX];
	double x;

	while (!step[model])
		model++;
	Node *n = step[model];
	neutral(n, &x);
	for (int i = 0; i < f->n; i++)
		at[i] = step[i] ? slot_of(step[i], from[i]) : 0;
	for (int k = 0; k < n->nin; k++) {
		for (int i = 0; i < f->n; i++)
			slot[i] = at[i] == at[model] ? k : 1 - k;
		in[k] = k == at[model] ? y : n->in[k] ? constants(f, step, slot, n->in[k]->dtype, x) : NULL;
	}
	return rewrite_inputs(f->g, n, n->nin, in);
}

static void drop(Node *n)
{
	if (n)
		n->out[0] = NULL;
}

/* The values that the steps end in are parts of the one from now on. */
static void split(const Family *f, Value *y)
{
	const Op *op = op_named("Split");
	struct Split *attr = attr_new(f->g, op);

	attr->axis = y->shape.rank - 1;
	Node *n = node_new(f->g, op, f->product[0], 2, (Value *[]){y, value_i64(f->g, f->n, f->width)}, f->n, attr);
	for (int i = 0; i < f->n; i++) {
		f->end[i]->def = n;
		f->end[i]->slot = i;
		n->out[i] = f->end[i];
	}
}

static void make_one(const Family *f)
{
	Value *from[FAMILY_MAX], *y = one_product(f);

	for (int i = 0; i < f->n; i++)
		from[i] = f->product[i]->out[0];
	for (int s = 0; s < f->nsteps; s++) {
		y = one_step(f, f->step[s], from, y);
		for (int i = 0; i < f->n; i++)
			from[i] = f->step[s][i] ? f->step[s][i]->out[0] : from[i];
	}
	for (int i = 0; i < f->n; i++) {
		drop(f->product[i]);
		for (int s = 0; s < f->nsteps; s++)
			drop(f->step[s][i]);
	}
	split(f, y);
}

/* All of them, else those whose parts are read where they lie. */
static void try_family(Family *f)
{
	find_steps(f);
	if (f->n > 1 && !pays(f)) {
		keep_views(f);
		find_steps(f);
		if (f->n > 1 && !pays(f))
			return;
	}
	if (f->n > 1)
		make_one(f);
}

/* ---- the walk ---- */

/* The siblings of node `first` behind it, each near the one before. */
static void gather(Family *f, uint32_t first, uint32_t nodes)
{
	Graph *g = f->g;
	int others = 0;

	f->product[0] = g->node[first];
	f->n = 1;
	for (uint32_t i = first + 1; i < nodes && others <= NEAR && f->n < FAMILY_MAX; i++) {
		Node *n = g->node[i];
		if (is_product(n, f->r.uses) && are_siblings(f->product[0], n)) {
			f->product[f->n++] = n;
			others = 0;
		} else {
			others += (n->op->flags & CONTRACTS) != 0;
		}
	}
}

void pass_siblings(Graph *g, const Options *o)
{
	Family f = {.g = g, .t = targets_read(g->ctx, o->target ? o->target : "c").target[0]};
	uint32_t nodes = g->nnode;

	f.r = readers_of(g);
	for (uint32_t i = 0; i < nodes; i++) {
		if (!is_product(g->node[i], f.r.uses) || f.r.uses[g->node[i]->in[0]->id] < 2)
			continue;
		gather(&f, i, nodes);
		try_family(&f);
	}
	drop_empty_nodes(g);
	graph_sort(g);
}
