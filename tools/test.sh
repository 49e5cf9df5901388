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

# begin NAME COMMAND...: a program that runs while the script goes on; tally NAME waits for it.
begin() {
	name=$1
	shift
	rm -f "build/log/$name.status"
	{
		"$@" >"build/log/$name.txt" 2>&1
		echo $? >"build/log/$name.status"
	} &
}

# tally NAME [COMMAND...]: a program whose last line is "... N passed, N failed"; one that ends without it failed once.
tally() {
	name=$1
	shift
	[ $# -gt 0 ] && begin "$name" "$@"
	wait
	status=$(cat "build/log/$name.status")
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

# unit PRESET: the cmocka programs of tests/unit, one a processor at a time; one that ends without a summary failed once.
unit() {
	p=0
	f=0
	rm -f build/log/"$1"-unit-*
	find build/"$1" -maxdepth 1 -name 'unit-*' -type f | sort | xargs -P "$(nproc)" -I {} \
		sh -c 'log=build/log/$1-$(basename "$2"); "$2" >"$log.txt" 2>&1; echo $? >"$log.status"' unit "$1" {}
	for log in build/log/"$1"-unit-*.txt; do
		status=$(cat "${log%.txt}.status")
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
unit release
unit sanitize
begin bad-inspect sh tests/bad/run.sh build/release/make_bad build/release/tcc-inspect
begin bad-compile sh tests/bad/run.sh build/release/make_bad build/release/tcc-compile --check
begin ops-and-passes build/release/run tests
begin ops-and-passes-sanitize build/sanitize/run tests
for name in bad-inspect bad-compile ops-and-passes ops-and-passes-sanitize; do
	tally $name
done

# A few models, for what emitted C promises in every form.
shared=../shared
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

# Each of these uses one processor for most of its time: they run side by side.
begin emitted-c sh tests/emit/check.sh build/release/tcc-compile samples/digits/digits.onnx $few
begin command-line sh tests/cli/check.sh build/release
begin ops-as-c build/release/run -t c tests
begin ops-as-native-c build/release/run -t native tests
begin strict-bits build/release/run -s tests
begin schedules build/release/schedules
begin vector-functions build/release/ulp
begin random-models build/release/models -n 192
for name in emitted-c command-line ops-as-c ops-as-native-c strict-bits schedules vector-functions random-models; do
	tally $name
done

check demo sh tools/demo.sh
tally onnx-constants build/release/suite -t none -c
[ -d $shared/onnx-backend ] && tally onnx-sizes build/release/suite -t none -s
tally onnx-tests build/release/suite
tally onnx-exact build/release/suite -x -t c -f norm
if [ -d $shared/zoo ]; then
	tally zoo build/release/zoo
	for target in c x86-64-v3; do
		tally mnist-$target build/release/mnist $target
	done
else
	echo "the zoo of real models is not here ($shared/zoo): its tests and those of MNIST did not run"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
