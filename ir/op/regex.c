/* regex.c -- from a tree to an NFA over bytes, and from sets of its nodes to a DFA. See regex.h.
 *
 * What an assertion says depends on the bytes before and behind it. A state of the DFA is therefore a set of nodes and the
 * kind of the byte before; nodes behind assertions are reached when the byte behind is known, just before it is taken. In the
 * end states and classes of bytes that nothing tells apart are one (Moore's method). */
#include <assert.h>
#include <string.h>
#include "ir/op/regex.h"

typedef enum NodeKind { N_BYTES, N_SPLIT, N_ASSERT, N_MATCH } NodeKind;

typedef struct Part {
	NodeKind kind;
	int next, other; /* other: N_SPLIT */
	uint8_t lo, hi;  /* N_BYTES */
	Assertion assertion;
} Part;

/* What stands at an edge: nothing, a newline, a letter of words, or something else. */
typedef enum Kind { K_NOTHING, K_NEWLINE, K_WORD, K_OTHER, KINDS } Kind;

typedef struct State {
	int *node, n; /* sorted */
	Kind before;
	uint32_t hash;
} State;

typedef struct Build {
	Arena *arena;
	Part *part;
	int nparts, cparts, steps;
	int64_t work; /* nodes looked at */
	bool asserts, large;
	State *state;
	int nstates, cstates;
	int *stack;
	uint8_t *reached; /* by node */
	Regex *r;
	int cnext;
} Build;

/* ---- the NFA, from its end to its beginning ---- */

static int part_add(Build *b, Part p)
{
	b->large |= b->nparts >= REGEX_NODES;
	if (b->large)
		return 0;
	GROW(b->arena, b->part, b->nparts, b->cparts);
	b->part[b->nparts] = p;
	return b->nparts++;
}

static int split(Build *b, int x, int y) { return part_add(b, (Part){.kind = N_SPLIT, .next = x, .other = y}); }

static int utf8(int32_t letter, uint8_t *byte)
{
	int n = letter < 0x80 ? 1 : letter < 0x800 ? 2 : letter < 0x10000 ? 3 : 4;

	for (int i = n - 1; i > 0; i--, letter >>= 6)
		byte[i] = (uint8_t)(0x80 | (letter & 0x3f));
	byte[0] = (uint8_t)(n == 1 ? letter : (0xf00 >> n & 0xff) | letter);
	return n;
}

/* Letters of one number of bytes, of which all but the first that differs run through all that they can be. */
static int bytes_part(Build *b, int32_t lo, int32_t hi, int next)
{
	uint8_t from[4], to[4];
	int n = utf8(lo, from);

	utf8(hi, to);
	for (int i = n - 1; i >= 0; i--)
		next = part_add(b, (Part){.kind = N_BYTES, .next = next, .lo = from[i], .hi = to[i]});
	return next;
}

/* Where the range has to be cut, so that each part is as bytes_part() wants it: the last letter of its first part. */
static int32_t first_end(int32_t lo, int32_t hi)
{
	static const int32_t last[] = {0x7f, 0x7ff, 0xd7ff, 0xdfff, 0xffff};

	for (int i = 0; i < 5; i++)
		if (lo <= last[i] && hi > last[i])
			hi = last[i];
	for (int i = 3; i > 0; i--) {
		int32_t mask = ((int32_t)1 << 6 * i) - 1;
		if (lo < 0x80 || (lo & ~mask) == (hi & ~mask))
			continue;
		if (lo & mask)
			hi = lo | mask;
		else if ((hi & mask) != mask)
			hi = (hi & ~mask) - 1;
	}
	return hi;
}

static bool is_surrogate(int32_t letter) { return letter >= 0xd800 && letter <= 0xdfff; }

