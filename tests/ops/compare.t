Comparisons and the types they take.

== Equal: complex numbers
fails E-TYPE "c64"
graph (%a c64[2], %b c64[2]) -> (%y) { %y = Equal(%a, %b) }
