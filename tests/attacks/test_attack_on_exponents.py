"""Exponents: double roots, roots in the middle of a density, kinks under atoms, 0 and -oo in disguise."""

from __future__ import annotations

import mpmath as mp
import pytest
import sympy as sp
from flint import arb

import sgd_markov as sm
from sgd_markov.balls.evaluate import evaluate

w, x, y = sp.symbols("w x y", real=True)
Q = sp.Rational
ROOT2 = sp.sqrt(2)


def exponent(multiplier: sp.Expr, law: object, **options: object) -> object:
    return sm.lyapunov(sm.RandomMap({w: multiplier * w}, noise={x: law}), at=0, budget=20, **options)


def normal_reference(multiplier: object, mean: float, std: float, cuts: list[float]) -> float:
    def integrand(t: mp.mpf) -> mp.mpf:
        return mp.log(abs(multiplier(t))) * mp.npdf(t, mean, std)  # type: ignore[operator]

    return float(mp.quad(integrand, [-mp.inf, -8, *cuts, 10, mp.inf]))


def test_integer_powers_of_balls_around_zero() -> None:
    """FLINT's real power is nan for a ball whose middle is exactly 0."""
    symbol = sp.Symbol("t", real=True)
    ball = (-arb(1) / 4).union(arb(1) / 4)
    for power in (2, 3, 4):
        found = evaluate(symbol**power, {symbol: ball})
        assert found.is_finite()
        assert found.contains(arb(1) / 8**power)
    assert not evaluate(1 / symbol, {symbol: ball}).is_finite()


@pytest.mark.parametrize("mean", [0, Q(1, 3)])
def test_the_root_at_the_centre_of_the_law(mean: sp.Expr) -> None:
    """E log|X - mean| = log std - (gamma_E + log 2)/2 by the integral, without the closed form."""
    found = exponent(x - mean, sm.Normal(mean, 1), method="certified")
    assert float(found.value) == pytest.approx(float(-(mp.euler + mp.log(2)) / 2), rel=1e-13)


def test_complex_roots_beside_the_end_of_the_support() -> None:
    found = exponent(1 + x**2, sm.Beta("1/2", "5/2"))
    reference = mp.quad(
        lambda t: mp.log(1 + t**4) * 2 * (1 - t**2) ** mp.mpf(1.5) / mp.beta(0.5, 2.5), [0, 0.5, 1]
    )
    assert float(found.value) == pytest.approx(float(reference), rel=1e-9)


@pytest.mark.parametrize("law", [sm.Normal("1/3", "3/2"), sm.Lognormal(0, 1), sm.Uniform(-1, 2)])
def test_squares_with_irrational_roots(law: object) -> None:
    twice = exponent(sp.expand((x - ROOT2) ** 2), law)
    once = exponent(x - ROOT2, law)
    assert float(twice.value) == pytest.approx(2 * float(once.value), rel=1e-13)


def test_repeated_and_simple_irrational_factors() -> None:
    multiplier = sp.expand(ROOT2 * (x - 1) ** 2 * (x**2 - ROOT2))
    found = exponent(multiplier, sm.Normal(0, 1))
    root = 2**0.25
    reference = normal_reference(lambda t: mp.sqrt(2) * (t - 1) ** 2 * (t**2 - mp.sqrt(2)), 0, 1, [-root, 0, 1, root, 3])
    assert float(found.value) == pytest.approx(reference, rel=1e-8)
    assert exponent(multiplier, sm.Poisson(2)).exact == -sp.oo


@pytest.mark.parametrize(
    "values",
    [
        [1 - sp.sqrt(5 + 2 * sp.sqrt(6)), 1 - (sp.sqrt(3) - ROOT2)],
        [1 - sp.exp(ROOT2), 1 - sp.exp(-1), 1 - sp.exp(1 - ROOT2)],
    ],
)
def test_zero_in_disguise(values: list[sp.Expr]) -> None:
    found = sm.lyapunov(sm.SGD(x * w**2 / 2, [w], 1, data={x: sm.Finite(values)}), at=0)
    assert found.exact == 0
    assert found.attracts is False


@pytest.mark.parametrize(
    ("value", "rate"),
    [(1 / sp.sqrt(5 + 2 * sp.sqrt(6)), ROOT2 + sp.sqrt(3)), (sp.sqrt(6), 1 / (ROOT2 * sp.sqrt(3)))],
)
def test_an_atom_at_an_irrational_reciprocal(value: sp.Expr, rate: sp.Expr) -> None:
    found = sm.lyapunov(sm.SGD(x * w**2 / 2, [w], rate, data={x: sm.TwoPoint(value, 3)}), at=0)
    assert found.exact == -sp.oo


def test_an_atom_of_the_data_on_a_kink() -> None:
    """At y = 0 the slopes at w = 0 are 3/2 and 1/2: no derivative."""
    chain = sm.RandomMap({w: w + sp.Abs(w - y) / 2 - sp.Abs(y) / 2}, noise={y: sm.Finite([0, 1])})
    with pytest.raises(sm.HypothesisViolated, match="differentiable"):
        sm.lyapunov(chain, at=0)
    away = sm.RandomMap({w: w + sp.Abs(w - y) / 2 - sp.Abs(y) / 2}, noise={y: sm.Finite([2, 1])})
    assert sp.simplify(sm.lyapunov(away, at=0).exact + sp.log(2)) == 0


def test_data_that_switch_a_unit_off_do_no_harm() -> None:
    rows = sm.Rows([[1, 2], [0, 3], [-1, 0]])
    chain = sm.SGD((sp.Max(w * x, 0) - y) ** 2 / 2, [w], "1/2", data={(x, y): rows}, batch_size=2)
    expected = 4 * sp.log(Q(3, 4)) / 9 - sp.log(2) / 9
    assert float(sm.lyapunov(chain, at=2).value) == pytest.approx(float(expected))


@pytest.mark.parametrize("law", [sm.Normal("1/3", "3/2"), sm.Lognormal(0, "1/2"), sm.Arcsine(-1, 2)])
@pytest.mark.parametrize("order", ["1/2", 3])
def test_absolute_moments_of_powers(law: object, order: object) -> None:
    """E|c X^3|^p = c^p E|X|^(3p)."""
    cubed = sm.moment_exponent(sm.RandomMap({w: x**3 * w / 2}, noise={x: law}), at=0, order=order)
    plain = sm.moment_exponent(sm.RandomMap({w: x * w}, noise={x: law}), at=0, order=3 * Q(order))
    assert float(cubed.value) == pytest.approx(float(plain.value) - float(Q(order)) * float(sp.log(2)), rel=1e-12)
