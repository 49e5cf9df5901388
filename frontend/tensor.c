/* tensor.c -- TensorProto to Tensor.
 *
 * The elements stand either in raw_data (little-endian, packed), in the one typed field that belongs to the type (a row
 * below), or in a file. Payloads that already look like ours are used where protobuf-c has put them. */
#include <string.h>
#include "frontend/external.h"
#include "frontend/onnx.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "raw_data is little-endian and used in place"
#endif

enum field { RAW, FLOATS, INT32S, INT64S, DOUBLES, UINT64S, STRINGS, NFIELDS };

static const char *const field_name[NFIELDS] = {"raw_data",   "float_data",  "int32_data", "int64_data",
						"double_data", "uint64_data", "string_data"};

/* A tensor on its way in. */
typedef struct Source {
	Ctx *ctx;
	Arena *arena;
	const TensorProto *proto;
	const char *who;
	Tensor *tensor;
} Source;

#define BAD(s, id, format, ...)                                                                                        \
	fail((s)->ctx, EXIT_MODEL, id, "tensor '%s': " format, shown((s)->ctx, (s)->who), __VA_ARGS__)

/* The typed field that holds elements of a type. */
static enum field typed_field(DType t)
{
	switch (t) {
	case F32:
	case C64: return FLOATS;
	case F64:
	case C128: return DOUBLES;
	case I64: return INT64S;
	case U32:
	case U64: return UINT64S;
	case STR: return STRINGS;
	default: return INT32S;
	}
}

static size_t entries(const TensorProto *p, enum field f)
{
	switch (f) {
	case RAW: return p->raw_data.len;
	case FLOATS: return p->n_float_data;
	case INT32S: return p->n_int32_data;
	case INT64S: return p->n_int64_data;
	case DOUBLES: return p->n_double_data;
	case UINT64S: return p->n_uint64_data;
	case STRINGS: return p->n_string_data;
	default: return 0;
	}
}

/* Complex numbers take two entries each; elements below a byte share one, packed as in raw_data. */
static size_t needed_entries(const Tensor *t, enum field f)
{
	bool pair = t->dtype == C64 || t->dtype == C128;

	if (f == RAW || dtype_info(t->dtype)->bits < 8)
		return dtype_bytes(t->dtype, t->count);
	return (size_t)t->count * (pair ? 2 : 1);
}

/* The one field with entries; RAW when there is none, which is right for an empty tensor. */
static enum field find_payload(const Source *s)
{
	enum field found = NFIELDS;

	for (enum field f = RAW; f < NFIELDS; f++) {
		if (!entries(s->proto, f))
			continue;
		if (found != NFIELDS)
			BAD(s, "E-PAYLOAD", "has both %s and %s", field_name[found], field_name[f]);
		found = f;
	}
	if (found == NFIELDS)
		return s->tensor->dtype == STR ? STRINGS : RAW;
	if (found != typed_field(s->tensor->dtype) && (found != RAW || s->tensor->dtype == STR))
		BAD(s, "E-PAYLOAD", "of type %s stands in %s instead of %s", dtype_name(s->tensor->dtype),
		    field_name[found], field_name[typed_field(s->tensor->dtype)]);
	return found;
}

static void check_size(const Source *s, size_t have, size_t need, const char *unit)
{
	if (have != need)
		BAD(s, "E-PAYLOAD", "needs %zu %s, has %zu", need, unit, have);
}

/* ---- types and sizes ---- */

static void read_sizes(const Source *s)
{
	const TensorProto *p = s->proto;
	Tensor *t = s->tensor;
	int64_t product = 1;

	if (p->n_dims > MAX_RANK)
		fail(s->ctx, EXIT_UNSUPPORTED, "E-RANK", "tensor '%s' has rank %zu, at most %d is supported",
		     shown(s->ctx, s->who), p->n_dims, MAX_RANK);
	t->rank = (int)p->n_dims;
	t->count = 1;
	for (int i = 0; i < t->rank; i++) {
		t->dim[i] = p->dims[i];
		if (t->dim[i] < 0)
			BAD(s, "E-SIZE", "has the negative size %lld", (long long)t->dim[i]);
		if (__builtin_mul_overflow(product, t->dim[i] ? t->dim[i] : 1, &product) || product >> 48)
			BAD(s, "E-SIZE", "has more than 2^48 elements in its first %d sizes", i + 1);
		t->count *= t->dim[i];
	}
}

/* ---- payloads ---- */

/* Half-used last bytes and truth values are made canonical: equal tensors have equal bytes. */
static void tidy(Tensor *t)
{
	uint8_t *byte = t->data;
	int64_t used = t->count * dtype_info(t->dtype)->bits % 8;

	if (used)
		byte[dtype_bytes(t->dtype, t->count) - 1] &= (uint8_t)((1 << used) - 1);
	for (int64_t i = 0; t->dtype == BOOL && i < t->count; i++)
		byte[i] = byte[i] != 0;
}

static void read_strings(const Source *s)
{
	Text *text = NEW_N(s->arena, Text, s->tensor->count);

	for (int64_t i = 0; i < s->tensor->count; i++)
		text[i] = (Text){(const char *)s->proto->string_data[i].data, (int64_t)s->proto->string_data[i].len};
	s->tensor->data = text;
}

/* One entry of int32_data to `bytes` bytes: a signed or an unsigned number of that width. */
static void put_int32(const Source *s, size_t i, int bytes, void *to)
{
	int32_t x = s->proto->int32_data[i];
	int64_t most = (int64_t)1 << (8 * bytes);

	if (x < -most / 2 || x >= most)
		BAD(s, "E-PAYLOAD", "entry %zu of int32_data, %d, does not fit in %d bytes", i, x, bytes);
	memcpy(to, &x, (size_t)bytes);
}

