/* check.c -- --verify-passes: seeded inputs, evaluated before and after each pass, and what may differ.
 *
 *     EXACT    every bit of every output the same (any NaN for a NaN)
 *     ROUNDS   |was - is| <= bound * largest |was| of the output, taken as 0.01 at least, because outputs near zero are
 *              differences of larger numbers; bounds below, by type. Where the graph computes in halves, whose rounding
 *              a pass may leave out, theirs counts; where it quantises, a rounding may tip a value over the edge of a
 *              step, so the bound is a few steps of 8 bits. */
#include <math.h>
#include <string.h>
#include "ir/op.h"
#include "passes/check.h"
#include "passes/inputs.h"

#define STEP_BOUND 5e-2
#define LEAST 0.01

struct Check {
	Graph *g;
	uint64_t seed, print; /* print: fingerprint of the graph when it was last evaluated */
	Tensor **output;      /* of that evaluation, in perm */
	double half_bound;    /* of the halves that the graph began with; 0: it had none */
};

static double bound_of(DType t)
{
	switch (t) {
	case F64:
		return 1e-11;
	case F32:
		return 1e-4;
	case F16:
		return 2e-2;
	case BF16:
		return 1e-1;
	default: /* integers from exact arithmetic; narrow floats have steps of their own */
		return is_float(t) ? 0.5 : 0;
	}
}

static uint64_t mix(uint64_t h, uint64_t x)
{
	h = (h ^ x) * 0x9fb21c651e98df25u;
	return h ^ (h >> 29);
}

static uint64_t mix_value(uint64_t h, const Value *v)
{
	return v ? mix(mix(h, v->id), (uintptr_t)v->data) : mix(h, 0);
}

/* Changes whenever a pass changes what is computed: nodes, their wiring and attributes, constants, outputs. */
static uint64_t fingerprint(const Graph *g)
{
	uint64_t h = 1;

	for (uint32_t i = 0; i < g->nnode; i++) {
		const Node *n = g->node[i];
		h = mix(mix(h, n->id), attr_hash(n->op, n->attr));
		for (int k = 0; k < n->nin; k++)
			h = mix_value(h, n->in[k]);
		for (int k = 0; k < n->nout; k++)
			h = mix_value(h, n->out[k]);
		for (int k = 0; k < n->nsub; k++)
			h = mix(h, fingerprint(n->sub[k]));
	}
	for (int i = 0; i < g->nout; i++)
		h = mix_value(h, g->out[i]);
	return h;
}

static bool quantises(const Graph *g)
{
	for (uint32_t i = 0; i < g->nnode; i++)
		if (strstr(g->node[i]->op->name, "Quantize"))
			return true;
	return false;
}

static double half_bound_of(const Graph *g)
{
	double most = 0;

	for (uint32_t i = 0; i < g->nvalue; i++) {
		DType t = g->value[i]->dtype;
		if ((t == F16 || t == BF16) && bound_of(t) > most)
			most = bound_of(t);
	}
	return most;
}

/* The outputs of g on the seeded inputs, in perm. */
static Tensor **evaluate(Graph *g, uint64_t seed)
{
	Ctx *c = g->ctx;
	Tensor **out = NEW_N(&c->perm, Tensor *, g->nout);
	ArenaMark mark = arena_mark(&c->results);
	Tensor **in = random_inputs(g, &c->results, seed);
	Eval e = {.seed = seed};

	eval_graph(&e, g, &c->results, in);
	for (int i = 0; i < g->nout; i++)
		out[i] = tensor_copy(&c->perm, eval_value(&e, g->out[i]));
	arena_release(&c->results, mark);
	return out;
}

static double largest(const Tensor *t)
{
	double most = LEAST;

	for (int64_t i = 0; i < t->count; i++) {
		double x = fabs(load_f64(t->dtype, t->data, i));
		if (x > most && !isinf(x))
			most = x;
	}
	return most;
}

/* slack < 0: the same bits. */
static bool same_element(const Tensor *a, const Tensor *b, int64_t i, double slack)
{
	if (a->dtype == STR)
		return same_text((const Text *)a->data + i, (const Text *)b->data + i);
	if (!is_float(a->dtype)) {
		int64_t x = load_i64(a->dtype, a->data, i), y = load_i64(b->dtype, b->data, i);
		return x == y || fabs((double)x - (double)y) <= slack;
	}
	double x = load_f64(a->dtype, a->data, i), y = load_f64(b->dtype, b->data, i);
	if (isnan(x) || isnan(y))
		return isnan(x) && isnan(y);
	if (slack < 0)
		return x == y && signbit(x) == signbit(y);
	return x == y || fabs(x - y) <= slack;
}

static void compare(const Check *k, const Pass *p, int output, const Tensor *was, const Tensor *is)
{
	Ctx *c = k->g->ctx;
	const char *name = shown(c, k->g->out_name[output]);
	double bound = p->exactness == EXACT ? 0 : bound_of(was->dtype);

	if (was->dtype != is->dtype || was->rank != is->rank ||
	    memcmp(was->dim, is->dim, (size_t)was->rank * sizeof was->dim[0]))
		fail(c, EXIT_BUG, "E-PASS", "pass '%s' changes the type or shape of output '%s'", p->name, name);
	if (bound > 0 && bound < STEP_BOUND && quantises(k->g))
		bound = STEP_BOUND;
	if (bound > 0 && bound < k->half_bound)
		bound = k->half_bound;
	double slack = p->exactness == EXACT ? -1 : bound * largest(was);
	for (int64_t i = 0; i < was->count; i++)
		if (!same_element(was, is, i, slack))
			fail(c, EXIT_BUG, "E-PASS",
			     "pass '%s' changes the result: output '%s', element %lld was %.9g and is %.9g, may differ by %.3g",
			     p->name, name, (long long)i, load_f64(was->dtype, was->data, i),
			     load_f64(is->dtype, is->data, i), fmax(slack, 0));
}

Check *check_begin(Graph *g, uint64_t seed)
{
	Check *k = NEW(&g->ctx->perm, Check);

	*k = (Check){g, seed, fingerprint(g), evaluate(g, seed), half_bound_of(g)};
	return k;
}

void check_after(Check *k, const Pass *p)
{
	uint64_t print = fingerprint(k->g);

	if (print == k->print)
		return;
	Tensor **is = evaluate(k->g, k->seed);
	for (int i = 0; i < k->g->nout; i++)
		compare(k, p, i, k->output[i], is[i]);
	k->output = is;
	k->print = print;
}
