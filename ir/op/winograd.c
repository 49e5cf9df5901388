/* winograd.c -- the two ends of a convolution by Winograd's method, which the pass of that name puts around a MatMul.
 *
 *     tcc.WinogradInput   v[i.., n, t.., c] = sum over a.. of  B[i, a] .. x[n, c, m * t + a - before ..]
 *     MatMul              p[i.., n, t.., k] = sum over c of    v[i.., n, t.., c] * u[i.., c, k]
 *     tcc.WinogradOutput  y[n, k, h..]      = sum over i.. of  A[h mod m, i] .. p[i.., n, h div m .., k]
 *
 * for up to three spatial axes; x is 0 outside its bounds. Tile t of an axis makes outputs m*t .. m*t + m-1 from alpha
 * inputs. The tables A [m, alpha] and B [alpha, alpha], one an axis, are inputs of the nodes; which numbers they hold is
 * the pass's affair. An axis with m = alpha = 1 and tables [[1]] is left as it is.
 *
 * With dilation d an axis is d of them, each of every d-th element, whose tiles follow one another: tile t is number t mod T of
 * phase t div T, where T = tiles / d, and makes outputs  d * (m * (t mod T) + row) + t div T. */
#include "ir/op/winograd.h"

static int spatial_axes(Graph *g, const Node *n, int rank)
{
	if (n->nin - 1 != rank || rank < 1 || rank > WINOGRAD_AXES)
		fail_node(g, n, "E-SHAPE", "%d tables for %d spatial axes", n->nin - 1, rank);
	for (int i = 0; i < rank; i++) {
		same_type(g, n, 0, 1 + i);
		need_rank(g, n, 1 + i, 2, 2);
		dim_number(g, n, n->in[1 + i]->shape.dim[0]);
		dim_number(g, n, n->in[1 + i]->shape.dim[1]);
	}
	return rank;
}

static int64_t dilation_of(const struct Winograd *attr, int i) { return attr->dilation.n > 0 ? attr->dilation.v[i] : 1; }

/* Tiles of a phase. */
static int64_t phase_tiles(const struct Winograd *attr, int i) { return attr->tiles.v[i] / dilation_of(attr, i); }

static void need_length(Graph *g, const Node *n, const char *name, const Ints *list, int length)
{
	if (list->n != length)
		fail_node(g, n, "E-ATTR", "%s has %d values where %d are needed", name, list->n, length);
}

static void need_dilation(Graph *g, const Node *n, const struct Winograd *attr, int length)
{
	if (attr->dilation.n >= 0)
		need_length(g, n, "dilation", &attr->dilation, length);
	for (int i = 0; i < attr->dilation.n; i++)
		if (attr->dilation.v[i] < 1)
			fail_node(g, n, "E-ATTR", "a dilation of %lld", (long long)attr->dilation.v[i]);
}

/* ---- WinogradInput ---- */

static const Attr input_attrs[] = {ATTR_LIST(Winograd, tile, A_INTS), ATTR_LIST(Winograd, tiles, A_INTS),
				   ATTR_LIST(Winograd, before, A_INTS), ATTR_LIST(Winograd, dilation, A_INTS), {0}};

static void input_infer(Graph *g, Node *n)
{
	const struct Winograd *attr = ATTR_OF(n, Winograd);
	const Shape *x = &n->in[0]->shape;
	Shape v = {0};
	int axes;

	need_rank(g, n, 0, 3, 2 + WINOGRAD_AXES);
	axes = spatial_axes(g, n, x->rank - 2);
	need_length(g, n, "tile", &attr->tile, axes);
	need_length(g, n, "tiles", &attr->tiles, axes);
	need_length(g, n, "before", &attr->before, axes);
	need_dilation(g, n, attr, axes);
	for (int i = 0; i < axes; i++) {
		if (attr->tiles.v[i] % dilation_of(attr, i))
			fail_node(g, n, "E-ATTR", "%lld tiles of axis %d are no multiple of its dilation", (long long)attr->tiles.v[i], i);
		need_size(g, n, 1 + i, 1, n->in[1 + i]->shape.dim[0]);
		v.dim[i] = n->in[1 + i]->shape.dim[0];
		v.dim[axes + 1 + i] = dim(attr->tiles.v[i]);
	}
	v.dim[axes] = x->dim[0];
	v.dim[2 * axes + 1] = x->dim[1];
	v.rank = 2 * axes + 2;
	set_out(g, n, 0, n->in[0]->dtype, &v);
}

/* Element `row` of table times the alpha inputs along the axis of this depth, and so on for the deeper ones. */
typedef struct Window {
	const struct Winograd *attr;
	const double *table[WINOGRAD_AXES];
	int axes;
	int64_t alpha[WINOGRAD_AXES], size[WINOGRAD_AXES];
	const int64_t *row, *tile;
} Window;

