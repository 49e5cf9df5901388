/* codegen.h -- from a graph after its passes to a C file. */
#ifndef TCC_CODEGEN_CODEGEN_H
#define TCC_CODEGEN_CODEGEN_H
#include "codegen/tuned.h"
#include "passes/pass.h"

typedef struct StageFacts {
	const char *name;     /* "s4_conv" */
	int64_t turns;        /* of the loop that it stands in, or 1; what follows is of one turn */
	int64_t macs, bytes;  /* bytes that it reads or writes, each once */
	const char *from;     /* operators and names of the nodes inside, as in the emitted comment */
	const char *schedule; /* "14 points x 2 vectors a tile; panels inside" */
	const char *why;      /* what else there would be, as in the emitted comment */
	double expected;      /* floating point operations that take as long at the processor's peak */
	const Decision *const *choice; /* of schedule, of which it is a part */
	int nchoices;
	Node **node;          /* whose formulas it computes */
	int nnodes;
} StageFacts;

/* What a person wants to know about an emitted model; for --summary, tests and tools. Of several targets: the best one,
 * with the arena and the weights of all. */
typedef struct Facts {
	int64_t arena_bytes, arena_bound; /* bytes; the lower bound of any plan */
	int64_t weights_bytes, macs;
	int64_t stack_bytes; /* that a run takes at most, see codegen/stack.h */
	int nstages;
	StageFacts *stage; /* in the graph's perm arena */
	const Decision **choice; /* of all stages, each key once */
	int nchoices;
	int64_t events;    /* that a worker notes in a run, at most; with --profile */
	Graph *graph;      /* a copy, with layout's Copy nodes: what stages' nodes belong to */
} Facts;

/* Write o->output (.c), its .h and, where weights are kept outside the text, its .weights.bin: all or nothing. The graph
 * must have fixed sizes. facts may be NULL. */
void emit_model(Graph *g, const Options *o, Facts *facts);
/* The same, but for output_commit(): other files may join them (ir/output.h). */
void emit_drafts(Graph *g, const Options *o, Facts *facts);

/* The emitted C alone, in memory (tests, tools that compile many models into one file). header: the .h as well. */
const char *emit_text(Graph *g, const Options *o, const char **header, Facts *facts);
#endif
