Sizes that data decide, where the file says what they will be: the result is right, and other data are refused.

== axes: one set of them leads to the shape
graph (%x f32[2,3], %a i64[1]) -> (%y) { %y f32[2,1] = ReduceSum(%x, %a) }
run x = f32[2,3] [1, 2, 3, 4, 5, 6], a = i64[1] [-1] gives y = f32[2,1] [6, 15]
run x = f32[2,3] [1, 2, 3, 4, 5, 6], a = i64[1] [1] gives y = f32[2,1] [6, 15]

== axes: the data choose among two
graph (%x f32[2,2,2], %a i64[1]) -> (%y) { %y f32[2,2] = ReduceMax(%x, %a) {keepdims = 0} }
run x = f32[2,2,2] [1, 2, 3, 4, 5, 6, 7, 8], a = i64[1] [0] gives y = f32[2,2] [5, 6, 7, 8]
run x = f32[2,2,2] [1, 2, 3, 4, 5, 6, 7, 8], a = i64[1] [1] gives y = f32[2,2] [3, 4, 7, 8]
run x = f32[2,2,2] [1, 2, 3, 4, 5, 6, 7, 8], a = i64[1] [-1] gives y = f32[2,2] [2, 4, 6, 8]

== axes: another one
fails E-SHAPE "other sizes"
graph (%x f32[2,3], %a i64[1]) -> (%y) { %y f32[2,1] = ReduceSum(%x, %a) }
run x = f32[2,3] [1, 2, 3, 4, 5, 6], a = i64[1] [0] gives y = f32[2,1] [6, 15]

== axes: one named twice is not two
fails E-AXIS
graph (%x f32[2,2,3], %a i64[2]) -> (%y) { %y f32[1,1,3] = ReduceSum(%x, %a) }
run x = f32[2,2,3] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], a = i64[2] [0, 0] gives y = f32[1,1,3] [0, 0, 0]

== axes: none leads there
fails E-SHAPE "other sizes"
graph (%x f32[2,3], %a i64[1]) -> (%y) { %y f32[2,2] = ReduceSum(%x, %a) }
run x = f32[2,3] [1, 2, 3, 4, 5, 6], a = i64[1] [0] gives y = f32[2,2] [6, 15, 0, 0]

== a function of elements keeps the shape, so that of its result will do
graph (%x f32[2,2], %a i64[1]) -> (%y) { %s f32[2] = ReduceSumSquare(%x, %a) {keepdims = 0} %y = Sqrt(%s) }
run x = f32[2,2] [3, 4, 5, 12], a = i64[1] [1] gives y = f32[2] [5, 13]

== axes of which nobody gives the result
fails E-DYNAMIC
graph (%x f32[2,3], %s i64[1]) -> (%y) { %y = Unsqueeze(%x, %s) }
run x = f32[2,3] [1, 2, 3, 4, 5, 6], s = i64[1] [0] gives y = f32[1,2,3] [1, 2, 3, 4, 5, 6]

== Reshape: as numbers, a rest, a copy
graph (%x f32[2,3], %s i64[3]) -> (%y) { %y f32[2,1,3] = Reshape(%x, %s) }
run x = f32[2,3] [1, 2, 3, 4, 5, 6], s = i64[3] [2, 1, 3] gives y = f32[2,1,3] [1, 2, 3, 4, 5, 6]
run x = f32[2,3] [1, 2, 3, 4, 5, 6], s = i64[3] [0, -1, 3] gives y = f32[2,1,3] [1, 2, 3, 4, 5, 6]

== Reshape: a copy of another size
fails E-SHAPE
graph (%x f32[2,3], %s i64[2]) -> (%y) { %y f32[3,2] = Reshape(%x, %s) }
run x = f32[2,3] [1, 2, 3, 4, 5, 6], s = i64[2] [0, -1] gives y = f32[3,2] [1, 2, 3, 4, 5, 6]

== Reshape: two rests
fails E-SHAPE
graph (%x f32[2,3], %s i64[2]) -> (%y) { %y f32[3,2] = Reshape(%x, %s) }
run x = f32[2,3] [1, 2, 3, 4, 5, 6], s = i64[2] [-1, -1] gives y = f32[3,2] [1, 2, 3, 4, 5, 6]

