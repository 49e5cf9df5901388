/* module.h -- the emitted file as a whole: what its parts share.
 *
 *     Unit    facts, helpers, weights, the entry points: once
 *     Module  the stages of the model for one target: a section of the file; the entry points choose one at run time */
#ifndef TCC_CODEGEN_MODULE_H
#define TCC_CODEGEN_MODULE_H
#include "codegen/stack.h"
#include "codegen/print.h"
#include "codegen/sizes.h"

/* After the weights in a blob: their last bytes are the mark that init compares. */
enum { MARK_BYTES = 16, BLOB_TAIL = 64 };

struct Unit {
	Graph *g; /* the model, without places: inputs, outputs, names */
	const Options *o;
	Targets targets;
	Module *module[TARGET_MAX]; /* the sections, best target first; one that any processor runs is the last */
	int nmodules;
	Weight **weight;
	int nweights, cweights;
	Weight **bucket; /* weights by hash: the last one, linked by `next` */
	uint32_t nbuckets;
	int64_t weights_bytes, arena_bytes; /* the arena of the section that needs most */
	StackUse stack;                     /* of a run */
	const char *prefix, *upper; /* of exported names, and in capitals */
	const char *stem;           /* of the output: "m" */
	const char *blob_path;      /* as the emitted text names it */
	const char *blob_name;      /* "m.weights.bin" */
	Dim *size;                  /* that vary, by number of name: symbols first, see sizes.h */
	int nsizes, csizes, nsymbols; /* nsymbols: those that are symbols, of which ... */
	int ngiven;                   /* ... the first are known from the inputs, and the others counted */
	bool named;                   /* the symbols have their numbers */
	const char **field[2];        /* of the typed struct of inputs, of outputs: see fields.c */
	bool weights_in_c;          /* weights are arrays in the text; else bytes of a blob */
	bool weights_given;         /* the blob is given to init */
};

