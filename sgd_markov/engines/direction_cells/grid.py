"""A cut of the projective line into cells, and functions that are continuous and linear on each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .directions import LINES, Floats, Integers, side_of


@dataclass(frozen=True)
class Grid:
    """Cell j lies between `nodes[j]` and the next node; the corners 0 and 2 of the square are nodes, the first is 0."""

    nodes: Floats

    @classmethod
    def uniform(cls, count: int) -> Grid:
        return cls(np.arange(count, dtype=np.float64) * (LINES / count))

    @property
    def size(self) -> int:
        return len(self.nodes)

    @cached_property
    def ends(self) -> Floats:
        return np.append(self.nodes[1:], LINES)

    @cached_property
    def lengths(self) -> Floats:
        return self.ends - self.nodes

    @cached_property
    def sides(self) -> Integers:
        return side_of(self.nodes)

    @cached_property
    def all_around(self) -> Floats:
        """The nodes in [0, 12): an image of a cell that starts in [0, 4) ends before 8."""
        return np.concatenate([self.nodes, self.nodes + LINES, self.nodes + 2 * LINES])

    def cell_of(self, places: Floats) -> Integers:
        """The cell of places in [0, 4)."""
        return np.searchsorted(self.nodes, places, "right") - 1

    def slopes(self, values: Floats) -> Floats:
        return (following(values) - values) / self.lengths

    def value_at(self, values: Floats, places: Floats, cells: Integers) -> Floats:
        return values[cells] + self.slopes(values)[cells] * (places - self.nodes[cells])

    def split(self, marked: np.ndarray) -> Grid:
        """With the marked cells halved."""
        middles = (self.nodes + self.lengths / 2)[marked]
        return Grid(np.sort(np.concatenate([self.nodes, middles])))

    def carried(self, values: Floats, before: Grid) -> Floats:
        """A function on the nodes of a coarser grid, at these nodes."""
        return np.asarray(np.interp(self.nodes, np.append(before.nodes, LINES), np.append(values, values[0])))


def following(values: Floats) -> Floats:
    """The value at the end of each cell."""
    return np.append(values[1:], values[:1])


def preceding(values: Floats) -> Floats:
    """The value of the cell before each cell."""
    return np.append(values[-1:], values[:-1])


def ragged(counts: Integers) -> tuple[Integers, Integers]:
    """For rows of the given lengths, laid end to end: the row of every entry, and its number within the row."""
    rows = np.repeat(np.arange(len(counts)), counts)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    return rows, np.arange(len(rows)) - starts[rows]
