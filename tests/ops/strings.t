Text as elements: what moves elements moves text, comparisons, labels that are text.

== Equal: also empty, and the beginning of another
graph (%a str[n,2], %b str[2]) -> (%y) { %y bool[n,2] = Equal(%a, %b) }
run a = str[2,2] ["a", "", "ab", "z"], b = str[2] ["a", ""] gives y = bool[2,2] [true, true, false, false]
run a = str[0,2] [], b = str[2] ["a", ""] gives y = bool[0,2] []

== Equal to a constant, of bytes that no literal holds as they are
graph (%a str[3]) -> (%y) {
	%k str[] = const ["\000\303\251?\042\134"]
	%y = Equal(%a, %k)
}
run a = str[3] ["\000\303\251?\042\134", "\000\303\251", ""] gives y = bool[3] [true, false, false]

== an input is an output, and a constant is one
graph (%a str[2]) -> (%y, %z) {
	%k str[2] = const ["one", ""]
	%y = Identity(%a)
	%z = Identity(%k)
}
run a = str[2] ["", "x"] gives y = str[2] ["", "x"], z = str[2] ["one", ""]

== moved: Reshape, Transpose, Concat, Slice, Expand, Tile
graph (%a str[2,3]) -> (%t, %c, %s, %e, %l) {
	%row str[1,3] = const ["x", "y", "z"]
	%flat i64[1] = const [6]
	%from i64[1] = const [1]
	%to i64[1] = const [9]
	%axis i64[1] = const [1]
	%size i64[2] = const [2, 3]
	%twice i64[1] = const [2]
	%t str[3,2] = Transpose(%a)
	%c str[3,3] = Concat(%a, %row) {axis = 0}
	%s str[2,2] = Slice(%a, %from, %to, %axis)
	%e str[2,3] = Expand(%row, %size)
	%r str[6] = Reshape(%a, %flat)
	%l str[12] = Tile(%r, %twice)
}
run a = str[2,3] ["a", "b", "c", "d", "e", "f"]
gives t = str[3,2] ["a", "d", "b", "e", "c", "f"], c = str[3,3] ["a", "b", "c", "d", "e", "f", "x", "y", "z"],
    s = str[2,2] ["b", "c", "e", "f"], e = str[2,3] ["x", "y", "z", "x", "y", "z"],
    l = str[12] ["a", "b", "c", "d", "e", "f", "a", "b", "c", "d", "e", "f"]

== gathered and chosen: Gather, GatherElements, GatherND, Where, Compress, Split
graph (%a str[2,3], %i i64[2], %w bool[2,3]) -> (%g, %e, %n, %y, %c, %p, %q) {
	%at i64[2,1] = const [2, 0]
	%k str[] = const ["none"]
	%g str[2,2] = Gather(%a, %i) {axis = 1}
	%e str[2,1] = GatherElements(%a, %at) {axis = 1}
	%nd i64[1,2] = const [1, 2]
	%n str[1] = GatherND(%a, %nd)
	%y str[2,3] = Where(%w, %a, %k)
	%f bool[2] = const [false, true]
	%c str[1,3] = Compress(%a, %f) {axis = 0}
	%parts i64[2] = const [1, 2]
	%p str[2,1], %q str[2,2] = Split(%a, %parts) {axis = 1}
}
run a = str[2,3] ["a", "b", "c", "d", "e", "f"], i = i64[2] [-1, 0], w = bool[2,3] [true, false, true, false, true, false]
gives g = str[2,2] ["c", "a", "f", "d"], e = str[2,1] ["c", "d"], n = str[1] ["f"],
    y = str[2,3] ["a", "none", "c", "none", "e", "none"], c = str[1,3] ["d", "e", "f"], p = str[2,1] ["a", "d"],
    q = str[2,2] ["b", "c", "e", "f"]

