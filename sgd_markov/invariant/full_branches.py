"""Tent maps and other piecewise affine maps, also drawn at random, that keep the uniform law on an interval."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

import sympy as sp

from ..answer.answer import Hypothesis
from ..chain.batch import updates_per_epoch
from ..chain.chain import Chain
from ..chain.one_sided import edges, on_side
from ..effort import Effort
from ..errors import HypothesisViolated, InvalidInput
from ..laws.uniform import Uniform
from ..numerics.rational_maps import NotRational
from ..proof import Step, StepFailed
from ..proof.branches import AffinePiece, UniformKept
from .elementary import Elementary
from .stationary_law import Place, StationaryLaw

KINKS = (sp.Piecewise, sp.Abs, sp.Min, sp.Max, sp.floor)
PIECES = 200
ROUNDS = 3

Maps = tuple[tuple[sp.Expr, Fraction], ...]
Interval = tuple[Fraction, Fraction]


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """Finitely many piecewise affine maps with rational numbers, up to one positive scale h: uniform on [low, high].

    Proof: the density equation, sum of probability/|slope| over all branches through y is 1 for almost every y, checked
    exactly on every interval between the images of the break points. One map with a fixed point inside has other
    stationary laws; with `start` the answer depends on that number, and is not given here.
    """
    if chain.dimension != 1 or place.start is not None or updates_per_epoch(chain.draw) > 1:
        return None
    w = chain.state[0]
    if not any(w in node.free_symbols for node in chain.update[0].atoms(*KINKS)):
        return None
    components = chain.components
    if any(c.laws for c in components) or not all(c.probability.is_Rational for c in components):
        return None
    scale = common_scale([c.values[0] for c in components], w)
    if scale is None:
        return None
    maps = tuple(
        (sp.expand(c.values[0].subs(w, scale * w) / scale), fraction(c.probability))
        for c in components
        if c.probability != 0
    )
    step = kept(maps, w, place, scale)
    if step is None:
        return None
    law = Uniform(scale * rational(step.low), scale * rational(step.high))
    return Elementary(
        family="uniform",
        state=chain.state,
        law=law,
        parameters={"low": law.low, "high": law.high},
        unique=False if len(maps) == 1 and has_fixed_point(step) else None,
        hypotheses=(Hypothesis("the law is the absolutely continuous one on the interval"),),
        proof=(step,),
        cite=("lasota1994",),
    )


def fraction(value: sp.Rational) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def rational(value: Fraction) -> sp.Rational:
    return sp.Rational(value.numerator, value.denominator)


def common_scale(values: list[sp.Expr], w: sp.Symbol) -> sp.Expr | None:
    """1, or the positive symbol h that vanishes from the maps in w/h; None where other symbols stay."""
    symbols = set().union(*(value.free_symbols for value in values)) - {w}
    if not symbols:
        return sp.Integer(1)
    if len(symbols) > 1:
        return None
    (h,) = symbols
    scaled = [sp.simplify(value.subs(w, h * w) / h) for value in values]
    return h if h.is_positive and not any(h in value.free_symbols for value in scaled) else None


def kept(maps: Maps, w: sp.Symbol, place: Place, scale: sp.Expr) -> UniformKept | None:
    """The checked density equation on the first candidate interval on which it holds."""
    for low, high in candidates(maps, w, place, scale):
        try:
            pieces = tuple(p for i, (expr, _) in enumerate(maps) for p in pieces_of(i, expr, w, low, high))
            step = UniformKept("The uniform density solves the density equation", w, maps, pieces, low, high)
            step.check()
        except (NotAffine, NotRational, StepFailed):
            continue
        return step
    return None


class NotAffine(Exception):
    """A piece of the map is not affine with rational numbers, or the pieces are too many."""


def pieces_of(index: int, expr: sp.Expr, w: sp.Symbol, low: Fraction, high: Fraction) -> list[AffinePiece]:
    """The map on (low, high), cut at every kink."""
    ends = [low, *breaks(expr, w, low, high), high]
    if len(ends) > PIECES:
        raise NotAffine
    found = []
    for left, right in pairwise(ends):
        formula = resolved(expr, w, rational((left + right) / 2))
        if not formula.is_polynomial(w) or sp.degree(formula, w) != 1:
            raise NotAffine
        poly = sp.Poly(formula, w)
        if not all(c.is_Rational for c in poly.all_coeffs()):
            raise NotAffine
        found.append(AffinePiece(index, left, right, fraction(poly.nth(1)), fraction(poly.nth(0))))
    return found


def resolved(expr: sp.Expr, w: sp.Symbol, at: sp.Rational) -> sp.Expr:
    """The affine formula that holds around a place that is no kink."""
    try:
        return sp.expand(on_side(levelled(expr, w, at), w, at, 1))
    except (InvalidInput, HypothesisViolated):  # a floor that is left, or a place that no piece defines
        raise NotAffine from None


def breaks(expr: sp.Expr, w: sp.Symbol, low: Fraction, high: Fraction) -> list[Fraction]:
    """The places inside (low, high) where an argument of floor is whole or, between those, another kink's edge is 0."""
    whole: set[Fraction] = set()
    for node in expr.atoms(sp.floor):
        slope, offset = affine(node.args[0], w)
        ends = sorted((slope * low + offset, slope * high + offset))
        if ends[1] - ends[0] > PIECES:
            raise NotAffine
        whole |= {(k - offset) / slope for k in range(floor(ends[0]), ceil(ends[1]) + 1) if slope != 0}
    cells = sorted({low, high, *(place for place in whole if low < place < high)})
    found = set(cells[1:-1])
    for left, right in pairwise(cells):
        for edge in edges(levelled(expr, w, rational((left + right) / 2)), w):
            slope, offset = affine(edge, w)
            if slope != 0 and left < -offset / slope < right:
                found.add(-offset / slope)
    return sorted(found)


