"""Stationary laws of maps in |w|, of continued fractions and of other linear fractional chains."""

from __future__ import annotations

from dataclasses import replace

import mpmath as mp
import pytest
import sympy as sp
from chain_samples import assert_has_law
from enclosures import assert_encloses

import sgd_markov as sm
from sgd_markov.effort import Effort
from sgd_markov.errors import HypothesisViolated
from sgd_markov.expressions import parse
from sgd_markov.invariant import cauchy_fraction, continued_fraction, modulus
from sgd_markov.invariant.catalogue import recognised_by, stationary_law
from sgd_markov.invariant.stationary_law import Place, StationaryLaw
from sgd_markov.laws.affine_image import image
from sgd_markov.laws.cauchy_modulus import CauchyModulus
from sgd_markov.laws.generalized_inverse_gaussian import GeneralizedInverseGaussian
from sgd_markov.laws.inverse_gamma import InverseGamma
from sgd_markov.laws.skew_normal import SkewNormal
from sgd_markov.numerics.named_law import named
from sgd_markov.proof import StepFailed, check_all

w, u, x, y, z, m = sp.symbols("w u x y z m", real=True)
a, b, c, k, s = sp.symbols("a b c k s", positive=True)
R, half, ONE = sp.Rational, sp.Rational(1, 2), sp.Integer(1)
OWN = ("cauchy_fraction", "continued_fraction", "modulus", "moebius_conjugate")


def chain(step: sp.Expr, domain: dict[sp.Symbol, str] | None = None, **noise: object) -> sm.Chain:
    laws = {sp.Symbol(name, real=True): law for name, law in noise.items()}
    return sm.RandomMap({w: step}, noise=laws, domain=domain)


def law_of(problem: sm.Chain, place: Place | None = None) -> StationaryLaw:
    return stationary_law(problem, place or Place(), Effort())


ABOVE_0 = {w: "positive"}
GIG = "generalized inverse Gaussian"
RECOGNISED = [
    (chain(1 / (y + w), y=sm.Gamma(k, 2 / a)), GIG, {"order": -k, "a": a, "b": a}),
    (chain(3 / (2 * y + w + 1) - 1, y=sm.Gamma(k, s)), GIG, {"order": -k, "a": 1 / s, "b": 3 / s, "shift": -1}),
    (chain(-3 / (y - w), y=sm.Exponential(1)), GIG, {"order": -1, "a": 2, "b": 6, "scale": -1}),
    (chain(1 / (w - 2 * sp.log(u)), u=sm.Uniform(0, 1)), GIG, {"order": -1, "a": 1, "b": 1}),
    (chain((x + w) / (y * (x + w) + 1), x=sm.Gamma(k, 2 / b), y=sm.Gamma(k, 2 / a)), GIG, {"order": -k, "a": b, "b": a}),
    (chain(2 / (y + 2 / (x + w + 1)) - 1, x=sm.Gamma(2, 1), y=sm.Gamma(2, 3)), GIG, {"order": -2, "a": 2, "b": R(4, 3)}),
    (chain(x + 3 / w, x=sm.Gamma(k, s)), GIG, {"order": k, "a": 2 / s, "b": 6 / s}),
    (chain(1 - 2 * x + 3 / (w - 1), x=sm.Gamma(k, s)), GIG, {"order": k, "a": 1 / s, "b": 3 / s, "shift": 1, "scale": -1}),
    (chain(x + 1 / (y + 1 / w), x=sm.Gamma(k, 2 / a), y=sm.Gamma(k, 2 / b)), GIG, {"order": k, "a": a, "b": b}),
    (chain(x + w / (1 + y * w), x=sm.Gamma(2, 1), y=sm.Gamma(2, 3)), GIG, {"order": 2, "a": 2, "b": R(2, 3)}),
    (chain(1 + x + 2 / (y + 2 / (w - 1)), x=sm.Gamma(2, 1), y=sm.Gamma(2, 3)), GIG, {"order": 2, "a": 2, "b": R(4, 3), "shift": 1}),
    (chain(w / (u + y * w), ABOVE_0, u=sm.Beta(2, 1), y=sm.Gamma(1, 1)), "inverse gamma", {"shape": 3, "scale": 1}),
    (chain(w / (u * (1 + y * w)), ABOVE_0, u=sm.Beta(a, b), y=sm.Gamma(b, s)), "inverse gamma", {"shape": a, "scale": 1 / s}),
    (chain(w / (y * (1 + w)), ABOVE_0, y=sm.BetaPrime(2, 5)), "beta-prime", {"alpha": 3, "beta": 2}),
    (chain(a * sp.Abs(w) + s * z, z=sm.Normal(0, 1)), "skew normal", {"shape": a / sp.sqrt(1 - a**2), "scale": s / sp.sqrt(1 - a**2)}),
    (chain(-sp.Abs(w - m) / 3 + z, z=sm.Normal(m, s)), "skew normal", {"shape": -sp.sqrt(2) / 4, "shift": m}),
    (chain(sp.Piecewise((w / 3, w > 0), (-w / 3, True)) + z, z=sm.Normal(0, 1)), "skew normal", {"shape": sp.sqrt(2) / 4}),
    (chain(sp.Max(w, -w) / 3 - z, z=sm.Normal(0, 1)), "skew normal", {"shape": sp.sqrt(2) / 4}),
    (chain(w * sp.sign(w) / 3 + z, z=sm.Normal(0, 1)), "skew normal", {"shape": sp.sqrt(2) / 4}),
    (sm.SGD(w**2 / 2 - w * sp.Abs(w) / 4 - w * x, [w], 1, data={x: sm.Normal(0, 1)}), "skew normal", {"shape": sp.sqrt(3) / 3}),
    (chain(x - 1 / w, x=sm.Cauchy(0, 1)), "Cauchy", {"loc": 0, "scale": (1 + sp.sqrt(5)) / 2}),
    (chain((x * w + 2 * x + 2) / (w + 2), x=sm.Cauchy(0, half)), "Cauchy", {}),
    (chain(m - 2 * x - c / w, x=sm.Cauchy(0, s)), "Cauchy", {}),
    (chain(half * sp.Abs(w) + z, z=sm.Cauchy(0, 1)), "Cauchy modulus", {"ratio": half, "scale": 1}),
    (chain(1 - a * sp.Abs(w - 1) + z, z=sm.Cauchy(0, s)), "Cauchy modulus", {"ratio": -a, "shift": 1, "scale": s}),
]  # fmt: skip


