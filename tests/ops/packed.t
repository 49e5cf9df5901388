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

== sums and products of four bits round after each update
graph (%x f4e2m1[4], %k i64[3], %u f4e2m1[3]) -> (%y, %z, %v) {
	%y = ScatterElements(%x, %k, %u) {reduction = add}
	%z = ScatterElements(%x, %k, %u) {reduction = mul}
	%v = ScatterElements(%x, %k, %u) {reduction = max}
}
run x = f4e2m1[4] [1, 2, -3, 4], k = i64[3] [0, 0, 2], u = f4e2m1[3] [0.5, 1, 6]
gives y = f4e2m1[4] [2, 2, 3, 4], z = f4e2m1[4] [0.5, 2, -6, 4], v = f4e2m1[4] [1, 2, 6, 4]
run x = f4e2m1[4] [2, 2, 0, 4], k = i64[3] [1, 1, 1], u = f4e2m1[3] [0.5, 0.5, 0.5]
gives y = f4e2m1[4] [2, 2, 0, 4], z = f4e2m1[4] [2, 0, 0, 4], v = f4e2m1[4] [2, 2, 0, 4]

== rows of four bits added where indices say
graph (%x f4e2m1[2,3], %k i64[2,1], %u f4e2m1[2,3]) -> (%y) { %y = ScatterND(%x, %k, %u) {reduction = add} }
run x = f4e2m1[2,3] [1, 2, -3, 4, 6, 0], k = i64[2,1] [-1, 1], u = f4e2m1[2,3] [0.5, 6, -1, 0.5, -6, 1.5]
gives y = f4e2m1[2,3] [1, 2, -3, 4, 0, 0.5]

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

== rows of 4 bits, longer than a vector: whole bytes, halves of bytes, blocks
graph (%u u4[2,42], %i i4[3,35], %b i4[2,64], %s f32[2,2]) -> (%x, %y, %z) {
	%half f32[] = const [0.5]
	%three u4[] = const [3]
	%x f32[2,42] = DequantizeLinear(%u, %half, %three)
	%y f32[3,35] = DequantizeLinear(%i, %half)
	%z f32[2,64] = DequantizeLinear(%b, %s) {block_size = 32}
}
run u = u4[2,42] [4, 2, 8, 3, 15, 14, 15, 12, 6, 3, 15, 0, 12, 13, 0, 14, 8, 7, 3, 10, 0, 0, 0, 0, 12, 6, 13, 0, 7,
    14, 15, 7, 11, 7, 7, 14, 9, 0, 13, 3, 5, 9, 3, 10, 13, 6, 9, 9, 15, 12, 1, 15, 7, 12, 13, 5, 11, 11, 2, 14, 3, 5,
    12, 11, 15, 0, 15, 1, 9, 12, 5, 5, 7, 0, 6, 7, 12, 11, 11, 14, 8, 0, 12, 4],
    i = i4[3,35] [-2, 5, -7, 7, 3, -2, 5, 7, 3, 5, 3, -8, 2, 6, -8, -1, -3, -3, -6, 0, -7, -6, -6, -8, 6, -8, 0, -1,
    0, -5, -3, 3, 1, -6, -3, -3, 0, -3, 0, 1, 6, 2, 7, 7, -5, -8, 1, 4, 2, 5, -2, 0, -5, 0, -2, 5, -8, -1, -8, 4, -4,
    -7, -3, 6, 5, -1, 6, -1, -8, 4, 2, 5, -7, 1, -4, -2, -7, 1, -6, -6, 1, 1, -3, 5, 0, -4, -8, -7, -2, 6, -3, -7, 4,
    -2, 3, -5, -2, 5, -2, 7, -5, 4, 1, 7, -8],
    b = i4[2,64] [2, 4, 1, -8, -3, -2, 2, -4, 2, 5, -2, 0, -5, 4, 3, 7, -1, -6, -7, -6, -4, -3, -3, -2, 0, 2, 0, 3, 2,
    2, -5, 1, -1, 7, -4, -5, 2, -7, 5, -6, 4, -4, -4, 2, -5, 4, -6, -1, -6, 0, 3, 1, -5, 6, 0, -5, -7, 1, -8, -8, -6,
    5, -5, -7, -2, -1, 5, -3, -5, 6, -3, -1, -3, -5, 5, 4, 1, 0, 7, 2, -5, -2, 2, -7, -8, -8, 1, 2, 6, 4, 2, 4, -6,
    -6, 2, 6, -5, 0, -2, 7, 3, 0, -3, -2, 1, -2, -1, 3, -6, 0, -6, 6, -6, 2, -1, 4, 1, -7, 2, -3, 2, 1, -1, 2, -5, -6,
    -1, -1], s = f32[2,2] [0.5, 2, 0.25, 4]
