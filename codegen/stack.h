/* stack.h -- how much stack a run of an emitted file takes. */
#ifndef TCC_CODEGEN_STACK_H
#define TCC_CODEGEN_STACK_H
#include <stdint.h>
#include "ir/arena.h"

/* Bounds for code that gcc or clang has optimised (-O1 and above), not for -O0, which gives every temporary memory of its
 * own. A function without INLINE takes FRAME_BYTES for what the compiler saves and spills; a call into the C library takes
 * LIBRARY_BYTES, whatever happens there. */
enum { FRAME_BYTES = 256, LIBRARY_BYTES = 512 };

typedef struct StackUse {
	int64_t bytes;    /* of the deepest chain of calls */
	const char *path; /* "net_run > work > s5_wino_in > s5_tile" */
	const char *most; /* the function of these that declares most, and ... */
	int64_t declared; /* ... how many bytes */
} StackUse;

/* Of function `from` in an emitted file's text; `types`: sizes of types that its header declares, NULL name at the end. */
typedef struct TypeSize {
	const char *name;
	int64_t bytes;
} TypeSize;
StackUse stack_use(Arena *a, const char *text, const char *from, const TypeSize *types);
#endif
