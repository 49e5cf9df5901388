== x * Sigmoid(x)
pass patterns
graph (%x f32[4]) -> (%y) {
	%s = Sigmoid(%x)
	%y = Mul(%s, %x)
}
->
graph (%x f32[4]) -> (%y) {
	%y = Swish(%x)
}
== x * Sigmoid(1.702 x)
pass patterns
graph (%x f32[4]) -> (%y) {
	%c f32[] = const [1.702]
	%a = Mul(%x, %c)
	%s = Sigmoid(%a)
	%y = Mul(%x, %s)
}
->
graph (%x f32[4]) -> (%y) {
	%y = Swish(%x) {alpha = 1.702}
}
== x * Sigmoid(z) is a gate
pass patterns
graph (%x f32[4], %z f32[4]) -> (%y) {
	%s = Sigmoid(%z)
	%y = Mul(%x, %s)
}
->
same
== Gelu, the factor one half at the end
pass patterns
graph (%x f32[4]) -> (%y) {
	%r f32[] = const [1.41421354]
	%one f32[] = const [1]
	%half f32[] = const [0.5]
	%a = Div(%x, %r)
	%b = Erf(%a)
	%c = Add(%b, %one)
	%d = Mul(%x, %c)
	%y = Mul(%d, %half)
}
->
graph (%x f32[4]) -> (%y) {
	%y = Gelu(%x)
}
== Gelu, the factor one half first
pass patterns
graph (%x f32[4]) -> (%y) {
	%r f32[] = const [0.707106769]
	%one f32[] = const [1]
	%half f32[] = const [0.5]
	%a = Mul(%x, %r)
	%b = Erf(%a)
	%c = Add(%one, %b)
	%h = Mul(%half, %x)
	%y = Mul(%h, %c)
}
->
graph (%x f32[4]) -> (%y) {
	%y = Gelu(%x)
}
== Gelu, the factor one half inside
pass patterns
graph (%x f32[4]) -> (%y) {
	%r f32[] = const [1.41421354]
	%one f32[] = const [1]
	%two f32[] = const [2]
	%a = Div(%x, %r)
	%b = Erf(%a)
	%c = Add(%b, %one)
	%h = Div(%c, %two)
	%y = Mul(%h, %x)
}
->
graph (%x f32[4]) -> (%y) {
	%y = Gelu(%x)
}
== Almost Gelu
pass patterns
graph (%x f32[4]) -> (%y) {
	%r f32[] = const [1.5]
	%one f32[] = const [1]
	%half f32[] = const [0.5]
	%a = Div(%x, %r)
	%b = Erf(%a)
	%c = Add(%b, %one)
	%d = Mul(%x, %c)
	%y = Mul(%d, %half)
}
->
same
== Gelu by tanh, with a cube
pass patterns
graph (%x f32[4]) -> (%y) {
	%three f32[] = const [3]
	%k f32[] = const [0.044715]
	%r f32[] = const [0.797884583]
	%one f32[] = const [1]
	%half f32[] = const [0.5]
	%a = Pow(%x, %three)
	%b = Mul(%a, %k)
	%c = Add(%x, %b)
	%d = Mul(%c, %r)
	%e = Tanh(%d)
	%f = Add(%e, %one)
	%h = Mul(%x, %half)
	%y = Mul(%h, %f)
}
->
graph (%x f32[4]) -> (%y) {
	%y = Gelu(%x) {approximate = tanh}
}
== Gelu by tanh, with products
pass patterns
graph (%x f32[4]) -> (%y) {
	%k f32[] = const [0.044715]
	%r f32[] = const [0.797884583]
	%one f32[] = const [1]
	%half f32[] = const [0.5]
	%a = Mul(%x, %x)
	%a3 = Mul(%a, %x)
	%b = Mul(%k, %a3)
	%c = Add(%b, %x)
	%d = Mul(%r, %c)
	%e = Tanh(%d)
	%f = Add(%one, %e)
	%h = Mul(%f, %half)
	%y = Mul(%h, %x)
}
->
graph (%x f32[4]) -> (%y) {
	%y = Gelu(%x) {approximate = tanh}
}
== Gelu by tanh, x taken out of the sum
pass patterns
graph (%x f32[4]) -> (%y) {
	%k f32[] = const [0.044715]
	%r f32[] = const [0.797884583]
	%one f32[] = const [1]
	%half f32[] = const [0.5]
	%kx = Mul(%x, %k)
	%kxx = Mul(%kx, %x)
	%c = Add(%one, %kxx)
	%rx = Mul(%x, %r)
	%d = Mul(%rx, %c)
	%e = Tanh(%d)
	%f = Add(%one, %e)
	%g = Mul(%x, %f)
	%y = Mul(%half, %g)
}
->
graph (%x f32[4]) -> (%y) {
	%y = Gelu(%x) {approximate = tanh}
}
== HardSwish over HardSigmoid
pass patterns
graph (%x f32[4]) -> (%y) {
	%s = HardSigmoid(%x) {alpha = 0.166666667, beta = 0.5}
	%y = Mul(%x, %s)
}
->
graph (%x f32[4]) -> (%y) {
	%y = HardSwish(%x)
}
== HardSwish with Clip
pass patterns
graph (%x f32[4]) -> (%y) {
	%three f32[] = const [3]
	%zero f32[] = const [0]
	%six f32[] = const [6]
	%a = Add(%x, %three)
	%b = Clip(%a, %zero, %six)
	%c = Mul(%x, %b)
	%y = Div(%c, %six)
}
->
graph (%x f32[4]) -> (%y) {
	%y = HardSwish(%x)
}
== HardSwish with Min and Relu, divided first
pass patterns
graph (%x f32[4]) -> (%y) {
	%three f32[] = const [3]
	%six f32[] = const [6]
	%a = Add(%three, %x)
	%r = Relu(%a)
	%b = Min(%r, %six)
	%c = Div(%b, %six)
	%y = Mul(%c, %x)
}
->
graph (%x f32[4]) -> (%y) {
	%y = HardSwish(%x)
}
== HardSigmoid with Min and Max
pass patterns
graph (%x f32[4]) -> (%y) {
	%three f32[] = const [1]
	%zero f32[] = const [0]
	%four f32[] = const [4]
	%quarter f32[] = const [0.25]
	%a = Add(%x, %three)
	%r = Max(%zero, %a)
	%b = Min(%r, %four)
	%y = Mul(%b, %quarter)
}
->
graph (%x f32[4]) -> (%y) {
	%y = HardSigmoid(%x) {alpha = 0.25, beta = 0.25}
}
