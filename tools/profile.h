/* profile.h -- when each worker began and ended its part of each stage of a run: of models emitted with --profile. */
#ifndef TCC_TOOLS_PROFILE_H
#define TCC_TOOLS_PROFILE_H
#include "codegen/codegen.h"
#include "tools/session.h"

typedef struct Profile Profile;

/* From now on every run of s is noted. */
Profile *profile_open(Session *s, const Facts *f, int workers);
/* Seconds of each stage in the last run, of the worker that was longest at it; less what it takes to read the clock. */
void profile_seconds(Profile *p, double *stage);
/* The last run as a Chrome trace. */
void profile_write(const Profile *p, const char *path);
#endif
