"""Products of random 2 x 2 matrices that lead arcs of the projective line strictly into arcs: Poisson's equation, cycles, words."""
