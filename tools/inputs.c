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

static int argument_named(const Argument *a, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (strcmp(a[i].name, name) == 0)
			return i;
	return -1;
}

static int input_named(Ctx *c, const Graph *g, const char *name)
{
	for (int i = 0; i < arguments(g, false); i++)
		if (strcmp(argument(g, false, i).name, name) == 0)
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

static Tensor *tensor_zeros(Ctx *c, const Value *v)
{
	int64_t dim[MAX_RANK];
	for (int i = 0; i < v->shape.rank; i++)
		dim[i] = v->shape.dim[i].k;
	return tensor_new(&c->perm, v->dtype, v->shape.rank, dim);
}

static int one_tensor(Ctx *c, Argument a, const char *path)
{
	if (a.kind != KIND_TENSOR)
		fail(c, EXIT_USAGE, "E-INPUT", "'%s': input '%s' is no tensor; a .pb file can hold it", path, shown(c, a.name));
	return a.first;
}

/* A sequence or optional; what is absent is zeros. */
static void read_list(Ctx *c, const Graph *g, Argument a, Tensor **in, const uint8_t *bytes, size_t size)
{
	int n, flag = is_optional(a.kind), elements = a.n - flag;
	Tensor **item = onnx_read_list(c, &c->perm, a.kind, bytes, size, &n);
	if (n >= 0 && n != elements)
		fail(c, EXIT_USAGE, "E-INPUT", "input '%s' has %d elements in its file, and %d in the model", shown(c, a.name), n,
		     elements);
	if (flag)
		in[a.first] = tensor_scalar(&c->perm, BOOL, n >= 0);
	for (int i = 0; i < elements; i++)
		in[a.first + flag + i] = n >= 0 ? item[i] : tensor_zeros(c, g->in[a.first + flag + i]);
}

static void read_npz(Ctx *c, const Graph *g, Tensor **in, const uint8_t *bytes, size_t n, const char *path)
{
	const char *name;
	size_t at = 0;
	for (Tensor *t; (t = npz_next(c, bytes, n, &at, &name, path));)
		in[one_tensor(c, argument(g, false, input_named(c, g, name)), path)] = t;
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
	while (!f->name && i < arguments(g, false) && (!argument(g, false, i).n || in[argument(g, false, i).first]))
		i++;
	if (i == arguments(g, false))
		fail(c, EXIT_USAGE, "E-INPUT", "'%s': the model has only %d inputs", f->path, arguments(g, false));
	if (f->name)
		i = input_named(c, g, f->name);
	Argument a = argument(g, false, i);
	if (a.kind != KIND_TENSOR && ends_in(f->path, ".pb"))
		read_list(c, g, a, in, bytes, n);
	else if (ends_in(f->path, ".npy"))
		in[one_tensor(c, a, f->path)] = npy_read(c, bytes, n, f->path);
	else if (ends_in(f->path, ".pb"))
		in[a.first] = onnx_read_tensor(c, &c->perm, bytes, n, &name);
	else
		in[one_tensor(c, a, f->path)] = read_raw(c, g->in[a.first], bytes, n, f->path);
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

ShapeChoice list_sizes(Ctx *c, const char *name, Tensor *const *item, int n)
{
	Sizes *all = NEW_N(&c->perm, Sizes, n > 0 ? n : 0);
	for (int i = 0; i < n; i++) {
		all[i].rank = item[i]->rank;
		memcpy(all[i].dim, item[i]->dim, sizeof item[i]->dim);
	}
	return (ShapeChoice){.input = name, .elements = true, .n = n > 0 ? n : 0, .element = all};
}

static void add_choice(Ctx *c, ReadOptions *o, ShapeChoice x)
{
	ShapeChoice *all = NEW_N(&c->perm, ShapeChoice, o->nshapes + 1);
	if (o->nshapes)
		memcpy(all, o->shapes, (size_t)o->nshapes * sizeof x);
	all[o->nshapes++] = x;
	o->shapes = all;
}

static ShapeChoice tensor_sizes(const char *name, const Tensor *t)
{
	ShapeChoice x = {.input = name, .rank = t->rank};
	memcpy(x.dim, t->dim, sizeof t->dim);
	return x;
}

void inputs_choose_early(Ctx *c, Settings *s)
{
	int n, count, next = 0;
	const Argument *a = onnx_arguments(c, s->model, false, &n);
	for (int k = 0; k < s->ninput; k++) {
		const InputFile *f = &s->input[k];
		size_t size;
		int i = f->name ? argument_named(a, n, f->name) : next++;
		if (i >= 0 && i < n && a[i].open && (ends_in(f->path, ".npy") || ends_in(f->path, ".pb")))
			add_choice(c, &s->read, tensor_sizes(a[i].name, tensor_read(c, f->path)));
		bool list = i >= 0 && i < n && (a[i].kind == KIND_SEQUENCE || a[i].kind == KIND_OPTIONAL_SEQUENCE);
		if (!list || !ends_in(f->path, ".pb"))
			continue;
		const uint8_t *bytes = file_read(c, &c->perm, f->path, &size);
		Tensor **item = onnx_read_list(c, &c->perm, a[i].kind, bytes, size, &count);
		add_choice(c, &s->read, list_sizes(c, a[i].name, item, count));
	}
}

bool inputs_choose_sizes(Ctx *c, Settings *s, const Graph *g, Tensor *const *in)
{
	int before = s->read.nshapes;
	for (int i = 0; i < g->nin; i++) {
		if (!in[i] || shape_known(&g->in[i]->shape))
			continue;
		add_choice(c, &s->read, tensor_sizes(g->in[i]->name, in[i]));
	}
	return s->read.nshapes > before;
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
	for (int i = 0; i < arguments(g, false); i++) {
		Argument a = argument(g, false, i);
		bool random = false;
		for (int k = a.first; k < a.first + a.n; k++) {
			random |= !in[k];
			in[k] = in[k] ? in[k] : made_up(g, g->in[k], s->compile.seed + (uint64_t)k);
		}
		if (random && c->verbose >= 0)
			fprintf(stderr, "%s: input '%s' is random: -i %s=FILE gives a real one\n", c->program, shown(c, a.name),
				shown(c, a.name));
	}
}
