/* lanes64.h -- helpers for vectors of doubles and of integers of 64 bits, which have half the lanes: vd, vl, masks vm_64;
 * and masks of bytes, vm_8, and bytes, vb, which are looked up or compared. */
#ifndef TCC_CODEGEN_LANES64_H
#define TCC_CODEGEN_LANES64_H
#include "codegen/target/math64.h"

/* The lanes of a vector folded by halves. */
#define FOLD_64(name, type, v, store, step)												\
	V(name, type, v " x", "\t" type " a[sizeof(" v ") / 8];\n\t" store "(a, x);\n"						\
	  "\tfor (int n = sizeof(" v ") / 16; n; n /= 2)\n\t\tUNROLL for (int i = 0; i < n; i++)\n\t\t\ta[i] = " step ";\n\treturn a[0];\n")

/* Rows that both widths have, for the end of a table. */
#define LANES_64														\
	V("v_turn_16", "void", "void *y, int64_t to, const void *x, int64_t from",						\
	  "\t/* 8 x 8: a round of interleaving turns the number of a place by one bit */\n"				\
	  "\t__m128i a[8], b[8];\n\tUNROLL for (int i = 0; i < 8; i++)\n"							\
	  "\t\ta[i] = _mm_loadu_si128((const __m128i *)((const uint16_t *)x + from * i));\n"				\
	  "\tUNROLL for (int round = 0; round < 3; round++) {\n\t\tUNROLL for (int i = 0; i < 4; i++) {\n"		\
	  "\t\t\tb[2 * i] = _mm_unpacklo_epi16(a[i], a[i + 4]);\n\t\t\tb[2 * i + 1] = _mm_unpackhi_epi16(a[i], a[i + 4]);\n\t\t}\n"	\
	  "\t\tUNROLL for (int i = 0; i < 8; i++)\n\t\t\ta[i] = b[i];\n\t}\n"						\
	  "\tUNROLL for (int i = 0; i < 8; i++)\n\t\t_mm_storeu_si128((__m128i *)((uint16_t *)y + to * i), a[i]);\n"),	\
	FOLD_64("v_sum_d", "double", "vd", "v_store_f64", "a[i] + a[i + n]"),							\
	FOLD_64("v_prod_d", "double", "vd", "v_store_f64", "a[i] * a[i + n]"),							\
	FOLD_64("v_most_d", "double", "vd", "v_store_f64", "d_max(a[i], a[i + n])"),						\
	FOLD_64("v_least_d", "double", "vd", "v_store_f64", "d_min(a[i], a[i + n])"),						\
	FOLD_64("v_sum_l", "int64_t", "vl", "v_store_i64", "(int64_t)((uint64_t)a[i] + (uint64_t)a[i + n])"),			\
	FOLD_64("v_prod_l", "int64_t", "vl", "v_store_i64", "(int64_t)((uint64_t)a[i] * (uint64_t)a[i + n])"),			\
	FOLD_64("v_most_l", "int64_t", "vl", "v_store_i64", "i_max(a[i], a[i + n])"),						\
	FOLD_64("v_least_l", "int64_t", "vl", "v_store_i64", "i_min(a[i], a[i + n])"),						\
	VECTOR_MATH_64

/* Rows whose texts differ by the width alone, "256" or "512". */
#define X86_SQRT_D(w)												\
	V("v_sqrt_d", "vd", "vd x", "\treturn _mm" w "_sqrt_pd(x);\n"),						\
	V("v_greater_d", "vd", "vd a, vd b", "\t/* b where either is NaN */\n\treturn _mm" w "_max_pd(a, b);\n")
#define X86_SIGNS_D(w)												\
	V("v_sign_of_d", "vd", "vd x, vd s", "\treturn _mm" w "_or_pd(v_abs_d(x), _mm" w "_and_pd(_mm" w "_set1_pd(-0.0), s));\n"),	\
	V("v_flip_d", "vd", "vd x, vd s", "\t/* -x where s has a minus */\n"					\
	  "\treturn _mm" w "_xor_pd(x, _mm" w "_and_pd(_mm" w "_set1_pd(-0.0), s));\n")
#define X86_TURN_D(w)												\
	V("v_turn_d", "vd", "vd x, vd t", "\t/* -x where the last bit but one of t is set */\n"			\
	  "\treturn v_flip_d(x, _mm" w "_castsi" w "_pd(_mm" w "_slli_epi64(_mm" w "_castpd_si" w "(t), 62)));\n"),	\
	V("v_ldexp_d", "vd", "vd x, vd t", "\t/* x * 2^n for n in the last bits of t; the result is normal */\n"	\
	  "\treturn _mm" w "_castsi" w "_pd(_mm" w "_add_epi64(_mm" w "_castpd_si" w "(x), _mm" w "_slli_epi64(_mm" w "_castpd_si" w "(t), 52)));\n")

