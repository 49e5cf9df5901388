/* compiled.c -- one case as C for one target: emitted, built without a warning, run through the ABI's generic table.
 *
 * The run is that of a careful caller with bad manners: buffers at no better alignment than their type asks for, a
 * workspace full of junk, known bytes around every buffer, and a second run that must give the same bits. */
#include <stdio.h>
#include <string.h>
#include "codegen/codegen.h"
#include "ir/eval.h"
#include "tests/one_unit.h"
#include "tests/suite/result.h"
#include "tests/suite/vary.h"
#include "tools/cc.h"
#include "tools/session.h"


char *targets_here(void)
{
	static char v4[] = "c,x86-64-v3,x86-64-v4", v3[] = "c,x86-64-v3", c[] = "c";
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw"))
		return v4;
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		return v3;
#endif
	(void)v4, (void)v3;
	return c;
}

void emit_case(const Case *k, const char *target, bool threads, const char *folder, int unit, Result *r)
{
	Ctx c;
	ctx_open(&c, "suite", 0);
	if (setjmp(c.border)) {
		result_trouble(r, &c);
	} else {
		Graph *g = case_graph(&c, k, true);
		result_op(r, k->constant ? case_as_it_is(&c, k) : g);
		Options o = {.level = 2, .target = target, .threads = threads, .strict = k->exact};
		o.prefix = arena_format(&c.perm, "m%d", unit);
		o.output = arena_format(&c.perm, "%s/m%d.c", folder, unit);
		passes_run(g, &o);
		emit_model(g, &o, &r->facts);
		r->emitted = true;
	}
	ctx_close(&c);
}

static void library_name(char *out, size_t size, const char *folder, int first, int unit, bool alone)
{
	if (alone)
		snprintf(out, size, "%s/m%d.so", folder, unit);
	else
		snprintf(out, size, "%s/batch%d.so", folder, first);
}

static bool build_together(const char *folder, const char *flags, int first, int n, const Result *r, char *why, size_t size)
{
	const char *prefix[BATCH];
	char so[600];
	int files = 0;
	Ctx c;
	ctx_open(&c, "suite", 0);
	const char *unit = arena_format(&c.perm, "unit%d.c", first);
	for (int i = 0; i < n; i++)
		if (r[i].emitted)
			prefix[files++] = arena_format(&c.perm, "m%d", first + i);
	library_name(so, sizeof so, folder, first, 0, false);
	bool done = files == 0 || (unit_write(&c, folder, unit, files, prefix) && cc_shared(folder, flags, &unit, 1, so, why, size));
	ctx_close(&c);
	return done;
}

/* All as one unit, of which the C compiler reads the headers once; where it dislikes something, one by one. */
void build_batch(const char *folder, const char *flags, int first, int n, Result *r)
{
	char name[30], so[600];
	const char *file = name;
	if (n > 1 && build_together(folder, flags, first, n, r, r[0].why, sizeof r[0].why))
		return;
	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof name, "m%d.c", first + i);
		r[i].alone = true;
		library_name(so, sizeof so, folder, first, first + i, true);
		if (r[i].emitted && !cc_shared(folder, flags, &file, 1, so, r[i].why, sizeof r[i].why)) {
			r[i].outcome = NO_CC;
			r[i].emitted = false;
		}
	}
}

/* The bytes of all outputs, to compare two runs. */
static uint64_t output_hash(Session *s)
{
	uint64_t h = HASH_START;
	for (int i = 0; i < s->nout; i++) {
		const Tensor *t = session_output(s, i);
		h = h * 31 + (t ? tensor_hash(t) : 0);
	}
	return h;
}

static bool run_once(Session *s, Result *r)
{
	int status = session_run(s);
	if (status != TCC_OK)
		snprintf(r->why, sizeof r->why, "run: %s", status_text(status));
	else if (!session_intact(s))
		snprintf(r->why, sizeof r->why, "wrote outside its buffers");
	else
		return true;
	return false;
}

static bool outputs_match(Ctx *c, Session *s, const Case *k, Result *r)
{
	for (int i = 0, at = 0; i < s->model->n_outputs; i++) {
		char why[300];
		int n = session_tensors(&s->model->outputs[i]);
		Kind kind = (Kind)s->model->outputs[i].kind;
		Tensor **got = NEW_N(&c->perm, Tensor *, n);
		Data want;
		for (int e = 0; e < n; e++)
			got[e] = session_output(s, at++);
		if (case_output(c, k, i, kind, &want) && !argument_matches(r, k, kind, got, n, &want, why, sizeof why)) {
			snprintf(r->why, sizeof r->why, "output %d: %s", i, why);
			return false;
		}
	}
	return true;
}

/* r says WRONG and why, unless everything is right. */
static void judge(Ctx *c, Session *s, const Case *k, int workers, Result *r)
{
	r->outcome = WRONG;
	if (!run_once(s, r) || !outputs_match(c, s, k, r))
		return;
	uint64_t first = output_hash(s);
	s->pool = workers > 1 ? tcc_pool_create(workers) : NULL;
	if (!run_once(s, r))
		return;
	if (output_hash(s) != first)
		snprintf(r->why, sizeof r->why, "a second run gives other bits");
	else
		r->outcome = PASS;
}

static void measure(Ctx *c, Session *s, const Case *k, Tensor *const *in, Result *r)
{
	Graph *g = case_graph(c, k, true);
	Eval e = {.budget = -1};

	eval_graph(&e, g, &c->perm, in);
	for (int i = 0; i < g->nout; i++)
		ulps_note(&r->ulps, session_output(s, i), eval_value(&e, g->out[i]));
}

/* The case's data for input i of the table, at in[]; how many tensors these are. */
static int put_input(Ctx *c, const Case *k, int i, const tcc_info *t, Tensor **in)
{
	int n = session_tensors(t), elements = n - is_optional((Kind)t->kind);
	int64_t dims[TCC_MAX_RANK];
	for (int d = 0; d < t->rank; d++)
		dims[d] = t->dynamic >> d & 1 ? vary_number(t->dims[d]) : t->dims[d];
	case_put(c, k, case_number(c, k, i, t->name), (Kind)t->kind, elements, (DType)t->dtype, t->rank, dims, in);
	return n;
}

void run_case(const Case *k, const char *folder, int first, int unit, int workers, Result *r)
{
	char so[600];
	Ctx c;
	ctx_open(&c, "suite", 0);
	if (setjmp(c.border)) {
		result_trouble(r, &c);
	} else {
		library_name(so, sizeof so, folder, first, unit, r->alone);
		Session *s = session_open(&c, so, arena_format(&c.perm, "m%d", unit),
					  arena_format(&c.perm, "%s/m%d.weights.bin", folder, unit), true);
		Tensor **in = NEW_N(&c.perm, Tensor *, s->nin);
		for (int i = 0, at = 0; i < s->model->n_inputs; i++)
			at += put_input(&c, k, i, &s->model->inputs[i], in + at);
		session_bind(s, in);
		judge(&c, s, k, workers, r);
		if (k->exact && r->outcome == PASS && !r->random)
			measure(&c, s, k, in, r);
		if (s->pool)
			tcc_pool_destroy(s->pool);
		session_close(s);
	}
	ctx_close(&c);
}
