"""Multiplicative chains whose log|w| walks on a lattice: w' = M w with |M| in powers of one number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.number import Number
from ..answer.warrant import Warrant
from ..balls.zero_proof import fraction
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.region import Interval, Region
from ..effort import Effort
from ..engines.lattice_walk import LatticeWalk
from ..errors import HypothesisViolated
from ..invariant.atomic_steps import AtomicSteps
from ..laws.signs import sign
from ..numerics.line_region import holds_zero, line_region, reflected
from ..numerics.log_ladder import LogLadder, first_power, log_ladder
from ..numerics.multiplicative_step import Multiplicative, multiplicative_step
from ..numerics.reached_levels import in_short, require_reached
from .method import Method

CITE = ("feller1968", "wald1944")


class LogLattice(Method):
    """The walk of log|w| towards the one end that can be crossed, by the roots of its characteristic equation.

    The region holds 0 or has it as an end, or reaches to infinity: elsewhere the states are finitely many. The map has
    to be w -> M w inside only.
    """

    def exit_time(self, model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Finding | None:
        problem = leaving(model, start, inside, effort)
        if problem is None:
            return None
        problem.require_finite_mean(effort)
        found = problem.walk.mean_time(effort, extra=Fraction(problem.waits))
        return problem.finding(found, "mean time")

    def survival(
        self, model: Chain | Diffusion, start: Point, inside: Region, steps: int, effort: Effort
    ) -> Finding | None:
        problem = leaving(model, start, inside, effort)
        if problem is None or problem.waits:
            return None
        return problem.finding(problem.walk.survival(steps, effort), f"{steps} steps")

    def quantile(
        self, model: Chain | Diffusion, start: Point, inside: Region, level: object, effort: Effort
    ) -> Finding | None:
        problem = leaving(model, start, inside, effort)
        if problem is None or problem.waits:
            return None
        problem.require_reached(sp.sympify(level), effort)
        count = problem.walk.quantile(sp.sympify(level), effort)
        return replace(problem.finding(Number(sp.Integer(count), Enclosure.point(count)), "quantile"), integer=True)

    def quasi_stationary(self, model: Chain | Diffusion, inside: Region, effort: Effort) -> Finding | None:
        """Where 0 is inside it is never left."""
        bounds = line_region(model, inside)
        if bounds is None or not (holds_zero(bounds) and isinstance(model, Chain)):
            return None
        if multiplicative_step(model, *bounds) is not None:
            raise HypothesisViolated("the region is left from every state", "the map fixes 0, which is inside")
        return None

    def hitting(
        self, model: Chain | Diffusion, start: Point, target: Region, avoid: Region | None, effort: Effort
    ) -> Finding | None:
        problem = entering(model, start, target, avoid)
        if problem is None:
            return None
        if problem.stays:
            return problem.finding(Number(sp.Integer(0), Enclosure.point(0)), "0 is fixed")
        found = problem.walk.arrival(problem.out_is_entering, effort)
        return problem.finding(found, "probability")


@dataclass(frozen=True)
class Problem:
    """A walk towards one end. `upwards`: that end is the one away from 0. `waits`: a state on the end itself leaves in
    the next step for certain. `stays`: the start is 0, which the map fixes. `out_is_entering`: the walk that is taken
    out has entered the target."""

    ladder: LogLadder
    walk: LatticeWalk
    upwards: bool
    waits: bool = False
    stays: bool = False
    out_is_entering: bool = False

    def finding(self, found: Number, what: str) -> Finding:
        return Finding(
            Warrant.CERTIFIED if found.exact is None else Warrant.EXACT,
            f"{what} of the lattice walk of log|w|, by the roots of its characteristic equation outside the unit circle",
            found.exact,
            found.enclosure,
            hypotheses=self.hypotheses(),
            cite=CITE,
        )

    def hypotheses(self) -> tuple[Hypothesis, ...]:
        return (
            Hypothesis("the map is w -> M w on the way"),
            Hypothesis(f"log|M| takes values on a lattice of step {self.ladder.unit}"),
        )

    def require_finite_mean(self, effort: Effort) -> None:
        """Refuse what is proved to be infinite."""
        if self.stays:
            raise HypothesisViolated("the region is left with probability 1", "the start 0 is fixed: the mean time is infinite")
        if self.walk.stuck > 0:
            raise HypothesisViolated(
                "the region is left with probability 1",
                f"M = 0 with probability {self.walk.stuck}, and 0 is never left: the mean time is infinite",
            )
        if self.walk.out > 0 or (self.walk.up > 0 and self.walk.drift > 0):
            return
        exponent = f"the exponent is {self.ladder.exponent}"
        if self.walk.up > 0 and self.walk.drift == 0:
            raise HypothesisViolated(
                "the mean time is finite", f"{exponent}: the region is left, but null recurrence makes the mean infinite"
            )
        leaves = in_short(self.walk.arrival(False, effort))
        raise HypothesisViolated(
            "the region is left with probability 1", f"{exponent}; it is left with probability {leaves}: the mean time is infinite"
        )

    def require_reached(self, level: sp.Expr, effort: Effort) -> None:
        """Refuse a level above the probability of leaving at all."""
        if self.stays:
            raise HypothesisViolated("the quantile is finite", "the start 0 is fixed")
        require_reached(level, self.walk.arrival(True, effort), effort)


# ---- which walk


def leaving(model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Problem | None:
    """The walk that leaves the interval: over an end away from 0, or below an end where it reaches to infinity."""
    bounds = line_region(model, inside)
    if bounds is None or not isinstance(model, Chain):
        return None
    (place,) = (start[symbol] for symbol in model.state)
    step = multiplicative_step(model, *bounds)
    ladder = None if step is None else log_ladder(step.multipliers)
    if step is None or ladder is None or not (place**2).is_Rational:
        return None
    if sign(place) == -1:
        bounds, step, place = reflected(bounds), step.mirrored, -place
    low, high = bounds
    if sign(low) == 1:
        return None if high.is_finite else downwards(ladder, place, low, step.at_low)
    found = upwards(ladder, place, low, high, step)
    if found is None or not found.waits:
        return found
    return found if left_at_once(model, inside, effort) else None


def upwards(ladder: LogLadder, place: sp.Expr, low: sp.Expr, high: sp.Expr, step: Multiplicative) -> Problem | None:
    """From `place` >= 0 inside [low, high], low <= 0 <= high: |w| <= high, or a change of sign where low = 0."""
    symmetric = sp.expand(low + high) == 0
    if place == 0:
        return Problem(ladder, LatticeWalk(((0, Fraction(1)),), 1), True, stays=True)
    if not (high**2).is_Rational or (ladder.flips and low != 0 and not symmetric):
        return None
    ratio = fraction((high / place) ** 2)
    distance = first_power(ladder.square, ratio, strict=True)
    if distance is None:
        return None
    ends = [step.at_high, *([step.at_low] if ladder.flips and symmetric else [])]
    waits = ladder.square ** (distance - 1) == ratio and not all(ends)
    if waits and (distance == 1 or (low == 0 and ladder.flips)):
        return None
    return Problem(ladder, walk_of(ladder, distance - waits, out_on_flip=low == 0), True, waits)


def left_at_once(model: Chain, inside: Region, effort: Effort) -> bool:
    """Do all steps from the ends lead out of the region?"""
    (w,) = model.state
    steps = AtomicSteps(model, effort)
    images = [image for end in inside.interval(w) for (image,) in steps.images((end,)) or [(end,)]]
    return all(inside.contains({w: image}) is False for image in images)


def downwards(ladder: LogLadder, place: sp.Expr, low: sp.Expr, at_low: bool) -> Problem | None:
    """From `place` inside [low, oo), low > 0: below low, by M = 0, or by a change of sign."""
    if not (low**2).is_Rational:
        return None
    ratio = fraction((place / low) ** 2)
    distance = first_power(ladder.square, ratio, strict=True)
    if distance is None or (ladder.square ** (distance - 1) == ratio and not at_low):
        return None
    return Problem(ladder, reversed_walk(ladder, distance, flips_out=True), False)


def entering(model: Chain | Diffusion, start: Point, target: Region, avoid: Region | None) -> Problem | None:
    """The walk towards a target beyond the start or around 0; what is to be avoided lies where the walk does not come."""
    goal, danger = line_region(model, target), None if avoid is None else line_region(model, avoid)
    if goal is None or not isinstance(model, Chain) or (avoid is not None and danger is None):
        return None
    (place,) = (start[symbol] for symbol in model.state)
    if not (place**2).is_Rational:
        return None
    side = -1 if sign(place) == -1 else 1
    if side == -1:
        goal, danger, place = reflected(goal), None if danger is None else reflected(danger), -place
    if goal[1] is sp.oo and sign(goal[0] - place) == 1:
        return beyond(model, place, goal[0], danger, side)
    if sign(goal[0]) in (0, -1) and sign(goal[1]) == 1 and sign(place - goal[1]) == 1:
        return around_zero(model, place, goal, danger, side)
    return None


def beyond(model: Chain, place: sp.Expr, level: sp.Expr, danger: Interval | None, side: int) -> Problem | None:
    """The target [level, oo) from 0 <= place < level."""
    step = multiplicative_step(model, *oriented(sp.Integer(0), level, side))
    ladder = None if step is None else log_ladder(step.multipliers)
    if ladder is None or not (level**2).is_Rational:
        return None
    below_zero = danger is not None and danger[0] is -sp.oo and danger[1] == 0
    if ladder.flips and not below_zero:
        return None
    if danger is not None and not below_zero and sign(danger[1]) != -1:
        return None
    if place == 0:
        return Problem(ladder, LatticeWalk(((0, Fraction(1)),), 1), True, stays=True)
    distance = first_power(ladder.square, fraction((level / place) ** 2), strict=False)
    return None if distance is None else Problem(ladder, walk_of(ladder, distance, out_on_flip=below_zero), True)


def around_zero(model: Chain, place: sp.Expr, goal: Interval, danger: Interval | None, side: int) -> Problem | None:
    """The target [t1, t2] with t1 <= 0 < t2, from place > t2."""
    step = multiplicative_step(model, *oriented(goal[1], sp.oo, side))
    ladder = None if step is None else log_ladder(step.multipliers)
    if ladder is None or not (goal[1] ** 2).is_Rational:
        return None
    symmetric, open_below = sp.expand(goal[0] + goal[1]) == 0, goal[0] is -sp.oo
    if ladder.flips and not open_below:
        whole = multiplicative_step(model, -sp.oo, sp.oo)
        if not symmetric or danger is not None or whole is None:
            return None
    if danger is not None and sign(danger[0] - goal[1]) == 1:
        return None
    distance = first_power(ladder.square, fraction((place / goal[1]) ** 2), strict=False)
    if distance is None:
        return None
    return Problem(ladder, reversed_walk(ladder, distance, flips_out=open_below), False, out_is_entering=True)


def oriented(low: sp.Expr, high: sp.Expr, side: int) -> Interval:
    return (low, high) if side == 1 else (-high, -low)


def walk_of(ladder: LogLadder, distance: int, out_on_flip: bool) -> LatticeWalk:
    """Away from 0."""
    steps = [(k, p) for k, side, p in ladder.steps if side > 0 or not out_on_flip]
    return in_whole_steps(steps, distance, out=ladder.flips if out_on_flip else Fraction(0), stuck=ladder.zero)


def reversed_walk(ladder: LogLadder, distance: int, flips_out: bool) -> LatticeWalk:
    """Towards 0, which M = 0 reaches at once."""
    steps = [(-k, p) for k, side, p in ladder.steps if side > 0 or not flips_out]
    out = ladder.zero + (ladder.flips if flips_out else 0)
    return in_whole_steps(steps, distance, out=out, stuck=Fraction(0))


def in_whole_steps(steps: list[tuple[int, Fraction]], distance: int, out: Fraction, stuck: Fraction) -> LatticeWalk:
    """Equal steps together, in units of their greatest common divisor."""
    unit = gcd(*(k for k, _ in steps)) or 1
    total: dict[int, Fraction] = {}
    for k, p in steps:
        total[k // unit] = total.get(k // unit, Fraction(0)) + p
    return LatticeWalk(tuple(sorted(total.items())), -(-distance // unit), out, stuck)


METHOD = LogLattice()
