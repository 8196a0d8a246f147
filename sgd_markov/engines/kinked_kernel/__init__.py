"""Kernels w' = m(w) + x, x with a density made of pieces c x^l exp(-r x), killed outside an interval.

A function is a polynomial on each cell of a mesh, and its image under the kernel is known in closed form on both sides of
every kink (`primitives`); the difference between a function and its image is bounded for all w by polynomial models
(`residual`), which is what proves an enclosure (`passages`). Solutions come from collocation at high precision.
"""
