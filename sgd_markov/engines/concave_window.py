"""Windows of large finite laws: the exponent sum p_i log|a_i + b_i t| is concave between its singular points.

Between neighbouring zeros of the factors the exponent has at most two sign changes, which the sign of its maximum
and the values at the ends decide. Every sign is proved in ball arithmetic; no degree limits the size of the law.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm

import sympy as sp
from flint import arb, fmpq, fmpz

from ..answer.enclosure import Bound, Enclosure
from ..answer.number import Number
from ..balls.precision import ball, enclosure, precision
from ..effort import Effort
from ..errors import Inconclusive
from ..numerics.concave_sum import ConcaveSum
from ..numerics.exact_numbers import end_number
from ..numerics.sign_change import sign_change
from ..numerics.simplest import simplest_rational
from ..numerics.windows import Span, Window, joined

NARROWEST = 14
"""Negative parts beside a singular point are looked for down to a width of about 2^-(2^NARROWEST)."""


@dataclass(frozen=True)
class LogLinearSum:
    """f(t) = sum p_i log|a_i + b_i t|, all rational, p_i > 0, (a_i, b_i) != (0, 0)."""

    terms: tuple[tuple[Fraction, Fraction, Fraction], ...]
    """(p, a, b)"""

    @cached_property
    def whole(self) -> tuple[int, tuple[tuple[int, fmpq, fmpq], ...]]:
        """(q, ((n, a, b), ...)) with p = n/q in integers: q f is one logarithm of a product of powers."""
        q = lcm(*(p.denominator for p, _, _ in self.terms))
        return q, tuple((int(p * q), quotient(a), quotient(b)) for p, a, b in self.terms)

    def at(self, t: arb) -> arb:
        q, terms = self.whole
        product = arb(1)
        for n, a, b in terms:
            factor = a + b * t
            product *= factor if n == 1 else factor ** fmpz(n)
        return abs(product).log() / q

    def slope(self, t: arb) -> arb:
        q, terms = self.whole
        total = arb(0)
        for n, a, b in terms:
            total += n * b / (a + b * t)
        return total / q

    def slope_sign(self, t: Fraction) -> int:
        """The sign of f' at a rational point that is not singular: by balls, else in exact rationals."""
        with precision(256):
            sign = enclosure(self.slope(ball(t))).sign
        if sign is not None:
            return sign
        _, terms = self.whole
        exact = sum((n * b / (a + b * quotient(t)) for n, a, b in terms), fmpq(0))
        return int(exact > 0) - int(exact < 0)

    @cached_property
    def singular(self) -> list[Fraction]:
        return sorted({-a / b for _, a, b in self.terms if b})

    @property
    def growth(self) -> Fraction:
        """f(t) - growth log|t| stays bounded as |t| -> oo."""
        return sum((p for p, _, b in self.terms if b), Fraction(0))

    def is_zero_at(self, t: Fraction) -> bool:
        """Is f(t) exactly 0? In exact rationals."""
        from ..numerics.log_sum import log_sum_is_zero

        if any(a + b * t == 0 for _, a, b in self.terms):
            return False
        return log_sum_is_zero(sp.Add(*(sp.Rational(p) * sp.log(sp.Rational(abs(a + b * t))) for p, a, b in self.terms)))

    def sign_at(self, t: Fraction, effort: Effort) -> int:
        """The proved sign of f at a rational point that is not singular."""
        # beside a singular point a factor is as small as t's denominator allows
        bits = 64 + t.denominator.bit_length()
        tried_exactly = False
        while bits <= 1 << 16:
            effort.check()
            with precision(bits):
                sign = enclosure(self.at(ball(t))).sign
            if sign is not None:
                return sign
            if bits > 512 and not tried_exactly:
                tried_exactly = True
                if self.is_zero_at(t):
                    return 0
            bits *= 2
        raise Inconclusive(f"the sign of the exponent near {sp.N(sp.Rational(t), 10)} needs more than {bits // 2} bits")


