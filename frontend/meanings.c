/* meanings.c -- old versions of operators that meant something else, written in operators of today.
 *
 * These are the rewrites of opsets.c that need shapes or further nodes. */
#include <string.h>
#include "frontend/rewrite.h"
#include "ir/op/trust.h"

/* ---- broadcasting before version 7: B's sizes lie along A's from `axis` on ---- */

void old_broadcast(Raw *r)
{
	Value *a = need_input(r, 0), *b = need_input(r, 1);
	bool broadcast = take_int(r, "broadcast", 0) != 0;
	int64_t suffix = a->shape.rank - b->shape.rank, axis = take_int(r, "axis", suffix);

	if (!broadcast || a->shape.rank < 0 || b->shape.rank < 0 || b->shape.rank == 0)
		return;
	if (axis < 0 && axis >= -a->shape.rank && suffix >= 0)
		axis += a->shape.rank;
	if (axis < 0 || axis > suffix)
		raw_fail(r, EXIT_MODEL, "E-AXIS", "input 1 of rank %d does not fit into rank %d from axis %lld on",
			 b->shape.rank, a->shape.rank, (long long)axis);
	r->in[1] = append_ones(r, b, (int)(suffix - axis));
}

/* The slopes of channels, [C], lie along axis 1. */
void old_slope(Raw *r)
{
	Value *x = need_input(r, 0), *slope = need_input(r, 1);

	if (slope->shape.rank == 1 && x->shape.rank > 2 && !dim_is(slope->shape.dim[0], 1))
		r->in[1] = append_ones(r, slope, x->shape.rank - 2);
}

/* ---- Softmax and its kin before version 13: everything from `axis` on is one row ---- */

void softmax_of_rows(Raw *r)
{
	Value *x = need_input(r, 0);
	int64_t rank = x->shape.rank, axis = take_int(r, "axis", 1);

	if (rank < 0)
		raw_fail(r, EXIT_UNSUPPORTED, "E-RANK", "the rank of input %d is not known", 0);
	if (axis < -rank || axis > rank)
		raw_fail(r, EXIT_MODEL, "E-AXIS", "axis %lld is outside the rank %lld", (long long)axis,
			 (long long)rank);
	if (axis < 0)
		axis += rank;
	if (axis == rank - 1) {
		set_int(r, "axis", -1);
		return;
	}
	Raw flatten = more(r, "Flatten", x, NULL);
	set_int(&flatten, "axis", axis);
	Raw rows = more(r, r->type, finish(&flatten), NULL);
	set_int(&rows, "axis", -1);
	r->out[0] = emit(r, "Reshape", finish(&rows), emit(r, "Shape", x, NULL));
	r->done = true;
}

/* ---- BatchNormalization ---- */

/* spatial = 0: statistics for each feature, of the shape of one picture. */
void feature_normalisation(Raw *r)
{
	bool spatial = take_int(r, "spatial", 1) != 0;
	Value *x = need_input(r, 0), *var = need_input(r, 4);

	if (spatial || x->shape.rank == 2)
		return;
	Value *eps = scalar_like(r, var, take_float(r, "epsilon", 1e-5f));
	Value *deviation = emit(r, "Sqrt", emit(r, "Add", var, eps), NULL);
	Value *y = emit(r, "Div", emit(r, "Sub", x, need_input(r, 3)), deviation);
	r->out[0] = emit(r, "Add", emit(r, "Mul", y, need_input(r, 1)), need_input(r, 2));
	r->done = true;
}

/* ---- Dropout ---- */

/* Whoever wants the mask of inference gets ones; before version 10 they have the type of the data. */
void mask_of_data_type(Raw *r)
{
	if (r->nout < 2)
		return;
	take(r, "ratio", AT_FLOAT);
	raw_build(r);
	Raw cast = more(r, "Cast", r->out[1], NULL);
	set_int(&cast, "to", need_input(r, 0)->dtype);
	r->out[1] = finish(&cast);
	r->done = true;
}

