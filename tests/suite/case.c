/* case.c -- finds test cases and reads their tensors. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include "tests/suite/case.h"
#include "tests/suite/json.h"
#include "tools/file.h"

static int no_dots(const struct dirent *e) { return e->d_name[0] != '.'; }

/* The names in a folder, sorted; NULL at the end. */
static char **names_in(Ctx *c, const char *folder)
{
	struct dirent **entry;
	int n = scandir(folder, &entry, no_dots, alphasort);
	char **name = NEW_N(&c->perm, char *, n < 0 ? 1 : n + 1);
	for (int i = 0; i < n; i++) {
		name[i] = arena_string(&c->perm, entry[i]->d_name);
		free(entry[i]);
	}
	if (n >= 0)
		free(entry);
	return name;
}

static Case *case_add(Ctx *c, Cases *all)
{
	GROW(&c->perm, all->item, all->n, all->capacity);
	return &all->item[all->n++];
}

/* data.json of a model that lies elsewhere: "url": ".../light/light_resnet50.onnx". Its tolerance holds for any case. */
static void read_data_json(Ctx *c, Case *k, const char *root, const char *folder)
{
	char url[300];
	const char *path = arena_format(&c->perm, "%s/data.json", folder);
	if (!file_exists(path))
		return;
	const char *json = file_text(c, &c->perm, path);
	k->rtol = json_number(json_get(json, "rtol"), k->rtol);
	k->atol = json_number(json_get(json, "atol"), k->atol);
	if (k->model || !json_string(json_get(json, "url"), url, sizeof url) || !strstr(url, "/light/"))
		return;
	char *stem = arena_format(&c->perm, "%s%s", root, strstr(url, "/light/"));
	k->model = arena_string(&c->perm, stem);
	*strrchr(stem, '.') = 0;
	k->out = arena_format(&c->perm, "%s_output_", stem);
}

static void suite_folder(Ctx *c, Cases *all, const char *root, const char *folder, const char *name)
{
	Case k = {.name = name, .rtol = 1e-3, .atol = 1e-7};
	const char *model = arena_format(&c->perm, "%s/model.onnx", folder);
	if (file_exists(model))
		k.model = model;
	read_data_json(c, &k, root, folder);
	if (!k.model || !file_exists(k.model))
		return;
	if (k.out) {
		*case_add(c, all) = k;
		return;
	}
	for (int i = 0;; i++) {
		const char *set = arena_format(&c->perm, "%s/test_data_set_%d", folder, i);
		if (!file_exists(set))
			return;
		k.name = i ? arena_format(&c->perm, "%s/%d", name, i) : name;
		k.in = arena_format(&c->perm, "%s/input_", set);
		k.out = arena_format(&c->perm, "%s/output_", set);
		*case_add(c, all) = k;
	}
}

Cases suite_cases(Ctx *c, const char *root, const char *filter)
{
	static const char *const kinds[] = {"node", "simple", "pytorch-converted", "pytorch-operator", "real"};
	Cases all = {0};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		const char *folder = arena_format(&c->perm, "%s/%s", root, kinds[i]);
		for (char **name = names_in(c, folder); *name; name++)
			if (!filter || strstr(*name, filter))
				suite_folder(c, &all, root, arena_format(&c->perm, "%s/%s", folder, *name), *name);
	}
	return all;
}

static void read_dims(Ctx *c, Case *k, const char *dims)
{
	char name[128];
	int capacity = 0;
	for (const char *v = NULL; (v = json_next(dims, v, name, sizeof name));) {
		GROW(&c->perm, k->dim, k->ndim, capacity);
		int64_t size = (int64_t)json_number(v, 1);
		k->dim[k->ndim++] = (DimChoice){arena_string(&c->perm, name), size, size};
	}
}

