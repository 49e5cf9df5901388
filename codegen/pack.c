/* pack.c -- weights: shared when equal, also between sections, laid out in one blob, printed as C or written as bytes.
 * Texts are pointers: they are printed as C always. */
#include <string.h>
#include "codegen/module.h"

enum { WEIGHT_ALIGN = 64 };

static uint64_t hash_data(const uint8_t *p, size_t n)
{
	uint64_t h = 0xcbf29ce484222325u; /* FNV-1a over words, then bytes */
	for (; n >= 8; n -= 8, p += 8) {
		uint64_t w;
		memcpy(&w, p, 8);
		h = (h ^ w) * 0x100000001b3u;
		h ^= h >> 29;
	}
	for (; n; n--, p++)
		h = (h ^ *p) * 0x100000001b3u;
	return h;
}

static uint64_t hash_texts(const Text *t, int64_t n)
{
	uint64_t h = (uint64_t)n;
	for (int64_t i = 0; i < n; i++)
		h = (h ^ hash_data((const uint8_t *)t[i].text, (size_t)t[i].length) ^ (uint64_t)t[i].length) * 0x100000001b3u;
	return h;
}

static bool same_data(const Weight *w, DType t, int64_t count, const void *data)
{
	Tensor a = {.dtype = t, .rank = 1, .dim = {count}, .count = count, .data = (void *)(uintptr_t)data}, b = a;
	b.data = (void *)(uintptr_t)w->data;
	return w->dtype == t && w->count == count && tensor_equal(&a, &b);
}

bool in_blob(const Unit *u, const Weight *w) { return !u->weights_in_c && w->dtype != STR; }

static void buckets_grow(Unit *u)
{
	u->nbuckets = u->nbuckets ? 2 * u->nbuckets : 64;
	u->bucket = NEW_N(&u->g->ctx->perm, Weight *, u->nbuckets);
	for (int i = 0; i < u->nweights; i++) {
		Weight **bucket = &u->bucket[u->weight[i]->hash & (u->nbuckets - 1)];
		u->weight[i]->next = *bucket;
		*bucket = u->weight[i];
	}
}

static uint64_t hash_weight(const Weight *w)
{
	return w->dtype == STR ? hash_texts(w->data, w->count) : hash_data(w->data, dtype_bytes(w->dtype, w->count));
}

const Weight *weight_add(Module *m, const Weight *of)
{
	Arena *a = &m->g->ctx->perm;
	Unit *u = m->unit;
	Weight new = *of;
	if (dtype_info(new.dtype)->bits < 8) { /* packed */
		new.count = (int64_t)dtype_bytes(new.dtype, new.count);
		new.dtype = U8;
	}
	new.hash = hash_weight(&new);
	if ((uint32_t)u->nweights >= u->nbuckets)
		buckets_grow(u);
	Weight **bucket = &u->bucket[new.hash & (u->nbuckets - 1)];
	for (Weight *w = *bucket; w; w = w->next)
		if (w->hash == new.hash && same_data(w, new.dtype, new.count, new.data)) {
			w->users |= 1u << m->number;
			return w;
		}
	new.offset = u->weights_bytes;
	new.users = 1u << m->number;
	new.next = *bucket;
	Weight *w = *bucket = arena_copy(a, &new, sizeof new);
	GROW(a, u->weight, u->nweights, u->cweights);
	u->weight[u->nweights++] = w;
	if (w->dtype != STR)
		u->weights_bytes += ((int64_t)dtype_bytes(w->dtype, w->count) + WEIGHT_ALIGN - 1) / WEIGHT_ALIGN * WEIGHT_ALIGN;
	return w;
}

/* Floats that are stored as their code. */
static bool is_narrow(DType t) { return is_float(t) && dtype_info(t)->bits < 32; }

