/* model.h -- random models: how they are made, judged, built, and made smaller.
 *
 *     seed -> Model (generate.c, domains.c) -> what its outputs may be (judge.c) -> builds of it as C (build.c) -> compare
 *                  \ rebuilt with detours, or with fewer nodes (remake.c, shrink.c)
 *
 * A model depends on its seed alone. While it grows, every node is evaluated, so that the next one can be given operands
 * inside its domain: what a value holds is known, not guessed. */
#ifndef TCC_TESTS_FUZZ_MODEL_H
#define TCC_TESTS_FUZZ_MODEL_H
#include <stdio.h>
#include "ir/op.h"

enum { MOST_NODES = 40, MOST_ITEMS = 600, MOST_INPUTS = 48, MOST_SLOTS = 24, MOST_SYMBOLS = 2 };

/* A value, and what is known of its elements. */
typedef struct Item {
	Value *v;
	Tensor *t;
	bool exact;    /* every correct program computes these very elements */
	bool finite;
	int grain;     /* of exact floats: all are multiples of 2^grain; NO_GRAIN where that says nothing */
	double lo, hi; /* of its numbers */
} Item;

enum { NO_GRAIN = -1000 };

/* What the judge has to know of a node. */
typedef struct Trait {
	bool exact;       /* its outputs follow from its inputs to the last bit */
	unsigned decides; /* inputs by slot whose elements are no plain data: sizes, indices, scales of a resize */
	int row;          /* of domains[] */
	DType t;          /* the type it was made for */
} Trait;

typedef struct Model {
	Ctx *c;
	Syms *syms;
	Graph *g;
	uint64_t seed, state;
	Eval e;
	Item item[MOST_ITEMS];
	int nitems;
	Tensor *in[MOST_INPUTS];
	Trait trait[MOST_NODES * 4]; /* by place in g->node */
	Tensor **want, **slack;      /* of each output; slack: f64, how far each element may be off, NULL: not at all */
	int nsymbols;
	int64_t symbol[MOST_SYMBOLS];
	Dim symbol_dim[MOST_SYMBOLS];
	int refused;
	char why[200];       /* the last refusal */
	char first_why[200]; /* of the first node; "" when it is there */
	struct Model *outer; /* of a body: the model around it */
	Value *captured[MOST_INPUTS]; /* of a body: what it takes from there */
	int ncaptured, depth;
} Model;

/* ---- choices (generate.c) ---- */

int64_t pick(Model *m, int64_t lo, int64_t hi);
bool chance(Model *m, int percent);
bool has_room(const Model *m); /* for one node more */
void item_note(Model *m, Value *v, Tensor *t, bool exact);
const Item *item_of(const Model *m, const Value *v);

/* ---- domains.c: how an operator is given operands ---- */

/* Elements that a value may have. */
typedef struct Range {
	double lo, hi;
	bool exact; /* and no rounding went into them */
	bool wild;  /* anything, infinities and all bits too */
	bool fresh; /* elements of its own, not those of a value that there is */
} Range;

/* The node in the making. */
typedef struct Step {
	Model *m;
	const struct Domain *domain;
	const Op *op;
	DType t;
	Value *in[MOST_SLOTS];
	int nin, nout;
	void *attr;
	unsigned decides;
	Value *forced;     /* what its first operand has to be, or NULL */
	Graph *sub[2];     /* its bodies */
	int nsub;
	bool exact[MOST_SLOTS]; /* of a node with bodies: outputs to which no rounding leads */
} Step;

typedef struct Domain {
	const char *op;          /* "Name" or "domain.Name" */
	bool (*make)(Step *s);   /* inputs and attributes; false: these choices led nowhere */
	double lo, hi;           /* of plain data */
	unsigned traits;         /* enum domain_trait */
	const char *attrs;       /* see random_attrs() */
} Domain;

enum domain_trait {
	SELECTS = 1,  /* moves or chooses elements: exact ones stay exact */
	STEPS = 2,    /* jumps: only exact data, and then the result is exact */
	SUMS = 4,     /* a sum or difference of two, exact where the grains allow it */
	SCALES = 8,   /* a product of two */
	ANYTHING = 16, /* defined for all bits: infinities and NaNs too */
	INSIDE = 32   /* on the way there are numbers of the size of its input, or of 1: small results have their roundings */
};

extern const Domain domains[]; /* op NULL at the end */

/* ---- growing (generate.c) ---- */

