"""Bounds of the top exponent by functions that are constant on cells: for fat matrices, and for maps with kinks.

For a set K of cells that every image of K stays in, and h bounded on K, with sup and inf over all cells that an image
touches,

    inf_K (phi + P h - h) <= growth from K <= sup_K (phi + P h - h).

For matrices both bound the top exponent, as K holds two independent directions. h is found by iterating the very
operator that is bounded, which is monotone: every step improves on the last, and what is lost on a cell is charged by
how often it is met.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from ...effort import Effort
from .directions import Floats, Integers
from .fat_matrix import Flags, Images

LIFT = 2.0**-24
"""Small against every width, large against rounding."""

SETTLED, STILL = 4, 1e-6
"""After so many steps the iteration ends once h hardly changes."""


@dataclass(frozen=True)
class FatLaw:
    """One step: outcomes, each with its probability as a double and the alternatives of what it does to each cell.

    A fat matrix has one alternative everywhere. A map with kinks has that of the piece on which a cell lies, and several
    on cells that touch a kink; every cell has one at least.
    """

    size: int
    parts: Sequence[tuple[float, Sequence[Images]]]

    @property
    def alternatives(self) -> Iterator[Images]:
        return (images for _, several in self.parts for images in several)

    def kept(self, allowed: Flags) -> Flags:
        """The largest set of allowed cells that all images of its cells stay in."""
        kept = allowed.copy()
        while kept.any():
            outside = np.concatenate([[0], np.cumsum(np.tile(~kept, 2))])
            left = np.zeros(self.size, dtype=bool)
            for images in self.alternatives:
                left |= images.applies & (outside[images.low + images.count] > outside[images.low])
            if not (kept & left).any():
                break
            kept &= ~left
        return kept

    @property
    def away_from_kernels(self) -> Flags:
        """The cells on which no matrix may vanish."""
        clear = [~images.applies | (images.least > -inf) for images in self.alternatives]
        return np.asarray(np.logical_and.reduce(clear))

    def kept_above(self, share: float) -> Flags:
        """The largest kept set of cells away from kernels whose growth is in the upper part of its range, from `share` on."""
        clear = self.away_from_kernels
        growth = self.step(np.zeros(self.size), -1)
        if not clear.any():
            return clear
        low, high = float(growth[clear].min()), float(growth[clear].max())
        return self.kept(clear & (growth >= low + share * (high - low)))

    def step(self, values: Floats, side: int) -> Floats:
        """phi + P h, its supremum (side 1) or infimum (-1) on each cell."""
        table = Extremes.of(values * side, max(int(images.count.max()) for images in self.alternatives))
        total = np.zeros(self.size)
        for weight, several in self.parts:
            total += weight * side * worst(several, table, side)
        return total

    def lost(self, values: Floats, held: Flags, side: int) -> float:
        """What sums, and the rounding of the probabilities, lose at most."""
        sizes = [np.abs(images.size(side)[held & images.applies]) for images in self.alternatives]
        largest = max(float(size.max(initial=0.0)) for size in sizes)
        return (len(self.parts) + 16) * 2.0**-52 * (largest + 2 * float(np.abs(values[held]).max()) + 1)


def worst(several: Sequence[Images], table: Extremes, side: int) -> Floats:
    """The largest `side` (log ||A u|| + h(A u)) over the alternatives."""
    found = [
        np.where(images.applies, side * images.size(side) + table.over(images.low, images.count), -inf)
        for images in several
    ]
    return np.asarray(np.maximum.reduce(found))


@dataclass(frozen=True)
class Extremes:
    """The largest of h over any run of cells: of every run whose length is a power of 2, row by row."""

    rows: Floats
    size: int

    @classmethod
    def of(cls, values: Floats, longest: int) -> Extremes:
        rows = [np.tile(values, 2)]
        while 2 ** len(rows) <= longest:
            reach = 2 ** (len(rows) - 1)
            rows.append(np.maximum(rows[-1], np.concatenate([rows[-1][reach:], rows[-1][:reach]])))
        return cls(np.array(rows), len(values))

    def over(self, low: Integers, count: Integers) -> Floats:
        row = np.frexp(count.astype(np.float64))[1] - 1
        return np.asarray(np.maximum(self.rows[row, low], self.rows[row, low + count - 2**row]))


def bounds(
    law: FatLaw,
    held: Flags,
    side: int,
    steps: int,
    effort: Effort,
    enough: float | None = None,
    counted: Flags | None = None,
) -> float:
    """The best upper (side 1) or lower (-1) bound on a kept set of cells within `steps`, or the first that is beyond
    `enough`: above it for a lower bound, below it for an upper one. `counted`: the cells on which it is wanted, where h
    solves the equation with `LIFT` more: so that paths which leave these cells prove a bound below 0.
    """
    values = np.zeros(law.size)
    best = side * inf
    wanted = held if counted is None else held & counted
    lifted = np.where(wanted, 0.0 if counted is None else side * LIFT, 0.0)
    for number in range(steps):
        effort.check()
        after = law.step(values, side)
        change = side * (after - values)[wanted]
        found = side * (float(change.max()) + law.lost(values, held, side))
        after = after + lifted
        best = min(best, found) if side > 0 else max(best, found)
        if enough is not None and (side * (enough - best) > 0 or float(change.min()) > side * enough):
            break  # proved, or out of reach: the iteration ends between the extremes of the change
        if counted is None and number > SETTLED and float(change.max() - change.min()) < STILL:
            break
        values = np.where(held, after - after[held].mean(), 0.0)
    return best
