"""Certified integrals of polynomials against a density m on an interval, known by log m.

Towards an infinite end x = |w| -> oo: if (x^n m)' <= -a x^n m/x for x >= R with a > 1, then what lies beyond R is at
most R R^n m(R)/(a - 1). Towards a finite end at distance u: if u m' >= r m for u <= d with r > -1, the rest is at most
d m(d)/(r + 1). Both inequalities are inequalities of rational functions, proved by the signs of coefficients. What is
left is integrated in t = log x or t = -log u, where the integrand is analytic and decays exponentially.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeVar

import sympy as sp
from flint import acb, arb, ctx

from ..balls.evaluate import evaluate, evaluate_complex
from ..balls.precision import ball
from ..balls.quadrature import contour, symmetric
from ..errors import HypothesisViolated, Inconclusive
from .diffusion_pieces import Bounds
from .signs_of_symbols import known_sign
from .vanishing import vanishes

T = TypeVar("T")
Image = Callable[[sp.Symbol], sp.Expr]
"""t > 0 -> a point of a region"""

DOUBLINGS = 200
GRID = 96


@dataclass(frozen=True)
class Stretch:
    """m = exp(logarithm) on (low, high), analytic there; `slope` = (log m)'.

    `bounds`: at -oo and oo, rational functions between which the slope lies (itself where it is rational).
    """

    low: sp.Expr
    high: sp.Expr
    logarithm: sp.Expr
    slope: sp.Expr
    bounds: Mapping[int, Bounds]


@dataclass(frozen=True)
class Weight:
    """m on adjoining stretches, in increasing order; no symbol but `variable` is free.

    Towards finite ends of the whole the slope has to be rational.
    """

    stretches: tuple[Stretch, ...]
    variable: sp.Symbol
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
        """About log m at the middle: all values are divided by its exponential."""
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

    def value(self, at: sp.Expr) -> arb:
        """m at a point, divided by exp(shift)."""
        return evaluate(sp.exp(self.stretch_at(at).logarithm.subs(self.variable, at) - self.shift))

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
        """Stretch by stretch; the last one with its remainder."""
        total, place, last = arb(0), start, self.stretches[-1 if side > 0 else 0]
        for stretch in self.stretches[::side]:
            end = stretch.high if side > 0 else stretch.low
            if stretch is last:
                act = towards_infinity if end.is_infinite else towards_point
                return total + act(self, stretch, of, place, end, side)
            if known_sign(side * (end - place)) == 1:
                total += self.between(stretch, of, *((place, end) if side > 0 else (end, place)))
                place = end
        return total

    def between(self, stretch: Stretch, of: sp.Expr, low: sp.Expr, high: sp.Expr) -> arb:
        """The integral over a part of one stretch."""
        w, integrand = self.variable, of * sp.exp(stretch.logarithm - self.shift)
        return contour(lambda x, analytic: evaluate_complex(integrand, {w: x}, analytic), evaluate(low), evaluate(high))


def mirrored(stretches: Sequence[Stretch], w: sp.Symbol) -> bool:
    return all(
        one.low == -other.high and one.high == -other.low and vanishes(one.slope + other.slope.subs(w, -w))
        for one, other in zip(stretches, stretches[::-1], strict=True)
    )


def towards_infinity(weight: Weight, stretch: Stretch, of: sp.Expr, start: sp.Expr, end: sp.Expr, side: int) -> arb:
    """w = start + side (exp(t) - 1)."""
    w = weight.variable
    degree = int(sp.degree(of, w)) if w in of.free_symbols else 0
    decay, first = weight.remembered(("tail", degree, side), lambda: power_tail(stretch, w, degree, side))
    size = sp.Add(*(sp.Abs(c) for c in sp.Poly(of, w).coeffs()))
    distance = side * start

    def remainder(far: Fraction) -> arb:
        place = sp.Rational(far.numerator, far.denominator)
        value = evaluate(sp.exp(stretch.logarithm.subs(w, side * place) - weight.shift))
        return evaluate(size) * ball(far) ** (degree + 1) * value / (point(decay) - 1)

    far = max(first, Fraction(2) + 2 * abs(Fraction(float_of(distance)).limit_denominator(1 << 20)))
    far, rest = grown(far, remainder)
    integrand = of * sp.exp(stretch.logarithm - weight.shift)
    origin = evaluate(start)

    def transformed(t: acb, analytic: bool) -> acb:
        growth = t.exp()
        return evaluate_complex(integrand, {w: acb(origin) + side * (growth - 1)}, analytic) * growth

    return contour(transformed, arb(0), (1 + ball(far) - side * origin).log()) + symmetric(rest)


def towards_point(weight: Weight, stretch: Stretch, of: sp.Expr, start: sp.Expr, end: sp.Expr, side: int) -> arb:
    """w = end - side exp(-t)."""
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


def power_tail(stretch: Stretch, w: sp.Symbol, degree: int, side: int) -> tuple[sp.Rational, Fraction]:
    """(a, R) with (x^n m)' <= -a x^n m/x for x >= R, a > 1, for each of the bounds of the slope."""
    x, bounds = sp.Dummy("x", positive=True), stretch.bounds[side]
    decays = [sp.cancel(-side * x * corner.subs(w, side * x) - degree) for corner in bounds.corners]
    chosen = min(decay_power(decay, x, degree, side) for decay in decays)
    needed = [*(decay - chosen for decay in decays), *(need.subs(w, side * x) for need in bounds.beyond)]
    inner = stretch.low if side > 0 else stretch.high
    for doubling in range(1, DOUBLINGS):
        first = Fraction(2**doubling)
        reached = inner.is_infinite or known_sign(rational(first) - side * inner) == 1
        if reached and all(nonnegative(entry, x, beyond_point(rational(first))) for entry in needed):
            return chosen, first
    raise Inconclusive("no power bounds the tail of the density")


