"""Real roots of rational polynomials, and multiplicative relations between rationals."""

from __future__ import annotations

from fractions import Fraction
from math import prod

import pytest
import sympy as sp
from hypothesis import assume, given
from hypothesis import strategies as st

from sgd_markov.algebra import lattice_step, prime_base, real_roots, valuation

t = sp.Symbol("t")
R = sp.Rational
fractions = st.fractions(min_value=-20, max_value=20, max_denominator=30)
positive = st.fractions(min_value=Fraction(1, 60), max_value=60, max_denominator=60)


@given(st.lists(fractions, min_size=1, max_size=6), st.integers(1, 3))
def test_rational_roots_with_multiplicities(roots: list[Fraction], power: int) -> None:
    found = real_roots(sp.Poly(sp.prod([(t - R(r)) for r in roots]) ** power, t))
    assert [root.rational for root in found] == sorted(set(roots))


@given(st.lists(st.integers(-9, 9), min_size=2, max_size=7))
def test_against_sympy(coefficients: list[int]) -> None:
    assume(coefficients[0])
    poly = sp.Poly(coefficients, t)
    expected = sorted(
        {sp.Integer(0) + root for root in sp.real_roots(poly, multiple=False) for root in [root[0]]}, key=sp.N
    )
    found = real_roots(poly)
    assert len(found) == len(expected)
    for root, other in zip(found, expected, strict=True):
        enclosed, value = root.enclose(160), Fraction(str(sp.N(other, 40)))
        assert enclosed.lower - Fraction(1, 10**35) <= value <= enclosed.upper + Fraction(1, 10**35)
        assert root.rational is not None or enclosed.width < Fraction(1, 10**30)
        if root.exact is not None:
            assert sp.simplify(root.exact - other) == 0


def test_the_order_of_surds_and_their_signs() -> None:
    found = real_roots(sp.Poly((-3 * t**2 + 6 * t + 1) * (t**2 - 2) * (t**5 - t - 1), t))
    assert found == sorted(found) and len(found) == 5
    values = [float(root.enclose(64).middle) for root in found]
    assert values == sorted(values)
    for root, value in zip(found, values, strict=True):
        if root.exact is not None:
            assert float(root.exact) == pytest.approx(value)
    assert [root.exact for root in found].count(None) == 1


def test_equal_roots_of_different_polynomials_are_equal() -> None:
    (first, _), (second, *_) = real_roots(sp.Poly(t**2 - 2, t)), real_roots(sp.Poly((t**2 - 2) * (t - 5), t))
    assert first == second and hash(first) == hash(second) and not first < second


def test_constants_have_no_roots() -> None:
    assert real_roots(sp.Poly(3, t)) == [] and real_roots(sp.Poly(t**2 + 1, t)) == []


@given(positive, st.lists(st.integers(-5, 5), min_size=1, max_size=4))
def test_powers_of_one_number(base: Fraction, powers: list[int]) -> None:
    assume(base != 1 and any(powers))
    found = lattice_step([base**k for k in powers])
    assert found is not None
    h, exponents = found
    assert h > 1 and [h**k for k in exponents] == [base**k for k in powers]


@given(st.lists(positive, min_size=2, max_size=3))
def test_a_step_is_a_relation_and_none_means_none(ratios: list[Fraction]) -> None:
    found = lattice_step(ratios)
    if found is not None:
        h, powers = found
        assert h > 1 and [h**k for k in powers] == ratios
        assert any(abs(k) >= 1 for k in powers)
        return
    vectors = [[valuation(r.numerator, p) - valuation(r.denominator, p) for p in sp.primerange(2, 62)] for r in ratios]
    rank = sp.Matrix(vectors).rank()
    assert rank != 1, "rank 0 is all ones, rank 2 or more has no common step"


def test_examples_of_the_theory() -> None:
    assert lattice_step([Fraction(2), Fraction(1, 4)]) == (2, [1, -2])
    assert lattice_step([Fraction(4), Fraction(1, 2)]) == (2, [2, -1])
    assert lattice_step([Fraction(49, 25), Fraction(9, 25)]) is None
    assert lattice_step([Fraction(4, 9), Fraction(27, 8)]) == (Fraction(3, 2), [-2, 3])
    assert lattice_step([Fraction(1), Fraction(1)]) is None


@given(st.lists(positive, min_size=1, max_size=4))
def test_the_base_is_coprime_and_factors_everything(ratios: list[Fraction]) -> None:
    base = prime_base(ratios)
    assert all(b > 1 for b in base)
    assert all(sp.gcd(a, b) == 1 for i, a in enumerate(base) for b in base[i + 1 :])
    for number in (n for r in ratios for n in (r.numerator, r.denominator)):
        assert prod(b ** valuation(number, b) for b in base) == number
