/* Sizes that vary: one emitted model computes what the evaluator does at every size within its bounds, alone and with
 * workers, and refuses sizes outside and sizes that contradict each other. */
#include <math.h>
#include "codegen/codegen.h"
#include "ir/eval.h"
#include "ir/gradient/gradient.h"
#include "ir/text.h"
#include "tests/flags.h"
#include "tests/unit/unit.h"
#include "tools/jit.h"

#define FLAGS "-std=gnu11 " CLEAN

enum { INPUTS = 8, SIZES = 2, RUNS = 6 };

/* Inputs whose names begin with w become constants. n goes from 1 to most[0], s from 1 to most[1]. */
typedef struct Model {
	const char *text;
	int64_t most[SIZES], run[RUNS][SIZES];
} Model;

/* Asks for features 0 and 2. */
#define TREE                                                                                                             \
	"{tree_roots = [0], nodes_featureids = [2, 0], nodes_modes = u8[2] [0, 0], nodes_splits = f32[2] [0, 0.25],"     \
	" nodes_truenodeids = [1, 0], nodes_trueleafs = [0, 1], nodes_falsenodeids = [0, 0], nodes_falseleafs = [1, 1],"  \
	" leaf_targetids = [0, 0], leaf_weights = f32[2] [1, 2]}"

