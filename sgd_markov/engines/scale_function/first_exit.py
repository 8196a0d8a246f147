"""Mean exit times and hitting probabilities of one-dimensional diffusions, certified.

With both ends a < x < b ordinary points, P = (S(x) - S(a))/(S(b) - S(a)) is the probability of leaving at b, and
E tau = P int_x^b (S(b) - S(y)) m(y) dy + (1 - P) int_a^x (S(y) - S(a)) m(y) dy; where the diffusion always comes back from one
side, say from below, E tau = int_x^b (S(b) - S(y)) m dy + (S(b) - S(x)) int_(-oo)^x m dy [karlin1981]. All of it is sums of
positive terms, so nothing cancels however long it takes.
"""

from __future__ import annotations

import sympy as sp
from flint import arb

from ...answer.enclosure import Enclosure
from ...balls.adaptive import refine
from ...chain.diffusion import Diffusion
from ...effort import Effort
from ...errors import HypothesisViolated, Inconclusive
from ...proof.radicals import is_zero
from .terrain import Way, require_moving, require_ordinary, ways
from .way import Sums, sums


def mean_exit_time(diffusion: Diffusion, start: sp.Expr, low: sp.Expr, high: sp.Expr, effort: Effort) -> Enclosure:
    """E tau of the exit from [low, high].

    Raises `HypothesisViolated` where it is proved to be infinite, `Inconclusive` where nothing is decided.
    """
    if any(end.is_finite and is_zero(start - end) for end in (low, high)):
        return at_an_end(diffusion, start)
    down, up = ways(diffusion, start, low, high)
    if down.end is not None and up.end is not None:
        raise never_left(down, up)
    if down.end is None and up.end is None:
        return refine(lambda: between(sums(down, effort), sums(up, effort)), effort, "the mean exit time")
    closed, opened = (down, up) if down.end is not None else (up, down)
    require_finite_mean(closed)
    return refine(lambda: one_sided(sums(closed, effort), sums(opened, effort)), effort, "the mean exit time")


def at_an_end(diffusion: Diffusion, start: sp.Expr) -> Enclosure:
    """From an ordinary end of the region the diffusion is outside at once."""
    require_moving(diffusion, start)
    require_ordinary(diffusion, start)
    return Enclosure.point(0)


def between(down: Sums, up: Sums) -> arb:
    return (down.scale * up.pairs + up.scale * down.pairs) / (down.scale + up.scale)


def one_sided(closed: Sums, opened: Sums) -> arb:
    return opened.pairs + opened.scale * closed.speed


def never_left(*both: Way) -> HypothesisViolated | Inconclusive:
    """The region has no ordinary end on either side."""
    for way in both:
        require_understood(way)
    ends = " and ".join(str(way.stop) for way in both)
    return HypothesisViolated("the region is left", f"the diffusion stays between {ends} for ever")


def require_finite_mean(way: Way) -> None:
    """Refuse an end where the mean is infinite: paths end there, or stay near it too long."""
    require_understood(way)
    assert way.end is not None
    if not way.returns:
        verb = "runs away to" if way.stop.is_infinite else "converges to"
        raise HypothesisViolated(
            "the region is left with probability 1", f"with positive probability the diffusion {verb} {way.stop}"
        )
    if not way.end.speed.integrable:
        raise HypothesisViolated(
            "the mean exit time is finite",
            f"the speed measure is infinite at {way.stop}: the diffusion comes back from there, but not in finite mean time",
        )


def require_understood(way: Way) -> None:
    """Refuse an end that is reached where the equation does not say what happens then."""
    if not way.returns and not way.absorbs:
        raise Inconclusive(f"the diffusion reaches {way.stop}, where the equation does not say how it goes on")


def hitting_probability(
    diffusion: Diffusion, start: sp.Expr, low: sp.Expr, high: sp.Expr, wanted: tuple[int, ...], effort: Effort
) -> Enclosure:
    """P(a wanted end of [low, high] is reached, and before the other one); `wanted`: some of -1 (low) and 1 (high).

    An end at which the variance vanishes counts as reached only where that takes a finite time. Certain and
    impossible events come as the points 1 and 0.
    """
    table = dict(zip((-1, 1), ways(diffusion, start, low, high), strict=True))
    goals = [side for side in wanted if reaches(table[side], high if side > 0 else low)]
    if len(goals) != 1:
        return Enclosure.point(len(goals) // 2)
    goal, other = table[goals[0]], table[-goals[0]]
    if other.end is not None:
        require_understood(other)
        if other.returns:
            return Enclosure.point(1)
    return refine(lambda: share(sums(goal, effort, "scale"), sums(other, effort, "scale")), effort, "the probability")


def reaches(way: Way, goal: sp.Expr) -> bool:
    """Does the way lead to `goal`, in finite time?"""
    if way.end is None:
        return True
    if goal.is_finite and is_zero(way.stop - goal):
        return way.end.accessible
    require_understood(way)
    return False


def share(goal: Sums, other: Sums) -> arb:
    return other.scale / (goal.scale + other.scale)
