"""What lies between a target and a region to avoid, for chains with kinked noise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import sympy as sp

from ...chain.region import Region
from ...engines.kinked_kernel.kernel import fraction
from ...engines.kinked_kernel.places import Place, neighbours
from ...engines.kinked_kernel.reach import Reach, reach
from ...engines.kinked_kernel.residual import Goal
from ...numerics.kinked_steps import Steps, Stride
from .problem import has_positive_scales, inner


@dataclass(frozen=True)
class Gap:
    """What lies between target and avoid around the start; its outside is the goal, or is to be avoided."""

    steps: Steps
    low: Fraction
    high: Fraction
    goal: Goal
    only_target: bool = False
    kept: bool = False
    """Is the target out of reach?"""


def gap_of(steps: Steps, at: Place, target: Region, avoid: Region | None) -> Gap | None:
    """None where the two do not fill all that the chain can come to outside an interval around the start."""
    regions = [(target, True)] if avoid is None else [(target, True), (avoid, False)]
    if any(region.free_symbols for region, _ in regions):
        return None
    sides: dict[str, Side] = {}
    for region, is_target in regions:
        ends = region.interval(steps.state)
        if any(end.is_finite and not end.is_Rational for end in ends):
            return None
        low, high = fraction(ends[0]), fraction(ends[1])
        if high is not None and high < neighbours(at)[0]:
            sides["below"] = high, low, is_target
        elif low is not None and low > neighbours(at)[1]:
            sides["above"] = low, high, is_target
        else:
            return None
    return filled(steps, at, sides)


Side = tuple[Fraction, "Fraction | None", bool]
"""The end of a region that is next to the start, its far end (None is infinite), whether it is the target."""


def filled(steps: Steps, at: Place, sides: dict[str, Side]) -> Gap | None:
    below, above = sides.get("below"), sides.get("above")
    low, high = below[0] if below else None, above[0] if above else None
    known = reach(steps, neighbours(at), low, high)
    if not (covers(below, known.least, -1) and covers(above, known.most, 1)):
        return None
    opened = without_idle_barriers(steps, low, high)
    if any(fraction(jump.target) in (low, high) for jump in steps.jumps if jump.target != steps.state):
        return None
    ends = inner(low, known.least, max), inner(high, known.most, min)
    if ends[0] is None or ends[1] is None or ends[0] >= ends[1] or not has_positive_scales(steps, ends[0], ends[1]):
        return None
    is_target = {name: side[2] for name, side in sides.items()}
    goal = (None, low) if is_target.get("below") else (high, None)
    reached = touched(known, low, high)
    only = all(is_target[name] for name in reached)
    return Gap(
        opened,
        ends[0],
        ends[1],
        goal,
        only_target=only and bool(reached),
        kept=not any(is_target[name] for name in reached),
    )


def covers(side: Side | None, reached: Fraction | None, direction: int) -> bool:
    """Does nothing lie beyond the region on that side that the chain can come to?"""
    if side is None:
        return reached is not None
    far = side[1]
    return far is None or (reached is not None and (far >= reached if direction == 1 else far <= reached))


def touched(known: Reach, low: Fraction | None, high: Fraction | None) -> list[str]:
    """The sides that may be entered."""
    found = []
    if low is not None and (known.least is None or known.least <= low):
        found.append("below")
    if high is not None and (known.most is None or known.most >= high):
        found.append("above")
    return found


def without_idle_barriers(steps: Steps, low: Fraction | None, high: Fraction | None) -> Steps:
    """Barriers in the regions are left out: what is clipped to them is there anyway."""

    def opened(stride: Stride) -> Stride:
        floor, ceiling = fraction(stride.floor), fraction(stride.ceiling)
        if floor is not None and low is not None and floor <= low:
            stride = replace(stride, floor=-sp.oo)
        if ceiling is not None and high is not None and ceiling >= high:
            stride = replace(stride, ceiling=sp.oo)
        return stride

    return replace(steps, strides=tuple(opened(stride) for stride in steps.strides))