static const Model models[] = {
	/* rows: vectors, tails, reductions over the size itself */
	{"graph (%x f32[s]) -> (%y, %z) { %e = Exp(%x) %z = ReduceSum(%e) {keepdims = 1} %y = Div(%e, %z) }",
	 {1, 200}, {{1, 1}, {1, 7}, {1, 16}, {1, 64}, {1, 131}, {1, 200}}},
	/* functions */
	{"graph (%x f32[s]) -> (%y) { %a = Sin(%x) %b = Abs(%a) %c = Cos(%x) %d = Tan(%x) %e = Pow(%b, %c) %y = Add(%d, %e) }",
	 {1, 70}, {{1, 1}, {1, 8}, {1, 16}, {1, 33}, {1, 64}, {1, 70}}},
	/* a product of many rows with weights, and its epilogue */
	{"graph (%x f32[1,s,24], %w f32[24,40], %wb f32[40]) -> (%y) { %p = MatMul(%x, %w) %q = Add(%p, %wb) %y = Relu(%q) }",
	 {1, 60}, {{1, 1}, {1, 3}, {1, 13}, {1, 14}, {1, 29}, {1, 60}}},
	/* attention: the size is rows, lanes and depth; inputs and outputs are dense for two sizes */
	{"graph (%x f32[n,s,32], %wq f32[32,32], %wk f32[32,32], %m f32[n,s]) -> (%y) {"
	 " %shape i64[4] = const [0, 0, 4, 8] %flat i64[3] = const [0, 0, 32] %ax i64[2] = const [1, 2]"
	 " %a = MatMul(%x, %wq) %b = Reshape(%a, %shape) %q = Transpose(%b) {perm = [0, 2, 1, 3]}"
	 " %c = MatMul(%x, %wk) %d = Reshape(%c, %shape) %k = Transpose(%d) {perm = [0, 2, 3, 1]}"
	 " %v = Transpose(%d) {perm = [0, 2, 1, 3]} %l = MatMul(%q, %k) %mm = Unsqueeze(%m, %ax) %lm = Add(%l, %mm)"
	 " %p = Softmax(%lm) {axis = -1} %o = MatMul(%p, %v) %t = Transpose(%o) {perm = [0, 2, 1, 3]}"
	 " %r = Reshape(%t, %flat) %y = Add(%r, %x) }",
	 {3, 50}, {{1, 1}, {1, 17}, {2, 5}, {3, 32}, {2, 49}, {3, 50}}},
	/* the same of tokens packed without padding, which there is none of here */
	{"graph (%x f32[n,s,32], %w f32[32,96], %wb f32[96]) -> (%y) { %flat i64[2] = const [-1, 32] %p = Reshape(%x, %flat)"
	 " %sh = Shape(%x) {end = 2} %bn, %sn = Split(%sh) %len = Squeeze(%sn) %z i64[] = const [0] %one i64[] = const [1]"
	 " %t = ReduceProd(%sh) {keepdims = 0} %r = Range(%z, %t, %one) %ri = Cast(%r) {to = i32} %o = Reshape(%ri, %sh)"
	 " %e = Add(%t, %one) %c = Range(%z, %e, %len) %s = Cast(%c) {to = i32}"
	 " %a = com.microsoft.PackedAttention(%p, %w, %wb, %o, %s) {num_heads = 4} %y = com.microsoft.RestorePadding(%a, %o) }",
	 {3, 50}, {{1, 1}, {1, 17}, {2, 5}, {3, 32}, {2, 49}, {3, 50}}},
	/* a cache with room, of which each batch has taken another part */
	{"graph (%x f32[n], %q f32[n,s,96], %k f32[n,2,24,16], %v f32[n,2,24,16]) -> (%y, %k2, %v2) { %a = Abs(%x)"
	 " %e f32[] = const [6] %m = Mul(%a, %e) %o f32[] = const [8] %b = Add(%m, %o) %l = Cast(%b) {to = i32}"
	 " %t i32[] = const [24] %y, %k2 f32[n,2,24,16], %v2 f32[n,2,24,16] = com.microsoft.GroupQueryAttention(%q, _, _, %k, %v,"
	 " %l, %t) {num_heads = 2, kv_num_heads = 2, local_window_size = 9} }",
	 {3, 5}, {{1, 1}, {2, 1}, {3, 5}, {3, 1}, {2, 4}, {1, 5}}},
	/* heads so large that a few rows of one are in memory */
	{"graph (%x f32[n,s,32]) -> (%y) { %shape i64[4] = const [0, 0, 2, 16] %flat i64[3] = const [0, 0, 32]"
	 " %a = Reshape(%x, %shape) %q = Transpose(%a) {perm = [0, 2, 1, 3]} %k = Transpose(%a) {perm = [0, 2, 3, 1]}"
	 " %l = MatMul(%q, %k) %p = Softmax(%l) {axis = -1} %o = MatMul(%p, %q) %t = Transpose(%o) {perm = [0, 2, 1, 3]}"
	 " %y = Reshape(%t, %flat) }",
	 {2, 600}, {{1, 1}, {1, 12}, {2, 13}, {1, 207}, {2, 96}, {1, 600}}},
	/* a range by a step that varies */
	{"graph (%x f32[n,s]) -> (%y, %p) { %t = Shape(%x) %a, %d = Split(%t) %z i64[] = const [0] %e = Size(%x) %q = Squeeze(%d)"
	 " %p = Range(%z, %e, %q) %one i64[1] = const [1] %c = Unsqueeze(%p, %one) %f = Cast(%c) {to = f32} %y = Add(%x, %f) }",
	 {5, 20}, {{1, 1}, {2, 2}, {5, 3}, {3, 17}, {4, 19}, {5, 20}}},
	/* images: convolutions, Winograd's among them, a border of zeros, pools */
	{"graph (%x f32[n,3,20,20], %w1 f32[16,3,3,3], %w2 f32[16,16,3,3], %w3 f32[16,1,3,3], %w4 f32[16,10]) -> (%y) {"
	 " %a = Conv(%x, %w1) {pads = [1, 1, 1, 1], strides = [2, 2]} %b = Relu(%a) %c = Conv(%b, %w2) {pads = [1, 1, 1, 1]}"
	 " %d = Add(%c, %b) %e = Conv(%d, %w3) {pads = [1, 1, 1, 1], group = 16}"
	 " %f = MaxPool(%e) {kernel_shape = [2, 2], strides = [2, 2]} %g = GlobalAveragePool(%f) %h = Flatten(%g)"
	 " %y = MatMul(%h, %w4) }",
	 {5, 1}, {{1, 1}, {2, 1}, {3, 1}, {4, 1}, {5, 1}, {1, 1}}},
	/* images of any height and width: turned to channels and back, padded, by steps, of all and of single channels */
	{"graph (%x f32[2,20,n,s], %w1 f32[24,20,3,3], %w2 f32[24,1,3,3]) -> (%y) {"
	 " %a = Conv(%x, %w1) {pads = [1, 0, 1, 2], strides = [2, 1]} %b = Relu(%a)"
	 " %y = Conv(%b, %w2) {pads = [1, 1, 1, 1], group = 24} }",
	 {9, 40}, {{1, 1}, {2, 3}, {3, 16}, {9, 17}, {8, 32}, {9, 40}}},
	/* a sequence: taps over the edge, sizes made of sizes */
	{"graph (%x f32[n,8,s], %w1 f32[12,8,3], %w2 f32[6,12,4]) -> (%y, %z) {"
	 " %a = Conv(%x, %w1) {pads = [1, 1]} %b = Relu(%a) %y = Conv(%b, %w2) {strides = [2]}"
	 " %z = AveragePool(%b) {kernel_shape = [3], strides = [2], pads = [1, 1]} }",
	 {2, 40}, {{1, 4}, {1, 5}, {2, 6}, {2, 17}, {1, 39}, {2, 40}}},
	/* five points, a tile of three and one of two, over lanes that vary */
	{"graph (%q f32[n,2,5,4], %k f32[n,2,4,s]) -> (%y) { %r = Softmax(%q) {axis = 2} %g = Softmax(%k) {axis = 2}"
	 " %p = MatMul(%r, %g) %y = Softmax(%p) }",
	 {5, 20}, {{1, 1}, {2, 2}, {5, 3}, {3, 17}, {4, 19}, {5, 20}}},
	/* a size on its way through floats */
	{"graph (%x f32[s], %u f32[n]) -> (%y) { %s = Shape(%x) %f = Cast(%s) {to = f32} %two f32[] = const [2] %half f32[] = const [0.5]"
	 " %q = Div(%f, %two) %c = Ceil(%q) %a = Cast(%c) {to = i64} %o = Shape(%u) %h = Cast(%o) {to = f32}"
	 " %m = Mul(%h, %half) %l = Floor(%m) %b = Cast(%l) {to = i64} %j = Concat(%a, %b) {axis = 0}"
	 " %y = ConstantOfShape(%j) {value = f32[1] [3]} }",
	 {6, 9}, {{1, 1}, {2, 2}, {5, 3}, {6, 4}, {4, 8}, {5, 9}}},
	/* parts of one value, the last of which varies; what moves elements */
	{"graph (%x f32[n,s], %u f32[n,3]) -> (%y, %z) { %y = Concat(%u, %x) {axis = 1} %a = Neg(%y) %z = Transpose(%a) }",
	 {4, 9}, {{1, 1}, {1, 9}, {4, 1}, {2, 3}, {3, 8}, {4, 9}}},
	/* borders wider than what they mirror: remainders by a size, of what may lie in front of the first element */
	{"graph (%x f32[n,s]) -> (%y, %z) { %p i64[4] = const [0, 2, 0, 3] %y = Pad(%x, %p) {mode = reflect}"
	 " %z = Pad(%x, %p) {mode = wrap} }",
	 {2, 8}, {{1, 1}, {1, 2}, {2, 3}, {2, 4}, {1, 5}, {2, 8}}},
	/* what a body takes and gives: slices and states lie as far apart as the most asks for */
	{"graph (%x f32[2,n,s], %z f32[n,s]) -> (%last, %all) {"
	 " %last, %all = Scan(%z, %x) {num_scan_inputs = 1} body = graph (%a f32[n,s], %b f32[n,s]) -> (%c, %d) {"
	 " %c = Add(%a, %b) %d = Neg(%c) } }",
	 {3, 9}, {{1, 1}, {3, 1}, {2, 5}, {3, 4}, {2, 8}, {3, 9}}},
	/* as many turns as a size says, from its end: what is taken and what is given */
	{"graph (%x f32[n,s,3], %z f32[n,3]) -> (%last, %all) {"
	 " %last, %all = Scan(%z, %x) {num_scan_inputs = 1, scan_input_axes = [1], scan_input_directions = [1],"
	 " scan_output_directions = [1]} body = graph (%a f32[n,3], %b f32[n,3]) -> (%c, %d) {"
	 " %h f32[] = const [0.5] %e = Mul(%a, %h) %c = Add(%e, %b) %d = Neg(%c) } }",
	 {3, 9}, {{1, 1}, {3, 1}, {2, 5}, {3, 4}, {2, 8}, {3, 9}}},
	/* samples between the elements of an image, near its edges and beyond */
	{"graph (%x f32[1,2,n,s], %gx f32[1,n,s,2]) -> (%y, %z, %r) { %y = GridSample(%x, %gx)"
	 " %z = GridSample(%x, %gx) {padding_mode = reflection, align_corners = 1, mode = cubic}"
	 " %roi f32[1,4] = const [0.3, 0.2, 2.5, 3] %b i64[1] = const [0]"
	 " %r = RoiAlign(%x, %roi, %b) {output_height = 2, output_width = 3, sampling_ratio = 2} }",
	 {6, 9}, {{1, 1}, {1, 9}, {6, 1}, {2, 3}, {5, 8}, {6, 9}}},
	/* fewer sizes asked for than there are axes */
	{"graph (%x f32[2,s,1], %u f32[n]) -> (%y) { %q = Equal(%u, %u) %c = Cast(%q) {to = i64} %y f32[2,s,1] = Expand(%x, %c) }",
	 {3, 9}, {{1, 1}, {2, 1}, {3, 1}, {1, 9}, {2, 5}, {3, 9}}},
	/* images that grow and shrink by a factor */
	{"graph (%x f32[1,2,n,s]) -> (%y, %z) { %f f32[4] = const [1, 1, 0.6, 1.7] %y = Resize(%x, _, %f) {mode = linear}"
	 " %h f32[4] = const [1, 1, 2.3, 0.8] %z = Resize(%x, _, %h) {mode = cubic} }",
	 {6, 9}, {{2, 2}, {2, 9}, {6, 2}, {2, 3}, {5, 8}, {6, 9}}},
	/* images to a size of their own, of few channels: tables of what is read and weighed; the kernel is as wide as sizes ask */
	{"graph (%x f32[1,3,n,s]) -> (%y, %z, %a) { %k i64[4] = const [1, 3, 7, 20] %y = Resize(%x, _, _, %k) {mode = nearest}"
	 " %z = Resize(%x, _, _, %k) {mode = cubic, exclude_outside = 1} %o i64[4] = const [1, 3, 2, 3]"
	 " %a = Resize(%x, _, _, %o) {mode = linear, antialias = 1} }",
	 {9, 24}, {{1, 1}, {1, 24}, {9, 1}, {2, 3}, {5, 17}, {9, 24}}},
	/* causal: rows look at as many keys as are before them */
	{"graph (%q f32[n,s,32], %k f32[n,s,32], %v f32[n,s,32]) -> (%y) {"
	 " %y = Attention(%q, %k, %v) {is_causal = 1, q_num_heads = 2, kv_num_heads = 2} }",
	 {2, 200}, {{1, 1}, {1, 17}, {2, 13}, {1, 64}, {2, 199}, {2, 200}}},
	/* a state that starts as zeros, for every example */
	{"graph (%x f32[n,s,8], %k f32[n,s,8], %v f32[n,s,4]) -> (%y, %z) {"
	 " %y, %z = LinearAttention(%x, %k, %v) {q_num_heads = 2, kv_num_heads = 2, update_rule = linear} }",
	 {3, 6}, {{1, 1}, {3, 1}, {2, 2}, {1, 5}, {2, 6}, {3, 6}}},
	/* gates whose number is a size, never a panel long; a past whose length is one: tiles of two widths over its points */
	{"graph (%x f32[5,1,s], %u f32[1,s,s], %r f32[1,s,2], %wb f32[1,16]) -> (%y) {"
	 " %y = LSTM(%x, %u, %r, %wb) {direction = reverse, hidden_size = 2} }",
	 {1, 16}, {{1, 8}, {1, 8}, {1, 8}, {1, 8}, {1, 8}, {1, 8}}},
	{"graph (%wx f32[1,5,1], %k f32[5,1,3], %b f32[5], %p f32[1,5,n]) -> (%y) {"
	 " %y = CausalConvWithState(%wx, %k, %b, %p) {activation = silu} }",
	 {9, 1}, {{2, 1}, {2, 1}, {2, 1}, {2, 1}, {2, 1}, {2, 1}}},
	/* reflected and wrapped more often than once */
	{"graph (%x f32[n,s]) -> (%y, %z) { %p i64[4] = const [3, 4, 5, 0] %y = Pad(%x, %p) {mode = reflect}"
	 " %z = Pad(%x, %p) {mode = wrap} }",
	 {7, 9}, {{1, 1}, {1, 9}, {4, 1}, {2, 3}, {3, 8}, {7, 9}}},
	/* rows that lie a line more than the longest apart, so that short ones do not share sets of a cache */
	{"graph (%x f32[n,s]) -> (%y) { %t = Transpose(%x) %m = MatMul(%t, %x) %p = Softmax(%m) %y = MatMul(%p, %t) }",
	 {4, 256}, {{1, 1}, {1, 9}, {4, 1}, {2, 33}, {3, 128}, {4, 256}}},
	/* products by Strassen's method: an odd last row has no partner */
	{"graph (%x f32[1,s,384], %w1 f32[384,512], %w2 f32[512,384], %wb f32[512]) -> (%y) {"
	 " %p = MatMul(%x, %w1) %q = Add(%p, %wb) %r = Relu(%q) %t = MatMul(%r, %w2) %y = Add(%t, %x) }",
	 {1, 500}, {{1, 1}, {1, 2}, {1, 17}, {1, 128}, {1, 499}, {1, 500}}},
	/* lanes that vary and are never as many as a panel has; one panel and a rest of another over points that vary */
	{"graph (%x f32[n,s,8], %u f32[n,8,s]) -> (%y) { %p = MatMul(%x, %u) %y = Softmax(%p) }",
	 {2, 12}, {{1, 1}, {1, 7}, {2, 8}, {2, 9}, {1, 11}, {2, 12}}},
	{"graph (%x f32[n,10,1,1], %w f32[40,10,1,1]) -> (%y) { %p = Conv(%x, %w) %y = Sigmoid(%p) }",
	 {4, 1}, {{1, 1}, {2, 1}, {3, 1}, {4, 1}, {1, 1}, {2, 1}}},
	/* elements of four bits: as many bytes as the sizes have, the last of which may be half a byte; of what is computed, and
	 * of what lies as the most asks for */
	{"graph (%i i64[n,s]) -> (%q, %y) { %d u4[3,3] = const [1, 15, 7, 2, 9, 0, 14, 3, 8] %q = Gather(%d, %i)"
	 " %e = Concat(%q, %q) {axis = 1} %t = Transpose(%e) {perm = [1, 0, 2]} %f = Cast(%t) {to = f32} %r = ReduceSum(%f)"
	 " %y = Div(%f, %r) }",
	 {5, 7}, {{1, 1}, {1, 7}, {5, 1}, {3, 3}, {2, 5}, {5, 7}}},
	/* slices of four bits, 256 elements at most: nothing between them, for bytes are written one after the other */
	{"graph (%x u4[5,n,s]) -> (%y) { %i i64[3,1] = const [-3, -2, 2] %y = GatherND(%x, %i) }",
	 {16, 16}, {{1, 1}, {1, 7}, {5, 1}, {7, 7}, {3, 16}, {16, 16}}},
	/* lanes below a number that data say, which has 64 bits */
	{"graph (%wq f32[2,2,5,8], %k f32[2,2,s,8]) -> (%y) { %y = Attention(%wq, %k, %k) {is_causal = 1} }",
	 {1, 40}, {{1, 1}, {1, 7}, {1, 8}, {1, 9}, {1, 31}, {1, 40}}},
	/* a kernel whose other sizes would leave a result of less than nothing: what is divided by that is lifted above 0 once */
	{"graph (%x f32[2,4,3,4], %k f32[2,2,1,s], %o f32[2,2,3,4], %m f32[2,1,3,4]) -> (%y) {"
	 " %y = DeformConv(%x, %k, %o, _, %m) {group = 2} }",
	 {1, 7}, {{1, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}}},
	/* elimination: as many turns as the matrices have rows, which exchange theirs */
	{"graph (%x f32[n,s,s]) -> (%y, %z) { %y = Det(%x) %z = com.microsoft.Inverse(%x) }",
	 {3, 21}, {{1, 1}, {3, 2}, {2, 3}, {3, 5}, {1, 20}, {3, 21}}},
	/* trees ask for features of rows that may have more */
	{"graph (%x f32[n,s]) -> (%y) { %y = ai.onnx.ml.TreeEnsemble(%x) " TREE " }",
	 {9, 7}, {{1, 3}, {2, 3}, {4, 5}, {7, 7}, {8, 4}, {9, 7}}},
	/* how many axes an index names, which the result's rank tells */
	{"graph (%x f32[3,3,n], %i i64[4,s]) -> (%y) { %y f32[4,n] = GatherND(%x, %i) }",
	 {5, 3}, {{1, 2}, {2, 2}, {5, 2}, {3, 2}, {4, 2}, {5, 2}}},
	{"graph (%x f32[3,3,n], %i i64[1,s], %u f32[1,n]) -> (%y) { %y = ScatterND(%x, %i, %u) {reduction = add} }",
	 {5, 3}, {{1, 2}, {2, 2}, {5, 2}, {3, 2}, {4, 2}, {5, 2}}},
	/* where the elements of an image of any size come from */
	{"graph (%t f32[2,2,3], %x f32[2,1,n,s], %u f32[2,3,4]) -> (%y, %z, %v) { %b = Shape(%x) %y = AffineGrid(%t, %b)"
	 " %z = AffineGrid(%t, %b) {align_corners = 1} %c i64[1] = const [3] %d = Concat(%b, %c) {axis = 0} %v = AffineGrid(%u, %d) }",
	 {6, 9}, {{1, 1}, {1, 9}, {6, 1}, {2, 3}, {5, 8}, {6, 9}}},
	/* a state that begins with as many examples as the sequence, by another name */
	{"graph (%x f32[3,n,2], %h f32[1,s,2]) -> (%y, %z) { %w f32[1,8,2] = const [0.5, -1, 0.25, 2, 1, -0.5, 0.75, 1.5, -1, 1, 0.5, -0.25, 2, 1, -1.5, 0.5]"
	 " %y, %z = LSTM(%x, %w, %w, _, _, %h, %h) {hidden_size = 2} }",
	 {6, 6}, {{1, 1}, {2, 2}, {5, 5}, {3, 3}, {4, 4}, {6, 6}}},
	/* a transform of more numbers than there are, of fewer, and of half a spectrum */
	{"graph (%x f32[n,s,1], %u f32[n,s,2]) -> (%y, %z, %v, %q) { %b = Shape(%x) {start = 1, end = 2} %l = Squeeze(%b)"
	 " %a i64[] = const [1] %two i64[] = const [2] %m = Mul(%l, %two) %h = Div(%l, %two) %f = Add(%h, %a)"
	 " %y = DFT(%x, %l, %a) %z = DFT(%u, %m, %a) {inverse = 1} %v = DFT(%x, %f, %a) {onesided = 1}"
	 " %q = DFT(%u, %m, %a) {onesided = 1, inverse = 1} }",
	 {3, 40}, {{1, 1}, {3, 2}, {2, 5}, {1, 17}, {2, 39}, {3, 40}}},
	/* a size that can only be 1 beside the other repeats */
	{"graph (%x f32[2,n,4], %u f32[2,s,4], %v f32[s,4,4]) -> (%y, %z, %p) { %y = Add(%x, %u) %c = Less(%u, %x)"
	 " %z = Where(%c, %u, %x) %t i64[4] = const [0, 0, 1, 4] %b = Reshape(%x, %t) %p = MatMul(%b, %v) }",
	 {9, 2}, {{4, 1}, {5, 1}, {6, 1}, {7, 1}, {8, 1}, {9, 1}}},
	/* of two sizes either may be 1 and repeat: along rows, */
	{"graph (%x f32[n], %u f32[s]) -> (%y, %z, %r) { %y = Add(%x, %u) %c = Less(%x, %u) %e = Where(%c, %y, %x)"
	 " %z = Mul(%e, %u) %a = Exp(%z) %r = ReduceSum(%a) }",
	 {40, 40}, {{1, 1}, {1, 17}, {17, 1}, {40, 40}, {1, 32}, {8, 1}}},
	/* of any type, and of none, */
	{"graph (%a f64[n], %b f64[s], %c i64[n], %d i64[s], %e f16[n], %f f16[s], %i bool[n], %j bool[s])"
	 " -> (%p, %q, %r, %t, %v) { %p = Mul(%a, %b) %q = Sub(%c, %d) %r = Add(%e, %f) %t = And(%i, %j) %v = Less(%c, %d) }",
	 {70, 70}, {{0, 0}, {1, 67}, {70, 1}, {0, 1}, {1, 0}, {64, 64}}},
	{"graph (%a i32[n], %b i32[s], %c u8[n], %d u8[s]) -> (%p, %q, %r) { %p = Mul(%a, %b) %q = Max(%c, %d) %r = Equal(%c, %d) }",
	 {35, 35}, {{1, 1}, {1, 35}, {33, 1}, {7, 7}, {1, 16}, {8, 1}}},
	/* along all axes of inputs whose rows need a copy, with reductions over it, */
	{"graph (%x f32[n,5,s], %u f32[s,1,n]) -> (%y, %z, %p, %m) { %y = Add(%x, %u) %ax i64[1] = const [2] %z = ReduceSum(%y, %ax)"
	 " %p = Softmax(%y) {axis = -1} %b i64[1] = const [0] %m = ReduceMax(%y, %b) }",
	 {19, 19}, {{1, 1}, {1, 8}, {7, 1}, {19, 19}, {1, 19}, {16, 1}}},
	/* of matrices, behind a product, in Expand and Einsum, */
	{"graph (%x f32[n,4,24], %u f32[s,24,40], %k f32[s,4,40]) -> (%y, %l, %e, %v) { %p = MatMul(%x, %u) %y = Relu(%p)"
	 " %l = Add(%p, %k) %f = Shape(%u) {end = 1} %j i64[2] = const [4, 24] %t = Concat(%f, %j) {axis = 0} %e = Expand(%x, %t)"
	 " %v = Einsum(%x, %x) {equation = \"nij,nkj->nik\"} }",
	 {6, 6}, {{1, 1}, {1, 5}, {4, 1}, {6, 6}, {1, 2}, {3, 1}}},
	/* of an attention's mask, */
	{"graph (%x f32[n,2,3,8], %k f32[n,2,20,8], %m f32[s,1,3,20]) -> (%y) { %y = Attention(%x, %k, %k, %m) }",
	 {4, 4}, {{1, 1}, {4, 1}, {4, 4}, {2, 2}, {3, 1}, {2, 1}}},
	/* beside a number, */
	{"graph (%x f32[n,s]) -> (%y) { %b f32[6,9] = const [1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7,"
	 " 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9] %y = Mul(%x, %b) }",
	 {8, 12}, {{1, 1}, {1, 9}, {6, 1}, {6, 9}, {1, 1}, {6, 9}}},
	/* and where only one of the two may: slopes, scales, what is added to a product. */
	{"graph (%x f32[3,n], %u f32[s], %w f32[5,3]) -> (%y, %z, %p) { %y = PRelu(%x, %u) %p = LayerNormalization(%x, %u) {axis = 1}"
	 " %z = Gemm(%w, %x, %u) }",
	 {20, 20}, {{1, 1}, {17, 1}, {20, 20}, {3, 3}, {16, 1}, {2, 1}}},
	/* what is chosen beside two sizes of which one may repeat */
	{"graph (%x f32[n], %u f32[s], %b f32[1,6,4], %c f32[1,1,6]) -> (%y, %z) { %y = Mul(%x, %u) %m i64[1] = const [3]"
	 " %q = NonMaxSuppression(%b, %c, %m) %f = Cast(%q) {to = f32} %z = ReduceSum(%f) }",
	 {20, 20}, {{1, 1}, {17, 1}, {1, 20}, {3, 3}, {16, 1}, {2, 1}}},
	/* sums behind sums keep one size; images, whose convolutions stay in tiles */
	{"graph (%x f32[n,8,6,6], %u f32[s,8,1,1], %w f32[16,8,3,3], %k f32[s,16,6,6]) -> (%y) { %a = Add(%x, %u) %b = Relu(%a)"
	 " %c = Conv(%b, %w) {pads = [1, 1, 1, 1]} %d = Add(%c, %k) %e = Relu(%d) %f = Mul(%e, %k) %y = Sub(%f, %c) }",
	 {5, 5}, {{1, 1}, {1, 4}, {5, 1}, {5, 5}, {1, 2}, {3, 1}}},
	/* an axis that keeps its size in a run is not resized */
	{"graph (%x f32[n,2,s,5]) -> (%y) { %k i64[4] = const [2, 2, 10, 9] %y = Resize(%x, _, _, %k) {mode = cubic,"
	 " coordinate_transformation_mode = tf_half_pixel_for_nn, exclude_outside = 1} }",
	 {3, 12}, {{1, 1}, {2, 10}, {1, 10}, {3, 12}, {2, 7}, {2, 1}}},
	/* turned in blocks, of rows and columns that vary, and what fills none */
	{"graph (%x f32[n,s], %u f64[n,s], %b u8[n,s], %h f16[s,40], %k f32[n,24,s]) -> (%y, %v, %c, %g, %r) {"
	 " %y = Transpose(%x) %v = Transpose(%u) %c = Transpose(%b) %g = Transpose(%h) %t = Transpose(%k) {perm = [0, 2, 1]}"
	 " %e = Exp(%t) %f = Transpose(%e) {perm = [2, 1, 0]} %r = Relu(%f) }",
	 {40, 50}, {{1, 1}, {16, 16}, {17, 33}, {40, 15}, {3, 48}, {40, 50}}},
	/* axes that vary as one, in any order, and taken apart again */
	{"graph (%x f32[2,3,n,s], %u f32[n,6,s]) -> (%y, %z, %v, %b) { %y = Flatten(%x) %t = Transpose(%x) {perm = [0, 2, 3, 1]}"
	 " %k i64[2] = const [-1, 3] %z = Reshape(%t, %k) %p i64[3] = const [0, 2, -1] %v = Reshape(%u, %p) %e = Exp(%u)"
	 " %q i64[1] = const [-1] %b = Reshape(%e, %q) }",
	 {9, 40}, {{1, 1}, {2, 3}, {3, 16}, {9, 17}, {8, 32}, {9, 40}}},
	/* products of bytes by bytes of data, both as pairs of 16 bits: rows that vary, and columns */
	{"graph (%x u8[s,7], %v i8[7,20], %z u8[]) -> (%y) { %p = MatMulInteger(%x, %v, %z) %y = Cast(%p) {to = f32} }",
	 {1, 40}, {{1, 1}, {1, 3}, {1, 16}, {1, 17}, {1, 39}, {1, 40}}},
	{"graph (%x u8[18,6], %v i8[n,6,s]) -> (%y) { %y = MatMulInteger(%x, %v) }",
	 {2, 40}, {{1, 1}, {2, 3}, {1, 16}, {2, 17}, {1, 39}, {2, 40}}},
	/* images of bytes of any height and width: padded by the zero point of all, of each image and of none */
	{"graph (%x u8[2,12,n,s], %z u8[], %u f32[2,12,n,s], %w f32[20,12,3,3]) -> (%y, %a, %b) { %f f32[] = const [0.01]"
	 " %o i8[] = const [3] %e u8[] = const [7] %g f32[] = const [0.5] %k = QuantizeLinear(%w, %f, %o)"
	 " %y = ConvInteger(%x, %k, %z, %o) {pads = [1, 0, 2, 1], strides = [2, 1]}"
	 " %a = QLinearConv(%x, %f, %e, %k, %f, %o, %g, %e) {pads = [1, 1, 1, 1]}"
	 " %d, %c, %m = DynamicQuantizeLinear(%u) %b = ConvInteger(%d, %k, %m) {pads = [1, 1, 1, 1]} }",
	 {9, 40}, {{1, 3}, {2, 3}, {3, 16}, {9, 17}, {8, 32}, {9, 40}}},
	/* padded by what the sizes say, an odd one at an end or in front; beside an axis of a known size; by bytes; transposed */
	{"graph (%x f32[2,8,n,s], %w1 f32[12,8,3,3], %w2 f32[8,1,5,2], %w3 f32[12,8,2,3]) -> (%a, %b, %c) {"
	 " %a = Conv(%x, %w1) {strides = [2, 2], auto_pad = SAME_UPPER} %d = Conv(%x, %w2) {strides = [3, 2], group = 8,"
	 " auto_pad = SAME_LOWER} %b = Relu(%d) %c = Conv(%x, %w3) {strides = [1, 3], dilations = [2, 1], auto_pad = SAME_UPPER} }",
	 {9, 40}, {{1, 1}, {2, 3}, {3, 16}, {9, 17}, {8, 32}, {9, 40}}},
	{"graph (%x f32[2,8,n,6], %v f32[16,8,2,2], %w f32[16,8,2,2]) -> (%a, %b) {"
	 " %a = Conv(%x, %v) {strides = [2, 1], dilations = [1, 2], auto_pad = SAME_UPPER}"
	 " %b = Conv(%x, %w) {strides = [2, 1], dilations = [1, 2], auto_pad = SAME_UPPER} }",
	 {6, 1}, {{1, 1}, {2, 1}, {3, 1}, {4, 1}, {5, 1}, {6, 1}}},
	{"graph (%x u8[2,12,n,s], %z u8[], %w f32[20,12,3,3]) -> (%y, %a) { %f f32[] = const [0.01] %o i8[] = const [3]"
	 " %e u8[] = const [7] %g f32[] = const [0.5] %k = QuantizeLinear(%w, %f, %o)"
	 " %y = ConvInteger(%x, %k, %z, %o) {auto_pad = SAME_UPPER, strides = [2, 2]}"
	 " %a = QLinearConv(%x, %f, %e, %k, %f, %o, %g, %e) {auto_pad = SAME_LOWER, strides = [2, 1]} }",
	 {9, 40}, {{1, 3}, {2, 3}, {3, 16}, {9, 17}, {8, 32}, {9, 40}}},
	{"graph (%x f32[2,10,n,s], %w1 f32[10,12,3,2], %w2 f32[10,8,2,4]) -> (%a, %b) {"
	 " %a = ConvTranspose(%x, %w1) {strides = [2, 2], auto_pad = SAME_UPPER}"
	 " %b = ConvTranspose(%x, %w2) {strides = [3, 2], auto_pad = SAME_LOWER} }",
	 {9, 40}, {{1, 1}, {2, 3}, {3, 16}, {9, 17}, {8, 32}, {9, 40}}},
	/* transposed convolutions: phases of one tap and of two, both ends cut off, behind a part that no tap reaches, in groups */
	{"graph (%x f32[2,10,n,s], %w1 f32[10,12,2,2], %wb f32[12], %w2 f32[10,8,4,3], %w3 f32[10,3,3,2]) -> (%a, %b, %c) {"
	 " %a = ConvTranspose(%x, %w1, %wb) {strides = [2, 2]}"
	 " %d = ConvTranspose(%x, %w2) {strides = [2, 1], pads = [1, 1, 1, 1]} %b = Relu(%d)"
	 " %c = ConvTranspose(%x, %w3) {strides = [2, 3], group = 2, output_padding = [1, 2]} }",
	 {9, 40}, {{1, 1}, {2, 3}, {3, 16}, {9, 17}, {8, 32}, {9, 40}}},
	/* of sequences, and beside an axis that does not vary */
	{"graph (%x f32[n,8,s], %w1 f32[8,5,5], %u f32[n,6,4,s], %w2 f32[6,7,3,3]) -> (%y, %z) {"
	 " %y = ConvTranspose(%x, %w1) {strides = [3], pads = [1, 2]}"
	 " %z = ConvTranspose(%u, %w2) {strides = [2, 2], pads = [1, 1, 0, 1], output_padding = [1, 1]} }",
	 {3, 40}, {{1, 1}, {2, 3}, {3, 16}, {1, 17}, {2, 32}, {3, 40}}},
	/* dilated: by as much as the stride, by more, and where there is one phase */
	{"graph (%x f32[2,10,n,s], %w1 f32[10,12,3,2], %w2 f32[10,8,2,3]) -> (%a, %b) {"
	 " %a = ConvTranspose(%x, %w1) {strides = [2, 2], dilations = [2, 3], pads = [1, 0, 2, 1]}"
	 " %b = ConvTranspose(%x, %w2) {strides = [1, 2], dilations = [3, 1], pads = [1, 1, 1, 1], group = 2} }",
	 {9, 40}, {{1, 1}, {2, 3}, {3, 16}, {9, 17}, {8, 32}, {9, 40}}},
	/* as many phases as a vector has lanes, which lie side by side once they are taken in turn; blocks of channels to pixels */
	{"graph (%x f32[n,8,s], %w1 f32[8,5,16], %u f32[2,8,n,s], %w2 f32[64,8,3,3]) -> (%y, %z) {"
	 " %y = ConvTranspose(%x, %w1) {strides = [8], pads = [4, 4]} %c = Conv(%u, %w2) {pads = [1, 1, 1, 1]}"
	 " %z = DepthToSpace(%c) {blocksize = 2} }",
	 {3, 40}, {{1, 1}, {2, 3}, {3, 16}, {1, 17}, {2, 32}, {3, 40}}},
	/* maps with zeros around them, turned in blocks: some blocks begin before the map, some end behind it */
	{"graph (%x f32[n,32,s,s]) -> (%y) { %p i64[8] = const [0, 0, 1, 1, 0, 0, 1, 1] %q = Pad(%x, %p)"
	 " %y = Transpose(%q) {perm = [0, 2, 3, 1]} }",
	 {2, 31}, {{1, 1}, {1, 14}, {1, 15}, {2, 19}, {1, 30}, {2, 31}}},
	{"graph (%x f32[n,32,21,19]) -> (%y) { %p i64[8] = const [0, 0, 1, 1, 0, 0, 1, 1] %q = Pad(%x, %p)"
	 " %y = Transpose(%q) {perm = [0, 2, 3, 1]} }",
	 {7, 1}, {{1, 1}, {2, 1}, {3, 1}, {5, 1}, {6, 1}, {7, 1}}},
	/* a map that is smaller than a block */
	{"graph (%x f32[1,19,1,3]) -> (%y) { %p i64[8] = const [0, 0, 0, 0, 0, 0, 0, 17] %q = Pad(%x, %p)"
	 " %y = Transpose(%q) {perm = [0, 2, 3, 1]} }",
	 {1, 1}, {{0, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}}},
	/* rows behind others, turned */
	{"graph (%x f32[n,17,s], %z f32[n,18,s]) -> (%y) { %c = Concat(%x, %z) {axis = 1} %e = Relu(%c)"
	 " %y = Transpose(%e) {perm = [0, 2, 1]} }",
	 {3, 40}, {{1, 1}, {1, 16}, {2, 17}, {3, 31}, {1, 33}, {3, 40}}},
	/* products whose rows, and whose depth, vary, of floats and of bytes */
	{"graph (%x f32[3,n,s], %z f32[3,s,40]) -> (%y) { %y = MatMul(%x, %z) }",
	 {20, 50}, {{1, 1}, {5, 7}, {13, 32}, {17, 49}, {19, 50}, {20, 50}}},
	{"graph (%x u8[3,n,s], %z i8[3,s,40], %o i8[]) -> (%y) { %a u8[] = const [9] %y = MatMulInteger(%x, %z, %a, %o) }",
	 {20, 50}, {{1, 1}, {5, 7}, {13, 32}, {17, 49}, {19, 50}, {20, 50}}},
	{"graph (%x i8[3,n,s], %z u8[3,s,40], %a i8[]) -> (%y) { %o u8[] = const [200] %y = MatMulInteger(%x, %z, %a, %o) }",
	 {20, 50}, {{1, 1}, {5, 7}, {13, 32}, {17, 49}, {19, 50}, {20, 50}}},
	/* averages of windows over the ends of rows, whose number varies */
	{"graph (%x f32[1,s,130]) -> (%y) { %y = AveragePool(%x) {kernel_shape = [3], pads = [1, 1]} }",
	 {1, 50}, {{1, 1}, {1, 2}, {1, 3}, {1, 16}, {1, 49}, {1, 50}}},
	/* sums of elements below a byte: those behind the last one read what there is */
	{"graph (%x u2[1,n,9,32], %z u2[1,n,32,2]) -> (%y) { %y = MatMul(%x, %z) }",
	 {10, 1}, {{0, 1}, {1, 1}, {2, 1}, {5, 1}, {9, 1}, {10, 1}}},
	{"graph (%x i4[n,s,37], %z i4[37,3]) -> (%y) { %y = MatMul(%x, %z) }",
	 {4, 9}, {{0, 0}, {0, 5}, {2, 0}, {1, 7}, {3, 8}, {4, 9}}},
	/* one row or none */
	{"graph (%x f32[n,8]) -> (%y, %z) { %y = Hardmax(%x) %z = Softmax(%x) }",
	 {1, 1}, {{0, 1}, {1, 1}, {0, 1}, {1, 1}, {0, 1}, {1, 1}}},
};

