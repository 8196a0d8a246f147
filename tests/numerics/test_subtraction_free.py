"""Elimination without subtractions: exact rationals as the other route, rarely killed chains, left and right vectors."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq, fmpq_mat
from hypothesis import given
from hypothesis import strategies as st

from sgd_markov.numerics.subtraction_free import Elimination


def exact_times(moves: list[list[Fraction]], killed: list[Fraction]) -> list[Fraction]:
    """(I - K)^-1 1 in rationals, the diagonal from the row sums."""
    size = len(killed)
    rows = [
        [sum((q for k, q in enumerate(moves[i]) if k != i), killed[i]) if i == j else -moves[i][j] for j in range(size)]
        for i in range(size)
    ]
    system = fmpq_mat(size, size, [fmpq(v.numerator, v.denominator) for row in rows for v in row])
    solved = system.solve(fmpq_mat(size, 1, [fmpq(1)] * size))
    return [Fraction(int(solved[i, 0].p), int(solved[i, 0].q)) for i in range(size)]


@given(st.integers(1, 7), st.integers(0, 60), st.randoms(use_true_random=False))
def test_every_entry_keeps_its_digits(size: int, rarity: int, rng: object) -> None:
    moves = [[Fraction(rng.randint(1, 1000), 1000 * size) for _ in range(size)] for _ in range(size)]
    killed = [Fraction(rng.randint(1, 9), 10**rarity) for _ in range(size)]
    found = Elimination.of(np.array(moves, float), np.array(killed, float)).solve(np.ones(size))
    for ours, known in zip(found, exact_times(moves, killed), strict=True):
        assert abs(ours / float(known) - 1) < 1e-13


@pytest.mark.parametrize("size", [3, 64, 65, 200, 331])
def test_blocks_agree_with_a_plain_solve(size: int) -> None:
    rng = np.random.default_rng(size)
    moves = rng.random((size, size)) / size / 2
    killed = rng.random(size)
    elimination = Elimination.of(moves, killed)
    system = -moves.copy()
    np.fill_diagonal(system, moves.sum(axis=1) - moves.diagonal() + killed)
    right = rng.random(size)
    assert np.allclose(elimination.solve(right), np.linalg.solve(system, right), rtol=1e-12)
    assert np.allclose(elimination.solve_left(right), np.linalg.solve(system.T, right), rtol=1e-12)


def test_a_plain_solve_loses_what_elimination_keeps() -> None:
    """The negative control: two states that are left once in 1e25 steps."""
    moves, killed = np.array([[0.5, 0.5], [0.5, 0.5]]), np.array([1e-25, 1e-25])
    assert abs(Elimination.of(moves, killed).solve(np.ones(2))[0] / 1e25 - 1) < 1e-14
    system = np.eye(2) - moves + np.diag(killed)
    with pytest.raises(np.linalg.LinAlgError):
        np.linalg.solve(system, np.ones(2))
