"""The questions of first passage, asked about log|w|."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from ...answer.answer import Hypothesis
from ...answer.enclosure import Enclosure
from ...answer.finding import Finding
from ...answer.warrant import Warrant
from ...chain.chain import Chain, Point
from ...chain.diffusion import Diffusion
from ...chain.region import Region
from ...effort import Effort
from ...errors import HypothesisViolated, Inconclusive
from ..method import Method
from . import uniform
from .identities import (
    require_finite_mean,
    require_reached,
    ruin_bounds,
    ruin_exponent,
    surely_arrives,
    time_bounds,
)
from .way import Problem, entering, leaving

FLAT = "log|w| as a walk with the density of log|M|, between longer and shorter steps"
CITE = ("wald1944", "cramer1930", "lorden1970")


class LogWalk(Method):
    """Finitely many multipliers: paths are followed by counts until what is left is narrow. Others: bounds by identities.

    The map has to be w -> M w inside the region only, which holds 0 or has positive ends.
    """

    def exit_time(self, model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Finding | None:
        problem = leaving(model, start, inside)
        if problem is None:
            return None
        require_finite_mean(problem, effort)
        if problem.walk is None:
            return density_time(problem, effort)
        return finding(problem.walk.mean_time(effort), "Wald's identity, the overshoot by following the paths")

    def survival(
        self, model: Chain | Diffusion, start: Point, inside: Region, steps: int, effort: Effort
    ) -> Finding | None:
        problem = leaving(model, start, inside)
        if problem is not None and problem.stays:
            return certain(1, "w keeps its sign")
        flat = None if problem is None or problem.walk is not None else uniform.survival(problem, steps, effort)
        if flat is not None:
            return finding(flat, FLAT)
        if problem is None or problem.walk is None:
            return None
        return finding(problem.walk.survival(steps, effort), f"the paths of {steps} steps, by their counts")

    def quantile(
        self, model: Chain | Diffusion, start: Point, inside: Region, level: object, effort: Effort
    ) -> Finding | None:
        problem = leaving(model, start, inside)
        if problem is not None and problem.stays and level != 0:
            raise HypothesisViolated("the quantile is finite", "w keeps its sign: the region is never left")
        if problem is None or problem.walk is None:
            return None
        require_reached(problem, sp.sympify(level), effort)
        count = problem.walk.quantile(sp.sympify(level), effort)
        found = finding(Enclosure.point(count), "the paths, by their counts")
        return replace(found, exact=sp.Integer(count), integer=True)

    def hitting(
        self, model: Chain | Diffusion, start: Point, target: Region, avoid: Region | None, effort: Effort
    ) -> Finding | None:
        problem = entering(model, start, target, avoid)
        if problem is None:
            return None
        if not problem.one_sided:
            assert problem.walk is not None
            return finding(problem.walk.arrival(None, effort), "the paths, by their counts")
        if surely_arrives(problem, effort):
            return certain(1, "the sign of the exponent")
        kappa = ruin_exponent(problem, effort)
        if kappa is None:
            return certain(0, "no step goes that way")
        if problem.walk is None:
            return finding(ruin_bounds(problem, kappa, effort), "Ville's inequality, between walks rounded down and up")
        return finding(problem.walk.arrival(kappa, effort), "Lundberg's bounds after following the paths")


def density_time(problem: Problem, effort: Effort) -> Finding:
    """M with a density: by identities, then as a flat walk where its density is known piece by piece."""
    bounds = time_bounds(problem, effort)
    if not bounds.reaches(effort.digits):
        try:
            flat = uniform.mean_time(problem, effort)
        except Inconclusive as refusal:
            known = bounds if refusal.enclosure is None else bounds.intersection(refusal.enclosure)
            raise Inconclusive(refusal.reason, known) from None
        if flat is not None:
            return finding(flat.intersection(bounds), FLAT)
    return finding(bounds, "Wald's identity, between walks rounded down and up")


def finding(found: Enclosure, method: str) -> Finding:
    return Finding(
        Warrant.CERTIFIED,
        method,
        None,
        found,
        hypotheses=(Hypothesis("the map is w -> M w on the way"),),
        cite=CITE,
    )


def certain(value: int, method: str) -> Finding:
    return replace(finding(Enclosure.point(value), method), exact=sp.Integer(value), warrant=Warrant.EXACT)


METHOD = LogWalk()
