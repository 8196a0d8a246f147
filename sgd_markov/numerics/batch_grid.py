"""The values of a batch on a grid: integer indices, and exact residuals."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from ..chain.batch_slope import Batch
from .block_moments import LEAF


@dataclass(frozen=True)
class Grid:
    """value = origin + step * (index + residual), |residual| <= 1/2, all exact; one entry for each distinct value.

    The sum of a batch of S is S origin + step (K + E), K the sum of the indices and E the sum of the residuals.
    `length`: a power of two above every K.
    """

    batch: Batch
    length: int
    origin: Fraction
    step: Fraction
    indices: tuple[int, ...]
    residuals: tuple[Fraction, ...]

    @property
    def stop(self) -> int:
        """Every K is below."""
        return self.batch.size * max(self.indices) + 1

    @cached_property
    def reach(self) -> Fraction:
        """|E| <= reach; 0 where the grid holds every value."""
        return self.batch.size * max(map(abs, self.residuals))

    def index_of(self, mean: Fraction) -> Fraction:
        """The K (as a rational number) that stands for this batch mean."""
        return (mean - self.origin) * self.batch.size / self.step

    def mean_at(self, index: Fraction) -> Fraction:
        return self.origin + self.step * index / self.batch.size


def grid_of(batch: Batch, length: int) -> Grid:
    """The finest grid on which sums stay below `length`; the lattice of the data itself, and no longer, where that fits."""
    origin, span, lattice = batch.values[0], batch.values[-1] - batch.values[0], batch.lattice_step
    cells = (length - 1) // batch.size
    if cells < 1:
        raise ValueError("the grid needs more points than the batch has draws")
    step = max(span / cells, lattice)
    exact = [(value - origin) / step for value in batch.values]
    indices = tuple(round(position) for position in exact)
    residuals = tuple(position - index for position, index in zip(exact, indices, strict=True))
    if step == lattice:
        length = max(LEAF, 1 << (batch.size * max(indices)).bit_length())
    return Grid(batch, length, origin, step, indices, residuals)
