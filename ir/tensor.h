/* tensor.h -- element types and dense tensors of the compiler itself: constants, and the evaluator's values. */
#ifndef TCC_IR_TENSOR_H
#define TCC_IR_TENSOR_H
#include <stdbool.h>
#include <stdint.h>
#include "ir/arena.h"

#define MAX_RANK 8

typedef enum DType {
	DT_NONE = 0,
#define DTYPE(id, number, name, bits, class, ctype) id = number,
#include "ir/dtypes.def"
#undef DTYPE
	DT_COUNT = 27
} DType;

typedef enum DClass { DC_NONE, DC_FLOAT, DC_SINT, DC_UINT, DC_BOOL, DC_COMPLEX, DC_STRING } DClass;

typedef struct DTypeInfo {
	const char *name;  /* "f32" */
	const char *ctype; /* C type that stores one element (or, below a byte, a packed byte) */
	int bits;
	DClass class;
} DTypeInfo;

/* Row of a type; valid for DT_NONE too (name "none"). */
const DTypeInfo *dtype_info(DType t);
static inline bool is_float(DType t) { return dtype_info(t)->class == DC_FLOAT; }
static inline bool is_int(DType t) { return dtype_info(t)->class == DC_SINT || dtype_info(t)->class == DC_UINT; }
static inline bool is_unsigned(DType t) { return dtype_info(t)->class == DC_UINT; }
static inline const char *dtype_name(DType t) { return dtype_info(t)->name; }

/* A string element; text need not end in NUL. Same layout as the ABI's tcc_string. */
typedef struct Text {
	const char *text;
	int64_t length;
} Text;
bool same_text(const Text *a, const Text *b);

typedef struct Tensor {
	DType dtype;
	int rank;
	int64_t dim[MAX_RANK];
	int64_t count; /* product of the sizes; 1 for rank 0 */
	void *data;    /* row-major, packed below a byte; NULL while not computed */
} Tensor;

/* Bytes of count elements, rounded up to whole bytes. At most 2^62, which also stands for anything larger: no arena
 * has room for it, so whoever allocates is told. */
size_t dtype_bytes(DType t, int64_t count);

/* A tensor with zeroed data. dims may be NULL for rank 0. Fails with E-SIZE when the sizes overflow. */
Tensor *tensor_new(Arena *a, DType t, int rank, const int64_t *dims);

Tensor *tensor_copy(Arena *a, const Tensor *t); /* the bytes of strings too */

/* One element as a number. Floats of any width convert exactly to double; *_i64 of a float truncates.
 * Stores round once, to nearest even, and saturate nothing but the f8/f4 types (which follow ONNX Cast with its default
 * attributes; convert.h has the others); integer stores truncate and keep the low bits. BOOL stores 0 or 1.
 * u64 goes through *_i64 bit by bit; of a complex element the real part is read, the imaginary one stored as 0. */
double load_f64(DType t, const void *data, int64_t i);
int64_t load_i64(DType t, const void *data, int64_t i);
void store_f64(DType t, void *data, int64_t i, double x);
void store_i64(DType t, void *data, int64_t i, int64_t x);

/* The same type, sizes and bits (strings: the same bytes); either may be NULL. The hash is FNV-1a of all that. */
bool tensor_equal(const Tensor *a, const Tensor *b);
uint64_t tensor_hash(const Tensor *t);
#define HASH_START 0xcbf29ce484222325u
uint64_t hash_bytes(uint64_t h, const void *data, size_t n);

/* A bool, int64_t or float scalar/vector constant for passes and expansions; as text, a scalar is "". */
Tensor *tensor_i64(Arena *a, int n, const int64_t *values, bool scalar);
Tensor *tensor_scalar(Arena *a, DType t, double x);
#endif
