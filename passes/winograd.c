/* winograd.c -- convolutions with fewer products: 2 to 5 taps a spatial axis by Winograd's method where that is cheaper.
 *
 * needs  shapes, constant weights
 * keeps  results up to the rounding of F(m, r), which grows with alpha and with the root of channels: 4 loses about as much
 *        as the direct sum, 6 two to four times as much, 8 four times that, and is taken for few channels only
 *
 *     Conv(x, W) + b   ->   WinogradOutput(MatMul(WinogradInput(x), U), A) + b        U = G W G^T, here and now
 *
 * Of a few groups, each of several vectors of channels, each is a convolution: slices of x, and a Concat of the results.
 *
 * Where all three axes of a volume have several taps, those of the first are summed up: v has a place for each of its inputs
 * there, and y is the sum over taps p of MatMul(v from p on, U[p]).
 *
 * Taps that meet every d-th element see an axis as d axes one in another, each with tiles of its own.
 *
 * F(m, r) makes m outputs of a correlation with r taps from alpha = m + r - 1 products instead of m r (toom.h has its
 * tables). The larger alpha, the fewer products an output, and the larger errors: tiles of 8 are a way among the others
 * only where the error to expect of them is at most WINOGRAD_ERROR. */
#include <math.h>
#include <string.h>
#include "ir/op/movement.h"
#include "ir/op/winograd.h"
#include "passes/consts.h"
#include "passes/methods.h"
#include "passes/place.h"
#include "passes/toom.h"

void pass_winograd(Graph *g, const Options *o);

/* ---- a convolution that Winograd's method can do ---- */

typedef struct Job {
	Graph *g;
	Node *n;
	WindowAxis window[MAX_SPATIAL];
	ConvSize conv; /* of one group, with the least number of images that there can be */
	int64_t most;  /* images */
	Tables table[WINOGRAD_AXES];
	int64_t tiles[WINOGRAD_AXES];
} Job;

/* Stages for each are worth the text, and slices of channels are whole vectors. */
static bool has_wide_groups(int64_t groups, const ConvSize *s)
{
	enum { GROUPS_MOST = 4, CHANNELS_LEAST = 32, LANES = 16 };
	return groups == 1 || (groups <= GROUPS_MOST && s->in >= CHANNELS_LEAST && s->out >= CHANNELS_LEAST &&
	                       s->in % LANES == 0 && s->out % LANES == 0);
}

static bool fits(Graph *g, Node *n, void *data)
{
	Job *job = data;
	const Value *w = n->nin > 1 ? n->in[1] : NULL;

	*job = (Job){.g = g, .n = n};
	if (!is_op(n, "Conv") || !is_const(w) || w->dtype != F32 || (has_in(n, 2) && !is_const(n->in[2])) ||
	    !conv_size(g, n, job->window, &job->conv) || !winograd_fits(&job->conv, job->window) ||
	    !has_wide_groups(ATTR_OF(n, Sliding)->group, &job->conv))
		return false;
	if (fills_lanes_by_columns(g, n)) /* few products: the maps would take longer */
		return false;
	job->most = dim_hi(g->syms, n->in[0]->shape.dim[0]);
	job->most = job->most > job->conv.batch ? job->most : job->conv.batch;
	return true;
}

/* ---- the cheapest way ---- */

/* Tiles from alpha inputs along every axis of several taps. */
static void set_tiles(Job *job, int alpha)
{
	const ConvSize *s = &job->conv;

	for (int i = 0; i < s->axes; i++) {
		int64_t taps = winograd_taps(s, i);

		tables_fill(&job->table[i], winograd_tile(taps, alpha), (int)taps);
		job->tiles[i] = winograd_tiles(s, i, alpha);
	}
}

static bool is_dilated(const ConvSize *s)
{
	bool dilated = false;

	for (int i = 0; i < s->axes; i++)
		dilated |= winograd_phases(s, i) > 1;
	return dilated;
}

