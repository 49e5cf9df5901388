/* pool.c -- worker threads for emitted models (tcc.h): task(arg, worker, workers) once on each, all at the same time.
 *
 *     caller   parallel: ++round ... task 0 ... tasks that nobody has begun ... wait until busy == 0
 *     workers  sleep until round changes ... begin task i, unless the caller has ... --busy, the last one wakes the caller
 *
 * A worker that has no processor, or is still waking up, holds up nobody: when the caller is through with its own task it
 * runs those that have not begun. (They can wait for each other and for those that run, but not for it: it is done.)
 * Whoever waits spins for a few microseconds, which is what the time between two calls in a row takes, and then sleeps
 * on a condition. Round and the decision to sleep are made under one lock, so no wake-up is lost. Calls from several
 * threads take turns; a task must not call its own pool. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "tcc.h"

#define LINE 64    /* bytes of a cache line: what one side writes while the other one spins is kept apart */
#define SPINS 200  /* pauses before sleeping: 2 to 10 microseconds */
#define MOST_THREADS 4096

typedef struct Pool Pool;

typedef struct Worker {
	Pool *pool;
	pthread_t thread;
	int index;
	_Alignas(LINE) atomic_uint begun; /* the last round whose task was begun, by the worker or by the caller */
} Worker;

struct Pool {
	tcc_pool pool; /* first: callers hold a pointer to it */
	pthread_mutex_t turn;        /* held during a call */
	pthread_mutex_t lock;        /* of what follows */
	pthread_cond_t begin, end;
	int asleep;                  /* workers waiting for `begin` */
	bool caller_asleep;          /* the caller waits for `end` */
	atomic_bool stop;
	void (*task)(void *arg, int worker, int workers);
	void *arg;
	_Alignas(LINE) atomic_uint round; /* number of calls so far */
	_Alignas(LINE) atomic_int busy;   /* workers that have not finished this round */
	_Alignas(LINE) Worker worker[];   /* 1..threads-1; 0 is the caller */
};

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
	__asm__ volatile("yield");
#endif
}

static unsigned sleep_until_round(Pool *p, unsigned seen)
{
	unsigned round;

	pthread_mutex_lock(&p->lock);
	p->asleep++;
	while ((round = atomic_load_explicit(&p->round, memory_order_acquire)) == seen)
		pthread_cond_wait(&p->begin, &p->lock);
	p->asleep--;
	pthread_mutex_unlock(&p->lock);
	return round;
}

/* Sleep until the round is not *seen, which it then is; false when the pool is to stop. */
static bool await_round(Pool *p, unsigned *seen)
{
	unsigned round = *seen;

	for (int i = 0; i < SPINS && round == *seen; i++) {
		round = atomic_load_explicit(&p->round, memory_order_acquire);
		if (round == *seen)
			relax();
	}
	if (round == *seen)
		round = sleep_until_round(p, *seen);
	*seen = round;
	return !p->stop;
}
/* Whether the task of that worker in this round is the caller of this function's to run. */
static bool begin(Worker *w, unsigned round)
{
	unsigned before = round - 1;

	return atomic_compare_exchange_strong_explicit(&w->begun, &before, round, memory_order_acq_rel, memory_order_acquire);
}

static void finish(Pool *p)
{
	if (atomic_fetch_sub_explicit(&p->busy, 1, memory_order_acq_rel) != 1)
		return;
	pthread_mutex_lock(&p->lock);
	if (p->caller_asleep)
		pthread_cond_signal(&p->end);
	pthread_mutex_unlock(&p->lock);
}

static void *work(void *arg)
{
	Worker *w = arg;
	Pool *p = w->pool;
	unsigned round = 0;

	while (await_round(p, &round))
		if (begin(w, round)) {
			p->task(p->arg, w->index, p->pool.threads);
			finish(p);
		}
	return NULL;
}

static unsigned next_round(Pool *p)
{
	pthread_mutex_lock(&p->lock);
	unsigned round = atomic_fetch_add_explicit(&p->round, 1, memory_order_release) + 1;
	if (p->asleep)
		pthread_cond_broadcast(&p->begin);
	pthread_mutex_unlock(&p->lock);
	return round;
}

static bool all_finished(Pool *p) { return atomic_load_explicit(&p->busy, memory_order_acquire) == 0; }

static void await_end(Pool *p)
{
	for (int i = 0; i < SPINS; i++) {
		if (all_finished(p))
			return;
		relax();
	}
	pthread_mutex_lock(&p->lock);
	p->caller_asleep = true;
	while (!all_finished(p))
		pthread_cond_wait(&p->end, &p->lock);
	p->caller_asleep = false;
	pthread_mutex_unlock(&p->lock);
}

static void parallel(tcc_pool *pool, void (*task)(void *arg, int worker, int workers), void *arg)
{
	Pool *p = (Pool *)pool;

	if (pool->threads == 1) {
		task(arg, 0, 1);
		return;
	}
	pthread_mutex_lock(&p->turn);
	p->task = task;
	p->arg = arg;
	atomic_store_explicit(&p->busy, pool->threads - 1, memory_order_relaxed);
	unsigned round = next_round(p);
	task(arg, 0, pool->threads);
	for (int i = 1; i < pool->threads; i++)
		if (begin(&p->worker[i], round)) {
			task(arg, i, pool->threads);
			atomic_fetch_sub_explicit(&p->busy, 1, memory_order_relaxed);
		}
	await_end(p);
	pthread_mutex_unlock(&p->turn);
}

/* Stop and join workers 1..count-1, and free the pool. */
static void dissolve(Pool *p, int count)
{
	p->stop = true;
	next_round(p);
	for (int i = 1; i < count; i++)
		pthread_join(p->worker[i].thread, NULL);
	pthread_cond_destroy(&p->end);
	pthread_cond_destroy(&p->begin);
	pthread_mutex_destroy(&p->lock);
	pthread_mutex_destroy(&p->turn);
	free(p);
}

/* Start the workers with all signals blocked: handlers are the program's own threads' business. Returns how many
 * there are, the caller included. */
static int start(Pool *p, int threads)
{
	sigset_t all, before;
	int count = 1;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (; count < threads; count++) {
		Worker *w = &p->worker[count];
		w->pool = p;
		w->index = count;
		if (pthread_create(&w->thread, NULL, work, w))
			break;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return count;
}

tcc_pool *tcc_pool_create(int threads)
{
	if (threads < 1 || threads > MOST_THREADS)
		return NULL;
	size_t bytes = sizeof(Pool) + (size_t)threads * sizeof(Worker);
	bytes = (bytes + LINE - 1) / LINE * LINE;
	Pool *p = aligned_alloc(LINE, bytes);
	if (!p)
		return NULL;
	memset(p, 0, bytes);
	p->pool.threads = threads;
	p->pool.parallel = parallel;
	pthread_mutex_init(&p->turn, NULL);
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->begin, NULL);
	pthread_cond_init(&p->end, NULL);
	int count = start(p, threads);
	if (count == threads)
		return &p->pool;
	dissolve(p, count);
	return NULL;
}

void tcc_pool_destroy(tcc_pool *pool)
{
	if (pool)
		dissolve((Pool *)pool, pool->threads);
}
