/* heur.c -- the cost model: register tiles, Winograd's method, Strassen's, streams of bytes.
 *
 * A tile's cost in cycles a reduction step is
 *     max(points * vectors / 2 multiply-adds a cycle, loads / 2 a cycle, the stream of b, 4 cycles of latency)
 * summed over the whole panels and points and what is left over. Where a is a vector too (depthwise), the tile that goes
 * tap by tap loads a vector a product; the one that goes by rows loads each vector of a row once for all its taps. */
#include "codegen/contract.h"
#include "codegen/heur.h"

/* Bytes a cycle out of the first cache, the second, the third, and of weights that come from far away. */
enum { FIRST_STREAM = 64, SECOND_STREAM = 32, THIRD_STREAM = 24, FAR_STREAM = 8 };

enum { NARROW = 8 }; /* lanes of a vector */

enum { FIRST_TOUCH = 2 }; /* loads that take as long as a line that comes out of the second cache */

/* Three digits with the factor that leaves them before the point. */
static const char *amount_text(double x, const char *unit, Arena *a)
{
	static const char factor[] = " kMGT";
	int k = 0;
	for (; x >= 999.5 && factor[k + 1]; k++)
		x /= 1000;
	int digits = !k || x >= 99.95 ? 0 : x >= 9.995 ? 1 : 2;
	return arena_format(a, "%.*f %.*s%s", digits, x, k > 0, factor + k, unit);
}

const char *cycles_text(double cycles, Arena *a) { return amount_text(cycles, "cycles", a); }

const char *bytes_text(double bytes, Arena *a) { return amount_text(bytes, "B", a); }

double stream_cycles(const Target *t, double bytes)
{
	return bytes / (bytes <= (double)t->l1 ? FIRST_STREAM : bytes <= (double)t->l2 ? SECOND_STREAM : THIRD_STREAM);
}

double peak_cycles(const Target *t, double macs) { return macs / (2.0 * t->lanes); }

/* ---- register tiles ---- */

static int64_t row_length(const Row *row, int64_t points)
{
	return row->stride * (points - 1) + row->dilation * (row->taps - 1) + 1;
}

/* Vectors of the row that some point and tap read. */
static int row_loads(const Row *row, int64_t points)
{
	uint64_t read = 0;
	int n = 0;
	for (int p = 0; p < points; p++)
		for (int t = 0; t < row->taps; t++)
			read |= (uint64_t)1 << (row->stride * p + row->dilation * t);
	for (; read; read &= read - 1)
		n++;
	return n;
}

/* Loads a step of k. By rows, b stays in the registers that accumulators leave, and what does not fit is read for each
 * use; more than there are registers at all is put aside before. Tap by tap, where taps share vectors of a row, loads take twice their time: the row that goes through the first
 * cache again and again leaves no time for anything else. */
static double tile_loads(const Contraction *c, const Target *t, bool by_rows, int64_t points, int64_t vectors)
{
	if (!c->a_lanes)
		return (double)(vectors + points);
	bool again = c->row.taps && row_loads(&c->row, points) < points * c->row.taps;
	if (!by_rows)
		return (double)(vectors + points * vectors * (again ? 2 : 1));
	int64_t b = c->row.taps * (c->b_number ? 1 : vectors), spare = t->registers - points * vectors - 1;
	int64_t held = b < spare ? b : spare;
	int64_t aside = b > t->registers ? 2 * (b - held) : 0;
	int64_t a = c->b_number ? vectors * (1 + c->lanes / LINE_FLOATS) + FIRST_TOUCH : vectors; /* begins anywhere: in two lines */
	return (double)(row_loads(&c->row, points) * a + held + (b - held) * points + aside) / c->row.taps;
}

/* A vector of sums takes up four products of bytes with one instruction, a dot; with two multiplications and an addition where
 * they are small; or as pairs with two multiplications and two additions, for which bytes are widened. */
static double four_cycles(bool pairs, bool dots) { return pairs ? 1.25 : dots ? 0.5 : 1; }

/* One step of k for a tile: the busiest of multiply-adds, loads, the stream of b and the latency of an accumulator; the
 * others count a little, for nothing overlaps perfectly. The start and end of a tile are spread over its steps. */
