"""sign-sgd and langevin: their steps, their kernels, and bad input."""

import numpy as np
import pytest
import sympy as sp

import sgd_markov as sm

w, v, x, z = sp.symbols("w v x z", real=True)
lr, temperature = sp.symbols("lr T", positive=True)
R = sp.Rational


def test_the_sign_of_0_is_0():
    chain = sm.SignSGD((w - x) ** 2 / 2, [w], "1/4", data={x: sm.Finite([-1, 0, 1])})
    masses = {atom["to"]["w"].exact: atom["probability"].exact for atom in sm.kernel(chain, at=0).atoms}
    assert masses == {R(-1, 4): R(1, 3), R(0): R(1, 3), R(1, 4): R(1, 3)}


def test_the_sign_is_that_of_the_mean_over_the_batch():
    chain = sm.SignSGD(x * w, [w], 1, data={x: sm.TwoPoint(3, -1)}, batch_size=2)
    masses = {atom["to"]["w"].exact: atom["probability"].exact for atom in sm.kernel(chain, at=0).atoms}
    assert masses == {R(-1): R(3, 4), R(1): R(1, 4)}


def test_weight_decay_acts_before_the_sign():
    chain = sm.SignSGD(x * w, [w], 1, data={x: sm.TwoPoint(1, -1)}, weight_decay=2)
    assert [atom["to"]["w"].exact for atom in sm.kernel(chain, at=1).atoms] == [0]


def test_langevin_has_the_stated_variance_and_one_noise_for_each_parameter():
    chain = sm.Langevin(w**2 / 2 + v**2, [w, v], lr, temperature)
    first, second = (source.symbols[0] for source in chain.draw.noise)
    assert first != second
    assert sp.simplify(sp.diff(chain.update[0], first) ** 2 - 2 * lr * temperature) == 0
    assert second not in chain.update[0].free_symbols and first not in chain.update[1].free_symbols


def test_langevin_at_temperature_0_is_sgd():
    plain, cold = (make(x * w**2, [w], lr, *more, data={x: sm.Rademacher()}) for make, more in ((sm.SGD, ()), (sm.Langevin, (0,))))
    assert plain.one_sample_map == cold.one_sample_map and cold.draw.noise == ()


def test_langevin_simulated():
    """The variance of one step from 1 is 2 lr T plus that of the gradient."""
    chain = sm.Langevin(x * w**2 / 2, [w], "1/2", "3/10", data={x: sm.Rademacher()})
    found = sm.simulate(chain, start=1, steps=1, chains=200_000, of=(w - 1) ** 2)
    assert found.lower < R(55, 100) < found.upper and found.upper - found.lower < R(2, 100)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [((lr, -1), "optimizer.temperature"), ((-1, 1), "optimizer.learning_rate"), ((z, 1), "optimizer.learning_rate")],
)
def test_bad_input_of_langevin(arguments, field):
    with pytest.raises(sm.InvalidInput, match=field):
        sm.Langevin(w**2, [w], *arguments, noise={z: sm.Uniform(0, 1)})


def test_the_names_of_a_file():
    text = """
[model]
loss = "w**2/2"
parameters = ["w"]
[optimizer]
name = "{}"
learning_rate = "1/4"
{}
[[ask]]
question = "kernel"
at = 1
"""
    (signed,) = sm.load(text.format("sign-sgd", "")).solve()
    assert [str(atom["to"]["w"].exact) for atom in signed.atoms] == ["3/4"]
    (warm,) = sm.load(text.format("langevin", "temperature = 2")).solve()
    places = np.linspace(-1, 2, 7)
    density = sp.lambdify(sp.Symbol("w_next", real=True), warm.density, "numpy")
    assert density(places) == pytest.approx(np.exp(-((places - 0.75) ** 2) / 2) / np.sqrt(2 * np.pi))
    with pytest.raises(sm.InvalidInput, match=r"optimizer\.temperature"):
        sm.load(text.format("langevin", ""))
    with pytest.raises(sm.InvalidInput, match=r"optimizer\.temperature"):
        sm.load(text.format("sign-sgd", "temperature = 1"))
