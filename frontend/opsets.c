/* opsets.c -- older forms of an operator become today's (operator set 28), all of them here.
 *
 * ONNX changes an operator by giving it a new version. Each row of the table below takes a node over one such change:
 * an attribute that became an input, a default that moved, another meaning. A node of version v takes, from top to
 * bottom, every row of its operator whose `until` is above v. Versions that only admitted more types have no row. */
#include <limits.h>
#include <string.h>
#include "frontend/rewrite.h"

#define ALWAYS INT_MAX

/* ---- attributes that went away ---- */

static void drop_is_test(Raw *r) { take(r, "is_test", AT_INT); }
static void drop_output_sequence(Raw *r) { take(r, "output_sequence", AT_INT); }
static void drop_broadcast(Raw *r) { take(r, "broadcast", AT_INT); }

/* ---- attributes that became inputs ---- */

static void ints_to_input(Raw *r, const char *name, int slot)
{
	const AttributeProto *a = take(r, name, AT_INTS);

	if (a)
		set_input_i64(r, slot, a->n_ints, a->ints);
}

static void need_ints_to_input(Raw *r, const char *name, int slot)
{
	if (!has_attribute(r, name))
		raw_fail(r, EXIT_MODEL, "E-ATTR", "required attribute '%s' is missing", name);
	ints_to_input(r, name, slot);
}

static void axes_to_input(Raw *r) { ints_to_input(r, "axes", 1); }
static void shape_to_input(Raw *r) { ints_to_input(r, "shape", 1); }
static void split_to_input(Raw *r) { ints_to_input(r, "split", 1); }

static void slice_to_inputs(Raw *r)
{
	need_ints_to_input(r, "starts", 1);
	need_ints_to_input(r, "ends", 2);
	ints_to_input(r, "axes", 3);
}

static void k_to_input(Raw *r)
{
	const AttributeProto *a = take(r, "k", AT_INT);

	if (!a)
		raw_fail(r, EXIT_MODEL, "E-ATTR", "required attribute '%s' is missing", "k");
	set_input_i64(r, 1, 1, &a->i);
}

static void float_to_input(Raw *r, const char *name, int slot)
{
	const AttributeProto *a = take(r, name, AT_FLOAT);

	if (a)
		set_input(r, slot, scalar_like(r, need_input(r, 0), a->f));
}

static void clip_to_inputs(Raw *r)
{
	float_to_input(r, "min", 1);
	float_to_input(r, "max", 2);
}

static void rename_paddings(Raw *r)
{
	need_ints_to_input(r, "paddings", 1);
	float_to_input(r, "value", 2);
}

static void pads_to_input(Raw *r)
{
	if (input(r, 1))
		return; /* from the row before */
	need_ints_to_input(r, "pads", 1);
	float_to_input(r, "value", 2);
}

static void axis_to_input(Raw *r)
{
	set_input(r, 2, scalar_i64(r, take_int(r, "axis", 1)));
}

/* ---- defaults and names that changed ---- */

static void default_int(Raw *r, const char *name, int64_t x)
{
	if (!has_attribute(r, name))
		set_int(r, name, x);
}

static void default_float(Raw *r, const char *name, float x)
{
	if (!has_attribute(r, name))
		set_float(r, name, x);
}

static void concat_axis(Raw *r) { default_int(r, "axis", 1); }

static void selu_numbers(Raw *r)
{
	default_float(r, "alpha", 1.6732f);
	default_float(r, "gamma", 1.0507f);
}

static void roi_align_pixels(Raw *r)
{
	if (!has_attribute(r, "coordinate_transformation_mode"))
		set_string(r, "coordinate_transformation_mode", "output_half_pixel");
}

static bool is_text(const AttributeProto *a, const char *text)
{
	return a->s.len == strlen(text) && !memcmp(a->s.data, text, a->s.len);
}

static void grid_mode(Raw *r)
{
	const AttributeProto *a = take(r, "mode", AT_STRING);

	if (!a || is_text(a, "bilinear"))
		set_string(r, "mode", "linear");
	else if (is_text(a, "bicubic"))
		set_string(r, "mode", "cubic");
	else
		set_string(r, "mode", "nearest");
}

