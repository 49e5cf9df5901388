/* print.c -- a graph as text (docs/ir.md):
 *
 *     symbol batch = 1..64
 *     graph "net" (%x f32[batch,3]) -> (%7) {
 *             %w f32[3,3] = const [1, 0, 0, 0, 1, 0, 0, 0, 1]
 *             %7 "net/out" f32[batch,3] = Gemm(%x, %w, _) {transB = 1} @2 "gemm"
 *     }
 *
 * A value goes by its name where that is an identifier and nobody else's, else by its number. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "ir/op.h"
#include "ir/text.h"

enum { SHORT_CONST = 64, NAME_MAX_SHOWN = 40 };

typedef struct Printer {
	FILE *f;
	Graph *g;
	bool full;
	int indent;
	bool *live, *named; /* by value id: printed at all; goes by its name */
} Printer;

static void new_line(const Printer *p)
{
	fputc('\n', p->f);
	for (int i = 0; i < p->indent; i++)
		fputc('\t', p->f);
}

static void print_quoted(const Printer *p, const char *text)
{
	fputs(quoted(p->g->ctx, text, strlen(text)), p->f);
}

/* ---- which values, and what they go by ---- */

/* By id: the values that inputs, outputs and nodes refer to. */
static bool *live_values(const Graph *g)
{
	bool *live = NEW_N(&g->ctx->scratch, bool, g->nvalue + 1);

	for (int i = 0; i < g->nin; i++)
		live[g->in[i]->id] = true;
	for (int i = 0; i < g->nout; i++)
		live[g->out[i]->id] = true;
	for (uint32_t i = 0; i < g->nnode; i++) {
		const Node *n = g->node[i];
		for (int k = 0; k < n->nin; k++)
			if (n->in[k])
				live[n->in[k]->id] = true;
		for (int k = 0; k < n->nout; k++)
			if (n->out[k])
				live[n->out[k]->id] = true;
	}
	return live;
}

static bool is_identifier(const char *name)
{
	size_t n = 0;

	while (isalnum((unsigned char)name[n]) || name[n] == '_' || name[n] == '.')
		n++;
	return n && n <= NAME_MAX_SHOWN && !name[n] && !isdigit((unsigned char)name[0]);
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(Value *const *)a)->name, (*(Value *const *)b)->name);
}

static void find_named(Printer *p)
{
	Value **sorted = NEW_N(&p->g->ctx->scratch, Value *, p->g->nvalue);
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->g->nvalue; i++)
		if (p->live[i + 1] && is_identifier(p->g->value[i]->name))
			sorted[n++] = p->g->value[i];
	if (n)
		qsort(sorted, n, sizeof *sorted, by_name);
	for (uint32_t i = 0; i < n; i++)
		p->named[sorted[i]->id] = !(i && !by_name(&sorted[i - 1], &sorted[i])) &&
					  !(i + 1 < n && !by_name(&sorted[i], &sorted[i + 1]));
}

static void print_ref(const Printer *p, const Value *v)
{
	if (!v)
		fputc('_', p->f);
	else if (p->named[v->id])
		fprintf(p->f, "%%%s", v->name);
	else
		fprintf(p->f, "%%%u", v->id);
}

/* ---- types ---- */

static void print_order(const Printer *p, const Value *v)
{
	bool plain = true, unset = true;

	for (int i = 0; i < v->shape.rank; i++) {
		plain &= v->order[i] == i;
		unset &= v->order[i] == 0;
	}
	if (plain || unset)
		return;
	for (int i = 0; i < v->shape.rank; i++)
		fprintf(p->f, "%s%d", i ? "," : " order(", v->order[i]);
	fputc(')', p->f);
}

static void print_content(const Printer *p, const Value *v)
{
	if (v->data || !v->content)
		return;
	fputs(" <", p->f);
	for (int i = 0; i < v->ncontent; i++)
		fprintf(p->f, "%s%s", i ? ", " : "", dim_text(p->g->syms, v->content[i]));
	fputc('>', p->f);
}

/* %x "name" f32[1,3] order(0,1) <content> */
static void print_value(const Printer *p, const Value *v)
{
	print_ref(p, v);
	if (!v)
		return;
	if (!p->named[v->id] && *v->name) {
		fputc(' ', p->f);
		print_quoted(p, v->name);
	}
	fprintf(p->f, " %s%s%s%s", kind_names[v->kind], v->kind ? " " : "", dtype_name(v->dtype), shape_text(p->g, &v->shape));
	print_order(p, v);
	print_content(p, v);
}

static void print_const(Printer *p, const Value *v)
{
	const Tensor *t = v->data;

	new_line(p);
	print_value(p, v);
	fputs(" = const ", p->f);
	p->indent++;
	if (p->full || t->count <= SHORT_CONST)
		print_elements(p->f, p->g->ctx, t, p->indent);
	else
		fprintf(p->f, "hash:%016llx (%zu bytes)", (unsigned long long)tensor_hash(t),
			dtype_bytes(t->dtype, t->count));
	p->indent--;
}

/* ---- nodes and graphs ---- */

static void print_graph(FILE *f, Graph *g, bool full, int indent);