== Unsqueeze and Squeeze
graph (%x f32[2,3], %a i64[2]) -> (%y, %z) { %y f32[1,2,1,3] = Unsqueeze(%x, %a) %z f32[2,3] = Squeeze(%y, %a) }
run x = f32[2,3] [1, 2, 3, 4, 5, 6], a = i64[2] [2, -4]
gives y = f32[1,2,1,3] [1, 2, 3, 4, 5, 6], z = f32[2,3] [1, 2, 3, 4, 5, 6]

== Expand: a size of 1 keeps that of x
graph (%x f32[2,1], %s i64[2]) -> (%y) { %y f32[2,3] = Expand(%x, %s) }
run x = f32[2,1] [1, 2], s = i64[2] [1, 3] gives y = f32[2,3] [1, 1, 1, 2, 2, 2]
run x = f32[2,1] [1, 2], s = i64[2] [2, 3] gives y = f32[2,3] [1, 1, 1, 2, 2, 2]

== Expand: a size too small
fails E-SHAPE
graph (%x f32[2,1], %s i64[2]) -> (%y) { %y f32[2,3] = Expand(%x, %s) }
run x = f32[2,1] [1, 2], s = i64[2] [2, 1] gives y = f32[2,3] [1, 1, 1, 2, 2, 2]

== Tile, ConstantOfShape, OneHot
graph (%x f32[2], %r i64[1], %s i64[2], %d i32[], %on f32[2], %i i64[2]) -> (%a, %b, %c) {
	%a f32[4] = Tile(%x, %r)
	%b f32[2,1] = ConstantOfShape(%s) {value = f32[1] [3]}
	%c f32[2,3] = OneHot(%i, %d, %on)
}
run x = f32[2] [1, 2], r = i64[1] [2], s = i64[2] [2, 1], d = i32[] [3], on = f32[2] [0, 5], i = i64[2] [2, 0]
gives a = f32[4] [1, 2, 1, 2], b = f32[2,1] [3, 3], c = f32[2,3] [0, 0, 5, 5, 0, 0]

== Split and TopK
graph (%x f32[5], %s i64[2], %k i64[1]) -> (%a, %b, %t, %i) {
	%a f32[2], %b f32[3] = Split(%x, %s)
	%t f32[2], %i i64[2] = TopK(%x, %k)
}
run x = f32[5] [1, 5, 2, 4, 3], s = i64[2] [2, 3], k = i64[1] [2]
gives a = f32[2] [1, 5], b = f32[3] [2, 4, 3], t = f32[2] [5, 4], i = i64[2] [1, 3]

== Split: other parts
fails E-SHAPE
graph (%x f32[5], %s i64[2]) -> (%a, %b) { %a f32[2], %b f32[3] = Split(%x, %s) }
run x = f32[5] [1, 5, 2, 4, 3], s = i64[2] [3, 2] gives a = f32[2] [1, 5], b = f32[3] [2, 4, 3]

== Range forward and back
graph (%a f32[], %b f32[], %c f32[], %i i32[], %j i32[], %k i32[]) -> (%y, %z) {
	%y f32[2] = Range(%a, %b, %c)
	%z i32[2] = Range(%i, %j, %k)
}
run a = f32[] [1], b = f32[] [5], c = f32[] [2], i = i32[] [10], j = i32[] [6], k = i32[] [-3]
gives y = f32[2] [1, 3], z = i32[2] [10, 7]

== Range: one too many
fails E-SHAPE
graph (%i i32[], %j i32[], %k i32[]) -> (%z) { %z i32[2] = Range(%i, %j, %k) }
run i = i32[] [10], j = i32[] [3], k = i32[] [-3] gives z = i32[2] [10, 7]

== Slice: clipped, from the end, backward, along some axes
graph (%x i32[3,4], %s i64[2], %e i64[2], %a i64[2], %t i64[2]) -> (%y) { %y i32[2,2] = Slice(%x, %s, %e, %a, %t) }
run x = i32[3,4] [0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23], s = i64[2] [1, -3], e = i64[2] [99, 3], a = i64[2] [0, 1],
    t = i64[2] [1, 1] gives y = i32[2,2] [11, 12, 21, 22]
