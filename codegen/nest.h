/* nest.h -- a stage: one expression over loop axes, and the statements that compute it.
 *
 *     Stage   y[at] = body(at), loads flat: X_LOAD has one argument, the address from its value's element 0,..,0
 *     Stmt    loops, locals, stores; a printer turns them into text
 *
 * Vectors are a property of a loop, not of an expression: inside a loop with lanes > 1 an expression that depends on
 * the loop's axis is a vector, one that does not is a scalar spread over its lanes. */
#ifndef TCC_CODEGEN_NEST_H
#define TCC_CODEGEN_NEST_H
#include "codegen/cut.h"
#include "codegen/strips.h"
#include "codegen/target.h"
#include "codegen/tuned.h"
#include "passes/place.h"

typedef enum StmtKind {
	S_FOR,    /* axis = from..to-1, or as far as an axis of varying size goes; lanes > 1: over vectors, the last with fewer lanes;
	           * ways > 1: `local` takes turns, and `other`; step > 1: over whole steps */
	S_LET,    /* declare local `local` = expr; lanes > 1: a vector outside any vector loop, or `ways` of them */
	S_ASSIGN, /* local = expr; lanes > 1: only in the lanes that count, local is from outside the vector loop */
	S_FOLD,   /* declare local `local` = `red` of all `lanes` of the vector local `expr`, or of `ways` of them */
	S_FIND,   /* declare local `local` = the index that `red` gives of the row that the load in expr runs over */
	S_STORE,  /* element `address` of `value` = expr */
	S_IF,     /* if (expr) body; else otherwise, where there is that */
	S_NAN,    /* body if any lane of the vector of doubles in `local` is NaN, which is rare */
	S_ORDER,  /* `value` from `address` on = the order of the row that the load in expr runs over */
	S_BLOCK,  /* lanes x lanes of the load expr, rows `address` apart, turned: body for each of them along axis, where local stands for
	           * it; to > 0: no block begins behind that index of the axis; where `other`, a test, fails, `otherwise` is done for
	           * each element */
	S_TURN,   /* a block of step x step elements of the load expr, whose rows lie `from` apart, is stored turned, in rows `to` apart */
	S_AHEAD,  /* `to` bytes from the load in expr on will be read soon */
	S_FILL,   /* elements of `value` from `address` on, are zeros: `to` of them for each index of `axis` */
	S_TILE,   /* a contraction's register tiles; see contract.h */
	S_TRANSFORM /* tiles mapped by constant tables; see transform.h */
} StmtKind;

typedef struct Stmt Stmt;
struct Stmt {
	StmtKind kind;
	Stmt *next; /* in the same block */
	Axis *axis;
	int64_t from, to;
	int lanes, ways, step; /* step: of a loop with one lane */
	int whole, rest; /* > 0: of an axis of varying size only whole steps of so many, or what they leave over */
	int group;  /* of a vector loop: so many vectors a turn first, each statement for all of them */
	bool split; /* this loop is divided among the workers */
	bool saturates; /* S_STORE: vectors of bytes, where expr is of integers of 32 bits; see before_saturation() */
	Stmt *body, *otherwise;
	Expr *local, *other, *expr, *address;
	Value *value;
	Red red;
	const Expr *starts; /* S_LET: the reduction that accumulates in `local`, or the choice of which this is one branch, or NULL:
	                     * it is expr for good */
};

/* Constant data that a stage reads, as it will lie in memory. */
typedef struct Weight {
	const char *name; /* "s3_w", by the first section that reads it */
	DType dtype;
	int64_t count;
	const void *data;
	int64_t offset; /* bytes in the weights blob */
	const char *note; /* how it is packed, or NULL */
	const char *from; /* the constant of the model that it is made of, "": of none, or of none that has a name */
	uint64_t hash;
	struct Weight *next; /* in its bucket, see Unit */
	uint32_t users; /* bit i: section i of the file reads it */
} Weight;

/* A pointer parameter of a stage function. */
typedef struct Param {
	Value *value;     /* or NULL: a packed weight */
	const Weight *weight;
	const char *name; /* "x", "w", "y", "bias" */
	bool written;
} Param;

