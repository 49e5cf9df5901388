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
