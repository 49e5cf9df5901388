/* The pool: every task runs once a call, all at the same time, late workers hold up nobody, what tasks wrote is seen after the call, nobody burns
 * time in between, and nothing is left after destroy. Build it with -fsanitize=thread to check the ordering. */
#define _GNU_SOURCE /* processors that a thread may use */
#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include "tests/unit/unit.h"
#include "runtime/tcc.h"

enum { MOST = 8 };

typedef struct Job {
	int runs[MOST], workers[MOST]; /* plain on purpose: the pool itself must order them */
	int64_t sum[MOST];
	const int *input;
	atomic_int arrived;
	pthread_t thread[MOST];
} Job;

static void count_up(void *arg, int worker, int workers)
{
	Job *j = arg;

	j->runs[worker]++;
	j->workers[worker] = workers;
	j->sum[worker] += *j->input;
	j->thread[worker] = pthread_self();
}

static void every_worker_runs_once(void **state)
{
	(void)state;
	for (int threads = 1; threads <= MOST; threads++) {
		tcc_pool *pool = tcc_pool_create(threads);
		Job j = {0};
		int64_t want = 0;
		assert_non_null(pool);
		assert_int_equal(pool->threads, threads);
		for (int i = 0; i < 3000; i++) {
			j.input = &i;
			want += i;
			pool->parallel(pool, count_up, &j);
			for (int w = 0; w < threads; w++) {
				assert_int_equal(j.runs[w], i + 1);
				assert_int_equal(j.workers[w], threads);
				assert_int_equal(j.sum[w], want);
			}
		}
		assert_true(pthread_equal(j.thread[0], pthread_self()));
		for (int w = 1; w < threads; w++)
			assert_true(pthread_equal(j.thread[w], j.thread[0]) || !pthread_equal(j.thread[w], j.thread[w - 1]));
		tcc_pool_destroy(pool);
	}
}

/* Returns only when all workers are inside: would never end if they ran one after another. */
static void meet(void *arg, int worker, int workers)
{
	Job *j = arg;

	(void)worker;
	for (int round = 1; round <= 10; round++) {
		atomic_fetch_add(&j->arrived, 1);
		while (atomic_load(&j->arrived) < round * workers)
			sched_yield();
	}
}

static void workers_run_at_the_same_time(void **state)
{
	tcc_pool *pool = tcc_pool_create(MOST);

	(void)state;
	for (int i = 0; i < 200; i++) {
		Job j = {0};
		pool->parallel(pool, meet, &j);
		assert_int_equal(j.arrived, 10 * MOST);
	}
	tcc_pool_destroy(pool);
}

static void rest(long milliseconds)
{
	nanosleep(&(struct timespec){milliseconds / 1000, milliseconds % 1000 * 1000000}, NULL);
}

/* Uneven work, so that sometimes the caller and sometimes the workers wait, asleep or not. */
static void dawdle(void *arg, int worker, int workers)
{
	Job *j = arg;
	int turn = j->runs[worker]++;

	(void)workers;
	if (turn % MOST == worker)
		rest(turn % 3);
}

static void waiting_on_either_side_works(void **state)
{
	tcc_pool *pool = tcc_pool_create(4);
	Job j = {0};

	(void)state;
	for (int i = 0; i < 300; i++) {
		pool->parallel(pool, dawdle, &j);
		if (i % 7 == 0)
			rest(1);
	}
	for (int w = 0; w < 4; w++)
		assert_int_equal(j.runs[w], 300);
	tcc_pool_destroy(pool);
}

static void waiting_costs_nothing(void **state)
{
	tcc_pool *pool = tcc_pool_create(MOST);
	int input = 1;
	Job j = {.input = &input};

	(void)state;
	pool->parallel(pool, count_up, &j);
	rest(20);
	clock_t before = clock();
	rest(300);
	double seconds = (double)(clock() - before) / CLOCKS_PER_SEC;
	assert_true(seconds < 0.03);
	tcc_pool_destroy(pool);
}