enum { PARAM_MAX = 64, CHOICES_MAX = 8 };

typedef struct Contraction Contraction;
typedef struct Transform Transform;

/* A constant table that has a function which maps by it, see transform_map.c. */
typedef struct Table {
	const Tensor *data;
	const char *name;
} Table;

typedef struct Module Module;
typedef struct Unit Unit; /* the whole file, see module.h */
typedef struct Out Out;

/* Control flow in the list of calls: MARK_LOOP ... MARK_END, MARK_IF ... [MARK_ELSE ...] MARK_END. From MARK_SIZE on a
 * counted size is known; MARK_AGREE ends the run where two sizes differ. */
typedef enum Mark { NO_MARK, MARK_LOOP, MARK_IF, MARK_ELSE, MARK_END, MARK_SIZE, MARK_AGREE } Mark;

/* What the marks of one loop or branch know of it. */
typedef struct Control {
	Mark kind;          /* MARK_LOOP or MARK_IF */
	int64_t turns;      /* a loop runs so often, INT64_MAX: no limit ... */
	const Value *trips; /* ... and no more often than this says, ... */
	const Value *going; /* ... and only while this is true; NULL: nothing is said. A branch: its condition */
	bool unless;        /* the branch is the other one */
	int level;          /* of the loop's body */
	bool counts;        /* a loop: how many turns there were is a size: */
	Dim size;           /* a loop: that one, else its turns where they are exact. MARK_SIZE: the one that is known. */
	Dim other;          /* MARK_AGREE: it is the same as `size`, ... */
	bool repeats;       /* ... or one of them is 1 */
	bool short_of;      /* there may be more turns than there is room for */
} Control;

/* What a pointer moves by in each turn of the loops around strips, in elements. */
typedef struct Moving {
	const Value *value;
	int64_t step[OUTER_MAX];
} Moving;

/* The furthest index that is counted in int: what tiles and vectors overshoot stays below 2^31. */
#define NARROW_MOST (INT32_MAX / 2)

typedef struct Stage {
	Module *module;
	int number;
	const char *kind;  /* "conv", "softmax", ...: what it is called behind its number */
	Node *node;        /* that makes the output: the last of the fused ones */
	Node **fused;      /* all nodes whose formulas are inside, in order */
	int nfused, cfused;
	Value *out;
	int piece, pieces; /* it computes the piece-th of so many parts of the output; 0: all */
	Lower *l;
	Expr *body;        /* flat; NULL: zeros around the output, or a routine, ... */
	const Routine *routine; /* ... which makes all of it */
	Value *work;       /* of a routine: memory of its own, or NULL */
	Expr *address;     /* of the output's element */
	Axis *axis[LOOP_MAX]; /* outermost first */
	int naxes;
	Stmt *nest;
	Axis *split;       /* the axis divided among workers, or NULL: one worker does all */
	int64_t split_n;   /* number of pieces that it is divided into */
	int64_t split_unit; /* indices a piece */
	const Strips *strips; /* the run of stages that it is part of, or NULL; split is then the axis of its rows ... */
	Window rows;       /* ... and this is what it computes for a row of the run's last stage */
	Moving *moving;    /* its pointers that move, where strips have loops around them */
	int nmoving, cmoving;
	Contraction *contraction;
	Transform *transform;
	const Value *read[PARAM_MAX]; /* the values it loads, each once */
	int nread;
	Param param[PARAM_MAX];
	int nparams;
	Mark mark;         /* no function, but where control flow forks or joins */
	Control control;
	int64_t times;     /* how often it runs, as far as that is known */
	bool in_place;     /* reads elements where it writes them */
	bool over;         /* writes over what a stage before it wrote, where data says: in order, by one worker */
	bool orders;       /* a row of the output is the order of a row: see order.c */
	bool chooses;      /* the output is the places where body is true: see choose.c */
	bool wide;         /* indices need 64 bits: some pass NARROW_MOST */
	bool apart;        /* vectors may gather elements that lie apart: what is computed of them costs more than that */
	bool checks;       /* has checked indices, or makes text: gets a pointer to the status */
	bool makes_text;   /* gets a pointer to memory for it, so many bytes an element of the output */
	int64_t text_offset, text_turn; /* of that memory in the arena; its bytes for one turn of the loops around */
	int64_t macs, reads, writes; /* multiply-adds; bytes, see StageFacts */
	uint32_t locals;   /* number of X_LOCAL so far */
	const struct Stage *function; /* the stage whose function it calls: its own, or one before it that does the same */
	const char *sizes; /* that the function uses, as arguments */
	const char *schedule; /* one line for the comment */
	const Decision *choice[CHOICES_MAX]; /* of which it is a part */
	int nchoices;
} Stage;

