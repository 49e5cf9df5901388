/* operands.c -- what a node in the making reads: values that are there, or new ones; and its attributes. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "passes/inputs.h"
#include "tests/fuzz/models/model.h"

/* ---- sizes: 0 and 1, a few small ones, and those around the widths of vectors ---- */

int64_t small_size(Model *m)
{
	static const int64_t edges[] = {7, 8, 9, 15, 16, 17, 31, 32, 33};
	int64_t k = pick(m, 1, 100);

	return k <= 3 ? 0 : k <= 20 ? 1 : k <= 70 ? pick(m, 2, 6) : edges[pick(m, 0, 8)];
}

void random_dims(Model *m, int rank, int64_t *dims, int64_t most)
{
	int64_t count = 1;

	for (int i = 0; i < rank; i++) {
		int64_t k = m->nsymbols && chance(m, 25) ? m->symbol[pick(m, 0, m->nsymbols - 1)] : small_size(m);
		dims[i] = count * k <= most ? k : 1 + (count * 2 <= most);
		count *= dims[i] ? dims[i] : 1;
	}
}

static int random_rank(Model *m, int lo, int hi)
{
	static const int ranks[] = {0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 6, 7, 8};
	int rank;

	do
		rank = chance(m, 90) ? ranks[pick(m, 0, 16)] : ranks[pick(m, 0, 19)];
	while (rank < lo && hi < 1);
	return rank < lo ? (int)pick(m, lo, hi < lo + 2 ? hi : lo + 2) : rank > hi ? (int)pick(m, lo, hi) : rank;
}

/* ---- elements ---- */

static double wild_number(Model *m)
{
	static const double numbers[] = {INFINITY, -INFINITY, NAN, 0.0, -0.0, 1e-40, -1e-40, 1, -1, 1e38, -1e38, 0.5, 2.5};

	return chance(m, 50) ? numbers[pick(m, 0, 12)] : ldexp(random_unit(&m->state) - 0.5, (int)pick(m, -30, 30));
}

/* 64ths, anything between, or whole numbers. */
static double number_in(Model *m, const Range *r, int style)
{
	double x = r->lo + (r->hi - r->lo) * random_unit(&m->state);

	if (style == 0 || style == 2) {
		double step = style ? 1 : 1.0 / 64, y = floor(x / step) * step;
		return y < r->lo ? y + step <= r->hi ? y + step : x : y;
	}
	return x;
}

static void fill_numbers(Model *m, Tensor *t, const Range *r)
{
	int style = (int)pick(m, 0, 2);
	int64_t n = dtype_info(t->dtype)->class == DC_COMPLEX ? 2 * t->count : t->count;
	DType part = t->dtype == C64 ? F32 : t->dtype == C128 ? F64 : t->dtype;

	for (int64_t i = 0; i < n; i++)
		store_f64(part, t->data, i, r->wild ? wild_number(m) : number_in(m, r, style));
}

static void limits(DType t, double *lo, double *hi)
{
	int bits = dtype_info(t)->bits > 53 ? 53 : dtype_info(t)->bits;

	*lo = t == BOOL || is_unsigned(t) ? 0 : -ldexp(1, bits - 1);
	*hi = t == BOOL ? 1 : is_unsigned(t) ? ldexp(1, bits) - 1 : ldexp(1, bits - 1) - 1;
}

static void fill_integers(Model *m, Tensor *t, const Range *r)
{
	double lo, hi;

	limits(t->dtype, &lo, &hi);
	lo = fmax(lo, ceil(r->lo));
	hi = fmin(hi, floor(r->hi));
	for (int64_t i = 0; i < t->count; i++)
		store_i64(t->dtype, t->data, i,
			  r->wild ? (int64_t)random_next(&m->state) & (t->dtype == BOOL ? 1 : -1)
				  : pick(m, (int64_t)lo, (int64_t)(hi < lo ? lo : hi)));
}

Tensor *random_elements(Model *m, DType t, int rank, const int64_t *dims, const Range *r)
{
	Tensor *x = tensor_new(&m->c->perm, t, rank, dims);
	DClass class = dtype_info(t)->class;

	if (class == DC_STRING)
		random_fill(&m->c->perm, x, &m->state);
	else if (class == DC_FLOAT || class == DC_COMPLEX)
		fill_numbers(m, x, r);
	else
		fill_integers(m, x, r);
	return x;
}

/* ---- values ---- */

