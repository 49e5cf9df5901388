/* Inflate (RFC 1950, 1951): bytes as they are asked for, with the last 32 KiB in a ring. Check sums are not compared. */
enum { INFLATE_RING = 1 << 15 };

struct inflate {
	struct bits b;
	int mode, last, bad;   /* mode 0: before a block, 1: stored, 2: in codes */
	int64_t left;          /* of what is stored, or of a copy */
	int distance;          /* of a copy; 0: none */
	uint32_t at;           /* in the ring */
	int64_t made;          /* the fields above are all that has to be set before */
	struct prefix literal, far;
	uint16_t literals[288], fars[32];
	uint8_t ring[INFLATE_RING];
};

static void inflate_open(struct inflate *s, const struct picture *p, int64_t at, int64_t end, int chunks)
{
	memset(s, 0, offsetof(struct inflate, literal));
	s->b.p = p;
	s->b.at = at;
	s->b.end = end;
	s->b.chunks = chunks;
	uint32_t head = bits_take(&s->b, 16);
	s->bad = (head & 15) != 8 || (head >> 8 | (head & 255) << 8) % 31 || (head & 0x2000);
}

static int inflate_fixed(struct inflate *s)
{
	uint8_t length[288];
	for (int i = 0; i < 288; i++)
		length[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
	int bad = prefix_make(&s->literal, s->literals, length, 288);
	memset(length, 5, 30);
	return bad | prefix_make(&s->far, s->fars, length, 30);
}

/* Codes for the lengths of the codes, then these. */
static int inflate_codes(struct inflate *s)
{
	static const uint8_t order[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
	uint8_t length[320] = {0}, of[19] = {0};
	int literals = 257 + (int)bits_take(&s->b, 5), fars = 1 + (int)bits_take(&s->b, 5), n = 4 + (int)bits_take(&s->b, 4);
	for (int i = 0; i < n; i++)
		of[order[i]] = (uint8_t)bits_take(&s->b, 3);
	if (prefix_make(&s->literal, s->literals, of, 19))
		return PICTURE_BAD;
	for (int i = 0; i < literals + fars;) {
		int k = prefix_next(&s->literal, s->literals, &s->b), value = k < 16 ? k : 0, times = 1;
		if (k < 0 || (k == 16 && i == 0))
			return PICTURE_BAD;
		if (k == 16) {
			value = length[i - 1];
			times = 3 + (int)bits_take(&s->b, 2);
		} else if (k > 16) {
			times = k == 17 ? 3 + (int)bits_take(&s->b, 3) : 11 + (int)bits_take(&s->b, 7);
		}
		if (times > literals + fars - i)
			return PICTURE_BAD;
		while (times--)
			length[i++] = (uint8_t)value;
	}
	if (literals > 286)
		return PICTURE_BAD;
	return prefix_make(&s->literal, s->literals, length, literals) | prefix_make(&s->far, s->fars, length + literals, fars);
}

static int inflate_block(struct inflate *s)
{
	if (s->last)
		return PICTURE_BAD;
	s->last = (int)bits_take(&s->b, 1);
	int kind = (int)bits_take(&s->b, 2);
	s->mode = kind ? 2 : 1;
	if (kind)
		return kind == 1 ? inflate_fixed(s) : kind == 2 ? inflate_codes(s) : PICTURE_BAD;
	bits_drop(&s->b, s->b.count % 8);
	uint32_t length = bits_take(&s->b, 16), again = bits_take(&s->b, 16);
	s->left = length;
	return (length ^ again) == 0xffff ? 0 : PICTURE_BAD;
}

/* A literal (0..255), the end of the block (256), or the beginning of a copy (257); -1: neither. */
static int inflate_symbol(struct inflate *s)
{
	static const uint16_t base[29] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
	                                  31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
	static const uint8_t more[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
	int k = prefix_next(&s->literal, s->literals, &s->b);
	if (k <= 256)
		return k;
	if (k > 285)
		return -1;
	s->left = base[k - 257] + (int)bits_take(&s->b, more[k - 257]);
	int d = prefix_next(&s->far, s->fars, &s->b);
	if (d < 0 || d > 29)
		return -1;
	int bits = d < 2 ? 0 : d / 2 - 1;
	s->distance = 1 + (d < 2 ? d : (2 + (d & 1)) << bits) + (int)bits_take(&s->b, bits);
	return s->distance <= s->made ? 257 : -1;
}

/* One more byte; -1: none. */
static inline int inflate_byte(struct inflate *s)
{
	int c = 0;
	while (!s->left) {
		s->distance = 0;
		if (s->mode != 2) {
			s->bad |= inflate_block(s);
			if (s->bad)
				return -1;
			continue;
		}
		c = inflate_symbol(s);
		if (c < 0 || bits_bad(&s->b))
			return -1;
		s->mode = c == 256 ? 0 : 2;
		if (c < 256)
			break;
	}
	if (s->left) {
		s->left--;
		c = s->distance ? s->ring[(s->at - (uint32_t)s->distance) % INFLATE_RING] : (int)bits_take(&s->b, 8);
	}
	s->ring[s->at++ % INFLATE_RING] = (uint8_t)c;
	s->made++;
	return bits_bad(&s->b) ? -1 : c;
}

static int inflate_read(struct inflate *s, uint8_t *to, int64_t n)
{
	for (int64_t i = 0; i < n; i++) {
		int c = s->bad ? -1 : inflate_byte(s);
		if (c < 0)
			return s->bad = PICTURE_BAD;
		to[i] = (uint8_t)c;
	}
	return 0;
}
