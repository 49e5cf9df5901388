One block of a transformer: normalisation, attention of three heads, an activation with erf.

== a block
strict
graph (%x f32[1,11,48], %wq f32[48,48], %wk f32[48,48], %wv f32[48,48], %up f32[48,96], %down f32[96,48], %g f32[48], %b f32[48]) -> (%y) {
	%shape i64[4] = const [1, 11, 3, 16]
	%flat i64[3] = const [1, 11, 48]
	%scale f32[] = const [0.25]
	%n = LayerNormalization(%x, %g, %b)
	%q0 = MatMul(%n, %wq)
	%k0 = MatMul(%n, %wk)
	%v0 = MatMul(%n, %wv)
	%q1 = Reshape(%q0, %shape)
	%k1 = Reshape(%k0, %shape)
	%v1 = Reshape(%v0, %shape)
	%q = Transpose(%q1) {perm = [0, 2, 1, 3]}
	%k = Transpose(%k1) {perm = [0, 2, 3, 1]}
	%v = Transpose(%v1) {perm = [0, 2, 1, 3]}
	%s0 = MatMul(%q, %k)
	%s = Mul(%s0, %scale)
	%p = Softmax(%s)
	%h0 = MatMul(%p, %v)
	%h1 = Transpose(%h0) {perm = [0, 2, 1, 3]}
	%h = Reshape(%h1, %flat)
	%r = Add(%x, %h)
	%m = RMSNormalization(%r, %g)
	%u = MatMul(%m, %up)
	%a = Gelu(%u)
	%d = MatMul(%a, %down)
	%y = Add(%r, %d)
}
