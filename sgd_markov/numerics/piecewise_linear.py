"""Continuous piecewise linear functions of one variable in exact fractions, and their means under a law."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import pairwise

import sympy as sp

from ..laws.exponential import Exponential
from ..laws.laplace import Laplace
from ..laws.law import Interval, Law
from ..laws.normal import Normal
from ..laws.uniform import Uniform
from .rational_maps import NotRational


@dataclass(frozen=True)
class PiecewiseLinear:
    """x -> slope x + offset of `lines[i]` between kinks[i - 1] and kinks[i]; kinks increase strictly."""

    kinks: tuple[Fraction, ...]
    lines: tuple[tuple[Fraction, Fraction], ...]

    def __call__(self, x: Fraction) -> Fraction:
        slope, offset = self.lines[sum(kink <= x for kink in self.kinks)]
        return slope * x + offset

    def scaled(self, factor: Fraction) -> PiecewiseLinear:
        return PiecewiseLinear(self.kinks, tuple((factor * s, factor * c) for s, c in self.lines))

    def combined(self, other: PiecewiseLinear, pick: Callable[[Fraction, Fraction], Fraction]) -> PiecewiseLinear:
        """pick(self, other) for pick a sum, a minimum or a maximum: linear between all kinks and crossings."""
        ends = sorted({*self.kinks, *other.kinks})
        for low, high in pairwise([None, *ends, None]):
            at = inner_point(low, high)
            (s, c), (t, d) = self.line_at(at), other.line_at(at)
            if s != t:
                crossing = (d - c) / (s - t)
                if (low is None or low < crossing) and (high is None or crossing < high):
                    ends.append(crossing)
        ends.sort()
        lines = []
        for low, high in pairwise([None, *ends, None]):
            first, second = two_points(low, high)
            values = [pick(self(x), other(x)) for x in (first, second)]
            slope = (values[1] - values[0]) / (second - first)
            lines.append((slope, values[0] - slope * first))
        return simplified(ends, lines)

    def line_at(self, x: Fraction) -> tuple[Fraction, Fraction]:
        return self.lines[sum(kink <= x for kink in self.kinks)]

    def range(self) -> tuple[Fraction, Fraction] | None:
        """The least and the greatest value; None where the function is not bounded."""
        if self.lines[0][0] != 0 or self.lines[-1][0] != 0:
            return None
        values = [self.lines[0][1], self.lines[-1][1], *(self(kink) for kink in self.kinks)]
        return min(values), max(values)


def inner_point(low: Fraction | None, high: Fraction | None) -> Fraction:
    first, second = two_points(low, high)
    return (first + second) / 2


def two_points(low: Fraction | None, high: Fraction | None) -> tuple[Fraction, Fraction]:
    """Two points inside an interval whose ends may be infinite (None)."""
    if low is None:
        return (Fraction(0), Fraction(1)) if high is None else (high - 2, high - 1)
    return (low + 1, low + 2) if high is None else (low + (high - low) / 3, low + 2 * (high - low) / 3)


def simplified(ends: Sequence[Fraction], lines: Sequence[tuple[Fraction, Fraction]]) -> PiecewiseLinear:
    """Kinks only where the line changes."""
    kinks, kept = [], [lines[0]]
    for end, line in zip(ends, lines[1:], strict=True):
        if line != kept[-1]:
            kinks.append(end)
            kept.append(line)
    return PiecewiseLinear(tuple(kinks), tuple(kept))


def constant(value: Fraction) -> PiecewiseLinear:
    return PiecewiseLinear((), ((Fraction(0), value),))


def add(x: Fraction, y: Fraction) -> Fraction:
    return x + y


def piecewise_linear(expr: sp.Expr, x: sp.Symbol) -> PiecewiseLinear:
    """The expression as such a function: sums, rational factors, Min, Max and Abs; raises `NotRational` for others.

    >>> x = sp.Symbol("x", real=True)
    >>> piecewise_linear(sp.Min(1, sp.Max(-1, 2 * x)), x).kinks
    (Fraction(-1, 2), Fraction(1, 2))
    """
    if expr == x:
        return PiecewiseLinear((), ((Fraction(1), Fraction(0)),))
    if expr.is_Rational:
        return constant(Fraction(int(expr.p), int(expr.q)))
    if expr.is_Mul:
        factor, rest = expr.as_coeff_Mul()
        if factor == 1:
            raise NotRational(expr)
        return piecewise_linear(rest, x).scaled(Fraction(int(factor.p), int(factor.q)))
    picks: dict[type, Callable[[Fraction, Fraction], Fraction]] = {sp.Add: add, sp.Min: min, sp.Max: max}
    if type(expr) in picks:
        parts = [piecewise_linear(argument, x) for argument in expr.args]
        return reduce(lambda f, g: f.combined(g, picks[type(expr)]), parts)
    if isinstance(expr, sp.Abs):
        inner = piecewise_linear(expr.args[0], x)
        return inner.combined(inner.scaled(Fraction(-1)), max)
    raise NotRational(expr)


def hat(f: PiecewiseLinear, k: int) -> PiecewiseLinear:
    """max(0, 1 - |f - k|): the chance that floor(f + U) is k, U uniform on (0, 1)."""
    shifted = f.combined(constant(Fraction(-k)), add)
    distance = shifted.combined(shifted.scaled(Fraction(-1)), max)
    return distance.scaled(Fraction(-1)).combined(constant(Fraction(1)), add).combined(constant(Fraction(0)), max)


def mean(f: PiecewiseLinear, law: Law) -> sp.Expr | None:
    """E f(X) = s_0 E X + c_0 + sum over kinks of (change of slope) E (X - kink)^+; None without a closed form."""
    slope, offset = f.lines[0]
    total = rational(slope) * law.moment(1) + rational(offset)
    for kink, (before, after) in zip(f.kinks, pairwise(f.lines), strict=True):
        excess = stop_loss(law, rational(kink))
        if excess is None:
            return None
        total += rational(after[0] - before[0]) * excess
    return sp.expand(total)


def positive_somewhere(f: PiecewiseLinear, law: Law) -> bool:
    """Is a function f >= 0 positive on an interval inside the support of the law?"""
    support = law.support
    assert isinstance(support, Interval)
    low, high = (None if end.is_infinite else Fraction(int(end.p), int(end.q)) for end in (support.low, support.high))
    inside = [k for k in f.kinks if (low is None or low < k) and (high is None or k < high)]
    return any(f(inner_point(a, b)) != 0 for a, b in pairwise([low, *inside, high]))


def stop_loss(law: Law, t: sp.Expr) -> sp.Expr | None:
    """E (X - t)^+ at a number t, for normal, uniform, exponential and Laplace laws; None for others."""
    if isinstance(law, Normal):
        z = (t - law.mean) / law.std
        density = sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi)
        return law.std * density - (t - law.mean) * sp.erfc(z / sp.sqrt(2)) / 2
    if isinstance(law, Uniform):
        if t >= law.high:
            return sp.Integer(0)
        return law.moment(1) - t if t <= law.low else (law.high - t) ** 2 / (2 * (law.high - law.low))
    if isinstance(law, Exponential):
        return law.mean - t if t <= 0 else law.mean * sp.exp(-t / law.mean)
    if isinstance(law, Laplace):
        beyond = law.scale * sp.exp(-sp.Abs(t - law.mean) / law.scale) / 2
        return beyond + sp.Max(law.mean - t, 0)
    return None


def rational(value: Fraction) -> sp.Rational:
    return sp.Rational(value.numerator, value.denominator)
