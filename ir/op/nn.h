/* nn.h -- what the operators of neural networks share: attributes that passes read, windows, dense products, norms,
 * recurrent cells. The functions are grouped by the file that has them. */
#ifndef TCC_IR_OP_NN_H
#define TCC_IR_OP_NN_H
#include "ir/expr.h"

/* ---- attributes ---- */

enum auto_pad { PAD_NOTSET, PAD_SAME_UPPER, PAD_SAME_LOWER, PAD_VALID };
#define AUTO_PADS "NOTSET|SAME_UPPER|SAME_LOWER|VALID"

/* Of everything that slides a window: each operator's table lists those that it takes. */
struct Sliding {
	int64_t auto_pad;
	Ints kernel_shape, pads, strides, dilations; /* pads: all begins, then all ends */
	int64_t group;                               /* Conv, ConvTranspose */
	Ints output_padding, output_shape;           /* ConvTranspose */
	int64_t ceil_mode, count_include_pad, storage_order, p; /* pools */
};

#define SLIDING_ATTRS                                                                                                  \
	ATTR_ENUM(Sliding, auto_pad, PAD_NOTSET, AUTO_PADS), ATTR_LIST(Sliding, kernel_shape, A_INTS),                 \
		ATTR_LIST(Sliding, pads, A_INTS), ATTR_LIST(Sliding, strides, A_INTS),                                 \
		ATTR_LIST(Sliding, dilations, A_INTS)

struct Einsum {
	Text equation;
};

struct Gemm {
	float alpha, beta;
	int64_t transA, transB;
};

/* Of every normalisation: each operator's table lists those that it takes. */
struct Norm {
	float epsilon, momentum;
	int64_t axis, num_groups, training_mode, stash_type, p;
	Ints axes;
};

struct Lrn {
	float alpha, beta, bias;
	int64_t size;
};

struct Recurrent { /* LSTM, GRU, RNN */
	Strings activations;
	Floats activation_alpha, activation_beta;
	float clip; /* 0: none */
	int64_t direction, hidden_size, layout;
	int64_t input_forget;        /* LSTM */
	int64_t linear_before_reset; /* GRU */
};

/* ---- nn.c: shapes, and elements in lower() ---- */

/* Axis `axis` of input `slot` has size `want`; sizes that are known only at run time pass. E-SHAPE otherwise. */
void need_size(Graph *g, const Node *n, int slot, int axis, Dim want);
/* The same of a size that is at least so much. */
void need_at_least(Graph *g, const Node *n, int slot, int axis, int64_t least);
/* d / by, where `by` heads share size d of input `slot`: a whole number. */
Dim equal_part(Graph *g, const Node *n, int slot, Dim d, Dim by);
/* How many heads share a kv head. */
Dim heads_sharing(Graph *g, const Node *n, Dim heads, Dim shared);
/* Input `slot` is a vector of so many elements, which is no matter for the run. E-DYNAMIC, E-SHAPE. */
void need_count(Graph *g, const Node *n, int slot, int64_t count);
/* Axis `axis` of input `slot` has a size of at least 1, whatever it turns out to be. E-SHAPE, E-DYNAMIC. */
void need_elements(Graph *g, const Node *n, int slot, int axis);
bool wants(const Node *n, int slot); /* somebody asked for this output */
Shape tensor_shape(const Tensor *t);
/* For expansions: indices from .. to-1 of v along an axis. */
Value *slice_of(Graph *g, const Node *like, Value *v, int64_t axis, int64_t from, int64_t to);

/* A tensor seen as [outer, n, inner], with the axes `first` .. `last`-1 making up n. */
typedef struct Rows {
	int64_t outer, n, inner;
} Rows;
Rows rows_of(const Tensor *t, int first, int last);

/* An element of an input, converted to type t. */
Expr *in_as(Lower *l, const Node *n, int slot, Expr *const *at, DType t);
/* A size and something more, in type t. */
Expr *size_as_real(Lower *l, Dim d, double more, DType t);

/* Reduction axes that belong together. over() gives a fresh index, and constant 0 where there is one element only. */
typedef struct Axes {
	Expr *axis[2 * MAX_RANK];
	int n;
} Axes;
Expr *over(Lower *l, Axes *a, Dim extent);
Expr *reduce_over(Lower *l, Red red, Expr *body, const Axes *a);
/* at[], but with fresh indices for axes first .. last-1 of a tensor of shape s. */
void fresh_index(Lower *l, const Shape *s, Expr *const *at, int first, int last, Axes *axes, Expr **index);
/* Mean over the axes of x, or, with a centre, of (x - centre)^2. */
Expr *mean_over(Lower *l, const Axes *a, Expr *x, Expr *centre);
double mean_f64(int64_t n, const double *x, double centre, bool squared);

/* ---- window.c: windows of Conv and pools ---- */

#define MAX_SPATIAL 3

/* Along one axis, tap k of window o reads the element o * stride + k * dilation - before. */
typedef struct WindowAxis {
	Dim in, out;       /* elements, windows */
	Dim before, after; /* padding */
	Dim size;          /* taps */
	int64_t stride, dilation;
} WindowAxis;

/* The windows over axes 2.. of x, by the node's attributes; w (axes 2..) gives the sizes, or, when NULL, the attribute
 * kernel_shape. Checks all of them and returns the number of axes. */
