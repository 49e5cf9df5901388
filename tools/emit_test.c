/* emit_test.c -- a program that tests an emitted model.
 *
 *     net_test.c      runs every set through the generic interface, compares, tells what differs
 *     net_vectors.h   the sets: an array a tensor, a table of tcc_tensor for each side of a set
 *
 * Numbers are decimals that read back as the same bits; narrow floats are the bits themselves. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "codegen/print.h"
#include "ir/output.h"
#include "tools/emit_test.h"
#include "tools/file.h"

const char *stem_of_output(Arena *a, const Options *o)
{
	const char *slash = strrchr(o->output, '/');
	char *stem = arena_string(a, slash ? slash + 1 : o->output);
	stem[strlen(stem) - 2] = 0;
	return stem;
}

/* ---- the vectors ---- */

static void put_real(FILE *f, double x, const char *format, const char *end)
{
	char text[40];
	snprintf(text, sizeof text, format, x);
	if (isnan(x))
		fputs("NAN", f);
	else if (isinf(x))
		fputs(x < 0 ? "-INFINITY" : "INFINITY", f);
	else
		fprintf(f, "%s%s%s", text, strpbrk(text, ".e") ? "" : ".0", end);
}

static void put_string(FILE *f, const Text *t)
{
	fputs("{ \"", f);
	for (int64_t i = 0; i < t->length; i++) {
		unsigned char b = (unsigned char)t->text[i];
		fprintf(f, b >= ' ' && b <= '~' && !strchr("\"\\?", b) ? "%c" : "\\%03o", b);
	}
	fprintf(f, "\", %lld }", (long long)t->length);
}

/* Number i of a tensor, of its bytes where elements are smaller. */
static void put_element(FILE *f, const Tensor *t, int64_t i)
{
	const double *wide = t->data;
	const float *narrow = t->data;
	switch (t->dtype) {
	case F32: put_real(f, (double)narrow[i], "%.9g", "f"); break;
	case F64: put_real(f, wide[i], "%.17g", ""); break;
	case C64:
		fputs("{ ", f);
		put_real(f, (double)narrow[2 * i], "%.9g", "f");
		fputs(", ", f);
		put_real(f, (double)narrow[2 * i + 1], "%.9g", "f");
		fputs(" }", f);
		break;
	case C128:
		fputs("{ ", f);
		put_real(f, wide[2 * i], "%.17g", "");
		fputs(", ", f);
		put_real(f, wide[2 * i + 1], "%.17g", "");
		fputs(" }", f);
		break;
	case STR: put_string(f, (const Text *)t->data + i); break;
	case F16: case BF16: fprintf(f, "0x%04x", ((const uint16_t *)t->data)[i]); break;
	case U64: fprintf(f, "%lluu", (unsigned long long)load_i64(U64, t->data, i)); break;
	case I64:
		if (load_i64(I64, t->data, i) == INT64_MIN)
			fputs("INT64_MIN", f);
		else
			fprintf(f, "%lld", (long long)load_i64(I64, t->data, i));
		break;
	default:
		if (dtype_info(t->dtype)->bits < 8 || is_float(t->dtype))
			fprintf(f, "0x%02x", ((const uint8_t *)t->data)[i]);
		else
			fprintf(f, "%lld", (long long)load_i64(t->dtype, t->data, i));
	}
}

static int64_t elements_of(const Tensor *t)
{
	return dtype_info(t->dtype)->bits < 8 ? (int64_t)dtype_bytes(t->dtype, t->count) : t->count;
}

static void put_array(FILE *f, const char *name, const Tensor *t)
{
	int64_t n = elements_of(t);
	int row = t->dtype == STR ? 4 : 12;
	fprintf(f, "static const %s %s[] = {", c_type(t->dtype), name);
	for (int64_t i = 0; i < n; i++) {
		fputs(i % row ? " " : "\n\t", f);
		put_element(f, t, i);
		fputs(",", f);
	}
	fputs(n ? "\n};\n" : t->dtype == STR || t->dtype == C64 || t->dtype == C128 ? " { 0, 0 } };\n" : " 0 };\n", f);
}

