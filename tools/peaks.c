/* peaks.c -- the fastest multiply-adds and reads that this machine can do.
 *
 * Twelve independent chains hide the latency of an FMA; an empty asm statement keeps the compiler from merging rounds.
 * Each figure is the best of several short runs, because other programs only ever take away. Reads are measured at several
 * sizes of each cache, because they do not always grow slower with it: Zen 5 reads 199 GB/s of 64 to 384 KiB again and again,
 * 262 of 512 to 704, 150 to 170 of 1024, which is all of its second cache. */
#include <string.h>
#include <time.h>
#include "tools/peaks.h"

enum { RUNS = 7, CHAINS = 12, ROUNDS = 100000, LINE = 64 };

typedef struct Job {
	void (*work)(const float *data, int64_t bytes, int64_t rounds);
	const float *data;
	int64_t bytes, rounds, stride; /* bytes a worker, how often; from one worker's data to the next one's, in floats */
} Job;

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#if defined(__x86_64__)
#include <immintrin.h>
#define KEEP(v) __asm__ volatile("" : "+v"(v))
#else
#define KEEP(v) __asm__ volatile("" : "+m"(v))
#endif

/* Multiply-adds on registers, and reads of a whole buffer, in vectors of that type. */
#define KERNELS(name, vector, lanes, load, multiply_add, attribute)                                                    \
	attribute static void name##_fma(const float *data, int64_t bytes, int64_t rounds)                             \
	{                                                                                                              \
		vector acc[CHAINS], x = load(data);                                                                    \
		(void)bytes;                                                                                           \
		_Pragma("GCC unroll 12") for (int i = 0; i < CHAINS; i++)                                              \
			acc[i] = x;                                                                                    \
		for (int64_t r = 0; r < rounds; r++)                                                                   \
			_Pragma("GCC unroll 12") for (int i = 0; i < CHAINS; i++) {                                    \
				vector next = multiply_add(x, x, acc[i]);                                              \
				KEEP(next);                                                                            \
				acc[i] = next;                                                                         \
			}                                                                                              \
	}                                                                                                              \
	attribute static void name##_read(const float *data, int64_t bytes, int64_t rounds)                            \
	{                                                                                                              \
		for (int64_t r = 0; r < rounds; r++)                                                                   \
			for (int64_t k = 0; k + 8 * lanes <= bytes / 4; k += 8 * lanes)                                \
				_Pragma("GCC unroll 8") for (int i = 0; i < 8; i++) {                                  \
					vector v = load(data + k + i * lanes);                                         \
					KEEP(v);                                                                       \
				}                                                                                      \
	}

#if defined(__x86_64__)
KERNELS(avx512, __m512, 16, _mm512_loadu_ps, _mm512_fmadd_ps, __attribute__((target("avx512f"))))
KERNELS(avx2, __m256, 8, _mm256_loadu_ps, _mm256_fmadd_ps, __attribute__((target("avx2,fma"))))
#endif

#define LOAD(p) (*(p))
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
KERNELS(plain, float, 1, LOAD, MULTIPLY_ADD, )

typedef struct Kernels {
	void (*fma)(const float *data, int64_t bytes, int64_t rounds);
	void (*read)(const float *data, int64_t bytes, int64_t rounds);
	int lanes;
} Kernels;

/* The widest that this machine has, of at most so many lanes. */
static Kernels kernels_here(int lanes)
{
#if defined(__x86_64__)
	if (lanes >= 16 && __builtin_cpu_supports("avx512f"))
		return (Kernels){avx512_fma, avx512_read, 16};
	if (lanes >= 8 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		return (Kernels){avx2_fma, avx2_read, 8};
#endif
	(void)lanes;
	return (Kernels){plain_fma, plain_read, 1};
}

static void task(void *arg, int worker, int workers)
{
	const Job *j = arg;
	(void)workers;
	j->work(j->data + worker * j->stride, j->bytes, j->rounds);
}

/* Seconds of the fastest of several runs. */
static double fastest(tcc_pool *pool, Job *j)
{
	double best = 1e9;
	for (int i = 0; i < RUNS; i++) {
		double start = now();
		if (pool)
			pool->parallel(pool, task, j);
		else
			task(j, 0, 1);
		double t = now() - start;
		best = t < best ? t : best;
	}
	return best;
}

Peaks peaks_measure(Arena *a, tcc_pool *pool, int lanes)
{
	static const int64_t size[PEAK_SIZES] = {16 << 10, 256 << 10, 384 << 10, 512 << 10, 1 << 20, 4 << 20, 64 << 20};
	int64_t most = size[PEAK_SIZES - 1], stride = (most + LINE) / 4;
	Kernels k = kernels_here(lanes);
	int workers = pool ? pool->threads : 1;
	float *data = NEW_N(a, float, stride * workers);
	Job fma = {k.fma, data, 0, ROUNDS, 0};
	Peaks p = {.flops = 2.0 * k.lanes * CHAINS * ROUNDS * workers / fastest(pool, &fma)};

	memset(data, 1, (size_t)(stride * workers) * sizeof *data); /* pages of its own: unwritten ones may share one */
	for (int i = 0; i < PEAK_SIZES; i++) {
		Job read = {k.read, data, size[i], 8 << 20 > size[i] ? (8 << 20) / size[i] : 1, stride};
		p.size[i] = size[i];
		p.bytes[i] = (double)(read.rounds * size[i] * workers) / fastest(pool, &read);
	}
	return p;
}

double roof_seconds(const Peaks *p, double flops, double bytes)
{
	int i = 0;
	while (i + 1 < PEAK_SIZES && (double)p->size[i] < bytes)
		i++;
	double compute = flops / p->flops, move = bytes / p->bytes[i];
	return compute > move ? compute : move;
}
