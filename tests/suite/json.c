/* json.c -- a pull reader of JSON: skip() jumps over one value, everything else is walking. */
#include <stdlib.h>
#include <string.h>
#include "tests/suite/json.h"

static const char *blank(const char *p) { return p + strspn(p, " \t\r\n,:"); }

static const char *skip_string(const char *p)
{
	for (p++; *p && *p != '"'; p++)
		if (*p == '\\' && p[1])
			p++;
	return *p ? p + 1 : p;
}

/* The end of the value at p. */
static const char *skip(const char *p)
{
	int depth = 0;
	do {
		p = blank(p);
		if (*p == '"')
			p = skip_string(p);
		else if (*p == '{' || *p == '[')
			depth++, p++;
		else if (*p == '}' || *p == ']')
			depth--, p++;
		else if (*p)
			p += strcspn(p, " \t\r\n,:]}");
	} while (depth > 0 && *p);
	return p;
}

const char *json_next(const char *object, const char *value, char *key, size_t size)
{
	if (!object || *object != '{')
		return NULL;
	const char *p = blank(value ? skip(value) : object + 1);
	if (!json_string(p, key, size))
		return NULL;
	return blank(skip_string(p));
}

const char *json_get(const char *object, const char *key)
{
	char name[128];
	for (const char *v = NULL; (v = json_next(object, v, name, sizeof name));)
		if (strcmp(name, key) == 0)
			return v;
	return NULL;
}

const char *json_item(const char *array, int i)
{
	if (!array || *array != '[')
		return NULL;
	const char *p = blank(array + 1);
	for (; i > 0 && *p && *p != ']'; i--)
		p = blank(skip(p));
	return *p && *p != ']' ? p : NULL;
}

double json_number(const char *value, double otherwise) { return value ? strtod(value, NULL) : otherwise; }

bool json_string(const char *value, char *out, size_t size)
{
	if (!value || *value != '"')
		return false;
	size_t n = strcspn(value + 1, "\"");
	if (n >= size)
		return false;
	memcpy(out, value + 1, n);
	out[n] = 0;
	return true;
}
