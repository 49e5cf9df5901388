/* sequences.c -- operators on sequences and optionals, which are lists of values while a file is read (lists.c).
 *
 *     s = SplitToSequence(x)      y = SequenceAt(s, 1)          ->          y = Slice(x, [1], [2])
 *
 * No operator is left: what the graph knows are the elements. Positions have to be known, or the elements look alike. */
#include <string.h>
#include "frontend/rewrite.h"
#include "ir/op/trust.h"

/* ---- what they take ---- */

void fail_of_empty(const Raw *r)
{
	branch_give_up(r->f, "an element of an empty sequence is asked for");
	raw_fail(r, EXIT_MODEL, "E-INDEX", "takes an element of an empty sequence");
}

Value *sequence_of(const Raw *r, DType t, int n, Value *const *item)
{
	if (n > MOST_ELEMENTS_LISTED)
		raw_fail(r, EXIT_LIMIT, "E-LIMIT", "makes a sequence of %d elements; %d are supported", n, MOST_ELEMENTS_LISTED);
	return list_new(r->f, KIND_SEQUENCE, t, n, item);
}

const Value *need_sequence(const Raw *r, int slot)
{
	const Value *v = need_input(r, slot);

	if (v->kind != KIND_SEQUENCE)
		raw_fail(r, EXIT_MODEL, "E-TYPE", "input %d is no sequence", slot);
	return v;
}

const Value *need_positions(const Raw *r, int slot)
{
	const Value *v = need_sequence(r, slot);

	if (v->before)
		raw_fail(r, EXIT_UNSUPPORTED, "E-DYNAMIC",
			 "reads a sequence to which a loop adds, and the run decides how many elements");
	list_settle(r, need_input(r, slot));
	return v;
}

Value *need_item(const Raw *r, int slot)
{
	Value *v = need_input(r, slot);

	if (v->kind != KIND_TENSOR)
		raw_fail(r, EXIT_MODEL, "E-TYPE", "input %d is no tensor", slot);
	return v;
}

/* Element i, which must be one whose sizes are known. */
static Value *element_of(const Raw *r, const Value *s, int i)
{
	if (!s->item[i])
		fail_unknown_element(r->f, r->name);
	return s->item[i];
}

bool is_computed(const Raw *r, int slot) { return input(r, slot) && !input(r, slot)->data; }

int position_in(const Raw *r, int slot, int n, int last, int otherwise)
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

static Value *concatenation(Raw *r, int n, Value *const *item, int64_t axis)
{
	Raw join = more(r, "Concat", NULL, NULL);

	if (!n)
		fail_of_empty(r);
	for (int i = 0; i < n; i++)
		set_input(&join, i, item[i]);
	set_int(&join, "axis", axis);
	return finish(&join);
}

/* The elements along an axis of their own. */
static Value *in_a_stack(Raw *r, const Value *s, int64_t axis)
{
	Value **item = NEW_N(&r->f->im->ctx->scratch, Value *, s->nitems);

	for (int i = 0; i < s->nitems; i++)
		item[i] = emit(r, "Unsqueeze", element_of(r, s, i), value_i64(r->f->g, 1, &axis));
	return concatenation(r, s->nitems, item, axis);
}

/* As much of v as `size`, i64[k], along k axes, `first` and those bits behind it. */
static Value *cut_to(const Raw *r, Value *v, Value *size, int first, unsigned open)
{
	Graph *g = r->f->g;
	int64_t axis[MAX_RANK], n = 0;
	for (int k = 0; first + k < v->shape.rank; k++)
		if (open >> k & 1)
			axis[n++] = first + k;
	Raw e = more(r, "Slice", v, copies_of(g, 0, n));
	NodeProto *own = arena_copy(r->f->im->arena, r->proto, sizeof *own);
	char *name = arena_format(r->f->im->arena, "%s.part", r->proto->output[0]);

	own->n_output = 1;
	own->output = arena_copy(r->f->im->arena, &name, sizeof name);
	e.proto = own;
	set_input(&e, 2, size);
	set_input(&e, 3, value_i64(g, (int)n, axis));
	return finish(&e);
}

