"""Sums of independent steps on a lattice that leave a half-line: w' = w + B with finitely many rational B."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd, lcm

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.number import Number
from ..answer.warrant import Warrant
from ..balls.zero_proof import fraction
from ..chain.batch import updates_per_epoch
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.mixture import mixture
from ..chain.region import Interval, Region
from ..effort import Effort
from ..engines.lattice_walk import LatticeWalk
from ..errors import HypothesisViolated, Inconclusive
from ..laws.signs import sign
from ..numerics.line_region import line_region, reflected
from ..numerics.reached_levels import in_short, require_reached
from .method import Method


class LatticeSums(Method):
    """A linear loss with noise: the roots of the characteristic equation outside the unit circle give everything."""

    def exit_time(self, model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Finding | None:
        walk = leaving(model, start, inside)
        if walk is None:
            return None
        require_finite_mean(walk, effort)
        return finding(walk.steps.mean_time(effort), "mean time")

    def survival(
        self, model: Chain | Diffusion, start: Point, inside: Region, steps: int, effort: Effort
    ) -> Finding | None:
        walk = leaving(model, start, inside)
        return None if walk is None else finding(walk.steps.survival(steps, effort), f"{steps} steps")

    def quantile(
        self, model: Chain | Diffusion, start: Point, inside: Region, level: object, effort: Effort
    ) -> Finding | None:
        walk = leaving(model, start, inside)
        if walk is None:
            return None
        require_reached(sp.sympify(level), walk.steps.arrival(False, effort), effort)
        count = walk.steps.quantile(sp.sympify(level), effort)
        return replace(finding(Number(sp.Integer(count), Enclosure.point(count)), "quantile"), integer=True)

    def hitting(
        self, model: Chain | Diffusion, start: Point, target: Region, avoid: Region | None, effort: Effort
    ) -> Finding | None:
        """A half-line from outside it, with nothing to avoid: between two ends the states are finitely many."""
        goal = line_region(model, target)
        if goal is None or avoid is not None or not isinstance(model, Chain):
            return None
        place = start[model.state[0]]
        walk = towards(model, place, goal, strict=False)
        return None if walk is None else finding(walk.steps.arrival(False, effort), "probability")


@dataclass(frozen=True)
class Sum:
    """The walk towards the end, in units of the lattice; `mean`: E B towards it."""

    steps: LatticeWalk
    mean: sp.Expr


def leaving(model: Chain | Diffusion, start: Point, inside: Region) -> Sum | None:
    """Out of a half-line: into the other one."""
    bounds = line_region(model, inside)
    if bounds is None or not isinstance(model, Chain):
        return None
    low, high = bounds
    if low.is_finite == high.is_finite:
        return None
    beyond = (high, sp.oo) if high.is_finite else (-sp.oo, low)
    return towards(model, start[model.state[0]], beyond, strict=True)


def towards(model: Chain, place: sp.Expr, goal: Interval, strict: bool) -> Sum | None:
    """Into [level, oo) or (-oo, level], beyond the level itself if `strict`."""
    steps = increments(model)
    if steps is None or not place.is_Rational:
        return None
    if goal[0] is -sp.oo:
        goal, place, steps = reflected(goal), -place, {-b: p for b, p in steps.items()}
    level = goal[0]
    if goal[1] is not sp.oo or not level.is_Rational or sign(level - place) not in ((0, 1) if strict else (1,)):
        return None
    unit = greatest_unit(list(steps))
    gap = (fraction(level) - fraction(place)) / unit
    distance = gap.numerator // gap.denominator + 1 if strict else -(-gap.numerator // gap.denominator)
    whole = tuple(sorted((int(b / unit), p) for b, p in steps.items()))
    mean = sum((b * p for b, p in steps.items()), start=Fraction(0))
    return Sum(LatticeWalk(whole, distance), sp.Rational(mean))


def increments(model: Chain) -> dict[Fraction, Fraction] | None:
    """B -> its probability; None where the step is not w + B with finitely many rational B."""
    (w,) = model.state
    if updates_per_epoch(model.draw) > 1 or sp.expand(sp.diff(model.one_sample_map[0], w) - 1) != 0:
        return None
    try:
        components = mixture(model.update, dict(zip(model.means, model.gradient, strict=True)), model.draw)
    except Inconclusive:
        return None
    found: dict[Fraction, Fraction] = {}
    for component in components:
        step = sp.expand(component.values[0] - w)
        if component.laws or not step.is_Rational or not component.probability.is_Rational:
            return None
        found[fraction(step)] = found.get(fraction(step), Fraction(0)) + fraction(component.probability)
    return found


def greatest_unit(steps: list[Fraction]) -> Fraction:
    """The largest number of which all steps are whole multiples; 1 where there is no step."""
    common = lcm(*(b.denominator for b in steps))
    return Fraction(gcd(*(int(b * common) for b in steps)), common) or Fraction(1)


def require_finite_mean(walk: Sum, effort: Effort) -> None:
    """Refuse what is proved to be infinite."""
    if walk.mean > 0:
        return
    if walk.mean == 0 and walk.steps.up > 0:
        raise HypothesisViolated("the mean time is finite", "the mean step is 0: null recurrence makes the mean infinite")
    chance = in_short(walk.steps.arrival(False, effort))
    raise HypothesisViolated(
        "the region is left with probability 1",
        f"the mean step away from its end is {-walk.mean}; it is left with probability {chance}: the mean time is infinite",
    )


def finding(found: Number, what: str) -> Finding:
    return Finding(
        Warrant.CERTIFIED if found.exact is None else Warrant.EXACT,
        f"{what} of a walk on a lattice, by the roots of its characteristic equation outside the unit circle",
        found.exact,
        found.enclosure,
        hypotheses=(Hypothesis("the step does not depend on the state and takes values on a lattice"),),
        cite=("feller1968", "wald1944"),
    )


METHOD = LatticeSums()
