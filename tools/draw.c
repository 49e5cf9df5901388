/* draw.c -- a graph as a picture: our own dot text, laid out by Graphviz.
 *
 * A box is a node, coloured by what it does; a frame holds the nodes of one stage; an edge is a value, labelled with
 * its shape. Constants are not drawn: a box tells their sizes. Text from the model goes through quoted(), which leaves printable ASCII only. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef TCC_GRAPHVIZ
#include <graphviz/gvc.h>
#endif
#include "ir/op.h"
#include "ir/output.h"
#include "tools/draw.h"

static void quoted(FILE *f, const char *text)
{
	for (int n = 0; *text && n < 60; text++, n++)
		if (*text < ' ' || *text > '~')
			fprintf(f, "\\\\%03o", (unsigned)(unsigned char)*text);
		else if (strchr("\"\\<>&", *text))
			fprintf(f, "&#%d;", *text);
		else
			fputc(*text, f);
}

static const char *colour(const Op *op)
{
	static const struct {
		unsigned flag;
		const char *colour;
	} of[] = {{CONTRACTS, "#bcd6f2"}, {REDUCES, "#f2d9b0"}, {MOVES, "#e3e3e3"}, {POINTWISE, "#cfe8c4"},
		  {CONTROL, "#ead0ea"}};
	for (size_t i = 0; i < sizeof of / sizeof *of; i++)
		if (op->flags & of[i].flag)
			return of[i].colour;
	return "#ffffff";
}

static void shape_label(FILE *f, Graph *g, const Value *v)
{
	fprintf(f, "%s", dtype_name(v->dtype));
	quoted(f, shape_text(g, &v->shape));
}

static void node_box(FILE *f, Graph *g, const Node *n)
{
	fprintf(f, "\tn%u [fillcolor=\"%s\", label=\"%s", n->id, colour(n->op), n->op->name);
	if (*n->name) {
		fputs("\\n", f);
		quoted(f, n->name);
	}
	for (int i = 0; i < n->nin; i++)
		if (n->in[i] && n->in[i]->role == ROLE_CONST && n->in[i]->shape.rank > 0) {
			fputs("\\nconstant ", f);
			shape_label(f, g, n->in[i]);
		}
	fputs("\"];\n", f);
}

static void end_box(FILE *f, Graph *g, const Value *v, char kind)
{
	fprintf(f, "\t%c%u [shape=ellipse, label=\"", kind, v->id);
	quoted(f, v->name);
	fputs("\\n", f);
	shape_label(f, g, v);
	fputs("\"];\n", f);
}

/* "n7" for a node's value, "i3" for an input's. */
static void source(FILE *f, const Value *v)
{
	if (v->def)
		fprintf(f, "\tn%u", v->def->id);
	else
		fprintf(f, "\ti%u", v->id);
}

/* One frame a stage, and the rest of the nodes. A node that several stages compute stands in the first. */
static void node_boxes(FILE *f, Graph *g, const Facts *facts)
{
	bool *drawn = NEW_N(&g->ctx->scratch, bool, g->last_node_id + 1);
	for (int i = 0; facts && i < facts->nstages; i++) {
		const StageFacts *s = &facts->stage[i];
		fprintf(f, "\tsubgraph cluster_%d {\n\tlabel=\"%s\"; labeljust=l; fontname=Helvetica; fontsize=10; color=gray;\n",
			i, s->name);
		for (int k = 0; k < s->nnodes; k++)
			if (!drawn[s->node[k]->id]) {
				node_box(f, g, s->node[k]);
				drawn[s->node[k]->id] = true;
			}
		fputs("\t}\n", f);
	}
	for (uint32_t i = 0; i < g->nnode; i++)
		if (!drawn[g->node[i]->id])
			node_box(f, g, g->node[i]);
}

