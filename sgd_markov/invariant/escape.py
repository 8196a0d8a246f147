"""Chains that run away to infinity with positive probability from afar, and have no stationary law for that reason."""

from __future__ import annotations

import sympy as sp

from ..chain.batch import updates_per_epoch
from ..chain.chain import Chain
from ..chain.draw import Source
from ..chain.mixture import Component
from ..effort import Effort
from ..errors import HypothesisViolated
from ..laws.law import Law
from ..laws.support import HalfLattice, Interval
from ..numerics.log_moment import log_moment_is_finite
from .stationary_law import Place, StationaryLaw


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """Raises `HypothesisViolated` for w' = A w^d + sum_(k < d) B_k w^k with d >= 2, A != 0 and a noise without bounds.

    d may differ between finitely many cases, A is a number in each, E log^+|B_k| < oo. Let S = sum_k |B_k| and let
    |w_0| = r >= 1 satisfy |A| r^(d-1) >= 4. While S_n <= |A| r 2^(n-1) for all n, |w_(n+1)| >= |A| |w_n|^d / 2 >=
    2 |w_n|. These events all happen with probability at least 1 - sum_n P(S > |A| r 2^(n-1)), which tends to 1 as r
    grows because E log^+ S < oo. Noise without bounds reaches every r in one step from everywhere, so a stationary law
    would give |w_n| -> oo positive probability, and pi([-K, K]) = P(|w_n| <= K) would stay away from 1 for all K.
    """
    if chain.dimension != 1 or updates_per_epoch(chain.draw) != 1 or not chain.one_sample_map[0].is_polynomial(*chain.state):
        return None
    (w,), components = chain.state, chain.components
    if not (all(outgrows(c, w) for c in components) and any(has_no_bounds(c, w) for c in components)):
        return None
    (image,) = chain.one_sample_map
    raise HypothesisViolated(
        "a stationary law exists",
        f"w' = {image} outgrows |w| far from 0, and from everywhere |w| tends to oo with positive probability;"
        " Min and Max around the map keep it, and quasi-stationary asks for the law before it leaves a region",
    )


def outgrows(component: Component, w: sp.Symbol) -> bool:
    """Is the map a polynomial of degree 2 or more, its first coefficient a number that is not 0, with log-moments?"""
    if not component.values[0].is_polynomial(w):
        return False
    first, *others = sp.Poly(component.values[0], w).all_coeffs()
    if len(others) < 2 or first.is_zero is not False or first.free_symbols & component.laws.keys():
        return False
    drawn = tuple(Source((symbol,), law) for symbol, law in component.laws.items())
    return all(log_moment_is_finite(coefficient, drawn) is True for coefficient in others)


def has_no_bounds(component: Component, w: sp.Symbol) -> bool:
    """Does a variable without bounds act in the same direction whatever the state is?"""
    return component.probability.is_positive is True and any(
        reaches_far(law) and acts_everywhere(component.values[0], symbol, w, {*component.laws})
        for symbol, law in component.laws.items()
    )


def reaches_far(law: Law) -> bool:
    support = law.support
    if isinstance(support, HalfLattice):
        return True
    return isinstance(support, Interval) and any(end.is_infinite for end in (support.low, support.high))


def acts_everywhere(image: sp.Expr, symbol: sp.Symbol, w: sp.Symbol, drawn: set[sp.Symbol]) -> bool:
    """Is the image a polynomial in the variable whose first coefficient, a function of w, has no zero?"""
    if not image.is_polynomial(symbol):
        return False
    first = sp.Poly(image, symbol).LC()
    if first.free_symbols & drawn:
        return False
    return first.is_zero is False if w not in first.free_symbols else has_no_zero(first, w)


def has_no_zero(polynomial: sp.Expr, w: sp.Symbol) -> bool:
    """Decided by Sturm's sequence, for rational coefficients."""
    poly = sp.Poly(polynomial, w) if polynomial.is_polynomial(w) else None
    return poly is not None and all(c.is_Rational for c in poly.all_coeffs()) and poly.count_roots() == 0
