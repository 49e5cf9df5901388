/* wire.c -- one walk over the wire bytes before protobuf-c sees them.
 *
 *     message = { tag value }*      tag = number << 3 | wire type      value = varint | 8 bytes | length bytes | 4
 * bytes
 *
 * Nothing is allocated and nothing is kept: lengths must stay inside, wire types must be the field's, nesting is
 * bounded, groups and twice-given submessages (which protobuf would merge) are refused, strings hold no NUL. The memory
 * that protobuf-c will take is added up on the way; a file that costs more than COST_BASE + COST_FACTOR times its size
 * is refused before the first byte is spent. */
#include <limits.h>
#include <string.h>
#include "frontend/wire.h"

#define MAX_DEPTH 64
#define COST_BASE ((size_t)64 << 20)
#define COST_FACTOR 64
#define MEMBER_COST 80 /* protobuf-c notes every field that it meets: 40 bytes in slabs of doubling size */
#define ALLOC_COST 64  /* what rounding up in the arena may add to one allocation */

typedef struct Wire {
	Ctx *ctx;
	const uint8_t *base;
	size_t cost, limit;
} Wire;

typedef struct Span {
	const uint8_t *at, *end;
	const ProtobufCMessageDescriptor *message;
	int depth;
} Span;

static _Noreturn void bad(const Wire *w, const uint8_t *at, const char *what)
{
	fail(w->ctx, EXIT_MODEL, "E-WIRE", "%s at byte %zu: not an ONNX file, or a damaged one", what,
	     (size_t)(at - w->base));
}

static void spend(Wire *w, size_t cost)
{
	if (cost > w->limit - w->cost)
		fail(w->ctx, EXIT_LIMIT, "E-COST",
		     "unpacking would take more than %zu bytes of memory, %d times the file", w->limit, COST_FACTOR);
	w->cost += cost;
}

/* Move over one varint of at most `most` bytes and give its value. */
static uint64_t varint(const Wire *w, const uint8_t **at, const uint8_t *end, int most)
{
	const uint8_t *start = *at;
	uint64_t value = 0;

	for (int i = 0; i < most && *at < end; i++) {
		uint8_t b = *(*at)++;
		value |= (uint64_t)(b & 0x7f) << (7 * i);
		if (!(b & 0x80))
			return value;
	}
	bad(w, start, "malformed varint");
}

static int wire_type_of(ProtobufCType t)
{
	switch (t) {
	case PROTOBUF_C_TYPE_FLOAT:
		return PROTOBUF_C_WIRE_TYPE_32BIT;
	case PROTOBUF_C_TYPE_DOUBLE:
		return PROTOBUF_C_WIRE_TYPE_64BIT;
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_BYTES:
	case PROTOBUF_C_TYPE_MESSAGE:
		return PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED;
	default:
		return PROTOBUF_C_WIRE_TYPE_VARINT;
	}
}

static size_t element_size(ProtobufCType t)
{
	return t == PROTOBUF_C_TYPE_FLOAT || t == PROTOBUF_C_TYPE_INT32 ? 4 : 8;
}

/* A packed array: whole elements, no half varint at the end. */
static void check_packed(Wire *w, const ProtobufCFieldDescriptor *f, const uint8_t *at, size_t n)
{
	int type = wire_type_of(f->type);
	size_t elements = 0;

	if (type == PROTOBUF_C_WIRE_TYPE_VARINT) {
		for (const uint8_t *p = at; p < at + n; elements++)
			varint(w, &p, at + n, 10);
	} else {
		elements = n / element_size(f->type);
		if (elements * element_size(f->type) != n)
			bad(w, at, "packed array with a part of an element");
	}
	spend(w, elements * element_size(f->type));
}

static void check_message(Wire *w, Span s);

static void check_payload(Wire *w, const Span *s, const ProtobufCFieldDescriptor *f, size_t n)
{
	switch (f->type) {
	case PROTOBUF_C_TYPE_STRING:
		if (memchr(s->at, 0, n))
			bad(w, s->at, "string with a NUL byte");
		spend(w, n + ALLOC_COST);
		break;
	case PROTOBUF_C_TYPE_BYTES:
		spend(w, n + ALLOC_COST);
		break;
	case PROTOBUF_C_TYPE_MESSAGE:
		if (s->depth == MAX_DEPTH)
			fail(w->ctx, EXIT_LIMIT, "E-DEPTH", "messages nest deeper than %d at byte %zu", MAX_DEPTH,
			     (size_t)(s->at - w->base));
		check_message(w, (Span){s->at, s->at + n, f->descriptor, s->depth + 1});
		break;
	default:
		check_packed(w, f, s->at, n);
	}
}

