/* avx512.c -- vectors of 16 floats: AVX-512, and with it VNNI's products of bytes. */
#include "codegen/target/x86.h"

#define AVX512_PICKED_2(part)											\
	"\t__m512i at = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 17, 19, 21, 23, 25, 27, 29, 31);\n"	\
	"\treturn v_pair(" part(0) ", at, " part(15) ");\n"
#define AVX512_PICKED_3(part)											\
	"\tvf x = v_pair(" part(0) ", _mm512_setr_epi32(0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 0, 0, 0, 0, 0), " part(16) ");\n"	\
	"\treturn v_pair(x, _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 19, 22, 25, 28, 31), " part(30) ");\n"
#define AVX512_PICKED_4(part)											\
	"\t__m512i at = _mm512_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28, 0, 4, 8, 12, 19, 23, 27, 31);\n"	\
	"\tvf low = v_pair(" part(0) ", at, " part(16) "), high = v_pair(" part(32) ", at, " part(45) ");\n"	\
	"\treturn _mm512_mask_mov_ps(low, 0xff00, high);\n"

static const Helper avx512[] = {
	{"vf", "typedef __m512 vf;\n"},
	{"vm", "typedef __mmask16 vm;\n"},
	X86_MOVES("512"),
	V("v_load_n", "vf", "const float *p, int n", "\treturn _mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);\n"),
	V("v_apart", "__m512i", "int step",
	  "\treturn _mm512_mullo_epi32(_mm512_set1_epi32(step), _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));\n"),
	V("v_gather", "vf", "const float *p, int step", "\treturn _mm512_i32gather_ps(v_apart(step), p, 4);\n"),
	V("v_gather_n", "vf", "const float *p, int step, int n",
	  "\treturn _mm512_mask_i32gather_ps(_mm512_setzero_ps(), (__mmask16)((1u << n) - 1), v_apart(step), p, 4);\n"),
	V("v_store_n", "void", "float *p, vf x, int n",
	  "\tif (n == 8)\n\t\t_mm256_storeu_ps(p, _mm512_castps512_ps256(x));\t/* half the time of a mask */\n"
	  "\telse\n\t\t_mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), x);\n"),
	EVERY("16", "_mm512_")
	V("v_pair", "vf", "vf a, __m512i at, vf b", "\t/* elements of a, and from 16 on of b */\n\treturn _mm512_permutex2var_ps(a, at, b);\n"),
	V("v_load_part", "vf", "const float *p, int n",
	  "\t/* n may be negative, or more than there are lanes */\n"
	  "\treturn _mm512_maskz_loadu_ps((__mmask16)(n < 0 ? 0 : n < 16 ? (1 << n) - 1 : 0xffff), p);\n"),
	EVERY_FLOAT(AVX512_PICKED_2, AVX512_PICKED_3, AVX512_PICKED_4)
	V("v_repeated_2", "vf", "vf x",
	  "\treturn _mm512_permutexvar_ps(_mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7), x);\n"),
	V("v_repeated_4", "vf", "vf x",
	  "\treturn _mm512_permutexvar_ps(_mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3), x);\n"),
	V("v_repeat_2", "vf", "const float *p", "\treturn v_repeated_2(_mm512_castps256_ps512(_mm256_loadu_ps(p)));\n"),
	V("v_repeat_2_n", "vf", "const float *p, int n", "\treturn v_repeated_2(v_load_n(p, (n + 1) / 2));\n"),
	V("v_repeat_4", "vf", "const float *p", "\treturn v_repeated_4(_mm512_castps128_ps512(_mm_loadu_ps(p)));\n"),
	V("v_repeat_4_n", "vf", "const float *p, int n", "\treturn v_repeated_4(v_load_n(p, (n + 3) / 4));\n"),
	V("v_picked_2", "__m128i", "const void *p",
	  "\tconst uint8_t *q = p;\n"
	  "\t__m128i a = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)q), _mm_setr_epi8(0, 2, 4, 6, 8, 10, 12, 14, -1, -1, -1, -1, -1, -1, -1, -1));\n"
	  "\t__m128i b = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(q + 15)), _mm_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, 1, 3, 5, 7, 9, 11, 13, 15));\n"
	  "\treturn _mm_or_si128(a, b);\n"),
	V("v_picked_3", "__m128i", "const void *p",
	  "\tconst uint8_t *q = p;\n"
	  "\t__m128i a = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)q), _mm_setr_epi8(0, 3, 6, 9, 12, 15, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1));\n"
	  "\t__m128i b = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(q + 16)), _mm_setr_epi8(-1, -1, -1, -1, -1, -1, 2, 5, 8, 11, 14, -1, -1, -1, -1, -1));\n"
	  "\t__m128i c = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(q + 30)), _mm_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 3, 6, 9, 12, 15));\n"
	  "\treturn _mm_or_si128(_mm_or_si128(a, b), c);\n"),
	V("v_picked_4", "__m128i", "const void *p",
	  "\tconst uint8_t *q = p;\n\t__m128i low = _mm_set1_epi32(0x0c080400), x[4];\n"
	  "\tUNROLL for (int i = 0; i < 4; i++)\n"
	  "\t\tx[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(q + (i < 3 ? 16 * i : 45))), i < 3 ? low : _mm_set1_epi32(0x0f0b0703));\n"
	  "\treturn _mm_unpacklo_epi64(_mm_unpacklo_epi32(x[0], x[1]), _mm_unpacklo_epi32(x[2], x[3]));\n"),
	V("v_columns", "void", "vf *c, const float *p, int64_t step",
	  "\t/* rows i, i + 4, i + 8, i + 12 side by side, then 4 x 4 within each quarter */\n"
	  "\tUNROLL for (int k = 0; k < 16; k += 4) {\n"
	  "\t\tvf r[4];\n"
	  "\t\tUNROLL for (int i = 0; i < 4; i++) {\n"
	  "\t\t\tconst float *a = p + i * step + k;\n"
	  "\t\t\tr[i] = _mm512_castps128_ps512(_mm_loadu_ps(a));\n"
	  "\t\t\tr[i] = _mm512_insertf32x4(r[i], _mm_loadu_ps(a + 4 * step), 1);\n"
	  "\t\t\tr[i] = _mm512_insertf32x4(r[i], _mm_loadu_ps(a + 8 * step), 2);\n"
	  "\t\t\tr[i] = _mm512_insertf32x4(r[i], _mm_loadu_ps(a + 12 * step), 3);\n"
	  "\t\t}\n"
	  "\t\t__m512d s0 = _mm512_castps_pd(_mm512_unpacklo_ps(r[0], r[1])), s1 = _mm512_castps_pd(_mm512_unpackhi_ps(r[0], r[1]));\n"
	  "\t\t__m512d t0 = _mm512_castps_pd(_mm512_unpacklo_ps(r[2], r[3])), t1 = _mm512_castps_pd(_mm512_unpackhi_ps(r[2], r[3]));\n"
	  "\t\tc[k] = _mm512_castpd_ps(_mm512_unpacklo_pd(s0, t0));\n"
	  "\t\tc[k + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(s0, t0));\n"
	  "\t\tc[k + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(s1, t1));\n"
	  "\t\tc[k + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(s1, t1));\n"
	  "\t}\n"),
	V("v_lanes", "__m512i", "void", "\treturn _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);\n"),
	V("v_below", "vm", "int n", "\treturn _mm512_cmplt_epi32_mask(v_lanes(), _mm512_set1_epi32(n));\n"),
	V("v_lane", "vm", "int n", "\treturn _mm512_cmpeq_epi32_mask(v_lanes(), _mm512_set1_epi32(n));\n"),
	V("v_when", "vm", "int yes", "\treturn (vm)(yes ? 0xffff : 0);\n"),
	V("v_first", "vf", "vf x, vf rest, int n", "\treturn _mm512_mask_mov_ps(rest, (__mmask16)((1u << n) - 1), x);\n"),
	V("v_bools", "vm", "const uint8_t *p",
	  "\t__m128i x = _mm_loadu_si128((const __m128i *)p);\n\treturn _mm_test_epi8_mask(x, x);\n"),
	V("v_bools_n", "vm", "const uint8_t *p, int n",
	  "\t__m128i x = _mm_maskz_loadu_epi8((__mmask16)((1u << n) - 1), p);\n\treturn _mm_test_epi8_mask(x, x);\n"),
	COLUMNS("16"),
	V("v_xor", "vm", "vm a, vm b", "\treturn (vm)(a ^ b);\n"),
	V("v_store_bool", "void", "uint8_t *p, vm x", "\t_mm_storeu_si128((__m128i *)p, _mm_maskz_set1_epi8(x, 1));\n"),
	V("v_store_bool_n", "void", "uint8_t *p, vm x, int n",
	  "\t_mm_mask_storeu_epi8(p, (__mmask16)((1u << n) - 1), _mm_maskz_set1_epi8(x, 1));\n"),
	V("v_load_f16", "vf", "const uint16_t *p", "\treturn _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));\n"),
	V("v_load_f16_n", "vf", "const uint16_t *p, int n",
	  "\treturn _mm512_cvtph_ps(_mm256_maskz_loadu_epi16((__mmask16)((1u << n) - 1), p));\n"),
	V("v_store_f16", "void", "uint16_t *p, vf x",
	  "\t_mm256_storeu_si256((__m256i *)p, _mm512_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT));\n"),
	V("v_store_f16_n", "void", "uint16_t *p, vf x, int n",
	  "\t_mm256_mask_storeu_epi16(p, (__mmask16)((1u << n) - 1), _mm512_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT));\n"),
	X86_HALF("512"),
	V("v_load_if", "vf", "const float *p, vm m, vf rest", "\treturn _mm512_mask_loadu_ps(rest, m, p);\n"),
	X86_FMA("512"),
	{"vh", "typedef __m256 vh;\t/* half a vector */\n"},
	V("v_set_half", "vh", "float x", "\treturn _mm256_set1_ps(x);\n"),
	V("v_load_half", "vh", "const float *p", "\treturn _mm256_loadu_ps(p);\n"),
	V("v_fma_half", "vh", "vh a, vh b, vh c", "\treturn _mm256_fmadd_ps(a, b, c);\n"),
	V("v_set_pair", "vf", "const float *p",
	  "\t/* the two in turn */\n\tdouble two;\n\tmemcpy(&two, p, sizeof two);\n\treturn _mm512_castpd_ps(_mm512_set1_pd(two));\n"),
	V("v_set_first", "vf", "const float *p", "\t/* in every other lane */\n\treturn _mm512_maskz_mov_ps(0x5555, _mm512_set1_ps(*p));\n"),
	V("v_every_other", "vf", "vf x, int first",
	  "\t/* in the lower half */\n"
	  "\t__m512i at = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 0, 2, 4, 6, 8, 10, 12, 14);\n"
	  "\treturn _mm512_permutexvar_ps(_mm512_add_epi32(at, _mm512_set1_epi32(first)), x);\n"),
	V("v_pair_sums", "vf", "vf x",
	  "\t/* of lanes 2j and 2j + 1, in lane j */\n"
	  "\tvf y = _mm512_permutexvar_ps(_mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15), x);\n"
	  "\treturn _mm512_zextps256_ps512(_mm256_add_ps(_mm512_castps512_ps256(y), _mm512_extractf32x8_ps(y, 1)));\n"),
	V("v_low", "vh", "vf x", "\treturn _mm512_castps512_ps256(x);\n"),
	V("v_widen", "vf", "vh x", "\treturn _mm512_zextps256_ps512(x);\n"),
	V("v_keep", "vf", "vf x", "\t/* in a register: gcc would read memory again for each use */\n\t__asm__(\"\" : \"+v\"(x));\n\treturn x;\n"),
	V("v_abs", "vf", "vf x", "\treturn _mm512_abs_ps(x);\n"),
	X86_SIGN_OF("512"),
	V("v_max", "vf", "vf a, vf b", "\t/* a NaN in either operand wins */\n"
	  "\treturn _mm512_mask_mov_ps(_mm512_max_ps(a, b), _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q), a);\n"),
	V("v_min", "vf", "vf a, vf b", "\t/* a NaN in either operand wins */\n"
	  "\treturn _mm512_mask_mov_ps(_mm512_min_ps(a, b), _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q), a);\n"),
	X86_BOUNDS("512"),
	V("v_eq", "vm", "vf a, vf b", "\treturn _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ);\n"),
	V("v_unordered", "vm", "vf a, vf b", "\t/* where either is NaN */\n\treturn _mm512_cmp_ps_mask(a, b, _CMP_UNORD_Q);\n"),
	V("v_lt", "vm", "vf a, vf b", "\treturn _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ);\n"),
	V("v_le", "vm", "vf a, vf b", "\treturn _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ);\n"),
	V("v_and", "vm", "vm a, vm b", "\treturn (vm)(a & b);\n"),
	V("v_or", "vm", "vm a, vm b", "\treturn (vm)(a | b);\n"),
	V("v_not", "vm", "vm a", "\treturn (vm)~a;\n"),
	V("v_select", "vf", "vm m, vf a, vf b", "\treturn _mm512_mask_mov_ps(b, m, a);\n"),
	V("v_floor", "vf", "vf x", "\treturn _mm512_roundscale_ps(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);\n"),
	V("v_ceil", "vf", "vf x", "\treturn _mm512_roundscale_ps(x, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC);\n"),
	V("v_round", "vf", "vf x", "\treturn _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);\n"),
	V("v_trunc", "vf", "vf x", "\treturn _mm512_roundscale_ps(x, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);\n"),
	X86_SQRT("512"),
	V("v_scale", "vf", "vf x, vf n", "\treturn _mm512_scalef_ps(x, n);\n"),
	V("v_sum", "float", "vf x", "\treturn _mm512_reduce_add_ps(x);\n"),
	V("v_prod", "float", "vf x", "\treturn _mm512_reduce_mul_ps(x);\n"),
	V("v_most", "float", "vf x", "\treturn _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q) ? NAN : _mm512_reduce_max_ps(x);\n"),
	V("v_least", "float", "vf x", "\treturn _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q) ? NAN : _mm512_reduce_min_ps(x);\n"),
	X86_LDEXP("512"),
	V("v_mantissa", "vf", "vf x", "\t/* the m of x = m 2^e, 3/4 <= m < 3/2; NaN for x < 0 */\n"
	  "\treturn _mm512_getmant_ps(x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_nan);\n"),
	V("v_exponent", "vf", "vf x", "\t/* the e of x = m 2^e, 3/4 <= m < 3/2; -infinity for 0 */\n"
	  "\treturn _mm512_getexp_ps(x) - _mm512_getexp_ps(v_mantissa(x));\n"),
	V("v_log", "vf", "vf x", "\treturn v_log_of(v_mantissa(x) - v_set(1.0f), v_exponent(x));\n"),
	{"vi", "typedef uint32_t vi __attribute__((vector_size(64)));	/* integers of 32 bits */\n"},
	X86_SET_I("512"),
	V("v_load_i32", "vi", "const int32_t *p", "\treturn (vi)_mm512_loadu_si512(p);\n"),
	V("v_load_i32_n", "vi", "const int32_t *p, int n", "\treturn (vi)_mm512_maskz_loadu_epi32((__mmask16)((1u << n) - 1), p);\n"),
	V("v_store_i32", "void", "int32_t *p, vi x", "\t_mm512_storeu_si512(p, (__m512i)x);\n"),
	V("v_store_i32_n", "void", "int32_t *p, vi x, int n", "\t_mm512_mask_storeu_epi32(p, (__mmask16)((1u << n) - 1), (__m512i)x);\n"),
	V("v_load_u8", "vi", "const uint8_t *p", "\treturn (vi)_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)p));\n"),
	V("v_load_i8", "vi", "const int8_t *p", "\treturn (vi)_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)p));\n"),
	V("v_load_u4", "vi", "const uint8_t *p", "\t/* two lanes a byte, the low half first */\n"
	  "\t__m512i x = _mm512_cvtepu8_epi64(_mm_loadl_epi64((const __m128i *)p));\n"
	  "\treturn (vi)_mm512_or_si512(x, _mm512_slli_epi64(x, 28)) & 15;\n"),
	V("v_load_u4_n", "vi", "const uint8_t *p, int n",
	  "\t__m512i x = _mm512_cvtepu8_epi64(_mm_maskz_loadu_epi8((__mmask16)((1u << (n + 1) / 2) - 1), p));\n"
	  "\treturn (vi)_mm512_or_si512(x, _mm512_slli_epi64(x, 28)) & 15;\n"),
	V("v_load_u8_n", "vi", "const uint8_t *p, int n", "\treturn (vi)_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8((__mmask16)((1u << n) - 1), p));\n"),
	V("v_load_i8_n", "vi", "const int8_t *p, int n", "\treturn (vi)_mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8((__mmask16)((1u << n) - 1), p));\n"),
	V("v_store_u8", "void", "uint8_t *p, vi x", "\t_mm_storeu_si128((__m128i *)p, _mm512_cvtepi32_epi8((__m512i)x));\n"),
	V("v_store_i8", "void", "int8_t *p, vi x", "\t_mm_storeu_si128((__m128i *)p, _mm512_cvtepi32_epi8((__m512i)x));\n"),
	V("v_store_u8_n", "void", "uint8_t *p, vi x, int n", "\t_mm_mask_storeu_epi8(p, (__mmask16)((1u << n) - 1), _mm512_cvtepi32_epi8((__m512i)x));\n"),
	V("v_store_i8_n", "void", "int8_t *p, vi x, int n", "\t_mm_mask_storeu_epi8(p, (__mmask16)((1u << n) - 1), _mm512_cvtepi32_epi8((__m512i)x));\n"),
	X86_CUT("512"),
	V("v_first_i", "vi", "vi x, vi rest, int n", "\treturn (vi)_mm512_mask_mov_epi32((__m512i)rest, (__mmask16)((1u << n) - 1), (__m512i)x);\n"),
	V("v_sum_i", "int32_t", "vi x", "\treturn _mm512_reduce_add_epi32((__m512i)x);\n"),
	V("v_prod_i", "int32_t", "vi x", "\treturn _mm512_reduce_mul_epi32((__m512i)x);\n"),
	V("v_most_i", "int32_t", "vi x", "\treturn _mm512_reduce_max_epi32((__m512i)x);\n"),
	V("v_least_i", "int32_t", "vi x", "\treturn _mm512_reduce_min_epi32((__m512i)x);\n"),
	V("v_div_i", "vi", "vi a, vi b", "\t/* rounded toward zero by way of doubles, which hold the quotient; 0 where C has no answer but INT_MIN / -1 */\n"
	  "\t__m512i x = (__m512i)a, y = (__m512i)b;\n"
	  "\t__m512d low = _mm512_cvtepi32_pd(_mm512_castsi512_si256(x)) / _mm512_cvtepi32_pd(_mm512_castsi512_si256(y));\n"
	  "\t__m512d high = _mm512_cvtepi32_pd(_mm512_extracti64x4_epi64(x, 1)) / _mm512_cvtepi32_pd(_mm512_extracti64x4_epi64(y, 1));\n"
	  "\tx = _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvttpd_epi32(low)), _mm512_cvttpd_epi32(high), 1);\n"
	  "\treturn (vi)_mm512_maskz_mov_epi32(_mm512_test_epi32_mask(y, y), x);\n"),
	X86_EXTREMES_I("512"),
	V("v_key", "vi", "vf x",
	  "\t/* orders as x does, NaN last */\n\t__m512i bits = _mm512_castps_si512(x + _mm512_setzero_ps()), top = _mm512_set1_epi32(INT32_MAX);\n"
	  "\tbits = _mm512_xor_si512(bits, _mm512_and_si512(_mm512_srai_epi32(bits, 31), top));\n"
	  "\treturn (vi)_mm512_mask_mov_epi32(bits, _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q), top);\n"),
	X86_WHOLE("512"),
	V("v_load_pairs", "vp", "const int16_t *p", "\treturn (vp){_mm512_loadu_si512(p), _mm512_loadu_si512(p + 32)};\n"),
	X86_PAIRS("512"),
	X86_TWOS("512", "256", "u_si128", "__m256i",
	         "_mm256_inserti128_si256(_mm256_castsi128_si256(_mm_unpacklo_epi8(x, y)), _mm_unpackhi_epi8(x, y), 1)"),
	X86_ADD_TWOS("512"),
	V("v_dot_twos", "vi", "vi sum, vi a, vi b", "\treturn (vi)_mm512_dpwssd_epi32((__m512i)sum, (__m512i)a, (__m512i)b);\n"),
	X86_ADD_PAIRS("512"),
	V("v_load_fours", "vi", "const int8_t *p", "\treturn (vi)_mm512_loadu_si512(p);\n"),
	V("v_add_fours", "vi", "vi sum, vi a, vi b", "\treturn (vi)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)a, (__m512i)b);\n"),
	X86_SMALL_FOURS("512"),
	X86_ANY_FOURS("512"),
	BYTE_FOURS
	V("v_any", "int", "vm m", "\treturn m != 0;\n"),
	V("v_odd", "vm", "vf t", "\t/* the last bit of t is set */\n"
	  "\treturn _mm512_test_epi32_mask(_mm512_castps_si512(t), _mm512_set1_epi32(1));\n"),
	X86_SIGNS("512"),
	V("v_round_d", "vd", "vd x", "\treturn _mm512_roundscale_pd(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);\n"),
	V("v_low_d", "vd", "vf x", "\treturn _mm512_cvtps_pd(_mm512_castps512_ps256(x));\n"),
	V("v_high_d", "vd", "vf x", "\treturn _mm512_cvtps_pd(_mm512_extractf32x8_ps(x, 1));\n"),
	V("v_narrow", "vf", "vd low, vd high",
	  "\treturn _mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(low)), _mm512_cvtpd_ps(high), 1);\n"),
	VECTOR_MATH,
	BOXES_VECTOR,
	ORDER_AVX512,
	LANES_64_AVX512,
	{NULL, NULL}};

