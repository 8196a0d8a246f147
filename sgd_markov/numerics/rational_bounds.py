"""Bounds of an expression over boxes, in exact fractions: enough to see that clipping and projection bound a map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import reduce
from math import floor, inf

import sympy as sp

from ..answer.enclosure import Bound

Range = tuple[Bound, Bound]
EVERYWHERE: Range = (-inf, inf)


def bounds(expr: sp.Expr, ranges: Mapping[sp.Symbol, Range]) -> Range:
    """(low, high) with low <= expr <= high for all values of the symbols in their closed ranges; symbols without a
    range run over all reals. What it does not know it leaves unbounded.

    >>> w = sp.Symbol("w", real=True)
    >>> bounds(3 * sp.Min(1, sp.Max(-1, w)) + 1, {})
    (Fraction(-2, 1), Fraction(4, 1))
    """
    if expr.is_Rational:
        value = Fraction(int(expr.p), int(expr.q))
        return value, value
    if expr.is_Symbol:
        return ranges.get(expr, EVERYWHERE)
    if isinstance(expr, sp.Piecewise):
        parts = [bounds(value, ranges) for value, _ in expr.args]
        return hull(parts)
    parts = [bounds(argument, ranges) for argument in expr.args]
    if expr.is_Add:
        return sum_of([low for low, _ in parts], -inf), sum_of([high for _, high in parts], inf)
    if expr.is_Mul:
        return reduce(box, parts)
    if expr.is_Pow and expr.exp.is_Integer and expr.exp > 0:
        return power(parts[0], int(expr.exp))
    if isinstance(expr, sp.Min | sp.Max):
        lows, highs = [low for low, _ in parts], [high for _, high in parts]
        return (min(lows), min(highs)) if isinstance(expr, sp.Min) else (max(lows), max(highs))
    if isinstance(expr, sp.floor):
        low, high = parts[0]
        return whole(low), whole(high)
    if isinstance(expr, sp.sign):
        return sign(parts[0][0]), sign(parts[0][1])
    if isinstance(expr, sp.Heaviside):
        return (1 + sign(parts[0][0])) / 2, (1 + sign(parts[0][1])) / 2
    if isinstance(expr, sp.Abs):
        return modulus(parts[0])
    if isinstance(expr, sp.tanh | sp.sin | sp.cos | sp.erf):
        return Fraction(-1), Fraction(1)
    return EVERYWHERE


def box(first: Range, second: Range) -> Range:
    """The range of a product."""
    corners = [times(a, b) for a in first for b in second]
    return min(corners), max(corners)


def hull(parts: Sequence[Range]) -> Range:
    lows: list[Bound] = [part[0] for part in parts]
    highs: list[Bound] = [part[1] for part in parts]
    return min(lows), max(highs)


def sum_of(parts: Sequence[Bound], infinite: float) -> Bound:
    """The sum, where one infinite part makes it infinite; never a float that is finite."""
    if any(part in (inf, -inf) for part in parts):
        return infinite
    return sum(parts, Fraction(0))


def times(first: Bound, second: Bound) -> Bound:
    """The product with 0 * oo = 0, as corners of boxes need it."""
    if first == 0 or second == 0:
        return Fraction(0)
    if first in (inf, -inf) or second in (inf, -inf):
        return inf if (first > 0) == (second > 0) else -inf
    return first * second


def power(part: Range, exponent: int) -> Range:
    if exponent % 2 == 1:
        return raised(part[0], exponent), raised(part[1], exponent)
    below, above = modulus(part)
    return raised(below, exponent), raised(above, exponent)


def modulus(part: Range) -> Range:
    """The range of |x|."""
    low, high = part
    if low >= 0:
        return part
    return (-high, -low) if high <= 0 else (Fraction(0), high if high > -low else -low)


def raised(end: Bound, exponent: int) -> Bound:
    if end in (inf, -inf):
        return inf if end > 0 or exponent % 2 == 0 else -inf
    return Fraction(end) ** exponent


def whole(value: Bound) -> Bound:
    return value if value in (inf, -inf) else Fraction(floor(value))


def sign(value: Bound) -> Fraction:
    return Fraction((value > 0) - (value < 0))
