"""Kernels w' = m(w) + g(w) x, x with a density made of pieces c x^l exp(-r x), or x = 0, killed outside an interval.

A function is a polynomial on each cell of a mesh, and its image under the kernel is known in closed form on both sides of
every kink (`primitives`); the difference between a function and its image is bounded for all w by polynomial models
(`residual`), which is what proves an enclosure (`passages`). Solutions come from collocation at high precision, with a
border where the equations are nearly singular (`bordered`). Half lines are cut far away (`open_passages`, by the drift
condition of `far`), flat walks on them are matched to the line that their mean time follows there (`linear_tail`);
`scaled` is for a scale g that depends on the state.
"""
