/* text.h -- the IR as text, printed and parsed back (manual: docs/ir.md), and the law that holds between passes. */
#ifndef TCC_IR_TEXT_H
#define TCC_IR_TEXT_H
#include <stdio.h>
#include "ir/graph.h"

/* ---- print.c ---- */
void graph_print(FILE *f, Graph *g);                    /* constants above 64 elements as a hash and their size */
void graph_print_full(FILE *f, Graph *g);               /* every constant in full: parses back to the same graph */
const char *graph_text(Graph *g, Arena *a);             /* what graph_print_full prints */

/* ---- elements as text (literal.c) ---- */

extern const char *const kind_names[]; /* by Kind: "", "seq", "optional", "map", "optional_seq" */

/* Element i: "-3", "true", "0.1", "inf", "nan:7fc00001", "(1, 2)", "\"text\"": what reads back to the same bits. */
const char *element_text(Ctx *c, const Tensor *t, int64_t i); /* in scratch */
/* "[1, 2, 0 * 14, 3]": runs of equal elements are told once; wrapped to lines that start with `indent` tabs. */
void print_elements(FILE *f, Ctx *c, const Tensor *t, int indent);
/* Read such an element into t at i; returns the end of it, NULL on error. Numbers round once to the type. */
const char *element_parse(Tensor *t, int64_t i, Arena *a, const char *text);
/* "[1, 2, 0 * 14]" into all elements of t; NULL when the number of elements or one of them is wrong. */
const char *elements_parse(Tensor *t, Arena *a, const char *text);
DType dtype_named(const char *name, size_t length); /* DT_NONE also for "none" and what is no type */
/* n bytes in double quotes, all but printable ASCII as \ooo (quotes and backslashes too); in scratch. And back. */
const char *quoted(Ctx *c, const char *bytes, size_t n);
const char *unquote(Arena *a, const char *text, Text *result);

/* ---- attr_text.c ---- */

/* " {pads = [1,1,1,1], auto_pad = VALID}": what is required or differs from its default, without bodies. */
void print_attrs(FILE *f, Ctx *c, const Node *n);

/* ---- parse.c ---- */
Graph *graph_parse(Ctx *c, Syms *s, const char *text);  /* E-PARSE with line and column */

/* ---- verify.c ---- */

/* The IR's law: types, shapes, definitions before uses, no dangling values. Breaking it is our own bug: the message
 * names pass and node, exit 1. */
void graph_verify(Graph *g, const char *after_pass);
#endif
