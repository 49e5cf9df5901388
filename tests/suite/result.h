/* result.h -- how a case ended on one of the ways to run it (the evaluator, the C for a target). */
#ifndef TCC_TESTS_RESULT_H
#define TCC_TESTS_RESULT_H
#include "ir/graph.h"
#include "tests/suite/case.h"

/* From good to bad; CRASH is what a result is until its child has written another. */
typedef enum Outcome { NOT_RUN, PASS, UNSUPPORTED, WRONG, REFUSED, NO_CC, CRASH, HANG, NOUTCOMES } Outcome;

extern const char *const outcome_name[NOUTCOMES];

typedef struct Result {
	Outcome outcome;
	char op[48];   /* the operator of a model with one node */
	char why[400]; /* what differs, what was said */
} Result;

/* Evaluate the case with the built-in evaluator. */
void evaluate_case(const Case *k, Result *r);

/* The outcome that a program's recorded trouble means. */
void result_trouble(Result *r, const Ctx *c);
void result_op(Result *r, const Graph *g);
#endif