/* ---- Resize, Upsample ---- */

/* The file gives the result's shape, and no axis shrinks. */
static bool is_given_larger(const Raw *r)
{
	const Shape *x = &need_input(r, 0)->shape, *y = shape_given(r, 0);
	bool larger = y && y->rank == x->rank && shape_known(x);

	for (int k = 0; larger && k < x->rank; k++)
		larger = y->dim[k].k >= x->dim[k].k;
	return larger;
}

/* The scales that are above 1, or below it, and 1 for the other axes; *any: there is one. */
static Value *scales_beyond(const Raw *r, const Value *scales, bool above, bool *any)
{
	Tensor *t = tensor_new(&r->f->im->ctx->perm, scales->dtype, scales->data->rank, scales->data->dim);

	*any = false;
	for (int64_t i = 0; i < t->count; i++) {
		double scale = load_f64(scales->dtype, scales->data->data, i);
		bool taken = above ? scale > 1 : scale < 1;
		*any |= taken;
		store_f64(t->dtype, t->data, i, taken ? scale : 1);
	}
	return value_const(r->f->g, NULL, t);
}

/* x resized along the axes that grow. */
static Value *grown_first(const Raw *r, Value *x, Value *scales)
{
	Raw e = more(r, "Resize", x, NULL);

	set_input(&e, 2, scales);
	set_string(&e, "mode", "nearest");
	set_string(&e, "coordinate_transformation_mode", "asymmetric");
	set_string(&e, "nearest_mode", "floor");
	return finish(&e);
}

/* The neighbour is the one before when sizes grow, the one after when they shrink; where both happen, axes that grow come first. */
static const char *old_rounding(Raw *r, Value **by)
{
	bool grows = false, shrinks = false;
	Value *scales = *by;

	if (!is_float(scales->dtype))
		raw_fail(r, EXIT_MODEL, "E-TYPE", "the scales are %s; they must be float", dtype_name(scales->dtype));
	if (!scales->data && !is_given_larger(r))
		raw_fail(r, EXIT_UNSUPPORTED, "E-DYNAMIC",
			 "the scales are computed while the model runs, and the file gives no shape that grows");
	if (!scales->data)
		return "floor";
	Value *larger = scales_beyond(r, scales, true, &grows), *smaller = scales_beyond(r, scales, false, &shrinks);
	if (grows && shrinks) {
		r->in[0] = grown_first(r, need_input(r, 0), larger);
		*by = smaller;
	}
	return shrinks ? "ceil" : "floor";
}

/* Resize(x, scales) and Upsample(x, scales) of version 10: pixel i comes from i / scale. */
void old_resize(Raw *r)
{
	const AttributeProto *mode = take(r, "mode", AT_STRING);
	bool nearest = !mode || has_text(mode, "nearest");
	Value *scales = need_input(r, 1);

	if (!nearest && !has_text(mode, "linear") && !has_text(mode, "bilinear"))
		raw_fail(r, EXIT_MODEL, "E-ATTR", "attribute 'mode' is '%.*s' instead of 'nearest' or 'linear'",
			 mode->s.len < 60 ? (int)mode->s.len : 60, (const char *)mode->s.data);
	set_string(r, "mode", nearest ? "nearest" : "linear");
	set_string(r, "coordinate_transformation_mode", "asymmetric");
	if (nearest)
		set_string(r, "nearest_mode", old_rounding(r, &scales));
	r->in[1] = NULL;
	set_input(r, 2, scales);
}

/* ---- Tile ---- */

static int64_t number_at(const Raw *r, int slot)
{
	const Value *v = need_input(r, slot);

	if (!v->data || v->data->count != 1 || v->dtype == STR)
		raw_fail(r, EXIT_UNSUPPORTED, "E-DYNAMIC", "input %d is no constant number", slot);
	return load_i64(v->dtype, v->data->data, 0);
}

