"""The place at which a decreasing function, known by balls, passes a level."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import inf

from flint import arb

from ..answer.enclosure import Enclosure
from ..balls.precision import dyadic
from ..effort import Effort

Decreasing = Callable[[arb], arb]
NOWHERE = Enclosure(Fraction(0), inf)


def decreasing_root(function: Decreasing, low: arb, high: arb, target: arb, effort: Effort) -> Enclosure:
    """The narrowest interval in [low, high], 0 < low, on which the function is proved to pass the target.

    It stops at a relative width of 10^-(digits + 1), or where values are not told from the target at the current
    precision; everything positive where the target is not proved to be passed between low and high.
    """
    left, right = low.mid(), high.mid()
    if not (function(left) > target > function(right)):
        return NOWHERE
    least = arb(10) ** -(effort.digits + 1)
    while right - left > least * left:
        effort.check()
        middle = ((left + right) / 2).mid()
        value = function(middle)
        if value > target:
            left = middle
        elif value < target:
            right = middle
        else:
            return pinched(function, left, middle, right, target)
    return Enclosure(dyadic(left), dyadic(right))


def pinched(function: Decreasing, left: arb, middle: arb, right: arb, target: arb) -> Enclosure:
    """Around a place where the value is not told from the target, as near as it is on each side."""
    ends = []
    for outer, side in ((left, 1), (right, -1)):
        inner = (outer + middle) / 2
        while side * (function(inner.mid()) - target) > 0:
            outer, inner = inner.mid(), (inner + middle) / 2
        ends.append(dyadic(outer.mid()))
    return Enclosure(ends[0], ends[1])
