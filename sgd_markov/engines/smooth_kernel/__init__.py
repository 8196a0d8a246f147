"""Chains whose step has an analytic density: w' = m(w) + s(w) Z, mixtures of such steps, barriers at either end.

Gauss-Legendre nodes turn the integral equations of first passage into linear systems, solved in double precision
without a subtraction; the solution is refined in ball arithmetic and its residual bounded for every state.
"""
