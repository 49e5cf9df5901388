/* module.c -- the emitted file: facts, helpers, weights, one function a stage, the list of calls, the entry. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "codegen/codegen.h"
#include "codegen/module.h"

enum { SMALL_WEIGHTS = 1 << 20 };

/* ---- stage functions ---- */

/* Parameters are named by role: y is written, x x2 ... are read, w w2 ... are constants. */
static const char *param_name(Stage *s, const Param *q, Arena *a)
{
	int nth = 0;
	if (q->written)
		return "y";
	for (int i = 0; i < s->nparams; i++)
		nth += !s->param[i].written && !s->param[i].weight == !q->weight;
	const char *letter = q->weight ? "w" : "x";
	return nth ? arena_format(a, "%s%d", letter, nth + 1) : letter;
}

static Param *param_add(Stage *s, Param q)
{
	if (s->nparams == PARAM_MAX)
		fail_unsupported(s->l->graph, s->node, "a stage that reads more than %d values", PARAM_MAX);
	q.name = param_name(s, &q, s->l->arena);
	s->param[s->nparams] = q;
	return &s->param[s->nparams++];
}

Param *param_of(Stage *s, Value *v)
{
	for (int i = 0; i < s->nparams; i++)
		if (s->param[i].value == v)
			return &s->param[i];
	Param q = {.value = v, .written = v == s->out};
	const Value *root = place_root(v);
	if (root->data) {
		const char *name = arena_format(s->l->arena, "s%d_w%d", s->number, s->nparams);
		q.weight = weight_add(s->module, name, v->dtype, root->data->count, root->data->data, NULL);
	}
	return param_add(s, q);
}

Param *param_weight(Stage *s, const Weight *w)
{
	for (int i = 0; i < s->nparams; i++)
		if (s->param[i].weight == w)
			return &s->param[i];
	return param_add(s, (Param){.weight = w});
}

/* "Conv /stem/Conv, Relu /stem/Relu": the nodes whose formulas are inside. */
static const char *origin(const Stage *s, Arena *a, int most)
{
	Out o = {.arena = a};
	const char *comma = "";
	put_text(&o, "%s", s->body ? "" : "zeros around it");
	for (int i = 0; s->body && i < s->nfused && i < most; i++, comma = ", ")
		put_text(&o, "%s%s%s%s", comma, s->fused[i]->op->name, *s->fused[i]->name ? " " : "",
		         comment_text(a, s->fused[i]->name));
	put_text(&o, s->body && s->nfused > most ? ", ..." : "");
	return o.text;
}

static const char *param_type(const Param *q) { return c_type(q->weight ? q->weight->dtype : q->value->dtype); }

static void print_signature(Stage *s, bool threads, Out *o)
{
	const char *comma = "";
	put_text(o, "static void s%d_%s(", s->number, s->kind);
	for (int k = 0; k < s->nparams; k++, comma = ", ")
		put_text(o, "%s%s%s *%s%s", comma, s->param[k].written ? "" : "const ", param_type(&s->param[k]),
		         s->in_place ? "" : "restrict ", s->param[k].name);
	if (threads && s->split) {
		put_text(o, "%sint from, int to", comma);
		comma = ", ";
	}
	if (s->checks)
		put_text(o, "%sint *status", comma);
	put_text(o, ")\n{\n");
}

void print_stage(Module *m, Stage *s, Out *o)
{
	Out body = {.arena = o->arena};
	Printer p = {.m = m, .s = s, .out = &body, .depth = 1};
	put_text(&body, "%s", "");
	param_of(s, s->out); /* y first */
	if (s->contraction)
		print_tile_functions(m, s, o);
	if (s->body)
		print_stmts(&p, s->nest);
	else
		print_border(&p);
	put_text(o, "/* %d: %s    %s%s", s->number, shape_name(m, s->out), s->body ? "from " : "", origin(s, o->arena, 8));
	if (s->schedule)
		put_text(o, "\n *    schedule: %s", s->schedule);
	put_text(o, " */\n");
	print_signature(s, m->o->threads, o);
	put_text(o, "%s}\n\n", body.text);
}

/* ---- the head of the file ---- */

static void print_values(Module *m, Out *o, const char *what, char letter, Value *const *v, int n)
{
	for (int i = 0; i < n; i++)
		put_text(o, " *   %-8s %c%d  %s  %s\n", i ? "" : what, letter, i, shape_name(m, v[i]),
		         comment_text(o->arena, outer_name(m->g, v[i], i)));
}

/* 1234567 as "1,234,567" */
static const char *grouped(Arena *a, int64_t x)
{
	char *text = arena_format(a, "%lld", (long long)x);
	size_t n = strlen(text), commas = (n - 1) / 3;
	char *to = NEW_N(a, char, n + commas + 1);
	for (size_t i = 0, k = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			to[k++] = ',';
		to[k++] = text[i];
	}
	return to;
}