static double weigh(const Window *w, int depth, const double *x)
{
	double sum = 0;
	int64_t inner = 1;

	if (depth == w->axes)
		return *x;
	for (int i = depth + 1; i < w->axes; i++)
		inner *= w->size[i];
	int64_t step = dilation_of(w->attr, depth), tiles = phase_tiles(w->attr, depth);
	int64_t from = step * w->attr->tile.v[depth] * (w->tile[depth] % tiles) + w->tile[depth] / tiles - w->attr->before.v[depth];
	for (int64_t a = 0; a < w->alpha[depth]; a++) {
		int64_t at = from + step * a;
		double factor = w->table[depth][w->row[depth] * w->alpha[depth] + a];

		if (factor != 0 && at >= 0 && at < w->size[depth])
			sum += factor * weigh(w, depth + 1, x + at * inner);
	}
	return sum;
}

static void input_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int axes = in[0]->rank - 2;
	const double *x = in_f64(e, in[0]);
	double *v = out_f64(e, out[0]);
	int64_t at[MAX_RANK] = {0}, plane = 1;
	Window w = {.attr = ATTR_OF(n, Winograd), .axes = axes, .row = at, .tile = at + axes + 1};

	for (int i = 0; i < axes; i++) {
		w.table[i] = in_f64(e, in[1 + i]);
		w.alpha[i] = in[1 + i]->dim[0];
		w.size[i] = in[0]->dim[2 + i];
		plane *= w.size[i];
	}
	if (out[0]->count)
		do {
			int64_t channel = at[axes] * in[0]->dim[1] + at[2 * axes + 1];

			*v++ = weigh(&w, 0, x + channel * plane);
		} while (next_index(out[0]->rank, out[0]->dim, at));
}

/* A fresh index into the columns of the table of axis i. */
static Expr *tap(Lower *l, const Node *n, int i)
{
	Dim columns = n->in[1 + i]->shape.dim[1];

	return dim_is(columns, 1) ? num_i(l, 0) : red_axis(l, columns);
}

/* The sum of x over column, times the table's row. */
static Expr *weighed(Lower *l, const Node *n, int i, Expr *row, Expr *column, Expr *x)
{
	if (column->kind == X_NUM)
		return x;
	return reduce(l, RED_SUM, alu2(l, MUL, in(l, n, 1 + i, (Expr *[]){row, column}), x), 1, &column);
}

static Expr *input_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const struct Winograd *attr = ATTR_OF(n, Winograd);
	const Shape *x = &n->in[0]->shape;
	int axes = x->rank - 2;
	Expr *ix[MAX_RANK] = {at[axes], at[2 * axes + 1]}, *guard = num(l, BOOL, 1);
	Expr *a[WINOGRAD_AXES];

	(void)slot;
	for (int i = 0; i < axes; i++) {
		Expr *tile = at[axes + 1 + i], *tiles = num_i(l, phase_tiles(attr, i));
		a[i] = tap(l, n, i);
		Expr *row = iadd(l, imul(l, imod(l, tile, tiles), num_i(l, attr->tile.v[i])), a[i]);
		ix[2 + i] = isub(l, iadd(l, imul(l, row, num_i(l, dilation_of(attr, i))), idiv(l, tile, tiles)),
				 num_i(l, attr->before.v[i]));
		guard = alu2(l, AND, guard, inside(l, ix[2 + i], num_i(l, 0), extent(l, x->dim[2 + i])));
	}
	Expr *sum = choose(l, guard, in(l, n, 0, ix), num(l, n->in[0]->dtype, 0));
	for (int i = axes; i-- > 0;)
		sum = weighed(l, n, i, at[i], a[i], sum);
	return sum;
}

const Op op_tcc_WinogradInput = {
	.name = "WinogradInput", .domain = "tcc", .min_in = 2, .max_in = 1 + WINOGRAD_AXES, .min_out = 1, .max_out = 1,
	.flags = CONTRACTS | REDUCES | TABLES, .ulp = 16, .attrs = input_attrs, .attr_size = sizeof(struct Winograd),
	.types = "f",
	.infer = input_infer, .eval = input_eval, .lower = input_lower};

/* ---- WinogradOutput ---- */

static const Attr output_attrs[] = {ATTR_LIST(Winograd, size, A_INTS), ATTR_LIST(Winograd, dilation, A_INTS), {0}};

