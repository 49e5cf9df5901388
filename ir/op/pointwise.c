/* pointwise.c -- infer, eval and lower of operators on single elements, over the formulas of their rows. */
#include "ir/op/pointwise.h"

/* ---- infer ---- */

void infer_fold(Graph *g, Node *n)
{
	for (int k = 1; k < n->nin; k++)
		same_type(g, n, 0, k);
	infer_broadcast(g, n, DT_NONE);
}

bool content_fits(Syms *s, DType t, Dim d)
{
	int bits = dtype_info(t)->bits - !is_unsigned(t);

	if (t == BOOL)
		return dim_lo(s, d) >= 0 && dim_hi(s, d) <= 1;
	if (is_unsigned(t) && dim_lo(s, d) < 0)
		return false;
	if (!is_int(t) || bits >= 62)
		return is_int(t);
	/* sizes that symbols make are taken to fit into 32 bits, as whoever wrote the model did */
	return dim_known(d) ? d.k >> bits == 0 || d.k >> bits == -1 : bits >= 31;
}

/* Numbers so small that sums and products of two cannot overflow. */
bool is_small(Dim d)
{
	return !dim_known(d) || (d.k > -((int64_t)1 << 30) && d.k < (int64_t)1 << 30);
}

enum { MOST_SIZES = 64 }; /* longer lists are data */

bool contents_known(Graph *g, const Node *n, int *count)
{
	const Value *out = n->out[0];

	if (!out || out->shape.rank < 0 || out->shape.rank > 1 || !shape_known(&out->shape))
		return false;
	int64_t want = out->shape.rank ? out->shape.dim[0].k : 1;
	for (int k = 0; k < n->nin && want <= MOST_SIZES; k++) {
		int many;
		if (!content_of(g, n, k, &many) || (many != 1 && many != want))
			return false;
	}
	*count = (int)want;
	return want <= MOST_SIZES;
}

Dim content_element(Graph *g, const Node *n, int slot, int i)
{
	int many;
	const Dim *x = content_of(g, n, slot, &many);
	return x[many == 1 ? 0 : i];
}

static bool fold_element(Graph *g, const Node *n, SizeRule *rule, int i, Dim *y)
{
	for (int k = 0; k < n->nin; k++) {
		Dim next = content_element(g, n, k, i);
		if (k == 0)
			*y = next;
		if (!is_small(*y) || !is_small(next))
			return false;
		if ((k > 0 || n->nin == 1) && !rule(g->syms, *y, next, y))
			return false;
	}
	return content_fits(g->syms, n->out[0]->dtype, *y);
}

void fold_content(Graph *g, Node *n, SizeRule *rule)
{
	int count;

	if (!rule || !contents_known(g, n, &count))
		return;
	Dim *y = NEW_N(&g->ctx->perm, Dim, count);
	for (int i = 0; i < count; i++)
		if (!fold_element(g, n, rule, i, &y[i]))
			return;
	set_content(g, n->out[0], count, y);
}

/* ---- eval ---- */

void map_f64(Eval *e, const Node *n, const Tensor *x, Tensor *y, double (*f)(const Node *, double))
{
	const double *from = in_f64(e, x);
	double *to = out_f64(e, y);

	for (int64_t i = 0; i < y->count; i++)
		to[i] = f(n, from[i]);
}

void map_i64(Eval *e, const Node *n, const Tensor *x, Tensor *y, int64_t (*f)(const Node *, int64_t, bool))
{
	const int64_t *from = in_i64(e, x);
	int64_t *to = out_i64(e, y);

	for (int64_t i = 0; i < y->count; i++)
		to[i] = f(n, from[i], is_unsigned(x->dtype));
}

int64_t element_of(const Tensor *x, const Tensor *y, int64_t i, const int64_t *at)
{
	return x->count == y->count ? i : broadcast_index(x, y->rank, at);
}

double *fold_f64(Eval *e, const Node *n, Tensor *const *in, Tensor *y, double (*f)(const Node *, double, double))
{
	double *to = out_f64(e, y);

	for (int k = 0; k < n->nin; k++) {
		const double *from = in_f64(e, in[k]);
		int64_t at[MAX_RANK] = {0};
		for (int64_t i = 0; i < y->count; i++, next_index(y->rank, y->dim, at)) {
			double x = from[element_of(in[k], y, i, at)];
			to[i] = k ? f(n, to[i], x) : x;
		}
	}
	return to;
}

int64_t *fold_i64(Eval *e, const Node *n, Tensor *const *in, Tensor *y,
		  int64_t (*f)(const Node *, int64_t, int64_t, bool))
{
	int64_t *to = out_i64(e, y);

	for (int k = 0; k < n->nin; k++) {
		const int64_t *from = in_i64(e, in[k]);
		int64_t at[MAX_RANK] = {0};
		for (int64_t i = 0; i < y->count; i++, next_index(y->rank, y->dim, at)) {
			int64_t a = from[element_of(in[k], y, i, at)];
			to[i] = k ? f(n, to[i], a, is_unsigned(in[k]->dtype)) : a;
		}
	}
	return to;
}

double rounded(DType t, double x)
{
	double bits;

	store_f64(t, &bits, 0, x);
	return load_f64(t, &bits, 0);
}

/* ---- lower ---- */

Expr *in_work(Lower *l, const Node *n, int slot, Expr *const *at)
{
	return cast(l, formula_type(l, n, n->in[slot]->dtype), in_bcast(l, n, slot, at));
}

Expr *lower_unary(Lower *l, const Node *n, Expr *const *at, Expr *(*f)(Lower *, const Node *, Expr *))
{
	return cast(l, n->out[0]->dtype, f(l, n, in_work(l, n, 0, at)));
}

Expr *lower_fold(Lower *l, const Node *n, Expr *const *at, Expr *(*f)(Lower *, const Node *, Expr *, Expr *))
{
	Expr *y = in_work(l, n, 0, at);

	for (int k = 1; k < n->nin; k++)
		y = f(l, n, y, in_work(l, n, k, at));
	return cast(l, n->out[0]->dtype, y);
}
