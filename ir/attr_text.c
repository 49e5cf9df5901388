/* attr_text.c -- attributes in the text form, printed and read over the operators' field tables:
 *
 *     {pads = [1, 1, 1, 1], auto_pad = SAME_UPPER, value = f32[2] [0.5, 1]} */
#include <stdio.h>
#include <string.h>
#include "ir/op.h"
#include "ir/scan.h"
#include "ir/text.h"

enum { ITEMS_MAX = 1 << 16 }; /* of a list */

static int *list_length(AttrKind kind, void *field)
{
	return kind == A_INTS     ? &((Ints *)field)->n
	       : kind == A_FLOATS ? &((Floats *)field)->n
				  : &((Strings *)field)->n;
}

/* ---- printing ---- */

static const char *float_text(Ctx *c, float x)
{
	Tensor t = {.dtype = F32, .count = 1, .data = &x};

	return element_text(c, &t, 0);
}

/* The words of an enum are separated by bars. */
static void print_choice(FILE *f, const char *choices, int64_t index)
{
	while (index-- > 0)
		choices = strchr(choices, '|') + 1;
	fprintf(f, "%.*s", (int)strcspn(choices, "|"), choices);
}

static void print_tensor(FILE *f, Ctx *c, const Tensor *t)
{
	fprintf(f, "%s[", dtype_name(t->dtype));
	for (int i = 0; i < t->rank; i++)
		fprintf(f, "%s%lld", i ? "," : "", (long long)t->dim[i]);
	fputs("] ", f);
	print_elements(f, c, t, 2);
}

static const char *item_text(Ctx *c, AttrKind kind, const void *field, int i)
{
	const Ints *ints = field;
	const Floats *floats = field;
	const Strings *strings = field;

	if (kind == A_INTS)
		return arena_format(&c->scratch, "%lld", (long long)ints->v[i]);
	if (kind == A_FLOATS)
		return float_text(c, floats->v[i]);
	return quoted(c, strings->v[i].text, (size_t)strings->v[i].length);
}

static void print_list(FILE *f, Ctx *c, AttrKind kind, void *field)
{
	fputc('[', f);
	for (int i = 0; i < *list_length(kind, field); i++)
		fprintf(f, "%s%s", i ? ", " : "", item_text(c, kind, field, i));
	fputc(']', f);
}

static void print_field(FILE *f, Ctx *c, const Attr *row, void *field)
{
	const Text *text = field;

	switch (row->kind) {
	case A_INT: fprintf(f, "%lld", (long long)*(const int64_t *)field); break;
	case A_ENUM: print_choice(f, row->choices, *(const int64_t *)field); break;
	case A_FLOAT: fputs(float_text(c, *(const float *)field), f); break;
	case A_TYPE: fputs(dtype_name(*(const DType *)field), f); break;
	case A_STRING: fputs(quoted(c, text->text, (size_t)text->length), f); break;
	case A_TENSOR: print_tensor(f, c, *(Tensor *const *)field); break;
	default: print_list(f, c, row->kind, field);
	}
}

void print_attrs(FILE *f, Ctx *c, const Node *n)
{
	const char *before = " {";

	for (const Attr *row = n->op->attrs; row && row->name; row++) {
		if (row->kind == A_GRAPH || (!row->required && attr_is_default(row, n->attr)))
			continue;
		fprintf(f, "%s%s = ", before, row->name);
		print_field(f, c, row, (char *)n->attr + row->offset);
		before = ", ";
	}
	if (*before == ',')
		fputc('}', f);
}

/* ---- reading ---- */

static int64_t scan_choice(Scan *p, const char *choices)
{
	const char *text = scan_word(p), *at = choices;

	for (int64_t i = 0; *at; i++, at += *at == '|') {
		size_t n = strcspn(at, "|");
		if (n == strlen(text) && !memcmp(at, text, n))
			return i;
		at += n;
	}
	scan_wrong(p, "'%s' is none of %s", text, choices);
}

/* One more item of a list. */
static void scan_item(Scan *p, AttrKind kind, void *field, int *capacity)
{
	Arena *a = &p->c->perm;
	Ints *ints = field;
	Floats *floats = field;
	Strings *strings = field;

	if (kind == A_INTS) {
		GROW(a, ints->v, ints->n, *capacity);
		ints->v[ints->n++] = scan_number(p);
	} else if (kind == A_FLOATS) {
		GROW(a, floats->v, floats->n, *capacity);
		floats->v[floats->n++] = scan_float(p);
	} else {
		GROW(a, strings->v, strings->n, *capacity);
		strings->v[strings->n++] = scan_string(p);
	}
}

static void scan_list(Scan *p, AttrKind kind, void *field)
{
	int *n = list_length(kind, field), capacity = 0;

	scan_expect(p, "[");
	for (*n = 0; !scan_accept(p, "]");) {
		if (*n)
			scan_expect(p, ",");
		if (*n == ITEMS_MAX)
			scan_wrong(p, "a list of more than %d items", ITEMS_MAX);
		scan_item(p, kind, field, &capacity);
	}
}

static void scan_field(Scan *p, const Attr *row, void *field)
{
	switch (row->kind) {
	case A_INT: *(int64_t *)field = scan_number(p); break;
	case A_FLOAT: *(float *)field = scan_float(p); break;
	case A_ENUM: *(int64_t *)field = scan_choice(p, row->choices); break;
	case A_TYPE: *(DType *)field = scan_dtype(p); break;
	case A_STRING: *(Text *)field = scan_string(p); break;
	case A_TENSOR: *(Tensor **)field = scan_tensor(p); break;
	default: scan_list(p, row->kind, field);
	}
}

const Attr *scan_attr_name(Scan *p, const Op *op, bool body)
{
	const char *text = scan_word(p);

	for (const Attr *row = op->attrs; row && row->name; row++) {
		if (strcmp(row->name, text) || (row->kind == A_GRAPH) != body)
			continue;
		scan_expect(p, "=");
		return row;
	}
	scan_wrong(p, "%s has no %s '%s'", op->name, body ? "body" : "attribute", text);
}

void scan_attrs(Scan *p, const Op *op, char *attr)
{
	uint64_t seen = 0; /* by row */

	if (scan_accept(p, "{")) {
		do {
			const Attr *row = scan_attr_name(p, op, false);
			scan_field(p, row, attr + row->offset);
			seen |= (uint64_t)1 << (row - op->attrs);
		} while (scan_accept(p, ","));
		scan_expect(p, "}");
	}
	for (const Attr *row = op->attrs; row && row->name; row++)
		if (row->required && row->kind != A_GRAPH && !(seen >> (row - op->attrs) & 1))
			scan_wrong(p, "%s requires the attribute '%s'", op->name, row->name);
}
