/* dims.c -- sizes of the model's inputs: numbers, or symbols that the user may fix or bound.
 *
 *     image: [batch, 3, ?, 224]   -->   symbols "batch" and "image.2"   <-->   --dim batch=1..8  --shape image=1,3,9,224
 *
 * A name that the file gives stands for one size wherever it occurs. Choices come first: a symbol that is fixed never
 * exists. A choice that meets nothing is a mistake of the user's, answered with the names that there are. */
#include <string.h>
#include "frontend/onnx.h"

#define MOST_ELEMENTS ((int64_t)1 << 48)

typedef Onnx__TensorShapeProto__Dimension Dimension;

/* ---- names of sizes ---- */

/* The name of a symbolic size, or NULL for a number. */
static const char *size_name(Import *im, const ValueInfoProto *p, const TensorShapeProto *s, size_t axis)
{
	const Dimension *d = axis < s->n_dim ? s->dim[axis] : NULL;

	if (d && d->has_dim_value && *text_of(d->dim_param))
		fail(im->ctx, EXIT_MODEL, "E-SHAPE", "axis %zu of input '%s' is both %lld and '%s'", axis,
		     shown(im->ctx, text_of(p->name)), (long long)d->dim_value, shown(im->ctx, d->dim_param));
	if (d && d->has_dim_value)
		return NULL;
	if (d && *text_of(d->dim_param))
		return d->dim_param;
	return arena_format(im->arena, "%s.%zu", text_of(p->name), axis);
}

bool has_open_sizes(Import *im, const ValueInfoProto *p)
{
	Declared d = declared_of(im, p);
	bool open = d.kind == KIND_TENSOR && !d.shape;

	for (size_t i = 0; d.kind == KIND_TENSOR && d.shape && i < d.shape->n_dim; i++) {
		const char *name = size_name(im, p, d.shape, i);
		for (int k = 0; name && k < im->options->ndims; k++)
			if (!strcmp(im->options->dims[k].name, name))
				return false;
		open |= name != NULL;
	}
	return open;
}

static bool is_sequence(const Declared *d) { return d->kind == KIND_SEQUENCE || d->kind == KIND_OPTIONAL_SEQUENCE; }

/* Elements of a sequence have sizes of their own, whatever the names. */
static void note_sizes(Import *im, const ValueInfoProto *p)
{
	Declared d = declared_of(im, p);
	const TensorShapeProto *s = is_sequence(&d) ? NULL : d.shape;

	if (d.kind == KIND_MAP)
		names_add(&im->dims, text_of(p->name));
	for (size_t i = 0; s && i < s->n_dim; i++) {
		const char *name = size_name(im, p, s, i);
		if (name)
			names_add(&im->dims, name);
	}
}

/* ---- choices ---- */

static const Choice *find_choice(const Import *im, const char *name)
{
	for (int i = 0; i < im->nchoice; i++)
		if (!strcmp(im->choice[i].name, name))
			return &im->choice[i];
	return NULL;
}

static void choose(Import *im, const char *name, int64_t lo, int64_t hi)
{
	const Choice *old = find_choice(im, name);

	if (lo < 0 || hi < lo)
		fail(im->ctx, EXIT_USAGE, "E-DIM", "size '%s' is chosen as %lld..%lld, which is no range of sizes",
		     shown(im->ctx, name), (long long)lo, (long long)hi);
	if (old && (old->lo != lo || old->hi != hi))
		fail(im->ctx, EXIT_USAGE, "E-DIM", "size '%s' is chosen as %lld..%lld and as %lld..%lld",
		     shown(im->ctx, name), (long long)old->lo, (long long)old->hi, (long long)lo, (long long)hi);
	if (old)
		return;
	GROW(im->arena, im->choice, im->nchoice, im->cchoice);
	im->choice[im->nchoice++] = (Choice){name, lo, hi};
}

static const char *join(Import *im, const char *const *name, uint32_t n)
{
	const char *text = n ? "" : "none";

	for (uint32_t i = 0; i < n && i < 12; i++)
		text = arena_format(&im->ctx->scratch, "%s%s%s", text, i ? ", " : "", shown(im->ctx, name[i]));
	return n > 12 ? arena_format(&im->ctx->scratch, "%s, ...", text) : text;
}

static const ValueInfoProto *find_input(const Import *im, const Scope *s, const char *name)
{
	const GraphProto *g = im->model->graph;

	for (size_t i = 0; i < g->n_input; i++)
		if (!strcmp(text_of(g->input[i]->name), name) && is_true_input(s, name))
			return g->input[i];
	return NULL;
}

static _Noreturn void no_such_input(Import *im, const Scope *s, const char *name, const char *option)
{
	const GraphProto *g = im->model->graph;
	const char **inputs = NEW_N(im->arena, const char *, g->n_input);
	uint32_t n = 0;

	for (size_t i = 0; i < g->n_input; i++)
		if (is_true_input(s, text_of(g->input[i]->name)))
			inputs[n++] = g->input[i]->name;
	hint(im->ctx, "inputs: %s", join(im, inputs, n));
	fail(im->ctx, EXIT_USAGE, "E-DIM", "%s names '%s', which is no input of the model", option,
	     shown(im->ctx, name));
}

