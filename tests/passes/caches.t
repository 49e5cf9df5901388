A cache that is an output is copied as a whole, and its new rows are written over that.

== of the graph
pass caches
graph (%x f32[1,8,4], %u f32[1,1,4], %w i64[1]) -> (%y) {
	%y = TensorScatter(%x, %u, %w) {axis = 1, mode = circular}
}
->
graph (%x f32[1,8,4], %u f32[1,1,4], %w i64[1]) -> (%y) {
	%y = tcc.TensorScatter(%x, %u, %w) {axis = 1, mode = circular}
}

== of a body, which is a state that stays where it is
pass caches
graph (%x f32[1,8,4], %u f32[1,1,4], %w i64[1], %m i64[]) -> (%y) {
	%yes bool[] = const [true]
	%y f32[1,8,4] = Loop(%m, %yes, %x, %u, %w)
	 body = graph (%t i64[], %go bool[], %s f32[1,8,4] | %v f32[1,1,4], %k i64[1]) -> (%go, %n) { %n f32[1,8,4] = TensorScatter(%s, %v, %k) }
}
->
graph (%x f32[1,8,4], %u f32[1,1,4], %w i64[1], %m i64[]) -> (%y) {
	%yes bool[] = const [true]
	%y f32[1,8,4] = Loop(%m, %yes, %x, %u, %w)
	 body = graph (%t i64[], %go bool[], %s f32[1,8,4] | %v f32[1,1,4], %k i64[1]) -> (%go, %n) { %n f32[1,8,4] = tcc.TensorScatter(%s, %v, %k) }
}

== of nothing: who reads it makes its elements in passing
pass caches
graph (%x f32[1,8,4], %u f32[1,1,4], %w i64[1]) -> (%z) {
	%y = TensorScatter(%x, %u, %w)
	%z = Neg(%y)
}
->
graph (%x f32[1,8,4], %u f32[1,1,4], %w i64[1]) -> (%z) {
	%y = TensorScatter(%x, %u, %w)
	%z = Neg(%y)
}

== elements below a byte are no places of their own
pass caches
graph (%x u4[1,8,4], %u u4[1,1,4]) -> (%y) { %y = TensorScatter(%x, %u) }
->
graph (%x u4[1,8,4], %u u4[1,1,4]) -> (%y) { %y = TensorScatter(%x, %u) }
