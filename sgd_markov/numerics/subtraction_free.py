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

LEAF = 64
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
        """
        factors = np.array(moves, dtype=np.float64)
        eliminate(factors, np.array(killed, dtype=np.float64))
        return cls(factors)

    def solve(self, right: Reals) -> Reals:
        """x with (I - K) x = right; entries of `right` >= 0 keep the relative accuracy.

        Raises numpy's `LinAlgError` where the killing is below the range of doubles.
        """
        return triangular(self.factors, triangular(self.factors, right, lower=True), lower=False)

    def solve_left(self, left: Reals) -> Reals:
        """x with x (I - K) = left."""
        half = triangular(self.factors, left, lower=False, transposed=True)
        return triangular(self.factors, half, lower=True, transposed=True)


def eliminate(a: Reals, out: Reals) -> None:
    """Factor in place; `out[i]`: the rate at which state i leaves the states of this block."""
    size = len(out)
    if size <= LEAF:
        eliminate_leaf(a, out)
        return
    half = size // 2
    head, tail = slice(0, half), slice(half, size)
    first, across, back = a[head, head], a[head, tail], a[tail, head]
    killed = out[head].copy()
    eliminate(first, across.sum(axis=1) + killed)
    across[:] = triangular(first, -across, lower=True)
    back[:] = triangular(first, -back.T, lower=False, transposed=True).T
    a[tail, tail] += back @ across
    eliminate(a[tail, tail], out[tail] - back @ triangular(first, killed, lower=True))


def eliminate_leaf(a: Reals, out: Reals) -> None:
    """State by state: the pivot is what leaves the state, to later ones or out (the last column here)."""
    size = len(out)
    rates = np.column_stack((a, out))
    for k in range(size):
        onward = rates[k, k + 1 :]
        pivot = rates[k, k] = np.add.reduce(onward)
        share = rates[k + 1 :, k]
        share /= pivot
        rates[k + 1 :, k + 1 :] += share[:, None] * onward
    np.negative(rates[:, :size], out=a)
    np.fill_diagonal(a, rates.diagonal())


def triangular(factors: Reals, right: Reals, lower: bool, transposed: bool = False) -> Reals:
    """Solve with one of the two triangular factors."""
    from scipy.linalg import solve_triangular  # late: scipy.linalg is slow to import

    found = solve_triangular(
        factors, right, trans=int(transposed), lower=lower, unit_diagonal=lower, check_finite=False
    )
    return cast("Reals", found)
