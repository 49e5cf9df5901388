/* model.h -- ONNX files made in a few lines, for tests.
 *
 *     Model m = model_new(arena);                         // IR version 8, operator set 17, an empty graph
 *     add_input(&m, "x", FLOAT, "2,n");                   // sizes; "?" is an unnamed one, "" makes a scalar
 *     set_int(&m, add_node(&m, "Softmax", "x", "y"), "axis", 1);
 *     add_output(&m, "y", FLOAT, "2,n");
 *     uint8_t *bytes = model_bytes(&m, &n);
 *
 * Lists are texts with commas between. Nothing is checked: wrong models are the point. */
#ifndef TCC_TESTS_MODEL_H
#define TCC_TESTS_MODEL_H
#include <stdlib.h>
#include <string.h>
#include "ir/arena.h"
#include "onnx.pb-c.h"

enum { FLOAT = 1, UINT8 = 2, INT8 = 3, INT32 = 6, INT64 = 7, STRING = 8, BOOLEAN = 9, FLOAT16 = 10, INT4 = 22 };

typedef struct Model {
	Arena *arena;
	Onnx__ModelProto *proto;
	Onnx__GraphProto *graph; /* where things are added */
} Model;

/* A fresh message. */
static inline void *proto_new(Arena *a, const ProtobufCMessageDescriptor *d)
{
	void *p = arena_alloc(a, d->sizeof_message);

	protobuf_c_message_init(d, p);
	return p;
}
#define PROTO(arena, type) proto_new((arena), &onnx__##type##__descriptor)

/* One more item in a repeated field. */
#define PUSH(arena, items, n, item)                                                                                    \
	do {                                                                                                           \
		void *push_p = arena_array((arena), (n) + 1, sizeof *(items));                                         \
		if (n)                                                                                                 \
			memcpy(push_p, (items), (n) * sizeof *(items));                                                \
		(items) = push_p;                                                                                      \
		(items)[(n)++] = (item);                                                                               \
	} while (0)

/* The next item of a list, or NULL after the last. Items may be empty ("x,,y"), "" is a list without any. */
static inline char *next_item(Arena *a, const char **list)
{
	if (!*list || !**list)
		return NULL;
	size_t n = strcspn(*list, ",");
	char *item = arena_format(a, "%.*s", (int)n, *list);
	*list = (*list)[n] ? *list + n + 1 : NULL;
	return item;
}

/* ---- values ---- */

static inline Onnx__TensorShapeProto *shape_proto(Arena *a, const char *sizes)
{
	Onnx__TensorShapeProto *s = PROTO(a, tensor_shape_proto);

	for (char *text; (text = next_item(a, &sizes));) {
		Onnx__TensorShapeProto__Dimension *d = PROTO(a, tensor_shape_proto__dimension);
		d->has_dim_value = strchr("-0123456789", *text) != NULL;
		if (d->has_dim_value)
			d->dim_value = strtoll(text, NULL, 10);
		else if (*text != '?')
			d->dim_param = arena_string(a, text);
		PUSH(a, s->dim, s->n_dim, d);
	}
	return s;
}

/* sizes NULL: a tensor without a shape. */
static inline Onnx__TypeProto *type_proto(Arena *a, int type, const char *sizes)
{
	Onnx__TypeProto *t = PROTO(a, type_proto);

	t->tensor_type = PROTO(a, type_proto__tensor);
	t->tensor_type->has_elem_type = true;
	t->tensor_type->elem_type = type;
	if (sizes)
		t->tensor_type->shape = shape_proto(a, sizes);
	return t;
}

static inline Onnx__ValueInfoProto *value_proto(Arena *a, const char *name, int type, const char *sizes)
{
	Onnx__ValueInfoProto *v = PROTO(a, value_info_proto);

	v->name = arena_string(a, name);
	v->type = type_proto(a, type, sizes);
	return v;
}

static inline Onnx__ValueInfoProto *add_input(Model *m, const char *name, int type, const char *sizes)
{
	Onnx__ValueInfoProto *v = value_proto(m->arena, name, type, sizes);

	PUSH(m->arena, m->graph->input, m->graph->n_input, v);
	return v;
}

static inline Onnx__ValueInfoProto *add_output(Model *m, const char *name, int type, const char *sizes)
{
	Onnx__ValueInfoProto *v = value_proto(m->arena, name, type, sizes);

	PUSH(m->arena, m->graph->output, m->graph->n_output, v);
	return v;
}

static inline Onnx__ValueInfoProto *add_value(Model *m, const char *name, int type, const char *sizes)
{
	Onnx__ValueInfoProto *v = value_proto(m->arena, name, type, sizes);

	PUSH(m->arena, m->graph->value_info, m->graph->n_value_info, v);
	return v;
}

