"""The density of values that are affine in as many variables, given the others, as an integral over the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, product

import sympy as sp

from ..balls.adaptive import proved_sign
from ..laws.law import Law
from ..laws.normal import Normal
from ..laws.support import Interval
from .case_signs import Signs
from .measures import Density
from .smooth_pieces import innermost_kink
from .spread import OfLaw

Values = tuple[sp.Expr, ...]
Laws = Mapping[sp.Symbol, Law]


def conditional_density(values: Values, laws: Laws, targets: tuple[sp.Symbol, ...], signs: Signs) -> sp.Expr | None:
    """int p(x) q(B(x)^(-1) (t - A(x))) / |det B(x)| dx for values A(x) + B(x) z, x and z independent; else None.

    x and z stand for one or more variables; as many z as values, possibly no x. Hypothesis, checked: det B(x) is 0 on a
    set of x of measure 0 only. The integral runs over the support of x; it may be 0 in a part of the space.

    >>> from sgd_markov.laws.uniform import Uniform
    >>> x, z, t = sp.symbols("x z t", real=True)
    >>> conditional_density((x * z,), {x: Uniform(1, 2), z: Normal(0, 1)}, (t,), Signs()).subs(t, 0).doit()
    sqrt(2)*log(2)/(2*sqrt(pi))
    """
    if not all(isinstance(law.support, Interval) for law in laws.values()):
        return None
    for inner in in_order_of_preference(laws, len(values)):
        found = given_the_others(values, inner, laws, targets, signs)
        if found is not None:
            return found
    return None


def in_order_of_preference(laws: Laws, count: int) -> Iterator[tuple[sp.Symbol, ...]]:
    """The variables to integrate out by their density: normal ones first, then those on the whole line."""
    yield from combinations(sorted(laws, key=lambda symbol: preference(laws[symbol])), count)


def preference(law: Law) -> tuple[bool, bool]:
    support = law.support
    assert isinstance(support, Interval)
    return not isinstance(law, Normal), (support.low, support.high) != (-sp.oo, sp.oo)


def given_the_others(
    values: Values, inner: tuple[sp.Symbol, ...], laws: Laws, targets: tuple[sp.Symbol, ...], signs: Signs
) -> sp.Expr | None:
    parts = affine_in(values, inner)
    outer = [symbol for symbol in laws if symbol not in inner]
    if parts is None:
        return None
    shift, factor = parts
    size = sp.factor_terms(sp.factor(factor.det(method="berkowitz")))
    if not nonzero_almost_everywhere(size, outer, signs):
        return None
    solved = factor.inv(method="ADJ") * (sp.Matrix(targets) - shift)
    own = [piece_of(laws[z], z).xreplace({z: sp.factor_terms(value)}) for z, value in zip(inner, solved, strict=True)]
    integrand = sp.Mul(*own) / sp.Abs(size)
    integrand = sp.Mul(*(OfLaw(laws[x]).density(x) for x in outer), integrand)
    dummies = {x: sp.Dummy(str(x), real=True) for x in outer}
    ranges = [[(dummies[x], *ends) for ends in without_zero(OfLaw(laws[x]), size.subs(x, 0) == 0)] for x in outer]
    return sp.Add(*(sp.Integral(integrand.xreplace(dummies), *chosen) if chosen else integrand for chosen in product(*ranges)))


def without_zero(spread: OfLaw, singular: bool) -> list[tuple[sp.Expr, sp.Expr]]:
    """The range of a variable, cut at 0 where the integrand is singular there: quadratures have nodes in the middle."""
    if singular and spread.low.is_extended_negative and spread.high.is_extended_positive:
        return [(spread.low, sp.Integer(0)), (sp.Integer(0), spread.high)]
    return [(spread.low, spread.high)]


def piece_of(law: Law, z: sp.Symbol) -> sp.Expr:
    """The density of a law, 0 outside its support."""
    spread = OfLaw(law)
    return Density(spread.low, spread.high, spread.density(z)).everywhere(z)


def affine_in(values: Values, inner: tuple[sp.Symbol, ...]) -> tuple[sp.Matrix, sp.Matrix] | None:
    """(A, B) with values = A + B inner; None where they are not affine."""
    if not all(value.is_polynomial(*inner) for value in values):
        return None
    polys = [sp.Poly(value, *inner) for value in values]
    if any(poly.total_degree() > 1 for poly in polys):
        return None
    shift = sp.Matrix([sp.factor_terms(poly.coeff_monomial(1)) for poly in polys])
    return shift, sp.Matrix([[sp.factor_terms(poly.coeff_monomial(z)) for z in inner] for poly in polys])


def nonzero_almost_everywhere(factor: sp.Expr, outer: list[sp.Symbol], signs: Signs) -> bool:
    """Is a factor without kinks proved not to vanish identically in the variables, which have a density?

    Then its zeros have measure 0: it is a polynomial, or analytic in one variable.
    """
    if any(innermost_kink(factor, x) is not None for x in outer):
        return False
    constant, rest = factor.as_independent(*outer, as_Add=False)
    if not signs.nonzero(constant):
        return False
    if rest.is_polynomial(*outer):
        return rest == 1 or signs.nonzero(sp.Poly(rest, *outer).LC())
    # analytic: not 0 at one point is enough
    (x, *more) = outer
    return not more and rest.free_symbols == {x} and any(proved_sign(rest.subs(x, sp.Rational(k, 7))) for k in (1, 3, 10))
