/* jit.c -- a graph as a running program. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "ir/output.h"
#include "tools/cc.h"
#include "tools/file.h"
#include "tools/headers.h"
#include "tools/jit.h"

static char folder[500];
static pid_t owner; /* children that end do not remove it */
static int loaded;  /* models so far: the loader knows libraries by their names */

/* Remove what one look into the folder shows. A signal handler may do this, which readdir() is not for. */
static int clear_some(int at, bool hidden)
{
	_Alignas(struct dirent64) char list[4096];
	int removed = 0;
	ssize_t n;
	while ((n = getdents64(at, list, sizeof list)) > 0)
		for (ssize_t k = 0; k < n; k += ((struct dirent64 *)(list + k))->d_reclen) {
			const char *name = ((struct dirent64 *)(list + k))->d_name;
			removed += (hidden || *name != '.') && unlinkat(at, name, 0) == 0;
		}
	return removed;
}

static void clear(bool hidden)
{
	int at = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (at >= 0 && clear_some(at, hidden) && lseek(at, 0, SEEK_SET) == 0)
		;
	if (at >= 0)
		close(at);
}

void temporary_clear(void) { clear(false); }

static void remove_folder(void)
{
	if (getpid() != owner)
		return;
	clear(true);
	rmdir(folder);
}

const char *temporary_folder(Ctx *c)
{
	const char *place = getenv("TMPDIR");
	if (*folder)
		return folder;
	int n = snprintf(folder, sizeof folder, "%s/tcc-XXXXXX", place && *place ? place : "/tmp");
	if (n >= (int)sizeof folder || !mkdtemp(folder))
		fail(c, EXIT_FILE, "E-FILE", "cannot make a temporary folder '%s': %s", folder, strerror(errno));
	owner = getpid();
	atexit(remove_folder);
	output_guard_with(remove_folder);
	return folder;
}

/* The library of model.c. A text that was built last, by the same compiler with the same flags, is not built again. */
static const char *library(Ctx *c, const char *place, const char *flags)
{
	static char so[600]; /* hidden: temporary_clear() leaves it */
	static uint64_t built;
	char why[300];
	const char *file = "model.c", *cc = getenv("CC"), *how = arena_format(&c->perm, "%s %s", cc ? cc : "cc", flags);
	size_t n;
	const uint8_t *text = file_read(c, &c->perm, arena_format(&c->perm, "%s/model.c", place), &n);
	uint64_t key = hash_bytes(hash_bytes(HASH_START, text, n), how, strlen(how));
	bool inside = access(arena_format(&c->perm, "%s/model.weights.bin", place), F_OK) != 0; /* all that there is */

	if (inside && *so && key == built)
		return so;
	unlink(so);
	snprintf(so, sizeof so, "%s/.model-%d.so", place, ++loaded);
	built = 0;
	const char *headers = loaded > 1 ? headers_once(c, flags) : "";
	if (!cc_shared(place, arena_format(&c->perm, "%s%s", flags, headers), &file, 1, so, why, sizeof why))
		fail(c, EXIT_BUG, "E-CC", "the C compiler refuses the emitted code: %s", why);
	built = inside ? key : 0;
	return so;
}

Session *jit(Ctx *c, Graph *g, const Settings *s, Facts *facts)
{
	const char *place = temporary_folder(c);
	Options o = s->compile;
	o.output = arena_format(&c->perm, "%s/model.c", place);
	o.prefix = "model";
	o.threads = s->threads > 1;
	passes_run(g, &o);
	emit_model(g, &o, facts);
	return session_open(c, library(c, place, s->cc_flags), "model", arena_format(&c->perm, "%s/model.weights.bin", place),
	                    !s->timed);
}
