/* tfidf.c -- TfIdfVectorizer (9): how often sequences of whole numbers, or of texts, stand in each row.
 *
 *     count[.., j] = over all first places s and gaps d: how often x[.., s + t (1 + d)] = gram[j, t] for all t    (tcc.CountGrams)
 *     TF: count      IDF: weight where count > 0      TFIDF: count * weight
 *
 * The pool holds all grams of one element, then all of two, ..; gaps are 0 .. max_skip_count, and 0 for single ones. */
#include <string.h>
#include "ir/op/strings.h"

enum { TF, IDF, TFIDF };

struct TfIdf {
	int64_t mode, max_gram_length, min_gram_length, max_skip_count;
	Ints ngram_counts, ngram_indexes, pool_int64s;
	Floats weights;
	Strings pool_strings;
};

/* ---- tcc.CountGrams: rows x, grams [columns, longest], lengths [columns] (0: none) ---- */

enum { X, GRAM, LENGTH };

struct CountGrams { int64_t gaps; };

static void count_infer(Graph *g, Node *n)
{
	need_type(g, n, X, n->in[GRAM]->dtype == STR ? "s" : "i");
	need_rank(g, n, X, 1, -1);
	need_rank(g, n, GRAM, 2, 2);
	need_rank(g, n, LENGTH, 1, 1);
	need_size(g, n, LENGTH, 0, n->in[GRAM]->shape.dim[0]);
	Shape y = n->in[X]->shape;
	y.dim[y.rank - 1] = n->in[GRAM]->shape.dim[0];
	set_out(g, n, 0, F32, &y);
}

/* A row of x, and a gram. */
typedef struct Sought {
	const Tensor *x, *gram;
	int64_t row, size, first, length; /* where the row and the gram begin, and how long they are */
} Sought;

static bool same_element(const Sought *w, int64_t i, int64_t k)
{
	if (w->x->dtype == STR)
		return same_text((const Text *)w->x->data + i, (const Text *)w->gram->data + k);
	return load_i64(w->x->dtype, w->x->data, i) == load_i64(I64, w->gram->data, k);
}

static bool stands_at(const Sought *w, int64_t s, int64_t step)
{
	for (int64_t t = 0; t < w->length; t++)
		if (s + t * step >= w->size || !same_element(w, w->row + s + t * step, w->first + t))
			return false;
	return true;
}

static void count_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const int64_t *length = in_i64(e, in[LENGTH]);
	int64_t size = in[X]->dim[in[X]->rank - 1], columns = in[GRAM]->dim[0];
	double *y = out_f64(e, out[0]);

	for (int64_t i = 0; i < out[0]->count; i++) {
		int64_t j = i % columns, gaps = length[j] > 1 ? ATTR_OF(n, CountGrams)->gaps : length[j];
		Sought w = {in[X], in[GRAM], i / columns * size, size, j * in[GRAM]->dim[1], length[j]};
		for (int64_t d = 0; d < gaps; d++)
			for (int64_t s = 0; s < size; s++)
				y[i] += stands_at(&w, s, d + 1);
	}
}

/* An element in the type in which elements are compared. */
static Expr *compared(Lower *l, const Node *n, int slot, Expr *const *at)
{
	Expr *x = in(l, n, slot, at);

	return x->dtype == STR ? x : cast(l, I64, x);
}

static Expr *count_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	int last = n->in[X]->shape.rank - 1;
	int64_t longest = dim_number(lower_graph(l), n, n->in[GRAM]->shape.dim[1]);
	Axes axes = {.n = 0};
	Expr *size = extent(l, n->in[X]->shape.dim[last]), *s = over(l, &axes, n->in[X]->shape.dim[last]);
	Expr *d = over(l, &axes, dim(ATTR_OF(n, CountGrams)->gaps)), *column = at[last], *index[MAX_RANK];
	Expr *length = cast(l, I64, in(l, n, LENGTH, &column)), *one = num_i(l, 1);
	Expr *all = alu2(l, OR, alu2(l, LT, one, length), alu2(l, AND, alu2(l, EQ, length, one), alu2(l, EQ, d, num_i(l, 0))));

	for (int k = 0; k < last; k++)
		index[k] = at[k];
	for (int64_t t = 0; t < longest; t++) {
		index[last] = iadd(l, s, imul(l, iadd(l, d, one), num_i(l, t)));
		Expr *x = compared(l, n, X, index), *gram = compared(l, n, GRAM, (Expr *[]){column, num_i(l, t)});
		Expr *same = choose(l, inside(l, index[last], num_i(l, 0), size), alu2(l, EQ, x, gram), num(l, BOOL, 0));
		all = alu2(l, AND, all, alu2(l, OR, alu2(l, LE, length, num_i(l, t)), same));
	}
	(void)slot;
	return reduce_over(l, RED_SUM, choose(l, all, num(l, F32, 1), num(l, F32, 0)), &axes);
}

static const Attr count_attrs[] = {ATTR_INT(CountGrams, gaps, 1), {0}};

const Op op_tcc_CountGrams = {
	.name = "CountGrams", .domain = "tcc", .min_in = 3, .max_in = 3, .min_out = 1, .max_out = 1, .flags = REDUCES,
	.attrs = count_attrs, .attr_size = sizeof(struct CountGrams),
	.types = "is", .infer = count_infer, .eval = count_eval, .lower = count_lower,
};

/* ---- TfIdfVectorizer ---- */

static int64_t columns_of(const struct TfIdf *a)
{
	int64_t most = -1;

	for (int i = 0; i < a->ngram_indexes.n; i++)
		most = a->ngram_indexes.v[i] > most ? a->ngram_indexes.v[i] : most;
	return most + 1;
}