static int set_part(Build *b, const Tree *t, int next)
{
	int any = -1;

	for (int i = 0; i < t->nranges; i++)
		for (int32_t lo = t->range[i].lo, end; lo <= t->range[i].hi && !b->large; lo = end + 1) {
			end = first_end(lo, t->range[i].hi);
			if (is_surrogate(lo))
				continue;
			int one = bytes_part(b, lo, end, next);
			any = any < 0 ? one : split(b, one, any);
		}
	return any >= 0 ? any : part_add(b, (Part){.kind = N_BYTES, .next = next, .lo = 1, .hi = 0}); /* no letter */
}

bool regex_asserts(const Tree *t)
{
	while (t->kind == T_CAT || t->kind == T_ALT) { /* they lean to the left */
		if (regex_asserts(t->b))
			return true;
		t = t->a;
	}
	return t->kind == T_ASSERT || (t->kind == T_REPEAT && regex_asserts(t->a));
}

static int tree_part(Build *b, const Tree *t, int next);

static int repeat_part(Build *b, const Tree *t, int next)
{
	int at = next;

	if (t->max < 0) {
		at = split(b, next, next);
		int body = tree_part(b, t->a, at);
		if (!b->large)
			b->part[at].next = body;
	}
	for (int i = t->min; i < t->max && !b->large; i++)
		at = split(b, tree_part(b, t->a, at), next);
	for (int i = 0; i < t->min && !b->large; i++)
		at = tree_part(b, t->a, at);
	return at;
}

static int alternatives_part(Build *b, const Tree *t, int next)
{
	int any = tree_part(b, t->b, next);

	for (t = t->a; t->kind == T_ALT && !b->large; t = t->a)
		any = split(b, tree_part(b, t->b, next), any);
	return split(b, tree_part(b, t, next), any);
}

/* The node at which what the tree matches begins, and after which `next` comes. */
static int tree_part(Build *b, const Tree *t, int next)
{
	for (; t->kind == T_CAT && !b->large; t = t->a) { /* sequences lean to the left, as alternatives do */
		b->large |= b->steps++ > 4 * REGEX_NODES;
		next = tree_part(b, t->b, next);
	}
	b->large |= b->steps++ > 4 * REGEX_NODES;
	if (b->large)
		return 0;
	switch (t->kind) {
	case T_SET: return set_part(b, t, next);
	case T_ALT: return alternatives_part(b, t, next);
	case T_REPEAT: return repeat_part(b, t, next);
	case T_ASSERT:
		b->asserts = true;
		return part_add(b, (Part){.kind = N_ASSERT, .next = next, .assertion = t->assertion});
	default: return next;
	}
}

/* ---- bytes that all nodes treat alike ---- */

static Kind kind_of(int byte)
{
	bool word = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || byte == '_';

	return byte == '\n' ? K_NEWLINE : word ? K_WORD : K_OTHER;
}

static void make_classes(Build *b)
{
	bool begins[257] = {true};

	for (int i = 0; i < b->nparts; i++)
		if (b->part[i].kind == N_BYTES)
			begins[b->part[i].lo] = begins[b->part[i].hi + 1] = true;
	for (int c = 1; c < 256 && b->asserts; c++)
		begins[c] |= kind_of(c) != kind_of(c - 1);
	b->r->classes = 1;
	for (int c = 0; c < 256; c++) {
		b->r->classes += begins[c];
		assert(b->r->classes <= 256 && "bytes that UTF-8 never has are told apart by ranges only");
		b->r->class_of[c] = (uint8_t)(b->r->classes - 1);
	}
}

/* ---- the DFA ---- */

static bool holds(Assertion a, Kind before, Kind behind)
{
	switch (a) {
	case TEXT_BEGINS: return before == K_NOTHING;
	case TEXT_ENDS: return behind == K_NOTHING;
	case LINE_BEGINS: return before == K_NOTHING || before == K_NEWLINE;
	case LINE_ENDS: return behind == K_NOTHING || behind == K_NEWLINE;
	case WORD_EDGE: return (before == K_WORD) != (behind == K_WORD);
	default: return (before == K_WORD) == (behind == K_WORD);
	}
}

