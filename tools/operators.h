/* operators.h -- the list of operators, as docs/operators.md has it. */
#ifndef TCC_TOOLS_OPERATORS_H
#define TCC_TOOLS_OPERATORS_H
#include <stdio.h>

void operators_list(FILE *f);
#endif
