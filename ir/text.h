/* text.h -- the IR as text, printed and parsed back (manual: docs/ir.md), and the law that holds between passes. */
#ifndef TCC_IR_TEXT_H
#define TCC_IR_TEXT_H
#include <stdio.h>
#include "ir/graph.h"

void graph_print(FILE *f, Graph *g);                    /* constants above 64 elements as a hash and their size unless full */
void graph_print_full(FILE *f, Graph *g);               /* every constant in full: parses back to the same graph */
Graph *graph_parse(Ctx *c, Syms *s, const char *text);  /* E-PARSE with line and column */
/* The IR's law: types, shapes, definitions before uses, no dangling values. Breaking it is our own bug: the message
 * names pass and node, exit 1. */
void graph_verify(Graph *g, const char *after_pass);
#endif
