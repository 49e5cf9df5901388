/* Canonical prefix codes whose bits come from the low end of bytes (RFC 1951, 3.2.2): shorter codes first, equally long ones in
 * the order of their symbols. */
enum { PREFIX_LONGEST = 15, PREFIX_FAST = 9 };

/* Bits of a stretch of the file, or of the IDAT chunks of a PNG from there on. Behind the end come zeros, which are noticed:
 * past counts them. */
struct bits {
	const struct picture *p;
	int64_t at, end;
	int chunks;
	uint64_t hold;
	int count, past;
};

static int bits_byte(struct bits *b)
{
	while (b->chunks && b->at == b->end && p_is(b->p, b->at + 8, "IDAT", 4)) {
		int64_t length = p_big32(b->p, b->at + 4);
		b->at += 12;
		b->end = length < b->p->n - b->at ? b->at + length : b->p->n;
	}
	if (b->at < b->end)
		return b->p->x[b->at++];
	b->past += 8;
	return 0;
}

static inline void bits_fill(struct bits *b)
{
	for (; b->count <= 56; b->count += 8)
		b->hold |= (uint64_t)bits_byte(b) << b->count;
}

static inline void bits_drop(struct bits *b, int n)
{
	b->hold >>= n;
	b->count -= n;
}

/* The next n bits, up to 32. */
static inline uint32_t bits_take(struct bits *b, int n)
{
	if (b->count < n)
		bits_fill(b);
	uint32_t v = (uint32_t)(b->hold & (((uint64_t)1 << n) - 1));
	bits_drop(b, n);
	return v;
}

static inline int bits_bad(const struct bits *b) { return b->count < b->past; }

struct prefix {
	uint16_t fast[1 << PREFIX_FAST]; /* by the next bits: 16 * symbol + length; 0: a longer code */
	uint16_t count[PREFIX_LONGEST + 1];
	int only; /* the one symbol of a code without bits, else -1 */
};

/* From the lengths of n codes; symbol[] gets those that have one, in order. Codes may be missing (RFC 1951, 3.2.7: one code of
 * distances), but no two can begin alike. */
static int prefix_make(struct prefix *t, uint16_t *symbol, const uint8_t *length, int n)
{
	int at[PREFIX_LONGEST + 2] = {0}, code[PREFIX_LONGEST + 2] = {0}, left = 1;
	memset(t, 0, sizeof *t);
	t->only = -1;
	for (int s = 0; s < n; s++)
		t->count[length[s]]++;
	t->count[0] = 0;
	for (int k = 1; k <= PREFIX_LONGEST; k++) {
		left = 2 * left - t->count[k];
		if (left < 0)
			return PICTURE_BAD;
		at[k + 1] = at[k] + t->count[k];
		code[k + 1] = (code[k] + t->count[k]) << 1;
	}
	for (int s = 0; s < n; s++) {
		int k = length[s], bits = 0;
		if (!k)
			continue;
		symbol[at[k]++] = (uint16_t)s;
		for (int i = 0, c = code[k]++; i < k; i++, c >>= 1)
			bits = bits << 1 | (c & 1);
		for (; k <= PREFIX_FAST && bits < 1 << PREFIX_FAST; bits += 1 << k)
			t->fast[bits] = (uint16_t)(s << 4 | k);
	}
	return 0;
}

/* The next symbol; -1: no code begins so. */
static inline int prefix_next(const struct prefix *t, const uint16_t *symbol, struct bits *b)
{
	int code = 0, first = 0, index = 0;
	if (t->only >= 0)
		return t->only;
	if (b->count < PREFIX_LONGEST)
		bits_fill(b);
	int quick = t->fast[b->hold & ((1 << PREFIX_FAST) - 1)];
	if (quick) {
		bits_drop(b, quick & 15);
		return quick >> 4;
	}
	for (int k = 1; k <= PREFIX_LONGEST; k++) {
		code |= (int)(b->hold >> (k - 1) & 1);
		if (code - first < t->count[k]) {
			bits_drop(b, k);
			return symbol[index + code - first];
		}
		index += t->count[k];
		first = (first + t->count[k]) << 1;
		code <<= 1;
	}
	return -1;
}
