/* op.c -- the table of operators, made from ops.def. */
#include <string.h>
#include "ir/op.h"

const Op *const op_table[] = {
#define OP(id) &op_##id,
#include "ir/ops.def"
#undef OP
	NULL,
};

const Op *op_find(const char *domain, const char *name)
{
	if (!strcmp(domain, "ai.onnx"))
		domain = "";
	for (const Op *const *op = op_table; *op; op++)
		if (!strcmp((*op)->name, name) && !strcmp((*op)->domain ? (*op)->domain : "", domain))
			return *op;
	return NULL;
}

const Op *op_named(const char *name)
{
	const char *dot = strrchr(name, '.');
	char domain[64];

	if (!dot)
		return op_find("", name);
	if ((size_t)(dot - name) >= sizeof domain)
		return NULL;
	memcpy(domain, name, (size_t)(dot - name));
	domain[dot - name] = 0;
	return op_find(domain, dot + 1);
}
