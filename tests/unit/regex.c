/* Regular expressions: what each form matches, what is refused, and random ones against the C library's. */
#include <regex.h>
#include <stdio.h>
#include <string.h>
#include "ir/diag.h"
#include "ir/op/regex.h"
#include "passes/inputs.h"
#include "tests/unit/unit.h"

static Ctx ctx;

static bool matches(const Regex *r, const char *text, size_t n)
{
	int state = 1;

	for (size_t i = 0; i < n; i++)
		state = r->next[state * r->classes + r->class_of[(unsigned char)text[i]]];
	return r->next[state * r->classes + REGEX_END];
}

static Text text_of(const char *s) { return (Text){s, (int64_t)strlen(s)}; }

enum { MOST = 6 };

typedef struct Form {
	const char *pattern, *yes[MOST], *no[MOST];
} Form;

static const Form forms[] = {
	{"", {""}, {"a"}},
	{"a|b|", {"a", "b", ""}, {"ab", "c"}},
	{"a*b+c?", {"b", "aabbc", "bbc"}, {"", "a", "ac", "bcc"}},
	{"(?:ab){2,3}", {"abab", "ababab"}, {"ab", "abababab", "aba"}},
	{"a{2}b{1,}c{,2}", {"aabc{,2}", "aabbbc{,2}"}, {"aab", "abcc"}},
	{"(a|bc)*?d??", {"", "abcad", "bcbc"}, {"bad", "dd"}},
	{"(?P<name>a)(?<other>b)", {"ab"}, {"a"}},
	{".", {"a", "\303\251", "\342\202\254", "\360\237\230\200"}, {"", "\n", "\303", "\251", "ab", "\355\240\200"}},
	{"(?s).", {"\n", "x"}, {"\300\200", "\364\220\200\200"}},
	{"[a-c\303\251-\303\252]", {"b", "\303\251", "\303\252"}, {"d", "\303\250", "\303\253", "\303"}},
	{"[^a]", {"b", "\n", "\303\241", "\364\217\277\277"}, {"a", "", "\377"}},
	{"[]a-]+", {"]a-"}, {"b"}},
	{"[^]]", {"["}, {"]"}},
	{"[\\x{800}-\\x{ffff}]", {"\340\240\200", "\357\277\277", "\355\237\277", "\356\200\200"}, {"\337\277", "\360\220\200\200", "\355\240\200"}},
	{"[\\x{10400}-\\x{10ffff}]", {"\360\220\220\200", "\363\240\200\201", "\364\217\277\277"}, {"\360\220\217\277", "\357\277\277"}},
	{"\\d\\D\\s\\S\\w\\W", {"1a \303\251_-", "0b\tyZ "}, {"1a xa", "aa xa-"}},
	{"[[:alpha:]][[:^digit:]][\\d.]", {"ab1", "Z\303\2519", "a.."}, {"1b1", "a11"}},
	{"[[:punct:]]{4}", {"!~@`"}, {"!~@a"}},
	{"\\x41\\x{20ac}\\101\\n\\.\\\\", {"A\342\202\254A\n.\\"}, {"A"}},
	{"\\Qa.b*\\Ec", {"a.b*c"}, {"axbc"}},
	{"(?i)stra\303\237e[k-m]", {"STRA\303\237EK", "stra\303\237el", "Stra\303\237e\342\204\252"}, {"strasseK"}},
	{"(?i:a)b(?-i)c", {"Abc", "abc"}, {"ABc", "abC"}},
	{"a(?i)b|c", {"aB", "C"}, {"Ab"}},
	{"^a$|\\Ab\\z", {"a", "b"}, {"a\n", ""}},
	{"a$b|a^b|$^", {""}, {"ab"}},
	{"(?m)a$\n^b", {"a\nb"}, {"ab"}},
	{"(?m)^(a$|\n)*", {"a\na\n", "\n\n"}, {"aa"}},
	{"\\ba\\b.*\\Bb\\B", {NULL}, {"a b", "axb", "a xb"}},
	{"a\\B.*\\Bb\\b", {"axb", "ab"}, {"a b", "a xb"}},
	{".*\\bcom\\b.*", {"com", "a com b", "a.com"}, {"commit", "acom"}},
	{"(\\W|^)[\\w.\\-]{0,25}@(yahoo|gmail)\\.com(\\W|$)", {"a@gmail.com", " a.b-c@yahoo.com!", "@gmail.com"},
	 {"a@hotmail.com", "aaaaaaaaaaaaaaaaaaaaaaaaaa@gmail.com", "a@gmail.com.x"}},
	{"a.c\\z", {"abc"}, {"abcd"}},
	{"[[:^alpha:]\\D]", {"1", "a"}, {""}},
	{"[^\\x00-\\x{10ffff}]|q", {"q"}, {"a", ""}},
};

static void open_compiler(void)
{
	ctx_open(&ctx, "unit", 0);
	if (setjmp(ctx.border)) {
		print_error("%s\n", ctx.message);
		assert_true(0 && "trouble");
	}
}

