/* arguments.c -- sequences and optionals at the ABI: what the generic run makes of them for the typed one, which knows
 * tensors only.
 *
 *     in[1]  TCC_SEQUENCE of 2    ->  x.x1, x.x2          its elements
 *     in[2]  TCC_OPTIONAL         ->  x.x3, x.x4          whether it is there (data is not NULL), and the tensor
 *     out[0] TCC_SEQUENCE of 2    <-  y.y0, y.y1          which lie in the workspace, behind what run itself needs
 *     out[0] TCC_SEQUENCE of n    <-  y.y0                whose slices they are, where the run decides n (Argument.rows)
 *     out[0] TCC_SEQUENCE of n    <-  y.y0, y.y0_sizes    the same, which differ in size (Argument.differ)
 *
 * An input that is absent has no memory: its tensors point to some in the workspace that nobody has written. */
#include "codegen/module.h"

enum { ALIGN_TO = 64, TENSOR_BYTES = 80 /* of a tcc_tensor, at most */ };

static int64_t round_up(int64_t x) { return (x + ALIGN_TO - 1) / ALIGN_TO * ALIGN_TO; }

bool has_lists(const Unit *u) { return u->g->arg_in || u->g->arg_out; }

static bool is_list_kind(Kind k) { return k == KIND_SEQUENCE || k == KIND_OPTIONAL_SEQUENCE; }

/* Tensors of argument a besides the bool of an optional: the first, and how many. */
static int first_of(Argument a) { return a.first + is_optional(a.kind); }
static int count_of(Argument a) { return a.n - is_optional(a.kind); }

/* How many elements a returned sequence has at most. */
static int64_t most_elements(const Unit *u, Argument a)
{
	return a.rows ? dim_hi(u->g->syms, u->g->out[a.first]->shape.dim[0]) : count_of(a);
}

/* ---- memory ---- */

/* Of the largest tensor of an optional input. */
static int64_t absent_bytes(const Unit *u)
{
	int64_t most = 0;
	for (int i = 0; i < arguments(u->g, false); i++) {
		Argument a = argument(u->g, false, i);
		for (int k = 0; is_optional(a.kind) && k < count_of(a); k++)
			most = bytes_of(u->g->in[first_of(a) + k]) > most ? bytes_of(u->g->in[first_of(a) + k]) : most;
	}
	return round_up(most);
}

/* Of the tcc_tensors of a returned sequence; one that is there and empty has an address, too. */
static int64_t list_bytes(const Unit *u, Argument a)
{
	int64_t n = most_elements(u, a);
	return round_up((n ? n : 1) * TENSOR_BYTES);
}

/* Of the returned sequence a: the list, then its elements. */
static int64_t sequence_bytes(const Unit *u, Argument a)
{
	int64_t n = list_bytes(u, a);
	for (int k = 0; k < count_of(a); k++)
		n += round_up(bytes_of(u->g->out[first_of(a) + k]));
	return n;
}

/* Nothing, where the caller's tensors are all that there is. */
int64_t lists_bytes(const Unit *u)
{
	int64_t n = absent_bytes(u);
	for (int i = 0; i < arguments(u->g, true); i++)
		if (is_list_kind(argument(u->g, true, i).kind))
			n += sequence_bytes(u, argument(u->g, true, i));
	return n;
}

int64_t lists_at(const Unit *u) { return round_up(u->arena_bytes + (keeps_state(u) ? STATE_BYTES : 0)); }

/* ---- the typed run ---- */

static int flag_of(const Graph *g, int input)
{
	for (int i = 0; i < arguments(g, false); i++) {
		Argument a = argument(g, false, i);
		if (is_optional(a.kind) && input > a.first && input < a.first + a.n)
			return a.first;
	}
	return -1;
}

void print_pointer_check(Unit *u, int input, Out *o)
{
	int flag = flag_of(u->g, input);
	if (flag < 0)
		put_text(o, " || !in->%s", input_field(u, input));
	else
		put_text(o, " || (*in->%s && !in->%s)", input_field(u, flag), input_field(u, input));
}

