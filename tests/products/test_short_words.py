"""Families of 3x3 and larger matrices without an invariant orthant: certified bounds hold what is known otherwise."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.answer.warrant import Warrant
from sgd_markov.effort import Effort
from sgd_markov.engines.short_words.boxes import bounds, halved, sphere
from sgd_markov.engines.short_words.search import exponent_bounds
from sgd_markov.engines.short_words.terms import Words, family

HALF = sp.Rational(1, 2)


def turned(matrix: sp.Matrix) -> sp.Matrix:
    """In other coordinates, with integers of both signs."""
    size = matrix.shape[0]
    basis = sp.eye(size) + sp.Matrix(size, size, lambda i, j: (-1) ** (i + j) if j > i else 0)
    return basis * matrix * basis.inv()


def grown(atoms: list[tuple[sp.Expr, sp.Matrix]], chains: int = 300, steps: int = 2000) -> tuple[float, float]:
    """The mean rate of growth in plain numpy, and its standard error."""
    rng = np.random.default_rng(11)
    matrices = np.array([[float(entry) for entry in m] for _, m in atoms]).reshape(len(atoms), *atoms[0][1].shape)
    vectors, total = rng.standard_normal((chains, matrices.shape[1])), np.zeros(chains)
    for step in range(steps + 200):
        vectors = np.einsum("cij,cj->ci", matrices[rng.integers(len(atoms), size=chains)], vectors)
        sizes = np.linalg.norm(vectors, axis=1)
        vectors /= sizes[:, None]
        total += np.log(sizes) if step >= 200 else 0
    rates = total / steps
    return float(rates.mean()), float(rates.std(ddof=1) / np.sqrt(chains))


@pytest.mark.parametrize("seed", range(3))
def test_random_families_against_simulation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    atoms = [(HALF, sp.Matrix(3, 3, [int(k) for k in rng.integers(-4, 5, 9)])) for _ in range(2)]
    assert all(matrix.det() != 0 for _, matrix in atoms)
    found = exponent_bounds(atoms, Effort())
    mean, error = grown(atoms)
    assert float(found.lower) - 6 * error <= mean <= float(found.upper) + 6 * error
    assert found.upper < mean + 1


def test_a_known_exponent_lies_inside() -> None:
    """A triangular family in other coordinates: the largest of the means of log|diagonal entries|, (log 12)/2."""
    atoms = [
        (HALF, turned(sp.Matrix([[4, 1, -2], [0, HALF, 3], [0, 0, -1]]))),
        (HALF, turned(sp.Matrix([[3, -5, 1], [0, 1, 1], [0, 0, HALF]]))),
    ]
    found = exponent_bounds(atoms, Effort())
    assert found.lower <= float(sp.log(12) / 2) <= found.upper < 1.4


def test_the_bound_by_boxes_holds_at_random_directions() -> None:
    """Refined boxes against values of the same sum in mpmath-free numpy; a bound shrunk by a tenth fails."""
    letters = family([sp.Matrix([[2, -1, 0], [1, 1, 1], [0, 3, -1]]), sp.Matrix([[1, 2, 0], [-1, 0, 1], [1, 1, 1]])])
    words = Words.of(letters, np.array([0.5, 0.5]), 60)
    factors = np.array([-1.0, 0.5, -0.25, 0.5, 0.25][: len(words.matrices)])
    factors[0] = -factors[1:].sum()
    r = words.combined(factors)
    centres, halves = sphere(3)
    for _ in range(9):
        centres, halves = halved(centres, halves)
    low, high = bounds(r, centres, halves)
    places = np.random.default_rng(2).uniform(-1, 1, (len(centres), 40, 3)) * halves[:, None] + centres[:, None]
    lengths = np.linalg.norm(np.einsum("tij,bkj->bkti", r.matrices.entries, places), axis=3)
    values = np.log(lengths) @ r.weights
    assert (values >= low[:, None]).all() and (values <= high[:, None]).all()
    middle, half = (low + high) / 2, (high - low) / 2
    assert not (np.abs(values - middle[:, None]) <= 0.1 * half[:, None]).all()


def test_a_singular_letter_leaves_the_bound_from_above() -> None:
    """The exponent of ones(3, 3) = 3 P, P a projection, and the identity is (log 3)/2."""
    found = exponent_bounds([(HALF, sp.ones(3, 3)), (HALF, sp.eye(3))], Effort())
    assert found.lower == -float("inf") and 0.549306 < found.upper < 0.75
    assert exponent_bounds([(HALF, sp.zeros(3, 3)), (HALF, sp.eye(3))], Effort()) is None


def test_the_question_tells_that_a_point_attracts() -> None:
    """Momentum on a saddle of two parameters with coupled noise: contraction is proved although digits are not reached."""
    u, v, t, x = sp.symbols("u v t x", real=True)
    half = {u: (u - v + x * t) / 3, v: (u + t) / 3, t: (v - x * u) / 3}
    chain = sm.RandomMap(half, noise={x: sm.TwoPoint(1, -1)})
    with pytest.raises(sm.Inconclusive) as refusal:
        sm.lyapunov(chain, at={u: 0, v: 0, t: 0})
    assert refusal.value.known["attracts"] is True and refusal.value.enclosure.upper < 0
    coarse = sm.lyapunov(chain, at={u: 0, v: 0, t: 0}, method="sampled")
    assert coarse.warrant is Warrant.SAMPLED and coarse.enclosure.meets(refusal.value.enclosure)
