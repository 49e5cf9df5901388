Sizes that data decide and that meet: equal, or one of them 1; everything else is refused while the model runs.

== elements that two masks choose
graph (%x f32[6], %y f32[6]) -> (%z) { %p = NonZero(%x) %q = NonZero(%y) %z = Add(%p, %q) }
run x = f32[6] [0, 1, 0, 1, 0, 0], y = f32[6] [1, 1, 0, 0, 0, 0] gives z = i64[1,2] [1, 4]
run x = f32[6] [0, 1, 0, 0, 0, 0], y = f32[6] [1, 1, 0, 0, 0, 1] gives z = i64[1,3] [1, 2, 6]
run x = f32[6] [0, 1, 0, 1, 1, 0], y = f32[6] [0, 0, 0, 0, 1, 0] gives z = i64[1,3] [5, 7, 8]
run x = f32[6] [0, 0, 0, 0, 0, 0], y = f32[6] [0, 0, 0, 0, 1, 0] gives z = i64[1,0] []
run x = f32[6] [0, 0, 0, 0, 0, 0], y = f32[6] [0, 0, 0, 0, 0, 0] gives z = i64[1,0] []

== of different number
fails E-SHAPE
graph (%x f32[6], %y f32[6]) -> (%z) { %p = NonZero(%x) %q = NonZero(%y) %z = Add(%p, %q) }
run x = f32[6] [0, 1, 0, 1, 0, 0], y = f32[6] [1, 1, 1, 0, 0, 0] gives z = i64[1,2] [1, 4]

== none and some
fails E-SHAPE
graph (%x f32[6], %y f32[6]) -> (%z) { %p = NonZero(%x) %q = NonZero(%y) %z = Add(%p, %q) }
run x = f32[6] [0, 0, 0, 0, 0, 0], y = f32[6] [1, 1, 1, 0, 0, 0] gives z = i64[1,2] [1, 4]

== joined along another axis
graph (%x f32[6], %y f32[6]) -> (%z) { %p = NonZero(%x) %q = NonZero(%y) %z = Concat(%p, %q) {axis = 0} }
run x = f32[6] [0, 1, 0, 1, 0, 0], y = f32[6] [1, 1, 0, 0, 0, 0] gives z = i64[2,2] [1, 3, 0, 1]

== joined, and different
fails E-SHAPE
graph (%x f32[6], %y f32[6]) -> (%z) { %p = NonZero(%x) %q = NonZero(%y) %z = Concat(%p, %q) {axis = 0} }
run x = f32[6] [0, 1, 0, 1, 0, 0], y = f32[6] [0, 1, 0, 0, 0, 0] gives z = i64[2,2] [1, 3, 0, 1]

== a number of them
graph (%x f32[6], %y f32[3]) -> (%z, %w) {
	%p = NonZero(%x)
	%f = Cast(%p) {to = f32}
	%z = Mul(%f, %y)
	%s i64[2] = const [3, 1]
	%w = Reshape(%p, %s)
}
run x = f32[6] [0, 1, 0, 1, 0, 1], y = f32[3] [1, 2, 3] gives z = f32[1,3] [1, 6, 15], w = i64[3,1] [1, 3, 5]

== one too many
fails E-SHAPE
graph (%x f32[6], %y f32[3]) -> (%z) { %p = NonZero(%x) %f = Cast(%p) {to = f32} %z = Mul(%f, %y) }
run x = f32[6] [0, 1, 0, 1, 1, 1], y = f32[3] [1, 2, 3] gives z = f32[1,3] [1, 6, 15]

== asked in the branch that is taken only
symbol j = 0..6 counted
symbol k = 0..6 counted
graph (%x f32[6], %y f32[6], %c bool[]) -> (%z) {
	%p i64[1,j] = NonZero(%x)
	%q i64[1,k] = NonZero(%y)
	%z i64[1] = If(%c, %p, %q, %p) then_branch = graph "sum" (| %p i64[1,j], %q i64[1,k]) -> (%s) {
		%b = Add(%p, %q)
		%ax i64[1] = const [1]
		%s = ReduceSum(%b, %ax) {keepdims = 0}
	} else_branch = graph "one" (| %p i64[1,j]) -> (%s) {
		%ax i64[1] = const [1]
		%s = ReduceSum(%p, %ax) {keepdims = 0}
	}
}
run x = f32[6] [0, 1, 0, 1, 0, 0], y = f32[6] [1, 1, 0, 0, 0, 0], c = bool[] [true] gives z = i64[1] [5]
run x = f32[6] [0, 1, 0, 1, 0, 0], y = f32[6] [1, 1, 1, 0, 0, 0], c = bool[] [false] gives z = i64[1] [4]

== more new rows than a cache has
fails E-SHAPE
symbol n = 1..4
symbol k = 1..4
graph (%c f32[1,n,1], %u f32[1,k,1]) -> (%y) { %y = TensorScatter(%c, %u) {axis = 1} }
run c = f32[1,2,1] [1, 2], u = f32[1,3,1] [3, 4, 5] gives y = f32[1,2,1] [3, 4]

== as many as there are, and fewer
symbol n = 1..4
symbol k = 1..4
graph (%c f32[1,n,1], %u f32[1,k,1]) -> (%y) { %y = TensorScatter(%c, %u) {axis = 1} }
run c = f32[1,2,1] [1, 2], u = f32[1,2,1] [3, 4] gives y = f32[1,2,1] [3, 4]
run c = f32[1,4,1] [1, 2, 5, 6], u = f32[1,1,1] [3] gives y = f32[1,4,1] [3, 2, 5, 6]

== a size that is taken for equal to another, and becomes a constant
graph (%x f32[4,2]) -> (%y) {
	%half f32[1] = const [0.5]
	%axis i64[1] = const [0]
	%k i64[3] = const [2, 1, 3]
	%sum = Add(%half, %half)
	%one = Cast(%sum) {to = i64}
	%from = Slice(%k, %axis, %one, %axis)
	%to = Add(%from, %one)
	%y = Slice(%x, %from, %to, %axis)
}
run x = f32[4,2] [1, 2, 3, 4, 5, 6, 7, 8]
gives y = f32[1,2] [5, 6]
