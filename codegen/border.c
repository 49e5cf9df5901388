/* border.c -- zeros around a value, or bytes that stand for zero, written before its elements are.
 *
 *     memset(y - 880, 0, ...);                      the row above
 *     for (int i = 0; i < 17; i++)
 *             memset(y + 840*i - 40, 0, ...);       the column to the left
 *
 * y points to element 0,..,0; axes are taken in memory order, so every piece is one run of bytes. */
#include <string.h>
#include "codegen/module.h"

typedef struct Border {
	Printer *p;
	const Value *v;
	int64_t corner[MAX_RANK + 1]; /* by depth: from element 0 back to where the run of the deeper axes begins */
	const char *at;               /* "y + 840*i": where the loops stand */
} Border;

static void print_zeros(Border *b, int64_t from, int64_t count)
{
	long long bytes = (long long)dtype_bytes(b->v->dtype, count), fill = (long long)b->v->place->fill;
	if (from)
		print_line(b->p, "memset(%s %c %lld, %lld, %lld);", b->at, from < 0 ? '-' : '+', (long long)(from < 0 ? -from : from), fill, bytes);
	else
		print_line(b->p, "memset(%s, %lld, %lld);", b->at, fill, bytes);
}

static bool has_border_below(const Value *v, int depth)
{
	for (int k = depth; k < v->shape.rank; k++)
		if (v->place->before[v->order[k]] || v->place->after[v->order[k]])
			return true;
	return false;
}

static void print_depth(Border *b, int depth)
{
	static const char *const names[] = {"i", "j", "k", "l", "m", "n", "o", "p"};
	const Place *p = b->v->place;
	if (!has_border_below(b->v, depth))
		return;
	int axis = b->v->order[depth];
	int64_t step = p->stride[axis], n = b->v->shape.dim[axis].k;
	if (p->before[axis])
		print_zeros(b, -p->before[axis] * step - b->corner[depth + 1], p->before[axis] * step);
	if (has_border_below(b->v, depth + 1)) {
		const char *outer = b->at, *i = names[depth];
		if (n > 1) {
			const char *type = p->region->count > NARROW_MOST ? "int64_t" : "int";
			print_line(b->p, "for (%s %s = 0; %s < %s; %s++) {", type, i, i, size_text(b->p->m->unit, b->v->shape.dim[axis]), i);
			b->at = arena_format(b->p->out->arena, "%s + %lld*%s", outer, (long long)step, i);
			b->p->depth++;
		}
		print_depth(b, depth + 1);
		b->at = outer;
		if (n > 1) {
			b->p->depth--;
			print_line(b->p, "}");
		}
	}
	if (p->after[axis])
		print_zeros(b, n * step - b->corner[depth + 1], p->after[axis] * step);
}

/* In strips: all of a row outside of the value, the zeros around a row inside. */
static void print_rows(Border *b, const Held *h)
{
	int depth = 0;
	while (dim_is(b->v->shape.dim[b->v->order[depth]], 1))
		depth++;
	const char *row = arena_format(b->p->out->arena, "y + %lld*i", (long long)h->stride);
	bool inside = has_border_below(b->v, depth + 1);
	print_line(b->p, "for (int i = from; i < to; i++)");
	b->p->depth++;
	print_line(b->p, "if (i < 0 || i >= %lld) {", (long long)h->n);
	b->p->depth++;
	b->at = row;
	print_zeros(b, -b->corner[depth + 1], h->stride);
	b->p->depth--;
	print_line(b->p, inside ? "} else {" : "}");
	b->p->depth++;
	print_depth(b, depth + 1);
	b->p->depth -= 2;
	if (inside)
		print_line(b->p, "\t}");
}

const char *border_text(const Value *v, Arena *a)
{
	const Place *p = v->place;
	return !p->border ? "" : p->fill ? arena_format(a, "%lld around it", (long long)p->fill) : "zeros around it";
}

void print_border(Printer *p)
{
	const Held *h = p->s->out->place->region->held;
	Border b = {.p = p, .v = p->s->out, .at = "y"};
	for (int k = b.v->shape.rank - 1; k >= 0; k--)
		b.corner[k] = b.corner[k + 1] + b.v->place->before[b.v->order[k]] * b.v->place->stride[b.v->order[k]];
	if (h)
		print_rows(&b, h);
	else
		print_depth(&b, 0);
}
