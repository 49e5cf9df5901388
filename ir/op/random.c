/* random.c -- RandomUniform, RandomNormal and their Like forms (1-22), Bernoulli (15-22), Multinomial (7-22).
 *
 * Numbers are a hash of their position, the seed and a stream (tcc.Uniform), so that they need no state, are the same for
 * every number of workers, and a run is a function of its inputs: the same in each run.
 *
 *     u[i] = upper bits of mix(i * 0x9e3779b9 + key), in [0, 1)
 *     normal        sqrt(-2 log(1 - u0)) cos(2 pi u1)
 *     Bernoulli     u < p
 *     Multinomial   the class with the largest logit - log(-log(1 - u)), once a sample
 *
 * A node without a seed gets one of its own on its way in (frontend/opsets.c). */
#include <math.h>
#include "ir/op/composite.h"
#include "ir/op/reduce.h"

/* ---- tcc.Uniform: input 0, where there is one, has the shape; else the attribute shape ---- */

struct Uniform {
	float seed;
	int64_t stream;
	DType dtype; /* F32, F64 */
	Ints shape;
};

static const Attr uniform_attrs[] = {ATTR_FLOAT(Uniform, seed, 0), ATTR_INT(Uniform, stream, 0),
				     ATTR_TYPE(Uniform, dtype, F32), ATTR_LIST(Uniform, shape, A_INTS), {0}};

static void check_shape(Graph *g, const Node *n, const Ints *shape)
{
	if (shape->n < 0 || shape->n > MAX_RANK)
		fail_node(g, n, "E-ATTR", "shape has %d elements", shape->n);
}

static void uniform_infer(Graph *g, Node *n)
{
	const struct Uniform *a = n->attr;
	Shape s = {.rank = a->shape.n};

	if (a->dtype != F32 && a->dtype != F64)
		fail_node(g, n, "E-ATTR", "dtype is %s; it must be f32 or f64", dtype_name(a->dtype));
	if (has_in(n, 0)) {
		need_rank(g, n, 0, 0, MAX_RANK);
		set_out(g, n, 0, a->dtype, &n->in[0]->shape);
		return;
	}
	check_shape(g, n, &a->shape);
	for (int k = 0; k < a->shape.n; k++)
		s.dim[k] = dim(a->shape.v[k]);
	set_out(g, n, 0, a->dtype, &s);
}

static uint32_t mixed(uint32_t h)
{
	h = (h ^ h >> 16) * 0x85ebca6bu;
	h = (h ^ h >> 13) * 0xc2b2ae35u;
	return h ^ h >> 16;
}

/* Of word `word` of each number. */
static uint32_t key_of(const struct Uniform *a, int word)
{
	union { float f; uint32_t u; } bits = {a->seed};

	return mixed(mixed(bits.u + 0x9e3779b9u) ^ ((uint32_t)a->stream * 2 + (uint32_t)word) * 0x7feb352du);
}

static void uniform_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const struct Uniform *a = n->attr;
	double *y = out_f64(e, out[0]);

	(void)in;
	for (int64_t i = 0; i < out[0]->count; i++) {
		uint32_t h = mixed((uint32_t)i * 0x9e3779b9u + key_of(a, 0));
		y[i] = ldexp(h >> 8, -24);
		if (a->dtype == F64)
			y[i] += ldexp(mixed((uint32_t)i * 0x9e3779b9u + key_of(a, 1)) >> 8, -48);
	}
}

static Expr *u32(Lower *l, uint32_t k) { return num(l, U32, k); }

static Expr *mixed_expr(Lower *l, Expr *h)
{
	h = alu2(l, MUL, alu2(l, BITXOR, h, alu2(l, SHR, h, u32(l, 16))), u32(l, 0x85ebca6bu));
	h = alu2(l, MUL, alu2(l, BITXOR, h, alu2(l, SHR, h, u32(l, 13))), u32(l, 0xc2b2ae35u));
	return alu2(l, BITXOR, h, alu2(l, SHR, h, u32(l, 16)));
}

