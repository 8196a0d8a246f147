"""First passage of chains with an analytic density: Gaussian, Student and Cauchy noise, mixtures, barriers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.number import Number
from ..answer.warrant import Warrant
from ..balls.adaptive import proved_sign
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.region import Interval, Region
from ..effort import Effort
from ..engines.smooth_kernel.estimates import (
    estimated_factor,
    estimated_hitting,
    estimated_quantile,
    estimated_survival,
    estimated_time,
    open_estimated_hitting,
    open_estimated_time,
)
from ..engines.smooth_kernel.exit_time import certified_time
from ..engines.smooth_kernel.floats import real
from ..engines.smooth_kernel.hitting import certified_hitting
from ..engines.smooth_kernel.problem import Problem
from ..engines.smooth_kernel.quasi_stationary import quasi_stationary, quick_pair
from ..engines.smooth_kernel.step import smooth_step
from ..engines.smooth_kernel.survival import quantile, survival
from ..engines.smooth_kernel.tails import Open, open_hitting, open_time
from ..errors import HypothesisViolated
from .method import Method

HOW = "Gauss-Legendre Nystrom solution without subtractions, refined in ball arithmetic; its residual is bounded at every state"
ESTIMATE = "Gauss-Legendre Nystrom solution without subtractions, in double precision; its error from a second one"
PAIR = "quasi-stationary pair refined in ball arithmetic; the quotient K h/h is bounded at every state"
STEPS = "steps of the discretised kernel in ball arithmetic, later ones through the certified quasi-stationary pair"
FAR = "the same within a radius; what lies beyond is bounded by a quadratic Lyapunov function"
HYPOTHESES = (Hypothesis("the density of a step is analytic on an ellipse around the region"),)
CITE = ("trefethen2013", "grassmann1985")


class SmoothKernel(Method):
    """Bounded regions of one-dimensional chains whose step has an analytic density at every state of the region."""

    warrants = (Warrant.CERTIFIED, Warrant.ESTIMATED)

    def exit_time(self, model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Finding | None:
        problem = problem_of(model, inside)
        if problem is None:
            return self.open_exit_time(model, start, inside, effort)
        require_exit(problem, inside)
        at = started(problem, start)
        if effort.method is Warrant.ESTIMATED:
            return estimate(estimated_time(problem, at))
        return Finding(
            Warrant.CERTIFIED, HOW, enclosure=certified_time(problem, at, effort), hypotheses=HYPOTHESES, cite=CITE
        )

    def open_exit_time(self, model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Finding | None:
        """For a region that reaches to infinity."""
        region = open_region(model, [inside.interval(model.state[0])]) if not inside.free_symbols else None
        if region is None:
            return None
        if effort.method is Warrant.ESTIMATED:
            return estimate(open_estimated_time(region, start[model.state[0]]))
        found = open_time(region, start[model.state[0]], effort)
        return Finding(Warrant.CERTIFIED, FAR, enclosure=found, hypotheses=HYPOTHESES, cite=CITE)

    def survival(
        self, model: Chain | Diffusion, start: Point, inside: Region, steps: int, effort: Effort
    ) -> Finding | None:
        problem = problem_of(model, inside)
        if problem is None:
            return None
        if not problem.domain.gaps:
            return certainty("the barriers keep every step inside")
        if effort.method is Warrant.ESTIMATED:
            return estimate(estimated_survival(problem, started(problem, start), steps))
        found = survival(problem, started(problem, start), steps, effort)
        return Finding(Warrant.CERTIFIED, STEPS, enclosure=found, hypotheses=HYPOTHESES, cite=CITE)

    def quantile(
        self, model: Chain | Diffusion, start: Point, inside: Region, level: object, effort: Effort
    ) -> Finding | None:
        problem = problem_of(model, inside)
        if problem is None or not isinstance(level, sp.Expr):
            return None
        require_exit(problem, inside)
        if effort.method is Warrant.ESTIMATED:
            return replace(estimate(estimated_quantile(problem, started(problem, start), level)), integer=True)
        found = quantile(problem, started(problem, start), level, effort)
        return Finding(
            Warrant.CERTIFIED, STEPS, sp.Integer(found), Enclosure.point(found), HYPOTHESES, CITE, integer=True
        )

    def quasi_stationary(self, model: Chain | Diffusion, inside: Region, effort: Effort) -> Finding | None:
        problem = problem_of(model, inside)
        if problem is None:
            return None
        require_exit(problem, inside)
        if effort.method is Warrant.ESTIMATED:
            factor, time = estimated_factor(problem)
            return replace(estimate(factor), extra=extra_of(problem, time, effort))
        pair = quasi_stationary(problem, effort.digits, effort)
        return Finding(
            Warrant.CERTIFIED,
            PAIR,
            enclosure=pair.factor,
            hypotheses=(*HYPOTHESES, Hypothesis("the density at nodes is a double solution, not certified", "assumed")),
            cite=("collatz1942", *CITE),
            extra=extra_of(problem, pair.mean_time, effort),
        )

    def hitting(
        self, model: Chain | Diffusion, start: Point, target: Region, avoid: Region | None, effort: Effort
    ) -> Finding | None:
        if not isinstance(model, Chain) or model.dimension != 1:
            return None
        w = model.state[0]
        between = complement(target.interval(w), None if avoid is None else avoid.interval(w))
        if any(end.free_symbols for pair in between for end in pair):
            return None
        problem = problem_between(model, between) if between else None
        if problem is None:
            return self.open_hitting(model, start, target, between, effort)
        if not goals(problem, target):
            return Finding(Warrant.EXACT, "no step leads into the target", sp.Integer(0), Enclosure.point(0))
        if effort.method is Warrant.ESTIMATED:
            return estimate(estimated_hitting(problem, started(problem, start), goals(problem, target)))
        found = certified_hitting(problem, started(problem, start), goals(problem, target), effort)
        return Finding(Warrant.CERTIFIED, HOW, enclosure=found, hypotheses=HYPOTHESES, cite=CITE)

    def open_hitting(
        self, model: Chain, start: Point, target: Region, between: tuple[Interval, ...], effort: Effort
    ) -> Finding | None:
        """Where what lies between the two regions reaches to infinity."""
        w, region = model.state[0], open_region(model, between, False)
        if region is None:
            return None
        if effort.method is Warrant.ESTIMATED:
            return estimate(open_estimated_hitting(region, start[w], lambda problem: goals(problem, target)))
        time = open_time(region, start[w], effort.with_digits(2))
        found = open_hitting(region, start[w], lambda problem: goals(problem, target), time, effort)
        return Finding(Warrant.CERTIFIED, FAR, enclosure=found, hypotheses=HYPOTHESES, cite=CITE)


def open_region(model: Chain | Diffusion, intervals: Sequence[Interval], closed: bool = True) -> Open | None:
    if not isinstance(model, Chain) or not intervals:
        return None
    step = smooth_step(model)
    return None if step is None else Open.of(step, intervals, closed)


def goals(problem: Problem, target: Region) -> list[Interval]:
    """The gaps of the domain that belong to the target: the closed region that holds their finite end.

    A single point is no goal: no step has an atom outside the barriers.
    """
    w = problem.domain.state
    gaps = [gap for gap in problem.domain.gaps if gap[0] != gap[1]]
    return [gap for gap in gaps if target.contains({w: problem.domain.origin + (gap[1] if gap[0] == -sp.oo else gap[0])})]


def estimate(found: Enclosure) -> Finding:
    return Finding(Warrant.ESTIMATED, ESTIMATE, enclosure=found, cite=CITE)


def extra_of(problem: Problem, time: Enclosure, effort: Effort) -> dict[str, object]:
    return {"mean_time": Number(None, time, effort.digits), "density": nodal_density(problem)}


def certainty(why: str) -> Finding:
    return Finding(Warrant.EXACT, why, sp.Integer(1), Enclosure.point(1))


def complement(one: Interval, other: Interval | None) -> tuple[Interval, ...]:
    """The closures of what one interval, or two disjoint ones, leave of the line."""
    if other is None:
        parts: tuple[Interval, ...] = ((-sp.oo, one[0]), (one[1], sp.oo))
    else:
        side = proved_sign(other[0] - one[1]) if one[1] != sp.oo and other[0] != -sp.oo else -1
        low, high = (one, other) if side == 1 else (other, one)
        parts = ((-sp.oo, low[0]), (low[1], high[0]), (high[1], sp.oo))
    return tuple((a, b) for a, b in parts if a != b and a != sp.oo and b != -sp.oo)


def nodal_density(problem: Problem) -> list[dict[str, Number]]:
    """The quasi-stationary density at the nodes, from doubles: [{at, density}], and the masses of atoms as {at, mass}.

    Not certified: the enclosures are eleven digits of the double solution.
    """
    floats = problem.floats
    left, nodes = quick_pair(problem).left, len(floats.weights)
    places = list(zip(floats.states[:nodes], left[:nodes] / floats.weights, strict=True))
    if problem.domain.folded:
        places = [(-at, density / 2) for at, density in reversed(places)] + [(at, density / 2) for at, density in places]
    origin = real(problem.domain.origin)
    rows = [{"at": rough(at + origin), "density": rough(density)} for at, density in places]
    return rows + [
        {"at": rough(at + origin), "mass": rough(p)} for at, p in zip(floats.states[nodes:], left[nodes:], strict=True)
    ]


def rough(value: float) -> Number:
    """A double with an error of 1e-11 relative to it."""
    middle = Fraction(float(value))
    reach = abs(middle) / 10**11
    return Number(None, Enclosure(middle - reach, middle + reach), 10)


def problem_of(model: Chain | Diffusion, inside: Region) -> Problem | None:
    """The equation of the region; None where the method does not apply."""
    if not isinstance(model, Chain) or model.dimension != 1 or inside.free_symbols:
        return None
    return exit_problem(model, (inside.interval(model.state[0]),))


def started(problem: Problem, start: Point) -> sp.Expr:
    return problem.domain.state_of(start[problem.domain.state])


@lru_cache(maxsize=8)
def exit_problem(model: Chain, intervals: Sequence[Interval]) -> Problem | None:
    step = smooth_step(model)
    return None if step is None else Problem.of_exit(step, intervals)


@lru_cache(maxsize=8)
def problem_between(model: Chain, intervals: Sequence[Interval]) -> Problem | None:
    """On open intervals, between two regions."""
    step = smooth_step(model)
    return None if step is None else Problem.of_open(step, intervals)


def require_exit(problem: Problem, inside: Region) -> None:
    if not problem.domain.gaps:
        raise HypothesisViolated("the region is left", f"the barriers keep every step inside {inside}")


METHOD = SmoothKernel()
