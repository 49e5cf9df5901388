/* sequences.c -- operators on sequences and optionals whose elements are known while a file is read.
 *
 *     s = SplitToSequence(x)      y = SequenceAt(s, 1)          ->          y = Slice(x, [1], [2])
 *
 * A sequence is then a list of values and no operator is left: what the graph knows are its elements. Positions have to
 * be known as well. */
#include <string.h>
#include "frontend/rewrite.h"

enum { MOST_ITEMS = 1 << 12 };

/* ---- lists ---- */

static Value *list_new(const Raw *r, Kind kind, int n, Value *const *item)
{
	Value *v = value_new(r->f->g, NULL);

	if (n > MOST_ITEMS)
		raw_fail(r, EXIT_LIMIT, "E-LIMIT", "makes a sequence of %d elements; %d are supported", n, MOST_ITEMS);
	v->kind = kind;
	v->item = NEW_N(r->f->im->arena, Value *, n + 1);
	for (int i = 0; i < n; i++)
		v->item[i] = item[i];
	v->nitems = n;
	v->dtype = n ? item[0]->dtype : DT_NONE;
	return v;
}

/* A sequence whose elements are known. */
static const Value *need_list(const Raw *r, int slot)
{
	const Value *v = need_input(r, slot);

	if (v->kind != KIND_SEQUENCE)
		raw_fail(r, EXIT_MODEL, "E-TYPE", "input %d is no sequence", slot);
	if (!is_list(v))
		raw_fail(r, EXIT_UNSUPPORTED, "E-DYNAMIC", "the elements of input %d are known to the run only", slot);
	return v;
}

static Value *need_item(const Raw *r, int slot)
{
	Value *v = need_input(r, slot);

	if (v->kind != KIND_TENSOR)
		raw_fail(r, EXIT_MODEL, "E-TYPE", "input %d is no tensor", slot);
	return v;
}

/* A position of 0 .. last, in a sequence of n; negative ones count from the end. Where none is given, `otherwise`. */
static int position(const Raw *r, int slot, int n, int last, int otherwise)
{
	const Value *v = input(r, slot);

	if (!v)
		return otherwise;
	if (!v->data || v->data->count != 1)
		raw_fail(r, EXIT_UNSUPPORTED, "E-DYNAMIC", "the position is computed while the model runs");
	int64_t k = load_i64(v->dtype, v->data->data, 0);
	if (k < -n || k > last)
		raw_fail(r, EXIT_MODEL, "E-INDEX", "position %lld in a sequence of %d", (long long)k, n);
	return (int)(k < 0 ? k + n : k);
}

/* ---- operators ---- */

static Value *construct(Raw *r)
{
	for (int i = 0; i < r->nin; i++)
		need_item(r, i);
	return list_new(r, KIND_SEQUENCE, r->nin, r->in);
}

static Value *empty(Raw *r)
{
	int64_t type = take_int(r, "dtype", F32);
	Value *v = list_new(r, KIND_SEQUENCE, 0, NULL);

	v->dtype = dtype_of(r->f->im->ctx, type, r->name);
	return v;
}

static Value *at(Raw *r)
{
	const Value *s = need_list(r, 0);

	return s->item[position(r, 1, s->nitems, s->nitems - 1, 0)];
}

/* In front of the element at that position, or at the end. */
static Value *insert(Raw *r)
{
	const Value *s = need_list(r, 0);
	int to = position(r, 2, s->nitems, s->nitems, s->nitems);
	Value *x = need_item(r, 1), **item = NEW_N(&r->f->im->ctx->scratch, Value *, s->nitems + 1);

	if (s->nitems && s->dtype != x->dtype)
		raw_fail(r, EXIT_MODEL, "E-TYPE", "puts %s into a sequence of %s", dtype_name(x->dtype), dtype_name(s->dtype));
	for (int i = 0; i <= s->nitems; i++)
		item[i] = i < to ? s->item[i] : i == to ? x : s->item[i - 1];
	return list_new(r, KIND_SEQUENCE, s->nitems + 1, item);
}

static Value *erase(Raw *r)
{
	const Value *s = need_list(r, 0);
	int from = position(r, 1, s->nitems, s->nitems - 1, s->nitems - 1);
	Value **item = NEW_N(&r->f->im->ctx->scratch, Value *, s->nitems);

	if (!s->nitems)
		raw_fail(r, EXIT_MODEL, "E-INDEX", "takes an element out of an empty sequence");
	for (int i = 0, to = 0; i < s->nitems; i++)
		if (i != from)
			item[to++] = s->item[i];
	return list_new(r, KIND_SEQUENCE, s->nitems - 1, item);
}

static Value *length(Raw *r) { return scalar_i64(r, need_list(r, 0)->nitems); }

static Value *concatenated(Raw *r)
{
	const Value *s = need_list(r, 0);
	int64_t axis = take_int(r, "axis", 0);
	bool fresh = take_int(r, "new_axis", 0) != 0;
	Raw join = more(r, "Concat", NULL, NULL);

	if (!s->nitems)
		raw_fail(r, EXIT_MODEL, "E-INPUTS", "joins the elements of an empty sequence");
	for (int i = 0; i < s->nitems; i++)
		set_input(&join, i, fresh ? emit(r, "Unsqueeze", s->item[i], value_i64(r->f->g, 1, &axis)) : s->item[i]);
	set_int(&join, "axis", axis);
	return finish(&join);
}

