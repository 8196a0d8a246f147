"""Signs of exact numbers, decided or left open."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp


def sign(value: sp.Expr) -> int | None:
    """1, 0 or -1 where the sign is known; None while symbols leave it open.

    Assumptions decide first; a number without symbols is evaluated to rising precision, with sympy's own account of
    the digits lost; if it stays at 0 to 400 digits, it is 0 only when algebra proves it.

    >>> a = sp.Symbol("a", real=True)
    >>> sign(sp.sqrt(2) - sp.Rational(3, 2)), sign(sp.sqrt(6) - sp.sqrt(2) * sp.sqrt(3)), sign(a), sign(a**2 + 1)
    (-1, 0, None, 1)
    """
    value = sp.sympify(value)
    if value.is_Rational:
        return int(value.p > 0) - int(value.p < 0)
    if value.is_zero:
        return 0
    if value.is_extended_positive:
        return 1
    if value.is_extended_negative:
        return -1
    return None if value.free_symbols else _numeric_sign(value)


def _numeric_sign(value: sp.Expr) -> int | None:
    number = value.evalf(15, maxn=400)
    if number.is_Float and number._prec > 1:
        return 1 if number > 0 else -1
    return 0 if value.equals(0) else None


def is_zero(value: sp.Expr) -> bool:
    """Is it proved to be 0?"""
    return sign(value) == 0


def times_log(weight: sp.Expr, value: sp.Expr) -> sp.Expr:
    """weight log|value| with 0 log 0 = 0, for a weight that vanishes where the value does.

    >>> times_log(sp.Integer(0), sp.Integer(0)), times_log(sp.Integer(3), sp.Integer(-2))
    (0, 3*log(2))
    """
    return continued(value, sp.Integer(0), lambda: weight * sp.log(sp.Abs(value)))


def continued(value: sp.Expr, limit: sp.Expr, formula: Callable[[], sp.Expr]) -> sp.Expr:
    """The formula, continued by its limit where `value` is 0: a case distinction where that is open.

    >>> t = sp.Symbol("t", real=True)
    >>> continued(t, sp.Integer(1), lambda: sp.sin(t) / t)
    Piecewise((1, Eq(t, 0)), (sin(t)/t, True))
    """
    known = sign(value)
    if known == 0:
        return limit
    if known is not None or value.is_nonzero:
        return formula()
    return sp.Piecewise((limit, sp.Eq(value, 0)), (formula(), True))


def branches(condition: sp.Expr, above: sp.Expr, below: sp.Expr) -> sp.Expr:
    """`above` where condition >= 0, else `below`: one of them where the sign is known, else a case distinction."""
    known = sign(condition)
    if known is None:
        return sp.Piecewise((above, condition >= 0), (below, True))
    return above if known >= 0 else below
