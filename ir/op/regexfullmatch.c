/* regexfullmatch.c -- RegexFullMatch (20): which texts a regular expression matches as a whole; tcc.Match: by tables.
 *
 *     Match(x, class_of, next): see regex.h */
#include <string.h>
#include "ir/op/regex.h"
#include "ir/op/strings.h"

struct RegexFullMatch {
	Text pattern;
};

/* ---- Match ---- */

enum { X, CLASS_OF, NEXT };

static void match_infer(Graph *g, Node *n)
{
	need_rank(g, n, CLASS_OF, 1, 1);
	need_rank(g, n, NEXT, 2, 2);
	set_out(g, n, 0, BOOL, &n->in[X]->shape);
}

static void match_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const int64_t *class_of = in_i64(e, in[CLASS_OF]), *next = in_i64(e, in[NEXT]);
	int64_t *y = out_i64(e, out[0]), classes = in[NEXT]->dim[1];

	(void)n;
	for (int64_t i = 0; i < in[X]->count; i++) {
		Text t = ((const Text *)in[X]->data)[i];
		int64_t state = 1;
		for (int64_t k = 0; k < t.length; k++)
			state = next[state * classes + class_of[(unsigned char)t.text[k]]];
		y[i] = next[state * classes + REGEX_END];
	}
}

static Expr *match_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	(void)slot;
	return text_alu(l, TEXT_MATCH, BOOL, 4, (Expr *[]){in(l, n, X, at), table_in(l, n, CLASS_OF), table_in(l, n, NEXT),
							   extent(l, n->in[NEXT]->shape.dim[1])});
}

const Op op_tcc_Match = {
	.name = "Match", .domain = "tcc", .min_in = 3, .max_in = 3, .min_out = 1, .max_out = 1, .flags = POINTWISE,
	.types = "s", .infer = match_infer, .eval = match_eval, .lower = match_lower,
};

/* ---- RegexFullMatch ---- */

static void need_right(Graph *g, const Node *n, RegexFault fault, const char *says)
{
	switch (fault) {
	case REGEX_WRONG: fail_node(g, n, "E-ATTR", "the pattern is malformed: %s", says);
	case REGEX_UNSUPPORTED: fail_unsupported(g, n, "patterns with %s", says);
	case REGEX_LARGE: fail_unsupported(g, n, "a pattern that large: %s", says);
	case REGEX_RIGHT: break;
	}
}

Tree *regex_tree(Graph *g, const Node *n, Text pattern)
{
	RegexFault fault;
	const char *says;
	Tree *t = regex_parse(&g->ctx->scratch, pattern, &fault, &says);

	need_right(g, n, fault, says);
	return t;
}

Regex regex_of(Graph *g, const Node *n, Text pattern)
{
	Regex r = {0};
	const char *says;
	RegexFault fault = regex_compile(&g->ctx->scratch, pattern, &r, &says);

	need_right(g, n, fault, says);
	return r;
}

void regex_tables(Graph *g, const Regex *r, Value **class_of, Value **next)
{
	int64_t bytes = 256, size[2] = {r->states, r->classes};
	Tensor *classes = tensor_new(&g->ctx->perm, U8, 1, &bytes), *states = tensor_new(&g->ctx->perm, U16, 2, size);

	memcpy(classes->data, r->class_of, sizeof r->class_of);
	memcpy(states->data, r->next, (size_t)states->count * sizeof *r->next);
	*class_of = value_const(g, NULL, classes);
	*next = value_const(g, NULL, states);
}

static void infer(Graph *g, Node *n)
{
	regex_tree(g, n, ATTR_OF(n, RegexFullMatch)->pattern);
	set_out(g, n, 0, BOOL, &n->in[0]->shape);
}

static void expand(Graph *g, Node *n)
{
	Regex r = regex_of(g, n, ATTR_OF(n, RegexFullMatch)->pattern);
	Value *class_of, *next;

	regex_tables(g, &r, &class_of, &next);
	value_replace(g, n->out[0], put(g, n, "tcc.Match", n->in[0], class_of, next, END_IN));
}

static const Attr attrs[] = {ATTR_LIST(RegexFullMatch, pattern, A_STRING), {0}};

const Op op_RegexFullMatch = {
	.name = "RegexFullMatch", .domain = "", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
	.attrs = attrs, .attr_size = sizeof(struct RegexFullMatch),
	.types = "s", .infer = infer, .eval = eval_expansion, .expand = expand,
};
