/* case.c -- finds test cases and reads their tensors. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include "tests/suite/case.h"
#include "tests/suite/json.h"
#include "tests/suite/vary.h"
#include "tools/file.h"
#include "tools/inputs.h"

enum { MOST_CHOICES = 512 }; /* inputs and outputs of a case */

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

static bool data_file(Ctx *c, const char *stem, int i, Kind kind, Data *d)
{
	size_t n;
	const char *name, *path = arena_format(&c->perm, "%s%d.pb", stem, i);
	if (!file_exists(path))
		return false;
	uint8_t *bytes = file_read(c, &c->perm, path, &n);
	if (kind != KIND_TENSOR) {
		d->item = onnx_read_list(c, &c->perm, kind, bytes, n, &d->n);
		return true;
	}
	*d = (Data){1, NEW(&c->perm, Tensor *)};
	*d->item = onnx_read_tensor(c, &c->perm, bytes, n, &name);
	return true;
}

static Tensor *ramp(Ctx *c, int rank, const int64_t *dims)
{
	Tensor *t = tensor_new(&c->perm, F32, rank, dims);
	for (int64_t i = 0; i < t->count; i++)
		store_f64(F32, t->data, i, (double)i / (double)t->count);
	return t;
}

bool case_input(Ctx *c, const Case *k, int i, Kind kind, int rank, const int64_t *dims, Data *d)
{
	if (k->in)
		return data_file(c, k->in, i, kind, d);
	*d = (Data){1, NEW(&c->perm, Tensor *)};
	*d->item = ramp(c, rank, dims);
	return true;
}

bool case_output(Ctx *c, const Case *k, int i, Kind kind, Data *d) { return data_file(c, k->out, i, kind, d); }

int case_number(Ctx *c, const Case *k, int i, const char *name)
{
	int n;
	const Argument *a = k->vary ? onnx_arguments(c, k->model, NULL, false, &n) : NULL;
	for (int at = i; a && at < n; at++)
		if (!strcmp(a[at].name, name))
			return at;
	return i;
}

void case_put(Ctx *c, const Case *k, int i, Kind kind, int n, DType t, int rank, const int64_t *dims, Tensor **in)
{
	Data d;
	if (!case_input(c, k, i, kind, rank, dims, &d))
		fail(c, EXIT_FILE, "E-FILE", "no data for input %d", i);
	if (d.n >= 0 && d.n != n)
		fail(c, EXIT_FILE, "E-FILE", "input %d has %d elements, the model wants %d", i, d.n, n);
	if (is_optional(kind))
		*in++ = tensor_scalar(&c->perm, BOOL, d.n >= 0);
	for (int e = 0; e < n; e++)
		in[e] = d.n >= 0 ? d.item[e] : tensor_new(&c->perm, t, rank, dims);
}

/* ---- sizes that the case's own data have ---- */

static bool is_sequence(Kind kind) { return kind == KIND_SEQUENCE || kind == KIND_OPTIONAL_SEQUENCE; }

/* The elements of sequences that the model takes or gives. */
static int elements_of_data(Ctx *c, const Case *k, bool outputs, ShapeChoice *s)
{
	int n, found = 0;
	const Argument *a = onnx_arguments(c, k->model, NULL, outputs, &n);
	const char *stem = outputs ? k->out : k->in;
	for (int i = 0; i < n; i++) {
		Data d;
		if (is_sequence(a[i].kind) && stem && data_file(c, stem, i, a[i].kind, &d))
			s[found++] = list_sizes(c, a[i].name, d.item, d.n);
	}
	return found;
}

/* Inputs of unknown size. */
static int sizes_of_data(Ctx *c, const Case *k, const Graph *g, ShapeChoice *s)
{
	int n = 0;
	for (int i = 0; i < arguments(g, false); i++) {
		Argument a = argument(g, false, i);
		Data d;
		if (a.kind != KIND_TENSOR || !k->in || shape_known(&g->in[a.first]->shape) || !data_file(c, k->in, i, a.kind, &d))
			continue;
		s[n] = (ShapeChoice){.input = a.name, .rank = d.item[0]->rank};
		memcpy(s[n++].dim, d.item[0]->dim, sizeof d.item[0]->dim);
	}
	return n;
}

/* Every input that the case has a tensor for. */
static ConstChoice *data_as_consts(Ctx *c, const Case *k, const Graph *g, int *n)
{
	ConstChoice *x = NEW_N(&c->perm, ConstChoice, g->nin);
	*n = 0;
	for (int i = 0; i < arguments(g, false); i++) {
		Argument a = argument(g, false, i);
		Data d;
		if (k->in && a.kind == KIND_TENSOR && data_file(c, k->in, i, a.kind, &d))
			x[(*n)++] = (ConstChoice){a.name, d.item[0]};
	}
	return x;
}

Graph *case_graph(Ctx *c, const Case *k, bool fix_sizes)
{
	ShapeChoice *s = NEW_N(&c->perm, ShapeChoice, MOST_CHOICES);
	ReadOptions o = {.dims = k->dim, .ndims = k->ndim, .shapes = s};
	o.nshapes = elements_of_data(c, k, false, s);
	o.nshapes += elements_of_data(c, k, true, s + o.nshapes);
	if (k->vary)
		return vary_graph(c, k, o);
	Graph *g = onnx_read(c, k->model, &o);
	if (k->constant) {
		o.consts = data_as_consts(c, k, g, &o.nconsts);
		return onnx_read(c, k->model, &o);
	}
	int more = fix_sizes ? sizes_of_data(c, k, g, s + o.nshapes) : 0;
	o.nshapes += more;
	return more ? onnx_read(c, k->model, &o) : g;
}

Graph *case_as_it_is(Ctx *c, const Case *k)
{
	Case plain = *k;
	plain.constant = false;
	return case_graph(c, &plain, false);
}
