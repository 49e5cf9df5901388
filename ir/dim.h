/* dim.h -- sizes: numbers, or expressions over symbols with bounds.
 *
 * A symbol is a named input dimension (`batch`), an unnamed one (`image.0`), or a count that a node finds out at run
 * time. Expressions are sums of products in one normal form, so that equal sizes compare equal. One notion serves
 * static, dynamic and data-dependent shapes: planning takes dim_hi(), emitted code the actual value. */
#ifndef TCC_IR_DIM_H
#define TCC_IR_DIM_H
#include <stdbool.h>
#include <stdint.h>
#include "ir/diag.h"

typedef struct Dim {
	int64_t k;  /* the number, when e == 0; else an upper bound where dim_bounded() has put one */
	uint32_t e; /* else: index of an expression in Syms */
} Dim;

typedef struct DimExpr DimExpr;

typedef struct Symbol {
	const char *name; /* as in the model, or made up ("x.0") */
	int64_t lo, hi;   /* bounds, inclusive; hi = -1: unbounded so far */
	bool counted;     /* found out at run time by a node, not given by an input's shape */
	bool varies;      /* counted, another in each turn of a loop: no single number that a file gives can be right */
	Dim most;         /* counted: no more than this formula, which gives a bound where hi does not; number 0: none */
	const struct Graph *owner; /* in which inference made it, or one that is a copy of that; or NULL */
} Symbol;

/* Two sizes that have to be equal; `repeats`: or one of them 1. */
typedef struct DimPair {
	Dim a, b;
	bool repeats;
} DimPair;

typedef struct Syms {
	Ctx *ctx;
	DimPair *equal; /* sizes that have to be equal, see dim_assume_equal() */
	uint32_t nequal, cequal;
	Symbol *choice; /* bounds that the user gave symbols which are still to be made */
	uint32_t nchoice, cchoice;
	DimExpr *expr; /* [1..nexpr) */
	uint32_t nexpr, cexpr;
	Symbol *symbol;
	uint32_t nsymbol, csymbol;
	uint32_t *slot; /* hash table over expr */
	uint32_t nslot;
} Syms;

static inline Dim dim(int64_t k) { return (Dim){k, 0}; }
static inline bool dim_known(Dim d) { return d.e == 0; }
static inline bool dim_is(Dim d, int64_t k) { return d.e == 0 && d.k == k; }
static inline bool dim_same(Dim a, Dim b) { return a.e == b.e && (a.e || a.k == b.k); }

/* The symbol of that name, made with bounds 0..unbounded when new. */
Dim dim_symbol(Syms *s, const char *name);
Symbol *dim_symbol_of(Syms *s, Dim d); /* NULL unless d is a plain symbol */
bool dim_exists(const Syms *s, const char *name); /* there is a symbol of that name */
/* A symbol of that name, when it is made, has these bounds. */
void dim_choose(Syms *s, const char *name, int64_t lo, int64_t hi);
/* A copy of the table, in scratch, to come back to: what was made since is gone, bounds are those of then. */
Syms syms_keep(const Syms *s);
void syms_restore(Syms *s, const Syms *kept);

/* Arithmetic; what exceeds 2^62, or a formula of 1000 parts, fails with E-SIZE. Division is by a positive Dim only and
 * rounds down; mod is its remainder. Results are simplified by the bounds that symbols have at that time, so bounds may
 * be narrowed later but never widened. */
Dim dim_add(Syms *s, Dim a, Dim b);
Dim dim_sub(Syms *s, Dim a, Dim b);
Dim dim_mul(Syms *s, Dim a, Dim b);
Dim dim_floordiv(Syms *s, Dim a, Dim b);
Dim dim_ceildiv(Syms *s, Dim a, Dim b);
Dim dim_mod(Syms *s, Dim a, Dim b);
Dim dim_min(Syms *s, Dim a, Dim b);
Dim dim_max(Syms *s, Dim a, Dim b);

/* No less than dim_lo and no more than dim_hi, as far as the bounds of symbols tell (exact for a single symbol, safe
 * for all); INT64_MIN and INT64_MAX when unbounded. */
int64_t dim_lo(Syms *s, Dim d);
int64_t dim_hi(Syms *s, Dim d);
/* Inference took a and b for the same size (`repeats`: or one of them for 1), and only a run can tell: emitted code asks. */
void dim_assume_equal(Syms *s, Dim a, Dim b, bool repeats);
/* The same of a that is at most b. */
void dim_assume_at_most(Syms *s, Dim a, Dim b);
bool dim_counts(const Syms *s, Dim d); /* it is made of a size that a node counts */
/* The size for which choices are made that suit one size only: where it varies, a quarter of the most. */
int64_t dim_usual(Syms *s, Dim d);
/* A counted symbol without a bound of its own: the formula that it is at most; else d itself. */
Dim dim_most(Syms *s, Dim d);
/* Counted symbols get the bounds that these formulas have now. */
void dim_settle(Syms *s);
Dim dim_bounded(Syms *s, Dim d); /* the same size with dim_hi() noted in k */
/* Wherever the model is right, d is at most `most`: a counted symbol has that bound from now on, and a run in which it is
 * more ends. False: that cannot be asked of d. */
bool dim_counted_at_most(Syms *s, Dim d, Dim most);
/* A run would count `size` for d, where d is a counted symbol: it has no other value from now on. */
void dim_counted_is(Syms *s, Dim d, int64_t size);
/* 1 where a < b, else 0; 1 where a = b, else 0. */
Dim dim_less(Syms *s, Dim a, Dim b);
Dim dim_equal(Syms *s, Dim a, Dim b);
bool dim_apart(Syms *s, Dim a, Dim b);   /* no value within the bounds of one is within those of the other */
/* d, no number, may be 1 in a run where `beside` is more: what has that size repeats there. Two formulas of one symbol are
 * compared value by value, as far as sizes of 1 may be expected. */
bool dim_repeats(Syms *s, Dim d, Dim beside);
bool dim_at_most(Syms *s, Dim a, Dim b); /* a <= b for all values within the bounds, as far as we can prove */

/* The value under given symbol values (indexed as s->symbol); E-SIZE when it overflows or divides by zero. */
int64_t dim_eval(Syms *s, Dim d, const int64_t *values);

/* "3", "batch", "2*batch + floordiv(n + 1, 2)", names other than C identifiers with dots in quotes; in the scratch
 * arena. dim_parse reads it back (NULL end on error), and ceildiv() too. */
const char *dim_text(Syms *s, Dim d);
Dim dim_parse(Syms *s, const char *text, const char **end);

/* How an expression is built, for printers that turn it into code. Sums have their terms first and their number last,
 * products their number first; the others have two arguments. ceildiv(a, b) is made as floordiv(a + b - 1, b). */
typedef enum DimKind { DIM_NUMBER, DIM_SYMBOL, DIM_SUM, DIM_PRODUCT, DIM_FLOORDIV, DIM_MOD, DIM_MIN, DIM_MAX } DimKind;
DimKind dim_kind(const Syms *s, Dim d);
int dim_nargs(const Syms *s, Dim d);
Dim dim_arg(const Syms *s, Dim d, int i);
int dim_symbol_index(const Syms *s, Dim d); /* of a DIM_SYMBOL */
#endif