/* Tile(x, tiles, axis) of version 1. */
void tile_one_axis(Raw *r)
{
	int rank = need_input(r, 0)->shape.rank;
	int64_t repeats[MAX_RANK], tiles = number_at(r, 1), axis = number_at(r, 2);

	if (axis < 0 || axis >= rank)
		raw_fail(r, EXIT_MODEL, "E-AXIS", "axis %lld is outside the rank %d", (long long)axis, rank);
	for (int i = 0; i < rank; i++)
		repeats[i] = i == axis ? tiles : 1;
	r->in[1] = value_i64(r->f->g, rank, repeats);
	r->nin = 2;
}

/* ---- Split ---- */

/* The lengths are known to the run alone, and the file does not give all shapes that tell them. */
static bool lengths_are_computed(const Raw *r)
{
	const Value *split = input(r, 1);
	bool given = true;

	if (!split || split->data || split->content || split->shape.rank != 1)
		return false;
	for (int i = 0; i < r->nout; i++)
		given &= shape_given(r, i) != NULL;
	return !given;
}

/* Part i, whose size has the name of output i, or of element i of the only one. */
static Value *part_between(const Raw *r, Value *x, int i, Value *start, Value *end, int64_t axis)
{
	Graph *g = r->f->g;
	Raw cut = more(r, "Slice", x, slice_of(g, NULL, start, 0, i, i + 1));
	NodeProto *proto = arena_copy(r->f->im->arena, r->proto, sizeof *r->proto);
	bool own = i < (int)proto->n_output;
	char *name = own ? proto->output[i] : arena_format(r->f->im->arena, "%s[%d]", proto->output[0], i);

	proto->n_output = 1;
	proto->output = arena_copy(r->f->im->arena, &name, sizeof name);
	cut.proto = proto;
	set_input(&cut, 2, slice_of(g, NULL, end, 0, i, i + 1));
	set_input(&cut, 3, value_i64(g, 1, &axis));
	return finish(&cut);
}

Value *lengths_start(Graph *g, Value *length, Value *size)
{
	Value *end = put(g, NULL, "CumSum", length, value_scalar(g, I64, 0), END_IN);

	require(g, NULL, binary(g, NULL, "GreaterOrEqual", length, value_scalar(g, I64, 0)));
	require(g, NULL, binary(g, NULL, "Equal", reduced(g, NULL, "ReduceSum", length, 0, false), size));
	return binary(g, NULL, "Sub", end, length);
}

void parts_by_lengths(const Raw *r, Value *x, Value *length, int axis, Value **part, int n)
{
	Graph *g = r->f->g;
	Value *start = lengths_start(g, length, size_of(g, NULL, x, axis)), *end = binary(g, NULL, "Add", start, length);

	for (int i = 0; i < n; i++)
		part[i] = part_between(r, x, i, start, end, axis);
}

/* Each part is a slice whose size is counted; together they are all of x. */
void split_by_lengths(Raw *r)
{
	Graph *g = r->f->g;

	if (!lengths_are_computed(r))
		return;
	Value *x = need_input(r, 0), *split = cast_value(g, NULL, need_input(r, 1), I64);
	int64_t axis = take_int(r, "axis", 0), from = axis < 0 ? axis + x->shape.rank : axis;
	if (from < 0 || from >= x->shape.rank)
		raw_fail(r, EXIT_MODEL, "E-AXIS", "axis %lld is outside the rank %d", (long long)axis, x->shape.rank);
	if (!dim_is(split->shape.dim[0], r->nout))
		raw_fail(r, EXIT_MODEL, "E-SHAPE", "%s sizes are given for %d outputs", dim_text(g->syms, split->shape.dim[0]), r->nout);
	parts_by_lengths(r, x, split, (int)from, r->out, r->nout);
	r->done = true;
}

/* ---- GroupNormalization ---- */

/* One number a group becomes one a channel. */
static Value *spread(const Raw *r, Value *v, int64_t groups, int64_t each)
{
	int64_t shape[2] = {groups, each}, channels = groups * each;
	Value *wide = emit(r, "Expand", append_ones(r, v, 1), value_i64(r->f->g, 2, shape));

	return emit(r, "Reshape", wide, value_i64(r->f->g, 1, &channels));
}

