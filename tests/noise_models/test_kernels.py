"""Every kernel of the catalogue at 200 random points against direct integration over the raw randomness."""

import numpy as np
import pytest
import sympy as sp
from printed_kernel import TARGET, PrintedKernel
from raw_randomness import CDF, slope, stable_density

import sgd_markov as sm
from sgd_markov.noise_models import NOISE_MODELS

POINTS = 200
w, m = sp.symbols("w m", real=True)
DOUBLE_WELL = w**4 / 4 - w**2 / 2
INTEGRATED = [label for label in NOISE_MODELS if label != "16"]


def drawn(model, seed):
    """(symbols, random numbers for them), the state first; the state of momentum as well."""
    rng = np.random.default_rng([20261123, seed])
    states = rng.uniform(-1.6, 1.6, 2 * POINTS)
    symbols, values = [w], [states[np.abs(slope(states)) > 0.05][:POINTS]]  # no needles for the quadrature to miss
    for symbol, (low, high) in model.parameters.items():
        symbols.append(symbol)
        values.append(rng.uniform(float(low), float(high), POINTS))
    if model.label == "25":
        symbols.append(m)
        values.append(rng.uniform(-1, 1, POINTS))
    return symbols, values, rng


def intervals(values, rng):
    """Random intervals beside the state: most of them hold mass."""
    low = values[0] + rng.uniform(-1.5, 1, POINTS)
    return low, low + rng.uniform(0.1, 2, POINTS)


def reference(label, at, symbols, values):
    return CDF[label](at, **{str(symbol): value for symbol, value in zip(symbols, values, strict=True)})


@pytest.fixture(scope="module")
def answers():
    """label -> the kernel for the double well, found once."""
    found = {}
    return lambda label: found.setdefault(label, sm.kernel(NOISE_MODELS[label].with_loss(DOUBLE_WELL)))


def compared(label, answer, alter=lambda values: values):
    """|printed - direct|, its tolerance and the direct masses at random points."""
    symbols, values, rng = drawn(NOISE_MODELS[label], len(label))
    low, high = intervals(values, rng)
    printed, error = PrintedKernel(answer, symbols).mass(low, high, alter(values))
    direct = reference(label, high, symbols, values) - reference(label, low, symbols, values)
    return np.abs(printed - direct), 10 * error + 1e-7, direct


@pytest.mark.parametrize("label", INTEGRATED)
def test_masses_of_random_intervals(label, answers):
    difference, tolerance, direct = compared(label, answers(label))
    assert np.all(difference <= tolerance), np.max(difference - tolerance)
    assert np.mean(tolerance < 1e-5) > 0.9 and np.mean(direct > 0.01) > 0.25


@pytest.mark.parametrize("label", INTEGRATED)
def test_an_altered_kernel_is_found_out(label, answers):
    """The kernel of another learning rate (or, without one, of another parameter) fails the same test."""
    difference, tolerance, _ = compared(label, answers(label), lambda v: [v[0], 1.4 * v[1], *v[2:]])
    assert np.mean(difference > tolerance) > 0.03


@pytest.mark.parametrize("label", INTEGRATED)
def test_the_whole_mass_is_1(label, answers):
    symbols, values, _ = drawn(NOISE_MODELS[label], len(label))
    values = [value[:12] for value in values]
    everything = np.full(12, np.inf)
    total, error = PrintedKernel(answers(label), symbols).mass(-everything, everything, values)
    assert np.all(np.abs(total - 1) <= 10 * error + 1e-7)


@pytest.mark.parametrize("label", NOISE_MODELS)
def test_the_general_kernel_is_that_of_every_loss(label, answers):
    """h undefined, then h put in: the same atoms and density as for h from the start."""
    general, own = sm.kernel(NOISE_MODELS[label].general), answers(label)
    symbols, values, rng = drawn(NOISE_MODELS[label], 7)
    low, high = (end[:40] for end in intervals(values, rng))
    values = [value[:40] for value in values]
    if label == "3":
        pytest.skip("h' is taken at h' of w: a substitution that numpy does not need")
    filled = filled_in(general)
    one, other = (PrintedKernel(answer, symbols) for answer in (filled, own))
    if label != "16":
        assert np.allclose(one.mass(low, high, values)[0], other.mass(low, high, values)[0], atol=1e-7)


class Filled:
    """An answer with h put in."""

    def __init__(self, answer, put):
        self.density = None if answer.density is None else put(answer.density)
        self.atoms = [
            {"to": {"w": Exact(put(a["to"]["w"].exact))}, "probability": Exact(put(a["probability"].exact))}
            for a in answer.atoms
        ]
        self.atom_formula = [
            {**s, "to": {"w": put(s["to"]["w"])}, "probability": put(s["probability"])} for s in answer.atom_formula
        ]


class Exact:
    def __init__(self, exact):
        self.exact = exact


def filled_in(answer):
    functions = {sp.Function("h", real=True)(w): DOUBLE_WELL, sp.Function("h'", real=True)(w): sp.diff(DOUBLE_WELL, w)}
    return Filled(answer, lambda expr: expr.xreplace(functions))


def test_the_stable_density(answers):
    """16: the Fourier integral against scipy's, which integrates Nolan's formula."""
    symbols, values, rng = drawn(NOISE_MODELS["16"], 16)
    at = values[0] + rng.uniform(-1, 1, POINTS)
    printed = sp.lambdify([*symbols, TARGET], answers("16").density, ["scipy", "numpy"])
    found = [printed(*numbers) for numbers in zip(*values, at, strict=True)]
    named = {str(symbol): value for symbol, value in zip(symbols, values, strict=True)}
    assert np.allclose(found, stable_density(at, **named), rtol=2e-5, atol=1e-9)


def test_the_momentum_lies_on_a_line(answers):
    """25: m' = (w - w')/lr whatever the noise."""
    (line,) = answers("25").extra["relation"]
    symbols, values, rng = drawn(NOISE_MODELS["25"], 25)
    named = dict(zip(map(str, symbols), values, strict=True))
    noise = rng.normal(size=POINTS)
    memory = named["mu"] * named["m"] + slope(named["w"]) + named["sigma"] * noise
    state = named["w"] - named["lr"] * memory
    found = sp.lambdify([*symbols, TARGET], line["to"]["m"], "numpy")(*values, state)
    assert np.allclose(found, memory, rtol=1e-9)


def test_there_are_27_models():
    assert {int(label.rstrip("b")) for label in NOISE_MODELS} == set(range(1, 28))