static void put_tensor(FILE *f, const char *data, DType type, int rank, const int64_t *dim)
{
	fprintf(f, "\t{ %s%s, %d, %d, { ", data ? "(void *)" : "", data ? data : "NULL", (int)type, rank);
	for (int i = 0; i < rank; i++)
		fprintf(f, "%s%lld", i ? ", " : "", (long long)dim[i]);
	fputs(rank ? " } },\n" : "0 } },\n", f);
}

static bool is_list_of(Kind kind) { return kind == KIND_SEQUENCE || kind == KIND_OPTIONAL_SEQUENCE; }

/* The arrays of one argument, and of a list its tensors. */
static void put_arrays(Ctx *c, FILE *f, const char *name, const Given *x)
{
	bool list = is_list_of(x->argument.kind);
	for (int k = 0; k < x->n; k++)
		put_array(f, list ? arena_format(&c->scratch, "%s_%d", name, k) : name, x->item[k]);
	if (!list || x->n < 0)
		return;
	fprintf(f, "static const tcc_tensor %s[] = {\n", name);
	for (int k = 0; k < x->n; k++)
		put_tensor(f, arena_format(&c->scratch, "%s_%d", name, k), x->item[k]->dtype, x->item[k]->rank, x->item[k]->dim);
	if (!x->n)
		put_tensor(f, NULL, x->argument.dtype, 0, NULL);
	fputs("};\n", f);
}

static void put_side(Ctx *c, FILE *f, int set, char letter, const Given *x, int n)
{
	const char *side = letter == 'x' ? "in" : "out";
	for (int i = 0; i < n; i++)
		put_arrays(c, f, arena_format(&c->scratch, "set%d_%c%d", set, letter, i), &x[i]);
	fprintf(f, "static const tcc_tensor set%d_%s[] = {\n", set, side);
	for (int i = 0; i < n; i++) {
		const char *name = x[i].n < 0 ? NULL : arena_format(&c->scratch, "set%d_%c%d", set, letter, i);
		const Tensor *t = is_list_of(x[i].argument.kind) || x[i].n < 1 ? NULL : x[i].item[0];
		int64_t length = x[i].n < 0 ? 0 : x[i].n;
		put_tensor(f, name, x[i].argument.dtype, t ? t->rank : 1, t ? t->dim : &length);
	}
	if (!n)
		put_tensor(f, NULL, F32, 0, NULL);
	fputs("};\n\n", f);
}

static void put_vectors(Ctx *c, FILE *f, const char *stem, const Goldens *all, int nin, int nout)
{
	fprintf(f, "/* %s_vectors.h -- emitted by tcc-compile: inputs of %s, and the outputs that belong to them. */\n"
	           "struct golden {\n\tconst char *name;\n\tconst tcc_tensor *in, *out;\n};\n\n", stem, stem);
	for (int i = 0; i < all->n; i++) {
		put_side(c, f, i, 'x', all->set[i].in, nin);
		put_side(c, f, i, 'y', all->set[i].out, nout);
	}
	fputs("static const struct golden golden[] = {\n", f);
	for (int i = 0; i < all->n; i++)
		fprintf(f, "\t{ \"%s\", set%d_in, set%d_out },\n", all->set[i].name, i, i);
	fputs("};\n", f);
}

/* ---- the program ---- */

const char status_texts[] =
	"static const char *why(int status)\n{\n"
	"\tstatic const char *const text[] = {\n"
	"\t\t\"ok\", \"a null or misaligned pointer, or a tensor of another type or rank\", \"a size outside of its bounds\",\n"
	"\t\t\"an index in the data is out of range\", \"a result is larger than its bound\",\n"
	"\t\t\"this processor lacks instructions\", \"weights missing, or of another model\", \"run before init\", \"a device failed\",\n"
	"\t};\n"
	"\treturn status >= 0 && status < (int)(sizeof text / sizeof *text) ? text[status] : \"?\";\n}\n\n";

const char aligned_text[] =
	"static void *aligned(size_t bytes, size_t align)\n{\n"
	"\tunsigned char *p = malloc(bytes + align);\n"
	"\tif (!p) {\n\t\tfprintf(stderr, \"out of memory\\n\");\n\t\texit(2);\n\t}\n"
	"\treturn p + (align - (uintptr_t)p % align) % align;\n}\n\n";

