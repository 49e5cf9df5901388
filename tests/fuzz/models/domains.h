/* domains.h -- what the files of makers share: each gives a node in the making its operands and attributes.
 *
 *     domains.c            the table
 *     domains_pointwise.c  elements by themselves
 *     domains_moves.c      elements that move
 *     domains_indices.c    elements by their indices
 *     domains_rows.c       along axes: reductions, normalisations
 *     domains_products.c   products, convolutions, pools
 *     domains_layers.c     recurrences, attention, pictures, losses
 *     domains_onnx.c       those that choose, sample, transform, draw at random, and steps of training
 *     domains_ml.c         ai.onnx.ml, and text
 *     domains_ort.c        com.microsoft: attention and what is fused
 *     domains_gates.c      com.microsoft: gates, norms by groups, biases, parts of pictures and words
 *     domains_packed.c     com.microsoft: tokens without padding, and one at a time
 *     domains_quantised.c  products and pointwise operators on quantised tensors */
#ifndef TCC_TESTS_FUZZ_DOMAINS_H
#define TCC_TESTS_FUZZ_DOMAINS_H
#include "tests/fuzz/models/model.h"

typedef struct Window {
	int axes;
	int64_t x[MAX_RANK], kernel[3], stride[3], dilation[3], pads[6];
} Window;

Window window(Step *s); /* space for a kernel, and attributes that fit */
void set_window(Step *s, const Window *w, bool kernel);
void channels_last_in(Window *w); /* the sizes of x */
Range around(double lo, double hi);
Range indices(int64_t n); /* of an axis of n elements, from the end too */
DType index_dtype(Model *m);

/* domains_pointwise.c */
bool make_one(Step *s);
bool make_two(Step *s);
bool make_several(Step *s);
bool make_division(Step *s);
bool make_power(Step *s);
bool make_shift(Step *s);
bool make_where(Step *s);
bool make_clip(Step *s);
bool make_cast(Step *s);
bool make_bitcast(Step *s);
bool make_prelu(Step *s);
bool make_biased(Step *s);
bool make_quantize(Step *s);
bool make_dequantize(Step *s);
bool make_dynamic_quantize(Step *s);

/* domains_moves.c */
bool make_concat(Step *s);
bool make_split(Step *s);
bool make_slice(Step *s);
bool make_pad(Step *s);
bool make_center_crop(Step *s);
bool make_transposed(Step *s);
bool make_reshape(Step *s);
bool make_squeeze(Step *s);
bool make_unsqueeze(Step *s);
bool make_new_axis(Step *s);
bool make_expand(Step *s);
bool make_tile(Step *s);
bool make_depth_space(Step *s);
bool make_reverse_sequence(Step *s);
bool make_trilu(Step *s);

/* domains_indices.c */
bool make_gather(Step *s);
bool make_gather_elements(Step *s);
bool make_gather_nd(Step *s);
bool make_scatter_elements(Step *s);
bool make_scatter_nd(Step *s);
bool make_tensor_scatter(Step *s);
bool make_compress(Step *s);
bool make_one_hot(Step *s);
bool make_constant_of_shape(Step *s);
bool make_eye_like(Step *s);
bool make_range(Step *s);
bool make_signal_window(Step *s);

/* domains_rows.c */
bool make_row(Step *s);
bool make_reduction(Step *s);
bool make_cumulation(Step *s);
bool make_topk(Step *s);
bool make_by_channel(Step *s);
bool make_batch_norm(Step *s);
bool make_layer_norm(Step *s);
bool make_skipped(Step *s);
bool make_lrn(Step *s);

/* domains_products.c */
bool make_matmul(Step *s);
bool make_matmul_integer(Step *s);
bool make_gemm(Step *s);
bool make_einsum(Step *s);
bool make_det(Step *s);
bool make_cdist(Step *s);
bool make_conv(Step *s);
bool make_conv_transpose(Step *s);
bool make_pool(Step *s);

