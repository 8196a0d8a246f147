"""Diffusions without a family: certified quadrature of the zero-flux density."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
import sympy as sp

import sgd_markov as sm

w = sp.Symbol("w", real=True)
R = sp.Rational

CASES = [
    (w - w**3, R(1, 2), -mpmath.inf, mpmath.inf, lambda x: mpmath.exp(4 * (x**2 / 2 - x**4 / 4))),
    (R(1, 5) + w - w**3, R(1, 2), -mpmath.inf, mpmath.inf, lambda x: mpmath.exp(4 * (x / 5 + x**2 / 2 - x**4 / 4))),
    (R(3, 4) - w - w**3, w, 0, mpmath.inf, lambda x: x ** mpmath.mpf("0.5") * mpmath.exp(-2 * x - 2 * x**3 / 3)),
    (-w - w**3, 1 + w**2, -mpmath.inf, mpmath.inf, lambda x: mpmath.exp(-(x**2)) / (1 + x**2)),
    (1 - w**2, w**2, 0, mpmath.inf, lambda x: x**-2 * mpmath.exp(-2 / x - 2 * x)),
    (-w - sp.sin(w), 2, -mpmath.inf, mpmath.inf, lambda x: mpmath.exp(-(x**2) / 2 + mpmath.cos(x))),
    (-sp.tanh(w), 1, -mpmath.inf, mpmath.inf, lambda x: mpmath.sech(x) ** 2),
    (-2 * sp.atan(w), 1, -mpmath.inf, mpmath.inf, lambda x: mpmath.exp(-4 * x * mpmath.atan(x)) * (1 + x**2) ** 2),
    (-w * sp.Abs(w), 1, -mpmath.inf, mpmath.inf, lambda x: mpmath.exp(-2 * abs(x) ** 3 / 3)),
    (-w, 1 + sp.Abs(w), -mpmath.inf, mpmath.inf, lambda x: (1 + abs(x)) * mpmath.exp(-2 * abs(x))),
    (
        -w,
        sp.Piecewise((1, w < 0), (4, True)),
        -mpmath.inf,
        mpmath.inf,
        lambda x: mpmath.exp(-(x**2)) if x < 0 else mpmath.exp(-(x**2) / 4) / 4,
    ),
    (
        R(1, 3) - sp.Max(w, 0) - 3 * sp.Min(w, 0),
        2,
        -mpmath.inf,
        mpmath.inf,
        lambda x: mpmath.exp(x / 3 - x**2 * (3 if x < 0 else 1) / 2),
    ),
]


def as_mpf(value: Fraction) -> mpmath.mpf:
    return mpmath.mpf(value.numerator) / value.denominator


def assert_holds(answer: sm.Answer, expected: mpmath.mpf, digits: int) -> None:
    low, high = as_mpf(answer.enclosure.lower), as_mpf(answer.enclosure.upper)
    slack = mpmath.mpf(10) ** (-digits - 5)
    assert low - slack <= expected <= high + slack
    assert high - low <= abs(expected) * mpmath.mpf(10) ** -digits
    assert answer.warrant.label in ("certified", "exact")


def integral(f: object, points: list[object]) -> mpmath.mpf:
    return mpmath.quad(f, points, maxdegree=10)


@pytest.mark.parametrize(("drift", "variance", "low", "high", "weight"), CASES)
def test_moments_distribution_functions_densities_and_quantiles(
    drift: sp.Expr, variance: sp.Expr, low: object, high: object, weight: object
) -> None:
    diffusion = sm.Diffusion(drift, variance, w)
    asked = {"within": [0, "oo"]} if low == 0 else {}
    with mpmath.workdps(60):
        cut = mpmath.mpf(1) / 3
        left = [low, mpmath.mpf(1) / 100, cut] if low == 0 else [low, -3, -1, 0, cut]
        below, above = integral(weight, left), integral(weight, [cut, 1, 3, high])
        total = below + above
        cdf = sm.stationary(diffusion, cdf_at=R(1, 3), digits=40, **asked)
        assert_holds(cdf, below / total, 40)
        assert_holds(sm.stationary(diffusion, density_at=R(1, 3), digits=40, **asked), weight(cut) / total, 40)
        square = (
            integral(lambda x: x**2 * weight(x), left) + integral(lambda x: x**2 * weight(x), [cut, 1, 3, high])
        ) / total
        assert_holds(sm.stationary(diffusion, of=w**2, digits=40, **asked), square, 40)
    level = (cdf.enclosure.lower + cdf.enclosure.upper) / 2
    exact = sp.Rational(level.numerator, level.denominator)
    quantile = sm.stationary(diffusion, quantile=exact, digits=25, **asked)
    assert abs(float(quantile.value) - 1 / 3) < 1e-15
    assert quantile.enclosure.reaches(25)


def test_symmetry_is_exact() -> None:
    diffusion = sm.Diffusion(w - w**3, R(1, 2), w)
    assert sm.stationary(diffusion, of=w).exact == 0
    assert sm.stationary(diffusion, of=w**3 + 1).exact == 1
    assert sm.stationary(diffusion, quantile=R(1, 2)).exact == 0
    assert sm.stationary(diffusion, cdf_at=0).exact == R(1, 2)


def test_a_singular_end() -> None:
    """m = w^(-1/2) exp(-2 w - 2 w^3/3); with w = y^2 the integrals are smooth."""
    diffusion = sm.Diffusion(R(1, 4) - w - w**3, w, w)
    with mpmath.workdps(60):
        root = mpmath.sqrt(mpmath.mpf(1) / 3)
        parts = [
            integral(lambda y: mpmath.exp(-2 * y**2 - 2 * y**6 / 3), ends)
            for ends in ([0, root], [root, 1, 2, mpmath.inf])
        ]
        assert_holds(sm.stationary(diffusion, cdf_at=R(1, 3), digits=40), parts[0] / sum(parts), 40)


def test_probabilities() -> None:
    diffusion = sm.Diffusion(w - w**3, R(1, 2), w)
    inner = sm.stationary(diffusion, set=[-1, R(1, 2)])
    parts = [sm.stationary(diffusion, cdf_at=end) for end in (R(1, 2), -1)]
    assert float(inner.value) == pytest.approx(float(parts[0].value) - float(parts[1].value), abs=1e-14)
    assert sm.stationary(diffusion, set=["-oo", "oo"]).exact == 1
    assert sm.stationary(diffusion, set=[1, 1]).exact == 0
    upper = sm.stationary(diffusion, set=[4, "oo"], digits=12)
    assert 0 < float(upper.value) < 1e-60


def test_low_temperatures() -> None:
    """Two sharp peaks: E w^2 against mpmath about the peak, T = 1/2000."""
    answer = sm.stationary(sm.Diffusion(w - w**3, R(1, 1000), w), of=w**2, digits=20)
    with mpmath.workdps(40):
        weight = lambda x: mpmath.exp(-2000 * (x**4 / 4 - x**2 / 2 + mpmath.mpf(1) / 4))  # noqa: E731
        ends = [0, mpmath.mpf("0.8"), 1, mpmath.mpf("1.2"), 2]
        assert_holds(answer, integral(lambda x: x**2 * weight(x), ends) / integral(weight, ends), 20)


def test_a_narrow_peak_far_out() -> None:
    """-500 (w - 1000)^4 multiplied out loses fifteen digits and more; the law is symmetric about 1000."""
    diffusion = sm.Diffusion(-((w - 1000) ** 3), R(1, 1000), w)
    mean = sm.stationary(diffusion, of=w, digits=20)
    assert mean.enclosure.lower <= 1000 <= mean.enclosure.upper
    half = sm.stationary(diffusion, quantile=R(1, 2), digits=12)
    assert half.enclosure.lower <= 1000 <= half.enclosure.upper


def test_symbols_keep_the_density_up_to_its_factor() -> None:
    temperature = sp.Symbol("T", positive=True)
    diffusion = sm.Diffusion(w - w**3, 2 * temperature, w)
    answer = sm.stationary(diffusion)
    assert (answer.density, answer.unique) == (None, True)
    assert r"\propto e^{\frac{w^{2}}{2 T} - \frac{w^{4}}{4 T}}" in answer.latex()
    with pytest.raises(sm.InvalidInput, match="numbers for T"):
        sm.stationary(diffusion, of=w**2)


@pytest.mark.parametrize(
    ("drift", "variance", "error"),
    [
        (sp.cos(w**2), 2, sm.Inconclusive),
        (-sp.exp(w), 2, sm.HypothesisViolated),
        (sp.exp(w) - sp.exp(2 * w), 2, sm.Inconclusive),
        (-w, sp.exp(w), sm.Inconclusive),
        (-w, w**3 + sp.sqrt(2), sm.Inconclusive),
        (-w, sp.Max(w, 0), sm.Inconclusive),
        (sp.sign(w), 2, sm.HypothesisViolated),
        (-w, sp.Piecewise((1, w < 0), (-1, True)), sm.Inconclusive),
        (-w, 2 + w**3, sm.Inconclusive),
        (w + w**3, 1, sm.HypothesisViolated),
    ],
)
def test_refusals(drift: sp.Expr, variance: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        sm.stationary(sm.Diffusion(drift, variance, w))


def test_without_drift() -> None:
    """1/(1 + w^2) is Cauchy's density; a diffusion that is recurrent by its variance alone."""
    answer = sm.stationary(sm.Diffusion(sp.Integer(0), 1 + w**2, w), cdf_at=1)
    assert (answer.family, answer.value) == ("Student", "0.75")


