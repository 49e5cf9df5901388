/* make_bad.c -- write the bad files and their manifest: name, exit code.
 *
 * usage: make_bad DIRECTORY */
#include <stdlib.h>
#include <sys/stat.h>
#include "tests/bad/bad.h"

static Ctx ctx;

static FILE *create(const char *directory, const char *name)
{
	FILE *f = fopen(arena_format(&ctx.perm, "%s/%s", directory, name), "wb");

	if (f)
		return f;
	perror(name);
	exit(EXIT_FILE);
}

static void write_bad(const Bad *b, const char *directory)
{
	FILE *f = create(directory, arena_format(&ctx.perm, "%s.onnx", b->name));

	if (b->write) {
		b->write(f);
	} else {
		Model m = model_new(&ctx.scratch);
		size_t n;
		b->edit(&m);
		uint8_t *bytes = model_bytes(&m, &n);
		fwrite(bytes, 1, n, f);
		arena_free(&ctx.scratch);
	}
	fclose(f);
}

int main(int argc, char **argv)
{
	static const Bad *const sections[] = {bad_wire,	 bad_names,	bad_tensors,  bad_types,    bad_attributes,
					      bad_sizes, bad_functions, bad_external, bad_sequences, hostile_names};

	if (argc != 2) {
		fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
		return EXIT_USAGE;
	}
	ctx_open(&ctx, "make_bad", 0);
	if (setjmp(ctx.border)) {
		ctx_report(&ctx);
		return (int)ctx.status;
	}
	mkdir(argv[1], 0777);
	external_files(argv[1]);
	FILE *manifest = create(argv[1], "manifest");
	for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
		for (const Bad *b = sections[i]; b->name; b++) {
			write_bad(b, argv[1]);
			fprintf(manifest, "%s.onnx %d\n", b->name, b->code);
		}
	fclose(manifest);
	ctx_close(&ctx);
	return EXIT_DONE;
}
