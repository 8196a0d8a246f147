"""E|v - place| under a self-similar law whose images share at most end points.

With v = M_i v' + b_i of probability p_i: g(x) = E|v - x| = sum_i p_i |M_i| g((x - b_i)/M_i), and g(x) = |E v - x| for x
outside the hull; so at most one place inside the hull stays open at each step.
"""

from __future__ import annotations

from fractions import Fraction

import sympy as sp

from ..answer.enclosure import Enclosure
from ..effort import Effort
from .contractions import Contractions
from .self_similar_cdf import rational

LONGEST = 2000


def mean_distance(maps: Contractions, place: sp.Expr, effort: Effort) -> Enclosure | None:
    """g(place), a point where the orbit of the place closes; None where maps or place are not rational.

    >>> from .contractions import Contraction
    >>> third = sp.Rational(1, 3)
    >>> cantor = Contractions((Contraction(third, sp.Integer(0), sp.S.Half), Contraction(third, 2 * third, sp.S.Half)))
    >>> mean_distance(cantor, sp.S.Half, Effort()).lower
    Fraction(1, 3)
    """
    numbers = [place, *maps.hull, *(n for c in maps.maps for n in (c.slope, c.offset, c.probability))]
    if not all(n.is_Rational for n in numbers):
        return None
    walk = DistanceWalk(maps)
    constants: list[tuple[Fraction, Fraction]] = []
    met: dict[Fraction, int] = {}
    at, weight = rational(place), Fraction(1)
    while at not in met and len(constants) < LONGEST:
        effort.check()
        met[at] = len(constants)
        constant, factor, following = walk.step(at)
        constants.append((constant, factor))
        if following is None:
            return Enclosure.point(unwound(constants, Fraction(0)))
        at, weight = following, weight * factor
        if weight * walk.width < Fraction(1, 10 ** (effort.digits + 5)) * max(unwound(constants, Fraction(0)), Fraction(1, 10**30)):
            return Enclosure(unwound(constants, Fraction(0)), unwound(constants, walk.width))
    if at not in met:
        return None
    before, cycle = constants[: met[at]], constants[met[at] :]
    once, product = unwound(cycle, Fraction(0)), Fraction(1)
    for _, factor in cycle:
        product *= factor
    return Enclosure.point(unwound(before, once / (1 - product)))


def unwound(constants: list[tuple[Fraction, Fraction]], value: Fraction) -> Fraction:
    for constant, factor in reversed(constants):
        value = constant + factor * value
    return value


class DistanceWalk:
    """The equation of g at one place after the other."""

    def __init__(self, maps: Contractions) -> None:
        self.maps = [(rational(c.slope), rational(c.offset), rational(c.probability)) for c in maps.maps]
        self.low, self.high = map(rational, maps.hull)
        self.width = self.high - self.low
        drift, pull = (sum((p * c[i] for *c, p in self.maps), start=Fraction(0)) for i in (1, 0))
        self.mean = drift / (1 - pull)

    def step(self, place: Fraction) -> tuple[Fraction, Fraction, Fraction | None]:
        """(constant, factor, following) with g(place) = constant + factor g(following); no following place outside."""
        if not self.low < place < self.high:
            return abs(self.mean - place), Fraction(0), None
        constant, factor = Fraction(0), Fraction(0)
        inside: Fraction | None = None
        for slope, offset, probability in self.maps:
            other = (place - offset) / slope
            if self.low < other < self.high:
                factor, inside = probability * abs(slope), other
            else:
                constant += probability * abs(slope) * abs(self.mean - other)
        return constant, factor, inside
