/* profile.c -- reads what a model notes that was emitted with --profile (codegen/profile.c). */
#include <assert.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "tools/file.h"
#include "tools/profile.h"

/* As the model's header declares them; a track has room for as many events as the header says. */
typedef struct Event {
	const char *stage;
	int64_t begin, end;
} Event;

typedef struct Track {
	int64_t n;
	Event event[];
} Track;

struct Profile {
	int64_t (*now)(void);
	int64_t workers;
	uint8_t *track;
	/* ours */
	size_t stride;
	Session *session;
	const Facts *facts;
	double *own; /* seconds of each stage, of one worker */
	int64_t reading; /* nanoseconds that an event of nothing lasts: to read the clock */
};

static int64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The least time between two readings of the clock. */
static int64_t reading_time(void)
{
	enum { TRIES = 1000 };
	int64_t least = INT64_MAX, last = now();
	for (int i = 0; i < TRIES; i++) {
		int64_t next = now();
		least = next - last < least ? next - last : least;
		last = next;
	}
	return least;
}

static void *symbol(const Session *s, const char *what)
{
	void *at = dlsym(s->library, arena_format(&s->ctx->scratch, "%s_%s", s->model->name, what));
	if (!at)
		fail(s->ctx, EXIT_BUG, "E-LOAD", "no %s_%s in the library", s->model->name, what);
	return at;
}

Profile *profile_open(Session *s, const Facts *f, int workers)
{
	Arena *a = &s->ctx->perm;
	Profile *p = NEW(a, Profile);
	size_t stride = sizeof(Track) + (size_t)f->events * sizeof(Event);
	*p = (Profile){now, workers, arena_array(a, (size_t)workers, stride), stride, s, f, NEW_N(a, double, f->nstages), reading_time()};
	void (*into)(void *, const Profile *);
	*(void **)&into = symbol(s, "profile_into");
	into(s->workspace, p);
	return p;
}

static const Track *track_of(const Profile *p, int worker) { return (const Track *)(void *)(p->track + (size_t)worker * p->stride); }

/* Events come nearly in the order of the stages: the search goes on from the last one found. */
static int stage_of(const Profile *p, const char *name, int from)
{
	int n = p->facts->nstages, i = from, tries = 0;
	while (strcmp(p->facts->stage[i].name, name) != 0) {
		i = (i + 1) % n;
		assert(++tries < n && "an event names a stage");
	}
	return i;
}

void profile_seconds(Profile *p, double *stage)
{
	int n = p->facts->nstages;
	for (int i = 0; i < n; i++)
		stage[i] = 0;
	for (int w = 0; w < p->workers; w++) {
		const Track *t = track_of(p, w);
		for (int i = 0; i < n; i++)
			p->own[i] = 0;
		for (int k = 0, i = 0; k < t->n; k++) {
			i = stage_of(p, t->event[k].stage, i);
			int64_t lasted = t->event[k].end - t->event[k].begin - p->reading;
			p->own[i] += lasted > 0 ? 1e-9 * (double)lasted : 0;
		}
		for (int i = 0; i < n; i++)
			stage[i] = p->own[i] > stage[i] ? p->own[i] : stage[i];
	}
}

void profile_write(const Profile *p, const char *path)
{
	char *text = NULL;
	size_t n = 0;
	int (*trace)(const Profile *, FILE *);
	*(void **)&trace = symbol(p->session, "trace");
	FILE *f = open_memstream(&text, &n);
	if (!f || trace(p, f) != 0 || fclose(f) != 0)
		fail(p->session->ctx, EXIT_MEMORY, "E-MEMORY", "no memory for the trace");
	file_write(p->session->ctx, path, text, n);
	free(text);
}
