/* stack.c -- how much stack a run takes, read from the emitted text itself.
 *
 * One walk over the file. A function takes what its variables take, those of blocks side by side once, a frame, and what the
 * deepest function takes of all that it mentions: they stand before it, and nothing calls itself. So it is the text that
 * counts, whoever printed it. A scalar counts as 8 bytes, as if it always had memory, and so that of a small array, which a
 * compiler takes apart, as 16: that makes up for spilled temporaries. */
#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "codegen/module.h"
#include "codegen/stack.h"

enum { WORD = 8, SPILLED = 16, TAKEN_APART = 256, DEEPEST = 64, BUCKETS = 1 << 12 };

/* ---- names of the file ---- */

typedef struct Function Function;
struct Function {
	int64_t own, declared, depth; /* with a frame; variables; with the deepest that it calls */
	const Function *below;        /* that one, or NULL */
	const Function *handed;       /* that it returns a pointer to, for whoever calls it; or NULL */
};

typedef enum Sort { TYPE, NUMBER, FUNCTION } Sort;

typedef struct Named {
	const char *name;
	size_t n;
	Sort sort;
	int64_t value; /* bytes of a type, a number's value */
	Function function;
	struct Named *next;
} Named;

typedef struct Token {
	const char *text;
	size_t n; /* 0: the end */
} Token;

typedef struct Reader {
	Arena *a;
	const char *at;
	Token last, t; /* the one before, and the next one */
	Named *bucket[BUCKETS];
} Reader;

static uint32_t hash_of(const char *name, size_t n)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)name[i]) * 16777619u;
	return h % BUCKETS;
}

static Named *known(const Reader *r, Token t)
{
	Named *k = r->bucket[hash_of(t.text, t.n)];
	while (k && (k->n != t.n || memcmp(k->name, t.text, t.n) != 0))
		k = k->next;
	return k;
}

static Named *learn(Reader *r, Token t, Sort sort, int64_t value)
{
	Named **bucket = &r->bucket[hash_of(t.text, t.n)], *k = NEW(r->a, Named);
	*k = (Named){.name = t.text, .n = t.n, .sort = sort, .value = value, .next = *bucket};
	*bucket = k; /* of two sections, the one that is read */
	return k;
}

static const Named *known_as(const Reader *r, Token t, Sort sort)
{
	const Named *k = known(r, t);
	return k && k->sort == sort ? k : NULL;
}

/* ---- tokens ---- */

static bool is_name(Token t) { return t.n && (isalpha((unsigned char)*t.text) || *t.text == '_'); }

static bool is(Token t, const char *text) { return t.n == strlen(text) && !memcmp(t.text, text, t.n); }

static const char *behind_quotes(const char *at)
{
	char quote = *at++;
	while (*at && *at != quote)
		at += *at == '\\' && at[1] ? 2 : 1;
	return at + (*at != 0);
}

/* Behind the comment that begins there. (strstr() may look at all of the text before it looks for anything.) */
static const char *behind_comment(const char *at)
{
	for (at += 2; *at && strncmp(at, "*/", 2); at++)
		;
	return *at ? at + 2 : at;
}

/* Comments, blanks, and lines of the preprocessor: numbers that it defines have names elsewhere, too. */
static const char *behind_blanks(const char *at)
{
	for (;;) {
		const char *end = NULL;
		if (isspace((unsigned char)*at))
			end = at + 1;
		else if (!strncmp(at, "/*", 2))
			end = behind_comment(at);
		else if (*at == '#')
			for (end = at; *end && (*end != '\n' || end[-1] == '\\'); end++)
				;
		if (!end)
			return at;
		at = end;
	}
}

static Token next(Reader *r)
{
	Token t = r->last = r->t;
	const char *start = r->at = behind_blanks(r->at), *end = start;
	if (*end == '"' || *end == '\'')
		end = behind_quotes(end);
	else if (isalnum((unsigned char)*end) || *end == '_')
		while (isalnum((unsigned char)*end) || *end == '_')
			end++;
	else if (*end)
		end++;
	r->at = end;
	r->t = (Token){start, (size_t)(end - start)};
	return t;
}

