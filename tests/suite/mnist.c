/* mnist.c -- the 10,000 pictures of the MNIST test set: does compiled C give each the label that the evaluator gives?
 *
 * usage: mnist TARGET [SHARED]       SHARED has zoo/cnn/mnist8_cntk.onnx and datasets/mnist_t10k_images.gz, ..._labels.gz */
#include <stdio.h>
#include <string.h>
#include "ir/eval.h"
#include "tools/jit.h"
#include "tools/program.h"

enum { PIXELS = 28 * 28, COUNT = 10000 };

/* `n` bytes of a compressed file, behind its `skip` bytes of header. */
static uint8_t *unpacked(Ctx *c, const char *folder, const char *name, size_t skip, size_t n)
{
	uint8_t *bytes = arena_alloc(&c->perm, n);
	FILE *f = popen(arena_format(&c->perm, "gzip -dc '%s/datasets/%s'", folder, name), "r");
	if (!f)
		fail(c, EXIT_FILE, "E-FILE", "cannot run gzip");
	size_t got = fread(bytes, 1, skip, f) == skip ? fread(bytes, 1, n, f) : 0;
	pclose(f);
	if (got != n)
		fail(c, EXIT_FILE, "E-FILE", "'%s': %zu of %zu bytes", name, got, n);
	return bytes;
}

static int label(const Tensor *t)
{
	int best = 0;
	for (int i = 1; i < t->count; i++)
		if (load_f64(t->dtype, t->data, i) > load_f64(t->dtype, t->data, best))
			best = i;
	return best;
}

static int evaluated(Ctx *c, Graph *g, Tensor *image)
{
	ArenaMark mark = arena_mark(&c->perm);
	Eval e = {.budget = -1};
	eval_graph(&e, g, &c->perm, &image);
	int answer = label(eval_value(&e, g->out[0]));
	arena_release(&c->perm, mark);
	return answer;
}

static int compiled(Session *s, const Tensor *image)
{
	memcpy(s->in[0].data, image->data, PIXELS * sizeof(float));
	return session_run(s) == TCC_OK ? label(session_output(s, 0)) : -1;
}

static int run(Ctx *c, const char *target, const char *shared)
{
	int same = 0, right = 0;
	ReadOptions none = {0};
	const char *model = arena_format(&c->perm, "%s/zoo/cnn/mnist8_cntk.onnx", shared);
	const uint8_t *pixel = unpacked(c, shared, "mnist_t10k_images.gz", 16, (size_t)COUNT * PIXELS);
	const uint8_t *truth = unpacked(c, shared, "mnist_t10k_labels.gz", 8, COUNT);
	Graph *g = onnx_read(c, model, &none);
	Settings how = {.threads = 1, .cc_flags = "-O2", .compile = {.level = 2, .target = target}};
	Session *s = jit(c, onnx_read(c, model, &none), &how, NULL);
	Tensor *image = tensor_new(&c->perm, F32, 4, (const int64_t[]){1, 1, 28, 28});
	session_bind(s, &image);
	for (int i = 0; i < COUNT; i++) {
		for (int p = 0; p < PIXELS; p++)
			store_f64(F32, image->data, p, pixel[i * PIXELS + p]);
		int answer = compiled(s, image);
		same += answer == evaluated(c, g, image);
		right += answer == truth[i];
	}
	printf("%s: %d of %d labels right\nmnist %s: %d passed, %d failed\n", target, right, COUNT, target, same,
	       COUNT - same);
	return same != COUNT;
}

int main(int argc, char **argv)
{
	Ctx c;
	program_open(&c, "mnist");
	if (setjmp(c.border))
		return program_trouble(&c);
	if (argc < 2)
		fail(&c, EXIT_USAGE, "E-USAGE", "mnist TARGET [SHARED]");
	int status = run(&c, argv[1], argc > 2 ? argv[2] : "../shared");
	program_close(&c);
	return status;
}
