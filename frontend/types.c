/* types.c -- what a file declares about a value, and whether that agrees with what inference found.
 *
 * Where only the run could tell, shapes declared in numbers are trusted (is_trusted()).
 * A declared number of what the model takes is a promise. What it works out, gives, or hands to a body has the shape that
 * inference found, whatever the file says: exporters write down what they saw in one run, or guess, and other engines only
 * warn as well. Element types have to be right everywhere.
 * A declared name promises nothing: exporters make fresh ones up for sizes that they did not work out. A size that inference
 * knows only as an expression may turn out to be any number. */
#include <string.h>
#include "frontend/onnx.h"

DType dtype_of(Ctx *c, int64_t number, const char *who)
{
	if (number <= 0 || number >= DT_COUNT)
		fail(c, EXIT_MODEL, "E-TYPE", "'%s' has the unknown element type %lld; 1 to %d exist", shown(c, who),
		     (long long)number, DT_COUNT - 1);
	return (DType)number;
}

static Declared declared_tensor(Import *im, const Onnx__TypeProto__Tensor *t, const char *who)
{
	Declared d = {KIND_TENSOR, DT_NONE, t->shape};

	if (t->has_elem_type && t->elem_type)
		d.dtype = dtype_of(im->ctx, t->elem_type, who);
	return d;
}

/* What a map holds, or a sequence of maps: the type of its values. */
static Declared declared_map(Import *im, const Onnx__TypeProto__Map *m, const char *who)
{
	const Onnx__TypeProto__Tensor *v = m->value_type ? m->value_type->tensor_type : NULL;

	return (Declared){KIND_MAP, v && v->elem_type ? dtype_of(im->ctx, v->elem_type, who) : DT_NONE, NULL};
}

/* Sequences and optionals hold tensors, an optional may hold a sequence; what nests deeper is not of this world. */
static Declared declared_inner(Import *im, Kind kind, const TypeProto *t, const char *who)
{
	Declared d = {kind, DT_NONE, NULL}, inner;

	if (!t)
		return d;
	inner = declared_type(im, t, who);
	if (inner.kind == KIND_SEQUENCE && kind == KIND_OPTIONAL)
		kind = KIND_OPTIONAL_SEQUENCE;
	else if (inner.kind != KIND_TENSOR)
		fail(im->ctx, EXIT_UNSUPPORTED, "E-TYPE", "'%s' has a nested sequence or optional type",
		     shown(im->ctx, who));
	return (Declared){kind, inner.dtype, inner.shape};
}

Declared declared_type(Import *im, const TypeProto *t, const char *who)
{
	int given = !!t->tensor_type + !!t->sequence_type + !!t->map_type + !!t->sparse_tensor_type +
		    !!t->optional_type;

	if (given > 1)
		fail(im->ctx, EXIT_MODEL, "E-TYPE", "'%s' has %d types at once", shown(im->ctx, who), given);
	if (t->tensor_type)
		return declared_tensor(im, t->tensor_type, who);
	if (t->sequence_type && t->sequence_type->elem_type && t->sequence_type->elem_type->map_type)
		return declared_map(im, t->sequence_type->elem_type->map_type, who);
	if (t->sequence_type)
		return declared_inner(im, KIND_SEQUENCE, t->sequence_type->elem_type, who);
	if (t->optional_type)
		return declared_inner(im, KIND_OPTIONAL, t->optional_type->elem_type, who);
	if (t->map_type)
		return declared_map(im, t->map_type, who);
	if (t->sparse_tensor_type)
		fail(im->ctx, EXIT_UNSUPPORTED, "E-TYPE",
		     "'%s' has a sparse tensor type; tensors, sequences, optionals and maps are supported", shown(im->ctx, who));
	return (Declared){KIND_TENSOR, DT_NONE, NULL};
}

Declared declared_of(Import *im, const ValueInfoProto *p)
{
	return p->type ? declared_type(im, p->type, text_of(p->name)) : (Declared){KIND_TENSOR, DT_NONE, NULL};
}

