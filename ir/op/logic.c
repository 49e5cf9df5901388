/* logic.c -- And Or Xor Not (versions 1, 7) on bools; BitwiseAnd BitwiseOr BitwiseXor BitwiseNot (18) and BitShift (11)
 * on integers.
 *
 * BitShift takes signed types too: right shifts copy the sign bit. A count that is negative or not below the number of
 * bits leaves what the sign alone gives: -1 for a negative number shifted right, else 0. */
#include "ir/op/pointwise.h"

/* ---- bools; their contents are the sizes 0 and 1 ---- */

static bool sizes_and(Syms *s, Dim a, Dim b, Dim *y)
{
	*y = dim_min(s, a, b);
	return true;
}

static bool sizes_or(Syms *s, Dim a, Dim b, Dim *y)
{
	*y = dim_max(s, a, b);
	return true;
}

static bool sizes_not(Syms *s, Dim a, Dim b, Dim *y)
{
	(void)b;
	*y = dim_sub(s, dim(1), a);
	return true;
}

static bool sizes_xor(Syms *s, Dim a, Dim b, Dim *y) { return sizes_not(s, dim_equal(s, a, b), a, y); }

#define COMMUTATIVE 2, .max_in = 2, .flags = POINTWISE | CHEAP | COMMUTES

INT2(And, "b", a & b, alu2(l, AND, x, y), sizes_and, COMMUTATIVE)
INT2(Or, "b", a | b, alu2(l, OR, x, y), sizes_or, COMMUTATIVE)
INT2(Xor, "b", a ^ b, alu2(l, XOR, x, y), sizes_xor, COMMUTATIVE)
INT1(Not, "b", !a, alu1(l, NOT, x), sizes_not, .flags = POINTWISE | CHEAP)

/* ---- bits ---- */

INT2(BitwiseAnd, "iu", a & b, alu2(l, BITAND, x, y), NULL, COMMUTATIVE)
INT2(BitwiseOr, "iu", a | b, alu2(l, BITOR, x, y), NULL, COMMUTATIVE)
INT2(BitwiseXor, "iu", a ^ b, alu2(l, BITXOR, x, y), NULL, COMMUTATIVE)
INT1(BitwiseNot, "iu", ~a, alu1(l, BITNOT, x), NULL, .flags = POINTWISE | CHEAP)

enum direction { SHIFT_LEFT, SHIFT_RIGHT };

struct BitShift {
	int64_t direction;
};
static const Attr bitshift_attrs[] = {
	{"direction", A_ENUM, offsetof(struct BitShift, direction), SHIFT_LEFT, "LEFT|RIGHT", true}, {0}};
#define IS_RIGHT (ATTR_OF(n, BitShift)->direction == SHIFT_RIGHT)

static int64_t shift_right(int64_t a, uint64_t count, bool u, int bits)
{
	if (count >= (uint64_t)bits)
		return !u && a < 0 ? -1 : 0;
	return u ? (int64_t)((uint64_t)a >> count) : a >> count;
}

static int64_t shift_left(int64_t a, uint64_t count, int bits)
{
	return count < (uint64_t)bits ? (int64_t)((uint64_t)a << count) : 0;
}

static int64_t shift(const Node *n, int64_t a, int64_t b, bool u)
{
	int bits = dtype_info(n->in[0]->dtype)->bits;

	return IS_RIGHT ? shift_right(a, (uint64_t)b, u, bits) : shift_left(a, (uint64_t)b, bits);
}

INT2(BitShift, "iu", shift(n, a, b, u), alu2(l, IS_RIGHT ? SHR : SHL, x, y), NULL,
	2, .max_in = 2, .flags = POINTWISE | CHEAP, .attrs = bitshift_attrs, .attr_size = sizeof(struct BitShift))
