"""First passage on a flat loss, w' = w + x: closed forms for exponential and uniform steps, also with symbols."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.number import Number
from ..answer.warrant import Warrant
from ..balls.adaptive import refine_expression
from ..balls.zero_proof import fraction
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.region import Interval, Region
from ..effort import Effort
from ..engines.exponential_walk import ExponentialWalk, exponential_walk
from ..engines.laplace_eigenfunction import Cosine
from ..engines.uniform_walk import UniformWalk, mean_time, survivals, uniform_walk
from ..errors import HypothesisViolated
from ..laws.signs import sign
from ..numerics.exponential_sums import ExponentialSum
from ..numerics.kinked_steps import Steps, kinked_steps
from .method import Method

MEMORYLESS = (
    "polynomials and exponentials with no overshoot terms (lack of memory), put into the integral equation again"
)
POLYNOMIALS = "piecewise polynomials in rational numbers, one integration a step"
DELAY = "the delay equation of uniform steps, solved piece by piece and put into the renewal equation again"
EIGENFUNCTION = "positive eigenfunction cos(omega (w - middle)), b omega tan(omega L) = 1, its root enclosed by signs"
LEFT = "the region is left in a finite mean time"
MOST_STEPS = 60
MOST_SYMBOLIC_STEPS = 4


class FlatWalk(Method):
    """Independent steps from where the chain is: Laplace, exponential, Erlang and their mixtures; uniform ones."""

    warrants = (Warrant.EXACT, Warrant.CERTIFIED)

    def exit_time(self, model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Finding | None:
        walk = flat(model)
        if walk is None:
            return None
        low, high = inside.interval(walk.state)
        at = start[walk.state]
        if walk.exponential is not None:
            require_finite_mean(walk.exponential, low, high)
            found = walk.exponential.mean_time(low, high)
            return None if found is None else formula(found.at(at), walk, (low, high), MEMORYLESS, effort)
        ends = rational(low, high, at)
        if walk.uniform is None or ends is None:
            return None
        value = mean_time(walk.uniform, *ends)
        return None if value is None else formula(value, walk, (low, high), DELAY, effort)

    def survival(
        self, model: Chain | Diffusion, start: Point, inside: Region, steps: int, effort: Effort
    ) -> Finding | None:
        walk = flat(model)
        if walk is None or steps > MOST_STEPS:
            return None
        low, high = inside.interval(walk.state)
        at = start[walk.state]
        if walk.exponential is not None and steps <= MOST_SYMBOLIC_STEPS and low.is_finite and high.is_finite:
            found = ExponentialSum.monomial(1, 0)
            for _ in range(steps):
                effort.check()
                found = walk.exponential.killed(found, low, high)
            return formula(found.at(at), walk, (low, high), MEMORYLESS, effort)
        ends = rational(low, high, at)
        if walk.uniform is None or ends is None:
            return None
        known = list(islice(survivals(walk.uniform, ends[0], ends[1], effort), steps, steps + 1))
        return exactly(known[0].at(ends[2]), POLYNOMIALS) if known else None

    def quantile(
        self, model: Chain | Diffusion, start: Point, inside: Region, level: object, effort: Effort
    ) -> Finding | None:
        walk = flat(model)
        ends = None if walk is None else rational(*inside.interval(walk.state), start[walk.state])
        if walk is None or walk.uniform is None or ends is None or not isinstance(level, sp.Rational):
            return None
        target = 1 - fraction(level)
        for n, pieces in enumerate(islice(survivals(walk.uniform, ends[0], ends[1], effort), MOST_STEPS)):
            if pieces.at(ends[2]) <= target:
                return replace(exactly(Fraction(n), POLYNOMIALS), integer=True)
        return None

    def quasi_stationary(self, model: Chain | Diffusion, inside: Region, effort: Effort) -> Finding | None:
        walk = flat(model)
        if walk is None or walk.exponential is None or inside.free_symbols or walk.steps.symbols:
            return None
        low, high = inside.interval(walk.state)
        found = (
            cosine(walk.exponential, low, high) if low.is_finite and high.is_finite and sign(high - low) == 1 else None
        )
        if found is None:
            return None
        factor, time = found.factor(effort), found.mean_time(effort)
        extra = {"mean_time": Number(None, time, effort.digits), "density": density(found, low, high, effort)}
        return Finding(Warrant.CERTIFIED, EIGENFUNCTION, enclosure=factor, extra=extra)

    def hitting(
        self, model: Chain | Diffusion, start: Point, target: Region, avoid: Region | None, effort: Effort
    ) -> Finding | None:
        walk = flat(model)
        if walk is None or walk.exponential is None:
            return None
        between = gap(target.interval(walk.state), None if avoid is None else avoid.interval(walk.state))
        if between is None:
            return None
        low, high, upwards = between
        if low.is_infinite or high.is_infinite:
            certain = surely_left(walk.exponential, upwards)
            if certain is None or certain:
                return exactly(Fraction(1), "the walk drifts to the target or oscillates") if certain else None
        found = walk.exponential.hitting(low, high, upwards)
        return None if found is None else formula(found.at(start[walk.state]), walk, (low, high), MEMORYLESS, effort)


@dataclass(frozen=True)
class Walk:
    """A flat walk in the form that is known of it."""

    steps: Steps
    exponential: ExponentialWalk | None
    uniform: UniformWalk | None

    @property
    def state(self) -> sp.Symbol:
        return self.steps.state


def flat(model: Chain | Diffusion) -> Walk | None:
    steps = kinked_steps(model)
    if steps is None or any(steps.state in sp.expand(s.drift - steps.state).free_symbols for s in steps.strides):
        return None
    exponential, uniform = exponential_walk(steps), uniform_walk(steps)
    return None if exponential is None and uniform is None else Walk(steps, exponential, uniform)


def formula(value: sp.Expr, walk: Walk, ends: Interval, how: str, effort: Effort) -> Finding:
    """A closed form, enclosed where it has no symbols."""
    value = sp.factor(value) if len(value.args) < 12 else value
    enclosure = None if value.free_symbols else refine_expression(value, effort, "the closed form")
    return Finding(Warrant.EXACT, how, value, enclosure, assumptions(walk, ends), ("feller1971",))


def assumptions(walk: Walk, ends: Interval) -> tuple[Hypothesis, ...]:
    """What symbols leave open: the order of the ends, a mean that is not 0."""
    found = []
    if ends[0].is_finite is not False and ends[1].is_finite is not False and sign(ends[1] - ends[0]) is None:
        found.append(Hypothesis(f"{ends[0]} < {ends[1]}", "assumed"))
    if walk.exponential is not None and not walk.exponential.mean_is_zero:
        mean = walk.exponential.moment(1)
        if sign(mean) is None:
            found.append(Hypothesis(f"the mean {mean} of a step is not 0", "assumed"))
    return tuple(found)


def exactly(value: Fraction, how: str) -> Finding:
    exact = sp.Rational(value.numerator, value.denominator)
    return Finding(Warrant.EXACT, how, exact, Enclosure.point(value), cite=("feller1971",))


def rational(low: sp.Expr, high: sp.Expr, at: sp.Expr) -> tuple[Fraction, Fraction, Fraction] | None:
    if not all(place.is_Rational for place in (low, high, at)) or low >= high:
        return None
    return fraction(low), fraction(high), fraction(at)


def require_finite_mean(walk: ExponentialWalk, low: sp.Expr, high: sp.Expr) -> None:
    """On a half line the mean of a step has to lead out of it."""
    if low.is_infinite is not True and high.is_infinite is not True:
        return
    direction = sign(walk.moment(1) if low.is_infinite else -walk.moment(1))
    if direction == 0:
        raise HypothesisViolated(LEFT, "the steps have mean 0: null recurrence makes the mean time infinite")
    if direction == -1:
        raise HypothesisViolated(LEFT, f"the steps have mean {walk.moment(1)}, away from the end: it may never be left")


def surely_left(walk: ExponentialWalk, upwards: bool) -> bool | None:
    """Is every level on that side passed for certain? None while symbols leave it open."""
    direction = sign(walk.moment(1))
    return None if direction is None else direction * (1 if upwards else -1) >= 0


def gap(target: Interval, avoid: Interval | None) -> tuple[sp.Expr, sp.Expr, bool] | None:
    """(low, high, upwards): what lies between two half lines, or before one; None for other regions."""
    upwards = target[1] is sp.oo
    if upwards == (target[0] is -sp.oo):
        return None
    if avoid is None:
        return (-sp.oo, target[0], True) if upwards else (target[1], sp.oo, False)
    if upwards:
        return (avoid[1], target[0], True) if avoid[0] is -sp.oo and avoid[1] is not sp.oo else None
    return (target[1], avoid[0], False) if avoid[1] is sp.oo and avoid[0] is not -sp.oo else None


def cosine(walk: ExponentialWalk, low: sp.Expr, high: sp.Expr) -> Cosine | None:
    """For one exponential term on each side, the same on both; None for others."""
    if len(walk.up.terms) != 1 or len(walk.down.terms) != 1:
        return None
    (up,), (down,) = walk.up.terms, walk.down.terms
    if (
        up.power
        or down.power
        or sp.expand(up.rate + down.rate) != 0
        or sp.expand(up.coefficient - down.coefficient) != 0
    ):
        return None
    half = (high - low) / 2
    return Cosine(1 / (up.rate * half), half, walk.stay)


def density(found: Cosine, low: sp.Expr, high: sp.Expr, effort: Effort) -> list[dict[str, Number]]:
    """The quasi-stationary density, which is the eigenfunction (the kernel is symmetric), at nine places."""
    rows = []
    for k in range(9):
        at = low + (high - low) * sp.Rational(k, 8)
        place = Number(at, refine_expression(at, effort, "a node") if at != 0 else Enclosure.point(0), effort.digits)
        rows.append({"at": place, "density": Number(None, found.density(sp.Rational(k - 4, 4), effort), effort.digits)})
    return rows


METHOD = FlatWalk()
