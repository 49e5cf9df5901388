/* tcc-compile -- a model to C.
 *
 *     tcc-compile model.onnx -o model.c
 *
 * The whole compiler, in the order in which things happen. */
#include <stdio.h>
#include "codegen/codegen.h"
#include "frontend/frontend.h"
#include "ir/op.h"
#include "ir/output.h"
#include "passes/pass.h"
#include "tools/draw.h"
#include "tools/emit_test.h"
#include "tools/options.h"
#include "tools/program.h"
#include "tools/report.h"

/* Choices of schedule as --tuned reads them, and what else there would be: each once. */
static void print_choices(const Facts *f)
{
	printf("\nchoices of schedule, and the next best\n");
	for (int i = 0; i < f->nchoices; i++) {
		const Decision *d = f->choice[i];
		printf("%s %s = %s", d->what, d->key, d->chosen);
		for (int k = 0; k < d->nother; k++)
			printf("%s%s", k ? ", " : "    # ", d->other[k]);
		printf("\n");
	}
}

static void print_summary(const Facts *f)
{
	const Graph *g = f->graph;

	for (const Op *const *op = op_table; *op; op++) {
		int n = 0;
		for (uint32_t i = 0; i < g->nnode; i++)
			n += g->node[i]->op == *op;
		if (n)
			printf("%-24s %8d\n", (*op)->name, n);
	}
	printf("\n%-24s %12s %12s  %s\n", "stage", "MAC", "bytes", "from");
	for (int i = 0; i < f->nstages; i++)
		printf("%-24s %12lld %12lld  %s\n", f->stage[i].name, (long long)f->stage[i].macs,
		       (long long)f->stage[i].bytes, f->stage[i].from);
	if (f->nchoices)
		print_choices(f);
	printf("\nstages   %16d\nwork     %16.3f MMAC\narena    %16lld bytes (lower bound %lld)\nweights  %16lld bytes\nstack    %16lld bytes\n",
	       f->nstages, (double)f->macs / 1e6, (long long)f->arena_bytes, (long long)f->arena_bound,
	       (long long)f->weights_bytes, (long long)f->stack_bytes);
}

static void compile(Ctx *c, Settings *s)
{
	Facts facts;
	const char *header;
	if (s->check)
		s->read.missing = stdout;
	Graph *g = onnx_read(c, s->model, &s->read);
	if (s->compile.graph_before)
		draw_graph(g, NULL, s->compile.graph_before);
	if (s->test_dir) {
		Goldens all = goldens_of(c, s, g);
		emit_test(c, &s->compile, g, &all, s->test_dir);
	}
	if (s->emit_main)
		emit_main(c, &s->compile, g);
	passes_run(g, &s->compile);
	if (s->check || !s->compile.output)
		emit_text(g, &s->compile, &header, &facts);
	else
		emit_drafts(g, &s->compile, &facts);
	if (s->compile.graph_file)
		draw_graph(facts.graph, &facts, s->compile.graph_file);
	if (s->report)
		report_write(&facts, &s->compile, s->report);
	output_commit(c);
	if (s->summary)
		print_summary(&facts);
}

int main(int argc, char **argv)
{
	Ctx c;
	Settings s;
	program_open(&c, "tcc-compile");
	if (setjmp(c.border))
		return program_trouble(&c);
	if (options_read(&c, &s, COMPILE, argc, argv))
		compile(&c, &s);
	return program_close(&c);
}