/* A value of some type becomes a sequence of those, or an optional one. */
static inline void make_sequence(const Model *m, Onnx__ValueInfoProto *v)
{
	Onnx__TypeProto *t = PROTO(m->arena, type_proto);

	t->sequence_type = PROTO(m->arena, type_proto__sequence);
	t->sequence_type->elem_type = v->type;
	v->type = t;
}

/* A value of some type becomes a map of keys of that type to it. */
static inline void make_map(const Model *m, Onnx__ValueInfoProto *v, int key)
{
	Onnx__TypeProto *t = PROTO(m->arena, type_proto);

	t->map_type = PROTO(m->arena, type_proto__map);
	t->map_type->has_key_type = true;
	t->map_type->key_type = key;
	t->map_type->value_type = v->type;
	v->type = t;
}

static inline void make_optional(const Model *m, Onnx__ValueInfoProto *v)
{
	Onnx__TypeProto *t = PROTO(m->arena, type_proto);

	t->optional_type = PROTO(m->arena, type_proto__optional);
	t->optional_type->elem_type = v->type;
	v->type = t;
}

/* ---- tensors ---- */

/* n bytes of raw_data; a NULL list of sizes makes a scalar. */
static inline Onnx__TensorProto *tensor_proto(Arena *a, const char *name, int type, const char *sizes, const void *raw,
					      size_t n)
{
	Onnx__TensorProto *t = PROTO(a, tensor_proto);

	t->name = arena_string(a, name);
	t->has_data_type = true;
	t->data_type = type;
	for (char *text; (text = next_item(a, &sizes));)
		PUSH(a, t->dims, t->n_dims, strtoll(text, NULL, 10));
	if (raw) {
		t->has_raw_data = true;
		t->raw_data.len = n;
		t->raw_data.data = arena_copy(a, raw, n);
	}
	return t;
}

static inline Onnx__TensorProto *add_tensor(Model *m, const char *name, int type, const char *sizes, const void *raw,
					    size_t n)
{
	Onnx__TensorProto *t = tensor_proto(m->arena, name, type, sizes, raw, n);

	PUSH(m->arena, m->graph->initializer, m->graph->n_initializer, t);
	return t;
}

/* A vector of 64-bit numbers, given as a list. */
static inline Onnx__TensorProto *add_numbers(Model *m, const char *name, const char *numbers)
{
	Onnx__TensorProto *t = add_tensor(m, name, INT64, "", NULL, 0);

	for (char *text; (text = next_item(m->arena, &numbers));)
		PUSH(m->arena, t->int64_data, t->n_int64_data, strtoll(text, NULL, 10));
	PUSH(m->arena, t->dims, t->n_dims, (int64_t)t->n_int64_data);
	return t;
}

static inline void add_external(Arena *a, Onnx__TensorProto *t, const char *key, const char *value)
{
	Onnx__StringStringEntryProto *e = PROTO(a, string_string_entry_proto);

	e->key = arena_string(a, key);
	e->value = arena_string(a, value);
	PUSH(a, t->external_data, t->n_external_data, e);
	t->has_data_location = true;
	t->data_location = 1;
}

/* ---- nodes ---- */

static inline Onnx__NodeProto *node_proto(Arena *a, const char *type, const char *inputs, const char *outputs)
{
	Onnx__NodeProto *n = PROTO(a, node_proto);

	n->op_type = arena_string(a, type);
	for (char *name; (name = next_item(a, &inputs));)
		PUSH(a, n->input, n->n_input, name);
	for (char *name; (name = next_item(a, &outputs));)
		PUSH(a, n->output, n->n_output, name);
	return n;
}

static inline Onnx__NodeProto *add_node(Model *m, const char *type, const char *inputs, const char *outputs)
{
	Onnx__NodeProto *n = node_proto(m->arena, type, inputs, outputs);

	PUSH(m->arena, m->graph->node, m->graph->n_node, n);
	return n;
}

/* An attribute of the given AttributeProto type, whose field the caller sets. */
static inline Onnx__AttributeProto *add_attribute(Arena *a, Onnx__NodeProto *n, const char *name, int type)
{
	Onnx__AttributeProto *p = PROTO(a, attribute_proto);

	p->name = arena_string(a, name);
	p->has_type = true;
	p->type = type;
	PUSH(a, n->attribute, n->n_attribute, p);
	return p;
}

static inline void set_int(Model *m, Onnx__NodeProto *n, const char *name, int64_t x)
{
	Onnx__AttributeProto *p = add_attribute(m->arena, n, name, 2);

	p->has_i = true;
	p->i = x;
}