def quotient(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


def concave_window(f: ConcaveSum, domain: tuple[Bound, Bound], effort: Effort) -> Window:
    """The set {f < 0} inside the open domain."""
    inner = [s for s in f.singular if domain[0] < s < domain[1]]
    ends = [domain[0], *inner, domain[1]]
    numbers = [end_number(end, effort) for end in ends]
    spans: list[Span] = []
    undecided: list[Span] = []
    for k in range(len(ends) - 1):
        effort.check()
        gap = Gap(f, ends[k], ends[k + 1], numbers[k], numbers[k + 1], effort)
        spans.extend(gap.negative_spans(undecided))
    return Window(
        joined(spans),
        tuple(number for number in numbers[1:-1]),
        joined(undecided),
        method="certified: the exponent is concave between its singular points",
    )


@dataclass(frozen=True)
class Gap:
    """The open interval between neighbouring singular points (or ends of the domain), on which f is concave."""

    f: ConcaveSum
    low: Bound
    high: Bound
    low_number: Number
    high_number: Number
    effort: Effort

    def negative_spans(self, undecided: list[Span]) -> list[Span]:
        """Where f < 0; parts beside singular points that are too narrow to be found go to `undecided`."""
        whole = [(self.low_number, self.high_number)]
        if not self.f.growth:
            return whole if self.f.sign_at(self.middle, self.effort) < 0 else []
        left, right = self.end_sign(self.low, 1), self.end_sign(self.high, -1)
        if left > 0 and right > 0:
            return []
        if left > 0 or right > 0:
            # concave with ends of opposite sign: one change
            return self.beside(right > 0, self.search(1, towards=self.high if right > 0 else self.low), undecided)
        if self.falls_inward(self.low, 1) or self.falls_inward(self.high, -1):
            return whole
        top = self.summit()
        if top is None:
            return whole
        if self.f.sign_at(top, self.effort) == 0:
            # the exponent touches 0: the point belongs to no interval
            return [(self.low_number, end_number(top, self.effort)), (end_number(top, self.effort), self.high_number)]
        return [*self.beside(True, top, undecided), *self.beside(False, top, undecided)]

    def beside(self, at_low: bool, positive: Fraction, undecided: list[Span]) -> list[Span]:
        """The negative part between an end at which f is negative and a point at which it is positive."""
        number = self.low_number if at_low else self.high_number
        negative, last = self.negative_beside(self.low if at_low else self.high, positive)
        if negative is not None:
            root = self.root(*sorted((negative, last)))
            return [(number, root) if at_low else (root, number)]
        edge = Number(None, Enclosure.point(last), self.effort.digits)
        undecided.append((number, edge) if at_low else (edge, number))
        return []

    def end_sign(self, end: Bound, side: int) -> int:
        """The sign of f just inside the gap at this end: -1 beside a singular point, 1 towards infinity."""
        if isinstance(end, float):
            return 1
        if end in self.f.singular:
            return -1
        value = self.f.sign_at(end, self.effort)
        # f(end) = 0 and f' = 0: strictly concave, so negative inside
        return value or side * self.f.slope_sign(Fraction(end)) or -1

    def falls_inward(self, end: Bound, side: int) -> bool:
        """Does f fall from a regular end into the gap? By concavity its supremum is then the value at the end."""
        if isinstance(end, float) or end in self.f.singular:
            return False
        return side * self.f.slope_sign(Fraction(end)) <= 0

    def search(self, sign: int, towards: Bound) -> Fraction:
        """A point of the gap with this sign, found by approaching an end at which f has it."""
        point = self.middle
        for step in range(40):
            self.effort.check()
            if self.f.sign_at(point, self.effort) == sign:
                return point
            point = 2 * point - self.reference(towards) if isinstance(towards, float) else closer(point, towards, step)
        raise Inconclusive("no point of the wanted sign was found beside a singular point")

    def reference(self, towards: float) -> Fraction:
        """A fixed point on the other side, so that doubling the distance from it runs to infinity."""
        other = self.low if towards > 0 else self.high
        return Fraction(other) if not isinstance(other, float) else Fraction(-1 if towards > 0 else 1)

    @property
    def middle(self) -> Fraction:
        if isinstance(self.low, float) and isinstance(self.high, float):
            return Fraction(0)
        if isinstance(self.high, float):
            return Fraction(self.low) + 1
        if isinstance(self.low, float):
            return Fraction(self.high) - 1
        return (Fraction(self.low) + Fraction(self.high)) / 2

    def summit(self) -> Fraction | None:
        """A point where f > 0, or the maximum itself where that is 0; None when f < 0 is proved.

        The slope falls: bisection closes in on the maximum; on the bracket [a, b] concavity bounds the maximum by
        f(a) + f'(a)(b - a).
        """
        low, high = self.finite_bracket()
        for _ in range(2000):
            self.effort.check()
            middle = (low + high) / 2
            if self.f.sign_at(middle, self.effort) > 0:
                return middle
            with precision(64 + 2 * (middle.denominator.bit_length())):
                slope = enclosure(self.f.slope(ball(middle)))
                bound = enclosure(self.f.at(ball(middle)) + abs(ball_of_slope(slope)) * ball(high - low))
            if bound.upper < 0:
                return None
            direction = slope.sign or self.f.slope_sign(middle)
            if direction == 0:
                # the maximum itself, at which f is not positive
                return middle if self.f.sign_at(middle, self.effort) == 0 else None
            low, high = (middle, high) if direction > 0 else (low, middle)
        raise Inconclusive("the maximum of the exponent is not told from 0")

    def finite_bracket(self) -> tuple[Fraction, Fraction]:
        """Points around the maximum when both ends are negative (an infinite end is never negative here)."""
        return Fraction(self.low), Fraction(self.high)

    def negative_beside(self, end: Bound, positive: Fraction) -> tuple[Fraction | None, Fraction]:
        """(a point with f < 0 between the end and `positive`, None where none is found; the last one with f > 0)."""
        point = positive
        for step in range(NARROWEST):
            self.effort.check()
            point = 2 * point - self.reference(end) if isinstance(end, float) else closer(point, end, step)
            sign = self.sign_if_proved(point)
            if sign is None:
                break
            if sign < 0:
                return point, positive
            positive = point if sign > 0 else positive
        return None, positive

    def sign_if_proved(self, point: Fraction) -> int | None:
        try:
            return self.f.sign_at(point, self.effort)
        except Inconclusive:
            self.effort.check()
            return None

    def root(self, low: Fraction, high: Fraction) -> Number:
        """The one sign change between two points of opposite sign, to the digits asked for."""
        return certified_root(lambda t: self.f.sign_at(t, self.effort), low, high, self.effort, self.f.is_zero_at)


def closer(point: Fraction, end: Fraction, step: int) -> Fraction:
    """Towards the end by the factor 2^-(2^step): the negative part beside a singular point may be tiny."""
    return end + (point - end) / Fraction(1 << (1 << min(step, 12)))


def ball_of_slope(slope: Enclosure) -> arb:
    return ball(slope.lower).union(ball(slope.upper))


def certified_root(
    sign_at: Callable[[Fraction], int], low: Fraction, high: Fraction, effort: Effort, is_zero_at: Callable[[Fraction], bool]
) -> Number:
    """Bisect between points of opposite proved sign; a simple rational in the result is tried as the exact root."""
    found = sign_change(sign_at, low, high, effort)
    candidate = simplest_rational(Fraction(found.lower), Fraction(found.upper))
    if candidate.denominator < 10**6 and (found.is_point or is_zero_at(candidate)):
        return Number(sp.Rational(candidate), Enclosure.point(candidate), effort.digits)
    return Number(None, found, effort.digits)
