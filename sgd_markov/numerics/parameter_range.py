"""The range of a parameter: its assumption, cut to what the user asks for."""

from __future__ import annotations

from fractions import Fraction
from math import inf
from typing import Any

import sympy as sp

from ..answer.enclosure import Bound
from ..errors import InvalidInput
from ..expressions import exact


def parameter_domain(parameter: sp.Symbol, within: Any) -> tuple[Bound, Bound]:
    """The open range of the parameter: its assumption, cut to `within`."""
    low: Bound = Fraction(0) if parameter.is_nonnegative else -inf
    high: Bound = Fraction(0) if parameter.is_nonpositive else inf
    if within is not None:
        cut = [rational_end(end) for end in within]
        if len(cut) != 2 or not cut[0] < cut[1]:
            raise InvalidInput("within", within, "[low, high] with low < high")
        low, high = max(low, cut[0]), min(high, cut[1])
        if not low < high:
            raise InvalidInput("within", within, f"an interval that meets the range of {parameter}")
    return low, high


def rational_end(end: Any) -> Bound:
    value = exact(end, "within")
    if value.is_infinite:
        return inf if value > 0 else -inf
    if not value.is_Rational:
        raise InvalidInput("within", value, "rational ends, or oo")
    return Fraction(int(value.p), int(value.q))
