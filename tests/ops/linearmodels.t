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

== SVMClassifier: two classes, votes decide
graph (%x f32[5,2]) -> (%l, %z) {
	%l, %z = ai.onnx.ml.SVMClassifier(%x) {classlabels_ints = [10, 13], coefficients = [0.25, -0.25, -0.25, -0.75, -1], kernel_params = [0.5, 0.25, 2], kernel_type = RBF, rho = [-0.5], support_vectors = [2, -2.5, 0.5, -0.5, -0.5, -0.25, -2, -0.25, -0.75, 3.25], vectors_per_class = [2, 3]}
}
run x = f32[5,2] [0.5, -0.25, 1, -0.25, 0, 1.5, 0.5, -0.5, -0.25, 0.5]
gives l = i64[5] [13, 13, 13, 13, 13], z = f32[5,2] [0.92143786, -0.92143786, 0.7917405, -0.7917405, 0.76275694, -0.76275694, 0.9183267, -0.9183267, 0.9396912, -0.9396912] within 1e-5

== SVMClassifier: two classes, probabilities by the formula
graph (%x f32[5,2]) -> (%l, %z) {
	%l, %z = ai.onnx.ml.SVMClassifier(%x) {classlabels_ints = [10, 13], coefficients = [-2.75, 1, -1, -1.75, 0.25], kernel_params = [0.5, 0.25, 2], kernel_type = RBF, rho = [0.75], support_vectors = [2, -0.25, -0.25, 1, -1, -0.25, 1, 0.5, 0, 0.75], vectors_per_class = [2, 3], prob_a = [-1], prob_b = [0]}
}
run x = f32[5,2] [-0.5, -1, 0, -0, 1.5, 0.75, 0.25, 1, -0.25, -1]
gives l = i64[5] [13, 13, 13, 10, 13], z = f32[5,2] [0.49677202105522156, 0.5032280087471008, 0.4112696647644043, 0.5887303352355957, 0.12404201179742813, 0.8759579658508301, 0.5547052621841431, 0.44529470801353455, 0.4856765866279602, 0.5143234133720398] within 1e-5

== SVMClassifier: three classes
graph (%x f32[5,2]) -> (%l, %z) {
	%l, %z = ai.onnx.ml.SVMClassifier(%x) {classlabels_ints = [10, 13, 16], coefficients = [-1, 0.75, -2, -1, 0.75, 1.25, -2.25, -0.5, 0.25, -0.5], kernel_params = [0.5, 0.25, 2], kernel_type = POLY, rho = [1.5, -1.25, 0.25], support_vectors = [0.5, 0.5, -0.25, -0.75, 0.25, -2.5, 0.75, 0.5, -1.75, 0], vectors_per_class = [2, 1, 2]}
}
run x = f32[5,2] [-1, 1.5, -0, -0.25, -1.75, 1.75, 0.75, 0.75, 1.25, 0.25]
gives l = i64[5] [16, 10, 10, 10, 10], z = f32[5,3] [-4.739258, -0.26660156, -1.8984375, 0.9206543, -1.4602051, 0.06933594, -7.834961, 1.1276855, -3.6608887, 0.41601562, -1.1896973, 0.12036133, 1.0917969, -0.83813477, 0.042236328] within 1e-5

== SVMClassifier: labels that are text
graph (%x f32[5,2]) -> (%l, %z) {
	%l, %z = ai.onnx.ml.SVMClassifier(%x) {classlabels_strings = ["a", "b", "c"], coefficients = [-1, 0.75, -2, -1, 0.75, 1.25, -2.25, -0.5, 0.25, -0.5], kernel_params = [0.5, 0.25, 2], kernel_type = POLY, rho = [1.5, -1.25, 0.25], support_vectors = [0.5, 0.5, -0.25, -0.75, 0.25, -2.5, 0.75, 0.5, -1.75, 0], vectors_per_class = [2, 1, 2]}
}
run x = f32[5,2] [-1, 1.5, -0, -0.25, -1.75, 1.75, 0.75, 0.75, 1.25, 0.25]
gives l = str[5] ["c", "a", "a", "a", "a"], z = f32[5,3] [-4.739258, -0.26660156, -1.8984375, 0.9206543, -1.4602051, 0.06933594, -7.834961, 1.1276855, -3.6608887, 0.41601562, -1.1896973, 0.12036133, 1.0917969, -0.83813477, 0.042236328] within 1e-5