enum { MODELS = sizeof models / sizeof *models };

static Ctx ctx;

static Graph *parse(const Model *m)
{
	static const char *const names[SIZES] = {"n", "s"};
	Syms *syms = NEW(&ctx.perm, Syms);
	uint64_t state = 7;

	*syms = (Syms){.ctx = &ctx};
	for (int i = 0; i < SIZES; i++) {
		Symbol *s = dim_symbol_of(syms, dim_symbol(syms, names[i]));
		s->lo = m->run[0][i];
		s->hi = m->most[i];
	}
	Graph *g = graph_parse(&ctx, syms, m->text);
	int n = 0;
	for (int i = 0; i < g->nin; i++) {
		Value *v = g->in[i];
		if (v->name[0] != 'w') {
			g->in[n++] = v;
			continue;
		}
		int64_t dims[MAX_RANK];
		for (int k = 0; k < v->shape.rank; k++)
			dims[k] = v->shape.dim[k].k;
		Tensor *t = tensor_new(&ctx.perm, v->dtype, v->shape.rank, dims);
		for (int64_t k = 0; k < t->count; k++)
			((float *)t->data)[k] = (float)random_in(&state, -100, 100) / 400;
		value_replace(g, v, value_const(g, v->name, t));
	}
	g->nin = n;
	return g;
}