static inline void set_float(Model *m, Onnx__NodeProto *n, const char *name, float x)
{
	Onnx__AttributeProto *p = add_attribute(m->arena, n, name, 1);

	p->has_f = true;
	p->f = x;
}

static inline void set_ints(Model *m, Onnx__NodeProto *n, const char *name, const char *numbers)
{
	Onnx__AttributeProto *p = add_attribute(m->arena, n, name, 7);

	for (char *text; (text = next_item(m->arena, &numbers));)
		PUSH(m->arena, p->ints, p->n_ints, strtoll(text, NULL, 10));
}

static inline void set_string(Model *m, Onnx__NodeProto *n, const char *name, const char *text)
{
	Onnx__AttributeProto *p = add_attribute(m->arena, n, name, 3);

	p->has_s = true;
	p->s.len = strlen(text);
	p->s.data = arena_copy(m->arena, text, p->s.len);
}

static inline void set_strings(Model *m, Onnx__NodeProto *n, const char *name, const char *texts)
{
	Onnx__AttributeProto *p = add_attribute(m->arena, n, name, 8);

	for (char *text; (text = next_item(m->arena, &texts));) {
		ProtobufCBinaryData one = {strlen(text), (uint8_t *)text};
		PUSH(m->arena, p->strings, p->n_strings, one);
	}
}

static inline void set_tensor(Model *m, Onnx__NodeProto *n, const char *name, Onnx__TensorProto *t)
{
	add_attribute(m->arena, n, name, 4)->t = t;
}

static inline void set_graph(Model *m, Onnx__NodeProto *n, const char *name, Onnx__GraphProto *g)
{
	add_attribute(m->arena, n, name, 5)->g = g;
}

/* ---- models ---- */

static inline Onnx__OperatorSetIdProto *opset_proto(Arena *a, const char *domain, int64_t version)
{
	Onnx__OperatorSetIdProto *o = PROTO(a, operator_set_id_proto);

	o->domain = arena_string(a, domain);
	o->has_version = true;
	o->version = version;
	return o;
}

static inline void add_opset(Model *m, const char *domain, int64_t version)
{
	Onnx__OperatorSetIdProto *o = opset_proto(m->arena, domain, version);

	PUSH(m->arena, m->proto->opset_import, m->proto->n_opset_import, o);
}

static inline Model model_new(Arena *a)
{
	Model m = {a, PROTO(a, model_proto), PROTO(a, graph_proto)};

	m.proto->has_ir_version = true;
	m.proto->ir_version = 8;
	m.proto->graph = m.graph;
	m.graph->name = arena_string(a, "g");
	add_opset(&m, "", 17);
	return m;
}

/* The same model, adding to another graph. */
static inline Model inside(const Model *m, Onnx__GraphProto *g)
{
	return (Model){m->arena, m->proto, g};
}

/* A function of one node, name(inputs) => outputs, that calls `type`. */
static inline Onnx__FunctionProto *add_function(Model *m, const char *name, const char *inputs, const char *outputs)
{
	Onnx__FunctionProto *f = PROTO(m->arena, function_proto);
	Onnx__NodeProto *lists = node_proto(m->arena, "", inputs, outputs);

	f->name = arena_string(m->arena, name);
	f->domain = arena_string(m->arena, "local");
	f->input = lists->input;
	f->n_input = lists->n_input;
	f->output = lists->output;
	f->n_output = lists->n_output;
	PUSH(m->arena, f->opset_import, f->n_opset_import, opset_proto(m->arena, "", 17));
	PUSH(m->arena, f->opset_import, f->n_opset_import, opset_proto(m->arena, "local", 1));
	PUSH(m->arena, m->proto->functions, m->proto->n_functions, f);
	return f;
}

static inline Onnx__NodeProto *add_step(Model *m, Onnx__FunctionProto *f, const char *type, const char *inputs,
					const char *outputs)
{
	Onnx__NodeProto *n = node_proto(m->arena, type, inputs, outputs);

	PUSH(m->arena, f->node, f->n_node, n);
	return n;
}

static inline Onnx__NodeProto *of_domain(Model *m, Onnx__NodeProto *n, const char *domain)
{
	n->domain = arena_string(m->arena, domain);
	return n;
}

static inline uint8_t *model_bytes(const Model *m, size_t *n)
{
	*n = onnx__model_proto__get_packed_size(m->proto);
	uint8_t *bytes = arena_alloc(m->arena, *n + 1);
	onnx__model_proto__pack(m->proto, bytes);
	return bytes;
}
#endif
