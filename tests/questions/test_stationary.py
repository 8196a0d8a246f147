"""The question `stationary`: what it gives, what it refuses, and why."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import mpmath as mp
import pytest
import sympy as sp
from enclosures import assert_encloses
from hypothesis import given, settings
from hypothesis import strategies as st

import sgd_markov as sm
from sgd_markov.answer.warrant import Warrant
from sgd_markov.effort import Effort
from sgd_markov.expressions import parse
from sgd_markov.invariant.catalogue import stationary_law
from sgd_markov.invariant.gaussian import invariance
from sgd_markov.invariant.stationary_law import Place
from sgd_markov.proof import StepFailed, check_all

w, x, z, e = sp.symbols("w x z e", real=True)
k, s, lr = sp.symbols("k s lr", positive=True)
R = sp.Rational

fractions = st.fractions(min_value=Fraction(-9, 10), max_value=Fraction(9, 10), max_denominator=20)


def autoregression(rho: object, law: sm.Normal) -> sm.Chain:
    return sm.RandomMap({w: rho * w + z}, noise={z: law})


def quadratic() -> sm.Chain:
    return sm.SGD(k * w**2 / 2 + s * w * z, [w], lr, data={z: sm.Normal(0, 1)})


def regression(rate: object) -> sm.Chain:
    return sm.SGD((x * w - e) ** 2 / 2, [w], rate, data={x: sm.Normal(0, 1), e: sm.Normal(0, s)})


def test_variance_of_sgd_on_a_quadratic_loss() -> None:
    answer = sm.stationary(quadratic(), of=w**2)
    assert sp.simplify(answer.exact - lr * s**2 / (k * (2 - lr * k))) == 0
    assert answer.warrant is Warrant.EXACT and answer.family == "normal" and answer.unique is True
    assert [h.state for h in answer.hypotheses] == ["assumed"]


def test_the_same_with_noise_added_by_the_optimizer_and_a_batch() -> None:
    added = sm.SGD(k * w**2 / 2, [w], lr, noise={z: sm.Normal(0, 1)}, add=-lr * s * z)
    assert sp.simplify(sm.stationary(added, of=w**2).exact - sm.stationary(quadratic(), of=w**2).exact) == 0
    batch = sm.SGD(k * (w - x) ** 2 / 2, [w], lr, data={x: sm.Normal(3, s)}, batch_size=4)
    answer = sm.stationary(batch, of=w**2, central=True)
    assert sp.simplify(answer.exact - lr * k * s**2 / (4 * (2 - lr * k))) == 0
    assert sm.stationary(batch, of=w).exact == 3


def test_numbers_of_a_normal_law() -> None:
    chain = autoregression(R(1, 2), sm.Normal(0, 1))
    deviation = mp.sqrt(mp.mpf(4) / 3)
    assert_encloses(sm.stationary(chain, cdf_at=1), str(mp.ncdf(1 / deviation)), 15, "exact")
    assert_encloses(sm.stationary(chain, density_at=0), str(1 / (deviation * mp.sqrt(2 * mp.pi))), 15, "exact")
    quantile = sm.stationary(chain, quantile="3/4")
    assert quantile.warrant is Warrant.CERTIFIED and quantile.enclosure.reaches(15)
    assert_encloses(quantile, str(deviation * mp.sqrt(2) * mp.erfinv(mp.mpf(1) / 2)), 15, "certified")
    assert sm.stationary(chain, quantile="1/2").enclosure.middle == 0
    inside = sm.stationary(chain, set=[-1, 1]).enclosure
    assert inside.meets(sm.stationary(chain, set=["-1", "1"]).enclosure)
    assert sm.stationary(chain, set=["-oo", "oo"]).exact == 1
    assert sm.stationary(chain, set=[1, 1]).exact == 0
    assert sm.stationary(chain, dimension=True).exact == 1


@settings(max_examples=8)
@given(fractions, st.integers(-3, 3), st.integers(1, 5))
def test_a_normal_law_has_the_moments_of_the_recursion(rho: Fraction, mean: int, std: int) -> None:
    chain = autoregression(R(rho), sm.Normal(mean, std))
    for order in (1, 2, 3, 4):
        assert sm.stationary(chain, of=w**order).exact == sm.moments(chain, order=order).exact
    assert sm.stationary(chain, of=w**2, central=True).exact == R(std) ** 2 / (1 - R(rho) ** 2)


@given(fractions, st.integers(-3, 3), st.integers(1, 3), st.fractions(min_value=-3, max_value=3, max_denominator=4))
def test_an_affine_change_of_the_state(rho: Fraction, mean: int, std: int, shift: Fraction) -> None:
    """v = 2 w + c turns w' = rho w + z into v' = rho v + 2 z + c (1 - rho)."""
    c = R(shift)
    plain = autoregression(R(rho), sm.Normal(mean, std))
    changed = sm.RandomMap({w: R(rho) * w + 2 * z + c * (1 - R(rho))}, noise={z: sm.Normal(mean, std)})
    first, second = (sm.stationary(chain, of=w).exact for chain in (plain, changed))
    assert second == 2 * first + c
    at = R(1, 3)
    assert sm.stationary(plain, cdf_at=at).enclosure.meets(sm.stationary(changed, cdf_at=2 * at + c).enclosure)


def test_the_density_integrates_to_one_and_reads_back() -> None:
    answer = sm.stationary(autoregression(R(-1, 3), sm.Normal(1, 2)))
    density = sp.lambdify(w, answer.density, "mpmath")
    assert abs(mp.quad(density, [-mp.inf, 0, mp.inf]) - 1) < mp.mpf(10) ** -12
    text = answer.to_dict()["density"]
    assert sp.simplify(parse(text, {"w": w}, "density") - answer.density) == 0


def test_a_wrong_parameter_breaks_the_proof() -> None:
    check_all(invariance(R(1, 2), R(0), R(1), R(0), R(4, 3)))
    with pytest.raises(StepFailed):
        check_all(invariance(R(1, 2), R(0), R(1), R(0), R(2)))
    with pytest.raises(StepFailed):
        check_all(invariance(R(1, 2), R(0), R(1), R(1), R(4, 3)))


def test_every_returned_law_carries_a_proof_that_was_checked() -> None:
    law = stationary_law(quadratic(), Place(), Effort())
    assert law.proof and any(step.kind == "algebra" for step in law.proof)
    broken = replace(law, proof=invariance(1 - lr * k, R(0), lr**2 * s**2, R(0), lr * s**2 / (2 * k)))
    with pytest.raises(StepFailed):
        check_all(broken.proof)


def test_regression_with_gaussian_features() -> None:
    """lr s^2/(2 - 3 lr) below 2/3; infinite from there; no law at all from 2.42124952103684... (theory B.1, F)."""
    symbolic = sm.stationary(regression(lr), of=w**2)
    assert sp.simplify(symbolic.exact - lr * s**2 / (2 - 3 * lr)) == 0
    assert ("E|M|^2 < 1: 3*lr < 2", "assumed") in [(h.statement, h.state) for h in symbolic.hypotheses]
    assert sm.stationary(regression(R(2, 5)), of=w**2).exact == s**2 / 2
    for rate in ("2/3", "7/10", "242/100"):
        with pytest.raises(sm.HypothesisViolated, match="order 2 is finite"):
            sm.stationary(regression(rate), of=w**2)
    assert sm.stationary(regression(1), of=w).exact == 0
    with pytest.raises(sm.HypothesisViolated, match="order 1 is finite"):
        sm.stationary(regression("9/8"), of=w)
    for rate in ("2.42124952103684", 3):
        with pytest.raises(sm.HypothesisViolated, match="a stationary law exists"):
            sm.stationary(regression(rate))
    assert sm.stationary(regression("2.42124952103683")).family == "affine recursion"


def test_no_law_without_contraction() -> None:
    for rho in (1, -1, R(3, 2)):
        with pytest.raises(sm.HypothesisViolated):
            sm.stationary(autoregression(rho, sm.Normal(0, 1)))


def test_point_masses() -> None:
    chain = sm.SGD(x * (w - 2) ** 2 / 2, [w], "4/5", data={x: sm.TwoPoint("4/5", "-6/5")})
    answer = sm.stationary(chain)
    assert answer.family == "point mass" and answer.unique is True and answer.kind == "atomic"
    assert [(a["to"]["w"].exact, a["probability"].exact) for a in answer.atoms] == [(2, 1)]
    assert sm.stationary(chain, cdf_at=2).exact == 1 and sm.stationary(chain, cdf_at="199/100").exact == 0
    assert sm.stationary(chain, set=[2, 2]).exact == 1 and sm.stationary(chain, quantile="1/7").exact == 2
    assert sm.stationary(chain, dimension=True).exact == 0
    with pytest.raises(sm.HypothesisViolated, match="density"):
        sm.stationary(chain, density_at=2)
    mirror = sm.SGD(x * w**2 / 2, [w], 1, data={x: sm.TwoPoint(0, 2)})
    assert sm.stationary(mirror).unique is False
    with pytest.raises(sm.HypothesisViolated, match="every point is fixed"):
        sm.stationary(sm.RandomMap({w: w}))


def test_refusals() -> None:
    chain = autoregression(R(1, 2), sm.Normal(0, 1))
    for options in (
        {"of": w, "cdf_at": 1},
        {"central": True},
        {"of": sp.Symbol("v")},
        {"set": [1, 0]},
        {"quantile": 0},
        {"quantile": "3/2"},
        {"cdf_at": w},
        {"start": {"v": 1}},
    ):
        with pytest.raises(sm.InvalidInput):
            sm.stationary(chain, **options)
    with pytest.raises(sm.InvalidInput, match="free symbols"):
        sm.stationary(quadratic(), quantile="1/4")
    assert sm.stationary(chain, of=sp.sin(w)).exact == 0
    with pytest.raises(sm.Inconclusive):
        sm.stationary(chain, of=sp.exp(w**2 / 8))


def test_no_law_where_the_noise_has_no_logarithmic_moment() -> None:
    """w' = w/2 + exp(z), z Cauchy: E log^+ B = E z^+ = oo (Goldie and Maller)."""
    chain = sm.RandomMap({w: w / 2 + sp.exp(z)}, noise={z: sm.Cauchy(0, 1)})
    with pytest.raises(sm.HypothesisViolated, match=r"E log\^\+\|B\|"):
        sm.stationary(chain)
    for law in (sm.Student(2, 0, 1), sm.Normal(0, 1)):
        answer = sm.stationary(sm.RandomMap({w: w / 2 + sp.exp(z)}, noise={z: law}))
        assert all(h.state == "proved" for h in answer.hypotheses)
    mirrored = sm.RandomMap({w: w / 2 + sp.exp(-z)}, noise={z: sm.BetaPrime(1, 1)})
    assert all(h.state == "proved" for h in sm.stationary(mirrored).hypotheses), "exp(-z) <= 1"


