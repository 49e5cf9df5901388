/* math.h -- functions of one vector, written once over the helpers of every width: at most 4 units in the last place
 * from the exact result for every float (docs/mathematics.md has the figures, tests/ulp measures them).
 *
 * All that is exponential reduces the same way: x = n log 2 + r, |r| <= log 2 / 2. n is rounded by adding 1.5 * 2^23,
 * after which it stands in the last bits of the sum t, from where v_ldexp takes it. Where a quotient is formed anyway,
 *     e^r = (c + r) / (c - r),   c = r coth(r / 2) = 2 + r^2 / 6 - r^4 / 360 + ...,   an even function
 * costs two coefficients and no division of its own. A number added to 1.5 * 2^23 keeps 2^n normal where n is far
 * below 0; it cancels in the quotient, whose last operation alone rounds to a subnormal number.
 * The coefficients are minimax ones, computed by tools/minimax.py. */
#ifndef TCC_CODEGEN_MATH_H
#define TCC_CODEGEN_MATH_H

/* A row of helpers: its name, its result, its parameters, its lines. */
#define V(name, result, args, body) {name, "INLINE " result " " name "(" args ")\n{\n" body "}\n"}
/* One that returns a pointer. */
#define V_AT(name, type, args, body) {name, "INLINE " type " *" name "(" args ")\n{\n" body "}\n"}

#define LOG2_E "v_set(0x1.715476p+0f)"
/* log 2 as the sum of two floats */
#define LN2 "v_set(0x1.62e43p-1f)"
#define LN2_REST "v_set(-0x1.05c61p-29f)"
#define MINUS_LN2 "v_set(-0x1.62e43p-1f)"
#define MINUS_LN2_REST "v_set(0x1.05c61p-29f)"

/* The most or the least of a row, NaN where it has one: a test for NaN takes two vectors at a time, beside the maxima. */
#define ROW_BEST(name, worst, better, is_better, best_lane)							\
	V(name, "float", "const float *p, int64_t n",									\
	  "\tenum { LANES = sizeof(vf) / sizeof(float), ALL = 4 * LANES };\n"						\
	  "\tvf a[4], b[4];\n\tUNROLL for (int k = 0; k < 4; k++)\n\t\tb[k] = v_set(" worst ");\n"			\
	  "\tvm nan = v_unordered(b[0], b[0]);\n\tint64_t i = 0;\n"							\
	  "\tfor (; i + ALL <= n; i += ALL) {\n\t\tUNROLL for (int k = 0; k < 4; k++) {\n"				\
	  "\t\t\ta[k] = v_load(p + i + LANES * k);\n\t\t\tb[k] = " better "(a[k], b[k]);\n\t\t}\n"			\
	  "\t\tnan = v_or(nan, v_or(v_unordered(a[0], a[1]), v_unordered(a[2], a[3])));\n\t}\n"			\
	  "\tfor (; i + LANES <= n; i += LANES) {\n\t\ta[0] = v_load(p + i);\n"					\
	  "\t\tb[0] = " better "(a[0], b[0]);\n\t\tnan = v_or(nan, v_unordered(a[0], a[0]));\n\t}\n"			\
	  "\tif (v_any(nan))\n\t\treturn NAN;\n"									\
	  "\tfloat y = " best_lane "(" better "(" better "(b[0], b[1]), " better "(b[2], b[3])));\n"			\
	  "\tfor (; i < n; i++)\n\t\ty = " is_better("y", "p[i]") " || isnan(p[i]) ? p[i] : y;\n\treturn y;\n")

/* Where the best of a row stands, a NaN before all: block by block what is the best, then where that is in its block. */
#define FIND_BEST(name, worst, row_best, is_better, of_equal, position)							\
	V(name, "int64_t", "const float *p, int64_t n",									\
	  "\tenum { BLOCK = 2048 };\n\tfloat best = " worst ";\n\tint64_t from = 0, to = n;\n"			\
	  "\tfor (int64_t i = 0; i < n; i += BLOCK) {\n\t\tint64_t end = n - i < BLOCK ? n : i + BLOCK;\n"			\
	  "\t\tfloat y = " row_best "(p + i, end - i);\n"								\
	  "\t\tif (" is_better("best", "y") " || " of_equal ") {\n"							\
	  "\t\t\tbest = y;\n\t\t\tfrom = i;\n\t\t\tto = end;\n\t\t}\n\t}\n"						\
	  "\treturn from + " position "(p + from, to - from, best);\n")
#define IS_LESS(a, b) a " < " b
#define IS_GREATER(a, b) b " < " a
#define OF_EQUAL_FIRST "(isnan(y) && !isnan(best))"
#define OF_EQUAL_LAST "best == y || isnan(y)"

