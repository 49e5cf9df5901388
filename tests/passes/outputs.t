== Inputs, constants and repeated values get a node of their own
pass outputs
graph (%x f32[2]) -> (%a, %a "b", %x "c", %k) {
	%k f32[1] = const [1]
	%a = Exp(%x)
}
->
graph (%x f32[2]) -> (%a, %b, %c, %d "k") {
	%k f32[1] = const [1]
	%a = Exp(%x)
	%b = Identity(%a)
	%c = Identity(%x)
	%d = Identity(%k)
}
