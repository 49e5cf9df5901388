# programs.t.sh -- --emit-test and --emit-main: programs without a warning that do what they should, and the same bytes each time;
# tcc-run at sizes that vary; what test programs say of themselves.
warnings="-std=c99 -Wall -Wextra -pedantic -Wconversion -Wshadow -Werror"
other=$(locale -a 2>/dev/null | grep -m 1 de_DE)

# tested MODEL OPTION...: net.c and its test build with both compilers, and the test passes
tested() {
	rm -rf test again
	"$bin/tcc-compile" "$@" -o net.c --emit-test test || return 1
	for cc in gcc clang; do
		$cc $warnings -O1 -I. test/net_test.c net.c -lm -o net_test && ./net_test net.weights.bin >said || { cat said; return 1; }
	done
	mkdir again && (cd again && LC_ALL=${other:-C.UTF-8} "$bin/tcc-compile" "$@" -o net.c --emit-test test) &&
		cmp test/net_test.c again/test/net_test.c && cmp test/net_vectors.h again/test/net_vectors.h && [ "$(ls test | wc -l)" = 2 ]
}

tested "$digits" && grep -q '^random inputs: passed' said
verdict "a test of the digits passes" $?
sed -i 's/^static const float set0_y0\[\] = {/&9, /' test/net_vectors.h
sed -i 's/{ (void \*)set0_y0, 1, 2, { 1, 10 } }/{ (void *)(set0_y0 + 0), 1, 2, { 1, 10 } }/' test/net_vectors.h
gcc -w -I. test/net_test.c net.c -lm -o net_test && ./net_test >said
[ $? = 1 ] && grep -q '^probability: element 0 is [0-9.e-]*, not 9$' said && grep -q '^random inputs: FAILED' said
verdict "a test with a wrong output fails with 1, and says which" $?
tested "$digits" --weights file && ! ./net_test nowhere 2>said && grep -q 'cannot read the weights: nowhere' said
verdict "a test with weights in a file" $?

# From data beside the model, and not where it has other sizes; types of every kind.
nodes=$root/../shared/onnx-backend/node
for case in test_add test_cast_FLOAT_to_BFLOAT16 test_cast_FLOAT16_to_INT4 test_string_concat test_stft test_bernoulli test_nonmaxsuppression_two_batches \
	test_isnan_float16 test_constantofshape_int_shape_zero test_optional_has_element_empty_no_input_name_tensor_input; do
	[ -d "$nodes/$case" ] || continue
	tested "$nodes/$case/model.onnx" && grep -q '^test_data_set_0: passed' said
	verdict "a test of $case" $?
done
if [ -d "$nodes/test_sequence_insert_at_back" ]; then
	tested "$nodes/test_sequence_insert_at_back/model.onnx" --shape "sequence=2*[4]"
	verdict "a test of a sequence" $?
fi

# The program: .npy and raw in, out, and on the terminal.
"$bin/tcc-compile" "$digits" -o net.c --emit-main && gcc $warnings -O1 net_main.c net.c -lm -o net &&
	clang $warnings -fsyntax-only net_main.c
verdict "--emit-main: no warning" $?
"$bin/tcc-run" "$digits" --eval -o want >/dev/null 2>&1
head -c 256 /dev/zero | tr '\0' '@' >in.raw
./net in.raw -o out.npy && ./net in.raw -o out.raw && [ "$(wc -c <out.raw)" = 40 ] && tail -c 40 out.npy | cmp - out.raw &&
	[ "$(head -c 128 out.npy)" = "$(head -c 128 want/0-probability.npy)" ]
verdict "raw to .npy and raw" $?
"$bin/tcc-run" "$digits" -i in.raw -o got >/dev/null && { head -c 128 got/0-probability.npy | sed 's/(1,10,)/(1,1,8,8,)/; s/ $//'; } >/dev/null
printf '\223NUMPY\001\000v\000%-117s\n' "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 8, 8), }" >in.npy && cat in.raw >>in.npy
./net in.npy -o again.raw && cmp again.raw out.raw && ./net in.npy >said && grep -q '^probability \[1,10\]$' said && [ "$(wc -l <said)" = 6 ]
verdict "from .npy" $?
sed 's/<f4/<f8/' in.npy >wrong.npy
for wrong in "wrong.npy has.elements.of.another.type" "nowhere cannot.be.read" "out.npy has.another.number" "out.raw has.more.or.fewer"; do
	./net "${wrong% *}" >said 2>&1
	[ $? = 2 ] && grep -q "${wrong#* }" said && [ "$(wc -l <said)" = 1 ]
	verdict "refused: $wrong" $?
done
./net >said 2>&1
[ $? = 2 ] && grep -q 'image \[-o probability\]' said
verdict "usage" $?
ends 2 tcc-compile "$digits" --emit-main --summary && ends 2 tcc-compile "$digits" --emit-test t
verdict "they need -o" $?
if [ -d "$nodes/test_string_concat" ]; then
	ends 4 tcc-compile "$nodes/test_string_concat/model.onnx" -o no.c --emit-main && says "is no tensor of numbers" && [ ! -e no.c ]
	verdict "no files for text" $?
fi

# tcc-run, y = Relu(x) of x f32[n,1]: where --dim bounds n, it is that of the file.
printf '\010\010\072\075\012\014\012\001x\022\001y\042\004Relu\022\001gZ\024\012\001x\022\017\012\015\010\001\022\011\012\003\022\001n\012\002\010\001b\024\012\001y\022\017\012\015\010\001\022\011\012\003\022\001n\012\002\010\001B\004\012\000\020\021' >varies.onnx
printf '\223NUMPY\001\000v\000%-117s\n' "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }" >two.npy && head -c 8 in.raw >>two.npy
for how in "" --eval; do
	ends 0 tcc-run varies.onnx $how -i x=two.npy --dim n=2..3 && says '^y f32\[2,1\]$' && ends 0 tcc-run varies.onnx $how -i x=two.npy &&
		says '^y f32\[2,1\]$' && ends 2 tcc-run varies.onnx $how -i x=two.npy --dim n=3..4 && says "size 3 to 4 on axis 0, its file 2"
	verdict "--dim n=2..3 $how: n is the file's" $?
done

# The programs of tests/ say what their options are.
for program in run suite zoo models; do
	"$bin/$program" -h >said 2>err && grep -q "^usage: $program " said && [ ! -s err ] && ! "$bin/$program" -Z >said 2>err && grep -q "^usage: $program " err
	verdict "$program -h" $?
done
