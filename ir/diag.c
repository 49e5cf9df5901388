/* diag.c -- the compile's context, and the one line that says why it ended.
 *
 * Nothing here allocates (but shown()), so trouble can be told when memory has run out. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "ir/output.h"

#define DEFAULT_LIMIT ((size_t)8 << 30)
#define SHOWN_BYTES 60

void ctx_open(Ctx *c, const char *program, size_t memory_limit)
{
	memset(c, 0, sizeof *c);
	c->program = program;
	c->memory_limit = memory_limit ? memory_limit : DEFAULT_LIMIT;
	c->perm.ctx = c;
	c->scratch.ctx = c;
	c->results.ctx = c;
}

void ctx_close(Ctx *c)
{
	output_discard();
	arena_free(&c->results);
	arena_free(&c->scratch);
	arena_free(&c->perm);
}

/* One byte as it is shown: itself, or \ooo outside printable ASCII. Returns 1 or 4. */
static size_t escape_byte(char out[4], char byte)
{
	unsigned char b = (unsigned char)byte;

	out[0] = byte;
	if (b >= ' ' && b <= '~')
		return 1;
	out[0] = '\\';
	out[1] = (char)('0' + (b >> 6));
	out[2] = (char)('0' + (b >> 3 & 7));
	out[3] = (char)('0' + (b & 7));
	return 4;
}

/* Escape at most `limit` bytes of `from` into to[0..room), which always ends in NUL; what does not fit is replaced by
 * "...". Returns the length. */
static size_t escape(char *to, size_t room, const char *from, size_t limit)
{
	size_t n = 0, fits = 0, i; /* fits: the length up to which "..." still has room */

	for (i = 0; i < limit && from[i]; i++) {
		char shape[4];
		size_t k = escape_byte(shape, from[i]);
		if (n + k + 1 > room)
			break;
		memcpy(to + n, shape, k);
		n += k;
		if (n + 4 <= room)
			fits = n;
	}
	to[n] = 0;
	if (!from[i])
		return n;
	if (i < limit)
		n = fits;
	memcpy(to + n, "...", 4);
	return n + 3;
}

/* Escaping only lengthens text, so raw text of the size of its destination is enough. */
static size_t escape_format(char *to, size_t room, const char *format, va_list args)
{
	char raw[sizeof ((Ctx *)0)->hint + 1];

	vsnprintf(raw, sizeof raw, format, args);
	return escape(to, room, raw, sizeof raw);
}

void fail(Ctx *c, enum exit_code status, const char *id, const char *format, ...)
{
	va_list args;
	size_t tail = strlen(id) + sizeof " []";

	va_start(args, format);
	size_t n = escape_format(c->message, sizeof c->message - tail, format, args);
	va_end(args);
	snprintf(c->message + n, sizeof c->message - n, " [%s]", id);
	c->status = status;
	c->at = (NodeLabel){0};
	longjmp(c->border, 1);
}

const char *label_text(Ctx *c, NodeLabel at)
{
	if (!*at.name)
		return arena_format(&c->scratch, "node %u (%s)", at.id, at.op);
	return arena_format(&c->scratch, "node %u '%s' (%s)", at.id, shown(c, at.name), at.op);
}

void fail_here(Ctx *c, enum exit_code status, const char *id, const char *format, ...)
{
	char text[sizeof c->message];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (c->at.op)
		fail(c, status, id, "%s: %s", label_text(c, c->at), text);
	fail(c, status, id, "%s", text);
}

void hint(Ctx *c, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	escape_format(c->hint, sizeof c->hint, format, args);
	va_end(args);
}

static void print_escaped(FILE *f, const char *text)
{
	char shape[4];

	for (; *text; text++)
		fwrite(shape, 1, escape_byte(shape, *text), f);
}

static bool in_color(const Ctx *c)
{
	const char *no = getenv("NO_COLOR");

	return c->color == COLOR_ALWAYS || (c->color == COLOR_AUTO && isatty(STDERR_FILENO) && !(no && *no));
}

/* The start of a line: who says it, and of which model. */
static void print_origin(const Ctx *c, const char *kind)
{
	fprintf(stderr, in_color(c) ? "\033[1m%s:\033[0m %s" : "%s: %s", c->program, kind);
	if (!c->model)
		return;
	print_escaped(stderr, c->model);
	fputs(": ", stderr);
}

void warn(Ctx *c, const char *format, ...)
{
	char text[sizeof c->message];
	va_list args;

	if (c->verbose < 0)
		return;
	va_start(args, format);
	escape_format(text, sizeof text, format, args);
	va_end(args);
	print_origin(c, "warning: ");
	fprintf(stderr, "%s\n", text);
}

void ctx_report(const Ctx *c)
{
	bool color = in_color(c);

	print_origin(c, "");
	fprintf(stderr, color ? "\033[31m%s\033[0m\n" : "%s\n", c->message);
	if (c->hint[0])
		fprintf(stderr, color ? "\033[1m%s:\033[0m hint: %s\n" : "%s: hint: %s\n", c->program, c->hint);
}

const char *shown(Ctx *c, const char *name)
{
	char *text = arena_alloc(&c->scratch, 4 * SHOWN_BYTES + 4);

	escape(text, 4 * SHOWN_BYTES + 4, name, SHOWN_BYTES);
	return text;
}
