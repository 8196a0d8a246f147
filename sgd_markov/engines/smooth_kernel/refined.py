"""(I - K) t = f to any precision, however rarely the chain is killed.

For a chain that lives T steps I - K is singular to 1/T, and refining its solution stalls once T exceeds 1e13. Bordered
by its right and left vectors at the eigenvalue next to 1 the system is well conditioned; a factorisation in double
precision then gains about 14 digits a step, and two bordered solutions give the one that was asked for. A chain that
leaves soon is solved as it stands: where it drifts out, its right and left vectors are nearly orthogonal, and the
bordered system would be singular.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from flint import arb, arb_mat
from numpy.typing import NDArray

from ...balls.precision import precision
from ...effort import Effort
from ...errors import Inconclusive
from ...numerics.subtraction_free import Elimination
from ...numerics.wide_elimination import Wide, WideElimination
from .floats import FloatKernel

Reals = NDArray[np.float64]
STEPS, POWERS, LIFTED = 60, 4, 20
QUICK = 1e6
"""Up to this mean time a step of refinement of the plain system gains many digits."""
STEER = 1e-6
"""Killing that makes the double system regular; all states alike, it moves no eigenvector."""


@dataclass(frozen=True)
class SlowPair:
    """The eigenvalue of K nearest to 1 as 1 - `gap`, its right vector (largest entry 1) and left vector (sum 1).

    A gap below the range of doubles comes in extended precision.
    """

    gap: float
    right: Reals
    left: Reals


def slow_pair(kernel: FloatKernel, elimination: Elimination | WideElimination) -> SlowPair:
    """Free of subtractions: inverse iteration tells eigenvalues near 1 apart, powers of K those near 0; the gap from
    what the left vector loses in one step."""
    moves: Wide = kernel.moves
    right: Wide = np.ones(len(moves))
    left = right
    for _ in range(200):
        before = left
        right, left = elimination.solve(right), elimination.solve_left(left)
        with np.errstate(all="ignore"):
            for _ in range(POWERS):
                right, left = moves @ right, left @ moves
                right, left = right / right.max(), left / left.sum()
        right, left = right / right.max(), left / left.sum()
        if not np.isfinite(right.sum() + left.sum()):
            raise Inconclusive("the survival factor is below the range of doubles")
        if np.abs(left - before).sum() < 1e-15:
            break
    return SlowPair((left * kernel.killed).sum(), right, left)


def steered_pair(kernel: FloatKernel, gap: float) -> SlowPair:
    """The vectors of a chain that doubles take for one that is never left; its gap is known otherwise."""
    elimination = Elimination.of(kernel.moves * (1 - STEER), kernel.killed * (1 - STEER) + STEER)
    found = slow_pair(kernel, elimination)
    return SlowPair(gap, found.right, found.left)


def stationary_weights(moves: Reals) -> Reals:
    """pi with pi K = pi for a chain that is never killed, in doubles, small entries to full relative accuracy."""
    elimination = Elimination.of(moves * (1 - STEER), np.full(len(moves), STEER))
    left = np.ones(len(moves)) / len(moves)
    for _ in range(60):
        before, left = left, elimination.solve_left(left)
        left = left / left.sum()
        if np.abs(left - before).sum() < 1e-15:
            break
    return left


@dataclass(frozen=True)
class Orthogonal:
    """A = Q R. An LU factorisation of a bordered system meets pivots of size 1/T and may lose every digit by growth."""

    q: Reals
    r: Reals

    @classmethod
    def of(cls, matrix: Reals) -> Orthogonal:
        from scipy.linalg import qr  # late: scipy.linalg is slow to import

        return cls(*qr(matrix, mode="economic", check_finite=False))

    def solve(self, right: Reals) -> Reals:
        from scipy.linalg import solve_triangular  # late: scipy.linalg is slow to import

        found: Reals = solve_triangular(self.r, self.q.T @ right, check_finite=False)
        return found


class System:
    """I - K, K given in balls; `system`: the same in doubles, with all that borders it."""

    def __init__(self, matrix: arb_mat, system: Reals) -> None:
        self.factors = Orthogonal.of(system)
        self.matrix, self.rows = matrix.mid(), len(system)

    def solve(self, targets: arb_mat, goal_bits: int, effort: Effort) -> arb_mat:
        """Columns x with (I - K) x = f to about `goal_bits` bits, as exact midpoints.

        The precision grows with the digits that are reached, so that early steps cost little.
        """
        found = arb_mat(self.rows, targets.ncols())
        reached, last = 0, np.inf
        for _ in range(STEPS):
            effort.check()
            with precision(min(goal_bits, reached + 160) + 32):
                residual = (targets - self.apply(found)).mid()
                size = largest_exponent(residual)
                if size < -goal_bits:
                    return found
                if size >= last:
                    break
                last, reached = size, max(0, int(-size))
                found = (found + self.double_solve(residual, size)).mid()
        if last < -goal_bits + 12:
            return found
        raise Inconclusive(
            f"the refinement of the linear system stalls at 2^{last:.0f}; the chain lives too long for its nodes"
        )

    def apply(self, columns: arb_mat) -> arb_mat:
        return columns - self.matrix * columns

    def double_solve(self, residual: arb_mat, exponent: float) -> arb_mat:
        """The correction, from doubles scaled by a power of 2."""
        shift = arb(2) ** int(-exponent)
        scaled = np.array([[float(residual[i, j] * shift) for j in range(residual.ncols())] for i in range(self.rows)])
        solved = self.factors.solve(scaled)
        back = arb(2) ** int(exponent)
        return arb_mat(self.rows, residual.ncols(), [arb(float(x)) * back for x in solved.ravel()])


class Bordered(System):
    """[[shift I - K, b], [a, 0]]: columns (x, mu) with (I - K) x + b mu = f and a x = g."""

    def __init__(self, matrix: arb_mat, moves: Reals, pair: SlowPair, shift: float = 1.0) -> None:
        size = len(moves)
        system = np.zeros((size + 1, size + 1))
        system[:size, :size] = shift * np.eye(size) - moves
        system[:size, size], system[size, :size] = pair.right, pair.left
        super().__init__(matrix, system)
        self.right, self.left = exact_column(pair.right), exact_column(pair.left).transpose()

    def apply(self, columns: arb_mat) -> arb_mat:
        size, width = self.rows - 1, columns.ncols()
        inner = arb_mat(size, width, [columns[i, j] for i in range(size) for j in range(width)])
        image = inner - self.matrix * inner
        last = self.left * inner
        rows = [image[i, j] + self.right[i, 0] * columns[size, j] for i in range(size) for j in range(width)]
        return arb_mat(size + 1, width, rows + [last[0, j] for j in range(width)])


def eigenpair(
    matrix: arb_mat, kernel: FloatKernel, pair: SlowPair, goal_bits: int, effort: Effort
) -> tuple[arb, arb_mat]:
    """theta and h with K h = theta h, a h = 1, to about `goal_bits` bits: exact midpoints.

    Newton's method with the Jacobian of the double solution: [[theta I - K, h], [a, 0]] (dh, dtheta) = -(residual, 0).
    A tiny theta is brought to the size of the borders first.
    """
    kept = float(pair.left @ kernel.moves.sum(axis=1))
    lift = -int(np.frexp(kept)[1])
    if LIFTED < lift < 900:
        moves, scale = kernel.moves * 2.0**lift, arb(2) ** lift
        near = SlowPair(1 - kept * 2.0**lift, pair.right, pair.left)
        theta, vector = eigenpair(matrix * scale, replace(kernel, moves=moves), near, goal_bits, effort)
        return (theta / scale).mid(), vector
    size = len(pair.left)
    pair = SlowPair(pair.gap, pair.right / (pair.left @ pair.right), pair.left)  # the column is h itself
    bordered = Bordered(matrix, kernel.moves, pair, float(1 - pair.gap))
    vector, theta, last = exact_column(pair.right), arb(1) - ball_of_float(pair.gap), np.inf
    for _ in range(STEPS):
        effort.check()
        image = bordered.matrix * vector
        residual = (image - vector * theta).mid()
        exponent = largest_exponent(residual)
        if exponent < -goal_bits:
            return theta, vector
        if exponent >= last:
            break
        last = exponent
        full = arb_mat(size + 1, 1, [residual[i, 0] for i in range(size)] + [1 - (bordered.left * vector)[0, 0].mid()])
        change = bordered.double_solve(full.mid(), max(exponent, -(10.0**8)))
        vector = (vector + arb_mat(size, 1, [change[i, 0] for i in range(size)])).mid()
        theta = (theta + change[size, 0]).mid()
    if last < -goal_bits + 12:
        return theta, vector
    raise Inconclusive(f"the refinement of the quasi-stationary pair stalls at 2^{last:.0f}")


def quick_solution(
    matrix: arb_mat, kernel: FloatKernel, right_side: list[arb], digits_bits: int, effort: Effort
) -> arb_mat:
    """t with (I - K) t = f up to 2^-digits_bits absolutely, for a chain that leaves soon: exact midpoints, one column."""
    bits = digits_bits + 24
    with precision(bits + 32):
        return System(matrix, np.eye(len(right_side)) - kernel.moves).solve(
            arb_mat(len(right_side), 1, right_side), bits, effort
        )


def killed_solution(
    matrix: arb_mat, kernel: FloatKernel, pair: SlowPair, right_side: list[arb], digits_bits: int, effort: Effort
) -> arb_mat:
    """t with (I - K) t = f up to 2^-digits_bits absolutely: exact midpoints, one column.

    With (x1, mu1) for f and (x2, mu2) for the last unit vector, t = x1 - (mu1/mu2) x2. As mu2 is about -1/T, the
    residual of x2 enters T times.
    """
    size = len(right_side)
    targets = arb_mat(size + 1, 2, [entry for value in right_side for entry in (value, arb(0))] + [arb(0), arb(1)])
    bits = int(digits_bits + max(0.0, -float(np.log2(pair.gap))) + 24)
    solved = Bordered(matrix, kernel.moves, pair).solve(targets, bits, effort)
    with precision(bits + 32):
        ratio = solved[size, 0] / solved[size, 1]
        return arb_mat(size, 1, [solved[i, 0] - ratio * solved[i, 1] for i in range(size)]).mid()


def ball_of_float(value: float) -> arb:
    """A float, of extended range or not, as a ball around its leading 53 bits."""
    mantissa, exponent = np.frexp(value)
    return arb(float(mantissa)) * arb(2) ** int(exponent)


def exact_column(values: Reals) -> arb_mat:
    return arb_mat(len(values), 1, [arb(float(x)) for x in values])


def largest_exponent(matrix: arb_mat) -> float:
    """log2 of the largest entry, a float; -oo for 0."""
    from ...balls.precision import exponent_of

    exponents = [
        exponent_of(matrix[i, j])
        for i in range(matrix.nrows())
        for j in range(matrix.ncols())
        if not matrix[i, j].is_zero()
    ]
    return float(max(exponents, default=-(10**9)))