/* unit.c: the C file's text and that of its header, in order. */
Unit *unit_new(Graph *g, const Options *o);
void print_unit(Unit *u, Out *file);
bool any_machine(const Unit *u);    /* some section needs no special instructions */
const char *guard_of(const Module *m); /* the section is for some machines, others have another one: "defined(...)"; else "" */
void move_guard(const char **open, const char *to, Out *o); /* from inside "#if open" to inside "#if to"; "": outside */
/* module.c */
Module *module_new(Unit *u, const Target *t);
void module_build(Module *m);               /* stages, loops, memory; then the text of its functions */
void print_stages(Module *m);               /* functions.c: that text, and what it uses of the target */
void print_section(Module *m, Out *o);
const char *table_text(Module *m);          /* work and stages, for the head comment */
const char *origin(const Stage *s, Arena *a, int most); /* "Conv /stem/Conv, Relu /stem/Relu"; "Add, Sigmoid of /gru/GRU" */
/* pack.c */
void print_shared_weights(Unit *u, Out *o); /* read by several sections; offsets of all, where they are no arrays */
void print_own_weights(Module *m, Out *o);
/* What tells these weights from all others, whatever model, target and version they are of. */
void weights_mark(const Unit *u, uint8_t mark[MARK_BYTES]);
int64_t blob_bytes(const Unit *u);
bool in_blob(const Unit *u, const Weight *w); /* it is no array in the text */
const char *weight_name(const Unit *u, const Weight *w);
const char *upper_name(Arena *a, const char *name);
/* profile.c: with --profile, what a worker notes, its declarations for the header, and the functions they declare. */
void print_timer(Unit *u, const char *sections, Out *o);
void print_profile_header(Unit *u, Out *o);
void print_profile(Unit *u, Out *o);
int64_t profile_events(const Unit *u); /* that a worker notes in a run, at most */
bool keeps_state(const Unit *u);       /* init leaves something behind the arena for run */
/* access.c: a pointer to what lies so far into the arena, or the weights; and the functions that such text uses. */
const char *arena_text(const Module *m, DType t, const char *offset, Arena *a);
const char *weights_text(const Unit *u, DType t, const char *offset, Arena *a);
bool float_weights(const Unit *u); /* all those of the blob: their offsets count floats, else bytes */
void print_accessors(const char *code, Out *o);
/* call.c, calls.c: the arena's enum, struct call with what workers need, the work function. */
void print_arena(Module *m, Out *o);
void print_call_struct(Unit *u, const char *sections, Out *o);
void print_work(Module *m, Out *o);
/* work.c: stages cut into pieces for workers, after their loops and tiles are made; the helpers that take them. */
void make_pieces(Module *m);
int patience(const Unit *u); /* pauses that a worker waits for others: longer than they need for what they have in hand */
void print_work_helpers(const char *sections, Out *o);
/* fields.c: members of the typed structs; size_field: of a symbol, in that of inputs, or of outputs if it is counted. */
const char *input_field(Unit *u, int i);
const char *output_field(Unit *u, int i);
const char *size_field(Unit *u, int i);
/* arguments.c: sequences and optionals at the ABI. */
bool has_lists(const Unit *u);
int64_t lists_at(const Unit *u);    /* where their memory begins in the workspace, */
int64_t workspace_bytes(const Unit *u); /* that the caller owns: the arena, and what lies behind it */
int64_t lists_bytes(const Unit *u); /* and how much it is */
void print_pointer_check(Unit *u, int input, Out *o);
const char *print_absent(Unit *u, Out *o); /* the struct of inputs in which absent ones have memory */
void print_argument_infos(const Unit *u, bool out, const char *list, Out *o);
int size_add(Unit *u, Dim d); /* which size it is that the caller gives or is told */
/* "*in->has_o && ": only optionals have the size d, and while they are absent nothing of that size is read. */
const char *if_size_there(Unit *u, Dim d, Arena *arena);
int present_at_caller(const Unit *u, int at); /* which argument the optional is that input `at` belongs to; -1: none */
const char *place_at_caller(const Unit *u, bool out, int at, Arena *arena); /* the tcc_tensor of in[] or out[] number `at` */
void print_list_helpers(const Unit *u, Out *o);
void print_lists_run(Unit *u, Out *o);
/* entry.c: init, run, the generic descriptor; the header file. */
enum { STATE_BYTES = 64 }; /* of what init leaves */
int64_t bytes_of(const Value *v);
const char *name_behind(Arena *a, const char *field, const char *name); /* "  /head/logits", where the member is called else */
void print_long_name(const char *name, const char *list, int i, Out *o);
void print_info_name(const char *name, const char *list, int i, Out *o); /* a row of tcc_info: its name, */
void print_info_rest(const Value *v, const char *kind, Out *o);          /* and what follows it */
const char *dtype_number(Arena *a, DType t);                             /* with the type's name in a comment */
void print_entry(Unit *u, Out *o);
void print_header_file(Unit *u, Out *o);
/* helpers.c: the helpers of a table that text uses, in an order in which each comes after those it uses. */
void print_helpers(const Helper *table, const char *text, Out *o);
bool uses_word(const char *text, const char *word);      /* in code, not in a comment; a member's name is its own */
bool calls_function(const char *text, const char *name); /* the same, and "(" follows */
/* text of a section; with several sections in the file, names that it declares get the section's tag: v4_s3_conv */
void put_section(const Module *m, const char *text, Out *o);
/* style.c: the text of functions as emitted code should look, whatever braces and long lines printers have left in it */
const char *styled(Arena *a, const char *text);
/* border.c: the body of a stage that writes zeros around a value */
void print_border(Printer *p);
/* "zeros around it", "128 around it", "": what lies around a value */
const char *border_text(const Value *v, Arena *a);
/* routine.c: the body of a stage that calls a helper */
void print_routine(Printer *p);
/* text of the model made harmless: for comments (clipped), for strings (whole) */
const char *comment_text(Arena *a, const char *name);
const char *tail_text(Arena *a, const char *name); /* for comments; of a long name the end, which tells it from others */
const char *string_text(Arena *a, const char *name);
const char *escaped_text(Arena *a, const char *bytes, size_t n);
/* the model's name of an input or output, whatever passes have put in its place */
const char *outer_name(const Graph *g, const Value *v, int i);
const char *shape_name(Unit *u, const Value *v); /* "f32[1,3,32,32]", "f32[1,d0]" */
const char *grouped(Arena *a, int64_t x);         /* "1,234,567" */
#endif
