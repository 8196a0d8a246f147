"""Radii of rational polynomials: near the unit circle, on it, and recurrences of least order."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq, fmpq_mat, fmpz_poly
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sgd_markov.numerics.linear_recurrence import least_recurrence, row_annihilator
from sgd_markov.numerics.spectral_radius import irreducible_factors, spectral_radius, trace_polynomial

LEHMER = [1, 1, 0, -1, -1, -1, -1, -1, 0, 1, 1]


def radius(coefficients: list[int]):  # noqa: ANN201
    return spectral_radius(irreducible_factors(fmpz_poly(coefficients)))


@pytest.mark.parametrize(
    ("coefficients", "side"),
    [
        ([-1, 1], 0),
        ([1, 1, 1], 0),
        ([1, 0, 0, 0, 1], 0),
        ([2, -1, 2], 0),  # roots of modulus 1 that are no roots of unity
        ([5, -6, 5], 0),
        (LEHMER, 1),  # Lehmer: eight roots on the circle, one outside by a sixth
        ([1, -3, 1], 1),
        ([0, 1], -1),
        ([10**40 - 1, 10**40], -1),
        ([10**40 + 1, 10**40], 1),
        ([-1, 1, 1], 1),
        ([1, 1, 3], -1),
    ],
)
def test_the_side_of_the_unit_circle(coefficients: list[int], side: int) -> None:
    assert radius(coefficients).side == side


def test_lehmers_number() -> None:
    found = radius(LEHMER).found
    assert found.lower < Fraction("1.176280818259918") < found.upper + Fraction(1, 10**14)
    assert found.upper - found.lower < Fraction(1, 10**12)


def test_close_to_one_is_not_shown_as_one() -> None:
    assert str(radius([10**40 - 1, 10**40])) == "1 - 1e-40"
    assert str(radius([1, 0, 1])) == "1"


@settings(max_examples=200)
@given(st.lists(st.integers(-9, 9), min_size=2, max_size=7))
def test_against_floating_point(coefficients: list[int]) -> None:
    assume(coefficients[-1] != 0)
    expected = max(map(abs, np.roots(coefficients[::-1])), default=0)
    found = radius(coefficients)
    assert float(found.found.lower) <= expected + 1e-5 and float(found.found.upper) >= expected - 1e-5
    if abs(expected - 1) > 1e-4:
        assert found.side == (1 if expected > 1 else -1)


def test_traces() -> None:
    """z^4 + z^3 + z^2 + z + 1 = z^2 (t^2 + t - 1)."""
    assert trace_polynomial([1, 1, 1, 1, 1]) == fmpz_poly([-1, 1, 1])


@settings(max_examples=60)
@given(st.lists(st.integers(-3, 3), min_size=1, max_size=4), st.lists(st.integers(-3, 3), min_size=4, max_size=4))
def test_least_recurrences(weights: list[int], begin: list[int]) -> None:
    terms = [fmpq(v) for v in begin[: len(weights)]]
    while len(terms) < 12:
        terms.append(sum((fmpq(c) * v for c, v in zip(weights, terms[-len(weights) :], strict=True)), fmpq(0)))
    found = least_recurrence(terms)
    assert found.degree() <= len(weights)
    for n in range(12 - found.degree()):
        assert sum((c * terms[n + k] for k, c in enumerate(found.coeffs())), fmpq(0)) == 0


@settings(max_examples=40)
@given(st.lists(st.integers(-3, 3), min_size=9, max_size=9), st.lists(st.integers(-2, 2), min_size=3, max_size=3))
def test_row_annihilators(entries: list[int], row: list[int]) -> None:
    matrix, left = fmpq_mat(3, 3, entries), fmpq_mat(1, 3, row)
    found = row_annihilator(left, matrix)
    total = fmpq_mat(1, 3)
    for power, coefficient in enumerate(found.coeffs()):
        total += left * matrix**power * coefficient
    assert total == fmpq_mat(1, 3) and (matrix.charpoly() % found).degree() < 0
