/* einsum.c -- Einsum (version 12): products of the inputs, summed over every label that the output does not have.
 *
 *     "bij,bjk->bik"     y[b,i,k] = sum over j of x0[b,i,j] * x1[b,j,k]
 *     "...ii->...i"      the diagonal of each matrix; "..." stands for leading axes, which broadcast
 *
 * Without "->" the output has the axes of "..." and then, in alphabetical order, the labels that occur once. */
#include <string.h>
#include "ir/op/nn.h"

static const Attr einsum_attrs[] = {ATTR_REQUIRED(Einsum, equation, A_STRING), {0}};

/* A label is 'A'..'Z', 'a'..'z', or, for axis k from the right under "...", k. */
enum { NLABELS = 128 };

typedef struct Term {
	int rank;
	unsigned char label[MAX_RANK];
} Term;

typedef struct Equation {
	Term *term; /* one an input */
	Term out, sum;
	Dim size[NLABELS]; /* of each label: the first that is not 1 */
	int count[NLABELS];
} Equation;

/* ---- reading the equation ---- */

static bool is_label(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static _Noreturn void bad_equation(Graph *g, const Node *n, const char *why)
{
	const Text *t = &ATTR_OF(n, Einsum)->equation;

	fail_node(g, n, "E-ATTR", "equation '%.*s' %s", (int)(t->length < 80 ? t->length : 80), t->text, why);
}

static void add_label(Graph *g, const Node *n, Term *t, int label)
{
	if (t->rank == MAX_RANK)
		fail_unsupported(g, n, "a term of more than %d axes", MAX_RANK);
	t->label[t->rank++] = (unsigned char)label;
}

/* One term from text[*at] up to a comma, an arrow or the end; "..." becomes `dots` axes. */
static Term read_term(Graph *g, const Node *n, const char *text, size_t *at, int dots)
{
	Term t = {.rank = 0};

	for (; text[*at] && text[*at] != ',' && text[*at] != '-'; ++*at) {
		if (!strncmp(text + *at, "...", 3)) {
			for (int k = dots; k-- > 0;)
				add_label(g, n, &t, k);
			*at += 2;
		} else if (is_label(text[*at])) {
			add_label(g, n, &t, text[*at]);
		} else {
			bad_equation(g, n, "has a character that is no label");
		}
	}
	return t;
}

/* The equation without blanks, ending in NUL. */
static const char *packed(Graph *g, const Node *n)
{
	const Text *from = &ATTR_OF(n, Einsum)->equation;
	char *text = NEW_N(&g->ctx->scratch, char, from->length + 1), *to = text;

	for (int64_t i = 0; i < from->length; i++)
		if (from->text[i] != ' ')
			*to++ = from->text[i];
	return text;
}

/* How many axes "..." stands for in an input of that rank, whose term starts at `text`. */
static int axes_of_dots(const char *text, int rank)
{
	size_t length = strcspn(text, ",-"), dots = 0;

	for (size_t i = 0; i + 2 < length; i++)
		if (!strncmp(text + i, "...", 3))
			dots = 3;
	return dots && rank > (int)(length - dots) ? rank - (int)(length - dots) : 0;
}

static void take_sizes(Graph *g, const Node *n, Equation *q, int i)
{
	const Shape *s = &n->in[i]->shape;
	const Term *t = &q->term[i];

	if (t->rank != s->rank)
		bad_equation(g, n, arena_format(&g->ctx->scratch, "has %d labels for input %d of rank %d", t->rank, i,
						s->rank));
	for (int k = 0; k < t->rank; k++) {
		Dim *size = &q->size[t->label[k]];

		if (!q->count[t->label[k]]++ || dim_is(*size, 1))
			*size = s->dim[k];
		else if (!dim_is(s->dim[k], 1))
			need_size(g, n, i, k, *size);
	}
}

static void implicit_output(Graph *g, const Node *n, Equation *q, int dots)
{
	for (int k = dots; k-- > 0;)
		add_label(g, n, &q->out, k);
	for (int k = 'A'; k < NLABELS; k++)
		if (q->count[k] == 1)
			add_label(g, n, &q->out, k);
}

static void check_output(Graph *g, const Node *n, const Equation *q)
{
	bool seen[NLABELS] = {false};

	for (int k = 0; k < q->out.rank; k++) {
		if (seen[q->out.label[k]] || !q->count[q->out.label[k]])
			bad_equation(g, n, "has an output label twice, or one that no input has");
		seen[q->out.label[k]] = true;
	}
}

static Equation equation_of(Graph *g, const Node *n)
{
	Equation q = {.term = NEW_N(&g->ctx->scratch, Term, n->nin)};
	const char *text = packed(g, n);
	int dots = 0;
	size_t at = 0;

	for (int i = 0; i < n->nin; i++) {
		int own = axes_of_dots(text + at, n->in[i]->shape.rank);

		dots = own > dots ? own : dots;
		q.term[i] = read_term(g, n, text, &at, own);
		take_sizes(g, n, &q, i);
		if (i + 1 < n->nin && text[at++] != ',')
			bad_equation(g, n, "has fewer terms than there are inputs");
	}
	if (!strncmp(text + at, "->", 2)) {
		at += 2;
		q.out = read_term(g, n, text, &at, dots);
	} else {
		implicit_output(g, n, &q, dots);
	}
	if (text[at])
		bad_equation(g, n, "has more terms than there are inputs, or goes on after the output");
	check_output(g, n, &q);
	for (int k = 0; k < NLABELS; k++)
		if (q.count[k] && !memchr(q.out.label, k, (size_t)q.out.rank))
			add_label(g, n, &q.sum, k);
	return q;
}

/* ---- infer, eval, lower ---- */

static void einsum_infer(Graph *g, Node *n)
{
	Equation q;
	Shape y;

	for (int i = 0; i < n->nin; i++) {
		same_type(g, n, 0, i);
		need_rank(g, n, i, 0, MAX_RANK);
	}
	q = equation_of(g, n);
	y.rank = q.out.rank;
	for (int k = 0; k < y.rank; k++)
		y.dim[k] = q.size[q.out.label[k]];
	set_out(g, n, 0, n->in[0]->dtype, &y);
}

/* Position in t of the element that belongs to the values of the labels. */
static int64_t position(const Tensor *t, const Term *term, const int64_t *value)
{
	int64_t at = 0;

	for (int k = 0; k < t->rank; k++)
		at = at * t->dim[k] + (t->dim[k] == 1 ? 0 : value[term->label[k]]);
	return at;
}

/* The next values of a term's labels; false after the last. */
static bool next_values(const Term *t, const int64_t *size, int64_t *value)
{
	for (int k = t->rank; k-- > 0;) {
		if (++value[t->label[k]] < size[t->label[k]])
			return true;
		value[t->label[k]] = 0;
	}
	return false;
}

static void sizes_of(const Node *n, Tensor *const *in, const Equation *q, int64_t *size)
{
	for (int i = 0; i < n->nin; i++)
		for (int k = 0; k < in[i]->rank; k++)
			if (in[i]->dim[k] != 1 || !size[q->term[i].label[k]])
				size[q->term[i].label[k]] = in[i]->dim[k];
}

static double sum_f64(Eval *e, const Node *n, Tensor *const *in, const Equation *q, const int64_t *size, int64_t *value)
{
	double sum = 0;

	do {
		double product = 1;

		for (int i = 0; i < n->nin; i++)
			product *= in_f64(e, in[i])[position(in[i], &q->term[i], value)];
		sum += product;
	} while (next_values(&q->sum, size, value));
	return sum;
}

static int64_t sum_i64(Eval *e, const Node *n, Tensor *const *in, const Equation *q, const int64_t *size,
		       int64_t *value)
{
	uint64_t sum = 0;

	do {
		uint64_t product = 1;

		for (int i = 0; i < n->nin; i++)
			product *= (uint64_t)in_i64(e, in[i])[position(in[i], &q->term[i], value)];
		sum += product;
	} while (next_values(&q->sum, size, value));
	return (int64_t)sum;
}

static void einsum_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const Equation q = equation_of(e->g, n);
	int64_t size[NLABELS] = {0}, value[NLABELS] = {0};
	bool floats = is_float(out[0]->dtype);
	double *y = floats ? out_f64(e, out[0]) : NULL;
	int64_t *y_i = floats ? NULL : out_i64(e, out[0]);

	sizes_of(n, in, &q, size);
	for (int i = 0; i < n->nin; i++)
		if (!in[i]->count)
			return; /* sums over nothing */
	for (int64_t i = 0; i < out[0]->count; i++) {
		if (floats)
			y[i] = sum_f64(e, n, in, &q, size, value);
		else
			y_i[i] = sum_i64(e, n, in, &q, size, value);
		next_values(&q.out, size, value);
	}
}

