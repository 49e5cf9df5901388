Inputs and attributes that operators do not take: each is refused, in one line, before anything is made of them.

== a diagonal for each element
fails E-SHAPE "input 1 ('k') has shape [4,5]; it must be one number"
graph (%x f32[4,5], %k i64[4,5]) -> (%y) { %y = Trilu(%x, %k) }

== two values to fill with, in a shape that data decide
fails E-ATTR "value has 2 elements"
graph (%s i64[2]) -> (%y) { %y f32[2,2] = ConstantOfShape(%s) {value = f32[2] [1, 2]} }

== scales for more channels than there are
fails E-SHAPE
graph (%a u8[1,1,3,3], %as f32[], %az u8[], %b u8[1,1,1,1], %bs f32[7], %bz u8[], %ys f32[], %yz u8[]) -> (%y) {
	%y = QLinearConv(%a, %as, %az, %b, %bs, %bz, %ys, %yz)
}

== angles of no pair
fails E-SHAPE "no pair of elements turns"
graph (%x f32[2,3,16], %i i64[1], %c f32[8,0], %s f32[8,0]) -> (%y) {
	%y = com.microsoft.RotaryEmbedding(%x, %i, %c, %s)
}

== a forest of texts
fails E-ATTR "no floats"
graph (%x f32[2,2]) -> (%y) {
	%y = ai.onnx.ml.TreeEnsembleRegressor(%x) {nodes_treeids = [0, 0, 0], nodes_nodeids = [0, 1, 2], nodes_featureids = [0, 0, 0], nodes_truenodeids = [1, 0, 0], nodes_falsenodeids = [2, 0, 0], nodes_values = [5, 0, 0], nodes_modes = ["BRANCH_LEQ", "LEAF", "LEAF"], base_values_as_tensor = str[1] ["x"], target_treeids = [0, 0], target_nodeids = [1, 2], target_ids = [0, 0], target_weights = [7, 8]}
}

== modes of a tree that are texts
fails E-TYPE "nodes_modes are str"
graph (%x f32[2,1]) -> (%y) {
	%y = ai.onnx.ml.TreeEnsemble(%x) {tree_roots = [0], nodes_featureids = [0], nodes_modes = str[1] ["x"], nodes_splits = f32[1] [2], nodes_truenodeids = [0], nodes_trueleafs = [1], nodes_falsenodeids = [1], nodes_falseleafs = [1], leaf_targetids = [0, 0], leaf_weights = f32[2] [1, 5]}
}

== a set of texts
fails E-TYPE "membership_values are str"
graph (%x f32[2,1]) -> (%y) {
	%y = ai.onnx.ml.TreeEnsemble(%x) {tree_roots = [0], nodes_featureids = [0], nodes_modes = u8[1] [6], membership_values = str[1] ["x"], nodes_splits = f32[1] [2], nodes_truenodeids = [0], nodes_trueleafs = [1], nodes_falsenodeids = [1], nodes_falseleafs = [1], leaf_targetids = [0, 0], leaf_weights = f32[2] [1, 5]}
}

== how many are the largest says no matrix
fails E-RANK "input 1 ('k') has rank 2"
graph (%x f32[3,4], %k i64[1,1]) -> (%y, %i) { %y, %i = TopK(%x, %k) }

== how much is added says no matrix
fails E-RANK "input 1 ('p') has rank 2"
graph (%x f32[3,4], %p i64[4,1]) -> (%y) { %y = Pad(%x, %p) }

== a region of text
fails E-TYPE "input 1 ('roi')"
graph (%x f32[1,1,4,4], %roi str[8]) -> (%y) {
	%s i64[4] = const [1, 1, 2, 2]
	%y = Resize(%x, %roi, _, %s) {coordinate_transformation_mode = tf_crop_and_resize}
}

== scales of text
fails E-TYPE "input 2 ('s')"
graph (%x f32[1,1,4,4], %s str[4]) -> (%y) { %y = Resize(%x, _, %s) }

== scales that data decide, and sizes as well
fails E-INPUTS "either scales or sizes must be given"
graph (%x f32[1,1,4,4], %s f32[4], %z i64[4]) -> (%y) { %y = Resize(%x, _, %s, %z) }

== a size that is declared otherwise and that no size is given for
fails E-SHAPE "sizes 2 and 8 must be equal"
graph (%x f32[1,1,2,2], %s i64[2]) -> (%y) {
	%y f32[1,1,7,8] = Resize(%x, _, _, %s) {axes = [2, -3]}
}

== a mask of more heads than there are
fails E-SHAPE "input 3 ('m') has shape [4,1,6], which does not broadcast to [1,1,4,6]"
graph (%q f32[1,1,4,8], %k f32[1,1,6,8], %v f32[1,1,6,8], %m f32[4,1,6]) -> (%y) { %y = Attention(%q, %k, %v, %m) }

== heads of a scalar
fails E-RANK "a scalar has no heads"
graph (%q f32[], %k f32[2,4,2,2,4]) -> (%y) { %y = com.microsoft.MultiHeadAttention(%q, %k) {num_heads = 2} }

== blocks longer than any row
fails E-ATTR "block_size 9223372036854775807"
graph (%a f32[2,32], %s f32[16]) -> (%y) {
	%b u8[8,2,8] = const [1 * 128]
	%y = com.microsoft.MatMulNBits(%a, %b, %s) {K = 32, N = 8, bits = 4, block_size = 9223372036854775807}
}

== more points than a cell can have
fails E-UNSUPPORTED "sampling_ratio 9223372036854775807"
graph (%x f32[1,1,4,4], %r f32[1,4], %b i64[1]) -> (%y) { %y = RoiAlign(%x, %r, %b) {sampling_ratio = 9223372036854775807} }

== nothing to resize
fails E-VALUE "axis 2 has no elements to resize"
graph (%x f32[1,1,0,2], %s i64[4]) -> (%y) { %y = Resize(%x, _, _, %s) }

== time along no axis
fails E-ATTR "time_axis 9223372036854775807"
graph (%x f32[4,4], %l i64[4]) -> (%y) { %y = ReverseSequence(%x, %l) {batch_axis = 1, time_axis = 9223372036854775807} }

== a map that may have no rows: another bound would do, a number is not needed
fails E-DYNAMIC "the size 'h' of x may be 0, and must be at least 1"
symbol h = 0..8
graph (%x f32[1,2,h,4], %r f32[3,4], %b i64[3]) -> (%y) {
	%y = RoiAlign(%x, %r, %b) {output_height = 2, output_width = 2}
}