/* With symbols where a size is one's, but not wherever it is 1. */
static Shape input_shape(Model *m, const Tensor *t)
{
	Shape s = {.rank = t->rank};

	for (int i = 0; i < t->rank; i++) {
		s.dim[i] = dim(t->dim[i]);
		for (int k = 0; k < m->nsymbols; k++)
			if (m->symbol[k] == t->dim[i] && (t->dim[i] > 1 || chance(m, 30)))
				s.dim[i] = m->symbol_dim[k];
	}
	return s;
}

/* A value of the model around, as a body sees it. */
static Value *captured(Model *m, Value *v, Tensor *t)
{
	Value *inner = value_input(m->g, NULL, t->dtype, &v->shape);

	m->captured[m->ncaptured++] = v;
	eval_given(&m->e, inner, t);
	return inner;
}

Value *new_value(Model *m, Tensor *t, bool constant)
{
	Value *v;

	if (constant || m->g->nin >= MOST_INPUTS - 1) {
		v = value_const(m->g, NULL, t);
	} else if (m->outer) {
		v = captured(m, new_value(m->outer, t, chance(m, 20)), t);
	} else {
		Shape s = input_shape(m, t);
		m->in[m->g->nin] = t;
		v = value_input(m->g, arena_format(&m->c->perm, "x%d", m->g->nin), t->dtype, &s);
		eval_given(&m->e, v, t);
	}
	item_note(m, v, t, true);
	return v;
}

static bool fits(const Item *it, DType t, const Range *r)
{
	if (r->fresh || (t && it->t->dtype != t) || (r->exact && !it->exact))
		return false;
	return r->wild || (it->finite && r->lo <= it->lo && it->hi <= r->hi);
}

Value *take_value(Step *s, Value *v)
{
	assert(s->nin < MOST_SLOTS);
	return s->in[s->nin++] = v;
}

const Tensor *tensor_at(const Step *s, int slot)
{
	const Model *m = s->m;

	for (int i = 0; s->in[slot] && i < m->nitems; i++)
		if (m->item[i].v == s->in[slot])
			return m->item[i].t;
	return NULL;
}

Range range_of(const Step *s)
{
	const Domain *d = s->domain;

	return (Range){d->lo, d->hi, (d->traits & STEPS) != 0, (d->traits & ANYTHING) && chance(s->m, 30), false};
}

Item *any_item(Model *m, DType t, const Range *r, int lo, int hi, const int64_t *dims)
{
	Item *found = NULL;
	int n = 0;

	for (int i = 0; i < m->nitems; i++) {
		Item *it = &m->item[i];
		bool shape = it->t->rank >= lo && it->t->rank <= hi && it->t->count <= 4000;
		if (shape && dims)
			shape = !memcmp(dims, it->t->dim, (size_t)lo * sizeof *dims);
		if (shape && fits(it, t, r) && pick(m, 0, n++) == 0)
			found = it;
	}
	return found;
}

const Tensor *take(Step *s, int lo, int hi)
{
	Model *m = s->m;
	int64_t dims[MAX_RANK];
	Range r = range_of(s);
	Item *it = !s->forced && chance(m, 70) ? any_item(m, s->t, &r, lo, hi, NULL) : NULL;

	if (s->forced) {
		take_value(s, s->forced);
		s->forced = NULL;
	} else if (!it) {
		int rank = random_rank(m, lo, hi);
		random_dims(m, rank, dims, 2000);
		take_value(s, new_value(m, random_elements(m, s->t, rank, dims, &r), chance(m, 10)));
	} else {
		take_value(s, it->v);
	}
	return tensor_at(s, s->nin - 1);
}

void take_shaped(Step *s, DType t, int rank, const int64_t *dims, Range r)
{
	Model *m = s->m;
	int64_t none[MAX_RANK] = {0};

	t = t ? t : s->t;
	Item *it = chance(m, 50) ? any_item(m, t, &r, rank, rank, rank ? dims : none) : NULL;
	take_value(s, it ? it->v : new_value(m, random_elements(m, t, rank, dims, &r), chance(m, 40)));
}

void take_like(Step *s, const Tensor *x)
{
	take_shaped(s, DT_NONE, x->rank, x->dim, range_of(s));
}

void take_broadcast(Step *s, const Tensor *x, DType t)
{
	Model *m = s->m;
	int64_t dims[MAX_RANK] = {0};
	int skip = chance(m, 50) ? 0 : (int)pick(m, 0, x->rank), form = (int)pick(m, 0, 3);

	for (int i = skip; i < x->rank; i++)
		dims[i - skip] = form == 0 && chance(m, 50) ? 1 : x->dim[i];
	take_shaped(s, t, x->rank - skip, dims, range_of(s));
}

