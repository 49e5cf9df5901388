== Views of views are one Reshape
pass algebra
graph (%x f32[2,3,4]) -> (%y) {
	%one i64[1] = const [1]
	%a = Unsqueeze(%x, %one)
	%b = Flatten(%a) {axis = 2}
	%s i64[3] = const [4, 3, 2]
	%c = Reshape(%b, %s)
	%y = Relu(%c)
}
->
graph (%x f32[2,3,4]) -> (%y) {
	%s i64[3] = const [4, 3, 2]
	%c = Reshape(%x, %s)
	%y = Relu(%c)
}
== Views that lead back vanish
pass algebra
graph (%x f32[2,1,4]) -> (%y) {
	%one i64[1] = const [1]
	%a = Squeeze(%x, %one)
	%b = Unsqueeze(%a, %one)
	%y = Relu(%b)
}
->
graph (%x f32[2,1,4]) -> (%y) {
	%y = Relu(%x)
}
== Sizes that are known at run time: 0 copies one, -1 stands for another
pass algebra
graph (%x f32[n,4,m]) -> (%y) {
	%a = Flatten(%x) {axis = 2}
	%s = Shape(%x) {start = 0, end = 1}
	%r i64[1] = const [-1]
	%to = Concat(%s, %r) {axis = 0}
	%b = Reshape(%a, %to)
	%y = Relu(%b)
}
->
graph (%x f32[n,4,m]) -> (%y) {
	%to i64[2] = const [0, -1]
	%b = Reshape(%x, %to)
	%y = Relu(%b)
}
== Two unknown sizes stay computed
pass algebra
graph (%x f32[n,m]) -> (%y) {
	%s = Shape(%x)
	%zero i64[1] = const [0]
	%one i64[1] = const [1]
	%n = Gather(%s, %zero)
	%m = Gather(%s, %one)
	%to = Concat(%m, %n) {axis = 0}
	%y = Reshape(%x, %to)
}
->
same
== Expand to sizes of its input
pass algebra
graph (%x f32[n,1]) -> (%y) {
	%s = Shape(%x) {start = 0, end = 1}
	%five i64[1] = const [5]
	%to = Concat(%s, %five) {axis = 0}
	%y = Expand(%x, %to)
}
->
graph (%x f32[n,1]) -> (%y) {
	%to i64[2] = const [1, 5]
	%y = Expand(%x, %to)
}
== Past pointwise nodes, where views cancel
pass algebra
graph (%x f32[2,6]) -> (%y) {
	%s i64[3] = const [2, 2, 3]
	%two f32[] = const [2]
	%a = Reshape(%x, %s)
	%b = Relu(%a)
	%c = Mul(%b, %two)
	%y = Flatten(%c)
}
->
graph (%x f32[2,6]) -> (%y) {
	%two f32[] = const [2]
	%b = Relu(%x)
	%y = Mul(%b, %two)
}
== A constant along an axis of the view keeps it there
pass algebra
graph (%x f32[2,6]) -> (%y) {
	%s i64[3] = const [2, 2, 3]
	%c f32[3] = const [1, 2, 3]
	%a = Reshape(%x, %s)
	%b = Mul(%a, %c)
	%y = Flatten(%b)
}
->
same
