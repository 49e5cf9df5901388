/* target.h -- what a processor offers: vector width, registers, caches, and the C text of every operation.
 *
 * A target is a row here and the text of the vector helpers that it provides (v_load, v_fma, ...). Stages are printed
 * once in terms of these names; a helper is copied into the emitted file only when a stage uses it. */
#ifndef TCC_CODEGEN_TARGET_H
#define TCC_CODEGEN_TARGET_H
#include <stdint.h>
#include "ir/diag.h"
#include "ir/expr.h"

/* A helper function of emitted C. Text may use other helpers; they are found by name and come first. */
typedef struct Helper {
	const char *name; /* "v_exp" */
	const char *text;
} Helper;

typedef struct Target {
	const char *name;      /* "x86-64-v3" */
	const char *tag;       /* "v3": begins the names of its section in a file for several targets */
	const char *title;     /* "AVX2, FMA" for the head comment */
	int lanes;             /* floats in a vector; 1: none */
	bool halves;           /* half a vector multiplies and adds in half the time: there are helpers for it (v_fma_half) */
	bool quarters;         /* bytes are stored for four vectors at once: v_store_u8_4, v_store_i8_4, v_store_bool_4 */
	bool dots;             /* an instruction adds four products of bytes to each sum: v_dot */
	int registers;         /* vector registers */
	int64_t l1, l2;        /* bytes of cache a core */
	const char *features;  /* for the target pragma: "avx2,fma,f16c" or NULL: any machine runs it */
	const char *machine;   /* preprocessor condition that the helpers can be compiled: "defined(__x86_64__)" */
	const char *header;    /* that declares the instructions: "immintrin.h" */
	const char *cpu_check; /* C condition that the processor can run it */
	const Helper *helpers; /* NULL name at the end */
} Target;

extern const Target *const target_table[]; /* the better later; NULL at the end */
extern const Helper common_helpers[];      /* scalar helpers for every target */
extern const Helper text_helpers[];        /* those for text, likewise, */
extern const Helper image_helpers[];       /* and for images */

enum { TARGET_MAX = 8 };

typedef struct Targets {
	const Target *target[TARGET_MAX]; /* best first */
	int n;
	bool native;       /* one of them was given so */
	const char *names; /* as given, with what `native` is in its place: "x86-64-v4,c" */
} Targets;

/* What a list such as "native,c" names: "native" is the best that this machine runs. Unknown and repeated names end with
 * EXIT_USAGE. */
Targets targets_read(Ctx *c, const char *list);

/* How an operation is written, by the type of its operands; %0 to %4 are these, @0 to @4 tables, $ and # memory for text;
 * NULL: not available. Helpers it uses are found by name. */
typedef struct AluText {
	const char *f32, *f64, *integer, *vector, *text;
} AluText;

const AluText *alu_text(Alu op);
/* The same for lanes of 64 bits, by the type of the last operand. */
const char *wide_text(Alu op, DType t);
/* It calls a function of the C library whose bits are the library's affair; there is a helper "lib_" + that call. */
bool is_library_call(Alu op);
#endif
