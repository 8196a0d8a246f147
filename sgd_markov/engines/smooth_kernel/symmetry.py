"""Coordinates in which a region is easy: about its middle, and absolute values where both sides of that look the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sympy as sp

from .domain import Domain, Interval, domain_of
from .floats import real
from .step import Branch, SmoothStep


def folded(step: SmoothStep, intervals: Sequence[Interval]) -> Domain | None:
    """The states |w - c| of an interval about c, with half the nodes; None where steps from c + w and c - w are not mirrored.

    From |w| the chain goes to |m(w) + s(w) Z|, with the sum of the densities about m(w) and about -m(w).
    """
    if len(intervals) != 1 or step.low is not None or step.high is not None or is_bounded(intervals) is False:
        return None
    ((low, high),) = intervals
    middle, half = (high + low) / 2, sp.expand((high - low) / 2)
    step = moved(step, middle)
    if not is_mirrored(step):
        return None
    both = [side for branch in step.branches for side in (branch, replace(branch, centre=-branch.centre))]
    domain = domain_of(replace(step, branches=tuple(both)), [(sp.Integer(0), half)])
    return None if domain is None else replace(domain, gaps=((half, sp.oo),), folded=True, origin=middle)


def centred(step: SmoothStep, intervals: Sequence[Interval], closed: bool) -> Domain | None:
    """The domain in coordinates about its middle where 0 lies outside: doubles would lose the digits of the distance."""
    if not is_bounded(intervals) or step.state.is_nonnegative or step.state.is_nonpositive:
        return domain_of(step, intervals, closed)
    low, high = intervals[0][0], intervals[-1][1]
    if real(low) * real(high) <= 0:
        return domain_of(step, intervals, closed)
    middle = (high + low) / 2
    there = [(sp.expand(a - middle), sp.expand(b - middle)) for a, b in intervals]
    domain = domain_of(moved(step, middle), there, closed)
    return None if domain is None else replace(domain, origin=middle)


def is_bounded(intervals: Sequence[Interval]) -> bool:
    return not any(end in (-sp.oo, sp.oo) for pair in intervals for end in pair)


def moved(step: SmoothStep, origin: sp.Expr) -> SmoothStep:
    """The chain w - origin."""
    if origin == 0:
        return step
    w = step.state

    def there(expr: sp.Expr) -> sp.Expr:
        return sp.expand(expr.subs(w, w + origin))

    branches = tuple(
        replace(branch, centre=sp.expand(there(branch.centre) - origin), scale=there(branch.scale))
        for branch in step.branches
    )
    low, high = (None if end is None else sp.expand(end - origin) for end in (step.low, step.high))
    return replace(step, branches=branches, low=low, high=high)


def is_mirrored(step: SmoothStep) -> bool:
    """Is the step from -w that from w with its sign changed? Found without simplification, so that a no is not proved."""
    if step.state.is_nonnegative or step.state.is_nonpositive:
        return False
    left = list(step.branches)
    for branch in step.branches:
        partner = next((other for other in left if mirrors(branch, other, step.state)), None)
        if partner is None:
            return False
        left.remove(partner)
    return True


def mirrors(one: Branch, other: Branch, w: sp.Symbol) -> bool:
    """All laws are symmetric, so that the sign of the scale does not matter."""
    return (
        one.law == other.law
        and sp.expand(one.probability - other.probability) == 0
        and sp.expand(one.centre + other.centre.subs(w, -w)) == 0
        and any(sp.expand(one.scale + sign * other.scale.subs(w, -w)) == 0 for sign in (-1, 1))
    )