static const char *declared_text(Import *im, const TensorShapeProto *s)
{
	const char *text = "";

	for (size_t i = 0; i < s->n_dim && i < 2 * MAX_RANK; i++) {
		const Onnx__TensorShapeProto__Dimension *d = s->dim[i];
		const char *size = d->has_dim_value ? arena_format(&im->ctx->scratch, "%lld", (long long)d->dim_value)
						    : shown(im->ctx, text_of(d->dim_param));
		text = arena_format(&im->ctx->scratch, "%s%s%s", text, i ? "," : "", *size ? size : "?");
	}
	return arena_format(&im->ctx->scratch, "[%s]", text);
}

/* Sizes that data decide are what the file says, where it does: a run in which they are not stops. Those that another turn
 * contradicts are not, though tracers write down what they saw in the first one. */
static void settle_counted(Import *im, const TensorShapeProto *p, const Value *v)
{
	for (int i = 0; i < v->shape.rank; i++) {
		Symbol *s = dim_symbol_of(im->syms, v->shape.dim[i]);
		int64_t k = p->dim[i]->has_dim_value ? p->dim[i]->dim_value : -1;
		if (s && s->counted && !s->varies && k >= s->lo && (s->hi < 0 || k <= s->hi))
			s->lo = s->hi = k;
	}
}

static bool shape_agrees(const TensorShapeProto *p, const Shape *s)
{
	if ((size_t)s->rank != p->n_dim)
		return false;
	for (int i = 0; i < s->rank; i++)
		if (p->dim[i]->has_dim_value && dim_known(s->dim[i]) && s->dim[i].k != p->dim[i]->dim_value)
			return false;
	return true;
}

static void check_type(Ctx *c, const Declared *d, const Value *v, const char *what, const char *name)
{
	static const char *const kind_name[] = {"tensor", "sequence", "optional", "map", "optional sequence"};
	Kind kind = v->labels ? KIND_MAP : v->kind;

	if (d->dtype && d->kind != kind)
		fail(c, EXIT_MODEL, "E-TYPE", "%s '%s' is declared as a %s, but is a %s", what, name,
		     kind_name[d->kind], kind_name[kind]);
	if (d->dtype && v->dtype && d->dtype != v->dtype)
		fail(c, EXIT_MODEL, "E-TYPE", "%s '%s' is declared as %s, but is %s", what, name, dtype_name(d->dtype),
		     dtype_name(v->dtype));
}

static bool check_shape(Import *im, const ValueInfoProto *p, const Value *v)
{
	Declared d = declared_of(im, p);

	if (!d.shape || v->shape.rank < 0)
		return true;
	if (!shape_agrees(d.shape, &v->shape))
		return false;
	settle_counted(im, d.shape, v);
	return true;
}

static const char *disagreement(Import *im, const ValueInfoProto *p, const Value *v, const char *what)
{
	Graph g = {.ctx = im->ctx, .syms = im->syms};

	return arena_format(&im->ctx->scratch, "%s '%s' is declared with shape %s, but has %s", what,
			    shown(im->ctx, text_of(p->name)), declared_text(im, declared_of(im, p).shape),
			    shape_text(&g, &v->shape));
}

void declared_check(Import *im, const ValueInfoProto *p, const Value *v, const char *what, bool promise)
{
	Declared d = declared_of(im, p);

	check_type(im->ctx, &d, v, what, shown(im->ctx, text_of(p->name)));
	if (check_shape(im, p, v))
		return;
	if (promise)
		fail(im->ctx, EXIT_MODEL, "E-SHAPE", "%s", disagreement(im, p, v, what));
	if (!im->nwrong++)
		im->wrong = arena_string(im->arena, disagreement(im, p, v, what));
}

void declared_report(Import *im)
{
	if (im->nwrong && !im->ctx->told_shapes)
		warn(im->ctx, "%s, which holds%s", im->wrong,
		     im->nwrong == 1 ? "" : arena_format(&im->ctx->scratch, "; so with %d more", im->nwrong - 1));
	im->ctx->told_shapes |= im->nwrong;
}

/* ---- shapes for inference to trust ---- */