/* "1x64x56x56 by 64x3x3", "1..8x64x56x56 by 64x3x3", "1x64x56x56 by 64x3x3 every 2x2" */
static const char *key_of(const Job *job, Arena *a)
{
	const ConvSize *s = &job->conv;
	const char *most = job->most > s->batch ? arena_format(a, "..%lld", (long long)job->most) : "";
	const char *key = arena_format(a, "%lld%sx%lld", (long long)s->batch, most, (long long)s->out);

	for (int i = 0; i < s->axes; i++)
		key = arena_format(a, "%sx%lld", key, (long long)s->size[i]);
	key = arena_format(a, "%s by %lld", key, (long long)s->in);
	for (int i = 0; i < s->axes; i++)
		key = arena_format(a, "%sx%lld", key, (long long)s->taps[i]);
	for (int i = 0; i < s->axes && is_dilated(s); i++)
		key = arena_format(a, "%s%s%lld", key, i ? "x" : " every ", (long long)winograd_phases(s, i));
	return key;
}

/* Inputs of a tile along each axis; 0: the direct sum. */
static const char *alpha_text(int alpha, Arena *a) { return alpha ? arena_format(a, "%d", alpha) : "off"; }

/* The ways there are, and which of them is expected to be the fastest. */
typedef struct Ways {
	int alpha[1 + ALPHA_MAX];
	double cycles[1 + ALPHA_MAX];
	int n, best;
	double inexact; /* cycles of tiles that are left out because of their errors; 0: there are none */
} Ways;

static double way_cycles(const ConvSize *s, int alpha, const Target *t)
{
	return alpha ? winograd_cycles(s, alpha, t) : direct_cycles(s, t);
}

/* Of a batch that varies what counts is how many times longer one way takes than another, with few images and with many:
 * the geometric mean of both. */
static double mean_cycles(const Job *job, int alpha, const Target *t)
{
	ConvSize many = job->conv;
	double cycles = way_cycles(&job->conv, alpha, t);

	many.batch = job->most;
	return many.batch == job->conv.batch ? cycles : sqrt(cycles * way_cycles(&many, alpha, t));
}

/* What tiles that size have to come down to, of the time of those that they replace: errors that grow have to buy more. */
static double least_gain(int from, int to) { return to == 8 ? 0.9 : from ? 1 : 0.95; }

static void find_ways(const Job *job, const Target *t, Ways *w)
{
	*w = (Ways){.n = 1, .cycles = {mean_cycles(job, 0, t)}};
	for (int alpha = 4; alpha <= ALPHA_MAX; alpha += 2) {
		if (!winograd_gives(&job->conv, alpha))
			continue;
		double cycles = mean_cycles(job, alpha, t);
		if (!winograd_exact(&job->conv, alpha)) {
			w->inexact = cycles;
			continue;
		}
		w->alpha[w->n] = alpha;
		w->cycles[w->n] = cycles;
		if (cycles < w->cycles[w->best] * least_gain(w->alpha[w->best], alpha))
			w->best = w->n;
		w->n++;
	}
}

/* "Winograd from 6 a side: 1.40 Mcycles, from 4: 2.45 Mcycles, direct sum: 3.62 Mcycles, from 8 a side: 1.21 Mcycles, but
 * with errors of 5.9e-06" */
static const char *ways_text(const Ways *w, const ConvSize *s, Arena *a)
{
	const char *text = "", *method = "Winograd ";

	for (int k = 0; k < w->n; k++) {
		int i = k == 0 ? w->best : k <= w->best ? k - 1 : k; /* the best comes first */
		const char *name = w->alpha[i] ? arena_format(a, "%sfrom %d a side", method, w->alpha[i]) : "direct sum";
		text = arena_format(a, "%s%s%s: %s", text, k ? ", " : "", name, cycles_text(w->cycles[i], a));
		method = w->alpha[i] ? "" : method;
	}
	double large = w->alpha[w->n - 1] == ALPHA_MAX ? w->cycles[w->n - 1] : w->inexact;
	if (w->inexact > 0)
		text = arena_format(a, "%s, from %d a side: %s", text, ALPHA_MAX, cycles_text(w->inexact, a));
	if (large > 0 && large < w->cycles[w->best])
		text = arena_format(a, "%s, but with errors of %.2g", text, winograd_error(s, ALPHA_MAX));
	return text;
}

/* Sets the tiles of the way to take; false: the direct sum is. */
static bool pays(void *data, const Options *o, const Target *t, const Decision **choice)
{
	Job *job = data;
	Arena *a = &job->g->ctx->perm;
	Decision *d = NEW(a, Decision);
	const char *name[1 + ALPHA_MAX];
	Ways w;

	*d = (Decision){.what = "winograd", .key = key_of(job, a)};
	find_ways(job, t, &w);
	for (int i = 0; i < w.n; i++)
		name[i] = alpha_text(w.alpha[i], a);
	w.best = take_way(o, t, d, name, w.n, w.best, "off, 4, 6 or 8, if such tiles give outputs and are exact enough");
	d->why = ways_text(&w, &job->conv, a);
	*choice = d;
	if (w.best)
		set_tiles(job, w.alpha[w.best]);
	return w.best;
}

