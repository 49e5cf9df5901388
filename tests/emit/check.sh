#!/bin/sh
# check.sh -- is emitted C what it promises to be?
#
# usage: sh tests/emit/check.sh PATH/tcc-compile [MODEL.onnx ...]
# For each model, target and form: no warning from gcc and clang at C99 (C11 with workers), usable from C++, no symbols
# but libm's and mem*, no data that may change, nothing exported but what begins with the prefix, and the same bytes
# when emitted again, from another folder.
set -u
compile=$1
shift
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
strict="-pedantic -Wall -Wextra -Wconversion -Wshadow -Werror"
passed=0
failed=0

# verdict NAME STATUS
verdict() {
	if [ "$2" = 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $1"
	fi
}

undefined() { nm -u "$here/m.o" | awk '{ print $2 }'; }

# Names that the object wants: libm's functions, memcpy and its kin, and the compiler's own support library.
allowed='^(mem(cpy|move|set)|_GLOBAL_OFFSET_TABLE_|__(cpu_indicator_init|cpu_model|cpu_features2|stack_chk_fail)|[a-z0-9_]*gcc[a-z0-9_]*|__(mul|div|mod|float|fix|trunc|extend|udiv|umod)[a-z0-9_]*|l?l?(abs|fabs|floor|ceil|round|rint|nearbyint|trunc|sqrt|exp|exp2|expm1|log|log2|log10|log1p|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|asinh|acosh|atanh|erf|pow|fmod|fmin|fmax|fma|ldexp|frexp|scalbn|lrint)f?)$'

check_form() {
	name=$1
	std=$2
	gcc -std="$std" $strict -O2 -c "$here/m.c" -o "$here/m.o" 2>"$here/said" || { cat "$here/said"; return 1; }
	clang -std="$std" $strict -O1 -c "$here/m.c" -o "$here/clang.o" 2>"$here/said" || { cat "$here/said"; return 1; }
	undefined | grep -Ev "$allowed" && { echo "wants symbols from elsewhere"; return 1; }
	size -A "$here/m.o" | awk '$1 ~ /^\.(data|bss)$/ && $2 > 0 { bad = 1 } END { exit bad }' ||
		{ echo "has data that may change"; return 1; }
	nm -g --defined-only "$here/m.o" | awk '$3 !~ /^m_/ { bad = 1; print $3 } END { exit bad }' ||
		{ echo "exports names without the prefix"; return 1; }
	printf '#include "m.h"\nint main() { return m_model.abi != TCC_ABI || m_run(0, 0, 0, 0) != TCC_ERR_ARG; }\n' >"$here/m.cpp"
	g++ -Wall -Wextra -Wold-style-cast -Werror "$here/m.cpp" "$here/m.o" -lm -o "$here/m" 2>"$here/said" ||
		{ cat "$here/said"; return 1; }
	"$here/m" || { echo "null pointers are not refused"; return 1; }
}

check_model() {
	for target in c x86-64-v3 x86-64-v4; do
		for form in "" --threads; do
			name="$1 $target $form"
			std=c99
			[ -n "$form" ] && std=c11
			mkdir -p "$here/again"
			"$compile" "$1" -o "$here/m.c" --target $target $form &&
				(cd "$here/again" && "$compile" "$1" -o m.c --target $target $form)
			verdict "$name: compiles" $?
			cmp "$here/m.h" "$here/again/m.h" && grep -v WEIGHTS_FILE "$here/m.c" >"$here/one" &&
				grep -v WEIGHTS_FILE "$here/again/m.c" >"$here/two" && cmp "$here/one" "$here/two"
			verdict "$name: same bytes" $?
			check_form "$name" $std
			verdict "$name: clean" $?
		done
	done
}

case $compile in /*) ;; *) compile=$PWD/$compile ;; esac
for model; do
	case $model in /*) ;; *) model=$PWD/$model ;; esac
	check_model "$model"
done
echo "emit: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