def decay_power(decay: sp.Expr, x: sp.Symbol, degree: int, side: int) -> sp.Rational:
    """A number above 1 and below the limit of the decay."""
    top, bottom = (sp.Poly(part, x) for part in sp.fraction(decay))
    if top.degree() > bottom.degree():
        return sp.Integer(2)
    limit = top.nth(bottom.degree()) / bottom.LC()
    if known_sign(limit - 1) != 1:
        end = "oo" if side > 0 else "-oo"
        raise HypothesisViolated(f"E|w|^{degree} < oo", f"the density decays like |w|^-{limit + degree} at {end}")
    return below(limit, sp.Integer(1))


def power_end(stretch: Stretch, w: sp.Symbol, end: sp.Expr, side: int) -> tuple[sp.Rational, Fraction]:
    """(r, d) with u m' >= r m for 0 < u <= d, u the distance from the end, r > -1."""
    u = sp.Dummy("u", positive=True)
    growth = sp.cancel(-side * u * stretch.slope.subs(w, end - side * u))
    top, bottom = (sp.Poly(sp.expand(part), u) for part in sp.fraction(growth))
    (low_top, first_top), (low_bottom, first_bottom) = (lowest_term(poly) for poly in (top, bottom))
    chosen = sp.Integer(1)
    if low_top >= low_bottom:
        limit = first_top / first_bottom if low_top == low_bottom else sp.Integer(0)
        if known_sign(limit + 1) != 1:
            raise HypothesisViolated(f"the density is integrable at {end}", f"it behaves like u^({limit})")
        chosen = below(limit, sp.Integer(-1))
    for halving in range(DOUBLINGS):
        first = Fraction(1, 2**halving)
        if within(stretch, first) and nonnegative(growth - chosen, u, below_point(rational(first))):
            return chosen, first
    raise Inconclusive("no power bounds the density at an end")


def within(stretch: Stretch, distance: Fraction) -> bool:
    """Does the stretch reach that far?"""
    if stretch.low.is_infinite or stretch.high.is_infinite:
        return True
    return known_sign(stretch.high - stretch.low - rational(distance)) == 1


def lowest_term(poly: sp.Poly) -> tuple[int, sp.Expr]:
    for (power,), coefficient in reversed(poly.terms()):
        if known_sign(coefficient) != 0:
            return power, coefficient
    return 0, sp.Integer(0)


def beyond_point(first: sp.Rational) -> Image:
    return lambda t: first + t


def below_point(first: sp.Rational) -> Image:
    return lambda t: first / (1 + t)


def nonnegative(expr: sp.Expr, x: sp.Symbol, image: Image) -> bool:
    """Is a rational function proved not to be negative for all t >= 0, x = image(t)? By the signs of coefficients."""
    t = sp.Dummy("t", positive=True)
    parts = sp.fraction(sp.cancel(sp.together(expr.subs(x, image(t)))))
    signs = [{known_sign(c) for c in sp.Poly(part, t).coeffs()} - {0} for part in parts]
    return all(len(found) <= 1 and None not in found for found in signs) and signs[0] in (set(), signs[1])


def below(limit: sp.Expr, floor: sp.Integer) -> sp.Rational:
    """A rational number about half-way between the floor and the limit, strictly."""
    half = (limit + floor) / 2
    for places in (4, 16, 64, 256):
        near = sp.Rational(int(sp.floor(half * 2**places)), 2**places)
        if known_sign(limit - near) == 1 and near > floor:
            return near
    raise Inconclusive(f"no rational exponent is found below {limit}")


def middle_of(weight: Weight) -> sp.Rational:
    """The best of some points, by m times its scale."""
    low, high = weight.low, weight.high
    if low.is_infinite and high.is_infinite:
        places = [
            sp.Integer(0),
            *(side * sp.Rational(2) ** sp.Rational(k, 1) for k in range(-12, 13) for side in (1, -1)),
        ]
    elif low.is_infinite or high.is_infinite:
        end, side = (low, 1) if high.is_infinite else (high, -1)
        base = rational(Fraction(float_of(end)).limit_denominator(1 << 30))
        places = [base + side * sp.Rational(2) ** k for k in range(-12, 13)]
    else:
        left, right = (rational(Fraction(float_of(end)).limit_denominator(1 << 30)) for end in (low, high))
        places = [left + (right - left) * sp.Rational(k, GRID) for k in range(1, GRID)]
    inside = [
        p
        for p in places
        if (low.is_infinite or known_sign(p - low) == 1) and (high.is_infinite or known_sign(high - p) == 1)
    ]
    return max(inside, key=lambda p: float(weight.logarithm_at(p).mid()))


def point(value: sp.Rational) -> arb:
    return ball(Fraction(int(value.p), int(value.q)))


def rational(value: Fraction) -> sp.Rational:
    return sp.Rational(value.numerator, value.denominator)


def rounded(value: arb) -> sp.Rational:
    return rational(Fraction(float(value.mid())).limit_denominator(1 << 20))


def float_of(value: sp.Expr) -> float:
    return float(evaluate(value).mid())
