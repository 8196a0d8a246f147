"""Certified integrals of polynomials against a density m on an interval, known by log m.

Towards an infinite end x = |w| -> oo: if (x^n m)' <= -a x^n m/x for x >= R with a > 1, then what lies beyond R is at
most R R^n m(R)/(a - 1). Towards a finite end at distance u: if u m' >= r m for u <= d with r > -1, the rest is at most
d m(d)/(r + 1). Both inequalities are inequalities of rational functions, proved by the signs of coefficients. What is
left is integrated in t = log x or t = -log u, where the integrand is analytic and decays exponentially.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, TypeVar

import sympy as sp
from flint import acb, arb, ctx

from ..balls.evaluate import evaluate, evaluate_complex
from ..balls.precision import ball, precision
from ..balls.quadrature import contour, symmetric
from ..errors import Inconclusive
from .power_bounds import Stretch, power_end, power_tail, rational
from .signs_of_symbols import known_sign
from .vanishing import vanishes

T = TypeVar("T")
DOUBLINGS = 200
GRID = 96
PEAK_BITS, PEAK_STEPS = 128, 60
"""Precision and steps of the search for a maximum of the density."""


@dataclass(frozen=True)
class Weight:
    """m on adjoining stretches, in increasing order; no symbol but `variable` is free.

    Towards finite ends of the whole the slope has to be rational. `base`: the shift; by default about log m at the
    middle.
    """

    stretches: tuple[Stretch, ...]
    variable: sp.Symbol
    base: sp.Rational | None = None
    known: dict[object, Any] = field(default_factory=dict, compare=False, repr=False)

    def remembered(self, key: object, compute: Callable[[], T]) -> T:
        """The value computed at the first call with this key."""
        if key not in self.known:
            self.known[key] = compute()
        found: T = self.known[key]
        return found

    @property
    def low(self) -> sp.Expr:
        return self.stretches[0].low

    @property
    def high(self) -> sp.Expr:
        return self.stretches[-1].high

    @property
    def middle(self) -> sp.Rational:
        """A point inside, where m is large: it splits the interval."""
        return self.remembered("middle", lambda: middle_of(self))

    @property
    def shift(self) -> sp.Rational:
        """All values are divided by its exponential."""
        if self.base is not None:
            return self.base
        return self.remembered("shift", lambda: rounded(self.logarithm_at(self.middle)))

    @property
    def is_even(self) -> bool:
        """Is m(-w) = m(w)?"""
        return self.remembered("even", lambda: mirrored(self.stretches, self.variable))

    def stretch_at(self, place: sp.Expr) -> Stretch:
        """The stretch that holds the place; of two that meet there the left one."""
        return next(s for s in self.stretches if s.high == sp.oo or known_sign(s.high - place) in (0, 1))

    def logarithm_at(self, place: sp.Expr) -> arb:
        return evaluate(self.stretch_at(place).logarithm.subs(self.variable, place))

    def height(self, place: sp.Rational) -> arb:
        """The same in balls from the start: faster, and looser."""
        return evaluate(self.stretch_at(place).logarithm, {self.variable: point(place)})

    def value(self, at: sp.Expr) -> arb:
        """m at a point, divided by exp(shift)."""
        return (self.logarithm_at(at) - point(self.shift)).exp()

    def total(self, of: sp.Expr) -> arb:
        """The integral of of * m over (low, high), divided by exp(shift)."""
        w = self.variable
        if self.is_even and sp.expand(of - of.subs(w, -w)) == 0:
            return 2 * self.beyond(of, sp.Integer(0), 1)
        return self.beyond(of, self.middle, -1) + self.beyond(of, self.middle, 1)

    def beyond(self, of: sp.Expr, start: sp.Expr, side: int) -> arb:
        """The integral of of * m between `start` and the end on that side (1: right), divided by exp(shift)."""
        return self.remembered((ctx.prec, of, start, side), lambda: self.sum_beyond(of, start, side))

    def sum_beyond(self, of: sp.Expr, start: sp.Expr, side: int) -> arb:
        """By way of the middle if it lies on that side, else in units of m at the start, which may be tiny."""
        if known_sign(side * (self.middle - start)) == 1:
            return self.span(of, start, side) + self.beyond(of, self.middle, side)
        if start == self.middle:
            return self.sum_outward(of, start, side)
        local = replace(self, base=rounded(self.logarithm_at(start)))
        return local.sum_outward(of, start, side) * point(local.shift - self.shift).exp()

    def sum_outward(self, of: sp.Expr, start: sp.Expr, side: int) -> arb:
        """Stretch by stretch, the last one with its remainder."""
        total, place, last = arb(0), start, self.stretches[-1 if side > 0 else 0]
        for stretch in self.stretches[::side]:
            end = stretch.high if side > 0 else stretch.low
            if stretch is last:
                act = towards_infinity if end.is_infinite else towards_point
                return total + act(self, stretch, of, place, end, side)
            if known_sign(side * (end - place)) == 1:
                total += leg(self, stretch, of, place, side, evaluate(side * (end - place)))
                place = end
        return total

    def span(self, of: sp.Expr, start: sp.Expr, side: int) -> arb:
        """The integral from `start` to the middle, which lies on that side; taken from the middle outwards."""
        total, place = arb(0), sp.sympify(self.middle)
        for stretch in self.stretches[::-side]:
            end = stretch.low if side > 0 else stretch.high
            behind = end.is_finite and known_sign(side * (place - end)) in (0, -1)
            if behind:
                continue
            stops = end.is_infinite or known_sign(side * (start - end)) in (0, 1)
            goal = start if stops else end
            total += leg(self, stretch, of, place, -side, evaluate(side * (place - goal)))
            if stops:
                return total
            place = end
        return total


def leg(weight: Weight, stretch: Stretch, of: sp.Expr, origin: sp.Expr, side: int, length: arb) -> arb:
    """The integral over [origin, origin + side length], in powers of the distance exp(t) - 1 from the origin.

    Where m is a narrow peak, a polynomial in w itself would lose all digits beside it.
    """
    w, v = weight.variable, sp.Dummy("v", real=True)
    integrand = shifted(weight, stretch, of, origin + side * v)

    def transformed(t: acb, analytic: bool) -> acb:
        growth = t.exp()
        return evaluate_complex(integrand, {v: growth - 1}, analytic) * growth

    assert w not in integrand.free_symbols
    return contour(transformed, arb(0), (1 + length).log())


def shifted(weight: Weight, stretch: Stretch, of: sp.Expr, place: sp.Expr) -> sp.Expr:
    """of * m with another expression in place of the state, multiplied out."""
    w = weight.variable
    logarithm = expanded_logs(stretch.logarithm.subs(w, place)) - weight.shift
    return sp.expand(of.subs(w, place)) * sp.exp(sp.expand(logarithm))


def mirrored(stretches: Sequence[Stretch], w: sp.Symbol) -> bool:
    """Is m proved to be even? The slopes alone would not see a jump of m at 0."""
    return all(
        one.low == -other.high
        and one.high == -other.low
        and vanishes(one.slope + other.slope.subs(w, -w))
        and (one is other or equally_high(one, other, w))
        for one, other in zip(stretches, stretches[::-1], strict=True)
    )


def equally_high(one: Stretch, other: Stretch, w: sp.Symbol) -> bool:
    """Do the stretches, mirror images of one another, have the same m at the finite end of each?"""
    place = one.high if one.high.is_finite else one.low
    return vanishes(one.logarithm.subs(w, place) - other.logarithm.subs(w, -place))


def towards_infinity(weight: Weight, stretch: Stretch, of: sp.Expr, start: sp.Expr, end: sp.Expr, side: int) -> arb:
    """A leg far out, and the bound of what lies beyond."""
    w = weight.variable
    degree = int(sp.degree(of, w)) if w in of.free_symbols else 0
    decay, first = weight.remembered(("tail", degree, side), lambda: power_tail(stretch, w, degree, side))
    size = sp.Add(*(sp.Abs(c) for c in sp.Poly(of, w).coeffs()))
    leeway = sp.exp(stretch.bounds[side].slack)
    distance = side * start

    def remainder(far: Fraction) -> arb:
        value = (evaluate(stretch.logarithm, {w: side * ball(far)}) - point(weight.shift)).exp()
        return evaluate(size * leeway) * ball(far) ** (degree + 1) * value / (point(decay) - 1)

    far = max(first, Fraction(2) + 2 * abs(Fraction(float_of(distance)).limit_denominator(1 << 20)))
    far, rest = grown(far, remainder)
    return leg(weight, stretch, of, start, side, ball(far) - side * evaluate(start)) + symmetric(rest)


def towards_point(weight: Weight, stretch: Stretch, of: sp.Expr, start: sp.Expr, end: sp.Expr, side: int) -> arb:
    """w = end - side exp(-t), from half-way on; a plain leg before."""
    half = (start + end) / 2
    first_leg = leg(weight, stretch, of, start, side, evaluate(side * (half - start)))
    return first_leg + close_to_point(weight, stretch, of, half, end, side)


def close_to_point(weight: Weight, stretch: Stretch, of: sp.Expr, start: sp.Expr, end: sp.Expr, side: int) -> arb:
    w, u = weight.variable, sp.Dummy("u", positive=True)
    power, first = weight.remembered(("end", side), lambda: power_end(stretch, w, end, side))
    logarithm = expanded_logs(stretch.logarithm.subs(w, end - side * u)) - weight.shift
    near = evaluate(end - side * u, {u: arb(0).union(ball(first))})
    largest = abs(evaluate(of, {w: near})).upper()
    reach = side * (end - start)

    def remainder(close: Fraction) -> arb:
        return largest * ball(close) * evaluate(sp.exp(logarithm), {u: ball(close)}) / (1 + point(power))

    close = min(first, Fraction(float_of(reach) / 2).limit_denominator(1 << 20) or first)
    close, rest = shrunk(close, remainder)
    integrand = sp.expand(of.subs(w, end - side * u)) * sp.exp(logarithm)

    def transformed(t: acb, analytic: bool) -> acb:
        step = (-t).exp()
        return evaluate_complex(integrand, {u: step}, analytic) * step

    return contour(transformed, -evaluate(reach).log(), -ball(close).log()) + symmetric(rest)


def expanded_logs(expr: sp.Expr) -> sp.Expr:
    """The arguments of logarithms multiplied out, so that a distance u from a zero stands there by itself."""
    table = {node: sp.log(sp.expand(node.args[0])) for node in expr.atoms(sp.log)}
    return sp.expand(expr.xreplace(table))


def grown(far: Fraction, remainder: Callable[[Fraction], arb]) -> tuple[Fraction, arb]:
    """A far point whose remainder is below the working precision; further out ever faster."""
    for step in range(DOUBLINGS):
        rest = remainder(far)
        if rest < arb(2) ** (-ctx.prec):
            return far, rest
        far = 2 * far if step < 8 else far * far
        if far.numerator.bit_length() > 1 << 16:
            break
    raise Inconclusive("the tail of the density decays too slowly for the digits asked for")


def shrunk(close: Fraction, remainder: Callable[[Fraction], arb]) -> tuple[Fraction, arb]:
    for step in range(DOUBLINGS):
        rest = remainder(close)
        if rest < arb(2) ** (-ctx.prec):
            return close, rest
        close = close / 2 if step < 8 or close >= Fraction(1, 2) else close * close
        if close.denominator.bit_length() > 1 << 16:
            break
    raise Inconclusive("the density decays too slowly at an end for the digits asked for")


def middle_of(weight: Weight) -> sp.Rational:
    """A point near a maximum of m: the best of some points, then a search between its neighbours."""
    with precision(PEAK_BITS):
        places = [place for place in candidates(weight) if inside(weight, place)]
        heights = [float(weight.height(place).mid()) for place in places]
        best = max(range(len(places)), key=heights.__getitem__)
        low, high = places[max(best - 1, 0)], places[min(best + 1, len(places) - 1)]
        for _ in range(PEAK_STEPS):
            third = (high - low) / 3
            left, right = (weight.height(place).mid() for place in (low + third, high - third))
            low, high = (low + third, high) if left < right else (low, high - third)
        return rational(dyadic((low + high) / 2))


def candidates(weight: Weight) -> list[sp.Rational]:
    """Points all over the interval, in increasing order, near and far from its finite ends."""
    low, high = weight.low, weight.high
    far = [sp.Rational(2) ** k for k in range(-12, 25)]
    if low.is_infinite and high.is_infinite:
        return [*(-place for place in reversed(far)), sp.Integer(0), *far]
    if low.is_infinite or high.is_infinite:
        end = rational(dyadic(low if high.is_infinite else high))
        return [end + place for place in far] if high.is_infinite else [end - place for place in reversed(far)]
    left, right = (rational(dyadic(end)) for end in (low, high))
    return [left + (right - left) * sp.Rational(k, GRID) for k in range(1, GRID)]


def inside(weight: Weight, place: sp.Rational) -> bool:
    above = weight.low.is_infinite or known_sign(place - weight.low) == 1
    return above and (weight.high.is_infinite or known_sign(weight.high - place) == 1)


def dyadic(value: sp.Expr) -> Fraction:
    """A dyadic number next to a real one."""
    return Fraction(float_of(value)).limit_denominator(1 << 40)


def point(value: sp.Rational) -> arb:
    return ball(Fraction(int(value.p), int(value.q)))


def rounded(value: arb) -> sp.Rational:
    return rational(Fraction(float(value.mid())).limit_denominator(1 << 20))


def float_of(value: sp.Expr) -> float:
    return float(evaluate(value).mid())
