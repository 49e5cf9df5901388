If, Loop: bodies that data or constants decide about, and that run again and again.

== data decide
graph (%c bool[], %x f32[3], %k f32[3]) -> (%y) {
	%y = If(%c, %x, %k, %x) then_branch = graph (| %x f32[3], %k f32[3]) -> (%s) { %s = Add(%x, %k) }
	 else_branch = graph (| %x f32[3]) -> (%z) { %z = Neg(%x) }
}
run c = bool[] [true], x = f32[3] [1, 2, 3], k = f32[3] [10, 20, 30] gives y = f32[3] [11, 22, 33]
run c = bool[] [false], x = f32[3] [1, 2, 3], k = f32[3] [10, 20, 30] gives y = f32[3] [-1, -2, -3]

== loop by trips
graph (%m i64[], %x f32[2]) -> (%y) {
	%y = Loop(%m, _, %x) body = graph (%t i64[], %g bool[], %a f32[2]) -> (%g, %b) { %b = Add(%a, %a) }
}
run m = i64[] [3], x = f32[2] [1, 2] gives y = f32[2] [8, 16]
run m = i64[] [0], x = f32[2] [1, 2] gives y = f32[2] [1, 2]
run m = i64[] [-1], x = f32[2] [1, 2] gives y = f32[2] [1, 2]

== loop while
graph (%x f32[2]) -> (%y) {
	%y = Loop(_, _, %x) body = graph (%t i64[], %g bool[], %a f32[2]) -> (%h, %b) { %b = Add(%a, %a)
	 %z i64[1] = const [0] %s = ReduceSum(%b, %z) {keepdims = 0} %l f32[] = const [100] %h = Less(%s, %l) }
}
run x = f32[2] [1, 2] gives y = f32[2] [64, 128]

== known trips, slices and turn number
graph (%x f32[2]) -> (%y, %z) {
	%m i64[] = const [3]
	%y, %z = Loop(%m, _, %x) body = graph (%t i64[], %g bool[], %a f32[2]) -> (%g, %b, %q) { %f = Cast(%t) {to = f32} %b = Add(%a, %f) %q = Mul(%b, %f) }
}
run x = f32[2] [1, 2] gives y = f32[2] [4, 5], z = f32[3,2] [0, 0, 2, 3, 8, 10]

== nested
graph (%x f32[2], %n i64[]) -> (%y, %z) {
	%m i64[] = const [3]
	%y, %z = Loop(%m, _, %x, %n) body = graph (%t i64[], %g bool[], %a f32[2] | %n i64[]) -> (%g, %b, %q) {
		%f = Cast(%t) {to = f32}
		%k i64[] = const [2]
		%b, %q = Loop(%k, _, %a, %f) body = graph (%u i64[], %g bool[], %a f32[2] | %f f32[]) -> (%g, %b, %b) {
			%h = Cast(%u) {to = f32} %i = Add(%h, %f) %b = Add(%a, %i)
		}
	}
}
run x = f32[2] [1, 2], n = i64[] [1] gives y = f32[2] [10, 11], z = f32[3,2,2] [1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 10, 11]

== as many turns as the number of the turn around
graph (%x f32[2]) -> (%y, %z) {
	%m i64[] = const [4]
	%y, %z = Loop(%m, _, %x) body = graph (%t i64[], %g bool[], %a f32[2]) -> (%g, %b, %b) {
		%b = Loop(%t, _, %a) body = graph (%u i64[], %h bool[], %c f32[2]) -> (%h, %d) { %d = Add(%c, %c) }
	}
}
run x = f32[2] [1, 2] gives y = f32[2] [64, 128], z = f32[4,2] [1, 2, 2, 4, 8, 16, 64, 128]

== an index outside in the branch that is not taken
graph (%c bool[], %x f32[3], %i i64[]) -> (%y) {
	%y = If(%c, %x, %i, %x) then_branch = graph (| %x f32[3], %i i64[]) -> (%g) { %g = Gather(%x, %i) }
	 else_branch = graph (| %x f32[3]) -> (%s) { %z i64[1] = const [0] %s = ReduceSum(%x, %z) {keepdims = 0} }
}
run c = bool[] [false], x = f32[3] [1, 2, 3], i = i64[] [7] gives y = f32[] [6]
run c = bool[] [true], x = f32[3] [1, 2, 3], i = i64[] [-1] gives y = f32[] [3]

== branches of two shapes
graph (%c bool[], %x f32[3]) -> (%y) {
	%y = If(%c, %x, %x) then_branch = graph (| %x f32[3]) -> (%g) { %g = Neg(%x) }
	 else_branch = graph (| %x f32[3]) -> (%s) { %z i64[1] = const [0] %s = ReduceSum(%x, %z) {keepdims = 1} }
}
run c = bool[] [false], x = f32[3] [1, 2, 3] gives y = f32[1] [6]
run c = bool[] [true], x = f32[3] [1, 2, 3] gives y = f32[3] [-1, -2, -3]