static void norm_as_int(Raw *r)
{
	float p = take_float(r, "p", 2);

	if (!(p >= 1 && p <= 1024) || p != (float)(int)p)
		raw_fail(r, EXIT_UNSUPPORTED, "E-UNSUPPORTED", "norm %g; whole numbers from 1 to 1024 are supported", (double)p);
	set_int(r, "p", (int64_t)p);
}

/* Cast(to = "FLOAT") */
static void cast_to_number(Raw *r)
{
	static const char *const name[] = {"",	   "FLOAT",  "UINT8", "INT8",	 "UINT16", "INT16",  "INT32",	 "INT64",
					   "STRING", "BOOL", "FLOAT16", "DOUBLE", "UINT32", "UINT64", "COMPLEX64", "COMPLEX128"};
	const AttributeProto *a = take(r, "to", AT_STRING);

	if (!a)
		raw_fail(r, EXIT_MODEL, "E-ATTR", "required attribute '%s' is missing", "to");
	size_t i = 1;
	while (i < sizeof name / sizeof *name && !is_text(a, name[i]))
		i++;
	set_int(r, "to", (int64_t)i);
	if (i < sizeof name / sizeof *name)
		return;
	raw_fail(r, EXIT_MODEL, "E-ATTR", "attribute 'to' is '%.*s', which is no element type",
		 a->s.len < 60 ? (int)a->s.len : 60, (const char *)a->s.data);
}

/* ---- broadcasting before version 7: B's sizes lie along A's from `axis` on ---- */

static void old_broadcast(Raw *r)
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
static void old_slope(Raw *r)
{
	Value *x = need_input(r, 0), *slope = need_input(r, 1);

	if (slope->shape.rank == 1 && x->shape.rank > 2 && !dim_is(slope->shape.dim[0], 1))
		r->in[1] = append_ones(r, slope, x->shape.rank - 2);
}

/* ---- Softmax and its kin before version 13: everything from `axis` on is one row ---- */

