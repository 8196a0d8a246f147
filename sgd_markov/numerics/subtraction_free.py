"""Linear systems (I - K) x = f of killed chains in double precision, without a subtraction.

I - K is given by the off-diagonal entries of K and the probability of being killed; the diagonal is the sum of the two
over the row, so that every entry of the factors and of the solution is a sum of products of positive numbers and has a
small relative error, however rarely the chain is killed (Grassmann, Taksar and Heyman; O'Cinneide). A plain
factorisation of I - K loses all digits once a chain lives longer than 1e16 steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]

LEAF = 10
"""Blocks of this size are eliminated state by state; larger ones are halved, the work left to matrix products."""


@dataclass(frozen=True)
class Elimination:
    """I - K = L U in one array: L with unit diagonal below it, U on and above it; off-diagonals are at most 0."""

    factors: Reals

    @classmethod
    def of(cls, moves: Reals, killed: Reals) -> Elimination:
        """`moves[i, j]`, n x n: the rate of the step i -> j, the diagonal is ignored; `killed[i]`, n: that of no return.

        >>> import numpy as np
        >>> chain = Elimination.of(np.array([[0.0, 0.5], [1.0, 0.0]]), np.array([0.5, 0.0]))
        >>> chain.solve(np.ones(2))
        array([3., 4.])

        Raises numpy's `LinAlgError` where a state is left so rarely that doubles round it to never.
        """
        factors = np.negative(moves, dtype=np.float64)
        eliminate(factors, np.array(killed, dtype=np.float64))
        return cls(factors)

    def solve(self, right: Reals) -> Reals:
        """x with (I - K) x = right; entries of `right` >= 0 keep the relative accuracy."""
        return triangular(self.factors, triangular(self.factors, right, lower=True), lower=False)

    def solve_left(self, left: Reals) -> Reals:
        """x with x (I - K) = left."""
        half = triangular(self.factors, left, lower=False, transposed=True)
        return triangular(self.factors, half, lower=True, transposed=True)


def eliminate(a: Reals, out: Reals) -> None:
    """Factor -K in place; `out[i]`: the rate at which state i leaves the states of this block.

    All off-diagonal entries are at most 0: a minus below adds two numbers of one sign. BLAS knows columns where numpy
    has rows, so that it is handed transposes: L X = B is X' L' = B'.
    """
    size = len(out)
    if size <= LEAF:
        eliminate_leaf(a, out)
        return
    from scipy.linalg.blas import dtrsm  # late: scipy.linalg is slow to import

    half = size // 2
    first, across, back = a[:half, :half], a[:half, half:], a[half:, :half]
    eliminate(first, out[:half] - across.sum(axis=1))
    across[:] = dtrsm(1.0, first.T, across.T, side=1, diag=1).T
    back[:] = dtrsm(1.0, first.T, back.T, lower=1).T
    onward = dtrsm(1.0, first.T, out[None, :half], side=1, diag=1)[0]
    a[half:, half:] -= back @ across
    eliminate(a[half:, half:], out[half:] - back @ onward)


def eliminate_leaf(a: Reals, out: Reals) -> None:
    """State by state: the pivot is what leaves the state, to later ones or out.

    In Python's floats, which are quicker than numpy's calls for so few.
    """
    rows, rates, size = a.tolist(), out.tolist(), len(out)
    for k, row in enumerate(rows):
        pivot = row[k] = rates[k] - sum(row[k + 1 :])
        if pivot == 0:
            raise np.linalg.LinAlgError("a state is left more rarely than doubles can say")
        for i in range(k + 1, size):
            other = rows[i]
            share = other[k] = other[k] / pivot
            rates[i] -= share * rates[k]
            for j in range(k + 1, size):
                other[j] -= share * row[j]
    a[:] = rows


def triangular(factors: Reals, right: Reals, lower: bool, transposed: bool = False) -> Reals:
    """Solve with one of the two triangular factors."""
    from scipy.linalg import solve_triangular  # late: scipy.linalg is slow to import

    found = solve_triangular(
        factors, right, trans=int(transposed), lower=lower, unit_diagonal=lower, check_finite=False
    )
    return cast("Reals", found)
