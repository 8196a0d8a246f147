"""First passage of a walk on the integers over a level: mean times, ruin probabilities, survival."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any

import sympy as sp
from flint import arb, arb_poly, fmpz, fmpz_poly

from ..answer.enclosure import Enclosure
from ..answer.number import Number
from ..balls.adaptive import refine, refine_expression
from ..balls.evaluate import evaluate
from ..balls.precision import ball, precision
from ..balls.zero_proof import fraction
from ..effort import Effort
from ..errors import Inconclusive
from ..numerics.characteristic_roots import Outside, combination

EXACT_STEPS, MOST_STEPS = 400, 6000
"""Up to so many steps are followed in whole numbers, in balls."""
LONGEST_POWER = 100_000
"""Distances above are left to balls: their powers are not written out."""


@dataclass(frozen=True)
class LatticeWalk:
    """From -`distance` (at least 1) the walk steps by k with probability `steps[k]` until it is at 0 or above.

    In each step it is also taken out of the walk with probability `out`, or stopped for ever with probability `stuck`;
    the three sum to 1. The k have no common divisor.
    """

    steps: tuple[tuple[int, Fraction], ...]
    distance: int
    out: Fraction = Fraction(0)
    stuck: Fraction = Fraction(0)

    @property
    def drift(self) -> Fraction:
        """The mean step."""
        return sum((k * p for k, p in self.steps), start=Fraction(0))

    @property
    def lost(self) -> Fraction:
        return self.out + self.stuck

    @property
    def up(self) -> int:
        return max([0, *(k for k, _ in self.steps)])

    @property
    def down(self) -> int:
        return -min([0, *(k for k, _ in self.steps)])

    @property
    def surely_arrives(self) -> bool:
        """Is 0 reached with probability 1, if not taken out before?"""
        return self.up > 0 and self.drift >= 0 and self.lost == 0

    @cached_property
    def roots(self) -> Outside:
        return Outside(self.steps, self.lost == 0 and self.drift >= 0)

    # ---- probabilities and means

    def arrival(self, reward_out: bool, effort: Effort) -> Number:
        """P(the walk reaches 0 or above), with `reward_out`: or is taken out."""
        reward = self.out if reward_out else Fraction(0)
        if self.surely_arrives or (reward_out and self.stuck == 0 and self.out > 0):
            return Number(sp.Integer(1), Enclosure.point(1))
        if self.up == 0:
            return point(reward / self.lost if self.lost else Fraction(0))
        base = reward / self.lost if self.lost else Fraction(0)
        return self.harmonic(base, [1 - base] * self.up, Fraction(1), effort)

    def mean_time(self, effort: Effort, extra: Fraction = Fraction(0)) -> Number:
        """The mean number of steps until the walk is at 0 or above or taken out; `extra` more where it comes to 0 itself.

        Nothing may stop it for ever, and it drifts up or is taken out.
        """
        first = [Fraction(int(j == 0)) * extra for j in range(self.up)]
        if self.out > 0:
            return self.harmonic(1 / self.out, [e - 1 / self.out for e in first], Fraction(1), effort)
        boundary = [j + e * self.drift for j, e in enumerate(first)]
        return self.harmonic(Fraction(self.distance) / self.drift, [Fraction(b) for b in boundary], self.drift, effort)

    def harmonic(self, base: Fraction, boundary: list[Fraction], divisor: Fraction, effort: Effort) -> Number:
        """base + h(-distance)/divisor, h bounded and harmonic below 0 with these values at 0, ..., K - 1."""
        if not boundary:
            return point(base)

        def value() -> arb:
            return ball(base) + self.roots.before([ball(b) for b in boundary], self.distance)[0] / ball(divisor)

        enclosure = refine(value, effort, "the harmonic function")
        exact = self.closed_form(base, boundary, divisor)
        if exact is not None and not refine_expression(exact, effort, "the closed form").meets(enclosure):
            raise Inconclusive("the closed form and the recurrence disagree")
        return Number(exact, enclosure if exact is None or not exact.is_Rational else Enclosure.point(fraction(exact)))

    def closed_form(self, base: Fraction, boundary: list[Fraction], divisor: Fraction) -> sp.Expr | None:
        """In powers of the roots, checked: each root solves the equation, and the boundary values come out."""
        if self.distance > LONGEST_POWER:
            return None
        terms = self.roots.terms(tuple(sp.Rational(b) for b in boundary))
        if terms is None:
            return None
        return sp.Rational(base) + combination([(c / sp.Rational(divisor), z) for c, z in terms], self.distance)

    # ---- step by step

    def survival(self, steps: int, effort: Effort) -> Number:
        """P(below 0 and not taken out after so many steps)."""
        if steps > MOST_STEPS:
            raise Inconclusive(f"{steps} steps are too many to follow one by one; {MOST_STEPS} is the limit")
        if steps <= EXACT_STEPS:
            return point(exact_at(steps, self.exact_masses(effort), self.common))
        return Number(None, refine(lambda: at(steps, self.ball_masses(effort)), effort, "survival"))

    def quantile(self, level: sp.Expr, effort: Effort) -> int:
        """The smallest n with P(gone within n steps) >= level, which some n reaches."""
        if level.is_Rational:
            rest = 1 - fraction(level)
            for n, mass in enumerate(self.exact_masses(effort)):
                if Fraction(int(mass), self.common**n) <= rest:
                    return n
                if n == EXACT_STEPS:
                    break
        for bits in (128, 1024):
            with precision(bits):
                limit = 1 - evaluate(level)
                for n, mass in enumerate(self.ball_masses(effort)):
                    if mass <= limit:
                        return n
                    if not mass > limit:
                        break
                    if n == MOST_STEPS:
                        raise Inconclusive(f"the quantile lies beyond {MOST_STEPS} steps")
        raise Inconclusive("whether the level is reached exactly is not decided")

    @cached_property
    def common(self) -> int:
        """A common denominator of the probabilities."""
        return lcm(self.stuck.denominator, *(p.denominator for _, p in self.steps))

    def exact_masses(self, effort: Effort) -> Iterator[Any]:
        """P(still there after n steps) times common^n, n = 0, 1, ..."""
        step = [0] * (self.up + self.down + 1)
        for k, p in self.steps:
            step[k + self.down] = int(p * self.common)
        return self.masses(fmpz_poly([1]), fmpz_poly(step), fmpz(self.common), fmpz(int(self.stuck * self.common)), effort)

    def ball_masses(self, effort: Effort) -> Iterator[arb]:
        step = [arb(0)] * (self.up + self.down + 1)
        for k, p in self.steps:
            step[k + self.down] = ball(p)
        return self.masses(arb_poly([1]), arb_poly(step), arb(1), ball(self.stuck), effort)

    def masses(self, current: Any, step: Any, unit: Any, stuck: Any, effort: Effort) -> Iterator[Any]:
        """The coefficient of z^i after n steps belongs to the position i - distance - n * down; those below 0 are kept."""
        stopped, kept = 0 * unit, self.distance
        while True:
            effort.check()
            total = current(unit * 0 + 1)
            yield total + stopped
            stopped = stopped * unit + total * stuck
            kept += self.down
            current = (current * step).truncate(kept)


def at(steps: int, masses: Iterator[Any]) -> Any:
    """The entry for so many steps."""
    for n, mass in enumerate(masses):
        if n == steps:
            return mass
    raise AssertionError


def exact_at(steps: int, masses: Iterator[Any], common: int) -> Fraction:
    return Fraction(int(at(steps, masses)), common**steps)


def point(value: Fraction) -> Number:
    return Number(sp.Rational(value.numerator, value.denominator), Enclosure.point(value))