/* Bytes looked up in a table of 256 of them. */
#define X86_LOOKUP(w, spread)											\
	{"vb", "typedef __m" w "i vb;\t/* of bytes */\n"},							\
	V("v_set_bytes", "vb", "int x", "\treturn _mm" w "_set1_epi8((char)x);\n"),				\
	V("v_load_bytes", "vb", "const void *p", "\treturn _mm" w "_loadu_si" w "((const vb *)p);\n"),		\
	V("v_store_bytes", "void", "void *p, vb x", "\t_mm" w "_storeu_si" w "((vb *)p, x);\n"),		\
	V("v_row_bytes", "vb", "const void *table, int k",							\
	  "\t/* 16 k and those behind it, in each 16 lanes */\n"						\
	  "\treturn " spread "(_mm_loadu_si128((const __m128i *)table + k));\n"),				\
	V("v_step_bytes", "vb", "const void *table, int k",							\
	  "\treturn v_row_bytes(table, k) ^ v_row_bytes(table, k - 1);\n"),					\
	V("v_lookup", "vb", "const void *table, vb x",								\
	  "\t/* Row k is for bytes from 16 k on; those below have x - 16 k < 0, which picks 0. Of the steps from a row\n"	\
	  "\t * to the next each byte thus gets all up to its own, in two halves of 8 rows. */\n"		\
	  "\tvb z = x ^ _mm" w "_set1_epi8(-128), sixteen = _mm" w "_set1_epi8(16);\n"				\
	  "\tvb low = _mm" w "_shuffle_epi8(v_row_bytes(table, 0), x), high = _mm" w "_shuffle_epi8(v_row_bytes(table, 8), z);\n"	\
	  "\tUNROLL for (int k = 1; k < 8; k++) {\n"								\
	  "\t\tx = _mm" w "_subs_epi8(x, sixteen);\n\t\tz = _mm" w "_subs_epi8(z, sixteen);\n"			\
	  "\t\tlow ^= _mm" w "_shuffle_epi8(v_step_bytes(table, k), x);\n"					\
	  "\t\thigh ^= _mm" w "_shuffle_epi8(v_step_bytes(table, k + 8), z);\n\t}\n"				\
	  "\treturn low ^ high;\n")

/* The greater and the lesser of bytes. `half` is the least of 16 lanes that all of x have been folded to. */
#define X86_EXTREME_BYTES(w, half)										\
	V("v_max_u8", "vb", "vb a, vb b", "\treturn _mm" w "_max_epu8(a, b);\n"),				\
	V("v_max_i8", "vb", "vb a, vb b", "\treturn _mm" w "_max_epi8(a, b);\n"),				\
	V("v_min_u8", "vb", "vb a, vb b", "\treturn _mm" w "_min_epu8(a, b);\n"),				\
	V("v_min_i8", "vb", "vb a, vb b", "\treturn _mm" w "_min_epi8(a, b);\n"),				\
	V("v_least_u8", "uint8_t", "vb x",									\
	  "\t/* an instruction finds the least of eight numbers of 16 bits: of each two bytes the lesser */\n"	\
	  half "\treturn (uint8_t)_mm_cvtsi128_si32(_mm_minpos_epu16(_mm_min_epu8(y, _mm_srli_epi16(y, 8))));\n"),	\
	V("v_most_u8", "uint8_t", "vb x", "\treturn (uint8_t)~v_least_u8(x ^ v_set_bytes(-1));\n"),		\
	V("v_least_i8", "int8_t", "vb x", "\treturn (int8_t)(v_least_u8(x ^ v_set_bytes(-128)) ^ 128);\n"),	\
	V("v_most_i8", "int8_t", "vb x", "\treturn (int8_t)(v_most_u8(x ^ v_set_bytes(-128)) ^ 128);\n")

