"""A closed form as a number of an answer."""

from __future__ import annotations

from fractions import Fraction

import sympy as sp

from ..answer.enclosure import Bound, Enclosure
from ..answer.number import Number
from ..balls.adaptive import refine_expression
from ..effort import Effort


def number(value: sp.Expr, effort: Effort, what: str) -> Number:
    """The closed form, and its enclosure where no symbol is free; `what` names it where the digits end first.

    >>> number(sp.sqrt(2), Effort(digits=4), "the root").value
    '1.41421'
    """
    if value.free_symbols:
        return Number(value, None, effort.digits)
    if value.is_Rational:
        return Number(value, Enclosure.point(Fraction(int(value.p), int(value.q))), effort.digits)
    if value in (sp.oo, -sp.oo):
        return Number(value, Enclosure.point(float(value)), effort.digits)
    return Number(value, refine_expression(value, effort, what), effort.digits)


def end_number(end: Bound, effort: Effort) -> Number:
    """A rational or infinite end of a range, exact."""
    exact = (sp.oo if end > 0 else -sp.oo) if isinstance(end, float) else sp.Rational(end)
    return Number(exact, Enclosure.point(end), effort.digits)
