Sizes that data decide and nobody gives: they are counted while the model runs.

== NonZero: nobody says how many
graph (%x f32[3]) -> (%y) { %y = NonZero(%x) }
run x = f32[3] [0, 5, 1] gives y = i64[1,2] [1, 2]
run x = f32[3] [0, 0, 0] gives y = i64[1,0] []
run x = f32[3] [1, 2, 3] gives y = i64[1,3] [0, 1, 2]

== NonZero, and what stands there
graph (%x f32[2,3]) -> (%y, %z) {
	%p = NonZero(%x)
	%t = Transpose(%p)
	%v = GatherND(%x, %t)
	%ax i64[1] = const [0]
	%y = ReduceSum(%v, %ax)
	%z = Mul(%v, %v)
}
run x = f32[2,3] [0, 5, 1, 0, 0, 2] gives y = f32[1] [8], z = f32[3] [25, 1, 4]
run x = f32[2,3] [0, 0, 0, 0, 0, 0] gives y = f32[1] [0], z = f32[0] []

== Compress: columns, elements
graph (%x i32[2,3], %c bool[3], %e bool[5]) -> (%b, %d) {
	%b = Compress(%x, %c) {axis = -1}
	%d = Compress(%x, %e)
}
run x = i32[2,3] [1, 2, 3, 4, 5, 6], c = bool[3] [false, true, true],
    e = bool[5] [true, false, false, true, true]
gives b = i32[2,2] [2,3, 5,6], d = i32[3] [1, 4, 5]

== GatherElements: no more than the data have along the other axes
graph (%x f32[2,3], %a f32[6]) -> (%y) { %p = NonZero(%a) %y = GatherElements(%x, %p) }
run x = f32[2,3] [1, 2, 3, 4, 5, 6], a = f32[6] [1, 1, 0, 0, 0, 0] gives y = f32[1,2] [1, 5]

== within a bound
symbol k = 0..2 counted
graph (%x f32[3]) -> (%y) { %y i64[1,k] = NonZero(%x) }
run x = f32[3] [0, 5, 1] gives y = i64[1,2] [1, 2]

== more than the bound
fails E-SHAPE "but [1,k] was inferred"
symbol k = 0..2 counted
graph (%x f32[3]) -> (%y) { %y i64[1,k] = NonZero(%x) }
run x = f32[3] [1, 5, 1] gives y = i64[1,3] [0, 1, 2]

== a count, and what is made of it
symbol k = 0..4 counted
graph (%c i64[]) -> (%y, %z) {
	%n i64[] <k> = tcc.Counted(%c) {size = "k"}
	%zero i64[] = const [0]
	%one i64[] = const [1]
	%y i64[k] = Range(%zero, %n, %one)
	%first i64[2] = const [7, 8]
	%z = Concat(%first, %y) {axis = 0}
}
run c = i64[] [3] gives y = i64[3] [0, 1, 2], z = i64[5] [7, 8, 0, 1, 2]
run c = i64[] [0] gives y = i64[0] [], z = i64[2] [7, 8]

== a count above its bound
fails E-SHAPE "a size is 5; it may be 0..4"
symbol k = 0..4 counted
graph (%c i64[]) -> (%n) { %n i64[] <k> = tcc.Counted(%c) {size = "k"} }
run c = i64[] [5] gives n = i64[] [5]

== Unique: all four outputs
graph (%x f32[6]) -> (%y, %i, %v, %c) {
	%y, %i, %v, %c = Unique(%x)
}
run x = f32[6] [2, 1, 1, 3, 4, 3]
gives y = f32[4] [1, 2, 3, 4], i = i64[4] [1, 0, 3, 4], v = i64[6] [1, 0, 0, 2, 3, 2], c = i64[4] [2, 1, 2, 1]
run x = f32[6] [2, 2, 2, 2, 2, 2]
gives y = f32[1] [2], i = i64[1] [0], v = i64[6] [0, 0, 0, 0, 0, 0], c = i64[1] [6]

