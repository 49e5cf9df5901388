/* rewrite.h -- what opsets.c does to a node on its way in. */
#ifndef TCC_FRONTEND_REWRITE_H
#define TCC_FRONTEND_REWRITE_H
#include "frontend/onnx.h"

/* Take an attribute away; NULL, or the default, when the node has none. */
const AttributeProto *take(Raw *r, const char *name, enum attr_type type);
int64_t take_int(Raw *r, const char *name, int64_t otherwise);
float take_float(Raw *r, const char *name, float otherwise);
bool has_attribute(const Raw *r, const char *name);
bool has_text(const AttributeProto *a, const char *text); /* of an attribute of type STRING */

void set_int(Raw *r, const char *name, int64_t x);
void set_float(Raw *r, const char *name, float x);
void set_string(Raw *r, const char *name, const char *text);

/* Input `slot`, which may be absent; need_input() fails then. */
Value *input(const Raw *r, int slot);
Value *need_input(const Raw *r, int slot);
void set_input(Raw *r, int slot, Value *v);
void set_input_i64(Raw *r, int slot, size_t n, const int64_t *v); /* a constant of rank 1 */
Value *scalar_like(const Raw *r, const Value *like, float x); /* of the type of `like`, which must be one of numbers */
Value *scalar_i64(const Raw *r, int64_t x);

/* A further node, in today's form, for the same node of the model:
 *     Raw e = more(r, "Flatten", x, NULL);   set_int(&e, "axis", 1);   Value *flat = finish(&e); */
Raw more(const Raw *r, const char *type, Value *a, Value *b);
Value *finish(Raw *e);
Value *emit(const Raw *r, const char *type, Value *a, Value *b); /* both at once */

/* v with sizes of 1 appended; of a constant, another view. */
Value *append_ones(const Raw *r, Value *v, int n);

/* ---- meanings.c: versions that meant something else ---- */

void old_broadcast(Raw *r);	    /* binary operators before 7: B lies along A from `axis` on */
void old_slope(Raw *r);		    /* PRelu before 7: a slope for each channel */
void softmax_of_rows(Raw *r);	    /* Softmax, LogSoftmax, Hardmax before 13: all from `axis` on is one row */
void feature_normalisation(Raw *r); /* BatchNormalization before 9: `spatial` */
void mask_of_data_type(Raw *r);	    /* Dropout before 10 */
void old_resize(Raw *r);	    /* Resize 10, Upsample */
void tile_one_axis(Raw *r);	    /* Tile before 6 */
void split_by_lengths(Raw *r);	    /* Split by lengths that the run decides */
/* The n parts of x of such lengths, i64[n], along an axis: their sum must be its size. */
void parts_by_lengths(const Raw *r, Value *x, Value *length, int axis, Value **part, int n);
Value *lengths_start(Graph *g, Value *length, Value *size); /* where they start, and the same Require */
void groups_to_channels(Raw *r);    /* GroupNormalization before 21 */
void scan_batches(Raw *r);	    /* Scan before 9: all that it takes and gives has a batch axis in front */
#endif
