/* findnumber.c -- tables with integers as keys, for operators that look numbers up; tcc.FindNumber.
 *
 *     FindNumber(x, keys, moves) = the slot of keys in which x lies; their number where x is none of them
 *
 * Keys that lie close together are positions in a table. Others are hashed without collisions: all of a bucket are moved
 * together to slots that are free, which is found out when the model is compiled, the largest buckets first:
 *
 *     h = x * factor;  bucket = h's highest bits;  slot = (the bits behind them) ^ moves[bucket]
 *
 * A slot without a key holds the number `absent`, which is no key, and whose own slot holds one. */
#include <stdlib.h>
#include "ir/op/strings.h"

enum { X, SLOTS, SHIFTS };

struct FindNumber { int64_t factor, absent; };

static void infer(Graph *g, Node *n)
{
	need_rank(g, n, SLOTS, 1, 1);
	need_rank(g, n, SHIFTS, 1, 1);
	set_out(g, n, 0, I64, &n->in[X]->shape);
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const int64_t *x = in_i64(e, in[X]), *key = in_i64(e, in[SLOTS]), count = in[SLOTS]->count;
	int64_t *y = out_i64(e, out[0]);

	for (int64_t i = 0; i < in[X]->count; i++) {
		y[i] = x[i] == ATTR_OF(n, FindNumber)->absent ? count : 0;
		while (y[i] < count && key[y[i]] != x[i])
			y[i]++;
	}
}

static int bits_of(int64_t size)
{
	int bits = 0;

	while (((int64_t)1 << bits) < size)
		bits++;
	return bits;
}

/* Bits of h from the one numbered `low` on, as an index below 2^bits. */
static Expr *some_bits(Lower *l, Expr *h, int low, int bits)
{
	Expr *mask = num(l, U64, (double)(((int64_t)1 << bits) - 1));
	Expr *i = cast(l, I64, alu2(l, BITAND, alu2(l, SHR, h, num(l, U64, low)), mask));

	i->lo = 0;
	i->hi = ((int64_t)1 << bits) - 1;
	return i;
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	int64_t count = n->in[SLOTS]->shape.dim[0].k;
	int bits = bits_of(count), high = bits_of(n->in[SHIFTS]->shape.dim[0].k);
	Expr *x = in(l, n, X, at), *h = alu2(l, MUL, cast(l, U64, x), num(l, U64, (double)ATTR_OF(n, FindNumber)->factor));
	Expr *bucket = some_bits(l, h, 64 - high, high);
	Expr *found = alu2(l, BITXOR, some_bits(l, h, 64 - high - bits, bits), cast(l, I64, in(l, n, SHIFTS, &bucket)));

	(void)slot;
	found->lo = 0;
	found->hi = count - 1;
	return choose(l, alu2(l, EQ, in(l, n, SLOTS, &found), x), found, num_i(l, count));
}

static const Attr attrs[] = {ATTR_INT(FindNumber, factor, 1), ATTR_INT(FindNumber, absent, 0), {0}};

const Op op_tcc_FindNumber = {
	.name = "FindNumber", .domain = "tcc", .min_in = 3, .max_in = 3, .min_out = 1, .max_out = 1, .flags = POINTWISE,
	.attrs = attrs, .attr_size = sizeof(struct FindNumber), .types = "i", .infer = infer, .eval = eval, .lower = lower,
};

/* ---- hashing ---- */

enum { TRIES = 64 }; /* factors, before there are more slots */

typedef struct Hash {
	int64_t factor, n, slots, buckets;
	const int64_t *key;   /* n, all different */
	int64_t *in, *move;   /* by slot: which key, -1: none; by bucket */
	int64_t *first, *next; /* the keys of a bucket, by bucket and by key; -1 ends */
} Hash;

static int64_t bucket_of(const Hash *h, int64_t x)
{
	int high = bits_of(h->buckets);

	return high ? (int64_t)((uint64_t)x * (uint64_t)h->factor >> (64 - high)) : 0;
}

static int64_t slot_of(const Hash *h, int64_t x)
{
	int low = 64 - bits_of(h->buckets) - bits_of(h->slots);

	return (int64_t)((uint64_t)x * (uint64_t)h->factor >> low & (uint64_t)(h->slots - 1)) ^ h->move[bucket_of(h, x)];
}

/* Takes the slots of all keys of a bucket, or none. */
static bool settle(Hash *h, int64_t bucket)
{
	int64_t k = h->first[bucket];

	for (; k >= 0 && h->in[slot_of(h, h->key[k])] < 0; k = h->next[k])
		h->in[slot_of(h, h->key[k])] = k;
	for (int64_t taken = h->first[bucket]; k >= 0 && taken != k; taken = h->next[taken])
		h->in[slot_of(h, h->key[taken])] = -1;
	return k < 0;
}

static int64_t fill_buckets(Hash *h)
{
	int64_t most = 0, *size = h->move;

	for (int64_t b = 0; b < h->buckets; b++) {
		h->first[b] = -1;
		size[b] = 0;
	}
	for (int64_t k = 0; k < h->n; k++) {
		int64_t b = bucket_of(h, h->key[k]);
		h->next[k] = h->first[b];
		h->first[b] = k;
		most = ++size[b] > most ? size[b] : most;
	}
	for (int64_t s = 0; s < h->slots; s++)
		h->in[s] = -1;
	return most;
}

/* True when every bucket found free slots. */
static bool place_keys(Hash *h, int64_t *size)
{
	int64_t most = fill_buckets(h);

	for (int64_t b = 0; b < h->buckets; b++) {
		size[b] = h->move[b];
		h->move[b] = 0;
	}
	for (; most > 0; most--)
		for (int64_t b = 0; b < h->buckets; b++) {
			if (size[b] != most)
				continue;
			while (!settle(h, b))
				if (++h->move[b] == h->slots)
					return false;
		}
	return true;
}

