Comparisons and the types they take.

== Equal: complex numbers
fails E-TYPE "c64"
graph (%a c64[2], %b c64[2]) -> (%y) { %y = Equal(%a, %b) }

== with the least and the most of a type
graph (%x i64[1,2], %u u8[3]) -> (%y, %z, %l, %g, %m) {
	%k i64[] = const [9223372036854775807]
	%n i64[] = const [-9223372036854775808]
	%y = Trilu(%x, %k) {upper = 0}
	%z = Trilu(%x, %n) {upper = 0}
	%l = Less(%x, %n)
	%g = GreaterOrEqual(%x, %n)
	%b u8[] = const [255]
	%m = LessOrEqual(%u, %b)
}
run x = i64[1,2] [-9223372036854775808, 5], u = u8[3] [0, 255, 1]
gives y = i64[1,2] [-9223372036854775808, 5], z = i64[1,2] [0, 0], l = bool[1,2] [false, false],
    g = bool[1,2] [true, true], m = bool[3] [true, true, true]
