/* file.h -- more about files: text, existence, all-or-nothing writing. */
#ifndef TCC_TOOLS_FILE_H
#define TCC_TOOLS_FILE_H
#include "frontend/file.h"

/* A text file with its terminator, in `a`. */
char *file_text(Ctx *c, Arena *a, const char *path);
bool file_exists(const char *path);
/* It may be there already. */
void folder_make(Ctx *c, const char *path);
/* A file alone, complete or not at all (ir/output.h has several). */
void file_write(Ctx *c, const char *path, const void *bytes, size_t n);
#endif
