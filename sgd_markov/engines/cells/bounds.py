"""Certified bounds at a point, on finer and finer cells, until they are narrow enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import inf, log

import numpy as np
import sympy as sp

from ...answer.enclosure import Enclosure
from ...effort import Effort
from ...errors import Inconclusive
from .grid import Block, Floats, Grid, Kind
from .images import MapTables
from .layout import layout, neighbours, widened
from .operator import Operator, leading_to
from .rational_maps import RationalMaps
from .setting import Setting
from .solutions import Coarse, Data, above, below, candidate, certain_exit, on_coarsest, proved_exit_time
from .start import Given, Paths, paths_from

FIRST_COUNT = 4
CELL_LIMIT = 400_000
FINER = 4
SHARE = 0.9
"""Blocks that hold this part of the estimated width are refined."""

MANY = 20_000
"""More cells are tried only where they seem to be enough."""

IDLE, IDLE_ROUNDS = 0.98, 3
"""Bounds that keep this part of their width hardly narrow; so many times in a row they may."""

Excess = Callable[[Enclosure], float]
"""How many times too wide bounds are; at most 1 where they are narrow enough."""

Values = Mapping[str, tuple[float, float]]
"""Lower and upper value by the name of the block; `left` and `right` are beyond all cells."""


@dataclass(frozen=True)
class Cells:
    """The blocks of a setting and the enclosed maps on them."""

    setting: Setting
    blocks: tuple[Block, ...]
    tables: MapTables

    @classmethod
    def of(cls, setting: Setting, effort: Effort) -> Cells:
        special = [s.centre for s in setting.specials]
        laid = layout(setting.family, setting.low, setting.high, setting.reserved, special)
        return cls(setting, tuple(laid.blocks), MapTables.of(setting.family, laid.blocks, laid.formulas, effort))

    def grid(self) -> Grid:
        return Grid(self.blocks, np.array([FIRST_COUNT if b.kind is Kind.SMOOTH else 1 for b in self.blocks]))

    @cached_property
    def coarsest(self) -> Operator:
        """One step on the coarsest cells."""
        return self.operator(self.grid())

    def operator(self, grid: Grid) -> Operator:
        return Operator.of(self.setting.family, self.tables, grid)


@dataclass(frozen=True)
class Question:
    """u = K u + cost on free cells, u given on the others: its bounds by name, and what the start asks for."""

    values: Values
    start: sp.Expr
    cost: float = 0.0
    dwelling: Mapping[str, float] | None = None
    """For blocks that are left at once: an upper bound of the mean time spent there."""
    known: tuple[Given, ...] = ()
    """The regions with known values, with their exact ends."""

    def data(self, grid: Grid, side: int) -> Data:
        """The lower (side 0) or upper (side 1) data."""
        cost = np.array([self.block_cost(b, side) for b in grid.blocks])[grid.block_of_cell]
        given = np.array([self.given(b, side) for b in grid.blocks])[grid.block_of_cell]
        ends = [self.values[name][side] for name in ("left", "right")]
        return Data(np.concatenate([[0.0], cost, [0.0]]), np.concatenate([ends[:1], given, ends[1:]]))

    def block_cost(self, block: Block, side: int) -> float:
        if block.kind is Kind.LEFT_AT_ONCE and side == 1 and self.dwelling is not None:
            return self.dwelling[block.name]
        return self.cost if block.is_free else 0.0

    def given(self, block: Block, side: int) -> float:
        return 0.0 if block.is_free else self.values[block.name][side]


@dataclass
class Progress:
    """One resolution: the grid, the proved time to leave the free cells, bounds, and the last candidates."""

    grid: Grid
    operator: Operator
    exit_time: Floats
    upper: Floats
    lower: Floats
    coarse: tuple[Coarse | None, Coarse | None]


def first_progress(cells: Cells, question: Question, effort: Effort) -> Progress:
    """The coarsest grid on which the free cells are proved to be left."""
    operator = cells.coarsest
    for _ in range(3):
        grid = operator.grid
        exit_time = certain_exit(operator, effort)
        if exit_time is not None:
            solved = [on_coarsest(operator, question.data(grid, side), side == 1, effort) for side in (0, 1)]
            return Progress(grid, operator, exit_time, solved[1][0], solved[0][0], (solved[0][1], solved[1][1]))
        operator = cells.operator(grid.refined(np.full(len(cells.blocks), 2)))
    raise Inconclusive("it is not proved that the chain leaves the region between the given sets almost surely")


def refined(cells: Cells, question: Question, now: Progress, factors: np.ndarray, tolerance: float, effort: Effort) -> Progress:
    """The next resolution, its candidates found from those of the last one."""
    grid = now.grid.refined(factors)
    operator = cells.operator(grid)
    sides = [
        candidate(operator, question.data(grid, side), grid.carried(values, now.grid), now.coarse[side], side == 1, tolerance, effort)
        for side, values in ((0, now.lower), (1, now.upper))
    ]
    exit_time = proved_exit_time(operator, grid.carried(now.exit_time, now.grid))
    if exit_time is None:
        raise Inconclusive("the time to leave is bounded on the coarser cells only")
    return Progress(grid, operator, exit_time, sides[1], sides[0], now.coarse)


def at_start(question: Question, now: Progress, paths: Paths) -> Enclosure:
    """The proved bounds at the start."""
    high, low = question.data(now.grid, 1), question.data(now.grid, 0)
    top = above(now.operator, high, now.upper, now.exit_time)
    bottom = below(now.operator, low, now.lower, now.exit_time)
    if not question.cost:
        # probabilities are 0 or 1 where no path of touched cells leads to another given value
        top = np.where(leading_to(now.operator, high.given > 0), top, 0.0)
        bottom = np.where(leading_to(now.operator, low.given < 1), bottom, 1.0)
    return paths.enclosure(now.grid, top, bottom, question.cost)


def first_paths(cells: Cells, question: Question, effort: Effort) -> Paths:
    """The first steps from the start; they do not depend on how fine the cells are."""
    # ends that are no doubles may lie a rounding outside the cells
    low, high = widened(cells.setting.low, cells.setting.high)
    exact = RationalMaps.of(cells.setting.family, low, high) if question.start.is_Rational else None
    return paths_from(question.start, cells.tables, cells.coarsest, exact, question.known, question.cost > 0, effort)


def enclose(cells: Cells, question: Question, excess: Excess, effort: Effort) -> Enclosure:
    """Bounds of u at the start, refined until they are narrow enough.

    Raises `Inconclusive` with the best bounds where the cells or the budget end first, and sooner where the cells
    are seen not to be enough.
    """
    resolution = Resolution(Enclosure.everything(), excess)
    try:
        now = first_progress(cells, question, effort)
        visits, paths = block_visits(now.operator, question.start), first_paths(cells, question, effort)
        while not resolution.is_reached(at_start(question, now, paths)):
            best, factors = resolution.best, marked(now, visits)
            reached = f"bounds of width {float(best.width):.2g} on {now.grid.size} cells"
            resolution.require_worthwhile(now.grid.refined(factors).size, reached)
            now = refined(cells, question, now, factors, tolerance_for(best, now), effort)
        return resolution.best
    except Inconclusive as refusal:
        if refusal.enclosure is None and resolution.best != Enclosure.everything():
            raise Inconclusive(refusal.reason, resolution.best) from None
        raise


def worthwhile(size: int, left: float, pace: float) -> bool:
    """Are so many cells allowed, and few or likely to be enough, where bounds too wide by `left` narrow by `pace`?"""
    return size <= CELL_LIMIT and (size <= MANY or left * pace ** levels_left(size) <= 1)


@dataclass
class Resolution:
    """Which refinements are still tried: `best` so far, how much the last one narrowed it, how many did not."""

    best: Enclosure
    excess: Excess
    pace: float = 1.0
    idle: int = 0

    def is_reached(self, found: Enclosure) -> bool:
        """Take new bounds; are they narrow enough?"""
        before, self.best = self.best, self.best.intersection(found)
        if before.width not in (0, inf):
            self.pace = min(1.0, float(Fraction(self.best.width) / Fraction(before.width)))
            self.idle = self.idle + 1 if self.pace > IDLE else 0
        return self.excess(self.best) <= 1

    def require_worthwhile(self, size: int, reached: str) -> None:
        """Refuse a refinement to so many cells that is not likely to be enough."""
        if self.idle > IDLE_ROUNDS or not worthwhile(size, self.excess(self.best), self.pace):
            raise Inconclusive(reached)


def levels_left(size: int) -> float:
    """About how many refinements, each with three times the cells, the limit allows."""
    return log(CELL_LIMIT / size, 3)


def tolerance_for(best: Enclosure, now: Progress) -> float:
    """So small a gap that its proved cost, the gap times the exit time, is small beside the width to come."""
    time = max(1.0, float(now.exit_time.max()))
    size = max(1.0, float(now.upper.max()))
    return max(1e-14, min(1e-4, float(best.width) / 100 / time / size))


def block_visits(operator: Operator, start: sp.Expr) -> Floats:
    """About how often each block is visited from the start, by cells in the middle of the images."""
    grid, mass = operator.grid, np.zeros(operator.grid.size + 2)
    visits = np.zeros_like(mass)
    mass[grid.locate(np.array(neighbours(start)[:1]))] = 1.0
    for _ in range(500):
        mass = np.where(grid.free, mass, 0.0)
        visits += mass
        if mass.sum() < 1e-4:
            break
        mass = moved(operator, mass)
    return by_blocks(grid, visits)


def moved(operator: Operator, mass: Floats) -> Floats:
    """About where the mass of each cell is after a step."""
    after = np.zeros_like(mass)
    for ranges, p in zip(operator.ranges, operator.weights.values, strict=True):
        after += np.bincount((ranges.first + ranges.last) // 2, p * mass[1:-1], len(mass))
    return after


def by_blocks(grid: Grid, visits: Floats) -> Floats:
    return np.asarray(np.add.reduceat(visits[1:-1], grid.offsets[:-1]) + 1e-9)


def marked(now: Progress, visits: Floats) -> np.ndarray:
    """The blocks whose cells contribute most to the width: visits times the change of the values over an image."""
    middle = (now.upper + now.lower) / 2
    return heaviest(now.grid, visits, change(now.operator, middle - min(0.0, float(middle.min()))))


def change(operator: Operator, values: Floats) -> Floats:
    """How far the two means are apart in the free cells."""
    apart = (operator.mean(values, True) - operator.mean(values, False))[1:-1]
    return np.where(operator.grid.free[1:-1], apart, 0.0)


def heaviest(grid: Grid, visits: Floats, change: Floats) -> np.ndarray:
    """Into how many parts the cells of each block are cut: those that hold most of visits times change."""
    weight = visits * np.add.reduceat(change, grid.offsets[:-1]) / grid.counts
    order = np.argsort(-weight)
    held = np.cumsum(weight[order])
    chosen = order[: int(np.searchsorted(held, SHARE * held[-1])) + 1]
    factors = np.ones(len(weight), np.intp)
    factors[chosen] = FINER
    return factors


def relative_excess(digits: int) -> Excess:
    """The width over 10^-digits times the smallest value held."""

    def excess(found: Enclosure) -> float:
        if found.reaches(digits):
            return 1.0
        least = min(abs(float(found.lower)), abs(float(found.upper)))
        # bounds that are a rounding short of narrow enough count as too wide
        return max(1.0 + 1e-9, float(found.width) / least * 10.0**digits) if found.sign and least else inf

    return excess


def absolute_excess(width: Fraction) -> Excess:
    """The width over the one that is allowed."""
    return lambda found: float(Fraction(found.width) / width)
