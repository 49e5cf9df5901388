/* attrs.c -- attributes of a node into the struct of its operator, by the operator's table (see ir/op.h).
 *
 * An attribute says its type and holds one value of it; files from before IR version 2 leave the type out. Unknown,
 * missing, repeated and wrongly typed attributes are refused. */
#include <stdio.h>
#include <string.h>
#include "frontend/onnx.h"

static const char *const type_name[AT_TYPES + 1] = {
	"no value", "FLOAT",   "INT",	 "STRING",	  "TENSOR",	    "GRAPH",	  "FLOATS",	"INTS",
	"STRINGS",  "TENSORS", "GRAPHS", "SPARSE_TENSOR", "SPARSE_TENSORS", "TYPE_PROTO", "TYPE_PROTOS"};

/* The AttributeProto type of each kind of field. */
static const enum attr_type wanted[] = {
	[A_INT] = AT_INT,	[A_FLOAT] = AT_FLOAT,	[A_ENUM] = AT_STRING,	  [A_TYPE] = AT_INT,
	[A_STRING] = AT_STRING, [A_INTS] = AT_INTS,	[A_FLOATS] = AT_FLOATS,	  [A_STRINGS] = AT_STRINGS,
	[A_TENSOR] = AT_TENSOR, [A_GRAPH] = AT_GRAPH,
};

static const char *attr_name(const Raw *r, const AttributeProto *a)
{
	return shown(r->f->im->ctx, text_of(a->name));
}

/* ---- the type of a value ---- */

static bool holds(const AttributeProto *a, enum attr_type t)
{
	switch (t) {
	case AT_FLOAT: return a->has_f;
	case AT_INT: return a->has_i;
	case AT_STRING: return a->has_s;
	case AT_TENSOR: return a->t;
	case AT_GRAPH: return a->g;
	case AT_FLOATS: return a->n_floats;
	case AT_INTS: return a->n_ints;
	case AT_STRINGS: return a->n_strings;
	case AT_TENSORS: return a->n_tensors;
	case AT_GRAPHS: return a->n_graphs;
	case AT_SPARSE: return a->sparse_tensor;
	case AT_SPARSES: return a->n_sparse_tensors;
	case AT_TYPE: return a->tp;
	case AT_TYPES: return a->n_type_protos;
	default: return false;
	}
}

enum attr_type attr_type_of(const Raw *r, const AttributeProto *a)
{
	enum attr_type type = a->has_type ? (enum attr_type)a->type : AT_NONE;

	if (a->has_type && (a->type < 0 || a->type > AT_TYPES))
		raw_fail(r, EXIT_MODEL, "E-ATTR", "attribute '%s' has the unknown type %d", attr_name(r, a), a->type);
	for (enum attr_type t = AT_FLOAT; t <= AT_TYPES; t++) {
		if (!holds(a, t) || t == type)
			continue;
		if (type != AT_NONE)
			raw_fail(r, EXIT_MODEL, "E-ATTR", "attribute '%s' is typed %s, but holds %s", attr_name(r, a),
				 type_name[type], type_name[t]);
		type = t;
	}
	return type;
}

/* Zeros, empty texts and empty lists may be left out by whoever writes the file; messages may not. */
static bool may_be_left_out(enum attr_type t)
{
	return t == AT_FLOAT || t == AT_INT || t == AT_STRING || t == AT_FLOATS || t == AT_INTS || t == AT_STRINGS;
}

void need_attr_type(const Raw *r, const AttributeProto *a, enum attr_type want)
{
	enum attr_type have = attr_type_of(r, a);
	bool list = want == AT_FLOATS || want == AT_INTS || want == AT_STRINGS;

	if (have != want && !(have == AT_NONE && list))
		raw_fail(r, EXIT_MODEL, "E-ATTR", "attribute '%s' is %s instead of %s", attr_name(r, a),
			 type_name[have], type_name[want]);
	if (!holds(a, want) && !may_be_left_out(want))
		raw_fail(r, EXIT_MODEL, "E-ATTR", "attribute '%s' is typed %s, but holds nothing", attr_name(r, a),
			 type_name[want]);
}

/* ---- single values ---- */

static Text text_from(ProtobufCBinaryData b)
{
	return (Text){b.data ? (const char *)b.data : "", (int64_t)b.len};
}

