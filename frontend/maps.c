/* maps.c -- operators of ai.onnx.ml that make and take maps. Neither the graph nor emitted code has maps:
 *
 *     ZipMap         row after row of values becomes a map from labels to values: the values stay as they are, a tensor,
 *                    and its labels, one a column, are known when the model is compiled (Graph.out_labels)
 *     input d        a map: two inputs, d.keys [d] and d.values [d], whose number of keys is the size d
 *     DictVectorizer y[0, k] = the value beside vocabulary[k], 0 where the map has no such key
 *     CastMap        y[0, k] = value k (DENSE: in the caller's order, which should be that of the keys), or the value
 *                    beside key k (SPARSE), as another type */
#include <string.h>
#include "frontend/rewrite.h"
#include "ir/op/strings.h"

#define MOST_KEYS ((int64_t)1 << 20)

/* ---- ZipMap ---- */

/* The list of one of two attributes, as [n]; fails where both are absent. */
static Tensor *take_labels(Raw *r, const char *whole, const char *texts)
{
	Graph *g = r->f->g;
	const AttributeProto *i = take(r, whole, AT_INTS), *s = take(r, texts, AT_STRINGS);
	size_t n = s && s->n_strings ? s->n_strings : 0;
	Text *text = NEW_N(r->f->im->arena, Text, n);

	for (size_t k = 0; k < n; k++)
		text[k] = (Text){(const char *)s->strings[k].data, (int64_t)s->strings[k].len};
	if (n)
		return texts_tensor(g, (int)n, text);
	if (!i || !i->n_ints)
		raw_fail(r, EXIT_MODEL, "E-ATTR", "has neither %s nor %s", whole, texts);
	return tensor_i64(r->f->im->arena, (int)i->n_ints, i->ints, false);
}

static Value *zip_map(Raw *r)
{
	Tensor *labels = take_labels(r, "classlabels_int64s", "classlabels_strings");
	Value *x = need_input(r, 0), *y;
	const Shape *s = &x->shape;
	int64_t first = 0;

	need_tensor(r->f, x, "the input of ZipMap");
	if (s->rank != 1 && s->rank != 2)
		raw_fail(r, EXIT_MODEL, "E-SHAPE", "the values have rank %d; 1 or 2 would be right", s->rank);
	if (!dim_same(s->dim[s->rank - 1], dim(labels->count)))
		raw_fail(r, EXIT_MODEL, "E-SHAPE", "%lld labels for values %s", (long long)labels->count,
			 shape_text(r->f->g, s));
	y = s->rank == 1 ? emit(r, "Unsqueeze", x, value_i64(r->f->g, 1, &first)) : emit(r, "Identity", x, NULL);
	y->labels = labels;
	return y;
}

/* ---- maps that the model takes ---- */

Value *map_input(const Frame *f, const ValueInfoProto *p)
{
	static const char *const part[] = {"keys", "values"};
	Import *im = f->im;
	const Onnx__TypeProto__Map *map = p->type->map_type;
	Shape s = {1, {map ? map_size(im, p) : dim(0)}};
	Value *pair[2];

	if (!map || (map->key_type != I64 && map->key_type != STR) || !declared_of(im, p).dtype)
		fail(im->ctx, EXIT_UNSUPPORTED, "E-TYPE",
		     "input '%s' is no map from int64 or strings to tensors of one element", shown(im->ctx, text_of(p->name)));
	for (int i = 0; i < 2; i++) {
		const char *name = arena_format(im->arena, "%s.%s", text_of(p->name), part[i]);
		DType t = i ? declared_of(im, p).dtype : dtype_of(im->ctx, map->key_type, name);
		pair[i] = value_input(f->g, name, t, &s);
		argument_in(f, pair[i], name, f->g->nin - 1);
	}
	return list_new(f, KIND_MAP, pair[1]->dtype, 2, pair);
}

enum { KEYS, VALUES };

static Value *part_of(const Raw *r, int part)
{
	const Value *v = need_input(r, 0);

	if (v->kind != KIND_MAP)
		raw_fail(r, EXIT_MODEL, "E-TYPE", "the input is no map");
	return v->item[part];
}

