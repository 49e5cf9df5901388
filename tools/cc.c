/* cc.c -- the system's C compiler as a subroutine: fork, exec, and the line that says what it dislikes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tools/cc.h"

#define MAX_FLAGS 64

/* Split text at blanks into argv[n..]; returns the new n. The pieces live in `copy`. */
static int split(char *copy, const char **argv, int n)
{
	for (char *word = strtok(copy, " "); word && n < MAX_FLAGS; word = strtok(NULL, " "))
		argv[n++] = word;
	return n;
}

/* The first line with "error" or "warning" in it, else the last one. */
static void complaint(FILE *f, char *why, size_t size)
{
	char line[1000];
	rewind(f);
	*why = 0;
	while (fgets(line, sizeof line, f)) {
		line[strcspn(line, "\n")] = 0;
		snprintf(why, size, "%s", line);
		if (strstr(line, "error") || strstr(line, "warning"))
			return;
	}
}

static _Noreturn void become(const char *folder, const char *const *argv, FILE *said)
{
	dup2(fileno(said), STDERR_FILENO);
	dup2(fileno(said), STDOUT_FILENO);
	if (chdir(folder) != 0) {
		perror(folder);
		_exit(127);
	}
	execvp(argv[0], (char *const *)argv);
	perror(argv[0]);
	_exit(127);
}

bool cc_run(const char *folder, const char *flags, const char *const *files, int n, const char *out, char *why,
	    size_t size)
{
	const char *given = getenv("CC");
	char program[500], copy[1000];
	const char **argv = calloc((size_t)n + 2 * MAX_FLAGS + 4, sizeof *argv);
	FILE *said = tmpfile();
	if (!argv || !said || snprintf(program, sizeof program, "%s", given ? given : "cc") >= (int)sizeof program ||
	    snprintf(copy, sizeof copy, "%s", flags) >= (int)sizeof copy) {
		snprintf(why, size, "cannot start the C compiler");
		return false;
	}
	int k = split(copy, argv, split(program, argv, 0));
	for (int i = 0; i < n; i++)
		argv[k++] = files[i];
	argv[k++] = "-o";
	argv[k++] = out;
	argv[k++] = "-lm";
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0)
		become(folder, argv, said);
	int status = 1;
	bool done = pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
	if (!done)
		complaint(said, why, size);
	fclose(said);
	free(argv);
	return done;
}

bool cc_shared(const char *folder, const char *flags, const char *const *files, int n, const char *so, char *why,
	       size_t size)
{
	char all[1000];
	snprintf(all, sizeof all, "%s -shared -fPIC", flags);
	return cc_run(folder, all, files, n, so, why, size);
}
