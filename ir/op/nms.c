/* nms.c -- NonMaxSuppression (10, 11): for each class of each picture the boxes with the best scores, without those that
 * overlap a better one too much.
 *
 *     boxes [pictures, n, 4], scores [pictures, classes, n]      y [count, 3]: picture, class, box
 *
 * Boxes are walked in the order of their scores, those of all classes at once; one is kept if its score is above the
 * least one, fewer than the most are kept so far, and it shares no more than `overlap` of the union with one that is kept.
 * It is compared with a list of these. The walk ends where no class can keep another. How many are kept is given by the
 * file, or counted (see counted.h). */
#include <math.h>
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
		if (i >= MOST && !dim_is(shape_count(g, &n->in[i]->shape), 1))
			fail_node(g, n, "E-SHAPE", "input %d has shape %s; it must be one number", i,
				  shape_text(g, &n->in[i]->shape));
	}
	Dim size[2] = {counted_size(g, n, 0, 2, 0, most_kept(g, n)), dim(3)};
	Shape y = shape_of(2, size);
	set_out(g, n, 0, I64, &y);
}

/* ---- what is known of a box: its corners, its area, and which one it is ---- */

enum { LO, HI = 2, AREA = 4, WHICH, FACTS };

static Value *fact(Graph *g, const Node *n, Value *facts, int k, int axis)
{
	return put_attr(g, n, "Gather", &(struct Gather){axis}, facts, value_scalar(g, I64, k), END_IN);
}

/* The two ends of boxes along axis d. */
static void find_ends(Graph *g, const Node *n, Value *boxes, int d, Value **lo, Value **hi)
{
	Value *a = fact(g, n, boxes, d, -1), *b = fact(g, n, boxes, d + 2, -1);

	if (ATTR_OF(n, Nms)->center_point_box) {
		Value *half = binary(g, n, "Mul", b, value_scalar(g, b->dtype, 0.5));
		*lo = binary(g, n, "Sub", a, half);
		*hi = binary(g, n, "Add", a, half);
	} else {
		*lo = binary(g, n, "Min", a, b);
		*hi = binary(g, n, "Max", a, b);
	}
}

/* boxes [.., 4] and their numbers [..] as [.., FACTS] */
static Value *facts_of(Graph *g, const Node *n, Value *boxes, Value *which)
{
	Value *v[FACTS], *all = NULL;
	int64_t last = which->shape.rank;

	for (int d = 0; d < 2; d++)
		find_ends(g, n, boxes, d, &v[LO + d], &v[HI + d]);
	v[AREA] = binary(g, n, "Mul", binary(g, n, "Sub", v[HI], v[LO]), binary(g, n, "Sub", v[HI + 1], v[LO + 1]));
	v[WHICH] = cast_value(g, n, which, boxes->dtype);
	for (int k = 0; k < FACTS; k++) {
		Value *one = with_axes(g, n, v[k], 1, &last);
		all = all ? joined(g, n, last, all, one) : one;
	}
	return all;
}

/* Whether a box [.., FACTS, 1] shares more than `overlap` of the union with each of a list [.., FACTS, m]. */
static Value *overlaps(Graph *g, const Node *n, Value *box, Value *list, Value *overlap)
{
	Value *shared = NULL, *zero = value_scalar(g, box->dtype, 0);

	for (int d = 0; d < 2; d++) {
		Value *lo = binary(g, n, "Max", fact(g, n, box, LO + d, 2), fact(g, n, list, LO + d, 2));
		Value *hi = binary(g, n, "Min", fact(g, n, box, HI + d, 2), fact(g, n, list, HI + d, 2));
		Value *side = binary(g, n, "Max", binary(g, n, "Sub", hi, lo), zero);
		shared = shared ? binary(g, n, "Mul", shared, side) : side;
	}
	Value *both = binary(g, n, "Add", fact(g, n, box, AREA, 2), fact(g, n, list, AREA, 2));
	return binary(g, n, "Greater", shared, binary(g, n, "Mul", binary(g, n, "Sub", both, shared), overlap));
}

/* ---- one step: the list of those kept [pictures, classes, FACTS, most], and how many [pictures, classes, 1] ---- */

