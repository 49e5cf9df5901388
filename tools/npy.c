/* npy.c -- NumPy's files.
 *
 *     .npy   93 'NUMPY' major minor length {'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), } \n data
 *     .npz   zip: "PK\3\4" ... flags method ... packed unpacked namelength extralength name extra data ... */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ir/output.h"
#include "tools/npy.h"

static const struct {
	const char *descr;
	DType type;
} types[] = {
	{"<f4", F32}, {"|u1", U8},	{"|i1", I8},  {"<u2", U16}, {"<i2", I16}, {"<i4", I32},	 {"<i8", I64},
	{"|b1", BOOL}, {"<f2", F16}, {"<f8", F64}, {"<u4", U32}, {"<u8", U64}, {"<c8", C64}, {"<c16", C128},
};

static _Noreturn void bad(Ctx *c, const char *path, const char *what)
{
	fail(c, EXIT_FILE, "E-NPY", "'%s': %s", path, what);
}

/* What stands after 'key': in the header, blanks skipped. */
static const char *header_field(Ctx *c, const char *header, const char *key, const char *path)
{
	const char *p = strstr(header, key);
	if (!p)
		bad(c, path, "no .npy file: its header lacks a field");
	p += strlen(key);
	return p + strspn(p, " ':");
}

static DType read_type(Ctx *c, const char *header, const char *path)
{
	const char *descr = header_field(c, header, "'descr'", path);
	size_t n = strcspn(descr, "'");
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strlen(types[i].descr) == n && strncmp(types[i].descr, descr, n) == 0)
			return types[i].type;
	fail(c, EXIT_FILE, "E-NPY", "'%s': elements of type %.*s cannot be read", path, (int)n, descr);
}

static int read_sizes(Ctx *c, const char *header, int64_t *dim, const char *path)
{
	const char *p = header_field(c, header, "'shape'", path);
	int rank = 0;
	if (*p++ != '(')
		bad(c, path, "no .npy file: its shape is no tuple");
	for (p += strspn(p, ", "); *p && *p != ')'; p += strspn(p, ", ")) {
		char *end;
		if (rank == MAX_RANK)
			bad(c, path, "more than 8 dimensions");
		dim[rank++] = strtoll(p, &end, 10);
		if (end == p)
			bad(c, path, "no .npy file: its shape has no numbers");
		p = end;
	}
	return rank;
}

Tensor *npy_read(Ctx *c, const uint8_t *bytes, size_t n, const char *path)
{
	int64_t dim[MAX_RANK];
	if (n < 12 || memcmp(bytes, "\x93NUMPY", 6) != 0)
		bad(c, path, "no .npy file: it does not begin as one");
	size_t start = bytes[6] == 1 ? 10 : 12; /* the length has 2 bytes, later 4 */
	size_t length = bytes[8] | (size_t)bytes[9] << 8;
	if (start == 12)
		length |= (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24;
	if (length > n - start)
		bad(c, path, "cut off in its header");
	char *header = arena_alloc(&c->scratch, length + 1);
	memcpy(header, bytes + start, length);
	int rank = read_sizes(c, header, dim, path);
	if (*header_field(c, header, "'fortran_order'", path) != 'F' && rank > 1)
		bad(c, path, "columns first: save numpy.ascontiguousarray(x)");
	Tensor *t = tensor_new(&c->perm, read_type(c, header, path), rank, dim);
	size_t size = dtype_bytes(t->dtype, t->count);
	if (n - start - length < size)
		bad(c, path, "cut off in its data");
	memcpy(t->data, bytes + start + length, size);
	return t;
}

const char *npy_type(DType type)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i].type == type)
			return types[i].descr;
	return NULL;
}

static const Tensor *as_float(Ctx *c, const Tensor *t)
{
	Tensor *y = tensor_new(&c->perm, F32, t->rank, t->dim);
	for (int64_t i = 0; i < t->count; i++)
		store_f64(F32, y->data, i, load_f64(t->dtype, t->data, i));
	return y;
}

void npy_write(Ctx *c, const char *path, const Tensor *t)
{
	if (t->dtype == STR)
		fail(c, EXIT_UNSUPPORTED, "E-NPY", "'%s': strings cannot be written as .npy", path);
	if (!npy_type(t->dtype))
		t = as_float(c, t);
	char *shape = arena_string(&c->scratch, "");
	for (int i = 0; i < t->rank; i++)
		shape = arena_format(&c->scratch, "%s%lld,", shape, (long long)t->dim[i]);
	char *header = arena_format(&c->scratch, "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }",
				    npy_type(t->dtype), shape);
	size_t length = (strlen(header) + 11 + 63) / 64 * 64 - 10; /* so that the data begins at a multiple of 64 */
	size_t size = dtype_bytes(t->dtype, t->count);
	char *all = arena_alloc(&c->scratch, 10 + length + size);
	memcpy(all, "\x93NUMPY\1\0", 8);
	all[8] = (char)(length & 255);
	all[9] = (char)(length >> 8);
	memset(all + 10, ' ', length);
	memcpy(all + 10, header, strlen(header));
	all[10 + length - 1] = '\n';
	memcpy(all + 10 + length, t->data, size);
	output_add(c, path, all, 10 + length + size);
}

static size_t little(const uint8_t *p, int bytes)
{
	size_t x = 0;
	for (int i = bytes - 1; i >= 0; i--)
		x = x << 8 | p[i];
	return x;
}

/* A size in a zip entry: 4 bytes, or all ones and 8 bytes in the extra field of id 1 (zip64). */
static size_t entry_size(const uint8_t *entry, const uint8_t *extra, size_t nextra)
{
	size_t size = little(entry + 22, 4);
	for (size_t i = 0; size == 0xffffffff && i + 12 <= nextra; i += 4 + little(extra + i + 2, 2))
		if (little(extra + i, 2) == 1)
			return little(extra + i + 4, 8);
	return size;
}

Tensor *npz_next(Ctx *c, const uint8_t *bytes, size_t n, size_t *at, const char **name, const char *path)
{
	const uint8_t *e = bytes + *at;
	size_t left = n - *at;
	if (left < 30 || memcmp(e, "PK\3\4", 4) != 0) {
		if (*at == 0)
			bad(c, path, "no .npz file: it does not begin as one");
		return NULL;
	}
	size_t nname = little(e + 26, 2), nextra = little(e + 28, 2);
	if (little(e + 8, 2) != 0)
		bad(c, path, "compressed: save with numpy.savez");
	if (left < 30 + nname + nextra || left - 30 - nname - nextra < entry_size(e, e + 30 + nname, nextra))
		bad(c, path, "cut off");
	size_t size = entry_size(e, e + 30 + nname, nextra);
	char *text = arena_alloc(&c->perm, nname + 1);
	memcpy(text, e + 30, nname);
	if (nname > 4 && strcmp(text + nname - 4, ".npy") == 0)
		text[nname - 4] = 0;
	*name = text;
	*at += 30 + nname + nextra + size;
	return npy_read(c, e + 30 + nname + nextra, size, path);
}