@pytest.mark.parametrize(("problem", "family", "parameters"), RECOGNISED)
def test_law_is_recognised_and_proved(problem: sm.Chain, family: str, parameters: dict[str, object]) -> None:
    law = law_of(problem)
    assert law.family == family and law.unique is True
    for name, value in parameters.items():
        assert sp.simplify(law.parameters[name] - value) == 0, name
    assert [step.kind for step in law.proof].count("algebra") >= 3


@pytest.mark.parametrize("name", ["s", "x", "p", "f"])
def test_parameters_may_have_the_names_of_a_proof(name: str) -> None:
    parameter, draw = sp.Symbol(name, positive=True), sp.Symbol("draw", real=True)
    chains = (
        sm.RandomMap({w: parameter * sp.Abs(w) + draw}, noise={draw: sm.Normal(0, parameter)}),
        sm.RandomMap({w: parameter / (draw + w)}, noise={draw: sm.Gamma(parameter, 1)}),
        sm.RandomMap({w: draw - parameter / w}, noise={draw: sm.Cauchy(0, parameter)}),
    )
    assert [law_of(c).family for c in chains] == ["skew normal", GIG, "Cauchy"]


REFUSED = [
    chain(-1 / (y + w), y=sm.Gamma(2, 1)),
    chain(1 / (y + w), y=sm.Uniform(0, 1)),
    chain(1 / (y + w + 1), y=sm.Gamma(2, 1)),
    chain(1 / (y + 2 / (x + w)), x=sm.Gamma(2, 1), y=sm.Gamma(2, 1)),
    chain(1 / (y + 1 / (x + w)), x=sm.Gamma(2, 1), y=sm.Gamma(3, 1)),
    chain(1 / (y + 1 / (y + w)), y=sm.Gamma(2, 1)),
    chain(x - 3 / w, x=sm.Gamma(2, 1)),
    chain(x + y / w, x=sm.Gamma(2, 1), y=sm.Gamma(2, 1)),
    chain(x + 1 / (y + 2 / w), x=sm.Gamma(2, 1), y=sm.Gamma(2, 1)),
    chain(x + w / (1 + y * w), x=sm.Gamma(3, 1), y=sm.Gamma(2, 1)),
    chain(x + w / (1 + x * w), x=sm.Gamma(2, 1)),
    chain(x - 1 / (y + 1 / w), x=sm.Gamma(2, 1), y=sm.Gamma(2, 1)),
    chain(half * sp.Abs(w) + z + 1, z=sm.Normal(0, 1)),
    chain(2 * sp.Abs(w) + z, z=sm.Normal(0, 1)),
    chain(w / 4 + half * sp.Abs(w) + z, z=sm.Normal(0, 1)),
    chain(half * sp.Abs(w) + z, z=sm.Laplace(0, 1)),
    chain(half * sp.Abs(w) + z + u, z=sm.Normal(0, 1), u=sm.Rademacher()),
    chain(w / (1 + w**2 * y), y=sm.Gamma(2, 1)),
    chain(x + y / w, x=sm.Cauchy(0, 1), y=sm.Gamma(2, 1)),
    chain((x * w + 1) / (w + 1), x=sm.Cauchy(0, 1)),
    chain(x + z - 1 / w, x=sm.Cauchy(0, 1), z=sm.Normal(0, 1)),
    chain(w / (u + x * w), u=sm.Beta(2, 1), x=sm.Normal(0, 1)),
]


