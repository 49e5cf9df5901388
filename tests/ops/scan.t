Scan runs its body once for every slice: states are carried from turn to turn, slices of outputs are joined.

== states are carried and slices joined
graph (%s0 f32[2], %x f32[3,2]) -> (%s, %y) {
	%s, %y = Scan(%s0, %x) {num_scan_inputs = 1} body = graph (%a f32[2], %b f32[2]) -> (%c, %d) {
		%c = Add(%a, %b)
		%d = Neg(%c)
	}
}
run s0 = f32[2] [10, 20], x = f32[3,2] [1, 2, 3, 4, 5, 6]
gives s = f32[2] [19, 32], y = f32[3,2] [-11, -22, -14, -26, -19, -32]

== slices are taken along their axis
graph (%s0 f32[2], %x f32[2,3]) -> (%y) {
	%s, %y = Scan(%s0, %x) {num_scan_inputs = 1, scan_input_axes = [-1], scan_output_axes = [1]}
	 body = graph (%a f32[2], %b f32[2]) -> (%c, %d) {
		%c = Add(%a, %b)
		%d = Neg(%c)
	}
}
run s0 = f32[2] [0, 0], x = f32[2,3] [1, 2, 3, 10, 20, 30]
gives y = f32[2,3] [-1, -3, -6, -10, -30, -60]

== an input from its end
graph (%s0 f32[], %x f32[3]) -> (%y) {
	%s, %y = Scan(%s0, %x) {num_scan_inputs = 1, scan_input_directions = [1]}
	 body = graph (%a f32[], %b f32[]) -> (%c, %d) {
		%c = Add(%a, %b)
		%d = Neg(%c)
	}
}
run s0 = f32[] [0], x = f32[3] [1, 2, 4] gives y = f32[3] [-4, -6, -7]

== an output from its end
graph (%s0 f32[], %x f32[3]) -> (%y) {
	%s, %y = Scan(%s0, %x) {num_scan_inputs = 1, scan_output_directions = [1]}
	 body = graph (%a f32[], %b f32[]) -> (%c, %d) {
		%c = Add(%a, %b)
		%d = Neg(%c)
	}
}
run s0 = f32[] [0], x = f32[3] [1, 2, 4] gives y = f32[3] [-7, -3, -1]

== both states of a turn come from those of the turn before
graph (%a0 f32[], %b0 f32[], %x f32[4]) -> (%a, %b, %all) {
	%a, %b, %all = Scan(%a0, %b0, %x) {num_scan_inputs = 1} body = graph (%p f32[], %q f32[], %t f32[]) -> (%q, %r, %s) {
		%r = Add(%p, %q)
		%s = Mul(%r, %t)
	}
}
run a0 = f32[] [0], b0 = f32[] [1], x = f32[4] [1, 10, 1, 10]
gives a = f32[] [3], b = f32[] [5], all = f32[4] [1, 20, 3, 50]

== states change places
graph (%a0 f32[3], %b0 f32[3], %x f32[n]) -> (%a, %b) {
	%a, %b = Scan(%a0, %b0, %x) {num_scan_inputs = 1} body = graph (%p f32[3], %q f32[3], %t f32[]) -> (%q, %p) { }
}
run a0 = f32[3] [1, 2, 3], b0 = f32[3] [4, 5, 6], x = f32[3] [0, 0, 0]
gives a = f32[3] [4, 5, 6], b = f32[3] [1, 2, 3]
run a0 = f32[3] [1, 2, 3], b0 = f32[3] [4, 5, 6], x = f32[2] [0, 0]
gives a = f32[3] [1, 2, 3], b = f32[3] [4, 5, 6]
run a0 = f32[3] [1, 2, 3], b0 = f32[3] [4, 5, 6], x = f32[0] []
gives a = f32[3] [1, 2, 3], b = f32[3] [4, 5, 6]

== a state that another one reads after it was made
graph (%a0 f32[2], %b0 f32[2], %x f32[2,2]) -> (%a, %b) {
	%a, %b = Scan(%a0, %b0, %x) {num_scan_inputs = 1} body = graph (%p f32[2], %q f32[2], %t f32[2]) -> (%u, %v) {
		%u = Add(%p, %t)
		%w = Mul(%q, %u)
		%v = Sub(%w, %p)
	}
}
run a0 = f32[2] [1, 2], b0 = f32[2] [3, 4], x = f32[2,2] [1, 1, 2, 2]
gives a = f32[2] [4, 5], b = f32[2] [18, 47]

