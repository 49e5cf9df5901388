/* known.h -- models that were right, by what would be built: one that is emitted as it was needs no other run. */
#ifndef TCC_TESTS_FUZZ_KNOWN_H
#define TCC_TESTS_FUZZ_KNOWN_H
#include "tests/fuzz/models/model.h"

/* Of the emitted text of all builds and their flags, the inputs, and what the outputs may be; hexadecimal. */
typedef struct Digest {
	char text[33]; /* "": not made */
} Digest;

/* Emits the model for each build. Not covered: how runs are compared, and the C compiler. */
Digest digest_of(Model *m, const Config *config, int number);

void known_open(Ctx *c, const char *file); /* reads it, if it is there */
bool known_right(const Digest *d);         /* false where none is open */
void known_add(int n, const Digest *d);    /* to the file, in one piece; several processes may */
#endif
