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
    known = [(e, rest) for e in laws if on_the_line(laws[e]) and (rest := residual(values, e, laws)) is not None]
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


def residual(values: Values, e: sp.Symbol, laws: Laws) -> sp.Expr | None:
    """The factor, of degree 1 in e with a certain coefficient, that everything drawn has; None where there is none."""
    common: set[sp.Expr] | None = None
    for value in values:
        if not value.is_polynomial(*laws):
            return None
        drawn = value - sp.Poly(value, *laws).coeff_monomial(1)
        own = {factor for factor, _ in sp.factor_list(sp.expand(drawn), *laws)[1] if is_residual(factor, e, laws)}
        common = own if common is None else common & own
    return next(iter(common), None) if common else None


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
    if len(others) != len(values) or not signs.nonzero(slope):
        return None
    if not all(isinstance(law.support, Interval) for law in others.values()):
        return None
    (inner,) = in_order_of_preference(others, len(values))
    parts = affine_in(tuple(sp.expand(value.xreplace({e: noise})) for value in values), inner)
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
    closed = bessel_integral(integrand, r)
    return closed if closed is not None else over_line(integrand, r, OfLaw(laws[e]), size)


def over_line(integrand: sp.Expr, r: sp.Symbol, line: OfLaw, size: sp.Expr) -> sp.Expr:
    """The integral over all r, cut at 0 where the determinant vanishes."""
    return sp.Add(*(sp.Integral(integrand, (r, low, high)) for low, high in without_zero(line, size.subs(r, 0) == 0)))
