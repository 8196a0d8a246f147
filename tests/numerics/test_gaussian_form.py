"""Quadratic forms of normal variables: Bessel densities against integration over one variable, given the other."""

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import quad
from scipy.special import kve
from scipy.stats import norm

import sgd_markov as sm
from sgd_markov.numerics.case_signs import Signs
from sgd_markov.numerics.gaussian_form import gaussian_form_law
from sgd_markov.numerics.measures import Density

x, y, t = sp.symbols("x y t", real=True)
R = sp.Rational


def distribution(a, b, c, level):
    """P(a x^2 + 2 b x y + c y^2 <= level), x and y standard normal: over x, between the roots in y."""

    def given(u):
        if c == 0:
            return (norm.cdf if b * u > 0 else norm.sf)((level - a * u * u) / (2 * b * u))
        gap = (b * u) ** 2 - c * (a * u * u - level)
        inside = gap > 0
        roots = sorted([(-b * u - np.sqrt(max(gap, 0))) / c, (-b * u + np.sqrt(max(gap, 0))) / c])
        between = norm.cdf(roots[1]) - norm.cdf(roots[0]) if inside else 0.0
        return between if c > 0 else 1 - between

    edge = [np.sqrt(max(0.0, level * c / (a * c - b * b)))] if c else []
    points = sorted({-9.0, 0.0, 9.0, *(side * e for e in edge for side in (-1, 1) if e < 9)})
    pieces = (quad(lambda u: norm.pdf(u) * given(u), low, high, limit=200)[0] for low, high in zip(points, points[1:], strict=False))
    return sum(pieces)


FORMS = [(R(-1, 2), R(1, 3), 0), (0, 1, 0), (1, R(1, 4), 2), (-1, R(1, 2), -3), (1, 2, -1)]


@pytest.mark.parametrize("form", FORMS)
def test_two_variables(form):
    a, b, c = form
    value = a * x**2 + 2 * b * x * y / 2 + c * y**2 / 4  # y has std 2
    found = gaussian_form_law(value, {x: sm.Normal(0, 1), y: sm.Normal(0, 2)}, t, Signs())
    (piece,) = found.densities
    density = sp.lambdify(t, piece.formula, ["scipy", "numpy"])
    low, high = float(piece.low), float(piece.high)
    for left, right in ((-2.5, -0.3), (0.2, 1.7)):
        ends = max(left, low), min(right, high)
        mass = quad(density, *ends)[0] if ends[0] < ends[1] else 0.0
        direct = distribution(*map(float, form), right) - distribution(*map(float, form), left)
        assert mass == pytest.approx(direct, abs=1e-7)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_batches_of_regression_have_the_moments_of_the_step(size):
    """theory.md D8: w' = (1 - lr mean(x^2)) w + lr mean(x e)."""
    w = sp.Symbol("w", real=True)
    e = sp.Symbol("e", real=True)
    data = {x: sm.Normal(0, 1), e: sm.Normal(0, "1/2")}
    density = sm.kernel(sm.SGD((x * w - e) ** 2 / 2, [w], "3/10", data=data, batch_size=size), at="7/5").density
    function = sp.lambdify(sp.Symbol("w_next", real=True), density, ["scipy", "numpy"])
    cuts = [-30 / size, -6 / size, -1 / size, 0, 0.98, 1.4, 1.5, 1.8, 2.4]  # further out the factors overflow
    moments = [
        sum(quad(lambda u, n=n: u**n * function(u), *ends, epsabs=1e-12)[0] for ends in zip(cuts, cuts[1:], strict=False))
        for n in range(3)
    ]
    mean = 0.7 * 1.4
    second = mean**2 + (0.09 * (2 * 1.4**2 + 0.25)) / size
    assert moments == pytest.approx([1, mean, second], rel=1e-7)


def test_a_form_of_one_variable_is_a_chi_square():
    value = (x - y / 2) ** 2
    (piece,) = gaussian_form_law(sp.expand(value), {x: sm.Normal(0, 1), y: sm.Normal(0, 2)}, t, Signs()).densities
    assert sp.simplify(piece.formula - sp.exp(-t / 4) / (2 * sp.sqrt(sp.pi * t))) == 0


@pytest.mark.parametrize("value", [x * y + x, (x + 1) * y, x**2 * y, x**4])
def test_other_values_are_not_taken_for_forms(value):
    assert gaussian_form_law(value, {x: sm.Normal(0, 1), y: sm.Normal(0, 1)}, t, Signs()) is None
    assert gaussian_form_law(x * y, {x: sm.Normal(1, 1), y: sm.Normal(0, 1)}, t, Signs()) is None


def transform(piece, at):
    """int exp(i at u) f(u) du, trapezoidal in log|u|; K_v(z) as exp(-z) times its scaled form, exponents joined first."""
    u, total, logs = sp.Symbol("u", positive=True), 0j, np.arange(-60, 9, 0.01)
    scaled = sp.Function("kve")
    for side in (-1, 1):
        one = sp.powsimp(piece.formula.subs(t, side * u).replace(sp.besselk, lambda n, z: sp.exp(-z) * scaled(n, z))).evalf(25)
        heights = sp.lambdify(u, one, [{"kve": kve}, "numpy"])(np.exp(logs))
        total += np.sum(heights * np.exp(1j * at * side * np.exp(logs) + logs)) * 0.01
    return total


@pytest.mark.parametrize("state", [R(0), R(1, 3), R(-2), R(3), R(40), R(-90)])
@pytest.mark.parametrize("size", [1, 3])
def test_regression_at_every_state_has_the_characteristic_function_of_the_step(state, size):
    """However skewed: E exp(i t u) is the determinant of 1 - 2 i t M to the power -S/2."""
    w, e = sp.symbols("w e", real=True)
    data = {x: sm.Normal(0, 1), e: sm.Normal(0, "1/2")}
    answer = sm.kernel(sm.SGD((x * w - e) ** 2 / 2, [w], "3/10", data=data, batch_size=size), at=state)
    piece = Density(-sp.oo, sp.oo, answer.density.subs(sp.Symbol("w_next", real=True), t + state))
    step, root = 0.3 / size, np.sqrt(float(state) ** 2 + 0.25)
    scales = [step * (-float(state) + side * root) for side in (-1, 1)]  # twice the eigenvalues of -lr w x^2 + lr x e / 2
    for at in (0.4, 1.3):
        at /= max(map(abs, scales))
        stated = np.prod([(1 - 1j * at * scale) ** (-size / 2) for scale in scales])
        assert abs(transform(piece, at) - stated) < 1e-9
        assert abs(transform(piece, at * 1.05) - stated) > 1e-3