const char weights_of_text[] =
	"static void *weights_of(const tcc_model *m, const char *path)\n{\n"
	"\tvoid *weights = aligned(m->weights_bytes, 64);\n"
	"\tFILE *f = fopen(path, \"rb\");\n"
	"\tif (!f || fread(weights, 1, m->weights_bytes, f) != m->weights_bytes) {\n"
	"\t\tfprintf(stderr, \"cannot read the weights: %s\\n\", path);\n\t\texit(2);\n\t}\n"
	"\tfclose(f);\n\treturn weights;\n}\n\n";

/* Narrow floats: bits of the exponent and of the fraction, and what is added to the exponent. */
static const char narrow_text[] =
	"/* A float of so many bits of exponent and fraction. */\n"
	"static double narrow(unsigned bits, int exponent, int fraction)\n{\n"
	"\tint e = (int)(bits >> fraction & ((1u << exponent) - 1)), most = (1 << exponent) - 1;\n"
	"\tdouble part = (double)(bits & ((1u << fraction) - 1)) / (double)(1u << fraction);\n"
	"\tdouble x = e == most ? (part != 0 ? NAN : INFINITY) : ldexp(e ? 1 + part : part, (e ? e : 1) - most / 2);\n"
	"\treturn bits >> (exponent + fraction) & 1 ? -x : x;\n}\n\n";

static bool has_output(const Goldens *all, int nout, DType type)
{
	for (int i = 0; i < nout; i++)
		if (all->set[0].out[i].argument.dtype == type)
			return true;
	return false;
}

/* A case for each type of float that the outputs have; everything else is compared byte by byte. */
static void put_number(FILE *f, const Goldens *all, int nout)
{
	static const struct {
		DType type;
		const char *text;
	} row[] = {
		{F32, "\tcase 1: return ((const float *)data)[i];\n"},
		{F64, "\tcase 11: return ((const double *)data)[i];\n"},
		{F16, "\tcase 10: return narrow(((const uint16_t *)data)[i], 5, 10);\n"},
		{BF16, "\tcase 16: return narrow(((const uint16_t *)data)[i], 8, 7);\n"},
		{C64, "\tcase 14: return ((const float *)data)[i];\n"},
		{C128, "\tcase 15: return ((const double *)data)[i];\n"},
	};
	if (has_output(all, nout, F16) || has_output(all, nout, BF16))
		fputs(narrow_text, f);
	fputs("/* Number i of floats (of complex ones, re and im in turn). */\n"
	      "static double number(int32_t dtype, const void *data, int64_t i)\n{\n\tswitch (dtype) {\n", f);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		if (has_output(all, nout, row[i].type))
			fputs(row[i].text, f);
	fputs("\tdefault: (void)data; return (double)i;\n\t}\n}\n\n", f);
}

static bool has_floats(const Goldens *all, int nout)
{
	static const DType types[] = {F32, F64, F16, BF16, C64, C128};
	bool some = false;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		some |= has_output(all, nout, types[i]);
	return some;
}

static const char floats_text[] =
	"static int is_float(int32_t t) { return t == 1 || t == 10 || t == 11 || (t >= 14 && t <= 16); }\n\n"
	"/* NaN equals NaN; a float may be off by 1/1000 (16 bits: 1/64), and by 1/100000 of the largest one beside it. */\n"
	"static int close_to(double got, double want, double largest, int32_t dtype)\n{\n"
	"\tdouble part = dtype == 10 || dtype == 16 ? 1.0 / 64 : 1e-3;\n"
	"\tif (got == want || (got != got && want != want))\n\t\treturn 1;\n"
	"\treturn fabs(got - want) <= part * fabs(want) + 1e-5 * largest;\n}\n\n"
	"static int same_floats(const char *name, const tcc_tensor *got, const tcc_tensor *want, int64_t n)\n{\n"
	"\tdouble largest = 0;\n"
	"\tif (want->dtype == 14 || want->dtype == 15)\n\t\tn *= 2;\n"
	"\tfor (int64_t i = 0; i < n; i++) {\n"
	"\t\tdouble size = fabs(number(want->dtype, want->data, i));\n"
	"\t\tif (size > largest && size < INFINITY)\n\t\t\tlargest = size;\n\t}\n"
	"\tfor (int64_t i = 0; i < n; i++) {\n"
	"\t\tdouble x = number(got->dtype, got->data, i), y = number(want->dtype, want->data, i);\n"
	"\t\tif (!close_to(x, y, largest, want->dtype)) {\n"
	"\t\t\tprintf(\"%s: element %ld is %.9g, not %.9g\\n\", name, (long)i, x, y);\n\t\t\treturn 0;\n\t\t}\n\t}\n"
	"\treturn 1;\n}\n\n";

