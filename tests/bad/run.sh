#!/bin/sh
# run.sh -- does a program refuse bad models as it should?
#
# usage: tests/bad/run.sh MAKE_BAD PROGRAM [OPTION...]
# Each file of make_bad's manifest is given to PROGRAM. It has to end with the exit code that stands there, within two
# seconds of a processor (a minute on the wall, since the machine may be busy) and 1 GiB of memory; with code 0 it says
# nothing on stderr but one warning at most, else exactly one error line that ends in an [E-ID], and at most one hint after
# it. Nothing that it prints is outside printable ASCII, and no new file is left behind.
# The last line is "N passed, N failed".
export LC_ALL=C
[ $# -ge 2 ] || { sed -n '4s/^# //p' "$0" >&2; exit 2; }
make_bad=$1
shift
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$make_bad" "$dir/bad" || exit 1
ls "$dir/bad" >"$dir/before"
passed=0
failed=0
name=$(basename "$1")

# complain FILE TEXT
complain() {
	printf '%s: %s\n' "$1" "$2"
	bad=1
}

while read -r file code; do
	bad=0
	(
		ulimit -v 1048576
		ulimit -t 2
		exec timeout 60 "$@" "$dir/bad/$file"
	) >"$dir/out" 2>"$dir/err" </dev/null
	got=$?
	lines=$(wc -l <"$dir/err")
	errors=$(grep -c "^$name: .*\[E-[A-Z]*\]\$" "$dir/err")
	hints=$(grep -c "^$name: hint: " "$dir/err")
	warnings=$(grep -c "^$name: warning: " "$dir/err")
	[ "$got" -eq "$code" ] || complain "$file" "exit code $got instead of $code: $(head -c 300 "$dir/err")"
	[ "$code" -eq 0 ] && want=0 || want=1
	[ "$errors" -eq "$want" ] && [ "$hints" -le "$want" ] && [ "$warnings" -le $((1 - want)) ] &&
		[ $((errors + hints + warnings)) -eq "$lines" ] ||
		complain "$file" "stderr is not one line with an id and at most one hint: $(head -c 300 "$dir/err")"
	grep -q '[^ -~]' "$dir/err" "$dir/out" && complain "$file" "prints bytes outside printable ASCII"
	ls "$dir/bad" | cmp -s - "$dir/before" || complain "$file" "leaves files behind"
	[ $bad -eq 0 ] && passed=$((passed + 1)) || failed=$((failed + 1))
done <"$dir/bad/manifest"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
