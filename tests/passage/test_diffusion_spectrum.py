"""Lowest eigenvalues of killed and stationary diffusions against known spectra, and a matrix of another discretisation."""

from __future__ import annotations

from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from enclosures import assert_encloses, reference_enclosure

import sgd_markov as sm
from sgd_markov.effort import Effort
from sgd_markov.engines.scale_function.spectrum import principal_rate
from sgd_markov.engines.scale_function.spectrum import spectral_gap as certified_gap

w = sp.Symbol("w", real=True)
R = sp.Rational


def killed(drift: object, variance: object, inside: list, **effort: object) -> sm.Answer:
    return sm.quasi_stationary(sm.Diffusion(drift, variance, w), inside, **effort)


def text(value: object) -> str:
    return str(sp.N(value, 25))


KILLED = (
    # drift, variance, inside, lambda
    (0, 2, [0, 1], sp.pi**2),
    (1, 2, [0, sp.pi], R(5, 4)),
    (-w, 2, [-1, 1], sp.Integer(2)),
    (-w, 2, ["-oo", 0], sp.Integer(1)),
    (-3 * w, 2, [0, "oo"], sp.Integer(3)),
    (1 / w, 1, [0, 1], sp.pi**2 / 2),
    (1 - w, w, [0, 1], sp.Integer(1)),
    (w, w**2, [1, 2], sp.pi**2 / (2 * sp.log(2) ** 2) + R(1, 8)),
    (-sp.sign(w), 1, [-1, 1], R(1, 2)),
)


@pytest.mark.parametrize(("drift", "variance", "inside", "rate"), KILLED)
def test_known_eigenvalues(drift, variance, inside, rate) -> None:
    """Sines, the Hermite functions w^2 - 1 and w, sin(w)/w, Laguerre's 1 - w; exp(|w|) (1 - |w|) over a kink."""
    found = killed(drift, variance, inside)
    assert_encloses(found.rate, text(rate), 15)
    assert_encloses(found.mean_time, text(1 / sp.sympify(rate)), 14)
    assert_encloses(found, text(sp.exp(-rate)), 14)
    certified = principal_rate(sm.Diffusion(drift, variance, w), *map(sp.sympify, inside), Effort())
    assert certified.reaches(15) and certified.meets(reference_enclosure(text(rate)))


@pytest.mark.parametrize("seed", range(4))
def test_random_regions_against_finite_differences(seed: int) -> None:
    """Extrapolated from three grids; the error is below 5e-5."""
    source = np.random.default_rng(seed)
    coefficients = [R(int(c), 10) for c in source.integers(-20, 20, 4)]
    drift = sum(c * w**k for k, c in enumerate(coefficients))
    variance = R(int(source.integers(2, 9)), 4)
    low, high = (-R(int(source.integers(5, 15)), 10), R(int(source.integers(5, 15)), 10))
    slope = sp.lambdify(w, drift, "numpy")

    def matrix_rate(count: int) -> float:
        x, h = np.linspace(float(low), float(high), count + 1)[1:-1], float(high - low) / count
        b, c = slope(x) * np.ones_like(x) / (2 * h), float(variance) / (2 * h * h)
        generator = np.diag(-2 * c * np.ones_like(x)) + np.diag((c + b)[:-1], 1) + np.diag((c - b)[1:], -1)
        return float(-np.linalg.eigvals(generator).real.max())

    rough, fine = matrix_rate(100), matrix_rate(200)
    expected = fine + (fine - rough) / 3
    found = killed(drift, variance, [low, high]).rate.enclosure
    assert found.reaches(15) and abs(float(found.middle) / expected - 1) < 5e-5


GAPS = (
    (-3 * w, 2, 0, 3),
    (1 - 2 * w, w * (1 - w), R(1, 2), 2),
    (R(1, 4) - w, w, 1, 1),
)


@pytest.mark.parametrize(("drift", "variance", "start", "gap"), GAPS)
def test_gaps_of_the_pearson_diffusions(drift, variance, start, gap) -> None:
    """The first orthogonal polynomial is linear: its eigenvalue is minus the slope of the drift."""
    model = sm.Diffusion(drift, variance, w)
    answer = sm.spectral_gap(model, start)
    assert answer.exact == gap and answer.warrant.label == "exact"
    found = certified_gap(model, sp.sympify(start), Effort())
    assert found.reaches(15) and Fraction(gap) in found


CONTINUOUS = (
    # 2 k against a2: a discrete gap above it, the bottom of the continuous spectrum below it
    (-w, 1 + w**2, 0, "1"),
    (-w / 2, 1 + w**2, 0, "1/2"),
    (-w / 4, 1 + w**2, 0, "9/32"),
    (0, 1 + w**2, 0, "1/8"),
    (1 - w / 4, w**2, 1, "9/32"),
    (1 - w, w**2, 1, "1"),
    (1 - w / 4, w * (w + 1), 1, "9/32"),
    (-1 - w / 4, w * (w - 1), -1, "9/32"),
)


