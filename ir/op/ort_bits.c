/* ort_bits.c -- see ort_bits.h. */
#include "ir/op/ort_bits.h"

DType bits_type(Graph *g, const Node *n, int64_t bits)
{
	if (bits != 2 && bits != 4 && bits != 8)
		fail_unsupported(g, n, "%lld bits; 2, 4 and 8 are supported", (long long)bits);
	return bits == 2 ? U2 : bits == 4 ? U4 : U8;
}

void bits_need(Graph *g, const Node *n, int slot)
{
	if (!n->in[slot]->data || n->in[slot]->dtype != U8)
		fail_unsupported(g, n, "input %d is not a constant of bytes", slot);
}

Value *bits_unpacked(Graph *g, const Node *n, int slot, DType t, int rank, const int64_t *size)
{
	const Tensor *packed = n->in[slot]->data;
	int64_t bits = dtype_info(t)->bits, each = 8 / bits, columns = size[rank - 1], bytes = (columns + each - 1) / each, rows = 1;

	for (int i = 0; i < rank - 1; i++)
		rows *= size[i];
	bits_need(g, n, slot);
	if (packed->count != rows * bytes)
		fail_node(g, n, "E-SHAPE", "input %d has %lld bytes; %lld rows of %lld elements have %lld", slot,
			  (long long)packed->count, (long long)rows, (long long)columns, (long long)(rows * bytes));
	Tensor *y = tensor_new(&g->ctx->perm, t, rank, size);
	for (int64_t i = 0; i < rows; i++)
		for (int64_t k = 0; k < columns; k++) {
			int byte = ((const uint8_t *)packed->data)[i * bytes + k / each];
			store_i64(t, y->data, i * columns + k, byte >> k % each * bits & ((1 << bits) - 1));
		}
	return value_const(g, NULL, y);
}

Value *bits_middle(Graph *g, DType t, int rank, const int64_t *size)
{
	Tensor *y = tensor_new(&g->ctx->perm, t, rank, size);

	for (int64_t i = 0; i < y->count; i++)
		store_i64(t, y->data, i, (int64_t)1 << (dtype_info(t)->bits - 1));
	return value_const(g, NULL, y);
}
