"""Finitely many maps in one dimension (minibatches, Rademacher noise, dropout), linear or not: bounds on cells."""

from __future__ import annotations

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.region import Region
from ..effort import Effort
from ..numerics.finite_family import FiniteFamily, finite_family
from .method import Method

WORDS = "upper and lower solutions on cells, the inequalities checked with outward rounding"
LEFT = Hypothesis("between the regions the chain stays for a finite mean time, apart from proved attraction", "proved")


class Cells(Method):
    """v >= 1 + K v gives E tau <= v, v <= 1 + K v with tau < oo almost surely E tau >= v; likewise for hitting.

    v is constant on cells, K v is enclosed by the extrema over all cells that the image of a cell touches.
    """

    warrants = (Warrant.CERTIFIED,)

    def exit_time(self, model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Finding | None:
        family = asked(model, start, inside)
        if family is None:
            return None
        from ..engines.cells.exits import mean_exit_time

        return certified(mean_exit_time(family, start[family.symbol], inside.interval(family.symbol), effort))

    def hitting(
        self, model: Chain | Diffusion, start: Point, target: Region, avoid: Region | None, effort: Effort
    ) -> Finding | None:
        family = asked(model, start, *(region for region in (target, avoid) if region is not None))
        if family is None:
            return None
        from ..engines.cells.hitting import hitting_probability

        w = family.symbol
        bad = None if avoid is None else avoid.interval(w)
        found = hitting_probability(family, start[w], target.interval(w), bad, effort)
        return certified(found)


def asked(model: Chain | Diffusion, start: Point, *regions: Region) -> FiniteFamily | None:
    """The maps, where everything is a number and none of the regions is the whole line."""
    family = finite_family(model)
    if family is None or any(region.free_symbols or region.is_everything for region in regions):
        return None
    return None if any(value.free_symbols for value in start.values()) else family


def certified(enclosure: Enclosure) -> Finding:
    return Finding(Warrant.CERTIFIED, WORDS, enclosure=enclosure, hypotheses=(LEFT,), cite=("norris1997",))


METHOD = Cells()
