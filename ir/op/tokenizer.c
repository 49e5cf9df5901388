/* tokenizer.c -- Tokenizer of com.microsoft: the parts of texts that a regular expression finds, or what stands between them.
 *
 *     tokens[.., k] = token k of x[..]; pad_value where there are fewer        mark: a text of \x02 before them, of \x03 behind
 *
 * With `tokenexp` tokens are what it takes: of all places the first, there the longest, and so on behind it. With `separators`
 * they are what is left between these. Tokens have `mincharnum` letters or more: what is shorter is no token, and the search for
 * one goes on a letter further. Tokens are no new text: they lie in their source. How many the text with the most of them has
 * is counted (see counted.h); where no text has any, nothing is marked. */
#include <string.h>
#include "ir/op/chosen.h"
#include "ir/op/regex.h"
#include "ir/op/strings.h"

struct Tokenizer {
	int64_t mark, mincharnum;
	Text pad_value, tokenexp;
	Strings separators;
};

/* ---- tokens: tcc.CountTokens(x, class_of, next), tcc.Tokens(x, class_of, next) = [.., tokens] ---- */

enum { X, CLASS_OF, NEXT };

struct Tokens {
	int64_t least;   /* letters of a token */
	int64_t between; /* tokens are what stands between matches */
	int64_t tokens;  /* that Tokens gives of each text */
};

typedef struct Search {
	const unsigned char *text;
	int64_t length, at;
	const int64_t *class_of, *next;
	int64_t classes;
	const struct Tokens *a;
} Search;

static Search search_in(Eval *e, const Node *n, Tensor *const *in, int64_t i)
{
	Text t = ((const Text *)in[X]->data)[i];

	return (Search){.text = (const unsigned char *)t.text, .length = t.length, .class_of = in_i64(e, in[CLASS_OF]),
			.next = in_i64(e, in[NEXT]), .classes = in[NEXT]->dim[1], .a = n->attr};
}

static bool begins_letter(int byte) { return (byte & 0xc0) != 0x80; }

static int64_t letters(const Search *s, int64_t from, int64_t to)
{
	int64_t n = 0;

	for (int64_t i = from; i < to; i++)
		n += begins_letter(s->text[i]);
	return n;
}

static int64_t next_letter(const Search *s, int64_t at)
{
	for (at++; at < s->length && !begins_letter(s->text[at]);)
		at++;
	return at;
}

/* Where the longest match that begins at `from` ends; `from`: there is none, or an empty one. */
static int64_t match_end(const Search *s, int64_t from)
{
	int64_t state = 1, end = from;

	for (int64_t i = from; i < s->length && state; i++) {
		state = s->next[state * s->classes + s->class_of[s->text[i]]];
		if (s->next[state * s->classes + REGEX_END])
			end = i + 1;
	}
	return end;
}

static bool next_match(Search *s, int64_t *from, int64_t *to)
{
	for (; s->at < s->length; s->at = next_letter(s, s->at)) {
		*from = s->at;
		*to = match_end(s, s->at);
		if (*to > *from && letters(s, *from, *to) >= s->a->least) {
			s->at = *to;
			return true;
		}
	}
	return false;
}

static bool next_between(Search *s, int64_t *from, int64_t *to)
{
	while (s->at <= s->length) {
		int64_t end = s->at;
		*from = *to = s->at;
		while (*to < s->length && (end = match_end(s, *to)) == *to)
			*to = next_letter(s, *to);
		s->at = *to < s->length ? end : s->length + 1;
		if (letters(s, *from, *to) >= s->a->least)
			return true;
	}
	return false;
}

static bool next_token(Search *s, Text *token)
{
	int64_t from, to;
	bool found = s->a->between ? next_between(s, &from, &to) : next_match(s, &from, &to);

	if (found)
		*token = (Text){(const char *)s->text + from, to - from};
	return found;
}

static void infer_tokens(Graph *g, Node *n)
{
	Shape y = n->in[X]->shape;

	need_rank(g, n, X, 0, MAX_RANK - 1);
	need_rank(g, n, CLASS_OF, 1, 1);
	need_rank(g, n, NEXT, 2, 2);
	y.dim[y.rank++] = dim(ATTR_OF(n, Tokens)->tokens);
	set_out(g, n, 0, STR, &y);
}

