/* Files that appear together or not at all, whatever ends the program. */
#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/unit/unit.h"
#include "ir/output.h"
#include "tools/file.h"

enum { MANY = 70 }; /* more than stay open without a name */

static Ctx c;
static char folder[] = "/tmp/tcc-output-XXXXXX";

static int make_folder(void **state)
{
	(void)state;
	return !mkdtemp(folder);
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

static int open_ctx(void **state)
{
	(void)state;
	ctx_open(&c, "test", 0);
	return 0;
}

static const char *in_folder(const char *name) { return arena_format(&c.perm, "%s/%s", folder, name); }

static int no_dots(const struct dirent *e) { return e->d_name[0] != '.'; }

/* The names in the folder, in order, a blank behind each. */
static const char *names(void)
{
	struct dirent **entry;
	int n = scandir(folder, &entry, no_dots, alphasort);
	char *all = arena_string(&c.perm, "");
	for (int i = 0; i < n; i++) {
		all = arena_format(&c.perm, "%s%s ", all, entry[i]->d_name);
		free(entry[i]);
	}
	free(entry);
	return all;
}

static void empty_folder(void)
{
	for (char *name = strtok(arena_string(&c.perm, names()), " "); name; name = strtok(NULL, " "))
		unlink(in_folder(name));
}

static int close_ctx(void **state)
{
	(void)state;
	empty_folder();
	ctx_close(&c);
	return 0;
}

static void put(const char *name, const char *text) { output_add(&c, in_folder(name), text, strlen(text)); }

static void has(const char *name, const char *text)
{
	assert_string_equal(file_text(&c, &c.perm, in_folder(name)), text);
}

static void all_appear_at_once(void **state)
{
	(void)state;
	if (setjmp(c.border))
		assert_string_equal(c.message, "");
	umask(022);
	put("a", "old");
	output_commit(&c);
	put("a", "new");
	put("b", "other");
	has("a", "old");
	output_commit(&c);
	assert_string_equal(names(), "a b ");
	has("a", "new");
	has("b", "other");
	struct stat s;
	assert_int_equal(stat(in_folder("a"), &s), 0);
	assert_int_equal(s.st_mode & 0777, 0644);
}

static void none_appears_where_one_cannot(void **state)
{
	(void)state;
	if (setjmp(c.border)) {
		assert_int_equal(c.status, EXIT_FILE);
		assert_non_null(strstr(c.message, "/folder': Is a directory [E-WRITE]"));
		assert_string_equal(names(), "a folder ");
		has("a", "old");
		rmdir(in_folder("folder"));
		return;
	}
	put("a", "old");
	output_commit(&c);
	assert_int_equal(mkdir(in_folder("folder"), 0777), 0);
	put("a", "new");
	put("b", "new");
	put("folder", "new");
	put("z", "new");
	output_commit(&c);
	assert_true(false);
}

static void a_path_is_written_once(void **state)
{
	(void)state;
	if (setjmp(c.border)) {
		assert_int_equal(c.status, EXIT_USAGE);
		assert_non_null(strstr(c.message, "two files are to be written to"));
		return;
	}
	put("a", "one");
	put("a", "two");
	assert_true(false);
}

static void a_file_that_may_not_grow_is_none(void **state)
{
	(void)state;
	struct rlimit before, less;
	static const char text[100000];
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	less = before;
	less.rlim_cur = 4096;
	if (setjmp(c.border)) {
		setrlimit(RLIMIT_FSIZE, &before);
		assert_int_equal(c.status, EXIT_FILE);
		assert_non_null(strstr(c.message, "File too large [E-WRITE]"));
		assert_string_equal(names(), "");
		return;
	}
	setrlimit(RLIMIT_FSIZE, &less);
	output_add(&c, in_folder("a"), text, sizeof text);
	assert_true(false);
}

/* A program that writes `a` and `n` more files, and gets the signal before they are in place. */
static void ended_by(int sig, int n)
{
	pid_t pid = fork();
	if (pid == 0) {
		signal(sig, SIG_DFL); /* who is in the background, or called by nohup, may have begun without it */
		output_guard();
		for (int i = 0; i < n; i++)
			put(arena_format(&c.perm, "more%d", i), "more");
		fputs("half", output_begin(&c, in_folder("a")));
		raise(sig);
		_exit(0);
	}
	int status = 0;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), sig);
}

static void who_is_ended_leaves_what_was_there(void **state)
{
	(void)state;
	static const int ends[] = {SIGHUP, SIGINT, SIGTERM};
	if (setjmp(c.border))
		assert_string_equal(c.message, "");
	put("a", "old");
	output_commit(&c);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		ended_by(ends[i], 0);
		ended_by(ends[i], MANY); /* some of which have temporary names */
		assert_string_equal(names(), "a ");
		has("a", "old");
	}
}

static void who_is_killed_leaves_files_whole(void **state)
{
	(void)state;
	if (setjmp(c.border))
		assert_string_equal(c.message, "");
	put("a", "old");
	output_commit(&c);
	ended_by(SIGKILL, 0);
	has("a", "old");
	for (char *name = strtok(arena_string(&c.perm, names()), " "); name; name = strtok(NULL, " "))
		assert_true(!strcmp(name, "a") || !strncmp(name, "a.tmp", 5)); /* the latter where no file can be without a name */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_appear_at_once, open_ctx, close_ctx),
		cmocka_unit_test_setup_teardown(none_appears_where_one_cannot, open_ctx, close_ctx),
		cmocka_unit_test_setup_teardown(a_path_is_written_once, open_ctx, close_ctx),
		cmocka_unit_test_setup_teardown(a_file_that_may_not_grow_is_none, open_ctx, close_ctx),
		cmocka_unit_test_setup_teardown(who_is_ended_leaves_what_was_there, open_ctx, close_ctx),
		cmocka_unit_test_setup_teardown(who_is_killed_leaves_files_whole, open_ctx, close_ctx),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
