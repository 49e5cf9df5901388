== A chain of constants
pass fold
graph (%x f32[3]) -> (%y) {
	%a f32[2,3] = const [1, 2, 3, 4, 5, 6]
	%b = Transpose(%a)
	%c = Neg(%b)
	%y = MatMul(%x, %c)
}
->
graph (%x f32[3]) -> (%y) {
	%c f32[3,2] = const [-1, -4, -2, -5, -3, -6]
	%y = MatMul(%x, %c)
}
== All outputs of a node
pass fold
graph (%x f32[3]) -> (%y) {
	%a f32[6] = const [1, 2, 3, 4, 5, 6]
	%b, %c = Split(%a) {num_outputs = 2}
	%d = Add(%x, %b)
	%y = Add(%d, %c)
}
->
graph (%x f32[3]) -> (%y) {
	%b f32[3] = const [1, 2, 3]
	%c f32[3] = const [4, 5, 6]
	%d = Add(%x, %b)
	%y = Add(%d, %c)
}
== An output that is a constant
pass fold
graph (%x f32[1]) -> (%y) {
	%a f32[2] = const [1, 2]
	%y = Sqrt(%a)
}
->
graph (%x f32[1]) -> (%r "y") {
	%r f32[2] = const [1, 1.41421354]
}
== Weights are made at compile time, however large
pass fold
graph (%x f32[1,700]) -> (%y) {
	%s i64[2] = const [700, 700]
	%w = ConstantOfShape(%s) {value = f32[1] [0.5]}
	%y = MatMul(%x, %w)
}
->
graph (%x f32[1,700]) -> (%y) {
	%w f32[700,700] = const [0.5 * 490000]
	%y = MatMul(%x, %w)
}
== Other large results are made at run time
pass fold
graph (%x f32[700,700]) -> (%y) {
	%s i64[2] = const [700, 700]
	%w = ConstantOfShape(%s) {value = f32[1] [0.5]}
	%y = Add(%x, %w)
}
->
same
== A size that is counted of constants is a number
pass fold
graph (%x f32[3]) -> (%y) {
	%i f32[4] = const [0, 2, 0, 1]
	%p = NonZero(%i)
	%s = Shape(%p)
	%column i64[1] = const [1]
	%more = Unsqueeze(%x, %column)
	%g = Expand(%more, %s)
	%y = Neg(%g)
}
->
graph (%x f32[3]) -> (%y) {
	%s i64[2] = const [1, 2]
	%column i64[1] = const [1]
	%more = Unsqueeze(%x, %column)
	%g f32[3,2] = Expand(%more, %s)
	%y f32[3,2] = Neg(%g)
}
== An output that has the size of an input, made of constants alone
pass fold
symbol k = 2..4
graph (%x f32[k]) -> (%y) {
	%w f32[2] = const [1, 2]
	%c f64[k] = Cast(%w) {to = f64}
	%e = Cast(%x) {to = f64}
	%y = Add(%e, %c)
}
->
graph (%x f32[k]) -> (%y) {
	%c f64[2] = const [1, 2]
	%e f64[k] = Cast(%x) {to = f64}
	%y f64[k] = Add(%e, %c)
}
