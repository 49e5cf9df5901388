== One row of the outermost axis
pass algebra
graph (%x f32[1,4,5]) -> (%y) {
	%i i64[] = const [-1]
	%y = Gather(%x, %i) {axis = 1}
}
->
graph (%x f32[1,4,5]) -> (%y) {
	%from i64[1] = const [3]
	%to i64[1] = const [4]
	%axis i64[1] = const [1]
	%a = Slice(%x, %from, %to, %axis)
	%s i64[2] = const [1, 5]
	%y = Reshape(%a, %s)
}
== Neighbouring rows
pass algebra
graph (%x f32[4,5]) -> (%y) {
	%i i64[2] = const [1, -2]
	%y = Gather(%x, %i)
}
->
graph (%x f32[4,5]) -> (%y) {
	%from i64[1] = const [1]
	%to i64[1] = const [3]
	%axis i64[1] = const [0]
	%y = Slice(%x, %from, %to, %axis)
}
== Rows that lie apart
pass algebra
graph (%x f32[4,5]) -> (%y) {
	%i i64[2] = const [1, 3]
	%y = Gather(%x, %i)
}
->
same
== Columns lie apart
pass algebra
graph (%x f32[4,5]) -> (%y) {
	%i i64[] = const [1]
	%y = Gather(%x, %i) {axis = 1}
}
->
same
== Concat in Concat
pass algebra
graph (%x f32[2,3], %z f32[2,4]) -> (%y) {
	%a = Concat(%x, %z) {axis = 1}
	%b = Concat(%z, %x) {axis = -1}
	%y = Concat(%a, %x, %b) {axis = 1}
}
->
graph (%x f32[2,3], %z f32[2,4]) -> (%y) {
	%y = Concat(%x, %z, %x, %z, %x) {axis = 1}
}
== Concat along another axis
pass algebra
graph (%x f32[2,3], %z f32[2,3]) -> (%y) {
	%a = Concat(%x, %z) {axis = 1}
	%y = Concat(%a, %a) {axis = 0}
}
->
same