/* What stands behind the elements of s as a tensor: they have one size along axes `open`, which the run is asked where
 * turns decide it. */
static Value *even_tail(const Raw *r, const Value *s, unsigned open)
{
	Graph *g = r->f->g;
	Value *all = NULL;

	open &= s->tail_sizes ? s->tail_open : 0;
	for (int k = 0; k < MAX_RANK; k++) {
		if (!(open >> k & 1))
			continue;
		Value *along = list_sizes_along(g, s->tail_sizes, s->tail_open, k), *size = list_longest(g, along);
		require(g, NULL, binary(g, NULL, "Equal", along, size));
		all = all ? joined(g, NULL, 0, all, as_vector(g, NULL, size)) : as_vector(g, NULL, size);
	}
	return all ? cut_to(r, s->tail, all, 1, open) : s->tail;
}

/* The same with those behind them. */
static Value *whole_stack(Raw *r, const Value *s, int64_t axis)
{
	if (!s->tail)
		return in_a_stack(r, s, axis);
	Value *tail = turns_moved(r, even_tail(r, s, ~0u), axis);
	return s->nitems ? joined(r->f->g, NULL, axis < 0 ? axis + tail->shape.rank : axis, in_a_stack(r, s, axis), tail) : tail;
}

static Value *construct(Raw *r)
{
	for (int i = 0; i < r->nin; i++)
		need_item(r, i);
	return sequence_of(r, r->nin ? r->in[0]->dtype : DT_NONE, r->nin, r->in);
}

static Value *empty(Raw *r)
{
	return sequence_of(r, dtype_of(r->f->im->ctx, take_int(r, "dtype", F32), r->name), 0, NULL);
}

void need_alike(const Raw *r, const Value *s)
{
	bool alike = true;

	if (!s->nitems)
		fail_of_empty(r);
	for (int i = 0; alike && i < s->nitems; i++)
		alike = s->item[i] && shape_known(&s->item[i]->shape) && shape_same(&s->item[0]->shape, &s->item[i]->shape);
	if (!alike)
		raw_fail(r, EXIT_UNSUPPORTED, "E-DYNAMIC",
			 "the position is computed while the model runs, and the elements differ in size");
}

/* They become one tensor then. */
static Value *gathered(Raw *r, const Value *s)
{
	Value *which = emit(r, "Reshape", input(r, 1), value_i64(r->f->g, 0, NULL));

	if (s->tail) {
		ListRows x = list_rows_of(r, r->f->g, s, false);
		Raw row = more(r, "Gather", x.row, which);
		return x.sizes ? cut_to(r, emit(r, "Gather", x.row, which), emit(r, "Gather", x.sizes, which), 0, x.open) : finish(&row);
	}
	need_alike(r, s);
	Raw pick = more(r, "Gather", in_a_stack(r, s, 0), which);
	return finish(&pick);
}

static Value *at(Raw *r)
{
	const Value *s = need_positions(r, 0);

	if (!s->nitems && !s->tail)
		fail_of_empty(r);
	return is_computed(r, 1) || s->tail ? gathered(r, s) : element_of(r, s, position_in(r, 1, s->nitems, s->nitems - 1, 0));
}

/* ---- all of them ---- */

static Value *length(Raw *r)
{
	return list_length(r, r->f->g, need_sequence(r, 0));
}

/* Those of the tail: along the axis in whose size they differ, as much of each as there is. */
static Value *tail_row(const Raw *r, const Value *s, int64_t axis)
{
	int rank = s->tail->shape.rank - 1, at = (int)axis + (axis < 0 ? rank : 0);

	if (!s->tail_sizes || at < 0 || at >= rank || !(s->tail_open >> at & 1))
		return turns_joined(r, even_tail(r, s, ~0u), axis);
	Value *all = turns_joined(r, even_tail(r, s, ~(1u << at)), axis);
	return parts_as_counted(r, all, axis, s->tail->shape.dim[at + 1].k, list_sizes_along(r->f->g, s->tail_sizes, s->tail_open, at),
				r->proto->output[0]);
}

