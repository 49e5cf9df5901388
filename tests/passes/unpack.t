== What a loop captures, and what it hands on
pass unpack
graph (%x u4[3], %k u4[3]) -> (%y) {
	%m i64[] = const [3]
	%y = Loop(%m, _, %x, %k) body = graph (%t i64[], %g bool[], %a u4[3] | %q u4[3]) -> (%g, %b) { %b = Add(%a, %q) }
}
->
graph (%x u4[3], %k u4[3]) -> (%y) {
	%m i64[] = const [3]
	%x1 u8[3] = Cast(%x) {to = u8}
	%k1 u8[3] = Cast(%k) {to = u8}
	%y1 u8[3] = Loop(%m, _, %x1, %k1) body = graph (%t i64[], %g bool[], %a u8[3] | %q u8[3]) -> (%g, %b) {
		%i u4[3] = Cast(%a) {to = u4}
		%j u4[3] = Cast(%q) {to = u4}
		%r u4[3] = Add(%i, %j)
		%b u8[3] = Cast(%r) {to = u8}
	}
	%y u4[3] = Cast(%y1) {to = u4}
}
== What branches take and give
pass unpack
graph (%c bool[], %x i4[3]) -> (%y) {
	%y i4[3] = If(%c, %x, %x) then_branch = graph (| %a i4[3]) -> (%b) { %b = Add(%a, %a) }
	else_branch = graph (| %a i4[3]) -> (%b) { %b = Neg(%a) }
}
->
graph (%c bool[], %x i4[3]) -> (%y) {
	%x1 i8[3] = Cast(%x) {to = i8}
	%x2 i8[3] = Cast(%x) {to = i8}
	%y1 i8[3] = If(%c, %x1, %x2) then_branch = graph (| %a i8[3]) -> (%b) {
		%i i4[3] = Cast(%a) {to = i4}
		%r i4[3] = Add(%i, %i)
		%b i8[3] = Cast(%r) {to = i8}
	}
	else_branch = graph (| %a i8[3]) -> (%b) {
		%i i4[3] = Cast(%a) {to = i4}
		%r i4[3] = Neg(%i)
		%b i8[3] = Cast(%r) {to = i8}
	}
	%y i4[3] = Cast(%y1) {to = i4}
}
