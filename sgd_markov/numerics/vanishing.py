"""Is an expression 0 identically? A quick no by numbers, a proved yes by algebra."""

from __future__ import annotations

import sympy as sp

PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29)
"""Symbols get quotients of these for the quick no."""


def vanishes(expr: sp.Expr) -> bool:
    """Is the expression proved to be 0 for all values of its symbols? No where it is not, or not proved.

    >>> a = sp.Symbol("a", positive=True)
    >>> vanishes(a ** (1 / a + 1) / a - a ** (1 / a)), vanishes(a**2 - a)
    (True, False)
    """
    if expr == 0:
        return True
    if expr.is_number and expr.is_Rational:
        return False
    if differs_at_a_point(expr):
        return False
    return any(form(expr) == 0 for form in (sp.expand, cancelled, sp.simplify))


def cancelled(expr: sp.Expr) -> sp.Expr:
    return sp.cancel(sp.powsimp(sp.together(expr)))


def same(first: sp.Expr, second: sp.Expr) -> bool:
    """Are the two proved to be equal for all values of their symbols?"""
    return bool(first == second) or vanishes(first - second)


def differs_at_a_point(expr: sp.Expr) -> bool:
    """Is it plainly not 0 where the symbols are positive numbers below 1? Not a proof of anything but of a no."""
    symbols = sorted(expr.free_symbols, key=str)
    values = {s: sp.Rational(PRIMES[k % 10], PRIMES[(k + 1) % 10] + k) for k, s in enumerate(symbols)}
    try:
        value = complex(expr.subs(values).evalf(20, maxn=60))
    except (TypeError, ValueError):
        return False
    return abs(value) > 1e-9
