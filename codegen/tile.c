/* tile.c -- printing a contraction: one function for the register tile, loops that call it.
 *
 *     INLINE void s5_tile(int points, int i, int j, const float *x, const float *w, float *y)
 *     {
 *             acc = 0
 *             for k:  b0, b1 = panel row;  for each point p: acc[p] += a[p] * (b0, b1)
 *             for each point p: y = epilogue(acc[p])
 *     }
 *
 * points is a literal at every call, so the loops over p unroll and acc lives in registers. The last panel, when it is
 * narrower, has a tile function of its own. Where all points go over a panel before the next one, each tile asks for its
 * part of the next panel meanwhile, a line every so many steps of k. Where a tile makes several sums, the first vectors of a
 * point are those of the first sum, and so on. One point with few outputs has several sums for each
 * that take turns. A tile that goes by rows (depthwise) has another inside:
 *
 *     for outer k:  b[t] = weights of a row of taps;  for each vector v of the row: for each tap t: acc[p(v, t)] += v * b[t] */
#include <string.h>
#include "codegen/contract.h"
#include "codegen/module.h"

typedef struct Tile {
	Printer p;
	Contraction *c;
	int lanes, vectors;
	int64_t rest;        /* lanes of the last vector that count, 0: all */
	const char *rest_text; /* the same where it is known at run time only, else NULL */
	const char *name;    /* "s5_tile" */
	const char *i, *j;   /* names of the axes of points and lanes */
	int64_t points;      /* of the call that is printed */
	bool again;          /* the variable of points is declared: by the panel before this one */
	int64_t four;        /* products of the step that is printed, where steps are of fours */
} Tile;

static const char *text(Tile *t, const char *format, long long x) __attribute__((format(printf, 2, 0)));

static const char *text(Tile *t, const char *format, long long x) { return arena_format(t->p.out->arena, format, x); }

/* Of a sum. */
static const char *type_of(const Tile *t)
{
	if (t->c->of == FOURS || t->c->of == TWOS)
		return t->lanes == 1 ? "int32_t" : "vi";
	if (t->c->of == DOUBLES)
		return t->lanes == 1 ? "double" : "vd";
	return t->lanes == 1 ? "float" : "vf";
}

/* Products in whole fours, by the type of the weights: one instruction, or two of pairs. */
static bool by_fours(const Tile *t) { return t->c->four == 4; }

static bool by_twos(const Tile *t) { return t->c->of == TWOS; }

static bool by_pairs(const Tile *t) { return by_fours(t) && t->c->b_type == I16; }

static const char *name_of(Tile *t, const Expr *load) { return param_of(t->p.s, load->value)->name; }

static const char *b_name(Tile *t)
{
	return t->c->packed ? param_weight(t->p.s, t->c->packed)->name : name_of(t, t->c->b);
}

/* " + 64*i" */
static void put_term(Tile *t, int64_t step, const char *index)
{
	if (step == 0)
		return;
	put_text(t->p.out, step < 0 ? " - " : " + ");
	if (step != 1 && step != -1)
		put_text(t->p.out, "%lld*", (long long)(step < 0 ? -step : step));
	put_text(t->p.out, "%s", index);
}

static void put_offset(Tile *t, int64_t k)
{
	if (k)
		put_text(t->p.out, " %c %lld", k < 0 ? '-' : '+', (long long)(k < 0 ? -k : k));
}

/* Vectors of one sum. */
static int width_of(const Tile *t) { return t->vectors / t->c->sums; }

static int64_t size_of(int64_t x) { return x < 0 ? -x : x; }

/* Elements of packed b for a lane of one sum. */
static int64_t depth_of(const Contraction *c) { return c->steps * c->four; }

/* Where a and b begin for this tile. */
static void print_origins(Tile *t)
{
	Contraction *c = t->c;
	Out *o = t->p.out;
	const char *type = c_type(c->a->dtype), *b_type = c_type(c->packed ? c->packed->dtype : c->b->dtype);
	put_text(o, "\tconst %s *a = %s", type, name_of(t, c->a));
	put_offset(t, c->a_base);
	for (int i = 0; i < c->nouter; i++)
		put_term(t, c->outer[i].a, axis_name(&t->p, c->outer[i].axis));
	if (c->point.axis)
		put_term(t, c->point.a, t->i);
	if (c->a_lanes)
		put_term(t, 1, t->j);
	if (strcmp(type, b_type))
		put_text(o, ";\n\tconst %s *b = %s", b_type, b_name(t));
	else
		put_text(o, ", *b = %s", b_name(t));
	put_offset(t, c->b_base);
	for (int i = 0; i < c->nouter; i++)
		put_term(t, c->outer[i].b, axis_name(&t->p, c->outer[i].axis));
	put_term(t, c->packed ? depth_of(c) * c->sums : c->lane.b, t->j);
	put_text(o, ";\n");
}

