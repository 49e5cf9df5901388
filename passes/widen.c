/* widen.c -- float16 and bfloat16 graphs compute in float32.
 *
 * Processors convert halves; few compute with them. So they are converted where they come in and where they go out:
 *     y f16 = Relu(Conv(x f16, w f16))      ->      y = Cast(Relu(Conv(Cast(x, f32), w as f32)), f16)
 *
 * needs  shapes
 * keeps  types and names of inputs and outputs; every conversion that the model writes out, and what its operators make
 *        of types they name themselves (their halves are rounded as before, then widened)
 *
 * Constants widen exactly. Where rounding decides more than the last digits (bits, equality, overflow, steps of a
 * quantisation) the operator sees the halves that it saw before, and a loop or a branch keeps the types of its body. */
#include "ir/op/composite.h"
#include "passes/pass.h"
#include "passes/rewrite.h"

void pass_widen(Graph *g, const Options *o);

/* Inputs that stay as they are. */
static const struct Keep {
	const Op *op;
	unsigned slots; /* bit k: input k */
} keeps[] = {
	{&op_BitCast, 1},          /* reads the bits */
	{&op_CastLike, 2},         /* takes over the type */
	{&op_QuantizeLinear, 3},   /* rounds the quotient to the type of the scale */
	{&op_ort_QuantizeLinear, 3},
	{&op_DynamicQuantizeLinear, 1},
	{&op_Equal, 3},            /* equal halves need not be equal floats */
	{&op_Unique, 1},
	{&op_treeensemble, 1},     /* has splits and weights of that type */
	{&op_NonZero, 1},          /* what is too small for a half is zero */
	{&op_IsInf, 1},            /* what is too large for a half is infinite */
	{&op_IsNaN, 1},
};

/* What became of a value, by its number. */
typedef struct Twin {
	DType was;            /* F16 or BF16 in the model, else DT_NONE */
	Value *wide, *narrow; /* in F32, and as it was; NULL until somebody asks */
} Twin;

typedef struct Widen {
	Graph *g;
	Twin *twin;
} Widen;

static bool is_half(const Value *v) { return v->kind == KIND_TENSOR && (v->dtype == F16 || v->dtype == BF16); }

static Value *constant_as_f32(Graph *g, const Value *v)
{
	Tensor *t = tensor_new(&g->ctx->perm, F32, v->data->rank, v->data->dim);

	for (int64_t i = 0; i < t->count; i++)
		((float *)t->data)[i] = (float)load_f64(v->dtype, v->data->data, i);
	return value_const(g, v->name, t);
}

static Value *wide(Widen *w, Value *v)
{
	Twin *t = &w->twin[v->id];

	if (!t->wide)
		t->wide = v->data && v->dtype != F32 ? constant_as_f32(w->g, v) : cast_value(w->g, v->def, v, F32);
	return t->wide;
}

static Value *narrow(Widen *w, Value *v)
{
	Twin *t = &w->twin[v->id];

	if (!t->narrow)
		t->narrow = cast_value(w->g, v->def, v, t->was);
	return t->narrow;
}

/* A look-up in a table of halves: widened, the table would take twice the memory. */
static bool moves_constants(const Node *n)
{
	bool constants = (n->op->flags & MOVES) != 0;

	for (int i = 0; i < n->nin; i++)
		constants &= !n->in[i] || !is_float(n->in[i]->dtype) || n->in[i]->data;
	return constants;
}

/* Loops, branches, sequences and random numbers keep all types. */
static bool keeps_all(const Node *n)
{
	bool all = n->nsub || (n->op->flags & RANDOM);

	for (int i = 0; i < n->nin; i++)
		all |= n->in[i] && n->in[i]->kind != KIND_TENSOR;
	for (int i = 0; i < n->nout; i++)
		all |= n->out[i] && n->out[i]->kind != KIND_TENSOR;
	return all || moves_constants(n);
}

static bool keeps_input(const Node *n, int slot)
{
	for (size_t i = 0; i < sizeof keeps / sizeof *keeps; i++)
		if (n->op == keeps[i].op)
			return slot < 8 && (keeps[i].slots >> slot & 1);
	return keeps_all(n);
}

/* The types of n's outputs; their sizes are known already. */
static void infer_types(Graph *g, Node *n)
{
	Value *was = NEW_N(&g->ctx->scratch, Value, n->nout);

	for (int i = 0; i < n->nout; i++)
		if (n->out[i])
			was[i] = *n->out[i];
	infer_node(g, n);
	for (int i = 0; i < n->nout; i++) {
		if (!n->out[i])
			continue;
		was[i].dtype = n->out[i]->dtype;
		*n->out[i] = was[i];
	}
}

static void widen_node(Widen *w, Node *n)
{
	bool changed = false;

	for (int i = 0; i < n->nin; i++) {
		Value *v = n->in[i];
		if (!v || !w->twin[v->id].was)
			continue;
		n->in[i] = keeps_input(n, i) ? narrow(w, v) : wide(w, v);
		changed |= n->in[i] != v || v->dtype != w->twin[v->id].was;
	}
	if (changed)
		infer_types(w->g, n);
}

void pass_widen(Graph *g, const Options *o)
{
	uint32_t nodes = g->nnode;
	Widen w = {g, NEW_N(&g->ctx->scratch, Twin, g->nvalue + 1)};

	(void)o;
	for (uint32_t i = 0; i < g->nvalue; i++)
		if (is_half(g->value[i]))
			w.twin[g->value[i]->id].was = g->value[i]->dtype;
	for (uint32_t i = 0; i < nodes; i++)
		widen_node(&w, g->node[i]);
	for (int i = 0; i < g->nout; i++)
		if (w.twin[g->out[i]->id].was)
			g->out[i] = narrow(&w, g->out[i]);
	graph_sort(g);
}
