/* case.h -- a test case: a model, its inputs, what should come out, and how exactly.
 *
 *     folder/model.onnx  folder/test_data_set_0/input_0.pb ... output_0.pb ...      the ONNX backend tests
 *     real/NAME/data.json -> light/NAME.onnx, light/NAME_output_0.pb                 its light models: inputs are ramps
 *     golden/NAME/case.json -> NAME.onnx, golden/NAME/test_data_set_N/               the zoo: sizes and tolerances a set
 */
#ifndef TCC_TESTS_CASE_H
#define TCC_TESTS_CASE_H
#include "frontend/frontend.h"

/* See vary.h. Each can be read where those before it cannot. */
typedef enum Vary { VARY_NONE, VARY_ALL, VARY_BUT_PARAMETERS } Vary;

typedef struct Case {
	const char *name;  /* "test_abs", "cnn__mnist8_cntk/0" */
	const char *model; /* path of the .onnx */
	const char *in;    /* inputs are <in>0.pb ...; NULL: ramps 0, 1/n, 2/n ... */
	const char *out;   /* outputs are <out>0.pb ... */
	DimChoice *dim;    /* sizes that the case wants for symbols */
	int ndim;
	double rtol, atol;
	bool exact;        /* emitted with --strict and measured in ULP */
	bool constant;     /* its inputs become constants of the model, which so has none */
	Vary vary;         /* which sizes of its inputs become symbols with bounds */
} Case;

typedef struct Cases {
	Case *item;
	int n, capacity;
} Cases;

/* All cases below root whose name contains `filter` (NULL: all), in one order on every machine. */
Cases suite_cases(Ctx *c, const char *root, const char *filter);
Cases zoo_cases(Ctx *c, const char *root, const char *filter);

/* The tensors of an input or output: one, the elements of a sequence, or what an optional has. */
typedef struct Data {
	int n; /* -1: an optional that is absent */
	Tensor **item;
} Data;

/* Input or output number i of a case; false when there is no such file. The shape is that of a ramp. */
bool case_input(Ctx *c, const Case *k, int i, Kind kind, int rank, const int64_t *dims, Data *d);
bool case_output(Ctx *c, const Case *k, int i, Kind kind, Data *d);
/* The number of the input of that name, of which the model has taken i before. */
int case_number(Ctx *c, const Case *k, int i, const char *name);
/* Input i as the tensors in[] that a graph takes, of `n` elements and besides them, for an optional, a bool. An absent
 * one is zeros. E-FILE when there is none. */
void case_put(Ctx *c, const Case *k, int i, Kind kind, int n, DType t, int rank, const int64_t *dims, Tensor **in);

/* The model, with the sizes that the case's inputs have: everything in it is a number. */
Graph *case_graph(Ctx *c, const Case *k, bool fix_sizes);
Graph *case_as_it_is(Ctx *c, const Case *k); /* inputs are inputs: which operators it has, before they fold */
#endif
