/* nms.c -- NonMaxSuppression (10, 11): for each class of each picture the boxes with the best scores, without those that
 * overlap a better one too much.
 *
 *     boxes [pictures, n, 4], scores [pictures, classes, n]      y [count, 3]: picture, class, box
 *
 * tcc.KeptBoxes walks the boxes of each class in the order of their scores; one is kept if its score is above the least one,
 * fewer than the most are kept so far, and it shares no more than `overlap` of the union with one that is kept. How many are
 * kept is given by the file, or counted (see counted.h). */
#include <math.h>
#include <stdlib.h>
#include "ir/op/chosen.h"

enum { BOXES, SCORES, MOST, OVERLAP, LEAST };

struct Nms { int64_t center_point_box; };

/* Of each class: no more than all boxes, or the most that are asked for. */
static Dim most_of_class(Graph *g, const Node *n)
{
	Dim each = n->in[SCORES]->shape.dim[2];
	int count;
	const Dim *most = content_of(g, n, MOST, &count);

	return most ? dim_min(g->syms, each, dim_max(g->syms, *most, dim(0))) : each;
}

static Dim most_kept(Graph *g, const Node *n)
{
	const Shape *scores = &n->in[SCORES]->shape;

	if (!has_in(n, MOST))
		return dim(0);
	return dim_mul(g->syms, dim_mul(g->syms, scores->dim[0], scores->dim[1]), most_of_class(g, n));
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
		if (i >= MOST)
			need_one(g, n, i);
	}
	Dim size[2] = {counted_size(g, n, 0, 2, 0, most_kept(g, n)), dim(3)};
	Shape y = shape_of(2, size);
	set_out(g, n, 0, I64, &y);
}

/* ---- tcc.KeptBoxes: of each class of each picture the boxes that are kept, the best first; then -1 ----
 * boxes, scores, overlap and least of f32, all as vectors; inputs 5 to 7: pictures, classes, and room for how many boxes. */

enum { PICTURES = 5, CLASSES, ROOM };

struct Kept {
	int64_t center_point_box;
	int64_t above; /* scores have to be above the least one */
};

typedef struct Box {
	double lo[2], hi[2], area;
} Box;

static void kept_infer(Graph *g, Node *n)
{
	Dim size[3];
	int count;

	for (int k = 0; k < 3; k++)
		size[k] = need_content(g, n, PICTURES + k, &count)[0];
	Shape y = shape_of(3, size);
	set_out(g, n, 0, I64, &y);
}

static double lesser(double a, double b) { return a < b || isnan(a) ? a : b; }

static double greater(double a, double b) { return a > b || isnan(a) ? a : b; }

static Box box_of(const double *x, bool centered)
{
	Box b;

	for (int d = 0; d < 2; d++) {
		double half = x[d + 2] * 0.5;
		b.lo[d] = centered ? x[d] - half : lesser(x[d], x[d + 2]);
		b.hi[d] = centered ? x[d] + half : greater(x[d], x[d + 2]);
	}
	b.area = (float)((b.hi[0] - b.lo[0]) * (b.hi[1] - b.lo[1]));
	return b;
}

/* a shares more than `overlap` of the union with b. Areas are floats, as the operator's are: those that vanish in f32 share
 * nothing. */
static bool shares(const Box *a, const Box *b, double overlap)
{
	float shared = 1;

	for (int d = 0; d < 2; d++)
		shared *= (float)fmax(fmin(a->hi[d], b->hi[d]) - fmax(a->lo[d], b->lo[d]), 0);
	return shared > (a->area + b->area - shared) * overlap;
}

typedef struct Place {
	double score;
	int64_t box;
} Place;

/* The best first, NaN before all numbers; of equal ones the first. */
static int by_score(const void *a, const void *b)
{
	const Place *p = a, *q = b;

	if (isnan(p->score) != isnan(q->score))
		return isnan(p->score) ? -1 : 1;
	return p->score > q->score ? -1 : p->score < q->score ? 1 : p->box < q->box ? -1 : 1;
}

/* Of one class: writes those that are kept, no more than `most`, and says how many. */
static int64_t keep(const Node *n, const double *boxes, Place *place, int64_t count, int64_t most, double overlap, int64_t *kept)
{
	bool centered = ATTR_OF(n, Kept)->center_point_box != 0;
	int64_t found = 0;

	qsort(place, (size_t)count, sizeof *place, by_score);
	for (int64_t i = 0; i < count && found < most; i++) {
		Box box = box_of(boxes + 4 * place[i].box, centered);
		bool covered = false;
		for (int64_t k = 0; k < found && !covered; k++) {
			Box other = box_of(boxes + 4 * kept[k], centered);
			covered = shares(&box, &other, overlap);
		}
		if (!covered)
			kept[found++] = place[i].box;
	}
	return found;
}

