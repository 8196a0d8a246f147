"""Integrals of polynomial times exponential of a quadratic, in closed form, each proved when it is made.

The antiderivative is found by integration by parts and then differentiated again: its derivative over the exponential
is compared with the polynomial, which is algebra.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

import sympy as sp

from .case_signs import Signs

LONG = 50
"""Operations of an expression that is not factored any more."""


class NotGaussian(Exception):
    """The integrand is not a sum of polynomials times exponentials of quadratics that decay where they have to."""


class Decaying(sp.Function):  # type: ignore[misc]  # sympy is untyped
    """erfc, kept from sympy's own rules for its arguments while terms are collected."""

    nargs = 1
    is_extended_real = True

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        return -2 * sp.exp(-(self.args[0] ** 2)) / sp.sqrt(sp.pi)


@dataclass(frozen=True)
class Term:
    """polynomial(x) exp(exponent(x)), the exponent of degree at most 2 in x; times `error`, an erf or erfc, or 1."""

    polynomial: sp.Expr
    exponent: sp.Expr
    error: sp.Expr = sp.S.One
    squares: tuple[sp.Expr, ...] = field(default=(), compare=False, repr=False)
    """The coefficients of x^2 whose sum is that of the exponent: one for each exponential that was multiplied."""


def terms_of(expr: sp.Expr, x: sp.Symbol) -> list[Term]:
    """The expression as a sum of such terms. Raises `NotGaussian`.

    >>> x, t = sp.symbols("x t", real=True)
    >>> terms_of(x * sp.exp(-(x**2)) * sp.exp(t - x), x)
    [Term(polynomial=x, exponent=t - x**2 - x, error=1)]
    """
    return [term_of(one, x) for part in sp.Add.make_args(expr) for one in multiplied_out(part, x)]


def multiplied_out(expr: sp.Expr, x: sp.Symbol) -> Iterator[sp.Expr]:
    """The products of a product of sums; sympy's own expansion would multiply out denominators as well."""
    factors = sp.Mul.make_args(expr)
    sums = [(f,) if f.is_polynomial(x) else sp.Add.make_args(f) for f in factors]
    return (sp.Mul(*chosen) for chosen in product(*sums))


def term_of(part: sp.Expr, x: sp.Symbol) -> Term:
    exponents, rest, error = list[sp.Expr](), sp.Integer(1), sp.Integer(1)
    for factor in sp.Mul.make_args(part):
        if isinstance(factor, sp.exp) and x in factor.free_symbols:
            exponents.append(factor.args[0])
        elif isinstance(factor, sp.erf | sp.erfc | Decaying) and x in factor.free_symbols and error == 1:
            error = factor
        else:
            rest *= factor
    exponent = sp.expand(sp.Add(*exponents))
    if not rest.is_polynomial(x) or not exponent.is_polynomial(x) or sp.degree(exponent, x) > 2:
        raise NotGaussian(part)
    return Term(rest, exponent, error, tuple(tidy(sp.diff(one, x, 2) / 2) for one in exponents))


def integral(expr: sp.Expr, x: sp.Symbol, low: sp.Expr, high: sp.Expr, signs: Signs) -> sp.Expr:
    """The integral of `expr` over low < x < high, ends that may be infinite and may hold other symbols.

    Raises `NotGaussian` where the terms are others, `Undecided` where a coefficient may or may not be 0.

    >>> x, t = sp.symbols("x t", real=True)
    >>> integral(sp.exp(-x), x, t, sp.oo, Signs()), integral(sp.exp(-(x**2)), x, t, sp.oo, Signs())
    (exp(-t), sqrt(pi)*erfc(t)/2)
    """
    for end, side in ((high, 1), (low, -1)):
        if end in (sp.oo, -sp.oo) and expr.has(sp.erf, sp.erfc):
            expr = with_decaying_errors(expr, x, side, signs)
    total = sp.Add(*(of_term(term, x, low, high, signs) for term in terms_of(expr, x)))
    return total.replace(Decaying, sp.erfc) if total.has(Decaying) else total


def with_decaying_errors(expr: sp.Expr, x: sp.Symbol, side: int, signs: Signs) -> sp.Expr:
    """erf and erfc by the erfc that goes to 0 towards the infinite end of that side; what is left without one cancels."""
    table = {}
    for node in expr.atoms(sp.erf, sp.erfc):
        argument = node.args[0]
        if x in node.free_symbols and argument.is_polynomial(x) and sp.degree(argument, x) == 1:
            rising = signs.strict(side * sp.Poly(argument, x).LC())
            small = Decaying(rising * argument)
            table[node] = rising * (1 - small) if isinstance(node, sp.erf) else 1 - rising * (1 - small)
    parts = [one for part in sp.Add.make_args(expr.xreplace(table)) for one in multiplied_out(part, x)]
    plain = [part for part in parts if not part.has(Decaying)]
    kept = [part for part in parts if part.has(Decaying)]
    return sp.Add(sp.expand(sp.Add(*plain)), *kept)