run x = i32[3,4] [0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23], s = i64[2] [99, 0], e = i64[2] [-99, 9223372036854775807],
    a = i64[2] [-1, -2], t = i64[2] [-2, 2] gives y = i32[2,2] [3, 1, 23, 21]

== Slice: the first axis, one step a time
graph (%x i32[5], %s i32[1], %e i32[1]) -> (%y) { %y i32[2] = Slice(%x, %s, %e) }
run x = i32[5] [0, 1, 2, 3, 4], s = i32[1] [-4], e = i32[1] [-2] gives y = i32[2] [1, 2]

== Slice: one more
fails E-SHAPE
graph (%x i32[5], %s i32[1], %e i32[1]) -> (%y) { %y i32[2] = Slice(%x, %s, %e) }
run x = i32[5] [0, 1, 2, 3, 4], s = i32[1] [-4], e = i32[1] [-1] gives y = i32[2] [1, 2]

== Slice: a step of 0
fails E-VALUE
graph (%x i32[5], %s i32[1], %e i32[1], %a i32[1], %t i32[1]) -> (%y) { %y i32[1] = Slice(%x, %s, %e, %a, %t) }
run x = i32[5] [0, 1, 2, 3, 4], s = i32[1] [0], e = i32[1] [1], a = i32[1] [0], t = i32[1] [0] gives y = i32[1] [0]

== Pad: a constant, and elements dropped
graph (%x f32[2,3], %p i64[4], %v f32[]) -> (%y) { %y f32[3,3] = Pad(%x, %p, %v) }
run x = f32[2,3] [1, 2, 3, 4, 5, 6], p = i64[4] [1, -1, 0, 1], v = f32[] [9]
gives y = f32[3,3] [9, 9, 9, 2, 3, 9, 5, 6, 9]
run x = f32[2,3] [1, 2, 3, 4, 5, 6], p = i64[4] [0, 0, 1, 0], v = f32[] [9]
gives y = f32[3,3] [1, 2, 3, 4, 5, 6, 9, 9, 9]

== Pad: axes are named
graph (%x f32[2,2], %p i64[2], %v f32[], %a i64[1]) -> (%y) { %y f32[2,4] = Pad(%x, %p, %v, %a) }
run x = f32[2,2] [1, 2, 3, 4], p = i64[2] [1, 1], v = f32[] [0], a = i64[1] [-1]
gives y = f32[2,4] [0, 1, 2, 0, 0, 3, 4, 0]

== Pad: reflected, at the edge, around
graph (%x i32[3], %p i64[2]) -> (%y, %z, %w) {
	%y i32[7] = Pad(%x, %p) {mode = reflect}
	%z i32[7] = Pad(%x, %p) {mode = edge}
	%w i32[7] = Pad(%x, %p) {mode = wrap}
}
run x = i32[3] [1, 2, 3], p = i64[2] [3, 1]
gives y = i32[7] [2, 3, 2, 1, 2, 3, 2], z = i32[7] [1, 1, 1, 1, 2, 3, 3], w = i32[7] [1, 2, 3, 1, 2, 3, 1]
run x = i32[3] [1, 2, 3], p = i64[2] [5, -1]
gives y = i32[7] [2, 1, 2, 1, 2, 1, 2], z = i32[7] [1, 1, 1, 1, 1, 1, 2], w = i32[7] [2, 1, 2, 1, 2, 1, 2]

== Pad: of nothing
graph (%x f32[0], %p i64[2], %v f32[]) -> (%y) { %y f32[2] = Pad(%x, %p, %v) }
run x = f32[0] [], p = i64[2] [1, 1], v = f32[] [4] gives y = f32[2] [4, 4]

== Resize: a scale that is not the ratio of the sizes
graph (%x f32[2,4], %s f32[2]) -> (%y) { %y f32[1,2] = Resize(%x, _, %s) {mode = linear} }
run x = f32[2,4] [1, 2, 3, 4, 5, 6, 7, 8], s = f32[2] [0.6, 0.6] gives y = f32[1,2] [2.66666675, 4.33333349]
run x = f32[2,4] [1, 2, 3, 4, 5, 6, 7, 8], s = f32[2] [0.5, 0.5] gives y = f32[1,2] [3.5, 5.5]