== a state whose elements move
graph (%a0 f32[4], %x f32[3]) -> (%a, %y) {
	%a, %y = Scan(%a0, %x) {num_scan_inputs = 1} body = graph (%p f32[4], %t f32[]) -> (%r, %r) {
		%from i64[1] = const [1]
		%to i64[1] = const [4]
		%one i64[1] = const [1]
		%tail = Slice(%p, %from, %to)
		%last = Reshape(%t, %one)
		%r = Concat(%tail, %last) {axis = 0}
	}
}
run a0 = f32[4] [1, 2, 3, 4], x = f32[3] [5, 6, 7]
gives a = f32[4] [4, 5, 6, 7], y = f32[3,4] [2, 3, 4, 5, 3, 4, 5, 6, 4, 5, 6, 7]

== captured values are the same in all turns
graph (%x f32[3], %k f32[2]) -> (%y) {
	%y = Scan(%x, %k) {num_scan_inputs = 1} body = graph (%a f32[] | %c f32[2]) -> (%d) { %d = Mul(%a, %c) }
}
run x = f32[3] [1, 2, 3], k = f32[2] [10, -1] gives y = f32[3,2] [10, -1, 20, -2, 30, -3]

== captured values that were computed, and slices of such
graph (%x f32[2,3], %k f32[2]) -> (%y) {
	%l = Transpose(%x)
	%m = Exp(%k)
	%y = Scan(%l, %m) {num_scan_inputs = 1} body = graph (%a f32[2] | %c f32[2]) -> (%d) { %d = Mul(%a, %c) }
}
run x = f32[2,3] [1, 2, 3, 10, 20, 30], k = f32[2] [0, 1]
gives y = f32[3,2] [1, 27.182818, 2, 54.365637, 3, 81.548454] within 1e-5

== a constant is scanned
graph (%s0 f32[2]) -> (%s, %y) {
	%x f32[2,3] = const [1, 2, 3, 10, 20, 30]
	%s, %y = Scan(%s0, %x) {num_scan_inputs = 1, scan_input_axes = [1], scan_input_directions = [1]}
	 body = graph (%a f32[2], %b f32[2]) -> (%c, %d) {
		%c = Add(%a, %b)
		%one i64[2] = const [2, 1]
		%d = Reshape(%b, %one)
	}
}
run s0 = f32[2] [100, 100] gives s = f32[2] [106, 160], y = f32[3,2,1] [3, 30, 2, 20, 1, 10]

== states start as constants, of whatever type
graph (%x i64[4]) -> (%s, %b, %y) {
	%i i64[] = const [40]
	%j bool[2] = const [true, false]
	%s, %b, %y = Scan(%i, %j, %x) {num_scan_inputs = 1}
	 body = graph (%a i64[], %p bool[2], %t i64[]) -> (%c, %q, %p) {
		%c = Add(%a, %t)
		%q = Not(%p)
	}
}
run x = i64[4] [1, 2, -2, 1]
gives s = i64[] [42], b = bool[2] [true, false], y = bool[4,2] [true, false, false, true, true, false, false, true]

== a scanned output that the body looks at again, along another axis
graph (%s0 f32[2], %x f32[3,2]) -> (%s, %y) {
	%s, %y = Scan(%s0, %x) {num_scan_inputs = 1, scan_output_axes = [1]}
	 body = graph (%a f32[2], %b f32[2]) -> (%c, %e) {
		%e = Exp(%b)
		%wide i64[2] = const [1, 2]
		%v = Reshape(%e, %wide)
		%t = Transpose(%v)
		%z i64[1] = const [0]
		%r = ReduceSum(%t, %z) {keepdims = 0}
		%c = Add(%a, %r)
	}
}
run s0 = f32[2] [0, 10], x = f32[3,2] [0, 1, 0, 0, 1, 1]
gives s = f32[2] [11.154845, 21.154845], y = f32[2,3] [1, 1, 2.7182817, 2.7182817, 1, 2.7182817] within 1e-5

