Operators whose sizes only the run knows.

== Unique of a varying length
symbol n = 0..6
graph (%x f32[n]) -> (%y, %i, %v, %c) { %y, %i, %v, %c = Unique(%x) }
run x = f32[6] [2, 1, 1, 3, 4, 3] gives y = f32[4] [1, 2, 3, 4], i = i64[4] [1, 0, 3, 4], v = i64[6] [1, 0, 0, 2, 3, 2],
    c = i64[4] [2, 1, 2, 1]
run x = f32[1] [7] gives y = f32[1] [7], i = i64[1] [0], v = i64[1] [0], c = i64[1] [1]

== Unique of com.microsoft, of a varying length
symbol n = 0..6
graph (%x f32[n]) -> (%y, %v, %c) { %y, %v, %c = com.microsoft.Unique(%x) }
run x = f32[6] [2, 1, 1, 3, 4, 3] gives y = f32[4] [2, 1, 3, 4], v = i64[6] [0, 1, 1, 2, 3, 2], c = i64[4] [1, 2, 2, 1]
run x = f32[1] [7] gives y = f32[1] [7], v = i64[1] [0], c = i64[1] [1]
run x = f32[0] [] gives y = f32[0] [], v = i64[0] [], c = i64[0] []

== Unique rows
symbol n = 1..4
symbol w = 1..3
graph (%x f32[n,w]) -> (%y) { %y, _, _, _ = Unique(%x) {axis = 0} }
run x = f32[3,2] [1, 2, 0, 5, 1, 2] gives y = f32[2,2] [0, 5, 1, 2]
run x = f32[2,1] [1, 1] gives y = f32[1,1] [1]

== CenterCropPad: what varies is cut or padded
symbol n = 1..6
graph (%x f32[n]) -> (%y) { %s i64[1] = const [3] %y f32[3] = CenterCropPad(%x, %s) }
run x = f32[6] [1, 2, 3, 4, 5, 6] gives y = f32[3] [2, 3, 4]
run x = f32[4] [1, 2, 3, 4] gives y = f32[3] [1, 2, 3]
run x = f32[3] [1, 2, 3] gives y = f32[3] [1, 2, 3]
run x = f32[1] [1] gives y = f32[3] [0, 1, 0]

== GroupNormalization of channels that vary
symbol c = 2..8
graph (%x f32[1,c,1], %w f32[c], %b f32[c]) -> (%y) { %y = GroupNormalization(%x, %w, %b) {num_groups = 2, epsilon = 0} }
run x = f32[1,4,1] [1, 3, 2, 6], w = f32[4] [1, 1, 1, 2], b = f32[4] [0, 0, 1, 0] gives y = f32[1,4,1] [-1, 1, 0, 2] within 1e-6
run x = f32[1,6,1] [0, 0, 3, 1, 1, 4], w = f32[6] [1, 1, 1, 1, 1, 1], b = f32[6] [0, 0, 0, 0, 0, 0]
gives y = f32[1,6,1] [-0.70710678, -0.70710678, 1.41421356, -0.70710678, -0.70710678, 1.41421356] within 1e-6

== groups that do not divide the channels
fails E-ATTR
symbol c = 2..8
graph (%x f32[1,c,1], %w f32[c], %b f32[c]) -> (%y) { %y = GroupNormalization(%x, %w, %b) {num_groups = 2} }
run x = f32[1,3,1] [1, 3, 2], w = f32[3] [1, 1, 1], b = f32[3] [0, 0, 1] gives y = f32[1,3,1] [-1, 1, 0]

== PRelu: a slope of as many channels as the run has
symbol c = 1..8
graph (%x f32[c,2]) -> (%y) { %s f32[3,1] = const [1, 2, 3] %y f32[c,2] = PRelu(%x, %s) }
run x = f32[3,2] [-1, 1, -1, 1, -1, 1] gives y = f32[3,2] [-1, 1, -2, 1, -3, 1]