== written over: ScatterElements, ScatterND, Pad, ReverseSequence, Squeeze and Unsqueeze
graph (%a str[2,2], %u str[2,1]) -> (%s, %n, %p, %q, %r, %v) {
	%at i64[2,1] = const [1, 0]
	%s str[2,2] = ScatterElements(%a, %at, %u) {axis = 1}
	%row i64[1,1] = const [1]
	%new str[1,2] = const ["p", "q"]
	%n str[2,2] = ScatterND(%a, %row, %new)
	%pads i64[4] = const [0, 1, 0, 0]
	%fill str[] = const ["-"]
	%p str[2,3] = Pad(%a, %pads, %fill)
	%q str[2,3] = Pad(%a, %pads)
	%lens i64[2] = const [2, 1]
	%r str[2,2] = ReverseSequence(%a, %lens)
	%axis i64[1] = const [1]
	%w str[2] = Squeeze(%u, %axis)
	%first i64[1] = const [0]
	%v str[1,2] = Unsqueeze(%w, %first)
}
run a = str[2,2] ["a", "b", "c", "d"], u = str[2,1] ["x", "y"]
gives s = str[2,2] ["a", "x", "y", "d"], n = str[2,2] ["a", "b", "p", "q"], p = str[2,3] ["-", "a", "b", "-", "c", "d"],
    q = str[2,3] ["", "a", "b", "", "c", "d"], r = str[2,2] ["c", "b", "a", "d"], v = str[1,2] ["x", "y"]

== of four axes, through If and Loop
graph (%a str[1,2,2,1], %c bool[], %m i64[]) -> (%y, %z, %l, %all, %s) {
	%p str[1,1,2,2] = Transpose(%a) {perm = [0, 3, 1, 2]}
	%k str[1,2,2,1] = const ["p", "q", "r", "s"]
	%z str[1,2,2,1] = If(%c, %a, %k) then_branch = graph (| %a str[1,2,2,1]) -> (%t) { %t = Identity(%a) }
	 else_branch = graph (| %k str[1,2,2,1]) -> (%e) { %e = Identity(%k) }
	%l = Loop(%m, _, %p) body = graph (%i i64[], %g bool[], %v str[1,1,2,2]) -> (%g, %w) { %w = Transpose(%v) {perm = [0, 1, 3, 2]} }
	%two i64[] = const [2]
	%last, %all = Loop(%two, _, %p) body = graph (%j i64[], %h bool[], %o str[1,1,2,2]) -> (%h, %r, %r)
		{ %r = Transpose(%o) {perm = [0, 1, 3, 2]} }
	%y = Identity(%p)
	%s i64[4] = Shape(%a)
}
run a = str[1,2,2,1] ["a", "b", "c", "d"], c = bool[] [false], m = i64[] [3]
gives y = str[1,1,2,2] ["a", "b", "c", "d"], z = str[1,2,2,1] ["p", "q", "r", "s"], l = str[1,1,2,2] ["a", "c", "b", "d"],
    all = str[2,1,1,2,2] ["a", "c", "b", "d", "a", "b", "c", "d"], s = i64[4] [1, 2, 2, 1]

== LabelEncoder: to small integers, of which none is said to stand for the others
graph (%x str[3]) -> (%y) {
	%y i16[3] = ai.onnx.ml.LabelEncoder(%x) {keys_tensor = str[2] ["a", "b"], values_tensor = i16[2] [7, -300]}
}
run x = str[3] ["b", "c", "a"] gives y = i16[3] [-300, -1, 7]

== LabelEncoder: from text; of equal keys the first
graph (%x str[2,3]) -> (%i, %f, %s) {
	%i i64[2,3] = ai.onnx.ml.LabelEncoder(%x) {keys_strings = ["b", "a", "", "b"], values_int64s = [10, 20, 30, 40]}
	%f f32[2,3] = ai.onnx.ml.LabelEncoder(%x) {keys_strings = ["a", "ab"], values_floats = [1.5, 2.5], default_float = -7}
	%s str[2,3] = ai.onnx.ml.LabelEncoder(%x) {keys_strings = ["a"], values_strings = ["A"]}
}
run x = str[2,3] ["a", "b", "", "ab", "c", "a"]
gives i = i64[2,3] [20, 10, 30, -1, -1, 20], f = f32[2,3] [1.5, -7, -7, 2.5, -7, 1.5],
    s = str[2,3] ["A", "_Unused", "_Unused", "_Unused", "_Unused", "A"]

