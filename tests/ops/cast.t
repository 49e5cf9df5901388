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

== floats to i64: in vectors, where all are small, and where some are not
graph (%x f64[16], %z f32[16]) -> (%y, %w) {
	%y = Cast(%x) {to = i64}
	%w = Cast(%z) {to = i64}
}
run x = f64[16] [-0, 0.99, -0.99, 2251799813685247.5, -2251799813685247.5, 1e15, -1e15, 7.5, 2251799813685248, -2251799813685249, 9007199254740994, -9.2e18,
    1, -1, 9223372036854774784, 3],
    z = f32[16] [-0.5, 1.5, -1.5, 16777216, -16777215, 0.1, 3e14, -3e14, 4e15, -4e15, 1, 9e18, 2, -2, 4503599627370496, 8.9]
gives y = i64[16] [0, 0, 0, 2251799813685247, -2251799813685247, 1000000000000000, -1000000000000000, 7, 2251799813685248, -2251799813685249, 9007199254740994, -9200000000000000000,
    1, -1, 9223372036854774784, 3],
    w = i64[16] [0, 1, -1, 16777216, -16777215, 0, 300000009519104, -300000009519104, 3999999947964416, -3999999947964416, 1, 9000000202358128640, 2, -2, 4503599627370496, 8]

== floats to bytes, as many as make several vectors and a rest
graph (%x f32[77]) -> (%y, %z, %b) {
	%y = Cast(%x) {to = u8}
	%s = Cast(%x) {to = i32}
	%z = Cast(%s) {to = i8}
	%b = Cast(%x) {to = bool}
}
run x = f32[77] [121, 0.5, 6, 49.75, -0, 0.5, 0, 81, 68.75, 109.75, 227, -0, 253, 77.75, 0.5, 208, 0.5, 0.5, 0.5, 0, 123.75,
    0, 0, 109.75, 0.5, 0.5, 0.5, 120, 0, 50.75, -0, 21, 35.75, 0.5, 0.5, -0, 154, 0, 0, 0, 170, 71.75, 0, 64.75,
    -0, 186, 189, 0, 0.5, -0, 47.75, 0.5, -0, 0, 0.5, -0, 0.5, 0.5, 93, 0.5, 66, 138, 74.75, 9.75, 0, 0.5, 8.75,
    -0, 0, 0, 0.5, 3.75, 0.5, 0, 0.5, -0, 0]
gives y = u8[77] [121, 0, 6, 49, 0, 0, 0, 81, 68, 109, 227, 0, 253, 77, 0, 208, 0, 0, 0, 0, 123, 0, 0, 109, 0, 0, 0, 120, 0,
    50, 0, 21, 35, 0, 0, 0, 154, 0, 0, 0, 170, 71, 0, 64, 0, 186, 189, 0, 0, 0, 47, 0, 0, 0, 0, 0, 0, 0, 93, 0,
    66, 138, 74, 9, 0, 0, 8, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0],
    z = i8[77] [121, 0, 6, 49, 0, 0, 0, 81, 68, 109, -29, 0, -3, 77, 0, -48, 0, 0, 0, 0, 123, 0, 0, 109, 0, 0, 0, 120, 0, 50,
    0, 21, 35, 0, 0, 0, -102, 0, 0, 0, -86, 71, 0, 64, 0, -70, -67, 0, 0, 0, 47, 0, 0, 0, 0, 0, 0, 0, 93, 0, 66,
    -118, 74, 9, 0, 0, 8, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0],
    b = bool[77] [true, true, true, true, false, true, false, true, true, true, true, false, true, true, true, true, true,
    true, true, false, true, false, false, true, true, true, true, true, false, true, false, true, true, true,
    true, false, true, false, false, false, true, true, false, true, false, true, true, false, true, false, true,
    true, false, false, true, false, true, true, true, true, true, true, true, true, false, true, true, false,
    false, false, true, true, true, false, true, false, false]
