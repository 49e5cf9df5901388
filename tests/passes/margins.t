Padding of axes that vary is a Pad in front of the convolution; that of other axes stays the convolution's own.

== both axes vary
pass margins
graph (%x f32[n,1,h,w]) -> (%y) {
	%k f32[1,1,3,3] = const [1, 2, 3, 4, 5, 6, 7, 8, 9]
	%y = Conv(%x, %k) {pads = [1, 0, 1, 2], strides = [2, 1]}
}
->
graph (%x f32[n,1,h,w]) -> (%y) {
	%k f32[1,1,3,3] = const [1, 2, 3, 4, 5, 6, 7, 8, 9]
	%p i64[8] = const [0, 0, 1, 0, 0, 0, 1, 2]
	%z = Pad(%x, %p)
	%y = Conv(%z, %k) {pads = [0, 0, 0, 0], strides = [2, 1]}
}

== one of two
pass margins
graph (%x f32[1,1,4,w]) -> (%y) {
	%k f32[1,1,3,3] = const [1, 2, 3, 4, 5, 6, 7, 8, 9]
	%y = Conv(%x, %k) {pads = [1, 1, 1, 1]}
}
->
graph (%x f32[1,1,4,w]) -> (%y) {
	%k f32[1,1,3,3] = const [1, 2, 3, 4, 5, 6, 7, 8, 9]
	%p i64[8] = const [0, 0, 0, 1, 0, 0, 0, 1]
	%z = Pad(%x, %p)
	%y = Conv(%z, %k) {pads = [1, 0, 1, 0]}
}

== none that varies, none at all
pass margins
graph (%x f32[n,1,4], %u f32[1,1,t]) -> (%y, %z) {
	%k f32[1,1,3] = const [1, 2, 3]
	%y = Conv(%x, %k) {pads = [1, 1]}
	%z = Conv(%u, %k)
}
->
same

== 0 times infinity would be there or not
pass margins
graph (%x f32[1,1,t]) -> (%y) {
	%k f32[1,1,3] = const [1, inf, 3]
	%y = Conv(%x, %k) {pads = [1, 1]}
}
->
same

== of bytes, by their zero point; one axis only, by what counts as zero where nothing says it
pass margins
graph (%x u8[1,1,h,w], %z u8[], %u i8[1,1,4,t]) -> (%y, %v) {
	%k i8[1,1,3,3] = const [1, 2, 3, 4, 5, 6, 7, 8, 9]
	%y = ConvInteger(%x, %k, %z) {pads = [1, 0, 1, 2]}
	%v = ConvInteger(%u, %k) {pads = [1, 1, 1, 1]}
}
->
graph (%x u8[1,1,h,w], %z u8[], %u i8[1,1,4,t]) -> (%y, %v) {
	%k i8[1,1,3,3] = const [1, 2, 3, 4, 5, 6, 7, 8, 9]
	%p i64[8] = const [0, 0, 1, 0, 0, 0, 1, 2]
	%q = Pad(%x, %p, %z)
	%y = ConvInteger(%q, %k, %z) {pads = [0, 0, 0, 0]}
	%r i64[8] = const [0, 0, 0, 1, 0, 0, 0, 1]
	%s = Pad(%u, %r)
	%v = ConvInteger(%s, %k) {pads = [1, 0, 1, 0]}
}
