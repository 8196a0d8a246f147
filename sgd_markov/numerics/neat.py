"""Quotients in a form in which equal ones look equal, as far as that is cheap."""

from __future__ import annotations

import sympy as sp

MOST_ROOTS = 6


def neat(expr: sp.Expr) -> sp.Expr:
    """A quotient in lowest terms, without roots of rational numbers in the denominator; nested roots are left alone.

    >>> x = sp.Symbol("x", positive=True)
    >>> neat(1 / (sp.sqrt(5) - 1)), neat((x**2 - 1) / (x - 1))
    ((1 + sqrt(5))/4, x + 1)
    """
    if expr.is_Rational:
        return expr
    if not expr.free_symbols:
        return sp.radsimp(sp.radsimp(sp.expand(expr))) if has_simple_roots(expr) else sp.expand(expr)
    found = sp.cancel(sp.together(expr))
    has_roots = any(power.exp == sp.S.Half for power in found.atoms(sp.Pow))
    return sp.radsimp(found) if has_roots and has_simple_roots(found) else found


def has_simple_roots(expr: sp.Expr) -> bool:
    """Are the roots in it few, and roots of rational numbers or symbols only? Others take sympy for ever."""
    roots = [power for power in expr.atoms(sp.Pow) if power.exp.is_Rational and not power.exp.is_Integer]
    return len(roots) <= MOST_ROOTS and all(power.base.is_Rational or power.base.is_Symbol for power in roots)