/* domains_layers.c */
bool make_recurrent(Step *s);
bool make_attention(Step *s);
bool make_loss(Step *s);
bool make_image(Step *s);
bool make_image_file(Step *s);
bool make_resize(Step *s);
bool make_grid_sample(Step *s);

/* domains_onnx.c */
bool make_nonzero(Step *s);
bool make_unique(Step *s);
bool make_unique_vector(Step *s);
bool make_suppression(Step *s);
bool make_deform_conv(Step *s);
bool make_roi_align(Step *s);
bool make_linear_attention(Step *s);
bool make_rotary(Step *s);
bool make_causal_conv(Step *s);
bool make_mel_weights(Step *s);
bool make_dft(Step *s);
bool make_rfft(Step *s);
bool make_irfft(Step *s);
bool make_stft(Step *s);
bool make_col2im(Step *s);
bool make_affine_grid(Step *s);
bool make_unpool(Step *s);
bool make_random(Step *s);
bool make_random_like(Step *s);
bool make_bernoulli(Step *s);
bool make_multinomial(Step *s);
bool make_optimizer(Step *s);

/* domains_ml.c */
bool make_extractor(Step *s);
bool make_scaler(Step *s);
bool make_imputer(Step *s);
bool make_categories(Step *s);
bool make_vectorizer(Step *s);
bool make_linear_regressor(Step *s);
bool make_linear_classifier(Step *s);
bool make_svm_regressor(Step *s);
bool make_svm_classifier(Step *s);
bool make_trees(Step *s);
bool make_ensemble(Step *s);
bool make_encoder(Step *s);
bool make_mapper(Step *s);
bool make_grams(Step *s);
bool make_text_sum(Step *s);
bool make_text_parts(Step *s);
bool make_text_case(Step *s);
bool make_text_match(Step *s);
bool make_text_tokens(Step *s);

/* domains_ort.c */
bool make_bias_add(Step *s);
bool make_split_gelu(Step *s);
bool make_inverse(Step *s);
bool make_fused_conv(Step *s);
bool make_fused_gemm(Step *s);
bool make_nhwc_pool(Step *s);
bool make_embedding(Step *s);
bool make_projected_attention(Step *s);
bool make_multihead(Step *s);
bool make_group_query(Step *s);
bool make_moe(Step *s);
bool make_ort_rotary(Step *s);

/* domains_gates.c */
bool make_swiglu(Step *s);
bool make_gated_add(Step *s);
bool make_gated_norm(Step *s);
bool make_branches(Step *s);
bool make_linear_gate(Step *s);
bool make_bias_softmax(Step *s);
bool make_bias_dropout(Step *s);
bool make_gemm_gelu(Step *s);
bool make_group_norm(Step *s);
bool make_skip_group_norm(Step *s);
bool make_relative_bias(Step *s);
bool make_gated_relative_bias(Step *s);
bool make_unfold(Step *s);
bool make_crop_and_resize(Step *s);
bool make_word_conv(Step *s);
bool make_ngrams_blocked(Step *s);

/* domains_packed.c */
bool make_padding_removed(Step *s);
bool make_padding_restored(Step *s);
bool make_packed_attention(Step *s);
bool make_packed_multihead(Step *s);
bool make_decoder(Step *s);
bool make_multi_rotary(Step *s);

/* domains_quantised.c */
bool make_matmul_integer16(Step *s);
bool make_quantised_embedding(Step *s);
bool make_bnb(Step *s);
bool make_quantised_moe(Step *s);
bool make_qlinear_matmul(Step *s);
bool make_qlinear_conv(Step *s);
bool make_qlinear_two(Step *s);
bool make_qlinear_one(Step *s);
bool make_qlinear_where(Step *s);
bool make_qlinear_concat(Step *s);
bool make_qlinear_pool(Step *s);
bool make_integer_to_float(Step *s);
bool make_dynamic_matmul(Step *s);
bool make_dynamic_lstm(Step *s);
bool make_qgemm(Step *s);
bool make_qattention(Step *s);
bool make_nbits(Step *s);
bool make_gather_blocks(Step *s);
#endif
