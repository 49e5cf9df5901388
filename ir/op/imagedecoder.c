/* imagedecoder.c -- ImageDecoder (20): the pixels of an encoded file, a vector of bytes, as [height, width, channels].
 *
 *     size i64[2] = tcc.ImageSize(file)                          h, w = two sizes that are counted (see counted.h)
 *     y u8[h,w,3] = tcc.ImagePixels(file, h, w) {format = RGB}
 *
 * How large the picture is stands in the file: known of constants, else given by the model, else counted, with a bound that
 * the user gives. The decoders are the C of ir/images: here they decode, and their text is what emitted C decodes with. */
#include <stdio.h>
#include <string.h>
#include "ir/op/counted.h"
#include "ir/op/nn.h"
#include "runtime/tcc.h"
#include "ir/images/picture.c"
#include "ir/images/pnm.c"
#include "ir/images/bmp.c"
#include "ir/images/prefix.c"
#include "ir/images/inflate.c"
#include "ir/images/png.c"
#include "ir/images/jpeg.c"
#include "ir/images/tiff.c"
#include "ir/images/vp8_tables.c"
#include "ir/images/vp8.c"
#include "ir/images/vp8l.c"
#include "ir/images/webp.c"
#include "ir/images/j2k.c"
#include "ir/images/j2k_tile.c"
#include "ir/images/j2k_packets.c"
#include "ir/images/j2k_blocks.c"
#include "ir/images/j2k_waves.c"
#include "ir/images/jpeg2000.c"
#include "ir/images/image.c"
#include "ir/images/room.h"

enum { GREY = 2 };

struct ImageDecoder { int64_t pixel_format; };

static int64_t channels_of(const Node *n) { return ATTR_OF(n, ImageDecoder)->pixel_format == GREY ? 1 : 3; }

static void need_file(Graph *g, const Node *n)
{
	if (n->in[0]->dtype != U8)
		fail_node(g, n, "E-TYPE", "input 0 is %s; a file is u8", dtype_name(n->in[0]->dtype));
	need_rank(g, n, 0, 1, 1);
}

_Noreturn static void fail_image(Graph *g, const Node *n)
{
	fail_node(g, n, "E-IMAGE", "the bytes are no image, a damaged one, or one of a kind that is not decoded");
}

static void size_in(Graph *g, const Node *n, const Tensor *file, int64_t *size)
{
	int status = TCC_OK;

	image_size(file->data, file->count, size, 2, 1, 0, &status);
	if (status)
		fail_image(g, n);
}

/* ---- tcc.ImageSize ---- */

static void infer_size(Graph *g, Node *n)
{
	Dim two = dim(2);
	Shape y = shape_of(1, &two);

	need_file(g, n);
	set_out(g, n, 0, I64, &y);
}

static void eval_size(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	size_in(e->g, n, in[0], out_i64(e, out[0]));
}

static Routine routine_size(Graph *g, const Node *n)
{
	(void)g;
	(void)n;
	return (Routine){.name = "image_size"};
}

const Op op_tcc_ImageSize = {
	.name = "ImageSize", .domain = "tcc", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
	.types = "u", .infer = infer_size, .eval = eval_size, .routine = routine_size,
};

/* ---- tcc.ImagePixels ---- */

static void infer_pixels(Graph *g, Node *n)
{
	int count;
	Dim size[3] = {need_content(g, n, 1, &count)[0], need_content(g, n, 2, &count)[0], dim(channels_of(n))};
	Shape y = shape_of(3, size);

	need_file(g, n);
	set_out(g, n, 0, U8, &y);
}

/* What the decoder of the greediest format takes for a file of n bytes and a picture of h * w. */
static int64_t work_bytes(Graph *g, const Node *node, int64_t n, int64_t h, int64_t w)
{
	if (h > INT32_MAX / 64 || w > INT32_MAX / 64 || h * w > ((int64_t)1 << 40) || n > ((int64_t)1 << 40))
		fail_node_as(g, node, EXIT_LIMIT, "E-SIZE", "memory for an image of %lld x %lld pixels", (long long)h, (long long)w);
	return image_room(n, h, w);
}

