/* nms.c -- NonMaxSuppression (10, 11): for each class of each picture the boxes with the best scores, without those that
 * overlap a better one too much.
 *
 *     boxes [pictures, n, 4], scores [pictures, classes, n]      y [count, 3]: picture, class, box
 *
 * Boxes are walked in the order of their scores; one is kept if its score is above the least one, fewer than the most are
 * kept so far, and it shares no more than `overlap` of the union with one that is kept. Compared are all pairs, one box
 * with all in each step. How many are kept is given by the file, or counted (see counted.h). */
#include <string.h>
#include "ir/op/chosen.h"
#include "ir/op/scan.h"

enum { BOXES, SCORES, MOST, OVERLAP, LEAST };

struct Nms { int64_t center_point_box; };

/* No more than all boxes of each class, or the most that are asked for. */
static Dim most_kept(Graph *g, const Node *n)
{
	const Shape *scores = &n->in[SCORES]->shape;
	Dim each = scores->dim[2];
	int count;

	if (!has_in(n, MOST))
		return dim(0);
	const Dim *most = content_of(g, n, MOST, &count);
	if (most)
		each = dim_min(g->syms, each, dim_max(g->syms, *most, dim(0)));
	return dim_mul(g->syms, dim_mul(g->syms, scores->dim[0], scores->dim[1]), each);
}

static void infer(Graph *g, Node *n)
{
	need_rank(g, n, BOXES, 3, 3);
	need_rank(g, n, SCORES, 3, 3);
	need_size(g, n, BOXES, 2, dim(4));
	need_size(g, n, SCORES, 0, n->in[BOXES]->shape.dim[0]);
	need_size(g, n, SCORES, 2, n->in[BOXES]->shape.dim[1]);
	for (int i = BOXES; i <= LEAST; i++) {
		if (!has_in(n, i))
			continue;
		need_type(g, n, i, i == MOST ? "i" : "f");
		if (i >= MOST && !dim_is(shape_count(g, &n->in[i]->shape), 1))
			fail_node(g, n, "E-SHAPE", "input %d has shape %s; it must be one number", i,
				  shape_text(g, &n->in[i]->shape));
	}
	Dim size[2] = {counted_size(g, n, 0, 2, 0, most_kept(g, n)), dim(3)};
	Shape y = shape_of(2, size);
	set_out(g, n, 0, I64, &y);
}

/* ---- the corners of boxes: y0 x0 y1 x1, each without the last axis ---- */

typedef struct Corners {
	Value *lo[2], *hi[2], *area;
} Corners;

static Value *coordinate(Graph *g, const Node *n, Value *boxes, int k)
{
	return put_attr(g, n, "Gather", &(struct Gather){-1}, boxes, value_scalar(g, I64, k), END_IN);
}

static Corners corners_of(Graph *g, const Node *n, Value *boxes)
{
	Corners c;
	Value *side[2];

	for (int d = 0; d < 2; d++) {
		Value *a = coordinate(g, n, boxes, d), *b = coordinate(g, n, boxes, d + 2);
		if (ATTR_OF(n, Nms)->center_point_box) {
			Value *half = binary(g, n, "Mul", b, value_scalar(g, b->dtype, 0.5));
			c.lo[d] = binary(g, n, "Sub", a, half);
			c.hi[d] = binary(g, n, "Add", a, half);
		} else {
			c.lo[d] = binary(g, n, "Min", a, b);
			c.hi[d] = binary(g, n, "Max", a, b);
		}
		side[d] = binary(g, n, "Sub", c.hi[d], c.lo[d]);
	}
	c.area = binary(g, n, "Mul", side[0], side[1]);
	return c;
}

/* Whether a and b share more than `overlap` of their union. */
static Value *overlaps(Graph *g, const Node *n, const Corners *a, const Corners *b, Value *overlap)
{
	Value *shared = NULL, *zero = value_scalar(g, a->area->dtype, 0);

	for (int d = 0; d < 2; d++) {
		Value *lo = binary(g, n, "Max", a->lo[d], b->lo[d]), *hi = binary(g, n, "Min", a->hi[d], b->hi[d]);
		Value *side = binary(g, n, "Max", binary(g, n, "Sub", hi, lo), zero);
		shared = shared ? binary(g, n, "Mul", shared, side) : side;
	}
	Value *all = binary(g, n, "Sub", binary(g, n, "Add", a->area, b->area), shared);
	return binary(g, n, "Greater", shared, binary(g, n, "Mul", all, overlap));
}

/* ---- one step: kept bool[pictures, classes, n], and box i of that order -> kept with or without it ---- */

typedef struct Walk {
	Graph *g;
	Node *n;
	Value *boxes, *scores; /* by score: [pictures, classes, n, 4], [pictures, classes, n] */
	Value *most, *overlap; /* [1] */
	Value *least;          /* [1], or NULL */
	Value *count;          /* of boxes, a scalar */
	int64_t classes;
} Walk;

static Value *outer(Graph *body, const char *name, const Value *v) { return value_input(body, name, v->dtype, &v->shape); }

