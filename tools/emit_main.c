/* emit_main.c -- a program that runs an emitted model on files.
 *
 *     ./net image.npy                      prints sizes and the largest elements
 *     ./net image.npy -o probability.npy   writes them
 *
 * What is known of the model is a table at its head; all else is the same for every model. */
#include <stdio.h>
#include <string.h>
#include "ir/output.h"
#include "tools/emit_test.h"
#include "tools/npy.h"

static void need_numbers(Ctx *c, const Graph *g, bool out)
{
	for (int i = 0; i < arguments(g, out); i++) {
		Argument a = argument(g, out, i);
		if (a.kind != KIND_TENSOR || a.dtype == STR)
			fail(c, EXIT_UNSUPPORTED, "E-UNSUPPORTED", "--emit-main: %s '%s' is no tensor of numbers, which a file could hold",
			     out ? "output" : "input", shown(c, a.name));
	}
}

static void put_types(FILE *f, const Graph *g, bool out)
{
	int n = arguments(g, out);
	fprintf(f, "static const char *const %s_type[] = {", out ? "out" : "in");
	for (int i = 0; i < n; i++) {
		const char *type = npy_type(argument(g, out, i).dtype);
		fprintf(f, "%s \"%s\"", i ? "," : "", type ? type : "");
	}
	fputs(n ? " };\n" : " \"\" };\n", f);
}

static const char read_text[] =
	"/* All bytes of a file, and a 0 behind them. */\n"
	"static char *file_read(const char *path, size_t *n)\n{\n"
	"\tFILE *f = fopen(path, \"rb\");\n"
	"\tchar *bytes = NULL;\n\tsize_t room = 0, got = 1;\n"
	"\tfor (*n = 0; f && got; *n += got) {\n"
	"\t\tif (room - *n < 2)\n\t\t\tbytes = realloc(bytes, room = 2 * room + 4096);\n"
	"\t\tif (!bytes)\n\t\t\ttrouble(path, \"out of memory\");\n"
	"\t\tgot = fread(bytes + *n, 1, room - *n - 1, f);\n\t}\n"
	"\tif (!f || ferror(f))\n\t\ttrouble(path, \"cannot be read\");\n"
	"\tfclose(f);\n\tbytes[*n] = 0;\n\treturn bytes;\n}\n\n"
	"/* What stands behind a key in the header of a .npy file. */\n"
	"static const char *field(const char *path, const char *header, const char *key)\n{\n"
	"\tconst char *at = strstr(header, key);\n"
	"\tif (!at)\n\t\ttrouble(path, \"is no .npy file\");\n"
	"\treturn at + strlen(key) + strspn(at + strlen(key), \": '\");\n}\n\n"
	"static size_t npy_read(const char *path, char *bytes, size_t n, const char *type, tcc_tensor *t)\n{\n"
	"\tconst unsigned char *u = (const unsigned char *)bytes;\n"
	"\tsize_t start = n > 12 && u[6] > 1 ? 12 : 10, length = n > 12 ? u[8] + 256 * (size_t)u[9] : 0;\n"
	"\tif (start == 12)\n\t\tlength += ((size_t)u[10] << 16) + ((size_t)u[11] << 24);\n"
	"\tif (n <= 12 || memcmp(bytes, \"\\x93NUMPY\", 6) || length > n - start)\n\t\ttrouble(path, \"is no .npy file\");\n"
	"\tchar *header = bytes + start;\n\theader[length - 1] = 0;\n"
	"\tif (!*type || strncmp(field(path, header, \"'descr'\"), type, strlen(type)))\n\t\ttrouble(path, \"has elements of another type\");\n"
	"\tif (*field(path, header, \"'fortran_order'\") != 'F')\n\t\ttrouble(path, \"has its columns first\");\n"
	"\tchar *at = (char *)field(path, header, \"'shape'\") + 1;\n"
	"\tfor (t->rank = 0; t->rank < TCC_MAX_RANK && (at += strspn(at, \", \"), *at >= '0' && *at <= '9'); t->rank++)\n"
	"\t\tt->dims[t->rank] = strtol(at, &at, 10);\n"
	"\tt->data = header + length;\n\treturn n - start - length;\n}\n\n"
	"static int is_npy(const char *path)\n{\n"
	"\tsize_t n = strlen(path);\n\treturn n >= 4 && !strcmp(path + n - 4, \".npy\");\n}\n\n"
	"/* Elements, and bytes where the model's whole buffer has info->bytes. */\n"
	"static int64_t count(const tcc_tensor *t)\n{\n"
	"\tint64_t n = 1;\n\tfor (int i = 0; i < t->rank; i++)\n\t\tn *= t->dims[i];\n\treturn n;\n}\n\n"
	"static size_t bytes_of(const tcc_tensor *t)\n{\n"
	"\tstatic const int bits[] = {\n"
	"\t\t8, 32, 8, 8, 16, 16, 32, 64, 0, 8, 16, 64, 32, 64, 64, 128, 16, 8, 8, 8, 8, 4, 4, 4, 8, 2, 2 };\n"
	"\treturn ((size_t)count(t) * (size_t)bits[t->dtype] + 7) / 8;\n}\n\n"
	"static tcc_tensor input(const tcc_info *info, const char *type, const char *path)\n{\n"
	"\tsize_t n;\n\tchar *bytes = file_read(path, &n);\n"
	"\ttcc_tensor t = { bytes, info->dtype, info->rank, { 0 } };\n"
	"\tmemcpy(t.dims, info->dims, sizeof t.dims);\n"
	"\tif (is_npy(path))\n\t\tn = npy_read(path, bytes, n, type, &t);\n"
	"\telse if (info->dynamic)\n\t\ttrouble(path, \"raw bytes do not tell sizes that vary: give a .npy file\");\n"
	"\tif (t.rank != info->rank)\n\t\ttrouble(path, \"has another number of dimensions than the model's input\");\n"
	"\tfor (int i = 0; i < t.rank; i++)\n"
	"\t\tif (t.dims[i] != info->dims[i] && (!(info->dynamic >> i & 1) || t.dims[i] > info->dims[i]))\n"
	"\t\t\ttrouble(path, \"has other sizes than the model's input\");\n"
	"\tif (n != bytes_of(&t))\n\t\ttrouble(path, \"has more or fewer bytes than the model's input\");\n"
	"\tvoid *data = aligned(n, 64);\n\tmemcpy(data, t.data, n);\n\tfree(bytes);\n\tt.data = data;\n\treturn t;\n}\n\n";

