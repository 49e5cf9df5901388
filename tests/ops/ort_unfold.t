com.microsoft: windows along an axis; expected values are those of ONNX Runtime.

== windows of the last axis
graph (%x f32[n,m,4]) -> (%y) {
	%y = com.microsoft.UnfoldTensor(%x) {dim = -1, size = 2, step = 1}
}
run x = f32[2,3,4] [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]
gives y = f32[2,3,3,2] [0, 1, 1, 2, 2, 3, 4, 5, 5, 6, 6, 7, 8, 9, 9, 10, 10, 11, 12, 13, 13, 14, 14, 15, 16, 17,
    17, 18, 18, 19, 20, 21, 21, 22, 22, 23]

== of the first one, a step of two
graph (%x f32[2,3,4]) -> (%y) {
	%y = com.microsoft.UnfoldTensor(%x) {dim = 0, size = 1, step = 2}
}
run x = f32[2,3,4] [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]
gives y = f32[1,3,4,1] [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]

== of one in the middle
graph (%x f32[n,m,k]) -> (%y) {
	%y = com.microsoft.UnfoldTensor(%x) {dim = 1, size = 2, step = 1}
}
run x = f32[2,3,4] [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]
gives y = f32[2,2,4,2] [0, 4, 1, 5, 2, 6, 3, 7, 4, 8, 5, 9, 6, 10, 7, 11, 12, 16, 13, 17, 14, 18, 15, 19, 16,
    20, 17, 21, 18, 22, 19, 23]

== all of it
graph (%x f32[2,3,4]) -> (%y) {
	%y = com.microsoft.UnfoldTensor(%x) {dim = 2, size = 4, step = 3}
}
run x = f32[2,3,4] [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]
gives y = f32[2,3,1,4] [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]

== a step that leaves some out
graph (%x f32[2,3,k]) -> (%y) {
	%y = com.microsoft.UnfoldTensor(%x) {dim = 2, size = 2, step = 3}
}
run x = f32[2,3,4] [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]
gives y = f32[2,3,1,2] [0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21]

== of integers
graph (%x i64[5]) -> (%y) {
	%y = com.microsoft.UnfoldTensor(%x) {size = 3}
}
run x = i64[5] [0, 1, 2, 3, 4]
gives y = i64[3,3] [0, 1, 2, 1, 2, 3, 2, 3, 4]

== windows that are too large
fails E-SHAPE "5 or more"
graph (%x f32[2,4]) -> (%y) {
	%y = com.microsoft.UnfoldTensor(%x) {size = 5}
}

== no step
fails E-ATTR "step 0"
graph (%x f32[2,4]) -> (%y) {
	%y = com.microsoft.UnfoldTensor(%x) {size = 2, step = 0}
}

== an axis that there is not
fails E-AXIS
graph (%x f32[2,4]) -> (%y) {
	%y = com.microsoft.UnfoldTensor(%x) {size = 2, dim = 2}
}