def test_symmetry_does_not_hide_an_infinite_moment() -> None:
    diffusion = sm.Diffusion(sp.Integer(0), 1 + w**4, w)
    assert sm.stationary(diffusion, of=w).exact == 0
    for of in (w**3, w**5, w**4):
        with pytest.raises(sm.HypothesisViolated, match="below order 3"):
            sm.stationary(diffusion, of=of)


def test_the_density_up_to_its_factor_is_a_parameter() -> None:
    weight = sm.stationary(sm.Diffusion(w - w**3, R(1, 2), w)).parameters["weight"].exact
    assert sp.simplify(sp.diff(sp.log(weight), w) - 4 * (w - w**3)) == 0


def test_the_mean_of_a_linear_drift_is_exact() -> None:
    """E b = 0, where quadrature would never tell the mean from 0."""
    jump = sp.Piecewise((1, w < 0), (4, True))
    assert sm.stationary(sm.Diffusion(-w, jump, w), of=w).exact == 0
    assert sm.stationary(sm.Diffusion(R(1, 7) - w, 2 + sp.Abs(w), w), of=3 * w + 1).exact == R(10, 7)


def test_a_mean_that_is_not_told_from_0_ends_soon() -> None:
    """E w = 0 by symmetry about 1/2, which nothing here sees for w - 1/2."""
    diffusion = sm.Diffusion(-((w - R(1, 2)) ** 3), 1, w)
    with pytest.raises(sm.Inconclusive, match="tell it from 0"):
        sm.stationary(diffusion, of=w - R(1, 2))
    assert sm.stationary(diffusion, of=w).value.startswith("0.5")


