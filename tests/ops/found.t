What random models (tests/fuzz/models) have found, as small as they made it.

== signed numbers are shifted to the right with their sign
graph (%x i32[4], %k i32[4]) -> (%y) { %y = BitShift(%x, %k) {direction = RIGHT} }
run x = i32[4] [-8, -1, 7, 100], k = i32[4] [1, 40, 1, 2] gives y = i32[4] [-4, -1, 3, 25]

== signed numbers are shifted to the left without a warning
graph (%x i64[3], %k i64[3]) -> (%y) { %y = BitShift(%x, %k) {direction = LEFT} }
run x = i64[3] [60, -1, 1], k = i64[3] [9, 1, 63] gives y = i64[3] [30720, -2, -9223372036854775808]

== a number is compared with itself
graph (%x u2[4]) -> (%y, %z) {
	%y = GreaterOrEqual(%x, %x)
	%z = Less(%x, %x)
}
run x = u2[4] [0, 1, 2, 3] gives y = bool[4] [true * 4], z = bool[4] [false * 4]

== the sixth sum of a stage is not called as its weights are
graph (%x f32[1,4,3,10]) -> (%y) {
	%scale f32[4] = const [0.75, 1.25, 0.5, 1]
	%bias f32[4] = const [-0.25, 0.125, -0.5, 0.25]
	%y = GroupNormalization(%x, %scale, %bias) {num_groups = 2}
}
run x = f32[1,4,3,10] [3 * 120] gives y = f32[1,4,3,10] [-0.25 * 30, 0.125 * 30, -0.5 * 30, 0.25 * 30]

== no identity of text
fails E-TYPE "must be a number or bool"
graph (%x str[2,2]) -> (%y) { %y = EyeLike(%x) }

== a pair of floats is not one number
graph (%x f64[2]) -> (%y) { %y c64[2] = BitCast(%x) {to = c64} }
run x = f64[2] [0, 2] gives y = c64[2] [(0, 0), (0, 2)]

== text is dropped below the diagonal
graph (%x str[2,2]) -> (%y) { %y = Trilu(%x) }
run x = str[2,2] ["a", "b", "c", "d"] gives y = str[2,2] ["a", "b", "", "d"]
