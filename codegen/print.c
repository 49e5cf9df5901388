/* print.c -- statements as C text. */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include "codegen/print.h"
#include "codegen/sizes.h"

/* ---- text ---- */

static void put_v(Out *o, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	int need = vsnprintf(NULL, 0, format, again);
	va_end(again);
	assert(need >= 0);
	if (o->n + (size_t)need + 1 > o->c) {
		size_t c = 2 * o->c + (size_t)need + 256;
		char *text = arena_alloc(o->arena, c);
		if (o->n)
			memcpy(text, o->text, o->n);
		o->text = text;
		o->c = c;
	}
	vsnprintf(o->text + o->n, (size_t)need + 1, format, args);
	o->n += (size_t)need;
}

void put_text(Out *o, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	put_v(o, format, args);
	va_end(args);
}

void print_indent(Printer *p)
{
	for (int i = 0; i < p->depth; i++)
		put_text(p->out, "\t");
}

void print_line(Printer *p, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	print_indent(p);
	put_v(p->out, format, args);
	put_text(p->out, "\n");
	va_end(args);
}

void open_block(Printer *p, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	print_indent(p);
	put_v(p->out, format, args);
	put_text(p->out, " {\n");
	p->depth++;
	va_end(args);
}

void close_block(Printer *p)
{
	p->depth--;
	leave_locals(p);
	print_line(p, "}");
}

/* ---- statements ---- */

static const char *bound_or_local(const Printer *p, const Expr *local)
{
	const char *name = bound_name(p, local);
	return name ? name : local_name(p, local);
}

static const char *vector_type(const Printer *p, DType t)
{
	if (t == BOOL)
		return p->lanes_64 ? "vm_64" : p->lanes_8 ? "vm_8" : "vm";
	if (p->lanes_8)
		return "vb";
	return is_lane_int(t) ? "vi" : t == F64 || (t == F32 && p->lanes_64) ? "vd" : t == I64 ? "vl" : "vf";
}

/* Accumulators of bytes stand around the loop that has so many lanes. */
static bool has_bytes(const Printer *p, const Stmt *t) { return t->lanes > p->m->target->lanes; }

static void print_let(Printer *p, const Stmt *t)
{
	bool vector = t->lanes > 1 || is_vector(p, t->local), outer = p->lanes_8;
	p->lanes_8 |= has_bytes(p, t);
	const char *type = vector ? vector_type(p, t->local->dtype) : t->local->dtype == BOOL ? "int" : c_type(t->local->dtype);
	const char *name = declare_local(p, t);
	print_indent(p);
	put_text(p->out, t->ways > 1 ? "%s %s[%d] = {" : "%s %s = ", type, name, t->ways);
	for (int way = 0; way < t->ways || way == 0; way++) {
		put_text(p->out, way ? ", " : "");
		if (vector)
			print_vector(p, t->expr, false);
		else
			print_expr(p, t->expr, false);
	}
	put_text(p->out, t->ways > 1 ? "};\n" : ";\n");
	p->lanes_8 = outer;
}

static void print_assign(Printer *p, const Stmt *t)
{
	const char *name = bound_or_local(p, t->local);
	bool some = t->lanes > 1 && p->lanes_n;
	print_indent(p);
	put_text(p->out, some ? "%s = v_first%s(" : "%s = ", name, lane_kind(p, t->local->dtype));
	if (is_vector(p, t->local))
		print_vector(p, t->expr, false);
	else
		print_expr(p, t->expr, false);
	if (some)
		put_text(p->out, ", %s, %s)", name, p->lanes_n);
	put_text(p->out, ";\n");
}

/* "_u8": which of the helpers that compare takes the accumulators. */
static const char *fold_kind(const Printer *p, const Stmt *t)
{
	return !has_bytes(p, t) ? lane_kind(p, t->local->dtype) : t->local->dtype == U8 ? "_u8" : "_i8";
}

/* The accumulators from..from+n-1 as one vector. */
static void put_folded(Printer *p, const Stmt *t, int from, int n, bool tight)
{
	bool call = t->red >= RED_MAX && t->red <= RED_MIN, paren = call || tight;
	const char *kind = fold_kind(p, t);
	if (n == 1) {
		put_text(p->out, t->ways > 1 ? "%s[%d]" : "%s", local_name(p, t->expr), from);
		return;
	}
	if (call)
		put_text(p->out, "%s%s", t->red == RED_MIN ? "v_min" : t->red == RED_MAX ? "v_max" : "v_greater", kind);
	put_text(p->out, paren ? "(" : "");
	put_folded(p, t, from, n / 2, true);
	put_text(p->out, call ? ", " : t->red == RED_SUM ? " + " : " * ");
	put_folded(p, t, from + n / 2, n - n / 2, true);
	put_text(p->out, paren ? ")" : "");
}

