"""Where the multiplier vanishes on the grid, and how near to 0 its other values can be."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .batch_grid import Grid


@dataclass(frozen=True)
class Singularity:
    """|M| = scale * |K + E - index|; `floor`: no possible M is nearer to 0 (0: not known, or M = 0 possible)."""

    index: Fraction
    scale: Fraction
    floor: Fraction = Fraction(0)


def singularity(grid: Grid, shift: Fraction, factor: Fraction, zero_possible: bool | None) -> Singularity:
    """For M = shift + factor * mean.

    Sums of the batch are S origin + q m, m an integer and q the step of the data's lattice, so M lies on a lattice of
    step |factor| q / S: unless M = 0 is possible, |M| is at least the distance of 0 from the nearest other point.
    """
    index = grid.index_of(-shift / factor)
    scale = abs(factor) * grid.step / grid.batch.size
    if zero_possible is not False:
        return Singularity(index, scale)
    lattice = grid.batch.lattice_step / grid.step
    position = index / lattice
    away = min(position % 1, -position % 1) or Fraction(1)
    return Singularity(index, scale, away * lattice * scale)