const char *print_absent(Unit *u, Out *o)
{
	if (!absent_bytes(u))
		return "in";
	put_text(o, "\tstruct %s_in given = *in;\n", u->prefix);
	for (int i = 0; i < u->g->nin; i++) {
		int flag = flag_of(u->g, i);
		if (flag >= 0)
			put_text(o, "\tif (!*in->%s)\n"
			            "\t\tgiven.%s = (const %s *)(const void *)((const unsigned char *)workspace + %lld);\n",
			         input_field(u, flag), input_field(u, i), c_type(u->g->in[i]->dtype), (long long)lists_at(u));
	}
	return "&given";
}

/* ---- what the caller reads ---- */

static const char *const kind_names[] = {"TCC_TENSOR", "TCC_SEQUENCE", "TCC_OPTIONAL", "TCC_MAP", "TCC_OPTIONAL_SEQUENCE"};

/* What follows the number of elements that differ in size: their bounds. */
static const char *sizes_of_slice(const Unit *u, Argument a, Arena *arena)
{
	const Shape *s = &u->g->out[a.first]->shape;
	const char *text = "";
	for (int i = 1; i < s->rank; i++)
		text = arena_format(arena, "%s, %lld", text, (long long)dim_hi(u->g->syms, s->dim[i]));
	return text;
}

static void print_argument_info(const Unit *u, bool out, const char *list, int i, Out *o)
{
	Argument a = argument(u->g, out, i);
	const Value *v = count_of(a) ? (out ? u->g->out : u->g->in)[first_of(a)] : NULL;
	put_text(o, "\t{ .name = ");
	print_info_name(a.name, list, i, o);
	if (is_list_kind(a.kind))
		put_text(o, ", .kind = %s, .dtype = %s, .rank = 1, .dims = { %lld%s }%s },\n", kind_names[a.kind],
		         dtype_number(o->arena, a.dtype), (long long)most_elements(u, a), a.differ ? sizes_of_slice(u, a, o->arena) : "",
		         a.rows ? arena_format(o->arena, ", .dynamic = %u", a.differ << 1 | 1) : out ? "" :
		         arena_format(o->arena, ", .bytes = %d * sizeof(tcc_tensor)", count_of(a)));
	else if (v)
		print_info_rest(v, kind_names[a.kind], o);
	else
		put_text(o, ", .kind = %s, .dtype = %s },\n", kind_names[a.kind], dtype_number(o->arena, a.dtype));
}

static int listed(const Unit *u, bool out)
{
	int n = 0;
	for (int i = 0; i < arguments(u->g, out); i++)
		n += is_list_kind(argument(u->g, out, i).kind) ? count_of(argument(u->g, out, i)) : 0;
	return n;
}

static void print_elements(const Unit *u, bool out, const char *list, Out *o)
{
	if (!listed(u, out))
		return;
	put_text(o, "/* Elements of sequences, one after the other. */\nstatic const tcc_info %s_elements[] = {\n", list);
	for (int i = 0; i < arguments(u->g, out); i++) {
		Argument a = argument(u->g, out, i);
		for (int k = 0; is_list_kind(a.kind) && k < count_of(a); k++) {
			put_text(o, "\t{ .name = \"\"");
			print_info_rest((out ? u->g->out : u->g->in)[first_of(a) + k], "TCC_TENSOR", o);
		}
	}
	put_text(o, "};\n\n");
}

void print_argument_infos(const Unit *u, bool out, const char *list, Out *o)
{
	int n = arguments(u->g, out);
	for (int i = 0; i < n; i++)
		print_long_name(argument(u->g, out, i).name, list, i, o);
	if (n)
		put_text(o, "static const tcc_info %s[] = {\n", list);
	for (int i = 0; i < n; i++)
		print_argument_info(u, out, list, i, o);
	put_text(o, n ? "};\n\n" : "");
	print_elements(u, out, list, o);
}

