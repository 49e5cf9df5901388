/* panels.c -- the constant operand of a contraction, in the order in which its tiles read it.
 *
 *     [outer axes that b knows][panel][k][lane of the panel]      lanes of the last panel filled up with zeros
 *     [turn]..                                                    where b is a slice of a constant, each turn another
 *     ..[k][sum][lane of the panel]                               where tiles make several sums
 *     ..[k][lane of the panel][2]           a panel in pairs of points, each twice
 *     ..[k / 2][lane of the panel][2]       a panel in pairs of steps
 *     ..[k / 4][lane of the panel][4]                             bytes: fours of neighbours along k
 *     ..[k / 4][vector][0, 2 or 1, 3][lane of the vector][2]      the same in 16 bits: pairs, as they come out of fours
 *
 * Where the address is a sum of a part without the lane and one that only the lane knows, each row is moved by offsets
 * that are found once; else (taps that are missing for some lanes) every element is evaluated. */
#include <assert.h>
#include <string.h>
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

/* b of one of the sums. */
static const Expr *b_of(const Contraction *c, int sum) { return sum ? c->twin[sum - 1].b : c->b; }

static const Expr *tap_of(const Contraction *c, int sum) { return sum ? c->twin[sum - 1].tap : c->tap; }

/* Of what that turn sees of a constant. Doubles that are packed are floats. */
static float float_at(const Value *v, int64_t turn, int64_t i)
{
	int level;
	if (slices_constant(v, &level))
		i += v->place->offset + turn * v->place->turn[level].step;
	return (float)load_f64(v->dtype, place_root(v)->data->data, i);
}

static float tap_at(const Contraction *c, int sum, int64_t turn, const int64_t *at)
{
	const Expr *tap = tap_of(c, sum), *b = b_of(c, sum);
	if (tap != b && !index_at(tap->arg[0], at))
		return 0;
	return float_at(b->value, turn, index_at(b->arg[0], at));
}

/* ---- panels ---- */

typedef struct Packing {
	const Contraction *c;
	const Step *loop[2 * STEP_MAX]; /* outer axes that b knows, then k */
	int nloops;
	int64_t *at;              /* by axis id */
	int64_t *offset[SUMS_MAX]; /* by sum: of each lane, or NULL: there is none */
	int64_t width, depth;     /* lanes of all panels, of one sum; products of a sum */
	int64_t groups;           /* indices of the outer axes */
	int64_t turn;             /* of which slice is packed */
	int lanes;                /* of a vector */
	void *to;
} Packing;

static bool is_separable(const Contraction *c, int sum)
{
	const Axis *lane = c->lane.axis;
	Linear address;
	if (tap_of(c, sum) != b_of(c, sum) || !linear_of(b_of(c, sum)->arg[0], &address))
		return false;
	for (int i = 0; i < address.n; i++)
		if (depends_on(address.atom[i], lane) && !depends_only_on(address.atom[i], lane))
			return false;
	return true;
}

static void find_offsets(Packing *p, int sum, Arena *scratch)
{
	const Contraction *c = p->c;
	int64_t *lane = &p->at[c->lane.axis->id], *offset = NEW_N(scratch, int64_t, c->lane.n);
	for (int64_t j = c->lane.n; j-- > 0;) {
		*lane = j;
		offset[j] = index_at(b_of(c, sum)->arg[0], p->at);
	}
	for (int64_t j = c->lane.n; j-- > 0;)
		offset[j] -= offset[0];
	p->offset[sum] = offset;
}

/* The next indices of all loops but the lanes. */
static void next_row(Packing *p)
{
	for (int i = p->nloops - 1; i >= 0 && ++p->at[p->loop[i]->axis->id] == p->loop[i]->n; i--)
		p->at[p->loop[i]->axis->id] = 0;
}

static Packing packing_of(const Module *m, const Stage *s, const Contraction *c)
{
	int64_t lanes = c->lanes;
	Packing p = {.c = c, .at = NEW_N(&m->g->ctx->scratch, int64_t, s->l->naxes + 1), .depth = 1, .groups = 1, .lanes = (int)lanes};
	for (int i = 0; i < c->nouter; i++)
		if (c->outer[i].b) {
			p.groups *= c->outer[i].n;
			p.loop[p.nloops++] = &c->outer[i];
		}
	for (int i = 0; i < c->nk; i++) {
		p.depth *= c->k[i].n;
		p.loop[p.nloops++] = &c->k[i];
	}
	p.width = (c->lane.n + lanes - 1) / lanes * lanes;
	return p;
}

/* ---- bytes ---- */

