"""log m of the zero-flux density m = exp(int 2 b/C)/C of a diffusion with rational b and C, in closed form."""

from __future__ import annotations

import sympy as sp

from ..chain.diffusion import Diffusion
from ..errors import Inconclusive
from .signs_of_symbols import known_sign, needs_values, sign_between


def rational(expr: sp.Expr, w: sp.Symbol) -> sp.Expr:
    if not expr.is_rational_function(w):
        raise Inconclusive(
            f"{expr} is not a rational function of {w}: the stationary law of such a diffusion is not available"
        )
    return sp.cancel(expr)


def zero_flux_logarithm(diffusion: Diffusion, low: sp.Expr, high: sp.Expr) -> sp.Expr:
    """log m = int 2 b/C - log C on (low, high), up to a constant; the arguments of its logarithms are positive there.

    Raises `Inconclusive` where the integral is not made of logarithms and arcus tangents of real polynomials.
    """
    w = diffusion.variable
    drift, variance = rational(diffusion.drift, w), rational(diffusion.variance, w)
    total = -sp.Add(*(power * sp.log(factor) for factor, power in factors(variance, w)))
    for term in sp.Add.make_args(sp.apart(sp.cancel(2 * drift / variance), w)):
        total += term_integral(term, w)
    return sp.expand(positive_logs(total, w, low, high))


def factors(expr: sp.Expr, w: sp.Symbol) -> list[tuple[sp.Expr, int]]:
    numerator, denominator = (sp.factor_list(part, w)[1] for part in sp.fraction(sp.together(expr)))
    return [*numerator, *((factor, -power) for factor, power in denominator)]


def term_integral(term: sp.Expr, w: sp.Symbol) -> sp.Expr:
    """The integral of one partial fraction."""
    numerator, denominator = sp.fraction(sp.together(term))
    listed = sp.factor_list(denominator, w)[1] if w in denominator.free_symbols else []
    if not listed:
        return sp.integrate(sp.expand(term), w)
    ((factor, power),) = listed
    poly = sp.Poly(factor, w)
    if poly.degree() == 2 and power == 1:
        return over_quadratic(sp.Poly(numerator, w), sp.Poly(denominator, w), w)
    if poly.degree() > 2:
        raise Inconclusive(f"the integral of {term} is not known in closed form")
    found = sp.integrate(term, w)
    if found.has(sp.I, sp.RootSum, sp.Integral):
        raise Inconclusive(f"the integral of {term} is not known in closed form")
    return found


def over_quadratic(top: sp.Poly, bottom: sp.Poly, w: sp.Symbol) -> sp.Expr:
    """int (A w + B)/(c2 w^2 + c1 w + c0)."""
    c2, c1, c0 = (bottom.nth(k) for k in (2, 1, 0))
    a, b = top.nth(1), top.nth(0)
    rest = b - a * c1 / (2 * c2)
    discriminant = sp.factor(c1**2 - 4 * c2 * c0)
    sign = known_sign(discriminant)
    if sign is None:
        raise needs_values(discriminant, f"whether {bottom.as_expr()} has real zeros depends on them")
    found = a / (2 * c2) * sp.log(bottom.as_expr())
    root = sp.sqrt(sp.Abs(discriminant))
    if sign < 0:
        return found + 2 * rest / root * sp.atan((2 * c2 * w + c1) / root)
    low, high = ((-c1 + side * root / sp.sign(c2)) / (2 * c2) for side in (-1, 1))
    return found + rest / (c2 * (high - low)) * (sp.log(w - high) - sp.log(w - low))


def positive_logs(expr: sp.Expr, w: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr:
    """log(p) becomes log(-p) where the polynomial p is negative on (low, high): the derivative is the same."""
    table = {}
    for node in expr.atoms(sp.log):
        if w in node.args[0].free_symbols:
            sign = sign_between(node.args[0], w, low, high)
            if sign is None:
                raise needs_values(node.args[0], "the sign of a factor of the variance depends on them")
            table[node] = sp.log(sp.expand(sign * node.args[0]))
    return expr.xreplace(table)
