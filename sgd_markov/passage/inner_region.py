"""Regions too wide for a kernel: a part of them about the start is left no later, which bounds what is asked from below."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import inf, isfinite

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.enclosure import Bound, Enclosure
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..balls.adaptive import proved_sign
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.region import Interval, Region
from ..effort import Effort
from ..engines.smooth_kernel.exit_time import certified_time
from ..engines.smooth_kernel.floats import real
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
    """Chains with an analytic density; the bounds from above are the trivial ones."""

    warrants = (Warrant.CERTIFIED,)

    def exit_time(self, model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Finding | None:
        quick = effort.with_digits(min(effort.digits, 6))
        found = of_part(model, start, inside, lambda p, at: certified_time(p, at, quick).lower)
        return None if found is None else bound(Enclosure(found, inf), effort)

    def survival(
        self, model: Chain | Diffusion, start: Point, inside: Region, steps: int, effort: Effort
    ) -> Finding | None:
        found = of_part(model, start, inside, lambda p, at: survival(p, at, steps, effort).lower)
        return None if found is None else bound(Enclosure(min(found, Fraction(1)), Fraction(1)), effort)

    def quantile(
        self, model: Chain | Diffusion, start: Point, inside: Region, level: object, effort: Effort
    ) -> Finding | None:
        assert isinstance(level, sp.Expr)
        found = of_part(model, start, inside, lambda p, at: Fraction(quantile(p, at, level, effort)))
        return None if found is None else bound(Enclosure(found, inf), effort)

    def quasi_stationary(self, model: Chain | Diffusion, inside: Region, effort: Effort) -> Finding | None:
        low, high = inside.interval(model.state[0]) if len(model.state) == 1 else (-sp.oo, sp.oo)
        if -sp.oo in (low, high) or sp.oo in (low, high):
            return None
        middle = {model.state[0]: (low + high) / 2}
        found = of_part(model, middle, inside, lambda p, at: quasi_stationary(p, 6, effort).factor.lower)
        if found is None:
            return None
        raise Inconclusive(BELOW, Enclosure(found, Fraction(1)))


def bound(found: Enclosure, effort: Effort) -> Finding:
    if not found.reaches(effort.digits):
        raise Inconclusive(BELOW, found)
    return Finding(Warrant.CERTIFIED, HOW, enclosure=found, hypotheses=(INSIDE,), cite=("trefethen2013",))


def of_part(
    model: Chain | Diffusion, start: Point, inside: Region, ask: Callable[[Problem, sp.Expr], Bound]
) -> Bound | None:
    """What is asked, for the part; None where there is none that is smaller."""
    if not isinstance(model, Chain) or model.dimension != 1 or inside.free_symbols:
        return None
    step, at = smooth_step(model), start[model.state[0]]
    part = None if step is None else part_about(step, at, inside.interval(model.state[0]))
    problem = None if step is None or part is None else Problem.of_exit(step, [part])
    return None if problem is None else ask(problem, problem.domain.state_of(at))


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