== Unique: only where each is; how many there are is nobody's size
graph (%x f32[6]) -> (%v, %w, %u) {
	_, _, %v, _ = Unique(%x)
	_, _, %w, _ = Unique(%x) {sorted = 0}
	_, %u, _ = com.microsoft.Unique(%x)
}
run x = f32[6] [2, 1, 1, 3, 4, 3]
gives v = i64[6] [1, 0, 0, 2, 3, 2], w = i64[6] [0, 1, 1, 2, 3, 2], u = i64[6] [0, 1, 1, 2, 3, 2]
run x = f32[6] [5, 5, 5, 5, 5, 5] gives v = i64[6] [0 * 6], w = i64[6] [0 * 6], u = i64[6] [0 * 6]

== Unique of com.microsoft: what stands first, and how often
graph (%x f32[6]) -> (%y, %c) { %y, _, %c = com.microsoft.Unique(%x) }
run x = f32[6] [2, 1, 1, 3, 4, 3] gives y = f32[4] [2, 1, 3, 4], c = i64[4] [1, 2, 2, 1]
run x = f32[6] [2, 2, 2, 2, 2, 2] gives y = f32[1] [2], c = i64[1] [6]

== NonMaxSuppression, and the boxes that it keeps
graph (%boxes f32[1,4,4], %scores f32[1,1,4]) -> (%y, %kept) {
	%most i64[1] = const [3]
	%overlap f32[1] = const [0.5]
	%least f32[1] = const [0.1]
	%y = NonMaxSuppression(%boxes, %scores, %most, %overlap, %least)
	%two i64[] = const [2]
	%i = Gather(%y, %two) {axis = 1}
	%all i64[2] = const [4, 4]
	%list = Reshape(%boxes, %all)
	%kept = Gather(%list, %i)
}
run boxes = f32[1,4,4] [0, 0, 1, 1,  0, 0, 1, 1.125,  0, 10, 1, 11,  0, 20, 1, 21], scores = f32[1,1,4] [0.5, 0.75, 0.25, 0]
gives y = i64[2,3] [0, 0, 1, 0, 0, 2], kept = f32[2,4] [0, 0, 1, 1.125,  0, 10, 1, 11]
run boxes = f32[1,4,4] [0, 0, 1, 1,  0, 0, 1, 1.125,  0, 10, 1, 11,  0, 20, 1, 21], scores = f32[1,1,4] [0, 0, 0, 0]
gives y = i64[0,3] [], kept = f32[0,4] []

== NonMaxSuppression of pictures and classes that vary
symbol p = 0..3
symbol c = 1..4
symbol n = 1..8
graph (%boxes f32[p,n,4], %scores f32[p,c,n]) -> (%y) {
	%most i64[1] = const [2]
	%overlap f32[1] = const [0.5]
	%least f32[1] = const [0.1]
	%y = NonMaxSuppression(%boxes, %scores, %most, %overlap, %least)
}
run boxes = f32[2,3,4] [0, 0, 1, 1,  0, 0, 1, 1.125,  0, 10, 1, 11,  0, 20, 1, 21,  0, 30, 1, 31,  0, 40, 1, 41],
    scores = f32[2,1,3] [0.5, 0.75, 0.25,  0.5, 0.25, 0.75]
gives y = i64[4,3] [0, 0, 1, 0, 0, 2, 1, 0, 2, 1, 0, 0]
run boxes = f32[1,2,4] [0, 0, 1, 1,  0, 0, 1, 1.125], scores = f32[1,3,2] [0.5, 0.75,  0, 0.25,  0.5, 0]
gives y = i64[3,3] [0, 0, 1, 0, 1, 1, 0, 2, 0]
run boxes = f32[0,2,4] [], scores = f32[0,3,2] [] gives y = i64[0,3] []

== Range: ints and floats
symbol y.0 = 0..9 counted
symbol z.0 = 0..8 counted
graph (%a i64[], %b i64[], %d i64[], %s f32[], %l f32[], %t f32[]) -> (%y, %z) {
	%y i64[y.0] = Range(%a, %b, %d)
	%z f32[z.0] = Range(%s, %l, %t)
}
run a = i64[] [2], b = i64[] [9], d = i64[] [3], s = f32[] [1], l = f32[] [0], t = f32[] [-0.25]
gives y = i64[3] [2, 5, 8], z = f32[4] [1, 0.75, 0.5, 0.25]
run a = i64[] [2], b = i64[] [2], d = i64[] [3], s = f32[] [1], l = f32[] [2], t = f32[] [-0.25]
gives y = i64[0] [], z = f32[0] []

