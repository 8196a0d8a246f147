"""Killed chains that live longer than doubles can say: the subtraction-free elimination in extended precision.

numpy's longdouble reaches to 1e4932 where the machine has it; elsewhere nothing is gained and nothing is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Wide = NDArray[Any]
"""An array of floats of any precision."""


@dataclass(frozen=True)
class WideElimination:
    """I - K = L U in one array, as `Elimination` has it: L with unit diagonal, off-diagonal entries at most 0."""

    factors: Wide

    @classmethod
    def of(cls, moves: Wide, killed: Wide) -> WideElimination:
        """State by state: the pivot is what leaves the state, to later ones or out.

        >>> chain = WideElimination.of(np.array([[0.0, 0.5], [1.0, 0.0]]), np.array([0.5, 0.0]))
        >>> [float(x) for x in chain.solve(np.ones(2))], [float(x) for x in chain.solve_left(np.ones(2))]
        ([3.0, 4.0], [4.0, 3.0])

        Raises numpy's `LinAlgError` where a state is left so rarely that it is rounded to never.
        """
        factors, out = -moves.astype(np.longdouble), killed.astype(np.longdouble)
        for k in range(len(out)):
            pivot = factors[k, k] = out[k] - factors[k, k + 1 :].sum()
            if pivot == 0:
                raise np.linalg.LinAlgError("a state is left more rarely than extended precision can say")
            share = factors[k + 1 :, k]
            share /= pivot
            out[k + 1 :] -= share * out[k]
            factors[k + 1 :, k + 1 :] -= np.multiply.outer(share, factors[k, k + 1 :])
        return cls(factors)

    def solve(self, right: Wide) -> Wide:
        """x with (I - K) x = right."""
        found = right.astype(np.longdouble)
        for k in range(len(found)):
            found[k] -= self.factors[k, :k] @ found[:k]
        for k in reversed(range(len(found))):
            found[k] = (found[k] - self.factors[k, k + 1 :] @ found[k + 1 :]) / self.factors[k, k]
        return found

    def solve_left(self, left: Wide) -> Wide:
        """x with x (I - K) = left."""
        found = left.astype(np.longdouble)
        for k in range(len(found)):
            found[k] = (found[k] - self.factors[:k, k] @ found[:k]) / self.factors[k, k]
        for k in reversed(range(len(found))):
            found[k] -= self.factors[k + 1 :, k] @ found[k + 1 :]
        return found
