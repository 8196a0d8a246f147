"""Moments of affine chains: closed form in n, limits, central and absolute; and what is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp
from enclosures import assert_encloses
from hypothesis import given, settings
from hypothesis import strategies as st

import sgd_markov as sm
from sgd_markov.chain.chain import Chain
from sgd_markov.numerics.exponential_polynomial import N

w, x, y, z, e, s = sp.symbols("w x y z e s", real=True)
lr, k, sigma = sp.symbols("lr k sigma", positive=True)
R = sp.Rational
fractions = st.fractions(min_value=-1, max_value=1, max_denominator=6)


def least_squares(rate: object, **options: object) -> Chain:
    return sm.SGD((x * w - e) ** 2 / 2, [w], rate, data={x: sm.Normal(0, 1), e: sm.Normal(0, 1)}, **options)


# ---- reference values


def test_additive_noise() -> None:
    """lr sigma^2/(k (2 - lr k)), symbolic and as a number (theory R34)."""
    chain = sm.SGD(k * w**2 / 2 - sigma * x * w, [w], lr, data={x: sm.Normal(0, 1)})
    answer = sm.moments(chain, order=2)
    assert sp.simplify(answer.exact - lr * sigma**2 / (k * (2 - lr * k))) == 0
    assert [h.state for h in answer.hypotheses if "< 1" in h.statement].count("assumed") >= 1
    number = sm.moments(chain.subs({lr: R(3, 10), k: R(17, 10), sigma: R(11, 10)}), order=2)
    assert_encloses(number, "0.143308330043427", 15, "exact")


def test_regression_variance_and_its_threshold() -> None:
    """lr/(2 - 3 lr), finite for lr < 2/3; in batches of S lr/S/(2 - lr (1 + 2/S))."""
    assert sm.moments(least_squares("2/5"), order=2).exact == R(1, 2)
    for rate in ("2/3", "7/10", "2"):
        with pytest.raises(sm.HypothesisViolated, match=r"E M\^k"):
            sm.moments(least_squares(rate), order=2)
    for size in (2, 5):
        found = sm.moments(least_squares("2/5", batch_size=size), order=2).exact
        assert found == R(2, 5) / size / (2 - R(2, 5) * (1 + R(2, size)))


def test_dickman_and_sethuraman() -> None:
    dickman = sm.RandomMap({w: x * (w + 1)}, noise={x: sm.Uniform(0, 1)})
    assert sm.moments(dickman).exact == 1 and sm.moments(dickman, order=2, central=True).exact == R(1, 2)
    mixing = sm.RandomMap({w: w - x * (w - y)}, noise={x: sm.Beta(1, "17/10"), y: sm.Bernoulli("3/10")})
    assert_encloses(sm.moments(mixing, order=6), "0.0553087923836825", 15, "exact")


def test_the_linear_chain_of_the_theory() -> None:
    """E w_n = (1 - lr a)^n w_0 and E w_n^2 = ((1 - lr a)^2 + lr^2)^n w_0^2: both diverge at the local maximum."""
    a = sp.Symbol("a", real=True)
    chain = sm.SGD(x * w**2 / 2, [w], lr, data={x: sm.TwoPoint(a + 1, a - 1)})
    first, second = (sm.moments(chain, order=order, start=3, steps=7) for order in (1, 2))
    assert sp.expand(first.exact - 3 * (1 - lr * a) ** 7) == 0
    assert sp.expand(second.exact - 9 * ((1 - lr * a) ** 2 + lr**2) ** 7) == 0
    numbers = chain.subs({a: R(-1, 5), lr: R(4, 5)})
    for order in (1, 2):
        with pytest.raises(sm.HypothesisViolated):
            sm.moments(numbers, order=order, start=1)
    assert sm.moments(numbers, order="1/4", absolute=True, start=1).exact == 0, "below kappa = 1/2 moments vanish"
    with pytest.raises(sm.HypothesisViolated):
        sm.moments(numbers, order="3/4", absolute=True, start=1)


# ---- properties


def chain_of(slope: Fraction, spread: Fraction, shift: Fraction) -> Chain:
    return sm.RandomMap(
        {w: (R(slope) + R(spread) * x) * w + R(shift) + x + z}, noise={x: sm.Finite([-1, 0, 2]), z: sm.Normal(1, 2)}
    )


@settings(max_examples=10)
@given(fractions, fractions, fractions, fractions, st.integers(1, 3))
def test_the_closed_form_in_n_is_the_moment_at_every_n(
    slope: Fraction, spread: Fraction, shift: Fraction, start: Fraction, order: int
) -> None:
    """And it satisfies the recursion of the chain at order 1: E w_(n+1) = E M E w_n + E B."""
    chain = chain_of(slope, spread, shift)
    closed = sm.moments(chain, order=order, start=start, steps=3).closed_form
    for steps in range(4):
        answer = sm.moments(chain, order=order, start=start, steps=steps)
        assert sp.simplify(closed.subs(N, steps) - answer.exact) == 0
        assert answer.enclosure.is_point
    means = [sm.moments(chain, start=start, steps=steps).exact for steps in range(4)]
    drift = R(slope) + R(spread) / 3
    assert all(
        after == drift * before + R(shift) + R(1, 3) + 1 for before, after in zip(means, means[1:], strict=False)
    )


@settings(max_examples=10)
@given(fractions, fractions, fractions, st.integers(0, 4))
def test_central_moments(slope: Fraction, spread: Fraction, start: Fraction, steps: int) -> None:
    chain = chain_of(slope, spread, Fraction(0))
    first, second, third = (sm.moments(chain, order=order, start=start, steps=steps).exact for order in (1, 2, 3))
    central = [sm.moments(chain, order=order, central=True, start=start, steps=steps).exact for order in (1, 2, 3)]
    assert central == [0, second - first**2, third - 3 * first * second + 2 * first**3]
    assert central[1] >= 0


@given(fractions, fractions)
def test_polynomials_of_the_state(first: Fraction, second: Fraction) -> None:
    chain = chain_of(Fraction(1, 2), Fraction(1, 3), Fraction(1))
    found = sm.moments(chain, of=R(first) * w**2 + R(second) * w - 3, start=1, steps=2).exact
    parts = [sm.moments(chain, order=order, start=1, steps=2).exact for order in (2, 1)]
    assert found == R(first) * parts[0] + R(second) * parts[1] - 3


def test_the_limit_is_the_fixed_point_of_one_more_step() -> None:
    chain = sm.RandomMap({w: (R(1, 4) + x / 3) * w + x + z}, noise={x: sm.Finite([-1, 0, 2]), z: sm.Normal(1, 2)})
    second, first = (sm.moments(chain, order=order).exact for order in (2, 1))
    after = sp.expand(((R(1, 4) + x / 3) * w + x + z) ** 2)
    mean = sp.Add(*(after.subs(x, value) for value in (-1, 0, 2))) / 3
    mean = sp.expand(mean).subs({z**2: 5, w**2: second}).subs({z: 1, w: first})
    assert sp.simplify(mean - second) == 0


def test_without_replacement_the_noise_is_smaller() -> None:
    """Var of a batch mean: sigma^2/S against sigma^2/S (N - S)/(N - 1); one step from 0 shows it."""
    data = sm.Finite([1, 2, 4, 9, 9])
    spread = {}
    for scheme in ("with-replacement", "without-replacement"):
        chain = sm.SGD((w - x) ** 2 / 2, [w], 1, data={x: data}, batch_size=2, scheme=scheme)
        spread[scheme] = sm.moments(chain, order=2, central=True, start=0, steps=1).exact
        assert sm.moments(chain, start=0, steps=1).exact == 5
    assert spread["with-replacement"] == data.variance / 2
    assert spread["without-replacement"] == data.variance / 2 * R(5 - 2, 5 - 1)


def test_absolute_moments_of_a_linear_chain() -> None:
    chain = sm.SGD(x * w**2 / 2, [w], "4/5", data={x: sm.TwoPoint("4/5", "-6/5")})
    answer = sm.moments(chain, order="1/2", absolute=True, start=4, steps=10)
    assert_encloses(answer, "2", 15, "exact")
    normal = sm.moments(sm.RandomMap({w: x * w}, noise={x: sm.Normal(0, 1)}), order=1, absolute=True, start=-3, steps=2)
    assert sp.simplify(normal.exact - 6 / sp.pi) == 0


def test_resonance_and_unit_roots() -> None:
    walk = sm.RandomMap({w: w + x}, noise={x: sm.Finite([-1, 0, 2])})
    assert_encloses(sm.moments(walk, start=5, steps=600), "205", 15, "exact")
    with pytest.raises(sm.HypothesisViolated):
        sm.moments(walk, start=5)
    still = sm.RandomMap({w: w + x}, noise={x: sm.Rademacher()})
    assert sm.moments(still, start=7).exact == 7, "a martingale keeps its mean"
    with pytest.raises(sm.InvalidInput, match="start"):
        sm.moments(still)


def test_a_mean_that_oscillates_has_no_limit() -> None:
    chain = sm.RandomMap({w: -w + x}, noise={x: sm.Bernoulli("1/2")})
    assert [sm.moments(chain, start=1, steps=n).exact for n in range(3)] == [1, R(-1, 2), 1]
    with pytest.raises(sm.HypothesisViolated):
        sm.moments(chain, start=1)
    assert sm.moments(chain, start="1/4").exact == R(1, 4), "the start from which nothing oscillates"


def test_huge_numbers_of_steps() -> None:
    chain = sm.RandomMap({w: R(99, 100) * w + x}, noise={x: sm.Bernoulli("1/2")})
    answer = sm.moments(chain, start=0, steps=10**6)
    assert answer.enclosure.reaches(15)
    assert 50 - Fraction(1, 10**4000) in answer.enclosure, "50 (1 - (99/100)^n)"


def test_refusals() -> None:
    chain = chain_of(Fraction(1, 2), Fraction(0), Fraction(0))
    for options in (
        {"order": 0},
        {"order": "1/2"},
        {"steps": 3},
        {"steps": -1, "start": 0},
        {"of": sp.sin(w)},
        {"order": 41},
    ):
        with pytest.raises(sm.InvalidInput):
            sm.moments(chain, **options)
    with pytest.raises(sm.HypothesisViolated, match="affine"):
        sm.moments(sm.SGD(x * w**4, [w], "1/2", data={x: sm.Rademacher()}))
    with pytest.raises(sm.HypothesisViolated):
        sm.moments(sm.RandomMap({w: w / 2 + x}, noise={x: sm.Student(2, 0, 1)}), order=2)
    with pytest.raises(sm.HypothesisViolated):
        sm.moments(sm.RandomMap({w: w / 2 + x}, noise={x: sm.Cauchy(0, 1)}))
