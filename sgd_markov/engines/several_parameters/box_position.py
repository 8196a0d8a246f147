"""Where a critical point lies relative to the box that a user gave."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from flint import ctx

from ...answer.number import Number
from ...balls.adaptive import proved_sign
from ...balls.evaluate import evaluate
from ...balls.precision import enclosure, precision
from .found import CriticalPointSeveral

Within = Mapping[sp.Symbol, tuple[sp.Expr, sp.Expr]]
WHOLE = (-sp.oo, sp.oo)


def position(point: CriticalPointSeveral, state: tuple[sp.Symbol, ...], within: Within) -> bool | None:
    """Is the point in the closed box? None where that is not decided."""
    ends = [(entry, within.get(w, WHOLE)) for entry, w in zip(point.at, state, strict=True)]
    verdicts = [side_of(entry, end, sign) for entry, span in ends for end, sign in zip(span, (1, -1), strict=True)]
    return False if False in verdicts else None if None in verdicts else True


def side_of(entry: Number, end: sp.Expr, sign: int) -> bool | None:
    """Is sign * (entry - end) >= 0?"""
    if not end.is_finite:
        return True
    if entry.exact is not None and not entry.exact.free_symbols:
        found = proved_sign(entry.exact - end)
        return None if found is None else found * sign >= 0
    if entry.enclosure is None:
        return None
    with precision(4 * ctx.prec):
        limit = enclosure(evaluate(end))
    low, high = entry.enclosure.lower - limit.upper, entry.enclosure.upper - limit.lower
    return sign > 0 if low > 0 else sign < 0 if high < 0 else None
