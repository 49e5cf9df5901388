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