typedef struct Walk {
	Graph *g;
	Node *n;
	Value *facts, *scores; /* by score: [pictures, classes, n, FACTS], [pictures, classes, n] */
	Value *order;          /* which boxes these are */
	Value *most, *overlap; /* [1] */
	Value *least;          /* [1], or NULL */
	int64_t classes, room; /* room: in the list of a class */
} Walk;

static Value *outer(Graph *body, const char *name, const Value *v)
{
	body->ncaptured++;
	return value_input(body, name, v->dtype, &v->shape);
}

/* Of box i of each class, where it goes in the list: -1 where it is not kept. going: some class may keep another. */
static Value *slot_of(const Walk *w, Graph *b, Value *box, Value *score, Value *list, Value *count, Value **going)
{
	const Node *n = w->n;
	Value *overlap = outer(b, "overlap", w->overlap), *most = outer(b, "most", w->most);
	Value *may = binary(b, n, "Less", count, most);

	if (w->least)
		may = binary(b, n, "And", may, binary(b, n, "Greater", score, outer(b, "least", w->least)));
	*going = reshaped(b, n, reduced(b, n, "ReduceMax", flat(b, n, cast_value(b, n, may, F32)), 0, false), 0, NULL);
	Value *covered = cast_value(b, n, overlaps(b, n, box, list, overlap), F32);
	covered = binary(b, n, "Greater", reduced(b, n, "ReduceMax", covered, 2, true), value_scalar(b, F32, 0));
	Value *fits = binary(b, n, "And", may, put(b, n, "Not", covered, END_IN));
	return put(b, n, "Where", fits, count, value_scalar(b, I64, -1), END_IN);
}

/* states: going, list, count */
static Graph *step_graph(const Walk *w, Value *list_before, Value *count_before)
{
	Graph *b = graph_new(w->g->ctx, w->g->syms, w->n->name, w->g);
	const Node *n = w->n;
	Shape one = {.rank = 0};
	int64_t last = 2, behind = 3;
	Value *i = value_input(b, "i", I64, &one), *going = value_input(b, "going", BOOL, &one);
	Value *list = value_input(b, "list", list_before->dtype, &list_before->shape);
	Value *count = value_input(b, "count", I64, &count_before->shape);
	Value *facts = outer(b, "facts", w->facts), *scores = outer(b, "scores", w->scores);

	Value *box = put_attr(b, n, "Gather", &(struct Gather){2}, facts, i, END_IN);
	box = with_axes(b, n, box, 1, &behind);
	Value *score = with_axes(b, n, put_attr(b, n, "Gather", &(struct Gather){2}, scores, i, END_IN), 1, &last);
	Value *slot = slot_of(w, b, box, score, list, count, &going);
	Value *here = binary(b, n, "Equal", counted(b, n, list, 3), with_axes(b, n, slot, 1, &behind));
	Value *kept = binary(b, n, "GreaterOrEqual", slot, value_scalar(b, I64, 0));
	graph_output(b, binary(b, n, "Greater", going, value_scalar(b, F32, 0)), NULL);
	graph_output(b, put(b, n, "Where", here, box, list, END_IN), NULL);
	graph_output(b, binary(b, n, "Add", count, cast_value(b, n, kept, I64)), NULL);
	return b;
}

/* What is not there yet has an endless area: it shares nothing that counts. */
static Value *empty_list(const Walk *w, int64_t pictures)
{
	int64_t size[4] = {pictures, w->classes, FACTS, w->room};
	Tensor *t = tensor_new(&w->g->ctx->perm, w->facts->dtype, 4, size);

	for (int64_t i = 0; i < t->count; i++)
		store_f64(t->dtype, t->data, i, i / w->room % FACTS == AREA ? INFINITY : 0);
	return value_const(w->g, NULL, t);
}

