== BatchNormalization in training takes the statistics of its batch
pass expand
graph (%x f32[2,2,3], %s f32[2], %b f32[2], %m f32[2], %v f32[2]) -> (%y) {
	%y = BatchNormalization(%x, %s, %b, %m, %v) {training_mode = 1}
}
->
graph (%x f32[2,2,3], %s f32[2], %b f32[2], %m f32[2], %v f32[2]) -> (%y) {
	%axes i64[2] = const [0, 2]
	%mean = ReduceMean(%x, %axes)
	%d = Sub(%x, %mean)
	%p = Mul(%d, %d)
	%var = ReduceMean(%p, %axes)
	%m1 = Squeeze(%mean, %axes)
	%v1 = Squeeze(%var, %axes)
	%y = BatchNormalization(%x, %s, %b, %m1, %v1)
}
== BatchNormalization in inference is simple already
pass expand
graph (%x f32[1,2,3], %s f32[2], %b f32[2], %m f32[2], %v f32[2]) -> (%y) {
	%w = Abs(%v)
	%y = BatchNormalization(%x, %s, %b, %m, %w)
}
->
same
== A single part below a byte is no more made in place than several are
pass expand
graph (%x u4[3]) -> (%y) {
	%y = Concat(%x) {axis = 0}
}
->
graph (%x u4[3]) -> (%y) {
	%y = tcc.Join(%x) {axis = 0}
}
== Resize of varying sizes and a few channels has tables of what it reads, one pass an axis
pass expand
symbol n = 1..8
graph (%x f32[1,3,n,4]) -> (%y, %z) {
	%s i64[4] = const [1, 3, 5, 6]
	%y = Resize(%x, _, _, %s) {mode = linear}
	%z = Resize(%x, _, _, %s) {mode = nearest}
}
->
graph (%x f32[1,3,n,4]) -> (%y, %z) {
	%s i64[4] = const [1, 3, 5, 6]
	%rows, %by, %columns, %by1 = tcc.ResizeTaps(%x, _, _, %s) {mode = linear}
	%h = tcc.Weigh(%x, %rows, %by) {axis = 2}
	%y = tcc.Weigh(%h, %columns, %by1) {axis = 3}
	%rows1, %columns1 = tcc.ResizeTaps(%x, _, _, %s)
	%h1 = tcc.Weigh(%x, %rows1, _) {axis = 2}
	%z = tcc.Weigh(%h1, %columns1, _) {axis = 3}
}
== Many channels share what they read: vectors of them compute it once
pass expand
symbol n = 1..8
graph (%x f32[1,16,n,4]) -> (%y) {
	%s i64[4] = const [1, 16, 5, 6]
	%y = Resize(%x, _, _, %s) {mode = linear}
}
->
same
== A Resize whose size lacks a bound asks for it itself
pass expand
symbol n = 1..
graph (%x f32[1,3,n,4]) -> (%y) {
	%s i64[4] = const [1, 3, 5, 6]
	%y = Resize(%x, _, _, %s) {mode = linear}
}
->
same
