"""Quantiles of the time at which a diffusion leaves an interval, certified."""

from __future__ import annotations

from math import log

import sympy as sp
from flint import arb

from ...answer.enclosure import Enclosure
from ...balls.evaluate import evaluate
from ...balls.precision import bits_for, precision
from ...chain.diffusion import Diffusion
from ...effort import Effort
from ...errors import HypothesisViolated, Inconclusive
from ...numerics.decreasing_root import NOWHERE, decreasing_root
from ...proof.radicals import is_zero
from .closed_laws import Survival, bracket, closed_law
from .first_exit import at_an_end, hitting_probability
from .passage_time import NEAR, Passage

ROUNDS = 6
STEPS = 400
LEAP = arb(8)
ROUGH = 14.0
"""Nats of the search for the neighbourhood."""


def quantile(
    diffusion: Diffusion, start: sp.Expr, low: sp.Expr, high: sp.Expr, level: sp.Expr, effort: Effort
) -> Enclosure:
    """The smallest t with P(tau <= t) >= level.

    Raises `HypothesisViolated` where P(tau < oo) is below the level.
    """
    if is_zero(level):
        return Enclosure.point(0)
    if any(end.is_finite and is_zero(start - end) for end in (low, high)):
        return at_an_end(diffusion, start)
    passage = Passage(diffusion, start, low, high, effort)
    require_reached(passage, level)
    law = closed_law(diffusion, start, low, high)
    return inverted(passage, level, effort) if law is None else solved(law, level, effort)


def solved(law: Survival, level: sp.Expr, effort: Effort) -> Enclosure:
    """From a law in closed form, at growing precision."""
    bits, best = bits_for(effort.digits) + 64, NOWHERE
    for _ in range(ROUNDS):
        with precision(bits):
            target = evaluate(1 - level)
            pair = bracket(law, target, effort)
            if pair is not None:
                best = best.intersection(decreasing_root(law, *pair, target, effort))
            if best.reaches(effort.digits):
                return best
        bits *= 2
    raise Inconclusive(f"the quantile: {effort.digits} digits are not reached", best, bits // 2)


def inverted(passage: Passage, level: sp.Expr, effort: Effort) -> Enclosure:
    """From the transform."""
    place = neighbourhood(passage, 1 - level)
    nats, bits, best = effort.digits * log(10) + 16, bits_for(effort.digits) + 120, NOWHERE
    for _ in range(ROUNDS):
        effort.check()
        with precision(bits):
            survivor = passage.survivor(place, nats)
            found = decreasing_root(survivor.at, place / NEAR, place * NEAR, evaluate(1 - level), effort)
        best = best.intersection(found)
        if best.reaches(effort.digits):
            return best
        nats, bits = nats + 16, bits + 64
    raise Inconclusive(f"the quantile: {effort.digits} digits are not reached", best, bits)


def require_reached(passage: Passage, level: sp.Expr) -> None:
    """Refuse a level above the probability of ever leaving."""
    if passage.is_certain_to_stay:
        raise never(level, "0")
    passage.require_followed_ends()
    if passage.far is None or passage.far.returns:
        return
    sides = tuple(way.side for way in passage.both if way.end is None)
    leaves = hitting_probability(
        passage.diffusion, passage.start, passage.low, passage.high, sides, passage.effort.with_digits(20)
    )
    with precision(128):
        wanted = evaluate(level)
        below, above = (arb(bound.numerator) / arb(bound.denominator) for bound in (leaves.lower, leaves.upper))  # type: ignore[union-attr]
        if wanted > above:
            raise never(level, f"{float(leaves.middle):.6g}")
        if not wanted < below:
            raise Inconclusive(f"the level {level} is not told from the probability of ever leaving")


def never(level: sp.Expr, leaves: str) -> HypothesisViolated:
    return HypothesisViolated(
        "the quantile is finite", f"the region is left with probability {leaves}, which is below the level {level}"
    )


def neighbourhood(passage: Passage, target: sp.Expr) -> arb:
    """A time within a factor of `NEAR` of that at which P(tau > t) is `target`.

    By Newton's method for log(-log P) as a function of log t, which is nearly linear for late times, in steps of at most
    LEAP. All that is taken from it is checked afterwards.
    """
    place, nats = passage.scale(), ROUGH + nats_of(target)
    bits = int(nats / log(2)) + (64 if passage.size and passage.is_between else 128)
    for _ in range(STEPS):
        passage.effort.check()
        with precision(bits):
            survivor, wanted = passage.survivor(place, nats), evaluate(target)
            before, here, after = (survivor.at(place * NEAR**k) for k in (-1, 0, 1))
            if before > wanted > after:
                return place
            place = (place * leap(before, here, after, wanted)).mid()
    raise Inconclusive("no time near the quantile is found")


def leap(before: arb, here: arb, after: arb, wanted: arb) -> arb:
    """The factor by which the time is changed."""
    farthest = LEAP if here > wanted else 1 / LEAP
    if not all(0 < value < 1 for value in (before, here, after)):
        return farthest
    levels = [(-value.mid().log()).log() for value in (before, here, after, wanted)]
    slope = (levels[2] - levels[0]) / (2 * NEAR.log())
    factor = ((levels[3] - levels[1]) / slope).exp().mid()
    return factor if 1 / LEAP < factor < LEAP else farthest


def nats_of(target: sp.Expr) -> float:
    """What is needed to see a small probability."""
    return float(-evaluate(target).log().mid())
