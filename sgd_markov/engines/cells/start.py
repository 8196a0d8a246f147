"""From bounds on cells to bounds at a point: the first steps of the chain are followed path by path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import fsum, inf

import numpy as np
import sympy as sp
from flint import fmpq

from ...answer.enclosure import Enclosure
from ...balls.adaptive import proved_sign
from ...effort import Effort
from ...errors import Inconclusive
from ...numerics.exact_matrix import flint_rational
from .grid import Floats, Grid, Kind
from .images import MapTables
from .layout import neighbours
from .operator import Operator, Ranges
from .rational_maps import RationalMaps

PATHS = 4096
DEPTH = 48
EXACT_STATES = 40_000
"""So many exact states are followed in all."""
BIT_LIMIT = 6000
LARGEST = float(np.finfo(float).max)


@dataclass(frozen=True)
class Given:
    """An interval with its exact ends (None: infinite) where u has a known value; open ones do not hold their ends."""

    low: sp.Expr | None
    high: sp.Expr | None
    value: int
    closed: bool = True

    def holds(self, state: fmpq) -> bool:
        """Is the state in the interval? Decided exactly."""
        return all(
            sign > 0 or (sign == 0 and self.closed)
            for sign in (order(state, self.low), -order(state, self.high) if self.high is not None else 1)
        )


def order(state: fmpq, end: sp.Expr | None) -> int:
    """The sign of state - end; 1 where there is no end."""
    if end is None:
        return 1
    sign = proved_sign(sp.Rational(int(state.p), int(state.q)) - end)
    if sign is None:
        raise Inconclusive(f"{state} is not told from {end}")
    return sign


@dataclass(frozen=True)
class Paths:
    """Where the chain is after its first steps: in [low, high] with `weight`; `steps`: the mean number so far.

    Weights and `steps` are right up to a relative error of `slack`, rational ones exactly.
    """

    low: Floats
    high: Floats
    weight: Sequence[Fraction]
    steps: Fraction
    settled: Fraction = Fraction(0)
    """The mean of u over paths that ended in regions with known values."""
    slack: Fraction = Fraction(0)

    def enclosure(self, grid: Grid, above: Floats, below: Floats, cost: float = 0.0) -> Enclosure:
        """Bounds of the mean of a function that lies between `below` and `above`, plus `cost` for each step."""
        if not self.weight:
            return Enclosure.point(self.settled + Fraction(cost) * self.steps)
        ranges = Ranges(grid.locate(self.low), grid.locate(self.high))
        most, least = ranges.largest(above), ranges.smallest(below)
        if self.slack and not cost and most.max() == least.min():
            return Enclosure.point(Fraction(float(most[0])))
        own = self.settled + Fraction(cost) * self.steps
        top, bottom = (self.mean(values) + own for values in (most, least))
        return Enclosure(bottom * (1 - self.slack), top * (1 + self.slack))

    def mean(self, values: Floats) -> Fraction:
        return sum((p * Fraction(float(v)) for p, v in zip(self.weight, values, strict=True)), Fraction(0))


def paths_from(
    start: sp.Expr,
    tables: MapTables,
    operator: Operator,
    exact: RationalMaps | None,
    given: Sequence[Given],
    timed: bool,
    effort: Effort,
) -> Paths:
    """The chain from a point until there are many paths; exact rational states where the maps allow, merged."""
    if exact is not None and start.is_Rational:
        return rational_paths(flint_rational(start), operator.grid, exact, given, timed, effort)
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
    slack = Fraction(4 * depth + 64, 2**50)
    return Paths(a, b, [Fraction(float(p)) for p in share], Fraction(steps), slack=slack)


def in_one_smooth_block(grid: Grid, low: Floats, high: Floats) -> np.ndarray:
    first, last = grid.locate(low), grid.locate(high)
    smooth = np.array([b.kind is Kind.SMOOTH for b in grid.blocks])
    inside = (first >= 1) & (last <= grid.size)
    one, other = (grid.block_of_cell[np.clip(cell - 1, 0, grid.size - 1)] for cell in (first, last))
    return np.asarray(inside & (one == other) & smooth[one])


def rational_paths(
    start: fmpq, grid: Grid, maps: RationalMaps, given: Sequence[Given], timed: bool, effort: Effort
) -> Paths:
    """States are exact and merge where they coincide; a path ends where the value is given, or its state is long."""
    states: dict[fmpq, fmpq] = {start: fmpq(1)}
    ended: dict[fmpq, fmpq] = {}
    steps, settled, followed, resolved = fmpq(0), fmpq(0), 0, fmpq(1, 10 ** (effort.digits + 3))
    while states and len(states) * len(maps.weights) <= PATHS and sum(states.values()) > resolved:
        effort.check()
        followed += len(states)
        if followed > EXACT_STATES:
            break
        following: dict[fmpq, fmpq] = {}
        for state, open_ in zip(list(states), still_open(grid, list(states), timed), strict=True):
            weight = states[state]
            known = next((region for region in given if region.holds(state)), None) if open_ is None else None
            if known is not None:
                settled += weight * known.value
                continue
            # without the exact ends, or beyond the cells, it is for the values there to say what happens
            beyond = open_ is None and not (given and maps.covers(state))
            if open_ is False or beyond or state.q.bit_length() > BIT_LIMIT:
                ended[state] = ended.get(state, fmpq(0)) + weight
                continue
            steps += weight
            for p, image in zip(maps.weights, maps.images(state), strict=True):
                following[image] = following.get(image, fmpq(0)) + weight * p
        states = following
    for state, weight in states.items():
        ended[state] = ended.get(state, fmpq(0)) + weight
    pairs = np.array([double_neighbours(state) for state in ended]).reshape(-1, 2)
    shares = [python_fraction(weight) for weight in ended.values()]
    return Paths(pairs[:, 0], pairs[:, 1], shares, python_fraction(steps), python_fraction(settled))


def still_open(grid: Grid, states: list[fmpq], timed: bool) -> list[bool | None]:
    """Is the state in free cells? None where it is beside an end of a region, or beyond all cells: decide exactly."""
    pairs = np.array([double_neighbours(state) for state in states])
    cells = [grid.locate(pairs[:, side]) for side in (0, 1)]
    doubtful = np.concatenate([[True], [b.kind is Kind.FIXED and b.in_region for b in grid.blocks], [True]])
    block = np.concatenate([[0], grid.block_of_cell + 1, [len(grid.blocks) + 1]])
    # the time spent beside a repelling point is bounded for paths that just came there
    left_at_once = np.concatenate([[False], [b.kind is Kind.LEFT_AT_ONCE and timed for b in grid.blocks], [False]])
    open_ = grid.free[cells[0]] & grid.free[cells[1]] & ~(left_at_once[block[cells[0]]] | left_at_once[block[cells[1]]])
    unsure = doubtful[block[cells[0]]] | doubtful[block[cells[1]]]
    return [None if doubt else bool(yes) for doubt, yes in zip(unsure, open_, strict=True)]


def python_fraction(value: fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def double_neighbours(place: fmpq) -> tuple[float, float]:
    """The doubles below and above; beyond the largest one it and infinity."""
    state = python_fraction(place)
    if abs(state) > LARGEST:
        return (LARGEST, inf) if state > 0 else (-inf, -LARGEST)
    near = float(state)
    if near == state:
        return near, near
    if near < state:
        return near, float(np.nextafter(near, np.inf))
    return float(np.nextafter(near, -np.inf)), near
