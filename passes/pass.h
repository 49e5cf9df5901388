/* pass.h -- graph passes: one exported function a file, one row in passes.def, run by passes_run().
 *
 * PASS(name, "what it does", level, needs, breaks, exactness): level is the lowest -O at which it runs (0: always,
 * because code generation relies on it). The driver checks the contract, runs the pass, verifies the IR's law, dumps
 * the IR when asked and, under --verify-passes, evaluates the graph before and after it. EXACT passes may not change
 * one bit of any output; ROUNDS ones may reorder float arithmetic and are left out by --strict. */
#ifndef TCC_PASSES_PASS_H
#define TCC_PASSES_PASS_H
#include "ir/graph.h"

typedef struct Options {
	int level;              /* -O0 .. -O3 */
	bool strict;            /* bits independent of target, compiler and optimisation */
	bool threads;           /* emit stages that can use a pool */
	bool verify_passes;
	const char *dump;       /* folder for the IR after every pass, or NULL */
	const char **no_pass;   /* names, NULL at the end; NULL when none */
	const char *graph_file; /* --graph FILE.{dot,svg,html}, or NULL */
	const char *graph_before;
	const char *prefix;     /* of exported names */
	const char *output;     /* path of the .c */
	const char *target;     /* as given: "x86-64-v3,c" */
	enum { WEIGHTS_AUTO, WEIGHTS_C, WEIGHTS_INCBIN, WEIGHTS_FILE } weights;
	uint64_t seed;
	int64_t fold_limit;     /* a folded constant may not exceed this many bytes, unless its node's inputs did */
} Options;

enum pass_exactness { EXACT, ROUNDS };

typedef struct Pass {
	const char *name, *what;
	int level;
	enum pass_exactness exactness;
	void (*run)(Graph *g, const Options *o);
} Pass;

extern const Pass pass_table[]; /* in the order in which they run; name NULL at the end */

/* Run all passes that `o` asks for. -v prints a line each: time, nodes before and after. */
void passes_run(Graph *g, const Options *o);
#endif
