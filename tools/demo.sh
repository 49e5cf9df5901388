#!/bin/sh
# demo.sh -- from a bare machine to a neural network as C: samples/digits compiled, built with plain cc, and run.
#
# usage: sh tools/demo.sh       leaves the emitted C and a picture of the graph in build/demo
set -eu
cd "$(dirname "$0")/.."
. tools/need.sh
demo=build/demo

need_compiler
build release
mkdir -p $demo
build/release/tcc-compile samples/digits/digits.onnx -o $demo/digits.c --graph $demo/digits.svg
cc -O2 -c $demo/digits.c -o $demo/digits.o
cc -O2 -I$demo samples/digits/main.c $demo/digits.o -lm -o $demo/digits
$demo/digits

bytes() { size -A $demo/digits.o | awk -v s="$1" 'index($1, s) == 1 { n += $2 } END { print n + 0 }'; }
workspace=$(awk '$2 == "DIGITS_WORKSPACE_BYTES" { print $3 }' $demo/digits.h)
echo "$(bytes .text) bytes of code, $(bytes .rodata) of weights, $workspace of memory in a run"
echo
echo "Look at $demo/digits.c (the network as C), $demo/digits.h, and $demo/digits.svg (its graph)."