static void print_part(Out *o, double x, bool single)
{
	if (x - x == 0)
		put_text(o, single ? "%af" : "%a", x);
	else
		put_text(o, x != x ? "NAN" : x < 0 ? "-INFINITY" : "INFINITY");
}

static void print_complex(Out *o, const Weight *w, int64_t i)
{
	DType part = w->dtype == C64 ? F32 : F64;

	put_text(o, "{ ");
	print_part(o, load_f64(part, w->data, 2 * i), part == F32);
	put_text(o, ", ");
	print_part(o, load_f64(part, w->data, 2 * i + 1), part == F32);
	put_text(o, " }");
}

/* One element as a C constant. */
static void print_element(Out *o, const Weight *w, int64_t i)
{
	if (is_narrow(w->dtype)) {
		uint16_t code = 0;
		size_t size = dtype_bytes(w->dtype, 1);
		memcpy(&code, (const char *)w->data + size * (size_t)i, size);
		put_text(o, "0x%0*x", (int)(2 * size), code);
		return;
	}
	switch (w->dtype) {
	case F32:
		put_text(o, "%af", (double)((const float *)w->data)[i]);
		break;
	case F64:
		put_text(o, "%a", ((const double *)w->data)[i]);
		break;
	case U64:
		put_text(o, "UINT64_C(%llu)", (unsigned long long)load_i64(U64, w->data, i));
		break;
	case I64:
		if (load_i64(I64, w->data, i) == INT64_MIN)
			put_text(o, "INT64_MIN");
		else
			put_text(o, "INT64_C(%lld)", (long long)load_i64(I64, w->data, i));
		break;
	case C64: case C128:
		print_complex(o, w, i);
		break;
	default:
		put_text(o, "%lld%s", (long long)load_i64(w->dtype, w->data, i), w->dtype == U32 ? "u" : "");
	}
}

static bool is_finite(const Weight *w, int64_t i)
{
	double x = is_float(w->dtype) ? load_f64(w->dtype, w->data, i) : 0;
	return x - x == 0;
}

static void print_special(Out *o, const Weight *w, int64_t i)
{
	if (is_narrow(w->dtype))
		print_element(o, w, i);
	else
		print_part(o, load_f64(w->dtype, w->data, i), false);
}

enum { LITERAL_MAX = 4000, BYTES_A_LINE = 24 }; /* characters of a literal that every compiler takes */

/* A text that no literal can hold, as an array of its own: s1_w2_t7 */
static void print_long_text(Out *o, const char *name, int64_t i, const Text *t)
{
	put_text(o, "static const char %s_t%lld[%lld] = {", name, (long long)i, (long long)t->length);
	for (int64_t k = 0; k < t->length; k++)
		put_text(o, "%s%d,", k % BYTES_A_LINE ? "" : "\n\t", (signed char)t->text[k]);
	put_text(o, "\n};\n");
}

static void print_texts(const Unit *u, Out *o, const Weight *w)
{
	const char *name = weight_name(u, w);
	const Text *t = w->data;
	for (int64_t i = 0; i < w->count; i++)
		if (t[i].length > LITERAL_MAX / 4)
			print_long_text(o, name, i, &t[i]);
	put_text(o, "static const tcc_string %s[%lld] = {\n", name, (long long)w->count);
	for (int64_t i = 0; i < w->count; i++) {
		if (t[i].length > LITERAL_MAX / 4)
			put_text(o, "\t{ %s_t%lld, %lld },\n", name, (long long)i, (long long)t[i].length);
		else
			put_text(o, "\t{ \"%s\", %lld },\n", escaped_text(o->arena, t[i].text, (size_t)t[i].length),
			         (long long)t[i].length);
	}
	put_text(o, "};\n\n");
}

/* "f32[432] panels of 16, of /stem/conv.weight": what it is, how it lies, which constant of the model it comes from. */
static const char *note_text(const Weight *w, const char *what, Arena *a)
{
	const char *note = w->note ? arena_format(a, *what ? "%s %s" : "%s%s", what, w->note) : what;
	return *w->from ? arena_format(a, *note ? "%s, of %s" : "%sof %s", note, tail_text(a, w->from)) : note;
}

