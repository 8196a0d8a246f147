"""Levels of quantiles beside the probability that the time is finite at all."""

from __future__ import annotations

import sympy as sp

from ..answer.enclosure import Enclosure
from ..answer.number import Number
from ..balls.adaptive import refine_expression
from ..balls.zero_proof import fraction
from ..effort import Effort
from ..errors import HypothesisViolated, Inconclusive


def require_reached(level: sp.Expr, chance: Number, effort: Effort) -> None:
    """P(tau <= n) comes to every level below `chance` = P(tau < oo), which it never is itself unless that is 1."""
    if chance.exact == 1:
        return
    known = level_enclosure(level, effort)
    assert chance.enclosure is not None
    if known.lower > chance.enclosure.upper:
        raise HypothesisViolated("the quantile is finite", f"the region is left with probability {in_short(chance)} only")
    if known.upper >= chance.enclosure.lower:
        raise Inconclusive("whether so many paths leave the region at all is not decided")


def level_enclosure(level: sp.Expr, effort: Effort) -> Enclosure:
    """
    >>> level_enclosure(sp.Rational(1, 3), Effort())
    Enclosure(lower=Fraction(1, 3), upper=Fraction(1, 3))
    """
    return Enclosure.point(fraction(level)) if level.is_Rational else refine_expression(level, effort, "the level")


def in_short(found: Number) -> str:
    """A rational number, or six digits, for a message."""
    if found.exact is not None and found.exact.is_Rational:
        return str(found.exact)
    assert found.enclosure is not None
    return f"{float(found.enclosure.middle):.6g}"
