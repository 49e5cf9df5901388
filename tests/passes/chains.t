== Sums
pass chains
graph (%x f32[4]) -> (%y) {
	%one f32[] = const [1]
	%three f32[4] = const [3, 4, 5, 6]
	%a = Add(%one, %x)
	%y = Sub(%a, %three)
}
->
graph (%x f32[4]) -> (%y) {
	%c f32[4] = const [-2, -3, -4, -5]
	%y = Add(%x, %c)
}
== Differences
pass chains
graph (%x f32[4]) -> (%y) {
	%one f32[] = const [1]
	%three f32[] = const [3]
	%a = Sub(%x, %one)
	%b = Sub(%a, %three)
	%c = Exp(%b)
	%d = Sub(%c, %one)
	%y = Add(%d, %three)
}
->
graph (%x f32[4]) -> (%y) {
	%four f32[] = const [4]
	%two f32[] = const [2]
	%b = Sub(%x, %four)
	%c = Exp(%b)
	%y = Add(%c, %two)
}
== Products and quotients
pass chains
graph (%x f32[4]) -> (%y) {
	%two f32[] = const [2]
	%eight f32[] = const [8]
	%a = Mul(%x, %two)
	%y = Div(%a, %eight)
}
->
graph (%x f32[4]) -> (%y) {
	%c f32[] = const [0.25]
	%y = Mul(%x, %c)
}
== A constant minus x is no chain
pass chains
graph (%x f32[4]) -> (%y) {
	%one f32[] = const [1]
	%a = Sub(%one, %x)
	%y = Add(%a, %one)
}
->
same
== Constants that overflow together stay apart
pass chains
graph (%x f32[4]) -> (%y) {
	%big f32[] = const [1e30]
	%a = Mul(%x, %big)
	%y = Mul(%a, %big)
}
->
same
== Constants that only together make a matrix stay apart
pass chains
graph (%x f32[2,3]) -> (%y) {
	%r f32[1,3] = const [1, 2, 3]
	%c f32[2,1] = const [1, 2]
	%a = Mul(%x, %r)
	%y = Mul(%a, %c)
}
->
same
== A step that others read too stays
pass chains
graph (%x f32[4]) -> (%y, %a) {
	%two f32[] = const [2]
	%a = Mul(%x, %two)
	%y = Mul(%a, %two)
}
->
same
== Adding 0.0
pass chains
graph (%x f32[4]) -> (%y) {
	%c f32[] = const [0]
	%n f32[] = const [-0]
	%a = Add(%x, %c)
	%b = Exp(%a)
	%y = Sub(%b, %n)
}
->
graph (%x f32[4]) -> (%b "y") {
	%b = Exp(%x)
}
== A product is cheaper than a quotient
pass chains
graph (%x f32[4]) -> (%y) {
	%c f32[4] = const [1, 2, 4, 5]
	%y = Div(%x, %c)
}
->
graph (%x f32[4]) -> (%y) {
	%c f32[4] = const [1, 0.5, 0.25, 0.2]
	%y = Mul(%x, %c)
}
== A reciprocal too small for full precision
pass chains
graph (%x f32[4]) -> (%y) {
	%c f32[] = const [3e38]
	%y = Div(%x, %c)
}
->
same
== Integers are not for dividing
pass chains
graph (%x i32[4]) -> (%y) {
	%c i32[] = const [3]
	%y = Div(%x, %c)
}
->
same
== Powers
pass chains
graph (%x f32[4]) -> (%a, %b, %c, %d, %e) {
	%two f32[] = const [2]
	%three f32[] = const [3]
	%half f32[1] = const [0.5]
	%minus f32[] = const [-1]
	%minushalf f32[] = const [-0.5]
	%a = Pow(%x, %two)
	%b = Pow(%x, %three)
	%z = Exp(%x)
	%c = Pow(%z, %half)
	%d = Pow(%z, %minus)
	%e = Pow(%z, %minushalf)
}
->
graph (%x f32[4]) -> (%a, %b, %c, %d, %e) {
	%a = Mul(%x, %x)
	%b1 = Mul(%x, %x)
	%b = Mul(%b1, %x)
	%z = Exp(%x)
	%c = Sqrt(%z)
	%d = Reciprocal(%z)
	%e1 = Sqrt(%z)
	%e = Reciprocal(%e1)
}
== A factor on a scaled and shifted value
pass chains
graph (%x f32[2,3]) -> (%y) {
	%a f32[3] = const [1, 2, 3]
	%b f32[] = const [5]
	%c f32[3] = const [10, 100, 1000]
	%d = Mul(%x, %a)
	%e = Add(%d, %b)
	%f = Mul(%e, %c)
	%y = Add(%f, %a)
}
->
graph (%x f32[2,3]) -> (%y) {
	%ac f32[3] = const [10, 200, 3000]
	%bc f32[3] = const [51, 502, 5003]
	%d = Mul(%x, %ac)
	%y = Add(%d, %bc)
}
== two sums with constants
pass chains
graph (%x f32[2], %y f32[2]) -> (%z) {
	%a f32[] = const [1]
	%b f32[2] = const [2, 3]
	%xa = Sub(%x, %a)
	%yb = Sub(%y, %b)
	%z = Add(%xa, %yb)
}
->
graph (%x f32[2], %y f32[2]) -> (%z) {
	%c f32[2] = const [3, 4]
	%yc = Sub(%y, %c)
	%z = Add(%x, %yc)
}
== a sum and a difference with constants
pass chains
graph (%x f32[2], %y f32[2]) -> (%z) {
	%a f32[] = const [1]
	%xa = Add(%x, %a)
	%ya = Sub(%y, %a)
	%z = Add(%xa, %ya)
}
->
same