static bool accept(Reader *r, const char *text)
{
	bool there = is(r->t, text);
	if (there)
		next(r);
	return there;
}

/* Behind the bracket that closes the one which comes next. */
static void skip_brackets(Reader *r)
{
	int depth = 0;
	do {
		char c = *next(r).text;
		depth += (c == '(' || c == '{' || c == '[') - (c == ')' || c == '}' || c == ']');
	} while (depth > 0 && r->t.n);
}

/* ---- sizes ---- */

static int64_t sum_of(Reader *r);

static int64_t factor_of(Reader *r)
{
	Token t = next(r);
	int64_t x = 0;
	if (is(t, "(")) {
		x = sum_of(r);
		accept(r, ")");
	} else if (isdigit((unsigned char)*t.text)) {
		x = strtoll(t.text, NULL, 0);
	} else if (known_as(r, t, NUMBER)) {
		x = known_as(r, t, NUMBER)->value;
	}
	return x;
}

static int64_t product_of(Reader *r)
{
	int64_t x = factor_of(r);
	while (accept(r, "*"))
		x *= factor_of(r);
	return x;
}

static int64_t sum_of(Reader *r)
{
	int64_t x = product_of(r);
	while (is(r->t, "+") || is(r->t, "-") || is(r->t, "<")) {
		char sign = *next(r).text;
		if (sign == '<')
			accept(r, "<");
		int64_t y = product_of(r);
		x = sign == '<' ? x << (y & 31) : sign == '+' ? x + y : x - y;
	}
	return x;
}

static bool is_qualifier(Token t)
{
	static const char *const word[] = {"const", "volatile", "restrict", "register", "ALIGN", "struct", "union", "inline", "INLINE", "STAGE", "LOOPS"};
	for (size_t i = 0; i < sizeof word / sizeof *word; i++)
		if (is(t, word[i]))
			return true;
	return false;
}

/* One variable or member, from its stars to its last bracket. */
static int64_t declarator(Reader *r, int64_t bytes)
{
	while (is(r->t, "*") || is_qualifier(r->t))
		bytes = *next(r).text == '*' ? WORD : bytes;
	if (is(r->t, "(")) { /* a pointer to a function */
		skip_brackets(r);
		bytes = WORD;
	} else {
		next(r);
	}
	while (accept(r, "[")) {
		int64_t n = is(r->t, "]") ? 1 : sum_of(r);
		bytes *= n > 0 ? n : 1;
		accept(r, "]");
	}
	if (is(r->t, "("))
		skip_brackets(r);
	return (bytes + WORD - 1) / WORD * WORD;
}

/* The type that comes next, as far as it is one. */
static bool type_of(Reader *r, int64_t *bytes)
{
	while (is_qualifier(r->t))
		next(r);
	const Named *k = known_as(r, r->t, TYPE);
	if (!k)
		return false;
	for (; k; k = known_as(r, r->t, TYPE)) { /* unsigned char */
		*bytes = k->value;
		next(r);
	}
	return true;
}

/* { int a, b[3]; struct x c; }: parts of a union count as if they lay side by side. */
static int64_t members(Reader *r)
{
	int64_t all = 0, bytes = 0;
	next(r);
	while (r->t.n && !accept(r, "}")) {
		if (!type_of(r, &bytes)) {
			next(r);
			continue;
		}
		do
			all += declarator(r, bytes);
		while (accept(r, ","));
	}
	return all;
}

static void numbers(Reader *r)
{
	int64_t value = 0;
	next(r);
	while (r->t.n && !accept(r, "}")) {
		Token name = next(r);
		value = accept(r, "=") ? sum_of(r) : value;
		if (is_name(name))
			learn(r, name, NUMBER, value++);
		accept(r, ",");
	}
}

/* ---- functions ---- */

