Add(a, b) = a + b with broadcasting from the last axis on.

== one axis repeats
graph (%a f32[2,3], %b f32[3]) -> (%y) {
	%y = Add(%a, %b)
}
run a = f32[2,3] [1, 2, 3, 4, 5, 6], b = f32[3] [10, 20, 30]
gives y = f32[2,3] [11, 22, 33, 14, 25, 36]

== both repeat
graph (%a f32[2,1], %b f32[1,2]) -> (%y) {
	%y f32[2,2] = Add(%a, %b)
}
run a = f32[2,1] [1, 2], b = f32[1,2] [10, 20] gives y = f32[2,2] [11, 21, 12, 22]

== sizes that only the run knows
graph (%a f32[n,2], %b f32[m,2]) -> (%y) {
	%y = Add(%a, %b)
}
run a = f32[1,2] [1, 2], b = f32[3,2] [0 * 6] gives y = f32[3,2] [1, 2, 1, 2, 1, 2]

== integers wrap
graph (%a i8[2], %b i8[2]) -> (%y) {
	%y = Add(%a, %b)
}
run a = i8[2] [127, -128], b = i8[2] [1, -1] gives y = i8[2] [-128, 127]

== sizes that do not fit
fails E-SHAPE "shapes [2] and [3] do not broadcast"
graph (%a f32[2], %b f32[3]) -> (%y) {
	%y = Add(%a, %b)
}

== types that do not fit
fails E-TYPE
graph (%a f32[2], %b f16[2]) -> (%y) {
	%y = Add(%a, %b)
}
