/* composite.c -- operators written as graphs of simpler ones: their infer and eval, and the nodes that expansions put often. */
#include <assert.h>
#include <math.h>
#include <string.h>
#include "ir/op/composite.h"
#include "ir/op/reduce.h"

/* ---- expansions that round once ---- */

static bool is_quantised(const Value *v) { return v && is_int(v->dtype) && dtype_info(v->dtype)->bits <= 8; }

/* Types say more than how exact the operator is: scales of bytes, splits of trees and all of ai.onnx.ml are floats, and those of
 * Resize decide positions. */
static bool keeps_types(const Node *n)
{
	bool keeps = n->op == &op_Resize || (n->op->flags & RANDOM) || n->nsub || (n->op->domain && !strcmp(n->op->domain, "ai.onnx.ml"));

	for (int i = 0; i < n->nin; i++)
		keeps |= is_quantised(n->in[i]);
	return keeps;
}

/* v has less digits than floats of type t. */
static bool is_below(const Value *v, DType t)
{
	return v && is_float(v->dtype) && dtype_info(v->dtype)->bits < dtype_info(t)->bits;
}

/* v of type t; a constant stays one. */
static Value *widened(Graph *g, const Node *n, Value *v, DType t)
{
	if (!v->data)
		return cast_value(g, n, v, t);
	Tensor *wide = tensor_new(&g->ctx->perm, t, v->data->rank, v->data->dim);
	for (int64_t i = 0; i < wide->count; i++)
		store_f64(t, wide->data, i, load_f64(v->dtype, v->data->data, i));
	return value_const(g, v->name, wide);
}

/* n of floats of type t in its place, where any have less digits. */
static void put_wide(Graph *g, Node *n, DType t)
{
	Value **in = NEW_N(&g->ctx->perm, Value *, n->nin);

	for (int i = 0; i < n->nin; i++)
		in[i] = is_below(n->in[i], t) ? widened(g, n, n->in[i], t) : n->in[i];
	Node *wide = node_new(g, n->op, n, n->nin, in, n->nout, n->attr);
	for (int i = 0; i < n->nout; i++)
		if (!n->out[i])
			wide->out[i] = NULL;
		else
			value_replace(g, n->out[i], cast_value(g, n, wide->out[i], n->out[i]->dtype));
}

static bool any_below(const Node *n, DType t)
{
	for (int i = 0; i < n->nin; i++)
		if (is_below(n->in[i], t))
			return true;
	return false;
}

/* n rounds and has floats below `least`: what it is written out as has to compute in a wider type. */
static bool is_narrow(const Node *n, DType least) { return n->op->ulp && any_below(n, least) && !keeps_types(n); }

void expand_exactly(Graph *g, Node *n)
{
	if (is_narrow(n, F64))
		put_wide(g, n, F64);
	else
		n->op->expand(g, n);
}

void expand_freely(Graph *g, Node *n)
{
	if (is_narrow(n, F16))
		put_wide(g, n, F32);
	else
		n->op->expand(g, n);
}

/* ---- eval: the expansion over constants, evaluated node by node ---- */

static Node *node_of_constants(Graph *body, const Node *n, Tensor *const *in)
{
	Value **list = NEW_N(&body->ctx->scratch, Value *, n->nin);

	for (int i = 0; i < n->nin; i++)
		list[i] = in[i] ? value_const(body, NULL, in[i]) : NULL;
	Node *copy = node_new(body, n->op, n, n->nin, list, n->nout, n->attr);
	for (int i = 0; i < n->nout; i++)
		if (n->out[i])
			graph_output(body, copy->out[i], NULL);
		else
			copy->out[i] = NULL;
	return copy;
}

/* Of data that are known now inference may find other sizes than those that it took from the file. */
static void need_same_sizes(Eval *e, const Node *n, const Tensor *given, const Tensor *found)
{
	bool same = !given->data || given->rank == found->rank;

	for (int k = 0; same && given->data && k < found->rank; k++)
		same = given->dim[k] == found->dim[k];
	if (!same)
		fail_node(e->g, n, "E-SHAPE", "the data lead to other sizes than those that the file gives");
}