/* Numbers from -1 to 1, or indices of three. */
static Tensor *random_input(DType t, int rank, const int64_t *dims, uint64_t *state)
{
	Tensor *x = tensor_new(&ctx.perm, t, rank, dims);

	for (int64_t k = 0; k < x->count; k++)
		store_f64(t, x->data, k, t == F32 ? (double)random_in(state, -1000, 1000) / 1000 : (double)random_in(state, 0, 2));
	return x;
}

/* Inputs for a run: the symbols' values are those of the run. */
static void make_inputs(const Graph *g, const int64_t *run, Tensor **in)
{
	uint64_t state = 11;

	for (int i = 0; i < g->nin; i++) {
		const Shape *s = &g->in[i]->shape;
		int64_t dims[MAX_RANK];
		for (int k = 0; k < s->rank; k++)
			dims[k] = dim_eval(g->syms, s->dim[k], run);
		in[i] = random_input(g->in[i]->dtype, s->rank, dims, &state);
	}
}

static void compare(const Tensor *got, const Tensor *want)
{
	assert_int_equal(got->rank, want->rank);
	for (int k = 0; k < got->rank; k++)
		assert_int_equal(got->dim[k], want->dim[k]);
	for (int64_t i = 0; i < want->count; i++) {
		double x = load_f64(got->dtype, got->data, i), y = load_f64(want->dtype, want->data, i), d = x > y ? x - y : y - x;
		assert_true(d <= 2e-5 * (1 + (y < 0 ? -y : y)));
	}
}

