/* x86.h -- what the tables of AVX2 and AVX-512 have in common: vf is a vector of floats, vm the result of a comparison.
 *
 * A helper that uses another one names it, so it is found and copied too. The functions of one argument are written
 * once over the helpers of both widths (math.h). */
#ifndef TCC_CODEGEN_X86_H
#define TCC_CODEGEN_X86_H
#include "codegen/target.h"
#include "codegen/target/boxes.h"
#include "codegen/target/lanes64.h"
#include "codegen/target/order.h"

/* Rows whose texts differ by the width alone, "256" or "512"; one macro for those that stand side by side in both tables, for
 * emitted helpers keep the order of the table. */
#define X86_MOVES(w)												\
	V("v_set", "vf", "float x", "\treturn _mm" w "_set1_ps(x);\n"),						\
	V("v_load", "vf", "const float *p", "\treturn _mm" w "_loadu_ps(p);\n"),				\
	V("v_store", "void", "float *p, vf x", "\t_mm" w "_storeu_ps(p, x);\n")
#define X86_HALF(w)												\
	V("v_half", "vf", "vf x", "\t/* rounded to 16 bits */\n\treturn _mm" w "_cvtph_ps(_mm" w "_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT));\n")
#define X86_FMA(w)												\
	V("v_fma", "vf", "vf a, vf b, vf c", "\treturn _mm" w "_fmadd_ps(a, b, c);\n"),				\
	V("v_over", "vf", "vf x, float high, float low", "\t/* x / s, where high + low = 1 / s: exact once it is rounded to an integer */\n"	\
	  "\treturn v_fma(x, v_set(high), x * v_set(low));\n"),							\
	V("v_over_each", "vf", "vf x, float s", "\t/* x / s: exact once it is rounded to an integer, where s rounds alike */\n" \
	  "\tdouble r = 1 / (double)s;\n"									\
	  "\tfloat high = (float)r;\n"										\
	  "\thigh *= high > r ? 1 - 0x1p-24f : 1;	/* 1 / s rounded down */\n"					\
	  "\treturn v_over(x, high, (float)(r - high));\n")
#define X86_SIGN_OF(w)												\
	V("v_sign_of", "vf", "vf x, vf s", "\treturn _mm" w "_or_ps(v_abs(x), _mm" w "_and_ps(_mm" w "_set1_ps(-0.0f), s));\n")
#define X86_BOUNDS(w)												\
	V("v_greater", "vf", "vf a, vf b", "\t/* b where either is NaN */\n\treturn _mm" w "_max_ps(a, b);\n"),	\
	V("v_smaller", "vf", "vf a, vf b", "\t/* b where either is NaN */\n\treturn _mm" w "_min_ps(a, b);\n"),	\
	V("v_at_least", "vf", "vf x, float low", "\treturn _mm" w "_max_ps(_mm" w "_set1_ps(low), x);\n"),	\
	V("v_at_most", "vf", "vf x, float high", "\treturn _mm" w "_min_ps(_mm" w "_set1_ps(high), x);\n"),	\
	V("v_clamp", "vf", "vf x, float low, float high", "\treturn v_at_most(v_at_least(x, low), high);\n")
#define X86_SQRT(w)												\
	V("v_sqrt", "vf", "vf x", "\treturn _mm" w "_sqrt_ps(x);\n")
#define X86_LDEXP(w)												\
	V("v_ldexp", "vf", "vf x, vf t", "\t/* x * 2^n for n in the last bits of t; the result is normal */\n"	\
	  "\treturn _mm" w "_castsi" w "_ps(_mm" w "_add_epi32(_mm" w "_castps_si" w "(x), _mm" w "_slli_epi32(_mm" w "_castps_si" w "(t), 23)));\n"),	\
	V("v_power_of_2", "vf", "vf t", "\t/* 2^n for n + 127 in the last bits of t, 1 to 254; 0 for 0 */\n"	\
	  "\treturn _mm" w "_castsi" w "_ps(_mm" w "_slli_epi32(_mm" w "_castps_si" w "(t), 23));\n")
#define X86_SET_I(w)												\
	V("v_set_i", "vi", "int32_t x", "\treturn (vi)_mm" w "_set1_epi32(x);\n")
#define X86_CUT(w)												\
	V("v_cut_i8", "vi", "vi x", "\treturn (vi)_mm" w "_srai_epi32(_mm" w "_slli_epi32((__m" w "i)x, 24), 24);\n")
