"""Maps that take rational numbers to rational numbers, evaluated exactly."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

import sympy as sp
from flint import fmpq

from ...numerics.exact_hits import over_rationals
from ...numerics.exact_matrix import flint_rational
from ...numerics.finite_family import FiniteFamily

Coefficients = tuple[fmpq, ...]


@dataclass(frozen=True)
class RationalMap:
    """Quotients of polynomials between `cuts`, and the values at the cuts themselves."""

    cuts: tuple[fmpq, ...]
    at_cuts: tuple[fmpq, ...]
    quotients: tuple[tuple[Coefficients, Coefficients], ...]

    def __call__(self, state: fmpq) -> fmpq:
        place = bisect_left(self.cuts, state)
        if place < len(self.cuts) and self.cuts[place] == state:
            return self.at_cuts[place]
        top, bottom = self.quotients[place]
        return horner(top, state) / horner(bottom, state)


@dataclass(frozen=True)
class RationalMaps:
    """All maps of a family with rational weights, between `low` and `high`."""

    weights: tuple[fmpq, ...]
    maps: tuple[RationalMap, ...]
    low: fmpq
    high: fmpq

    def covers(self, state: fmpq) -> bool:
        """Do the formulas hold at the state?"""
        return bool(self.low <= state <= self.high)

    def images(self, state: fmpq) -> list[fmpq]:
        return [f(state) for f in self.maps]

    @classmethod
    def of(cls, family: FiniteFamily, low: sp.Expr, high: sp.Expr) -> RationalMaps | None:
        """The maps between two places; None where one is not rational, has a pole there, or an irrational cut."""
        maps = [rational_map(family, i, low, high) for i in range(len(family.maps))]
        if any(f is None for f in maps) or not all(p.is_Rational for p in family.weights):
            return None
        return cls(
            tuple(flint_rational(p) for p in family.weights),
            tuple(f for f in maps if f is not None),
            flint_rational(low),
            flint_rational(high),
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
    return RationalMap(tuple(map(flint_rational, cuts)), tuple(map(flint_rational, values)), tuple(found))


def coefficients(poly: sp.Poly) -> Coefficients:
    return tuple(flint_rational(c) for c in poly.all_coeffs())


def horner(parts: Coefficients, at: fmpq) -> fmpq:
    total = fmpq(0)
    for part in parts:
        total = total * at + part
    return total
