/* schedules.c -- what code generation decides for some models, held against what it decided before: schedules, bytes of
 * arena and weights.
 *
 * usage: schedules [-u] [TABLE]
 *
 * The table holds in both directions: every line of it is what is decided now, and everything decided now is in it. A
 * change that is meant is written down with -u, and the difference of the table is a part of the commit. Nothing runs,
 * so the machine does not matter. The last line is "N passed, N failed", where each model counts once a target. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "codegen/codegen.h"
#include "codegen/print.h"
#include "frontend/frontend.h"
#include "passes/inputs.h"
#include "ir/text.h"
#include "tools/file.h"
#include "tools/program.h"

typedef struct Model {
	const char *name, *text; /* a graph, whose inputs with names that begin with w become constants; NULL: a file */
	const char *file;        /* from the folder of the repository */
	bool threads;
} Model;

#define RESIDUAL                                                                                                       \
	"graph (%x f32[1,8,112,112], %w1 f32[96,8,1,1], %w2 f32[96,1,3,3], %w3 f32[24,96,1,1], %w4 f32[144,24,1,1],"       \
	" %w5 f32[144,1,5,5], %w6 f32[24,144,1,1]) -> (%y) {"                                                          \
	" %a = Conv(%x, %w1) %b = Relu(%a) %c = Conv(%b, %w2) {group = 96, pads = [1, 1, 1, 1], strides = [2, 2]}"     \
	" %d = Relu(%c) %e = Conv(%d, %w3) %f = Conv(%e, %w4) %h = Relu(%f)"                                           \
	" %i = Conv(%h, %w5) {group = 144, pads = [2, 2, 2, 2]} %j = Conv(%i, %w6) %y = Add(%j, %e) }"