/* Marks all that is reached from the state's nodes without taking a byte. */
static void reach(Build *b, const State *s, Kind behind)
{
	int n = 0;

	b->work += b->nparts + b->nstates;
	b->large |= b->work > REGEX_WORK;
	memset(b->reached, 0, (size_t)b->nparts);
	for (int i = 0; i < s->n; i++)
		b->stack[n++] = s->node[i];
	while (n) {
		int at = b->stack[--n];
		const Part *p = &b->part[at];
		if (b->reached[at])
			continue;
		b->reached[at] = 1;
		if (p->kind == N_SPLIT || (p->kind == N_ASSERT && holds(p->assertion, s->before, behind)))
			b->stack[n++] = p->next;
		if (p->kind == N_SPLIT)
			b->stack[n++] = p->other;
	}
}

/* The state of these nodes, made when it is new. */
static int state_of(Build *b, const uint8_t *in, Kind before)
{
	State s = {.before = b->asserts ? before : K_OTHER, .hash = 2166136261u};

	for (int i = 0; i < b->nparts; i++)
		if (in[i]) {
			b->stack[s.n++] = i;
			s.hash = (s.hash ^ (uint32_t)i) * 16777619u;
		}
	if (s.n == 0)
		return 0;
	for (int i = 1; i < b->nstates; i++)
		if (b->state[i].hash == s.hash && b->state[i].before == s.before && b->state[i].n == s.n &&
		    !memcmp(b->state[i].node, b->stack, (size_t)s.n * sizeof *b->stack))
			return i;
	b->large |= b->nstates >= REGEX_STATES;
	if (b->large)
		return 0;
	s.node = arena_copy(b->arena, b->stack, (size_t)s.n * sizeof *b->stack);
	GROW(b->arena, b->state, b->nstates, b->cstates);
	b->state[b->nstates] = s;
	return b->nstates++;
}

static int step(Build *b, int from, int byte, uint8_t *to)
{
	memset(to, 0, (size_t)b->nparts);
	reach(b, &b->state[from], kind_of(byte));
	for (int i = 0; i < b->nparts; i++)
		if (b->reached[i] && b->part[i].kind == N_BYTES && byte >= b->part[i].lo && byte <= b->part[i].hi)
			to[b->part[i].next] = 1;
	return state_of(b, to, kind_of(byte));
}

static bool matches(Build *b, int from, int match)
{
	reach(b, &b->state[from], K_NOTHING);
	return b->reached[match];
}

/* Row after row, while rows appear. */
static void make_states(Build *b, int start, int match)
{
	Regex *r = b->r;
	uint8_t *set = NEW_N(b->arena, uint8_t, b->nparts);

	b->state = NEW(b->arena, State); /* state 0 */
	b->nstates = b->cstates = 1;
	set[start] = 1;
	state_of(b, set, K_NOTHING);
	r->next = NEW_N(b->arena, uint16_t, REGEX_STATES * r->classes);
	for (int i = 1; i < b->nstates && !b->large; i++) {
		r->next[i * r->classes + REGEX_END] = matches(b, i, match);
		for (int c = 0; c < 256; c++)
			if (c == 0 || r->class_of[c] != r->class_of[c - 1])
				r->next[i * r->classes + r->class_of[c]] = (uint16_t)step(b, i, c, set);
	}
	r->states = b->nstates;
}

/* ---- fewer states and classes: those that nothing tells apart become one ---- */

static uint16_t *row_of(const Regex *r, int state) { return r->next + state * r->classes; }

static bool same_row(const Regex *r, const int *group, int a, int b)
{
	const uint16_t *x = row_of(r, a), *y = row_of(r, b);
	bool same = group[a] == group[b] && x[REGEX_END] == y[REGEX_END];

	for (int c = 1; c < r->classes && same; c++)
		same = group[x[c]] == group[y[c]];
	return same;
}