#define X86_EXTREMES_I(w)											\
	V("v_max_i", "vi", "vi a, vi b", "\treturn (vi)_mm" w "_max_epi32((__m" w "i)a, (__m" w "i)b);\n"),	\
	V("v_min_i", "vi", "vi a, vi b", "\treturn (vi)_mm" w "_min_epi32((__m" w "i)a, (__m" w "i)b);\n")
#define X86_WHOLE(w)												\
	V("v_float", "vf", "vi x", "\treturn _mm" w "_cvtepi32_ps((__m" w "i)x);\n"),				\
	V("v_int", "vi", "vf x", "\t/* of what is in the range */\n\treturn (vi)_mm" w "_cvttps_epi32(x);\n"),	\
	V("v_nearest", "vi", "vf x", "\t/* of what is in the range */\n\treturn (vi)_mm" w "_cvtps_epi32(x);\n"),	\
	V("v_above", "vf", "vf x, float low", "\t/* low < x ? x : low */\n\treturn _mm" w "_max_ps(x, _mm" w "_set1_ps(low));\n"),	\
	V("v_under", "vf", "vf x, float high", "\t/* x < high ? x : high */\n\treturn _mm" w "_min_ps(x, _mm" w "_set1_ps(high));\n"),	\
	{"vp", "typedef struct vp { __m" w "i even, odd; } vp;	/* fours of bytes as pairs of 16 bits: 0 and 2, 1 and 3 */\n"}
#define X86_PAIRS(w)												\
	V("v_wide_u8", "vp", "int32_t x", "\t/* of the same four bytes in each lane */\n"			\
	  "\t__m" w "i all = _mm" w "_set1_epi32(x);\n"								\
	  "\treturn (vp){_mm" w "_and_si" w "(all, _mm" w "_set1_epi16(255)), _mm" w "_srli_epi16(all, 8)};\n"),	\
	V("v_wide_i8", "vp", "int32_t x", "\t/* of the same four bytes in each lane */\n"			\
	  "\t__m" w "i all = _mm" w "_set1_epi32(x);\n"								\
	  "\treturn (vp){_mm" w "_srai_epi16(_mm" w "_slli_epi16(all, 8), 8), _mm" w "_srai_epi16(all, 8)};\n"),	\
	V("v_pack", "vi", "vi a, vi b, vi c, vi d", "\t/* their lowest bytes */\n"				\
	  "\treturn (a & 255) | (b & 255) << 8 | (c & 255) << 16 | d << 24;\n"),				\
	V("v_raw", "vi", "const void *p", "\treturn v_load_i32(p);\n"),					\
	V("v_raw_n", "vi", "const void *p, int n", "\treturn v_load_i32_n(p, n);\n"),			\
	V("v_two", "vi", "vi x, vi y", "\t/* as 16 bits each, side by side */\n\treturn (x & 0xffff) | y << 16;\n")
#define X86_ADD_TWOS(w)												\
	V("v_set_two", "vi", "int32_t x, int32_t y", "\treturn v_set_i((int32_t)(((uint32_t)x & 0xffff) | (uint32_t)y << 16));\n"),	\
	V("v_add_twos", "vi", "vi sum, vi a, vi b", "\treturn sum + (vi)_mm" w "_madd_epi16((__m" w "i)a, (__m" w "i)b);\n")
#define X86_ADD_PAIRS(w)											\
	V("v_add_pairs", "vi", "vi sum, vp a, vp b",								\
	  "\treturn sum + (vi)_mm" w "_madd_epi16(a.even, b.even) + (vi)_mm" w "_madd_epi16(a.odd, b.odd);\n")
#define X86_SMALL_FOURS(w)											\
	V("v_add_small_fours", "vi", "vi sum, vi a, vi b", "\t/* b is so small that the sum of two products has 16 bits */\n"	\
	  "\treturn sum + (vi)_mm" w "_madd_epi16(_mm" w "_maddubs_epi16((__m" w "i)a, (__m" w "i)b), _mm" w "_set1_epi16(1));\n")
#define X86_ANY_FOURS(w)											\
	V("v_add_any_fours", "vi", "vi sum, vi a, vi b", "\t/* the even bytes, then the odd ones, in 16 bits */\n"	\
	  "\t__m" w "i even = _mm" w "_madd_epi16(_mm" w "_and_si" w "((__m" w "i)a, _mm" w "_set1_epi16(255)),\n"	\
	  "\t                                  _mm" w "_srai_epi16(_mm" w "_slli_epi16((__m" w "i)b, 8), 8));\n"	\
	  "\treturn sum + (vi)even + (vi)_mm" w "_madd_epi16(_mm" w "_srli_epi16((__m" w "i)a, 8), _mm" w "_srai_epi16((__m" w "i)b, 8));\n")
