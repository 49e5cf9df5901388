/* pass.h -- graph passes: one exported function a file, one row in passes.def, run by passes_run().
 *
 * A row says what the pass does, the lowest -O at which it runs (0: always, because code generation relies on it), how
 * exact it is, and its contract: the facts that it needs, makes and breaks. The driver checks the contract, runs the
 * pass, verifies the IR's law, dumps the IR when asked and, under --verify-passes, evaluates the graph before and
 * after. EXACT passes may not change one bit of any output; ROUNDS ones may reorder float arithmetic and are left out
 * by --strict. What every pass keeps: the graph's inputs and outputs, their names, types and order. */
#ifndef TCC_PASSES_PASS_H
#define TCC_PASSES_PASS_H
#include <stdio.h>
#include "ir/graph.h"

typedef struct Options {
	int level;              /* -O0 .. -O3 */
	bool strict;            /* bits independent of target, compiler and optimisation */
	bool threads;           /* emit stages that can use a pool */
	bool profile;           /* emitted code can note when each stage begins and ends */
	bool no_strips;         /* every stage goes over whole maps */
	bool verify_passes;
	const char *dump;       /* folder for the IR after every pass, or NULL */
	const char **no_pass;   /* names, NULL at the end; NULL when none */
	const char *graph_file; /* --graph FILE.{dot,svg,html}, or NULL */
	const char *graph_before;
	const char *prefix;     /* of exported names */
	const char *output;     /* path of the .c */
	const char *target;     /* as given: "x86-64-v3,c" */
	struct Tuned *tuned;    /* measured choices, see codegen/tuned.h; or NULL */
	enum { WEIGHTS_AUTO, WEIGHTS_C, WEIGHTS_INCBIN, WEIGHTS_FILE } weights;
	uint64_t seed;
	int64_t text_bytes;     /* that a text may have which the model makes; 0: TEXT_BYTES */
	int64_t max_ram, max_flash, max_stack; /* bytes of the workspace, of weights, of stack; 0: as many as there are */
	int64_t fold_limit;     /* bytes of a folded constant that is no weight, see fold.c; 0: 1 MiB */
} Options;

enum { TEXT_BYTES = 256 };

enum pass_exactness { EXACT, ROUNDS };

/* Facts about a graph that passes establish and rely on. */
enum pass_fact {
	SHAPES = 1, /* type, shape and content of every value are as infer gives them, one-valued sizes are numbers */
	BASIC = 2,  /* no operator is left that has an expansion */
	OUTPUTS = 4 /* a node of its own makes every graph output */
};

typedef struct Pass {
	const char *name, *what;
	int level;
	enum pass_exactness exactness;
	unsigned needs, makes, breaks; /* facts */
	void (*run)(Graph *g, const Options *o);
} Pass;

/* In the order in which they run; name NULL at the end. A pass that runs again has several rows. */
extern const Pass pass_table[];

/* Run all passes that `o` asks for. -v prints a line each: time, nodes before and after. */
void passes_run(Graph *g, const Options *o);

/* Run one of them over g and the bodies in it. */
void pass_run(const Pass *p, Graph *g, const Options *o);

/* Whether they run the pass of that name. */
bool pass_runs(const char *name, const Options *o);

/* The table for --list-passes: a line a name, in order of their first run. */
void passes_list(FILE *f);
#endif
