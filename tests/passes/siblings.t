Products of one value by several matrices become one.

== queries, keys and values, with their biases, one of which is missing
pass siblings
graph (%x f32[1,4,8]) -> (%y) {
	%q f32[8,4] = const [0.5 * 32]
	%k f32[8,4] = const [0.25 * 32]
	%v f32[8,2] = const [0.125 * 16]
	%a f32[4] = const [1, 2, 3, 4]
	%c f32[1,2] = const [5, 6]
	%heads i64[2] = const [4, 4]
	%qx = MatMul(%x, %q)
	%qa = Add(%qx, %a)
	%qr = Reshape(%qa, %heads)
	%kx = MatMul(%x, %k)
	%kr = Reshape(%kx, %heads)
	%kt = Transpose(%kr) {perm = [1, 0]}
	%vx = MatMul(%x, %v)
	%vc = Add(%c, %vx)
	%s = MatMul(%qr, %kt)
	%y = MatMul(%s, %vc)
}
->
graph (%x f32[1,4,8]) -> (%y) {
	%w f32[8,10] = const [0.5 * 4, 0.25 * 4, 0.125 * 2, 0.5 * 4, 0.25 * 4, 0.125 * 2, 0.5 * 4, 0.25 * 4, 0.125 * 2, 0.5 * 4, 0.25 * 4, 0.125 * 2, 0.5 * 4, 0.25 * 4, 0.125 * 2, 0.5 * 4, 0.25 * 4, 0.125 * 2, 0.5 * 4, 0.25 * 4, 0.125 * 2, 0.5 * 4, 0.25 * 4, 0.125 * 2]
	%b f32[10] = const [1, 2, 3, 4, -0 * 4, 5, 6]
	%parts i64[3] = const [4, 4, 2]
	%heads i64[2] = const [4, 4]
	%p = MatMul(%x, %w)
	%pb = Add(%p, %b)
	%qa, %kx, %vc = Split(%pb, %parts) {axis = 2}
	%qr = Reshape(%qa, %heads)
	%kr = Reshape(%kx, %heads)
	%kt = Transpose(%kr) {perm = [1, 0]}
	%s = MatMul(%qr, %kt)
	%y = MatMul(%s, %vc)
}

== matrices that lie on their side, biases inside, what follows all of them alike
pass siblings
graph (%x f32[4,2]) -> (%y) {
	%p f32[2,2] = const [1, 2, 3, 4]
	%q f32[1,2] = const [5, 6]
	%b f32[2] = const [7, 8]
	%c f32[1] = const [9]
	%lo f32[] = const [0]
	%hi f32[] = const [100]
	%px = Gemm(%x, %p, %b) {transB = 1}
	%pc = Clip(%px, %lo, %hi)
	%qx = Gemm(%x, %q, %c) {transB = 1}
	%qc = Clip(%qx, %lo, %hi)
	%pt = Transpose(%pc)
	%y = MatMul(%pt, %qc)
}
->
graph (%x f32[4,2]) -> (%y) {
	%w f32[3,2] = const [1, 2, 3, 4, 5, 6]
	%b f32[3] = const [7, 8, 9]
	%lo f32[] = const [0]
	%hi f32[] = const [100]
	%parts i64[2] = const [2, 1]
	%p = Gemm(%x, %w, %b) {transB = 1}
	%c = Clip(%p, %lo, %hi)
	%pc, %qc = Split(%c, %parts) {axis = 1}
	%pt = Transpose(%pc)
	%y = MatMul(%pt, %qc)
}

== clipped at another number: the clip would be a pass over the part
pass siblings
graph (%x f32[4,2]) -> (%y) {
	%p f32[2,2] = const [1, 2, 3, 4]
	%q f32[2,2] = const [5, 6, 7, 8]
	%lo f32[] = const [0]
	%hi f32[] = const [100]
	%low f32[] = const [-1]
	%px = MatMul(%x, %p)
	%pc = Clip(%px, %lo, %hi)
	%qx = MatMul(%x, %q)
	%qc = Clip(%qx, %low, %hi)
	%pt = Transpose(%pc)
	%y = MatMul(%pt, %qc)
}
-> same

