The ends of a product by Strassen's method: blocks of even and odd rows, left and right halves.
== sums of blocks, the last row without a partner
graph (%x f32[3,4], %a f32[7,4]) -> (%s) { %s f32[7,2,2] = tcc.StrassenInput(%x, %a) }
run x = f32[3,4] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    a = f32[7,4] [1, 0, 0, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, -1, 0, 1, 0, 0, 1, 0, -1]
gives s = f32[7,2,2] [8, 10, 9, 10, 12, 14, 0, 0, 1, 2, 9, 10, 7, 8, 0, 0, 4, 6, 20, 22, 4, 4, -9, -10, -4, -4, 11, 12]

== blocks from products, the last row without a partner
graph (%p f32[7,2,2], %c f32[4,7], %x f32[3,4]) -> (%y) { %y f32[3,4] = tcc.StrassenOutput(%p, %c, %x) }
run p = f32[7,2,2] [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2],
    c = f32[4,7] [1, 0, 0, 1, -1, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, -1, 1, 0, 0, 1, 0],
    x = f32[3,4] [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
gives y = f32[3,4] [5, 2, 4, 6, 6, 3, -1, 6, 4, 1, 3, 5]

== an odd number of columns
fails E-SHAPE "no two halves"
graph (%x f32[4,3], %a f32[7,4]) -> (%s) { %s = tcc.StrassenInput(%x, %a) }

== a table of another size
fails E-SHAPE "must have size 7"
graph (%x f32[4,4], %a f32[6,4]) -> (%s) { %s = tcc.StrassenInput(%x, %a) }

== rows that no pairs make
fails E-SHAPE "must have size 3"
graph (%p f32[7,2,2], %c f32[4,7], %x f32[5,4]) -> (%y) { %y = tcc.StrassenOutput(%p, %c, %x) }
