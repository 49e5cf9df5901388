/* frontend.h -- files to graphs. */
#ifndef TCC_FRONTEND_FRONTEND_H
#define TCC_FRONTEND_FRONTEND_H
#include <stdio.h>
#include "ir/graph.h"

enum { MOST_ELEMENTS_LISTED = 1 << 12 }; /* of a sequence */

/* --dim NAME=N, NAME=LO..HI and --shape INPUT=1,3,224,224 as the user gave them. */
typedef struct DimChoice {
	const char *name;
	int64_t lo, hi;
} DimChoice;

typedef struct Sizes {
	int rank;
	int64_t dim[MAX_RANK];
} Sizes;

/* Of a tensor; or, as --shape INPUT=[3,4],[2,4] and INPUT=none, of the elements of a sequence (which may be an output). */
typedef struct ShapeChoice {
	const char *input;
	int rank;
	int64_t dim[MAX_RANK];
	bool elements;
	int n;
	const Sizes *element;
} ShapeChoice;

/* --const INPUT=FILE: the input is a constant, and none of the graph's inputs. */
typedef struct ConstChoice {
	const char *input;
	Tensor *tensor;
} ConstChoice;

typedef struct ReadOptions {
	const DimChoice *dims;
	int ndims;
	const ShapeChoice *shapes;
	int nshapes;
	const ConstChoice *consts;
	int nconsts;
	FILE *missing; /* --check: every operator without a row, a line each with all of its nodes; NULL: nowhere */
} ReadOptions;

/* Read path (an .onnx file, with external data inside its directory) into a graph: opsets brought to today's forms,
 * functions inlined, subgraphs imported, shapes inferred, choices applied. Every operator without a row ends with
 * EXIT_UNSUPPORTED and a list naming each missing operator with its nodes. */
Graph *onnx_read(Ctx *c, const char *path, const ReadOptions *o);
/* The same from memory; directory is where external data may lie, or NULL: none allowed. */
Graph *onnx_read_bytes(Ctx *c, const uint8_t *bytes, size_t n, const char *directory, const ReadOptions *o);

/* Form i that is rewritten into today's, of versions before `until`, INT_MAX: of all; NULL or today's name. False: there
 * are no more. */
typedef struct OlderForm {
	const char *type;
	int until;
	const char *becomes;
} OlderForm;
bool older_form(int i, OlderForm *form);
/* Operator i of which no node is left; NULL: there are no more. */
const char *written_out(int i);
/* What the model says of its inputs or outputs, before anything is built: name, kind and element type (0: not told) of
 * each; *n their number. */
Argument *onnx_arguments(Ctx *c, const char *path, const ReadOptions *o, bool outputs, int *n);

/* A serialised TensorProto (test vectors, tcc-run inputs); *name gets its name. */
Tensor *onnx_read_tensor(Ctx *c, Arena *a, const uint8_t *bytes, size_t n, const char **name);
/* A serialised SequenceProto or OptionalProto: its tensors, *count of them, -1 for an empty optional. */
Tensor **onnx_read_list(Ctx *c, Arena *a, Kind kind, const uint8_t *bytes, size_t n, int *count);
#endif