def test_two_parameters_with_normal_noise() -> None:
    u, v = sp.symbols("u v", real=True)
    chain = sm.RandomMap({u: u / 2 + v, v: v / 3 + z}, noise={z: sm.Normal(0, 1)})
    answer = sm.stationary(chain, of=u * v)
    assert answer.exact == R(9, 20) and answer.family == "normal" and answer.unique is True
    fourth = sm.stationary(chain, of=u**2 * v**2, central=True).exact
    second = {name: entry.exact for name, entry in answer.parameters.items()}
    assert fourth == second["covariance u u"] * second["covariance v v"] + 2 * second["covariance u v"] ** 2, "Isserlis"
    density = sp.lambdify((u, v), answer.density, "mpmath")
    total = mp.quad(lambda a: mp.quad(lambda b: density(a, b), [-8, 0, 8]), [-12, 0, 12])
    assert abs(total - 1) < mp.mpf(10) ** -8


def test_momentum_on_a_quadratic_loss() -> None:
    """lr s^2 (1 + mu)/((1 - mu) k (2 (1 + mu) - lr k)) (theory B.1, R34)."""
    mu = sp.Symbol("mu", positive=True)
    chain = sm.HeavyBall(k * w**2 / 2 + s * w * z, [w], lr, mu, data={z: sm.Normal(0, 1)})
    answer = sm.stationary(chain, of=w**2)
    expected = lr * s**2 * (1 + mu) / ((1 - mu) * k * (2 * (1 + mu) - lr * k))
    assert sp.simplify(answer.exact - expected) == 0 and answer.family == "normal"
    assert {h.statement for h in answer.hypotheses} == {"0 < k*lr < 2*(mu + 1)", "mu < 1"}


