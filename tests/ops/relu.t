Relu(x) = max(x, 0); NaN stays.

== floats
graph (%x f32[n]) -> (%y) {
	%y = Relu(%x)
}
run x = f32[5] [-1, -0.5, 0, 2, nan] gives y = f32[5] [0, 0, 0, 2, nan]
run x = f32[0] [] gives y = f32[0] []

== integers and narrow floats
graph (%a i8[3], %b f16[2]) -> (%c, %d) {
	%c = Relu(%a)
	%d = Relu(%b)
}
run a = i8[3] [-128, 0, 127], b = f16[2] [-65504, 6e-08]
gives c = i8[3] [0, 0, 127], d = f16[2] [0, 6e-08]

== strings have no sign
fails E-TYPE "input 0 ('x') is str"
graph (%x str[1]) -> (%y) {
	%y = Relu(%x)
}
