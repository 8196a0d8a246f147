"""A real polynomial in one drawn variable, with its roots as balls: real ones apart from conjugate pairs."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from flint import acb, acb_poly, arb, ctx

from ..balls.evaluate import evaluate

SLACK = 10
"""Bits of the working precision that the coefficients' own rounding may cost the roots."""


@dataclass(frozen=True)
class RootedPolynomial:
    """lead * prod (x - r) over real roots * prod ((x - a)^2 + b^2) over pairs a +- ib; simple roots."""

    coefficients: tuple[arb, ...]
    lead: arb
    real_roots: tuple[arb, ...]
    pairs: tuple[tuple[arb, arb], ...]

    @property
    def degree(self) -> int:
        return len(self.coefficients) - 1

    @property
    def log_lead(self) -> arb:
        return abs(self.lead).log()

    def size_at_infinity(self) -> tuple[arb, arb]:
        """(B, r) with |log|P(x)|| <= B + degree log|x| for |x| >= r: there |lead| <= |P(x)| <= |x|^degree sum|c|."""
        total = sum((abs(c) for c in self.coefficients), arb(0))
        farthest = arb(1)
        for root in self.real_roots:
            farthest = farthest.max(abs(root))
        for a, b in self.pairs:
            farthest = farthest.max(abs(a) + abs(b))
        return abs(self.log_lead) + abs(total.log()), (farthest + 2).upper()


def rooted(poly: sp.Poly) -> RootedPolynomial | None:
    """Roots at the current precision; None while they are not isolated (raise the precision)."""
    coefficients = tuple(evaluate(c) for c in reversed(poly.all_coeffs()))
    lead = coefficients[-1]
    if lead.contains(0) or not all(c.is_finite() for c in coefficients):
        return None
    if len(coefficients) == 2:
        return RootedPolynomial(coefficients, lead, (-coefficients[0] / lead,), ())
    try:
        # without tol FLINT stops at isolated roots, about 2^-30 wide at any precision, and no integral gets narrower
        roots = acb_poly([acb(c) for c in coefficients]).roots(tol=arb(2) ** (SLACK - ctx.prec), maxprec=4 * ctx.prec)
    except ValueError:
        return None
    return sorted_roots(coefficients, lead, roots)


def sorted_roots(coefficients: tuple[arb, ...], lead: arb, roots: list[acb]) -> RootedPolynomial | None:
    """A root whose ball meets the real axis and no other root's conjugate is real."""
    real, upper = [], []
    for index, root in enumerate(roots):
        others = [other for k, other in enumerate(roots) if k != index]
        if root.imag.contains(0):
            if any(root.conjugate().overlaps(other) for other in others):
                return None
            real.append(root.real)
        elif root.imag > 0:
            upper.append((root.real, root.imag))
    if len(real) + 2 * len(upper) != len(roots):
        return None
    return RootedPolynomial(coefficients, lead, tuple(sorted(real, key=lambda r: float(r.mid()))), tuple(upper))
