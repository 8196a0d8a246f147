"""The integral equations in double precision: nodes, the killed kernel, what leaves from every node."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import sympy as sp
from flint import arb
from numpy.typing import NDArray

from ...balls.evaluate import evaluate
from ...balls.precision import precision
from ...numerics.subtraction_free import Elimination
from .domain import Domain, Interval, Leg

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class FloatKernel:
    """`states`: nodes, then atoms; `weights`: quadrature weights of the nodes; `moves[i, j]`: weight times density,
    or the mass of an atom; `killed[i]`: the exact probability to leave."""

    states: Reals
    weights: Reals
    moves: Reals
    killed: Reals

    def elimination(self) -> Elimination:
        return Elimination.of(self.moves, self.killed)


@lru_cache(maxsize=64)
def legendre(count: int) -> tuple[Reals, Reals]:
    """Gauss-Legendre nodes, increasing, and weights on [-1, 1]."""
    with precision(64):
        half = [arb.legendre_p_root(count, k, weight=True) for k in range((count + 1) // 2)]
    nodes, weights = (np.array([float(pair[i]) for pair in half]) for i in (0, 1))
    keep = count // 2
    return np.concatenate((-nodes, nodes[:keep][::-1])), np.concatenate((weights, weights[:keep][::-1]))


def real(expr: sp.Expr) -> float:
    with precision(64):
        return float(evaluate(expr))


def function(expr: sp.Expr, state: sp.Symbol) -> Callable[[Reals], Reals]:
    """The expression on arrays; nothing is certified here."""
    if state not in expr.free_symbols:
        constant = real(expr)
        return lambda w: np.full_like(w, constant)
    found: Callable[[Reals], Reals] = sp.lambdify(state, expr, "numpy")
    return found


def float_kernel(domain: Domain, counts: Sequence[int]) -> FloatKernel:
    """The kernel with `counts[p]` nodes on piece p."""
    nodes, weights = zip(
        *(placed(piece.low, piece.high, n) for piece, n in zip(domain.pieces, counts, strict=True)), strict=True
    )
    columns, heights = np.concatenate(nodes), np.concatenate(weights)
    starts = [(piece.legs, points) for piece, points in zip(domain.pieces, nodes, strict=True)]
    starts += [(domain.pieces[0 if side < 0 else -1].legs, np.array([real(at)])) for at, side in domain.atoms]
    rows = [rows_from(domain, legs, points, columns, heights) for legs, points in starts]
    return FloatKernel(
        np.concatenate([points for _, points in starts]),
        heights,
        np.vstack([moves for moves, _ in rows]),
        np.concatenate([killed for _, killed in rows]),
    )


def placed(low: sp.Expr, high: sp.Expr, count: int) -> tuple[Reals, Reals]:
    a, b = real(low), real(high)
    nodes, weights = legendre(count)
    return (a + b) / 2 + (b - a) / 2 * nodes, (b - a) / 2 * weights


def rows_from(
    domain: Domain, legs: Sequence[Leg], points: Reals, columns: Reals, heights: Reals
) -> tuple[Reals, Reals]:
    """moves and killed for steps from `points`, which share their legs."""
    smooth, killed = np.zeros((len(points), len(columns))), np.zeros(len(points))
    atoms = np.zeros((len(points), len(domain.atoms)))
    for leg in legs:
        share = real(leg.probability)
        centre, scale = (function(expr, domain.state)(points) for expr in (leg.centre, leg.scale))
        smooth += leg.density.floats((columns - centre[:, None]) / scale[:, None]) * (share / scale)[:, None]
        killed += share * sum((mass(leg, gap, centre, scale) for gap in domain.gaps), np.zeros(len(points)))
        for place, (at, side) in enumerate(domain.atoms):
            atoms[:, place] += share * leg.density.tail_floats(side * (real(at) - centre) / scale)
    return np.hstack((smooth * heights, atoms)), killed


def mass(leg: Leg, interval: Interval, centre: Reals, scale: Reals) -> Reals:
    """P(centre + scale Z in interval), from the tail on the far side so that small masses keep their digits."""
    low, high = interval
    tail = leg.density.tail_floats
    if low == -sp.oo:
        return tail((centre - real(high)) / scale)
    if high == sp.oo:
        return tail((real(low) - centre) / scale)
    u, v = (real(low) - centre) / scale, (real(high) - centre) / scale
    above = u + v > 0
    found: Reals = tail(np.where(above, u, -v)) - tail(np.where(above, v, -u))
    return found
