"""A formula in the form that a person would write."""

from __future__ import annotations

import sympy as sp


def tidy(expr: sp.Expr) -> sp.Expr:
    """The factored expression, factors of mixed signs turned so that their constants are positive and no minus leads.

    >>> k, lr, mu = sp.symbols("k lr mu", positive=True)
    >>> tidy(lr / (k * (2 - k * lr)))
    lr/(k*(-k*lr + 2))
    >>> tidy(1 / ((mu - 1) * (k * lr - 2 * mu - 2)))
    1/((1 - mu)*(-k*lr + 2*mu + 2))
    """
    factored = sp.factor(expr)
    constant, rest = factored.as_coeff_Mul()
    factors = sp.Mul.make_args(rest)
    turned = [factor for factor in factors if begins_with_minus(factor)]
    sign = (-1) ** len(turned)
    if constant.is_negative and sign == 1:
        more = next((f for f in factors if f not in turned and is_mixed(f)), None)
        if more is None:
            return factored
        turned, sign = [*turned, more], -1
    if constant.is_positive and sign == -1:
        return factored
    return sign * constant * sp.Mul(*(negated(f) if f in turned else f for f in factors))


def is_mixed(factor: sp.Expr) -> bool:
    """Is the factor an odd power of a sum with terms of both signs?"""
    base, power = factor.as_base_exp()
    if not (base.is_Add and power.is_Integer and power.is_odd):
        return False
    return {term.as_coeff_Mul()[0].is_negative for term in base.args} == {True, False}


def begins_with_minus(factor: sp.Expr) -> bool:
    """Is it such a factor with a negative constant term?"""
    return is_mixed(factor) and bool(factor.as_base_exp()[0].as_coeff_Add()[0].is_negative)


def negated(factor: sp.Expr) -> sp.Expr:
    """-factor."""
    base, power = factor.as_base_exp()
    return sp.expand(-base) ** power


def without_inverse_roots(expr: sp.Expr) -> sp.Expr:
    """sqrt(1/x) written as 1/sqrt(x): the same for x > 0, which the caller knows.

    >>> k, lr = sp.symbols("k lr", positive=True)
    >>> without_inverse_roots(1 / sp.sqrt(lr / (2 - k * lr)))
    sqrt(-k*lr + 2)/sqrt(lr)
    """

    def turned(base: sp.Expr, power: sp.Expr) -> sp.Expr:
        parts = [(f.base, -power) if f.is_Pow and f.exp == -1 else (f, power) for f in sp.Mul.make_args(base)]
        return sp.Mul(*(sp.Pow(part, exponent) for part, exponent in parts))

    return expr.replace(
        lambda e: e.is_Pow and e.exp.is_Rational and e.exp.q == 2 and any(f.is_Pow and f.exp == -1 for f in sp.Mul.make_args(e.base)),
        lambda e: turned(e.base, e.exp),
    )
