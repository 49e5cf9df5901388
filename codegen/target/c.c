/* c.c -- portable C99, and the scalar helpers that every target shares.
 *
 * Integer helpers work in 64 bits; the printer casts their result to the element's type. Float helpers follow ONNX
 * where C's own functions differ: f_max keeps a NaN, f_mod has the divisor's sign. */
#include "codegen/target.h"
#include "codegen/target/boxes.h"

#define FLOAT_HELPERS(p, T, s)                                                                                         \
	{p "_max", "static inline " T " " p "_max(" T " a, " T " b)\n{\n\treturn a > b || a != a ? a : b;\n}\n"},          \
	{p "_min", "static inline " T " " p "_min(" T " a, " T " b)\n{\n\treturn a < b || a != a ? a : b;\n}\n"},          \
	{p "_greater", "/* b where either is NaN */\n"                                                                    \
	               "static inline " T " " p "_greater(" T " a, " T " b)\n{\n\treturn a > b ? a : b;\n}\n"},          \
	{p "_mod", "static inline " T " " p "_mod(" T " a, " T " b)\n{\n\t" T " r = fmod" s                                \
	           "(a, b);\n\treturn r != 0 && (r < 0) != (b < 0) ? r + b : r;\n}\n"},                                    \
	{p "_sigmoid", "static inline " T " " p "_sigmoid(" T " x)\n{\n\treturn 1 / (1 + exp" s "(-x));\n}\n"},            \
	{p "_silu", "static inline " T " " p "_silu(" T " x)\n{\n\treturn x * " p "_sigmoid(x);\n}\n"},                    \
	{p "_gelu", "static inline " T " " p "_gelu(" T " x)\n{\n\treturn x * (" T ")0.5 * erfc" s                       \
	            "(x * -(" T ")0x1.6a09e667f3bcdp-1);\n}\n"},                                                      \
	{"lib_" p "_gelu", "static inline " T " lib_" p "_gelu(" T " x)\n{\n\treturn x * (" T ")0.5 * lib_erfc" s          \
	                   "(x * -(" T ")0x1.6a09e667f3bcdp-1);\n}\n"},                                               \
	{p "_gelu_tanh", "static inline " T " " p "_gelu_tanh(" T " x)\n{\n\t" T " u = x * (x * x * (" T               \
	                 ")0.044715 + 1);\n\treturn x * " p "_sigmoid(u * (" T ")0x1.9884533d43651p+0);\n}\n"},         \
	{p "_sign", "static inline " T " " p "_sign(" T " x)\n{\n\treturn x > 0 ? 1 : x < 0 ? -1 : x;\n}\n"}

/* A function of the C library as a pointer that the compiler may not look through: it would compute calls with known
 * operands itself, or put exp2 in the place of pow, and give other bits than the library. For --strict. */
#define LIBRARY(f, T)                                                                                                  \
	{"lib_" f, "static inline " T " lib_" f "(" T " x)\n{\n\t" T " (*volatile library)(" T ") = " f ";\n"           \
	           "\treturn library(x);\n}\n"}
#define LIBRARY2(f, T)                                                                                                 \
	{"lib_" f, "static inline " T " lib_" f "(" T " x, " T " y)\n{\n\t" T " (*volatile library)(" T ", " T ") = " f   \
	           ";\n\treturn library(x, y);\n}\n"}
#define LIBRARY_HELPERS(T, s)                                                                                          \
	LIBRARY("exp" s, T), LIBRARY("expm1" s, T), LIBRARY("log" s, T), LIBRARY("log1p" s, T), LIBRARY("sin" s, T),   \
		LIBRARY("cos" s, T), LIBRARY("tan" s, T), LIBRARY("asin" s, T), LIBRARY("acos" s, T),                  \
		LIBRARY("atan" s, T), LIBRARY("sinh" s, T), LIBRARY("cosh" s, T), LIBRARY("tanh" s, T),                \
		LIBRARY("asinh" s, T), LIBRARY("acosh" s, T), LIBRARY("atanh" s, T), LIBRARY("erf" s, T),              \
		LIBRARY("erfc" s, T), LIBRARY2("pow" s, T)