static void run_once(Session *s, const Model *m, const int64_t *run)
{
	Tensor *in[INPUTS];
	Graph *g = parse(m);
	Eval e = {.budget = -1};

	print_message("model %td at n = %lld, s = %lld\n", m - models, (long long)run[0], (long long)run[1]);
	make_inputs(g, run, in);
	eval_graph(&e, g, &ctx.perm, in);
	session_bind(s, in);
	assert_int_equal(session_run(s), TCC_OK);
	assert_true(session_intact(s));
	for (int i = 0; i < g->nout; i++)
		compare(session_output(s, i), eval_value(&e, g->out[i]));
}

static void run_model(const Model *m, const char *target, int threads)
{
	Settings settings = {.compile = {.level = 2, .target = target}, .cc_flags = FLAGS, .threads = threads};
	Session *s = jit(&ctx, parse(m), &settings, NULL);

	s->pool = threads > 1 ? tcc_pool_create(threads) : NULL;
	for (int i = 0; i < RUNS; i++)
		run_once(s, m, m->run[i]);
	if (s->pool)
		tcc_pool_destroy(s->pool);
	session_close(s);
	temporary_clear();
}

static void all_models(const char *target)
{
	ctx_open(&ctx, "unit", 0);
	if (setjmp(ctx.border)) {
		print_error("%s\n", ctx.message);
		assert_true(0 && "a model ends in trouble");
	}
	for (int i = 0; i < MODELS; i++)
		for (int threads = 1; threads <= 3; threads += 2)
			run_model(&models[i], target, threads);
	ctx_close(&ctx);
}

