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