== Slice: ends, starts and steps
graph (%x f32[5], %s i64[1], %e i64[1], %t i64[1]) -> (%y) {
	%axis i64[1] = const [0]
	%y = Slice(%x, %s, %e, %axis, %t)
}
run x = f32[5] [1, 2, 3, 4, 5], s = i64[1] [1], e = i64[1] [-1], t = i64[1] [1] gives y = f32[3] [2, 3, 4]
run x = f32[5] [1, 2, 3, 4, 5], s = i64[1] [-1], e = i64[1] [0], t = i64[1] [-2] gives y = f32[2] [5, 3]
run x = f32[5] [1, 2, 3, 4, 5], s = i64[1] [4], e = i64[1] [2], t = i64[1] [1] gives y = f32[0] []

== Slice: one of two axes
graph (%x f32[2,4], %e i64[1]) -> (%y) {
	%zero i64[1] = const [0]
	%axis i64[1] = const [1]
	%y = Slice(%x, %zero, %e, %axis)
}
run x = f32[2,4] [1, 2, 3, 4, 5, 6, 7, 8], e = i64[1] [2] gives y = f32[2,2] [1, 2, 5, 6]
run x = f32[2,4] [1, 2, 3, 4, 5, 6, 7, 8], e = i64[1] [99] gives y = f32[2,4] [1, 2, 3, 4, 5, 6, 7, 8]

== ScatterElements: no more than the data have along the other axes
graph (%x f32[6,3], %a f32[6]) -> (%y) {
	%p = NonZero(%a)
	%u = Cast(%p) {to = f32}
	%y = ScatterElements(%x, %p, %u)
}
run x = f32[6,3] [0 * 18], a = f32[6] [0, 7, 0, 0, 7, 0]
gives y = f32[6,3] [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0]
run x = f32[6,3] [0 * 18], a = f32[6] [0, 0, 0, 0, 0, 0] gives y = f32[6,3] [0 * 18]

== Slice: one element where data say, and from there to the one at another place
graph (%x f32[5,2], %at i64[3], %i i64[1]) -> (%y, %z) {
	%one i64[1] = const [1]
	%j = Add(%i, %one)
	%k = Add(%j, %one)
	%s = Slice(%at, %i, %j)
	%e = Slice(%at, %j, %k)
	%y = Slice(%x, %s, %e)
	%t = Add(%one, %s)
	%z = Slice(%x, %s, %t, %one)
}
run x = f32[5,2] [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], at = i64[3] [1, 3, 4], i = i64[1] [0]
gives y = f32[2,2] [2, 3, 4, 5], z = f32[5,1] [1, 3, 5, 7, 9]
run x = f32[5,2] [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], at = i64[3] [1, 0, 4], i = i64[1] [1]
gives y = f32[4,2] [0, 1, 2, 3, 4, 5, 6, 7], z = f32[5,1] [0, 2, 4, 6, 8]

== Slice: no element where data say
fails E-SHAPE
graph (%x f32[5,2], %at i64[3], %i i64[1]) -> (%y) {
	%one i64[1] = const [1]
	%j = Add(%i, %one)
	%s = Slice(%at, %i, %j)
	%e = Add(%s, %one)
	%y = Slice(%x, %s, %e)
}
run x = f32[5,2] [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], at = i64[3] [1, 3, 4], i = i64[1] [3] gives y = f32[0,2] []

== TopK: k from data
graph (%x f32[2,4], %k i64[1]) -> (%y, %i) {
	%y, %i = TopK(%x, %k)
}
run x = f32[2,4] [1, 4, 3, 2, 5, 6, 8, 7], k = i64[1] [2] gives y = f32[2,2] [4, 3, 8, 7], i = i64[2,2] [1, 2, 2, 3]
run x = f32[2,4] [1, 4, 3, 2, 5, 6, 8, 7], k = i64[1] [0] gives y = f32[2,0] [], i = i64[2,0] []