/* AVX2 has no masks but vectors, and no conversions: what is left over, and those, goes through memory. */
#define LANES_64_AVX2														\
	{"vd", "typedef __m256d vd;\t/* of doubles */\n"},									\
	{"vl", "typedef uint64_t vl __attribute__((vector_size(32)));\t/* integers of 64 bits */\n"},				\
	{"vm_64", "typedef __m256d vm_64;\n"},											\
	V("v_turn_8", "void", "void *y, int64_t to, const void *x, int64_t from",						\
	  "\t/* 16 x 16, eight rows at a time: a round of interleaving turns the number of a place by one bit */\n"	\
	  "\tfor (int k = 0; k < 16; k += 8) {\n\t\tconst uint8_t *p = (const uint8_t *)x + from * k;\n"			\
	  "\t\tuint8_t *q = (uint8_t *)y + k;\n\t\t__m128i a[8], b[8];\n"						\
	  "\t\tUNROLL for (int i = 0; i < 8; i++)\n\t\t\ta[i] = _mm_loadu_si128((const __m128i *)(p + from * i));\n"	\
	  "\t\tUNROLL for (int round = 0; round < 3; round++) {\n\t\t\tUNROLL for (int i = 0; i < 4; i++) {\n"		\
	  "\t\t\t\tb[2 * i] = _mm_unpacklo_epi8(a[i], a[i + 4]);\n\t\t\t\tb[2 * i + 1] = _mm_unpackhi_epi8(a[i], a[i + 4]);\n\t\t\t}\n"	\
	  "\t\t\tUNROLL for (int i = 0; i < 8; i++)\n\t\t\t\ta[i] = b[i];\n\t\t}\n"					\
	  "\t\tUNROLL for (int i = 0; i < 8; i++) {\n"									\
	  "\t\t\t_mm_storel_epi64((__m128i *)(q + to * 2 * i), a[i]);\n"						\
	  "\t\t\t_mm_storel_epi64((__m128i *)(q + to * (2 * i + 1)), _mm_unpackhi_epi64(a[i], a[i]));\n\t\t}\n\t}\n"),	\
	V("v_turn_64", "void", "void *y, int64_t to, const void *x, int64_t from",						\
	  "\tconst double *p = x;\n\tdouble *q = y;\n\t__m256d a[4], b[4];\n"						\
	  "\tUNROLL for (int i = 0; i < 4; i++)\n\t\ta[i] = _mm256_loadu_pd(p + from * i);\n"				\
	  "\tUNROLL for (int i = 0; i < 4; i += 2) {\n\t\tb[i] = _mm256_unpacklo_pd(a[i], a[i + 1]);\n"			\
	  "\t\tb[i + 1] = _mm256_unpackhi_pd(a[i], a[i + 1]);\n\t}\n"							\
	  "\tUNROLL for (int i = 0; i < 2; i++) {\n"									\
	  "\t\t_mm256_storeu_pd(q + to * i, _mm256_permute2f128_pd(b[i], b[i + 2], 0x20));\n"				\
	  "\t\t_mm256_storeu_pd(q + to * (i + 2), _mm256_permute2f128_pd(b[i], b[i + 2], 0x31));\n\t}\n"),		\
	V("v_mask_64", "__m256i", "int n", "\treturn _mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3));\n"),	\
	V("v_set_l", "vl", "int64_t x", "\treturn (vl)_mm256_set1_epi64x(x);\n"),						\
	V("v_when_64", "vm_64", "int yes", "\treturn _mm256_castsi256_pd(_mm256_set1_epi64x(-(yes != 0)));\n"),			\
	V("v_load_f64", "vd", "const double *p", "\treturn _mm256_loadu_pd(p);\n"),						\
	V("v_load_f64_n", "vd", "const double *p, int n", "\treturn _mm256_maskload_pd(p, v_mask_64(n));\n"),			\
	V("v_load_i64", "vl", "const int64_t *p", "\treturn (vl)_mm256_loadu_si256((const __m256i *)p);\n"),			\
	V("v_load_i64_n", "vl", "const int64_t *p, int n",									\
	  "\treturn (vl)_mm256_maskload_epi64((const long long *)p, v_mask_64(n));\n"),						\
	V("v_load_bool_64", "vm_64", "const uint8_t *p",									\
	  "\tint32_t x;\n\tmemcpy(&x, p, 4);\n\t__m256i y = _mm256_cvtepu8_epi64(_mm_cvtsi32_si128(x));\n"			\
	  "\treturn _mm256_castsi256_pd(_mm256_cmpgt_epi64(y, _mm256_setzero_si256()));\n"),					\
	V("v_load_bool_64_n", "vm_64", "const uint8_t *p, int n",								\
	  "\tuint8_t x[4] = {0};\n\tfor (int i = 0; i < n; i++)\n\t\tx[i] = p[i];\n\treturn v_load_bool_64(x);\n"),		\
	V("v_wide_f32", "vd", "const float *p", "\treturn _mm256_cvtps_pd(_mm_loadu_ps(p));\n"),				\
	V("v_wide_f32_n", "vd", "const float *p, int n",									\
	  "\tfloat x[4] = {0};\n\tfor (int i = 0; i < n; i++)\n\t\tx[i] = p[i];\n\treturn v_wide_f32(x);\n"),			\
	V("v_wide_i32", "vl", "const int32_t *p", "\treturn (vl)_mm256_cvtepi32_epi64(_mm_loadu_si128((const __m128i *)p));\n"),	\
	V("v_wide_i32_n", "vl", "const int32_t *p, int n",									\
	  "\tint32_t x[4] = {0};\n\tfor (int i = 0; i < n; i++)\n\t\tx[i] = p[i];\n\treturn v_wide_i32(x);\n"),			\
	V("v_round_f32", "vd", "vd x", "\treturn _mm256_cvtps_pd(_mm256_cvtpd_ps(x));\n"),					\
	V("v_store_f32", "void", "float *p, vd x", "\t_mm_storeu_ps(p, _mm256_cvtpd_ps(x));\n"),				\
	V("v_store_f32_n", "void", "float *p, vd x, int n",									\
	  "\t__m128i count = _mm_cmpgt_epi32(_mm_set1_epi32(n), _mm_setr_epi32(0, 1, 2, 3));\n"				\
	  "\t_mm_maskstore_ps(p, count, _mm256_cvtpd_ps(x));\n"),								\
	V("v_store_f64", "void", "double *p, vd x", "\t_mm256_storeu_pd(p, x);\n"),						\
	V("v_store_f64_n", "void", "double *p, vd x, int n", "\t_mm256_maskstore_pd(p, v_mask_64(n), x);\n"),			\
	V("v_store_i64", "void", "int64_t *p, vl x", "\t_mm256_storeu_si256((__m256i *)p, (__m256i)x);\n"),			\
	V("v_store_i64_n", "void", "int64_t *p, vl x, int n", "\t_mm256_maskstore_epi64((long long *)p, v_mask_64(n), (__m256i)x);\n"),	\
	V("v_store_bool_64_n", "void", "uint8_t *p, vm_64 x, int n",								\
	  "\tint bits = _mm256_movemask_pd(x);\n\tfor (int i = 0; i < n; i++)\n\t\tp[i] = (uint8_t)(bits >> i & 1);\n"),	\
	V("v_store_bool_64", "void", "uint8_t *p, vm_64 x",									\
	  "\tuint32_t bits = (uint32_t)_mm256_movemask_pd(x) * 0x00204081 & 0x01010101;\t/* one in each byte */\n\tmemcpy(p, &bits, 4);\n"),	\
	V("v_first_d", "vd", "vd x, vd rest, int n", "\treturn _mm256_blendv_pd(rest, x, _mm256_castsi256_pd(v_mask_64(n)));\n"),	\
	V("v_first_l", "vl", "vl x, vl rest, int n", "\treturn (vl)_mm256_blendv_epi8((__m256i)rest, (__m256i)x, v_mask_64(n));\n"),	\
	V("v_real", "vd", "vl x", "\tvd y = { 0 };\n\tUNROLL for (int i = 0; i < 4; i++)\n\t\ty[i] = (double)(int64_t)x[i];\n\treturn y;\n"),	\
	V("v_long", "vl", "vd x", "\t/* truncated; below 2^51 the sum with 1.5 * 2^52 has the integer in its last bits */\n"		\
	  "\t__m256d whole = _mm256_round_pd(x, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC), middle = _mm256_set1_pd(0x1.8p52);\n"	\
	  "\tif (_mm256_movemask_pd(_mm256_cmp_pd(_mm256_andnot_pd(_mm256_set1_pd(-0.0), x), _mm256_set1_pd(0x1p51), _CMP_LT_OQ)) == 15)\n" \
	  "\t\treturn (vl)_mm256_castpd_si256(_mm256_add_pd(whole, middle)) - (vl)_mm256_castpd_si256(middle);\n"			\
	  "\tvl y = { 0 };\n\tUNROLL for (int i = 0; i < 4; i++)\n\t\ty[i] = (uint64_t)f_to_i64(x[i]);\n\treturn y;\n"),	\
	V("v_abs_d", "vd", "vd x", "\treturn _mm256_andnot_pd(_mm256_set1_pd(-0.0), x);\n"),					\
	V("v_max_d", "vd", "vd a, vd b", "\t/* a NaN in either operand wins: all bits set is one */\n"			\
	  "\treturn _mm256_or_pd(_mm256_max_pd(a, b), _mm256_cmp_pd(a, a, _CMP_UNORD_Q));\n"),				\
	V("v_min_d", "vd", "vd a, vd b", "\t/* a NaN in either operand wins: all bits set is one */\n"			\
	  "\treturn _mm256_or_pd(_mm256_min_pd(a, b), _mm256_cmp_pd(a, a, _CMP_UNORD_Q));\n"),				\
	V("v_floor_d", "vd", "vd x", "\treturn _mm256_floor_pd(x);\n"),								\
	V("v_ceil_d", "vd", "vd x", "\treturn _mm256_ceil_pd(x);\n"),								\
	V("v_trunc_d", "vd", "vd x", "\treturn _mm256_round_pd(x, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);\n"),			\
	X86_SQRT_D("256"),											\
	V("v_unordered_d", "vm_64", "vd a, vd b", "\t/* where either is NaN */\n\treturn _mm256_cmp_pd(a, b, _CMP_UNORD_Q);\n"),				\
	V("v_eq_d", "vm_64", "vd a, vd b", "\treturn _mm256_cmp_pd(a, b, _CMP_EQ_OQ);\n"),					\
	V("v_lt_d", "vm_64", "vd a, vd b", "\treturn _mm256_cmp_pd(a, b, _CMP_LT_OQ);\n"),					\
	V("v_le_d", "vm_64", "vd a, vd b", "\treturn _mm256_cmp_pd(a, b, _CMP_LE_OQ);\n"),					\
	V("v_eq_l", "vm_64", "vl a, vl b", "\treturn _mm256_castsi256_pd(_mm256_cmpeq_epi64((__m256i)a, (__m256i)b));\n"),	\
	V("v_lt_l", "vm_64", "vl a, vl b", "\treturn _mm256_castsi256_pd(_mm256_cmpgt_epi64((__m256i)b, (__m256i)a));\n"),	\
	V("v_le_l", "vm_64", "vl a, vl b", "\treturn v_not_64(v_lt_l(b, a));\n"),						\
	V("v_select_d", "vd", "vm_64 m, vd a, vd b", "\treturn _mm256_blendv_pd(b, a, m);\n"),					\
	V("v_select_l", "vl", "vm_64 m, vl a, vl b", "\treturn (vl)_mm256_blendv_epi8((__m256i)b, (__m256i)a, _mm256_castpd_si256(m));\n"),	\
	V("v_max_l", "vl", "vl a, vl b", "\treturn v_select_l(v_lt_l(a, b), b, a);\n"),						\
	V("v_min_l", "vl", "vl a, vl b", "\treturn v_select_l(v_lt_l(b, a), b, a);\n"),						\
	V("v_and_64", "vm_64", "vm_64 a, vm_64 b", "\treturn _mm256_and_pd(a, b);\n"),						\
	V("v_or_64", "vm_64", "vm_64 a, vm_64 b", "\treturn _mm256_or_pd(a, b);\n"),						\
	V("v_xor_64", "vm_64", "vm_64 a, vm_64 b", "\treturn _mm256_xor_pd(a, b);\n"),						\
	V("v_not_64", "vm_64", "vm_64 a", "\treturn _mm256_xor_pd(a, _mm256_castsi256_pd(_mm256_set1_epi64x(-1)));\n"),		\
	V("v_any_64", "int", "vm_64 m", "\treturn _mm256_movemask_pd(m) != 0;\n"),				\
	X86_SIGNS_D("256"),											\
	V("v_odd_d", "vm_64", "vd t", "\t/* the last bit of t is set */\n"					\
	  "\treturn _mm256_castsi256_pd(_mm256_slli_epi64(_mm256_castpd_si256(t), 63));\n"),			\
	X86_TURN_D("256"),											\
	V("v_scale_d", "vd", "vd x, vd n",									\
	  "\t/* x * 2^n in two steps, so that n may leave the range of exponents */\n"				\
	  "\t__m128i k = _mm256_cvtpd_epi32(n), half = _mm_srai_epi32(k, 1), bias = _mm_set1_epi32(1023);\n"	\
	  "\t__m256i a = _mm256_slli_epi64(_mm256_cvtepi32_epi64(_mm_add_epi32(half, bias)), 52);\n"		\
	  "\t__m256i b = _mm256_slli_epi64(_mm256_cvtepi32_epi64(_mm_add_epi32(_mm_sub_epi32(k, half), bias)), 52);\n"	\
	  "\treturn x * _mm256_castsi256_pd(a) * _mm256_castsi256_pd(b);\n"),					\
	V("v_exponent_d", "vd", "vd x", "\t/* the e of x = m 2^e, 3/4 <= m < 3/2; x > 0 is normal */\n"		\
	  "\t__m256i e = _mm256_srli_epi64(_mm256_add_epi64(_mm256_castpd_si256(x), _mm256_set1_epi64x(0x0018000000000000)), 52);\n"	\
	  "\treturn _mm256_castsi256_pd(_mm256_or_si256(e, _mm256_set1_epi64x(0x4330000000000000))) - v_set_d(0x1p52 + 1024);\n"),	\
	V("v_mantissa_d", "vd", "vd x", "\t/* the m of x = m 2^e, 3/4 <= m < 3/2; x > 0 is normal */\n"		\
	  "\t__m256i least = _mm256_set1_epi64x(0x3fe8000000000000), low = _mm256_set1_epi64x(0x000fffffffffffff);\n"	\
	  "\t__m256i part = _mm256_and_si256(_mm256_sub_epi64(_mm256_castpd_si256(x), least), low);\n"		\
	  "\treturn _mm256_castsi256_pd(_mm256_add_epi64(part, least));\n"),					\
	V("v_log_d", "vd", "vd x",										\
	  "\tvd zero = v_set_d(0.0), inf = v_set_d(INFINITY);\n"						\
	  "\tvm_64 tiny = v_lt_d(x, v_set_d(0x1p-1022));\t/* subnormals are scaled up */\n"			\
	  "\tvd z = v_select_d(tiny, x * v_set_d(0x1p54), x);\n"						\
	  "\tvd y = v_log_of_d(v_mantissa_d(z) - v_set_d(1.0), v_exponent_d(z) - v_select_d(tiny, v_set_d(54.0), zero));\n"	\
	  "\ty = v_select_d(v_eq_d(x, zero), -inf, v_select_d(v_lt_d(x, inf), y, x));\n"			\
	  "\treturn v_select_d(v_lt_d(x, zero), v_set_d(NAN), y);\n"),					\
	{"vm_8", "typedef __m256i vm_8;\t/* masks of bytes */\n"},						\
	V("v_when_8", "vm_8", "int yes", "\treturn _mm256_set1_epi8((char)-(yes != 0));\n"),			\
	V("v_not_8", "vm_8", "vm_8 a", "\treturn _mm256_xor_si256(a, _mm256_set1_epi8(-1));\n"),		\
	V("v_and_8", "vm_8", "vm_8 a, vm_8 b", "\treturn _mm256_and_si256(a, b);\n"),				\
	V("v_or_8", "vm_8", "vm_8 a, vm_8 b", "\treturn _mm256_or_si256(a, b);\n"),				\
	V("v_xor_8", "vm_8", "vm_8 a, vm_8 b", "\treturn _mm256_xor_si256(a, b);\n"),				\
	V("v_load_bool_8", "vm_8", "const uint8_t *p",								\
	  "\treturn v_not_8(_mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)p), _mm256_setzero_si256()));\n"),	\
	V("v_load_bool_8_n", "vm_8", "const uint8_t *p, int n",							\
	  "\tuint8_t x[32] = {0};\n\tfor (int i = 0; i < n; i++)\n\t\tx[i] = p[i];\n\treturn v_load_bool_8(x);\n"),	\
	V("v_store_bool_8", "void", "uint8_t *p, vm_8 x", "\t_mm256_storeu_si256((__m256i *)p, _mm256_and_si256(x, _mm256_set1_epi8(1)));\n"),	\
	V("v_store_bool_8_n", "void", "uint8_t *p, vm_8 x, int n",						\
	  "\tuint8_t y[32];\n\tv_store_bool_8(y, x);\n\tfor (int i = 0; i < n; i++)\n\t\tp[i] = y[i];\n"),	\
	X86_LOOKUP("256", "_mm256_broadcastsi128_si256"),							\
	X86_EXTREME_BYTES("256", "\t__m128i y = _mm_min_epu8(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));\n"),	\
	V("v_first_bytes", "vb", "vb x, vb rest, int n",							\
	  "\tuint8_t y[32], z[32];\n\tv_store_bytes(y, x);\n\tv_store_bytes(z, rest);\n"			\
	  "\tmemcpy(z, y, (size_t)n);\n\treturn v_load_bytes(z);\n"),					\
	V("v_load_bytes_n", "vb", "const void *p, int n",							\
	  "\tuint8_t x[32] = {0};\n\tfor (int i = 0; i < n; i++)\n\t\tx[i] = ((const uint8_t *)p)[i];\n\treturn v_load_bytes(x);\n"),	\
	V("v_store_bytes_n", "void", "void *p, vb x, int n",							\
	  "\tuint8_t y[32];\n\tv_store_bytes(y, x);\n\tfor (int i = 0; i < n; i++)\n\t\t((uint8_t *)p)[i] = y[i];\n"),	\
	LANES_64

