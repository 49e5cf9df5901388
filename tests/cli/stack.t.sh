# stack.t.sh -- --max-stack: the bound that is told, against what gcc says of the code (-fstack-usage, and who calls whom).

# The deepest chain of calls from run on, with 8 bytes for each return address and 512 for functions that are elsewhere.
deepest='
/^node/ { n = $4; gsub(/"/, "", n); own[n] = 512 - 8; if (match($0, /[0-9]+ bytes/)) own[n] = substr($0, RSTART, RLENGTH - 6) + 0
          if (n ~ /:([a-z0-9]+_)?work(\.|$)/) work[n] = 1; if (n ~ /:run(\.|$)/) root = n }
/^edge/ { n = $4 " " $6; gsub(/"/, "", n); edge[n] = 1 }
END {
	for (n in own) own[n] += 8
	own["__indirect_call"] = 0 # the list of calls, by a pointer
	for (w in work) edge["__indirect_call " w] = 1
	for (more = turns = 1; more && turns < 99; turns++) { # no chain is longer
		more = 0
		for (e in edge) {
			split(e, p, " ")
			d = own[p[2]] + deep[p[2]]
			if (d > deep[p[1]]) { deep[p[1]] = d; more = 1 }
		}
	}
	print turns < 99 ? own[root] + deep[root] : 0
}'

# stack MODEL OPTION...: the bound holds, and is no more than 12 times what gcc takes, or 3 KiB
stack() {
	"$bin/tcc-compile" "$@" -o m.c || return 1
	bound=$(sed -n 's/^#define M_STACK_BYTES \([0-9]*\).*/\1/p' m.h)
	ends 5 tcc-compile "$@" -o no.c --max-stack $((bound - 1)) && says "needs $bound bytes of stack (--max-stack), 1 more" &&
		[ ! -e no.c ] && ends 0 tcc-compile "$@" -o yes.c --max-stack "$bound" || return 1
	for level in -O1 -O2; do
		gcc $level -w -fcallgraph-info=su -c m.c -o m.o || return 1
		gcc=$(awk "$deepest" m.ci)
		[ "$gcc" -gt 0 ] && [ "$gcc" -le "$bound" ] && { [ "$bound" -le $((12 * gcc)) ] || [ "$bound" -le 3072 ]; } ||
			{ echo "$* $level: $gcc bytes, and we say $bound"; return 1; }
	done
}

for options in "--target c" "--target x86-64-v3" "--target x86-64-v4 --threads"; do
	stack "$digits" $options
	verdict "stack of the digits, $options" $?
done

# Tables and regular expressions, text, lists, sorting, decoders of images.
shared=$root/../shared
for model in node/test_regex_full_match_email_domain node/test_string_concat node/test_image_decoder_decode_png_rgb \
	node/test_nonmaxsuppression_two_batches node/test_lstm_defaults node/test_unique_sorted_with_axis_3d node/test_loop11; do
	[ -f "$shared/onnx-backend/$model/model.onnx" ] || continue
	stack "$shared/onnx-backend/$model/model.onnx"
	verdict "stack of $model" $?
done
for model in int8/mlpt_kws_dscnn_int8 audio/dtln_model_2; do
	[ -f "$shared/zoo/$model.onnx" ] || continue
	stack "$shared/zoo/$model.onnx" --weights c
	verdict "stack of $model" $?
done

ends 5 tcc-compile "$digits" -o m.c --max-stack 1k && says "hint: most is declared in s[0-9]*_[a-z_]*, [0-9]* bytes; the deepest chain of calls is run > m_run > work > s"
verdict "--max-stack says where" $?
