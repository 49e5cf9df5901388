/* entry.c -- what an emitted model offers: init, run, the generic descriptor; and its header file. */
#include <stdio.h>
#include <string.h>
#include "abi_text.h"
#include "codegen/module.h"

enum { NAME_MAX_SHOWN = 60, TAIL_MAX_SHOWN = 36, LITERAL_MAX = 4000 };

static bool is_plain(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("_.:;/- ,[]()=+@#|", c);
}

const char *comment_text(Arena *a, const char *name)
{
	char *text = NEW_N(a, char, 3 * NAME_MAX_SHOWN + 4), *to = text;
	int n = 0;
	for (; *name && n < NAME_MAX_SHOWN; name++, n++)
		if (is_plain((unsigned char)*name) && !(*name == '/' && name[1] == '*'))
			*to++ = *name;
		else
			to += sprintf(to, "%%%02x", (unsigned char)*name);
	strcpy(to, *name ? "..." : "");
	return text;
}

const char *tail_text(Arena *a, const char *name)
{
	size_t n = strlen(name);
	return n <= TAIL_MAX_SHOWN ? comment_text(a, name) : arena_format(a, "...%s", comment_text(a, name + n - TAIL_MAX_SHOWN));
}

const char *escaped_text(Arena *a, const char *bytes, size_t n)
{
	char *text = arena_array(a, n + 1, 4), *to = text;
	for (; n; n--, bytes++)
		if (*bytes && is_plain((unsigned char)*bytes))
			*to++ = *bytes;
		else
			to += sprintf(to, "\\%03o", (unsigned char)*bytes);
	return text;
}

const char *string_text(Arena *a, const char *name) { return escaped_text(a, name, strlen(name)); }

static const char *shape_by(Unit *u, const Value *v, const char *(*text)(Unit *u, Dim d))
{
	Out o = {.arena = &u->g->ctx->perm};
	put_text(&o, "%s[", dtype_name(v->dtype));
	for (int k = 0; k < v->shape.rank; k++)
		put_text(&o, "%s%s", k ? "," : "", text(u, v->shape.dim[k]));
	put_text(&o, "]");
	return o.text;
}

const char *shape_name(Unit *u, const Value *v) { return shape_by(u, v, size_formula); }

const char *grouped(Arena *a, int64_t x)
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

const char *outer_name(const Graph *g, const Value *v, int i)
{
	return i < g->nout && g->out[i] == v && g->out_name ? g->out_name[i] : v->name;
}

int64_t bytes_of(const Value *v)
{
	int64_t n = 1;
	for (int k = 0; k < v->shape.rank; k++)
		n *= v->shape.dim[k].k;
	return (int64_t)dtype_bytes(v->dtype, n);
}

static bool uses_workspace(const Unit *u) { return u->arena_bytes || keeps_state(u) || lists_bytes(u); }

static int needs_weights(const Unit *u) { return !u->weights_in_c; }

/* ---- init and run ---- */

static const char *work_name(const Module *m, Arena *a)
{
	return m->unit->nmodules == 1 ? "work" : arena_format(a, "%s_work", m->target->tag);
}

/* The one list of calls that needs no special processor is called by its name; else choose() finds the best one. */
static bool must_choose(const Unit *u) { return u->nmodules > 1 || u->module[0]->vectors; }

static void print_choose(Unit *u, Out *o)
{
	const char *guard = "";
	put_text(o, u->o->threads ? "typedef void work_fn(void *arg, int worker, int workers);\n\n"
	                          : "typedef void work_fn(struct call *c);\n\n");
	put_text(o, "/* The list of calls for this processor%s. */\nstatic work_fn *choose(void)\n{\n",
	         any_machine(u) ? "" : ", or NULL: it lacks instructions");
	for (int i = 0; i < u->nmodules; i++) {
		const Module *m = u->module[i];
		move_guard(&guard, guard_of(m), o);
		if (m->vectors)
			put_text(o, "\tif (%s)\n\t", m->target->cpu_check);
		put_text(o, "\treturn %s;\n", work_name(m, o->arena));
	}
	move_guard(&guard, "", o);
	put_text(o, any_machine(u) ? "}\n\n" : "\treturn NULL;\n}\n\n");
}

static void print_mark(Unit *u, Out *o)
{
	uint8_t mark[MARK_BYTES];
	if (!needs_weights(u))
		return;
	weights_mark(u, mark);
	put_text(o, "/* The last bytes of the weights that belong to this file. */\nstatic const unsigned char weights_mark[%d] = {\n\t", MARK_BYTES);
	for (int i = 0; i < MARK_BYTES; i++)
		put_text(o, "%s%d", i ? ", " : "", mark[i]);
	put_text(o, "\n};\n\n");
}