@pytest.mark.parametrize("problem", REFUSED)
def test_neighbours_are_not_recognised(problem: sm.Chain) -> None:
    assert all(recognised_by(name, problem, Place(), Effort()) is None for name in OWN)


def test_a_fixed_point_is_another_stationary_law_unless_place_or_domain_excludes_it() -> None:
    problem = chain(w / (u + y * w), u=sm.Beta(2, 1), y=sm.Gamma(1, 1))
    with pytest.raises(HypothesisViolated, match="point mass at 0"):
        law_of(problem)
    law = law_of(problem, Place(start={w: sp.Integer(1)}))
    assert law.family == "inverse gamma" and law.unique is False
    assert law_of(problem, Place(within=(R(1, 2), sp.oo))).family == "inverse gamma"


# ---- altered parameters


def fraction(law: GeneralizedInverseGaussian, scale: sp.Expr, numerator: sp.Expr) -> object:
    return continued_fraction.stage(law, named(y, {y: sm.Gamma(k, scale)}), numerator, law)


ALTERED = [
    lambda: fraction(GeneralizedInverseGaussian(-k, a, a), 3 / a, ONE),
    lambda: fraction(GeneralizedInverseGaussian(-k, a, 2 * a), 2 / a, ONE),
    lambda: fraction(GeneralizedInverseGaussian(-k, a, a), 2 / a, sp.Integer(2)),
    lambda: fraction(GeneralizedInverseGaussian(-k - 1, a, a), 2 / a, ONE),
    lambda: modulus.normal_invariance(a, s, sp.Integer(0), image(SkewNormal(a), sp.Integer(0), s)),
    lambda: modulus.normal_invariance(half, s, sp.Integer(1), image(SkewNormal(1 / sp.sqrt(3)), sp.Integer(0), 2 * s / sp.sqrt(3))),
    lambda: cauchy_fraction.invariance(ONE, ONE, -2 * ONE, -1, cauchy_fraction.squared_root(ONE, ONE, -ONE, -1)),
    lambda: cauchy_fraction.invariance(m, s, c, 1, cauchy_fraction.squared_root(m, 2 * s, c, 1)),
    lambda: modulus.cauchy_invariance_in(R(1, 3), CauchyModulus(R(1, 4)).by_parts(x), sp.Symbol("v", positive=True), x),
]  # fmt: skip


@pytest.mark.parametrize("proof", ALTERED)
def test_proof_of_altered_parameters_fails(proof: object) -> None:
    with pytest.raises(StepFailed):
        check_all(proof())  # type: ignore[operator]


@pytest.mark.parametrize("problem", [RECOGNISED[i][0] for i in (0, 4, 6, 11, 15)])
def test_every_algebraic_step_fails_when_altered(problem: sm.Chain) -> None:
    for step in law_of(problem).proof:
        if step.kind == "algebra" and hasattr(step, "right"):
            with pytest.raises(StepFailed):
                replace(step, right=step.right + R(1, 7)).check()


# ---- numbers


def test_generalized_inverse_gaussian_numbers() -> None:
    problem = chain(1 / (y + w), y=sm.Gamma(2, 1))
    with mp.workdps(60):
        total = 2 * mp.besselk(2, 2)
        below = mp.quad(lambda t: mp.exp(-2 * t - mp.exp(t) - mp.exp(-t)), mp.linspace(-6, mp.log(mp.mpf(1) / 2), 9))
        assert_encloses(sm.stationary(problem, cdf_at="1/2", digits=50), mp.nstr(below / total, 51), 50, "certified")
        mean = sm.stationary(problem, of=w, digits=50)
        assert_encloses(mean, mp.nstr(mp.besselk(1, 2) / mp.besselk(2, 2), 51), 50, "exact")
    halves = chain(1 / (y + w), y=sm.Gamma(half, 2))
    # order -1/2 is the inverse Gaussian law of mean 1 and shape 1, whose distribution function is elementary
    with mp.workdps(60):
        phi = lambda t: mp.erfc(-t / mp.sqrt(2)) / 2  # noqa: E731
        place = mp.mpf(3) / 2
        known = phi(mp.sqrt(1 / place) * (place - 1)) + mp.exp(2) * phi(-mp.sqrt(1 / place) * (place + 1))
        assert_encloses(sm.stationary(halves, cdf_at="3/2", digits=50), mp.nstr(known, 51), 50)


