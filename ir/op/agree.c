/* agree.c -- tcc.Agree: two sizes that inference took for equal are equal, or the run stops. Its inputs are what the
 * sizes belong to, none of which it reads.
 *
 *     tcc.Agree(%x, %y) {a = "n", b = "m", repeats = 1}       n = m, or one of them is 1 */
#include "ir/op/agree.h"

DimPair agreed(Graph *g, const Node *n)
{
	const struct Agree *a = ATTR_OF(n, Agree);

	return (DimPair){size_from_text(g, n, &a->a), size_from_text(g, n, &a->b), a->repeats != 0};
}

Node *agree_new(Graph *g, const Node *like, const DimPair *p)
{
	struct Agree *a = attr_new(g, &op_tcc_Agree);
	Value **in = NEW_N(&g->ctx->scratch, Value *, like->nin);
	int count = 0;

	*a = (struct Agree){size_as_text(g, p->a), size_as_text(g, p->b), p->repeats};
	for (int i = 0; i < like->nin; i++)
		if (like->in[i] && !like->in[i]->data)
			in[count++] = like->in[i];
	return node_new(g, &op_tcc_Agree, like, count, in, 1, a);
}

/* ---- the operator ---- */

static void infer(Graph *g, Node *n)
{
	Shape y = shape_scalar();

	agreed(g, n);
	set_out(g, n, 0, BOOL, &y);
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	DimPair p = agreed(e->g, n);
	int64_t a = dim_eval(e->g->syms, p.a, e->symbol), b = dim_eval(e->g->syms, p.b, e->symbol);

	(void)in;
	if (a != b && !(p.repeats && (a == 1 || b == 1)))
		fail_node(e->g, n, "E-SHAPE", "sizes %lld and %lld must be equal%s", (long long)a, (long long)b,
			  p.repeats ? ", or one of them 1" : "");
	out_i64(e, out[0])[0] = 1;
}

static const Attr attrs[] = {
	ATTR_REQUIRED(Agree, a, A_STRING), ATTR_REQUIRED(Agree, b, A_STRING), ATTR_INT(Agree, repeats, 0), {0}};

const Op op_tcc_Agree = {
	.name = "Agree", .domain = "tcc", .min_in = 0, .max_in = -1, .min_out = 1, .max_out = 1, .flags = KEPT,
	.attrs = attrs, .attr_size = sizeof(struct Agree), .infer = infer, .eval = eval,
};
