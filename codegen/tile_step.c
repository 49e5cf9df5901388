/* tile_step.c -- one step of k in a register tile: a row of b is loaded, and each point's element of a multiplies it. */
#include <string.h>
#include "codegen/tile.h"

/* ---- where operands are, and how they are loaded ---- */

static int64_t size_of(int64_t x) { return x < 0 ? -x : x; }

/* The address of b's vector q in this step of k. */
static void put_b(Tile *t, int q)
{
	Contraction *c = t->c;
	put_text(t->p.out, "b");
	for (int i = 0; i < c->nk && !c->packed; i++)
		put_term(t, c->k[i].b, axis_name(&t->p, c->k[i].axis));
	put_offset(t, (int64_t)q * t->lanes * (c->packed ? c->four : 1));
}

/* Compilers keep what this step of k reads for the step that reads it again, in registers that the sums need. */
static bool reads_again(const Tile *t)
{
	const Contraction *c = t->c;
	const Step *k = c->nk ? &c->k[c->nk - 1] : NULL;
	if (t->lanes == 1 || c->of != FLOATS || !k || !k->a || !c->point.a)
		return false;
	int64_t step = gcd(k->a, c->point.a), points = size_of(k->a / step), steps = size_of(c->point.a / step);
	return points < c->points && steps < k->n && steps <= ROW_MAX;
}

/* " 32*r + s": where a is in this step of k; returns false when it prints nothing. */
static bool put_step(Tile *t)
{
	Contraction *c = t->c;
	bool first = true;
	for (int i = 0; i < c->nk; i++) {
		if (c->k[i].a == 0 || !strcmp(axis_name(&t->p, c->k[i].axis), "0"))
			continue;
		put_text(t->p.out, first ? "" : " + ");
		first = false;
		if (c->k[i].a != 1)
			put_text(t->p.out, "%lld*", (long long)c->k[i].a);
		bool way = c->ways > 1 && i == c->nk - 1;
		put_text(t->p.out, !way ? "%s" : c->k[i].a == 1 ? "%s + way" : "(%s + way)", axis_name(&t->p, c->k[i].axis));
	}
	return !first;
}

/* The index of point p's element, or of its vector q. */
static void put_a(Tile *t, int q)
{
	Contraction *c = t->c;
	bool first = reads_again(t) || !put_step(t);
	if (c->point.axis && c->point.a && !one_point(t))
		put_text(t->p.out, c->point.a == 1 ? "%sp" : "%s%lld*p", first ? "" : " + ", (long long)c->point.a);
	else if (first)
		put_text(t->p.out, "0");
	put_offset(t, q);
}

/* A vector of elements of that type; floats are widened where sums are of doubles. */
static const char *load_real(const Tile *t, DType type, bool part)
{
	if (t->c->of == DOUBLES && type == F32)
		return part ? "v_wide_f32_n(" : "v_wide_f32(";
	if (t->c->of == DOUBLES)
		return part ? "v_load_f64_n(" : "v_load_f64(";
	return part ? "v_load_n(" : "v_load(";
}

/* The call that loads a vector of a: bytes become floats. */
const char *load_a(Tile *t, bool part)
{
	const char *n = part ? "_n" : "";
	if (of_reals(t->c))
		return load_real(t, t->c->a->dtype, part);
	return arena_format(t->p.out->arena, "v_float(v_load_%s%s(", dtype_name(t->c->a->dtype), n);
}

const char *load_b(Tile *t, bool part)
{
	if (by_fours(t))
		return by_pairs(t) ? "v_load_pairs(" : "v_load_fours(";
	if (in_parts(t->c))
		return part ? "v_load_i32_n(" : "v_load_i32(";
	if (of_bytes(t->c))
		return "v_float(v_load_i8(";
	return load_real(t, t->c->b_type, part);
}

const char *load_end(const Tile *t) { return t->c->of == BYTES && t->lanes > 1 ? "))" : ")"; }

