/* onnx.c -- fuzzing the ONNX front end: any bytes end in a graph or in one of the contract's refusals. */
#include <stdlib.h>
#include "frontend/frontend.h"
#include "tests/fuzz/wire_mutator.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t na, const uint8_t *b, size_t nb, uint8_t *out, size_t max,
				 unsigned seed);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static Ctx c;

	ctx_open(&c, "fuzz", (size_t)32 << 20);
	if (setjmp(c.border) == 0)
		onnx_read_bytes(&c, data, size, NULL, NULL);
	else if (c.status != EXIT_MODEL && c.status != EXIT_UNSUPPORTED && c.status != EXIT_LIMIT)
		abort();
	ctx_close(&c);
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	return mutate_wire(data, size, max, NULL, 0, seed);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t na, const uint8_t *b, size_t nb, uint8_t *out, size_t max,
				 unsigned seed)
{
	if (na > max)
		return 0;
	memcpy(out, a, na);
	return mutate_wire(out, na, max, b, nb, seed);
}
