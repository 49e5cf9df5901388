# files.t.sh -- files that a program writes are all there, whole, or none, and what was there stays.

# One of several files that cannot be written.
mkdir refused && echo old >refused/net.c && mkdir refused/net.h
ends 6 tcc-compile "$digits" -o refused/net.c && [ "$(cat refused/net.c)" = old ] && [ "$(ls refused)" = "net.c
net.h" ]
verdict "a header that cannot be written: the C stays" $?

mkdir report && ends 6 tcc-compile "$digits" -o report/net.c --report nowhere/net.json && says nowhere/net.json && [ -z "$(ls report)" ]
verdict "a report that cannot be written: no C either" $?

mkdir large && (ulimit -f 8 && ends 6 tcc-compile "$digits" -o large/net.c) && [ -z "$(ls large)" ]
verdict "a disk that is full: exit 6, and nothing" $?

ends 2 tcc-compile "$digits" -o net.c --graph same.dot --graph-before same.dot && [ -z "$(ls ./*.c ./*.dot 2>/dev/null)" ]
verdict "two files of one name" $?

# killed SIGNAL: at many moments of a compile; what is there is one of the two compiles, whole
mkdir one two
"$bin/tcc-compile" "$digits" -o one/net.c --target c
"$bin/tcc-compile" "$digits" -o two/net.c --target c --threads
killed() {
	mkdir "killed$1" && cp one/* "killed$1" || return 1
	for at in 0 1 2 3 4 5 6 7 8 9; do
		"$bin/tcc-compile" "$digits" -o "killed$1/net.c" --target c --threads 2>/dev/null &
		pid=$!
		sleep "0.0$at"
		kill "-$1" $pid 2>/dev/null
		wait $pid 2>/dev/null
		for file in net.c net.h; do
			cmp -s "killed$1/$file" "one/$file" || cmp -s "killed$1/$file" "two/$file" || { echo "$file is neither"; return 1; }
		done
		cp one/* "killed$1"
	done
}
killed KILL 2>/dev/null && [ -z "$(ls killedKILL | grep -v '^net\.[ch]\(\.\(tmp\|old\)[0-9]*\)\?$')" ]
verdict "SIGKILL" $?
killed TERM 2>/dev/null && [ "$(ls killedTERM)" = "net.c
net.h" ]
verdict "SIGTERM" $?

# A temporary folder, of a program that is ended while the C compiler runs.
mkdir temporary
printf '#!/bin/sh\ntouch running .hidden\nexec sleep 1\n' >slow && chmod +x slow
# Whoever called this may ignore SIGHUP, which programs inherit.
heeds_all=$(env --default-signal=HUP true 2>/dev/null && echo env --default-signal=HUP)
ended() {
	TMPDIR=$PWD/temporary CC=$PWD/slow $heeds_all "$bin/tcc-run" "$digits" >/dev/null 2>&1 &
	pid=$!
	until [ -e "$(echo temporary/tcc-*/.hidden)" ] || ! kill -0 $pid; do
		sleep 0.01
	done
	kill "-$1" $pid
	wait $pid
	[ $? = "$2" ] && [ -z "$(ls temporary)" ]
}
ended TERM 143 2>/dev/null
verdict "SIGTERM: no temporary folder stays" $?
ended HUP 129 2>/dev/null
verdict "SIGHUP: no temporary folder stays" $?
