"""Kernels of several continuous variables against simulation, laws on curves, and where sympy.stats fails."""

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import quad

import sgd_markov as sm

w, v, m, x, y, z, e, u = sp.symbols("w v m x y z e u", real=True)
lr, s = sp.symbols("lr s", positive=True)
TARGET = sp.Symbol("w_next", real=True)
R = sp.Rational
DRAWS = 400_000
rng = np.random.default_rng(20261124)


def sampled(chain, state, laws):
    """w' from independent draws of the laws."""
    symbols = list(laws)
    step = sp.lambdify(symbols, chain.one_sample_map[0].subs(w, state), "numpy")
    return step(*(law.from_uniforms(rng.random((law.uniforms, DRAWS))) for law in laws.values()))


def numeric(formula):
    return sp.lambdify(TARGET, formula, ["scipy", "numpy"])


def compared(answer, sample):
    """P(w' <= t) at quantiles of the sample; the tolerance is five standard errors."""
    density = (lambda t: 0.0) if answer.density is None else numeric(answer.density)
    atoms = [(float(a["to"]["w"].exact), float(sp.N(a["probability"].exact))) for a in answer.atoms]
    ends = np.quantile(sample, [0.05, 0.3, 0.5, 0.8])
    with np.errstate(all="ignore"):
        for low, high in zip(ends, ends[1:], strict=False):
            found = sum(p for place, p in atoms if low + 1e-9 < place <= high + 1e-9) if low < high else 0
            cuts = sorted({low, high, *(t for t, _ in atoms if low < t < high)})
            found += sum(quad(density, *pair, limit=300)[0] for pair in zip(cuts, cuts[1:], strict=False))
            direct = np.mean((sample > low + 1e-9) & (sample <= high + 1e-9))
            assert found == pytest.approx(direct, abs=5 / np.sqrt(DRAWS))


NOISES = [sm.Normal(0, "1/2"), sm.Laplace(0, "1/3"), sm.Uniform("-1/2", "1/2"), sm.Exponential("1/2")]
GRADIENTS = [sm.Normal("1/5", 1), sm.Uniform(-1, 2), sm.Laplace(0, 1), sm.Exponential(1)]


@pytest.mark.parametrize("noise", NOISES, ids=lambda law: law.name)
@pytest.mark.parametrize("gradient", GRADIENTS, ids=lambda law: law.name)
def test_clipped_gradients_with_noise(gradient, noise):
    """theory.md D27: the convolution of the clipped law with the noise, in closed form."""
    chain = sm.SGD(x * w**2, [w], "2/5", data={x: gradient}, clip_per_sample="3/4", noise={z: noise}, add=z)
    answer = sm.kernel(chain, at="4/5")
    assert not answer.density.has(sp.Integral)
    clipped = np.clip(1.6 * gradient.from_uniforms(rng.random((1, DRAWS))), -0.75, 0.75)
    compared(answer, 0.8 - 0.4 * clipped + noise.from_uniforms(rng.random((1, DRAWS))))


@pytest.mark.parametrize(
    ("build", "laws"),
    [
        (lambda: w + x * z, {x: sm.Uniform(1, 2), z: sm.Normal(0, 1)}),
        (lambda: w - (x**2 * w - x * z) / 2, {x: sm.Normal(1, 1), z: sm.Normal(0, 1)}),
        (lambda: sp.Min(sp.Max(w + x / 2 + z, -1), 1), {x: sm.Uniform(-1, 1), z: sm.Normal(0, "1/2")}),
        (lambda: sp.exp(w + x + z), {x: sm.Uniform(-1, 1), z: sm.Laplace(0, "1/4")}),
        (lambda: w / 2 + x + y + z, {x: sm.Uniform(-1, 1), y: sm.Exponential(1), z: sm.Normal(0, "1/2")}),
        (lambda: w / 2 + sp.Abs(x) + y**2, {x: sm.Normal(0, 1), y: sm.Uniform(-1, 1)}),
        (lambda: w / 2 + x - z, {x: sm.Cauchy(0, 1), z: sm.Uniform(0, 1)}),
    ],
)  # fmt: skip
def test_functions_of_several_variables(build, laws):
    chain = sm.RandomMap({w: build()}, laws)
    compared(sm.kernel(chain, at="1/2"), sampled(chain, R(1, 2), laws))


def test_stochastic_rounding_of_a_gaussian_step():
    chain = sm.SGD(x * w, [w], "1/2", data={x: sm.Normal("1/3", 1)}, round_to="1/4", rounding="stochastic")
    (series,) = sm.kernel(chain, at=1).atom_formula
    (index,) = series["probability"].free_symbols
    at_level = [(series["to"]["w"].subs(index, k), series["probability"].subs(index, k)) for k in range(-16, 12)]
    masses = {int(4 * place): float(mass) for place, mass in at_level}
    moved = 1 - rng.normal(1 / 3, 1, DRAWS) / 2
    sample = np.floor(moved * 4 + rng.random(DRAWS))
    assert sum(masses.values()) == pytest.approx(1, abs=1e-8)
    for k in range(-2, 8):
        assert masses[k] == pytest.approx(np.mean(sample == k), abs=5 / np.sqrt(DRAWS))


def test_poisson_data_with_gaussian_noise_is_a_sum_that_evaluates():
    chain = sm.SGD(x * w, [w], 1, data={x: sm.Poisson(2)}, noise={z: sm.Normal(0, 1)}, add=z)
    density = sm.kernel(chain, at=0).density
    assert density.has(sp.Sum)
    direct = sum(np.exp(-2) * 2.0**k / float(sp.factorial(k)) * np.exp(-((1 + k) ** 2) / 2) for k in range(40))
    assert float(density.subs(TARGET, 1).doit().evalf()) == pytest.approx(direct / np.sqrt(2 * np.pi), rel=1e-9)


