/* drive.c -- a caller of any emitted model, through the generic interface: every wrong argument must be refused with its
 * status, right ones must give the same bytes each time. Prints a hash of the outputs.
 *
 *     cc -I runtime -include m.h -DMODEL=m_model drive.c m.o -lm
 *     a.out [m.weights.bin]        exit code: 0 right, 1 wrong (and what is said), 5 this processor cannot run it */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tcc.h"

enum { MANY = 64, MARK = 16 };

static const tcc_model *const model = &MODEL;
static unsigned char *workspace;
static void *weights;
static tcc_tensor in[MANY], out[MANY];

static void expect(int got, int want, const char *what)
{
	if (got == want)
		return;
	printf("%s: status %d, not %d\n", what, got, want);
	exit(1);
}

static void *room(size_t bytes)
{
	size_t whole = (bytes / 64 + 2) * 64;
	unsigned char *p = aligned_alloc(64, whole);
	if (!p)
		exit(1);
	memset(p, 0xff, whole);
	return p;
}

static void read_weights(const char *path)
{
	FILE *f = path ? fopen(path, "rb") : NULL;
	weights = room(model->weights_bytes);
	if (!f || fread(weights, 1, model->weights_bytes, f) != model->weights_bytes || fgetc(f) != EOF) {
		printf("the weights are not %zu bytes\n", model->weights_bytes);
		exit(1);
	}
	fclose(f);
}

enum { FLOAT = 1, STRING = 8 };

/* Words, in buffers of just their size. */
static void fill_text(tcc_tensor *t, size_t count)
{
	static const char *const words[] = { "", "a", "B c", "\303\251", "1.5e3" };
	tcc_string *text = t->data;
	for (size_t i = 0; i < count; i++) {
		const char *word = words[i * 7 % 5];
		text[i].length = (int64_t)strlen(word);
		char *copy = malloc(strlen(word) ? strlen(word) : 1);
		if (!copy)
			exit(1);
		text[i].text = memcpy(copy, word, strlen(word));
	}
}

/* Small numbers that every element type has, and that are indices of most axes: floats in -1..1, else 0 and 1. */
static void fill(tcc_tensor *t, const tcc_info *info, uint32_t seed)
{
	t->dtype = info->dtype;
	t->rank = info->rank;
	memcpy(t->dims, info->dims, sizeof t->dims);
	t->data = room(info->bytes);
	memset(t->data, 0, info->bytes);
	if (info->dtype == STRING) {
		fill_text(t, info->bytes / sizeof(tcc_string));
		return;
	}
	for (size_t i = 0; i < info->bytes / 4; i++) {
		seed = seed * 1664525u + 1013904223u;
		float x = (float)(seed >> 8) / 8388608.0f - 1.0f;
		if (info->dtype == FLOAT)
			memcpy((char *)t->data + 4 * i, &x, 4);
		else
			memset((char *)t->data + 4 * i, 0, 4);
	}
}

static int run(void) { return model->run(workspace, in, out, NULL); }

static void wrong_workspaces(void)
{
	if (!model->workspace_bytes)
		return;
	expect(model->init(NULL, weights, model->weights_bytes), TCC_ERR_ARG, "init without a workspace");
	expect(model->init(workspace + 4, weights, model->weights_bytes), TCC_ERR_ARG, "init with a misaligned workspace");
	expect(model->run(NULL, in, out, NULL), TCC_ERR_ARG, "run without a workspace");
	expect(model->run(workspace + 4, in, out, NULL), TCC_ERR_ARG, "run with a misaligned workspace");
}

/* What must not be taken for the weights, each wrong in one way only: the mark at their end tells whose they are. */
static void wrong_weights(void)
{
	size_t n = model->weights_bytes;
	unsigned char *other = room(n + MARK);
	if (!n)
		return;
	expect(model->init(workspace, NULL, n), TCC_ERR_WEIGHTS, "init without weights");
	memcpy(other + 4, weights, n);
	expect(model->init(workspace, other + 4, n), TCC_ERR_WEIGHTS, "init with misaligned weights");
	memcpy(other, weights, n);
	memcpy(other + n, other + n - MARK, MARK);
	expect(model->init(workspace, other, n + MARK), TCC_ERR_WEIGHTS, "init with too many weights");
	other[n - 1] ^= 1;
	expect(model->init(workspace, other, n), TCC_ERR_WEIGHTS, "init with the weights of another model");
	expect(run(), TCC_ERR_STATE, "run before init");
	free(other);
}

