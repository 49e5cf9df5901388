== Identity vanishes, and the output keeps its name
pass algebra
graph (%x f32[4]) -> (%y) {
	%a = Relu(%x)
	%y = Identity(%a)
}
->
graph (%x f32[4]) -> (%a "y") {
	%a = Relu(%x)
}
== An output that is an input
pass algebra
graph (%x f32[4]) -> (%y) {
	%y = Identity(%x)
}
->
graph (%x f32[4]) -> (%x "y") {
}
== Dropout
pass algebra
graph (%x f32[4]) -> (%y) {
	%d = Dropout(%x)
	%y = Relu(%d)
}
->
graph (%x f32[4]) -> (%y) {
	%y = Relu(%x)
}
== Dropout whose mask is wanted stays
pass algebra
graph (%x f32[4]) -> (%d, %m) {
	%d, %m = Dropout(%x)
}
->
same
== Cast to the same type
pass algebra
graph (%x f32[4]) -> (%y) {
	%y = Cast(%x) {to = f32}
}
->
graph (%x f32[4]) -> (%x "y") {
}
== Cast there and back, where nothing is lost
pass algebra
graph (%x i32[4]) -> (%y) {
	%w = Cast(%x) {to = i64}
	%y = Cast(%w) {to = i32}
}
->
graph (%x i32[4]) -> (%x "y") {
}
== CastLike is a Cast, and what tells the type need not be there
pass algebra
graph (%x i32[4], %l f32[1]) -> (%y) {
	%t = Neg(%l)
	%w = Cast(%x) {to = i64}
	%y = CastLike(%w, %t)
}
->
graph (%x i32[4], %l f32[1]) -> (%y) {
	%y = Cast(%x) {to = f32}
}
== Cast over a wider type
pass algebra
graph (%x f16[4]) -> (%y) {
	%w = Cast(%x) {to = f32}
	%y = Cast(%w) {to = f64}
}
->
graph (%x f16[4]) -> (%y) {
	%y = Cast(%x) {to = f64}
}
== Cast over a narrower type rounds
pass algebra
graph (%x f32[4]) -> (%y) {
	%w = Cast(%x) {to = f16}
	%y = Cast(%w) {to = f32}
}
->
same
== Cast of double over float rounds
pass algebra
graph (%x f64[4]) -> (%y) {
	%w = Cast(%x) {to = f32}
	%y = Cast(%w) {to = f64}
}
->
same
== Adding 0.0 would change the sign of -0.0
pass algebra
graph (%x f32[4]) -> (%y) {
	%c f32[] = const [0]
	%y = Add(%x, %c)
}
->
same
== Adding -0.0 changes nothing
pass algebra
graph (%x f32[4]) -> (%y) {
	%c f32[] = const [-0]
	%y = Add(%c, %x)
}
->
graph (%x f32[4]) -> (%x "y") {
}
== Integers have one zero
pass algebra
graph (%x i32[4]) -> (%y) {
	%c i32[1] = const [0]
	%y = Add(%x, %c)
}
->
graph (%x i32[4]) -> (%x "y") {
}
== Subtracting 0.0
pass algebra
graph (%x f32[4]) -> (%y) {
	%c f32[4] = const [0 * 4]
	%y = Sub(%x, %c)
}
->
graph (%x f32[4]) -> (%x "y") {
}
== 0.0 minus x is no identity
pass algebra
graph (%x f32[4]) -> (%y) {
	%c f32[4] = const [0 * 4]
	%y = Sub(%c, %x)
}
->
same
== x * 1 / 1 ^ 1
pass algebra
graph (%x f32[4]) -> (%y) {
	%c f32[] = const [1]
	%a = Mul(%c, %x)
	%b = Div(%a, %c)
	%y = Pow(%b, %c)
}
->
graph (%x f32[4]) -> (%x "y") {
}
== x * 1 that broadcasts stays
pass algebra
graph (%x f32[4]) -> (%y) {
	%c f32[2,1] = const [1, 1]
	%y = Mul(%x, %c)
}
->
same
== Logic
pass algebra
graph (%x bool[4]) -> (%y) {
	%t bool[] = const [true]
	%f bool[] = const [false]
	%a = And(%x, %t)
	%b = Or(%f, %a)
	%c = Xor(%b, %f)
	%d = Not(%c)
	%y = Not(%d)
}
->
graph (%x bool[4]) -> (%x "y") {
}
== Where with a constant condition
pass algebra
graph (%x f32[4], %z f32[4]) -> (%y) {
	%t bool[1] = const [false]
	%y = Where(%t, %x, %z)
}
->
graph (%x f32[4], %z f32[4]) -> (%z "y") {
}
== What does nothing the second time
pass algebra
graph (%x f32[4]) -> (%y) {
	%a = Relu(%x)
	%b = Relu(%a)
	%c = Floor(%b)
	%d = Floor(%c)
	%e = Ceil(%d)
	%f = Ceil(%e)
	%g = Round(%f)
	%h = Round(%g)
	%i = Abs(%h)
	%y = Abs(%i)
}
->
graph (%x f32[4]) -> (%y) {
	%a = Relu(%x)
	%c = Floor(%a)
	%e = Ceil(%c)
	%g = Round(%e)
	%y = Abs(%g)
}
== Minus minus
pass algebra
graph (%x f32[4]) -> (%y) {
	%a = Neg(%x)
	%b = Neg(%a)
	%y = Exp(%b)
}
->
graph (%x f32[4]) -> (%y) {
	%y = Exp(%x)
}
== Sums and extremes of one
pass algebra
graph (%x f32[4]) -> (%y) {
	%a = Sum(%x)
	%b = Mean(%a)
	%c = Max(%b)
	%d = Min(%c)
	%y = Clip(%d)
}
->
graph (%x f32[4]) -> (%x "y") {
}
== Reshape, Expand, Tile and Transpose to what is there
pass algebra
graph (%x f32[2,3]) -> (%y) {
	%s i64[2] = const [2, -1]
	%one i64[2] = const [1, 1]
	%none i64[0] = const []
	%a = Reshape(%x, %s)
	%b = Flatten(%a)
	%c = Expand(%b, %one)
	%d = Tile(%c, %one)
	%e = Transpose(%d) {perm = [0, 1]}
	%f = Squeeze(%e, %none)
	%y = Unsqueeze(%f, %none)
}
->
graph (%x f32[2,3]) -> (%x "y") {
}
== Slice of everything, Pad by nothing, Split in one
pass algebra
graph (%x f32[n,3]) -> (%y) {
	%zero i64[2] = const [0, 0]
	%far i64[2] = const [9223372036854775807, 3]
	%pads i64[4] = const [0, 0, 0, 0]
	%a = Slice(%x, %zero, %far)
	%b = Pad(%a, %pads)
	%y = Split(%b) {axis = 0, num_outputs = 1}
}
->
graph (%x f32[n,3]) -> (%x "y") {
}
== Slice backwards moves things
pass algebra
graph (%x f32[3]) -> (%y) {
	%last i64[1] = const [2]
	%before i64[1] = const [-9]
	%axis i64[1] = const [0]
	%back i64[1] = const [-1]
	%y = Slice(%x, %last, %before, %axis, %back)
}
->
same
== Pad by one and minus one moves things
pass algebra
graph (%x f32[3]) -> (%y) {
	%pads i64[2] = const [1, -1]
	%y = Pad(%x, %pads)
}
->
same
== Concat of one, and of something with nothing
pass algebra
graph (%x f32[2,3], %z f32[2,1]) -> (%y) {
	%empty f32[2,0] = const []
	%a = Concat(%x, %empty) {axis = 1}
	%b = Concat(%a) {axis = 0}
	%y = Concat(%empty, %b, %z) {axis = -1}
}
->
graph (%x f32[2,3], %z f32[2,1]) -> (%y) {
	%y = Concat(%x, %z) {axis = -1}
}
