"""What the values in one cell contribute to the images at all nodes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from flint import arb_mat
from numpy.typing import NDArray

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Columns:
    """(K v)(nodes) from the values of v in one cell: weights moments v, and single rows.

    A cell inside one part of the density acts by few moments; only where a kink falls into the cell, a row is its own.
    """

    weights: arb_mat
    moments: arb_mat
    numbers: list[int]
    rows: arb_mat

    def applied(self, values: arb_mat) -> arb_mat:
        found = self.weights * (self.moments * values)
        if self.numbers:
            for number, entry in zip(self.numbers, (self.rows * values).entries(), strict=True):
                found[number, 0] += entry
        return found

    @property
    def doubles(self) -> Doubles:
        found = in_doubles(self.weights) @ in_doubles(self.moments)
        if self.numbers:
            found[self.numbers] += in_doubles(self.rows)
        return found

    @property
    def matrix(self) -> arb_mat:
        found = self.weights * self.moments
        for k, number in enumerate(self.numbers):
            for j in range(found.ncols()):
                found[number, j] += self.rows[k, j]
        return found


def in_doubles(matrix: arb_mat) -> Doubles:
    found = np.array([float(entry) for entry in matrix.entries()])
    return found.reshape(matrix.nrows(), matrix.ncols())
