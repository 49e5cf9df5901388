Elements below a byte: several lie in one byte, low bits first. Sizes that fill no whole byte, order of elements, constants,
values in between that exist inside expressions only.

== 4 bits keep the low bits
graph (%x f32[5]) -> (%y, %z) {
	%y i4[5] = Cast(%x) {to = i4}
	%z f32[5] = Cast(%y) {to = f32}
}
run x = f32[5] [7, -8, 9, 2.75, -17]
gives y = i4[5] [7, -8, -7, 2, -1], z = f32[5] [7, -8, -7, 2, -1]

== 2 bits, three bytes
graph (%x i32[9]) -> (%y, %u) {
	%y i2[9] = Cast(%x) {to = i2}
	%u u2[9] = Cast(%x) {to = u2}
}
run x = i32[9] [0, 1, 2, 3, 4, 5, -1, -2, -3]
gives y = i2[9] [0, 1, -2, -1, 0, 1, -1, -2, 1], u = u2[9] [0, 1, 2, 3, 0, 1, 3, 2, 1]

== transposed
graph (%x i4[3,5]) -> (%y) { %y = Transpose(%x) }
run x = i4[3,5] [0, 1, 2, 3, 4, -1, -2, -3, -4, -5, 5, 6, 7, -7, -8]
gives y = i4[5,3] [0, -1, 5, 1, -2, 6, 2, -3, 7, 3, -4, -7, 4, -5, -8]

== a part that begins inside a byte
graph (%x u4[7]) -> (%y, %z) {
	%a i64[1] = const [1]
	%b i64[1] = const [6]
	%y u4[5] = Slice(%x, %a, %b)
	%z f32[5] = Cast(%y) {to = f32}
}
run x = u4[7] [1, 2, 3, 14, 5, 6, 15] gives y = u4[5] [2, 3, 14, 5, 6], z = f32[5] [2, 3, 14, 5, 6]

== picked by data
graph (%x u4[3], %i i64[4]) -> (%y) { %y = Gather(%x, %i) }
run x = u4[3] [1, 12, 3], i = i64[4] [2, 0, -1, 1] gives y = u4[4] [3, 1, 3, 12]

== weights of 4 bits in a product
graph (%x f32[2,3]) -> (%y) {
	%w i4[3,5] = const [1, -2, 3, -4, 5, -6, 7, -8, 0, 1, 2, 3, 4, 5, 6]
	%s f32[] = const [0.5]
	%d f32[3,5] = DequantizeLinear(%w, %s)
	%y f32[2,5] = MatMul(%x, %d)
}
run x = f32[2,3] [1, 2, 3, -1, 0, 4] gives y = f32[2,5] [-2.5, 10.5, -0.5, 5.5, 12.5, 3.5, 7, 6.5, 12, 9.5]

== quantised to 4 bits and back, by blocks
graph (%x f32[2,6], %s f32[2,2], %z u4[2,2]) -> (%q, %y) {
	%q u4[2,6] = QuantizeLinear(%x, %s, %z) {block_size = 3}
	%y f32[2,6] = DequantizeLinear(%q, %s, %z) {block_size = 3}
}
run x = f32[2,6] [0, 1, -1, 4, 8, 100, -2, -1, 0.5, 3, 2, 1], s = f32[2,2] [0.5, 2, 1, 0.25], z = u4[2,2] [8, 1, 3, 0]
gives q = u4[2,6] [8, 10, 6, 3, 5, 15, 1, 2, 3, 12, 8, 4], y = f32[2,6] [0, 1, -1, 4, 8, 28, -2, -1, 0, 3, 2, 1]

== floats of 4 bits
graph (%x f32[9]) -> (%y) {
	%k i64[2] = const [3, 3]
	%c f4e2m1[9] = Cast(%x) {to = f4e2m1}
	%t f4e2m1[3,3] = Reshape(%c, %k)
	%u f4e2m1[3,3] = Transpose(%t)
	%y f32[3,3] = Cast(%u) {to = f32}
}
run x = f32[9] [0, 0.25, 0.75, -1.25, 2.5, 5, -7, 0.26, 3.5] gives y = f32[3,3] [0, -1, -6, 0, 2, 0.5, 1, 4, 4]

== the same bits with another sign
graph (%x i4[3]) -> (%y) { %y u4[3] = BitCast(%x) {to = u4} }
run x = i4[3] [-1, 3, -8] gives y = u4[3] [15, 3, 8]

== the most, the least and the sum of some
graph (%x i4[2,5], %u u2[2,2]) -> (%most, %least, %y) {
	%axis i64[1] = const [1]
	%most i4[2] = ReduceMax(%x, %axis) {keepdims = 0}
	%least i4[2,1] = ReduceMin(%x, %axis)
	%y u2[2,2] = MatMul(%u, %u)
}
run x = i4[2,5] [1, -8, 7, 3, 0, -1, -2, -3, -7, -5], u = u2[2,2] [1, 2, 3, 1]
gives most = i4[2] [7, -1], least = i4[2,1] [-8, -7], y = u2[2,2] [3, 0, 2, 3]

== joined inside a byte
graph (%x i4[2,3], %z i4[2,2]) -> (%y) { %y = Concat(%x, %z, %x) {axis = 1} }
run x = i4[2,3] [1, 2, 3, -1, -2, -3], z = i4[2,2] [7, -8, 5, 6]
gives y = i4[2,8] [1, 2, 3, 7, -8, 1, 2, 3, -1, -2, -3, 5, 6, -1, -2, -3]

== scattered
graph (%x u2[5], %f f4e2m1[3], %i i64[2], %u u2[2], %v f4e2m1[2]) -> (%y, %z) {
	%y = ScatterElements(%x, %i, %u) {reduction = add}
	%z = ScatterElements(%f, %i, %v)
}
run x = u2[5] [0, 1, 2, 3, 1], f = f4e2m1[3] [1, -0.5, 6], i = i64[2] [2, 0], u = u2[2] [3, 1], v = f4e2m1[2] [-6, 1.5]
gives y = u2[5] [1, 1, 1, 3, 1], z = f4e2m1[3] [1.5, -0.5, -6]

== the largest in windows with a border
graph (%x u4[1,1,3,3]) -> (%y) { %y = MaxPool(%x) {kernel_shape = [2, 2], pads = [1, 1, 0, 0]} }
run x = u4[1,1,3,3] [1, 2, 3, 15, 5, 6, 7, 8, 9]
gives y = u4[1,1,3,3] [1, 2, 3, 15, 15, 6, 15, 15, 9]

== a state that each turn hands on
graph (%s0 i4[3], %x f32[2]) -> (%s, %y) {
	%s, %y = Scan(%s0, %x) {num_scan_inputs = 1} body = graph (%a i4[3], %b f32[]) -> (%c, %b) {
		%order i64[3] = const [1, 2, 0]
		%c = Gather(%a, %order)
	}
}
run s0 = i4[3] [1, 2, -3], x = f32[2] [4, 5] gives s = i4[3] [-3, 1, 2], y = f32[2] [4, 5]
