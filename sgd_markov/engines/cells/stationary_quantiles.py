"""Quantiles of the stationary laws on a kept interval, told by the distribution function on both sides."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np

from ...answer.enclosure import Enclosure
from ...effort import Effort
from ...errors import Inconclusive
from .grid import Floats, Grid
from .kept_interval import Ends
from .stationary import CELL_LIMIT, Sides, StationaryOnCells, is_reached, with_best
from .step_solution import StepBounds

COUNTS = (16, 64, 256, 1024)
"""Cells in a block, on finer and finer grids."""
WARM = 1000
"""Sweeps of the masses in floating point."""
FACTORS = (1.0, 2.0, 5.0, 15.0)
"""So many times the doubt on a grid a place with a proof is sought from the level."""
ENOUGH = 1e-4
"""To so much the equation on a grid is solved, relative to the mass that a cell might hold."""


@dataclass(frozen=True)
class Quantile:
    """The smallest q with P(w <= q) >= level, for every stationary law on the interval.

    `level`: an enclosure of the level, between 0 and 1. `last`: solutions on the grids for the place asked last.
    """

    laws: StationaryOnCells
    level: Enclosure
    effort: Effort
    last: dict[int, StepBounds] = field(default_factory=dict)

    def enclosed(self) -> Enclosure:
        """[low, high] with P(w <= low) < level <= P(w <= high); the barrier itself where its mass holds the level."""
        kept, factor, best = self.laws.kept, self.laws.factor, Enclosure(*self.laws.span)
        try:
            for count in COUNTS:
                if kept.grid(count).size > CELL_LIMIT or is_reached(best, self.effort.digits):
                    break
                low, high = self.bracket(count)
                best = best.intersection(Enclosure(Fraction(low) / factor, Fraction(high) / factor))
                for place in self.barriers_in(best):
                    if self.is_below(place, True, count) and self.is_high(place, count):
                        return Enclosure.point(Fraction(place) / factor)
        except Inconclusive as refusal:
            raise with_best(refusal, best) from None
        return best

    def bracket(self, count: int) -> Ends:
        """Places on both sides of the quantile, sought where the mass seems to differ from the level by what the grid does
        not tell; the ends of the interval where nothing is proved."""
        kept, level = self.laws.kept, float(self.level.middle)
        found = self.mass(self.rough(level), False, count)
        doubt = found.upper - found.lower + ENOUGH
        lower = (self.rough(level - doubt * factor) for factor in FACTORS if doubt * factor < level)
        upper = (self.rough(level + doubt * factor) for factor in FACTORS if level + doubt * factor < 1)
        low = next((place for place in lower if self.is_below(place, False, count)), kept.low)
        return low, next((place for place in upper if self.is_high(place, count)), kept.high)

    def barriers_in(self, best: Enclosure) -> list[float]:
        """Cells of a point, which may hold mass."""
        places = sorted({b.low for b in self.laws.kept.blocks if b.low == b.high})
        return [place for place in places if Fraction(place) / self.laws.factor in best]

    def is_below(self, place: float, strict: bool, count: int) -> bool:
        """Is P(w <= place), or P(w < place), proved to be below the level?"""
        return place < self.laws.kept.low or self.mass(place, strict, count).upper < self.level.lower

    def is_high(self, place: float, count: int) -> bool:
        """Is P(w <= place) proved to be at least the level?"""
        return place >= self.laws.kept.high or self.mass(place, False, count).lower >= self.level.upper

    def mass(self, place: float, strict: bool, count: int) -> StepBounds:
        """Bounds of P(w <= place), or P(w < place), on one grid."""
        self.effort.check()
        side = Sides(place, place, strict)
        found = self.laws.on_grid(
            self.laws.kept,
            count,
            lambda grid: (side.least(grid), side.most(grid)),
            self.start(count),
            ENOUGH,
            self.effort,
        )
        self.last[count] = found
        return found

    def start(self, count: int) -> StepBounds | None:
        """The solution for the last place, on this grid or a coarser one."""
        coarser = [known for known in self.last if known <= count]
        return self.last[max(coarser)] if coarser else None

    def rough(self, level: float) -> float:
        """The quantile in floating point."""
        nodes, reached = self.seeming
        return float(np.interp(level, reached, nodes))

    @cached_property
    def seeming(self) -> tuple[Floats, Floats]:
        """Places, and the masses up to them in floating point: those of chains that go from middles of cells to cells."""
        nodes, mass = np.array([self.laws.kept.low, self.laws.kept.high]), np.ones(1)
        for count in COUNTS[:2]:
            grid = self.laws.laid(self.laws.kept, count, self.effort)[0].grid
            mass = np.diff(np.interp(grid.nodes, nodes, np.concatenate([[0.0], np.cumsum(mass)])))
            nodes, mass = grid.nodes, self.warmed(grid, mass)
        return nodes, np.concatenate([[0.0], np.cumsum(mass)])

    def warmed(self, grid: Grid, mass: Floats) -> Floats:
        kept, middles = self.laws.kept, grid.nodes[:-1] + np.diff(grid.nodes) / 2
        weights = self.laws.laid(kept, COUNTS[0], self.effort)[0].weights.values
        images = kept.images(grid, middles, middles)
        places = [np.clip(grid.locate((low + high) / 2) - 1, 0, grid.size - 1) for low, high in images]
        for _ in range(WARM):
            self.effort.check()
            parts = [np.bincount(at, p * mass, grid.size) for p, at in zip(weights, places, strict=True)]
            mass = np.asarray(sum(parts), np.float64)
        return mass