static void kept_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const double *boxes = in_f64(e, in[BOXES]), *scores = in_f64(e, in[SCORES]);
	double overlap = in_f64(e, in[OVERLAP])[0], least = in_f64(e, in[LEAST])[0];
	int64_t *y = out_i64(e, out[0]), classes = out[0]->dim[1], room = out[0]->dim[2], rows = out[0]->dim[0] * classes;
	int64_t all = rows ? in[SCORES]->count / rows : 0, most = in_i64(e, in[MOST])[0];
	Place *place = NEW_N(&e->g->ctx->scratch, Place, all + 1);

	for (int64_t row = 0; row < rows; row++) {
		int64_t count = 0;
		for (int64_t i = 0; i < all; i++)
			if (!ATTR_OF(n, Kept)->above || scores[row * all + i] > least)
				place[count++] = (Place){scores[row * all + i], i};
		int64_t *kept = y + row * room;
		count = keep(n, boxes + row / classes * all * 4, place, count, most < room ? most : room, overlap, kept);
		for (; count < room; count++)
			kept[count] = -1;
	}
}

/* A queue of boxes, and what is known of those that are kept: five floats each. */
static Routine kept_routine(Graph *g, const Node *n)
{
	const struct Kept *a = n->attr;
	int64_t boxes = most_of(g, n, n->in[BOXES]->shape.dim[0]) / 4, room = most_of(g, n, n->out[0]->shape.dim[2]);

	return (Routine){.name = "boxes_kept", .vectors = true, .setting = (a->center_point_box != 0) | a->above << 1,
			 .work = boxes * 8 + (room + 15) / 16 * 16 * 5 * 4};
}

static const Attr kept_attrs[] = {ATTR_INT(Kept, center_point_box, 0), ATTR_INT(Kept, above, 0), {0}};

const Op op_tcc_KeptBoxes = {
	.name = "KeptBoxes", .domain = "tcc", .min_in = 8, .max_in = 8, .min_out = 1, .max_out = 1,
	.attrs = kept_attrs, .attr_size = sizeof(struct Kept),
	.types = "f", .infer = kept_infer, .eval = kept_eval, .routine = kept_routine,
};

/* ---- all of it ---- */

static Value *one_number(Graph *g, Node *n, int slot, DType t)
{
	if (!has_in(n, slot))
		return reshaped(g, n, value_scalar(g, t, 0), 1, (int64_t[]){1});
	return cast_value(g, n, reshaped(g, n, n->in[slot], 1, (int64_t[]){1}), t);
}

static Value *column(Graph *g, const Node *n, Value *v)
{
	int64_t last = 1;

	return with_axes(g, n, v, 1, &last);
}

/* [pictures, classes, room]: which boxes are kept. */
static Value *kept_boxes(Graph *g, Node *n, int64_t room)
{
	struct Kept attr = {ATTR_OF(n, Nms)->center_point_box, has_in(n, LEAST)};
	Value *boxes = flat(g, n, cast_value(g, n, n->in[BOXES], F32)), *scores = flat(g, n, cast_value(g, n, n->in[SCORES], F32));

	return put_attr(g, n, "tcc.KeptBoxes", &attr, boxes, scores, one_number(g, n, MOST, I64), one_number(g, n, OVERLAP, F32),
			one_number(g, n, LEAST, F32), size_of(g, n, n->in[SCORES], 0), size_of(g, n, n->in[SCORES], 1),
			value_scalar(g, I64, (double)room), END_IN);
}

static void expand(Graph *g, Node *n)
{
	int64_t room = most_of(g, n, most_of_class(g, n));
	room += room == 0;
	Value *list = flat(g, n, kept_boxes(g, n, room));
	Value *mask = binary(g, n, "GreaterOrEqual", list, value_scalar(g, I64, 0));
	Value *p = positions_chosen(g, n, mask, n->out[0]->shape.dim[0]);
	Value *classes = size_of(g, n, n->in[SCORES], 1);
	Value *row = binary(g, n, "Div", p, value_scalar(g, I64, (double)room));
	Value *picture = binary(g, n, "Div", row, classes), *class = binary(g, n, "Mod", row, classes);
	Value *box = picked(g, n, list, p, 0);
	value_replace(g, n->out[0], joined(g, n, 1, joined(g, n, 1, column(g, n, picture), column(g, n, class)), column(g, n, box)));
}

static const Attr attrs[] = {ATTR_INT(Nms, center_point_box, 0), {0}};

const Op op_NonMaxSuppression = {
	.name = "NonMaxSuppression", .min_in = 2, .max_in = 5, .min_out = 1, .max_out = 1, .flags = CHOOSES,
	.attrs = attrs, .attr_size = sizeof(struct Nms),
	.types = "f", .infer = infer, .eval = eval_expansion, .expand = expand,
};