static void on_c(void **state)
{
	(void)state;
	all_models("c");
}

static void on_this_machine(void **state)
{
	(void)state;
	all_models("native");
}

static void refuses_other_sizes(void **state)
{
	static const int64_t wrong[][SIZES] = {{4, 5}, {0, 5}, {1, 51}, {1, 0}};
	Settings settings = {.compile = {.level = 2, .target = "c"}, .cc_flags = FLAGS, .threads = 1};
	const Model *m = &models[3];
	Tensor *in[INPUTS];

	(void)state;
	ctx_open(&ctx, "unit", 0);
	assert_false(setjmp(ctx.border));
	Session *s = jit(&ctx, parse(m), &settings, NULL);
	for (int i = 0; i < 4; i++) {
		make_inputs(parse(m), wrong[i], in);
		session_bind(s, in);
		assert_int_equal(session_run(s), TCC_ERR_SHAPE);
		assert_true(session_intact(s));
	}
	make_inputs(parse(m), (int64_t[]){2, 8}, in);
	in[1]->dim[1] = 7; /* not the s of the first input */
	session_bind(s, in);
	assert_int_equal(session_run(s), TCC_ERR_SHAPE);
	assert_int_equal(s->model->inputs[0].dims[1], 50);
	assert_int_equal(s->model->inputs[0].dynamic, 3);
	assert_int_equal(s->model->outputs[0].bytes, 3 * 50 * 32 * 4);
	session_close(s);
	ctx_close(&ctx);
}

/* Where the model adds n to s and to 3 elements, they are the same, or 1: none is read as far as another goes. */
static void refuses_sizes_that_do_not_meet(void **state)
{
	static const int64_t right[][SIZES] = {{3, 3}, {1, 3}, {3, 1}, {1, 1}}, wrong[][SIZES] = {{2, 2}, {4, 3}, {2, 1}, {1, 4}};
	static const Model sums = {"graph (%x f32[n], %u f32[s], %b f32[3]) -> (%y) { %p = Add(%x, %u) %y = Add(%p, %b) }",
				   {4, 4}, {{0}}};
	Settings settings = {.compile = {.level = 2, .target = "c"}, .cc_flags = FLAGS, .threads = 1};
	Tensor *in[INPUTS];

	(void)state;
	ctx_open(&ctx, "unit", 0);
	assert_false(setjmp(ctx.border));
	Session *s = jit(&ctx, parse(&sums), &settings, NULL);
	for (int i = 0; i < 8; i++) {
		make_inputs(parse(&sums), i < 4 ? right[i] : wrong[i - 4], in);
		session_bind(s, in);
		assert_int_equal(session_run(s), i < 4 ? TCC_OK : TCC_ERR_SHAPE);
	}
	session_close(s);
	ctx_close(&ctx);
}

/* Exporters write sizes of the example in: [n,s] becomes [2,3] wherever n*s is 6. */
static void refuses_sizes_that_do_not_fill(void **state)
{
	static const int64_t right[][SIZES] = {{2, 3}, {6, 1}, {1, 6}}, wrong[][SIZES] = {{1, 3}, {2, 2}, {6, 6}};
	static const Model filled = {"graph (%x f32[n,s]) -> (%y) { %six i64[2] = const [2, 3] %p = Reshape(%x, %six) %y = Exp(%p) }",
				     {6, 6}, {{0}}};
	Settings settings = {.compile = {.level = 2, .target = "c"}, .cc_flags = FLAGS, .threads = 1};
	Tensor *in[INPUTS];

	(void)state;
	ctx_open(&ctx, "unit", 0);
	assert_false(setjmp(ctx.border));
	Session *s = jit(&ctx, parse(&filled), &settings, NULL);
	for (int i = 0; i < 6; i++) {
		make_inputs(parse(&filled), i < 3 ? right[i] : wrong[i - 3], in);
		session_bind(s, in);
		assert_int_equal(session_run(s), i < 3 ? TCC_OK : TCC_ERR_SHAPE);
		for (int k = 0; i < 3 && k < 6; k++)
			assert_float_equal(((const float *)s->out[0].data)[k], expf(((const float *)in[0]->data)[k]), 1e-5);
	}
	session_close(s);
	ctx_close(&ctx);
}

