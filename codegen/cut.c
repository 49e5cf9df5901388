/* cut.c -- cutting the axes of a contraction where it divides by a constant, until every address is affine.
 *
 *     y[o] = sum over t of x[o / 2 + 1 - t] * w[o % 2 - 1 + 2 * t]     ConvTranspose of stride 2, w is 0 outside
 *         o = 2 * i:      x[i - t] * w[1 + 2 * t]                      is two pieces, each an ordinary sum
 *         o = 2 * i + 1:  x[i + 1 - t] * w[2 * t]                      of products
 *
 * An axis that is divided by n becomes two loops: over steps of n, and over the residues below n. The residues are cut
 * into runs where a quotient, the number of steps, or (if that is cheaper than products with zero) the set of taps
 * changes; each run is a piece, and becomes a stage of its own. Groups (channel o / n of the input) are one run:
 * nothing changes below n. */
#include <string.h>
#include "codegen/cut.h"

enum { RUN_MAX = 32 };

typedef struct Cut {
	int loop;
	int64_t period;
	int64_t from[RUN_MAX + 1]; /* where runs of residues begin, ascending; then the period */
	int nruns;
} Cut;

typedef struct Finder {
	Lower *l;
	const Walk *walk;
	Axis *axis[LOOP_MAX]; /* of the walk's loops */
	int64_t lanes;        /* of the target's vectors */
	bool *seen;           /* by id */
	bool in_sum;
	Cut cut;
} Finder;

/* ---- walks ---- */

static void add_loop(Walk *w, Loop loop)
{
	if (!dim_is(loop.extent, 1))
		w->loop[w->nloops++] = loop;
}

Walk walk_whole(const Value *v)
{
	Walk w = {.nloops = 0};
	for (int k = 0; k < v->shape.rank; k++)
		add_loop(&w, (Loop){v->order[k], v->shape.dim[v->order[k]].k, 1, v->shape.dim[v->order[k]]});
	return w;
}

void walk_index(Lower *l, const Value *v, const Walk *w, Axis **axis, Expr **at)
{
	for (int k = 0; k < v->shape.rank; k++)
		at[k] = num_i(l, w->start[k]);
	for (int k = 0; k < w->nloops; k++) {
		const Loop *p = &w->loop[k];
		axis[k] = axis_new(l, p->extent, false);
		at[p->dim] = iadd(l, at[p->dim], imul(l, axis_expr(l, axis[k]), num_i(l, p->step)));
	}
}

/* ---- where to cut ---- */

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

/* A run begins at residue r, if that is inside. */
static bool begin_run(Cut *c, int64_t r)
{
	int at = c->nruns;
	if (r <= 0 || r >= c->period)
		return true;
	if (c->nruns == RUN_MAX)
		return false;
	for (; c->from[at - 1] > r; at--)
		;
	if (c->from[at - 1] == r)
		return true;
	memmove(c->from + at + 1, c->from + at, (size_t)(c->nruns - at) * sizeof *c->from);
	c->from[at] = r;
	c->nruns++;
	return true;
}

/* The number of steps falls where the extent's own residue begins. False when nothing would be cut. */
static bool finish_cut(Cut *c, int64_t extent)
{
	if (!begin_run(c, extent % c->period))
		return false;
	c->from[c->nruns] = c->period;
	return extent > c->period || (c->nruns > 1 && c->from[1] < extent);
}

/* Linear without its term i, as an expression. */
static Expr *without(Lower *l, const Linear *sum, int i)
{
	Linear rest = *sum;
	rest.n--;
	memmove(rest.atom + i, rest.atom + i + 1, (size_t)(rest.n - i) * sizeof *rest.atom);
	memmove(rest.coef + i, rest.coef + i + 1, (size_t)(rest.n - i) * sizeof *rest.coef);
	return linear_expr(l, &rest);
}

static int loop_of(const Finder *f, const Expr *atom)
{
	for (int k = 0; k < f->walk->nloops; k++)
		if (atom->kind == X_AXIS && atom->axes[0] == f->axis[k] && dim_known(f->walk->loop[k].extent))
			return k;
	return -1;
}

/* (a * axis + rest) / n: the quotient is the same for all residues of the axis up to the next multiple of n, when rest
 * stays between two multiples of a; else each residue is a run. */
static bool cut_term(Finder *f, const Linear *sum, int i, int64_t n)
{
	int64_t a = sum->coef[i], period = n / gcd(a, n);
	Cut *c = &f->cut;
	int loop = loop_of(f, sum->atom[i]);
	if (loop < 0)
		return false;
	Expr *rest = without(f->l, sum, i);
	*c = (Cut){.loop = loop, .period = period, .nruns = 1};
	if (a > 0 && n % a == 0 && floor_div(rest->lo, a) == floor_div(rest->hi, a)) {
		int64_t q = floor_div(rest->lo, a);
		begin_run(c, period - (q - period * floor_div(q, period)));
		return finish_cut(c, f->walk->loop[loop].n);
	}
	for (int64_t r = 1; r < period; r++)
		if (!begin_run(c, r))
			return false;
	return finish_cut(c, f->walk->loop[loop].n);
}

static bool cut_division(Finder *f, const Expr *x)
{
	Linear sum;
	if (x->arg[1]->kind != X_NUM || !linear_of(x->arg[0], &sum))
		return false;
	for (int i = 0; i < sum.n; i++)
		if (cut_term(f, &sum, i, x->arg[1]->i))
			return true;
	return false;
}

