/* contract.h -- a stage whose core is a sum of products: how it is cut into register tiles.
 *
 *     acc[i][j] = sum over k of  a[point i, k] * b[k, lane j]       i < m points, j < vectors * lanes outputs
 *
 * Every axis of the stage has a step in each operand. An output axis that only b and y know is along the lanes (N), one
 * that only a and y know runs over points (M), one that both know is a batch (of matrices, groups; of channels in a
 * depthwise convolution, where it runs along the lanes and a is a vector too). Reduction axes are K. Where the map of a
 * depthwise convolution lies in rows, its columns run along the lanes, which b does not know: it is a number for all of them
 * (b_number), and points go down a column.
 *
 * Distances are such sums of (a[point i, k] - b[k, lane j])^2.
 *
 * A stage may have several such sums, twins, of the same a by constants of the same kind: silu(x G) * (x U). A tile then
 * makes all of them, its vectors those of the first sum, then of the next, so that a is read once and the epilogue has them
 * all in registers.
 *
 * Products of bytes are exact. In vectors, four neighbours of a along the innermost k meet the four weights of each lane:
 *
 *     acc[i][j] += a[i, k] b[k, j] + a[i, k + 1] b[k + 1, j] + ..     k = 0, 4, ..; the weights behind the last are 0
 *
 * b has its zero point subtracted where it is packed, so that what a's takes off, zero * sum over k of b[k, j], is a number for
 * each j: the sum begins with it. Where an instruction takes all four (dots), bytes of a with a sign are read 128 higher,
 * which counts as a zero point; so they are where one instruction adds two products in 16 bits, which no sum of two may leave:
 * that is where neighbours in b are small, |b[k, j]| + |b[k + 1, j]| <= 128. Else bytes are widened and multiplied in two pairs. Bytes that lie along the lanes of both
 * operands are multiplied as floats, which hold every such sum exactly. Where b is no constant, two rows of it are widened to
 * pairs of 16 bits in each lane, zero points subtracted, and meet two neighbours of a; if there are many rows, both operands have
 * been made of such pairs before (passes/twos.c). */
#ifndef TCC_CODEGEN_CONTRACT_H
#define TCC_CODEGEN_CONTRACT_H
#include "codegen/nest.h"
#include "passes/twins.h"

typedef struct Step {
	Axis *axis;
	int64_t n;       /* extent, or its upper bound */
	int64_t a, b, y; /* steps in elements; b: of the packed weights when they are packed */
	Dim size;        /* extent, where it is known at run time only */
} Step;

/* The innermost reduction axis walks over a row of taps: point p, tap t reads vector  stride * p + dilation * t  of a row
 * of vectors that lie `gap` elements apart. */
typedef struct Row {
	int64_t gap;
	int stride, dilation, taps;
} Row;

/* Of index i of an outer axis only those steps of the outermost k count with  0 <= start + step * i + dilation * k < n:  around
 * that a is 0. */
typedef struct Margin {
	const Axis *axis; /* the outer one; NULL: all steps are taken */
	int64_t start, step, dilation, n;
	double part;      /* of all steps that are taken */
} Margin;

/* One more sum of the stage: the same a by another constant. */
typedef struct Twin {
	Expr *sum, *b, *tap, *acc; /* as in Contraction */
} Twin;

enum { LINE_FLOATS = 16 }; /* in a line of cache */
enum { STEP_MAX = 12, ROW_MAX = 32 }; /* vectors in the row of a tile: what UNROLL unrolls */

typedef enum SumOf {
	FLOATS, /* products of floats */
	DOUBLES, /* of doubles, of which a vector has half as many, or of floats, exactly; b of doubles is read where it lies */
	FOURS,  /* of bytes, in integers */
	TWOS,   /* of bytes of which neither is constant, in integers: two neighbours along k at a time */
	HALVES, /* of numbers of 16 bits, in integers: two of them in each element of both */
	QUARTERS, /* of bytes, in integers: four of them in each element of both, those of b with a sign */
	BYTES   /* of bytes along the lanes, as floats */
} SumOf;

/* A panel of one vector of which at most half the lanes count has room for two sums a lane: lane 2 j + q of its vectors is ... */
typedef enum Pairing {
	ALONE,     /* nothing: half a vector is computed */
	OF_POINTS, /* lane j of point p + q: a steps by one from point to point */
	OF_STEPS   /* lane j's products of steps k = q modulo 2, added at the end: a steps by one along the innermost k */
} Pairing;

/* An outer axis along which the load has one matrix for all indices where the test holds, which the run says. */
typedef struct Single {
	const Axis *axis;
	const Expr *load;
	Expr *test;
} Single;

