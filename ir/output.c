/* output.c -- files that appear together.
 *
 * The list is the program's, not the compile's: a signal handler has to find it. It grows at its end by one pointer, and no
 * memory is given back while a handler may look. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "ir/output.h"

enum { MOST_OPEN = 64 }; /* files without a name stay open */

typedef struct Draft {
	char *path, *temporary, *before; /* before: what was there, while files are put in place */
	FILE *f;                         /* NULL: complete, under its temporary name */
	bool named, kept;                /* it has its temporary name; `before` has what was there */
	struct Draft *next;
} Draft;

static Draft *drafts, *last;
static int nopen;

/* ---- making them ---- */

static char *joined(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);
	char *text = malloc(n + m + 1);
	if (text) {
		memcpy(text, a, n);
		memcpy(text + n, b, m + 1);
	}
	return text;
}

/* "" for a file of the current folder, else with its last slash. */
static char *folder_of(const char *path)
{
	char *folder = joined(path, ""), *slash = folder ? strrchr(folder, '/') : NULL;
	if (slash)
		slash[1] = 0;
	else if (folder)
		*folder = 0;
	return folder;
}

/* Such a file gets a name through /proc. */
static bool can_be_named(int fd)
{
	char proc[40];
	snprintf(proc, sizeof proc, "/proc/self/fd/%d", fd);
	return access(proc, F_OK) == 0;
}

static int open_nameless(const char *path)
{
	char *folder = folder_of(path);
	int fd = -1;
#ifdef O_TMPFILE
	if (folder && nopen < MOST_OPEN)
		fd = open(*folder ? folder : ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
#endif
	free(folder);
	if (fd >= 0 && !can_be_named(fd)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static void append(Draft *d)
{
	if (last)
		last->next = d;
	else
		drafts = d;
	last = d;
}

static _Noreturn void fail_write(Ctx *c, const char *path, int code)
{
	char shown[500];
	snprintf(shown, sizeof shown, "%s", path); /* which may be the draft's own */
	output_discard();
	fail(c, EXIT_FILE, "E-WRITE", "cannot write '%s': %s", shown, strerror(code));
}

static Draft *draft_new(Ctx *c, const char *path)
{
	char pid[40];
	for (const Draft *e = drafts; e; e = e->next)
		if (!strcmp(e->path, path))
			fail(c, EXIT_USAGE, "E-USAGE", "two files are to be written to '%s'", path);
	Draft *d = calloc(1, sizeof *d);
	if (d) {
		d->path = joined(path, "");
		snprintf(pid, sizeof pid, ".tmp%ld", (long)getpid());
		d->temporary = joined(path, pid);
		snprintf(pid, sizeof pid, ".old%ld", (long)getpid());
		d->before = joined(path, pid);
	}
	if (!d || !d->path || !d->temporary || !d->before)
		fail(c, EXIT_MEMORY, "E-MEMORY", "no memory for the name of a file");
	append(d);
	return d;
}

FILE *output_begin(Ctx *c, const char *path)
{
	Draft *d = draft_new(c, path);
	int fd = open_nameless(path);
	if (fd < 0) {
		d->named = true;
		fd = open(d->temporary, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0666);
	}
	d->f = fd < 0 ? NULL : fdopen(fd, "wb");
	if (!d->f)
		fail_write(c, path, errno);
	nopen++;
	errno = 0; /* until output_end() */
	return d->f;
}

void output_end(Ctx *c)
{
	Draft *d = last;
	bool bad = ferror(d->f) || fflush(d->f) != 0;
	int code = errno;
	if (!bad && d->named) {
		bad = fclose(d->f) != 0;
		code = errno;
		d->f = NULL;
		nopen--;
	}
	if (bad)
		fail_write(c, d->path, code ? code : EIO);
}

void output_add(Ctx *c, const char *path, const void *bytes, size_t n)
{
	fwrite(bytes, 1, n, output_begin(c, path));
	output_end(c);
}

/* ---- without them ---- */

void output_unlink(void)
{
	for (const Draft *d = drafts; d; d = d->next)
		if (d->named)
			unlink(d->temporary);
}

static void hold_signals(sigset_t *before)
{
	sigset_t all;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, before);
}

static void forget(void)
{
	for (Draft *d = drafts, *next; d; d = next) {
		next = d->next;
		if (d->f)
			fclose(d->f);
		free(d->path);
		free(d->temporary);
		free(d->before);
		free(d);
	}
	drafts = last = NULL;
	nopen = 0;
}

void output_discard(void)
{
	sigset_t before;
	if (!drafts)
		return;
	hold_signals(&before);
	output_unlink();
	forget();
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static void (*volatile tidy_too)(void);

static void end(int sig)
{
	output_unlink();
	if (tidy_too)
		tidy_too();
	signal(sig, SIG_DFL);
	raise(sig);
}

void output_guard(void)
{
	static const int ends[] = {SIGHUP, SIGINT, SIGTERM};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (signal(ends[i], end) == SIG_IGN) /* nohup */
			signal(ends[i], SIG_IGN);
}

void output_guard_with(void (*tidy)(void))
{
	tidy_too = tidy;
	output_guard();
}

/* ---- in place ---- */

/* Its temporary name, for a file that has none. 0 or an errno. */
static int name_draft(Draft *d)
{
	char proc[40];
	if (d->named)
		return 0;
	snprintf(proc, sizeof proc, "/proc/self/fd/%d", fileno(d->f));
	unlink(d->temporary);
	if (linkat(AT_FDCWD, proc, AT_FDCWD, d->temporary, AT_SYMLINK_FOLLOW))
		return errno;
	d->named = true;
	return 0;
}

/* The files before `end` become what they were. */
static void take_back(const Draft *end)
{
	for (const Draft *d = drafts; d != end; d = d->next) {
		if (d->kept)
			rename(d->before, d->path);
		else
			unlink(d->path);
	}
}

static Draft *name_all(int *code)
{
	for (Draft *d = drafts; d; d = d->next) {
		*code = name_draft(d);
		if (*code)
			return d;
	}
	return NULL;
}

static Draft *rename_all(int *code)
{
	for (Draft *d = drafts; d; d = d->next) {
		unlink(d->before);
		d->kept = link(d->path, d->before) == 0;
	}
	for (Draft *d = drafts; d; d = d->next) {
		if (rename(d->temporary, d->path) == 0) {
			d->named = false;
			continue;
		}
		*code = errno;
		take_back(d);
		return d;
	}
	return NULL;
}

void output_commit(Ctx *c)
{
	sigset_t before;
	int code = 0;
	hold_signals(&before);
	const Draft *wrong = name_all(&code);
	wrong = wrong ? wrong : rename_all(&code);
	for (const Draft *d = drafts; d; d = d->next)
		if (d->kept)
			unlink(d->before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (wrong)
		fail_write(c, wrong->path, code);
	output_discard();
}
