com.microsoft: words from their letters. Expected values are those of ONNX Runtime, but for zeros of words
without letters, which it leaves to chance.

== letters, padding behind them
graph (%s i32[2,5], %w f32[2,1,2,3], %b f32[2], %c f32[5,3]) -> (%y) {
	%y f32[2,2] = com.microsoft.WordConvEmbedding(%s, %w, %b, %c)
}
run s = i32[2,5] [1, 2, 3, 4, 0, 4, 1, 2, 0, 0], w = f32[2,1,2,3] [1, -1.25, 0.25, -0.25, -0.25, -0, -1, -0,
    -0.5, 1.75, 0, -0.25], b = f32[2] [-0.25, -0.25], c = f32[5,3] [-0.5, -0.25, 0.25, -0, 0.5, -0, 0, 0.75, 0.25,
    -0.25, -0, 0.25, 1, -0.25, -0]
gives y = f32[2,2] [-0.554599702, 0.925346196, 0.734071612, -0.302709728] within 1e-5

== words shorter than the window: padding is in it
graph (%s i32[n,l], %w f32[3,1,3,2], %b f32[3], %c f32[4,2]) -> (%y) {
	%y f32[n,3] = com.microsoft.WordConvEmbedding(%s, %w, %b, %c)
}
run s = i32[4,4] [1, 0, 0, 0, 2, 3, 0, 0, 1, 2, 3, 0, 3, 1, 2, 1], w = f32[3,1,3,2] [0.5, -0.5, -0.25, 0.5,
    0.25, 0, 0.25, -1.5, 0.5, -0.5, -0.75, 0.25, 0.25, -0.25, -0.5, 0, -0, 0.75], b = f32[3] [0.25, 0, 0.5], c =
    f32[4,2] [-0, -0.5, 0.25, 0.25, -0, -0.5, 0, -1.25]
gives y = f32[4,3] [0, -0.185333177, 0.124352999, -0.124352999, 0.848283648, 0.244918659, 0, -0.3583574,
    -0.411570072, 0.734071612, 0.941375554, 0.596373558] within 1e-5

== words of padding only, and such as begin with it, give zeros
graph (%s i32[n,l], %w f32[2,1,2,2], %b f32[2], %c f32[4,2]) -> (%y) {
	%y f32[n,2] = com.microsoft.WordConvEmbedding(%s, %w, %b, %c)
}
run s = i32[3,3] [0, 0, 0, 1, 2, 3, 0, 2, 3], w = f32[2,1,2,2] [0.25, 0.25, -0.75, 0, -0.5, 0.5, -1, -0.5], b =
    f32[2] [0.25, 0.5], c = f32[4,2] [-1, -0.25, 0.25, -0.25, 0.75, -0.5, 0.25, -0.5]
gives y = f32[3,2] [0, 0, 0.124352999, -0.124352999, 0, 0] within 1e-5

== padding between letters: the first windows count
graph (%s i32[n,l], %w f32[2,1,2,2], %b f32[2], %c f32[4,2]) -> (%y) {
	%y f32[n,2] = com.microsoft.WordConvEmbedding(%s, %w, %b, %c)
}
run s = i32[2,5] [1, 0, 2, 3, 3, 2, 0, 0, 0, 3], w = f32[2,1,2,2] [0.75, -0, -0.25, -0.75, 0.75, 0.5, 0.5, 0.5],
    b = f32[2] [0.25, -0.25], c = f32[4,2] [-0.5, -0.5, 0.75, -0.75, -0.25, -0.25, 0, 0.25]
gives y = f32[2,2] [0.864906609, -0.411570072, 0.509829998, -0.786618769] within 1e-5

== as many letters as the window has
graph (%s i32[2,3], %w f32[2,1,3,2], %b f32[2], %c f32[4,2]) -> (%y) {
	%y f32[2,2] = com.microsoft.WordConvEmbedding(%s, %w, %b, %c) {conv_window_size = 3, embedding_size = 2, char_embedding_size = 2}
}
run s = i32[2,3] [1, 2, 3, 3, 0, 0], w = f32[2,1,3,2] [-0.5, -0.75, -0, 0.5, 0.5, 0, -0.25, 0.25, -0, 0.5, -0.5,
    0], b = f32[2] [-0, 0.25], c = f32[4,2] [0, 1.25, 0.75, 0.75, -1, -0.25, -0.25, 0.25]
gives y = f32[2,2] [-0.829801977, 0.244918659, 0.509829998, 0.761594176] within 1e-5

== single letters
graph (%s i32[n,l], %w f32[3,1,1,2], %b f32[3], %c f32[3,2]) -> (%y) {
	%y f32[n,3] = com.microsoft.WordConvEmbedding(%s, %w, %b, %c)
}
run s = i32[1,3] [1, 2, 0], w = f32[3,1,1,2] [-1.25, 0.5, 0.5, -0.75, -0.5, -0.5], b = f32[3] [0, 0.25, 1], c =
    f32[3,2] [-0, 0.5, 0, 1, 0.25, 0.75]
gives y = f32[1,3] [0.462117165, -0.185333177, 0.462117165] within 1e-5

== a window that is longer than all words
fails E-SHAPE "2 or more"
graph (%s i32[2,1], %w f32[3,1,2,5], %b f32[3], %c f32[9,5]) -> (%y) {
	%y = com.microsoft.WordConvEmbedding(%s, %w, %b, %c)
}

== a window of another size than stated
fails E-SHAPE "conv_window_size is 3"
graph (%s i32[2,4], %w f32[3,1,2,5], %b f32[3], %c f32[9,5]) -> (%y) {
	%y = com.microsoft.WordConvEmbedding(%s, %w, %b, %c) {conv_window_size = 3}
}

== an embedding of another size than stated
fails E-SHAPE "embedding_size is 4"
graph (%s i32[2,4], %w f32[3,1,2,5], %b f32[3], %c f32[9,5]) -> (%y) {
	%y = com.microsoft.WordConvEmbedding(%s, %w, %b, %c) {embedding_size = 4}
}

== letters of another size than stated
fails E-SHAPE "char_embedding_size is 4"
graph (%s i32[2,4], %w f32[3,1,2,5], %b f32[3], %c f32[9,5]) -> (%y) {
	%y = com.microsoft.WordConvEmbedding(%s, %w, %b, %c) {char_embedding_size = 4}
}

== letters of another size than the window
fails E-SHAPE
graph (%s i32[2,4], %w f32[3,1,2,5], %b f32[3], %c f32[9,4]) -> (%y) {
	%y = com.microsoft.WordConvEmbedding(%s, %w, %b, %c)
}

== several channels
fails E-SHAPE
graph (%s i32[2,4], %w f32[3,2,2,5], %b f32[3], %c f32[9,5]) -> (%y) {
	%y = com.microsoft.WordConvEmbedding(%s, %w, %b, %c)
}

== another bias
fails E-SHAPE
graph (%s i32[2,4], %w f32[3,1,2,5], %b f32[4], %c f32[9,5]) -> (%y) {
	%y = com.microsoft.WordConvEmbedding(%s, %w, %b, %c)
}

== a batch of sentences
fails E-RANK
graph (%s i32[1,2,4], %w f32[3,1,2,5], %b f32[3], %c f32[9,5]) -> (%y) {
	%y = com.microsoft.WordConvEmbedding(%s, %w, %b, %c)
}
