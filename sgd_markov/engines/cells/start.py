"""From bounds on cells to bounds at a point: the first steps of the chain are followed path by path."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import fsum

import numpy as np
import sympy as sp

from ...answer.enclosure import Enclosure
from ...effort import Effort
from .grid import Floats, Grid, Kind
from .images import MapTables
from .layout import neighbours
from .operator import Operator, Ranges, Weights
from .rational_maps import RationalMaps

PATHS = 4096
DEPTH = 48
EXACT_STEPS = 240
BIT_LIMIT = 6000
RESOLVED = Fraction(1, 10**17)


@dataclass(frozen=True)
class Paths:
    """Where the chain is after its first steps: in [low, high] with `weight`; `steps`: the mean number so far.

    Sums of the weights, and `steps`, are right up to a relative error of `slack`.
    """

    low: Floats
    high: Floats
    weight: Floats
    steps: float
    slack: float

    def enclosure(self, grid: Grid, above: Floats, below: Floats, cost: float = 0.0) -> Enclosure:
        """Bounds of the mean of a function that lies between `below` and `above`, plus `cost` for each step."""
        ranges = Ranges(grid.locate(self.low), grid.locate(self.high))
        top = fsum(self.weight * ranges.largest(above)) + cost * self.steps
        bottom = fsum(self.weight * ranges.smallest(below)) + cost * self.steps
        return Enclosure(Fraction(bottom) * Fraction(1 - self.slack), Fraction(top) * Fraction(1 + self.slack))


def paths_from(start: sp.Expr, tables: MapTables, operator: Operator, exact: RationalMaps | None, effort: Effort) -> Paths:
    """The chain from a point until there are many paths; exact rational states where the maps allow, merged."""
    if exact is not None and start.is_Rational:
        return rational_paths(Fraction(int(start.p), int(start.q)), operator.grid, exact, effort)
    return enclosed_paths(neighbours(start), tables, operator)


def enclosed_paths(start: tuple[float, float], tables: MapTables, operator: Operator) -> Paths:
    """Each state as an interval; a path ends where its interval is not in one smooth block."""
    low, high, weight = np.array([start[0]]), np.array([start[1]]), np.ones(1)
    ended: list[tuple[Floats, Floats, Floats]] = []
    steps, depth = 0.0, 0
    while depth < DEPTH and len(weight) and len(weight) * len(tables.tables) <= PATHS:
        open_ = in_one_smooth_block(operator.grid, low, high)
        ended.append((low[~open_], high[~open_], weight[~open_]))
        low, high, weight = low[open_], high[open_], weight[open_]
        steps += fsum(weight)
        images = [tables.point_images(operator.grid, low, high, i) for i in range(len(tables.tables))]
        low, high = (np.concatenate([pair[side] for pair in images]) for side in (0, 1))
        weight = np.concatenate([weight * p for p in operator.weights.values])
        depth += 1
    ended.append((low, high, weight))
    a, b, share = (np.concatenate([part[k] for part in ended]) for k in range(3))
    return Paths(a, b, share, steps, (4 * depth + 64) * 2.0**-50)


def in_one_smooth_block(grid: Grid, low: Floats, high: Floats) -> np.ndarray:
    first, last = grid.locate(low), grid.locate(high)
    smooth = np.array([b.kind is Kind.SMOOTH for b in grid.blocks])
    inside = (first >= 1) & (last <= grid.size)
    one, other = (grid.block_of_cell[np.clip(cell - 1, 0, grid.size - 1)] for cell in (first, last))
    return np.asarray(inside & (one == other) & smooth[one])


def rational_paths(start: Fraction, grid: Grid, maps: RationalMaps, effort: Effort) -> Paths:
    """States are exact and merge where they coincide; a path ends where the value is given, or its state is long."""
    states: dict[Fraction, Fraction] = {start: Fraction(1)}
    ended: dict[Fraction, Fraction] = {}
    steps = Fraction(0)
    for _ in range(EXACT_STEPS):
        effort.check()
        if not states or len(states) * len(maps.weights) > PATHS or sum(states.values()) < RESOLVED:
            break
        following: dict[Fraction, Fraction] = {}
        for state, open_ in zip(list(states), still_open(grid, list(states)), strict=True):
            weight = states[state]
            if not open_ or state.denominator.bit_length() > BIT_LIMIT:
                ended[state] = ended.get(state, Fraction(0)) + weight
                continue
            steps += weight
            for p, image in zip(maps.weights, maps.images(state), strict=True):
                following[image] = following.get(image, Fraction(0)) + weight * p
        states = following
    for state, weight in states.items():
        ended[state] = ended.get(state, Fraction(0)) + weight
    pairs = np.array([double_neighbours(state) for state in ended])
    weights = np.array([float(weight) for weight in ended.values()])
    return Paths(pairs[:, 0], pairs[:, 1], weights, float(steps), 64 * 2.0**-50)


def still_open(grid: Grid, states: list[Fraction]) -> np.ndarray:
    """Is the state in cells whose value is not given?"""
    pairs = np.array([double_neighbours(state) for state in states])
    return np.asarray(grid.free[grid.locate(pairs[:, 0])] & grid.free[grid.locate(pairs[:, 1])])


def double_neighbours(state: Fraction) -> tuple[float, float]:
    near = float(state)
    if near == state:
        return near, near
    if near < state:
        return near, float(np.nextafter(near, np.inf))
    return float(np.nextafter(near, -np.inf)), near


__all__ = ["Paths", "Weights", "paths_from"]