== LabelEncoder: to text
graph (%x i64[4], %z f32[]) -> (%y, %f) {
	%y str[4] = ai.onnx.ml.LabelEncoder(%x) {keys_int64s = [3, -1], values_strings = ["three", "minus one"], default_string = ""}
	%f str[] = ai.onnx.ml.LabelEncoder(%z) {keys_floats = [0.5], values_strings = ["half"], default_string = "other"}
}
run x = i64[4] [3, 4, -1, 3], z = f32[] [0.5] gives y = str[4] ["three", "", "minus one", "three"], f = str[] ["half"]
run x = i64[4] [3, 4, -1, 3], z = f32[] [0.25] gives f = str[] ["other"]

== LabelEncoder: NaN is a key like any other
graph (%x f32[4]) -> (%y, %z) {
	%y i64[4] = ai.onnx.ml.LabelEncoder(%x) {keys_floats = [1, nan, 2], values_int64s = [5, 6, 7]}
	%z i64[4] = ai.onnx.ml.LabelEncoder(%x) {keys_floats = [1, 2], values_int64s = [5, 7]}
}
run x = f32[4] [1, nan, 2, 3] gives y = i64[4] [5, 6, 7, -1], z = i64[4] [5, -1, 7, -1]

== LabelEncoder of version 1: texts and their places
graph (%x str[3], %i i64[3]) -> (%y, %z) {
	%y i64[3] = ai.onnx.ml.LabelEncoder(%x) {classes_strings = ["a", "b"]}
	%z str[3] = ai.onnx.ml.LabelEncoder(%i) {classes_strings = ["a", "b"], default_string = "?"}
}
run x = str[3] ["b", "z", "a"], i = i64[3] [1, 2, 0] gives y = i64[3] [1, -1, 0], z = str[3] ["b", "?", "a"]

== LabelEncoder: keys of another type
fails E-TYPE "the keys are str"
graph (%x i64[4]) -> (%y) { %y = ai.onnx.ml.LabelEncoder(%x) {keys_strings = ["a"], values_strings = ["b"]} }

== CategoryMapper: both ways
graph (%x str[3], %k i64[1,2]) -> (%y, %z) {
	%y i64[3] = ai.onnx.ml.CategoryMapper(%x) {cats_int64s = [5, 6], cats_strings = ["five", "six"]}
	%z str[1,2] = ai.onnx.ml.CategoryMapper(%k) {cats_int64s = [5, 6], cats_strings = ["five", "six"], default_string = "?"}
}
run x = str[3] ["six", "five", "seven"], k = i64[1,2] [7, 6] gives y = i64[3] [6, 5, -1], z = str[1,2] ["?", "six"]

== OneHotEncoder: of text
graph (%x str[3]) -> (%y) { %y f32[3,2] = ai.onnx.ml.OneHotEncoder(%x) {cats_strings = ["a", "b"]} }
run x = str[3] ["b", "", "a"] gives y = f32[3,2] [0, 1, 0, 0, 1, 0]

== LinearClassifier: labels that are text
graph (%x f32[2,2]) -> (%y, %s) {
	%y str[2], %s f32[2,3] = ai.onnx.ml.LinearClassifier(%x)
		{coefficients = [1, 0, 0, 1, 0, 0], intercepts = [0, 0, 0.5], classlabels_strings = ["left", "right", "none"]}
}
run x = f32[2,2] [0.25, 2, 0, 0] gives y = str[2] ["right", "none"], s = f32[2,3] [0.25, 2, 0.5, 0, 0, 0.5]

== LinearClassifier: one score for two of them
graph (%x f32[2,1]) -> (%y) {
	%y str[2], %s f32[2,2] = ai.onnx.ml.LinearClassifier(%x)
		{coefficients = [1], intercepts = [0], classlabels_strings = ["no", "yes"]}
}
run x = f32[2,1] [-1, 1] gives y = str[2] ["no", "yes"]