static void output_infer(Graph *g, Node *n)
{
	const struct Winograd *attr = ATTR_OF(n, Winograd);
	const Shape *p = &n->in[0]->shape;
	int axes;
	Shape y = {0};

	need_rank(g, n, 0, 4, 2 + 2 * WINOGRAD_AXES);
	axes = spatial_axes(g, n, p->rank / 2 - 1);
	need_length(g, n, "size", &attr->size, axes);
	need_dilation(g, n, attr, axes);
	for (int i = 0; i < axes; i++) {
		Dim made = dim_mul(g->syms, p->dim[axes + 1 + i], n->in[1 + i]->shape.dim[0]);

		need_size(g, n, 1 + i, 1, p->dim[i]);
		if (attr->size.v[i] < 0 || dim_hi(g->syms, made) < attr->size.v[i])
			fail_node(g, n, "E-ATTR", "size %lld of axis %d is more than the %s that the tiles make",
				  (long long)attr->size.v[i], i, dim_text(g->syms, made));
		y.dim[2 + i] = dim(attr->size.v[i]);
	}
	y.dim[0] = p->dim[axes];
	y.dim[1] = p->dim[2 * axes + 1];
	y.rank = 2 + axes;
	set_out(g, n, 0, n->in[0]->dtype, &y);
}

/* The sum over the rows of table of this depth, of output number q[depth] of its phase; step: from one element of that axis
 * of p to the next. */
static double gather(const Node *n, Tensor *const *in, const double *const *table, const int64_t *q, int depth,
		     const double *p, int64_t step)
{
	double sum = 0;

	if (depth == n->nin - 1)
		return *p;
	const Tensor *t = in[1 + depth];
	for (int64_t i = 0; i < t->dim[1]; i++) {
		double factor = table[depth][q[depth] % t->dim[0] * t->dim[1] + i];
		int64_t inner = depth + 1 < n->nin - 1 ? step / in[0]->dim[depth + 1] : step;

		if (factor != 0)
			sum += factor * gather(n, in, table, q, depth + 1, p + i * step, inner);
	}
	return sum;
}

static void output_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const struct Winograd *attr = ATTR_OF(n, Winograd);
	int axes = in[0]->rank / 2 - 1;
	const double *p = in_f64(e, in[0]), *table[WINOGRAD_AXES];
	double *y = out_f64(e, out[0]);
	int64_t at[MAX_RANK] = {0}, q[WINOGRAD_AXES], points = 1;

	for (int i = 0; i < axes; i++)
		table[i] = in_f64(e, in[1 + i]);
	for (int i = axes; i < in[0]->rank; i++)
		points *= in[0]->dim[i];
	for (int i = 1; i < axes; i++)
		points *= in[0]->dim[i]; /* step of the first axis of p */
	if (out[0]->count)
		do {
			int64_t from = at[0];

			for (int i = 0; i < axes; i++) {
				int64_t d = dilation_of(attr, i), tiles = in[0]->dim[axes + 1 + i];

				q[i] = at[2 + i] / d;
				from = from * tiles + at[2 + i] % d * (tiles / d) + q[i] / in[1 + i]->dim[0];
			}
			*y++ = gather(n, in, table, q, 0, p + from * in[0]->dim[2 * axes + 1] + at[1], points);
		} while (next_index(out[0]->rank, out[0]->dim, at));
}

static Expr *output_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const struct Winograd *attr = ATTR_OF(n, Winograd);
	const Shape *p = &n->in[0]->shape;
	int axes = p->rank / 2 - 1;
	Expr *ip[MAX_RANK], *i[WINOGRAD_AXES], *q[WINOGRAD_AXES];

	(void)slot;
	ip[axes] = at[0];
	ip[2 * axes + 1] = at[1];
	for (int k = 0; k < axes; k++) {
		Expr *d = num_i(l, dilation_of(attr, k)), *phase = imod(l, at[2 + k], d);
		Expr *tiles = idiv(l, extent(l, p->dim[axes + 1 + k]), d);
		ip[k] = i[k] = tap(l, n, k);
		q[k] = idiv(l, at[2 + k], d);
		ip[axes + 1 + k] = iadd(l, imul(l, phase, tiles), idiv(l, q[k], extent(l, n->in[1 + k]->shape.dim[0])));
	}
	Expr *sum = in(l, n, 0, ip);
	for (int k = axes; k-- > 0;)
		sum = weighed(l, n, k, imod(l, q[k], extent(l, n->in[1 + k]->shape.dim[0])), i[k], sum);
	return sum;
}

const Op op_tcc_WinogradOutput = {
	.name = "WinogradOutput", .domain = "tcc", .min_in = 2, .max_in = 1 + WINOGRAD_AXES, .min_out = 1, .max_out = 1,
	.flags = CONTRACTS | REDUCES | TABLES, .ulp = 16, .attrs = output_attrs, .attr_size = sizeof(struct Winograd),
	.types = "f", .infer = output_infer, .eval = output_eval, .lower = output_lower};