== products of slices that have no step of 1
graph (%x f32[2,3,4], %w f32[3,2]) -> (%y) {
	%y = Scan(%x, %w) {num_scan_inputs = 1, scan_input_axes = [2]} body = graph (%a f32[2,3] | %b f32[3,2]) -> (%c) {
		%c = MatMul(%b, %a)
	}
}
run x = f32[2,3,4] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, -1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12],
 w = f32[3,2] [1, 0, 0, 1, 1, 0.5]
gives y = f32[4,3,3] [1, 5, 9, -1, -5, -9, 0.5, 2.5, 4.5, 2, 6, 10, -2, -6, -10, 1, 3, 5,
                      3, 7, 11, -3, -7, -11, 1.5, 3.5, 5.5, 4, 8, 12, -4, -8, -12, 2, 4, 6]

== a convolution of a state
graph (%s0 f32[1,1,3,3], %x f32[2,1,1,3,3]) -> (%s) {
	%w f32[1,1,3,3] = const [0, 1, 0, 1, 0, 1, 0, 1, 0]
	%s = Scan(%s0, %x) {num_scan_inputs = 1} body = graph (%a f32[1,1,3,3], %b f32[1,1,3,3]) -> (%c) {
		%k f32[1,1,3,3] = const [0, 1, 0, 1, 0, 1, 0, 1, 0]
		%n = Conv(%a, %k) {pads = [1,1,1,1]}
		%c = Add(%n, %b)
	}
}
run s0 = f32[1,1,3,3] [0, 0, 0, 0, 1, 0, 0, 0, 0], x = f32[2,1,1,3,3] [0 * 9, 10 * 9]
gives s = f32[1,1,3,3] [12, 10, 12, 10, 14, 10, 12, 10, 12]

== no turns
graph (%s0 f32[2], %x f32[0,2]) -> (%s, %y) {
	%s, %y = Scan(%s0, %x) {num_scan_inputs = 1} body = graph (%a f32[2], %b f32[2]) -> (%c, %d) {
		%c = Add(%a, %b)
		%d = Neg(%c)
	}
}
run s0 = f32[2] [10, 20], x = f32[0,2] [] gives s = f32[2] [10, 20], y = f32[0,2] []

== nothing in a slice
graph (%s0 f32[0], %x f32[3,0]) -> (%s, %y) {
	%s, %y = Scan(%s0, %x) {num_scan_inputs = 1} body = graph (%a f32[0], %b f32[0]) -> (%c, %d) {
		%c = Add(%a, %b)
		%d = Neg(%c)
	}
}
run s0 = f32[0] [], x = f32[3,0] [] gives s = f32[0] [], y = f32[3,0] []

== sizes come from operands
graph (%s0 f32[2], %x f32[n,2]) -> (%s, %y) {
	%s f32[2], %y f32[n,2] = Scan(%s0, %x) {num_scan_inputs = 1} body = graph (%a f32[2], %b f32[m]) -> (%c, %d) {
		%c = Add(%a, %b)
		%d = Neg(%c)
	}
}
run s0 = f32[2] [1, 1], x = f32[2,2] [1, 2, 3, 4] gives s = f32[2] [5, 7]

== two loops, the second over what the first made
graph (%x f32[3]) -> (%y, %z) {
	%o f32[] = const [0]
	%s, %y = Scan(%o, %x) {num_scan_inputs = 1} body = graph (%a f32[], %b f32[]) -> (%c, %c) { %c = Add(%a, %b) }
	%t, %z = Scan(%s, %y) {num_scan_inputs = 1} body = graph (%a f32[], %b f32[]) -> (%c, %c) { %c = Sub(%a, %b) }
}
run x = f32[3] [1, 2, 3] gives y = f32[3] [1, 3, 6], z = f32[3] [5, 2, -4]

== a loop in a loop
graph (%s0 f32[], %x f32[2,3]) -> (%s) {
	%s = Scan(%s0, %x) {num_scan_inputs = 1} body = graph (%a f32[], %r f32[3]) -> (%b) {
		%b = Scan(%a, %r) {num_scan_inputs = 1} body = graph (%c f32[], %e f32[]) -> (%d) {
			%f = Add(%c, %c)
			%d = Add(%f, %e)
		}
	}
}
run s0 = f32[] [0], x = f32[2,3] [1, 0, 1, 1, 0, 1] gives s = f32[] [45]