/* A float of 8 bits or less: sign bit, bits of fraction, bias, the float 2^(127 - bias), the largest magnitude, and what
 * stands for special codes and special numbers. */
#define NARROW(name, sign_bit, m, bias, one, max, special_code, special)                                               \
	{name "_to_f32", "static inline float " name "_to_f32(uint8_t h)\n{\n\tunsigned magnitude = h & (" sign_bit      \
	                 "u - 1);\n\tfloat x = " special_code "f_wide(magnitude, " m ", " one ");\n"                    \
	                 "\treturn h & " sign_bit " ? -x : x;\n}\n"},                                                  \
	{"f32_to_" name, "/* rounds to nearest even, keeps to what is finite */\n"                                      \
	                 "static inline uint8_t f32_to_" name "(float x)\n{\n"                                          \
	                 "\tunsigned sign = signbit(x) ? " sign_bit " : 0, code = f_narrow(x, " m ", " bias ", " max     \
	                 ");\n\treturn (uint8_t)(" special "sign | code);\n}\n"}

/* Sums and products that wrap. */
#define WRAPPED(name, T, U, op) \
	{name, "static inline " T " " name "(" T " a, " T " b)\n{\n\treturn (" T ")((" U ")a " op " (" U ")b);\n}\n"}
#define WRAPPING(p, T, U)                                                                                              \
	WRAPPED(p "_add", T, U, "+"), WRAPPED(p "_sub", T, U, "-"), WRAPPED(p "_mul", T, U, "*"),                       \
		{p "_neg", "static inline " T " " p "_neg(" T " a)\n{\n\treturn (" T ")(0 - (" U ")a);\n}\n"}

