"""First passage of chains whose density has kinks or jumps: Laplace, exponential, gamma, uniform noise, with barriers."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from ...answer.answer import Hypothesis
from ...answer.enclosure import Enclosure
from ...answer.finding import Finding
from ...answer.number import Number
from ...answer.warrant import Warrant
from ...balls.evaluate import evaluate
from ...chain.chain import Chain, Point
from ...chain.diffusion import Diffusion
from ...chain.region import Region
from ...effort import Effort
from ...engines.kinked_kernel import linear_tail, open_passages
from ...engines.kinked_kernel.kernel import fraction
from ...engines.kinked_kernel.passages import exit_time, hitting, quantile, quasi_stationary, survival
from ...engines.kinked_kernel.places import Place, neighbours
from ...engines.kinked_kernel.reach import is_one_way, reach, recurrent_part
from ...engines.kinked_kernel.rounds import Region as Interval
from ...errors import HypothesisViolated, Inconclusive
from ...numerics.kinked_steps import Steps
from ..method import Method
from .gap import gap_of
from .problem import (
    LEFT,
    OpenProblem,
    has_positive_scales,
    hull,
    numeric_steps,
    open_problem,
    problem_of,
    rational_or_not,
    rational_pairs,
    upright,
    within_barriers,
)

HOW = "piecewise polynomials, their images under the kernel in closed form on both sides of every kink; residual bounded at every state"
FAR = "the same above an edge far away; what lies beyond is bounded by a drift condition"
PAIR = "positive piecewise polynomial whose image is a multiple of it, to an error bounded at every state"
CITE = ("vardeman1985",)


class KinkedKernel(Method):
    """One-dimensional chains w' = clip(m(w) + g(w) x), x with a density of pieces c x^l exp(-r x), or w' = clip(a(w)).

    Regions are bounded, or half lines from which a drift leads back that is proved for affine m and constant g.

    A region with irrational ends lies between two with rational ends, and so does what is asked for.
    """

    warrants = (Warrant.EXACT, Warrant.CERTIFIED)

    def exit_time(self, model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Finding | None:
        problem = problem_of(model, inside, start, effort)
        if problem is None:
            return None
        if isinstance(problem, OpenProblem):
            return certified(open_time(problem, effort), FAR)
        problem.require_exit(inside, "the mean time is infinite")
        return certified(problem.between(lambda region: exit_time(region, problem.start, effort)), HOW)

    def survival(
        self, model: Chain | Diffusion, start: Point, inside: Region, steps: int, effort: Effort
    ) -> Finding | None:
        problem = problem_of(model, inside, start, effort)
        if problem is None:
            return None
        if isinstance(problem, OpenProblem):
            return certified(open_passages.survival(problem.steps, problem.start, problem.high, steps, effort), FAR)
        if problem.is_kept:
            return certain(1, "no step leads out of the region")
        return certified(problem.between(lambda region: survival(region, problem.start, steps, effort)), HOW)

    def quantile(
        self, model: Chain | Diffusion, start: Point, inside: Region, level: object, effort: Effort
    ) -> Finding | None:
        problem = problem_of(model, inside, start, effort)
        if problem is None or not isinstance(level, sp.Expr):
            return None
        if level == 0:
            return replace(certain(0, "P(tau <= 0) >= 0"), integer=True)
        if isinstance(problem, OpenProblem):
            return number_of_steps(
                open_passages.quantile(problem.steps, problem.start, problem.high, lambda: evaluate(level), effort), FAR
            )
        problem.require_exit(inside, "the quantile is infinite")
        found = {quantile(region, problem.start, lambda: evaluate(level), effort) for region in problem.regions}
        if len(found) > 1:
            raise Inconclusive("the quantile is not told from the next number of steps")
        (n,) = found
        return number_of_steps(n, HOW)

    def quasi_stationary(self, model: Chain | Diffusion, inside: Region, effort: Effort) -> Finding | None:
        steps = numeric_steps(model)
        if steps is None or inside.free_symbols or any(end.is_infinite for end in inside.interval(steps.state)):
            return None
        ends = [within_barriers(steps, *pair) for pair in rational_pairs(*inside.interval(steps.state), effort)]
        if ends[0][0] >= ends[0][1]:
            return None
        low, high = ends[0]
        steps = upright(steps, (low + high) / 2)
        if not has_positive_scales(steps, low, high):
            return None
        if reach(steps, ((low + high) / 2,), low, high).keeps(low, high):
            raise HypothesisViolated(LEFT, f"no step leads out of {inside} from its middle")
        if is_one_way(steps, low, high):
            raise HypothesisViolated(
                "survival falls like a power",
                "all steps lead to one side: it falls faster, and there is no quasi-stationary law",
            )
        found = [quasi_stationary(Interval(steps, *recurrent_part(steps, *pair)), effort) for pair in ends]
        time = hull([time for _, time in found])
        extra = {"mean_time": Number(None, time, effort.digits), "density": None}
        factor = certified(hull([factor for factor, _ in found]), PAIR)
        return replace(factor, extra=extra, cite=("collatz1942", *CITE))

    def hitting(
        self, model: Chain | Diffusion, start: Point, target: Region, avoid: Region | None, effort: Effort
    ) -> Finding | None:
        steps = numeric_steps(model)
        if steps is None:
            return None
        at = rational_or_not(start[steps.state])
        if at is None:
            return None
        between = gap_of(upright(steps, at), at, target, avoid)
        if between is None:
            return arrival(steps, at, target, effort) if avoid is None else None
        if between.kept:
            return certain(0, "no step leads to the target")
        interval = Interval(between.steps, between.low, between.high)
        if between.only_target:
            exit_time(interval, at, effort.with_digits(1))
            return certain(
                1, "the mean time outside the target is finite, which is certified, and every way out enters it"
            )
        return certified(hitting(interval, at, between.goal, effort), HOW)


def arrival(steps: Steps, at: Place, target: Region, effort: Effort) -> Finding | None:
    """A half line is reached for certain where the mean time outside is finite."""
    low, high = target.interval(steps.state)
    ends = (None, fraction(low)) if high is sp.oo else (fraction(high), None)
    if target.free_symbols or (high is sp.oo) == (low is -sp.oo) or ends == (None, None):
        return None
    problem = open_problem(upright(steps, at), ends, at)
    if problem is None or not neighbours(problem.start)[1] < problem.high:
        return None
    open_time(problem, effort.with_digits(1))
    return certain(1, "the mean time outside the target is finite, which is certified")


def number_of_steps(n: int, how: str) -> Finding:
    return Finding(Warrant.CERTIFIED, how, sp.Integer(n), Enclosure.point(n), cite=CITE, integer=True)


def open_time(problem: OpenProblem, effort: Effort) -> Enclosure:
    """On a half line; flat walks have means that are linear far away."""
    steps, start, high = problem.steps, problem.start, problem.high
    open_passages.require_no_escape(steps, start, high)
    found = linear_tail.exit_time(steps, start, high, effort) if linear_tail.is_flat(steps) else None
    return open_passages.exit_time(steps, start, high, effort) if found is None else found


def certified(found: Enclosure, how: str) -> Finding:
    hypothesis = Hypothesis("the density of a step is a sum of x^l exp(-r x) between its kinks")
    return Finding(Warrant.CERTIFIED, how, enclosure=found, hypotheses=(hypothesis,), cite=CITE)


def certain(value: int, why: str) -> Finding:
    return Finding(Warrant.EXACT, why, sp.Integer(value), Enclosure.point(value))


METHOD = KinkedKernel()