static void print_dot(FILE *f, Graph *g, const Facts *facts)
{
	fputs("digraph model {\n\tnode [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=Helvetica,"
	      " fontsize=11];\n\tedge [fontname=Helvetica, fontsize=9, arrowsize=0.6];\n", f);
	for (int i = 0; i < g->nin; i++)
		end_box(f, g, g->in[i], 'i');
	node_boxes(f, g, facts);
	for (uint32_t i = 0; i < g->nnode; i++)
		for (int k = 0; k < g->node[i]->nin; k++) {
			const Value *v = g->node[i]->in[k];
			if (!v || v->role == ROLE_CONST)
				continue;
			source(f, v);
			fprintf(f, " -> n%u [label=\"", g->node[i]->id);
			shape_label(f, g, v);
			fputs("\"];\n", f);
		}
	for (int i = 0; i < g->nout; i++) {
		end_box(f, g, g->out[i], 'o');
		if (g->out[i]->role == ROLE_CONST)
			continue;
		source(f, g->out[i]);
		fprintf(f, " -> o%u;\n", g->out[i]->id);
	}
	fputs("}\n", f);
}

#ifdef TCC_GRAPHVIZ
/* dot text -> svg text, from malloc; NULL when Graphviz refuses. */
static char *layout(const char *dot)
{
	char *rendered = NULL, *svg = NULL;
	unsigned n;
	GVC_t *gvc = gvContext();
	Agraph_t *drawing = agmemread(dot);
	if (drawing && gvLayout(gvc, drawing, "dot") == 0) {
		if (gvRenderData(gvc, drawing, "svg", &rendered, &n) == 0)
			svg = strdup(rendered);
		gvFreeRenderData(rendered);
		gvFreeLayout(gvc, drawing);
	}
	if (drawing)
		agclose(drawing);
	gvFreeContext(gvc);
	return svg;
}
#else
static char *layout(const char *dot)
{
	(void)dot;
	return NULL;
}
#endif

/* Operators and how often they occur, most frequent first come, as rows of a table. */
static void operator_rows(FILE *f, const Graph *g)
{
	for (const Op *const *op = op_table; *op; op++) {
		int n = 0;
		for (uint32_t i = 0; i < g->nnode; i++)
			n += g->node[i]->op == *op;
		if (n)
			fprintf(f, "<tr><td>%s</td><td>%d</td></tr>\n", (*op)->name, n);
	}
}

static void print_html(FILE *f, const Graph *g, const char *svg)
{
	const char *body = strstr(svg, "<svg");
	fputs("<!doctype html>\n<meta charset=\"us-ascii\">\n<title>", f);
	quoted(f, g->name);
	fputs("</title>\n<style>body { font: 14px sans-serif } td { padding: 0 1em 0 0 }</style>\n<h1>", f);
	quoted(f, g->name);
	fprintf(f, "</h1>\n<p>%u nodes</p>\n<table>\n", g->nnode);
	operator_rows(f, g);
	fprintf(f, "</table>\n%s", body ? body : svg);
}

/* Printed text moves from malloc to the arena. */
static char *kept(Graph *g, char *text)
{
	char *copy = arena_string(&g->ctx->scratch, text);
	free(text);
	return copy;
}

static char *dot_text(Graph *g, const Facts *facts)
{
	char *text;
	size_t n;
	FILE *f = open_memstream(&text, &n);
	assert(f && "out of memory");
	print_dot(f, g, facts);
	fclose(f);
	return kept(g, text);
}

static char *html_text(Graph *g, const char *svg)
{
	char *text;
	size_t n;
	FILE *f = open_memstream(&text, &n);
	assert(f && "out of memory");
	print_html(f, g, svg);
	fclose(f);
	return kept(g, text);
}

void draw_graph(Graph *g, const Facts *facts, const char *path)
{
	const char *kind = strrchr(path, '.');
	char *text = dot_text(g, facts);
	if (strcmp(kind, ".dot") != 0) {
		char *svg = layout(text);
		if (!svg)
			fail(g->ctx, EXIT_UNSUPPORTED, "E-GRAPHVIZ", "cannot draw '%s' without Graphviz: ask for a .dot file",
			     path);
		text = kept(g, svg);
	}
	if (strcmp(kind, ".html") == 0)
		text = html_text(g, text);
	output_add(g->ctx, path, text, strlen(text));
}
