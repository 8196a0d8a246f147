"""Means under the stationary law, from Poisson's equation: no minorisation, no spectral gap, only a residual.

For the chain stopped at -+R (or at its own barriers) let h = f - c + P h up to eps at every state. Then
|pi(f) - c| <= eps + E_pi[|f - c| + 2 sup|h|; |w| > R], since pi(P h - h) = 0 for bounded h (theory.md B.3, B.5).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import pairwise
from math import ceil, log, log10

import numpy as np
import sympy as sp
from flint import arb, arb_mat

from ...answer.enclosure import Enclosure
from ...balls.adaptive import proved_sign
from ...balls.precision import enclosure, precision
from ...effort import Effort
from ...errors import Inconclusive
from .confinement import Confinement, confinement
from .domain import Domain, domain_of
from .observable import Observable
from .problem import Problem, Refinement, largest
from .refined import Orthogonal, stationary_weights
from .step import SmoothStep
from .strip import Ellipse


@dataclass(frozen=True)
class Ergodic:
    """A chain with one stationary law: its step, and what confines it (None: barriers on both sides)."""

    step: SmoothStep
    confined: Confinement | None

    @classmethod
    def of(cls, step: SmoothStep) -> Ergodic | None:
        """None where existence is not proved here."""
        if step.low is not None and step.high is not None:
            return cls(step, None)
        confined = confinement(step)
        return None if confined is None else cls(step, confined)

    @lru_cache(maxsize=8)  # noqa: B019  frozen and small; a quantile asks a dozen times for the same
    def closed(self, log_level: float, cuts: tuple[sp.Expr, ...] = ()) -> Closed:
        """The chain stopped at a radius, cut at the kinks of what is to be integrated."""
        step, radius = self.step, None
        if self.confined is not None:
            radius = self.confined.radius(log_level)
            low = -sp.Rational(radius) if step.low is None else step.low
            high = sp.Rational(radius) if step.high is None else step.high
            step = replace(step, low=low, high=high)
        low, high = step.low, step.high
        assert low is not None and high is not None
        inner = [cut for cut in cuts if strictly_between(low, cut, high)]
        ends = [low, *sorted(inner, key=float), high]
        domain = domain_of(step, list(pairwise(ends)))
        if domain is None:
            raise Inconclusive("the step is not smooth on the region")
        return Closed(self, Problem(without_inner_gaps(domain)), radius)


def strictly_between(low: sp.Expr, cut: sp.Expr, high: sp.Expr) -> bool:
    """Refuses to leave out a kink that may lie inside."""
    signs = proved_sign(cut - low), proved_sign(high - cut)
    if None in signs:
        raise Inconclusive(f"whether the kink {cut} lies between {low} and {high} is not decided")
    return signs == (1, 1)


def without_inner_gaps(domain: Domain) -> Domain:
    """Pieces that touch leave no gap between them."""
    return replace(domain, gaps=tuple(gap for gap in domain.gaps if gap[0] != gap[1]))


@dataclass(frozen=True)
class Closed:
    """The stopped chain on [-radius, radius], or up to its barriers (radius None: it has both)."""

    ergodic: Ergodic
    problem: Problem
    radius: Fraction | None

    @cached_property
    def stationary(self) -> np.ndarray:
        """The stationary weights of the states in doubles."""
        return stationary_weights(self.problem.floats.moves)

    @cached_property
    def system(self) -> Orthogonal:
        """The factors of [[I - P, 1], [weights, 0]] in doubles."""
        moves = self.problem.floats.moves
        count = len(moves)
        system = np.zeros((count + 1, count + 1))
        system[:count, :count] = np.eye(count) - moves
        system[:count, count], system[count, :count] = 1, self.stationary
        return Orthogonal.of(system)

    def beyond(self, degree: int) -> arb:
        """A bound of E_pi[|w|^degree; |w| > radius]."""
        confined = self.ergodic.confined
        return arb(0) if confined is None or self.radius is None else confined.beyond(self.radius, degree)


def stationary_mean(ergodic: Ergodic, observable: Observable, effort: Effort) -> Enclosure:
    """An enclosure of pi(f) of relative width about 10^-digits; absolute where pi(f) is not told from 0."""
    digits = effort.digits + 3
    closed = ergodic.closed(level_for(digits), observable.cuts)
    lost = lost_digits(closed, observable)
    if lost:
        closed = ergodic.closed(level_for(digits + lost), observable.cuts)
        lost = lost_digits(closed, observable)
    return solved_mean(closed, observable, effort.digits + 1 + lost, effort)


def level_for(digits: int) -> float:
    """-log of the mass to be left beyond the radius, in steps so that questions alike share one kernel."""
    return log(10) * 4 * ceil(digits / 4)


def lost_digits(closed: Closed, observable: Observable) -> int:
    """How small the mean is, in digits; 0 for one that cancels to nothing."""
    goals, weights = observable.floats(closed.problem), closed.stationary
    rough = abs(float(weights @ goals))
    if rough <= 1e-13 * float(weights @ np.abs(goals)):
        return 0
    return min(280, ceil(max(0.0, -log10(rough))))


def solved_mean(closed: Closed, observable: Observable, digits: int, effort: Effort) -> Enclosure:
    size = sizes(closed, observable)
    domain = closed.problem.domain
    refined = closed.problem.refined(
        digits, log(max(2.0, size)), effort, lambda place, ellipse: 1 + observable.bound(domain, place, ellipse)
    )
    with precision(refined.bits):
        goals = observable.balls(refined)
        count = len(goals)
        targets = arb_mat(count + 1, 1, [goal.mid() for goal in goals] + [arb(0)])
        solved = refined.steady.solve(targets, int(digits * 3.33) + 8, effort)
        centre = solved[count, 0]
        heights = arb_mat(count, 1, [solved[i, 0] for i in range(count)])
        eps = residual(refined, observable, goals, heights, centre)
        far = outside(closed, refined, observable, goals, heights, centre)
        return enclosure(centre + arb(0, 1) * arb((eps + far).upper()))


def sizes(closed: Closed, observable: Observable) -> float:
    """The size of h, in doubles."""
    goals = observable.floats(closed.problem)
    heights = closed.system.solve(np.append(goals, 0.0))[:-1]
    return float(np.abs(heights).max() + np.abs(goals).max())


def residual(refined: Refinement, observable: Observable, goals: list[arb], heights: arb_mat, centre: arb) -> arb:
    """eps with |f - c + P h - h| <= eps at every state, h(w) = f(w) - c + sum_j k(w, y_j) q_j h_j + ..."""
    count = len(goals)
    shifted = arb_mat(count, 1, [goal - centre for goal in goals])
    gap = largest(shifted + refined.matrix * heights - heights)
    nodes = len(refined.kernel.weights)
    total = sum((q * abs(heights[i, 0]) for i, q in enumerate(refined.kernel.weights)), arb(0))
    sitting = sum((abs(heights[i, 0]) for i in range(nodes, count)), arb(0))

    def offset(place: int, ellipse: Ellipse) -> arb:
        return observable.bound(refined.problem.domain, place, ellipse) + abs(centre)

    lost = refined.problem.strip.error(refined.counts, total, sitting, offset)
    return gap * (1 + refined.row_error) + lost


def outside(
    closed: Closed, refined: Refinement, observable: Observable, goals: list[arb], heights: arb_mat, centre: arb
) -> arb:
    """E_pi[|f - c| + 2 sup|h|; |w| > R]."""
    if closed.ergodic.confined is None:
        return arb(0)
    top = largest(heights) * (1 + refined.row_error) + observable.greatest(closed.problem.domain) + abs(centre)
    growth = observable.growth
    if growth is None:
        raise Inconclusive("the function is not shown to grow slower than the stationary law decays")
    return sum(
        (weight * closed.beyond(degree) for degree, weight in growth), (2 * top + abs(centre)) * closed.beyond(0)
    )