def levelled(expr: sp.Expr, w: sp.Symbol, at: sp.Rational) -> sp.Expr:
    """Every floor replaced by its value around a place where no argument is whole."""
    return expr.xreplace({node: sp.floor(node.args[0].subs(w, at)) for node in expr.atoms(sp.floor)})


def affine(expr: sp.Expr, w: sp.Symbol) -> tuple[Fraction, Fraction]:
    if not expr.is_polynomial(w) or sp.degree(expr, w) > 1 or expr.free_symbols - {w}:
        raise NotAffine
    poly = sp.Poly(expr, w)
    if not all(c.is_Rational for c in poly.all_coeffs()):
        raise NotAffine
    return fraction(poly.nth(1)), fraction(poly.nth(0))


def candidates(maps: Maps, w: sp.Symbol, place: Place, scale: sp.Expr) -> list[Interval]:
    """Intervals to try: `within`; what the images of the kinks span, and their images; [0, 1]."""
    if place.within is not None:
        ends = [sp.cancel(end / scale) for end in place.within]
        return [(fraction(ends[0]), fraction(ends[1]))] if all(end.is_Rational for end in ends) else []
    found: list[Interval] = []
    try:
        reached = {
            limit
            for expr, _ in maps
            for at in breaks(expr, w, Fraction(-64), Fraction(64))
            for limit in sides(expr, w, at)
        }
        for _ in range(ROUNDS):
            if reached and len(reached) <= PIECES:
                found.append((min(reached), max(reached)))
            reached |= {limit for expr, _ in maps for at in list(reached) for limit in sides(expr, w, at)}
    except NotAffine:
        pass
    return list(dict.fromkeys((low, high) for low, high in [*found, (Fraction(0), Fraction(1))] if low < high))


def sides(expr: sp.Expr, w: sp.Symbol, at: Fraction) -> set[Fraction]:
    """The limits of the map at a place from both sides."""
    step = Fraction(1, 10**9)
    limits = set()
    for side in (1, -1):
        slope, offset = affine(resolved(expr, w, rational(at + side * step)), w)
        limits.add(slope * at + offset)
    return limits


def has_fixed_point(step: Step) -> bool:
    assert isinstance(step, UniformKept)
    points = ((p, p.offset / (1 - p.slope)) for p in step.pieces if p.slope != 1)
    return any(p.low < at < p.high for p, at in points)
