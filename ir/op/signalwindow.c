/* signalwindow.c -- HannWindow, HammingWindow, BlackmanWindow (17): weights that fade towards both ends.
 *
 *     y[i] = a0 - a1 cos(2 pi i / n) + a2 cos(4 pi i / n)    n = size (periodic), size - 1 (symmetric) */
#include <math.h>
#include "ir/op/counted.h"

struct SignalWindow {
	DType output_datatype;
	int64_t periodic;
};

static const Attr attrs[] = {ATTR_TYPE(SignalWindow, output_datatype, F32), ATTR_INT(SignalWindow, periodic, 1), {0}};

typedef struct Shares { double a0, a1, a2; } Shares;

static Shares shares_of(const Node *n)
{
	if (n->op == &op_hannwindow)
		return (Shares){0.5, 0.5, 0};
	if (n->op == &op_hammingwindow)
		return (Shares){25.0 / 46, 21.0 / 46, 0};
	return (Shares){0.42, 0.5, 0.08};
}

static void infer(Graph *g, Node *n)
{
	DType t = ATTR_OF(n, SignalWindow)->output_datatype;
	int count;

	if (!is_float(t) && !is_int(t))
		fail_node(g, n, "E-ATTR", "output_datatype is %s; it must be a type of numbers", dtype_name(t));
	if (by_data(g, n, 0)) {
		set_out(g, n, 0, t, &(Shape){1, {counted_size(g, n, 0, 1, 0, NO_BOUND)}});
		return;
	}
	const Dim *size = need_content(g, n, 0, &count);
	if (count != 1 || dim_hi(g->syms, *size) < 0)
		fail_node(g, n, "E-VALUE", "size must be one number that is not negative");
	set_out(g, n, 0, t, &(Shape){1, {*size}});
}

static void trust(Graph *g, Node *n)
{
	if (by_data(g, n, 0))
		settle_input(n, 0, counted_value(g, n, n->in[0], n->out[0]->shape.dim[0]));
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const Shares s = shares_of(n);
	double *y = out_f64(e, out[0]), step = 2 * M_PI / (double)(out[0]->count - !ATTR_OF(n, SignalWindow)->periodic);

	(void)in;
	for (int64_t i = 0; i < out[0]->count; i++)
		y[i] = s.a0 - s.a1 * cos(step * (double)i) + s.a2 * cos(2 * step * (double)i);
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const Shares s = shares_of(n);
	DType t = formula_type(l, n, is_float(n->out[slot]->dtype) ? n->out[slot]->dtype : F32);
	Expr *size = isub(l, extent(l, n->out[slot]->shape.dim[0]), num_i(l, !ATTR_OF(n, SignalWindow)->periodic));
	Expr *turn = alu2(l, MUL, cast(l, t, at[0]), alu2(l, DIV, num(l, t, 2 * M_PI), cast(l, t, size)));
	Expr *y = alu2(l, SUB, num(l, t, s.a0), alu2(l, MUL, num(l, t, s.a1), alu1(l, COS, turn)));

	if (s.a2 != 0)
		y = alu2(l, ADD, y, alu2(l, MUL, num(l, t, s.a2), alu1(l, COS, alu2(l, ADD, turn, turn))));
	return cast(l, n->out[slot]->dtype, y);
}

#define SIGNAL_WINDOW(id, text)                                                                                        \
	const Op op_##id = {                                                                                           \
		.name = text, .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .ulp = 64, .attrs = attrs,         \
		.attr_size = sizeof(struct SignalWindow), .types = "iu", .infer = infer, .trust = trust, .eval = eval, \
		.lower = lower,                                                                                        \
	}

SIGNAL_WINDOW(hannwindow, "HannWindow");
SIGNAL_WINDOW(hammingwindow, "HammingWindow");
SIGNAL_WINDOW(blackmanwindow, "BlackmanWindow");
