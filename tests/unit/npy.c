/* NumPy's files: written, read back, and refused when they are not what they should be. */
#include <stdlib.h>
#include <unistd.h>
#include "tests/unit/unit.h"
#include "ir/output.h"
#include "tools/file.h"
#include "tools/npy.h"

static Ctx c;

static int open_ctx(void **state)
{
	(void)state;
	ctx_open(&c, "test", 0);
	return 0;
}

static int close_ctx(void **state)
{
	(void)state;
	ctx_close(&c);
	return 0;
}

static const char *temporary(void)
{
	static char path[] = "npy-test-XXXXXX";
	strcpy(path, "npy-test-XXXXXX");
	close(mkstemp(path));
	return path;
}

static void what_is_written_is_read_back(void **state)
{
	(void)state;
	int64_t dim[] = {2, 3};
	Tensor *t = tensor_new(&c.perm, F32, 2, dim);
	for (int i = 0; i < 6; i++)
		store_f64(F32, t->data, i, 0.5 * i);
	if (setjmp(c.border))
		assert_string_equal(c.message, "");
	const char *path = temporary();
	size_t n;
	npy_write(&c, path, t);
	output_commit(&c);
	uint8_t *bytes = file_read(&c, &c.perm, path, &n);
	unlink(path);
	assert_int_equal(n % 64, 24); /* a header of a multiple of 64, then the data */
	Tensor *back = npy_read(&c, bytes, n, path);
	assert_int_equal(back->dtype, F32);
	assert_int_equal(back->rank, 2);
	assert_int_equal(back->dim[1], 3);
	assert_memory_equal(back->data, t->data, 24);
}

static void narrow_floats_become_float32(void **state)
{
	(void)state;
	size_t n;
	Tensor *t = tensor_scalar(&c.perm, BF16, 1.5);
	if (setjmp(c.border))
		assert_string_equal(c.message, "");
	const char *path = temporary();
	npy_write(&c, path, t);
	output_commit(&c);
	uint8_t *bytes = file_read(&c, &c.perm, path, &n);
	unlink(path);
	Tensor *back = npy_read(&c, bytes, n, path);
	assert_int_equal(back->dtype, F32);
	assert_int_equal(back->rank, 0);
	assert_true(load_f64(F32, back->data, 0) == 1.5);
}

/* A .npy file of version 1 with the given header and data, and what is said when it is refused. */
static const char *refusal(const char *header, size_t data, size_t cut)
{
	uint8_t bytes[300] = "\x93NUMPY\1";
	size_t n = strlen(header);
	bytes[8] = (uint8_t)n;
	memcpy(bytes + 10, header, n);
	if (setjmp(c.border))
		return c.message;
	npy_read(&c, bytes, 10 + n + data - cut, "x.npy");
	return NULL;
}

static void bad_files_are_refused(void **state)
{
	(void)state;
	const char *right = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }\n";
	assert_null(refusal(right, 16, 0));
	assert_non_null(strstr(refusal(right, 16, 1), "cut off in its data"));
	assert_non_null(strstr(refusal(right, 0, 5), "cut off in its header"));
	assert_non_null(strstr(refusal("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", 4, 0), "type >f4"));
	assert_non_null(
		strstr(refusal("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }", 4, 0), "columns first"));
	assert_non_null(strstr(refusal("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1), }", 4, 0),
			       "more than 8"));
	assert_non_null(strstr(refusal("{'descr': '<f4', 'fortran_order': False, 'shape': (a), }", 4, 0), "no numbers"));
	assert_non_null(strstr(refusal("{'fortran_order': False, 'shape': (), }", 4, 0), "lacks a field"));
	assert_non_null(strstr(refusal("{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 4), }", 4, 0),
			       "E-SIZE"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_written_is_read_back, open_ctx, close_ctx),
		cmocka_unit_test_setup_teardown(narrow_floats_become_float32, open_ctx, close_ctx),
		cmocka_unit_test_setup_teardown(bad_files_are_refused, open_ctx, close_ctx),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