static void print_weights_check(Unit *u, Out *o)
{
	if (u->weights_given)
		put_text(o, "\tif (!weights || bytes != %s_WEIGHTS_BYTES || (uintptr_t)weights %% 16 ||\n"
		            "\t    memcmp((const unsigned char *)weights + bytes - %d, weights_mark, %d))\n"
		            "\t\treturn TCC_ERR_WEIGHTS;\n", u->upper, MARK_BYTES, MARK_BYTES);
	else if (needs_weights(u))
		put_text(o, "\tif (memcmp(%s_weights + %lld, weights_mark, %d))\n\t\treturn TCC_ERR_WEIGHTS;\n", u->prefix,
		         (long long)(blob_bytes(u) - MARK_BYTES), MARK_BYTES);
}

static void print_init(Unit *u, Out *o)
{
	put_text(o, "int %s_init(void *workspace, const void *weights, size_t bytes)\n{\n", u->prefix);
	if (!uses_workspace(u))
		put_text(o, "\t(void)workspace;\n");
	if (!u->weights_given)
		put_text(o, "\t(void)weights;\n\t(void)bytes;\n");
	if (uses_workspace(u))
		put_text(o, "\tif (!workspace || (uintptr_t)workspace %% %s_WORKSPACE_ALIGN)\n\t\treturn TCC_ERR_ARG;\n", u->upper);
	if (!any_machine(u))
		put_text(o, "\tif (!choose())\n\t\treturn TCC_ERR_CPU;\n");
	print_weights_check(u, o);
	if (keeps_state(u))
		put_text(o, "\tstruct state *s = (struct state *)(void *)((unsigned char *)workspace + STATE);\n"
		            "\ts->magic = MAGIC;\n%s%s",
		         u->weights_given ? "\ts->weights = weights;\n" : "", u->o->profile ? "\ts->profile = 0;\n" : "");
	put_text(o, "\treturn TCC_OK;\n}\n\n");
}

static void print_checks(Unit *u, Out *o)
{
	Graph *g = u->g;
	put_text(o, "\tif (!in || !out%s", uses_workspace(u) ? " || !workspace" : "");
	for (int i = 0; i < g->nin; i++)
		if (bytes_of(g->in[i]))
			print_pointer_check(u, i, o);
	for (int i = 0; i < g->nout; i++)
		if (bytes_of(g->out[i]))
			put_text(o, " || !out->%s", output_field(u, i));
	if (uses_workspace(u))
		put_text(o, " || (uintptr_t)workspace %% %s_WORKSPACE_ALIGN", u->upper);
	put_text(o, ")\n\t\treturn TCC_ERR_ARG;\n");
	print_size_checks(u, o);
	if (must_choose(u))
		put_text(o, "\twork_fn *best = choose();\n");
	if (!any_machine(u))
		put_text(o, "\tif (!best)\n\t\treturn TCC_ERR_CPU;\n");
}

static void print_run(Unit *u, Out *o)
{
	const char *work = must_choose(u) ? "best" : "work";
	put_text(o, "int %s_run(void *workspace, const struct %s_in *in, struct %s_out *out, tcc_pool *pool)\n{\n", u->prefix,
	         u->prefix, u->prefix);
	if (!uses_workspace(u))
		put_text(o, "\t(void)workspace;\n");
	if (!u->o->threads)
		put_text(o, "\t(void)pool;\n");
	print_checks(u, o);
	if (keeps_state(u))
		put_text(o, "\tconst struct state *s = (const struct state *)(void *)((unsigned char *)workspace + STATE);\n"
		            "\tif (s->magic != MAGIC)\n\t\treturn TCC_ERR_STATE;\n");
	put_text(o, "\tstruct call c = { .in = %s, .out = out, .arena = workspace", print_absent(u, o));
	if (needs_weights(u))
		put_text(o, ", .weights = %s", u->weights_given ? "s->weights" : arena_format(o->arena, "%s_weights", u->prefix));
	put_text(o, "%s };\n", u->o->profile ? ", .profile = s->profile" : "");
	if (u->o->profile)
		put_text(o, "\ttimers_clear(s->profile);\n");
	if (u->o->threads)
		put_text(o, "\tif (pool && pool->threads > 1)\n\t\tpool->parallel(pool, %s, &c);\n\telse\n\t\t%s(&c, 0, 1);\n", work,
		         work);
	else
		put_text(o, "\t%s(&c);\n", work);
	print_sizes_told(u, o);
	put_text(o, "\treturn c.status;\n}\n\n");
}

