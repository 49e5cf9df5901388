== What no output needs
pass dce
graph (%x f32[4]) -> (%y) {
	%a = Exp(%x)
	%b = Relu(%a)
	%y = Neg(%x)
}
->
graph (%x f32[4]) -> (%y) {
	%y = Neg(%x)
}
== An optional result that nobody reads
pass dce
graph (%x f32[4]) -> (%y) {
	%a, %m = Dropout(%x)
	%y = Neg(%a)
}
->
graph (%x f32[4]) -> (%y) {
	%a, _ = Dropout(%x)
	%y = Neg(%a)
}
