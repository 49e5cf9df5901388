Reshape(x, shape): the same elements in other sizes; 0 keeps a size, -1 is what is left over.

== zero and minus one
graph (%x f32[2,3,2]) -> (%y) {
	%s i64[2] = const [0, -1]
	%y f32[2,6] = Reshape(%x, %s)
}
run x = f32[2,3,2] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
gives y = f32[2,6] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]

== sizes computed from a shape
graph (%x f32[n,2,3]) -> (%y) {
	%shape = Shape(%x)
	%first i64[1] = const [0]
	%n i64[1] <n> = Gather(%shape, %first)
	%rest i64[1] = const [6]
	%s i64[2] <n, 6> = Concat(%n, %rest) {axis = 0}
	%y f32[n,6] = Reshape(%x, %s)
}
run x = f32[1,2,3] [1, 2, 3, 4, 5, 6] gives y = f32[1,6] [1, 2, 3, 4, 5, 6]
run x = f32[0,2,3] [] gives y = f32[0,6] []

== two sizes left over
fails E-SHAPE
graph (%x f32[4]) -> (%y) {
	%s i64[2] = const [-1, -1]
	%y = Reshape(%x, %s)
}

== an element too many
fails E-SHAPE
graph (%x f32[4]) -> (%y) {
	%s i64[1] = const [5]
	%y = Reshape(%x, %s)
}

== Squeeze of an axis whose size data decide
graph (%x f32[2,3,1], %i i64[1], %j i64[1]) -> (%y) {
	%a i64[1] = const [1]
	%s = Slice(%x, %i, %j, %a)
	%ax i64[2] = const [1, -1]
	%y f32[2] = Squeeze(%s, %ax)
}
run x = f32[2,3,1] [1, 2, 3, 4, 5, 6], i = i64[1] [1], j = i64[1] [2] gives y = f32[2] [2, 5]
run x = f32[2,3,1] [1, 2, 3, 4, 5, 6], i = i64[1] [2], j = i64[1] [9] gives y = f32[2] [3, 6]

== Squeeze of an axis that turns out longer
fails E-SHAPE
graph (%x f32[2,3], %i i64[1], %j i64[1]) -> (%y) {
	%a i64[1] = const [1]
	%s = Slice(%x, %i, %j, %a)
	%y f32[2] = Squeeze(%s, %a)
}
run x = f32[2,3] [1, 2, 3, 4, 5, 6], i = i64[1] [1], j = i64[1] [3] gives y = f32[2] [2, 5]
