Products of dequantised tensors. The graphs are evaluated before and after as well: the factors round.

== a convolution with a scale a channel, and a bias
pass integers
graph (%u u8[1,2,3,3]) -> (%y) {
	%s f32[] = const [0.5]
	%z u8[] = const [128]
	%v i8[2,2,1,1] = const [1, -2, 3, -4]
	%r f32[2] = const [0.25, 0.5]
	%b f32[2] = const [1, 2]
	%x = DequantizeLinear(%u, %s, %z)
	%w = DequantizeLinear(%v, %r) {axis = 0}
	%y = Conv(%x, %w, %b) {pads = [1, 1, 1, 1]}
}
->
graph (%u u8[1,2,3,3]) -> (%y) {
	%s f32[] = const [0.5]
	%z u8[] = const [128]
	%v i8[2,2,1,1] = const [1, -2, 3, -4]
	%r f32[2] = const [0.25, 0.5]
	%b f32[2] = const [1, 2]
	%a1 i64[2] = const [1, 2]
	%a2 i64[2] = const [1, 2]
	%t = ConvInteger(%u, %v, %z, _) {pads = [1, 1, 1, 1]}
	%f = Cast(%t) {to = f32}
	%r1 = Unsqueeze(%r, %a1)
	%sr = Mul(%s, %r1)
	%p = Mul(%f, %sr)
	%b1 = Unsqueeze(%b, %a2)
	%y = Add(%p, %b1)
}
== a product of matrices
pass integers
graph (%u i8[2,3]) -> (%y) {
	%s f32[] = const [0.5]
	%z i8[] = const [-128]
	%v u8[3,2] = const [1, 2, 3, 4, 255, 0]
	%r f32[] = const [0.25]
	%o u8[] = const [7]
	%x = DequantizeLinear(%u, %s, %z)
	%w = DequantizeLinear(%v, %r, %o)
	%y = MatMul(%x, %w)
}
->
graph (%u i8[2,3]) -> (%y) {
	%s f32[] = const [0.5]
	%z i8[] = const [-128]
	%v u8[3,2] = const [1, 2, 3, 4, 255, 0]
	%r f32[] = const [0.25]
	%o u8[] = const [7]
	%t = MatMulInteger(%u, %v, %z, %o)
	%f = Cast(%t) {to = f32}
	%sr = Mul(%s, %r)
	%y = Mul(%f, %sr)
}
== Gemm with a scale a row of the transposed weights
pass integers
graph (%u u8[2,3]) -> (%y) {
	%s f32[] = const [0.5]
	%v i8[2,3] = const [1, 2, 3, 4, -128, 127]
	%r f32[2] = const [0.25, 0.75]
	%b f32[2] = const [1, 2]
	%x = DequantizeLinear(%u, %s)
	%w = DequantizeLinear(%v, %r) {axis = 0}
	%y = Gemm(%x, %w, %b) {transB = 1}
}
->
graph (%u u8[2,3]) -> (%y) {
	%s f32[] = const [0.5]
	%v i8[2,3] = const [1, 2, 3, 4, -128, 127]
	%r f32[2] = const [0.25, 0.75]
	%b f32[2] = const [1, 2]
	%vt = Transpose(%v) {perm = [1, 0]}
	%t = MatMulInteger(%u, %vt, _, _)
	%f = Cast(%t) {to = f32}
	%sr = Mul(%s, %r)
	%p = Mul(%f, %sr)
	%y = Add(%p, %b)
}
== scales along the axis of the sum stay
pass integers
graph (%u u8[2,3]) -> (%y) {
	%s f32[] = const [0.5]
	%v i8[3,2] = const [1, 2, 3, 4, 5, 6]
	%r f32[3] = const [0.25, 0.5, 0.75]
	%x = DequantizeLinear(%u, %s)
	%w = DequantizeLinear(%v, %r) {axis = 0}
	%y = MatMul(%x, %w)
}
->
same
== data by data stays
pass integers
graph (%u u8[2,3], %v u8[3,2]) -> (%y) {
	%s f32[] = const [0.5]
	%x = DequantizeLinear(%u, %s)
	%w = DequantizeLinear(%v, %s)
	%y = MatMul(%x, %w)
}
->
same
== a factor before the rounding, and before the rectifier
pass integers
graph (%x f32[4]) -> (%q) {
	%s f32[] = const [4]
	%z u8[] = const [3]
	%y = Relu(%x)
	%q = QuantizeLinear(%y, %s, %z)
}
->
graph (%x f32[4]) -> (%q) {
	%k f32[] = const [0.25]
	%one f32[] = const [1]
	%z u8[] = const [3]
	%t = Mul(%x, %k)
	%y = Relu(%t)
	%q = QuantizeLinear(%y, %one, %z)
}
== a rectifier before a zero that is the lowest number
pass integers
graph (%x f32[4]) -> (%q) {
	%s f32[] = const [1]
	%z i8[] = const [-128]
	%y = Relu(%x)
	%q = QuantizeLinear(%y, %s, %z)
}
->
graph (%x f32[4]) -> (%q) {
	%s f32[] = const [1]
	%z i8[] = const [-128]
	%q = QuantizeLinear(%x, %s, %z)
}
== a factor before the rounding becomes one of the scales in a sum
pass integers
graph (%u u8[4], %v i8[4]) -> (%q) {
	%s f32[] = const [0.5]
	%zu u8[] = const [128]
	%r f32[] = const [2]
	%a f32[] = const [4]
	%z u8[] = const [3]
	%x = DequantizeLinear(%u, %s, %zu)
	%w = DequantizeLinear(%v, %r)
	%y = Add(%x, %w)
	%q = QuantizeLinear(%y, %a, %z)
}
->
graph (%u u8[4], %v i8[4]) -> (%q) {
	%s f32[] = const [0.5]
	%zu u8[] = const [128]
	%r f32[] = const [2]
	%k f32[] = const [0.25]
	%one f32[] = const [1]
	%z u8[] = const [3]
	%sk = Mul(%s, %k)
	%uf = Cast(%u) {to = f32}
	%x1 = Mul(%uf, %sk)
	%zf = Cast(%zu) {to = f32}
	%zk = Mul(%zf, %sk)
	%x = Sub(%x1, %zk)
	%rk = Mul(%r, %k)
	%vf = Cast(%v) {to = f32}
	%w = Mul(%vf, %rk)
	%y = Add(%x, %w)
	%q = QuantizeLinear(%y, %one, %z)
}
== a sum that somebody else reads keeps its scales
pass integers
graph (%u u8[4], %v i8[4]) -> (%q, %y) {
	%s f32[] = const [0.5]
	%a f32[] = const [4]
	%z u8[] = const [3]
	%x = DequantizeLinear(%u, %s)
	%w = DequantizeLinear(%v, %s)
	%y = Add(%x, %w)
	%q = QuantizeLinear(%y, %a, %z)
}
->
graph (%u u8[4], %v i8[4]) -> (%q, %y) {
	%s f32[] = const [0.5]
	%k f32[] = const [0.25]
	%one f32[] = const [1]
	%z u8[] = const [3]
	%x = DequantizeLinear(%u, %s)
	%w = DequantizeLinear(%v, %s)
	%y = Add(%x, %w)
	%t = Mul(%y, %k)
	%q = QuantizeLinear(%t, %one, %z)
}