static void forms_match_what_they_say(void **state)
{
	(void)state;
	open_compiler();
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		const Form *f = &forms[i];
		const char *says = "";
		Regex r = {0};
		print_message("%s\n", f->pattern);
		assert_int_equal(regex_compile(&ctx.perm, text_of(f->pattern), &r, &says), REGEX_RIGHT);
		assert_true(r.states <= (int)(20 + 3 * strlen(f->pattern))); /* equal ones are one */
		for (int k = 0; k < MOST && f->yes[k]; k++)
			assert_true(matches(&r, f->yes[k], strlen(f->yes[k])));
		for (int k = 0; k < MOST && f->no[k]; k++)
			assert_false(matches(&r, f->no[k], strlen(f->no[k])));
	}
	ctx_close(&ctx);
}

static const struct { const char *pattern; RegexFault fault; } refused[] = {
	{"(", REGEX_WRONG}, {"a)", REGEX_WRONG}, {"[a", REGEX_WRONG}, {"*a", REGEX_WRONG}, {"a**", REGEX_WRONG}, {"a|*", REGEX_WRONG},
	{"a{1001}", REGEX_WRONG}, {"a{3,2}", REGEX_WRONG}, {"[b-a]", REGEX_WRONG}, {"\\", REGEX_WRONG}, {"\\q", REGEX_WRONG},
	{"\\1", REGEX_WRONG}, {"(?=a)", REGEX_WRONG}, {"(?<a", REGEX_WRONG}, {"\\x{110000}", REGEX_WRONG}, {"\\x{41", REGEX_WRONG},
	{"\377", REGEX_WRONG}, {"[[:nothing:]]", REGEX_WRONG}, {"[a-\\d]", REGEX_WRONG}, {"(?z)a", REGEX_WRONG},
	{"\\pL", REGEX_UNSUPPORTED}, {"\\C", REGEX_UNSUPPORTED}, {"(a{1000}){1000}", REGEX_LARGE}, {"((((){1000}){1000}){1000}){1000}", REGEX_LARGE},
	{"(a|b)*a(a|b){20}", REGEX_LARGE},
};

static void others_are_refused(void **state)
{
	char deep[1001] = "";

	(void)state;
	open_compiler();
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		const char *says = "";
		Regex r = {0};
		print_message("%s\n", refused[i].pattern);
		assert_int_equal(regex_compile(&ctx.perm, text_of(refused[i].pattern), &r, &says), refused[i].fault);
		assert_true(*says);
	}
	memset(deep, '(', 1000);
	assert_int_equal(regex_compile(&ctx.perm, text_of(deep), &(Regex){0}, &(const char *){NULL}), REGEX_LARGE);
	ctx_close(&ctx);
}

/* ---- random ones ---- */

static uint64_t seed = 5;

static int pick(int n) { return (int)(random_next(&seed) % (uint64_t)n); }

/* Of a, b, c, their sets, groups, alternatives and repetitions: the same in both syntaxes. */
static char *put_random(char *to, int depth)
{
	static const char *const atoms[] = {"a", "b", "c", ".", "[ab]", "[^a]", "[b-c]"}, *const repeats[] = {"", "", "", "*", "+", "?", "{2}", "{1,3}"};

	for (int n = 1 + pick(3); n > 0; n--) {
		if (depth && pick(3) == 0) {
			to = put_random(to + sprintf(to, "("), depth - 1);
			if (pick(2))
				to = put_random(to + sprintf(to, "|"), depth - 1);
			to += sprintf(to, ")");
		} else {
			to += sprintf(to, "%s", atoms[pick(7)]);
		}
		to += sprintf(to, "%s", repeats[pick(8)]);
	}
	return to;
}

static void random_ones_match_what_the_library_says(void **state)
{
	(void)state;
	int hits = 0, large = 0;
	for (int i = 0; i < 200; i++) {
		char pattern[4000], whole[4010], text[16];
		const char *says = "";
		Regex r = {0};
		regex_t library;
		open_compiler();
		put_random(pattern, 2);
		snprintf(whole, sizeof whole, "^(%s)$", pattern);
		assert_int_equal(regcomp(&library, whole, REG_EXTENDED | REG_NOSUB), 0);
		RegexFault fault = regex_compile(&ctx.perm, text_of(pattern), &r, &says);
		assert_true(fault == REGEX_RIGHT || fault == REGEX_LARGE);
		large += fault == REGEX_LARGE;
		for (int k = 0; k < 40 && !fault; k++) {
			int n = pick(9);
			for (int c = 0; c < n; c++)
				text[c] = (char)('a' + pick(3));
			text[n] = 0;
			bool want = regexec(&library, text, 0, NULL, 0) == 0;
			hits += want;
			if (matches(&r, text, (size_t)n) != want)
				print_error("%s of '%s'\n", pattern, text);
			assert_int_equal(matches(&r, text, (size_t)n), want);
		}
		regfree(&library);
		ctx_close(&ctx);
	}
	print_message("%d hits, %d too large\n", hits, large);
	assert_true(hits > 500 && large < 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(forms_match_what_they_say), cmocka_unit_test(others_are_refused),
					   cmocka_unit_test(random_ones_match_what_the_library_says)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