== PRelu: another number of channels
fails E-SHAPE
symbol c = 1..8
graph (%x f32[c,2]) -> (%y) { %s f32[3,1] = const [1, 2, 3] %y f32[c,2] = PRelu(%x, %s) }
run x = f32[2,2] [-1, 1, -1, 1] gives y = f32[2,2] [-1, 1, -2, 1]

== LinearAttention: the width of heads varies
symbol k = 2..8
symbol v = 2..8
graph (%q f32[1,2,k], %k f32[1,2,k], %v f32[1,2,v]) -> (%y) {
	%y, _ = LinearAttention(%q, %k, %v) {q_num_heads = 2, kv_num_heads = 2, update_rule = linear, scale = 1}
}
run q = f32[1,2,2] [1, 1, 1, 1], k = f32[1,2,2] [1, 2, 1, 1], v = f32[1,2,2] [3, 4, 5, 6] gives y = f32[1,2,2] [3, 8, 8, 14]

== LinearAttention: the run knows whether decay is one a head or a row
symbol w = 1..2
graph (%q f32[1,1,2], %k f32[1,1,2], %v f32[1,1,1], %p f32[1,1,2,1], %d f32[1,1,w]) -> (%y, %s) {
	%y, %s = LinearAttention(%q, %k, %v, %p, %d) {q_num_heads = 1, kv_num_heads = 1, update_rule = gated, scale = 1}
}
run q = f32[1,1,2] [1, 10], k = f32[1,1,2] [0, 0], v = f32[1,1,1] [0], p = f32[1,1,2,1] [1, 1], d = f32[1,1,1] [0.69314718]
gives y = f32[1,1,1] [22], s = f32[1,1,2,1] [2, 2] within 1e-6
run q = f32[1,1,2] [1, 10], k = f32[1,1,2] [0, 0], v = f32[1,1,1] [0], p = f32[1,1,2,1] [1, 1], d = f32[1,1,2] [0, 0.69314718]
gives y = f32[1,1,1] [21], s = f32[1,1,2,1] [1, 2] within 1e-6

== LinearAttention: the run knows whether corrections are one in all or one a head
symbol w = 1..3
graph (%q f32[1,1,3], %k f32[1,1,3], %v f32[1,1,3], %b f32[1,1,w]) -> (%y) {
	%y, _ = LinearAttention(%q, %k, %v, _, _, %b) {q_num_heads = 3, kv_num_heads = 3, update_rule = delta, scale = 1}
}
run q = f32[1,1,3] [1, 1, 1], k = f32[1,1,3] [1, 1, 1], v = f32[1,1,3] [4, 8, 16], b = f32[1,1,1] [0.5] gives y = f32[1,1,3] [2, 4, 8]
run q = f32[1,1,3] [1, 1, 1], k = f32[1,1,3] [1, 1, 1], v = f32[1,1,3] [4, 8, 16], b = f32[1,1,3] [0.5, 0.25, 1] gives y = f32[1,1,3] [2, 2, 16]

== LinearAttention: corrections of neither
fails E-SHAPE
symbol w = 1..3
graph (%q f32[1,1,3], %k f32[1,1,3], %v f32[1,1,3], %b f32[1,1,w]) -> (%y) {
	%y, _ = LinearAttention(%q, %k, %v, _, _, %b) {q_num_heads = 3, kv_num_heads = 3, update_rule = delta, scale = 1}
}
run q = f32[1,1,3] [1, 1, 1], k = f32[1,1,3] [1, 1, 1], v = f32[1,1,3] [4, 8, 16], b = f32[1,1,2] [0.5, 1] gives y = f32[1,1,3] [2, 4, 8]

== Scan: a turn gives the size of a state as a number
symbol n = 1..4
graph (%s f32[n], %x f32[2,3]) -> (%y, %z) {
	%y, %z = Scan(%s, %x) {num_scan_inputs = 1} body = graph (%a f32[n], %b f32[3]) -> (%c, %d) { %c = Add(%a, %b) %d = Neg(%c) }
}
run s = f32[3] [10, 20, 30], x = f32[2,3] [1, 2, 3, 4, 5, 6] gives y = f32[3] [15, 27, 39], z = f32[2,3] [-11, -22, -33, -15, -27, -39]