== Expand, ConstantOfShape, Tile
symbol e.0 = 0..5 counted
symbol c.0 = 0..5 counted
symbol c.1 = 0..3 counted
symbol t.0 = 0..9 counted
graph (%x f32[1,2], %s i64[2], %r i64[1], %v f32[3]) -> (%e, %c, %t) {
	%e f32[e.0,2] = Expand(%x, %s)
	%c f32[c.0,c.1] = ConstantOfShape(%s)
	%t f32[t.0] = Tile(%v, %r)
}
run x = f32[1,2] [1, 2], s = i64[2] [3, 1], r = i64[1] [2], v = f32[3] [7, 8, 9]
gives e = f32[3,2] [1, 2, 1, 2, 1, 2], c = f32[3,1] [0, 0, 0], t = f32[6] [7, 8, 9, 7, 8, 9]
run x = f32[1,2] [1, 2], s = i64[2] [0, 2], r = i64[1] [0], v = f32[3] [7, 8, 9]
gives e = f32[0,2] [], c = f32[0,2] [], t = f32[0] []

== Pad: a constant, and reflected
symbol y.0 = 0..4 counted
symbol y.1 = 0..9 counted
symbol z.1 = 0..9 counted
graph (%x f32[2,3], %p i64[4], %q i64[2], %fill f32[]) -> (%y, %z) {
	%y f32[y.0,y.1] = Pad(%x, %p, %fill)
	%axis i64[1] = const [1]
	%z f32[2,z.1] = Pad(%x, %q, _, %axis) {mode = reflect}
}
run x = f32[2,3] [1, 2, 3, 4, 5, 6], p = i64[4] [1, 0, 0, 1], q = i64[2] [2, 1], fill = f32[] [9]
gives y = f32[3,4] [9, 9, 9, 9, 1, 2, 3, 9, 4, 5, 6, 9], z = f32[2,6] [3, 2, 1, 2, 3, 2, 6, 5, 4, 5, 6, 5]
run x = f32[2,3] [1, 2, 3, 4, 5, 6], p = i64[4] [0, -1, -1, 0], q = i64[2] [0, 0], fill = f32[] [9]
gives y = f32[1,2] [2, 3], z = f32[2,3] [1, 2, 3, 4, 5, 6]

== Pad: axes to which nothing is added keep their size, however the counts were put in order
symbol n = 0..4
symbol y.1 = 0..9 counted
graph (%x f32[n,3], %k i64[1]) -> (%y) {
	%none i64[1] = const [0]
	%left i64[2] = Concat(%none, %k) {axis = 0}
	%rest i64[2] = const [0, 0]
	%last i64[4] = Concat(%left, %rest) {axis = 0}
	%two i64[2] = const [2, 2]
	%pairs i64[2,2] = Reshape(%last, %two)
	%from i64[1] = const [-1]
	%to i64[1] = const [-9223372036854775807]
	%back i64[2,2] = Slice(%pairs, %from, %to, %none, %from)
	%sides i64[2,2] = Transpose(%back) {perm = [1, 0]}
	%counts i64[4] = Reshape(%sides, %from)
	%y f32[n,y.1] = Pad(%x, %counts)
}
run x = f32[1,3] [1, 2, 3], k = i64[1] [2]
gives y = f32[1,5] [1, 2, 3, 0, 0]

== Loop: slices, by trips that data give
symbol z.0 = 0..4 counted
graph (%m i64[], %x f32[2]) -> (%y, %z) {
	%y, %z f32[z.0,2] = Loop(%m, _, %x) body = graph (%t i64[], %g bool[], %a f32[2]) -> (%g, %b, %q) { %b = Add(%a, %a) %q = Neg(%b) }
}
run m = i64[] [3], x = f32[2] [1, 2] gives y = f32[2] [8, 16], z = f32[3,2] [-2, -4, -4, -8, -8, -16]
run m = i64[] [0], x = f32[2] [1, 2] gives y = f32[2] [1, 2], z = f32[0,2] []
run m = i64[] [-5], x = f32[2] [1, 2] gives y = f32[2] [1, 2], z = f32[0,2] []
run m = i64[] [4], x = f32[2] [1, 2] gives y = f32[2] [16, 32], z = f32[4,2] [-2, -4, -4, -8, -8, -16, -16, -32]

