/* gradient.c -- Gradient (ai.onnx.preview.training 1): how a tensor of the graph, named by the attribute y, changes with
 * those that xs names. What y is made of stands around the node; the derivatives stand in its place.
 *
 *     c = Add(a, b);  dc_da, dc_db = Gradient(a, b) {xs = ["a", "b"], y = "c"}
 *
 * The inputs say which values the tensors of xs, and then of zs, are to have. */
#include <string.h>
#include "frontend/rewrite.h"
#include "ir/gradient/gradient.h"

bool is_gradient(const char *domain, const char *type)
{
	return !strcmp(text_of(domain), "ai.onnx.preview.training") && !strcmp(type, "Gradient");
}

bool names_tensors(const AttributeProto *a)
{
	const char *name = text_of(a->name);

	return !strcmp(name, "xs") || !strcmp(name, "zs") || !strcmp(name, "y");
}

/* What stands behind a name in an attribute. */
static Value *named(const Raw *r, const ProtobufCBinaryData *text)
{
	const char *name = arena_format(&r->f->im->ctx->perm, "%.*s", (int)text->len, (const char *)text->data);
	Value *v = value_of(r->f, name);

	if (!v)
		raw_fail(r, EXIT_MODEL, "E-NAME", "names the tensor '%s', which there is not", shown(r->f->im->ctx, name));
	need_tensor(r->f, v, "what is differentiated");
	return v;
}

static int names_of(Raw *r, const char *attribute, Value **v, int n)
{
	const AttributeProto *a = take(r, attribute, AT_STRINGS);
	size_t count = a ? a->n_strings : 0;

	if (count + (size_t)n > (size_t)r->nin)
		raw_fail(r, EXIT_MODEL, "E-INPUTS", "has %d inputs for more names of tensors", r->nin);
	for (size_t i = 0; i < count; i++)
		v[n++] = named(r, &a->strings[i]);
	return n;
}

static void check_places(const Raw *r, const Formula *f)
{
	if (f->n != r->nin)
		raw_fail(r, EXIT_MODEL, "E-INPUTS", "has %d inputs for %d names of tensors", r->nin, f->n);
	for (int i = 0; i < f->n; i++)
		if (need_input(r, i)->dtype != f->x[i]->dtype || !shape_same(&r->in[i]->shape, &f->x[i]->shape))
			raw_fail(r, EXIT_MODEL, "E-SHAPE", "input %d is %s%s, the tensor that it stands for %s%s", i,
				 dtype_name(r->in[i]->dtype), shape_text(r->f->g, &r->in[i]->shape),
				 dtype_name(f->x[i]->dtype), shape_text(r->f->g, &f->x[i]->shape));
}

void gradient_build(Raw *r)
{
	Arena *a = &r->f->im->ctx->scratch;
	Value **x = NEW_N(a, Value *, r->nin + 1), **dx = NEW_N(a, Value *, r->nin + 1);
	const AttributeProto *y = take(r, "y", AT_STRING);
	int n = names_of(r, "xs", x, 0);
	Formula f = {.n = names_of(r, "zs", x, n), .x = x, .at = r->in};
	Node like = {.name = r->name};

	if (!y || r->nattr || n < 1)
		raw_fail(r, EXIT_MODEL, "E-ATTR", "takes the attributes xs, zs and y, which names what is differentiated");
	if (r->nout > n)
		raw_fail(r, EXIT_MODEL, "E-OUTPUTS", "has %d outputs for %d tensors in xs", r->nout, n);
	f.y = named(r, &y->s);
	if (!is_float(f.y->dtype))
		raw_fail(r, EXIT_MODEL, "E-TYPE", "y is %s; what is differentiated is a float", dtype_name(f.y->dtype));
	check_places(r, &f);
	gradient(r->f->g, &like, &f, r->nout, dx);
	memcpy(r->out, dx, (size_t)r->nout * sizeof *dx);
}
