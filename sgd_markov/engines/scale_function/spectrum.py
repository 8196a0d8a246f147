"""The lowest eigenvalue of a diffusion: of the one that is killed at the ends of a region, or of a stationary one (its gap).

Lower bounds: a solution that stays positive from one side to the other, continued beside ends from which the diffusion
comes back by a positive psi with L psi <= -lambda psi and a kink downwards, is a positive supersolution, so lambda is at
most the lowest eigenvalue (Barta; Allegretto and Piepenbrink). Upper bounds: a solution with a zero inside is an
eigenfunction of a smaller interval, or of one with reflection nearer by, whose lowest eigenvalue is larger.

For the gap the same is done with p = y'/s, which solves the equation with s and m exchanged and vanishes at both ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import sympy as sp
from flint import arb, ctx

from ...answer.enclosure import Enclosure
from ...balls.precision import bits_for, dyadic, precision
from ...chain.diffusion import Diffusion
from ...effort import Effort
from ...errors import HypothesisViolated, Inconclusive
from .densities import Cell
from .first_exit import require_finite_mean, require_understood
from .ladder import Ladder, Rung
from .tails import Supersolution, supersolutions
from .terrain import Way, interior_point, ways
from .way import Fineness, Rest, laid_out

DOUBLINGS = 4
FACTORS = (4, 64, 1024)
"""Guesses of the lowest eigenvalue times the trace of the Green function, which is the sum of all reciprocals."""
STEPS = 600
"""Steps of the secant method; each gains at least half of the distance."""


@dataclass(frozen=True)
class Problem:
    """A ladder between two sides, each with the slope |p/y| of psi where the cells end; None at an ordinary end.

    `value`: a function of lambda with the eigenvalues as its zeros, nearly. `is_below`, `is_above`: is lambda proved to be
    at most, at least the lowest eigenvalue?
    """

    ladder: Ladder
    slopes: tuple[arb | None, arb | None]

    def value(self, rate: arb) -> arb:
        raise NotImplementedError

    def is_below(self, rate: arb) -> bool:
        raise NotImplementedError

    def is_above(self, rate: arb) -> bool:
        raise NotImplementedError


class Killed(Problem):
    """Killed at the last side, which is an ordinary end; y is the eigenfunction."""

    def start(self, slope: arb | None) -> tuple[arb, arb]:
        return (arb(0), arb(1)) if slope is None else (arb(1), -slope)

    def value(self, rate: arb) -> arb:
        return self.states(rate, None if self.slopes[0] is None else arb(0))[-1][0]

    def states(self, rate: arb, slope: arb | None) -> list[tuple[arb, arb]]:
        return list(self.ladder.climb(*self.start(slope), rate))

    def is_below(self, rate: arb) -> bool:
        return self.ladder.single_zeros_only(rate) and all(y > 0 for y, _ in self.states(rate, self.slopes[0]))

    def is_above(self, rate: arb) -> bool:
        return any(y < 0 for y, _ in self.states(rate, None if self.slopes[0] is None else arb(0)))


class Stationary(Problem):
    """Coming back from both sides; p = y'/s vanishes there and is positive between for the lowest positive eigenvalue."""

    def states(self, rate: arb, slope: arb) -> list[tuple[arb, arb]]:
        return list(self.ladder.climb(arb(-1), slope, rate))

    def value(self, rate: arb) -> arb:
        return self.states(rate, arb(0))[-1][1] / rate

    def is_below(self, rate: arb) -> bool:
        left, right = self.slopes
        assert left is not None and right is not None
        states = self.states(rate, left)
        y, p = states[-1]
        stays = self.ladder.single_zeros_only(rate) and all(p > 0 for _, p in states)
        return bool(stays and left > 0 and right > 0 and p > right * y)

    def is_above(self, rate: arb) -> bool:
        return any(p < 0 for _, p in self.states(rate, arb(0)))


def principal_rate(diffusion: Diffusion, low: sp.Expr, high: sp.Expr, effort: Effort) -> Enclosure:
    """The rate lambda with P(tau > t) = exp(-lambda t + o(t)), tau the exit from [low, high].

    Raises `HypothesisViolated` where the region is not left with probability 1 or in infinite mean time.
    """
    pair = ways(diffusion, interior_point(diffusion, low, high), low, high)
    closed = [way for way in pair if way.end is not None]
    if len(closed) == 2:
        for way in closed:
            require_understood(way)
        raise HypothesisViolated(
            "the region is left", f"the diffusion stays between {pair[0].stop} and {pair[1].stop} for ever"
        )
    for way in closed:
        require_finite_mean(way)
    first, last = (pair[1], pair[0]) if pair[1].end is not None else pair
    return narrowed(Killed, first, last, effort)


def spectral_gap(diffusion: Diffusion, start: sp.Expr, effort: Effort) -> Enclosure:
    """The lowest positive number in the spectrum of the stationary diffusion on the interval that holds `start`."""
    pair = stationary_ways(diffusion, start)
    return narrowed(Stationary, pair[0], pair[1], effort)


def stationary_ways(diffusion: Diffusion, start: sp.Expr) -> tuple[Way, Way]:
    """The ways to both ends; raises `HypothesisViolated` where there is no stationary law between them."""
    pair = ways(diffusion, start, -sp.oo, sp.oo)
    for way in pair:
        assert way.end is not None
        if not way.returns or not way.end.speed.integrable:
            require_understood(way)
            raise HypothesisViolated(
                "there is a stationary law", f"the diffusion goes to {way.stop}, or its speed measure is infinite there"
            )
    return pair


