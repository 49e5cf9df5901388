/* target.c -- how each operation is written in C, and the list of targets.
 *
 * Formats: %0 to %4 are operands, @1 is a table of which operand 1 is the first element, $ is memory for one text that is
 * made, # how many bytes that has. A format that is a call or a single word stands alone in any expression; the others are
 * put in parentheses where they are operands. Names that begin with v_, i_, u_, f_, t_ are helpers, copied into the emitted
 * file when a stage uses them. */
#include <string.h>
#include "codegen/target.h"

static const AluText texts[ALU_COUNT] = {
	[ADD] = {"%0 + %1", "%0 + %1", "%0 + %1", "%0 + %1", NULL},
	[SUB] = {"%0 - %1", "%0 - %1", "%0 - %1", "%0 - %1", NULL},
	[MUL] = {"%0 * %1", "%0 * %1", "%0 * %1", "%0 * %1", NULL},
	[DIV] = {"%0 / %1", "%0 / %1", "i_div(%0, %1)", "%0 / %1", NULL},
	[OVER] = {"%0 / %1", "%0 / %1", NULL, "v_over(%0, 1 / %1)", NULL},
	[OVER_DATA] = {"%0 / %1", "%0 / %1", NULL, "%0 / %1", NULL},
	[MOD] = {"f_mod(%0, %1)", "d_mod(%0, %1)", "i_mod(%0, %1)", NULL, NULL},
	[FMOD] = {"fmodf(%0, %1)", "fmod(%0, %1)", "i_rem(%0, %1)", NULL, NULL},
	[IDIV] = {NULL, NULL, "%0 / %1", NULL, NULL},
	[IMOD] = {NULL, NULL, "%0 %% %1", NULL, NULL},
	[NEG] = {"-%0", "-%0", "-%0", "-%0", NULL},
	[ABS] = {"fabsf(%0)", "fabs(%0)", "i_abs(%0)", "v_abs(%0)", NULL},
	[MIN] = {"f_min(%0, %1)", "d_min(%0, %1)", "i_min(%0, %1)", "v_min(%0, %1)", NULL},
	[MAX] = {"f_max(%0, %1)", "d_max(%0, %1)", "i_max(%0, %1)", "v_max(%0, %1)", NULL},
	[GREATER] = {"f_greater(%0, %1)", "d_greater(%0, %1)", NULL, "v_greater(%0, %1)", NULL},
	[EQ] = {"%0 == %1", "%0 == %1", "%0 == %1", "v_eq(%0, %1)", "t_equal(%0, %1)"},
	[LT] = {"%0 < %1", "%0 < %1", "%0 < %1", "v_lt(%0, %1)", "t_compare(%0, %1) < 0"},
	[LE] = {"%0 <= %1", "%0 <= %1", "%0 <= %1", "v_le(%0, %1)", "t_compare(%0, %1) <= 0"},
	[AND] = {NULL, NULL, "%0 && %1", "v_and(%0, %1)", NULL},
	[OR] = {NULL, NULL, "%0 || %1", "v_or(%0, %1)", NULL},
	[XOR] = {NULL, NULL, "!%0 != !%1", "v_xor(%0, %1)", NULL},
	[NOT] = {NULL, NULL, "!%0", "v_not(%0)", NULL},
	[BITAND] = {NULL, NULL, "%0 & %1", "%0 & %1", NULL},
	[BITOR] = {NULL, NULL, "%0 | %1", "%0 | %1", NULL},
	[BITXOR] = {NULL, NULL, "%0 ^ %1", "%0 ^ %1", NULL},
	[BITNOT] = {NULL, NULL, "~%0", "~%0", NULL},
	[PACK] = {NULL, NULL, "i_pack(%0, %1, %2, %3)", "v_pack(%0, %1, %2, %3)", NULL},
	[TWOFOLD] = {NULL, NULL, "i_twofold(%0, %1)", NULL, NULL},
	[FOURFOLD] = {NULL, NULL, "i_fourfold(%0, %1)", NULL, NULL},
	[SHL] = {NULL, NULL, "i_shl(%0, %1)", NULL, NULL},
	[SHR] = {NULL, NULL, "i_shr(%0, %1)", NULL, NULL},
	[SELECT] = {"%0 ? %1 : %2", "%0 ? %1 : %2", "%0 ? %1 : %2", "v_select(%0, %1, %2)", "%0 ? %1 : %2"},
	[INDEX] = {NULL, NULL, "i_index(%0, %1, status)", NULL, NULL},
	[COUNT] = {NULL, NULL, "i_count(%0, %1, status)", NULL, NULL},
	[REQUIRE] = {NULL, NULL, "i_require(%0, status)", NULL, NULL},
	[KEY] = {"f_key(%0)", "d_key(%0)", NULL, "v_key(%0)", NULL},
	[FLOOR] = {"floorf(%0)", "floor(%0)", NULL, "v_floor(%0)", NULL},
	[CEIL] = {"ceilf(%0)", "ceil(%0)", NULL, "v_ceil(%0)", NULL},
	[ROUND] = {"rintf(%0)", "rint(%0)", NULL, "v_round(%0)", NULL},
	[TRUNC] = {"truncf(%0)", "trunc(%0)", NULL, "v_trunc(%0)", NULL},
	[SQRT] = {"sqrtf(%0)", "sqrt(%0)", NULL, "v_sqrt(%0)", NULL},
	[EXP] = {"expf(%0)", "exp(%0)", NULL, "v_exp(%0)", NULL},
	[EXP_DOWN] = {"expf(%0)", "exp(%0)", NULL, "v_exp_down(%0)", NULL},
	[EXP_SHARE] = {"expf(%0)", "exp(%0)", NULL, "v_exp_share(%0)", NULL},
	[EXPM1] = {"expm1f(%0)", "expm1(%0)", NULL, "v_expm1(%0)", NULL},
	[LOG] = {"logf(%0)", "log(%0)", NULL, "v_log(%0)", NULL},
	[SIN] = {"sinf(%0)", "sin(%0)", NULL, "v_sin(%0)", NULL},
	[COS] = {"cosf(%0)", "cos(%0)", NULL, "v_cos(%0)", NULL},
	[TAN] = {"tanf(%0)", "tan(%0)", NULL, "v_tan(%0)", NULL},
	[ASIN] = {"asinf(%0)", "asin(%0)", NULL, "v_asin(%0)", NULL},
	[ACOS] = {"acosf(%0)", "acos(%0)", NULL, "v_acos(%0)", NULL},
	[ATAN] = {"atanf(%0)", "atan(%0)", NULL, "v_atan(%0)", NULL},
	[SINH] = {"sinhf(%0)", "sinh(%0)", NULL, "v_sinh(%0)", NULL},
	[COSH] = {"coshf(%0)", "cosh(%0)", NULL, "v_cosh(%0)", NULL},
	[TANH] = {"tanhf(%0)", "tanh(%0)", NULL, "v_tanh(%0)", NULL},
	[ASINH] = {"asinhf(%0)", "asinh(%0)", NULL, "v_asinh(%0)", NULL},
	[ACOSH] = {"acoshf(%0)", "acosh(%0)", NULL, "v_acosh(%0)", NULL},
	[ATANH] = {"atanhf(%0)", "atanh(%0)", NULL, "v_atanh(%0)", NULL},
	[ERF] = {"erff(%0)", "erf(%0)", NULL, "v_erf(%0)", NULL},
	[SIGMOID] = {"f_sigmoid(%0)", "d_sigmoid(%0)", NULL, "v_sigmoid(%0)", NULL},
	[SILU] = {"f_silu(%0)", "d_silu(%0)", NULL, "v_silu(%0)", NULL},
	[GELU] = {"f_gelu(%0)", "d_gelu(%0)", NULL, "v_gelu(%0)", NULL},
	[GELU_TANH] = {"f_gelu_tanh(%0)", "d_gelu_tanh(%0)", NULL, "v_gelu_tanh(%0)", NULL},
	[LOG1P] = {"log1pf(%0)", "log1p(%0)", NULL, "v_log1p(%0)", NULL},
	[POW] = {"powf(%0, %1)", "pow(%0, %1)", "i_pow(%0, %1)", "v_pow(%0, %1)", NULL},
	[ISNAN] = {"isnan(%0)", "isnan(%0)", NULL, "v_isnan(%0)", NULL},
	[ALIKE] = {"f_rounds_alike(%0)", NULL, NULL, NULL, NULL},
	[ISINF] = {"isinf(%0)", "isinf(%0)", NULL, "v_isinf(%0)", NULL},
	[SIGN] = {"f_sign(%0)", "d_sign(%0)", "i_sign(%0)", "v_sign(%0)", NULL},
	[TEXT_FIND] = {.text = "t_find(%0, @1, %2)"},
	[TEXT_PARTS] = {.text = "t_parts(%0, %1, %2)"},
	[TEXT_PART] = {.text = "t_part(%0, %1, %2, %3)"},
	[TEXT_MATCH] = {.text = "t_match(%0, @1, @2, %3)"},
	[TEXT_TOKENS] = {.text = "t_tokens(%0, @1, @2, %3, %4, %5)"},
	[TEXT_TOKEN] = {.text = "t_token(%0, @1, @2, %3, %4, %5, %6)"},
	[TEXT_CONCAT] = {.text = "t_concat(%0, %1, $, #, status)"},
	[TEXT_LETTERS] = {.text = "t_letters(%0, @1, %2, $, #, status)"},
};

