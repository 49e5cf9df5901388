/* locals.c -- what the locals of a stage's function are called: by what makes them.
 *
 *     float max = -INFINITY;              an accumulator by its reduction, one of vectors in the plural: maxima
 *     float e = expf(x[s] - max);         a term by its outermost operation, or by what that does to a parameter: biased, scaled
 *     float e2 = ...                      the next one in sight that would be called the same
 *
 * No name is that of a parameter (params.c), an index (r, s, ... i, j, ...) or a helper. */
#include <assert.h>
#include <string.h>
#include "codegen/print.h"

/* ---- words ---- */

static const char *const alu_words[ALU_COUNT] = {
	[ADD] = "total", [SUB] = "difference", [MUL] = "product", [DIV] = "quotient", [OVER] = "scaled", [OVER_DATA] = "scaled", [MOD] = "rest",
	[FMOD] = "rest", [IDIV] = "whole", [IMOD] = "rest", [NEG] = "negative", [ABS] = "magnitude", [MIN] = "lesser", [MAX] = "greater",
	[GREATER] = "greater",
	[EQ] = "test", [LT] = "test", [LE] = "test", [AND] = "test", [OR] = "test", [XOR] = "test", [NOT] = "test",
	[BITAND] = "bits", [BITOR] = "bits", [BITXOR] = "bits", [BITNOT] = "bits", [PACK] = "bytes", [TWOFOLD] = "product", [FOURFOLD] = "product",
	[SHL] = "bits", [SHR] = "bits",
	[SELECT] = "chosen", [INDEX] = "at", [COUNT] = "count", [REQUIRE] = "test", [KEY] = "key", [FLOOR] = "whole",
	[CEIL] = "whole", [ROUND] = "whole", [TRUNC] = "whole", [SQRT] = "root", [EXP] = "e", [EXP_DOWN] = "e", [EXP_SHARE] = "e", [EXPM1] = "growth",
	[LOG] = "logarithm", [SIN] = "sine", [COS] = "cosine", [TAN] = "tangent", [ASIN] = "angle", [ACOS] = "angle",
	[ATAN] = "angle", [SINH] = "hyperbolic", [COSH] = "hyperbolic", [TANH] = "hyperbolic", [ASINH] = "area",
	[ACOSH] = "area", [ATANH] = "area", [ERF] = "error", [SIGMOID] = "sigmoid", [SILU] = "silu", [GELU] = "gelu",
	[GELU_TANH] = "gelu", [LOG1P] = "logarithm", [POW] = "power", [ISNAN] = "test", [ISINF] = "test", [ALIKE] = "alike", [SIGN] = "sign",
	[BITS] = "bits", [TEXT_FIND] = "found", [TEXT_PARTS] = "count", [TEXT_PART] = "piece", [TEXT_MATCH] = "test",
};

static const char *const red_words[] = {
	[RED_SUM] = "sum", [RED_PROD] = "product", [RED_MAX] = "max", [RED_MAX_NUMBER] = "max", [RED_MIN] = "min", [RED_ARGMAX] = "position",
	[RED_ARGMIN] = "position", [RED_ARGMAX_LAST] = "position", [RED_ARGMIN_LAST] = "position", [RED_AND] = "all", [RED_OR] = "any",
};

static const char *const red_vectors[] = {[RED_SUM] = "sums", [RED_PROD] = "products", [RED_MAX] = "maxima", [RED_MAX_NUMBER] = "maxima", [RED_MIN] = "minima"};

typedef enum Word { VALUE, BEST, AT, BIASED, JOINED, SCALED, SQUARE, CLAMPED, INVERSE, INVERSE_ROOT, AVERAGE } Word;

static const char *const words[] = {"value", "best", "at", "biased", "joined", "scaled", "square", "clamped", "inverse",
                                    "inverse_root", "average"};

