/* tfidf.c -- TfIdfVectorizer (9): how often sequences of whole numbers, or of texts, stand in each row.
 *
 *     count[.., j] = over all first places s and gaps d: how often x[.., s + t (1 + d)] = gram[j, t] for all t
 *     TF: count      IDF: weight where count > 0      TFIDF: count * weight
 *
 * The pool holds all grams of one element, then all of two, ..; gaps are 0 .. max_skip_count, and 0 for single ones. Grams
 * and what they begin with have numbers: that of an element is looked up, then those of what is one element longer,
 *
 *     number(e0) = key(e0);   number(e0 .. ek) = key(number(e0 .. ek-1) * elements + key(ek))
 *
 * for all first places at once, and 1 is added in the column of each gram that is found. */
#include <stdlib.h>
#include <string.h>
#include "ir/op/strings.h"
#include "ir/op/trust.h"

enum { TF, IDF, TFIDF };

struct TfIdf {
	int64_t mode, max_gram_length, min_gram_length, max_skip_count;
	Ints ngram_counts, ngram_indexes, pool_int64s;
	Floats weights;
	Strings pool_strings;
};

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

/* ---- the pool's elements, and its grams by length ---- */

typedef struct Gram {
	int64_t from, length, column;
	int64_t key, number; /* of as much of it as is looked at */
} Gram;

typedef struct Pool {
	Graph *g;
	const Node *n;
	const struct TfIdf *a;
	Tensor *all;          /* as the attribute gives them */
	int64_t *id, elements; /* of each: which of so many that differ */
	Gram *gram;           /* of the lengths that count */
	int64_t ngram;
} Pool;

typedef struct Element {
	const Text *text; /* or NULL */
	int64_t number, at;
} Element;

static int compare_elements(const void *a, const void *b)
{
	const Element *x = a, *y = b;

	return x->text ? compare_texts(x->text, y->text) : (x->number > y->number) - (x->number < y->number);
}

static void number_elements(Pool *p)
{
	Arena *scratch = &p->g->ctx->scratch;
	int64_t n = p->all->count;
	Element *e = NEW_N(scratch, Element, n);

	p->id = NEW_N(scratch, int64_t, n);
	for (int64_t i = 0; i < n; i++)
		e[i] = of_text(p->a) ? (Element){(const Text *)p->all->data + i, 0, i}
				     : (Element){NULL, load_i64(I64, p->all->data, i), i};
	qsort(e, (size_t)n, sizeof *e, compare_elements);
	for (int64_t i = 0; i < n; i++) {
		p->elements += i == 0 || compare_elements(&e[i - 1], &e[i]) != 0;
		p->id[e[i].at] = p->elements - 1;
	}
}

static void list_grams(Pool *p)
{
	const struct TfIdf *a = p->a;

	p->gram = NEW_N(&p->g->ctx->scratch, Gram, a->ngram_indexes.n);
	for (int64_t k = 1, i = 0; k <= a->ngram_counts.n; k++)
		for (int64_t from = a->ngram_counts.v[k - 1]; from < end_of(a, k); from += k, i++)
			if (k >= a->min_gram_length && k <= longest_of(a))
				p->gram[p->ngram++] = (Gram){.from = from, .length = k, .column = a->ngram_indexes.v[i]};
}

static Pool pool_of(Graph *g, const Node *n)
{
	const struct TfIdf *a = n->attr;
	Pool p = {.g = g, .n = n, .a = a};

	p.all = labels_tensor(g, &a->pool_int64s, &a->pool_strings);
	number_elements(&p);
	list_grams(&p);
	return p;
}

/* ---- what is looked up ---- */

static Tensor *numbers_of(const Pool *p, int64_t n, const int64_t *v) { return tensor_i64(&p->g->ctx->perm, (int)n, v, false); }

static Tensor *one_number(const Pool *p, int64_t x) { return tensor_i64(&p->g->ctx->perm, 1, &x, true); }

