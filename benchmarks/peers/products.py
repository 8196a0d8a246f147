"""The top exponent of a finite family of 2x2 matrices by the ways that are in use: simulation, Ulam, plain collocation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]

STEPS, CHAINS, CELLS, NODES = 2000, 500, 2000, 24


def simulation(matrices: Reals, weights: Reals) -> float:
    """Many chains at once in numpy, normed in every step."""
    rng = np.random.default_rng(0)
    vectors, total = np.ones((CHAINS, 2)), 0.0
    for _ in range(STEPS):
        drawn = matrices[rng.choice(len(weights), size=CHAINS, p=weights)]
        vectors = np.einsum("cij,cj->ci", drawn, vectors)
        sizes = np.linalg.norm(vectors, axis=1)
        vectors /= sizes[:, None]
        total += float(np.log(sizes).mean())
    return total / STEPS


def ulam(matrices: Reals, weights: Reals) -> float:
    """The stationary law of directions on equal cells of angles, by powers of a sparse matrix; then E log|M v|."""
    from scipy.sparse import csr_matrix

    angles = (np.arange(CELLS) + 0.5) * np.pi / CELLS
    directions = np.array([np.cos(angles), np.sin(angles)])
    rows, columns, entries, growth = [], [], [], np.zeros(CELLS)
    for p, matrix in zip(weights, matrices, strict=True):
        moved = matrix @ directions
        growth += p * np.log(np.hypot(*moved))
        image = np.arctan2(moved[1], moved[0]) % np.pi
        rows.append((image / np.pi * CELLS).astype(int) % CELLS)
        columns.append(np.arange(CELLS))
        entries.append(np.full(CELLS, p))
    step = csr_matrix((np.concatenate(entries), (np.concatenate(rows), np.concatenate(columns))), (CELLS, CELLS))
    law = np.full(CELLS, 1 / CELLS)
    for _ in range(2000):
        law = step @ law
    return float(law @ growth)


def collocation(matrices: Reals, weights: Reals) -> float:
    """Poisson's equation at Chebyshev nodes of the positive quadrant in plain numpy: no certificate, positive matrices only."""
    nodes = np.cos((2 * np.arange(NODES) + 1) * np.pi / (2 * NODES))
    system = np.cos(np.outer(np.arccos(nodes), np.arange(NODES)))
    right = np.zeros(NODES)
    for p, matrix in zip(weights, matrices, strict=True):
        moved = matrix @ np.array([1 + nodes, 1 - nodes])
        right += p * np.log(moved.sum(axis=0) / 2)
        places = (moved[0] - moved[1]) / moved.sum(axis=0)
        system -= p * np.cos(np.outer(np.arccos(places), np.arange(NODES)))
    system[:, 0] = 1.0
    return float(np.linalg.solve(system, right)[0])
