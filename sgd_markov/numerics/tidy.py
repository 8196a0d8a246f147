"""A formula in the form that a person would write."""

from __future__ import annotations

import sympy as sp


def tidy(expr: sp.Expr) -> sp.Expr:
    """The factored expression, a leading minus taken into a factor that begins with one.

    >>> k, lr = sp.symbols("k lr", positive=True)
    >>> tidy(lr / (k * (2 - k * lr)))
    lr/(k*(-k*lr + 2))
    """
    factored = sp.factor(expr)
    minus, rest = factored.as_coeff_Mul()
    if not minus.is_negative:
        return factored
    for factor in sp.Mul.make_args(rest):
        base, power = factor.as_base_exp()
        if base.is_Add and power.is_Integer and power.is_odd and base.could_extract_minus_sign() is False and mixed(base):
            return -minus * rest.xreplace({factor: sp.expand(-base) ** power})
    return factored


def mixed(sum_: sp.Expr) -> bool:
    """Does the sum have terms of both signs?"""
    signs = {term.as_coeff_Mul()[0].is_negative for term in sum_.args}
    return signs == {True, False}
