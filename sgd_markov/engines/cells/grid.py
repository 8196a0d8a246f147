"""Cells of a bounded part of the line: blocks, cut into equal cells where the maps are smooth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


class Kind(Enum):
    """What happens in a block."""

    SMOOTH = "the maps are smooth"
    SMALL = "one cell of a point, or of two neighbouring doubles, that holds a kink or an end"
    FIXED = "one cell where the values are given"
    LEFT_AT_ONCE = "one cell beside a repelling point: all that counts is where the chain leaves it"


@dataclass(frozen=True)
class Block:
    """[low, high), or the point low = high. `name` tells blocks with given values apart.

    `exits`: for LEFT_AT_ONCE the intervals in which the first place outside lies.
    """

    low: float
    high: float
    kind: Kind = Kind.SMOOTH
    name: str = ""
    exits: tuple[tuple[float, float], ...] = ()
    in_region: bool = False
    """A part of a region that the question names, or of its ends."""

    @property
    def is_free(self) -> bool:
        return self.kind is not Kind.FIXED


@dataclass(frozen=True)
class Grid:
    """The cells of neighbouring blocks; `counts[b]` is a power of 2, 1 for blocks that are not smooth.

    Cell k (from 1) is [nodes[k-1], nodes[k]), or the point where the two are equal; 0 and size + 1 stand for what is
    left and right of all cells. Powers of 2 make the cells of a finer grid lie in those of a coarser one, exactly.
    """

    blocks: Sequence[Block]
    counts: NDArray[np.intp] = field(repr=False)

    @cached_property
    def offsets(self) -> Indices:
        """The first cell of each block, counted from 0, and the number of all cells."""
        return np.concatenate([[0], np.cumsum(self.counts)]).astype(np.intp)

    @property
    def size(self) -> int:
        return int(self.offsets[-1])

    @cached_property
    def block_of_cell(self) -> Indices:
        return np.repeat(np.arange(len(self.blocks)), self.counts).astype(np.intp)

    @cached_property
    def nodes(self) -> Floats:
        low = np.array([b.low for b in self.blocks])
        width = np.array([b.high - b.low for b in self.blocks])
        place = np.arange(self.size) - self.offsets[self.block_of_cell]
        share = place / self.counts[self.block_of_cell]
        return np.append(low[self.block_of_cell] + width[self.block_of_cell] * share, self.blocks[-1].high)

    def locate(self, points: Floats) -> Indices:
        """The cell of each point: 1 .. size, 0 left of all, size + 1 right of all."""
        at = np.searchsorted(self.nodes, points, side="left")
        on_node = self.nodes[np.minimum(at, self.size)] == points
        return np.asarray(np.clip(at + on_node, 0, self.size + 1))

    @cached_property
    def free(self) -> NDArray[np.bool_]:
        """For 0 .. size + 1: is the value unknown?"""
        inner = np.array([b.is_free for b in self.blocks])[self.block_of_cell]
        return np.concatenate([[False], inner, [False]])

    def refined(self, factors: NDArray[np.intp]) -> Grid:
        """Each smooth block cut into that many times more cells."""
        smooth = np.array([b.kind is Kind.SMOOTH for b in self.blocks])
        return Grid(self.blocks, np.where(smooth, self.counts * factors, 1))

    def carried(self, values: Floats, coarse: Grid) -> Floats:
        """The values of a coarser grid of the same blocks on the cells of this one."""
        ratio = (self.counts // coarse.counts)[self.block_of_cell]
        inside = np.arange(self.size) - self.offsets[self.block_of_cell]
        parent = coarse.offsets[self.block_of_cell] + inside // ratio
        return np.concatenate([values[:1], values[1:-1][parent], values[-1:]])
