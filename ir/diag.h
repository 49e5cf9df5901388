/* diag.h -- one compile's context, and how it ends in trouble.
 *
 * User trouble (a bad model, a full disk, a limit) calls fail(), which records one line and jumps to the single border
 * set up by the program's main function; the arenas are freed there, so nothing leaks. Our own trouble asserts. */
#ifndef TCC_IR_DIAG_H
#define TCC_IR_DIAG_H
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include "ir/arena.h"

/* Exit codes of all programs (the command line's contract). */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_BUG = 1,
	EXIT_USAGE = 2,
	EXIT_MODEL = 3,       /* the model is invalid */
	EXIT_UNSUPPORTED = 4, /* valid, but we cannot do it yet */
	EXIT_LIMIT = 5,       /* a limit or budget is exceeded */
	EXIT_FILE = 6,        /* a file cannot be read or written */
	EXIT_MEMORY = 7
};

/* A node of the model, as messages name it; op is NULL where there is none. */
typedef struct NodeLabel {
	uint32_t id;
	const char *op, *name; /* "Add", and "" for a node without a name */
} NodeLabel;

typedef struct Ctx {
	const char *program; /* "tcc-compile" */
	const char *model;   /* path of the model as the user gave it, or NULL */
	Arena perm, scratch, results;
	size_t memory_used, memory_limit; /* bytes, over all arenas */
	long fail_after;                  /* tests: the n-th allocation from now fails; 0 = never */
	jmp_buf border;
	NodeLabel at; /* whose types and sizes are being found: fail_here() tells it */
	enum exit_code status;
	char message[600]; /* what fail() said, without program and model, escaped and on one line */
	char hint[4000];   /* what would help, or ""; names in it are whole, so that they can be given back */
	int verbose;       /* -v: 1, -q: -1 */
	bool told_shapes;  /* a program that reads its model twice tells once which shapes the file has wrong */
	enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } color; /* of what is reported; auto: on a terminal, unless $NO_COLOR is set */
} Ctx;

/* Start a context; memory_limit in bytes, 0 for the default of 8 GiB. ctx_close frees all of it. */
void ctx_open(Ctx *c, const char *program, size_t memory_limit);
void ctx_close(Ctx *c);

/* Record the trouble and jump to c->border. id is like "E-SHAPE" and ends the line in brackets.
 * Text is escaped (printable ASCII only) and clipped here; callers pass names as they are, through %s. */
_Noreturn void fail(Ctx *c, enum exit_code status, const char *id, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The same for what knows no nodes: where c->at is one, the line begins with it. */
_Noreturn void fail_here(Ctx *c, enum exit_code status, const char *id, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* "node 12 'conv1' (Conv)", in the scratch arena. */
const char *label_text(Ctx *c, NodeLabel at);

/* Say what would help; the next fail() keeps it. */
void hint(Ctx *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Say on stderr what is odd about the model but no trouble: "program: warning: model: text", one line; -q silences it. */
void warn(Ctx *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Print the recorded trouble to stderr: "program: model: message [id]", then the hint on a second line. */
void ctx_report(const Ctx *c);

/* name clipped to 60 bytes, bytes outside printable ASCII as \ooo; lives in the scratch arena. */
const char *shown(Ctx *c, const char *name);
#endif
