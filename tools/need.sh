# need.sh -- sourced by demo.sh and test.sh: makes sure that what they build with is there.
#
# `need` reads lines "CHECK PACKAGE". Where a check fails, the Debian package is installed (as root, or through sudo);
# where that is not possible, the list of what is missing is printed and the script ends.

have() {
	case $1 in
	program:*) command -v "${1#*:}" ;;
	module:*) pkg-config --exists "${1#*:}" ;;
	header:*) echo "#include <${1#*:}>" | cc -E - ;;
	folder:*) [ -d "${1#*:}" ] ;;
	esac >/dev/null 2>&1
}

need() {
	missing=
	while read -r check package; do
		have "$check" || missing="$missing $package"
	done
	[ -z "$missing" ] && return
	if ! command -v apt-get >/dev/null 2>&1; then
		echo "missing, please install (Debian's names):$missing" >&2
		exit 1
	fi
	root=
	if [ "$(id -u)" != 0 ]; then
		root=sudo
		if ! command -v sudo >/dev/null 2>&1; then
			echo "missing; as root: apt-get install --no-install-recommends$missing" >&2
			exit 1
		fi
	fi
	echo "installing:$missing"
	mkdir -p build
	{ $root apt-get update -q && $root env DEBIAN_FRONTEND=noninteractive apt-get install -yq \
		--no-install-recommends $missing; } </dev/null >build/install.log 2>&1 || {
		tail -n 5 build/install.log >&2
		echo "could not install:$missing (see build/install.log)" >&2
		exit 1
	}
}

need_compiler() {
	need <<-END
		program:cc gcc
		header:stdio.h libc6-dev
		program:cmake cmake
		program:ninja ninja-build
		program:pkg-config pkg-config
		program:protoc-c protobuf-c-compiler
	END
	# These checks ask pkg-config, so they come second.
	need <<-END
		module:libprotobuf-c libprotobuf-c-dev
		module:libgvc libgraphviz-dev
	END
}

need_tests() {
	need_compiler
	need <<-END
		program:g++ g++
		program:clang clang
		program:nm binutils
		module:cmocka libcmocka-dev
	END
	# The ONNX tests: our own copy beside the repository, else where the user says, else Debian's.
	[ -d ../shared/onnx-backend ] || [ -n "${TCC_ONNX_TESTS:-}" ] || need <<-END
		folder:/usr/share/libonnx-testdata libonnx-testdata
	END
}

# The build of the given preset, in build/PRESET.
build() {
	mkdir -p build
	{ cmake --preset "$1" && cmake --build --preset "$1"; } >"build/$1.log" 2>&1 || {
		grep -E 'error|warning|Error' "build/$1.log" | head -n 20 >&2
		echo "build of $1 failed, see build/$1.log" >&2
		return 1
	}
}
