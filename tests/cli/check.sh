#!/bin/sh
# check.sh -- do the programs do what their options say, and end as they should?
#
# usage: sh tests/cli/check.sh DIRECTORY        where the programs are, build/release
# Prints a line a failure and ends with "N passed, N failed".
set -u
bin=$1
case $bin in /*) ;; *) bin=$PWD/$bin ;; esac
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/verdict.sh"
digits=$root/samples/digits/digits.onnx
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here" || exit 1

# ends CODE PROGRAM ARGUMENT...: with that code, and one line with an id, and a hint at most, where that is not 0
ends() {
	code=$1
	program=$2
	shift 2
	"$bin/$program" "$@" >out 2>err </dev/null
	got=$?
	[ $got = "$code" ] || { echo "$program $*: ends with $got, not $code: $(head -c 300 err)"; return 1; }
	[ "$code" = 0 ] && return 0
	[ "$(grep -c "^$program: .*\[E-[A-Z]*\]\$" err)" = 1 ] && [ "$(grep -cv "^$program: hint: " err)" = 1 ] && [ "$(wc -l <err)" -le 2 ] ||
		{ echo "$program $*: not one line and a hint: $(cat err)"; return 1; }
}

# says TEXT: the last program did, on stdout or stderr
says() {
	grep -qe "$1" out err || { echo "no '$1' in: $(head -c 500 out err)"; return 1; }
}

for part in "$root"/tests/cli/*.t.sh; do
	name=$(basename "$part" .t.sh)
	mkdir "$here/$name" && cd "$here/$name" && . "$part"
	cd "$here" || exit 1
done

echo "$passed passed, $failed failed"
[ $failed = 0 ]
