"""A window: the open set of a parameter's values at which an exponent is negative."""

from __future__ import annotations

from dataclasses import dataclass

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
    exact: bool = False
    """Are all ends exact algebraic numbers?"""


def joined(spans: list[Span]) -> tuple[Span, ...]:
    """Spans in increasing order, with those merged that share an end inside the window."""
    result: list[Span] = []
    for span in spans:
        if result and result[-1][1] is span[0]:
            result[-1] = (result[-1][0], span[1])
        else:
            result.append(span)
    return tuple(result)
