== Equal constants of any size are kept once
pass share
graph (%x f32[1,40]) -> (%y) {
	%v f32[40,40] = const [0.5 * 1599, 1]
	%w f32[40,40] = const [0.5 * 1599, 1]
	%u f32[40,40] = const [0.5 * 1599, 2]
	%a = MatMul(%x, %v)
	%b = MatMul(%a, %w)
	%y = MatMul(%b, %u)
}
->
graph (%x f32[1,40]) -> (%y) {
	%v f32[40,40] = const [0.5 * 1599, 1]
	%u f32[40,40] = const [0.5 * 1599, 2]
	%a = MatMul(%x, %v)
	%b = MatMul(%a, %v)
	%y = MatMul(%b, %u)
}
