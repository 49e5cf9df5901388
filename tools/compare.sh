#!/bin/sh
# compare.sh -- emitted C beside ONNX Runtime, OpenVINO and ncnn, in one run on this machine.
#
# usage: sh tools/compare.sh [-z] [OPTION ...] [MODEL ...]
#        MODEL   a name of the benchmark networks (resnet18, bert_base, ...); none: all of them
#        -z      the real models of the zoo instead
#        OPTION  --threads 1,2  --tcc-args "--target x86-64-v3"  and whatever else the comparing program takes
#
# Needs the folder ../shared/bench with the comparing program; where it is not, says so and ends. Engines and models are
# kept in build/compare (the engines come as Python packages; the networks have random weights), figures go to
# build/compare/table.md. Leave the machine alone meanwhile: compare figures of one run only.
set -eu
cd "$(dirname "$0")/.."
. tools/need.sh
bench=../shared/bench
here=build/compare
if [ ! -f $bench/compare.py ]; then
	echo "compare.sh: there is no $bench/compare.py, so there is nothing to compare with" >&2
	exit 0
fi
need_compiler
build release
mkdir -p $here
[ -x $here/venv/bin/python ] || python3 -m venv $here/venv
python=$here/venv/bin/python
$python -c "import numpy, onnx, onnxruntime, openvino, ncnn, pnnx" 2>/dev/null || {
	$python -m pip -q install numpy onnx onnxruntime openvino ncnn
	$python -m pip -q install --no-deps pnnx
}
maker=make_models.py
folder=$here/models
if [ "${1:-}" = -z ]; then
	shift
	maker=zoo_models.py
	folder=$here/zoo
fi
[ -d $folder ] || $python $bench/$maker $folder

# Names become paths; everything else is the comparing program's.
names=
i=$#
while [ "$i" -gt 0 ]; do
	word=$1
	shift
	if [ -f "$folder/$word.onnx" ]; then
		names=yes
		word=$folder/$word.onnx
	fi
	set -- "$@" "$word"
	i=$((i - 1))
done
[ -n "$names" ] || set -- "$@" $folder
exec $python $bench/compare.py --work $here/work --tcc build/release/tcc-compile \
	--tcc-runtime build/release/libtcc_runtime.a --markdown $here/table.md --json $here/figures.json "$@"