static const Model models[] = {
	{"digits", NULL, "samples/digits/digits.onnx", false},
	{"inverted residuals", RESIDUAL, NULL, false},
	{"inverted residuals, workers", RESIDUAL, NULL, true},
	{"convolutions of 3 x 3",
	 "graph (%x f32[1,3,64,64], %w1 f32[64,3,7,7], %w2 f32[64,64,3,3], %w3 f32[128,64,3,3], %w4 f32[128,128,3,3],"
	 " %w5 f32[128,10]) -> (%y) { %a = Conv(%x, %w1) {pads = [3, 3, 3, 3], strides = [2, 2]} %b = Relu(%a)"
	 " %c = Conv(%b, %w2) {pads = [1, 1, 1, 1]} %d = Add(%c, %b) %e = Relu(%d)"
	 " %f = Conv(%e, %w3) {pads = [1, 1, 1, 1], strides = [2, 2]} %g = Relu(%f)"
	 " %h = Conv(%g, %w4) {pads = [1, 1, 1, 1]} %i = GlobalAveragePool(%h) %j = Flatten(%i) %y = MatMul(%j, %w5) }",
	 NULL, false},
	{"up and down",
	 "graph (%x f32[1,16,64,64], %w1 f32[32,16,3,3], %w2 f32[32,16,2,2], %w3 f32[8,32,3,3]) -> (%y) {"
	 " %a = Conv(%x, %w1) {pads = [1, 1, 1, 1]} %b = MaxPool(%a) {kernel_shape = [2, 2], strides = [2, 2]}"
	 " %c = ConvTranspose(%b, %w2) {strides = [2, 2]} %d = Concat(%c, %x) {axis = 1} %y = Conv(%d, %w3) }",
	 NULL, false},
	{"a matrix on the left", "graph (%x f32[96,256], %w1 f32[64,96]) -> (%y) { %y = MatMul(%w1, %x) }", NULL, false},
	{"a picture", "graph (%x f32[1,16,64,64], %w1 f32[16,16,1,1], %w2 f32[3,16,5,5]) -> (%y) {"
	 " %a = Conv(%x, %w1) %b = Relu(%a) %y = Conv(%b, %w2) {pads = [2, 2, 2, 2]} }", NULL, false},
	{"a sequence", "graph (%x f32[1,32,200], %w1 f32[64,32,3], %w2 f32[64,1,5]) -> (%y) { %a = Conv(%x, %w1)"
	 " {pads = [2, 0]} %b = Relu(%a) %y = Conv(%b, %w2) {group = 64, dilations = [2], pads = [4, 4]} }", NULL, false},
	{"dilated", "graph (%x f32[1,64,32,32], %w1 f32[64,64,3,3], %w2 f32[64,64,3,3], %v f32[1,64,120], %w3 f32[64,64,3]) ->"
	 " (%y, %z) { %a = Conv(%x, %w1) {dilations = [3, 3], pads = [3, 3, 3, 3]} %b = Conv(%x, %w2) {dilations = [9, 9],"
	 " pads = [9, 9, 9, 9]} %y = Concat(%a, %b) {axis = 1} %z = Conv(%v, %w3) {dilations = [4], pads = [8, 0]} }", NULL, false},
	{"large kernels", "graph (%x f32[1,32,24,24], %w1 f32[32,1,31,31], %w2 f32[32,1,7,7], %w3 f32[32,1,9,9]) -> (%y) {"
	 " %a = Conv(%x, %w1) {group = 32, pads = [15, 15, 15, 15]} %b = Conv(%a, %w2) {group = 32, pads = [3, 3, 3, 3]}"
	 " %y = Conv(%b, %w3) {group = 32, pads = [8, 8, 8, 8], strides = [2, 2], dilations = [2, 2]} }", NULL, false},
	{"large kernels over rows", "graph (%x f32[1,32,56,56], %w1 f32[32,1,7,7], %w2 f32[32,1,31,31]) -> (%y) {"
	 " %a = Conv(%x, %w1) {group = 32, pads = [3, 3, 3, 3]} %y = Conv(%a, %w2) {group = 32, pads = [15, 15, 15, 15]} }", NULL,
	 false},
	{"a film, space and time apart", "graph (%x f32[1,32,4,24,24], %w1 f32[48,32,1,3,3], %w2 f32[32,48,3,1,1]) -> (%y) {"
	 " %a = Conv(%x, %w1) {pads = [0, 1, 1, 0, 1, 1]} %b = Relu(%a) %y = Conv(%b, %w2) {pads = [1, 0, 0, 1, 0, 0]} }", NULL,
	 false},
	{"attention",
	 "graph (%x f32[64,96], %w1 f32[96,96], %w2 f32[96,96], %w3 f32[96,96], %w4 f32[96,384], %w5 f32[384,96],"
	 " %w6 f32[96], %w7 f32[96]) -> (%y) { %n = LayerNormalization(%x, %w6, %w7) %q = MatMul(%n, %w1) %k = MatMul(%n, %w2)"
	 " %v = MatMul(%n, %w3) %t = Transpose(%k) {perm = [1, 0]} %s = MatMul(%q, %t) %p = Softmax(%s) %a = MatMul(%p, %v)"
	 " %r = Add(%a, %x) %u = MatMul(%r, %w4) %g = Gelu(%u) %o = MatMul(%g, %w5) %y = Add(%o, %r) }", NULL, false},
	{"heads that share their keys, causal",
	 "graph (%q f32[1,8,512,64], %k f32[1,2,512,64], %v f32[1,2,512,64]) -> (%y) {"
	 " %y = Attention(%q, %k, %v) {is_causal = 1} }", NULL, false},
	{"a block of a transformer, workers",
	 "graph (%x f32[1,131,384], %w1 f32[384,384], %w2 f32[384,384], %w3 f32[384,384], %w4 f32[384,384],"
	 " %w5 f32[384,1536], %w6 f32[1536,384], %w7 f32[384], %w8 f32[384]) -> (%y) {"
	 " %heads i64[4] = const [1, 131, 12, 32] %all i64[3] = const [1, 131, 384] %n = LayerNormalization(%x, %w7, %w8)"
	 " %q = MatMul(%n, %w1) %q1 = Reshape(%q, %heads) %q2 = Transpose(%q1) {perm = [0, 2, 1, 3]}"
	 " %k = MatMul(%n, %w2) %k1 = Reshape(%k, %heads) %k2 = Transpose(%k1) {perm = [0, 2, 3, 1]}"
	 " %v = MatMul(%n, %w3) %v1 = Reshape(%v, %heads) %v2 = Transpose(%v1) {perm = [0, 2, 1, 3]}"
	 " %s = MatMul(%q2, %k2) %p = Softmax(%s) %a = MatMul(%p, %v2) %a1 = Transpose(%a) {perm = [0, 2, 1, 3]}"
	 " %a2 = Reshape(%a1, %all) %o = MatMul(%a2, %w4) %r = Add(%o, %x) %m = LayerNormalization(%r, %w7, %w8)"
	 " %u = MatMul(%m, %w5) %g = Gelu(%u) %d = MatMul(%g, %w6) %y = Add(%d, %r) }", NULL, true},
	{"a quantised network",
	 "graph (%x f32[1,3,32,32], %w1 i8[16,3,3,3], %w2 i8[16,1,3,3], %w3 i8[40,16,1,1], %w4 i8[40,10]) -> (%y) {"
	 " %s f32[] = const [0.05] %z u8[] = const [128] %o i8[] = const [-128]"
	 " %f1 = DequantizeLinear(%w1, %s) %f2 = DequantizeLinear(%w2, %s) %f3 = DequantizeLinear(%w3, %s)"
	 " %f4 = DequantizeLinear(%w4, %s) %q0 = QuantizeLinear(%x, %s, %z) %d0 = DequantizeLinear(%q0, %s, %z)"
	 " %a = Conv(%d0, %f1) {pads = [1, 1, 1, 1]} %q1 = QuantizeLinear(%a, %s, %o) %d1 = DequantizeLinear(%q1, %s, %o)"
	 " %b = Conv(%d1, %f2) {group = 16, pads = [1, 1, 1, 1]} %q2 = QuantizeLinear(%b, %s, %o)"
	 " %d2 = DequantizeLinear(%q2, %s, %o) %c = Conv(%d2, %f3) %p = GlobalAveragePool(%c) %l = Flatten(%p)"
	 " %q3 = QuantizeLinear(%l, %s, %z) %d3 = DequantizeLinear(%q3, %s, %z) %y = MatMul(%d3, %f4) }", NULL, false},
	{"operands of sums in another order, and moved unevenly",
	 "graph (%x f32[1,96,21], %w1 f32[96,96], %w2 f32[96], %q f32[4,32,16], %k f32[4,16,32], %r f32[4,32,63]) -> (%y, %z) {"
	 " %t = Transpose(%x) {perm = [0, 2, 1]} %a = MatMul(%t, %w1) %b = Add(%a, %w2) %c = Relu(%b)"
	 " %d = Transpose(%c) {perm = [0, 2, 1]} %y = Add(%d, %x) %none i64[6] = const [0, 0, 1, 0, 0, 0] %p = Pad(%r, %none)"
	 " %turned i64[3] = const [4, 64, 32] %g = Reshape(%p, %turned) %from i64[1] = const [1] %to i64[1] = const [64]"
	 " %axis i64[1] = const [1] %h = Slice(%g, %from, %to, %axis) %back i64[3] = const [4, 32, 63] %i = Reshape(%h, %back)"
	 " %zero i64[1] = const [0] %n i64[1] = const [32] %last i64[1] = const [2] %j = Slice(%i, %zero, %n, %last)"
	 " %s = MatMul(%q, %k) %z = Add(%s, %j) }", NULL, false},
	{"rows stored across, and windows over edges",
	 "graph (%x f32[4,64,96], %w1 f32[96], %w2 f32[96], %v f32[1,8,100]) -> (%y, %z) { %n = LayerNormalization(%x, %w1, %w2)"
	 " %t = Transpose(%n) {perm = [2, 1, 0]} %cut i64[4] = const [768, 8, 2, 2] %r = Reshape(%t, %cut)"
	 " %u = Transpose(%r) {perm = [0, 2, 1, 3]} %all i64[3] = const [96, 16, 16] %y = Reshape(%u, %all)"
	 " %wide i64[6] = const [0, 0, 12, 0, 0, 12] %p = Pad(%v, %wide) {mode = edge} %z = AveragePool(%p) {kernel_shape = [25]} }",
	 NULL, false},
	{"wide groups, and narrow ones", "graph (%x f32[1,64,24,24], %w1 f32[96,32,3,3], %w2 f32[96], %w3 f32[96,16,3,3]) -> (%y)"
	 " { %a = Conv(%x, %w1, %w2) {group = 2, pads = [1, 1, 1, 1]} %b = Relu(%a) %y = Conv(%b, %w3) {group = 6} }", NULL, false},
	{"the most of each row, channels last", "graph (%x f32[1,32,64,12], %w1 f32[48,32,1,1], %w2 f32[16,48,1]) -> (%y) {"
	 " %a = Conv(%x, %w1) %b = Relu(%a) %last i64[1] = const [3] %c = ReduceMax(%b, %last) {keepdims = 0}"
	 " %y = Conv(%c, %w2) }", NULL, false},
	{"gate and up",
	 "graph (%x f32[16,256], %w1 f32[256,688], %w2 f32[256,688], %w3 f32[688,512], %w4 f32[512]) -> (%y) {"
	 " %g = MatMul(%x, %w1) %u = MatMul(%x, %w2) %s = Sigmoid(%g) %t = Mul(%g, %s) %h = Mul(%t, %u)"
	 " %p = MatMul(%h, %w3) %q = Add(%p, %w4) %a, %b = Split(%q) {axis = 1} %c = Gelu(%b) %y = Mul(%a, %c) }", NULL, false},
	{"a recurrence", "graph (%x f32[20,1,12], %w1 f32[1,128,12], %w2 f32[1,128,32]) -> (%y) {"
	 " %y, %h, %c = LSTM(%x, %w1, %w2) {hidden_size = 32} }", NULL, false},
	{"rows of one hot", "graph (%i i64[15], %s f32[13]) -> (%y) { %depth i64[] = const [13] %on i64[2] = const [0, 1]"
	 " %a i64[15,13] = OneHot(%i, %depth, %on) %b f32[15,13] = Cast(%a) {to = f32} %c = Mul(%b, %s)"
	 " %ax i64[1] = const [1] %y = ReduceSum(%c, %ax) {keepdims = 0} }", NULL, false},
	{"one row", "graph (%x f32[1,128], %w1 f32[128,384]) -> (%y) { %y = MatMul(%x, %w1) }", NULL, false},
	{"pools of rows, and a picture of bytes",
	 "graph (%x f32[1,64,56,56], %p u8[1,56,56,3]) -> (%a, %b, %c, %y) {"
	 " %a = MaxPool(%x) {kernel_shape = [3, 3], strides = [2, 2], pads = [1, 1, 1, 1]}"
	 " %b = AveragePool(%x) {kernel_shape = [2, 2], strides = [2, 2]} %c = MaxPool(%x) {kernel_shape = [5, 5], strides = [5, 5]}"
	 " %y = Transpose(%p) {perm = [0, 3, 1, 2]} }", NULL, false},
	{"matrices of bytes and of doubles turned",
	 "graph (%a u8[100,200], %b f64[100,200]) -> (%x, %y) { %x = Transpose(%a) {perm = [1, 0]} %y = Transpose(%b) {perm = [1, 0]} }",
	 NULL, false},
	{"convolutions with channels last", "graph (%x f32[1,28,28,32], %w1 f32[32,32,3,3], %w2 f32[32], %w3 f32[32,32,1,1]) -> (%y) {"
	 " %a = com.microsoft.NhwcFusedConv(%x, %w1, %w2) {pads = [1, 1, 1, 1], activation = \"Relu\"}"
	 " %y = com.microsoft.NhwcFusedConv(%a, %w3, %w2, %x) {activation = \"Relu\"} }", NULL, false},
	{"the best of rows", "graph (%x f32[64,1000]) -> (%a, %y) { %a = ArgMax(%x) {axis = 1} %y = Hardmax(%x) }", NULL, false},
};

