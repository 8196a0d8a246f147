"""Quantiles of a self-similar law whose pieces share at most end points: the level says which map comes next.

With c_i the cumulated probabilities in the order of the images, the smallest q with F(q) >= u lies in the image of the
map with c_(i-1) < u <= c_i and is there the same question at the level (u - c_(i-1))/p_i; a map that turns the line
asks for the largest y with F(y) <= 1 - that level.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate
from math import log

import sympy as sp
from flint import arb

from ..answer.number import Number
from ..balls.adaptive import refine
from ..balls.evaluate import evaluate
from ..effort import Effort
from .affine_frame import StandardForm
from .contractions import Contraction, Contractions
from .exact_numbers import number
from .neat import neat
from .self_similar_cdf import rational

LONGEST = 400
"""Levels that are followed to their period."""

State = tuple[bool, Fraction]
"""(is the smallest place at or above the level meant, or the largest at or below it?, level)"""


def quantile(form: StandardForm, level: sp.Rational, effort: Effort) -> Number:
    """The smallest q with P(w <= q) >= level, for rational probabilities; exact where the levels become periodic.

    >>> third = sp.Rational(1, 3)
    >>> from .affine_frame import standard_form
    >>> cantor = standard_form(((third, sp.Integer(0), sp.S.Half), (third, 2 * third, sp.S.Half)))
    >>> quantile(cantor, sp.Rational(1, 3), Effort()).exact
    1/4
    """
    itinerary, frame = Itinerary(form.maps, (True, rational(level))), form.frame
    place = itinerary.limit(effort)
    if place is not None:
        return number(frame.state(place), effort, "the quantile")
    frame.require_numbers(frame.origin + frame.unit)
    steepest = max(abs(float(c.slope)) for c in form.maps.maps)
    length = int((effort.digits + 10) * log(10) / -log(steepest))
    lengths = iter(length * 2**k for k in range(20))  # each call of `refine` may follow more maps

    def place_ball() -> arb:
        return evaluate(frame.origin) + evaluate(frame.unit) * itinerary.ball(next(lengths))

    return Number(None, refine(place_ball, effort, "the quantile"), effort.digits)


class Itinerary:
    """The maps that a level asks for, one after the other."""

    def __init__(self, maps: Contractions, start: State) -> None:
        self.maps, self.start = maps, start
        self.order = maps.in_order
        self.weights = [rational(c.probability) for c in self.order]
        self.cumulated = [Fraction(0), *accumulate(self.weights)]

    def next(self, state: State) -> tuple[Contraction, State]:
        """The map whose image holds the place, and the question that is left there."""
        smallest, level = state
        index = next(
            i for i, top in enumerate(self.cumulated[1:]) if (level <= top if smallest else level < top)
        )
        contraction, rest = self.order[index], (level - self.cumulated[index]) / self.weights[index]
        return contraction, (smallest, rest) if contraction.orientation > 0 else (not smallest, 1 - rest)

    def limit(self, effort: Effort) -> sp.Expr | None:
        """The place exactly, where the levels repeat within the limit."""
        met: dict[State, int] = {}
        path: list[Contraction] = []
        state = self.start
        while state not in met:
            if len(path) > LONGEST:
                return None
            effort.check()
            met[state] = len(path)
            contraction, state = self.next(state)
            path.append(contraction)
        before, cycle = path[: met[state]], path[met[state] :]
        slope, offset = sp.Integer(1), sp.Integer(0)
        for contraction in cycle:
            offset, slope = sp.expand(offset + slope * contraction.offset), sp.expand(slope * contraction.slope)
        place = offset / (1 - slope)
        for contraction in reversed(before):
            place = sp.expand(contraction(place))
        return neat(place)

    def ball(self, length: int) -> arb:
        """The image of the hull under the first `length` maps, at the working precision."""
        state, path = self.start, []
        for _ in range(length):
            contraction, state = self.next(state)
            path.append(contraction)
        low, high = map(evaluate, self.maps.hull)
        place = low.union(high)
        for contraction in reversed(path):
            place = evaluate(contraction.slope) * place + evaluate(contraction.offset)
        return place

