/* work.c -- what workers share: which stages are cut into pieces, and the helpers by which workers take these.
 *
 *     while (take(&k, 16))                           pieces k.from .. k.to - 1 of 16, until none is left
 *             s5_conv(y, x, w, 7*k.from, 7*k.to);
 *     if (last(&k))                                  too little to be shared: whoever finished the last piece does it
 *             s6_mean(z, y);
 *     meet(&k);                                      wait until all of that is done
 *
 * Pieces are a matter of shapes, who takes them one of the moment; an element is computed the same way in any piece. Each
 * worker has a share of the pieces of its own, the same part of every stage, and so finds in its cache what it wrote
 * before. It takes most of what is left of it at a time; when nothing is left it takes from the ends of the others'.
 * So nobody waits for a worker that has no processor, unless for the pieces that it has in hand. */
#include <string.h>
#include "codegen/module.h"

enum {
	PIECES_MOST = 256,
	PAUSES = 40, /* a microsecond */
	AWAY = 50,   /* microseconds after which a worker that others wait for has lost its processor */
	BACK = 16    /* part of a run after which it does not come back in time */
};

/* Multiply-adds and bytes a microsecond on one core, in a lane or all of them; a piece takes no less than that time. */
static const double MACS = 40e3, LANE_MACS = 3e3, BYTES = 40e3, PIECE = 0.5;

static double microseconds(const Module *m, const Stage *s)
{
	double macs = m->target->lanes > 1 ? MACS : LANE_MACS;
	double computing = (double)s->macs / macs, moving = (double)(s->reads + s->writes) / BYTES;
	return computing > moving ? computing : moving;
}

/* Units of a stage become pieces; where they are one, there is nothing to share, and more than an int counts are not cut. */
static void cut_into_pieces(const Module *m, Stage *s)
{
	double most = microseconds(m, s) / PIECE;
	int64_t pieces = most < PIECES_MOST ? (int64_t)most : PIECES_MOST;
	if (pieces < 2 || s->split_n < 2 || s->split_n * s->split_unit > INT32_MAX) {
		s->split = NULL;
		return;
	}
	int64_t units = (s->split_n + pieces - 1) / pieces;
	s->split_unit *= units;
	s->split_n = (s->split_n + units - 1) / units;
}

/* In the loop or branch that opens at a stage data decide what is done. */
static bool data_decide(const Module *m, int open)
{
	const Control *c = &m->stage[open]->control;
	bool decide = c->going || c->trips;
	for (int i = open, end = mark_end(m, open); i < end; i++)
		decide |= m->stage[i]->mark == MARK_SIZE;
	return decide;
}

/* Workers may come late to a place where data decide, and find something else there: one worker does all of that. (What
 * is counted outside of loops stays where it is until the run is over.) */
static void keep_decisions(Module *m)
{
	for (int i = 0; i < m->nstages; i++) {
		const Stage *s = m->stage[i];
		bool opens = s->mark == MARK_LOOP || s->mark == MARK_IF;
		if (!opens || !data_decide(m, i))
			continue;
		for (int k = i, end = mark_end(m, i); k < end; k++)
			m->stage[k]->split = NULL;
	}
}

void make_pieces(Module *m)
{
	keep_decisions(m);
	for (int i = 0; m->o->threads && i < m->nstages; i++)
		if (m->stage[i]->split && !m->stage[i]->strips)
			cut_into_pieces(m, m->stage[i]);
}

/* The longest time for which a worker has something in hand that it cannot share. */
static double longest_piece(const Module *m)
{
	const Strips *run = NULL;
	double longest = 0, strip = 0;
	for (int i = 0; i < m->nstages; i++) {
		const Stage *s = m->stage[i];
		double piece = microseconds(m, s) / (double)(s->split ? s->split_n : 1);
		if (s->strips) {
			strip = s->strips == run ? strip : 0;
			run = s->strips;
			strip += microseconds(m, s) / (double)strip_turns(run);
			piece = strip;
		}
		longest = piece > longest ? piece : longest;
	}
	return longest;
}

static double whole_run(const Module *m)
{
	double all = 0;
	for (int i = 0; i < m->nstages; i++)
		all += microseconds(m, m->stage[i]);
	return all;
}

/* Whoever leaves is missing for the rest of the run, so a part of a run is waited for a processor that another program,
 * or another guest of the machine, has for a moment. */
int patience(const Unit *u)
{
	double longest = 0, whole = 0, most = 1 << 24;
	if (u->o->profile)
		return (int)most; /* who leaves notes no times */
	for (int i = 0; i < u->nmodules; i++) {
		double piece = longest_piece(u->module[i]), run = whole_run(u->module[i]);
		longest = piece > longest ? piece : longest;
		whole = run > whole ? run : whole;
	}
	double soon = AWAY + 2 * longest, late = whole / BACK;
	double pauses = PAUSES * (soon > late ? soon : late);
	return (int)(pauses < most ? pauses : most);
}

/* ---- the helpers of emitted code ---- */

static const char worker_struct[] =
	"/* What a worker has in hand, and how far it is in the list of calls. */\n"
	"struct worker {\n"
	"\tstruct call *c;\n"
	"\tint worker, workers;\n"
	"\tint from, to;\t/* pieces in hand */\n"
	"\tint next;\t/* row behind the last strip: what is kept of it is here; -1: none */\n"
	"\tint all, mine;\t/* pieces since the last meeting, and those that this worker took */\n"
	"\tint passed;\t/* alone: this call's pieces were all taken */\n"
	"\tint finisher;\t/* last() was true */\n"
	"\tint rests, left;\t/* takes nothing until the next meeting, or until the end */\n"
	"\tuint32_t step, round;\t/* calls, meetings so far */\n"
	"};\n\n";

