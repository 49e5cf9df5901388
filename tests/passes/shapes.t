== Sizes of the input become a constant
pass shapes
graph (%x f32[2,3,8,8]) -> (%y) {
	%s = Shape(%x)
	%zero i64[] = const [0]
	%axes i64[1] = const [0]
	%rest i64[1] = const [-1]
	%n = Gather(%s, %zero)
	%u = Unsqueeze(%n, %axes)
	%to = Concat(%u, %rest) {axis = 0}
	%y = Reshape(%x, %to)
}
->
graph (%x f32[2,3,8,8]) -> (%y) {
	%to i64[2] = const [2, -1]
	%y = Reshape(%x, %to)
}
== Arithmetic on sizes
pass shapes
graph (%x f32[2,6]) -> (%y) {
	%s = Shape(%x) {start = 1}
	%two i64[1] = const [2]
	%half = Div(%s, %two)
	%to = Concat(%half, %two, %two) {axis = 0}
	%y = Reshape(%x, %to)
}
->
graph (%x f32[2,6]) -> (%y) {
	%to i64[3] = const [3, 2, 2]
	%y = Reshape(%x, %to)
}
== A symbol with one possible value is a number
pass shapes
symbol n = 4..4
graph (%x f32[n,3]) -> (%y, %z) {
	%y = Shape(%x)
	%z = Relu(%x)
}
->
graph (%x f32[4,3]) -> (%c "y", %z) {
	%c i64[2] = const [4, 3]
	%z = Relu(%x)
}
== Sizes that are not known stay computed
pass shapes
graph (%x f32[n,3]) -> (%y) {
	%y = Shape(%x)
}
->
same
