/* headers.c -- the system headers of emitted C, compiled once for many models. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "ir/tensor.h"
#include "tools/cc.h"
#include "tools/headers.h"
#include "tools/jit.h"

static const char text[] = "#include <stddef.h>\n#include <stdint.h>\n#include <string.h>\n#include <math.h>\n"
			   "#if defined(__x86_64__)\n#include <immintrin.h>\n#endif\n";

/* A header without its compiled form is of no use: then there is neither. */
static bool build(Ctx *c, const char *flags, const char *name, const char *path, const char *compiled)
{
	const char *all = arena_format(&c->perm, "%s -fPIC -c -x c-header", flags);
	char why[300];
	FILE *f = fopen(path, "w");

	if (!f)
		return false;
	bool written = fputs(text, f) >= 0;
	written &= fclose(f) == 0;
	if (written && cc_run(temporary_folder(c), all, &name, 1, compiled, why, sizeof why))
		return true;
	unlink(path);
	return false;
}

const char *headers_once(Ctx *c, const char *flags)
{
	static bool refused; /* once: not asked again */
	const char *cc = getenv("CC"), *key = arena_format(&c->perm, "%s %s", cc ? cc : "cc", flags);
	uint64_t hash = hash_bytes(HASH_START, key, strlen(key));
	/* the dot keeps it from temporary_clear() */
	const char *name = arena_format(&c->perm, ".headers-%llx.h", (unsigned long long)hash);
	const char *path = arena_format(&c->perm, "%s/%s", temporary_folder(c), name);
	const char *compiled = arena_format(&c->perm, "%s.gch", path);

	refused = refused || (access(compiled, R_OK) != 0 && !build(c, flags, name, path, compiled));
	return refused ? "" : arena_format(&c->perm, " -include %s", name);
}
