A small network of convolutions: grouped, strided, padded, with activations that some targets compute apart.

== a network
strict
graph (%x f32[1,3,17,19]) -> (%y, %u) {
	%zero f32[] = const [0]
	%one f32[] = const [1]
	%n1 f32[] = const [648]
	%r1 = Range(%zero, %n1, %one)
	%s1 = Sin(%r1)
	%shape1 i64[4] = const [24, 3, 3, 3]
	%w1 f32[24,3,3,3] = Reshape(%s1, %shape1)
	%n2 f32[] = const [216]
	%r2 = Range(%zero, %n2, %one)
	%s2 = Cos(%r2)
	%shape2 i64[4] = const [24, 1, 3, 3]
	%w2 f32[24,1,3,3] = Reshape(%s2, %shape2)
	%n3 f32[] = const [360]
	%r3 = Range(%zero, %n3, %one)
	%s3 = Sin(%r3)
	%shape3 i64[4] = const [30, 12, 1, 1]
	%w3 f32[30,12,1,1] = Reshape(%s3, %shape3)
	%c1 = Conv(%x, %w1) {pads = [1, 1, 1, 1], strides = [2, 2]}
	%a1 = Swish(%c1)
	%c2 = Conv(%a1, %w2) {pads = [1, 1, 1, 1], group = 24}
	%a2 = HardSwish(%c2)
	%m = Add(%a1, %a2)
	%c3 = Conv(%m, %w3) {group = 2}
	%a3 = Relu(%c3)
	%p = AveragePool(%a3) {kernel_shape = [3, 3], strides = [2, 2], pads = [1, 1, 1, 1]}
	%q = MaxPool(%p) {kernel_shape = [2, 2]}
	%y = GlobalAveragePool(%q)
	%u = Softmax(%q) {axis = 1}
}

== weights that come in
strict
graph (%x f32[2,6,11,9], %w f32[10,3,3,3], %b f32[10], %v f32[10,4,3,3]) -> (%y, %z, %e) {
	%y = Conv(%x, %w, %b) {pads = [1, 1, 1, 1], group = 2}
	%z = ConvTranspose(%y, %v) {strides = [2, 2]}
	%s = Conv(%x, %w) {group = 2}
	%e = Exp(%s)
}

== taps that some phases lack are left out for all targets: sums of nothing but -0 keep it
strict
graph (%x f32[1,1,13], %w f32[1,5,2]) -> (%y) {
	%y = ConvTranspose(%x, %w) {kernel_shape = [2], pads = [1, 1], strides = [3]}
}
run x = f32[1,1,13] [1, -3, -3, 1, 1, -2, 3, -3, -2, -2, 3, 1, -2], w = f32[1,5,2] [-4, -3, 2, 3, -4, -4, 0, 0, 0, -1]