/* An output that is no tensor. */
static const ValueInfoProto *find_output(Import *im, const char *name)
{
	const GraphProto *g = im->model->graph;

	for (size_t i = 0; i < g->n_output; i++)
		if (!strcmp(text_of(g->output[i]->name), name) && declared_of(im, g->output[i]).kind != KIND_TENSOR)
			return g->output[i];
	return NULL;
}

static bool sizes_agree(const TensorShapeProto *s, const Sizes *is)
{
	bool agree = s->n_dim == (size_t)is->rank;

	for (size_t i = 0; agree && i < s->n_dim; i++)
		agree = !s->dim[i]->has_dim_value || s->dim[i]->dim_value == is->dim[i];
	return agree;
}

static void check_elements(Import *im, const Declared *d, const ShapeChoice *choice)
{
	for (int i = 0; d->shape && i < choice->n; i++)
		if (!sizes_agree(d->shape, &choice->element[i]))
			fail(im->ctx, EXIT_USAGE, "E-DIM", "--shape gives element %d of '%s' other sizes than the file", i,
			     shown(im->ctx, choice->input));
}

static void choose_shape(Import *im, const Scope *scope, const ShapeChoice *choice, const char *option)
{
	Ctx *c = im->ctx;
	const ValueInfoProto *p = find_input(im, scope, choice->input);

	if (!p && choice->elements && find_output(im, choice->input))
		return;
	if (!p)
		no_such_input(im, scope, choice->input, option);
	Declared d = declared_of(im, p);
	const TensorShapeProto *s = d.shape;
	if (is_sequence(&d) != choice->elements)
		fail(c, EXIT_USAGE, "E-DIM", "%s gives '%s' %s", option, shown(c, choice->input),
		     choice->elements ? "elements, it is no sequence" : "sizes, it is a sequence, which has elements: [3,4],[2,4]");
	if (choice->elements) {
		check_elements(im, &d, choice);
		return;
	}
	if (s && s->n_dim != (size_t)choice->rank)
		fail(c, EXIT_USAGE, "E-DIM", "%s gives input '%s' %d sizes, it has %zu", option, shown(c, choice->input),
		     choice->rank, s->n_dim);
	for (size_t i = 0; s && i < s->n_dim; i++) {
		const char *name = size_name(im, p, s, i);
		if (name)
			choose(im, name, choice->dim[i], choice->dim[i]);
		else if (s->dim[i]->dim_value != choice->dim[i])
			fail(c, EXIT_USAGE, "E-DIM",
			     "%s gives axis %zu of input '%s' size %lld; the file fixes it at %lld", option, i,
			     shown(c, choice->input), (long long)choice->dim[i], (long long)s->dim[i]->dim_value);
	}
}

/* The tensor has to be one that the input could be; its sizes are the model's from now on. */
static void choose_const(Import *im, const Scope *scope, const ConstChoice *choice)
{
	const Tensor *t = choice->tensor;
	ShapeChoice shape = {.input = choice->input, .rank = t->rank};

	memcpy(shape.dim, t->dim, sizeof shape.dim);
	choose_shape(im, scope, &shape, "--const");
	Declared d = declared_of(im, find_input(im, scope, choice->input));
	if (d.kind != KIND_TENSOR || (d.dtype && d.dtype != t->dtype))
		fail(im->ctx, EXIT_USAGE, "E-TYPE", "--const gives input '%s' %s, it is %s", shown(im->ctx, choice->input),
		     dtype_name(t->dtype), d.kind != KIND_TENSOR ? "no tensor" : dtype_name(d.dtype));
}

const ConstChoice *const_choice(const Import *im, const char *input)
{
	for (int i = 0; i < im->options->nconsts; i++)
		if (!strcmp(im->options->consts[i].input, input))
			return &im->options->consts[i];
	return NULL;
}

/* A size that no input has may be one that the model counts, which inference will find. */
static void choose_dim(Import *im, const DimChoice *choice)
{
	choose(im, choice->name, choice->lo, choice->hi);
	if (names_find(&im->dims, choice->name) == NO_NAME)
		dim_choose(im->syms, choice->name, choice->lo, choice->hi);
}

void dims_check(Import *im)
{
	Syms *s = im->syms;

	for (int i = 0; i < im->options->ndims; i++) {
		const char *name = im->options->dims[i].name;
		if (names_find(&im->dims, name) != NO_NAME || dim_exists(s, name))
			continue;
		for (uint32_t k = 0; k < s->nsymbol; k++)
			if (s->symbol[k].counted)
				names_add(&im->dims, s->symbol[k].name);
		hint(im->ctx, "symbolic sizes: %s", join(im, im->dims.name, im->dims.n));
		fail(im->ctx, EXIT_USAGE, "E-DIM", "--dim names '%s', which is no size of the model", shown(im->ctx, name));
	}
}