static const char *const targets[] = {"c", "x86-64-v3", "x86-64-v4", "x86-64-v4-vnni"};

enum { MODELS = sizeof models / sizeof *models, TARGETS = sizeof targets / sizeof *targets };

/* ---- what is decided ---- */

static Graph *graph_of(Ctx *c, const Model *m)
{
	static const ReadOptions none;
	Syms *syms = NEW(&c->perm, Syms);
	uint64_t seed = 7;
	int n = 0;
	if (!m->text)
		return onnx_read(c, m->file, &none);
	*syms = (Syms){.ctx = c};
	Graph *g = graph_parse(c, syms, m->text);
	for (int i = 0; i < g->nin; i++) {
		Value *v = g->in[i];
		int64_t dim[MAX_RANK];
		for (int k = 0; k < v->shape.rank; k++)
			dim[k] = v->shape.dim[k].k;
		if (v->name[0] != 'w') {
			g->in[n++] = v;
			continue;
		}
		Tensor *t = tensor_new(&c->perm, v->dtype, v->shape.rank, dim);
		random_fill(&c->perm, t, &seed);
		value_replace(g, v, value_const(g, v->name, t));
	}
	g->nin = n;
	return g;
}

/* One model for one target, as it stands in the table. */
static void describe(Ctx *c, const Model *m, const char *target, Out *o)
{
	Options options = {.level = 2, .target = target, .threads = m->threads, .prefix = "m"};
	const char *header;
	Facts f;
	Graph *g = graph_of(c, m);
	passes_run(g, &options);
	emit_text(g, &options, &header, &f);
	put_text(o, "== %s, %s\narena %lld bytes, at least %lld; weights %lld bytes\n", m->name, target,
	         (long long)f.arena_bytes, (long long)f.arena_bound, (long long)f.weights_bytes);
	for (int i = 0; i < f.nstages; i++)
		put_text(o, "%s%s%s\n", f.stage[i].name, *f.stage[i].schedule ? ": " : "", f.stage[i].schedule);
	put_text(o, "\n");
}

