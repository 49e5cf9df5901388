/* strings.c -- text as elements: what operators share; tcc.FindText and tcc.LessText.
 *
 *     FindText(x, keys) = where x stands among keys, which are sorted; their number where it does not
 *     LessText(a, b) = a comes before b, by bytes
 *
 * An element is where a text begins and how long it is (Text, tcc_string), so that whatever moves elements moves text. */
#include <stdlib.h>
#include <string.h>
#include "ir/op/strings.h"

int compare_texts(const Text *a, const Text *b)
{
	int64_t n = a->length < b->length ? a->length : b->length;
	int order = n ? memcmp(a->text, b->text, (size_t)n) : 0;

	return order ? order : (a->length > b->length) - (a->length < b->length);
}

/* ---- lists of attributes ---- */

Tensor *texts_tensor(Graph *g, int n, const Text *texts)
{
	int64_t size = n;
	Tensor *t = tensor_new(&g->ctx->perm, STR, 1, &size);

	if (n)
		memcpy(t->data, texts, (size_t)n * sizeof *texts);
	return t;
}

Tensor *labels_tensor(Graph *g, const Ints *whole, const Strings *texts)
{
	if (texts->n > 0)
		return texts_tensor(g, texts->n, texts->v);
	return whole->n > 0 ? tensor_i64(&g->ctx->perm, whole->n, whole->v, false) : NULL;
}

/* ---- FindText ---- */

static void find_infer(Graph *g, Node *n)
{
	need_type(g, n, 1, "s");
	need_rank(g, n, 1, 1, 1);
	set_out(g, n, 0, I64, &n->in[0]->shape);
}

static void find_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const Text *x = in[0]->data, *key = in[1]->data;
	int64_t *y = out_i64(e, out[0]), count = in[1]->count;

	(void)n;
	for (int64_t i = 0; i < in[0]->count; i++)
		for (y[i] = 0; y[i] < count && !same_text(&x[i], &key[y[i]]);)
			y[i]++;
}

static Expr *find_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	int64_t count = dim_number(lower_graph(l), n, n->in[1]->shape.dim[0]);
	Expr *args[] = {in(l, n, 0, at), table_in(l, n, 1), num_i(l, count)};
	Expr *y = text_alu(l, TEXT_FIND, I64, 3, args);

	(void)slot;
	y->lo = 0;
	y->hi = count;
	return y;
}

const Op op_tcc_FindText = {
	.name = "FindText", .domain = "tcc", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, .flags = POINTWISE,
	.types = "s", .infer = find_infer, .eval = find_eval, .lower = find_lower,
};

/* ---- LessText ---- */

static void less_infer(Graph *g, Node *n)
{
	same_type(g, n, 0, 1);
	infer_broadcast(g, n, BOOL);
}

static void less_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int64_t *y = out_i64(e, out[0]), at[MAX_RANK] = {0};
	int rank = out[0]->rank;

	(void)n;
	for (int64_t i = 0; i < out[0]->count; i++, next_index(rank, out[0]->dim, at))
		y[i] = compare_texts((const Text *)in[0]->data + broadcast_index(in[0], rank, at),
				     (const Text *)in[1]->data + broadcast_index(in[1], rank, at)) < 0;
}

static Expr *less_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	(void)slot;
	return alu2(l, LT, in_bcast(l, n, 0, at), in_bcast(l, n, 1, at));
}

const Op op_tcc_LessText = {
	.name = "LessText", .domain = "tcc", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, .flags = POINTWISE,
	.types = "s", .infer = less_infer, .eval = less_eval, .lower = less_lower,
};

/* ---- a table with keys ---- */

typedef struct Entry {
	Text key;
	int64_t at; /* in the list as given */
} Entry;

static int compare_entries(const void *a, const void *b)
{
	const Entry *x = a, *y = b;
	int order = compare_texts(&x->key, &y->key);

	return order ? order : (x->at > y->at) - (x->at < y->at);
}

/* The keys in order, each once; returns how many there are. */
static int64_t sorted_entries(Graph *g, const Tensor *keys, Entry **list)
{
	Entry *e = NEW_N(&g->ctx->scratch, Entry, keys->count);
	int64_t n = 0;

	for (int64_t i = 0; i < keys->count; i++)
		e[i] = (Entry){((const Text *)keys->data)[i], i};
	qsort(e, (size_t)keys->count, sizeof *e, compare_entries);
	for (int64_t i = 0; i < keys->count; i++)
		if (n == 0 || !same_text(&e[n - 1].key, &e[i].key))
			e[n++] = e[i];
	*list = e;
	return n;
}

Value *value_of_key(Graph *g, const Node *like, Value *x, const Tensor *keys, const Tensor *values, const Tensor *other)
{
	Entry *list;
	int64_t n = sorted_entries(g, keys, &list), room = n + 1;
	Tensor *sorted = tensor_new(&g->ctx->perm, STR, 1, &n), *table = tensor_new(&g->ctx->perm, values->dtype, 1, &room);

	for (int64_t i = 0; i < n; i++) {
		((Text *)sorted->data)[i] = list[i].key;
		move_element(table, i, values, list[i].at);
	}
	move_element(table, n, other, 0);
	Value *at = put(g, like, "tcc.FindText", x, value_const(g, NULL, sorted), END_IN);
	return put(g, like, "Gather", value_const(g, NULL, table), at, END_IN);
}