def test_skew_normal_numbers() -> None:
    problem = chain(half * sp.Abs(w) + z, z=sm.Normal(0, 1))
    shape, spread = 1 / mp.sqrt(3), 2 / mp.sqrt(3)
    with mp.workdps(60):
        shape, spread = 1 / mp.sqrt(3), 2 / mp.sqrt(3)
        place = mp.mpf(1) / 2 / spread
        density = lambda t: mp.npdf(t) * mp.erfc(-shape * t / mp.sqrt(2))  # noqa: E731
        known = mp.mpf(1) / 2 - mp.atan(shape) / mp.pi + mp.quad(density, [0, place])
        assert_encloses(sm.stationary(problem, cdf_at="1/2", digits=50), mp.nstr(known, 51), 50, "certified")
        cube = mp.quad(lambda t: (spread * t) ** 3 * density(t), mp.linspace(-14, 14, 29))
        assert_encloses(sm.stationary(problem, of=w**3, digits=35), mp.nstr(cube, 36), 35, "exact")
    assert sm.stationary(problem, of=w**2).exact == R(4, 3)
    assert sm.stationary(chain(-sp.Abs(w) / sp.sqrt(2) + z, z=sm.Normal(0, 1)), cdf_at=0).exact == R(3, 4)


@pytest.mark.parametrize("order", range(1, 8))
def test_moments_of_the_skew_normal_law(order: int) -> None:
    t = sp.Symbol("t", real=True)
    density = sp.lambdify(t, SkewNormal(R(3, 4)).density(t), "mpmath")
    with mp.workdps(25):
        known = mp.quad(lambda v: v**order * density(v), mp.linspace(-15, 15, 31))
        assert abs(mp.mpf(str(sp.N(SkewNormal(R(3, 4)).moment(order), 25))) - known) < mp.mpf(10) ** -18


@pytest.mark.parametrize("ratio", [half, R(1, 3)])
def test_cauchy_modulus_numbers(ratio: sp.Rational) -> None:
    problem = chain(ratio * sp.Abs(w) + z, z=sm.Cauchy(0, 1))
    with mp.workdps(25):
        slope = mp.mpf(ratio.p) / ratio.q
        spread = 1 / (1 - slope)

        def integrand(v: mp.mpf) -> mp.mpf:
            return 2 * spread / (mp.pi * (spread**2 + v**2)) / (mp.pi * (1 + (mp.mpf(1) / 2 - v * slope) ** 2))

        known = mp.quad(integrand, [0, 1, 4, 20, mp.inf])
        assert_encloses(sm.stationary(problem, density_at="1/2", digits=20), mp.nstr(known, 20), 19, "exact")
    below = mp.quad(sp.lambdify(w, sm.stationary(problem).density, "mpmath"), [-mp.inf, -20, -4, -1, mp.mpf("0.5")])
    assert abs(mp.mpf(sm.stationary(problem, cdf_at="1/2").value) - below) < 1e-10
    with pytest.raises(HypothesisViolated):
        sm.stationary(problem, of=w)


def test_constants_of_the_tails() -> None:
    """t P(w > t) and t P(w < -t) far out, and the inverse gamma constant."""
    problem = chain(-sp.Abs(w) / 3 + z, z=sm.Cauchy(0, 2))
    kappa, right, left = law_of(problem).tail or ()
    far = sp.Integer(10**6)
    assert kappa == 1
    above = 1 - mp.mpf(sm.stationary(problem, cdf_at=far, digits=25).value)
    below = mp.mpf(sm.stationary(problem, cdf_at=-far, digits=15).value)
    assert abs(above * 10**6 / mp.mpf(str(sp.N(right))) - 1) < 1e-4
    assert abs(below * 10**6 / mp.mpf(str(sp.N(left))) - 1) < 1e-4
    inverse = law_of(chain(w / (u + y * w), ABOVE_0, u=sm.Beta(2, 1), y=sm.Gamma(1, 1)))
    assert inverse.tail == (3, R(1, 6), 0)