/* ---- the generic run ---- */

const char *place_at_caller(const Unit *u, bool out, int at, Arena *arena)
{
	for (int i = 0; i < arguments(u->g, out); i++) {
		Argument a = argument(u->g, out, i);
		if (at < a.first || at >= a.first + a.n)
			continue;
		if (a.rows)
			return arena_format(arena, "%c%d", at > a.first ? 'z' : 'r', i);
		if (is_list_kind(a.kind))
			return arena_format(arena, "%c%d[%d]", out ? 't' : 's', i, at - first_of(a));
		return arena_format(arena, "%s[%d]", out ? "out" : "in", i);
	}
	return "";
}

int present_at_caller(const Unit *u, int at)
{
	for (int i = 0; i < arguments(u->g, false); i++) {
		Argument a = argument(u->g, false, i);
		if (at >= a.first && at < a.first + a.n)
			return is_optional(a.kind) ? i : -1;
	}
	return -1;
}

static const char check_all_helper[] =
	"/* t[i] is what info[i] says, for n of them. */\n"
	"static int check_all(const tcc_tensor *t, const tcc_info *info, int n)\n{\n"
	"\tint status = t || !n ? TCC_OK : TCC_ERR_ARG;\n"
	"\tfor (int i = 0; i < n && status == TCC_OK; i++)\n\t\tstatus = check(&t[i], &info[i]);\n\treturn status;\n}\n\n";

static const char describe_all_helper[] =
	"static void describe_all(tcc_tensor *t, const tcc_info *info, int n)\n{\n"
	"\tfor (int i = 0; i < n; i++)\n\t\tdescribe(&t[i], &info[i]);\n}\n\n";

static const char give_rows_helper[] =
	"/* t are the slices of `all`, of so many bytes an element of it. */\n"
	"static void give_rows(tcc_tensor *t, const tcc_tensor *all, int64_t bytes)\n{\n"
	"\tfor (int i = 1; i < all->rank; i++)\n\t\tbytes *= all->dims[i];\n"
	"\tfor (int64_t k = 0; !k || k < all->dims[0]; k++) {\n"
	"\t\tt[k].data = (unsigned char *)all->data + k * bytes;\n"
	"\t\tt[k].dtype = all->dtype;\n\t\tt[k].rank = all->rank - 1;\n"
	"\t\tfor (int i = 1; i < all->rank; i++)\n\t\t\tt[k].dims[i - 1] = all->dims[i];\n\t}\n}\n\n";

static const char give_parts_helper[] =
	"/* The same, and of each slice only as much as `sizes` say along axes `differ`, which comes to lie densely. */\n"
	"static void give_parts(tcc_tensor *t, const tcc_tensor *all, const int64_t *sizes, uint32_t differ, int64_t bytes)\n{\n"
	"\tgive_rows(t, all, bytes);\n"
	"\tfor (int64_t k = 0; k < all->dims[0]; k++) {\n"
	"\t\tunsigned char *to = (unsigned char *)t[k].data;\n"
	"\t\tconst unsigned char *from = to;\n"
	"\t\tconst int last = t[k].rank - 1;\n"
	"\t\tint64_t at[TCC_MAX_RANK] = {0}, rows = 1;\n"
	"\t\tfor (int i = 0; i <= last; i++) {\n"
	"\t\t\tif (differ >> i & 1)\n\t\t\t\tt[k].dims[i] = *sizes++;\n"
	"\t\t\trows *= i < last ? t[k].dims[i] : t[k].dims[i] != 0;\n\t\t}\n"
	"\t\twhile (rows-- > 0) {\n"
	"\t\t\tint64_t row = 0, n = t[k].dims[last] * bytes;\n"
	"\t\t\tfor (int i = 0; i < last; i++)\n\t\t\t\trow = row * all->dims[i + 1] + at[i];\n"
	"\t\t\tmemmove(to, from + row * all->dims[last + 1] * bytes, (size_t)n);\n"
	"\t\t\tto += n;\n"
	"\t\t\tfor (int i = last; i-- && ++at[i] == t[k].dims[i];)\n\t\t\t\tat[i] = 0;\n"
	"\t\t}\n\t}\n}\n\n";

