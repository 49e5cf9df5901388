ConvTranspose(x, w, b)[n,m,o] = b[m] + sum over c, k of x[n, c, (o + pad - k * dilation) / stride] w[c,m,k], where that divides.

== a kernel of one stride: every element is one product
graph (%x f32[1,1,3]) -> (%y) {
	%w f32[1,2,2] = const [4, -4, -3, 3]
	%y f32[1,2,6] = ConvTranspose(%x, %w) {strides = [2]}
}
run x = f32[1,1,3] [0, 0, 2]
gives y = f32[1,2,6] [0, 0, 0, 0, 8, -8, 0, 0, 0, 0, -6, 6]

== taps of neighbours overlap
graph (%x f32[1,2,3]) -> (%y) {
	%w f32[2,1,4] = const [-1, 1, 0, -4, -4, 3, 2, 3]
	%b f32[1] = const [0]
	%y f32[1,1,6] = ConvTranspose(%x, %w, %b) {strides = [2], pads = [1, 1]}
}
run x = f32[1,2,3] [-2, 3, -1, -2, 3, -2]
gives y = f32[1,1,6] [-8, -19, 14, 15, -10, -4]

== phases with one tap and with two
graph (%x f32[1,1,4]) -> (%y) {
	%w f32[1,1,3] = const [-3, -2, -3]
	%y f32[1,1,8] = ConvTranspose(%x, %w) {strides = [2], pads = [1, 1], output_padding = [1]}
}
run x = f32[1,1,4] [3, -2, 0, 3]
gives y = f32[1,1,8] [-6, -3, 4, 6, 0, -9, -6, -9]

== phases without a tap get the bias
graph (%x f32[1,1,3]) -> (%y) {
	%w f32[1,2,1] = const [-1, 4]
	%b f32[2] = const [-3, 0]
	%y f32[1,2,9] = ConvTranspose(%x, %w, %b) {strides = [3], output_padding = [2]}
}
run x = f32[1,1,3] [4, -3, -1]
gives y = f32[1,2,9] [-7, -3, -3, 0, -3, -3, -2, -3, -3, 16, 0, 0, -12, 0, 0, -4, 0, 0]

== steps of taps that are no multiple of the stride
graph (%x f32[1,1,3]) -> (%y) {
	%w f32[1,1,3] = const [-4, -2, 0]
	%y f32[1,1,11] = ConvTranspose(%x, %w) {strides = [3], dilations = [2]}
}
run x = f32[1,1,3] [-2, -4, 2]
gives y = f32[1,1,11] [8, 0, 4, 16, 0, 8, -8, 0, -4, 0, 0]

== taps and phases share a divisor
graph (%x f32[1,1,3]) -> (%y) {
	%w f32[1,1,2] = const [4, -4]
	%b f32[1] = const [2]
	%y f32[1,1,10] = ConvTranspose(%x, %w, %b) {strides = [4], dilations = [2], pads = [1, 0]}
}
run x = f32[1,1,3] [-3, 4, 2]
gives y = f32[1,1,10] [2, 14, 2, 18, 2, -14, 2, 10, 2, -6]

== more cut off than one stride
graph (%x f32[1,1,5]) -> (%y) {
	%w f32[1,1,5] = const [-3, -2, 4, -1, 0]
	%y f32[1,1,8] = ConvTranspose(%x, %w) {strides = [2], pads = [3, 2]}
}
run x = f32[1,1,5] [-2, 0, 4, -2, 2]
gives y = f32[1,1,8] [2, -12, -8, 22, 0, -14, -2, 8]

== a size that is asked for
graph (%x f32[1,1,3]) -> (%y) {
	%w f32[1,1,3] = const [0, 2, -1]
	%y f32[1,1,8] = ConvTranspose(%x, %w) {strides = [3], output_shape = [8]}
}
run x = f32[1,1,3] [-3, -1, 1]
gives y = f32[1,1,8] [-6, 3, 0, -2, 1, 0, 2, -1]

== the same size, the odd element cut off below
graph (%x f32[1,1,3]) -> (%y) {
	%w f32[1,1,3] = const [-4, 2, 0]
	%y f32[1,1,6] = ConvTranspose(%x, %w) {strides = [2], auto_pad = SAME_LOWER}
}
run x = f32[1,1,3] [2, 4, -1]
gives y = f32[1,1,6] [4, -16, 8, 4, -2, 0]

== the same size, the odd element cut off above
graph (%x f32[1,1,3]) -> (%y) {
	%w f32[1,1,3] = const [0, 1, 2]
	%y f32[1,1,6] = ConvTranspose(%x, %w) {strides = [2], auto_pad = SAME_UPPER}
}
run x = f32[1,1,3] [0, -1, -4]
gives y = f32[1,1,6] [0, 0, 0, -1, -2, -4]