static int64_t longest_of(const struct TfIdf *a)
{
	return a->max_gram_length < a->ngram_counts.n ? a->max_gram_length : a->ngram_counts.n;
}

static bool of_text(const struct TfIdf *a) { return a->pool_strings.n > 0; }
static int64_t pool_size(const struct TfIdf *a) { return of_text(a) ? a->pool_strings.n : a->pool_int64s.n; }

/* Where the grams of `length` elements end in the pool. */
static int64_t end_of(const struct TfIdf *a, int64_t length)
{
	return length < a->ngram_counts.n ? a->ngram_counts.v[length] : pool_size(a);
}

static void check(Graph *g, const Node *n)
{
	const struct TfIdf *a = n->attr;
	int64_t grams = 0;

	need_type(g, n, 0, of_text(a) ? "s" : "i");
	need_rank(g, n, 0, 1, 2);
	if (pool_size(a) < 1 || (of_text(a) && a->pool_int64s.n > 0))
		fail_node(g, n, "E-ATTR", "it has no pool, or two");
	for (int64_t k = 1; k <= a->ngram_counts.n; k++) {
		int64_t begin = a->ngram_counts.v[k - 1], end = end_of(a, k);
		if (begin < 0 || begin > end || end > pool_size(a) || (end - begin) % k)
			fail_node(g, n, "E-ATTR", "ngram_counts are not where grams begin in the pool");
		grams += (end - begin) / k;
	}
	for (int i = 0; i < a->ngram_indexes.n; i++)
		if (a->ngram_indexes.v[i] < 0 || a->ngram_indexes.v[i] >= INT32_MAX)
			fail_node(g, n, "E-ATTR", "ngram_indexes has %lld", (long long)a->ngram_indexes.v[i]);
	if (grams != a->ngram_indexes.n || (a->weights.n > 0 && a->weights.n != grams))
		fail_node(g, n, "E-ATTR", "%lld grams, %d ngram_indexes, %d weights", (long long)grams,
			  a->ngram_indexes.n, a->weights.n);
	if (a->min_gram_length < 1 || a->max_skip_count < 0 || longest_of(a) < a->min_gram_length)
		fail_node(g, n, "E-ATTR", "grams of %lld to %lld elements with %lld skipped", (long long)a->min_gram_length,
			  (long long)a->max_gram_length, (long long)a->max_skip_count);
}

static void put_gram(const struct TfIdf *a, Tensor *gram, int64_t i, int64_t from)
{
	if (of_text(a))
		((Text *)gram->data)[i] = a->pool_strings.v[from];
	else
		((int64_t *)gram->data)[i] = a->pool_int64s.v[from];
}

/* The grams as tables by column. */
static void fill(Graph *g, const Node *n, Tensor *gram, Tensor *length, Tensor *weight)
{
	const struct TfIdf *a = n->attr;

	for (int64_t k = 1, i = 0; k <= a->ngram_counts.n; k++) {
		for (int64_t from = a->ngram_counts.v[k - 1]; from < end_of(a, k); from += k, i++) {
			int64_t column = a->ngram_indexes.v[i];
			store_f64(F32, weight->data, column, a->weights.n > 0 ? (double)a->weights.v[i] : 1);
			if (k < a->min_gram_length || k > longest_of(a))
				continue;
			if (load_i64(I64, length->data, column))
				fail_unsupported(g, n, "several grams of index %lld", (long long)column);
			store_i64(I64, length->data, column, k);
			for (int64_t t = 0; t < k; t++)
				put_gram(a, gram, column * gram->dim[1] + t, from + t);
		}
	}
}

static void expand(Graph *g, Node *n)
{
	const struct TfIdf *a = n->attr;
	Arena *perm = &g->ctx->perm;

	check(g, n);
	int64_t columns = columns_of(a);
	Tensor *gram = tensor_new(perm, of_text(a) ? STR : I64, 2, (int64_t[]){columns, longest_of(a)});
	Tensor *length = tensor_new(perm, I64, 1, &columns), *weight = tensor_new(perm, F32, 1, &columns);
	fill(g, n, gram, length, weight);
	Value *y = put_attr(g, n, "tcc.CountGrams", &(struct CountGrams){a->max_skip_count + 1}, n->in[0],
			    value_const(g, NULL, gram), value_const(g, NULL, length), END_IN);
	if (a->mode == IDF)
		y = cast_value(g, n, put(g, n, "Greater", y, value_scalar(g, F32, 0), END_IN), F32);
	if (a->mode != TF)
		y = put(g, n, "Mul", y, value_const(g, NULL, weight), END_IN);
	replace_out(g, n, 0, y);
}

static const Attr attrs[] = {
	{"mode", A_ENUM, offsetof(struct TfIdf, mode), TF, "TF|IDF|TFIDF", true}, ATTR_REQUIRED(TfIdf, max_gram_length, A_INT),
	ATTR_REQUIRED(TfIdf, min_gram_length, A_INT), ATTR_REQUIRED(TfIdf, max_skip_count, A_INT),
	ATTR_REQUIRED(TfIdf, ngram_counts, A_INTS), ATTR_REQUIRED(TfIdf, ngram_indexes, A_INTS),
	ATTR_LIST(TfIdf, pool_int64s, A_INTS), ATTR_LIST(TfIdf, weights, A_FLOATS),
	ATTR_LIST(TfIdf, pool_strings, A_STRINGS), {0}};

const Op op_tfidfvectorizer = {
	.name = "TfIdfVectorizer", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
	.attrs = attrs, .attr_size = sizeof(struct TfIdf),
	.types = "is", .infer = infer_expansion, .eval = eval_expansion, .expand = expand,
};
