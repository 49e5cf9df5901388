/* passes.c -- runs the cases of tests/passes/: a graph, a pass, and what becomes of the graph.
 *
 *     == x * 1 is x
 *     pass algebra
 *     graph (%x f32[4]) -> (%y) { ... }
 *     ->
 *     graph (%x f32[4]) -> (%x "y") { }            or the word "same": the pass leaves the graph as it is
 *
 * The two are compared as graphs, whatever their values and nodes are called. Before and after the pass, and then after
 * every pass of the table, the graph is also evaluated on seeded inputs. */
#include <glob.h>
#include <stdlib.h>
#include "tests/unit/unit.h"
#include "ir/op.h"
#include "ir/text.h"
#include "passes/check.h"

/* ---- equal graphs ---- */

typedef struct Match {
	const Graph *a, *b;
	const Value **twin; /* of b, by id of a's value */
} Match;

static bool same_value(Match *m, const Value *a, const Value *b);

static bool same_node(Match *m, const Node *a, const Node *b)
{
	if (!a || !b || a->op != b->op || a->nin != b->nin || a->nout != b->nout || !attr_equal(a->op, a->attr, b->attr))
		return false;
	for (int i = 0; i < a->nin; i++)
		if (!same_value(m, a->in[i], b->in[i]))
			return false;
	for (int i = 0; i < a->nout; i++)
		if (!a->out[i] != !b->out[i])
			return false;
	return true;
}

static int input_index(const Graph *g, const Value *v)
{
	int i = 0;

	while (i < g->nin && g->in[i] != v)
		i++;
	return i;
}

static bool same_value(Match *m, const Value *a, const Value *b)
{
	if (!a || !b)
		return a == b;
	if (m->twin[a->id])
		return m->twin[a->id] == b;
	if (a->role != b->role || a->dtype != b->dtype || a->slot != b->slot || !shape_same(&a->shape, &b->shape))
		return false;
	if (a->role == ROLE_INPUT && input_index(m->a, a) != input_index(m->b, b))
		return false;
	if (a->role == ROLE_CONST && !tensor_equal(a->data, b->data))
		return false;
	if (a->role == ROLE_TEMP && !same_node(m, a->def, b->def))
		return false;
	m->twin[a->id] = b;
	return true;
}

static bool same_graph(Ctx *c, const Graph *a, const Graph *b)
{
	Match m = {a, b, NEW_N(&c->perm, const Value *, a->nvalue + 1)};

	if (a->nin != b->nin || a->nout != b->nout || a->nnode != b->nnode)
		return false;
	for (int i = 0; i < a->nout; i++)
		if (strcmp(a->out_name[i], b->out_name[i]) || !same_value(&m, a->out[i], b->out[i]))
			return false;
	return true;
}

/* ---- one case ---- */

typedef struct Case {
	const char *name, *pass, *before, *after;
} Case;

static const Pass *pass_named(const char *name)
{
	const Pass *p = pass_table;

	while (p->name && strcmp(p->name, name))
		p++;
	return p->name ? p : NULL;
}

static bool run_case(Ctx *c, const Case *k)
{
	Syms s = {.ctx = c};
	Options o = {.level = 2, .verify_passes = true, .seed = 3};
	const Pass *p = pass_named(k->pass);

	if (!p) {
		print_error("no pass is called '%s'\n", k->pass);
		return false;
	}
	Graph *g = graph_parse(c, &s, k->before);
	Graph *want = graph_parse(c, &s, strcmp(k->after, "same") ? k->after : k->before);
	Check *check = check_begin(g, o.seed);
	p->run(g, &o);
	graph_verify(g, p->name);
	check_after(check, p);
	bool same = same_graph(c, g, want);
	if (!same)
		print_error("it became\n%s\ninstead of\n%s\n", graph_text(g, &c->perm), graph_text(want, &c->perm));
	passes_run(graph_parse(c, &s, k->before), &o);
	return same;
}

/* A case in a context of its own; trouble in it is a failure of the case. */
static bool passes_case(const Case *k)
{
	Ctx c;
	volatile bool good = false; /* setjmp comes back */

	ctx_open(&c, "test", 0);
	if (setjmp(c.border))
		print_error("%s\n", c.message);
	else
		good = run_case(&c, k);
	ctx_close(&c);
	return good;
}

/* ---- files ---- */

/* Cut the text at the next line that is `line`; what follows it, or NULL. */
static char *cut(char *text, const char *line)
{
	char *at = strstr(text, line);

	if (!at)
		return NULL;
	*at = 0;
	return at + strlen(line);
}

static void trim(char *text)
{
	size_t n = strlen(text);

	while (n && (text[n - 1] == '\n' || text[n - 1] == ' '))
		text[--n] = 0;
}

/* The text of one case, after "== ". */
static bool parse_case(char *text, Case *k)
{
	char *pass = cut(text, "\npass "), *before = pass ? cut(pass, "\n") : NULL, *after = before ? cut(before, "\n->\n") : NULL;

	if (!after)
		return false;
	trim(pass);
	trim(after);
	*k = (Case){text, pass, before, after};
	return true;
}

static char *read_text(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = f ? calloc(1, 1 << 20) : NULL;

	if (text && fread(text, 1, (1 << 20) - 1, f) == (1 << 20) - 1)
		text[0] = 0;
	if (f)
		fclose(f);
	return text;
}

static int run_file(const char *path, int *cases)
{
	char *text = read_text(path), *next = text ? cut(text, "== ") : NULL;
	int failed = !next;

	for (char *at = next; at; at = next) {
		Case k = {0};
		next = cut(at, "\n== ");
		if (!parse_case(at, &k) || !passes_case(&k)) {
			print_error("%s: case '%.60s' failed\n", path, at);
			failed++;
		}
		++*cases;
	}
	free(text);
	return failed;
}

static void test_files(void **state)
{
	glob_t files;
	int cases = 0, failed = 0;

	(void)state;
	assert_int_equal(glob(TCC_TESTS "/passes/*.t", 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++)
		failed += run_file(files.gl_pathv[i], &cases);
	globfree(&files);
	print_message("%d cases\n", cases);
	assert_int_equal(failed, 0);
	assert_true(cases > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_files)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
