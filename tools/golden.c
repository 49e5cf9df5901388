/* golden.c -- inputs and outputs of a model that are known to belong together. */
#include <string.h>
#include "ir/op.h"
#include "passes/inputs.h"
#include "tools/file.h"
#include "tools/golden.h"
#include "tools/inputs.h"

static bool draws(const Graph *g)
{
	bool random = false;
	for (uint32_t i = 0; i < g->nnode; i++) {
		const Node *n = g->node[i];
		random |= (n->op->flags & RANDOM) && (strcmp(n->op->name, "Dropout") != 0 || (n->nin > 2 && n->in[2]));
		for (int k = 0; k < n->nsub; k++)
			random |= draws(n->sub[k]);
	}
	return random;
}

/* ---- from files ---- */

/* Without its first `skip` axes. `differ`: along these axes, as bits, it may be less. */
static bool fits(const Graph *g, const Value *v, int skip, unsigned differ, const Tensor *t)
{
	bool right = v->dtype == t->dtype && v->shape.rank == t->rank + skip;
	for (int i = 0; right && i < t->rank; i++) {
		Dim d = v->shape.dim[i + skip];
		bool fixed = dim_known(d) && !(differ >> i & 1);
		right = fixed ? d.k == t->dim[i] : t->dim[i] <= dim_hi(g->syms, d);
	}
	return right;
}

/* Elements that are slices of one tensor. */
static bool rows_fit(const Graph *g, const Given *x)
{
	const Value *rows = g->out[x->argument.first];
	bool fit = x->n <= dim_hi(g->syms, rows->shape.dim[0]);
	for (int k = 0; fit && k < x->n; k++)
		fit = fits(g, rows, 1, x->argument.differ, x->item[k]);
	return fit;
}

static bool all_fit(const Graph *g, bool out, const Given *x)
{
	if (x->argument.rows)
		return rows_fit(g, x);
	int flag = is_optional(x->argument.kind), elements = x->argument.n - flag;
	if (x->n >= 0 && x->n != elements)
		return false;
	for (int k = 0; k < x->n; k++)
		if (!fits(g, (out ? g->out : g->in)[x->argument.first + flag + k], 0, 0, x->item[k]))
			return false;
	return true;
}

/* folder/input_0.pb and so on; false: one is missing, or has sizes that the model is not compiled for. */
static bool read_side(Ctx *c, const Graph *g, const char *folder, bool out, Given *x)
{
	for (int i = 0; i < arguments(g, out); i++) {
		size_t n;
		const char *name, *path = arena_format(&c->perm, "%s/%s_%d.pb", folder, out ? "output" : "input", i);
		x[i] = (Given){.argument = argument(g, out, i), .n = 1};
		if (!file_exists(path))
			return false;
		const uint8_t *bytes = file_read(c, &c->perm, path, &n);
		if (x[i].argument.kind == KIND_TENSOR) {
			x[i].item = NEW(&c->perm, Tensor *);
			*x[i].item = onnx_read_tensor(c, &c->perm, bytes, n, &name);
		} else {
			x[i].item = onnx_read_list(c, &c->perm, x[i].argument.kind, bytes, n, &x[i].n);
		}
		if (!all_fit(g, out, &x[i]))
			return false;
	}
	return true;
}

static Golden *golden_add(Ctx *c, Goldens *all, const Graph *g, const char *name)
{
	GROW(&c->perm, all->set, all->n, all->capacity);
	Golden *k = &all->set[all->n++];
	*k = (Golden){name, NEW_N(&c->perm, Given, arguments(g, false) + 1), NEW_N(&c->perm, Given, arguments(g, true) + 1)};
	return k;
}

