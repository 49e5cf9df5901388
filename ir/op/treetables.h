/* treetables.h -- decision trees as tables that are walked (treetables.c), for the operators that own some. */
#ifndef TCC_IR_OP_TREETABLES_H
#define TCC_IR_OP_TREETABLES_H
#include "ir/op/composite.h"

enum split_mode { SPLIT_LEQ, SPLIT_LT, SPLIT_GTE, SPLIT_GT, SPLIT_EQ, SPLIT_NEQ, SPLIT_MEMBER };
enum vote_sum { VOTES_ADDED, VOTES_AVERAGED, VOTES_LEAST, VOTES_MOST };

/* A node that asks: x[feature] <= value, or is it one of a set. A child k >= 0 is another one, ~k is leaf k. */
typedef struct Question {
	enum split_mode mode;
	int64_t feature;
	double value;
	const double *set; /* MEMBER; in order */
	int64_t nset;
	bool nan_is_yes;
	int64_t yes, no;
} Question;

/* What a leaf gives one of the outputs. */
typedef struct Vote {
	int64_t leaf, output;
	double weight;
} Vote;

typedef struct TreeSet {
	const Question *split;
	const int64_t *root; /* as children are given */
	const Vote *vote;
	int64_t nsplit, nleaf, nroot, nvote, outputs;
	enum vote_sum sum;
	DType t; /* of the outputs: f32 or f64 */
} TreeSet;

/* Scores of the rows of x: [rows, outputs]. E-ATTR where the splits are no trees. */
Value *tree_scores(Graph *g, const Node *n, const TreeSet *s, Value *x);
#endif
