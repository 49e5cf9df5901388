Steps of training; expected values are those of ONNX's reference implementation.

== momentum
graph (%r f32[], %t i64[], %x f32[5], %g f32[5], %v f32[5]) -> (%a, %b) {
	%a, %b = ai.onnx.preview.training.Momentum(%r, %t, %x, %g, %v) {alpha = 0.5, beta = 0.25, norm_coefficient = 0.5, mode = standard}
}
run r = f32[] [0.125], t = i64[] [3], x = f32[5] [0.5, 0.5, -1, 0.25, 0.75], g = f32[5] [0, -0.25, 0.25, -0.25, 0.25],
    v = f32[5] [-0, 0.75, 0.25, -0.25, 0.25]
gives a = f32[5] [0.4921875, 0.453125, -1.0078125, 0.26953125, 0.71484375], b = f32[5] [0.0625, 0.375, 0.0625,
    -0.15625, 0.28125] within 2e-6

== the first step takes the whole gradient
graph (%r f32[], %t i64[], %x f32[5], %g f32[5], %v f32[5]) -> (%a, %b) {
	%a, %b = ai.onnx.preview.training.Momentum(%r, %t, %x, %g, %v) {alpha = 0.5, beta = 0.25, norm_coefficient = 0.5, mode = nesterov}
}
run r = f32[] [0.125], t = i64[] [0], x = f32[5] [0.5, 0.5, -1, 0.25, 0.75], g = f32[5] [0, -0.25, 0.25, -0.25, 0.25],
    v = f32[5] [-0, 0.75, 0.25, -0.25, 0.25]
gives a = f32[5] [0.453125, 0.4765625, -0.9609375, 0.28125, 0.625], b = f32[5] [0.25, 0.375, -0.125, -0.25, 0.75]
    within 2e-6

== adagrad of two tensors
graph (%r f32[], %t i64[], %x f32[5], %x2 f32[3], %g f32[5], %g2 f32[3], %h f32[5], %h2 f32[3]) -> (%a, %a2, %b, %b2)
    {
	%a, %a2, %b, %b2 = ai.onnx.preview.training.Adagrad(%r, %t, %x, %x2, %g, %g2, %h, %h2) {decay_factor = 0.5, epsilon = 0.125, norm_coefficient = 0.5}
}
run r = f32[] [0.125], t = i64[] [3], x = f32[5] [0.5, 0.5, -1, 0.25, 0.75], x2 = f32[3] [0, -0.25, 0.25], g = f32[5]
    [0, -0.25, 0.25, -0.25, 0.25], g2 = f32[3] [-0, 0.75, 0.25], h = f32[5] [0.5, 0.25, 0.25, 1.25, 0.5], h2 = f32[3]
    [0.5, 0.25, 0.25]
gives a = f32[5] [0.485714287, 0.5, -0.981725574, 0.254999995, 0.72075969], a2 = f32[3] [0, -0.283769518,
    0.224999994], b = f32[5] [0.5625, 0.25, 0.3125, 1.265625, 0.890625], b2 = f32[3] [0.5, 0.640625, 0.390625] within
    2e-6

== adam
graph (%r f32[], %t i64[], %x f32[5], %g f32[5], %v f32[5], %h f32[5]) -> (%a, %b, %c) {
	%a, %b, %c = ai.onnx.preview.training.Adam(%r, %t, %x, %g, %v, %h) {alpha = 0.5, beta = 0.75, epsilon = 0.125, norm_coefficient = 0.5, norm_coefficient_post = 0.25}
}
run r = f32[] [0.125], t = i64[] [3], x = f32[5] [0.5, 0.5, -1, 0.25, 0.75], g = f32[5] [0, -0.25, 0.25, -0.25, 0.25],
    v = f32[5] [-0, 0.75, 0.25, -0.25, 0.25], h = f32[5] [0.5, 0.25, 0.25, 1.25, 0.5]
gives a = f32[5] [0.36142242, 0.320252866, -0.75, 0.201446265, 0.518633902], b = f32[5] [0.125, 0.375, 0, -0.1875,
    0.4375], c = f32[5] [0.390625, 0.1875, 0.203125, 0.94140625, 0.47265625] within 2e-6

