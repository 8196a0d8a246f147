"""A window: the open set of a parameter's values at which an exponent is negative."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import sympy as sp

from ..answer.enclosure import Enclosure
from ..answer.number import Number
from ..balls.adaptive import proved_sign

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
    message: str | None = None
    """What the answer leaves out, in words."""

    def stretched(self, unit: Fraction) -> Window:
        """The window of t where this one is that of t/unit, unit > 0."""
        return replace(
            self,
            intervals=tuple((stretched(low, unit), stretched(high, unit)) for low, high in self.intervals),
            superstable=tuple(stretched(number, unit) for number in self.superstable),
            undecided=tuple((stretched(low, unit), stretched(high, unit)) for low, high in self.undecided),
        )

    def meet(self, other: Window) -> Window:
        """Where both exponents are negative; what is undecided of one counts where the other is not proved positive.

        `superstable` are the values at which both exponents are -oo.
        """
        negative, open_ends = common_spans(self.intervals, other.intervals)
        undecided = [*open_ends]
        for mine, its in ((self.undecided, other.undecided), (self.undecided, other.intervals), (self.intervals, other.undecided)):
            certain, doubtful = common_spans(mine, its)
            undecided += [*certain, *doubtful]
        return Window(
            tuple(negative),
            tuple(value for value in self.superstable if any(compared(value, its) == 0 for its in other.superstable)),
            tuple(undecided),
            tuple(dict.fromkeys((*self.polynomials, *other.polynomials))),
            "; ".join(dict.fromkeys((self.method, other.method))),
            tuple(dict.fromkeys((*self.assumed, *other.assumed))),
            tuple(dict.fromkeys((*self.cite, *other.cite))),
            self.exact and other.exact,
            self.message or other.message,
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


def common_spans(first: tuple[Span, ...], second: tuple[Span, ...]) -> tuple[list[Span], list[Span]]:
    """The intersections of spans of two lists: those that are proved not to be empty, and those that may be."""
    certain, doubtful = [], []
    for mine in first:
        for its in second:
            low, high = extreme(mine[0], its[0], 1), extreme(mine[1], its[1], -1)
            order = compared(low, high)
            if order == -1:
                certain.append((low, high))
            elif order is None:
                doubtful.append((low, high))
    return certain, doubtful


def extreme(first: Number, second: Number, side: int) -> Number:
    """The larger (side 1) or the smaller (side -1) of two numbers."""
    order = compared(first, second)
    if order is not None:
        return first if order * side >= 0 else second
    assert first.enclosure is not None and second.enclosure is not None
    pick = max if side == 1 else min
    lower, upper = pick(first.enclosure.lower, second.enclosure.lower), pick(first.enclosure.upper, second.enclosure.upper)
    return Number(None, Enclosure(lower, upper), first.digits)


def compared(first: Number, second: Number) -> int | None:
    """The proved sign of first - second."""
    if first.exact is not None and first.exact == second.exact:
        return 0
    mine, its = first.enclosure, second.enclosure
    assert mine is not None and its is not None
    if mine.upper < its.lower or mine.lower > its.upper:
        return -1 if mine.upper < its.lower else 1
    if mine.is_point and its.is_point:
        return 0
    return None if first.exact is None or second.exact is None else proved_sign(first.exact - second.exact)