== Resize: sizes that keep the proportions
graph (%x i32[2,3], %s i64[2]) -> (%y) {
	%y i32[4,6] = Resize(%x, _, _, %s) {mode = nearest, keep_aspect_ratio_policy = not_larger}
}
run x = i32[2,3] [1, 2, 3, 4, 5, 6], s = i64[2] [9, 6]
gives y = i32[4,6] [1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 4, 4, 5, 5, 6, 6]

== Resize: proportions that end between two sizes
graph (%x i8[6,27], %s i64[2]) -> (%y) { %y i8[13,59] = Resize(%x, _, _, %s) {keep_aspect_ratio_policy = not_larger} }
run x = i8[6,27] [0 * 162], s = i64[2] [13, 99] gives y = i8[13,59] [0 * 767]

== Resize: a part of the picture, and outside of it
graph (%x f32[4], %r f32[2], %s i64[1]) -> (%y) {
	%y f32[3] = Resize(%x, %r, _, %s) {mode = linear, coordinate_transformation_mode = tf_crop_and_resize, extrapolation_value = 9}
}
run x = f32[4] [1, 2, 3, 4], r = f32[2] [0, 2], s = i64[1] [3] gives y = f32[3] [1, 4, 9]

== Resize: a scale too large
fails E-SHAPE
graph (%x f32[4], %s f32[1]) -> (%y) { %y f32[4] = Resize(%x, _, %s) {mode = linear} }
run x = f32[4] [1, 2, 3, 4], s = f32[1] [1.25] gives y = f32[4] [0, 0, 0, 0]

== Expand: fewer sizes than axes
graph (%x f32[2,1,2], %s i64[2]) -> (%y) { %y f32[2,3,2] = Expand(%x, %s) }
run x = f32[2,1,2] [1, 2, 3, 4], s = i64[2] [3, 1] gives y = f32[2,3,2] [1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4]

== windows, crops and grids
graph (%n i64[], %x f32[4,3], %s i64[1], %t f32[1,2,3], %z i64[4]) -> (%w, %c, %g) {
	%w f32[4] = HannWindow(%n)
	%c f32[2,3] = CenterCropPad(%x, %s) {axes = [0]}
	%g f32[1,1,2,2] = AffineGrid(%t, %z)
}
run n = i64[] [4], x = f32[4,3] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], s = i64[1] [2], t = f32[1,2,3] [1, 0, 0, 0, 1, 0],
    z = i64[4] [1, 7, 1, 2]
gives w = f32[4] [0, 0.5, 1, 0.5], c = f32[2,3] [4, 5, 6, 7, 8, 9], g = f32[1,1,2,2] [-0.5, 0, 0.5, 0]

== a window of another length
fails E-SHAPE
graph (%n i64[]) -> (%w) { %w f32[4] = HannWindow(%n) }
run n = i64[] [5] gives w = f32[4] [0, 0.5, 1, 0.5]

== a grid of another size
fails E-SHAPE
graph (%t f32[1,2,3], %z i64[4]) -> (%g) { %g f32[1,1,2,2] = AffineGrid(%t, %z) }
run t = f32[1,2,3] [1, 0, 0, 0, 1, 0], z = i64[4] [1, 7, 2, 1] gives g = f32[1,1,2,2] [-0.5, 0, 0.5, 0]

== DFT: the data choose among two axes
graph (%x f32[1,2,2,1], %a i64[]) -> (%y) { %y f32[1,2,2,2] = DFT(%x, _, %a) }
run x = f32[1,2,2,1] [1, 2, 3, 5], a = i64[] [1] gives y = f32[1,2,2,2] [4, 0, 7, 0, -2, 0, -3, 0] within 1e-6
run x = f32[1,2,2,1] [1, 2, 3, 5], a = i64[] [-2] gives y = f32[1,2,2,2] [3, 0, -1, 0, 8, 0, -2, 0] within 1e-6