== Unique: by bytes, and as they stand
graph (%x str[6]) -> (%y, %i, %v, %c, %z) {
	%y str[4], %i i64[4], %v i64[6], %c i64[4] = Unique(%x)
	%z str[4] = Unique(%x) {sorted = 0}
}
run x = str[6] ["b", "ab", "b", "", "a", "ab"]
gives y = str[4] ["", "a", "ab", "b"], i = i64[4] [3, 4, 1, 0], v = i64[6] [3, 2, 3, 0, 1, 2], c = i64[4] [1, 1, 2, 2],
    z = str[4] ["b", "ab", "", "a"]

== Unique: as many texts as you like
graph (%x str[5000]) -> (%y, %i, %v, %c) { %y, %i, %v, %c = Unique(%x) }
run x = str[5000] ["b", "\377", "ab", "long" * 4994, "a", "", "ab"]
gives y = str[6] ["", "a", "ab", "b", "long", "\377"], i = i64[6] [4998, 4997, 2, 0, 3, 1],
    v = i64[5000] [3, 5, 2, 4 * 4994, 1, 0, 2], c = i64[6] [1, 1, 2, 1, 4994, 1]

== Unique: rows of text
graph (%x str[4,2]) -> (%y, %v, %z) {
	%y str[3,2], _, %v i64[4], _ = Unique(%x) {axis = 0}
	%z str[3,2] = Unique(%x) {axis = 0, sorted = 0}
}
run x = str[4,2] ["b", "a", "a", "b", "a", "", "a", "b"]
gives y = str[3,2] ["a", "", "a", "b", "b", "a"], v = i64[4] [2, 1, 0, 1], z = str[3,2] ["b", "a", "a", "b", "a", ""]

== StringConcat: empty ones, and one for all
graph (%a str[2,2], %b str[2]) -> (%y, %z) {
	%y str[2,2] = StringConcat(%a, %b)
	%k str[] = const ["!"]
	%z str[2,2] = StringConcat(%y, %k)
}
run a = str[2,2] ["a", "", "\303\251", "long"], b = str[2] ["", "xy"]
gives y = str[2,2] ["a", "xy", "\303\251", "longxy"], z = str[2,2] ["a!", "xy!", "\303\251!", "longxy!"]

== StringConcat: moved on, in a branch, and made of what is made
graph (%a str[3], %c bool[]) -> (%t, %y, %e) {
	%b str[3] = StringConcat(%a, %a)
	%back i64[1] = const [-1]
	%last i64[1] = const [-4]
	%zero i64[1] = const [0]
	%s str[3] = Slice(%b, %back, %last, %zero, %back)
	%t str[3] = StringConcat(%b, %a)
	%y str[3] = If(%c, %s, %t, %t) then_branch = graph (| %s str[3], %t str[3]) -> (%u) { %u = StringConcat(%s, %t) }
	 else_branch = graph (| %t str[3]) -> (%v) { %v = Identity(%t) }
	%e bool[3] = Equal(%t, %y)
}
run a = str[3] ["a", "", "bc"], c = bool[] [true]
gives t = str[3] ["aaa", "", "bcbcbc"], y = str[3] ["bcbcaaa", "", "aabcbcbc"], e = bool[3] [false, true, false]
run a = str[3] ["a", "", "bc"], c = bool[] [false]
gives t = str[3] ["aaa", "", "bcbcbc"], y = str[3] ["aaa", "", "bcbcbc"], e = bool[3] [true, true, true]

== StringConcat: of constants, which fold
graph (%x str[1]) -> (%y) {
	%a str[1] = const ["con"]
	%b str[1] = const ["stant"]
	%c = StringConcat(%a, %b)
	%y = Equal(%c, %x)
}
run x = str[1] ["constant"] gives y = bool[1] [true]

== StringConcat: numbers
fails E-TYPE
graph (%a i64[2]) -> (%y) { %y = StringConcat(%a, %a) }

== StringSplit: at white space, which never stands alone
graph (%x str[4]) -> (%y, %n) { %y str[4,3], %n i64[4] = StringSplit(%x) }
run x = str[4] [" a\011b  c\012", "", "   ", "one"]
gives y = str[4,3] ["a", "b", "c", "", "", "", "", "", "", "one", "", ""], n = i64[4] [3, 0, 0, 1]