static void read_sets(Ctx *c, const Settings *s, const Graph *g, Goldens *all)
{
	const char *beside = file_directory(&c->perm, s->model);
	for (int i = 0;; i++) {
		const char *name = arena_format(&c->perm, "test_data_set_%d", i), *folder = arena_format(&c->perm, "%s/%s", beside, name);
		if (!file_exists(folder))
			return;
		Golden *k = golden_add(c, all, g, name);
		if (!read_side(c, g, folder, false, k->in) || !read_side(c, g, folder, true, k->out))
			all->n--;
	}
}

/* ---- from the evaluator ---- */

/* Element k of those that are rows of a tensor, in its own sizes. */
static Tensor *slice(Ctx *c, Argument a, Tensor **t, int64_t k)
{
	const Tensor *all = t[a.first];
	int64_t dims[MAX_RANK], at[MAX_RANK] = {0}, *sizes = a.differ ? t[a.first + 1]->data : NULL;
	int rank = all->rank - 1;
	sizes += a.differ ? k * t[a.first + 1]->dim[1] : 0;
	for (int i = 0; i < rank; i++)
		dims[i] = a.differ >> i & 1 ? *sizes++ : all->dim[i + 1];
	Tensor *row = tensor_new(&c->perm, all->dtype, rank, dims);
	size_t bytes = dtype_bytes(all->dtype, 1);
	for (int64_t e = 0; e < row->count; e++) {
		int64_t place = k;
		for (int i = 0; i < rank; i++)
			place = place * all->dim[i + 1] + at[i];
		memcpy((char *)row->data + (size_t)e * bytes, (const char *)all->data + (size_t)place * bytes, bytes);
		for (int i = rank; i-- && ++at[i] == dims[i];)
			at[i] = 0;
	}
	return row;
}

static Given given_rows(Ctx *c, Argument a, Tensor **t)
{
	int n = (int)t[a.first]->dim[0];
	Given x = {a, NEW_N(&c->perm, Tensor *, n + 1), n};
	for (int k = 0; k < n; k++)
		x.item[k] = slice(c, a, t, k);
	return x;
}

static Given given(Ctx *c, Argument a, Tensor **t)
{
	if (a.rows)
		return given_rows(c, a, t);
	int flag = is_optional(a.kind);
	bool there = !flag || load_i64(BOOL, t[a.first]->data, 0);
	return (Given){a, t + a.first + flag, there ? a.n - flag : -1};
}

static void evaluate(Ctx *c, Graph *g, Tensor **in, const char *name, Goldens *all)
{
	Golden *k = golden_add(c, all, g, name);
	Eval e = {.budget = -1};
	Tensor **out = NEW_N(&c->perm, Tensor *, g->nout + 1);
	hint(c, "--emit-test makes inputs up where there is no test_data_set_0 beside the model");
	eval_graph(&e, g, &c->perm, in);
	hint(c, "%s", "");
	for (int i = 0; i < g->nout; i++)
		out[i] = eval_value(&e, g->out[i]);
	for (int i = 0; i < arguments(g, false); i++)
		k->in[i] = given(c, argument(g, false, i), in);
	for (int i = 0; i < arguments(g, true); i++)
		k->out[i] = given(c, argument(g, true, i), out);
}

static bool varies(const Graph *g)
{
	for (int i = 0; i < g->nin; i++)
		if (!shape_known(&g->in[i]->shape))
			return true;
	return false;
}

static void make_sets(Ctx *c, const Settings *s, Graph *g, Goldens *all)
{
	int verbose = c->verbose;
	Tensor **in = NEW_N(&c->perm, Tensor *, g->nin + 1);
	c->verbose = -1; /* random inputs are no news here */
	inputs_fill(c, s, g, in);
	c->verbose = verbose;
	evaluate(c, g, in, "random inputs", all);
	if (varies(g))
		evaluate(c, g, random_inputs(g, &c->perm, s->compile.seed), "random inputs of smaller sizes", all);
}

Goldens goldens_of(Ctx *c, const Settings *s, Graph *g)
{
	Goldens all = {.random = draws(g)};
	read_sets(c, s, g, &all);
	if (!all.n)
		make_sets(c, s, g, &all);
	return all;
}