static void zoo_folder(Ctx *c, Cases *all, const char *root, const char *name)
{
	char model[300];
	const char *folder = arena_format(&c->perm, "%s/golden/%s", root, name);
	const char *json = file_text(c, &c->perm, arena_format(&c->perm, "%s/case.json", folder));
	const char *sets = json_get(json, "data_sets"), *set;
	if (!json_string(json_get(json, "model"), model, sizeof model))
		return;
	for (int i = 0; (set = json_item(sets, i)); i++) {
		Case *k = case_add(c, all);
		k->name = arena_format(&c->perm, "%s/%d", name, i);
		k->model = arena_format(&c->perm, "%s/%s", root, model);
		k->in = arena_format(&c->perm, "%s/test_data_set_%d/input_", folder, i);
		k->out = arena_format(&c->perm, "%s/test_data_set_%d/output_", folder, i);
		k->rtol = json_number(json_get(set, "rtol"), 1e-3);
		k->atol = json_number(json_get(set, "atol"), 1e-7);
		read_dims(c, k, json_get(set, "dims"));
	}
}

Cases zoo_cases(Ctx *c, const char *root, const char *filter)
{
	Cases all = {0};
	for (char **name = names_in(c, arena_format(&c->perm, "%s/golden", root)); *name; name++)
		if (!filter || strstr(*name, filter))
			zoo_folder(c, &all, root, *name);
	return all;
}

static Tensor *tensor_file(Ctx *c, const char *stem, int i)
{
	size_t n;
	const char *name, *path = arena_format(&c->perm, "%s%d.pb", stem, i);
	if (!file_exists(path))
		return NULL;
	uint8_t *bytes = file_read(c, &c->perm, path, &n);
	return onnx_read_tensor(c, &c->perm, bytes, n, &name);
}

static Tensor *ramp(Ctx *c, int rank, const int64_t *dims)
{
	Tensor *t = tensor_new(&c->perm, F32, rank, dims);
	for (int64_t i = 0; i < t->count; i++)
		store_f64(F32, t->data, i, (double)i / (double)t->count);
	return t;
}

Tensor *case_input(Ctx *c, const Case *k, int i, int rank, const int64_t *dims)
{
	return k->in ? tensor_file(c, k->in, i) : ramp(c, rank, dims);
}

Tensor *case_output(Ctx *c, const Case *k, int i) { return tensor_file(c, k->out, i); }

/* For inputs of unknown size: the sizes that the case's own data have. */
static ShapeChoice *sizes_of_data(Ctx *c, const Case *k, const Graph *g, int *n)
{
	ShapeChoice *s = NEW_N(&c->perm, ShapeChoice, g->nin);
	*n = 0;
	for (int i = 0; i < g->nin; i++) {
		const Value *v = g->in[i];
		Tensor *t = k->in && v->kind == KIND_TENSOR && !shape_known(&v->shape) ? tensor_file(c, k->in, i) : NULL;
		if (!t)
			continue;
		s[*n] = (ShapeChoice){.input = v->name, .rank = t->rank};
		memcpy(s[(*n)++].dim, t->dim, sizeof t->dim);
	}
	return s;
}

/* Every input that the case has a tensor for. */
static ConstChoice *data_as_consts(Ctx *c, const Case *k, const Graph *g, int *n)
{
	ConstChoice *x = NEW_N(&c->perm, ConstChoice, g->nin);
	*n = 0;
	for (int i = 0; i < g->nin; i++) {
		Tensor *t = k->in && g->in[i]->kind == KIND_TENSOR ? tensor_file(c, k->in, i) : NULL;
		if (t)
			x[(*n)++] = (ConstChoice){g->in[i]->name, t};
	}
	return x;
}

Graph *case_graph(Ctx *c, const Case *k, bool fix_sizes)
{
	ReadOptions o = {.dims = k->dim, .ndims = k->ndim};
	Graph *g = onnx_read(c, k->model, &o);
	if (k->constant) {
		o.consts = data_as_consts(c, k, g, &o.nconsts);
		return onnx_read(c, k->model, &o);
	}
	if (fix_sizes)
		o.shapes = sizes_of_data(c, k, g, &o.nshapes);
	return o.nshapes ? onnx_read(c, k->model, &o) : g;
}

Graph *case_as_it_is(Ctx *c, const Case *k)
{
	Case plain = *k;
	plain.constant = false;
	return case_graph(c, &plain, false);
}