static void softmax_of_rows(Raw *r)
{
	Value *x = need_input(r, 0);
	int64_t rank = x->shape.rank, axis = take_int(r, "axis", 1);

	if (rank < 0)
		raw_fail(r, EXIT_UNSUPPORTED, "E-RANK", "the rank of input %d is not known", 0);
	if (axis < -rank || axis > rank)
		raw_fail(r, EXIT_MODEL, "E-AXIS", "axis %lld is outside the rank %lld", (long long)axis, (long long)rank);
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
static void feature_normalisation(Raw *r)
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

static void no_training(Raw *r)
{
	if (r->nout > 1)
		raw_fail(r, EXIT_UNSUPPORTED, "E-UNSUPPORTED", "has %d outputs, the training form; export the model for inference",
			 r->nout);
}

/* ---- Dropout ---- */

/* Whoever wants the mask of inference gets ones; before version 10 they have the type of the data. */
static void mask_of_data_type(Raw *r)
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

static void drop_ratio(Raw *r) { take(r, "ratio", AT_FLOAT); }

/* ---- Resize, Upsample ---- */

static void sides_to_scales(Raw *r)
{
	const AttributeProto *h = take(r, "height_scale", AT_FLOAT), *w = take(r, "width_scale", AT_FLOAT);
	int64_t n = 4;

	if (!h || !w)
		raw_fail(r, EXIT_MODEL, "E-ATTR", "required attribute '%s' is missing", h ? "width_scale" : "height_scale");
	Tensor *t = tensor_new(r->f->im->arena, F32, 1, &n);
	memcpy(t->data, (float[]){1, 1, h->f, w->f}, 4 * sizeof(float));
	set_input(r, 1, value_const(r->f->g, NULL, t));
}

static void scales_to_input(Raw *r)
{
	const AttributeProto *a = take(r, "scales", AT_FLOATS);

	if (input(r, 1))
		return; /* from the row before */
	int64_t n = a ? (int64_t)a->n_floats : 0;
	Tensor *t = tensor_new(r->f->im->arena, F32, 1, &n);
	if (n)
		memcpy(t->data, a->floats, (size_t)n * sizeof(float));
	set_input(r, 1, value_const(r->f->g, NULL, t));
}

/* The neighbour is the one before when sizes grow, the one after when they shrink. */
static const char *old_rounding(const Raw *r, const Value *scales)
{
	bool grows = false, shrinks = false;

	if (!scales->data)
		raw_fail(r, EXIT_UNSUPPORTED, "E-DYNAMIC", "input %d, the scales, is computed while the model runs", 1);
	for (int64_t i = 0; i < scales->data->count; i++) {
		grows |= load_f64(scales->dtype, scales->data->data, i) > 1;
		shrinks |= load_f64(scales->dtype, scales->data->data, i) < 1;
	}
	if (grows && shrinks)
		raw_fail(r, EXIT_UNSUPPORTED, "E-UNSUPPORTED", "grows along one axis and shrinks along another, in version %d",
			 r->version);
	return shrinks ? "ceil" : "floor";
}

/* Resize(x, scales) and Upsample(x, scales) of version 10: pixel i comes from i / scale. */
static void old_resize(Raw *r)
{
	const AttributeProto *mode = take(r, "mode", AT_STRING);
	bool nearest = !mode || is_text(mode, "nearest");
	Value *scales = need_input(r, 1);

	if (!nearest && !is_text(mode, "linear") && !is_text(mode, "bilinear"))
		raw_fail(r, EXIT_MODEL, "E-ATTR", "attribute 'mode' is '%.*s' instead of 'nearest' or 'linear'",
			 mode->s.len < 60 ? (int)mode->s.len : 60, (const char *)mode->s.data);
	set_string(r, "mode", nearest ? "nearest" : "linear");
	set_string(r, "coordinate_transformation_mode", "asymmetric");
	if (nearest)
		set_string(r, "nearest_mode", old_rounding(r, scales));
	r->in[1] = NULL;
	set_input(r, 2, scales);
}

/* roi and scales could not be left out before version 13: empty ones stood for absent ones. */
static void empty_is_absent(Raw *r)
{
	for (int i = 1; i < 3 && i < r->nin; i++)
		if (r->in[i] && r->in[i]->data && !r->in[i]->data->count)
			r->in[i] = NULL;
}

/* ---- the rest ---- */

/* As many equal parts as there are outputs. */
static void split_evenly(Raw *r)
{
	if (!input(r, 1))
		set_int(r, "num_outputs", r->nout);
}

static int64_t number_at(const Raw *r, int slot)
{
	const Value *v = need_input(r, slot);

	if (!v->data || v->data->count != 1 || v->dtype == STR)
		raw_fail(r, EXIT_UNSUPPORTED, "E-DYNAMIC", "input %d is no constant number", slot);
	return load_i64(v->dtype, v->data->data, 0);
}

/* Tile(x, tiles, axis) of version 1. */
static void tile_one_axis(Raw *r)
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

/* One number a group becomes one a channel. */
static Value *spread(const Raw *r, Value *v, int64_t groups, int64_t each)
{
	int64_t shape[2] = {groups, each}, channels = groups * each;
	Value *wide = emit(r, "Expand", append_ones(r, v, 1), value_i64(r->f->g, 2, shape));

	return emit(r, "Reshape", wide, value_i64(r->f->g, 1, &channels));
}

static void groups_to_channels(Raw *r)
{
	const Shape *x = &need_input(r, 0)->shape;
	int64_t groups = take_int(r, "num_groups", 0);

	if (x->rank < 2 || !dim_known(x->dim[1]))
		raw_fail(r, EXIT_UNSUPPORTED, "E-DYNAMIC", "the number of channels of input %d is not known", 0);
	if (groups < 1 || x->dim[1].k % groups)
		raw_fail(r, EXIT_MODEL, "E-ATTR", "num_groups is %lld, which does not divide %lld channels", (long long)groups,
			 (long long)x->dim[1].k);
	set_int(r, "num_groups", groups);
	for (int i = 1; i <= 2; i++)
		r->in[i] = spread(r, need_input(r, i), groups, x->dim[1].k / groups);
}

static void batched_scan(Raw *r)
{
	raw_fail(r, EXIT_UNSUPPORTED, "E-UNSUPPORTED", "of version %d, with a batch axis", r->version);
}

static void same(Raw *r) { (void)r; }

/* ---- the table ---- */

static const struct Row {
	const char *type;
	int until;
	void (*rewrite)(Raw *r);
	const char *becomes; /* an operator of another name, in today's form */
} rows[] = {
	{"Add", 7, old_broadcast, NULL},
	{"Sub", 7, old_broadcast, NULL},
	{"Mul", 7, old_broadcast, NULL},
	{"Div", 7, old_broadcast, NULL},
	{"Pow", 7, old_broadcast, NULL},
	{"And", 7, old_broadcast, NULL},
	{"Or", 7, old_broadcast, NULL},
	{"Xor", 7, old_broadcast, NULL},
	{"Equal", 7, old_broadcast, NULL},
	{"Less", 7, old_broadcast, NULL},
	{"Greater", 7, old_broadcast, NULL},
	{"PRelu", 7, old_slope, NULL},
	{"Gemm", 7, drop_broadcast, NULL},
	{"Cast", 6, cast_to_number, NULL},
	{"Selu", 6, selu_numbers, NULL},
	{"Clip", 11, clip_to_inputs, NULL},
	{"Dropout", 7, drop_is_test, NULL},
	{"Dropout", 10, mask_of_data_type, NULL},
	{"Dropout", 12, drop_ratio, NULL},
	{"BatchNormalization", 7, drop_is_test, NULL},
	{"BatchNormalization", 14, no_training, NULL},
	{"BatchNormalization", 9, feature_normalisation, NULL},
	{"GroupNormalization", 21, groups_to_channels, NULL},
	{"Softmax", 13, softmax_of_rows, NULL},
	{"LogSoftmax", 13, softmax_of_rows, NULL},
	{"Hardmax", 13, softmax_of_rows, NULL},
	{"LpPool", 2, norm_as_int, NULL},
	{"GlobalLpPool", 2, norm_as_int, NULL},
	{"LSTM", 7, drop_output_sequence, NULL},
	{"GRU", 7, drop_output_sequence, NULL},
	{"RNN", 7, drop_output_sequence, NULL},
	{"Reshape", 5, shape_to_input, NULL},
	{"Squeeze", 13, axes_to_input, NULL},
	{"Unsqueeze", 13, axes_to_input, NULL},
	{"Concat", 4, concat_axis, NULL},
	{"Split", 13, split_to_input, NULL},
	{"Split", 18, split_evenly, NULL},
	{"Slice", 10, slice_to_inputs, NULL},
	{"Tile", 6, tile_one_axis, NULL},
	{"Pad", 2, rename_paddings, NULL},
	{"Pad", 11, pads_to_input, NULL},
	{"TopK", 10, k_to_input, NULL},
	{"Scatter", ALWAYS, same, "ScatterElements"},
	{"Scan", 9, batched_scan, NULL},
	{"ReduceSum", 13, axes_to_input, NULL},
	{"ReduceL1", 18, axes_to_input, NULL},
	{"ReduceL2", 18, axes_to_input, NULL},
	{"ReduceLogSum", 18, axes_to_input, NULL},
	{"ReduceLogSumExp", 18, axes_to_input, NULL},
	{"ReduceMax", 18, axes_to_input, NULL},
	{"ReduceMean", 18, axes_to_input, NULL},
	{"ReduceMin", 18, axes_to_input, NULL},
	{"ReduceProd", 18, axes_to_input, NULL},
	{"ReduceSumSquare", 18, axes_to_input, NULL},
	{"Upsample", 7, sides_to_scales, NULL},
	{"Upsample", 9, scales_to_input, NULL},
	{"Upsample", ALWAYS, old_resize, "Resize"},
	{"Resize", 11, old_resize, NULL},
	{"Resize", 13, empty_is_absent, NULL},
	{"RoiAlign", 16, roi_align_pixels, NULL},
	{"GridSample", 20, grid_mode, NULL},
	{"DFT", 20, axis_to_input, NULL},
};
enum { NROWS = sizeof rows / sizeof *rows };

static bool applies(const struct Row *row, const char *type, int version)
{
	return version < row->until && !strcmp(row->type, type);
}

void modernise(Raw *r)
{
	const char *type = r->type;

	if (r->version < 6)
		take(r, "consumed_inputs", AT_INTS); /* said which inputs may be overwritten */
	for (const struct Row *row = rows; row < rows + NROWS && !r->done; row++) {
		if (!applies(row, type, r->version))
			continue;
		row->rewrite(r);
		if (row->becomes)
			r->type = row->becomes;
	}
}

const Op *operator_of(const char *domain, const char *type, int version)
{
	if (!is_onnx_domain(domain))
		return strcmp(domain, "tcc") ? op_find(domain, type) : NULL; /* what passes insert is not for models */
	for (const struct Row *row = rows; row < rows + NROWS; row++)
		if (row->becomes && applies(row, type, version))
			type = row->becomes;
	return op_find("", type);
}
