/* room.h -- how much memory decoders need at most: for the compiler alone, so no part of the text that is emitted. */
static int64_t most_room(int64_t a, int64_t b) { return a > b ? a : b; }

/* Rows of 64 bits a pixel at most, two of them. */
static int64_t png_room(int64_t w) { return (int64_t)sizeof(struct inflate) + 2 * (8 * w + 128) + 64; }

/* Four parts in whole MCUs of up to 32 x 32 samples, two bytes each. */
static int64_t jpeg_room(int64_t h, int64_t w) { return (int64_t)sizeof(struct jpeg) + 8 * (h + 32) * (w + 32) + 5 * 64; }

/* Up to three streams, rows of eight samples of 16 bits; tiles may be wider than the picture. */
static int64_t tiff_room(int64_t w) { return 3 * ((int64_t)sizeof(struct tiff_stream) + 16 * (2 * w + 1024) + 256); }

/* Planes of macroblocks of 16 x 16 and 8 x 8 with their edges, and what is known of each. */
static int64_t vp8_room(int64_t h, int64_t w)
{
	int64_t across = w / 16 + 1, down = h / 16 + 1;
	return (int64_t)sizeof(struct vp8) + (16 * across + 32) * (16 * down + 1) + 2 * (8 * across + 32) * (8 * down + 1) +
	       across * down * (int64_t)sizeof(struct vp8_block) + 9 * across + 6 * 64;
}

/* Four parts in 32 bits; blocks of 64 samples each and more, which may be as small as a line is; what a packet gives a block. */
static int64_t j2k_room(int64_t n, int64_t h, int64_t w)
{
	int64_t blocks = 4 * (h * w / 64 + h / 4 + w / 4 + 256);
	return (int64_t)sizeof(struct j2k) + 16 * h * w + 4 * (h + w) + (n * 4 / 7 + 1) * (int64_t)sizeof(struct j2k_chunk) + n +
	       blocks * (int64_t)(sizeof(struct j2k_block) + 8 * sizeof(struct j2k_node) + sizeof(struct j2k_group)) + 64 * 1024;
}

/* Pixels, images that help, and as many groups of codes as encoders make: one for 1024 pixels, and some more. */
static int64_t vp8l_room(int64_t h, int64_t w)
{
	return (int64_t)sizeof(struct vp8l) + 5 * h * w + 64 * (h + w) +
	       (h * w / 1024 + 64) * ((int64_t)sizeof(struct vp8l_group) + 2 * VP8L_SIZES) + 32 * 1024;
}

/* For any file of n bytes with a picture of h * w pixels. */
static int64_t image_room(int64_t n, int64_t h, int64_t w)
{
	int64_t lossless = most_room(png_room(w), tiff_room(w)), lossy = most_room(jpeg_room(h, w), vp8_room(h, w));
	return most_room(most_room(lossless, lossy), most_room(j2k_room(n, h, w), vp8l_room(h, w)));
}