def narrowed(kind: type[Problem], first: Way, last: Way, effort: Effort) -> Enclosure:
    """At growing precision until the digits are reached."""
    bits, best = bits_for(effort.digits) + 24, Enclosure(Fraction(0), float("inf"))
    for _ in range(DOUBLINGS):
        for factor in FACTORS:
            effort.check()
            with precision(bits):
                found = enclosed(kind, first, last, factor, effort)
            if found is not None:
                best = best.intersection(found)
            if best.reaches(effort.digits):
                return best
        bits *= 2
    raise Inconclusive("the lowest eigenvalue is not enclosed to the digits asked for", best, bits // 2)


def enclosed(kind: type[Problem], first: Way, last: Way, factor: int, effort: Effort) -> Enclosure | None:
    """An enclosure with cells fine enough for lambda up to factor/trace."""
    coarse = joined([laid_out(way, effort, "speed") for way in (first, last)])
    reciprocals = trace(coarse, kind is Stationary, kind is Killed and first.end is not None)
    fineness = Fineness((factor / reciprocals).upper())
    parts = [laid_out(way, effort, "speed", fineness) for way in (first, last)]
    guess = root(kind(joined(parts), zero_slopes(first, last)), reciprocals)
    if guess is None:
        return None
    rate = slightly_more(guess)
    slopes: list[arb | None] = []
    for n, way in enumerate((first, last)):
        if way.end is None:
            slopes.append(None)
            continue
        choice = supersolutions(way.end, rate)
        if not choice:
            raise Inconclusive(
                f"the spectrum may be continuous from {float(rate):.6g} on or below: no bound of it beside {way.stop} is found"
            )
        if not choice[0].reaches(way.end.coordinate(parts[n][1].place)):
            parts[n] = laid_out(way, effort, "speed", fineness, choice[0].reaches)
        slopes.append(slope_of(way, choice, parts[n][1]))
    return around(kind(joined(parts), (slopes[0], slopes[1])), guess)


def joined(parts: list[tuple[tuple[Cell, ...], Rest]]) -> Ladder:
    """From the end of the first way to that of the last."""
    (first, _), (last, _) = parts
    return Ladder((*(Rung.against(cell) for cell in reversed(first)), *(Rung.along(cell) for cell in last)))


def zero_slopes(*both: Way) -> tuple[arb | None, arb | None]:
    slopes = [None if way.end is None else arb(0) for way in both]
    return slopes[0], slopes[1]


def trace(ladder: Ladder, exchanged: bool, closed: bool) -> arb:
    """A bound of the sum of all 1/lambda_k, int G(x, x) m(dx), with G at most S from either side where that is killed.

    `exchanged`: s and m in each other's place; `closed`: the first side is not killed.
    """
    words = [(r.from_s, r.from_m) if exchanged else (r.from_m, r.from_s) for r in ladder.rungs]
    after = [arb(0)]
    for _, from_s in reversed(words[1:]):
        after.append(after[-1] + from_s[1])
    total, before = arb(0), arb(0)
    for (from_m, from_s), rest in zip(words, reversed(after), strict=True):
        bounds = from_m[1] * rest + from_m[2], from_m[1] * before + from_s[2]
        total += bounds[0] if closed or bounds[0] < bounds[1] else bounds[1]
        before += from_s[1]
    return total


def root(problem: Problem, reciprocals: arb) -> arb | None:
    """The lowest zero of the value, by secants from 0 on: they stay below it, as the value is convex there."""
    here = (1 / (4 * reciprocals)).mid()
    before = here / 1024
    first, second = (problem.value(rate).mid() for rate in (before, here))
    for _ in range(STEPS):
        step = (second * (here - before) / (first - second)).mid()
        if not step.is_finite():
            return None
        before, first, here = here, second, (here + step).mid()
        if abs(step) < here * arb(2) ** (8 - ctx.prec):
            return here
        second = problem.value(here).mid()
        if not second.is_finite():
            return None
    return None


def slightly_more(rate: arb) -> sp.Rational:
    value = dyadic((rate * arb(1001) / 1000).mid())
    return sp.Rational(value.numerator, value.denominator)


def slope_of(way: Way, choice: list[Supersolution], rest: Rest) -> arb:
    """The least |p/y| of a psi where the cells end."""
    assert way.end is not None
    u = way.end.coordinate(rest.place)
    scale = way.end.density(rest.place, (-rest.level).exp())
    return min(
        (psi.steepness(u) / scale for psi in choice if psi.reaches(u)), key=lambda slope: float(slope.log().mid())
    )


def around(problem: Problem, guess: arb) -> Enclosure | None:
    """The closest proved bounds on both sides."""
    bounds: list[Fraction] = []
    for side, proved in ((-1, problem.is_below), (1, problem.is_above)):
        distance = arb(2) ** (16 - ctx.prec)
        while not proved((guess * (1 + side * distance)).mid()):
            distance *= 256
            if not distance < arb(1) / 4:
                return None
        bounds.append(dyadic((guess * (1 + side * distance)).mid()))
    return Enclosure(bounds[0], bounds[1])