/* ---- the generic descriptor ---- */

static unsigned dynamic_bits(const Value *v)
{
	unsigned bits = 0;
	for (int k = 0; k < v->shape.rank; k++)
		bits |= (unsigned)!dim_known(v->shape.dim[k]) << k;
	return bits;
}

static bool is_literal(const char *name) { return 4 * strlen(name) <= LITERAL_MAX; }

/* A name that is too long for a string literal is an array. */
void print_long_name(const char *name, const char *list, int i, Out *o)
{
	size_t length = strlen(name);
	if (is_literal(name))
		return;
	put_text(o, "static const char %s_name%d[%zu] = {", list, i, length + 1);
	for (size_t k = 0; k <= length; k++)
		put_text(o, "%s%d,", k % 24 ? "" : "\n\t", (signed char)name[k]);
	put_text(o, "\n};\n");
}

void print_info_name(const char *name, const char *list, int i, Out *o)
{
	if (is_literal(name))
		put_text(o, "\"%s\"", string_text(o->arena, name));
	else
		put_text(o, "%s_name%d", list, i);
}

/* The ABI has numbers and no names for types: the name stands in a comment. */
const char *dtype_number(Arena *a, DType t) { return arena_format(a, "%d /* %s */", (int)t, dtype_name(t)); }

void print_info_rest(const Value *v, const char *kind, Out *o)
{
	put_text(o, ", .kind = %s, .dtype = %s, .rank = %d", kind, dtype_number(o->arena, v->dtype), v->shape.rank);
	for (int k = 0; k < v->shape.rank; k++)
		put_text(o, "%s%lld%s", k ? ", " : ", .dims = { ", (long long)v->shape.dim[k].k, k == v->shape.rank - 1 ? " }" : "");
	if (dynamic_bits(v))
		put_text(o, ", .dynamic = %u", dynamic_bits(v));
	put_text(o, ", .bytes = %lld },\n", (long long)bytes_of(v));
}

static const char check_helper[] =
	"/* t has the type and the sizes that the model was compiled for. */\n"
	"static int check(const tcc_tensor *t, const tcc_info *info)\n{\n"
	"\tif (t->dtype != info->dtype || t->rank != info->rank)\n\t\treturn TCC_ERR_ARG;\n"
	"\tfor (int i = 0; i < info->rank; i++)\n\t\tif (t->dims[i] != info->dims[i])\n\t\t\treturn TCC_ERR_SHAPE;\n"
	"\treturn TCC_OK;\n}\n\n";

static const char check_bounded_helper[] =
	"/* t has the type and the sizes that the model was compiled for, or any where they vary: run knows their bounds. */\n"
	"static int check(const tcc_tensor *t, const tcc_info *info)\n{\n"
	"\tif (t->dtype != info->dtype || t->rank != info->rank)\n\t\treturn TCC_ERR_ARG;\n"
	"\tfor (int i = 0; i < info->rank; i++)\n"
	"\t\tif (t->dims[i] != info->dims[i] && !(info->dynamic >> i & 1))\n\t\t\treturn TCC_ERR_SHAPE;\n"
	"\treturn TCC_OK;\n}\n\n";

static const char describe_helper[] =
	"static void describe(tcc_tensor *t, const tcc_info *info)\n{\n"
	"\tt->dtype = info->dtype;\n\tt->rank = info->rank;\n"
	"\tfor (int i = 0; i < info->rank; i++)\n\t\tt->dims[i] = info->dims[i];\n}\n\n";

/* A loop, where there are several. Of one input `status` is a local of the function. */
static void print_input_checks(const Graph *g, Out *o)
{
	if (g->nin == 0)
		put_text(o, "\t(void)in;\n\tx.unused = 0;\n");
	else if (g->nin == 1)
		put_text(o, "\tint status = check(&in[0], &inputs[0]);\n\tif (status != TCC_OK)\n\t\treturn status;\n");
	else
		put_text(o, "\tfor (int i = 0; i < %d; i++) {\n\t\tint status = check(&in[i], &inputs[i]);\n"
		            "\t\tif (status != TCC_OK)\n\t\t\treturn status;\n\t}\n", g->nin);
}

