/* scan.h -- reading text token by token; what reads the text form (parse.c) and test files builds on it.
 *
 * Blanks and comments (from # to the end of the line) may stand between any two tokens. Whatever is not as it should be
 * ends in scan_wrong(): E-PARSE with line and column. */
#ifndef TCC_IR_SCAN_H
#define TCC_IR_SCAN_H
#include "ir/graph.h"

typedef struct Scan {
	Ctx *c;
	Syms *s;
	const char *text, *at; /* the whole, and what is next */
	int nesting;           /* of graphs */
} Scan;

_Noreturn void scan_wrong(const Scan *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
char scan_peek(Scan *p);                       /* the first character of the next token, NUL at the end */
bool scan_accept(Scan *p, const char *token);  /* read it if it is next */
void scan_expect(Scan *p, const char *token);
char *scan_word(Scan *p);                      /* letters, digits, '_' and '.', in scratch; "" when there are none */
int64_t scan_number(Scan *p);
float scan_float(Scan *p);
Text scan_string(Scan *p);                     /* in double quotes */
const char *scan_name(Scan *p);                /* a string that may be missing: NULL */
Dim scan_size(Scan *p);
Shape scan_shape(Scan *p);                     /* [2,batch] or [?] */
DType scan_dtype(Scan *p);
Tensor *scan_elements(Scan *p, DType t, const Shape *s); /* [1, 2, 0 * 14] */
Tensor *scan_tensor(Scan *p);                  /* f32[2] [1, 2] */

/* attr_text.c: {name = value, ...} into an attribute struct; and the name of one attribute (or body) with its "=". */
struct Attr;
void scan_attrs(Scan *p, const Op *op, char *attr);
const struct Attr *scan_attr_name(Scan *p, const Op *op, bool body);

Graph *scan_graph(Scan *p, Graph *outer);      /* parse.c: from "graph" to its closing brace */
Graph *scan_model(Scan *p);                    /* parse.c: symbols, opset and graph */
#endif
