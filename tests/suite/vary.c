/* vary.c -- a model whose inputs have sizes that vary. */
#include <string.h>
#include "frontend/file.h"
#include "frontend/onnx.h"
#include "tests/suite/vary.h"

typedef Onnx__TensorShapeProto__Dimension Dimension;

/* A size of an input: where it stands in the file, and what it is in the case. */
typedef struct Place {
	Dimension *at;
	int64_t size;
} Place;

/* A case's model, and what varies of it. */
typedef struct Varied {
	const Case *k;
	ModelProto *model;
	Place *place;
	int n, capacity;
	ReadOptions o; /* without sizes */
} Varied;

enum { LONGEST_PARAMETER = 16 };

int64_t vary_number(int64_t bound) { return bound / 2; }

/* ---- the sizes of inputs ---- */

static bool has_initializer(const GraphProto *g, const char *name)
{
	for (size_t i = 0; i < g->n_initializer; i++)
		if (!strcmp(text_of(g->initializer[i]->name), name))
			return true;
	return false;
}

/* Behind the first input, what is a number or a short list may say what is to be done: axes, a shape, scales, pads. */
static bool is_parameter(int i, const Tensor *t) { return i > 0 && t->rank < 2 && t->count <= LONGEST_PARAMETER; }

static void keep_parameter(Ctx *c, Varied *v, const char *name, Tensor *t)
{
	ConstChoice *x = NEW_N(&c->perm, ConstChoice, v->o.nconsts + 1);
	if (v->o.nconsts)
		memcpy(x, v->o.consts, (size_t)v->o.nconsts * sizeof *x);
	x[v->o.nconsts++] = (ConstChoice){name, t};
	v->o.consts = x;
}

/* A size of 1 may be there to be broadcast, and 0 is nothing. */
static void note_input(Ctx *c, Varied *v, int i, const ValueInfoProto *p)
{
	TensorShapeProto *s = p->type && p->type->tensor_type ? p->type->tensor_type->shape : NULL;
	Data d;

	if (!s)
		return;
	bool given = v->k->in && case_input(c, v->k, i, KIND_TENSOR, 0, NULL, &d);
	if (given && v->k->vary >= VARY_BUT_PARAMETERS && is_parameter(i, d.item[0])) {
		keep_parameter(c, v, p->name, d.item[0]);
		return;
	}
	for (size_t axis = 0; axis < s->n_dim; axis++) {
		int64_t size = given ? d.item[0]->dim[axis] : s->dim[axis]->dim_value;
		GROW(&c->perm, v->place, v->n, v->capacity);
		v->place[v->n++] = (Place){s->dim[axis], size};
	}
}

static Varied vary_open(Ctx *c, const Case *k, ReadOptions o)
{
	size_t n;
	const uint8_t *bytes = file_read(c, &c->perm, k->model, &n);
	Varied v = {.k = k, .o = o, .model = wire_unpack(c, &c->perm, &onnx__model_proto__descriptor, bytes, n)};
	const GraphProto *g = v.model->graph;
	int at = 0;

	for (size_t i = 0; i < g->n_input; i++)
		if (!has_initializer(g, text_of(g->input[i]->name)))
			note_input(c, &v, at++, g->input[i]);
	return v;
}

/* ---- reading ---- */

static Graph *read_varied(Ctx *c, const Varied *v)
{
	DimChoice *choice = NEW_N(&c->perm, DimChoice, v->n + 1);
	ReadOptions o = v->o;

	o.dims = choice;
	o.ndims = 0;
	for (int i = 0; i < v->n; i++) {
		const Place *p = &v->place[i];
		bool varies = p->size > 1;
		p->at->has_dim_value = !varies;
		p->at->dim_value = p->size;
		p->at->dim_param = varies ? arena_format(&c->perm, "size.%lld", (long long)p->size) : NULL;
		if (varies)
			choice[o.ndims++] = (DimChoice){p->at->dim_param, (p->size + 1) / 2, 2 * p->size};
	}
	size_t n = onnx__model_proto__get_packed_size(v->model);
	uint8_t *bytes = arena_alloc(&c->perm, n);
	onnx__model_proto__pack(v->model, bytes);
	return onnx_read_bytes(c, bytes, n, file_directory(&c->perm, v->k->model), &o);
}

Graph *vary_graph(Ctx *c, const Case *k, ReadOptions o)
{
	Varied v = vary_open(c, k, o);

	return read_varied(c, &v);
}
