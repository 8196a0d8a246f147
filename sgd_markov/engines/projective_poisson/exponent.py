"""From the law of the matrices to Lambda: coordinates, a floating solution, its refinement, the proof."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, log

import numpy as np
from flint import acb, arb

from ...answer.enclosure import Enclosure
from ...balls.precision import precision
from ...effort import Effort
from ...errors import Inconclusive
from .certified import Residual, bounded
from .family import Family
from .floats import Solution, best_frame, rule_of, solve

LADDER = ((32, 4), (48, 6), (64, 8), (96, 12), (128, 16))
"""Frequencies and fineness of the rule of the floating solutions."""
SMALL = 1e-15
"""Coefficients below it are noise of doubles."""
NOISE = 1e-12
"""Below it the coefficients are refined in balls."""
COARSER = (1.0, 1e4, 1e7)
"""If the proof takes too much work, the tolerance is loosened by these factors."""
SPARE_BITS = 40


@dataclass(frozen=True)
class Floating:
    """Two floating solutions, the finer one last, in good coordinates."""

    family: Family
    coarse: Solution
    fine: Solution

    @property
    def error(self) -> float:
        """An honest estimate: ten times what the last refinement changed, and what doubles cannot tell."""
        return 10 * abs(self.fine.exponent - self.coarse.exponent) + 1e-13


def floating(family: Family, effort: Effort) -> Floating:
    """Solutions on a ladder of resolutions until the last coefficients vanish in doubles."""
    rule = rule_of(family, 2)
    frame = best_frame(rule)
    inverse = frame.inv()
    outer, inner = np.array(inverse, float), np.array(frame, float)
    solutions: list[Solution] = []
    for frequencies, fineness in LADDER:
        effort.check()
        solutions.append(solve(rule_of(family, fineness).moved(outer, inner), frequencies))
        last = np.abs(solutions[-1].coefficients[-4:]).max()
        if last < SMALL and len(solutions) > 1:
            break
    return Floating(tuple(part.moved(inverse, frame) for part in family), solutions[-2], solutions[-1])


def estimated_exponent(family: Family, effort: Effort) -> Enclosure:
    """Lambda from the floating solution, with an estimate of its error."""
    found = floating(family, effort)
    middle, error = Fraction(found.fine.exponent), Fraction(found.error)
    return Enclosure(middle - error, middle + error)


def certified_exponent(family: Family, effort: Effort) -> Enclosure:
    """Lambda, proved; narrower than `effort.digits` asks or as narrow as the work allows."""
    found = floating(family, effort)
    size = max(abs(found.fine.exponent), 1e-12)
    target = size * 10.0 ** (-effort.digits) / 8
    reached: Enclosure | None = None
    refusal: Inconclusive | None = None
    for factor in COARSER:
        tolerance = max(target, smallest_tail(found.fine)) * factor
        if tolerance > 1e-2:
            break
        try:
            reached = proof(found, tolerance, effort)
            break
        except Inconclusive as too_much:
            effort.check()
            refusal = too_much
    if reached is None:
        raise refusal or Inconclusive("the coefficients of h do not fall fast enough")
    return reached


def smallest_tail(solution: Solution) -> float:
    """What the coefficients beyond the last one may amount to; 0 where they have vanished."""
    last = float(np.abs(solution.coefficients[-4:]).sum())
    return 0.0 if last < 20 * SMALL else 10 * last


def proof(found: Floating, tolerance: float, effort: Effort) -> Enclosure:
    """With the coefficients refined where doubles are too coarse, and those left out that do not matter."""
    with precision(max(64, ceil(-log(tolerance) / log(2)) + SPARE_BITS)):
        coefficients = [acb(c.real, c.imag) for c in kept(found.fine, tolerance)]
        exponent = arb(found.fine.exponent)
        for _ in range(3):
            residual = Residual(found.family, coefficients, tolerance, effort)
            if tolerance > NOISE:
                break
            exponent, coefficients, change = refined(residual, exponent, coefficients, found.fine)
            if change < tolerance:
                residual = Residual(found.family, coefficients, tolerance, effort)
                break
        return bounded(residual, exponent)


def kept(solution: Solution, tolerance: float) -> list[complex]:
    """The coefficients without those at the end that add up to less than a tenth of the tolerance."""
    sizes = np.abs(solution.coefficients)
    beyond = np.cumsum(sizes[::-1])[::-1]
    count = int((beyond > tolerance / 10).sum())
    return [complex(c) for c in solution.coefficients[: max(count, 4)]]


def refined(
    residual: Residual, exponent: arb, coefficients: list[acb], solution: Solution
) -> tuple[arb, list[acb], float]:
    """One step of iterative refinement: the residual in balls at the nodes of the collocation, the floating inverse."""
    count = 2 * len(solution.coefficients) + 1
    angles = [arb(i) / count for i in range(count)]
    values = [residual.at_direction((a.cos_pi().mid(), a.sin_pi().mid())) - exponent for a in angles]
    step = solution.correction(np.array([float(v.mid()) for v in values]))
    moved = [c + acb(float(step[2 * k + 1]), float(step[2 * k + 2])) for k, c in enumerate(coefficients)]
    return exponent + float(step[0]), [acb(c.real.mid(), c.imag.mid()) for c in moved], float(np.abs(step).sum())

