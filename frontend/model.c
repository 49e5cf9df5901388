/* model.c -- what stands around the graph: the file's bytes, its version, its operator sets. */
#include <limits.h>
#include <string.h>
#include "frontend/file.h"
#include "frontend/onnx.h"

/* Files of other kinds that people mistake for a model, by how they begin. */
static const struct {
	const char *begin, *what;
	enum exit_code status;
} strangers[] = {
	{"version https://git-lfs", "is a Git LFS pointer; fetch the file itself with `git lfs pull`", EXIT_MODEL},
	{"GGUF", "is a GGUF file, a kind that is not read yet", EXIT_UNSUPPORTED},
	{"PK\003\004", "is a zip archive (a PyTorch checkpoint?), not an ONNX file", EXIT_MODEL},
	{"\x89HDF", "is an HDF5 file (a Keras model?), not an ONNX file", EXIT_MODEL},
	{"\x1f\x8b", "is compressed with gzip; unpack it first", EXIT_MODEL},
};
enum { NSTRANGERS = sizeof strangers / sizeof *strangers };

static bool is_text(const uint8_t *bytes, size_t n)
{
	size_t k = n < 64 ? n : 64, i = 0;

	while (i < k &&
	       (bytes[i] == '\t' || bytes[i] == '\n' || bytes[i] == '\r' || (bytes[i] >= ' ' && bytes[i] < 127)))
		i++;
	return i == k;
}

static void refuse_strangers(Ctx *c, const uint8_t *bytes, size_t n)
{
	if (!n)
		fail(c, EXIT_MODEL, "E-EMPTY", "the file is empty");
	for (int i = 0; i < NSTRANGERS; i++) {
		size_t k = strlen(strangers[i].begin);
		if (n >= k && !memcmp(bytes, strangers[i].begin, k))
			fail(c, strangers[i].status, "E-FORMAT", "%s", strangers[i].what);
	}
	if (is_text(bytes, n))
		fail(c, EXIT_MODEL, "E-FORMAT", "is a text file, not an ONNX file");
}

const uint8_t *model_read(Ctx *c, Arena *a, const char *path, size_t *n)
{
	uint64_t size = file_size(c, path);

	if (size <= INT_MAX)
		return file_read(c, a, path, n);
	hint(c, "larger weights belong in external data");
	fail(c, EXIT_LIMIT, "E-SIZE", "the file has %llu bytes; an ONNX file ends at 2 GiB", (unsigned long long)size);
}

ModelProto *model_unpack(Ctx *c, Arena *a, const uint8_t *bytes, size_t n)
{
	refuse_strangers(c, bytes, n);
	ModelProto *m = wire_unpack(c, a, &onnx__model_proto__descriptor, bytes, n);
	if (!m->graph)
		fail(c, EXIT_MODEL, "E-GRAPH", "there is no graph in the file");
	if (!m->has_ir_version || m->ir_version < 1)
		fail(c, EXIT_MODEL, "E-VERSION", "the file's IR version %lld is not 1 or higher",
		     (long long)m->ir_version);
	return m;
}

/* ---- operator sets ---- */

bool is_onnx_domain(const char *domain)
{
	return !domain || !*domain || !strcmp(domain, "ai.onnx");
}

static bool same_domain(const char *a, const char *b)
{
	return is_onnx_domain(a) ? is_onnx_domain(b) : b && !strcmp(a, b);
}

void opsets_check(Import *im, const Opsets *o, const char *of)
{
	Ctx *c = im->ctx;

	if (o->n > MAX_OPSETS)
		fail(c, EXIT_LIMIT, "E-OPSET", "%s imports %zu operator sets, at most %d are supported", of, o->n,
		     MAX_OPSETS);
	for (size_t i = 0; i < o->n; i++) {
		const OperatorSetIdProto *s = o->set[i];
		const char *domain = *text_of(s->domain) ? s->domain : "ai.onnx";
		if (s->version < 1)
			fail(c, EXIT_MODEL, "E-OPSET", "%s imports '%s' at version %lld; versions start at 1", of,
			     shown(c, domain), (long long)s->version);
		if (is_onnx_domain(domain) && s->version > NEWEST_OPSET)
			fail(c, EXIT_UNSUPPORTED, "E-OPSET", "%s imports '%s' at version %lld; up to %d is supported",
			     of, shown(c, domain), (long long)s->version, NEWEST_OPSET);
		for (size_t k = 0; k < i; k++)
			if (same_domain(s->domain, o->set[k]->domain) && s->version != o->set[k]->version)
				fail(c, EXIT_MODEL, "E-OPSET", "%s imports '%s' at versions %lld and %lld", of,
				     shown(c, domain), (long long)o->set[k]->version, (long long)s->version);
	}
}

int opset_version(const Opsets *o, const char *domain)
{
	for (size_t i = 0; i < o->n; i++)
		if (same_domain(domain, o->set[i]->domain))
			return o->set[i]->version < INT32_MAX ? (int)o->set[i]->version : INT32_MAX;
	/* com.microsoft has one version, and tf2onnx does not name it for operators inside of bodies */
	return (o->ir_version < 3 && is_onnx_domain(domain)) || !strcmp(text_of(domain), "com.microsoft") ? 1 : 0;
}