#define X86_SIGNS(w)												\
	V("v_turn", "vf", "vf x, vf t", "\t/* -x where the last bit but one of t is set */\n"			\
	  "\treturn v_flip(x, _mm" w "_castsi" w "_ps(_mm" w "_slli_epi32(_mm" w "_castps_si" w "(t), 30)));\n"),	\
	V("v_flip", "vf", "vf x, vf s", "\t/* -x where s has a minus */\n"					\
	  "\treturn _mm" w "_xor_ps(x, _mm" w "_and_ps(_mm" w "_set1_ps(-0.0f), s));\n"),			\
	V("v_set_d", "vd", "double x", "\treturn _mm" w "_set1_pd(x);\n"),					\
	V("v_fma_d", "vd", "vd a, vd b, vd c", "\treturn _mm" w "_fmadd_pd(a, b, c);\n"),			\
	V("v_clamp_d", "vd", "vd x, double low, double high",							\
	  "\treturn _mm" w "_min_pd(_mm" w "_set1_pd(high), _mm" w "_max_pd(_mm" w "_set1_pd(low), x));\n")

/* Two bytes less a zero point, of one row or one each of two rows, as 16 bits side by side; `half` is the width of the bytes,
 * `load` takes a row of them. */
#define X86_TWOS_OF(name, type, w, half, load, pair, paired)							\
	V("v_twos_" name, "vi", "const " type " *p, int zero", "\t/* two bytes less a zero point, in each lane as 16 bits */\n"	\
	  "\tint16_t two;\n\tmemcpy(&two, p, 2);\n"								\
	  "\treturn (vi)_mm" w "_sub_epi16(_mm" w "_cvtep" name "_epi16(_mm" half "_set1_epi16(two)), _mm" w "_set1_epi16((short)zero));\n"),	\
	V("v_rows_" name, "vi", "const " type " *p, const " type " *q, int zero",				\
	  "\t/* bytes of two rows less a zero point, side by side as 16 bits */\n"				\
	  "\t__m128i x = _mm_load" load "((const __m128i *)p), y = _mm_load" load "((const __m128i *)q);\n"	\
	  "\t" pair " two = " paired ";\n"									\
	  "\treturn (vi)_mm" w "_sub_epi16(_mm" w "_cvtep" name "_epi16(two), _mm" w "_set1_epi16((short)zero));\n")
#define X86_TWOS(w, half, load, pair, paired)									\
	X86_TWOS_OF("u8", "uint8_t", w, half, load, pair, paired),						\
	X86_TWOS_OF("i8", "int8_t", w, half, load, pair, paired)

/* Fours of neighbouring bytes, of the last four of a row perhaps only n: for dots those with a sign 128 higher, or as
 * pairs of 16 bits. */
#define BYTE_FOURS													\
	V("v_four_u8", "int32_t", "const uint8_t *p", "\tint32_t x;\n\tmemcpy(&x, p, 4);\n\treturn x;\n"),			\
	V("v_four_i8", "int32_t", "const int8_t *p",									\
	  "\tuint32_t x;\n\tmemcpy(&x, p, 4);\n\treturn (int32_t)(x ^ 0x80808080);\n"),					\
	V("v_four_u8_n", "int32_t", "const uint8_t *p, int n",								\
	  "\tint32_t x = p[0];\n\tx |= n > 1 ? p[1] << 8 : 0;\n\treturn x | (n > 2 ? p[2] << 16 : 0);\n"),			\
	V("v_four_i8_n", "int32_t", "const int8_t *p, int n",								\
	  "\tuint8_t x[3] = {(uint8_t)p[0]};\n\tx[1] = n > 1 ? (uint8_t)p[1] : 0;\n\tx[2] = n > 2 ? (uint8_t)p[2] : 0;\n"	\
	  "\treturn v_four_u8_n(x, 3) ^ 0x808080;\n"),									\
	V("v_pairs_u8", "vp", "const uint8_t *p", "\treturn v_wide_u8(v_four_u8(p));\n"),				\
	V("v_pairs_i8", "vp", "const int8_t *p", "\treturn v_wide_i8(v_four_u8((const uint8_t *)p));\n"),		\
	V("v_pairs_u8_n", "vp", "const uint8_t *p, int n", "\treturn v_wide_u8(v_four_u8_n(p, n));\n"),			\
	V("v_pairs_i8_n", "vp", "const int8_t *p, int n", "\treturn v_wide_i8(v_four_u8_n((const uint8_t *)p, n));\n"),

