== Halves are cast where they come in and where they go out
pass widen
graph (%x f16[1,2,4,4]) -> (%y) {
	%w f16[2,2,1,1] = const [0.1, 0.2, 0.3, 0.4]
	%c = Conv(%x, %w)
	%r = Relu(%c)
	%y = Add(%r, %x)
}
->
graph (%x f16[1,2,4,4]) -> (%y) {
	%w f32[2,2,1,1] = const [0.0999755859375, 0.199951171875, 0.300048828125, 0.39990234375]
	%x1 = Cast(%x) {to = f32}
	%c = Conv(%x1, %w)
	%r = Relu(%c)
	%s = Add(%r, %x1)
	%y = Cast(%s) {to = f16}
}
== bfloat16 likewise
pass widen
graph (%x bf16[3]) -> (%y) {
	%y = Exp(%x)
}
->
graph (%x bf16[3]) -> (%y) {
	%x1 = Cast(%x) {to = f32}
	%e = Exp(%x1)
	%y = Cast(%e) {to = bf16}
}
== Floats of 32 bits are left alone, with their conversions
pass widen
graph (%x f32[3], %i i64[3]) -> (%y, %j) {
	%y = Exp(%x)
	%j = Neg(%i)
}
->
same
== A Cast to half that the model writes out still rounds
pass widen
graph (%x f32[3]) -> (%y) {
	%h = Cast(%x) {to = f16}
	%e = Exp(%h)
	%y = Cast(%e) {to = f32}
}
->
graph (%x f32[3]) -> (%y) {
	%h = Cast(%x) {to = f16}
	%h1 = Cast(%h) {to = f32}
	%e = Exp(%h1)
	%y = Cast(%e) {to = f32}
}
== What reads bits, compares for equality or quantises sees halves
pass widen
graph (%x f16[4], %s f16[], %z u8[]) -> (%b, %e, %q, %f) {
	%a = Exp(%x)
	%b = BitCast(%a) {to = u16}
	%e = Equal(%a, %x)
	%q = QuantizeLinear(%a, %s, %z)
	%f = IsInf(%a)
}
->
graph (%x f16[4], %s f16[], %z u8[]) -> (%b, %e, %q, %f) {
	%x1 = Cast(%x) {to = f32}
	%a = Exp(%x1)
	%h = Cast(%a) {to = f16}
	%b = BitCast(%h) {to = u16}
	%e = Equal(%h, %x)
	%q = QuantizeLinear(%h, %s, %z)
	%f = IsInf(%h)
}
== A type taken over from another value is the model's
pass widen
graph (%x f32[4], %l f16[1]) -> (%y) {
	%c = CastLike(%x, %l)
	%n = Neg(%c)
	%y = Cast(%n) {to = f32}
}
->
graph (%x f32[4], %l f16[1]) -> (%y) {
	%c = CastLike(%x, %l)
	%c1 = Cast(%c) {to = f32}
	%n = Neg(%c1)
	%y = Cast(%n) {to = f32}
}
== Dequantised values need no rounding to the type of their scale
pass widen
graph (%x u8[4], %s f16[]) -> (%y) {
	%d = DequantizeLinear(%x, %s)
	%n = Neg(%d)
	%y = Cast(%n) {to = f32}
}
->
graph (%x u8[4], %s f16[]) -> (%y) {
	%s1 = Cast(%s) {to = f32}
	%d = DequantizeLinear(%x, %s1)
	%n = Neg(%d)
	%y = Cast(%n) {to = f32}
}
== A table of halves stays one
pass widen
graph (%i i64[2]) -> (%y) {
	%t f16[4,2] = const [1, 2, 3, 4, 5, 6, 7, 8]
	%g = Gather(%t, %i)
	%n = Exp(%g)
	%y = Cast(%n) {to = f32}
}
->
graph (%i i64[2]) -> (%y) {
	%t f16[4,2] = const [1, 2, 3, 4, 5, 6, 7, 8]
	%g = Gather(%t, %i)
	%g1 = Cast(%g) {to = f32}
	%n = Exp(%g1)
	%y = Cast(%n) {to = f32}
}
== An input that is an output
pass widen
graph (%x f16[2]) -> (%x, %y) {
	%y = Neg(%x)
}
->
graph (%x f16[2]) -> (%x, %y) {
	%x1 = Cast(%x) {to = f32}
	%n = Neg(%x1)
	%y = Cast(%n) {to = f16}
}
