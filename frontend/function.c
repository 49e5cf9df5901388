/* function.c -- model-local functions: nodes that stand for a list of nodes, written out where they are called.
 *
 *     y = scaled<by = 3>(x)    with    scaled<by>(a) => (b) { k = Constant<value_float = @by>   b = Mul(a, k) }
 *
 * becomes k and Mul with a bound to x, b to y and @by to 3, or to the function's default, or to nothing. A function
 * that reaches itself is refused by scope.c, which has also counted what the writing out will cost. */
#include <string.h>
#include "frontend/onnx.h"

/* One text for domain, name and overload, which no other three share. */
static const char *function_key(Import *im, const char *domain, const char *name, const char *overload)
{
	const char *d = is_onnx_domain(domain) ? "" : domain;

	return arena_format(im->arena, "%zu %zu %s%s%s", strlen(d), strlen(text_of(name)), d, text_of(name),
			    text_of(overload));
}

static void collect(Import *im, const FunctionProto *p)
{
	const char *key = function_key(im, p->domain, p->name, p->overload);
	uint32_t i = names_add(&im->function_names, key);
	Function *f = &im->function[i];

	if (!*text_of(p->name))
		fail(im->ctx, EXIT_MODEL, "E-NAME", "a function of the model has no name");
	if (f->proto)
		fail(im->ctx, EXIT_MODEL, "E-NAME", "function '%s' is defined twice", shown(im->ctx, p->name));
	f->proto = p;
	f->opsets = (Opsets){p->opset_import, p->n_opset_import, im->opsets.ir_version};
	opsets_check(im, &f->opsets, "a function");
}

void functions_collect(Import *im)
{
	im->function = NEW_N(im->arena, Function, im->model->n_functions);
	for (size_t i = 0; i < im->model->n_functions; i++)
		collect(im, im->model->functions[i]);
}

Function *function_find(Import *im, const NodeProto *p)
{
	if (!im->function_names.n)
		return NULL;
	uint32_t i = names_find(&im->function_names, function_key(im, p->domain, p->op_type, p->overload));
	return i == NO_NAME ? NULL : &im->function[i];
}

/* ---- writing a call out ---- */

static AttributeProto *find_attribute(AttributeProto **attr, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(text_of(attr[i]->name), name))
			return attr[i];
	return NULL;
}

static bool declares(const FunctionProto *p, const char *name)
{
	for (size_t i = 0; i < p->n_attribute; i++)
		if (!strcmp(p->attribute[i], name))
			return true;
	return find_attribute(p->attribute_proto, p->n_attribute_proto, name) != NULL;
}

/* The call's attributes, then the defaults: whoever looks a name up takes the first. */
static void bind_attributes(Frame *f, const Raw *r, const FunctionProto *p)
{
	for (int i = 0; i < r->nattr; i++)
		if (!declares(p, text_of(r->attr[i]->name)))
			raw_fail(r, EXIT_MODEL, "E-ATTR", "function '%s' has no attribute '%s'",
				 shown(r->f->im->ctx, p->name), shown(r->f->im->ctx, text_of(r->attr[i]->name)));
	f->env = NEW_N(r->f->im->arena, AttributeProto *, (size_t)r->nattr + p->n_attribute_proto);
	for (int i = 0; i < r->nattr; i++)
		f->env[f->nenv++] = r->attr[i];
	for (size_t i = 0; i < p->n_attribute_proto; i++)
		f->env[f->nenv++] = p->attribute_proto[i];
}

AttributeProto *function_attribute(const Frame *f, const char *name)
{
	return find_attribute(f->env, f->nenv, name);
}

static void bind_inputs(Frame *f, const Raw *r, const FunctionProto *p)
{
	if ((size_t)r->nin > p->n_input || (size_t)r->nout > p->n_output)
		raw_fail(r, EXIT_MODEL, "E-INPUTS",
			 "has %d inputs and %d outputs; function '%s' takes %zu and gives %zu", r->nin, r->nout,
			 shown(r->f->im->ctx, p->name), p->n_input, p->n_output);
	for (int i = 0; i < r->nin; i++)
		f->value[names_find(&f->scope->names, text_of(p->input[i]))] = r->in[i];
}

void function_inline(Raw *r, Function *function)
{
	const FunctionProto *p = function->proto;
	Import *im = r->f->im;
	Frame f = {.im = im, .scope = function->scope, .in_function = true, .g = r->f->g,
		   .under = r->f->under, .eval = r->f->eval};

	f.value = NEW_N(im->arena, Value *, f.scope->names.n);
	f.path = arena_format(im->arena, "%.*s/", MOST_PATH, *r->name ? r->name : p->name);
	bind_attributes(&f, r, p);
	bind_inputs(&f, r, p);
	nodes_build(&f);
	for (int i = 0; i < r->nout; i++)
		r->out[i] = value_of(&f, text_of(p->output[i]));
}
