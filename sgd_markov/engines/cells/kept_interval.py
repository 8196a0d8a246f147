"""A compact interval that finitely many maps lead into itself, and the cells of it that carry every stationary law."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ...effort import Effort
from ...errors import Inconclusive
from ...numerics.finite_family import FiniteFamily
from .clamped import Clamped
from .grid import Block, Floats, Grid, Kind
from .images import MapTables
from .layout import layout, widened
from .operator import Operator, Weights
from .reach import POINTS, stepped
from .slopes import SmoothTable
from .switches import is_read_right

FIRST = 4
"""Cells in a block of the coarsest grid."""
MARGINS = (1e-6, 0.02, 0.1, 0.3, 1.0)
"""How much wider than what orbits fill the intervals are that are tried, relative to their width."""
ROOM = 1e-3
WORTH = 0.98
"""Intervals are shrunk as long as they become narrower than that."""
SWELLINGS, TINY = 20, 1e-9
"""How often an interval is widened to hold its images, and by how much more, relative to its width."""
ROUNDS = 400

Ends = tuple[float, float]


@dataclass(frozen=True)
class KeptInterval:
    """[low, high], which every map leads into itself, with enclosures of the maps, and of `further` functions, on blocks.

    Barriers inside and the upper end are cells of a point, so that the cells cover the closed interval and masses of
    barriers are told.
    """

    family: FiniteFamily
    low: float
    high: float
    blocks: tuple[Block, ...]
    maps: tuple[Clamped, ...]
    tables: tuple[SmoothTable, ...]
    further: tuple[SmoothTable, ...]

    @classmethod
    def of(cls, family: FiniteFamily, ends: Ends, functions: Sequence[sp.Expr], effort: Effort) -> KeptInterval:
        """Raises `Inconclusive` where the kinks are not found, or the interval is not proved to be kept."""
        maps = tuple(Clamped.of(formula) for formula in family.maps)
        bare = together(family.symbol, [*(m.inner for m in maps), *functions])
        laid = layout(bare, *ends, reserved(maps, *ends), [])
        rows = MapTables.of(bare, laid.blocks, laid.formulas, effort).tables
        blocks, span = tuple(laid.blocks), widened(*ends)
        tables = tuple(
            SmoothTable(row, blocks, tuple(bare.pieces(place, *span) or ()), family.symbol)
            for place, row in enumerate(rows)
        )
        for formula, table in zip(bare.maps, tables, strict=True):
            if not is_read_right(formula, table, span):
                raise Inconclusive(f"{formula} may have values at single points that its pieces do not show")
        found = cls(family, *ends, blocks, maps, tables[: len(maps)], tables[len(maps) :])
        if found.operator(found.grid(FIRST)).touches_outside:
            raise Inconclusive(f"[{ends[0]:.6g}, {ends[1]:.6g}] is not proved to be kept by every step")
        return found

    def grid(self, count: int) -> Grid:
        """Every smooth block cut into `count` cells, a power of 2."""
        return Grid(self.blocks, np.array([count if b.kind is Kind.SMOOTH else 1 for b in self.blocks]))

    def images(self, grid: Grid, low: Floats, high: Floats) -> list[tuple[Floats, Floats]]:
        """Images of intervals, the k-th in cell k of the grid (from 0), under each map."""
        return [m.images(t, low, high, grid.block_of_cell) for m, t in zip(self.maps, self.tables, strict=True)]

    def slopes(self, grid: Grid) -> list[tuple[Floats, Floats]]:
        """Bounds of the slope of each map on each cell."""
        low, high = grid.nodes[:-1], grid.nodes[1:]
        return [m.slopes(t, low, high, grid.block_of_cell) for m, t in zip(self.maps, self.tables, strict=True)]

    def point_images(self, place: int, points: Floats) -> tuple[Floats, Floats]:
        """Enclosures of one map at points of the interval."""
        grid = self.coarsest
        block = grid.block_of_cell[np.clip(grid.locate(points) - 1, 0, grid.size - 1)]
        low, high = self.maps[place].images(self.tables[place], points, points, block)
        return np.clip(low, self.low, self.high), np.clip(high, self.low, self.high)

    @cached_property
    def coarsest(self) -> Grid:
        return self.grid(FIRST)

    def operator(self, grid: Grid) -> Operator:
        images = self.images(grid, grid.nodes[:-1], grid.nodes[1:])
        touched = [(grid.locate(low), grid.locate(high)) for low, high in images]
        return Operator(grid, Weights.of(self.family), tuple(f for f, _ in touched), tuple(last for _, last in touched))

    def shrunk(self, effort: Effort) -> Ends:
        """The hull of the cells that carry all stationary laws on the interval."""
        grid = self.coarsest
        cells = np.flatnonzero(carrying(self.operator(grid), effort))
        return float(grid.nodes[cells[0]]), float(grid.nodes[cells[-1] + 1])


def carrying(operator: Operator, effort: Effort) -> NDArray[np.bool_]:
    """The cells that chains of images from everywhere still meet after many steps: every stationary law pi on the kept
    interval has all its mass there.

    By induction: where pi(A) = 1, the cells B that images of A touch have pi(B) = int_A P(x, B) pi(dx) = 1.
    """
    size = operator.grid.size
    alive = np.ones(size, bool)
    for _ in range(ROUNDS):
        effort.check()
        covered = np.zeros(size + 2, np.intp)
        for ranges in operator.ranges:
            covered += np.bincount(ranges.first[alive] - 1, minlength=size + 2)
            covered -= np.bincount(ranges.last[alive], minlength=size + 2)
        after = alive & (np.cumsum(covered)[:size] > 0)
        if (after == alive).all():
            break
        alive = after
    return alive


def together(w: sp.Symbol, functions: Sequence[sp.Expr]) -> FiniteFamily:
    """The functions as one family, to be laid out on the same blocks."""
    return FiniteFamily(w, (sp.Rational(1, len(functions)),) * len(functions), tuple(functions))


def reserved(maps: Sequence[Clamped], low: float, high: float) -> list[Block]:
    """Cells of a point for the barriers between the ends, and for the upper end."""
    places = {high} | {b.below for m in maps for b in m.barriers if b.below == b.above and low <= b.below <= high}
    return [Block(place, place, Kind.SMALL) for place in sorted(places)]


def kept_interval(family: FiniteFamily, hull: Ends, effort: Effort) -> tuple[KeptInterval, Ends]:
    """A kept interval, and a wider one that holds the hull, is kept too, and has no other stationary laws.

    Raises `Inconclusive` where none is proved.
    """
    found = proved_around(family, hull, effort)
    wide = found.low, found.high
    for _ in range(4):
        low, high = found.shrunk(effort)
        room = ROOM * (high - low)
        low, high = max(found.low, low - room), min(found.high, high + room)
        if not low < high or high - low > WORTH * (found.high - found.low):
            break
        try:
            found = KeptInterval.of(family, (low, high), (), effort)
        except Inconclusive:
            effort.check()
            break
    return found, wide


def proved_around(family: FiniteFamily, hull: Ends, effort: Effort) -> KeptInterval:
    refusal = Inconclusive("no compact interval is proved to be kept by every step")
    size = max(hull[1] - hull[0], 1e-9 * max(abs(hull[0]), abs(hull[1])), 1e-100)
    for margin in (0.0, *MARGINS):
        for ends in candidates(family, hull[0] - margin * size, hull[1] + margin * size):
            try:
                return KeptInterval.of(family, ends, (), effort)
            except Inconclusive as found:
                effort.check()
                refusal = found
    raise refusal


def candidates(family: FiniteFamily, low: float, high: float) -> list[Ends]:
    """The interval itself, and one that holds its images too, which reach beyond it where a map is steep at an end."""
    maps = [sp.lambdify(family.symbol, formula, "numpy") for formula in family.maps]
    a, b, room = low, high, TINY * (high - low)
    for _ in range(SWELLINGS):
        images = stepped(maps, np.linspace(a, b, POINTS), [])
        least, most = float(images.min()), float(images.max())
        if not (low - 10 * (high - low) < least and most < high + 10 * (high - low)):
            break
        if a <= least and most <= b:
            return [(low, high)] if (a, b) == (low, high) else [(low, high), (a, b)]
        a, b = (least - room if least < a else a), (most + room if most > b else b)
    return [(low, high)]
