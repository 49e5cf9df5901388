/* matmul.c -- MatMul (versions 1-13) and MatMulInteger (10): numpy's matmul.
 *
 *     y[.., m, n] = sum over k of a[.., m, k] * b[.., k, n]
 *
 * The leading axes broadcast. A one-dimensional a is a row, a one-dimensional b a column; that axis is missing in y.
 * MatMulInteger multiplies (a - a_zero_point) by (b - b_zero_point) into int32; zero points are scalars or one a row of
 * a, one a column of b. tcc.MatMulBytes multiplies floats by bytes as floats. tcc.MatMulTwos multiplies what tcc.Twos makes
 * of both, tcc.MatMulFours what tcc.Fours makes (twos.c). */
#include "ir/op/nn.h"

/* One row of y: dot products along b's columns where those are dense, else sums of b's rows. */
static void product_row(const Product *p, const double *a, const double *b, double *restrict y)
{
	for (int64_t n = 0; p->bn != 1 && n < p->n; n++) {
		double sum = 0;

		for (int64_t k = 0; k < p->k; k++)
			sum += a[k * p->ak] * b[k * p->bk + n * p->bn];
		y[n] += sum;
	}
	for (int64_t k = 0; p->bn == 1 && k < p->k; k++) {
		const double x = a[k * p->ak], *from = b + k * p->bk;

		for (int64_t n = 0; n < p->n; n++)
			y[n] += x * from[n];
	}
}

void product(const Product *p, const double *a, const double *b, double *y)
{
	for (int64_t m = 0; m < p->m; m++)
		product_row(p, a + m * p->am, b, y + m * p->n);
}

void product_i64(const Product *p, const int64_t *a, const int64_t *b, int64_t *y)
{
	for (int64_t m = 0; m < p->m; m++, y += p->n)
		for (int64_t k = 0; k < p->k; k++) {
			uint64_t x = (uint64_t)a[m * p->am + k * p->ak];

			for (int64_t n = 0; n < p->n; n++)
				y[n] = (int64_t)((uint64_t)y[n] + x * (uint64_t)b[k * p->bk + n * p->bn]);
		}
}

static Shape leading_axes(const Shape *s)
{
	return shape_of(s->rank > 2 ? s->rank - 2 : 0, s->dim);
}

static void infer_product(Graph *g, Node *n, DType t)
{
	const Shape *a = &n->in[0]->shape, *b = &n->in[1]->shape;
	Shape sa, sb, y;

	need_rank(g, n, 0, 1, MAX_RANK);
	need_rank(g, n, 1, 1, MAX_RANK);
	need_size(g, n, 1, b->rank > 1 ? b->rank - 2 : 0, a->dim[a->rank - 1]);
	sa = leading_axes(a);
	sb = leading_axes(b);
	y = broadcast_shape(g, n, &sa, &sb);
	if (a->rank > 1)
		y.dim[y.rank++] = a->dim[a->rank - 2];
	if (b->rank > 1)
		y.dim[y.rank++] = b->dim[b->rank - 1];
	set_out(g, n, 0, t, &y);
}

static void matmul_infer(Graph *g, Node *n)
{
	same_type(g, n, 0, 1);
	infer_product(g, n, n->in[0]->dtype);
}

/* Where the matrix that belongs to index at[] of the leading axes starts in t. */
static int64_t matrix_start(const Tensor *t, int rank, const int64_t *at)
{
	Tensor lead = *t;

	lead.rank = t->rank > 2 ? t->rank - 2 : 0;
	return broadcast_index(&lead, rank, at) * (t->rank > 1 ? t->dim[t->rank - 2] : 1) * t->dim[t->rank - 1];
}

static Product product_of(const Tensor *a, const Tensor *b)
{
	Product p = {.m = a->rank > 1 ? a->dim[a->rank - 2] : 1, .n = b->rank > 1 ? b->dim[b->rank - 1] : 1,
		     .k = a->dim[a->rank - 1], .ak = 1, .bn = 1};

	p.am = p.k;
	p.bk = p.n;
	return p;
}