/* An integer that is_known() knows, or a difference of two. */
static int64_t integer_at(const Expr *x, const int64_t *at)
{
	if (x->kind == X_NUM)
		return x->i;
	if (x->kind == X_CAST)
		return integer_at(x->arg[0], at);
	if (x->kind == X_LOAD)
		return load_i64(x->dtype, x->value->data->data, index_at(x->arg[0], at));
	assert(x->kind == X_ALU && x->op == SUB);
	return integer_at(x->arg[0], at) - integer_at(x->arg[1], at);
}

static int64_t byte_at(Packing *p, int64_t lane)
{
	p->at[p->c->lane.axis->id] = lane;
	return integer_at(p->c->b_less, p->at);
}

void range_of_b(const Module *m, const Stage *s, const Contraction *c, int64_t *least, int64_t *most)
{
	Packing p = packing_of(m, s, c);
	*least = INT64_MAX;
	*most = INT64_MIN;
	for (int64_t row = 0; row < p.groups * p.depth; row++, next_row(&p))
		for (int64_t j = 0; j < c->lane.n; j++) {
			int64_t x = byte_at(&p, j);
			*least = x < *least ? x : *least;
			*most = x > *most ? x : *most;
		}
}

bool twos_fit(const Module *m, const Stage *s, const Contraction *c)
{
	Packing p = packing_of(m, s, c);
	int64_t *before = NEW_N(&m->g->ctx->scratch, int64_t, c->lane.n);
	for (int64_t row = 0; row < p.groups * p.depth; row++, next_row(&p))
		for (int64_t j = 0; j < c->lane.n; j++) {
			int64_t x = byte_at(&p, j), size = x < 0 ? -x : x;
			if (row % p.depth && (before[j] + size) * UINT8_MAX > INT16_MAX)
				return false;
			before[j] = size;
		}
	return true;
}

Expr *sums_of_b(Module *m, Stage *s, const Contraction *c, int64_t factor)
{
	Lower *l = s->l;
	Packing p = packing_of(m, s, c);
	int64_t count = p.groups * c->lane.n, step = c->lane.n;
	Tensor *t = tensor_new(&m->g->ctx->perm, I32, 1, &count);
	int32_t *sum = t->data;
	for (int64_t row = 0; row < p.groups * p.depth; row++, next_row(&p))
		for (int64_t j = 0; j < c->lane.n; j++)
			sum[row / p.depth * c->lane.n + j] += (int32_t)(factor * byte_at(&p, j));
	Expr *at = axis_expr(l, c->lane.axis);
	for (int i = c->nouter - 1; i >= 0; i--)
		if (c->outer[i].b) {
			at = iadd(l, at, imul(l, axis_expr(l, c->outer[i].axis), num_i(l, step)));
			step *= c->outer[i].n;
		}
	return expr_load(l, flat_const(m, t), &at);
}

/* Where product k of lane j lies in its group. */
static int64_t byte_place(const Packing *p, int64_t k, int64_t j)
{
	const Contraction *c = p->c;
	int64_t first = j - j % c->panel, left = p->width - first, panel = left < c->panel ? left : c->panel;
	int64_t run = (c->run + c->four - 1) / c->four, step = k / c->run * run + k % c->run / c->four, t = k % c->run % c->four;
	int64_t place = (first * c->steps + step * panel) * c->four, lane = j % c->panel;
	if (c->four == 1 || c->b_type == I8)
		return place + lane * c->four + t;
	return place + (lane / p->lanes * 4 + t % 2 * 2) * p->lanes + lane % p->lanes * 2 + t / 2;
}

static void pack_bytes(Packing *p)
{
	const Contraction *c = p->c;
	for (int64_t row = 0; row < p->groups * p->depth; row++, next_row(p))
		for (int64_t j = 0; j < c->lane.n; j++) {
			int64_t at = row / p->depth * c->steps * c->four * p->width + byte_place(p, row % p->depth, j);
			store_f64(c->b_type, p->to, at, (double)byte_at(p, j));
		}
}

/* ---- floats ---- */

/* Where lane j of step k of a sum lies in its group. */
static int64_t packed_at(const Packing *p, int sum, int64_t k, int64_t j)
{
	int64_t first = j - j % p->c->panel, left = p->width - first, panel = left < p->c->panel ? left : p->c->panel;
	return p->c->sums * (first * p->depth + k * panel) + sum * panel + j % p->c->panel;
}

/* The same in a panel in pairs, of the first of two. */
static int64_t paired_at(const Packing *p, int64_t k, int64_t j)
{
	const Contraction *c = p->c;
	int64_t first = j - j % c->panel, run = c->pair_run, step = k, second = 0;
	if (c->pairing == OF_STEPS) {
		step = k / run * ((run + 1) / 2) + k % run / 2;
		second = k % run % 2;
	}
	return first * p->depth + step * p->lanes + 2 * (j - first) + second;
}

