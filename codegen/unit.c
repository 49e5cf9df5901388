/* unit.c -- the emitted file: facts, helpers, weights, a section a target, the entry. */
#include <string.h>
#include "codegen/module.h"
#include "ir/op/bodies.h"
#include "runtime/tcc.h"

enum { SMALL_WEIGHTS = 1 << 20 };

/* ---- what can be emitted ---- */

/* What a program may hand in and get back: tensors. */
static void need_stored(Graph *g, const Node *n, const Value *v)
{
	if (v->kind != KIND_TENSOR)
		fail_unsupported(g, n, "'%s' is no tensor", v->name);
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
	for (uint32_t i = 0; i < g->nnode; i++)
		for (int k = 0; k < g->node[i]->nsub; k++)
			need_stored_types(g->node[i]->sub[k]);
}

/* What a body hands on, or to the node, lies where that lies: it has the same shape. */
static void need_same_shapes(Graph *g, const Node *n)
{
	for (int b = 0; b < n->nsub; b++)
		for (int i = 0; i < n->sub[b]->nout; i++) {
			Port p = body_out(n, b, i);
			const Value *v = n->sub[b]->out[i], *as = p.kind == PORT_STATE ? n->sub[b]->in[p.to] : port_output(n, p);
			if (as && p.kind == PORT_STATE && !shape_same(&v->shape, &as->shape))
				fail_unsupported(g, n, "state %d has shape %s, but after a turn %s; it must stay the same", p.slot,
				                 shape_text(g, &as->shape), shape_text(g, &v->shape));
			if (as && p.kind == PORT_SAME && !shape_same(&v->shape, &as->shape))
				fail_unsupported(g, n, "the branches give output %d shapes %s and %s; they must be the same", i,
				                 shape_text(g, &n->sub[0]->out[i]->shape), shape_text(g, &n->sub[1]->out[i]->shape));
		}
}

static void need_lower(Graph *g)
{
	for (uint32_t i = 0; i < g->nnode; i++) {
		const Node *n = g->node[i];
		bool listed = is_op(n, "Concat") || n->op == &op_tcc_Agree; /* their place in the list of calls is all of them */
		if (!n->op->lower && !n->op->scatter && !n->op->chosen && !n->op->routine && !listed && !n->op->port)
			fail_unsupported(g, n, "no code can be emitted for this operator yet");
		need_same_shapes(g, n);
		for (int k = 0; k < n->nsub; k++)
			need_lower(n->sub[k]);
	}
}

/* ---- what the sections share ---- */

static void name_unit(Unit *u)
{
	Arena *a = &u->g->ctx->perm;
	const char *base = u->o->output ? strrchr(u->o->output, '/') : NULL;
	base = base ? base + 1 : u->o->output ? u->o->output : "model.c";
	size_t n = strlen(base);
	char *stem = arena_string(a, base);
	if (n > 2 && !strcmp(stem + n - 2, ".c"))
		stem[n - 2] = 0;
	u->stem = stem;
	u->prefix = u->o->prefix;
	u->upper = upper_name(a, u->prefix);
	u->blob_name = arena_format(a, "%s.weights.bin", stem);
	u->blob_path = arena_format(a, "%.*s%s", (int)(base - (u->o->output ? u->o->output : base)), u->o->output ? u->o->output : "",
	                            u->blob_name);
}

static void choose_weights(Unit *u)
{
	int kind = (int)u->o->weights;
	u->weights_in_c = kind == WEIGHTS_C || u->weights_bytes == 0 || (kind == WEIGHTS_AUTO && u->weights_bytes <= SMALL_WEIGHTS);
	u->weights_given = kind == WEIGHTS_FILE && !u->weights_in_c;
}

/* One section a target, as far as one that any processor runs. */
static void make_sections(Unit *u)
{
	for (int i = 0; i < u->targets.n && !any_machine(u); i++) {
		Module *m = module_new(u, u->targets.target[i]);
		module_build(m);
		if (m->arena_bytes > u->arena_bytes)
			u->arena_bytes = m->arena_bytes;
	}
}

Unit *unit_new(Graph *g, const Options *o)
{
	Unit *u = NEW(&g->ctx->perm, Unit);
	u->g = g;
	u->o = o;
	u->targets = targets_read(g->ctx, o->target ? o->target : "c");
	name_unit(u);
	need_lower(g);
	sizes_bound(g);
	need_stored_types(g);
	make_sections(u);
	choose_weights(u);
	return u;
}

bool any_machine(const Unit *u)
{
	return u->nmodules && !u->module[u->nmodules - 1]->vectors;
}

/* ---- the head of the file ---- */

const char *guard_of(const Module *m) { return m->vectors && any_machine(m->unit) ? m->target->machine : ""; }

void move_guard(const char **open, const char *to, Out *o)
{
	if (!strcmp(*open, to))
		return;
	if (**open)
		put_text(o, "#endif\n\n");
	if (*to)
		put_text(o, "#if %s\n", to);
	*open = to;
}

