/* The examples of FIPS 180-4, every length around a block's end in every way to cut it, and an independent digest of
 * all lengths up to 300 (made with Python's hashlib). */
#include <stdio.h>
#include "tests/unit/unit.h"
#include "ir/sha256.h"

static const char *hex(const uint8_t digest[32])
{
	static char text[65];

	for (int i = 0; i < 32; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	return text;
}

static void examples_agree(void **state)
{
	static const struct {
		const char *text, *digest;
	} cases[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};
	uint8_t digest[32];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		sha256(cases[i].text, strlen(cases[i].text), digest);
		assert_string_equal(hex(digest), cases[i].digest);
	}
}

static void a_million_letters(void **state)
{
	Sha256 s;
	uint8_t digest[32];

	(void)state;
	sha256_begin(&s);
	for (int i = 0; i < 1000000; i++)
		sha256_add(&s, "a", 1);
	sha256_end(&s, digest);
	assert_string_equal(hex(digest), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* The digest of the digests of 0, 1, ... 300 bytes of a pattern. */
static void every_length_agrees(void **state)
{
	uint8_t data[300], digest[32];
	Sha256 all;

	(void)state;
	for (int i = 0; i < 300; i++)
		data[i] = (uint8_t)(i * 7 + 3);
	sha256_begin(&all);
	for (size_t n = 0; n <= 300; n++) {
		sha256(data, n, digest);
		sha256_add(&all, digest, sizeof digest);
	}
	sha256_end(&all, digest);
	assert_string_equal(hex(digest), "7d917fbd2cf49ddff9ad0a8706bba32d204e92e71d2e369c5a03d6af29278c9f");
}

static void cuts_do_not_matter(void **state)
{
	uint8_t data[140], whole[32], pieces[32];
	Sha256 s;

	(void)state;
	memset(data, 0x5a, sizeof data);
	for (size_t n = 0; n <= sizeof data; n++) {
		sha256(data, n, whole);
		for (size_t cut = 0; cut <= n; cut++) {
			sha256_begin(&s);
			sha256_add(&s, data, cut);
			sha256_add(&s, data + cut, n - cut);
			sha256_end(&s, pieces);
			assert_memory_equal(whole, pieces, 32);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_agree),
		cmocka_unit_test(a_million_letters),
		cmocka_unit_test(every_length_agrees),
		cmocka_unit_test(cuts_do_not_matter),
	};

	return cmocka_run_group_tests_name("sha256", tests, NULL, NULL);
}
