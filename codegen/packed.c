/* packed.c -- elements below a byte: several lie in one byte, low bits first.
 *
 *     x[a] of i4    the nibble (x[a / 2] >> 4 * (a % 2)) & 15, its sign extended: computed as i8
 *     y[a] of i4    whole bytes are stored: y[b] = code of element 2 b | code of element 2 b + 1 << 4
 *
 * Integers of 4 and 2 bits are computed in 8, floats of 4 bits are their code, as all narrow floats are. Such values lie
 * dense in memory of their own: they are no views, have no borders, and no Concat is made of them in place. */
#include "codegen/lower.h"
#include "codegen/packed.h"

static int bits_of(DType t) { return dtype_info(t)->bits; }
static int each(DType t) { return 8 / bits_of(t); }
static Expr *byte_num(Lower *l, int k) { return num(l, U8, k); }

/* The type in which elements are computed. */
static DType in_bytes(DType t) { return is_float(t) ? t : is_unsigned(t) ? U8 : I8; }

static void need_dense(Lower *l, const Value *v)
{
	const Place *p = v->place;
	if (p->border || p->parent || moves_by_turn(p) || p->form == FORM_VIEW)
		fail_unsupported(lower_graph(l), v->def, "%s is not yet stored as a part of another value",
		                 dtype_name(v->dtype));
}

/* The low bits of x, a U8, as an element of type t. */
static Expr *element(Lower *l, DType t, Expr *x)
{
	Expr *code = alu2(l, BITAND, x, byte_num(l, (1 << bits_of(t)) - 1));
	if (is_float(t))
		return bitcast(l, t, code);
	if (is_unsigned(t))
		return code;
	Expr *sign = num(l, I8, 1 << (bits_of(t) - 1));
	return alu2(l, SUB, alu2(l, BITXOR, cast(l, I8, code), sign), sign);
}

static bool is_alu(const Expr *x, Alu op) { return x->kind == X_ALU && x->op == op; }

/* The code of which element() makes x, an integer of type t; NULL: x is no such thing. */
static Expr *code_of_element(DType t, Expr *x)
{
	int64_t sign = 1 << (bits_of(t) - 1);
	bool extended = is_alu(x, SUB) && x->dtype == I8 && x->arg[1]->kind == X_NUM && x->arg[1]->i == sign && is_alu(x->arg[0], BITXOR);
	if (extended)
		x = x->arg[0]->arg[0];
	x = extended && x->kind == X_CAST ? x->arg[0] : x;
	bool code = is_alu(x, BITAND) && x->dtype == U8 && x->arg[1]->kind == X_NUM && x->arg[1]->i == 2 * sign - 1;
	return code && extended == !is_unsigned(t) ? x : NULL;
}

/* The bits of element x of type t in the low bits of a U8, zeros above them. */
static Expr *code_of(Lower *l, DType t, Expr *x)
{
	if (is_float(t))
		return bitcast(l, U8, x);
	Expr *code = code_of_element(t, x);
	if (code)
		return code;
	return alu2(l, BITAND, cast(l, U8, x), byte_num(l, (1 << bits_of(t)) - 1));
}

Expr *packed_load(Lower *l, const Expr *load, Expr *address)
{
	DType t = load->dtype;
	Expr *n = num_i(l, each(t)), *byte = idiv(l, address, n);
	Expr *shift = imul(l, imod(l, address, n), num_i(l, bits_of(t))), like = *load;
	need_dense(l, load->value);
	like.dtype = U8;
	like.nargs = 1;
	like.arg = &byte;
	return element(l, t, alu2(l, SHR, expr_intern(l, like), cast(l, U8, shift)));
}

Expr *packed_rebuild(Lower *l, const Expr *x, Expr *const *arg)
{
	DType t = x->dtype, from = x->nargs ? x->arg[0]->dtype : t;
	if (x->kind == X_NUM)
		return is_float(t) ? num(l, t, x->f) : num(l, in_bytes(t), (double)x->i);
	if (x->kind == X_ALU && x->op == BITS)
		return element(l, t, is_packed(from) ? code_of(l, from, arg[0]) : bitcast(l, U8, arg[0]));
	if (x->kind == X_ALU && x->op == SELECT)
		return choose(l, arg[0], arg[1], arg[2]);
	if (is_float(t))
		return rebuild(l, x, arg);
	if (x->kind == X_CAST)
		return element(l, t, cast(l, U8, arg[0]));
	Expr like = *x; /* a reduction: sums wrap, and bytes are ordered as what they are made of */
	like.dtype = in_bytes(t);
	like.arg = (Expr **)arg;
	return element(l, t, cast(l, U8, x->kind == X_REDUCE ? expr_intern(l, like) : rebuild(l, x, arg)));
}

/* The U8 of which element() makes x, four bits; NULL: x is no such thing. */
static Expr *element_byte(const Expr *x)
{
	if (is_alu(x, SUB) && x->dtype == I8 && x->arg[1]->kind == X_NUM && x->arg[1]->i == 8 && is_alu(x->arg[0], BITXOR))
		x = x->arg[0]->arg[0];
	x = x->kind == X_CAST && x->dtype == I8 ? x->arg[0] : x;
	bool low = is_alu(x, BITAND) && x->dtype == U8 && x->arg[1]->kind == X_NUM && x->arg[1]->i == 15;
	return low ? x->arg[0] : NULL;
}

