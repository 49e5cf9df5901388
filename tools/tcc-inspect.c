/* tcc-inspect.c -- what is in an ONNX file: versions, inputs, outputs, operators, sizes, metadata.
 *
 * The file's own words come first; then the graph is built as the compiler would, which checks the whole file and gives
 * the inferred shapes of the outputs. What keeps the model from being compiled is said at the end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "frontend/file.h"
#include "frontend/onnx.h"
#include "ir/output.h"
#include "tools/draw.h"
#include "tools/options.h"
#include "tools/program.h"

static void print_fact(Ctx *c, const char *what, const char *value)
{
	if (*text_of(value))
		printf("%-12s%s\n", what, shown(c, value));
}

static void print_opsets(Ctx *c, const ModelProto *m)
{
	printf("%-12s", "opsets");
	if (!m->n_opset_import)
		printf("none named");
	for (size_t i = 0; i < m->n_opset_import; i++) {
		const OperatorSetIdProto *s = m->opset_import[i];
		printf("%s%s %lld", i ? ", " : "", is_onnx_domain(s->domain) ? "ai.onnx" : shown(c, s->domain),
		       (long long)s->version);
	}
	putchar('\n');
}

static void print_model(Ctx *c, const ModelProto *m, size_t bytes)
{
	printf("%-12s%zu bytes, IR version %lld\n", "file", bytes, (long long)m->ir_version);
	print_opsets(c, m);
	print_fact(c, "producer", m->producer_name);
	print_fact(c, "  version", m->producer_version);
	print_fact(c, "domain", m->domain);
	print_fact(c, "graph", m->graph->name);
	for (size_t i = 0; i < m->n_metadata_props; i++) {
		const EntryProto *e = m->metadata_props[i];
		printf("%-12s%s = ", i ? "" : "metadata", shown(c, text_of(e->key)));
		printf("%s\n", shown(c, text_of(e->value)));
	}
}

/* ---- operators ---- */

typedef struct Count {
	const char *name;
	int n;
} Count;

typedef struct Tally {
	Ctx *ctx;
	Names names; /* "Conv", "domain.Name" */
	Count *count;
	uint32_t n, c;
	size_t nodes, tensors, bytes;
} Tally;

static void tally_operator(Tally *t, const NodeProto *p)
{
	const char *type = text_of(p->op_type);
	const char *name = is_onnx_domain(p->domain) ? type : arena_format(&t->ctx->perm, "%s.%s", p->domain, type);
	uint32_t i = names_add(&t->names, name);

	if (i == t->n) {
		GROW(&t->ctx->perm, t->count, t->n, t->c);
		t->count[t->n++] = (Count){name, 0};
	}
	t->count[i].n++;
	t->nodes++;
}

static void tally_graph(Tally *t, const GraphProto *g);

static void tally_nodes(Tally *t, NodeProto *const *node, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		tally_operator(t, node[i]);
		for (size_t k = 0; k < node[i]->n_attribute; k++)
			if (node[i]->attribute[k]->g)
				tally_graph(t, node[i]->attribute[k]->g);
	}
}

/* Nesting is bounded: wire.c has refused what nests deeper than 64 messages. */
static void tally_graph(Tally *t, const GraphProto *g)
{
	tally_nodes(t, g->node, g->n_node);
	t->tensors += g->n_initializer + g->n_sparse_initializer;
	for (size_t i = 0; i < g->n_initializer; i++)
		t->bytes += protobuf_c_message_get_packed_size(&g->initializer[i]->base);
}

static int by_count(const void *a, const void *b)
{
	const Count *x = a, *y = b;

	return x->n != y->n ? y->n - x->n : strcmp(x->name, y->name);
}

static void print_operators(Ctx *c, const ModelProto *m)
{
	Tally t = {.ctx = c, .names.arena = &c->perm};

	tally_graph(&t, m->graph);
	for (size_t i = 0; i < m->n_functions; i++)
		tally_nodes(&t, m->functions[i]->node, m->functions[i]->n_node);
	if (t.n)
		qsort(t.count, t.n, sizeof *t.count, by_count);
	if (m->n_functions)
		printf("%-12s%zu\n", "functions", m->n_functions);
	printf("%-12s%zu, %zu bytes in the file\n", "weights", t.tensors, t.bytes);
	printf("%-12s%zu nodes, %u operators\n", "nodes", t.nodes, t.n);
	for (uint32_t i = 0; i < t.n; i++)
		printf("%12d  %s\n", t.count[i].n, shown(c, t.count[i].name));
}

/* ---- the graph as it was built ---- */

static const char *type_text(Graph *g, const Value *v)
{
	static const char *const kind[] = {"", "sequence of ", "optional ", "map of ", "optional sequence of "};

	return arena_format(&g->ctx->scratch, "%s%s %s", kind[v->kind], dtype_name(v->dtype), shape_text(g, &v->shape));
}

static void print_values(Graph *g, const char *what, Value *const *v, const char *const *name, int n)
{
	for (int i = 0; i < n; i++)
		printf("%-12s%s: %s\n", i ? "" : what, shown(g->ctx, name ? name[i] : v[i]->name), type_text(g, v[i]));
}

static void print_symbols(const Graph *g)
{
	bool first = true;

	for (uint32_t i = 0; i < g->syms->nsymbol; i++) {
		const Symbol *s = &g->syms->symbol[i];
		if (s->counted)
			continue;
		printf("%-12s%s: %lld..", first ? "sizes" : "", shown(g->ctx, s->name), (long long)s->lo);
		first = false;
		if (s->hi >= 0)
			printf("%lld", (long long)s->hi);
		putchar('\n');
	}
}

static void inspect(Ctx *c, const Settings *s)
{
	size_t n;
	const uint8_t *bytes = model_read(c, &c->perm, s->model, &n);
	const ModelProto *m = model_unpack(c, &c->perm, bytes, n);

	print_model(c, m, n);
	print_operators(c, m);
	Graph *g = onnx_read_bytes(c, bytes, n, file_directory(&c->perm, s->model), &s->read);
	print_values(g, "inputs", g->in, NULL, g->nin);
	print_values(g, "outputs", g->out, g->out_name, g->nout);
	print_symbols(g);
	if (s->compile.graph_file)
		draw_graph(g, NULL, s->compile.graph_file);
	output_commit(c);
}

int main(int argc, char **argv)
{
	static Ctx c;
	static Settings s;

	program_open(&c, "tcc-inspect");
	if (setjmp(c.border))
		return program_trouble(&c);
	if (options_read(&c, &s, INSPECT, argc, argv))
		inspect(&c, &s);
	return program_close(&c);
}