/* [1, n]: the value beside each of n keys, 0 where there is none. */
static Value *values_beside(Raw *r, Tensor *keys)
{
	Graph *g = r->f->g;
	Value *values = part_of(r, VALUES), *map_keys = part_of(r, KEYS);
	int64_t first = 0, second = 1;

	if (map_keys->dtype != keys->dtype)
		raw_fail(r, EXIT_MODEL, "E-TYPE", "the map has keys of %s, the operator those of %s",
			 dtype_name(map_keys->dtype), dtype_name(keys->dtype));
	if (!is_float(values->dtype) && !is_int(values->dtype))
		raw_fail(r, EXIT_UNSUPPORTED, "E-TYPE", "values of %s have no zero", dtype_name(values->dtype));
	Value *hit = emit(r, "Equal", emit(r, "Unsqueeze", map_keys, value_i64(g, 1, &second)), value_const(g, NULL, keys));
	Raw pick = more(r, "Where", hit, emit(r, "Unsqueeze", values, value_i64(g, 1, &second)));
	set_input(&pick, 2, value_scalar(g, values->dtype, 0));
	Raw sum = more(r, "ReduceSum", finish(&pick), value_i64(g, 1, &first));
	return finish(&sum);
}

static Value *dict_vectorizer(Raw *r)
{
	return values_beside(r, take_labels(r, "int64_vocabulary", "string_vocabulary"));
}

/* 0, 1, .. n - 1 */
static Tensor *count_up(const Raw *r, int64_t n)
{
	Tensor *t = tensor_new(r->f->im->arena, I64, 1, &n);

	for (int64_t k = 0; k < n; k++)
		store_i64(I64, t->data, k, k);
	return t;
}

static Value *sparse(Raw *r)
{
	int64_t n = take_int(r, "max_map", 1);

	if (n < 1 || n > MOST_KEYS)
		raw_fail(r, EXIT_LIMIT, "E-ATTR", "max_map is %lld; 1 to %lld are supported", (long long)n, (long long)MOST_KEYS);
	return values_beside(r, count_up(r, n));
}

static Value *cast_map(Raw *r)
{
	static const struct { const char *text; DType t; } types[] = {{"TO_FLOAT", F32}, {"TO_STRING", STR}, {"TO_INT64", I64}};
	const AttributeProto *to = take(r, "cast_to", AT_STRING), *form = take(r, "map_form", AT_STRING);
	int64_t first = 0;
	int i = 0;

	while (to && i < 3 && !has_text(to, types[i].text))
		i++;
	if (i == 3 || (form && !has_text(form, "DENSE") && !has_text(form, "SPARSE")))
		raw_fail(r, EXIT_MODEL, "E-ATTR", "cast_to or map_form is unknown");
	Value *y = form && has_text(form, "SPARSE") ? sparse(r)
						     : emit(r, "Unsqueeze", part_of(r, VALUES), value_i64(r->f->g, 1, &first));
	Raw cast = more(r, "Cast", y, NULL);
	set_int(&cast, "to", types[i].t);
	take_int(r, "max_map", 1);
	return finish(&cast);
}

/* ---- the table ---- */

static const struct {
	const char *type;
	Value *(*apply)(Raw *r);
} rows[] = {{"CastMap", cast_map}, {"DictVectorizer", dict_vectorizer}, {"ZipMap", zip_map}};
enum { NROWS = sizeof rows / sizeof *rows };

static int row_of(const char *type)
{
	for (int i = 0; i < NROWS; i++)
		if (!strcmp(rows[i].type, type))
			return i;
	return -1;
}

bool is_map_operator(const char *domain, const char *type)
{
	return !strcmp(text_of(domain), "ai.onnx.ml") && row_of(type) >= 0;
}

Value *map_build(Raw *r)
{
	Value *y = rows[row_of(r->type)].apply(r);

	if (r->nattr)
		raw_fail(r, EXIT_MODEL, "E-ATTR", "unknown attribute '%s'", shown(r->f->im->ctx, text_of(r->attr[0]->name)));
	return y;
}
