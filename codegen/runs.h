/* runs.h -- the inside of strips: a run of stages while it is looked at. */
#ifndef TCC_CODEGEN_RUNS_H
#define TCC_CODEGEN_RUNS_H
#include "codegen/module.h"

enum {
	RUN_MAX = 24,      /* stages */
	CALL_BYTES = 6000, /* bytes that move in the time in which a stage's function is entered and left */
	DIGITS_MAX = OUTER_MAX + 1,
	KEYS_MAX = 8       /* axes of an attention that walk along keys */
};

#define MEASURED 1e15 /* bytes: more than any run is expected to save */

typedef struct Track {
	Region *region;
	Held h;
	bool read;   /* by a stage of the run: h.need is what of it */
	bool closed; /* the rows of a stage that writes it are decided */
	bool held;
	int64_t step[DIGITS_MAX]; /* of many matrices: elements from one digit to the next */
} Track;

/* The axis of a stage that walks over rows: `unit` indices each. */
typedef struct RowAxis {
	int k;
	int64_t unit, n;
} RowAxis;

typedef struct Run {
	int first, last;
	RowAxis axis[RUN_MAX]; /* by stage, from the first */
	Window rows[RUN_MAX];
	Track track[RUN_MAX];
	int ntracks;
	double shared; /* bytes of values from outside that two strips read */
	int64_t strip; /* rows of the last stage */
	double saves;
	int ndigits;   /* many matrices: by stage, what walks over them, outermost first, and over rows; 0: rows alone */
	RowAxis digit[RUN_MAX][DIGITS_MAX];
	Dim size[DIGITS_MAX];
	bool reaches;  /* row i looks at keys 0 .. i + ahead and no others, see reach.c: */
	int64_t ahead;
	Axis *key[KEYS_MAX]; /* axes that walk along keys */
	int nkeys;
} Run;

typedef struct Load {
	const Expr *load;
	const struct Load *next;
} Load;

/* What a stage reads, its sums and other reductions, and multiply-adds an element. */
typedef struct Body {
	const Load *loads, *sums;
	int64_t work;
} Body;

typedef struct Chooser {
	Module *m;
	Body *body; /* by stage */
	Run **best; /* by first stage: the run that begins there, where one does in the best set of those that follow */
} Chooser;

/* Sums over a run that no number of rows changes: bytes. */
typedef struct Sums {
	double leaves, whole, weights, outside, again;
	int calls;
} Sums;

/* runs.c: the rows that a run of whole maps needs; false when they do not follow each other. */
bool find_strips(const Chooser *c, Run *run);
bool may_run(const Stage *s);
Track *find_track(Run *run, const Region *r);
/* Of a strip that ends with so many rows of the last stage, and of them those that the strip before has left. */
int64_t rows_in_strip(const Held *h, int64_t strip);
int64_t rows_kept(const Held *h);
bool contracts(const Stage *s);
bool sums_over(const Expr *x);
/* A sum that all rows use: each strip would make it again, and the elements that it keeps are those of all rows. */
bool shares_sum(const Body *body, const Axis *axis);

/* run_cost.c: the best number of rows, at most so many; 0: none saves enough. Measured choices go before. */
void choose_rows(const Chooser *c, Run *run, int64_t most);
void ask_measured(const Chooser *c, Run *run);
/* The stages of a run that is taken know why. */
void tell_run(const Module *m, const Run *run);
int64_t run_rows(const Run *run); /* of the last stage, in all */
double row_bytes(const Track *t);
double elements_of(const Value *v);
double value_bytes(const Value *v);

/* strips.c: axis k becomes rows of that many indices, and the rest. */
void cut_axis(Stage *s, int k, int64_t unit);

/* matrices.c: what the run does with each of many matrices; false when it does not take them one at a time. */
bool find_matrices(const Chooser *c, Run *run);
int64_t matrices_of(const Run *run); /* how many there are, at most */
/* In strips of so many rows of one of them: the bytes that the run saves, nothing when they do not fit. */
double matrices_save(const Chooser *c, Run *run, const Sums *sum, int64_t strip);
/* reach.c: in a run of matrices, the keys that rows look at; the part of the scores that strips of so many rows leave out. */
void find_reach(const Chooser *c, Run *run);
double hidden_part(const Run *run, int64_t strip);
void take_reach(const Chooser *c, const Run *run, Strips *strips);
/* The stage's axes that walk over matrices become loops around it. */
void loop_over_matrices(const Chooser *c, const Run *run, Stage *s, int i);
#endif
