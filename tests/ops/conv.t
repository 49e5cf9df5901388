Conv(x, w, b)[n,m,o] = b[m] + sum over c, k of x[n, c, o * stride + k * dilation - pad] w[m,c,k].

== one axis, padded
graph (%x f32[1,1,5]) -> (%y) {
	%w f32[1,1,3] = const [1, 2, 4]
	%b f32[1] = const [100]
	%y f32[1,1,5] = Conv(%x, %w, %b) {pads = [1, 1]}
}
run x = f32[1,1,5] [1, 10, 100, 1000, 10000]
gives y = f32[1,1,5] [142, 521, 4310, 42200, 21100]

== strides and dilations
graph (%x f32[1,1,6]) -> (%y) {
	%w f32[1,1,2] = const [1, -1]
	%y f32[1,1,2] = Conv(%x, %w) {strides = [2], dilations = [2]}
}
run x = f32[1,1,6] [1, 2, 4, 8, 16, 32] gives y = f32[1,1,2] [-3, -12]

== groups
graph (%x f32[1,2,2]) -> (%y) {
	%w f32[2,1,1] = const [3, 5]
	%y f32[1,2,2] = Conv(%x, %w) {group = 2}
}
run x = f32[1,2,2] [1, 2, 3, 4] gives y = f32[1,2,2] [3, 6, 15, 20]

== the same size at an odd stride
graph (%x f32[1,1,4]) -> (%y) {
	%w f32[1,1,3] = const [1, 1, 1]
	%y f32[1,1,2] = Conv(%x, %w) {auto_pad = SAME_UPPER, strides = [2]}
}
run x = f32[1,1,4] [1, 2, 3, 4] gives y = f32[1,1,2] [6, 7]

== a window larger than its input
fails E-SHAPE
graph (%x f32[1,1,2]) -> (%y) {
	%w f32[1,1,5] = const [1, 1, 1, 1, 1]
	%y = Conv(%x, %w)
}

== channels that do not fit
fails E-SHAPE
graph (%x f32[1,3,4]) -> (%y) {
	%w f32[1,2,1] = const [1, 1]
	%y = Conv(%x, %w)
}
