/* strings.h -- what operators of text share (strings.c). */
#ifndef TCC_IR_OP_STRINGS_H
#define TCC_IR_OP_STRINGS_H
#include "ir/op/composite.h"

int compare_texts(const Text *a, const Text *b); /* by bytes */

/* ---- numbers: numbertext.c ---- */

Text number_text(Arena *a, const Tensor *x, int64_t i);
double text_real(Arena *a, Text x, bool single); /* rounded to f32 or f64; NaN where it is none */
int64_t text_integer(Arena *a, Text x);          /* modulo 2^64; 0 where it is none */

/* ---- regular expressions that operators have: regexfullmatch.c ---- */

typedef struct Regex Regex; /* regex.h */
typedef struct Tree Tree;

/* E-ATTR where the pattern is malformed, E-UNSUPPORTED where it has what regex.h does not. */
Tree *regex_tree(Graph *g, const Node *n, Text pattern);
Regex regex_of(Graph *g, const Node *n, Text pattern); /* the same, and where its automaton is too large */
void regex_tables(Graph *g, const Regex *r, Value **class_of, Value **next); /* u8[256], u16[states,classes] */

/* ---- lists of attributes as tensors; NULL where both are absent or empty ---- */

Tensor *texts_tensor(Graph *g, int n, const Text *texts); /* [n] */
Tensor *labels_tensor(Graph *g, const Ints *whole, const Strings *texts);

/* The element of `values` beside the key that x is, of the first where a key stands there several times; `other`, one
 * element, where x is none of them. Keys are text. */
Value *value_of_key(Graph *g, const Node *like, Value *x, const Tensor *keys, const Tensor *values, const Tensor *other);
/* The same of keys that are integers, of which there are some (findnumber.c). */
Value *value_of_number(Graph *g, const Node *like, Value *x, const Tensor *keys, const Tensor *values, const Tensor *other);
#endif
