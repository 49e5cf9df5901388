/* print.h -- text: a growing buffer, and the printers of expressions and statements. */
#ifndef TCC_CODEGEN_PRINT_H
#define TCC_CODEGEN_PRINT_H
#include "codegen/nest.h"

struct Out {
	Arena *arena;
	char *text;
	size_t n, c;
};

void put_text(Out *o, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* An axis that stands for a text inside a tile, a word or a sum in parentheses, and so much more. */
typedef struct Shift {
	const Axis *axis;
	const char *text;
	int64_t more;
} Shift;

/* A local in sight, declared in that depth of blocks. */
typedef struct LocalName {
	const Expr *local;
	const char *name;
	int depth;
	const struct LocalName *next;
} LocalName;

typedef struct Printer {
	Module *m;
	Stage *s;
	Out *out;
	const Axis *vector;   /* axis of the open vector loop */
	bool lanes_64, lanes_8; /* ... whose lanes have 64 bits, or 8 */
	int group;            /* ... and of which each statement is printed for so many vectors; 0: for one */
	const char *group_from; /* the number at which that group begins, NULL: at the axis */
	const char *lanes_n;  /* in a partial vector: how many lanes count ("5"), else NULL */
	int depth;            /* indentation */
	const Axis *axis[64]; /* named so far, in order of their names */
	int naxes;
	const Expr *bound[8]; /* expressions that have a name in the text being printed ... */
	const char *bound_name[8]; /* ... and that name (accumulators of a tile) */
	int nbound;
	Shift shifted[MAX_RANK];
	int nshifted;
	const LocalName *named;   /* the last one first */
} Printer;

static inline void shift_axis(Printer *p, const Axis *axis, const char *text, int64_t more)
{
	p->shifted[p->nshifted++] = (Shift){axis, text, more};
}

void print_line(Printer *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "... {" around what is printed until it is closed; style.c takes braces away that one statement does not need. */
void open_block(Printer *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
void close_block(Printer *p);
/* "i++", "i += 4"; "for (int i = 0; i < n; i += 4)" over an index of the stage; "for (int i = 0; i + 4 <= n; i += 4)", as
 * long as whole steps are left, from NULL: from where i is. */
const char *step_text(const char *i, int64_t step, Arena *a);
const char *for_text(Printer *p, const char *i, const char *from, const char *to, int64_t step);
const char *for_whole_text(Printer *p, const char *i, const char *from, const char *to, int64_t step);
/* locals.c: a name for the local that the statement declares, from here to the end of the block; that name; the end of a block;
 * all words that names begin with, NULL behind the last. */
const char *declare_local(Printer *p, const Stmt *t);
const char *local_name(const Printer *p, const Expr *local);
void leave_locals(Printer *p);
const char *local_word(int i);
void print_stmts(Printer *p, const Stmt *t);
void print_loop(Printer *p, const Stmt *t);
/* A scalar expression; with `tight` in parentheses unless it is a single word or a call. */
void print_expr(Printer *p, Expr *x, bool tight);
/* A vector expression: every lane of the open vector loop. */
void print_vector(Printer *p, Expr *x, bool tight);
/* The same, inside a loop of lanes of 64 bits, where it has no name and depends on the axis. */
void print_scalar_select(Printer *p, Expr *x, bool tight); /* all lanes choose alike */
void print_vector_64(Printer *p, Expr *x, bool tight);
void print_vector_8(Printer *p, Expr *x, bool tight);
/* What the printers share. The name that a value has among the stage's parameters, and "x + 4*i": one of its elements. */
const char *value_name(Printer *p, const Value *v);
void print_place_in(Printer *p, const Value *v, Expr *address);
/* The name that an expression has in the text being printed, or NULL. */
const char *bound_name(const Printer *p, const Expr *x);
/* x, of any float type, as float or double text. */
void print_as_float(Printer *p, Expr *x, bool tight);
/* Inside a vector loop, and not the same for all of its lanes. */
bool is_vector(const Printer *p, const Expr *x);
/* "_i", "_u8": which of the helpers is for lanes, and for elements in memory, of this type. */
const char *lane_kind(const Printer *p, DType t);
const char *lane_suffix(Printer *p, DType t);
void print_indent(Printer *p);
/* What lies at a place: of "x + 4*i" "x[4*i]". */
const char *subscript_text(const char *place, Arena *a);
/* "x + 4*i": where a load reads. */
void print_place(Printer *p, const Expr *load);
/* An operation as a format of target.c says, each operand by that function. */
void print_format(Printer *p, const char *format, Expr **arg, bool tight, void (*operand)(Printer *, Expr *, bool));
bool is_call(const char *format); /* its text needs no parentheses anywhere */
const char *axis_name(Printer *p, const Axis *axis);
/* An I64 whose text print_index() gives: an axis, a number, or a sum or product that has bounds. As a sum: coefficients before
 * atoms, constants last. */
bool is_index(const Expr *x);
void print_index(Printer *p, Expr *x, bool tight);
bool is_nothing(const Printer *p, Expr *x); /* an index that stands for 0 in the text being printed */
bool is_bounded(const Expr *x);             /* indices have ranges; data may be anything */
void print_int(Out *o, DType t, int64_t k);
/* print_integer.c: an operation on integers, or its result is one; a conversion between two types below int that changes no
 * number, so that operators need not see it. */
void print_integer_alu(Printer *p, const Expr *x, const char *format, bool tight);
bool keeps_value(const Expr *cast);
const char *scalar_format(const Expr *x); /* that of an X_ALU, by the type of its operands; NULL: there is none */
bool may_overflow(const Expr *x);         /* in C, where it has no meaning; products of u16 are of type int there */
const char *index_type(const Stage *s); /* of all indices in its function */
const char *c_type(DType t);
/* A stage's own parameters in the signature (declare) or a call of its tile function; each after a comma. */
void put_parameters(const Stage *s, Out *o, bool declare);
/* A tile stage, see tile.c: its loops (tile_loops.c), and before it the functions they call. */
void print_tile_functions(Module *m, Stage *s, Out *o);
void print_tiles(Printer *p);
/* A stage that maps tiles, see transform_print.c. */
void print_transform_functions(Module *m, Stage *s, Out *o);
void print_transform(Printer *p);
#endif
