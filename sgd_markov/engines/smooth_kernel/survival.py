"""P(tau > n) for any n: the first steps one by one, all later ones through the quasi-stationary pair.

u_n = K^n 1. At the nodes the rule is iterated; every step loses at most E at any state. Once u_m lies between
c (1 -+ d) h, all later u_n lie between c (1 -+ d) theta_-+^(n-m) h.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from math import ceil, inf, log, log10

import numpy as np
import sympy as sp
from flint import arb, arb_mat

from ...answer.enclosure import Enclosure
from ...balls.evaluate import evaluate
from ...balls.precision import enclosure, precision
from ...effort import Effort
from ...errors import Inconclusive
from .floats import real
from .problem import Problem, Refinement, dot
from .quasi_stationary import QuasiStationary, digits_of_small, quasi_stationary, quick_pair

FIRST, FEW, MOST_DIGITS = 4000, 64, 1000
SETTLED = 300
"""Steps taken one by one, at most; so few are taken without a look at the quasi-stationary law."""


@dataclass
class SurvivalCurve:
    """Enclosures of u_n from one start; `opening[n]` for n <= m, then `(low, high)` times theta_-+^(n - m)."""

    pair: QuasiStationary
    opening: list[arb] = field(default_factory=list)
    low: arb = field(default_factory=arb)
    high: arb = field(default_factory=arb)

    def at(self, steps: int) -> arb:
        if steps < len(self.opening):
            return self.opening[steps]
        later = steps - len(self.opening) + 1
        with precision(self.pair.refined.bits + steps.bit_length()):
            return (self.low * self.pair.low**later).union(self.high * self.pair.high**later)


def survival_curve(problem: Problem, start: sp.Expr, digits: int, last: int, effort: Effort) -> SurvivalCurve:
    """The curve up to `last` steps, with about `digits` right digits there."""
    problem = problem.started(start)
    gap = quick_pair(problem).gap
    small = digits_of_small(problem) + settling_digits(problem, digits)
    extra = small + ceil(log10(max(1.0, min(last, FIRST) * 2))) + ceil(max(0.0, log10(max(1, last)) + float(np.log10(gap))))
    pair = quasi_stationary(problem, digits + extra + 2, effort)
    curve, refined = SurvivalCurve(pair), pair.refined
    with precision(refined.bits):
        size, row = len(refined.kernel.states), refined.row_at(start)
        ones = arb_mat(size, 1, [1] * size)
        loss = iteration_loss(refined, ones)
        curve.opening = [arb(1)]
        values, goal = ones, arb(10) ** -(digits + 1)
        while True:
            effort.check()
            steps = len(curve.opening)
            curve.opening.append(around(dot(row, values), steps * loss))
            spread, level = quotient(values, pair.vector)
            if steps >= last or (spread / level < goal and steps > 1):
                break
            if steps >= FIRST:
                raise Inconclusive(
                    f"{FIRST} steps do not bring the chain near its quasi-stationary law", enclosure(curve.opening[-1])
                )
            values = refined.matrix * values
        height, reach = pair.at(start), arb(len(curve.opening) * loss / pair.least)
        level = level * pair.theta
        spread = spread * pair.theta + reach
        curve.low, curve.high = arb(((level - spread) * height).lower()), arb(((level + spread) * height).upper())
    return curve


def settling_digits(problem: Problem, digits: int) -> int:
    """Digits that P(tau > n) loses before it is proportional to h to so many digits, and those of the smallest h."""
    pair = quick_pair(problem)
    values, right, steps = problem.floats.moves.sum(axis=1), np.maximum(pair.right, 1e-300), 1
    while np.ptp(values / right) > 1e-6 * (values / right).max() and steps < SETTLED:
        values, steps = problem.floats.moves @ (values / values.max()), steps + 1
    lost = steps * (digits + 1) / 6 * -log10(max(float(1 - pair.gap), 1e-16)) - log10(right.min())
    return ceil(min(600.0, lost))


def around(value: arb, reach: arb) -> arb:
    return value + arb(0, 1) * arb(reach.upper())


def quotient(values: arb_mat, vector: arb_mat) -> tuple[arb, arb]:
    """(d, c) with |values_j/vector_j - c| <= d for all j."""
    low = high = values[0, 0] / vector[0, 0]
    for j in range(1, values.nrows()):
        entry = values[j, 0] / vector[j, 0]
        low, high = low.min(entry), high.max(entry)
    middle = arb(((low + high) / 2).mid())
    return arb((high - middle).abs_upper()).max(arb((low - middle).abs_upper())), middle


def survival(problem: Problem, start: sp.Expr, steps: int, effort: Effort) -> Enclosure:
    """P(tau > steps)."""
    if steps == 0:
        return Enclosure.point(1)
    if steps <= FEW:
        return few_steps(problem, start, steps, effort)
    curve = survival_curve(problem, start, effort.digits, steps, effort)
    with precision(curve.pair.refined.bits):
        found = enclosure(curve.at(steps))
    return found if found.reaches(effort.digits) or steps > FIRST else few_steps(problem, start, steps, effort)


def few_steps(problem: Problem, start: sp.Expr, steps: int, effort: Effort) -> Enclosure:
    """P(tau > steps) from the steps alone, which need no quasi-stationary law to be told."""
    problem = problem.started(start)
    size = log10_after(problem, start, steps)
    digits = ceil(min(-size, MOST_DIGITS))
    refined = problem.refined(effort.digits + 3 + ceil(log10(steps)) + digits, 0.0, effort)
    return enclosure(list(islice(stepwise(refined, start, effort), steps))[-1])


def log10_after(problem: Problem, start: sp.Expr, steps: int) -> float:
    """log10 P(tau > steps) in doubles, -oo where a step leaves almost surely."""
    values, scale = np.ones(len(problem.floats.killed)), 0.0
    for _ in range(steps - 1):
        values = problem.floats.moves @ values
        if not values.max() > 0:
            return -inf
        scale, values = scale + log10(values.max()), values / values.max()
    last = problem.at(start, values)
    return scale + log10(last) if last > 0 else -inf


def stepwise(refined: Refinement, start: sp.Expr, effort: Effort) -> Iterator[arb]:
    """P(tau > n) for n = 1, 2, ..."""
    with precision(refined.bits):
        count = len(refined.kernel.states)
        values = ones = arb_mat(count, 1, [1] * count)
        loss, row = iteration_loss(refined, ones), refined.row_at(start)
    for n in range(1, FIRST):
        effort.check()
        with precision(refined.bits):
            found = around(dot(row, values), n * loss)
            values = refined.matrix * values
        yield found


def iteration_loss(refined: Refinement, ones: arb_mat) -> arb:
    """What a step loses at most; 2: the iterates exceed 1 by the rule's own error, far below this."""
    if not refined.row_error * FIRST < arb(1) / 2:
        raise Inconclusive("the rule is too rough to be iterated")
    return 2 * refined.quadrature_error(ones)


