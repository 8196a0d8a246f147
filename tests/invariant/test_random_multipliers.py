"""Stationary laws of w' = M w + B with a random multiplier: Dickman, gamma, beta-prime, Dirichlet means."""

from __future__ import annotations

from dataclasses import replace

import mpmath as mp
import pytest
import sympy as sp
from chain_samples import assert_has_law
from enclosures import assert_encloses

import sgd_markov as sm
from sgd_markov.effort import Effort
from sgd_markov.errors import HypothesisViolated, Inconclusive, InvalidInput
from sgd_markov.expressions import parse
from sgd_markov.invariant import beta_prime_perpetuity, dickman, dirichlet_proofs, gamma_perpetuity, reflected_beta
from sgd_markov.invariant.catalogue import RECOGNISERS, recognised_by, stationary_law
from sgd_markov.invariant.stationary_law import Place, StationaryLaw
from sgd_markov.proof import StepFailed, check_all

w, u, v, x, y, e, q = sp.symbols("w u v x y e q", real=True)
a, b, c, p, s, theta = sp.symbols("a b c p s theta", positive=True)
R = sp.Rational
OWN = ("dickman", "gamma_perpetuity", "beta_prime_perpetuity", "dirichlet_mean", "reflected_beta", "cauchy_mixing")


def chain(step: sp.Expr, **noise: object) -> sm.Chain:
    return sm.RandomMap({w: step}, noise={sp.Symbol(name, real=True): law for name, law in noise.items()})


def random_rate(data: object, rate: object = None, lr: sp.Expr = u) -> sm.Chain:
    """SGD on (w - x)^2/2 with a random learning rate."""
    return sm.SGD((w - x) ** 2 / 2, [w], lr, data={x: data}, noise={u: sm.Uniform(0, 1) if rate is None else rate})


def law_of(problem: sm.Chain) -> StationaryLaw:
    return stationary_law(problem, Place(), Effort())


U, half = sm.Uniform(0, 1), R(1, 2)
RECOGNISED = [
    # Dickman: theta, shift, scale
    (chain(u * (w + 1), u=U), "Dickman", {"theta": 1, "shift": 0, "scale": 1}),
    (chain((1 - u) ** (1 / theta) * (w + c), u=U), "Dickman", {"theta": theta, "shift": 0, "scale": c}),
    (chain(e * (w + 2) + 1, e=sm.Beta(theta, 1)), "Dickman", {"theta": theta, "shift": 1, "scale": 3}),
    (chain(sp.exp(-e / theta) * w + sp.exp(-e / theta), e=sm.Exponential(1)), "Dickman", {"theta": theta, "scale": 1}),
    (chain(-3 - u * (2 - w), u=U), "Dickman", {"theta": 1, "shift": -3, "scale": -5}),
    (sm.SGD(w**2 / 2 - w, [w], 1, noise={u: U}, add=u * w), "Dickman", {"theta": 1, "shift": 1, "scale": 1}),
    # gamma
    (chain(u * (w + e), u=U, e=sm.Exponential(1)), "gamma", {"shape": 1, "scale": 1}),
    (chain(u * (w - s * sp.log(v)), u=sm.Beta(theta, 1), v=U), "gamma", {"shape": theta, "scale": s}),
    (chain(u * w + e, u=sm.Beta(a, b), e=sm.Gamma(b, s)), "gamma", {"shape": a + b, "scale": s, "shift": 0}),
    (chain(u * (w - 5 + x**2) + 5, u=sm.Beta(a, half), x=sm.Normal(0, 1)), "gamma", {"shape": a, "scale": 2, "shift": 5}),
    (chain(u * (w - e), u=sm.Beta(a, 3), e=sm.ChiSquare(6)), "gamma", {"shape": a, "scale": -2}),
    # beta-prime
    (chain(y * (1 + w), y=sm.BetaPrime(R(3, 2), 4)), "beta-prime", {"alpha": R(3, 2), "beta": R(5, 2), "scale": 1}),
    (chain(x / y * (w + c), x=sm.Gamma(p, 3), y=sm.Gamma(p + a, 3)), "beta-prime", {"alpha": p, "beta": a, "scale": c}),
    (chain(u / (1 - u) * (w - 3), u=sm.Beta(1, 3)), "beta-prime", {"alpha": 1, "beta": 2, "scale": -3}),
    (chain(1 + (1 / u - 1) * w, u=sm.Beta(5, 2)), "beta-prime", {"alpha": 2, "beta": 3, "shift": 1, "scale": 1}),
    # Dirichlet means
    (random_rate(sm.Bernoulli(p), sm.Beta(1, a)), "beta", {"first": a * p, "second": a * (1 - p)}),
    (random_rate(sm.TwoPoint(-3, 5, R(1, 4)), sm.Beta(1, 8)), "beta", {"first": 6, "second": 2, "shift": -3, "scale": 8}),
    (random_rate(sm.Rademacher()), "arcsine", {"shift": -1, "scale": 2}),
    (random_rate(sm.Rademacher(), sm.Beta(1, 3)), "semicircle", {}),
    (random_rate(sm.Rademacher(), lr=1 - sp.sqrt(u)), "uniform", {}),
    (chain(v * u * w + (1 - v) * (1 - u * (1 - w)), u=U, v=sm.Bernoulli(half)), "arcsine", {}),
    (random_rate(sm.Arcsine(-1, 1)), "semicircle", {"shift": -1, "scale": 2}),
    (random_rate(sm.Arcsine(2, 5), sm.Beta(1, a)), "beta", {"first": a + half, "second": a + half, "scale": 3}),
    (random_rate(sm.Uniform(2, 5)), "uniform Dirichlet mean", {"shift": 2, "scale": 3}),
    (random_rate(sm.Finite([-1, 0, 2])), "finite Dirichlet mean", {}),
    (random_rate(sm.Cauchy(q, s), sm.Beta(a, b)), "Cauchy", {"loc": q, "scale": s}),
    (random_rate(sm.Cauchy(0, 1), sm.TwoPoint(half, R(1, 3))), "Cauchy", {"loc": 0, "scale": 1}),
    # reflections
    (chain(1 - u * w, u=U), "beta", {"alpha": 2, "beta": 1}),
    (chain(-u * (w - 3), u=sm.Beta(a, b)), "beta", {"alpha": a + b, "beta": a, "shift": 3, "scale": -3}),
]  # fmt: skip


