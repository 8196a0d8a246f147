"""Bounds of the derivative of a map on parts of its blocks, beside those of its values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import inf

import numpy as np
import sympy as sp
from flint import arb
from numpy.typing import NDArray

from ...balls.evaluate import evaluate
from ...balls.precision import precision
from ...errors import Inconclusive
from ...numerics.smooth_pieces import Piece
from .grid import Block, Floats, Indices, Kind
from .layout import formulas_on, neighbours
from .taylor import BITS, OUTWARDS, Table


@dataclass(frozen=True)
class SmoothTable:
    """The Taylor rows of a map on all blocks, and the pieces from which they come."""

    table: Table
    blocks: tuple[Block, ...]
    pieces: tuple[Piece, ...]
    symbol: sp.Symbol

    def images(self, low: Floats, high: Floats, block: Indices) -> tuple[Floats, Floats]:
        """Enclosures of the values on [low, high], interval by interval, each in its block."""
        return self.table.images(low, high, block)

    @property
    def is_bounded(self) -> bool:
        return bool(np.isfinite(self.table.error).all())

    def slopes(self, low: Floats, high: Floats, block: Indices) -> tuple[Floats, Floats]:
        """Bounds of the derivative on [low, high] wherever there is one; infinite where none is known.

        On smooth blocks: p'(m) at the middle m of the interval, p the Taylor polynomial, is within `slope_error` of
        f'(m), and f' varies by at most `bend` times the width. Small blocks have bounds of their own.
        """
        table = self.table
        _, b, c, d = table.coefficients[:, block]
        t = low + (high - low) / 2 - table.centre[block]
        slope = b + t * (2 * c + 3 * t * d)
        doubt = (table.slope_error[block] + table.bend[block] * (high - low) * OUTWARDS) * OUTWARDS
        doubt = doubt + np.abs(slope) * (OUTWARDS - 1)
        doubt = np.where(self.has_rows[block], doubt, inf)
        least, most = self.of_small_blocks
        smooth = self.is_smooth[block]
        return np.where(smooth, slope - doubt, least[block]), np.where(smooth, slope + doubt, most[block])

    @cached_property
    def is_smooth(self) -> NDArray[np.bool_]:
        return np.array([block.kind is Kind.SMOOTH for block in self.blocks])

    @cached_property
    def has_rows(self) -> NDArray[np.bool_]:
        """Is the row a Taylor polynomial? One that is a range says nothing of the slope, unless the map is constant:
        every polynomial that is not has a rounding in its slope, so that `slope_error` > 0."""
        constant = np.array(
            [self.symbol not in formula.free_symbols for formula in formulas_on(self.blocks, self.pieces)]
        )
        return constant | (self.table.slope_error > 0)

    @cached_property
    def of_small_blocks(self) -> tuple[Floats, Floats]:
        """For each small block bounds of the slopes of all pieces that meet it; 0 for points, which have no length."""
        found = [
            (0.0, 0.0) if block.kind is Kind.SMOOTH or block.low == block.high else self.around(block)
            for block in self.blocks
        ]
        return np.array([low for low, _ in found]), np.array([high for _, high in found])

    def around(self, block: Block) -> tuple[float, float]:
        with precision(BITS):
            there = {self.symbol: arb(block.low).union(arb(block.high))}
            slopes = [evaluate(sp.diff(p.formula, self.symbol), there) for p in self.pieces if meets(p, block)]
            if not slopes or not all(slope.is_finite() for slope in slopes):
                return -inf, inf
            low, high = min(float(slope.lower()) for slope in slopes), max(float(slope.upper()) for slope in slopes)
        return float(np.nextafter(low, -inf)), float(np.nextafter(high, inf))


def meets(piece: Piece, block: Block) -> bool:
    """May the piece have points of the block?"""
    try:
        starts_before = not piece.low.is_finite or neighbours(piece.low)[0] <= block.high
        return bool(starts_before and (not piece.high.is_finite or neighbours(piece.high)[1] >= block.low))
    except Inconclusive:
        return True
