"""The cells that the image of each cell touches, for every map."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
import sympy as sp
from flint import arb

from ...balls.evaluate import evaluate
from ...balls.precision import precision
from ...effort import Effort
from ...numerics.finite_family import FiniteFamily
from .grid import Block, Floats, Grid, Indices, Kind
from .taylor import BITS, OUTWARDS, Row, Table, centred, row


@dataclass(frozen=True)
class MapTables:
    """Enclosures of every map on every block; they serve all refinements of the grid."""

    tables: tuple[Table, ...]

    @classmethod
    def of(cls, family: FiniteFamily, blocks: list[Block], formulas: list[list[sp.Expr]], effort: Effort) -> MapTables:
        """`formulas[i][b]`: the smooth formula of map i on block b."""
        tables = []
        for formula, own in zip(family.maps, formulas, strict=True):
            rows = []
            for block, smooth in zip(blocks, own, strict=True):
                effort.check()
                rows.append(block_row(block, smooth, formula, family.symbol))
            tables.append(Table(rows))
        return cls(tuple(tables))

    def images(self, grid: Grid) -> list[tuple[Floats, Floats]]:
        """The images of all cells under each map, as [low, high]."""
        low, high = grid.nodes[:-1], grid.nodes[1:]
        return [table.images(low, high, grid.block_of_cell) for table in self.tables]

    def touched(self, grid: Grid) -> list[tuple[Indices, Indices]]:
        """The first and the last cell that each image touches."""
        return [(grid.locate(low), grid.locate(high)) for low, high in self.images(grid)]

    def point_images(self, grid: Grid, low: Floats, high: Floats, place: int) -> tuple[Floats, Floats]:
        """Images under one map of small intervals that lie each in one smooth block."""
        block = grid.block_of_cell[np.clip(grid.locate(low) - 1, 0, grid.size - 1)]
        return self.tables[place].images(low, high, block)


def block_row(block: Block, smooth: sp.Expr, formula: sp.Expr, w: sp.Symbol) -> Row:
    """The Taylor row, or the range of the whole formula with its kinks on a cell that holds one."""
    if block.kind is Kind.SMOOTH:
        return row(smooth, w, block.low, block.high)
    if block.kind is not Kind.SMALL:
        return Row(block.low, (0.0, 0.0, 0.0, 0.0), inf, 0.0, 0.0)
    with precision(BITS):
        value = evaluate(formula, {w: arb(block.low).union(arb(block.high))})
        middle, error = centred(value)
        return Row(block.low, (middle, 0.0, 0.0, 0.0), error * OUTWARDS, 0.0, 0.0)