@pytest.mark.parametrize(("problem", "family", "parameters"), RECOGNISED)
def test_law_is_recognised_and_proved(problem: sm.Chain, family: str, parameters: dict[str, object]) -> None:
    law = law_of(problem)
    assert law.family == family and law.unique is True
    for name, value in parameters.items():
        assert sp.simplify(law.parameters[name] - value) == 0, name
    kinds = [step.kind for step in law.proof]
    assert kinds.count("algebra") >= 3 and all(h.state in ("proved", "assumed") for h in law.hypotheses)


def test_symbols_without_a_sign_are_assumed_to_have_one() -> None:
    law = law_of(chain(u ** (1 / q) * (w + 1), u=U))
    assert law.hypotheses[0].to_dict() == {"statement": "1/q > 0", "state": "assumed"}
    assert "q > 0 assumed" in {f"{h.statement} {h.state}" for h in law_of(chain(u * (w + q), u=U)).hypotheses}


@pytest.mark.parametrize("name", ["s", "m", "x", "n", "M"])
def test_parameters_may_have_the_names_of_a_proof(name: str) -> None:
    parameter = sp.Symbol(name, positive=True)
    plain = sp.Symbol(name)
    draw, noise, data = sp.symbols("draw noise data", real=True)
    rate = {draw: sm.Beta(1, parameter)}
    dickman_chain = sm.RandomMap({w: draw ** (1 / parameter) * (w + parameter)}, noise={draw: U})
    gamma_chain = sm.RandomMap({w: draw * (w + noise)}, noise={draw: sm.Beta(parameter, 2), noise: sm.Gamma(2, parameter)})
    beta_chain = sm.SGD((w - data) ** 2 / 2, [w], draw, data={data: sm.Arcsine(0, 1)}, noise=rate)
    assert [law_of(c).family for c in (dickman_chain, gamma_chain, beta_chain)] == ["Dickman", "gamma", "beta"]
    assert law_of(sm.RandomMap({w: draw * (w + plain)}, noise={draw: U})).family == "Dickman"


