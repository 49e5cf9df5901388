Shares of a softmax that only weigh the terms of sums may be 0 before they are subnormal.

== weights of values, moved and chosen on their way
pass underflow
graph (%s f32[2,3,4], %v f32[3,8], %m bool[3,2,1]) -> (%y) {
	%zero f32[] = const [0]
	%p = Softmax(%s)
	%t = Transpose(%p) {perm = [1, 0, 2]}
	%w = Where(%m, %t, %zero)
	%to i64[2] = const [8, 3]
	%r = Reshape(%w, %to)
	%y = MatMul(%r, %v)
}
->
graph (%s f32[2,3,4], %v f32[3,8], %m bool[3,2,1]) -> (%y) {
	%zero f32[] = const [0]
	%to i64[2] = const [8, 3]
	%p = tcc.Softmax(%s)
	%t = Transpose(%p) {perm = [1, 0, 2]}
	%w = Where(%m, %t, %zero)
	%r = Reshape(%w, %to)
	%y = MatMul(%r, %v)
}

== somebody else reads them
pass underflow
graph (%s f32[2,4], %v f32[4,8]) -> (%y, %z) {
	%p = Softmax(%s)
	%y = MatMul(%p, %v)
	%z = Log(%p)
}
->
graph (%s f32[2,4], %v f32[4,8]) -> (%y, %z) {
	%p = Softmax(%s)
	%y = MatMul(%p, %v)
	%z = Log(%p)
}

== added to a product, it is no factor
pass underflow
graph (%s f32[2,4], %a f32[2,3], %b f32[3,4]) -> (%y) {
	%p = Softmax(%s)
	%y = Gemm(%a, %b, %p)
}
->
graph (%s f32[2,4], %a f32[2,3], %b f32[3,4]) -> (%y) {
	%p = Softmax(%s)
	%y = Gemm(%a, %b, %p)
}
