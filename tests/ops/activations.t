Functions of one element, over enough elements for a vector and one more.

== Swish by another factor than 1
graph (%x f32[17]) -> (%y) {
	%y = Swish(%x) {alpha = 2.0}
}
run x = f32[17] [0, 1, -1, 2, -2, 0, 1, -1, 2, -2, 0, 1, -1, 2, -2, 1, -1]
gives y = f32[17] [0, 0.8807971, -0.11920292, 1.9640276, -0.03597242, 0, 0.8807971, -0.11920292, 1.9640276, -0.03597242, 0, 0.8807971, -0.11920292, 1.9640276, -0.03597242, 0.8807971, -0.11920292] within 1e-6

== what is no number, and what is infinite
graph (%x f32[17]) -> (%y, %z) {
	%one f32[] = const [1]
	%n bool[17] = IsNaN(%x)
	%i bool[17] = IsInf(%x)
	%y = Where(%n, %one, %x)
	%z = Where(%i, %one, %x)
}
run x = f32[17] [nan, 3, 3, inf, 3, 3, -inf, 3, 3, 3, 3, 3, 3, 3, 3, 3, inf]
gives y = f32[17] [1, 3, 3, inf, 3, 3, -inf, 3, 3, 3, 3, 3, 3, 3, 3, 3, inf], z = f32[17] [nan, 3, 3, 1, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1]

== signs
graph (%x f32[17]) -> (%y) {
	%y = Sign(%x)
}
run x = f32[17] [0, 1, -1, 2, -2, 0, 1, -1, inf, -inf, 0, 1, -1, nan, -2, 1, -1]
gives y = f32[17] [0, 1, -1, 1, -1, 0, 1, -1, 1, -1, 0, 1, -1, nan, -1, 1, -1]

== the far end of Gelu, where 1 + erf cancels
graph (%x f32[3]) -> (%y) {
	%a = Gelu(%x)
	%k f32[3] = const [1e7, 1e13, 1e18]
	%y = Mul(%a, %k)
}
run x = f32[3] [-5, -7, -8.5] gives y = f32[3] [-14.332578593959731, -89.58687807200846, -80.57604598872852] within 1e-5

== the far end of Gelu in f64
graph (%x f64[2]) -> (%y) {
	%a = Gelu(%x)
	%k f64[2] = const [1e13, 1e21]
	%y = Mul(%a, %k)
}
run x = f64[2] [-7, -9.5] gives y = f64[2] [-89.58687807200846, -9.969789321594591] within 1e-12
