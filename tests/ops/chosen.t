Elements that data choose: how many is known for constants, else given by the file; another number is refused.

== NonZero: rows of indices
graph (%x f32[2,3]) -> (%y) { %y i64[2,3] = NonZero(%x) }
run x = f32[2,3] [0, 5, nan, 6, -0, 0] gives y = i64[2,3] [0, 0, 1, 1, 2, 0]

== NonZero: of a constant
graph (%x i64[1,2]) -> (%y) {
	%k bool[3] = const [true, false, true]
	%i = NonZero(%k)
	%y = Add(%i, %x)
}
run x = i64[1,2] [10, 20] gives y = i64[1,2] [10, 22]

== NonZero: one more
fails E-SHAPE "other sizes"
graph (%x f32[2,3]) -> (%y) { %y i64[2,2] = NonZero(%x) }
run x = f32[2,3] [0, 5, 1, 6, 0, 0] gives y = i64[2,2] [0, 0, 1, 2]

== Compress: rows, columns, elements
graph (%x i32[2,3], %r bool[2], %c bool[2], %e bool[5]) -> (%a, %b, %d) {
	%a i32[1,3] = Compress(%x, %r) {axis = 0}
	%b i32[2,1] = Compress(%x, %c) {axis = -1}
	%d i32[3] = Compress(%x, %e)
}
run x = i32[2,3] [1, 2, 3, 4, 5, 6], r = bool[2] [false, true], c = bool[2] [false, true],
    e = bool[5] [true, false, false, true, true]
gives a = i32[1,3] [4, 5, 6], b = i32[2,1] [2, 5], d = i32[3] [1, 4, 5]

== Compress: none, by a condition that is known
graph (%x i32[2,3]) -> (%y) {
	%c bool[2] = const [false, false]
	%y i32[0,3] = Compress(%x, %c) {axis = 0}
}
run x = i32[2,3] [1, 2, 3, 4, 5, 6] gives y = i32[0,3] []

== Compress: a condition too long
fails E-SHAPE "3 elements for 2"
graph (%x i32[2], %c bool[3]) -> (%y) { %y i32[2] = Compress(%x, %c) {axis = 0} }
run x = i32[2] [1, 2], c = bool[3] [true, true, true] gives y = i32[2] [1, 2]

== Unique: sorted, and as they stand
graph (%x f32[6]) -> (%y, %i, %v, %c, %z, %j) {
	%y f32[4], %i i64[4], %v i64[6], %c i64[4] = Unique(%x)
	%z f32[4], %j i64[4] = Unique(%x) {sorted = 0}
}
run x = f32[6] [2, 1, 1, 3, 4, 3]
gives y = f32[4] [1, 2, 3, 4], i = i64[4] [1, 0, 3, 4], v = i64[6] [1, 0, 0, 2, 3, 2], c = i64[4] [2, 1, 2, 1],
    z = f32[4] [2, 1, 3, 4], j = i64[4] [0, 1, 3, 4]

== Unique: columns, compared from the top
graph (%x i32[2,4]) -> (%y, %i, %v, %c) { %y i32[2,3], %i i64[3], %v i64[4], %c i64[3] = Unique(%x) {axis = 1} }
run x = i32[2,4] [2, 1, 2, 1, 0, 9, 0, 3]
gives y = i32[2,3] [1, 1, 2, 3, 9, 0], i = i64[3] [3, 1, 0], v = i64[4] [2, 1, 2, 0], c = i64[3] [1, 1, 2]

== Unique: fewer
fails E-SHAPE
graph (%x i32[3]) -> (%y) { %y i32[3] = Unique(%x) }
run x = i32[3] [2, 1, 2] gives y = i32[3] [1, 2, 0]

== NonMaxSuppression: the overlapping one, and the one below the least score
graph (%b f32[1,4,4], %s f32[1,1,4], %m i64[1], %o f32[1], %l f32[1]) -> (%y) {
	%y i64[2,3] = NonMaxSuppression(%b, %s, %m, %o, %l)
}
run b = f32[1,4,4] [0, 0, 1, 1, 0, 0.1, 1, 1.1, 0, 10, 1, 11, 5, 5, 6, 6], s = f32[1,1,4] [0.7, 0.9, 0.8, 0.1],
    m = i64[1] [3], o = f32[1] [0.5], l = f32[1] [0.2]
gives y = i64[2,3] [0, 0, 1, 0, 0, 2]

== NonMaxSuppression: centres and sides, at most one of each class
graph (%b f32[1,2,4], %s f32[1,2,2]) -> (%y) {
	%m i64[] = const [1]
	%y i64[2,3] = NonMaxSuppression(%b, %s, %m) {center_point_box = 1}
}
run b = f32[1,2,4] [0.5, 0.5, 1, 1, 9, 9, 1, 1], s = f32[1,2,2] [0.7, 0.9, 0.8, 0.1] gives y = i64[2,3] [0, 0, 1, 0, 1, 0]


== different ones of no element
graph (%x f16[3,4,0]) -> (%y, %i, %v, %c) { %y, %i, %v, %c = Unique(%x) }
run x = f16[3,4,0] [] gives y = f16[0] [], i = i64[0] [], v = i64[0] [], c = i64[0] []

== different ones: rows without elements are all the same
graph (%x f32[3,0]) -> (%y, %i, %v, %c) { %y, %i, %v, %c = Unique(%x) {axis = 0} }
run x = f32[3,0] [] gives y = f32[1,0] [], i = i64[1] [0], v = i64[3] [0, 0, 0], c = i64[1] [3]

== different ones of no row
graph (%x f32[0,2]) -> (%y, %i, %v, %c) { %y, %i, %v, %c = Unique(%x) {axis = 0} }
run x = f32[0,2] [] gives y = f32[0,2] [], i = i64[0] [], v = i64[0] [], c = i64[0] []
