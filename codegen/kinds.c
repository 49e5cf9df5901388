/* kinds.c -- what a stage is called: s7_matmul. */
#include <ctype.h>
#include <string.h>
#include "codegen/nest.h"

enum { LONGEST = 10 }; /* what has room in the table of stages */

/* The most telling operator comes first. No kind is what another function or a constant of a stage is called: tile, bias. */
static const struct { const char *op, *kind; } kinds[] = {
	{"Conv", "conv"}, {"ConvInteger", "conv"}, {"ConvTwos", "conv"}, {"WinogradInput", "wino_in"}, {"WinogradOutput", "wino_out"},
	{"StrassenInput", "blocks_in"}, {"StrassenOutput", "blocks_out"}, {"ConvTranspose", "deconv"},
	{"MatMul", "matmul"}, {"MatMulInteger", "matmul"}, {"MatMulBytes", "matmul"}, {"MatMulTwos", "matmul"}, {"MatMulFours", "matmul"}, {"Gemm", "gemm"},
	{"MaxPool", "maxpool"}, {"AveragePool", "avgpool"}, {"GlobalAveragePool", "mean"}, {"GlobalMaxPool", "max"},
	{"Softmax", "softmax"}, {"LogSoftmax", "softmax"}, {"LayerNormalization", "norm"}, {"RMSNormalization", "norm"},
	{"GroupNormalization", "norm"}, {"InstanceNormalization", "norm"}, {"Copy", "copy"}, {"Gather", "gather"},
	{"Resize", "resize"}, {"Add", "add"}, {"Mul", "mul"}, {"Relu", "relu"}, {"Recurrence", "recur"},
	{"Counted", "count"}, {"Order", "order"}, {"Weigh", "resize"}, {"ResizeTaps", "taps"}, {"ReduceSum", "sum"},
	{"ReduceMean", "average"}, {"Mean", "average"}, {"ReduceMax", "max"}, {"ReduceMin", "min"}, {"Tile", "repeat"}, {"ChannelTwos", "twos"}, {"Transpose", "transpose"}, {NULL, NULL}};

/* "transpose", "greater": the last operator that computes something, or else the last one; "map" where that is too long. */
static const char *last_operator(const Stage *s)
{
	const unsigned computes_nothing = MOVES | UNREAD;
	int i = s->nfused - 1;
	while (i > 0 && (s->fused[i]->op->flags & computes_nothing))
		i--;
	const Op *op = s->fused[s->fused[i]->op->flags & computes_nothing ? s->nfused - 1 : i]->op;
	if (strlen(op->name) > LONGEST)
		return "map";
	char *name = arena_string(s->l->arena, op->name);
	for (char *c = name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return name;
}

const char *stage_kind(const Stage *s)
{
	int best = -1;
	for (int i = 0; i < s->nfused; i++)
		for (int k = 0; kinds[k].op; k++)
			if (!strcmp(kinds[k].op, s->fused[i]->op->name) && (best < 0 || k < best))
				best = k;
	return best < 0 ? last_operator(s) : kinds[best].kind;
}
