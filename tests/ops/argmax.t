Where the greatest or the least is. A NaN is before all, the first one or with select_last_index the last, as in numpy: ONNX
says nothing of it, but its reference is numpy. Long rows of floats are searched by vectors, four at a time, then one, then
what is left, in blocks of 2048; across rows each lane searches a column, where there are many in groups of four vectors.

== along rows of f32: short ones, long ones, several blocks
graph (%x f32[m,n]) -> (%a, %b, %c, %d) {
	%a = ArgMax(%x) {axis = 1, keepdims = 0}
	%b = ArgMax(%x) {axis = 1, keepdims = 0, select_last_index = 1}
	%c = ArgMin(%x) {axis = 1, keepdims = 0}
	%d = ArgMin(%x) {axis = 1, keepdims = 0, select_last_index = 1}
}
run x = f32[9,5] [nan, 6, -9, 6, -1, 0, 2, nan, 9, -8, -4, -2, 1, -2, nan, -9, nan, -9, nan, 9, nan, 3, 5, -5, nan * 6, 6, 7, -7,
    -2, 2, -inf, nan, inf, nan, -inf, inf, -inf, inf, -inf, 0]
gives a = i64[9] [0, 2, 4, 1, 0, 0, 1, 1, 0],
    b = i64[9] [0, 2, 4, 3, 4, 4, 1, 3, 2],
    c = i64[9] [0, 2, 4, 1, 0, 0, 2, 1, 1],
    d = i64[9] [0, 2, 4, 3, 4, 4, 2, 3, 3]

run x = f32[10,87] [
    nan, 0 * 40, 9, -9, 0 * 44,
    0 * 20, 9, -9, 0 * 15, nan, 0 * 40, 9, -9, 0 * 7,
    0 * 71, nan, 0 * 15,
    0 * 86, nan,
    0 * 5, nan, 0 * 62, nan, 0 * 17, nan,
    0 * 63, nan * 2, 0 * 22,
    nan * 87,
    0 * 3, 9, 0 * 8, -9, 0 * 60, -9, 0 * 9, 9, 0 * 3,
    -inf * 33, nan, -inf * 16, nan, -inf * 36,
    inf, nan * 2, inf * 84]
gives a = i64[10] [0, 37, 71, 86, 5, 63, 0, 3, 33, 1],
    b = i64[10] [0, 37, 71, 86, 86, 64, 86, 83, 50, 2],
    c = i64[10] [0, 37, 71, 86, 5, 63, 0, 12, 33, 1],
    d = i64[10] [0, 37, 71, 86, 86, 64, 86, 73, 50, 2]

run x = f32[6,5000] [0 * 2047, nan * 2, 0 * 2951,
    0 * 4999, nan,
    0 * 100, nan, 0 * 2899, nan, 0 * 1499, nan, 0 * 499,
    0 * 2099, -3, 3, 0 * 1995, -3, 0 * 103, 3, 0 * 799,
    -inf * 5000,
    nan, 0 * 4997, 9, 0]
gives a = i64[6] [2047, 4999, 100, 2100, 0, 0],
    b = i64[6] [2048, 4999, 4500, 4200, 4999, 0],
    c = i64[6] [2047, 4999, 100, 2099, 0, 0],
    d = i64[6] [2048, 4999, 4500, 4096, 4999, 0]

== along rows of f64
graph (%x f64[m,n]) -> (%a, %b, %c, %d) {
	%a = ArgMax(%x) {axis = 1, keepdims = 0}
	%b = ArgMax(%x) {axis = 1, keepdims = 0, select_last_index = 1}
	%c = ArgMin(%x) {axis = 1, keepdims = 0}
	%d = ArgMin(%x) {axis = 1, keepdims = 0, select_last_index = 1}
}
run x = f64[9,5] [nan, 6, -9, 6, -1, 0, 2, nan, 9, -8, -4, -2, 1, -2, nan, -9, nan, -9, nan, 9, nan, 3, 5, -5, nan * 6, 6, 7, -7,
    -2, 2, -inf, nan, inf, nan, -inf, inf, -inf, inf, -inf, 0]
gives a = i64[9] [0, 2, 4, 1, 0, 0, 1, 1, 0],
    b = i64[9] [0, 2, 4, 3, 4, 4, 1, 3, 2],
    c = i64[9] [0, 2, 4, 1, 0, 0, 2, 1, 1],
    d = i64[9] [0, 2, 4, 3, 4, 4, 2, 3, 3]

