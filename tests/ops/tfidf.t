Counting sequences of numbers, and labels of numbers; expected values are those of ONNX Runtime.

== single numbers and pairs
graph (%x i64[2,6]) -> (%y) {
	%y = TfIdfVectorizer(%x) {mode = TF, max_gram_length = 2, min_gram_length = 1, max_skip_count = 0, ngram_counts = [0, 4], ngram_indexes = [0, 1, 2, 3, 4, 5, 6], pool_int64s = [2, 3, 5, 4, 5, 6, 7, 8, 6, 7]}
}
run x = i64[2,6] [1, 1, 3, 3, 3, 7, 8, 6, 7, 5, 6, 8]
gives y = f32[2,7] [0, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1] within 2e-6

== pairs with gaps
graph (%x i32[2,6]) -> (%y) {
	%y = TfIdfVectorizer(%x) {mode = TF, max_gram_length = 2, min_gram_length = 2, max_skip_count = 5, ngram_counts = [0, 4], ngram_indexes = [0, 1, 2, 3, 4, 5, 6], pool_int64s = [2, 3, 5, 4, 5, 6, 7, 8, 6, 7]}
}
run x = i32[2,6] [1, 1, 3, 3, 3, 7, 8, 6, 7, 5, 6, 8]
gives y = f32[2,7] [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1] within 2e-6

== weights of what is there
graph (%x i64[6]) -> (%y) {
	%y = TfIdfVectorizer(%x) {mode = IDF, max_gram_length = 2, min_gram_length = 1, max_skip_count = 1, ngram_counts = [0, 4], ngram_indexes = [0, 1, 2, 3, 4, 5, 6], pool_int64s = [2, 3, 5, 4, 5, 6, 7, 8, 6, 7], weights = [0.5, 1, 2, 3, 4, 5, 0.25]}
}
run x = i64[6] [1, 1, 3, 3, 3, 7]
gives y = f32[7] [0, 1, 0, 0, 0, 0, 0] within 2e-6

== weights times counts
graph (%x i64[2,6]) -> (%y) {
	%y = TfIdfVectorizer(%x) {mode = TFIDF, max_gram_length = 1, min_gram_length = 1, max_skip_count = 0, ngram_counts = [0, 4], ngram_indexes = [0, 1, 2, 3, 4, 5, 6], pool_int64s = [2, 3, 5, 4, 5, 6, 7, 8, 6, 7], weights = [0.5, 1, 2, 3, 4, 5, 0.25]}
}
run x = i64[2,6] [1, 1, 3, 3, 3, 7, 8, 6, 7, 5, 6, 8]
gives y = f32[2,7] [0, 3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0] within 2e-6

== counts that do not fit the pool
fails E-ATTR
graph (%x i64[4]) -> (%y) {
	%y = TfIdfVectorizer(%x) {mode = TF, max_gram_length = 1, min_gram_length = 1, max_skip_count = 0,
	    ngram_counts = [0], ngram_indexes = [0, 1, 2], pool_int64s = [1, 2]}
}

== numbers to numbers
graph (%x i64[2,3]) -> (%y) {
	%y = ai.onnx.ml.LabelEncoder(%x) {keys_int64s = [3, 7, -2], values_floats = [0.5, 2.5, -1], default_float = 9}
}
run x = i64[2,3] [3, 1, 9, -2, 7, 3]
gives y = f32[2,3] [0.5, 9, 9, -1, 2.5, 0.5] within 2e-6

== floats to numbers
graph (%x f32[3]) -> (%y) {
	%y = ai.onnx.ml.LabelEncoder(%x) {keys_floats = [1.5, -1], values_int64s = [4, 40]}
}
run x = f32[3] [1.5, 2, -1]
gives y = i64[3] [4, -1, 40] within 2e-6

== grams of text
graph (%x str[2,4]) -> (%y) {
	%y f32[2,3] = TfIdfVectorizer(%x) {mode = TF, max_gram_length = 2, min_gram_length = 1, max_skip_count = 1,
		ngram_counts = [0, 1], ngram_indexes = [0, 2, 1], pool_strings = ["a", "a", "b", "", "a"]}
}
run x = str[2,4] ["a", "", "b", "a", "", "a", "a", "b"]
gives y = f32[2,3] [2, 1, 1, 2, 2, 2]

== as many values as keys
fails E-ATTR
graph (%x i64[2]) -> (%y) { %y = ai.onnx.ml.LabelEncoder(%x) {keys_int64s = [1], values_int64s = [1, 2]} }

== numbers that lie close together, the first of equal ones, and what lies outside of them
graph (%x i64[6]) -> (%y) {
	%y = ai.onnx.ml.LabelEncoder(%x) {keys_int64s = [5, -2, 5, 300], values_int64s = [1, 2, 3, 4], default_int64 = 9}
}
run x = i64[6] [5, -2, 300, 0, -9223372036854775808, 9223372036854775807] gives y = i64[6] [1, 2, 4, 9, 9, 9]

== numbers that lie far apart
graph (%x i64[9]) -> (%y) {
	%y = ai.onnx.ml.LabelEncoder(%x) {keys_int64s = [9223372036854775807, 1000000, -9223372036854775808, 7, 4294967303, 0, 8],
		values_floats = [1, 2, 3, 4, 5, 6, 7], default_float = 0.5}
}
run x = i64[9] [9223372036854775807, 1000000, -9223372036854775808, 7, 4294967303, 0, 8, 1, 999999]
gives y = f32[9] [1, 2, 3, 4, 5, 6, 7, 0.5, 0.5]
run x = i64[9] [2, 3, 4, 5, 6, 9, 10, 11, 12]
gives y = f32[9] [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]

== one number
graph (%x i64[2,2]) -> (%y) {
	%y = ai.onnx.ml.LabelEncoder(%x) {keys_int64s = [9223372036854775807], values_int64s = [4]}
}
run x = i64[2,2] [0, 1, 9223372036854775807, -1] gives y = i64[2,2] [-1, -1, 4, -1]

== grams of up to three with gaps, of rows shorter than they reach
graph (%x i64[n,3]) -> (%y) {
	%y f32[n,6] = TfIdfVectorizer(%x) {mode = TF, max_gram_length = 3, min_gram_length = 2, max_skip_count = 1,
		ngram_counts = [0, 2, 6], ngram_indexes = [5, 4, 0, 1, 2], pool_int64s = [1, 2, 1, 2, 900000000000, 1, 1, 2, 3]}
}
run x = i64[2,3] [1, 2, 3, 900000000000, 5, 1] gives y = f32[2,6] [1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0]

== more skipped than there is
graph (%x i64[n,3]) -> (%y) {
	%y f32[n,1] = TfIdfVectorizer(%x) {mode = TF, max_gram_length = 2, min_gram_length = 2, max_skip_count = 9223372036854775807,
		ngram_counts = [0, 0], ngram_indexes = [0], pool_int64s = [1, 2]}
}
run x = i64[2,3] [1, 2, 2, 2, 1, 1] gives y = f32[2,1] [2, 0]
