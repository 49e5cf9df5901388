/* elements.c -- integers of an input that the model makes sizes of: one symbol for each, wherever it is read as a size.
 *
 *     more = Max(Shape(x), shape); y = Pad(x, more - Shape(x))      shape i64[2]
 *
 *     shape <shape[0], shape[1]>         the sizes of y are max(n, shape[0]) and max(m, shape[1])
 *
 * Most operators whose sizes data decide count them by themselves, and nobody knows then that two such sizes belong together. Where
 * an input's integers reach such an operator through others, they are counted once, at the beginning of the model, and
 * inference computes with them. They are 0 or more: a run in which one is not stops. */
#include <string.h>
#include "frontend/onnx.h"
#include "ir/op/counted.h"

enum { MOST_ELEMENTS_OPEN = 16 };

/* ---- what they reach ---- */

/* Operators that hand on integers, moved or computed. */
static bool hands_on(const char *type)
{
	static const char *const list[] = {"Add", "Sub", "Mul", "Div", "Max", "Min", "Concat", "Split", "Slice", "Gather", "Squeeze",
					   "Unsqueeze", "Reshape", "Identity", "Cast", "If"};

	for (size_t i = 0; i < sizeof list / sizeof *list; i++)
		if (!strcmp(type, list[i]))
			return true;
	return false;
}

typedef struct Reach {
	const Frame *f;
	uint32_t input;
	bool scalar;   /* the input is one integer, no vector */
	bool *reached; /* by name */
} Reach;

/* Input `slot` says how large the result is, which is without any bound; `direct`: it is an input of the model. A scalar may as
 * well be where something begins, which can be negative; a length cannot. */
static bool makes_sizes(const Reach *r, const char *type, size_t slot, bool direct)
{
	static const struct {
		const char *type;
		size_t slot;
		bool counts; /* sizes that are inputs of the model by itself */
		bool length;
	} list[] = {{"Pad", 1, true, false}, {"Range", 0, true, false}, {"Range", 1, true, false}, {"ConstantOfShape", 0, true, false},
		    {"Expand", 1, true, false}, {"Tile", 1, true, false}, {"AffineGrid", 1, false, false}, {"DFT", 1, false, true}};

	for (size_t i = 0; i < sizeof list / sizeof *list; i++)
		if (!strcmp(type, list[i].type) && slot == list[i].slot)
			return !(direct && list[i].counts) && (list[i].length || !r->scalar);
	return false;
}

static bool is_reached(const Reach *r, const char *name)
{
	uint32_t k = *name ? names_find(&r->f->scope->names, name) : NO_NAME;

	return k != NO_NAME && r->reached[k];
}

static bool reads_inside(const Reach *r, const Scope *child)
{
	for (; child; child = child->next)
		for (uint32_t i = 0; i < child->noutside; i++)
			if (is_reached(r, child->names.name[child->outside[i]]))
				return true;
	return false;
}

/* It makes sizes of what is reached, not of the input as it is, and the file does not give them. */
static bool needs_elements(const Reach *r, const NodeProto *p, size_t slot)
{
	uint32_t out = names_find(&r->f->scope->names, p->output[0]), in = names_find(&r->f->scope->names, p->input[slot]);
	const Value *given = r->f->given[out];

	return makes_sizes(r, p->op_type, slot, in == r->input) && !(given && shape_known(&given->shape));
}

/* True: the node needs the elements; else its outputs are reached where its inputs are. */
static bool follow(Reach *r, size_t node)
{
	const Scope *s = r->f->scope;
	const NodeProto *p = s->node[node];
	bool some = reads_inside(r, s->child[node]);

	if (s->callee[node].kind != CALL_OP || !is_onnx_domain(p->domain))
		return false;
	for (size_t i = 0; i < p->n_input; i++) {
		if (!is_reached(r, text_of(p->input[i])))
			continue;
		if (p->n_output && *p->output[0] && needs_elements(r, p, i))
			return true;
		some = true;
	}
	for (size_t i = 0; some && hands_on(text_of(p->op_type)) && i < p->n_output; i++)
		if (*p->output[i])
			r->reached[names_find(&s->names, p->output[i])] = true;
	return false;
}

static bool are_sizes(const Frame *f, const char *name)
{
	const Scope *s = f->scope;
	uint32_t input = names_find(&s->names, name);
	Reach r = {f, input, f->value[input]->shape.rank == 0, NEW_N(&f->im->ctx->scratch, bool, s->names.n)};

	r.reached[r.input] = true;
	for (size_t i = 0; i < s->nnode; i++)
		if (follow(&r, s->order[i]))
			return true;
	return false;
}

/* ---- counting them ---- */

static Value *counted_element(Frame *f, const Value *v, Value *list, int k)
{
	const Node like = {.name = v->name};
	const char *name = arena_format(f->im->arena, "%s[%d]", v->name, k);
	int64_t first = 0;

	Dim d = dim_symbol(f->g->syms, name);
	dim_symbol_of(f->g->syms, d)->counted = true;
	return with_axes(f->g, &like, counted_value(f->g, &like, element(f->g, &like, list, k), d), 1, &first);
}

static Value *counted_elements(Frame *f, Value *v, int count)
{
	const Node like = {.name = v->name};
	Value *list = as_vector(f->g, &like, v), *all = counted_element(f, v, list, 0);

	for (int k = 1; k < count; k++)
		all = joined(f->g, &like, 0, all, counted_element(f, v, list, k));
	return cast_value(f->g, &like, v->shape.rank ? all : element(f->g, &like, all, 0), v->dtype);
}

static bool may_hold_sizes(const Value *v)
{
	bool integers = v->role == ROLE_INPUT && v->kind == KIND_TENSOR && (v->dtype == I64 || v->dtype == I32);

	if (!integers || v->shape.rank < 0 || v->shape.rank > 1)
		return false;
	return v->shape.rank == 0 || (dim_known(v->shape.dim[0]) && v->shape.dim[0].k > 0 && v->shape.dim[0].k <= MOST_ELEMENTS_OPEN);
}

void elements_open(Frame *f)
{
	const GraphProto *p = f->scope->graph;

	for (size_t i = 0; i < p->n_input; i++) {
		uint32_t k = names_find(&f->scope->names, text_of(p->input[i]->name));
		Value *v = k == NO_NAME ? NULL : f->value[k];
		if (v && may_hold_sizes(v) && are_sizes(f, p->input[i]->name))
			f->value[k] = counted_elements(f, v, v->shape.rank ? (int)v->shape.dim[0].k : 1);
	}
}
