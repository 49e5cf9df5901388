== A shape that data decide is that in the file
pass trust
graph (%n i64[3]) -> (%y) {
	%none i64[3] = const [0, 0, 0]
	%size i64[3] = const [3, 2, 1]
	%less = Mul(%n, %none)
	%s = Add(%less, %size)
	%y f32[3,2,1] = ConstantOfShape(%s)
}
->
graph (%n i64[3]) -> (%y) {
	%none i64[3] = const [0, 0, 0]
	%size i64[3] = const [3, 2, 1]
	%less = Mul(%n, %none)
	%s = Add(%less, %size)
	%to i64[3] = const [3, 2, 1]
	%y f32[3,2,1] = ConstantOfShape(%to)
	%same = Equal(%s, %to)
	%all = ReduceMin(%same) {keepdims = 0}
	%r = tcc.Require(%all)
}
== Axes are counted as digits
pass trust
graph (%x f32[2,3], %n i64[1]) -> (%y) {
	%none i64[1] = const [0]
	%one i64[1] = const [1]
	%less = Mul(%n, %none)
	%a = Add(%less, %one)
	%y f32[2] = ReduceSum(%x, %a) {keepdims = 0}
}
->
graph (%x f32[2,3], %n i64[1]) -> (%y) {
	%none i64[1] = const [0]
	%one i64[1] = const [1]
	%first i64[1] = const [1]
	%less = Mul(%n, %none)
	%a = Add(%less, %one)
	%y f32[2] = ReduceSum(%x, %first) {keepdims = 0}
	%old f32[2] = ReduceSum(%x, %a) {keepdims = 0}
	%two i64[1] = const [2]
	%i = Add(%a, %two)
	%table i64[6] = const [1, 16, 1, 16, 4294967296, 4294967296]
	%digit = Gather(%table, %i)
	%zero i64[1] = const [0]
	%sum = ReduceSum(%digit, %zero)
	%want i64[1] = const [16]
	%same = Equal(%sum, %want)
	%any = ReduceMax(%same) {keepdims = 0}
	%r = tcc.Require(%any)
}
