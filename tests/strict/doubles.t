Doubles, integers and bools in vectors.

== doubles
strict
graph (%a f64[5,37], %b f64[37,21], %c f64[5,37], %x f32[5,37], %e f64[70,45]) -> (%p, %q, %r, %s, %t, %u, %v) {
	%p f64[5,21] = MatMul(%a, %b)
	%m = Mul(%a, %c)
	%q f64[5,37] = Add(%m, %c)
	%th = Tanh(%c)
	%ex = Exp(%th)
	%r f64[5,37] = Sqrt(%ex)
	%i = Cast(%x) {to = i64}
	%d = Cast(%i) {to = f64}
	%s bool[5,37] = Less(%d, %c)
	%axes i64[1] = const [1]
	%t f64[5] = ReduceSum(%a, %axes) {keepdims = 0}
	%first i64[1] = const [0]
	%u f64[45] = ReduceSum(%e, %first) {keepdims = 0}
	%co = Acos(%x)
	%v f32[5,37] = Sinh(%co)
}
