/* strassen.c -- products with a constant matrix by Strassen's method: seven products of half the size for eight.
 *
 * needs  shapes, constant weights
 * keeps  results up to rounding: sums of two blocks are rounded before they are multiplied, and parts of the products
 *        cancel, so that errors are some times those of the direct sum (relative to the largest element of a row)
 *
 *     MatMul(x, W)   ->   StrassenOutput(MatMul(StrassenInput(x), U))        U = sums of blocks of W, here and now
 *
 * (V. Strassen, Gaussian Elimination is not Optimal, 1969.) Blocks of x and y are even and odd rows, left and right
 * halves; those of W upper and lower, left and right halves. Sums of W's blocks take 7/4 of its memory. Products of one x
 * share its sums. */
#include "ir/op/strassen.h"
#include "passes/consts.h"
#include "passes/methods.h"

void pass_strassen(Graph *g, const Options *o);

/* Product r is  (a[r] . blocks of x) (b[r] . blocks of W);  block c of y is  c[c] . products. */
static const double a_table[STRASSEN_PRODUCTS][STRASSEN_BLOCKS] = {
	{1, 0, 0, 1}, {0, 0, 1, 1}, {1, 0, 0, 0}, {0, 0, 0, 1}, {1, 1, 0, 0}, {-1, 0, 1, 0}, {0, 1, 0, -1}};
static const double b_table[STRASSEN_PRODUCTS][STRASSEN_BLOCKS] = {
	{1, 0, 0, 1}, {1, 0, 0, 0}, {0, 1, 0, -1}, {-1, 0, 1, 0}, {0, 0, 0, 1}, {1, 1, 0, 0}, {0, 0, 1, 1}};
static const double c_table[STRASSEN_BLOCKS][STRASSEN_PRODUCTS] = {
	{1, 0, 0, 1, -1, 0, 1}, {0, 0, 1, 0, 1, 0, 0}, {0, 1, 0, 1, 0, 0, 0}, {1, -1, 1, 0, 0, 1, 0}};

typedef struct Job {
	Graph *g;
	Node *n;
	Value *x, *w;
	bool turned; /* W is stored as its transpose */
	int64_t m, k, n_out; /* usual rows of x in all, columns of x and of W */
} Job;

/* A Gemm that is a product, and perhaps a sum. */
static bool is_plain(const Node *n)
{
	const struct Gemm *attr = ATTR_OF(n, Gemm);

	return attr->alpha == 1.0f && attr->beta == 1.0f && !attr->transA;
}

static bool fits(Graph *g, Node *n, void *data)
{
	Job *job = data;
	bool gemm = is_op(n, "Gemm");

	if (!(gemm ? is_plain(n) : is_op(n, "MatMul")) || !is_const(n->in[1]) || n->in[1]->dtype != F32)
		return false;
	*job = (Job){.g = g, .n = n, .x = n->in[0], .w = n->in[1], .turned = gemm && ATTR_OF(n, Gemm)->transB, .m = 1};
	const Shape *x = &job->x->shape, *w = &job->w->shape;
	if (x->rank < 2 || x->rank >= MAX_RANK || w->rank < 2 || w->rank > x->rank || is_const(job->x))
		return false;
	for (int i = 0; i < w->rank - 2; i++)
		if (!dim_is(w->dim[i], 1))
			return false;
	for (int i = 0; i < x->rank; i++)
		if (i != x->rank - 2 && !dim_known(x->dim[i]))
			return false;
	for (int i = 0; i < x->rank - 2; i++)
		job->m *= x->dim[i].k;
	int64_t rows = dim_usual(g->syms, x->dim[x->rank - 2]);
	job->m *= rows;
	job->k = x->dim[x->rank - 1].k;
	job->n_out = w->dim[w->rank - 1 - job->turned].k;
	return job->m > 0 && rows > 1 && job->k % 2 == 0 && job->n_out % 2 == 0 && job->k && job->n_out;
}

/* ---- whether it pays ---- */

static const char *const ways[] = {"off", "7 products"};

