What bodies capture: fold and dce settle it.

== a captured constant becomes one of the body
pass fold
graph (%x f32[3]) -> (%y) {
	%k f32[] = const [2]
	%y = Scan(%x, %k) {num_scan_inputs = 1} body = graph (%a f32[] | %c f32[]) -> (%b) {
		%b = Mul(%a, %c)
	}
}
->
graph (%x f32[3]) -> (%y) {
	%y = Scan(%x) {num_scan_inputs = 1} body = graph (%a f32[]) -> (%b) {
		%c f32[] = const [2]
		%b = Mul(%a, %c)
	}
}
== the others stay captured
pass fold
graph (%x f32[3], %z f32[]) -> (%y) {
	%k f32[] = const [2]
	%l = Add(%k, %k)
	%y = Scan(%x, %z, %l) {num_scan_inputs = 1} body = graph (%a f32[] | %d f32[], %c f32[]) -> (%b) {
		%p = Mul(%a, %c)
		%b = Add(%p, %d)
	}
}
->
graph (%x f32[3], %z f32[]) -> (%y) {
	%y = Scan(%x, %z) {num_scan_inputs = 1} body = graph (%a f32[] | %d f32[]) -> (%b) {
		%c f32[] = const [4]
		%p = Mul(%a, %c)
		%b = Add(%p, %d)
	}
}
== what the body does not use is not captured, so that nobody computes it
pass dce
graph (%x f32[3], %z f32[]) -> (%y) {
	%l = Neg(%z)
	%y = Scan(%x, %l, %z) {num_scan_inputs = 1} body = graph (%a f32[] | %c f32[], %d f32[]) -> (%b) {
		%b = Add(%a, %d)
	}
}
->
graph (%x f32[3], %z f32[]) -> (%y) {
	%y = Scan(%x, %z) {num_scan_inputs = 1} body = graph (%a f32[] | %d f32[]) -> (%b) {
		%b = Add(%a, %d)
	}
}
== states and scanned constants stay inputs
pass fold
graph (%z f32[]) -> (%s, %y) {
	%x f32[3] = const [1, 2, 3]
	%t f32[] = const [0]
	%s, %y = Scan(%t, %x, %z) {num_scan_inputs = 1} body = graph (%a f32[], %b f32[] | %d f32[]) -> (%c, %e) {
		%c = Add(%a, %b)
		%e = Add(%b, %d)
	}
}
->
same
