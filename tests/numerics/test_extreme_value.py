"""The larger and the smaller of independent variables: distribution functions against products, by quadrature."""

import itertools

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import quad

import sgd_markov as sm

w, x, y, z = sp.symbols("w x y z", real=True)
TARGET = sp.Symbol("w_next", real=True)
R = sp.Rational
LAWS = {
    "normal": sm.Normal("1/3", 1), "uniform": sm.Uniform(-1, 2), "laplace": sm.Laplace(0, "1/2"),
    "exponential": sm.Exponential(2), "gamma": sm.Gamma("5/2", "1/2"),
}  # fmt: skip


def distribution(answer, place, cuts):
    """P(w' <= place) of the answer, its density cut at `cuts`."""
    density = sp.lambdify(TARGET, answer.density, ["math", "scipy"])
    total = sum(float(a["probability"].exact) for a in answer.atoms if float(a["to"]["w"].exact) <= place)
    ends = [-30.0, *(cut for cut in cuts if cut < place), place]
    return total + sum(quad(density, *pair, epsabs=1e-11, limit=200)[0] for pair in itertools.pairwise(ends))


def cdf(law):
    formula = sp.lambdify(TARGET, law.cdf(TARGET), ["scipy", "numpy"])
    low, high = float(law.support.low), float(law.support.high)
    return lambda place: 0.0 if place <= low else 1.0 if place >= high else float(formula(place))


@pytest.mark.parametrize("names", [*itertools.combinations_with_replacement(list(LAWS)[:4], 2)], ids="-".join)
def test_two_variables(names):
    one, other = (LAWS[name] for name in names)
    largest, smallest = (sm.kernel(sm.RandomMap({w: f(x, y)}, {x: one, y: other}), at=0) for f in (sp.Max, sp.Min))
    cuts = [-4, -2, -1, 0, 0.5, 1, 2, 4]
    for place in (-0.7, 0.3, 1.6, 3.1):
        f, g = (cdf(law)(place) for law in (one, other))
        assert distribution(largest, place, cuts) == pytest.approx(f * g, abs=1e-8)
        assert distribution(smallest, place, cuts) == pytest.approx(1 - (1 - f) * (1 - g), abs=1e-8)
        if 0.05 < g < 0.95:
            assert distribution(largest, place, cuts) != pytest.approx(f, abs=1e-3)  # the control


def test_atoms_at_one_place():
    """Both clipped at 1: P(max = 1) = 1 - F(1) G(1), and the smaller has the product of the tails."""
    tail = lambda std: sp.erfc(1 / (std * sp.sqrt(2))) / 2  # noqa: E731
    laws = {x: sm.Normal(0, 1), y: sm.Normal(0, 2)}
    (atom,) = sm.kernel(sm.RandomMap({w: sp.Max(sp.Min(x, 1), sp.Min(y, 1))}, laws), at=0).atoms
    assert float(atom["probability"].exact) == pytest.approx(float(1 - (1 - tail(1)) * (1 - tail(2))), abs=1e-14)
    (atom,) = sm.kernel(sm.RandomMap({w: sp.Min(x, y, 1)}, laws), at=0).atoms
    assert float(atom["probability"].exact) == pytest.approx(float(tail(1) * tail(2)), abs=1e-14)


def test_three_variables_with_a_symbolic_state():
    laws = {x: sm.Normal(0, 1), y: sm.Uniform(-1, 2), z: sm.Exponential(1)}
    density = sm.kernel(sm.RandomMap({w: w + sp.Max(x, y, z)}, laws)).density
    own = sm.kernel(sm.RandomMap({w: w + sp.Max(x, y, z)}, laws), at=R(1, 2))
    cdfs = [cdf(law) for law in laws.values()]
    for place in (0.7, 1.9, 3.3):
        assert float(density.subs({w: R(1, 2), TARGET: place})) == pytest.approx(float(own.density.subs(TARGET, place)))
        expected = np.prod([f(place - 0.5) for f in cdfs])
        assert distribution(own, place, [0.5, 2.5]) == pytest.approx(expected, abs=1e-9)


def test_without_a_closed_form_the_distribution_function_is_an_integral():
    density = sm.kernel(sm.RandomMap({w: sp.Max(x, y)}, {x: LAWS["gamma"], y: LAWS["normal"]}), at=0).density
    assert density.has(sp.Integral)
    h, place = R(1, 100), R(7, 5)
    cdfs = [cdf(LAWS[name]) for name in ("gamma", "normal")]
    slope = sum((1 if side > 0 else -1) * np.prod([f(float(place + side * h)) for f in cdfs]) for side in (-1, 1)) / 0.02
    assert float(density.subs(TARGET, place).evalf(10)) == pytest.approx(slope, abs=2e-4)


def test_the_absolute_value_and_the_exponential_of_a_product():
    laws = {x: sm.Normal(0, 1), y: sm.Normal(0, 2)}
    density = sm.kernel(sm.RandomMap({w: w + sp.Abs(x * y)}, laws), at=0).density
    plain = sm.kernel(sm.RandomMap({w: w + x * y}, laws), at=0).density
    assert float(density.subs(TARGET, R(3, 4))) == pytest.approx(2 * float(plain.subs(TARGET, R(3, 4))))
    assert density.subs(TARGET, -1) == 0
    raised = sm.kernel(sm.RandomMap({w: w + sp.exp(x * y)}, laws), at=0).density
    assert float(raised.subs(TARGET, 2)) == pytest.approx(float(plain.subs(TARGET, sp.log(2))) / 2)


def test_a_product_of_three_variables():
    """x uniform on (0, 1)^3: the product has the density log(t)^2/2."""
    laws = {x: sm.Uniform(0, 1), y: sm.Uniform(0, 1), z: sm.Uniform(0, 1)}
    density = sm.kernel(sm.RandomMap({w: x * y * z}, laws), at=0).density
    (one, low, high), (other, first, last) = density.limits
    nodes = (np.arange(2000) + 0.5) / 2000
    grid = np.meshgrid(nodes, nodes)
    for place in (0.1, 0.5):
        heights = sp.lambdify([one, other, TARGET], density.function, "numpy")(*grid, place)
        assert (low, high, first, last) == (0, 1, 0, 1)
        assert np.mean(heights) == pytest.approx(np.log(place) ** 2 / 2, rel=5e-3)