== Loop: a turn calls the size of a state otherwise
symbol n = 1..4
symbol m = 2..6
graph (%x f32[n,2], %w f32[m,2]) -> (%y) {
	%k i64[] = const [3]
	%y = Loop(%k, _, %x, %w) body = graph (%t i64[], %g bool[], %a f32[n,2] | %w f32[m,2]) -> (%g, %b) {
		%two f32[] = const [2] %v = Mul(%w, %two) %b f32[m,2] = Identity(%v)
	}
}
run x = f32[2,2] [1, 2, 3, 4], w = f32[2,2] [5, 6, 7, 8] gives y = f32[2,2] [10, 12, 14, 16]

== Loop: a turn gives a state other sizes, but as many elements
fails E-SHAPE
symbol n = 1..4
symbol m = 1..4
graph (%x f32[n,m]) -> (%y) {
	%k i64[] = const [1]
	%y = Loop(%k, _, %x) body = graph (%t i64[], %g bool[], %a f32[n,m]) -> (%g, %b) { %b = Transpose(%a) {perm = [1, 0]} }
}
run x = f32[2,3] [1, 2, 3, 4, 5, 6] gives y = f32[2,3] [1, 4, 2, 5, 3, 6]

== Slice: a start counts from the end where it turns out negative
symbol n = 1..6
symbol m = 1..6
graph (%x f32[n], %z f32[m]) -> (%y) {
	%a i64[1] = Shape(%x) %b i64[1] = Shape(%z) %s i64[1] = Sub(%a, %b) %e i64[1] = const [9]
	%y = Slice(%x, %s, %e)
}
run x = f32[4] [1, 2, 3, 4], z = f32[1] [0] gives y = f32[1] [4]
run x = f32[4] [1, 2, 3, 4], z = f32[4] [0, 0, 0, 0] gives y = f32[4] [1, 2, 3, 4]
run x = f32[3] [1, 2, 3], z = f32[5] [0, 0, 0, 0, 0] gives y = f32[2] [2, 3]
run x = f32[1] [1], z = f32[4] [0, 0, 0, 0] gives y = f32[1] [1]

== Conv: the taps vary
symbol n = 1..6
symbol k = 1..3
graph (%x f32[1,1,n], %w f32[1,1,k]) -> (%y, %z) {
	%y = Conv(%x, %w) {pads = [1, 1]} %z = Conv(%x, %w) {auto_pad = SAME_UPPER, strides = [2]}
}
run x = f32[1,1,4] [1, 2, 3, 4], w = f32[1,1,2] [1, 10] gives y = f32[1,1,5] [10, 21, 32, 43, 4], z = f32[1,1,2] [21, 43]
run x = f32[1,1,4] [1, 2, 3, 4], w = f32[1,1,3] [1, 1, 1] gives y = f32[1,1,4] [3, 6, 9, 7], z = f32[1,1,2] [6, 7]
run x = f32[1,1,1] [2], w = f32[1,1,1] [3] gives y = f32[1,1,3] [0, 6, 0], z = f32[1,1,1] [6]

== Conv: kernel_shape says how many taps there are
symbol k = 1..4
graph (%x f32[1,1,3], %w f32[1,1,k]) -> (%y) { %y f32[1,1,2] = Conv(%x, %w) {kernel_shape = [2]} }
run x = f32[1,1,3] [1, 2, 3], w = f32[1,1,2] [1, 10] gives y = f32[1,1,2] [21, 32]

== Conv: another number of taps than kernel_shape
fails E-SHAPE
symbol k = 1..4
graph (%x f32[1,1,3], %w f32[1,1,k]) -> (%y) { %y f32[1,1,2] = Conv(%x, %w) {kernel_shape = [2]} }
run x = f32[1,1,3] [1, 2, 3], w = f32[1,1,3] [1, 10, 100] gives y = f32[1,1,2] [21, 32]

