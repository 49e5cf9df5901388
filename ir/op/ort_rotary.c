/* ort_rotary.c -- com.microsoft: RotaryEmbedding, as in ONNX with the inputs in another order and positions from an
 * offset, and MRotaryEmbedding, in which a pair turns by one of three positions: time, height, width.
 *
 *     mrope_layout 0   the first mrope_section[0] pairs by time, the next [1] by height, the others by width
 *     mrope_layout 1   time, height, width, time, ..: height and width as often as their sections say, else time */
#include "ir/op/composite.h"

enum { X, POSITIONS, COS_ROWS, SIN_ROWS };
enum { IN_SECTIONS, INTERLEAVED, STREAMS = 3 };

struct OrtRotary {
	int64_t interleaved, num_heads, rotary_embedding_dim, is_packed_batching, mrope_layout;
	float scale;
	Ints mrope_section;
};

/* Pairs that turn; the attributes of ONNX's operator follow from it. */
static int64_t pairs_of(Graph *g, const Node *n, void *attr)
{
	const Value *x = n->in[X];

	need_rank(g, n, X, 3, 4);
	need_rank(g, n, COS_ROWS, 2, 2);
	int64_t pairs = dim_number(g, n, n->in[COS_ROWS]->shape.dim[1]);
	if (pairs < 1)
		fail_node(g, n, "E-SHAPE", "cos_cache has shape %s; no pair of elements turns",
			  shape_text(g, &n->in[COS_ROWS]->shape));
	if (x->shape.rank == 3 && ATTR_OF(n, OrtRotary)->num_heads == 0)
		attr_set("RotaryEmbedding", attr, "num_heads", (double)(dim_number(g, n, x->shape.dim[2]) / (2 * pairs)));
	attr_set("RotaryEmbedding", attr, "rotary_embedding_dim", 2 * (double)pairs);
	return pairs;
}

static void expand_rotary(Graph *g, Node *n)
{
	Value *x = n->in[X], *at = n->in[POSITIONS];
	void *attr = attr_like(g, "RotaryEmbedding", n);
	int64_t axis = 0;

	need_rank(g, n, POSITIONS, 1, 2);
	pairs_of(g, n, attr);
	if (at->shape.rank == 1) {
		at = put(g, n, "Add", counted(g, n, x, x->shape.rank - 2), cast_value(g, n, at, I64), END_IN);
		at = with_axes(g, n, at, 1, &axis);
	}
	Value *in[4] = {x, n->in[COS_ROWS], n->in[SIN_ROWS], at};
	replace_out(g, n, 0, node_new(g, &op_rotaryembedding, n, 4, in, 1, attr)->out[0]);
}

/* ---- MRotaryEmbedding ---- */

static int64_t stream_of(const struct OrtRotary *a, int64_t pair)
{
	const int64_t *section = a->mrope_section.v;

	if (a->mrope_layout == IN_SECTIONS)
		return pair < section[0] ? 0 : pair < section[0] + section[1] ? 1 : 2;
	return pair / STREAMS < section[pair % STREAMS] ? pair % STREAMS : 0;
}

static void check_sections(Graph *g, const Node *n, int64_t pairs)
{
	const struct OrtRotary *a = n->attr;
	int64_t sum = 0;

	if (a->mrope_layout < IN_SECTIONS || a->mrope_layout > INTERLEAVED)
		fail_node(g, n, "E-ATTR", "mrope_layout is %lld; it must be 0 or 1", (long long)a->mrope_layout);
	if (a->mrope_section.n != STREAMS)
		fail_node(g, n, "E-ATTR", "mrope_section has %d values; it must have 3", a->mrope_section.n);
	for (int i = 0; i < STREAMS; i++) {
		int64_t k = a->mrope_section.v[i];
		if (k < 0 || k > pairs - sum)
			fail_node(g, n, "E-ATTR", "mrope_section[%d] is %lld; all three must make up %lld pairs", i, (long long)k,
				  (long long)pairs);
		sum += k;
	}
	if (sum != pairs)
		fail_node(g, n, "E-ATTR", "the sum of mrope_section is %lld; it must be %lld pairs", (long long)sum,
			  (long long)pairs);
}

/* i64[batch * length, pairs]: by which position each pair turns */
static Value *positions_of_pairs(Graph *g, const Node *n, int64_t pairs)
{
	Tensor *stream = tensor_new(&g->ctx->perm, I64, 1, &pairs);

	for (int64_t i = 0; i < pairs; i++)
		((int64_t *)stream->data)[i] = stream_of(n->attr, i);
	Value *at = put(g, n, "Gather", n->in[POSITIONS], value_const(g, NULL, stream), END_IN);
	at = transposed(g, n, at, 3, (int64_t[]){1, 2, 0});
	return reshaped(g, n, at, 2, (int64_t[]){-1, pairs});
}

static void expand_multi(Graph *g, Node *n)
{
	void *attr = attr_like(g, "RotaryEmbedding", n);
	int64_t pairs = pairs_of(g, n, attr);
	const Shape *x = &n->in[X]->shape;
	Value *in[3] = {n->in[X]};

	if (ATTR_OF(n, OrtRotary)->is_packed_batching)
		fail_unsupported(g, n, "is_packed_batching");
	check_sections(g, n, pairs);
	need_type(g, n, POSITIONS, "i");
	need_rank(g, n, POSITIONS, 3, 3);
	need_size(g, n, POSITIONS, 0, dim(STREAMS));
	need_size(g, n, POSITIONS, 1, x->dim[0]);
	need_size(g, n, POSITIONS, 2, x->dim[x->rank - 2]);
	need_rank(g, n, SIN_ROWS, 2, 2);
	need_size(g, n, SIN_ROWS, 1, dim(pairs));
	Value *at = positions_of_pairs(g, n, pairs);
	const Dim *d = n->in[POSITIONS]->shape.dim;
	for (int i = 1; i < 3; i++) {
		Value *rows = put(g, n, "GatherElements", n->in[COS_ROWS + i - 1], at, END_IN);
		in[i] = shaped_as(g, n, rows, &(Shape){3, {d[1], d[2], dim(pairs)}});
	}
	replace_out(g, n, 0, node_new(g, &op_rotaryembedding, n, 3, in, 1, attr)->out[0]);
}

/* ---- rows ---- */

#define ROTARY_ATTRS                                                                                                   \
	ATTR_INT(OrtRotary, interleaved, 0), ATTR_INT(OrtRotary, num_heads, 0),                                        \
		ATTR_INT(OrtRotary, rotary_embedding_dim, 0), ATTR_INT(OrtRotary, is_packed_batching, 0),              \
		ATTR_FLOAT(OrtRotary, scale, 1)

static const Attr rotary_attrs[] = {ROTARY_ATTRS, {0}};
static const Attr multi_attrs[] = {ROTARY_ATTRS, ATTR_INT(OrtRotary, mrope_layout, IN_SECTIONS),
				   ATTR_REQUIRED(OrtRotary, mrope_section, A_INTS), {0}};

#define ORT_ROTARY(id, table, how)                                                                                     \
	const Op op_ort_##id = {                                                                                       \
		.name = #id, .domain = "com.microsoft", .min_in = 4, .max_in = 4, .min_out = 1, .max_out = 1,          \
		.ulp = 256, .attrs = table, .attr_size = sizeof(struct OrtRotary),                                     \
		.types = "f", .infer = infer_expansion, .eval = eval_expansion, .expand = how,                         \
	}

ORT_ROTARY(RotaryEmbedding, rotary_attrs, expand_rotary);
ORT_ROTARY(MRotaryEmbedding, multi_attrs, expand_multi);
