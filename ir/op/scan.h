/* scan.h -- attributes of Scan, which passes and code generation read. */
#ifndef TCC_IR_OP_SCAN_H
#define TCC_IR_OP_SCAN_H
#include "ir/op.h"

/* Inputs: initial states, then num_scan_inputs scanned values, then what the body captures from outside.
 * Outputs: final states, then scanned outputs. Body: the same order of inputs (slices without the scanned axis). */
struct scan {
	int body; /* index into Node.sub */
	int64_t num_scan_inputs;
	Ints scan_input_axes, scan_input_directions;   /* one a scanned input; absent: 0. direction 1: from the end */
	Ints scan_output_axes, scan_output_directions;
};

int scan_states(const Node *n);                       /* number of states */
int scan_axis(const Ints *axes, int k, int rank);     /* the k-th scanned axis */
bool scan_reversed(const Ints *directions, int k);    /* the k-th runs from the end */
#endif