#define LANES_64_AVX512														\
	{"vd", "typedef __m512d vd;\t/* of doubles */\n"},									\
	{"vl", "typedef uint64_t vl __attribute__((vector_size(64)));\t/* integers of 64 bits */\n"},				\
	{"vm_64", "typedef __mmask8 vm_64;\n"},											\
	V("v_turn_8", "void", "void *y, int64_t to, const void *x, int64_t from",						\
	  "\t/* 16 x 16: a round of interleaving turns the number of a place by one bit */\n"				\
	  "\t__m128i a[16], b[16];\n\tUNROLL for (int i = 0; i < 16; i++)\n"						\
	  "\t\ta[i] = _mm_loadu_si128((const __m128i *)((const uint8_t *)x + from * i));\n"				\
	  "\tUNROLL for (int round = 0; round < 4; round++) {\n\t\tUNROLL for (int i = 0; i < 8; i++) {\n"		\
	  "\t\t\tb[2 * i] = _mm_unpacklo_epi8(a[i], a[i + 8]);\n\t\t\tb[2 * i + 1] = _mm_unpackhi_epi8(a[i], a[i + 8]);\n\t\t}\n"	\
	  "\t\tUNROLL for (int i = 0; i < 16; i++)\n\t\t\ta[i] = b[i];\n\t}\n"						\
	  "\tUNROLL for (int i = 0; i < 16; i++)\n\t\t_mm_storeu_si128((__m128i *)((uint8_t *)y + to * i), a[i]);\n"),	\
	V("v_turn_64", "void", "void *y, int64_t to, const void *x, int64_t from",						\
	  "\tconst double *p = x;\n\tdouble *q = y;\n\t__m512d a[8], b[8];\n"						\
	  "\tUNROLL for (int i = 0; i < 8; i++)\n\t\ta[i] = _mm512_loadu_pd(p + from * i);\n"				\
	  "\tUNROLL for (int i = 0; i < 8; i += 2) {\n\t\tb[i] = _mm512_unpacklo_pd(a[i], a[i + 1]);\n"			\
	  "\t\tb[i + 1] = _mm512_unpackhi_pd(a[i], a[i + 1]);\n\t}\n"							\
	  "\tUNROLL for (int i = 0; i < 2; i++) {\n\t\t/* pairs 0 and 2, then 1 and 3, of each four rows */\n"		\
	  "\t\t__m512d low = _mm512_shuffle_f64x2(b[i], b[i + 2], 0x88), high = _mm512_shuffle_f64x2(b[i + 4], b[i + 6], 0x88);\n"	\
	  "\t\t_mm512_storeu_pd(q + to * i, _mm512_shuffle_f64x2(low, high, 0x88));\n"					\
	  "\t\t_mm512_storeu_pd(q + to * (i + 4), _mm512_shuffle_f64x2(low, high, 0xdd));\n"				\
	  "\t\tlow = _mm512_shuffle_f64x2(b[i], b[i + 2], 0xdd);\n\t\thigh = _mm512_shuffle_f64x2(b[i + 4], b[i + 6], 0xdd);\n"	\
	  "\t\t_mm512_storeu_pd(q + to * (i + 2), _mm512_shuffle_f64x2(low, high, 0x88));\n"				\
	  "\t\t_mm512_storeu_pd(q + to * (i + 6), _mm512_shuffle_f64x2(low, high, 0xdd));\n\t}\n"),			\
	V("v_mask_64", "vm_64", "int n", "\treturn (vm_64)((1u << n) - 1);\n"),							\
	V("v_set_l", "vl", "int64_t x", "\treturn (vl)_mm512_set1_epi64(x);\n"),						\
	V("v_when_64", "vm_64", "int yes", "\treturn (vm_64)(yes ? 255 : 0);\n"),						\
	V("v_load_f64", "vd", "const double *p", "\treturn _mm512_loadu_pd(p);\n"),						\
	V("v_load_f64_n", "vd", "const double *p, int n", "\treturn _mm512_maskz_loadu_pd(v_mask_64(n), p);\n"),		\
	V("v_load_i64", "vl", "const int64_t *p", "\treturn (vl)_mm512_loadu_si512(p);\n"),					\
	V("v_load_i64_n", "vl", "const int64_t *p, int n", "\treturn (vl)_mm512_maskz_loadu_epi64(v_mask_64(n), p);\n"),	\
	V("v_load_bool_64", "vm_64", "const uint8_t *p",									\
	  "\t__m128i x = _mm_loadl_epi64((const __m128i *)p);\n\treturn (vm_64)_mm_test_epi8_mask(x, x);\n"),			\
	V("v_load_bool_64_n", "vm_64", "const uint8_t *p, int n",								\
	  "\t__m128i x = _mm_maskz_loadu_epi8((__mmask16)((1u << n) - 1), p);\n\treturn (vm_64)_mm_test_epi8_mask(x, x);\n"),	\
	V("v_wide_f32", "vd", "const float *p", "\treturn _mm512_cvtps_pd(_mm256_loadu_ps(p));\n"),				\
	V("v_wide_f32_n", "vd", "const float *p, int n", "\treturn _mm512_cvtps_pd(_mm256_maskz_loadu_ps(v_mask_64(n), p));\n"),	\
	V("v_wide_i32", "vl", "const int32_t *p", "\treturn (vl)_mm512_cvtepi32_epi64(_mm256_loadu_si256((const __m256i *)p));\n"),	\
	V("v_wide_i32_n", "vl", "const int32_t *p, int n", "\treturn (vl)_mm512_cvtepi32_epi64(_mm256_maskz_loadu_epi32(v_mask_64(n), p));\n"),	\
	V("v_round_f32", "vd", "vd x", "\treturn _mm512_cvtps_pd(_mm512_cvtpd_ps(x));\n"),					\
	V("v_store_f32", "void", "float *p, vd x", "\t_mm256_storeu_ps(p, _mm512_cvtpd_ps(x));\n"),				\
	V("v_store_f32_n", "void", "float *p, vd x, int n", "\t_mm256_mask_storeu_ps(p, v_mask_64(n), _mm512_cvtpd_ps(x));\n"),	\
	V("v_store_f64", "void", "double *p, vd x", "\t_mm512_storeu_pd(p, x);\n"),						\
	V("v_store_f64_n", "void", "double *p, vd x, int n", "\t_mm512_mask_storeu_pd(p, v_mask_64(n), x);\n"),			\
	V("v_store_i64", "void", "int64_t *p, vl x", "\t_mm512_storeu_si512(p, (__m512i)x);\n"),				\
	V("v_store_i64_n", "void", "int64_t *p, vl x, int n", "\t_mm512_mask_storeu_epi64(p, v_mask_64(n), (__m512i)x);\n"),	\
	V("v_store_bool_64", "void", "uint8_t *p, vm_64 x", "\t_mm_storel_epi64((__m128i *)p, _mm_maskz_set1_epi8(x, 1));\n"),	\
	V("v_store_bool_64_n", "void", "uint8_t *p, vm_64 x, int n",								\
	  "\t_mm_mask_storeu_epi8(p, (__mmask16)((1u << n) - 1), _mm_maskz_set1_epi8(x, 1));\n"),				\
	V("v_first_d", "vd", "vd x, vd rest, int n", "\treturn _mm512_mask_mov_pd(rest, v_mask_64(n), x);\n"),			\
	V("v_first_l", "vl", "vl x, vl rest, int n", "\treturn (vl)_mm512_mask_mov_epi64((__m512i)rest, v_mask_64(n), (__m512i)x);\n"),	\
	V("v_real", "vd", "vl x", "\treturn _mm512_cvtepi64_pd((__m512i)x);\n"),						\
	V("v_long", "vl", "vd x", "\t/* truncated; what does not fit, NaN included, gives the least number */\n"		\
	  "\treturn (vl)_mm512_cvttpd_epi64(x);\n"),										\
	V("v_abs_d", "vd", "vd x", "\treturn _mm512_abs_pd(x);\n"),								\
	V("v_max_d", "vd", "vd a, vd b", "\t/* a NaN in either operand wins */\n"						\
	  "\treturn _mm512_mask_mov_pd(_mm512_max_pd(a, b), _mm512_cmp_pd_mask(a, a, _CMP_UNORD_Q), a);\n"),			\
	V("v_min_d", "vd", "vd a, vd b", "\t/* a NaN in either operand wins */\n"						\
	  "\treturn _mm512_mask_mov_pd(_mm512_min_pd(a, b), _mm512_cmp_pd_mask(a, a, _CMP_UNORD_Q), a);\n"),			\
	V("v_floor_d", "vd", "vd x", "\treturn _mm512_roundscale_pd(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);\n"),		\
	V("v_ceil_d", "vd", "vd x", "\treturn _mm512_roundscale_pd(x, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC);\n"),		\
	V("v_trunc_d", "vd", "vd x", "\treturn _mm512_roundscale_pd(x, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);\n"),		\
	X86_SQRT_D("512"),											\
	V("v_unordered_d", "vm_64", "vd a, vd b", "\t/* where either is NaN */\n\treturn _mm512_cmp_pd_mask(a, b, _CMP_UNORD_Q);\n"),				\
	V("v_eq_d", "vm_64", "vd a, vd b", "\treturn _mm512_cmp_pd_mask(a, b, _CMP_EQ_OQ);\n"),					\
	V("v_lt_d", "vm_64", "vd a, vd b", "\treturn _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ);\n"),					\
	V("v_le_d", "vm_64", "vd a, vd b", "\treturn _mm512_cmp_pd_mask(a, b, _CMP_LE_OQ);\n"),					\
	V("v_eq_l", "vm_64", "vl a, vl b", "\treturn _mm512_cmpeq_epi64_mask((__m512i)a, (__m512i)b);\n"),			\
	V("v_lt_l", "vm_64", "vl a, vl b", "\treturn _mm512_cmplt_epi64_mask((__m512i)a, (__m512i)b);\n"),			\
	V("v_le_l", "vm_64", "vl a, vl b", "\treturn _mm512_cmple_epi64_mask((__m512i)a, (__m512i)b);\n"),			\
	V("v_select_d", "vd", "vm_64 m, vd a, vd b", "\treturn _mm512_mask_mov_pd(b, m, a);\n"),				\
	V("v_select_l", "vl", "vm_64 m, vl a, vl b", "\treturn (vl)_mm512_mask_mov_epi64((__m512i)b, m, (__m512i)a);\n"),	\
	V("v_max_l", "vl", "vl a, vl b", "\treturn (vl)_mm512_max_epi64((__m512i)a, (__m512i)b);\n"),				\
	V("v_min_l", "vl", "vl a, vl b", "\treturn (vl)_mm512_min_epi64((__m512i)a, (__m512i)b);\n"),				\
	V("v_and_64", "vm_64", "vm_64 a, vm_64 b", "\treturn (vm_64)(a & b);\n"),						\
	V("v_or_64", "vm_64", "vm_64 a, vm_64 b", "\treturn (vm_64)(a | b);\n"),						\
	V("v_xor_64", "vm_64", "vm_64 a, vm_64 b", "\treturn (vm_64)(a ^ b);\n"),						\
	V("v_not_64", "vm_64", "vm_64 a", "\treturn (vm_64)~a;\n"),								\
	V("v_any_64", "int", "vm_64 m", "\treturn m != 0;\n"),							\
	X86_SIGNS_D("512"),											\
	V("v_odd_d", "vm_64", "vd t", "\t/* the last bit of t is set */\n"					\
	  "\treturn _mm512_test_epi64_mask(_mm512_castpd_si512(t), _mm512_set1_epi64(1));\n"),			\
	X86_TURN_D("512"),											\
	V("v_scale_d", "vd", "vd x, vd n", "\treturn _mm512_scalef_pd(x, n);\n"),				\
	V("v_mantissa_d", "vd", "vd x", "\t/* the m of x = m 2^e, 3/4 <= m < 3/2; NaN for x < 0 */\n"		\
	  "\treturn _mm512_getmant_pd(x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_nan);\n"),			\
	V("v_exponent_d", "vd", "vd x", "\t/* the e of x = m 2^e, 3/4 <= m < 3/2; -infinity for 0 */\n"	\
	  "\treturn _mm512_getexp_pd(x) - _mm512_getexp_pd(v_mantissa_d(x));\n"),				\
	V("v_log_d", "vd", "vd x", "\treturn v_log_of_d(v_mantissa_d(x) - v_set_d(1.0), v_exponent_d(x));\n"),	\
	{"vm_8", "typedef __mmask64 vm_8;\t/* masks of bytes */\n"},						\
	V("v_mask_8", "vm_8", "int n", "\treturn ((vm_8)1 << n) - 1;\n"),					\
	V("v_when_8", "vm_8", "int yes", "\treturn yes ? UINT64_MAX : 0;\n"),					\
	V("v_not_8", "vm_8", "vm_8 a", "\treturn ~a;\n"),							\
	V("v_and_8", "vm_8", "vm_8 a, vm_8 b", "\treturn a & b;\n"),						\
	V("v_or_8", "vm_8", "vm_8 a, vm_8 b", "\treturn a | b;\n"),						\
	V("v_xor_8", "vm_8", "vm_8 a, vm_8 b", "\treturn a ^ b;\n"),						\
	V("v_load_bool_8", "vm_8", "const uint8_t *p", "\t__m512i x = _mm512_loadu_si512(p);\n\treturn _mm512_test_epi8_mask(x, x);\n"),	\
	V("v_load_bool_8_n", "vm_8", "const uint8_t *p, int n",							\
	  "\t__m512i x = _mm512_maskz_loadu_epi8(v_mask_8(n), p);\n\treturn _mm512_test_epi8_mask(x, x);\n"),	\
	V("v_store_bool_8", "void", "uint8_t *p, vm_8 x", "\t_mm512_storeu_si512(p, _mm512_maskz_set1_epi8(x, 1));\n"),	\
	V("v_store_bool_8_n", "void", "uint8_t *p, vm_8 x, int n", "\t_mm512_mask_storeu_epi8(p, v_mask_8(n), _mm512_maskz_set1_epi8(x, 1));\n"),	\
	X86_LOOKUP("512", "_mm512_broadcast_i32x4"),								\
	X86_EXTREME_BYTES("512",										\
	  "\t__m256i half = _mm256_min_epu8(_mm512_castsi512_si256(x), _mm512_extracti64x4_epi64(x, 1));\n"	\
	  "\t__m128i y = _mm_min_epu8(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));\n"),	\
	V("v_first_bytes", "vb", "vb x, vb rest, int n", "\treturn _mm512_mask_mov_epi8(rest, v_mask_8(n), x);\n"),	\
	V("v_load_bytes_n", "vb", "const void *p, int n", "\treturn _mm512_maskz_loadu_epi8(v_mask_8(n), p);\n"),	\
	V("v_store_bytes_n", "void", "void *p, vb x, int n", "\t_mm512_mask_storeu_epi8(p, v_mask_8(n), x);\n"),	\
	LANES_64
#endif