static void print_descriptions(const Graph *g, Out *o)
{
	if (g->nout == 1)
		put_text(o, "\tdescribe(&out[0], &outputs[0]);\n");
	else if (g->nout)
		put_text(o, "\tfor (int i = 0; i < %d; i++)\n\t\tdescribe(&out[i], &outputs[i]);\n", g->nout);
}

static void print_generic_run(Unit *u, Out *o)
{
	Graph *g = u->g;
	int nin = arguments(g, false), nout = arguments(g, true);
	put_text(o, "%s%s", !nin ? "" : sizes_vary(u) ? check_bounded_helper : check_helper, nout ? describe_helper : "");
	print_list_helpers(u, o);
	put_text(o, "static int run(void *workspace, const tcc_tensor *in, tcc_tensor *out, tcc_pool *pool)\n{\n");
	put_text(o, "\tstruct %s_in x;\n\tstruct %s_out y;\n", u->prefix, u->prefix);
	if (has_lists(u)) {
		print_lists_run(u, o);
		return;
	}
	put_text(o, "\tif (%s!out)\n\t\treturn TCC_ERR_ARG;\n", g->nin ? "!in || " : "");
	print_input_checks(g, o);
	print_sizes_in(u, o);
	for (int i = 0; i < g->nin; i++)
		put_text(o, "\tx.%s = in[%d].data;\n", input_field(u, i), i);
	for (int i = 0; i < g->nout; i++)
		put_text(o, "\ty.%s = out[%d].data;\n", output_field(u, i), i);
	print_descriptions(g, o);
	print_sizes_out(u, false, o);
	if (!tells_sizes(u)) {
		put_text(o, "\treturn %s_run(workspace, &x, &y, pool);\n}\n\n", u->prefix);
		return;
	}
	put_text(o, "\t%sstatus = %s_run(workspace, &x, &y, pool);\n\tif (status != TCC_OK)\n\t\treturn status;\n",
	         g->nin == 1 ? "" : "int ", u->prefix);
	print_sizes_out(u, true, o);
	put_text(o, "\treturn TCC_OK;\n}\n\n");
}

static void print_sha(const Graph *g, Out *o)
{
	for (int i = 0; i < 32; i++)
		put_text(o, "%02x", g->sha256[i]);
}

void print_entry(Unit *u, Out *o)
{
	Graph *g = u->g;
	int nin = arguments(g, false), nout = arguments(g, true);
	if (must_choose(u))
		print_choose(u, o);
	print_mark(u, o);
	print_init(u, o);
	print_run(u, o);
	if (u->o->profile)
		print_profile(u, o);
	print_argument_infos(u, false, "inputs", o);
	print_argument_infos(u, true, "outputs", o);
	print_generic_run(u, o);
	put_text(o, "const tcc_model %s_model = {\n\t.abi = TCC_ABI,\n\t.name = \"%s\",\n\t.source_sha256 = \"", u->prefix, u->prefix);
	print_sha(g, o);
	put_text(o, "\",\n\t.target = \"%s\",\n\t.n_inputs = %d,\n\t.n_outputs = %d,\n", u->targets.names, nin, nout);
	put_text(o, "%s%s", nin ? "\t.inputs = inputs,\n" : "", nout ? "\t.outputs = outputs,\n" : "");
	put_text(o, "\t.workspace_bytes = %s_WORKSPACE_BYTES,\n\t.workspace_align = %s_WORKSPACE_ALIGN,\n"
	            "\t.weights_bytes = %s_WEIGHTS_BYTES,\n\t.init = %s_init,\n\t.run = run\n};\n",
	         u->upper, u->upper, u->upper, u->prefix);
}

/* ---- the header ---- */

/* A name that the member does not show. */
const char *name_behind(Arena *a, const char *field, const char *name)
{
	return strcmp(field, name) ? arena_format(a, "  %s", comment_text(a, name)) : "";
}

static void print_members(Unit *u, bool out, Out *o)
{
	Value *const *values = out ? u->g->out : u->g->in;
	int n = out ? u->g->nout : u->g->nin;
	for (int i = 0; i < n; i++) {
		const char *field = out ? output_field(u, i) : input_field(u, i);
		put_text(o, "\t%s%s *%s;\t/* %s%s */\n", out ? "" : "const ", c_type(values[i]->dtype), field,
		         shape_by(u, values[i], field_formula),
		         name_behind(o->arena, field, outer_name(u->g, values[i], i)));
	}
	if (n == 0)
		put_text(o, "\tint unused;\n");
}

