/* text.c -- the helpers of emitted C for text, the same on every target. */
#include "codegen/target.h"

const Helper text_helpers[] = {
	{"t_empty", "static inline tcc_string t_empty(void)\n{\n\ttcc_string x = { \"\", 0 };\n\treturn x;\n}\n"},
	{"t_equal", "static inline int t_equal(tcc_string a, tcc_string b)\n{\n"
	            "\treturn a.length == b.length && (a.length == 0 || memcmp(a.text, b.text, (size_t)a.length) == 0);\n}\n"},
	{"t_compare", "/* by bytes; < 0: a comes before b */\n"
	              "static inline int t_compare(tcc_string a, tcc_string b)\n{\n"
	              "\tint64_t n = a.length < b.length ? a.length : b.length;\n"
	              "\tint order = n ? memcmp(a.text, b.text, (size_t)n) : 0;\n"
	              "\treturn order ? order : (a.length > b.length) - (a.length < b.length);\n}\n"},
	{"t_find", "/* where x stands among n sorted keys; n: nowhere */\n"
	           "static inline int64_t t_find(tcc_string x, const tcc_string *key, int64_t n)\n{\n"
	           "\tint64_t from = 0, to = n;\n"
	           "\twhile (from < to) {\n"
	           "\t\tint64_t at = from + (to - from) / 2;\n"
	           "\t\tint order = t_compare(x, key[at]);\n"
	           "\t\tif (order == 0)\n\t\t\treturn at;\n"
	           "\t\tif (order < 0)\n\t\t\tto = at;\n\t\telse\n\t\t\tfrom = at + 1;\n\t}\n"
	           "\treturn n;\n}\n"},
	{NULL, NULL}};