static uint32_t row_hash(const Regex *r, const int *group, int state)
{
	uint32_t h = (uint32_t)group[state] * 2 + row_of(r, state)[REGEX_END];

	for (int c = 1; c < r->classes; c++)
		h = (h ^ (uint32_t)group[row_of(r, state)[c]]) * 16777619u;
	return h;
}

/* States stay together where they were and where all bytes lead to groups that were; returns how many groups there are. The
 * first state of group k is first[k]; groups are numbered in the order of these. */
static int refine(Build *b, const int *group, int *to, int *first)
{
	const Regex *r = b->r;
	uint32_t *hash = NEW_N(b->arena, uint32_t, r->states);
	int n = 0;

	for (int i = 0; i < r->states; i++) {
		uint32_t h = row_hash(r, group, i);
		int k = 0;
		while (k < n && (hash[k] != h || !same_row(r, group, i, first[k])))
			k++;
		if (k == n) {
			hash[n] = h;
			first[n++] = i;
		}
		to[i] = k;
		b->work += r->classes + k;
	}
	return n;
}

/* Column c of every row becomes column `to`. */
static void move_class(Regex *r, int c, int to)
{
	for (int i = 0; i < 256; i++)
		if (r->class_of[i] == c)
			r->class_of[i] = (uint8_t)to;
	for (int i = 0; i < r->states; i++)
		row_of(r, i)[to] = row_of(r, i)[c];
}

static int equal_class(const Regex *r, int c, int n)
{
	for (int k = 1; k < n; k++) {
		int i = 0;
		while (i < r->states && row_of(r, i)[k] == row_of(r, i)[c])
			i++;
		if (i == r->states)
			return k;
	}
	return n;
}

static void merge_classes(Regex *r)
{
	int n = 1, classes = r->classes;

	for (int c = 1; c < classes; c++) {
		int to = equal_class(r, c, n);
		move_class(r, c, to);
		n += to == n;
	}
	for (int i = 0; i < r->states; i++)
		memmove(r->next + i * n, r->next + i * classes, (size_t)n * sizeof *r->next);
	r->classes = n;
}

/* State 0 stays where it is, and so does 1, where matching begins. Of an expression that matches nothing they would be one:
 * it stays as it is. */
static void merge_states(Build *b)
{
	Regex *r = b->r;
	int *group = NEW_N(b->arena, int, r->states), *to = NEW_N(b->arena, int, r->states), *first = NEW_N(b->arena, int, r->states);
	int n = 1, before = 0;

	while (n > before && b->work <= REGEX_WORK) {
		before = n;
		n = refine(b, group, to, first);
		memcpy(group, to, (size_t)r->states * sizeof *group);
	}
	if (n > before || group[1] != 1)
		return;
	for (int k = 0; k < n; k++) {
		const uint16_t *from = row_of(r, first[k]);
		for (int c = 0; c < r->classes; c++)
			row_of(r, k)[c] = c == REGEX_END ? from[c] : (uint16_t)group[from[c]];
	}
	r->states = n;
}

RegexFault regex_compile(Arena *a, Text pattern, Regex *r, const char **says)
{
	RegexFault fault;
	Tree *t = regex_parse(a, pattern, &fault, says);
	Build b = {.arena = a, .r = r};

	if (fault)
		return fault;
	int match = part_add(&b, (Part){.kind = N_MATCH}), start = tree_part(&b, t, match);
	if (!b.large) {
		make_classes(&b);
		b.stack = NEW_N(a, int, 3 * b.nparts + 1);
		b.reached = NEW_N(a, uint8_t, b.nparts);
		make_states(&b, start, match);
	}
	if (!b.large) {
		merge_states(&b);
		merge_classes(r);
	}
	*says = "its automaton is too large";
	return b.large ? REGEX_LARGE : REGEX_RIGHT;
}