/* Where the parts of SplitToSequence end; their number. */
static int part_ends(Raw *r, int64_t size, int64_t *end)
{
	const Value *split = input(r, 1);
	int64_t chunk = 1, all = 0;
	int n = 0;

	if (split && !split->data)
		raw_fail(r, EXIT_UNSUPPORTED, "E-DYNAMIC", "the lengths of parts are computed while the model runs");
	if (split && split->shape.rank == 1) {
		for (; n < split->data->count && n < MOST_ITEMS; n++)
			end[n] = all += load_i64(split->dtype, split->data->data, n);
		if (all != size)
			raw_fail(r, EXIT_MODEL, "E-SHAPE", "parts of %lld elements are made of %lld", (long long)all, (long long)size);
		return n;
	}
	if (split)
		chunk = load_i64(split->dtype, split->data->data, 0);
	if (chunk < 1 || size / chunk >= MOST_ITEMS)
		raw_fail(r, EXIT_LIMIT, "E-LIMIT", "makes parts of %lld elements out of %lld", (long long)chunk, (long long)size);
	for (; all < size; n++)
		end[n] = all = all + chunk < size ? all + chunk : size;
	return n;
}

static Value *slice(Raw *r, Value *x, int64_t from, int64_t to, int64_t axis)
{
	Graph *g = r->f->g;
	Raw cut = more(r, "Slice", x, value_i64(g, 1, &from));

	set_input(&cut, 2, value_i64(g, 1, &to));
	set_input(&cut, 3, value_i64(g, 1, &axis));
	return finish(&cut);
}

static Value *split(Raw *r)
{
	Value *x = need_item(r, 0);
	int64_t axis = take_int(r, "axis", 0), keep = take_int(r, "keepdims", 1), from = 0;
	int64_t *end = NEW_N(&r->f->im->ctx->scratch, int64_t, MOST_ITEMS);

	axis += axis < 0 ? x->shape.rank : 0;
	if (axis < 0 || axis >= x->shape.rank)
		raw_fail(r, EXIT_MODEL, "E-AXIS", "axis %lld is outside rank %d", (long long)axis, x->shape.rank);
	if (!dim_known(x->shape.dim[axis]))
		raw_fail(r, EXIT_UNSUPPORTED, "E-DYNAMIC", "the size of axis %lld is no number", (long long)axis);
	int n = part_ends(r, x->shape.dim[axis].k, end);
	Value **item = NEW_N(&r->f->im->ctx->scratch, Value *, n);
	for (int i = 0; i < n; from = end[i++]) {
		item[i] = slice(r, x, from, end[i], axis);
		if (!keep && !input(r, 1))
			item[i] = emit(r, "Squeeze", item[i], value_i64(r->f->g, 1, &axis));
	}
	return list_new(r, KIND_SEQUENCE, n, item);
}

/* ---- optionals: at most one element, which may itself be a sequence ---- */

static Value *optional(Raw *r)
{
	Value *v = input(r, 0);

	return list_new(r, v && v->kind == KIND_SEQUENCE ? KIND_OPTIONAL_SEQUENCE : KIND_OPTIONAL, v != NULL, &v);
}

static const Value *known_optional(const Raw *r, const Value *v)
{
	if (v->kind != KIND_TENSOR && !is_list(v))
		raw_fail(r, EXIT_UNSUPPORTED, "E-DYNAMIC", "whether the optional has an element is known to the run only");
	return v;
}

static bool is_optional(const Value *v) { return v->kind == KIND_OPTIONAL || v->kind == KIND_OPTIONAL_SEQUENCE; }

static Value *has_element(Raw *r)
{
	const Value *v = input(r, 0) ? known_optional(r, input(r, 0)) : NULL;

	return value_scalar(r->f->g, BOOL, v && (!is_optional(v) || v->nitems));
}

static Value *get_element(Raw *r)
{
	Value *v = need_input(r, 0);

	known_optional(r, v);
	if (is_optional(v) && !v->nitems)
		raw_fail(r, EXIT_MODEL, "E-INDEX", "takes the element of an empty optional");
	return is_optional(v) ? v->item[0] : v;
}

/* ---- the table ---- */

static const struct {
	const char *type;
	Value *(*apply)(Raw *r);
} rows[] = {
	{"SequenceConstruct", construct}, {"SequenceEmpty", empty},	    {"SequenceAt", at},
	{"SequenceInsert", insert},	  {"SequenceErase", erase},	    {"SequenceLength", length},
	{"SplitToSequence", split},	  {"ConcatFromSequence", concatenated}, {"Optional", optional},
	{"OptionalHasElement", has_element}, {"OptionalGetElement", get_element},
};
enum { NROWS = sizeof rows / sizeof *rows };

static int row_of(const char *type)
{
	for (int i = 0; i < NROWS; i++)
		if (!strcmp(rows[i].type, type))
			return i;
	return -1;
}

bool is_sequence_operator(const char *domain, const char *type)
{
	return is_onnx_domain(domain) && row_of(type) >= 0;
}

const char *sequence_operator(int i) { return i < NROWS ? rows[i].type : NULL; }

bool is_list(const Value *v) { return v->item != NULL; }

Value *sequence_build(Raw *r) { return rows[row_of(r->type)].apply(r); }

void need_tensor(const Frame *f, const Value *v, const char *what)
{
	if (v && is_list(v))
		fail(f->im->ctx, EXIT_UNSUPPORTED, "E-UNSUPPORTED", "%s is a sequence or optional, which only operators on these can take",
		     what);
}