static double step_cycles(const Contraction *c, const Target *t, bool by_rows, int64_t points, int64_t vectors)
{
	int64_t bytes = (int64_t)dtype_bytes(c->b_type, vectors * c->lanes * c->four);
	bool pairs = c->four > 1 && c->b_type == I16;
	double fma = (double)(points * vectors) * four_cycles(pairs, t->dots || c->four == 1 || c->of != FOURS);
	fma += of_bytes(c) ? (double)vectors : 0; /* two instructions make floats of bytes */
	double loads = tile_loads(c, t, by_rows, points, vectors) / 2 + (pairs ? (double)(vectors + 2 * points) / 2 : 0);
	bool near = c->steps * bytes <= t->l1 / 2; /* the panel stays in the first cache */
	double stream = (double)bytes / (near ? FIRST_STREAM : SECOND_STREAM);
	double worst = fma > loads ? fma : loads;
	worst = worst > stream ? worst : stream;
	worst = worst > 4 ? worst : 4;
	return worst + 0.1 * (fma + loads + stream) + 20.0 / (double)c->steps;
}

enum { PAIR_APART = 2 }; /* cycles for the sums of a point */

/* Of all sums. */
static int64_t vectors_of(const Contraction *c) { return (c->lane.n + c->lanes - 1) / c->lanes * c->sums; }

bool leaves_pairs(const Contraction *c, const TileShape *tile)
{
	return c->pairing != ALONE && tile->points > 1 && vectors_of(c) % tile->vectors == (tile->vectors > 1);
}

/* The panel of a tile's last vectors, for so many points. */
static double last_cycles(const Contraction *c, const Target *t, const TileShape *tile, int64_t points, int64_t vectors)
{
	double steps = (double)c->steps, apart = PAIR_APART * (double)points;
	if (!leaves_pairs(c, tile))
		return steps * step_cycles(c, t, tile->by_rows, points, vectors);
	if (c->pairing == OF_POINTS)
		return steps * step_cycles(c, t, false, (points + 1) / 2, 1) + apart;
	return (double)pair_steps(c) * step_cycles(c, t, false, points, 1) + apart;
}

/* Of so many points. */
static double points_cycles(const Contraction *c, const Target *t, const TileShape *tile, int64_t points)
{
	int64_t all = vectors_of(c);
	int64_t rest_v = leaves_pairs(c, tile) ? 1 : all % tile->vectors, full_v = (all - rest_v) / tile->vectors;
	int64_t full_p = points / tile->points, rest_p = points % tile->points;
	bool rows = tile->by_rows;
	double sum = (double)full_v * (double)full_p * step_cycles(c, t, rows, tile->points, tile->vectors);
	sum += rest_p ? (double)full_v * step_cycles(c, t, rows, rest_p, tile->vectors) : 0;
	sum *= (double)c->steps;
	sum += rest_v ? (double)full_p * last_cycles(c, t, tile, tile->points, rest_v) : 0;
	return sum + (rest_v && rest_p ? last_cycles(c, t, tile, rest_p, rest_v) : 0);
}

/* Where the number of points varies, what counts is the time of a point: at the most of them, and at a half, a quarter
 * and an eighth of that. */
static double tile_cycles(const Contraction *c, const Target *t, const TileShape *tile)
{
	int sizes = step_varies(&c->point) && c->point.n >= 8 ? 4 : 1;
	double sum = 0;
	for (int i = 0; i < sizes; i++)
		sum += points_cycles(c, t, tile, c->point.n >> i) * (1 << i);
	for (int i = 0; i < c->nouter; i++)
		sum *= (double)c->outer[i].n;
	return sum / sizes;
}