/* ---- the table ---- */

/* The piece of the table that begins with the same line, or NULL; *n: its length. */
static const char *piece_of(const char *table, const char *piece, size_t *n)
{
	size_t title = strcspn(piece, "\n") + 1;
	for (const char *at = strstr(table, "== "); at; at = strstr(at + 1, "\n== ")) {
		at += *at == '\n';
		const char *end = strstr(at, "\n== ");
		*n = end ? (size_t)(end + 1 - at) : strlen(at);
		if (!strncmp(at, piece, title))
			return at;
	}
	return NULL;
}

/* The first lines that differ. */
static void show_difference(const char *was, const char *is)
{
	size_t a = strcspn(was, "\n"), b = strcspn(is, "\n");
	while (a == b && !strncmp(was, is, a) && was[a] && is[b]) {
		was += a + 1;
		is += b + 1;
		a = strcspn(was, "\n");
		b = strcspn(is, "\n");
	}
	printf("  was: %.*s\n  is:  %.*s\n", (int)a, was, (int)b, is);
}

static bool is_in(const char *table, const char *piece)
{
	size_t n, title = strcspn(piece, "\n");
	const char *was = piece_of(table, piece, &n);
	if (was && n == strlen(piece) && !strncmp(was, piece, n))
		return true;
	printf("%.*s: %s\n", (int)title, piece, was ? "decided in another way" : "not in the table");
	if (was)
		show_difference(was, piece);
	return false;
}

