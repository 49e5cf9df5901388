/* show.c -- a model as a case of tests/ops. */
#include "ir/text.h"
#include "tests/fuzz/models/model.h"

static void print_tensors(Ctx *c, const char *word, int n, char letter, Tensor *const *t)
{
	for (int i = 0; i < n; i++) {
		printf("%s%c%d = %s[", i ? ", " : word, letter, i, dtype_name(t[i]->dtype));
		for (int k = 0; k < t[i]->rank; k++)
			printf("%s%lld", k ? "," : "", (long long)t[i]->dim[k]);
		printf("] ");
		print_elements(stdout, c, t[i], 1);
	}
	printf("%s", n ? "\n" : "");
}

void model_print(const Model *m)
{
	printf("== seed %llu\n%s", (unsigned long long)m->seed, graph_text(m->g, &m->c->perm));
	print_tensors(m->c, "run ", m->g->nin, 'x', m->in);
	if (m->g->nin == 0)
		printf("run ");
	print_tensors(m->c, "gives ", m->g->nout, 'y', m->want);
	fflush(stdout);
}