/* This tile's part of the panel behind its own; tiles are counted as print_rows goes through them. */
static void print_next(Tile *t)
{
	Contraction *c = t->c;
	const Step *k = &c->k[c->nk - 1];
	int64_t part = LINE_FLOATS * ((k->n + c->fetch_every - 1) / c->fetch_every) * (depth_of(c) / k->n);
	int64_t tiles = (usual_turns(t->p.m, &c->point) + c->points - 1) / c->points, step[STEP_MAX];
	put_text(t->p.out, "\tconst float *next = b + %lld", (long long)(depth_of(c) * t->vectors * t->lanes));
	for (int i = c->nouter - 1; i >= 0; i--) {
		step[i] = c->outer[i].b ? 0 : part * tiles;
		tiles *= c->outer[i].b ? 1 : usual_turns(t->p.m, &c->outer[i]);
	}
	for (int i = 0; i < c->nouter; i++)
		put_term(t, step[i], axis_name(&t->p, c->outer[i].axis));
	if (c->point.axis)
		put_term(t, part, c->points == 1 ? t->i : arena_format(t->p.out->arena, "(%s / %d)", t->i, c->points));
	put_text(t->p.out, ";\n");
}

static bool partial(const Tile *t, int q) { return (t->rest || t->rest_text) && q % width_of(t) == width_of(t) - 1; }

/* Of vector q only the lower half counts, and is computed alone. */
static bool is_half(const Tile *t, int q)
{
	bool loads = t->c->packed || t->rest == t->lanes / 2;
	bool floats = t->c->of == FLOATS && !t->c->a_lanes && t->c->sums == 1;
	return t->p.m->target->halves && floats && partial(t, q) && t->rest && t->rest <= t->lanes / 2 && loads;
}

/* The sum in vector q of a point; of one way where a point has several. */
static const char *sum_name(Tile *t, int q)
{
	const char *at = t->c->ways > 1 ? "way" : "p";
	return arena_format(t->p.out->arena, is_half(t, q) ? "half[%s]" : "acc[%s][%d]", at, q);
}

static const char *zero_of(const Tile *t, int q)
{
	if (t->lanes == 1)
		return "0";
	if (t->c->of == DOUBLES)
		return "v_set_d(0.0)";
	return is_half(t, q) ? "v_set_half(0.0f)" : t->c->of == FOURS || t->c->of == TWOS ? "v_set_i(0)" : "v_set(0.0f)";
}

static void print_zero(Tile *t)
{
	bool half = is_half(t, t->vectors - 1);
	int sums = t->c->points * t->c->ways;
	if (t->vectors > half)
		print_line(&t->p, "%s acc[%d][%d];", type_of(t), sums, t->vectors - half);
	if (half)
		print_line(&t->p, "vh half[%d];", sums);
	if (t->c->ways > 1)
		print_line(&t->p, "UNROLL for (int way = 0; way < %d; way++)%s", sums, t->vectors > 1 ? " {" : "");
	else
		print_line(&t->p, "UNROLL for (int p = 0; p < points; p++)%s", t->vectors > 1 ? " {" : "");
	for (int q = 0; q < t->vectors; q++)
		print_line(&t->p, "\t%s = %s;", sum_name(t, q), zero_of(t, q));
	if (t->vectors > 1)
		print_line(&t->p, "}");
}

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
		if (c->k[i].a == 0)
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
	if (c->point.axis && c->point.a)
		put_text(t->p.out, c->point.a == 1 ? "%sp" : "%s%lld*p", first ? "" : " + ", (long long)c->point.a);
	else if (first)
		put_text(t->p.out, "0");
	put_offset(t, q);
}

static const char *rest_of(Tile *t) { return t->rest_text ? t->rest_text : text(t, "%lld", t->rest); }

static const char *step_end(Tile *t, const Step *s)
{
	return step_varies(s) ? size_text(t->p.m->unit, s->size) : text(t, "%lld", s->n);
}

static void indent(Tile *t)
{
	for (int d = 0; d < t->p.depth; d++)
		put_text(t->p.out, "\t");
}

static const char *load_real(const Tile *t, bool part)
{
	if (t->c->of == DOUBLES)
		return part ? "v_load_f64_n(" : "v_load_f64(";
	return part ? "v_load_n(" : "v_load(";
}

/* The call that loads a vector of a: bytes become floats. */
static const char *load_a(Tile *t, bool part)
{
	const char *n = part ? "_n" : "";
	if (of_reals(t->c))
		return load_real(t, part);
	return arena_format(t->p.out->arena, "v_float(v_load_%s%s(", dtype_name(t->c->a->dtype), n);
}

