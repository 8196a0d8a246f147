"""The laws that the transforms give, against exact integer polynomials: the stated l2 errors hold with room."""

from fractions import Fraction
from math import comb
from random import Random

import numpy as np
import pytest
from flint import fmpz_poly

from sgd_markov.chain.batch_slope import Batch
from sgd_markov.effort import Effort
from sgd_markov.numerics.batch_grid import grid_of
from sgd_markov.numerics.block_moments import LEAF, ORDER, block_moments
from sgd_markov.numerics.fourier_sums import binned_sum

SCALE = 10**12


def random_batch(seed: int, size: int, replacement: bool, count: int = 40) -> Batch:
    rng = Random(seed)
    return Batch.of(
        [(Fraction(rng.randint(1, SCALE), SCALE), rng.choice([1, 1, 3])) for _ in range(count)], size, replacement
    )


def exact_sums(batch: Batch, length: int) -> tuple[np.ndarray, np.ndarray]:
    """P(K) and E[E; K] from integer polynomials; residuals as integers over a common denominator."""
    grid = grid_of(batch, length)
    common = 1
    for residual in grid.residuals:
        common = max(common, residual.denominator)
    residuals = [round(residual * 10**30) for residual in grid.residuals]
    if batch.replacement:
        plain, pulled = [0] * length, [0] * length
        for k, count, r in zip(grid.indices, batch.counts, residuals, strict=True):
            plain[k] += count
            pulled[k] += count * r
        base = fmpz_poly(plain)
        below = base ** (batch.size - 1)
        return coefficients(below * base, length, batch.total**batch.size), coefficients(
            batch.size * below * fmpz_poly(pulled), length, batch.total**batch.size * 10**30
        )
    sums = [fmpz_poly([1])] + [fmpz_poly([0])] * batch.size
    pulls = [fmpz_poly([0])] * (batch.size + 1)
    for k, count, r in zip(grid.indices, batch.counts, residuals, strict=True):
        shift = fmpz_poly([0] * k + [1])
        for _ in range(count):
            for j in range(batch.size, 0, -1):
                pulls[j] = pulls[j] + shift * (pulls[j - 1] + r * sums[j - 1])
                sums[j] = sums[j] + shift * sums[j - 1]
    whole = comb(batch.total, batch.size)
    return coefficients(sums[-1], length, whole), coefficients(pulls[-1], length, whole * 10**30)


def coefficients(poly: fmpz_poly, length: int, whole: int) -> np.ndarray:
    found = [int(c) for c in poly.coeffs()]
    return np.array([float(Fraction(c, whole)) for c in found] + [0.0] * (length - len(found)))


@pytest.mark.parametrize(("size", "replacement", "strength"), [
    (2, True, 0), (8, True, 0), (25, True, 0), (8, True, 6), (8, True, -9), (2, False, 0), (8, False, 0), (20, False, 0),
])  # fmt: skip
def test_the_error_bounds_hold(size: int, replacement: bool, strength: int) -> None:
    batch = random_batch(size, size, replacement)
    grid = grid_of(batch, 1 << 13)
    found = binned_sum(grid, Effort(), strength)
    mass, excess = exact_sums(batch, 1 << 13)
    factors = np.array([found.tilt.factor(k) for k in range(1 << 13)])
    assert np.linalg.norm((found.mass - mass) / factors) <= found.mass_error < 1e-9
    assert found.excess is not None
    assert np.linalg.norm((found.excess - excess) / factors) <= found.excess_error < 1e-8


def test_block_moments() -> None:
    entries = np.random.default_rng(3).random(1 << 10)
    found = block_moments(entries)
    for level, table in enumerate(found.levels):
        width = LEAF << level
        for block in {0, len(table) - 1}:
            part = [Fraction(float(x)) for x in entries[block * width : (block + 1) * width]]
            for i in range(ORDER):
                exact = sum(x * Fraction(2 * k - (width - 1), width) ** i for k, x in enumerate(part))
                assert abs(Fraction(float(table[block, i])) - exact) <= found.rounding(level) * sum(part)
