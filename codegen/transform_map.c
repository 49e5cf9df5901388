/* transform_map.c -- the map of one table as a function, in which sums that several rows share are computed once.
 *
 *     INLINE void map_6x6(const vf *x, int step, vf *y)          y = A x */
#include <string.h>
#include "codegen/module.h"
#include "codegen/transform.h"

/* A sum of terms, each a number times a name. */
typedef struct Sum {
	double factor[TABLE_MOST];
	const char *name[TABLE_MOST];
	int n;
} Sum;

static void sum_add(Sum *s, double factor, const char *name)
{
	s->factor[s->n] = factor;
	s->name[s->n++] = name;
}

static const char *number(Arena *a, double x) { return arena_format(a, "%.9g%sf", x, x == (double)(long)x ? ".0" : ""); }

/* Begin with a term that needs no product, and add the others one by one. */
static const char *sum_text(Arena *a, const Sum *s, int lanes)
{
	int first = 0;
	for (int i = s->n - 1; i >= 0; i--)
		if (s->factor[i] == 1 || (s->factor[i] == -1 && s->factor[first] != 1))
			first = i;
	double f = s->factor[first];
	const char *set = lanes > 1 ? arena_format(a, "v_set(%s)", number(a, f)) : number(a, f);
	const char *text = f == 1 ? s->name[first] : f == -1 ? arena_format(a, "-%s", s->name[first])
	                                           : arena_format(a, "%s * %s", set, s->name[first]);
	for (int i = 0; i < s->n; i++) {
		f = s->factor[i];
		if (i == first)
			continue;
		if (f == 1 || f == -1)
			text = arena_format(a, "%s %c %s", text, f > 0 ? '+' : '-', s->name[i]);
		else if (lanes > 1)
			text = arena_format(a, "v_fma(v_set(%s), %s, %s)", number(a, f), s->name[i], text);
		else
			text = arena_format(a, "%s %c %s * %s", text, f > 0 ? '+' : '-', number(a, f < 0 ? -f : f), s->name[i]);
	}
	return text;
}

/* The even or odd columns of a row, divided by one of their factors. */
typedef struct Half {
	double scale, factor[TABLE_MOST];
	int n;            /* factors that are not 0 */
	const char *name; /* of the local that holds it, or NULL: written where it is used */
} Half;

/* Divided by its first factor of size 1, so that a product is saved; without one by the first. */
static Half half_of(const float *row, int columns, int parity)
{
	Half h = {.scale = 0};
	for (int k = parity; k < columns; k += 2) {
		h.n += row[k] != 0;
		if ((row[k] == 1 || row[k] == -1) && h.scale != 1 && h.scale != -1)
			h.scale = (double)row[k];
		else if (h.scale == 0)
			h.scale = (double)row[k];
	}
	for (int k = parity; k < columns; k += 2)
		h.factor[k] = row[k] != 0 ? (double)row[k] / h.scale : 0;
	return h;
}

static const char *column_name(Arena *a, int k) { return k > 1 ? arena_format(a, "x[%d*step]", k) : k ? "x[step]" : "x[0]"; }

static void add_columns(Arena *a, Sum *s, const Half *h, double scale)
{
	for (int k = 0; k < TABLE_MOST; k++)
		if (h->factor[k] != 0)
			sum_add(s, scale * h->factor[k], column_name(a, k));
}

static const char *vector_type(int lanes) { return lanes > 1 ? "vf" : "float"; }

/* Rows that belong to points z and -z differ in the sign of their odd half: halves that two rows share get a name. */
static void name_halves(Arena *a, Half *half, int n, int lanes, Out *o)
{
	int names = 0;
	for (int i = 0; i < n; i++)
		for (int k = i + 1; k < n && !half[i].name; k++) {
			if (half[i].n < 2 || memcmp(half[i].factor, half[k].factor, sizeof half[i].factor) != 0)
				continue;
			Sum s = {.n = 0};
			half[i].name = arena_format(a, "%c", 'a' + names++);
			add_columns(a, &s, &half[i], 1);
			put_text(o, "\t%s %s = %s;\n", vector_type(lanes), half[i].name, sum_text(a, &s, lanes));
			for (int j = k; j < n; j++)
				if (!memcmp(half[i].factor, half[j].factor, sizeof half[i].factor))
					half[j].name = half[i].name;
		}
}

