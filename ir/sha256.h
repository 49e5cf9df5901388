/* sha256.h -- the digest of FIPS 180-4 that names a model file in what is made from it. */
#ifndef TCC_IR_SHA256_H
#define TCC_IR_SHA256_H
#include <stddef.h>
#include <stdint.h>

typedef struct Sha256 {
	uint32_t h[8];
	uint64_t bytes;     /* taken so far */
	uint8_t block[64];  /* the last bytes % 64 of them */
} Sha256;

void sha256_begin(Sha256 *s);
void sha256_add(Sha256 *s, const void *data, size_t n);
void sha256_end(Sha256 *s, uint8_t digest[32]);

/* All at once. */
void sha256(const void *data, size_t n, uint8_t digest[32]);
#endif
