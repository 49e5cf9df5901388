/* options.h -- the command line of all programs, from one table.
 *
 * A row says which programs know the option, how its value reads, and where it goes in Settings. --help is printed from
 * the rows, so an option that works is an option that is described. */
#ifndef TCC_TOOLS_OPTIONS_H
#define TCC_TOOLS_OPTIONS_H
#include "frontend/frontend.h"
#include "passes/pass.h"

enum program { COMPILE = 1, RUN = 2, BENCH = 4, INSPECT = 8, TUNE = 16, ALL = COMPILE | RUN | BENCH | TUNE, EVERY = ALL | INSPECT };

typedef struct InputFile {
	const char *name; /* of the model's input */
	const char *path;
} InputFile;

typedef struct Settings {
	const char *model;
	Options compile; /* what passes and code generation see */
	ReadOptions read;
	int64_t limit_memory;
	bool check, summary;
	const char *test_dir; /* --emit-test */
	bool emit_main;
	const char *report; /* file for what --summary tells, and more */
	/* tcc-run, tcc-bench, tcc-tune */
	const char *output_dir, *cc_flags;
	InputFile *input;
	int ninput;
	const char *profile_file;
	bool eval, json, per_stage;
	bool timed; /* buffers lie as they do in a program, not against fences */
	int64_t threads, rounds;
	const char *choices_file; /* that tcc-tune writes */
	int64_t budget;           /* seconds */
} Settings;

/* Read the command line into s; wrong usage ends with EXIT_USAGE. False when --help, --version or --list-passes has
 * been answered and nothing is left to do. */
bool options_read(Ctx *c, Settings *s, enum program p, int argc, char **argv);
#endif