def quantile(problem: Problem, start: sp.Expr, level: sp.Expr, effort: Effort) -> int:
    """The smallest n with P(tau <= n) >= level."""
    if level == 0:
        return 0
    if -real(sp.log(1 - level)) * problem.times.max() <= FEW:
        soon = early_quantile(problem, start, level, effort)
        if soon is not None:
            return soon
    guess = max(1, int(-real(sp.log(1 - level)) / quick_pair(problem).gap))
    curve = survival_curve(problem, start, max(4, ceil(log10(guess)) + 4), 4 * guess, effort)
    with precision(curve.pair.refined.bits):
        rest = 1 - evaluate(level)
    low, high = 0, 1
    while not curve.at(high) <= rest:
        low, high = high, 2 * high
        if high > 8 * guess + FIRST:
            raise Inconclusive(f"the quantile is not found about {guess} steps")
    while high - low > 1:
        effort.check()
        middle = (low + high) // 2
        low, high = (low, middle) if curve.at(middle) <= rest else (middle, high)
    if not curve.at(high - 1) > rest:
        raise Inconclusive(f"the quantile is not told from its neighbours about {high}")
    return high


def early_quantile(problem: Problem, start: sp.Expr, level: sp.Expr, effort: Effort) -> int | None:
    """The quantile if it is one of the first steps, which need no quasi-stationary law; None where it is not told."""
    problem = problem.started(start)
    refined = problem.refined(15 + ceil(-real(sp.log(1 - level)) / log(10)), 0.0, effort)
    with precision(refined.bits):
        rest = 1 - evaluate(level)
    for n, chance in enumerate(islice(stepwise(refined, start, effort), FEW), 1):
        if chance <= rest:
            return n
        if not chance > rest:
            return None
    return None
