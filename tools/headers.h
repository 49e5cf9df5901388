/* headers.h -- the system headers of emitted C, compiled once for many models. */
#ifndef TCC_TOOLS_HEADERS_H
#define TCC_TOOLS_HEADERS_H
#include "ir/diag.h"

/* Parsing the header of vector intrinsics takes longer than all the rest of a small model. The flags to add to those given,
 * for files compiled as -fPIC in temporary_folder() by the same $CC: " -include FILE", or "" where this compiler does not
 * compile headers. The first call with some flags compiles them, which takes as long as three small models. */
const char *headers_once(Ctx *c, const char *flags);
#endif
