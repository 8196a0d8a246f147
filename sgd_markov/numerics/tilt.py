"""Exponential tilting of a batch, so that the rounding of a transform is small where a function is large.

With weights w_i = p_i b^{k_i}/Z, Z = sum p_i b^{k_i}, the law of the sum K of S independent indices is

    P(K) = Z^S b^-K P_w(K),

and an error of P_w(K) counts Z^S b^-K times. Without tilting every bin carries the same error, which a high power
|M|^p at the far end of the grid would blow up.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import exp, inf, log

import numpy as np
from flint import arb, fmpq
from numpy.typing import NDArray

from ..balls.precision import precision
from .batch_grid import Grid
from .singularity import Singularity

BITS = 128
NOISE = -29.0
"""log of the l2 error of a transform, roughly."""
HARMLESS = -18.0
"""log of an absolute error that needs no tilting."""


@dataclass(frozen=True)
class Tilt:
    """b = exp(strength / largest index), strength rational; 0 is no tilt."""

    grid: Grid
    strength: int = 0

    def weights(self) -> list[float]:
        """The w_i, each rounded once."""
        if self.strength == 0:
            return [count / self.grid.batch.total for count in self.grid.batch.counts]
        with precision(BITS):
            return [float((p * self.power(k) / self.norm).mid()) for p, k in zip(self.chances(), self.grid.indices, strict=True)]

    def chances(self) -> list[arb]:
        total = self.grid.batch.total
        return [arb(fmpq(count, total)) for count in self.grid.batch.counts]

    @cached_property
    def norm(self) -> arb:
        """Z."""
        with precision(BITS):
            total = arb(0)
            for p, k in zip(self.chances(), self.grid.indices, strict=True):
                total += p * self.power(k)
            return total

    def power(self, k: int) -> arb:
        """b^k."""
        return (arb(fmpq(self.strength * k, max(self.grid.indices)))).exp()

    def factor(self, k: int) -> float:
        """Z^S b^-k, to within 2^-50 relative."""
        with precision(BITS):
            return float((self.norm**self.grid.batch.size * self.power(-k)).mid())

    def largest(self, start: int, stop: int) -> float:
        """A bound of Z^S b^-K for start <= K < stop."""
        if self.strength == 0:
            return 1.0
        return max(self.factor(start), self.factor(stop - 1)) * (1 + 1e-9)

    def undo(self, tilted: NDArray[np.float64]) -> None:
        """Multiply by Z^S b^-K in place; two tables and two products, each of relative error at most 2^-53."""
        if self.strength == 0:
            return
        columns = 1 << (len(tilted).bit_length() // 2)
        rows = len(tilted) // columns
        table = tilted.reshape(rows, columns)
        with precision(BITS):
            table *= np.array([float(self.power(-k).mid()) for k in range(columns)])
            table *= np.array([[self.factor(row * columns)] for row in range(rows)])


def best_strength(grid: Grid, at: Singularity, order: float, current: int) -> int:
    """A tilt under which errors weighted with |M|^order are harmless: the present one if it is, else the best one.

    Only speed and width depend on the choice, so that plain floating point decides.
    """
    if not grid.batch.replacement:
        return 0
    if amplification(grid, at, order, current) + NOISE + log(grid.length) / 2 < HARMLESS:
        return current
    return min(range(-60, 61), key=lambda strength: (amplification(grid, at, order, strength), abs(strength)))


def amplification(grid: Grid, at: Singularity, order: float, strength: int) -> float:
    """log of the largest Z^S b^-K |M|^order."""
    top, total, size = max(grid.indices), grid.batch.total, grid.batch.size
    norm = sum(count / total * exp(strength * k / top) for k, count in zip(grid.indices, grid.batch.counts, strict=True))
    largest = -inf
    for part in range(65):
        k = size * top * part / 64
        distance = float(at.scale) * (abs(k - float(at.index)) + 1)
        largest = max(largest, size * log(norm) - strength * k / top + order * log(distance))
    return largest