const AluText *alu_text(Alu op) { return &texts[op]; }

typedef struct WideText {
	const char *real, *whole, *mask;
} WideText;

static const WideText wide_texts[ALU_COUNT] = {
	[ADD] = {"%0 + %1", "%0 + %1", NULL},
	[SUB] = {"%0 - %1", "%0 - %1", NULL},
	[MUL] = {"%0 * %1", "%0 * %1", NULL},
	[DIV] = {"%0 / %1", NULL, NULL},
	[OVER] = {"%0 / %1", NULL, NULL},
	[OVER_DATA] = {"%0 / %1", NULL, NULL},
	[NEG] = {"-%0", "-%0", NULL},
	[ABS] = {"v_abs_d(%0)", NULL, NULL},
	[MIN] = {"v_min_d(%0, %1)", "v_min_l(%0, %1)", NULL},
	[MAX] = {"v_max_d(%0, %1)", "v_max_l(%0, %1)", NULL},
	[GREATER] = {"v_greater_d(%0, %1)", NULL, NULL},
	[EQ] = {"v_eq_d(%0, %1)", "v_eq_l(%0, %1)", NULL},
	[LT] = {"v_lt_d(%0, %1)", "v_lt_l(%0, %1)", NULL},
	[LE] = {"v_le_d(%0, %1)", "v_le_l(%0, %1)", NULL},
	[AND] = {NULL, NULL, "v_and_64(%0, %1)"},
	[OR] = {NULL, NULL, "v_or_64(%0, %1)"},
	[XOR] = {NULL, NULL, "v_xor_64(%0, %1)"},
	[NOT] = {NULL, NULL, "v_not_64(%0)"},
	[BITAND] = {NULL, "%0 & %1", NULL},
	[BITOR] = {NULL, "%0 | %1", NULL},
	[BITXOR] = {NULL, "%0 ^ %1", NULL},
	[BITNOT] = {NULL, "~%0", NULL},
	[SELECT] = {"v_select_d(%0, %1, %2)", "v_select_l(%0, %1, %2)", NULL},
	[FLOOR] = {"v_floor_d(%0)", NULL, NULL},
	[CEIL] = {"v_ceil_d(%0)", NULL, NULL},
	[ROUND] = {"v_round_d(%0)", NULL, NULL},
	[TRUNC] = {"v_trunc_d(%0)", NULL, NULL},
	[SQRT] = {"v_sqrt_d(%0)", NULL, NULL},
	[EXP] = {"v_exp_d(%0)", NULL, NULL},
	[EXP_DOWN] = {"v_exp_d(%0)", NULL, NULL},
	[EXP_SHARE] = {"v_exp_d(%0)", NULL, NULL},
	[LOG] = {"v_log_d(%0)", NULL, NULL},
	[SIN] = {"v_sin_d(%0)", NULL, NULL},
	[COS] = {"v_cos_d(%0)", NULL, NULL},
	[TANH] = {"v_tanh_d(%0)", NULL, NULL},
	[POW] = {"v_pow_d(%0, %1)", NULL, NULL},
	[ISNAN] = {"v_isnan_d(%0)", NULL, NULL},
};