gives x = f32[2,42] [0.5, -0.5, 2.5, 0, 6, 5.5, 6, 4.5, 1.5, 0, 6, -1.5, 4.5, 5, -1.5, 5.5, 2.5, 2, 0, 3.5, -1.5,
    -1.5, -1.5, -1.5, 4.5, 1.5, 5, -1.5, 2, 5.5, 6, 2, 4, 2, 2, 5.5, 3, -1.5, 5, 0, 1, 3, 0, 3.5, 5, 1.5, 3, 3, 6,
    4.5, -1, 6, 2, 4.5, 5, 1, 4, 4, -0.5, 5.5, 0, 1, 4.5, 4, 6, -1.5, 6, -1, 3, 4.5, 1, 1, 2, -1.5, 1.5, 2, 4.5, 4, 4,
    5.5, 2.5, -1.5, 4.5, 0.5],
    y = f32[3,35] [-1, 2.5, -3.5, 3.5, 1.5, -1, 2.5, 3.5, 1.5, 2.5, 1.5, -4, 1, 3, -4, -0.5, -1.5, -1.5, -3, 0, -3.5,
    -3, -3, -4, 3, -4, 0, -0.5, 0, -2.5, -1.5, 1.5, 0.5, -3, -1.5, -1.5, 0, -1.5, 0, 0.5, 3, 1, 3.5, 3.5, -2.5, -4,
    0.5, 2, 1, 2.5, -1, 0, -2.5, 0, -1, 2.5, -4, -0.5, -4, 2, -2, -3.5, -1.5, 3, 2.5, -0.5, 3, -0.5, -4, 2, 1, 2.5,
    -3.5, 0.5, -2, -1, -3.5, 0.5, -3, -3, 0.5, 0.5, -1.5, 2.5, 0, -2, -4, -3.5, -1, 3, -1.5, -3.5, 2, -1, 1.5, -2.5,
    -1, 2.5, -1, 3.5, -2.5, 2, 0.5, 3.5, -4],
    z = f32[2,64] [1, 2, 0.5, -4, -1.5, -1, 1, -2, 1, 2.5, -1, 0, -2.5, 2, 1.5, 3.5, -0.5, -3, -3.5, -3, -2, -1.5,
    -1.5, -1, 0, 1, 0, 1.5, 1, 1, -2.5, 0.5, -2, 14, -8, -10, 4, -14, 10, -12, 8, -8, -8, 4, -10, 8, -12, -2, -12, 0,
    6, 2, -10, 12, 0, -10, -14, 2, -16, -16, -12, 10, -10, -14, -0.5, -0.25, 1.25, -0.75, -1.25, 1.5, -0.75, -0.25,
    -0.75, -1.25, 1.25, 1, 0.25, 0, 1.75, 0.5, -1.25, -0.5, 0.5, -1.75, -2, -2, 0.25, 0.5, 1.5, 1, 0.5, 1, -1.5, -1.5,
    0.5, 1.5, -20, 0, -8, 28, 12, 0, -12, -8, 4, -8, -4, 12, -24, 0, -24, 24, -24, 8, -4, 16, 4, -28, 8, -12, 8, 4,
    -4, 8, -20, -24, -4, -4]

== two of the same nibbles, whose result is used twice
graph (%x u4[8], %z u4[8], %s f32[8]) -> (%y) {
	%a f32[8] = DequantizeLinear(%x, %s, %z) {axis = 0}
	%y f32[8] = Mish(%a)
}
run x = u4[8] [3, 2, 1, 4, 4, 0, 1, 4], z = u4[8] [1, 1, 0, 0, 0, 0, 0, 0], s = f32[8] [0.5, 1, 0.5, 0.25, 0.25, 1,
    0.5, 0.25]
gives y = f32[8] [0.8650984, 0.8650984, 0.37524524, 0.8650984, 0.8650984, 0, 0.37524524, 0.8650984] within 1e-6

