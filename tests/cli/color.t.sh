# color.t.sh -- --color: errors have it on a terminal, or where it is asked for.
escape=$(printf '\033')
ends 6 tcc-compile nowhere.onnx -o m.c && ! grep -q "$escape" err
verdict "no colour in a pipe" $?
"$bin/tcc-compile" --color always nowhere.onnx -o m.c 2>err
[ $? = 6 ] && grep -q "^$escape\[1mtcc-compile:$escape\[0m nowhere.onnx: $escape\[31mcannot read .*\[E-FILE\]$escape\[0m\$" err
verdict "colour that is asked for" $?
ends 2 tcc-inspect --color sometimes "$digits" && says "not of the form auto, always or never"
verdict "a wrong word" $?