/* The vector, or number, at the address that `put_at` prints; of a part the lanes that count. */
void put_load(Tile *t, const char *load, void (*put_at)(Tile *, int), int q, bool part, const char *end)
{
	Out *o = t->p.out, place = {.arena = o->arena};
	t->p.out = &place;
	put_at(t, q);
	t->p.out = o;
	if (t->lanes == 1)
		put_text(o, "%s", subscript_text(place.text, o->arena));
	else
		put_text(o, "%s%s%s%s%s", load, place.text, part ? ", " : "", part ? rest_of(t) : "", end);
}

/* ---- b ---- */

/* Data that a few points share: compilers would read them from memory for each. */
static bool keeps_b(const Tile *t)
{
	return !t->c->packed && t->c->of == FLOATS && t->lanes > 1 && t->c->points > 1 && t->c->points <= 4;
}

/* One of two bytes less their zero point: widened in each lane, or a number. */
static void put_one(Tile *t, const char *load, int q, int64_t offset, const Expr *zero)
{
	bool vector = *load;
	put_text(t->p.out, vector ? "%s" : "a[", load);
	if (vector)
		put_b(t, q);
	else
		put_a(t, 0);
	put_offset(t, offset);
	if (vector && partial(t, q))
		put_text(t->p.out, ", %s", rest_of(t));
	put_text(t->p.out, vector ? ")" : "]");
	if (zero && vector)
		put_text(t->p.out, " - v_set_i(%lld)", (long long)zero->i);
	else if (zero)
		put_offset(t, -zero->i);
}

/* Two neighbours along k; the last of an odd number stands alone. */
static void put_two(Tile *t, const char *load, int q, int64_t step, const Expr *zero)
{
	put_one(t, load, q, 0, zero);
	put_text(t->p.out, ", ");
	if (t->four == 2)
		put_one(t, load, q, step, zero);
	else
		put_text(t->p.out, *load ? "v_set_i(0)" : "0");
}

static long long zero_of_byte(const Expr *zero) { return zero ? (long long)zero->i : 0; }

/* Whole vectors of rows k and k + 1 of b, widened together: "vi b0 = v_rows_u8(b + 128*r, b + 128*r + 128, 120);" */
static void print_b_rows(Tile *t, int q)
{
	const Contraction *c = t->c;
	indent(t);
	put_text(t->p.out, "vi b%d = v_rows_%s(", q, dtype_name(c->b->dtype));
	put_b(t, q);
	put_text(t->p.out, ", ");
	put_b(t, q);
	put_offset(t, c->k[c->nk - 1].b);
	put_text(t->p.out, ", %lld);\n", zero_of_byte(c->b_zero));
}

/* Rows k and k + 1 of b, as pairs in each lane. */
static void print_b_twos(Tile *t)
{
	const Contraction *c = t->c;
	for (int q = 0; q < t->vectors; q++) {
		if (t->four == 2 && !partial(t, q)) {
			print_b_rows(t, q);
			continue;
		}
		const char *load = arena_format(t->p.out->arena, "v_load_%s%s(", dtype_name(c->b->dtype), partial(t, q) ? "_n" : "");
		indent(t);
		put_text(t->p.out, "vi b%d = v_two(", q);
		put_two(t, load, q, c->k[c->nk - 1].b, c->b_zero);
		put_text(t->p.out, ");\n");
	}
}