static void eval_tokens(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int64_t tokens = ATTR_OF(n, Tokens)->tokens;

	for (int64_t i = 0; i < in[X]->count; i++) {
		Search s = search_in(e, n, in, i);
		Text *y = (Text *)out[0]->data + i * tokens;
		for (int64_t k = 0; k < tokens && next_token(&s, &y[k]);)
			k++;
	}
}

static void infer_count(Graph *g, Node *n)
{
	need_rank(g, n, CLASS_OF, 1, 1);
	need_rank(g, n, NEXT, 2, 2);
	set_out(g, n, 0, I64, &n->in[X]->shape);
}

static void eval_count(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int64_t *y = out_i64(e, out[0]);
	Text token;

	for (int64_t i = 0; i < in[X]->count; i++)
		for (Search s = search_in(e, n, in, i); next_token(&s, &token);)
			y[i]++;
}

/* Of the text at `at`; k NULL: how many it has. */
static Expr *token_expr(Lower *l, const Node *n, Expr *const *at, Expr *k)
{
	return text_alu(l, k ? TEXT_TOKEN : TEXT_TOKENS, k ? STR : I64, k ? 7 : 6,
			(Expr *[]){in(l, n, X, at), table_in(l, n, CLASS_OF), table_in(l, n, NEXT),
				   extent(l, n->in[NEXT]->shape.dim[1]), num_i(l, ATTR_OF(n, Tokens)->least),
				   num_i(l, ATTR_OF(n, Tokens)->between), k});
}

static Expr *lower_tokens(Lower *l, const Node *n, int slot, Expr *const *at)
{
	(void)slot;
	return token_expr(l, n, at, at[n->in[X]->shape.rank]);
}

static Expr *lower_count(Lower *l, const Node *n, int slot, Expr *const *at)
{
	(void)slot;
	return token_expr(l, n, at, NULL);
}

static const Attr tokens_attrs[] = {
	ATTR_INT(Tokens, least, 1), ATTR_INT(Tokens, between, 0), ATTR_INT(Tokens, tokens, 0), {0}};

const Op op_tcc_Tokens = {
	.name = "Tokens", .domain = "tcc", .min_in = 3, .max_in = 3, .min_out = 1, .max_out = 1,
	.attrs = tokens_attrs, .attr_size = sizeof(struct Tokens),
	.types = "s", .infer = infer_tokens, .eval = eval_tokens, .lower = lower_tokens,
};

const Op op_tcc_CountTokens = {
	.name = "CountTokens", .domain = "tcc", .min_in = 3, .max_in = 3, .min_out = 1, .max_out = 1, .flags = POINTWISE,
	.attrs = tokens_attrs, .attr_size = sizeof(struct Tokens),
	.types = "s", .infer = infer_count, .eval = eval_count, .lower = lower_count,
};

/* ---- Tokenizer ---- */

static bool by_separators(const struct Tokenizer *a) { return a->separators.n > 0 && a->separators.v[0].length > 0; }

/* A separator of no letters asks for letters, as the expression "." does. */
static Text pattern_of(const struct Tokenizer *a)
{
	static const char any[] = "(?s:.)";
	bool point = a->tokenexp.length == 1 && *a->tokenexp.text == '.';

	if (by_separators(a))
		return a->separators.v[0];
	return a->separators.n > 0 || point ? (Text){any, sizeof any - 1} : a->tokenexp;
}

static void check_tokenizer(Graph *g, const Node *n)
{
	const struct Tokenizer *a = n->attr;

	if (a->mincharnum < 1)
		fail_node(g, n, "E-ATTR", "mincharnum is %lld; it must be 1 or more", (long long)a->mincharnum);
	if (a->separators.n <= 0 && a->tokenexp.length <= 0)
		fail_node(g, n, "E-ATTR", "requires separators or tokenexp");
	if (a->separators.n > 1)
		fail_unsupported(g, n, "more than one separator");
}

static void infer_tokenizer(Graph *g, Node *n)
{
	Shape y = n->in[X]->shape;

	need_rank(g, n, X, 1, 2);
	check_tokenizer(g, n);
	if (regex_asserts(regex_tree(g, n, pattern_of(n->attr))))
		fail_unsupported(g, n, "patterns that ask what stands beside a token (^, $, \\b)");
	bool none = dim_is(shape_count(g, &y), 0);
	y.dim[y.rank] = none ? dim(0) : counted_size(g, n, 0, y.rank + 1, y.rank, NO_BOUND);
	y.rank++;
	set_out(g, n, 0, STR, &y);
}