@pytest.mark.parametrize(("drift", "variance", "start", "gap"), CONTINUOUS)
def test_gaps_of_heavy_tailed_pearson_diffusions(drift, variance, start, gap) -> None:
    """Student, inverse gamma, Fisher."""
    answer = sm.spectral_gap(sm.Diffusion(drift, variance, w), start)
    assert_encloses(answer, gap, 15, "exact")


@pytest.mark.parametrize(("drift", "variance", "start", "gap"), CONTINUOUS[::2])
def test_the_gap_of_a_long_part_comes_down_to_it(drift, variance, start, gap) -> None:
    """(C/2) h'' + (b + C'/2) h' + b' h on a grid of log-like steps, h = 0 at both ends: bottom near the gap, from above."""
    b, c = (sp.lambdify(w, sp.sympify(e), "numpy") for e in (drift, variance))
    slope = float(sp.diff(sp.sympify(drift), w))
    x = np.linspace(-12, 12, 401) if sp.Poly(variance, w).discriminant() < 0 else np.linspace(-2, 19, 401)
    y = np.sinh(x) if sp.Poly(variance, w).discriminant() < 0 else np.exp(x)
    curve, own = sp.lambdify(w, sp.diff(sp.sympify(variance), w), "numpy"), y[1:-1]
    left, right = own - y[:-2], y[2:] - own
    half, drift_at = c(own) / 2 * np.ones_like(own), (b(own) + curve(own) / 2) * np.ones_like(own)
    up = (2 * half + drift_at * left) / (right * (left + right))
    down = (2 * half - drift_at * right) / (left * (left + right))
    matrix = np.diag(slope - up - down) + np.diag(up[:-1], 1) + np.diag(down[1:], -1)
    bottom = -np.linalg.eigvals(matrix).real.max()
    assert -2e-3 < bottom - float(sp.Rational(gap)) < 0.06


def test_a_skew_student_law_without_second_moment_is_not_answered() -> None:
    with pytest.raises(sm.Inconclusive):
        sm.spectral_gap(sm.Diffusion(1 - w / 4, 1 + w**2, w), 0, budget=1)


def test_the_gap_of_the_symmetric_well_is_the_rate_of_its_half() -> None:
    """The eigenfunction is odd. Kramers' formula is 1.0820428076331e-4, the ratio 0.949 (theory.md R49)."""
    gap = sm.spectral_gap(sm.Diffusion(w - w**3, R(6, 100), w))
    half = killed(w - w**3, R(6, 100), ["-oo", 0]).rate
    assert gap.enclosure.meets(half.enclosure) and half.enclosure.reaches(15)
    with mp.workdps(30):
        kramers = mp.sqrt(2) / mp.pi * mp.exp(-mp.mpf(25) / 3)
        assert abs(float(gap.enclosure.middle) / kramers - mp.mpf("0.949")) < 5e-4


def test_survival_for_a_very_long_time() -> None:
    """exp(-lambda) is told from 1 however small lambda is; lambda < 1/E tau from the best start, and nearly so."""
    found = killed(w - w**3, R(1, 250), ["-oo", 0], digits=12)
    time = sm.exit_time(sm.Diffusion(w - w**3, R(1, 250), w), -1, ["-oo", 0]).enclosure
    assert found.rate.enclosure.reaches(12) and found.rate.enclosure.upper < Fraction(1, 10**53)
    assert abs(float(found.mean_time.enclosure.middle / time.middle) - 1) < 1e-6
    assert 0 < 1 - found.enclosure.upper < Fraction(1, 10**53)


def test_there_is_no_rate_without_certain_exit() -> None:
    for drift, variance, inside in ((0, 1, ["-oo", 1]), (-1, 1, ["-oo", 1]), (w / 4, w**2, [0, 2])):
        with pytest.raises(sm.HypothesisViolated):
            killed(drift, variance, inside)
    with pytest.raises(sm.HypothesisViolated, match="stationary"):
        sm.spectral_gap(sm.Diffusion(w, 1, w))


def test_continuous_spectra_are_not_taken_for_eigenvalues() -> None:
    with pytest.raises(sm.Inconclusive, match="continuous"):
        sm.spectral_gap(sm.Diffusion(-sp.sign(w), 1, w))


def test_bad_input_of_the_gap() -> None:
    with pytest.raises(sm.InvalidInput, match="numbers for k"):
        sm.spectral_gap(sm.Diffusion(-sp.Symbol("k", positive=True) * w, 1, w))
    with pytest.raises(sm.InvalidInput, match="diffusion"):
        sm.spectral_gap(sm.RandomMap({w: w / 2}))
