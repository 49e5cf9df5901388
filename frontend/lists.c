/* lists.c -- sequences and optionals while a file is read: lists of tensors.
 *
 *     sequence    its elements
 *     optional    whether it has an element (a bool, where only the run knows), and that: a tensor or a sequence
 *
 * Graphs take in and give tensors. Where a list meets the border of one, it is a row of them, an optional's bool first:
 *
 *     optional x = { has, { a, b } }   <-->   has, a, b */
#include <string.h>
#include "frontend/onnx.h"
#include "ir/op/trust.h"

enum { LINKS_COST_ONE = 64 }; /* links to elements that are as dear as a node, see Import.written */

Value *list_new(const Frame *f, Kind kind, DType t, int n, Value *const *item)
{
	Value *v = value_new(f->g, NULL);

	v->kind = kind;
	v->dtype = t;
	v->item = NEW_N(f->im->arena, Value *, n + 1);
	for (int i = 0; i < n; i++)
		v->item[i] = item[i];
	v->nitems = n;
	f->im->written += (double)n / LINKS_COST_ONE;
	return v;
}

bool is_list(const Value *v) { return v->item != NULL; }

bool is_optional_tensor(const Value *v) { return v && v->kind == KIND_OPTIONAL; }

void need_tensor(const Frame *f, const Value *v, const char *what)
{
	if (v && is_list(v))
		fail(f->im->ctx, EXIT_UNSUPPORTED, "E-UNSUPPORTED",
		     "%s is a sequence or optional, which only operators on these can take", what);
}

Value *presence(const Frame *f, const Value *v)
{
	return v->has ? v->has : value_scalar(f->g, BOOL, v->nitems != 0);
}

/* ---- lists and rows ---- */

static void add(const Frame *f, ValueRow *row, Value *v)
{
	GROW(f->im->arena, row->v, row->n, row->c);
	row->v[row->n++] = v;
}

void put_row(const Frame *f, const Value *v, ValueRow *row)
{
	if (is_optional(v->kind))
		add(f, row, presence(f, v));
	for (int i = 0; i < v->nitems; i++)
		if (v->item[i] && is_list(v->item[i]))
			put_row(f, v->item[i], row);
		else
			add(f, row, v->item[i]);
	if (v->tail)
		add(f, row, v->tail);
	if (v->tail_sizes)
		add(f, row, v->tail_sizes);
	if (v->length)
		add(f, row, v->length);
}

Value *like_row(const Frame *f, const Value *v, Value *const *row, int *at)
{
	if (!v || !is_list(v))
		return row[(*at)++];
	Value *list = list_new(f, v->kind, v->dtype, v->nitems, v->item);
	if (is_optional(v->kind))
		list->has = row[(*at)++];
	for (int i = 0; i < v->nitems; i++)
		list->item[i] = like_row(f, v->item[i], row, at);
	if (v->tail)
		list->tail = row[(*at)++];
	if (v->tail_sizes)
		list->tail_sizes = row[(*at)++];
	list->tail_open = v->tail_open;
	list->before = v->before;
	if (v->length)
		list->length = row[(*at)++];
	return list;
}

/* ---- the border of the model ---- */

static const char *element_name(const Frame *f, const char *name, Kind kind, int i)
{
	return is_optional(kind) ? i ? arena_format(f->im->arena, kind == KIND_OPTIONAL ? "%s" : "%s[%d]", name, i - 1)
				     : arena_format(f->im->arena, "%s:present", name)
				 : arena_format(f->im->arena, "%s[%d]", name, i);
}

/* One more input, of the element type and sizes that are told. */
static Value *element_input(const Frame *f, const char *name, const Value *like, int i, DType t, const Shape *s)
{
	return value_input(f->g, element_name(f, name, like->kind, i), t, s);
}

static Value *sequence_input(const Frame *f, const char *name, const Value *like, const Elements *e, int from)
{
	Value *v = list_new(f, KIND_SEQUENCE, like->dtype, 0, NULL);

	v->item = NEW_N(f->im->arena, Value *, e->n + 1);
	for (; v->nitems < e->n; v->nitems++)
		v->item[v->nitems] = element_input(f, name, like, v->nitems + from, like->dtype, &e->shape[v->nitems]);
	return v;
}

Value *list_input(const Frame *f, const char *name, Kind kind, DType t, const Elements *e)
{
	static const Shape scalar = {0};
	Value like = {.kind = kind, .dtype = t};

	if (kind == KIND_SEQUENCE)
		return sequence_input(f, name, &like, e, 0);
	Value *has = element_input(f, name, &like, 0, BOOL, &scalar);
	Value *element = kind == KIND_OPTIONAL_SEQUENCE ? sequence_input(f, name, &like, e, 1)
							: element_input(f, name, &like, 1, t, &e->shape[0]);
	Value *v = list_new(f, kind, t, 1, &element);
	v->has = has;
	return v;
}

