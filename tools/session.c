/* session.c -- loads a compiled model and drives it as a careful caller would. */
#include <dlfcn.h>
#include <string.h>
#include "ir/diag.h"
#include "tools/file.h"
#include "tools/session.h"

enum { ZONE = 64, ZONE_BYTE = 0xa5, JUNK = 0xff }; /* junk: as floats not a number, as integers -1 */

struct Zone {
	uint8_t *at; /* ZONE bytes of ZONE_BYTE */
	Zone *next;
};

const char *status_text(int status)
{
	static const char *const text[] = {
		[TCC_OK] = "ok",
		[TCC_ERR_ARG] = "a null pointer, a misaligned or too small workspace (TCC_ERR_ARG)",
		[TCC_ERR_SHAPE] = "a size outside its bounds (TCC_ERR_SHAPE)",
		[TCC_ERR_INDEX] = "an index in the data is out of range (TCC_ERR_INDEX)",
		[TCC_ERR_CAPACITY] = "a result is larger than its bound (TCC_ERR_CAPACITY)",
		[TCC_ERR_CPU] = "this processor lacks instructions that the model was compiled for (TCC_ERR_CPU)",
		[TCC_ERR_WEIGHTS] = "weights missing, of the wrong size or of another model (TCC_ERR_WEIGHTS)",
		[TCC_ERR_STATE] = "run before init (TCC_ERR_STATE)",
		[TCC_ERR_DEVICE] = "the accelerator reported an error (TCC_ERR_DEVICE)",
	};
	return status >= 0 && (size_t)status < sizeof text / sizeof *text ? text[status] : "a status of no meaning";
}

static void zone_add(Session *s, uint8_t *at)
{
	Zone *z = NEW(&s->ctx->perm, Zone);
	*z = (Zone){at, s->zones};
	memset(at, ZONE_BYTE, ZONE);
	s->zones = z;
}

/* `bytes` of junk between two zones: at a multiple of align, and for a small one at no multiple of more. */
static void *guarded(Session *s, size_t bytes, size_t align)
{
	size_t step = align < ZONE ? ZONE : align;
	uintptr_t block = (uintptr_t)arena_alloc(&s->ctx->perm, bytes + 3 * step + ZONE);
	uint8_t *p = (uint8_t *)(block / step * step + 2 * step + (align < ZONE ? align : 0));
	zone_add(s, p - ZONE);
	memset(p, JUNK, bytes);
	zone_add(s, p + bytes);
	return p;
}

bool session_intact(const Session *s)
{
	for (const Zone *z = s->zones; z; z = z->next)
		for (int i = 0; i < ZONE; i++)
			if (z->at[i] != ZONE_BYTE)
				return false;
	return true;
}

static size_t natural_align(int32_t dtype)
{
	int bits = dtype_info((DType)dtype)->bits;
	return dtype == STR ? sizeof(void *) : bits > 64 ? 8 : bits < 8 ? 1 : (size_t)bits / 8;
}

static void *weights_of(Session *s, const char *path)
{
	size_t n;
	if (s->model->weights_bytes == 0)
		return NULL;
	if (!path)
		fail(s->ctx, EXIT_FILE, "E-FILE", "the model wants a weights file");
	uint8_t *bytes = file_read(s->ctx, &s->ctx->perm, path, &n);
	if (n != s->model->weights_bytes)
		fail(s->ctx, EXIT_FILE, "E-FILE", "'%s' has %zu bytes, the model wants %zu", path, n,
		     s->model->weights_bytes);
	return bytes;
}

Session *session_open(Ctx *c, const char *so, const char *prefix, const char *weights)
{
	Session *s = NEW(&c->perm, Session);
	s->ctx = c;
	s->library = dlopen(so, RTLD_NOW | RTLD_LOCAL);
	if (!s->library)
		fail(c, EXIT_FILE, "E-LOAD", "%s", dlerror());
	s->model = dlsym(s->library, arena_format(&c->scratch, "%s_model", prefix));
	if (!s->model || s->model->abi != TCC_ABI)
		fail(c, EXIT_BUG, "E-LOAD", "no %s_model of ABI %d in the library", prefix, TCC_ABI);
	const tcc_model *m = s->model;
	s->workspace = guarded(s, m->workspace_bytes, m->workspace_align);
	s->in = NEW_N(&c->perm, tcc_tensor, m->n_inputs);
	s->out = NEW_N(&c->perm, tcc_tensor, m->n_outputs);
	for (int i = 0; i < m->n_outputs; i++)
		s->out[i].data = guarded(s, m->outputs[i].bytes, natural_align(m->outputs[i].dtype));
	void *bytes = weights_of(s, weights);
	int status = m->init(s->workspace, bytes, m->weights_bytes);
	if (status != TCC_OK)
		fail(c, EXIT_BUG, "E-RUN", "init: %s", status_text(status));
	return s;
}

void session_bind(Session *s, Tensor *const *in)
{
	for (int i = 0; i < s->model->n_inputs; i++) {
		size_t bytes = dtype_bytes(in[i]->dtype, in[i]->count);
		void *data = guarded(s, bytes, natural_align((int32_t)in[i]->dtype));
		memcpy(data, in[i]->data, bytes);
		s->in[i] = (tcc_tensor){.data = data, .dtype = (int32_t)in[i]->dtype, .rank = in[i]->rank};
		memcpy(s->in[i].dims, in[i]->dim, sizeof s->in[i].dims);
	}
}

int session_run(Session *s)
{
	return s->model->run(s->workspace, s->in, s->out, s->pool);
}

Tensor *session_output(Session *s, int i)
{
	const tcc_tensor *from = &s->out[i];
	Tensor *t = NEW(&s->ctx->perm, Tensor);
	*t = (Tensor){.dtype = (DType)from->dtype, .rank = from->rank, .count = 1, .data = from->data};
	memcpy(t->dim, from->dims, sizeof t->dim);
	for (int d = 0; d < t->rank; d++)
		t->count *= t->dim[d];
	return t;
}

void session_close(Session *s)
{
	dlclose(s->library);
}
