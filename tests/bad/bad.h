/* bad.h -- files that a model reader must refuse (or survive), each with the exit code that it must end with. */
#ifndef TCC_TESTS_BAD_H
#define TCC_TESTS_BAD_H
#include <stdio.h>
#include "ir/diag.h"
#include "tests/model.h"

typedef struct Bad {
	const char *name; /* of the file, without .onnx */
	int code;
	void (*edit)(Model *m); /* makes the model: x [2,3] -> Relu -> y, where `plain` has been called */
	void (*write)(FILE *f); /* or: writes the bytes themselves */
} Bad;

/* x [2,3] -> Relu -> y [2,3] */
static inline void plain(Model *m)
{
	add_input(m, "x", FLOAT, "2,3");
	add_node(m, "Relu", "x", "y");
	add_output(m, "y", FLOAT, "2,3");
}

/* Rows end with an empty one. */
extern const Bad bad_wire[], bad_names[], bad_tensors[], bad_types[], bad_attributes[], bad_sizes[], bad_functions[],
	bad_external[], bad_sequences[], hostile_names[];

/* What the rows of bad_external point to, made in `directory`. */
void external_files(const char *directory);
#endif
