Complex numbers are moved, never computed with.

== moved along axes
graph (%x c64[2,3]) -> (%y, %z) {
	%y = Transpose(%x)
	%axes i64[1] = const [0]
	%z = Unsqueeze(%y, %axes)
}
run x = c64[2,3] [(1, 2), (3, 4), (5, 6), (7, 8), (9, 10), (11, 12)]
gives y = c64[3,2] [(1, 2), (7, 8), (3, 4), (9, 10), (5, 6), (11, 12)]

== chosen by a condition, with a constant
graph (%c bool[3], %x c128[3]) -> (%y) {
	%k c128[2,1] = const [(0.5, -1), (inf, 2)]
	%y = Where(%c, %x, %k)
}
run c = bool[3] [true, false, true], x = c128[3] [(1, 2), (3, 4), (5, nan)]
gives y = c128[2,3] [(1, 2), (0.5, -1), (5, nan), (1, 2), (inf, 2), (5, nan)]

== zeros around them
graph (%x c64[2]) -> (%y) {
	%pads i64[2] = const [1, 2]
	%y = Pad(%x, %pads)
}
run x = c64[2] [(1, 2), (3, 4)] gives y = c64[5] [(0, 0), (1, 2), (3, 4), (0, 0), (0, 0)]

== gathered, scattered and joined
graph (%x c64[3], %i i64[2], %u c64[2]) -> (%y, %z) {
	%y = Gather(%x, %i)
	%s = ScatterElements(%x, %i, %u)
	%z = Concat(%s, %y) {axis = 0}
}
run x = c64[3] [(1, 2), (3, 4), (5, 6)], i = i64[2] [2, 0], u = c64[2] [(7, 7), (8, 9)]
gives y = c64[2] [(5, 6), (1, 2)], z = c64[5] [(8, 9), (3, 4), (7, 7), (5, 6), (1, 2)]

== the bits of two floats are those of one
graph (%x c64[2], %k f64[2]) -> (%bits, %y) {
	%bits = BitCast(%x) {to = i64}
	%same = BitCast(%k) {to = c64}
	%y = BitCast(%same) {to = f64}
}
run x = c64[2] [(1, 2), (0, -1)], k = f64[2] [1.5, -3]
gives bits = i64[2] [4611686019492741120, -4647714815446351872], y = f64[2] [1.5, -3]

== no tensor is filled with them
fails E-TYPE "value is c64"
graph () -> (%y) {
	%s i64[1] = const [2]
	%y = ConstantOfShape(%s) {value = c64[1] [(1.5, 2)]}
}

== nor with text
fails E-TYPE "value is str"
graph () -> (%y) {
	%s i64[1] = const [2]
	%y = ConstantOfShape(%s) {value = str[1] ["a"]}
}
