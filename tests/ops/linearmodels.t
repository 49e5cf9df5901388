ai.onnx.ml: linear models; expected values are those of ONNX Runtime.

== one target
graph (%x f32[4,3]) -> (%y) {
	%y = ai.onnx.ml.LinearRegressor(%x) {coefficients = [0.5, -1, 0.25], intercepts = [0.5], targets = 1}
}
run x = f32[4,3] [0.75, -0.25, 0, 0.25, -0.5, 0, -0, -1, 0.5, 0.25, -0.25, -0]
gives y = f32[4,1] [1.125, 1.125, 1.625, 0.875] within 2e-6

== two targets
graph (%x f32[4,3]) -> (%y) {
	%y = ai.onnx.ml.LinearRegressor(%x) {coefficients = [0.5, -1, 0.25, 1, 2, -0.5], intercepts = [0.5, -0.5], targets = 2}
}
run x = f32[4,3] [0.75, -0.25, 0, 0.25, -0.5, 0, -0, -1, 0.5, 0.25, -0.25, -0]
gives y = f32[4,2] [1.125, -0.25, 1.125, -1.25, 1.625, -2.75, 0.875, -0.75] within 2e-6

== one score for two labels, none
graph (%x f32[4,3]) -> (%l, %y) {
	%l, %y = ai.onnx.ml.LinearClassifier(%x) {coefficients = [0.5, -1, 0.25], intercepts = [-0.5], classlabels_ints = [7, 3], post_transform = NONE, multi_class = 0}
}
run x = f32[4,3] [0.75, -0.25, 0, 0.25, -0.5, 0, -0, -1, 0.5, 0.25, -0.25, -0]
gives l = i64[4] [3, 3, 3, 7], y = f32[4,2] [0.875, 0.125, 0.875, 0.125, 0.375, 0.625, 1.125, -0.125] within 2e-6

== one score for two labels, logistic
graph (%x f32[4,3]) -> (%l, %y) {
	%l, %y = ai.onnx.ml.LinearClassifier(%x) {coefficients = [0.5, -1, 0.25], intercepts = [-0.5], classlabels_ints = [7, 3], post_transform = LOGISTIC, multi_class = 0}
}
run x = f32[4,3] [0.75, -0.25, 0, 0.25, -0.5, 0, -0, -1, 0.5, 0.25, -0.25, -0]
gives l = i64[4] [3, 3, 3, 7], y = f32[4,2] [0.468790591, 0.531209409, 0.468790591, 0.531209409, 0.348645091,
    0.651354909, 0.531209409, 0.468790591] within 2e-6

== a score a label, none
graph (%x f32[4,3]) -> (%l, %y) {
	%l, %y = ai.onnx.ml.LinearClassifier(%x) {coefficients = [0.5, -1, 0.25, 1, 2, -0.5, -1, 0.25, 0.5], intercepts = [-0.5, 0.25, 0.5], classlabels_ints = [7, 3, -2], post_transform = NONE, multi_class = 0}
}
run x = f32[4,3] [0.75, -0.25, 0, 0.25, -0.5, 0, -0, -1, 0.5, 0.25, -0.25, -0]
gives l = i64[4] [3, 7, 7, -2], y = f32[4,3] [0.125, 0.5, -0.3125, 0.125, -0.5, 0.125, 0.625, -2, 0.5, -0.125, 0,
    0.1875] within 2e-6

== a score a label, logistic
graph (%x f32[4,3]) -> (%l, %y) {
	%l, %y = ai.onnx.ml.LinearClassifier(%x) {coefficients = [0.5, -1, 0.25, 1, 2, -0.5, -1, 0.25, 0.5], intercepts = [-0.5, 0.25, 0.5], classlabels_ints = [7, 3, -2], post_transform = LOGISTIC, multi_class = 0}
}
run x = f32[4,3] [0.75, -0.25, 0, 0.25, -0.5, 0, -0, -1, 0.5, 0.25, -0.25, -0]
gives l = i64[4] [3, 7, 7, -2], y = f32[4,3] [0.53120935, 0.622459292, 0.422504634, 0.53120935, 0.377540708,
    0.53120935, 0.651354849, 0.119202912, 0.622459292, 0.468790621, 0.5, 0.546738148] within 2e-6

