/* emitted.c -- from a graph through passes, emitted C and the system's compiler to outputs. */
#include <stdlib.h>
#include <string.h>
#include "tests/emitted.h"
#include "tests/flags.h"
#include "tools/jit.h"

#define FLAGS "-std=c99 " CLEAN

double emitted_bound(DType t)
{
	switch (t) {
	case F64: return 1e-13;
	case F32: return 1e-5;
	case F16: return 2e-3;
	case BF16: return 1e-2;
	default: return 0;
	}
}

/* Plain symbols become numbers when their bounds meet; the shapes pass puts them in. */
static void fix_symbols(Graph *g, Tensor *const *in)
{
	for (int i = 0; i < g->nin; i++)
		for (int k = 0; k < in[i]->rank; k++) {
			Symbol *s = dim_symbol_of(g->syms, g->in[i]->shape.dim[k]);
			if (s)
				s->lo = s->hi = in[i]->dim[k];
		}
}

static Tensor **outputs(Graph *g, const Settings *s, Tensor *const *in)
{
	Ctx *c = g->ctx;
	Tensor **out = NEW_N(&c->perm, Tensor *, g->nout);

	temporary_folder(c);
	temporary_clear();
	Session *session = jit(c, g, s, NULL);
	session_bind(session, in);
	int status = session_run(session);
	bool intact = session_intact(session);
	for (int i = 0; status == TCC_OK && i < session->nout; i++) {
		const Tensor *y = session_output(session, i);
		out[i] = y ? tensor_copy(&c->perm, y) : NULL;
	}
	session_close(session);
	if (status != TCC_OK)
		fail(c, EXIT_MODEL, "E-RUN", "the run ended with: %s", status_text(status));
	if (!intact)
		fail(c, EXIT_BUG, "E-RUN", "the run wrote outside its buffers");
	return out;
}

Tensor **emitted_outputs(Graph *g, const char *target, Tensor *const *in)
{
	fix_symbols(g, in);
	return emitted_varying(g, target, in);
}

Tensor **emitted_varying(Graph *g, const char *target, Tensor *const *in)
{
	Settings s = {.compile = {.level = 2, .target = target, .seed = 3}, .cc_flags = FLAGS};

	return outputs(g, &s, in);
}

Tensor **emitted_strictly(Graph *g, const char *target, int level, const char *compiler, const char *flags, Tensor *const *in)
{
	Settings s = {.compile = {.level = level, .strict = true, .target = target, .seed = 3}, .cc_flags = flags};

	fix_symbols(g, in);
	setenv("CC", compiler, 1);
	return outputs(g, &s, in);
}
