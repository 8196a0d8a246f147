"""Bounds of pi(f) by functions that are constant on cells: for any h, pi(f) <= sup(f + P h - h), likewise from below.

pi(P h) = pi(h) for bounded h, so that pi(f) = pi(f + P h - h), at most the largest value on the cells that hold all mass.
P h is replaced by the mean of the largest (smallest) values of h on the cells that an image touches. The cells then act
like a perturbation of every step by the width of a cell, whatever the maps are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite

import numpy as np
from numpy.typing import NDArray

from ...effort import Effort
from ...errors import Inconclusive
from .grid import Floats, Grid, Indices
from .operator import Operator

SWEEPS = 4000
PAUSE = 8
"""Sweeps between two looks at the bound."""
GAIN = 0.02
"""Fewer gains a pause end the sweeps, relative to the width still there."""
IMPROVEMENTS = 12
"""Selections are improved at most so often."""
DENSE = 1500
"""Cells up to which a selection is solved by elimination."""
KRYLOV_ROUNDS, TINY = 6, 1e-200
UNDERFLOW = 1e-290
"""Above all that products too small for doubles lose."""


@dataclass(frozen=True)
class StepBounds:
    """Bounds and the solutions that give them, for a finer grid to start from; entries 0 .. size + 1."""

    grid: Grid
    lower: float
    upper: float
    below: Floats
    above: Floats


def step_bounds(
    operator: Operator,
    values: tuple[Floats, Floats],
    carrying: NDArray[np.bool_],
    start: tuple[Floats, Floats],
    wanted: float,
    effort: Effort,
) -> StepBounds:
    """`values`: bounds of f on the cells 1 .. size; only `carrying` cells hold mass; `wanted`: a width that is enough."""
    least, most = values
    if not (np.isfinite(least[carrying]).all() and np.isfinite(most[carrying]).all()):
        raise Inconclusive("the function has no proved bounds where the law may have mass")
    bottom, top = float(least[carrying].min()), float(most[carrying].max())
    if top <= bottom:
        return StepBounds(operator.grid, bottom, top, *start)
    upper, above = largest_mean(operator, np.where(carrying, most, top), carrying, start[1], wanted, effort)
    lower, below = largest_mean(operator, np.where(carrying, -least, -bottom), carrying, -start[0], wanted, effort)
    return StepBounds(operator.grid, max(-lower, bottom), min(upper, top), -below, above)


def largest_mean(
    operator: Operator, f: Floats, carrying: NDArray[np.bool_], h: Floats, wanted: float, effort: Effort
) -> tuple[float, Floats]:
    """The smallest bound sup(f + P h - h) that is found from h on, and the h that gives it.

    Sweeps h -> f + P h - c; where they gain too little, the equation is solved for the cells that P selects now.
    """
    best = Best(operator, f, carrying)
    for _ in range(IMPROVEMENTS):
        swept(best, h, wanted, effort)
        before = best.bound
        if best.spread < wanted or not isfinite(before):
            break
        h = solved(operator, f, best.h, wanted, effort)
        best.look(h)
        if not before - best.bound > GAIN * best.spread:
            break
    return best.bound, best.h


class Best:
    """The best of the candidates that were looked at."""

    def __init__(self, operator: Operator, f: Floats, carrying: NDArray[np.bool_]) -> None:
        self.operator, self.f, self.carrying = operator, f, carrying
        self.bound, self.spread, self.h = inf, inf, np.zeros(operator.grid.size + 2)

    def look(self, h: Floats) -> tuple[Floats, float, float]:
        """f + P h - h, its largest and its smallest value on the cells that hold mass."""
        gap = self.f + self.operator.mean(h, True)[1:-1] - h[1:-1]
        top, bottom = float(gap[self.carrying].max()), float(gap[self.carrying].min())
        bound = top + rounding(self.operator, self.f, h)
        if bound < self.bound:
            self.bound, self.spread, self.h = bound, top - bottom, h
        return gap, top, bottom


def swept(best: Best, h: Floats, wanted: float, effort: Effort) -> None:
    """Sweeps as long as they gain; where plain ones gain no more they go half the way, which ends the swing of periodic
    chains."""
    pace, seen = 1.0, inf
    for sweep in range(SWEEPS):
        gap, top, bottom = best.look(h)
        if not isfinite(top - bottom) or top - bottom < wanted:
            return
        effort.check()
        if sweep % PAUSE == 0:
            if sweep and not seen - best.bound >= GAIN * (top - bottom):
                if pace < 1:
                    return
                pace = 0.5
            seen = best.bound
        h = np.concatenate([[0.0], h[1:-1] + pace * (gap - (top + bottom) / 2), [0.0]])


def solved(operator: Operator, f: Floats, h: Floats, wanted: float, effort: Effort) -> Floats:
    """h with h = f - c + P h in floating point, P with the cells that it selects for the h given."""
    size = operator.grid.size
    places = [place[1:-1] - 1 for place in operator.policy(h, True)]
    middle = size // 2

    def residual(v: Floats) -> Floats:
        stepped = sum(p * v[place] for p, place in zip(operator.weights.values, places, strict=True))
        return np.asarray(v - stepped + v[middle])

    if size <= DENSE:
        found = eliminated(places, operator.weights.values, middle, f)
    else:
        found = krylov(residual, f, h[1:-1] - h[1 + middle], wanted, effort)
    return np.concatenate([[0.0], found, [0.0]]) if np.isfinite(found).all() else h


def eliminated(places: list[Indices], weights: tuple[float, ...], middle: int, f: Floats) -> Floats:
    matrix = np.eye(len(f))
    matrix[:, middle] += 1.0
    for p, place in zip(weights, places, strict=True):
        np.subtract.at(matrix, (np.arange(len(f)), place), p)
    try:
        return np.asarray(np.linalg.solve(matrix, f), np.float64)
    except np.linalg.LinAlgError:
        return np.full(len(f), np.nan)


def krylov(residual: Callable[[Floats], Floats], f: Floats, v: Floats, wanted: float, effort: Effort) -> Floats:
    """Some steps of GMRES from a guess; smooth errors are gone after a few."""
    from scipy.sparse.linalg import LinearOperator, gmres  # late: slow to import

    system = LinearOperator((len(f), len(f)), matvec=residual, dtype=float)
    for _ in range(KRYLOV_ROUNDS):
        effort.check()
        left = f - residual(v)
        # the largest entry counts, the norm is Euclidean: a share of it will do
        share = wanted / (8 * max(float(np.abs(left).max()), TINY))
        if share > 1:
            break
        v = (
            v
            + gmres(
                system,
                left,
                rtol=max(share, 1e-3),
                restart=20,
                maxiter=1,
                callback=lambda _: effort.check(),
                callback_type="pr_norm",
            )[0]
        )
    return np.asarray(v)


def rounding(operator: Operator, f: Floats, h: Floats) -> float:
    """Above what the computed f + P h - h is short of: rounded products, sums, differences and weights."""
    size = float(np.abs(h).max()) + float(np.abs(f).max())
    return 2 * size * (operator.weights.up - 1) + UNDERFLOW