/* a, b, y: all int64 or all double. */
static void multiply_all(const Tensor *ta, const Tensor *tb, const Tensor *ty, const void *a, const void *b, void *y,
			 bool integer)
{
	Product p = product_of(ta, tb);
	int rank = ty->rank - (ta->rank > 1) - (tb->rank > 1);
	int64_t at[MAX_RANK] = {0}, i = 0;

	if (!ty->count)
		return;
	do {
		int64_t ia = matrix_start(ta, rank, at), ib = matrix_start(tb, rank, at);

		if (integer)
			product_i64(&p, (const int64_t *)a + ia, (const int64_t *)b + ib, (int64_t *)y + i);
		else
			product(&p, (const double *)a + ia, (const double *)b + ib, (double *)y + i);
		i += p.m * p.n;
	} while (next_index(rank, ty->dim, at));
}

static void matmul_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	(void)n;
	if (is_float(in[0]->dtype))
		multiply_all(in[0], in[1], out[0], in_f64(e, in[0]), in_f64(e, in[1]), out_f64(e, out[0]),
			     false);
	else
		multiply_all(in[0], in[1], out[0], in_i64(e, in[0]), in_i64(e, in[1]), out_i64(e, out[0]),
			     true);
}

/* Index of operand `slot` at row or column `free` and position k of the sum, for index at[] of the output. */
static void operand_index(Lower *l, const Node *n, int slot, Expr *const *at, Expr *k, Expr **index)
{
	const Shape *s = &n->in[slot]->shape, *y = &n->out[0]->shape;
	bool has_m = n->in[0]->shape.rank > 1, has_n = n->in[1]->shape.rank > 1;
	int lead = y->rank - has_m - has_n, own = s->rank > 2 ? s->rank - 2 : 0;
	Expr *free = slot == 0 ? (has_m ? at[lead] : NULL) : (has_n ? at[y->rank - 1] : NULL);

	for (int i = 0; i < own; i++)
		index[i] = repeated_index(l, s->dim[i], y->dim[lead - own + i], at[lead - own + i]);
	index[own] = slot == 0 && free ? free : k;
	if (free)
		index[own + 1] = slot == 0 ? k : free;
}

/* The indices of both operands in the sum for index at[] of the output; returns what it goes over. */
static Axes operand_indices(Lower *l, const Node *n, Expr *const *at, Expr **ia, Expr **ib)
{
	Axes axes = {.n = 0};
	Expr *k = over(l, &axes, n->in[0]->shape.dim[n->in[0]->shape.rank - 1]);

	operand_index(l, n, 0, at, k, ia);
	operand_index(l, n, 1, at, k, ib);
	return axes;
}

static Expr *matmul_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	DType t = formula_type(l, n, n->in[0]->dtype);
	Expr *ia[MAX_RANK], *ib[MAX_RANK], *sum;
	Axes axes = operand_indices(l, n, at, ia, ib);

	(void)slot;
	sum = reduce_over(l, RED_SUM, alu2(l, MUL, in_as(l, n, 0, ia, t), in_as(l, n, 1, ib, t)), &axes);
	return cast(l, n->out[0]->dtype, sum);
}

const Op op_matmul = {
	.name = "MatMul", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1,
	.flags = CONTRACTS | REDUCES, .ulp = 16,
	.types = "fiu", .infer = matmul_infer, .eval = matmul_eval, .lower = matmul_lower,
};

/* ---- MatMulBytes ---- */

static void matmulbytes_infer(Graph *g, Node *n) { infer_product(g, n, F32); }

static void matmulbytes_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	(void)n;
	multiply_all(in[0], in[1], out[0], in_f64(e, in[0]), in_f64(e, in[1]), out_f64(e, out[0]), false);
}

const Op op_tcc_MatMulBytes = {
	.name = "MatMulBytes", .domain = "tcc", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1,
	.flags = CONTRACTS | REDUCES,
	.infer = matmulbytes_infer, .eval = matmulbytes_eval, .lower = matmul_lower,
};

/* ---- MatMulInteger ---- */

static void matmulinteger_infer(Graph *g, Node *n)
{
	need_type(g, n, 1, "iu");
	for (int i = 0; i < 2; i++)
		if (has_in(n, 2 + i)) {
			same_type(g, n, i, 2 + i);
			need_rank(g, n, 2 + i, 0, n->in[i]->shape.rank);
		}
	infer_product(g, n, I32);
}

/* A zero point of one dimension belongs to the rows of a, or to the columns of b; with as many axes as its operand it
 * broadcasts against it. */
static int64_t zero_index(const Tensor *zero, const Tensor *t, int slot, const int64_t *at)
{
	if (zero->count == 1)
		return 0;
	if (zero->rank == 1)
		return at[slot == 0 ? t->rank - 2 : t->rank - 1];
	return broadcast_index(zero, t->rank, at);
}

