#!/bin/sh
# check.sh -- is emitted C what it promises to be?
#
# usage: sh tests/emit/check.sh PATH/tcc-compile [MODEL.onnx ...]
# For each model, target and form: no warning from gcc and clang at C99 (C11 with workers), no symbols but libm's and
# mem*, no data that may change, nothing exported but what begins with the prefix, the same bytes when emitted again from
# another folder in another locale, a header that C++ reads, and a caller (drive.c) that hands in every wrong argument and
# looks whether two runs give the same bytes. For each model: a file for several targets computes, with each of its
# sections, what the file for that target alone does; with --strict all targets and compilers give the same bits. For the
# digits: what README.md shows, weights inside and outside, --profile, --tuned, and a C++ program (use.cpp) with two models and
# two threads.
set -u
compile=$1
shift
case $compile in /*) ;; *) compile=$PWD/$compile ;; esac
tests=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$tests/../.." && pwd)
. "$root/tests/verdict.sh"
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
strict="-pedantic -Wall -Wextra -Wconversion -Wshadow -Werror"
several=x86-64-v4,x86-64-v3,c

# The locale in which letters and numbers differ most, of those that are installed.
strange=C.UTF-8
for l in de_DE.utf8 tr_TR.utf8; do
	locale -a 2>/dev/null | grep -qx $l && strange=$l
done

# quiet COMMAND...: says something only when it fails
quiet() {
	"$@" >"$here/said" 2>&1 || { cat "$here/said"; return 1; }
}

# Names that the object wants: libm's functions, memcpy and its kin (clang makes bcmp of a memcmp that asks for equality), and
# the compiler's own support library.
allowed='^(mem(cmp|cpy|move|set)|bcmp|_GLOBAL_OFFSET_TABLE_|__(cpu_indicator_init|cpu_model|cpu_features2|stack_chk_fail)|[a-z0-9_]*gcc[a-z0-9_]*|__(mul|div|mod|float|fix|trunc|extend|udiv|umod)[a-z0-9_]*|l?l?(abs|fabs|floor|ceil|round|rint|nearbyint|trunc|sqrt|exp|exp2|expm1|log|log2|log10|log1p|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|asinh|acosh|atanh|erf|pow|fmod|fmin|fmax|fma|ldexp|frexp|scalbn|lrint)f?)$'

# With --profile a file can write a trace, and wants what that takes.
stdio='^_*(fprintf|fputs|fputc|putc|fwrite|fflush|ferror)(_chk)?$'
also='^$'

check_object() {
	nm -u "$1" | awk '{ print $2 }' | grep -Ev "$allowed" | grep -Ev "$also" && { echo "wants symbols from elsewhere"; return 1; }
	size -A "$1" | awk '$1 ~ /^\.(data|bss|tdata|tbss)(\.|$)/ && $1 !~ /\.rel\.ro/ && $2 > 0 { bad = 1 } END { exit bad }' ||
		{ echo "has data that may change"; return 1; }
	nm -g --defined-only "$1" | awk '$3 !~ /^m_/ { bad = 1; print $3 } END { exit bad }' ||
		{ echo "exports names without the prefix"; return 1; }
}

# clean STANDARD: m.c without a warning, as m.o by gcc and clang.o by clang
clean() {
	quiet gcc -std="$1" $strict -O2 -c "$here/m.c" -o "$here/m.o" &&
		quiet clang -std="$1" $strict -O1 -c "$here/m.c" -o "$here/clang.o" &&
		check_object "$here/m.o" && check_object "$here/clang.o"
}

# drive OBJECT [STATUS]: what the caller prints; it must end with that status, or with 5 where the processor is too old
drive() {
	[ -e "$here/drive.o" ] || gcc -std=c11 -Wall -Wextra -Werror -I "$root/runtime" -I "$here" -include m.h -DMODEL=m_model \
		-c "$tests/drive.c" -o "$here/drive.o" || return 1
	gcc "$here/drive.o" "$1" -lm -o "$here/drive" || return 1
	"$here/drive" "$here/m.weights.bin"
	status=$?
	[ $status = "${2:-0}" ] || { [ $status = 5 ] && ! has_target "$target"; }
}

has_target() {
	case $1 in
	*c) true ;;
	*v3*) grep -q '^flags.* avx2 .*' /proc/cpuinfo ;;
	*) grep -q '^flags.* avx512vl.*' /proc/cpuinfo ;;
	esac
}

# emit MODEL OPTION...: m.c, and the same bytes from another folder in another locale
emit() {
	model=$1
	shift
	mkdir -p "$here/again"
	"$compile" "$model" -o "$here/m.c" "$@" &&
		(cd "$here/again" && LC_ALL=$strange "$compile" "$model" -o m.c "$@") || return 1
	grep -v WEIGHTS_FILE "$here/m.c" >"$here/one" # the folder of a blob is in the text
	grep -v WEIGHTS_FILE "$here/again/m.c" >"$here/two"
	cmp "$here/m.h" "$here/again/m.h" && cmp "$here/one" "$here/two"
}

cplusplus() {
	printf '#include "m.h"\nint main() { return m_model.abi != TCC_ABI || m_run(0, 0, 0, 0) != TCC_ERR_ARG; }\n' >"$here/m.cpp"
	quiet g++ -Wall -Wextra -Wold-style-cast -Werror "$here/m.cpp" "$here/m.o" -lm -o "$here/m" &&
		"$here/m" || { echo "null pointers are not refused"; return 1; }
}

# without CONDITION...: m.c, for a processor or a machine on which these conditions do not hold
without() {
	cp "$here/m.c" "$here/all.c"
	for condition; do
		sed "s/$condition/0/g" "$here/m.c" >"$here/less" && mv "$here/less" "$here/m.c"
	done
}

# A section of the file for several targets gives the bytes that the file for its target alone gave.
check_section() {
	target=$2
	shift 2
	has_target "$target" || return 0
	without "$@"
	quiet gcc -std=c99 $strict -O1 -c "$here/m.c" -o "$here/m.o" && drive "$here/m.o" >"$here/got"
	status=$?
	mv "$here/all.c" "$here/m.c"
	[ $status = 0 ] && [ "$(awk '{ print $3 }' "$here/got")" = "$(cat "$here/bytes-$target")" ]
}

# Passes that ask the target ask the best one of several: they are left out where targets are compared.
check_sections() {
	for target in c x86-64-v3 x86-64-v4; do
		emit "$1" --target $target --no-pass winograd && quiet gcc -std=c99 -O1 -c "$here/m.c" -o "$here/m.o" &&
			drive "$here/m.o" | awk '{ print $3 }' >"$here/bytes-$target"
	done
	emit "$1" --target $several --no-pass winograd
	v4='__builtin_cpu_supports("avx512vl")'
	v3='__builtin_cpu_supports("avx2")'
	check_section "$1" x86-64-v4
	verdict "$1 $several: x86-64-v4 as alone" $?
	check_section "$1" x86-64-v3 "$v4"
	verdict "$1 $several: x86-64-v3 as alone" $?
	check_section "$1" c "$v4" "$v3"
	verdict "$1 $several: c as alone" $?
	check_section "$1" c 'defined(__x86_64__)'
	verdict "$1 $several: another machine" $?
}

check_form() {
	name="$1 $target $2"
	std=c99
	[ -n "$2" ] && std=c11
	emit "$1" --target "$target" $2
	verdict "$name: same bytes" $?
	clean $std
	verdict "$name: clean" $?
	cplusplus
	verdict "$name: C++" $?
	drive "$here/clang.o" >"$here/got" && drive "$here/m.o" >"$here/got" || { cat "$here/got"; false; }
	verdict "$name: a caller" $?
}

check_model() {
	for target in c x86-64-v3 x86-64-v4 $several; do
		check_form "$1" --threads
		check_form "$1" ""
	done
	check_sections "$1"
	check_strict "$1"
	verdict "$1: the same bits with --strict" $?
	check_flags "$1"
	verdict "$1: flags that --strict takes and refuses" $?
}

# With --strict the bits are the same from every target and compiler, also where a processor could fuse.
check_strict() {
	rm -f "$here/strict"
	for target in c x86-64-v3 x86-64-v4; do
		has_target $target || continue
		emit "$1" --target $target --strict || return 1
		for cc in "gcc -O2" "clang -O3"; do
			quiet $cc -march=native -Wall -Wextra -Werror -c "$here/m.c" -o "$here/m.o" && drive "$here/m.o" >"$here/got" || return 1
			awk '{ print $3 }' "$here/got" >>"$here/strict"
		done
	done
	[ "$(sort -u "$here/strict" | wc -l)" = 1 ]
}

# Floats stay floats where halves are computed as halves (a method of evaluation of its own), but not with -ffast-math.
check_flags() {
	emit "$1" --target c --strict || return 1
	if [ "$(uname -m)" = x86_64 ]; then
		quiet gcc -O1 -march=sapphirerapids -c "$here/m.c" -o "$here/m.o" || return 1
	fi
	! gcc -O1 -ffast-math -c "$here/m.c" -o "$here/m.o" 2>/dev/null
}

# A list without c on a processor that has none of its targets: refused, not run.
check_refusal() {
	target=x86-64-v4,x86-64-v3
	emit "$1" --target $target
	without '__builtin_cpu_supports("avx512vl")' '__builtin_cpu_supports("avx2")'
	quiet gcc -std=c99 $strict -O3 -c "$here/m.c" -o "$here/m.o" && drive "$here/m.o" 5
	verdict "$1: refused without its instructions" $?
}

check_weights() {
	target=c
	for kind in c incbin file; do
		emit "$1" --target c --weights $kind && clean c99 && drive "$here/m.o" >"$here/got-$kind"
		verdict "$1: weights $kind" $?
	done
	cmp "$here/got-c" "$here/got-incbin" && cmp "$here/got-c" "$here/got-file"
	verdict "$1: the same with weights anywhere" $?
}

check_program() {
	"$compile" "$1" -o "$here/one.c" --target $several --threads && "$compile" "$1" -o "$here/two.c" --target c -O0 &&
		quiet gcc -std=c11 -O2 -c "$here/one.c" -o "$here/one.o" && quiet gcc -std=c99 -O1 -c "$here/two.c" -o "$here/two.o" &&
		quiet g++ -std=c++17 $strict -Wold-style-cast -I "$here" "$tests/use.cpp" "$here/one.o" "$here/two.o" -lm -pthread \
			-o "$here/use" && "$here/use"
	verdict "$1: a C++ program" $?
}

# What can be timed computes the same.
check_profile() {
	for target in c x86-64-v3 $several; do
		emit "$1" --target "$target" && clean c99 && drive "$here/m.o" >"$here/plain"
		also=$stdio
		emit "$1" --target "$target" --profile && clean c99 && drive "$here/m.o" >"$here/got" && cmp "$here/plain" "$here/got"
		verdict "$1 $target --profile" $?
		emit "$1" --target "$target" --profile --threads --weights file && clean c11 && cplusplus && drive "$here/m.o" >"$here/got"
		verdict "$1 $target --profile --threads" $?
		also='^$'
	done
}

# refused FILE-TEXT: as a file of measured choices it ends with code 6 and one line, and nothing is written
refused() {
	rm -f "$here"/no.*
	printf "$1" >"$here/tuned.txt"
	"$compile" "$2" -o "$here/no.c" --tuned "$here/tuned.txt" >"$here/got" 2>&1
	[ $? = 6 ] && [ "$(wc -l <"$here/got")" = 1 ] && grep -q '^tcc-compile: .*\[E-TUNED\]$' "$here/got" && [ ! -e "$here/no.c" ] &&
		[ ! -e "$here/no.h" ]
}

check_tuned() {
	for text in '' 'tile a = 1x1\n' 'tcc-tuned 2\n' 'tcc-tuned 1\ntile a = 1x1\n' 'tcc-tuned 1\ntarget c\ntile a 1x1\n' \
		'tcc-tuned 1\ntarget c\ntile a = 1x1\ntile a = 1x2\n' 'tcc-tuned 1\ncpu \033[2J\n'; do
		refused "$text" "$1"
		verdict "$1: refuses a malformed file of choices: $text" $?
	done
	printf 'tcc-tuned 1\ntarget c\ntile conv of another model = 9x9\n' >"$here/tuned.txt"
	emit "$1" --target c && mv "$here/m.c" "$here/untuned.c" && emit "$1" --target c --tuned "$here/tuned.txt" &&
		cmp "$here/m.c" "$here/untuned.c"
	verdict "$1: what is measured of another model changes nothing" $?
	"$compile" "$1" --summary --target c | sed -n 's/^\(winograd .*\) = 6 .*/\1 = off/p' >>"$here/tuned.txt"
	emit "$1" --target c --tuned "$here/tuned.txt" && grep -q wino_in "$here/untuned.c" && ! grep -q wino_in "$here/m.c"
	verdict "$1: a measured choice is taken" $?
	"${compile%/*}/tcc-tune" "$1" -o "$here/tuned.txt" --target c --budget 30 >"$here/got" 2>&1 &&
		[ "$(head -n 1 "$here/tuned.txt")" = "tcc-tuned 1" ] && grep -q '^winograd: 2 choices, [1-3] trials*$' "$here/got" &&
		emit "$1" --target c --tuned "$here/tuned.txt" && clean c99 && drive "$here/m.o" >"$here/got"
	verdict "$1: tcc-tune" $?
}

