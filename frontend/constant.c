/* constant.c -- Constant nodes, which have one attribute of several: a row for each form. */
#include <string.h>
#include "frontend/onnx.h"

static Tensor *from_tensor(const Raw *r, const AttributeProto *a)
{
	const Import *im = r->f->im;

	return tensor_import(im->ctx, im->arena, im->directory, a->t, r->name);
}

static Tensor *from_sparse(const Raw *r, const AttributeProto *a)
{
	const Import *im = r->f->im;

	return sparse_import(im->ctx, im->arena, im->directory, a->sparse_tensor, r->name);
}

/* A scalar (rank 0), or a list (rank 1) of n elements that lie at `data`. */
static Tensor *wrap(const Raw *r, DType t, int rank, size_t n, const void *data)
{
	int64_t size = (int64_t)n;
	Tensor *x = tensor_new(r->f->im->arena, t, rank, &size);

	if (n)
		memcpy(x->data, data, dtype_bytes(t, x->count));
	return x;
}

static Tensor *from_int(const Raw *r, const AttributeProto *a) { return wrap(r, I64, 0, 1, &a->i); }
static Tensor *from_float(const Raw *r, const AttributeProto *a) { return wrap(r, F32, 0, 1, &a->f); }
static Tensor *from_ints(const Raw *r, const AttributeProto *a) { return wrap(r, I64, 1, a->n_ints, a->ints); }
static Tensor *from_floats(const Raw *r, const AttributeProto *a) { return wrap(r, F32, 1, a->n_floats, a->floats); }

static Tensor *from_texts(const Raw *r, int rank, size_t n, const ProtobufCBinaryData *bytes)
{
	Tensor *x = wrap(r, STR, rank, 0, NULL);

	x->count = (int64_t)n;
	x->dim[0] = rank ? x->count : 0;
	Text *text = x->data = NEW_N(r->f->im->arena, Text, n);
	for (size_t i = 0; i < n; i++)
		text[i] = (Text){bytes[i].data ? (const char *)bytes[i].data : "", (int64_t)bytes[i].len};
	return x;
}

static Tensor *from_string(const Raw *r, const AttributeProto *a) { return from_texts(r, 0, 1, &a->s); }
static Tensor *from_strings(const Raw *r, const AttributeProto *a)
{
	return from_texts(r, 1, a->n_strings, a->strings);
}

static const struct {
	const char *name;
	enum attr_type type;
	Tensor *(*make)(const Raw *r, const AttributeProto *a);
} forms[] = {
	{"value", AT_TENSOR, from_tensor},	  {"sparse_value", AT_SPARSE, from_sparse},
	{"value_int", AT_INT, from_int},	  {"value_ints", AT_INTS, from_ints},
	{"value_float", AT_FLOAT, from_float},	  {"value_floats", AT_FLOATS, from_floats},
	{"value_string", AT_STRING, from_string}, {"value_strings", AT_STRINGS, from_strings},
};
enum { NFORMS = sizeof forms / sizeof *forms };

Value *constant_build(Raw *r)
{
	if (r->nattr != 1 || r->nin || r->nout != 1)
		raw_fail(r, EXIT_MODEL, "E-ATTR", "has %d values, %d inputs and %d outputs instead of 1, 0 and 1",
			 r->nattr, r->nin, r->nout);
	const AttributeProto *a = r->attr[0];
	for (int i = 0; i < NFORMS; i++) {
		if (strcmp(text_of(a->name), forms[i].name) != 0)
			continue;
		need_attr_type(r, a, forms[i].type);
		return value_const(r->f->g, NULL, forms[i].make(r, a));
	}
	raw_fail(r, EXIT_MODEL, "E-ATTR", "has the unknown value form '%s'", shown(r->f->im->ctx, text_of(a->name)));
}