/* Where x stands in a row that has it; a NaN is any NaN. */
#define VECTOR_POSITIONS												\
	V("v_first_of", "int64_t", "const float *p, int64_t n, float x",						\
	  "\tenum { LANES = sizeof(vf) / sizeof(float) };\n\tint64_t i = 0;\n"						\
	  "\tif (isnan(x)) {\n\t\twhile (!isnan(p[i]))\n\t\t\ti++;\n\t\treturn i;\n\t}\n"				\
	  "\twhile (i + LANES <= n && !v_any(v_eq(v_load(p + i), v_set(x))))\n\t\ti += LANES;\n"			\
	  "\twhile (p[i] != x)\n\t\ti++;\n\treturn i;\n"),								\
	V("v_last_of", "int64_t", "const float *p, int64_t n, float x",							\
	  "\tenum { LANES = sizeof(vf) / sizeof(float) };\n\tint64_t i = n - 1;\n"					\
	  "\tif (isnan(x)) {\n\t\twhile (!isnan(p[i]))\n\t\t\ti--;\n\t\treturn i;\n\t}\n"				\
	  "\twhile (i + 1 >= LANES && !v_any(v_eq(v_load(p + i + 1 - LANES), v_set(x))))\n\t\ti -= LANES;\n"		\
	  "\twhile (p[i] != x)\n\t\ti--;\n\treturn i;\n")

