/* jit.c -- a graph as a running program. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tools/cc.h"
#include "tools/file.h"
#include "tools/headers.h"
#include "tools/jit.h"

static char folder[500];
static pid_t owner; /* children that end do not remove it */
static int loaded;  /* models so far: the loader knows libraries by their names */

static void clear(bool hidden)
{
	char path[1000];
	DIR *d = opendir(folder);
	for (struct dirent *e; d && (e = readdir(d));)
		if (hidden || e->d_name[0] != '.') {
			snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
			unlink(path);
		}
	if (d)
		closedir(d);
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
	return folder;
}

Session *jit(Ctx *c, Graph *g, const Settings *s, Facts *facts)
{
	char why[300];
	const char *place = temporary_folder(c), *file = "model.c";
	Options o = s->compile;
	o.output = arena_format(&c->perm, "%s/model.c", place);
	o.prefix = "model";
	o.threads = s->threads > 1;
	passes_run(g, &o);
	emit_model(g, &o, facts);
	const char *so = arena_format(&c->perm, "%s/model-%d.so", place, ++loaded);
	const char *flags = s->cc_flags, *headers = loaded > 1 ? headers_once(c, flags) : "";
	if (!cc_shared(place, arena_format(&c->perm, "%s%s", flags, headers), &file, 1, so, why, sizeof why))
		fail(c, EXIT_BUG, "E-CC", "the C compiler refuses the emitted code: %s", why);
	return session_open(c, so, "model", arena_format(&c->perm, "%s/model.weights.bin", place));
}
