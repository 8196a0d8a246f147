"""One step of the chain for functions that are constant on cells: the largest and the smallest mean over selections."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from flint import arb
from numpy.typing import NDArray

from ...balls.evaluate import evaluate
from ...balls.precision import precision
from ...errors import Inconclusive
from ...numerics.finite_family import FiniteFamily
from .grid import Floats, Grid, Indices, Kind
from .images import MapTables

LEAST_WEIGHT = 2.0**-250
"""The product of a smaller probability and a small value might vanish among the doubles."""


class Ranges:
    """Extrema of an array over many index ranges [first, last], by tables of blocks of lengths 1, 2, 4, ..."""

    def __init__(self, first: Indices, last: Indices) -> None:
        self.first, self.last = first, last
        level = np.frexp((last - first + 1).astype(float))[1] - 1
        self.groups = [(depth, np.flatnonzero(level == depth)) for depth in range(int(level.max()) + 1)]
        self.second = last - (1 << level) + 1
        self.single = len(self.groups) == 1

    def largest(self, values: Floats) -> Floats:
        if self.single or (values[:-1] >= values[1:]).all():
            return values[self.first]
        if (values[:-1] <= values[1:]).all():
            return values[self.last]
        result, table = np.empty(len(self.first)), values
        for depth, members in self.groups:
            if depth:
                table = np.maximum(table[: -(1 << (depth - 1))], table[1 << (depth - 1) :])
            if len(members):
                result[members] = np.maximum(table[self.first[members]], table[self.second[members]])
        return result

    def smallest(self, values: Floats) -> Floats:
        return -self.largest(-values)

    def place_of_largest(self, values: Floats) -> Indices:
        """Where the largest value stands."""
        if self.single:
            return self.first
        result, table = np.empty(len(self.first), np.intp), np.arange(len(values))
        for depth, members in self.groups:
            if depth:
                table = better(values, table[: -(1 << (depth - 1))], table[1 << (depth - 1) :])
            if len(members):
                result[members] = better(values, table[self.first[members]], table[self.second[members]])
        return result


def better(values: Floats, one: Indices, other: Indices) -> Indices:
    return np.where(values[one] >= values[other], one, other)


@dataclass(frozen=True)
class Weights:
    """Probabilities as doubles, and the factors that make sums of products bounds."""

    values: tuple[float, ...]
    down: float
    up: float

    @classmethod
    def of(cls, family: FiniteFamily) -> Weights:
        with precision(106):
            doubles = [float(evaluate(p).mid()) for p in family.weights]
            errors = [abs(evaluate(p) / arb(d) - 1) for p, d in zip(family.weights, doubles, strict=True)]
        if min(doubles) < LEAST_WEIGHT or not all(error < 2.0**-50 for error in errors):
            raise Inconclusive("a probability is too small for doubles")
        slack = (len(doubles) + 16) * 2.0**-50
        return cls(tuple(doubles), 1 - slack, 1 + slack)


@dataclass(frozen=True)
class Operator:
    """v -> mean over the maps of the extremum of v over the cells that the image of a cell touches.

    Vectors have size + 2 entries (see `Grid`); those of cells with given values are passed through.
    """

    grid: Grid
    weights: Weights
    first: tuple[Indices, ...]
    last: tuple[Indices, ...]

    @classmethod
    def of(cls, family: FiniteFamily, tables: MapTables, grid: Grid) -> Operator:
        touched = tables.touched(grid)
        return cls(grid, Weights.of(family), tuple(f for f, _ in touched), tuple(last for _, last in touched))

    @cached_property
    def ranges(self) -> tuple[Ranges, ...]:
        """Those of cells with given values or left at once are made trivial: nobody asks for them."""
        kinds = np.array([b.kind in (Kind.SMOOTH, Kind.SMALL) for b in self.grid.blocks])[self.grid.block_of_cell]
        own = np.arange(1, self.grid.size + 1)
        return tuple(
            Ranges(np.where(kinds, first, own), np.where(kinds, last, own))
            for first, last in zip(self.first, self.last, strict=True)
        )

    @cached_property
    def exits(self) -> list[tuple[int, Indices]]:
        """For each cell that is left at once the cells in which the chain may be then."""
        found = []
        for b, block in enumerate(self.grid.blocks):
            if block.kind is Kind.LEFT_AT_ONCE:
                ends = [self.grid.locate(np.array(pair)) for pair in block.exits]
                places = np.unique(np.concatenate([np.arange(a, z + 1) for a, z in ends]))
                found.append((int(self.grid.offsets[b]) + 1, places))
        return found

    def upper(self, values: Floats) -> Floats:
        """A proved upper bound of the largest mean, for values that are not negative."""
        return self.mean(values, True, self.weights.up)

    def lower(self, values: Floats) -> Floats:
        """A proved lower bound of the smallest mean, for values that are not negative."""
        return self.mean(values, False, self.weights.down)

    def bound(self, values: Floats, above: bool) -> Floats:
        """The upper one or the lower one."""
        return self.upper(values) if above else self.lower(values)

    def mean(self, values: Floats, largest: bool, factor: float = 1.0) -> Floats:
        """The mean of the extrema, in plain rounding times `factor`."""
        total = np.zeros(self.grid.size)
        for weight, ranges in zip(self.weights.values, self.ranges, strict=True):
            total += weight * (ranges.largest(values) if largest else ranges.smallest(values))
        total *= factor
        result = np.concatenate([values[:1], total, values[-1:]])
        for cell, places in self.exits:
            result[cell] = values[places].max() if largest else values[places].min()
        return np.where(self.grid.free, result, values)

    def policy(self, values: Floats, largest: bool) -> list[Indices]:
        """For each map the cell that gives each cell its extremum; entries of all size + 2 places."""
        signed = values if largest else -values
        chosen = []
        for ranges in self.ranges:
            place = np.concatenate([[0], ranges.place_of_largest(signed), [self.grid.size + 1]])
            for cell, places in self.exits:
                place[cell] = places[np.argmax(signed[places])]
            chosen.append(place)
        return chosen

    @cached_property
    def touches_outside(self) -> bool:
        """Does an image of a free cell reach beyond all cells?"""
        free, beyond = self.grid.free[1:-1], (0, self.grid.size + 1)
        return any(
            bool((r.first[free] == beyond[0]).any() or (r.last[free] == beyond[1]).any()) for r in self.ranges
        ) or any(place in beyond for _, places in self.exits for place in places)


def leading_to(operator: Operator, goal: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """For 0 .. size + 1: from which cells do paths of touched cells lead to cells of given value that are in `goal`?"""
    reaches = goal & ~operator.grid.free
    while True:
        counted = np.concatenate([[0], np.cumsum(reaches)])
        found = np.zeros(operator.grid.size, bool)
        for ranges in operator.ranges:
            found |= counted[ranges.last + 1] > counted[ranges.first]
        grown = reaches | (operator.grid.free & np.concatenate([[False], found, [False]]))
        for cell, places in operator.exits:
            grown[cell] = reaches[cell] or bool(reaches[places].any())
        if (grown == reaches).all():
            return reaches
        reaches = grown