== StringSplit: a delimiter of two letters, from the left
graph (%x str[4]) -> (%y, %n) { %y str[4,4], %n i64[4] = StringSplit(%x) {delimiter = "--"} }
run x = str[4] ["a---b", "--", "", "x--y----"]
gives y = str[4,4] ["a", "-b", "", "", "", "", "", "", "", "", "", "", "x", "y", "", ""], n = i64[4] [2, 2, 1, 4]

== StringSplit: few cuts
graph (%x str[2]) -> (%a, %b, %c, %m) {
	%a str[2,2] = StringSplit(%x) {maxsplit = 1}
	%b str[2,3], %m i64[2] = StringSplit(%x) {maxsplit = 2, delimiter = "o"}
	%c str[2,1] = StringSplit(%x) {maxsplit = 0}
}
run x = str[2] ["  to  do it ", "no"]
gives a = str[2,2] ["to", "do it ", "no", ""], b = str[2,3] ["  t", "  d", " it ", "n", "", ""], m = i64[2] [3, 2],
    c = str[2,1] ["to  do it ", "no"]

== StringSplit: parts of parts, of a scalar
graph (%x str[]) -> (%y) {
	%a str[2] = StringSplit(%x) {delimiter = ";"}
	%y str[2,2] = StringSplit(%a) {delimiter = ","}
}
run x = str[] ["a,b;c,d"] gives y = str[2,2] ["a", "b", "c", "d"]

== StringSplit: more than the file says
fails E-SHAPE "other sizes"
graph (%x str[1]) -> (%y) { %y str[1,2] = StringSplit(%x) }
run x = str[1] ["a b c"] gives y = str[1,2] ["a", "b"]

== StringSplit and StringNormalizer of constants
graph (%i i64[1,2]) -> (%y, %z) {
	%k str[2] = const ["a b", "c"]
	%p = StringSplit(%k)
	%y str[2,1,2] = Gather(%p, %i)  {axis = 1}
	%w = StringNormalizer(%k) {stopwords = ["C"], case_change_action = UPPER}
	%e i64[1,1] = const [0]
	%z str[1,1] = Gather(%w, %e)
}
run i = i64[1,2] [1, 0] gives y = str[2,1,2] ["b", "a", "", "c"], z = str[1,1] ["A B"]

== StringSplit: how many is counted
symbol k = 0..4 counted
graph (%x str[2]) -> (%y) { %y str[2,k], _ = StringSplit(%x) }
run x = str[2] ["a b c", "d"] gives y = str[2,3] ["a", "b", "c", "d", "", ""]

== StringNormalizer: how many are left is counted
graph (%x str[1,3]) -> (%y) { %y = StringNormalizer(%x) {stopwords = ["a"]} }
run x = str[1,3] ["b", "A", "c"] gives y = str[1,2] ["b", "c"]
run x = str[1,3] ["a", "A", "a"] gives y = str[1,1] [""]

== StringNormalizer: letters of many alphabets, one for one; what is no UTF-8 stays
graph (%x str[6]) -> (%u, %l) {
	%u str[6] = StringNormalizer(%x) {case_change_action = UPPER}
	%l str[6] = StringNormalizer(%x) {case_change_action = LOWER}
}
run x = str[6] ["aZ1", "\303\251\303\237", "\320\226\317\203", "\377a\303", "", "\341\270\200\360\220\220\200"]
gives u = str[6] ["AZ1", "\303\211\303\237", "\320\226\316\243", "\377A\303", "", "\341\270\200\360\220\220\200"],
    l = str[6] ["az1", "\303\251\303\237", "\320\266\317\203", "\377a\303", "", "\341\270\201\360\220\220\250"]

== StringNormalizer: stop words, in any case and in theirs
graph (%x str[4]) -> (%a, %b, %c) {
	%a str[1] = StringNormalizer(%x) {stopwords = ["THE", "\303\211t\303\251"]}
	%b str[3] = StringNormalizer(%x) {stopwords = ["the"], is_case_sensitive = 1, case_change_action = UPPER}
	%c str[4] = StringNormalizer(%x) {stopwords = ["TH"], case_change_action = LOWER}
}
run x = str[4] ["The", "the", "End", "\303\251T\303\211"]
gives a = str[1] ["End"], b = str[3] ["THE", "END", "\303\211T\303\211"], c = str[4] ["the", "the", "end", "\303\251t\303\251"]

