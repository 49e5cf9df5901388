== Behind a convolution
pass batchnorm
graph (%x f32[1,1,3]) -> (%y) {
	%w f32[2,1,2] = const [1, 2, 3, 4]
	%b f32[2] = const [1, 2]
	%s f32[2] = const [2, 3]
	%o f32[2] = const [5, 6]
	%m f32[2] = const [1, -1]
	%v f32[2] = const [0.75, 3.75]
	%c = Conv(%x, %w, %b)
	%y = BatchNormalization(%c, %s, %o, %m, %v) {epsilon = 0.25}
}
->
graph (%x f32[1,1,3]) -> (%y) {
	%w f32[2,1,2] = const [2, 4, 4.5, 6]
	%b f32[2] = const [5, 10.5]
	%y = Conv(%x, %w, %b)
}
== Behind a transposed convolution in groups, whose weights have channels second
pass batchnorm
graph (%x f32[1,4,3]) -> (%y) {
	%w f32[4,2,1] = const [1, 2, 3, 4, 5, 6, 7, 8]
	%s f32[4,1] = const [1, 10, 100, 1000]
	%t f32[1,4,1] = const [1, 2, 3, 4]
	%c = ConvTranspose(%x, %w) {group = 2}
	%d = Mul(%c, %s)
	%y = Sub(%d, %t)
}
->
graph (%x f32[1,4,3]) -> (%y) {
	%w f32[4,2,1] = const [1, 20, 3, 40, 500, 6000, 700, 8000]
	%b f32[4] = const [-1, -2, -3, -4]
	%y = ConvTranspose(%x, %w, %b) {group = 2}
}
== Behind a Gemm with a factor on its bias
pass batchnorm
graph (%x f32[2,2]) -> (%y) {
	%w f32[3,2] = const [1, 2, 3, 4, 5, 6]
	%b f32[] = const [3]
	%s f32[3] = const [1, 2, 4]
	%c = Gemm(%x, %w, %b) {transB = 1, beta = 2}
	%y = Div(%c, %s)
}
->
graph (%x f32[2,2]) -> (%y) {
	%w f32[3,2] = const [1, 2, 1.5, 2, 1.25, 1.5]
	%b f32[3] = const [6, 3, 1.5]
	%y = Gemm(%x, %w, %b) {transB = 1}
}
== Behind a MatMul, which has no bias: the shift stays
pass batchnorm
graph (%x f32[2,2]) -> (%y) {
	%w f32[2,3] = const [1, 2, 3, 4, 5, 6]
	%s f32[3] = const [1, 2, 4]
	%t f32[3] = const [1, 2, 4]
	%c = MatMul(%x, %w)
	%d = Mul(%c, %s)
	%y = Add(%d, %t)
}
->
graph (%x f32[2,2]) -> (%y) {
	%w f32[2,3] = const [1, 4, 12, 4, 10, 24]
	%t f32[3] = const [1, 2, 4]
	%c = MatMul(%x, %w)
	%y = Add(%c, %t)
}
== Behind the sum that serves a MatMul as its bias
pass batchnorm
graph (%x f32[1,2,2]) -> (%y) {
	%w f32[2,3] = const [1, 2, 3, 4, 5, 6]
	%s f32[1,3] = const [1, 2, 4]
	%t f32[3] = const [1, 2, 4]
	%c = MatMul(%x, %w)
	%d = Add(%t, %c)
	%y = Mul(%d, %s)
}
->
graph (%x f32[1,2,2]) -> (%y) {
	%w f32[2,3] = const [1, 4, 12, 4, 10, 24]
	%t f32[3] = const [1, 4, 16]
	%c = MatMul(%x, %w)
	%y = Add(%c, %t)
}
== Behind a Transpose of a product
pass batchnorm
graph (%x f32[1,2,2]) -> (%y) {
	%w f32[2,3] = const [1, 2, 3, 4, 5, 6]
	%s f32[3,1] = const [1, 2, 4]
	%t f32[3] = const [1, 2, 4]
	%c = MatMul(%x, %w)
	%d = Add(%t, %c)
	%e = Transpose(%d) {perm = [0, 2, 1]}
	%y = Mul(%e, %s)
}
->
graph (%x f32[1,2,2]) -> (%y) {
	%w f32[2,3] = const [1, 4, 12, 4, 10, 24]
	%t f32[3] = const [1, 4, 16]
	%c = MatMul(%x, %w)
	%d = Add(%c, %t)
	%y = Transpose(%d) {perm = [0, 2, 1]}
}
== In front of a convolution in groups
pass batchnorm
graph (%x f32[1,4,3]) -> (%y) {
	%s f32[4,1] = const [1, 10, 100, 1000]
	%t f32[4,1] = const [1, 2, 3, 4]
	%w f32[2,2,1] = const [1, 2, 3, 4]
	%r = Mul(%x, %s)
	%a = Add(%r, %t)
	%y = Conv(%a, %w) {group = 2}
}
->
graph (%x f32[1,4,3]) -> (%y) {
	%w f32[2,2,1] = const [1, 20, 300, 4000]
	%b f32[2] = const [5, 25]
	%y = Conv(%x, %w, %b) {group = 2}
}
== A shift in front of padding stays
pass batchnorm
graph (%x f32[1,1,3]) -> (%y) {
	%t f32[1,1] = const [1]
	%w f32[1,1,3] = const [1, 2, 3]
	%a = Add(%x, %t)
	%y = Conv(%a, %w) {pads = [1, 1]}
}
->
same
== With no product next to it
pass batchnorm
graph (%x f32[1,2,3]) -> (%y) {
	%s f32[2] = const [2, 3]
	%o f32[2] = const [5, 6]
	%m f32[2] = const [1, -1]
	%v f32[2] = const [0.75, 3.75]
	%r = Relu(%x)
	%y = BatchNormalization(%r, %s, %o, %m, %v) {epsilon = 0.25}
}
->
graph (%x f32[1,2,3]) -> (%y) {
	%s f32[1,2,1] = const [2, 1.5]
	%t f32[1,2,1] = const [3, 7.5]
	%r = Relu(%x)
	%a = Mul(%r, %s)
	%y = Add(%a, %t)
}
== A result that others read too stays
pass batchnorm
graph (%x f32[1,1,3]) -> (%y, %c) {
	%w f32[1,1,2] = const [1, 2]
	%s f32[] = const [2]
	%c = Conv(%x, %w)
	%y = Mul(%c, %s)
}
->
same
== Variances below -epsilon give no number
pass batchnorm
graph (%x f32[1,1,3]) -> (%y) {
	%s f32[1] = const [2]
	%v f32[1] = const [-1]
	%y = BatchNormalization(%x, %s, %s, %s, %v)
}
->
same
