"""First passage of chains whose density has kinks or jumps: Laplace, exponential, gamma, uniform noise, with barriers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.number import Number
from ..answer.warrant import Warrant
from ..balls.evaluate import evaluate
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.region import Region
from ..effort import Effort
from ..engines.kinked_kernel.kernel import fraction, is_numeric
from ..engines.kinked_kernel.passages import exit_time, hitting, quantile, quasi_stationary, survival
from ..engines.kinked_kernel.places import Place, neighbours
from ..engines.kinked_kernel.reach import Reach, is_one_way, reach, recurrent_part
from ..engines.kinked_kernel.residual import Goal
from ..engines.kinked_kernel.rounds import Region as Interval
from ..errors import HypothesisViolated, Inconclusive
from ..numerics.kinked_steps import Steps, Stride, kinked_steps
from .method import Method

HOW = "piecewise polynomials, their images under the kernel in closed form on both sides of every kink; residual bounded at every state"
PAIR = "positive piecewise polynomial whose image is a multiple of it, to an error bounded at every state"
CITE = ("vardeman1985",)
LEFT = "the region is left"


class KinkedKernel(Method):
    """Bounded regions of one-dimensional chains w' = clip(m(w) + x), x with a density of pieces c x^l exp(-r x).

    A region with irrational ends lies between two with rational ends, and so does what is asked for.
    """

    warrants = (Warrant.EXACT, Warrant.CERTIFIED)

    def exit_time(self, model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Finding | None:
        problem = problem_of(model, inside, start, effort)
        if problem is None:
            return None
        problem.require_exit(inside, "the mean time is infinite")
        return certified(problem.between(lambda region: exit_time(region, problem.start, effort)), HOW)

    def survival(
        self, model: Chain | Diffusion, start: Point, inside: Region, steps: int, effort: Effort
    ) -> Finding | None:
        problem = problem_of(model, inside, start, effort)
        if problem is None:
            return None
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
        problem.require_exit(inside, "the quantile is infinite")
        found = {quantile(region, problem.start, lambda: evaluate(level), effort) for region in problem.regions}
        if len(found) > 1:
            raise Inconclusive("the quantile is not told from the next number of steps")
        (n,) = found
        return Finding(Warrant.CERTIFIED, HOW, sp.Integer(n), Enclosure.point(n), cite=CITE, integer=True)

    def quasi_stationary(self, model: Chain | Diffusion, inside: Region, effort: Effort) -> Finding | None:
        steps = numeric_steps(model)
        if steps is None or inside.free_symbols or any(end.is_infinite for end in inside.interval(steps.state)):
            return None
        ends = [within_barriers(steps, *pair) for pair in rational_pairs(*inside.interval(steps.state), effort)]
        if ends[0][0] >= ends[0][1]:
            return None
        low, high = ends[0]
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
        between = None if at is None else gap_of(steps, at, target, avoid)
        if at is None or between is None:
            return None
        if between.kept:
            return certain(0, "no step leads to the target")
        interval = Interval(between.steps, between.low, between.high)
        if between.only_target:
            exit_time(interval, at, effort.with_digits(1))
            return certain(
                1, "the mean time outside the target is finite, which is certified, and every way out enters it"
            )
        return certified(hitting(interval, at, between.goal, effort), HOW)


@dataclass(frozen=True)
class Problem:
    """The steps on bounded intervals in which the chain moves before it leaves; `is_kept`: it never does.

    Of two intervals one is inside the region, and the other one holds it.
    """

    regions: tuple[Interval, ...]
    start: Place
    is_kept: bool

    def require_exit(self, inside: Region, consequence: str) -> None:
        if self.is_kept:
            raise HypothesisViolated(LEFT, f"no step leads out of {inside} from {self.start}: {consequence}")

    def between(self, number: Callable[[Interval], Enclosure]) -> Enclosure:
        """A number that grows with the region."""
        return hull([number(region) for region in self.regions])


def hull(found: Sequence[Enclosure]) -> Enclosure:
    return Enclosure(min(each.lower for each in found), max(each.upper for each in found))


def problem_of(model: Chain | Diffusion, inside: Region, start: Point, effort: Effort) -> Problem | None:
    """None where the method does not apply: other noise, symbols, irrational barriers, a region without a bound."""
    steps = numeric_steps(model)
    at = None if steps is None else rational_or_not(start[steps.state])
    if steps is None or at is None or inside.free_symbols:
        return None
    found: list[Interval] = []
    for low, high in rational_pairs(*inside.interval(steps.state), effort):
        known = reach(steps, neighbours(at), low, high)
        if known.keeps(low, high) and not found:
            return Problem((), at, True)
        ends = inner(low, known.least, max), inner(high, known.most, min)
        if ends[0] is None or ends[1] is None or ends[0] >= ends[1]:
            return None
        found.append(Interval(steps, ends[0], ends[1]))
    return Problem(tuple(found), at, False)


def rational_or_not(place: sp.Expr) -> Place | None:
    """A place without symbols, as a fraction where it is rational."""
    return None if place.free_symbols else fraction(place) or (Fraction(0) if place == 0 else place)


def rational_pairs(low: sp.Expr, high: sp.Expr, effort: Effort) -> list[tuple[Fraction | None, Fraction | None]]:
    """The ends, None if infinite; where one is irrational those of an interval inside and of one around."""
    if all(end.is_infinite or end.is_Rational for end in (low, high)):
        return [(fraction(low), fraction(high))]
    scale = 2 ** (7 * effort.digits + 100)
    below, above = (None if end.is_infinite else neighbours(rational_or_not(end) or Fraction(0)) for end in (low, high))
    outer = [None if pair is None else rounded(pair, scale) for pair in (below, above)]
    return [
        (None if outer[0] is None else outer[0][1], None if outer[1] is None else outer[1][0]),
        (None if outer[0] is None else outer[0][0], None if outer[1] is None else outer[1][1]),
    ]


def rounded(pair: tuple[Fraction, Fraction], scale: int) -> tuple[Fraction, Fraction]:
    """Multiples of 1/scale around the pair."""
    return Fraction(floor(pair[0] * scale), scale), Fraction(ceil(pair[1] * scale), scale)


def inner(end: Fraction | None, kept: Fraction | None, choose: Callable[..., Fraction]) -> Fraction | None:
    """The end of the region, or a bound that the chain keeps inside it."""
    known = [bound for bound in (end, kept) if bound is not None]
    return choose(known) if known else None


def numeric_steps(model: Chain | Diffusion) -> Steps | None:
    steps = kinked_steps(model)
    if steps is None or not is_numeric(steps) or not all(smooth(stride.drift) for stride in steps.strides):
        return None
    return steps


def smooth(drift: sp.Expr) -> bool:
    """Is the drift made of functions whose series are known?"""
    from ..numerics.power_series import METHODS

    return all(
        isinstance(part, sp.Symbol | sp.Add | sp.Mul)
        or part.is_number
        or (part.is_Pow and part.exp.is_Integer)
        or type(part) in METHODS
        for part in sp.preorder_traversal(drift)
    )


def within_barriers(steps: Steps, low: Fraction | None, high: Fraction | None) -> tuple[Fraction, Fraction]:
    """The part of the region where the chain is after a step, if every step is clipped."""
    assert low is not None and high is not None
    if steps.jumps:
        return low, high
    floors, ceilings = [fraction(s.floor) for s in steps.strides], [fraction(s.ceiling) for s in steps.strides]
    if None not in floors:
        low = max(low, min(floor for floor in floors if floor is not None))
    if None not in ceilings:
        high = min(high, max(ceiling for ceiling in ceilings if ceiling is not None))
    return low, high


@dataclass(frozen=True)
class Gap:
    """What lies between target and avoid around the start; its outside is the goal, or is to be avoided."""

    steps: Steps
    low: Fraction
    high: Fraction
    goal: Goal
    only_target: bool = False
    kept: bool = False
    """Is the target out of reach?"""


def gap_of(steps: Steps, at: Place, target: Region, avoid: Region | None) -> Gap | None:
    """None where the two do not fill all that the chain can come to outside an interval around the start."""
    regions = [(target, True)] if avoid is None else [(target, True), (avoid, False)]
    if any(region.free_symbols for region, _ in regions):
        return None
    sides: dict[str, Side] = {}
    for region, is_target in regions:
        ends = region.interval(steps.state)
        if any(end.is_finite and not end.is_Rational for end in ends):
            return None
        low, high = fraction(ends[0]), fraction(ends[1])
        if high is not None and high < neighbours(at)[0]:
            sides["below"] = high, low, is_target
        elif low is not None and low > neighbours(at)[1]:
            sides["above"] = low, high, is_target
        else:
            return None
    return filled(steps, at, sides)


Side = tuple[Fraction, "Fraction | None", bool]
"""The end of a region that is next to the start, its far end (None is infinite), whether it is the target."""


def filled(steps: Steps, at: Place, sides: dict[str, Side]) -> Gap | None:
    below, above = sides.get("below"), sides.get("above")
    low, high = below[0] if below else None, above[0] if above else None
    known = reach(steps, neighbours(at), low, high)
    if not (covers(below, known.least, -1) and covers(above, known.most, 1)):
        return None
    opened = without_idle_barriers(steps, low, high)
    if any(fraction(jump.target) in (low, high) for jump in steps.jumps if jump.target != steps.state):
        return None
    ends = inner(low, known.least, max), inner(high, known.most, min)
    if ends[0] is None or ends[1] is None or ends[0] >= ends[1]:
        return None
    is_target = {name: side[2] for name, side in sides.items()}
    goal = (None, low) if is_target.get("below") else (high, None)
    reached = touched(known, low, high)
    only = all(is_target[name] for name in reached)
    return Gap(
        opened,
        ends[0],
        ends[1],
        goal,
        only_target=only and bool(reached),
        kept=not any(is_target[name] for name in reached),
    )


def covers(side: Side | None, reached: Fraction | None, direction: int) -> bool:
    """Does nothing lie beyond the region on that side that the chain can come to?"""
    if side is None:
        return reached is not None
    far = side[1]
    return far is None or (reached is not None and (far >= reached if direction == 1 else far <= reached))


def touched(known: Reach, low: Fraction | None, high: Fraction | None) -> list[str]:
    """The sides that may be entered."""
    found = []
    if low is not None and (known.least is None or known.least <= low):
        found.append("below")
    if high is not None and (known.most is None or known.most >= high):
        found.append("above")
    return found


def without_idle_barriers(steps: Steps, low: Fraction | None, high: Fraction | None) -> Steps:
    """Barriers in the regions are left out: what is clipped to them is there anyway."""

    def opened(stride: Stride) -> Stride:
        floor, ceiling = fraction(stride.floor), fraction(stride.ceiling)
        if floor is not None and low is not None and floor <= low:
            stride = replace(stride, floor=-sp.oo)
        if ceiling is not None and high is not None and ceiling >= high:
            stride = replace(stride, ceiling=sp.oo)
        return stride

    return replace(steps, strides=tuple(opened(stride) for stride in steps.strides))


def certified(found: Enclosure, how: str) -> Finding:
    hypothesis = Hypothesis("the density of a step is a sum of x^l exp(-r x) between its kinks")
    return Finding(Warrant.CERTIFIED, how, enclosure=found, hypotheses=(hypothesis,), cite=CITE)


def certain(value: int, why: str) -> Finding:
    return Finding(Warrant.EXACT, why, sp.Integer(value), Enclosure.point(value))


METHOD = KinkedKernel()