def of_term(term: Term, x: sp.Symbol, low: sp.Expr, high: sp.Expr, signs: Signs) -> sp.Expr:
    poly = sp.Poly(term.exponent, x)
    square, slope = (tidy(poly.coeff_monomial(x**degree)) for degree in (2, 1))
    if evidently_negative(term.squares, signs) or signs.nonzero(square):
        if term.error != 1:
            raise NotGaussian(term.error)
        return of_gaussian(term, x, square, slope, low, high, signs)
    rest = term.exponent - square * x**2
    if signs.nonzero(slope):
        if term.error == 1:
            require_decay(slope, low, high, signs)
        primitive = by_parts(term.polynomial, x, slope)
        require_equal(sp.diff(primitive, x) + slope * primitive, term.polynomial)
    elif term.error == 1 and {low, high} & {sp.oo, -sp.oo}:
        raise NotGaussian(term.polynomial)
    else:
        primitive, rest = sp.Poly(term.polynomial, x).integrate().as_expr(), rest - slope * x
        require_equal(sp.diff(primitive, x), term.polynomial)
    upper, lower = (at_end(primitive * sp.exp(rest) * term.error, x, end) for end in (high, low))
    if term.error == 1:
        return upper - lower
    if not decays(primitive, term.error, x, low, high, signs):
        raise NotGaussian(term.error)
    remaining = primitive * sp.exp(rest) * sp.diff(term.error, x)
    return upper - lower - integral(remaining, x, low, high, signs)


def require_decay(slope: sp.Expr, low: sp.Expr, high: sp.Expr, signs: Signs) -> None:
    """exp(slope x) has to go to 0 at the infinite ends."""
    for end, side in ((high, 1), (low, -1)):
        if end in (sp.oo, -sp.oo) and signs.strict(side * slope) >= 0:
            raise NotGaussian(sp.exp(slope))


def decays(primitive: sp.Expr, error: sp.Expr, x: sp.Symbol, low: sp.Expr, high: sp.Expr, signs: Signs) -> bool:
    """Does primitive * exp * error go to 0 at the infinite ends? Known for erfc where its argument goes to oo, if it is
    linear; elsewhere by parts is not used up to infinity."""
    argument = error.args[0]
    if not argument.is_polynomial(x) or sp.degree(argument, x) != 1:
        return False
    sides = [side for end, side in ((high, 1), (low, -1)) if end in (sp.oo, -sp.oo)]
    rising = sp.Poly(argument, x).LC()
    return not sides or (
        isinstance(error, sp.erfc | Decaying) and all(signs.strict(side * rising) > 0 for side in sides)
    )


def evidently_negative(parts: tuple[sp.Expr, ...], signs: Signs) -> bool:
    """Is no part positive and one negative? The sum alone need not show it."""
    known = [signs.possible(part) for part in parts]
    return all(1 not in possible for possible in known) and {-1} in known


def tidy(coefficient: sp.Expr) -> sp.Expr:
    """Factored; a long one is cancelled only, as factors of many symbols take minutes."""
    together = sp.together(coefficient)
    return sp.factor(together) if together.count_ops() < LONG else sp.factor_terms(sp.cancel(together))


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
    """square < 0: with u = r (x - centre), r = sqrt(-square), the exponent is peak - u^2 (the square completed)."""
    if not evidently_negative(term.squares, signs) and signs.strict(square) > 0:
        raise NotGaussian(term.exponent)
    rate = sp.sqrt(-square)
    centre = tidy(-slope / (2 * square))
    constant = term.exponent.xreplace({x: sp.Integer(0)})
    peak = tidy(constant - slope**2 / (4 * square))
    u = sp.Dummy("u", real=True)
    polynomial = sp.Poly(sp.expand(term.polynomial.subs(x, centre + u / rate) / rate), u)
    level, tail = primitive_with_gauss(polynomial, u)
    require_equal(level + sp.diff(tail, u) - 2 * u * tail, polynomial.as_expr())
    places = [place if place in (sp.oo, -sp.oo) else tidy(rate * (place - centre)) for place in (low, high)]
    body = level * sp.sqrt(sp.pi) / 2 * sp.exp(peak) * erf_between(*places)
    ends = zip((high, low), reversed(places), (1, -1), strict=True)
    edges = (
        side * at_end(tail, u, place) * at_end(sp.exp(tidy(term.exponent.xreplace({x: end}))), x, end)
        for end, place, side in ends
    )
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
    if difference != 0 and sp.cancel(sp.together(difference)) != 0:
        raise NotGaussian(difference)
