/* report.c -- the facts of an emitted model as one JSON object, or as a page with the same tables.
 *
 *     {"model": "net.onnx", "target": "c", "macs": 88064, "arena_bytes": 28032, ..,
 *      "operators": [{"operator": "Conv", "nodes": 2}, ..],
 *      "stages": [{"stage": "s1_conv", "from": "Conv conv1", "turns": 1, "macs": .., "bytes": .., "schedule": "..", "why": ".."}, ..]}
 *
 * A table is written by rows of fields, which both forms have in the same order. Text is printable ASCII. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ir/op.h"
#include "ir/output.h"
#include "tools/report.h"

typedef struct Report {
	FILE *f;
	bool html;
	const char *comma; /* before the next row or field of JSON */
	bool head;         /* the names of fields are written, as a table's first row */
} Report;

static void put_escaped(const Report *r, const char *text)
{
	for (; *text; text++) {
		unsigned c = (unsigned char)*text;
		if (c < ' ' || c > '~')
			fprintf(r->f, r->html ? "&#%u;" : "\\u%04x", c);
		else if (r->html && strchr("<>&\"", *text))
			fprintf(r->f, "&#%u;", c);
		else if (!r->html && strchr("\"\\", *text))
			fprintf(r->f, "\\%c", *text);
		else
			fputc(*text, r->f);
	}
}

static void put_field(Report *r, const char *name, const char *text, bool is_number)
{
	const char *quote = is_number ? "" : "\"";
	if (r->html && r->head)
		fprintf(r->f, "<th>%s</th>", name);
	else if (r->html)
		fputs(is_number ? "<td class=n>" : "<td>", r->f);
	else
		fprintf(r->f, "%s\"%s\": %s", r->comma, name, quote);
	if (!r->html || !r->head)
		put_escaped(r, text);
	fputs(!r->html ? quote : r->head ? "" : "</td>", r->f);
	r->comma = ", ";
}

static void put_number(Report *r, const char *name, int64_t n)
{
	char text[24];
	snprintf(text, sizeof text, "%lld", (long long)n);
	put_field(r, name, text, true);
}

static void put_facts(Report *r, const Facts *f, const Options *o)
{
	const Ctx *c = f->graph->ctx;
	put_field(r, "model", c->model ? c->model : "", false);
	put_field(r, "target", o->target, false);
	put_number(r, "macs", f->macs);
	put_number(r, "arena_bytes", f->arena_bytes);
	put_number(r, "arena_bound", f->arena_bound);
	put_number(r, "weights_bytes", f->weights_bytes);
	put_number(r, "stack_bytes", f->stack_bytes);
}

static int nodes_of(const Graph *g, const Op *op)
{
	int n = 0;
	for (uint32_t i = 0; i < g->nnode; i++)
		n += g->node[i]->op == op;
	return n;
}

static void put_operator(Report *r, const Op *op, int nodes)
{
	put_field(r, "operator", op->name, false);
	put_number(r, "nodes", nodes);
}

static void put_stage(Report *r, const StageFacts *s)
{
	put_field(r, "stage", s->name, false);
	put_field(r, "from", s->from, false);
	put_number(r, "turns", s->turns);
	put_number(r, "macs", s->macs);
	put_number(r, "bytes", s->bytes);
	put_field(r, "schedule", s->schedule, false);
	put_field(r, "why", s->why ? s->why : "", false);
}

static void begin_table(Report *r, const char *name)
{
	fprintf(r->f, r->html ? "<h2>%s</h2>\n<table>\n" : ",\n \"%s\": [", name);
	r->comma = "";
	r->head = r->html;
}

static void begin_row(Report *r)
{
	fputs(r->html ? "<tr>" : *r->comma ? ",\n  {" : "\n  {", r->f);
	r->comma = "";
}

/* True: what was written was a table's first row, and the fields are to be written once more. */
static bool end_row(Report *r)
{
	bool again = r->head;
	fputs(r->html ? "</tr>\n" : "}", r->f);
	r->head = false;
	r->comma = ", ";
	return again;
}

static void end_table(const Report *r) { fputs(r->html ? "</table>\n" : "]", r->f); }

static void put_tables(Report *r, const Facts *f)
{
	begin_table(r, "operators");
	for (const Op *const *op = op_table; *op; op++) {
		int n = nodes_of(f->graph, *op);
		if (!n)
			continue;
		do {
			begin_row(r);
			put_operator(r, *op, n);
		} while (end_row(r));
	}
	end_table(r);
	begin_table(r, "stages");
	for (int i = 0; i < f->nstages; i++)
		do {
			begin_row(r);
			put_stage(r, &f->stage[i]);
		} while (end_row(r));
	end_table(r);
}

static const char page[] = "<!DOCTYPE html>\n<html><head><meta charset=utf-8><title>tcc</title><style>\n"
			   "body { font: 14px sans-serif } table { border-collapse: collapse }\n"
			   "td, th { border: 1px solid #ccc; padding: 2px 6px; text-align: left; vertical-align: top }\n"
			   "td.n { text-align: right }\n</style></head><body>\n";

static void print_report(Report *r, const Facts *f, const Options *o)
{
	r->comma = "";
	if (r->html) {
		fputs(page, r->f);
		begin_table(r, "model");
		do {
			begin_row(r);
			put_facts(r, f, o);
		} while (end_row(r));
		end_table(r);
	} else {
		fputc('{', r->f);
		put_facts(r, f, o);
	}
	put_tables(r, f);
	fputs(r->html ? "</body></html>\n" : "}\n", r->f);
}

void report_write(const Facts *f, const Options *o, const char *path)
{
	char *text;
	size_t n;
	Report r = {.f = open_memstream(&text, &n), .html = strcmp(strrchr(path, '.'), ".html") == 0};
	assert(r.f && "out of memory");
	print_report(&r, f, o);
	fclose(r.f);
	const char *kept = arena_string(&f->graph->ctx->scratch, text);
	free(text);
	output_add(f->graph->ctx, path, kept, n);
}
