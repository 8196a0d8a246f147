"""E|shift + factor X|^order against quadrature."""

from __future__ import annotations

import mpmath as mp
import pytest
import sympy as sp
from law_cases import ATOMIC, CONTINUOUS, affine_maps, name_of
from law_expectations import close, expectation, number

from sgd_markov.laws.chi_square import ChiSquare
from sgd_markov.laws.gamma import Gamma
from sgd_markov.laws.law import Law
from sgd_markov.laws.lognormal import Lognormal
from sgd_markov.laws.poisson import Poisson
from sgd_markov.laws.stable import Stable

ORDERS = (sp.Rational(1, 2), sp.Rational(5, 3), sp.Integer(1), sp.Integer(2))


@pytest.mark.parametrize("law", CONTINUOUS, ids=name_of)
def test_against_quadrature(law: Law) -> None:
    for place, (shift, factor) in enumerate(affine_maps(law)):
        order = ORDERS[place % 4]
        if number(law.moment_limit) - order < 0.4:
            continue
        value = law.power_affine(shift, factor, order)
        if value is None:
            assert isinstance(law, Lognormal | Gamma | ChiSquare) and shift != 0
            continue
        left, slope, power = number(shift), number(factor), number(order)
        reference = expectation(law, lambda x: abs(left + slope * x) ** power, -shift / factor)  # noqa: B023
        assert close(value, reference), (shift, factor, order)


@pytest.mark.parametrize("law", ATOMIC, ids=name_of)
def test_atomic_sums(law: Law) -> None:
    for shift in (sp.Rational(3, 7), -(law.atoms or ())[0][0]):
        value = law.power_affine(shift, sp.Integer(1), sp.Rational(3, 2))
        expected = sum(number(p) * abs(number(shift + v)) ** mp.mpf(1.5) for v, p in law.atoms or ())
        assert abs(number(value) - expected) < 1e-14


def test_order_two_is_the_second_moment() -> None:
    for law in CONTINUOUS:
        if number(law.moment_limit) > 2:
            value = law.power_affine(sp.Rational(1, 3), sp.Rational(-2, 7), sp.Integer(2))
            second = sp.Rational(1, 9) - sp.Rational(4, 21) * law.moment(1) + sp.Rational(4, 49) * law.moment(2)
            assert value is not None and abs(number(value) - number(second)) < 1e-15 * (1 + abs(number(second))), law


def test_absolute_moments_of_stable_laws_bridge_cauchy_and_normal() -> None:
    """The formula for 0 < alpha < 2 tends to the closed cases as alpha tends to 1 and 2."""
    order, near = sp.Rational(2, 5), sp.Rational(1, 10**9)
    for alpha in (1, 2):
        exact, close_by = (
            number(Stable(value).power_affine(sp.Integer(0), sp.Integer(1), order))
            for value in (sp.Integer(alpha), alpha - near)
        )
        assert abs(exact - close_by) < 1e-8


def test_even_orders_need_only_moments() -> None:
    assert Poisson(2).power_affine(sp.Integer(1), sp.Integer(-1), sp.Integer(2)) == 3
    assert Poisson(2).power_affine(sp.Integer(1), sp.Integer(-1), sp.Rational(3, 2)) is None
