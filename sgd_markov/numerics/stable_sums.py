"""Several independent variables that enter through one affine form, as one variable with a law of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import sympy as sp

from ..laws.law import Law

if TYPE_CHECKING:
    from ..laws.gamma import Gamma


def one_variable(
    factor: sp.Expr, drawn: list[sp.Symbol], laws: Mapping[sp.Symbol, Law]
) -> tuple[sp.Expr, sp.Expr, Law] | None:
    """(shift, 1, law of the rest) for an affine combination of independent variables of one stable family, or None."""
    if not all(factor.is_polynomial(s) for s in drawn):
        return None
    poly = sp.Poly(factor, *drawn)
    if poly.total_degree() != 1:
        return None
    coefficients = [poly.coeff_monomial(symbol) for symbol in drawn]
    law = laws[drawn[0]].affine(sp.Integer(0), coefficients[0])
    for symbol, coefficient in zip(drawn[1:], coefficients[1:], strict=True):
        other = laws[symbol].affine(sp.Integer(0), coefficient)
        if law is None or other is None:
            return None
        law = sum_law(law, other)
    return None if law is None else (poly.coeff_monomial(1), sp.Integer(1), law)


def sum_law(first: Law, second: Law) -> Law | None:
    """The law of a sum of independent variables that stay in one stable family.

    >>> from sgd_markov.laws.normal import Normal
    >>> sum_law(Normal(1, 3), Normal(0, 4))
    Normal(mean=1, std=5)
    """
    from ..laws.cauchy import Cauchy
    from ..laws.normal import Normal

    if isinstance(first, Normal) and isinstance(second, Normal):
        return Normal(first.mean + second.mean, sp.sqrt(first.std**2 + second.std**2))
    if isinstance(first, Cauchy) and isinstance(second, Cauchy):
        return Cauchy(first.loc + second.loc, first.scale + second.scale)
    return gamma_sum(first, second)


def gamma_sum(first: Law, second: Law) -> Law | None:
    """Gamma laws of one scale: the shapes add."""
    from ..laws.gamma import Gamma

    one, other = as_gamma(first), as_gamma(second)
    if one is None or other is None or sp.expand(one.scale - other.scale) != 0:
        return None
    return Gamma(one.shape + other.shape, one.scale)


def as_gamma(law: Law) -> Gamma | None:
    from ..laws.chi_square import ChiSquare
    from ..laws.exponential import Exponential
    from ..laws.gamma import Gamma

    if isinstance(law, Exponential):
        return Gamma(sp.Integer(1), law.mean)
    if isinstance(law, ChiSquare):
        return law.as_gamma
    return law if isinstance(law, Gamma) else None


def reduced(expr: sp.Expr, laws: Mapping[sp.Symbol, Law]) -> tuple[sp.Expr, sp.Symbol, Law] | None:
    """(expression in one new variable, that variable, its law), where all variables enter through one affine form.

    The form is a sum of coefficient * variable inside the expression; its law has to be of one family.
    """
    drawn = [symbol for symbol in laws if symbol in expr.free_symbols]
    for node in affine_forms(expr, drawn):
        variable = sp.Dummy("u", real=True)
        poly = sp.Poly(node, *drawn)
        common = sp.gcd_terms(sp.Add(*(poly.coeff_monomial(s) * s for s in drawn)))
        factor, form = common.as_independent(*drawn, as_Add=False)
        rest = expr.xreplace({node: poly.coeff_monomial(1) + factor * variable})
        found = None if set(drawn) & rest.free_symbols else one_variable(sp.expand(form), drawn, laws)
        if found is not None:
            return rest, variable, found[2]
    return None


def affine_forms(expr: sp.Expr, drawn: list[sp.Symbol]) -> list[sp.Expr]:
    """Subexpressions that hold every drawn variable and are affine in them."""
    expanded = [expr] if expr.is_Add or not expr.is_polynomial(*drawn) else [sp.expand(expr)]
    nodes = [node for e in expanded for node in sp.preorder_traversal(e) if isinstance(node, sp.Expr)]
    return [
        node
        for node in nodes
        if set(drawn) <= node.free_symbols and node.is_polynomial(*drawn) and sp.Poly(node, *drawn).total_degree() == 1
    ]
