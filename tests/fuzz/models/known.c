/* known.c -- models that were right, by what would be built: one that is emitted as it was needs no other run.
 *
 * A file of digests, a line each, that only grows. After a change of the compiler the models of all seeds are made and
 * emitted again, which is the smaller part of the work, and those that came out in another way are built and run. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "ir/sha256.h"
#include "tests/fuzz/models/known.h"
#include "frontend/file.h"
#include "tools/jit.h"

static int file = -1;
static Digest *known; /* sorted */
static size_t nknown;

/* ---- digests ---- */

static void add_text(Sha256 *s, const char *text) { sha256_add(s, text, strlen(text) + 1); }

static void add_tensor(Sha256 *s, const Tensor *t)
{
	uint64_t h = t ? tensor_hash(t) : 0;

	sha256_add(s, &h, sizeof h);
}

static void add_build(Sha256 *s, Model *m, const Build *b, int number)
{
	size_t n;

	model_emit(m, b, number);
	const uint8_t *text = file_read(m->c, &m->c->perm, arena_format(&m->c->perm, "%s/m%d.c", temporary_folder(m->c), number), &n);
	sha256_add(s, text, n);
	add_text(s, arena_format(&m->c->perm, "%s %d %s", b->target, b->threads, b->flags));
}

Digest digest_of(Model *m, const Config *config, int number)
{
	Sha256 s;
	uint8_t bytes[32];
	Digest d;

	sha256_begin(&s);
	for (int k = 0; k < 2 && config->build[k].target; k++)
		add_build(&s, m, &config->build[k], number);
	for (int i = 0; i < m->g->nin; i++)
		add_tensor(&s, m->in[i]);
	for (int i = 0; i < m->g->nout; i++) {
		add_tensor(&s, m->want[i]);
		add_tensor(&s, m->slack[i]);
	}
	sha256_end(&s, bytes);
	for (int i = 0; i < 16; i++)
		snprintf(d.text + (ptrdiff_t)2 * i, 3, "%02x", bytes[i]);
	return d;
}

/* ---- the file ---- */

static int by_text(const void *a, const void *b) { return strcmp(a, b); }

void known_open(Ctx *c, const char *path)
{
	char line[64];
	FILE *f = fopen(path, "r");

	for (size_t room = 0; f && fgets(line, sizeof line, f);) {
		if (strspn(line, "0123456789abcdef") != sizeof known->text - 1)
			continue;
		if (nknown == room)
			known = realloc(known, (room = room * 2 + 1024) * sizeof *known);
		snprintf(known[nknown++].text, sizeof known->text, "%.32s", line);
	}
	if (f)
		fclose(f);
	if (known)
		qsort(known, nknown, sizeof *known, by_text);
	file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (file < 0)
		fail(c, EXIT_FILE, "E-FILE", "cannot write '%s'", path);
}

bool known_right(const Digest *d)
{
	return nknown && bsearch(d, known, nknown, sizeof *known, by_text) != NULL;
}

void known_add(int n, const Digest *d)
{
	char *text = malloc((size_t)n * 34 + 1);
	int length = 0;

	for (int i = 0; i < n; i++)
		if (d[i].text[0])
			length += sprintf(text + length, "%s\n", d[i].text);
	if (file >= 0 && write(file, text, (size_t)length) != length)
		perror("models: the file of what is known");
	free(text);
}
