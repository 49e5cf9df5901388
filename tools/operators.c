/* operators.c -- see operators.h: the rows of ir/ops.def and what the front end makes of others, as Markdown. */
#include <stdlib.h>
#include <string.h>
#include "codegen/target.h"
#include "frontend/frontend.h"
#include "ir/op.h"
#include "tools/operators.h"

static const char *domain_of(const Op *op) { return op->domain ? op->domain : ""; }

static const char *way_of(const Op *op)
{
	if (op->port)
		return "control flow";
	if (op->scatter)
		return "writes where data say";
	return op->lower ? "formula" : "graph of simpler ones";
}

static const char *count_text(char *text, size_t n, int least, int most)
{
	if (most < 0)
		snprintf(text, n, "%d or more", least);
	else
		snprintf(text, n, least == most ? "%d" : "%d-%d", least, most);
	return text;
}

/* "2, 9": forms from before these versions are taken too, where they differ. */
static void print_older(FILE *f, const char *type)
{
	OlderForm form;
	int last = 0;

	for (int i = 0; older_form(i, &form); i++) {
		if (strcmp(form.type, type) != 0 || form.becomes || form.until <= last)
			continue;
		if (form.until < INT32_MAX)
			fprintf(f, last ? ", %d" : "%d", form.until);
		last = form.until;
	}
}

/* Of the first input: "float, int". */
static void print_types(FILE *f, const char *classes)
{
	static const struct {
		char letter;
		const char *name;
	} word[] = {{'f', "float"}, {'i', "int"}, {'u', "uint"}, {'b', "bool"}, {'s', "string"}, {'c', "complex"}};
	const char *comma = "";

	fputs(classes ? "" : "any", f);
	for (size_t i = 0; classes && i < sizeof word / sizeof *word; i++) {
		if (!strchr(classes, word[i].letter))
			continue;
		fprintf(f, "%s%s", comma, word[i].name);
		comma = ", ";
	}
}

typedef struct Measured {
	const char *name;
	long long ulp, floats;
} Measured;

/* The largest ULP of the ONNX backend tests that have nothing but this operator; without any, of the cases in tests/ops. */
static void print_measured(FILE *f, const Op *op)
{
	static const Measured largest[] = {
#define ULP_OF(name, ulp) {name, ulp, 0},
#include "tools/ulp.def"
#define ULP_OF(name, ulp) {name, ulp, 0},
#include "tools/ulp_ops.def"
	};

	for (size_t i = 0; i < sizeof largest / sizeof *largest; i++) {
		if (op_named(largest[i].name) != op)
			continue;
		fprintf(f, "%lld", largest[i].ulp);
		return;
	}
}

static void print_histogram(FILE *f)
{
	static const Measured within[] = {
#define ULP_WITHIN(ulp, floats) {NULL, ulp, floats},
#include "tools/ulp.def"
	};
	const size_t n = sizeof within / sizeof *within;

	fputs("\n## How exact\nOf all floats that the ONNX backend tests give, emitted with `--strict`: how many are no further from the "
	      "evaluator,\nwhich computes each operator in double, than so many units in the last place. Measured by `suite -x -u`.\n\n"
	      "| ULP | floats | % |\n|--:|--:|--:|\n", f);
	for (size_t i = 0; i < n; i++)
		fprintf(f, "| %lld | %lld | %.3f |\n", within[i].ulp, within[i].floats,
			100 * (double)within[i].floats / (double)within[n - 1].floats);
}

static void print_row(FILE *f, const Op *op)
{
	char in[32], out[32];

	fprintf(f, "| %s | %s | %s | ", op->name, count_text(in, sizeof in, op->min_in, op->max_in),
		count_text(out, sizeof out, op->min_out, op->max_out));
	print_types(f, op->types);
	fputs(" | ", f);
	if (!*domain_of(op))
		print_older(f, op->name);
	fprintf(f, " | %s |", way_of(op));
	fprintf(f, op->ulp ? " %d | " : " exact | ", op->ulp);
	print_measured(f, op);
	fputs(" |\n", f);
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(const Op *const *)a)->name, (*(const Op *const *)b)->name);
}

static void print_domain(FILE *f, const char *domain)
{
	int count = 0, n = 0;

	while (op_table[count])
		count++;
	const Op **list = calloc((size_t)count, sizeof *list);
	for (int i = 0; list && i < count; i++)
		if (!strcmp(domain_of(op_table[i]), domain))
			list[n++] = op_table[i];
	qsort(list, (size_t)n, sizeof *list, by_name);
	fprintf(f, "\n## %s: %d operators\n\n| operator | inputs | outputs | types | older forms, before | emitted as | ULP | measured |\n"
		   "|---|---|---|---|---|---|---|---|\n", *domain ? domain : "ai.onnx", n);
	for (int i = 0; i < n; i++)
		print_row(f, list[i]);
	free(list);
}

static void print_others(FILE *f)
{
	OlderForm form;
	const char *name;

	fputs("\n## Without a row\nLists of values, constants and what is written out while a file is read:", f);
	for (int i = 0; (name = written_out(i)); i++)
		fprintf(f, "%s %s", i ? "," : "", name);
	fputs(".\n\nOld names:", f);
	for (int i = 0, n = 0; older_form(i, &form); i++)
		if (form.becomes)
			fprintf(f, "%s %s, today %s", n++ ? ";" : "", form.type, form.becomes);
	fputs(".\n", f);
}

void operators_list(FILE *f)
{
	fputs("# Operators\nWritten by `tcc-compile --list-operators`, from the rows of `ir/ops.def`. Each is emitted for\nevery "
	      "target:", f);
	for (const Target *const *t = target_table; *t; t++)
		fprintf(f, "%s %s", t == target_table ? "" : ",", (*t)->name);
	fputs(".\nTypes and attributes that the specification has and the compiler has not are refused when a model is compiled.\n"
	      "\n- **types** of the first input. int and uint: of 2 to 64 bits, float: from 4 to 64\n"
	      "- **older forms, before**: versions before which the operator was written in another way, which is taken "
	      "too\n- **emitted as**: a formula of one element, a graph of simpler operators, or control flow\n- **ULP**: what a "
	      "result in float may differ from the exact one, in units in the last place; tests hold every target to it\n"
	      "- **measured**: the largest of the ONNX backend tests, with `--strict`; where these have none, of the cases in `tests/ops`\n", f);
	print_domain(f, "");
	print_domain(f, "ai.onnx.ml");
	print_domain(f, "ai.onnx.preview.training");
	print_domain(f, "com.microsoft");
	print_others(f);
	print_histogram(f);
}
