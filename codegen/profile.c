/* profile.c -- with --profile: emitted code that notes when each worker begins and ends its part of each stage.
 *
 * The caller gives a clock and room, so the file still has no state of its own and needs no clock. Where nobody asks, a
 * run costs a test a stage more. Beside it stands the one function of an emitted file that writes: a Chrome trace. */
#include "codegen/module.h"

/* A stage is done once, by a worker perhaps all its pieces; in a loop or in strips as often as there are turns. */
static int64_t events_of(const Module *m)
{
	int64_t n = 0;
	for (int i = 0; i < m->nstages; i++) {
		const Stage *s = m->stage[i];
		if (!s->mark)
			n += s->strips ? strip_turns(s->strips) : s->times * (m->o->threads && s->split ? s->split_n : 1);
	}
	return n;
}

int64_t profile_events(const Unit *u)
{
	int64_t most = 1;
	for (int i = 0; i < u->nmodules; i++)
		most = events_of(u->module[i]) > most ? events_of(u->module[i]) : most;
	return most;
}

void print_timer(Unit *u, const char *sections, Out *o)
{
	const char *name = u->prefix;
	put_text(o, "/* What a worker knows of its track; track 0: nobody asks. */\n"
	            "struct timer {\n\tconst struct %s_profile *to;\n\tstruct %s_track *track;\n\tint64_t last;\n};\n\n", name, name);
	put_text(o, "static inline struct timer timer_open(const struct call *c, int worker)\n{\n"
	            "\tstruct timer t = { c->profile, 0, 0 };\n"
	            "\tif (t.to && worker < t.to->workers) {\n"
	            "\t\tt.track = &t.to->track[worker];\n\t\tt.last = t.to->now();\n\t}\n\treturn t;\n}\n\n");
	if (calls_function(sections, "timer_begin"))
		put_text(o, "static inline void timer_begin(struct timer *t)\n{\n\tif (t->track)\n\t\tt->last = t->to->now();\n}\n\n");
	put_text(o, "/* Of this stage a part is done, which began where the one before it was done. */\n"
	            "static inline void timer_done(struct timer *t, const char *stage)\n{\n"
	            "\tif (!t->track || t->track->n == %s_PROFILE_EVENTS)\n\t\treturn;\n"
	            "\tstruct %s_event *e = &t->track->event[t->track->n++];\n"
	            "\te->stage = stage;\n\te->begin = t->last;\n\te->end = t->last = t->to->now();\n}\n\n", u->upper, name);
	put_text(o, "static inline void timers_clear(const struct %s_profile *to)\n{\n"
	            "\tfor (int i = 0; to && i < to->workers; i++)\n\t\tto->track[i].n = 0;\n}\n\n", name);
}

void print_profile_header(Unit *u, Out *o)
{
	const char *name = u->prefix;
	put_text(o, "/* Emitted with --profile: every run in a workspace that %s_profile_into() has been told of notes there when each\n"
	            " * worker began and ended its part of each stage, until the next init. */\n", name);
	put_text(o, "#define %s_PROFILE_EVENTS %lld\t/* that a worker notes in a run, at most */\n\n", u->upper,
	         (long long)profile_events(u));
	put_text(o, "struct %s_event {\n\tconst char *stage;\n\tint64_t begin, end;\n};\n\n", name);
	put_text(o, "struct %s_track {\t/* of one worker */\n\tint64_t n;\n\tstruct %s_event event[%s_PROFILE_EVENTS];\n};\n\n", name,
	         name, u->upper);
	put_text(o, "struct %s_profile {\n\tint64_t (*now)(void);\t/* nanoseconds, from any start */\n"
	            "\tint64_t workers;\t/* so many have a track, others note nothing */\n\tstruct %s_track *track;\n};\n\n", name, name);
	put_text(o, "void %s_profile_into(void *workspace, const struct %s_profile *to);\t/* 0: no more */\n", name, name);
	put_text(o, "/* The last run as a Chrome trace, for chrome://tracing or ui.perfetto.dev; -1: it could not be written. */\n"
	            "int %s_trace(const struct %s_profile *p, FILE *to);\n", name, name);
}

void print_profile(Unit *u, Out *o)
{
	const char *name = u->prefix;
	put_text(o, "void %s_profile_into(void *workspace, const struct %s_profile *to)\n{\n"
	            "\tstruct state *s = (struct state *)(void *)((unsigned char *)workspace + STATE);\n\ts->profile = to;\n}\n\n", name, name);
	put_text(o, "/* Microseconds, to the nanosecond, in any locale. */\n"
	            "static void put_time(FILE *to, const char *name, int64_t ns)\n{\n"
	            "\tfprintf(to, \", \\\"%%s\\\": %%lld.%%03d\", name, (long long)(ns / 1000), (int)(ns %% 1000));\n}\n\n");
	put_text(o, "int %s_trace(const struct %s_profile *p, FILE *to)\n{\n\tint64_t start = INT64_MAX;\n"
	            "\tconst char *comma = \"\";\n"
	            "\tfor (int i = 0; i < p->workers; i++)\n"
	            "\t\tif (p->track[i].n && p->track[i].event[0].begin < start)\n\t\t\tstart = p->track[i].event[0].begin;\n", name, name);
	put_text(o, "\tfprintf(to, \"{\\\"displayTimeUnit\\\": \\\"ns\\\", \\\"traceEvents\\\": [\");\n"
	            "\tfor (int i = 0; i < p->workers; i++)\n\t\tfor (int k = 0; k < p->track[i].n; k++, comma = \",\") {\n"
	            "\t\t\tconst struct %s_event *e = &p->track[i].event[k];\n"
	            "\t\t\tfprintf(to, \"%%s\\n{\\\"name\\\": \\\"%%s\\\", \\\"ph\\\": \\\"X\\\", \\\"pid\\\": 0, \\\"tid\\\": %%d\", comma, e->stage, i);\n"
	            "\t\t\tput_time(to, \"ts\", e->begin - start);\n\t\t\tput_time(to, \"dur\", e->end - e->begin);\n"
	            "\t\t\tfprintf(to, \"}\");\n\t\t}\n"
	            "\tfprintf(to, \"\\n]}\\n\");\n\treturn fflush(to) || ferror(to) ? -1 : 0;\n}\n\n", name);
}
