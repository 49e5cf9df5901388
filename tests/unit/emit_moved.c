/* Contractions and reductions whose results are moved, as emitted C: Conv, MatMul, Softmax and LayerNormalization, then
 * random Transpose, Reshape, Slice and DepthToSpace nodes, with pointwise ones between them. */
enum { MODELS = 3, NODES = 14, INPUTS = 80 };
#include "ir/op/movement.h"
#include "tests/unit/models.h"

static int64_t size_at(const Value *v, int k) { return v->shape.dim[k].k; }

static Value *list(Model *m, int n, const int64_t *v) { return value_i64(m->g, n, v); }

/* ---- cores ---- */

static Value *convolved(Model *m)
{
	struct Sliding *a = attr_new(m->g, &op_conv);
	int64_t kernel = pick(m, 1, 3), group = pick(m, 0, 3) ? 1 : 2, c = 4 * group * pick(m, 1, 3);

	a->group = group;
	Value *x = given(m, random_tensor(m, DIMS(pick(m, 1, 2), 2 * group, pick(m, 3, 7), pick(m, 3, 7))));
	Value *w = parameter(m, DIMS(c * (chance(m, 40) ? 4 : 1), 2, kernel, kernel));
	return put_attr(m->g, NULL, "Conv", a, x, w, END_IN);
}

static Value *multiplied(Model *m)
{
	int64_t batch = pick(m, 1, 2), heads = pick(m, 1, 3), rows = pick(m, 2, 9), k = pick(m, 1, 9);
	int64_t columns = pick(m, 0, 1) ? 16 * pick(m, 1, 2) : pick(m, 1, 20);
	Value *x = given(m, random_tensor(m, DIMS(batch, heads, rows, k)));

	return put(m->g, NULL, "MatMul", x, parameter(m, DIMS(k, columns)), END_IN);
}

static Value *normed(Model *m)
{
	Value *x = given(m, random_tensor(m, DIMS(pick(m, 1, 2), pick(m, 1, 4), pick(m, 2, 9), 8 * pick(m, 1, 4))));

	return put(m->g, NULL, "LayerNormalization", x, parameter(m, DIMS(size_at(x, 3))), END_IN);
}

/* Softmax along an axis that lies innermost though it is not the last one. */
static Value *scored(Model *m)
{
	struct Norm *a = attr_new(m->g, op_find("", "Softmax"));
	struct Transpose *t = attr_new(m->g, &op_Transpose);
	Value *x = given(m, random_tensor(m, DIMS(pick(m, 1, 3), pick(m, 2, 9), pick(m, 1, 3), 16 * pick(m, 1, 2))));

	a->axis = 1;
	t->perm = (Ints){arena_copy(&m->ctx.perm, (int64_t[]){0, 3, 2, 1}, 4 * sizeof(int64_t)), 4};
	return put_attr(m->g, NULL, "Softmax", a, put_attr(m->g, NULL, "Transpose", t, x, END_IN), END_IN);
}

/* ---- moves ---- */

static Value *transposed(Model *m, Value *v)
{
	int rank = v->shape.rank;
	struct Transpose *a = attr_new(m->g, &op_Transpose);

	a->perm = (Ints){NEW_N(&m->ctx.perm, int64_t, rank), rank};
	for (int k = 0; k < rank; k++) {
		int other = (int)pick(m, 0, k);
		a->perm.v[k] = a->perm.v[other];
		a->perm.v[other] = k;
	}
	if (chance(m, 60)) /* the last axis stays: vectors stay together */
		for (int k = 0; k < rank; k++)
			if (a->perm.v[k] == rank - 1) {
				a->perm.v[k] = a->perm.v[rank - 1];
				a->perm.v[rank - 1] = rank - 1;
			}
	return put_attr(m->g, NULL, "Transpose", a, v, END_IN);
}

/* Two neighbours become one axis, or one of even size becomes two. */
static Value *reshaped(Model *m, Value *v)
{
	int rank = v->shape.rank, k = (int)pick(m, 0, rank - 1), n = 0;
	int64_t sizes[MAX_RANK + 1];
	bool split = rank < 5 && size_at(v, k) % 2 == 0, join = !split && k + 1 < rank;

	for (int i = 0; i < rank; i++)
		if (split && i == k) {
			int64_t by = chance(m, 50) ? 2 : size_at(v, i) / 2;
			sizes[n++] = by;
			sizes[n++] = size_at(v, i) / by;
		} else if (join && i == k) {
			sizes[n++] = size_at(v, i) * size_at(v, i + 1);
			i++;
		} else {
			sizes[n++] = size_at(v, i);
		}
	return put(m->g, NULL, "Reshape", v, list(m, n, sizes), END_IN);
}

static Value *sliced(Model *m, Value *v)
{
	int64_t axis = pick(m, 0, v->shape.rank - 1), n = size_at(v, (int)axis), from = pick(m, 0, n - 1);
	int64_t to = pick(m, from + 1, n), step = chance(m, 70) ? 1 : 2;

	return put(m->g, NULL, "Slice", v, list(m, 1, &from), list(m, 1, &to), list(m, 1, &axis), list(m, 1, &step), END_IN);
}

static Value *moved(Model *m, Value *v)
{
	int64_t kind = pick(m, 0, 9);

	if (v->shape.rank == 4 && size_at(v, 1) % 4 == 0 && kind < 2) {
		struct Depth *a = attr_new(m->g, &op_DepthToSpace);
		a->blocksize = 2;
		a->mode = kind;
		return put_attr(m->g, NULL, "DepthToSpace", a, v, END_IN);
	}
	return kind < 6 ? transposed(m, v) : kind < 8 ? reshaped(m, v) : sliced(m, v);
}

/* An activation, or a sum with something of the same shape. */
static Value *pointwise(Model *m, Value *v)
{
	int64_t sizes[MAX_RANK];

	if (chance(m, 50))
		return put(m->g, NULL, "Relu", v, END_IN);
	for (int k = 0; k < v->shape.rank; k++)
		sizes[k] = size_at(v, k);
	return put(m->g, NULL, "Add", v, given(m, random_tensor(m, v->shape.rank, sizes)), END_IN);
}

static void add_node(Model *m, int number)
{
	Value *(*const core[])(Model *) = {convolved, multiplied, normed, scored}, *v;

	v = core[number % 4](m);
	for (int64_t n = pick(m, 1, 4); n > 0; n--) {
		if (chance(m, 30))
			v = pointwise(m, v);
		v = moved(m, v);
	}
	if (chance(m, 40))
		v = pointwise(m, v);
	if (chance(m, 30)) {
		Value *other = pointwise(m, v);
		graph_output(m->g, other, "other");
	}
	graph_output(m->g, v, "y");
}

int main(void) { return models_main(); }