/* 24 bits of a word, as a number of type t below 1 */
static Expr *fraction(Lower *l, const struct Uniform *a, Expr *counter, int word, DType t)
{
	Expr *h = mixed_expr(l, alu2(l, ADD, counter, u32(l, key_of(a, word))));

	return alu2(l, MUL, cast(l, t, cast(l, I32, alu2(l, SHR, h, u32(l, 8)))), num(l, t, 0x1p-24));
}

static Expr *uniform_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const struct Uniform *a = n->attr;
	Expr *position = cast(l, U32, flatten(l, &n->out[slot]->shape, at));
	Expr *counter = alu2(l, MUL, position, u32(l, 0x9e3779b9u)), *y = fraction(l, a, counter, 0, a->dtype);

	if (a->dtype == F64)
		y = alu2(l, ADD, y, alu2(l, MUL, fraction(l, a, counter, 1, F64), num(l, F64, 0x1p-24)));
	return y;
}

const Op op_tcc_Uniform = {
	.name = "Uniform", .domain = "tcc", .min_in = 0, .max_in = 1, .min_out = 1, .max_out = 1, .flags = RANDOM,
	.attrs = uniform_attrs, .attr_size = sizeof(struct Uniform),
	.infer = uniform_infer, .eval = uniform_eval, .lower = uniform_lower,
};

/* ---- what models have ---- */

struct Random {
	float low, high, mean, scale, seed;
	DType dtype; /* DT_NONE: that of the input */
	Ints shape;
	int64_t sample_size;
};

/* The type in which numbers of type t are made. */
static DType made_as(DType t) { return t == F64 ? F64 : F32; }

static Value *uniform(Graph *g, const Node *n, int64_t stream, DType t, Value *like, const Ints *shape)
{
	struct Uniform a = {ATTR_OF(n, Random)->seed, stream, made_as(t), like ? (Ints){NULL, 0} : *shape};

	return like ? put_attr(g, n, "tcc.Uniform", &a, like, END_IN) : put_attr(g, n, "tcc.Uniform", &a, END_IN);
}

static Value *numbers(Graph *g, const Node *n, int64_t stream, DType t)
{
	return uniform(g, n, stream, t, optional_in(n, 0), &ATTR_OF(n, Random)->shape);
}

static DType type_of(Graph *g, const Node *n)
{
	const struct Random *a = n->attr;
	DType t = a->dtype ? a->dtype : n->nin ? n->in[0]->dtype : F32;

	if (!is_float(t))
		fail_node(g, n, "E-TYPE", "numbers of type %s; it must be a float type", dtype_name(t));
	if (n->nin)
		need_rank(g, n, 0, 0, MAX_RANK);
	else
		check_shape(g, n, &a->shape);
	return t;
}

/* (x + 0) * scale + shift in the wanted type */
static void give(Graph *g, Node *n, Value *x, double scale, double shift, DType t)
{
	Value *y = scaled(g, n, x, scale);

	if (shift != 0)
		y = put(g, n, "Add", y, value_scalar(g, y->dtype, shift), END_IN);
	replace_out(g, n, 0, cast_value(g, n, y, t));
}

static void expand_uniform(Graph *g, Node *n)
{
	const struct Random *a = n->attr;
	DType t = type_of(g, n);

	give(g, n, numbers(g, n, 0, t), (double)a->high - (double)a->low, (double)a->low, t);
}

static void expand_normal(Graph *g, Node *n)
{
	const struct Random *a = n->attr;
	DType t = type_of(g, n), made = made_as(t);
	Value *rest = put(g, n, "Sub", value_scalar(g, made, 1), numbers(g, n, 0, t), END_IN);
	Value *radius = put(g, n, "Sqrt", scaled(g, n, put(g, n, "Log", rest, END_IN), -2), END_IN);
	Value *turn = put(g, n, "Cos", scaled(g, n, numbers(g, n, 1, t), 2 * M_PI), END_IN);

	give(g, n, put(g, n, "Mul", radius, turn, END_IN), (double)a->scale, (double)a->mean, t);
}

