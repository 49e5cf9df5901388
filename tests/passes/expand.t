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