def test_a_degenerate_normal_law_has_no_density() -> None:
    u, v = sp.symbols("u v", real=True)
    chain = sm.SGD((u - x) ** 2 / 2 + (v - 2 * x) ** 2 / 2, [u, v], R(1, 2), data={x: sm.Normal(1, 2)})
    answer = sm.stationary(chain)
    assert answer.kind == "singular" and answer.density is None
    assert sm.stationary(chain, dimension=True).exact == 1
    assert sm.stationary(chain, of=u * v, central=True).exact == R(8, 3)


def test_a_law_whose_proof_fails_is_not_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    from sgd_markov.invariant import gaussian

    chain = autoregression(R(1, 2), sm.Normal(0, 1))
    monkeypatch.setattr(gaussian, "invariance", lambda *numbers: invariance(R(1, 2), R(0), R(1), R(0), R(2)))
    law = stationary_law(chain, Place(), Effort())
    assert law.proof != invariance(R(1, 2), R(0), R(1), R(0), R(2)), "another recogniser, or moments alone"
    assert sm.stationary(chain, of=w**2).exact == R(4, 3)


def test_no_law_is_named_whose_existence_is_open() -> None:
    """exp(exp(z)): whether E log^+ B is finite is not decided, so neither is the law."""
    chain = sm.RandomMap({w: w / 2 + sp.exp(sp.exp(z))}, noise={z: sm.Exponential(1)})
    with pytest.raises(sm.Inconclusive, match="whether a stationary law exists"):
        sm.stationary(chain)
    u, v, a = sp.symbols("u v a", real=True)
    random = sm.RandomMap({u: 2 * a * u + z, v: a * v + z}, noise={a: sm.TwoPoint(1, 2), z: sm.Normal(0, 1)})
    with pytest.raises(sm.Inconclusive, match="whether a stationary law exists"):
        sm.stationary(random)


