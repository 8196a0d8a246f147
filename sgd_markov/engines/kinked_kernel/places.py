"""Places of the state space: rational numbers, or others by their rational neighbours."""

from __future__ import annotations

from fractions import Fraction
from typing import TypeAlias

import sympy as sp

from ...balls.evaluate import evaluate
from ...balls.precision import enclosure, precision

Place: TypeAlias = "Fraction | sp.Expr"
"""A rational number, or an expression without symbols for one that is not rational."""

BITS = 400


def neighbours(place: Place) -> tuple[Fraction, Fraction]:
    """Rational numbers around it, very close.

    >>> low, high = neighbours(sp.sqrt(2))
    >>> low**2 < 2 < high**2
    True
    """
    if isinstance(place, Fraction):
        return place, place
    with precision(BITS):
        found = enclosure(evaluate(place))
    return Fraction(found.lower), Fraction(found.upper)
