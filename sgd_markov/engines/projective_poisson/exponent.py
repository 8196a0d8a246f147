"""From the law of the matrices to Lambda: coordinates, a floating solution, its refinement, the proof."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, log

import numpy as np
import sympy as sp
from flint import acb, arb

from ...answer.enclosure import Enclosure
from ...balls.evaluate import evaluate
from ...balls.precision import enclosure, precision
from ...effort import Effort
from ...errors import Inconclusive
from ...numerics.binary_scale import scale_of
from .certified import Residual, bounded
from .family import Family, Part
from .floats import Solution, best_frame, middle_of, rule_of, solve, worst_residual

LADDER = ((32, 4), (48, 6), (64, 8), (96, 12), (128, 16))
"""Frequencies and fineness of the rule of the floating solutions."""
FINEST = 12
RESOLVED = 1e-2
"""What is off by more between the nodes is no solution."""
SMALL = 1e-15
"""Coefficients below it are noise of doubles."""
NOISE = 1e-12
"""Below it the coefficients are refined in balls."""
COARSER = (1.0, 1e4, 1e7)
"""If the proof takes too much work, the tolerance is loosened by these factors."""
SPARE_BITS = 40
UNRESOLVED = "the coefficients of h do not fall fast enough"


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

    @property
    def is_solution(self) -> bool:
        """Is the residual small between the nodes too? Where h is not resolved two solutions may agree on a wrong number."""
        return worst_residual(rule_of(self.family, FINEST), self.fine) < RESOLVED


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
    family, shift = in_range(family)
    found = floating(family, effort)
    if not found.is_solution:
        raise Inconclusive(UNRESOLVED)
    middle, error = Fraction(found.fine.exponent), Fraction(found.error)
    return moved(Enclosure(middle - error, middle + error), shift)


def certified_exponent(family: Family, effort: Effort) -> Enclosure:
    """Lambda, proved; narrower than `effort.digits` asks or as narrow as the work allows."""
    family, shift = in_range(family)
    found = floating(family, effort)
    size = max(abs(found.fine.exponent + float(shift.middle)), 1e-12)
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
        raise refusal or Inconclusive(UNRESOLVED)
    return moved(reached, shift)


def in_range(family: Family) -> tuple[Family, Enclosure]:
    """The matrices divided by one power of 2, so that doubles hold them, and its logarithm."""
    with precision(64):
        sizes = [
            size for part in family if (size := scale_of([evaluate(entry) for entry in typical(part)])) is not None
        ]
        scale = max(sizes, default=0)
        shift = enclosure(scale * arb(2).log())
    factor = sp.Integer(2) ** -scale
    return tuple(part.moved(factor * sp.eye(2), sp.eye(2)) for part in family), shift


def typical(part: Part) -> list[sp.Expr]:
    """The entries of C, and those of D times a typical x."""
    constant = [entry for row in part.constant for entry in row]
    if part.law is None:
        return constant
    centre, width = middle_of(part)
    return constant + [sp.Rational(abs(centre) + width) * entry for row in part.slope for entry in row]


def moved(found: Enclosure, shift: Enclosure) -> Enclosure:
    """The sum of both."""
    return Enclosure(found.lower + shift.lower, found.upper + shift.upper)


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
