"""A sign change enclosed by bisection at rational points."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from ..answer.enclosure import Enclosure
from ..effort import Effort
from ..errors import Inconclusive
from .simplest import simplest_rational

SIMPLE = 1000
"""The largest denominator of a rational root that is looked for."""


def sign_change(
    sign_at: Callable[[Fraction], int | None], low: Fraction, high: Fraction, effort: Effort
) -> Enclosure:
    """An enclosure of the change between two points of opposite proved sign, to `effort.digits`."""
    first = sign_at(low)
    if low < 0 < high:
        # a change at 0 is never reached to relative digits from both sides
        sign = sign_at(Fraction(0))
        if sign == 0:
            return Enclosure.point(0)
        low, high = (Fraction(0), high) if sign == first else (low, Fraction(0))
    while not Enclosure(low, high).reaches(effort.digits):
        effort.check()
        middle = dyadic_middle(low, high)
        sign = sign_at(middle)
        if sign == 0:
            return Enclosure.point(middle)
        if sign is None:
            raise Inconclusive("the sign beside the change needs more precision", Enclosure(low, high))
        low, high = (middle, high) if sign == first else (low, middle)
    return Enclosure(low, high)


def rational_root(found: Enclosure, sign_at: Callable[[Fraction], int | None]) -> Fraction | None:
    """The simplest rational number of the enclosure, where the sign there is proved to be 0; else None."""
    if isinstance(found.lower, float) or isinstance(found.upper, float):
        return None
    place = simplest_rational(found.lower, found.upper)
    return place if place.denominator <= SIMPLE and sign_at(place) == 0 else None


def dyadic_middle(low: Fraction, high: Fraction) -> Fraction:
    """A dyadic number near the middle, so that denominators grow by a bit a step."""
    width = high - low
    bits = max(0, width.denominator.bit_length() - width.numerator.bit_length() + 3)
    return Fraction(round((low + high) / 2 * 2**bits), 2**bits)