/* Rows for the end of a table. */
#define VECTOR_MATH													\
	V("v_prefetch", "void", "const float *p",									\
	  "\t/* the line at p, into the second cache; it may lie behind the end of an array */\n"						\
	  "\t_mm_prefetch((const char *)p, _MM_HINT_T1);\n"),								\
	V_AT("v_fresh", "const float", "const float *p",									\
	  "\t/* p, of which the compiler does not know that it is p: what is read there is read again */\n"			\
	  "\t__asm__(\"\" : \"+r\"(p));\n\treturn p;\n"),									\
	V("v_integer", "vi", "vf x",										\
	  "\t/* truncated, its last 32 bits; 0 for what 64 bits do not hold, NaN included */\n"			\
	  "\treturn v_any(v_not(v_lt(v_abs(x), v_set(0x1p31f)))) ? v_far_integer(x) : v_int(x);\n"),		\
	{"v_far_integer", "static __attribute__((noinline)) vi v_far_integer(vf x)\n{\n"			\
	          "\tenum { LANES = sizeof(vf) / sizeof(float) };\n"						\
	          "\tfloat a[LANES];\n\tint32_t b[LANES];\n"							\
	          "\tv_store(a, x);\n"										\
	          "\tfor (int i = 0; i < LANES; i++)\n\t\tb[i] = (int32_t)f_to_i64(a[i]);\n"			\
	          "\treturn v_load_i32(b);\n}\n"},								\
	ROW_BEST("v_row_most", "-INFINITY", "v_greater", IS_LESS, "v_most"),					\
	ROW_BEST("v_row_least", "INFINITY", "v_smaller", IS_GREATER, "v_least"),				\
	VECTOR_POSITIONS,											\
	FIND_BEST("v_argmax", "-INFINITY", "v_row_most", IS_LESS, OF_EQUAL_FIRST, "v_first_of"),		\
	FIND_BEST("v_argmin", "INFINITY", "v_row_least", IS_GREATER, OF_EQUAL_FIRST, "v_first_of"),		\
	FIND_BEST("v_argmax_last", "-INFINITY", "v_row_most", IS_LESS, OF_EQUAL_LAST, "v_last_of"),		\
	FIND_BEST("v_argmin_last", "INFINITY", "v_row_least", IS_GREATER, OF_EQUAL_LAST, "v_last_of"),		\
	V("v_load_i4", "vi", "const uint8_t *p", "\treturn (v_load_u4(p) ^ 8) - 8;\n"),					\
	V("v_load_i4_n", "vi", "const uint8_t *p, int n", "\treturn (v_load_u4_n(p, n) ^ 8) - 8;\n"),			\
	V("v_cut_u8", "vi", "vi x", "\treturn x & 255;\n"),							\
	V("v_exp", "vf", "vf x",											\
	  "\t/* x = n log 2 + r, |r| <= log 2 / 2; far below 0, n = -254 is 2^n = 0 times 0, and nothing subnormal */\n"	\
	  "\tx = v_clamp(x, -176.0f, 89.0f);\n"									\
	  "\tvf n = v_round(x * " LOG2_E ");\n"									\
	  "\tvf r = v_fma(n, " MINUS_LN2 ", x);\n"									\
	  "\tr = v_fma(n, " MINUS_LN2_REST ", r);\n"									\
	  "\tvf p = v_fma(r, v_set(0x1.10625p-7f), v_set(0x1.572a64p-5f));\n"						\
	  "\tp = v_fma(p, r, v_set(0x1.5557bp-3f));\n"									\
	  "\tp = v_fma(p, r, v_set(0x1.fffdfcp-2f));\n"								\
	  "\tp = v_fma(p, r, v_set(1.0f));\n"										\
	  "\tp = v_fma(p, r, v_set(1.0f));\n"										\
	  "\treturn v_scale(p, n);\n"),										\
	V("v_exp_down", "vf", "vf x",										\
	  "\t/* e^x for x <= 0: one power of two is enough, 2^(n + 64) for a polynomial times 2^-64, so that only the last\n"	\
	  "\t * product rounds to a subnormal number; far below 0, n = -191 is a factor of 0, and nothing subnormal */\n"	\
	  "\tx = v_at_least(x, -132.4f);\n"									\
	  "\tvf t = v_fma(x, " LOG2_E ", v_set(0x1.8p23f + 191)), n = t - v_set(0x1.8p23f + 191);\n"			\
	  "\tvf r = v_fma(n, " MINUS_LN2_REST ", v_fma(n, " MINUS_LN2 ", x));\n"					\
	  "\tvf p = v_fma(r, v_set(0x1.10625p-71f), v_set(0x1.572a64p-69f));\n"					\
	  "\tp = v_fma(p, r, v_set(0x1.5557bp-67f));\n"								\
	  "\tp = v_fma(p, r, v_set(0x1.fffdfcp-66f));\n"								\
	  "\tp = v_fma(p, r, v_set(0x1p-64f));\n"									\
	  "\tp = v_fma(p, r, v_set(0x1p-64f));\n"									\
	  "\treturn p * v_power_of_2(t);\n"),									\
	V("v_exp_share", "vf", "vf x",										\
	  "\t/* e^x for x <= 0, and 0 from 2^-101 down: nothing is subnormal, which would cost a hundred cycles, nor will be\n"	\
	  "\t * shares of a sum made of it; as v_exp_down, of a polynomial times 2^26 */\n"			\
	  "\tx = v_at_least(x, -70.0f);\n"									\
	  "\tvf t = v_fma(x, " LOG2_E ", v_set(0x1.8p23f + 101)), n = t - v_set(0x1.8p23f + 101);\n"			\
	  "\tvf r = v_fma(n, " MINUS_LN2_REST ", v_fma(n, " MINUS_LN2 ", x));\n"					\
	  "\tvf p = v_fma(r, v_set(0x1.10625p19f), v_set(0x1.572a64p21f));\n"						\
	  "\tp = v_fma(p, r, v_set(0x1.5557bp23f));\n"								\
	  "\tp = v_fma(p, r, v_set(0x1.fffdfcp24f));\n"							\
	  "\tp = v_fma(p, r, v_set(0x1p26f));\n"								\
	  "\tp = v_fma(p, r, v_set(0x1p26f));\n"								\
	  "\treturn p * v_power_of_2(t);\n"),									\
	V("v_coth", "vf", "vf r",											\
	  "\t/* r coth(r / 2): the c of e^r = (c + r) / (c - r), |r| <= log 2 / 2 */\n"				\
	  "\tvf s = r * r;\n"												\
	  "\treturn v_fma(v_fma(s, v_set(-0x1.6a8af6p-9f), v_set(0x1.555514p-3f)), s, v_set(2.0f));\n"),		\
	V("v_expm1", "vf", "vf x",											\
	  "\t/* (2^n - 1) c + (2^n + 1) r over c - r; halves, so that 2^128 fits */\n"					\
	  "\tvf y = v_clamp(x, -30.0f, 89.0f);\n"									\
	  "\tvf t = v_fma(y, " LOG2_E ", v_set(0x1.8p23f)), n = t - v_set(0x1.8p23f);\n"				\
	  "\tvf r = v_fma(n, " MINUS_LN2_REST ", v_fma(n, " MINUS_LN2 ", y));\n"					\
	  "\tvf c = v_coth(r), p = v_ldexp(v_set(0.5f), t);\n"								\
	  "\ty = v_fma(p - v_set(0.5f), c, (p + v_set(0.5f)) * r) / ((c - r) * v_set(0.5f));\n"			\
	  "\treturn v_sign_of(y, x);\n"),										\
	V("v_sigmoid", "vf", "vf x",											\
	  "\t/* e^x / (1 + e^x), both times 2^30 */\n"									\
	  "\tx = v_clamp(x, -105.0f, 20.0f);\n"									\
	  "\tvf t = v_fma(x, " LOG2_E ", v_set(0x1.8p23f + 30)), n = t - v_set(0x1.8p23f + 30);\n"			\
	  "\tvf r = v_fma(n, " MINUS_LN2_REST ", v_fma(n, " MINUS_LN2 ", x));\n"					\
	  "\tvf c = v_coth(r), u = v_ldexp(c + r, t);\n"								\
	  "\treturn u / v_fma(c - r, v_set(0x1p30f), u);\n"),								\
	V("v_silu", "vf", "vf x",											\
	  "\t/* x / (1 + e^-x) = max(x, 0) - a / (1 + e^a) with a = |x|; numerator and denominator times 2^40 e^-a */\n"	\
	  "\tvf a = v_at_most(v_abs(x), 110.0f);\n"									\
	  "\tvf t = v_fma(a, -" LOG2_E ", v_set(0x1.8p23f + 40)), n = t - v_set(0x1.8p23f + 40);\n"			\
	  "\tvf r = v_fma(n, " LN2_REST ", v_fma(n, " LN2 ", a));\n"							\
	  "\tvf c = v_coth(r), u = v_ldexp(c - r, t);\n"								\
	  "\treturn v_at_least(x, 0.0f) - a * u / v_fma(c + r, v_set(0x1p40f), u);\n"),				\
	V("v_tanh", "vf", "vf x",											\
	  "\t/* |x| = n log 2 / 2 + r; the sum of tanh(n log 2 / 2) = (2^n - 1) / (2^n + 1) and tanh r = r / c, all halved */\n"	\
	  "\tvf a = v_at_most(v_abs(x), 9.5f);\n"									\
	  "\tvf t = v_fma(a, v_set(0x1.715476p+1f), v_set(0x1.8p23f + 126)), n = t - v_set(0x1.8p23f + 126);\n"	\
	  "\tvf r = v_fma(n, v_set(-0x1.62e43p-2f), a), s = r * r;\n"						\
	  "\tvf c = v_fma(v_fma(s, v_set(-0x1.6a8af6p-6f), v_set(0x1.555514p-2f)), s, v_set(1.0f));\n"			\
	  "\tvf h = v_power_of_2(t) - v_set(0.5f), u = c + r;\n"							\
	  "\treturn v_flip(v_fma(h, u, r) / v_fma(h, u, c), x);\n"),						\
	V("v_arc", "vf", "vf r, vf s",										\
	  "\t/* asin r for |r| <= 1/2, s = r^2 */\n"								\
	  "\tvf p = v_fma(v_fma(s, v_set(0x1.598628p-5f), v_set(0x1.8c0cb6p-6f)), s, v_set(0x1.7480ep-5f));\n"	\
	  "\tp = v_fma(v_fma(p, s, v_set(0x1.3301ccp-4f)), s, v_set(0x1.5555c8p-3f));\n"			\
	  "\treturn v_fma(r * s, p, r);\n"),									\
	V("v_asin", "vf", "vf x",										\
	  "\t/* above 1/2: pi / 2 - 2 asin(r), r^2 = (1 - |x|) / 2 */\n"					\
	  "\tvf a = v_abs(x), half = v_set(0.5f);\n"								\
	  "\tvm far = v_lt(half, a);\n"										\
	  "\tvf s = v_select(far, v_fma(a, v_set(-0.5f), half), a * a), y = v_arc(v_select(far, v_sqrt(s), a), s);\n"	\
	  "\treturn v_sign_of(v_select(far, v_fma(y, v_set(-2.0f), v_set(0x1.921fb6p+0f)), y), x);\n"),		\
	V("v_acos", "vf", "vf x",										\
	  "\t/* pi / 2 - asin x; outside of -1/2..1/2 2 asin(r), or pi less that, r^2 = (1 - |x|) / 2 */\n"	\
	  "\tvf a = v_abs(x), half = v_set(0.5f);\n"								\
	  "\tvm far = v_lt(half, a);\n"										\
	  "\tvf s = v_select(far, v_fma(a, v_set(-0.5f), half), a * a), y = v_arc(v_select(far, v_sqrt(s), a), s);\n"	\
	  "\tvf from = v_select(far, v_select(v_lt(x, half), v_set(0x1.921fb6p+1f), v_set(0.0f)), v_set(0x1.921fb6p+0f));\n"	\
	  "\treturn v_fma(v_flip(y, x), v_select(far, v_set(2.0f), v_set(-1.0f)), from);\n"),			\
	V("v_atan", "vf", "vf x",										\
	  "\t/* above 1: pi / 2 - atan(1 / x) */\n"								\
	  "\tvf a = v_abs(x);\n"										\
	  "\tvm far = v_lt(v_set(1.0f), a);\n"									\
	  "\tvf r = v_select(far, v_set(-1.0f) / a, a), s = r * r;\n"						\
	  "\tvf p = v_fma(v_fma(s, v_set(0x1.7ed22p-9f), v_set(-0x1.0c2c0ap-6f)), s, v_set(0x1.61fddp-5f));\n"	\
	  "\tp = v_fma(v_fma(p, s, v_set(-0x1.3556bp-4f)), s, v_set(0x1.b4e126p-4f));\n"			\
	  "\tp = v_fma(v_fma(p, s, v_set(-0x1.230adap-3f)), s, v_set(0x1.9978f2p-3f));\n"			\
	  "\tp = v_fma(p, s, v_set(-0x1.5554dcp-2f));\n"							\
	  "\treturn v_sign_of(v_fma(r * s, p, r) + v_select(far, v_set(0x1.921fb6p+0f), v_set(0.0f)), x);\n"),	\
	V("v_halves", "vf", "vf x, vf *c, vf *s, vf *q",							\
	  "\t/* |x| = n log 2 + r: cosh r, sinh r, q = 4^-n, and a quarter of 2^n, which is a float */\n"	\
	  "\tvf a = v_at_most(v_abs(x), 89.5f), t = v_fma(a, " LOG2_E ", v_set(0x1.8p23f)), n = t - v_set(0x1.8p23f);\n"	\
	  "\tvf r = v_fma(n, " MINUS_LN2_REST ", v_fma(n, " MINUS_LN2 ", a)), z = r * r;\n"			\
	  "\t*c = v_fma(v_fma(z, v_set(0x1.6d4e54p-10f), v_set(0x1.5554e6p-5f)), z, v_set(0.5f));\n"		\
	  "\t*c = v_fma(*c, z, v_set(1.0f));\n"									\
	  "\t*s = v_fma(v_fma(z, v_set(0x1.1227dp-7f), v_set(0x1.5554bp-3f)) * z, r, r);\n"			\
	  "\tn = v_at_most(n, 50.0f);\n"									\
	  "\t*q = v_ldexp(v_set(1.0f), v_set(0x1.8p23f) - (n + n));\n"						\
	  "\treturn v_ldexp(v_set(0.25f), t);\n"),								\
	V("v_sinh", "vf", "vf x",										\
	  "\t/* 2^(n - 1) ((1 - q) cosh r + (1 + q) sinh r) */\n"						\
	  "\tvf c, s, q, part = v_halves(x, &c, &s, &q), one = v_set(1.0f);\n"					\
	  "\treturn v_sign_of(v_fma(one - q, c, (one + q) * s) * part * v_set(2.0f), x);\n"),			\
	V("v_cosh", "vf", "vf x",										\
	  "\t/* 2^(n - 1) ((1 + q) cosh r + (1 - q) sinh r) */\n"						\
	  "\tvf c, s, q, part = v_halves(x, &c, &s, &q), one = v_set(1.0f);\n"					\
	  "\treturn v_fma(one + q, c, (one - q) * s) * part * v_set(2.0f);\n"),					\
	V("v_erf", "vf", "vf x",											\
	  "\tvf a = v_at_most(v_abs(x), 3.92f), s = a * a;\t/* from where erf is 1 in floats */\n"			\
	  "\t/* above 9/8: 1 - e^(-a^2) times a polynomial */\n"							\
	  "\tvf r = v_fma(a, v_set(0x1.12c52p-10f), v_set(-0x1.d8b874p-7f));\n"					\
	  "\tr = v_fma(r, a, v_set(0x1.62169ap-4f));\n"								\
	  "\tr = v_fma(r, a, v_set(-0x1.30f8cep-2f));\n"								\
	  "\tr = v_fma(r, a, v_set(0x1.502c86p-1f));\n"								\
	  "\tr = v_fma(r, a, v_set(-0x1.f206dep-1f));\n"								\
	  "\tr = v_fma(r, a, v_set(0x1.efd88cp-1f));\n"								\
	  "\tr = v_fma(r, -v_exp_down(-s), v_set(1.0f));\n"									\
	  "\t/* below: x + x times a polynomial in x^2 */\n"								\
	  "\tvf p = v_fma(s, v_set(0x1.26856p-14f), v_set(-0x1.963f3p-11f));\n"					\
	  "\tp = v_fma(p, s, v_set(0x1.520088p-8f));\n"								\
	  "\tp = v_fma(p, s, v_set(-0x1.b7b2fcp-6f));\n"								\
	  "\tp = v_fma(p, s, v_set(0x1.ce28bp-4f));\n"									\
	  "\tp = v_fma(p, s, v_set(-0x1.812726p-2f));\n"								\
	  "\tp = v_fma(p, s, v_set(0x1.06eba8p-3f));\n"								\
	  "\treturn v_select(v_lt(v_set(1.125f), a), v_sign_of(r, x), v_fma(p, x, x));\n"),				\
	V("v_gelu", "vf", "vf x",											\
	  "\t/* max(x, 0) - a Phi(-a) with a = |x|; Phi(-a) = e^(-a^2 / 2) S(z) / (a + 7/2), z = a / (a + 7/2); times 2^30.\n"	\
	  "\t * r = a^2 + 2 n log 2 is formed with one rounding: n times the first part of log 2 is exact. */\n"	\
	  "\tvf a = v_at_most(v_abs(x), 14.5f);\n"									\
	  "\tvf t = v_fma(a * a, v_set(-0x1.715476p-1f), v_set(0x1.8p23f + 30)), n = t - v_set(0x1.8p23f + 30);\n"	\
	  "\tvf r = v_fma(n, v_set(0x1.7f7d1cp-19f), v_fma(a, a, n * v_set(0x1.62e4p+0f)));\n"				\
	  "\t/* m = e^(-r / 2) - 1 */\n"										\
	  "\tvf m = v_fma(r, v_set(0x1.6a23cep-16f), v_set(-0x1.123a2p-12f));\n"					\
	  "\tm = v_fma(m, r, v_set(0x1.5558f2p-9f));\n"								\
	  "\tm = v_fma(m, r, v_set(-0x1.555492p-6f));\n"								\
	  "\tm = v_fma(m, r, v_set(0x1.fffffcp-4f));\n"								\
	  "\tm = v_fma(m, r, v_set(-0.5f)) * r;\n"									\
	  "\tvf z = a / (a + v_set(3.5f)), w = z - v_set(0.5f);\n"							\
	  "\tvf s = v_fma(w, v_set(0x1.d042dap-5f), v_set(0x1.ba6408p-4f));\n"						\
	  "\ts = v_fma(s, w, v_set(-0x1.037e2p-4f));\n"								\
	  "\ts = v_fma(s, w, v_set(-0x1.a031b8p-3f));\n"								\
	  "\ts = v_fma(s, w, v_set(0x1.a98868p-3f));\n"								\
	  "\ts = v_fma(s, w, v_set(0x1.1d2fa4p-2f));\n"								\
	  "\ts = v_fma(s, w, v_set(-0x1.db5a6ep-1f));\n"								\
	  "\ts = v_fma(s, w, v_set(0x1.42fec8p+0f));\n"								\
	  "\ts = v_fma(s, w, v_set(-0x1.21915p+0f));\n"								\
	  "\ts = v_fma(s, w, v_set(0x1.7d241ap-1f));\n"								\
	  "\ts = z * v_ldexp(s, t);\n"											\
	  "\treturn v_fma(v_fma(m, s, s), v_set(-0x1p-30f), v_at_least(x, 0.0f));\n"),					\
	V("v_gelu_tanh", "vf", "vf x",											\
	  "\t/* x / (1 + e^-w), w = k x (x^2 + 1 / 0.044715), k = 0.044715 sqrt(8 / pi), as in v_silu. x^2 + 1 / 0.044715 is\n"	\
	  "\t * v + rest; everything is divided by k, so that r = a (v + rest) + n log 2 / k. */\n"			\
	  "\tvf a = v_at_most(v_abs(x), 10.8f), h = a * a, v = h + v_set(0x1.65d26p+4f);\n"				\
	  "\tvf rest = (v_set(0x1.65d26p+4f) - v) + h + (v_fma(a, a, -h) + v_set(-0x1.226128p-20f));\n"		\
	  "\tvf t = v_fma(a * v, v_set(-0x1.a5a7dp-4f), v_set(0x1.8p23f + 32)), n = t - v_set(0x1.8p23f + 32);\n"	\
	  "\tvf r = v_fma(a, v, n * v_set(0x1.36d8p+3f)) + v_fma(a, rest, n * v_set(0x1.d56d78p-13f));\n"		\
	  "\tvf s = r * r, c = v_fma(v_fma(s, v_set(-0x1.0dbfa2p-20f), v_set(0x1.85b0f8p-7f)), s, v_set(0x1.c0768cp+4f));\n"	\
	  "\tvf u = v_ldexp(c - r, t);\n"										\
	  "\treturn v_at_least(x, 0.0f) - a * u / v_fma(c + r, v_set(0x1p32f), u);\n"),				\
	V("v_log_of", "vf", "vf f, vf e",										\
	  "\t/* log(1 + f) + e log 2, -1/4 <= f < 1/2 */\n"								\
	  "\tvf p = v_fma(f, v_set(0x1.bb73fcp-5f), v_set(-0x1.ee4784p-4f));\n"					\
	  "\tp = v_fma(p, f, v_set(0x1.32dee2p-3f));\n"								\
	  "\tp = v_fma(p, f, v_set(-0x1.5887fcp-3f));\n"								\
	  "\tp = v_fma(p, f, v_set(0x1.99216ap-3f));\n"								\
	  "\tp = v_fma(p, f, v_set(-0x1.ffdd9ep-3f));\n"								\
	  "\tp = v_fma(p, f, v_set(0x1.5555e6p-2f));\n"								\
	  "\tp = v_fma(p, f, v_set(-0x1.000014p-1f));\n"								\
	  "\treturn v_fma(e, " LN2 ", v_fma(f * f, p, f));\n"),							\
	V("v_log1p", "vf", "vf x",											\
	  "\t/* u = 1 + x = m 2^e; what the sum lost, x - (u - 1), is added to m - 1 */\n"				\
	  "\tvf u = x + v_set(1.0f), e = v_exponent(u);\n"								\
	  "\tvf scale = v_ldexp(v_set(1.0f), v_set(0x1.8p23f) - v_at_most(e, 100.0f));\n"				\
	  "\tvf y = v_log_of(v_fma(x - (u - v_set(1.0f)), scale, v_mantissa(u) - v_set(1.0f)), e);\n"			\
	  "\ty = v_select(v_lt(x, v_set(INFINITY)), y, x);\n"								\
	  "\ty = v_select(v_eq(u, v_set(0.0f)), v_set(-INFINITY), y);\n"						\
	  "\ty = v_select(v_lt(u, v_set(0.0f)), v_set(NAN), y);\n"							\
	  "\treturn v_sign_of(y, x);\n"),										\
	V("v_asinh", "vf", "vf x",										\
	  "\t/* log(a + sqrt(a^2 + 1)) with a = |x|, as log1p; log 2a where a^2 is too large */\n"		\
	  "\tvf a = v_abs(x), s = a * a, one = v_set(1.0f);\n"							\
	  "\tvm far = v_lt(v_set(0x1p30f), a);\n"								\
	  "\tvf y = v_log1p(v_select(far, a, a + s / (one + v_sqrt(s + one))));\n"				\
	  "\treturn v_sign_of(y + v_select(far, v_set(0x1.62e43p-1f), v_set(0.0f)), x);\n"),			\
	V("v_acosh", "vf", "vf x",										\
	  "\t/* log(x + sqrt(x^2 - 1)), w = x - 1, as log1p; log 2x where w^2 is too large */\n"		\
	  "\tvf w = x - v_set(1.0f);\n"										\
	  "\tvm far = v_lt(v_set(0x1p30f), x);\n"								\
	  "\tvf y = v_log1p(v_select(far, x, w + v_sqrt(v_fma(w, w, w + w))));\n"				\
	  "\ty = y + v_select(far, v_set(0x1.62e43p-1f), v_set(0.0f));\n"					\
	  "\treturn v_select(v_lt(x, v_set(1.0f)), v_set(NAN), y);\n"),						\
	V("v_atanh", "vf", "vf x",										\
	  "\t/* log((1 + a) / (1 - a)) / 2 with a = |x|, as log1p */\n"						\
	  "\tvf a = v_abs(x);\n"										\
	  "\treturn v_sign_of(v_set(0.5f) * v_log1p((a + a) / (v_set(1.0f) - a)), x);\n"),			\
	{"f_far", "/* x = n pi / 2 + r for x >= 2^17: r. Of 2 / pi, 96 bits count: more than four turns are whole ones. */\n"		\
	          "static float f_far(float x, float *n)\n{\n"									\
	          "\tstatic const uint32_t bits[] = {0, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab};\n"	\
	          "\tuint32_t k = f_bits(x), m = (k & 0x7fffff) | 0x800000, w[3];\n"						\
	          "\tk = (k >> 23) - 120;\n"											\
	          "\tfor (uint32_t i = 0; i < 3; i++)\n"										\
	          "\t\tw[i] = (uint32_t)(((uint64_t)bits[k / 32 + i] << 32 | bits[k / 32 + i + 1]) << k % 32 >> 32);\n"		\
	          "\tuint64_t q = ((uint64_t)m * w[0] << 32) + (uint64_t)m * w[1] + ((uint64_t)m * w[2] >> 32);\n"		\
	          "\tuint64_t whole = (q + ((uint64_t)1 << 61)) >> 62;\n"							\
	          "\t*n = (float)whole;\n"											\
	          "\treturn (float)((double)(int64_t)(q - (whole << 62)) * 0x1.921fb54442d18p-62);\n}\n"},			\
	{"v_far", "/* The lanes of r and t for which v_quarter has too few digits of pi. */\n"					\
	          "static __attribute__((noinline)) vf v_far(vf x, vf r, vf *t)\n{\n"						\
	          "\tenum { LANES = sizeof(vf) / sizeof(float) };\n"								\
	          "\tfloat a[LANES], b[LANES], c[LANES], n;\n"									\
	          "\tv_store(a, x);\n\tv_store(b, r);\n\tv_store(c, *t);\n"							\
	          "\tfor (int i = 0; i < LANES; i++)\n"									\
	          "\t\tif (a[i] > 0x1p17f && a[i] < INFINITY) {\n"								\
	          "\t\t\tb[i] = f_far(a[i], &n);\n\t\t\tc[i] = 0x1.8p23f + n;\n\t\t}\n"						\
	          "\t*t = v_load(c);\n\treturn v_select(v_lt(x, v_set(INFINITY)), v_load(b), v_set(NAN));\n}\n"},		\
	V("v_quarter", "vf", "vf x, vf *t",										\
	  "\t/* x = n pi / 2 + r, |r| <= pi / 4, x >= 0: r, and n in the last bits of t */\n"				\
	  "\t*t = v_fma(x, v_set(0x1.45f306p-1f), v_set(0x1.8p23f));\n"							\
	  "\tvf n = *t - v_set(0x1.8p23f);\n"										\
	  "\tvf r = v_fma(n, v_set(0x1.ee59dap-50f), v_fma(n, v_set(0x1.777a5cp-25f), v_fma(n, v_set(-0x1.921fb6p+0f), x)));\n"	\
	  "\treturn v_any(v_not(v_le(x, v_set(0x1p17f)))) ? v_far(x, r, t) : r;\n"),					\
	V("v_wave", "vf", "vf r, vf t",											\
	  "\t/* sin(n pi / 2 + r), |r| <= pi / 4, for n in the last bits of t */\n"					\
	  "\tvf s = r * r;\n"												\
	  "\tvf p = v_fma(v_fma(s, v_set(-0x1.98fd4ap-13f), v_set(0x1.11066ap-7f)), s, v_set(-0x1.555544p-3f));\n"	\
	  "\tvf q = v_fma(s, v_set(0x1.99ab1p-16f), v_set(-0x1.6c0b52p-10f));\n"					\
	  "\tq = v_fma(v_fma(q, s, v_set(0x1.555548p-5f)), s, v_set(-0.5f));\n"						\
	  "\treturn v_turn(v_select(v_odd(t), v_fma(q, s, v_set(1.0f)), v_fma(p * s, r, r)), t);\n"),			\
	V("v_sin", "vf", "vf x",											\
	  "\tvf t, r = v_quarter(v_abs(x), &t);\n"									\
	  "\treturn v_flip(v_wave(r, t), x);\n"),									\
	V("v_cos", "vf", "vf x",											\
	  "\tvf t, r = v_quarter(v_abs(x), &t);\n"									\
	  "\treturn v_wave(r, t + v_set(1.0f));\n"),									\
	V("v_tan", "vf", "vf x",											\
	  "\tvf t, r = v_quarter(v_abs(x), &t);\n"									\
	  "\treturn v_flip(v_wave(r, t) / v_wave(r, t + v_set(1.0f)), x);\n"),						\
	V("v_times_log2", "vd", "vd f, vd e, vd y",									\
	  "\t/* y (e + log2(1 + f)): 2 atanh(s) = log(1 + f), s = f / (2 + f) */\n"					\
	  "\tvd s = f / (v_set_d(2.0) + f), z = s * s;\n"								\
	  "\tvd p = v_fma_d(z, v_set_d(0x1.29cedc34e926fp-2), v_set_d(0x1.46f2bbb5fb316p-2));\n"			\
	  "\tp = v_fma_d(p, z, v_set_d(0x1.a61e9d92f8ed9p-2));\n"							\
	  "\tp = v_fma_d(p, z, v_set_d(0x1.2776bc501c88dp-1));\n"							\
	  "\tp = v_fma_d(p, z, v_set_d(0x1.ec709dcb58f65p-1));\n"							\
	  "\tp = v_fma_d(p, z, v_set_d(0x1.71547652b7e94p+1));\n"							\
	  "\treturn v_clamp_d(y * v_fma_d(p, s, e), -200.0, 200.0);\n"),						\
	V("v_pow", "vf", "vf x, vf y",											\
	  "\t/* 2^w, w = y log2 |x| in twice the digits; then what signs, infinities and zeros ask for */\n"		\
	  "\tvf a = v_abs(x), one = v_set(1.0f), zero = v_set(0.0f);\n"							\
	  "\tvm tiny = v_lt(a, v_set(0x1p-126f));\t/* subnormals are scaled up */\n"					\
	  "\tvf z = v_select(tiny, a * v_set(0x1p24f), a), f = v_mantissa(z) - one;\n"					\
	  "\tvf e = v_select(v_lt(a, v_set(INFINITY)), v_exponent(z) - v_select(tiny, v_set(24.0f), zero), a);\n"	\
	  "\te = v_select(v_eq(a, zero), v_set(-INFINITY), e);\n"							\
	  "\tvd w0 = v_times_log2(v_low_d(f), v_low_d(e), v_low_d(y)), w1 = v_times_log2(v_high_d(f), v_high_d(e), v_high_d(y));\n"	\
	  "\tvd n0 = v_round_d(w0), n1 = v_round_d(w1);\n"								\
	  "\tvf n = v_narrow(n0, n1), g = v_narrow(w0 - n0, w1 - n1);\n"						\
	  "\tvf p = v_fma(v_fma(g, v_set(0x1.41f97ep-13f), v_set(0x1.5f41ccp-10f)), g, v_set(0x1.3b2d58p-7f));\n"	\
	  "\tp = v_fma(v_fma(p, g, v_set(0x1.c6aee2p-5f)), g, v_set(0x1.ebfbdcp-3f));\n"				\
	  "\tp = v_scale(v_fma(v_fma(p, g, v_set(0x1.62e43p-1f)), g, one), n);\n"					\
	  "\tvf half = y * v_set(0.5f);\n"										\
	  "\tvm whole = v_eq(y, v_trunc(y)), even = v_eq(half, v_trunc(half)), inf = v_eq(v_abs(y), v_set(INFINITY));\n"	\
	  "\tp = v_select(v_or(v_eq(y, zero), v_and(v_eq(a, one), inf)), one, p);\n"					\
	  "\tvf lowest = v_set(-INFINITY);\n"										\
	  "\tp = v_select(v_and(v_and(v_lt(x, zero), v_lt(lowest, x)), v_not(whole)), v_set(NAN), p);\n"			\
	  "\tp = v_select(v_and(whole, v_not(even)), v_flip(p, x), p);\n"						\
	  "\treturn v_select(v_eq(x, one), one, p);\n"),								\
	V("v_sign", "vf", "vf x", "\treturn v_select(v_lt(v_set(0.0f), v_abs(x)), v_sign_of(v_set(1.0f), x), x);\n"),	\
	V("v_isnan", "vm", "vf x", "\treturn v_not(v_eq(x, x));\n"),							\
	V("v_isinf", "vm", "vf x", "\treturn v_eq(v_abs(x), v_set(INFINITY));\n")
#endif
