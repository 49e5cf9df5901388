/* bytes.c -- products of a few rows by quantised weights read these as the bytes that they are.
 *
 *     w = DequantizeLinear(q [K, N], s [K / B, N], z)            t = MatMulBytes(x [K / B, m, B], (q - z) [K / B, B, N])
 *     y = MatMul(x [m, K], w)                             ->     y = sum over blocks b of  t[b] * s[b]
 *
 * Where a few rows go through all of the weights, what takes time is to read them: a quarter of the bytes pays for the two
 * instructions that make floats of them. More rows share floats, and methods that want these. q may lie the other way round;
 * a scale may be one for all of it, for each column, or for each block along the sum.
 *
 * needs  shapes; constants that are still quantised, so it runs before fold
 * keeps  results up to rounding: the scale is that of a sum, where it was that of each weight */
#include "ir/op/composite.h"
#include "passes/methods.h"
#include "passes/rewrite.h"

void pass_bytes(Graph *g, const Options *o);

enum { X, SCALE, ZERO };
enum { ROWS_FEW = 4 };

/* The matrix by which is multiplied. */
typedef struct Weights {
	const Node *node;    /* DequantizeLinear */
	int along;           /* its axis that is summed over */
	int64_t K, N, block; /* elements of the sum that have one scale */
	bool each;           /* every column has its own, or none has */
} Weights;

static const Tensor *constant_of(const Node *n, int slot) { return has_in(n, slot) ? n->in[slot]->data : NULL; }

/* Which scales there are; false where they differ along the sum in another way than by blocks. */
static bool find_scales(Graph *g, Weights *w)
{
	const Node *n = w->node;
	const int64_t *axis = attr_field(n->op, n->attr, "axis"), *block = attr_field(n->op, n->attr, "block_size");
	bool along = fix_axis(g, n, *axis, 2) == w->along;

	w->block = w->K;
	w->each = constant_of(n, SCALE)->count > 1;
	if (!w->each)
		return true;
	if (*block)
		w->block = *block;
	return along == (*block > 0) && w->K % w->block == 0;
}

/* v, or its transpose, is a matrix of dequantised integers of a byte or less. */
static bool find_weights(Graph *g, const Value *v, bool turned, Weights *w)
{
	const Node *turn = made_by(v, "Transpose");

	if (turn && v->shape.rank == 2) {
		const Ints *perm = attr_field(turn->op, turn->attr, "perm");
		turned ^= perm->n < 2 || perm->v[0] == 1;
		v = turn->in[X];
	}
	const Node *n = made_by(v, "DequantizeLinear");
	const Tensor *q = n ? constant_of(n, X) : NULL, *s = n ? constant_of(n, SCALE) : NULL, *z = n ? constant_of(n, ZERO) : NULL;
	if (!q || !s || q->rank != 2 || !is_int(q->dtype) || dtype_info(q->dtype)->bits > 8 || s->dtype != F32 || v->dtype != F32 ||
	    (has_in(n, ZERO) && (!z || (z->count > 1 && z->count != s->count))))
		return false;
	*w = (Weights){.node = n, .along = turned, .K = q->dim[turned], .N = q->dim[!turned]};
	return w->K > 0 && w->N > 0 && find_scales(g, w);
}

/* Where the element for column j and index k of the sum lies in q, or in the scales or zero points of it. */
static int64_t place_of(const Weights *w, const Tensor *t, int64_t k, int64_t j)
{
	if (t->count == 1)
		return 0;
	if (t->rank == 1)
		return j;
	return w->along ? j * t->dim[1] + k : k * t->dim[1] + j;
}

