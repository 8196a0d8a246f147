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
from ...errors import Inconclusive
from ...numerics.subtraction_free import Elimination
from ...numerics.wide_elimination import Wide, WideElimination
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

    def elimination(self) -> Elimination | WideElimination:
        """Refused where a state is never left within the range of doubles, or of extended precision."""
        try:
            if self.moves.dtype == np.longdouble:
                return WideElimination.of(self.moves, self.killed)
            return Elimination.of(self.moves, self.killed)
        except np.linalg.LinAlgError as error:
            raise Inconclusive(f"outside the range of doubles: {error}") from None


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


@lru_cache(maxsize=64)
def function(expr: sp.Expr, state: sp.Symbol) -> Callable[[Reals], Reals]:
    """The expression on arrays; nothing is certified here."""
    if state not in expr.free_symbols:
        constant = real(expr)
        return lambda w: np.full_like(w, constant)
    special = expr.has(sp.erf, sp.erfc, sp.gamma)
    found: Callable[[Reals], Reals] = sp.lambdify(state, expr, "scipy" if special else "numpy")
    return found


def wide_kernel(domain: Domain, counts: Sequence[int]) -> FloatKernel:
    """The same in extended precision: for chains that live longer than doubles can say."""
    return float_kernel(domain, counts, np.longdouble)


def float_kernel(domain: Domain, counts: Sequence[int], kind: type[np.floating] = np.float64) -> FloatKernel:
    """The kernel with `counts[p]` nodes on piece p."""
    nodes, weights = zip(
        *(placed(piece.low, piece.high, n) for piece, n in zip(domain.pieces, counts, strict=True)), strict=True
    )
    columns, heights = np.concatenate(nodes), np.concatenate(weights)
    starts = [(piece.legs, points) for piece, points in zip(domain.pieces, nodes, strict=True)]
    atoms = zip(domain.atoms, domain.places[len(domain.pieces) :], strict=False)
    starts += [(place.legs, np.array([real(at)])) for (at, _), place in atoms]
    states = np.concatenate([points for _, points in starts])
    moves, killed, first = np.empty((len(states), len(states)), kind), np.empty(len(states), kind), 0
    for legs, points in starts:
        rows = slice(first, first + len(points))
        fill_rows(domain, legs, points, columns, heights, moves[rows])
        killed[rows] = leaving(domain, legs, points, kind)
        first = rows.stop
    return FloatKernel(states, heights, moves, killed)


def placed(low: sp.Expr, high: sp.Expr, count: int) -> tuple[Reals, Reals]:
    a, b = real(low), real(high)
    nodes, weights = legendre(count)
    return (a + b) / 2 + (b - a) / 2 * nodes, (b - a) / 2 * weights


def fill_rows(domain: Domain, legs: Sequence[Leg], points: Reals, columns: Reals, heights: Reals, moves: Reals) -> None:
    """The rows of `moves` for steps from `points`, which share their legs; in place, as fresh memory takes longer."""
    smooth, atoms = moves[:, : len(columns)], moves[:, len(columns) :]
    atoms.fill(0.0)
    for order, leg in enumerate(legs):
        share = real(leg.probability)
        centre, scale = (function(expr, domain.state)(points) for expr in (leg.centre, leg.scale))
        part = np.empty_like(smooth) if order else smooth
        np.subtract(columns, centre[:, None], out=part)
        part /= scale[:, None]
        if part.dtype == np.float64:
            leg.density.replace(part)
        else:
            part[...] = leg.density.wide(part)
        part *= (share / scale)[:, None]
        if order:
            smooth += part
        for place, (at, side) in enumerate(domain.atoms):
            atoms[:, place] += share * tail_of(leg)(side * (real(at) - centre) / scale)
    smooth *= heights


def leaving(domain: Domain, legs: Sequence[Leg], points: Reals, kind: type[np.floating]) -> Reals:
    """The probability to leave from `points`, which share their legs."""
    killed = np.zeros(len(points), kind)
    for leg in legs:
        centre, scale = (function(expr, domain.state)(points).astype(kind) for expr in (leg.centre, leg.scale))
        killed += real(leg.probability) * sum((mass(leg, gap, centre, scale) for gap in domain.gaps), killed * 0)
    return killed


def tail_of(leg: Leg) -> Callable[[Wide], Wide]:
    """P(Z > u), in the precision of u."""
    return lambda u: leg.density.tail_wide(u) if u.dtype == np.longdouble else leg.density.tail_floats(u)


def mass(leg: Leg, interval: Interval, centre: Reals, scale: Reals) -> Reals:
    """P(centre + scale Z in interval), from the tail on the far side so that small masses keep their digits."""
    low, high = interval
    tail = tail_of(leg)
    if low == -sp.oo:
        return tail((centre - real(high)) / scale)
    if high == sp.oo:
        return tail((real(low) - centre) / scale)
    u, v = (real(low) - centre) / scale, (real(high) - centre) / scale
    above = u + v > 0
    found: Reals = tail(np.where(above, u, -v)) - tail(np.where(above, v, -u))
    return found
