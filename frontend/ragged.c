/* ragged.c -- what turns of a Loop add to a state, where data decide how much that is, another size each turn:
 *
 *     body    part f32[k,4]  ->  Pad(part) f32[most,4], and k              most: the bound of k
 *     behind  Compress(all turns' parts, joined; those before k of each)
 *
 * Its other sizes are those of the state, which the run is asked. */
#include "frontend/rewrite.h"
#include "ir/op/bodies.h"
#include "ir/op/composite.h"
#include "ir/op/counted.h"

/* None of the state's elements, in front of the part: so the other sizes are those of the state. */
static Value *sized_as_state(Raw *r, Frame *body, Value *part, Value *first, int64_t axis)
{
	Graph *g = body->g;
	Value *like = captured(body, r, "", first);

	if (!dim_is(like->shape.dim[axis], 0))
		like = put(g, NULL, "Slice", like, number(g, 0), number(g, 0), number(g, axis), END_IN);
	return joined(g, NULL, axis, like, part);
}

static bool differs_inside(const Graph *g, const Value *part, const Value *first, int64_t axis)
{
	for (int k = 0; k < part->shape.rank; k++)
		if (k != axis && is_counted_inside(g, part->shape.dim[k]) && !dim_same(part->shape.dim[k], first->shape.dim[k]))
			return true;
	return false;
}

Value *filled_up_to(const Raw *r, Graph *g, Value *part, int64_t axis, int64_t most)
{
	const Node like = {.op = op_find(r->domain, r->type), .name = r->name, .nin = 1, .in = &part};
	Dim pads[2 * MAX_RANK], k = part->shape.dim[axis];
	int rank = part->shape.rank;

	if (dim_is(k, most))
		return part;
	for (int i = 0; i < 2 * rank; i++)
		pads[i] = dim(0);
	pads[rank + axis] = dim_sub(g->syms, dim(most), k);
	return put(g, &like, "Pad", part, dims_as_value(g, &like, part, pads, 2 * rank), END_IN);
}

/* In its largest size. */
static Value *filled_up(const Raw *r, Graph *g, Value *part, int64_t axis)
{
	const Node like = {.op = op_find(r->domain, r->type), .name = r->name};

	return filled_up_to(r, g, part, axis, most_of(g, &like, part->shape.dim[axis]));
}

Value *part_of_turn(Raw *r, Frame *body, Value *part, Value *first, int64_t axis, Value **count)
{
	Graph *g = body->g;

	*count = NULL;
	if (axis < -part->shape.rank || axis >= part->shape.rank)
		return part;
	axis += axis < 0 ? part->shape.rank : 0;
	if (first->shape.rank == part->shape.rank && differs_inside(g, part, first, axis))
		part = sized_as_state(r, body, part, first, axis);
	if (!is_counted_inside(g, part->shape.dim[axis]))
		return part;
	*count = size_of(g, NULL, part, (int)axis);
	return filled_up(r, g, part, axis);
}

/* i < counts[t] for element i of turn t, as they stand one behind the other. */
static Value *is_there(Graph *g, int64_t most, Value *counts)
{
	int64_t second = 1, all = -1;
	Value *less = binary(g, NULL, "Less", count_to(g, most), with_axes(g, NULL, counts, 1, &second));

	return reshaped(g, NULL, less, 1, &all);
}

Value *parts_as_counted(const Raw *r, Value *joined, int64_t axis, int64_t most, Value *counts, char *name)
{
	NodeProto *proto = arena_copy(r->f->im->arena, r->proto, sizeof *r->proto);
	Raw e = more(r, "Compress", joined, is_there(r->f->g, most, counts));

	proto->n_output = 1;
	proto->output = arena_copy(r->f->im->arena, &name, sizeof name);
	e.proto = proto;
	set_int(&e, "axis", axis);
	return finish(&e);
}