# Where one file cannot be put in place, or a limit is passed, no file appears and none changes.
check_nothing() {
	mkdir -p "$here/none.c" && echo before >"$here/none.h"
	"$compile" "$1" -o "$here/none.c" 2>"$here/got"
	[ $? = 6 ] && grep -q '^tcc-compile: .*none.c.*\[E-WRITE\]$' "$here/got" && [ "$(ls -d "$here"/none* | wc -l)" = 2 ] &&
		[ "$(cat "$here/none.h")" = before ]
	verdict "$1: all files or none" $?
	for limit in "--max-ram 1k" "--max-flash 1k"; do
		"$compile" "$1" -o "$here/small.c" $limit 2>"$here/got"
		[ $? = 5 ] && grep -q '^tcc-compile: .*needs .* more than the limit of .*\[E-BUDGET\]$' "$here/got" && [ ! -e "$here/small.h" ]
		verdict "$1: $limit" $?
	done
	"$compile" "$1" -o "$here/small.c" --max-ram 1M --max-flash 1M
	verdict "$1: within limits" $?
}

# One JSON object with a row for each stage; the page has as many.
check_report() {
	"$compile" "$1" --report "$here/r.json" && "$compile" "$1" --report "$here/r.html" &&
		[ "$(tr -cd '{' <"$here/r.json" | wc -c)" = "$(tr -cd '}' <"$here/r.json" | wc -c)" ] &&
		[ "$(grep -c '"stage": "s[0-9]*_' "$here/r.json")" = "$(grep -c '<tr><td>s[0-9]*_' "$here/r.html")" ] &&
		grep -q '"arena_bytes": [1-9]' "$here/r.json" && grep -q '"operator": "Softmax", "nodes": 1}' "$here/r.json"
	verdict "$1: --report" $?
}

# What README.md shows of the emitted C is what is emitted: each piece between two lines "...".
check_readme() {
	"$compile" "$1" -o "$here/digits.c" --target c && awk '
		function found() { if (piece && !index(text, piece)) { print "not in the emitted C:\n" piece; bad = 1 } piece = "" }
		{ gsub(/\t/, "    ") }
		FILENAME != ARGV[1] { text = text $0 "\n"; next }
		/^    \/\* digits.c -- / { shown = 1 }
		!shown { next }
		/^[^ ]/ { shown = 0; next }
		{ line[++n] = $0 }
		END {
			for (i = 1; i <= n; i++)
				if (line[i] == "    ...") found()
				else { sub(/^    /, "", line[i]); piece = piece line[i] "\n" }
			sub(/\n+$/, "\n", piece)
			found()
			exit bad || !n
		}' "$root/README.md" "$here/digits.c"
	verdict "$1: as README.md shows it" $?
}

check_digits() {
	digits=$root/samples/digits/digits.onnx
	check_readme "$digits"
	check_nothing "$digits"
	check_report "$digits"
	check_profile "$digits"
	check_tuned "$digits"
	check_refusal "$digits"
	check_weights "$digits"
	check_program "$digits"
}

# Several models: one of these scripts a model, as many at a time as there are processors, and what they count together.
check_all() {
	{
		echo digits
		for model; do
			case $model in /*) echo "$model" ;; *) echo "$PWD/$model" ;; esac
		done
	} | xargs -d '\n' -n 1 -P "$(nproc)" sh "$tests/check.sh" "$compile" --one >"$here/verdicts"
	grep -v '^emit: ' "$here/verdicts"
	passed=$(awk '/^emit: / { n += $2 } END { print n + 0 }' "$here/verdicts")
	failed=$(awk '/^emit: / { n += $4 } END { print n + 0 }' "$here/verdicts")
	[ "$(grep -c '^emit: ' "$here/verdicts")" = $(($# + 1)) ] || failed=$((failed + 1))
}

case ${1:-} in
--one)
	if [ "$2" = digits ]; then check_digits; else check_model "$2"; fi
	;;
*) check_all "$@" ;;
esac
echo "emit: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