static bool fits(const Target *t, const Contraction *c, const TileShape *tile)
{
	int points = tile->points, vectors = tile->vectors;
	int extra = points == 1 && !of_bytes(c) ? 2 : vectors + 1; /* with one point, b is an operand in memory */
	if (c->four > 1 && c->b_type == I16)
		extra = 2 * vectors + 3;
	else if (c->four == 4 && t->lanes > 1 && !t->dots)
		extra = vectors + 3; /* a, a product, and ones */
	bool holds_taps = tile->by_rows && c->row.taps <= t->registers / 4;
	if (c->b_number)
		extra = vectors + (holds_taps ? c->row.taps + 1 : 1);
	else if (c->a_lanes)
		extra = holds_taps ? c->row.taps * vectors + 4 : 2;
	if (t->lanes == 1 && points > 4)
		return false;
	if (c->b_number && (!tile->by_rows || (t->lanes == 1 && vectors > 1)))
		return false; /* of one column compilers add to the sums of neighbouring points in vectors */
	if (c->a_lanes && !c->b_number && vectors > 1 && points * vectors > 8)
		return false; /* along channels a second vector shares nothing: it only fills the time that sums take */
	if (tile->by_rows && row_length(&c->row, points) > ROW_MAX)
		return false;
	return points * vectors + extra <= t->registers;
}

enum { WAY = 4096, WAYS = 8 }; /* of a first cache: bytes, and how many lines of one set stay */

/* Rows of a that lie a multiple of a cache way apart meet in the same sets: so many of them in one set that they would
 * push each other out. */
static bool crowds(const Contraction *c, int points)
{
	int64_t step = (int64_t)dtype_bytes(c->a->dtype, c->point.a < 0 ? -c->point.a : c->point.a), sets = WAY;
	while (step && sets > 64 && step % sets)
		sets /= 2;
	return step && !c->a_lanes && c->depth > 16 && points > WAYS * (WAY / sets);
}

/* Those that go by rows come first: where both take as long, they are better. */
int tiles_of(const Target *t, const Contraction *c, TileShape *tile)
{
	int64_t all = vectors_of(c);
	int most = step_varies(&c->lane) ? 2 : t->lanes == 1 ? 4 : 8, n = 0; /* what is left over goes vector by vector */
	for (int rows = c->row.taps > 0; rows >= 0; rows--)
		for (int vectors = c->sums; vectors <= most && vectors <= all; vectors += c->sums)
			for (int points = 1; points <= t->registers && points <= c->point.n && n < TILES_MAX; points++) {
				tile[n] = (TileShape){points, vectors, rows, 0};
				if (!fits(t, c, &tile[n]) || crowds(c, points) || c->strip % points)
					continue;
				tile[n].cycles = tile_cycles(c, t, &tile[n]);
				n++;
			}
	return n;
}

int best_tile(const TileShape *tile, int n)
{
	int best = 0;
	for (int i = 1; i < n; i++)
		if (tile[i].cycles < tile[best].cycles * 0.999)
			best = i;
	return best;
}

/* ---- convolutions, directly and by Winograd's method ---- */

/* Weights stream in while the units work; neither hides the other completely. */
static double with_weights(double work, double bytes)
{
	double stream = bytes / FAR_STREAM, more = work > stream ? work : stream;
	return more + 0.2 * (work + stream - more);
}

static double vectors(const Target *t, int64_t channels)
{
	return (double)((channels + t->lanes - 1) / t->lanes);
}

double direct_cycles(const ConvSize *s, const Target *t)
{
	double points = (double)s->batch, taps = 1;
	for (int i = 0; i < s->axes; i++) {
		points *= (double)s->size[i];
		taps *= (double)s->taps[i];
	}
	double products = taps * (double)s->in * vectors(t, s->out);
	return with_weights(points * products / 2, products * t->lanes * 4);
}

double bytes_cycles(const ConvSize *s, const Target *t)
{
	int last = s->axes - 1, four = t->lanes > 1 ? 4 : 1;
	double points = (double)s->batch, rows = 1;
	for (int i = 0; i < s->axes; i++) {
		points *= (double)s->size[i];
		rows *= i < last ? (double)s->taps[i] : 1;
	}
	double steps = rows * (double)((s->taps[last] * s->in + four - 1) / four) * vectors(t, s->out);
	return points * steps * (four == 1 ? 0.5 : 1.25 * four_cycles(!t->dots, t->dots));
}

bool winograd_sums(const ConvSize *s, int i)
{
	return i == 0 && s->axes == 3 && s->taps[0] > 1 && s->taps[1] > 1 && s->taps[2] > 1;
}

