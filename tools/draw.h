/* draw.h -- a graph as a picture. */
#ifndef TCC_TOOLS_DRAW_H
#define TCC_TOOLS_DRAW_H
#include "codegen/codegen.h"

/* Draw g to path, in place after output_commit(): .dot (text), .svg, or .html (the drawing with a table of operators); the last two need Graphviz. With
 * the facts of the emitted model, a frame is drawn around the nodes that became one stage; NULL: no frames. */
void draw_graph(Graph *g, const Facts *f, const char *path);
#endif
