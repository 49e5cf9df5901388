/* session.h -- a compiled model, loaded: workspace, tensors and runs through the generic table of the ABI.
 *
 * Every buffer has exactly the size that the model asks for and lies between zones of known bytes, so that
 * session_intact() can tell whether a run wrote outside. Where it is fenced, one zone, or the other, is a page that ends the
 * program when it is read or written. */
#ifndef TCC_TOOLS_SESSION_H
#define TCC_TOOLS_SESSION_H
#include "ir/tensor.h"
#include "runtime/tcc.h"

typedef struct Zone Zone;

typedef struct Session {
	struct Ctx *ctx;
	void *library;
	const tcc_model *model;
	void *workspace;
	tcc_tensor *in, *out; /* as the model's table lists them */
	int nin, nout;        /* tensors that these are: the elements of a sequence, a bool and what it has of an optional */
	void **room;          /* of the caller, by output */
	tcc_pool *pool; /* NULL, or workers of the caller */
	bool fenced;
	Zone *zones;
} Session;

/* Load <prefix>_model from a shared library; a weights file is read where the model wants one. Trouble: fail(). `fenced` is
 * for runs that nobody times: pages that begin alike share the sets of a cache. */
Session *session_open(struct Ctx *c, const char *so, const char *prefix, const char *weights, bool fenced);
/* How many tensors an input or output of the table is. */
int session_tensors(const tcc_info *t);
/* Set the inputs: nin tensors. */
void session_bind(Session *s, Tensor *const *in);
/* One run: a tcc_status. */
int session_run(Session *s);
/* Tensor i of the nout that the last run gave; NULL for one of an optional that is absent. */
Tensor *session_output(Session *s, int i);
bool session_intact(const Session *s);
void session_close(Session *s);

const char *status_text(int status);
#endif