== along rows of f16: short ones, long ones
graph (%x f16[m,n]) -> (%a, %b, %c, %d) {
	%a = ArgMax(%x) {axis = 1, keepdims = 0}
	%b = ArgMax(%x) {axis = 1, keepdims = 0, select_last_index = 1}
	%c = ArgMin(%x) {axis = 1, keepdims = 0}
	%d = ArgMin(%x) {axis = 1, keepdims = 0, select_last_index = 1}
}
run x = f16[9,5] [nan, 6, -9, 6, -1, 0, 2, nan, 9, -8, -4, -2, 1, -2, nan, -9, nan, -9, nan, 9, nan, 3, 5, -5, nan * 6, 6, 7, -7,
    -2, 2, -inf, nan, inf, nan, -inf, inf, -inf, inf, -inf, 0]
gives a = i64[9] [0, 2, 4, 1, 0, 0, 1, 1, 0],
    b = i64[9] [0, 2, 4, 3, 4, 4, 1, 3, 2],
    c = i64[9] [0, 2, 4, 1, 0, 0, 2, 1, 1],
    d = i64[9] [0, 2, 4, 3, 4, 4, 2, 3, 3]

run x = f16[10,87] [
    nan, 0 * 40, 9, -9, 0 * 44,
    0 * 20, 9, -9, 0 * 15, nan, 0 * 40, 9, -9, 0 * 7,
    0 * 71, nan, 0 * 15,
    0 * 86, nan,
    0 * 5, nan, 0 * 62, nan, 0 * 17, nan,
    0 * 63, nan * 2, 0 * 22,
    nan * 87,
    0 * 3, 9, 0 * 8, -9, 0 * 60, -9, 0 * 9, 9, 0 * 3,
    -inf * 33, nan, -inf * 16, nan, -inf * 36,
    inf, nan * 2, inf * 84]
gives a = i64[10] [0, 37, 71, 86, 5, 63, 0, 3, 33, 1],
    b = i64[10] [0, 37, 71, 86, 86, 64, 86, 83, 50, 2],
    c = i64[10] [0, 37, 71, 86, 5, 63, 0, 12, 33, 1],
    d = i64[10] [0, 37, 71, 86, 86, 64, 86, 73, 50, 2]

== across rows of f32: one group of vectors, several
graph (%x f32[m,n]) -> (%a, %b, %c, %d) {
	%a = ArgMax(%x) {axis = 0, keepdims = 0}
	%b = ArgMax(%x) {axis = 0, keepdims = 0, select_last_index = 1}
	%c = ArgMin(%x) {axis = 0, keepdims = 0}
	%d = ArgMin(%x) {axis = 0, keepdims = 0, select_last_index = 1}
}
run x = f32[3,19] [
    5, -1, nan, -6, -2, nan, 3, -3, nan, -4, 5, nan, -inf, inf, nan, -6, 7, nan, 9,
    0, 5, nan, 4, -2, nan, 3, -2, nan, -5, 8, nan * 4, 3, -1, nan, -4,
    1, nan, 9, -1, nan, -8, 1, nan, 7, 0, nan, nan, -inf, inf, nan, 7, nan, -7, 7]
gives a = i64[19] [0, 2, 0, 1, 2, 0, 0, 2, 0, 2, 2, 0, 1, 1, 0, 2, 2, 0, 0],
    b = i64[19] [0, 2, 1, 1, 2, 1, 1, 2, 1, 2 * 3, 1, 1, 2 * 3, 1, 0],
    c = i64[19] [1, 2, 0, 0, 2, 0, 2, 2, 0, 1, 2, 0, 1, 1, 0, 0, 2, 0, 1],
    d = i64[19] [1, 2, 1, 0, 2, 1, 2, 2, 1, 1, 2, 2, 1, 1, 2, 0, 2, 1, 1]

run x = f32[9,37] [
    nan, 0 * 32, -inf, inf, 0, nan,
    0 * 5, 9, 0 * 10, 9, 0 * 16, -inf, inf, 0, nan,
    0 * 5, -9, 0 * 9, nan, 0 * 17, -inf, inf, 0, nan,
    0 * 16, -9, 0 * 16, nan * 2, 0, nan,
    9, 0 * 4, nan, 0 * 27, -inf, inf, 0, nan,
    -9, 0 * 15, -9, 0 * 16, -inf, inf, 0, nan,
    0 * 5, 9, 0 * 27, nan * 2, 0, nan,
    0 * 5, -9, 0 * 9, nan, 9, 0 * 16, -inf, inf, 0, nan,
    0 * 31, nan, 0, -inf, inf, 0, nan]
