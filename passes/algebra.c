/* algebra.c -- the passes that are nothing but rules: which tables each of them applies.
 *
 * needs  shapes
 * keeps  algebra, margins: results bit by bit; chains, patterns, phases: up to rounding
 *
 *     y = Relu(Transpose(Transpose(x + -0.0)))      ->      y = Relu(x)                          algebra
 *     y = (x * 2 + 1) + 3                           ->      y = x * 2 + 4                        chains
 *     y = 0.5 * x * (1 + Erf(x / 1.4142135))        ->      y = Gelu(x)                          patterns */
#include "passes/algebra.h"
#include "passes/pass.h"

void pass_algebra(Graph *g, const Options *o);
void pass_chains(Graph *g, const Options *o);
void pass_patterns(Graph *g, const Options *o);
void pass_phases(Graph *g, const Options *o);
void pass_margins(Graph *g, const Options *o);

static const Rule *const exact[] = {identity_rules, reshape_rules, transpose_rules, pad_rules, tap_rules, pool_rules, view_rules, NULL};
static const Rule *const chains[] = {power_rules, chain_rules, zero_pad_rules, mean_pool_rules, phase_rules, NULL};
static const Rule *const patterns[] = {product_rules, norm_rules, NULL};
static const Rule *const phases[] = {varying_phase_rules, NULL};
static const Rule *const margins[] = {margin_rules, NULL};
static const Rule *const means[] = {mean_rules, NULL}; /* of what is no part of a normalisation */

void pass_algebra(Graph *g, const Options *o)
{
	rewrite(g, o, exact);
}

void pass_chains(Graph *g, const Options *o)
{
	rewrite(g, o, chains);
}

void pass_phases(Graph *g, const Options *o)
{
	rewrite(g, o, phases);
}

void pass_margins(Graph *g, const Options *o)
{
	rewrite(g, o, margins);
}

void pass_patterns(Graph *g, const Options *o)
{
	rewrite(g, o, patterns);
	rewrite(g, o, means);
}
