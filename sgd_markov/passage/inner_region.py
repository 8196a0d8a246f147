"""Regions too wide for a kernel, or without an end: a part of them about the start is left no later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf, isfinite

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..balls.adaptive import proved_sign
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.region import Interval, Region
from ..effort import Effort
from ..engines.smooth_kernel.exit_time import certified_time
from ..engines.smooth_kernel.floats import real
from ..engines.smooth_kernel.hitting import certified_hitting
from ..engines.smooth_kernel.problem import Problem
from ..engines.smooth_kernel.quasi_stationary import quasi_stationary
from ..engines.smooth_kernel.step import SmoothStep, smooth_step
from ..engines.smooth_kernel.survival import quantile, survival
from ..errors import Inconclusive
from .method import Method

HOW = "a part of the region, which is left no later, by the certified kernel"
BELOW = "the kernel is too narrow for the region; a part of it, which is left no later, bounds the answer from below only"
INSIDE = Hypothesis("the chain leaves a part of the region no later than the region")
SCALES = 40
"""The part reaches so many scales of the noise beyond the mean path from the start."""
PATH = 200
"""Steps of the mean path."""


class InnerRegion(Method):
    """Chains with an analytic density. The part bounds from below; where the chain hardly ever leaves it into the rest of
    the region, it bounds probabilities from above too."""

    warrants = (Warrant.CERTIFIED,)

    def exit_time(self, model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Finding | None:
        part = part_of(model, start, inside)
        if part is None:
            return None
        quick = effort.with_digits(min(effort.digits, 6))
        return bound(Enclosure(certified_time(part.problem, part.state, quick).lower, inf), effort)

    def survival(
        self, model: Chain | Diffusion, start: Point, inside: Region, steps: int, effort: Effort
    ) -> Finding | None:
        part = part_of(model, start, inside)
        if part is None:
            return None
        found = survival(part.problem, part.state, steps, effort)
        more = part.beyond(effort)
        if more > found.lower / 10**effort.digits:
            more = min(more, part.beyond_within(steps, effort))
        return bound(Enclosure(found.lower, max(found.lower, min(found.upper + more, 1))), effort)

    def quantile(
        self, model: Chain | Diffusion, start: Point, inside: Region, level: object, effort: Effort
    ) -> Finding | None:
        part = part_of(model, start, inside)
        if part is None:
            return None
        assert isinstance(level, sp.Expr)
        low, later = quantile(part.problem, part.state, level, effort), level + sp.Rational(part.beyond(effort))
        if proved_sign(1 - later) != 1 or quantile(part.problem, part.state, later, effort) != low:
            raise Inconclusive(BELOW, Enclosure(Fraction(low), inf))
        return replace(bound(Enclosure.point(low), effort), exact=sp.Integer(low), integer=True)

    def quasi_stationary(self, model: Chain | Diffusion, inside: Region, effort: Effort) -> Finding | None:
        low, high = inside.interval(model.state[0]) if len(model.state) == 1 else (-sp.oo, sp.oo)
        if low == -sp.oo or high == sp.oo:
            return None
        part = part_of(model, {model.state[0]: (low + high) / 2}, inside)
        if part is None:
            return None
        raise Inconclusive(BELOW, Enclosure(quasi_stationary(part.problem, 6, effort).factor.lower, Fraction(1)))


def bound(found: Enclosure, effort: Effort) -> Finding:
    if not found.reaches(effort.digits):
        raise Inconclusive(BELOW, found)
    return Finding(Warrant.CERTIFIED, HOW, enclosure=found, hypotheses=(INSIDE,), cite=("trefethen2013",))


@dataclass(frozen=True)
class Part:
    """An interval about the start within the region, and the problem of leaving it from `state`."""

    step: SmoothStep
    start: sp.Expr
    region: Interval
    interval: Interval
    problem: Problem

    @property
    def state(self) -> sp.Expr:
        return self.problem.domain.state_of(self.start)

    def beyond(self, effort: Effort) -> Fraction:
        """A bound of the probability that a step ever leads from the part into the rest of the region, or over it.

        P(tau > n) is at most P(the part is kept for n steps) and this together.
        """
        plain = Problem.of(self.step, [self.interval])
        assert plain is not None
        open_ends = {-sp.oo: self.region[0] != self.interval[0], sp.oo: self.region[1] != self.interval[1]}
        gaps = [gap for gap in plain.domain.gaps if gap[0] != gap[1] and any(open_ends.get(end) for end in gap)]
        found = certified_hitting(plain, self.start, gaps, effort.with_digits(2)).upper if gaps else Fraction(0)
        return Fraction(found)


    def beyond_within(self, steps: int, effort: Effort) -> Fraction:
        """The same for the first steps: a path that leads over an inner end leaves a wider interval too, which ends there."""
        low, high = self.interval
        wide = high - low
        ends = (low - wide if self.region[0] == low else low), (high + wide if self.region[1] == high else high)
        problem = Problem.of_exit(self.step, [ends])
        if problem is None:
            return Fraction(1)
        kept = survival(problem, problem.domain.state_of(self.start), steps, effort.with_digits(effort.digits + 4))
        return Fraction(1 - kept.lower)


def part_of(model: Chain | Diffusion, start: Point, inside: Region) -> Part | None:
    """None where there is none that is smaller than the region."""
    if not isinstance(model, Chain) or model.dimension != 1 or inside.free_symbols:
        return None
    step, at, region = smooth_step(model), start[model.state[0]], inside.interval(model.state[0])
    interval = None if step is None else part_about(step, at, region)
    problem = None if step is None or interval is None else Problem.of_exit(step, [interval])
    if step is None or interval is None or problem is None or not problem.domain.gaps:
        return None
    return Part(step, at, region, interval, problem)


def part_about(step: SmoothStep, start: sp.Expr, region: Interval) -> Interval | None:
    """The region cut to the surroundings of the mean path; found in doubles, compared exactly."""
    path = mean_path(step, start)
    if not all(map(isfinite, path)):
        return None
    ends = [sp.Rational(Fraction(place)) for place in (path[0], path[-1])]
    scales = [abs(real(branch.scale.subs(step.state, place))) for branch in step.branches for place in ends]
    if not all(map(isfinite, scales)):
        return None
    reach = SCALES * max(scales)
    low, high = (sp.Rational(Fraction(end)) for end in (min(path) - reach, max(path) + reach))
    below = region[0] != -sp.oo and proved_sign(low - region[0]) != 1
    above = region[1] != sp.oo and proved_sign(region[1] - high) != 1
    if (below and above) or proved_sign(start - low) != 1 or proved_sign(high - start) != 1:
        return None
    return (region[0] if below else low), (region[1] if above else high)


def mean_path(step: SmoothStep, start: sp.Expr) -> list[float]:
    centre = sum((branch.probability * branch.centre for branch in step.branches), sp.Integer(0))
    path = [real(start)]
    for _ in range(PATH):
        place = real(centre.subs(step.state, sp.Rational(Fraction(path[-1]))))
        if not isfinite(place) or abs(place - path[-1]) <= 1e-9 * abs(place):
            break
        path.append(place)
    return path


METHOD = InnerRegion()
