"""Where one step is w -> M w: for linear chains everywhere, for piecewise maps on the piece around 0."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import sympy as sp

from ..algebra import real_roots
from ..chain.batch import updates_per_epoch
from ..chain.chain import Chain
from ..chain.mixture import Component
from ..chain.one_sided import edges, on_side
from ..errors import SGDMarkovError
from ..laws.signs import sign


@dataclass(frozen=True)
class Multiplicative:
    """w' = M w for every w with low < w < high; `multipliers`: the law of M, one value in each component.

    `at_low`, `at_high`: also at that end.
    """

    multipliers: tuple[Component, ...]
    at_low: bool
    at_high: bool

    @property
    def mirrored(self) -> Multiplicative:
        """The step of -w."""
        return Multiplicative(self.multipliers, self.at_high, self.at_low)


def multiplicative_step(chain: Chain, low: sp.Expr, high: sp.Expr) -> Multiplicative | None:
    """The law of M on the open interval (ends may be infinite); None where the step is not of this form there.

    >>> w, x = sp.symbols("w x", real=True)
    >>> from sgd_markov.chain.draw import Draw
    >>> step = sp.Piecewise((w / 2, sp.Abs(w) < 1), (w - 3, True))
    >>> found = multiplicative_step(Chain((w,), (step,), Draw()), sp.Integer(-1), sp.Integer(1))
    >>> found.multipliers[0].values, found.at_high
    ((1/2,), False)
    """
    if chain.dimension != 1 or updates_per_epoch(chain.draw) > 1 or moves_zero(chain):
        return None
    (w,) = chain.state
    try:
        components = chain.components
        factors = [factor_on(component.values[0], w, low, high) for component in components]
    except (SGDMarkovError, NotImplementedError, TypeError):
        return None
    found: dict[sp.Expr, Component] = {}
    at_ends = [True, True]
    for component, factor in zip(components, factors, strict=True):
        if factor is None:
            return None
        at_ends = [at and linear_at(component.values[0], w, end, factor) for at, end in zip(at_ends, (low, high), strict=True)]
        before = found[factor].probability if factor in found else sp.Integer(0)
        laws = {s: law for s, law in component.laws.items() if s in factor.free_symbols}
        found[factor] = Component(before + component.probability, (factor,), laws)
    return Multiplicative(tuple(found.values()), *at_ends)


def moves_zero(chain: Chain) -> bool:
    """Quick: is 0 moved by some draw, so that the step is not w -> M w?"""
    (w,) = chain.state
    image = chain.one_sample_map[0].xreplace({w: sp.Integer(0)})
    return bool(image != 0 and sp.expand(image) != 0)


def factor_on(expr: sp.Expr, w: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr | None:
    """The M with expr = M w for low < w < high, on both sides of 0 where the interval has both."""
    found: list[sp.Expr] = []
    for side, near, far in ((1, low, high), (-1, -high, -low)):
        if far.is_infinite or sign(far) == 1:
            start = near if not near.is_infinite and sign(near) == 1 else sp.Integer(0)
            factor = factor_beside(expr, w, side, start, far)
            if factor is None:
                return None
            found.append(factor)
    if not found or (len(found) == 2 and sp.expand(found[0] - found[1]) != 0):
        return None
    return found[0]


def factor_beside(expr: sp.Expr, w: sp.Symbol, side: int, start: sp.Expr, end: sp.Expr) -> sp.Expr | None:
    """The M with expr = M w for w = side p, start < p < end."""
    p = sp.Dummy("p", positive=True)
    inner = expr.subs(w, side * p)
    if any(touches(edge, p, start, end) for edge in edges(inner, p)):
        return None
    piece = sp.expand(on_side(inner, p, start, 1))
    slope = sp.expand(sp.diff(piece, p))
    if p in slope.free_symbols or sp.expand(piece - slope * p) != 0:
        return None
    return sp.expand(side * slope)


def touches(edge: sp.Expr, p: sp.Symbol, start: sp.Expr, end: sp.Expr) -> bool:
    """May the edge of a piece lie inside (start, end)?"""
    if edge.free_symbols != {p} or not edge.is_polynomial(p):
        return True
    poly = sp.Poly(edge, p)
    if not all(c.is_Rational for c in poly.all_coeffs()):
        return True
    ends = [value if value.is_Rational or value.is_infinite else None for value in (start, end)]
    if None in ends:
        return True
    for root in real_roots(poly):
        place = root.enclose(256)
        low, high = (inf if v is sp.oo else sp.Rational(v) for v in ends)
        if place.upper > low and place.lower < high:
            return True
    return False


def linear_at(expr: sp.Expr, w: sp.Symbol, end: sp.Expr, factor: sp.Expr) -> bool:
    """Does the step have the same form at the end itself?"""
    return bool(not end.is_infinite and sp.expand(expr.subs(w, end) - factor * end) == 0)
