/* boxes.h -- NonMaxSuppression as helpers of emitted C (tcc.KeptBoxes): the walk over the boxes of a class, and the test that
 * it makes, of a float or a vector at a time. p begins their names: "" or "v_". */
#ifndef TCC_CODEGEN_BOXES_H
#define TCC_CODEGEN_BOXES_H

/* Rows for a table, p "boxes_covered" beside them. In the queue stand the score of a box, the greatest first, and the
 * complement of its number, in one number; of each box that is kept five floats, each kind of them side by side: its lower and
 * its upper ends, and its area. Behind the last one areas are no numbers, so vectors may go beyond it. */
#define BOXES_KEPT(p)                                                                                                  \
	{p "boxes_kept", "/* y: of each class of each picture the boxes whose scores are best, without those that share too\n"  \
	 " * much of the union with a better one; -1 behind the last one */\n"                                         \
	 "static void " p "boxes_kept(const float *boxes, int64_t nboxes, const float *scores, int64_t nscores,\n"    \
	 "\tconst int64_t *wanted, int64_t nwanted, const float *overlap, int64_t noverlap, const float *low, int64_t nlow,\n" \
	 "\tint64_t *y, int pictures, int classes, int room, int64_t by_picture, int64_t by_class, int64_t by_place, int setting,\n" \
	 "\tuint8_t *work, int64_t bytes, int *status)\n{\n"                                                         \
	 "\tint64_t n = pictures ? nboxes / 4 / pictures : 0, span = (room + 15) / 16 * 16;\n"                        \
	 "\tint64_t *queue = (int64_t *)(void *)work;\n"                                                             \
	 "\tfloat *list = (float *)(void *)(queue + n);\n"                                                           \
	 "\tfor (int i = 0; i < pictures * classes; i++) {\n"                                                        \
	 "\t\tint64_t waiting = boxes_queue(queue, scores + n * i, n, *low, setting & 2), kept = 0;\n"             \
	 "\t\tint64_t *line = y + by_picture * (i / classes) + by_class * (i % classes);\n"                                \
	 "\t\tfor (int64_t k = 0; k < span; k++)\n\t\t\tlist[4 * span + k] = NAN;\n"                              \
	 "\t\tfor (; waiting > 0 && kept < room && kept < *wanted; waiting--) {\n"                                     \
	 "\t\t\tint64_t box = i32_next(queue, waiting);\n"                                                           \
	 "\t\t\tfloat b[5];\n"                                                                                       \
	 "\t\t\tbox_facts(b, boxes + 4 * (n * (i / classes) + box), setting & 1);\n"                                 \
	 "\t\t\tif (" p "boxes_covered(b, list, span, kept, *overlap))\n\t\t\t\tcontinue;\n"                      \
	 "\t\t\tfor (int k = 0; k < 5; k++)\n\t\t\t\tlist[k * span + kept] = b[k];\n"                             \
	 "\t\t\tline[by_place * kept++] = box;\n"                                                                       \
	 "\t\t}\n"                                                                                                   \
	 "\t\tfor (; kept < room; kept++)\n\t\t\tline[by_place * kept] = -1;\n"                                      \
	 "\t}\n"                                                                                                     \
	 "\t(void)nscores, (void)nwanted, (void)noverlap, (void)nlow, (void)bytes, (void)status;\n}\n"}

