/* module.h -- the emitted file as a whole: what its parts share. */
#ifndef TCC_CODEGEN_MODULE_H
#define TCC_CODEGEN_MODULE_H
#include "codegen/print.h"

/* pack.c */
void print_weights(Module *m, Out *o);
const char *upper_name(Module *m, const char *name);
/* calls.c: the arena's enum, struct call, the work function. */
void print_arena(Module *m, Out *o);
void print_work(Module *m, Out *o);
/* entry.c: init, run, the generic descriptor; the header file. */
void print_entry(Module *m, Out *o);
void print_header_file(Module *m, Out *o, const char *include_guard);
/* helpers.c: the helpers that text uses, in an order in which each comes after those it uses. */
void print_helpers(const Target *t, const char *text, Out *o);
bool uses_word(const char *text, const char *word);
/* border.c: the body of a stage that writes zeros around a value */
void print_border(Printer *p);
/* stage functions */
void print_stage(Module *m, Stage *s, Out *o);
/* text of the model made harmless: for comments (clipped), for strings (whole) */
const char *comment_text(Arena *a, const char *name);
const char *string_text(Arena *a, const char *name);
/* the model's name of an input or output, whatever passes have put in its place */
const char *outer_name(const Graph *g, const Value *v, int i);
const char *shape_name(Module *m, const Value *v); /* "f32[1,3,32,32]" */
#endif