static const int64_t *shifted(Eval *e, const Node *n, Tensor *const *in, int slot)
{
	const Tensor *t = in[slot];
	const int64_t *x = in_i64(e, t), *zero;
	int64_t at[MAX_RANK] = {0}, *y, i = 0;

	if (!has_in(n, 2 + slot) || !t->count)
		return x;
	zero = in_i64(e, in[2 + slot]);
	y = NEW_N(&e->g->ctx->scratch, int64_t, t->count);
	do
		y[i] = x[i] - zero[zero_index(in[2 + slot], t, slot, at)];
	while (i++, next_index(t->rank, t->dim, at));
	return y;
}

static void matmulinteger_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	multiply_all(in[0], in[1], out[0], shifted(e, n, in, 0), shifted(e, n, in, 1), out_i64(e, out[0]),
		     true);
}

static Expr *shifted_element(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const Shape *s = &n->in[slot]->shape, *zero;
	Expr *x = in_as(l, n, slot, at, I32), *index[MAX_RANK];

	if (!has_in(n, 2 + slot))
		return x;
	zero = &n->in[2 + slot]->shape;
	for (int i = 0; i < zero->rank; i++) {
		int from = zero->rank == 1 ? (slot == 0 ? s->rank - 2 : s->rank - 1) : s->rank - zero->rank + i;

		index[i] = dim_is(zero->dim[i], 1) ? num_i(l, 0) : at[from];
	}
	return alu2(l, SUB, x, in_as(l, n, 2 + slot, index, I32));
}

static Expr *matmulinteger_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	Expr *ia[MAX_RANK], *ib[MAX_RANK];
	Axes axes = operand_indices(l, n, at, ia, ib);

	(void)slot;
	return reduce_over(l, RED_SUM, alu2(l, MUL, shifted_element(l, n, 0, ia), shifted_element(l, n, 1, ib)), &axes);
}

const Op op_matmulinteger = {
	.name = "MatMulInteger", .min_in = 2, .max_in = 4, .min_out = 1, .max_out = 1,
	.flags = CONTRACTS | REDUCES,
	.types = "iu", .infer = matmulinteger_infer, .eval = matmulinteger_eval, .lower = matmulinteger_lower,
};

/* ---- MatMulTwos, MatMulFours ---- */

static void matmulparts_infer(Graph *g, Node *n) { infer_product(g, n, I32); }

/* Part i of each element: one of two halves, which have a sign, or one of four bytes, which have one on the right. */
static int64_t *parts(Eval *e, const Tensor *t, int i, int parts, bool right)
{
	const int64_t *x = in_i64(e, t);
	int64_t *y = NEW_N(&e->g->ctx->scratch, int64_t, t->count);

	for (int64_t k = 0; k < t->count; k++) {
		int64_t part = x[k] >> 32 / parts * i;
		y[k] = parts == 2 ? (int16_t)part : right ? (int8_t)part : (uint8_t)part;
	}
	return y;
}

static void multiply_parts(Eval *e, Tensor *const *in, Tensor *y, int n)
{
	for (int i = 0; i < n; i++)
		multiply_all(in[0], in[1], y, parts(e, in[0], i, n, false), parts(e, in[1], i, n, true), out_i64(e, y), true);
}

static void matmultwos_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	(void)n;
	multiply_parts(e, in, out[0], 2);
}

static void matmulfours_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	(void)n;
	multiply_parts(e, in, out[0], 4);
}

static Expr *matmulparts_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	Expr *ia[MAX_RANK], *ib[MAX_RANK];
	Axes axes = operand_indices(l, n, at, ia, ib);
	Alu op = n->op == &op_tcc_MatMulTwos ? TWOFOLD : FOURFOLD;

	(void)slot;
	return reduce_over(l, RED_SUM, alu2(l, op, in(l, n, 0, ia), in(l, n, 1, ib)), &axes);
}

const Op op_tcc_MatMulTwos = {
	.name = "MatMulTwos", .domain = "tcc", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1,
	.flags = CONTRACTS | REDUCES,
	.infer = matmulparts_infer, .eval = matmultwos_eval, .lower = matmulparts_lower,
};
const Op op_tcc_MatMulFours = {
	.name = "MatMulFours", .domain = "tcc", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1,
	.flags = CONTRACTS | REDUCES,
	.infer = matmulparts_infer, .eval = matmulfours_eval, .lower = matmulparts_lower,
};
