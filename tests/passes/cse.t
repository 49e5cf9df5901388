== The same node twice
pass cse
graph (%x f32[4]) -> (%y) {
	%a = Exp(%x)
	%b = Exp(%x)
	%y = Add(%a, %b)
}
->
graph (%x f32[4]) -> (%y) {
	%a = Exp(%x)
	%y = Add(%a, %a)
}
== Equal constants make nodes equal, and chains follow
pass cse
graph (%x f32[4]) -> (%y) {
	%c f32[] = const [2]
	%d f32[] = const [2]
	%a = Mul(%x, %c)
	%b = Mul(%d, %x)
	%e = Exp(%a)
	%f = Exp(%b)
	%y = Sub(%e, %f)
}
->
graph (%x f32[4]) -> (%y) {
	%c f32[] = const [2]
	%a = Mul(%x, %c)
	%e = Exp(%a)
	%y = Sub(%e, %e)
}
== The order of operands counts where they may not be exchanged
pass cse
graph (%x f32[4], %z f32[4]) -> (%y) {
	%a = Sub(%x, %z)
	%b = Sub(%z, %x)
	%y = Mul(%a, %b)
}
->
same
== Attributes count, and so do signs of zero
pass cse
graph (%x f32[4]) -> (%a, %b, %d, %e) {
	%a = LeakyRelu(%x) {alpha = 0.1}
	%b = LeakyRelu(%x) {alpha = 0.2}
	%p f32[] = const [0]
	%n f32[] = const [-0]
	%d = Mul(%x, %p)
	%e = Mul(%x, %n)
}
->
same
== Two outputs are one value
pass cse
graph (%x f32[4]) -> (%a, %b) {
	%a = Exp(%x)
	%b = Exp(%x)
}
->
graph (%x f32[4]) -> (%a, %a "b") {
	%a = Exp(%x)
}
== An output that only the second node was asked for
pass cse
graph (%x f32[1,1,4]) -> (%a, %i) {
	%a = MaxPool(%x) {kernel_shape = [2]}
	%b, %i = MaxPool(%x) {kernel_shape = [2]}
}
->
same