== a gate is computed where its sums are
pass siblings
graph (%x f32[4,2]) -> (%y) {
	%p f32[2,3] = const [1, 2, 3, 4, 5, 6]
	%q f32[2,3] = const [6, 5, 4, 3, 2, 1]
	%gate = MatMul(%x, %p)
	%up = MatMul(%x, %q)
	%s = Sigmoid(%gate)
	%y = Mul(%s, %up)
}
-> same

== an output is stored where the program wants it; the other two become one
pass siblings
graph (%x f32[4,2]) -> (%y, %out) {
	%p f32[2,3] = const [1, 2, 3, 4, 5, 6]
	%q f32[2,3] = const [6, 5, 4, 3, 2, 1]
	%r f32[2,3] = const [1, 3, 5, 2, 4, 6]
	%px = MatMul(%x, %p)
	%out = MatMul(%x, %q)
	%rx = MatMul(%x, %r)
	%pt = Transpose(%px)
	%y = MatMul(%pt, %rx)
}
->
graph (%x f32[4,2]) -> (%y, %out) {
	%q f32[2,3] = const [6, 5, 4, 3, 2, 1]
	%w f32[2,6] = const [1, 2, 3, 1, 3, 5, 4, 5, 6, 2, 4, 6]
	%parts i64[2] = const [3, 3]
	%out = MatMul(%x, %q)
	%p = MatMul(%x, %w)
	%px, %rx = Split(%p, %parts) {axis = 1}
	%pt = Transpose(%px)
	%y = MatMul(%pt, %rx)
}

== far from each other: the last result would wait in memory
pass siblings
graph (%x f32[4,4]) -> (%y) {
	%p f32[4,4] = const [1 * 16]
	%q f32[4,4] = const [2 * 16]
	%a = MatMul(%x, %p)
	%b = MatMul(%a, %a)
	%c = MatMul(%b, %b)
	%d = MatMul(%c, %c)
	%e = MatMul(%x, %q)
	%y = MatMul(%d, %e)
}
-> same

== a matrix that others use as well would be there twice
pass siblings
graph (%x f32[4,4]) -> (%y) {
	%p f32[4,4] = const [1 * 16]
	%q f32[4,4] = const [2 * 16]
	%a = MatMul(%x, %p)
	%b = MatMul(%x, %q)
	%c = MatMul(%a, %b)
	%y = MatMul(%c, %q)
}
-> same

== a size without a bound
pass siblings
graph (%x f32[n,8]) -> (%y) {
	%p f32[8,4] = const [1 * 32]
	%q f32[8,2] = const [2 * 16]
	%a = MatMul(%x, %p)
	%b = MatMul(%x, %q)
	%t = Transpose(%a)
	%y = MatMul(%t, %b)
}
-> graph (%x f32[n,8]) -> (%y) {
	%w f32[8,6] = const [1 * 4, 2 * 2, 1 * 4, 2 * 2, 1 * 4, 2 * 2, 1 * 4, 2 * 2, 1 * 4, 2 * 2, 1 * 4, 2 * 2, 1 * 4, 2 * 2, 1 * 4, 2 * 2]
	%parts i64[2] = const [4, 2]
	%p = MatMul(%x, %w)
	%a, %b = Split(%p, %parts) {axis = 1}
	%t = Transpose(%a)
	%y = MatMul(%t, %b)
}

== the first has no bias
pass siblings
graph (%x f32[1,8]) -> (%y) {
	%p f32[8,4] = const [1 * 32]
	%q f32[8,2] = const [2 * 16]
	%c f32[2] = const [3, 4]
	%a = MatMul(%x, %p)
	%b = MatMul(%x, %q)
	%bc = Add(%b, %c)
	%t = Transpose(%a)
	%y = MatMul(%t, %bc)
}
-> graph (%x f32[1,8]) -> (%y) {
	%w f32[8,6] = const [1 * 4, 2 * 2, 1 * 4, 2 * 2, 1 * 4, 2 * 2, 1 * 4, 2 * 2, 1 * 4, 2 * 2, 1 * 4, 2 * 2, 1 * 4, 2 * 2, 1 * 4, 2 * 2]
	%d f32[6] = const [-0 * 4, 3, 4]
	%parts i64[2] = const [4, 2]
	%p = MatMul(%x, %w)
	%pd = Add(%p, %d)
	%a, %bc = Split(%pd, %parts) {axis = 1}
	%t = Transpose(%a)
	%y = MatMul(%t, %bc)
}
