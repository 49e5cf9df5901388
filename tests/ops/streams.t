Values that are one number almost everywhere, rows that repeat, rows chosen of a table that no cache holds, and the best of what
lies across rows: large enough for emitted C to have loops of their own for them.

== the best across rows, of f32: of equal ones the first or the last
graph (%x f32[5,19]) -> (%a, %b, %c, %d) {
	%a = ArgMax(%x) {axis = 0, keepdims = 0}
	%b = ArgMax(%x) {axis = 0, keepdims = 0, select_last_index = 1}
	%c = ArgMin(%x) {axis = 0, keepdims = 0}
	%d = ArgMin(%x) {axis = 0, keepdims = 0, select_last_index = 1}
}
run x = f32[5,19] [1, -1, 2, -1, 3, 2, 3, 2, 2, 1, -3, 3, 0, 3, -2, 2, -3, -2, -3, -1, 0, 3, -2, 0, 1, -3, 1, -2, -3, 2, -2, 0, -1, -2, 3, 3, 0, -2, 3, 3, -3, -2, 1, 1, 0, -2, -2, -3, 3, -3, -2, 3, -2, -2, 3, -2, -1, -1, -2, 1, 2, 2, -2, -2, 2, -2, 0, -1, -3, -1, 0, -2, -2, -1, -3, -1, -1, 3, 1, 1, -3, 1, 2, 2, -1, -3, -1, -1, 3, -1, 0, 2, -1, -2, 0]
gives a = i64[19] [2, 2, 1, 3, 0, 0, 0, 0, 0, 0, 2, 0, 4, 0, 4, 1, 1, 1, 4],
    b = i64[19] [2, 4, 1, 3, 0, 0, 0, 4, 0, 0, 2, 0, 4, 2, 4, 1, 2, 1, 4],
    c = i64[19] [1, 3, 2, 1, 4, 3, 1, 2, 1, 1, 0, 2, 2, 1, 0, 2, 0, 3, 0],
    d = i64[19] [4, 3, 2, 2, 4, 3, 1, 2, 3, 4, 0, 3, 2, 4, 3, 3, 0, 3, 0]

== the best across rows, of i64: of equal ones the first or the last
graph (%x i64[5,19]) -> (%a, %b, %c, %d) {
	%a = ArgMax(%x) {axis = 0, keepdims = 0}
	%b = ArgMax(%x) {axis = 0, keepdims = 0, select_last_index = 1}
	%c = ArgMin(%x) {axis = 0, keepdims = 0}
	%d = ArgMin(%x) {axis = 0, keepdims = 0, select_last_index = 1}
}
run x = i64[5,19] [1, -1, 2, -1, 3, 2, 3, 2, 2, 1, -3, 3, 0, 3, -2, 2, -3, -2, -3, -1, 0, 3, -2, 0, 1, -3, 1, -2, -3, 2, -2, 0, -1, -2, 3, 3, 0, -2, 3, 3, -3, -2, 1, 1, 0, -2, -2, -3, 3, -3, -2, 3, -2, -2, 3, -2, -1, -1, -2, 1, 2, 2, -2, -2, 2, -2, 0, -1, -3, -1, 0, -2, -2, -1, -3, -1, -1, 3, 1, 1, -3, 1, 2, 2, -1, -3, -1, -1, 3, -1, 0, 2, -1, -2, 0]
gives a = i64[19] [2, 2, 1, 3, 0, 0, 0, 0, 0, 0, 2, 0, 4, 0, 4, 1, 1, 1, 4],
    b = i64[19] [2, 4, 1, 3, 0, 0, 0, 4, 0, 0, 2, 0, 4, 2, 4, 1, 2, 1, 4],
    c = i64[19] [1, 3, 2, 1, 4, 3, 1, 2, 1, 1, 0, 2, 2, 1, 0, 2, 0, 3, 0],
    d = i64[19] [4, 3, 2, 2, 4, 3, 1, 2, 3, 4, 0, 3, 2, 4, 3, 3, 0, 3, 0]

== the best across rows, of f64: of equal ones the first or the last
graph (%x f64[5,19]) -> (%a, %b, %c, %d) {
	%a = ArgMax(%x) {axis = 0, keepdims = 0}
	%b = ArgMax(%x) {axis = 0, keepdims = 0, select_last_index = 1}
	%c = ArgMin(%x) {axis = 0, keepdims = 0}
	%d = ArgMin(%x) {axis = 0, keepdims = 0, select_last_index = 1}
}
run x = f64[5,19] [1, -1, 2, -1, 3, 2, 3, 2, 2, 1, -3, 3, 0, 3, -2, 2, -3, -2, -3, -1, 0, 3, -2, 0, 1, -3, 1, -2, -3, 2, -2, 0, -1, -2, 3, 3, 0, -2, 3, 3, -3, -2, 1, 1, 0, -2, -2, -3, 3, -3, -2, 3, -2, -2, 3, -2, -1, -1, -2, 1, 2, 2, -2, -2, 2, -2, 0, -1, -3, -1, 0, -2, -2, -1, -3, -1, -1, 3, 1, 1, -3, 1, 2, 2, -1, -3, -1, -1, 3, -1, 0, 2, -1, -2, 0]
gives a = i64[19] [2, 2, 1, 3, 0, 0, 0, 0, 0, 0, 2, 0, 4, 0, 4, 1, 1, 1, 4],
    b = i64[19] [2, 4, 1, 3, 0, 0, 0, 4, 0, 0, 2, 0, 4, 2, 4, 1, 2, 1, 4],
    c = i64[19] [1, 3, 2, 1, 4, 3, 1, 2, 1, 1, 0, 2, 2, 1, 0, 2, 0, 3, 0],
    d = i64[19] [4, 3, 2, 2, 4, 3, 1, 2, 3, 4, 0, 3, 2, 4, 3, 3, 0, 3, 0]

== what is no number across rows
graph (%x f32[3,8]) -> (%a, %c) {
	%a = ArgMax(%x) {axis = 0, keepdims = 0}
	%c = ArgMin(%x) {axis = 0, keepdims = 0}
}
run x = f32[3,8] [-inf, inf, 1, 3, 2, 3, 4, 5, -inf, inf, nan, nan, 7, 8, 9, 0, -inf, inf, 2, 2, 1, 2, 3, 9]
gives a = i64[8] [0, 0, 2, 0, 1, 1, 1, 2], c = i64[8] [0, 0, 0, 2, 2, 2, 2, 1]
