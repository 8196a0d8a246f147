"""Whether an expression of drawn variables takes negative values."""

from __future__ import annotations

from itertools import pairwise

import sympy as sp

from ..balls.adaptive import proved_sign
from ..chain.mixture import Component
from ..laws.law import HalfLattice, Interval, Law


def takes_negative(component: Component, place: int) -> bool | None:
    """Is the value negative with positive probability? None where that is not decided."""
    value = component.values[place]
    drawn = [s for s in component.laws if s in value.free_symbols]
    if not drawn:
        sign = proved_sign(value)
        return None if sign is None else sign < 0
    if len(drawn) > 1 or not value.is_polynomial(drawn[0]):
        return None
    return polynomial_takes_negative(sp.Poly(value, drawn[0]), component.laws[drawn[0]])


def polynomial_takes_negative(poly: sp.Poly, law: Law) -> bool | None:
    """By the sign between neighbouring real roots inside the support of a law with a density; degree 1 on a lattice."""
    support = law.support
    if isinstance(support, HalfLattice) and poly.degree() == 1:
        signs = [proved_sign(poly.eval(support.offset)), proved_sign(poly.LC() * support.step)]
        return None if None in signs else -1 in signs
    if not isinstance(support, Interval) or not all(c.is_Rational for c in poly.all_coeffs()):
        return None
    ends = (support.low, support.high)
    if not all(end.is_Rational or end.is_infinite for end in ends):
        return None
    places = sorted({root for root, _ in sp.Poly(poly, poly.gen).sqf_part().real_roots(multiple=False)}, key=float)
    inside = [r for r in places if sp.Gt(r, ends[0]) is sp.true and sp.Lt(r, ends[1]) is sp.true]
    cuts = [ends[0], *inside, ends[1]]
    signs = [proved_sign(poly.eval(between(low, high))) for low, high in pairwise(cuts)]
    return None if None in signs else -1 in signs


def between(low: sp.Expr, high: sp.Expr) -> sp.Rational:
    """A rational number strictly between two places."""
    if low.is_infinite and high.is_infinite:
        return sp.Integer(0)
    if low.is_infinite:
        return sp.floor(high) - 1
    if high.is_infinite:
        return sp.ceiling(low) + 1
    digits = 15
    while True:
        middle = sp.Rational(str(sp.N((low + high) / 2, digits)))
        if sp.Gt(middle, low) is sp.true and sp.Lt(middle, high) is sp.true:
            return middle
        digits *= 2
