/* margin.c -- steps of a sum that would multiply zeros around a value are left out.
 *
 *     int first = 15 - i, end = 47 - i;              a row of taps of 31 x 31 that lies above or below the picture
 *     first = first > 0 ? first : 0;                 adds nothing to row i of the result
 *     end = end < 31 ? end : 31;
 *     for (int r = first; r < end; r++)
 *
 * where the outermost k walks along a dimension that has zeros around it, and with it one outer axis and no other. It pays
 * where taps are many; a few are better all known. What 0 times a weight that is infinite or NaN would give is not missed,
 * but by --strict. */
#include "codegen/contract.h"
#include "codegen/tile.h"

/* Of a dimension of a, in elements: from one index to the next, and from one index of the dimension around it to the next; what
 * all steps but those along it cover inside of it. */
typedef struct Dimension {
	int64_t step, outer, covered;
} Dimension;

static bool goes_along(const Dimension *d, const Step *s)
{
	return s->a >= d->step && s->a % d->step == 0 && (!d->outer || s->a % d->outer != 0);
}

/* The step goes on inside of an index, or from one of the dimensions around it to another. */
static bool stays_off(Dimension *d, const Step *s)
{
	if (s->n == 1 || !s->a || (d->outer && s->a % d->outer == 0))
		return true;
	d->covered += s->a * (s->n - 1);
	return s->a > 0 && d->covered < d->step;
}

/* The one outer axis that walks along the dimension; NULL: none does, or something else too. */
static const Step *outer_along(const Contraction *c, Dimension *d)
{
	const Step *found = NULL;
	bool alone = stays_off(d, &c->point) && stays_off(d, &c->lane);
	for (int i = 0; i < c->nouter; i++)
		if (goes_along(d, &c->outer[i]) && !found)
			found = &c->outer[i];
		else
			alone &= stays_off(d, &c->outer[i]);
	for (int i = 1; i < c->nk; i++)
		alone &= stays_off(d, &c->k[i]);
	return alone ? found : NULL;
}

/* The index along dimension `dim` of the element that a_base is the address of. */
static int64_t index_of_base(const Contraction *c, int dim, int64_t *rest)
{
	const Value *v = c->a->value;
	const Place *p = v->place;
	int64_t at = c->a_base, index = 0;
	for (int k = 0; k < v->shape.rank; k++)
		at += p->before[k] * p->stride[k];
	for (int k = 0; k < v->shape.rank; k++) {
		index = at / p->stride[v->order[k]];
		at %= p->stride[v->order[k]];
		if (v->order[k] == dim)
			break;
	}
	*rest = at;
	return index - p->before[dim];
}

/* Of all steps the part that is taken. */
static double part_inside(const Margin *m, const Step *outer, const Step *k)
{
	int64_t inside = 0;
	for (int64_t i = 0; i < outer->n; i++)
		for (int64_t r = 0; r < k->n; r++) {
			int64_t at = m->start + m->step * i + m->dilation * r;
			inside += at >= 0 && at < m->n;
		}
	return (double)inside / ((double)outer->n * (double)k->n);
}

/* The margin along the dimension number `at` of memory, if the outermost k and one outer axis walk there alone. */
static bool find_margin(const Contraction *c, int at, Margin *m)
{
	const Value *v = c->a->value;
	const Place *p = v->place;
	int dim = v->order[at];
	Dimension d = {p->stride[dim], at ? p->stride[v->order[at - 1]] : 0, 0};
	if (!dim_known(v->shape.dim[dim]) || (!p->before[dim] && !p->after[dim]) || !goes_along(&d, &c->k[0]))
		return false;
	int64_t start = index_of_base(c, dim, &d.covered);
	const Step *outer = outer_along(c, &d);
	if (!outer || step_varies(outer))
		return false;
	*m = (Margin){outer->axis, start, outer->a / d.step, c->k[0].a / d.step, v->shape.dim[dim].k, 1};
	int64_t last = start + m->step * (outer->n - 1) + m->dilation * (c->k[0].n - 1);
	m->part = part_inside(m, outer, &c->k[0]);
	return start >= -p->before[dim] && last < m->n + p->after[dim];
}

void find_margins(const Module *m, const Stage *s, Contraction *c)
{
	enum { FEW = 8 }; /* steps that take as long as the limits of a loop */
	const Value *v = c->a->value;
	bool own = v->place->form == FORM_STORED && v->place->border && !v->place->parent && !v->place->given;
	Margin found;
	if (!own || !of_reals(c) || m->o->strict || s->wide || !c->nk || step_varies(&c->k[0]))
		return;
	for (int k = 0; k < v->shape.rank; k++)
		if (find_margin(c, k, &found) && found.part < 0.9 && (1 - found.part) * (double)c->steps >= FEW)
			c->margin = found;
}

/* "15 - i", or the least multiple of the dilation from there on. */
static const char *limit_text(Tile *t, const Margin *m, int64_t at)
{
	Out o = {.arena = t->p.out->arena};
	put_text(&o, "%lld - ", (long long)(at - m->start));
	if (m->step != 1)
		put_text(&o, "%lld*", (long long)m->step);
	put_text(&o, "%s", axis_name(&t->p, m->axis));
	if (m->dilation == 1)
		return o.text;
	return arena_format(o.arena, "(%s + %lld) / %lld", o.text, (long long)m->dilation - 1, (long long)m->dilation);
}

void print_margin(Tile *t)
{
	const Contraction *c = t->c;
	const Margin *m = &c->margin;
	int64_t steps = in_pairs(t, OF_STEPS) ? pair_steps(c) : c->steps * c->four;
	int64_t row = steps / c->k[0].n * t->vectors * t->lanes;
	print_line(&t->p, "int first = %s, end = %s;", limit_text(t, m, 0), limit_text(t, m, m->n));
	print_line(&t->p, "first = first > 0 ? first : 0;");
	print_line(&t->p, "end = end < %lld ? end : %lld;", (long long)c->k[0].n, (long long)c->k[0].n);
	if (c->packed)
		print_line(&t->p, "b += %lld*first;", (long long)row);
}
