/* order.h -- where the k least elements of a row stand, as helpers of emitted C for targets with vectors. The greatest number
 * below which there are at most k is found by halves, counting in vectors; what is below it is sorted as in c.c, whose heap
 * alone is faster where few of many are wanted. */
#ifndef TCC_CODEGEN_ORDER_H
#define TCC_CODEGEN_ORDER_H

/* Rows for a table with v_below_i32 and v_below_i64, a bit for each of the first n elements that is less than a, for vectors of
 * so many of them. */
#define ORDER_COUNT(type, lanes)                                                                                       \
	V("v_count_" type, "int64_t", "const " type "_t *x, int64_t n, " type "_t a",                                \
	  "\t/* elements less than a */\n\tint64_t count = 0, i = 0;\n"                                                \
	  "\tfor (; i + " lanes " <= n; i += " lanes ")\n\t\tcount += __builtin_popcount(v_below_" type "(x + i, a, " lanes "));\n" \
	  "\treturn i < n ? count + __builtin_popcount(v_below_" type "(x + i, a, n - i)) : count;\n")

/* The same where a comparison gives no bits but lanes of -1: these are summed. */
#define ORDER_SUM(type, lanes, four, bits)                                                                             \
	V("v_count_" type, "int64_t", "const " type "_t *x, int64_t n, " type "_t a",                                \
	  "\t/* elements less than a */\n"                                                                           \
	  "\t__m256i high = _mm256_set1_epi" bits "a), less[4], sum = _mm256_setzero_si256();\n\tint64_t count = 0, i = 0;\n"   \
	  "\tfor (; i + " four " <= n; i += " four ") {\n\t\tUNROLL for (int q = 0; q < 4; q++)\n"                    \
	  "\t\t\tless[q] = _mm256_cmpgt_epi" lanes "(high, _mm256_loadu_si256((const __m256i *)(x + i) + q));\n"     \
	  "\t\tsum = _mm256_sub_epi" lanes "(sum, _mm256_add_epi" lanes "(_mm256_add_epi" lanes "(less[0], less[1]), "  \
	  "_mm256_add_epi" lanes "(less[2], less[3])));\n\t}\n"                                                       \
	  "\t" type "_t part[32 / sizeof *x];\n\t_mm256_storeu_si256((__m256i *)part, sum);\n"                       \
	  "\tfor (size_t k = 0; k < sizeof part / sizeof *part; k++)\n\t\tcount += part[k];\n"                      \
	  "\tfor (int k = 0; k < n % " four "; k++)\n\t\tcount += x[i + k] < a;\n\treturn count;\n")

#define ORDER_VECTOR(lanes_32, lanes_64)                                                                               \
	{"v_i32_order", "/* y = where the k least of n elements stand; of equal ones the first is first */\n"           \
	 "static void v_i32_order(int64_t *restrict y, int64_t k, const int32_t *restrict x, int64_t n)\n{\n"         \
	 "\tint64_t low = INT32_MIN, high = INT32_MAX, m = 0;\n"                                                    \
	 "\tif (k == 0 || k == n || n > 128 * k) {\n\t\ti32_order(y, k, x, n);\n\t\treturn;\n\t}\n"    \
	 "\tfor (int64_t below = 0; low < high && below < k;) {\n"                                                   \
	 "\t\tint64_t middle = high - (high - low) / 2, count = v_count_int32(x, n, (int32_t)middle);\n"            \
	 "\t\tif (count > k) {\n\t\t\thigh = middle - 1;\n"                                                           \
	 "\t\t} else {\n\t\t\tlow = middle;\n\t\t\tbelow = count;\n\t\t}\n\t}\n"                                  \
	 "\tfor (int64_t i = 0; i < n; i += " lanes_32 ")\n"                                                           \
	 "\t\tfor (unsigned bits = v_below_int32(x + i, (int32_t)low, n - i); bits; bits &= bits - 1) {\n"           \
	 "\t\t\tint64_t p = i + __builtin_ctz(bits);\n"                                                                \
	 "\t\t\ty[m++] = (int64_t)x[p] * 0x100000000 + p;\n\t\t}\n"                                                  \
	 "\tfor (int64_t p = 0; m < k; p++)\n\t\tif (x[p] == low)\n\t\t\ty[m++] = low * 0x100000000 + p;\n"     \
	 "\ti32_sort(y, k);\n}\n"},                                                                                  \
	V("v_least_int64", "int64_t", "const int64_t *x, int64_t n",                                                   \
	  "\tint64_t low[4] = {INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX}, i = 0;\n"                                  \
	  "\tfor (; i + 4 <= n; i += 4)\n\t\tUNROLL for (int q = 0; q < 4; q++)\n\t\t\tlow[q] = i_min(x[i + q], low[q]);\n" \
	  "\tfor (int k = 0; k < n % 4; k++)\n\t\tlow[0] = i_min(x[i + k], low[0]);\n"                                               \
	  "\treturn i_min(i_min(low[0], low[1]), i_min(low[2], low[3]));\n"),                                         \
	{"v_i64_order", "/* y = where the k least of n elements stand; of equal ones the first is first */\n"           \
	 "static void v_i64_order(int64_t *restrict y, int64_t k, const int64_t *restrict x, int64_t n)\n{\n"         \
	 "\tint64_t low = v_least_int64(x, n), high = INT64_MIN, m = 0;\n"                                         \
	 "\tif (k == 0 || k == n || n > 128 * k) {\n\t\ti64_order(y, k, x, n);\n\t\treturn;\n\t}\n"    \
	 "\tfor (int64_t i = 0; i < k; i++)\n\t\thigh = x[i] > high ? x[i] : high;\n"                               \
	 "\tfor (int64_t below = 0; low < high && below < k;) {\n"                                                   \
	 "\t\tint64_t middle = (int64_t)((uint64_t)high - ((uint64_t)high - (uint64_t)low) / 2);\n"                 \
	 "\t\tint64_t count = v_count_int64(x, n, middle);\n"                                                          \
	 "\t\tif (count > k) {\n\t\t\thigh = middle - 1;\n"                                                           \
	 "\t\t} else {\n\t\t\tlow = middle;\n\t\t\tbelow = count;\n\t\t}\n\t}\n"                                  \
	 "\tfor (int64_t i = 0; i < n; i += " lanes_64 ")\n"                                                           \
	 "\t\tfor (unsigned bits = v_below_int64(x + i, low, n - i); bits; bits &= bits - 1)\n"                      \
	 "\t\t\ty[m++] = i + __builtin_ctz(bits);\n"                                                                   \
	 "\tfor (int64_t p = 0; m < k; p++)\n\t\tif (x[p] == low)\n\t\t\ty[m++] = p;\n"                           \
	 "\ti64_sort(y, k, x, n);\n}\n"}

