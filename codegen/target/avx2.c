/* avx2.c -- vectors of 8 floats: AVX2 and FMA. */
#include "codegen/target/x86.h"

#define AVX2_PICKED_2(part)											\
	"\tvf x = _mm256_shuffle_ps(" part(0) ", " part(7) ", _MM_SHUFFLE(3, 1, 2, 0));\n"			\
	"\treturn _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(x), 0xd8));\n"
#define AVX2_PICKED_3(part)											\
	"\tvf x = _mm256_blend_ps(_mm256_blend_ps(" part(0) ", " part(7) ", 0x24), " part(14) ", 0x92);\n"	\
	"\treturn _mm256_permutevar8x32_ps(x, _mm256_setr_epi32(0, 3, 6, 2, 5, 1, 4, 7));\n"
#define AVX2_PICKED_4(part)											\
	"\tvf low = _mm256_blend_ps(" part(0) ", " part(7) ", 0x22), high = _mm256_blend_ps(" part(14) ", " part(21) ", 0x88);\n"	\
	"\treturn _mm256_permutevar8x32_ps(_mm256_blend_ps(low, high, 0xcc), _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));\n"

static const Helper avx2[] = {
	{"vf", "typedef __m256 vf;\n"},
	{"vm", "typedef __m256 vm;\n"},
	X86_MOVES("256"),
	V("v_mask", "__m256i", "int n", "\treturn _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));\n"),
	V("v_load_n", "vf", "const float *p, int n", "\treturn _mm256_maskload_ps(p, v_mask(n));\n"),
	V("v_apart", "__m256i", "int step", "\treturn _mm256_mullo_epi32(_mm256_set1_epi32(step), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));\n"),
	V("v_gather", "vf", "const float *p, int step", "\treturn _mm256_i32gather_ps(p, v_apart(step), 4);\n"),
	V("v_gather_n", "vf", "const float *p, int step, int n",
	  "\treturn _mm256_mask_i32gather_ps(_mm256_setzero_ps(), p, v_apart(step), _mm256_castsi256_ps(v_mask(n)), 4);\n"),
	V("v_store_n", "void", "float *p, vf x, int n",
	  "\tif (n == 4)\n\t\t_mm_storeu_ps(p, _mm256_castps256_ps128(x));\t/* a tenth of the time of a mask */\n"
	  "\telse\n\t\t_mm256_maskstore_ps(p, v_mask(n), x);\n"),
	EVERY("8", "_mm256_")
	V("v_load_part", "vf", "const float *p, int n", "\t/* n may be negative, or more than there are lanes */\n\treturn v_load_n(p, n);\n"),
	EVERY_FLOAT(AVX2_PICKED_2, AVX2_PICKED_3, AVX2_PICKED_4)
	V("v_repeat_2", "vf", "const float *p",
	  "\treturn _mm256_permutevar8x32_ps(_mm256_castps128_ps256(_mm_loadu_ps(p)), _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3));\n"),
	V("v_repeat_2_n", "vf", "const float *p, int n",
	  "\treturn _mm256_permutevar8x32_ps(v_load_n(p, (n + 1) / 2), _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3));\n"),
	V("v_repeat_4", "vf", "const float *p", "\treturn _mm256_setr_ps(p[0], p[0], p[0], p[0], p[1], p[1], p[1], p[1]);\n"),
	V("v_repeat_4_n", "vf", "const float *p, int n",
	  "\treturn _mm256_permutevar8x32_ps(v_load_n(p, (n + 3) / 4), _mm256_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1));\n"),
	V("v_picked_2", "__m128i", "const void *p",
	  "\tconst uint8_t *q = p;\n"
	  "\t__m128i a = _mm_shuffle_epi8(_mm_loadl_epi64((const __m128i *)q), _mm_setr_epi8(0, 2, 4, 6, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1));\n"
	  "\t__m128i b = _mm_shuffle_epi8(_mm_loadl_epi64((const __m128i *)(q + 7)), _mm_setr_epi8(-1, -1, -1, -1, 1, 3, 5, 7, -1, -1, -1, -1, -1, -1, -1, -1));\n"
	  "\treturn _mm_or_si128(a, b);\n"),
	V("v_picked_3", "__m128i", "const void *p",
	  "\tconst uint8_t *q = p;\n"
	  "\t__m128i a = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)q), _mm_setr_epi8(0, 3, 6, 9, 12, 15, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1));\n"
	  "\t__m128i b = _mm_shuffle_epi8(_mm_loadl_epi64((const __m128i *)(q + 14)), _mm_setr_epi8(-1, -1, -1, -1, -1, -1, 4, 7, -1, -1, -1, -1, -1, -1, -1, -1));\n"
	  "\treturn _mm_or_si128(a, b);\n"),
	V("v_picked_4", "__m128i", "const void *p",
	  "\tconst uint8_t *q = p;\n"
	  "\t__m128i a = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)q), _mm_setr_epi8(0, 4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1));\n"
	  "\t__m128i b = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(q + 13)), _mm_setr_epi8(-1, -1, -1, -1, 3, 7, 11, 15, -1, -1, -1, -1, -1, -1, -1, -1));\n"
	  "\treturn _mm_or_si128(a, b);\n"),
	V("v_columns", "void", "vf *c, const float *p, int64_t step",
	  "\t/* rows i and i + 4 side by side, then 4 x 4 within each half */\n"
	  "\tUNROLL for (int k = 0; k < 8; k += 4) {\n"
	  "\t\tvf r[4];\n"
	  "\t\tUNROLL for (int i = 0; i < 4; i++)\n"
	  "\t\t\tr[i] = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(p + i * step + k)), _mm_loadu_ps(p + (i + 4) * step + k), 1);\n"
	  "\t\t__m256d s0 = _mm256_castps_pd(_mm256_unpacklo_ps(r[0], r[1])), s1 = _mm256_castps_pd(_mm256_unpackhi_ps(r[0], r[1]));\n"
	  "\t\t__m256d t0 = _mm256_castps_pd(_mm256_unpacklo_ps(r[2], r[3])), t1 = _mm256_castps_pd(_mm256_unpackhi_ps(r[2], r[3]));\n"
	  "\t\tc[k] = _mm256_castpd_ps(_mm256_unpacklo_pd(s0, t0));\n"
	  "\t\tc[k + 1] = _mm256_castpd_ps(_mm256_unpackhi_pd(s0, t0));\n"
	  "\t\tc[k + 2] = _mm256_castpd_ps(_mm256_unpacklo_pd(s1, t1));\n"
	  "\t\tc[k + 3] = _mm256_castpd_ps(_mm256_unpackhi_pd(s1, t1));\n"
	  "\t}\n"),
	V("v_below", "vm", "int n", "\treturn _mm256_castsi256_ps(v_mask(n));\n"),
	V("v_lane", "vm", "int n", "\treturn _mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)));\n"),
	V("v_when", "vm", "int yes", "\treturn _mm256_castsi256_ps(_mm256_set1_epi32(-(yes != 0)));\n"),
	V("v_first", "vf", "vf x, vf rest, int n", "\treturn v_select(v_below(n), x, rest);\n"),
	V("v_bools", "vm", "const uint8_t *p",
	  "\t__m256i x = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)p));\n"
	  "\treturn _mm256_castsi256_ps(_mm256_cmpgt_epi32(x, _mm256_setzero_si256()));\n"),
	V("v_bools_n", "vm", "const uint8_t *p, int n",
	  "\tuint8_t x[8] = {0};\n\tfor (int i = 0; i < n; i++)\n\t\tx[i] = p[i];\n\treturn v_bools(x);\n"),
	V("v_load_if", "vf", "const float *p, vm m, vf rest",
	  "\treturn v_select(m, _mm256_maskload_ps(p, _mm256_castps_si256(m)), rest);\n"),
	COLUMNS("8"),
	V("v_xor", "vm", "vm a, vm b", "\treturn _mm256_xor_ps(a, b);\n"),
	V("v_store_bool", "void", "uint8_t *p, vm x",
	  "\t__m256i bits = _mm256_srli_epi32(_mm256_castps_si256(x), 31);\n"
	  "\t__m128i s = _mm_packus_epi32(_mm256_castsi256_si128(bits), _mm256_extracti128_si256(bits, 1));\n"
	  "\t_mm_storel_epi64((__m128i *)p, _mm_packus_epi16(s, s));\n"),
	V("v_store_bool_4", "void", "uint8_t *p, const vm *x",
	  "\t__m256i a = _mm256_packs_epi32(_mm256_castps_si256(x[0]), _mm256_castps_si256(x[1]));\n"
	  "\t__m256i b = _mm256_packs_epi32(_mm256_castps_si256(x[2]), _mm256_castps_si256(x[3]));\n"
	  "\t__m256i sign = v_halves_apart(_mm256_packs_epi16(a, b));\n"
	  "\t_mm256_storeu_si256((__m256i *)p, _mm256_and_si256(_mm256_srli_epi16(sign, 7), _mm256_set1_epi8(1)));\n"),
	V("v_store_bool_n", "void", "uint8_t *p, vm x, int n",
	  "\tuint8_t y[8];\n\tv_store_bool(y, x);\n\tfor (int i = 0; i < n; i++)\n\t\tp[i] = y[i];\n"),
	V("v_load_f16", "vf", "const uint16_t *p", "\treturn _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p));\n"),
	V("v_load_f16_n", "vf", "const uint16_t *p, int n",
	  "\tuint16_t x[8] = {0};\n\tfor (int i = 0; i < n; i++)\n\t\tx[i] = p[i];\n\treturn v_load_f16(x);\n"),
	V("v_store_f16", "void", "uint16_t *p, vf x", "\t_mm_storeu_si128((__m128i *)p, _mm256_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT));\n"),
	V("v_store_f16_n", "void", "uint16_t *p, vf x, int n",
	  "\tuint16_t y[8];\n\tv_store_f16(y, x);\n\tfor (int i = 0; i < n; i++)\n\t\tp[i] = y[i];\n"),
	X86_HALF("256"),
	X86_FMA("256"),
	V("v_keep", "vf", "vf x", "\t/* in a register: gcc would read memory again for each use */\n\t__asm__(\"\" : \"+x\"(x));\n\treturn x;\n"),
	V("v_abs", "vf", "vf x", "\treturn _mm256_andnot_ps(_mm256_set1_ps(-0.0f), x);\n"),
	X86_SIGN_OF("256"),
	V("v_max", "vf", "vf a, vf b", "\t/* a NaN in either operand wins: all bits set is one */\n"
	  "\treturn _mm256_or_ps(_mm256_max_ps(a, b), _mm256_cmp_ps(a, a, _CMP_UNORD_Q));\n"),
	V("v_min", "vf", "vf a, vf b", "\t/* a NaN in either operand wins: all bits set is one */\n"
	  "\treturn _mm256_or_ps(_mm256_min_ps(a, b), _mm256_cmp_ps(a, a, _CMP_UNORD_Q));\n"),
	X86_BOUNDS("256"),
	V("v_eq", "vm", "vf a, vf b", "\treturn _mm256_cmp_ps(a, b, _CMP_EQ_OQ);\n"),
	V("v_unordered", "vm", "vf a, vf b", "\t/* where either is NaN */\n\treturn _mm256_cmp_ps(a, b, _CMP_UNORD_Q);\n"),
	V("v_lt", "vm", "vf a, vf b", "\treturn _mm256_cmp_ps(a, b, _CMP_LT_OQ);\n"),
	V("v_le", "vm", "vf a, vf b", "\treturn _mm256_cmp_ps(a, b, _CMP_LE_OQ);\n"),
	V("v_and", "vm", "vm a, vm b", "\treturn _mm256_and_ps(a, b);\n"),
	V("v_or", "vm", "vm a, vm b", "\treturn _mm256_or_ps(a, b);\n"),
	V("v_not", "vm", "vm a", "\treturn _mm256_xor_ps(a, _mm256_castsi256_ps(_mm256_set1_epi32(-1)));\n"),
	V("v_select", "vf", "vm m, vf a, vf b", "\treturn _mm256_blendv_ps(b, a, m);\n"),
	V("v_floor", "vf", "vf x", "\treturn _mm256_floor_ps(x);\n"),
	V("v_ceil", "vf", "vf x", "\treturn _mm256_ceil_ps(x);\n"),
	V("v_round", "vf", "vf x", "\treturn _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);\n"),
	V("v_trunc", "vf", "vf x", "\treturn _mm256_round_ps(x, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);\n"),
	X86_SQRT("256"),
	V("v_scale", "vf", "vf x, vf n",
	  "\t/* x * 2^n in two steps, so that n may leave the range of exponents, up to 254 on both sides */\n"
	  "\t__m256i k = _mm256_castps_si256(n + v_set(0x1.8p23f + 254)), half = _mm256_srai_epi32(k, 1);\n"
	  "\tvf a = _mm256_castsi256_ps(_mm256_slli_epi32(half, 23));\n"
	  "\tvf b = _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_sub_epi32(k, half), 23));\n"
	  "\treturn x * a * b;\n"),
	V("v_sum", "float", "vf x",
	  "\t__m128 s = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));\n"
	  "\ts = _mm_add_ps(s, _mm_movehl_ps(s, s));\n\treturn _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));\n"),
	V("v_prod", "float", "vf x",
	  "\t__m128 s = _mm_mul_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));\n"
	  "\ts = _mm_mul_ps(s, _mm_movehl_ps(s, s));\n\treturn _mm_cvtss_f32(_mm_mul_ss(s, _mm_movehdup_ps(s)));\n"),
	V("v_most", "float", "vf x", "\tif (_mm256_movemask_ps(_mm256_cmp_ps(x, x, _CMP_UNORD_Q)))\n\t\treturn NAN;\n"
	  "\tx = _mm256_max_ps(x, _mm256_permute2f128_ps(x, x, 1));\n\tx = _mm256_max_ps(x, _mm256_permute_ps(x, 0x4e));\n"
	  "\treturn _mm256_cvtss_f32(_mm256_max_ps(x, _mm256_permute_ps(x, 0xb1)));\n"),
	V("v_least", "float", "vf x", "\tif (_mm256_movemask_ps(_mm256_cmp_ps(x, x, _CMP_UNORD_Q)))\n\t\treturn NAN;\n"
	  "\tx = _mm256_min_ps(x, _mm256_permute2f128_ps(x, x, 1));\n\tx = _mm256_min_ps(x, _mm256_permute_ps(x, 0x4e));\n"
	  "\treturn _mm256_cvtss_f32(_mm256_min_ps(x, _mm256_permute_ps(x, 0xb1)));\n"),
	X86_LDEXP("256"),
	V("v_exponent", "vf", "vf x", "\t/* the e of x = m 2^e, 3/4 <= m < 3/2; x > 0 is normal */\n"
	  "\treturn _mm256_cvtepi32_ps(_mm256_srai_epi32(_mm256_sub_epi32(_mm256_castps_si256(x), _mm256_set1_epi32(0x3f400000)), 23));\n"),
	V("v_mantissa", "vf", "vf x", "\t/* the m of x = m 2^e, 3/4 <= m < 3/2; x > 0 is normal */\n"
	  "\t__m256i part = _mm256_and_si256(_mm256_sub_epi32(_mm256_castps_si256(x), _mm256_set1_epi32(0x3f400000)), _mm256_set1_epi32(0x7fffff));\n"
	  "\treturn _mm256_castsi256_ps(_mm256_add_epi32(part, _mm256_set1_epi32(0x3f400000)));\n"),
	V("v_log", "vf", "vf x",
	  "\tvm tiny = v_lt(x, v_set(0x1p-126f));\t/* subnormals are scaled up */\n"
	  "\tvf z = v_select(tiny, x * v_set(0x1p24f), x);\n"
	  "\tvf y = v_log_of(v_mantissa(z) - v_set(1.0f), v_exponent(z) - v_select(tiny, v_set(24.0f), v_set(0.0f)));\n"
	  "\ty = v_select(v_lt(x, v_set(INFINITY)), y, x);\n"
	  "\ty = v_select(v_eq(x, v_set(0.0f)), v_set(-INFINITY), y);\n"
	  "\treturn v_select(v_lt(x, v_set(0.0f)), v_set(NAN), y);\n"),
	{"vi", "typedef uint32_t vi __attribute__((vector_size(32)));	/* integers of 32 bits */\n"},
	X86_SET_I("256"),
	V("v_load_i32", "vi", "const int32_t *p", "\treturn (vi)_mm256_loadu_si256((const __m256i *)p);\n"),
	V("v_load_i32_n", "vi", "const int32_t *p, int n", "\treturn (vi)_mm256_maskload_epi32(p, v_mask(n));\n"),
	V("v_store_i32", "void", "int32_t *p, vi x", "\t_mm256_storeu_si256((__m256i *)p, (__m256i)x);\n"),
	V("v_store_i32_n", "void", "int32_t *p, vi x, int n", "\t_mm256_maskstore_epi32(p, v_mask(n), (__m256i)x);\n"),
	V("v_load_u8", "vi", "const uint8_t *p", "\treturn (vi)_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)p));\n"),
	V("v_load_i8", "vi", "const int8_t *p", "\treturn (vi)_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)p));\n"),
	V("v_load_u4", "vi", "const uint8_t *p", "\t/* two lanes a byte, the low half first */\n"
	  "\tint32_t four;\n\tmemcpy(&four, p, sizeof four);\n"
	  "\t__m256i x = _mm256_cvtepu8_epi64(_mm_cvtsi32_si128(four));\n"
	  "\treturn (vi)_mm256_or_si256(x, _mm256_slli_epi64(x, 28)) & 15;\n"),
	V("v_load_u4_n", "vi", "const uint8_t *p, int n",
	  "\tuint8_t x[4] = {0};\n\tfor (int i = 0; 2 * i < n; i++)\n\t\tx[i] = p[i];\n\treturn v_load_u4(x);\n"),
	V("v_load_u8_n", "vi", "const uint8_t *p, int n",
	  "\tuint8_t x[8] = {0};\n\tfor (int i = 0; i < n; i++)\n\t\tx[i] = p[i];\n\treturn v_load_u8(x);\n"),
	V("v_load_i8_n", "vi", "const int8_t *p, int n",
	  "\tint8_t x[8] = {0};\n\tfor (int i = 0; i < n; i++)\n\t\tx[i] = p[i];\n\treturn v_load_i8(x);\n"),
	V("v_bytes", "__m128i", "vi x", "\t/* the low byte of each lane */\n"
	  "\t__m256i s = _mm256_shuffle_epi8((__m256i)x, _mm256_set1_epi32(0x0c080400));\n"
	  "\treturn _mm_unpacklo_epi32(_mm256_castsi256_si128(s), _mm256_extracti128_si256(s, 1));\n"),
	V("v_store_u8", "void", "uint8_t *p, vi x", "\t_mm_storel_epi64((__m128i *)p, v_bytes(x));\n"),
	V("v_store_i8", "void", "int8_t *p, vi x", "\t_mm_storel_epi64((__m128i *)p, v_bytes(x));\n"),
	V("v_store_u8_4", "void", "uint8_t *p, const vi *x", "\t/* the low byte of each lane of four vectors */\n"
	  "\t__m256i low = _mm256_set1_epi32(0xff);\n"
	  "\t__m256i a = _mm256_packus_epi32(_mm256_and_si256((__m256i)x[0], low), _mm256_and_si256((__m256i)x[1], low));\n"
	  "\t__m256i b = _mm256_packus_epi32(_mm256_and_si256((__m256i)x[2], low), _mm256_and_si256((__m256i)x[3], low));\n"
	  "\t_mm256_storeu_si256((__m256i *)p, v_halves_apart(_mm256_packus_epi16(a, b)));\n"),
	V("v_store_i8_4", "void", "int8_t *p, const vi *x", "\tv_store_u8_4((uint8_t *)p, x);\n"),
	V("v_saturate_u8", "vi", "vi x", "\treturn v_min_i(v_max_i(x, v_set_i(0)), v_set_i(255));\n"),
	V("v_saturate_i8", "vi", "vi x", "\treturn v_min_i(v_max_i(x, v_set_i(-128)), v_set_i(127));\n"),
	V("v_shorts", "__m256i", "vi x, vi y", "\t/* halves of each, saturated */\n\treturn _mm256_packs_epi32((__m256i)x, (__m256i)y);\n"),
	V("v_saturate_u8_4", "void", "uint8_t *p, const vi *x", "\t/* four vectors, saturated */\n"
	  "\t__m256i all = _mm256_packus_epi16(v_shorts(x[0], x[1]), v_shorts(x[2], x[3]));\n"
	  "\t_mm256_storeu_si256((__m256i *)p, v_halves_apart(all));\n"),
	V("v_saturate_i8_4", "void", "int8_t *p, const vi *x", "\t/* four vectors, saturated */\n"
	  "\t__m256i all = _mm256_packs_epi16(v_shorts(x[0], x[1]), v_shorts(x[2], x[3]));\n"
	  "\t_mm256_storeu_si256((__m256i *)p, v_halves_apart(all));\n"),
	V("v_halves_apart", "__m256i", "__m256i x", "\t/* 4 bytes of the lower half, 4 of the upper one, and so on */\n"
	  "\treturn _mm256_permutevar8x32_epi32(x, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));\n"),
	V("v_store_u8_n", "void", "uint8_t *p, vi x, int n",
	  "\tuint8_t y[8];\n\tv_store_u8(y, x);\n\tfor (int i = 0; i < n; i++)\n\t\tp[i] = y[i];\n"),
	V("v_store_i8_n", "void", "int8_t *p, vi x, int n",
	  "\tint8_t y[8];\n\tv_store_i8(y, x);\n\tfor (int i = 0; i < n; i++)\n\t\tp[i] = y[i];\n"),
	X86_CUT("256"),
	V("v_first_i", "vi", "vi x, vi rest, int n", "\treturn (vi)_mm256_blendv_epi8((__m256i)rest, (__m256i)x, v_mask(n));\n"),
	V("v_sum_i", "int32_t", "vi x", "\tvi y = (vi)_mm256_permute2x128_si256((__m256i)x, (__m256i)x, 1);\n\tx = x + y;\n"
	  "\ty = (vi)_mm256_shuffle_epi32((__m256i)x, 0x4e);\n\tx = x + y;\n\ty = (vi)_mm256_shuffle_epi32((__m256i)x, 0xb1);\n"
	  "\treturn _mm256_cvtsi256_si32((__m256i)(x + y));\n"),
	V("v_prod_i", "int32_t", "vi x", "\tvi y = (vi)_mm256_permute2x128_si256((__m256i)x, (__m256i)x, 1);\n\tx = x * y;\n"
	  "\ty = (vi)_mm256_shuffle_epi32((__m256i)x, 0x4e);\n\tx = x * y;\n\ty = (vi)_mm256_shuffle_epi32((__m256i)x, 0xb1);\n"
	  "\treturn _mm256_cvtsi256_si32((__m256i)(x * y));\n"),
	V("v_most_i", "int32_t", "vi x", "\tvi y = (vi)_mm256_permute2x128_si256((__m256i)x, (__m256i)x, 1);\n\tx = v_max_i(x, y);\n"
	  "\ty = (vi)_mm256_shuffle_epi32((__m256i)x, 0x4e);\n\tx = v_max_i(x, y);\n\ty = (vi)_mm256_shuffle_epi32((__m256i)x, 0xb1);\n"
	  "\treturn _mm256_cvtsi256_si32((__m256i)(v_max_i(x, y)));\n"),
	V("v_least_i", "int32_t", "vi x", "\tvi y = (vi)_mm256_permute2x128_si256((__m256i)x, (__m256i)x, 1);\n\tx = v_min_i(x, y);\n"
	  "\ty = (vi)_mm256_shuffle_epi32((__m256i)x, 0x4e);\n\tx = v_min_i(x, y);\n\ty = (vi)_mm256_shuffle_epi32((__m256i)x, 0xb1);\n"
	  "\treturn _mm256_cvtsi256_si32((__m256i)(v_min_i(x, y)));\n"),
	V("v_div_i", "vi", "vi a, vi b", "\t/* rounded toward zero by way of doubles, which hold the quotient; 0 where C has no answer but INT_MIN / -1 */\n"
	  "\t__m256i x = (__m256i)a, y = (__m256i)b, none = _mm256_cmpeq_epi32(y, _mm256_setzero_si256());\n"
	  "\t__m256d low = _mm256_cvtepi32_pd(_mm256_castsi256_si128(x)) / _mm256_cvtepi32_pd(_mm256_castsi256_si128(y));\n"
	  "\t__m256d high = _mm256_cvtepi32_pd(_mm256_extracti128_si256(x, 1)) / _mm256_cvtepi32_pd(_mm256_extracti128_si256(y, 1));\n"
	  "\tx = _mm256_inserti128_si256(_mm256_castsi128_si256(_mm256_cvttpd_epi32(low)), _mm256_cvttpd_epi32(high), 1);\n"
	  "\treturn (vi)_mm256_andnot_si256(none, x);\n"),
	X86_EXTREMES_I("256"),
	V("v_key", "vi", "vf x",
	  "\t/* orders as x does, NaN last */\n\t__m256i bits = _mm256_castps_si256(x + _mm256_setzero_ps()), top = _mm256_set1_epi32(INT32_MAX);\n"
	  "\tbits = _mm256_xor_si256(bits, _mm256_and_si256(_mm256_srai_epi32(bits, 31), top));\n"
	  "\treturn (vi)_mm256_blendv_epi8(bits, top, _mm256_castps_si256(_mm256_cmp_ps(x, x, _CMP_UNORD_Q)));\n"),
	X86_WHOLE("256"),
	V("v_load_pairs", "vp", "const int16_t *p",
	  "\treturn (vp){_mm256_loadu_si256((const __m256i *)p), _mm256_loadu_si256((const __m256i *)(p + 16))};\n"),
	X86_PAIRS("256"),
	X86_TWOS("256", "", "l_epi64", "__m128i", "_mm_unpacklo_epi8(x, y)"),
	X86_ADD_TWOS("256"),
	X86_ADD_PAIRS("256"),
	V("v_load_fours", "vi", "const int8_t *p", "\treturn (vi)_mm256_loadu_si256((const __m256i *)p);\n"),
	X86_SMALL_FOURS("256"),
	X86_ANY_FOURS("256"),
	BYTE_FOURS
	V("v_any", "int", "vm m", "\treturn _mm256_movemask_ps(m) != 0;\n"),
	V("v_odd", "vm", "vf t", "\t/* the last bit of t is set */\n"
	  "\treturn _mm256_castsi256_ps(_mm256_srai_epi32(_mm256_slli_epi32(_mm256_castps_si256(t), 31), 31));\n"),
	X86_SIGNS("256"),
	V("v_round_d", "vd", "vd x", "\treturn _mm256_round_pd(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);\n"),
	V("v_low_d", "vd", "vf x", "\treturn _mm256_cvtps_pd(_mm256_castps256_ps128(x));\n"),
	V("v_high_d", "vd", "vf x", "\treturn _mm256_cvtps_pd(_mm256_extractf128_ps(x, 1));\n"),
	V("v_narrow", "vf", "vd low, vd high",
	  "\treturn _mm256_insertf128_ps(_mm256_castps128_ps256(_mm256_cvtpd_ps(low)), _mm256_cvtpd_ps(high), 1);\n"),
	VECTOR_MATH,
	BOXES_VECTOR,
	ORDER_AVX2,
	LANES_64_AVX2,
	{NULL, NULL}};

const Target target_x86_64_v3 = {
	.name = "x86-64-v3", .tag = "v3", .title = "AVX2, FMA", .lanes = 8, .quarters = true, .registers = 16, .l1 = 32 << 10, .l2 = 512 << 10,
	.features = "avx2,fma,f16c", .machine = "defined(__x86_64__)", .header = "immintrin.h",
	.cpu_check = "__builtin_cpu_supports(\"avx2\") && __builtin_cpu_supports(\"fma\")", .helpers = avx2};
