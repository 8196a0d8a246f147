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
from .terrain import above

ROUNDS = 8
WORTH = 4
SPARE = 12.0
"""Nats and bits beyond those of the digits; the way to an end that is no ordinary one costs bits."""
EXTRA, BESIDE = 40, 100
UNIT_POINT = Enclosure.point(1)
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
    passage.require_followed_ends()
    return nearby(passage, time, effort) or narrowed(passage, time, effort)


def nearby(passage: Passage, time: sp.Expr, effort: Effort) -> Enclosure | None:
    """From the ends that are near for so short a time: [low, high] is cut where paths hardly come by then.

    With tau' the exit from what is left, P(tau' > t) <= P(tau > t) <= P(tau' > t) + P(out at a cut by t), and the last
    is at most exp(l t) E exp(-l tau') 1(out at a cut) for all l > 0. None where nothing is cut or the digits are not reached.
    """
    nats = effort.digits * log(10) + SPARE
    with precision(bits_for(effort.digits)):
        at = evaluate(time)
        reach = sp.Integer(2) ** (round(float((passage.variance * at * nats).sqrt().log().mid()) / log(2)) + 1)
        near = cuts(passage, reach)
        if not any(near):
            return None
        inner = replace_ends(passage, near, reach)
        missing = inner.leaves_early(near, (arb(nats) / at).mid(), at)
    if missing is None or not missing < arb(10) ** (-effort.digits - 2):
        return None
    inside = UNIT_POINT if all(near) else narrowed(inner, time, effort.with_digits(effort.digits + 1))
    found = added(inside, missing, all(near))
    return found if found.reaches(effort.digits) else None


def cuts(passage: Passage, reach: sp.Expr) -> tuple[bool, ...]:
    """Is the end below, above farther than `reach`? Open ends are cut only where the others are not much nearer."""
    ends = (-1, passage.low), (1, passage.high)
    opened = [side * (end - passage.start) for (side, end), way in zip(ends, passage.both, strict=True) if way.end is None]
    useful = any(above(WORTH * distance, reach) for distance in opened)
    return tuple(
        above(side * (end - passage.start), reach) and (useful or way.end is None)
        for (side, end), way in zip(ends, passage.both, strict=True)
    )


def replace_ends(passage: Passage, cut: tuple[bool, ...], reach: sp.Expr) -> Passage:
    low, high = (
        passage.start + side * reach if far else end
        for side, end, far in ((-1, passage.low, cut[0]), (1, passage.high, cut[1]))
    )
    return Passage(passage.diffusion, passage.start, low, high, passage.effort)


def added(inside: Enclosure, missing: arb, below: bool) -> Enclosure:
    """[lower, upper + missing], or [1 - missing, 1] where nothing else is left."""
    slack = enclosure(missing).upper
    found = Enclosure(inside.lower - slack, inside.upper) if below else Enclosure(inside.lower, inside.upper + slack)
    return found.intersection(UNIT)


def narrowed(passage: Passage, time: sp.Expr, effort: Effort) -> Enclosure:
    """With more nats where the path is too short, with more bits where the rounding is too rough."""
    beside = passage.size is not None and not passage.is_between
    best, nats, bits = UNIT, effort.digits * log(10) + SPARE, bits_for(effort.digits) + (BESIDE if beside else EXTRA)
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
