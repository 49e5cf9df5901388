Windows of signal processing, and the mel scale; expected values are those of ONNX Runtime.

== HannWindow, periodic and symmetric
graph (%x f32[1]) -> (%y, %z) {
	%n i64[] = const [6]
	%p = HannWindow(%n)
	%y = Mul(%p, %x)
	%s = HannWindow(%n) {periodic = 0}
	%z = Mul(%s, %x)
}
run x = f32[1] [1] gives y = f32[6] [0, 0.25, 0.75, 1, 0.75, 0.25], z = f32[6] [0, 0.345491499, 0.904508471,
    0.904508471, 0.345491499, 0] within 1e-6

== HannWindow, as long as the input
symbol n = 1..8
graph (%x f32[n]) -> (%y) {
	%all = Shape(%x)
	%zero i64[] = const [0]
	%n = Gather(%all, %zero)
	%w = HannWindow(%n)
	%y = Mul(%w, %x)
}
run x = f32[5] [1, 1, 1, 1, 1] gives y = f32[5] [0, 0.345491499, 0.904508471, 0.904508471, 0.345491499] within 1e-6

== HammingWindow, periodic and symmetric
graph (%x f32[1]) -> (%y, %z) {
	%n i64[] = const [6]
	%p = HammingWindow(%n)
	%y = Mul(%p, %x)
	%s = HammingWindow(%n) {periodic = 0}
	%z = Mul(%s, %x)
}
run x = f32[1] [1] gives y = f32[6] [0.086956501, 0.315217376, 0.771739125, 1, 0.771739125, 0.315217376], z = f32[6]
    [0.086956501, 0.402405262, 0.912812114, 0.912812114, 0.402405262, 0.086956501] within 1e-6

== HammingWindow, as long as the input
symbol n = 1..8
graph (%x f32[n]) -> (%y) {
	%all = Shape(%x)
	%zero i64[] = const [0]
	%n = Gather(%all, %zero)
	%w = HammingWindow(%n)
	%y = Mul(%w, %x)
}
run x = f32[5] [1, 1, 1, 1, 1] gives y = f32[5] [0.086956501, 0.402405262, 0.912812114, 0.912812114, 0.402405262]
    within 1e-6

== BlackmanWindow, periodic and symmetric
graph (%x f32[1]) -> (%y, %z) {
	%n i64[] = const [6]
	%p = BlackmanWindow(%n)
	%y = Mul(%p, %x)
	%s = BlackmanWindow(%n) {periodic = 0}
	%z = Mul(%s, %x)
}
run x = f32[1] [1] gives y = f32[6] [1.49011612e-08, 0.13000001, 0.629999995, 1, 0.629999995, 0.130000025], z = f32[6]
    [1.49011612e-08, 0.200770155, 0.849229872, 0.849229872, 0.200770155, 1.49011612e-08] within 1e-6

== BlackmanWindow, as long as the input
symbol n = 1..8
graph (%x f32[n]) -> (%y) {
	%all = Shape(%x)
	%zero i64[] = const [0]
	%n = Gather(%all, %zero)
	%w = BlackmanWindow(%n)
	%y = Mul(%w, %x)
}
run x = f32[5] [1, 1, 1, 1, 1] gives y = f32[5] [1.49011612e-08, 0.200770155, 0.849229872, 0.849229872, 0.200770155]
    within 1e-6

== bands of the mel scale
graph (%x f32[1]) -> (%y) {
	%bands i64[] = const [4]
	%length i64[] = const [16]
	%rate i64[] = const [8000]
	%low f32[] = const [10]
	%high f32[] = const [3900]
	%w = MelWeightMatrix(%bands, %length, %rate, %low, %high)
	%y = Mul(%w, %x)
}
run x = f32[1] [1] gives y = f32[9,4] [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0.5, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0] within 1e-6

== a sample rate of 0
fails E-VALUE
graph () -> (%y) {
	%bands i64[] = const [4]
	%rate i64[] = const [0]
	%low f32[] = const [10]
	%y = MelWeightMatrix(%bands, %bands, %rate, %low, %low)
}

== a size that the model computes
symbol y.0 = 0..4 counted
graph (%n i64[]) -> (%y) { %y f32[y.0] = HannWindow(%n) }
run n = i64[] [2] gives y = f32[2] [0, 1] within 1e-6
run n = i64[] [0] gives y = f32[0] []
