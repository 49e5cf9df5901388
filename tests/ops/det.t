Determinants, and columns of features.

== 3 x 3, several
graph (%x f32[2,3,3]) -> (%y) { %y = Det(%x) }
run x = f32[2,3,3] [2, 0, 1, 1, 3, 2, 1, 1, 4, 1, 2, 3, 4, 5, 6, 7, 8, 9] gives y = f32[2] [18, 0]

== 4 x 4, and 1 x 1
graph (%x f32[4,4], %z f32[1,1]) -> (%y, %w) {
	%y = Det(%x)
	%w = Det(%z)
}
run x = f32[4,4] [1, 2, 0, 1, 0, 1, 3, 2, 2, 0, 1, 0, 1, 1, 0, 4], z = f32[1,1] [-3] gives y = f32[] [47], w = f32[] [-3]

== a matrix that is not square
fails E-SHAPE "not square"
graph (%x f32[2,3]) -> (%y) { %y = Det(%x) }

== above a threshold
graph (%x f32[5]) -> (%y) { %y = ai.onnx.ml.Binarizer(%x) {threshold = 1} }
run x = f32[5] [0, 1, 1.5, nan, -2] gives y = f32[5] [0, 0, 1, 0, 0]

== columns picked
graph (%x f32[2,3], %k i64[2]) -> (%y) { %y = ai.onnx.ml.ArrayFeatureExtractor(%x, %k) }
run x = f32[2,3] [1, 2, 3, 4, 5, 6], k = i64[2] [2, 0] gives y = f32[2,2] [3, 1, 6, 4]
