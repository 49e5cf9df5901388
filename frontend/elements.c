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

/* Input `slot` says how large the result is, which is without any bound; `direct`: it is an input of the model. */
static bool makes_sizes(const char *type, size_t slot, bool direct)
{
	static const struct {
		const char *type;
		size_t slot;
		bool counts; /* sizes that are inputs of the model by itself */
	} list[] = {{"Pad", 1, true}, {"Range", 0, true}, {"Range", 1, true}, {"ConstantOfShape", 0, true}, {"Expand", 1, true},
		    {"Tile", 1, true}, {"AffineGrid", 1, false}};

	for (size_t i = 0; i < sizeof list / sizeof *list; i++)
		if (!strcmp(type, list[i].type) && slot == list[i].slot)
			return !(direct && list[i].counts);
	return false;
}

typedef struct Reach {
	const Frame *f;
	uint32_t input;
	bool *reached; /* by name */
} Reach;

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

	return makes_sizes(p->op_type, slot, in == r->input) && !(given && shape_known(&given->shape));
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
	Reach r = {f, names_find(&s->names, name), NEW_N(&f->im->ctx->scratch, bool, s->names.n)};

	r.reached[r.input] = true;
	for (size_t i = 0; i < s->nnode; i++)
		if (follow(&r, s->order[i]))
			return true;
	return false;
}

/* ---- counting them ---- */

static Value *counted_element(Frame *f, Value *v, int k)
{
	const Node like = {.name = v->name};
	const char *name = arena_format(f->im->arena, "%s[%d]", v->name, k);
	int64_t first = 0;

	Dim d = dim_symbol(f->g->syms, name);
	dim_symbol_of(f->g->syms, d)->counted = true;
	return with_axes(f->g, &like, counted_value(f->g, &like, element(f->g, &like, v, k), d), 1, &first);
}

static Value *counted_elements(Frame *f, Value *v, int count)
{
	const Node like = {.name = v->name};
	Value *all = counted_element(f, v, 0);

	for (int k = 1; k < count; k++)
		all = joined(f->g, &like, 0, all, counted_element(f, v, k));
	return cast_value(f->g, &like, all, v->dtype);
}

static bool may_hold_sizes(const Value *v)
{
	bool integers = v->role == ROLE_INPUT && v->kind == KIND_TENSOR && (v->dtype == I64 || v->dtype == I32);

	return integers && v->shape.rank == 1 && dim_known(v->shape.dim[0]) && v->shape.dim[0].k > 0 &&
	       v->shape.dim[0].k <= MOST_ELEMENTS_OPEN;
}

void elements_open(Frame *f)
{
	const GraphProto *p = f->scope->graph;

	for (size_t i = 0; i < p->n_input; i++) {
		uint32_t k = names_find(&f->scope->names, text_of(p->input[i]->name));
		Value *v = k == NO_NAME ? NULL : f->value[k];
		if (v && may_hold_sizes(v) && are_sizes(f, p->input[i]->name))
			f->value[k] = counted_elements(f, v, (int)v->shape.dim[0].k);
	}
}
