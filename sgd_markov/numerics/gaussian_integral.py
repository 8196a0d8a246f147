"""Integrals of polynomial times exponential of a quadratic, in closed form, each proved when it is made.

The antiderivative is found by integration by parts and then differentiated again: its derivative over the exponential
is compared with the polynomial, which is algebra.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from .case_signs import Signs


class NotGaussian(Exception):
    """The integrand is not a sum of polynomials times exponentials of quadratics that decay where they have to."""


@dataclass(frozen=True)
class Term:
    """polynomial(x) exp(exponent(x)), the exponent of degree at most 2 in x."""

    polynomial: sp.Expr
    exponent: sp.Expr


def terms_of(expr: sp.Expr, x: sp.Symbol) -> list[Term]:
    """The expression as a sum of such terms. Raises `NotGaussian`.

    >>> x, t = sp.symbols("x t", real=True)
    >>> terms_of(x * sp.exp(-(x**2)) * sp.exp(t - x), x)
    [Term(polynomial=x, exponent=t - x**2 - x)]
    """
    return [term_of(part, x) for part in sp.Add.make_args(sp.expand_mul(expr, deep=False))]


def term_of(product: sp.Expr, x: sp.Symbol) -> Term:
    exponent, rest = sp.Integer(0), sp.Integer(1)
    for factor in sp.Mul.make_args(product):
        if isinstance(factor, sp.exp) and x in factor.free_symbols:
            exponent += factor.args[0]
        else:
            rest *= factor
    exponent = sp.expand(exponent)
    if not rest.is_polynomial(x) or not exponent.is_polynomial(x) or sp.degree(exponent, x) > 2:
        raise NotGaussian(product)
    return Term(rest, exponent)


def integral(expr: sp.Expr, x: sp.Symbol, low: sp.Expr, high: sp.Expr, signs: Signs) -> sp.Expr:
    """The integral of `expr` over low < x < high, ends that may be infinite and may hold other symbols.

    Raises `NotGaussian` where the terms are others, `Undecided` where a coefficient may or may not be 0.

    >>> x, t = sp.symbols("x t", real=True)
    >>> integral(sp.exp(-x), x, t, sp.oo, Signs()), integral(sp.exp(-(x**2)), x, t, sp.oo, Signs())
    (exp(-t), sqrt(pi)*erfc(t)/2)
    """
    return sp.Add(*(of_term(term, x, low, high, signs) for term in terms_of(expr, x)))


def of_term(term: Term, x: sp.Symbol, low: sp.Expr, high: sp.Expr, signs: Signs) -> sp.Expr:
    poly = sp.Poly(term.exponent, x)
    square, slope = (tidy(poly.coeff_monomial(x**degree)) for degree in (2, 1))
    if signs.nonzero(square):
        return of_gaussian(term, x, square, slope, low, high, signs)
    if signs.nonzero(slope):
        primitive = by_parts(term.polynomial, x, slope)
        require_equal(sp.diff(primitive, x) + slope * primitive, term.polynomial)
    elif {low, high} & {sp.oo, -sp.oo}:
        raise NotGaussian(term.polynomial)
    else:
        primitive = sp.Poly(term.polynomial, x).integrate().as_expr()
        require_equal(sp.diff(primitive, x), term.polynomial)
    rest = term.exponent - square * x**2 - (0 if signs.nonzero(slope) else slope * x)
    upper, lower = (at_end(primitive * sp.exp(rest), x, end) for end in (high, low))
    return upper - lower


def tidy(coefficient: sp.Expr) -> sp.Expr:
    return sp.factor(sp.together(coefficient))


def at_end(primitive: sp.Expr, x: sp.Symbol, end: sp.Expr) -> sp.Expr:
    """The value at an end; 0 at an infinite one, where the integrand decays."""
    if end in (sp.oo, -sp.oo):
        return sp.Integer(0)
    return primitive.xreplace({x: end})


def by_parts(polynomial: sp.Expr, x: sp.Symbol, slope: sp.Expr) -> sp.Expr:
    """A with (A exp(slope x))' = P exp(slope x): the sum of (-1)^k P^(k)/slope^(k + 1)."""
    result, derivative, k = sp.Integer(0), polynomial, 0
    while derivative != 0:
        result += (-1) ** k * derivative / slope ** (k + 1)
        derivative, k = sp.diff(derivative, x), k + 1
    return result


def of_gaussian(
    term: Term, x: sp.Symbol, square: sp.Expr, slope: sp.Expr, low: sp.Expr, high: sp.Expr, signs: Signs
) -> sp.Expr:
    """square < 0: with u = r (x - centre), r = sqrt(-square), the exponent is peak - u^2."""
    if signs.strict(square) > 0:
        raise NotGaussian(term.exponent)
    rate = sp.sqrt(-square)
    centre = tidy(-slope / (2 * square))
    constant = term.exponent.xreplace({x: sp.Integer(0)})
    peak = tidy(constant - slope**2 / (4 * square))
    require_equal(peak - rate**2 * (x - centre) ** 2, term.exponent)
    u = sp.Dummy("u", real=True)
    polynomial = sp.Poly(sp.expand(term.polynomial.subs(x, centre + u / rate) / rate), u)
    level, tail = primitive_with_gauss(polynomial, u)
    require_equal(level + sp.diff(tail, u) - 2 * u * tail, polynomial.as_expr())
    places = [place if place in (sp.oo, -sp.oo) else tidy(rate * (place - centre)) for place in (low, high)]
    body = level * sp.sqrt(sp.pi) / 2 * sp.exp(peak) * erf_between(*places)
    ends = zip((high, low), reversed(places), (1, -1), strict=True)
    edges = (side * at_end(tail, u, place) * at_end(sp.exp(tidy(term.exponent.xreplace({x: end}))), x, end) for end, place, side in ends)
    return body + sp.Add(*edges)


def primitive_with_gauss(polynomial: sp.Poly, u: sp.Symbol) -> tuple[sp.Expr, sp.Expr]:
    """(c, T) with P exp(-u^2) = (T exp(-u^2))' + c exp(-u^2): the degree goes down by 2 with every step."""
    tail, rest = sp.Integer(0), polynomial
    while rest.degree() > 0:
        degree, lead = rest.degree(), rest.LC()
        step = -lead * u ** (degree - 1) / 2
        tail += step
        rest = sp.Poly(sp.expand(rest.as_expr() - sp.diff(step, u) + 2 * u * step), u)
    return rest.as_expr(), tail


def erf_between(low: sp.Expr, high: sp.Expr) -> sp.Expr:
    """erf(high) - erf(low), without cancellation towards infinity."""
    if low == -sp.oo:
        return sp.Integer(2) if high == sp.oo else sp.erfc(-high)
    return sp.erfc(low) if high == sp.oo else sp.erf(high) - sp.erf(low)


def require_equal(left: sp.Expr, right: sp.Expr) -> None:
    """Refuse a primitive that is not one."""
    difference = sp.expand(left - right)
    if difference != 0 and sp.cancel(sp.together(difference)) != 0 and sp.simplify(difference) != 0:
        raise NotGaussian(difference)