== StringNormalizer: nothing is left
graph (%x str[1,2]) -> (%y) { %y str[1,1] = StringNormalizer(%x) {stopwords = ["a"]} }
run x = str[1,2] ["a", "A"] gives y = str[1,1] [""]
run x = str[1,2] ["a", "b"] gives y = str[1,1] ["b"]

== StringNormalizer: fewer than the file says
fails E-SHAPE "other sizes"
graph (%x str[2]) -> (%y) { %y str[2] = StringNormalizer(%x) {stopwords = ["a"]} }
run x = str[2] ["a", "A"] gives y = str[2] ["", ""]

== RegexFullMatch
graph (%x str[2,3]) -> (%y, %z) {
	%y bool[2,3] = RegexFullMatch(%x) {pattern = "a+|(?i)b.d"}
	%z bool[2,3] = RegexFullMatch(%x) {pattern = "(\134W|^)\134w*"}
}
run x = str[2,3] ["aa", "B\303\251D", "", "b\012d", "a\377", "."]
gives y = bool[2,3] [true, true, false, false, false, false], z = bool[2,3] [true, false, true, false, false, true]

== RegexFullMatch: of texts in capitals, as a choice
graph (%x str[2]) -> (%y) {
	%u = StringNormalizer(%x) {case_change_action = UPPER}
	%m = RegexFullMatch(%u) {pattern = "[A-C]+"}
	%none str[] = const ["-"]
	%y str[2] = Where(%m, %u, %none)
}
run x = str[2] ["abc", "abd"] gives y = str[2] ["ABC", "-"]

== RegexFullMatch: malformed
fails E-ATTR "a ( has no )"
graph (%x str[2]) -> (%y) { %y = RegexFullMatch(%x) {pattern = "(a"} }

== RegexFullMatch: classes of Unicode
fails E-UNSUPPORTED "classes of Unicode"
graph (%x str[2]) -> (%y) { %y = RegexFullMatch(%x) {pattern = "\134pL"} }
run x = str[2] ["", ""] gives y = bool[2] [false, false]

== RegexFullMatch: an automaton too large
fails E-UNSUPPORTED "too large"
graph (%x str[2]) -> (%y) { %y = RegexFullMatch(%x) {pattern = "(a|b)*a(a|b){20}"} }
run x = str[2] ["", ""] gives y = bool[2] [false, false]

== Cast: reals to text, as few digits as tell them from their neighbours
graph (%a f32[8], %b f64[8], %c f16[3]) -> (%x, %y, %z) {
	%x str[8] = Cast(%a) {to = str}
	%y str[8] = Cast(%b) {to = str}
	%z str[3] = Cast(%c) {to = str}
}
run a = f32[8] [0.1, 1, -0, 16777216, 1e-5, 1.17549435e-38, 3.4028235e38, nan],
    b = f64[8] [0.1, 1e16, 123456789012345680, 5e-324, 1.7976931348623157e308, 5.684341886080802e-14, 0.0001, -inf],
    c = f16[3] [0.1, 6e-8, 65504]
gives x = str[8] ["0.1", "1.0", "-0.0", "16777216.0", "1e-05", "1.1754944e-38", "3.4028235e+38", "nan"],
    y = str[8] ["0.1", "1e+16", "1.2345678901234568e+17", "5e-324", "1.7976931348623157e+308", "5.684341886080802e-14", "0.0001", "-inf"],
    z = str[3] ["0.1", "6e-08", "65500.0"]
run a = f32[8] [9999999, 123456792, 0.00012345679, -2.5, 100, 8.5e9, 3e-45, inf],
    b = f64[8] [9007199254740993, 0.30000000000000004, 9999999999999998, 0.00012345678901234567, 1e23, 2.2250738585072014e-308, -1e-7, 12.5],
    c = f16[3] [1, -0.33325195, 2048]
