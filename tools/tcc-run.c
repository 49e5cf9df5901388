/* tcc-run -- a model on given inputs, once.
 *
 *     tcc-run model.onnx -i image=cat.npy
 *
 * Through compiled C, or, with --eval, through the built-in evaluator, which says what the model means. */
#include <stdio.h>
#include <string.h>
#include "ir/eval.h"
#include "ir/output.h"
#include "tools/file.h"
#include "tools/inputs.h"
#include "tools/jit.h"
#include "tools/npy.h"
#include "tools/program.h"
#include "runtime/tcc.h"

#define ENTRIES 5

/* "0.9973 at [0,3]" */
static void print_entry(const Tensor *t, int64_t i)
{
	int64_t at[MAX_RANK], left = i;
	for (int d = t->rank - 1; d >= 0; d--) {
		at[d] = left % t->dim[d];
		left /= t->dim[d];
	}
	if (is_float(t->dtype))
		printf("    %-12.6g", load_f64(t->dtype, t->data, i));
	else
		printf("    %-12lld", (long long)load_i64(t->dtype, t->data, i));
	for (int d = 0; d < t->rank; d++)
		printf("%s%lld", d ? "," : " at [", (long long)at[d]);
	puts(t->rank ? "]" : "");
}

/* The largest entries, in falling order: each pass finds the largest below the last one. */
static void print_largest(const Tensor *t)
{
	int64_t best[ENTRIES];
	int n = 0;
	if (t->dtype == STR || dtype_info(t->dtype)->class == DC_COMPLEX)
		return;
	for (int64_t i = 0; i < t->count; i++) {
		int at = n < ENTRIES ? n++ : ENTRIES;
		for (; at > 0 && load_f64(t->dtype, t->data, i) > load_f64(t->dtype, t->data, best[at - 1]); at--)
			if (at < ENTRIES)
				best[at] = best[at - 1];
		if (at < ENTRIES)
			best[at] = i;
	}
	for (int k = 0; k < n; k++)
		print_entry(t, best[k]);
}

static void print_output(Ctx *c, const char *name, const Tensor *t)
{
	if (!t) {
		printf("%s absent\n", shown(c, name));
		return;
	}
	printf("%s %s[", shown(c, name), dtype_name(t->dtype));
	for (int d = 0; d < t->rank; d++)
		printf("%s%lld", d ? "," : "", (long long)t->dim[d]);
	puts("]");
	print_largest(t);
}

/* Names may hold anything: what is no letter or digit becomes '_' in a file name. */
static void write_output(Ctx *c, const Settings *s, int i, const char *name, const Tensor *t)
{
	char *path = arena_format(&c->scratch, "%s/%d-%s.npy", s->output_dir, i, name);
	for (char *p = path + strlen(s->output_dir) + 1; *p; p++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.", *p))
			*p = '_';
	npy_write(c, path, t);
}

static Tensor **evaluate(Ctx *c, Graph *g, Tensor *const *in)
{
	Eval e = {.budget = -1};
	Tensor **out = NEW_N(&c->perm, Tensor *, g->nout);
	eval_graph(&e, g, &c->perm, in);
	for (int i = 0; i < g->nout; i++)
		out[i] = eval_value(&e, g->out[i]);
	return out;
}

static Tensor **run_compiled(Ctx *c, Graph *g, const Settings *s, Tensor *const *in)
{
	Tensor **out = NEW_N(&c->perm, Tensor *, g->nout);
	Session *session = jit(c, g, s, NULL);
	if (s->threads > 1)
		session->pool = tcc_pool_create((int)s->threads);
	session_bind(session, in);
	int status = session_run(session);
	if (status != TCC_OK)
		fail(c, EXIT_MODEL, "E-RUN", "the run ended with: %s", status_text(status));
	if (session->pool)
		tcc_pool_destroy(session->pool);
	for (int i = 0; i < session->nout; i++)
		out[i] = session_output(session, i);
	return out;
}

/* Sizes that nothing bounds are those of the files. */
static Graph *read_model(Ctx *c, Settings *s, Tensor ***in)
{
	bool chosen = s->read.nshapes > 0;
	if (!chosen && s->ninput)
		inputs_choose_early(c, s);
	Graph *g = onnx_read(c, s->model, &s->read);
	*in = inputs_read(c, s, g);
	if (!chosen && inputs_choose_sizes(c, s, g, *in))
		g = onnx_read(c, s->model, &s->read);
	inputs_check(c, g, *in);
	inputs_fill(c, s, g, *in);
	return g;
}

static void run(Ctx *c, Settings *s)
{
	Tensor **in;
	if (s->output_dir)
		folder_make(c, s->output_dir);
	Graph *g = read_model(c, s, &in);
	Tensor **out = s->eval ? evaluate(c, g, in) : run_compiled(c, g, s, in);
	for (int i = 0; i < g->nout; i++) {
		if (c->verbose >= 0)
			print_output(c, g->out_name[i], out[i]);
		if (s->output_dir && out[i])
			write_output(c, s, i, g->out_name[i], out[i]);
	}
	output_commit(c);
}

int main(int argc, char **argv)
{
	Ctx c;
	Settings s;
	program_open(&c, "tcc-run");
	if (setjmp(c.border))
		return program_trouble(&c);
	if (options_read(&c, &s, RUN, argc, argv))
		run(&c, &s);
	return program_close(&c);
}