static const char write_text[] =
	"static void output(const char *path, const char *type, const tcc_tensor *t)\n{\n"
	"\tchar shape[200] = \"\", header[400];\n\tFILE *f = fopen(path, \"wb\");\n"
	"\tif (!f)\n\t\ttrouble(path, \"cannot be written\");\n"
	"\tfor (int i = 0; i < t->rank; i++)\n\t\tsprintf(shape + strlen(shape), \"%ld,\", (long)t->dims[i]);\n"
	"\tsprintf(header, \"{'descr': '%s', 'fortran_order': False, 'shape': (%s), }\", type, shape);\n"
	"\tint length = ((int)strlen(header) + 11 + 63) / 64 * 64 - 10; /* the data begin at a multiple of 64 */\n"
	"\tif (is_npy(path) && !*type)\n\t\ttrouble(path, \"NumPy has no such type: ask for a raw file\");\n"
	"\tif (is_npy(path))\n\t\tfprintf(f, \"\\x93NUMPY\\x01%c%c%c%-*s\\n\", 0, length & 255, length >> 8, length - 1, header);\n"
	"\tfwrite(t->data, 1, bytes_of(t), f);\n"
	"\tif (ferror(f) | fclose(f))\n\t\ttrouble(path, \"cannot be written\");\n}\n\n";

static const char print_text[] =
	"/* Element i as a number; of types that C lacks, its bits. */\n"
	"static double element(const tcc_tensor *t, int64_t i)\n{\n"
	"\tswitch (t->dtype) {\n"
	"\tcase 1: return ((const float *)t->data)[i];\n"
	"\tcase 3: return ((const int8_t *)t->data)[i];\n"
	"\tcase 4: case 10: case 16: return ((const uint16_t *)t->data)[i];\n"
	"\tcase 5: return ((const int16_t *)t->data)[i];\n"
	"\tcase 6: return ((const int32_t *)t->data)[i];\n"
	"\tcase 7: return (double)((const int64_t *)t->data)[i];\n"
	"\tcase 11: return ((const double *)t->data)[i];\n"
	"\tcase 12: return ((const uint32_t *)t->data)[i];\n"
	"\tcase 13: return (double)((const uint64_t *)t->data)[i];\n"
	"\tdefault: return ((const uint8_t *)t->data)[i];\n\t}\n}\n\n"
	"static void print(const char *name, const tcc_tensor *t)\n{\n"
	"\tint64_t n = t->dtype == 14 || t->dtype == 15 || t->dtype > 20 ? 0 : count(t), last = -1;\n"
	"\tprintf(\"%s [\", name);\n"
	"\tfor (int i = 0; i < t->rank; i++)\n\t\tprintf(\"%s%ld\", i ? \",\" : \"\", (long)t->dims[i]);\n"
	"\tprintf(\"]\\n\");\n"
	"\tfor (int k = 0; k < 5 && k < n; k++) { /* the next largest */\n"
	"\t\tint64_t best = -1;\n"
	"\t\tfor (int64_t i = 0; i < n; i++) {\n"
	"\t\t\tdouble x = element(t, i), before = last < 0 ? 0 : element(t, last);\n"
	"\t\t\tif ((last < 0 || x < before || (x == before && i > last)) && (best < 0 || x > element(t, best)))\n"
	"\t\t\t\tbest = i;\n\t\t}\n"
	"\t\tif (best < 0)\n\t\t\tbreak;\n"
	"\t\tprintf(\"    %-12.6g at %ld\\n\", element(t, best), (long)best);\n\t\tlast = best;\n\t}\n}\n\n";