/* The model for one target: a section of the emitted file. */
struct Module {
	Unit *unit;
	int number;        /* of the section in the file */
	Graph *g;          /* its own: places are facts about the values of one module */
	const Options *o;
	const Target *target;
	Stage **stage;
	int nstages, cstages;
	Strips **strips; /* in the order of their stages */
	int nstrips, cstrips;
	Region **region;   /* arena regions by id */
	int nregions, cregions;
	Table *table;      /* constant tables that have a function */
	int ntables, ctables;
	int64_t arena_bytes, arena_bound;
	bool vectors;               /* the text uses instructions of the target */
	bool float_arena;           /* every temporary is f32: the arena is a float * */
	int64_t macs;
	int64_t times;              /* of the next stage, see Stage */
	Out *maps;                  /* gets the functions of tables while functions of stages are printed */
	const char *helpers, *stages; /* text: what its functions use of the target, and its functions */
};

/* stage.c: stages of the graph in order, bodies flat, axes merged where all addresses allow it. */
void make_stages(Module *m, Graph *g);
Stage *stage_add(Module *m, Node *n);
const char *stage_kind(const Stage *s); /* kinds.c: by its operators */
void make_border(Module *m, Node *n, Value *y); /* a stage that writes zeros around it, once */
void make_copy(Module *m, Node *n, Value *from, Value *to); /* a stage that copies a stored value or constant */
Stage *mark_add(Module *m, Node *n, Mark mark, const Control *c); /* a stage without a function */
/* routine.c: a stage that is the call of a helper. */
void make_routine(Module *m, Node *n);
bool wants_vectors(const Stage *s); /* its loops are scalar, and compilers are to be asked for vectors */
bool computes(const Stage *s); /* it is no border and no mark */
/* merge.c: axes of a stage, or of the reductions in it, made one where all addresses allow it. */
void merge_axes(Stage *s);
void merge_reductions(Module *m, Stage *s);
void join_repeats(const Module *m, Stage *s); /* the last but one, where rows repeat */
void split_axes(Module *m, Stage *s); /* the innermost, where the body takes digits of it */
/* bodies.c: the stages of a node's bodies between marks. */
void make_bodies(Module *m, Node *n);
int mark_end(const Module *m, int open); /* the mark that belongs to the one that opens a loop or branch */
/* nest.c: statements for a stage that is no contraction. */
void make_nest(Module *m, Stage *s);
/* build.c: the statement that stores x as the stage's output, after those that name what x uses twice. */
Stmt *store_stmts(Module *m, Stage *s, Expr *x);
/* transpose.c: true when the stage reads across its rows, in blocks; then nest is set. */
bool make_transpose(Module *m, Stage *s);
/* order.c: true when the stage orders rows; then nest is set. */
bool make_order(Module *m, Stage *s);
bool make_choice(Module *m, Stage *s);
/* sparse.c: true when the stage is zeros but for one element of each row; then nest is set. */
bool make_sparse(Module *m, Stage *s);
/* contract.c: true when the stage is a contraction that tiles can do; then nest and contraction are set. */
bool make_tiles(Module *m, Stage *s);
/* transform.c: the same for tiles that constant tables map. */
bool make_transform(Module *m, Stage *s);
/* memory.c: regions and lifetimes; offsets. */
void make_regions(Module *m);
void make_memory(Module *m);
int64_t text_bytes(const Module *m, const Stage *s); /* that one element's text may have */
/* strips.c: runs of stages that go over a strip of rows at a time; before loops and tiles are made. */
void make_strips(Module *m);
void note_strips(Module *m); /* in the schedules of their stages */
int64_t strip_turns(const Strips *run); /* how many strips there are, at most */
int64_t strip_matrices(const Strips *run); /* over so many their stages' functions go one by one; 1 where there are no strips */
/* cost.c: what a stage is expected to take, in cycles as heur.h counts them; and the line that says so and why. */
double stage_cycles(const Module *m, const Stage *s);
const char *stage_why(const Stage *s, Arena *a);
void stage_choose(Stage *s, const Decision *choice);
/* What the file of measured choices says of it, or NULL. */
Entry *measured(const Module *m, const Decision *choice);
bool takes_range(const Module *m, const Stage *s); /* the stage's function has parameters from and to */
/* pack.c: that weight (its name, data, note, from), or an equal one that the file has already. */
const Weight *weight_add(Module *m, const Weight *of);

