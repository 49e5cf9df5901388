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

== NonZero: powers of two, of which none is 0
graph (%x f8e8m0[4]) -> (%y) { %y i64[1,4] = NonZero(%x) }
run x = f8e8m0[4] [1, 5.877471754111438e-39, nan, 2] gives y = i64[1,4] [0, 1, 2, 3]

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

== Unique of com.microsoft: as they stand, no indices; as ONNX Runtime
graph (%x f32[7], %e f32[0]) -> (%y, %v, %c, %none, %w, %zero) {
	%y f32[5], %v i64[7], %c i64[5] = com.microsoft.Unique(%x)
	%none, %w, %zero = com.microsoft.Unique(%e)
}
run x = f32[7] [2, 1, 1, 3, 4, 3, 0], e = f32[0] []
gives y = f32[5] [2, 1, 3, 4, 0], v = i64[7] [0, 1, 1, 2, 3, 2, 4], c = i64[5] [1, 2, 2, 1, 1],
    none = f32[0] [], w = i64[0] [], zero = i64[0] []

== Unique of com.microsoft: only vectors
fails E-RANK "input 0 ('x') has rank 2"
graph (%x f32[2,3]) -> (%y) { %y f32[4] = com.microsoft.Unique(%x) }

== Unique: put in order, in doubles
graph (%x f64[2,15]) -> (%y, %i, %v, %c, %z, %j, %w, %d) {
	%y f64[15], %i i64[15], %v i64[30], %c i64[15] = Unique(%x)
	%z f64[15], %j i64[15], %w i64[30], %d i64[15] = Unique(%x) {sorted = 0}
}
run x = f64[2,15] [-3, 2.5, 3, -1.5, 3.5, 0, -0.5, -2.5, -1, 3.5, 3.5, -1, 1.5, 3, 4, -1, 3.5, 1.5, 2, 1, -4, 3, 0, 0.5, 0, 0, -4, -1, 3.5, 2.5]
gives y = f64[15] [-4, -3, -2.5, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4], i = i64[15] [20, 0, 7, 3, 8, 6, 5, 23, 19, 12, 18, 1, 2, 4, 14],
    v = i64[30] [1, 11, 12, 3, 13, 6, 5, 2, 4, 13, 13, 4, 9, 12, 14, 4, 13, 9, 10, 8, 0, 12, 6, 7, 6, 6, 0, 4, 13, 11], c = i64[15] [2, 1, 1, 1, 4, 1, 4, 1, 1, 2, 1, 2, 3, 5, 1],
    z = f64[15] [-3, 2.5, 3, -1.5, 3.5, 0, -0.5, -2.5, -1, 1.5, 4, 2, 1, -4, 0.5], j = i64[15] [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 14, 18, 19, 20, 23],
    w = i64[30] [0, 1, 2, 3, 4, 5, 6, 7, 8, 4, 4, 8, 9, 2, 10, 8, 4, 9, 11, 12, 13, 2, 5, 14, 5, 5, 13, 8, 4, 1], d = i64[15] [1, 2, 3, 1, 5, 4, 1, 1, 4, 2, 1, 1, 1, 2, 1]

== Unique: as many as you like; NaN is one kind, and so are both zeros
graph (%x f32[5000]) -> (%y, %i, %v, %c) { %y, %i, %v, %c = Unique(%x) }
run x = f32[5000] [nan, 3 * 4994, -0, nan, 1, 0, nan]
gives y = f32[4] [-0, 1, 3, nan], i = i64[4] [4995, 4997, 1, 0], v = i64[5000] [3, 2 * 4994, 0, 3, 1, 0, 3], c = i64[4] [2, 1, 4994, 3]

== Unique: bytes, bools, and the largest integers
graph (%x u64[5], %b bool[4], %u i8[1,4,1]) -> (%y, %p, %q, %v) {
	%y u64[3] = Unique(%x)
	%p bool[2] = Unique(%b) {sorted = 0}
	%q i8[1,3,1], _, %v i64[4], _ = Unique(%u) {axis = 1}
}
run x = u64[5] [18446744073709551615, 0, 9223372036854775808, 0, 18446744073709551615], b = bool[4] [true, true, false, true], u = i8[1,4,1] [5, -128, 127, 5]
gives y = u64[3] [0, 9223372036854775808, 18446744073709551615], p = bool[2] [true, false], q = i8[1,3,1] [-128, 5, 127], v = i64[4] [1, 0, 2, 1]

== Unique: too many rows to be compared
fails E-UNSUPPORTED "4097 long rows"
graph (%x i32[4097,65]) -> (%y) { %y = Unique(%x) {axis = 0} }

