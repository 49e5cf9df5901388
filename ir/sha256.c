/* sha256.c -- SHA-256 as FIPS 180-4 gives it; names and section numbers are the standard's.
 *
 * A message is cut into blocks of 64 bytes, each mixed into eight words in 64 rounds; the last block ends with the
 * message's length in bits (5.1.1). */
#include <string.h>
#include "ir/sha256.h"

/* 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t k[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotr(uint32_t x, int n) { return x >> n | x << (32 - n); }

/* 4.1.2 */
static uint32_t ch(uint32_t x, uint32_t y, uint32_t z) { return (x & y) ^ (~x & z); }
static uint32_t maj(uint32_t x, uint32_t y, uint32_t z) { return (x & y) ^ (x & z) ^ (y & z); }
static uint32_t sum0(uint32_t x) { return rotr(x, 2) ^ rotr(x, 13) ^ rotr(x, 22); }
static uint32_t sum1(uint32_t x) { return rotr(x, 6) ^ rotr(x, 11) ^ rotr(x, 25); }
static uint32_t sigma0(uint32_t x) { return rotr(x, 7) ^ rotr(x, 18) ^ x >> 3; }
static uint32_t sigma1(uint32_t x) { return rotr(x, 17) ^ rotr(x, 19) ^ x >> 10; }

static uint32_t big_endian(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* 6.2.2, one round; x is k[t] + w[t]. The words a..h move on by one place, which the callers do by renaming. */
static inline void mix_round(uint32_t a, uint32_t b, uint32_t c, uint32_t *d, uint32_t e, uint32_t f, uint32_t g,
			     uint32_t *h, uint32_t x)
{
	uint32_t t1 = *h + sum1(e) + ch(e, f, g) + x;

	*d += t1;
	*h = t1 + sum0(a) + maj(a, b, c);
}

static void mix(uint32_t state[8], const uint8_t *block)
{
	uint32_t w[64], a = state[0], b = state[1], c = state[2], d = state[3];
	uint32_t e = state[4], f = state[5], g = state[6], h = state[7];

	for (int t = 0; t < 16; t++)
		w[t] = big_endian(block + 4 * t);
	for (int t = 16; t < 64; t++)
		w[t] = sigma1(w[t - 2]) + w[t - 7] + sigma0(w[t - 15]) + w[t - 16];
	for (int t = 0; t < 64; t += 8) {
		mix_round(a, b, c, &d, e, f, g, &h, k[t] + w[t]);
		mix_round(h, a, b, &c, d, e, f, &g, k[t + 1] + w[t + 1]);
		mix_round(g, h, a, &b, c, d, e, &f, k[t + 2] + w[t + 2]);
		mix_round(f, g, h, &a, b, c, d, &e, k[t + 3] + w[t + 3]);
		mix_round(e, f, g, &h, a, b, c, &d, k[t + 4] + w[t + 4]);
		mix_round(d, e, f, &g, h, a, b, &c, k[t + 5] + w[t + 5]);
		mix_round(c, d, e, &f, g, h, a, &b, k[t + 6] + w[t + 6]);
		mix_round(b, c, d, &e, f, g, h, &a, k[t + 7] + w[t + 7]);
	}
	uint32_t last[8] = {a, b, c, d, e, f, g, h};
	for (int i = 0; i < 8; i++)
		state[i] += last[i];
}

void sha256_begin(Sha256 *s)
{
	/* 5.3.3: the same of the square roots of the first eight primes. */
	*s = (Sha256){.h = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab,
			    0x5be0cd19}};
}

void sha256_add(Sha256 *s, const void *data, size_t n)
{
	const uint8_t *from = data;

	while (n) {
		size_t used = s->bytes % 64, take = 64 - used < n ? 64 - used : n;
		memcpy(s->block + used, from, take);
		s->bytes += take;
		from += take;
		n -= take;
		if (s->bytes % 64 == 0)
			mix(s->h, s->block);
	}
}

void sha256_end(Sha256 *s, uint8_t digest[32])
{
	static const uint8_t padding[64] = {0x80};
	uint64_t bits = 8 * s->bytes;
	uint8_t length[8];

	for (int i = 0; i < 8; i++)
		length[i] = (uint8_t)(bits >> (56 - 8 * i));
	sha256_add(s, padding, 1 + (119 - s->bytes % 64) % 64);
	sha256_add(s, length, 8);
	for (int i = 0; i < 32; i++)
		digest[i] = (uint8_t)(s->h[i / 4] >> (24 - i % 4 * 8));
}

void sha256(const void *data, size_t n, uint8_t digest[32])
{
	Sha256 s;

	sha256_begin(&s);
	sha256_add(&s, data, n);
	sha256_end(&s, digest);
}