== two axes, groups, an activation
graph (%x f32[1,4,2,2]) -> (%y) {
	%w f32[4,2,2,3] = const [-4, 2, 2, 3, 3, -3, 0, 3, -1, -3, 0, -4, -3, 3, 2, 3, 3, 3, -2, 0, 1, -2, 4, -4, 3, 1, -2, 2, -1, 3, 4, -2, 0, -3, 2, 1, 3, 3, 4, 4, 4, -3, -4, 0, -1, 4, 3, -1]
	%b f32[4] = const [1, 1, 4, -4]
	%c = ConvTranspose(%x, %w, %b) {group = 2, strides = [2, 2], pads = [0, 1, 0, 1]}
	%y f32[1,4,4,3] = Relu(%c)
}
run x = f32[1,4,2,2] [-3, 1, 3, -2, -1, 3, 1, 0, 2, 0, 4, 2, -4, -3, 0, 3]
gives y = f32[1,4,4,3] [0, 0, 12, 0, 19, 13, 10, 17, 0, 13, 0, 0, 0, 0, 4, 0, 8, 13, 10, 0, 0, 5, 0, 1, 0, 0, 0, 0, 10, 0, 8, 11, 15, 0, 32, 14, 0, 12, 0, 0, 0, 0, 0, 0, 0, 4, 6, 9]

== one channel a group
graph (%x f32[1,3,1,3]) -> (%y) {
	%w f32[3,1,2,2] = const [1, -2, -2, 2, 2, 3, -3, 3, 3, -2, -4, 2]
	%y f32[1,3,2,6] = ConvTranspose(%x, %w) {group = 3, strides = [2, 2]}
}
run x = f32[1,3,1,3] [0, 2, 0, 4, 4, 3, 0, 3, -4]
gives y = f32[1,3,2,6] [0, 0, 2, -4, 0, 0, 0, 0, -4, 4, 0, 0, 8, 12, 8, 12, 6, 9, -12, 12, -12, 12, -9, 9, 0, 0, 9, -6, -12, 8, 0, 0, -12, 6, 16, -8]

== three axes
graph (%x f32[1,1,2,1,2]) -> (%y) {
	%w f32[1,1,2,3,2] = const [-4, 2, 2, -3, 1, -1, 0, -4, 1, -2, 0, -1]
	%y f32[1,1,4,2,2] = ConvTranspose(%x, %w) {strides = [2, 3, 1], pads = [0, 1, 1, 0, 0, 0]}
}
run x = f32[1,1,2,1,2] [-3, -1, 2, -2]
gives y = f32[1,1,4,2,2] [7, 3, 2, 1, 5, 2, 3, 1, -10, 6, -4, 2, -6, 4, -2, 2]

== weights of half a byte, of several inputs
graph (%x f4e2m1[1,2,1,2]) -> (%y) {
	%w f4e2m1[2,1,1,1] = const [1, -2]
	%y = ConvTranspose(%x, %w) {kernel_shape = [1, 1], pads = [0, 0, 0, 0], strides = [1, 2], dilations = [1, 1]}
}
run x = f4e2m1[1,2,1,2] [1, -2, 3, 0.5]
gives y = f4e2m1[1,1,1,3] [-4, 0, -3]
== weights of half a byte, for several outputs
graph (%x f4e2m1[1,1,1,2]) -> (%y) {
	%w f4e2m1[1,2,1,1] = const [1, -2]
	%y = ConvTranspose(%x, %w) {kernel_shape = [1, 1], pads = [0, 0, 0, 0], strides = [1, 2], dilations = [1, 1]}
}
run x = f4e2m1[1,1,1,2] [1, -2]
gives y = f4e2m1[1,2,1,3] [1, 0, -2, -2, 0, 4]

== taps of half a byte that meet an element
graph (%x f4e2m1[1,1,1,1]) -> (%y) {
	%w f4e2m1[2,1,3,3] = const [6, 6, 6, 6, 1.5, 6, 6, 6, 6, 6, 6, 6, 6, -1, 6, 6, 6, 6]
	%y = Conv(%x, %w) {kernel_shape = [3, 3], pads = [1, 1, 1, 1]}
}
run x = f4e2m1[1,1,1,1] [2] gives y = f4e2m1[1,2,1,1] [3, -2]

== one element that is spread, with biases of half a byte
graph (%x f4e2m1[1,1,1,1]) -> (%y) {
	%w f4e2m1[1,2,1,2] = const [1, -2, 3, 0.5]
	%b f4e2m1[2] = const [0.5, -1]
	%y = ConvTranspose(%x, %w, %b) {kernel_shape = [1, 2]}
}
run x = f4e2m1[1,1,1,1] [1] gives y = f4e2m1[1,2,1,2] [1.5, -1.5, 2, -0.5]
