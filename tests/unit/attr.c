/* Attribute tables: defaults, equality and hash see every field, and bits rather than values. */
#include "tests/unit/graphs.h"

struct All {
	int64_t count, mode;
	float alpha;
	DType to;
	Text note;
	Ints pads;
	Floats scales;
	Strings words;
	Tensor *value;
	int body;
};

static const Attr all_attrs[] = {
	ATTR_INT(All, count, -3),
	ATTR_ENUM(All, mode, 1, "zero|one|two"),
	ATTR_FLOAT(All, alpha, 0.25),
	ATTR_TYPE(All, to, F16),
	ATTR_LIST(All, note, A_STRING),
	ATTR_LIST(All, pads, A_INTS),
	ATTR_LIST(All, scales, A_FLOATS),
	ATTR_LIST(All, words, A_STRINGS),
	ATTR_LIST(All, value, A_TENSOR),
	ATTR_LIST(All, body, A_GRAPH),
	{0},
};

static const Op all = {.name = "All", .attrs = all_attrs, .attr_size = sizeof(struct All)};
static const Op none = {.name = "None"};

CASE(defaults_are_filled_in)
{
	struct All *a = attr_new(g, &all);

	assert_int_equal(a->count, -3);
	assert_int_equal(a->mode, 1);
	assert_true(a->alpha == 0.25f);
	assert_int_equal(a->to, F16);
	assert_null(a->note.text);
	assert_int_equal(a->pads.n, -1);
	assert_int_equal(a->scales.n, -1);
	assert_int_equal(a->words.n, -1);
	assert_null(a->value);
	assert_int_equal(a->body, -1);
	for (const Attr *row = all_attrs; row->name; row++)
		assert_true(attr_is_default(row, a));
	assert_non_null(attr_new(g, &none));
	assert_true(attr_equal(&none, a, a));
}

/* Set field i of the table to value k of its kind. */
static void set_field(struct All *a, int i, int k)
{
	int64_t *ints = NEW_N(&ctx.perm, int64_t, 2);
	float *floats = NEW_N(&ctx.perm, float, 2);
	Text *texts = NEW_N(&ctx.perm, Text, 2);

	ints[1] = k;
	floats[1] = (float)k;
	texts[1] = (Text){arena_format(&ctx.perm, "text %d", k), 6};
	switch (i) {
	case 0: a->count = k; break;
	case 1: a->mode = k == 1 ? 0 : k; break;
	case 2: a->alpha = (float)k; break;
	case 3: a->to = k == 1 ? F32 : I8; break;
	case 4: a->note = texts[1]; break;
	case 5: a->pads = (Ints){ints, 2}; break;
	case 6: a->scales = (Floats){floats, 2}; break;
	case 7: a->words = (Strings){texts, 2}; break;
	case 8: a->value = tensor_scalar(&ctx.perm, F32, k); break;
	default: a->body = k;
	}
}

CASE(every_field_counts)
{
	for (int i = 0; i < 10; i++) {
		struct All *a = attr_new(g, &all), *b = attr_new(g, &all);
		assert_true(attr_equal(&all, a, b));
		assert_true(attr_hash(&all, a) == attr_hash(&all, b));
		set_field(a, i, 1);
		assert_false(attr_is_default(&all_attrs[i], a));
		assert_false(attr_equal(&all, a, b));
		assert_true(attr_hash(&all, a) != attr_hash(&all, b));
		set_field(b, i, 2);
		assert_false(attr_equal(&all, a, b));
		assert_true(attr_hash(&all, a) != attr_hash(&all, b));
		set_field(b, i, 1);
		assert_true(attr_equal(&all, a, b));
		assert_true(attr_hash(&all, a) == attr_hash(&all, b));
	}
}

CASE(bits_are_compared)
{
	struct All *a = attr_new(g, &all), *b = attr_new(g, &all);

	a->alpha = 0.0f;
	b->alpha = -0.0f;
	assert_false(attr_equal(&all, a, b));
	a->alpha = b->alpha = __builtin_nanf("");
	assert_true(attr_equal(&all, a, b));
	assert_true(attr_hash(&all, a) == attr_hash(&all, b));
}

CASE(empty_is_not_absent)
{
	struct All *a = attr_new(g, &all), *b = attr_new(g, &all);

	a->pads.n = 0;
	assert_false(attr_equal(&all, a, b));
	assert_true(attr_hash(&all, a) != attr_hash(&all, b));
	*a = *b;
	a->note = (Text){"", 0};
	assert_false(attr_equal(&all, a, b));
}

CASE(tensors_compare_by_type_sizes_and_bits)
{
	Tensor *a = tensor_i64(&ctx.perm, 2, (int64_t[]){1, 2}, false);
	Tensor *b = tensor_i64(&ctx.perm, 2, (int64_t[]){1, 2}, false);

	assert_true(tensor_equal(a, b) && tensor_hash(a) == tensor_hash(b));
	((int64_t *)b->data)[1] = 3;
	assert_true(!tensor_equal(a, b) && tensor_hash(a) != tensor_hash(b));
	((int64_t *)b->data)[1] = 2;
	b->dtype = U64;
	assert_true(!tensor_equal(a, b) && tensor_hash(a) != tensor_hash(b));
	b->dtype = I64;
	b->rank = 2;
	b->dim[0] = 1;
	b->dim[1] = 2;
	assert_true(!tensor_equal(a, b) && tensor_hash(a) != tensor_hash(b));
	assert_true(tensor_equal(NULL, NULL) && !tensor_equal(a, NULL));

	int64_t dims[1] = {1};
	Tensor *s = tensor_new(&ctx.perm, STR, 1, dims), *t = tensor_new(&ctx.perm, STR, 1, dims);
	*(Text *)s->data = (Text){"ab", 2};
	*(Text *)t->data = (Text){arena_string(&ctx.perm, "abc"), 2};
	assert_true(tensor_equal(s, t) && tensor_hash(s) == tensor_hash(t));
	((Text *)t->data)->length = 3;
	assert_true(!tensor_equal(s, t) && tensor_hash(s) != tensor_hash(t));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(defaults_are_filled_in),
		TEST(every_field_counts),
		TEST(bits_are_compared),
		TEST(empty_is_not_absent),
		TEST(tensors_compare_by_type_sizes_and_bits),
	};

	return cmocka_run_group_tests_name("attr", tests, NULL, NULL);
}
