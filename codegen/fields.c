/* fields.c -- what the members of <prefix>_in and <prefix>_out are called: as the model calls its inputs, outputs and
 * sizes, as far as C (and C++) can say it.
 *
 *     "pixel_values"             pixel_values
 *     "input.1", "/head/logits"  input_1, head_logits
 *     "493"                      x0, y0: it begins like a number, and says nothing
 *     "default"                  default_
 *     "boxes" of 2 elements      boxes_0, boxes_1; an optional has_mask, mask
 *
 * Two that come out alike are told apart by a number: logits, logits_2. */
#include <ctype.h>
#include <string.h>
#include "codegen/module.h"

enum { FIELD_MAX = 48 }; /* characters; who calls a tensor by the path to it says less with more */

/* Keywords of C23 and C++20, and macros of lower case that compilers and headers have. */
static const char *const reserved[] = {
	"alignas", "alignof", "and", "and_eq", "asm", "assert", "auto", "bitand", "bitor", "bool", "break", "case", "catch",
	"char", "char16_t", "char32_t", "char8_t", "class", "co_await", "co_return", "co_yield", "compl", "complex", "concept",
	"const", "const_cast", "consteval", "constexpr", "constinit", "continue", "decltype", "default", "delete", "do",
	"double", "dynamic_cast", "else", "enum", "errno", "explicit", "export", "extern", "false", "far", "float", "for",
	"friend", "goto", "i386", "if", "imaginary", "inline", "int", "linux", "long", "mutable", "namespace", "near", "new",
	"noexcept", "noreturn", "not", "not_eq", "nullptr", "operator", "or", "or_eq", "private", "protected", "public",
	"register", "reinterpret_cast", "requires", "restrict", "return", "short", "signed", "sizeof", "static",
	"static_assert", "static_cast", "stderr", "stdin", "stdout", "struct", "switch", "template", "this", "thread_local",
	"throw", "true", "try", "typedef", "typeid", "typename", "typeof", "typeof_unqual", "union", "unix", "unsigned",
	"using", "virtual", "void", "volatile", "wchar_t", "while", "xor", "xor_eq",
};

static bool is_reserved(const char *name)
{
	for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
		if (!strcmp(name, reserved[i]))
			return true;
	return false;
}

/* Whole words in capitals may be macros of some header; one letter is how the field calls a matrix. */
static bool may_be_macro(const char *name)
{
	for (const char *c = name; *c; c++)
		if (islower((unsigned char)*c))
			return false;
	return name[1] || *name == 'I';
}

/* Letters and digits of the name, what stands between them as one underscore; "": nothing that C could say. */
static const char *c_name(Arena *a, const char *name)
{
	char *text = NEW_N(a, char, strlen(name) + 2);
	size_t n = 0;
	for (const char *c = name; *c; c++) {
		bool word = isalnum((unsigned char)*c) && (unsigned char)*c < 128;
		if (word)
			text[n++] = *c;
		else if (n && text[n - 1] != '_')
			text[n++] = '_';
	}
	while (n && text[n - 1] == '_')
		n--;
	text[n] = 0;
	if (n > FIELD_MAX || isdigit((unsigned char)*text))
		return "";
	if (n && may_be_macro(text))
		for (char *c = text; *c; c++)
			*c = (char)tolower((unsigned char)*c);
	if (is_reserved(text))
		text[n] = '_', text[n + 1] = 0;
	return text;
}

static bool taken(const char *const *names, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

/* The next of the struct's names, which are told apart. */
static void name_add(Arena *a, const char **names, int *n, const char *name)
{
	const char *own = name;
	for (int nth = 2; taken(names, *n, own); nth++)
		own = arena_format(a, "%s_%d", name, nth);
	names[(*n)++] = own;
}

static const char *name_or(Arena *a, const char *name, char letter, int i)
{
	const char *own = c_name(a, name);
	return *own ? own : arena_format(a, "%c%d", letter, i);
}

/* Those of argument i: elements and flags go by its name, too. */
static void name_argument(const Unit *u, bool out, int i, const char **names, int *n)
{
	Arena *a = &u->g->ctx->perm;
	Argument arg = argument(u->g, out, i);
	const char *name = name_or(a, arg.name, out ? 'y' : 'x', arg.first);
	bool list = (arg.kind == KIND_SEQUENCE || arg.kind == KIND_OPTIONAL_SEQUENCE) && !arg.rows;

	for (int k = 0; k < arg.n; k++) {
		int element = k - is_optional(arg.kind);
		name_add(a, names, n, element < 0 ? arena_format(a, "has_%s", name) : list ? arena_format(a, "%s_%d", name, element)
		                      : element ? arena_format(a, "%s_sizes", name) : name);
	}
}

static const char **name_struct(Unit *u, bool out)
{
	int n = 0, sizes = counted_sizes(u), from = out ? u->ngiven : 0, to = out ? u->ngiven + sizes : u->ngiven;
	Arena *a = &u->g->ctx->perm;
	const char **names = NEW_N(a, const char *, (out ? u->g->nout : u->g->nin) + to - from + 1);

	for (int i = 0; i < arguments(u->g, out); i++)
		name_argument(u, out, i, names, &n);
	for (int i = from; i < to; i++)
		name_add(a, names, &n, name_or(a, dim_symbol_of(u->g->syms, u->size[i])->name, 'd', i));
	return names;
}

static const char *field(Unit *u, bool out, int i)
{
	if (!u->field[out])
		u->field[out] = name_struct(u, out);
	return u->field[out][i];
}

const char *input_field(Unit *u, int i) { return field(u, false, i); }
const char *output_field(Unit *u, int i) { return field(u, true, i); }

const char *size_field(Unit *u, int i)
{
	bool out = i >= u->ngiven;
	return field(u, out, out ? u->g->nout + i - u->ngiven : u->g->nin + i);
}
