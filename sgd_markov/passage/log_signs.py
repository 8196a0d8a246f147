"""Multiplicative chains with changes of sign between two levels that differ, or that count differently."""

from __future__ import annotations

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.finding import Finding
from ..answer.number import Number
from ..answer.warrant import Warrant
from ..balls.zero_proof import fraction
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.region import Interval, Region
from ..effort import Effort
from ..engines.signed_walk import SignedWalk
from ..errors import HypothesisViolated
from ..laws.signs import sign
from ..numerics.line_region import line_region, reflected
from ..numerics.log_ladder import LogLadder, first_power, log_ladder
from ..numerics.multiplicative_step import multiplicative_step
from .method import Method

WIDEST = 60
"""So many steps of the lattice may lie between the levels of the two signs."""


class LogSigns(Method):
    """|M| in powers of one number, some M negative: exit from [-a, b], and [b, oo) before (-oo, -a].

    The map has to be w -> M w between the two levels only.
    """

    def exit_time(self, model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Finding | None:
        bounds = line_region(model, inside)
        found = None if bounds is None else crossing(model, start, bounds, closed=True)
        if found is None:
            return None
        ladder, walk = found
        require_finite_mean(ladder, walk)
        return finding(walk.mean_time(effort), "mean time")

    def hitting(
        self, model: Chain | Diffusion, start: Point, target: Region, avoid: Region | None, effort: Effort
    ) -> Finding | None:
        goal, danger = line_region(model, target), None if avoid is None else line_region(model, avoid)
        if goal is None or danger is None:
            return None
        for side, (above, below) in ((1, (goal, danger)), (-1, (danger, goal))):
            if above[1] is sp.oo and below[0] is -sp.oo:
                found = crossing(model, start, (below[1], above[0]), closed=False)
                upright = side if sign(start[model.state[0]]) == 1 else -side
                return None if found is None else finding(found[1].arrival(upright, effort), "probability")
        return None


def crossing(
    model: Chain | Diffusion, start: Point, bounds: Interval, closed: bool
) -> tuple[LogLadder, SignedWalk] | None:
    """The walk between the two levels; `closed`: the levels themselves are inside."""
    if not isinstance(model, Chain) or not all(end.is_finite and (end**2).is_Rational for end in bounds):
        return None
    place = start[model.state[0]]
    if sign(bounds[0]) != -1 or sign(bounds[1]) != 1 or place == 0 or not (place**2).is_Rational:
        return None
    step = multiplicative_step(model, *bounds)
    ladder = None if step is None else log_ladder(step.multipliers)
    if step is None or ladder is None or not ladder.flips or not any(k for k, _, _ in ladder.steps):
        return None
    if sign(place) == -1:
        bounds, step, place = reflected(bounds), step.mirrored, -place
    ratios = [fraction((end / place) ** 2) for end in (bounds[1], bounds[0])]
    levels = [first_power(ladder.square, ratio, strict=closed) for ratio in ratios]
    if levels[0] is None or levels[1] is None or abs(levels[0] - levels[1]) > WIDEST:
        return None
    for level, ratio, at_end in zip(levels, ratios, (step.at_high, step.at_low), strict=True):
        if closed and not at_end and ladder.square ** ((level or 0) - 1) == ratio:
            return None
    return ladder, SignedWalk(ladder.steps, (levels[0], levels[1]), ladder.zero)


def require_finite_mean(ladder: LogLadder, walk: SignedWalk) -> None:
    """Refuse what is proved to be infinite."""
    if walk.stuck > 0:
        raise HypothesisViolated(
            "the region is left with probability 1",
            f"M = 0 with probability {walk.stuck}, and 0 is never left: the mean time is infinite",
        )
    if walk.up == 0 or walk.drift < 0:
        raise HypothesisViolated(
            "the region is left with probability 1",
            f"the exponent is {ladder.exponent}: with positive probability w tends to 0; the mean time is infinite",
        )
    if walk.drift == 0:
        raise HypothesisViolated("the mean time is finite", "the exponent is 0: null recurrence makes the mean infinite")


def finding(found: Number, what: str) -> Finding:
    return Finding(
        Warrant.CERTIFIED if found.exact is None else Warrant.EXACT,
        f"{what} of the walk of log|w| with the sign of w, by roots of two characteristic equations",
        found.exact,
        found.enclosure,
        hypotheses=(Hypothesis("the map is w -> M w on the way"), Hypothesis("log|M| takes values on a lattice")),
        cite=("feller1968", "wald1944"),
    )


METHOD = LogSigns()
