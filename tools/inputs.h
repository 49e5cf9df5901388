/* inputs.h -- tensors for a model's inputs: from files, or made up. */
#ifndef TCC_TOOLS_INPUTS_H
#define TCC_TOOLS_INPUTS_H
#include "tools/options.h"

/* One tensor an input of g, from the files of -i (.npy, .npz, .pb, or raw bytes); NULL where no file was given. */
Tensor **inputs_read(Ctx *c, const Settings *s, const Graph *g);
/* Random numbers (floats from -1 to 1, integers 0 and 1) for every input that has none. */
void inputs_fill(Ctx *c, const Settings *s, Graph *g, Tensor **in);
/* The tensor of a .npy or .pb file. */
Tensor *tensor_read(Ctx *c, const char *path);
/* What --shape would have to say: before the model is read, the sizes and elements that files of one input each have; then,
 * of inputs whose size nothing bounds, the sizes of the tensors there are (false: there is none). */
void inputs_choose_early(Ctx *c, Settings *s);
bool inputs_choose_sizes(Ctx *c, Settings *s, const Graph *g, Tensor *const *in);
/* E-SHAPE where the tensor of a file has other sizes than its input may have. */
void inputs_check(Ctx *c, Graph *g, Tensor *const *in);
ShapeChoice list_sizes(Ctx *c, const char *name, Tensor *const *item, int n); /* n < 0: an absent optional */
#endif
