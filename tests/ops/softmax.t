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

== an axis that is not there
fails E-AXIS "axis 2 is outside the rank 2"
graph (%x f32[2,2]) -> (%y) {
	%y = Softmax(%x) {axis = 2}
}
