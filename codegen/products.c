/* products.c -- recognising sums of products.
 *
 * The pattern is  f(sum over k of a[..] * b[..]),  of floats or of bytes, or that of (a[..] - b[..])^2, distances. */
#include "codegen/contract.h"

/* The first SUMS_MAX reductions go to found; returns how many there are. */
static int find_reduces(Expr *x, Expr **found, int n, bool *seen)
{
	if (seen[x->id])
		return n;
	seen[x->id] = true;
	if (x->kind == X_REDUCE && n++ < SUMS_MAX)
		found[n - 1] = x;
	for (int k = 0; k < x->nargs; k++)
		n = find_reduces(x->arg[k], found, n, seen);
	return n;
}

static bool is_real_load(const Expr *x) { return x->kind == X_LOAD && (x->dtype == F32 || x->dtype == F64); }

/* Each is a float: they were widened. */
static bool holds_floats(const Tensor *t)
{
	bool all = true;
	for (int64_t i = 0; i < t->count && all; i++)
		all = ((const double *)t->data)[i] == (double)(float)((const double *)t->data)[i];
	return all;
}

bool is_constant(const Expr *load)
{
	const Value *v = load->value;
	return v->role == ROLE_CONST && (load->dtype != F64 || holds_floats(v->data));
}

bool is_packed_ahead(const Expr *load)
{
	int level;
	return is_constant(load) || (load->dtype == F32 && slices_constant(load->value, &level));
}

/* Tiles widen floats where they read them. */
static Expr *without_widening(Expr *x) { return x->kind == X_CAST && x->dtype == F64 && x->arg[0]->dtype == F32 ? x->arg[0] : x; }

Expr *load_of(Expr *x)
{
	bool some = x->kind == X_ALU && x->op == SELECT && x->arg[2]->kind == X_NUM && x->arg[2]->f == 0;
	Expr *load = without_widening(some ? x->arg[1] : x);
	return is_real_load(load) && (!some || (is_constant(load) && is_numeric(x->arg[0]))) ? load : NULL;
}

/* The load of a byte, also less a zero point: *zero. */
static Expr *byte_of(Expr *x, Expr **zero)
{
	*zero = NULL;
	if (x->kind == X_ALU && x->op == SUB) {
		*zero = x->arg[1];
		x = x->arg[0];
	}
	Expr *load = x->kind == X_CAST && x->dtype == I32 ? x->arg[0] : NULL;
	return load && load->kind == X_LOAD && (load->dtype == U8 || load->dtype == I8) ? load : NULL;
}

/* A number, or a constant's element that numbers find. */
static bool is_known(const Expr *x)
{
	if (x->kind == X_CAST)
		return is_known(x->arg[0]);
	return x->kind == X_NUM || (x->kind == X_LOAD && is_constant(x) && is_numeric(x->arg[0]));
}

static bool varies_in_sum(const Expr *x, const Expr *sum)
{
	for (int i = 0; i < sum->naxes; i++)
		if (depends_on(x, sum->axes[i]))
			return true;
	return false;
}

static bool is_number(const Expr *zero) { return !zero || zero->kind == X_NUM; }

/* Bytes of data by those of a constant, or of data. */
static bool find_bytes(Contraction *c, Expr *product)
{
	Expr *zero[2], *load[2] = {byte_of(product->arg[0], &zero[0]), byte_of(product->arg[1], &zero[1])};
	if (!load[0] || !load[1])
		return false;
	int b = is_constant(load[0]) ? 0 : 1;
	c->a = load[1 - b];
	c->a_zero = zero[1 - b];
	c->b = c->tap = load[b];
	c->b_less = product->arg[b];
	c->of = is_constant(c->b) ? FOURS : TWOS;
	c->b_zero = zero[b];
	if (c->of == TWOS)
		return !is_constant(c->a) && is_number(zero[0]) && is_number(zero[1]);
	return is_constant(c->b) && !is_constant(c->a) && (!zero[b] || is_known(zero[b])) &&
	       (!c->a_zero || !varies_in_sum(c->a_zero, c->sum));
}

/* Two products of 16 bits, or four of bytes, in each of 32 (the pass `twos`). */
static bool find_parts(Contraction *c, Expr *product)
{
	c->a = product->arg[0];
	c->b = c->tap = product->arg[1];
	c->of = product->op == FOURFOLD ? QUARTERS : HALVES;
	c->b_type = I32;
	return c->a->kind == X_LOAD && c->b->kind == X_LOAD && !is_constant(c->a);
}