/* ---- the rewriting ---- */

static Value *table_value(Graph *g, int rows, int columns, const double (*x)[ALPHA_MAX])
{
	double all[ALPHA_MAX * ALPHA_MAX];

	for (int i = 0; i < rows; i++)
		memcpy(all + i * columns, x[i], (size_t)columns * sizeof *all);
	return const_from(g, F32, 2, (int64_t[]){rows, columns}, all);
}

/* One kernel w, taps of all axes one after the other: u[i, j] = sum over p, q of G0[i, p] G1[j, q] w[p, q], at steps of
 * `step` from each other. */
static void transform_kernel(const Tables *t0, const Tables *t1, const float *w, float *u, int64_t step)
{
	double half[ALPHA_MAX][WINOGRAD_TAPS];

	for (int i = 0; i < t0->alpha; i++)
		for (int q = 0; q < t1->r; q++) {
			half[i][q] = 0;
			for (int p = 0; p < t0->r; p++)
				half[i][q] += t0->g[i][p] * (double)w[p * t1->r + q];
		}
	for (int i = 0; i < t0->alpha; i++)
		for (int j = 0; j < t1->alpha; j++, u += step) {
			double sum = 0;

			for (int q = 0; q < t1->r; q++)
				sum += half[i][q] * t1->g[j][q];
			*u = (float)sum;
		}
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

static int64_t products_of(const Job *job) { return winograd_sums(&job->conv, 0) ? job->conv.taps[0] : 1; }

/* Kernels [k, c, taps..] become u [i.., 1.., c, k]; in blocks, because one side runs along k and the other along c. Of
 * several products, those of number `tap`. */
static Value *transformed_weights(const Job *job, int64_t tap)
{
	enum { BLOCK = 16 };
	static const Tables one = {.m = 1, .r = 1, .alpha = 1, .g = {{1}}};
	const Tables *t0 = &one, *t1 = &one; /* of the last two axes that have several taps */
	int64_t dims[MAX_RANK], nk = job->conv.out, nc = job->conv.in, np = products_of(job);
	int rank = 0;

	for (int i = 0; i < job->conv.axes; i++) {
		dims[rank++] = job->table[i].alpha;
		if (job->table[i].r > 1) {
			t0 = t1;
			t1 = &job->table[i];
		}
	}
	int taps = t0->r * t1->r;
	for (int i = 0; i < job->conv.axes; i++)
		dims[rank++] = 1; /* images, and tiles but for the last axis */
	dims[rank++] = nc;
	dims[rank++] = nk;
	Tensor *u = tensor_new(&job->g->ctx->perm, F32, rank, dims);
	const float *w = job->n->in[1]->data->data;
	for (int64_t block = 0; block < nk; block += BLOCK)
		for (int64_t from = 0; from < nc; from += BLOCK)
			for (int64_t k = block; k < least(block + BLOCK, nk); k++)
				for (int64_t c = from; c < least(from + BLOCK, nc); c++)
					transform_kernel(t0, t1, w + ((k * nc + c) * np + tap) * taps,
							 (float *)u->data + c * nk + k, nc * nk);
	return value_const(job->g, np > 1 ? NULL : job->n->in[1]->name, u);
}

/* The first axis of v [i.., n, t.., c] that is summed up has all inputs as tiles: product number `tap` meets those from
 * there on. */
static Value *sum_of_products(const Job *job, Value *v, const Decision *choice)
{
	Graph *g = job->g;
	Node *n = job->n;
	int axis = job->conv.axes + 1;
	Value *sum = NULL;

	for (int64_t tap = 0, np = products_of(job); tap < np; tap++) {
		Value *from = np == 1 ? v : slice_of(g, n, v, axis, tap, tap + job->tiles[0]);
		Value *p = put(g, n, "MatMul", from, transformed_weights(job, tap), END_IN);
		p->def->choice = tap ? quiet_choice(g, choice) : choice;
		sum = sum ? put(g, n, "Add", sum, p, END_IN) : p;
	}
	return sum;
}

static Ints ints_new(const Job *job, int64_t (*get)(const Job *, int))
{
	Ints list = {NEW_N(&job->g->ctx->perm, int64_t, job->conv.axes), job->conv.axes};

	for (int i = 0; i < job->conv.axes; i++)
		list.v[i] = get(job, i);
	return list;
}

static int64_t get_tile(const Job *job, int i) { return job->table[i].m; }
static int64_t get_tiles(const Job *job, int i) { return job->tiles[i] + (i == 0 ? products_of(job) - 1 : 0); }
static int64_t get_dilation(const Job *job, int i) { return winograd_phases(&job->conv, i); }
static int64_t get_before(const Job *job, int i) { return job->window[i].before.k; }
static int64_t get_size(const Job *job, int i) { return job->window[i].out.k; }

static Value *bias_of(const Job *job)
{
	const double *b = along_axis(job->g, job->n->in[2], 1, 0, job->conv.out);

	Value *v = const_from(job->g, F32, 2 + job->conv.axes, (int64_t[]){1, job->conv.out, 1, 1, 1}, b);
	v->name = job->n->in[2]->name;
	return v;
}

static void rewrite_conv(void *data, const Decision *choice)
{
	const Job *job = data;
	Graph *g = job->g;
	Node *n = job->n;
	Value *in[1 + WINOGRAD_AXES] = {n->in[0]}, *out[1 + WINOGRAD_AXES];
	const Op *input = op_find("tcc", "WinogradInput"), *output = op_find("tcc", "WinogradOutput");
	struct Winograd *ia = attr_new(g, input), *oa = attr_new(g, output);

	ia->tile = ints_new(job, get_tile);
	ia->tiles = ints_new(job, get_tiles);
	ia->before = ints_new(job, get_before);
	oa->size = ints_new(job, get_size);
	if (is_dilated(&job->conv))
		ia->dilation = oa->dilation = ints_new(job, get_dilation);
	for (int i = 0; i < job->conv.axes; i++) {
		const Tables *t = &job->table[i];

		in[1 + i] = table_value(g, t->alpha, t->alpha, t->b);
		out[1 + i] = table_value(g, t->m, t->alpha, t->a);
	}
	Value *v = node_new(g, input, n, 1 + job->conv.axes, in, 1, ia)->out[0];
	out[0] = sum_of_products(job, v, choice);
	Value *y = node_new(g, output, n, 1 + job->conv.axes, out, 1, oa)->out[0];
	v->def->choice = y->def->choice = quiet_choice(g, choice);
	if (has_in(n, 2))
		y = put(g, n, "Add", y, bias_of(job), END_IN);
	value_replace(g, n->out[0], y);
	n->out[0] = NULL;
}

/* Group i of n's groups, by itself. */
static Value *group_alone(const Job *job, int64_t i)
{
	Graph *g = job->g;
	const Node *n = job->n;
	struct Sliding attr = *ATTR_OF(n, Sliding);
	int64_t nc = job->conv.in, nk = job->conv.out;
	Value *in[3] = {slice_of(g, n, n->in[0], 1, i * nc, (i + 1) * nc),
			value_const(g, NULL, part_of(g, n->in[1]->data, 0, i * nk, nk))};

	if (has_in(n, 2))
		in[2] = value_const(g, NULL, part_of(g, n->in[2]->data, 0, i * nk, nk));
	attr.group = 1;
	return rewrite_attr(g, n, &attr, in[2] ? 3 : 2, in);
}

static void rewrite_groups(void *data, const Decision *choice)
{
	const Job *job = data;
	Graph *g = job->g;
	Node *n = job->n;
	int64_t groups = ATTR_OF(n, Sliding)->group;
	Value **part = NEW_N(&g->ctx->scratch, Value *, groups);

	if (groups == 1) {
		rewrite_conv(data, choice);
		return;
	}
	struct Concat *attr = attr_new(g, &op_Concat);
	attr->axis = 1;
	for (int64_t i = 0; i < groups; i++)
		part[i] = group_alone(job, i);
	value_replace(g, n->out[0], node_new(g, &op_Concat, n, (int)groups, part, 1, attr)->out[0]);
	n->out[0] = NULL;
	for (int64_t i = 0; i < groups; i++) {
		Job alone = *job;
		alone.n = part[i]->def;
		rewrite_conv(&alone, choice);
		choice = quiet_choice(g, choice);
	}
}

void pass_winograd(Graph *g, const Options *o)
{
	static const Method method = {sizeof(Job), fits, pays, rewrite_groups};

	method_apply(g, o, &method);
}
