/* Any image, by what its first bytes are. */
static int image_file_size(const struct picture *p, int64_t *size)
{
	size[0] = size[1] = 0;
	if (pnm_is(p))
		return pnm_size(p, size);
	if (bmp_is(p))
		return bmp_size(p, size);
	if (png_is(p))
		return png_size(p, size);
	if (jpeg_is(p))
		return jpeg_size(p, size);
	if (tiff_is(p))
		return tiff_size(p, size);
	if (webp_is(p))
		return webp_size(p, size);
	if (j2k_is(p))
		return j2k_size(p, size);
	return PICTURE_BAD;
}

static int image_file_decode(struct picture *p)
{
	if (pnm_is(p))
		return pnm_decode(p);
	if (bmp_is(p))
		return bmp_decode(p);
	if (png_is(p))
		return png_decode(p);
	if (tiff_is(p))
		return tiff_decode(p);
	if (webp_is(p))
		return webp_decode(p);
	if (j2k_is(p))
		return j2k_decode(p);
	return jpeg_decode(p);
}

/* y = height, width; 0, 0 where x is no image. */
static inline void image_size(const uint8_t *x, int64_t n, int64_t *y, int count, int step, int setting, int *status)
{
	struct picture p = {x, n, NULL, 0, 0, 0, 0, 0, setting, NULL, 0};
	int64_t size[2];
	int bad = image_file_size(&p, size);
	if (bad)
		*status = bad;
	for (int k = 0; k < count; k++)
		y[k * step] = bad ? 0 : size[k];
}

/* Where the file has another size than y, a test of it has stopped the run already, and nothing is written. */
static inline void image_pixels(const uint8_t *x, int64_t n, uint8_t *y, int h, int w, int channels, int64_t row, int64_t column,
                                int64_t channel, int format, uint8_t *work, int64_t bytes, int *status)
{
	struct picture p = {x, n, y, row, column, channel, h, w, channels == 1 ? 2 : format, work, bytes};
	int64_t size[2];
	if (image_file_size(&p, size) || size[0] != h || size[1] != w)
		return;
	int bad = image_file_decode(&p);
	if (bad)
		*status = bad;
}