/* q - z as bytes [K, N]; NULL: some are no bytes. */
static Tensor *less_zero(Graph *g, const Weights *w)
{
	const Tensor *q = constant_of(w->node, X), *z = constant_of(w->node, ZERO);
	int64_t blocks = w->K / w->block;
	Tensor *y = tensor_new(&g->ctx->perm, I8, 3, (int64_t[]){blocks, w->block, w->N});

	for (int64_t k = 0; k < w->K; k++)
		for (int64_t j = 0; j < w->N; j++) {
			int64_t zero = z ? load_i64(z->dtype, z->data, place_of(w, z, k / w->block, j)) : 0;
			int64_t x = load_i64(q->dtype, q->data, place_of(w, q, k, j)) - zero;
			if (x < INT8_MIN || x > INT8_MAX)
				return NULL;
			((int8_t *)y->data)[k * w->N + j] = (int8_t)x;
		}
	return y;
}

/* [blocks, 1, N], or what broadcasts to it */
static Value *scales(Graph *g, const Weights *w)
{
	const Tensor *s = constant_of(w->node, SCALE);
	int64_t blocks = w->each ? w->K / w->block : 1, columns = w->each ? w->N : 1;
	Tensor *y = tensor_new(&g->ctx->perm, F32, 3, (int64_t[]){blocks, 1, columns});

	for (int64_t b = 0; b < blocks; b++)
		for (int64_t j = 0; j < columns; j++)
			((float *)y->data)[b * columns + j] = ((const float *)s->data)[place_of(w, s, b, j)];
	return value_const(g, NULL, y);
}

/* Vectors wait for floats that come from beyond the first cache. */
static bool pays(const Rewrite *w, const Weights *by)
{
	const Target *t = deciding_target(w->g, w->o);
	return t->lanes > 1 && by->K * by->N * 4 > t->l1;
}

/* Matrices [m, K] of x by the weights: [m, N] */
static Value *product_by(Graph *g, const Node *n, Value *x, const Weights *w, Tensor *bytes, int64_t m)
{
	int64_t blocks = w->K / w->block;
	Value *parts = swapped(g, n, reshaped(g, n, x, 3, (int64_t[]){m, blocks, w->block}), 0, 1), *y;

	y = node_new(g, op_find("tcc", "MatMulBytes"), n, 2, (Value *[]){parts, value_const(g, NULL, bytes)}, 1, NULL)->out[0];
	y = put(g, n, "Mul", y, scales(g, w), END_IN);
	return reduced(g, n, "ReduceSum", y, 0, false);
}

static Value *of_few_rows(Rewrite *r, Node *n, bool turned)
{
	Graph *g = r->g;
	Weights w;
	Dim count = shape_count(g, &n->in[0]->shape);

	if (n->in[0]->dtype != F32 || is_const(n->in[0]) || !find_weights(g, n->in[1], turned, &w) || !shape_known(&n->in[0]->shape) ||
	    count.k < w.K || count.k / w.K > ROWS_FEW || !pays(r, &w))
		return NULL;
	Tensor *bytes = less_zero(g, &w);
	return bytes ? shaped_as(g, n, product_by(g, n, n->in[0], &w, bytes, count.k / w.K), &n->out[0]->shape) : NULL;
}

static Value *matmul(Rewrite *r, Node *n) { return of_few_rows(r, n, false); }

static Value *gemm(Rewrite *r, Node *n)
{
	const struct Gemm *a = n->attr;

	if (a->transA || a->alpha != 1 || (has_in(n, 2) && a->beta != 1))
		return NULL;
	Value *y = of_few_rows(r, n, a->transB);
	return y ? sum_if(r->g, n, y, optional_in(n, 2)) : NULL;
}

static const Rule rules[] = {
	{"MatMul", "MatMul(x, DequantizeLinear(q, s)) -> ReduceSum(MatMulBytes(x, q) * s)", matmul},
	{"Gemm", "Gemm(x, DequantizeLinear(q, s), b) -> ReduceSum(MatMulBytes(x, q) * s) + b", gemm},
	{0},
};

void pass_bytes(Graph *g, const Options *o)
{
	static const Rule *const tables[] = {rules, NULL};

	rewrite(g, o, tables);
}