static void print_label(const Tensor *t, int64_t k, Out *o)
{
	const Text *text = t->data;
	int64_t whole = t->dtype == STR ? 0 : load_i64(t->dtype, t->data, k);
	if (t->dtype == STR)
		put_text(o, "\"%s\"", escaped_text(o->arena, text[k].text, (size_t)text[k].length));
	else
		put_text(o, whole == INT64_MIN ? "INT64_MIN" : "%lld", (long long)whole);
}

/* What the columns of outputs stand for, where the model made maps of them. */
static void print_labels(Unit *u, Out *o)
{
	for (int i = 0; i < u->g->nout; i++) {
		const Tensor *t = u->g->out_labels ? u->g->out_labels[i] : NULL;
		if (!t)
			continue;
		put_text(o, "\n/* Column k of %s belongs to label k. */\nstatic const %s%s_%s_labels[%lld] = {", output_field(u, i),
		         t->dtype == STR ? "char *const " : "int64_t ", u->prefix, output_field(u, i), (long long)t->count);
		for (int64_t k = 0; k < t->count; k++) {
			put_text(o, k % 16 ? ", " : k ? ",\n\t" : "\n\t");
			print_label(t, k, o);
		}
		put_text(o, "\n};\n");
	}
}

static bool has_type(const Graph *g, DType t)
{
	for (uint32_t i = 0; i < g->nvalue; i++)
		if (g->value[i]->dtype == t)
			return true;
	for (uint32_t i = 0; i < g->nnode; i++)
		for (int k = 0; k < g->node[i]->nsub; k++)
			if (has_type(g->node[i]->sub[k], t))
				return true;
	return false;
}

/* C and C++ have no name in common for these; several models may be of one program. */
static void print_complex_type(const Graph *g, DType t, const char *part, Out *o)
{
	const char *name = c_type(t), *guard = upper_name(o->arena, name);
	if (has_type(g, t))
		put_text(o, "#ifndef %s\n#define %s\ntypedef struct %s { %s re, im; } %s;\n#endif\n\n", guard, guard, name, part, name);
}

int64_t workspace_bytes(const Unit *u)
{
	int64_t state = keeps_state(u) ? STATE_BYTES : 0, lists = lists_bytes(u);
	return lists ? lists_at(u) + lists : u->arena_bytes + state;
}

void print_header_file(Unit *u, Out *o)
{
	Graph *g = u->g;
	const char *name = u->stem;
	put_text(o, "/* %s.h -- emitted by tcc-compile. See %s.c. */\n#ifndef %s_MODEL_H\n#define %s_MODEL_H\n\n", name, name,
	         u->upper, u->upper);
	for (int i = 0; abi_text[i]; i++)
		put_text(o, "%s\n", abi_text[i]);
	if (u->o->profile)
		put_text(o, "#include <stdio.h>\n");
	put_text(o, "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
	put_text(o, "#define %s_WORKSPACE_BYTES %lld\t/* aligned to %s_WORKSPACE_ALIGN, owned by the caller */\n", u->upper,
	         (long long)workspace_bytes(u), u->upper);
	put_text(o, "#define %s_WORKSPACE_ALIGN 64\n", u->upper);
	put_text(o, "#define %s_WEIGHTS_BYTES %lld\t/* to give to init; 0: inside the program */\n", u->upper,
	         (long long)(u->weights_given ? blob_bytes(u) : 0));
	put_text(o, "#define %s_STACK_BYTES %lld\t/* that a run takes at most, of code compiled with -O1 or more */\n\n", u->upper,
	         (long long)u->stack.bytes);
	print_complex_type(g, C64, "float", o);
	print_complex_type(g, C128, "double", o);
	put_text(o, "struct %s_in {\n", u->prefix);
	print_members(u, false, o);
	print_size_fields(u, o);
	put_text(o, "};\n\nstruct %s_out {\n", u->prefix);
	print_members(u, true, o);
	print_counted_fields(u, true, o);
	put_text(o, "};\n");
	print_labels(u, o);
	put_text(o, "\nint %s_init(void *workspace, const void *weights, size_t bytes);\n", u->prefix);
	put_text(o, "int %s_run(void *workspace, const struct %s_in *in, struct %s_out *out, tcc_pool *pool);\n", u->prefix,
	         u->prefix, u->prefix);
	if (u->o->profile)
		print_profile_header(u, o);
	put_text(o, "extern const tcc_model %s_model;\n\n#ifdef __cplusplus\n}\n#endif\n#endif\n", u->prefix);
}
