/* stringsplit.c -- StringConcat (20): one text after the other; StringSplit (20): the parts of a text between delimiters.
 *
 *     StringConcat(a, b)[..] = a[..] b[..]
 *     StringSplit(x): substrings[.., k] = part k of x[..], "" where there are fewer; length[..] = how many there are
 *
 * Without a delimiter parts are what stands between white space (of ASCII), which never gives empty ones; with one there is
 * at least one part. maxsplit: so many cuts at most, from the left; the last part is what is left. Parts are no new text:
 * they lie in their source. How many parts the longest text has is known of constants, else counted (see counted.h). */
#include <string.h>
#include "ir/op/chosen.h"
#include "ir/op/strings.h"

/* ---- StringConcat ---- */

static void infer_concat(Graph *g, Node *n)
{
	same_type(g, n, 0, 1);
	infer_broadcast(g, n, STR);
}

static Text concatenated(Arena *a, Text x, Text y)
{
	char *to = arena_alloc(a, (size_t)x.length + (size_t)y.length);

	if (x.length)
		memcpy(to, x.text, (size_t)x.length);
	if (y.length)
		memcpy(to + x.length, y.text, (size_t)y.length);
	return (Text){to, x.length + y.length};
}

static void eval_concat(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const Text *x = in[0]->data, *y = in[1]->data;
	int64_t at[MAX_RANK] = {0};

	(void)n;
	for (int64_t i = 0; i < out[0]->count; i++, next_index(out[0]->rank, out[0]->dim, at))
		((Text *)out[0]->data)[i] = concatenated(e->arena, x[broadcast_index(in[0], out[0]->rank, at)],
							 y[broadcast_index(in[1], out[0]->rank, at)]);
}

static Expr *lower_concat(Lower *l, const Node *n, int slot, Expr *const *at)
{
	(void)slot;
	return text_alu(l, TEXT_CONCAT, STR, 2, (Expr *[]){in_bcast(l, n, 0, at), in_bcast(l, n, 1, at)});
}

const Op op_StringConcat = {
	.name = "StringConcat", .domain = "", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, .flags = POINTWISE,
	.types = "s", .infer = infer_concat, .eval = eval_concat, .lower = lower_concat,
};

/* ---- parts: tcc.CountParts(x, delimiter), tcc.Parts(x, delimiter) = [.., parts] ---- */

struct Parts {
	int64_t cuts;  /* at most; negative: any number */
	int64_t parts; /* that Parts gives of each text */
};

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* What is left of a text, and how often it may still be cut. */
typedef struct Rest {
	const char *at, *end; /* at > end: nothing */
	int64_t cuts;
} Rest;

static bool next_word(Rest *r, Text *part)
{
	while (r->at < r->end && is_space(*r->at))
		r->at++;
	const char *from = r->at;
	while (r->at < r->end && (r->cuts == 0 || !is_space(*r->at)))
		r->at++;
	r->cuts--;
	*part = (Text){from, r->at - from};
	return part->length > 0;
}

static bool next_part(Rest *r, Text by, Text *part)
{
	if (by.length == 0)
		return next_word(r, part);
	if (r->at > r->end)
		return false;
	const char *from = r->at, *to = from;
	while (r->end - to >= by.length && (r->cuts == 0 || memcmp(to, by.text, (size_t)by.length)))
		to++;
	bool last = r->end - to < by.length;
	*part = (Text){from, (last ? r->end : to) - from};
	r->at = last ? r->end + 1 : to + by.length;
	r->cuts--;
	return true;
}

static Rest whole(const Tensor *x, int64_t i, int64_t cuts)
{
	Text t = ((const Text *)x->data)[i];
	const char *start = t.length ? t.text : "";

	return (Rest){start, start + t.length, cuts};
}

static void infer_parts(Graph *g, Node *n)
{
	Shape y = n->in[0]->shape;

	need_type(g, n, 1, "s");
	need_rank(g, n, 0, 0, MAX_RANK - 1);
	need_rank(g, n, 1, 0, 0);
	y.dim[y.rank++] = dim(ATTR_OF(n, Parts)->parts);
	set_out(g, n, 0, STR, &y);
}

static void eval_parts(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	Text by = *(const Text *)in[1]->data, *y = out[0]->data;
	int64_t parts = ATTR_OF(n, Parts)->parts;

	(void)e;
	for (int64_t i = 0; i < in[0]->count; i++) {
		Rest r = whole(in[0], i, ATTR_OF(n, Parts)->cuts);
		for (int64_t k = 0; k < parts && next_part(&r, by, &y[i * parts + k]); k++)
			continue;
	}
}

static Expr *lower_parts(Lower *l, const Node *n, int slot, Expr *const *at)
{
	int last = n->in[0]->shape.rank;
	Expr *cuts = num_i(l, ATTR_OF(n, Parts)->cuts);

	(void)slot;
	return text_alu(l, TEXT_PART, STR, 4, (Expr *[]){in(l, n, 0, at), in(l, n, 1, NULL), cuts, at[last]});
}