== Loop: slices, while a condition holds, and what is made of them
graph (%x f32[2]) -> (%y, %s, %w) {
	%m i64[] = const [5]
	%y, %z, %w = Loop(%m, _, %x) body = graph (%t i64[], %g bool[], %a f32[2]) -> (%h, %b, %q, %t) { %b = Add(%a, %a) %q = Neg(%b)
	 %k i64[1] = const [0] %s = ReduceSum(%b, %k) {keepdims = 0} %l f32[] = const [20] %h = Less(%s, %l) }
	%first i64[1] = const [0]
	%s = ReduceSum(%z, %first) {keepdims = 0}
}
run x = f32[2] [1, 2] gives y = f32[2] [8, 16], s = f32[2] [-14, -28], w = i64[3] [0, 1, 2]
run x = f32[2] [30, 0] gives y = f32[2] [60, 0], s = f32[2] [-60, 0], w = i64[1] [0]
run x = f32[2] [0, 0] gives y = f32[2] [0, 0], s = f32[2] [0, 0], w = i64[5] [0, 1, 2, 3, 4]

== Loop: slices while a condition holds, with a bound
symbol w.0 = 0..4 counted
graph (%x f32[2]) -> (%w) {
	%y, %w i64[w.0] = Loop(_, _, %x) body = graph (%t i64[], %g bool[], %a f32[2]) -> (%h, %b, %t) { %b = Add(%a, %a)
	 %k i64[1] = const [0] %s = ReduceSum(%b, %k) {keepdims = 0} %l f32[] = const [20] %h = Less(%s, %l) }
}
run x = f32[2] [1, 2] gives w = i64[3] [0, 1, 2]
run x = f32[2] [1, 1] gives w = i64[4] [0, 1, 2, 3]

== Loop: slices as many as the file says
graph (%m i64[], %x f32[2]) -> (%w, %v) {
	%y, %w i64[3] = Loop(_, _, %x) body = graph (%t i64[], %g bool[], %a f32[2]) -> (%h, %b, %t) { %b = Add(%a, %a)
	 %k i64[1] = const [0] %s = ReduceSum(%b, %k) {keepdims = 0} %l f32[] = const [20] %h = Less(%s, %l) }
	%u, %v i64[2] = Loop(%m, _, %x) body = graph (%t i64[], %g bool[], %a f32[2]) -> (%g, %b, %t) { %b = Add(%a, %a) }
}
run m = i64[] [2], x = f32[2] [1, 2] gives w = i64[3] [0, 1, 2], v = i64[2] [0, 1]

== Scan over what was counted
graph (%x f32[5], %c bool[5]) -> (%y, %z) {
	%r = Compress(%x, %c)
	%zero f32[] = const [0]
	%y, %z = Scan(%zero, %r) {num_scan_inputs = 1} body = graph (%s f32[], %v f32[]) -> (%t, %u) { %t = Add(%s, %v) %u = Mul(%t, %v) }
}
run x = f32[5] [1, 2, 3, 4, 5], c = bool[5] [true, false, true, false, true] gives y = f32[] [9], z = f32[3] [1, 12, 45]
run x = f32[5] [1, 2, 3, 4, 5], c = bool[5] [false, false, false, false, false] gives y = f32[] [0], z = f32[0] []

== Reshape: sizes, what is left, and those that are kept
symbol y.0 = 0..12 counted
symbol y.1 = 0..12 counted
symbol y.2 = 0..6 counted
graph (%x f32[2,6], %s i64[3], %l i64[1]) -> (%y, %z) {
	%y f32[y.0,y.1,y.2] = Reshape(%x, %s)
	%z = Reshape(%x, %l)
}
run x = f32[2,6] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], s = i64[3] [3, -1, 2], l = i64[1] [-1]
gives y = f32[3,2,2] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], z = f32[12] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
run x = f32[2,6] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], s = i64[3] [0, 1, 6], l = i64[1] [12]
gives y = f32[2,1,6] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], z = f32[12] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]

== Reshape: too many elements
fails E-SHAPE
symbol y.0 = 0..12 counted
symbol y.1 = 0..12 counted
graph (%x f32[2,6], %s i64[2]) -> (%y) { %y f32[y.0,y.1] = Reshape(%x, %s) }
run x = f32[2,6] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], s = i64[2] [3, 5] gives y = f32[1,1] [1]