static void print_b_loads(Tile *t)
{
	if (by_twos(t)) {
		print_b_twos(t);
		return;
	}
	const char *end = keeps_b(t) || (of_bytes(t->c) && t->lanes > 1) ? "))" : ")";
	for (int q = 0; q < t->vectors; q++) {
		indent(t);
		put_text(t->p.out, "%s b%d = ", is_half(t, q) ? "vh" : by_pairs(t) ? "vp" : type_of(t), q);
		if (is_half(t, q)) {
			put_text(t->p.out, "v_load_half(");
			put_b(t, q);
			put_text(t->p.out, ")");
		} else {
			bool part = partial(t, q) && !t->c->packed;
			put_text(t->p.out, "%s", keeps_b(t) ? "v_keep(" : "");
			put_load(t, load_b(t, part), put_b, q, part, end);
		}
		put_text(t->p.out, ";\n");
	}
	if (t->c->packed)
		print_line(&t->p, "%s;", step_text("b", t->vectors * t->lanes * t->c->four, t->p.out->arena));
}

/* Lines of the next panel, now and then. */
static void print_fetch(Tile *t)
{
	Printer *p = &t->p;
	if (t->c->fetch_every > 1)
		open_block(p, "if (%s %% %lld == 0)", axis_name(p, t->c->k[t->c->nk - 1].axis), (long long)t->c->fetch_every);
	for (int i = 0; i < t->c->fetch_lines; i++)
		print_line(p, i ? "v_prefetch(next + %d);" : "v_prefetch(next);", i * LINE_FLOATS);
	print_line(p, "next += %d;", t->c->fetch_lines * LINE_FLOATS);
	if (t->c->fetch_every > 1)
		close_block(p);
}

/* ---- a, and the products ---- */

/* acc = acc + (a - b)^2 */
static void print_square(Tile *t, const char *acc, const char *a, const char *b, const char *fma)
{
	const char *d = arena_format(t->p.out->arena, "(%s - %s)", a, b);
	if (t->lanes == 1 || t->p.m->o->strict)
		print_line(&t->p, "%s = %s + %s * %s;", acc, acc, d, d);
	else
		print_line(&t->p, "%s = %s(%s - %s, %s - %s, %s);", acc, fma, a, b, a, b, acc);
}

/* acc = acc + a * b, each of them text */
void print_product(Tile *t, const char *acc, const char *a, const char *b, bool half)
{
	const char *fma = half ? "v_fma_half" : t->c->of == DOUBLES ? "v_fma_d" : "v_fma";
	if (t->c->squares)
		print_square(t, acc, a, b, fma);
	else if (in_parts(t->c) && t->lanes == 1)
		print_line(&t->p, "%s = %s + %s(%s, %s);", acc, acc, t->c->of == HALVES ? "i_twofold" : "i_fourfold", a, b);
	else if (t->c->of == QUARTERS)
		print_line(&t->p, "%s = %s(%s, %s, %s);", acc, t->p.m->target->dots ? "v_add_fours" : "v_add_any_fours", acc, a, b);
	else if (by_twos(t) || t->c->of == HALVES)
		print_line(&t->p, "%s = %s(%s, %s, %s);", acc, t->p.m->target->dots ? "v_dot_twos" : "v_add_twos", acc, a, b);
	else if (by_fours(t))
		print_line(&t->p, "%s = %s(%s, %s, %s);", acc,
		           by_pairs(t) ? "v_add_pairs" : t->p.m->target->dots ? "v_add_fours" : "v_add_small_fours", acc, a, b);
	else if (t->lanes == 1 || (t->p.m->o->strict && !has_exact_products(t->c)))
		print_line(&t->p, "%s = %s + %s * %s;", acc, acc, a, b);
	else
		print_line(&t->p, "%s = %s(%s, %s, %s);", acc, fma, a, b, acc);
}

/* Where a's elements of this step are, in a way that no other step knows. */
static void print_at(Tile *t)
{
	indent(t);
	put_text(t->p.out, "const float *at = v_fresh(a + ");
	put_step(t);
	put_text(t->p.out, ");\n");
}

/* The four bytes of a at this step, in each lane; of the last of a row only as many as there are. */
static void print_four(Tile *t, int64_t n)
{
	Out *o = t->p.out;
	indent(t);
	put_text(o, by_pairs(t) ? "vp a0 = v_pairs_" : "vi a0 = v_set_i(v_four_");
	put_text(o, "%s%s(a + ", dtype_name(t->c->a->dtype), n < 4 ? "_n" : "");
	put_a(t, 0);
	if (n < 4)
		put_text(o, ", %d", (int)n);
	put_text(o, by_pairs(t) ? ");\n" : "));\n");
}