static void decide(Step *s) { s->decides |= 1u << (s->nin - 1); }

void take_numbers(Step *s, DType t, int n, const double *x, bool scalar)
{
	Model *m = s->m;
	int64_t size = n;
	Tensor *y = tensor_new(&m->c->perm, t, scalar ? 0 : 1, scalar ? NULL : &size);

	for (int i = 0; i < n && dtype_info(t)->class != DC_STRING && dtype_info(t)->class != DC_COMPLEX; i++)
		store_f64(t, y->data, i, x[i]);
	take_value(s, new_value(m, y, true));
	decide(s);
}

void take_ints(Step *s, int n, const int64_t *x)
{
	take_value(s, new_value(s->m, tensor_i64(&s->m->c->perm, n, x, false), true));
	decide(s);
}

void take_tensor(Step *s, Tensor *t, bool constant)
{
	take_value(s, new_value(s->m, t, constant));
	decide(s);
}

void take_none(Step *s) { take_value(s, NULL); }

/* ---- attributes ---- */

static const Attr *attr_row(const Step *s, const char *name)
{
	const Attr *row = s->op->attrs;

	while (row && row->name && strcmp(row->name, name))
		row++;
	return row && row->name ? row : NULL;
}

static void *field(const Step *s, const char *name)
{
	const Attr *row = attr_row(s, name);

	if (!row) {
		fprintf(stderr, "models: %s has no attribute %s\n", s->op->name, name);
		abort();
	}
	return (char *)s->attr + row->offset;
}

void set_int(Step *s, const char *name, int64_t x)
{
	if (attr_row(s, name) && attr_row(s, name)->kind == A_TYPE)
		*(DType *)field(s, name) = (DType)x;
	else
		*(int64_t *)field(s, name) = x;
}

void set_float(Step *s, const char *name, double x) { *(float *)field(s, name) = (float)x; }

void set_ints(Step *s, const char *name, int n, const int64_t *x)
{
	*(Ints *)field(s, name) = (Ints){arena_copy(&s->m->c->perm, x, (size_t)n * sizeof *x), n};
}

void set_floats(Step *s, const char *name, int n, const float *x)
{
	*(Floats *)field(s, name) = (Floats){arena_copy(&s->m->c->perm, x, (size_t)n * sizeof *x), n};
}

void set_strings(Step *s, const char *name, Strings list) { *(Strings *)field(s, name) = list; }

void set_tensor(Step *s, const char *name, Tensor *t) { *(Tensor **)field(s, name) = t; }

void set_text(Step *s, const char *name, const char *text)
{
	*(Text *)field(s, name) = (Text){arena_string(&s->m->c->perm, text), (int64_t)strlen(text)};
}

void set_body(Step *s, const char *name, Graph *body)
{
	*(int *)field(s, name) = s->nsub;
	s->sub[s->nsub++] = body;
}

static int choices_of(const char *list)
{
	int n = 1;

	for (; *list; list++)
		n += *list == '|';
	return n;
}

static void random_attr(Step *s, const char *name, const char *domain)
{
	Model *m = s->m;
	char *end;
	double lo = *domain ? strtod(domain + 1, &end) : 0, hi = *domain && *end == ':' ? strtod(end + 1, NULL) : lo;
	const Tensor *x = s->nin && s->in[0] ? tensor_at(s, 0) : NULL;
	int rank = x ? x->rank : 0;

	switch (*domain) {
	case 'A': /* an axis of input 0 */
		set_int(s, name, rank ? pick(m, -rank, rank - 1) : 0);
		break;
	case 'E':
		set_int(s, name, pick(m, 0, choices_of(attr_row(s, name)->choices) - 1));
		break;
	case 'I':
		set_int(s, name, pick(m, (int64_t)lo, (int64_t)hi));
		break;
	default:
		set_float(s, name, lo + (hi - lo) * (double)pick(m, 0, 16) / 16);
	}
}

/* "axis=A keepdims=I0:1 alpha=F0.1:2 mode=E": an axis of input 0, a whole number, a float, one of the words. Each now and
 * then keeps its default. */
void random_attrs(Step *s)
{
	char copy[300], *rest = copy;

	snprintf(copy, sizeof copy, "%s", s->domain->attrs ? s->domain->attrs : "");
	for (char *word; (word = strtok_r(rest, " ", &rest));) {
		char *value = strchr(word, '=');
		*value++ = 0;
		if (chance(s->m, 75))
			random_attr(s, word, value);
	}
}