const char *local_word(int i)
{
	const struct { const char *const *word; int n; } list[] = {
		{alu_words, ALU_COUNT}, {red_words, sizeof red_words / sizeof *red_words},
		{red_vectors, sizeof red_vectors / sizeof *red_vectors}, {words, sizeof words / sizeof *words}};
	for (size_t k = 0; k < sizeof list / sizeof *list; i -= list[k++].n)
		if (i < list[k].n)
			return list[k].word[i] ? list[k].word[i] : "value";
	return NULL;
}

/* ---- of a term ---- */

static bool is_number(const Expr *x, double f) { return x->kind == X_NUM && (is_float(x->dtype) ? x->f : (double)x->i) == f; }

static bool is_root(const Expr *x) { return x->kind == X_ALU && x->op == SQRT; }

/* An operand is a parameter of that role. */
static bool takes(const Stage *s, const Expr *x, const char *role)
{
	for (int k = 0; k < x->nargs; k++) {
		const Expr *arg = x->arg[k]->kind == X_CAST ? x->arg[k]->arg[0] : x->arg[k];
		const char *own = arg->kind == X_LOAD ? param_role(s, arg->value) : NULL;
		if (own && !strcmp(own, role))
			return true;
	}
	return false;
}

static bool has_number(const Expr *x)
{
	bool found = false;
	for (int k = 0; k < x->nargs; k++)
		found |= x->arg[k]->kind == X_NUM;
	return found;
}

static const char *quotient_word(const Expr *x)
{
	const Expr *a = x->arg[0], *b = x->arg[1];
	if (is_number(a, 1))
		return words[is_root(b) ? INVERSE_ROOT : INVERSE];
	return b->kind == X_NUM && a->kind == X_LOCAL ? words[AVERAGE] : alu_words[DIV];
}

static const char *alu_word(const Stage *s, const Expr *x)
{
	switch (x->op) {
	case ADD:
		return takes(s, x, "bias") ? words[BIASED] : takes(s, x, "residual") ? words[JOINED] : alu_words[ADD];
	case MUL:
		return x->arg[0] == x->arg[1] ? words[SQUARE] : has_number(x) || takes(s, x, "scale") ? words[SCALED] : alu_words[MUL];
	case DIV:
		return quotient_word(x);
	case MIN:
	case MAX:
	case SELECT:
		return has_number(x) && is_float(x->dtype) ? words[CLAMPED] : alu_words[x->op];
	default:
		return alu_words[x->op] ? alu_words[x->op] : words[VALUE];
	}
}

static const char *word_of(const Stage *s, const Expr *x)
{
	const Expr *inner = x;
	while (inner->kind == X_CAST)
		inner = inner->arg[0];
	if (inner->kind == X_ALU)
		return alu_word(s, inner);
	return x->kind == X_NUM ? words[BEST] : x->dtype == I64 ? words[AT] : words[VALUE];
}

static const char *word_for(const Stage *s, const Stmt *t)
{
	if (s->chooses)
		return alu_words[COUNT];
	if (t->kind == S_FOLD || t->kind == S_FIND)
		return red_words[t->red];
	if (t->starts && t->starts->kind == X_ALU)
		return alu_words[SELECT];
	if (t->starts)
		return (t->lanes > 1 ? red_vectors : red_words)[t->starts->red];
	return word_of(s, t->expr);
}

/* ---- names in sight ---- */

static bool in_sight(const Printer *p, const char *name)
{
	for (const LocalName *k = p->named; k; k = k->next)
		if (!strcmp(k->name, name))
			return true;
	return false;
}

const char *declare_local(Printer *p, const Stmt *t)
{
	Arena *a = p->out->arena;
	const char *word = word_for(p->s, t), *name = word;
	for (int nth = 2; in_sight(p, name); nth++)
		name = arena_format(a, "%s%d", word, nth);
	LocalName *new = NEW(a, LocalName);
	*new = (LocalName){t->local, name, p->depth, p->named};
	p->named = new;
	return name;
}

void leave_locals(Printer *p)
{
	while (p->named && p->named->depth > p->depth)
		p->named = p->named->next;
}

const char *local_name(const Printer *p, const Expr *local)
{
	const LocalName *k = p->named;
	while (k && k->local != local)
		k = k->next;
	assert(k && "a local is declared before it is used");
	return k->name;
}