void arguments_open(const Frame *f)
{
	f->g->arg_in = NEW_N(f->im->arena, Argument, 2 * f->scope->graph->n_input); /* a map is two */
	f->g->arg_out = NEW_N(f->im->arena, Argument, f->scope->graph->n_output);
}

void argument_in(const Frame *f, const Value *v, const char *name, int first)
{
	f->g->arg_in[f->g->narg_in++] = (Argument){.name = name, v->kind, v->dtype, first, f->g->nin - first};
}

/* Rows with zeros behind what is real of each. */
static Value *with_zeros_behind(Graph *g, ListRows x)
{
	int rank = x.row->shape.rank;
	Value *real = NULL;

	for (int k = 0; k + 1 < rank; k++) {
		if (!(x.open >> k & 1))
			continue;
		int64_t axes[MAX_RANK], n = rank - 2 - k;
		for (int i = 0; i < rank; i++)
			axes[i] = i + 1;
		Value *along = with_axes(g, NULL, list_sizes_along(g, x.sizes, x.open, k), rank - 1, axes);
		Value *at = with_axes(g, NULL, count_to(g, x.row->shape.dim[k + 1].k), (int)n, axes);
		Value *here = binary(g, NULL, "Less", at, along);
		real = real ? binary(g, NULL, "And", real, here) : here;
	}
	return put(g, NULL, "Where", real, x.row, value_scalar(g, x.row->dtype, 0), END_IN);
}

/* All elements of s, some of which are rows already, as rows: the caller gets as many as the run decides. */
static ListRows rows_to_give(const Frame *f, const Value *s, const char *name)
{
	Frame own = *f;
	const Raw r = {.f = &own, .name = name, .domain = "", .type = "Loop"};
	ListRows x = list_rows_there(&r, f->g, list_rows_of(&r, f->g, s, false), name);

	if (dtype_info(x.row->dtype)->bits < 8)
		fail(f->im->ctx, EXIT_UNSUPPORTED, "E-DYNAMIC",
		     "the run decides how many elements the sequence '%s' has, and they have less than a byte",
		     shown(f->im->ctx, name));
	if (x.sizes && x.row->dtype != STR)
		x.row = with_zeros_behind(f->g, x);
	return x;
}

/* Which axes they differ along, as bits. */
static unsigned put_rows(const Frame *f, const Value *v, const char *name)
{
	ListRows x = rows_to_give(f, v, name);

	graph_output(f->g, x.row, name);
	if (x.sizes)
		graph_output(f->g, x.sizes, arena_format(f->im->arena, "%s:sizes", name));
	return x.open;
}

/* The tensors of v, as outputs. */
static void put_outputs(const Frame *f, const Value *v, const char *name)
{
	ValueRow row = {0};

	put_row(f, v, &row);
	for (int i = 0; i < row.n; i++) {
		if (!row.v[i])
			fail_unknown_element(f, name);
		graph_output(f->g, row.v[i], element_name(f, name, v->kind, i));
	}
}

void argument_out(const Frame *f, Value *v, const char *name)
{
	int first = f->g->nout;
	bool rows = v->kind == KIND_SEQUENCE && (v->tail || list_is_open(v));
	unsigned differ = rows ? put_rows(f, v, name) : 0;

	if (rows)
		;
	else if (is_list(v))
		put_outputs(f, v, name);
	else
		graph_output(f->g, v, name);
	f->g->arg_out[f->g->narg_out++] =
		(Argument){.name = name, v->kind, v->dtype, first, f->g->nout - first, .rows = rows, .differ = differ};
}

static bool all_tensors(const Argument *a, int n)
{
	for (int i = 0; i < n; i++)
		if (a[i].kind != KIND_TENSOR)
			return false;
	return true;
}

void arguments_close(const Frame *f)
{
	Graph *g = f->g;

	if (all_tensors(g->arg_in, g->narg_in) && all_tensors(g->arg_out, g->narg_out))
		g->arg_in = g->arg_out = NULL;
}

void fail_unknown_element(const Frame *f, const char *name)
{
	hint(f->im->ctx, "--shape '%s=[3,4],[2,4]' gives elements their sizes, where that is an output of the model",
	     shown(f->im->ctx, name));
	fail(f->im->ctx, EXIT_UNSUPPORTED, "E-DYNAMIC", "the sizes of the elements of '%s' are known to the run only",
	     shown(f->im->ctx, name));
}
