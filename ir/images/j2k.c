/* JPEG 2000 (ITU T.800), its structures and heads: code streams alone or in a JP2 file, tiles, precincts and layers in any
 * order, both transforms. Not decoded: coding that is bypassed or ended pass by pass, regions of interest, packed headers,
 * changes of order, palettes. */
enum { J2K_PARTS = 4, J2K_LEVELS = 32, J2K_BANDS = 3 * J2K_LEVELS + 1, J2K_FLAGS = 6400 };

union j2k_value {
	int32_t i;
	float f;
};

/* How a colour is coded: COD or COC, QCD or QCC. */
struct j2k_style {
	int levels, block_w, block_h, flags, whole; /* exponents; whole: of the two transforms the one in integers */
	uint8_t precinct[J2K_LEVELS + 1];
	int kind, guard;
	uint8_t exponent[J2K_BANDS];
	uint16_t mantissa[J2K_BANDS];
};

/* Bytes of a block that stand together. */
struct j2k_chunk {
	int64_t at;
	int32_t bytes, next;
};

struct j2k_block {
	int32_t x, y, w, h; /* in the tile's memory */
	int32_t first, last;        /* chunks */
	uint8_t seen, length, planes; /* bits of a length; empty planes */
	int16_t passes;
};

/* B.10.2: what is known of a number. */
struct j2k_node {
	int32_t up;
	uint16_t low, value;
};

/* The blocks of one band in one precinct. */
struct j2k_group {
	int32_t block, across, down, included, empty; /* the first block; trees */
};

struct j2k_band {
	int64_t x0, y0, x1, y1;
	int64_t left, top; /* where it lies in the tile's memory */
	int planes;
	float step;
};

/* All bands of one size. */
struct j2k_level {
	int64_t x0, y0, x1, y1, across, down; /* precincts */
	int bands, w, h; /* exponents of the precincts */
	struct j2k_band band[3];
	struct j2k_group *group; /* by precinct, then band */
};

struct j2k_part {
	struct j2k_level level[J2K_LEVELS + 1];
	union j2k_value *x;
};

struct j2k {
	struct picture *p;
	int64_t begin, end; /* the code stream */
	int64_t x0, y0, x1, y1, tile_x, tile_y, tile_w, tile_h, across, down;
	int parts, bits[J2K_PARTS], is_signed[J2K_PARTS], sycc;
	struct j2k_style style[J2K_PARTS], main[J2K_PARTS];
	int order, layers, mixed, main_order, main_layers, main_mixed;
	/* a tile: */
	int tile, made;
	int64_t tx0, ty0, tx1, ty1, at, stop, next; /* the tile's part at hand, and where to look for the next one */
	struct j2k_part part[J2K_PARTS];
	struct j2k_chunk *chunk;
	int32_t chunks, chunk_room;
	struct j2k_block *block;
	struct j2k_node *node;
	int32_t blocks, nodes;
	int bit, last; /* of a packet's head: bits left in its last byte */
	/* a block: */
	uint8_t *bytes;
	int64_t byte, byte_end;
	uint32_t c, a;
	int ct;
	uint8_t state[19], mps[19];
	uint8_t flag[J2K_FLAGS];
};

