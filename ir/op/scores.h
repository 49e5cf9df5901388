/* scores.h -- what the scorers of ai.onnx.ml share (scores.c): what becomes of scores. */
#ifndef TCC_IR_OP_SCORES_H
#define TCC_IR_OP_SCORES_H
#include "ir/op/composite.h"

enum post_transform { NO_TRANSFORM, SOFTMAX, LOGISTIC, SOFTMAX_ZERO, PROBIT };
#define POST_TRANSFORMS "NONE|SOFTMAX|LOGISTIC|SOFTMAX_ZERO|PROBIT"

/* [rows, classes]: the probabilities of classes, of those of the first of each two, pairs [rows, classes (classes - 1) / 2]
 * (coupling.c). */
Value *coupled(Graph *g, const Node *n, Value *pairs, int64_t classes);

/* y [rows, scores] after the transform. */
Value *post_transformed(Graph *g, const Node *n, Value *y, int64_t how);
#endif