/* Of as many elements as a window has, less one, there are none; of fewer there is no such size. */
static void refuses_less_than_a_window(void **state)
{
	static const Model pool = {"graph (%x f32[1,1,n]) -> (%y) { %y = AveragePool(%x) {kernel_shape = [3]} }", {6, 1}, {{0}}};
	Settings settings = {.compile = {.level = 2, .target = "c"}, .cc_flags = FLAGS, .threads = 1};
	Tensor *in[INPUTS];

	(void)state;
	ctx_open(&ctx, "unit", 0);
	assert_false(setjmp(ctx.border));
	Session *s = jit(&ctx, parse(&pool), &settings, NULL);
	for (int64_t n = 1; n <= 6; n++) {
		make_inputs(parse(&pool), (int64_t[]){n, 1}, in);
		session_bind(s, in);
		assert_int_equal(session_run(s), n < 2 ? TCC_ERR_SHAPE : TCC_OK);
		assert_true(session_intact(s));
	}
	session_close(s);
	ctx_close(&ctx);
}

/* No stage is divided along a batch that may be one image: every worker has rows, or channels, of each image. */
static void workers_share_each_image(void **state)
{
	static const char *const targets[] = {"c", "native"};
	static const Model images = {
		"graph (%x f32[n,3,96,96], %w1 f32[16,3,3,3], %w2 f32[16,16,3,3], %w3 f32[16,1,3,3]) -> (%y, %z) {"
		" %a = Conv(%x, %w1) {pads = [1, 1, 1, 1]} %b = Relu(%a) %c = Conv(%b, %w2) {pads = [1, 1, 1, 1]}"
		" %d = Conv(%c, %w3) {group = 16} %y = MaxPool(%d) {kernel_shape = [2, 2], strides = [2, 2]}"
		" %e = Exp(%c) %z = Transpose(%e) {perm = [0, 2, 3, 1]} }", {8, 1}, {{1, 1}}};
	const char *header;

	(void)state;
	ctx_open(&ctx, "unit", 0);
	assert_false(setjmp(ctx.border));
	for (int i = 0; i < 2; i++) {
		Options o = {.level = 2, .target = targets[i], .threads = true, .prefix = "m"};
		Graph *g = parse(&images);
		passes_run(g, &o);
		const char *text = emit_text(g, &o, &header, NULL);
		assert_non_null(strstr(text, "(take(&k, "));
		assert_null(strstr(text, "(take(&k, d0"));
	}
	ctx_close(&ctx);
}

/* Of an input that only says how large something is, no element is copied. */
static void sizes_are_asked_without_a_copy(void **state)
{
	static const Model grid = {"graph (%t f32[2,2,3], %x f32[2,1,n,s]) -> (%y) { %b = Shape(%x) %y = AffineGrid(%t, %b) }",
				   {8, 8}, {{1, 1}}};
	Options o = {.level = 2, .target = "c", .prefix = "m"};
	const char *header;

	(void)state;
	ctx_open(&ctx, "unit", 0);
	assert_false(setjmp(ctx.border));
	Graph *g = parse(&grid);
	passes_run(g, &o);
	const char *text = emit_text(g, &o, &header, NULL);
	assert_non_null(strstr(text, "c->in->t"));
	assert_null(strstr(text, "c->in->x"));
	ctx_close(&ctx);
}

/* Few images want small tiles, whose weights are few, many images large ones; with both, what is lost least. */
static void tiles_suit_few_and_many_images(void **state)
{
	static const struct {
		int64_t least, most;
		const char *tiles;
	} batch[] = {{1, 1, "tiles of 4 x 4 from 4 x 4"}, {8, 8, "tiles of 6 x 6 from 6 x 6"}, {1, 8, "tiles of 6 x 6 from 6 x 6"}};
	const char *header;

	(void)state;
	ctx_open(&ctx, "unit", 0);
	assert_false(setjmp(ctx.border));
	for (int i = 0; i < 3; i++) {
		Options o = {.level = 2, .target = "x86-64-v3", .prefix = "m"};
		Model images = {"graph (%x f32[n,96,7,7], %w f32[96,96,3,3]) -> (%y) { %y = Conv(%x, %w) {pads = [1, 1, 1, 1]} }",
				{batch[i].most, 1}, {{batch[i].least, 1}}};
		Graph *g = parse(&images);
		passes_run(g, &o);
		assert_non_null(strstr(emit_text(g, &o, &header, NULL), batch[i].tiles));
	}
	ctx_close(&ctx);
}

/* Neither padding nor phases nor what becomes of channels keeps convolutions of maps that vary out of tiles. */
static void varying_maps_stay_in_tiles(void **state)
{
	static const Model maps[] = {
		{"graph (%x u8[1,32,n,s], %z u8[], %w f32[32,32,3,3]) -> (%y) { %f f32[] = const [0.01] %o i8[] = const [0]"
		 " %k = QuantizeLinear(%w, %f, %o) %y = ConvInteger(%x, %k, %z) {pads = [1, 1, 1, 1]} }", {40, 40}, {{1, 1}}},
		{"graph (%x f32[1,32,n,s], %w f32[32,32,3,3]) -> (%y) {"
		 " %y = ConvTranspose(%x, %w) {strides = [2, 2], pads = [1, 1, 1, 1]} }", {40, 40}, {{1, 1}}},
		{"graph (%x f32[n,32,s], %w f32[32,32,16]) -> (%y) {"
		 " %y = ConvTranspose(%x, %w) {strides = [8], pads = [4, 4]} }", {1, 200}, {{1, 1}}},
		{"graph (%x f32[1,32,n,s], %w f32[64,32,1,1]) -> (%y) { %c = Conv(%x, %w) %y = DepthToSpace(%c) {blocksize = 2} }",
		 {40, 40}, {{1, 1}}},
		{"graph (%x f32[1,32,n,s], %w f32[64,32,3,3]) -> (%y) { %y = Conv(%x, %w) {auto_pad = SAME_UPPER, strides = [2, 2]} }",
		 {40, 40}, {{1, 1}}},
	};
	const char *header;

	(void)state;
	ctx_open(&ctx, "unit", 0);
	assert_false(setjmp(ctx.border));
	for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
		Options o = {.level = 2, .target = "x86-64-v3", .prefix = "m"};
		Graph *g = parse(&maps[i]);
		passes_run(g, &o);
		assert_non_null(strstr(emit_text(g, &o, &header, NULL), "vectors a tile"));
	}
	ctx_close(&ctx);
}

/* Products of varying rows are made in tiles, also where the result is packed densely; windows over known rows in vectors. */
static void varying_rows_stay_fast(void **state)
{
	static const struct {
		Model model;
		const char *how;
	} rows[] = {
		{{"graph (%x f32[3,n,s], %z f32[3,s,40]) -> (%y) { %y = MatMul(%x, %z) }", {40, 40}, {{1, 1}}}, "vectors a tile"},
		{{"graph (%x u8[3,n,s], %z i8[3,s,40]) -> (%y) { %y = MatMulInteger(%x, %z) }", {40, 40}, {{1, 1}}}, "vectors a tile"},
		{{"graph (%x f32[1,s,130]) -> (%y) { %y = AveragePool(%x) {kernel_shape = [3], pads = [1, 1]} }", {1, 40}, {{1, 1}}},
		 "vectors of 8 along the inner loop"},
	};
	const char *header;

	(void)state;
	ctx_open(&ctx, "unit", 0);
	assert_false(setjmp(ctx.border));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		Options o = {.level = 2, .target = "x86-64-v3", .prefix = "m"};
		Graph *g = parse(&rows[i].model);
		passes_run(g, &o);
		assert_non_null(strstr(emit_text(g, &o, &header, NULL), rows[i].how));
	}
	ctx_close(&ctx);
}

/* Rows of axes that become one are vectors. */
static void flattened_rows_are_vectors(void **state)
{
	static const Model flat = {"graph (%x f32[2,3,n,s]) -> (%y) { %y = Flatten(%x) }", {40, 40}, {{1, 1}}};
	Options o = {.level = 2, .target = "x86-64-v3", .prefix = "m"};
	const char *header;

	(void)state;
	ctx_open(&ctx, "unit", 0);
	assert_false(setjmp(ctx.border));
	Graph *g = parse(&flat);
	passes_run(g, &o);
	const char *text = emit_text(g, &o, &header, NULL);
	assert_null(strstr(text, "scalar loops"));
	assert_non_null(strstr(text, "vectors of 8 along the inner loop"));
	ctx_close(&ctx);
}

