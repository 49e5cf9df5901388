/* panels.c -- the constant operand of a contraction, in the order in which its tiles read it.
 *
 *     [outer axes that b knows][panel][k][lane of the panel]      lanes of the last panel filled up with zeros
 *
 * Where the address is a sum of a part without the lane and one that only the lane knows, each row is moved by offsets
 * that are found once; else (taps that are missing for some lanes) every element is evaluated. */
#include <assert.h>
#include "codegen/contract.h"

/* ---- expressions in numbers ---- */

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

static bool has_number(Alu op)
{
	return op == ADD || op == MUL || op == IDIV || op == IMOD || op == LT || op == LE || op == EQ || op == AND;
}

bool is_numeric(const Expr *x)
{
	if (x->kind != X_ALU)
		return x->kind == X_NUM || x->kind == X_AXIS;
	return has_number(x->op) && is_numeric(x->arg[0]) && is_numeric(x->arg[1]);
}

int64_t index_at(const Expr *x, const int64_t *at)
{
	if (x->kind == X_NUM)
		return x->i;
	if (x->kind == X_AXIS)
		return at[x->axes[0]->id];
	assert(x->kind == X_ALU && x->nargs == 2);
	int64_t a = index_at(x->arg[0], at), b = index_at(x->arg[1], at);
	switch (x->op) {
	case ADD:
		return a + b;
	case MUL:
		return a * b;
	case IDIV:
		return floor_div(a, b);
	case IMOD:
		return a - b * floor_div(a, b);
	case LT:
		return a < b;
	case LE:
		return a <= b;
	case EQ:
		return a == b;
	default:
		assert(x->op == AND);
		return a && b;
	}
}

static float tap_at(const Contraction *c, const int64_t *at)
{
	if (c->tap != c->b && !index_at(c->tap->arg[0], at))
		return 0;
	return ((const float *)c->b->value->data->data)[index_at(c->b->arg[0], at)];
}

/* ---- panels ---- */

typedef struct Packing {
	const Contraction *c;
	Step *loop[2 * STEP_MAX]; /* outer axes that b knows, then k */
	int nloops;
	int64_t *at;              /* by axis id */
	int64_t *offset;          /* of each lane, or NULL: there is none */
	int64_t width, depth;     /* lanes of all panels; steps of k */
	float *to;
} Packing;

static bool is_separable(const Contraction *c)
{
	const Axis *lane = c->lane.axis;
	Linear sum;
	if (c->tap != c->b || !linear_of(c->b->arg[0], &sum))
		return false;
	for (int i = 0; i < sum.n; i++)
		if (depends_on(sum.atom[i], lane) && !depends_only_on(sum.atom[i], lane))
			return false;
	return true;
}

static void find_offsets(Packing *p, Arena *scratch)
{
	const Contraction *c = p->c;
	int64_t *lane = &p->at[c->lane.axis->id];
	p->offset = NEW_N(scratch, int64_t, c->lane.n);
	for (int64_t j = c->lane.n; j-- > 0;) {
		*lane = j;
		p->offset[j] = index_at(c->b->arg[0], p->at);
	}
	for (int64_t j = c->lane.n; j-- > 0;)
		p->offset[j] -= p->offset[0];
}

/* Where lane j of step k lies in its group. */
static int64_t packed_at(const Packing *p, int64_t k, int64_t j)
{
	int64_t first = j - j % p->c->panel, left = p->width - first;
	return first * p->depth + k * (left < p->c->panel ? left : p->c->panel) + j % p->c->panel;
}

static void pack_row(Packing *p, float *group, int64_t k)
{
	const Contraction *c = p->c;
	const float *from = c->b->value->data->data;
	int64_t *lane = &p->at[c->lane.axis->id], base = *lane = 0;
	if (p->offset)
		base = index_at(c->b->arg[0], p->at);
	for (int64_t j = 0; j < c->lane.n; j++) {
		*lane = j;
		group[packed_at(p, k, j)] = p->offset ? from[base + p->offset[j]] : tap_at(c, p->at);
	}
}

static void pack_rows(Packing *p, int64_t groups)
{
	for (int i = 0; i < p->nloops; i++)
		p->at[p->loop[i]->axis->id] = 0;
	for (int64_t row = 0; row < groups * p->depth; row++) {
		pack_row(p, p->to + row / p->depth * p->depth * p->width, row % p->depth);
		for (int i = p->nloops - 1; i >= 0 && ++p->at[p->loop[i]->axis->id] == p->loop[i]->n; i--)
			p->at[p->loop[i]->axis->id] = 0;
	}
}

void pack_b(Module *m, Stage *s, Contraction *c)
{
	Arena *a = &m->g->ctx->perm, *scratch = &m->g->ctx->scratch;
	int64_t groups = 1, lanes = m->target->lanes;
	Packing p = {.c = c, .at = NEW_N(scratch, int64_t, s->l->naxes + 1), .depth = 1};
	for (int i = 0; i < c->nouter; i++)
		if (c->outer[i].b) {
			groups *= c->outer[i].n;
			p.loop[p.nloops++] = &c->outer[i];
		}
	for (int i = 0; i < c->nk; i++) {
		p.depth *= c->k[i].n;
		p.loop[p.nloops++] = &c->k[i];
	}
	p.width = (c->lane.n + lanes - 1) / lanes * lanes;
	p.to = NEW_N(a, float, groups * p.depth * p.width);
	if (is_separable(c))
		find_offsets(&p, scratch);
	pack_rows(&p, groups);
	c->packed = weight_add(m, arena_format(a, "s%d_w", s->number), F32, groups * p.depth * p.width, p.to,
	                       arena_format(a, "panels of %lld", (long long)c->panel));
	int64_t step = p.depth * p.width;
	for (int i = c->nouter - 1; i >= 0; i--)
		if (c->outer[i].b) {
			c->outer[i].b = step;
			step *= c->outer[i].n;
		}
	c->b_base = 0;
}