def test_a_fixed_contraction_with_cauchy_noise_has_a_law() -> None:
    u, v = sp.symbols("u v", real=True)
    answer = sm.stationary(sm.RandomMap({u: u / 2 + z, v: u + v / 3 + z}, noise={z: sm.Cauchy(0, 1)}))
    assert answer.unique is True and all(h.state == "proved" for h in answer.hypotheses)


def test_a_quantile_is_asked_in_one_dimension() -> None:
    u, v = sp.symbols("u v", real=True)
    chain = sm.RandomMap({u: u / 2 + z, v: v / 3 + z}, noise={z: sm.Normal(0, 1)})
    with pytest.raises(sm.InvalidInput, match="one dimension"):
        sm.stationary(chain, quantile="1/2")


def test_means_through_characteristic_functions() -> None:
    uniform = sm.RandomMap({w: w / 2 + z}, noise={z: sm.Rademacher()})
    assert_encloses(sm.stationary(uniform, of=sp.cos(w)), str(mp.sin(2) / 2), 15, "exact")


def test_a_region_that_the_law_does_not_meet() -> None:
    uniform = sm.RandomMap({w: w / 2 + z}, noise={z: sm.Rademacher()})
    with pytest.raises(sm.HypothesisViolated, match=r"on \[5, 6\]"):
        sm.stationary(uniform, within=(5, 6))
    assert sm.stationary(uniform, within=(-3, 3)).family == "uniform"
