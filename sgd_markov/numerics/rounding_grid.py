"""The grid of states that a chain ends on because every step is rounded."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import inf

import sympy as sp

from ..chain.chain import Chain
from ..chain.draw import Source
from ..laws.law import Interval
from ..laws.rows import Rows
from .rational_bounds import Range, bounds

State = tuple[sp.Expr, ...]
LONGEST = 5000
"""Grids of more states are not listed."""


def outer_floor(expr: sp.Expr, chain: Chain) -> tuple[sp.Rational, sp.Rational, sp.Expr] | None:
    """(c, d, g) with expr = c floor(g) + d for numbers c, d; None for other forms."""
    scale, rest = expr.as_independent(*expr.atoms(sp.floor), as_Add=False)
    if isinstance(rest, sp.floor) and scale.is_Rational:
        return scale, sp.Integer(0), rest.args[0]
    shift, rest = expr.as_independent(*expr.atoms(sp.floor), as_Add=True)
    scale, rest = rest.as_independent(*rest.atoms(sp.floor), as_Add=False)
    if isinstance(rest, sp.floor) and scale.is_Rational and shift.is_Rational:
        return scale, shift, rest.args[0]
    return None


def rounding_grid(chain: Chain) -> list[State] | None:
    """All states that one step can lead to, where rounding and projection make them finitely many; else None."""
    ranges: dict[sp.Symbol, Range] = {}
    for source in (*chain.draw.data, *chain.draw.noise):
        ranges |= {s: span(source, i) for i, s in enumerate(source.symbols)}
    axes = []
    for expr in chain.update:
        form = outer_floor(expr, chain)
        if form is None:
            return None
        low, high = bounds(sp.floor(form[2]), ranges)
        if low == -inf or high == inf or high - low > LONGEST:
            return None
        axes.append([form[0] * k + form[1] for k in range(int(low), int(high) + 1)])
    size = 1
    for axis in axes:
        size *= len(axis)
    return None if size > LONGEST else [tuple(point) for point in product(*axes)]


def span(source: Source, index: int) -> Range:
    """The ends of the support of one drawn symbol; a batch mean keeps them."""
    if source.finite is not None:
        values = [value[index] for value, _ in source.finite]
        ends = [v for v in values if v.is_Rational]
        return (fraction(min(ends)), fraction(max(ends))) if len(ends) == len(values) else (-inf, inf)
    support = None if isinstance(source.law, Rows) else source.law.support
    if not isinstance(support, Interval):
        return -inf, inf
    low = fraction(support.low) if support.low.is_Rational else -inf
    return low, fraction(support.high) if support.high.is_Rational else inf


def fraction(value: sp.Rational) -> Fraction:
    return Fraction(int(value.p), int(value.q))