/* Blocks of other elements are turned as floats of the same bits. */
#define COLUMNS(lanes)												\
	V("v_columns_i32", "void", "vi *c, const int32_t *p, int64_t step", "\tv_columns((vf *)c, (const float *)p, step);\n"),	\
	V("v_columns_u8", "void", "vi *c, const uint8_t *p, int64_t step",						\
	  "\tvi rows[" lanes "];\n\tUNROLL for (int i = 0; i < " lanes "; i++)\n\t\trows[i] = v_load_u8(p + i * step);\n"	\
	  "\tv_columns((vf *)c, (const float *)rows, " lanes ");\n"),							\
	V("v_columns_i8", "void", "vi *c, const int8_t *p, int64_t step",						\
	  "\tvi rows[" lanes "];\n\tUNROLL for (int i = 0; i < " lanes "; i++)\n\t\trows[i] = v_load_i8(p + i * step);\n"	\
	  "\tv_columns((vf *)c, (const float *)rows, " lanes ");\n"),							\
	V("v_columns_f16", "void", "vf *c, const uint16_t *p, int64_t step",						\
	  "\tvf rows[" lanes "];\n\tUNROLL for (int i = 0; i < " lanes "; i++)\n\t\trows[i] = v_load_f16(p + i * step);\n"	\
	  "\tv_columns(c, (const float *)rows, " lanes ");\n")

/* Every second, third and fourth element of a row: what both widths have in common. Integers are floats of the same bits, bytes
 * are picked out of vectors of 16 of them; bytes that are left over go through memory. */
#define EVERY_TAIL(step, kind, type, lanes)										\
	V("v_every_" step kind "_n", "vi", "const " type " *p, int n",							\
	  "\t" type " x[" lanes "] = {0};\n\tfor (int i = 0; i < n; i++)\n\t\tx[i] = p[" step " * i];\n\treturn v_load" kind "(x);\n"),
#define EVERY_ONE(step, lanes, widen)										\
	V("v_every_" step "_i32", "vi", "const int32_t *p", "\treturn (vi)v_every_" step "((const float *)p);\n"),	\
	V("v_every_" step "_i32_n", "vi", "const int32_t *p, int n", "\treturn (vi)v_every_" step "_n((const float *)p, n);\n"),	\
	V("v_every_" step "_u8", "vi", "const uint8_t *p", "\treturn (vi)" widen "cvtepu8_epi32(v_picked_" step "(p));\n"),	\
	V("v_every_" step "_i8", "vi", "const int8_t *p", "\treturn (vi)" widen "cvtepi8_epi32(v_picked_" step "(p));\n"),	\
	EVERY_TAIL(step, "_u8", "uint8_t", lanes)									\
	EVERY_TAIL(step, "_i8", "int8_t", lanes)
#define EVERY(lanes, widen) EVERY_ONE("2", lanes, widen) EVERY_ONE("3", lanes, widen) EVERY_ONE("4", lanes, widen)

/* Floats are picked out of a few vectors, the last of which ends with the last element: WHOLE(0), WHOLE(7), .. of all lanes, and
 * of n of them as many elements as are there. */
#define WHOLE(at) "v_load(p + " #at ")"
#define REST_2(at) "v_load_part(p + " #at ", 2 * n - 1 - " #at ")"
#define REST_3(at) "v_load_part(p + " #at ", 3 * n - 2 - " #at ")"
#define REST_4(at) "v_load_part(p + " #at ", 4 * n - 3 - " #at ")"
#define EVERY_FLOAT(picked_2, picked_3, picked_4)								\
	V("v_every_2", "vf", "const float *p", picked_2(WHOLE)),						\
	V("v_every_3", "vf", "const float *p", picked_3(WHOLE)),						\
	V("v_every_4", "vf", "const float *p", picked_4(WHOLE)),						\
	V("v_every_2_n", "vf", "const float *p, int n", picked_2(REST_2)),					\
	V("v_every_3_n", "vf", "const float *p, int n", picked_3(REST_3)),					\
	V("v_every_4_n", "vf", "const float *p, int n", picked_4(REST_4)),
#endif
