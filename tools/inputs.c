/* inputs.c -- tensors for a model's inputs. */
#include <stdio.h>
#include <string.h>
#include "passes/inputs.h"
#include "tools/file.h"
#include "tools/inputs.h"
#include "tools/npy.h"

static bool ends_in(const char *path, const char *end)
{
	size_t n = strlen(path), k = strlen(end);
	return n >= k && strcmp(path + n - k, end) == 0;
}

static int input_named(Ctx *c, const Graph *g, const char *name)
{
	for (int i = 0; i < g->nin; i++)
		if (strcmp(g->in[i]->name, name) == 0)
			return i;
	fail(c, EXIT_USAGE, "E-INPUT", "the model has no input '%s'; its first is '%s'", name,
	     g->nin ? g->in[0]->name : "");
}

/* Raw bytes have the type and sizes that the model says. */
static Tensor *read_raw(Ctx *c, const Value *v, const uint8_t *bytes, size_t n, const char *path)
{
	int64_t dim[MAX_RANK];
	if (!shape_known(&v->shape))
		fail(c, EXIT_USAGE, "E-INPUT", "'%s': raw bytes do not tell the sizes of '%s': give --dim or --shape", path,
		     v->name);
	for (int i = 0; i < v->shape.rank; i++)
		dim[i] = v->shape.dim[i].k;
	Tensor *t = tensor_new(&c->perm, v->dtype, v->shape.rank, dim);
	if (dtype_bytes(t->dtype, t->count) != n)
		fail(c, EXIT_USAGE, "E-INPUT", "'%s': %zu bytes, input '%s' has %zu", path, n, v->name,
		     dtype_bytes(t->dtype, t->count));
	memcpy(t->data, bytes, n);
	return t;
}

static void read_npz(Ctx *c, const Graph *g, Tensor **in, const uint8_t *bytes, size_t n, const char *path)
{
	const char *name;
	size_t at = 0;
	for (Tensor *t; (t = npz_next(c, bytes, n, &at, &name, path));)
		in[input_named(c, g, name)] = t;
}

Tensor *tensor_read(Ctx *c, const char *path)
{
	size_t n;
	const char *name;
	if (!ends_in(path, ".npy") && !ends_in(path, ".pb"))
		fail(c, EXIT_USAGE, "E-INPUT", "'%s' is no .npy or .pb file", shown(c, path));
	const uint8_t *bytes = file_read(c, &c->perm, path, &n);
	return ends_in(path, ".npy") ? npy_read(c, bytes, n, path) : onnx_read_tensor(c, &c->perm, bytes, n, &name);
}

/* One -i; without a name it is for the first input that has nothing yet. */
static void read_file(Ctx *c, const Graph *g, Tensor **in, const InputFile *f)
{
	size_t n;
	const char *name;
	int i = 0;
	const uint8_t *bytes = file_read(c, &c->perm, f->path, &n);
	if (!f->name && ends_in(f->path, ".npz")) {
		read_npz(c, g, in, bytes, n, f->path);
		return;
	}
	while (!f->name && i < g->nin && in[i])
		i++;
	if (i == g->nin)
		fail(c, EXIT_USAGE, "E-INPUT", "'%s': the model has only %d inputs", f->path, g->nin);
	if (f->name)
		i = input_named(c, g, f->name);
	if (ends_in(f->path, ".npy"))
		in[i] = npy_read(c, bytes, n, f->path);
	else if (ends_in(f->path, ".pb"))
		in[i] = onnx_read_tensor(c, &c->perm, bytes, n, &name);
	else
		in[i] = read_raw(c, g->in[i], bytes, n, f->path);
}

Tensor **inputs_read(Ctx *c, const Settings *s, const Graph *g)
{
	Tensor **in = NEW_N(&c->perm, Tensor *, g->nin);
	for (int i = 0; i < s->ninput; i++)
		read_file(c, g, in, &s->input[i]);
	for (int i = 0; i < g->nin; i++)
		if (in[i] && in[i]->dtype != g->in[i]->dtype)
			fail(c, EXIT_USAGE, "E-INPUT", "input '%s' is %s in the model, the file has %s", g->in[i]->name,
			     dtype_name(g->in[i]->dtype), dtype_name(in[i]->dtype));
	return in;
}

ShapeChoice *inputs_shapes(Ctx *c, const Graph *g, Tensor *const *in, int *n)
{
	ShapeChoice *s = NEW_N(&c->perm, ShapeChoice, g->nin);
	*n = 0;
	for (int i = 0; i < g->nin; i++) {
		if (!in[i] || shape_known(&g->in[i]->shape))
			continue;
		s[*n] = (ShapeChoice){.input = g->in[i]->name, .rank = in[i]->rank};
		memcpy(s[(*n)++].dim, in[i]->dim, sizeof in[i]->dim);
	}
	return s;
}

/* A size that varies is as large as it can be. */
static Tensor *made_up(Graph *g, const Value *v, uint64_t seed)
{
	int64_t dim[MAX_RANK];
	for (int i = 0; i < v->shape.rank; i++) {
		int64_t most = dim_hi(g->syms, v->shape.dim[i]);
		dim[i] = most < INT32_MAX ? most : dim_number(g, NULL, v->shape.dim[i]);
	}
	Tensor *t = tensor_new(&g->ctx->perm, v->dtype, v->shape.rank, dim);
	random_fill(&g->ctx->perm, t, &seed);
	return t;
}

void inputs_fill(Ctx *c, const Settings *s, Graph *g, Tensor **in)
{
	for (int i = 0; i < g->nin; i++) {
		if (in[i])
			continue;
		if (g->in[i]->kind != KIND_TENSOR)
			fail(c, EXIT_UNSUPPORTED, "E-UNSUPPORTED", "input '%s' is no tensor", g->in[i]->name);
		in[i] = made_up(g, g->in[i], s->compile.seed + (uint64_t)i);
		if (c->verbose >= 0)
			fprintf(stderr, "%s: input '%s' is random: -i %s=FILE gives a real one\n", c->program,
				shown(c, g->in[i]->name), shown(c, g->in[i]->name));
	}
}
