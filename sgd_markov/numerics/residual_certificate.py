"""Means and hitting probabilities of large finite chains: floating-point solutions, certified by their residuals.

With Q >= 0 between states that all leave at last, (1 - Q)^-1 is a sum of powers of Q, hence non-negative. So
(1 - Q) v = 1 - r with |r| <= eps < 1 gives v/(1 + eps) <= tau <= v/(1 - eps) for the mean time tau = (1 - Q)^-1 1, and
(1 - Q) u = g - s gives |u - h| <= max|s| tau for h = (1 - Q)^-1 g.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import sympy as sp
from flint import arb

from ..answer.enclosure import Enclosure
from ..balls.evaluate import evaluate
from ..balls.precision import bits_for, enclosure, precision
from ..effort import Effort

Vector = list[arb]
ROUNDS = 60


def certified_solution(
    rows: Sequence[dict[int, sp.Expr]], gains: Sequence[sp.Expr], start: int, effort: Effort
) -> Enclosure | None:
    """h(start) for h = gains + Q h, Q the probabilities in `rows`; every state leaves at last.

    None where double precision does not carry so far: mean times near 1e15 and beyond.
    """
    try:
        solve = factored(rows)
    except RuntimeError:  # singular to double precision
        return None
    with precision(2 * bits_for(effort.digits)):
        matrix = [[(j, evaluate(p)) for j, p in row.items()] for row in rows]
        target = Fraction(1, 10 ** (effort.digits + 2))
        times, error = improved(matrix, [arb(1)] * len(rows), solve, target, effort)
        if not error < 1:
            return None
        longest = max(enclosure(t / (1 - error)).upper for t in times)
        if all(gain == 1 for gain in gains):
            return enclosure(times[start] / (1 + arb(0).union(error)).union(1 - error))
        values, gap = improved(matrix, [evaluate(gain) for gain in gains], solve, target / Fraction(longest), effort)
        reach = gap * (times[start] / (1 - error))
        return enclosure(values[start] + (-reach).union(reach))


def factored(rows: Sequence[dict[int, sp.Expr]]) -> Callable[[Vector], list[float]]:
    """x -> an approximation of (1 - Q)^-1 x, x of moderate size."""
    import numpy as np
    from scipy.sparse import csc_matrix
    from scipy.sparse.linalg import splu

    size = len(rows)
    entries = [(i, j, -float(p)) for i, row in enumerate(rows) for j, p in row.items()]
    entries += [(i, i, 1.0) for i in range(size)]
    where = ([i for i, _, _ in entries], [j for _, j, _ in entries])
    factors = splu(csc_matrix(([value for _, _, value in entries], where), shape=(size, size)))

    def solve(right: Vector) -> list[float]:
        found: list[float] = factors.solve(np.array([float(entry) for entry in right])).tolist()
        return found

    return solve


def improved(
    matrix: list[list[tuple[int, arb]]], right: Vector, solve: Callable[[Vector], list[float]], target: Fraction, effort: Effort
) -> tuple[Vector, arb]:
    """(v, a bound of |right - v + Q v|), corrected until the bound is below the target or falls no more."""
    values: Vector = [arb(0)] * len(right)
    best: tuple[Vector, arb] = values, largest(right)
    scale = best[1]
    for _ in range(ROUNDS):
        effort.check()
        if not scale > 0 or not scale.is_finite() or enclosure(best[1]).upper <= target:
            return best
        rest = residual(matrix, right, values)
        correction = solve([entry / scale for entry in rest])
        values = [(v + scale * arb(c)).mid() for v, c in zip(values, correction, strict=True)]
        scale = largest(residual(matrix, right, values))
        if not scale < best[1] / 2:
            return best
        best = values, scale
    return best


def residual(matrix: list[list[tuple[int, arb]]], right: Vector, values: Vector) -> Vector:
    return [
        r - v + sum((p * values[j] for j, p in row), arb(0)) for r, v, row in zip(right, values, matrix, strict=True)
    ]


def largest(values: Vector) -> arb:
    """An upper bound of the absolute values, as an exact ball."""
    best = arb(0)
    for value in values:
        best = best.max(value.abs_upper())
    return best.abs_upper()