int windows_of(Graph *g, const Node *n, const Shape *x, const Shape *w, WindowAxis *axis);
/* The same without `out`, and with the padding of the attribute pads only (ConvTranspose makes its own use of them). */
int sliding_axes(Graph *g, const Node *n, const Shape *x, const Shape *w, WindowAxis *axis);
/* Of a ConvTranspose. in: size of x; out: size of y; before, after: what is cut off y. */
int transposed_axes(Graph *g, const Node *n, const Shape *x, const Shape *w, WindowAxis *axis);
/* The list of an attribute; absent: `value` for every axis. E-ATTR when its length or a value is wrong. */
void spatial_attr(Graph *g, const Node *n, const char *name, const Ints *list, int count, int64_t value, int64_t least,
		  int64_t *result);
/* Elements from the first tap of a window to its last. */
Dim window_reach(Syms *s, const WindowAxis *a);
Expr *tap_index(Lower *l, const WindowAxis *a, Expr *window, Expr *tap);

/* The same in numbers, for eval; always three axes, the first ones trivial where there are fewer. */
typedef struct Plane {
	int64_t in[MAX_SPATIAL], out[MAX_SPATIAL], before[MAX_SPATIAL], after[MAX_SPATIAL];
	int64_t size[MAX_SPATIAL], stride[MAX_SPATIAL], dilation[MAX_SPATIAL];
} Plane;
Plane plane_of(int naxes, const WindowAxis *axis);
int64_t count3(const int64_t *size);
/* Windows lo .. hi-1 are those whose tap k lies inside the input. */
void tap_range(const Plane *p, int axis, int64_t k, int64_t *lo, int64_t *hi);

/* ---- matmul.c: y[m,n] += sum over k of a[m,k] b[k,n], where b has its elements at k * bk + n * bn ---- */

typedef struct Product {
	int64_t m, n, k;
	int64_t am, ak, bk, bn; /* strides of a and b; y is dense */
} Product;
void product(const Product *p, const double *a, const double *b, double *y);
void product_i64(const Product *p, const int64_t *a, const int64_t *b, int64_t *y); /* wraps */

/* ---- lpnorm.c: p-norms ---- */

Expr *norm_term(Lower *l, Expr *x, int64_t p);   /* |x|^p */
Expr *norm_root(Lower *l, Expr *sum, int64_t p); /* sum^(1/p) */
double norm_term_f64(double x, int64_t p);
double norm_root_f64(double sum, int64_t p);
void need_norm_p(Graph *g, const Node *n, int64_t p);

/* ---- recurrence.c: one direction of LSTM, GRU, RNN ---- */

enum cell { CELL_RNN, CELL_GRU, CELL_LSTM };
#define CELLS "RNN|GRU|LSTM"
#define ACTIVATIONS "Relu|Tanh|Sigmoid|Affine|LeakyRelu|ThresholdedRelu|ScaledTanh|HardSigmoid|Elu|Softsign|Softplus"

/* Attributes of tcc.Recurrence. f, g, h: rows of the activation table, by the names that ONNX's formulas use. */
struct Recurrence {
	int64_t cell, reverse;
	int64_t f, g, h;
	float alpha_f, alpha_g, alpha_h, beta_f, beta_g, beta_h;
	float clip; /* of what goes into activations; 0: none */
	int64_t input_forget, linear_before_reset;
};

/* Inputs of tcc.Recurrence; all but the first two may be absent. */
enum { REC_GATES, REC_R, REC_RB, REC_LENS, REC_H0, REC_C0, REC_PEEP, REC_R_SCALE, REC_R_ZERO, REC_INPUTS };

/* One direction over a sequence, in numbers. Gates lie in ONNX's order: LSTM i o f c, GRU z r h. */
typedef struct Sequence {
	struct Recurrence attr;
	int64_t steps, batch, hidden;
	const double *gates;  /* [steps, batch, gates * hidden]: the projected input with its biases */
	const double *r;      /* [gates * hidden, hidden] */
	const double *rb;     /* [gates * hidden], added to R h; or NULL */
	const double *peep;   /* [3 * hidden] i o f, or NULL */
	const int64_t *lens;  /* [batch], or NULL: all have `steps` */
	const double *h0, *c0; /* initial states of example n at n * state_n; NULL: zero */
	double *y, *yh, *yc;  /* NULL where nobody asked; of example n at n * y_n (+ step * y_t) and n * state_n */
	int64_t y_t, y_n, state_n;
} Sequence;
void run_sequence(Arena *scratch, const Sequence *s);
int cell_gates(int64_t cell);
/* The row of that activation (any case), or -1. alpha and beta get the next of the lists if it takes them, else its own
 * defaults; *used_alpha and *used_beta count what was taken. */
int activation_row(const Text *name, const Floats *alphas, const Floats *betas, int *used_alpha, int *used_beta,
		   float *alpha, float *beta);
const char *activation_name(int64_t row);
void expand_recurrence(Graph *g, Node *n); /* recurrence_scan.c */
/* Lengths of the examples, checked; NULL when input `slot` is absent. */
const int64_t *sequence_lens(Eval *e, const Node *n, Tensor *const *in, int slot, int64_t steps);
#endif