/* One node more of any row, or of `only`. */
bool random_step(Model *m, const Domain *only);
/* One of that row and type; `first`: what its first operand has to be, or NULL. False: it does not take that. */
bool try_step(Model *m, const Domain *d, DType t, Value *first);
/* A value of x's type and sizes to which some nodes lead from x: x itself, where none fit. */
Value *random_chain(Model *m, Value *x, int nodes);

/* ---- operands (operands.c): values that are there or new ones, inputs of the model or constants ---- */

Range range_of(const Step *s); /* of its domain's plain data */
/* The next input: of the step's type and any shape of lo .. hi axes; returns its tensor. */
const Tensor *take(Step *s, int lo, int hi);
/* The next input with those sizes; type DT_NONE: the step's. */
void take_shaped(Step *s, DType t, int rank, const int64_t *dims, Range r);
void take_like(Step *s, const Tensor *x);       /* as many elements as x, plain data */
void take_broadcast(Step *s, const Tensor *x, DType t); /* broadcasts with x */
void take_numbers(Step *s, DType t, int n, const double *x, bool scalar); /* these numbers, which decide */
void take_ints(Step *s, int n, const int64_t *x);       /* a list of i64, which decides */
void take_tensor(Step *s, Tensor *t, bool constant);    /* it decides, too */
void take_none(Step *s);
Value *take_value(Step *s, Value *v);                   /* that one */
Item *any_item(Model *m, DType t, const Range *r, int lo, int hi, const int64_t *dims); /* of t, or any (DT_NONE), and lo .. hi axes; or NULL */
Value *new_value(Model *m, Tensor *t, bool constant);   /* an input, of a body a captured one; or a constant */
Tensor *random_elements(Model *m, DType t, int rank, const int64_t *dims, const Range *r);
const Tensor *tensor_at(const Step *s, int slot);

void set_int(Step *s, const char *name, int64_t x);
void set_float(Step *s, const char *name, double x);
void set_ints(Step *s, const char *name, int n, const int64_t *x);
void set_floats(Step *s, const char *name, int n, const float *x);
void set_strings(Step *s, const char *name, Strings list);
void set_tensor(Step *s, const char *name, Tensor *t);
void set_text(Step *s, const char *name, const char *text);
void set_body(Step *s, const char *name, Graph *body);
void random_attrs(Step *s);
int64_t small_size(Model *m);
void random_dims(Model *m, int rank, int64_t *dims, int64_t most);

/* ---- bodies.c: If, Loop, Scan ---- */

bool make_if(Step *s);
bool make_loop(Step *s);
bool make_scan(Step *s);

/* ---- generate.c ---- */

/* The model of that seed; its first node is of operator and type `number` says, if they agree. `only` names one operator
 * for all nodes, or NULL. */
void generate(Model *m, Ctx *c, uint64_t seed, const Domain *only);
Domain const *first_domain(uint64_t seed, DType *t);
int ndomains(void);
bool type_refused(const char *why); /* a refusal of an input's type, or of one that an attribute names */

/* ---- judge.c ---- */

void judge(Model *m); /* fills want and slack */
/* false: `why` says what is wrong with output i. */
bool output_right(const Model *m, int i, const Tensor *got, char *why, size_t size);
bool bits_same(const Tensor *a, const Tensor *b, char *why, size_t size);

/* ---- remake.c ---- */

/* The same model over again. keep: outputs that stay (NULL: all); cut: nodes, by place, whose outputs become inputs (NULL:
 * none); detours: values go through pairs of nodes that undo each other, by that seed (0: none). */
Model *remake(const Model *m, const bool *keep, const bool *cut, uint64_t detours);

/* ---- build.c ---- */

typedef struct Build {
	const char *target;
	int level;
	bool strict, threads, detours;
	const char *flags; /* of the C compiler */
} Build;

typedef struct Config {
	const char *name;
	Build build[2]; /* the second may be absent: no target */
	bool same_bits; /* both builds give the same bits */
} Config;

extern const Config configs[];
int nconfigs(void);

void model_emit(Model *m, const Build *b, int number); /* m<number>.c in the temporary folder; uses up a copy */
/* Compile these models, as one unit of the C compiler or file by file. */
bool models_compile(Ctx *c, const Build *b, bool unit, int n, const int *numbers, const char *so, char *why, size_t size);
/* The outputs of the loaded model; NULL and `why`: the run went wrong. */
Tensor **model_run(Model *m, const Build *b, const char *so, int number, char *why, size_t size);

/* ---- show.c ---- */

void model_print(const Model *m); /* as a case of tests/ops */

/* ---- shrink.c ---- */

/* Print what went wrong and, if `smaller`, the smallest model that still does. */
void shrink(uint64_t seed, const Domain *only, const Config *config, const char *why, bool smaller);
#endif
