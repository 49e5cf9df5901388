== Pad of zeros into Conv
pass algebra
graph (%x f32[1,2,6,5]) -> (%y) {
	%p i64[8] = const [0, 0, 1, 2, 0, 0, 3, 0]
	%w f32[1,2,3,3] = const [1 * 9, 2 * 9]
	%a = Pad(%x, %p)
	%y = Conv(%a, %w) {pads = [1, 1, 1, 1]}
}
->
graph (%x f32[1,2,6,5]) -> (%y) {
	%w f32[1,2,3,3] = const [1 * 9, 2 * 9]
	%y = Conv(%x, %w) {pads = [2, 3, 4, 1]}
}
== SAME padding becomes numbers
pass algebra
graph (%x f32[1,1,5,5]) -> (%y) {
	%p i64[8] = const [0, 0, 0, 0, 0, 0, 1, 1]
	%w f32[1,1,3,3] = const [1 * 9]
	%a = Pad(%x, %p)
	%y = Conv(%a, %w) {auto_pad = SAME_UPPER, strides = [2, 2]}
}
->
graph (%x f32[1,1,5,5]) -> (%y) {
	%w f32[1,1,3,3] = const [1 * 9]
	%y = Conv(%x, %w) {strides = [2, 2], pads = [0, 0, 2, 2]}
}
== Pad of another value stays
pass algebra
graph (%x f32[1,1,5]) -> (%y) {
	%p i64[6] = const [0, 0, 1, 0, 0, 1]
	%v f32[] = const [1]
	%w f32[1,1,3] = const [1 * 3]
	%a = Pad(%x, %p, %v)
	%y = Conv(%a, %w)
}
->
same
== Pad of channels stays
pass algebra
graph (%x f32[1,1,5]) -> (%y) {
	%p i64[6] = const [0, 1, 1, 0, 0, 1]
	%w f32[1,2,3] = const [1 * 6]
	%a = Pad(%x, %p)
	%y = Conv(%a, %w)
}
->
same
== Pad that reflects stays
pass algebra
graph (%x f32[1,1,5]) -> (%y) {
	%p i64[6] = const [0, 0, 1, 0, 0, 1]
	%w f32[1,1,3] = const [1 * 3]
	%a = Pad(%x, %p) {mode = reflect}
	%y = Conv(%a, %w)
}
->
same
== An infinite weight times a padded zero is NaN
pass algebra
graph (%x f32[1,1,5]) -> (%y) {
	%p i64[6] = const [0, 0, 1, 0, 0, 1]
	%w f32[1,1,3] = const [1, inf, 1]
	%a = Pad(%x, %p)
	%y = Conv(%a, %w)
}
->
same
== A bias of -0.0 would stay where windows see nothing
pass algebra
graph (%x f32[1,1,5]) -> (%y) {
	%p i64[6] = const [0, 0, 3, 0, 0, 1]
	%w f32[1,1,3] = const [1, 2, 1]
	%b f32[1] = const [-0]
	%a = Pad(%x, %p)
	%y = Conv(%a, %w, %b)
}
->
same
== Pad of the lowest number into MaxPool
pass algebra
graph (%x f32[1,1,6]) -> (%y) {
	%p i64[6] = const [0, 0, 1, 0, 0, 1]
	%v f32[1] = const [-inf]
	%a = Pad(%x, %p, %v)
	%y = MaxPool(%a) {kernel_shape = [3], strides = [2]}
}
->
graph (%x f32[1,1,6]) -> (%y) {
	%y = MaxPool(%x) {kernel_shape = [3], strides = [2], pads = [1, 1]}
}
== A pool whose windows would miss the input stays
pass algebra
graph (%x f32[1,1,6]) -> (%y) {
	%p i64[6] = const [0, 0, 3, 0, 0, 1]
	%v f32[1] = const [-inf]
	%a = Pad(%x, %p, %v)
	%y = MaxPool(%a) {kernel_shape = [3]}
}
->
same
== Ceil mode counts windows by the padding
pass algebra
graph (%x f32[1,1,6]) -> (%y) {
	%p i64[6] = const [0, 0, 0, 0, 0, 1]
	%v f32[1] = const [-inf]
	%a = Pad(%x, %p, %v)
	%y = MaxPool(%a) {kernel_shape = [2], strides = [2], ceil_mode = 1}
}
->
same
== Pad of zeros into AveragePool counts them
pass algebra
graph (%x f32[1,1,6]) -> (%y) {
	%p i64[6] = const [0, 0, 1, 0, 0, 1]
	%a = Pad(%x, %p)
	%y = AveragePool(%a) {kernel_shape = [3]}
}
->
graph (%x f32[1,1,6]) -> (%y) {
	%y = AveragePool(%x) {kernel_shape = [3], pads = [1, 1], count_include_pad = 1}
}
== An AveragePool that leaves out its own padding keeps the Pad
pass algebra
graph (%x f32[1,1,6]) -> (%y) {
	%p i64[6] = const [0, 0, 1, 0, 0, 1]
	%a = Pad(%x, %p)
	%y = AveragePool(%a) {kernel_shape = [3], pads = [1, 1]}
}
->
same
== Pad of zeros into MaxPool where nothing is negative
pass chains
graph (%x f32[1,1,6]) -> (%y) {
	%p i64[6] = const [0, 0, 1, 0, 0, 1]
	%r = Relu(%x)
	%a = Pad(%r, %p)
	%y = MaxPool(%a) {kernel_shape = [3], strides = [2]}
}
->
graph (%x f32[1,1,6]) -> (%y) {
	%r = Relu(%x)
	%y = MaxPool(%r) {kernel_shape = [3], strides = [2], pads = [1, 1]}
}
== Zeros would win over negative numbers
pass chains
graph (%x f32[1,1,6]) -> (%y) {
	%p i64[6] = const [0, 0, 1, 0, 0, 1]
	%a = Pad(%x, %p)
	%y = MaxPool(%a) {kernel_shape = [3], strides = [2]}
}
->
same
== a constant is padded now where the weights are data
pass chains
graph (%w f32[1,1,3,3]) -> (%y) {
	%c f32[1,1,2,2] = const [1, 2, 3, 4]
	%y = Conv(%c, %w) {pads = [1, 0, 1, 2]}
}
->
graph (%w f32[1,1,3,3]) -> (%y) {
	%c f32[1,1,2,2] = const [1, 2, 3, 4]
	%p i64[8] = const [0, 0, 1, 0, 0, 0, 1, 2]
	%a = Pad(%c, %p)
	%y = Conv(%a, %w) {pads = [0, 0, 0, 0]}
}
== not where there is no padding
pass chains
graph (%w f32[1,1,2,2]) -> (%y) {
	%c f32[1,1,2,2] = const [1, 2, 3, 4]
	%y = Conv(%c, %w) {pads = [0, 0, 0, 0]}
}
->
same
