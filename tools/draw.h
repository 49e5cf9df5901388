/* draw.h -- a graph as a picture. */
#ifndef TCC_TOOLS_DRAW_H
#define TCC_TOOLS_DRAW_H
#include "ir/graph.h"

/* Draw g to path: .dot (text), .svg, or .html (the drawing with a table of operators); the last two need Graphviz. */
void draw_graph(Graph *g, const char *path);
#endif
