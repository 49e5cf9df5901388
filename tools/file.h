/* file.h -- whole files in one call. */
#ifndef TCC_TOOLS_FILE_H
#define TCC_TOOLS_FILE_H
#include <stdint.h>
#include "ir/diag.h"

/* The file's bytes and one 0 after them, in `a`; a file that cannot be read ends the program with EXIT_FILE. */
uint8_t *file_read(Ctx *c, Arena *a, const char *path, size_t *n);
bool file_exists(const char *path);
/* Write a file complete or not at all: into a neighbour first, which is renamed at the end. */
void file_write(Ctx *c, const char *path, const void *bytes, size_t n);
#endif
