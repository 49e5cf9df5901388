/* wire_mutator.h -- mutations that keep a protobuf file a protobuf file.
 *
 * Flipping bytes of a nested message breaks the lengths around it, so that most inputs die in the first check. Here one
 * field is changed, on a random level: removed, given twice, moved, replaced by one of another input, or its value
 * mutated; the lengths above it are written anew on the way out. */
#ifndef TCC_TESTS_WIRE_MUTATOR_H
#define TCC_TESTS_WIRE_MUTATOR_H
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

enum { MAX_FIELDS = 512, MAX_BYTES = 1 << 16 };

/* tag value: bytes at[0..head) are the tag, and of a field with a length also that. */
typedef struct Field {
	const uint8_t *at;
	size_t head, size; /* of all of it */
	unsigned type;
} Field;

static uint64_t mutator_state = 1;

static uint64_t random_below(uint64_t n)
{
	mutator_state = mutator_state * 6364136223846793005u + 1442695040888963407u;
	return n ? (mutator_state >> 33) % n : 0;
}

static bool read_varint(const uint8_t *at, size_t n, uint64_t *value, size_t *used)
{
	*value = 0;
	for (*used = 0; *used < n && *used < 10; (*used)++) {
		*value |= (uint64_t)(at[*used] & 127) << (7 * *used);
		if (!(at[*used] & 128))
			return ++*used, true;
	}
	return false;
}

static size_t write_varint(uint8_t *to, uint64_t value)
{
	size_t n = 0;

	for (; value > 127; value >>= 7)
		to[n++] = (uint8_t)(value | 128);
	to[n++] = (uint8_t)value;
	return n;
}

static bool read_field(const uint8_t *at, size_t n, Field *f)
{
	uint64_t tag, value;
	size_t used, more;

	if (!read_varint(at, n, &tag, &used))
		return false;
	*f = (Field){at, used, 0, (unsigned)(tag & 7)};
	switch (f->type) {
	case 0:
		if (!read_varint(at + used, n - used, &value, &more))
			return false;
		f->size = used + more;
		return true;
	case 1: f->size = used + 8; return f->size <= n;
	case 5: f->size = used + 4; return f->size <= n;
	case 2:
		if (!read_varint(at + used, n - used, &value, &more) || value > n - used - more)
			return false;
		f->head = used + more;
		f->size = f->head + value;
		return true;
	default: return false;
	}
}

/* The fields of a message; 0 when it is none (or has too many). */
static int read_fields(const uint8_t *at, size_t n, Field *field)
{
	int count = 0;

	for (size_t i = 0; i < n; i += field[count++].size)
		if (count == MAX_FIELDS || !read_field(at + i, n - i, &field[count]))
			return 0;
	return count;
}

/* Where fields are written; what does not fit is dropped. */
typedef struct Out {
	uint8_t *at;
	size_t n, max;
} Out;

static void copy_out(Out *o, const void *bytes, size_t n)
{
	if (n > o->max - o->n)
		return;
	memcpy(o->at + o->n, bytes, n);
	o->n += n;
}

/* The field with another payload: its tag, the new length, the payload. */
static void put_payload(Out *o, const Field *f, const uint8_t *payload, size_t n)
{
	uint8_t head[20];
	uint64_t tag;
	size_t used;

	read_varint(f->at, f->size, &tag, &used);
	memcpy(head, f->at, used);
	used += write_varint(head + used, n);
	if (used + n > o->max - o->n)
		return;
	copy_out(o, head, used);
	copy_out(o, payload, n);
}

static void mutate_message(const uint8_t *at, size_t n, Out *o, const uint8_t *other, size_t nother, int depth);

static void mutate_number(const Field *f, Out *o)
{
	static const uint64_t number[] = {0,	      1,	  2,	      3,	  7,
					  8,	      127,	  255,	      65535,	  1u << 31,
					  1ull << 32, 1ull << 62, 1ull << 63, UINT64_MAX, UINT64_MAX - 1};
	uint8_t bytes[10];
	uint64_t value = number[random_below(sizeof number / sizeof *number)];

	if (random_below(2))
		value = random_below(28); /* a type, an axis, a small size */
	copy_out(o, f->at, f->head);
	copy_out(o, bytes, write_varint(bytes, value));
}

static void mutate_value(const Field *f, Out *o, const uint8_t *other, size_t nother, int depth)
{
	static Field inner[MAX_FIELDS];
	static uint8_t buffer[16][MAX_BYTES];
	const uint8_t *payload = f->at + f->head;
	size_t n = f->size - f->head;

	if (f->type == 0) {
		mutate_number(f, o);
	} else if (f->type != 2 || depth == 16 || n > MAX_BYTES / 2) {
		copy_out(o, f->at, f->size);
	} else if (n && read_fields(payload, n, inner) && random_below(8)) {
		Out in = {buffer[depth], 0, MAX_BYTES};
		mutate_message(payload, n, &in, other, nother, depth + 1);
		put_payload(o, f, in.at, in.n);
	} else {
		memcpy(buffer[depth], payload, n);
		n = LLVMFuzzerMutate(buffer[depth], n, n + 16);
		put_payload(o, f, buffer[depth], n);
	}
}

/* A random field of `other`, on a random level. */
static bool find_field(const uint8_t *other, size_t n, Field *found)
{
	static Field field[MAX_FIELDS];

	for (int depth = 0; depth < 16; depth++) {
		int count = read_fields(other, n, field);
		if (!count)
			return depth > 0;
		*found = field[random_below((uint64_t)count)];
		if (found->type != 2 || !random_below(3))
			return true;
		other = found->at + found->head;
		n = found->size - found->head;
	}
	return true;
}

static void mutate_message(const uint8_t *at, size_t n, Out *o, const uint8_t *other, size_t nother, int depth)
{
	Field field[MAX_FIELDS], foreign;
	int count = read_fields(at, n, field);
	int chosen = (int)random_below((uint64_t)count), place = (int)random_below((uint64_t)count);
	/* 0: remove; 1: give twice; 2: exchange two; 3: replace by a foreign one; else mutate */
	uint64_t action = random_below(depth ? 12 : 40);

	if (action == 2) {
		Field f = field[chosen];
		field[chosen] = field[place];
		field[place] = f;
	}
	bool replaced = action == 3 && other && find_field(other, nother, &foreign);
	for (int i = 0; i < count; i++) {
		if (i == chosen && action == 0)
			continue;
		if (i == chosen && replaced)
			copy_out(o, foreign.at, foreign.size);
		else if (i == chosen && action > 3)
			mutate_value(&field[i], o, other, nother, depth);
		else
			copy_out(o, field[i].at, field[i].size);
		if (i == place && action == 1)
			copy_out(o, field[chosen].at, field[chosen].size);
	}
}

/* data becomes a mutation of itself, with fields of `other` (or NULL). */
static size_t mutate_wire(uint8_t *data, size_t size, size_t max, const uint8_t *other, size_t nother, unsigned seed)
{
	static uint8_t result[MAX_BYTES];
	static Field field[MAX_FIELDS];
	Out o = {result, 0, max < MAX_BYTES ? max : MAX_BYTES};

	mutator_state = seed;
	if (!read_fields(data, size, field) || !random_below(16))
		return LLVMFuzzerMutate(data, size, max);
	mutate_message(data, size, &o, other, nother, 0);
	memcpy(data, result, o.n);
	return o.n;
}
#endif