REFUSED = [
    chain(u**2 * w + u, u=U),
    chain(u * (w + e), u=U, e=sm.Gamma(2, 1)),
    chain(u * w + e, u=sm.Beta(2, 3), e=sm.Gamma(2, 1)),
    chain(u * (w + e), u=U, e=sm.Uniform(0, 1)),
    chain(y * (1 + w) + u, y=sm.BetaPrime(2, 5), u=U),
    random_rate(sm.Rademacher(), sm.Beta(2, 2)),
    random_rate(sm.Uniform(0, 1), sm.Beta(1, 2)),
    random_rate(sm.Finite([-1, 0, 2]), sm.Beta(1, 2)),
    random_rate(sm.Cauchy(0, 1), sm.TwoPoint(half, R(3, 2))),
    random_rate(sm.Cauchy(0, 1), sm.Uniform(0, 2)),
    random_rate(sm.Normal(0, 1)),
    chain(half - u * w + e, u=U, e=sm.Exponential(1)),
    chain(2 * u * (w + 1), u=U),
]


@pytest.mark.parametrize("problem", REFUSED)
def test_neighbours_are_not_recognised(problem: sm.Chain) -> None:
    assert all(recognised_by(name, problem, Place(), Effort()) is None for name in OWN)


OTHERS = [
    sm.RandomMap({w: w / 2 + x}, noise={x: sm.Normal(0, 1)}),
    sm.RandomMap({w: sp.sin(w) + x}, noise={x: sm.Normal(0, 1)}),
    sm.RandomMap({w: w + v, v: u * w}, noise={u: U}),
    sm.SGD(x * w**4, [w], "1/10", data={x: sm.Rademacher()}, batch_size=3),
]


@pytest.mark.parametrize("problem", OTHERS)
def test_other_chains_pass_without_an_error(problem: sm.Chain) -> None:
    assert all(recognised_by(name, problem, Place(), Effort()) is None for name in OWN)
    assert set(OWN) <= set(RECOGNISERS)


# ---- altered parameters


ALTERED = [
    lambda: dickman.invariance(sm.Beta(theta, 1), theta + 1),
    lambda: dickman.invariance(sm.Beta(theta, 2), theta),
    lambda: gamma_perpetuity.invariance(sm.Beta(a, b), sm.Gamma(b, 1), True, a + 1),
    lambda: gamma_perpetuity.invariance(sm.Beta(a, b), sm.Gamma(b + 1, 1), True, a),
    lambda: gamma_perpetuity.invariance(sm.Beta(a, b), sm.Gamma(b, 1), False, a),
    lambda: beta_prime_perpetuity.invariance(sm.BetaPrime(p, p + a), sm.BetaPrime(p, a + 1)),
    lambda: beta_prime_perpetuity.invariance(sm.BetaPrime(p, a), sm.BetaPrime(p, a)),
    lambda: reflected_beta.invariance(sm.Beta(a, b), sm.Beta(a + b, b)),
    lambda: dirichlet_proofs.one_step(sm.Beta(a, 2), a),
    lambda: dirichlet_proofs.one_step(sm.Beta(a, 1), a + 1),
    lambda: dirichlet_proofs.beta_moments(sm.Beta(a, b), a + b + 1),
    lambda: dirichlet_proofs.arcsine_proof(sm.Beta(a, a), a),
    lambda: dirichlet_proofs.closing(a, ((sp.Integer(0), 1 - p), (sp.Integer(1), p)), -a * (1 - p) * sp.log(1 + dirichlet_proofs.Y)),
]  # fmt: skip


@pytest.mark.parametrize("proof", ALTERED)
def test_proof_of_altered_parameters_fails(proof: object) -> None:
    with pytest.raises(StepFailed):
        check_all(proof())  # type: ignore[operator]


@pytest.mark.parametrize("problem", [entry[0] for entry in RECOGNISED[::7]])
def test_every_algebraic_step_fails_when_altered(problem: sm.Chain) -> None:
    for step in law_of(problem).proof:
        if step.kind == "algebra" and hasattr(step, "right"):
            with pytest.raises(StepFailed):
                replace(step, right=step.right + R(1, 7)).check()


# ---- numbers


