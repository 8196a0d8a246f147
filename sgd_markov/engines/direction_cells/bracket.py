"""Both ends of the bracket on one grid: h is bent until what is added for the inside of the cells is the same everywhere.

With e_j >= the excess of phi + P h over its chord on the cells beside node j, an h with h + c = phi + P h + e at the
nodes proves exponent <= c: on every cell phi + P h - h <= c. The excess is then charged by how often the cells are
visited, not by its maximum. The iteration h -> phi + P h + e finds such an h nearly, and every h on the way proves a
bound of its own. Downwards likewise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...effort import Effort
from .directions import Floats
from .grid import Grid, following, preceding
from .linear_pieces import LinearPieces

STEPS = 60
IDLE = 6
"""So many steps may pass without a gain."""

LARGEST = 1e3
"""A larger h is no help."""

ENOUGH = 0.02
"""Gains of this part of the distance to the other bound are not worth a step."""


@dataclass(frozen=True)
class Law:
    """The matrices of one law on a grid, with their probabilities as doubles."""

    pieces: Sequence[LinearPieces]
    weights: Sequence[float]

    @property
    def grid(self) -> Grid:
        return self.pieces[0].grid

    def step(self, values: Floats) -> tuple[Floats, Floats, Floats]:
        """phi + P h at the nodes, and bounds of its excess over the chord of each cell, from above and from below."""
        slopes = self.grid.slopes(values)
        total, most, least = np.zeros(self.grid.size), np.zeros(self.grid.size), np.zeros(self.grid.size)
        for piece, weight in zip(self.pieces, self.weights, strict=True):
            at_nodes = piece.at_nodes(values)
            over, under = piece.excess(values, slopes, at_nodes)
            total += weight * at_nodes
            most += weight * over
            least += weight * under
        return total, most, least

    def lost(self, values: Floats) -> float:
        """What the sums over the matrices and the rounding of their probabilities lose at most."""
        largest = max(float(np.abs(piece.log_end).max()) for piece in self.pieces) + 2 * float(np.abs(values).max()) + 1
        return (len(self.weights) + 16) * 2.0**-52 * largest


def solution(law: Law) -> Floats:
    """h + c = phi + P h at the nodes, by dense linear algebra (not certified, and only a start); 0 where that fails."""
    size = law.grid.size
    operator = np.eye(size) + 1 / size
    for piece, weight in zip(law.pieces, law.weights, strict=True):
        share = (piece.image_place - law.grid.nodes[piece.image_cell]) / law.grid.lengths[piece.image_cell]
        np.add.at(operator, (np.arange(size), piece.image_cell), -weight * (1 - share))
        np.add.at(operator, (np.arange(size), (piece.image_cell + 1) % size), -weight * share)
    try:
        found = np.asarray(np.linalg.solve(operator, law.step(np.zeros(size))[0]), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.zeros(size)
    found -= found.mean()
    return found if float(np.abs(found).max()) < LARGEST else np.zeros(size)


@dataclass(frozen=True)
class Side:
    """The best bound on one side (1: upper, -1: lower), the h that proves it, and the excess on each cell."""

    bound: float
    values: Floats
    excess: Floats


def bound(law: Law, values: Floats, side: int, effort: Effort, other: float | None = None) -> Side:
    """The best bound that the iteration from `values` proves; it stops early once it hardly gains on `other`."""
    best: Side | None = None
    idle = 0
    for _ in range(STEPS):
        effort.check()
        found, bent = one_step(law, values, side)
        gain = np.inf if best is None else side * (best.bound - found.bound)
        idle = 0 if gain > worthwhile(found, other) else idle + 1
        if gain > 0:
            best = found
        if idle >= IDLE:
            break
        values = bent
    assert best is not None
    return best


def worthwhile(found: Side, other: float | None) -> float:
    return 0.0 if other is None else ENOUGH * abs(found.bound - other)


def one_step(law: Law, values: Floats, side: int) -> tuple[Side, Floats]:
    """What `values` prove, and the next ones."""
    total, most, least = law.step(values)
    excess = most if side > 0 else -least
    residual = side * (total - values)
    proved = float((np.maximum(residual, following(residual)) + excess).max()) + law.lost(values)
    bent = total + side * np.maximum(excess, preceding(excess))
    return Side(side * proved, values, excess), bent - bent.mean()


def visits(law: Law, before: Floats | None = None, steps: int = 200) -> Floats:
    """Roughly how often the chain of directions is near each node."""
    size = law.grid.size
    now = np.full(size, 1 / size) if before is None else before / before.sum()
    for _ in range(steps):
        after = np.zeros(size)
        for piece, weight in zip(law.pieces, law.weights, strict=True):
            share = (piece.image_place - law.grid.nodes[piece.image_cell]) / law.grid.lengths[piece.image_cell]
            after += np.bincount(piece.image_cell, weight * now * (1 - share), size)
            after += np.bincount((piece.image_cell + 1) % size, weight * now * share, size)
        moved, now = float(np.abs(after - now).sum()), after
        if moved < 1e-3:
            break
    return now
