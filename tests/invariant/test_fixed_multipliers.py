"""Stationary laws of w' = rho w + B with a fixed rho: stable, uniform, exponential and Laplace noise, Gaver-Lewis, sums."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import log

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from chain_samples import assert_has_law
from enclosures import assert_encloses

import sgd_markov as sm
from sgd_markov.effort import Effort
from sgd_markov.errors import HypothesisViolated, InvalidInput
from sgd_markov.expressions import parse
from sgd_markov.invariant import exponential_noise, gaver_lewis, stable, uniform_noise
from sgd_markov.invariant.catalogue import recognised_by, stationary_law
from sgd_markov.invariant.stationary_law import Kind, Place, StationaryLaw
from sgd_markov.proof import StepFailed, check_all

w, b, u, v, x, y, z, c = sp.symbols("w b u v x y z c", real=True)
k, s, lr, p, alpha = sp.symbols("k s lr p alpha", positive=True)
R, half = sp.Rational, sp.Rational(1, 2)
OWN = ("stable", "uniform_noise", "gaver_lewis", "exponential_noise", "independent_sum")


def chain(step: sp.Expr, **noise: object) -> sm.Chain:
    return sm.RandomMap({w: step}, noise={sp.Symbol(name, real=True): law for name, law in noise.items()})


def quadratic(law: object, **sampling: object) -> sm.Chain:
    return sm.SGD(k * w**2 / 2 + s * w * z, [w], lr, data={z: law}, **sampling)


def law_of(problem: sm.Chain) -> StationaryLaw:
    return stationary_law(problem, Place(), Effort())


E1, EIGHT_NINTHS, TWO_THIRDS = sm.Exponential(1), sm.Bernoulli(R(8, 9)), sm.Bernoulli(R(2, 3))
RECOGNISED = [
    (quadratic(sm.Stable(R(3, 2), 1)), "stable", {"alpha": R(3, 2), "loc": 0}),
    (chain(-w / 2 + c * z + 3, z=sm.Stable(alpha, 1)), "stable", {"alpha": alpha, "loc": 2}),
    (chain(w / 2 + x + 2 * z, x=sm.Stable(half, 1), z=sm.Stable(half, 2)), "stable", {"scale": 9 / (1 - sp.sqrt(half)) ** 2}),
    (chain(w / 3 + x + y, x=sm.Cauchy(1, 2), y=sm.Student(1)), "Cauchy", {"loc": R(3, 2), "scale": R(9, 2)}),
    (quadratic(sm.Cauchy(0, 1)), "Cauchy", {"loc": 0}),
    (quadratic(sm.Cauchy(0, 1), batch_size=3), "Cauchy", {"loc": 0}),
    (chain(w / 3 + x + y, x=sm.Stable(2, 2), y=sm.Normal(0, 1)), "normal", {"variance": R(81, 8)}),
    (chain(w / 2 + u, u=sm.Uniform(0, 1)), "Fabius", {"centre": 1, "length": 1}),
    (chain(-w / 2 + c * u + 3, u=sm.Uniform(-1, 1)), "Fabius", {"centre": 2, "length": 2 * sp.Abs(c)}),
    (sm.SGD(k * (w - u) ** 2 / 2, [w], 1 / (2 * k), data={u: sm.Uniform(0, 1)}), "Fabius", {"centre": half, "length": half}),
    (chain(w / 3 + 1 - u, u=sm.Uniform(0, 1)), "infinite convolution of uniforms", {"centre": R(3, 4), "length": 1}),
    (quadratic(sm.Uniform(-1, 1)), "infinite convolution of uniforms", {"ratio": 1 - k * lr, "length": 2 * lr * s}),
    (chain(w / 3 + b * x, b=TWO_THIRDS, x=E1), "exponential", {"origin": 0, "scale": 1}),
    (chain(p * w + b * x + 1, b=sm.Bernoulli(1 - p), x=sm.Exponential(s)), "exponential", {"origin": 1 / (1 - p), "scale": s}),
    (chain(w / 3 - b * sp.log(u), b=TWO_THIRDS, u=sm.Uniform(0, 1)), "exponential", {"scale": 1}),
    (chain(w / 3 - b * x, b=TWO_THIRDS, x=sm.ChiSquare(2)), "exponential", {"scale": -2}),
    (chain(w / 3 + (1 - b) * x, b=sm.Finite([1, 0, 0]), x=E1), "exponential", {"scale": 1}),
    (sm.SGD(k * w**2 / 2 - w * b * x, [w], 2 / (3 * k), data={b: TWO_THIRDS, x: E1}), "exponential", {"scale": 2 / (3 * k)}),
    (chain(w / 3 + b * x + v * y, b=TWO_THIRDS, x=E1, v=TWO_THIRDS, y=E1), "gamma", {"shape": 2, "scale": 1}),
    (chain(w / 3 + b * x, b=EIGHT_NINTHS, x=sm.Laplace(0, 2)), "Laplace", {"origin": 0, "scale": 2}),
    (chain(-w / 3 + b * s * x + 4, b=EIGHT_NINTHS, x=sm.Laplace(0, 1)), "Laplace", {"origin": 3, "scale": s}),
    (chain(w / 2 + x, x=E1), "infinite convolution of exponential laws", {"scale": 1}),
    (chain(-w / 2 - 2 * x + 1, x=E1), "infinite convolution of exponential laws", {"scale": -2, "origin": R(2, 3)}),
    (quadratic(sm.Laplace(0, 1)), "infinite convolution of Laplace laws", {"origin": 0}),
    (chain(w / 2 + z + x + 3, z=sm.Rademacher(), x=sm.Normal(0, 1)), "normal + uniform", {}),
    (chain(w / 3 + z + b * x, z=sm.Cauchy(0, 1), b=TWO_THIRDS, x=E1), "Cauchy + exponential", {}),
    (chain(w / 3 + b * x + v * y, b=TWO_THIRDS, x=E1, v=TWO_THIRDS, y=sm.Exponential(2)), "exponential + exponential", {}),
]  # fmt: skip


@pytest.mark.parametrize(("problem", "family", "parameters"), RECOGNISED)
def test_law_is_recognised_and_proved(problem: sm.Chain, family: str, parameters: dict[str, object]) -> None:
    law = law_of(problem)
    assert sorted(law.family.split(" + ")) == sorted(family.split(" + ")) and law.unique is True
    for name, value in parameters.items():
        assert sp.simplify(law.parameters[name] - value) == 0, name
    assert any(step.kind == "algebra" for step in law.proof) and law.kind is Kind.DENSITY
    latex = sm.stationary(problem).to_dict()["latex"]
    assert latex and latex.count("{") == latex.count("}") and not any(junk in latex for junk in ("zoo", "nan", "Dummy"))


NEIGHBOURS = [
    chain(w / 3 + b * x, b=sm.Bernoulli(R(1, 3)), x=E1),
    chain(-w / 3 + b * x, b=TWO_THIRDS, x=E1),
    chain(w / 3 + b * x, b=TWO_THIRDS, x=sm.Laplace(0, 1)),
    chain(w / 3 + b * (x + 1), b=TWO_THIRDS, x=E1),
    chain(x * w + y, x=sm.Uniform(0, 1), y=sm.Cauchy(0, 1)),
    chain(w / 2 + x + y**3, x=sm.Stable(R(3, 2), 1), y=sm.Normal(0, 1)),
    chain(w / 2 + x + y, x=sm.Stable(R(3, 2), 1), y=sm.Poisson(1)),
    chain(sp.Abs(w) / 2 + x, x=E1),
]  # fmt: skip


@pytest.mark.parametrize("problem", NEIGHBOURS)
def test_other_chains_are_left_alone(problem: sm.Chain) -> None:
    assert [recognised_by(name, problem, Place(), Effort()) for name in OWN] == [None] * len(OWN)


def test_two_stable_laws_of_different_index_are_a_convolution() -> None:
    law = law_of(chain(w / 2 + x + y, x=sm.Stable(R(3, 2), 1), y=sm.Cauchy(0, 1)))
    assert law.family == "Cauchy + stable" and law.characteristic_function(sp.Symbol("t", real=True)).has(sp.exp)
    with pytest.raises(HypothesisViolated):
        sm.stationary(chain(w / 2 + x + y, x=sm.Stable(R(3, 2), 1), y=sm.Cauchy(0, 1)), of=w)


@pytest.mark.parametrize("rho", [R(5, 4), -1, sp.sqrt(2)])
def test_no_law_without_contraction(rho: sp.Expr) -> None:
    for noise in (sm.Cauchy(0, 1), sm.Uniform(0, 1), E1, sm.Stable(R(3, 2), 1)):
        with pytest.raises(HypothesisViolated):
            sm.stationary(chain(rho * w + x, x=noise))


# ---- proofs with altered parameters


def fails(steps: object) -> bool:
    try:
        check_all(steps)  # type: ignore[arg-type]
    except StepFailed:
        return True
    return False


def test_altered_parameters_fail() -> None:
    good = dict(rho=R(1, 3), middle=sp.Integer(2), power=s, alpha=alpha, centre=sp.Integer(3), spread=s / (1 - R(1, 3) ** alpha))
    assert not fails(stable.invariance(**good))
    for other in ({"centre": sp.Integer(2)}, {"spread": s / (1 - R(1, 3))}, {"rho": R(1, 4)}, {"power": 2 * s}):
        assert fails(stable.invariance(**{**good, **other}))


def test_altered_centres_and_scales_fail() -> None:
    uniform = (half, sp.Integer(1), s**2 / 12, sp.Integer(2), s)
    assert not fails(uniform_noise.invariance(*uniform))
    assert fails(uniform_noise.invariance(*uniform[:4], 2 * s)) and fails(uniform_noise.invariance(*uniform[:3], sp.Integer(1), s))
    exponential = (half, sp.Integer(1), s**2, sp.Integer(2), s, False)
    assert not fails(exponential_noise.invariance(*exponential))
    assert fails(exponential_noise.invariance(*exponential[:4], 2 * s, False))
    assert fails(exponential_noise.invariance(*exponential[:5], True))


def test_altered_innovation_fails() -> None:
    term = gaver_lewis.Innovation(sp.Integer(0), s, False, {0: R(1, 3), 1: R(2, 3)})
    assert not fails(gaver_lewis.invariance(R(1, 3), sp.Integer(0), sp.Integer(0), [term]))
    lighter = replace(term, weights={0: R(1, 4), 1: R(3, 4)})
    for rho, centre, part in ((R(1, 4), 0, term), (R(1, 3), 1, term), (R(1, 3), 0, lighter)):
        assert fails(gaver_lewis.invariance(rho, sp.Integer(0), sp.Integer(centre), [part]))


# ---- numbers


def test_the_stable_scale_of_r39() -> None:
    problem = sm.SGD(R(17, 10) * w**2 / 2 + w * z, [w], R(3, 10), data={z: sm.Stable(R(3, 2), 1)})
    answer = sm.stationary(problem, of=sp.log(sp.Abs(w)), digits=15)
    scale = answer.to_dict()["parameters"]["scale"]
    assert abs(float(scale["value"]) - 0.396957801526911) < 1e-15
    with mp.workdps(30):
        assert abs(mp.mpf("-0.192405221633844") + mp.log(mp.mpf(scale["value"])) - mp.mpf(answer.value)) < 1e-14


@pytest.mark.parametrize(("index", "at"), [("3/2", 1), ("6/5", half), ("7/4", -2)])
def test_stable_distribution_functions_by_quadrature(index: str, at: sp.Expr) -> None:
    """F(x) = 1/2 + 1/pi int sin(x t)/t exp(-t^alpha) dt."""
    order = sp.Rational(index)
    problem = chain(w / 2 + z, z=sm.Stable(order, (1 - half**order) ** (1 / order)))
    with mp.workdps(40):
        a, place = mp.mpf(order.p) / order.q, mp.mpf(float(at))
        end = mp.mpf(95) ** (1 / a)
        # t = r^2 tames the powers at 0
        nodes = [mp.sqrt(end) * i / 24 for i in range(25)]
        value = mp.quad(lambda r: 2 * mp.sin(place * r**2) / r * mp.exp(-(r ** (2 * a))), nodes) / mp.pi + mp.mpf(1) / 2
        assert_encloses(sm.stationary(problem, cdf_at=at, digits=30), mp.nstr(value, 30), 30, "certified")


def test_stable_distribution_of_small_index() -> None:
    """P(X > x), alpha = 1/2, is a Fresnel integral: by the density of the Levy law as a mixture of normal laws."""
    problem = chain(w / 4 + z, z=sm.Stable(half, R(1, 4)))
    with mp.workdps(20):
        value = mp.quad(lambda r: 2 * mp.sin(r**2) / r * mp.exp(-r), mp.linspace(0, 45, 150)) / mp.pi + mp.mpf(1) / 2
        assert_encloses(sm.stationary(problem, cdf_at=1, digits=25), mp.nstr(value, 15), 25, "certified")


def test_moments_of_stable_laws() -> None:
    problem = chain(w / 2 + z + 1, z=sm.Stable(R(3, 2), 1))
    assert sm.stationary(problem, of=w).exact == 2
    with pytest.raises(HypothesisViolated):
        sm.stationary(problem, of=w**2)
    assert sm.stationary(problem, quantile=half).exact == 2
    assert_encloses(sm.stationary(problem, cdf_at=sm.stationary(problem, quantile=R(1, 3), digits=20).value, digits=15), "0.333333333333333")


def test_cauchy_is_closed() -> None:
    answer = sm.stationary(quadratic(sm.Cauchy(0, 1)), cdf_at=1)
    assert parse(str(answer.to_dict()["exact"]), {"k": k, "s": s, "lr": lr}, "exact") == answer.exact
    assert sp.simplify(law_of(quadratic(sm.Cauchy(0, 1))).parameters["scale"] - lr * s / (1 - sp.Abs(1 - k * lr))) == 0


FABIUS = chain(w / 2 + u, u=sm.Uniform(0, half))
"""On [0, 1]: the Fabius function."""


@pytest.mark.parametrize(
    ("at", "value"),  # OEIS A272755/A272757
    [("1/2", "1/2"), ("1/4", "5/72"), ("1/8", "1/288"), ("1/16", "143/2073600"), ("1/32", "19/33177600"), ("1/64", "1153/561842749440")],
)
def test_published_values_of_the_fabius_function(at: str, value: str) -> None:
    answer = sm.stationary(FABIUS, cdf_at=at)
    assert answer.exact == sp.Rational(value) and answer.warrant.label == "exact"
    assert sm.stationary(FABIUS, cdf_at=1 - sp.Rational(at)).exact == 1 - sp.Rational(value)
    assert sm.stationary(FABIUS, density_at=sp.Rational(at) / 2).exact == 2 * sp.Rational(value)


def test_fabius_function_by_its_fourier_series() -> None:
    """The density on [0, 1] is 1 + 2 sum cos(2 pi n (x - 1/2)) f(2 pi n), f the product of sin(t/2^j)/(t/2^j), j >= 2."""
    with mp.workdps(30):

        def transform(t: mp.mpf) -> mp.mpf:
            return mp.fprod(mp.sinc(t / 2**j) for j in range(2, 70))

        place = mp.mpf(1) / 3
        terms = [transform(2 * mp.pi * n) * mp.sin(2 * mp.pi * n * place) * (-1) ** n / (mp.pi * n) for n in range(1, 800, 2)]
        value = place + mp.fsum(terms)
        assert_encloses(sm.stationary(FABIUS, cdf_at=R(1, 3), digits=20), mp.nstr(value, 12), 20, "certified")


def inverted(transform: Callable[[np.ndarray], np.ndarray], at: float, end: float, step: float = 0.005) -> float:
    """The density at a place, 1/pi int_0^oo Re(exp(-i t x) f(t)) dt, by the midpoint rule: exact up to tails for smooth f."""
    t = step * (np.arange(int(end / step)) + 0.5)
    return float((np.exp(-1j * t * at) * transform(t)).real.sum() * step / np.pi)


@pytest.mark.parametrize("ratio", [R(2, 3), 1 / sp.sqrt(2), -R(3, 4), R(1, 3)])
def test_uniform_noise_by_inversion(ratio: sp.Expr) -> None:
    r = abs(float(ratio))

    def transform(t: np.ndarray) -> np.ndarray:
        return np.prod([np.sinc(t * r**n / np.pi) for n in range(1 + int(40 / -log(r)))], axis=0)

    answer = sm.stationary(chain(ratio * w + u, u=sm.Uniform(-1, 1)), density_at=R(1, 3), digits=20)
    assert answer.enclosure.reaches(20)
    assert abs(float(answer.enclosure.middle) - inverted(transform, 1 / 3, 500, 0.02)) < (1e-4 if r < half else 1e-7)


def test_moments_and_quantiles_of_uniform_noise() -> None:
    assert sm.stationary(FABIUS, of=w**2).exact == R(10, 36) and sm.stationary(FABIUS, quantile=half).exact == half
    assert_encloses(sm.stationary(FABIUS, quantile=R(5, 72)), "0.25")
    answer = sm.stationary(quadratic(sm.Uniform(-1, 1)), of=w**2)
    assert sp.simplify(answer.exact - lr * s**2 / (3 * k * (2 - lr * k))) == 0
    with pytest.raises(InvalidInput, match="values"):
        sm.stationary(quadratic(sm.Uniform(-1, 1)), cdf_at=1)


def hypoexponential(means: list[mp.mpf], at: mp.mpf) -> mp.mpf:
    """P(sum of independent exponential variables > at), by the exponential of the generator of their phases."""
    size = len(means)
    generator = mp.zeros(size)
    for i, mean in enumerate(means):
        generator[i, i] = -1 / mean
        if i + 1 < size:
            generator[i, i + 1] = 1 / mean
    return mp.fsum(mp.expm(generator * at, method="taylor")[0, :])


def test_exponential_noise_by_phases() -> None:
    """Sixteen phases, the others replaced by their mean: right to about their variance."""
    with mp.workdps(30):
        rest = mp.mpf(2) ** -15
        stated = 1 - hypoexponential([mp.mpf(2) ** -n for n in range(12)], mp.mpf(1) - rest * 16)
    answer = sm.stationary(chain(w / 2 + x, x=E1), cdf_at=1, digits=40)
    assert answer.enclosure.reaches(40) and abs(float(stated) - float(answer.enclosure.middle)) < 1e-6


@pytest.mark.parametrize(
    ("problem", "transform"),
    [
        (chain(w / 2 + x, x=E1), lambda t, n: 1 / (1 - 1j * t / 2**n)),
        (chain(-w / 2 + x, x=E1), lambda t, n: 1 / (1 - 1j * t / (-2.0) ** n)),
        (chain(w / 2 - x, x=sm.Laplace(0, 1)), lambda t, n: 1 / (1 + t**2 / 4**n)),
    ],
)
def test_exponential_and_laplace_noise_by_inversion(problem: sm.Chain, transform: object) -> None:
    def whole(t: np.ndarray) -> np.ndarray:
        return np.prod([transform(t, n) for n in range(50)], axis=0)  # type: ignore[operator]

    answer = sm.stationary(problem, density_at=1, digits=20)
    assert answer.enclosure.reaches(20) and abs(float(answer.enclosure.middle) - inverted(whole, 1, 1000, 0.02)) < 1e-8


@pytest.mark.parametrize(
    "problem",
    [
        chain(w / 2 + u, u=sm.Uniform(0, 1)),
        chain(w / 3 + b * x, b=TWO_THIRDS, x=E1),
        chain(w / 3 - b * x + 1, b=TWO_THIRDS, x=E1),
        chain(w / 3 + b * x + v * y, b=TWO_THIRDS, x=E1, v=TWO_THIRDS, y=E1),
        chain(-w / 3 + b * x, b=EIGHT_NINTHS, x=sm.Laplace(0, 2)),
        chain(w / 2 + x, x=E1),
        chain(-w / 2 - 2 * x + 1, x=E1),
        chain(w / 2 + x, x=sm.Laplace(1, 2)),
        chain(w / 2 + x, x=sm.Stable(R(3, 2), 1)),
        chain(-w / 2 + x + 1, x=sm.Stable(R(1, 2), 1)),
    ],
)
def test_simulation(problem: sm.Chain) -> None:
    assert_has_law(problem, 0.1, ["-2", "-1/3", "1/2", "3/2", "3"])


@pytest.mark.parametrize("problem", [chain(w / 3 + b * x, b=TWO_THIRDS, x=E1), chain(p * w + b * x, b=sm.Bernoulli(1 - p), x=sm.Exponential(s))])
def test_closed_forms_are_read_back(problem: sm.Chain) -> None:
    answer = sm.stationary(problem, cdf_at=R(3, 2)).to_dict()
    assert parse(str(answer["exact"]), {"p": p, "s": s}, "exact") == sm.stationary(problem, cdf_at=R(3, 2)).exact
    assert sm.stationary(problem, of=w).exact in (1, s)


def test_moments_of_a_sum() -> None:
    problem = chain(w / 2 + z + x + 3, z=sm.Rademacher(), x=sm.Normal(0, 1))
    assert sm.stationary(problem, of=w**2, central=True).exact == R(8, 3)
    assert_encloses(sm.stationary(problem, cdf_at=6), "0.5", 15, "certified")
