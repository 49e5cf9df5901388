/* json.h -- just enough JSON for the test data: values are pointers into the text, NULL is "not there". */
#ifndef TCC_TESTS_JSON_H
#define TCC_TESTS_JSON_H
#include <stdbool.h>
#include <stddef.h>

const char *json_get(const char *object, const char *key);
const char *json_item(const char *array, int i);
/* Walk an object: from NULL to the first member, from a value to the next; key[] gets its name. */
const char *json_next(const char *object, const char *value, char *key, size_t size);
double json_number(const char *value, double otherwise);
bool json_string(const char *value, char *out, size_t size); /* without escapes */
#endif
