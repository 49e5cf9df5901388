== A known condition: the branch stands in the place of the node
pass branches
graph (%x f32[2], %k f32[2]) -> (%y) {
	%c bool[] = const [false]
	%y f32[2] = If(%c, %x, %k, %x) then_branch = graph (| %x f32[2], %k f32[2]) -> (%s) { %s f32[2] = Add(%x, %k) }
	 else_branch = graph (| %x f32[2]) -> (%z) { %z f32[2] = Neg(%x) }
}
->
graph (%x f32[2], %k f32[2]) -> (%y) {
	%y f32[2] = Neg(%x)
}
== One that data decide stays
pass branches
graph (%c bool[], %x f32[2]) -> (%y) {
	%y f32[2] = If(%c, %x, %x) then_branch = graph (| %x f32[2]) -> (%s) { %s f32[2] = Abs(%x) }
	 else_branch = graph (| %x f32[2]) -> (%z) { %z f32[2] = Neg(%x) }
}
->
graph (%c bool[], %x f32[2]) -> (%y) {
	%y f32[2] = If(%c, %x, %x) then_branch = graph (| %x f32[2]) -> (%s) { %s f32[2] = Abs(%x) }
	 else_branch = graph (| %x f32[2]) -> (%z) { %z f32[2] = Neg(%x) }
}
== A Scan over one slice is its body
pass branches
graph (%s f32[2], %x f32[2,1], %k f32[2]) -> (%last, %all) {
	%last f32[2], %all f32[1,2] = Scan(%s, %x, %k) {num_scan_inputs = 1, scan_input_axes = [1]}
	 body = graph (%s f32[2], %x f32[2] | %k f32[2]) -> (%n, %m) { %n f32[2] = Add(%s, %x) %m f32[2] = Mul(%n, %k) }
}
->
graph (%s f32[2], %x f32[2,1], %k f32[2]) -> (%last, %all) {
	%a i64[1] = const [1]
	%p f32[2] = Squeeze(%x, %a)
	%last f32[2] = Add(%s, %p)
	%m f32[2] = Mul(%last, %k)
	%b i64[1] = const [0]
	%all f32[1,2] = Unsqueeze(%m, %b)
}
== A Loop of one turn, too; the number of the turn is 0
pass branches
graph (%s f32[2]) -> (%last) {
	%one i64[] = const [1]
	%yes bool[] = const [true]
	%last f32[2] = Loop(%one, %yes, %s)
	 body = graph (%t i64[], %go bool[], %s f32[2]) -> (%go, %n) { %f f32[] = Cast(%t) {to = f32} %n f32[2] = Add(%s, %f) }
}
->
graph (%s f32[2]) -> (%last) {
	%t i64[] = const [0]
	%f f32[] = Cast(%t) {to = f32}
	%last f32[2] = Add(%s, %f)
}
== Two turns are turns
pass branches
graph (%s f32[2], %x f32[2,2]) -> (%last) {
	%last f32[2] = Scan(%s, %x) {num_scan_inputs = 1} body = graph (%s f32[2], %x f32[2]) -> (%n) { %n f32[2] = Add(%s, %x) }
}
->
graph (%s f32[2], %x f32[2,2]) -> (%last) {
	%last f32[2] = Scan(%s, %x) {num_scan_inputs = 1} body = graph (%s f32[2], %x f32[2]) -> (%n) { %n f32[2] = Add(%s, %x) }
}
