/* guard.c -- a counter in shared memory hands out items; a child that dies is replaced and the counter goes on. */
#include <assert.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/suite/guard.h"

#define MAX_JOBS 64
#define PATIENCE 20 /* as long on the wall for each second of work, for what waits instead of working */

typedef struct Shared {
	atomic_int next;    /* item to hand out */
	int item[MAX_JOBS]; /* what each child works on */
} Shared;

typedef struct Guard {
	int n;
	unsigned seconds;
	void (*work)(int i, void *arg);
	void *arg;
	Shared *shared;
	pid_t pid[MAX_JOBS];
	FILE *said[MAX_JOBS]; /* stderr of each child */
} Guard;

void *guard_shared(size_t bytes)
{
	void *p = mmap(NULL, bytes ? bytes : 1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	return p;
}

/* Processor time from now on, however busy the machine is; programs that this one starts inherit the limit. */
static void limit(unsigned seconds)
{
	struct rusage used;
	struct rlimit cpu;

	getrusage(RUSAGE_SELF, &used);
	getrlimit(RLIMIT_CPU, &cpu);
	cpu.rlim_cur = (rlim_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + 1 + seconds;
	if (cpu.rlim_cur > cpu.rlim_max)
		cpu.rlim_cur = cpu.rlim_max;
	setrlimit(RLIMIT_CPU, &cpu);
	alarm(PATIENCE * seconds);
}

static _Noreturn void child_loop(const Guard *g, int me)
{
	int i;
	while ((i = atomic_fetch_add(&g->shared->next, 1)) < g->n) {
		g->shared->item[me] = i;
		if (ftruncate(STDERR_FILENO, 0) == 0)
			lseek(STDERR_FILENO, 0, SEEK_SET);
		limit(g->seconds);
		g->work(i, g->arg);
	}
	alarm(0);
	_exit(0);
}

static void start(Guard *g, int me)
{
	fflush(NULL);
	g->pid[me] = fork();
	if (g->pid[me] < 0) {
		perror("fork");
		exit(1);
	}
	if (g->pid[me] == 0) {
		dup2(fileno(g->said[me]), STDERR_FILENO);
		signal(SIGABRT, SIG_DFL);
		child_loop(g, me);
	}
}

/* The last line of what a child wrote to its stderr. */
static const char *last_line(FILE *f, char *text, size_t size)
{
	ssize_t n = pread(fileno(f), text, size - 1, 0);
	text[n > 0 ? n : 0] = 0;
	while (n > 0 && text[n - 1] == '\n')
		text[--n] = 0;
	const char *line = strrchr(text, '\n');
	return line ? line + 1 : text;
}

void guard_all(int n, int jobs, unsigned seconds, void (*work)(int i, void *arg),
	       void (*died)(int i, int sig, const char *said, void *arg), void *arg)
{
	static Shared *shared;
	Guard g = {n, seconds, work, arg, NULL, {0}, {0}};
	char text[2000];

	if (!shared)
		shared = guard_shared(sizeof *shared);
	g.shared = shared;
	shared->next = 0;
	jobs = jobs > MAX_JOBS ? MAX_JOBS : jobs;
	for (int me = 0; me < jobs; me++) {
		if (!(g.said[me] = tmpfile())) {
			perror("tmpfile");
			exit(1);
		}
		start(&g, me);
	}
	for (int alive = jobs; alive > 0;) {
		int status, me = 0;
		pid_t pid = wait(&status);
		while (me < jobs && g.pid[me] != pid)
			me++;
		assert(me < jobs && "a child that was not ours");
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
			alive--;
			continue;
		}
		died(shared->item[me], WIFSIGNALED(status) ? WTERMSIG(status) : 0,
		     last_line(g.said[me], text, sizeof text), arg);
		start(&g, me);
	}
	for (int me = 0; me < jobs; me++)
		fclose(g.said[me]);
}