const char *wide_text(Alu op, DType t)
{
	const WideText *w = &wide_texts[op];
	return t == F64 ? w->real : t == I64 ? w->whole : t == BOOL ? w->mask : NULL;
}

bool is_library_call(Alu op)
{
	for (const Helper *h = common_helpers; h->name; h++) {
		size_t n = strlen(h->name);
		if (!strncmp(h->name, "lib_", 4) && texts[op].f64 && !strncmp(texts[op].f64, h->name + 4, n - 4) &&
		    texts[op].f64[n - 4] == '(')
			return true;
	}
	return false;
}

extern const Target target_c, target_x86_64_v3, target_x86_64_v4, target_x86_64_vnni;

const Target *const target_table[] = {&target_c, &target_x86_64_v3, &target_x86_64_v4, &target_x86_64_vnni, NULL};

static const Target *target_of_this_machine(void)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
	    __builtin_cpu_supports("avx512bw"))
		return __builtin_cpu_supports("avx512vnni") ? &target_x86_64_vnni : &target_x86_64_v4;
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		return &target_x86_64_v3;
#endif
	return &target_c;
}

static const Target *target_find(const char *name)
{
	if (!strcmp(name, "native"))
		return target_of_this_machine();
	for (int i = 0; target_table[i]; i++)
		if (!strcmp(target_table[i]->name, name))
			return target_table[i];
	return NULL;
}

