"""Quantiles of a density that is known by certified integrals."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import sympy as sp
from flint import arb

from ..answer.enclosure import Enclosure
from ..balls.evaluate import evaluate
from ..balls.precision import bits_for, enclosure, precision
from ..effort import Effort
from ..errors import Inconclusive
from .signs_of_symbols import known_sign
from .weight_integral import Weight

ROUGH = 6
"""Digits of the quantile that bisection finds before Newton's steps."""
NEWTON_STEPS = 60


@dataclass(frozen=True)
class QuantileSearch:
    """The q with P(w <= q) = level: a floating-point root, made a proof by the signs on both sides of it."""

    weight: Weight
    level: sp.Expr

    def enclosure(self, effort: Effort) -> Enclosure:
        """To the digits asked for."""
        centre = self.near(effort)
        for slack in (1, 3, 9):
            effort.check()
            reach = abs(centre) / (Fraction(4) * Fraction(10) ** (effort.digits)) / slack or Fraction(
                1, 10**effort.digits
            )
            low, high = centre - reach, centre + reach
            if self.sign_at(low, effort) == -1 and self.sign_at(high, effort) == 1:
                return Enclosure(low, high)
            centre = self.near(effort.with_digits(effort.digits + 4 * slack))
        raise Inconclusive("the quantile is not enclosed")

    def near(self, effort: Effort) -> Fraction:
        """Newton's method for the distribution function between two points, in balls taken by their middles."""
        with precision(64):
            low, high = self.rough_bracket()
        centre = (low + high) / 2
        for bits in (64, *(bits_for(d) + 32 for d in digit_ladder(effort.digits + 3))):
            for _ in range(NEWTON_STEPS):
                effort.check()
                with precision(bits):
                    gap, step = self.newton(centre)
                low, high = (low, centre) if gap > 0 else (centre, high)
                before, moved = centre, rounded(centre - step, bits)
                centre = moved if low < moved < high else rounded((low + high) / 2, bits)
                if abs(centre - before) <= abs(centre) / 2 ** (bits // 2 - 4):
                    break  # quadratic: the next error is about the square of this step
            # what these bits could not tell may have put the root just outside
            slack = (high - low) / 4 + abs(centre) / 2 ** (bits // 2)
            low, high = self.kept(low - slack, low), self.kept(high + slack, high)
        return centre

    def newton(self, centre: Fraction) -> tuple[Fraction, Fraction]:
        """The mass below the place beyond the level, and Newton's step, both times the normalisation."""
        at = sp.Rational(centre.numerator, centre.denominator)
        gap = self.below(at) - evaluate(self.level) * self.weight.total(sp.Integer(1))
        return middle(gap), middle(gap / self.weight.value(at))

    def kept(self, place: Fraction, otherwise: Fraction) -> Fraction:
        """The place if it lies in the component."""
        return otherwise if self.outside(sp.Rational(place.numerator, place.denominator)) else place

    def below(self, at: sp.Expr) -> arb:
        """The mass below a point, through the nearer of the two halves."""
        return self.weight.beyond(sp.Integer(1), at, -1)

    def rough_bracket(self) -> tuple[Fraction, Fraction]:
        """Two points of the component with the quantile between them, as far as 64 bits tell."""
        target = evaluate(self.level) * self.weight.total(sp.Integer(1))
        side = -1 if self.gap_side(self.starting_point, target) > 0 else 1
        low, high = sorted(self.outward(side, target))
        low, high = self.kept(low - (high - low) / 4, low), self.kept(high + (high - low) / 4, high)
        for _ in range(4 * ROUGH):
            centre = (low + high) / 2
            low, high = (centre, high) if self.gap_side(centre, target) < 0 else (low, centre)
            if high - low <= min(abs(low), abs(high)) / 10**2:
                break
        return low, high

    @property
    def starting_point(self) -> Fraction:
        return Fraction(int(self.weight.middle.p), int(self.weight.middle.q))

    def gap_side(self, place: Fraction, target: arb) -> int:
        """1 where the mass below the place exceeds the target, as far as the middles of the balls tell."""
        gap = middle(self.below(sp.Rational(place.numerator, place.denominator)) - target)
        return 1 if gap > 0 else -1

    def outward(self, side: int, target: arb) -> tuple[Fraction, Fraction]:
        """Two neighbouring points of a geometric sequence towards an end with the quantile between them."""
        before = start = self.starting_point
        end = self.weight.high if side > 0 else self.weight.low
        for step in range(1, 400):
            if end.is_infinite:
                place = start + side * (Fraction(2) ** step - 1) / 8
            else:
                bound = enclosure(evaluate(end))
                inner = Fraction(bound.lower if side > 0 else bound.upper)
                place = inner + (start - inner) / 2**step
            if self.gap_side(place, target) == side:
                return before, place
            before = place
        raise Inconclusive("the quantile is not found within the numbers tried")

    def sign_at(self, place: Fraction, effort: Effort) -> int | None:
        at = sp.Rational(place.numerator, place.denominator)
        for doubling in range(3):
            with precision((bits_for(effort.digits) + 32) << doubling):
                gap = self.below(at) - evaluate(self.level) * self.weight.total(sp.Integer(1))
                sign = enclosure(gap).sign
            if sign is not None:
                return sign
        return None

    def outside(self, place: sp.Rational) -> bool:
        """Is the place not in the open interval?"""
        ends = ((self.weight.low, 1), (self.weight.high, -1))
        return any(end.is_finite and known_sign(side * (place - end)) != 1 for end, side in ends)


def rounded(place: Fraction, bits: int) -> Fraction:
    """To so many bits, counted from the first one of a small number."""
    digits = bits + max(0, place.denominator.bit_length() - abs(place.numerator).bit_length())
    return Fraction(round(place * 2**digits), 2**digits)


def digit_ladder(digits: int) -> list[int]:
    """Digits to work with, doubled from step to step, the last ones those asked for."""
    ladder = [digits]
    while ladder[0] > 30:
        ladder.insert(0, ladder[0] // 2 + 2)
    return ladder


def middle(value: arb) -> Fraction:
    found = enclosure(value.mid())
    return Fraction(found.lower)
