== Layer normalisation written out
pass patterns
graph (%x f32[2,3,4]) -> (%y) {
	%last i64[1] = const [-1]
	%two f32[] = const [2]
	%eps f32[] = const [1e-5]
	%s f32[4] = const [1, 2, 3, 4]
	%b f32[4] = const [4, 3, 2, 1]
	%m = ReduceMean(%x, %last)
	%d = Sub(%x, %m)
	%p = Pow(%d, %two)
	%v = ReduceMean(%p, %last)
	%e = Add(%v, %eps)
	%r = Sqrt(%e)
	%q = Div(%d, %r)
	%t = Mul(%q, %s)
	%y = Add(%t, %b)
}
->
graph (%x f32[2,3,4]) -> (%y) {
	%s f32[4] = const [1, 2, 3, 4]
	%b f32[4] = const [4, 3, 2, 1]
	%y = LayerNormalization(%x, %s, %b) {epsilon = 1e-5}
}
== The same with a reciprocal, over two axes
pass patterns
graph (%x f32[2,3,4]) -> (%y) {
	%axes i64[2] = const [2, 1]
	%eps f32[] = const [1e-3]
	%m = ReduceMean(%x, %axes)
	%d = Sub(%x, %m)
	%p = Mul(%d, %d)
	%v = ReduceMean(%p, %axes)
	%e = Add(%eps, %v)
	%r = Sqrt(%e)
	%i = Reciprocal(%r)
	%y = Mul(%d, %i)
}
->
graph (%x f32[2,3,4]) -> (%y) {
	%s f32[3,4] = const [1 * 12]
	%y = LayerNormalization(%x, %s) {epsilon = 1e-3, axis = -2}
}
== RMS normalisation with one over the root
pass patterns
graph (%x f32[2,3,4], %s f32[4]) -> (%y) {
	%last i64[1] = const [2]
	%eps f32[] = const [1e-6]
	%one f32[] = const [1]
	%p = Mul(%x, %x)
	%v = ReduceMean(%p, %last)
	%e = Add(%v, %eps)
	%r = Sqrt(%e)
	%i = Div(%one, %r)
	%d = Mul(%x, %i)
	%y = Mul(%d, %s)
}
->
graph (%x f32[2,3,4], %s f32[4]) -> (%y) {
	%y = RMSNormalization(%x, %s) {epsilon = 1e-6}
}
== Without the mean: RMS normalisation
pass patterns
graph (%x f32[2,3,4], %s f32[4]) -> (%y) {
	%last i64[1] = const [2]
	%eps f32[] = const [1e-6]
	%p = Mul(%x, %x)
	%v = ReduceMean(%p, %last)
	%e = Add(%v, %eps)
	%r = Sqrt(%e)
	%q = Div(%x, %r)
	%y = Mul(%s, %q)
}
->
graph (%x f32[2,3,4], %s f32[4]) -> (%y) {
	%y = RMSNormalization(%x, %s) {epsilon = 1e-6}
}
== Axes that do not end with the last one
pass patterns
graph (%x f32[2,3,4]) -> (%y) {
	%axes i64[1] = const [1]
	%eps f32[] = const [1e-5]
	%m = ReduceMean(%x, %axes)
	%d = Sub(%x, %m)
	%p = Mul(%d, %d)
	%v = ReduceMean(%p, %axes)
	%e = Add(%v, %eps)
	%r = Sqrt(%e)
	%y = Div(%d, %r)
}
->
same
== A scale of another shape stays
pass patterns
graph (%x f32[2,3,4], %s f32[3,1]) -> (%y) {
	%last i64[1] = const [2]
	%eps f32[] = const [1e-6]
	%p = Mul(%x, %x)
	%v = ReduceMean(%p, %last)
	%e = Add(%v, %eps)
	%r = Sqrt(%e)
	%q = Div(%x, %r)
	%y = Mul(%q, %s)
}
->
graph (%x f32[2,3,4], %s f32[3,1]) -> (%y) {
	%one f32[4] = const [1 * 4]
	%q = RMSNormalization(%x, %one) {epsilon = 1e-6}
	%y = Mul(%q, %s)
}
== Mean over the spatial axes
pass patterns
graph (%x f32[2,3,4,5]) -> (%y) {
	%axes i64[2] = const [-1, 2]
	%y = ReduceMean(%x, %axes)
}
->
graph (%x f32[2,3,4,5]) -> (%y) {
	%y = GlobalAveragePool(%x)
}
== Mean over the spatial axes, without them
pass patterns
graph (%x f32[n,3,4,5]) -> (%y) {
	%axes i64[2] = const [2, 3]
	%y = ReduceMean(%x, %axes) {keepdims = 0}
}
->
graph (%x f32[n,3,4,5]) -> (%y) {
	%s i64[2] = const [0, 3]
	%p = GlobalAveragePool(%x)
	%y = Reshape(%p, %s)
}
== Mean over the channels
pass patterns
graph (%x f32[2,3,4,5]) -> (%y) {
	%axes i64[2] = const [1, 3]
	%y = ReduceMean(%x, %axes)
}
->
same
== Mean over the last of three axes
pass patterns
graph (%x f32[2,3,4]) -> (%y) {
	%axes i64[1] = const [2]
	%y = ReduceMean(%x, %axes)
}
->
same

== groups of channels as rows
pass patterns
graph (%x f32[n,6,5,2]) -> (%y) {
	%cut i64[3] = const [0, 3, -1]
	%whole i64[4] = const [0, 6, 5, 2]
	%s f32[3] = const [1, 2, 3]
	%b f32[3] = const [4, 5, 6]
	%r f32[n,3,20] = Reshape(%x, %cut)
	%i = InstanceNormalization(%r, %s, %b) {epsilon = 1e-3}
	%y f32[n,6,5,2] = Reshape(%i, %whole)
}
->
graph (%x f32[n,6,5,2]) -> (%y) {
	%s f32[6] = const [1, 1, 2, 2, 3, 3]
	%b f32[6] = const [4, 4, 5, 5, 6, 6]
	%y = GroupNormalization(%x, %s, %b) {epsilon = 1e-3, num_groups = 3}
}

== an epsilon that makes axes of its own
pass patterns
graph (%x f32[3,4]) -> (%y) {
	%two f32[] = const [2]
	%e f32[1,1,1] = const [0.25]
	%axes i64[1] = const [-1]
	%s = Pow(%x, %two)
	%m = ReduceMean(%s, %axes)
	%v = Add(%m, %e)
	%r = Sqrt(%v)
	%y f32[1,3,4] = Div(%x, %r)
}
->
same

== groups that part a channel
pass patterns
graph (%x f32[2,6,5,2]) -> (%y) {
	%cut i64[3] = const [0, 12, -1]
	%whole i64[4] = const [0, 6, 5, 2]
	%s f32[12] = const [1 * 12]
	%b f32[12] = const [0 * 12]
	%r f32[2,12,5] = Reshape(%x, %cut)
	%i = InstanceNormalization(%r, %s, %b)
	%y f32[2,6,5,2] = Reshape(%i, %whole)
}
->
same
