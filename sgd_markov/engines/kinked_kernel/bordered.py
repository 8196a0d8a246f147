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
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from flint import arb
from numpy.typing import NDArray

from ...effort import Effort

Doubles = NDArray[np.float64]
Solve = Callable[[Doubles], Doubles]
Apply = Callable[[Sequence[arb]], list[arb]]

MOST_CORRECTIONS = 80
TURNS = 4
"""Steps of inverse iteration for the singular vectors."""


WEAK = 1e8
"""Equations are bordered where their solution grows beyond this."""


class Equation:
    """(I - K) v = f; `doubles`: K in doubles; `apply`: v -> K v at the current precision."""

    def __init__(self, doubles: Doubles, apply: Apply, effort: Effort) -> None:
        self.apply, self.effort, self.size = apply, effort, len(doubles)
        self.matrix = np.eye(self.size) - doubles
        self.plain = Factors.of(self.matrix)

    @cached_property
    def bordered(self) -> Bordered:
        return Bordered(*weakest(self.plain))

    @cached_property
    def is_weak(self) -> bool:
        largest = np.abs(self.plain.solve(np.ones(self.size))).max()
        return not largest < WEAK

    def solved(self, right: Sequence[arb], tolerance: arb) -> list[arb] | None:
        """About v with v - K v = right; None where the corrections do not get small."""
        found = None if self.is_weak else self.corrected(right, tolerance, self.plain.solve, None)
        if found is not None:
            return found
        solve, border = self.bordered.solver(self.matrix), self.bordered
        first = self.corrected([*right, arb(0)], tolerance, solve, border)
        second = self.corrected([arb(0)] * self.size + [arb(1)], tolerance, solve, border)
        if first is None or second is None or second[-1] == 0:
            return None
        factor = (first[-1] / second[-1]).mid()
        return [(x - factor * y).mid() for x, y in zip(first[:-1], second[:-1], strict=True)]

    def corrected(
        self, right: Sequence[arb], tolerance: arb, solve: Solve, border: Bordered | None
    ) -> list[arb] | None:
        """The solution, corrected until what is left is below the tolerance, or gets no smaller."""
        found, last = [arb(0)] * len(right), arb.pos_inf()
        for corrections in range(MOST_CORRECTIONS):
            self.effort.check()
            rest = self.rest(found, right, border)
            worst = largest(rest)
            if worst < tolerance:
                return found
            if not worst < last / 8:
                return found if corrections > 3 else None
            step = solve(np.array([float(entry / worst) for entry in rest]))
            if not np.isfinite(step).all():
                return None
            found = [(v + worst * float(s)).mid() for v, s in zip(found, step, strict=True)]
            last = worst
        return found

    def rest(self, found: Sequence[arb], right: Sequence[arb], border: Bordered | None) -> list[arb]:
        """right minus the matrix times what is found."""
        values = found[: self.size]
        image = self.apply(values)
        rest = [(f - v + k).mid() for f, v, k in zip(right, values, image, strict=False)]
        return rest if border is None else border.rest(rest, found, right[-1])


@dataclass(frozen=True)
class Bordered:
    """The border: `right` and `left` are about the singular vectors."""

    right: Doubles
    left: Doubles

    def solver(self, matrix: Doubles) -> Solve:
        size = len(matrix)
        border = np.zeros((size + 1, size + 1))
        border[:size, :size] = matrix
        border[:size, size] = self.left
        border[size, :size] = self.right
        return Factors.of(border).solve

    @cached_property
    def balls(self) -> tuple[list[arb], list[arb]]:
        return as_balls(self.left), as_balls(self.right)

    def rest(self, rest: list[arb], found: Sequence[arb], last: arb) -> list[arb]:
        """What the border adds to what is left."""
        column, row = self.balls
        product = sum((c * v for c, v in zip(row, found, strict=False)), start=arb(0))
        return [*((r - found[-1] * b).mid() for r, b in zip(rest, column, strict=True)), (last - product).mid()]


@dataclass(frozen=True)
class Factors:
    """L U of a matrix in doubles."""

    factors: Doubles
    pivots: NDArray[np.int32]

    @classmethod
    def of(cls, matrix: Doubles) -> Factors:
        """A pivot that is 0 is taken as the smallest number instead: directions matter, not sizes."""
        from scipy.linalg.lapack import dgetrf  # late: scipy.linalg is slow to import

        factors, pivots, _ = dgetrf(matrix)
        diagonal = np.einsum("ii->i", factors)
        diagonal[diagonal == 0] = np.finfo(float).eps
        return cls(factors, pivots)

    def solve(self, right: Doubles, transposed: bool = False) -> Doubles:
        from scipy.linalg.lapack import dgetrs

        found: Doubles = dgetrs(self.factors, self.pivots, right, trans=int(transposed))[0]
        return found


def weakest(factors: Factors) -> tuple[Doubles, Doubles]:
    """About the unit vectors x, y of the smallest singular value s, A x = s y, by inverse iteration."""
    right, left = np.ones(len(factors.factors)), np.ones(len(factors.factors))
    for _ in range(TURNS):
        right = unit(factors.solve(left))
        left = unit(factors.solve(right, transposed=True))
    return right, left


def unit(vector: Doubles) -> Doubles:
    scaled: Doubles = vector / np.abs(vector).max()
    return scaled / float(np.linalg.norm(scaled))


def as_balls(values: Doubles) -> list[arb]:
    return [arb(float(value)) for value in values]


def largest(values: Sequence[arb]) -> arb:
    """The largest absolute value."""
    best = arb(0)
    for value in values:
        if abs(value) > best:
            best = abs(value)
    return best
