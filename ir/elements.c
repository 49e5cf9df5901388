/* elements.c -- how operators see tensors while they are evaluated: canonical arrays of double or int64, single elements,
 * indices. */
#include <assert.h>
#include <string.h>
#include "ir/eval.h"

/* A canonical array: elements of `of` as double or int64. */
typedef struct Pending {
	struct Pending *next;
	Tensor *of;
	double *f64;  /* one of the two */
	int64_t *i64;
	bool output;
} Pending;

static Pending *find(const Eval *e, const Tensor *t, bool f64, bool output)
{
	for (Pending *p = e->pending; p; p = p->next)
		if (p->of == t && p->output == output && !p->f64 == !f64)
			return p;
	return NULL;
}

static Pending *add(Eval *e, const Tensor *t, bool f64, bool output)
{
	Arena *a = &e->g->ctx->scratch;
	Pending *p = NEW(a, Pending);

	*p = (Pending){e->pending, (Tensor *)t, NULL, NULL, output};
	if (f64)
		p->f64 = NEW_N(a, double, t->count);
	else
		p->i64 = NEW_N(a, int64_t, t->count);
	e->pending = p;
	return p;
}

const double *in_f64(Eval *e, const Tensor *t)
{
	if (t->dtype == F64)
		return t->data;
	Pending *p = find(e, t, true, false);
	if (p)
		return p->f64;
	p = add(e, t, true, false);
	for (int64_t i = 0; i < t->count; i++)
		p->f64[i] = t->dtype == F32 ? (double)((const float *)t->data)[i] : load_f64(t->dtype, t->data, i);
	return p->f64;
}

const int64_t *in_i64(Eval *e, const Tensor *t)
{
	if (t->dtype == I64)
		return t->data;
	Pending *p = find(e, t, false, false);
	if (p)
		return p->i64;
	p = add(e, t, false, false);
	for (int64_t i = 0; i < t->count; i++)
		p->i64[i] = load_i64(t->dtype, t->data, i);
	return p->i64;
}

double *out_f64(Eval *e, Tensor *t)
{
	if (t->dtype == F64)
		return t->data;
	Pending *p = find(e, t, true, true);
	return p ? p->f64 : add(e, t, true, true)->f64;
}

int64_t *out_i64(Eval *e, Tensor *t)
{
	if (t->dtype == I64)
		return t->data;
	Pending *p = find(e, t, false, true);
	return p ? p->i64 : add(e, t, false, true)->i64;
}

void pending_store(Eval *e)
{
	for (Pending *p = e->pending; p; p = p->next) {
		if (!p->output)
			continue;
		assert(p->of->data && "sizes of an output are set before its elements");
		for (int64_t i = 0; i < p->of->count; i++) {
			if (p->f64)
				store_f64(p->of->dtype, p->of->data, i, p->f64[i]);
			else
				store_i64(p->of->dtype, p->of->data, i, p->i64[i]);
		}
	}
	e->pending = NULL;
}

void move_element(Tensor *y, int64_t to, const Tensor *x, int64_t from)
{
	size_t size = (size_t)dtype_info(x->dtype)->bits / 8;

	assert(x->dtype == y->dtype && from >= 0 && from < x->count && to >= 0 && to < y->count);
	if (size)
		memcpy((char *)y->data + (size_t)to * size, (const char *)x->data + (size_t)from * size, size);
	else
		store_f64(y->dtype, y->data, to, load_f64(x->dtype, x->data, from));
}

/* ---- indices ---- */

int64_t broadcast_index(const Tensor *x, int rank, const int64_t *at)
{
	int64_t index = 0;

	assert(x->rank <= rank);
	at += rank - x->rank;
	for (int i = 0; i < x->rank; i++)
		index = index * x->dim[i] + (x->dim[i] == 1 ? 0 : at[i]);
	return index;
}

bool next_index(int rank, const int64_t *dims, int64_t *at)
{
	for (int i = rank - 1; i >= 0; i--) {
		if (++at[i] < dims[i])
			return true;
		at[i] = 0;
	}
	return false;
}

void strides_of(const Tensor *t, int64_t *strides)
{
	int64_t stride = 1;

	for (int i = t->rank - 1; i >= 0; i--) {
		strides[i] = stride;
		stride *= t->dim[i];
	}
}