static void print_fold(Printer *p, const Stmt *t)
{
	static const char *const all[] = {[RED_SUM] = "v_sum", [RED_PROD] = "v_prod", [RED_MAX] = "v_most", [RED_MAX_NUMBER] = "v_most", [RED_MIN] = "v_least"};
	DType type = t->local->dtype;
	bool cut = (type == U8 || type == I8) && !has_bytes(p, t);
	print_indent(p);
	put_text(p->out, "%s %s = %s", c_type(type), declare_local(p, t), cut ? arena_format(p->out->arena, "(%s)", c_type(type)) : "");
	put_text(p->out, "%s%s(", all[t->red], fold_kind(p, t));
	put_folded(p, t, 0, t->ways, false);
	put_text(p->out, ");\n");
}

/* "int64_t t1 = v_argmax(x + 1000*i, 1000);" */
static void print_find(Printer *p, const Stmt *t)
{
	static const char *const find[] = {[RED_ARGMAX] = "v_argmax", [RED_ARGMIN] = "v_argmin",
	                                   [RED_ARGMAX_LAST] = "v_argmax_last", [RED_ARGMIN_LAST] = "v_argmin_last"};
	Expr *load = t->expr, *start = substitute(p->s->l, load, axis_expr(p->s->l, t->axis), num_i(p->s->l, 0));
	print_indent(p);
	put_text(p->out, "int64_t %s = %s(", declare_local(p, t), find[t->red]);
	print_place(p, start);
	put_text(p->out, ", %s);\n", size_text(p->m->unit, t->axis->extent));
}

/* "v_nearest(t) + v_set_i(z)": it is known to be in the range of integers. */
static void print_unsaturated(Printer *p, const Expr *x)
{
	const Expr *whole = x->kind == X_ALU ? x->arg[0] : x;
	put_text(p->out, "v_nearest(");
	print_vector(p, whole->arg[0]->arg[0], false);
	put_text(p->out, whole == x ? ")" : ") + ");
	if (whole != x)
		print_vector(p, x->arg[1], false);
}

static void print_saturated_store(Printer *p, const Stmt *t)
{
	const char *type = lane_suffix(p, t->value->dtype);
	print_indent(p);
	put_text(p->out, "v_store%s%s(", type, p->lanes_n ? "_n" : "");
	print_place_in(p, t->value, t->address);
	put_text(p->out, ", v_saturate%s(", type);
	print_unsaturated(p, t->expr);
	put_text(p->out, p->lanes_n ? "), %s);\n" : "));\n", p->lanes_n);
}

static void print_vector_store(Printer *p, const Stmt *t)
{
	if (t->saturates) {
		print_saturated_store(p, t);
		return;
	}
	bool cast = t->expr->kind == X_CAST, narrow = cast && t->expr->dtype == F32 && t->expr->arg[0]->dtype == F64;
	bool rounds = (cast && t->expr->dtype == F16) || (narrow && p->lanes_64);
	Expr *x = rounds ? t->expr->arg[0] : t->expr; /* storing rounds */
	print_indent(p);
	put_text(p->out, "v_store%s%s(", lane_suffix(p, t->value->dtype), p->lanes_n ? "_n" : "");
	print_place_in(p, t->value, t->address);
	put_text(p->out, ", ");
	print_vector(p, x, false);
	put_text(p->out, p->lanes_n ? ", %s);\n" : ");\n", p->lanes_n);
}

static void print_store(Printer *p, const Stmt *t)
{
	if (is_vector(p, t->address)) {
		print_vector_store(p, t);
		return;
	}
	print_indent(p);
	put_text(p->out, "%s[", value_name(p, t->value));
	print_expr(p, t->address, false);
	put_text(p->out, "] = ");
	if (t->expr->dtype == BOOL && t->expr->kind != X_LOAD && t->expr->kind != X_NUM) {
		put_text(p->out, "(uint8_t)");
		print_expr(p, t->expr, true);
	} else {
		print_expr(p, t->expr, false);
	}
	put_text(p->out, ";\n");
}

/* Bytes of all vectors of the group, where one instruction stores them. */
static bool stores_quarters(const Printer *p, const Stmt *t)
{
	return t->kind == S_STORE && p->m->target->quarters && !p->lanes_64 && !p->lanes_8 && is_lane_byte(t->value->dtype);
}

