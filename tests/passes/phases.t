Transposed convolutions to few channels, and over sizes that vary: a channel for each phase.

== two phases of three taps, both ends cut off
pass chains
graph (%x f32[1,2,4]) -> (%y) {
	%w f32[2,1,3] = const [1, 2, 3, 4, 5, 6]
	%b f32[1] = const [7]
	%y = ConvTranspose(%x, %w, %b) {pads = [1, 1], strides = [2]}
}
->
graph (%x f32[1,2,4]) -> (%y) {
	%w f32[2,2,2] = const [3, 1, 6, 4, 0, 2, 0, 5]
	%b f32[2] = const [7, 7]
	%t = Conv(%x, %w, %b) {pads = [1, 0]}
	%apart i64[4] = const [1, 1, 2, 4]
	%r = Reshape(%t, %apart)
	%u = Transpose(%r) {perm = [0, 1, 3, 2]}
	%all i64[3] = const [1, 1, 8]
	%v = Reshape(%u, %all)
	%one i64[1] = const [1]
	%end i64[1] = const [8]
	%last i64[1] = const [2]
	%y = Slice(%v, %one, %end, %last)
}

== so many neighbours fill a vector
pass chains
graph (%x f32[1,2,4]) -> (%y) {
	%w f32[2,4,3] = const [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24]
	%y = ConvTranspose(%x, %w) {strides = [2]}
}
->
same

== the padding takes more than the taps reach
pass chains
graph (%x f32[1,1,5]) -> (%y) {
	%w f32[1,1,2] = const [1, 2]
	%y = ConvTranspose(%x, %w) {pads = [3, 3], strides = [2]}
}
->
same

== of a size that varies, in groups, of phases of one tap: the output is cut from both ends
pass phases
symbol t = 1..64
graph (%x f32[n,2,t]) -> (%y) {
	%w f32[2,2,2] = const [1, 2, 3, 4, 5, 6, 7, 8]
	%y = ConvTranspose(%x, %w) {pads = [1, 0], strides = [2], group = 2, output_padding = [1]}
}
->
symbol t = 1..64
graph (%x f32[n,2,t]) -> (%y) {
	%w f32[8,1,1] = const [1, 2, 3, 4, 5, 6, 7, 8]
	%t = Conv(%x, %w, _) {group = 2, pads = [0, 1]}
	%apart i64[4] = const [0, 4, 2, -1]
	%r = Reshape(%t, %apart)
	%u = Transpose(%r) {perm = [0, 1, 3, 2]}
	%all i64[3] = const [0, 4, -1]
	%v = Reshape(%u, %all)
	%one i64[1] = const [1]
	%end i64[1] = const [-1]
	%last i64[1] = const [2]
	%y = Slice(%v, %one, %end, %last)
}

== of a size that varies, dilated: zeros lie between the taps, 1 0 2 0 3 in turn for the two phases
pass phases
symbol t = 1..64
graph (%x f32[n,1,t]) -> (%y) {
	%w f32[1,1,3] = const [1, 2, 3]
	%y = ConvTranspose(%x, %w) {pads = [2, 2], strides = [2], dilations = [2], output_padding = [1]}
}
->
symbol t = 1..64
graph (%x f32[n,1,t]) -> (%y) {
	%w f32[2,1,3] = const [3, 2, 1, 0, 0, 0]
	%t = Conv(%x, %w, _) {pads = [1, 1]}
	%apart i64[4] = const [0, 1, 2, -1]
	%r = Reshape(%t, %apart)
	%u = Transpose(%r) {perm = [0, 1, 3, 2]}
	%all i64[3] = const [0, 1, -1]
	%y = Reshape(%u, %all)
}

== of a size that varies, dilated, of one phase: a dilated convolution
pass phases
symbol t = 1..64
graph (%x f32[n,1,t]) -> (%y) {
	%w f32[1,1,3] = const [1, 2, 3]
	%y = ConvTranspose(%x, %w) {pads = [1, 2], dilations = [3]}
}
->
symbol t = 1..64
graph (%x f32[n,1,t]) -> (%y) {
	%w f32[1,1,3] = const [3, 2, 1]
	%t = Conv(%x, %w, _) {pads = [5, 4], dilations = [3]}
	%apart i64[4] = const [0, 1, 1, -1]
	%r = Reshape(%t, %apart)
	%u = Transpose(%r) {perm = [0, 1, 3, 2]}
	%all i64[3] = const [0, 1, 0]
	%y = Reshape(%u, %all)
}

== where there may be nothing, and by weights that data decide
pass phases
symbol t = 1..64
graph (%x f32[1,1,t], %v f32[1,1,2]) -> (%y, %z) {
	%w f32[1,1,2] = const [1, 2]
	%y = ConvTranspose(%x, %w) {pads = [1, 1], strides = [2]}
	%z = ConvTranspose(%x, %v)
}
->
same