== more slices than inputs
fails E-ATTR "num_scan_inputs is 2; with 1 inputs it must be 1 to 1"
graph (%x f32[3]) -> () { %y = Scan(%x) {num_scan_inputs = 2} body = graph (%a f32[]) -> (%b) { %b = Neg(%a) } }

== no slices
fails E-ATTR "num_scan_inputs is 0"
graph (%x f32[3]) -> () { %y = Scan(%x) {num_scan_inputs = 0} body = graph (%a f32[]) -> (%b) { %b = Neg(%a) } }

== no body
fails E-ATTR "has 0 bodies"
graph (%x f32[3]) -> () { %y = Scan(%x) {num_scan_inputs = 1} }

== an axis too many
fails E-ATTR "scan_input_axes has 2 elements; it must have 1"
graph (%x f32[3]) -> () {
	%y = Scan(%x) {num_scan_inputs = 1, scan_input_axes = [0,0]} body = graph (%a f32[]) -> (%b) { %b = Neg(%a) }
}

== no such direction
fails E-ATTR "scan_output_directions[0] is 2"
graph (%x f32[3]) -> () {
	%y = Scan(%x) {num_scan_inputs = 1, scan_output_directions = [2]} body = graph (%a f32[]) -> (%b) { %b = Neg(%a) }
}

== no such axis
fails E-AXIS
graph (%x f32[3]) -> () {
	%y = Scan(%x) {num_scan_inputs = 1, scan_input_axes = [1]} body = graph (%a f32[]) -> (%b) { %b = Neg(%a) }
}

== more inputs than the body takes
fails E-INPUTS "has 2 inputs, but its body takes 1"
graph (%x f32[3]) -> () { %y = Scan(%x, %x) {num_scan_inputs = 1} body = graph (%a f32[]) -> (%b) { %b = Neg(%a) } }

== an absent input
fails E-INPUTS "input 1 is absent"
graph (%x f32[3]) -> () {
	%y = Scan(%x, _) {num_scan_inputs = 1} body = graph (%a f32[], %c f32[]) -> (%b) { %b = Neg(%a) }
}

== a state that does not come back
fails E-OUTPUTS "has 1 states, but its body gives 0 outputs"
graph (%x f32[3]) -> () { %y = Scan(%x, %x) {num_scan_inputs = 1} body = graph (%a f32[3], %b f32[]) -> () { } }

== more outputs than the body gives
fails E-OUTPUTS "has 2 outputs, but its body gives 1"
graph (%x f32[3]) -> () { %y, %z = Scan(%x) {num_scan_inputs = 1} body = graph (%a f32[]) -> (%b) { %b = Neg(%a) } }

== a scalar has no slices
fails E-RANK
graph (%x f32[]) -> () { %y = Scan(%x) {num_scan_inputs = 1} body = graph (%a f32[]) -> (%b) { %b = Neg(%a) } }

== slices of another rank
fails E-RANK "sees input 0 with shape [2], but takes rank 0"
graph (%x f32[3,2]) -> () { %y = Scan(%x) {num_scan_inputs = 1} body = graph (%a f32[]) -> (%b) { %b = Neg(%a) } }

== slices of another size
fails E-SHAPE "sees input 0 with shape [2], but takes [3]"
graph (%x f32[3,2]) -> () { %y = Scan(%x) {num_scan_inputs = 1} body = graph (%a f32[3]) -> (%b) { %b = Neg(%a) } }

== another number of slices
fails E-SHAPE "sizes 3 and 4 must be equal"
graph (%x f32[3], %z f32[4]) -> () {
	%y = Scan(%x, %z) {num_scan_inputs = 2} body = graph (%a f32[], %c f32[]) -> (%b) { %b = Neg(%a) }
}

== slices of another type
fails E-TYPE "input 0 is i32, but its body takes f32"
graph (%x i32[3]) -> () { %y = Scan(%x) {num_scan_inputs = 1} body = graph (%a f32[]) -> (%b) { %b = Neg(%a) } }

