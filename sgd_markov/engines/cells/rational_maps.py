"""Maps that take rational numbers to rational numbers, evaluated exactly."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp

from ...balls.zero_proof import fraction
from ...numerics.exact_hits import over_rationals
from ...numerics.finite_family import FiniteFamily

Coefficients = tuple[Fraction, ...]


@dataclass(frozen=True)
class RationalMap:
    """Quotients of polynomials between `cuts`, and the values at the cuts themselves."""

    cuts: tuple[Fraction, ...]
    at_cuts: tuple[Fraction, ...]
    quotients: tuple[tuple[Coefficients, Coefficients], ...]

    def __call__(self, state: Fraction) -> Fraction:
        place = bisect_left(self.cuts, state)
        if place < len(self.cuts) and self.cuts[place] == state:
            return self.at_cuts[place]
        top, bottom = self.quotients[place]
        return horner(top, state) / horner(bottom, state)


@dataclass(frozen=True)
class RationalMaps:
    """All maps of a family with rational weights, between `low` and `high`."""

    weights: tuple[Fraction, ...]
    maps: tuple[RationalMap, ...]
    low: Fraction
    high: Fraction

    def covers(self, state: Fraction) -> bool:
        """Do the formulas hold at the state?"""
        return self.low <= state <= self.high

    def images(self, state: Fraction) -> list[Fraction]:
        return [f(state) for f in self.maps]

    @classmethod
    def of(cls, family: FiniteFamily, low: sp.Expr, high: sp.Expr) -> RationalMaps | None:
        """The maps between two places; None where one is not rational, has a pole there, or an irrational cut."""
        maps = [rational_map(family, i, low, high) for i in range(len(family.maps))]
        if any(f is None for f in maps) or not all(p.is_Rational for p in family.weights):
            return None
        return cls(
            tuple(fraction(p) for p in family.weights),
            tuple(f for f in maps if f is not None),
            fraction(low),
            fraction(high),
        )


def rational_map(family: FiniteFamily, place: int, low: sp.Expr, high: sp.Expr) -> RationalMap | None:
    w, formula, pieces = family.symbol, family.maps[place], family.pieces(place, low, high)
    if pieces is None:
        return None
    cuts = [piece.high for piece in pieces[:-1]]
    values = [formula.subs(w, cut) for cut in cuts]
    quotients = [over_rationals(piece.formula, w) for piece in pieces]
    if not all(number.is_Rational for number in (*cuts, *values)) or any(q is None for q in quotients):
        return None
    found = [(coefficients(q[0]), coefficients(q[1])) for q in quotients if q is not None]
    if any(q[1].count_roots(sp.Rational(low), sp.Rational(high)) for q in quotients if q is not None and q[1].degree() > 0):
        return None
    return RationalMap(tuple(map(fraction, cuts)), tuple(map(fraction, values)), tuple(found))


def coefficients(poly: sp.Poly) -> Coefficients:
    return tuple(fraction(c) for c in poly.all_coeffs())


def horner(parts: Coefficients, at: Fraction) -> Fraction:
    total = Fraction(0)
    for part in parts:
        total = total * at + part
    return total
