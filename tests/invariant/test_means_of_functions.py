"""Means of exp, cos, |w|, steps and analytic functions under convolutions, against products of transforms and sums over words."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import mpmath as mp
import pytest
import sympy as sp
from enclosures import assert_encloses

import sgd_markov as sm

w, x, y, z, b = sp.symbols("w x y z b", real=True)
k, lr, s = sp.symbols("k lr s", positive=True)
R = sp.Rational


def chain(update: object, **noise: object) -> sm.Chain:
    return sm.RandomMap({w: update}, noise={sp.Symbol(name, real=True): law for name, law in noise.items()})


def product_of(factor: object, ratio: object, start: object = 1) -> mp.mpc:
    """prod_n factor(start ratio^n) for factor(t) = 1 + O(t)."""
    result, t = mp.mpc(1), mp.mpmathify(start)
    while abs(t) > mp.mpf(10) ** -(2 * mp.mp.dps):
        result, t = result * factor(t), t * ratio
    return result



CASES = {
    "Cantor": (chain(w / 3 + z, z=sm.Rademacher()), mp.cosh, lambda: mp.mpf(1) / 3),
    "ratio 2/3": (chain(2 * w / 3 + z, z=sm.Rademacher()), mp.cosh, lambda: mp.mpf(2) / 3),
    "golden": (chain(w * 2 / (1 + sp.sqrt(5)) + z, z=sm.Rademacher()), mp.cosh, lambda: 1 / mp.phi),
    "Fabius": (chain(w / 2 + z, z=sm.Uniform(-1, 1)), lambda t: mp.sinh(t) / t, lambda: mp.mpf(1) / 2),
    "biased": (chain(w / 3 + z, z=sm.TwoPoint(0, 1, "1/4")), lambda t: (1 + 3 * mp.exp(t)) / 4, lambda: mp.mpf(1) / 3),
    "exponential": (chain(w / 3 + z, z=sm.Exponential(1)), lambda t: 1 / (1 - t), lambda: mp.mpf(1) / 3),
    "alternating": (chain(-w / 3 + z, z=sm.Exponential(1)), lambda t: 1 / (1 - t), lambda: mp.mpf(-1) / 3),
    "Laplace": (chain(w / 3 + z, z=sm.Laplace(0, 1)), lambda t: 1 / (1 - t * t), lambda: mp.mpf(1) / 3),
    "mixed": (
        chain(w / 2 + x + y + z, x=sm.Normal(0, 1), y=sm.Uniform(-1, 1), z=sm.Rademacher()),
        lambda t: mp.exp(t * t / 2) * mp.sinh(t) / t * mp.cosh(t),
        lambda: mp.mpf(1) / 2,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_transforms_against_their_products(name: str) -> None:
    problem, factor, ratio = CASES[name]
    with mp.workdps(40):
        value = product_of(factor, ratio(), mp.mpf(1) / 4)
        assert_encloses(sm.stationary(problem, of=2 * sp.exp(w / 4), digits=30), mp.nstr(2 * value.real, 32), 30, "certified")
        turned = product_of(factor, ratio(), mp.mpc(0, "0.5"))
        assert_encloses(sm.stationary(problem, of=sp.cos(w / 2)), mp.nstr(turned.real, 20), 15)
        answer = sm.stationary(problem, of=sp.sin(w / 2))
        assert answer.exact == 0 if abs(turned.imag) < 1e-30 else abs(float(answer.enclosure.middle) - turned.imag) < 1e-14


def words(ratio: float, depth: int) -> list[float]:
    return [sum(sign * ratio**n for n, sign in enumerate(word)) for word in product((-1, 1), repeat=depth)]


@pytest.mark.parametrize("name", ["Cantor", "ratio 2/3"])
def test_analytic_functions_against_the_sum_over_words(name: str) -> None:
    """Words of length n leave an error of at most sup|f''| times the variance of the rest."""
    problem, _, ratio = CASES[name]
    rho = float(ratio())
    values = words(rho, 14)
    mean = sum(1 / (v**2 + 40) for v in values) / len(values)
    answer = sm.stationary(problem, of=1 / (w**2 + 40))
    assert answer.enclosure.reaches(15) and abs(float(answer.enclosure.middle) - mean) < rho**28 / (1 - rho**2) / 400


def test_a_pole_inside_the_support_is_not_integrated() -> None:
    for of in (1 / w, 1 / (w - R(1, 10)), sp.log(w), 1 / (w**2 + R(1, 100))):
        with pytest.raises(sm.Inconclusive):
            sm.stationary(CASES["ratio 2/3"][0], of=of, budget=10)


def test_absolute_values_under_the_cantor_law() -> None:
    cantor = CASES["Cantor"][0]
    assert sm.stationary(cantor, of=sp.Abs(w)).exact == 1
    place = R(1, 2)  # g(1/2) from the recursion by hand: the gap of (-3/2, 3/2) is (-1/2, 1/2)
    assert sm.stationary(cantor, of=sp.Abs(w - place)).exact == 1
    for at in (R(3, 4), R(1), R(-4, 3), R(3)):
        mean = sum(abs(v - float(at)) for v in words(1 / 3, 14)) / 2**14
        answer = sm.stationary(cantor, of=2 * sp.Abs(w - at) + 1)
        assert answer.exact is not None and abs(float(answer.exact) - 2 * mean - 1) < 1e-6
    assert sm.stationary(cantor, of=sp.Abs(w - R(1, 7))).enclosure.reaches(15)
    uneven = chain(2 * w / 5 + z, z=sm.Rademacher())
    answer = sm.stationary(uneven, of=sp.Abs(w - R(10, 9)))
    mean = sum(abs(v - 10 / 9) for v in words(0.4, 14)) / 2**14
    assert answer.enclosure.reaches(15) and abs(float(answer.enclosure.middle) - mean) < 1e-5


def test_steps_are_distribution_functions() -> None:
    cantor = CASES["Cantor"][0]
    at = R(3, 4)
    below = sm.stationary(cantor, cdf_at=at).exact
    assert sm.stationary(cantor, of=sp.Heaviside(w - at)).exact == 1 - below
    assert sm.stationary(cantor, of=sp.Heaviside(at - 2 * w)).exact == sm.stationary(cantor, cdf_at=at / 2).exact
    assert sm.stationary(cantor, of=3 * sp.sign(w - at) + w**2).exact == 3 * (1 - 2 * below) + R(9, 8)
    assert sm.stationary(CASES["exponential"][0], of=sp.Heaviside(w - 1)).enclosure.reaches(15)


def test_exponential_moments_in_closed_form() -> None:
    quadratic = sm.SGD(k * w**2 / 2 + s * w * z, [w], lr, data={z: sm.Normal(0, 1)})
    variance = sm.stationary(quadratic, of=w**2).exact
    assert sp.simplify(sm.stationary(quadratic, of=sp.exp(3 * w)).exact - sp.exp(R(9, 2) * variance)) == 0
    gaver = chain(w / 3 + b * x, b=sm.Bernoulli("2/3"), x=sm.Exponential(2))
    assert sm.stationary(gaver, of=sp.exp(w / 4 + 1)).exact == 2 * sp.E
    uniform = chain(w / 2 + z, z=sm.Rademacher())
    assert sp.simplify(sm.stationary(uniform, of=sp.exp(w)).exact - sp.sinh(2).rewrite(sp.exp) / 2) == 0


@pytest.mark.parametrize(
    ("problem", "rate"),
    [
        (chain(w / 3 + b * x, b=sm.Bernoulli("2/3"), x=sm.Exponential(2)), R(1, 2)),
        (chain(w / 3 + z, z=sm.Exponential(1)), 1),
        (chain(-w / 3 + z, z=sm.Exponential(1)), -3),
        (chain(w / 3 + z, z=sm.Laplace(0, 1)), -1),
        (chain(w / 3 + z, z=sm.Cauchy(0, 1)), 1),
    ],
)
def test_infinite_exponential_moments_are_violated_hypotheses(problem: sm.Chain, rate: object) -> None:
    with pytest.raises(sm.HypothesisViolated):
        sm.stationary(problem, of=sp.exp(rate * w))


def test_just_below_an_infinite_exponential_moment() -> None:
    with mp.workdps(30):
        value = product_of(lambda t: 1 / (1 - t), mp.mpf(-1) / 3, mp.mpf(-29) / 10)
        answer = sm.stationary(CASES["alternating"][0], of=sp.exp(-R(29, 10) * w))
        assert_encloses(answer, mp.nstr(value.real, 20), 15, "certified")
    assert Fraction(0) < answer.enclosure.lower


UNIFORM = chain(w / 2 + x, x=sm.TwoPoint("1/2", "-1/2"))
"""On [-1, 1]."""


@pytest.mark.parametrize(
    "of", [sp.Abs(w) ** R(-3, 2), 1 / sp.Abs(w), 1 / w, (w - R(1, 2)) ** -2, sp.Abs(w - 1) ** R(-3, 2)], ids=str
)
def test_powers_that_are_not_integrable_have_no_mean(of: sp.Expr) -> None:
    """The formula for order > 0 says -2 for E|w|^(-3/2)."""
    with pytest.raises(sm.HypothesisViolated, match="< oo"):
        sm.stationary(UNIFORM, of=of)


def test_negative_powers_with_a_mean() -> None:
    assert sm.stationary(UNIFORM, of=sp.Abs(w) ** R(-1, 2)).exact == 2
    assert sm.stationary(UNIFORM, of=sp.Abs(w - 1) ** R(-1, 2)).exact == sp.sqrt(2)
    assert sp.simplify(sm.stationary(UNIFORM, of=sp.Abs(w - 2) ** R(-3, 2)).exact - (1 - 1 / sp.sqrt(3))) == 0
    for of in (1 / (w - 2), -1 / sp.Abs(w - 2)):
        assert_encloses(sm.stationary(UNIFORM, of=of), "-0.54930614433405485")


@pytest.mark.parametrize(("shape", "order", "value"), [(R(1, 2), R(-1, 4), 1), (R(1, 2), R(-3, 4), None), (3, R(-5, 2), 1), (3, -3, None)])
def test_powers_at_an_end_count_the_growth_of_the_density(shape: object, order: object, value: object) -> None:
    """E w^p = Gamma(shape + p)/Gamma(shape) for p > -shape only: w' = b (w + z) with b beta and z gamma variables."""
    gamma = sm.RandomMap({w: z * (w + x)}, noise={z: sm.Beta(shape, 1), x: sm.Gamma(1, 1)}, domain={w: "positive"})
    of = sp.Abs(w) ** order if not isinstance(order, int) else w**order
    if value is None:
        with pytest.raises(sm.HypothesisViolated, match="beside 0 the density is like the power"):
            sm.stationary(gamma, of=of)
    else:
        assert sp.simplify(sm.stationary(gamma, of=of).exact - sp.gamma(shape + order) / sp.gamma(shape)) == 0