def test_inverse_gamma_law() -> None:
    law = InverseGamma(R(5, 2), 3)
    with mp.workdps(30):
        density = sp.lambdify(w, law.density(w), "mpmath")
        assert abs(mp.quad(density, [0, 1, 2, 4]) - mp.mpf(str(sp.N(law.cdf(sp.Integer(4)), 25)))) < mp.mpf(10) ** -15
    assert law.moment(2) == 12 and law.affine(sp.Integer(0), sp.Integer(2)) == InverseGamma(R(5, 2), 6)
    with pytest.raises(HypothesisViolated):
        law.moment(3)


# ---- simulation


SAMPLED = [
    (chain(1 / (y + w), y=sm.Gamma(2, 1)), 1, ["1/5", "2/5", "1/2", "1"], {}),
    (chain(1 / (y + 1 / (x + w)), y=sm.Gamma(2, 1), x=sm.Gamma(2, "1/3")), 1, ["1/10", "1/4", "1/2", "1"], {}),
    (chain(w / (u + y * w), u=sm.Beta(2, 1), y=sm.Gamma(1, 1)), 1, ["1/4", "1/2", "1", "2"], {"start": 1}),
    (chain(x - 1 / (w + 1), x=sm.Cauchy(1, 1)), 1, ["-2", "0", "1", "3"], {}),
    (chain(x + 2 / (w + 2), x=sm.Cauchy(0, half)), 1, ["-2", "0", "1", "3"], {}),
    (chain(sp.Abs(w) / 2 + z, z=sm.Normal(0, 1)), 0, ["-1", "0", "1/2", "2"], {}),
    (chain(1 - sp.Abs(w - 1) / 3 + z, z=sm.Cauchy(0, 2)), 0, ["-10", "-1", "1", "4"], {}),
]


@pytest.mark.parametrize(("problem", "start", "places", "field"), SAMPLED)
def test_simulation_keeps_the_bound(problem: sm.Chain, start: float, places: list[str], field: dict[str, object]) -> None:
    assert_has_law(problem, start, places, **field)


@pytest.mark.parametrize("law", [SkewNormal(R(3, 4)), CauchyModulus(half), InverseGamma(3, 2), GeneralizedInverseGaussian(-2, 2, 3)])
def test_samples_of_the_laws(law: object) -> None:
    import numpy as np
    from flint import arb

    draws = law.from_uniforms(np.random.default_rng(3).random((law.uniforms, 3_000)))  # type: ignore[attr-defined]
    for place in (0.3, 1.0, 2.5):
        closed = law.cdf(sp.Rational(place))  # type: ignore[attr-defined]
        stated = float(closed) if closed is not None else float(law.cdf_ball(arb(place)).mid())  # type: ignore[attr-defined]
        assert abs((draws <= place).mean() - stated) <= (np.log(2e6) / 6_000) ** 0.5


@pytest.mark.parametrize(
    "problem", [chain(x + 3 / w, x=sm.Gamma(2, 1)), chain(x + w / (1 + y * w), x=sm.Gamma(R(1, 2), 1), y=sm.Gamma(R(1, 2), 3))]
)
def test_sums_before_fractions_against_simulation(problem: sm.Chain) -> None:
    """P(w <= 2) after 60 steps from 1: Hoeffding at 1e-6 for 20 000 chains."""
    import numpy as np

    stated = float(sm.stationary(problem, cdf_at=2, digits=6).value)
    step = sp.lambdify([w, *problem.draw.noise_symbols], problem.one_sample_map[0], "numpy")
    random, state = np.random.default_rng(11), np.ones(20_000)
    for _ in range(60):
        state = step(state, *(s.law.from_uniforms(random.random((s.law.uniforms, len(state)))) for s in problem.draw.noise))
    assert abs((state <= 2).mean() - stated) <= (np.log(2e6) / 40_000) ** 0.5


# ---- text


@pytest.mark.parametrize("problem", [entry[0] for entry in RECOGNISED if entry[1] not in (GIG, "Cauchy", "Cauchy modulus")])
def test_exact_text_is_read_back_and_latex_is_clean(problem: sm.Chain) -> None:
    names = {str(symbol): symbol for symbol in problem.parameters}
    answer = sm.stationary(problem, of=w)
    assert sp.simplify(parse(answer.to_dict()["exact"], names, "exact") - answer.exact) == 0
    latex = sm.stationary(problem).latex()
    assert "Dummy" not in latex and latex.count("{") == latex.count("}")
