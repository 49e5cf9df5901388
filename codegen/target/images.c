/* images.c -- the decoders of images (ir/images) as helpers of emitted C: each file goes with a name by which others use it. */
#include "codegen/target.h"
#include "image_text.h"

const Helper image_helpers[] = {
	{"p_byte", picture_text}, {"pnm_is", pnm_text}, {"bmp_is", bmp_text}, {"prefix_next", prefix_text},
	{"inflate_read", inflate_text}, {"png_is", png_text}, {"jpeg_is", jpeg_text}, {"tiff_is", tiff_text}, {"vp8_modes", vp8_tables_text},
	{"vp8_decode", vp8_text}, {"vp8l_decode", vp8l_text}, {"webp_is", webp_text}, {"j2k", j2k_text},
	{"j2k_make_tile", j2k_tile_text}, {"j2k_packets", j2k_packets_text}, {"j2k_blocks", j2k_blocks_text},
	{"j2k_transform", j2k_waves_text}, {"j2k_decode", jpeg2000_text}, {"image_size", image_text}, {0},
};
