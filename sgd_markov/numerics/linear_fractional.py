"""A map of one real variable as a linear fractional map."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp


@dataclass(frozen=True)
class LinearFractional:
    """(p w + q)/(r w + t) with r not identically 0; the coefficients hold what is drawn in a step."""

    p: sp.Expr
    q: sp.Expr
    r: sp.Expr
    t: sp.Expr

    @property
    def at_infinity(self) -> sp.Expr:
        """The image of infinity, p/r."""
        return sp.cancel(self.p / self.r)


def linear_fractional(expr: sp.Expr, w: sp.Symbol) -> LinearFractional | None:
    """The coefficients where the expression is linear fractional, and not affine, in w; else None.

    >>> w, y = sp.symbols("w y", real=True)
    >>> linear_fractional(1 / (y + w) + 2, w)
    LinearFractional(p=2, q=2*y + 1, r=1, t=y)
    """
    if expr.is_polynomial(w) or not expr.is_rational_function(w):
        return None
    top, bottom = sp.fraction(sp.cancel(sp.together(expr)))
    if not (top.is_polynomial(w) and bottom.is_polynomial(w)):
        return None
    above, below = sp.Poly(top, w), sp.Poly(bottom, w)
    if above.degree() > 1 or below.degree() != 1:
        return None
    return LinearFractional(above.nth(1), above.nth(0), below.nth(1), below.nth(0))
