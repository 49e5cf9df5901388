/* npy.h -- NumPy's files: one array (.npy) or a folder of them in an uncompressed zip (.npz). */
#ifndef TCC_TOOLS_NPY_H
#define TCC_TOOLS_NPY_H
#include "ir/diag.h"
#include "ir/tensor.h"

/* The array in a .npy file's bytes; `path` is for messages. The data is copied. */
Tensor *npy_read(Ctx *c, const uint8_t *bytes, size_t n, const char *path);
/* How NumPy names a type ("<f4"), or NULL. */
const char *npy_type(DType t);
/* Types that NumPy lacks (bf16, f8, below a byte) are written as float32. In place after output_commit(). */
void npy_write(Ctx *c, const char *path, const Tensor *t);

/* The next array of a .npz file: *at is where to look (0 at first) and moves on; *name gets the array's name. NULL
 * after the last. */
Tensor *npz_next(Ctx *c, const uint8_t *bytes, size_t n, size_t *at, const char **name, const char *path);
#endif
