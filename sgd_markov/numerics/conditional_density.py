"""The density of A(x) + B(x) z, x and z independent, as an integral over x: what is left where no closed form is known."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from ..balls.adaptive import proved_sign
from ..laws.law import Law
from ..laws.normal import Normal
from ..laws.support import Interval
from .case_signs import Signs
from .measures import Density, Measure
from .smooth_pieces import innermost_kink
from .spread import OfLaw


def conditional_density(
    value: sp.Expr, laws: Mapping[sp.Symbol, Law], target: sp.Symbol, signs: Signs
) -> Measure | None:
    """int p(x) q((t - A(x))/B(x)) / |B(x)| dx for a value that is affine in one of two variables; else None.

    Hypothesis, checked: B is 0 on a set of x of measure 0 only. The integral runs over the support of x; its value may
    be 0 in a part of the interval that the density names as its support.

    >>> from sgd_markov.laws.uniform import Uniform
    >>> x, z, t = sp.symbols("x z t", real=True)
    >>> conditional_density(x * z, {x: Uniform(1, 2), z: Normal(0, 1)}, t, Signs()).densities[0].low
    -oo
    """
    if len(laws) != 2 or not all(isinstance(law.support, Interval) for law in laws.values()):
        return None
    for inner in sorted(laws, key=lambda s: preference(laws[s])):
        (outer,) = set(laws) - {inner}
        found = given_the_other(value, inner, outer, laws, target, signs)
        if found is not None:
            return Measure(densities=(found,))
    return None


def preference(law: Law) -> tuple[bool, bool]:
    """The variable to integrate out by its density: normal first, then laws on the whole line."""
    support = law.support
    assert isinstance(support, Interval)
    return not isinstance(law, Normal), (support.low, support.high) != (-sp.oo, sp.oo)


def given_the_other(
    value: sp.Expr, z: sp.Symbol, x: sp.Symbol, laws: Mapping[sp.Symbol, Law], target: sp.Symbol, signs: Signs
) -> Density | None:
    if not value.is_polynomial(z):
        return None
    poly = sp.Poly(value, z)
    if poly.degree() != 1 or not nonzero_almost_everywhere(poly.LC(), x, signs):
        return None
    shift, factor = sp.factor_terms(poly.coeff_monomial(1)), sp.factor_terms(poly.LC())
    inner, outer = OfLaw(laws[z]), OfLaw(laws[x])
    argument = (target - shift) / factor
    own = Density(inner.low, inner.high, inner.density(z)).everywhere(z).xreplace({z: argument})
    integrand = outer.density(x) * own / sp.Abs(factor)
    dummy = sp.Dummy(str(x), real=True)
    formula = sp.Integral(integrand.xreplace({x: dummy}), (dummy, outer.low, outer.high))
    return Density(-sp.oo, sp.oo, formula)


def nonzero_almost_everywhere(factor: sp.Expr, x: sp.Symbol, signs: Signs) -> bool:
    """Is a factor without kinks proved not to vanish identically in x?"""
    if innermost_kink(factor, x) is not None:
        return False
    constant, rest = sp.factor(factor).as_independent(x, as_Add=False)
    if not signs.nonzero(constant):
        return False
    if rest.is_polynomial(x):
        return signs.nonzero(sp.Poly(rest, x).LC())
    # analytic: not 0 at one point is enough
    return rest.free_symbols == {x} and any(proved_sign(rest.subs(x, sp.Rational(k, 7))) for k in (1, 3, 10))