static void print_values(Unit *u, bool out, Out *o)
{
	for (int i = 0; i < (out ? u->g->nout : u->g->nin); i++) {
		const Value *v = out ? u->g->out[i] : u->g->in[i];
		const char *field = out ? output_field(u, i) : input_field(u, i);
		put_text(o, " *   %-8s %s  %s%s\n", i ? "" : out ? "out" : "in", field, shape_name(u, v),
		         name_behind(o->arena, field, outer_name(u->g, v, i)));
	}
}

/* "target c (portable C99)", "targets x86-64-v3, c (the first that the processor can run)" */
static void print_targets(const Unit *u, Out *o)
{
	bool several = u->nmodules > 1;
	put_text(o, "target%s ", several ? "s" : "");
	for (int i = 0; i < u->nmodules; i++)
		put_text(o, "%s%s", i ? ", " : "", u->module[i]->target->name);
	put_text(o, " (%s)", several ? "the first that the processor can run" : u->module[0]->target->title);
	put_text(o, "%s", u->o->threads ? ", workers: any" : "");
}

static void print_facts(Unit *u, Out *o)
{
	Graph *g = u->g;
	Module *m = u->module[0];
	put_text(o, "/* %s.c -- emitted by tcc-compile, ", u->stem);
	print_targets(u, o);
	put_text(o, "\n *\n *   source   sha256 ");
	for (int i = 0; i < 32; i++)
		put_text(o, "%02x", g->sha256[i]);
	put_text(o, "\n");
	print_values(u, false, o);
	print_values(u, true, o);
	print_size_facts(u, o);
	put_text(o, " *   memory   workspace %s bytes", grouped(o->arena, u->arena_bytes));
	if (u->nmodules == 1)
		put_text(o, " (lower bound %s)", grouped(o->arena, m->arena_bound));
	if (lists_bytes(u))
		put_text(o, ", sequences %s bytes", grouped(o->arena, lists_bytes(u)));
	put_text(o, ", weights %s bytes, stack %s bytes, no heap\n%s */\n", grouped(o->arena, u->weights_bytes),
	         grouped(o->arena, u->stack.bytes), table_text(m));
}

/* A stage called once would be inlined into run, and the registers of its tiles be shared with those of its neighbours. */
static const char stage_macro[] = "#define STAGE static __attribute__((noinline))\n";

/* At -O2 gcc makes vectors only of loops that leave no rest. */
static const char loops_macro[] =
	"#if defined(__GNUC__) && !defined(__clang__)\n"
	"#define LOOPS __attribute__((optimize(\"tree-vectorize\", \"vect-cost-model=dynamic\")))\t/* vectors, whatever is left over */\n"
	"#else\n#define LOOPS\n#endif\n";

static const char unroll_macro[] =
	"#if defined(__clang__)\n#define UNROLL _Pragma(\"unroll\")\n#elif defined(__GNUC__)\n"
	"#define UNROLL _Pragma(\"GCC unroll 32\")\n#else\n#define UNROLL\n#endif\n";
static const char unroll_4_macro[] =
	"#if defined(__clang__)\n#define UNROLL_4 _Pragma(\"unroll 4\")\n#elif defined(__GNUC__)\n"
	"#define UNROLL_4 _Pragma(\"GCC unroll 4\")\n#else\n#define UNROLL_4\n#endif\n";

static const char pause_macro[] =
	"#if defined(__x86_64__)\n#define PAUSE __builtin_ia32_pause()\n#else\n#define PAUSE ((void)0)\n#endif\n";

/* The headers of the targets' instructions, each once. */
static void print_headers(const Unit *u, Out *o)
{
	const char *last = "";
	put_text(o, "#include \"%s.h\"\n#include <math.h>\n#include <string.h>\n", u->stem);
	for (int i = 0; i < u->nmodules; i++) {
		const Module *m = u->module[i];
		if (!m->vectors || !strcmp(last, m->target->header))
			continue;
		last = m->target->header;
		put_text(o, "#if %s\n#include <%s>\n", m->target->machine, last);
		put_text(o, any_machine(u) ? "#endif\n" : "#else\n#error \"emitted for %s\"\n#endif\n", u->targets.names);
	}
}

/* What would let a compiler change bits is switched off; what cannot be is refused. Evaluation method 16 is that of processors
 * which compute halves as halves: floats are computed as floats there, too. */
static const char strict_head[] =
	"/* The bits of the results do not depend on the compiler: no product and sum may become one operation. */\n"
	"#include <float.h>\n"
	"#if defined(__FAST_MATH__) || (defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 16)\n"
	"#error \"emitted with --strict: floats must be computed as floats, without -ffast-math\"\n#endif\n"
	"#if defined(__clang__)\n#pragma STDC FP_CONTRACT OFF\n"
	"#elif defined(__GNUC__)\n#pragma GCC optimize (\"fp-contract=off\")\n#endif\n";

