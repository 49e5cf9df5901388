/* Element types: every code of every narrow float decodes to its formula and encodes back; values in between go to the
 * nearest, ties to even, with one rounding; digests made with ml_dtypes agree; integers and packing; sizes. */
#include <math.h>
#include <stdio.h>
#include "tests/unit/unit.h"
#include "ir/convert.h"
#include "ir/sha256.h"

static Ctx ctx;

static int setup(void **state)
{
	(void)state;
	ctx_open(&ctx, "unit", 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ctx_close(&ctx);
	return 0;
}

/* max: the code of the largest finite value. */
static const struct Narrow {
	DType t;
	unsigned codes, sign, max;
	int mantissa, bias;
	double largest;
	bool saturates;
} narrow[] = {
	{F16, 65536, 0x8000, 0x7bff, 10, 15, 65504, false},
	{BF16, 65536, 0x8000, 0x7f7f, 7, 127, 0x1.fep127, false},
	{F8E4M3FN, 256, 0x80, 0x7e, 3, 7, 448, true},
	{F8E4M3FNUZ, 256, 0x80, 0x7f, 3, 8, 240, true},
	{F8E5M2, 256, 0x80, 0x7b, 2, 15, 57344, true},
	{F8E5M2FNUZ, 256, 0x80, 0x7f, 2, 16, 57344, true},
	{F4E2M1, 16, 0x8, 0x7, 1, 1, 6, true},
};
#define NARROWS (sizeof narrow / sizeof *narrow)

static double formula(const struct Narrow *f, unsigned magnitude)
{
	unsigned field = magnitude >> f->mantissa;
	double fraction = (double)(magnitude & ((1u << f->mantissa) - 1)) / (1 << f->mantissa);

	return field ? ldexp(1 + fraction, (int)field - f->bias) : ldexp(fraction, 1 - f->bias);
}

static void codes_decode_and_return(void **state)
{
	(void)state;
	for (const struct Narrow *f = narrow; f < narrow + NARROWS; f++) {
		bool no_minus_zero = f->t == F8E4M3FNUZ || f->t == F8E5M2FNUZ;
		assert_true(narrow_decode(f->t, f->max) == f->largest);
		for (unsigned code = 0; code < f->codes; code++) {
			double x = narrow_decode(f->t, code);
			unsigned magnitude = code & (f->sign - 1);
			if (isnan(x)) {
				assert_true(magnitude > f->max || (no_minus_zero && code == f->sign));
				assert_true(isnan(narrow_decode(f->t, narrow_encode(f->t, x, true))));
				continue;
			}
			if (magnitude <= f->max)
				assert_true(fabs(x) == formula(f, magnitude));
			else
				assert_true(isinf(x));
			assert_int_equal(signbit(x) != 0, (code & f->sign) != 0);
			assert_int_equal(narrow_encode(f->t, x, false), code);
		}
	}
}

/* x and -x must encode to that magnitude, whatever the way. */
static void assert_encodes(const struct Narrow *f, double x, unsigned magnitude)
{
	unsigned minus = magnitude || f->codes == 65536 || f->t == F8E4M3FN || f->t == F8E5M2 || f->t == F4E2M1
				 ? magnitude | f->sign
				 : 0;
	uint16_t stored[2] = {0, 0};

	assert_int_equal(narrow_encode(f->t, x, true), magnitude);
	assert_int_equal(narrow_encode(f->t, -x, true), minus);
	store_f64(f->t, stored, 1, x);
	assert_true(load_f64(f->t, stored, 1) == narrow_decode(f->t, magnitude));
}

static void values_go_to_the_nearest(void **state)
{
	(void)state;
	for (const struct Narrow *f = narrow; f < narrow + NARROWS; f++) {
		unsigned over = f->saturates ? f->max : f->max + 1;
		for (unsigned code = 0; code < f->max; code++) {
			double lo = formula(f, code), hi = formula(f, code + 1), middle = (lo + hi) / 2;
			assert_encodes(f, middle, code % 2 ? code + 1 : code);
			assert_encodes(f, nextafter(middle, 0), code);
			assert_encodes(f, nextafter(middle, INFINITY), code + 1);
			assert_encodes(f, nextafter(lo, INFINITY), code);
		}
		/* the middle of the largest value and what would follow rounds up when the largest is odd */
		double middle = (f->largest + formula(f, f->max + 1)) / 2;
		assert_encodes(f, nextafter(middle, 0), f->max);
		assert_encodes(f, middle, f->max % 2 ? over : f->max);
		assert_encodes(f, nextafter(middle, INFINITY), over);
		assert_encodes(f, 0x1p1023, over);
		assert_encodes(f, INFINITY, over);
		assert_encodes(f, 0x1p-1074, 0);
	}
}

/* The codes of all finite f16 and bf16 values, not saturated; NaN keeps the sign where the type has one. */
static void digests_agree(void **state)
{
	static const struct {
		DType t;
		const char *digest;
	} cases[] = {
		{F8E4M3FN, "ffbf6e05b2250af9f020249458104a9fbab57690d346ca37354625dc82a2f5a3"},
		{F8E4M3FNUZ, "3271ea2e16b51b25362ef52d1b012f8923a093e53d2850ac18cf22aedccd4008"},
		{F8E5M2, "9c8202deecd551751ca0858cf24702ffe7db53ae3815db4326160213fd01f4c4"},
		{F8E5M2FNUZ, "063eb23ffe3462d69ab92b25bd721592448cb197cb0d8c4ba64d8d9fc0b312a8"},
		{F4E2M1, "c9f552160b6d10e7ca55054a52358245c4828ab98e19d493dde9317b6956eb04"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		static uint8_t code[2 * 65536];
		uint8_t digest[32];
		char text[65];
		size_t n = 0;
		for (unsigned c = 0; c < 2 * 65536; c++) {
			double x = narrow_decode(c < 65536 ? F16 : BF16, c % 65536);
			if (isfinite(x))
				code[n++] = (uint8_t)narrow_encode(cases[i].t, x, false);
		}
		sha256(code, n, digest);
		for (int j = 0; j < 32; j++)
			snprintf(text + 2 * j, 3, "%02x", digest[j]);
		assert_string_equal(text, cases[i].digest);
	}
}

static void special_values_follow_cast(void **state)
{
	(void)state;
	assert_int_equal(narrow_encode(F8E4M3FN, INFINITY, false), 0x7f);
	assert_int_equal(narrow_encode(F8E4M3FN, -1000, false), 0xff);
	assert_int_equal(narrow_encode(F8E5M2, INFINITY, false), 0x7c);
	assert_int_equal(narrow_encode(F8E5M2, 1e9, true), 0x7b);
	assert_int_equal(narrow_encode(F8E5M2FNUZ, -INFINITY, false), 0x80);
	assert_int_equal(narrow_encode(F8E4M3FNUZ, -INFINITY, true), 0xff);
	assert_int_equal(narrow_encode(F8E4M3FNUZ, -0.0, true), 0);
	assert_int_equal(narrow_encode(F8E4M3FNUZ, -(double)NAN, true), 0x80);
	assert_int_equal(narrow_encode(F16, 65520, true), 0x7c00);
	assert_int_equal(narrow_encode(F4E2M1, -INFINITY, true), 0xf);
}

static void powers_of_two_round_as_asked(void **state)
{
	static const struct {
		double x;
		unsigned up, down, nearest, plain; /* plain: nearest, not saturated */
	} cases[] = {
		{1, 127, 127, 127, 127}, {1.1, 128, 127, 127, 127}, {1.5, 128, 127, 128, 128},
		{1.4, 128, 127, 127, 127},
		{0.124, 124, 123, 124, 124}, {0, 0, 0, 0, 255}, {0x1p-127, 0, 0, 0, 0}, {0x1p-140, 0, 0, 0, 255},
		{0x1p127, 254, 254, 254, 254}, {0x1.8p127, 254, 254, 254, 255}, {INFINITY, 254, 254, 254, 255},
		{-4, 129, 129, 129, 129}, {NAN, 255, 255, 255, 255},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(e8m0_encode(cases[i].x, E8M0_UP, true), cases[i].up);
		assert_int_equal(e8m0_encode(cases[i].x, E8M0_DOWN, true), cases[i].down);
		assert_int_equal(e8m0_encode(cases[i].x, E8M0_NEAREST, true), cases[i].nearest);
		assert_int_equal(e8m0_encode(cases[i].x, E8M0_NEAREST, false), cases[i].plain);
	}
	for (unsigned code = 0; code < 255; code++)
		assert_int_equal(narrow_encode(F8E8M0, narrow_decode(F8E8M0, code), true), code);
	assert_true(isnan(narrow_decode(F8E8M0, 255)));
}

/* 2^62 + (2k + 1) * 2^54 is half way between two bf16; one more must round up, though a double cannot hold it. */
static void integers_round_once(void **state)
{
	(void)state;
	for (int64_t k = 0; k < 64; k++) {
		int64_t middle = ((int64_t)1 << 62) + (2 * k + 1) * ((int64_t)1 << 54);
		uint16_t code;
		float x;
		store_i64(BF16, &code, 0, middle + 1);
		assert_true(load_f64(BF16, &code, 0) > (double)middle);
		store_i64(BF16, &code, 0, -(middle - 1));
		assert_true(load_f64(BF16, &code, 0) > -(double)middle);
		store_i64(F32, &x, 0, ((int64_t)1 << 62) + ((int64_t)1 << 38) + 1);
		assert_true((double)x == 0x1p62 + 0x1p39);
	}
	for (int64_t i = -2048; i <= 2048; i++) {
		uint16_t code;
		store_i64(F16, &code, 0, i);
		assert_int_equal(load_i64(F16, &code, 0), i);
	}
}

static void integers_keep_low_bits(void **state)
{
	static const DType types[] = {U8, I8, U16, I16, U32, I32, U64, I64, U4, I4, U2, I2};
	uint64_t seed = 11;

	(void)state;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		DType t = types[i];
		int bits = dtype_info(t)->bits;
		uint64_t data[32] = {0}, value[32];
		for (int round = 0; round < 2000; round++) { /* stores in any order leave the others alone */
			int at = (int)random_in(&seed, 0, 31);
			value[at] = round < 100 ? (uint64_t)round : next_random(&seed);
			store_i64(t, data, at, (int64_t)value[at]);
			uint64_t low = value[at] << (64 - bits);
			int64_t want = is_unsigned(t) ? (int64_t)(low >> (64 - bits)) : (int64_t)low >> (64 - bits);
			value[at] = (uint64_t)want;
			if (round > 500)
				for (int j = 0; j < 32; j++)
					assert_int_equal(load_i64(t, data, j), (int64_t)value[j]);
			else
				assert_int_equal(load_i64(t, data, at), want);
			if (round == 500)
				for (int j = 0; j < 32; j++)
					value[j] = (uint64_t)load_i64(t, data, j);
		}
	}
	uint8_t packed[2] = {0};
	for (int i = 0; i < 4; i++)
		store_i64(U4, packed, i, i + 1);
	assert_int_equal(packed[0], 0x21);
	assert_int_equal(packed[1], 0x43);
}

static void doubles_become_integers(void **state)
{
	uint64_t data = 0;

	(void)state;
	store_f64(I32, &data, 0, -2.9);
	assert_int_equal(load_i64(I32, &data, 0), -2);
	store_f64(I64, &data, 0, 1e30);
	assert_true(load_i64(I64, &data, 0) == INT64_MIN);
	store_f64(I64, &data, 0, NAN);
	assert_true(load_i64(I64, &data, 0) == INT64_MIN);
	store_f64(I32, &data, 0, 1e30);
	assert_int_equal(load_i64(I32, &data, 0), 0);
	store_f64(U64, &data, 0, 0x1p63);
	assert_true(data == (uint64_t)1 << 63);
	assert_true(load_f64(U64, &data, 0) == 0x1p63);
	store_f64(BOOL, &data, 0, 0.25);
	assert_int_equal(load_i64(BOOL, &data, 0), 1);
	store_f64(BOOL, &data, 0, NAN);
	assert_int_equal(load_i64(BOOL, &data, 0), 1);
	store_i64(BOOL, &data, 0, 256);
	assert_int_equal(load_i64(BOOL, &data, 0), 1);
	double x = -7.9;
	assert_int_equal(load_i64(F64, &x, 0), -7);
}

static void sizes_are_checked(void **state)
{
	int64_t large[] = {(int64_t)1 << 40, (int64_t)1 << 40, 0}, dims[] = {2, 3, 5}, empty[] = {4, 0, 7};

	(void)state;
	assert_int_equal(dtype_bytes(I4, 3), 2);
	assert_int_equal(dtype_bytes(U2, 5), 2);
	assert_int_equal(dtype_bytes(F32, 7), 28);
	assert_int_equal(dtype_bytes(STR, 2), 32);
	assert_true(dtype_bytes(F64, (int64_t)1 << 60) == (size_t)1 << 62);
	assert_true(dtype_bytes(I4, INT64_MAX) == (size_t)1 << 62);
	assert_true(dtype_bytes(U8, ((int64_t)1 << 61) + 3) == ((size_t)1 << 61) + 3);
	Tensor *x = tensor_new(&ctx.perm, F16, 3, dims);
	assert_int_equal(x->count, 30);
	assert_true(load_f64(F16, x->data, 29) == 0);
	assert_int_equal(tensor_new(&ctx.perm, F32, 3, empty)->count, 0);
	assert_int_equal(tensor_new(&ctx.perm, F32, 0, NULL)->count, 1);
	assert_fails(&ctx, EXIT_LIMIT, "E-SIZE", tensor_new(&ctx.perm, I4, 2, large));
	assert_fails(&ctx, EXIT_LIMIT, "E-SIZE", tensor_new(&ctx.perm, I4, 3, large));
	assert_fails(&ctx, EXIT_LIMIT, "E-LIMIT", tensor_new(&ctx.perm, F32, 1, large));
	assert_true(load_f64(F32, tensor_scalar(&ctx.perm, F32, 1.5)->data, 0) == 1.5);
	assert_int_equal(load_i64(I64, tensor_i64(&ctx.perm, 3, dims, false)->data, 2), 5);
	assert_int_equal(tensor_i64(&ctx.perm, 1, dims, true)->rank, 0);
}

static void the_table_has_every_type(void **state)
{
	(void)state;
	for (DType t = F32; t < DT_COUNT; t++)
		assert_true(dtype_info(t)->bits > 0 && dtype_info(t)->class != DC_NONE);
	assert_string_equal(dtype_name(DT_NONE), "none");
	assert_string_equal(dtype_name(F8E4M3FNUZ), "f8e4m3fnuz");
	assert_true(is_float(F4E2M1) && is_int(I2) && is_unsigned(U64) && !is_int(BOOL) && !is_float(C64));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_decode_and_return),
		cmocka_unit_test(values_go_to_the_nearest),
		cmocka_unit_test(digests_agree),
		cmocka_unit_test(special_values_follow_cast),
		cmocka_unit_test(powers_of_two_round_as_asked),
		cmocka_unit_test(integers_round_once),
		cmocka_unit_test(integers_keep_low_bits),
		cmocka_unit_test(doubles_become_integers),
		cmocka_unit_test_setup_teardown(sizes_are_checked, setup, teardown),
		cmocka_unit_test(the_table_has_every_type),
	};

	return cmocka_run_group_tests_name("tensor", tests, NULL, NULL);
}
