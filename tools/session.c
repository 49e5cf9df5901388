/* session.c -- loads a compiled model and drives it as a careful caller would. */
#include <dlfcn.h>
#include <string.h>
#include "ir/diag.h"
#include "tools/fence.h"
#include "tools/file.h"
#include "tools/session.h"

enum { ZONE = 64, ZONE_BYTE = 0xa5, JUNK = 0xff }; /* junk: as floats not a number, as integers -1 */

struct Zone {
	uint8_t *at; /* ZONE bytes of ZONE_BYTE */
	Fenced fenced; /* that they are part of, or nothing */
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

static void zone_add(Session *s, uint8_t *at, Fenced fenced)
{
	Zone *z = NEW(&s->ctx->perm, Zone);
	*z = (Zone){at, fenced, s->zones};
	memset(at, ZONE_BYTE, ZONE);
	s->zones = z;
}

/* Between two zones: at a multiple of align, and for a small one at no multiple of more. */
static uint8_t *between_zones(Session *s, size_t bytes, size_t align)
{
	size_t step = align < ZONE ? ZONE : align;
	uintptr_t block = (uintptr_t)arena_alloc(&s->ctx->perm, bytes + 3 * step + ZONE);
	uint8_t *p = (uint8_t *)(block / step * step + 2 * step + (align < ZONE ? align : 0));
	zone_add(s, p - ZONE, (Fenced){0});
	zone_add(s, p + bytes, (Fenced){0});
	return p;
}

/* Between a page that nobody may touch and a zone. */
static uint8_t *beside_fence(Session *s, size_t bytes, size_t align, FenceSide side)
{
	Fenced f = fence_new(bytes, align, ZONE, side);
	uint8_t *p = f.at;
	if (!p)
		fail(s->ctx, EXIT_MEMORY, "E-MEMORY", "no memory for %zu bytes between pages that nobody may touch", bytes);
	zone_add(s, side == FENCE_BEFORE ? p + bytes : p - ZONE, f);
	return p;
}

/* `bytes` of junk. Fenced, the bits of their number say on which side: behind most often. */
static void *guarded(Session *s, size_t bytes, size_t align)
{
	int mix = __builtin_popcountll(bytes) & 3;
	bool fenced = s->fenced && mix != 3;
	uint8_t *p = fenced ? beside_fence(s, bytes, align, mix == 1 ? FENCE_BEFORE : FENCE_BEHIND) : between_zones(s, bytes, align);
	memset(p, JUNK, bytes);
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
	int bits = dtype ? dtype_info((DType)dtype)->bits : 8;
	return dtype == STR ? sizeof(void *) : bits > 64 ? 8 : bits < 8 ? 1 : (size_t)bits / 8;
}

/* ---- what the table calls one input or output ---- */

static bool is_list(const tcc_info *t) { return t->kind == TCC_SEQUENCE || t->kind == TCC_OPTIONAL_SEQUENCE; }
static bool is_flagged(const tcc_info *t) { return t->kind == TCC_OPTIONAL || t->kind == TCC_OPTIONAL_SEQUENCE; }

/* A sequence of which the run decides how many elements it has: they are rows of one tensor here. */
static bool is_rows(const tcc_info *t) { return is_list(t) && t->dynamic & 1; }

/* Elements of rows differ in size: a second tensor says how much of each is real. As bits, by axis of one. */
static uint32_t differ(const tcc_info *t) { return is_rows(t) ? t->dynamic >> 1 : 0; }

/* Tensors besides the bool of an optional, of which one that is always absent has none. */
static int elements(const tcc_info *t)
{
	return is_rows(t) ? 1 + (differ(t) != 0) : is_list(t) ? (int)t->dims[0] : t->kind == TCC_OPTIONAL && !t->rank && !t->bytes ? 0 : 1;
}

int session_tensors(const tcc_info *t) { return is_flagged(t) + elements(t); }

static int all_tensors(const tcc_info *t, int n)
{
	int all = 0;
	for (int i = 0; i < n; i++)
		all += session_tensors(&t[i]);
	return all;
}

/* What holds tensor i: number *at of its elements, -1 for the bool. */
static int holder(const tcc_info *t, int i, int *at)
{
	int k = 0;
	for (; i >= session_tensors(&t[k]); k++)
		i -= session_tensors(&t[k]);
	*at = i - is_flagged(&t[k]);
	return k;
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

Session *session_open(Ctx *c, const char *so, const char *prefix, const char *weights, bool fenced)
{
	Session *s = NEW(&c->perm, Session);
	s->ctx = c;
	s->fenced = fenced;
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
	s->nin = all_tensors(m->inputs, m->n_inputs);
	s->nout = all_tensors(m->outputs, m->n_outputs);
	s->room = NEW_N(&c->perm, void *, m->n_outputs);
	for (int i = 0; i < m->n_outputs; i++)
		if (!is_list(&m->outputs[i]))
			s->room[i] = guarded(s, m->outputs[i].bytes, natural_align(m->outputs[i].dtype));
	void *bytes = weights_of(s, weights);
	int status = m->init(s->workspace, bytes, m->weights_bytes);
	if (status != TCC_OK)
		fail(c, EXIT_BUG, "E-RUN", "init: %s", status_text(status));
	return s;
}

static tcc_tensor bound(Session *s, const Tensor *t)
{
	size_t bytes = dtype_bytes(t->dtype, t->count);
	tcc_tensor b = {.dtype = (int32_t)t->dtype, .rank = t->rank};
	b.data = guarded(s, bytes, natural_align(b.dtype));
	memcpy(b.data, t->data, bytes);
	memcpy(b.dims, t->dim, sizeof b.dims);
	return b;
}

static tcc_tensor bound_list(Session *s, const tcc_info *info, Tensor *const *in)
{
	int n = elements(info);
	tcc_tensor *all = NEW_N(&s->ctx->perm, tcc_tensor, n + 1);
	for (int i = 0; i < n; i++)
		all[i] = bound(s, in[i]);
	return (tcc_tensor){.data = all, .dtype = info->dtype, .rank = 1, .dims = {n}};
}

void session_bind(Session *s, Tensor *const *in)
{
	for (int i = 0; i < s->model->n_inputs; i++) {
		const tcc_info *info = &s->model->inputs[i];
		bool there = !is_flagged(info) || load_i64(BOOL, (*in++)->data, 0);
		s->in[i] = is_list(info) ? bound_list(s, info, in) : bound(s, *in);
		if (!there)
			s->in[i].data = NULL;
		in += elements(info);
	}
}

int session_run(Session *s)
{
	for (int i = 0; i < s->model->n_outputs; i++)
		s->out[i].data = s->room[i];
	return s->model->run(s->workspace, s->in, s->out, s->pool);
}

static Tensor *seen(Session *s, const tcc_tensor *from)
{
	Tensor *t = NEW(&s->ctx->perm, Tensor);
	*t = (Tensor){.dtype = (DType)from->dtype, .rank = from->rank, .count = 1, .data = from->data};
	memcpy(t->dim, from->dims, sizeof t->dim);
	for (int d = 0; d < t->rank; d++)
		t->count *= t->dim[d];
	return t;
}

/* Without elements, the first that there would be tells their sizes. */
static Tensor *seen_rows(Session *s, const tcc_tensor *from)
{
	const tcc_tensor *list = from->data;
	Tensor *first = seen(s, list);
	int64_t dims[MAX_RANK] = {from->dims[0]};
	size_t bytes = dtype_bytes(first->dtype, first->count);
	memcpy(dims + 1, first->dim, (size_t)first->rank * sizeof *dims);
	Tensor *t = tensor_new(&s->ctx->perm, first->dtype, first->rank + 1, dims);
	for (int64_t k = 0; k < dims[0]; k++)
		memcpy((char *)t->data + (size_t)k * bytes, list[k].data, bytes);
	return t;
}

/* One element, with zeros behind it along axes in which others are larger; its sizes along these. */
static void put_slice(const tcc_tensor *from, const tcc_info *info, size_t bytes, char *to, int64_t **sizes)
{
	int64_t at[TCC_MAX_RANK] = {0}, n = 1;
	for (int i = 0; i < from->rank; i++) {
		if (differ(info) >> i & 1)
			*(*sizes)++ = from->dims[i];
		n *= from->dims[i];
	}
	for (int64_t k = 0; k < n; k++) {
		int64_t place = 0;
		for (int i = 0; i < from->rank; i++)
			place = place * (differ(info) >> i & 1 ? info->dims[i + 1] : from->dims[i]) + at[i];
		memcpy(to + (size_t)place * bytes, (const char *)from->data + (size_t)k * bytes, bytes);
		for (int i = from->rank; i-- && ++at[i] == from->dims[i];)
			at[i] = 0;
	}
}

/* The slices, or (`sizes`) how much of each is real. Without elements, the first that there would be tells their sizes. */
static Tensor *seen_parts(Session *s, const tcc_tensor *from, const tcc_info *info, bool sizes)
{
	const tcc_tensor *list = from->data;
	int64_t dims[MAX_RANK] = {from->dims[0]}, axes[2] = {from->dims[0], __builtin_popcount(differ(info))};
	for (int i = 0; i < list->rank; i++)
		dims[i + 1] = differ(info) >> i & 1 ? info->dims[i + 1] : list->dims[i];
	Tensor *row = tensor_new(&s->ctx->perm, (DType)list->dtype, list->rank + 1, dims);
	Tensor *size = tensor_new(&s->ctx->perm, I64, 2, axes);
	int64_t *next = size->data, count = dims[0] ? row->count / dims[0] : 0;
	size_t bytes = dtype_bytes(row->dtype, 1);
	for (int64_t k = 0; k < dims[0]; k++)
		put_slice(&list[k], info, bytes, (char *)row->data + (size_t)(k * count) * bytes, &next);
	return sizes ? size : row;
}

Tensor *session_output(Session *s, int i)
{
	int at, k = holder(s->model->outputs, i, &at);
	const tcc_info *info = &s->model->outputs[k];
	if (at < 0)
		return tensor_scalar(&s->ctx->perm, BOOL, s->out[k].data != NULL);
	if (is_flagged(info) && !s->out[k].data)
		return NULL;
	if (differ(info))
		return seen_parts(s, &s->out[k], info, at);
	if (is_rows(info))
		return seen_rows(s, &s->out[k]);
	return seen(s, is_list(info) ? (const tcc_tensor *)s->out[k].data + at : &s->out[k]);
}

void session_close(Session *s)
{
	dlclose(s->library);
	for (Zone *z = s->zones; z; z = z->next)
		fence_free(z->fenced);
	s->zones = NULL;
}