static void print_table(Module *m, Out *o)
{
	Arena *a = o->arena;
	put_text(o, " *   %-14s %13s %11s %11s   from\n", "stage", "MAC", "reads", "writes");
	for (int i = 0; i < m->nstages; i++) {
		const Stage *s = m->stage[i];
		if (s->turns > 0)
			put_text(o, " *   the next ones %s times:\n", grouped(a, s->turns));
		else if (s->turns < 0)
			put_text(o, " *   once:\n");
		else
			put_text(o, " *   %-14s %13s %11s %11s   %s\n", arena_format(a, "s%d_%s", s->number, s->kind),
			         s->macs ? grouped(a, s->macs) : "", s->reads ? grouped(a, s->reads) : "", grouped(a, s->writes),
			         origin(s, a, 3));
	}
}

static void print_facts(Module *m, Out *o, const char *name)
{
	Graph *g = m->g;
	put_text(o, "/* %s.c -- emitted by tcc-compile, target %s (%s)%s\n *\n *   source   sha256 ", name, m->target->name,
	         m->target->title, m->o->threads ? ", workers: any" : "");
	for (int i = 0; i < 32; i++)
		put_text(o, "%02x", g->sha256[i]);
	put_text(o, "\n");
	print_values(m, o, "in", 'x', g->in, g->nin);
	print_values(m, o, "out", 'y', g->out, g->nout);
	put_text(o, " *   memory   workspace %s bytes (lower bound %s), weights %s bytes, no heap\n",
	         grouped(o->arena, m->arena_bytes), grouped(o->arena, m->arena_bound), grouped(o->arena, m->weights_bytes));
	put_text(o, " *   work     %.3f MMAC in %d stages\n *\n", (double)m->macs / 1e6, m->nstages);
	print_table(m, o);
	put_text(o, " */\n");
}

static const char unroll_macro[] =
	"#if defined(__clang__)\n#define UNROLL _Pragma(\"unroll\")\n#elif defined(__GNUC__)\n"
	"#define UNROLL _Pragma(\"GCC unroll 32\")\n#else\n#define UNROLL\n#endif\n";

static void print_prologue(Module *m, Out *o, const char *name, const char *code)
{
	const char *f = m->target->features;
	put_text(o, "#include \"%s.h\"\n#include <math.h>\n#include <string.h>\n", name);
	if (m->vectors)
		put_text(o, "\n#if defined(__clang__)\n#pragma clang attribute push(__attribute__((target(\"%s\"))), apply_to = function)\n"
		            "#else\n#pragma GCC push_options\n#pragma GCC target(\"%s\")\n#endif\n#include <immintrin.h>\n", f, f);
	put_text(o, "\n");
	if (uses_word(code, "UNROLL"))
		put_text(o, "%s", unroll_macro);
	if (uses_word(code, "INLINE") || m->vectors)
		put_text(o, "#define INLINE static inline __attribute__((always_inline))\n");
	if (uses_word(code, "ALIGN"))
		put_text(o, "#define ALIGN __attribute__((aligned(64)))\n");
	if (uses_word(code, "PAUSE"))
		put_text(o, "%s", m->vectors ? "#define PAUSE _mm_pause()\n" : "#define PAUSE ((void)0)\n");
	put_text(o, "\n");
	print_helpers(m->target, code, o);
}

static void print_epilogue(Module *m, Out *o)
{
	if (m->vectors)
		put_text(o, "\n#if defined(__clang__)\n#pragma clang attribute pop\n#else\n#pragma GCC pop_options\n#endif\n");
}

/* The weights' bytes, put beside the code by the assembler. The name is as given with -o; a build that runs elsewhere
 * may define another. */
static void print_incbin(Module *m, Out *o)
{
	if (m->weights_in_c || m->weights_given || !m->nweights)
		return;
	put_text(o, "#ifndef %s_WEIGHTS_FILE\n#define %s_WEIGHTS_FILE \"%s\"\n#endif\n", m->upper, m->upper,
	         string_text(o->arena, m->blob_path));
	put_text(o, "__asm__(\".pushsection .rodata\\n\\t.balign 64\\n%s_weights:\\n\\t.incbin \\\"\" %s_WEIGHTS_FILE \"\\\"\\n\\t.popsection\");\n",
	         m->prefix, m->upper);
	put_text(o, "extern const unsigned char %s_weights[%lld] __attribute__((visibility(\"hidden\")));\n\n", m->prefix,
	         (long long)m->weights_bytes);
}

static void print_state(Module *m, Out *o)
{
	if (!m->weights_given)
		return;
	put_text(o, "/* After the arena: what init leaves for run. */\nenum { STATE = %lld, MAGIC = 0x%02x%02x%02x };\n"
	            "struct state {\n\tint64_t magic;\n\tconst unsigned char *weights;\n};\n\n",
	         (long long)m->arena_bytes, m->g->sha256[0], m->g->sha256[1], m->g->sha256[2] | 1);
}

