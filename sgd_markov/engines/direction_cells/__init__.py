"""Products of random 2x2 matrices by certified bounds on cells of the projective line (or of the circle).

For any bounded h on directions, with phi(u) = E log ||A u|| and (P h)(u) = E h(A u),

    inf (phi + P h - h) <= top exponent <= sup (phi + P h - h),

without invertibility, irreducibility or a stationary law. `directions` gives a direction its place on the boundary of
the square, `rounded_log` a logarithm with a proved error. `linear_pieces` takes h continuous and linear on cells, for
narrow brackets of one law; `fat_cells` takes h constant on cells, for matrices that are known up to an interval (a
range of a parameter) and for maps with kinks. What floating point may have lost is added to every bound.
"""
