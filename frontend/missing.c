/* missing.c -- operators that the compiler has no row for: collected over the whole model, then one refusal.
 * Those in the branches of an If count when that is built, as far as its condition then is not known.
 *
 *     3 operators are not supported: Loop (2 nodes: 'body1', node 17), com.acme.Fancy (1 node: 'f'), ... [E-OPERATOR]
 */
#include <string.h>
#include "frontend/onnx.h"

#define LAID_OUT "com.microsoft.nchwc."
#define SHOW_NODES 3 /* in the message; all of them go to ReadOptions.missing */

struct Missing {
	const char **node; /* "'name'", or "node 17" */
	size_t n, c;
};

/* "Loop", or "domain.Name". */
static const char *operator_name(Import *im, const NodeProto *p)
{
	const char *type = text_of(p->op_type);

	return is_onnx_domain(p->domain) ? type : arena_format(im->arena, "%s.%s", p->domain, type);
}

static void note(Import *im, const Scope *s, size_t node)
{
	const NodeProto *p = s->node[node];
	uint32_t i = names_add(&im->missing_names, operator_name(im, p));

	if (i == im->nmissing) {
		GROW(im->arena, im->missing, im->nmissing, im->cmissing);
		im->nmissing++;
	}
	Missing *m = &im->missing[i];
	GROW(im->arena, m->node, m->n, m->c);
	m->node[m->n++] = *node_name(p) ? arena_format(im->arena, "'%s'", shown(im->ctx, node_name(p)))
					: arena_format(im->arena, "node %zu", node + 1);
}

bool is_branching(const Scope *s, size_t node)
{
	const NodeProto *p = s->node[node];

	return s->callee[node].kind == CALL_OP && is_onnx_domain(p->domain) && !strcmp(text_of(p->op_type), "If");
}

void missing_collect(Import *im, const Scope *s)
{
	for (size_t k = 0; k < s->nnode; k++) {
		const Callee *call = &s->callee[k];
		if (call->kind == CALL_MISSING)
			note(im, s, k);
		if (call->kind == CALL_FUNCTION && !call->function->collected) {
			call->function->collected = true;
			missing_collect(im, call->function->scope);
		}
		for (const Scope *child = s->child[k]; child && !is_branching(s, k); child = child->next)
			missing_collect(im, child);
	}
}

static const char *nodes_text(Import *im, const Missing *m, size_t most)
{
	Arena *a = &im->ctx->scratch;
	const char *text = arena_format(a, "%zu node%s: ", m->n, m->n == 1 ? "" : "s");

	for (size_t i = 0; i < m->n && i < most; i++)
		text = arena_format(a, "%s%s%s", text, i ? ", " : "", m->node[i]);
	return m->n > most ? arena_format(a, "%s, ...", text) : text;
}

static void print_all(Import *im, FILE *f)
{
	for (uint32_t i = 0; i < im->nmissing; i++) {
		const Missing *m = &im->missing[i];
		fprintf(f, "%s (%zu node%s):", shown(im->ctx, im->missing_names.name[i]), m->n, m->n == 1 ? "" : "s");
		for (size_t k = 0; k < m->n; k++)
			fprintf(f, "%s %s", k ? "," : "", m->node[k]);
		fputc('\n', f);
	}
}

/* Such a file holds weights in blocks of 8 or 16 channels, and does not say which. */
static void hint_about_layout(Import *im)
{
	for (uint32_t i = 0; i < im->nmissing; i++)
		if (!strncmp(im->missing_names.name[i], LAID_OUT, strlen(LAID_OUT)))
			hint(im->ctx, "ONNX Runtime laid this model out for one processor: give the model it was made of, or "
				      "one saved with ORT_ENABLE_EXTENDED");
}

void missing_report(Import *im)
{
	Ctx *c = im->ctx;
	const char *text = "";

	if (!im->nmissing)
		return;
	if (im->options->missing)
		print_all(im, im->options->missing);
	for (uint32_t i = 0; i < im->nmissing && strlen(text) < sizeof c->message; i++)
		text = arena_format(&c->scratch, "%s%s%s (%s)", text, i ? ", " : "",
				    shown(c, im->missing_names.name[i]), nodes_text(im, &im->missing[i], SHOW_NODES));
	hint_about_layout(im);
	fail(c, EXIT_UNSUPPORTED, "E-OPERATOR", "%u operator%s not supported: %s", im->nmissing,
	     im->nmissing == 1 ? " is" : "s are", text);
}