static Hash hash_of(Arena *a, const int64_t *key, int64_t n)
{
	Hash h = {.n = n, .key = key, .next = NEW_N(a, int64_t, n), .slots = (int64_t)1 << (bits_of(n) + 1)};
	uint64_t seed = 0x9e3779b97f4a7c15;

	for (;; h.slots *= 2) {
		h.buckets = h.slots / 4 + 1;
		h.buckets = (int64_t)1 << bits_of(h.buckets);
		h.in = NEW_N(a, int64_t, h.slots);
		h.move = NEW_N(a, int64_t, h.buckets);
		h.first = NEW_N(a, int64_t, h.buckets);
		int64_t *size = NEW_N(a, int64_t, h.buckets);
		for (int i = 0; i < TRIES; i++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			h.factor = (int64_t)(seed >> 11 | 1); /* a double holds it */
			if (place_keys(&h, size))
				return h;
		}
	}
}

static int64_t absent_of(const Hash *h)
{
	for (int64_t x = 0;; x++) {
		int64_t k = h->in[slot_of(h, x)];
		if (k >= 0 && h->key[k] != x)
			return x;
	}
}

/* ---- a table with keys ---- */

typedef struct Entry {
	int64_t key, at; /* at: in the list as given */
} Entry;

static int compare_entries(const void *a, const void *b)
{
	const Entry *x = a, *y = b;
	int order = (x->key > y->key) - (x->key < y->key);

	return order ? order : (x->at > y->at) - (x->at < y->at);
}

/* The keys in order, each once. */
static int64_t sorted_entries(Graph *g, const Tensor *keys, Entry **list)
{
	Entry *e = *list = NEW_N(&g->ctx->scratch, Entry, keys->count);
	int64_t n = 0;

	for (int64_t i = 0; i < keys->count; i++)
		e[i] = (Entry){load_i64(keys->dtype, keys->data, i), i};
	qsort(e, (size_t)keys->count, sizeof *e, compare_entries);
	for (int64_t i = 0; i < keys->count; i++)
		if (n == 0 || e[n - 1].key != e[i].key)
			e[n++] = e[i];
	return n;
}

static Tensor *table_of(Graph *g, int64_t room, const Tensor *values, const Tensor *other)
{
	Tensor *t = tensor_new(&g->ctx->perm, values->dtype, 1, &room);

	for (int64_t i = 0; i < room; i++)
		move_element(t, i, other, 0);
	return t;
}

/* The first and the last place of the table are for what is below and above all keys. */
static Value *by_position(Graph *g, const Node *like, Value *x, const Entry *e, int64_t n, const Tensor *values, const Tensor *other)
{
	int64_t low = e[0].key - 1, high = e[n - 1].key + 1;
	Tensor *table = table_of(g, high - low + 1, values, other);

	for (int64_t i = 0; i < n; i++)
		move_element(table, e[i].key - low, values, e[i].at);
	x = put(g, like, "Max", x, value_const(g, NULL, tensor_i64(&g->ctx->perm, 1, &low, true)), END_IN);
	x = put(g, like, "Min", x, value_const(g, NULL, tensor_i64(&g->ctx->perm, 1, &high, true)), END_IN);
	x = put(g, like, "Sub", x, value_const(g, NULL, tensor_i64(&g->ctx->perm, 1, &low, true)), END_IN);
	return put(g, like, "Gather", value_const(g, NULL, table), x, END_IN);
}

static Value *by_hash(Graph *g, const Node *like, Value *x, const Entry *e, int64_t n, const Tensor *values, const Tensor *other)
{
	int64_t *key = NEW_N(&g->ctx->scratch, int64_t, n);
	for (int64_t i = 0; i < n; i++)
		key[i] = e[i].key;
	Hash h = hash_of(&g->ctx->scratch, key, n);
	struct FindNumber attr = {h.factor, absent_of(&h)};
	Tensor *keys = tensor_new(&g->ctx->perm, I64, 1, &h.slots), *table = table_of(g, h.slots + 1, values, other);
	Tensor *moves = tensor_new(&g->ctx->perm, I32, 1, &h.buckets);

	for (int64_t s = 0; s < h.slots; s++) {
		store_i64(I64, keys->data, s, h.in[s] < 0 ? attr.absent : key[h.in[s]]);
		if (h.in[s] >= 0)
			move_element(table, s, values, e[h.in[s]].at);
	}
	for (int64_t b = 0; b < h.buckets; b++)
		store_i64(I32, moves->data, b, h.move[b]);
	Value *at = put_attr(g, like, "tcc.FindNumber", &attr, x, value_const(g, NULL, keys), value_const(g, NULL, moves), END_IN);
	return put(g, like, "Gather", value_const(g, NULL, table), at, END_IN);
}

Value *value_of_number(Graph *g, const Node *like, Value *x, const Tensor *keys, const Tensor *values, const Tensor *other)
{
	enum { SPARSE = 8, SMALL = 256 }; /* places a key, and of a table that is small in any case */
	Entry *e;
	int64_t n = sorted_entries(g, keys, &e);
	uint64_t span = (uint64_t)e[n - 1].key - (uint64_t)e[0].key;

	x = cast_value(g, like, x, I64);
	if (e[0].key > INT64_MIN && e[n - 1].key < INT64_MAX && (span < SMALL || span / SPARSE < (uint64_t)n))
		return by_position(g, like, x, e, n, values, other);
	return by_hash(g, like, x, e, n, values, other);
}
