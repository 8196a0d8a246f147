"""Regression on isotropic Gaussian features: the tail index from E|M e|^p, the same for every direction e."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import inf

import sympy as sp
from flint import ctx

from ...answer.answer import Answer, Hypothesis
from ...answer.enclosure import Enclosure
from ...balls.precision import bits_for, enclosure, precision
from ...chain.draw import Source
from ...effort import Effort
from ...engines.affine_several import AffineSystem
from ...engines.isotropic_features import IsotropicFeatures
from ...engines.kesten_root import Root, kesten_root, sign_of_excess
from ...errors import HypothesisViolated, Inconclusive
from ...laws.normal import Normal
from .answers import matrix_answer

LARGEST_ORDER = 100
NEGATIVE_ORDERS = (Fraction(-1, 2), Fraction(-1, 8), Fraction(-1, 32))
"""E|M e|^p < 1 at one of them proves a positive exponent; not whole, and above 1 - d for d >= 2."""

SPARE = 20
"""Bits beyond the digits that tell E|M e|^p from 1 at the ends of the enclosure; more cost much."""

METHOD = "the root of E|M e|^kappa = 1, the same for every unit vector e by rotation; a certified integral"


def isotropic_features(system: AffineSystem) -> IsotropicFeatures | None:
    """M = a I - c mean(x x^T) for independent centred normal features of one variance; None for any other law of M.

    For batches of one the features may stand in the step itself.
    """
    averaged, drawn = dict(system.means), dict(system.drawn)
    used = system.matrix.free_symbols
    batched = bool(used & set(averaged))
    if batched and (used & set(drawn) or sp.Poly(sum(system.matrix), *averaged).total_degree() > 1):
        return None
    one = sp.Matrix(system.matrix).xreplace(averaged if batched else drawn)
    sources = system.draw.data if batched else system.draw.noise
    found = shift_and_factor(one.applyfunc(sp.expand), normals(sources))
    if found is None:
        return None
    shift, factor = found
    batch = system.draw.batch_size if batched else 1
    turn = -1 if factor < 0 else 1  # -M has the same norm
    size = len(system.state)
    return IsotropicFeatures(turn * shift, turn * factor / batch, batch, size) if shift != 0 and size > 1 else None


def normals(sources: tuple[Source, ...]) -> dict[sp.Symbol, sp.Expr]:
    """The standard deviations of the centred normal variables."""
    return {
        source.symbols[0]: source.law.std
        for source in sources
        if isinstance(source.law, Normal) and source.law.mean == 0
    }


def shift_and_factor(one: sp.Matrix, stds: dict[sp.Symbol, sp.Expr]) -> tuple[sp.Rational, sp.Rational] | None:
    """(a, c s^2) of a I - c x x^T, x independent features N(0, s^2), one for each row."""
    rows = [one[i, i].free_symbols for i in range(one.shape[0])]
    if any(len(row) != 1 or not row <= set(stds) for row in rows):
        return None
    features = [next(iter(row)) for row in rows]
    shift, factor = one[0, 0].coeff(features[0], 0), -one[0, 0].coeff(features[0], 2)
    vector = sp.Matrix(features)
    same = len(set(features)) == len(features) and len({stds[f] for f in features}) == 1
    if not same or any(sp.expand(e) != 0 for e in one - shift * sp.eye(len(features)) + factor * vector * vector.T):
        return None
    factor *= stds[features[0]] ** 2
    return (shift, factor) if shift.is_Rational and factor.is_Rational and factor != 0 else None


def isotropic_root(features: IsotropicFeatures, effort: Effort) -> Root:
    """kappa; raises `HypothesisViolated` where the top exponent is proved positive."""

    enough = bits_for(effort.digits) + SPARE

    @cache
    def excess_at(order: Fraction, bits: int) -> Enclosure:
        with precision(bits):
            return enclosure(features.moment(sp.Rational(order), effort.check) - 1)

    def excess(order: Fraction) -> Enclosure:
        return excess_at(order, min(ctx.prec, enough))

    even = first_even_order(features)
    if even is not None and features.even_moment(even) == 1:
        return Root(sp.Integer(even), Enclosure.point(even))
    for order in NEGATIVE_ORDERS if even == 2 else ():
        if sign_of_excess(excess, order, effort) == -1:
            raise HypothesisViolated("the top exponent is negative", f"E|M e|^({order}) < 1 proves it positive")
    try:
        return kesten_root(excess, lambda order: False, sp.oo, effort)
    except Inconclusive as refusal:
        refusal.enclosure = refusal.enclosure or between_even_orders(even)
        raise


def between_even_orders(even: int | None) -> Enclosure:
    """What the first even order that is not below 1 tells."""
    low, high = (LARGEST_ORDER, inf) if even is None else (even - 2, Fraction(even))
    return Enclosure(Fraction(low), high)


def first_even_order(features: IsotropicFeatures) -> int | None:
    """The least even order up to 100 with E|M e|^order >= 1, or None; E|M e|^p is log-convex in p and 1 at p = 0, so that it stays above.

    Where it is 1 the exponent is negative, as the law is not a point; where it is above 2, E|M e|^2 < 1 proves that.
    """
    return next((order for order in range(2, LARGEST_ORDER + 1, 2) if features.even_moment(order) >= 1), None)


def isotropic_answer(features: IsotropicFeatures, light: bool, effort: Effort) -> Answer:
    """Kesten's theorem: M has a density-like law that rotations keep, so that it fixes no direction and no union of them."""
    if not light:
        raise Inconclusive("the noise B has moments of finite order only")
    checked = (
        Hypothesis("the top exponent is negative: E|M e|^p < 1 for some p > 0"),
        Hypothesis("the law of M is kept by rotations: strongly irreducible, and proximal with a density of log|M e|"),
        Hypothesis("all moments of B exist, and no w is fixed by almost every step"),
    )
    return matrix_answer(isotropic_root(features, effort), METHOD, checked, False, effort)
