"""The moment exponent: zero at 0, convex, its slope the Lyapunov exponent."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp
from enclosures import assert_agree, assert_encloses
from hypothesis import given, settings
from hypothesis import strategies as st

import sgd_markov as sm
from sgd_markov.laws.law import Law

w, x, y, e = sp.symbols("w x y e", real=True)
R = sp.Rational
LAWS: list[Law] = [
    sm.TwoPoint("4/5", "-6/5"),
    sm.Finite([0, "1/2", 3], ["1/2", "1/3", "1/6"]),
    sm.Normal("-1/5", 1),
    sm.Uniform("-6/5", "4/5"),
    sm.Laplace(0, 1),
    sm.Exponential(1),
]
rates = st.fractions(min_value=Fraction(1, 10), max_value=2, max_denominator=10)
orders = st.fractions(min_value=Fraction(1, 4), max_value=4, max_denominator=4)


def chain_of(law: Law, rate: object) -> sm.Chain:
    return sm.SGD(x * w**2 / 2, [w], rate, data={x: law})


def exponent(law: Law, rate: object, order: object, digits: int = 15) -> sm.Enclosure:
    return sm.moment_exponent(chain_of(law, rate), at=0, order=order, digits=digits).enclosure


def test_the_value_of_the_theory() -> None:
    answer = sm.moment_exponent(chain_of(LAWS[0], "4/5"), at=0, order=2)
    assert answer.exact == sp.log(R(1241, 625))
    assert_encloses(answer, "0.685921135468206", 15, "exact")


def test_the_zero_of_the_theory() -> None:
    answer = sm.moment_exponent(chain_of(LAWS[0], "4/5"), at=0, order="1/2")
    assert answer.exact == 0 and answer.enclosure.is_point


@settings(max_examples=12)
@given(st.sampled_from(LAWS), rates, orders, orders, st.fractions(min_value=0, max_value=1, max_denominator=5))
def test_convex_in_the_order(law: Law, rate: Fraction, first: Fraction, second: Fraction, share: Fraction) -> None:
    middle = share * first + (1 - share) * second
    chord = share * exponent(law, rate, first).upper + (1 - share) * exponent(law, rate, second).upper
    assert exponent(law, rate, middle).lower <= chord


@settings(max_examples=12)
@given(st.sampled_from(LAWS[:3]), rates)
def test_its_slope_at_zero_is_the_lyapunov_exponent(law: Law, rate: Fraction) -> None:
    """Convex and 0 at 0: L(p)/p falls to the exponent as p falls to 0."""
    lyapunov = sm.lyapunov(chain_of(law, rate), at=0).enclosure
    if lyapunov.lower == float("-inf"):
        return
    slopes = [exponent(law, rate, Fraction(1, n)).upper * n for n in (2, 8, 1000)]
    assert slopes[0] >= slopes[1] - Fraction(1, 10**9) and slopes[1] >= slopes[2] - Fraction(1, 10**9)
    assert slopes[2] >= lyapunov.lower
    assert slopes[2] - lyapunov.upper < Fraction(1, 10), "the slope is near the exponent"


@given(
    st.sampled_from(LAWS),
    rates,
    st.fractions(min_value=Fraction(1, 9), max_value=9, max_denominator=9),
    st.sampled_from([1, 2, Fraction(3, 2)]),
)
def test_scaling(law: Law, rate: Fraction, b: Fraction, order: Fraction) -> None:
    """x -> b x is lr -> lr/b."""
    plain = exponent(law, rate, order, digits=12)
    scaled = sm.SGD(R(b) * x * w**2 / 2, [w], rate / b, data={x: law})
    assert_agree(plain, sm.moment_exponent(scaled, at=0, order=order, digits=12).enclosure, 12)


@given(st.sampled_from(LAWS), rates)
def test_even_orders_by_the_moments(law: Law, rate: Fraction) -> None:
    second = 1 - 2 * R(rate) * law.moment(1) + R(rate) ** 2 * law.moment(2)
    assert sm.moment_exponent(chain_of(law, rate), at=0, order=2).exact.equals(sp.log(second))


@given(st.sampled_from(LAWS), rates, st.integers(1, 20))
def test_more_digits_are_narrower_and_meet(law: Law, rate: Fraction, digits: int) -> None:
    coarse, fine = (exponent(law, rate, R(3, 2), digits=d) for d in (digits, digits + 10))
    assert coarse.meets(fine) and fine.reaches(digits + 10) and coarse.reaches(digits)


def test_symbolic() -> None:
    a, lr = sp.Symbol("a", real=True), sp.Symbol("lr", positive=True)
    answer = sm.moment_exponent(chain_of(sm.TwoPoint(a + 1, a - 1), lr), at=0, order=2)
    assert sp.simplify(sp.exp(answer.exact) - ((1 - lr * a) ** 2 + lr**2)) == 0 and answer.enclosure is None


def test_refusals() -> None:
    chain = chain_of(LAWS[0], "4/5")
    for options in ({"order": 2}, {"at": 0}, {"at": 0, "order": 0}, {"at": 0, "order": -1}, {"at": 0, "order": "oo"}):
        with pytest.raises(sm.InvalidInput):
            sm.moment_exponent(chain, **options)
    for law, order in (
        (sm.Cauchy(0, 1), 1),
        (sm.Student(3, 0, 1), 3),
        (sm.Student(3, 0, 1), 4),
        (sm.BetaPrime(1, 2), "5/2"),
    ):
        with pytest.raises(sm.HypothesisViolated, match="oo"):
            sm.moment_exponent(chain_of(law, 1), at=0, order=order)
    assert exponent(sm.Cauchy(0, 1), 1, R(99, 100)).lower > 0
