"""Functions on cells that are proved to lie above or below hitting probabilities and mean times.

u = K u + cost on the free cells, u given elsewhere. K+ and K- take the largest and the smallest value over the cells
that an image touches, so K- v <= K v <= K+ v for every v that is constant on cells. By comparison (theory.md B.5.1)
v >= cost + K+ v, v >= 0, gives v >= u; and v <= cost + K- v, v bounded, gives v <= u where the free cells are left
almost surely, which a bounded h >= 1 + K+ h proves. The candidates come from Krylov's method; only the inequalities
count, and those are checked in arithmetic that is rounded outwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite

import numpy as np

from ...effort import Effort
from ...errors import Inconclusive
from .grid import Floats, Grid, Indices
from .operator import Operator

SMOOTHINGS = 8
"""Plain steps of value iteration between two corrections on the coarsest grid."""
PLAIN_STEPS = 2500
"""So many steps of value iteration are tried on the coarsest grid before its system is solved by elimination."""
ELIMINATED = 2500
"""So many unknowns are eliminated at most."""
ENDLESS = 1e8
STEPS = 3000
IMPROVEMENTS = 8
"""Selections are improved at most so often on the coarsest grid."""


@dataclass(frozen=True)
class Data:
    """For 0 .. size + 1: the cost of a step in free cells, and the given values of the others (`cost` is 0 there)."""

    cost: Floats
    given: Floats


@dataclass(frozen=True)
class Coarse:
    """The system of one selection on the coarsest grid, inverted: it carries what value iteration is slow to find."""

    grid: Grid
    inverse: Floats

    def correction(self, gap: Floats, grid: Grid) -> Floats:
        """The change of the values that the coarsest grid proposes for a gap cost + K v - v."""
        parts = np.add.reduceat(gap[1:-1], self.starts(grid)) / np.diff(np.append(self.starts(grid), grid.size))
        coarse = np.concatenate([[0.0], parts, [0.0]])
        return np.where(grid.free, grid.carried(self.inverse @ coarse, self.grid), 0.0)

    def starts(self, grid: Grid) -> Indices:
        """The first cell of `grid` in each coarse cell."""
        ratio = (grid.counts // self.grid.counts)[self.grid.block_of_cell]
        inside = np.arange(self.grid.size) - self.grid.offsets[self.grid.block_of_cell]
        return grid.offsets[self.grid.block_of_cell] + inside * ratio


def system(operator: Operator, values: Floats, largest: bool) -> Floats:
    """The matrix of v - (mean of the selected values of v), the selection that of these values.

    A part of 10^-9 is taken from every step: selections that never leave the free cells stay invertible.
    """
    matrix = np.eye(operator.grid.size + 2)
    rows = np.flatnonzero(operator.grid.free)
    for weight, place in zip(operator.weights.values, operator.policy(values, largest), strict=True):
        np.subtract.at(matrix, (rows, place[rows]), weight * (1 - 1e-9))
    return matrix


def on_coarsest(operator: Operator, data: Data, largest: bool, effort: Effort) -> tuple[Floats, Coarse | None]:
    """An approximate solution on the coarsest grid, and its inverted system where value iteration is slow."""
    guess = np.where(operator.grid.free, 0.0, data.given)
    values, reached = iterated(operator, data, guess, largest, 1e-9, PLAIN_STEPS, effort)
    if reached or operator.grid.size > ELIMINATED:
        return values, None
    right = np.where(operator.grid.free, data.cost, data.given)
    for _ in range(IMPROVEMENTS):
        effort.check()
        values = np.asarray(np.linalg.solve(system(operator, values, largest), right), np.float64)
        size = float(np.abs(values).max())
        # a selection that never leaves the free cells: elimination will not mend that
        if size > ENDLESS or float(np.abs(gap_of(operator, data, values, largest)).max()) <= 1e-9 * size:
            break
    return values, Coarse(operator.grid, np.asarray(np.linalg.inv(system(operator, values, largest)), np.float64))


def iterated(
    operator: Operator, data: Data, values: Floats, largest: bool, tolerance: float, steps: int, effort: Effort
) -> tuple[Floats, bool]:
    """Value iteration until a step changes nothing by more than the tolerance, relative to values above 1."""
    for step in range(steps):
        gap = gap_of(operator, data, values, largest)
        values = values + gap
        if step % 8 == 7:
            effort.check()
            if float(np.abs(gap).max()) <= tolerance * max(1.0, float(np.abs(values).max())):
                return values, True
    return values, False


def gap_of(operator: Operator, data: Data, values: Floats, largest: bool) -> Floats:
    """cost + K v - v on the free cells, 0 on the others."""
    stepped = operator.mean(values, largest) + data.cost
    return np.where(operator.grid.free, stepped - values, 0.0)


def candidate(
    operator: Operator, data: Data, guess: Floats, coarse: Coarse | None, largest: bool, tolerance: float, effort: Effort
) -> Floats:
    """An approximate solution of v = cost + K+ v (`largest`) or v = cost + K- v, from a guess.

    Value iteration, with corrections from the coarsest grid as long as they help.
    """
    values, lack = np.where(operator.grid.free, guess, data.given), inf
    for _ in range(STEPS // SMOOTHINGS if coarse else 0):
        corrected = values if lack == inf else values + coarse.correction(  # type: ignore[union-attr]
            gap_of(operator, data, values, largest), operator.grid
        )
        found, reached = iterated(operator, data, corrected, largest, tolerance, SMOOTHINGS, effort)
        if reached:
            return found
        before, lack = lack, float(np.abs(gap_of(operator, data, found, largest)).max())
        if lack > before:
            break
        values = found
    return iterated(operator, data, values, largest, tolerance, STEPS, effort)[0]


def certain_exit(operator: Operator, effort: Effort) -> Floats | None:
    """h with h >= 1 + K+ h on the free cells and h >= 0, proved; None where this resolution does not give one.

    Then the free cells are left almost surely, in a mean time of at most h.
    """
    free = operator.grid.free
    data = Data(np.where(free, 1.0, 0.0), np.zeros(len(free)))
    return proved_exit_time(operator, np.maximum(on_coarsest(operator, data, True, effort)[0], 0.0))


def proved_exit_time(operator: Operator, values: Floats) -> Floats | None:
    """The values, scaled so that they satisfy the inequality of `certain_exit`; None where no scale does."""
    gain = least_gain(operator, values)
    return None if not gain > 0 else np.nextafter(values / gain, inf) * (1 + 2.0**-40)


def least_gain(operator: Operator, values: Floats) -> float:
    """A lower bound of v - K+ v over the free cells, for v >= 0."""
    gain = np.nextafter(values - operator.upper(values), -inf)[operator.grid.free]
    return float(gain.min(initial=inf))


def largest_lack(operator: Operator, lack: Floats) -> float:
    """Its largest value on the free cells, from above, at least 0."""
    found = float(np.nextafter(lack, inf)[operator.grid.free].max(initial=0.0))
    if not isfinite(found):  # a nan would count as 0
        raise Inconclusive("the values found on cells are not finite")
    return found


def above(operator: Operator, data: Data, values: Floats, exit_time: Floats) -> Floats:
    """A proved upper bound of u from a candidate: v + r h with r >= cost + K+ v - v."""
    values = np.where(operator.grid.free, np.maximum(values, 0.0), data.given)
    lack = np.nextafter(operator.upper(values) + data.cost, inf) - values
    slack = largest_lack(operator, lack)
    return np.where(operator.grid.free, (values + slack * exit_time) * (1 + 2.0**-50), data.given)


def below(operator: Operator, data: Data, values: Floats, exit_time: Floats) -> Floats:
    """A proved lower bound of u >= 0 from a candidate: v - r h with r >= v - cost - K- v."""
    values = np.where(operator.grid.free, np.maximum(values, 0.0), data.given)
    lack = values - np.nextafter(operator.lower(values) + data.cost, -inf)
    slack = largest_lack(operator, lack)
    bound = np.maximum(values * (1 - 2.0**-50) - slack * exit_time * (1 + 2.0**-50), 0.0)
    return np.where(operator.grid.free, bound, data.given)