static const char strings_text[] =
	"static int same_strings(const char *name, const tcc_tensor *got, const tcc_tensor *want, int64_t n)\n{\n"
	"\tfor (int64_t i = 0; i < n; i++) {\n"
	"\t\ttcc_string x = ((const tcc_string *)got->data)[i], y = ((const tcc_string *)want->data)[i];\n"
	"\t\tif (x.length != y.length || memcmp(x.text, y.text, (size_t)y.length)) {\n"
	"\t\t\tprintf(\"%s: element %ld is '%.*s', not '%.*s'\\n\", name, (long)i, (int)x.length, x.text, (int)y.length, y.text);\n"
	"\t\t\treturn 0;\n\t\t}\n\t}\n\treturn 1;\n}\n\n";

/* Element by element, of so many bits each. */
static const char bytes_text[] =
	"static int same_bytes(const char *name, const tcc_tensor *got, const tcc_tensor *want, int64_t n)\n{\n"
	"\tstatic const int bits[] = {\n"
	"\t\t8, 32, 8, 8, 16, 16, 32, 64, 0, 8, 16, 64, 32, 64, 64, 128, 16, 8, 8, 8, 8, 4, 4, 4, 8, 2, 2 };\n"
	"\tconst unsigned char *x = got->data, *y = want->data;\n"
	"\tint64_t bytes = (n * bits[want->dtype] + 7) / 8;\n"
	"\tfor (int64_t i = 0; i < bytes; i++)\n\t\tif (x[i] != y[i]) {\n"
	"\t\t\tprintf(\"%s: element %ld differs\\n\", name, (long)(i * 8 / bits[want->dtype]));\n\t\t\treturn 0;\n\t\t}\n"
	"\treturn 1;\n}\n\n";

static const char same_head[] =
	"/* Types and sizes are the same, and so are the elements%s. */\n"
	"static int same(const char *name, int list, const tcc_tensor *got, const tcc_tensor *want)\n{\n"
	"\tint64_t n = 1;\n"
	"\tif (!got->data || !want->data) {\n"
	"\t\tif (got->data || want->data)\n\t\t\tprintf(\"%%s: is %%s, and should not be\\n\", name, got->data ? \"there\" : \"absent\");\n"
	"\t\treturn !got->data && !want->data;\n\t}\n"
	"\tint right = got->dtype == want->dtype && got->rank == want->rank;\n"
	"\tfor (int i = 0; right && i < want->rank; i++) {\n"
	"\t\tright = got->dims[i] == want->dims[i];\n\t\tn *= want->dims[i];\n\t}\n"
	"\tif (!right) {\n\t\tprintf(\"%%s: another type or other sizes\\n\", name);\n\t\treturn 0;\n\t}\n"
	"\tif (list) {\n\t\tfor (int64_t i = 0; i < n; i++)\n"
	"\t\t\tif (!same(name, 0, (const tcc_tensor *)got->data + i, (const tcc_tensor *)want->data + i))\n\t\t\t\treturn 0;\n"
	"\t\treturn 1;\n\t}\n";

