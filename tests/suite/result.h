/* result.h -- how a case ended on one of the ways to run it (the evaluator, the C for a target). */
#ifndef TCC_TESTS_RESULT_H
#define TCC_TESTS_RESULT_H
#include "codegen/codegen.h"
#include "tests/suite/case.h"
#include "tests/suite/exact.h"

/* From good to bad; CRASH is what a result is until its child has written another. */
typedef enum Outcome { NOT_RUN, PASS, UNSUPPORTED, WRONG, REFUSED, NO_CC, CRASH, HANG, NOUTCOMES } Outcome;

extern const char *const outcome_name[NOUTCOMES];

typedef struct Result {
	Outcome outcome;
	Facts facts;   /* of the emitted model */
	bool emitted;  /* C lies in the folder */
	bool alone;    /* it has a library of its own, not one with its batch */
	bool random;   /* some operator gives random numbers: type, sizes and finite numbers are all that can be told */
	bool rounded;  /* some operator is a Fourier transform: see output_matches() */
	Ulps ulps;     /* of a case that is measured */
	char op[48];   /* the operator of a model with one node */
	char why[700]; /* what differs, what was said */
} Result;

/* Evaluate the case with the built-in evaluator. */
void evaluate_case(const Case *k, Result *r);

#define BATCH 16 /* units that are compiled into one library */

/* Emitted C has none of these. */
#define WARNINGS " -pedantic -Wall -Wextra -Wconversion -Wshadow -Werror"

/* The three steps of a case on a target. The C is folder/m<unit>.c with prefix m<unit>; a batch of units makes one
 * library. */
void emit_case(const Case *k, const char *target, bool threads, const char *folder, int unit, Result *r);
void build_batch(const char *folder, const char *flags, int first, int n, Result *r);
/* The second of the two runs is done by a pool of that many workers. */
void run_case(const Case *k, const char *folder, int first, int unit, int workers, Result *r);

/* The outcome that a program's recorded trouble means. */
void result_trouble(Result *r, const Ctx *c);
void result_death(Result *r, int sig, const char *said);
void result_op(Result *r, const Graph *g);
/* Is that the output that the case asks for? What a Fourier transform gives is as exact as its largest element, and so
 * is what the case has stored: zeros in exact arithmetic are 2^-24 of that there. */
bool output_matches(const Result *r, const Case *k, const Tensor *got, const Tensor *want, char *why, size_t size);
/* The same of the tensors of an input or output of that kind: those of an optional begin with its bool, and NULL stands
 * for what an absent one does not have. */
bool argument_matches(const Result *r, const Case *k, Kind kind, Tensor *const *got, int n, const Data *want, char *why,
                      size_t size);

/* The targets whose code this processor runs: "c,x86-64-v3". */
char *targets_here(void);
#endif