/* "vi quarter[4];", each of them, and "v_store_u8_4(y + i, quarter);" */
static void print_quarters(Printer *p, const Stmt *t)
{
	Shift q = p->shifted[--p->nshifted];
	print_line(p, "%s quarter[%d];", vector_type(p, t->value->dtype), p->group);
	open_block(p, "UNROLL for (int q = 0; q < %d; q++)", p->group);
	p->shifted[p->nshifted++] = q;
	print_indent(p);
	put_text(p->out, "quarter[q] = ");
	if (t->saturates)
		print_unsaturated(p, t->expr);
	else
		print_vector(p, t->expr, false);
	put_text(p->out, ";\n");
	p->nshifted--;
	close_block(p);
	if (p->group_from)
		shift_axis(p, q.axis, p->group_from, 0);
	print_indent(p);
	put_text(p->out, "v_%s%s_%d(", t->saturates ? "saturate" : "store", lane_suffix(p, t->value->dtype), p->group);
	print_place_in(p, t->value, t->address);
	put_text(p->out, ", quarter);\n");
	p->nshifted -= p->group_from != NULL;
	p->shifted[p->nshifted++] = q;
}

/* A local or a store for each vector of the group; the local is an array from here on. */
static void print_each(Printer *p, const Stmt *t)
{
	Stmt each = *t;
	if (stores_quarters(p, t)) {
		print_quarters(p, t);
		return;
	}
	if (t->kind == S_LET) {
		const char *name = declare_local(p, t);
		print_line(p, "%s %s[%d];", vector_type(p, t->local->dtype), name, p->group);
		p->bound[p->nbound] = t->local;
		p->bound_name[p->nbound++] = arena_format(p->out->arena, "%s[q]", name);
		each.kind = S_ASSIGN;
	}
	open_block(p, "UNROLL for (int q = 0; q < %d; q++)", p->group);
	if (each.kind == S_ASSIGN)
		print_assign(p, &each);
	else
		print_store(p, &each);
	close_block(p);
}

static bool is_each(const Printer *p, const Stmt *t)
{
	return p->group && (t->kind == S_STORE ? is_vector(p, t->address) : (t->kind == S_LET || t->kind == S_ASSIGN) && is_vector(p, t->local));
}

/* "if (v_has_nan_d(value, 4))" for all vectors of the group, or for one. */
static void print_nan(Printer *p, const Stmt *t)
{
	open_block(p, "if (v_has_nan_d(%s%s, %d))", p->group ? "" : "&", local_name(p, t->local), p->group ? p->group : 1);
	print_stmts(p, t->body);
	close_block(p);
}

/* "i32_order(y + 100*i, 100, x + 1000*i, 1000);" */
static void print_order(Printer *p, const Stmt *t)
{
	Expr *load = t->expr->arg[0], *start = substitute(p->s->l, load, t->expr->arg[2], num_i(p->s->l, 0));
	print_indent(p);
	bool vectors = p->m->target->lanes > 1 && load->dtype != STR;
	put_text(p->out, "%s%s_order(", vectors ? "v_" : "", dtype_name(load->dtype));
	print_place_in(p, t->value, t->address);
	put_text(p->out, ", ");
	print_expr(p, t->expr->arg[1], false);
	put_text(p->out, ", ");
	print_place_in(p, load->value, start->arg[0]);
	put_text(p->out, ", %s);\n", size_text(p->m->unit, t->expr->arg[2]->axes[0]->extent));
}

/* A block of the load with rows along the open vector loop, and what becomes of each of its columns. */
static void print_columns(Printer *p, const Stmt *t, const char *i)
{
	print_line(p, "%s c[%d];", is_lane_int(t->expr->dtype) ? "vi" : "vf", t->lanes);
	print_indent(p);
	put_text(p->out, "v_columns%s(c, ", lane_suffix(p, t->expr->dtype));
	print_place(p, t->expr);
	put_text(p->out, ", ");
	print_expr(p, t->address, false);
	put_text(p->out, ");\n");
	open_block(p, "UNROLL for (int p = 0; p < %d; p++)", t->lanes);
	shift_axis(p, t->axis, arena_format(p->out->arena, "(%s + p)", i), 0);
	p->bound[p->nbound] = t->local;
	p->bound_name[p->nbound++] = "c[p]";
	print_stmts(p, t->body);
	p->nshifted--;
	p->nbound--;
	close_block(p);
}