/* ---- the whole ---- */

static void need_fixed_sizes(Graph *g)
{
	for (uint32_t i = 0; i < g->nnode; i++)
		for (int k = 0; k < g->node[i]->nsub; k++)
			need_fixed_sizes(g->node[i]->sub[k]);
	for (uint32_t i = 0; i < g->nnode; i++)
		for (int k = 0; k < g->node[i]->nout; k++) {
			Value *v = g->node[i]->out[k];
			for (int d = 0; v && d < v->shape.rank; d++)
				dim_number(g, g->node[i], v->shape.dim[d]);
		}
	for (int i = 0; i < g->nin; i++)
		for (int d = 0; d < g->in[i]->shape.rank; d++)
			dim_number(g, NULL, g->in[i]->shape.dim[d]);
}

/* What a program may hand in and get back: tensors of whole bytes. */
static void need_stored(Graph *g, const Node *n, const Value *v)
{
	if (v->kind != KIND_TENSOR)
		fail_unsupported(g, n, "'%s' is no tensor", v->name);
	if (dtype_info(v->dtype)->bits < 8)
		fail_unsupported(g, n, "element type %s is not yet stored by emitted code", dtype_name(v->dtype));
}

static void need_stored_types(Graph *g)
{
	for (int i = 0; i < g->nin; i++)
		need_stored(g, NULL, g->in[i]);
	for (int i = 0; i < g->nout; i++)
		need_stored(g, g->out[i]->def, g->out[i]);
	for (uint32_t i = 0; i < g->nnode; i++)
		for (int k = 0; k < g->node[i]->nout; k++)
			if (g->node[i]->out[k])
				need_stored(g, g->node[i], g->node[i]->out[k]);
}

static void need_lower(Graph *g)
{
	for (uint32_t i = 0; i < g->nnode; i++) {
		const Node *n = g->node[i];
		if (!n->op->lower && !is_op(n, "Concat") && !is_op(n, "Scan"))
			fail_unsupported(g, n, "no code can be emitted for this operator yet");
		for (int k = 0; k < n->nsub; k++) {
			if (g->outer)
				fail_unsupported(g, n, "loops inside loops");
			need_lower(n->sub[k]);
		}
	}
}

static void name_module(Module *m)
{
	Arena *a = &m->g->ctx->perm;
	const char *base = m->o->output ? strrchr(m->o->output, '/') : NULL;
	base = base ? base + 1 : m->o->output ? m->o->output : "model.c";
	size_t n = strlen(base);
	char *stem = arena_string(a, base);
	if (n > 2 && !strcmp(stem + n - 2, ".c"))
		stem[n - 2] = 0;
	m->stem = stem;
	m->prefix = m->o->prefix;
	m->upper = upper_name(m, m->prefix);
	m->blob_name = arena_format(a, "%s.weights.bin", stem);
	m->blob_path = arena_format(a, "%.*s%s", (int)(base - (m->o->output ? m->o->output : base)), m->o->output ? m->o->output : "",
	                            m->blob_name);
}

static void choose_weights(Module *m)
{
	int kind = (int)m->o->weights;
	m->weights_in_c = kind == WEIGHTS_C || (kind == WEIGHTS_AUTO && m->weights_bytes <= SMALL_WEIGHTS);
	m->weights_given = kind == WEIGHTS_FILE && m->nweights;
}

static void build(Module *m)
{
	Graph *g = m->g;
	need_fixed_sizes(g);
	need_stored_types(g);
	need_lower(g);
	layout(g);
	fuse(g, m->o->level > 0);
	make_stages(m, g);
	int64_t turns = 1;
	for (int i = 0; i < m->nstages; i++) {
		Stage *s = m->stage[i];
		s->module = m;
		if (s->turns)
			turns = s->turns > 0 ? s->turns : 1;
		if (s->body && !make_tiles(m, s))
			make_nest(m, s);
		m->macs += turns * s->macs;
	}
	make_memory(m);
	m->float_arena = true;
	for (int i = 0; i < m->nregions; i++)
		m->float_arena &= m->region[i]->dtype == F32;
}

static Module *module_new(Graph *g, const Options *o)
{
	Module *m = NEW(&g->ctx->perm, Module);
	m->g = g;
	m->o = o;
	m->target = target_find(o->target ? o->target : "c");
	if (!m->target)
		fail(g->ctx, EXIT_USAGE, "E-TARGET", "unknown target '%s'", o->target);
	name_module(m);
	return m;
}

