"""Chains that look the same from both sides of 0: the chain |w|, which leaves [0, h] when w leaves [-h, h]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sympy as sp

from .domain import Domain, Interval, domain_of
from .step import Branch, SmoothStep


def folded(step: SmoothStep, intervals: Sequence[Interval]) -> Domain | None:
    """The states |w| of an interval [-h, h], with half the nodes; None where steps from w and -w are not mirrored.

    From |w| the chain goes to |m(w) + s(w) Z|, with the sum of the densities about m(w) and about -m(w).
    """
    if len(intervals) != 1 or step.low is not None or step.high is not None:
        return None
    ((low, high),) = intervals
    if high == sp.oo or sp.expand(low + high) != 0 or not is_mirrored(step):
        return None
    both = [side for branch in step.branches for side in (branch, replace(branch, centre=-branch.centre))]
    domain = domain_of(replace(step, branches=tuple(both)), [(sp.Integer(0), high)])
    return None if domain is None else replace(domain, gaps=((high, sp.oo),), folded=True)


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