/* y, from a file with a picture of that size. */
static void decode(Eval *e, const Node *n, const Tensor *file, const int64_t *size, Tensor *y)
{
	int64_t c = channels_of(n), sizes[3] = {size[0], size[1], c}, room = work_bytes(e->g, n, file->count, size[0], size[1]);
	int status = TCC_OK;

	out_sizes(e, y, 3, sizes);
	image_pixels(file->data, file->count, y->data, (int)size[0], (int)size[1], (int)c, size[1] * c, c, 1,
		     (int)ATTR_OF(n, ImageDecoder)->pixel_format, arena_alloc(&e->g->ctx->scratch, (size_t)room), room, &status);
	if (status)
		fail_image(e->g, n);
}

static void eval_pixels(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int64_t size[2] = {in_i64(e, in[1])[0], in_i64(e, in[2])[0]}, found[2];

	size_in(e->g, n, in[0], found);
	if (found[0] != size[0] || found[1] != size[1])
		fail_node(e->g, n, "E-SHAPE", "an image of %lld x %lld pixels; the model gives other sizes", (long long)found[0],
			  (long long)found[1]);
	decode(e, n, in[0], size, out[0]);
}

static Routine routine_pixels(Graph *g, const Node *n)
{
	const Dim *size = n->out[0]->shape.dim;
	int64_t bytes = most_of(g, n, n->in[0]->shape.dim[0]);

	return (Routine){.name = "image_pixels", .setting = ATTR_OF(n, ImageDecoder)->pixel_format,
			 .work = work_bytes(g, n, bytes, most_of(g, n, size[0]), most_of(g, n, size[1]))};
}

static const Attr attrs[] = {ATTR_ENUM(ImageDecoder, pixel_format, 0, "RGB|BGR|Grayscale"), {0}};

const Op op_tcc_ImagePixels = {
	.name = "ImagePixels", .domain = "tcc", .min_in = 3, .max_in = 3, .min_out = 1, .max_out = 1,
	.attrs = attrs, .attr_size = sizeof(struct ImageDecoder),
	.types = "u", .infer = infer_pixels, .eval = eval_pixels, .routine = routine_pixels,
};

/* ---- ImageDecoder ---- */

static void infer(Graph *g, Node *n)
{
	Shape y = {.rank = 3, .dim = {NO_BOUND, NO_BOUND, dim(channels_of(n))}};
	int64_t size[2];

	need_file(g, n);
	if (n->in[0]->data) {
		size_in(g, n, n->in[0]->data, size);
		y.dim[0] = dim(size[0]);
		y.dim[1] = dim(size[1]);
	} else {
		y = counted_shape(g, n, 0, &y, 3);
	}
	set_out(g, n, 0, U8, &y);
}

/* Other sizes than the model gives, or more than their bounds, end here: before there is memory for all that. */
static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int64_t size[2];

	size_in(e->g, n, in[0], size);
	for (int k = 0; k < 2; k++) {
		Dim d = n->out[0]->shape.dim[k];
		int64_t least = dim_lo(e->g->syms, d), most = dim_hi(e->g->syms, d);
		if (size[k] < least || size[k] > most)
			fail_node(e->g, n, "E-SHAPE", "size %d of the image is %lld; it may be %lld..%lld", k, (long long)size[k],
				  (long long)least, (long long)most);
	}
	decode(e, n, in[0], size, out[0]);
}

static void expand(Graph *g, Node *n)
{
	Value *size = put(g, n, "tcc.ImageSize", n->in[0], END_IN), *count[2];

	for (int k = 0; k < 2; k++)
		count[k] = counted_value(g, n, element(g, n, size, k), n->out[0]->shape.dim[k]);
	value_replace(g, n->out[0], put_attr(g, n, "tcc.ImagePixels", n->attr, n->in[0], count[0], count[1], END_IN));
}

const Op op_ImageDecoder = {
	.name = "ImageDecoder", .domain = "", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .flags = CHOOSES,
	.attrs = attrs, .attr_size = sizeof(struct ImageDecoder),
	.types = "u", .infer = infer, .eval = eval, .expand = expand,
};
