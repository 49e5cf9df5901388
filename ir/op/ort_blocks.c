/* ort_blocks.c -- com.microsoft.GatherBlockQuantized: parts of a table that has a scale a block, and zeros where there are
 * none. Its elements are integers of 2, 4 or 8 bits, or floats. */
#include "ir/op/composite.h"
#include "ir/op/ort_bits.h"

struct OrtBlocks {
	int64_t bits, block_size, gather_axis, quantize_axis;
};

enum { DATA, INDICES, SCALES, ZEROS };

/* Bytes hold elements of `bits` side by side along the last axis; other types are what they are. */
static DType table_type(Graph *g, const Node *n)
{
	DType t = n->in[DATA]->dtype;
	return t == U8 ? bits_type(g, n, ATTR_OF(n, OrtBlocks)->bits) : t;
}

static Shape table_shape(Graph *g, const Node *n)
{
	Shape s = n->in[DATA]->shape;
	int last = s.rank - 1;

	if (n->in[DATA]->dtype == U8)
		s.dim[last] = dim(dim_number(g, n, s.dim[last]) * 8 / dtype_info(table_type(g, n))->bits);
	return s;
}

static bool is_of_floats(const Node *n) { return is_float(n->in[DATA]->dtype); }

/* 0: all of the axis is one block. */
static int64_t table_block(Graph *g, const Node *n, int quantised)
{
	int64_t block = ATTR_OF(n, OrtBlocks)->block_size, size;

	if (block > 0)
		return block;
	size = dim_number(g, n, n->in[DATA]->shape.dim[quantised]);
	return size > 0 ? size : 1;
}

/* Scales have the axes of the table, one for each block along `quantised`. */
static Shape scales_shape(Graph *g, const Node *n, int quantised)
{
	Shape s = table_shape(g, n);

	s.dim[quantised] = dim_ceildiv(g->syms, s.dim[quantised], dim(table_block(g, n, quantised)));
	return s;
}

static void check_table(Graph *g, const Node *n, int gathered, int quantised)
{
	const struct OrtBlocks *a = n->attr;
	int last = n->in[DATA]->shape.rank - 1;

	if ((a->block_size < 16 || a->block_size > INT32_MAX) && !(a->block_size == 0 && is_of_floats(n)))
		fail_node(g, n, "E-ATTR", "block_size is %lld; it must be 16 or more, or 0 for a table of floats",
			  (long long)a->block_size);
	if (is_of_floats(n) && has_in(n, ZEROS))
		fail_node(g, n, "E-INPUTS", "a table of floats has no zero points");
	if (n->in[DATA]->dtype == U8 && (gathered != 0 || quantised != last))
		fail_node(g, n, "E-ATTR", "gather_axis is %d and quantize_axis %d; for bytes they must be 0 and %d, the last",
			  gathered, quantised, last);
	if (n->in[DATA]->dtype == U8 && a->bits < 8)
		bits_need(g, n, DATA);
	need_type(g, n, SCALES, "f");
	need_rank(g, n, SCALES, last + 1, last + 1);
	Shape s = scales_shape(g, n, quantised);
	for (int k = 0; k <= last; k++)
		if (!is_of_floats(n) || k == quantised || !dim_is(n->in[SCALES]->shape.dim[k], 1))
			need_size(g, n, SCALES, k, s.dim[k]);
	if (has_in(n, ZEROS))
		same_type(g, n, DATA, ZEROS);
}

static void infer_gather(Graph *g, Node *n)
{
	need_rank(g, n, DATA, 1, MAX_RANK);
	need_type(g, n, INDICES, "i");
	Shape s = table_shape(g, n), y = n->in[INDICES]->shape;
	int gathered = (int)fix_axis(g, n, ATTR_OF(n, OrtBlocks)->gather_axis, s.rank), more = y.rank;

	check_table(g, n, gathered, (int)fix_axis(g, n, ATTR_OF(n, OrtBlocks)->quantize_axis, s.rank));
	need_rank(g, n, INDICES, 0, MAX_RANK + 1 - s.rank);
	y.rank += s.rank - 1;
	for (int k = 0; k < more; k++)
		y.dim[gathered + k] = n->in[INDICES]->shape.dim[k];
	for (int k = 0; k < s.rank; k++)
		if (k != gathered)
			y.dim[k < gathered ? k : k + more - 1] = s.dim[k];
	set_out(g, n, 0, n->in[SCALES]->dtype, &y);
}

/* Input `slot` in elements, of shape s; the middle of their range where there is none. */
static Value *elements_of(Graph *g, const Node *n, int slot, const Shape *s)
{
	DType t = table_type(g, n);
	int64_t size[MAX_RANK];

	if (n->in[DATA]->dtype != U8 || (t == U8 && has_in(n, slot)))
		return optional_in(n, slot);
	for (int k = 0; k < s->rank; k++)
		size[k] = dim_number(g, n, s->dim[k]);
	return has_in(n, slot) ? bits_unpacked(g, n, slot, t, s->rank, size) : bits_middle(g, t, s->rank, size);
}