/* Which element of the pool each of x is; as many as there are where it is none. */
static Value *element_of(const Pool *p, Value *x)
{
	Tensor *id = numbers_of(p, p->all->count, p->id), *none = one_number(p, p->elements);

	return of_text(p->a) ? value_of_key(p->g, p->n, x, p->all, id, none)
			     : value_of_number(p->g, p->n, x, p->all, id, none);
}

static int compare_keys(const void *a, const void *b)
{
	const Gram *x = *(Gram *const *)a, *y = *(Gram *const *)b;

	return (x->key > y->key) - (x->key < y->key);
}

/* The first `length` elements of all grams that have so many, each once; numbers them. */
static int64_t number_beginnings(const Pool *p, int64_t length, Gram **list)
{
	int64_t n = 0, numbers = 0;

	for (int64_t i = 0; i < p->ngram; i++) {
		Gram *m = &p->gram[i];
		if (m->length < length)
			continue;
		int64_t id = p->id[m->from + length - 1];
		m->key = length == 1 ? id : m->number * (p->elements + 1) + id;
		list[n++] = m;
	}
	qsort(list, (size_t)n, sizeof(Gram *), compare_keys);
	for (int64_t i = 0; i < n; i++) {
		if (numbers == 0 || list[numbers - 1]->key != list[i]->key)
			list[numbers++] = list[i];
		list[i]->number = numbers - 1;
	}
	return numbers;
}
/* What the grams of this length and longer begin with, as keys; the number of each. */
static Value *number_of(const Pool *p, int64_t length, Value *key, int64_t *numbers)
{
	Gram **list = NEW_N(&p->g->ctx->scratch, Gram *, p->ngram);
	int64_t n = *numbers = number_beginnings(p, length, list);
	int64_t *keys = NEW_N(&p->g->ctx->scratch, int64_t, n), *number = NEW_N(&p->g->ctx->scratch, int64_t, n);

	for (int64_t i = 0; i < n; i++) {
		keys[i] = list[i]->key;
		number[i] = i;
	}
	return value_of_number(p->g, p->n, key, numbers_of(p, n, keys), numbers_of(p, n, number), one_number(p, n));
}

/* The column of each number, the one behind all of them where no gram of this length has it. */
static Value *column_of(const Pool *p, int64_t length, Value *number, int64_t numbers)
{
	int64_t room = numbers + 1, *column = NEW_N(&p->g->ctx->scratch, int64_t, room), none = columns_of(p->a);

	for (int64_t i = 0; i < room; i++)
		column[i] = none;
	for (int64_t i = 0; i < p->ngram; i++) {
		const Gram *m = &p->gram[i];
		if (m->length == length && column[m->number] != none)
			fail_node(p->g, p->n, "E-ATTR", "the gram of index %lld stands in the pool twice", (long long)m->column);
		if (m->length == length)
			column[m->number] = m->column;
	}
	return put(p->g, p->n, "Gather", value_const(p->g, NULL, numbers_of(p, room, column)), number, END_IN);
}

/* ---- the graph ---- */

/* v [.., size] from place `skip` on, and what is none of the elements behind its end. */
static Value *moved(const Pool *p, Value *v, int64_t skip, int64_t behind)
{
	int rank = v->shape.rank;
	int64_t pads[4] = {0};

	pads[rank - 1] = -skip;
	pads[2 * rank - 1] = behind;
	return put(p->g, p->n, "Pad", v, value_i64(p->g, 2 * rank, pads), value_scalar(p->g, I64, (double)p->elements), END_IN);
}

/* From one element of a gram to the next; further than x is long there is none. */
static int64_t steps_of(const Pool *p, const Value *x)
{
	int64_t most = dim_hi(p->g->syms, x->shape.dim[x->shape.rank - 1]), skipped = p->a->max_skip_count;
	int64_t steps = skipped < most ? skipped + 1 : most;

	return steps < 1 ? 1 : steps;
}

