"""How fast a function of one variable can grow: |f(x)| <= bound |x|^power for |x| >= beyond, proved rule by rule."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from flint import arb, fmpq

from ..balls.evaluate import evaluate
from .kernel_functions import heavy_power, light_power

BOUNDED = (sp.sin, sp.cos, sp.tanh, sp.atan, sp.erf, sp.erfc, sp.sign, sp.Heaviside)
"""Functions with |f| <= 2 on the real line."""


@dataclass(frozen=True)
class Growth:
    """|f(x)| <= bound |x|^power wherever |x| >= beyond >= 1, power >= 0."""

    bound: arb
    power: sp.Rational
    beyond: arb

    def heavy_tail(self, size: arb, degree: int, mass: arb, power: arb, radius: arb) -> arb:
        """A bound of E[|f(Y)|; |X| > R] where log|Y| <= size + degree log|X| and P(|X| > t) <= mass t^-power."""
        return self.bound * heavy_power(evaluate(self.power), size, degree, mass, power, radius)

    def light_tail(self, size: arb, degree: int, mass: arb, rate: arb, radius: arb) -> arb:
        """The same where P(|X| > t) <= mass exp(-rate t)."""
        return self.bound * light_power(evaluate(self.power), size, degree, mass, rate, radius)


def growth(expr: sp.Expr, x: sp.Symbol) -> Growth | None:
    """A bound of that form, or None where the rules give none.

    >>> y = sp.Symbol("y", real=True)
    >>> growth(y**2 * sp.sin(y), y).power
    2
    """
    if x not in expr.free_symbols:
        return Growth(abs(evaluate(expr)), sp.Integer(0), arb(1))
    if expr == x:
        return Growth(arb(1), sp.Integer(1), arb(1))
    if isinstance(expr, BOUNDED):
        return Growth(arb(2), sp.Integer(0), arb(1))
    if isinstance(expr, sp.Add | sp.Min | sp.Max):
        return total([growth(part, x) for part in expr.args])
    if isinstance(expr, sp.Mul):
        return product([growth(part, x) for part in expr.args])
    if isinstance(expr, sp.Abs):
        return growth(expr.args[0], x)
    if isinstance(expr, sp.floor):
        return total([growth(expr.args[0], x), Growth(arb(1), sp.Integer(0), arb(1))])
    if isinstance(expr, sp.Piecewise):
        return total([growth(branch, x) for branch, _ in expr.args])
    if isinstance(expr, sp.exp):
        return of_exponential(expr.args[0], x)
    return of_power(expr, x) if isinstance(expr, sp.Pow) else None


def total(parts: list[Growth | None]) -> Growth | None:
    """A sum, or the largest, is at most the sum of the bounds."""
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    bound, beyond = arb(0), arb(1)
    for part in known:
        bound, beyond = bound + part.bound, beyond.max(part.beyond)
    return Growth(bound, max(part.power for part in known), beyond)


def product(parts: list[Growth | None]) -> Growth | None:
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    bound, beyond = arb(1), arb(1)
    for part in known:
        bound, beyond = bound * part.bound, beyond.max(part.beyond)
    return Growth(bound, sp.Add(*(part.power for part in known)), beyond)


def of_power(expr: sp.Pow, x: sp.Symbol) -> Growth | None:
    base, exponent = expr.args
    if not exponent.is_Rational:
        return None
    if exponent.is_negative:
        return of_reciprocal(base, exponent, x)
    inner = growth(base, x)
    if inner is None:
        return None
    return Growth(inner.bound ** arb(fmpq(int(exponent.p), int(exponent.q))), inner.power * exponent, inner.beyond)


def of_reciprocal(base: sp.Expr, exponent: sp.Rational, x: sp.Symbol) -> Growth | None:
    """|P(x)| >= |lead| |x|^n/2 >= |lead|/2 once the lower terms are at most half the leading one."""
    if not base.is_polynomial(x):
        return None
    lead, *rest = (abs(evaluate(c)) for c in sp.Poly(base, x).all_coeffs())
    if not lead > 0:
        return None
    beyond = (2 * sum(rest, arb(0)) / lead).max(arb(1)).upper()
    return Growth((lead / 2) ** arb(fmpq(int(exponent.p), int(exponent.q))), sp.Integer(0), beyond)


def of_exponential(argument: sp.Expr, x: sp.Symbol) -> Growth | None:
    """exp(P(x)) <= 1 far out for polynomials P of even degree with negative leading coefficient, and exp(-c|P|)."""
    if argument.is_polynomial(x):
        poly = sp.Poly(argument, x)
        lead, *rest = (evaluate(c) for c in poly.all_coeffs())
        if poly.degree() % 2 or not lead < 0:
            return None
        return Growth(arb(1), sp.Integer(0), (sum((abs(c) for c in rest), arb(0)) / -lead).max(arb(1)).upper())
    factor, rest_ = argument.as_independent(x, as_Add=False)
    return Growth(arb(1), sp.Integer(0), arb(1)) if isinstance(rest_, sp.Abs) and evaluate(factor) < 0 else None
