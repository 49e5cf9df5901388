/* math64.h -- functions of one vector of doubles, written once over the helpers of every width as those of floats are (math.h):
 * at most 4 units in the last place. Coefficients are those of tools/minimax.py. */
#ifndef TCC_CODEGEN_MATH64_H
#define TCC_CODEGEN_MATH64_H
#include "codegen/target/math.h"

/* log 2 as the sum of two doubles */
#define LN2_D "v_set_d(0x1.62e42fefa39efp-1)"
#define LN2_REST_D "v_set_d(0x1.abc9e3b39803fp-56)"
#define MINUS_LN2_D "v_set_d(-0x1.62e42fefa39efp-1)"
#define MINUS_LN2_REST_D "v_set_d(-0x1.abc9e3b39803fp-56)"

/* The lanes of y for which v_quarter_d has too few digits of pi, by C's library. */
#define FAR_64(f)														\
	{"v_far_" f, "static __attribute__((noinline)) vd v_far_" f "(vd x, vd y)\n{\n"						\
	             "\tenum { LANES = sizeof(vd) / sizeof(double) };\n"							\
	             "\tdouble a[LANES], b[LANES];\n"										\
	             "\tv_store_f64(a, x);\n\tv_store_f64(b, y);\n"								\
	             "\tfor (int i = 0; i < LANES; i++)\n"									\
	             "\t\tif (!(fabs(a[i]) <= 0x1p26))\n\t\t\tb[i] = " f "(a[i]);\n"					\
	             "\treturn v_load_f64(b);\n}\n"}