static _Noreturn void unknown_target(Ctx *c, const char *name)
{
	const char *known = "";
	for (int i = 0; target_table[i]; i++)
		known = arena_format(&c->scratch, "%s%s, ", known, target_table[i]->name);
	fail(c, EXIT_USAGE, "E-TARGET", "unknown target '%s': there are %snative", name, known);
}

static int rank(const Target *t)
{
	int i = 0;
	while (target_table[i] != t)
		i++;
	return i;
}

static void targets_add(Ctx *c, Targets *all, const char *name)
{
	const Target *t = target_find(name);
	if (!t)
		unknown_target(c, name);
	all->native |= !strcmp(name, "native");
	int at = all->n;
	for (; at > 0 && rank(all->target[at - 1]) <= rank(t); at--)
		if (all->target[at - 1] == t)
			fail(c, EXIT_USAGE, "E-TARGET", "target %s is given twice%s", t->name,
			     all->native ? " (native is that on this machine)" : "");
	memmove(all->target + at + 1, all->target + at, (size_t)(all->n - at) * sizeof *all->target);
	all->target[at] = t;
	all->names = all->n++ ? arena_format(&c->perm, "%s,%s", all->names, t->name) : t->name;
}

Targets targets_read(Ctx *c, const char *list)
{
	Targets all = {.n = 0};
	char *rest = arena_string(&c->scratch, list), *comma;
	for (; (comma = strchr(rest, ',')); rest = comma + 1) {
		*comma = 0;
		targets_add(c, &all, rest);
	}
	targets_add(c, &all, rest);
	return all;
}