struct Contraction {
	SumOf of;
	int lanes;        /* of a vector of sums */
	Expr *a_zero;     /* bytes: what is subtracted from each of a, or NULL; of TWOS it is a number ... */
	Expr *b_zero;     /* ... and so is that of b */
	Expr *b_less;     /* bytes: b less its zero point */
	DType b_type;     /* as which type b is read: bytes as they are packed, floats before they are widened; I8 of FLOATS: bytes */
	int four;         /* products in a step of the innermost k: 4 or 1 */
	int64_t run;      /* products along the innermost k, merged with those outside of it that a allows */
	int64_t steps;    /* of k, for a sum */
	Expr *sum;        /* the X_REDUCE */
	Expr *a, *b;      /* its two loads */
	bool squares;     /* of a - b, in place of products */
	Expr *tap;        /* b, or a test that chooses between a constant's b and 0 */
	Twin twin[SUMS_MAX - 1];
	int sums;         /* 1, and its twins */
	int64_t a_base, b_base;
	Step lane;        /* the output axis along the lanes */
	bool a_lanes;     /* a has step 1 along the lanes: depthwise */
	bool b_number;    /* then: b has step 0 along them, a number for all lanes: columns of a depthwise map that lies in rows */
	Step point;       /* the output axis along the points of a tile; n = 1 when there is none */
	Step outer[STEP_MAX]; /* other output axes, outermost first */
	int nouter;
	Single single[2 * STEP_MAX];
	int nsingle;
	Step k[STEP_MAX]; /* reduction axes, outermost first; neighbours that step alike in a are merged */
	int nk;
	int64_t depth;    /* products a sum */
	const char *key;  /* by which its measured choices are found */
	const Weight *packed; /* b in the order [outer...][panel][k][lanes of a panel], or NULL: b is read where it lies */
	const Place *slices;  /* how the turns of a loop move through packed slices; NULL: b is a constant */
	int points, vectors;  /* of a full tile; vectors of all sums */
	Pairing pairing;      /* of the last panel; until there is a tile: of one that pairs would fill */
	int64_t pair_run;     /* OF_STEPS: products along the innermost k of packed b; the last of an odd number stands alone */
	int64_t strip;        /* points come in so many at a time, which a tile's divide; 0: all at once */
	int64_t panel;        /* lanes of a sum in a tile: vectors / sums * lanes */
	int ways;             /* sums of one point that take turns along the innermost k, added at the end */
	double cycles;        /* expected, of the whole stage */
	bool by_rows;         /* a tile loads each vector of its row once, for all points and taps that read it */
	Row row;
	Margin margin;
	bool panels_outside;  /* panels are the outermost loop: b is streamed once */
	bool points_outside;  /* panels are the innermost loop: a is streamed once */
	int64_t fetch_every;  /* a tile asks for lines of the next panel each so many steps of k; 0: it does not */
	int fetch_lines;      /* so many of them at a time */
	Expr *epilogue;       /* the stage's body, with `acc` for the sum that the tile holds */
	Expr *acc, *as_float; /* and its value as a float, which is what sums of BYTES are */
	Expr *start;          /* what each sum begins with; NULL: 0 */
	const char *sizes;    /* that the tile functions use, as arguments */
};

static inline bool of_reals(const Contraction *c) { return c->of == FLOATS || c->of == DOUBLES; }

/* Products of floats by bytes, which become floats where they are read. */
static inline bool of_bytes(const Contraction *c) { return c->of == FLOATS && c->b_type == I8; }

/* Sums are integers, also in vectors. */
static inline bool in_parts(const Contraction *c) { return c->of == HALVES || c->of == QUARTERS; }
static inline bool of_integers(const Contraction *c) { return c->of == FOURS || c->of == TWOS || in_parts(c); }

/* Products of floats are exact in doubles, whether they are rounded before they are added or not. */
static inline bool has_exact_products(const Contraction *c) { return c->of == DOUBLES && !c->squares && c->a->dtype == F32 && c->b_type == F32; }

/* Steps of the last panel, where it is in pairs of steps. */
static inline int64_t pair_steps(const Contraction *c) { return c->depth / c->pair_run * ((c->pair_run + 1) / 2); }

static inline bool step_varies(const Step *s) { return !dim_known(s->size); }
/* contract.c: the test under which the load, or any (NULL), does not move along the axis; NULL: there is none. */
Expr *single_test(const Contraction *c, const Expr *load, const Axis *axis);
/* products.c: the stage's sums of products, with the loads that they multiply; false when it has others. */
bool find_products(Module *m, Stage *s, Contraction *c);
/* The load is one of a constant that will be packed; doubles as the floats that they are. */
bool is_constant(const Expr *load);
/* The same, or the slices of a constant that a loop goes through. */
bool is_packed_ahead(const Expr *load);
/* A load, also a constant's where some test holds and 0 elsewhere: packing finds the zeros. */
Expr *load_of(Expr *x);

/* tile_choice.c: points go through a as those taps do; then where vectors of the row are. */
bool taps_row(const Step *point, const Step *taps, Row *row);
/* Points, vectors and whether it goes by rows; then the loops, from the elements of b and a that all tiles read. */
void choose_tile(const Module *m, Stage *s, Contraction *c);
void choose_loops(Module *m, Stage *s, Contraction *c, int64_t b, int64_t a);
int64_t usual_turns(const Module *m, const Step *s); /* dim_usual() of its length */

/* margin.c: whether steps are left out. */
void find_margins(const Module *m, const Stage *s, Contraction *c);

/* panels.c: constant b in the order in which tiles read it; sets packed, b_base and the outer axes' steps. */
void pack_b(Module *m, Stage *s, Contraction *c);
/* The least and greatest of b's elements less their zero points. */
void range_of_b(const Module *m, const Stage *s, const Contraction *c, int64_t *least, int64_t *most);
/* Two neighbours along k, each times any byte without sign, have a sum of 16 bits. */
bool twos_fit(const Module *m, const Stage *s, const Contraction *c);
/* For each lane, and index of the outer axes that b knows, the sum of b over k times the factor: a load of a constant. */
Expr *sums_of_b(Module *m, Stage *s, const Contraction *c, int64_t factor);
/* A list of numbers as a constant that a stage can load. */
Value *flat_const(Module *m, Tensor *t);
/* An index or a test in numbers, when it is made of axes only; at: of each axis, by id. */
bool is_numeric(const Expr *x);
int64_t index_at(const Expr *x, const int64_t *at);
#endif
