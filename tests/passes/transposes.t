== Two Transposes are one
pass algebra
graph (%x f32[2,3,4]) -> (%y) {
	%a = Transpose(%x) {perm = [1, 2, 0]}
	%b = Transpose(%a) {perm = [1, 0, 2]}
	%y = Relu(%b)
}
->
graph (%x f32[2,3,4]) -> (%y) {
	%b = Transpose(%x) {perm = [2, 1, 0]}
	%y = Relu(%b)
}
== Two Transposes are none
pass algebra
graph (%x f32[2,3,4]) -> (%y) {
	%a = Transpose(%x) {perm = [1, 2, 0]}
	%b = Transpose(%a) {perm = [2, 0, 1]}
	%y = Relu(%b)
}
->
graph (%x f32[2,3,4]) -> (%y) {
	%y = Relu(%x)
}
== An axis of size 1 moves: a view
pass algebra
graph (%x f32[2,1,4,5]) -> (%y) {
	%a = Transpose(%x) {perm = [0, 2, 3, 1]}
	%y = Relu(%a)
}
->
graph (%x f32[2,1,4,5]) -> (%y) {
	%s i64[4] = const [2, 4, 5, 1]
	%a = Reshape(%x, %s)
	%y = Relu(%a)
}
== Past pointwise nodes, with a constant along the channels
pass algebra
graph (%x f32[1,3,4,5]) -> (%y) {
	%a = Transpose(%x) {perm = [0, 2, 3, 1]}
	%c f32[3] = const [1, 2, 3]
	%b = Add(%a, %c)
	%d = Relu(%b)
	%y = Transpose(%d) {perm = [0, 3, 1, 2]}
}
->
graph (%x f32[1,3,4,5]) -> (%y) {
	%c f32[3] = const [1, 2, 3]
	%s i64[4] = const [1, 3, 1, 1]
	%r = Reshape(%c, %s)
	%b = Add(%x, %r)
	%y = Relu(%b)
}
== Both branches of an addition
pass algebra
graph (%x f32[2,3,4], %z f32[2,3,4]) -> (%y) {
	%a = Transpose(%x) {perm = [0, 2, 1]}
	%b = Transpose(%z) {perm = [0, 2, 1]}
	%c = Add(%a, %b)
	%y = Transpose(%c) {perm = [0, 2, 1]}
}
->
graph (%x f32[2,3,4], %z f32[2,3,4]) -> (%y) {
	%y = Add(%x, %z)
}
== Through Concat, along another axis
pass algebra
graph (%x f32[2,3,4], %z f32[2,5,4]) -> (%y) {
	%a = Transpose(%x) {perm = [0, 2, 1]}
	%b = Transpose(%z) {perm = [0, 2, 1]}
	%c = Concat(%a, %b) {axis = -1}
	%y = Transpose(%c) {perm = [0, 2, 1]}
}
->
graph (%x f32[2,3,4], %z f32[2,5,4]) -> (%y) {
	%y = Concat(%x, %z) {axis = 1}
}
== A branch in its own order keeps the others where they are
pass algebra
graph (%x f32[2,3,4], %z f32[2,4,3]) -> (%y) {
	%a = Transpose(%x) {perm = [0, 2, 1]}
	%c = Add(%a, %z)
	%y = Transpose(%c) {perm = [0, 2, 1]}
}
->
same
== A value that others read too stays as it is
pass algebra
graph (%x f32[2,3,4]) -> (%y, %b) {
	%a = Transpose(%x) {perm = [0, 2, 1]}
	%b = Relu(%a)
	%y = Transpose(%b) {perm = [0, 2, 1]}
}
->
same
== Past quantisation with one scale
pass algebra
graph (%x f32[2,3,4]) -> (%y) {
	%s f32[] = const [0.1]
	%z i8[] = const [3]
	%a = Transpose(%x) {perm = [0, 2, 1]}
	%q = QuantizeLinear(%a, %s, %z)
	%d = DequantizeLinear(%q, %s, %z)
	%y = Transpose(%d) {perm = [0, 2, 1]}
}
->
graph (%x f32[2,3,4]) -> (%y) {
	%s f32[] = const [0.1]
	%z i8[] = const [3]
	%q = QuantizeLinear(%x, %s, %z)
	%y = DequantizeLinear(%q, %s, %z)
}
== Parameters along an axis keep it where it is
pass algebra
graph (%x f32[2,3,4]) -> (%y) {
	%s f32[3] = const [0.1, 0.2, 0.3]
	%a = Transpose(%x) {perm = [0, 2, 1]}
	%q = QuantizeLinear(%a, %s) {axis = 2}
	%y = Transpose(%q) {perm = [0, 2, 1]}
}
->
same