== Unique: rows put in order, as many as you like
graph (%x f32[6000,2]) -> (%y, %i, %c, %z, %j, %d) {
	%y, %i, _, %c = Unique(%x) {axis = 0}
	%z, %j, _, %d = Unique(%x) {axis = 0, sorted = 0}
}
run x = f32[6000,2] [3, 1, 2, nan, 2, 5 * 11987, 3, 0, 2, nan, 2, -0, 3, 0]
gives y = f32[6,2] [2, -0, 2, 5, 2, nan, 3, 0, 3, 1, 5, 5], i = i64[6] [5998, 2, 1, 5996, 0, 3], c = i64[6] [1, 1, 2, 2, 1, 5993],
    z = f32[6,2] [3, 1, 2, nan, 2, 5, 5, 5, 3, 0, 2, -0], j = i64[6] [0, 1, 2, 3, 5996, 5998], d = i64[6] [1, 2, 1, 5993, 2, 1]

== Unique: slices along the middle axis; what is the same
graph (%x i8[2,4,2]) -> (%y, %i, %v, %c) { %y i8[2,3,2], %i i64[3], %v i64[4], %c i64[3] = Unique(%x) {axis = 1} }
run x = i8[2,4,2] [1, 2, 1, 2, 0, 9, 1, 2, 5, 5, 5, 4, 0, 0, 5, 5]
gives y = i8[2,3,2] [0, 9, 1, 2, 1, 2, 0, 0, 5, 4, 5, 5], i = i64[3] [2, 1, 0], v = i64[4] [2, 1, 0, 2], c = i64[3] [1, 1, 2]

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

== NonMaxSuppression: more boxes than a vector has lanes, each covers another one; two classes
graph (%b f32[1,40,4], %s f32[1,2,40]) -> (%y) {
	%most i64[] = const [40]
	%overlap f32[] = const [0.5]
	%least f32[] = const [0.1]
	%y i64[21,3] = NonMaxSuppression(%b, %s, %most, %overlap, %least)
}
run b = f32[1,40,4] [0, 0, 9, 9, 10, 0, 19, 9, 20, 0, 29, 9, 30, 0, 39, 9, 40, 0, 49, 9, 50, 0, 59, 9, 60, 0, 69, 9,
    70, 0, 79, 9, 80, 0, 89, 9, 90, 0, 99, 9, 100, 0, 109, 9, 110, 0, 119, 9, 120, 0, 129, 9, 130, 0, 139, 9, 140, 0,
    149, 9, 150, 0, 159, 9, 160, 0, 169, 9, 170, 0, 179, 9, 180, 0, 189, 9, 190, 0, 199, 9, 10, 9, 1, 0, 20, 9, 11, 0,
    30, 9, 21, 0, 40, 9, 31, 0, 50, 9, 41, 0, 60, 9, 51, 0, 70, 9, 61, 0, 80, 9, 71, 0, 90, 9, 81, 0, 100, 9, 91, 0,
    110, 9, 101, 0, 120, 9, 111, 0, 130, 9, 121, 0, 140, 9, 131, 0, 150, 9, 141, 0, 160, 9, 151, 0, 170, 9, 161, 0,
    180, 9, 171, 0, 190, 9, 181, 0, 200, 9, 191, 0],
    s = f32[1,2,40] [0.99, 0.97, 0.95, 0.93, 0.91, 0.89, 0.87, 0.85, 0.83, 0.81, 0.79, 0.77, 0.75, 0.73, 0.71, 0.69,
    0.67, 0.65, 0.63, 0.61, 0.98, 0.96, 0.94, 0.92, 0.9, 0.88, 0.86, 0.84, 0.82, 0.8, 0.78, 0.76, 0.74, 0.72, 0.7,
    0.68, 0.66, 0.64, 0.62, 0.6, nan, nan, nan, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1,
    0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.2, nan]
gives y = i64[21,3] [0, 0, 0, 0, 0, 1, 0, 0, 2, 0, 0, 3, 0, 0, 4, 0, 0, 5, 0, 0, 6, 0, 0, 7, 0, 0, 8, 0, 0, 9, 0, 0,
    10, 0, 0, 11, 0, 0, 12, 0, 0, 13, 0, 0, 14, 0, 0, 15, 0, 0, 16, 0, 0, 17, 0, 0, 18, 0, 0, 19, 0, 1, 38]

== NonMaxSuppression: boxes whose areas vanish in f32 share nothing
graph (%b f32[1,2,4], %s f32[1,1,2]) -> (%y) {
	%most i64[] = const [2]
	%overlap f32[] = const [0.5]
	%y i64[2,3] = NonMaxSuppression(%b, %s, %most, %overlap) {center_point_box = 1}
}
run b = f32[1,2,4] [1e-30, 1e-30, 1e-30, 1e-30, 1e-30, 1e-30, 1e-30, 1e-30], s = f32[1,1,2] [0.5, 1]
gives y = i64[2,3] [0, 0, 1, 0, 0, 0]

== NonZero of a scalar: no index, but as many as there are
graph (%x f32[]) -> (%y, %t) {
	%y = NonZero(%x)
	%t = Transpose(%y)
}
run x = f32[] [2] gives y = i64[0,1] [], t = i64[1,0] []
run x = f32[] [0] gives y = i64[0,0] [], t = i64[0,0] []
