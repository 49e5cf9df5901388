Operators that round once: sums in doubles, and whatever a composite computes on its way.

== sums
strict exact
graph (%x f32[5,7,67], %y f32[3,130]) -> (%a, %b, %c, %d, %e, %f, %g, %h) {
	%last i64[1] = const [-1]
	%first i64[1] = const [0]
	%one i64[] = const [1]
	%a = ReduceSum(%x, %last)
	%b = ReduceMean(%x, %first)
	%c = ReduceL2(%x)
	%d = ReduceLogSumExp(%x, %last)
	%e = CumSum(%y, %one)
	%f = Softmax(%x)
	%g = LogSoftmax(%x) {axis = 1}
	%h = MeanVarianceNormalization(%x) {axes = [0, 2]}
}

== products
strict exact
graph (%x f32[2,19,67], %y f32[2,67,33], %z f32[67], %w f32[67,33], %b f32[33]) -> (%a, %c, %d, %e) {
	%a = MatMul(%x, %y)
	%c = MatMul(%x, %z)
	%d = Einsum(%x, %y) {equation = "bij,bjk->ik"}
	%shape i64[2] = const [38, 67]
	%u f32[38,67] = Reshape(%x, %shape)
	%e = Gemm(%u, %w, %b) {alpha = 0.3, beta = 1.7}
}

== windows
strict exact
graph (%x f32[2,6,11,9], %w f32[10,3,3,3], %b f32[10], %v f32[6,4,3,3]) -> (%y, %z, %p, %q, %r) {
	%y = Conv(%x, %w, %b) {pads = [1, 1, 1, 1], group = 2}
	%z = ConvTranspose(%x, %v) {strides = [2, 2]}
	%p = AveragePool(%x) {kernel_shape = [3, 3], strides = [2, 2], pads = [1, 1, 1, 1]}
	%q = GlobalAveragePool(%x)
	%r = LRN(%x) {size = 3}
}

== a convolution of constants, and an activation behind it
strict
graph (%x f32[1,3,17,19]) -> (%y) {
	%zero f32[] = const [0]
	%one f32[] = const [1]
	%n f32[] = const [891]
	%r = Range(%zero, %n, %one)
	%s = Sin(%r)
	%shape i64[4] = const [33, 3, 3, 3]
	%w f32[33,3,3,3] = Reshape(%s, %shape)
	%six f32[] = const [6]
	%c = Conv(%x, %w) {pads = [1, 1, 1, 1]}
	%d = Div(%c, %six)
	%e = Sub(%d, %one)
	%f = Mul(%e, %c)
	%y = Relu(%f)
}

== norms
strict exact
graph (%x f32[2,12,5,7], %s f32[12], %b f32[12], %g f32[7], %h f32[7]) -> (%i, %n, %l, %r, %p) {
	%i = InstanceNormalization(%x, %s, %b)
	%n = GroupNormalization(%x, %s, %b) {num_groups = 3}
	%l = LayerNormalization(%x, %g, %h)
	%r = RMSNormalization(%x, %g)
	%p = LpNormalization(%x) {axis = 1}
}

== composites
strict exact
graph (%x f32[9,2,5], %w f32[2,28,5], %r f32[2,28,7], %b f32[2,56], %q f32[1,2,6,8], %k f32[1,2,10,8], %v f32[1,2,10,8]) -> (%y, %h, %c, %a) {
	%y, %h, %c = LSTM(%x, %w, %r, %b) {hidden_size = 7, direction = bidirectional}
	%a = Attention(%q, %k, %v)
}