== Conv: groups of as many kernels as the run has
symbol m = 2..6
graph (%x f32[1,2,2], %w f32[m,1,1]) -> (%y) { %y = Conv(%x, %w) {group = 2} }
run x = f32[1,2,2] [1, 2, 3, 4], w = f32[2,1,1] [10, 100] gives y = f32[1,2,2] [10, 20, 300, 400]
run x = f32[1,2,2] [1, 2, 3, 4], w = f32[4,1,1] [1, 10, 100, 1000]
gives y = f32[1,4,2] [1, 2, 10, 20, 300, 400, 3000, 4000]

== Conv: groups that do not divide the kernels
fails E-SHAPE
symbol m = 2..6
graph (%x f32[1,2,2], %w f32[m,1,1]) -> (%y) { %y = Conv(%x, %w) {group = 2} }
run x = f32[1,2,2] [1, 2, 3, 4], w = f32[3,1,1] [10, 100, 1] gives y = f32[1,2,2] [10, 20, 300, 400]

== ConvTranspose: taps, kernels and channels vary
symbol c = 2..4
symbol k = 1..3
graph (%x f32[1,c,2], %w f32[c,1,k]) -> (%y) { %y = ConvTranspose(%x, %w) {strides = [2], group = 2} }
run x = f32[1,2,2] [1, 2, 0, 1], w = f32[2,1,3] [1, 10, 100, 1, 2, 3] gives y = f32[1,2,5] [1, 10, 102, 20, 200, 0, 0, 1, 2, 3]
run x = f32[1,4,2] [1, 2, 3, 4, 0, 0, 1, 0], w = f32[4,1,2] [1, 10, 2, 20, 7, 7, 3, 30]
gives y = f32[1,2,4] [7, 70, 10, 100, 3, 30, 0, 0]

== ConvInteger: the taps vary
symbol k = 1..3
graph (%x u8[1,1,3], %w u8[1,1,k], %o u8[]) -> (%y) { %y = ConvInteger(%x, %w, %o) {pads = [0, 1]} }
run x = u8[1,1,3] [1, 2, 3], w = u8[1,1,2] [1, 2], o = u8[] [1] gives y = i32[1,1,3] [2, 5, 2]
run x = u8[1,1,3] [1, 2, 3], w = u8[1,1,1] [3], o = u8[] [0] gives y = i32[1,1,4] [3, 6, 9, 0]

== CausalConvWithState: channels, taps and length vary
symbol c = 1..3
symbol k = 1..3
symbol n = 1..4
graph (%x f32[1,c,n], %w f32[c,1,k], %b f32[c]) -> (%y, %s) { %y, %s = CausalConvWithState(%x, %w, %b) }
run x = f32[1,1,3] [1, 2, 3], w = f32[1,1,2] [1, 10], b = f32[1] [0.5] gives y = f32[1,1,3] [10.5, 21.5, 32.5], s = f32[1,1,1] [3]
run x = f32[1,2,1] [1, 2], w = f32[2,1,3] [0, 0, 4, 0, 0, 5], b = f32[2] [0, 0]
gives y = f32[1,2,1] [4, 10], s = f32[1,2,2] [0, 1, 0, 2]
run x = f32[1,2,2] [1, 2, 3, 4], w = f32[2,1,1] [2, 3], b = f32[2] [0, 0]
gives y = f32[1,2,2] [2, 4, 9, 12], s = f32[1,2,0] []

== CausalConvWithState: taps vary behind a state
symbol k = 2..3
symbol p = 1..2
graph (%x f32[1,1,3], %w f32[1,1,k], %p f32[1,1,p]) -> (%y, %s) { %y, %s = CausalConvWithState(%x, %w, _, %p) }
run x = f32[1,1,3] [1, 2, 3], w = f32[1,1,2] [1, 10], p = f32[1,1,1] [5] gives y = f32[1,1,3] [15, 21, 32], s = f32[1,1,1] [3]