/* On one processor, with workers that are asleep: what they have not begun is done when the caller is. */
static void late_workers_hold_up_nobody(void **state)
{
	cpu_set_t all, one;
	int input = 1, taken = 0;
	Job j = {.input = &input};

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
	CPU_ZERO(&one);
	for (size_t i = 0; i < CPU_SETSIZE && !CPU_COUNT(&one); i++)
		if (CPU_ISSET(i, &all))
			CPU_SET(i, &one);
	sched_setaffinity(0, sizeof one, &one);
	tcc_pool *pool = tcc_pool_create(MOST);
	for (int i = 1; i <= 100; i++) {
		rest(1);
		pool->parallel(pool, count_up, &j);
		for (int w = 0; w < MOST; w++) {
			assert_int_equal(j.runs[w], i);
			taken += w > 0 && pthread_equal(j.thread[w], j.thread[0]);
		}
	}
	assert_true(taken > 0);
	tcc_pool_destroy(pool);
	sched_setaffinity(0, sizeof all, &all);
}

typedef struct Caller {
	tcc_pool *pool;
	Job job;
} Caller;

static void *call_often(void *arg)
{
	static const int input = 1;
	Caller *c = arg;

	c->job.input = &input;
	for (int i = 0; i < 2000; i++)
		c->pool->parallel(c->pool, count_up, &c->job);
	return NULL;
}

static void callers_take_turns(void **state)
{
	static Caller caller[3];
	pthread_t thread[3];
	tcc_pool *pool = tcc_pool_create(3);

	(void)state;
	for (int i = 0; i < 3; i++) {
		caller[i].pool = pool;
		assert_int_equal(pthread_create(&thread[i], NULL, call_often, &caller[i]), 0);
	}
	for (int i = 0; i < 3; i++) {
		pthread_join(thread[i], NULL);
		for (int w = 0; w < 3; w++)
			assert_int_equal(caller[i].job.runs[w], 2000);
	}
	tcc_pool_destroy(pool);
}

/* Threads of this process; -1 where the system does not tell. */
static int count_threads(void)
{
	DIR *tasks = opendir("/proc/self/task");
	int count = 0;

	if (!tasks)
		return -1;
	while (readdir(tasks))
		count++;
	closedir(tasks);
	return count - 2;
}

/* Whether that many threads are left; a joined one stays listed for a moment. */
static bool threads_left(int count)
{
	for (int i = 0; i < 1000 && count_threads() > count; i++)
		rest(1);
	return count_threads() == count;
}

static void pools_come_and_go(void **state)
{
	int before = count_threads(), input = 1;

	(void)state;
	for (int i = 0; i < 400; i++) {
		int threads = 1 + i % 5;
		Job j = {.input = &input};
		tcc_pool *pool = tcc_pool_create(threads);
		assert_non_null(pool);
		if (threads == 1)
			assert_true(threads_left(before));
		for (int run = 0; run < i % 3; run++)
			pool->parallel(pool, count_up, &j);
		assert_int_equal(j.runs[threads - 1], i % 3);
		tcc_pool_destroy(pool);
	}
	tcc_pool_destroy(NULL);
}

static void impossible_pools_are_refused(void **state)
{
	(void)state;
	assert_null(tcc_pool_create(0));
	assert_null(tcc_pool_create(-3));
	assert_null(tcc_pool_create(INT32_MAX));
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#define SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define SANITIZED 0
#endif

/* When the system gives no more stacks, those that were started are gone again. */
static void half_a_pool_is_none(void **state)
{
	struct rlimit old, few = {0, 0};

	(void)state;
	if (SANITIZED)
		skip(); /* their shadow memory does not fit into any limit */
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");
	if (!f || fscanf(f, "%ld", &pages) != 1)
		skip();
	fclose(f);
	getrlimit(RLIMIT_AS, &old);
	few.rlim_cur = (rlim_t)pages * 4096 + (64 << 20);
	few.rlim_max = old.rlim_max;
	int before = count_threads();
	assert_int_equal(setrlimit(RLIMIT_AS, &few), 0);
	tcc_pool *pool = tcc_pool_create(1000);
	setrlimit(RLIMIT_AS, &old);
	assert_null(pool);
	assert_true(threads_left(before));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_worker_runs_once),
		cmocka_unit_test(workers_run_at_the_same_time),
		cmocka_unit_test(waiting_on_either_side_works),
		cmocka_unit_test(waiting_costs_nothing),
		cmocka_unit_test(late_workers_hold_up_nobody),
		cmocka_unit_test(callers_take_turns),
		cmocka_unit_test(pools_come_and_go),
		cmocka_unit_test(impossible_pools_are_refused),
		cmocka_unit_test(half_a_pool_is_none),
	};

	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
