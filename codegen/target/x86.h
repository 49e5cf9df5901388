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