static const char take_helper[] =
	"/* The part of n pieces that is share i of so many begins here; the next one's where it ends. */\n"
	"static inline int part(int n, int i, int shares)\n{\n\treturn (int)((int64_t)n * i / shares);\n}\n\n"
	"/* Take pieces of a share: most of what is left at the front of the own one, half of what is left at another's end.\n"
	" * 0: none are left. -1: others are further on, so none are left of any. */\n"
	"static int take_from(struct worker *k, uint64_t *share, int first, int size, int own)\n{\n"
	"\tuint64_t was = __atomic_load_n(share, __ATOMIC_RELAXED);\n"
	"\tfor (;;) {\n"
	"\t\tint ahead = (int)((uint32_t)(was >> 32) - k->step);\n"
	"\t\tint front = ahead ? 0 : (int)(was >> 16 & 0xffff), back = ahead ? 0 : (int)(was & 0xffff);\n"
	"\t\tint left = size - front - back, n = own ? (3 * left + 3) / 4 : (left + 1) / 2;\n"
	"\t\tif (ahead > 0 || n == 0)\n\t\t\treturn -(ahead > 0);\n"
	"\t\tuint64_t now = (uint64_t)k->step << 32 | (uint64_t)(front + (own ? n : 0)) << 16 | (uint64_t)(back + (own ? 0 : n));\n"
	"\t\tif (__atomic_compare_exchange_n(share, &was, now, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {\n"
	"\t\t\tk->from = first + (own ? front : size - back - n);\n"
	"\t\t\tk->to = k->from + n;\n"
	"\t\t\treturn n;\n"
	"\t\t}\n"
	"\t}\n}\n\n"
	"static __attribute__((noinline)) int take_shared(struct worker *k, int n)\n{\n"
	"\tint shares = k->workers < SHARES ? k->workers : SHARES;\n"
	"\tfor (int i = 0, some = 0; i < shares && some >= 0 && !k->rests && !k->left; i++) {\n"
	"\t\tint s = (k->worker + i) % shares, first = part(n, s, shares);\n"
	"\t\tsome = take_from(k, &k->c->share[s], first, part(n, s + 1, shares) - first, i == 0);\n"
	"\t\tif (some > 0) {\n\t\t\tk->mine += some;\n\t\t\treturn 1;\n\t\t}\n"
	"\t}\n"
	"\tk->all += n;\n"
	"\tk->step++;\n"
	"\tk->next = -1;\n"
	"\treturn 0;\n}\n\n"
	"/* Some of this call's n pieces are now in hand; 0: none are left, on to the next call. One worker alone takes all. */\n"
	"static inline int take(struct worker *k, int n)\n{\n"
	"\tif (k->workers > 1)\n\t\treturn take_shared(k, n);\n"
	"\tk->from = 0;\n"
	"\tk->to = n;\n"
	"\tk->passed = !k->passed;\n"
	"\treturn k->passed;\n}\n\n";

static const char take_room_helper[] =
	"/* The same by the workers that have room for strips. */\n"
	"static inline int take_room(struct worker *k, int n)\n{\n"
	"\tk->rests |= k->worker >= SHARES;\n"
	"\treturn take(k, n);\n}\n\n";

static const char last_helper[] =
	"/* All pieces so far are done, and this worker finished the last ones. */\n"
	"static inline int last(struct worker *k)\n{\n"
	"\tint mine = k->mine;\n"
	"\tif (k->workers == 1)\n\t\treturn 1;\n"
	"\tk->mine = 0;\n"
	"\tk->finisher = mine && __atomic_add_fetch(&k->c->done, mine, __ATOMIC_ACQ_REL) == k->all;\n"
	"\treturn k->finisher;\n}\n\n";

static const char meet_helper[] =
	"/* Wait until all pieces so far are done. Whoever waits for long leaves the rest to those who have them in hand: they\n"
	" * may need its processor. (Where some have no room for strips, those who have it stay.) */\n"
	"static inline void meet(struct worker *k)\n{\n"
	"\tif (k->workers == 1)\n\t\treturn;\n"
	"\tk->round++;\n"
	"\tint most = k->rests ? 8 * PATIENCE : PATIENCE, leaves = k->workers <= SHARES || k->worker >= SHARES;\n"
	"\tif (k->finisher || last(k)) {\n"
	"\t\tk->c->done = 0;\n"
	"\t\t__atomic_store_n(&k->c->round, k->round, __ATOMIC_RELEASE);\n"
	"\t}\n"
	"\tfor (int i = 0; (int)(__atomic_load_n(&k->c->round, __ATOMIC_ACQUIRE) - k->round) < 0 && !k->left; i += i < most) {\n"
	"\t\tPAUSE;\n"
	"\t\tk->left = leaves && i == most;\n"
	"\t}\n"
	"\tk->finisher = k->rests = k->all = 0;\n}\n\n";

void print_work_helpers(const char *sections, Out *o)
{
	Out text = {.arena = o->arena};
	bool rooms = strstr(sections, "take_room(&k"), meets = strstr(sections, "meet(&k");
	put_text(&text, "%s", "");
	if (rooms || strstr(sections, "take(&k"))
		put_text(&text, "%s%s", worker_struct, take_helper);
	if (rooms)
		put_text(&text, "%s", take_room_helper);
	if (meets || strstr(sections, "last(&k"))
		put_text(&text, "%s", last_helper);
	if (meets)
		put_text(&text, "%s", meet_helper);
	put_text(o, "%s", styled(o->arena, text.text));
}
