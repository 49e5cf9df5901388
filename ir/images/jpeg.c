/* JPEG (ITU T.81): sequential and progressive, of 8 bits, in Huffman codes. All coefficients are kept until the last scan; the
 * inverse transform (in integers, after Loeffler, Ligtenberg and Moschytz), the triangle filter between the samples of halved
 * colours and the constants of JFIF's colours are those of libjpeg's default, so that the bits are its bits. */
struct jpeg_code {
	uint16_t fast[512]; /* by the next 9 bits: 256 * length + symbol; 0: a longer code */
	int32_t first[18];  /* of each length: the code behind its last, moved to 16 bits */
	int32_t start[17];  /* and what to add to a code for its place among the symbols */
	uint8_t symbol[256];
	int there;
};

/* One of the colours. */
struct jpeg_part {
	int id, h, v, table, dc, ac; /* sampling factors, tables */
	int w, rows;                 /* samples that count */
	int across, down;            /* blocks that there is room for */
	int guess;                   /* DC of the block before */
	int16_t *block;              /* 64 coefficients; in the end 64 bytes of samples lie in their place */
};

struct jpeg {
	const struct picture *p;
	struct jpeg_part part[4], *scan[4];
	int parts, scans, h, v, across, down; /* largest factors; MCUs */
	int progressive, interval, jfif, adobe;
	int64_t at;
	uint64_t hold;
	int count, past, run;
	int from, to, high, low; /* of the scan: coefficients, bits */
	uint16_t quantum[4][64];
	struct jpeg_code code[8]; /* DC, then AC */
};