static void read_narrow(const Source *s, size_t n)
{
	int bits = dtype_info(s->tensor->dtype)->bits, bytes = bits < 8 ? 1 : bits / 8;
	char *to = arena_array(s->arena, n, (size_t)bytes);

	for (size_t i = 0; i < n; i++)
		put_int32(s, i, bytes, to + i * (size_t)bytes);
	s->tensor->data = to;
}

static void read_u32(const Source *s)
{
	uint32_t *to = NEW_N(s->arena, uint32_t, s->tensor->count);

	for (int64_t i = 0; i < s->tensor->count; i++) {
		if (s->proto->uint64_data[i] > UINT32_MAX)
			BAD(s, "E-PAYLOAD", "entry %lld of uint64_data, %llu, does not fit in u32", (long long)i,
			    (unsigned long long)s->proto->uint64_data[i]);
		to[i] = (uint32_t)s->proto->uint64_data[i];
	}
	s->tensor->data = to;
}

/* n entries of a typed field. */
static void read_field(const Source *s, enum field f, size_t n)
{
	DType t = s->tensor->dtype;

	switch (f) {
	case FLOATS: s->tensor->data = s->proto->float_data; break;
	case DOUBLES: s->tensor->data = s->proto->double_data; break;
	case INT64S: s->tensor->data = s->proto->int64_data; break;
	case STRINGS: read_strings(s); break;
	case UINT64S:
		if (t == U64)
			s->tensor->data = s->proto->uint64_data;
		else
			read_u32(s);
		break;
	case INT32S:
		if (t == I32)
			s->tensor->data = s->proto->int32_data;
		else
			read_narrow(s, n);
		break;
	default: s->tensor->data = s->proto->raw_data.data;
	}
}

static void read_payload(const Source *s)
{
	enum field f = find_payload(s);
	size_t need = needed_entries(s->tensor, f);

	check_size(s, entries(s->proto, f), need, f == RAW ? "bytes" : "entries");
	read_field(s, f, need);
	if (!s->tensor->data)
		s->tensor->data = arena_alloc(s->arena, 0);
}

static void read_external(const Source *s, const char *directory)
{
	Tensor *t = s->tensor;

	if (t->dtype == STR)
		BAD(s, "E-EXTERNAL", "%s", "holds strings, which cannot stand in a file");
	for (enum field f = RAW; f < NFIELDS; f++)
		if (entries(s->proto, f))
			BAD(s, "E-PAYLOAD", "has both %s and external data", field_name[f]);
	t->data = external_read(s->ctx, s->arena, directory, s->proto, s->who, dtype_bytes(t->dtype, t->count));
}

Tensor *tensor_import(Ctx *c, Arena *a, const char *directory, const TensorProto *p, const char *who)
{
	Source s = {c, a, p, who, NEW(a, Tensor)};

	s.tensor->dtype = dtype_of(c, p->data_type, who);
	read_sizes(&s);
	if (p->segment)
		fail(c, EXIT_UNSUPPORTED, "E-UNSUPPORTED", "tensor '%s' is given in segments", shown(c, who));
	if (p->data_location != 0 && p->data_location != 1)
		BAD(&s, "E-EXTERNAL", "has data_location %d; 0 and 1 exist", p->data_location);
	if (p->data_location == 1)
		read_external(&s, directory);
	else
		read_payload(&s);
	tidy(s.tensor);
	return s.tensor;
}

Tensor *onnx_read_tensor(Ctx *c, Arena *a, const uint8_t *bytes, size_t n, const char **name)
{
	const TensorProto *p = wire_unpack(c, a, &onnx__tensor_proto__descriptor, bytes, n);

	*name = text_of(p->name);
	return tensor_import(c, a, NULL, p, *name);
}

/* ---- sequences and optionals ---- */

static Tensor **sequence_import(Ctx *c, Arena *a, const SequenceProto *p, int *count)
{
	Tensor **all = NEW_N(a, Tensor *, p->n_tensor_values + 1);

	if (p->n_sequence_values)
		fail(c, EXIT_UNSUPPORTED, "E-TYPE", "a sequence of sequences");
	if (p->n_tensor_values > MOST_ELEMENTS_LISTED)
		fail(c, EXIT_LIMIT, "E-LIMIT", "a sequence of %zu elements; %d are supported", p->n_tensor_values,
		     MOST_ELEMENTS_LISTED);
	*count = (int)p->n_tensor_values;
	for (int i = 0; i < *count; i++)
		all[i] = tensor_import(c, a, NULL, p->tensor_values[i], text_of(p->tensor_values[i]->name));
	return all;
}

Tensor **onnx_read_list(Ctx *c, Arena *a, Kind kind, const uint8_t *bytes, size_t n, int *count)
{
	Tensor **one = NEW_N(a, Tensor *, 1);

	if (kind == KIND_SEQUENCE)
		return sequence_import(c, a, wire_unpack(c, a, &onnx__sequence_proto__descriptor, bytes, n), count);
	const OptionalProto *p = wire_unpack(c, a, &onnx__optional_proto__descriptor, bytes, n);
	if (p->sequence_value)
		return sequence_import(c, a, p->sequence_value, count);
	*count = p->tensor_value ? 1 : -1;
	if (p->tensor_value)
		one[0] = tensor_import(c, a, NULL, p->tensor_value, text_of(p->name));
	return one;
}