== sums whose elements fill no whole byte: nothing is read for an element that is not there
graph (%w u8[4,3], %i i64[5,3]) -> (%y) {
	%a i64[1] = const [1]
	%g = Gather(%w, %i)
	%c = Cast(%g) {to = f32}
	%s = ReduceSum(%c, %a) {keepdims = 0}
	%y = Cast(%s) {to = u4}
}
run w = u8[4,3] [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5], i = i64[5,3] [0, 1, 2, 0, 0, 0, 3, 2, 0, 1, 1, 1, 0, 2, 0]
gives y = u4[5,3] [3, 6, 9, 0, 3, 6, 3, 6, 9, 9, 12, 15, 0, 3, 6]

== carried from turn to turn, and slices joined
graph (%x i4[3]) -> (%y, %z) {
	%m i64[] = const [3]
	%y, %z = Loop(%m, _, %x) body = graph (%t i64[], %g bool[], %a i4[3]) -> (%g, %b, %q) {
		%f = Cast(%a) {to = f32} %u = Cast(%t) {to = f32} %h = Add(%f, %u) %b = Cast(%h) {to = i4} %i = Neg(%h) %q =
    Cast(%i) {to = i4}
	}
}
run x = i4[3] [1, -2, 6] gives y = i4[3] [4, 1, -7], z = i4[3,3] [-1, 2, -6, -2, 1, -7, -4, -1, 7]

== slices that begin inside a byte
graph (%s0 u2[3], %x u2[3,3]) -> (%s, %y) {
	%s, %y = Scan(%s0, %x) {num_scan_inputs = 1} body = graph (%a u2[3], %b u2[3]) -> (%b, %c) {
		%f = Cast(%a) {to = i32} %h = Cast(%b) {to = i32} %i = Add(%f, %h) %c = Cast(%i) {to = u2}
	}
}
run s0 = u2[3] [1, 2, 3], x = u2[3,3] [1, 1, 1, 2, 0, 3, 3, 2, 1]
gives s = u2[3] [3, 2, 1], y = u2[3,3] [2, 3, 0, 3, 1, 0, 1, 2, 0]

== along the last axis, backwards, and within another loop
graph (%x u4[2,3]) -> (%y) {
	%y = Scan(%x) {num_scan_inputs = 1} body = graph (%a u4[3]) -> (%b) {
		%b = Scan(%a) {num_scan_inputs = 1, scan_input_directions = [1]} body = graph (%c u4[]) -> (%d) {
			%f = Cast(%c) {to = i32} %g = Add(%f, %f) %d = Cast(%g) {to = u4}
		}
	}
}
run x = u4[2,3] [1, 2, 3, 7, 8, 9] gives y = u4[2,3] [6, 4, 2, 2, 0, 14]

== floats of 4 bits from turn to turn
graph (%x f4e2m1[3]) -> (%y, %z) {
	%m i64[] = const [3]
	%y, %z = Loop(%m, _, %x) body = graph (%t i64[], %g bool[], %a f4e2m1[3]) -> (%g, %b, %a) { %b = Add(%a, %a) }
}
run x = f4e2m1[3] [0.5, -1, -0] gives y = f4e2m1[3] [4, -6, -0], z = f4e2m1[3,3] [0.5, -1, -0, 1, -2, -0, 2, -4, -0]

== branches of other sizes give 4 bits
symbol n = 0..30 counted
graph (%c bool[], %x u4[3,15]) -> (%y) {
	%y u4[3,n] = If(%c, %x, %x) then_branch = graph (| %1 u4[3,15]) -> (%2) {
		%2 u4[3,15] = BitShift(%1, %1) {direction = LEFT}
	} else_branch = graph (| %1 u4[3,15]) -> (%2) {
		%2 u4[3,30] = Concat(%1, %1) {axis = 1}
	}
}
run c = bool[] [true], x = u4[3,15] [3, 10, 1, 8, 15, 6, 13, 4, 11, 2, 9, 0, 7, 14, 5, 12, 3, 10, 1, 8, 15, 6, 13, 4,
    11, 2, 9, 0, 7, 14, 5, 12, 3, 10, 1, 8, 15, 6, 13, 4, 11, 2, 9, 0, 7] gives y = u4[3,15] [8, 0, 2, 0, 0, 0, 0, 0,
    0, 8, 0, 0, 0, 0, 0, 0, 8, 0, 2, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 8, 0, 2, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0]