static const uint8_t jpeg_order[64] = {0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
                                       41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
                                       30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

static inline int jpeg_is(const struct picture *p) { return p_is(p, 0, "\xff\xd8\xff", 3); }

/* ---- bits ---- */

static void jpeg_fill(struct jpeg *j)
{
	for (; j->count <= 48; j->count += 8) {
		int c = p_byte(j->p, j->at);
		if (j->at >= j->p->n || (c == 0xff && p_byte(j->p, j->at + 1))) {
			j->past += 8;
			c = 0;
		} else {
			j->at += c == 0xff ? 2 : 1;
		}
		j->hold |= (uint64_t)c << (56 - j->count);
	}
}

static int jpeg_bits(struct jpeg *j, int n)
{
	if (n == 0)
		return 0;
	if (j->count < n)
		jpeg_fill(j);
	int v = (int)(j->hold >> (64 - n));
	j->hold <<= n;
	j->count -= n;
	return v;
}

/* A number of n bits, whose first one says that it is positive. */
static int jpeg_number(struct jpeg *j, int n)
{
	int v = jpeg_bits(j, n);
	return n && v < 1 << (n - 1) ? v - (1 << n) + 1 : v;
}

static int jpeg_symbol(struct jpeg *j, const struct jpeg_code *t)
{
	if (j->count < 16)
		jpeg_fill(j);
	int quick = t->fast[j->hold >> 55], length = quick >> 8, next = (int)(j->hold >> 48);
	for (length = quick ? length : 10; !quick && length <= 16 && next >= t->first[length]; length++)
		continue;
	if (length > 16)
		return -1;
	int at = (next >> (16 - length)) + t->start[length];
	j->hold <<= length;
	j->count -= length;
	return quick ? quick & 255 : t->symbol[at & 255];
}

/* ---- tables ---- */

static int jpeg_make_code(struct jpeg_code *t, const struct picture *p, int64_t at, int64_t end)
{
	int code = 0, n = 0, sum = 0;
	for (int k = 1; k <= 16; k++)
		sum += p_byte(p, at + k - 1);
	if (sum > 256 || at + 16 + sum > end)
		return -1;
	memset(t, 0, sizeof *t);
	t->there = 1;
	for (int k = 1; k <= 16; k++, code <<= 1) {
		t->start[k] = n - code;
		for (int i = p_byte(p, at + k - 1); i > 0; i--, code++, n++) {
			t->symbol[n] = (uint8_t)p_byte(p, at + 16 + n);
			for (int f = 0; k <= 9 && code < 1 << k && f < 1 << (9 - k); f++)
				t->fast[(code << (9 - k)) + f] = (uint16_t)(k << 8 | t->symbol[n]);
		}
		if (code > 1 << k)
			return -1;
		t->first[k] = code << (16 - k);
	}
	return 16 + sum;
}

static int jpeg_codes(struct jpeg *j, int64_t at, int64_t end)
{
	while (at < end) {
		int kind = p_byte(j->p, at), n;
		if (kind >> 4 > 1 || (kind & 15) > 3)
			return PICTURE_BAD;
		n = jpeg_make_code(&j->code[4 * (kind >> 4) + (kind & 15)], j->p, at + 1, end);
		if (n < 0)
			return PICTURE_BAD;
		at += 1 + n;
	}
	return 0;
}

static int jpeg_quanta(struct jpeg *j, int64_t at, int64_t end)
{
	while (at < end) {
		int kind = p_byte(j->p, at++), wide = kind >> 4;
		if (wide > 1 || (kind & 15) > 3 || end - at < 64 << wide)
			return PICTURE_BAD;
		for (int i = 0; i < 64; i++, at += 1 + wide)
			j->quantum[kind & 15][jpeg_order[i]] = (uint16_t)(wide ? p_big16(j->p, at) : p_byte(j->p, at));
	}
	return 0;
}

/* ---- the frame ---- */

/* The next marker at or behind *at, with *at behind it; 0: none. */
static int jpeg_marker(const struct picture *p, int64_t *at)
{
	while (*at < p->n - 1 && (p->x[*at] != 0xff || p->x[*at + 1] == 0 || p->x[*at + 1] == 0xff))
		++*at;
	*at += 2;
	return *at <= p->n ? p->x[*at - 1] : 0;
}

static inline int jpeg_starts_frame(int m) { return m >= 0xc0 && m <= 0xcf && m != 0xc4 && m != 0xc8 && m != 0xcc; }

static int jpeg_size(const struct picture *p, int64_t *size)
{
	int64_t at = 2;
	int m;
	while ((m = jpeg_marker(p, &at)) != 0 && !jpeg_starts_frame(m) && m != 0xda)
		at += m == 0xd8 || (m >= 0xd0 && m <= 0xd7) ? 0 : p_big16(p, at);
	size[0] = p_big16(p, at + 3);
	size[1] = p_big16(p, at + 5);
	return jpeg_starts_frame(m) && m <= 0xc2 && p_byte(p, at + 2) == 8 && size[0] && size[1] ? 0 : PICTURE_BAD;
}

static int jpeg_make_part(struct jpeg *j, struct jpeg_part *c, struct picture *room)
{
	if (c->h < 1 || c->v < 1 || j->h % c->h || j->v % c->v || c->table > 3)
		return PICTURE_BAD;
	c->w = (j->p->w * c->h + j->h - 1) / j->h;
	c->rows = (j->p->h * c->v + j->v - 1) / j->v;
	c->across = j->across * c->h;
	c->down = j->down * c->v;
	c->block = (int16_t *)p_room(room, (int64_t)c->across * c->down * 128);
	return c->block ? 0 : PICTURE_LARGE;
}

static int jpeg_frame(struct jpeg *j, int64_t at, int64_t end, struct picture *room)
{
	const struct picture *p = j->p;
	int bad = 0;
	j->parts = p_byte(p, at + 5);
	if (p_byte(p, at) != 8 || (j->parts != 1 && j->parts != 3 && j->parts != 4) || at + 6 + 3 * j->parts > end ||
	    p_big16(p, at + 1) != p->h || p_big16(p, at + 3) != p->w)
		return PICTURE_BAD;
	for (int i = 0; i < j->parts; i++) {
		struct jpeg_part *c = &j->part[i];
		int64_t from = at + 6 + 3 * i;
		c->id = p_byte(p, from);
		c->h = p_byte(p, from + 1) >> 4;
		c->v = p_byte(p, from + 1) & 15;
		c->table = p_byte(p, from + 2);
		if (c->h > 4 || c->v > 4)
			return PICTURE_BAD;
		j->h = c->h > j->h ? c->h : j->h;
		j->v = c->v > j->v ? c->v : j->v;
	}
	if (!j->h || !j->v)
		return PICTURE_BAD;
	j->across = (p->w + 8 * j->h - 1) / (8 * j->h);
	j->down = (p->h + 8 * j->v - 1) / (8 * j->v);
	for (int i = 0; i < j->parts && !bad; i++)
		bad = jpeg_make_part(j, &j->part[i], room);
	return bad;
}

/* ---- blocks ---- */

static int jpeg_block_whole(struct jpeg *j, struct jpeg_part *c, int16_t *b)
{
	int s = jpeg_symbol(j, &j->code[c->dc]);
	if (s < 0 || s > 15)
		return PICTURE_BAD;
	c->guess = (int16_t)(c->guess + jpeg_number(j, s));
	b[0] = (int16_t)c->guess;
	for (int k = 1; k < 64; k++) {
		s = jpeg_symbol(j, &j->code[4 + c->ac]);
		if (s < 0)
			return PICTURE_BAD;
		if (s == 0)
			break;
		k += s >> 4;
		if (s & 15 && k < 64)
			b[jpeg_order[k]] = (int16_t)jpeg_number(j, s & 15);
	}
	return 0;
}

static int jpeg_block_dc(struct jpeg *j, struct jpeg_part *c, int16_t *b)
{
	if (j->high) {
		b[0] = (int16_t)(b[0] | jpeg_bits(j, 1) << j->low);
		return 0;
	}
	int s = jpeg_symbol(j, &j->code[c->dc]);
	if (s < 0 || s > 15)
		return PICTURE_BAD;
	c->guess = (int16_t)(c->guess + jpeg_number(j, s));
	b[0] = (int16_t)(c->guess * (1 << j->low));
	return 0;
}

/* The first bits of coefficients from..to. */
static int jpeg_block_ac(struct jpeg *j, struct jpeg_part *c, int16_t *b)
{
	for (int k = j->from; k <= j->to && !j->run; k++) {
		int s = jpeg_symbol(j, &j->code[4 + c->ac]), zeros = s >> 4;
		if (s < 0)
			return PICTURE_BAD;
		if (!(s & 15) && zeros < 15) {
			j->run = (1 << zeros) + jpeg_bits(j, zeros);
			break;
		}
		k += zeros;
		if (s & 15 && k <= j->to)
			b[jpeg_order[k]] = (int16_t)(jpeg_number(j, s & 15) * (1 << j->low));
	}
	j->run -= j->run > 0;
	return 0;
}

/* One more bit of those that are not zero, up to behind so many zeros; returns where the next zero is. */
static int jpeg_correct(struct jpeg *j, int16_t *b, int k, int zeros)
{
	for (; k <= j->to; k++) {
		int16_t *x = &b[jpeg_order[k]];
		if (*x)
			*x = (int16_t)(*x + (jpeg_bits(j, 1) ? (*x > 0 ? 1 : -1) * (1 << j->low) : 0));
		else if (zeros-- == 0)
			break;
	}
	return k;
}

static int jpeg_block_again(struct jpeg *j, struct jpeg_part *c, int16_t *b)
{
	int k = j->from;
	for (; k <= j->to && !j->run; k++) {
		int s = jpeg_symbol(j, &j->code[4 + c->ac]), zeros = s >> 4, v = 0;
		if (s < 0 || (s & 15) > 1)
			return PICTURE_BAD;
		if (s & 15)
			v = (jpeg_bits(j, 1) ? 1 : -1) * (1 << j->low);
		else if (zeros < 15)
			j->run = (1 << zeros) + jpeg_bits(j, zeros);
		if (j->run)
			break;
		k = jpeg_correct(j, b, k, zeros);
		if (v && k <= j->to)
			b[jpeg_order[k]] = (int16_t)v;
	}
	if (j->run) {
		jpeg_correct(j, b, k, 64);
		j->run--;
	}
	return 0;
}

static int jpeg_block(struct jpeg *j, struct jpeg_part *c, int row, int column)
{
	int16_t *b = c->block + ((int64_t)row * c->across + column) * 64;
	int bad = !j->progressive   ? jpeg_block_whole(j, c, b)
	          : j->from == 0    ? jpeg_block_dc(j, c, b)
	          : j->high == 0    ? jpeg_block_ac(j, c, b)
	                            : jpeg_block_again(j, c, b);
	return bad || j->count < j->past ? PICTURE_BAD : 0;
}

/* ---- scans ---- */

static void jpeg_restart(struct jpeg *j)
{
	j->hold = 0;
	j->count = j->past = j->run = 0;
	for (int i = 0; i < j->parts; i++)
		j->part[i].guess = 0;
}

/* Blocks of all parts in turn; a part alone has none of those that fill up the last MCUs. */
static int jpeg_unit(struct jpeg *j, int row, int column)
{
	int bad = 0;
	if (j->scans == 1)
		return jpeg_block(j, j->scan[0], row, column);
	for (int i = 0; i < j->scans; i++)
		for (int v = 0; v < j->scan[i]->v; v++)
			for (int h = 0; h < j->scan[i]->h && !bad; h++)
				bad = jpeg_block(j, j->scan[i], row * j->scan[i]->v + v, column * j->scan[i]->h + h);
	return bad;
}

static int jpeg_units(struct jpeg *j)
{
	int across = j->scans > 1 ? j->across : (j->scan[0]->w + 7) / 8;
	int down = j->scans > 1 ? j->down : (j->scan[0]->rows + 7) / 8;
	int64_t left = j->interval;
	jpeg_restart(j);
	for (int i = 0; i < down; i++)
		for (int k = 0; k < across; k++) {
			if (j->interval && left-- == 0) {
				int m = jpeg_marker(j->p, &j->at);
				if (m < 0xd0 || m > 0xd7)
					return PICTURE_BAD;
				left = j->interval - 1;
				jpeg_restart(j);
			}
			if (jpeg_unit(j, i, k))
				return PICTURE_BAD;
		}
	return 0;
}

static int jpeg_has_codes(const struct jpeg *j, const struct jpeg_part *c)
{
	int dc = j->code[c->dc].there || (j->progressive && (j->from || j->high));
	int ac = j->code[4 + c->ac].there || (j->progressive && !j->from);
	return dc && ac;
}

static int jpeg_scan(struct jpeg *j, int64_t at, int64_t end)
{
	const struct picture *p = j->p;
	j->scans = p_byte(p, at);
	if (j->scans < 1 || j->scans > j->parts || at + 4 + 2 * j->scans > end)
		return PICTURE_BAD;
	j->from = p_byte(p, at + 1 + 2 * j->scans);
	j->to = p_byte(p, at + 2 + 2 * j->scans);
	j->high = p_byte(p, at + 3 + 2 * j->scans) >> 4;
	j->low = p_byte(p, at + 3 + 2 * j->scans) & 15;
	if (j->progressive && (j->from > j->to || j->to > 63 || j->low > 13 || (!j->from && j->to) || (j->from && j->scans > 1)))
		return PICTURE_BAD;
	for (int i = 0; i < j->scans; i++) {
		struct jpeg_part *c = NULL;
		for (int k = 0; k < j->parts; k++)
			if (j->part[k].id == p_byte(p, at + 1 + 2 * i))
				c = &j->part[k];
		if (!c || p_byte(p, at + 2 + 2 * i) >> 4 > 3 || (p_byte(p, at + 2 + 2 * i) & 15) > 3)
			return PICTURE_BAD;
		c->dc = p_byte(p, at + 2 + 2 * i) >> 4;
		c->ac = p_byte(p, at + 2 + 2 * i) & 15;
		j->scan[i] = c;
		if (!jpeg_has_codes(j, c))
			return PICTURE_BAD;
	}
	j->at = end;
	return jpeg_units(j);
}

/* All segments up to the end of the image, or of the file where all of a scan was there. */
static int jpeg_segments(struct jpeg *j, struct picture *room)
{
	const struct picture *p = j->p;
	int m, bad = 0, scans = 0;
	j->at = 2;
	while (!bad && (m = jpeg_marker(p, &j->at)) != 0 && m != 0xd9) {
		if (m == 0xd8 || m == 1 || (m >= 0xd0 && m <= 0xd7))
			continue;
		int64_t at = j->at + 2, end = j->at + p_big16(p, j->at);
		if (end > p->n || end < at)
			return PICTURE_BAD;
		j->at = end;
		if (jpeg_starts_frame(m)) {
			j->progressive = m == 0xc2;
			bad = j->parts || m > 0xc2 ? PICTURE_BAD : jpeg_frame(j, at, end, room);
		} else if (m == 0xc4) {
			bad = jpeg_codes(j, at, end);
		} else if (m == 0xdb) {
			bad = jpeg_quanta(j, at, end);
		} else if (m == 0xdd) {
			j->interval = p_big16(p, at);
		} else if (m == 0xda) {
			bad = j->parts ? jpeg_scan(j, at, end) : PICTURE_BAD;
			scans++;
		} else if (m == 0xe0 && p_is(p, at, "JFIF", 5)) {
			j->jfif = 1;
		} else if (m == 0xee && p_is(p, at, "Adobe", 5)) {
			j->adobe = 1 + p_byte(p, at + 11);
		}
	}
	return bad ? bad : scans ? 0 : PICTURE_BAD;
}

/* ---- samples ---- */

/* Eight numbers, step apart, become eight: the sums of LLM's method, rounded off by so many bits. */
static void jpeg_turn(int64_t *x, int step, int bits)
{
	int64_t half = (int64_t)1 << (bits - 1);
	int64_t z = (x[2 * step] + x[6 * step]) * 4433, even[4], odd[4];
	int64_t low = (x[0] + x[4 * step]) * 8192, high = (x[0] - x[4 * step]) * 8192;
	int64_t c = z - x[6 * step] * 15137, d = z + x[2 * step] * 6270;
	int64_t x1 = x[step], x3 = x[3 * step], x5 = x[5 * step], x7 = x[7 * step];
	int64_t sum = (x7 + x3 + x5 + x1) * 9633, a73 = sum - (x7 + x3) * 16069, a51 = sum - (x5 + x1) * 3196;
	int64_t a71 = -(x7 + x1) * 7373, a53 = -(x5 + x3) * 20995;
	even[0] = low + d;
	even[1] = high + c;
	even[2] = high - c;
	even[3] = low - d;
	odd[3] = x7 * 2446 + a71 + a73;
	odd[2] = x5 * 16819 + a53 + a51;
	odd[1] = x3 * 25172 + a53 + a73;
	odd[0] = x1 * 12299 + a71 + a51;
	for (int k = 0; k < 4; k++) {
		x[k * step] = (even[k] + odd[k] + half) >> bits;
		x[(7 - k) * step] = (even[k] - odd[k] + half) >> bits;
	}
}

static void jpeg_samples(const struct jpeg *j, const struct jpeg_part *c)
{
	const uint16_t *quantum = j->quantum[c->table];
	for (int64_t i = 0; i < (int64_t)c->across * c->down; i++) {
		int64_t x[64];
		uint8_t *to = (uint8_t *)(c->block + 64 * i);
		for (int k = 0; k < 64; k++)
			x[k] = c->block[64 * i + k] * quantum[k];
		for (int k = 0; k < 8; k++)
			jpeg_turn(x + k, 8, 11);
		for (int k = 0; k < 8; k++)
			jpeg_turn(x + 8 * k, 1, 18);
		for (int k = 0; k < 64; k++)
			to[k] = (uint8_t)(x[k] < -128 ? 0 : x[k] > 127 ? 255 : x[k] + 128);
	}
}

static inline int jpeg_sample(const struct jpeg_part *c, int i, int k)
{
	i = i < 0 ? 0 : i >= c->rows ? c->rows - 1 : i;
	k = k < 0 ? 0 : k >= c->w ? c->w - 1 : k;
	return ((const uint8_t *)(c->block + ((int64_t)(i >> 3) * c->across + (k >> 3)) * 64))[(i & 7) * 8 + (k & 7)];
}

/* Three quarters of the nearer sample and one of the farther, along columns, rows or both; else the sample itself. */
static int jpeg_between(const struct jpeg *j, const struct jpeg_part *c, int i, int k)
{
	int down = j->v / c->v, across = j->h / c->h, y = i / down, x = k / across;
	int far = i & 1 ? y + 1 : y - 1, side = k & 1 ? x + 1 : x - 1;
	if (across == 2 && down == 1 && c->w > 2)
		return (3 * jpeg_sample(c, y, x) + jpeg_sample(c, y, side) + 1 + (k & 1)) >> 2;
	if (across == 1 && down == 2)
		return (3 * jpeg_sample(c, y, x) + jpeg_sample(c, far, x) + 1 + (i & 1)) >> 2;
	if (across == 2 && down == 2 && c->w > 2)
		return (3 * (3 * jpeg_sample(c, y, x) + jpeg_sample(c, far, x)) + 3 * jpeg_sample(c, y, side) +
		        jpeg_sample(c, far, side) + 8 - (k & 1)) >> 4;
	return jpeg_sample(c, y, x);
}

/* ---- colours ---- */

/* Whether the first three parts are Y, Cb and Cr. */
static int jpeg_turned(const struct jpeg *j)
{
	if (j->parts == 4)
		return j->adobe == 3;
	if (j->parts == 1 || j->jfif || j->adobe)
		return j->parts == 3 && (j->jfif || j->adobe != 1);
	return !(j->part[0].id == 'R' && j->part[1].id == 'G' && j->part[2].id == 'B');
}

/* What is left of white under inks; Adobe's files have 255 less the ink. */
static void jpeg_inks(const struct jpeg *j, int *v, int turned)
{
	for (int c = 0; c < 3; c++)
		v[c] = (turned != 0) != (j->adobe != 0) ? 255 - v[c] : v[c];
	int light = j->adobe ? v[3] : 255 - v[3];
	for (int c = 0; c < 3; c++) {
		int t = v[c] * light + 128;
		v[c] = p_clip(light - (((t >> 8) + t) >> 8));
	}
}

static int jpeg_decode(struct picture *p)
{
	struct jpeg *j = (struct jpeg *)p_room(p, sizeof *j);
	if (!j)
		return PICTURE_LARGE;
	j->p = p;
	int bad = jpeg_segments(j, p), turned = jpeg_turned(j), v[4];
	if (bad)
		return bad;
	for (int c = 0; c < j->parts; c++)
		jpeg_samples(j, &j->part[c]);
	for (int i = 0; i < p->h; i++)
		for (int k = 0; k < p->w; k++) {
			for (int c = 0; c < j->parts; c++)
				v[c] = jpeg_between(j, &j->part[c], i, k);
			if (turned)
				p_colours(v);
			if (j->parts == 4)
				jpeg_inks(j, v, turned);
			p_put(p, i, k, v[0], v[j->parts == 1 ? 0 : 1], v[j->parts == 1 ? 0 : 2]);
		}
	return 0;
}