static void expand_bernoulli(Graph *g, Node *n)
{
	DType t = ATTR_OF(n, Random)->dtype ? ATTR_OF(n, Random)->dtype : n->in[0]->dtype, made = made_as(n->in[0]->dtype);

	if (!is_float(t) && !is_int(t) && t != BOOL)
		fail_node(g, n, "E-ATTR", "dtype is %s; it must be a type of numbers, or bool", dtype_name(t));
	Value *yes = put(g, n, "Less", numbers(g, n, 0, made), cast_value(g, n, n->in[0], made), END_IN);
	replace_out(g, n, 0, cast_value(g, n, yes, t));
}

static void expand_multinomial(Graph *g, Node *n)
{
	const struct Random *a = n->attr;
	DType made = made_as(n->in[0]->dtype);
	int64_t axis = 1;

	need_rank(g, n, 0, 2, 2);
	if (a->sample_size < 1)
		fail_node(g, n, "E-ATTR", "sample_size is %lld", (long long)a->sample_size);
	if (a->dtype != I32 && a->dtype != I64)
		fail_node(g, n, "E-ATTR", "dtype is %s; it must be i32 or i64", dtype_name(a->dtype));
	Value *x = with_axes(g, n, cast_value(g, n, n->in[0], made), 1, &axis);
	x = put(g, n, "Expand", x, value_i64(g, 3, (int64_t[]){1, a->sample_size, 1}), END_IN);
	Value *u = put(g, n, "Sub", value_scalar(g, made, 1), uniform(g, n, 0, made, x, NULL), END_IN);
	Value *late = put(g, n, "Log", put(g, n, "Neg", put(g, n, "Log", u, END_IN), END_IN), END_IN);
	Value *best = put_attr(g, n, "ArgMax", &(struct ArgReduce){2, 0, 0}, put(g, n, "Sub", x, late, END_IN), END_IN);
	replace_out(g, n, 0, cast_value(g, n, best, a->dtype));
}

static const Attr uniform_of[] = {ATTR_FLOAT(Random, low, 0), ATTR_FLOAT(Random, high, 1), ATTR_FLOAT(Random, seed, 0),
				  ATTR_TYPE(Random, dtype, DT_NONE), ATTR_LIST(Random, shape, A_INTS), {0}};
static const Attr normal_of[] = {ATTR_FLOAT(Random, mean, 0), ATTR_FLOAT(Random, scale, 1), ATTR_FLOAT(Random, seed, 0),
				 ATTR_TYPE(Random, dtype, DT_NONE), ATTR_LIST(Random, shape, A_INTS), {0}};
static const Attr bernoulli_attrs[] = {ATTR_FLOAT(Random, seed, 0), ATTR_TYPE(Random, dtype, DT_NONE), {0}};
static const Attr multinomial_attrs[] = {ATTR_FLOAT(Random, seed, 0), ATTR_TYPE(Random, dtype, I32),
					 ATTR_INT(Random, sample_size, 1), {0}};

#define RANDOM_OP(id, text, classes, inputs, table, how)                                                               \
	const Op op_##id = {                                                                                           \
		.name = text, .min_in = inputs, .max_in = inputs, .min_out = 1, .max_out = 1, .flags = RANDOM,         \
		.ulp = 64, .attrs = table, .attr_size = sizeof(struct Random),                                         \
		.types = classes, .infer = infer_expansion, .eval = eval_expansion, .expand = how,                     \
	}

RANDOM_OP(randomuniform, "RandomUniform", NULL, 0, uniform_of, expand_uniform);
RANDOM_OP(randomuniformlike, "RandomUniformLike", NULL, 1, uniform_of, expand_uniform);
RANDOM_OP(randomnormal, "RandomNormal", NULL, 0, normal_of, expand_normal);
RANDOM_OP(randomnormallike, "RandomNormalLike", NULL, 1, normal_of, expand_normal);
RANDOM_OP(bernoulli, "Bernoulli", "f", 1, bernoulli_attrs, expand_bernoulli);
RANDOM_OP(multinomial, "Multinomial", "f", 1, multinomial_attrs, expand_multinomial);