/* The two bytes of a at this step, in each lane. */
static void print_a_twos(Tile *t)
{
	const Contraction *c = t->c;
	indent(t);
	if (t->four == 2 && c->k[c->nk - 1].a == 1) { /* side by side */
		put_text(t->p.out, "vi a0 = v_twos_%s(a + ", dtype_name(c->a->dtype));
		put_a(t, 0);
		put_text(t->p.out, ", %lld);\n", zero_of_byte(c->a_zero));
		return;
	}
	put_text(t->p.out, "vi a0 = v_set_two(");
	put_two(t, "", 0, c->k[c->nk - 1].a, c->a_zero);
	put_text(t->p.out, ");\n");
}

/* a for lanes in pairs: two of its elements in turn, or one and zeros where its pair has no second. */
static void print_a_pair(Tile *t)
{
	Out *o = t->p.out, place = {.arena = o->arena};
	t->p.out = &place;
	put_text(&place, reads_again(t) ? "at + " : "a + ");
	put_a(t, 0);
	t->p.out = o;
	if (in_pairs(t, OF_POINTS))
		print_line(&t->p, "vf a0 = p + 1 < points ? v_set_pair(%s) : v_set_first(%s);", place.text, place.text);
	else
		print_line(&t->p, "vf a0 = %s(%s);", t->four == 2 ? "v_set_pair" : "v_set_first", place.text);
}

/* Point p's element of a at this step, or its vector q. */
static void print_a(Tile *t, int q)
{
	Out *o = t->p.out;
	bool part = t->c->a_lanes && partial(t, q), half = is_half(t, q);
	const char *set = half ? "v_set_half(" : t->c->of == DOUBLES ? "v_set_d(" : in_parts(t->c) ? "v_set_i(" : "v_set(";
	indent(t);
	put_text(o, "%s a%d = ", half ? "vh" : type_of(t), q);
	put_text(o, "%s", t->lanes == 1 ? "" : t->c->a_lanes ? load_a(t, part) : set);
	put_text(o, "%s%s", reads_again(t) ? "at" : "a", t->c->a_lanes && t->lanes > 1 ? " + " : "[");
	put_a(t, t->c->a_lanes ? q * t->lanes : 0);
	if (part)
		put_text(o, ", %s", rest_of(t));
	put_text(o, "%s;\n", t->lanes == 1 ? "]" : t->c->a_lanes ? load_end(t) : "])");
}

static void print_products(Tile *t)
{
	open_sums(t);
	bool pairs = in_pairs(t, OF_POINTS) || in_pairs(t, OF_STEPS);
	if (pairs)
		print_a_pair(t);
	if (by_fours(t))
		print_four(t, t->four);
	if (by_twos(t))
		print_a_twos(t);
	for (int q = 0; q < t->vectors; q++) {
		bool half = is_half(t, q);
		if (!by_fours(t) && !by_twos(t) && !pairs && (t->c->a_lanes || q == 0))
			print_a(t, q);
		print_product(t, sum_name(t, sum_at(t), q), text(t, half && q ? "v_low(a%lld)" : "a%lld", t->c->a_lanes ? q : 0),
		              text(t, "b%lld", q), half);
	}
	close_points(t);
}

void print_step(Tile *t)
{
	bool ways = t->c->ways > 1;
	if (ways)
		open_block(&t->p, "UNROLL for (int way = 0; way < %d; way++)", t->c->ways);
	if (t->c->fetch_every)
		print_fetch(t);
	print_b_loads(t);
	if (reads_again(t))
		print_at(t);
	print_products(t);
	if (ways)
		close_block(&t->p);
}