/* Columns of what is found at each first place, one list behind another. */
static Value *found_columns(Pool *p, Value *x)
{
	const struct TfIdf *a = p->a;
	int64_t longest = longest_of(a), steps = steps_of(p, x), reach = (longest - 1) * steps, last = x->shape.rank - 1;
	Value *id = element_of(p, x), *padded = reach ? moved(p, id, 0, reach) : id, *all = NULL;

	for (int64_t step = 1; step <= steps; step++) {
		Value *number = id;
		int64_t numbers = p->elements;
		for (int64_t k = 1; k <= longest; k++) {
			if (k > 1) {
				int64_t skip = (k - 1) * step;
				Value *key = binary(p->g, p->n, "Mul", number, value_scalar(p->g, I64, (double)(p->elements + 1)));
				key = binary(p->g, p->n, "Add", key, moved(p, padded, skip, skip - reach));
				number = number_of(p, k, key, &numbers);
			} else {
				for (int64_t i = 0; i < p->ngram; i++)
					p->gram[i].number = p->id[p->gram[i].from];
			}
			if (k < a->min_gram_length || (k == 1 && step > 1))
				continue;
			Value *column = column_of(p, k, number, numbers);
			all = all ? joined(p->g, p->n, last, all, column) : column;
		}
	}
	return all;
}

/* x in the shape of what is counted, in `columns` of them. */
static Value *spread(const Pool *p, Value *x, const Value *like, int64_t columns)
{
	Value *shape = value_i64(p->g, 1, &columns);

	if (like->shape.rank == 2)
		shape = joined(p->g, p->n, 0, as_vector(p->g, p->n, size_of(p->g, p->n, p->n->in[0], 0)), shape);
	return put(p->g, p->n, "Expand", x, shape, END_IN);
}

/* What is no gram is counted too, in a column of its own behind the others. */
static Value *counts_of(Pool *p, Value *x)
{
	Graph *g = p->g;
	int64_t columns = columns_of(p->a), last = x->shape.rank - 1;
	Value *zero = value_scalar(g, F32, 0);
	if (p->ngram == 0)
		return spread(p, zero, x, columns);
	Value *column = found_columns(p, x), *shape = put(g, p->n, "Shape", column, END_IN);
	Value *one = put(g, p->n, "Expand", value_scalar(g, F32, 1), shape, END_IN);
	struct Scatter add = {.axis = last, .reduction = 1};
	Value *y = put_attr(g, p->n, "ScatterElements", &add, spread(p, zero, x, columns + 1), column, one, END_IN);
	return slice_of(g, p->n, y, last, 0, columns);
}

static Value *weights_by_column(const Pool *p)
{
	const struct TfIdf *a = p->a;
	int64_t columns = columns_of(a);
	Tensor *weight = tensor_new(&p->g->ctx->perm, F32, 1, &columns);

	for (int64_t j = 0; j < columns; j++)
		store_f64(F32, weight->data, j, 1);
	for (int i = 0; i < a->weights.n; i++)
		store_f64(F32, weight->data, a->ngram_indexes.v[i], (double)a->weights.v[i]);
	return value_const(p->g, NULL, weight);
}

static void infer(Graph *g, Node *n)
{
	check(g, n);
	Shape y = n->in[0]->shape;
	y.dim[y.rank - 1] = dim(columns_of(n->attr));
	set_out(g, n, 0, F32, &y);
}

static void expand(Graph *g, Node *n)
{
	Pool p = pool_of(g, n);
	Value *y = counts_of(&p, n->in[0]);

	if (p.a->mode == IDF)
		y = cast_value(g, n, binary(g, n, "Greater", y, value_scalar(g, F32, 0)), F32);
	if (p.a->mode != TF)
		y = binary(g, n, "Mul", y, weights_by_column(&p));
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
	.types = "is", .infer = infer, .eval = eval_expansion, .expand = expand,
};