== sizes are compared, and the run takes one
symbol n = 1..6
symbol m = 1..6
graph (%x f32[1], %a f32[n], %b f32[m]) -> (%y, %z) {
	%p i64[1] = Shape(%a) %q i64[1] = Shape(%b) %one i64[1] = const [1]
	%less bool[1] = Less(%p, %q) %equal bool[1] = Equal(%p, %q) %whole bool[1] = Not(%equal)
	%least i64[1] = Where(%less, %p, %q) %y = Expand(%x, %least)
	%c bool[1] = And(%less, %whole) %d bool[1] = Or(%c, %equal) %e bool[1] = Xor(%d, %equal)
	%k i64[1] = Where(%e, %q, %one) %z = Expand(%x, %k)
}
run x = f32[1] [7], a = f32[2] [0, 0], b = f32[3] [0, 0, 0] gives y = f32[2] [7, 7], z = f32[3] [7, 7, 7]
run x = f32[1] [7], a = f32[3] [0, 0, 0], b = f32[1] [0] gives y = f32[1] [7], z = f32[1] [7]
run x = f32[1] [7], a = f32[2] [0, 0], b = f32[2] [0, 0] gives y = f32[2] [7, 7], z = f32[1] [7]

== MaxUnpool of as much as the run has
symbol n = 1..4
graph (%x f32[1,1,n], %i i64[1,1,n]) -> (%y) { %y = MaxUnpool(%x, %i) {kernel_shape = [2], strides = [2]} }
run x = f32[1,1,2] [5, 6], i = i64[1,1,2] [1, 2] gives y = f32[1,1,4] [0, 5, 6, 0]
run x = f32[1,1,1] [7], i = i64[1,1,1] [0] gives y = f32[1,1,2] [7, 0]

== Col2Im: blocks of as many channels as the run has
symbol r = 2..6
graph (%x f32[1,r,2]) -> (%y) { %image i64[1] = const [3] %block i64[1] = const [2] %y = Col2Im(%x, %image, %block) }
run x = f32[1,2,2] [1, 2, 10, 20] gives y = f32[1,1,3] [1, 12, 20]
run x = f32[1,4,2] [1, 2, 10, 20, 3, 4, 5, 6] gives y = f32[1,2,3] [1, 12, 20, 3, 9, 6]

== Col2Im: rows that are no whole blocks
fails E-SHAPE
symbol r = 2..6
graph (%x f32[1,r,2]) -> (%y) { %image i64[1] = const [3] %block i64[1] = const [2] %y = Col2Im(%x, %image, %block) }
run x = f32[1,3,2] [1, 2, 10, 20, 3, 4] gives y = f32[1,1,3] [1, 12, 20]

== RNN: hidden_size says how many there are
symbol h = 1..4
symbol d = 1..8
graph (%x f32[2,1,1], %w f32[1,h,1], %r f32[1,h,h], %b f32[1,d]) -> (%y) {
	%y f32[2,1,1,1] = RNN(%x, %w, %r, %b) {hidden_size = 1, activations = ["Relu"]}
}
run x = f32[2,1,1] [2, 1], w = f32[1,1,1] [3], r = f32[1,1,1] [2], b = f32[1,2] [1, 1] gives y = f32[2,1,1,1] [8, 21]

== RNN: other weights than hidden_size says
fails E-ATTR
symbol h = 1..4
graph (%x f32[1,1,1], %w f32[1,h,1], %r f32[1,h,h]) -> (%y) {
	%y f32[1,1,1,1] = RNN(%x, %w, %r) {hidden_size = 1, activations = ["Relu"]}
}
run x = f32[1,1,1] [2], w = f32[1,2,1] [3, 4], r = f32[1,2,2] [0, 0, 0, 0] gives y = f32[1,1,1,1] [6]

== ConstantOfShape: the file says how many sizes there are
symbol r = 1..4
graph (%s i64[r]) -> (%y) { %y f32[2,3] = ConstantOfShape(%s) }
run s = i64[2] [2, 3] gives y = f32[2,3] [0, 0, 0, 0, 0, 0]

