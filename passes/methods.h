/* methods.h -- other methods for products: what the passes have in common that take one where it is expected to be faster. */
#ifndef TCC_PASSES_METHODS_H
#define TCC_PASSES_METHODS_H
#include "codegen/heur.h"
#include "codegen/tuned.h"
#include "ir/op/nn.h"
#include "passes/pass.h"

typedef struct Method {
	size_t job_size; /* of the struct that holds what is known of a node: `job` */
	bool (*fits)(Graph *g, Node *n, void *job);
	/* Whether it is expected to be faster, or was measured to be; *choice says why or why not. */
	bool (*pays)(void *job, const Options *o, const Target *t, const Decision **choice);
	void (*rewrite)(void *job, const Decision *choice);
} Method;

/* Asks about all nodes that are there, and rewrites those for which it pays. */
void method_apply(Graph *g, const Options *o, const Method *m);

/* The target for which passes decide: of several the best. */
const Target *deciding_target(Graph *g, const Options *o);

/* Completes d: of n ways, `way`, the one to take is what a file of measured choices says, or else number `expected`.
 * right: for the message that a file asks for something else. Returns its number. */
int take_way(const Options *o, const Target *t, Decision *d, const char *const *way, int n, int expected,
	     const char *right);

/* The same for a stage that belongs to another one, which says why it is there. */
const Decision *quiet_choice(Graph *g, const Decision *choice);

/* One group of a Conv over one to three axes, of a number of channels and of windows that are known; at least one image. */
bool conv_size(Graph *g, Node *n, WindowAxis *window, ConvSize *s);
/* Its windows are some that Winograd's method knows: up to so many taps along each axis. */
enum { WINOGRAD_TAPS = 5 };
bool winograd_fits(const ConvSize *s, const WindowAxis *window);
#endif
