"""Moments of laws on 0, 1, 2, ... from their factorial moments, and atoms hit by an affine map."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from .signs import sign


def moment_from_factorial(order: int, factorial_moment: Callable[[int], sp.Expr]) -> sp.Expr:
    """E K^n = sum_j S(n, j) E K (K-1) ... (K-j+1), S the Stirling numbers of the second kind.

    >>> moment_from_factorial(2, lambda j: sp.Integer(3) ** j)
    12
    """
    from sympy.functions.combinatorial.numbers import stirling

    return sp.expand(sum(stirling(order, j) * factorial_moment(j) for j in range(order + 1)))


def hits_an_atom(shift: sp.Expr, factor: sp.Expr) -> bool:
    """Is shift + factor k = 0 for some k = 0, 1, 2, ...?"""
    root = sp.simplify(-shift / factor) if not (shift / factor).is_Rational else -shift / factor
    return bool(root.is_integer and sign(root) in (0, 1))
