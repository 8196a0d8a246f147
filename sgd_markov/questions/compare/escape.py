"""How long each theory stays in a region: mean times in steps."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp
from flint import arb

from ...answer.number import Number
from ...answer.warrant import Warrant
from ...balls.evaluate import evaluate
from ...balls.precision import precision
from ...chain.chain import Chain, Point
from ...chain.region import Region
from ...effort import Effort
from ...errors import HypothesisViolated, Inconclusive, InvalidInput, SGDMarkovError
from ...numerics.exact_numbers import number
from ...numerics.step_moments import step_moments
from ..registry import verb_of
from .laws import diffusion_of

SECONDS = 10.0
"""For the escape time of one theory; the question exit-time takes as long as it is given."""
STEPS = 20_000
BITS = 256
LENGTHS = 40
NEEDS_START = "escape times need a start"


@dataclass(frozen=True)
class Escape:
    """The mean number of steps until the theory is first outside, and a note where there is none."""

    time: Number | None = None
    warrant: Warrant | None = None
    note: str | None = None


def escape(theory: str, chain: Chain, start: object, inside: Any, effort: Effort) -> Escape:
    """The mean time of a theory; infinite where that is proved, nothing with the reason where it is not found."""
    if inside is None:
        return Escape()
    if start is None:
        return Escape(note=NEEDS_START)
    try:
        place, region = chain.point(start, "start"), Region.of(chain, inside, "inside")
        if theory == "gradient-descent":
            return steps_of_mean(chain, place, region, effort)
        model = chain if theory == "sgd" else diffusion_of(theory, chain)
    except SGDMarkovError as error:
        return Escape(note=f"escape time: {error}")
    try:
        answer = verb_of("exit-time")(model, start=place, inside=region, effort=hurried(effort))
    except HypothesisViolated as error:
        return Escape(number(sp.oo, effort, "escape time"), Warrant.EXACT, f"escape time: {error.found}")
    except (Inconclusive, InvalidInput) as error:
        return Escape(note=f"escape time: {error}")
    return Escape(Number(answer.exact, answer.enclosure, effort.digits), answer.warrant)


def hurried(effort: Effort) -> Effort:
    limit = time.monotonic() + SECONDS
    return replace(effort, deadline=limit if effort.deadline is None else min(limit, effort.deadline))


def steps_of_mean(chain: Chain, start: Point, region: Region, effort: Effort) -> Escape:
    """The steps of the mean map until it is first outside, in balls; infinite where an interval is mapped into itself."""
    w = chain.state[0]
    image = w + step_moments(chain)[0]
    low, high = region.interval(w)
    if image.free_symbols - {w} or region.free_symbols or start[w].free_symbols:
        return Escape(note="escape time: needs values")
    with precision(BITS):
        ends, step_of, here = (evaluate(low), evaluate(high)), mean_step(image, w), evaluate(start[w])
        for step in range(1, STEPS + 1):
            effort.check()
            here = step_of(here)
            if here < ends[0] or here > ends[1]:
                return Escape(number(sp.Integer(step), effort, "escape time"), Warrant.EXACT)
            if not (here >= ends[0] and here <= ends[1]):
                return Escape(note="escape time: whether the mean step leaves is not decided at an end")
            if step & (step - 1) == 0 and keeps(step_of, here, *ends):
                never = number(sp.oo, effort, "escape time")
                return Escape(never, Warrant.EXACT, "escape time: an interval is mapped into itself")
    return Escape(note=f"escape time: the mean step stays inside for {STEPS} steps, nothing is proved beyond")


def mean_step(image: sp.Expr, w: sp.Symbol) -> Callable[[arb], arb]:
    """The image of a ball, by the mean value theorem where the map has a derivative: a contraction then shrinks balls."""
    slope = sp.diff(image, w)
    smooth = not slope.has(
        sp.Derivative, sp.DiracDelta, sp.sign, sp.Piecewise, sp.Heaviside, sp.Abs, sp.Max, sp.Min, sp.floor
    )

    def step(ball: arb) -> arb:
        if not smooth:
            return evaluate(image, {w: ball})
        middle = ball.mid()
        return evaluate(image, {w: middle}) + evaluate(slope, {w: ball}) * (ball - middle)

    return step


def keeps(step_of: Callable[[arb], arb], here: arb, bottom: arb, top: arb) -> bool:
    """Is some interval of the region around `here` mapped into itself?"""
    for length in range(-4, LENGTHS):
        interval = here + arb(0, arb(2) ** -length)
        if interval.lower() >= bottom and interval.upper() <= top and interval.contains(step_of(interval)):
            return True
    return False
