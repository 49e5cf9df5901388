/* params.c -- the parameters of a stage's function, and what they are called.
 *
 * y is written, x x2 ... are read, w w2 ... are constants; but who has a role in the operator that reads it is called by
 * that: bias, scale, residual, mask, gate; and state, what a turn of a loop hands to the next. The first node of the stage that
 * reads a value says what it is there. */
#include <string.h>
#include "codegen/module.h"

/* ---- roles ---- */

typedef struct RoleRow {
	const char *op;
	int slot;
	const char *name;
} RoleRow;

static const RoleRow roles[] = {
	{"Conv", 2, "bias"}, {"ConvTranspose", 2, "bias"}, {"DeformConv", 3, "bias"}, {"Gemm", 2, "bias"},
	{"LayerNormalization", 1, "scale"}, {"LayerNormalization", 2, "bias"}, {"RMSNormalization", 1, "scale"},
	{"InstanceNormalization", 1, "scale"}, {"InstanceNormalization", 2, "bias"},
	{"GroupNormalization", 1, "scale"}, {"GroupNormalization", 2, "bias"},
	{"BatchNormalization", 1, "scale"}, {"BatchNormalization", 2, "bias"}, {"BatchNormalization", 3, "mean"},
	{"BatchNormalization", 4, "variance"}, {"PRelu", 1, "slope"}, {"Where", 0, "mask"},
	{"QuantizeLinear", 1, "scale"}, {"QuantizeLinear", 2, "zero"}, {"DequantizeLinear", 1, "scale"},
	{"DequantizeLinear", 2, "zero"}, {"Gather", 0, "table"}, {"Gather", 1, "indices"},
};

const char *role_word(int i) { return i < (int)(sizeof roles / sizeof *roles) ? roles[i].name : NULL; }

static bool same_shape(const Value *a, const Value *b)
{
	bool same = a->shape.rank == b->shape.rank;
	for (int k = 0; same && k < a->shape.rank; k++)
		same = dim_same(a->shape.dim[k], b->shape.dim[k]);
	return same;
}

/* The sum of products of this stage that another node of the model makes: what is added to it came past that node. */
static bool passes_by(const Stage *s, const Node *add)
{
	for (int i = 0; i < s->nfused; i++)
		if (s->fused[i]->op->flags & (CONTRACTS | TABLES))
			return s->fused[i] != add && strcmp(s->fused[i]->name, add->name);
	return false;
}

/* What makes it gives numbers from 0 to 1, and a product or 1 - v takes it: it says how much of something goes on. */
static bool is_gate(const Node *n, const Value *v)
{
	while (v->def && (v->def->op->flags & MOVES))
		v = v->def->in[0];
	return (is_op(n, "Mul") || is_op(n, "Sub")) && v->def && (is_op(v->def, "Sigmoid") || is_op(v->def, "HardSigmoid"));
}

/* What v is to the node that takes it as input `slot`, NULL: nothing that has a name. */
static const char *role_in(const Stage *s, const Node *n, int slot, const Value *v)
{
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (roles[i].slot == slot && is_op(n, roles[i].op))
			return roles[i].name;
	bool constant = place_root(v)->data, whole = same_shape(v, n->out[0]);
	if (n->op == &op_tcc_Lookup)
		return slot ? "table" : NULL;
	if (n->op == &op_tcc_Weigh)
		return slot == 1 ? "indices" : slot == 2 ? "scale" : NULL;
	if (is_op(n, "Add"))
		return constant ? "bias" : whole && passes_by(s, n) ? "residual" : NULL;
	if (is_op(n, "Mul") && (constant || !whole))
		return "scale";
	if (v->place && v->place->state)
		return "state";
	return is_gate(n, v) ? "gate" : NULL;
}

/* Of the value that the stage reads: the first of its nodes that does more than move it knows. */
const char *param_role(const Stage *s, const Value *v)
{
	for (int i = 0; i < s->nfused; i++) {
		const Node *n = s->fused[i];
		int slot = 0;
		while (slot < n->nin && n->in[slot] != v)
			slot++;
		if (slot == n->nin || !n->out[0])
			continue;
		if (slot == 0 && (n->op->flags & MOVES) && !is_op(n, "Gather"))
			v = n->out[0];
		else
			return role_in(s, n, slot, v);
	}
	return NULL;
}

/* ---- names ---- */

/* Parameters called so, perhaps with a number. */
static int with_name(const Stage *s, const char *name)
{
	size_t n = strlen(name);
	int count = 0;
	for (int i = 0; i < s->nparams; i++) {
		const char *other = s->param[i].name;
		count += !strncmp(other, name, n) && !other[n + strspn(other + n, "0123456789")];
	}
	return count;
}

static const char *param_name(const Stage *s, const Param *q, Arena *a)
{
	if (q->written)
		return q->value == s->out ? "y" : "work";
	const char *role = q->value ? param_role(s, q->value) : NULL;
	const char *name = role ? role : q->value && !place_root(q->value)->data ? "x" : "w";
	int nth = with_name(s, name);
	return nth ? arena_format(a, "%s%d", name, nth + 1) : name;
}

/* Beside packed weights, which are called s5_w, others are numbered. */
static const char *constant_name(const Stage *s, const char *param, Arena *a)
{
	if (s->contraction && *param == 'w')
		return arena_format(a, "s%d_w%d", s->number, s->nparams);
	return arena_format(a, "s%d_%s", s->number, param);
}

static Param *param_add(Stage *s, const Param *q)
{
	if (s->nparams == PARAM_MAX)
		fail_unsupported(s->l->graph, s->node, "a stage that reads more than %d values", PARAM_MAX);
	s->param[s->nparams] = *q;
	return &s->param[s->nparams++];
}

Param *param_of(Stage *s, Value *v)
{
	for (int i = 0; i < s->nparams; i++)
		if (s->param[i].value == v)
			return &s->param[i];
	Param q = {.value = v, .written = v == s->out || v == s->work};
	const Value *root = place_root(v);
	const Tensor *t = root->data;
	q.name = param_name(s, &q, s->l->arena);
	if (t)
		q.weight = weight_add(s->module, &(Weight){.name = constant_name(s, q.name, s->l->arena), .dtype = v->dtype,
		                                           .count = t->count, .data = t->data, .from = root->name});
	return param_add(s, &q);
}

Param *param_weight(Stage *s, const Weight *w)
{
	for (int i = 0; i < s->nparams; i++)
		if (s->param[i].weight == w)
			return &s->param[i];
	Param q = {.weight = w};
	q.name = param_name(s, &q, s->l->arena);
	return param_add(s, &q);
}
