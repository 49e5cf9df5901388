/* tile.h -- the inside of printing register tiles: what the files of it know of a tile, and tell each other. */
#ifndef TCC_CODEGEN_TILE_H
#define TCC_CODEGEN_TILE_H
#include "codegen/contract.h"
#include "codegen/module.h"

typedef struct Tile {
	Printer p;
	Contraction *c;
	int lanes, vectors;
	int64_t rest;        /* lanes of the last vector that count, 0: all */
	const char *rest_text; /* the same where it is known at run time only, else NULL */
	const char *name;    /* "s5_tile" */
	const char *i, *j;   /* names of the axes of points and lanes */
	int64_t points;      /* of the call that is printed */
	bool again;          /* the variable of points is declared: by the panel before this one */
	bool lanes_again;    /* that of lanes is: by the points before these */
	int64_t four;        /* products of the step that is printed, where steps are of fours */
} Tile;

/* Parts of the text that is printed. */
static inline const char *text(Tile *t, const char *format, long long x) __attribute__((format(printf, 2, 0)));

static inline const char *text(Tile *t, const char *format, long long x) { return arena_format(t->p.out->arena, format, x); }

/* All tiles of the stage are of one point: nothing counts points, and sums are those of vectors. */
static inline bool one_point(const Tile *t) { return t->c->points == 1 && !t->c->by_rows; }

/* The tile is one of the last panel, in such pairs. */
static inline bool in_pairs(const Tile *t, Pairing of)
{
	return t->c->pairing == of && t->rest && t->rest <= t->lanes / 2;
}

/* "UNROLL for (each point p)", where there are several. */
static inline void open_points(Tile *t)
{
	if (!one_point(t))
		open_block(&t->p, "UNROLL for (int p = 0; p < points; p++)");
}

/* The same for each vector of sums. */
static inline void open_sums(Tile *t)
{
	if (in_pairs(t, OF_POINTS))
		open_block(&t->p, "UNROLL for (int p = 0; p < points; p += 2)");
	else
		open_points(t);
}

static inline void close_points(Tile *t)
{
	if (!one_point(t))
		close_block(&t->p);
}

/* Products in whole fours, by the type of the weights: one instruction, or two of pairs. */
static inline bool by_fours(const Tile *t) { return t->c->four == 4; }

static inline bool by_twos(const Tile *t) { return t->c->of == TWOS; }

static inline bool by_pairs(const Tile *t) { return by_fours(t) && t->c->b_type == I16; }

/* Vectors of one sum. */
static inline int width_of(const Tile *t) { return t->vectors / t->c->sums; }

static inline bool partial(const Tile *t, int q) { return (t->rest || t->rest_text) && q % width_of(t) == width_of(t) - 1; }

static inline const char *rest_of(Tile *t) { return t->rest_text ? t->rest_text : text(t, "%lld", t->rest); }

static inline void indent(Tile *t)
{
	for (int d = 0; d < t->p.depth; d++)
		put_text(t->p.out, "\t");
}

/* tile.c: the names of values, types and sums, and what every file adds to an address. */
const char *type_of(const Tile *t);
const char *name_of(Tile *t, const Expr *load);
const char *b_name(Tile *t);
bool is_half(const Tile *t, int q);
const char *sum_name(Tile *t, const char *at, int q);
const char *sum_at(const Tile *t);
const char *step_end(Tile *t, const Step *s);
void put_term(Tile *t, int64_t step, const char *index);
void put_offset(Tile *t, int64_t k);
/* The functions of a stage: of a full tile, and of the last panel; false when no panel is left over. */
Tile tile_new(Module *m, Stage *s, Out *o);
bool tail_of(Tile *t);
void print_parameters(Tile *t, Out *o, bool declare);

/* tile_step.c: the loads and products of one step of k. */
void print_step(Tile *t);
const char *load_a(Tile *t, bool part);
const char *load_b(Tile *t, bool part);
const char *load_end(const Tile *t);
void put_load(Tile *t, const char *load, void (*put_at)(Tile *, int), int q, bool part, const char *end);
void print_product(Tile *t, const char *acc, const char *a, const char *b, bool half);

/* margin.c: from where to where the outermost k goes, and b with it. */
void print_margin(Tile *t);

/* tile_sum.c: the loops over k around them. */
void print_sum(Tile *t);
#endif
