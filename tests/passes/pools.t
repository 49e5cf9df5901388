== A large window, rows first
pass algebra
graph (%x f32[1,2,6,7]) -> (%y) {
	%y = MaxPool(%x) {kernel_shape = [5, 5], pads = [2, 1, 2, 3]}
}
->
graph (%x f32[1,2,6,7]) -> (%y) {
	%a = MaxPool(%x) {kernel_shape = [1, 5], pads = [0, 1, 0, 3]}
	%y = MaxPool(%a) {kernel_shape = [5, 1], pads = [2, 0, 2, 0]}
}
== A stride, a dilation, and padding that follows from sizes
pass algebra
graph (%x f32[1,1,30,29]) -> (%y) {
	%y = MaxPool(%x) {kernel_shape = [6, 9], strides = [2, 3], dilations = [1, 2], auto_pad = SAME_UPPER}
}
->
graph (%x f32[1,1,30,29]) -> (%y) {
	%a = MaxPool(%x) {kernel_shape = [1, 9], strides = [1, 3], dilations = [1, 2], auto_pad = SAME_UPPER}
	%y = MaxPool(%a) {kernel_shape = [6, 1], strides = [2, 1], dilations = [1, 1], auto_pad = SAME_UPPER}
}
== Three axes, the last window beyond the end
pass algebra
graph (%x f32[1,1,7,8,9]) -> (%y) {
	%y = MaxPool(%x) {kernel_shape = [3, 1, 7], strides = [1, 1, 4], ceil_mode = 1}
}
->
graph (%x f32[1,1,7,8,9]) -> (%y) {
	%a = MaxPool(%x) {kernel_shape = [1, 1, 7], strides = [1, 1, 4], ceil_mode = 1}
	%y = MaxPool(%a) {kernel_shape = [3, 1, 1], strides = [1, 1, 1], ceil_mode = 1}
}
== Few taps
pass algebra
graph (%x f32[1,1,8,8]) -> (%y) {
	%y = MaxPool(%x) {kernel_shape = [3, 3], pads = [1, 1, 1, 1]}
}
->
same
== Strides that leave too many rows to the second pass
pass algebra
graph (%x f32[1,1,12,12]) -> (%y) {
	%y = MaxPool(%x) {kernel_shape = [4, 4], strides = [4, 4]}
}
->
same
== Positions are those of the whole window
pass algebra
graph (%x f32[1,1,8,8]) -> (%y, %at) {
	%y, %at = MaxPool(%x) {kernel_shape = [5, 5]}
}
->
same
== No taps but one
pass algebra
graph (%x f32[1,1,8,8]) -> (%y) {
	%y = MaxPool(%x) {kernel_shape = [1, 1], strides = [2, 2]}
}
->
same
== The mean of a large window, as far as it lies inside
pass chains
graph (%x f32[1,2,8,9]) -> (%y) {
	%y = AveragePool(%x) {kernel_shape = [5, 7], pads = [2, 3, 2, 3]}
}
->
graph (%x f32[1,2,8,9]) -> (%y) {
	%a = AveragePool(%x) {kernel_shape = [1, 7], pads = [0, 3, 0, 3]}
	%y = AveragePool(%a) {kernel_shape = [5, 1], pads = [2, 0, 2, 0]}
}
== The mean of a large window that counts its padding, the last beyond the end
pass chains
graph (%x f32[1,1,9,9]) -> (%y) {
	%y = AveragePool(%x) {kernel_shape = [6, 6], strides = [2, 2], pads = [1, 1, 1, 1], count_include_pad = 1, ceil_mode = 1}
}
->
graph (%x f32[1,1,9,9]) -> (%y) {
	%a = AveragePool(%x) {kernel_shape = [1, 6], strides = [1, 2], pads = [0, 1, 0, 1], count_include_pad = 1, ceil_mode = 1}
	%y = AveragePool(%a) {kernel_shape = [6, 1], strides = [2, 1], pads = [1, 0, 1, 0], count_include_pad = 1, ceil_mode = 1}
}
