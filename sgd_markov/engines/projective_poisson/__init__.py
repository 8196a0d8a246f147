"""The top exponent of 2 x 2 matrices M(x) = C + x D with a density, by Poisson's equation on the projective line.

For every bounded h, inf R <= Lambda <= sup R with R(e) = E log(|M e|/|e|) + E h(M e) - h(e) over all directions e. Here h
is a trigonometric polynomial Re sum c_k zeta^k, zeta = (e_1 + i e_2)^2/|e|^2, from collocation in floating point
(`floats`) in coordinates in which its coefficients fall fastest. The mean over x is a Gauss rule on panels, the directions
are arcs e = f + s g, -1 <= s <= 1, and R is interpolated in s; both errors are bounded on ellipses (`bounds`), where
|(M e)_1 +- i (M e)_2| stays within D of |M(x_c) f|, so that |zeta|, |1/zeta| <= (|M f| + D)/(|M f| - D).
"""