run c = bool[] [false], x = u4[3,15] [3, 10, 1, 8, 15, 6, 13, 4, 11, 2, 9, 0, 7, 14, 5, 12, 3, 10, 1, 8, 15, 6, 13,
    4, 11, 2, 9, 0, 7, 14, 5, 12, 3, 10, 1, 8, 15, 6, 13, 4, 11, 2, 9, 0, 7] gives y = u4[3,30] [3, 10, 1, 8, 15, 6,
    13, 4, 11, 2, 9, 0, 7, 14, 5, 3, 10, 1, 8, 15, 6, 13, 4, 11, 2, 9, 0, 7, 14, 5, 12, 3, 10, 1, 8, 15, 6, 13, 4,
    11, 2, 9, 0, 7, 14, 12, 3, 10, 1, 8, 15, 6, 13, 4, 11, 2, 9, 0, 7, 14, 5, 12, 3, 10, 1, 8, 15, 6, 13, 4, 11, 2,
    9, 0, 7, 5, 12, 3, 10, 1, 8, 15, 6, 13, 4, 11, 2, 9, 0, 7]

== a loop that ends when it likes gives a state and what it was, and takes one from outside
symbol n = 0..4 counted
graph (%t bool[], %x u4[], %k u4[1]) -> (%r, %y, %z, %w) {
	%r u4[1], %y u4[], %z u4[n], %w u4[n] = Loop(_, %t, %k, %x, %k) body = graph (%b0 i64[], %b1 bool[], %s u4[1], %b2
    u4[] | %q u4[1]) -> (%c, %o, %n, %n, %b2) {
		%10 i64[] = const [3]
		%c bool[] = Less(%b0, %10)
		%o u4[1] = Add(%s, %q)
		%n u4[] = Add(%b2, %b2)
	}
}
run t = bool[] [true], x = u4[] [1], k = u4[1] [3] gives r = u4[1] [15], y = u4[] [0], z = u4[4] [2, 4, 8, 0], w =
    u4[4] [1, 2, 4, 8]

== branches inside of a loop
graph (%x i4[3]) -> (%y) {
	%m i64[] = const [4]
	%y i4[3] = Loop(%m, _, %x) body = graph (%t i64[], %g bool[], %a i4[3]) -> (%g, %n) {
		%one i64[] = const [1]
		%odd i64[] = BitwiseAnd(%t, %one)
		%c bool[] = Cast(%odd) {to = bool}
		%n i4[3] = If(%c, %a, %a) then_branch = graph (| %1 i4[3]) -> (%2) { %2 i4[3] = Add(%1, %1) }
		else_branch = graph (| %1 i4[3]) -> (%2) { %2 i4[3] = Neg(%1) }
	}
}
run x = i4[3] [1, 2, -3] gives y = i4[3] [4, -8, 4]

== a layer of floats of 4 bits is rounded once: o = 0.27 and h = 0.19 in between, not 0.5 and 0.5
graph (%x f4e2m1[1,1,1]) -> (%y, %h, %c) {
	%w f4e2m1[1,4,1] = const [6, -1, 0, 1.5]
	%r f4e2m1[1,4,1] = const [0, 0, 0, 0]
	%y f4e2m1[1,1,1,1], %h f4e2m1[1,1,1], %c f4e2m1[1,1,1] = LSTM(%x, %w, %r) {hidden_size = 1}
}
run x = f4e2m1[1,1,1] [1]
gives y = f4e2m1[1,1,1,1] [0], h = f4e2m1[1,1,1] [0], c = f4e2m1[1,1,1] [1]

== so is one of two steps: h = 0.46 goes into the second, not 0.5
graph (%x f4e2m1[2,1,1]) -> (%y) {
	%w f4e2m1[1,1,1] = const [0.5]
	%r f4e2m1[1,1,1] = const [3]
	%y f4e2m1[2,1,1,1] = RNN(%x, %w, %r) {hidden_size = 1}
}
run x = f4e2m1[2,1,1] [1, -1]
gives y = f4e2m1[2,1,1,1] [0.5, 0.5]

== the last byte of what is stored has more elements than there are of what is read
graph (%x f4e2m1[6], %s f4e2m1[], %z u2[]) -> (%y) { %y = QuantizeLinear(%x, %s, %z) {axis = 0} }
run x = f4e2m1[6] [1.5, 0, 1, -0.5, 1, -1.5], s = f4e2m1[] [0.5], z = u2[] [0] gives y = u2[6] [3, 0, 2, 0, 2, 0]
