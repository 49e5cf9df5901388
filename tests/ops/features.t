ai.onnx.ml: columns of numbers; expected values are those of ONNX Runtime.

== scaled by column
graph (%x f32[4,3]) -> (%y) {
	%y = ai.onnx.ml.Scaler(%x) {offset = [0.5, -1, 0.25], scale = [2, 0.5, -1]}
}
run x = f32[4,3] [0.75, -0.25, 0, 0.25, -0.5, 0, -0, -1, 0.5, 0.25, -0.25, -0]
gives y = f32[4,3] [0.5, 0.375, 0.25, -0.5, 0.25, 0.25, -1, 0, -0.25, -0.5, 0.375, 0.25] within 2e-6

== scaled by one number, of integers
graph (%x i64[2,2]) -> (%y) {
	%y = ai.onnx.ml.Scaler(%x) {offset = [0.5], scale = [2]}
}
run x = i64[2,2] [1, 2, 3, -4]
gives y = f32[2,2] [1, 3, 5, -9] within 2e-6

== rows over MAX
graph (%x f32[4,3]) -> (%y) {
	%y = ai.onnx.ml.Normalizer(%x) {norm = MAX}
}
run x = f32[4,3] [0.75, -0.25, 0, 0, 0, 0, -0, -1, 0.5, 0.25, -0.25, -0]
gives y = f32[4,3] [1, -0.333333343, 0, 0, 0, 0, -0, -2, 1, 1, -1, -0] within 2e-6

== rows over L1
graph (%x f32[4,3]) -> (%y) {
	%y = ai.onnx.ml.Normalizer(%x) {norm = L1}
}
run x = f32[4,3] [0.75, -0.25, 0, 0, 0, 0, -0, -1, 0.5, 0.25, -0.25, -0]
gives y = f32[4,3] [0.75, -0.25, 0, 0, 0, 0, -0, -0.666666687, 0.333333343, 0.5, -0.5, -0] within 2e-6

== rows over L2
graph (%x f32[4,3]) -> (%y) {
	%y = ai.onnx.ml.Normalizer(%x) {norm = L2}
}
run x = f32[4,3] [0.75, -0.25, 0, 0, 0, 0, -0, -1, 0.5, 0.25, -0.25, -0]
gives y = f32[4,3] [0.948683262, -0.316227764, 0, 0, 0, 0, 0, -0.89442718, 0.44721359, 0.707106769, -0.707106769, 0]
    within 2e-6

== what is missing, by column
graph (%x f32[4,3]) -> (%y) {
	%y = ai.onnx.ml.Imputer(%x) {imputed_value_floats = [1, 2, 3], replaced_value_float = nan}
}
run x = f32[4,3] [0.75, nan, 0, 0.25, -0.5, 0, -0, -1, nan, 0.25, -0.25, -0]
gives y = f32[4,3] [0.75, 2, 0, 0.25, -0.5, 0, -0, -1, 3, 0.25, -0.25, -0] within 2e-6

== a number that stands for missing
graph (%x i64[2,2]) -> (%y) {
	%y = ai.onnx.ml.Imputer(%x) {imputed_value_int64s = [9], replaced_value_int64 = -1}
}
run x = i64[2,2] [-1, 2, 3, -1]
gives y = i64[2,2] [9, 2, 3, 9] within 2e-6

== missing doubles and short integers
graph (%x f64[2,2], %k i32[3]) -> (%y, %z) {
	%y = ai.onnx.ml.Imputer(%x) {imputed_value_floats = [0.5, 2], replaced_value_float = -1}
	%z = ai.onnx.ml.Imputer(%k) {imputed_value_int64s = [9], replaced_value_int64 = -1}
}
run x = f64[2,2] [-1, 1e300, 3, -1], k = i32[3] [-1, 2147483647, 3]
gives y = f64[2,2] [0.5, 1e300, 3, 2], z = i32[3] [9, 2147483647, 3]

== categories
graph (%x i64[2,2]) -> (%y) {
	%y = ai.onnx.ml.OneHotEncoder(%x) {cats_int64s = [3, 5, 1], zeros = 1}
}
run x = i64[2,2] [1, 5, 7, 3]
gives y = f32[2,2,3] [0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0] within 2e-6

== categories up to what floats hold, and beyond
graph (%x i64[6], %s i64[3]) -> (%y, %z) {
	%y = ai.onnx.ml.OneHotEncoder(%x) {cats_int64s = [-16777215, 16777215, 0, 1, 2, 3, 4, -1], zeros = 1}
	%z = ai.onnx.ml.OneHotEncoder(%s) {cats_int64s = [16777216, 4294967297], zeros = 1}
}
run x = i64[6] [16777215, 16777216, 4294967296, -4294967297, -16777215, -1], s = i64[3] [16777217, 16777216, 4294967297]
gives y = f32[6,8] [0, 1, 0 * 6, 0 * 8, 0 * 8, 0 * 8, 1, 0 * 7, 0 * 7, 1], z = f32[3,2] [0, 0, 1, 0, 0, 1]

== side by side
graph (%a f32[2,3], %b f32[2,1]) -> (%y) {
	%y = ai.onnx.ml.FeatureVectorizer(%a, %b) {inputdimensions = [3, 1]}
}
run a = f32[2,3] [0.25, -0.25, -0, -0.75, 0.25, 0], b = f32[2,1] [0.25, -0.75]
gives y = f32[2,4] [0.25, -0.25, -0, 0.25, -0.75, 0.25, 0, -0.75] within 2e-6

== values for columns that are not there
fails E-ATTR "2 values for 3 columns"
graph (%x f32[4,3]) -> (%y) { %y = ai.onnx.ml.Scaler(%x) {offset = [1, 2], scale = [1]} }

== every category is known
graph (%x i64[n,2], %s str[3]) -> (%y, %z) {
	%y = ai.onnx.ml.OneHotEncoder(%x) {cats_int64s = [3, 5, 1], zeros = 0}
	%z = ai.onnx.ml.OneHotEncoder(%s) {cats_strings = ["a", "b"], zeros = 0}
}
run x = i64[2,2] [1, 5, 5, 3], s = str[3] ["b", "a", "b"]
gives y = f32[2,2,3] [0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 0], z = f32[3,2] [0, 1, 1, 0, 0, 1]
run x = i64[0,2] [], s = str[3] ["a", "a", "b"] gives y = f32[0,2,3] [], z = f32[3,2] [1, 0, 1, 0, 0, 1]

== a category that is unknown ends the run
fails E-SHAPE "rules out"
graph (%x i64[2,2]) -> (%y) { %y = ai.onnx.ml.OneHotEncoder(%x) {cats_int64s = [3, 5, 1], zeros = 0} }
run x = i64[2,2] [1, 5, 4, 3] gives y = f32[2,2,3] [0 * 12]
