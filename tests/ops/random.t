Random numbers: what they are by their moments, and that the seed decides.

== uniform, of both widths
graph (%x f32[1]) -> (%low, %high, %mean, %square, %wide) {
	%size i64[2] = const [40, 250]
	%big = Expand(%x, %size)
	%u = RandomUniformLike(%big) {low = -1, high = 3, seed = 7}
	%one f32[] = const [1]
	%low = ReduceMin(%u)
	%high = ReduceMax(%u)
	%mean = ReduceMean(%u)
	%centred = Sub(%u, %one)
	%squares = Mul(%centred, %centred)
	%square = ReduceMean(%squares)
	%v = RandomUniform() {shape = [10000], dtype = f64, seed = 7}
	%wide = ReduceMean(%v)
}
run x = f32[1] [0] gives low = f32[1,1] [-1], high = f32[1,1] [3], mean = f32[1,1] [1], square = f32[1,1] [1.3333333],
    wide = f64[1] [0.5] within 0.02

== normal
graph (%x f32[1]) -> (%mean, %square, %fourth) {
	%size i64[2] = const [20, 500]
	%big = Expand(%x, %size)
	%u = RandomNormalLike(%big) {mean = 2, scale = 0.5, seed = 3}
	%two f32[] = const [2]
	%mean = ReduceMean(%u)
	%centred = Sub(%u, %two)
	%squares = Mul(%centred, %centred)
	%square = ReduceMean(%squares)
	%fourths = Mul(%squares, %squares)
	%fourth = ReduceMean(%fourths)
}
run x = f32[1] [0] gives mean = f32[1,1] [2], square = f32[1,1] [0.25], fourth = f32[1,1] [0.1875] within 0.02

== neighbours have nothing in common, nor have seeds
graph (%x f32[1]) -> (%next, %other, %same) {
	%u = RandomNormal() {shape = [10000], seed = 1}
	%v = RandomNormal() {shape = [10000], seed = 2}
	%w = RandomNormal() {shape = [10000], seed = 1}
	%zero i64[1] = const [0]
	%one i64[1] = const [1]
	%last i64[1] = const [9999]
	%end i64[1] = const [10000]
	%a = Slice(%u, %zero, %last)
	%b = Slice(%u, %one, %end)
	%ab = Mul(%a, %b)
	%mean = ReduceMean(%ab)
	%next = Add(%mean, %x)
	%uv = Mul(%u, %v)
	%other = ReduceMean(%uv)
	%d = Sub(%u, %w)
	%e = Abs(%d)
	%same = ReduceMax(%e)
}
run x = f32[1] [0] gives next = f32[1] [0], other = f32[1] [0], same = f32[1] [0] within 0.02

== ones as often as the input says, classes as often as the logits say
graph (%x f32[1]) -> (%often, %never, %classes) {
	%size i64[2] = const [1, 10000]
	%big = Expand(%x, %size)
	%p f32[] = const [0.25]
	%px = Add(%big, %p)
	%b = Bernoulli(%px) {seed = 5}
	%often = ReduceMean(%b)
	%n = Bernoulli(%big) {seed = 6}
	%never = ReduceMax(%n)
	%logits f32[1,3] = const [0, 0.6931472, 1.6094379]
	%m = Multinomial(%logits) {sample_size = 10000, seed = 9}
	%f = Cast(%m) {to = f32}
	%classes = ReduceMean(%f)
}
run x = f32[1] [0] gives often = f32[1,1] [0.25], never = f32[1,1] [0], classes = f32[1,1] [1.5] within 0.02

== a type that is no float
fails E-TYPE "must be a float type"
graph (%x i32[4]) -> (%y) { %y = RandomUniformLike(%x) }

== Dropout in training: nothing at a ratio of 0, everything at 1, and at inference it does nothing
graph (%x f32[4], %r f32[], %t bool[]) -> (%y, %m) { %y, %m = Dropout(%x, %r, %t) }
run x = f32[4] [1, 2, 3, 4], r = f32[] [0], t = bool[] [true]
gives y = f32[4] [1, 2, 3, 4], m = bool[4] [true, true, true, true]
run x = f32[4] [1, 2, 3, 4], r = f32[] [1], t = bool[] [true]
gives y = f32[4] [0, 0, 0, 0], m = bool[4] [false, false, false, false]
run x = f32[4] [1, 2, 3, 4], r = f32[] [0.5], t = bool[] [false]
gives y = f32[4] [1, 2, 3, 4], m = bool[4] [true, true, true, true]

== Dropout in training: half of the sum is gone, and what is left makes up for it
graph (%x f32[4096]) -> (%fits, %two) {
	%r f32[] = const [0.5]
	%t bool[] = const [true]
	%y = Dropout(%x, %r, %t)
	%s = ReduceMean(%y) {keepdims = 0}
	%lo f32[] = const [0.9]
	%hi f32[] = const [1.1]
	%a = Less(%lo, %s)
	%b = Less(%s, %hi)
	%fits = And(%a, %b)
	%two = ReduceMax(%y) {keepdims = 0}
}
run x = f32[4096] [1 * 4096] gives fits = bool[] [true], two = f32[] [2]

== Bernoulli: text is no result
fails E-ATTR "dtype is str"
graph (%x f32[2]) -> (%y) { %y = Bernoulli(%x) {dtype = str} }

== the greatest of integers across rows, which lanes of 64 bits cannot compare
graph (%x f32[3,2,2,1]) -> (%y) {
	%y i64[3,2,2,1] = ai.onnx.ml.LabelEncoder(%x) {values_int64s = [-1], keys_floats = [0]}
}
run x = f32[3,2,2,1] [0.25, 0.5, 3, -1, -2, -0.5, -1.5, 4, 2, -1, 1, 2] gives y = i64[3,2,2,1] [-1 * 12]

== the greatest and least of narrow integers across rows
graph (%x u8[3,8], %y i16[3,8], %z i32[3,8], %v u16[3,8]) -> (%a, %b, %c, %d) {
	%a = ArgMax(%x) {axis = 0, keepdims = 0}
	%b = ArgMin(%y) {axis = 0, keepdims = 0}
	%c = ArgMax(%z) {axis = 0, keepdims = 0}
	%d = ArgMin(%v) {axis = 0, keepdims = 0}
}
run x = u8[3,8] [0, 200, 3, 0, 255, 1, 1, 1, 1, 100, 3, 0, 0, 1, 1, 9, 2, 1, 3, 1, 0, 1, 2, 0], y = i16[3,8] [0, -2, 3,
    0, 255, 1, 1, 1, 1, 100, 3, 0, 0, 1, 1, 9, 2, 1, 3, -300, 0, 1, -2, 0], z = i32[3,8] [0, 70000, 3, 0, 255, 1, 1,
    1, 1, 100, 3, 0, 0, 1, 1, 9, 2, 1, 3, 1, -1, 1, 2, 0], v = u16[3,8] [0, 200, 3, 0, 255, 1, 1, 1, 1, 100, 3, 0, 0,
    1, 1, 9, 2, 1, 3, 1, 0, 1, 2, 0]
gives a = i64[8] [2, 0, 0, 2, 0, 0, 2, 1], b = i64[8] [0, 0, 0, 2, 1, 0, 2, 2], c = i64[8] [2, 0, 0, 2, 0, 0, 2, 1], d =
    i64[8] [0, 2, 0, 0, 1, 0, 0, 2]
