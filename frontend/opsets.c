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

static void grid_mode(Raw *r)
{
	const AttributeProto *a = take(r, "mode", AT_STRING);

	if (!a || has_text(a, "bilinear"))
		set_string(r, "mode", "linear");
	else if (has_text(a, "bicubic"))
		set_string(r, "mode", "cubic");
	else
		set_string(r, "mode", "nearest");
}

static void norm_as_int(Raw *r)
{
	float p = take_float(r, "p", 2);

	if (!(p >= 1 && p <= 1024) || p != (float)(int)p)
		raw_fail(r, EXIT_UNSUPPORTED, "E-UNSUPPORTED", "norm %g; whole numbers from 1 to 1024 are supported",
			 (double)p);
	set_int(r, "p", (int64_t)p);
}

/* Cast(to = "FLOAT") */
static void cast_to_number(Raw *r)
{
	static const char *const name[] = {"",	     "FLOAT",  "UINT8",	    "INT8",	 "UINT16",  "INT16",
					   "INT32",  "INT64",  "STRING",    "BOOL",	 "FLOAT16", "DOUBLE",
					   "UINT32", "UINT64", "COMPLEX64", "COMPLEX128"};
	const AttributeProto *a = take(r, "to", AT_STRING);

	if (!a)
		raw_fail(r, EXIT_MODEL, "E-ATTR", "required attribute '%s' is missing", "to");
	size_t i = 1;
	while (i < sizeof name / sizeof *name && !has_text(a, name[i]))
		i++;
	set_int(r, "to", (int64_t)i);
	if (i < sizeof name / sizeof *name)
		return;
	raw_fail(r, EXIT_MODEL, "E-ATTR", "attribute 'to' is '%.*s', which is no element type",
		 a->s.len < 60 ? (int)a->s.len : 60, (const char *)a->s.data);
}

/* Random operators without a seed: each has its own. */
static void own_seed(Raw *r)
{
	if (!has_attribute(r, "seed"))
		set_float(r, "seed", (float)(r->f->g->nnode + 1));
}

/* ---- what is dropped or refused ---- */

static void no_training(Raw *r)
{
	if (r->nout > 1)
		raw_fail(r, EXIT_UNSUPPORTED, "E-UNSUPPORTED",
			 "has %d outputs, the training form; export the model for inference", r->nout);
}

static void drop_ratio(Raw *r) { take(r, "ratio", AT_FLOAT); }

/* ---- Resize, Upsample ---- */

static void sides_to_scales(Raw *r)
{
	const AttributeProto *h = take(r, "height_scale", AT_FLOAT), *w = take(r, "width_scale", AT_FLOAT);
	int64_t n = 4;

	if (!h || !w)
		raw_fail(r, EXIT_MODEL, "E-ATTR", "required attribute '%s' is missing",
			 h ? "width_scale" : "height_scale");
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

/* The condition of an If or Loop, and how often a Loop runs, may be given as one element of rank 1. Where data decide how
 * many there are, the run asks whether it is one. */
static void scalars(Raw *r)
{
	for (int k = 0; k < r->nin && k < (strcmp(r->type, "If") ? 2 : 1); k++) {
		Value *v = r->in[k];
		if (!v || v->shape.rank != 1)
			continue;
		bool known = dim_known(v->shape.dim[0]);
		set_input(r, k, known ? emit(r, "Squeeze", v, NULL) : emit(r, "Reshape", v, value_i64(r->f->g, 0, NULL)));
	}
}

static void unit_delta(Raw *r)
{
	if (!input(r, 2) && r->nin == 2)
		set_input(r, 2, scalar_like(r, need_input(r, 0), 1));
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
	{"Split", ALWAYS, split_by_lengths, NULL},
	{"Slice", 10, slice_to_inputs, NULL},
	{"Tile", 6, tile_one_axis, NULL},
	{"Pad", 2, rename_paddings, NULL},
	{"Pad", 11, pads_to_input, NULL},
	{"TopK", 10, k_to_input, NULL},
	{"Scatter", ALWAYS, same, "ScatterElements"},
	{"Scan", 9, scan_batches, NULL},
	{"Loop", ALWAYS, scalars, NULL},
	{"If", ALWAYS, scalars, NULL},
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
	{"RandomUniform", ALWAYS, own_seed, NULL},
	{"RandomUniformLike", ALWAYS, own_seed, NULL},
	{"RandomNormal", ALWAYS, own_seed, NULL},
	{"RandomNormalLike", ALWAYS, own_seed, NULL},
	{"Bernoulli", ALWAYS, own_seed, NULL},
	{"Multinomial", ALWAYS, own_seed, NULL},
};
enum { NROWS = sizeof rows / sizeof *rows };

bool older_form(int i, OlderForm *form)
{
	if (i < NROWS)
		*form = (OlderForm){rows[i].type, rows[i].until, rows[i].becomes};
	return i < NROWS;
}

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

void adopt(Raw *r)
{
	static const struct Row same_as[] = {{"Range", ALWAYS, unit_delta, "Range"}, {"GatherND", ALWAYS, same, "GatherND"},
					     {"QuantizeLinear", ALWAYS, same, "QuantizeLinear"},
					     {"DequantizeLinear", ALWAYS, same, "DequantizeLinear"}};

	for (size_t i = 0; i < sizeof same_as / sizeof *same_as; i++) {
		if (strcmp(r->domain, "com.microsoft") || strcmp(r->type, same_as[i].type))
			continue;
		same_as[i].rewrite(r);
		r->type = same_as[i].becomes;
		r->domain = "";
		r->version = NEWEST_OPSET;
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