/* The index of the text in "NOTSET|SAME_UPPER|...". */
static int64_t choice_of(const Raw *r, const AttributeProto *a, const char *choices)
{
	const char *at = choices;

	for (int64_t i = 0;; i++) {
		size_t n = strcspn(at, "|");
		if (n == a->s.len && !memcmp(at, a->s.data ? a->s.data : (const uint8_t *)"", n))
			return i;
		if (!at[n])
			break;
		at += n + 1;
	}
	Text t = text_from(a->s);
	int shown_bytes = t.length < 60 ? (int)t.length : 60;
	raw_fail(r, EXIT_MODEL, "E-ATTR", "attribute '%s' is '%.*s'; it must be one of %s", attr_name(r, a),
		 shown_bytes, t.text, choices);
}

static Strings strings_from(const Raw *r, const AttributeProto *a)
{
	Strings s = {NEW_N(r->f->im->arena, Text, a->n_strings), (int)a->n_strings};

	for (int i = 0; i < s.n; i++)
		s.v[i] = text_from(a->strings[i]);
	return s;
}

static int add_graph(Raw *r, const GraphProto *g)
{
	body_build(r, g);
	return r->nbody - 1;
}

static DType type_from(const Raw *r, const AttributeProto *a)
{
	return a->i ? dtype_of(r->f->im->ctx, a->i, text_of(a->name)) : DT_NONE;
}

static void store(Raw *r, const AttributeProto *a, const Attr *row, void *field)
{
	const Import *im = r->f->im;

	switch (row->kind) {
	case A_INT: *(int64_t *)field = a->i; break;
	case A_FLOAT: *(float *)field = a->f; break;
	case A_ENUM: *(int64_t *)field = choice_of(r, a, row->choices); break;
	case A_TYPE: *(DType *)field = type_from(r, a); break;
	case A_STRING: *(Text *)field = text_from(a->s); break;
	case A_INTS: *(Ints *)field = (Ints){a->ints, (int)a->n_ints}; break;
	case A_FLOATS: *(Floats *)field = (Floats){a->floats, (int)a->n_floats}; break;
	case A_STRINGS: *(Strings *)field = strings_from(r, a); break;
	case A_TENSOR:
		*(Tensor **)field = tensor_import(im->ctx, im->arena, im->directory, a->t, text_of(a->name));
		break;
	case A_GRAPH: *(int *)field = add_graph(r, a->g); break;
	}
}

/* ---- the table ---- */

static const char *known_names(const Raw *r, const Op *op)
{
	const char *text = "";

	for (const Attr *row = op->attrs; row && row->name; row++)
		text = arena_format(&r->f->im->ctx->scratch, "%s%s%s", text, *text ? ", " : "", row->name);
	return *text ? text : "none";
}

static const Attr *find_row(const Raw *r, const Op *op, const AttributeProto *a)
{
	for (const Attr *row = op->attrs; row && row->name; row++)
		if (!strcmp(row->name, text_of(a->name)))
			return row;
	raw_fail(r, EXIT_MODEL, "E-ATTR", "unknown attribute '%s'; known: %s", attr_name(r, a), known_names(r, op));
}

static const AttributeProto *find_attribute(const Raw *r, const char *name)
{
	for (int i = 0; i < r->nattr; i++)
		if (!strcmp(text_of(r->attr[i]->name), name))
			return r->attr[i];
	return NULL;
}

void *attrs_import(Raw *r, const Op *op)
{
	char *attr = attr_new(r->f->g, op);

	for (int i = 0; i < r->nattr; i++) {
		const AttributeProto *a = r->attr[i];
		const Attr *row = find_row(r, op, a);
		if (find_attribute(r, row->name) != a)
			raw_fail(r, EXIT_MODEL, "E-ATTR", "attribute '%s' is given twice", row->name);
		need_attr_type(r, a, wanted[row->kind]);
		store(r, a, row, attr + row->offset);
	}
	for (const Attr *row = op->attrs; row && row->name; row++)
		if (row->required && !find_attribute(r, row->name))
			raw_fail(r, EXIT_MODEL, "E-ATTR", "required attribute '%s' is missing", row->name);
	return attr;
}