def test_dickman_density_and_distribution_function() -> None:
    problem = chain(u * (w + 1), u=U)
    assert sm.stationary(problem, cdf_at=1).exact == sp.exp(-sp.EulerGamma)
    assert_encloses(sm.stationary(problem, density_at="5/2", digits=25), "0.07316915388499826329804642477190134", 25, "certified")
    with mp.workdps(60):
        # on (2, 3]: rho(x) = 1 - log x + int_2^x log(t - 1)/t dt, by the delay equation
        rho = 1 - mp.log(mp.mpf(5) / 2) + mp.quad(lambda t: mp.log(t - 1) / t, [2, 2.5])
        assert_encloses(sm.stationary(problem, density_at="5/2", digits=50), mp.nstr(mp.exp(-mp.euler) * rho, 51), 50)
        second = mp.exp(-mp.euler) * (2 * mp.mpf(7) / 4 - 1 - mp.mpf(7) / 4 * mp.log(mp.mpf(7) / 4))
        assert_encloses(sm.stationary(problem, cdf_at="7/4", digits=50), mp.nstr(second, 51), 50, "exact")
    assert sm.stationary(problem, of=w**2, central=True).exact == half
    assert sm.stationary(problem, quantile="1/4").exact == sp.exp(sp.EulerGamma) / 4


def test_dickman_density_integrates_to_its_distribution_function_for_other_theta() -> None:
    for power in (R(1, 2), R(7, 3), sp.sqrt(2)):
        problem = chain(u ** (1 / power) * (w + 1), u=U)
        nodes, weights = (list(map(mp.mpf, part)) for part in legendre())
        with mp.workdps(30):
            places = [mp.mpf("2.375") + node / 8 for node in nodes]
            values = [mp.mpf(sm.stationary(problem, density_at=sp.Rational(mp.nstr(x, 30)), digits=25).value) for x in places]
            integral = sum(weight * value for weight, value in zip(weights, values, strict=True)) / 8
        found = sm.stationary(problem, set=["9/4", "5/2"], digits=20)
        assert abs(mp.mpf(found.value) - integral) < mp.mpf(10) ** -11


def legendre() -> tuple[list[float], list[float]]:
    import numpy as np

    return tuple(part.tolist() for part in np.polynomial.legendre.leggauss(12))  # type: ignore[return-value]


def test_dickman_far_out_and_beyond_the_series() -> None:
    problem = chain(u * (w + 1), u=U)
    assert_encloses(sm.stationary(problem, density_at=10, digits=20), mp.nstr(mp.exp(-mp.euler) * mp.mpf("2.77017183772595898875812120063e-11"), 16), 14)
    with pytest.raises(Inconclusive):
        sm.stationary(problem, density_at=200)
    with pytest.raises(InvalidInput):
        sm.stationary(chain(u * (w + c), u=U), cdf_at=3)


def test_beta_prime_numbers_and_infinite_moments() -> None:
    problem = chain(y * (1 + w), y=sm.BetaPrime(R(3, 2), 4))
    with mp.workdps(60):
        assert_encloses(sm.stationary(problem, cdf_at=1, digits=50), mp.nstr(mp.betainc(1.5, 2.5, 0, 0.5, regularized=True), 52), 50)
    assert_encloses(sm.stationary(problem, cdf_at=1), "0.712206590789194", 14)
    assert sm.stationary(problem, of=w**2).exact == 5
    with pytest.raises(HypothesisViolated):
        sm.stationary(problem, of=w**3)
    kappa, right, left = law_of(problem).tail or ()
    assert (kappa, left) == (R(5, 2), 0)
    assert abs(float(right) - float(1 / (2.5 * mp.beta(1.5, 2.5)))) < 1e-14


def test_sethuraman_and_diaconis_kemperman_numbers() -> None:
    sixth = sm.stationary(random_rate(sm.Bernoulli("3/10"), sm.Beta(1, "17/10")), of=w**6)
    assert_encloses(sixth, "0.0553087923836825", 14, "exact")
    mean = random_rate(sm.Uniform(0, 1))
    third = mp.e / mp.pi * mp.sin(mp.pi / 3) * mp.mpf(3) ** (mp.mpf(1) / 3) * mp.mpf("1.5") ** (mp.mpf(2) / 3)
    assert abs(mp.mpf(sm.stationary(mean, density_at="1/3").value) - third) < 1e-13
    density = sp.lambdify(w, sm.stationary(mean).density, "mpmath")
    with mp.workdps(60):
        integral = mp.quad(density, [0, mp.mpf(1) / 8, mp.mpf(1) / 4])
        assert_encloses(sm.stationary(mean, cdf_at="1/4", digits=45), mp.nstr(integral, 46), 45, "certified")
    assert sm.stationary(mean, of=w**2).exact == R(7, 24)


