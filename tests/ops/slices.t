Outputs of Loop and Scan whose slices have a size that data decide in each turn, the same in all.

== Loop: what a mask leaves of each row
graph (%x f32[3,4], %c f32[4]) -> (%y) {
	%three i64[] = const [3]
	%y = Loop(%three, _, %x, %c) body = graph (%t i64[], %g bool[] | %x f32[3,4], %c f32[4]) -> (%g, %p) {
		%z f32[] = const [0]
		%m = Greater(%c, %z)
		%r = Gather(%x, %t)
		%p = Compress(%r, %m) {axis = 0}
	}
}
run x = f32[3,4] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], c = f32[4] [1, 0, 1, 0] gives y = f32[3,2] [1, 3, 5, 7, 9, 11]
run x = f32[3,4] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], c = f32[4] [0, 1, 0, 0] gives y = f32[3,1] [2, 6, 10]
run x = f32[3,4] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], c = f32[4] [0, 0, 0, 0] gives y = f32[3,0] []
run x = f32[3,4] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], c = f32[4] [1, 1, 1, 1]
gives y = f32[3,4] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]

== and within a bound that the file gives
symbol k = 0..2 counted
symbol n = 0..4 counted
graph (%x f32[3,4], %c bool[4]) -> (%y) {
	%three i64[] = const [3]
	%y f32[3,n] = Loop(%three, _, %x, %c) body = graph (%t i64[], %g bool[] | %x f32[3,4], %c bool[4]) -> (%g, %p) {
		%r = Gather(%x, %t)
		%p f32[k] = Compress(%r, %c) {axis = 0}
	}
}
run x = f32[3,4] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], c = bool[4] [true, false, true, false]
gives y = f32[3,2] [1, 3, 5, 7, 9, 11]

== turns that differ
fails E-SHAPE "it must stay the same in all turns"
graph (%x f32[3,4]) -> (%y) {
	%three i64[] = const [3]
	%y = Loop(%three, _, %x) body = graph (%t i64[], %g bool[] | %x f32[3,4]) -> (%g, %p) {
		%r = Gather(%x, %t)
		%p = NonZero(%r)
	}
}
run x = f32[3,4] [0, 2, 3, 0, 5, 0, 7, 0, 9, 0, 0, 0] gives y = i64[3,1,2] [1, 2, 0, 2, 0, 1]

== no turns: nobody has counted, so there is nothing in a slice
symbol y.0 = 0..3 counted
graph (%x f32[3,4], %c bool[4], %n i64[]) -> (%y, %z) {
	%a i64[] = const [1]
	%y f32[y.0,y.1], %z i64[y.0] = Loop(%n, _, %x, %c) body = graph (%t i64[], %g bool[] | %x f32[3,4], %c bool[4]) -> (%g, %p, %t) {
		%r = Gather(%x, %t)
		%p = Compress(%r, %c) {axis = 0}
	}
}
run x = f32[3,4] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], c = bool[4] [true, false, true, true], n = i64[] [0]
gives y = f32[0,0] [], z = i64[0] []
run x = f32[3,4] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], c = bool[4] [true, false, true, true], n = i64[] [2]
gives y = f32[2,3] [1, 3, 4, 5, 7, 8], z = i64[2] [0, 1]

== while a condition holds: several outputs, one of which nobody wants
graph (%x f32[3,4], %c bool[4], %s0 f32[]) -> (%s, %y, %z) {
	%three i64[] = const [3]
	%s, %y, _, %z = Loop(%three, _, %s0, %x, %c)
	body = graph (%t i64[], %g bool[], %s f32[] | %x f32[3,4], %c bool[4]) -> (%h, %next, %p, %r, %q) {
		%r = Gather(%x, %t)
		%p = Compress(%r, %c) {axis = 0}
		%q = NonZero(%r)
		%zero i64[1] = const [0]
		%sum = ReduceSum(%r, %zero) {keepdims = 0}
		%next = Add(%s, %sum)
		%most f32[] = const [20]
		%h = Less(%next, %most)
	}
}
run x = f32[3,4] [1, 2, 3, 0, 5, 6, 0, 8, 9, 0, 11, 12], c = bool[4] [true, false, true, true], s0 = f32[] [0]
gives s = f32[] [25], y = f32[2,3] [1, 3, 0, 5, 0, 8], z = i64[2,1,3] [0, 1, 2, 0, 1, 3]
run x = f32[3,4] [1, 2, 3, 0, 5, 6, 0, 8, 9, 0, 11, 12], c = bool[4] [false, false, false, false], s0 = f32[] [15]
gives s = f32[] [21], y = f32[1,0] [], z = i64[1,1,3] [0, 1, 2]

