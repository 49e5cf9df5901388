/* external.c -- what a tensor's external_data entries say: { location, offset, length, checksum }, each at most once.
 *
 * The file itself is opened by file.c, strictly inside the model's directory. */
#include <string.h>
#include "frontend/external.h"
#include "frontend/file.h"

enum key { LOCATION, OFFSET, LENGTH, CHECKSUM, NKEYS };

static const char *const key_name[NKEYS] = {"location", "offset", "length", "checksum"};

static enum key find_key(const char *key)
{
	enum key k = LOCATION;

	while (k < NKEYS && strcmp(key, key_name[k]) != 0)
		k++;
	return k;
}

static void read_entries(Ctx *c, const TensorProto *p, const char *who, const char *value[NKEYS])
{
	for (size_t i = 0; i < p->n_external_data; i++) {
		const char *key = text_of(p->external_data[i]->key);
		enum key k = find_key(key);
		if (k == NKEYS)
			fail(c, EXIT_MODEL, "E-EXTERNAL",
			     "tensor '%s': unknown key '%s' in external_data; location, offset, length and checksum "
			     "exist",
			     shown(c, who), shown(c, key));
		if (value[k])
			fail(c, EXIT_MODEL, "E-EXTERNAL", "tensor '%s': external_data gives '%s' twice", shown(c, who),
			     key_name[k]);
		value[k] = text_of(p->external_data[i]->value);
	}
}

/* Digits only: no sign, space or exponent; up to 2^63. */
static uint64_t read_number(Ctx *c, const char *who, const char *key, const char *text)
{
	uint64_t x = 0;
	const char *d = text;

	for (; *d >= '0' && *d <= '9' && x <= (INT64_MAX - 9) / 10; d++)
		x = 10 * x + (uint64_t)(*d - '0');
	if (*d || d == text)
		fail(c, EXIT_MODEL, "E-EXTERNAL", "tensor '%s': external_data %s '%s' is not a number of bytes",
		     shown(c, who), key, shown(c, text));
	return x;
}

void *external_read(Ctx *c, Arena *a, const char *directory, const TensorProto *p, const char *who, size_t bytes)
{
	const char *value[NKEYS] = {NULL};
	Piece piece = {.who = who, .directory = directory, .bytes = bytes};

	read_entries(c, p, who, value);
	piece.location = text_of(value[LOCATION]);
	if (value[OFFSET])
		piece.offset = read_number(c, who, key_name[OFFSET], value[OFFSET]);
	if (value[LENGTH]) {
		uint64_t length = read_number(c, who, key_name[LENGTH], value[LENGTH]);
		if (length != bytes)
			fail(c, EXIT_MODEL, "E-EXTERNAL", "tensor '%s' needs %zu bytes, external_data gives %llu",
			     shown(c, who), bytes, (unsigned long long)length);
	}
	return file_read_piece(c, a, &piece);
}