def test_a_jump_in_the_proof() -> None:
    kinds = [step["why"] for step in sm.stationary(sm.Diffusion(-w, sp.Piecewise((1, w < 0), (4, True)), w)).proof]
    assert sum("carries no flux" in why for why in kinds) == 2
    assert "C pi has no jump at 0" in kinds


def test_an_altered_jump_fails() -> None:
    from sgd_markov.engines.diffusion import landscape
    from sgd_markov.engines.zero_flux_proof import flux_steps
    from sgd_markov.numerics.log_weight import zero_flux_logarithms
    from sgd_markov.proof import StepFailed, check_all

    (component,) = landscape(sm.Diffusion(-w, sp.Piecewise((1, w < 0), (4, True)), w)).components
    left, right = zero_flux_logarithms(component.pieces, w)
    check_all(flux_steps(component.pieces, (left, right), w))
    with pytest.raises(StepFailed):
        check_all(flux_steps(component.pieces, (left, right + 1), w))
    with pytest.raises(StepFailed):
        check_all(flux_steps(component.pieces, (left, 2 * right), w))


def test_odd_slopes_with_a_jump_are_no_even_density() -> None:
    """m = exp(-w^2)/3 on the left and exp(-w^2) on the right: (log m)' = -2 w on both sides."""
    uneven = sm.Diffusion(sp.Piecewise((-3 * w, w < 0), (-w, True)), sp.Piecewise((3, w < 0), (1, True)), w)
    with mpmath.workdps(30):
        assert_holds(sm.stationary(uneven, of=w), 1 / (2 * mpmath.sqrt(mpmath.pi)), 15)
    assert_holds(sm.stationary(uneven, cdf_at=0), mpmath.mpf(1) / 4, 15)


def test_jumps_of_equal_height_keep_a_density_even() -> None:
    inner = sp.Abs(w) < 1
    even = sm.Diffusion(sp.Piecewise((-w, inner), (-3 * w, True)), sp.Piecewise((1, inner), (3, True)), w)
    assert sm.stationary(even, of=w).exact == 0


@pytest.mark.parametrize(
    "drift",
    [
        3 / w - w + sp.sin(w),
        sp.cos(w) / w - w,
        sp.Piecewise((-w, w < -3), (-sp.tan(w), w < 3), (-w, True)),
        sp.Piecewise((-w, w < -3), (1 / w + 1 / sp.sqrt(w + 9), w < 3), (-w, True)),
    ],
)
def test_poles_beside_bounded_functions_are_seen(drift: sp.Expr) -> None:
    """The diffusion never crosses them: there is no single law on the whole line."""
    with pytest.raises(sm.Inconclusive, match=r"not rational|bounded"):
        sm.stationary(sm.Diffusion(drift, 1, w))


def test_inner_pieces_need_not_be_rational() -> None:
    inner = sp.Abs(w) < 1
    for drift in (-w * sp.exp(w), -sp.sign(w) * sp.sqrt(sp.Abs(w)), -sp.sin(1 / (2 + w)) - w / 2):
        assert components_of(sp.Piecewise((drift, inner), (-w, True))) == 1


def components_of(drift: sp.Expr) -> int:
    from sgd_markov.engines.diffusion import landscape

    return len(landscape(sm.Diffusion(drift, 1, w)).components)