void eval_expansion(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	Graph *body = graph_new(e->g->ctx, e->g->syms, n->name, e->g);
	Node *copy = node_of_constants(body, n, in);
	Eval run = {.outer = e, .seed = e->seed, .budget = e->budget, .keep_all = true};

	expand_exactly(body, copy);
	eval_open(&run, body, e->arena);
	for (uint32_t i = 0; i < body->nnode && !run.tired; i++)
		if (body->node[i] != copy)
			eval_node(&run, body->node[i]);
	e->budget = run.budget;
	e->tired |= run.tired;
	for (int i = 0, k = 0; i < n->nout && !e->tired; i++) {
		if (!n->out[i])
			continue;
		const Tensor *y = eval_value(&run, body->out[k++]);
		need_same_sizes(e, n, out[i], y);
		out_sizes(e, out[i], y->rank, y->dim);
		memcpy(out[i]->data, y->data, dtype_bytes(y->dtype, y->count));
	}
}

void replace_out(Graph *g, Node *n, int slot, Value *v)
{
	if (!wants(n, slot))
		return;
	if (n->out[slot]->dtype != DT_NONE) {
		value_replace(g, n->out[slot], v);
		return;
	}
	n->out[slot]->dtype = v->dtype; /* infer_expansion() asks */
	n->out[slot]->shape = v->shape;
	if (v->content)
		set_content(g, n->out[slot], v->ncontent, v->content);
}

/* ---- infer: the expansion over the node's own inputs, in a graph that nobody keeps ---- */

void infer_expansion(Graph *g, Node *n)
{
	Graph *body = graph_new(g->ctx, g->syms, n->name, g);
	Node copy = *n;

	copy.out = NEW_N(&g->ctx->scratch, Value *, n->nout);
	for (int i = 0; i < n->nout; i++)
		copy.out[i] = n->out[i] ? value_new(body, NULL) : NULL;
	n->op->expand(body, &copy);
	for (int i = 0; i < n->nout; i++) {
		const Value *y = copy.out[i];
		if (!y)
			continue;
		if (y->dtype == DT_NONE)
			fail_unsupported(g, n, "output %d is asked for", i);
		set_out(g, n, i, y->dtype, &y->shape);
		if (y->content)
			set_content(g, n->out[i], y->ncontent, y->content);
	}
}

/* ---- attributes by name ---- */

static size_t field_size(AttrKind kind)
{
	switch (kind) {
	case A_INT:
	case A_ENUM: return sizeof(int64_t);
	case A_FLOAT: return sizeof(float);
	case A_TYPE: return sizeof(DType);
	case A_STRING: return sizeof(Text);
	case A_INTS: return sizeof(Ints);
	case A_FLOATS: return sizeof(Floats);
	case A_STRINGS: return sizeof(Strings);
	case A_TENSOR: return sizeof(Tensor *);
	case A_GRAPH: return sizeof(int);
	}
	return 0;
}

static const Attr *find_attr(const Op *op, const char *name)
{
	for (const Attr *row = op->attrs; row && row->name; row++)
		if (!strcmp(row->name, name))
			return row;
	return NULL;
}

void *attr_like(Graph *g, const char *name, const Node *n)
{
	const Op *op = op_named(name);
	char *attr = attr_new(g, op);

	for (const Attr *row = op->attrs; row && row->name; row++) {
		const Attr *own = find_attr(n->op, row->name);
		if (own && own->kind == row->kind)
			memcpy(attr + row->offset, (const char *)n->attr + own->offset, field_size(row->kind));
	}
	return attr;
}

void attr_set(const char *name, void *attr, const char *field, double x)
{
	const Attr *row = find_attr(op_named(name), field);
	char *to = (char *)attr + row->offset;

	if (row->kind == A_FLOAT)
		*(float *)to = (float)x;
	else if (row->kind == A_TYPE)
		*(DType *)to = (DType)x;
	else
		*(int64_t *)to = (int64_t)x;
}

Value *put_like(Graph *g, const Node *n, const char *name, Value *a, Value *b, Value *c)
{
	Value *in[3] = {a, b, c};
	int nin = c ? 3 : b ? 2 : 1;

	return node_new(g, op_named(name), n, nin, in, 1, attr_like(g, name, n))->out[0];
}

Value *put_number(Graph *g, const Node *n, const char *name, const char *field, double x, Value *a)
{
	void *attr = attr_like(g, name, n);

	attr_set(name, attr, field, x);
	return node_new(g, op_named(name), n, 1, &a, 1, attr)->out[0];
}

/* ---- nodes ---- */

Value *cast_value(Graph *g, const Node *like, Value *v, DType t)
{
	void *attr;

	if (v->dtype == t)
		return v;
	attr = attr_new(g, op_named("Cast"));
	attr_set("Cast", attr, "to", t);
	return put_attr(g, like, "Cast", attr, v, END_IN);
}

