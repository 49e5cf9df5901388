/* stringnormalizer.c -- StringNormalizer (10): texts without those that are stop words, in upper or lower case.
 *
 *     x [C] or [1, C]     y [D] or [1, D]: what is left; "" alone where nothing is
 *
 * Without is_case_sensitive a text is a stop word where both are the same in one case. Case is that of letters.h, whatever
 * the locale says. How many are left is known of constants, else counted (see counted.h). */
#include "ir/op/chosen.h"
#include "ir/op/letters.h"

enum { NO_CHANGE, LOWER_CASE, UPPER_CASE };

struct StringNormalizer {
	int64_t case_change_action, is_case_sensitive;
	Strings stopwords;
	Text locale;
};

static bool has_stopwords(const Node *n) { return ATTR_OF(n, StringNormalizer)->stopwords.n > 0; }

/* The stop words as texts are compared with them. */
static Tensor *words_of(Graph *g, const Node *n, bool upper)
{
	const struct StringNormalizer *a = n->attr;
	Tensor *words = texts_tensor(g, a->stopwords.n, a->stopwords.v), *table = letters_table(g, upper);

	for (int64_t i = 0; i < words->count && !a->is_case_sensitive; i++)
		((Text *)words->data)[i] = with_letters(&g->ctx->perm, table, ((const Text *)words->data)[i]);
	return words;
}

static bool is_upper(const Node *n) { return ATTR_OF(n, StringNormalizer)->case_change_action == UPPER_CASE; }

static bool is_word(const Tensor *words, const Text *x)
{
	bool found = false;

	for (int64_t i = 0; i < words->count && !found; i++)
		found = same_text(x, (const Text *)words->data + i);
	return found;
}

/* How many of x stay. */
static int64_t count_left(Graph *g, const Node *n, const Tensor *x)
{
	const Tensor *words = words_of(g, n, is_upper(n)), *table = letters_table(g, is_upper(n));
	int64_t left = 0;

	for (int64_t i = 0; i < x->count; i++) {
		Text t = ((const Text *)x->data)[i];
		if (!ATTR_OF(n, StringNormalizer)->is_case_sensitive)
			t = with_letters(&g->ctx->scratch, table, t);
		left += !is_word(words, &t);
	}
	return left ? left : 1;
}

static void infer(Graph *g, Node *n)
{
	const Tensor *x = n->in[0]->data;
	Shape y = n->in[0]->shape;
	int last = y.rank - 1;

	need_rank(g, n, 0, 1, 2);
	if (y.rank == 2)
		need_size(g, n, 0, 0, dim(1));
	if (has_stopwords(n))
		y.dim[last] = x ? dim(count_left(g, n, x)) : counted_size(g, n, 0, y.rank, last, dim_max(g->syms, y.dim[last], dim(1)));
	set_out(g, n, 0, STR, &y);
}

static Value *in_case(Graph *g, const Node *n, Value *x, bool upper)
{
	return put(g, n, "tcc.Letters", x, value_const(g, NULL, letters_table(g, upper)), END_IN);
}

/* Those of x that stay, of which `key` says what they are compared as; "" behind them stays where they do not. */
static Value *without_words(Graph *g, const Node *n, Value *x, Value *key)
{
	Tensor *words = words_of(g, n, is_upper(n)), *found = tensor_new(&g->ctx->perm, BOOL, 1, &words->count);
	Dim left = n->out[0]->shape.dim[n->out[0]->shape.rank - 1];
	int64_t one = 1;
	Value *stays = value_of_key(g, n, key, words, found, tensor_scalar(&g->ctx->perm, BOOL, 1));
	Value *some = cast_value(g, n, reduced(g, n, "ReduceMax", cast_value(g, n, stays, I32), 0, true), BOOL);

	stays = joined(g, n, 0, stays, put(g, n, "Not", some, END_IN));
	x = joined(g, n, 0, x, value_const(g, NULL, tensor_new(&g->ctx->perm, STR, 1, &one)));
	return picked(g, n, x, positions_chosen(g, n, stays, left), 0);
}

static void expand(Graph *g, Node *n)
{
	const struct StringNormalizer *a = n->attr;
	Value *x = flat(g, n, n->in[0]), *cased = x;
	const int64_t first = 0;

	if (a->case_change_action != NO_CHANGE || (has_stopwords(n) && !a->is_case_sensitive))
		cased = in_case(g, n, x, is_upper(n));
	if (a->case_change_action != NO_CHANGE)
		x = cased;
	if (has_stopwords(n))
		x = without_words(g, n, x, a->is_case_sensitive ? flat(g, n, n->in[0]) : cased);
	value_replace(g, n->out[0], n->out[0]->shape.rank == 2 ? with_axes(g, n, x, 1, &first) : x);
}

static const Attr attrs[] = {
	ATTR_ENUM(StringNormalizer, case_change_action, NO_CHANGE, "NONE|LOWER|UPPER"),
	ATTR_INT(StringNormalizer, is_case_sensitive, 0), ATTR_LIST(StringNormalizer, stopwords, A_STRINGS),
	ATTR_LIST(StringNormalizer, locale, A_STRING), {0}};

const Op op_StringNormalizer = {
	.name = "StringNormalizer", .domain = "", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .flags = CHOOSES,
	.attrs = attrs, .attr_size = sizeof(struct StringNormalizer),
	.types = "s", .infer = infer, .eval = eval_expansion, .expand = expand,
};