static const char *why_text(const double *cycles, bool taken, Arena *a)
{
	const char *name[] = {"direct sum", "Strassen's method"};

	return arena_format(a, "%s: %s, %s: %s", name[taken], cycles_text(cycles[taken], a), name[!taken],
			    cycles_text(cycles[!taken], a));
}

static bool pays(void *data, const Options *o, const Target *t, const Decision **choice)
{
	const Job *job = data;
	Arena *a = &job->g->ctx->perm;
	Decision *d = NEW(a, Decision);
	double cycles[] = {product_cycles(job->m, job->k, job->n_out, t), strassen_cycles(job->m, job->k, job->n_out, t)};
	const char *key = arena_format(a, "%lldx%lld by %lldx%lld", (long long)job->m, (long long)job->k,
				       (long long)job->k, (long long)job->n_out);

	*d = (Decision){.what = "strassen", .key = key};
	int taken = take_way(o, t, d, ways, 2, cycles[1] < 0.98 * cycles[0], "off or 7 products");
	d->why = why_text(cycles, taken, a);
	*choice = d;
	return taken;
}

/* ---- the rewriting ---- */

/* Row r of the tables of W, elements k of one of its columns in blocks of half the size. */
static float weight_sum(const Job *job, int r, int64_t k, int64_t n)
{
	const float *w = job->w->data->data;
	double sum = 0;

	for (int c = 0; c < STRASSEN_BLOCKS; c++) {
		int64_t row = c / 2 * (job->k / 2) + k, column = c % 2 * (job->n_out / 2) + n;

		sum += b_table[r][c] * (double)w[job->turned ? column * job->k + row : row * job->n_out + column];
	}
	return (float)sum;
}

/* u [7, 1.., K / 2, N / 2] */
static Value *weight_sums(const Job *job)
{
	int rank = job->x->shape.rank + 1;
	int64_t dims[MAX_RANK], k = job->k / 2, n = job->n_out / 2;

	for (int i = 0; i < rank; i++)
		dims[i] = 1;
	dims[0] = STRASSEN_PRODUCTS;
	dims[rank - 2] = k;
	dims[rank - 1] = n;
	Tensor *u = tensor_new(&job->g->ctx->perm, F32, rank, dims);
	float *to = u->data;
	for (int r = 0; r < STRASSEN_PRODUCTS; r++)
		for (int64_t i = 0; i < k; i++)
			for (int64_t j = 0; j < n; j++)
				*to++ = weight_sum(job, r, i, j);
	return value_const(job->g, job->w->name, u);
}

/* The sums of x's blocks; those that a product before this one has made. */
static Value *input_sums(const Job *job)
{
	Graph *g = job->g;
	const Op *op = op_find("tcc", "StrassenInput");

	for (uint32_t i = g->nnode; i-- > 0;)
		if (g->node[i]->op == op && g->node[i]->in[0] == job->x)
			return g->node[i]->out[0];
	Value *in[] = {job->x, const_from(g, F32, 2, (int64_t[]){STRASSEN_PRODUCTS, STRASSEN_BLOCKS}, a_table[0])};
	return node_new(g, op, job->n, 2, in, 1, NULL)->out[0];
}

static void rewrite_product(void *data, const Decision *choice)
{
	const Job *job = data;
	Graph *g = job->g;
	Node *n = job->n;
	const Op *op = op_find("tcc", "StrassenOutput");
	Value *s = input_sums(job), *p = put(g, n, "MatMul", s, weight_sums(job), END_IN);
	Value *in[] = {p, const_from(g, F32, 2, (int64_t[]){STRASSEN_BLOCKS, STRASSEN_PRODUCTS}, c_table[0]), job->x};

	Value *y = node_new(g, op, n, 3, in, 1, NULL)->out[0];
	p->def->choice = choice;
	s->def->choice = y->def->choice = quiet_choice(g, choice);
	if (is_op(n, "Gemm") && has_in(n, 2))
		y = put(g, n, "Add", y, n->in[2], END_IN);
	value_replace(g, n->out[0], y);
	n->out[0] = NULL;
}

void pass_strassen(Graph *g, const Options *o)
{
	static const Method method = {sizeof(Job), fits, pays, rewrite_product};

	method_apply(g, o, &method);
}