/* Pieces that no model has any more. */
static int count_old(const char *table, const char *now)
{
	int n = 0;
	for (const char *at = strstr(table, "== "); at; at = strstr(at + 1, "\n== ")) {
		size_t length;
		at += *at == '\n';
		if (piece_of(now, at, &length))
			continue;
		printf("%.*s: no such model\n", (int)strcspn(at, "\n"), at);
		n++;
	}
	return n;
}

static bool check(Ctx *c, const char *path, bool update)
{
	Out now = {.arena = &c->perm};
	int passed = 0, failed = 0;
	const char *table = update ? "" : file_text(c, &c->perm, path);
	for (int i = 0; i < MODELS; i++)
		for (int k = 0; k < TARGETS; k++) {
			Out piece = {.arena = &c->perm};
			describe(c, &models[i], targets[k], &piece);
			put_text(&now, "%s", piece.text);
			bool right = update || is_in(table, piece.text);
			passed += right;
			failed += !right;
		}
	failed += update ? 0 : count_old(table, now.text);
	if (update)
		file_write(c, path, now.text, now.n);
	printf("%d passed, %d failed\n", passed, failed);
	return failed == 0;
}

int main(int argc, char **argv)
{
	static Ctx c;
	bool update = argc > 1 && !strcmp(argv[1], "-u"), right = false;
	const char *path = argc > 1 + update ? argv[1 + update] : "tests/schedules/table.txt";
	program_open(&c, "schedules");
	if (setjmp(c.border))
		return program_trouble(&c);
	right = check(&c, path, update);
	int status = program_close(&c);
	return right ? status : EXIT_BUG;
}