== SVMClassifier: three classes, coupled probabilities
graph (%x f32[5,2]) -> (%l, %z) {
	%l, %z = ai.onnx.ml.SVMClassifier(%x) {classlabels_ints = [10, 13, 16], coefficients = [-1.75, -0, 1.25, 0.75, 0.25, -0.25, 0.25, -0.25, 0.75, -0.75], kernel_params = [0.5, 0.25, 2], kernel_type = SIGMOID, post_transform = NONE, rho = [0.25, -0, 0.5], support_vectors = [-0.75, -0.75, -0.75, 1.25, -1.5, -0.5, -0.25, 0.25, 0.5, -1.25], vectors_per_class = [2, 1, 2], prob_a = [-1, -1.25, -1.5], prob_b = [0, 0.25, 0.5]}
}
run x = f32[5,2] [0.25, 2.5, 1.5, 1.5, -2, -0.25, -0.5, 0.5, -2.25, 1.25]
gives l = i64[5] [10, 10, 10, 10, 10], z = f32[5,3] [0.5177083, 0.32135114, 0.16094072, 0.4358888, 0.36188394, 0.2022272, 0.3524739, 0.3770687, 0.27045748, 0.40674824, 0.3412995, 0.25195235, 0.4345865, 0.37408096, 0.19133255] within 1e-5

== SVMClassifier: three classes, softmax of scores
graph (%x f32[5,2]) -> (%l, %z) {
	%l, %z = ai.onnx.ml.SVMClassifier(%x) {classlabels_ints = [10, 13, 16], coefficients = [2, -0.25, 0.75, 0.25, 1.75, 0.75], kernel_params = [0.5, 0.25, 2], kernel_type = LINEAR, post_transform = SOFTMAX, rho = [1.25, -1, -0.25], support_vectors = [1, -1.25, -1, -0.75, 0, 0.75], vectors_per_class = [1, 1, 1]}
}
run x = f32[5,2] [-0.75, 1.5, 0.75, -0.25, -0.5, 0.5, -0.75, -1, 0.5, 2.5]
gives l = i64[5] [16, 16, 13, 10, 16], z = f32[5,3] [0.014334879, 0.31622237, 0.6694428, 0.98047894, 0.012151057, 0.0073699886, 0.17752902, 0.1831644, 0.63930655, 0.50611436, 0.018435214, 0.47545043, 0.038485885, 0.9037399, 0.05777416] within 1e-5

== SVMClassifier: no vectors, a linear model
graph (%x f32[5,2]) -> (%l, %z) {
	%l, %z = ai.onnx.ml.SVMClassifier(%x) {classlabels_ints = [10, 13, 16], coefficients = [-0.75, -0.25, 0.75, -0.5, -0.25, 0.75], kernel_params = [0.5, 0.25, 2], kernel_type = LINEAR, rho = [0]}
}
run x = f32[5,2] [0.75, 1.75, -2, 0.75, -0.5, 0.25, 0.75, 1, 1, 0.25]
gives l = i64[5] [16, 10, 10, 16, 13], z = f32[5,3] [-1, -0.3125, 1.125, 1.3125, -1.875, 1.0625, 0.3125, -0.5, 0.3125, -0.8125, 0.0625, 0.5625, -0.8125, 0.625, -0.0625] within 1e-5

== SVMClassifier: two logistic
graph (%x f32[5,2]) -> (%l, %z) {
	%l, %z = ai.onnx.ml.SVMClassifier(%x) {classlabels_ints = [10, 13], coefficients = [-0.5, 2.25], kernel_params = [0.5, 0.25, 2], kernel_type = LINEAR, post_transform = LOGISTIC, rho = [1], support_vectors = [1.5, -0.25, -0.25, 0.75], vectors_per_class = [1, 1]}
}
run x = f32[5,2] [2.25, -0, -0.5, 0.25, 0.75, -0.5, 0.5, -0, 1.5, -0.75]
gives l = i64[5] [13, 10, 13, 10, 13], z = f32[5,2] [0.87578696, 0.12421304, 0.10818899, 0.891811, 0.7090191, 0.29098088, 0.41489887, 0.5851011, 0.91117966, 0.08882034] within 1e-5

== SVMClassifier: four classes
graph (%x f32[5,2]) -> (%l, %z) {
	%l, %z = ai.onnx.ml.SVMClassifier(%x) {classlabels_ints = [10, 13, 16, 19], coefficients = [-1, 1.5, 0.25, -1.75, -0, -1.25, -0.75, -0.5, -0.75, 0.5, -0, -0.5, 0.5, 0.75, -1.75, -0.25, -1, -0.25], kernel_params = [0.5, 0.25, 2], kernel_type = RBF, rho = [-1.25, 0, -0, -0.25, -1, -0.5], support_vectors = [-0.75, -1.25, -0.25, 0.5, 1.25, 0, -0.5, -0.75, 0.75, 1.75, 0.25, -1.25], vectors_per_class = [2, 1, 2, 1]}
}
run x = f32[5,2] [-1, -1.25, 0.25, -1, 1.25, 0.75, -2, 0.25, -1, 0]
gives l = i64[5] [13, 19, 16, 16, 13], z = f32[5,6] [-1.9652587, -2.171449, 0.034759074, 0.11208165, -1.2926605, -0.81156105, -1.3161426, -1.8644819, -0.7027281, -0.1601018, -2.1284056, -0.945328, -0.6076098, -0.29393798, 0.14254953, -0.78102416, -2.362012, -1.0733354, -1.0829873, -0.5608787, 0.19924042, -0.15524136, -1.0215414, -0.5630854, -0.6746421, -1.8316336, 0.4594671, 0.023402162, -1.2440349, -0.76570934] within 1e-5

