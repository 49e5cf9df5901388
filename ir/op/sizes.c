/* sizes.c -- tcc.Sizes: a vector of sizes, whatever they are made of. Its inputs are what the sizes belong to, none of
 * which it reads.
 *
 *     s i64[2] <batch, 2*n> = tcc.Sizes(%x) {sizes = ["batch", "2*n"]} */
#include <string.h>
#include "ir/op/composite.h"

struct Sizes { Strings sizes; };

Text size_as_text(Graph *g, Dim d)
{
	const char *text = arena_string(&g->ctx->perm, dim_text(g->syms, d));

	return (Text){text, (int64_t)strlen(text)};
}

Dim size_from_text(Graph *g, const Node *n, const Text *t)
{
	const char *text = arena_format(&g->ctx->scratch, "%.*s", (int)t->length, t->text), *end;
	Dim d = dim_parse(g->syms, text, &end);

	if (!end || *end)
		fail_node(g, n, "E-VALUE", "'%s' is no size", text);
	return d;
}

static Value *numbers(Graph *g, const Dim *d, int n)
{
	int64_t *k = NEW_N(&g->ctx->scratch, int64_t, n);

	for (int i = 0; i < n; i++) {
		if (!dim_known(d[i]))
			return NULL;
		k[i] = d[i].k;
	}
	return value_i64(g, n, k);
}

Value *dims_as_value(Graph *g, const Node *like, Value *v, const Dim *d, int n)
{
	Value **in = NEW_N(&g->ctx->scratch, Value *, (like ? like->nin : 0) + 1), *known = numbers(g, d, n);
	int count = 0;

	if (known)
		return known;
	struct Sizes *a = attr_new(g, &op_tcc_Sizes);
	a->sizes = (Strings){NEW_N(&g->ctx->perm, Text, n), n};
	for (int k = 0; k < n; k++)
		a->sizes.v[k] = size_as_text(g, d[k]);
	in[count++] = v;
	for (int i = 0; like && i < like->nin; i++)
		if (like->in[i] && !like->in[i]->data)
			in[count++] = like->in[i];
	return node_new(g, &op_tcc_Sizes, like, count, in, 1, a)->out[0];
}

Value *shape_as_value(Graph *g, const Node *like, Value *v, const Shape *s) { return dims_as_value(g, like, v, s->dim, s->rank); }

static Dim *sizes_of(Graph *g, const Node *n, int *count)
{
	const Strings *s = &ATTR_OF(n, Sizes)->sizes;
	Dim *d = NEW_N(&g->ctx->scratch, Dim, s->n);

	for (int k = 0; k < s->n; k++)
		d[k] = size_from_text(g, n, &s->v[k]);
	*count = s->n;
	return d;
}

static void infer(Graph *g, Node *n)
{
	int count;
	const Dim *d = sizes_of(g, n, &count);
	Shape y = shape_of(1, (Dim[]){dim(count)});

	set_out(g, n, 0, I64, &y);
	set_content(g, n->out[0], count, d);
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int count;
	const Dim *d = sizes_of(e->g, n, &count);

	(void)in;
	for (int k = 0; k < count; k++)
		out_i64(e, out[0])[k] = dim_eval(e->g->syms, d[k], e->symbol);
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	int count;
	const Dim *d = sizes_of(lower_graph(l), n, &count);

	(void)slot;
	return content_at(l, d, count, at[0]);
}

static const Attr attrs[] = {ATTR_LIST(Sizes, sizes, A_STRINGS), {0}};

const Op op_tcc_Sizes = {
	.name = "Sizes", .domain = "tcc", .min_in = 0, .max_in = -1, .min_out = 1, .max_out = 1, .flags = CHEAP | UNREAD,
	.attrs = attrs, .attr_size = sizeof(struct Sizes), .infer = infer, .eval = eval, .lower = lower,
};
