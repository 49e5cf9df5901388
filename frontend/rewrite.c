/* rewrite.c -- attributes away and back, inputs in, further nodes: the verbs that opsets.c is written in. */
#include <string.h>
#include "frontend/rewrite.h"

static Arena *scratch(const Raw *r) { return &r->f->im->ctx->scratch; }

/* ---- attributes ---- */

static int find(const Raw *r, const char *name)
{
	for (int i = 0; i < r->nattr; i++)
		if (!strcmp(text_of(r->attr[i]->name), name))
			return i;
	return -1;
}

bool has_attribute(const Raw *r, const char *name)
{
	return find(r, name) >= 0;
}

bool has_text(const AttributeProto *a, const char *text)
{
	return a->s.len == strlen(text) && !memcmp(a->s.data, text, a->s.len);
}

const AttributeProto *take(Raw *r, const char *name, enum attr_type type)
{
	int i = find(r, name);

	if (i < 0)
		return NULL;
	const AttributeProto *a = r->attr[i];
	need_attr_type(r, a, type);
	r->attr[i] = r->attr[--r->nattr];
	return a;
}

int64_t take_int(Raw *r, const char *name, int64_t otherwise)
{
	const AttributeProto *a = take(r, name, AT_INT);

	return a ? a->i : otherwise;
}

float take_float(Raw *r, const char *name, float otherwise)
{
	const AttributeProto *a = take(r, name, AT_FLOAT);

	return a ? a->f : otherwise;
}

static AttributeProto *add(Raw *r, const char *name, enum attr_type type)
{
	AttributeProto *a = NEW(r->f->im->arena, AttributeProto);

	onnx__attribute_proto__init(a);
	a->name = arena_string(r->f->im->arena, name);
	a->has_type = true;
	a->type = (int32_t)type;
	GROW(scratch(r), r->attr, r->nattr, r->cattr);
	return r->attr[r->nattr++] = a;
}

void set_int(Raw *r, const char *name, int64_t x)
{
	AttributeProto *a = add(r, name, AT_INT);

	a->has_i = true;
	a->i = x;
}

void set_float(Raw *r, const char *name, float x)
{
	AttributeProto *a = add(r, name, AT_FLOAT);

	a->has_f = true;
	a->f = x;
}

void set_string(Raw *r, const char *name, const char *text)
{
	AttributeProto *a = add(r, name, AT_STRING);

	a->has_s = true;
	a->s.len = strlen(text);
	a->s.data = arena_copy(r->f->im->arena, text, a->s.len);
}

/* ---- inputs ---- */

Value *input(const Raw *r, int slot)
{
	return slot < r->nin ? r->in[slot] : NULL;
}

Value *need_input(const Raw *r, int slot)
{
	Value *v = input(r, slot);

	if (!v)
		raw_fail(r, EXIT_MODEL, "E-INPUTS", "input %d is absent, but the operator requires it", slot);
	return v;
}

void set_input(Raw *r, int slot, Value *v)
{
	while (r->nin <= slot) {
		GROW(scratch(r), r->in, r->nin, r->cin);
		r->in[r->nin++] = NULL;
	}
	r->in[slot] = v;
}

void set_input_i64(Raw *r, int slot, size_t n, const int64_t *v)
{
	if (input(r, slot))
		raw_fail(r, EXIT_MODEL, "E-INPUTS", "input %d stands for what is an attribute in operator set %d", slot,
			 r->version);
	set_input(r, slot, value_i64(r->f->g, (int)n, v));
}

Value *scalar_like(const Raw *r, const Value *like, float x)
{
	if (!is_float(like->dtype) && !is_int(like->dtype))
		raw_fail(r, EXIT_MODEL, "E-TYPE", "'%s' is %s; it must be float or integer",
			 shown(r->f->im->ctx, like->name), dtype_name(like->dtype));
	return value_scalar(r->f->g, like->dtype, (double)x);
}

Value *scalar_i64(const Raw *r, int64_t x)
{
	return value_const(r->f->g, NULL, tensor_i64(r->f->im->arena, 1, &x, true));
}

/* ---- further nodes ---- */

Raw more(const Raw *r, const char *type, Value *a, Value *b)
{
	Raw e = {.f = r->f, .index = r->index, .proto = r->proto, .name = r->name, .domain = "", .type = type, .version = NEWEST_OPSET,
		 .nout = 1};

	e.out = NEW_N(scratch(r), Value *, 1);
	set_input(&e, 0, a);
	if (b)
		set_input(&e, 1, b);
	return e;
}

Value *finish(Raw *e)
{
	return raw_build(e)->out[0];
}

Value *emit(const Raw *r, const char *type, Value *a, Value *b)
{
	Raw e = more(r, type, a, b);

	return finish(&e);
}

Value *append_ones(const Raw *r, Value *v, int n)
{
	int64_t axes[MAX_RANK];

	if (n <= 0)
		return v;
	if (v->shape.rank + n > MAX_RANK)
		raw_fail(r, EXIT_UNSUPPORTED, "E-RANK", "needs rank %d, at most %d is supported", v->shape.rank + n,
			 MAX_RANK);
	if (v->data) {
		Tensor *view = arena_copy(r->f->im->arena, v->data, sizeof *v->data);
		for (int i = 0; i < n; i++)
			view->dim[view->rank++] = 1;
		return value_const(r->f->g, v->name, view);
	}
	for (int i = 0; i < n; i++)
		axes[i] = v->shape.rank + i;
	return emit(r, "Unsqueeze", v, value_i64(r->f->g, n, axes));
}