== Scan: two sizes of a slice, joined along an axis and from the end
graph (%x f32[2,3,4], %d bool[3], %c bool[4], %s f32[]) -> (%e, %y, %z, %w) {
	%e, %y, %z, %w = Scan(%s, %x, %d, %c) {num_scan_inputs = 1, scan_output_axes = [1, -1, 0], scan_output_directions = [0, 1, 0]}
	body = graph (%s f32[], %x f32[3,4] | %d bool[3], %c bool[4]) -> (%n, %q, %q, %p) {
		%one f32[] = const [1]
		%n = Add(%s, %one)
		%p = Compress(%x, %d) {axis = 0}
		%r = Compress(%p, %c) {axis = 1}
		%q = Add(%r, %n)
	}
}
run x = f32[2,3,4] [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23],
    d = bool[3] [true, false, true], c = bool[4] [false, true, true, true], s = f32[] [0]
gives e = f32[] [2], y = f32[2,2,3] [2, 3, 4, 15, 16, 17, 10, 11, 12, 23, 24, 25],
    z = f32[2,3,2] [15, 2, 16, 3, 17, 4, 23, 10, 24, 11, 25, 12], w = f32[2,2,4] [0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23]
run x = f32[2,3,4] [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23],
    d = bool[3] [false, true, false], c = bool[4] [false, false, false, false], s = f32[] [5]
gives e = f32[] [7], y = f32[1,2,0] [], z = f32[1,0,2] [], w = f32[2,1,4] [4, 5, 6, 7, 16, 17, 18, 19]

== a loop in a loop, and what is made of the slices
graph (%x f32[2,3,4], %c bool[4]) -> (%y, %s) {
	%two i64[] = const [2]
	%last i64[1] = const [-1]
	%y = Loop(%two, _, %x, %c) body = graph (%u i64[], %g bool[] | %x f32[2,3,4], %c bool[4]) -> (%g, %e) {
		%three i64[] = const [3]
		%a = Gather(%x, %u)
		%z = Loop(%three, _, %a, %c) body = graph (%t i64[], %h bool[] | %a f32[3,4], %c bool[4]) -> (%h, %p) {
			%r = Gather(%a, %t)
			%p = Compress(%r, %c) {axis = 0}
		}
		%e = Mul(%z, %z)
	}
	%s = ReduceSum(%y, %last) {keepdims = 0}
}
run x = f32[2,3,4] [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23],
    c = bool[4] [false, true, false, true]
gives y = f32[2,3,2] [1, 9, 25, 49, 81, 121, 169, 225, 289, 361, 441, 529], s = f32[2,3] [10, 74, 202, 394, 650, 970]
run x = f32[2,3,4] [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23],
    c = bool[4] [false, false, false, false]
gives y = f32[2,3,0] [], s = f32[2,3] [0, 0, 0, 0, 0, 0]

== in a branch, and a branch inside
graph (%x f32[3,4], %c bool[4], %q bool[]) -> (%y, %z) {
	%three i64[] = const [3]
	%y = If(%q, %x, %c, %x) then_branch = graph (| %x f32[3,4], %c bool[4]) -> (%y) {
		%three i64[] = const [3]
		%y = Loop(%three, _, %x, %c) body = graph (%t i64[], %g bool[] | %x f32[3,4], %c bool[4]) -> (%g, %p) {
			%r = Gather(%x, %t)
			%p = Compress(%r, %c) {axis = 0}
		}
	} else_branch = graph (| %x f32[3,4]) -> (%n) { %n = Neg(%x) }
	%z = Loop(%three, _, %x, %c, %q) body = graph (%t i64[], %g bool[] | %x f32[3,4], %c bool[4], %q bool[]) -> (%g, %p) {
		%r = Gather(%x, %t)
		%p = If(%q, %r, %c, %r) then_branch = graph (| %r f32[4], %c bool[4]) -> (%k) { %k = Compress(%r, %c) {axis = 0} }
		else_branch = graph (| %r f32[4]) -> (%two) { %two = Concat(%r, %r) {axis = 0} }
	}
}
run x = f32[3,4] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], c = bool[4] [true, false, true, false], q = bool[] [true]
gives y = f32[3,2] [1, 3, 5, 7, 9, 11], z = f32[3,2] [1, 3, 5, 7, 9, 11]
run x = f32[3,4] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], c = bool[4] [true, false, true, false], q = bool[] [false]
gives y = f32[3,4] [-1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12],
    z = f32[3,8] [1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8, 5, 6, 7, 8, 9, 10, 11, 12, 9, 10, 11, 12]

== texts
graph (%x str[4], %c bool[4]) -> (%y) {
	%two i64[] = const [2]
	%y = Loop(%two, _, %x, %c) body = graph (%t i64[], %g bool[] | %x str[4], %c bool[4]) -> (%g, %p) { %p = Compress(%x, %c) {axis = 0} }
}
run x = str[4] ["a", "bb", "", "dd"], c = bool[4] [false, true, false, true] gives y = str[2,2] ["bb", "dd", "bb", "dd"]