/* A constant's byte as a float. */
static Expr *float_of_byte(Expr *x)
{
	Expr *load = x->kind == X_CAST && x->dtype == F32 ? x->arg[0] : NULL;
	return load && load->kind == X_LOAD && load->dtype == I8 && is_constant(load) && is_numeric(load->arg[0]) ? load : NULL;
}

/* a[..] of floats * b[..] of bytes that are constants */
static bool find_float_bytes(Contraction *c, Expr *product)
{
	int b = float_of_byte(product->arg[0]) ? 0 : 1;
	c->a = product->arg[1 - b];
	c->b = c->tap = float_of_byte(product->arg[b]);
	c->of = FLOATS;
	c->b_type = I8;
	return c->b && c->a->kind == X_LOAD && c->a->dtype == F32 && !is_packed_ahead(c->a);
}

/* a[..] * b[..] of floats */
static bool find_floats(Contraction *c, Expr *product)
{
	if (!load_of(product->arg[0]) || !load_of(product->arg[1]))
		return false;
	int b = is_packed_ahead(load_of(product->arg[0])) && !is_packed_ahead(load_of(product->arg[1])) ? 0 : 1;
	c->a = without_widening(product->arg[1 - b]);
	c->tap = without_widening(product->arg[b]);
	c->b = load_of(c->tap);
	c->of = product->dtype == F64 ? DOUBLES : FLOATS;
	c->b_type = is_packed_ahead(c->b) ? F32 : c->b->dtype;
	return is_real_load(c->a);
}

/* (a[..] - b[..])^2 of floats */
static bool find_squares(Contraction *c, Expr *product)
{
	Expr *d = product->arg[0];
	c->squares = d == product->arg[1] && d->kind == X_ALU && d->op == SUB && find_floats(c, d);
	return c->squares;
}

/* Both know the axis, or neither does. */
static bool know_alike(const Stage *s, const Expr *sum, const Expr *x, const Expr *y)
{
	bool alike = true;
	for (int i = 0; i < s->naxes; i++)
		alike &= depends_on(x, s->axis[i]) == depends_on(y, s->axis[i]);
	for (int i = 0; i < sum->naxes; i++)
		alike &= depends_on(x, sum->axes[i]) == depends_on(y, sum->axes[i]);
	return alike;
}

/* A sum of the same a, over axes of the same sizes, by another constant. */
static bool add_twin(Stage *s, Contraction *c, Expr *sum)
{
	Expr *product = sum->arg[0];
	if (sum->red != RED_SUM || sum->naxes != c->sum->naxes || !of_reals(c) || c->squares || of_bytes(c))
		return false;
	for (int i = 0; i < sum->naxes; i++) {
		if (!dim_same(sum->axes[i]->extent, c->sum->axes[i]->extent))
			return false;
		product = substitute(s->l, product, axis_expr(s->l, sum->axes[i]), axis_expr(s->l, c->sum->axes[i]));
	}
	Contraction other = {0};
	if (product->kind != X_ALU || product->op != MUL || !find_floats(&other, product) || other.a != c->a)
		return false;
	c->twin[c->sums++ - 1] = (Twin){.sum = sum, .b = other.b, .tap = other.tap};
	return is_packed_ahead(other.b) && is_packed_ahead(c->b) && is_numeric(other.b->arg[0]) && know_alike(s, c->sum, other.tap, c->tap);
}

bool find_products(Module *m, Stage *s, Contraction *c)
{
	Expr *sum[SUMS_MAX];
	int n = find_reduces(s->body, sum, 0, NEW_N(&m->g->ctx->scratch, bool, s->l->nexprs + 1));
	if (n < 1 || n > SUMS_MAX || sum[0]->red != RED_SUM)
		return false;
	c->sum = sum[0];
	c->sums = 1;
	Expr *product = c->sum->arg[0];
	bool in_parts = product->kind == X_ALU && (product->op == TWOFOLD || product->op == FOURFOLD);
	if (product->kind != X_ALU || (product->op != MUL && !in_parts) || s->naxes == 0)
		return false;
	if (in_parts)
		return n == 1 && (is_lane_int(s->out->dtype) || s->out->dtype == F32) && find_parts(c, product);
	if (s->out->dtype != F32 && s->out->dtype != F64 && !is_lane_int(s->out->dtype))
		return false;
	if (!(product->dtype == I32 ? find_bytes : find_floats)(c, product) && !find_float_bytes(c, product) &&
	    !find_squares(c, product))
		return false;
	while (c->sums < n)
		if (!add_twin(s, c, sum[c->sums]))
			return false;
	return true;
}