static void wrong_tensors(void)
{
	for (int i = 0; i < model->n_inputs; i++) {
		tcc_tensor right = in[i];
		in[i].dtype = right.dtype == FLOAT ? 11 : FLOAT;
		expect(run(), TCC_ERR_ARG, "an input of another type");
		in[i] = right;
		in[i].rank++;
		expect(run(), TCC_ERR_ARG, "an input of another rank");
		in[i] = right;
		if (right.rank) {
			in[i].dims[right.rank - 1]++;
			expect(run(), TCC_ERR_SHAPE, "an input of another size");
			in[i] = right;
		}
		in[i].data = NULL;
		expect(run(), model->inputs[i].bytes ? TCC_ERR_ARG : TCC_OK, "an input without data");
		in[i] = right;
	}
	for (int i = 0; i < model->n_outputs; i++) {
		void *right = out[i].data;
		out[i].data = NULL;
		expect(run(), model->outputs[i].bytes ? TCC_ERR_ARG : TCC_OK, "an output without data");
		out[i].data = right;
	}
	if (model->n_inputs)
		expect(model->run(workspace, NULL, out, NULL), TCC_ERR_ARG, "run without inputs");
	expect(model->run(workspace, in, NULL, NULL), TCC_ERR_ARG, "run without outputs");
}

static uint64_t hash(uint64_t h, const void *data, size_t bytes)
{
	for (size_t b = 0; b < bytes; b++)
		h = (h ^ ((const unsigned char *)data)[b]) * 1099511628211u;
	return h;
}

static uint64_t hash_text(uint64_t h, const tcc_string *text, size_t count)
{
	for (size_t i = 0; i < count; i++)
		h = hash(hash(h, &text[i].length, sizeof text[i].length), text[i].text, (size_t)text[i].length);
	return h;
}

static uint64_t outputs(void)
{
	uint64_t h = 14695981039346656037u;
	for (int i = 0; i < model->n_outputs; i++) {
		const tcc_info *info = &model->outputs[i];
		if (out[i].dtype != info->dtype || out[i].rank != info->rank ||
		    memcmp(out[i].dims, info->dims, sizeof(int64_t) * (size_t)info->rank)) {
			printf("output %d is not what the table says\n", i);
			exit(1);
		}
		h = info->dtype == STRING ? hash_text(h, out[i].data, info->bytes / sizeof(tcc_string))
		                          : hash(h, out[i].data, info->bytes);
	}
	return h;
}

int main(int argc, char **argv)
{
	if (model->abi != TCC_ABI || model->n_inputs > MANY || model->n_outputs > MANY)
		return 1;
	workspace = room(model->workspace_bytes);
	if (model->weights_bytes)
		read_weights(argc > 1 ? argv[1] : NULL);
	for (int i = 0; i < model->n_inputs; i++)
		fill(&in[i], &model->inputs[i], (uint32_t)i + 1);
	for (int i = 0; i < model->n_outputs; i++)
		out[i].data = room(model->outputs[i].bytes);
	int status = model->init(workspace, weights, model->weights_bytes);
	if (status == TCC_ERR_CPU) {
		expect(run(), TCC_ERR_CPU, "run on a processor that lacks instructions");
		return TCC_ERR_CPU;
	}
	memset(workspace, 0xff, model->workspace_bytes);
	wrong_workspaces();
	wrong_weights();
	expect(model->init(workspace, weights, model->weights_bytes), TCC_OK, "init");
	wrong_tensors();
	expect(run(), TCC_OK, "run");
	uint64_t first = outputs();
	expect(run(), TCC_OK, "a second run");
	if (outputs() != first) {
		printf("a second run gives other bytes\n");
		return 1;
	}
	printf("%s %s %016llx\n", model->name, model->target, (unsigned long long)first);
	return 0;
}
