"""The exponent of one finite law of 2x2 matrices, on finer and finer grids until it is known well enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import sympy as sp

from ...answer.enclosure import Enclosure
from ...balls.precision import enclosure, precision
from ...effort import Effort
from ...errors import Inconclusive
from .bracket import Law, Side, bound, solution, visits
from .directions import Floats
from .grid import Grid, following
from .linear_pieces import linear_pieces
from .matrices import BITS, RoundedMatrix, mean_scale, probabilities

HOPELESS, MANY = 1 << 17, 1 << 20
"""Cells times matrices: beyond the first only where the digits seem to be in reach, never beyond the second."""

REFINED = 0.9
"""The cells that hold this part of the width are halved."""

COARSEST = 4.5
"""No cell stays so many times longer than the median."""

STALE = 4
"""So many grids may pass without halving the width: then rounding is all that is left of it, or the start was too coarse."""

STARTS = (256, 1024, 2048)
"""Cells of the first grids: what mixes slowly needs fine ones, as the first is solved directly."""

ROUNDED = 1e-10
"""Narrower brackets gain nothing from a finer start."""


@dataclass
class State:
    """The grid and the functions that proved the last bounds."""

    grid: Grid
    upper: Floats
    lower: Floats
    visits: Floats | None = None

    @classmethod
    def first(cls, count: int) -> State:
        grid = Grid.uniform(count)
        return cls(grid, np.zeros(grid.size), np.zeros(grid.size))

    def refined(self, upper: Side, lower: Side, visited: Floats) -> State:
        grid = self.grid.split(marked(self.grid, (upper.excess + lower.excess) * (visited + following(visited))))
        return State(
            grid,
            grid.carried(upper.values, self.grid),
            grid.carried(lower.values, self.grid),
            grid.carried(visited, self.grid),
        )


def top_exponent(atoms: Sequence[tuple[sp.Expr, sp.Matrix]], effort: Effort) -> Enclosure | None:
    """lim 1/n log ||M_n ... M_1|| of independent invertible 2x2 matrices: (probability, matrix) each, exact numbers.

    A proved enclosure, as narrow as `effort.digits` asks or as the number of cells allows; None where a matrix may be
    singular or is too near to being so for doubles. The width falls faster than 1/N for most laws; it tends to 0 only
    where all stationary laws of directions have the same exponent (reducible families are to be reduced first).
    Errors: `Inconclusive` with the best enclosure where the time ends first.
    Source: theory.md B.3; the bounds as in `bracket`.

    >>> half = sp.Rational(1, 2)
    >>> found = top_exponent([(half, sp.Matrix([[0, 1], [1, 1]])), (half, sp.Matrix([[0, 1], [1, -1]]))], Effort(digits=2))
    >>> found.lower < Fraction("0.12397559") < found.upper  # log of Viswanath's constant
    True
    """
    matrices = [RoundedMatrix.of(p, matrix) for p, matrix in atoms]
    known = [matrix for matrix in matrices if matrix is not None]
    if len(known) < len(matrices):
        return None
    with precision(BITS):
        scale = enclosure(mean_scale(known))
    search = Search(known, scale, effort)
    for count in STARTS:
        if search.refine(State.first(count)):
            break
    return search.best


@dataclass
class Search:
    """The best enclosure so far of the exponent of some matrices; `scale` is added to that of the scaled ones."""

    matrices: Sequence[RoundedMatrix]
    scale: Enclosure
    effort: Effort
    best: Enclosure | None = None

    def refine(self, state: State) -> bool:
        """Brackets on finer and finer grids; False where another start may do better."""
        widths: list[float] = []
        while True:
            try:
                state, found = level(state, self.matrices, self.effort)
            except Inconclusive as refusal:
                refusal.enclosure = self.best
                raise
            if found is None:
                return True
            self.add(found)
            widths.append(float(found.width))
            if self.is_done(state, widths):
                return True
            if len(widths) > STALE and widths[-1] > widths[-1 - STALE] / 2:
                return widths[-1] < ROUNDED

    def add(self, found: Enclosure) -> None:
        found = Enclosure(found.lower + self.scale.lower, found.upper + self.scale.upper)
        self.best = found if self.best is None else self.best.intersection(found)

    def is_done(self, state: State, widths: list[float]) -> bool:
        """Are the digits reached, or is the next grid beyond the limits?"""
        assert self.best is not None
        size = state.grid.size * len(self.matrices)
        if self.best.reaches(self.effort.digits) or size > MANY:
            return True
        return size > HOPELESS and self.best.sign is not None and not self.in_reach(widths)

    def in_reach(self, widths: list[float]) -> bool:
        assert self.best is not None
        smallest = min(abs(float(self.best.lower)), abs(float(self.best.upper)))
        return widths[-1] <= 30 * smallest * 10.0**-self.effort.digits


def level(state: State, matrices: Sequence[RoundedMatrix], effort: Effort) -> tuple[State, Enclosure | None]:
    """The bracket on the grid of the state, and the next state; None where the grid has become too fine."""
    pieces = [linear_pieces(state.grid, matrix) for matrix in matrices]
    known = [piece for piece in pieces if piece is not None]
    if len(known) < len(pieces):
        return state, None
    law = Law(known, probabilities(matrices))
    if state.visits is None:
        state.upper = state.lower = solution(law)
    upper = bound(law, state.upper, 1, effort)
    lower = bound(law, state.lower, -1, effort, upper.bound)
    visited = visits(law, state.visits)
    return state.refined(upper, lower, visited), Enclosure(Fraction(lower.bound), Fraction(upper.bound))


def marked(grid: Grid, width: Floats) -> np.ndarray:
    """The cells with the largest contributions to the width, and those that are left far behind."""
    order = np.argsort(-width)
    held = np.cumsum(width[order])
    chosen = np.zeros(grid.size, dtype=bool)
    chosen[order[: int(np.searchsorted(held, REFINED * held[-1])) + 1]] = True
    return chosen | (grid.lengths > COARSEST * np.median(grid.lengths))
