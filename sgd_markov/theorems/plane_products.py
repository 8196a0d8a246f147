"""What claims on products of 2x2 matrices share: a bracket that the question does not use, and plain simulation."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import sympy as sp

from ..answer.enclosure import Enclosure
from ..answer.warrant import Warrant
from ..effort import Effort
from ..engines.direction_cells.family import Family
from ..engines.direction_cells.fat_cells import bounds
from .claim import Reading
from .sampling import sample_mean

ROUNDS = 60


def momentum_pair(rate: sp.Rational, momentum: sp.Rational, mean: sp.Rational) -> list[sp.Matrix]:
    """Heavy ball on x w^2/2 in the coordinates (w, rate m), x = mean + 1 and mean - 1."""
    return [sp.Matrix([[1 - rate * x, -momentum], [rate * x, momentum]]) for x in (mean + 1, mean - 1)]


def by_constant_cells(matrices: Sequence[sp.Matrix], cells: int, effort: Effort) -> Reading:
    """h constant on equal cells, with the largest and the smallest value over all cells that an image touches."""
    share = sp.Rational(1, len(matrices))
    law = Family([(share, matrix) for matrix in matrices], sp.Symbol("t")).fat_law(Fraction(0), Fraction(0), cells)
    assert law is not None
    low, high = (Fraction(bounds(law, law.away_from_kernels, side, ROUNDS, effort)) for side in (-1, 1))
    return Reading(Enclosure(low, high), Warrant.CERTIFIED)


def by_simulation(matrices: Sequence[sp.Matrix], forgotten: int, steps: int, effort: Effort, chains: int) -> Reading:
    """The mean logarithmic growth over `steps` from random directions, after some that are forgotten."""
    maps = np.array([[float(entry) for entry in matrix] for matrix in matrices]).reshape(-1, 2, 2)
    rng = np.random.default_rng(effort.seed)  # type: ignore[arg-type]
    vectors, growth = rng.normal(size=(chains, 2)), np.zeros(chains)
    for step in range(forgotten + steps):
        vectors = np.einsum("cij,cj->ci", maps[rng.integers(0, len(maps), chains)], vectors)
        size = np.linalg.norm(vectors, axis=1)
        vectors /= size[:, None]
        growth += np.log(size) if step >= forgotten else 0
    return sample_mean(growth / steps)