static void print_prologue(Unit *u, Out *o, const char *code)
{
	print_headers(u, o);
	put_text(o, "%s", u->o->strict ? strict_head : "");
	put_text(o, "\n");
	if (uses_word(code, "UNROLL"))
		put_text(o, "%s", unroll_macro);
	if (uses_word(code, "UNROLL_4"))
		put_text(o, "%s", unroll_4_macro);
	if (uses_word(code, "STAGE"))
		put_text(o, "%s", stage_macro);
	if (uses_word(code, "LOOPS"))
		put_text(o, "%s", loops_macro);
	if (uses_word(code, "INLINE"))
		put_text(o, "#define INLINE static inline __attribute__((always_inline))\n");
	if (uses_word(code, "ALIGN"))
		put_text(o, "#define ALIGN __attribute__((aligned(64)))\n");
	if (uses_word(code, "PAUSE"))
		put_text(o, "%s", pause_macro);
	put_text(o, "\n");
	Out texts = {.arena = o->arena};
	put_text(&texts, "%s", "");
	print_helpers(image_helpers, code, &texts);
	print_helpers(text_helpers, code, &texts);
	Out common = {.arena = o->arena};
	put_text(&common, "%s", "");
	print_helpers(common_helpers, arena_format(o->arena, "%s%s", texts.text, code), &common);
	put_text(o, "%s%s", styled(o->arena, common.text), texts.text);
	print_accessors(code, o);
}

/* The weights' bytes, put beside the code by the assembler. The name is as given with -o. */
static void print_incbin(Unit *u, Out *o)
{
	if (u->weights_in_c || u->weights_given)
		return;
	put_text(o, "/* The assembler looks for this file from the folder in which the compiler runs; a build that runs elsewhere\n"
	            " * defines another name: -D%s_WEIGHTS_FILE='\"...\"'. */\n", u->upper);
	put_text(o, "#ifndef %s_WEIGHTS_FILE\n#define %s_WEIGHTS_FILE \"%s\"\n#endif\n", u->upper, u->upper,
	         string_text(o->arena, u->blob_path));
	put_text(o, "__asm__(\".pushsection .rodata\\n\\t.balign 64\\n%s_weights:\\n\\t.incbin \\\"\" %s_WEIGHTS_FILE \"\\\"\\n\\t.popsection\");\n",
	         u->prefix, u->upper);
	put_text(o, "extern const unsigned char %s_weights[%lld] __attribute__((visibility(\"hidden\")));\n\n", u->prefix,
	         (long long)blob_bytes(u));
}

static void print_state(Unit *u, Out *o)
{
	if (!keeps_state(u))
		return;
	put_text(o, "/* After the arena: what init leaves for run, and how run knows that it is there. */\nenum { STATE = %lld, MAGIC = 0x%02x%02x%02x };\n"
	            "struct state {\n\tint64_t magic;\n%s",
	         (long long)u->arena_bytes, u->g->sha256[0], u->g->sha256[1], u->g->sha256[2] | 1,
	         u->weights_given ? "\tconst void *weights;\n" : "");
	if (u->o->profile)
		put_text(o, "\tconst struct %s_profile *profile;\n", u->prefix);
	put_text(o, "};\n\n");
}

bool keeps_state(const Unit *u) { return u->weights_given || u->o->profile; }

/* ---- the whole ---- */

/* Of a call of the generic run, which is the deepest. */
static StackUse stack_of(const Unit *u, const char *text)
{
	Arena *a = &u->g->ctx->scratch;
	const TypeSize types[] = {
		{"tcc_string", 16}, {"tcc_tensor", sizeof(tcc_tensor)}, {"tcc_info", sizeof(tcc_info)}, {"tcc_pool", 16},
		{"tcc_complex64", 8}, {"tcc_complex128", 16},
		{arena_format(a, "%s_in", u->prefix), 8 * (int64_t)(u->g->nin + u->nsizes + 1)},
		{arena_format(a, "%s_out", u->prefix), 8 * (int64_t)(u->g->nout + u->nsizes + 1)},
		{NULL, 0},
	};
	return stack_use(&u->g->ctx->perm, text, "run", types);
}


void print_unit(Unit *u, Out *file)
{
	Out sections = {.arena = file->arena}, code = {.arena = file->arena}, entry = {.arena = file->arena}, whole = {.arena = file->arena};
	const char *guard = "";
	for (int i = 0; i < u->nmodules; i++) {
		move_guard(&guard, guard_of(u->module[i]), &sections);
		print_section(u->module[i], &sections);
	}
	move_guard(&guard, "", &sections);
	print_state(u, &code);
	print_incbin(u, &code);
	print_shared_weights(u, &code);
	print_call_struct(u, sections.text, &code);
	put_text(&code, "%s", sections.text);
	print_entry(u, &entry);
	put_text(&code, "%s", styled(file->arena, entry.text));
	print_prologue(u, &whole, code.text);
	put_text(&whole, "%s", code.text);
	u->stack = stack_of(u, whole.text);
	print_facts(u, file);
	put_text(file, "%s", whole.text);
}
