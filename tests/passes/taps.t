== Outer taps that read padding alone
pass algebra
graph (%x f32[1,1,4,5]) -> (%y) {
	%w f32[1,1,3,3] = const [1, 2, 3, 4, 5, 6, 7, 8, 9]
	%y = Conv(%x, %w) {dilations = [4, 4], pads = [4, 4, 4, 4]}
}
->
graph (%x f32[1,1,4,5]) -> (%y) {
	%w f32[1,1,1,3] = const [4, 5, 6]
	%y = Conv(%x, %w) {dilations = [4, 4], pads = [0, 4, 0, 4]}
}
== Taps of one side, with a stride
pass algebra
graph (%x f32[1,2,3]) -> (%y) {
	%w f32[2,1,4] = const [1, 2, 3, 4, 5, 6, 7, 8]
	%y = Conv(%x, %w) {group = 2, strides = [2], pads = [3, 0]}
}
->
graph (%x f32[1,2,3]) -> (%y) {
	%w f32[2,1,3] = const [2, 3, 4, 6, 7, 8]
	%y = Conv(%x, %w) {group = 2, strides = [2], pads = [2, 0]}
}
== Every tap meets an element
pass algebra
graph (%x f32[1,1,5]) -> (%y) {
	%w f32[1,1,3] = const [1, 2, 3]
	%y = Conv(%x, %w) {dilations = [4], pads = [4, 4]}
}
->
same
== An infinite weight times padding is NaN
pass algebra
graph (%x f32[1,1,4]) -> (%y) {
	%w f32[1,1,3] = const [inf, 2, 3]
	%y = Conv(%x, %w) {dilations = [4], pads = [4, 4]}
}
->
same
== ConvTranspose of one element
pass algebra
graph (%x f32[2,3,1,1]) -> (%y) {
	%w f32[3,2,1,2] = const [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
	%b f32[2] = const [1, 2]
	%y = ConvTranspose(%x, %w, %b) {strides = [2, 2]}
}
->
graph (%x f32[2,3,1,1]) -> (%y) {
	%w f32[3,2,1,2] = const [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
	%i i64[2] = const [2, 3]
	%j i64[2] = const [3, 4]
	%k i64[4] = const [2, 2, 1, 2]
	%b f32[4] = const [1, 1, 2, 2]
	%a = Reshape(%x, %i)
	%m = Reshape(%w, %j)
	%p = Gemm(%a, %m, %b)
	%y = Reshape(%p, %k)
}
== ConvTranspose of one element, cut off
pass algebra
graph (%x f32[2,3,1,1]) -> (%y) {
	%w f32[3,2,3,3] = const [1 * 54]
	%y = ConvTranspose(%x, %w) {pads = [1, 1, 0, 0]}
}
->
same
== ConvTranspose of one element, cut off to a size
pass algebra
graph (%x f32[2,3,1,1]) -> (%y) {
	%w f32[3,2,3,3] = const [1 * 54]
	%y = ConvTranspose(%x, %w) {output_padding = [1, 1], output_shape = [3, 3], strides = [2, 2]}
}
->
same