== branches of two shapes: counted in one, captured in the other, none
graph (%c bool[], %x f32[2,3], %e f32[2,0]) -> (%y, %z, %s) {
	%y, %z = If(%c, %x, %x, %e) then_branch = graph (| %x f32[2,3]) -> (%p, %x) { %p = NonZero(%x) }
	 else_branch = graph (| %x f32[2,3], %e f32[2,0]) -> (%k, %e) { %k i64[2,1] = const [7, 8] }
	%q = Add(%y, %y)
	%s = ReduceSum(%z) {keepdims = 0}
}
run c = bool[] [true], x = f32[2,3] [1, 0, 2, 0, 0, 3], e = f32[2,0] []
gives y = i64[2,3] [0, 0, 1, 0, 2, 2], z = f32[2,3] [1, 0, 2, 0, 0, 3], s = f32[] [6]
run c = bool[] [false], x = f32[2,3] [1, 0, 2, 0, 0, 3], e = f32[2,0] []
gives y = i64[2,1] [7, 8], z = f32[2,0] [], s = f32[] [0]

== branches of two types
fails E-TYPE "f32 in one branch and i64 in the other"
graph (%c bool[], %x f32[3]) -> (%y) {
	%y = If(%c, %x, %x) then_branch = graph (| %x f32[3]) -> (%g) { %g = Neg(%x) }
	 else_branch = graph (| %x f32[3]) -> (%s) { %s = Cast(%x) {to = i64} }
}
run c = bool[] [false], x = f32[3] [1, 2, 3] gives y = f32[3] [6, 0, 0]

== trips and a condition: whichever ends first
graph (%m i64[], %x f32[1]) -> (%y) {
	%y = Loop(%m, _, %x) body = graph (%t i64[], %g bool[], %a f32[1]) -> (%h, %b) { %b = Add(%a, %a)
	 %z i64[1] = const [0] %s = ReduceSum(%b, %z) {keepdims = 0} %l f32[] = const [10] %h = Less(%s, %l) }
}
run m = i64[] [2], x = f32[1] [1] gives y = f32[1] [4]
run m = i64[] [9], x = f32[1] [1] gives y = f32[1] [16]

== a condition that is false from the beginning
graph (%g bool[], %x f32[1]) -> (%y) {
	%y = Loop(_, %g, %x) body = graph (%t i64[], %g bool[], %a f32[1]) -> (%h, %b) { %b = Add(%a, %a)
	 %z i64[1] = const [0] %s = ReduceSum(%b, %z) {keepdims = 0} %l f32[] = const [10] %h = Less(%s, %l) }
}
run g = bool[] [false], x = f32[1] [1] gives y = f32[1] [1]
run g = bool[] [true], x = f32[1] [3] gives y = f32[1] [12]

== a loop without an end
fails E-LOOP
graph (%x f32[1]) -> (%y) {
	%y = Loop(_, _, %x) body = graph (%t i64[], %g bool[], %a f32[1]) -> (%g, %b) { %b = Add(%a, %a) }
}
run x = f32[1] [1] gives y = f32[1] [1]

== a body that carries one value less
fails E-OUTPUTS
graph (%m i64[], %x f32[1]) -> (%y) {
	%y = Loop(%m, _, %x) body = graph (%t i64[], %g bool[], %a f32[1]) -> (%g) { %b = Add(%a, %a) }
}
run m = i64[] [1], x = f32[1] [1] gives y = f32[1] [1]
== states change places
graph (%m i64[], %x f32[2], %y f32[2]) -> (%a2, %b2) {
	%a2, %b2 = Loop(%m, _, %x, %y) body = graph (%t i64[], %g bool[], %a f32[2], %b f32[2]) -> (%g, %b, %a) { }
}
run m = i64[] [3], x = f32[2] [1, 2], y = f32[2] [3, 4] gives a2 = f32[2] [3, 4], b2 = f32[2] [1, 2]

== one state is the other, and the sum of both
graph (%m i64[], %x f32[2], %y f32[2]) -> (%a2, %b2) {
	%a2, %b2 = Loop(%m, _, %x, %y) body = graph (%t i64[], %g bool[], %a f32[2], %b f32[2]) -> (%g, %b, %c) { %c = Add(%a, %b) }
}
run m = i64[] [5], x = f32[2] [1, 2], y = f32[2] [1, 3] gives a2 = f32[2] [8, 21], b2 = f32[2] [13, 34]

== a state that is written to where data say
graph (%s0 f32[4], %x f32[3], %i i64[3]) -> (%s) {
	%s, %y = Scan(%s0, %x, %i) {num_scan_inputs = 2} body = graph (%a f32[4], %b f32[], %k i64[]) -> (%c, %b) {
		%axes i64[1] = const [0]
		%at = Unsqueeze(%k, %axes)
		%u = Unsqueeze(%b, %axes)
		%c = ScatterElements(%a, %at, %u)
	}
}
run s0 = f32[4] [1, 2, 3, 4], x = f32[3] [10, 20, 30], i = i64[3] [2, 0, 2] gives s = f32[4] [20, 2, 30, 4]

== branches that give a number and a list of one
graph (%c bool[], %x f32[3], %a f32[1]) -> (%y) {
	%k = If(%c, %a) then_branch = graph () -> (%two) { %two f32[] = const [2] }
	else_branch = graph (| %b f32[1]) -> (%d) { %d f32[1] = Neg(%b) }
	%y f32[3] = Mul(%x, %k)
}
run c = bool[] [true], x = f32[3] [1, 2, 3], a = f32[1] [5] gives y = f32[3] [2, 4, 6]
run c = bool[] [false], x = f32[3] [1, 2, 3], a = f32[1] [5] gives y = f32[3] [-5, -10, -15]
