"""Powers that bound a density towards its ends, proved by the signs of coefficients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp

from ..errors import HypothesisViolated, Inconclusive
from .diffusion_pieces import Bounds
from .signs_of_symbols import known_sign

Quotient = tuple[sp.Poly, sp.Poly]
"""A rational function: numerator and denominator."""

DOUBLINGS = 200


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


def power_tail(stretch: Stretch, w: sp.Symbol, degree: int, side: int) -> tuple[sp.Rational, Fraction]:
    """(a, R) with (x^n m)' <= -a x^n m/x for x >= R, a > 1, for each of the bounds of the slope."""
    x, bounds = sp.Dummy("x", positive=True), stretch.bounds[side]
    decays = [sp.cancel(-side * x * corner.subs(w, side * x) - degree) for corner in bounds.corners]
    chosen = min(decay_power(decay, x, degree, side) for decay in decays)
    needed = [
        *(quotient(decay - chosen, x) for decay in decays),
        *(quotient(need.subs(w, side * x), x) for need in bounds.beyond),
    ]
    inner = stretch.low if side > 0 else stretch.high
    for doubling in range(1, DOUBLINGS):
        first = Fraction(2**doubling)
        reached = inner.is_infinite or known_sign(rational(first) - side * inner) == 1
        if reached and all(positive_beyond(entry, rational(first)) for entry in needed):
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
    excess = quotient(growth - chosen, u)
    for halving in range(DOUBLINGS):
        first = Fraction(1, 2**halving)
        if within(stretch, first) and positive_below(excess, rational(first)):
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


def quotient(expr: sp.Expr, x: sp.Symbol) -> Quotient:
    top, bottom = (sp.Poly(part, x) for part in sp.fraction(sp.cancel(expr)))
    return top, bottom


def positive_beyond(parts: Quotient, first: sp.Rational) -> bool:
    """Is the function proved not to be negative for all x >= first? By the signs of the coefficients in x - first."""
    return not_negative([part.shift(first) for part in parts])


def positive_below(parts: Quotient, first: sp.Rational) -> bool:
    """The same for all 0 < x <= first, by those in t with x = first/(1 + t), powers of 1 + t left out."""
    reversed_ = [sp.Poly(part.compose(sp.Poly(first * part.gen, part.gen)).all_coeffs()[::-1], part.gen) for part in parts]
    return not_negative([part.shift(1) for part in reversed_])


def not_negative(parts: list[sp.Poly]) -> bool:
    """Have all coefficients of each part one sign (or are 0), the same in both, or the first none?"""
    signs = [{known_sign(c) for c in part.coeffs()} - {0} for part in parts]
    return all(len(found) <= 1 and None not in found for found in signs) and signs[0] in (set(), signs[1])


def below(limit: sp.Expr, floor: sp.Integer) -> sp.Rational:
    """A rational number about half-way between the floor and the limit, strictly."""
    half = (limit + floor) / 2
    for places in (4, 16, 64, 256):
        near = sp.Rational(int(sp.floor(half * 2**places)), 2**places)
        if known_sign(limit - near) == 1 and near > floor:
            return near
    raise Inconclusive(f"no rational exponent is found below {limit}")


def rational(value: Fraction) -> sp.Rational:
    return sp.Rational(value.numerator, value.denominator)
