/* emit_test.h -- a program that tests an emitted model, and one that runs it on files. */
#ifndef TCC_TOOLS_EMIT_TEST_H
#define TCC_TOOLS_EMIT_TEST_H
#include "tools/golden.h"

/* STEM_test.c and STEM_vectors.h in folder (made where it is not there), in place after output_commit(): C99 that needs the
 * model's C and header and the C library, ends with 0 where the model gives the golden outputs, 1 where it does not, 2 where it
 * cannot run. */
void emit_test(Ctx *c, const Options *o, const Graph *g, const Goldens *all, const char *folder);

/* STEM_main.c beside the C, likewise: inputs from .npy or raw files, outputs to such, or printed. Models that take or give
 * anything but tensors of numbers end with EXIT_UNSUPPORTED. */
void emit_main(Ctx *c, const Options *o, const Graph *g);

/* What both have: the file's name without its folder and ".c", and functions in C. */
const char *stem_of_output(Arena *a, const Options *o);
extern const char status_texts[];  /* C: static const char *why(int status) */
extern const char aligned_text[];  /* C: static void *aligned(size_t bytes, size_t align) */
extern const char weights_of_text[];  /* C: static void *weights_of(const tcc_model *m, const char *path) */
#endif
