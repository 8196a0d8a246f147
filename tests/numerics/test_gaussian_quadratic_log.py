"""E log|A| of quadratic polynomials of normal variables: against closed forms, mpmath and samples."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.answer.warrant import Warrant
from sgd_markov.balls.adaptive import refine
from sgd_markov.effort import Effort
from sgd_markov.numerics.gaussian_quadratic_log import gaussian_quadratic

x, y, z, w, w1, w2 = sp.symbols("x y z w w1 w2", real=True)
R = sp.Rational
N = sm.Normal


def found(factor, laws, digits=15):
    form = gaussian_quadratic(sp.expand(factor), laws)
    return refine(form.log_ball, Effort(digits=digits), "the mean")


def test_one_variable_is_the_gaussian_potential():
    """E log|1 - s x^2| = 2 E log|1 + sqrt(s) x|, theory.md R28."""
    assert Fraction("-0.482596299506768") - Fraction(1, 10**15) < found(1 - R(7, 10) * x**2, {x: N(0, 1)}).lower
    potential = sm.lyapunov(sm.RandomMap({w: (1 + sp.sqrt(R(7, 10)) * x) * w}, noise={x: N(0, 1)}), at=0, digits=30)
    twice = found(1 - R(7, 10) * x**2, {x: N(0, 1)}, digits=30)
    assert abs(2 * potential.enclosure.middle - twice.middle) < Fraction(1, 10**30) and twice.reaches(30)


def test_chi_square_sums():
    """x^2 + y^2 is exponential of mean 2: E log|1 - s (x^2 + y^2)| = -exp(-1/(2s)) Ei(1/(2s))."""
    s = R(1, 3)
    with mpmath.workdps(30):
        expected = -mpmath.exp(-mpmath.mpf(3) / 2) * mpmath.ei(mpmath.mpf(3) / 2)
        enclosure = found(1 - s * (x**2 + y**2), {x: N(0, 1), y: N(0, 1)}, digits=20)
        assert (
            enclosure.reaches(20) and abs(mpmath.mpf(str(sp.N(sp.Rational(enclosure.middle), 30))) - expected) < 1e-20
        )


def test_product_of_independent_normals():
    """The law of x y has density K_0(|t|)/pi: mpmath's quadrature."""
    s = mpmath.mpf(7) / 10
    with mpmath.workdps(20):
        both = lambda t: mpmath.log(abs(1 - s**2 * t**2)) * mpmath.besselk(0, t) / mpmath.pi  # noqa: E731
        expected = mpmath.quad(both, [0, 0.5, 1 / s, 2, 4, 8, 16, 40])
    enclosure = found(1 + R(7, 10) * x * y, {x: N(0, 1), y: N(0, 1)})
    assert enclosure.reaches(15) and abs(float(enclosure.middle) - float(expected)) < 1e-13


CASES = [
    (1 + x * (x + 2 * y), {x: N(0, 1), y: N(0, 1)}),
    (1 - R(7, 10) * x * y, {x: N(1, 1), y: N(R(1, 2), R(3, 2))}),
    (-2 + x**2 + y**2 + x * z + 3 * z, {x: N(0, 1), y: N(0, 1), z: N(0, 1)}),
    (-R(1, 100) + R(7, 10) * x**2 + y * x - y, {x: N(0, 1), y: N(0, 1)}),
    (1 + sp.sqrt(2) * x * y - y**2, {x: N(0, sp.sqrt(3)), y: N(1, 1)}),
    (1 + R(1, 2) * (x + y) ** 2 + z, {x: N(0, 1), y: N(0, 2), z: N(0, 1)}),
    (3 - sp.sqrt(2) * (x + y) ** 2 + x, {x: N(0, 1), y: N(0, 1)}),
]


@pytest.mark.parametrize(("factor", "laws"), CASES, ids=lambda case: str(case)[:30])
def test_against_samples(factor, laws):
    rng = np.random.default_rng(20261123)
    draws = [float(law.mean) + float(law.std) * rng.normal(size=400_000) for law in laws.values()]
    values = np.log(np.abs(sp.lambdify(list(laws), factor)(*draws)))
    enclosure = found(factor, laws, digits=12)
    assert enclosure.reaches(12)
    assert abs(float(enclosure.middle) - values.mean()) < 5 * values.std() / np.sqrt(values.size)


def test_networks_with_gaussian_data():
    """Independent inputs and labels: both lines have one exponent. Noisy labels: two."""
    net = sm.network_loss([1, 1, 1], "tanh")
    data = {net.inputs[0]: N(0, 1), net.targets[0]: N(0, 1)}
    answer = sm.lyapunov(sm.SGD(net.loss, net.parameters, R(7, 10), data=data), at=net.origin, spectrum=True)
    assert answer.warrant is Warrant.CERTIFIED and len(answer.exponents) == 2 and answer.attracts
    assert answer.exponents[0].enclosure.meets(found(1 + R(7, 10) * x * y, {x: N(0, 1), y: N(0, 1)}))
    noisy = net.loss.subs(net.targets[0], net.inputs[0] / 2 + 2 * z)
    answer = sm.lyapunov(
        sm.SGD(noisy, net.parameters, R(1, 2), data={net.inputs[0]: N(0, 1), z: N(0, 1)}), at=net.origin, spectrum=True
    )
    expected = sorted(
        (found(1 + side * x * (x / 2 + 2 * y) / 2, {x: N(0, 1), y: N(0, 1)}) for side in (1, -1)),
        key=lambda e: -e.lower,
    )
    assert all(mine.enclosure.meets(its) for mine, its in zip(answer.exponents, expected, strict=True))


def test_what_is_not_covered():
    assert gaussian_quadratic(1 + x * y * z, {x: N(0, 1), y: N(0, 1), z: N(0, 1)}) is None
    assert gaussian_quadratic(1 + x * y, {x: N(0, 1), y: sm.Uniform(0, 1)}) is None
    assert gaussian_quadratic(1 + x + y, {x: N(0, 1), y: N(0, 1)}) is None
