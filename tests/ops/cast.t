Cast(x): every element in another type; floats round to nearest even, to integers towards zero.

== f32 to f16
graph (%x f32[4]) -> (%y) {
	%y = Cast(%x) {to = f16}
}
run x = f32[4] [0.1, 65520, -1e-08, 2049] gives y = f16[4] [0.09998, inf, 0, 2048]

== f32 to i8
graph (%x f32[4]) -> (%y) {
	%y = Cast(%x) {to = i8}
}
run x = f32[4] [1.9, -1.9, 0.5, -128] gives y = i8[4] [1, -1, 0, -128]

== to f8
graph (%x f32[3]) -> (%y, %z) {
	%y = Cast(%x) {to = f8e4m3fn}
	%z = Cast(%x) {to = f8e4m3fn, saturate = 0}
}
run x = f32[3] [17, 500, 0.3] gives y = f8e4m3fn[3] [16, 448, 0.3125], z = f8e4m3fn[3] [16, nan, 0.3125]

== to bool and back
graph (%x f32[3]) -> (%y) {
	%b bool[3] = Cast(%x) {to = bool}
	%y = Cast(%b) {to = i64}
}
run x = f32[3] [0, -0, 0.01] gives y = i64[3] [0, 0, 1]