/* Some returned sequence has elements that differ in size. */
static bool gives_parts(const Unit *u)
{
	for (int i = 0; i < arguments(u->g, true); i++)
		if (argument(u->g, true, i).differ)
			return true;
	return false;
}

/* Of returned sequences: those that are rows, or the others. */
static bool gives(const Unit *u, bool rows)
{
	for (int i = 0; i < arguments(u->g, true); i++) {
		Argument a = argument(u->g, true, i);
		if (is_list_kind(a.kind) && count_of(a) && a.rows == rows)
			return true;
	}
	return false;
}

void print_list_helpers(const Unit *u, Out *o)
{
	put_text(o, "%s%s%s%s", listed(u, false) ? check_all_helper : "", gives(u, false) ? describe_all_helper : "",
	         gives(u, true) ? give_rows_helper : "", gives_parts(u) ? give_parts_helper : "");
}

static void print_check(const char *condition, const char *call, Out *o)
{
	put_text(o, "\tif (%s(status = %s) != TCC_OK)\n\t\treturn status;\n", condition, call);
}

/* Input i is what it has to be; x gets its tensors. `at`: its elements among those of all sequences. */
static void print_take(Unit *u, int i, int at, Out *o)
{
	Argument a = argument(u->g, false, i);
	Arena *arena = o->arena;
	const char *there = is_optional(a.kind) ? arena_format(arena, "present%d && ", i) : "";
	if (is_optional(a.kind))
		put_text(o, "\tconst %s present%d = in[%d].data != 0;\n\tx.%s = &present%d;\n", c_type(BOOL), i, i,
		         input_field(u, a.first), i);
	print_check(there, arena_format(arena, "check(&in[%d], &inputs[%d])", i, i), o);
	if (is_list_kind(a.kind) && count_of(a)) {
		put_text(o, "\tconst tcc_tensor *s%d = (const tcc_tensor *)in[%d].data;\n", i, i);
		print_check(there, arena_format(arena, "check_all(s%d, &inputs_elements[%d], %d)", i, at, count_of(a)), o);
	}
	const char *absent = a.kind == KIND_OPTIONAL_SEQUENCE ? arena_format(arena, "!present%d ? 0 : ", i) : "";
	for (int k = first_of(a); k < a.first + a.n; k++)
		put_text(o, "\tx.%s = %s%s.data;\n", input_field(u, k), absent, place_at_caller(u, false, k, arena));
}

/* The elements of a sequence lie from `from` on in the workspace. */
static void print_room(Unit *u, int i, int at, int64_t from, Out *o)
{
	Argument a = argument(u->g, true, i);
	int64_t to = from + list_bytes(u, a);
	put_text(o, "\ttcc_tensor *t%d = (tcc_tensor *)(void *)((unsigned char *)workspace + %lld);\n", i, (long long)from);
	if (a.rows)
		put_text(o, "\ttcc_tensor r%d;\n\tdescribe(&r%d, &outputs_elements[%d]);\n", i, i, at);
	else if (count_of(a))
		put_text(o, "\tdescribe_all(t%d, &outputs_elements[%d], %d);\n", i, at, count_of(a));
	if (a.differ)
		put_text(o, "\ttcc_tensor z%d;\n\tdescribe(&z%d, &outputs_elements[%d]);\n", i, i, at + 1);
	for (int k = 0; k < count_of(a); k++) {
		const Value *v = u->g->out[first_of(a) + k];
		put_text(o, "\t%s.data = y.%s = (%s *)(void *)((unsigned char *)workspace + %lld);\n",
		         place_at_caller(u, true, first_of(a) + k, o->arena), output_field(u, first_of(a) + k), c_type(v->dtype),
		         (long long)to);
		to += round_up(bytes_of(v));
	}
}

