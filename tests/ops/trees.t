Decision trees: two trees of different depth, every kind of answer. Tree 0 is x0 <= 1 ? 10 : (x1 <= 2 ? 20 : 30), tree 1 is
x1 <= 0 ? 1 : 2.

== a regressor with a base
graph (%x f32[5,2]) -> (%y) {
	%y = ai.onnx.ml.TreeEnsembleRegressor(%x) {nodes_treeids = [0, 0, 0, 0, 0, 1, 1, 1], nodes_nodeids = [0, 1, 2, 3, 4, 0, 1, 2], nodes_featureids = [0, 0, 1, 0, 0, 1, 0, 0], nodes_truenodeids = [1, 0, 3, 0, 0, 1, 0, 0], nodes_falsenodeids = [2, 0, 4, 0, 0, 2, 0, 0], nodes_values = [1, 0, 2, 0, 0, 0, 0, 0], nodes_modes = ["BRANCH_LEQ", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF"], base_values = [0.5], target_treeids = [0, 0, 0, 1, 1], target_nodeids = [1, 3, 4, 1, 2], target_ids = [0, 0, 0, 0, 0], target_weights = [10, 20, 30, 1, 2]}
}
run x = f32[5,2] [1, 5, 1.5, 2, 1.5, 2.5, 0, -1, nan, nan] gives y = f32[5,1] [12.5, 22.5, 32.5, 11.5, 32.5]

== NaN goes the true way where a node says so
graph (%x f32[2,1]) -> (%y) {
	%y = ai.onnx.ml.TreeEnsembleRegressor(%x) {nodes_treeids = [0, 0, 0], nodes_nodeids = [0, 1, 2], nodes_featureids = [0, 0, 0], nodes_truenodeids = [1, 0, 0], nodes_falsenodeids = [2, 0, 0], nodes_values = [1, 0, 0], nodes_modes = ["BRANCH_LT", "LEAF", "LEAF"], nodes_missing_value_tracks_true = [1, 0, 0], target_treeids = [0, 0], target_nodeids = [1, 2], target_ids = [0, 0], target_weights = [3, 4]}
}
run x = f32[2,1] [nan, 1] gives y = f32[2,1] [3, 4]

== three classes
graph (%x f32[3,1]) -> (%l, %p) {
	%l, %p = ai.onnx.ml.TreeEnsembleClassifier(%x) {nodes_treeids = [0, 0, 0, 0, 0], nodes_nodeids = [0, 1, 2, 3, 4], nodes_featureids = [0, 0, 0, 0, 0], nodes_truenodeids = [1, 0, 3, 0, 0], nodes_falsenodeids = [2, 0, 4, 0, 0], nodes_values = [1, 0, 2, 0, 0], nodes_modes = ["BRANCH_LT", "LEAF", "BRANCH_LT", "LEAF", "LEAF"], class_treeids = [0, 0, 0, 0], class_nodeids = [1, 3, 4, 4], class_ids = [0, 1, 2, 0], class_weights = [1, 1, 0.75, 0.25], classlabels_int64s = [7, 8, 9]}
}
run x = f32[3,1] [0, 1, 2]
gives l = i64[3] [7, 8, 9], p = f32[3,3] [1, 0, 0, 0, 1, 0, 0.25, 0, 0.75]

== two classes by one score
graph (%x f32[2,1]) -> (%l, %p) {
	%l, %p = ai.onnx.ml.TreeEnsembleClassifier(%x) {post_transform = LOGISTIC, nodes_treeids = [0, 0, 0], nodes_nodeids = [0, 1, 2], nodes_featureids = [0, 0, 0], nodes_truenodeids = [1, 0, 0], nodes_falsenodeids = [2, 0, 0], nodes_values = [1, 0, 0], nodes_modes = ["BRANCH_GT", "LEAF", "LEAF"], class_treeids = [0, 0], class_nodeids = [1, 2], class_ids = [0, 0], class_weights = [2, -1], classlabels_int64s = [0, 1]}
}
run x = f32[2,1] [2, 0]
gives l = i64[2] [1, 0], p = f32[2,2] [0.119202922, 0.880797078, 0.731058579, 0.268941421] within 1e-6

== labels that are text: by one score, and of three classes
graph (%x f32[2,1]) -> (%l, %m) {
	%l, _ = ai.onnx.ml.TreeEnsembleClassifier(%x) {nodes_treeids = [0, 0, 0], nodes_nodeids = [0, 1, 2], nodes_featureids = [0, 0, 0], nodes_truenodeids = [1, 0, 0], nodes_falsenodeids = [2, 0, 0], nodes_values = [1, 0, 0], nodes_modes = ["BRANCH_GT", "LEAF", "LEAF"], class_treeids = [0, 0], class_nodeids = [1, 2], class_ids = [0, 0], class_weights = [2, -1], classlabels_strings = ["no", "yes"]}
	%m, _ = ai.onnx.ml.TreeEnsembleClassifier(%x) {nodes_treeids = [0, 0, 0], nodes_nodeids = [0, 1, 2], nodes_featureids = [0, 0, 0], nodes_truenodeids = [1, 0, 0], nodes_falsenodeids = [2, 0, 0], nodes_values = [1, 0, 0], nodes_modes = ["BRANCH_GT", "LEAF", "LEAF"], class_treeids = [0, 0], class_nodeids = [1, 2], class_ids = [2, 1], class_weights = [2, 1], classlabels_strings = ["a", "b", "c"]}
}
run x = f32[2,1] [2, 0]
gives l = str[2] ["yes", "no"], m = str[2] ["c", "b"]

== a node that is not there
fails E-ATTR "no node 5"
graph (%x f32[2,1]) -> (%y) {
	%y = ai.onnx.ml.TreeEnsembleRegressor(%x) {nodes_treeids = [0], nodes_nodeids = [0], nodes_featureids = [0], nodes_truenodeids = [0], nodes_falsenodeids = [0], nodes_values = [1], nodes_modes = ["LEAF"], target_treeids = [0], target_nodeids = [5], target_ids = [0], target_weights = [3]}
}

== TreeEnsemble: every kind of question, NaN, and a set
graph (%x f32[6,1]) -> (%lt, %gt, %ge, %eq, %ne) {
	%lt = ai.onnx.ml.TreeEnsemble(%x) {tree_roots = [0], nodes_featureids = [0], nodes_modes = u8[1] [1], nodes_splits = f32[1] [2], nodes_truenodeids = [0], nodes_trueleafs = [1], nodes_falsenodeids = [1], nodes_falseleafs = [1], leaf_targetids = [0, 0], leaf_weights = f32[2] [1, 5]}
	%gt = ai.onnx.ml.TreeEnsemble(%x) {tree_roots = [0], nodes_featureids = [0], nodes_modes = u8[1] [3], nodes_splits = f32[1] [2], nodes_truenodeids = [0], nodes_trueleafs = [1], nodes_falsenodeids = [1], nodes_falseleafs = [1], leaf_targetids = [0, 0], leaf_weights = f32[2] [1, 5]}
	%ge = ai.onnx.ml.TreeEnsemble(%x) {tree_roots = [0], nodes_featureids = [0], nodes_modes = u8[1] [2], nodes_splits = f32[1] [2], nodes_missing_value_tracks_true = [1], nodes_truenodeids = [0], nodes_trueleafs = [1], nodes_falsenodeids = [1], nodes_falseleafs = [1], leaf_targetids = [0, 0], leaf_weights = f32[2] [1, 5]}
	%eq = ai.onnx.ml.TreeEnsemble(%x) {tree_roots = [0], nodes_featureids = [0], nodes_modes = u8[1] [4], nodes_splits = f32[1] [2], nodes_missing_value_tracks_true = [1], nodes_truenodeids = [0], nodes_trueleafs = [1], nodes_falsenodeids = [1], nodes_falseleafs = [1], leaf_targetids = [0, 0], leaf_weights = f32[2] [1, 5]}
	%ne = ai.onnx.ml.TreeEnsemble(%x) {tree_roots = [0], nodes_featureids = [0], nodes_modes = u8[1] [5], nodes_splits = f32[1] [2], nodes_truenodeids = [0], nodes_trueleafs = [1], nodes_falsenodeids = [1], nodes_falseleafs = [1], leaf_targetids = [0, 0], leaf_weights = f32[2] [1, 5]}
}
run x = f32[6,1] [1.9999999, 2, 2.0000002, nan, -inf, inf]
gives lt = f32[6,1] [1, 5, 5, 5, 1, 5], gt = f32[6,1] [5, 5, 1, 5, 5, 1], ge = f32[6,1] [5, 1, 1, 1, 5, 1],
    eq = f32[6,1] [5, 1, 5, 1, 5, 5], ne = f32[6,1] [1, 5, 1, 1, 1, 1]

== TreeEnsemble: sets that lead on to further questions, two trees, the least and the most
graph (%x f64[7,2]) -> (%least, %most, %mean) {
	%least = ai.onnx.ml.TreeEnsemble(%x) {aggregate_function = 2, n_targets = 3, tree_roots = [0, 2], nodes_featureids = [0, 1, 1], nodes_modes = u8[3] [6, 6, 0], nodes_splits = f64[3] [0, 0, 1], membership_values = f64[7] [3, 1, 5, nan, 2, nan, nan], nodes_missing_value_tracks_true = [1, 0, 0], nodes_truenodeids = [0, 1, 3], nodes_trueleafs = [1, 1, 1], nodes_falsenodeids = [1, 2, 4], nodes_falseleafs = [0, 1, 1], leaf_targetids = [0, 1, 0, 0, 1], leaf_weights = f64[5] [10, 20, 30, 12, 22]}
	%most = ai.onnx.ml.TreeEnsemble(%x) {aggregate_function = 3, n_targets = 3, tree_roots = [0, 2], nodes_featureids = [0, 1, 1], nodes_modes = u8[3] [6, 6, 0], nodes_splits = f64[3] [0, 0, 1], membership_values = f64[7] [3, 1, 5, nan, 2, nan, nan], nodes_missing_value_tracks_true = [1, 0, 0], nodes_truenodeids = [0, 1, 3], nodes_trueleafs = [1, 1, 1], nodes_falsenodeids = [1, 2, 4], nodes_falseleafs = [0, 1, 1], leaf_targetids = [0, 1, 0, 0, 1], leaf_weights = f64[5] [10, 20, 30, 12, 22]}
	%mean = ai.onnx.ml.TreeEnsemble(%x) {aggregate_function = 0, n_targets = 3, tree_roots = [0, 2], nodes_featureids = [0, 1, 1], nodes_modes = u8[3] [6, 6, 0], nodes_splits = f64[3] [0, 0, 1], membership_values = f64[7] [3, 1, 5, nan, 2, nan, nan], nodes_missing_value_tracks_true = [1, 0, 0], nodes_truenodeids = [0, 1, 3], nodes_trueleafs = [1, 1, 1], nodes_falsenodeids = [1, 2, 4], nodes_falseleafs = [0, 1, 1], leaf_targetids = [0, 1, 0, 0, 1], leaf_weights = f64[5] [10, 20, 30, 12, 22]}
}
run x = f64[7,2] [1, 0, 2, 0, 3, 2, 4, 2, 5, 9, nan, 1, 6, nan]
gives least = f64[7,3] [10, 0, 0, 12, 0, 0, 10, 22, 0, 0, 20, 0, 10, 22, 0, 10, 0, 0, 30, 22, 0],
    most = f64[7,3] [12, 0, 0, 30, 0, 0, 10, 22, 0, 0, 22, 0, 10, 22, 0, 12, 0, 0, 30, 22, 0],
    mean = f64[7,3] [11, 0, 0, 21, 0, 0, 5, 11, 0, 0, 21, 0, 5, 11, 0, 11, 0, 0, 15, 11, 0]

== TreeEnsemble: a circle
fails E-ATTR "node 0 is reached in two ways"
graph (%x f32[1,1]) -> (%y) {
	%y = ai.onnx.ml.TreeEnsemble(%x) {tree_roots = [0], nodes_featureids = [0, 0], nodes_modes = u8[2] [0, 0], nodes_splits = f32[2] [2, 1], nodes_truenodeids = [1, 0], nodes_trueleafs = [0, 1], nodes_falsenodeids = [0, 0], nodes_falseleafs = [1, 0], leaf_targetids = [0], leaf_weights = f32[1] [1]}
}
run x = f32[1,1] [1] gives y = f32[1,1] [1]

== TreeEnsemble: a set too few
fails E-ATTR "fewer sets"
graph (%x f32[1,1]) -> (%y) {
	%y = ai.onnx.ml.TreeEnsemble(%x) {tree_roots = [0], nodes_featureids = [0], nodes_modes = u8[1] [6], nodes_splits = f32[1] [2], nodes_truenodeids = [0], nodes_trueleafs = [1], nodes_falsenodeids = [0], nodes_falseleafs = [1], leaf_targetids = [0], leaf_weights = f32[1] [1]}
}
run x = f32[1,1] [1] gives y = f32[1,1] [1]

== a node before the one that leads to it; several kinds of questions
graph (%x f32[3,1]) -> (%y) {
	%y = ai.onnx.ml.TreeEnsembleRegressor(%x) {nodes_treeids = [0, 0, 0, 0, 0], nodes_nodeids = [4, 1, 0, 3, 2], nodes_featureids = [0, 0, 0, 0, 0], nodes_truenodeids = [2, 0, 0, 0, 1], nodes_falsenodeids = [0, 0, 0, 0, 3], nodes_values = [5, 0, 0, 0, 1], nodes_modes = ["BRANCH_LEQ", "LEAF", "LEAF", "LEAF", "BRANCH_GT"], target_treeids = [0, 0, 0], target_nodeids = [1, 3, 0], target_ids = [0, 0, 0], target_weights = [7, 8, 9]}
}
run x = f32[3,1] [1, 2, 6] gives y = f32[3,1] [8, 7, 9]

== TreeEnsemble of halves
graph (%x f16[2,1]) -> (%y) {
	%y f16[2,1] = ai.onnx.ml.TreeEnsemble(%x) {tree_roots = [0], nodes_featureids = [0], nodes_modes = u8[1] [1], nodes_splits = f16[1] [2], nodes_truenodeids = [0], nodes_trueleafs = [1], nodes_falsenodeids = [1], nodes_falseleafs = [1], leaf_targetids = [0, 0], leaf_weights = f16[2] [1, 5]}
}
run x = f16[2,1] [1, 3] gives y = f16[2,1] [1, 5]

== a leaf that votes for one target several times: heard once where there is no other target (values of ONNX Runtime)
graph (%x f32[2,1]) -> (%a, %b, %c, %d, %e, %f) {
	%a = ai.onnx.ml.TreeEnsembleRegressor(%x) {nodes_treeids = [0, 0, 0], nodes_nodeids = [0, 1, 2], nodes_featureids = [0, 0, 0], nodes_truenodeids = [1, 0, 0], nodes_falsenodeids = [2, 0, 0], nodes_values = [0, 0, 0], nodes_modes = ["BRANCH_LEQ", "LEAF", "LEAF"], aggregate_function = SUM, target_treeids = [0, 0, 0, 0], target_nodeids = [1, 1, 1, 2], target_ids = [0, 0, 0, 0], target_weights = [2, 3, 5, 7]}
	%b = ai.onnx.ml.TreeEnsembleRegressor(%x) {nodes_treeids = [0, 0, 0], nodes_nodeids = [0, 1, 2], nodes_featureids = [0, 0, 0], nodes_truenodeids = [1, 0, 0], nodes_falsenodeids = [2, 0, 0], nodes_values = [0, 0, 0], nodes_modes = ["BRANCH_LEQ", "LEAF", "LEAF"], aggregate_function = AVERAGE, target_treeids = [0, 0, 0, 0], target_nodeids = [1, 1, 1, 2], target_ids = [0, 0, 0, 0], target_weights = [2, 3, 5, 7]}
	%c = ai.onnx.ml.TreeEnsembleRegressor(%x) {nodes_treeids = [0, 0, 0], nodes_nodeids = [0, 1, 2], nodes_featureids = [0, 0, 0], nodes_truenodeids = [1, 0, 0], nodes_falsenodeids = [2, 0, 0], nodes_values = [0, 0, 0], nodes_modes = ["BRANCH_LEQ", "LEAF", "LEAF"], aggregate_function = MIN, target_treeids = [0, 0, 0, 0], target_nodeids = [1, 1, 1, 2], target_ids = [0, 0, 0, 0], target_weights = [2, 3, 5, 7]}
	%d = ai.onnx.ml.TreeEnsembleRegressor(%x) {nodes_treeids = [0, 0, 0], nodes_nodeids = [0, 1, 2], nodes_featureids = [0, 0, 0], nodes_truenodeids = [1, 0, 0], nodes_falsenodeids = [2, 0, 0], nodes_values = [0, 0, 0], nodes_modes = ["BRANCH_LEQ", "LEAF", "LEAF"], aggregate_function = MAX, target_treeids = [0, 0, 0, 0], target_nodeids = [1, 1, 1, 2], target_ids = [0, 0, 0, 0], target_weights = [2, 3, 5, 7]}
	%e = ai.onnx.ml.TreeEnsembleRegressor(%x) {nodes_treeids = [0, 0, 0], nodes_nodeids = [0, 1, 2], nodes_featureids = [0, 0, 0], nodes_truenodeids = [1, 0, 0], nodes_falsenodeids = [2, 0, 0], nodes_values = [0, 0, 0], nodes_modes = ["BRANCH_LEQ", "LEAF", "LEAF"], aggregate_function = SUM, n_targets = 2, target_treeids = [0, 0, 0, 0, 0], target_nodeids = [1, 1, 1, 2, 2], target_ids = [1, 0, 1, 1, 1], target_weights = [2, 3, 5, 7, 8]}
	%f = ai.onnx.ml.TreeEnsembleRegressor(%x) {nodes_treeids = [0, 0, 0], nodes_nodeids = [0, 1, 2], nodes_featureids = [0, 0, 0], nodes_truenodeids = [1, 0, 0], nodes_falsenodeids = [2, 0, 0], nodes_values = [0, 0, 0], nodes_modes = ["BRANCH_LEQ", "LEAF", "LEAF"], aggregate_function = MAX, n_targets = 2, target_treeids = [0, 0, 0, 0, 0], target_nodeids = [1, 1, 1, 2, 2], target_ids = [1, 0, 1, 1, 1], target_weights = [2, 3, 5, 7, 8]}
}
run x = f32[2,1] [-1, 1]
gives a = f32[2,1] [2, 7], b = f32[2,1] [2, 7], c = f32[2,1] [2, 7], d = f32[2,1] [2, 7], e = f32[2,2] [3, 7, 0, 15], f = f32[2,2] [3, 5, 0, 8]

== repeated votes whose trees take turns, a first one of zero, and classes, which hear all (values of ONNX Runtime)
graph (%x f32[2,1]) -> (%a, %b, %p, %q) {
	%a = ai.onnx.ml.TreeEnsembleRegressor(%x) {nodes_treeids = [0, 0, 0, 1, 1, 1], nodes_nodeids = [0, 1, 2, 0, 1, 2], nodes_featureids = [0, 0, 0, 0, 0, 0], nodes_truenodeids = [1, 0, 0, 1, 0, 0], nodes_falsenodeids = [2, 0, 0, 2, 0, 0], nodes_values = [0, 0, 0, 0, 0, 0], nodes_modes = ["BRANCH_LEQ", "LEAF", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF"], target_treeids = [1, 0, 1, 0, 0, 1], target_nodeids = [1, 1, 1, 2, 1, 2], target_ids = [0, 0, 0, 0, 0, 0], target_weights = [9, 3, 5, 7, 1, 2]}
	%b = ai.onnx.ml.TreeEnsembleRegressor(%x) {nodes_treeids = [0, 0, 0], nodes_nodeids = [0, 1, 2], nodes_featureids = [0, 0, 0], nodes_truenodeids = [1, 0, 0], nodes_falsenodeids = [2, 0, 0], nodes_values = [0, 0, 0], nodes_modes = ["BRANCH_LEQ", "LEAF", "LEAF"], base_values = [0.5], target_treeids = [0, 0, 0, 0], target_nodeids = [1, 1, 2, 2], target_ids = [0, 0, 0, 0], target_weights = [0, 3, 5, 0]}
	_, %p = ai.onnx.ml.TreeEnsembleClassifier(%x) {nodes_treeids = [0, 0, 0], nodes_nodeids = [0, 1, 2], nodes_featureids = [0, 0, 0], nodes_truenodeids = [1, 0, 0], nodes_falsenodeids = [2, 0, 0], nodes_values = [0, 0, 0], nodes_modes = ["BRANCH_LEQ", "LEAF", "LEAF"], class_treeids = [0, 0, 0, 0], class_nodeids = [1, 1, 2, 2], class_ids = [0, 0, 0, 0], class_weights = [0.25, 0.5, 0.125, 0.5], classlabels_int64s = [10, 11]}
	_, %q = ai.onnx.ml.TreeEnsembleClassifier(%x) {nodes_treeids = [0, 0, 0], nodes_nodeids = [0, 1, 2], nodes_featureids = [0, 0, 0], nodes_truenodeids = [1, 0, 0], nodes_falsenodeids = [2, 0, 0], nodes_values = [0, 0, 0], nodes_modes = ["BRANCH_LEQ", "LEAF", "LEAF"], class_treeids = [0, 0, 0, 0, 0, 0], class_nodeids = [1, 1, 1, 2, 2, 2], class_ids = [0, 0, 1, 2, 1, 1], class_weights = [0.25, 0.5, 0.25, 0.75, 0.25, 0.125], classlabels_int64s = [10, 11, 12]}
}
run x = f32[2,1] [-1, 1]
gives a = f32[2,1] [12, 9], b = f32[2,1] [0.5, 5.5], p = f32[2,2] [0.25, 0.75, 0.375, 0.625],
    q = f32[2,3] [0.75, 0.25, 0, 0, 0.375, 0.75]

== TreeEnsembleClassifier: one label: a score above 0 is 1; values of this and the next are ONNX Runtime's
graph (%x f32[6,2]) -> (%l, %s) {
	%l, %s = ai.onnx.ml.TreeEnsembleClassifier(%x) {class_ids = [0, 0, 0, 0], class_nodeids = [1, 2, 1, 2],
	    class_treeids = [0, 0, 1, 1], class_weights = [0.300000012, 0.899999976, -0.400000006,
	    0.200000003], classlabels_int64s = [7], nodes_falsenodeids = [2, 0, 0, 2, 0, 0], nodes_featureids =
	    [0, 0, 0, 1, 0, 0], nodes_modes = ["BRANCH_LEQ", "LEAF", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF"],
	    nodes_nodeids = [0, 1, 2, 0, 1, 2], nodes_treeids = [0, 0, 0, 1, 1, 1], nodes_truenodeids = [1, 0,
	    0, 1, 0, 0], nodes_values = [0.100000001, 0, 0, -0.200000003, 0, 0], post_transform = NONE}
}
run x = f32[6,2] [-0.125, 0.125, 0, -0.375, 1, -0.25, 0.375, -0.25, -0.125, 1, -0.625, 0.25]
gives l = i64[6] [1, 0, 1, 1, 1, 1], s = f32[6,1] [0.5, -0.099999994, 0.49999997, 0.49999997, 0.5, 0.5] within 1e-6

== TreeEnsembleClassifier: one label, whose transform nobody asks for
graph (%x f32[6,2]) -> (%l, %s) {
	%l, %s = ai.onnx.ml.TreeEnsembleClassifier(%x) {base_values = [0.25], class_ids = [0, 0, 0, 0],
	    class_nodeids = [1, 2, 1, 2], class_treeids = [0, 0, 1, 1], class_weights = [0.300000012,
	    0.899999976, 0.100000001, 0.200000003], classlabels_int64s = [7], nodes_falsenodeids = [2, 0, 0, 2,
	    0, 0], nodes_featureids = [0, 0, 0, 1, 0, 0], nodes_modes = ["BRANCH_LEQ", "LEAF", "LEAF",
	    "BRANCH_LEQ", "LEAF", "LEAF"], nodes_nodeids = [0, 1, 2, 0, 1, 2], nodes_treeids = [0, 0, 0, 1, 1,
	    1], nodes_truenodeids = [1, 0, 0, 1, 0, 0], nodes_values = [0.100000001, 0, 0, -0.200000003, 0, 0],
	    post_transform = LOGISTIC}
}
run x = f32[6,2] [-0.125, 0.125, 0, -0.375, 1, -0.25, 0.375, -0.25, -0.125, 1, -0.625, 0.25]
gives l = i64[6] [1, 1, 1, 1, 1, 1], s = f32[6,1] [0.75, 0.649999976, 1.25, 1.25, 0.75, 0.75] within 1e-6

== TreeEnsembleClassifier: all leaves vote for the second class: the first has 0
graph (%x f32[6,2]) -> (%l, %s) {
	%l, %s = ai.onnx.ml.TreeEnsembleClassifier(%x) {base_values = [0.25], class_ids = [1, 1, 1, 1],
	    class_nodeids = [1, 2, 1, 2], class_treeids = [0, 0, 1, 1], class_weights = [0.300000012,
	    0.899999976, -0.400000006, 0.200000003], classlabels_int64s = [3, 9], nodes_falsenodeids = [2, 0,
	    0, 2, 0, 0], nodes_featureids = [0, 0, 0, 1, 0, 0], nodes_modes = ["BRANCH_LEQ", "LEAF", "LEAF",
	    "BRANCH_LEQ", "LEAF", "LEAF"], nodes_nodeids = [0, 1, 2, 0, 1, 2], nodes_treeids = [0, 0, 0, 1, 1,
	    1], nodes_truenodeids = [1, 0, 0, 1, 0, 0], nodes_values = [0.100000001, 0, 0, -0.200000003, 0, 0],
	    post_transform = NONE}
}
run x = f32[6,2] [-0.125, 0.125, 0, -0.375, 1, -0.25, 0.375, -0.25, -0.125, 1, -0.625, 0.25]
gives l = i64[6] [9, 3, 9, 9, 9, 9], s = f32[6,2] [0, 0.5, 0, -0.099999994, 0, 0.49999997, 0, 0.49999997, 0, 0.5, 0,
    0.5] within 1e-6

== TreeEnsembleClassifier: all leaves vote for the second class, as probabilities
graph (%x f32[6,2]) -> (%l, %s) {
	%l, %s = ai.onnx.ml.TreeEnsembleClassifier(%x) {class_ids = [1, 1, 1, 1], class_nodeids = [1, 2, 1, 2],
	    class_treeids = [0, 0, 1, 1], class_weights = [0.300000012, 0.899999976, 0.100000001, 0.200000003],
	    classlabels_int64s = [3, 9], nodes_falsenodeids = [2, 0, 0, 2, 0, 0], nodes_featureids = [0, 0, 0,
	    1, 0, 0], nodes_modes = ["BRANCH_LEQ", "LEAF", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF"], nodes_nodeids
	    = [0, 1, 2, 0, 1, 2], nodes_treeids = [0, 0, 0, 1, 1, 1], nodes_truenodeids = [1, 0, 0, 1, 0, 0],
	    nodes_values = [0.100000001, 0, 0, -0.200000003, 0, 0], post_transform = LOGISTIC}
}
run x = f32[6,2] [-0.125, 0.125, 0, -0.375, 1, -0.25, 0.375, -0.25, -0.125, 1, -0.625, 0.25]
gives l = i64[6] [3, 3, 9, 9, 3, 3], s = f32[6,2] [0.5, 0.622459352, 0.5, 0.598687649, 0.5, 0.731058598, 0.5,
    0.731058598, 0.5, 0.622459352, 0.5, 0.622459352] within 1e-6

== TreeEnsembleClassifier: all leaves vote for the second class, softmax of both
graph (%x f32[6,2]) -> (%l, %s) {
	%l, %s = ai.onnx.ml.TreeEnsembleClassifier(%x) {class_ids = [1, 1, 1, 1], class_nodeids = [1, 2, 1, 2],
	    class_treeids = [0, 0, 1, 1], class_weights = [0.300000012, 0.899999976, -0.400000006,
	    0.200000003], classlabels_int64s = [3, 9], nodes_falsenodeids = [2, 0, 0, 2, 0, 0],
	    nodes_featureids = [0, 0, 0, 1, 0, 0], nodes_modes = ["BRANCH_LEQ", "LEAF", "LEAF", "BRANCH_LEQ",
	    "LEAF", "LEAF"], nodes_nodeids = [0, 1, 2, 0, 1, 2], nodes_treeids = [0, 0, 0, 1, 1, 1],
	    nodes_truenodeids = [1, 0, 0, 1, 0, 0], nodes_values = [0.100000001, 0, 0, -0.200000003, 0, 0],
	    post_transform = SOFTMAX}
}
run x = f32[6,2] [-0.125, 0.125, 0, -0.375, 1, -0.25, 0.375, -0.25, -0.125, 1, -0.625, 0.25]
gives l = i64[6] [9, 3, 9, 9, 9, 9], s = f32[6,2] [0.377540678, 0.622459352, 0.524979174, 0.475020826, 0.377540678,
    0.622459352, 0.377540678, 0.622459352, 0.377540678, 0.622459352, 0.377540678, 0.622459352] within 1e-6

== TreeEnsembleClassifier: positive scores of the first class, made probabilities
graph (%x f32[6,2]) -> (%l, %s) {
	%l, %s = ai.onnx.ml.TreeEnsembleClassifier(%x) {class_ids = [0, 0, 0, 0], class_nodeids = [1, 2, 1, 2],
	    class_treeids = [0, 0, 1, 1], class_weights = [0.300000012, 0.899999976, 0.100000001, 0.200000003],
	    classlabels_int64s = [3, 9], nodes_falsenodeids = [2, 0, 0, 2, 0, 0], nodes_featureids = [0, 0, 0,
	    1, 0, 0], nodes_modes = ["BRANCH_LEQ", "LEAF", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF"], nodes_nodeids
	    = [0, 1, 2, 0, 1, 2], nodes_treeids = [0, 0, 0, 1, 1, 1], nodes_truenodeids = [1, 0, 0, 1, 0, 0],
	    nodes_values = [0.100000001, 0, 0, -0.200000003, 0, 0], post_transform = LOGISTIC}
}
run x = f32[6,2] [-0.125, 0.125, 0, -0.375, 1, -0.25, 0.375, -0.25, -0.125, 1, -0.625, 0.25]
gives l = i64[6] [3, 3, 9, 9, 3, 3], s = f32[6,2] [0.377540648, 0.622459352, 0.401312351, 0.598687649, 0.268941402,
    0.731058598, 0.268941402, 0.731058598, 0.377540648, 0.622459352, 0.377540648, 0.622459352] within 1e-6

== TreeEnsembleClassifier: scores of the first class, which no softmax is made of
graph (%x f32[6,2]) -> (%l, %s) {
	%l, %s = ai.onnx.ml.TreeEnsembleClassifier(%x) {class_ids = [0, 0, 0, 0], class_nodeids = [1, 2, 1, 2],
	    class_treeids = [0, 0, 1, 1], class_weights = [0.300000012, 0.899999976, -0.400000006,
	    0.200000003], classlabels_int64s = [3, 9], nodes_falsenodeids = [2, 0, 0, 2, 0, 0],
	    nodes_featureids = [0, 0, 0, 1, 0, 0], nodes_modes = ["BRANCH_LEQ", "LEAF", "LEAF", "BRANCH_LEQ",
	    "LEAF", "LEAF"], nodes_nodeids = [0, 1, 2, 0, 1, 2], nodes_treeids = [0, 0, 0, 1, 1, 1],
	    nodes_truenodeids = [1, 0, 0, 1, 0, 0], nodes_values = [0.100000001, 0, 0, -0.200000003, 0, 0],
	    post_transform = SOFTMAX}
}
run x = f32[6,2] [-0.125, 0.125, 0, -0.375, 1, -0.25, 0.375, -0.25, -0.125, 1, -0.625, 0.25]
gives l = i64[6] [9, 3, 9, 9, 9, 9], s = f32[6,2] [-0.5, 0.5, 0.099999994, -0.099999994, -0.49999997, 0.49999997,
    -0.49999997, 0.49999997, -0.5, 0.5, -0.5, 0.5] within 1e-6

== TreeEnsembleClassifier: PROBIT of one score
fails E-UNSUPPORTED "post_transform PROBIT of one score"
graph (%x f32[6,2]) -> (%l, %s) {
	%l, %s = ai.onnx.ml.TreeEnsembleClassifier(%x) {class_ids = [1, 1, 1, 1], class_nodeids = [1, 2, 1, 2],
	    class_treeids = [0, 0, 1, 1], class_weights = [0.300000012, 0.899999976, 0.100000001, 0.200000003],
	    classlabels_int64s = [3, 9], nodes_falsenodeids = [2, 0, 0, 2, 0, 0], nodes_featureids = [0, 0, 0,
	    1, 0, 0], nodes_modes = ["BRANCH_LEQ", "LEAF", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF"], nodes_nodeids
	    = [0, 1, 2, 0, 1, 2], nodes_treeids = [0, 0, 0, 1, 1, 1], nodes_truenodeids = [1, 0, 0, 1, 0, 0],
	    nodes_values = [0.100000001, 0, 0, -0.200000003, 0, 0], post_transform = PROBIT}
}

== TreeEnsembleClassifier: two base values for one score
fails E-UNSUPPORTED "two base_values for one score"
graph (%x f32[6,2]) -> (%l, %s) {
	%l, %s = ai.onnx.ml.TreeEnsembleClassifier(%x) {base_values = [0.25, 0.5], class_ids = [0, 0, 0, 0],
	    class_nodeids = [1, 2, 1, 2], class_treeids = [0, 0, 1, 1], class_weights = [0.300000012,
	    0.899999976, 0.100000001, 0.200000003], classlabels_int64s = [3, 9], nodes_falsenodeids = [2, 0, 0,
	    2, 0, 0], nodes_featureids = [0, 0, 0, 1, 0, 0], nodes_modes = ["BRANCH_LEQ", "LEAF", "LEAF",
	    "BRANCH_LEQ", "LEAF", "LEAF"], nodes_nodeids = [0, 1, 2, 0, 1, 2], nodes_treeids = [0, 0, 0, 1, 1,
	    1], nodes_truenodeids = [1, 0, 0, 1, 0, 0], nodes_values = [0.100000001, 0, 0, -0.200000003, 0, 0],
	    post_transform = NONE}
}

== TreeEnsembleClassifier: one label that is a text
fails E-UNSUPPORTED "one label that is a text"
graph (%x f32[6,2]) -> (%l, %s) {
	%l, %s = ai.onnx.ml.TreeEnsembleClassifier(%x) {class_ids = [0, 0, 0, 0], class_nodeids = [1, 2, 1, 2],
	    class_treeids = [0, 0, 1, 1], class_weights = [0.300000012, 0.899999976, 0.100000001, 0.200000003],
	    classlabels_strings = ["L7"], nodes_falsenodeids = [2, 0, 0, 2, 0, 0], nodes_featureids = [0, 0, 0,
	    1, 0, 0], nodes_modes = ["BRANCH_LEQ", "LEAF", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF"], nodes_nodeids
	    = [0, 1, 2, 0, 1, 2], nodes_treeids = [0, 0, 0, 1, 1, 1], nodes_truenodeids = [1, 0, 0, 1, 0, 0],
	    nodes_values = [0.100000001, 0, 0, -0.200000003, 0, 0], post_transform = NONE}
}
