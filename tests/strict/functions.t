Functions of one element, with the zeros of both signs that a product with 0 gives.

== zeros of both signs
strict
graph (%x f32[3,37]) -> (%a, %b, %c, %d, %e, %f) {
	%zero f32[] = const [0]
	%z = Mul(%x, %zero)
	%a = Relu(%z)
	%b = Max(%z, %x)
	%c = Min(%z, %zero)
	%d = Clip(%z, %zero)
	%e = Max(%zero, %z)
	%f = Round(%x)
}

== exponentials
strict
graph (%x f32[3,37]) -> (%a, %b, %c, %d, %e, %f, %g, %h) {
	%ten f32[] = const [10]
	%y = Mul(%x, %ten)
	%a = Exp(%y)
	%b = Sigmoid(%y)
	%c = Tanh(%x)
	%d = Erf(%x)
	%e = Gelu(%y)
	%f = Softplus(%y)
	%p = Abs(%y)
	%g = Log(%p)
	%h = Mish(%y)
}

== powers and circles
strict
graph (%x f32[3,37]) -> (%a, %b, %c, %d, %e, %f, %g) {
	%two f32[] = const [2]
	%half f32[] = const [0.5]
	%a = Pow(%x, %two)
	%p = Abs(%x)
	%b = Pow(%p, %half)
	%c = Pow(%two, %x)
	%d = Pow(%p, %x)
	%e = Sin(%x)
	%f = Cos(%x)
	%g = Atan(%x)
}

== powers of a number, and by one: compilers know other functions for some
strict
graph (%x f32[300,40]) -> (%a, %b, %c, %d) {
	%two f32[] = const [2]
	%ten f32[] = const [10]
	%minus f32[] = const [-1]
	%a = Pow(%x, %two)
	%b = Pow(%x, %minus)
	%c = Pow(%ten, %x)
	%d = Pow(%two, %x)
}

== in double
strict
graph (%x f64[3,37], %w f64[37,5]) -> (%a, %b, %c) {
	%a = Exp(%x)
	%b = MatMul(%x, %w)
	%t = Mul(%x, %x)
	%c = Sub(%t, %a)
}
