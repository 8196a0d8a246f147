"""The joint density of c + r Q(x): gradients of squared losses, the residual r = L(x) + e times functions of x."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from ..laws.law import Law
from ..laws.support import Interval
from .bessel_integral import bessel_integral
from .case_signs import Signs
from .conditional_density import affine_in, in_order_of_preference, nonzero_almost_everywhere, piece_of, without_zero
from .spread import OfLaw

Values = tuple[sp.Expr, ...]
Laws = Mapping[sp.Symbol, Law]


def residual_density(values: Values, laws: Laws, targets: tuple[sp.Symbol, ...], signs: Signs) -> sp.Expr | None:
    """The density of values that are affine in as many variables x, given a residual r = L(x) + e; None for others.

    With r in place of e, a change of variables of Jacobian 1, it is the integral of p(x) q(r - L(x)) / |det B(r)| over r,
    x = B(r)^(-1) (t - A). Hypotheses, checked: the coefficient of e, by which the residual is divided, is certain and not
    0, e is on the whole line, det B is not 0 for almost all r. One integral is left; for normal variables of mean 0 it is
    a Bessel function.
    """
    known = [(e, rest) for e in laws if on_the_line(laws[e]) for rest in residuals(values, e, laws)]
    for e, rest in sorted(known, key=lambda pair: preference(values, *pair)):
        found = given_residual(values, e, rest, laws, targets, signs)
        if found is not None:
            return found
    return None


def preference(values: Values, e: sp.Symbol, rest: sp.Expr) -> tuple[bool, bool]:
    """First what enters the residual alone, with a coefficient that is not 0 in any case."""
    elsewhere = any(sp.degree(value, e) > 1 for value in values)
    return elsewhere, sp.Poly(rest, e).LC().is_nonzero is not True


def on_the_line(law: Law) -> bool:
    support = law.support
    return isinstance(support, Interval) and (support.low, support.high) == (-sp.oo, sp.oo)


def residuals(values: Values, e: sp.Symbol, laws: Laws) -> list[sp.Expr]:
    """Factors, of degree 1 in e with a certain coefficient, of what is drawn in one of the values."""
    if not all(value.is_polynomial(*laws) for value in values):
        return []
    drawn = [sp.expand(value - sp.Poly(value, *laws).coeff_monomial(1)) for value in values]
    found = (factor for part in drawn if part != 0 for factor, _ in sp.factor_list(part, *laws)[1])
    return [factor for factor in dict.fromkeys(found) if is_residual(factor, e, laws)]


def is_residual(factor: sp.Expr, e: sp.Symbol, laws: Laws) -> bool:
    poly = sp.Poly(factor, e)
    return poly.degree() == 1 and not poly.LC().free_symbols & set(laws) and factor != e


def given_residual(
    values: Values, e: sp.Symbol, rest: sp.Expr, laws: Laws, targets: tuple[sp.Symbol, ...], signs: Signs
) -> sp.Expr | None:
    r = sp.Dummy("r", real=True)
    slope = sp.Poly(rest, e).LC()
    noise = r - sp.expand((rest - slope * e) / slope)
    others = {symbol: law for symbol, law in laws.items() if symbol != e}
    if not signs.nonzero(slope) or not all(isinstance(law.support, Interval) for law in others.values()):
        return None
    given = [sp.expand(value.xreplace({e: noise})) for value in values]
    fixing = None if len(others) == len(values) else fixed_by_coordinate(given, r, others, targets, signs)
    if fixing is not None:
        place, known, jacobian = fixing
        given, targets = [*given[:place], *given[place + 1 :]], (*targets[:place], *targets[place + 1 :])
    if len(others) != len(given):
        return None
    (inner,) = in_order_of_preference(others, len(given))
    parts = affine_in(tuple(given), inner)
    if parts is None:
        return None
    shift, factor = parts
    size = sp.factor_terms(sp.factor(factor.det(method="berkowitz")))
    if not nonzero_almost_everywhere(size, [r], signs):
        return None
    solved = factor.inv(method="ADJ") * (sp.Matrix(targets) - shift)
    table = dict(zip(inner, (sp.factor(value) for value in solved), strict=True))
    densities = [piece_of(laws[x], x).xreplace({x: table[x]}) for x in inner]
    own = piece_of(laws[e], e).xreplace({e: noise.xreplace(table)})
    integrand = sp.Mul(*densities, own) / sp.Abs(size)
    if fixing is not None:
        return integrand.xreplace({r: known}) / sp.Abs(jacobian)
    closed = bessel_integral(integrand, r)
    return closed if closed is not None else over_line(integrand, r, OfLaw(laws[e]), size)


def fixed_by_coordinate(
    given: list[sp.Expr], r: sp.Symbol, others: Laws, targets: tuple[sp.Symbol, ...], signs: Signs
) -> tuple[int, sp.Expr, sp.Expr] | None:
    """(place, r as an expression in its target, its slope) for a coordinate that is affine in r alone: an intercept."""
    for place, value in enumerate(given):
        if value.free_symbols & set(others) or not value.is_polynomial(r) or sp.degree(value, r) != 1:
            continue
        slope, constant = sp.Poly(value, r).all_coeffs()
        if signs.nonzero(slope):
            return place, sp.factor((targets[place] - constant) / slope), slope
    return None


def over_line(integrand: sp.Expr, r: sp.Symbol, line: OfLaw, size: sp.Expr) -> sp.Expr:
    """The integral over all r, cut at 0 where the determinant vanishes."""
    return sp.Add(*(sp.Integral(integrand, (r, low, high)) for low, high in without_zero(line, size.subs(r, 0) == 0)))