typedef struct Body {
	Function f;
	int64_t now; /* bytes of the variables that are there */
} Body;

static const Function *deeper(const Function *a, const Function *b) { return !a || (b && b->depth > a->depth) ? b : a; }

static void mention(Function *f, const Function *other, bool returned)
{
	if (returned)
		f->handed = deeper(f->handed, other);
	else
		f->below = deeper(deeper(f->below, other), other->handed);
}

/* What a name in the text stands for: a function of the file, or of the library, which is called by small letters. */
static void look(Reader *r, Body *b)
{
	static const Function library = {.own = LIBRARY_BYTES, .depth = LIBRARY_BYTES}, memory = {.own = FRAME_BYTES, .depth = FRAME_BYTES};
	static const char *const other[] = {"if", "for", "while", "switch", "return", "sizeof"};
	bool returned = is(r->last, "return");
	Token t = next(r);
	const Named *k = is_name(t) ? known(r, t) : NULL;
	if (k && k->sort == FUNCTION)
		mention(&b->f, &k->function, returned && !is(r->t, "("));
	if (k || !is_name(t) || !is(r->t, "(") || !islower((unsigned char)*t.text))
		return;
	for (size_t i = 0; i < sizeof other / sizeof *other; i++)
		if (is(t, other[i]))
			return;
	mention(&b->f, t.n > 3 && !memcmp(t.text, "mem", 3) ? &memory : &library, false);
}

static void initialiser(Reader *r, Body *b)
{
	for (int depth = 0; r->t.n && (depth || (!is(r->t, ",") && !is(r->t, ";"))); look(r, b)) {
		char c = *r->t.text;
		depth += (c == '(' || c == '{' || c == '[') - (c == ')' || c == '}' || c == ']');
	}
}

/* Variables with a type in front; else nothing. */
static void variables(Reader *r, Body *b)
{
	int64_t bytes;
	if (accept(r, "static")) {
		while (r->t.n && !is(r->t, ";"))
			look(r, b);
		return;
	}
	if (!type_of(r, &bytes))
		return;
	do {
		int64_t all = declarator(r, bytes);
		int64_t n = bytes > 0 && bytes <= WORD ? all / bytes : 0;
		b->now += n > WORD && n <= TAKEN_APART ? n * SPILLED : all;
		if (accept(r, "="))
			initialiser(r, b);
	} while (accept(r, ","));
	b->f.declared = b->now > b->f.declared ? b->now : b->f.declared;
}

static bool is_unroll(Token t) { return is(t, "UNROLL") || is(t, "UNROLL_4") || is(t, "else") || is(t, "do"); }

static void block(Reader *r, Body *b)
{
	int64_t before = b->now;
	bool begins = true, in_for = false;
	next(r);
	while (r->t.n && !accept(r, "}")) {
		if (begins)
			variables(r, b);
		if (is(r->t, "{")) {
			block(r, b);
			begins = true;
			continue;
		}
		if (is(r->t, "}"))
			continue;
		Token t = r->t;
		look(r, b);
		begins = is(t, ";") || is_unroll(t) || (in_for && is(t, "("));
		in_for = is(t, "for");
	}
	b->now = before;
}

static void function(Reader *r, Token name, bool is_inline)
{
	Body b = {.now = 0};
	int64_t bytes;
	next(r);
	while (r->t.n && !accept(r, ")")) { /* parameters */
		if (!type_of(r, &bytes))
			next(r);
		else if (!is(r->t, ")")) /* void */
			b.now += declarator(r, bytes);
	}
	b.f.declared = b.now;
	if (!is(r->t, "{"))
		return; /* declared only */
	block(r, &b);
	b.f.own = b.f.declared + (is_inline ? 0 : FRAME_BYTES);
	b.f.depth = b.f.own + (b.f.below ? b.f.below->depth : 0);
	learn(r, name, FUNCTION, 0)->function = b.f;
}

/* ---- the file ---- */

