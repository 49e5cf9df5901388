/* access.c -- what lies so far into the arena or the weights, as text of a pointer of its type.
 *
 *     m + B3            where all that lies there are floats, or the element is a byte
 *     f32_at(m, B3)     elsewhere: memory of bytes; of the weights, which nobody writes, f32_in(w, S4_W)
 *
 * The functions are made for the types that the file uses. */
#include <string.h>
#include "codegen/module.h"

bool float_weights(const Unit *u)
{
	for (int i = 0; i < u->nweights; i++)
		if (in_blob(u, u->weight[i]) && u->weight[i]->dtype != F32)
			return false;
	return true;
}

static bool is_plain(DType t, bool floats) { return floats || !strcmp(c_type(t), "uint8_t"); }

const char *arena_text(const Module *m, DType t, const char *offset, Arena *a)
{
	return is_plain(t, m->float_arena) ? arena_format(a, "m + %s", offset)
	                                   : arena_format(a, "%s_at(m, %s)", dtype_name(t), offset);
}

const char *weights_text(const Unit *u, DType t, const char *offset, Arena *a)
{
	return is_plain(t, float_weights(u)) ? arena_format(a, "w + %s", offset)
	                                     : arena_format(a, "%s_in(w, %s)", dtype_name(t), offset);
}

static void print_accessor(DType t, const char *ending, const char *qualifier, const char *code, Out *o)
{
	const char *name = arena_format(o->arena, "%s_%s", dtype_name(t), ending);
	if (!calls_function(code, name))
		return;
	put_text(o, "static inline %s%s *%s(%sunsigned char *memory, int64_t bytes)\n{\n"
	            "\treturn (%s%s *)(%svoid *)(memory + bytes);\n}\n\n", qualifier, c_type(t), name, qualifier, qualifier,
	         c_type(t), qualifier);
}

void print_accessors(const char *code, Out *o)
{
	for (DType t = 1; t < DT_COUNT; t++) {
		print_accessor(t, "at", "", code, o);
		print_accessor(t, "in", "const ", code, o);
	}
}