static int64_t j2k_up(int64_t v, int bits) { return (v + ((int64_t)1 << bits) - 1) >> bits; }
static int64_t j2k_most(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t j2k_least(int64_t a, int64_t b) { return a < b ? a : b; }

static inline int j2k_is(const struct picture *p)
{
	return p_is(p, 0, "\0\0\0\x0cjP  ", 8) || p_is(p, 0, "\xff\x4f\xff\x51", 4);
}

/* ---- heads ---- */

/* Where the code stream is: the box jp2c; *colour: the number of the colour space. */
static int j2k_stream(const struct picture *p, int64_t *begin, int64_t *end, int *colour)
{
	int64_t at = 0;
	*begin = 0;
	*end = p->n;
	*colour = 0;
	if (p_byte(p, 0) == 0xff)
		return 1;
	for (int64_t size; at <= p->n - 8; at += size) {
		size = p_big32(p, at);
		int64_t head = 8;
		if (size == 1) {
			size = p_big32(p, at + 8) ? p->n : (int64_t)p_big32(p, at + 12);
			head = 16;
		}
		size = size && size <= p->n - at ? size : p->n - at;
		if (size < head)
			return 0;
		if (p_is(p, at + 4, "jp2c", 4)) {
			*begin = at + head;
			*end = at + size;
			return 1;
		}
		if (p_is(p, at + 4, "pclr", 4))
			return 0;
		if (p_is(p, at + 4, "colr", 4) && p_byte(p, at + 8) == 1 && !*colour)
			*colour = (int)(p_big32(p, at + 11) & 255);
		if (p_is(p, at + 4, "jp2h", 4))
			size = 8; /* its boxes stand inside */
	}
	return 0;
}

static int j2k_size(const struct picture *p, int64_t *size)
{
	int64_t at, end;
	int colour;
	if (!j2k_stream(p, &at, &end, &colour) || !p_is(p, at, "\xff\x4f\xff\x51", 4))
		return PICTURE_BAD;
	size[1] = (int64_t)p_big32(p, at + 8) - p_big32(p, at + 16);
	size[0] = (int64_t)p_big32(p, at + 12) - p_big32(p, at + 20);
	return size[0] > 0 && size[1] > 0 ? 0 : PICTURE_BAD;
}

/* A.5.1 */
static int j2k_head(struct j2k *j, int64_t at)
{
	const struct picture *p = j->p;
	j->x1 = p_big32(p, at + 4);
	j->y1 = p_big32(p, at + 8);
	j->x0 = p_big32(p, at + 12);
	j->y0 = p_big32(p, at + 16);
	j->tile_w = p_big32(p, at + 20);
	j->tile_h = p_big32(p, at + 24);
	j->tile_x = p_big32(p, at + 28);
	j->tile_y = p_big32(p, at + 32);
	j->parts = p_big16(p, at + 36);
	if (j->parts < 1 || j->parts > J2K_PARTS || !j->tile_w || !j->tile_h || j->tile_x > j->x0 || j->tile_y > j->y0 ||
	    j->tile_x + j->tile_w <= j->x0 || j->tile_y + j->tile_h <= j->y0 || j->x1 > INT32_MAX || j->y1 > INT32_MAX)
		return PICTURE_BAD;
	for (int c = 0; c < j->parts; c++) {
		j->bits[c] = (p_byte(p, at + 38 + 3 * c) & 127) + 1;
		j->is_signed[c] = p_byte(p, at + 38 + 3 * c) >> 7;
		if (j->bits[c] > 16 || p_byte(p, at + 39 + 3 * c) != 1 || p_byte(p, at + 40 + 3 * c) != 1)
			return PICTURE_BAD;
	}
	j->across = (j->x1 - j->tile_x + j->tile_w - 1) / j->tile_w;
	j->down = (j->y1 - j->tile_y + j->tile_h - 1) / j->tile_h;
	return j->across * j->down > 65535 ? PICTURE_BAD : 0;
}

/* A.6.1: what COD and COC share. */
static int j2k_read_style(const struct picture *p, struct j2k_style *s, int64_t at, int precincts)
{
	s->levels = p_byte(p, at);
	s->block_w = 2 + (p_byte(p, at + 1) & 15);
	s->block_h = 2 + (p_byte(p, at + 2) & 15);
	s->flags = p_byte(p, at + 3);
	s->whole = p_byte(p, at + 4) == 1;
	if (s->levels > J2K_LEVELS || s->block_w > 10 || s->block_h > 10 || s->block_w + s->block_h > 12 || s->flags & 5 ||
	    p_byte(p, at + 4) > 1)
		return PICTURE_BAD;
	for (int r = 0; r <= s->levels; r++) {
		s->precinct[r] = (uint8_t)(precincts ? p_byte(p, at + 5 + r) : 0xff);
		if (r && (s->precinct[r] % 16 == 0 || s->precinct[r] / 16 == 0))
			return PICTURE_BAD;
	}
	return 0;
}

/* A.6.4: what QCD and QCC share. */
static int j2k_read_steps(const struct picture *p, struct j2k_style *s, int64_t at, int64_t end)
{
	s->kind = p_byte(p, at) & 31;
	s->guard = p_byte(p, at) >> 5;
	if (s->kind > 2)
		return PICTURE_BAD;
	at++;
	for (int b = 0; b < J2K_BANDS; b++) {
		int v = s->kind ? p_big16(p, at) : p_byte(p, at) << 8;
		int less = s->kind == 1 && b ? (b - 1) / 3 : 0;
		if (at >= end)
			v = 0;
		s->exponent[b] = (uint8_t)(v >> 11 > less ? (v >> 11) - less : 0);
		s->mantissa[b] = (uint16_t)(v & 0x7ff);
		at += s->kind == 1 ? 0 : s->kind ? 2 : 1;
	}
	return 0;
}

/* A marker's segment in a head of the stream, or of a part of a tile. */
static int j2k_segment(struct j2k *j, int marker, int64_t at, int64_t end)
{
	const struct picture *p = j->p;
	int bad = 0, c = p_byte(p, at), coding = marker == 0x52 || marker == 0x53 || marker == 0x5c || marker == 0x5d;
	if (j->made && coding)
		return PICTURE_BAD;
	if (marker == 0x52) {
		j->order = p_byte(p, at + 1);
		j->layers = p_big16(p, at + 2);
		j->mixed = p_byte(p, at + 4);
		for (int i = 0; i < j->parts && !bad; i++)
			bad = j2k_read_style(p, &j->style[i], at + 5, c & 1);
		return bad || j->order > 4 || !j->layers || j->mixed > 1 ? PICTURE_BAD : 0;
	}
	if (marker == 0x53)
		return c < j->parts ? j2k_read_style(p, &j->style[c], at + 2, p_byte(p, at + 1) & 1) : PICTURE_BAD;
	if (marker == 0x5c)
		for (int i = 0; i < j->parts && !bad; i++)
			bad = j2k_read_steps(p, &j->style[i], at, end);
	if (marker == 0x5d)
		return c < j->parts ? j2k_read_steps(p, &j->style[c], at + 1, end) : PICTURE_BAD;
	return bad || marker == 0x5e || marker == 0x5f || marker == 0x60 || marker == 0x61 ? PICTURE_BAD : 0;
}

/* Segments up to the marker `stop`; *at: behind it. */
static int j2k_segments(struct j2k *j, int64_t *at, int64_t end, int stop)
{
	const struct picture *p = j->p;
	while (*at <= end - 2 && p_byte(p, *at) == 0xff) {
		int marker = p_byte(p, *at + 1);
		if (marker == stop) {
			*at += 2;
			return 0;
		}
		int64_t size = p_big16(p, *at + 2);
		if (size < 2 || size > end - *at - 2 || j2k_segment(j, marker, *at + 4, *at + 2 + size))
			return PICTURE_BAD;
		*at += 2 + size;
	}
	return PICTURE_BAD;
}

/* The next part of the tile: A.4.2; 0: none. */
static int j2k_next_part(struct j2k *j, int *bad)
{
	const struct picture *p = j->p;
	while (j->next <= j->end - 12 && p_is(p, j->next, "\xff\x90", 2)) {
		int64_t at = j->next, size = p_big32(p, at + 6);
		size = size ? size : j->end - at - (p_is(p, j->end - 2, "\xff\xd9", 2) ? 2 : 0);
		if (size < 14 || size > j->end - at) {
			*bad = PICTURE_BAD;
			return 0;
		}
		j->next = at + size;
		if (p_big16(p, at + 4) != j->tile)
			continue;
		at += 12;
		*bad = j2k_segments(j, &at, j->next, 0x93);
		j->at = at;
		j->stop = j->next;
		return !*bad;
	}
	return 0;
}