static void infer_count(Graph *g, Node *n)
{
	need_type(g, n, 1, "s");
	need_rank(g, n, 1, 0, 0);
	set_out(g, n, 0, I64, &n->in[0]->shape);
}

static void eval_count(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int64_t *y = out_i64(e, out[0]);

	for (int64_t i = 0; i < in[0]->count; i++) {
		Rest r = whole(in[0], i, ATTR_OF(n, Parts)->cuts);
		for (Text part; next_part(&r, *(const Text *)in[1]->data, &part);)
			y[i]++;
	}
}

static Expr *lower_count(Lower *l, const Node *n, int slot, Expr *const *at)
{
	(void)slot;
	return text_alu(l, TEXT_PARTS, I64, 3,
			(Expr *[]){in(l, n, 0, at), in(l, n, 1, NULL), num_i(l, ATTR_OF(n, Parts)->cuts)});
}

static const Attr parts_attrs[] = {ATTR_INT(Parts, cuts, -1), ATTR_INT(Parts, parts, 0), {0}};

const Op op_tcc_Parts = {
	.name = "Parts", .domain = "tcc", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1,
	.attrs = parts_attrs, .attr_size = sizeof(struct Parts),
	.types = "s", .infer = infer_parts, .eval = eval_parts, .lower = lower_parts,
};

const Op op_tcc_CountParts = {
	.name = "CountParts", .domain = "tcc", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, .flags = POINTWISE,
	.attrs = parts_attrs, .attr_size = sizeof(struct Parts),
	.types = "s", .infer = infer_count, .eval = eval_count, .lower = lower_count,
};

/* ---- StringSplit ---- */

enum { SUBSTRINGS, LENGTH };

struct StringSplit {
	Text delimiter;
	int64_t maxsplit; /* negative: any number */
};

static int64_t most_cuts(const struct StringSplit *a) { return a->maxsplit < 0 ? -1 : a->maxsplit; }

/* The most that one text has. */
static int64_t most_parts(const Tensor *x, const struct StringSplit *a)
{
	int64_t most = 0;

	for (int64_t i = 0; i < x->count; i++) {
		Rest r = whole(x, i, most_cuts(a));
		int64_t n = 0;
		for (Text part; next_part(&r, a->delimiter, &part);)
			n++;
		most = n > most ? n : most;
	}
	return most;
}

/* Known of constants; no text has no parts; else the run counts them. */
static Dim parts_of(Graph *g, const Node *n)
{
	const Shape *x = &n->in[0]->shape;

	if (n->in[0]->data)
		return dim(most_parts(n->in[0]->data, n->attr));
	if (dim_is(shape_count(g, x), 0))
		return dim(0);
	return counted_size(g, n, SUBSTRINGS, x->rank + 1, x->rank, NO_BOUND);
}

static void infer_split(Graph *g, Node *n)
{
	Shape y = n->in[0]->shape;

	need_rank(g, n, 0, 0, MAX_RANK - 1);
	set_out(g, n, LENGTH, I64, &y);
	if (!wants(n, SUBSTRINGS))
		return;
	y.dim[y.rank++] = parts_of(g, n);
	set_out(g, n, SUBSTRINGS, STR, &y);
}

/* As many of all parts as the text with the most has. */
static Value *first_parts(Graph *g, const Node *n, Value *all, Value *count, Dim size)
{
	if (dim_is(shape_count(g, &n->in[0]->shape), 0))
		return all;
	Value *most = counted_value(g, n, reduced(g, n, "ReduceMax", flat(g, n, count), 0, false), size);

	if (dim_known(size))
		return all;
	return put(g, n, "Slice", all, number(g, 0), as_vector(g, n, most), number(g, all->shape.rank - 1), END_IN);
}

static void expand_split(Graph *g, Node *n)
{
	const struct StringSplit *a = n->attr;
	struct Parts parts = {most_cuts(a), 0};
	Tensor *by = tensor_new(&g->ctx->perm, STR, 0, NULL);
	*(Text *)by->data = a->delimiter;
	Value *x = n->in[0], *delimiter = value_const(g, NULL, by);
	Value *count = put_attr(g, n, "tcc.CountParts", &parts, x, delimiter, END_IN);

	if (wants(n, SUBSTRINGS)) {
		Dim size = n->out[SUBSTRINGS]->shape.dim[x->shape.rank];
		parts.parts = most_of(g, n, size);
		Value *all = put_attr(g, n, "tcc.Parts", &parts, x, delimiter, END_IN);
		replace_out(g, n, SUBSTRINGS, first_parts(g, n, all, count, size));
	}
	replace_out(g, n, LENGTH, count);
}

static const Attr split_attrs[] = {ATTR_LIST(StringSplit, delimiter, A_STRING), ATTR_INT(StringSplit, maxsplit, -1), {0}};

const Op op_StringSplit = {
	.name = "StringSplit", .domain = "", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 2, .flags = CHOOSES,
	.attrs = split_attrs, .attr_size = sizeof(struct StringSplit),
	.types = "s", .infer = infer_split, .eval = eval_expansion, .expand = expand_split,
};