gives x = str[8] ["9999999.0", "123456790.0", "0.00012345679", "-2.5", "100.0", "8500000000.0", "3e-45", "inf"],
    y = str[8] ["9007199254740992.0", "0.30000000000000004", "9999999999999998.0", "0.00012345678901234567", "1e+23",
    "2.2250738585072014e-308", "-1e-07", "12.5"], z = str[3] ["1.0", "-0.3333", "2048.0"]

== Cast: whole numbers and bools to text
graph (%a i64[3], %b u64[2], %c i8[2], %d bool[2], %e bf16[1]) -> (%v, %w, %x, %y, %z) {
	%v str[3] = Cast(%a) {to = str}
	%w str[2] = Cast(%b) {to = str}
	%x str[2] = Cast(%c) {to = str}
	%y str[2] = Cast(%d) {to = str}
	%z str[1] = Cast(%e) {to = str}
}
run a = i64[3] [-9223372036854775808, 0, 9223372036854775807], b = u64[2] [18446744073709551615, 7], c = i8[2] [-128, 5],
    d = bool[2] [true, false], e = bf16[1] [0.1]
gives v = str[3] ["-9223372036854775808", "0", "9223372036854775807"], w = str[2] ["18446744073709551615", "7"], x = str[2] ["-128", "5"],
    y = str[2] ["True", "False"], z = str[1] ["0.100097656"]

== Cast: text to reals
graph (%a str[6]) -> (%x, %y, %z) {
	%x f32[6] = Cast(%a) {to = f32}
	%y f64[6] = Cast(%a) {to = f64}
	%z f16[6] = Cast(%a) {to = f16}
}
run a = str[6] [" 1.5 ", "-INF", "+Infinity", ".5e1", "5.", "-0"]
gives x = f32[6] [1.5, -inf, inf, 5, 5, -0], y = f64[6] [1.5, -inf, inf, 5, 5, -0], z = f16[6] [1.5, -inf, inf, 5, 5, -0]
run a = str[6] ["", "1e", "0x1", "1 2", "NaN", "e5"]
gives x = f32[6] [nan, nan, nan, nan, nan, nan], y = f64[6] [nan, nan, nan, nan, nan, nan], z = f16[6] [nan, nan, nan, nan, nan, nan]
run a = str[6] ["1e999", "-1e-999", "16777217", "9007199254740993", "1e23", "2.4703282292062327208e-324"]
gives x = f32[6] [inf, -0, 16777216, 9007199254740992, 1e23, 0], y = f64[6] [inf, -0, 16777217, 9007199254740992, 1e23, 0],
    z = f16[6] [inf, -0, inf, inf, inf, 0]
run a = str[6] ["2.4703282292062328e-324", "1.7976931348623158e308", "1.7976931348623159e308", "4.9406564584124654e-324", "0.000000000000000000000000000000000000000000000000001", "100000000000000000000000000000000000000000000000000e-50"]
gives y = f64[6] [5e-324, 1.7976931348623157e308, inf, 5e-324, 1e-51, 1]

== Cast: text to whole numbers
graph (%a str[5]) -> (%x, %y, %z) {
	%x i64[5] = Cast(%a) {to = i64}
	%y u64[5] = Cast(%a) {to = u64}
	%z i8[5] = Cast(%a) {to = i8}
}
run a = str[5] ["12", " -7\012", "18446744073709551615", "1.5", ""]
gives x = i64[5] [12, -7, -1, 0, 0], y = u64[5] [12, 18446744073709551609, 18446744073709551615, 0, 0], z = i8[5] [12, -7, -1, 0, 0]

== Cast: there and back, one for all, and of constants
graph (%a f32[1], %i i64[2]) -> (%y, %z, %k) {
	%t = Cast(%a) {to = str}
	%f = Cast(%t) {to = f32}
	%y bool[1] = Equal(%a, %f)
	%size i64[1] = const [3]
	%e = Expand(%a, %size)
	%z str[3] = Cast(%e) {to = str}
	%c f64[2] = const [0.5, 1e300]
	%s = Cast(%c) {to = str}
	%k str[2] = Gather(%s, %i)
}
run a = f32[1] [0.30000001], i = i64[2] [1, 0] gives y = bool[1] [true], z = str[3] ["0.3", "0.3", "0.3"], k = str[2] ["1e+300", "0.5"]

