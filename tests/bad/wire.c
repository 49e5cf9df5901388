/* wire.c -- bytes that are no protobuf, or that a careless reader would choke on. */
#include "tests/bad/bad.h"

#define BYTES(f, text) fwrite(text, 1, sizeof text - 1, f)

/* Field 7 of a model is its graph: tag 0x3a. Field 1 is the IR version: tag 0x08. */

static void empty(FILE *f) { (void)f; }
static void text(FILE *f) { fputs("this is no model\n", f); }
static void lfs_pointer(FILE *f) { fputs("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", f); }
static void gguf(FILE *f) { BYTES(f, "GGUF\3\0\0\0\0\0\0\0\0\0\0\0"); }
static void zip(FILE *f) { BYTES(f, "PK\3\4\24\0\0\0"); }
static void version_only(FILE *f) { BYTES(f, "\x08\x08"); }
static void varint_of_11(FILE *f) { BYTES(f, "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"); }
static void varint_cut(FILE *f) { BYTES(f, "\x08\xff"); }
static void field_zero(FILE *f) { BYTES(f, "\x08\x08\x00\x01"); }
static void tag_too_large(FILE *f) { BYTES(f, "\x08\x08\xff\xff\xff\xff\x7f\x01"); }
static void one_past_the_end(FILE *f) { BYTES(f, "\x08\x08\x3a\x02\x12"); }
static void length_2_63(FILE *f) { BYTES(f, "\x08\x08\x3a\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"); }
static void past_container(FILE *f) { BYTES(f, "\x08\x08\x3a\x03\x12\x04g\x08\x08\x08\x08"); }
static void group(FILE *f) { BYTES(f, "\x08\x08\x3b\x3c"); }
static void wire_type_7(FILE *f) { BYTES(f, "\x08\x08\x3f\x00"); }
static void wrong_wire_type(FILE *f) { BYTES(f, "\x08\x08\x38\x00"); }
static void version_as_text(FILE *f) { BYTES(f, "\x0a\x01\x08\x3a\x00"); }
static void graph_twice(FILE *f) { BYTES(f, "\x08\x08\x3a\x00\x3a\x00"); }
static void nul_in_name(FILE *f) { BYTES(f, "\x08\x08\x3a\x05\x12\x03" "a\0b"); }
/* graph { initializer { dims: 1, data_type: 1, float_data: 3 bytes } } */
static void part_of_a_float(FILE *f) { BYTES(f, "\x08\x08\x3a\x0b\x2a\x09\x08\x01\x10\x01\x22\x03\0\0\0"); }

static void groups(FILE *f)
{
	BYTES(f, "\x08\x08");
	for (int i = 0; i < 1000000; i++)
		fputc(0x3b, f);
}

static void put_length(FILE *f, uint64_t n)
{
	for (; n > 127; n >>= 7)
		fputc((int)(n & 127) | 128, f);
	fputc((int)n, f);
}

/* A field of a message with `n` bytes to come. */
static void put_field(FILE *f, int number, uint64_t n)
{
	put_length(f, (uint64_t)number << 3 | 2);
	put_length(f, n);
}

/* Millions of empty messages: two bytes each in the file, hundreds in memory. */
static void many_empty_attributes(FILE *f)
{
	enum { N = 3000000 };

	BYTES(f, "\x08\x08");
	put_field(f, 7, 2 * N + 5);
	put_field(f, 1, 2 * N);
	for (int i = 0; i < N; i++)
		put_field(f, 5, 0);
}

static void many_metadata(FILE *f)
{
	BYTES(f, "\x08\x08");
	for (int i = 0; i < 3000000; i++)
		put_field(f, 14, 0);
}

/* node { attribute { g { node { attribute { g ... : 10,000 graphs deep. */
static void graphs_in_graphs(FILE *f)
{
	enum { DEPTH = 10000 };
	static const int path[] = {6, 5, 1}; /* the graph in an attribute in a node */
	static int number[3 * DEPTH];
	static uint64_t length[3 * DEPTH];
	uint64_t n = 0;

	for (int i = 0; i < 3 * DEPTH; i++) {
		number[i] = path[i % 3];
		length[i] = n;
		n += 1;
		for (uint64_t k = length[i]; k > 127; k >>= 7)
			n++;
		n++;
	}
	BYTES(f, "\x08\x08");
	put_field(f, 7, n);
	for (int i = 3 * DEPTH - 1; i >= 0; i--)
		put_field(f, number[i], length[i]);
}

static void noise(FILE *f)
{
	uint32_t x = 12345;

	for (int i = 0; i < 4096; i++) {
		x = x * 1664525 + 1013904223;
		fputc((int)(x >> 24), f);
	}
}

/* A sparse file: three GiB that take no place on the disk. */
static void three_gib(FILE *f)
{
	BYTES(f, "\x08\x08");
	fseeko(f, (off_t)3 << 30, SEEK_SET);
	fputc(0, f);
}

static void half(FILE *f)
{
	static Ctx c;
	size_t n;

	ctx_open(&c, "bad", 0);
	Model m = model_new(&c.perm);
	plain(&m);
	uint8_t *bytes = model_bytes(&m, &n);
	fwrite(bytes, 1, n / 2, f);
	ctx_close(&c);
}

const Bad bad_wire[] = {
	{"wire-empty", 3, NULL, empty},
	{"wire-text", 3, NULL, text},
	{"wire-lfs-pointer", 3, NULL, lfs_pointer},
	{"wire-gguf", 4, NULL, gguf},
	{"wire-zip", 3, NULL, zip},
	{"wire-noise", 3, NULL, noise},
	{"wire-three-gib", 5, NULL, three_gib},
	{"wire-half", 3, NULL, half},
	{"wire-version-only", 3, NULL, version_only},
	{"wire-varint-of-11", 3, NULL, varint_of_11},
	{"wire-varint-cut", 3, NULL, varint_cut},
	{"wire-field-zero", 3, NULL, field_zero},
	{"wire-tag-too-large", 3, NULL, tag_too_large},
	{"wire-one-past-the-end", 3, NULL, one_past_the_end},
	{"wire-length-2-63", 3, NULL, length_2_63},
	{"wire-past-container", 3, NULL, past_container},
	{"wire-group", 3, NULL, group},
	{"wire-groups", 3, NULL, groups},
	{"wire-type-7", 3, NULL, wire_type_7},
	{"wire-wrong-type", 3, NULL, wrong_wire_type},
	{"wire-version-as-text", 3, NULL, version_as_text},
	{"wire-graph-twice", 3, NULL, graph_twice},
	{"wire-nul-in-name", 3, NULL, nul_in_name},
	{"wire-part-of-a-float", 3, NULL, part_of_a_float},
	{"wire-many-empty-attributes", 5, NULL, many_empty_attributes},
	{"wire-many-metadata", 5, NULL, many_metadata},
	{"wire-graphs-in-graphs", 5, NULL, graphs_in_graphs},
	{0},
};