def test_the_kernel_holds_in_every_sign_of_the_state():
    """Symbolic state against the answer at numbers."""
    arguments = dict(data={x: sm.Uniform(0, 1)}, noise={z: sm.Normal(0, 1)}, add=z / 3, clip_per_sample="1/2")
    general = sm.kernel(sm.SGD(x * w**2, [w], "2/5", **arguments)).density
    for state in (R(-4, 5), R(1, 7), R(6, 5)):
        own = sm.kernel(sm.SGD(x * w**2, [w], "2/5", **arguments), at=state).density
        for place in (R(-1), R(1, 10), R(7, 5)):
            values = [float(sp.N(k.subs({w: state, TARGET: place}))) for k in (general, own)]
            assert values[0] == pytest.approx(values[1], rel=1e-9)


# ---- several coordinates


def test_momentum_with_two_noises_still_lies_on_a_line():
    chain = sm.HeavyBall(w**2 / 2 + x * w, [w], lr, "1/2", data={x: sm.Uniform(-1, 1)}, noise={})
    answer = sm.kernel(chain)
    (line,) = answer.extra["relation"]
    assert sp.simplify(line["to"]["m"] - (w - TARGET) / lr) == 0
    noisy = sm.kernel(sm.HeavyBall(w**2 / 2 + x * w + y * w, [w], "1/2", "1/2", data={x: sm.Uniform(-1, 1), y: sm.Normal(0, 1)}))
    assert sp.simplify(noisy.extra["relation"][0]["to"]["m"] - 2 * (w - TARGET)) == 0


def test_clipped_momentum_has_atoms_on_the_line():
    chain = sm.HeavyBall(x * w**2 / 2, [w], "1/2", "1/2", data={x: sm.Normal(0, 1)}, clip=1)
    answer = sm.kernel(chain, at={w: 2, m: 1})
    masses = {(a["to"]["w"].exact, a["to"]["m"].exact): float(sp.N(a["probability"].exact)) for a in answer.atoms}
    tail = float(sp.erfc(R(1, 2) / sp.sqrt(2)) / 2)
    assert masses == {(R(5, 4), R(3, 2)): pytest.approx(tail), (R(9, 4), R(-1, 2)): pytest.approx(tail)}


def test_two_branches_are_two_curves():
    chain = sm.RandomMap({w: x**2, v: x**3}, {x: sm.Normal(0, 1)})
    curves = sm.kernel(chain).extra["relation"]
    assert {curve["to"]["v"] for curve in curves} == {TARGET ** R(3, 2), -(TARGET ** R(3, 2))}
    assert all(sp.integrate(curve["density"].args[0][0], (TARGET, 0, sp.oo)) == R(1, 2) for curve in curves)


def test_one_dimension_has_no_relation():
    assert sm.kernel(sm.RandomMap({w: w / 2 + z}, {z: sm.Normal(0, 1)})).extra["relation"] is None


# ---- losses with an undefined function


def test_the_derivative_of_an_undefined_function():
    h = sp.Function("h", real=True)(w)
    answer = sm.kernel(sm.SGD(h + z * w, [w], lr, data={z: sm.Normal(0, 1)}))
    slope = sp.Function("h'", real=True)(w)
    assert sp.simplify(answer.density / sm.Normal(w - lr * slope, lr).density(TARGET)) == 1
    with pytest.raises(sm.InvalidInput, match=r"model\.loss"):
        sm.SGD(sp.Function("h")(x * w), [w], lr, data={x: sm.Normal(0, 1)})


# ---- design.md section 4: what sympy.stats returns silently


def test_the_squared_feature_kernel_is_0_outside_its_support():
    answer = sm.kernel(sm.RandomMap({w: w - lr * z**2 * w}, {z: sm.Normal(0, 1)}))
    put = {w: R(1), lr: R(1, 2)}
    assert answer.density.subs({**put, TARGET: R(3, 2)}) == 0 and answer.density.subs({**put, TARGET: R(101, 100)}) == 0
    inside = float(answer.density.subs({**put, TARGET: R(1, 2)}))
    assert inside == pytest.approx(2 * np.exp(-0.5) / np.sqrt(2 * np.pi))  # z^2 = 1: a chi-square density at 1, over 1/2


def test_the_exponent_is_a_number_once_the_singularity_enters():
    """E log|1 - lr (1 + U)|, U uniform: 1 + U is uniform on [1, 2], and 1/lr = 4/3 lies inside."""
    chain = sm.SGD(x * w**2 / 2, [w], "3/4", data={x: sm.Uniform(1, 2)})
    direct = sum(quad(lambda t: np.log(abs(1 - 0.75 * t)), *pair)[0] for pair in ((1, 4 / 3), (4 / 3, 2)))
    answer = sm.lyapunov(chain, at={w: 0})
    assert float(answer.value) == pytest.approx(direct, abs=1e-9) and answer.lower <= answer.upper


def test_convolutions_with_normal_parts_say_what_was_checked():
    """Their pieces are put together under a numerical check; uniform parts alone are proved by Laplace transforms."""
    normal = sm.kernel(sm.RandomMap({w: w / 2 + x + y}, noise={x: sm.Normal(0, 1), y: sm.Uniform(0, 1)}))
    assert [h.state for h in normal.hypotheses] == ["proved", "assumed"]
    for law in (sm.Uniform(0, 1), sm.Cauchy(0, 1)):
        other = sm.kernel(sm.RandomMap({w: w / 2 + x + y}, noise={x: law, y: law}))
        assert other.hypotheses == ()
