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
    entries = coefficients(expr, w)
    return None if entries is None or entries[2] == 0 else LinearFractional(*entries)


def coefficients(expr: sp.Expr, w: sp.Symbol) -> tuple[sp.Expr, sp.Expr, sp.Expr, sp.Expr] | None:
    """(p, q, r, t) with expr = (p w + q)/(r w + t), affine maps (r = 0) among them; None for others."""
    if not expr.is_rational_function(w):
        return None
    parts = sp.fraction(sp.cancel(sp.together(expr)))
    if not all(part.is_polynomial(w) for part in parts):
        return None
    top, bottom = (sp.Poly(part, w) for part in parts)
    if max(top.degree(), bottom.degree()) > 1:
        return None
    return top.nth(1), top.nth(0), bottom.nth(1), bottom.nth(0)