/* The lists after all boxes; *count: how long they are. */
static Value *walked(const Walk *w, Value **count)
{
	Graph *g = w->g;
	int64_t pictures = dim_number(g, w->n, w->scores->shape.dim[0]), size[3] = {pictures, w->classes, 1};
	Value *list = empty_list(w, pictures);
	*count = value_const(g, NULL, tensor_new(&g->ctx->perm, I64, 3, size));
	Value *in[9] = {size_of(g, w->n, w->scores, 2), NULL, list, *count, w->facts, w->scores, w->overlap, w->most, w->least};
	Graph *body = step_graph(w, list, *count);

	Node *loop = node_control(g, &op_Loop, w->n, w->least ? 9 : 8, in, 2, attr_new(g, &op_Loop), 1, &body);
	*count = loop->out[1];
	return loop->out[0];
}

/* ---- all of it ---- */

static Value *one_number(Graph *g, Node *n, int slot, DType t, double otherwise)
{
	if (!has_in(n, slot))
		return reshaped(g, n, value_scalar(g, t, otherwise), 1, (int64_t[]){1});
	return cast_value(g, n, reshaped(g, n, n->in[slot], 1, (int64_t[]){1}), t);
}

/* The boxes of each class by score. The number of a box is a float too. */
static void sort_boxes(Walk *w)
{
	Graph *g = w->g;
	Value *in[2] = {w->n->in[SCORES], as_vector(g, w->n, size_of(g, w->n, w->n->in[SCORES], 2))};
	struct TopK *attr = attr_new(g, &op_topk);

	*attr = (struct TopK){-1, 1, 1};
	Node *top = node_new(g, &op_topk, w->n, 2, in, 2, attr);
	w->scores = top->out[0];
	w->order = top->out[1];
	int64_t last = 3, second = 1, size[4] = {1, w->classes, 1, 1};
	bool exact = w->n->in[BOXES]->dtype == F64 || most_of(g, w->n, w->n->in[BOXES]->shape.dim[1]) < 1 << 24;
	Value *boxes = cast_value(g, w->n, w->n->in[BOXES], exact && w->n->in[BOXES]->dtype != F64 ? F32 : F64);
	Value *all = put(g, w->n, "Expand", with_axes(g, w->n, boxes, 1, &second), value_i64(g, 4, size), END_IN);
	boxes = put_attr(g, w->n, "GatherND", &(struct GatherND){2}, all, with_axes(g, w->n, w->order, 1, &last), END_IN);
	w->facts = facts_of(g, w->n, boxes, w->order);
}

static Value *column(const Walk *w, Value *v)
{
	int64_t last = 1;

	return with_axes(w->g, w->n, v, 1, &last);
}

static void expand(Graph *g, Node *n)
{
	const Dim *size = n->in[SCORES]->shape.dim;
	Walk w = {.g = g, .n = n, .classes = dim_number(g, n, size[1]), .room = most_of(g, n, most_of_class(g, n))};
	Value *count;

	w.room += w.room == 0;
	sort_boxes(&w);
	w.most = one_number(g, n, MOST, I64, 0);
	w.overlap = one_number(g, n, OVERLAP, w.facts->dtype, 0);
	w.least = has_in(n, LEAST) ? one_number(g, n, LEAST, n->in[SCORES]->dtype, 0) : NULL;
	Value *list = fact(g, n, walked(&w, &count), WHICH, 2);
	Value *mask = flat(g, n, binary(g, n, "Less", counted(g, n, list, 2), count));
	Value *p = positions_chosen(g, n, mask, n->out[0]->shape.dim[0]);
	Value *room = value_scalar(g, I64, (double)w.room), *classes = value_scalar(g, I64, (double)w.classes);
	Value *row = binary(g, n, "Div", p, room);
	Value *picture = binary(g, n, "Div", row, classes), *class = binary(g, n, "Mod", row, classes);
	Value *box = cast_value(g, n, picked(g, n, flat(g, n, list), p, 0), I64);
	value_replace(g, n->out[0], joined(g, n, 1, joined(g, n, 1, column(&w, picture), column(&w, class)), column(&w, box)));
}

static const Attr attrs[] = {ATTR_INT(Nms, center_point_box, 0), {0}};

const Op op_NonMaxSuppression = {
	.name = "NonMaxSuppression", .min_in = 2, .max_in = 5, .min_out = 1, .max_out = 1, .flags = CHOOSES,
	.attrs = attrs, .attr_size = sizeof(struct Nms),
	.types = "f", .infer = infer, .eval = eval_expansion, .expand = expand,
};
