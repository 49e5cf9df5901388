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

Graph *onnx_read_bytes(Ctx *c, const uint8_t *bytes, size_t n, const char *directory, const ReadOptions *o)
{
	Import im = import_of(c, directory, o);

	im.model = model_unpack(c, im.arena, bytes, n);
	im.opsets = (Opsets){im.model->opset_import, im.model->n_opset_import, im.model->ir_version};
	opsets_check(&im, &im.opsets, "the model");
	functions_collect(&im);
	Scope *s = scope_of_model(&im);
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