def test_finite_mean_integrates_to_one_and_has_the_moments_of_the_recursion() -> None:
    problem = random_rate(sm.Finite([-1, 0, 2], ["1/2", "1/6", "1/3"]))
    assert_encloses(sm.stationary(problem, set=[-1, 2], digits=20), "1", 20)
    exact = sm.stationary(problem, of=w**3).exact
    # m_3 = E M^3 m_3 + ..., straight from w' = (1 - U) w + U x
    t = sp.Symbol("t", positive=True)
    first, second = R(1, 6), R(67, 72)
    forcing = 3 * sp.beta(3, 2) * second * first + 3 * sp.beta(2, 3) * first * R(11, 6) + sp.beta(1, 4) * R(13, 6)
    assert sp.simplify(exact - forcing.rewrite(sp.gamma) / (1 - R(1, 4))) == 0 and t.is_positive


def test_finite_mean_next_to_a_heavy_last_point() -> None:
    problem, gap = random_rate(sm.Finite([0, half, 1], ["1/20", "1/20", "9/10"])), R(1, 10**30)
    with mp.workdps(40):
        # the density at 1 - s is sin(pi/10)/pi 2^(1/20) s^(-9/10) up to a factor 1 + O(s)
        beyond = 10 * mp.sinpi(mp.mpf(1) / 10) / mp.pi * mp.mpf(2) ** (mp.mpf(1) / 20) / 1000
        assert_encloses(sm.stationary(problem, cdf_at=1 - gap), mp.nstr(1 - beyond, 25), 15, "certified")
        median = sm.stationary(problem, quantile=1 - R(1, 1000), digits=35)
        assert_encloses(median, mp.nstr(1 - mp.mpf(10) ** -30 * (mp.mpf(1) / 1000 / beyond) ** 10, 40), 35, "certified")


# ---- simulation


SAMPLED = [
    (chain(u ** (R(2, 3)) * (w + 1), u=U), 1, ["1/2", "1", "3/2", "2", "3"]),
    (chain(u * (w - sp.log(v)), u=U, v=U), 1, ["1/5", "1/2", "1", "2"]),
    (chain(u * w - e, u=sm.Beta(2, half), e=sm.Gamma(half, 2)), 0, ["-8", "-4", "-2", "-1"]),
    (chain(y * (1 + w), y=sm.BetaPrime(R(3, 2), 4)), 1, ["1/4", "1/2", "1", "3"]),
    (random_rate(sm.Bernoulli("3/10"), sm.Beta(1, "17/10")), 0, ["1/10", "3/10", "1/2", "9/10"]),
    (random_rate(sm.Arcsine(-1, 1), sm.Beta(1, 2)), 0, ["-1/2", "0", "1/4", "3/4"]),
    (random_rate(sm.Uniform(0, 1)), 0, ["1/5", "2/5", "1/2", "4/5"]),
    (random_rate(sm.Finite([-1, 0, 2], ["1/2", "1/6", "1/3"])), 0, ["-1/2", "0", "1/2", "3/2"]),
    (random_rate(sm.Cauchy(1, 2), sm.Beta(2, 3)), 0, ["-3", "0", "1", "5"]),
    (chain(2 - u * (w + 1), u=sm.Beta(2, 3)), 0, ["-1/2", "1/2", "1", "3/2"]),
]  # fmt: skip


@pytest.mark.parametrize(("problem", "start", "places"), SAMPLED)
def test_simulation_keeps_the_bound(problem: sm.Chain, start: float, places: list[str]) -> None:
    assert_has_law(problem, start, places)


# ---- text


@pytest.mark.parametrize("problem", [entry[0] for entry in RECOGNISED])
def test_exact_text_is_read_back_and_latex_is_clean(problem: sm.Chain) -> None:
    names = {str(symbol): symbol for symbol in problem.parameters}
    if law_of(problem).family != "Cauchy":
        answer = sm.stationary(problem, of=w)
        text = answer.to_dict()["exact"]
        assert sp.simplify(parse(text, names, "exact") - answer.exact) == 0
    latex = sm.stationary(problem).latex()
    assert "Dummy" not in latex and "_{0}" not in latex and latex.count("{") == latex.count("}")
    assert all(word not in latex for word in ("Named", "sympy", "Symbol"))
