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

static int one_tensor(Ctx *c, Argument a, const char *path)
{
	if (a.kind != KIND_TENSOR)
		fail(c, EXIT_USAGE, "E-INPUT", "'%s': input '%s' is no tensor; a .pb file can hold it", path, shown(c, a.name));
	return a.first;
}

/* A sequence or optional; what is absent is nothing yet. */
static void read_list(Ctx *c, Argument a, Tensor **in, const uint8_t *bytes, size_t size)
{
	int n, flag = is_optional(a.kind), elements = a.n - flag;
	Tensor **item = onnx_read_list(c, &c->perm, a.kind, bytes, size, &n);
	if (n >= 0 && n != elements)
		fail(c, EXIT_USAGE, "E-INPUT", "input '%s' has %d elements in its file, and %d in the model", shown(c, a.name), n,
		     elements);
	if (flag)
		in[a.first] = tensor_scalar(&c->perm, BOOL, n >= 0);
	for (int i = 0; i < elements && n >= 0; i++)
		in[a.first + flag + i] = item[i];
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
		read_list(c, a, in, bytes, n);
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
	const Argument *a = onnx_arguments(c, s->model, &s->read, false, &n);
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

/* Inputs tell what is neither known nor bounded; what --dim bounds varies. */
static bool is_open(const Graph *g, Dim d) { return !dim_known(d) && dim_hi(g->syms, d) == INT64_MAX; }

static void add_dim(Ctx *c, ReadOptions *o, const char *name, int64_t size)
{
	DimChoice *all = NEW_N(&c->perm, DimChoice, o->ndims + 1);
	if (o->ndims)
		memcpy(all, o->dims, (size_t)o->ndims * sizeof *all);
	all[o->ndims++] = (DimChoice){name, size, size};
	o->dims = all;
}

/* The sizes of v that are open become those of t: by the shape, or, where others vary, one by one. */
static void choose_open(Ctx *c, ReadOptions *o, const Graph *g, const Value *v, const Tensor *t)
{
	int open = 0, bounded = 0;
	for (int k = 0; k < v->shape.rank; k++) {
		open += is_open(g, v->shape.dim[k]);
		bounded += !dim_known(v->shape.dim[k]) && !is_open(g, v->shape.dim[k]);
	}
	if (open && (!bounded || v->shape.rank != t->rank))
		add_choice(c, o, tensor_sizes(v->name, t));
	for (int k = 0; bounded && k < v->shape.rank && v->shape.rank == t->rank; k++) {
		const Symbol *size = dim_symbol_of(g->syms, v->shape.dim[k]);
		if (size && is_open(g, v->shape.dim[k]))
			add_dim(c, o, size->name, t->dim[k]);
	}
}

bool inputs_choose_sizes(Ctx *c, Settings *s, const Graph *g, Tensor *const *in)
{
	int before = s->read.nshapes + s->read.ndims;
	for (int i = 0; i < g->nin; i++)
		if (in[i])
			choose_open(c, &s->read, g, g->in[i], in[i]);
	return s->read.nshapes + s->read.ndims > before;
}

/* "[2,4]" */
static const char *tensor_text(Ctx *c, const Tensor *t)
{
	const char *text = "[";
	for (int k = 0; k < t->rank; k++)
		text = arena_format(&c->scratch, "%s%s%lld", text, k ? "," : "", (long long)t->dim[k]);
	return arena_format(&c->scratch, "%s]", text);
}

/* Where one of the first n inputs that there are has the size d; NULL: nowhere. */
static const Value *input_of_size(const Graph *g, Tensor *const *in, int n, Dim d, int64_t *size)
{
	for (int i = 0; i < n; i++)
		for (int k = 0; in[i] && k < in[i]->rank && k < g->in[i]->shape.rank; k++)
			if (dim_same(g->in[i]->shape.dim[k], d)) {
				*size = in[i]->dim[k];
				return g->in[i];
			}
	return NULL;
}

static void check_size(Ctx *c, Graph *g, Tensor *const *in, int i, int axis)
{
	Dim d = g->in[i]->shape.dim[axis];
	int64_t least = dim_lo(g->syms, d), most = dim_hi(g->syms, d), size = in[i]->dim[axis], other;
	const char *name = shown(c, g->in[i]->name);
	if (dim_known(d) && size != d.k)
		fail(c, EXIT_USAGE, "E-SHAPE", "input '%s' has size %lld on axis %d, its file %lld", name, (long long)d.k, axis, (long long)size);
	if (size < least || size > most)
		fail(c, EXIT_USAGE, "E-SHAPE", "input '%s' has size %lld to %lld on axis %d, its file %lld", name, (long long)least,
		     (long long)most, axis, (long long)size);
	const Value *v = dim_known(d) ? NULL : input_of_size(g, in, i, d, &other);
	if (v && other != size)
		fail(c, EXIT_USAGE, "E-SHAPE", "size %s is %lld in the file of input '%s' and %lld in that of '%s'", dim_text(g->syms, d),
		     (long long)other, shown(c, v->name), (long long)size, name);
}

void inputs_check(Ctx *c, Graph *g, Tensor *const *in)
{
	for (int i = 0; i < g->nin; i++) {
		const Shape *s = &g->in[i]->shape;
		if (in[i] && in[i]->rank != s->rank)
			fail(c, EXIT_USAGE, "E-SHAPE", "input '%s' is %s in the model, the file has %s", shown(c, g->in[i]->name),
			     shape_text(g, s), tensor_text(c, in[i]));
		for (int k = 0; in[i] && k < s->rank; k++)
			check_size(c, g, in, i, k);
	}
}

/* A size that varies is that of another input, or as large as it can be. */
static Tensor *made_up(Graph *g, Tensor *const *in, const Value *v, uint64_t seed)
{
	int64_t dim[MAX_RANK];
	for (int i = 0; i < v->shape.rank; i++) {
		int64_t most = dim_hi(g->syms, v->shape.dim[i]);
		if (!input_of_size(g, in, g->nin, v->shape.dim[i], &dim[i]))
			dim[i] = most < INT32_MAX ? most : dim_number(g, NULL, v->shape.dim[i]);
	}
	Tensor *t = tensor_new(&g->ctx->perm, v->dtype, v->shape.rank, dim);
	random_fill(&g->ctx->perm, t, &seed);
	return t;
}

static bool is_absent(Argument a, Tensor *const *in)
{
	return is_optional(a.kind) && in[a.first] && !load_i64(BOOL, in[a.first]->data, 0);
}

/* What is absent is zeros. A size that varies is that of another input, or as small as it can be. */
static void fill_absent(Graph *g, Argument a, Tensor **in)
{
	for (int i = a.first + 1; i < a.first + a.n; i++) {
		const Value *v = g->in[i];
		int64_t dim[MAX_RANK];
		for (int k = 0; k < v->shape.rank; k++)
			if (!input_of_size(g, in, g->nin, v->shape.dim[k], &dim[k]))
				dim[k] = dim_lo(g->syms, v->shape.dim[k]);
		in[i] = in[i] ? in[i] : tensor_new(&g->ctx->perm, v->dtype, v->shape.rank, dim);
	}
}

void inputs_fill(Ctx *c, const Settings *s, Graph *g, Tensor **in)
{
	for (int i = 0; i < arguments(g, false); i++)
		if (is_absent(argument(g, false, i), in))
			fill_absent(g, argument(g, false, i), in);
	for (int i = 0; i < arguments(g, false); i++) {
		Argument a = argument(g, false, i);
		bool random = false;
		for (int k = a.first; k < a.first + a.n; k++) {
			random |= !in[k];
			in[k] = in[k] ? in[k] : made_up(g, in, g->in[k], s->compile.seed + (uint64_t)k);
		}
		if (random && c->verbose >= 0)
			fprintf(stderr, "%s: input '%s' is random: -i %s=FILE gives a real one\n", c->program, shown(c, a.name),
				shown(c, a.name));
	}
}
