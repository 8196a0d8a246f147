"""Cells, functions that are polynomials on them, and where the kinks of their images lie."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from flint import arb, arb_poly

from ...balls.precision import ball


@dataclass(frozen=True)
class Cell:
    """low <= w <= high, with u = (w - centre)/half in [-1, 1]; functions have `size` coefficients in u."""

    low: Fraction
    high: Fraction
    size: int

    @cached_property
    def centre(self) -> Fraction:
        return (self.low + self.high) / 2

    @cached_property
    def half(self) -> Fraction:
        return (self.high - self.low) / 2

    @cached_property
    def balls(self) -> tuple[arb, arb]:
        """Centre and half, at the precision of their first use."""
        return ball(self.centre), ball(self.half)

    def local(self, place: arb) -> arb:
        """The u of a place."""
        centre, half = self.balls
        return (place - centre) / half

    def local_model(self, model: arb_poly) -> arb_poly:
        """The u of a polynomial of places."""
        centre, half = self.balls
        return (model - centre) * (1 / half)


@dataclass(frozen=True)
class Mesh:
    """Cells side by side that cover the region."""

    cells: tuple[Cell, ...]

    @property
    def low(self) -> Fraction:
        return self.cells[0].low

    @property
    def high(self) -> Fraction:
        return self.cells[-1].high

    @cached_property
    def ends(self) -> list[Fraction]:
        return [self.low, *(cell.high for cell in self.cells)]

    @cached_property
    def offsets(self) -> list[int]:
        """The number of the first unknown of each cell; last the number of all."""
        found = [0]
        for cell in self.cells:
            found.append(found[-1] + cell.size)
        return found

    @property
    def unknowns(self) -> int:
        return self.offsets[-1]

    def holds(self, place: Fraction) -> bool:
        return self.low <= place <= self.high

    def cell_at(self, place: Fraction) -> int:
        """A cell that holds the place, the right one of two."""
        return min(max(bisect_right(self.ends, place) - 1, 0), len(self.cells) - 1)

    def touching(self, low: Fraction, high: Fraction) -> range:
        """The cells that meet the open interval."""
        first = max(bisect_right(self.ends, low) - 1, 0)
        last = min(bisect_left(self.ends, high), len(self.cells))
        return range(first, max(last, first + 1))


Function = tuple[arb_poly, ...]
"""One polynomial in u for each cell."""


def value_at(mesh: Mesh, function: Function, place: Fraction) -> arb:
    """The function at a place of the region."""
    index = mesh.cell_at(place)
    return function[index](mesh.cells[index].local(ball(place)))