static const char *load_b(Tile *t, bool part)
{
	if (by_fours(t))
		return by_pairs(t) ? "v_load_pairs(" : "v_load_fours(";
	return load_real(t, part);
}

static const char *load_end(const Tile *t) { return t->c->of == BYTES && t->lanes > 1 ? "))" : ")"; }

/* The vector, or number, at the address that `put_at` prints; of a part the lanes that count. */
static void put_load(Tile *t, const char *load, void (*put_at)(Tile *, int), int q, bool part, const char *end)
{
	put_text(t->p.out, "%s", t->lanes == 1 ? "*(" : load);
	put_at(t, q);
	if (part)
		put_text(t->p.out, ", %s", rest_of(t));
	put_text(t->p.out, "%s", end);
}

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

/* Rows k and k + 1 of b, as pairs in each lane. */
static void print_b_twos(Tile *t)
{
	const Contraction *c = t->c;
	for (int q = 0; q < t->vectors; q++) {
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
	const char *end = keeps_b(t) ? "))" : ")";
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
		print_line(&t->p, "b += %d;", t->vectors * t->lanes * t->c->four);
}

/* A line of the next panel, now and then. */
static void print_fetch(Tile *t)
{
	Printer *p = &t->p;
	if (t->c->fetch_every > 1)
		print_line(p, "if (%s %% %lld == 0) {", axis_name(p, t->c->k[t->c->nk - 1].axis), (long long)t->c->fetch_every);
	p->depth += t->c->fetch_every > 1;
	print_line(p, "v_prefetch(next);");
	print_line(p, "next += %d;", LINE_FLOATS);
	p->depth -= t->c->fetch_every > 1;
	if (t->c->fetch_every > 1)
		print_line(p, "}");
}

/* acc = acc + a * b, each of them text */
static void print_product(Tile *t, const char *acc, const char *a, const char *b, bool half)
{
	if (by_twos(t))
		print_line(&t->p, "%s = %s(%s, %s, %s);", acc, t->p.m->target->dots ? "v_dot_twos" : "v_add_twos", acc, a, b);
	else if (by_fours(t))
		print_line(&t->p, "%s = %s(%s, %s, %s);", acc, by_pairs(t) ? "v_add_pairs" : "v_add_fours", acc, a, b);
	else if (t->lanes == 1 || t->p.m->o->strict)
		print_line(&t->p, "%s = %s + %s * %s;", acc, acc, a, b);
	else
		print_line(&t->p, "%s = v_fma%s(%s, %s, %s);", acc, half ? "_half" : t->c->of == DOUBLES ? "_d" : "", a, b, acc);
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
	put_text(o, by_pairs(t) ? "\tvp v0 = v_pairs_" : "\tvi v0 = v_set_i(v_four_");
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
	put_text(t->p.out, "\tvi v0 = v_set_two(");
	put_two(t, "", 0, c->k[c->nk - 1].a, c->a_zero);
	put_text(t->p.out, ");\n");
}

static void print_products(Tile *t)
{
	Out *o = t->p.out;
	print_line(&t->p, "UNROLL for (int p = 0; p < points; p++) {");
	if (by_fours(t))
		print_four(t, t->four);
	if (by_twos(t))
		print_a_twos(t);
	for (int q = 0; q < t->vectors; q++) {
		bool load = !by_fours(t) && !by_twos(t) && (t->c->a_lanes || q == 0), part = t->c->a_lanes && partial(t, q), half = is_half(t, q);
		int at = t->c->a_lanes ? q : 0;
		for (int d = 0; load && d <= t->p.depth; d++)
			put_text(o, "\t");
		if (load) {
			put_text(o, "%s v%d = ", half ? "vh" : type_of(t), at);
			const char *set = half ? "v_set_half(" : t->c->of == DOUBLES ? "v_set_d(" : "v_set(";
			put_text(o, "%s", t->lanes == 1 ? "" : t->c->a_lanes ? load_a(t, part) : set);
			put_text(o, "%s%s", reads_again(t) ? "at" : "a", t->c->a_lanes && t->lanes > 1 ? " + " : "[");
			put_a(t, t->c->a_lanes ? q * t->lanes : 0);
			if (part)
				put_text(o, ", %s", rest_of(t));
			put_text(o, "%s;\n", t->lanes == 1 ? "]" : t->c->a_lanes ? load_end(t) : "])");
		}
		t->p.depth++;
		print_product(t, sum_name(t, q), text(t, half && q ? "v_low(v%lld)" : "v%lld", at), text(t, "b%lld", q), half);
		t->p.depth--;
	}
	print_line(&t->p, "}");
}

static void print_taps(Tile *t)
{
	bool ways = t->c->ways > 1;
	if (ways)
		print_line(&t->p, "UNROLL for (int way = 0; way < %d; way++) {", t->c->ways);
	t->p.depth += ways;
	if (t->c->fetch_every)
		print_fetch(t);
	print_b_loads(t);
	if (reads_again(t))
		print_at(t);
	print_products(t);
	t->p.depth -= ways;
	if (ways)
		print_line(&t->p, "}");
}

/* All ways into the first. */
static void print_join(Tile *t)
{
	print_line(&t->p, "UNROLL for (int way = 1; way < %d; way++)%s", t->c->ways, t->vectors > 1 ? " {" : "");
	for (int q = 0; q < t->vectors; q++) {
		const char *first = is_half(t, q) ? "half[0]" : text(t, "acc[0][%lld]", q);
		print_line(&t->p, "\t%s = %s + %s;", first, first, sum_name(t, q));
	}
	if (t->vectors > 1)
		print_line(&t->p, "}");
}

/* ---- by rows: each vector of a row of a goes into the sums of all points that read it ---- */

static void put_row_a(Tile *t, int q)
{
	Contraction *c = t->c;
	put_text(t->p.out, "a");
	for (int i = 0; i < c->nk - 1; i++)
		put_term(t, c->k[i].a, axis_name(&t->p, c->k[i].axis));
	put_term(t, c->row.gap, "q");
	put_offset(t, (int64_t)q * t->lanes);
}

static void put_row_b(Tile *t, int q)
{
	Contraction *c = t->c;
	int last = c->nk - 1;
	put_text(t->p.out, "b");
	for (int i = 0; i < last && !c->packed; i++)
		put_term(t, c->k[i].b, axis_name(&t->p, c->k[i].axis));
	put_term(t, c->packed ? t->vectors * t->lanes : c->k[last].b, axis_name(&t->p, c->k[last].axis));
	put_offset(t, (int64_t)q * t->lanes);
}

/* The row's weights, one vector a tap. */
static void print_row_b(Tile *t, const char *tap)
{
	Printer *p = &t->p;
	indent(t);
	for (int q = 0; q < t->vectors; q++)
		put_text(p->out, "%s b%d[%d]", q ? "," : type_of(t), q, t->c->row.taps);
	put_text(p->out, ";\n");
	print_line(p, "UNROLL for (int %s = 0; %s < %d; %s++)%s", tap, tap, t->c->row.taps, tap, t->vectors > 1 ? " {" : "");
	p->depth++;
	for (int q = 0; q < t->vectors; q++) {
		indent(t);
		put_text(p->out, "b%d[%s] = ", q, tap);
		bool part = partial(t, q) && !t->c->packed;
		put_load(t, load_b(t, part), put_row_b, q, part, ")");
		put_text(p->out, ";\n");
	}
	p->depth--;
	if (t->vectors > 1)
		print_line(p, "}");
}

/* Vector q of the row meets tap s in point p when stride * p + dilation * s = q. */
static void print_row_products(Tile *t, const char *tap)
{
	Printer *p = &t->p;
	const Row *row = &t->c->row;
	const char *at = row->dilation == 1 ? tap : arena_format(p->out->arena, "%d*%s", row->dilation, tap);
	const char *brace = t->vectors > 1 ? " {" : "";
	print_line(p, "UNROLL for (int %s = 0; %s < %d; %s++) {", tap, tap, row->taps, tap);
	p->depth++;
	if (row->stride == 1) {
		print_line(p, "int p = q - %s;", at);
		print_line(p, "if (p >= 0 && p < points)%s", brace);
	} else {
		print_line(p, "int p = (q - %s) / %d;", at, row->stride);
		print_line(p, "if (p >= 0 && p < points && %d*p + %s == q)%s", row->stride, at, brace);
	}
	p->depth++;
	for (int q = 0; q < t->vectors; q++)
		print_product(t, text(t, "acc[p][%lld]", q), text(t, "v%lld", q),
		              arena_format(p->out->arena, "b%d[%s]", q, tap), false);
	p->depth--;
	if (t->vectors > 1)
		print_line(p, "}");
	p->depth--;
	print_line(p, "}");
}

static void print_row(Tile *t)
{
	Printer *p = &t->p;
	const Row *row = &t->c->row;
	const char *tap = axis_name(p, t->c->k[t->c->nk - 1].axis);
	print_row_b(t, tap);
	indent(t);
	put_text(p->out, "UNROLL for (int q = 0; q < ");
	if (row->stride > 1)
		put_text(p->out, "%d*", row->stride);
	put_text(p->out, "points");
	put_offset(t, row->dilation * (row->taps - 1) + 1 - row->stride);
	put_text(p->out, "; q++) {\n");
	p->depth++;
	for (int q = 0; q < t->vectors; q++) {
		indent(t);
		put_text(p->out, "%s v%d = %s", type_of(t), q, t->lanes > 1 ? "v_keep(" : "");
		put_load(t, load_a(t, partial(t, q)), put_row_a, q, partial(t, q), load_end(t));
		put_text(p->out, t->lanes > 1 ? ");\n" : ";\n");
	}
	print_row_products(t, tap);
	p->depth--;
	print_line(p, "}");
	if (t->c->packed)
		print_line(p, "b += %d;", row->taps * t->vectors * t->lanes);
}

static void shift(Tile *t, const Axis *axis, const char *to)
{
	t->p.shifted[t->p.nshifted] = axis;
	t->p.shifted_text[t->p.nshifted++] = to;
}

/* Along the innermost k in fours, or twos, and what is left. */
static void print_fours(Tile *t)
{
	const Step *k = &t->c->k[t->c->nk - 1];
	const int four = t->c->four;
	int64_t whole = k->n / four * four;
	if (whole) {
		const char *name = axis_name(&t->p, k->axis);
		print_line(&t->p, "for (int %s = 0; %s < %lld; %s += %d) {", name, name, (long long)whole, name, four);
		t->p.depth++;
		t->four = four;
		print_taps(t);
		t->p.depth--;
		print_line(&t->p, "}");
	}
	if (whole == k->n)
		return;
	print_line(&t->p, "{");
	t->p.depth++;
	t->four = k->n - whole;
	shift(t, k->axis, text(t, "%lld", whole));
	print_taps(t);
	t->p.nshifted--;
	t->p.depth--;
	print_line(&t->p, "}");
}

/* Loops over k around those in fours. */
static void print_sum_of_fours(Tile *t)
{
	Contraction *c = t->c;
	int loops = c->nk - 1;
	for (int i = 0; i < loops; i++) {
		const char *k = axis_name(&t->p, c->k[i].axis);
		print_line(&t->p, "for (int %s = 0; %s < %s; %s++)%s", k, k, step_end(t, &c->k[i]), k, i == loops - 1 ? " {" : "");
		t->p.depth++;
	}
	print_fours(t);
	t->p.depth = loops > 1 ? loops : 1;
	if (loops)
		print_line(&t->p, "}");
	t->p.depth = 1;
}

/* Loops over k around what one step of them does. */
static void print_sum(Tile *t)
{
	Contraction *c = t->c;
	int loops = c->by_rows ? c->nk - 1 : c->nk;
	if (by_fours(t) || by_twos(t)) {
		print_sum_of_fours(t);
		return;
	}
	for (int i = 0; i < loops; i++) {
		const char *k = axis_name(&t->p, c->k[i].axis);
		bool last = i == loops - 1;
		const char *step = last && c->ways > 1 ? text(t, " += %lld", c->ways) : "++";
		print_line(&t->p, "for (int %s = 0; %s < %s; %s%s)%s", k, k, step_end(t, &c->k[i]), k, step, last ? " {" : "");
		t->p.depth++;
	}
	if (loops == 0) {
		print_line(&t->p, "{");
		t->p.depth++;
	}
	if (c->by_rows)
		print_row(t);
	else
		print_taps(t);
	t->p.depth = loops > 1 ? loops : 1;
	print_line(&t->p, "}");
	t->p.depth = 1;
	if (c->ways > 1)
		print_join(t);
}

/* Compilers read what the epilogues of all points have in common (a bias) before the loop over tiles, into registers
 * that they then lack in its middle. */
static void print_fresh(Tile *t, const Expr *x)
{
	bool constant = x->kind == X_LOAD && x->dtype == F32 && x->value->role == ROLE_CONST;
	bool common = constant && !(t->c->point.axis && depends_on(x, t->c->point.axis));
	const char *name = common ? name_of(t, x) : NULL;
	if (common && !strstr(t->p.out->text, arena_format(t->p.out->arena, "\t%s = v_fresh", name)))
		print_line(&t->p, "%s = v_fresh(%s);", name, name);
	for (int k = 0; k < x->nargs; k++)
		print_fresh(t, x->arg[k]);
}

/* Registers that sums, a row of b and one element of a leave. */
static int spare_registers(const Tile *t)
{
	return t->p.m->target->registers - t->c->points * t->vectors - t->vectors - 1;
}

static void bind(Printer *p, const Expr *x, const char *name)
{
	p->bound[p->nbound] = x;
	p->bound_name[p->nbound++] = name;
}

/* Names of all sums in vector q of a point. */
static void bind_sums(Tile *t, int q)
{
	Contraction *c = t->c;
	const char *first = is_half(t, q) ? "v_widen(half[p])" : text(t, "acc[p][%lld]", q);
	if (c->of == BYTES)
		first = arena_format(t->p.out->arena, "%s(%s)", t->lanes > 1 ? "v_int" : "(int32_t)", first);
	bind(&t->p, c->acc, first);
	for (int i = 1; i < c->sums; i++)
		bind(&t->p, c->twin[i - 1].acc, text(t, "acc[p][%lld]", i * width_of(t) + q));
}

static void print_epilogue(Tile *t)
{
	Printer *p = &t->p;
	Contraction *c = t->c;
	int vectors = width_of(t);
	if (t->lanes > 1 && c->points > 1 && spare_registers(t) <= t->vectors + 1)
		print_fresh(t, c->epilogue);
	print_line(p, "UNROLL for (int p = 0; p < points; p++)%s", vectors > 1 ? " {" : "");
	for (int q = 0; q < vectors; q++) {
		p->nshifted = 0;
		if (c->point.axis)
			shift(t, c->point.axis, arena_format(p->out->arena, "(%s + p)", t->i));
		shift(t, c->lane.axis, q ? arena_format(p->out->arena, "(%s + %d)", t->j, q * t->lanes) : t->j);
		p->nbound = 0;
		bind_sums(t, q);
		p->vector = t->lanes > 1 ? c->lane.axis : NULL;
		p->lanes_64 = c->of == DOUBLES;
		p->lanes_n = partial(t, q) ? rest_of(t) : NULL;
		p->depth = 2;
		print_stmts(p, &(Stmt){.kind = S_STORE, .value = p->s->out, .address = p->s->address, .expr = c->epilogue});
	}
	p->depth = 1;
	p->vector = NULL;
	p->lanes_64 = false;
	p->lanes_n = NULL;
	p->nbound = p->nshifted = 0;
	if (vectors > 1)
		print_line(p, "}");
}

/* ---- the tile function's parameters: axes of the loops around it, then the stage's own ---- */

void put_parameters(const Stage *s, Out *o, bool declare)
{
	for (int k = 0; k < s->nparams; k++) {
		const Param *q = &s->param[k];
		DType d = q->weight ? q->weight->dtype : q->value->dtype;
		if (declare)
			put_text(o, ", %s%s *%s%s", q->written ? "" : "const ", c_type(d), s->in_place ? "" : "restrict ", q->name);
		else
			put_text(o, ", %s", q->name);
	}
	if (s->checks)
		put_text(o, declare ? ", int *status" : ", status");
}

static void print_parameters(Tile *t, Out *o, bool declare)
{
	Contraction *c = t->c;
	Stage *s = t->p.s;
	const char *type = declare ? s->wide ? "int64_t " : "int " : "";
	for (int i = 0; i < c->nouter; i++)
		put_text(o, ", %s%s", type, axis_name(&t->p, c->outer[i].axis));
	if (c->point.axis)
		put_text(o, ", %s%s", type, t->i);
	put_text(o, ", %s%s", type, t->j);
	if (t->rest_text)
		put_text(o, declare ? ", int %s" : ", %s", t->rest_text);
	put_parameters(s, o, declare);
}

static void print_function(Tile *t, Out *o)
{
	Out body = {.arena = o->arena};
	t->p.out = &body;
	t->p.depth = 1;
	print_origins(t);
	if (t->c->fetch_every)
		print_next(t);
	print_zero(t);
	print_sum(t);
	print_epilogue(t);
	put_text(o, "/* points x %d outputs%s */\nINLINE void %s(int points", width_of(t) * t->lanes,
	         t->rest ? arena_format(o->arena, ", the last %lld of a vector", (long long)t->rest) : "", t->name);
	print_parameters(t, o, true);
	put_text(o, "%s)\n{\n%s}\n\n", sizes_used(t->p.m->unit, body.text, true), body.text);
	t->c->sizes = sizes_used(t->p.m->unit, body.text, false);
}

static Tile tile_new(Module *m, Stage *s, Out *o)
{
	Contraction *c = s->contraction;
	Tile t = {.p = {.m = m, .s = s, .out = o, .depth = 1}, .c = c, .lanes = c->lanes, .vectors = c->vectors};
	for (int i = 0; i < c->nouter; i++)
		axis_name(&t.p, c->outer[i].axis);
	t.i = c->point.axis ? axis_name(&t.p, c->point.axis) : "0";
	t.j = axis_name(&t.p, c->lane.axis);
	for (int i = 0; i < c->nk; i++)
		axis_name(&t.p, c->k[i].axis);
	t.name = arena_format(o->arena, "s%d_tile", s->number);
	return t;
}

/* The last panel: fewer vectors, or lanes that do not count. Where the size is not known, one vector at a time. */
static bool tail_of(Tile *t)
{
	Contraction *c = t->c;
	int64_t left = c->lane.n % c->panel;
	if (step_varies(&c->lane)) {
		t->vectors = 1;
		t->rest_text = t->lanes > 1 ? "rest" : NULL;
		t->name = arena_format(t->p.out->arena, "s%d_tail", t->p.s->number);
		return true;
	}
	if (left == 0)
		return false;
	t->vectors = (int)((left + t->lanes - 1) / t->lanes) * c->sums;
	t->rest = left % t->lanes;
	t->name = arena_format(t->p.out->arena, "s%d_tail", t->p.s->number);
	return true;
}

void print_tile_functions(Module *m, Stage *s, Out *o)
{
	Contraction *c = s->contraction;
	Tile t = tile_new(m, s, o), tail = t;
	Printer probe = t.p; /* every parameter exists before the first signature is printed */
	Out nowhere = {.arena = o->arena};
	param_of(s, c->a->value);
	b_name(&t);
	probe.out = &nowhere;
	probe.vector = m->target->lanes > 1 ? c->lane.axis : NULL;
	probe.lanes_64 = c->of == DOUBLES;
	bind(&probe, c->acc, "acc");
	for (int i = 0; i < c->sums - 1; i++)
		bind(&probe, c->twin[i].acc, "acc");
	print_stmts(&probe, &(Stmt){.kind = S_STORE, .value = s->out, .address = s->address, .expr = c->epilogue});
	if (c->lane.n >= c->panel)
		print_function(&t, o);
	tail.p.out = o;
	if (tail_of(&tail))
		print_function(&tail, o);
}

/* ---- the loops ---- */

static void print_call(Tile *t)
{
	indent(t);
	put_text(t->p.out, "%s(%lld", t->name, (long long)t->points);
	print_parameters(t, t->p.out, false);
	put_text(t->p.out, "%s);\n", t->c->sizes);
}

static bool is_split(const Tile *t, const Axis *axis) { return takes_range(t->p.m, t->p.s) && t->p.s->split == axis; }

static void print_panels(Tile *t, void (*inner)(Tile *));

/* Points i .. i + n of this panel, or of all. */
static void print_points_at(Tile *t, const char *i, int64_t n)
{
	Tile at = *t;
	at.i = i;
	at.points = n;
	if (t->c->points_outside)
		print_panels(&at, print_call);
	else
		print_call(&at);
}

/* The same under `head`, a loop or a condition. */
static void print_points_under(Tile *t, const char *head, int64_t n)
{
	bool block = t->c->points_outside;
	print_line(&t->p, "%s%s", head, block ? " {" : "");
	t->p.depth++;
	print_points_at(t, t->i, n);
	t->p.depth--;
	if (block)
		print_line(&t->p, "}");
}

/* Tiles over points whose number is known at run time only: whole ones, then 16, 8, 4 of them as far as they go; the
 * last three, two or one in one tile. */
static void print_points_open(Tile *t, const char *from, const char *to)
{
	Contraction *c = t->c;
	Arena *a = t->p.out->arena;
	int part = 1;
	print_line(&t->p, "%s%s = %s;", t->again ? "" : "int ", t->i, from);
	print_points_under(t, arena_format(a, "for (; %s + %d <= %s; %s += %d)", t->i, c->points, to, t->i, c->points), c->points);
	while (2 * part < c->points)
		part *= 2;
	for (; part >= 4; part /= 2) {
		print_line(&t->p, "if (%s + %d <= %s) {", t->i, part, to);
		t->p.depth++;
		print_points_at(t, t->i, part);
		print_line(&t->p, "%s += %d;", t->i, part);
		t->p.depth--;
		print_line(&t->p, "}");
	}
	for (part = c->points > 3 ? 3 : c->points - 1; part > 0; part--)
		print_points_under(t, arena_format(a, "if (%s + %d == %s)", t->i, part, to), part);
}

/* Tiles over the points that a worker has: whole ones, then perhaps a last one with fewer points. */
static void print_points_split(Tile *t, int64_t whole)
{
	Contraction *c = t->c;
	const char *head = arena_format(t->p.out->arena, "for (int %s = from; %s < to; %s += %d)", t->i, t->i, t->i, c->points);
	if (whole == c->point.n) {
		print_points_under(t, head, c->points);
		return;
	}
	print_line(&t->p, "%s%s", head, c->points_outside ? " {" : "");
	t->p.depth++;
	print_points_under(t, arena_format(t->p.out->arena, "if (%s < %lld)", t->i, (long long)whole), c->points);
	print_points_under(t, "else", c->point.n - whole);
	t->p.depth--;
	if (c->points_outside)
		print_line(&t->p, "}");
}

/* Tiles over the points. */
static void print_points(Tile *t)
{
	Contraction *c = t->c;
	Arena *a = t->p.out->arena;
	int64_t whole = c->point.n / c->points * c->points;
	if (!c->point.axis) {
		print_points_at(t, "0", 1);
		return;
	}
	if (step_varies(&c->point)) {
		bool split = is_split(t, c->point.axis);
		print_points_open(t, split ? "from" : "0", split ? "to" : step_end(t, &c->point));
		return;
	}
	if (is_split(t, c->point.axis)) {
		print_points_split(t, whole);
		return;
	}
	if (whole > c->points)
		print_points_under(t, arena_format(a, "for (int %s = 0; %s < %lld; %s += %d)", t->i, t->i, (long long)whole, t->i,
		                                   c->points), c->points);
	else
		print_points_at(t, "0", c->points);
	if (whole < c->point.n)
		print_points_at(t, text(t, "%lld", whole), c->point.n - whole);
}

/* Panels up to an end that is known at run time only: whole ones, then vector by vector. */
static void print_panels_open(Tile *t, Tile *tail, void (*inner)(Tile *))
{
	Contraction *c = t->c;
	bool split = is_split(t, c->lane.axis);
	const char *to = split ? "to" : step_end(t, &c->lane);
	print_line(&t->p, "int %s = %s;", t->j, split ? "from" : "0");
	if (c->lane.n >= c->panel) {
		print_line(&t->p, "for (; %s + %lld <= %s; %s += %lld) {", t->j, (long long)c->panel, to, t->j, (long long)c->panel);
		t->p.depth++;
		inner(t);
		t->p.depth--;
		print_line(&t->p, "}");
	}
	print_line(&t->p, "for (; %s < %s; %s += %d) {", t->j, to, t->j, t->lanes);
	tail->p.depth++;
	if (tail->rest_text)
		print_line(&tail->p, "const int rest = least(%s - %s, %d);", to, t->j, t->lanes);
	inner(tail);
	print_line(&t->p, "}");
}

/* The loop over panels, and inside it what `inner` prints for one panel. */
static void print_panels(Tile *t, void (*inner)(Tile *))
{
	Contraction *c = t->c;
	int64_t whole = c->lane.n / c->panel * c->panel;
	Tile tail = *t;
	bool has_tail = tail_of(&tail), split = is_split(t, c->lane.axis);
	if (step_varies(&c->lane)) {
		print_panels_open(t, &tail, inner);
		return;
	}
	if (whole && (whole > c->panel || split)) {
		if (split)
			print_line(&t->p, "for (int %s = from; %s + %lld <= to; %s += %lld) {", t->j, t->j, (long long)c->panel, t->j,
			           (long long)c->panel);
		else
			print_line(&t->p, "for (int %s = 0; %s < %lld; %s += %lld) {", t->j, t->j, (long long)whole, t->j,
			           (long long)c->panel);
		t->p.depth++;
		inner(t);
		t->p.depth--;
		print_line(&t->p, "}");
	} else if (whole) {
		Tile one = *t;
		one.j = "0";
		inner(&one);
		tail.again = true;
	}
	if (!has_tail)
		return;
	tail.j = text(t, "%lld", (long long)whole);
	if (split) {
		print_line(&t->p, "if (to == %lld) {", (long long)c->lane.n);
		tail.p.depth++;
	}
	inner(&tail);
	if (split)
		print_line(&t->p, "}");
}

static void open_outer(Tile *t, const Step *step)
{
	const char *name = axis_name(&t->p, step->axis);
	if (is_split(t, step->axis))
		print_line(&t->p, "for (int %s = from; %s < to; %s++) {", name, name, name);
	else
		print_line(&t->p, "for (int %s = 0; %s < %s; %s++) {", name, name, step_end(t, step), name);
	t->p.depth++;
}

static void close_outer(Tile *t)
{
	t->p.depth--;
	print_line(&t->p, "}");
}

/* Loops over the outer axes that b does not know, then the points. */
static void print_rows(Tile *t)
{
	int open = 0;
	for (int i = 0; i < t->c->nouter; i++)
		if (!t->c->outer[i].b) {
			open_outer(t, &t->c->outer[i]);
			open++;
		}
	t->again &= !open;
	print_points(t);
	while (open--)
		close_outer(t);
}

void print_tiles(Printer *p)
{
	Tile t = tile_new(p->m, p->s, p->out);
	Contraction *c = t.c;
	int open = 0;

	t.p.depth = p->depth;
	for (int i = 0; i < c->nouter; i++)
		if (c->outer[i].b || !c->panels_outside) {
			open_outer(&t, &c->outer[i]);
			open++;
		}
	if (c->points_outside)
		print_points(&t);
	else
		print_panels(&t, c->panels_outside ? print_rows : print_points);
	while (open--)
		close_outer(&t);
}
