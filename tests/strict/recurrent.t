Recurrences: the bits of a turn decide those of all later ones.

== LSTM in both directions
strict
graph (%x f32[9,2,5], %w f32[2,28,5], %r f32[2,28,7], %b f32[2,56]) -> (%y, %h, %c) {
	%y, %h, %c = LSTM(%x, %w, %r, %b) {hidden_size = 7, direction = bidirectional}
}

== GRU
strict
graph (%x f32[9,1,16], %w f32[1,96,16], %r f32[1,96,32], %b f32[1,192]) -> (%y, %h) {
	%y, %h = GRU(%x, %w, %r, %b) {hidden_size = 32, linear_before_reset = 1}
}