static void print_bodies(const Printer *p, const Node *n)
{
	for (int k = 0; k < n->nsub; k++)
		for (const Attr *row = n->op->attrs; row && row->name; row++) {
			if (row->kind != A_GRAPH || *(const int *)((const char *)n->attr + row->offset) != k)
				continue;
			fprintf(p->f, " %s = ", row->name);
			print_graph(p->f, n->sub[k], p->full, p->indent);
		}
}

static void print_node(const Printer *p, const Node *n)
{
	new_line(p);
	for (int i = 0; i < n->nout; i++) {
		fputs(i ? ", " : "", p->f);
		print_value(p, n->out[i]);
	}
	const char *domain = n->op->domain ? n->op->domain : "";
	fprintf(p->f, " = %s%s%s(", domain, *domain ? "." : "", n->op->name);
	for (int i = 0; i < n->nin; i++) {
		fputs(i ? ", " : "", p->f);
		print_ref(p, n->in[i]);
	}
	fputc(')', p->f);
	print_attrs(p->f, p->g->ctx, n);
	print_bodies(p, n);
	fprintf(p->f, " @%u", n->id);
	if (*n->name) {
		fputc(' ', p->f);
		print_quoted(p, n->name);
	}
}

/* (%x f32[1], %k i64[] | %captured f32[2]) -> (%y, %z "other name") */
static void print_signature(const Printer *p)
{
	const Graph *g = p->g;

	fputs("(", p->f);
	for (int i = 0; i < g->nin; i++) {
		fputs(i == g->nin - g->ncaptured ? (i ? " | " : "| ") : i ? ", " : "", p->f);
		print_value(p, g->in[i]);
	}
	fputs(") -> (", p->f);
	for (int i = 0; i < g->nout; i++) {
		fputs(i ? ", " : "", p->f);
		print_ref(p, g->out[i]);
		if (strcmp(g->out_name[i], g->out[i]->name)) {
			fputc(' ', p->f);
			print_quoted(p, g->out_name[i]);
		}
	}
	fputs(") {", p->f);
}

static void print_graph(FILE *f, Graph *g, bool full, int indent)
{
	ArenaMark mark = arena_mark(&g->ctx->scratch);
	Printer p = {f, g, full, indent, live_values(g), NEW_N(&g->ctx->scratch, bool, g->nvalue + 1)};

	find_named(&p);
	fputs("graph ", f);
	print_quoted(&p, g->name);
	fputc(' ', f);
	print_signature(&p);
	p.indent++;
	for (uint32_t i = 0; i < g->nvalue; i++)
		if (p.live[i + 1] && g->value[i]->role == ROLE_CONST)
			print_const(&p, g->value[i]);
	for (uint32_t i = 0; i < g->nnode; i++)
		print_node(&p, g->node[i]);
	p.indent--;
	new_line(&p);
	fputc('}', f);
	arena_release(&g->ctx->scratch, mark);
}

/* ---- symbols ---- */

static void use_symbols(Syms *s, Dim d, bool *used)
{
	if (dim_known(d))
		return;
	if (dim_kind(s, d) == DIM_SYMBOL)
		used[dim_symbol_index(s, d)] = true;
	for (int i = 0; i < dim_nargs(s, d); i++)
		use_symbols(s, dim_arg(s, d, i), used);
}

static void find_symbols(const Graph *g, bool *used)
{
	const bool *live = live_values(g);

	for (uint32_t i = 0; i < g->nvalue; i++) {
		const Value *v = g->value[i];
		if (!live[v->id])
			continue;
		for (int k = 0; k < v->shape.rank; k++)
			use_symbols(g->syms, v->shape.dim[k], used);
		for (int k = 0; k < v->ncontent; k++)
			use_symbols(g->syms, v->content[k], used);
	}
	for (uint32_t i = 0; i < g->nnode; i++)
		for (int k = 0; k < g->node[i]->nsub; k++)
			find_symbols(g->node[i]->sub[k], used);
}

/* symbol batch = 1..64 counted */
static void print_symbols(FILE *f, Graph *g)
{
	bool *used = NEW_N(&g->ctx->scratch, bool, g->syms->nsymbol);

	find_symbols(g, used);
	for (uint32_t i = 0; i < g->syms->nsymbol; i++) {
		const Symbol *s = &g->syms->symbol[i];
		if (!used[i])
			continue;
		fprintf(f, "symbol %s = %lld..", dim_text(g->syms, dim_symbol(g->syms, s->name)), (long long)s->lo);
		if (s->hi >= 0)
			fprintf(f, "%lld", (long long)s->hi);
		fputs(s->counted ? " counted\n" : "\n", f);
	}
}

static void print_all(FILE *f, Graph *g, bool full)
{
	ArenaMark mark = arena_mark(&g->ctx->scratch);

	print_symbols(f, g);
	if (g->opset)
		fprintf(f, "opset %d\n", g->opset);
	print_graph(f, g, full, 0);
	fputc('\n', f);
	arena_release(&g->ctx->scratch, mark);
}

void graph_print(FILE *f, Graph *g)
{
	print_all(f, g, false);
}

void graph_print_full(FILE *f, Graph *g)
{
	print_all(f, g, true);
}

const char *graph_text(Graph *g, Arena *a)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		fail(g->ctx, EXIT_MEMORY, "E-MEMORY", "out of memory for a graph as text");
	graph_print_full(f, g);
	fclose(f);
	const char *copy = arena_copy(a, text, size + 1);
	free(text);
	return copy;
}
