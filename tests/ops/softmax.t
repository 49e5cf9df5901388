Softmax(x) = exp(x - max x) / sum exp(x - max x) along an axis.

== along the last axis
graph (%x f32[2,2]) -> (%y) {
	%y = Softmax(%x)
}
run x = f32[2,2] [0, 0, 1000, -1000] gives y = f32[2,2] [0.5, 0.5, 1, 0]

== along the first axis
graph (%x f32[2,2]) -> (%y) {
	%y = Softmax(%x) {axis = 0}
}
run x = f32[2,2] [0, 1, 0, 0] gives y = f32[2,2] [0.5, 0.7310586, 0.5, 0.26894143] within 1e-6

== NaN and infinity in a row, in a vector of it and behind the last one
graph (%x f32[7,33]) -> (%y, %z) {
	%y = Softmax(%x)
	%z = LogSoftmax(%x)
}
run x = f32[7,33] [0 * 3, nan, 0 * 29,
    0 * 32, nan,
    nan * 33,
    0 * 9, inf, 0 * 23,
    -inf * 33,
    0 * 2, -inf * 30, 0,
    -inf * 32, 7]
gives y = f32[7,33] [nan * 165,
    0.33333334 * 2, 0 * 30, 0.33333334,
    0 * 32, 1],
z = f32[7,33] [nan * 165,
    -1.0986123 * 2, -inf * 30, -1.0986123,
    -inf * 32, 0] within 1e-6

== an axis that is not there
fails E-AXIS "axis 2 is outside the rank 2"
graph (%x f32[2,2]) -> (%y) {
	%y = Softmax(%x) {axis = 2}
}