/* Nothing can be wrapped around where there is nothing; where that is known at run time only, the remainder is one of a size
 * that is at least 1. */
static void refuses_to_repeat_nothing(void **state)
{
	static const Model wrapped = {"graph (%x f32[n,s]) -> (%y) { %p i64[4] = const [3, 0, 0, 1] %y = Pad(%x, %p) {mode = wrap} }",
				      {5, 2}, {{0, 1}}};
	Settings settings = {.compile = {.level = 2, .target = "c"}, .cc_flags = FLAGS, .threads = 1};
	Tensor *in[INPUTS];

	(void)state;
	ctx_open(&ctx, "unit", 0);
	assert_false(setjmp(ctx.border));
	Session *s = jit(&ctx, parse(&wrapped), &settings, NULL);
	for (int64_t n = 0; n <= 5; n++) {
		make_inputs(parse(&wrapped), (int64_t[]){n, 2}, in);
		session_bind(s, in);
		assert_int_equal(session_run(s), n ? TCC_OK : TCC_ERR_SHAPE);
		for (int64_t i = 0; n && i < 3 * (n + 3); i++) {
			int64_t row = (i / 3 + 3 * n - 3) % n;
			assert_true(((const float *)s->out[0].data)[i] == ((const float *)in[0]->data)[2 * row + i % 3 % 2]);
		}
	}
	session_close(s);
	ctx_close(&ctx);
}

/* What repeats has the sum of the derivatives of all that it is repeated for. */
static void derivatives_of_what_repeats(void **state)
{
	static const int64_t run[][SIZES] = {{1, 4}, {4, 1}, {3, 3}, {1, 1}};
	static const Model product = {"graph (%x f32[n], %u f32[s]) -> (%y) { %y = Mul(%x, %u) }", {4, 4}, {{1, 1}}};
	Settings settings = {.compile = {.level = 2, .target = "native"}, .cc_flags = FLAGS, .threads = 1};
	Tensor *in[INPUTS];
	Value *d[2];

	(void)state;
	ctx_open(&ctx, "unit", 0);
	assert_false(setjmp(ctx.border));
	Graph *g = parse(&product);
	Formula f = {.y = g->out[0], .n = 2, .x = g->in, .at = g->in};
	gradient(g, NULL, &f, 2, d);
	graph_output(g, d[0], NULL);
	graph_output(g, d[1], NULL);
	Session *s = jit(&ctx, g, &settings, NULL);
	for (int i = 0; i < 4; i++) {
		make_inputs(parse(&product), run[i], in);
		session_bind(s, in);
		assert_int_equal(session_run(s), TCC_OK);
		assert_true(session_intact(s));
		for (int k = 0; k < 2; k++) {
			int64_t own = run[i][k], n = run[i][1 - k];
			const float *dx = s->out[1 + k].data, *other = in[1 - k]->data;
			float sum = 0;
			for (int64_t j = 0; j < n; j++)
				sum += other[j];
			for (int64_t j = 0; j < own; j++)
				assert_float_equal(dx[j], own == 1 ? sum : other[n == 1 ? 0 : j], 1e-5);
		}
	}
	session_close(s);
	ctx_close(&ctx);
}

/* What a model takes for granted of a size that varies, every run is held to. */
static void refuses_sizes_that_mislead(void **state)
{
	static const struct {
		Model model;
		int64_t right[SIZES], wrong[SIZES];
	} cases[] = {
		{{"graph (%x f32[n,s]) -> (%y) { %y = ai.onnx.ml.TreeEnsemble(%x) " TREE " }", {4, 7}, {{1, 1}}}, {4, 3}, {4, 2}},
		{{"graph (%x f32[3,3,n], %i i64[4,s]) -> (%y) { %y f32[4,n] = GatherND(%x, %i) }", {5, 3}, {{1, 1}}}, {2, 2}, {2, 3}},
		{{"graph (%x f32[3,3,n], %i i64[4,s], %u f32[4,n]) -> (%y) { %y = ScatterND(%x, %i, %u) }", {5, 3}, {{1, 1}}},
		 {2, 2}, {2, 1}},
		{{"graph (%x f32[n], %u f32[s]) -> (%y) { %y = Add(%x, %u) }", {9, 3}, {{4, 0}}}, {5, 1}, {5, 2}},
		{{"graph (%x f32[n], %u f32[s]) -> (%y) { %y = Add(%x, %u) }", {9, 9}, {{1, 1}}}, {1, 5}, {2, 5}},
		{{"graph (%x f32[n], %u f32[s]) -> (%y) { %y = Add(%x, %u) }", {9, 9}, {{0, 0}}}, {1, 0}, {0, 2}},
		{{"graph (%x f32[n], %u f32[s]) -> (%y) { %y = Add(%x, %u) }", {9, 9}, {{2, 2}}}, {5, 5}, {5, 4}},
		{{"graph (%x f32[n], %u f32[s]) -> (%y) { %y = PRelu(%x, %u) }", {9, 9}, {{1, 1}}}, {5, 1}, {1, 5}},
		{{"graph (%x f32[n,2,3,4], %m f32[s,1,3,3]) -> (%y) { %y = Attention(%x, %x, %x, %m) }", {4, 4}, {{1, 1}}}, {4, 1}, {1, 4}},
		{{"graph (%x f32[n,4,5], %u f32[s,5,3]) -> (%y) { %y = MatMul(%x, %u) }", {9, 9}, {{1, 1}}}, {1, 5}, {4, 5}},
		{{"graph (%x f32[n,s]) -> (%y) { %y = Det(%x) }", {9, 9}, {{1, 1}}}, {5, 5}, {5, 4}},
	};
	Settings settings = {.compile = {.level = 2, .target = "c"}, .cc_flags = FLAGS, .threads = 1};
	Tensor *in[INPUTS];

	(void)state;
	ctx_open(&ctx, "unit", 0);
	assert_false(setjmp(ctx.border));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		Session *s = jit(&ctx, parse(&cases[i].model), &settings, NULL);
		for (int wrong = 0; wrong < 2; wrong++) {
			make_inputs(parse(&cases[i].model), wrong ? cases[i].wrong : cases[i].right, in);
			session_bind(s, in);
			assert_int_equal(session_run(s), wrong ? TCC_ERR_SHAPE : TCC_OK);
			assert_true(session_intact(s));
		}
		session_close(s);
	}
	ctx_close(&ctx);
}

/* Where nothing tells how many axes there are, the option that does is named. */
static void asks_for_a_rank(void **state)
{
	static const Model open = {"graph (%x f32[3,3,n], %i i64[4,s]) -> (%y) { %y = GatherND(%x, %i) }", {5, 3}, {{1, 1}}};
	static const Model other = {"graph (%x f32[3,3,n], %i i64[4,s]) -> (%y) { %y f32[4] = GatherND(%x, %i) }", {5, 2}, {{1, 1}}};

	(void)state;
	ctx_open(&ctx, "unit", 0);
	assert_fails(&ctx, EXIT_UNSUPPORTED, "E-DYNAMIC", parse(&open));
	assert_non_null(strstr(ctx.hint, "--dim s=2"));
	assert_fails(&ctx, EXIT_MODEL, "E-SHAPE", parse(&other));
	ctx_close(&ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(on_c),
		cmocka_unit_test(on_this_machine),
		cmocka_unit_test(refuses_other_sizes),
		cmocka_unit_test(refuses_sizes_that_do_not_meet),
		cmocka_unit_test(refuses_sizes_that_do_not_fill),
		cmocka_unit_test(refuses_less_than_a_window),
		cmocka_unit_test(refuses_to_repeat_nothing),
		cmocka_unit_test(derivatives_of_what_repeats),
		cmocka_unit_test(refuses_sizes_that_mislead),
		cmocka_unit_test(asks_for_a_rank),
		cmocka_unit_test(workers_share_each_image),
		cmocka_unit_test(sizes_are_asked_without_a_copy),
		cmocka_unit_test(tiles_suit_few_and_many_images),
		cmocka_unit_test(varying_maps_stay_in_tiles),
		cmocka_unit_test(varying_rows_stay_fast),
		cmocka_unit_test(flattened_rows_are_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
