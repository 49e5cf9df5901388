/* golden.h -- inputs and outputs of a model that are known to belong together. */
#ifndef TCC_TOOLS_GOLDEN_H
#define TCC_TOOLS_GOLDEN_H
#include "tools/options.h"

/* One input or output as a caller sees it: a tensor, or a list of n; n -1: it is absent. */
typedef struct Given {
	Argument argument;
	Tensor **item;
	int n;
} Given;

typedef struct Golden {
	const char *name; /* "test_data_set_0", or how it was made */
	Given *in, *out;  /* arguments() of them */
} Golden;

typedef struct Goldens {
	Golden *set;
	int n, capacity;
	bool random; /* the model draws random numbers: only types and sizes of outputs are known */
} Goldens;

/* Every test_data_set_N beside the model whose sizes are those that g is compiled for; where there is none, what the evaluator
 * gives for seeded inputs: at the upper bounds of sizes that vary, and once smaller. g has to be as it was read. */
Goldens goldens_of(Ctx *c, const Settings *s, Graph *g);
#endif