== TopK: of what was chosen, as many as there are at most
graph (%x f32[5], %c bool[5]) -> (%y, %i) {
	%r = Compress(%x, %c)
	%n = Shape(%r)
	%most i64[1] = const [2]
	%k = Min(%n, %most)
	%y, %i = TopK(%r, %k)
}
run x = f32[5] [1, 5, 3, 4, 2], c = bool[5] [true, false, true, true, true] gives y = f32[2] [4, 3], i = i64[2] [2, 1]
run x = f32[5] [1, 5, 3, 4, 2], c = bool[5] [false, false, true, false, false] gives y = f32[1] [3], i = i64[1] [0]
run x = f32[5] [1, 5, 3, 4, 2], c = bool[5] [false, false, false, false, false] gives y = f32[0] [], i = i64[0] []

== OneHot and a window: the depth and the size from data
symbol y.1 = 0..5 counted
symbol w.0 = 0..5 counted
graph (%i i64[2], %d i64[], %v f32[2]) -> (%y, %w) {
	%y f32[2,y.1] = OneHot(%i, %d, %v)
	%w f32[w.0] = HannWindow(%d)
}
run i = i64[2] [1, -1], d = i64[] [3], v = f32[2] [0, 1] gives y = f32[2,3] [0, 1, 0, 0, 0, 1], w = f32[3] [0, 0.75, 0.75] within 1e-6
run i = i64[2] [1, -1], d = i64[] [1], v = f32[2] [0, 1] gives y = f32[2,1] [0, 1], w = f32[1] [0]

== Concat: two of what was chosen, and rows of them
graph (%x f32[4], %c bool[4], %y f32[2,3], %d bool[3]) -> (%a, %b) {
	%p = Compress(%x, %c)
	%e = Not(%c)
	%q = Compress(%x, %e)
	%a = Concat(%q, %p, %x) {axis = 0}
	%r = Compress(%y, %d) {axis = 1}
	%b = Concat(%r, %y) {axis = 1}
}
run x = f32[4] [1, 2, 3, 4], c = bool[4] [true, false, true, true], y = f32[2,3] [1, 2, 3, 4, 5, 6], d = bool[3] [false, true, true]
gives a = f32[8] [2, 1, 3, 4, 1, 2, 3, 4], b = f32[2,5] [2, 3, 1, 2, 3, 5, 6, 4, 5, 6]
run x = f32[4] [1, 2, 3, 4], c = bool[4] [true, true, true, true], y = f32[2,3] [1, 2, 3, 4, 5, 6], d = bool[3] [false, false, false]
gives a = f32[8] [1, 2, 3, 4, 1, 2, 3, 4], b = f32[2,3] [1, 2, 3, 4, 5, 6]

== a count that is known behind it
symbol k = 3..3 counted
graph (%c i64[]) -> (%y) {
	%n i64[] <k> = tcc.Counted(%c) {size = "k"}
	%zero i64[] = const [0]
	%one i64[] = const [1]
	%y = Range(%zero, %n, %one)
}
run c = i64[] [3] gives y = i64[3] [0, 1, 2]

== and another
fails E-SHAPE
symbol k = 3..3 counted
graph (%c i64[]) -> (%y) {
	%n i64[] <k> = tcc.Counted(%c) {size = "k"}
	%zero i64[] = const [0]
	%one i64[] = const [1]
	%y = Range(%zero, %n, %one)
}
run c = i64[] [2] gives y = i64[2] [0, 1]

== segments, whose sizes come of constants
graph (%x f32[4,3]) -> (%y) {
	%i i64[4] = const [0, 1, 0, 1]
	%u, _, _, %c = Unique(%i)
	%m = ReduceMax(%c) {keepdims = 1}
	%two i64[1] = const [2]
	%s = Concat(%two, %m) {axis = 0}
	%z = ConstantOfShape(%s) {value = i64[1] [1]}
	%g = Gather(%x, %z)
	%ax i64[1] = const [1]
	%y = ReduceSum(%g, %ax) {keepdims = 0}
}
run x = f32[4,3] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] gives y = f32[2,3] [8, 10, 12, 8, 10, 12]