/* The same block, element by element. */
static void print_elements(Printer *p, const Stmt *t, const char *i)
{
	Arena *a = p->out->arena;
	const Axis *column = p->vector;
	const char *k = axis_name(p, column);
	const char *q = strcmp(k, "0") == 0 ? "q" : arena_format(a, "(%s + q)", k);
	open_block(p, "for (int p = 0; p < %d; p++)", t->lanes);
	open_block(p, "for (int q = 0; q < %d; q++)", t->lanes);
	shift_axis(p, t->axis, arena_format(a, "(%s + p)", i), 0);
	shift_axis(p, column, q, 0);
	p->vector = NULL;
	print_stmts(p, t->otherwise);
	p->vector = column;
	p->nshifted -= 2;
	close_block(p);
	close_block(p);
}

static void print_block(Printer *p, const Stmt *t)
{
	const char *i = axis_name(p, t->axis);
	if (t->to)
		i = arena_format(p->out->arena, "least(%s, %lld)", i, (long long)t->to);
	shift_axis(p, t->axis, i, 0);
	if (t->otherwise) {
		print_indent(p);
		put_text(p->out, "if (");
		print_expr(p, t->other, false);
		put_text(p->out, ") {\n");
		p->depth++;
	}
	print_columns(p, t, i);
	if (t->otherwise) {
		p->depth--;
		print_line(p, "} else {");
		p->depth++;
		print_elements(p, t, i);
		close_block(p);
	}
	p->nshifted--;
}

/* "memset(y, 0, 1048576);", or of the workers' range "memset(y + 512*from, 0, (size_t)2048 * (size_t)(to - from));" */
static void print_fill(Printer *p, const Stmt *t)
{
	bool range = takes_range(p->m, p->s);
	long long bytes = (long long)dtype_bytes(t->value->dtype, t->to);
	print_indent(p);
	put_text(p->out, "memset(");
	shift_axis(p, t->axis, range ? "from" : "0", 0);
	print_place_in(p, t->value, range ? t->address : substitute(p->s->l, t->address, axis_expr(p->s->l, t->axis), num_i(p->s->l, 0)));
	p->nshifted--;
	if (range)
		put_text(p->out, ", 0, (size_t)%lld * (size_t)(to - from));\n", bytes);
	else
		put_text(p->out, ", 0, %lld);\n", bytes * (long long)axis_count(t->axis));
}

/* "fetch_ahead(table + 384*i_index(indices[i_min(i + 4, 127)], 30522, status), 1536);" */
static void print_ahead(Printer *p, const Stmt *t)
{
	print_indent(p);
	put_text(p->out, "fetch_ahead(");
	print_place(p, t->expr);
	put_text(p->out, ", %lld);\n", (long long)t->to);
}

/* "v_turn_8(y + 512*i + j, 512, x + 512*j + i, 512);" */
static void print_turn(Printer *p, const Stmt *t)
{
	print_indent(p);
	put_text(p->out, "v_turn_%d(", dtype_info(t->expr->dtype)->bits);
	print_place_in(p, t->value, t->address);
	put_text(p->out, ", %lld, ", (long long)t->to);
	print_place(p, t->expr);
	put_text(p->out, ", %lld);\n", (long long)t->from);
}

static void print_if(Printer *p, const Stmt *t)
{
	print_indent(p);
	put_text(p->out, "if (");
	print_expr(p, t->expr, false);
	put_text(p->out, ") {\n");
	p->depth++;
	print_stmts(p, t->body);
	if (t->otherwise) {
		p->depth--;
		leave_locals(p);
		print_line(p, "} else {");
		p->depth++;
		print_stmts(p, t->otherwise);
	}
	close_block(p);
}

void print_stmts(Printer *p, const Stmt *t)
{
	for (; t; t = t->next) {
		if (is_each(p, t)) {
			print_each(p, t);
			continue;
		}
		switch (t->kind) {
		case S_FOR:
			print_loop(p, t);
			break;
		case S_LET:
			print_let(p, t);
			break;
		case S_ASSIGN:
			print_assign(p, t);
			break;
		case S_FOLD:
			print_fold(p, t);
			break;
		case S_FIND:
			print_find(p, t);
			break;
		case S_STORE:
			print_store(p, t);
			break;
		case S_IF:
			print_if(p, t);
			break;
		case S_NAN:
			print_nan(p, t);
			break;
		case S_ORDER:
			print_order(p, t);
			break;
		case S_BLOCK:
			print_block(p, t);
			break;
		case S_FILL:
			print_fill(p, t);
			break;
		case S_AHEAD:
			print_ahead(p, t);
			break;
		case S_TURN:
			print_turn(p, t);
			break;
		case S_TILE:
			print_tiles(p);
			break;
		case S_TRANSFORM:
			print_transform(p);
			break;
		}
	}
}
