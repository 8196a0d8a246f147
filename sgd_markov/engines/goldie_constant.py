"""The constants of the two tails of w = M w + B: C = E[|M w + B|^kappa - |M w|^kappa]/(kappa E|M|^kappa log|M|).

Goldie (1991), theorem 4.1. Where kappa is an integer and the powers are polynomials the numerator is
sum_(j<kappa) binom(kappa, j) E[M^j B^(kappa-j)] E w^j, with moments below kappa, all exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING

import sympy as sp
from flint import arb

from ..balls.evaluate import evaluate
from ..chain.mixture import Component
from ..errors import Inconclusive
from ..laws.law import Law
from ..numerics.kernel_functions import PowerLogModulus
from ..numerics.law_integral import expectation
from ..numerics.value_signs import takes_negative

if TYPE_CHECKING:
    from .affine import AffineChain


@dataclass(frozen=True)
class TailConstant:
    """right/E|M|^kappa log|M| is the limit of t^kappa P(w > t), left/... that of t^kappa P(w < -t)."""

    right: sp.Expr
    left: sp.Expr


def tail_constants(affine: AffineChain, kappa: int) -> TailConstant | None:
    """The numerators of both constants over kappa, exact; None where this route does not know them.

    The state's negative part has to be told from its positive: P(M < 0) > 0, or M and B not negative, or not negative
    M and a law that is symmetric in B.
    """
    signs = [takes_negative(component, 0) for component in affine.multipliers()]
    even = kappa % 2 == 0
    if True in signs or (None not in signs and is_symmetric(affine)):
        if not even:
            return None
        half = numerator(affine, kappa) / 2
        return TailConstant(half, half)
    if None in signs or any(takes_negative(component, 1) is not False for component in affine.pairs()):
        return None
    return TailConstant(numerator(affine, kappa), sp.Integer(0))


def numerator(affine: AffineChain, kappa: int) -> sp.Expr:
    """E[(M w + B)^kappa - (M w)^kappa]/kappa under the stationary law."""
    moments = [sp.Integer(1)]
    for k in range(1, kappa):
        forcing = sp.Add(*(comb(k, j) * affine.mixed_moment(j, k - j) * moments[j] for j in range(k)))
        moments.append(forcing / (1 - affine.mixed_moment(k, 0)))
    return sp.Add(*(comb(kappa, j) * affine.mixed_moment(j, kappa - j) * moments[j] for j in range(kappa))) / kappa


def is_symmetric(affine: AffineChain) -> bool:
    """Does a source with a symmetric law change the sign of B, and not M, when its own sign is changed?"""
    samples = dict(affine.means)
    multiplier, offset = affine.multiplier.xreplace(samples), affine.offset.xreplace(samples)
    for source in (*affine.draw.data, *affine.draw.noise):
        if len(source.symbols) > 1 or not isinstance(source.law, Law):
            continue
        (symbol,) = source.symbols
        if source.law.affine(sp.Integer(0), sp.Integer(-1)) != source.law:
            continue
        mirror = {symbol: -symbol}
        if sp.expand(multiplier.xreplace(mirror) - multiplier) == 0 and sp.expand(offset.xreplace(mirror) + offset) == 0:
            return True
    return False


def log_moment_ball(components: tuple[Component, ...], kappa: int) -> arb:
    """E|M|^kappa log|M| as a ball at the current precision, which is positive at the root kappa."""
    return sum((evaluate(c.probability) * component_log_moment(c, kappa) for c in components), arb(0))


def component_log_moment(component: Component, kappa: int) -> arb:
    (value,) = component.values
    drawn = [s for s in component.laws if s in value.free_symbols]
    if not drawn:
        return evaluate(log_moment_of(value, kappa))
    if len(drawn) > 1 or not value.is_polynomial(drawn[0]):
        raise Inconclusive("E|M|^kappa log|M| is integrated for polynomials in one drawn variable")
    return expectation(component.laws[drawn[0]], sp.Poly(value, drawn[0]), PowerLogModulus(sp.Integer(kappa)))


def log_moment_of(value: sp.Expr, kappa: int) -> sp.Expr:
    return sp.Integer(0) if value == 0 else sp.Abs(value) ** kappa * sp.log(sp.Abs(value))


def exact_log_moment(components: tuple[Component, ...], kappa: int) -> sp.Expr | None:
    """E|M|^kappa log|M| written out for finite laws, else None."""
    if any(component.laws for component in components):
        return None
    return sp.Add(*(c.probability * log_moment_of(c.values[0], kappa) for c in components))