== SVMClassifier: three classes: logistic
graph (%x f32[5,2]) -> (%l, %z) {
	%l, %z = ai.onnx.ml.SVMClassifier(%x) {classlabels_ints = [10, 13, 16], coefficients = [-0.25, -0.75, 1.5, 0.5, 2.5, 0.75, 0.75, 0.75], kernel_params = [0.5, 0.25, 2], kernel_type = POLY, post_transform = LOGISTIC, rho = [-0.5, -0, 1.25], support_vectors = [0, -2, -0.25, -0.25, 1, -1.25, 0.75, -1], vectors_per_class = [1, 1, 2]}
}
run x = f32[5,2] [-0.5, 0.25, -0, 0.5, -0.25, -0.25, 0.25, 0, -0.75, 1]
gives l = i64[5] [13, 13, 13, 13, 13], z = f32[5,3] [0.36370337, 0.50964236, 0.7909343, 0.36772427, 0.54043883, 0.78233004, 0.34620968, 0.68637, 0.8087479, 0.36551332, 0.6049825, 0.8145696, 0.3370399, 0.9161472, 0.87207526] within 1e-5

== SVMClassifier: probabilities of fewer decisions
fails E-ATTR "2 values of prob_a and 3 of prob_b for 3 decisions"
graph (%x f32[1,1]) -> (%l, %z) {
	%l, %z = ai.onnx.ml.SVMClassifier(%x) {classlabels_ints = [1, 2, 3], coefficients = [1, 1, 1, 1, 1, 1], rho = [0, 0, 0], support_vectors = [1, 2, 3], vectors_per_class = [1, 1, 1], prob_a = [1, 1], prob_b = [0, 0, 0]}
}

== SVMClassifier: coefficients that are too few
fails E-ATTR "2 coefficients"
graph (%x f32[1,1]) -> (%l, %z) {
	%l, %z = ai.onnx.ml.SVMClassifier(%x) {classlabels_ints = [1, 2], coefficients = [1, 1], rho = [0], support_vectors = [1, 2, 3], vectors_per_class = [1, 2]}
}

== SVMClassifier: two classes, the transform of their probabilities
graph (%x f32[5,2]) -> (%l, %z) {
	%l, %z = ai.onnx.ml.SVMClassifier(%x) {classlabels_ints = [10, 13], coefficients = [-2.75, 1, -1, -1.75, 0.25], kernel_params = [0.5, 0.25, 2], kernel_type = RBF, rho = [0.75], support_vectors = [2, -0.25, -0.25, 1, -1, -0.25, 1, 0.5, 0, 0.75], vectors_per_class = [2, 3], prob_a = [-1], prob_b = [0], post_transform = LOGISTIC}
}
run x = f32[5,2] [-0.5, -1.0, 0.0, 0.0, 1.5, 0.75, 0.25, 1.0, -0.25, -1.0]
gives l = i64[5] [13, 13, 13, 10, 13], z = f32[5,2] [0.62170044, 0.62321763, 0.60139228, 0.64307377, 0.5309708, 0.70598391, 0.63522656, 0.60951993, 0.61908742, 0.62581944] within 1e-5

== SVMClassifier: three classes, the transform of their probabilities
graph (%x f32[5,2]) -> (%l, %z) {
	%l, %z = ai.onnx.ml.SVMClassifier(%x) {classlabels_ints = [10, 13, 16], coefficients = [-1.75, -0, 1.25, 0.75, 0.25, -0.25, 0.25, -0.25, 0.75, -0.75], kernel_params = [0.5, 0.25, 2], kernel_type = SIGMOID, post_transform = SOFTMAX, rho = [0.25, -0, 0.5], support_vectors = [-0.75, -0.75, -0.75, 1.25, -1.5, -0.5, -0.25, 0.25, 0.5, -1.25], vectors_per_class = [2, 1, 2], prob_a = [-1, -1.25, -1.5], prob_b = [0, 0.25, 0.5]}
}
run x = f32[5,2] [0.25, 2.5, 1.5, 1.5, -2.0, -0.25, -0.5, 0.5, -2.25, 1.25]
gives l = i64[5] [10, 10, 10, 10, 10], z = f32[5,3] [0.39656513, 0.32586499, 0.27756988, 0.36760694, 0.3413845, 0.29100856, 0.33942527, 0.34787688, 0.31269785, 0.35800757, 0.33532673, 0.3066657, 0.36692388, 0.34538125, 0.28769488] within 1e-5