/* The indices along an axis of x from 0 on; *there: which of them there are, the others are 0. */
static Value *indices_from_zero(Graph *g, const Node *n, Value *x, int axis, Value **there)
{
	Value *at = cast_value(g, n, n->in[INDICES], I64), *size = size_of(g, n, x, axis), *zero = value_scalar(g, I64, 0);

	at = put(g, n, "Where", put(g, n, "Less", at, zero, END_IN), put(g, n, "Add", at, size, END_IN), at, END_IN);
	*there = put(g, n, "And", put(g, n, "GreaterOrEqual", at, zero, END_IN), put(g, n, "Less", at, size, END_IN), END_IN);
	return put(g, n, "Where", *there, at, zero, END_IN);
}

/* y where there is an index, else 0; the axes of the indices begin at `gathered`. */
static Value *where_there(Graph *g, const Node *n, Value *y, Value *there, int gathered)
{
	int64_t axes[MAX_RANK], behind = y->shape.rank - gathered - there->shape.rank;

	for (int k = 0; k < behind; k++)
		axes[k] = there->shape.rank + k;
	there = behind > 0 ? with_axes(g, n, there, (int)behind, axes) : there;
	return put(g, n, "Where", there, y, value_scalar(g, y->dtype, 0), END_IN);
}

/* x times its scales, of which one stands for each block along axis k. */
static Value *times_scales(Graph *g, const Node *n, Value *x, Value *scale, int k, int64_t block)
{
	struct Gather along = {.axis = k};
	Value *at = put(g, n, "Div", counted(g, n, x, k), value_scalar(g, I64, (double)block), END_IN);

	if (block > 1)
		scale = put_attr(g, n, "Gather", &along, scale, at, END_IN);
	return put(g, n, "Mul", cast_value(g, n, x, scale->dtype), scale, END_IN);
}

/* Parts of the table and of what is beside it, and then numbers of these parts alone. */
static void expand_gather(Graph *g, Node *n)
{
	const struct OrtBlocks *a = n->attr;
	Shape s = table_shape(g, n);
	int gathered = (int)fix_axis(g, n, a->gather_axis, s.rank), quantised = (int)fix_axis(g, n, a->quantize_axis, s.rank);
	Shape of_scales = scales_shape(g, n, quantised);
	bool same = gathered == quantised;
	struct Gather along = {.axis = gathered};
	Value *x = elements_of(g, n, DATA, &s), *zero = elements_of(g, n, ZEROS, &of_scales);
	Value *there, *index = indices_from_zero(g, n, x, gathered, &there), *at = index;
	int64_t block = table_block(g, n, quantised);
	Value *scales = n->in[SCALES];
	if (is_of_floats(n))
		scales = put(g, n, "Expand", scales, shape_as_value(g, n, x, &of_scales), END_IN);
	if (same)
		at = put(g, n, "Div", index, value_scalar(g, I64, (double)block), END_IN);
	void *attr = attr_new(g, op_named("DequantizeLinear"));

	x = put_attr(g, n, "Gather", &along, x, index, END_IN);
	if (zero)
		zero = put_attr(g, n, "Gather", &along, zero, at, END_IN);
	Value *scale = put_attr(g, n, "Gather", &along, scales, at, END_IN);
	int moved = quantised > gathered ? n->in[INDICES]->shape.rank - 1 : 0;
	int axis = same ? 0 : quantised + moved;
	block = same ? 1 : block;
	attr_set("DequantizeLinear", attr, "axis", axis);
	attr_set("DequantizeLinear", attr, "block_size", (double)block);
	Value *y = is_of_floats(n) ? times_scales(g, n, x, scale, axis, block)
				   : put_attr(g, n, "DequantizeLinear", attr, x, scale, zero, END_IN);
	replace_out(g, n, 0, where_there(g, n, y, there, gathered));
}

static const Attr gather_attrs[] = {ATTR_INT(OrtBlocks, bits, 4), ATTR_INT(OrtBlocks, block_size, 128),
				    ATTR_INT(OrtBlocks, gather_axis, 0), ATTR_INT(OrtBlocks, quantize_axis, 1), {0}};

const Op op_ort_GatherBlockQuantized = {
	.name = "GatherBlockQuantized", .domain = "com.microsoft", .min_in = 3, .max_in = 4, .min_out = 1, .max_out = 1, .ulp = 64,
	.attrs = gather_attrs, .attr_size = sizeof(struct OrtBlocks), .types = "iuf",
	.infer = infer_gather, .eval = eval_expansion, .expand = expand_gather,
};
