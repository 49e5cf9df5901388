/* transform.h -- a stage whose core maps small tiles by constant tables, one an axis: the ends of Winograd's method
 * and of Strassen's.
 *
 *     y[p, q] = f(sum over a of P[p, a] * (sum over b of Q[q, b] * x[a, b]))
 *
 * A tile is read whole, mapped along its rows, then along its columns, and stored; channels run along the lanes. */
#ifndef TCC_CODEGEN_TRANSFORM_H
#define TCC_CODEGEN_TRANSFORM_H
#include "codegen/nest.h"

enum { TABLE_AXES = 2, TABLE_MOST = 8 /* rows, columns */ };

/* One table and the axes that it connects. */
typedef struct TableAxis {
	Value *table;      /* rows x columns */
	int rows, columns;
	Axis *row, *low;   /* of the output: index inside the tile, or its digits; low is NULL where there is one */
	Axis *tile;        /* of the output: which tile, when a longer axis was cut into them, else NULL */
	int last;          /* rows of the last tile that count, or where its axis varies, may be all that do */
	Axis *phase;       /* of the output: which of the axes one in another that it had been before, or NULL; ... */
	int64_t longer;    /* ... from this one on, the last tile has a row less */
	Dim size;          /* of the axis that was cut into tiles */
	Axis *column;      /* of the sum */
	int64_t x;         /* step of the column in x, in elements */
} TableAxis;

struct Transform {
	TableAxis axis[TABLE_AXES];
	int naxes;
	Expr *load;        /* of x */
	Expr *guard;       /* x is 0 where this does not hold; or NULL */
	Expr *sum, *body;  /* the local that holds an element of the mapped tile; the stage's body around it */
	Axis *lane;
	Axis *outer[MAX_RANK]; /* loops over tiles, outermost first */
	int nouter;
	const char *sizes; /* that the tile functions use, as arguments */
};

/* transform_map.c: the function that maps by that table, printed when it is new. */
const char *map_name(Module *m, const Tensor *table);
#endif
