/* PNM (netpbm's ppm(5), pgm(5), pbm(5)): "P6 width height most", white space, and then the pixels; P1 to P3 as text. */
static inline int pnm_is(const struct picture *p)
{
	return p_byte(p, 0) == 'P' && p_byte(p, 1) >= '1' && p_byte(p, 1) <= '6';
}

static int pnm_space(int c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* The next number, behind space and comments; -1: there is none. */
static int64_t pnm_number(const struct picture *p, int64_t *at, int digits)
{
	int64_t v = 0, i = *at;
	int n = 0;
	while (i < p->n && (pnm_space(p->x[i]) || p->x[i] == '#'))
		if (p->x[i++] == '#')
			while (i < p->n && p->x[i] != '\n' && p->x[i] != '\r')
				i++;
	for (; i < p->n && p->x[i] >= '0' && p->x[i] <= '9' && n < digits; n++)
		v = v * 10 + p->x[i++] - '0';
	*at = i;
	return n && v <= INT32_MAX ? v : -1;
}

/* Height, width and largest sample; where the pixels begin. */
static int pnm_head(const struct picture *p, int64_t *size, int64_t *most, int64_t *at)
{
	int kind = p_byte(p, 1) - '0';
	*at = 2;
	size[1] = pnm_number(p, at, 10);
	size[0] = pnm_number(p, at, 10);
	*most = kind == 1 || kind == 4 ? 1 : pnm_number(p, at, 10);
	if (size[0] < 1 || size[1] < 1 || *most < 1 || *most > 65535 || !pnm_space(p_byte(p, *at)))
		return PICTURE_BAD;
	*at += 1;
	return 0;
}

static int pnm_size(const struct picture *p, int64_t *size)
{
	int64_t most, at;
	return pnm_head(p, size, &most, &at);
}

/* To 0..255, the nearest, half to even. */
static int pnm_scaled(int64_t v, int64_t most)
{
	int64_t twice = 2 * 255 * v, q = twice / (2 * most), rest = twice % (2 * most);
	return (int)(q + (rest > most || (rest == most && (q & 1))));
}

static int pnm_decode(struct picture *p)
{
	int64_t size[2], most, at, v;
	int bad = pnm_head(p, size, &most, &at), kind = p_byte(p, 1) - '0', wide = most > 255;
	int channels = kind == 3 || kind == 6 ? 3 : 1, bits = kind == 1 || kind == 4, rgb[3];
	int64_t line = kind < 4 ? 0 : bits ? (p->w + 7) / 8 : (int64_t)p->w * channels << wide;
	if (bad || (line && (p->n - at) / line < p->h))
		return PICTURE_BAD;
	for (int i = 0; i < p->h; i++)
		for (int k = 0; k < p->w; k++) {
			for (int c = 0; c < channels; c++) {
				int64_t to = at + i * line + ((int64_t)(k * channels + c) << wide);
				v = kind < 4 ? pnm_number(p, &at, bits ? 1 : 10)
				    : bits   ? p->x[at + i * line + k / 8] >> (7 - k % 8) & 1
				    : wide   ? p_big16(p, to)
				             : p->x[to];
				if (v < 0 || v > most)
					return PICTURE_BAD;
				rgb[c] = pnm_scaled(bits ? 1 - v : v, most);
			}
			p_put(p, i, k, rgb[0], rgb[channels / 2], rgb[channels - 1]);
		}
	return 0;
}