== a state that changes its type
fails E-TYPE "state 0 is f32, but the body makes it bool"
graph (%x f32[3]) -> () {
	%y = Scan(%x, %x) {num_scan_inputs = 1} body = graph (%a f32[3], %c f32[]) -> (%b) { %b = Less(%a, %c) }
}

== a state that changes its rank
fails E-RANK "state 0 has shape [3], but after a turn []"
graph (%x f32[3]) -> () {
	%y = Scan(%x, %x) {num_scan_inputs = 1} body = graph (%a f32[3], %c f32[]) -> (%c) { }
}

== a state that grows
fails E-SHAPE "state 0 has shape [3], but after a turn [6]"
graph (%x f32[3]) -> () {
	%y = Scan(%x, %x) {num_scan_inputs = 1} body = graph (%a f32[3], %c f32[]) -> (%b) { %b = Concat(%a, %a) {axis = 0} }
}

== a state that grows, seen in the run
fails E-SHAPE "state 0 changes from shape [2] to [4]"
graph (%x f32[n]) -> (%y) {
	%y = Scan(%x, %x) {num_scan_inputs = 1} body = graph (%a f32[m], %c f32[]) -> (%b) { %b = Concat(%a, %a) {axis = 0} }
}
run x = f32[2] [1, 2] gives y = f32[2] [1, 2]

== layers whose weights are slices of constants
# each turn multiplies by weights of its own, one as it lies and one turned over, in one sum and in two
graph (%x f32[5,2]) -> (%y, %z) {
	%zero i64[] = const [0] %one i64[] = const [1] %end i64[] = const [114] %five i64[] = const [5] %seven i64[] = const [7]
	%three f32[] = const [3] %i = Range(%zero, %end, %one) %j = Mul(%i, %five) %k = Mod(%j, %seven)
	%f = Cast(%k) {to = f32} %e = Sub(%f, %three)
	%w i64[3] = const [3, 2, 19] %u i64[3] = const [3, 19, 2] %a = Reshape(%e, %w) %b = Reshape(%e, %u)
	%y, %z = Scan(%x, %a, %b) {num_scan_inputs = 2}
	body = graph (%s f32[5,2], %v f32[2,19], %o f32[19,2]) -> (%t, %r) {
		%h = MatMul(%s, %v) %ot = Transpose(%o) {perm = [1, 0]} %g = MatMul(%s, %ot) %q = Sub(%h, %g)
		%half f32[] = const [0.0625] %zero i64[1] = const [0] %r = ReduceSum(%q, %zero) {keepdims = 0} %p = MatMul(%q, %o) %t = Mul(%p, %half)
	}
}
run x = f32[5,2] [-2, 1, -1, 2, 0, -2, 1, -1, 2, 0] gives y = f32[5,2] [143.788, -285.049, 83.9238, -466.464, -16.04,
    431.919, -75.9038, 250.504, -135.768, 69.0889], z = f32[3,19] [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0] within 1e-5

== layers from the last to the first
graph (%x f32[5,2]) -> (%y) {
	%zero i64[] = const [0] %one i64[] = const [1] %end i64[] = const [114] %five i64[] = const [5] %seven i64[] = const [7]
	%three f32[] = const [3] %i = Range(%zero, %end, %one) %j = Mul(%i, %five) %k = Mod(%j, %seven)
	%f = Cast(%k) {to = f32} %e = Sub(%f, %three)
	%w i64[3] = const [2, 3, 19] %a = Reshape(%e, %w)
	%y = Scan(%x, %a) {num_scan_inputs = 1, scan_input_axes = [1], scan_input_directions = [1]}
	body = graph (%s f32[5,2], %v f32[2,19]) -> (%t) {
		%h = MatMul(%s, %v) %vt = Transpose(%v) {perm = [1, 0]} %p = MatMul(%h, %vt) %half f32[] = const [0.0625] %t = Mul(%p, %half)
	}
}
run x = f32[5,2] [-2, 1, -1, 2, 0, -2, 1, -1, 2, 0] gives y = f32[5,2] [-370.223, 306.456, -326.174, 348.589, 188.084,
    -260.481, 232.132, -218.348, 276.181, -176.216] within 1e-5
