"""The monotone branches of an elementary function of one variable, with exact inverses and image intervals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import sympy as sp

from .branch import Branch, Y, composed, mapped, positive_side, reciprocal, scaled, shifted, split_at_zero
from .branch import NotInvertible as NotInvertible  # raised here: part of this module's interface
from .case_signs import Signs
from .cubic_branches import cubic
from .special_branches import linear_and_exponential, linear_fraction, linear_times_exponential, normalised


def branches(expr: sp.Expr, x: sp.Symbol, low: sp.Expr, high: sp.Expr, signs: Signs) -> list[Branch]:
    """The branches of `expr` on (low, high), in increasing order of x.

    Powers, exponentials, logarithms and tanh of a quantity, affine forms, cubics and compositions of polynomials,
    x + exp(x) and x exp(x), linear fractions and x/sqrt(x^2 + c), nested in any order. Raises `NotInvertible` for others,
    and `Undecided` where a sign is open.

    >>> x = sp.Symbol("x", real=True)
    >>> [(b.low, b.high, b.image, b.increasing) for b in branches(1 - x**2, x, -sp.oo, sp.oo, Signs())]
    [(-oo, 0, (-oo, 1), True), (0, oo, (-oo, 1), False)]
    """
    if expr == x:
        return [Branch(low, high, low, high, True, Y)]
    if expr.is_Add:
        return of_sum(expr, x, low, high, signs)
    if expr.is_Mul:
        factor, rest = expr.as_independent(x, as_Add=False)
        if factor == 1:
            return of_product(expr, x, low, high, signs)
        return scaled(branches(rest, x, low, high, signs), factor, signs)
    if expr.is_Pow and x not in expr.exp.free_symbols:
        return power(branches(expr.base, x, low, high, signs), expr.exp, signs, expr)
    if expr.is_Pow and x not in expr.base.free_symbols and expr.base != sp.E:
        return exponential(branches(expr.exp * sp.log(expr.base), x, low, high, signs))
    if type(expr) in OUTER:
        return OUTER[type(expr)](branches(expr.args[0], x, low, high, signs))
    if isinstance(expr, sp.log):
        return logarithm(branches(expr.args[0], x, low, high, signs), signs, expr)
    raise NotInvertible(expr)


def of_sum(expr: sp.Expr, x: sp.Symbol, low: sp.Expr, high: sp.Expr, signs: Signs) -> list[Branch]:
    if expr.is_polynomial(x):
        return of_polynomial(sp.Poly(expr, x), x, low, high, signs)
    constant, rest = expr.as_independent(x, as_Add=True)
    gathered = sp.factor_terms(rest) if rest.is_Add else rest
    if gathered.is_Add:
        return transcendental(expr, x, low, high, signs)
    return shifted(branches(gathered, x, low, high, signs), constant)


def of_product(expr: sp.Expr, x: sp.Symbol, low: sp.Expr, high: sp.Expr, signs: Signs) -> list[Branch]:
    """Products that are one power or one polynomial after all."""
    if expr.is_polynomial(x):
        return of_polynomial(sp.Poly(expr, x), x, low, high, signs)
    simpler = sp.powsimp(expr)
    if simpler.is_Mul:
        return transcendental(expr, x, low, high, signs)
    return branches(simpler, x, low, high, signs)


def transcendental(expr: sp.Expr, x: sp.Symbol, low: sp.Expr, high: sp.Expr, signs: Signs) -> list[Branch]:
    """What is neither a polynomial nor nested: forms with an own inverse, then functions of one subexpression."""
    for form in (linear_and_exponential, linear_times_exponential, linear_fraction, normalised):
        found = form(expr, x, low, high, signs)
        if found is not None:
            return found
    u = sp.Dummy("u", real=True)
    for node in sorted(expr.atoms(sp.Function, sp.Pow), key=sp.count_ops):
        outer = expr.subs(node, u)
        if isinstance(node, sp.log) and node.args[0].is_polynomial(x) and sp.degree(node.args[0], x) == 1:
            slope, constant = sp.Poly(node.args[0], x).all_coeffs()
            outer = sp.expand(outer.subs(x, (sp.exp(u) - constant) / slope))
        if x in node.free_symbols and node != expr and x not in outer.free_symbols:
            return nested(outer, u, branches(node, x, low, high, signs), signs)
    raise NotInvertible(expr)


def nested(outer: sp.Expr, u: sp.Symbol, inner: list[Branch], signs: Signs) -> list[Branch]:
    """A function of u, u with the branches `inner`."""
    return composed(inner, lambda low, high: branches(outer, u, low, high, signs))


def of_polynomial(poly: sp.Poly, x: sp.Symbol, low: sp.Expr, high: sp.Expr, signs: Signs) -> list[Branch]:
    """a (x - v)^n + c, cubics, compositions; a coefficient that is 0 in this case lowers the degree."""
    degree, lead = poly.degree(), poly.LC()
    if degree < 1:
        raise NotInvertible(poly.as_expr())
    if not signs.nonzero(lead):
        rest = poly - sp.Poly(lead * x**degree, x)
        return of_polynomial(rest, x, low, high, signs)
    if degree == 1:
        return shifted(scaled(branches(x, x, low, high, signs), lead, signs), poly.coeff_monomial(1))
    vertex = -poly.coeff_monomial(x ** (degree - 1)) / (degree * lead)
    constant = sp.factor_terms(sp.expand(poly.eval(vertex)))
    centred = shifted(branches(x, x, low, high, signs), -vertex)
    if sp.expand(poly.as_expr() - lead * (x - vertex) ** degree - constant) == 0:
        return shifted(scaled(power(centred, sp.Integer(degree), signs, poly.as_expr()), lead, signs), constant)
    if degree == 3:
        slope = sp.factor(sp.cancel(poly.diff().eval(vertex) / lead))
        if not signs.nonzero(slope):
            return shifted(scaled(power(centred, sp.Integer(3), signs, poly.as_expr()), lead, signs), constant)
        return shifted(scaled(composed(centred, lambda a, b: cubic(slope, a, b, signs)), lead, signs), constant)
    return of_composition(poly, x, low, high, signs)


def of_composition(poly: sp.Poly, x: sp.Symbol, low: sp.Expr, high: sp.Expr, signs: Signs) -> list[Branch]:
    """f(g(x)) for polynomials f and g of degree at least 2, such as every even polynomial."""
    outer, *inner = sp.decompose(poly.as_expr(), x)
    if not inner:
        raise NotInvertible(poly.as_expr())
    within = inner[-1]
    for one in reversed(inner[:-1]):
        within = one.subs(x, within)
    return nested(outer, x, branches(sp.expand(within), x, low, high, signs), signs)


def exponential(found: list[Branch]) -> list[Branch]:
    return mapped(found, sp.exp, sp.log(Y))


def logarithm(found: list[Branch], signs: Signs, expr: sp.Expr) -> list[Branch]:
    if any(signs.order(end) < 0 for b in found for end in b.image):
        raise NotInvertible(expr)
    return mapped(found, lambda u: -sp.oo if u == 0 else sp.log(u), sp.exp(Y))


OUTER: dict[type, Callable[[list[Branch]], list[Branch]]] = {
    sp.exp: exponential,
    sp.tanh: lambda found: mapped(found, sp.tanh, sp.log((1 + Y) / (1 - Y)) / 2),
    sp.sinh: lambda found: mapped(found, sp.sinh, sp.log(Y + sp.sqrt(Y**2 + 1))),
    sp.atan: lambda found: mapped(found, sp.atan, sp.tan(Y)),
}
"""Increasing functions of the whole line."""


def power(found: list[Branch], exponent: sp.Expr, signs: Signs, expr: sp.Expr) -> list[Branch]:
    """u^exponent: integer powers of any u, others of u >= 0."""
    if exponent.is_Integer:
        if exponent < 0:
            found = reciprocal(split_at_zero(found, signs), signs)
            exponent = -exponent
        if exponent == 1:
            return found
        return [signed_power(b, exponent, signs) for b in split_at_zero(found, signs)]
    if any(signs.order(end) < 0 for b in found for end in b.image):
        raise NotInvertible(expr)
    side = signs.strict(exponent)
    if side == 0:
        raise NotInvertible(expr)
    if side < 0:
        found, exponent = reciprocal(found, signs), -exponent
    return mapped(found, lambda u: sp.oo if u == sp.oo else u**exponent, Y ** (1 / exponent))


def signed_power(branch: Branch, exponent: sp.Expr, signs: Signs) -> Branch:
    """u^n, n a natural number, on a branch where u keeps its sign: u = side |u|."""
    side = positive_side(branch, signs)
    parity = side if exponent.is_odd else 1
    return replace(
        branch,
        start=branch.start**exponent,
        end=branch.end**exponent,
        increasing=branch.increasing if exponent.is_odd else branch.increasing == (side > 0),
        inverse=branch.at(side * (parity * Y) ** (1 / exponent)),
    )