== Resize: sizes that data give, beside those that stay; the exporter joins them
symbol k = 0..4 counted
graph (%x f32[1,1,2,4], %h i64[1]) -> (%y) {
	%s = Shape(%x)
	%o i64[1] = const [0]
	%t i64[1] = const [2]
	%a = Slice(%s, %o, %t)
	%w i64[1] = const [2]
	%z = Concat(%a, %h, %w) {axis = 0}
	%y f32[1,1,k,2] = Resize(%x, _, _, %z) {mode = nearest, coordinate_transformation_mode = asymmetric, nearest_mode = floor}
}
run x = f32[1,1,2,4] [1, 2, 3, 4, 5, 6, 7, 8], h = i64[1] [4] gives y = f32[1,1,4,2] [1, 3, 1, 3, 5, 7, 5, 7]
run x = f32[1,1,2,4] [1, 2, 3, 4, 5, 6, 7, 8], h = i64[1] [1] gives y = f32[1,1,1,2] [1, 3]

== Resize: scales that data give, beside one that is a constant
symbol k = 0..4 counted
graph (%x f32[1,1,2,4], %h f32[1]) -> (%y) {
	%o f32[2] = const [1, 1]
	%w f32[1] = const [0.5]
	%z = Concat(%o, %h, %w) {axis = 0}
	%y f32[1,1,k,2] = Resize(%x, _, %z) {mode = nearest, coordinate_transformation_mode = asymmetric, nearest_mode = floor}
}
run x = f32[1,1,2,4] [1, 2, 3, 4, 5, 6, 7, 8], h = f32[1] [2] gives y = f32[1,1,4,2] [1, 3, 1, 3, 5, 7, 5, 7]
run x = f32[1,1,2,4] [1, 2, 3, 4, 5, 6, 7, 8], h = f32[1] [0.9] gives y = f32[1,1,1,2] [1, 3]

== CenterCropPad: one size that data decide, and one that is known
symbol k = 0..5 counted
graph (%x f32[3,2], %h i64[1]) -> (%y) {
	%w i64[1] = const [4]
	%s = Concat(%h, %w) {axis = 0}
	%y f32[k,4] = CenterCropPad(%x, %s)
}
run x = f32[3,2] [1, 2, 3, 4, 5, 6], h = i64[1] [2] gives y = f32[2,4] [0, 1, 2, 0, 0, 3, 4, 0]
run x = f32[3,2] [1, 2, 3, 4, 5, 6], h = i64[1] [5] gives y = f32[5,4] [0,0,0,0, 0,1,2,0, 0,3,4,0, 0,5,6,0, 0,0,0,0]
run x = f32[3,2] [1, 2, 3, 4, 5, 6], h = i64[1] [0] gives y = f32[0,4] []

== CenterCropPad: axes by name
symbol k = 0..5 counted
graph (%x f32[3,2], %s i64[1]) -> (%y) { %y f32[3,k] = CenterCropPad(%x, %s) {axes = [-1]} }
run x = f32[3,2] [1, 2, 3, 4, 5, 6], s = i64[1] [1] gives y = f32[3,1] [1, 3, 5]
run x = f32[3,2] [1, 2, 3, 4, 5, 6], s = i64[1] [3] gives y = f32[3,3] [1,2,0, 3,4,0, 5,6,0]

== CenterCropPad: as many sizes as axes
fails E-SHAPE "shape has 2 elements for 1 axes"
graph (%x f32[3,2], %s i64[2]) -> (%y) { %y = CenterCropPad(%x, %s) {axes = [1]} }

== MelWeightMatrix: as many bins and bands as data say
symbol r = 0..9 counted
symbol c = 0..3 counted
graph (%b i64[], %l i64[]) -> (%y) {
	%rate i64[] = const [8192]
	%low f32[] = const [0]
	%high f32[] = const [4096]
	%y f32[r,c] = MelWeightMatrix(%b, %l, %rate, %low, %high)
}
run b = i64[] [2], l = i64[] [8] gives y = f32[5,2] [1,0, 0,1, 0,0, 0,0, 0,0]
run b = i64[] [1], l = i64[] [0] gives y = f32[1,1] [1]
run b = i64[] [3], l = i64[] [16] gives y = f32[9,3] [1,0,0, 0,1,0, 0,0.5,0.5, 0,0,1, 0,0,0.5, 0,0,0, 0,0,0, 0,0,0, 0,0,0]
