#!/bin/sh
# test.sh -- everything that a change must pass, from a bare machine to one line: "N passed, N failed".
#
# usage: sh tools/test.sh       needs nothing but Debian or Ubuntu; takes minutes on two cores
# The official ONNX tests and the zoo of real models are looked for beside the repository, in ../shared; where they are
# not, Debian's copy of the ONNX tests is taken and the zoo is said to be missing.
set -u
cd "$(dirname "$0")/.." || exit 1
. tools/need.sh

passed=0
failed=0
start=$(date +%s)

# count NAME PASSED FAILED: one line of the report.
count() {
	passed=$((passed + $2))
	failed=$((failed + $3))
	printf '%-34s %5d passed %3d failed  %4d s\n' "$1" "$2" "$3" $(($(date +%s) - start))
}

# check NAME COMMAND...: one test, which passes when the command ends with 0.
check() {
	name=$1
	shift
	if "$@" >"build/log/$name.txt" 2>&1; then
		count "$name" 1 0
	else
		count "$name" 0 1
		tail -n 15 "build/log/$name.txt"
	fi
}

# later NAME COMMAND...: a program of one process, for the pool; tally NAME waits for it. Its words have no blanks.
later() {
	name=$1
	shift
	rm -f "build/log/$name.status"
	echo "$name $*" >>build/log/later
}

# start_pool: what is to be done later, one a processor at a time in that order, while the script goes on.
start_pool() {
	xargs -P "$(nproc)" -I {} sh -c 'set -- {}
		name=$1
		shift
		"$@" >"build/log/$name.txt" 2>&1
		echo $? >"build/log/$name.new"
		mv "build/log/$name.new" "build/log/$name.status"' <build/log/later &
	pool=$!
}

# ended NAME: waits for the end of what is in the pool, and says how it was.
ended() {
	until [ -e "build/log/$1.status" ] || ! kill -0 "$pool" 2>/dev/null; do
		sleep 1
	done
	cat "build/log/$1.status" 2>/dev/null || echo 1
}

# tally NAME [COMMAND...]: a program whose last line is "... N passed, N failed"; one that ends without it failed once.
tally() {
	name=$1
	shift
	if [ $# -gt 0 ]; then
		"$@" >"build/log/$name.txt" 2>&1
		echo $? >"build/log/$name.status"
	fi
	status=$(ended "$name")
	p=$(sed -n '$s/.*\b\([0-9][0-9]*\) passed, [0-9][0-9]* failed.*/\1/p' "build/log/$name.txt")
	f=$(sed -n '$s/.*\b[0-9][0-9]* passed, \([0-9][0-9]*\) failed.*/\1/p' "build/log/$name.txt")
	if [ -z "$p" ]; then
		count "$name" 0 1
		echo "$name ended with $status and without a count"
		tail -n 15 "build/log/$name.txt"
		return
	fi
	[ "$status" -ne 0 ] && [ "$f" -eq 0 ] && f=1
	count "$name" "$p" "$f"
	[ "$f" -ne 0 ] && tail -n 15 "build/log/$name.txt"
}

# units PRESET: the names of the cmocka programs of tests/unit, those first that take longest.
slow='strips winograd emit_sizes emit_conv strassen many tuned emit_counted emit_images emit_transposed'
units() {
	find build/"$1" -maxdepth 1 -name 'unit-*' -type f | awk -v slow="$slow" '
		BEGIN { n = split(slow, name, " "); for (i in name) rank["unit-" name[i]] = i - n - 1 }
		{ sub(".*/", ""); print rank[$0] + 0, $0 }' | sort -n | cut -d " " -f 2
}

# unit PRESET: what they count; one that ends without a summary failed once.
unit() {
	p=0
	f=0
	for program in $(units "$1"); do
		log=build/log/$1-$program.txt
		status=$(ended "$1-$program")
		good=$(sed -n 's/.*\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$log")
		bad=$(sed -n 's/.*\[  FAILED  \] \([0-9]*\) test.*/\1/p' "$log")
		p=$((p + ${good:-0}))
		if [ "$status" -ne 0 ]; then
			f=$((f + ${bad:-1}))
			grep -E 'ERROR|error:|runtime error|FAILED' "$log" | tail -n 15
		fi
	done
	count "unit-$1" "$p" "$f"
}

need_tests
mkdir -p build/log
check build-release build release
check build-sanitize build sanitize
check build-clang build clang

shared=../shared
# What takes longest begins first, so that no processor is without work at the end.
rm -f build/log/later
later strict-bits build/release/run -s tests
later ops-as-c build/release/run -t c tests
later ops-as-native-c build/release/run -t native tests
later vector-functions build/release/ulp
later random-models build/release/models -n 192
[ -d $shared/zoo ] && for target in c x86-64-v3; do
	later mnist-$target build/release/mnist $target
done
for preset in release sanitize; do
	for program in $(units $preset); do
		later "$preset-$program" "build/$preset/$program"
	done
done
later ops-and-passes-sanitize build/sanitize/run tests
later bad-inspect sh tests/bad/run.sh build/release/make_bad build/release/tcc-inspect
later bad-compile sh tests/bad/run.sh build/release/make_bad build/release/tcc-compile --check
later command-line sh tests/cli/check.sh build/release
later schedules build/release/schedules
later ops-and-passes build/release/run tests
start_pool
unit release
unit sanitize
for name in bad-inspect bad-compile ops-and-passes ops-and-passes-sanitize ops-as-c ops-as-native-c strict-bits command-line schedules \
	vector-functions random-models; do
	tally $name
done
[ -d $shared/zoo ] && for target in c x86-64-v3; do
	tally mnist-$target
done
wait

# These use all processors. A few models, for what emitted C promises in every form:
few=
if [ -d $shared/onnx-backend ]; then
	for model in test_ai_onnx_ml_label_encoder_string_int test_equal_string_broadcast test_string_concat_broadcasting test_regex_full_match_email_domain; do
		few="$few $shared/onnx-backend/node/$model/model.onnx"
	done
fi
if [ -d $shared/zoo ]; then
	for model in cnn/mnist8_cntk cnn/squeezenet1_fp16 int8/mlpt_kws_dscnn_int8 audio/dtln_model_2; do
		few="$few $shared/zoo/$model.onnx"
	done
fi

tally emitted-c sh tests/emit/check.sh build/release/tcc-compile samples/digits/digits.onnx $few

check demo sh tools/demo.sh
tally onnx-constants build/release/suite -t none -c
if [ -d $shared/onnx-backend ]; then
	tally onnx-sizes build/release/suite -t none -s
	tally onnx-sizes-compiled build/release/suite -t c,x86-64-v3 -s -e 10
fi
tally onnx-tests build/release/suite
tally onnx-exact build/release/suite -x -t c -f norm
if [ -d $shared/zoo ]; then
	tally zoo build/release/zoo
else
	echo "the zoo of real models is not here ($shared/zoo): its tests and those of MNIST did not run"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
