"""Numbers of every stationary law that a kept interval carries: means and masses.

Each enclosure holds for all stationary laws on the interval at once; where it is narrow they agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import inf

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ...answer.enclosure import Bound, Enclosure
from ...effort import Effort
from ...errors import Inconclusive
from ...numerics.finite_family import FiniteFamily
from .clamped import whole_barriers
from .exact_interval import trimmed
from .grid import Floats, Grid
from .kept_interval import Ends, KeptInterval, carrying, kept_interval
from .layout import neighbours, widened
from .linear_solution import LinearEquation
from .operator import Operator
from .sole_law import has_law, holds_every_law, only_one
from .step_solution import StepBounds, step_bounds
from .switches import is_continuous

COUNTS = (4, 16, 64, 256, 1024)
"""Cells in a block, on finer and finer grids."""
CELL_LIMIT = 225_000
FINER, SHARE = 4, 1 / 16
"""The width gets about so much smaller from one grid to the next; equations are solved to a share of it."""
STUCK, LATE = Fraction(3, 4), 256
"""Finer grids that leave more of the width than this are the last; where masses are sought not before so many cells."""

Values = Callable[[Grid], tuple[Floats, Floats]]
"""Bounds of a function on the cells of a grid."""


@dataclass(frozen=True)
class Sides:
    """The points x with x <= at, or x < at where `strict`; `at` between the neighbouring doubles, or equal to both."""

    below: float
    above: float
    strict: bool = False

    def least(self, grid: Grid) -> Floats:
        """1 on cells all of whose points belong, else 0. A cell does not hold its upper end, unless it is that point."""
        low, high = grid.nodes[:-1], grid.nodes[1:]
        inside = high <= self.below
        if self.strict and self.below == self.above:
            inside = np.where(low == high, high < self.below, inside)
        return np.asarray(inside, float)

    def most(self, grid: Grid) -> Floats:
        """1 on cells with a point that belongs, else 0."""
        low = grid.nodes[:-1]
        if self.strict and self.below == self.above:
            return np.asarray(low < self.below, float)
        return np.asarray(low <= self.below, float)


@dataclass(frozen=True)
class StationaryOnCells:
    """The stationary laws on `kept`, in states multiplied by `factor`: all of those on the wider interval `wide`.

    >>> w = sp.Symbol("w", real=True)
    >>> half = sp.Rational(1, 2)
    >>> cantor = FiniteFamily(w, (half, half), (w / 3, (w + 2) / 3))
    >>> laws = StationaryOnCells.of(cantor, (0.0, 1.0), Effort())
    >>> Fraction(1, 2) in laws.below(half, Effort(digits=4))
    True
    """

    kept: KeptInterval
    factor: int
    wide: Ends
    is_trimmed: bool = False
    """Are the maps cut off at the ends of the interval, which changes nothing on it?"""

    @classmethod
    def of(cls, family: FiniteFamily, hull: Ends, effort: Effort) -> StationaryOnCells:
        """Raises `Inconclusive` where no compact interval around the hull is proved to be kept."""
        try:
            return cls.around(family, hull, effort)
        except Inconclusive as refusal:
            cut = trimmed(family, hull)
            if cut is None:
                raise refusal from None
        return replace(cls.around(*cut, effort), is_trimmed=True)

    @classmethod
    def around(cls, family: FiniteFamily, hull: Ends, effort: Effort) -> StationaryOnCells:
        """The laws on an interval that holds the hull exactly, and is kept by exactly these maps."""
        unit, factor = whole_barriers(family)
        low, high = (Fraction(end) * factor for end in hull)
        kept, wide = kept_interval(unit, (-least_double(-low), least_double(high)), effort)
        return cls(kept, factor, wide)

    def holds(self, low: Fraction, high: Fraction) -> bool:
        """Is [low, high] in the wider interval, which has no other laws and is never left?

        Where the maps are cut off inside it: the ends are a rounding off.
        """
        below, above = Fraction(self.wide[0]) / self.factor, Fraction(self.wide[1]) / self.factor
        return below < low and high < above if self.is_trimmed else below <= low and high <= above

    @property
    def span(self) -> tuple[Fraction, Fraction]:
        return Fraction(self.kept.low) / self.factor, Fraction(self.kept.high) / self.factor

    # ---- what is proved of the laws

    @cached_property
    def exists(self) -> bool:
        return has_law(self.kept)

    def only_one(self, effort: Effort) -> str | None:
        """Why there is no second one on the interval; None where that, or the continuity of the maps, is not proved."""
        return only_one(self.kept, effort) if self.exists else None

    @cached_property
    def are_all(self) -> bool:
        """Is every stationary law on the line one of these?"""
        return not self.is_trimmed and holds_every_law(self.kept, self.wide)

    # ---- means

    def mean(self, of: sp.Expr, effort: Effort) -> Enclosure:
        """pi(of), as far as the digits ask or the cells go.

        Raises `Inconclusive` where `of` is not bounded, or not told at single points.
        """
        w = self.kept.family.symbol
        observed = of.subs(w, w / self.factor)
        kept = KeptInterval.of(self.kept.family, (self.kept.low, self.kept.high), (observed,), effort)
        (table,) = kept.further
        if not table.is_bounded:
            raise Inconclusive(f"{of} has no proved bounds on the interval that carries the law")
        smooth = self.exists and is_continuous(observed, table, widened(kept.low, kept.high))
        best = self.by_lines(kept, effort) if smooth else Enclosure.everything()
        if is_reached(best, effort.digits) or best.width < Fraction(1, 10**4):
            return best

        def values(grid: Grid) -> tuple[Floats, Floats]:
            return table.images(grid.nodes[:-1], grid.nodes[1:], grid.block_of_cell)

        return self.by_steps(values, effort, kept=kept, known=best)

    def by_lines(self, kept: KeptInterval, effort: Effort) -> Enclosure:
        """By functions that are linear on cells, for continuous functions and maps."""
        best = Enclosure.everything()
        before: tuple[Floats, Grid] | None = None
        try:
            for count in COUNTS:
                grid = kept.grid(count)
                if grid.size > CELL_LIMIT:
                    break
                equation = LinearEquation(kept, grid, kept.further[0])
                guess = None if before is None else np.interp(grid.nodes, before[1].nodes, before[0])
                tolerance = 1e-15 * max(1.0, float(np.abs(equation.f).max()))
                tolerance = max(tolerance, SHARE / FINER**2 * float(best.width) if best.width != inf else 0.0)
                h = equation.solved(guess, tolerance, effort)
                before = h, grid
                if not np.isfinite(h).all():
                    break
                low, high = equation.bounds(h, carrying(kept.operator(grid), effort))
                last, best = best, best.intersection(Enclosure(bound(low), bound(high)))
                if is_reached(best, effort.digits) or (last.width != inf and best.width > last.width * STUCK):
                    break
        except Inconclusive as refusal:
            raise with_best(refusal, best) from None
        return best

    # ---- masses

    @cached_property
    def operators(self) -> dict[int, tuple[Operator, NDArray[np.bool_]]]:
        """The grids that were used, by the number of cells in a block."""
        return {}

    def laid(self, kept: KeptInterval, count: int, effort: Effort) -> tuple[Operator, NDArray[np.bool_]]:
        own = kept is self.kept
        if own and count in self.operators:
            return self.operators[count]
        operator = kept.operator(kept.grid(count))
        effort.check()
        found = operator, carrying(operator, effort)
        if own:
            self.operators[count] = found
        return found

    def by_steps(
        self, values: Values, effort: Effort, kept: KeptInterval | None = None, known: Enclosure | None = None
    ) -> Enclosure:
        """pi(f), f between the two `values` on each cell, on finer and finer grids until it is narrow."""
        kept = kept or self.kept
        best, last = known or Enclosure.everything(), None
        try:
            for count in COUNTS:
                if kept.grid(count).size > CELL_LIMIT or is_reached(best, effort.digits):
                    break
                width = 10.0**-effort.digits if last is None else max(10.0**-effort.digits, float(best.width) / FINER)
                before = best.width
                last = self.on_grid(kept, count, values, last, SHARE * width, effort)
                best = best.intersection(Enclosure(bound(last.lower), bound(last.upper)))
                if count >= LATE and best.width > before * STUCK:
                    break
        except Inconclusive as refusal:
            raise with_best(refusal, best) from None
        return best

    def on_grid(
        self, kept: KeptInterval, count: int, values: Values, start: StepBounds | None, wanted: float, effort: Effort
    ) -> StepBounds:
        """Bounds on one grid; `start`: those of this or a coarser one."""
        operator, mass = self.laid(kept, count, effort)
        return step_bounds(operator, values(operator.grid), mass, first_guess(operator.grid, start), wanted, effort)

    def sides(self, at: sp.Expr, strict: bool = False) -> Sides:
        return Sides(*neighbours(at * self.factor), strict)

    def below(self, at: sp.Expr, effort: Effort, strict: bool = False) -> Enclosure:
        """P(w <= at), or P(w < at)."""
        side = self.sides(at, strict)
        return self.by_steps(lambda grid: (side.least(grid), side.most(grid)), effort, known=PROBABILITY)

    def between(self, low: sp.Expr, high: sp.Expr, effort: Effort) -> Enclosure:
        """P(low <= w <= high)."""
        under, upto = self.sides(low, strict=True), self.sides(high)

        def values(grid: Grid) -> tuple[Floats, Floats]:
            return np.maximum(upto.least(grid) - under.most(grid), 0.0), upto.most(grid) - under.least(grid)

        return self.by_steps(values, effort, known=PROBABILITY)


PROBABILITY = Enclosure(Fraction(0), Fraction(1))


def first_guess(grid: Grid, last: StepBounds | None) -> tuple[Floats, Floats]:
    """Solutions of the coarser grid on the finer one; 0 at first."""
    if last is None:
        return np.zeros(grid.size + 2), np.zeros(grid.size + 2)
    return grid.carried(last.below, last.grid), grid.carried(last.above, last.grid)


def least_double(value: Fraction) -> float:
    """The least double that is not below."""
    near = float(value)
    return near if near >= value else float(np.nextafter(near, inf))


def bound(value: float) -> Bound:
    """Exact; infinite ends stay."""
    return Fraction(value) if np.isfinite(value) else value


def with_best(refusal: Inconclusive, best: Enclosure) -> Inconclusive:
    """The refusal with what is known at that time."""
    return refusal if best.width == inf else Inconclusive(refusal.reason, best)


def is_reached(found: Enclosure, digits: int) -> bool:
    """Narrow relative to the value, or around 0 absolutely."""
    tiny = found.sign is None and found.width <= Fraction(1, 10**digits)
    return found.reaches(digits) or tiny
