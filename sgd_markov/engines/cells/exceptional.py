"""Exceptional starts: one map takes them exactly to a point that all maps fix, where the chain then stays.

Cells see a repelling point only up to a rounding; that a step leads to the point itself is decided exactly.
"""

from __future__ import annotations

from fractions import Fraction

import sympy as sp

from ...answer.enclosure import Enclosure
from ...balls.adaptive import proved_sign
from ...balls.evaluate import evaluate
from ...balls.precision import enclosure, precision
from ...effort import Effort
from ...errors import Inconclusive
from ...numerics.finite_family import FiniteFamily
from ...numerics.local_attraction import common_fixed_points
from .limits import Ends, Mass, ends
from .setting import Special

BITS = 256
REACH = sp.Rational(1, 2**10)
"""Fixed points so near to a place are compared with it."""


def limiting_masses(family: FiniteFamily, start: sp.Expr, effort: Effort) -> Ends:
    """The limiting measure as in `limits.ends`; irrational starts that a step takes to a fixed point are told.

    From rational starts rational maps are followed exactly anyway.
    """
    if start.is_Rational:
        return ends(family, start, effort)
    images = [formula.subs(family.symbol, start) for formula in family.maps]
    resting = [resting_point(family, image, effort) for image in images]
    if not any(point is not None for point in resting):
        return ends(family, start, effort)
    parts = [
        ends(family, image, effort) if point is None else Ends((Mass(Special("", point, None), Enclosure.point(1)),), True, ())
        for image, point in zip(images, resting, strict=True)
    ]
    return mixed([weight_enclosure(p) for p in family.weights], parts)


def resting_point(family: FiniteFamily, place: sp.Expr, effort: Effort) -> sp.Expr | None:
    """The fixed point of all maps that the place is proved to be."""
    effort.check()
    if seems_to_move(family, place):
        return None
    near = sp.Rational(float(sp.N(place, 30)))
    points = common_fixed_points(family, near - REACH, near + REACH, effort)
    return next((point for point in points if proved_sign(place - point) == 0), None)


def seems_to_move(family: FiniteFamily, place: sp.Expr) -> bool:
    """Does some map move it, as balls see it?"""
    with precision(BITS):
        at = evaluate(place)
        return not at.is_finite() or any(bool(evaluate(f, {family.symbol: at}) - at != 0) for f in family.maps)


def weight_enclosure(weight: sp.Expr) -> Enclosure:
    with precision(BITS):
        return enclosure(evaluate(weight))


def mixed(weights: list[Enclosure], parts: list[Ends]) -> Ends:
    """The mean of measures; ends that two of them share are one."""
    found: list[Mass] = []
    for weight, part in zip(weights, parts, strict=True):
        for mass in part.masses:
            share = product(weight, mass.probability)
            place = next((i for i, other in enumerate(found) if is_same(other, mass)), None)
            if place is None:
                found.append(Mass(mass.end, share))
            else:
                found[place] = Mass(mass.end, total(found[place].probability, share))
    certain = all(part.certain for part in parts)
    return Ends(tuple(found), certain, ())


def product(one: Enclosure, other: Enclosure) -> Enclosure:
    """Of two probabilities."""
    return Enclosure(Fraction(one.lower) * Fraction(other.lower), Fraction(one.upper) * Fraction(other.upper))


def total(one: Enclosure, other: Enclosure) -> Enclosure:
    return Enclosure(one.lower + other.lower, min(Fraction(1), Fraction(one.upper + other.upper)))


def is_same(one: Mass, other: Mass) -> bool:
    """Are the two ends the same point? Raises `Inconclusive` for sets, which need not be laid alike."""
    if isinstance(one.end, Special) and isinstance(other.end, Special):
        return bool(sp.expand(one.end.point - other.end.point) == 0)
    if isinstance(one.end, Special) or isinstance(other.end, Special):
        return False
    if one.end.intervals != other.end.intervals:
        raise Inconclusive("after the first step the chain ends in sets that are not told apart")
    return True