#define BOXES_COMMON                                                                                                   \
	{"boxes_queue", "/* a heap of the boxes (whose scores are above `low`), the best score first; of equal ones the first */\n" \
	 "static int64_t boxes_queue(int64_t *queue, const float *scores, int64_t n, float low, int above)\n{\n"   \
	 "\tint64_t count = 0;\n"                                                                                    \
	 "\tfor (int64_t i = 0; i < n; i++) {\n"                                                                     \
	 "\t\tqueue[count] = (int64_t)f_key(scores[i]) * 0x100000000 + (0xffffffff - i);\n"                          \
	 "\t\tcount += !above || scores[i] > low;\n\t}\n"                                                        \
	 "\tfor (int64_t i = count / 2; i-- > 0;)\n\t\ti32_sink(queue, i, count);\n"                               \
	 "\treturn count;\n}\n"},                                                                                     \
	{"i32_next", "/* takes the first of a heap of n numbers out of it: the place in it, of which it has the complement */\n" \
	 "static inline int64_t i32_next(int64_t *heap, int64_t n)\n{\n"                                             \
	 "\tint64_t first = heap[0];\n\theap[0] = heap[n - 1];\n\ti32_sink(heap, 0, n - 1);\n"                     \
	 "\treturn 0xffffffff - (first & 0xffffffff);\n}\n"},                                                         \
	{"box_facts", "/* the lower and the upper ends of a box that is two corners, or its center and its sizes; its area */\n" \
	 "static inline void box_facts(float *b, const float *x, int centered)\n{\n"                                 \
	 "\tfor (int d = 0; d < 2; d++) {\n"                                                                         \
	 "\t\tfloat half = x[d + 2] * 0.5f;\n"                                                                       \
	 "\t\tb[d] = centered ? x[d] - half : f_min(x[d], x[d + 2]);\n"                                              \
	 "\t\tb[d + 2] = centered ? x[d] + half : f_max(x[d], x[d + 2]);\n\t}\n"                                   \
	 "\tb[4] = (b[2] - b[0]) * (b[3] - b[1]);\n}\n"},                                                             \
	{"boxes_side", "/* what the ends low to high share with those of b along axis d */\n"                         \
	 "static inline float boxes_side(const float *b, int d, float low, float high)\n{\n"                         \
	 "\tfloat side = (b[d + 2] < high ? b[d + 2] : high) - (b[d] > low ? b[d] : low);\n"                         \
	 "\treturn side > 0 ? side : 0;\n}\n"},                                                                       \
	{"boxes_covered", "/* b shares more than `overlap` of the union with one of a list */\n"                       \
	 "static inline int boxes_covered(const float *b, const float *list, int64_t span, int64_t n, float overlap)\n{\n" \
	 "\tfor (int64_t i = 0; i < n; i++) {\n"                                                                     \
	 "\t\tfloat shared = boxes_side(b, 0, list[i], list[2 * span + i]) *\n"                                      \
	 "\t\t               boxes_side(b, 1, list[span + i], list[3 * span + i]);\n"                                \
	 "\t\tif (shared > (list[4 * span + i] + b[4] - shared) * overlap)\n\t\t\treturn 1;\n\t}\n"               \
	 "\treturn 0;\n}\n"},                                                                                         \
	BOXES_KEPT("")

#define BOXES_VECTOR                                                                                                   \
	V("v_boxes_side", "vf", "const float *b, int d, vf low, vf high",                                              \
	  "\t/* what the ends low to high share with those of b along axis d */\n"                                       \
	  "\treturn v_at_least(v_at_most(high, b[d + 2]) - v_at_least(low, b[d]), 0.0f);\n"),                            \
	V("v_boxes_covered", "int", "const float *b, const float *list, int64_t span, int64_t n, float overlap",        \
	  "\t/* b shares more than `overlap` of the union with one of a list */\n"                                       \
	  "\tfor (int64_t i = 0; i < n; i += (int64_t)(sizeof(vf) / sizeof(float))) {\n"                                 \
	  "\t\tvf shared = v_boxes_side(b, 0, v_load(list + i), v_load(list + 2 * span + i)) *\n"                        \
	  "\t\t            v_boxes_side(b, 1, v_load(list + span + i), v_load(list + 3 * span + i));\n"                  \
	  "\t\tvf both = v_load(list + 4 * span + i) + v_set(b[4]) - shared;\n"                                          \
	  "\t\tif (v_any(v_lt(both * v_set(overlap), shared)))\n\t\t\treturn 1;\n\t}\n"                                \
	  "\treturn 0;\n"),                                                                                               \
	BOXES_KEPT("v_")
#endif
