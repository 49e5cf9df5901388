/* letters.c -- see letters.h; and tcc.Letters(x, table): text with every letter by the table. */
#include <string.h>
#include "ir/op/letters.h"

static const int32_t upper_rows[][LETTER_ROW] = {
#define UPPER(first, last, step, more) {first, last, step, more},
#define LOWER(first, last, step, more)
#include "ir/op/letters.def"
#undef UPPER
#undef LOWER
};

static const int32_t lower_rows[][LETTER_ROW] = {
#define UPPER(first, last, step, more)
#define LOWER(first, last, step, more) {first, last, step, more},
#include "ir/op/letters.def"
#undef UPPER
#undef LOWER
};

const int32_t *letter_rows(bool upper, int *rows)
{
	*rows = (int)((upper ? sizeof upper_rows : sizeof lower_rows) / sizeof *upper_rows);
	return upper ? upper_rows[0] : lower_rows[0];
}

Tensor *letters_table(Graph *g, bool upper)
{
	int rows;
	const int32_t *row = letter_rows(upper, &rows);
	Tensor *t = tensor_new(&g->ctx->perm, I32, 2, (int64_t[]){rows, LETTER_ROW});

	memcpy(t->data, row, (size_t)rows * sizeof *upper_rows);
	return t;
}

/* ---- UTF-8 ---- */

int32_t letter_at(const char *text, int64_t left, int *bytes)
{
	static const int32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char c = (unsigned char)*text;
	int n = c < 0x80 ? 1 : c < 0xc0 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf8 ? 4 : 0;
	int32_t letter = n == 1 ? c : c & (0x7f >> n);

	*bytes = 1;
	if (n == 0 || n > left)
		return -1;
	for (int i = 1; i < n; i++) {
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return -1;
		letter = letter << 6 | ((unsigned char)text[i] & 0x3f);
	}
	if (letter < least[n])
		return -1;
	*bytes = n;
	return letter;
}

static int put_letter(char *to, int32_t letter)
{
	int n = letter < 0x80 ? 1 : letter < 0x800 ? 2 : letter < 0x10000 ? 3 : 4;

	for (int i = n - 1; i > 0; i--, letter >>= 6)
		to[i] = (char)(0x80 | (letter & 0x3f));
	to[0] = (char)(n == 1 ? letter : (0xf00 >> n & 0xff) | letter);
	return n;
}

static int32_t mapped(const Tensor *table, int32_t letter)
{
	const int32_t *row = table->data;

	for (int64_t i = 0; i < table->dim[0]; i++, row += LETTER_ROW)
		if (letter >= row[0] && letter <= row[1] && (letter - row[0]) % row[2] == 0)
			return letter + row[3];
	return letter;
}

Text with_letters(Arena *a, const Tensor *table, Text x)
{
	char *to = arena_array(a, (size_t)x.length + 1, 2), *start = to;
	int bytes;

	for (int64_t at = 0; at < x.length; at += bytes) {
		int32_t letter = letter_at(x.text + at, x.length - at, &bytes);
		if (letter < 0)
			*to++ = x.text[at];
		else
			to += put_letter(to, mapped(table, letter));
	}
	Text y = {start, to - start};
	return same_text(&x, &y) ? x : y;
}

/* ---- tcc.Letters ---- */

static void infer(Graph *g, Node *n)
{
	need_rank(g, n, 1, 2, 2);
	same_as_input(g, n);
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	(void)n;
	for (int64_t i = 0; i < in[0]->count; i++)
		((Text *)out[0]->data)[i] = with_letters(e->arena, in[1], ((const Text *)in[0]->data)[i]);
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	Expr *rows = extent(l, n->in[1]->shape.dim[0]);

	(void)slot;
	return text_alu(l, TEXT_LETTERS, STR, 3, (Expr *[]){in(l, n, 0, at), table_in(l, n, 1), rows});
}

const Op op_tcc_Letters = {
	.name = "Letters", .domain = "tcc", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, .flags = POINTWISE,
	.types = "s", .infer = infer, .eval = eval, .lower = lower,
};