static void print_array(const Unit *u, Out *o, const Weight *w)
{
	if (w->dtype == STR) {
		print_texts(u, o, w);
		return;
	}
	put_text(o, "static const %s %s[%lld] ALIGN = {", dtype_info(w->dtype)->ctype, weight_name(u, w), (long long)w->count);
	const char *note = note_text(w, "", o->arena);
	if (*note)
		put_text(o, "\t/* %s */", note);
	for (int64_t i = 0; i < w->count; i++) {
		put_text(o, i % 8 == 0 ? "\n\t" : " ");
		if (is_finite(w, i))
			print_element(o, w, i);
		else
			print_special(o, w, i);
		put_text(o, ",");
	}
	put_text(o, "\n};\n\n");
}

void weights_mark(const Unit *u, uint8_t mark[MARK_BYTES])
{
	uint64_t h = (uint64_t)u->nweights;
	for (int i = 0; i < u->nweights; i++)
		h = (h ^ u->weight[i]->hash ^ (uint64_t)u->weight[i]->offset) * 0x100000001b3u;
	for (int i = 0; i < MARK_BYTES / 2; i++) {
		mark[i] = (uint8_t)(h >> 8 * i);
		mark[MARK_BYTES / 2 + i] = u->g->sha256[i];
	}
}

int64_t blob_bytes(const Unit *u) { return u->weights_bytes + BLOB_TAIL; }

static bool is_shared(const Weight *w) { return w->users & (w->users - 1); }

/* Where every section that reads it is left out, so is the weight: the last of them is the most portable. */
static const char *guard_around(const Unit *u, const Weight *w)
{
	int last = u->nmodules - 1;
	while (!(w->users >> last & 1))
		last--;
	return guard_of(u->module[last]);
}

static void print_shared_arrays(const Unit *u, Out *o)
{
	const char *guard = "";
	for (int i = 0; i < u->nweights; i++)
		if (is_shared(u->weight[i]) && !in_blob(u, u->weight[i])) {
			move_guard(&guard, guard_around(u, u->weight[i]), o);
			print_array(u, o, u->weight[i]);
		}
	move_guard(&guard, "", o);
}

void print_shared_weights(Unit *u, Out *o)
{
	print_shared_arrays(u, o);
	if (u->weights_in_c)
		return;
	int64_t unit = float_weights(u) ? 4 : 1;
	put_text(o, "/* Weights: offsets in %s into %s. */\nenum {\n", unit > 1 ? "floats" : "bytes", u->blob_name);
	for (int i = 0; i < u->nweights; i++) {
		const Weight *w = u->weight[i];
		if (!in_blob(u, w))
			continue;
		const char *what = arena_format(o->arena, "%s[%lld]", dtype_name(w->dtype), (long long)w->count);
		put_text(o, "\t%s = %lld,\t/* %s */\n", upper_name(o->arena, weight_name(u, w)), (long long)(w->offset / unit),
		         note_text(w, what, o->arena));
	}
	put_text(o, "};\n\n");
}

void print_own_weights(Module *m, Out *o)
{
	const Unit *u = m->unit;
	for (int i = 0; i < u->nweights; i++)
		if (u->weight[i]->users == 1u << m->number && !in_blob(u, u->weight[i]))
			print_array(u, o, u->weight[i]);
}

const char *weight_name(const Unit *u, const Weight *w)
{
	int first = 0;
	while (!(w->users >> first & 1))
		first++;
	return u->nmodules == 1 ? w->name : arena_format(&u->g->ctx->perm, "%s_%s", u->module[first]->target->tag, w->name);
}

const char *upper_name(Arena *a, const char *name)
{
	char *text = arena_string(a, name);
	for (char *c = text; *c; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 32);
	return text;
}