/* What --shape says of a sequence that the model gives. */
static void give_elements(const Frame *f, const ValueInfoProto *p)
{
	uint32_t k = names_find(&f->scope->names, text_of(p->name));
	const ShapeChoice *choice = elements_choice(f->im, text_of(p->name));

	if (k == NO_NAME || !choice)
		return;
	Value *list = NEW(f->im->arena, Value), *element = NEW_N(f->im->arena, Value, choice->n);
	list->item = NEW_N(f->im->arena, Value *, choice->n + 1);
	for (; list->nitems < choice->n; list->nitems++) {
		const Sizes *s = &choice->element[list->nitems];
		list->item[list->nitems] = &element[list->nitems];
		element[list->nitems].shape.rank = s->rank;
		for (int i = 0; i < s->rank; i++)
			element[list->nitems].shape.dim[i] = dim(s->dim[i]);
	}
	f->given[k] = list;
}

static void give(const Frame *f, const ValueInfoProto *p)
{
	uint32_t k = names_find(&f->scope->names, text_of(p->name));
	Declared d = declared_of(f->im, p);
	Shape s = {.rank = d.shape ? (int)d.shape->n_dim : 0};

	if (k == NO_NAME || !d.shape || d.kind != KIND_TENSOR || d.shape->n_dim > MAX_RANK)
		return;
	f->rank[k] = (int8_t)s.rank;
	for (int i = 0; i < s.rank; i++) {
		if (!d.shape->dim[i]->has_dim_value || d.shape->dim[i]->dim_value < 0)
			return;
		s.dim[i] = dim(d.shape->dim[i]->dim_value);
	}
	f->given[k] = NEW(f->im->arena, Value);
	f->given[k]->shape = s;
}

static bool numbers_of(const Frame *f, ValueInfoProto *const *list, size_t n, const char *name, Shape *s)
{
	for (size_t i = 0; i < n; i++) {
		Declared d = strcmp(text_of(list[i]->name), name) ? (Declared){0} : declared_of(f->im, list[i]);
		if (!d.shape || d.kind != KIND_TENSOR || d.shape->n_dim > MAX_RANK)
			continue;
		s->rank = (int)d.shape->n_dim;
		for (int k = 0; k < s->rank; k++)
			s->dim[k] = dim(d.shape->dim[k]->has_dim_value ? d.shape->dim[k]->dim_value : -1);
		return true;
	}
	return false;
}

bool declared_numbers(const Frame *f, const char *name, Shape *s)
{
	const GraphProto *p = f->scope->graph;

	return numbers_of(f, p->output, p->n_output, name, s) || numbers_of(f, p->value_info, p->n_value_info, name, s);
}

static bool all_ones(const Shape *s)
{
	for (int i = 0; i < s->rank; i++)
		if (!dim_is(s->dim[i], 1))
			return false;
	return true;
}

/* A function of single elements keeps the shape: what the file gives its result holds for what it reads. Of several that
 * it reads, one element comes from one each. */
static void give_backward(const Frame *f, const NodeProto *p)
{
	const Op *op = is_onnx_domain(p->domain) ? op_find("", p->op_type) : NULL;
	size_t n = !strcmp(text_of(p->op_type), "CastLike") ? 1 : p->n_input;

	if (!op || !(op->flags & POINTWISE) || p->n_output != 1 || !*p->output[0])
		return;
	uint32_t k = names_find(&f->scope->names, p->output[0]);
	Value *y = f->given[k];
	for (size_t i = 0; i < n; i++) {
		uint32_t to = *p->input[i] ? names_find(&f->scope->names, p->input[i]) : NO_NAME;
		if (to != NO_NAME && y && !f->given[to] && (n == 1 || all_ones(&y->shape)))
			f->given[to] = y;
		if (to != NO_NAME && n == 1 && f->rank[to] < 0)
			f->rank[to] = f->rank[k];
	}
}

void note_given(Frame *f)
{
	const GraphProto *p = f->scope->graph;

	f->given = NEW_N(f->im->arena, Value *, f->scope->names.n);
	f->rank = NEW_N(f->im->arena, int8_t, f->scope->names.n);
	for (uint32_t i = 0; i < f->scope->names.n; i++)
		f->rank[i] = -1;
	for (size_t i = 0; i < p->n_value_info; i++)
		give(f, p->value_info[i]);
	for (size_t i = 0; i < p->n_output; i++) {
		give(f, p->output[i]);
		give_elements(f, p->output[i]);
	}
	for (size_t i = f->scope->nnode; i-- > 0;)
		give_backward(f, f->scope->node[f->scope->order[i]]);
}