== AveragePool of at least one window
symbol n = 1..6
graph (%x f32[1,1,n]) -> (%y) { %y = AveragePool(%x) {kernel_shape = [3]} }
run x = f32[1,1,4] [1, 2, 3, 4] gives y = f32[1,1,2] [2, 3]

== AveragePool: less than a window
fails E-SIZE
symbol n = 1..6
graph (%x f32[1,1,n]) -> (%y) { %y = AveragePool(%x) {kernel_shape = [4]} }
run x = f32[1,1,2] [1, 2] gives y = f32[1,1,0] []

== Resize: corners, centres and regions of sizes that the run has
symbol n = 1..8
graph (%x f32[n]) -> (%a, %b, %c, %d) {
	%k f32[1] = const [0.6] %none f32[0] = const [] %s i64[1] = const [3] %r f32[2] = const [0.25, 0.75]
	%a = Resize(%x, _, %k) {mode = linear, coordinate_transformation_mode = align_corners}
	%b = Resize(%x, _, %k) {mode = linear, coordinate_transformation_mode = half_pixel_symmetric}
	%c f32[3] = Resize(%x, %r, _, %s) {mode = linear, coordinate_transformation_mode = tf_crop_and_resize}
	%d f32[3] = Resize(%x, _, _, %s) {mode = linear, coordinate_transformation_mode = pytorch_half_pixel}
}
run x = f32[5] [0, 10, 20, 30, 40] gives a = f32[3] [0, 20, 40], b = f32[3] [3.3333333, 20, 36.666667], c = f32[3] [10, 20, 30], d = f32[3] [3.3333333, 20, 36.666667] within 1e-6
run x = f32[2] [0, 8] gives a = f32[1] [0], b = f32[1] [4], c = f32[3] [2, 4, 6], d = f32[3] [0, 4, 8] within 1e-6

== Resize that keeps the proportions of sizes that the run has
symbol n = 1..8
symbol m = 1..8
graph (%x f32[n,m]) -> (%a, %b) {
	%s i64[2] = const [4, 6]
	%a = Resize(%x, _, _, %s) {mode = linear, coordinate_transformation_mode = asymmetric, keep_aspect_ratio_policy = not_larger}
	%b = Resize(%x, _, _, %s) {mode = nearest, nearest_mode = floor, coordinate_transformation_mode = asymmetric, keep_aspect_ratio_policy = not_smaller}
}
run x = f32[2,4] [0, 1, 2, 3, 4, 5, 6, 7]
gives a = f32[3,6] [0, 0.66666667, 1.33333333, 2, 2.66666667, 3, 2.66666667, 3.33333333, 4, 4.66666667, 5.33333333, 5.66666667,
    4, 4.66666667, 5.33333333, 6, 6.66666667, 7],
    b = f32[4,8] [0, 0, 1, 1, 2, 2, 3, 3, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 4, 4, 5, 5, 6, 6, 7, 7] within 1e-6
