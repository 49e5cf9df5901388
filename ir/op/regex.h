/* regex.h -- regular expressions of RE2's syntax as tables of a deterministic automaton over bytes.
 *
 *     regex_parse    text -> a tree over letters                   (regex_parse.c)
 *     regex_compile  tree -> NFA over the bytes of UTF-8 -> DFA    (regex.c)
 *
 * A match takes one step a byte, whatever the expression:
 *     state = 1;  for each byte b: state = next[state][class_of[b]];  matches: next[state][REGEX_END]
 * State 0 is where nothing can match any more. What is no UTF-8 matches nothing. */
#ifndef TCC_IR_OP_REGEX_H
#define TCC_IR_OP_REGEX_H
#include "ir/tensor.h"

enum {
	REGEX_END = 0,       /* the class that stands for the end of the text */
	REGEX_STATES = 4096, /* at most */
	REGEX_NODES = 20000, /* of the NFA, at most */
	REGEX_WORK = 1 << 30, /* nodes looked at, at most */
	REGEX_SET = 20000,   /* ranges of one set, at most */
	REGEX_REPEATS = 1000,
	REGEX_DEPTH = 200,   /* of parentheses */
	LETTER_MAX = 0x10ffff
};

typedef struct Regex {
	int states, classes;
	uint8_t class_of[256];
	uint16_t *next; /* [states][classes] */
} Regex;

typedef enum RegexFault { REGEX_RIGHT, REGEX_WRONG, REGEX_UNSUPPORTED, REGEX_LARGE } RegexFault;

/* What is wrong with the pattern, and its words in *says. */
RegexFault regex_compile(Arena *a, Text pattern, Regex *r, const char **says);

/* ---- the tree ---- */

typedef enum TreeKind { T_EMPTY, T_SET, T_CAT, T_ALT, T_REPEAT, T_ASSERT } TreeKind;

typedef enum Assertion { TEXT_BEGINS, TEXT_ENDS, LINE_BEGINS, LINE_ENDS, WORD_EDGE, NO_WORD_EDGE } Assertion;

typedef struct Range {
	int32_t lo, hi;
} Range;

typedef struct Tree Tree;
struct Tree {
	TreeKind kind;
	Range *range; /* T_SET: letters, in any order; they may overlap */
	int nranges;
	Tree *a, *b;  /* T_CAT, T_ALT: both; T_REPEAT: a */
	int min, max; /* T_REPEAT; max -1: any number */
	Assertion assertion;
};

Tree *regex_parse(Arena *a, Text pattern, RegexFault *fault, const char **says);
bool regex_asserts(const Tree *t); /* what stands beside a match matters: ^, $, \b */
#endif
