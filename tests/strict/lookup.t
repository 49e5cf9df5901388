A formula of single bytes, which becomes a table: of the evaluator's bytes, whatever computes elsewhere.

== a sigmoid between two scales
strict exact
graph (%x u8[2,10,17]) -> (%y) {
	%s f32[] = const [0.05]
	%z u8[] = const [120]
	%r f32[] = const [0.00392156886]
	%o u8[] = const [3]
	%d = DequantizeLinear(%x, %s, %z)
	%a = Sigmoid(%d)
	%y = QuantizeLinear(%a, %r, %o)
}