Expr *local_new(Stage *s, DType t);
/* params.c */
Param *param_weight(Stage *s, const Weight *w); /* the one that points to packed weights */
const char *role_word(int i); /* the i-th of the names by role, NULL behind the last */
const char *param_role(const Stage *s, const Value *v); /* "bias": what v is to its first reader, or NULL */
Param *param_of(Stage *s, Value *v);       /* the parameter that points to v's element 0,..,0; added when new */
int64_t axis_count(const Axis *axis);
/* vector.c: t is an integer that has a lane of 32 bits. */
bool is_lane_int(DType t);
/* Elements are bytes in memory. */
bool is_lane_byte(DType t);
/* Vectors of elements of that type can be read and stored. */
bool is_lane(const Module *m, DType t);
/* x is  low < a ? a : low  with a number (lowest), or  a < high ? a : high. */
bool is_bound(const Expr *x, bool lowest);
/* What the form of x says of its range, kept in the local that stands for it. */
void keep_range(Expr *local, const Expr *x);
/* Its form says that x lies in the range of an integer type of that lane, or well within that of I32. */
bool is_within(const Expr *x, DType t);
/* Where the byte x is a rounded number, plus a number, cut at its bounds, and surely no more than 32 bits before: that, uncut;
 * else NULL. It has the form i32(round(t)) or i32(round(t)) + z. */
Expr *before_saturation(Lower *l, const Expr *x);
/* Vectors of partial results may be kept for this reduction. */
bool vector_reduce(const Expr *reduction);
/* nest.c: what the reduction adds where it goes up to the index of the innermost loop, or from it on, which keeps it from turn to
 * turn; NULL where it does not: the loop keeps one sum, and none along the lanes of a vector. */
Expr *running_term(const Stage *s, Expr *r, const Axis *lanes);
/* x can be computed for the lanes of a vector along axis. */
/* How far apart the elements of neighbouring lanes lie in memory; 0: at no known distance. */
int64_t lane_step(const Expr *load, const Axis *axis);
/* A load that steps by so much reads the vectors in which its elements lie, and picks them out. */
enum { SHUFFLED_MAX = 4 };
bool is_shuffled(const Expr *load, int64_t step);
/* Several neighbouring lanes have the same element. */
bool is_repeated(const Expr *load, const Axis *axis);
bool vectorisable(const Module *m, Stage *s, Expr *x, const Axis *axis);
/* vector64.c: the same for lanes of 64 bits, of which a vector has half as many. */
bool is_lane_64(DType t);
/* ... and for bools made of nothing but bools, of which it has four times as many. */
bool vectorisable_8(const Module *m, Stage *s, Expr *x, const Axis *axis);
bool exact_in_vectors(Alu op); /* with the bits that --strict promises */
bool vectorisable_64(const Module *m, Stage *s, Expr *x, const Axis *axis);
#endif