void dims_choose(Import *im, const Scope *s)
{
	const GraphProto *g = im->model->graph;

	for (size_t i = 0; i < g->n_input; i++)
		if (is_true_input(s, text_of(g->input[i]->name)))
			note_sizes(im, g->input[i]);
	for (int i = 0; i < im->options->nshapes; i++)
		choose_shape(im, s, &im->options->shapes[i], "--shape");
	for (int i = 0; i < im->options->nconsts; i++)
		choose_const(im, s, &im->options->consts[i]);
	for (int i = 0; i < im->options->ndims; i++)
		choose_dim(im, &im->options->dims[i]);
}

/* ---- shapes ---- */

static Dim symbol(Import *im, const char *name)
{
	const Choice *choice = find_choice(im, name);

	if (choice && choice->lo == choice->hi)
		return dim(choice->lo);
	Dim d = dim_symbol(im->syms, name);
	if (choice) {
		dim_symbol_of(im->syms, d)->lo = choice->lo;
		dim_symbol_of(im->syms, d)->hi = choice->hi;
	}
	return d;
}

/* The shape that --shape gives to an input that has none. */
static Shape chosen_shape(Import *im, const ValueInfoProto *p)
{
	const char *name = text_of(p->name);
	Shape shape = {.rank = -1};

	for (int i = 0; i < im->options->nshapes; i++) {
		const ShapeChoice *choice = &im->options->shapes[i];
		if (strcmp(choice->input, name) != 0)
			continue;
		shape.rank = choice->rank;
		for (int k = 0; k < choice->rank; k++)
			shape.dim[k] = dim(choice->dim[k]);
		return shape;
	}
	hint(im->ctx, "give it with --shape %s=1,3,224,224 (or other sizes)", shown(im->ctx, name));
	fail(im->ctx, EXIT_UNSUPPORTED, "E-DYNAMIC", "input '%s' has no shape", shown(im->ctx, name));
}

static Shape declared_shape(Import *im, const ValueInfoProto *p, const TensorShapeProto *s)
{
	Ctx *c = im->ctx;
	Shape shape = {.rank = (int)s->n_dim};

	if (s->n_dim > MAX_RANK)
		fail(c, EXIT_UNSUPPORTED, "E-RANK", "input '%s' has rank %zu, at most %d is supported",
		     shown(c, text_of(p->name)), s->n_dim, MAX_RANK);
	for (size_t i = 0; i < s->n_dim; i++) {
		const char *name = size_name(im, p, s, i);
		shape.dim[i] = name ? symbol(im, name) : dim(s->dim[i]->dim_value);
	}
	return shape;
}

Shape input_shape(Import *im, const ValueInfoProto *p, const TensorShapeProto *s)
{
	Shape shape = s ? declared_shape(im, p, s) : chosen_shape(im, p);
	int64_t elements = 1;

	for (int i = 0; i < shape.rank; i++) {
		int64_t k = dim_known(shape.dim[i]) ? shape.dim[i].k : 1;
		if (k < 0)
			fail(im->ctx, EXIT_MODEL, "E-SHAPE", "axis %d of input '%s' has the negative size %lld", i,
			     shown(im->ctx, text_of(p->name)), (long long)k);
		if (__builtin_mul_overflow(elements, k ? k : 1, &elements) || elements > MOST_ELEMENTS)
			fail(im->ctx, EXIT_MODEL, "E-SIZE", "input '%s' has more than 2^48 elements",
			     shown(im->ctx, text_of(p->name)));
	}
	return shape;
}

Dim map_size(Import *im, const ValueInfoProto *p) { return symbol(im, text_of(p->name)); }

/* ---- elements of sequences and optionals ---- */

const ShapeChoice *elements_choice(const Import *im, const char *name)
{
	for (int i = 0; i < im->options->nshapes; i++)
		if (im->options->shapes[i].elements && !strcmp(im->options->shapes[i].input, name))
			return &im->options->shapes[i];
	return NULL;
}

static Elements chosen_elements(Import *im, const ValueInfoProto *p)
{
	const ShapeChoice *choice = elements_choice(im, text_of(p->name));
	const char *name = shown(im->ctx, text_of(p->name));

	if (!choice) {
		hint(im->ctx, "give the sizes of each with --shape '%s=[3,4],[2,4]' (or other sizes, or none)", name);
		fail(im->ctx, EXIT_UNSUPPORTED, "E-DYNAMIC", "nobody says how many elements the sequence '%s' has", name);
	}
	Elements e = {choice->n, NEW_N(im->arena, Shape, choice->n + 1)};
	for (int i = 0; i < e.n; i++) {
		e.shape[i].rank = choice->element[i].rank;
		for (int k = 0; k < e.shape[i].rank; k++)
			e.shape[i].dim[k] = dim(choice->element[i].dim[k]);
	}
	return e;
}

Elements input_elements(Import *im, const ValueInfoProto *p, const Declared *d)
{
	Elements e = {1, NEW(im->arena, Shape)};

	if (is_sequence(d))
		return chosen_elements(im, p);
	*e.shape = input_shape(im, p, d->shape);
	return e;
}
