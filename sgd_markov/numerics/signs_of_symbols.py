"""The sign of an exact expression, for numbers by proof and for symbols by their assumptions."""

from __future__ import annotations

import sympy as sp

from ..balls.adaptive import proved_sign
from ..errors import Inconclusive, InvalidInput


def known_sign(expr: sp.Expr) -> int | None:
    """1, 0 or -1 where that sign is proved, None where it is open.

    >>> k, s = sp.symbols("k s", positive=True)
    >>> known_sign(-k / s**2 - 1), known_sign(k - s)
    (-1, None)
    """
    if not expr.free_symbols:
        try:
            return proved_sign(expr)
        except Inconclusive:
            return None
    for form in (expr, sp.factor(expr)):
        if form.is_positive:
            return 1
        if form.is_negative:
            return -1
        if form.is_zero:
            return 0
    return None


def needs_values(expr: sp.Expr, why: str) -> InvalidInput:
    names = ", ".join(sorted(str(s) for s in expr.free_symbols))
    return InvalidInput("values", f"free symbols {names}", f"numbers or assumptions for {names}: {why}")


def sign_between(expr: sp.Expr, w: sp.Symbol, low: sp.Expr, high: sp.Expr) -> int | None:
    """The sign of a rational function without zeros or poles in (low, high)."""
    t = sp.Dummy("t", positive=True)
    inner = inside(low, high, t)
    value = expr.subs(w, inner.subs(t, 1) if not (low.is_infinite and high.is_infinite) else 0)
    sign = known_sign(sp.cancel(value))
    if sign is not None:
        return sign
    numerator, denominator = sp.fraction(sp.cancel(expr.subs(w, inner)))
    signs = [coefficients_sign(part, t) for part in (numerator, denominator)]
    return None if None in signs else signs[0] * signs[1]  # type: ignore[operator]


def inside(low: sp.Expr, high: sp.Expr, t: sp.Symbol) -> sp.Expr:
    """A point of (low, high) for each t > 0."""
    if low.is_infinite:
        return t if high.is_infinite else high - t
    return low + t if high.is_infinite else (low + high * t) / (1 + t)


def coefficients_sign(poly: sp.Expr, t: sp.Symbol) -> int | None:
    """The common sign of the coefficients."""
    signs = {known_sign(coefficient) for coefficient in sp.Poly(poly, t).coeffs()}
    return signs.pop() if len(signs) == 1 else None
