"""Equations (I - K) v = f that are nearly singular, because the region is hardly ever left.

With b and c about the right and left singular vectors of the smallest singular value, the bordered matrix

    [ I - K   b ]
    [  c'     0 ]

is far from singular, so that its factors in doubles correct a solution by many digits at a time. Of the solutions (x, s)
for (f, 0) and (y, t) for (0, 1), v = x - (s/t) y solves the equations themselves: t, about 1/E tau, comes out with all its
digits where a factorisation of I - K has none. Nothing here has to be proved.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from flint import arb
from numpy.typing import NDArray

from ...effort import Effort

Doubles = NDArray[np.float64]
Apply = Callable[[Sequence[arb]], list[arb]]

MOST_CORRECTIONS = 80
TURNS = 4
"""Steps of inverse iteration for the singular vectors."""


class Bordered:
    """`doubles`: K in doubles; `apply`: v -> K v at the current precision."""

    def __init__(self, doubles: Doubles, apply: Apply, effort: Effort) -> None:
        self.apply, self.effort, self.size = apply, effort, len(doubles)
        matrix = np.eye(self.size) - doubles
        self.right, self.left = weakest(matrix)
        border = np.zeros((self.size + 1, self.size + 1))
        border[: self.size, : self.size] = matrix
        border[: self.size, self.size] = self.left
        border[self.size, : self.size] = self.right
        self.solve = double_solver(border)
        self.column, self.row = as_balls(self.left), as_balls(self.right)

    def solved(self, right: Sequence[arb], tolerance: arb) -> list[arb] | None:
        """About v with v - K v = right; None where the corrections do not get small."""
        first = self.corrected([*right, arb(0)], tolerance)
        second = self.corrected([arb(0)] * self.size + [arb(1)], tolerance)
        if first is None or second is None or second[-1] == 0:
            return None
        factor = (first[-1] / second[-1]).mid()
        return [(x - factor * y).mid() for x, y in zip(first[:-1], second[:-1], strict=True)]

    def corrected(self, right: Sequence[arb], tolerance: arb) -> list[arb] | None:
        """The bordered solution, corrected until what is left is below the tolerance, or gets no smaller."""
        if self.solve is None:
            return None
        found, last = [arb(0)] * (self.size + 1), arb.pos_inf()
        for corrections in range(MOST_CORRECTIONS):
            self.effort.check()
            rest = self.rest(found, right)
            worst = largest(rest)
            if worst < tolerance:
                return found
            if not worst < last / 8:
                return found if corrections > 3 else None
            step = self.solve(np.array([float(entry / worst) for entry in rest]))
            if not np.isfinite(step).all():
                return None
            found = [(v + worst * float(s)).mid() for v, s in zip(found, step, strict=True)]
            last = worst
        return found

    def rest(self, found: Sequence[arb], right: Sequence[arb]) -> list[arb]:
        """right minus the bordered matrix times what is found."""
        image, multiplier = self.apply(found[:-1]), found[-1]
        parts = zip(right, found, image, self.column, strict=False)
        rest = [(f - v + k - multiplier * b).mid() for f, v, k, b in parts]
        product = sum((c * v for c, v in zip(self.row, found, strict=False)), start=arb(0))
        return [*rest, (right[-1] - product).mid()]


def weakest(matrix: Doubles) -> tuple[Doubles, Doubles]:
    """About the unit vectors x, y of the smallest singular value s, A x = s y, by inverse iteration."""
    from scipy.linalg.lapack import dgetrf, dgetrs

    factors, pivots, _ = dgetrf(matrix)
    diagonal = np.einsum("ii->i", factors)
    diagonal[diagonal == 0] = np.finfo(float).eps
    right, left = np.ones(len(matrix)), np.ones(len(matrix))
    for _ in range(TURNS):
        right = unit(dgetrs(factors, pivots, left)[0])
        left = unit(dgetrs(factors, pivots, right, trans=1)[0])
    return right, left


def unit(vector: Doubles) -> Doubles:
    scaled: Doubles = vector / np.abs(vector).max()
    return scaled / float(np.linalg.norm(scaled))


def double_solver(matrix: Doubles) -> Callable[[Doubles], Doubles] | None:
    """right -> solution in doubles; None for a singular matrix."""
    from scipy.linalg.lapack import dgetrf, dgetrs

    factors, pivots, trouble = dgetrf(matrix)
    if trouble:
        return None

    def solve(right: Doubles) -> Doubles:
        found: Doubles = dgetrs(factors, pivots, right)[0]
        return found

    return solve


def as_balls(values: Doubles) -> list[arb]:
    return [arb(float(value)) for value in values]


def largest(values: Sequence[arb]) -> arb:
    """The largest absolute value."""
    best = arb(0)
    for value in values:
        if abs(value) > best:
            best = abs(value)
    return best
