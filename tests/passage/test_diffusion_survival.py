"""The law of exit times of diffusions: closed forms, theta series and inverted transforms against each other and mpmath."""

from __future__ import annotations

from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from enclosures import assert_encloses, reference_enclosure
from scipy.linalg import expm

import sgd_markov as sm
from sgd_markov.effort import Effort
from sgd_markov.engines.scale_function.survival import survival as inverted

w = sp.Symbol("w", real=True)
t = sp.Symbol("t", positive=True)
R = sp.Rational


def stays(drift: object, variance: object, start: object, inside: list, time: object, **effort: object) -> sm.Answer:
    return sm.survival(sm.Diffusion(drift, variance, w), start, inside, steps=time, **effort)


def by_transform(drift: object, variance: object, start: object, inside: list, time: object, digits: int = 15) -> object:
    """The route of general diffusions, also where there is a closed form."""
    low, high = map(sp.sympify, inside)
    model = sm.Diffusion(drift, variance, w)
    return inverted(model, sp.sympify(start), low, high, sp.sympify(time), Effort(digits=digits))


def theta(mu: object, c: object, start: object, low: object, high: object, time: object) -> str:
    """Brownian motion with drift mu between two ends, by its sines."""
    with mp.workdps(40):
        mu, c, start, low, high, time = (mp.mpf(sp.Rational(v).p) / sp.Rational(v).q for v in (mu, c, start, low, high, time))
        width, total = high - low, mp.mpf(0)
        for n in range(1, 200):
            k = n * mp.pi / width
            mean = k * (1 - (-1) ** n * mp.exp(mu * width / c)) / ((mu / c) ** 2 + k**2)
            total += 2 / width * mp.sin(k * (start - low)) * mean * mp.exp(-(k**2 * c + mu**2 / c) * time / 2)
        return mp.nstr(total * mp.exp(-mu * (start - low) / c), 25)


BETWEEN = ((0, 1, 0, -1, 1, 1), (1, 2, R(1, 4), -1, 1, R(1, 2)), (-3, 1, R(1, 3), 0, 2, R(1, 20)), (1, 2, R(1, 4), -1, 1, 20))


@pytest.mark.parametrize("case", BETWEEN)
def test_brownian_motion_between_two_ends(case) -> None:
    mu, c, start, low, high, time = case
    known = theta(*case)
    assert_encloses(stays(mu, c, start, [low, high], time), known, 15, "certified")
    found = by_transform(mu, c, start, [low, high], time)
    assert found.reaches(15) and found.meets(reference_enclosure(known))


def test_theta_series_to_fifty_digits() -> None:
    with mp.workdps(60):
        four = mp.mpf(4) / mp.pi
        value = sum((-1) ** n * four / (2 * n + 1) * mp.exp(-((2 * n + 1) ** 2) * mp.pi**2 / 8) for n in range(20))
        known = mp.nstr(value, 55)
    assert_encloses(stays(0, 1, 0, [-1, 1], 1, digits=50), known, 50)


CLOSED = (
    # drift, variance, start, inside, t, the reference as a function of nothing
    (1, 1, 0, ["-oo", 1], 10, lambda: mp.ncdf(-9 / mp.sqrt(10)) - mp.e**2 * mp.ncdf(-11 / mp.sqrt(10))),
    (-1, 4, 0, [-2, "oo"], 3, lambda: mp.ncdf(-1 / mp.sqrt(12)) - mp.e * mp.ncdf(-5 / mp.sqrt(12))),
    (-w, 2, 1, [0, "oo"], 1, lambda: mp.erf(mp.exp(-1) / mp.sqrt(2 * (1 - mp.exp(-2))))),
    (w, 2, -1, ["-oo", 0], 1, lambda: mp.erf(mp.e / mp.sqrt(2 * (mp.e**2 - 1)))),
    (w, w**2, 1, [0, 2], 3, lambda: mp.ncdf((mp.log(2) - 1.5) / mp.sqrt(3)) - 2 * mp.ncdf((-mp.log(2) - 1.5) / mp.sqrt(3))),
)