static const char main_head[] =
	"/* One run; 1: all outputs are right. */\n"
	"static int passes(const tcc_model *m, void *workspace, const struct golden *set)\n{\n"
	"\ttcc_tensor out[%d];\n\tint right = 1;\n"
	"\tmemset(out, 0, sizeof out);\n"
	"\tfor (int i = 0; i < m->n_outputs; i++)\n"
	"\t\tif (m->outputs[i].kind != TCC_SEQUENCE && m->outputs[i].kind != TCC_OPTIONAL_SEQUENCE)\n"
	"\t\t\tout[i].data = aligned(m->outputs[i].bytes, 64);\n"
	"\tint status = m->run(workspace, set->in, out, NULL);\n"
	"\tif (status != TCC_OK) {\n\t\tprintf(\"%%s: the run ended with: %%s\\n\", set->name, why(status));\n\t\treturn 0;\n\t}\n"
	"\tfor (int i = 0; i < m->n_outputs; i++) {\n"
	"\t\tint list = m->outputs[i].kind == TCC_SEQUENCE || m->outputs[i].kind == TCC_OPTIONAL_SEQUENCE;\n"
	"\t\tright &= same(m->outputs[i].name, list, &out[i], &set->out[i]);\n\t}\n"
	"\tprintf(\"%%s: %%s\\n\", set->name, right ? \"passed\" : \"FAILED\");\n\treturn right;\n}\n\n"
	"int main(%s)\n{\n"
	"\tconst tcc_model *m = &%s_model;\n"
	"\tvoid *workspace = aligned(m->workspace_bytes, m->workspace_align);\n"
	"\tint failed = 0, status = m->init(workspace, %s, m->weights_bytes);\n"
	"\tif (status != TCC_OK) {\n\t\tfprintf(stderr, \"init: %%s\\n\", why(status));\n\t\treturn 2;\n\t}\n"
	"\tfor (size_t i = 0; i < sizeof golden / sizeof *golden; i++)\n"
	"\t\tfailed += !passes(m, workspace, &golden[i]);\n"
	"\treturn failed != 0;\n}\n";

static void put_same(FILE *f, const Goldens *all, int nout)
{
	bool floats = has_floats(all, nout), strings = has_output(all, nout, STR);
	if (!all->random) {
		if (floats) {
			put_number(f, all, nout);
			fputs(floats_text, f);
		}
		fprintf(f, "%s%s", strings ? strings_text : "", bytes_text);
	}
	fprintf(f, same_head, all->random ? ": these are random" : "");
	if (all->random)
		fputs("\treturn 1;\n}\n\n", f);
	else
		fprintf(f, "%s%s\treturn same_bytes(name, got, want, n);\n}\n\n",
		        strings ? "\tif (want->dtype == 8)\n\t\treturn same_strings(name, got, want, n);\n" : "",
		        floats ? "\tif (is_float(want->dtype))\n\t\treturn same_floats(name, got, want, n);\n" : "");
}

static void put_test(FILE *f, const char *stem, const Options *o, const Goldens *all, int nout)
{
	bool given = o->weights == WEIGHTS_FILE;
	fprintf(f, "/* %s_test.c -- emitted by tcc-compile: does %s compute what it should?\n *\n"
	           " *     cc -std=c99 -O2 -I WHERE_%s.h_IS %s_test.c %s.c -lm -o %s_test && ./%s_test%s\n *\n"
	           " * Ends with 0 when all outputs are right, 1 when one is not, 2 when the model cannot run here. */\n",
	        stem, stem, stem, stem, stem, stem, stem, given ? " WEIGHTS_FILE" : "");
	fprintf(f, "#include <math.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include \"%s.h\"\n"
	           "#include \"%s_vectors.h\"\n\n", stem, stem);
	fprintf(f, "%s%s%s", status_texts, aligned_text, given ? weights_of_text : "");
	put_same(f, all, nout);
	fprintf(f, main_head, nout ? nout : 1, given ? "int argc, char **argv" : "void", o->prefix,
	        given ? "m->weights_bytes ? weights_of(m, argc > 1 ? argv[1] : \"\") : NULL" : "NULL");
}

void emit_test(Ctx *c, const Options *o, const Graph *g, const Goldens *all, const char *folder)
{
	const char *stem = stem_of_output(&c->perm, o);
	int nin = arguments(g, false), nout = arguments(g, true);
	folder_make(c, folder);
	put_vectors(c, output_begin(c, arena_format(&c->perm, "%s/%s_vectors.h", folder, stem)), stem, all, nin, nout);
	output_end(c);
	put_test(output_begin(c, arena_format(&c->perm, "%s/%s_test.c", folder, stem)), stem, o, all, nout);
	output_end(c);
}