Expr *packed_along(Lower *l, const Expr *x, const Axis *axis)
{
	Expr *byte = element_byte(x), *at = axis_expr(l, (Axis *)axis), *two = num_i(l, 2);
	if (!byte || !is_alu(byte, SHR) || byte->arg[0]->kind != X_LOAD || byte->arg[0]->dtype != U8)
		return NULL;
	Expr *load = byte->arg[0], *shift = imul(l, imod(l, at, two), num_i(l, 4));
	bool along = byte->arg[1] == cast(l, U8, shift) && !depends_on(isub(l, load->arg[0], idiv(l, at, two)), axis);
	return along ? load : NULL;
}

/* Sizes in memory, outermost first. Memory of its own is laid out for the upper bounds; only how often the outermost size
 * repeats is for the run to say. */
static Shape memory_of(const Value *v)
{
	Shape memory = {.rank = v->shape.rank};
	for (int k = 0; k < memory.rank; k++) {
		Dim d = v->shape.dim[v->order[k]];
		memory.dim[k] = v->place->ragged || k == 0 ? d : dim(d.k);
	}
	return memory;
}

/* The axis ends before its memory does: the run says where. */
static bool has_room(const Value *v, int k)
{
	return k > 0 && !dim_known(v->shape.dim[v->order[k]]) && !v->place->ragged;
}

/* Index at[] is one of an element, not of the room behind one. */
static Expr *is_element(Lower *l, const Value *v, Expr *const *at, Expr *code)
{
	for (int k = 1; k < v->shape.rank; k++) {
		int axis = v->order[k];
		if (has_room(v, k))
			code = choose(l, inside(l, at[axis], num_i(l, 0), extent(l, v->shape.dim[axis])), code, byte_num(l, 0));
	}
	return code;
}

/* i, but the last one of so many for those behind: of sizes that are 0 nothing is computed. */
static Expr *held_below(Lower *l, Expr *i, Expr *count)
{
	Expr *held = alu2(l, MIN, i, isub(l, count, num_i(l, 1)));
	held->lo = 0;
	held->hi = i->hi;
	return held;
}

static bool has_sum(const Expr *x, bool *seen)
{
	bool found = x->kind == X_REDUCE;
	seen[x->id] = true;
	for (int k = 0; k < x->nargs && !found; k++)
		found = !seen[x->arg[k]->id] && has_sum(x->arg[k], seen);
	return found;
}

typedef Expr *ElementAt(void *data, Expr *const *at);

/* The code of the element that lies at place pos in memory; `held`: of the last one there is for places behind. */
static Expr *code_at(Lower *l, const Value *v, Expr *pos, bool held, ElementAt *at_element, void *data)
{
	Shape memory = memory_of(v);
	Expr *at[MAX_RANK] = {NULL}, *read[MAX_RANK] = {NULL}, *place[MAX_RANK];
	Expr *count = extent(l, shape_count(lower_graph(l), &memory));
	unflatten(l, &memory, held ? held_below(l, pos, count) : pos, place);
	for (int k = 0; k < memory.rank; k++) {
		int axis = v->order[k];
		at[axis] = place[k];
		read[axis] = held && has_room(v, k) ? held_below(l, place[k], extent(l, v->shape.dim[axis])) : place[k];
	}
	return is_element(l, v, at, code_of(l, v->dtype, at_element(data, read)));
}

/* Some place among so many is that of no element. */
static bool has_places_behind(const Value *v, const Expr *is_there)
{
	bool behind = is_there->kind != X_NUM;
	for (int k = 1; k < v->shape.rank; k++)
		behind |= has_room(v, k);
	return behind;
}

/* The same, and 0 behind the last one. Sums are computed before they are chosen: there, they are those of the last one, which
 * read what there is. */
static Expr *code_if_there(Lower *l, const Value *v, Expr *pos, ElementAt *at_element, void *data)
{
	Shape memory = memory_of(v);
	Expr *count = extent(l, shape_count(lower_graph(l), &memory)), *is_there = inside(l, pos, num_i(l, 0), count);
	Expr *code = code_at(l, v, pos, false, at_element, data);
	if (has_places_behind(v, is_there) && has_sum(code, NEW_N(l->arena, bool, l->nexprs + 1)))
		code = code_at(l, v, pos, true, at_element, data);
	return choose(l, is_there, code, byte_num(l, 0));
}

Expr *packed_byte(Lower *l, const Value *v, Expr *byte, ElementAt *at_element, void *data)
{
	Expr *sum = NULL;
	need_dense(l, v);
	for (int i = 0; i < each(v->dtype); i++) {
		Expr *pos = iadd(l, imul(l, byte, num_i(l, each(v->dtype))), num_i(l, i));
		Expr *code = code_if_there(l, v, pos, at_element, data);
		code = i ? alu2(l, SHL, code, byte_num(l, i * bits_of(v->dtype))) : code;
		sum = sum ? alu2(l, BITOR, sum, code) : code;
	}
	return sum;
}

Dim packed_bytes(Graph *g, const Value *v)
{
	Shape memory = memory_of(v);
	for (int k = 0; k < memory.rank; k++)
		if (has_room(v, k)) /* 0 where the size is 0 */
			memory.dim[k] = dim_mul(g->syms, memory.dim[k], dim_ceildiv(g->syms, v->shape.dim[v->order[k]], memory.dim[k]));
	return dim_bounded(g->syms, dim_ceildiv(g->syms, shape_count(g, &memory), dim(each(v->dtype))));
}
