"""Sums of a polynomial against a geometric series."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import sympy as sp


def falling_sum(f: Callable[[int], sp.Expr], degree: int, ratio: sp.Expr) -> sp.Expr:
    """sum_(m >= 0) f(m) ratio^m for a polynomial f of at most that degree and |ratio| < 1, exact.

    f(m) = sum_i D^i f(0) binom(m, i) with the differences D^i, and sum_m binom(m, i) r^m = r^i/(1 - r)^(i+1).

    >>> falling_sum(lambda m: sp.Integer(m) ** 2, 2, sp.Rational(1, 2))
    6
    """
    total, row = sp.Integer(0), [sp.expand(f(m)) for m in range(degree + 1)]
    for i in range(degree + 1):
        total += row[0] * ratio**i / (1 - ratio) ** (i + 1)
        row = [sp.expand(after - before) for before, after in pairwise(row)]
    return sp.cancel(total)