/* The rows of a table as sums of its columns and of shared halves. */
static void sums_of_halves(Arena *a, const float *t, int rows, int columns, int lanes, Sum *sum, Out *o)
{
	Half half[2 * TABLE_MOST];
	for (int i = 0; i < 2 * rows; i++)
		half[i] = half_of(t + i / 2 * columns, columns, i % 2);
	name_halves(a, half, 2 * rows, lanes, o);
	for (int i = 0; i < 2 * rows; i++)
		if (half[i].name)
			sum_add(&sum[i / 2], half[i].scale, half[i].name);
		else
			add_columns(a, &sum[i / 2], &half[i], half[i].scale);
}

/* Columns k and k + 1 have the same size in every row: those of points z and -z, of which only the sum and the
 * difference count. */
static bool is_pair(const float *t, int rows, int columns, int k)
{
	int same = 0, opposite = 0;
	for (int i = 0; k + 1 < columns && i < rows; i++) {
		float x = t[i * columns + k], y = t[i * columns + k + 1];
		if (x != y && x != -y)
			return false;
		same += x == y && x != 0;
		opposite += x != y;
	}
	return same > 1 && opposite > 1;
}

static void sums_of_pairs(Arena *a, const float *t, int rows, int columns, int lanes, Sum *sum, Out *o)
{
	for (int k = 0, names = 0; k < columns; k++) {
		bool pair = is_pair(t, rows, columns, k);
		const char *x = column_name(a, k), *next = column_name(a, k + 1), *plus = x, *minus = x;
		if (pair) {
			plus = arena_format(a, "%c", 'a' + names++);
			minus = arena_format(a, "%c", 'a' + names++);
			put_text(o, "\t%s %s = %s + %s, %s = %s - %s;\n", vector_type(lanes), plus, x, next, minus, x, next);
		}
		for (int i = 0; i < rows; i++) {
			const float *f = t + i * columns + k;
			if (f[0] != 0)
				sum_add(&sum[i], (double)f[0], pair && f[0] != f[1] ? minus : plus);
		}
		k += pair;
	}
}

static void print_map(Out *o, const char *name, const Tensor *table, int lanes)
{
	Arena *a = o->arena;
	int rows = (int)table->dim[0], columns = (int)table->dim[1];
	const float *t = table->data;
	const char *type = vector_type(lanes);
	bool pairs = false;
	Sum sum[TABLE_MOST] = {{.n = 0}};
	for (int k = 0; k < columns; k++)
		pairs |= is_pair(t, rows, columns, k);
	put_text(o, "/* y = A x, where x has elements so many steps apart, and A is\n");
	for (int i = 0; i < rows; i++)
		for (int k = 0; k < columns; k++)
			put_text(o, "%s%10g%s", k ? "" : " *", (double)t[i * columns + k] + 0.0, k < columns - 1 ? "" : i < rows - 1 ? "\n" : " */\n");
	put_text(o, "INLINE void %s(const %s *x, int step, %s *y)\n{\n", name, type, type);
	(pairs ? sums_of_pairs : sums_of_halves)(a, t, rows, columns, lanes, sum, o);
	for (int i = 0; i < rows; i++)
		put_text(o, "\ty[%d] = %s;\n", i, sum[i].n ? sum_text(a, &sum[i], lanes) : lanes > 1 ? "v_set(0.0f)" : "0");
	put_text(o, "}\n\n");
}

/* The function that maps by that table, printed when it is new. */
const char *map_name(Module *m, const Tensor *table)
{
	Arena *a = &m->g->ctx->perm;
	int same = 0;
	for (int i = 0; i < m->ntables; i++) {
		if (tensor_equal(m->table[i].data, table))
			return m->table[i].name;
		same += m->table[i].data->dim[0] == table->dim[0] && m->table[i].data->dim[1] == table->dim[1];
	}
	const char *name = arena_format(a, "map_%dx%d", (int)table->dim[0], (int)table->dim[1]);
	if (same)
		name = arena_format(a, "%s_%d", name, same + 1);
	GROW(a, m->table, m->ntables, m->ctables);
	m->table[m->ntables++] = (Table){table, name};
	print_map(m->maps, name, table, m->target->lanes);
	return name;
}
