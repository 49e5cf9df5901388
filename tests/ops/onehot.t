OneHot(i, depth, [off, on])[.., k] = on where k is i, or i + depth.

== rows of a table by their number, which may be none
graph (%i i64[6], %s f32[13]) -> (%y) {
	%depth i64[] = const [13]
	%values i64[2] = const [0, 1]
	%o i64[6,13] = OneHot(%i, %depth, %values)
	%f f32[6,13] = Cast(%o) {to = f32}
	%p = Mul(%f, %s)
	%one i64[1] = const [1]
	%y = ReduceSum(%p, %one) {keepdims = 0}
}
run i = i64[6] [0, 12, -1, -13, 13, 4294967296], s = f32[13] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]
gives y = f32[6] [1, 13, 13, 1, 0, 0]

== on and off that are no 0 and 1
graph (%i i64[2]) -> (%y) {
	%depth i64[] = const [3]
	%values f32[2] = const [-2, 0.5]
	%y = OneHot(%i, %depth, %values)
}
run i = i64[2] [1, 7]
gives y = f32[2,3] [-2, 0.5, -2, -2, -2, -2]

== more axes than there may be
fails E-UNSUPPORTED "up to 7 is supported"
graph (%i i64[1,1,1,1,1,1,1,2]) -> (%y) {
	%depth i64[] = const [3]
	%values f32[2] = const [0, 1]
	%y = OneHot(%i, %depth, %values)
}