static void print_give(Unit *u, int i, int at, int64_t from, Out *o)
{
	Argument a = argument(u->g, true, i);
	put_text(o, "\tdescribe(&out[%d], &outputs[%d]);\n", i, i);
	if (is_optional(a.kind))
		put_text(o, "\t%s given%d = 0;\n\ty.%s = &given%d;\n", c_type(BOOL), i, output_field(u, a.first), i);
	if (is_list_kind(a.kind))
		print_room(u, i, at, from, o);
	for (int k = first_of(a); k < a.first + a.n && !is_list_kind(a.kind); k++)
		put_text(o, "\ty.%s = out[%d].data;\n", output_field(u, k), i);
}

/* What an absent optional, and a sequence, look like after the run. */
static void print_returned(const Unit *u, int i, Out *o)
{
	Argument a = argument(u->g, true, i);
	if (a.differ)
		put_text(o, "\tgive_parts(t%d, &r%d, (const int64_t *)z%d.data, %u, (int64_t)sizeof(%s));\n", i, i, i, a.differ,
		         c_type(a.dtype));
	else if (a.rows)
		put_text(o, "\tgive_rows(t%d, &r%d, (int64_t)sizeof(%s));\n", i, i, c_type(a.dtype));
	if (a.rows)
		put_text(o, "\tout[%d].dims[0] = r%d.dims[0];\n", i, i);
	if (a.kind == KIND_SEQUENCE)
		put_text(o, "\tout[%d].data = t%d;\n", i, i);
	else if (a.kind == KIND_OPTIONAL_SEQUENCE)
		put_text(o, "\tout[%d].data = given%d ? t%d : 0;\n", i, i, i);
	else if (a.kind == KIND_OPTIONAL)
		put_text(o, "\tif (!given%d)\n\t\tout[%d].data = 0;\n", i, i);
}

static void print_takes(Unit *u, Out *o)
{
	for (int i = 0, at = 0; i < arguments(u->g, false); i++) {
		Argument a = argument(u->g, false, i);
		print_take(u, i, at, o);
		at += is_list_kind(a.kind) ? count_of(a) : 0;
	}
}

static void print_gives(Unit *u, Out *o)
{
	int64_t from = lists_at(u) + absent_bytes(u);
	for (int i = 0, at = 0; i < arguments(u->g, true); i++) {
		Argument a = argument(u->g, true, i);
		print_give(u, i, at, from, o);
		at += is_list_kind(a.kind) ? count_of(a) : 0;
		from += is_list_kind(a.kind) ? sequence_bytes(u, a) : 0;
	}
}

void print_lists_run(Unit *u, Out *o)
{
	int nin = arguments(u->g, false);
	put_text(o, "\tint status;\n\tif (!out%s", nin ? " || !in" : "");
	if (lists_bytes(u))
		put_text(o, " || !workspace || (uintptr_t)workspace %% %s_WORKSPACE_ALIGN", u->upper);
	put_text(o, ")\n\t\treturn TCC_ERR_ARG;\n");
	put_text(o, "%s%s", nin ? "" : "\t(void)in;\n", u->g->nin ? "" : "\tx.unused = 0;\n");
	print_takes(u, o);
	print_sizes_in(u, o);
	print_gives(u, o);
	print_sizes_out(u, false, o);
	put_text(o, "\tstatus = %s_run(workspace, &x, &y, pool);\n", u->prefix);
	if (tells_sizes(u))
		put_text(o, "\tif (status != TCC_OK)\n\t\treturn status;\n");
	print_sizes_out(u, true, o);
	for (int i = 0; i < arguments(u->g, true); i++)
		print_returned(u, i, o);
	put_text(o, "\treturn status;\n}\n\n");
}
