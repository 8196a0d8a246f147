"""First passage in floating point, without a certificate: every number twice, the second time with fewer nodes.

The difference of the two is the error, with a share for rounding; all sums are of positive numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import log

import numpy as np
import sympy as sp
from flint import arb

from ...answer.enclosure import Enclosure
from ...balls.precision import enclosure, precision
from ...errors import Inconclusive
from .domain import Interval
from .floats import real
from .hitting import estimated as hitting_in_doubles
from .problem import PER_WIDTH, Problem
from .refined import ball_of_float
from .survival import FIRST
from .tails import Open

ROUNDING = 2e-13
"""Relative error of a solve in doubles, observed to stay below 1e-13 for 1000 nodes."""
STEP = 1e-15
"""Relative rounding of one step."""
SETTLED = 1e-14
FAR, LESS_FAR = 40.0, 30.0
"""-log of what may lie beyond the radius of an infinite region, in the first and in the second solution."""


def rougher(problem: Problem) -> Problem:
    return replace(problem, per_width=PER_WIDTH * 0.8)


def around(value: float, other: float, rounding: float = ROUNDING) -> Enclosure:
    """The value with its distance from the other, and rounding relative to it."""
    with precision(64):
        reach = ball_of_float(abs(value - other) + rounding * abs(value))
        return enclosure(ball_of_float(value) + arb(0, 1) * reach)


def estimated_time(problem: Problem, start: sp.Expr) -> Enclosure:
    """E tau."""
    value, other = (1 + p.at(start, p.times) for p in both(problem, start))
    return around(value, other)


def both(problem: Problem, start: sp.Expr) -> tuple[Problem, Problem]:
    first = problem.started(start)
    return first, rougher(first)


def open_estimated_time(region: Open, start: sp.Expr) -> Enclosure:
    """E tau from a region that reaches to infinity, cut at two radii."""
    problems = region.cut(start, FAR).problem, rougher(region.cut(start, LESS_FAR).problem)
    value, other = (1 + p.at(start, p.times) for p in problems)
    return around(value, other)


def estimated_hitting(problem: Problem, start: sp.Expr, targets: Sequence[Interval]) -> Enclosure:
    """P(a target interval is entered)."""
    value, other = (hitting_in_doubles(p, start, targets) for p in both(problem, start))
    return within_one(around(value, other))


def open_estimated_hitting(
    region: Open, start: sp.Expr, targets: Callable[[Problem], list[Interval]]
) -> Enclosure:
    problems = region.cut(start, FAR).problem, rougher(region.cut(start, LESS_FAR).problem)
    value, other = (hitting_in_doubles(p, start, targets(p)) if targets(p) else 0.0 for p in problems)
    return within_one(around(value, other))


def within_one(found: Enclosure) -> Enclosure:
    whole = Enclosure(Fraction(0), Fraction(1))
    return found.intersection(whole) if found.meets(whole) else whole


def estimated_factor(problem: Problem) -> tuple[Enclosure, Enclosure]:
    """The survival factor, and 1/(1 - factor)."""
    gap = around(problem.pair.gap, rougher(problem).pair.gap)
    if not gap.lower > 0:
        raise Inconclusive("the survival factor is not told from 1", Enclosure(1 - gap.upper, Fraction(1)))
    time = Enclosure(1 / Fraction(gap.upper), 1 / Fraction(gap.lower))
    return within_one(Enclosure(1 - gap.upper, 1 - gap.lower)), time


@dataclass(frozen=True)
class FloatCurve:
    """log P(tau > n) from one start: `opening[n]` up to a time, from which on it falls by `gap` a step."""

    opening: tuple[float, ...]
    gap: float

    @classmethod
    def of(cls, problem: Problem, start: sp.Expr, last: int) -> FloatCurve:
        """Steps one by one up to `last`, or until all states lose the same share in a step."""
        moves, scale = problem.floats.moves, 0.0
        values, opening = np.ones(len(moves)), [0.0]
        for n in range(1, FIRST + 1):
            opening.append(scale + log(problem.at(start, values)))
            if n == last:
                return cls(tuple(opening), 0.0)
            after = moves @ values
            if settled(values, after):
                return cls(tuple(opening), problem.pair.gap)
            scale += log(after.max())
            values = after / after.max()
        raise Inconclusive(f"{FIRST} steps do not bring the chain near its quasi-stationary law")

    def at(self, steps: int) -> float:
        last = len(self.opening) - 1
        if steps <= last:
            return self.opening[steps]
        return self.opening[last] + times(np.log1p(-self.gap), steps - last)

    def first_below(self, level: float) -> int:
        """The smallest n with log P(tau > n) <= level."""
        low, high = 0, 1
        while self.at(high) > level:
            low, high = high, 2 * high
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.at(middle) <= level else (middle, high)
        return high

    def slack(self, steps: int) -> float:
        """Rounding in `at(steps)`: that of the opening, and a relative error of the gap for every step beyond."""
        return ROUNDING * (1 + times(self.gap, steps)) + STEP * len(self.opening)


def times(rate: float, steps: int) -> float:
    """The product with a number of steps of any size."""
    return float(rate * np.longdouble(str(steps)))


def settled(values: np.ndarray, after: np.ndarray) -> bool:
    """Do all states that matter lose the same share in a step?"""
    seen = values > 1e-280
    ratio = after[seen] / values[seen]
    return bool(np.ptp(ratio) <= SETTLED * ratio.max())


def estimated_survival(problem: Problem, start: sp.Expr, steps: int) -> Enclosure:
    """P(tau > steps)."""
    if steps == 0:
        return Enclosure.point(1)
    one, other = (FloatCurve.of(p, start, steps) for p in both(problem, start))
    with precision(64):
        reach = abs(one.at(steps) - other.at(steps)) + one.slack(steps)
        return within_one(enclosure(arb(one.at(steps), reach).exp()))


def estimated_quantile(problem: Problem, start: sp.Expr, level: sp.Expr) -> Enclosure:
    """The smallest n with P(tau <= n) >= level: from those of two levels beside it, by both solutions."""
    if level == 0:
        return Enclosure.point(0)
    rest = real(sp.log(1 - level))
    guess = max(1, int(-rest / problem.pair.gap))
    curves = [FloatCurve.of(p, start, 8 * guess + FIRST) for p in both(problem, start)]
    slack = curves[0].slack(2 * guess)
    found = [curve.first_below(rest + side * slack) for curve in curves for side in (-1, 1)]
    return Enclosure(Fraction(min(found)), Fraction(max(found)))
