"""The corrected Gibbs density and the bias, against quadrature of the chain's own kernel."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.engines.small_step_gibbs import correction_steps
from sgd_markov.proof import StepFailed
from sgd_markov.proof.algebraic import Identity

w, z, x = sp.symbols("w z x", real=True)
k, s, lr, temperature = sp.symbols("k s lr T", positive=True)
R = sp.Rational


def langevin(loss: sp.Expr, rate: object, heat: object) -> sm.Chain:
    return sm.Langevin(loss, [w], rate, heat)


def test_quadratics_are_exact() -> None:
    found = sm.gibbs_density(sm.SGD(k * (w - 1) ** 2 / 2 + s * w * z, [w], lr, data={z: sm.Normal(0, 1)}))
    variance = -1 / sp.diff(found.log_density, (w, 2))
    assert sp.simplify(variance - lr * s**2 / (k * (2 - lr * k))) == 0
    assert sp.simplify(sp.diff(found.log_density, w).subs(w, 1)) == 0
    assert found.warrant.label == "exact"


def test_the_formula_of_the_statement() -> None:
    loss = w**4 / 4 + w**2
    found = sm.gibbs_density(langevin(loss, lr, temperature))
    slope = sp.diff(loss, w)
    expected = -(loss - lr / 4 * slope**2) / temperature - lr / 2 * sp.diff(slope, w)
    assert sp.simplify(sp.diff(found.log_density - expected, w)) == 0
    assert found.warrant.label == "estimated"
    assert any("runs away" in h.statement for h in found.hypotheses)
    assert found.latex().startswith(r"\pi\left(w\right) \propto e^{")


@pytest.mark.parametrize("written", range(4))
def test_different_ways_to_write_the_chain(written: int) -> None:
    rate, heat = R(1, 10), R(1, 2)
    loss = w**2 / 2 + sp.log(1 + w**2) / 2
    size = sp.sqrt(2 * heat / rate)
    chains = [
        langevin(loss, rate, heat),
        sm.SGD(loss + size * w * z, [w], rate, data={z: sm.Normal(0, 1)}),
        sm.SGD(loss + w * z, [w], rate, data={z: sm.Normal(0, 2 * size)}, batch_size=4),
        sm.RandomMap({w: w - rate * sp.diff(loss, w) + z}, noise={z: sm.Normal(0, sp.sqrt(2 * rate * heat))}),
    ]
    first, other = (sm.gibbs_density(chain).log_density for chain in (chains[0], chains[written]))
    assert sp.simplify(sp.diff(first - other, w)) == 0


def stationary_of_kernel(slope: object, rate: float, heat: float) -> tuple[np.ndarray, np.ndarray]:
    """The stationary density by the power method on a grid: the trapezoidal rule, exponentially convergent."""
    nodes = np.linspace(-9, 9, 1201)
    width = nodes[1] - nodes[0]
    centre = nodes - rate * slope(nodes)
    kernel = (
        np.exp(-((nodes[:, None] - centre[None, :]) ** 2) / (4 * rate * heat))
        / np.sqrt(4 * np.pi * rate * heat)
        * width
    )
    density = np.exp(-(nodes**2))
    for _ in range(int(12 / rate)):
        density = kernel @ density
        density /= density.sum() * width
    return nodes, density


def test_the_error_falls_with_the_square_of_the_learning_rate() -> None:
    """Halving lr divides the L1 error by 4 with the correction, by 2 without, and the wrong sign helps nothing."""
    loss = w**2 / 2 + sp.log(1 + w**2) / 2
    slope = sp.lambdify(w, sp.diff(loss, w), "numpy")
    errors: dict[str, list[float]] = {"corrected": [], "leading": [], "wrong sign": []}
    for rate in (R(1, 5), R(1, 10)):
        found = sm.gibbs_density(langevin(loss, rate, R(1, 2)))
        nodes, density = stationary_of_kernel(slope, float(rate), 0.5)
        for name, formula in (
            ("corrected", found.log_density),
            ("leading", found.leading),
            ("wrong sign", 2 * found.leading - found.log_density),
        ):
            guess = np.exp(sp.lambdify(w, formula, "numpy")(nodes))
            guess /= guess.sum() * (nodes[1] - nodes[0])
            errors[name].append(np.abs(guess - density).sum() * (nodes[1] - nodes[0]))
    ratios = {name: first / second for name, (first, second) in errors.items()}
    assert 3.4 < ratios["corrected"] < 4.8
    assert 1.7 < ratios["leading"] < 2.4
    assert errors["corrected"][1] < errors["leading"][1] / 10
    assert errors["wrong sign"][1] > errors["leading"][1]


def test_the_bias_against_the_kernel() -> None:
    loss = w**2 / 2 + (w - sp.atan(w)) / 2
    slope = sp.lambdify(w, sp.diff(loss, w), "numpy")
    biases = []
    for rate in (0.1, 0.05):
        nodes, density = stationary_of_kernel(slope, rate, rate / 2)
        biases.append((nodes * density).sum() / density.sum() / rate)
    extrapolated = 2 * biases[1] - biases[0]
    chain = sm.SGD(loss + w * z, [w], lr, data={z: sm.Normal(0, 1)})
    found = sm.bias_expansion(chain, at=0)
    assert found.bias == -lr / 4 and found.variance == lr / 2
    assert abs(extrapolated + 0.25) < 3e-3
    assert found.warrant.label == "estimated"


def test_the_bias_takes_the_noise_at_the_minimum() -> None:
    """Noise that depends on the state: C = 1 at the minimum, whatever it is elsewhere; two samples a batch halve it."""
    loss = w**2 / 2 + (w - sp.atan(w)) / 2 + (w + w**2) * z
    chain = sm.SGD(loss, [w], lr, data={z: sm.Normal(0, 1)}, batch_size=2)
    assert sm.bias_expansion(chain, at=0).bias == -lr / 8


@pytest.mark.parametrize(
    ("chain", "said"),
    [
        (sm.SGD(w**2 / 2 + w * z, [w], lr, data={z: sm.Laplace(0, 1)}), "Gaussian"),
        (sm.SGD(x * w**2 / 2, [w], lr, data={x: sm.Normal(1, 1)}), "depend on the state"),
        (sm.SGD(-(w**2) / 2 + w * z, [w], lr, data={z: sm.Normal(0, 1)}), "contracts"),
        (sm.SGD(w**2 / 2 + w * z, [w], 3, data={z: sm.Normal(0, 1)}), "contracts"),
        (sm.SGD(w**2 / 2 + w * z**2, [w], lr, data={z: sm.Normal(0, 1)}), "depend on the state|factor of z"),
    ],
)
def test_refused_densities(chain: sm.Chain, said: str) -> None:
    with pytest.raises(sm.HypothesisViolated, match=said):
        sm.gibbs_density(chain)


def test_refused_biases() -> None:
    noisy = sm.SGD(w**2 / 2 + w * z, [w], lr, data={z: sm.Normal(0, 1)})
    with pytest.raises(sm.HypothesisViolated, match="critical point"):
        sm.bias_expansion(noisy, at=1)
    with pytest.raises(sm.HypothesisViolated, match="noise persists"):
        sm.bias_expansion(sm.SGD(x * w**2 / 2, [w], lr, data={x: sm.Normal(1, 1)}), at=0)
    with pytest.raises(sm.HypothesisViolated, match="minimum"):
        sm.bias_expansion(sm.SGD(-(w**2) / 2 + w * z, [w], lr, data={z: sm.Normal(0, 1)}), at=0)


def test_the_identity_fails_with_the_other_sign() -> None:
    steps = correction_steps()
    for step in steps:
        step.check()
    altered = Identity("altered", steps[2].left + sp.Symbol("w", real=True) / 7, steps[2].right)
    with pytest.raises(StepFailed):
        altered.check()
