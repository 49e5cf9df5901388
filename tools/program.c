/* program.c -- how every program begins and ends. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "ir/output.h"
#include "tools/program.h"

static void bug(int sig)
{
	static const char text[] = "this is a bug of tcc: please report it, with the model [E-BUG]\n";
	ssize_t n = write(STDERR_FILENO, text, sizeof text - 1);
	(void)sig, (void)n;
	output_unlink();
	_exit(EXIT_BUG);
}

void program_open(Ctx *c, const char *name)
{
	signal(SIGABRT, bug);
	signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is one that cannot be written */
	output_guard();
	ctx_open(c, name, 0);
}

int program_trouble(Ctx *c)
{
	int status = (int)c->status;
	fflush(stdout);
	ctx_report(c);
	ctx_close(c);
	return status;
}

int program_close(Ctx *c)
{
	bool told = fflush(stdout) == 0;
	ctx_close(c);
	return told ? EXIT_DONE : EXIT_FILE;
}
