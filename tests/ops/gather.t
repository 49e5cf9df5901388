Gather(x, i): slices of x along an axis, in the order of i; negative indices count from the end.

== rows
graph (%x f32[3,2], %i i64[2]) -> (%y) {
	%y f32[2,2] = Gather(%x, %i)
}
run x = f32[3,2] [1, 2, 3, 4, 5, 6], i = i64[2] [2, -3] gives y = f32[2,2] [5, 6, 1, 2]

== columns of packed elements
graph (%x u4[2,3], %i i32[2]) -> (%y) {
	%y u4[2,2] = Gather(%x, %i) {axis = 1}
}
run x = u4[2,3] [1, 2, 3, 4, 5, 15], i = i32[2] [2, 0] gives y = u4[2,2] [3, 1, 15, 4]

== an index outside
fails E-INDEX
graph (%x f32[3], %i i64[1]) -> (%y) {
	%y = Gather(%x, %i)
}
run i = i64[1] [3], x = f32[3] [1, 2, 3] gives y = f32[1] [0]