== a score a label, softmax
graph (%x f32[4,3]) -> (%l, %y) {
	%l, %y = ai.onnx.ml.LinearClassifier(%x) {coefficients = [0.5, -1, 0.25, 1, 2, -0.5, -1, 0.25, 0.5], intercepts = [-0.5, 0.25, 0.5], classlabels_ints = [7, 3, -2], post_transform = SOFTMAX, multi_class = 0}
}
run x = f32[4,3] [0.75, -0.25, 0, 0.25, -0.5, 0, -0, -1, 0.5, 0.25, -0.25, -0]
gives l = i64[4] [3, 7, 7, -2], y = f32[4,3] [0.322514087, 0.469255209, 0.208230734, 0.394436657, 0.21112673,
    0.394436657, 0.511525512, 0.0370547846, 0.451419681, 0.285715401, 0.323757976, 0.390526652] within 2e-6

== support vectors, linear
graph (%x f32[4,3]) -> (%y) {
	%y = ai.onnx.ml.SVMRegressor(%x) {coefficients = [0.5, -1.5], support_vectors = [0.5, -1, 0.25, 1, 2, -0.5], rho = [0.25], kernel_params = [0.5, 1, 2], kernel_type = LINEAR, n_supports = 2, one_class = 0}
}
run x = f32[4,3] [0.75, -0.25, 0, 0.25, -0.5, 0, -0, -1, 0.5, 0.25, -0.25, -0]
gives y = f32[4,1] [0.1875, 1.6875, 4.1875, 0.8125] within 1e-5

== support vectors, poly
graph (%x f32[4,3]) -> (%y) {
	%y = ai.onnx.ml.SVMRegressor(%x) {coefficients = [0.5, -1.5], support_vectors = [0.5, -1, 0.25, 1, 2, -0.5], rho = [0.25], kernel_params = [0.5, 1, 2], kernel_type = POLY, n_supports = 2, one_class = 0}
}
run x = f32[4,3] [0.75, -0.25, 0, 0.25, -0.5, 0, -0, -1, 0.5, 0.25, -0.25, -0]
gives y = f32[4,1] [-0.787109375, 0.525390625, 1.44726562, -0.193359375] within 1e-5

== support vectors, rbf
graph (%x f32[4,3]) -> (%y) {
	%y = ai.onnx.ml.SVMRegressor(%x) {coefficients = [0.5, -1.5], support_vectors = [0.5, -1, 0.25, 1, 2, -0.5], rho = [0.25], kernel_params = [0.5, 1, 2], kernel_type = RBF, n_supports = 2, one_class = 0}
}
run x = f32[4,3] [0.75, -0.25, 0, 0.25, -0.5, 0, -0, -1, 0.5, 0.25, -0.25, -0]
gives y = f32[4,1] [0.502476811, 0.620612144, 0.671542525, 0.525056005] within 1e-5

== support vectors, sigmoid
graph (%x f32[4,3]) -> (%y) {
	%y = ai.onnx.ml.SVMRegressor(%x) {coefficients = [0.5, -1.5], support_vectors = [0.5, -1, 0.25, 1, 2, -0.5], rho = [0.25], kernel_params = [0.5, 1, 2], kernel_type = SIGMOID, n_supports = 2, one_class = 0}
}
run x = f32[4,3] [0.75, -0.25, 0, 0.25, -0.5, 0, -0, -1, 0.5, 0.25, -0.25, -0]
gives y = f32[4,1] [-0.531498194, -0.149446249, 0.894441783, -0.390957475] within 1e-5

== no vectors
graph (%x f32[4,3]) -> (%y) {
	%y = ai.onnx.ml.SVMRegressor(%x) {coefficients = [0.5, -1.5, 1], rho = [0.25], kernel_type = LINEAR, n_supports = 0, one_class = 1, kernel_params = [0.5, 1, 2]}
}
run x = f32[4,3] [0.75, -0.25, 0, 0.25, -0.5, 0, -0, -1, 0.5, 0.25, -0.25, -0]
gives y = f32[4,1] [1, 1, 1, 1] within 2e-6

== rows that do not fit the columns
fails E-ATTR "coefficients has 2 values"
graph (%x f32[4,3]) -> (%y) { %y = ai.onnx.ml.LinearRegressor(%x) {coefficients = [1, 2]} }

== one label
fails E-UNSUPPORTED "fewer than two"
graph (%x f32[4,1]) -> (%y) { %y, _ = ai.onnx.ml.LinearClassifier(%x) {coefficients = [1], classlabels_strings = ["a"]} }
