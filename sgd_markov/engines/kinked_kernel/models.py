"""Polynomial models: for every |x| <= half, a function is among the values of a polynomial whose coefficients are balls."""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb, arb_poly, arb_series

from ...numerics.power_series import series_length


@dataclass(frozen=True)
class Models:
    """Products and functions of models, cut off after `terms` coefficients; what is cut off widens the constant."""

    half: arb
    terms: int

    def cut(self, poly: arb_poly) -> arb_poly:
        if poly.degree() < self.terms:
            return poly
        coefficients = list(poly.coeffs())
        rest = size_of(arb_poly(coefficients[self.terms :]), self.half) * self.half**self.terms
        return arb_poly(coefficients[: self.terms]) + arb(0, rest.upper())

    def product(self, one: arb_poly, other: arb_poly) -> arb_poly:
        return self.cut(one * other)

    def power(self, poly: arb_poly, exponent: int) -> arb_poly:
        found = arb_poly([1])
        for _ in range(exponent):
            found = self.product(found, poly)
        return found

    def inverse(self, poly: arb_poly) -> arb_poly:
        """1/poly: h with |1 - poly h| <= e < 1 is wrong by at most |h| e/(1 - e)."""
        with series_length(self.terms):
            series = 1 / arb_series([c.mid() for c in poly.coeffs()])
        guess = arb_poly([c.mid() for c in series.coeffs()])
        off = size_of(1 - poly * guess, self.half)
        if not off < 1:
            return arb_poly([arb.nan()])
        return guess + arb(0, (size_of(guess, self.half) * off / (1 - off)).upper())

    def exponential(self, poly: arb_poly) -> arb_poly:
        """exp(poly)."""
        step = without_constant(poly)
        with series_length(self.terms):
            series = arb_series(list(step.coeffs())).exp()
        rest = rest_of_exponential(step, self.half, self.terms) if step.degree() > 0 else arb(0)
        return poly[0].exp() * (arb_poly(list(series.coeffs())) + arb(0, rest.upper()))


def rest_of_exponential(exponent: arb_poly, half: arb, terms: int) -> arb:
    """sum over k >= terms of |c_k| half^k, c_k the coefficients of exp(exponent): at most exp(P(r half)) r^-terms/(1 - 1/r)
    for every r > 1, where P has the absolute values of the coefficients."""
    best = arb.pos_inf()
    for ratio in (2, 4, 8, 16, 32, 64, 128):
        bound = size_of(exponent, half * ratio).exp() / arb(ratio) ** terms * ratio / (ratio - 1)
        if bound < best:
            best = bound
    return best


def size_of(poly: arb_poly, half: arb) -> arb:
    """A bound of |poly(x)| for |x| <= half; infinite, never nan, so that comparisons of bounds see it."""
    total = arb(0)
    for coefficient in reversed(list(poly.coeffs())):
        total = total * half + abs(coefficient)
    return total.upper() if total.is_finite() else arb.pos_inf()


def without_constant(poly: arb_poly) -> arb_poly:
    """The terms of degree 1 and more: for every x the value minus the number of the constant's ball that belongs to it."""
    return arb_poly([0, *list(poly.coeffs())[1:]])
