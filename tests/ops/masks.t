Masks: what conditions choose element by element, also in vectors, in their tails and behind a matrix product.

== bools choose
graph (%c bool[21], %x f32[21], %y f32[21]) -> (%z) {
	%z = Where(%c, %x, %y)
}
run c = bool[21] [true, false, false, true, false, false, true, false, false, true, false, false, true, false, false,
    true, false, false, true, false, false], x = f32[21] [-5, 2, -2, 5, 1, -3, 4, 0, -4, 3, -1, -5, 2, -2, 5, 1, -3,
    4, 0, -4, 3], y = f32[21] [100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116,
    117, 118, 119, 120]
gives z = f32[21] [-5, 101, 102, 5, 104, 105, 4, 107, 108, 3, 110, 111, 2, 113, 114, 1, 116, 117, 0, 119, 120]

== bools and comparisons together
graph (%c bool[21], %d bool[1], %x f32[21], %y f32[21]) -> (%z) {
	%less = Less(%x, %y)
	%both = And(%c, %less)
	%all = And(%both, %d)
	%n = Not(%all)
	%z = Where(%n, %x, %y)
}
run c = bool[21] [true, false, false, true, false, false, true, false, false, true, false, false, true, false, false,
    true, false, false, true, false, false], d = bool[1] [true], x = f32[21] [-5, 2, -2, 5, 1, -3, 4, 0, -4, 3, -1,
    -5, 2, -2, 5, 1, -3, 4, 0, -4, 3], y = f32[21] [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
gives z = f32[21] [0, 2, -2, 5, 1, -3, 4, 0, -4, 3, -1, -5, 2, -2, 5, 1, -3, 4, 0, -4, 3]
run c = bool[21] [true, false, false, true, false, false, true, false, false, true, false, false, true, false, false,
    true, false, false, true, false, false], d = bool[1] [false], x = f32[21] [-5, 2, -2, 5, 1, -3, 4, 0, -4, 3, -1,
    -5, 2, -2, 5, 1, -3, 4, 0, -4, 3], y = f32[21] [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
gives z = f32[21] [-5, 2, -2, 5, 1, -3, 4, 0, -4, 3, -1, -5, 2, -2, 5, 1, -3, 4, 0, -4, 3]

== a bool as a number
graph (%c bool[21], %x f32[21]) -> (%z) {
	%m f32[21] = Cast(%c) {to = f32}
	%z = Mul(%m, %x)
}
run c = bool[21] [true, false, false, true, false, false, true, false, false, true, false, false, true, false, false,
    true, false, false, true, false, false], x = f32[21] [-5, 2, -2, 5, 1, -3, 4, 0, -4, 3, -1, -5, 2, -2, 5, 1, -3,
    4, 0, -4, 3] gives z = f32[21] [-5, 0, -0, 5, 0, -0, 4, 0, -0, 3, -0, -0, 2, -0, 0, 1, -0, 0, 0, -0, 0]

== the lower triangle
graph (%x f32[3,21]) -> (%z) {
	%k i64[] = const [0]
	%z = Trilu(%x, %k) {upper = 0}
}
run x = f32[3,21] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
    28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55,
    56, 57, 58, 59, 60, 61, 62, 63]
gives z = f32[3,21] [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 22, 23, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 43, 44, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]

== the upper triangle
graph (%x f32[3,21]) -> (%z) {
	%k i64[] = const [1]
	%z = Trilu(%x, %k) {upper = 1}
}
run x = f32[3,21] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
    28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55,
    56, 57, 58, 59, 60, 61, 62, 63]
gives z = f32[3,21] [0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 0, 0, 24, 25, 26, 27,
    28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 0, 0, 0, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56,
    57, 58, 59, 60, 61, 62, 63]

== the upper triangle, below the diagonal
graph (%x f32[3,21]) -> (%z) {
	%k i64[] = const [-2]
	%z = Trilu(%x, %k) {upper = 1}
}
run x = f32[3,21] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
    28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55,
    56, 57, 58, 59, 60, 61, 62, 63]
gives z = f32[3,21] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
    27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54,
    55, 56, 57, 58, 59, 60, 61, 62, 63]

== zeros before and behind the vectors' axis
graph (%x f32[2,21]) -> (%z) {
	%pads i64[4] = const [0, 2, 0, 3]
	%p f32[2,26] = Pad(%x, %pads)
	%z = Relu(%p)
}
run x = f32[2,21] [-5, 2, -2, 5, 1, -3, 4, 0, -4, 3, -1, -5, 2, -2, 5, 1, -3, 4, 0, -4, 3, 3, -4, 0, 4, -3, 1, 5, -2,
    2, -5, -1, 3, -4, 0, 4, -3, 1, 5, -2, 2, -5]
gives z = f32[2,26] [0, 0, 0, 2, 0, 5, 1, 0, 4, 0, 0, 3, 0, 0, 2, 0, 5, 1, 0, 4, 0, 0, 3, 0, 0, 0, 0, 0, 3, 0, 0, 4,
    0, 1, 5, 0, 2, 0, 0, 3, 0, 0, 4, 0, 1, 5, 0, 2, 0, 0, 0, 0]

== a masked matrix product
graph (%a f32[3,2], %b f32[2,21], %m bool[3,21]) -> (%z) {
	%low f32[] = const [-1000]
	%half f32[] = const [0.5]
	%p = MatMul(%a, %b)
	%s = Mul(%p, %half)
	%z = Where(%m, %s, %low)
}
run a = f32[3,2] [1, 2, 3, -1, 0, 2], b = f32[2,21] [-2, -1, 0, 1, 2, -2, -1, 0, 1, 2, -2, -1, 0, 1, 2, -2, -1, 0, 1,
    2, -2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2], m = bool[3,21] [false, true, false, true,
    false, true, false, true, false, true, false, true, false, true, false, true, false, true, false, true, false,
    true, false, true, false, true, false, true, false, true, false, true, false, true, false, true, false, true,
    false, true, false, true, false, true, false, true, false, true, false, true, false, true, false, true, false,
    true, false, true, false, true, false, true, false]
gives z = f32[3,21] [-1000, 0.5, -1000, 0.5, -1000, 1, -1000, 1, -1000, 1, -1000, 1.5, -1000, 1.5, -1000, -1, -1000,
    2, -1000, 2, -1000, -3, -1000, -1, -1000, 2.5, -1000, -1.5, -1000, 0.5, -1000, -3.5, -1000, 0, -1000, 2, -1000,
    -2, -1000, 1.5, -1000, -4, -1000, 1, -1000, 0, -1000, 2, -1000, 1, -1000, 0, -1000, 2, -1000, 1, -1000, 0, -1000,
    2, -1000, 1, -1000]

== a matrix product below its diagonal
graph (%a f32[3,2], %b f32[2,21]) -> (%z) {
	%p = MatMul(%a, %b)
	%z = Trilu(%p) {upper = 0}
}
run a = f32[3,2] [1, 2, 3, -1, 0, 2], b = f32[2,21] [-2, -1, 0, 1, 2, -2, -1, 0, 1, 2, -2, -1, 0, 1, 2, -2, -1, 0, 1,
    2, -2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]
gives z = f32[3,21] [-2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -6, -4, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]

== the lane of the greatest
graph (%x f32[2,5]) -> (%y) { %y f32[2,5] = Hardmax(%x) }
run x = f32[2,5] [1, 5, 2, 5, 3, -1, -2, -3, -4, 0] gives y = f32[2,5] [0, 1, 0, 0, 0, 0, 0, 0, 0, 1]