== DFT: the axis of complex numbers
fails E-AXIS
graph (%x f32[1,2,2,2], %a i64[]) -> (%y) { %y f32[1,2,2,2] = DFT(%x, _, %a) }
run x = f32[1,2,2,2] [1, 2, 3, 5, 0, 0, 0, 0], a = i64[] [3] gives y = f32[1,2,2,2] [0 * 8]

== DFT: half a spectrum of an even length, or of an odd one
graph (%x f32[1,3,1], %l i64[]) -> (%y) { %y f32[1,2,2] = DFT(%x, %l) {onesided = 1} }
run x = f32[1,3,1] [1, 2, 3], l = i64[] [2] gives y = f32[1,2,2] [3, 0, -1, 0] within 1e-6
run x = f32[1,3,1] [1, 2, 3], l = i64[] [3] gives y = f32[1,2,2] [6, 0, -1.5, 0.866025388] within 1e-6

== DFT: another length
fails E-SHAPE
graph (%x f32[1,3,1], %l i64[]) -> (%y) { %y f32[1,2,2] = DFT(%x, %l) {onesided = 1} }
run x = f32[1,3,1] [1, 2, 3], l = i64[] [4] gives y = f32[1,2,2] [3, 0, -1, 0]

== STFT: the data give step and length
graph (%x f32[1,6], %s i64[], %l i64[]) -> (%y) { %y f32[1,2,2,2] = STFT(%x, %s, _, %l) }
run x = f32[1,6] [1, 2, 3, 4, 5, 7], s = i64[] [3], l = i64[] [2] gives y = f32[1,2,2,2] [3, 0, -1, 0, 9, 0, -1, 0]
    within 1e-6
run x = f32[1,6] [1, 2, 3, 4, 5, 7], s = i64[] [4], l = i64[] [2] gives y = f32[1,2,2,2] [3, 0, -1, 0, 12, 0, -2, 0]
    within 1e-6
run x = f32[1,6] [1, 2, 3, 4, 5, 7], s = i64[] [3], l = i64[] [3] gives y = f32[1,2,2,2] [6, 0, -1.5, 0.866025388, 16, 0,
    -2, 1.73205078] within 1e-6

== STFT: a step that makes more frames
fails E-SHAPE
graph (%x f32[1,6], %s i64[], %l i64[]) -> (%y) { %y f32[1,2,2,2] = STFT(%x, %s, _, %l) }
run x = f32[1,6] [1, 2, 3, 4, 5, 7], s = i64[] [2], l = i64[] [2] gives y = f32[1,2,2,2] [3, 0, -1, 0, 9, 0, -1, 0]

== STFT: one frame, a window
graph (%x f32[1,3], %s i64[], %w f32[2]) -> (%y) { %y f32[1,1,2,2] = STFT(%x, %s, %w) }
run x = f32[1,3] [1, 2, 3], s = i64[] [9], w = f32[2] [1, 10] gives y = f32[1,1,2,2] [21, 0, -19, 0] within 1e-5

== Col2Im: the data choose among two blocks
graph (%x f32[1,2,2], %i i64[2], %b i64[2]) -> (%y) { %y f32[1,1,2,2] = Col2Im(%x, %i, %b) }
run x = f32[1,2,2] [1, 2, 3, 4], i = i64[2] [2, 2], b = i64[2] [1, 2] gives y = f32[1,1,2,2] [1, 3, 2, 4]
run x = f32[1,2,2] [1, 2, 3, 4], i = i64[2] [2, 2], b = i64[2] [2, 1] gives y = f32[1,1,2,2] [1, 2, 3, 4]

== Col2Im: another image
fails E-SHAPE
graph (%x f32[1,2,2], %i i64[2], %b i64[2]) -> (%y) { %y f32[1,1,2,2] = Col2Im(%x, %i, %b) }
run x = f32[1,2,2] [1, 2, 3, 4], i = i64[2] [1, 4], b = i64[2] [1, 2] gives y = f32[1,1,2,2] [1, 3, 2, 4]

== MaxUnpool: a larger shape
graph (%x f32[1,1,2], %i i64[1,1,2], %s i64[3]) -> (%y) { %y f32[1,1,5] = MaxUnpool(%x, %i, %s) {kernel_shape = [2],
    strides = [2]} }