== Cast: text to bools
fails E-UNSUPPORTED "from str to bool"
graph (%a str[1]) -> (%y) { %y = Cast(%a) {to = bool} }

== an order of texts is stored as a bool
graph (%a str[4], %b str[4]) -> (%y) { %y bool[4] = tcc.LessText(%a, %b) }
run a = str[4] ["one", "A", "bc", "b"], b = str[4] ["bc", "a", "bc", "bc"] gives y = bool[4] [false, true, false, true]

== Tokenizer: what an expression takes, the longest that begins first
graph (%x str[3]) -> (%y) { %y str[3,3] = com.microsoft.Tokenizer(%x) {tokenexp = "[a-z]+|[a-z]+-[a-z]+", pad_value = "#"} }
run x = str[3] ["a-b, c", "", "\303\251a-b--c-d e"]
gives y = str[3,3] ["a-b", "c", "#", "#", "#", "#", "a-b", "c-d", "e"]

== Tokenizer: letters, marked; of several bytes
graph (%x str[1,2]) -> (%y) { %y str[1,2,5] = com.microsoft.Tokenizer(%x) {tokenexp = ".", mark = 1, pad_value = ""} }
run x = str[1,2] ["a\303\251\012", ""]
gives y = str[1,2,5] ["\002", "a", "\303\251", "\012", "\003", "\002", "\003", "", "", ""]

== Tokenizer: nothing is marked where there is nothing
symbol k = 0..9 counted
graph (%x str[2]) -> (%y) { %y str[2,k] = com.microsoft.Tokenizer(%x) {tokenexp = "b", mark = 1, pad_value = "#"} }
run x = str[2] ["a", ""] gives y = str[2,0] []
run x = str[2] ["ab", ""] gives y = str[2,3] ["\002", "b", "\003", "\002", "\003", "#"]

== Tokenizer: words of two letters or more, a shorter one is looked into a letter further
graph (%x str[1]) -> (%y, %z) {
	%y str[1,2] = com.microsoft.Tokenizer(%x) {tokenexp = "a|[b-z]+", mincharnum = 2, pad_value = "#"}
	%z str[1,2] = com.microsoft.Tokenizer(%x) {separators = [" +|,"], mincharnum = 2, pad_value = "#"}
}
run x = str[1] [",abc  d,ef "]
gives y = str[1,2] ["bc", "ef"], z = str[1,2] ["abc", "ef"]

== Tokenizer: what it refuses
fails E-UNSUPPORTED "ask what stands beside"
graph (%x str[1]) -> (%y) { %y str[1,2] = com.microsoft.Tokenizer(%x) {tokenexp = "\134bw+", pad_value = "#"} }

== a negative number of cuts is any
graph (%x str[2]) -> (%y, %n) {
	%x0 str[2] = const ["a,b,c", ""]
	%y, %n = StringSplit(%x0) {delimiter = ",", maxsplit = -9223372036854775808}
}
run x = str[2] ["a", "b"] gives y = str[2,3] ["a", "b", "c", "", "", ""], n = i64[2] [3, 1]

== text that is made in loops: each turn's stays
graph (%x str[2], %m i64[]) -> (%y, %z, %w) {
	%three i64[] = const [3]
	%y, %z = Loop(%three, _, %x) body = graph (%t i64[], %g bool[], %a str[2]) -> (%g, %b, %a) {
		%two i64[] = const [2]
		%c = Loop(%two, _, %a) body = graph (%u i64[], %h bool[], %d str[2]) -> (%h, %e) {
			%n = Cast(%u) {to = str}
			%e = StringConcat(%d, %n)
		}
		%n = Cast(%t) {to = str}
		%b = StringConcat(%c, %n)
	}
	%w = StringNormalizer(%y) {case_change_action = UPPER}
}
run x = str[2] ["a", ""], m = i64[] [0]
gives y = str[2] ["a010011012", "010011012"], z = str[3,2] ["a", "", "a010", "010", "a010011", "010011"],
    w = str[2] ["A010011012", "010011012"]
