/* letters.h -- upper and lower case of UTF-8 text, by tables (letters.c).
 *
 * A row of a table is four numbers: first, last, step, more. Letters first, first + step, .. last become themselves + more.
 * Rows are in order. What is no UTF-8 stays as it is, and so do letters whose other case is several letters. */
#ifndef TCC_IR_OP_LETTERS_H
#define TCC_IR_OP_LETTERS_H
#include "ir/op/strings.h"

enum { LETTER_ROW = 4 };

const int32_t *letter_rows(bool upper, int *rows);
Tensor *letters_table(Graph *g, bool upper); /* i32[rows, LETTER_ROW] */
/* The letter of UTF-8 that begins there, and its bytes; -1 and one byte where none does. */
int32_t letter_at(const char *text, int64_t left, int *bytes);
/* x with every letter by the table; x itself where that changes nothing. */
Text with_letters(Arena *a, const Tensor *table, Text x);
#endif
