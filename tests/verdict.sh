# verdict.sh -- counts what passed and what failed; for scripts to read (.) that check something.
passed=0
failed=0

# verdict NAME STATUS: one check, which passes with status 0
verdict() {
	if [ "$2" = 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $1"
	fi
}
