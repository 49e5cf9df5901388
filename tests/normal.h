/* normal.h -- graphs in a form in which equal ones have equal text. */
#ifndef TCC_TESTS_NORMAL_H
#define TCC_TESTS_NORMAL_H
#include "ir/graph.h"

/* Nodes in the order in which the outputs need them (what no output needs comes last), numbered from 1; values numbered
 * in order of appearance and without names, but for graph inputs; graph and nodes without names; no contents, which
 * follow from the nodes. */
void normalise(Graph *g);
#endif