#define ORDER_AVX2                                                                                                     \
	V("v_below_int32", "unsigned", "const int32_t *x, int32_t a, int64_t n",                                       \
	  "\t/* a bit for each of the first n elements that is less than a */\n"                                        \
	  "\t__m256i all = n < 8 ? _mm256_maskload_epi32(x, v_mask((int)n)) : _mm256_loadu_si256((const __m256i *)x);\n" \
	  "\tunsigned bits = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(_mm256_set1_epi32(a), all)));\n" \
	  "\treturn n < 8 ? bits & ((1u << n) - 1) : bits;\n"),                                                         \
	V("v_below_int64", "unsigned", "const int64_t *x, int64_t a, int64_t n",                                       \
	  "\t/* a bit for each of the first n elements that is less than a */\n\tunsigned bits = 0;\n"                   \
	  "\tfor (int i = 0; n < 4 && i < n; i++)\n\t\tbits |= (unsigned)(x[i] < a) << i;\n"                           \
	  "\tif (n < 4)\n\t\treturn bits;\n"                                                                           \
	  "\t__m256i less = _mm256_cmpgt_epi64(_mm256_set1_epi64x(a), _mm256_loadu_si256((const __m256i *)x));\n"       \
	  "\treturn (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(less));\n"),                                       \
	ORDER_SUM("int32", "32", "32", "32("), ORDER_SUM("int64", "64", "16", "64x("), ORDER_VECTOR("8", "4")

#define ORDER_AVX512                                                                                                   \
	V("v_below_int32", "unsigned", "const int32_t *x, int32_t a, int64_t n",                                       \
	  "\t/* a bit for each of the first n elements that is less than a */\n"                                        \
	  "\t__mmask16 some = n < 16 ? (__mmask16)((1u << n) - 1) : 0xffff;\n"                                         \
	  "\treturn _mm512_mask_cmplt_epi32_mask(some, _mm512_maskz_loadu_epi32(some, x), _mm512_set1_epi32(a));\n"),   \
	V("v_below_int64", "unsigned", "const int64_t *x, int64_t a, int64_t n",                                       \
	  "\t/* a bit for each of the first n elements that is less than a */\n"                                        \
	  "\t__mmask8 some = n < 8 ? (__mmask8)((1u << n) - 1) : 0xff;\n"                                              \
	  "\treturn _mm512_mask_cmplt_epi64_mask(some, _mm512_maskz_loadu_epi64(some, x), _mm512_set1_epi64(a));\n"),   \
	ORDER_COUNT("int32", "16"), ORDER_COUNT("int64", "8"), ORDER_VECTOR("16", "8")
#endif
