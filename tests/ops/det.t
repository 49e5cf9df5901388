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

== larger ones, by elimination: one whose first pivot is zero, and a singular one
graph (%x f32[2,5,5]) -> (%y) { %y = Det(%x) }
run x = f32[2,5,5] [0.0, -1.25, 0.0, -2.0, 0.5, 0.75, 0.25, 0.5, -0.5, -2.0, 1.0, -0.25, 1.5, -1.5, -1.5, -1.75, -0.75, 0.0, 1.5, -1.75, 0.5, -0.25, 0.75, -1.75, 1.75, 2.0, -0.75, 2.0, -2.0, -2.0, 0.25, -0.75, 0.25, -0.75, 1.5, -1.75, -1.75, -1.75, 0.75, -1.0, -1.25, 2.0, -1.25, -2.0, 2.0, 0.75, -2.0, 0.75, -0.75, 2.0]
gives y = f32[2] [-3.98828125, 0]

== rows that all change places, in doubles; and columns of zeros before the last
graph (%x f64[6,6], %z f16[1,5,5]) -> (%y, %w) {
	%y = Det(%x)
	%w = Det(%z)
}
run x = f64[6,6] [0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0.5, 0, 0, 0, 0, 0, 0, -2, 0], z = f16[1,5,5] [1, 0, 0, 2, 3, 1, 0, 0, 1, 1, 2, 0, 0, 5, 3, 1, 0, 0, 7, 4, 1, 0, 0, 8, 1]
gives y = f64[] [24], w = f16[1] [0]

== a matrix that is not square
fails E-SHAPE "not square"
graph (%x f32[2,3]) -> (%y) { %y = Det(%x) }

== above a threshold
graph (%x f32[5]) -> (%y) { %y = ai.onnx.ml.Binarizer(%x) {threshold = 1} }
run x = f32[5] [0, 1, 1.5, nan, -2] gives y = f32[5] [0, 0, 1, 0, 0]

== columns picked
graph (%x f32[2,3], %k i64[2]) -> (%y) { %y = ai.onnx.ml.ArrayFeatureExtractor(%x, %k) }
run x = f32[2,3] [1, 2, 3, 4, 5, 6], k = i64[2] [2, 0] gives y = f32[2,2] [3, 1, 6, 4]