static Expr *factor(Lower *l, const Node *n, int slot, const Equation *q, Expr *const *value, DType t)
{
	const Shape *s = &n->in[slot]->shape;
	Expr *index[MAX_RANK];

	for (int k = 0; k < s->rank; k++) {
		int label = q->term[slot].label[k];
		bool whole = dim_same(s->dim[k], q->size[label]);

		index[k] = dim_is(s->dim[k], 1) ? num_i(l, 0) : value[label];
		if (!whole) /* 1 or the label's size, known at run time */
			index[k] = imod(l, index[k], extent(l, s->dim[k]));
	}
	return in_as(l, n, slot, index, t);
}

static Expr *einsum_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const Equation q = equation_of(lower_graph(l), n);
	DType t = formula_type(l, n, n->in[0]->dtype);
	Expr *value[NLABELS] = {NULL}, *product = NULL;
	Axes axes = {.n = 0};

	(void)slot;
	for (int k = 0; k < q.out.rank; k++)
		value[q.out.label[k]] = at[k];
	for (int k = 0; k < q.sum.rank; k++)
		value[q.sum.label[k]] = over(l, &axes, q.size[q.sum.label[k]]);
	for (int i = 0; i < n->nin; i++) {
		Expr *x = factor(l, n, i, &q, value, t);

		product = product ? alu2(l, MUL, product, x) : x;
	}
	return cast(l, n->out[0]->dtype, reduce_over(l, RED_SUM, product, &axes));
}

const Op op_einsum = {
	.name = "Einsum", .min_in = 1, .max_in = -1, .min_out = 1, .max_out = 1,
	.flags = CONTRACTS | REDUCES, .ulp = 16, .attrs = einsum_attrs, .attr_size = sizeof(struct Einsum),
	.types = "fiu", .infer = einsum_infer, .eval = einsum_eval, .lower = einsum_lower,
};
