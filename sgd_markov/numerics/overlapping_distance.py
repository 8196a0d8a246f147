"""E|v - place| under a self-similar law whose images overlap: all open places followed together, equal ones merged.

With v = M_i v' + b_i of probability p_i: g(x) = E|v - x| = sum_i p_i |M_i| g((x - b_i)/M_i), and g(x) = |E v - x| for x
outside the hull. g is convex, so between the ends of the hull it lies above |E v - x| and below its chord.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import arb

from ..answer.enclosure import Enclosure
from ..balls.evaluate import evaluate
from ..balls.precision import ball, bits_for, enclosure, precision
from ..effort import Effort
from .contractions import Contractions
from .number_field import FieldElement
from .self_similar_cdf import MOST_BRANCHES, Walk

Places = dict[Any, arb]
"""place -> the coefficient of g there"""


def mean_distance(maps: Contractions, walk: Walk, place: Any, effort: Effort) -> Enclosure:
    """g(place), as narrow as MOST_BRANCHES places allow; `walk` and `place` in exact numbers (`exact_walk`).

    >>> import sympy as sp
    >>> from .contractions import Contraction
    >>> from .self_similar_cdf import exact_walk
    >>> ratio, half = (sp.sqrt(5) - 1) / 2, sp.S.Half
    >>> golden = Contractions((Contraction(ratio, -sp.S.One, half), Contraction(ratio, sp.S.One, half)))
    >>> found = mean_distance(golden, *exact_walk(golden, sp.Integer(0)), Effort(digits=10))
    >>> found.reaches(10)
    True
    """
    with precision(2 * bits_for(effort.digits) + 80):
        return Distances(maps, walk).enclosed(place, effort)


class Distances:
    """The equations of g, at the working precision."""

    def __init__(self, maps: Contractions, walk: Walk) -> None:
        self.walk = walk
        self.low, self.high = map(evaluate, maps.hull)
        self.factors = [evaluate(c.probability) * abs(evaluate(c.slope)) for c in maps.maps]
        drift = sum((evaluate(c.probability * c.offset) for c in maps.maps), start=arb(0))
        pull = sum((evaluate(c.probability * c.slope) for c in maps.maps), start=arb(0))
        self.mean = drift / (1 - pull)

    def enclosed(self, place: Any, effort: Effort) -> Enclosure:
        constant, places = self.moved(arb(0), {place: arb(1)}) if self.walk.side(place) == 0 else self.ended(place)
        while True:
            effort.check()
            found = enclosure(constant + sum((c * self.between(x) for x, c in places.items()), start=arb(0)))
            if found.reaches(effort.digits) or not places or len(places) > MOST_BRANCHES:
                return found
            constant, places = self.moved(constant, places)

    def ended(self, place: Any) -> tuple[arb, Places]:
        return abs(value(place) - self.mean), {}

    def moved(self, constant: arb, places: Places) -> tuple[arb, Places]:
        """One step of the equations, at all places."""
        following: Places = {}
        for place, coefficient in places.items():
            for branch, factor in zip(self.walk.branches, self.factors, strict=True):
                other, weight = (place - branch.offset) / branch.slope, coefficient * factor
                if self.walk.side(other) != 0:
                    constant += weight * abs(value(other) - self.mean)
                else:
                    following[other] = following[other] + weight if other in following else weight
        return constant, following

    def between(self, place: Any) -> arb:
        """g at a place inside the hull, between Jensen's bound and the chord."""
        x = value(place)
        chord = ((self.mean - self.low) * (self.high - x) + (self.high - self.mean) * (x - self.low)) / (self.high - self.low)
        return abs(x - self.mean).union(chord)


def value(place: Fraction | FieldElement) -> arb:
    return place.field.ball(place.coefficients) if isinstance(place, FieldElement) else ball(place)