static void skip_fixed(const Wire *w, Span *s, size_t n)
{
	if ((size_t)(s->end - s->at) < n)
		bad(w, s->at, "value that ends outside its message");
	s->at += n;
}

static void check_length_prefixed(Wire *w, Span *s, const ProtobufCFieldDescriptor *f)
{
	const uint8_t *start = s->at;
	uint64_t n = varint(w, &s->at, s->end, 10);

	if (n > (uint64_t)(s->end - s->at))
		bad(w, start, "field longer than what contains it");
	if (n > INT_MAX)
		fail(w->ctx, EXIT_LIMIT, "E-SIZE", "field of %llu bytes at byte %zu; protobuf ends at 2 GiB",
		     (unsigned long long)n, (size_t)(start - w->base));
	if (f)
		check_payload(w, s, f, (size_t)n);
	else
		spend(w, (size_t)n + ALLOC_COST);
	s->at += n;
}

static void check_value(Wire *w, Span *s, const ProtobufCFieldDescriptor *f, int type)
{
	switch (type) {
	case PROTOBUF_C_WIRE_TYPE_VARINT:
		varint(w, &s->at, s->end, 10);
		break;
	case PROTOBUF_C_WIRE_TYPE_64BIT:
		skip_fixed(w, s, 8);
		break;
	case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED:
		check_length_prefixed(w, s, f);
		break;
	case PROTOBUF_C_WIRE_TYPE_32BIT:
		skip_fixed(w, s, 4);
		break;
	default:
		bad(w, s->at, type == 3 || type == 4 ? "group" : "unknown wire type");
	}
}

static bool packable(const ProtobufCFieldDescriptor *f, int type)
{
	return f->label == PROTOBUF_C_LABEL_REPEATED && type == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED;
}

static void check_message(Wire *w, Span s)
{
	uint64_t seen = 0; /* singular submessages, by index of the field */

	spend(w, s.message->sizeof_message + ALLOC_COST);
	while (s.at < s.end) {
		const uint8_t *start = s.at;
		uint64_t tag = varint(w, &s.at, s.end, 5);
		int type = (int)(tag & 7);
		if (tag > UINT32_MAX || tag >> 3 == 0)
			bad(w, start, "malformed tag");
		const ProtobufCFieldDescriptor *f =
			protobuf_c_message_descriptor_get_field(s.message, (unsigned)(tag >> 3));
		if (f && type != wire_type_of(f->type) && !packable(f, type))
			fail(w->ctx, EXIT_MODEL, "E-WIRE", "%s.%s has wire type %d instead of %d at byte %zu",
			     s.message->short_name, f->name, type, wire_type_of(f->type), (size_t)(start - w->base));
		if (f && f->type == PROTOBUF_C_TYPE_MESSAGE && f->label != PROTOBUF_C_LABEL_REPEATED) {
			uint64_t bit = (uint64_t)1 << (f - s.message->fields);
			if (seen & bit)
				fail(w->ctx, EXIT_MODEL, "E-WIRE", "%s.%s is given twice, again at byte %zu",
				     s.message->short_name, f->name, (size_t)(start - w->base));
			seen |= bit;
		}
		spend(w, MEMBER_COST + (f && f->label != PROTOBUF_C_LABEL_REPEATED ? 0 : 24));
		check_value(w, &s, f, type);
	}
}

void wire_check(Ctx *c, const ProtobufCMessageDescriptor *d, const uint8_t *bytes, size_t n)
{
	Wire w = {c, bytes, 0, SIZE_MAX};

	if (n < (SIZE_MAX - COST_BASE) / COST_FACTOR)
		w.limit = COST_BASE + COST_FACTOR * n;
	check_message(&w, (Span){bytes, bytes + n, d, 1});
}

static void *take(void *arena, size_t size) { return arena_alloc(arena, size); }

/* An arena gives everything back at once. */
static void keep(void *arena, void *pointer)
{
	(void)arena;
	(void)pointer;
}

void *wire_unpack(Ctx *c, Arena *a, const ProtobufCMessageDescriptor *d, const uint8_t *bytes, size_t n)
{
	ProtobufCAllocator allocator = {take, keep, a};

	wire_check(c, d, bytes, n);
	ProtobufCMessage *m = protobuf_c_message_unpack(d, &allocator, n, bytes);
	if (!m)
		fail(c, EXIT_MODEL, "E-WIRE", "%s cannot be unpacked: not an ONNX file, or a damaged one",
		     d->short_name);
	return m;
}