/* All elements one behind the other along an axis that they have. */
static Value *whole_row(Raw *r, const Value *s, int64_t axis)
{
	if (!s->tail)
		return concatenation(r, s->nitems, s->item, axis);
	Value *tail = tail_row(r, s, axis);
	return s->nitems ? joined(r->f->g, NULL, axis < 0 ? axis + tail->shape.rank : axis,
				  concatenation(r, s->nitems, s->item, axis), tail) : tail;
}

static Value *concatenated(Raw *r)
{
	const Value *s = need_positions(r, 0);
	int64_t axis = take_int(r, "axis", 0);

	for (int i = 0; i < s->nitems; i++)
		element_of(r, s, i);
	return take_int(r, "new_axis", 0) ? whole_stack(r, s, axis) : whole_row(r, s, axis);
}

/* ---- optionals: at most one element, which may itself be a sequence ---- */

static Value *optional(Raw *r)
{
	const AttributeProto *type = take(r, "type", AT_TYPE);
	Value *v = input(r, 0);
	Declared d = {KIND_TENSOR, DT_NONE, NULL};

	if (v)
		d = (Declared){v->kind, v->dtype, NULL};
	else if (type && type->tp)
		d = declared_type(r->f->im, type->tp, r->name);
	if (d.kind != KIND_TENSOR && d.kind != KIND_SEQUENCE)
		raw_fail(r, EXIT_UNSUPPORTED, "E-TYPE", "makes an optional of an optional");
	return list_new(r->f, d.kind == KIND_SEQUENCE ? KIND_OPTIONAL_SEQUENCE : KIND_OPTIONAL, d.dtype, v != NULL, &v);
}

static Value *has_element(Raw *r)
{
	const Value *v = input(r, 0);

	return v && is_optional(v->kind) ? presence(r->f, v) : value_scalar(r->f->g, BOOL, v != NULL);
}

static Value *get_element(Raw *r)
{
	Value *v = need_input(r, 0);

	if (!is_optional(v->kind))
		return v;
	if (!v->nitems)
		raw_fail(r, EXIT_MODEL, "E-INDEX", "takes the element of an empty optional");
	if (v->has)
		require(r->f->g, NULL, v->has);
	return v->item[0];
}

/* ---- the table ---- */

static const struct {
	const char *type;
	Value *(*apply)(Raw *r);
} rows[] = {
	{"SequenceConstruct", construct}, {"SequenceEmpty", empty},	    {"SequenceAt", at},
	{"SequenceInsert", sequence_insert}, {"SequenceErase", sequence_erase},	    {"SequenceLength", length},
	{"SplitToSequence", sequence_split},	  {"ConcatFromSequence", concatenated}, {"Optional", optional},
	{"OptionalHasElement", has_element}, {"OptionalGetElement", get_element},
	{"SequenceMap", NULL}, /* gives several: map_unroll() */
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

/* What nobody asks for is not made. */
void sequence_build(Raw *r)
{
	Value *(*apply)(Raw *r) = rows[row_of(r->type)].apply;

	if (!apply)
		map_unroll(r);
	else if (r->nout)
		r->out[0] = apply(r);
}

bool list_build(Raw *r)
{
	bool passes = is_onnx_domain(r->domain) && !strcmp(r->type, "Identity") && r->nin == 1 && r->nout == 1;

	if (is_onnx_domain(r->domain) && !strcmp(r->type, "Loop"))
		return loop_unroll(r);
	if (!passes || !r->in[0] || (!is_list(r->in[0]) && !r->in[0]->labels))
		return false;
	r->out[0] = r->in[0];
	return true;
}
