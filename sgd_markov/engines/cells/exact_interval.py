"""Intervals that maps keep but touch from inside: proved exactly, where outward rounding would see the images beyond."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import sympy as sp

from ...numerics.finite_family import FiniteFamily
from ...numerics.simplest import simplest_rational
from .kept_interval import Ends

REACHES = (1e-9, 1e-3, 0.1)
"""So far outside the hull of some paths, relative to its width, simple ends are sought: paths may near them slowly."""
LARGEST = 1000
"""Denominators of ends are no larger."""

Rationals = tuple[sp.Rational, sp.Rational]


def trimmed(family: FiniteFamily, hull: Ends) -> tuple[FiniteFamily, Ends] | None:
    """The family cut off at the ends of an interval [a, b] that it keeps, which changes nothing on it, and [a, b].

    For rational maps, where b - f and f - a are proved to be at least 0 on [a, b] by exact signs.

    >>> w = sp.Symbol("w", real=True)
    >>> half = sp.Rational(1, 2)
    >>> trimmed(FiniteFamily(w, (half, half), (w - (w - 1) ** 3 / 4, w - (w + 1) ** 3 / 4)), (-0.95, 0.95))[1]
    (-1.0, 1.0)
    """
    w = family.symbol
    if not all(formula.is_rational_function(w) for formula in family.maps):
        return None
    for low, high in candidates(hull):
        if all(is_kept(formula, w, low, high) for formula in family.maps):
            cut = tuple(sp.Max(low, sp.Min(high, formula)) for formula in family.maps)
            return FiniteFamily(w, family.weights, cut), (float(low), float(high))
    return None


def candidates(hull: Ends) -> Iterator[Rationals]:
    """Intervals with simple ends around the hull."""
    found: list[Rationals] = []
    low, high = (Fraction(end) for end in hull)
    for reach in REACHES:
        room, rounding = Fraction(reach) * (high - low), Fraction(1, 10**12) * (high - low)
        a, b = simplest_rational(low - room, low + rounding), simplest_rational(high - rounding, high + room)
        ends = sp.Rational(a.numerator, a.denominator), sp.Rational(b.numerator, b.denominator)
        if a < b and max(a.denominator, b.denominator) <= LARGEST and ends not in found:
            found.append(ends)
            yield ends


def is_kept(formula: sp.Expr, w: sp.Symbol, low: sp.Rational, high: sp.Rational) -> bool:
    """low <= f <= high on [low, high]."""
    return all(is_nonnegative(room, w, low, high) for room in (high - formula, formula - low))


def is_nonnegative(quotient: sp.Expr, w: sp.Symbol, low: sp.Rational, high: sp.Rational) -> bool:
    """Is a rational function with rational coefficients proved to be at least 0, without poles, on [low, high]?

    Numerator times denominator changes its sign between the ends only at zeros of factors of odd multiplicity, which are
    counted (Sturm).
    """
    top, bottom = sp.fraction(sp.together(quotient))
    below, product = sp.Poly(bottom, w), sp.Poly(sp.expand(top * bottom), w)
    if not (is_rational(below) and is_rational(product)) or below.count_roots(low, high):
        return False
    content, factors = product.factor_list()
    odd = [factor for factor, power in factors if power % 2]
    if any(factor.count_roots(low, high) > (factor.eval(low) == 0) + (factor.eval(high) == 0) for factor in odd):
        return False
    middle = (low + high) / 2
    return bool(sp.Mul(content, *(factor.eval(middle) for factor in odd)) >= 0)


def is_rational(poly: sp.Poly) -> bool:
    return all(coefficient.is_Rational for coefficient in poly.coeffs())
