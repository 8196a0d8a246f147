"""Raise the precision until an enclosure is as narrow as was asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sympy as sp
from flint import arb

from ..answer.enclosure import Enclosure
from ..effort import Effort
from ..errors import Inconclusive
from .evaluate import evaluate
from .precision import bits_for, enclosure, precision
from .zero_proof import proved_zero

DOUBLINGS = 7
"""128 times the bits that the digits need: enough for every cancellation met, and soon enough over."""


def refine(compute: Callable[[], arb], effort: Effort, what: str) -> Enclosure:
    """The first enclosure from `compute` (called at growing precision) that reaches `effort.digits`.

    Raises `Inconclusive` with the best enclosure when no precision within reach is enough, which happens above
    all for values that are exactly 0: decide those symbolically first.
    """
    best: Enclosure | None = None
    bits = bits_for(effort.digits)
    for _ in range(DOUBLINGS + 1):
        effort.check()
        with precision(bits):
            found = enclosure(compute())
        best = found if best is None else best.intersection(found)
        if best.reaches(effort.digits):
            return best
        bits *= 2
    raise Inconclusive(f"{what}: {bits // 2} bits do not give {effort.digits} digits", best, bits // 2)


def refine_expression(
    expr: sp.Expr, effort: Effort, what: str, values: Mapping[sp.Symbol, arb] | None = None
) -> Enclosure:
    """`refine` for a closed form without free symbols."""
    return refine(lambda: evaluate(expr, values), effort, what)


def proved_sign(expr: sp.Expr, effort: Effort | None = None) -> int | None:
    """1 or -1 where ball arithmetic proves the sign of a constant, 0 where it is proved to be 0, else None.

    >>> proved_sign(sp.sqrt(2) - sp.Rational(7, 5)), proved_sign(sp.Integer(0))
    (1, 0)
    """
    if expr.is_Rational:
        return int(sp.sign(expr))
    bits = 64
    while bits <= 4096:
        if effort is not None:
            effort.check()
        with precision(bits):
            found = enclosure(evaluate(expr)).sign
        if found is not None:
            return found
        bits *= 4
    return 0 if proved_zero(expr) else None


def sign_by_bits(compute: Callable[[], arb], effort: Effort, limit: int = 4096) -> int | None:
    """The sign of `compute()` at rising precision; None where `limit` bits do not tell it from 0."""
    bits = 96
    while bits <= limit:
        effort.check()
        with precision(bits):
            sign = enclosure(compute()).sign
        if sign is not None:
            return sign
        bits *= 2
    return None