gives a = i64[37] [0 * 5, 4, 0 * 9, 2, 1, 0 * 14, 8, 0, 3, 3, 0, 0],
    b = i64[37] [0, 8 * 4, 4, 8 * 9, 7, 7, 8 * 14, 8, 8, 6, 6, 8, 8],
    c = i64[37] [0 * 5, 4, 0 * 9, 2, 3, 0 * 14, 8, 0, 3, 3, 0, 0],
    d = i64[37] [0, 8 * 4, 4, 8 * 9, 7, 5, 8 * 14, 8, 8, 6, 6, 8, 8]

== across rows of f64: one group of vectors, several
graph (%x f64[m,n]) -> (%a, %b, %c, %d) {
	%a = ArgMax(%x) {axis = 0, keepdims = 0}
	%b = ArgMax(%x) {axis = 0, keepdims = 0, select_last_index = 1}
	%c = ArgMin(%x) {axis = 0, keepdims = 0}
	%d = ArgMin(%x) {axis = 0, keepdims = 0, select_last_index = 1}
}
run x = f64[3,19] [
    5, -1, nan, -6, -2, nan, 3, -3, nan, -4, 5, nan, -inf, inf, nan, -6, 7, nan, 9,
    0, 5, nan, 4, -2, nan, 3, -2, nan, -5, 8, nan * 4, 3, -1, nan, -4,
    1, nan, 9, -1, nan, -8, 1, nan, 7, 0, nan, nan, -inf, inf, nan, 7, nan, -7, 7]
gives a = i64[19] [0, 2, 0, 1, 2, 0, 0, 2, 0, 2, 2, 0, 1, 1, 0, 2, 2, 0, 0],
    b = i64[19] [0, 2, 1, 1, 2, 1, 1, 2, 1, 2 * 3, 1, 1, 2 * 3, 1, 0],
    c = i64[19] [1, 2, 0, 0, 2, 0, 2, 2, 0, 1, 2, 0, 1, 1, 0, 0, 2, 0, 1],
    d = i64[19] [1, 2, 1, 0, 2, 1, 2, 2, 1, 1, 2, 2, 1, 1, 2, 0, 2, 1, 1]

run x = f64[9,37] [
    nan, 0 * 32, -inf, inf, 0, nan,
    0 * 5, 9, 0 * 10, 9, 0 * 16, -inf, inf, 0, nan,
    0 * 5, -9, 0 * 9, nan, 0 * 17, -inf, inf, 0, nan,
    0 * 16, -9, 0 * 16, nan * 2, 0, nan,
    9, 0 * 4, nan, 0 * 27, -inf, inf, 0, nan,
    -9, 0 * 15, -9, 0 * 16, -inf, inf, 0, nan,
    0 * 5, 9, 0 * 27, nan * 2, 0, nan,
    0 * 5, -9, 0 * 9, nan, 9, 0 * 16, -inf, inf, 0, nan,
    0 * 31, nan, 0, -inf, inf, 0, nan]
gives a = i64[37] [0 * 5, 4, 0 * 9, 2, 1, 0 * 14, 8, 0, 3, 3, 0, 0],
    b = i64[37] [0, 8 * 4, 4, 8 * 9, 7, 7, 8 * 14, 8, 8, 6, 6, 8, 8],
    c = i64[37] [0 * 5, 4, 0 * 9, 2, 3, 0 * 14, 8, 0, 3, 3, 0, 0],
    d = i64[37] [0, 8 * 4, 4, 8 * 9, 7, 5, 8 * 14, 8, 8, 6, 6, 8, 8]

== the lane of the first that is no number
graph (%x f32[4,5]) -> (%y) { %y f32[4,5] = Hardmax(%x) }
run x = f32[4,5] [nan, 1, 2, 3, 4, 1, 3, 2, nan, nan, 4, nan, 2, 5, 1, nan * 5] gives y = f32[4,5] [1, 0 * 7, 1, 0, 0, 1, 0 * 3, 1, 0 * 4]

== the largest of a window is what is no number, and that is where it is
graph (%x f32[1,1,4,10]) -> (%y, %i) { %y, %i = MaxPool(%x) {kernel_shape = [2, 2], strides = [2, 2]} }
run x = f32[1,1,4,10] [nan, -9, -1, 1, -3, 5, 6, nan, -4, -9, -2, 8, 6, -2, nan, -3, 3, 2, -7, 8, -6, 1, nan, nan, -6, nan, -6, 7, -9,
    -8, -8, -7, nan, nan, 2, 1, 7, -3, 9, nan]
gives y = f32[1,1,2,5] [nan, 6, nan, nan, 8, 1, nan, nan, 7, nan], i = i64[1,1,2,5] [0, 12, 14, 7, 19, 21, 22, 25, 27, 39]
