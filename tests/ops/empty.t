No elements, however large the other sizes are, take no time.

== Concat
graph (%x i64[1099511627776,0], %k i64[2]) -> (%y, %z) {
	%y i64[1099511627776,0] = Concat(%x, %x) {axis = 1}
	%z = Neg(%k)
}
run x = i64[1099511627776,0] [], k = i64[2] [1, 2] gives y = i64[1099511627776,0] [], z = i64[2] [-1, -2]

== Gather, Transpose, a sum over nothing
graph (%x f32[1099511627776,0], %k i64[1]) -> (%y, %z, %s) {
	%y f32[1099511627776,1,0] = Unsqueeze(%x, %k)
	%z f32[0,1099511627776] = Transpose(%x)
	%g f32[1,0] = Gather(%x, %k)
	%s f32[1,1] = ReduceSum(%g, %k)
}
run x = f32[1099511627776,0] [], k = i64[1] [1]
gives y = f32[1099511627776,1,0] [], z = f32[0,1099511627776] [], s = f32[1,1] [0]

== nothing to pad: zeros around elements that there are none of
graph (%x f32[0,1,5], %i f32[1,3,8,8], %r f32[0,4], %b i64[0]) -> (%y, %z) {
	%s i64[3] = const [8, 5, 2]
	%v f32[0,1,5] = Softmax(%x)
	%y f32[8,5,2] = CenterCropPad(%v, %s)
	%t i64[4] = const [2, 3, 2, 1]
	%w f32[0,3,1,1] = RoiAlign(%i, %r, %b) {sampling_ratio = 1}
	%z f32[2,3,2,1] = CenterCropPad(%w, %t)
}
run x = f32[0,1,5] [], i = f32[1,3,8,8] [1 * 192], r = f32[0,4] [], b = i64[0] []
gives y = f32[8,5,2] [0 * 80], z = f32[2,3,2,1] [0 * 12]
