"""First passage of diffusions by scale function and speed measure: certified integrals, to any digits."""

from __future__ import annotations

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.region import Region
from ..effort import Effort
from ..engines.scale_function.first_exit import hitting_probability, mean_exit_time
from ..engines.scale_function.gap import gap_around
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
        return finding(found)

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
        return certain(found) if found.is_point else finding(found)


def certain(enclosure: Enclosure) -> Finding:
    """A probability of 0 or 1."""
    how = "behaviour of the diffusion at the ends (Feller's tests)"
    return Finding(Warrant.EXACT, how, sp.Integer(int(enclosure.lower)), enclosure, cite=("feller1952",))


def finding(enclosure: Enclosure) -> Finding:
    return Finding(Warrant.CERTIFIED, METHOD_TEXT, None, enclosure, (INTEGRALS,), ("karlin1981",))


def open_symbols(model: Diffusion, start: Point, *regions: Region | None) -> bool:
    """Are there symbols without values?"""
    free = model.parameters.union(*(value.free_symbols for value in start.values()))
    return bool(free.union(*(region.free_symbols for region in regions if region is not None)))


METHOD = DiffusionScale()