Value *scaled(Graph *g, const Node *like, Value *v, double factor)
{
	return factor == 1 ? v : put(g, like, "Mul", v, value_scalar(g, v->dtype, factor), END_IN);
}

Value *sum_if(Graph *g, const Node *like, Value *a, Value *b)
{
	return b ? put(g, like, "Add", a, b, END_IN) : a;
}

Ints ints(Graph *g, int n, const int64_t *v)
{
	return (Ints){arena_copy(&g->ctx->perm, v, (size_t)n * sizeof *v), n};
}

Value *optional_in(const Node *n, int slot) { return has_in(n, slot) ? n->in[slot] : NULL; }

Value *swapped(Graph *g, const Node *like, Value *v, int a, int b)
{
	int64_t perm[MAX_RANK];

	for (int k = 0; k < v->shape.rank; k++)
		perm[k] = k == a ? b : k == b ? a : k;
	return transposed(g, like, v, v->shape.rank, perm);
}

Value *channels_first(Graph *g, const Node *like, Value *v)
{
	int rank = v->shape.rank;
	int64_t perm[MAX_RANK] = {0, rank - 1};

	for (int k = 2; k < rank; k++)
		perm[k] = k - 1;
	return transposed(g, like, v, rank, perm);
}

Value *channels_last(Graph *g, const Node *like, Value *v)
{
	int rank = v->shape.rank;
	int64_t perm[MAX_RANK] = {0};

	for (int k = 1; k < rank; k++)
		perm[k] = k + 1 < rank ? k + 1 : 1;
	return transposed(g, like, v, rank, perm);
}

Value *transposed(Graph *g, const Node *like, Value *v, int rank, const int64_t *perm)
{
	struct Transpose attr = {{arena_copy(&g->ctx->perm, perm, (size_t)rank * sizeof *perm), rank}};

	return put_attr(g, like, "Transpose", &attr, v, END_IN);
}

Value *joined(Graph *g, const Node *like, int64_t axis, Value *a, Value *b)
{
	return put_attr(g, like, "Concat", &(struct Concat){axis}, a, b, END_IN);
}

Value *reshaped(Graph *g, const Node *like, Value *v, int rank, const int64_t *sizes)
{
	return put(g, like, "Reshape", v, value_i64(g, rank, sizes), END_IN);
}

Value *shaped_as(Graph *g, const Node *like, Value *v, const Shape *s)
{
	int64_t size[MAX_RANK];
	int open = 0;

	for (int k = 0; k < s->rank; k++) {
		bool kept = k < v->shape.rank && dim_same(s->dim[k], v->shape.dim[k]);
		bool known = dim_known(s->dim[k]) && s->dim[k].k;
		open += !known && !kept;
		size[k] = known ? s->dim[k].k : kept ? 0 : -1;
	}
	if (open > 1)
		return put(g, like, "Reshape", v, shape_as_value(g, like, v, s), END_IN);
	return reshaped(g, like, v, s->rank, size);
}

Value *with_axes(Graph *g, const Node *like, Value *v, int n, const int64_t *axes)
{
	return put(g, like, "Unsqueeze", v, value_i64(g, n, axes), END_IN);
}

Value *reduced(Graph *g, const Node *like, const char *name, Value *v, int64_t axis, bool keep)
{
	return put_attr(g, like, name, &(struct Reduce){keep, 0}, v, value_i64(g, 1, &axis), END_IN);
}

Value *root_scale(Graph *g, const Node *like, Value *v, int axis, DType t)
{
	DType work = t == F64 ? F64 : F32;

	if (dim_known(v->shape.dim[axis]))
		return value_scalar(g, t, 1 / sqrt((double)v->shape.dim[axis].k));
	Value *root = put(g, like, "Sqrt", cast_value(g, like, size_of(g, like, v, axis), work), END_IN);
	return cast_value(g, like, put(g, like, "Reciprocal", root, END_IN), t);
}

Value *size_of(Graph *g, const Node *like, Value *v, int axis)
{
	int64_t at = axis;

	if (dim_known(v->shape.dim[axis]))
		return value_scalar(g, I64, (double)v->shape.dim[axis].k);
	return put(g, like, "Gather", put(g, like, "Shape", v, END_IN),
		   value_const(g, NULL, tensor_i64(&g->ctx->perm, 1, &at, true)), END_IN);
}

Value *counted(Graph *g, const Node *like, Value *v, int axis)
{
	return put(g, like, "Range", value_scalar(g, I64, 0), size_of(g, like, v, axis), value_scalar(g, I64, 1),
		   END_IN);
}
