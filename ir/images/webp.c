/* WebP (RFC 9649): the chunk with the picture, which is one frame of VP8 or VP8L. Transparency is left out. */
static inline int webp_is(const struct picture *p) { return p_is(p, 0, "RIFF", 4) && p_is(p, 8, "WEBP", 4); }

/* From where to where that chunk goes; *lossless: which of the two it is. 0: there is none. */
static int webp_chunk(const struct picture *p, int64_t *at, int64_t *end, int *lossless)
{
	for (*at = 12; *at <= p->n - 8; *at += 8 + ((int64_t)p_little32(p, *at + 4) + 1) / 2 * 2) {
		*end = *at + 8 + (int64_t)p_little32(p, *at + 4);
		*lossless = p_is(p, *at, "VP8L", 4);
		if (*lossless || p_is(p, *at, "VP8 ", 4)) {
			*at += 8;
			return *end <= p->n;
		}
	}
	return 0;
}

static int webp_size(const struct picture *p, int64_t *size)
{
	int64_t at, end;
	int lossless;
	if (!webp_chunk(p, &at, &end, &lossless))
		return PICTURE_BAD;
	return lossless ? vp8l_size(p, at, size) : vp8_size(p, at, size);
}

static int webp_decode(struct picture *p)
{
	int64_t at, end;
	int lossless;
	if (!webp_chunk(p, &at, &end, &lossless))
		return PICTURE_BAD;
	return lossless ? vp8l_decode(p, at, end) : vp8_decode(p, at, end);
}