run x = f32[4,3] [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] gives a = f32[4,3] [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    b = f32[8,6] [0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 3, 3, 4, 4, 5, 5,
    6, 6, 7, 7, 8, 8, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 9, 9, 10, 10, 11, 11]

== Resize that keeps proportions rounds half up
symbol n = 1..6
graph (%x f32[n,27]) -> (%a, %b) {
	%s i64[2] = const [13, 99] %a = Resize(%x, _, _, %s) {keep_aspect_ratio_policy = not_larger}
	%y = Shape(%a) %b = Identity(%y)
}
run x = f32[6,27] [0 * 162] gives b = i64[2] [13, 59]
run x = f32[4,27] [0 * 108] gives b = i64[2] [13, 88]

== Resize with a kernel as wide as sizes of the run make it
symbol n = 3..8
graph (%x f32[n]) -> (%a, %b) {
	%s i64[1] = const [3] %a = Resize(%x, _, _, %s) {mode = linear, antialias = 1}
	%b = Resize(%x, _, _, %s) {mode = cubic, antialias = 1}
}
run x = f32[8] [1, 4, 9, 16, 25, 36, 49, 64] gives a = f32[3] [4.76744175, 21.4523811, 50.1860466],
    b = f32[3] [3.23204279, 20.050787, 52.0469933] within 1e-5
run x = f32[5] [1, 4, 9, 16, 25] gives a = f32[3] [2.125, 9.4444447, 21.625], b = f32[3] [1.65059364, 8.97619343, 22.0072403] within 1e-5
run x = f32[3] [1, 4, 9] gives a = f32[3] [1, 4, 9], b = f32[3] [1, 4, 9] within 1e-6

== Resize to as many as the run has, or to one
symbol n = 1..4
graph (%x f32[3], %z f32[n]) -> (%y) {
	%s i64[1] = Shape(%z) %y = Resize(%x, _, _, %s) {mode = linear, coordinate_transformation_mode = pytorch_half_pixel}
}
run x = f32[3] [1, 2, 4], z = f32[1] [0] gives y = f32[1] [1]
run x = f32[3] [1, 2, 4], z = f32[3] [0, 0, 0] gives y = f32[3] [1, 2, 4]

== Resize of a few channels: what is read and weighed along an axis is the same for all of them (values of ONNX Runtime)
symbol n = 1..4
symbol m = 1..6
graph (%x f32[1,2,n,m]) -> (%a, %b, %c) {
	%s i64[4] = const [1, 2, 3, 4] %a = Resize(%x, _, _, %s) {mode = linear}
	%b = Resize(%x, _, _, %s) {mode = nearest, nearest_mode = round_prefer_ceil}
	%c = Resize(%x, _, _, %s) {mode = cubic, exclude_outside = 1}
}
run x = f32[1,2,2,3] [0, 1, 4, 9, 16, 2, 13, 3, 18, 12, 8, 6]
gives a = f32[1,2,3,4] [0, 0.625, 2.125, 4, 4.5, 7, 6.4375, 3, 9, 13.375, 10.75, 2, 13, 6.75, 8.625, 18, 12.5, 8.125, 7.9375, 12,
    12, 9.5, 7.25, 6], b = f32[1,2,3,4] [0, 1, 1, 4, 9, 16, 16, 2, 9, 16, 16, 2, 13, 3, 3, 18, 12, 8, 8, 6, 12, 8, 8, 6],
    c = f32[1,2,3,4] [-0.943573534, -1.1637845, 1.40887797, 4.58126163, 4.179389, 7.46724653, 6.71278048, 2.55916023, 9.302351,
    16.098278, 12.0166817, 0.53705883, 13.9516201, 5.01189137, 8.08753204, 20.5566063, 13.0610685, 7.62940884, 7.37792015,
    12.5209923, 12.1705179, 10.2469263, 6.66830921, 4.48537683] within 1e-5
run x = f32[1,2,3,5] [0, 1, 4, 9, 16, 2, 13, 3, 18, 12, 8, 6, 6, 8, 12, 18, 3, 13, 2, 16, 9, 4, 1, 0, 1, 4, 9, 16, 2, 13]
gives a = f32[1,2,3,4] [0.125, 2.125, 7.125, 15.125, 3.375, 9.25, 12.375, 12.75, 7.75, 6, 7.25, 11.5, 16.125, 6.75, 6.125, 14.25,
    8.375, 2.875, 0.375, 0.875, 4.625, 11.625, 7.25, 11.625],
    b = f32[1,2,3,4] [0, 1, 9, 16, 2, 13, 18, 12, 8, 6, 8, 12, 18, 3, 2, 16, 9, 4, 0, 1, 4, 9, 2, 13],
    c = f32[1,2,3,4] [0.0687927157, 1.86132812, 6.62695312, 15.3653755, 3.16810942, 9.61621094, 12.5947266, 12.7284737, 7.80501127,
    5.6484375, 6.83984375, 11.6291571, 16.4419117, 5.68066406, 5.08496094, 14.5298405, 8.54122925, 2.43554688, 0.052734375,
    0.892938495, 4.42050123, 12.9946289, 6.29785156, 11.793622] within 1e-5