/* struct x { .. } at the start of a declaration; its name is a type from then on. */
static int64_t structure(Reader *r)
{
	Token name = is_name(r->t) ? next(r) : (Token){"", 0};
	if (!is(r->t, "{"))
		return known_as(r, name, TYPE) ? known_as(r, name, TYPE)->value : WORD;
	int64_t bytes = members(r);
	if (name.n)
		learn(r, name, TYPE, bytes);
	return bytes;
}

/* A declaration or a function. */
static void outermost(Reader *r)
{
	bool alias = is(r->t, "typedef"), is_inline = false;
	int64_t bytes = WORD;
	Token name = {"", 0};
	while (r->t.n && !accept(r, ";")) {
		if (is(r->t, "{")) { /* of data */
			skip_brackets(r);
		} else if (is(r->t, "__attribute__")) {
			next(r);
			skip_brackets(r);
		} else if (accept(r, "enum")) {
			numbers(r);
		} else if (accept(r, "struct") || accept(r, "union")) {
			bytes = structure(r);
		} else if (is(r->t, "(") && known_as(r, name, TYPE) == NULL && !alias) {
			const char *before = r->at;
			function(r, name, is_inline);
			if (r->at != before && !is(r->t, ";"))
				return;
		} else {
			name = next(r);
			is_inline |= is(name, "INLINE");
			if (alias && known_as(r, name, TYPE) && !is(r->t, ";"))
				bytes = known_as(r, name, TYPE)->value;
		}
	}
	if (alias && is_name(name))
		learn(r, name, TYPE, bytes);
}

static const TypeSize plain[] = {
	{"char", 1}, {"unsigned", 4}, {"signed", 4}, {"int", 4}, {"long", 8}, {"float", 4}, {"double", 8}, {"void", 0}, {"size_t", 8},
	{"int8_t", 1}, {"uint8_t", 1}, {"int16_t", 2}, {"uint16_t", 2}, {"int32_t", 4}, {"uint32_t", 4}, {"int64_t", 8},
	{"uint64_t", 8}, {"uintptr_t", 8}, {"bool", 1}, {"__m128", 16}, {"__m128i", 16}, {"__m128d", 16}, {"__m256", 32},
	{"__m256i", 32}, {"__m256d", 32}, {"__m512", 64}, {"__m512i", 64}, {"__m512d", 64}, {"__mmask8", 1}, {"__mmask16", 2},
	{"__mmask32", 4}, {"__mmask64", 8}, {NULL, 0},
};

static void learn_types(Reader *r, const TypeSize *t)
{
	for (; t->name; t++)
		learn(r, (Token){t->name, strlen(t->name)}, TYPE, t->bytes);
}

static const Named *holder(const Reader *r, const Function *f)
{
	for (int i = 0; i < BUCKETS; i++)
		for (const Named *k = r->bucket[i]; k; k = k->next)
			if (&k->function == f)
				return k;
	return NULL;
}

static StackUse told(const Reader *r, const Function *f)
{
	StackUse u = {.bytes = f->depth, .path = "", .most = ""};
	for (int i = 0; f && i < DEEPEST; f = f->below, i++) {
		const Named *k = holder(r, f);
		const char *name = k ? arena_format(r->a, "%.*s", (int)k->n, k->name) : f->own == LIBRARY_BYTES ? "libm" : "memcpy";
		u.path = arena_format(r->a, "%s%s%s", u.path, i ? " > " : "", name);
		if (f->declared > u.declared) {
			u.declared = f->declared;
			u.most = name;
		}
	}
	return u;
}

StackUse stack_use(Arena *a, const char *text, const char *from, const TypeSize *types)
{
	Reader *r = NEW(a, Reader);
	r->a = a;
	r->at = text;
	learn_types(r, plain);
	learn_types(r, types);
	next(r);
	while (r->t.n)
		outermost(r);
	const Named *k = known_as(r, (Token){from, strlen(from)}, FUNCTION);
	assert(k && "the file has that function");
	return told(r, &k->function);
}
