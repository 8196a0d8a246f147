"""First passage of diffusions by scale function and speed measure: certified integrals, to any digits."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.number import Number
from ..answer.warrant import Warrant
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.region import Region
from ..effort import Effort
from ..engines.scale_function.first_exit import hitting_probability, mean_exit_time
from ..engines.scale_function.gap import gap_around
from ..engines.scale_function.kramers import kramers_time
from ..numerics.exact_numbers import number
from .method import Method

METHOD_TEXT = "scale function and speed measure, integrated in certified cells"
INTEGRALS = Hypothesis("drift and variance are analytic, and the variance positive, on every cell between the ends")


class DiffusionScale(Method):
    """Diffusions without free symbols, on an interval; kinks, poles and zeros of the variance at known places."""

    def exit_time(self, model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Finding | None:
        """E tau in t."""
        if not isinstance(model, Diffusion) or open_symbols(model, start, inside):
            return None
        w = model.variable
        low, high = inside.interval(w)
        found = mean_exit_time(model, start[w], low, high, effort)
        return finding(found, kramers(model, start[w], low, high, found, effort))

    def hitting(
        self, model: Chain | Diffusion, start: Point, target: Region, avoid: Region | None, effort: Effort
    ) -> Finding | None:
        """P(`target` before `avoid`): paths are continuous, so that only the nearest ends on both sides count."""
        if not isinstance(model, Diffusion) or open_symbols(model, start, target, avoid):
            return None
        w = model.variable
        gap = gap_around(start[w], target.interval(w), avoid.interval(w) if avoid else None)
        if gap is None:
            return None
        found = hitting_probability(model, start[w], gap.low, gap.high, gap.wanted, effort)
        return certain(found) if found.lower == found.upper in (0, 1) else finding(found)


def certain(enclosure: Enclosure) -> Finding:
    """A probability of 0 or 1."""
    how = "behaviour of the diffusion at the ends (Feller's tests)"
    return Finding(Warrant.EXACT, how, sp.Integer(int(enclosure.lower)), enclosure, cite=("feller1952",))


def finding(enclosure: Enclosure, extra: Mapping[str, Any] | None = None) -> Finding:
    cite = ("karlin1981", "kramers1940") if extra else ("karlin1981",)
    return Finding(Warrant.CERTIFIED, METHOD_TEXT, None, enclosure, (INTEGRALS,), cite, extra=extra or {})


def kramers(
    model: Diffusion, start: sp.Expr, low: sp.Expr, high: sp.Expr, found: Enclosure, effort: Effort
) -> Mapping[str, Any]:
    """The formula for small noise beside the exact value: its time, and the ratio exact time/formula."""
    formula = kramers_time(model, start, low, high)
    if formula is None:
        return {}
    time = number(formula, effort, "the formula of Kramers")
    assert time.enclosure is not None
    above, below = Fraction(time.enclosure.upper), Fraction(time.enclosure.lower)
    ratio = Enclosure(Fraction(found.lower) / above, Fraction(found.upper) / below)
    return {"kramers": {"time": time, "ratio": Number(None, ratio, effort.digits)}}


def open_symbols(model: Diffusion, start: Point, *regions: Region | None) -> bool:
    """Are there symbols without values?"""
    free = model.parameters.union(*(value.free_symbols for value in start.values()))
    return bool(free.union(*(region.free_symbols for region in regions if region is not None)))


METHOD = DiffusionScale()