@pytest.mark.parametrize(("drift", "variance", "start", "inside", "time", "known"), CLOSED)
def test_closed_forms_of_one_end(drift, variance, start, inside, time, known) -> None:
    with mp.workdps(30):
        value = mp.nstr(known(), 22)
    assert_encloses(stays(drift, variance, start, inside, time), value, 15, "exact")


@pytest.mark.parametrize(("drift", "start", "inside", "time"), [(-w, 1, [0, "oo"], 1), (1, 0, ["-oo", 1], 2), (0, 0, ["-oo", 1], 2)])
def test_the_transform_agrees_with_closed_forms_beside_open_ends(drift, start, inside, time) -> None:
    """An end from which paths come back, with discrete and with continuous spectrum, and one of infinite speed measure."""
    exact = stays(drift, 2, start, inside, time).enclosure
    found = by_transform(drift, 2, start, inside, time, digits=8)
    assert found.meets(exact) and found.reaches(8)


def on_a_grid(drift: object, variance: object, start: int, inside: tuple[int, int], time: object, count: int) -> float:
    """P(tau > time) from the exponential of the generator by central differences; all places in tenths."""
    low, high = inside
    x, h = np.linspace(low / 10, high / 10, count + 1)[1:-1], (high - low) / (10 * count)
    b, c = (sp.lambdify(w, sp.sympify(e), "numpy")(x) * np.ones_like(x) for e in (drift, variance))
    up, down = c / (2 * h * h) + b / (2 * h), c / (2 * h * h) - b / (2 * h)
    generator = np.diag(-up - down) + np.diag(up[:-1], 1) + np.diag(down[1:], -1)
    return float((expm(generator * float(time)) @ np.ones_like(x))[(start - low) * count // (high - low) - 1])


GRIDS = (
    (w - w**3, R(1, 2), -5, (-15, 5), 2),
    (R(1, 2) - w**2, 1 + w**2, 0, (-10, 10), R(1, 2)),
    (sp.sin(3 * w), sp.exp(w), 2, (-8, 12), 1),
    (-sp.sign(w), 1, 0, (-10, 10), 1),
    (1 - w, w, 10, (2, 22), R(3, 2)),
    (-2 * w, w**2 + R(1, 4), -4, (-10, 10), 3),
)


@pytest.mark.parametrize(("drift", "variance", "start", "inside", "time"), GRIDS)
def test_against_exponentials_of_matrices(drift, variance, start, inside, time) -> None:
    """Extrapolated from two grids."""
    rough, fine = (on_a_grid(drift, variance, start, inside, time, n) for n in (100, 200))
    found = stays(drift, variance, R(start, 10), [R(end, 10) for end in inside], time).enclosure
    assert found.reaches(15) and abs(float(found.middle) - (4 * fine - rough) / 3) < 3e-5


def test_formulas_in_symbols() -> None:
    d, mu, s, k = sp.symbols("d mu s k", positive=True)
    assert stays(0, s**2, 0, ["-oo", d], t).exact.equals(sp.erf(d / sp.sqrt(2 * s**2 * t)))
    formula = stays(mu, s**2, 0, ["-oo", d], t).exact
    heat = sp.diff(formula, t) + mu * sp.diff(formula, d) - s**2 / 2 * sp.diff(formula, d, 2)
    assert sp.simplify(heat) == 0 and sp.limit(formula, d, 0) == 0
    linear = stays(-k * w, s**2, d, [0, "oo"], t).exact
    backward = sp.diff(linear, t) + k * d * sp.diff(linear, d) - s**2 / 2 * sp.diff(linear, d, 2)
    assert sp.simplify(backward) == 0
    with pytest.raises(sm.InvalidInput, match="numbers for t"):
        stays(-(w**3), 1, 0, [-1, 1], t)


def test_the_density_of_the_exit_time_has_the_mean_time() -> None:
    """Integrated over t, P(tau > t) is E tau: sums over u = log t against exit_time, b = -w^3, C = 1; P = 1 for early t."""
    diffusion = sm.Diffusion(-(w**3), 1, w)
    mean = sm.exit_time(diffusion, 0, [-1, 1]).enclosure
    early = float(mp.exp(-5.5) / (1 - mp.exp(-0.5)) / 2)
    total = 0.0
    for n in range(-10, 5):
        time = R(round(10**6 * float(mp.exp(n / 2))), 10**6)
        total += float(stays(-(w**3), 1, 0, [-1, 1], time, digits=4).enclosure.middle) * float(time) / 2
    assert abs(total + early - float(mean.middle)) < 2e-3 * float(mean.middle)


def test_long_times_follow_the_lowest_eigenvalue() -> None:
    """Doubling a long time squares the survival, up to the constant: P(3 T)/P(2 T) = P(2 T)/P(T), to 1e-15 and better."""
    first, second, third = (stays(-w, 2, R(1, 3), [-1, 1], 20 * n).enclosure.middle for n in (1, 2, 3))
    assert abs(third * first / second**2 - 1) < Fraction(1, 10**14)
    rate = -mp.log(mp.mpf(int(10**40 * second / first)) / 10**40) / 20
    assert abs(rate - 2) < 1e-14


def test_short_times() -> None:
    """By the local reflection principle, or certain to all digits; ends that are far away are cut off."""
    assert_encloses(stays(-(w**3), 1, 0, [-1, 1], R(1, 10**6)), "1.0000000000000000", 15)
    near = stays(-(w**3), 1, R(99, 100), [-1, 1], R(1, 10**4)).enclosure
    assert abs(float(near.middle) - float(mp.erf(1 / mp.sqrt(2)))) < 0.01 and near.reaches(15)


QUANTILES = (
    (-w, 2, 1, [0, "oo"], R(1, 2), lambda: mp.log(1 + 1 / (2 * mp.erfinv(0.5) ** 2)) / 2),
    (0, 1, 0, ["-oo", 1], R(1, 4), lambda: 1 / (2 * mp.erfinv(mp.mpf(3) / 4) ** 2)),
)


@pytest.mark.parametrize(("drift", "variance", "start", "inside", "level", "known"), QUANTILES)
def test_quantiles_of_closed_forms(drift, variance, start, inside, level, known) -> None:
    with mp.workdps(30):
        value = mp.nstr(known(), 22)
    answer = sm.survival(sm.Diffusion(drift, variance, w), start, inside, quantile=level)
    assert_encloses(answer, value, 15)


def test_quantiles_are_where_the_survival_passes_the_level() -> None:
    model = sm.Diffusion(-(w**3), 1, w)
    found = sm.survival(model, 0, [-1, 1], quantile=R(1, 3), digits=12).enclosure
    assert found.reaches(12)
    early, late = (
        sm.survival(model, 0, [-1, 1], steps=R(end.numerator, end.denominator), digits=14).enclosure
        for end in (found.lower * (1 - Fraction(1, 10**10)), found.upper * (1 + Fraction(1, 10**10)))
    )
    assert early.lower > Fraction(2, 3) > late.upper


def test_a_level_that_is_never_reached() -> None:
    """P(tau < oo) = exp(-2)."""
    with pytest.raises(sm.HypothesisViolated, match=r"0\.135335"):
        sm.survival(sm.Diffusion(-1, 1, w), 0, ["-oo", 1], quantile=R(1, 2))
    assert sm.survival(sm.Diffusion(-1, 1, w), 0, ["-oo", 1], quantile=0).exact == 0
    with pytest.raises(sm.HypothesisViolated, match="probability 0"):
        sm.survival(sm.Diffusion(w, w**2, w), 1, [0, "oo"], quantile=R(1, 2))


def test_certain_events() -> None:
    for drift, variance, start, inside in ((w, w**2, 1, [0, "oo"]), (-w, 1 - w**2, 0, [-1, 1])):
        answer = stays(drift, variance, start, inside, 3)
        assert answer.exact == 1 and answer.warrant.label == "exact"
    assert stays(-w, 1, -1, [-1, 1], 3).exact == 0


def test_what_is_not_said_is_not_answered() -> None:
    with pytest.raises(sm.Inconclusive, match="finite time"):
        stays(w**3, 1, 0, [-1, "oo"], 1)
    with pytest.raises(sm.Inconclusive, match="does not say"):
        stays(1 / (4 * w), 1, 1, [0, 2], 1)
    for time in (0, -1, "0"):
        with pytest.raises(sm.InvalidInput, match="steps"):
            stays(-w, 1, 0, [-1, 1], time)


def test_the_time_in_a_file_is_any_positive_number(tmp_path) -> None:
    path = tmp_path / "passage.toml"
    path.write_text("""
[model]
state = ["w"]
drift = "0"
variance = "1"
[[ask]]
question = "survival"
start = 0
inside = ["-oo", 1]
steps = 0.5
""")
    (answer,) = sm.load(path).solve()
    with mp.workdps(30):
        assert_encloses(answer, mp.nstr(mp.erf(1), 25), 15, "exact")


def test_quasi_stationary_closed_forms_and_densities() -> None:
    found = sm.quasi_stationary(sm.Diffusion(1, 2, w), [0, 3])
    assert found.warrant.label == "exact" and found.rate.exact.equals(sp.pi**2 / 9 + R(1, 4))
    high, mu, s = sp.symbols("high mu s", positive=True)
    symbolic = sm.quasi_stationary(sm.Diffusion(mu, s**2, w), [0, high])
    assert symbolic.rate.exact.equals(sp.pi**2 * s**2 / (2 * high**2) + mu**2 / (2 * s**2)) and symbolic.density is None
    half = sm.quasi_stationary(sm.Diffusion(-w, 2, w), [0, "oo"])
    assert half.exact == sp.exp(-1) and len(half.density) > 20
    for row in half.density[::10]:
        at, density = (float(row[key].enclosure.middle) for key in ("at", "density"))
        assert abs(density - at * float(mp.exp(-(at**2) / 2))) < 1e-10


def test_the_certified_rate_has_a_density_too() -> None:
    """The Hermite function 1 - w^2 on [-1, 1] for b = -w, C = 2: density (1 - w^2) exp(-w^2/2)/(2 exp(-1/2))."""
    for row in sm.quasi_stationary(sm.Diffusion(-w, 2, w), [-1, 1]).density:
        at, density = (float(row[key].enclosure.middle) for key in ("at", "density"))
        assert abs(density - (1 - at * at) * float(mp.exp(-at * at / 2)) / (2 * float(mp.exp(-0.5)))) < 1e-10


def test_the_rate_on_a_half_line_is_the_bottom_of_a_continuous_spectrum() -> None:
    """P(tau > t) = t^(-3/2) exp(-m^2 t/(2 C)) times a constant: from two late times, whose ratio leaves 2^(-3/2)."""
    found = sm.quasi_stationary(sm.Diffusion(1, 2, w), ["-oo", 0])
    assert found.rate.exact == R(1, 4) and found.density is None
    one, two = (stays(1, 2, -1, ["-oo", 0], time).enclosure.middle for time in (4000, 8000))
    late = mp.mpf(two.numerator) / two.denominator / (mp.mpf(one.numerator) / one.denominator) * mp.exp(1000)
    assert abs(late * 2**1.5 - 1) < 1e-2
    assert sm.quasi_stationary(sm.Diffusion(w, w**2, w), [0, 2]).rate.exact == R(1, 8)
    with pytest.raises(sm.HypothesisViolated):
        sm.quasi_stationary(sm.Diffusion(-1, 2, w), ["-oo", 0])