#define VECTOR_MATH_64														\
	V("v_isnan_d", "vm_64", "vd x", "\treturn v_unordered_d(x, x);\n"),							\
	V("v_has_nan_d", "int", "const vd *x, int n",										\
	  "\t/* any of n vectors, an even number or 1, two at a time; not likely */\n"					\
	  "\tvm_64 nan = v_unordered_d(x[0], x[n - 1]);\n"									\
	  "\tUNROLL for (int q = 1; q + 1 < n; q += 2)\n\t\tnan = v_or_64(nan, v_unordered_d(x[q], x[q + 1]));\n"	\
	  "\treturn __builtin_expect(v_any_64(nan), 0) != 0;\n"),									\
	V("v_exp_d", "vd", "vd x",												\
	  "\t/* x = n log 2 + r, |r| <= log 2 / 2 */\n"										\
	  "\tx = v_clamp_d(x, -1400.0, 710.0);\n"										\
	  "\tvd n = v_round_d(x * v_set_d(0x1.71547652b82fep+0));\n"								\
	  "\tvd r = v_fma_d(n, " MINUS_LN2_REST_D ", v_fma_d(n, " MINUS_LN2_D ", x));\n"					\
	  "\tvd p = v_fma_d(v_fma_d(r, v_set_d(0x1.a698f7df56f71p-26), v_set_d(0x1.28cbdcd14e3dap-22)), r, v_set_d(0x1.71e3defee7438p-19));\n"	\
	  "\tp = v_fma_d(v_fma_d(p, r, v_set_d(0x1.a0197733179b5p-16)), r, v_set_d(0x1.a019fede81244p-13));\n"		\
	  "\tp = v_fma_d(v_fma_d(p, r, v_set_d(0x1.6c16c191f65d3p-10)), r, v_set_d(0x1.111111119db7ep-7));\n"			\
	  "\tp = v_fma_d(v_fma_d(p, r, v_set_d(0x1.555555554c2a1p-5)), r, v_set_d(0x1.55555555552fap-3));\n"			\
	  "\tp = v_fma_d(v_fma_d(p, r, v_set_d(0x1.0000000000018p-1)), r, v_set_d(1.0));\n"					\
	  "\treturn v_scale_d(v_fma_d(p, r, v_set_d(1.0)), n);\n"),								\
	V("v_tanh_d", "vd", "vd x",												\
	  "\t/* x = n log 2 / 2 + r, tanh(n log 2 / 2) = (p - 1) / (p + 1), p = 2^n, and tanh r = r / c */\n"	\
	  "\tvd y = v_clamp_d(x, -20.0, 20.0), one = v_set_d(1.0);\n"								\
	  "\tvd t = v_fma_d(y, v_set_d(0x1.71547652b82fep+1), v_set_d(0x1.8p52)), n = t - v_set_d(0x1.8p52);\n"			\
	  "\tvd r = v_fma_d(n, v_set_d(-0x1.abc9e3b39803fp-57), v_fma_d(n, v_set_d(-0x1.62e42fefa39efp-2), y)), s = r * r;\n"	\
	  "\tvd c = v_fma_d(v_fma_d(s, v_set_d(0x1.637c43b91a59bp-16), v_set_d(-0x1.bbd438c108ff3p-13)), s, v_set_d(0x1.1566ab0567196p-9));\n"	\
	  "\tc = v_fma_d(v_fma_d(c, s, v_set_d(-0x1.6c16c16bf4eedp-6)), s, v_set_d(0x1.5555555555548p-2));\n"			\
	  "\tc = v_fma_d(c, s, one);\n"												\
	  "\tvd p = v_ldexp_d(one, t), more = p + one, less = p - one;\n"							\
	  "\treturn v_sign_of_d(v_fma_d(less, c, more * r) / v_fma_d(less, r, more * c), x);\n"),				\
	V("v_quarter_d", "vd", "vd x, vd *t",											\
	  "\t/* x = n pi / 2 + r, |r| <= pi / 4, 0 <= x <= 2^26: r, and n in the last bits of t */\n"				\
	  "\t*t = v_fma_d(x, v_set_d(0x1.45f306dc9c883p-1), v_set_d(0x1.8p52));\n"						\
	  "\tvd n = *t - v_set_d(0x1.8p52), r = v_fma_d(n, v_set_d(-0x1.921fb54442d18p+0), x);\n"				\
	  "\treturn v_fma_d(n, v_set_d(0x1.f1976b7ed8fbcp-110), v_fma_d(n, v_set_d(-0x1.1a62633145c07p-54), r));\n"		\
	  ),															\
	V("v_wave_d", "vd", "vd r, vd t",											\
	  "\t/* sin(n pi / 2 + r), |r| <= pi / 4, for n in the last bits of t */\n"						\
	  "\tvd s = r * r;\n"													\
	  "\tvd p = v_fma_d(v_fma_d(s, v_set_d(0x1.5d04769978d14p-33), v_set_d(-0x1.ae5c671c2fd39p-26)), s, v_set_d(0x1.71de32d0e0260p-19));\n"	\
	  "\tp = v_fma_d(v_fma_d(p, s, v_set_d(-0x1.a01a0198e3466p-13)), s, v_set_d(0x1.111111110ddc8p-7));\n"			\
	  "\tp = v_fma_d(p, s, v_set_d(-0x1.5555555555535p-3));\n"								\
	  "\tvd q = v_fma_d(v_fma_d(s, v_set_d(-0x1.8da54145916fcp-37), v_set_d(0x1.1ee5b7d34da4bp-29)), s, v_set_d(-0x1.27e4f18928194p-22));\n"	\
	  "\tq = v_fma_d(v_fma_d(q, s, v_set_d(0x1.a01a01938532dp-16)), s, v_set_d(-0x1.6c16c16c0f75fp-10));\n"			\
	  "\tq = v_fma_d(v_fma_d(q, s, v_set_d(0x1.5555555555528p-5)), s, v_set_d(-0.5));\n"					\
	  "\treturn v_turn_d(v_select_d(v_odd_d(t), v_fma_d(q, s, v_set_d(1.0)), v_fma_d(p * s, r, r)), t);\n"),		\
	V("v_sin_d", "vd", "vd x",												\
	  "\tvd a = v_abs_d(x), t, r = v_quarter_d(a, &t), y = v_flip_d(v_wave_d(r, t), x);\n"					\
	  "\treturn v_any_64(v_not_64(v_le_d(a, v_set_d(0x1p26)))) ? v_far_sin(x, y) : y;\n"),					\
	V("v_cos_d", "vd", "vd x",												\
	  "\tvd a = v_abs_d(x), t, r = v_quarter_d(a, &t), y = v_wave_d(r, t + v_set_d(1.0));\n"				\
	  "\treturn v_any_64(v_not_64(v_le_d(a, v_set_d(0x1p26)))) ? v_far_cos(x, y) : y;\n"),					\
	V("v_log_of_d", "vd", "vd f, vd e",										\
	  "\t/* log(1 + f) + e log 2, -1/4 <= f < 1/2: log(1 + f) = f - f^2 / 2 + s (f^2 / 2 + r), s = f / (2 + f), r of s^2 */\n"	\
	  "\tvd s = f / (v_set_d(2.0) + f), z = s * s, half = v_set_d(0.5) * f * f;\n"					\
	  "\tvd r = v_fma_d(v_fma_d(z, v_set_d(0x1.3b865f3d06079p-3), v_set_d(0x1.383743d1a1c01p-3)), z, v_set_d(0x1.74765fe791e01p-3));\n"	\
	  "\tr = v_fma_d(v_fma_d(r, z, v_set_d(0x1.c71bf73f3439ep-3)), z, v_set_d(0x1.249249c396580p-2));\n"		\
	  "\tr = v_fma_d(v_fma_d(r, z, v_set_d(0x1.99999998d56efp-2)), z, v_set_d(0x1.55555555557e5p-1));\n"		\
	  "\tr = v_fma_d(s, v_fma_d(r, z, half), e * " LN2_REST_D ");\n"						\
	  "\treturn v_fma_d(e, " LN2_D ", f - (half - r));\n"),								\
	V("v_log2_d", "vd", "vd f, vd e, vd *rest",									\
	  "\t/* e + log2(1 + f) = e + c s (1 + w), c = 2 / log 2, s = f / (2 + f), w = s^2 / 3 + s^4 / 5 + ..., as the sum of two: each\n"	\
	  "\t * product and each sum is kept with what it loses */\n"							\
	  "\tvd one = v_set_d(1.0), m = one + f, d = one + m, over = one / d;\n"					\
	  "\tvd s = f * over, s1 = v_fma_d(-s, m - (d - one), v_fma_d(-s, d, f)) * over;\n"				\
	  "\tvd z = s * s, z1 = v_fma_d(s, s, -z) + (s + s) * s1;\n"							\
	  "\tvd p = v_fma_d(v_fma_d(z, v_set_d(0x1.6038342e21f3dp-7), v_set_d(0x1.12f8fd456ea7ap-4)), z, v_set_d(0x1.0e80083b75015p-4));\n"	\
	  "\tp = v_fma_d(v_fma_d(p, z, v_set_d(0x1.3b2d7df1919d6p-4)), z, v_set_d(0x1.745c8525f2a4dp-4));\n"		\
	  "\tp = v_fma_d(v_fma_d(p, z, v_set_d(0x1.c71c73950b49dp-4)), z, v_set_d(0x1.249249231f5c0p-3));\n"		\
	  "\tp = v_fma_d(p, z, v_set_d(0x1.999999999a7cep-3)) * z;\n"							\
	  "\tvd third = v_set_d(0x1.5555555555555p-2), q = third + p, q1 = (third - q) + p + v_set_d(0x1.5555555555555p-56);\n"	\
	  "\tvd w = z * q, w1 = v_fma_d(z, q, -w) + v_fma_d(z, q1, z1 * q);\n"						\
	  "\tvd t = s * w, t1 = v_fma_d(s, w, -t) + v_fma_d(s, w1, s1 * w);\n"						\
	  "\tvd u = s + t, u1 = (s - u) + t + (s1 + t1), c = v_set_d(0x1.71547652b82fep+1);\n"				\
	  "\tvd v = u * c, v1 = v_fma_d(u, c, -v) + v_fma_d(u, v_set_d(0x1.777d0ffda0d24p-55), u1 * c), y = e + v;\n"	\
	  "\t*rest = (e - y) + v + v1;\n"										\
	  "\treturn y;\n"),												\
	V("v_pow_d", "vd", "vd x, vd y",										\
	  "\t/* 2^(w + w1), w + w1 = y log2 |x|; then what signs, infinities and zeros ask for */\n"			\
	  "\tvd a = v_abs_d(x), one = v_set_d(1.0), zero = v_set_d(0.0), inf = v_set_d(INFINITY);\n"			\
	  "\tvm_64 tiny = v_lt_d(a, v_set_d(0x1p-1022));\t/* subnormals are scaled up */\n"				\
	  "\tvd b = v_select_d(tiny, a * v_set_d(0x1p54), a), rest;\n"							\
	  "\tvd e = v_select_d(v_lt_d(a, inf), v_exponent_d(b) - v_select_d(tiny, v_set_d(54.0), zero), a);\n"		\
	  "\tvd l = v_log2_d(v_mantissa_d(b) - one, v_select_d(v_eq_d(a, zero), -inf, e), &rest);\n"			\
	  "\tvd w = y * l, w1 = v_fma_d(y, l, -w) + y * rest;\n"							\
	  "\tw1 = v_select_d(v_lt_d(v_abs_d(w), v_set_d(2000.0)), w1, zero);\n"						\
	  "\tw = v_clamp_d(w, -2000.0, 2000.0);\n"									\
	  "\tvd n = v_round_d(w), g = (w - n) + w1;\n"									\
	  "\tvd p = v_fma_d(v_fma_d(g, v_set_d(0x1.de0823fe2fd51p-32), v_set_d(0x1.e61487f246892p-28)), g, v_set_d(0x1.b52cb2b01e9e7p-24));\n"	\
	  "\tp = v_fma_d(v_fma_d(p, g, v_set_d(0x1.62bfcbba5fca5p-20)), g, v_set_d(0x1.ffcbf8f24dba0p-17));\n"		\
	  "\tp = v_fma_d(v_fma_d(p, g, v_set_d(0x1.4309130d53d2cp-13)), g, v_set_d(0x1.5d87fe793c4ddp-10));\n"		\
	  "\tp = v_fma_d(v_fma_d(p, g, v_set_d(0x1.3b2ab6fba04f6p-7)), g, v_set_d(0x1.c6b08d7049effp-5));\n"		\
	  "\tp = v_fma_d(v_fma_d(p, g, v_set_d(0x1.ebfbdff82c5a8p-3)), g, " LN2_D ");\n"				\
	  "\tp = v_scale_d(v_fma_d(p, g, one), n);\n"									\
	  "\tvd half = y * v_set_d(0.5);\n"										\
	  "\tvm_64 whole = v_eq_d(y, v_trunc_d(y)), even = v_eq_d(half, v_trunc_d(half)), far = v_eq_d(v_abs_d(y), inf);\n"	\
	  "\tp = v_select_d(v_or_64(v_eq_d(y, zero), v_and_64(v_eq_d(a, one), far)), one, p);\n"			\
	  "\tp = v_select_d(v_and_64(v_and_64(v_lt_d(x, zero), v_lt_d(-inf, x)), v_not_64(whole)), v_set_d(NAN), p);\n"	\
	  "\tp = v_select_d(v_and_64(whole, v_not_64(even)), v_flip_d(p, x), p);\n"					\
	  "\treturn v_select_d(v_eq_d(x, one), one, p);\n"),								\
	FAR_64("sin"),														\
	FAR_64("cos")
#endif
