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