bool winograd_gives(const ConvSize *s, int alpha)
{
	bool gives = true;
	for (int i = 0; i < s->axes; i++) {
		int m = winograd_tile(winograd_taps(s, i), alpha);
		gives &= winograd_taps(s, i) == 1 || (m > 1 && m <= winograd_longest(s, i));
	}
	return gives;
}

int winograd_tile(int64_t taps, int alpha) { return taps == 1 ? 1 : alpha + 1 - (int)taps; }

int64_t winograd_longest(const ConvSize *s, int i)
{
	return (s->size[i] + winograd_phases(s, i) - 1) / winograd_phases(s, i);
}

int64_t winograd_tiles(const ConvSize *s, int i, int alpha)
{
	int m = winograd_tile(winograd_taps(s, i), alpha);
	return winograd_phases(s, i) * ((winograd_longest(s, i) + m - 1) / m);
}

static double winograd_products(const ConvSize *s) { return winograd_sums(s, 0) ? (double)s->taps[0] : 1; }

/* Each position is loaded, mapped along each axis and stored; on the way out of Winograd's method the sums are longer, but
 * fewer. */
double map_cycles(double from, double to) { return from == to ? 3.5 * from : 2 * from + 2 * to; }

double winograd_cycles(const ConvSize *s, int alpha, const Target *t)
{
	double tiles = (double)s->batch, from = 1, to = 1;
	for (int i = 0; i < s->axes; i++) {
		tiles *= (double)winograd_tiles(s, i, alpha);
		from *= winograd_taps(s, i) == 1 ? 1 : alpha;
		to *= winograd_tile(winograd_taps(s, i), alpha);
	}
	double sums = winograd_products(s), products = sums * from * (double)s->in * vectors(t, s->out);
	double maps = vectors(t, s->in) * map_cycles(from, from) + vectors(t, s->out) * map_cycles(from, to);
	/* bytes, written once and read once; by each product but the first what the one before has summed up, too */
	double between = tiles * from * ((double)s->in + sums * (double)s->out) * 4;
	double far = between > (double)t->l2 / 2 ? 2 * between / THIRD_STREAM : 0;
	return with_weights(tiles * (products / 2 + maps) + far, products * t->lanes * 4);
}

/* ---- products of matrices, directly and by Strassen's method ---- */

double product_cycles(int64_t m, int64_t k, int64_t n, const Target *t)
{
	double products = (double)k * vectors(t, n);
	return with_weights((double)m * products / 2, products * t->lanes * 4);
}

enum {
	PASS_HIDES = 4,   /* of the time that a pass waits for memory its arithmetic leaves one in so many */
	MANY = 32,        /* registers: sums and the constants of an epilogue have room at once; */
	CROWDED = 3       /* else a vector takes so many cycles longer */
};

double parted_cycles(int64_t m, int64_t k, int64_t n, int parts, const Target *t)
{
	return product_cycles(m, k, parts * n, t) + stream_cycles(t, 2.0 * 4 * (double)(m * parts * n)) / PASS_HIDES;
}

double twins_cycles(int64_t m, int64_t k, int64_t n, int parts, const Target *t)
{
	double crowded = t->registers < MANY ? CROWDED * (double)m * vectors(t, n) : 0;
	return parts * product_cycles(m, k, n, t) + crowded;
}

/* Few rows do not hide the stream of weights, 7/4 of those of the product itself, where vectors and with them the panels of
 * weights are narrow: all of it counts until the work takes three times as long. */
double strassen_cycles(int64_t m, int64_t k, int64_t n, const Target *t)
{
	double half = (double)((m + 1) / 2), products = 7.0 * (double)(k / 2) * vectors(t, n / 2);
	double maps = (vectors(t, k / 2) + vectors(t, n / 2)) * map_cycles(7, 4);
	double work = half * (products / 2 + maps), bytes = products * t->lanes * 4;
	bool hidden = t->lanes > NARROW || work >= 3 * bytes / FAR_STREAM;
	return hidden ? with_weights(work, bytes) : work + bytes / FAR_STREAM;
}
