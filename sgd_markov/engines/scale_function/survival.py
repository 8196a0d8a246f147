"""P(tau > t) and the quantiles of tau of a diffusion, to the digits asked for."""

from __future__ import annotations

from math import log

import sympy as sp
from flint import arb

from ...answer.enclosure import Enclosure
from ...balls.evaluate import evaluate
from ...balls.precision import bits_for, enclosure, precision
from ...chain.diffusion import Diffusion
from ...effort import Effort
from ...errors import Inconclusive
from ...proof.radicals import is_zero
from .first_exit import at_an_end
from .passage_time import Passage

ROUNDS = 8
SPARE = 12.0
"""Nats and bits beyond those of the digits; the way to an end that is no ordinary one costs bits."""
EXTRA, BESIDE = 40, 100
UNIT = Enclosure(Enclosure.point(0).lower, Enclosure.point(1).upper)


def survival(
    diffusion: Diffusion, start: sp.Expr, low: sp.Expr, high: sp.Expr, time: sp.Expr, effort: Effort
) -> Enclosure:
    """P(tau > time), tau the exit from [low, high], for time > 0; the points 0 and 1 where it is certain."""
    if any(end.is_finite and is_zero(start - end) for end in (low, high)):
        return at_an_end(diffusion, start)
    passage = Passage(diffusion, start, low, high, effort)
    if passage.is_certain_to_stay:
        return Enclosure.point(1)
    return narrowed(passage, time, effort)


def narrowed(passage: Passage, time: sp.Expr, effort: Effort) -> Enclosure:
    """With more nats where the path is too short, with more bits where the rounding is too rough."""
    best, nats, bits = UNIT, effort.digits * log(10) + SPARE, bits_for(effort.digits) + (BESIDE if passage.size and not passage.is_between else EXTRA)
    for _ in range(ROUNDS):
        effort.check()
        with precision(bits):
            at = evaluate(time)
            middle, error = passage.survivor(at, nats).split(at)
            found = enclosure(middle + arb(0, error))
            best = best.intersection(found)
            if best.reaches(effort.digits):
                return best
            rough = not middle.rad() < abs(middle.mid()) * arb(10) ** (-effort.digits - 1)
            lacking = log_of(error / abs(middle).lower()) + effort.digits * log(10) + 2 if abs(middle) > 0 else nats
        bits = bits * 2 if rough else bits
        nats += min(max(lacking, 0.0), 4 * nats) if middle.is_finite() else 0
    raise Inconclusive(f"P(tau > t): {effort.digits} digits are not reached", best, bits)


def log_of(x: arb) -> float:
    return float(x.log().mid()) if x > 0 and x.is_finite() else 0.0
