/* onnx.c -- an ONNX file to a Graph: read, unpack, look at the names, build. */
#include <string.h>
#include "frontend/file.h"
#include "frontend/onnx.h"
#include "ir/sha256.h"

static Import import_of(Ctx *c, const char *directory, const ReadOptions *o)
{
	static const ReadOptions none;
	Import im = {.ctx = c, .arena = &c->perm, .directory = directory, .options = o ? o : &none};

	im.syms = NEW(&c->perm, Syms);
	im.syms->ctx = c;
	im.function_names.arena = im.missing_names.arena = im.dims.arena = im.arena;
	return im;
}

/* The model's names, before anything is built. */
static Scope *read_scope(Import *im, const uint8_t *bytes, size_t n)
{
	im->model = model_unpack(im->ctx, im->arena, bytes, n);
	im->opsets = (Opsets){im->model->opset_import, im->model->n_opset_import, im->model->ir_version};
	opsets_check(im, &im->opsets, "the model");
	functions_collect(im);
	return scope_of_model(im);
}

Argument *onnx_arguments(Ctx *c, const char *path, const ReadOptions *o, bool outputs, int *n)
{
	size_t size;
	const uint8_t *bytes = model_read(c, &c->perm, path, &size);
	Import im = import_of(c, NULL, o);
	const Scope *s = read_scope(&im, bytes, size);
	ValueInfoProto **p = outputs ? s->graph->output : s->graph->input;
	size_t count = outputs ? s->graph->n_output : s->graph->n_input;
	Argument *all = NEW_N(&c->perm, Argument, count);

	*n = 0;
	for (size_t i = 0; i < count; i++) {
		Declared d = declared_of(&im, p[i]);
		if (outputs || is_true_input(s, p[i]->name))
			all[(*n)++] = (Argument){.name = p[i]->name, .kind = d.kind, .dtype = d.dtype, .open = has_open_sizes(&im, p[i])};
	}
	return all;
}

Graph *onnx_read_bytes(Ctx *c, const uint8_t *bytes, size_t n, const char *directory, const ReadOptions *o)
{
	Import im = import_of(c, directory, o);

	Scope *s = read_scope(&im, bytes, n);
	missing_collect(&im, s);
	missing_report(&im);
	dims_choose(&im, s);
	Graph *g = graph_build(&im, s);
	dims_check(&im);
	sha256(bytes, n, g->sha256);
	return g;
}

Graph *onnx_read(Ctx *c, const char *path, const ReadOptions *o)
{
	ArenaMark mark = arena_mark(&c->scratch);
	size_t n;
	const uint8_t *bytes = model_read(c, &c->scratch, path, &n);
	Graph *g = onnx_read_bytes(c, bytes, n, file_directory(&c->perm, path), o);

	arena_release(&c->scratch, mark);
	return g;
}