static void pack_row(Packing *p, int sum, float *group, int64_t k)
{
	const Contraction *c = p->c;
	const Value *from = b_of(c, sum)->value;
	const int64_t *offset = p->offset[sum];
	int64_t *lane = &p->at[c->lane.axis->id], base = *lane = 0;
	if (offset)
		base = index_at(b_of(c, sum)->arg[0], p->at);
	for (int64_t j = 0; j < c->lane.n; j++) {
		*lane = j;
		float x = offset ? float_at(from, p->turn, base + offset[j]) : tap_at(c, sum, p->turn, p->at);
		if (c->pairing == ALONE || j < c->lane.n / c->panel * c->panel) {
			group[packed_at(p, sum, k, j)] = x;
			continue;
		}
		float *to = group + paired_at(p, k, j);
		to[0] = x;
		if (c->pairing == OF_POINTS)
			to[1] = x;
	}
}

static void pack_rows(Packing *p)
{
	int64_t group = p->c->sums * p->depth * p->width;
	for (int64_t row = 0; row < p->groups * p->depth; row++, next_row(p))
		for (int sum = 0; sum < p->c->sums; sum++)
			pack_row(p, sum, (float *)p->to + row / p->depth * group, row % p->depth);
}

/* ---- two or four products in a number ---- */

static void pack_words(Packing *p)
{
	const Contraction *c = p->c;
	int64_t *lane = &p->at[c->lane.axis->id], group = p->depth * p->width;
	for (int64_t row = 0; row < p->groups * p->depth; row++, next_row(p))
		for (int64_t j = 0; j < c->lane.n; j++) {
			*lane = j;
			((int32_t *)p->to)[row / p->depth * group + packed_at(p, 0, row % p->depth, j)] = (int32_t)integer_at(c->b, p->at);
		}
}

/* How the turns of a loop go through what is packed for each, `step` elements; NULL: there is one for all. */
static const Place *packed_slices(const Contraction *c, int64_t step, Arena *a, int64_t *count)
{
	int level;
	*count = 1;
	if (!slices_constant(c->b->value, &level))
		return NULL;
	Place *p = NEW(a, Place);
	p->region = NEW(a, Region);
	*count = c->b->value->place->turn[level].count;
	p->region->count = *count * step;
	p->turn[level] = (Moves){.step = step, .count = *count};
	return p;
}

/* How it is packed. */
static const char *panels_text(const Contraction *c, Arena *a)
{
	const char *of = c->sums > 1 ? arena_format(a, "%d times ", c->sums) : "";
	return arena_format(a, "panels of %s%lld", of, (long long)c->panel);
}

/* Bytes were packed as the floats that they become. */
static char *narrowed(Arena *a, const float *x, int64_t n, DType *t)
{
	int8_t *y = NEW_N(a, int8_t, n);
	for (int64_t i = 0; i < n; i++)
		y[i] = (int8_t)x[i];
	*t = I8;
	return (char *)y;
}

void pack_b(Module *m, Stage *s, Contraction *c)
{
	Arena *a = &m->g->ctx->perm;
	Packing p = packing_of(m, s, c);
	DType t = of_reals(c) ? F32 : c->b_type;
	int64_t step = c->steps * c->four * p.width * c->sums, turn = p.groups * step, turns;
	c->slices = packed_slices(c, turn, a, &turns);
	char *to = arena_alloc(a, dtype_bytes(t, turns * turn));
	memset(to, 0, dtype_bytes(t, turns * turn));
	for (int i = 0; i < c->sums; i++)
		if (of_reals(c) && is_separable(c, i))
			find_offsets(&p, i, &m->g->ctx->scratch);
	for (p.turn = 0; p.turn < turns; p.turn++) {
		p.to = to + dtype_bytes(t, p.turn * turn);
		if (of_reals(c))
			pack_rows(&p);
		else if (in_parts(c))
			pack_words(&p);
		else
			pack_bytes(&p);
	}
	if (of_bytes(c))
		to = narrowed(a, (const float *)(const void *)to, turns * turn, &t);
	c->packed = weight_add(m, &(Weight){.name = arena_format(a, "s%d_w", s->number), .dtype = t, .count = turns * turn,
	                                    .data = to, .note = panels_text(c, a), .from = place_root(c->b->value)->name});
	for (int i = c->nouter - 1; i >= 0; i--)
		if (c->outer[i].b) {
			c->outer[i].b = step;
			step *= c->outer[i].n;
		}
	c->b_base = 0;
}