static const char main_text[] =
	"int main(int argc, char **argv)\n{\n"
	"\tconst tcc_model *m = &%s_model;\n"
	"\tint nin = m->n_inputs, nout = m->n_outputs, at = 1;\n"
	"\tvoid *weights = %s;\n"
	"\tint writes = argc == at + nin + 1 + nout && !strcmp(argv[at + nin], \"-o\");\n"
	"\tif (argc != at + nin && !writes) {\n"
	"\t\tfprintf(stderr, \"usage: %%s%s\", argv[0]);\n"
	"\t\tfor (int i = 0; i < nin; i++)\n\t\t\tfprintf(stderr, \" %%s\", m->inputs[i].name);\n"
	"\t\tfprintf(stderr, \" [-o\");\n"
	"\t\tfor (int i = 0; i < nout; i++)\n\t\t\tfprintf(stderr, \" %%s\", m->outputs[i].name);\n"
	"\t\tfprintf(stderr, \"]\\nfiles: .npy, or raw bytes by any other name\\n\");\n\t\treturn 2;\n\t}\n"
	"\ttcc_tensor in[%d], out[%d];\n"
	"\tmemset(in, 0, sizeof in);\n\tmemset(out, 0, sizeof out);\n"
	"\tfor (int i = 0; i < nin; i++)\n\t\tin[i] = input(&m->inputs[i], in_type[i], argv[at + i]);\n"
	"\tfor (int i = 0; i < nout; i++)\n\t\tout[i].data = aligned(m->outputs[i].bytes, 64);\n"
	"\tvoid *workspace = aligned(m->workspace_bytes, m->workspace_align);\n"
	"\tint status = m->init(workspace, weights, m->weights_bytes);\n"
	"\tif (status == TCC_OK)\n\t\tstatus = m->run(workspace, in, out, NULL);\n"
	"\tif (status != TCC_OK)\n\t\ttrouble(argv[0], why(status));\n"
	"\tfor (int i = 0; i < nout; i++) {\n"
	"\t\tif (writes)\n\t\t\toutput(argv[at + nin + 1 + i], out_type[i], &out[i]);\n"
	"\t\telse\n\t\t\tprint(m->outputs[i].name, &out[i]);\n\t}\n"
	"\treturn 0;\n}\n";

static void put_main(FILE *f, const char *stem, const Options *o, const Graph *g)
{
	bool given = o->weights == WEIGHTS_FILE;
	int nin = arguments(g, false), nout = arguments(g, true);
	fprintf(f, "/* %s_main.c -- emitted by tcc-compile: runs %s on files.\n *\n"
	           " *     cc -std=c99 -O2 %s_main.c %s.c -lm -o %s\n"
	           " *     ./%s%s INPUT.npy...                      prints sizes and largest elements of the outputs\n"
	           " *     ./%s%s INPUT.npy... -o OUTPUT.npy...     writes them\n *\n"
	           " * A file that is not called .npy is raw: elements in row-major order, as this machine keeps them. Ends with 0, or with 2\n"
	           " * and a line that says why not. */\n",
	        stem, stem, stem, stem, stem, stem, given ? " WEIGHTS" : "", stem, given ? " WEIGHTS" : "");
	fprintf(f, "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include \"%s.h\"\n\n/* As NumPy calls them. */\n", stem);
	put_types(f, g, false);
	put_types(f, g, true);
	fprintf(f, "\n%sstatic void trouble(const char *what, const char *is)\n{\n"
	           "\tfprintf(stderr, \"%%s: %%s\\n\", what, is);\n\texit(2);\n}\n\n%s%s%s%s%s", status_texts, aligned_text,
	        given ? weights_of_text : "", read_text, write_text, print_text);
	fprintf(f, main_text, o->prefix, !given ? "NULL" : "m->weights_bytes && argc > 1 ? weights_of(m, argv[at++]) : NULL",
	        given ? " WEIGHTS" : "", nin ? nin : 1, nout ? nout : 1);
}

void emit_main(Ctx *c, const Options *o, const Graph *g)
{
	const char *stem = stem_of_output(&c->perm, o);
	const char *slash = strrchr(o->output, '/');
	int folder = slash ? (int)(slash + 1 - o->output) : 0;
	need_numbers(c, g, false);
	need_numbers(c, g, true);
	put_main(output_begin(c, arena_format(&c->perm, "%.*s%s_main.c", folder, o->output, stem)), stem, o, g);
	output_end(c);
}
