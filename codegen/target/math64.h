/* math64.h -- functions of one vector of doubles, written once over the helpers of every width as those of floats are (math.h):
 * at most 4 units in the last place. Coefficients are those of tools/minimax.py. */
#ifndef TCC_CODEGEN_MATH64_H
#define TCC_CODEGEN_MATH64_H
#include "codegen/target/math.h"

/* log 2 as the sum of two doubles */
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
	FAR_64("sin"),														\
	FAR_64("cos")
#endif