/* Some helper that the stages use is an instruction of the target; else the text is plain C on any target. */
static bool uses_vectors(const Module *m, const char *stages)
{
	Out helpers = {.arena = &m->g->ctx->scratch};
	put_text(&helpers, "%s", "");
	print_helpers(m->target, stages, &helpers);
	return strstr(helpers.text, "_mm") != NULL;
}

static void print_module(Module *m, Out *file)
{
	Out stages = {.arena = file->arena}, code = {.arena = file->arena};
	put_text(&stages, "%s", "");
	for (int i = 0; i < m->nstages; i++)
		if (!m->stage[i]->turns)
			print_stage(m, m->stage[i], &stages);
	choose_weights(m);
	m->vectors = uses_vectors(m, stages.text);
	print_arena(m, &code);
	print_state(m, &code);
	print_incbin(m, &code);
	print_weights(m, &code);
	put_text(&code, "%s", stages.text);
	print_work(m, &code);
	print_entry(m, &code);
	print_facts(m, file, m->stem);
	print_prologue(m, file, m->stem, code.text);
	put_text(file, "%s", code.text);
	print_epilogue(m, file);
}

static void fill_facts(const Module *m, Facts *facts)
{
	Arena *a = &m->g->ctx->perm;
	if (!facts)
		return;
	*facts = (Facts){m->arena_bytes, m->arena_bound, m->weights_bytes, m->macs, 0, NEW_N(a, StageFacts, m->nstages + 1)};
	for (int i = 0; i < m->nstages; i++) {
		const Stage *s = m->stage[i];
		if (s->turns)
			continue;
		const char *name = arena_format(a, "s%d_%s", s->number, s->kind);
		facts->stage[facts->nstages++] =
			(StageFacts){name, s->macs, s->reads + s->writes, origin(s, a, 8), s->schedule ? s->schedule : "",
			             s->fused, s->nfused};
	}
}

const char *emit_text(Graph *g, const Options *o, const char **header, Facts *facts)
{
	Module *m = module_new(g, o);
	Out file = {.arena = &g->ctx->perm}, h = {.arena = &g->ctx->perm};
	build(m);
	print_module(m, &file);
	print_header_file(m, &h, m->stem);
	fill_facts(m, facts);
	*header = h.text;
	return file.text;
}

/* ---- files ---- */

static void write_blob(const Module *m, FILE *f)
{
	static const char zeros[64];
	for (int i = 0; i < m->nweights; i++) {
		size_t n = dtype_bytes(m->weight[i]->dtype, m->weight[i]->count);
		fwrite(m->weight[i]->data, 1, n, f);
		fwrite(zeros, 1, (64 - n % 64) % 64, f);
	}
}

typedef struct Draft {
	const char *path, *temporary;
} Draft;

static void discard(const Draft *d, int n)
{
	for (int i = 0; i < n; i++)
		unlink(d[i].temporary);
}

/* Write one file under a temporary name; trouble removes all drafts. */
static void write_draft(Module *m, Draft *drafts, int *n, const char *path, const Out *text)
{
	Ctx *c = m->g->ctx;
	Draft *d = &drafts[(*n)++];
	*d = (Draft){path, arena_format(&c->perm, "%s.tmp%ld", path, (long)getpid())};
	FILE *f = fopen(d->temporary, "wb");
	if (f && text)
		fwrite(text->text, 1, text->n, f);
	else if (f)
		write_blob(m, f);
	bool bad = !f || ferror(f) || fflush(f) != 0;
	int code = errno;
	bad |= f && fclose(f) != 0;
	if (bad) {
		discard(drafts, *n);
		fail(c, EXIT_FILE, "E-WRITE", "cannot write %s: %s", path, strerror(code ? code : errno));
	}
}

static void commit_drafts(Module *m, const Draft *d, int n)
{
	for (int i = 0; i < n; i++)
		if (rename(d[i].temporary, d[i].path) != 0) {
			int code = errno;
			discard(d, n);
			fail(m->g->ctx, EXIT_FILE, "E-WRITE", "cannot write %s: %s", d[i].path, strerror(code));
		}
}

void emit_model(Graph *g, const Options *o, Facts *facts)
{
	Module *m = module_new(g, o);
	Arena *a = &g->ctx->perm;
	Out file = {.arena = a}, header = {.arena = a};
	Draft drafts[3];
	int n = 0;
	build(m);
	print_module(m, &file);
	print_header_file(m, &header, m->stem);
	size_t dir = strlen(o->output) - strlen(strrchr(o->output, '/') ? strrchr(o->output, '/') + 1 : o->output);
	if (!m->weights_in_c && m->nweights)
		write_draft(m, drafts, &n, m->blob_path, NULL);
	write_draft(m, drafts, &n, arena_format(a, "%.*s%s.h", (int)dir, o->output, m->stem), &header);
	write_draft(m, drafts, &n, o->output, &file);
	commit_drafts(m, drafts, n);
	fill_facts(m, facts);
}