run x = f32[1,1,2] [7, 8], i = i64[1,1,2] [1, 2], s = i64[3] [1, 1, 5] gives y = f32[1,1,5] [0, 7, 8, 0, 0]

== MaxUnpool: positions of other sizes than the maxima
fails E-SHAPE "input 1 has shape [1,1,2]; its axis 0 must have size 3"
graph (%x f32[3,1,2], %i i64[1,1,2], %s i64[3]) -> (%y) { %y f32[3,1,5] = MaxUnpool(%x, %i, %s) {kernel_shape = [2], strides = [2]} }

== MaxUnpool: no room in the shape that is given
fails E-SHAPE "output_shape is smaller than what was pooled, 3 < 4 along axis 2"
graph (%x f32[1,1,2], %i i64[1,1,2], %s i64[3]) -> (%y) { %y f32[1,1,3] = MaxUnpool(%x, %i, %s) {kernel_shape = [2], strides = [2]} }

== MelWeightMatrix: all five numbers
graph (%b i64[], %l i64[], %r i64[], %f f32[], %t f32[]) -> (%y) { %y f32[9,4] = MelWeightMatrix(%b, %l, %r, %f, %t) }
run b = i64[] [4], l = i64[] [16], r = i64[] [8000], f = f32[] [10], t = f32[] [3900]
gives y = f32[9,4] [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0] within 1e-6

== MelWeightMatrix: edges in the wrong order
fails E-VALUE
graph (%b i64[], %l i64[], %r i64[], %f f32[], %t f32[]) -> (%y) { %y f32[9,4] = MelWeightMatrix(%b, %l, %r, %f, %t) }
run b = i64[] [4], l = i64[] [16], r = i64[] [8000], f = f32[] [3900], t = f32[] [10] gives y = f32[9,4] [0 * 36]

== Resize: regions of a picture whose sizes the run has, the result too
symbol n = 1..8
symbol m = 1..4
graph (%x f32[1,n], %r f32[4], %o f32[m]) -> (%y) {
	%k = Shape(%o)
	%b i64[1] = const [1]
	%s = Concat(%b, %k) {axis = 0}
	%y f32[1,m] = Resize(%x, %r, _, %s) {mode = linear, coordinate_transformation_mode = tf_crop_and_resize, extrapolation_value = 9}
}
run x = f32[1,5] [0, 10, 20, 30, 40], r = f32[4] [0, 0.25, 1, 0.75], o = f32[3] [0 * 3] gives y = f32[1,3] [10, 20, 30]
run x = f32[1,3] [0, 10, 20], r = f32[4] [0, 0.5, 1, 2], o = f32[2] [0 * 2] gives y = f32[1,2] [10, 9]
run x = f32[1,3] [0, 10, 20], r = f32[4] [0, 0, 1, 0.5], o = f32[1] [0] gives y = f32[1,1] [5]

== Reshape: a size of 0 as it stands, a rest
graph (%x f32[0,3,4], %s i64[3]) -> (%y) { %y f32[3,4,0] = Reshape(%x, %s) {allowzero = 1} }
run x = f32[0,3,4] [], s = i64[3] [3, 4, 0] gives y = f32[3,4,0] []

== Reshape: a rest of nothing
graph (%x f32[0,3,4], %s i64[3]) -> (%y) { %y f32[3,4,0] = Reshape(%x, %s) }
run x = f32[0,3,4] [], s = i64[3] [3, 4, -1] gives y = f32[3,4,0] []

== Reshape: a size of 0 that would be copied
fails E-SHAPE
graph (%x f32[0,3,4], %s i64[3]) -> (%y) { %y f32[3,4,0] = Reshape(%x, %s) }
run x = f32[0,3,4] [], s = i64[3] [3, 4, 0] gives y = f32[3,4,0] []

== Slice: a step beyond all elements
graph (%x f32[2,5], %s i64[1], %e i64[1], %a i64[1], %t i64[1]) -> (%y) {
	%y f32[2,1] = Slice(%x, %s, %e, %a, %t)
}
run x = f32[2,5] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], s = i64[1] [-1], e = i64[1] [0], a = i64[1] [1], t = i64[1]
    [-9223372036854775807]
gives y = f32[2,1] [5, 10]