const Helper common_helpers[] = {
	WRAPPING("i", "int64_t", "uint64_t"),
	WRAPPING("i32", "int32_t", "uint32_t"),
	WRAPPED("u16_mul", "uint16_t", "uint32_t", "*"),
	LIBRARY_HELPERS("float", "f"),
	LIBRARY_HELPERS("double", ""),
	FLOAT_HELPERS("f", "float", "f"),
	FLOAT_HELPERS("d", "double", ""),
	{"i_div", "/* a / b rounded toward zero; 0 where C has no answer */\n"
	          "static inline int64_t i_div(int64_t a, int64_t b)\n{\n"
	          "\treturn b == 0 ? 0 : b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b;\n}\n"},
	{"i_twofold", "/* the product of the lower halves, of 16 bits with a sign, plus that of the upper ones */\n"
	              "static inline int32_t i_twofold(int32_t a, int32_t b)\n{\n"
	              "\treturn (int16_t)a * (int16_t)b + (a >> 16) * (b >> 16);\n}\n"},
	{"i_pack", "/* their lowest bytes */\n"
	           "static inline int32_t i_pack(int32_t a, int32_t b, int32_t c, int32_t d)\n{\n"
	           "\treturn (int32_t)((uint32_t)(a & 255) | (uint32_t)(b & 255) << 8 | (uint32_t)(c & 255) << 16 | (uint32_t)d << 24);\n}\n"},
	{"i_fourfold", "/* the sum of the products of their four bytes, of which those of b have a sign */\n"
	               "static inline int32_t i_fourfold(int32_t a, int32_t b)\n{\n"
	               "\treturn (a & 255) * (int8_t)b + (a >> 8 & 255) * (int8_t)(b >> 8) + (a >> 16 & 255) * (int8_t)(b >> 16) +\n"
	               "\t       (a >> 24 & 255) * (b >> 24);\n}\n"},
	{"f_rounds_alike", "/* Whether x / s, rounded to an integer, is the same by two factors whose sum is 1 / s, for every x up to 255 s:\n"
	                   " * no float is next to s times what lies halfway between some k + 1/2 and a float beside it. */\n"
	                   "static int f_rounds_alike(float s)\n{\n"
	                   "\tfloat high = 1 / s;\n"
	                   "\tint alike = 0x1p-60f < s && s < 0x1p60f && high != 1 / (double)s;\n"
	                   "\tfor (int k = 0; k < 2 * 255 && alike; k++) {\n"
	                   "\t\tfloat half = (float)(k / 2) + 0.5f, beside;\n"
	                   "\t\tint32_t bits;\n"
	                   "\t\tmemcpy(&bits, &half, sizeof bits);\n"
	                   "\t\tbits += k % 2 ? 1 : -1;\n"
	                   "\t\tmemcpy(&beside, &bits, sizeof beside);\n"
	                   "\t\tdouble x = ((double)half + (double)beside) / 2 * (double)s;\n"
	                   "\t\talike = fabs(x - (double)(float)x) > x * 0x1p-44;\n"
	                   "\t}\n\treturn alike;\n}\n"},
	{"u_div", "static inline uint64_t u_div(uint64_t a, uint64_t b)\n{\n\treturn b ? a / b : 0;\n}\n"},
	{"i_rem", "static inline int64_t i_rem(int64_t a, int64_t b)\n{\n\treturn b == 0 || b == -1 ? 0 : a % b;\n}\n"},
	{"u_rem", "static inline uint64_t u_rem(uint64_t a, uint64_t b)\n{\n\treturn b ? a % b : 0;\n}\n"},
	{"i_mod", "/* a - b * floor(a / b) */\n"
	          "static inline int64_t i_mod(int64_t a, int64_t b)\n{\n"
	          "\tint64_t r = i_rem(a, b);\n\treturn r != 0 && (r < 0) != (b < 0) ? r + b : r;\n}\n"},
	{"u_mod", "static inline uint64_t u_mod(uint64_t a, uint64_t b)\n{\n\treturn b ? a % b : 0;\n}\n"},
	{"i_abs", "static inline int64_t i_abs(int64_t a)\n{\n\treturn a < 0 ? (int64_t)(0 - (uint64_t)a) : a;\n}\n"},
	{"u_abs", "static inline uint64_t u_abs(uint64_t a)\n{\n\treturn a;\n}\n"},
	{"i_min", "static inline int64_t i_min(int64_t a, int64_t b)\n{\n\treturn a < b ? a : b;\n}\n"},
	{"u_min", "static inline uint64_t u_min(uint64_t a, uint64_t b)\n{\n\treturn a < b ? a : b;\n}\n"},
	{"i_max", "static inline int64_t i_max(int64_t a, int64_t b)\n{\n\treturn a > b ? a : b;\n}\n"},
	{"u_max", "static inline uint64_t u_max(uint64_t a, uint64_t b)\n{\n\treturn a > b ? a : b;\n}\n"},
	{"u_shl", "static inline uint64_t u_shl(uint64_t a, uint64_t n)\n{\n\treturn n < 64 ? a << n : 0;\n}\n"},
	{"u_shr", "static inline uint64_t u_shr(uint64_t a, uint64_t n)\n{\n\treturn n < 64 ? a >> n : 0;\n}\n"},
	{"i_shl", "static inline int64_t i_shl(int64_t a, int64_t n)\n{\n\treturn (int64_t)u_shl((uint64_t)a, (uint64_t)n);\n}\n"},
	{"i_shr", "static inline int64_t i_shr(int64_t a, int64_t n)\n{\n\treturn a >> (n >= 0 && n < 64 ? n : 63);\n}\n"},
	{"i_sign", "static inline int64_t i_sign(int64_t a)\n{\n\treturn (a > 0) - (a < 0);\n}\n"},
	{"u_sign", "static inline uint64_t u_sign(uint64_t a)\n{\n\treturn a > 0;\n}\n"},
	{"u_pow", "/* by squaring, modulo 2^64 */\nstatic inline uint64_t u_pow(uint64_t a, uint64_t n)\n{\n"
	          "\tuint64_t r = 1;\n\tfor (; n; n >>= 1, a *= a)\n\t\tif (n & 1)\n\t\t\tr *= a;\n\treturn r;\n}\n"},
	{"i_pow", "static inline int64_t i_pow(int64_t a, int64_t n)\n{\n"
	          "\tif (n < 0)\n\t\treturn a == 1 ? 1 : a == -1 ? (n & 1 ? -1 : 1) : 0;\n"
	          "\treturn (int64_t)u_pow((uint64_t)a, (uint64_t)n);\n}\n"},
	{"i_index", "/* an index from data: negative ones count from the end; one outside 0..n-1 stops the run */\n"
	            "static inline int64_t i_index(int64_t i, int64_t n, int *status)\n{\n"
	            "\tif (__builtin_expect((uint64_t)i < (uint64_t)n, 1))\n\t\treturn i;\n"
	            "\tif (i < 0 && i >= -n)\n\t\treturn i + n;\n"
	            "\t*status = TCC_ERR_INDEX;\n\treturn 0;\n}\n"},
	{"fetch_ahead", "/* so many bytes from p on will be read soon */\nstatic inline void fetch_ahead(const void *p, int bytes)\n{\n"
	          "\tfor (int i = 0; i < bytes; i += 64)\n\t\t__builtin_prefetch((const char *)p + i);\n}\n"},
	{"i_count", "/* a size from data: one that is above its bound stops the run */\n"
	            "static inline int64_t i_count(int64_t n, int64_t most, int *status)\n{\n"
	            "\tif (n >= 0 && n <= most)\n\t\treturn n;\n"
	            "\t*status = n < 0 ? TCC_ERR_SHAPE : TCC_ERR_CAPACITY;\n\treturn n < 0 ? 0 : most;\n}\n"},
	{"i_require", "/* the run stops where the data do not fit the sizes that this file was made for */\n"
	              "static inline int i_require(int holds, int *status)\n{\n"
	              "\tif (!holds)\n\t\t*status = TCC_ERR_SHAPE;\n\treturn holds;\n}\n"},
	{"f_to_i64", "/* truncated; what does not fit, NaN included, gives the least number */\n"
	             "static inline int64_t f_to_i64(double x)\n{\n"
	             "\treturn x >= -0x1p63 && x < 0x1p63 ? (int64_t)x : INT64_MIN;\n}\n"},
	{"f_to_u64", "static inline uint64_t f_to_u64(double x)\n{\n"
	             "\treturn x >= 0x1p63 && x < 0x1p64 ? (uint64_t)x : (uint64_t)f_to_i64(x);\n}\n"},
	{"f16_to_f32", "static inline float f16_to_f32(uint16_t h)\n{\n"
	               "\tuint32_t sign = (uint32_t)(h & 0x8000) << 16, mag = (uint32_t)(h & 0x7fff) << 13, bits;\n"
	               "\tfloat x;\n"
	               "\tif (mag >= 0x0f800000) {\t/* infinity, NaN */\n"
	               "\t\tbits = sign | mag | 0x7f800000;\n"
	               "\t\tmemcpy(&x, &bits, 4);\n\t\treturn x;\n\t}\n"
	               "\tmemcpy(&x, &mag, 4);\n"
	               "\tx *= 0x1p112f;\t/* moves the exponent, makes subnormals normal */\n"
	               "\tmemcpy(&bits, &x, 4);\n\tbits |= sign;\n\tmemcpy(&x, &bits, 4);\n\treturn x;\n}\n"},
	{"f32_to_f16", "/* rounds to nearest even */\nstatic inline uint16_t f32_to_f16(float x)\n{\n"
	               "\tuint32_t bits, sign, m;\n\tfloat y;\n"
	               "\tmemcpy(&bits, &x, 4);\n\tsign = bits >> 16 & 0x8000;\n\tbits &= 0x7fffffff;\n"
	               "\tif (bits > 0x7f800000)\n\t\treturn (uint16_t)(sign | 0x7e00);\n"
	               "\tif (bits >= 0x477ff000)\n\t\treturn (uint16_t)(sign | 0x7c00);\n"
	               "\tif (bits < 0x38800000) {\t/* subnormal: the float adder rounds */\n"
	               "\t\tmemcpy(&y, &bits, 4);\n\t\ty += 0.5f;\n\t\tmemcpy(&m, &y, 4);\n"
	               "\t\treturn (uint16_t)(sign | (m - 0x3f000000));\n\t}\n"
	               "\tbits += 0xfff + (bits >> 13 & 1);\n"
	               "\treturn (uint16_t)(sign | (bits - 0x38000000) >> 13);\n}\n"},
	{"bf16_to_f32", "static inline float bf16_to_f32(uint16_t h)\n{\n"
	                "\tuint32_t bits = (uint32_t)h << 16;\n\tfloat x;\n\tmemcpy(&x, &bits, 4);\n\treturn x;\n}\n"},
	{"f32_to_bf16", "/* rounds to nearest even */\nstatic inline uint16_t f32_to_bf16(float x)\n{\n"
	                "\tuint32_t bits;\n\tmemcpy(&bits, &x, 4);\n"
	                "\tif ((bits & 0x7fffffff) > 0x7f800000)\n\t\treturn (uint16_t)(bits >> 16 | 0x40);\n"
	                "\treturn (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);\n}\n"},
	{"f_bits", "static inline uint32_t f_bits(float x)\n{\n\tuint32_t bits;\n\tmemcpy(&bits, &x, 4);\n\treturn bits;\n}\n"},
	{"d_bits", "static inline uint64_t d_bits(double x)\n{\n\tuint64_t bits;\n\tmemcpy(&bits, &x, 8);\n\treturn bits;\n}\n"},
	{"i32_sink", "/* a heap of n numbers, the greatest first: the first one goes where it belongs */\n"
	             "static inline void i32_sink(int64_t *heap, int64_t i, int64_t n)\n{\n"
	             "\tint64_t x = heap[i], k;\n"
	             "\tfor (; (k = 2 * i + 1) < n; i = k) {\n"
	             "\t\tk += k + 1 < n && heap[k] < heap[k + 1];\n"
	             "\t\tif (heap[k] <= x)\n\t\t\tbreak;\n"
	             "\t\theap[i] = heap[k];\n\t}\n"
	             "\theap[i] = x;\n}\n"},
	{"i32_order", "/* y = where the k least of n elements stand; of equal ones the first is first. Meanwhile y is a heap of the k\n"
	              " * least so far, as (element, place) in one number. */\n"
	              "static void i32_order(int64_t *restrict y, int64_t k, const int32_t *restrict x, int64_t n)\n{\n"
	              "\tfor (int64_t i = 0; i < k; i++)\n\t\ty[i] = (int64_t)x[i] * 0x100000000 + i;\n"
	              "\tfor (int64_t i = k < n ? k / 2 : 0; i-- > 0;)\n\t\ti32_sink(y, i, k);\n"
	              "\tfor (int64_t i = k; i < n && k;) {\n"
	              "\t\twhile (i + 16 <= n && !i32_below(x + i, (int32_t)(y[0] >> 32)))\n\t\t\ti += 16;\n"
	              "\t\tfor (int64_t end = i + 16 < n ? i + 16 : n; i < end; i++)\n"
	              "\t\t\tif (x[i] < (int32_t)(y[0] >> 32)) {\n"
	              "\t\t\t\ty[0] = (int64_t)x[i] * 0x100000000 + i;\n"
	              "\t\t\t\ti32_sink(y, 0, k);\n\t\t\t}\n"
	              "\t}\n"
	              "\ti32_sort(y, k);\n}\n"},
	{"i32_sort", "/* y = the places in k numbers, in the order of these */\n"
	             "static inline void i32_sort(int64_t *y, int64_t k)\n{\n"
	             "\tpart_sort(y, k);\n"
	             "\tfor (int64_t i = 0; i < k; i++)\n\t\ty[i] &= 0xffffffff;\n}\n"},
	{"part_sort", "/* n different numbers in order: parts are parted by the middle one of three, without branches on data; in a\n"
	              " * heap if that takes more turns than it should */\n"
	              "static void part_sort(int64_t *y, int64_t n)\n{\n"
	              "\tint64_t begin[32] = {0}, end[32] = {n}, turns = 64 * n;\n"
	              "\tfor (int parts = 1; parts-- > 0;) {\n"
	              "\t\tint64_t a = begin[parts], b = end[parts];\n"
	              "\t\tfor (int64_t to = a; b - a > 16 && turns > 0; to = a) {\n"
	              "\t\t\tint64_t pivot = middle_of(y[a + (b - a) / 4], y[a + (b - a) / 2], y[b - 1 - (b - a) / 4]);\n"
	              "\t\t\tturns -= b - a;\n"
	              "\t\t\tfor (int64_t i = a; i < b; i++) {\n"
	              "\t\t\t\tint64_t x = y[i];\n\t\t\t\ty[i] = y[to];\n\t\t\t\ty[to] = x;\n\t\t\t\tto += x < pivot;\n\t\t\t}\n"
	              "\t\t\tint first = to - a < b - to;\t/* the shorter part; the other one waits */\n"
	              "\t\t\tbegin[parts] = first ? to : a;\n\t\t\tend[parts++] = first ? b : to;\n"
	              "\t\t\ta = first ? a : to;\n\t\t\tb = first ? to : b;\n\t\t}\n"
	              "\t\tif (b - a > 16)\n\t\t\theap_sort(y + a, b - a);\n"
	              "\t\telse\n\t\t\tinsertion_sort(y + a, b - a);\n\t}\n}\n"},
	{"middle_of", "static inline int64_t middle_of(int64_t a, int64_t b, int64_t c)\n{\n"
	              "\tint64_t low = a < b ? a : b, high = a < b ? b : a;\n"
	              "\treturn c < low ? low : c > high ? high : c;\n}\n"},
	{"heap_sort", "static inline void heap_sort(int64_t *y, int64_t n)\n{\n"
	              "\tfor (int64_t i = n / 2; i-- > 0;)\n\t\ti32_sink(y, i, n);\n"
	              "\tfor (int64_t i = n; i-- > 1;) {\n"
	              "\t\tint64_t last = y[i];\n\t\ty[i] = y[0];\n\t\ty[0] = last;\n"
	              "\t\ti32_sink(y, 0, i);\n\t}\n}\n"},
	{"insertion_sort", "static inline void insertion_sort(int64_t *y, int64_t n)\n{\n"
	                   "\tfor (int64_t i = 1; i < n; i++) {\n"
	                   "\t\tint64_t x = y[i], k = i;\n"
	                   "\t\tfor (; k > 0 && y[k - 1] > x; k--)\n\t\t\ty[k] = y[k - 1];\n"
	                   "\t\ty[k] = x;\n\t}\n}\n"},
	{"i32_below", "/* one of 16 numbers is less than a */\n"
	              "static inline int i32_below(const int32_t *x, int32_t a)\n{\n"
	              "\tint below = 0;\n\tfor (int i = 0; i < 16; i++)\n\t\tbelow |= x[i] < a;\n\treturn below;\n}\n"},
	{"i64_before", "static inline int i64_before(const int64_t *x, int64_t a, int64_t b)\n{\n"
	               "\treturn x[a] < x[b] || (x[a] == x[b] && a < b);\n}\n"},
	{"i64_sink", "/* a heap of n places in x, that of the greatest first: the first one goes where it belongs */\n"
	             "static inline void i64_sink(int64_t *heap, int64_t i, int64_t n, const int64_t *x)\n{\n"
	             "\tint64_t place = heap[i], k;\n"
	             "\tfor (; (k = 2 * i + 1) < n; i = k) {\n"
	             "\t\tk += k + 1 < n && i64_before(x, heap[k], heap[k + 1]);\n"
	             "\t\tif (!i64_before(x, place, heap[k]))\n\t\t\tbreak;\n"
	             "\t\theap[i] = heap[k];\n\t}\n"
	             "\theap[i] = place;\n}\n"},
	{"i64_heap", "/* k places in x in the order of its elements */\n"
	             "static inline void i64_heap(int64_t *y, int64_t k, const int64_t *x)\n{\n"
	             "\tfor (int64_t i = k / 2; i-- > 0;)\n\t\ti64_sink(y, i, k, x);\n"
	             "\tfor (int64_t i = k; i-- > 1;) {\n"
	             "\t\tint64_t last = y[i];\n\t\ty[i] = y[0];\n\t\ty[0] = last;\n"
	             "\t\ti64_sink(y, 0, i, x);\n\t}\n}\n"},
	{"i64_sort", "/* k of n places in x in the order of its elements: numbers of an element's leading bits and its place are put in\n"
	             " * order, then those in which other bits decide */\n"
	             "static inline void i64_sort(int64_t *y, int64_t k, const int64_t *x, int64_t n)\n{\n"
	             "\tint64_t low = INT64_MAX, high = INT64_MIN;\n\tint bits = 1, cut = 0;\n"
	             "\tfor (int64_t i = 0; i < k; i++) {\n"
	             "\t\tlow = i_min(x[y[i]], low);\n\t\thigh = i_max(x[y[i]], high);\n\t}\n"
	             "\twhile (n >> bits)\n\t\tbits++;\n"
	             "\twhile (k && i_leading(high, low, cut) >> (63 - bits))\n\t\tcut++;\n"
	             "\tfor (int64_t i = 0; i < k; i++)\n"
	             "\t\ty[i] += (int64_t)(i_leading(x[y[i]], low, cut) << bits);\n"
	             "\tpart_sort(y, k);\n"
	             "\tfor (int64_t i = 0; i < k; i++)\n\t\ty[i] &= ((int64_t)1 << bits) - 1;\n"
	             "\tfor (int64_t i = 0, j = 1, other = 0; cut && i < k; i = j++, other = 0) {\n"
	             "\t\tfor (; j < k && i_leading(x[y[j]], low, cut) == i_leading(x[y[i]], low, cut); j++)\n"
	             "\t\t\tother |= i64_before(x, y[j], y[j - 1]);\n"
	             "\t\tif (other)\n\t\t\ti64_heap(y + i, j - i, x);\n\t}\n}\n"},
	{"i_leading", "/* a - low, a number without sign, but for its last bits */\n"
	              "static inline uint64_t i_leading(int64_t a, int64_t low, int cut)\n{\n"
	              "\treturn ((uint64_t)a - (uint64_t)low) >> cut;\n}\n"},
	{"i64_order", "/* y = where the k least of n elements stand; of equal ones the first is first */\n"
	              "static void i64_order(int64_t *restrict y, int64_t k, const int64_t *restrict x, int64_t n)\n{\n"
	              "\tfor (int64_t i = 0; i < k; i++)\n\t\ty[i] = i;\n"
	              "\tfor (int64_t i = k < n ? k / 2 : 0; i-- > 0;)\n\t\ti64_sink(y, i, k, x);\n"
	              "\tfor (int64_t i = k; i < n && k; i++)\n"
	              "\t\tif (x[i] < x[y[0]]) {\n"
	              "\t\t\ty[0] = i;\n\t\t\ti64_sink(y, 0, k, x);\n\t\t}\n"
	              "\ti64_sort(y, k, x, n);\n}\n"},
	{"f_key", "/* an integer that orders as x does, NaN last */\nstatic inline int32_t f_key(float x)\n{\n"
	          "\tint32_t bits = (int32_t)f_bits(x + 0.0f);\n"
	          "\treturn x != x ? INT32_MAX : bits < 0 ? bits ^ INT32_MAX : bits;\n}\n"},
	{"d_key", "/* an integer that orders as x does, NaN last */\nstatic inline int64_t d_key(double x)\n{\n"
	          "\tint64_t bits = (int64_t)d_bits(x + 0.0);\n"
	          "\treturn x != x ? INT64_MAX : bits < 0 ? bits ^ INT64_MAX : bits;\n}\n"},
	{"f_of_bits", "static inline float f_of_bits(uint32_t bits)\n{\n\tfloat x;\n\tmemcpy(&x, &bits, 4);\n\treturn x;\n}\n"},
	{"d_of_bits", "static inline double d_of_bits(uint64_t bits)\n{\n\tdouble x;\n\tmemcpy(&x, &bits, 8);\n\treturn x;\n}\n"},
	{"f_wide", "/* a magnitude with m bits of fraction; one: the float 2^(127 - bias) */\n"
	           "static inline float f_wide(unsigned magnitude, int m, float one)\n{\n"
	           "\treturn f_of_bits((uint32_t)magnitude << (23 - m)) * one;\n}\n"},
	{"f_narrow", "/* |x| with m bits of fraction, to nearest even; no more than max */\n"
	             "static inline unsigned f_narrow(float x, int m, int bias, unsigned max)\n{\n"
	             "\tuint32_t bits = f_bits(x) & 0x7fffffff, code, one = (uint32_t)(151 - bias - m) << 23;\n"
	             "\tif (bits < (uint32_t)(128 - bias) << 23)\t/* subnormal: the float adder rounds */\n"
	             "\t\tcode = f_bits(f_of_bits(bits) + f_of_bits(one)) - one;\n"
	             "\telse\n"
	             "\t\tcode = ((bits + (1u << (22 - m)) - 1 + (bits >> (23 - m) & 1)) >> (23 - m)) - ((uint32_t)(127 - bias) << m);\n"
	             "\treturn code > max ? max : code;\n}\n"},
	NARROW("f8e4m3fn", "0x80", "3", "7", "0x1p120f", "0x7e", "magnitude == 0x7f ? NAN : ", "x != x ? 0x7f | sign : "),
	NARROW("f8e5m2", "0x80", "2", "15", "0x1p112f", "0x7b", "magnitude > 0x7c ? NAN : magnitude == 0x7c ? INFINITY : ",
	       "x != x ? 0x7e | sign : "),
	NARROW("f8e4m3fnuz", "0x80", "3", "8", "0x1p119f", "0x7f", "h == 0x80 ? NAN : ", "x != x ? 0x80 : code == 0 ? 0 : "),
	NARROW("f8e5m2fnuz", "0x80", "2", "16", "0x1p111f", "0x7f", "h == 0x80 ? NAN : ", "x != x ? 0x80 : code == 0 ? 0 : "),
	NARROW("f4e2m1", "0x8", "1", "1", "0x1p126f", "0x7", "", "x != x ? 0x8 : "),
	{"f8e8m0_to_f32", "static inline float f8e8m0_to_f32(uint8_t h)\n{\n"
	                  "\treturn h == 255 ? NAN : f_of_bits(h ? (uint32_t)h << 23 : 1u << 22);\n}\n"},
	{"f32_to_f8e8m0", "/* rounds up to a power of two, keeps to what is finite, drops the sign */\n"
	                  "static inline uint8_t f32_to_f8e8m0(float x)\n{\n"
	                  "\tuint32_t bits = f_bits(x) & 0x7fffffff, code = bits <= 0x400000 ? 0 : (bits + 0x7fffff) >> 23;\n"
	                  "\treturn (uint8_t)(x != x ? 255 : code > 254 ? 254 : code);\n}\n"},
	{"c64_bits", "static inline uint64_t c64_bits(tcc_complex64 x)\n{\n\tuint64_t bits;\n\tmemcpy(&bits, &x, 8);\n\treturn bits;\n}\n"},
	{"c64_of_bits", "static inline tcc_complex64 c64_of_bits(uint64_t bits)\n{\n\ttcc_complex64 x;\n\tmemcpy(&x, &bits, 8);\n\treturn x;\n}\n"},
	BOXES_COMMON,
	{NULL, NULL}};

static const Helper none[] = {{NULL, NULL}};

const Target target_c = {.name = "c", .tag = "c", .title = "portable C99", .lanes = 1, .registers = 16, .l1 = 32 << 10,
                         .l2 = 256 << 10, .helpers = none};