static Regex automaton(Graph *g, const Node *n)
{
	Regex r = regex_of(g, n, pattern_of(n->attr));

	if (by_separators(n->attr) && r.next[r.classes + REGEX_END])
		fail_unsupported(g, n, "a separator that may be empty");
	return r;
}

static Value *one_text(Graph *g, Text t)
{
	Tensor *y = tensor_new(&g->ctx->perm, STR, 0, NULL);

	*(Text *)y->data = t;
	return value_const(g, NULL, y);
}

/* x where k < n, else y. */
static Value *below(Graph *g, const Node *like, Value *k, Value *n, Value *x, Value *y)
{
	return put(g, like, "Where", put(g, like, "Less", k, n, END_IN), x, y, END_IN);
}

/* The tokens, of which each text has `count`, between their marks, and what fills up. */
static Value *filled(Graph *g, const Node *n, Value *tokens, Value *count)
{
	const struct Tokenizer *a = n->attr;
	const int64_t last = n->in[X]->shape.rank;
	Value *k = count_to(g, tokens->shape.dim[last].k), *one = value_scalar(g, I64, 1), *pad = one_text(g, a->pad_value);

	count = with_axes(g, n, count, 1, &last);
	if (!a->mark)
		return below(g, n, k, count, tokens, pad);
	Value *behind = binary(g, n, "Add", count, one), *before = binary(g, n, "Max", binary(g, n, "Sub", k, one), value_scalar(g, I64, 0));
	Value *end = below(g, n, k, binary(g, n, "Add", behind, one), one_text(g, (Text){"\x03", 1}), pad);
	Value *y = below(g, n, k, behind, picked(g, n, tokens, before, (int)last), end);
	return below(g, n, k, one, one_text(g, (Text){"\x02", 1}), y);
}

/* What the text with the most tokens takes; where there are none, nothing is marked. */
static Value *width_of(Graph *g, const Node *n, Value *count)
{
	Value *most = reduced(g, n, "ReduceMax", flat(g, n, count), 0, false), *none = value_scalar(g, I64, 0);
	Value *marked = binary(g, n, "Add", most, value_scalar(g, I64, 2));

	return ATTR_OF(n, Tokenizer)->mark ? below(g, n, none, most, marked, none) : most;
}

static void expand_tokenizer(Graph *g, Node *n)
{
	Value *x = n->in[X], *class_of, *next;
	const Shape *s = &n->out[0]->shape;
	Dim size = s->dim[x->shape.rank];
	struct Tokens attr = {ATTR_OF(n, Tokenizer)->mincharnum, by_separators(n->attr), most_of(g, n, size)};
	Regex r = automaton(g, n);

	regex_tables(g, &r, &class_of, &next);
	Value *y = put_attr(g, n, "tcc.Tokens", &attr, x, class_of, next, END_IN);
	if (!dim_is(shape_count(g, &x->shape), 0)) {
		Value *count = put_attr(g, n, "tcc.CountTokens", &attr, x, class_of, next, END_IN);
		Value *width = counted_value(g, n, width_of(g, n, count), size);
		y = filled(g, n, y, count);
		if (!dim_known(size))
			y = put(g, n, "Slice", y, number(g, 0), as_vector(g, n, width), number(g, s->rank - 1), END_IN);
	}
	value_replace(g, n->out[0], y);
}

static const Attr tokenizer_attrs[] = {
	ATTR_INT(Tokenizer, mark, 0), ATTR_INT(Tokenizer, mincharnum, 1), ATTR_LIST(Tokenizer, pad_value, A_STRING),
	ATTR_LIST(Tokenizer, tokenexp, A_STRING), ATTR_LIST(Tokenizer, separators, A_STRINGS), {0}};

const Op op_ort_Tokenizer = {
	.name = "Tokenizer", .domain = "com.microsoft", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .flags = CHOOSES,
	.attrs = tokenizer_attrs, .attr_size = sizeof(struct Tokenizer),
	.types = "s", .infer = infer_tokenizer, .eval = eval_expansion, .expand = expand_tokenizer,
};
