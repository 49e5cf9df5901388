Sums of many elements: along rows and across them, of products of every shape.

== reductions
strict
graph (%x f32[5,7,67]) -> (%a, %b, %c, %d, %e, %f, %g) {
	%last i64[1] = const [-1]
	%first i64[1] = const [0]
	%outer i64[2] = const [0, 2]
	%a = ReduceSum(%x, %last)
	%b = ReduceMean(%x, %first)
	%c = ReduceSum(%x, %outer)
	%d = ReduceProd(%x, %last)
	%e = ReduceL2(%x)
	%f = ReduceLogSumExp(%x, %last)
	%g = CumSum(%x, %first)
}

== products
strict
graph (%x f32[2,19,67], %y f32[2,67,33], %z f32[67]) -> (%a, %b, %c, %d) {
	%i f32[] = const [0]
	%n f32[] = const [4623]
	%one f32[] = const [1]
	%r = Range(%i, %n, %one)
	%s = Sin(%r)
	%shape i64[2] = const [67, 69]
	%w f32[67,69] = Reshape(%s, %shape)
	%a = MatMul(%x, %y)
	%b = MatMul(%x, %w)
	%c = MatMul(%x, %z)
	%d = Einsum(%x, %y) {equation = "bij,bjk->ik"}
}

== products with a function over them
strict
graph (%x f32[13,67], %w f32[67,33], %b f32[33]) -> (%a, %c, %d) {
	%p = MatMul(%x, %w)
	%q = Add(%p, %b)
	%a = Sigmoid(%q)
	%r = MatMul(%x, %w)
	%c = Sin(%r)
	%d = Gemm(%x, %w, %b) {alpha = 0.3, beta = 1.7}
}

== halves
strict
graph (%x f16[9,33], %w f16[33,17]) -> (%a, %b) {
	%a = MatMul(%x, %w)
	%b = Mul(%x, %x)
}