const Target target_x86_64_v4 = {
	.name = "x86-64-v4", .tag = "v4", .title = "AVX-512", .lanes = 16, .halves = true, .registers = 32, .l1 = 32 << 10, .l2 = 1 << 20,
	.features = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c", .machine = "defined(__x86_64__)",
	.header = "immintrin.h",
	.cpu_check = "__builtin_cpu_supports(\"avx512f\") && __builtin_cpu_supports(\"avx512bw\") &&\n\t    "
	             "__builtin_cpu_supports(\"avx512dq\") && __builtin_cpu_supports(\"avx512vl\")",
	.helpers = avx512};

const Target target_x86_64_vnni = {
	.name = "x86-64-v4-vnni", .tag = "vnni", .title = "AVX-512 with products of bytes", .lanes = 16, .halves = true, .dots = true,
	.registers = 32, .l1 = 32 << 10, .l2 = 1 << 20, .features = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma,f16c",
	.machine = "defined(__x86_64__)", .header = "immintrin.h",
	.cpu_check = "__builtin_cpu_supports(\"avx512f\") && __builtin_cpu_supports(\"avx512bw\") &&\n\t    "
	             "__builtin_cpu_supports(\"avx512dq\") && __builtin_cpu_supports(\"avx512vl\") &&\n\t    "
	             "__builtin_cpu_supports(\"avx512vnni\")",
	.helpers = avx512};