/* Vectors of products a step of the outer loops: residues beside the innermost loop share vectors with it. */
static int64_t vectors_of(const Finder *f, int loop, int64_t residues, int64_t taps)
{
	const Walk *w = f->walk;
	bool beside = loop == w->nloops - 2 && w->loop[loop].step == 1;
	int64_t inner = beside ? w->loop[loop + 1].n : f->lanes;
	return (residues * inner + f->lanes - 1) / f->lanes * taps;
}

/* Taps that some residues of a loop lack cost a multiplication by zero; cutting costs vectors that are not full. */
static bool pays(const Finder *f, int loop, int64_t at, int64_t taps, bool first_have)
{
	int64_t n = f->walk->loop[loop].n;
	return vectors_of(f, loop, at, taps - !first_have) + vectors_of(f, loop, n - at, taps - first_have) <=
	       vectors_of(f, loop, n, taps);
}

/* axis + n * t < k, or >= k: decided the same way for all of the axis below, and from, k modulo n on. */
static bool cut_comparison(Finder *f, const Expr *x)
{
	Linear sum;
	int loop = -1;
	int64_t n = 0, sign = 0, taps = 1, need = x->op == LT;
	if (x->arg[0]->dtype != I64 || !linear_of(isub(f->l, x->arg[1], x->arg[0]), &sum))
		return false;
	for (int i = 0; i < sum.n; i++)
		if (loop_of(f, sum.atom[i]) < 0) {
			n = gcd(n, sum.coef[i]);
			taps = sum.atom[i]->hi + 1;
		} else if (loop < 0 && (sum.coef[i] == 1 || sum.coef[i] == -1)) {
			loop = loop_of(f, sum.atom[i]);
			sign = sum.coef[i];
		} else {
			return false;
		}
	if (loop < 0 || (n && f->walk->loop[loop].n > n))
		return false;
	int64_t at = sign < 0 ? sum.k - need + 1 : need - sum.k;
	at -= n ? n * floor_div(at, n) : 0;
	f->cut = (Cut){.loop = loop, .period = f->walk->loop[loop].n, .nruns = 1};
	if (at <= 0 || at >= f->cut.period || !pays(f, loop, at, taps, sign < 0))
		return false;
	begin_run(&f->cut, at);
	return finish_cut(&f->cut, f->cut.period);
}

/* choose(test, load, 0) of a value that can have a border of zeros, which does away with the test. */
static bool is_padding(const Expr *x)
{
	return x->kind == X_ALU && x->op == SELECT && x->arg[1]->kind == X_LOAD && x->arg[1]->value->role != ROLE_CONST;
}

static bool find_cut(Finder *f, Expr *x)
{
	if (f->seen[x->id])
		return false;
	f->seen[x->id] = true;
	if (x->kind == X_ALU && (x->op == IDIV || x->op == IMOD) && cut_division(f, x))
		return true;
	if (x->kind == X_ALU && (x->op == LT || x->op == LE) && f->in_sum && cut_comparison(f, x))
		return true;
	bool outer = f->in_sum, found = false;
	f->in_sum |= x->kind == X_REDUCE;
	for (int k = is_padding(x); k < x->nargs && !found; k++)
		found = find_cut(f, x->arg[k]);
	f->in_sum = outer;
	return found;
}

/* ---- pieces ---- */

typedef struct Pieces {
	Graph *g;
	Node *n;
	int slot;
	const bool *is_load;
	int lanes;
	Walk *list;
	int count;
} Pieces;

/* The residues of one run, in as many steps as the first of them has. */
static Walk run_of(const Walk *w, const Cut *c, int run)
{
	Walk r = *w;
	Loop whole = w->loop[c->loop];
	int64_t from = c->from[run], n = whole.n > from ? (whole.n - from + c->period - 1) / c->period : 0;
	r.start[whole.dim] += from * whole.step;
	r.nloops = c->loop;
	add_loop(&r, (Loop){whole.dim, n, whole.step * c->period, dim(n)});
	n = c->from[run + 1] - from;
	add_loop(&r, (Loop){whole.dim, n, whole.step, dim(n)});
	for (int k = c->loop + 1; k < w->nloops; k++)
		add_loop(&r, w->loop[k]);
	return r;
}

static bool cut_walk(Pieces *p, const Walk *w)
{
	Finder f = {.l = lower_new(p->g, &p->g->ctx->scratch, p->is_load), .walk = w, .lanes = p->lanes};
	Expr *at[MAX_RANK];
	walk_index(f.l, p->n->out[p->slot], w, f.axis, at);
	Expr *body = p->n->op->lower(f.l, p->n, p->slot, at);
	f.seen = NEW_N(&p->g->ctx->scratch, bool, f.l->nexprs + 1);
	if (!find_cut(&f, body)) {
		if (p->count == PIECE_MAX)
			return false;
		p->list[p->count++] = *w;
		return true;
	}
	if (w->nloops == LOOP_MAX)
		return false;
	for (int i = 0; i < f.cut.nruns; i++) {
		Walk run = run_of(w, &f.cut, i);
		if (f.cut.from[i] < w->loop[f.cut.loop].n && !cut_walk(p, &run))
			return false;
	}
	return true;
}

int walk_pieces(Graph *g, Node *n, int slot, const bool *is_load, int lanes, Walk **pieces)
{
	Walk *list = *pieces = NEW_N(&g->ctx->scratch, Walk, PIECE_MAX), whole = walk_whole(n->out[slot]);
	Pieces p = {g, n, slot, is_load, lanes, list, 0};
	if (cut_walk(&p, &whole))
		return p.count;
	list[0] = whole;
	return 1;
}
