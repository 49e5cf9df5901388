Sums and products so far: along the last axis rows that keep them, along others a Scan or the formula.

== along the last axis, both ways, with and without the element itself
graph (%x f32[2,n]) -> (%a, %b, %c, %d) {
	%k i64[] = const [1]
	%a f32[2,n] = CumSum(%x, %k)
	%b f32[2,n] = CumSum(%x, %k) {exclusive = 1}
	%c f32[2,n] = CumSum(%x, %k) {reverse = 1}
	%d f32[2,n] = CumSum(%x, %k) {exclusive = 1, reverse = 1}
}
run x = f32[2,5] [1, 2, 3, 4, 5, 10, 20, 30, 40, 50]
gives a = f32[2,5] [1, 3, 6, 10, 15, 10, 30, 60, 100, 150], b = f32[2,5] [0, 1, 3, 6, 10, 0, 10, 30, 60, 100],
    c = f32[2,5] [15, 14, 12, 9, 5, 150, 140, 120, 90, 50], d = f32[2,5] [14, 12, 9, 5, 0, 140, 120, 90, 50, 0]
run x = f32[2,0] [] gives a = f32[2,0] [], d = f32[2,0] []

== integers, of one row
graph (%x i32[4], %z u8[4]) -> (%y, %w) {
	%k i64[] = const [-1]
	%y i32[4] = CumProd(%x, %k)
	%w u8[4] = CumSum(%z, %k) {reverse = 1}
}
run x = i32[4] [2, -3, 4, 5], z = u8[4] [200, 100, 1, 2] gives y = i32[4] [2, -6, -24, -120], w = u8[4] [47, 103, 3, 2]

== halves are added in floats
graph (%x f16[3]) -> (%y) {
	%k i64[] = const [0]
	%y f16[3] = CumSum(%x, %k)
}
run x = f16[3] [2048, 1, 1] gives y = f16[3] [2048, 2048, 2050]

== of what is computed, and moved afterwards
graph (%x f32[2,3]) -> (%y, %z) {
	%k i64[] = const [1]
	%a f32[2,3] = Relu(%x)
	%b f32[2,3] = CumSum(%a, %k)
	%c f32[3,2] = Transpose(%b) {perm = [1, 0]}
	%y f32[3,2] = Neg(%c)
	%t f32[3,2] = Transpose(%x) {perm = [1, 0]}
	%z f32[3,2] = CumSum(%t, %k)
}
run x = f32[2,3] [1, -5, 2, 3, 4, -1]
gives y = f32[3,2] [-1, -3, -1, -7, -3, -7], z = f32[3,2] [1, 4, -5, -1, 2, 1]

== along an axis whose size is a number, beside one that varies
symbol k = 5..12
graph (%x u16[2,k]) -> (%y) {
	%a i64[1] = const [-2]
	%y u16[2,k] = CumSum(%x, %a)
}
run x = u16[2,8] [2, 1, 0, 3, 1, 0, 0, 0, 0, 2, 0, 4, 2, 2, 3, 0]
gives y = u16[2,8] [2, 1, 0, 3, 1, 0, 0, 0, 2, 3, 0, 7, 3, 2, 3, 0]