static Graph *step_graph(const Walk *w)
{
	Graph *b = graph_new(w->g->ctx, w->g->syms, w->n->name, w->g);
	const Node *n = w->n;
	Shape all = w->scores->shape, each = {.rank = 2, .dim = {all.dim[0], all.dim[1]}}, one = {.rank = 0};
	Shape corners = {.rank = 3, .dim = {all.dim[0], all.dim[1], dim(4)}};
	int64_t last = 2;
	Value *kept = value_input(b, "kept", BOOL, &all), *box = value_input(b, "box", w->boxes->dtype, &corners);
	Value *score = value_input(b, "score", w->scores->dtype, &each), *i = value_input(b, "i", I64, &one);
	Value *boxes = outer(b, "boxes", w->boxes), *most = outer(b, "most", w->most), *overlap = outer(b, "overlap", w->overlap);

	Corners own = corners_of(b, n, with_axes(b, n, box, 1, &last)), others = corners_of(b, n, boxes);
	Value *covered = binary(b, n, "And", kept, overlaps(b, n, &own, &others, overlap));
	Value *fits = put(b, n, "Not", reduced(b, n, "ReduceMax", covered, 2, true), END_IN);
	Value *so_far = reduced(b, n, "ReduceSum", cast_value(b, n, kept, I64), 2, true);
	fits = binary(b, n, "And", fits, binary(b, n, "Less", so_far, most));
	b->ncaptured = 3;
	if (w->least) {
		Value *least = outer(b, "least", w->least);
		fits = binary(b, n, "And", fits, binary(b, n, "Greater", with_axes(b, n, score, 1, &last), least));
		b->ncaptured = 4;
	}
	Value *here = binary(b, n, "Equal", counted(b, n, kept, 2), i);
	graph_output(b, binary(b, n, "Or", kept, binary(b, n, "And", fits, here)), NULL);
	return b;
}

static Ints list_of(Graph *g, int n, int64_t a, int64_t b, int64_t c)
{
	return (Ints){arena_copy(&g->ctx->perm, (int64_t[]){a, b, c}, 3 * sizeof(int64_t)), n};
}

/* kept, after all boxes; flat. */
static Value *walked(const Walk *w)
{
	Graph *g = w->g, *body = step_graph(w);
	Value *none = put(g, w->n, "Expand", value_scalar(g, BOOL, 0), shape_value(g, w->n, w->scores), END_IN);
	Value *in[8] = {none, w->boxes, w->scores, counted(g, w->n, w->scores, 2), w->boxes, w->most, w->overlap, w->least};
	struct scan *attr = attr_new(g, &op_Scan);

	*attr = (struct scan){0, 3, list_of(g, 3, 2, 2, 0), list_of(g, 3, 0, 0, 0), list_of(g, 0, 0, 0, 0), list_of(g, 0, 0, 0, 0)};
	return flat(g, w->n, node_control(g, &op_Scan, w->n, w->least ? 8 : 7, in, 1, attr, 1, &body)->out[0]);
}

/* ---- all of it ---- */

static Value *one_number(Graph *g, Node *n, int slot, DType t, double otherwise)
{
	if (!has_in(n, slot))
		return reshaped(g, n, value_scalar(g, t, otherwise), 1, (int64_t[]){1});
	return cast_value(g, n, reshaped(g, n, n->in[slot], 1, (int64_t[]){1}), t);
}

/* The boxes of each class by score; *order says which each one is. */
static Value *sorted_boxes(Walk *w, Value **order)
{
	Graph *g = w->g;
	Value *in[2] = {w->n->in[SCORES], as_vector(g, w->n, w->count)};
	struct TopK *attr = attr_new(g, &op_topk);

	*attr = (struct TopK){-1, 1, 1};
	Node *top = node_new(g, &op_topk, w->n, 2, in, 2, attr);
	w->scores = top->out[0];
	*order = top->out[1];
	int64_t last = 3, second = 1, size[4] = {1, w->classes, 1, 1};
	Value *all = put(g, w->n, "Expand", with_axes(g, w->n, w->n->in[BOXES], 1, &second), value_i64(g, 4, size), END_IN);
	return put_attr(g, w->n, "GatherND", &(struct GatherND){2}, all, with_axes(g, w->n, *order, 1, &last), END_IN);
}

static Value *column(const Walk *w, Value *v)
{
	int64_t last = 1;

	return with_axes(w->g, w->n, v, 1, &last);
}

static void expand(Graph *g, Node *n)
{
	const Dim *size = n->in[SCORES]->shape.dim;
	Walk w = {.g = g, .n = n, .classes = dim_number(g, n, size[1]),
		  .count = size_of(g, n, n->in[SCORES], 2)};
	DType t = n->in[BOXES]->dtype;
	Value *order;

	w.boxes = sorted_boxes(&w, &order);
	w.most = one_number(g, n, MOST, I64, 0);
	w.overlap = one_number(g, n, OVERLAP, t, 0);
	w.least = has_in(n, LEAST) ? one_number(g, n, LEAST, n->in[SCORES]->dtype, 0) : NULL;
	Value *p = positions_chosen(g, n, walked(&w), n->out[0]->shape.dim[0]);
	Value *boxes = w.count, *classes = value_scalar(g, I64, (double)w.classes);
	Value *row = binary(g, n, "Div", p, boxes);
	Value *picture = binary(g, n, "Div", row, classes), *class = binary(g, n, "Mod", row, classes);
	Value *box = picked(g, n, flat(g, n, order), p, 0);
	value_replace(g, n->out[0], joined(g, n, 1, joined(g, n, 1, column(&w, picture), column(&w, class)), column(&w, box)));
}

static const Attr attrs[] = {ATTR_INT(Nms, center_point_box, 0), {0}};

const Op op_NonMaxSuppression = {
	.name = "NonMaxSuppression", .min_in = 2, .max_in = 5, .min_out = 1, .max_out = 1, .flags = CHOOSES,
	.attrs = attrs, .attr_size = sizeof(struct Nms),
	.infer = infer, .eval = eval_expansion, .expand = expand,
};
