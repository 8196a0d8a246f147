"""A window: the open set of a parameter's values at which an exponent is negative."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import sympy as sp

from ..answer.enclosure import Enclosure
from ..answer.number import Number

Span = tuple[Number, Number]


@dataclass(frozen=True)
class Window:
    """`intervals` are open and proved negative; `superstable` values have exponent -oo and split nothing;
    on `undecided` parts the sign is not proved; everywhere else the exponent is proved not to be negative.

    `polynomials`: the minimal polynomials (in t) of end points that are algebraic of degree above 2.
    """

    intervals: tuple[Span, ...]
    superstable: tuple[Number, ...] = ()
    undecided: tuple[Span, ...] = ()
    polynomials: tuple[str, ...] = ()
    method: str = ""
    assumed: tuple[str, ...] = ()
    cite: tuple[str, ...] = ()
    exact: bool = False
    """Are all ends exact algebraic numbers?"""

    def stretched(self, unit: Fraction) -> Window:
        """The window of t where this one is that of t/unit, unit > 0."""
        return replace(
            self,
            intervals=tuple((stretched(low, unit), stretched(high, unit)) for low, high in self.intervals),
            superstable=tuple(stretched(number, unit) for number in self.superstable),
            undecided=tuple((stretched(low, unit), stretched(high, unit)) for low, high in self.undecided),
        )

    def begun_at(self, low: Number, start: Number) -> Window:
        """With (low, start] added, on which the exponent is negative; everything here lies beyond `start`."""
        first = self.intervals[0] if self.intervals else None
        if first is None or first[0].exact != start.exact:
            return replace(self, intervals=((low, start), *self.intervals))
        return replace(self, intervals=((low, first[1]), *self.intervals[1:]))


def stretched(number: Number, unit: Fraction) -> Number:
    assert number.enclosure is not None
    exact = None if number.exact is None else number.exact * sp.Rational(unit.numerator, unit.denominator)
    ends = (end if isinstance(end, float) else end * unit for end in (number.enclosure.lower, number.enclosure.upper))
    return Number(exact, Enclosure(*ends), number.digits)


def joined(spans: list[Span]) -> tuple[Span, ...]:
    """Spans in increasing order, with those merged that share an end inside the window."""
    result: list[Span] = []
    for span in spans:
        if result and result[-1][1] is span[0]:
            result[-1] = (result[-1][0], span[1])
        else:
            result.append(span)
    return tuple(result)