void groups_to_channels(Raw *r)
{
	const Shape *x = &need_input(r, 0)->shape;
	int64_t groups = take_int(r, "num_groups", 0);

	if (x->rank < 2 || !dim_known(x->dim[1]))
		raw_fail(r, EXIT_UNSUPPORTED, "E-DYNAMIC", "the number of channels of input %d is not known", 0);
	if (groups < 1 || x->dim[1].k % groups)
		raw_fail(r, EXIT_MODEL, "E-ATTR", "num_groups is %lld, which does not divide %lld channels",
			 (long long)groups, (long long)x->dim[1].k);
	set_int(r, "num_groups", groups);
	for (int i = 1; i <= 2; i++)
		r->in[i] = spread(r, need_input(r, i), groups, x->dim[1].k / groups);
}

/* ---- Scan ---- */

/* Scan(lengths, states and sequences ...) of version 8. */
static int64_t batch_size(const Raw *r)
{
	int64_t size = -1;

	if (input(r, 0))
		raw_fail(r, EXIT_UNSUPPORTED, "E-UNSUPPORTED", "of version 8, with a length for each sequence");
	for (int i = 1; i < r->nin; i++) {
		const Shape *x = &need_input(r, i)->shape;
		if (x->rank < 1 || !dim_known(x->dim[0]))
			raw_fail(r, EXIT_UNSUPPORTED, "E-DYNAMIC", "the batch of input %d is no number", i);
		if (size >= 0 && x->dim[0].k != size)
			raw_fail(r, EXIT_MODEL, "E-SHAPE", "takes batches of %lld and %lld", (long long)size, (long long)x->dim[0].k);
		size = x->dim[0].k;
	}
	if (size < 1)
		raw_fail(r, EXIT_UNSUPPORTED, "E-UNSUPPORTED", "of version 8, with an empty batch");
	return size;
}

/* Number b of the batch, scanned as today; its outputs with a batch axis of 1. */
static void scan_one(Raw *r, int64_t b, Value **out)
{
	Raw one = *r;
	int64_t axis = 0;

	one.in = NULL;
	one.nin = one.cin = 0;
	one.out = NEW_N(&r->f->im->ctx->scratch, Value *, r->nout);
	for (int i = 1; i < r->nin; i++)
		set_input(&one, i - 1, emit(r, "Gather", r->in[i], scalar_i64(r, b)));
	raw_build(&one);
	for (int i = 0; i < r->nout; i++)
		out[i] = emit(r, "Unsqueeze", one.out[i], value_i64(r->f->g, 1, &axis));
}

static void rename_directions(Raw *r)
{
	const AttributeProto *a = take(r, "directions", AT_INTS);

	if (!a)
		return;
	AttributeProto *named = arena_copy(r->f->im->arena, a, sizeof *a);
	named->name = arena_string(r->f->im->arena, "scan_input_directions");
	r->attr[r->nattr++] = named;
}

void scan_batches(Raw *r)
{
	const GraphProto *body = graph_attribute(r, "body");
	int64_t size = batch_size(r);
	Raw *join = NEW_N(&r->f->im->ctx->scratch, Raw, r->nout);
	Value **out = NEW_N(&r->f->im->ctx->scratch, Value *, r->nout);

	rename_directions(r);
	for (int i = 0; i < r->nout; i++)
		join[i] = more(r, "Concat", NULL, NULL);
	for (int64_t b = 0; b < size; b++) {
		if (body)
			body_count(r, body);
		scan_one(r, b, out);
		for (int i = 0; i < r->nout; i++)
			set_input(&join[i], (int)b, out[i]);
	}
	for (int i = 0; i < r->nout; i++) {
		set_int(&join[i], "axis", 0);
		r->out[i] = finish(&join[i]);
	}
	r->done = true;
}
