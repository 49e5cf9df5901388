/* file.h -- reading files that somebody else may have prepared. */
#ifndef TCC_FRONTEND_FILE_H
#define TCC_FRONTEND_FILE_H
#include <stdint.h>
#include "ir/diag.h"

/* The bytes that a regular file has. */
uint64_t file_size(Ctx *c, const char *path);

/* The bytes of a regular file and one 0 after them, in arena a; *n their number. E-FILE (exit 6) when it cannot be
 * read. */
uint8_t *file_read(Ctx *c, Arena *a, const char *path, size_t *n);

/* The directory part of path ("." when there is none), in arena a. */
const char *file_directory(Arena *a, const char *path);

/* A piece of a file that a model names. */
typedef struct Piece {
	const char *who;       /* the tensor, for messages */
	const char *directory; /* where the model lies */
	const char *location;  /* the path that the model gives */
	uint64_t offset, bytes;
} Piece;

/* The piece, in arena a. The location has to be a relative path of plain directories to a regular file that has one
 * name only; anything else could lead out of the directory and is E-EXTERNAL. */
void *file_read_piece(Ctx *c, Arena *a, const Piece *p);
#endif
